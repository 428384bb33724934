//! What each command asks for, and the command that comes out of it. No rules here: `matters::app::act` has them.

use super::view::{Choice, Field, FieldKind, day_end, day_text};
use crate::public::post::Posted;
use crate::{Fail, Page};
use kernel::ids::{RaiserId, SeatId};
use matters::app::Detail;
use matters::model::{Command, CommandKind, ContactOutcome, DeliveryResult, Outcome, RejectReason, WaitReason};
use matters::{Error, limits};
use std::collections::HashMap;
use store::Cx;

/// What was typed, by field.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed(HashMap<String, String>);

/// Every field of every step.
const FIELDS: [&str; 13] =
    ["seat", "find", "note", "reason", "answer", "into", "outcome", "until", "raiser", "result", "text", "why", "show"];

impl Typed {
    pub(super) fn from_query(given: HashMap<String, String>) -> Self {
        Self(given)
    }
    pub(super) fn from_form(posted: &Posted, _kind: CommandKind) -> Self {
        Self(FIELDS.iter().map(|f| ((*f).to_owned(), posted.get(f))).collect())
    }
    pub(super) fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }
    /// Did somebody write words that must not be lost?
    pub(super) fn is_written(&self) -> bool {
        ["note", "reason", "answer", "text"].iter().any(|field| !self.get(field).is_empty())
    }
    /// May the raiser see the photos with the answer?
    pub(super) fn shows_photos(&self) -> bool {
        self.get("show") == "1"
    }
    fn some(&self, field: &str) -> Option<String> {
        Some(self.get(field).to_owned()).filter(|v| !v.is_empty())
    }
}

/// Steps that the desk offers. The others are the raiser's or the program's own.
pub(super) const fn is_staff_step(kind: CommandKind) -> bool {
    !matches!(
        kind,
        CommandKind::Rate
            | CommandKind::Reopen
            | CommandKind::AddFacts
            | CommandKind::ChangeOwner
            | CommandKind::Escalate
    )
}

/// Steps in which somebody has been on the spot, or writes down what is there.
pub(super) const fn takes_photos(kind: CommandKind) -> bool {
    matches!(kind, CommandKind::Contact | CommandKind::Start | CommandKind::Submit | CommandKind::AddNote)
}

/// The fields of a step with what was typed in them.
pub(super) fn fields(
    cx: &mut Cx<'_>,
    page: &Page,
    detail: &Detail,
    kind: CommandKind,
    typed: &Typed,
) -> Result<Vec<Field>, Fail> {
    let mut fields = words(cx, page, detail, kind, typed)?;
    // A closed matter takes remarks, but no photos.
    if takes_photos(kind) && detail.line.state.is_open() {
        let submit = kind == CommandKind::Submit;
        let hint = page.t1("desk-f-photos-hint", "n", crate::photos::AT_ONCE);
        fields.push(Field { kind: FieldKind::Photos, ..Field::line("photos", page.t("report-photos"), "") }.hint(hint));
        if submit {
            let show = Field { kind: FieldKind::Check, ..Field::line("show", label(page, "show"), typed.get("show")) };
            fields.push(show.hint(page.t("desk-f-show-hint")));
        }
    }
    Ok(fields)
}

fn label(page: &Page, name: &str) -> String {
    page.tk("desk-f-", name)
}

fn words(cx: &mut Cx<'_>, page: &Page, detail: &Detail, kind: CommandKind, typed: &Typed) -> Result<Vec<Field>, Fail> {
    let label = |name: &str| label(page, name);
    let note = || Field::area("note", label("note"), typed.get("note"), 3);
    let reason = || Field::area("reason", label("reason"), typed.get("reason"), 3).must();
    Ok(match kind {
        CommandKind::Assign => {
            let mut fields = super::whom::fields(cx, page, detail, typed)?;
            fields.push(note());
            fields
        }
        CommandKind::Return | CommandKind::SendBack => vec![reason()],
        CommandKind::Reject => vec![
            Field::radio(
                "why",
                label("why"),
                codes(page, "reject-", RejectReason::ALL.iter().map(|r| r.code()), typed.get("why")),
            ),
            answer(page, detail, typed),
        ],
        CommandKind::Merge => {
            vec![Field::line("into", label("into"), typed.get("into")).hint(page.t("desk-f-into-hint")).must()]
        }
        CommandKind::Contact => vec![
            Field::radio(
                "outcome",
                label("contact"),
                codes(page, "contacted-", ContactOutcome::ALL.iter().map(|c| c.code()), typed.get("outcome")),
            ),
            note(),
        ],
        CommandKind::Start | CommandKind::Verify => vec![note()],
        CommandKind::Wait => vec![
            Field::radio(
                "why",
                label("wait"),
                codes(page, "wait-", WaitReason::ALL.iter().map(|w| w.code()), typed.get("why")),
            ),
            until(page, detail, kind, typed),
            note(),
        ],
        CommandKind::Park | CommandKind::Extend => vec![until(page, detail, kind, typed), reason()],
        CommandKind::Submit => vec![
            Field::radio(
                "outcome",
                label("outcome"),
                codes(
                    page,
                    "outcome-",
                    Outcome::ALL.iter().filter(|o| **o != Outcome::Rejected).map(|o| o.code()),
                    typed.get("outcome"),
                ),
            ),
            answer(page, detail, typed),
        ],
        CommandKind::RecordDelivery => delivery(page, detail, typed),
        CommandKind::AddNote => vec![Field::area("text", label("text"), typed.get("text"), 4).must()],
        _ => Vec::new(),
    })
}

