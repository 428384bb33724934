//! A mail that somebody sent us, read: whose it is, what is new in it, what it answers. No I/O and no database here.
//!
//! What comes from the street may be in any charset, HTML only, broken, or written by a machine. Nothing here believes a
//! file name or a declared type, and nothing a machine wrote becomes a matter.

use kernel::text;
use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders as _, PartType};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Largest mail that is read, in bytes.
pub const MOST_BYTES: usize = 20 * 1024 * 1024;
/// Pictures looked at; a matter keeps no more.
const PICTURES: usize = 12;
/// Ids of `References` looked at, the latest ones.
const REFERENCES: usize = 50;

/// Why nothing can be made of it. Sentences for whoever sent it, in the words of the mail server that hands them back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error(
        "邮件超过 20 MB，没有收下；请去掉大的附件再发。The mail is larger than 20 MB and was not taken; please send it without large files."
    )]
    TooLarge,
    #[error("这不是一封能读的邮件，没有收下。This cannot be read as a mail and was not taken.")]
    NotAMail,
}

/// Why a mail is left alone: a machine wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// `Auto-Submitted`, an out-of-office note and the like.
    AutoReply,
    /// We wrote it ourselves, or it went through us before.
    Loop,
    /// A mailing list or bulk mail.
    Bulk,
    /// A report about a mail of ours.
    Report,
}

impl Machine {
    pub const fn code(self) -> &'static str {
        match self {
            Self::AutoReply => "auto-reply",
            Self::Loop => "loop",
            Self::Bulk => "bulk",
            Self::Report => "report",
        }
    }
}

/// A mail, read.
#[derive(Clone, PartialEq, Eq)]
pub struct Incoming {
    /// Stands for this mail, however often it is handed in.
    pub key: String,
    /// Display name and address.
    pub from: Option<(Option<String>, String)>,
    pub subject: String,
    /// What is new in it: without quoted mails when it is a reply.
    pub words: String,
    /// Ids of mails it answers, the nearest first; those of ours are UUIDs.
    pub answers: Vec<Uuid>,
    pub machine: Option<Machine>,
    /// Ids of our mails that a report says did not arrive.
    pub bounced: Vec<Uuid>,
    /// Bytes of attached pictures, not yet looked at.
    pub pictures: Vec<Vec<u8>>,
    /// Other attachments; they are not kept.
    pub other_files: usize,
}

/// Never printed by accident.
impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("machine", &self.machine).finish_non_exhaustive()
    }
}

/// Reads a mail. `own` is the domain of our own mails, for recognising them.
///
/// # Errors
/// When it is too large or no mail at all.
pub fn read(bytes: &[u8], own: Option<&str>) -> Result<Incoming, Unreadable> {
    if bytes.len() > MOST_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let mail = MessageParser::default().parse(bytes).ok_or(Unreadable::NotAMail)?;
    if mail.headers().is_empty() || (mail.from().is_none() && mail.subject().is_none() && mail.message_id().is_none()) {
        return Err(Unreadable::NotAMail);
    }
    let machine = machine(&mail, own);
    let references = [ids(mail.in_reply_to()), ids(mail.references()).into_iter().rev().collect()].concat();
    let is_reply = !references.is_empty();
    let mut answers: Vec<Uuid> = references.iter().take(REFERENCES).filter_map(|id| ours(id)).collect();
    answers.dedup();
    let body = without_codes(&body(&mail));
    let (pictures, other_files) = files(&mail);
    Ok(Incoming {
        key: key(&mail, bytes),
        from: sender(&mail),
        subject: text::tidy(mail.subject().unwrap_or_default()).replace(['\n', '\t'], " "),
        words: if is_reply { fresh(&body) } else { text::tidy(&body) },
        answers,
        bounced: if machine == Some(Machine::Report) { failed(&mail) } else { Vec::new() },
        machine,
        pictures,
        other_files,
    })
}

/// The same mail has the same id whichever way it came; one without is known by what it holds.
fn key(mail: &Message<'_>, bytes: &[u8]) -> String {
    let digest = mail.message_id().map_or_else(|| Sha256::digest(bytes), |id| Sha256::digest(id.as_bytes()));
    digest.iter().take(24).fold(String::from("mail:"), |mut out, b| {
        use std::fmt::Write as _;
        let _ = write!(out, "{b:02x}");
        out
    })
}

fn sender(mail: &Message<'_>) -> Option<(Option<String>, String)> {
    // Where an answer is wanted comes before where it came from.
    let first =
        |a: &Address<'_>| a.first().and_then(|a| Some((a.name().map(text::tidy), a.address()?.trim().to_owned())));
    let from = mail.from().and_then(first);
    let wanted = mail.reply_to().and_then(first);
    match (wanted, from) {
        (Some((name, address)), Some((own_name, _))) => Some((own_name.or(name), address)),
        (wanted, from) => wanted.or(from),
    }
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    value.as_text_list().unwrap_or_default().iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
}

/// Our mails are called by the UUID of their message.
fn ours(id: &str) -> Option<Uuid> {
    id.trim_matches(['<', '>']).split('@').next().and_then(|left| Uuid::parse_str(left).ok())
}

