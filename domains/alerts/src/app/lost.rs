//! Who hears of the case of a lost elder. Staff and helpers: a notice on the desk that leads to the case itself, by mail where it
//! cannot wait for somebody to look, and into the chat groups of the desks. The family: by text message and mail, with a link of
//! their own to follow it. Numbers and links; no name, no place of anybody.

use super::family::{self, Named, Way};
use super::tell::{HasMail, HasSms};
use super::{notices, outbox, robots};
use crate::Result;
use crate::config::AlertsConfig;
use care::model::ContactLine;
use kernel::Moment;
use kernel::ids::{CaseId, ContactId, MatterId, PersonId};
use lost::events::{News, TellFamily, TellStaff, Why};
use lost::model::State;
use people::policy::Action;
use store::{Cx, params};
use uuid::Uuid;

/// What also goes by mail.
const BY_MAIL: &[Why] = &[
    Why::New,
    Why::Untaken,
    Why::Asked,
    Why::Called,
    Why::Long,
    Why::Second,
    Why::Override,
    Why::Conference,
    Why::Card,
    Why::SearchFound,
];

/// The job of `lost`: once per account and key, however often it runs.
pub(crate) fn staff(cx: &mut Cx<'_>, config: &AlertsConfig, mail: HasMail, job: &TellStaff, key: &str) -> Result<()> {
    let Some(why) = Why::from_code(&job.why) else { return Ok(()) };
    let about = lost::app::about(cx, job.case)?;
    let (kind, case) = (why.code(), MatterId(job.case.0));
    let mut news = false;
    for account in &job.accounts {
        let key = format!("{key}/{account}");
        if !notices::add(cx, *account, kind, case, &about.number, &key)? {
            continue;
        }
        news = true;
        if mail.0 && BY_MAIL.contains(&why) && people::app::accounts::has_email(cx, *account)? {
            outbox::to_account(cx, *account, kind, case, &key)?;
        }
    }
    if news && why == Why::New {
        robots::lost(cx, &config.robots, job.case, &about)?;
    }
    Ok(())
}

/// The job of `lost`: every contact who may hear of it, by mail and by text message as far as they left an address.
pub(crate) fn family(cx: &mut Cx<'_>, (mail, sms): (HasMail, HasSms), job: &TellFamily, key: &str) -> Result<()> {
    let Some(news) = News::from_code(&job.news) else { return Ok(()) };
    let Some(person) = lost::app::about(cx, job.case)?.person else { return Ok(()) };
    let (kind, of) = (format!("{PREFIX}{}", news.code()), MatterId(job.case.0));
    for contact in care::app::telling::family(cx, person)? {
        if job.contact.is_some_and(|only| only != contact.id) {
            continue;
        }
        let by_sms = sms.0 && contact.phone.is_some();
        // A code goes one way only: the telephone is in the hand of whoever comes.
        let by_mail = mail.0 && contact.mail.is_some() && !(by_sms && news == News::Code);
        if by_sms {
            family::queue(cx, Way::Sms, (person, contact.id), (&kind, of), key)?;
        }
        if by_mail {
            family::queue(cx, Way::Mail, (person, contact.id), (&kind, of), key)?;
        }
    }
    Ok(())
}

/// Beginning of the kinds of such messages, and of the keys of their words after `mail-` and `sms-`.
const PREFIX: &str = "lost-";

/// What a message is about, when it is one of these.
pub(super) fn news_of(kind: &str) -> Option<News> {
    News::from_code(kind.strip_prefix(PREFIX)?)
}

/// What the message names, with a new link; `None` when it was overtaken by events.
pub(super) fn named(
    cx: &mut Cx<'_>,
    config: &AlertsConfig,
    news: News,
    case: CaseId,
    (person, contact): (PersonId, &ContactLine),
) -> Result<Option<Named>> {
    let about = lost::app::about(cx, case)?;
    let current = match news {
        News::Looking => about.state == State::Missing,
        News::Found => matches!(about.state, State::Sighted | State::Escorted | State::Kept),
        News::Kept => about.state == State::Kept,
        News::Home => matches!(about.state, State::HandedOver | State::Closed),
        News::Code => about.state.is_open(),
        // It is about all of the times, however this one stands.
        News::Conference => true,
    };
    if !current || about.person != Some(person) {
        return Ok(None);
    }
    let mut named = Named { number: about.number, ..Named::default() };
    match news {
        // Nothing to follow: it is over, or the committee calls.
        News::Home | News::Conference => {}
        News::Code => match lost::app::code_to_send(cx, case, contact.id)? {
            Some(code) => named.code = code,
            None => return Ok(None),
        },
        News::Looking | News::Found | News::Kept => match lost::app::family::new_link(cx, case, contact.id)? {
            Some(token) => named.link = family::link(config, contact.lang, &format!("/k/{token}")),
            None => return Ok(None),
        },
    }
    Ok(Some(named))
}

/// What became of one message to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Still with us.
    Waits,
    /// Taken by the gateway, or by the mail server of whoever gets it; that it was read is not known.
    Taken,
    /// The gateway says that it arrived.
    Arrived,
    Failed,
}

impl Fate {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waits => "waits",
            Self::Taken => "taken",
            Self::Arrived => "arrived",
            Self::Failed => "failed",
        }
    }
}

/// One message of a case to a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub contact: ContactId,
    pub by_sms: bool,
    pub at: Moment,
    pub fate: Fate,
}

/// Messages to the contacts of a case, the earliest first, without those that were overtaken before they were sent.
pub fn told(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<Told>> {
    if !lost::app::may(cx, case, Action::WorkCase)? {
        return Ok(Vec::new());
    }
    let sql = "SELECT to_contact, channel, state, created_at, settled_at FROM message WHERE matter_id = $1 AND district_id = $2 \
               AND to_contact IS NOT NULL AND state <> 'dropped' ORDER BY created_at, id";
    let rows = cx.query(sql, params![MatterId(case.0), cx.district()])?;
    rows.iter()
        .map(|r| {
            let fate = match r.text("state")?.as_str() {
                "queued" => Fate::Waits,
                "arrived" => Fate::Arrived,
                "failed" => Fate::Failed,
                _ => Fate::Taken,
            };
            let at = r.opt_moment("settled_at")?.map_or_else(|| r.moment("created_at"), Ok)?;
            Ok(Told { contact: r.id("to_contact")?, by_sms: r.text("channel")? == "sms", at, fate })
        })
        .collect()
}

/// A message of a case did not reach a contact: the case has it, and whoever works on it calls.
pub(super) fn failed(cx: &mut Cx<'_>, message: Uuid) -> Result<()> {
    let sql = "SELECT kind, channel, matter_id, to_contact FROM message WHERE id = $1 AND district_id = $2 AND to_contact IS NOT NULL";
    let Some(r) = cx.query_opt(sql, params![message, cx.district()])? else { return Ok(()) };
    match news_of(&r.text("kind")?) {
        None | Some(News::Conference) => Ok(()),
        Some(_) => {
            let case = CaseId(r.id::<MatterId>("matter_id")?.0);
            Ok(lost::app::not_reached(cx, case, r.id("to_contact")?, &r.text("channel")?)?)
        }
    }
}