fn codes<'a>(page: &Page, family: &str, codes: impl IntoIterator<Item = &'a str>, now: &str) -> Vec<Choice> {
    Choice::codes(page, family, codes, now)
}

fn answer(page: &Page, detail: &Detail, typed: &Typed) -> Field {
    let value = typed.some("answer").or_else(|| detail.answer.clone()).unwrap_or_default();
    Field::area("answer", page.t("desk-f-answer"), &value, 6).hint(page.t("desk-f-answer-hint")).must()
}

/// A date at most as far ahead as the rules allow; proposed: in a week.
fn until(page: &Page, detail: &Detail, kind: CommandKind, typed: &Typed) -> Field {
    let from = if kind == CommandKind::Extend { detail.clock.due_at.max(page.now) } else { page.now };
    let value = typed.some("until").unwrap_or_else(|| day_text(from.plus_days(7)));
    Field {
        kind: FieldKind::Date,
        min: Some(day_text(page.now)),
        max: Some(day_text(page.now.plus_days(limits::LONGEST_DAYS - 1))),
        ..Field::line("until", page.t("desk-f-until"), &value)
    }
    .hint(page.t1("desk-f-until-hint", "n", limits::LONGEST_DAYS))
    .must()
}

/// What people can state about bringing an answer; servers and clocks state the rest.
fn delivery(page: &Page, detail: &Detail, typed: &Typed) -> Vec<Field> {
    let results = DeliveryResult::ALL.iter().filter(|r| !r.only_by_system()).map(|r| r.code());
    let open = detail.raisers.iter().filter(|r| r.proof.is_none());
    let first = open.clone().next().map(|r| r.id.to_string()).unwrap_or_default();
    let chosen = typed.some("raiser").unwrap_or(first);
    let mut fields = Vec::new();
    if open.clone().count() > 1 {
        let options = open
            .enumerate()
            .map(|(i, r)| {
                let label = page.t2("desk-f-raiser-n", "n", i + 1, "channel", page.tk("channel-", r.channel.code()));
                Choice::new(r.id.to_string(), label, &chosen)
            })
            .collect();
        fields.push(Field::radio("raiser", page.t("desk-f-raiser"), options));
    } else {
        fields.push(Field::hidden("raiser", &chosen));
    }
    let result =
        Field::radio("result", page.t("desk-f-result"), codes(page, "delivery-", results, typed.get("result")));
    let before = chosen.parse().ok().and_then(|raiser| super::matter::failed_before(page, detail, raiser));
    fields.push(match before {
        Some(before) => result.hint(before),
        None => result,
    });
    fields.push(Field::area("note", page.t("desk-f-note"), typed.get("note"), 2));
    fields
}

/// The command of a form, or every field that is missing.
pub(super) fn command(cx: &mut Cx<'_>, kind: CommandKind, typed: &Typed) -> Result<Command, Error> {
    let text = |field: &str| typed.get(field).to_owned();
    let note = || typed.some("note");
    let command = match kind {
        CommandKind::Accept => Command::Accept,
        CommandKind::Sign => Command::Sign,
        CommandKind::Resume => Command::Resume,
        CommandKind::Answer => Command::Answer,
        CommandKind::Close => Command::Close,
        CommandKind::MarkEmergency => Command::MarkEmergency,
        CommandKind::Assign => {
            let seat = must("seat", typed.get("seat").parse::<SeatId>().ok())?;
            Command::Assign { seat, note: note() }
        }
        CommandKind::Return => Command::Return { reason: text("reason") },
        CommandKind::SendBack => Command::SendBack { reason: text("reason") },
        CommandKind::Reject => {
            let reason = must("why", RejectReason::from_code(typed.get("why")))?;
            Command::Reject { reason, answer: text("answer") }
        }
        CommandKind::Merge => {
            let number = typed.get("into");
            let into = matters::app::by_number(cx, number).map_err(|_| Error::invalid("into", "invalid-matter"))?;
            Command::Merge { into }
        }
        CommandKind::Contact => {
            let outcome = must("outcome", ContactOutcome::from_code(typed.get("outcome")))?;
            Command::Contact { outcome, note: note() }
        }
        CommandKind::Start => Command::Start { note: note() },
        CommandKind::Verify => Command::Verify { note: note() },
        CommandKind::Wait => {
            let reason = must("why", WaitReason::from_code(typed.get("why")))?;
            let until = must("until", day_end(typed.get("until")))?;
            Command::Wait { reason, until, note: note() }
        }
        CommandKind::Park => {
            let until = must("until", day_end(typed.get("until")))?;
            Command::Park { until, reason: text("reason") }
        }
        CommandKind::Extend => {
            let until = must("until", day_end(typed.get("until")))?;
            Command::Extend { until, reason: text("reason") }
        }
        CommandKind::Submit => {
            let outcome = must("outcome", Outcome::from_code(typed.get("outcome")))?;
            Command::Submit { outcome, answer: text("answer") }
        }
        CommandKind::RecordDelivery => {
            let raiser = must("raiser", typed.get("raiser").parse::<RaiserId>().ok())?;
            let result = must("result", DeliveryResult::from_code(typed.get("result")))?;
            Command::RecordDelivery { raiser, result, note: note() }
        }
        CommandKind::AddNote => Command::AddNote { text: text("text") },
        CommandKind::Rate
        | CommandKind::Reopen
        | CommandKind::AddFacts
        | CommandKind::ChangeOwner
        | CommandKind::Escalate => return Err(Error::NotFound),
    };
    Ok(command)
}

/// A value that must be there, or the field that lacks it.
fn must<T>(field: &'static str, value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| Error::invalid(field, "invalid-missing"))
}
