//! What people ask about their own data, in words: the same on their own page and on the desk.

use crate::{Page, fmt};
use kernel::Moment;
use matters::app::data_requests::{CopyLine, Request, State};

/// A group of a copy: its heading, then label and value.
pub(crate) type Group = (String, Vec<(String, String)>);

/// A copy as it is read and printed. What stands in codes is said in words where there are any.
pub(crate) fn groups(page: &Page, lines: &[CopyLine]) -> Vec<Group> {
    let mut out: Vec<(&str, Group)> = Vec::new();
    for l in lines {
        let row = (label(page, &l.field), value(page, &l.part, &l.field, &l.value));
        match out.last_mut() {
            Some((part, (_, rows))) if *part == l.part => rows.push(row),
            _ => out.push((&l.part, (page.tk("copy-part-", &l.part), vec![row]))),
        }
    }
    out.into_iter().map(|(_, group)| group).collect()
}

fn label(page: &Page, field: &str) -> String {
    let known = |family: &str| page.loc.find(&format!("{family}{field}"), &[]);
    known("copy-field-").or_else(|| known("record-field-")).unwrap_or_else(|| page.t("copy-field-other"))
}

fn value(page: &Page, part: &str, field: &str, value: &str) -> String {
    if let Some(at) = Moment::parse_rfc3339(value).ok().filter(|_| value.len() >= 20) {
        return page.stamp(at);
    }
    let word = |family: &str| page.loc.find(&format!("{family}{value}"), &[]);
    let said = match (part, field) {
        (_, "sex") => word("record-sex-"),
        (_, "phone" | "guardian_phone") => Some(fmt::phone(value)),
        (_, "channel") => word("channel-"),
        ("requests", "kind") => word("data-kind-"),
        ("requests", "state") => word("data-state-"),
        ("matters", "state") => word("state-"),
        ("deliveries", "result") => word("delivery-"),
        ("consents", "said") => Some(consent(page, RECORD, value)),
        ("care_consents", "said") => Some(consent(page, CARE, value)),
        ("circle", "collects") => word("copy-collects-"),
        ("cards", "state") => word("card-state-"),
        ("looks", "build") => word("circle-build-"),
        ("changes", "what") => word("plan-subject-"),
        ("visit_plan", "agreed_by") => word("cared-agreed-"),
        ("visit_plan", "visit_kind") => word("cared-kind-"),
        ("visit_facts", "fact") => word("cared-fact-"),
        ("visit_facts", "source") => word("cared-source-"),
        ("visits", "visit_state") => word("cared-state-"),
        ("visit_reports", "outcome") => word("cared-outcome-"),
        ("visit_reports", "mood") => word("cared-mood-"),
        ("visit_reports", "card_seen" | "strap_seen") => word("cared-seen-"),
        ("visit_reports", "hazards") => Some(several(page, "cared-hazard-", value)),
        ("visit_reports", "needs") => Some(several(page, "cared-need-", value)),
        ("visit_reports", "visit_photo") => word("copy-collects-"),
        ("finders", "wrote") => word("card-from-"),
        ("worries", "step") => word("worry-said-"),
        ("extra", "what") => word("extra-what-"),
        ("extra", "why") => word("extra-why-"),
        _ => None,
    };
    said.unwrap_or_else(|| value.to_owned())
}

/// Codes with commas between, each in its words.
fn several(page: &Page, family: &str, value: &str) -> String {
    value.split(", ").map(|code| page.tk(family, code)).collect::<Vec<_>>().join(&page.t("list-comma"))
}

/// Families of the words of an answer about a part of the record, and of one about plan and card.
const RECORD: [&str; 5] = ["record-part-", "record-answer-", "record-by-", "record-aim-", "record-way-"];
const CARE: [&str; 5] = ["circle-consent-", "record-answer-", "record-by-", "record-way-", "plan-elder-"];

/// Codes of an answer, each in its own words; the witness as it stands.
fn consent(page: &Page, families: [&str; 5], value: &str) -> String {
    let mut all: Vec<String> = Vec::new();
    for (i, code) in value.splitn(6, " / ").enumerate() {
        let known = families.get(i).and_then(|family| page.loc.find(&format!("{family}{code}"), &[]));
        all.push(known.unwrap_or_else(|| code.to_owned()));
    }
    all.join(" · ")
}

/// Colour of a state.
pub(crate) const fn tag(r: &Request) -> &'static str {
    match r.state {
        State::Asked | State::Granted => "tag tag-wait",
        State::Ready | State::Done => "tag tag-good",
        State::Refused => "tag tag-plain",
    }
}

/// Where it stands, in a sentence, for whoever asked.
pub(crate) fn standing(page: &Page, r: &Request) -> String {
    match r.state {
        State::Asked if r.extended_at.is_some() => page.t1("data-stands-extended", "by", page.by(r.due_at)),
        State::Asked => page.t1("data-stands-asked", "by", page.by(r.due_at)),
        State::Granted => page.t1("data-stands-granted", "by", page.by(r.due_at)),
        State::Ready => {
            page.t1("data-stands-ready", "by", r.copy_until.map_or_else(String::new, |until| page.by(until)))
        }
        State::Done => page.t1("data-stands-done", "at", page.stamp(r.done_at.unwrap_or(r.asked_at))),
        State::Refused => {
            let why = r.refusal.map_or_else(String::new, |w| page.tk("data-refusal-", w.code()));
            page.t1("data-stands-refused", "why", why)
        }
    }
}

/// The last six of an id: random, enough to tell two apart on the telephone.
pub(crate) fn number(r: &Request) -> String {
    let id = r.id.to_string();
    id.chars().skip(id.len().saturating_sub(6)).collect::<String>().to_uppercase()
}

#[cfg(test)]
pub(crate) fn sample(page: &Page, kind: matters::app::data_requests::Kind, state: State) -> Request {
    use matters::app::data_requests::{Of, Refusal, Words};
    Request {
        id: kernel::ids::DataRequestId(uuid::Uuid::from_u128(0x1234)),
        of: Of::Person(kernel::ids::PersonId(uuid::Uuid::from_u128(8))),
        kind,
        state,
        proof: "code".into(),
        taken_by: None,
        asked_at: page.now,
        due_at: page.now.plus_days(15),
        provisional: false,
        extended_at: (state == State::Asked).then_some(page.now),
        decided_by: None,
        decided_at: None,
        approved_by: None,
        refusal: (state == State::Refused).then_some(Refusal::Law),
        copy_until: (state == State::Ready).then(|| page.now.plus_days(14)),
        copy_taken_at: None,
        done_at: (state == State::Done).then_some(page.now),
        answer: (state == State::Refused).then(|| page.t("data-refusal-law")),
        words: Words {
            text: page.t("data-refusal-law"),
            field: Some("phone".into()),
            value: Some("021-0555 0101".into()),
            part: None,
        },
        may_decide: state == State::Asked,
        may_approve: state == State::Granted,
        may_hand_over: state == State::Ready,
    }
}
