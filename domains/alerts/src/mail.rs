//! Handing a mail to the mail server.

use crate::config::{Encryption, MailConfig};
use kernel::Moment;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::SmtpTransportBuilder;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Message, SmtpTransport, Transport};
use secrecy::ExposeSecret;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};
use uuid::Uuid;

const TIMEOUT: Duration = Duration::from_secs(5);
/// Seconds in which nothing is tried after the server could not be reached, so that a hundred waiting mails do not hold
/// up other jobs one time-out after the other.
const REST_SECS: i64 = 10;

/// A mail as it goes out. Not kept anywhere.
pub(crate) struct Letter {
    /// Same id, same `Message-ID`: a mail that went out twice is seen once.
    pub id: Uuid,
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// What came of it. Details are status codes, never addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The server took it.
    Accepted,
    /// The server will never take it (5xx), or it cannot be a mail at all.
    Refused(String),
    /// Try again later.
    Later(String),
}

/// The way to the mail server.
pub(crate) struct Mailer {
    transport: Option<SmtpTransport>,
    from: Option<Mailbox>,
    reply_to: Option<Mailbox>,
    domain: String,
    /// Until when the server is left alone.
    rests_until: Mutex<Moment>,
}

impl Mailer {
    pub(crate) fn new(config: &MailConfig) -> Self {
        let from: Option<Mailbox> = config.from.parse().ok();
        let domain = from.as_ref().map_or_else(|| "localhost".to_owned(), |m| m.email.domain().to_owned());
        if from.is_none() {
            tracing::error!("mail.from is not an address; no mail can be sent");
        }
        let transport = builder(config).map(|b| {
            let b = b.port(config.port).timeout(Some(TIMEOUT));
            if config.user.is_empty() {
                return b.build();
            }
            let password = config.password.expose_secret().to_owned();
            b.credentials(Credentials::new(config.user.clone(), password)).build()
        });
        let reply_to: Option<Mailbox> = config.reply_to.parse().ok();
        if reply_to.is_none() && !config.reply_to.is_empty() {
            tracing::error!("mail.reply_to is not an address; answers go to the sender");
        }
        Self { transport, from, reply_to, domain, rests_until: Mutex::new(Moment::default()) }
    }

    /// Sends now. Blocks for at most a few seconds.
    pub(crate) fn send(&self, letter: &Letter, now: Moment) -> Sent {
        let (Some(transport), Some(from)) = (&self.transport, &self.from) else {
            return Sent::Later("the mail settings are wrong".into());
        };
        if now < *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) {
            return Sent::Later("the mail server could not be reached a moment ago".into());
        }
        let Ok(to) = letter.to.parse::<Mailbox>() else { return Sent::Refused("not an address".into()) };
        let Ok(message) = compose(letter, (from.clone(), self.reply_to.clone()), to, &self.domain, now) else {
            return Sent::Refused("cannot be composed".into());
        };
        let Err(error) = transport.send(&message) else { return Sent::Accepted };
        // The server's own words may hold the address: only the number is kept.
        let code = error.status().map(|c| c.to_string());
        match code {
            Some(code) if error.is_permanent() => Sent::Refused(format!("refused with {code}")),
            Some(code) => Sent::Later(format!("put off with {code}")),
            None => {
                *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = now.plus_secs(REST_SECS);
                let why = if error.is_timeout() { "no answer in time" } else { "the connection failed" };
                Sent::Later(why.into())
            }
        }
    }
}

fn builder(config: &MailConfig) -> Option<SmtpTransportBuilder> {
    let made = match config.encryption {
        Encryption::None => Ok(SmtpTransport::builder_dangerous(&config.host)),
        Encryption::StartTls => SmtpTransport::starttls_relay(&config.host),
        Encryption::Tls => SmtpTransport::relay(&config.host),
    };
    made.inspect_err(|error| tracing::error!(%error, "mail settings")).ok()
}

fn compose(
    letter: &Letter,
    (from, reply_to): (Mailbox, Option<Mailbox>),
    to: Mailbox,
    domain: &str,
    now: Moment,
) -> Result<Message, lettre::error::Error> {
    let date = SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(now.micros()).unwrap_or_default());
    let mut builder: MessageBuilder = Message::builder()
        .from(from)
        .to(to)
        .date(date)
        .message_id(Some(format!("<{}@{domain}>", letter.id)))
        .subject(letter.subject.clone());
    if let Some(reply_to) = reply_to {
        builder = builder.reply_to(reply_to);
    }
    let mut message = builder.header(ContentType::TEXT_PLAIN).body(letter.body.clone())?;
    // Programs do not answer what says it comes from one, and we know our own when they send it back.
    let headers = [("Auto-Submitted", "auto-generated"), ("X-Loop", domain)];
    for (name, value) in headers {
        if let Ok(name) = HeaderName::new_from_ascii(name.to_owned()) {
            message.headers_mut().insert_raw(HeaderValue::new(name, value.to_owned()));
        }
    }
    Ok(message)
}
