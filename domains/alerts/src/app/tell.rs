//! Who is told, and how: the answer of this crate to the jobs of `matters::events`. Runs as the sender of messages.

use super::outbox::COPY;
use super::{notices, outbox};
use crate::Result;
use kernel::ids::{AccountId, MatterId};
use kernel::{Purpose, Role};
use matters::app::data_requests::TellDeciders;
use matters::app::{Brief, brief};
use matters::events::Word;
use matters::model::{Channel, State};
use people::app::break_glass::TellSupervisor;
use people::app::demands::TellApprovers;
use people::policy::{Action, Decision, ResourceFacts, Why, decide};
use store::Cx;

/// Kinds that also go by mail; the rest waits on the desk.
const BY_MAIL: &[&str] = &[
    "new",
    "assigned",
    "inherited",
    "returned",
    "sent_back",
    "reopened",
    "emergency",
    "red",
    "supervisor",
    "next_level",
    "verify",
    "bring_answer",
    "mail_failed",
    "word_failed",
    "sms_failed",
];

/// Whether this deployment sends mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HasMail(pub bool);

/// Whether this deployment sends text messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HasSms(pub bool);

/// A notice, and a mail where the kind and the account want one. Once per key.
pub(crate) fn tell(
    cx: &mut Cx<'_>,
    mail: HasMail,
    account: AccountId,
    kind: &str,
    matter: MatterId,
    key: &str,
) -> Result<()> {
    let about = brief(cx, matter)?;
    if !is_about(cx, account, matter, &about)? {
        return tell_about(cx, mail, account, kind, (matter, &about), key);
    }
    // Never a word to the body that a matter is about (R3): a coordinator hears instead.
    for other in people::app::staff::holders_of(cx, &[Role::Coordinator])? {
        if !is_about(cx, other, matter, &about)? {
            return tell_about(cx, mail, other, kind, (matter, &about), key);
        }
    }
    Ok(())
}

/// Does the account work for whom the matter is about?
fn is_about(cx: &mut Cx<'_>, account: AccountId, matter: MatterId, about: &Brief) -> Result<bool> {
    let ResourceFacts::Matter(facts) = &about.facts else { return Ok(false) };
    if facts.about_orgs.is_empty() && facts.about_accounts.is_empty() {
        return Ok(false);
    }
    let actor = people::app::sessions::actor_of(cx, account)?;
    let answer = decide(&actor, Purpose::Matter(matter), Action::ViewMatter, &about.facts);
    Ok(answer == Decision::Deny(Why::AboutYou))
}

/// The supervisor hears of a break-glass window at once; the number is the first part of its id, nothing more.
pub(crate) fn window_opened(cx: &mut Cx<'_>, mail: HasMail, job: &TellSupervisor) -> Result<()> {
    by_desk_and_mail(cx, mail, job.account, "break_glass", &job.window.to_string())
}

/// On the desk, and by mail where there is an address: number and link, nothing of anybody.
pub(super) fn by_desk_and_mail(cx: &mut Cx<'_>, mail: HasMail, account: AccountId, kind: &str, id: &str) -> Result<()> {
    let told = notices::tell_desk(cx, account, kind, &short(id), id)?;
    if told && mail.0 && people::app::accounts::has_email(cx, account)? {
        outbox::to_account(cx, account, kind, MatterId(uuid::Uuid::nil()), &format!("{kind}/{id}/{account}"))?;
    }
    Ok(())
}

/// The review is due: told again, to the coordinators too.
pub(crate) fn window_late(cx: &mut Cx<'_>, mail: HasMail, job: &TellSupervisor) -> Result<()> {
    if !people::app::break_glass::waits(cx, job.window)? {
        return Ok(());
    }
    let window = job.window.to_string();
    let mut told = people::app::staff::holders_of(cx, &[Role::Coordinator])?;
    told.push(job.account);
    for account in told {
        by_desk_and_mail(cx, mail, account, "break_glass_late", &window)?;
    }
    Ok(())
}

pub(crate) fn demand_asked(cx: &mut Cx<'_>, job: &TellApprovers) -> Result<()> {
    let demand = job.demand.to_string();
    for account in &job.accounts {
        notices::tell_desk(cx, *account, "demand_asked", &short(&demand), &demand)?;
    }
    Ok(())
}

/// A record went out, and the person is to be told now.
pub(crate) fn demand_to_tell(cx: &mut Cx<'_>, job: &TellApprovers) -> Result<()> {
    if !people::app::demands::waits_to_tell(cx, job.demand)? {
        return Ok(());
    }
    let demand = job.demand.to_string();
    for account in &job.accounts {
        notices::tell_desk(cx, *account, "demand_tell", &short(&demand), &demand)?;
    }
    Ok(())
}

