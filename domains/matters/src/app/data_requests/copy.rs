//! The copy: everything that is kept of somebody, sealed under a key of its own that is destroyed once it was fetched or its
//! time is over. Fetched once, with the code, or printed once at the desk.

use super::store::load;
use super::{COPY_ENDS, Of, Request, State, may_ask};
use crate::store::{MatterRow, classes, notes};
use crate::{Error, raiser};
use ::store::{Cx, KeyClass, NewJob, params};
use kernel::ids::{DataRequestId, MatterId, PersonId};
use kernel::{Lang, Moment};
use people::app::Fresh;
use people::app::persons::{Keepers, Kept, copy_of_record};
use people::policy::{Action, ResourceFacts, require, require_somewhere};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Days° that a copy waits.
pub const COPY_DAYS: i64 = 14;
/// Minutes after the first opening in which it opens again: in the other form, or after a lost connection.
const GRACE_MINUTES: i64 = 60;

/// One line of a copy: which part, which field, what stands there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyLine {
    pub part: String,
    pub field: String,
    pub value: String,
}

/// Never printed by accident.
impl std::fmt::Debug for CopyLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopyLine").field("part", &self.part).finish_non_exhaustive()
    }
}

pub(super) fn make(cx: &mut Cx<'_>, r: &Request) -> Result<(), Error> {
    let kept = match r.of {
        Of::Person(person) => {
            let mut kept = copy_of_record(cx, person, r.facts())?;
            kept.extend(care::app::own::kept(cx, person, r.facts()).map_err(of_care)?);
            for keeper in cx.cached(Keepers::default).all() {
                kept.extend(keeper(cx, person, r.facts())?);
            }
            matters_about(cx, person, &mut kept)?;
            kept
        }
        Of::Raiser { .. } => of_raiser(cx, r)?,
    };
    let line = |(part, field, value): (&str, &str, String)| CopyLine { part: part.into(), field: field.into(), value };
    let lines: Vec<CopyLine> = kept.into_iter().map(line).collect();
    let plain = serde_json::to_vec(&lines).map_err(|_| ::store::Error::Sealed("cannot be written"))?;
    let sealed = cx.seal(KeyClass::Identity, r.id.0, &plain)?;
    let until = cx.now.plus_days(COPY_DAYS);
    let sql = "UPDATE data_request SET copy = $1, copy_until = $2 WHERE id = $3";
    cx.execute(sql, params![sealed, until, r.id])?;
    let (kind, subject) = r.of.subject();
    cx.record_read(kind, subject, &["copy"])?;
    ends(cx, r.id, until)
}

/// What the circle refuses is refused by the policy or the store.
fn of_care(error: care::Error) -> Error {
    match error {
        care::Error::Store(e) => e.into(),
        care::Error::Denied(e) => e.into(),
        care::Error::People(e) => e.into(),
        other => Error::Store(::store::Error::Setup(other.to_string())),
    }
}

fn ends(cx: &mut Cx<'_>, id: DataRequestId, at: Moment) -> Result<(), Error> {
    let key = format!("{id}/{}", at.micros());
    cx.enqueue(NewJob { kind: COPY_ENDS, key, run_at: at, payload: json!({ "request": id }) })?;
    Ok(())
}

/// Matters that were about the person: that they were, not what others wrote in them.
fn matters_about(cx: &mut Cx<'_>, person: PersonId, kept: &mut Kept) -> Result<(), Error> {
    let sql = "SELECT m.number, m.class, m.state, p.at FROM matter_person p JOIN matter m ON m.id = p.matter_id \
               WHERE p.person_id = $1 AND p.district_id = $2 ORDER BY p.at";
    for r in &cx.query(sql, params![person, cx.district()])? {
        kept.push(("matters", "number", r.text("number")?));
        kept.push(("matters", "class", r.text("class")?));
        kept.push(("matters", "state", r.text("state")?));
        kept.push(("matters", "at", r.moment("at")?.rfc3339()));
    }
    requests(cx, person.0, kept)
}

/// Classes are kept as codes, and read as residents know them, in the language of whoever reads.
fn name_classes(cx: &mut Cx<'_>, lang: Lang, lines: &mut [CopyLine]) -> Result<(), Error> {
    for line in lines.iter_mut().filter(|l| l.part == "matters" && l.field == "class") {
        if let Some(class) = classes::by_code(cx, &line.value)? {
            class.name(lang).clone_into(&mut line.value);
        }
    }
    Ok(())
}

fn requests(cx: &mut Cx<'_>, subject: uuid::Uuid, kept: &mut Kept) -> Result<(), Error> {
    let sql =
        "SELECT kind, state, asked_at FROM data_request WHERE subject = $1 AND district_id = $2 ORDER BY asked_at";
    for r in &cx.query(sql, params![subject, cx.district()])? {
        kept.push(("requests", "kind", r.text("kind")?));
        kept.push(("requests", "state", r.text("state")?));
        kept.push(("requests", "at", r.moment("asked_at")?.rfc3339()));
    }
    Ok(())
}

