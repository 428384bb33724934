//! What people ask about their own data (个人信息保护法 §44–50): a copy, a correction, erasure, an objection; to withdraw a
//! consent, which happens at once. Asked with the code of a receipt or of a letter, by themselves or typed by a clerk (R9).
//! Somebody decides within fifteen working days°; a copy and an erasure need a second person.

mod copy;
mod decide;
mod erase;
mod store;

pub(crate) use copy::ended;
pub use copy::{COPY_DAYS, CopyLine, fetch, hand_over};
pub use decide::{EXTENSION_DAYS, Settled, approve, decide, turn_back};
pub use store::{Request, list, of_holder, one, open_count, told};

use crate::model::codes;
use crate::store::MatterRow;
use crate::{Error, limits};
use ::store::{Cx, KeyClass, NewJob, params};
use kernel::ids::{DataRequestId, MatterId, PersonId, RaiserId};
use kernel::{ActorKind, Moment};
use people::app::consents::{self, By, Way};
use people::app::links::{self, Proof, require_own};
use people::app::persons::{Field, For};
use people::model::person::Part;
use people::policy::{Action, ResourceFacts, require};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Working days° in which somebody is answered.
pub const ANSWER_DAYS: u32 = 15;
/// Days before it is due that it is said again, and after that it goes further.
const SOON_DAYS: i64 = 3;
const LATE_DAYS: i64 = 1;

codes! {
    /// What is asked.
    Kind {
        Copy = "copy",
        Correct = "correct",
        Erase = "erase",
        /// Not to be used in this way, or why it is.
        Object = "object",
        /// A consent, on one's own page: done at once.
        Withdraw = "withdraw",
    }
}

impl Kind {
    /// Not by one person alone.
    pub const fn needs_second(self) -> bool {
        matches!(self, Self::Copy | Self::Erase)
    }
}

codes! {
    State {
        Asked = "asked",
        /// Granted by one, waits for the second person.
        Granted = "granted",
        /// The copy can be fetched.
        Ready = "ready",
        Done = "done",
        Refused = "refused",
    }
}

codes! {
    /// Why something is refused. There is no other reason.
    Refusal {
        /// It could not be made sure who asks.
        Identity = "identity",
        /// A matter is still open that needs the data.
        OpenMatter = "open_matter",
        /// A law says that it is kept.
        Law = "law",
        /// It would show somebody else.
        Others = "others",
        NotHeld = "not_held",
        /// Asked and answered a short while ago.
        Repeated = "repeated",
    }
}

codes! {
    /// A field of a raiser's block that can be put right.
    RaiserField { Name = "name", Phone = "phone", Email = "email", Address = "address" }
}

/// Whose data it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Person(PersonId),
    /// Whoever raised a matter; `origin` is the matter that the code was given for, `matter` the one that answers for it.
    Raiser {
        raiser: RaiserId,
        origin: MatterId,
        matter: MatterId,
    },
}

impl Of {
    const fn subject(self) -> (&'static str, uuid::Uuid) {
        match self {
            Self::Person(id) => ("person", id.0),
            Self::Raiser { raiser, .. } => ("raiser", raiser.0),
        }
    }
}

/// What somebody asks.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words {
    /// In their own words; may be empty where the kind says it all.
    pub text: String,
    /// What is to be put right: a code of [`Field`] or [`RaiserField`], and what should stand there.
    pub field: Option<String>,
    pub value: Option<String>,
    /// Of a consent: which part.
    pub part: Option<String>,
}

/// Never printed by accident.
impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(…)")
    }
}

/// The job that tells those who decide; `alerts` does it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellDeciders {
    pub request: DataRequestId,
    /// `new`, `soon`, `due`, `late`, `second` or `answered`.
    pub step: String,
    /// The due time it was made for: put off, an older one says nothing.
    pub due: Moment,
}
impl TellDeciders {
    pub const KIND: &'static str = "notify.data_request";
}

