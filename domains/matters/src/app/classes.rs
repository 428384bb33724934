//! The table of classes, edited by the coordinator or the system administrator (J1). Every change is a new version.

use crate::error::Invalid;
use crate::events;
use crate::model::{ClassRule, Family, Route};
use crate::store::classes as table;
use crate::{Error, limits, seed};
use ::store::Cx;
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use std::sync::Arc;

/// Current classes in the order of the list, also those no longer offered. Open to everybody: the first question of
/// every form is made of it.
pub fn classes(cx: &mut Cx<'_>) -> Result<Arc<[Arc<ClassRule>]>, Error> {
    table::current(cx)
}

/// The agencies that classes name, for imports and checks.
pub fn agencies(cx: &mut Cx<'_>) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = table::current(cx)?.iter().filter_map(|c| c.agency.clone()).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Writes a class: a new one, or the next version of one whose current version is `rule.version`. Open matters of the
/// class get their clocks anew by a job; answers the stored version.
pub fn save_class(cx: &mut Cx<'_>, mut rule: ClassRule) -> Result<ClassRule, Error> {
    require(&cx.actor, cx.purpose, Action::ManageClasses, &ResourceFacts::District)?;
    check(&mut rule)?;
    cx.lock("matter-classes")?;
    table::forget(cx);
    let known = table::by_code(cx, &rule.code)?;
    match &known {
        Some(known) if known.version != rule.version => {
            return Err(Error::invalid("version", "invalid-class-changed"));
        }
        Some(known) => rule.version = known.version + 1,
        None => rule.version = 1,
    }
    table::put(cx, &rule)?;
    cx.record("class.saved", "district", cx.district().0, &json!({ "class": rule.code, "version": rule.version }))?;
    if known.is_some() {
        let key = format!("{}:{}:{}", cx.district(), rule.code, rule.version);
        let payload = json!({ "class": rule.code });
        events::enqueue(cx, events::RECOMPUTE, key, cx.now, &payload)?;
    }
    Ok(rule)
}

/// Writes the classes a new district starts with, where they are missing; answers how many.
pub fn seed_classes(cx: &mut Cx<'_>) -> Result<usize, Error> {
    require(&cx.actor, cx.purpose, Action::ManageClasses, &ResourceFacts::District)?;
    table::forget(cx);
    let known = table::current(cx)?;
    let mut added = 0;
    for rule in seed::classes().into_iter().filter(|r| !known.iter().any(|k| k.code == r.code)) {
        table::put(cx, &rule)?;
        added += 1;
    }
    cx.record("class.seeded", "district", cx.district().0, &json!({ "added": added }))?;
    Ok(added)
}

fn check(rule: &mut ClassRule) -> Result<(), Error> {
    let mut wrong = Vec::new();
    let code_ok = (1..=40).contains(&rule.code.len())
        && rule.code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !code_ok {
        wrong.push(Invalid::new("code", "invalid-class-code"));
    }
    limits::text(&mut wrong, "name_zh", &mut rule.name_zh, 80);
    limits::text(&mut wrong, "name_en", &mut rule.name_en, 80);
    for (field, value) in [("hint_zh", &mut rule.hint_zh), ("hint_en", &mut rule.hint_en)] {
        let mut some = Some(std::mem::take(value));
        limits::optional(&mut wrong, field, &mut some, 200);
        *value = some.unwrap_or_default();
    }
    if rule.family == Family::Emergency && !matches!(rule.route, Route::Duty | Route::CommunityOfficer) {
        wrong.push(Invalid::new("route", "invalid-emergency-route"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}