/// Somebody asks about their own data, or it is nearly due, due, or a day late; a second person is needed; it is answered,
/// and whoever took it down tells whoever asked.
pub(crate) fn data_request(cx: &mut Cx<'_>, job: &TellDeciders) -> Result<()> {
    let Some(r) = matters::app::data_requests::told(cx, job.request)? else { return Ok(()) };
    let decide = [Role::Coordinator, Role::CatchAll];
    let (told, kind): (Vec<AccountId>, _) = match job.step.as_str() {
        "answered" => (r.taken_by.into_iter().collect(), "data_request_answered"),
        "second" => {
            let all = people::app::staff::holders_of(cx, &[Role::PostHead, Role::Coordinator])?;
            (
                all.into_iter().filter(|a| Some(*a) != r.decided_by && Some(*a) != r.taken_by).collect(),
                "data_request_second",
            )
        }
        // Answered meanwhile, or put off: what was made for the older date says nothing.
        _ if !r.is_open() || r.due_at != job.due => return Ok(()),
        "new" => (people::app::staff::holders_of(cx, &decide[..1])?, "data_request_new"),
        "soon" => (people::app::staff::holders_of(cx, &decide[..1])?, "data_request_soon"),
        "due" => (people::app::staff::holders_of(cx, &decide)?, "data_request_due"),
        _ => (people::app::staff::holders_of(cx, &[Role::SecurityAdmin, Role::AuditAdmin])?, "data_request_late"),
    };
    let request = job.request.to_string();
    for account in told {
        let key = format!("{request}/{}", job.due.micros());
        notices::tell_desk(cx, account, kind, &short(&request), &key)?;
    }
    Ok(())
}

/// The end of an id: random, enough to tell two apart.
pub(super) fn short(id: &str) -> String {
    id.chars().skip(id.len().saturating_sub(6)).collect::<String>().to_uppercase()
}

fn tell_about(
    cx: &mut Cx<'_>,
    mail: HasMail,
    account: AccountId,
    kind: &str,
    (matter, about): (MatterId, &Brief),
    key: &str,
) -> Result<()> {
    let key = format!("{key}/{account}");
    if !notices::add(cx, account, kind, matter, &about.number, &key)? {
        return Ok(());
    }
    if mail.0 && BY_MAIL.contains(&kind) && people::app::accounts::has_email(cx, account)? {
        outbox::to_account(cx, account, kind, matter, &key)?;
    }
    Ok(())
}

/// Something waits to be checked: told to the head and duty officers of the place; where there is none but the
/// handlers, to colleagues, then to coordinators and the catch-all (R2: the next one up).
pub(crate) fn tell_verifiers(
    cx: &mut Cx<'_>,
    mail: HasMail,
    matter: MatterId,
    not: &[AccountId],
    key: &str,
) -> Result<()> {
    const TIERS: [&[Role]; 3] = [
        &[Role::PostHead, Role::DutyOfficer],
        &[Role::CommunityOfficer, Role::CommitteeWorker],
        &[Role::Coordinator, Role::CatchAll],
    ];
    let about = brief(cx, matter)?;
    for roles in TIERS {
        let mut told = false;
        for account in people::app::staff::holders_of(cx, roles)? {
            if not.contains(&account) {
                continue;
            }
            let actor = people::app::sessions::actor_of(cx, account)?;
            if decide(&actor, Purpose::Matter(matter), Action::Verify, &about.facts).is_allowed() {
                tell_about(cx, mail, account, "verify", (matter, &about), key)?;
                told = true;
            }
        }
        if told {
            return Ok(());
        }
    }
    Ok(())
}

/// The answer goes out. By mail it is a message; by telephone, on paper or over the counter a person brings it (the
/// matter itself told them), and a copy goes by mail where an address was left; where no gateway is set up for the channel, the owner is asked to bring it.
pub(crate) fn deliver(
    cx: &mut Cx<'_>,
    (mail, sms): (HasMail, HasSms),
    job: &matters::events::DeliverAnswer,
    key: &str,
) -> Result<()> {
    let about = brief(cx, job.matter)?;
    if about.state != State::Answered || about.opening != job.opening {
        return Ok(());
    }
    let reachable = mail.0 && matters::raiser::has_mail(cx, job.matter, job.raiser)?;
    match job.channel() {
        // Who chose the page reads it there; the mail says when, and its acceptance is a proof as with the channel e-mail.
        Some(Channel::Email | Channel::Page) if reachable => {
            outbox::to_raiser(cx, job.raiser, job.matter, job.opening, 1, key)
        }
        Some(Channel::Email) => tell_about(cx, mail, about.owner, "bring_answer", (job.matter, &about), key),
        Some(Channel::Page) | None => Ok(()),
        // A call, a letter or a visit was promised and still has to come: the mail is a copy and proves nothing.
        Some(channel) => {
            if reachable {
                outbox::word(cx, job.raiser, job.matter, job.opening, COPY, key)?;
            }
            if channel == Channel::Sms && sms.0 {
                super::sms::to_raiser(cx, job.raiser, job.matter, job.opening, 1, key)?;
            } else if channel == Channel::Sms {
                tell_about(cx, mail, about.owner, "bring_answer", (job.matter, &about), key)?;
            }
            Ok(())
        }
    }
}

/// Something was written for the raiser. Without a mail server it stands on their page all the same.
pub(crate) fn tell_raiser(
    cx: &mut Cx<'_>,
    mail: HasMail,
    job: &matters::events::NotifyRaiser,
    key: &str,
) -> Result<()> {
    let Some(word) = Word::from_code(&job.word).filter(|_| mail.0) else { return Ok(()) };
    let opening = brief(cx, job.matter)?.opening;
    outbox::word(cx, job.raiser, job.matter, opening, word.code(), key)
}
