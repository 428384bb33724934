//! What the forms of the page ask for.

use crate::Page;
use crate::public::post::Posted;
use care::app::visits::{self, NewFact};
use care::model::visit::{VisitId, VisitKind};
use care::model::visit_plan::{FactKind, FactSource};
use care::{Error, Result};
use jiff::civil::Date;
use kernel::ids::{AccountId, PersonId};
use people::app::consents::By;
use store::Cx;
use uuid::Uuid;

/// Ends of the keys `cared-done-…`.
pub(super) const DONE: [&str; 11] = [
    "as-asked",
    "as-before",
    "begun",
    "ended",
    "wish",
    "fact",
    "fact-ended",
    "need",
    "assigned",
    "recorded",
    "was-joined",
];

/// A form that could not be taken: which, what was typed, and why.
pub(super) struct Wrong {
    pub form: String,
    pub words: String,
    typed: Vec<(String, String)>,
}

impl Wrong {
    pub(super) fn new(posted: &Posted, words: String) -> Self {
        Self { form: posted.get("do"), words, typed: posted.pairs() }
    }
    #[cfg(test)]
    pub(super) fn sample(words: String) -> Self {
        Self { form: "wish".into(), words, typed: vec![("days".into(), "60".into())] }
    }
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.typed.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.typed.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// What somebody can mend at once, in words.
pub(super) fn told(page: &Page, error: &Error) -> Option<String> {
    match error {
        Error::Invalid { field, why } => {
            let own = page.loc.find(&format!("cared-wrong-{field}"), &[]);
            own.or_else(|| page.loc.find(&format!("cared-wrong-{why}"), &[])).or_else(|| Some(page.t("invalid-form")))
        }
        Error::Refused(why) => Some(page.tk("rule-care-", why)),
        Error::People(people::Error::Refused(why)) => Some(page.tk("rule-record-", why)),
        Error::Stale { .. } => Some(page.t("cared-stale")),
        _ => None,
    }
}

fn day(text: &str) -> Option<Date> {
    kernel::text::narrow(text).trim().parse().ok()
}

const fn missing(field: &'static str) -> Error {
    Error::Invalid { field, why: "missing" }
}

/// Does it; answers the end of a key.
pub(super) fn step(cx: &mut Cx<'_>, person: PersonId, posted: &Posted) -> Result<&'static str> {
    match posted.get("do").as_str() {
        "begin" => {
            let agreed = By::from_code(&posted.get("agreed")).ok_or(missing("agreed"))?;
            let kind = VisitKind::from_code(&posted.get("kind")).ok_or(missing("kind"))?;
            visits::begin(cx, person, agreed, kind)?;
            Ok("begun")
        }
        "end" => match visits::end(cx, person) {
            // Sent twice: it is over already.
            Ok(()) | Err(Error::Store(store::Error::NotFound)) => Ok("ended"),
            Err(other) => Err(other),
        },
        "asked" => {
            let wished = posted.get("wished") == "yes";
            let seen = posted.get("version").parse().unwrap_or(0);
            match visits::answer_asked(cx, person, seen, wished) {
                Ok(()) => Ok(if wished { "as-asked" } else { "as-before" }),
                // Sent twice: the plan is over already.
                Err(Error::Store(store::Error::NotFound)) if wished => Ok("as-asked"),
                Err(other) => Err(other),
            }
        }
        "wish" => wish(cx, person, posted),
        "fact" => fact(cx, person, posted),
        "fact-end" => {
            let id = posted.get("id").parse::<Uuid>().map_err(|_| missing("fact"))?;
            match visits::end_fact(cx, person, id) {
                Ok(()) | Err(Error::Store(store::Error::NotFound)) => Ok("fact-ended"),
                Err(other) => Err(other),
            }
        }
        "need" => {
            let id = posted.get("again").parse::<Uuid>().map_err(|_| missing("need"))?;
            visits::say_need(cx, person, id, &posted.get("need"))?;
            Ok("need")
        }
        "assign" => {
            let visit = posted.get("visit").parse::<VisitId>().map_err(|_| missing("visit"))?;
            let seen = posted.get("seen").parse().unwrap_or(0);
            let to: Vec<AccountId> = posted.list("to").iter().filter_map(|a| a.parse().ok()).collect();
            match visits::assign(cx, visit, seen, &to) {
                Ok(_) => Ok("assigned"),
                Err(Error::Stale { .. }) if same_pair(cx, visit, &to)? => Ok("assigned"),
                Err(other) => Err(other),
            }
        }
        _ => Err(missing("form")),
    }
}

/// Sent twice: they are sent already.
fn same_pair(cx: &mut Cx<'_>, visit: VisitId, to: &[AccountId]) -> Result<bool> {
    let (mut now, mut to) = (visits::load(cx, visit)?.pair(), to.to_vec());
    now.sort();
    to.sort();
    to.dedup();
    Ok(now == to)
}

fn wish(cx: &mut Cx<'_>, person: PersonId, posted: &Posted) -> Result<&'static str> {
    let typed = posted.get("days");
    let days = match typed.as_str() {
        "" => None,
        text => Some(text.parse::<i64>().map_err(|_| Error::Invalid { field: "wish", why: "range" })?),
    };
    let safety = posted.get("safety");
    if let Err(stale) = visits::expect(cx, person, posted.get("version").parse().unwrap_or(0)) {
        // Sent twice: it stands so already.
        let stands = visits::of_person(cx, person)?.and_then(|p| p.wish);
        let same =
            stands.as_ref().map(|w| w.days) == days && stands.and_then(|w| w.safety).unwrap_or_default() == safety;
        return if same { Ok("wish") } else { Err(stale) };
    }
    visits::set_wish(cx, person, days, &safety)?;
    Ok("wish")
}

fn fact(cx: &mut Cx<'_>, person: PersonId, posted: &Posted) -> Result<&'static str> {
    let until = posted.get("until");
    let new = NewFact {
        kind: FactKind::from_code(&posted.get("fact")).ok_or(missing("fact"))?,
        source: FactSource::from_code(&posted.get("source")).ok_or(missing("source"))?,
        on: day(&posted.get("on")).ok_or(missing("on"))?,
        until: if until.is_empty() { None } else { Some(day(&until).ok_or(missing("until"))?) },
    };
    visits::state_fact(cx, person, &new)?;
    Ok("fact")
}
