//! The elder of a case and whom to call: contacts in order with what they said and which messages reached them (L6), who is at home,
//! and what was learned the time before (L10).

use super::first::Due;
use crate::{Page, fmt};
use alerts::app::lost::{Fate, Told};
use care::model::schedule::Home;
use kernel::Moment;
use kernel::ids::ContactId;
use lost::app::{Case, Circle};
use lost::model::{Attempt, State};

/// Minutes after which a message that was not sent counts as one that did not arrive.
const WAITS: i64 = 2;

/// Minutes before somebody comes from which the hand-over is at hand.
const NEAR: i64 = 30;

/// Somebody to call.
pub(super) struct ContactView {
    pub id: String,
    pub name: String,
    pub relation: String,
    pub phone: Option<String>,
    pub barred: bool,
    pub may_collect: bool,
    pub lang: Option<String>,
    /// What became of the messages to them; the flag: it did not reach them.
    pub told: Vec<(String, bool)>,
    /// What they said last.
    pub last: Option<String>,
    pub last_good: bool,
    /// To be called now.
    pub next: bool,
}

pub(super) struct CircleView {
    pub name: String,
    pub record: String,
    pub plan: String,
    pub contacts: Vec<ContactView>,
    /// "The next one is to be called by 18:33."
    pub next_call: Option<Due>,
    /// Who is at home now.
    pub home: String,
    pub home_bad: bool,
    /// "Second time within 30 days."
    pub losses: Option<String>,
    /// Somebody will be here within half an hour, or should be here by now.
    pub near: bool,
    /// Finders wrote by the card.
    pub heard: bool,
    /// The time before.
    pub before: Option<BeforeView>,
}

/// What was learned the time before.
pub(super) struct BeforeView {
    pub title: String,
    pub href: Option<String>,
    /// What, and the words.
    pub facts: Vec<(String, String)>,
}

pub(super) fn view(page: &Page, c: &Case, k: &Circle, told: &[Told], href: &str) -> CircleView {
    let last_of = |id: ContactId| k.attempts.iter().rev().find(|a| a.contact == id);
    let open = k.contacts.iter().filter(|x| !x.barred);
    // Who was not called at all comes first, in the order of the circle.
    let next = open
        .clone()
        .find(|x| last_of(x.id).is_none())
        .or_else(|| open.clone().find(|x| last_of(x.id).is_some_and(|a| a.result == Attempt::NoAnswer)))
        .map(|x| x.id);
    let coming =
        k.attempts.iter().any(|a| last_of(a.contact).is_some_and(|l| l.eta.is_some() && l.result != Attempt::Refused));
    let soon = page.now.plus_minutes(NEAR);
    let mut said = k.contacts.iter().filter_map(|x| last_of(x.id));
    let near = said.any(|a| a.result != Attempt::Refused && a.eta.is_some_and(|eta| eta <= soon));
    let waits = !coming && !matches!(c.row.state, State::HandedOver | State::Closed);
    let unreached = |id| last_of(id).is_none() && told.iter().any(|t| t.contact == id && did_not_reach(page, t));
    let next_call = if !waits {
        None
    } else if let Some(last) = k.attempts.last() {
        let due = last.at.plus_minutes(c.rules.next_contact_minutes);
        let late = due < page.now;
        let key = if late { "lost-next-call-late" } else { "lost-next-call" };
        Some(Due { words: page.t1(key, "clock", fmt::clock(due)), late, until: Some(page.machine_time(due)) })
    } else {
        // Nobody was called yet, and a message did not arrive: there is nothing to wait for.
        let who = open.clone().find(|x| unreached(x.id));
        who.map(|x| Due { words: page.t1("lost-next-call-unreached", "who", &x.name), late: true, until: None })
    };
    let contacts = k
        .contacts
        .iter()
        .map(|x| ContactView {
            id: x.id.to_string(),
            name: x.name.clone(),
            relation: x.relation.clone(),
            phone: x.phone.as_deref().map(fmt::phone),
            barred: x.barred,
            may_collect: x.may_collect,
            lang: (x.lang == kernel::Lang::En).then(|| page.t("desk-lang-en")),
            told: told_words(page, told, x.id),
            last: last_of(x.id).map(|a| attempt_words(page, a.result, a.eta, a.at)),
            last_good: last_of(x.id).is_some_and(|a| a.eta.is_some() && a.result != Attempt::Refused),
            next: waits && next == Some(x.id),
        })
        .collect();
    let (home, home_bad) = at_home(page, k);
    CircleView {
        name: k.name.clone().unwrap_or_else(|| page.t("record-no-name")),
        record: format!("{href}/record"),
        plan: format!("{href}/plan"),
        contacts,
        next_call,
        home,
        home_bad,
        losses: (k.losses.in_365 > 1).then(|| page.t2("lost-times", "month", k.losses.in_30, "year", k.losses.in_365)),
        near,
        heard: k.heard.threads.iter().any(|t| t.closed.is_none()),
        before: k.before.as_ref().map(|b| before(page, b)),
    }
}