/// Ends a copy that was not fetched, or was.
pub(crate) const COPY_ENDS: &str = "matter.copy_ends";

/// The holder of a code, as somebody types it: a letter's first, it is longer.
///
/// # Errors
/// When there is no such code, or it works no longer.
pub fn holder_of(cx: &mut Cx<'_>, typed: &str) -> Result<Of, Error> {
    if let Ok(found) = links::find_by_code(cx, typed) {
        return Ok(Of::Person(found.person));
    }
    let found = super::find_by_code(cx, typed)?;
    Ok(Of::Raiser { raiser: found.raiser, origin: found.origin, matter: found.matter })
}

/// Whoever acts holds the code of this, or may take it down for whoever does.
pub(super) fn may_ask(cx: &mut Cx<'_>, of: Of) -> Result<(), Error> {
    if cx.actor.account_id().is_some() {
        return Ok(require(&cx.actor, cx.purpose, Action::TakeDataRequest, &ResourceFacts::District)?);
    }
    match of {
        Of::Person(person) => Ok(require_own(cx, person, Action::AskOwnData)?),
        Of::Raiser { matter, .. } => {
            let m = MatterRow::load(cx, matter)?;
            let facts = super::around::facts_of(cx, &m)?;
            Ok(require(&cx.actor, cx.purpose, Action::AskOwnData, &facts)?)
        }
    }
}

/// Two people stand for every letter of this person (R5): a code in the hand of whoever printed it opens nothing.
fn vouched(cx: &mut Cx<'_>, of: Of) -> Result<(), Error> {
    match of {
        Of::Person(person) if links::some_unconfirmed(cx, person)? => {
            Err(Error::People(people::Error::Refused("letter-unconfirmed")))
        }
        _ => Ok(()),
    }
}

/// Asks. `proof`: how a clerk checked who it is; `None`: whoever holds the code asks by themselves.
///
/// # Errors
/// When what is asked makes no sense, or the same is asked already and not answered.
pub fn ask(cx: &mut Cx<'_>, of: Of, kind: Kind, words: &Words, proof: Option<Proof>) -> Result<DataRequestId, Error> {
    may_ask(cx, of)?;
    let taken_by = cx.actor.account_id();
    if taken_by.is_some() != proof.is_some() {
        return Err(Error::invalid("proof", "invalid-missing"));
    }
    if matches!(kind, Kind::Copy | Kind::Correct | Kind::Erase) {
        vouched(cx, of)?;
    }
    let words = checked(of, kind, words)?;
    let (subject_kind, subject) = of.subject();
    cx.lock(&format!("data-request/{subject}"))?;
    let sql = "SELECT 1 AS one FROM data_request WHERE subject = $1 AND kind = $2 AND state IN ('asked', 'granted')";
    if cx.query_opt(sql, params![subject, kind.code()])?.is_some() {
        return Err(Error::invalid("kind", "data-asked-already"));
    }
    let id: DataRequestId = cx.new_id();
    let due = super::calendar(cx)?.after_working_days(cx.now, ANSWER_DAYS);
    let plain = serde_json::to_vec(&words).map_err(|_| ::store::Error::Sealed("cannot be written"))?;
    let sealed = cx.seal(KeyClass::Text, id.0, &plain)?;
    let (origin, matter) = match of {
        Of::Person(_) => (None, None),
        Of::Raiser { origin, matter, .. } => (Some(origin), Some(matter)),
    };
    let proof_code = proof.map_or("code", Proof::code);
    cx.execute(
        "INSERT INTO data_request (id, district_id, subject_kind, subject, origin_matter, matter_id, kind, state, words, proof, \
         taken_by, asked_at, due_at, provisional) VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, $9, $10, $11, $12, $13)",
        params![
            id,
            cx.district(),
            subject_kind,
            subject,
            origin,
            matter,
            kind.code(),
            sealed,
            proof_code,
            taken_by,
            cx.now,
            due.at,
            due.provisional
        ],
    )?;
    let payload = json!({ "request": id, "kind": kind.code(), "proof": proof_code, "due": due.at.micros() });
    cx.record("data_request.asked", subject_kind, subject, &payload)?;
    if kind == Kind::Withdraw {
        withdraw_now(cx, of, id, &words)?;
    } else {
        ladder(cx, id, due.at)?;
        tell(cx, id, "new", cx.now, due.at)?;
    }
    Ok(id)
}

