//! What the own page, the desk and the neighbour's page say of neighbours and their worries.

use crate::{Fail, Page, fmt};
use care::app::watch::{Neighbour, OfPerson, Past, Teller};
use care::model::watch::Step;
use kernel::Moment;
use kernel::ids::AccountId;
use std::collections::HashMap;

/// What stands in the way of a form: id of the field, and the words.
pub(crate) type Problem = (&'static str, String);

/// What was typed of a neighbour.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    pub key: String,
    pub name: String,
    pub phone: String,
    pub called: String,
}

/// A neighbour who was named.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub id: String,
    pub name: String,
    pub phone: String,
    pub called: String,
    pub agreed: bool,
    pub state: String,
}

/// A worry and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct WorryView {
    pub at: String,
    pub who: String,
    pub steps: Vec<String>,
    pub over: bool,
}

/// Somebody who speaks for the elder, and whether they hear of a worry.
#[derive(Debug, Clone)]
pub(crate) struct TellerView {
    pub id: String,
    pub name: String,
    pub told: bool,
    pub reachable: bool,
}

pub(crate) fn tellers(page: &Page, all: Vec<Teller>) -> Vec<TellerView> {
    let name = |relation: String| if relation.is_empty() { page.t("watch-teller-family") } else { relation };
    let view = |t: Teller| TellerView {
        id: t.guardian.0.to_string(),
        name: name(t.relation),
        told: t.told,
        reachable: t.reachable,
    };
    all.into_iter().map(view).collect()
}

#[cfg(test)]
pub(crate) fn sample_tellers(page: &Page, full: bool) -> Vec<TellerView> {
    let of = |told, reachable| TellerView { id: "1".into(), name: page.t("watch-teller-family"), told, reachable };
    if full { vec![of(true, true), of(false, true), of(false, false)] } else { Vec::new() }
}

/// Neighbours and worries of somebody.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    pub lines: Vec<Line>,
    pub worries: Vec<WorryView>,
    /// No more can be named.
    pub full: bool,
}

/// `names`: of those who work at the desk, where the reader may know them.
pub(crate) fn shown(page: &Page, of: OfPerson, names: &HashMap<AccountId, String>) -> Shown {
    let full = of.neighbours.len() >= care::app::watch::MOST;
    Shown {
        lines: of.neighbours.into_iter().map(|n| line(page, n)).collect(),
        worries: of.worries.into_iter().map(|w| worry(page, w, names)).collect(),
        full,
    }
}

fn line(page: &Page, n: Neighbour) -> Line {
    let who = n.who.unwrap_or_default();
    let state = match n.agreed_at {
        Some(at) => page.t1("watch-since", "day", page.day(at)),
        None => page.t1("watch-asked", "day", page.day(n.since)),
    };
    Line {
        id: n.id.to_string(),
        name: who.name,
        phone: fmt::phone(&who.phone),
        called: who.called,
        agreed: n.agreed_at.is_some(),
        state,
    }
}

fn worry(page: &Page, w: Past, names: &HashMap<AccountId, String>) -> WorryView {
    let who = w.pressed.into_iter().map(|name| name.unwrap_or_else(|| page.t("watch-somebody")));
    let who = who.collect::<Vec<_>>().join(&page.t("list-comma"));
    let steps = w.steps.iter().map(|(at, step, by)| {
        let said = said(page, *at, *step);
        match by.and_then(|id| names.get(&id)) {
            Some(name) => format!("{said} · {name}"),
            None => said,
        }
    });
    WorryView { at: page.stamp(w.at), who, steps: steps.collect(), over: w.ended_at.is_some() }
}

/// "14:05 called back: all is well".
pub(crate) fn said(page: &Page, at: Moment, step: Step) -> String {
    format!("{} {}", page.stamp(at), page.tk("worry-said-", step.code()))
}

/// What can be mended on the form; another error has a page of its own.
pub(crate) fn told(page: &Page, error: care::Error) -> Result<Problem, Fail> {
    match error {
        care::Error::Invalid { field, why } => {
            let key = format!("watch-wrong-{why}");
            let name = page.loc.find(&format!("watch-field-{field}"), &[]).unwrap_or_default();
            let known = page.loc.find(&key, &[("field", name)]);
            Ok((field, known.unwrap_or_else(|| page.t("invalid-form"))))
        }
        care::Error::Refused(why) => Ok(("top", page.tk("rule-care-", why))),
        care::Error::Stale { .. } => Ok(("top", page.t("watch-stale"))),
        other => Err(other.into()),
    }
}

/// Forms with a key of their own: what is sent twice counts once.
pub(crate) fn key_of(typed: &str, fresh: uuid::Uuid) -> uuid::Uuid {
    typed.parse().unwrap_or(fresh)
}

#[cfg(test)]
pub(crate) fn sample(page: &Page, full: bool) -> Shown {
    if !full {
        return Shown::default();
    }
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let line = |agreed: bool| Line {
        id: uuid::Uuid::from_u128(4).to_string(),
        name: say("赵阿姨", "Mrs Zhao"),
        phone: "138 0555 0199".into(),
        called: say("楼上王阿姨", "upstairs"),
        agreed,
        state: page.t1(if agreed { "watch-since" } else { "watch-asked" }, "day", page.day(page.now)),
    };
    let worry = |over| WorryView {
        at: page.stamp(page.now),
        who: page.t("watch-somebody"),
        steps: Step::ALL.iter().map(|s| said(page, page.now, *s)).collect(),
        over,
    };
    Shown { lines: vec![line(true), line(false)], worries: vec![worry(false), worry(true)], full: false }
}