pub(super) fn attempt_words(page: &Page, result: Attempt, eta: Option<Moment>, at: Moment) -> String {
    let said = page.tk("lost-attempt-", result.code());
    let said = match eta {
        Some(eta) => page.t2("lost-said-eta", "said", said, "eta", page.stamp(eta)),
        None => said,
    };
    format!("{} {said}", fmt::clock(at))
}

fn at_home(page: &Page, k: &Circle) -> (String, bool) {
    let names = |ids: &[ContactId]| {
        let all: Vec<&str> = k.contacts.iter().filter(|c| ids.contains(&c.id)).map(|c| c.name.as_str()).collect();
        all.join(if page.zh() { "、" } else { ", " })
    };
    let until = k.home.alone_until.map(|at| format!("{:02}:{:02}", at.hour(), at.minute()));
    match (&k.home.home, until) {
        (Home::Somebody(who), _) => (page.t1("lost-home-somebody", "who", names(who)), false),
        (Home::Alone, Some(until)) => (page.t1("lost-home-alone-until", "clock", until), true),
        (Home::Alone, None) => (page.t("lost-home-alone"), true),
        (Home::Elsewhere(label), _) => (page.t1("lost-home-elsewhere", "where", label), true),
        (Home::Unknown, _) => (page.t("lost-home-unknown"), false),
    }
}

/// A message that failed, or has waited for longer than a message takes.
fn did_not_reach(page: &Page, told: &Told) -> bool {
    told.fate == Fate::Failed || told.fate == Fate::Waits && told.at < page.now.plus_minutes(-WAITS)
}

/// The last message each way: "14:05 text message: arrived".
fn told_words(page: &Page, told: &[Told], contact: ContactId) -> Vec<(String, bool)> {
    let last = |by_sms| told.iter().rev().find(|t| t.contact == contact && t.by_sms == by_sms);
    [true, false]
        .into_iter()
        .filter_map(last)
        .map(|t| {
            let way = page.t(if t.by_sms { "lost-told-sms" } else { "lost-told-mail" });
            let fate = page.tk("lost-told-", t.fate.code());
            let words = page.loc.args("lost-told", &[("at", fmt::clock(t.at)), ("way", way), ("fate", fate)]);
            (words, did_not_reach(page, t))
        })
        .collect()
}

fn before(page: &Page, b: &lost::app::Before) -> BeforeView {
    let mut facts = Vec::new();
    let mut push = |key: &str, words: Option<String>| facts.extend(words.map(|w| (page.tk("lost-before-", key), w)));
    push("place", b.place.clone());
    push("seen", b.seen.clone());
    push("how", b.how.as_ref().map(|how| page.tk("lost-how-", how)));
    let took = b.found_at.zip(b.home_at).map(|(found, home)| (home.micros() - found.micros()) / 60_000_000);
    push("took", took.map(|minutes| page.t2("lost-hours-minutes", "h", minutes / 60, "m", minutes % 60)));
    let went = b.went.as_ref();
    push("went", went.map(|(who, at)| format!("{} · {}", page.tk("lost-receiver-", who), page.tk("lost-place-", at))));
    if let Some((code, words)) = &b.debrief {
        push("debrief", Some(debrief_words(page, code)));
        push("better", words.clone());
    }
    BeforeView {
        title: page.t2("lost-before", "at", page.day(b.opened_at), "number", &b.number),
        href: Some(page.href(format!("/desk/lost/{}", b.case))),
        facts,
    }
}

/// Card, locator and schedule, each with how it worked.
pub(super) fn debrief_words(page: &Page, code: &str) -> String {
    let mut parts = code.split('/');
    let mut part = |what: &str| {
        let worked = parts.next().unwrap_or("none");
        format!("{}{}", page.tk("lost-debrief-", what), page.tk("lost-worked-", worked))
    };
    let all = [part("card"), part("locator"), part("schedule")];
    all.join(if page.zh() { "，" } else { ", " })
}