fn checked(of: Of, kind: Kind, words: &Words) -> Result<Words, Error> {
    let mut wrong = Vec::new();
    let mut text = words.text.clone();
    if kind == Kind::Object {
        limits::text(&mut wrong, "text", &mut text, limits::NOTE_CHARS);
    } else {
        let mut some = Some(text);
        limits::optional(&mut wrong, "text", &mut some, limits::NOTE_CHARS);
        text = some.unwrap_or_default();
    }
    let mut out = Words { text, ..Words::default() };
    if kind == Kind::Correct {
        let field = words.field.as_deref().unwrap_or_default();
        let known = match of {
            Of::Person(_) => Field::from_code(field).is_some(),
            Of::Raiser { .. } => RaiserField::from_code(field).is_some(),
        };
        if !known {
            wrong.push(crate::Invalid::new("field", "invalid-missing"));
        }
        let mut value = words.value.clone().unwrap_or_default();
        limits::text(&mut wrong, "value", &mut value, limits::LINE_CHARS);
        out = Words { field: Some(field.to_owned()), value: Some(value), ..out };
    }
    if kind == Kind::Withdraw {
        let part = words.part.as_deref().and_then(Part::from_code).filter(|p| p.needs_consent());
        if part.is_none() || !matches!(of, Of::Person(_)) {
            wrong.push(crate::Invalid::new("part", "invalid-missing"));
        }
        out.part = part.map(|p| p.code().to_owned());
    }
    if wrong.is_empty() { Ok(out) } else { Err(Error::Invalid(wrong)) }
}

/// R7: withdrawing stops processing now, not when somebody has decided about it.
fn withdraw_now(cx: &mut Cx<'_>, of: Of, id: DataRequestId, words: &Words) -> Result<(), Error> {
    let (Of::Person(person), Some(part)) = (of, words.part.as_deref().and_then(Part::from_code)) else {
        return Err(Error::NotFound);
    };
    if !matches!(cx.actor.kind, ActorKind::Subject(_)) {
        // At the desk it is taken down on the record itself.
        return Err(Error::invalid("kind", "invalid-missing"));
    }
    consents::withdraw(cx, person, &For::Own, part, By::Subject, Way::Page)?;
    let sql = "UPDATE data_request SET state = 'done', done_at = $1 WHERE id = $2";
    cx.execute(sql, params![cx.now, id])?;
    Ok(())
}

/// Says again when it is nearly due, when it is, and further up a day later.
fn ladder(cx: &mut Cx<'_>, id: DataRequestId, due: Moment) -> Result<(), Error> {
    tell(cx, id, "soon", due.plus_days(-SOON_DAYS).max(cx.now), due)?;
    tell(cx, id, "due", due, due)?;
    tell(cx, id, "late", due.plus_days(LATE_DAYS), due)
}

fn tell(cx: &mut Cx<'_>, request: DataRequestId, step: &str, run_at: Moment, due: Moment) -> Result<(), Error> {
    let what = TellDeciders { request, step: step.to_owned(), due };
    let payload = serde_json::to_value(&what).map_err(|e| ::store::Error::Setup(e.to_string()))?;
    let key = format!("{request}/{step}/{}", run_at.micros());
    cx.enqueue(NewJob { kind: TellDeciders::KIND, key, run_at, payload })?;
    Ok(())
}
