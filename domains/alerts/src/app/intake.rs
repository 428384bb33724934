//! A mail from outside becomes a matter, adds facts to one, or is left alone (J1). Called once per mail, by the command
//! that a mail server pipes into; a crash in between is harmless, because the same mail does the same thing again and
//! nothing twice.

use super::outbox;
use super::tell::HasMail;
use crate::incoming::{self, Incoming, Machine, Unreadable};
use crate::texts::text;
use crate::{Error, Result};
use kernel::ids::{DistrictId, MatterId, RaiserId};
use kernel::{Actor, Lang, Purpose, text as words};
use matters::app::{self, Act, Raise, RaisedPlace, RaiserInput, brief};
use matters::model::{Channel, Command, Origin, State};
use matters::photo::{self, Photo};
use people::policy::jobs;
use store::{Cx, Runtime, Who, params};
use uuid::Uuid;

/// How mails are taken here.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Class of what comes by mail; people sort it afterwards.
    pub class: String,
    /// Domain of our own mails.
    pub own_domain: Option<String>,
    /// Mail goes out, so whoever wrote gets a receipt.
    pub sends: bool,
}

/// What became of a mail. Numbers only; for the log of a mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    Raised(String),
    /// The matter of a reply was closed already: a new one was raised that names it.
    RaisedAnew(String, String),
    Added(String),
    /// This mail was here before.
    Known(String),
    LeftAlone(Machine),
    /// A report about mails of ours; so many deliveries did not happen.
    Bounced(usize),
    /// An answer to a notice for staff. Nobody can be recognised by a mail, so it does nothing at the desk.
    FromStaff,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotTaken {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("{0}")]
    Error(#[from] Error),
}

/// Characters of one text of a matter that is raised, and of one added later.
const FIRST: usize = 4_800;
const LATER: usize = 1_900;
/// Texts added to one matter by one mail.
const TEXTS: usize = 6;

/// Takes a mail.
///
/// # Errors
/// When it cannot be read, or the database is not there.
pub fn take(
    rt: &Runtime,
    district: DistrictId,
    settings: &Settings,
    bytes: &[u8],
) -> std::result::Result<Taken, NotTaken> {
    let mut mail = incoming::read(bytes, settings.own_domain.as_deref())?;
    let who = Who::system(district, jobs::DELIVERY);
    match mail.machine {
        Some(Machine::Report) => {
            let bounced = std::mem::take(&mut mail.bounced);
            return Ok(Taken::Bounced(rt.write_now(who, move |cx| bounces(cx, &bounced))?));
        }
        Some(machine) => return Ok(Taken::LeftAlone(machine)),
        None => {}
    }
    // Pictures take a while: outside the transaction.
    let files = std::mem::take(&mut mail.pictures);
    let pictures: Vec<Photo> = files.iter().filter_map(|bytes| photo::clean(bytes).ok()).collect();
    mail.other_files += files.len() - pictures.len();
    let settings = settings.clone();
    Ok(rt.write_now(who, move |cx| one(cx, &settings, &mail, &pictures))?)
}

fn bounces(cx: &mut Cx<'_>, ids: &[Uuid]) -> Result<usize> {
    let mut found = 0;
    for id in ids {
        found += usize::from(outbox::bounced(cx, *id)?);
    }
    Ok(found)
}

fn one(cx: &mut Cx<'_>, settings: &Settings, mail: &Incoming, pictures: &[Photo]) -> Result<Taken> {
    match answered(cx, mail)? {
        Some(Answered::Staff) => Ok(Taken::FromStaff),
        Some(Answered::Raiser(matter)) => reply(cx, settings, mail, pictures, matter),
        None => {
            let (number, repeated) = raise(cx, settings, mail, pictures, None)?;
            Ok(if repeated { Taken::Known(number) } else { Taken::Raised(number) })
        }
    }
}

/// Whose mail of ours is answered.
enum Answered {
    /// The matter that answers for this raiser now: another one after a merge.
    Raiser(MatterId),
    Staff,
}

fn answered(cx: &mut Cx<'_>, mail: &Incoming) -> Result<Option<Answered>> {
    for id in &mail.answers {
        let sql = "SELECT matter_id, to_raiser FROM message WHERE id = $1 AND district_id = $2";
        let Some(row) = cx.query_opt(sql, params![*id, cx.district()])? else { continue };
        let matter: MatterId = row.id("matter_id")?;
        let Some(raiser) = row.opt_id::<RaiserId>("to_raiser")? else { return Ok(Some(Answered::Staff)) };
        let now = matters::raiser::matter_of(cx, raiser)?.unwrap_or(matter);
        return Ok(Some(Answered::Raiser(now)));
    }
    Ok(None)
}

/// Adds what is new to the matter; a closed one is not reopened by a "thank you", so what comes then is raised anew.
fn reply(cx: &mut Cx<'_>, settings: &Settings, mail: &Incoming, pictures: &[Photo], matter: MatterId) -> Result<Taken> {
    let about = brief(cx, matter)?;
    if matches!(about.state, State::Closed | State::Duplicate) {
        let (number, repeated) = raise(cx, settings, mail, pictures, Some(&about.number))?;
        let anew = Taken::RaisedAnew(number.clone(), about.number);
        return Ok(if repeated { Taken::Known(number) } else { anew });
    }
    let lang = language(&mail.words);
    let said = if mail.words.is_empty() { text(lang, "mail-in-empty", &[]) } else { mail.words.clone() };
    let mut repeated = false;
    as_raiser(cx, matter, |cx| {
        for (i, part) in parts(&said, LATER, LATER).into_iter().enumerate() {
            let command = Act::new(matter, Command::AddFacts { text: part }).key(format!("{}:{i}", mail.key));
            repeated |= app::act(cx, command)?.repeated;
        }
        if !repeated {
            attach(cx, matter, lang, pictures, mail.other_files)?;
        }
        Ok(())
    })?;
    Ok(if repeated { Taken::Known(about.number) } else { Taken::Added(about.number) })
}