fn raw<'a>(mail: &'a Message<'_>, name: &str) -> Option<&'a str> {
    mail.headers_raw().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

fn machine(mail: &Message<'_>, own: Option<&str>) -> Option<Machine> {
    let own = own.filter(|domain| !domain.is_empty() && *domain != "localhost");
    let through_us = mail
        .headers_raw()
        .filter(|(name, _)| name.eq_ignore_ascii_case("x-loop"))
        .any(|(_, value)| own.is_some_and(|domain| value.trim().eq_ignore_ascii_case(domain)));
    let by_us = mail.message_id().is_some_and(|id| {
        ours(id).is_some()
            && own.is_some_and(|domain| id.rsplit('@').next().is_some_and(|d| d.eq_ignore_ascii_case(domain)))
    });
    if through_us || by_us {
        return Some(Machine::Loop);
    }
    let is_report =
        mail.content_type().is_some_and(|kind| kind.ctype() == "multipart" && kind.subtype() == Some("report"));
    let local = mail.from().and_then(|a| a.first()).and_then(|a| a.address()).unwrap_or_default().to_ascii_lowercase();
    let postmaster = ["mailer-daemon@", "postmaster@"].iter().any(|p| local.starts_with(p));
    // The empty sender of reports; a mail server writes it into Return-Path when it delivers.
    let no_sender = raw(mail, "return-path").is_some_and(|path| path == "<>");
    if is_report || postmaster || no_sender {
        return Some(Machine::Report);
    }
    let says = |name: &str, words: &[&str]| {
        raw(mail, name).is_some_and(|value| words.iter().any(|w| value.to_ascii_lowercase().starts_with(w)))
    };
    let answered = raw(mail, "auto-submitted").is_some_and(|value| !value.to_ascii_lowercase().starts_with("no"));
    let notes = ["x-autoreply", "x-autorespond", "x-auto-reply"].iter().any(|name| raw(mail, name).is_some());
    if answered || notes || says("precedence", &["auto_reply", "auto-reply"]) {
        return Some(Machine::AutoReply);
    }
    let list = ["list-id", "list-unsubscribe", "list-post"].iter().any(|name| raw(mail, name).is_some());
    (list || says("precedence", &["bulk", "junk", "list"])).then_some(Machine::Bulk)
}

/// Every text part one after the other; HTML becomes text where there is nothing else.
fn body(mail: &Message<'_>) -> String {
    let mut out = String::new();
    for at in 0..mail.text_body_count() {
        if let Some(part) = mail.body_text(at) {
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            out.push_str(&part);
        }
    }
    out
}

/// Pictures by their declared type (looked at later), and how many other files there were.
fn files(mail: &Message<'_>) -> (Vec<Vec<u8>>, usize) {
    let (mut pictures, mut others) = (Vec::new(), 0);
    for part in mail.attachments() {
        let picture = part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"));
        match &part.body {
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) if picture && pictures.len() < PICTURES => {
                pictures.push(bytes.to_vec());
            }
            _ => others += 1,
        }
    }
    (pictures, others)
}

/// Our mails that a delivery report calls failed. A delay is no failure.
fn failed(mail: &Message<'_>) -> Vec<Uuid> {
    let mut failed = false;
    let mut found = Vec::new();
    for part in &mail.parts {
        if let PartType::Message(returned) = &part.body {
            found.extend(returned.message_id().and_then(ours));
            continue;
        }
        let contents = String::from_utf8_lossy(part.contents());
        for line in contents.lines() {
            let Some((name, value)) = line.split_once(':') else { continue };
            match name.trim().to_ascii_lowercase().as_str() {
                "action" => failed |= value.trim().eq_ignore_ascii_case("failed"),
                "message-id" => found.extend(ours(value.trim())),
                _ => {}
            }
        }
    }
    if !failed {
        return Vec::new();
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What is new in a reply: quoted lines go, and everything below the line with which mail programs begin the old mail.
fn fresh(body: &str) -> String {
    let mut out = Vec::new();
    for line in body.lines() {
        let bare = line.trim();
        if begins_old_mail(bare) {
            break;
        }
        if !bare.starts_with('>') {
            out.push(line);
        }
    }
    text::tidy(&out.join("\n"))
}

fn begins_old_mail(line: &str) -> bool {
    let dashes = line.starts_with("--");
    let old = ["原始邮件", "Original Message", "Original message", "转发邮件", "Forwarded message"];
    (dashes && old.iter().any(|word| line.contains(word)))
        || (line.starts_with("On ") && line.ends_with("wrote:"))
        || line.ends_with("写道：")
        || line.ends_with("写道:")
        || line == "________________________________"
        || line.starts_with("发件人：")
        || line.starts_with("发件人:")
        || line.starts_with("From: ")
}

/// Our mails hold the secret address of a matter; a reply quotes it, and staff read replies.
fn without_codes(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find("/t/") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(after.len());
        let (code, more) = after.split_at(end);
        out.push_str(if code.len() >= 12 { "…" } else { code });
        rest = more;
    }
    out.push_str(rest);
    out
}