fn of_raiser(cx: &mut Cx<'_>, r: &Request) -> Result<Kept, Error> {
    let Of::Raiser { raiser, origin, .. } = r.of else { return Err(Error::NotFound) };
    let mut kept = raiser::copy_of_block(cx, raiser, r.facts())?;
    let m = MatterRow::load(cx, origin)?;
    kept.push(("matters", "number", m.number.clone()));
    kept.push(("matters", "class", m.class.clone()));
    kept.push(("matters", "state", m.state.code().to_owned()));
    kept.push(("matters", "at", m.received_at.rfc3339()));
    kept.extend(m.rating.map(|stars| ("matters", "rating", stars.to_string())));
    for note in notes::all(cx, origin, notes::Reader::Raiser)? {
        let kind = if note.kind.is_raisers() { "own_words" } else { "told_you" };
        kept.push(("texts", kind, note.text));
        kept.push(("texts", "at", note.at.rfc3339()));
    }
    pictures(cx, origin, &mut kept)?;
    let sql = "SELECT at, result FROM matter_delivery WHERE raiser_id = $1 AND district_id = $2 ORDER BY at, n";
    for row in &cx.query(sql, params![raiser, cx.district()])? {
        kept.push(("deliveries", "result", row.text("result")?));
        kept.push(("deliveries", "at", row.moment("at")?.rfc3339()));
    }
    requests(cx, raiser.0, &mut kept)?;
    Ok(kept)
}

/// Pictures open on the page of the receipt; here stands that they are kept.
fn pictures(cx: &mut Cx<'_>, matter: MatterId, kept: &mut Kept) -> Result<(), Error> {
    let sql =
        "SELECT at, width, height FROM matter_attachment WHERE matter_id = $1 AND audience = 'raiser' ORDER BY at, id";
    for row in &cx.query(sql, params![matter])? {
        kept.push(("pictures", "size", format!("{} × {}", row.i64("width")?, row.i64("height")?)));
        kept.push(("pictures", "at", row.moment("at")?.rfc3339()));
    }
    Ok(())
}

fn open(cx: &mut Cx<'_>, r: &Request, lang: Lang) -> Result<Vec<CopyLine>, Error> {
    let refused = |why| Error::People(people::Error::Refused(why));
    if !matches!(r.state, State::Ready | State::Done) || r.copy_until.is_none() {
        return Err(refused("no-copy"));
    }
    if r.copy_until.is_none_or(|until| until <= cx.now) {
        return Err(refused("copy-ended"));
    }
    if r.copy_taken_at.is_some_and(|at| at.plus_minutes(GRACE_MINUTES) <= cx.now) {
        return Err(refused("copy-taken"));
    }
    let sql = "SELECT copy FROM data_request WHERE id = $1";
    let sealed = cx.query_one(sql, params![r.id])?.opt_blob("copy")?.ok_or_else(|| refused("copy-ended"))?;
    let plain = cx.open(KeyClass::Identity, r.id.0, &sealed)?;
    let mut lines: Vec<CopyLine> =
        serde_json::from_slice(&plain).map_err(|_| ::store::Error::Sealed("cannot be read"))?;
    name_classes(cx, lang, &mut lines)?;
    let (kind, subject) = r.of.subject();
    cx.record_read(kind, subject, &["copy"])?;
    if r.copy_taken_at.is_none() {
        let sql = "UPDATE data_request SET state = 'done', copy_taken_at = $1, done_at = $1 WHERE id = $2";
        cx.execute(sql, params![cx.now, r.id])?;
        cx.record("data_request.fetched", kind, subject, &json!({ "request": r.id }))?;
        ends(cx, r.id, cx.now.plus_minutes(GRACE_MINUTES))?;
    }
    Ok(lines)
}

/// The holder of the code takes the copy: once, and for an hour after that.
pub fn fetch(cx: &mut Cx<'_>, of: Of, id: DataRequestId, lang: Lang) -> Result<Vec<CopyLine>, Error> {
    may_ask(cx, of)?;
    if cx.actor.account_id().is_some() {
        return Err(Error::NotFound);
    }
    cx.lock(&format!("data-request/{id}"))?;
    let r = load(cx, id)?;
    if r.of.subject() != of.subject() {
        return Err(Error::NotFound);
    }
    super::vouched(cx, r.of)?;
    open(cx, &r, lang)
}

/// Printed for whoever came for it, by somebody who has just shown that it is them.
pub fn hand_over(cx: &mut Cx<'_>, fresh: &Fresh, id: DataRequestId, lang: Lang) -> Result<Vec<CopyLine>, Error> {
    require_somewhere(&cx.actor, Action::HandOverCopy)?;
    cx.lock(&format!("data-request/{id}"))?;
    let r = load(cx, id)?;
    require(&cx.actor, cx.purpose, Action::HandOverCopy, &ResourceFacts::DataRequest(r.facts()))?;
    if cx.actor.account_id() != Some(fresh.account()) {
        return Err(people::Error::NotFresh.into());
    }
    if r.copy_taken_at.is_some() {
        return Err(Error::People(people::Error::Refused("copy-taken")));
    }
    open(cx, &r, lang)
}

/// Its time is over: the key goes, so that the copy opens nowhere any more. A copy that nobody fetched is not done.
pub(crate) fn ended(cx: &mut Cx<'_>, id: DataRequestId) -> Result<(), Error> {
    let r = load(cx, id)?;
    let over = r.copy_until.is_some_and(|until| until <= cx.now)
        || r.copy_taken_at.is_some_and(|at| at.plus_minutes(GRACE_MINUTES) <= cx.now);
    if over {
        cx.destroy_subject_key(KeyClass::Identity, id.0)?;
        let sql = "UPDATE data_request SET copy = NULL, state = 'done', done_at = COALESCE(done_at, $1) WHERE id = $2";
        cx.execute(sql, params![cx.now, id])?;
    }
    Ok(())
}
