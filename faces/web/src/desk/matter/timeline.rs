//! What was said and done on a matter, newest first.

use super::super::nobody;
use super::account_in;
use crate::Page;
use kernel::ids::AccountId;
use matters::app::{Detail, TimelineLine};
use matters::model::{DeliveryResult, Level};
use matters::{Note, NoteKind};
use serde_json::Value;
use std::collections::HashMap;

pub(super) struct EventView {
    pub at: String,
    pub machine: String,
    pub who: String,
    pub what: String,
    pub more: Vec<String>,
    pub words: Option<String>,
    pub late: bool,
}

pub(super) fn timeline(
    page: &Page,
    d: &Detail,
    names: &HashMap<AccountId, String>,
    classes: &HashMap<String, String>,
) -> Vec<EventView> {
    let shown = |note: &&Note| !matches!(note.kind, NoteKind::Body | NoteKind::Place);
    let mut notes: Vec<&Note> = d.texts.iter().filter(shown).collect();
    let mut out: Vec<EventView> = Vec::with_capacity(d.timeline.len());
    for event in &d.timeline {
        // A text and its entry are written in the same instant by the same person.
        let at = notes.iter().position(|n| n.at == event.at && n.author == event.actor);
        let words = at.map(|i| notes.remove(i).text.clone());
        out.push(EventView {
            at: page.ago(event.at),
            machine: page.machine_time(event.at),
            who: who(page, event, names),
            what: what(page, event),
            more: more(page, event, names, classes),
            words,
            late: event.kind == "escalate" && said(event, "level") != Some(Level::Yellow.code()),
        });
    }
    out.reverse();
    out
}

fn said<'a>(event: &'a TimelineLine, field: &str) -> Option<&'a str> {
    event.payload.get(field).and_then(Value::as_str)
}

/// What was done. Something typed by a colleague was raised by somebody else; a reminder says who was reminded.
fn what(page: &Page, event: &TimelineLine) -> String {
    match (event.kind.as_str(), said(event, "level")) {
        ("raise", _) if event.account.is_some() => page.t("done-raise_for"),
        ("escalate", Some(level)) => page.tk("rung-", level),
        (kind, _) => page.tk("done-", kind),
    }
}

/// Who did it, in words: a colleague by name, the resident, the program.
pub(super) fn who(page: &Page, event: &TimelineLine, names: &HashMap<AccountId, String>) -> String {
    match event.account {
        Some(account) => names.get(&account).cloned().unwrap_or_else(|| nobody(page)),
        None if event.actor.starts_with("system") => page.t("desk-by-program"),
        None => page.t("desk-by-raiser"),
    }
}

/// What the log adds to an entry: dates, reasons, outcomes, the new owner.
pub(super) fn more(
    page: &Page,
    event: &TimelineLine,
    names: &HashMap<AccountId, String>,
    classes: &HashMap<String, String>,
) -> Vec<String> {
    let text = |field: &str| said(event, field);
    let at = |field: &str| event.payload.get(field).and_then(Value::as_i64).map(kernel::Moment::from_micros);
    let mut out = Vec::new();
    let mut say = |key: &str, value: String| out.push(page.t1(key, "value", value));
    if let Some(until) = at("until") {
        say("desk-log-until", page.stamp(until));
    }
    match event.kind.as_str() {
        "wait" => text("reason").into_iter().for_each(|r| say("desk-log-reason", page.tk("wait-", r))),
        "reject" => text("reason").into_iter().for_each(|r| say("desk-log-reason", page.tk("reject-", r))),
        "contact" => text("outcome").into_iter().for_each(|o| say("desk-log-outcome", page.tk("contacted-", o))),
        "submit" => text("outcome").into_iter().for_each(|o| say("desk-log-outcome", page.tk("outcome-", o))),
        "record_delivery" => {
            if let Some(result) = text("result").and_then(DeliveryResult::from_code) {
                say("desk-log-outcome", page.tk("delivery-", result.code()));
            }
        }
        "rate" => event
            .payload
            .get("stars")
            .and_then(Value::as_i64)
            .into_iter()
            .for_each(|n| say("desk-log-stars", n.to_string())),
        _ => {}
    }
    if let Some(owner) = account_in(&event.payload, "owner") {
        let via = text("via").filter(|v| *v != "holder").map(|v| page.tk("desk-via-", v)).unwrap_or_default();
        let name = names.get(&owner).cloned().unwrap_or_else(|| nobody(page));
        say("desk-log-owner", format!("{name} {via}").trim_end().to_owned());
    }
    if let Some(class) = text("class").and_then(|c| classes.get(c)).filter(|_| event.kind == "reclassify") {
        say("desk-log-class", class.clone());
    }
    out
}
