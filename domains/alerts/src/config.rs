//! What the deployer decides about messages.

use crate::push::PushConfig;
use crate::relay::RelayConfig;
use crate::robot::RobotConfig;
use crate::sms::SmsConfig;
use kernel::net::Net;
use secrecy::SecretString;

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encryption {
    /// Only on the same machine or in tests.
    None,
    #[default]
    StartTls,
    Tls,
}

impl Encryption {
    /// `none`, `starttls` or `tls`, as in the configuration file.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "none" => Some(Self::None),
            "starttls" => Some(Self::StartTls),
            "tls" => Some(Self::Tls),
            _ => None,
        }
    }
}

/// The mail server that takes our mail.
#[derive(Debug, Clone)]
pub struct MailConfig {
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    /// Empty: no log-in.
    pub user: String,
    pub password: SecretString,
    /// Sender, such as `睦邻 <no-reply@mulin.example>`.
    pub from: String,
    /// Where answers to our mails go; empty when nobody reads them.
    pub reply_to: String,
}

/// Everything this crate needs to know.
#[derive(Debug, Clone, Default)]
pub struct AlertsConfig {
    /// None: no mail is sent; answers that were to go by mail are brought by hand.
    pub mail: Option<MailConfig>,
    /// Address under which people reach the site, without a slash at the end.
    pub public_url: String,
    /// The duty desk, on every mail to a raiser.
    pub duty_phone: String,
    /// Who gets the daily anchor of the log: somebody who cannot reach the database.
    pub anchors_to: Vec<String>,
    /// Networks that are not public and that addresses typed at the desk may lead into all the same.
    pub allow: Vec<Net>,
    /// None: answers that were to go by text message are brought by hand.
    pub sms: Option<SmsConfig>,
    /// None: finders are put through to nobody and call the duty desk.
    pub relay: Option<RelayConfig>,
    pub robots: Vec<RobotConfig>,
    /// None: nobody can subscribe, and nothing is sent.
    pub push: Option<PushConfig>,
}