/// Raises it; answers the number, and whether it was there before.
fn raise(
    cx: &mut Cx<'_>,
    settings: &Settings,
    mail: &Incoming,
    pictures: &[Photo],
    about: Option<&str>,
) -> Result<(String, bool)> {
    let lang = language(&format!("{}{}", mail.subject, mail.words));
    let mut said = [mail.subject.as_str(), mail.words.as_str()].map(str::trim).to_vec();
    said.retain(|part| !part.is_empty());
    said.dedup();
    let mut said = said.join("\n\n");
    if said.is_empty() {
        said = text(lang, "mail-in-empty", &[]);
    }
    if let Some(number) = about {
        said = format!("{}\n\n{said}", text(lang, "mail-in-about", &[("number", number)]));
    }
    let mut parts = parts(&said, FIRST, LATER).into_iter();
    let command = Raise {
        key: Some(mail.key.clone()),
        class: settings.class.clone(),
        text: parts.next().unwrap_or_default(),
        place: RaisedPlace::default(),
        raiser: raiser(mail, lang),
        origin: Origin::Email,
    };
    let street = Actor::public(cx.district());
    let receipt = cx.acting_as(street, Purpose::OwnMatter, |cx| app::raise(cx, command));
    let receipt = match receipt {
        // The same id on another text: a program that gives every mail one id. The first one stands.
        Err(matters::Error::Invalid(wrong)) if wrong.iter().any(|w| w.key == "invalid-key-reused") => {
            return Ok((known(cx, &mail.key)?, true));
        }
        other => other?,
    };
    if receipt.repeated {
        return Ok((receipt.number, true));
    }
    as_raiser(cx, receipt.matter, |cx| {
        for part in parts {
            app::act(cx, Act::new(receipt.matter, Command::AddFacts { text: part }))?;
        }
        attach(cx, receipt.matter, lang, pictures, mail.other_files)
    })?;
    if settings.sends && mail.from.is_some() {
        outbox::receipt(cx, HasMail(true), receipt.raiser, receipt.matter)?;
    }
    Ok((receipt.number, false))
}

fn known(cx: &mut Cx<'_>, key: &str) -> Result<String> {
    Ok(matters::app::number_of_key(cx, key)?.unwrap_or_default())
}

fn as_raiser<T>(cx: &mut Cx<'_>, matter: MatterId, f: impl FnOnce(&mut Cx<'_>) -> Result<T>) -> Result<T> {
    let actor = Actor::raiser(cx.district(), matter);
    cx.acting_as(actor, Purpose::OwnMatter, f)
}

/// Pictures as far as a matter takes them; the rest is named in words, so that somebody asks for it.
fn attach(cx: &mut Cx<'_>, matter: MatterId, lang: Lang, pictures: &[Photo], others: usize) -> Result<()> {
    let mut left = others;
    for picture in pictures {
        match app::attach(cx, matter, picture) {
            Ok(_) => {}
            Err(matters::Error::Invalid(_)) => left += 1,
            Err(error) => return Err(error.into()),
        }
    }
    if left > 0 {
        let said = text(lang, "mail-in-files", &[("n", &left.to_string())]);
        app::act(cx, Act::new(matter, Command::AddFacts { text: said }))?;
    }
    Ok(())
}

/// Name and address into the raiser block, and nowhere else.
fn raiser(mail: &Incoming, lang: Lang) -> RaiserInput {
    let Some((name, address)) = mail.from.as_ref().filter(|(_, address)| is_address(address)) else {
        return RaiserInput::anonymous(lang);
    };
    let name = name.as_deref().map(|n| words::excerpt(n.trim(), 60)).filter(|n| !n.is_empty() && n != address);
    RaiserInput {
        anonymous: false,
        name,
        phone: None,
        email: Some(address.clone()),
        address: None,
        channel: Channel::Email,
        lang,
    }
}

fn is_address(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let odd = text.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"'));
    !local.is_empty()
        && !odd
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && text.len() <= 254
}

/// Whoever writes Chinese is answered in Chinese.
fn language(text: &str) -> Lang {
    let han = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c);
    if text.is_empty() || text.chars().any(han) { Lang::ZhCn } else { Lang::En }
}

/// Cuts a long text where it may be cut; what is beyond all parts is left out and said so.
fn parts(text: &str, first: usize, later: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while !rest.is_empty() {
        let most = if out.is_empty() { first } else { later };
        if out.len() + 1 == TEXTS && rest.len() > most {
            rest.truncate(most - 1);
            rest.push('…');
        }
        let more = rest.split_off(rest.len().min(most));
        let part: String = rest.into_iter().collect();
        // A part of blanks alone would be refused.
        if !part.trim().is_empty() {
            out.push(part);
        }
        rest = more;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_endless_ones_end() {
        assert_eq!(parts("abc", 10, 5), ["abc"]);
        assert_eq!(parts("abcdefgh", 4, 3), ["abcd", "efg", "h"]);
        let endless = parts(&"长".repeat(100_000), FIRST, LATER);
        assert_eq!(endless.len(), TEXTS);
        assert!(endless.last().is_some_and(|p| p.ends_with('…') && p.chars().count() == LATER));
    }
}
