//! Rows of requests, and who may read them.

use super::{Kind, Of, Refusal, State, Words, may_ask};
use crate::Error;
use ::store::{Cx, KeyClass, Row, params};
use kernel::Moment;
use kernel::ids::{AccountId, DataRequestId, MatterId};
use people::policy::{Action, DataRequestFacts, ResourceFacts, decide, require_somewhere};

/// A request as those who decide, and whoever asked, see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: DataRequestId,
    pub of: Of,
    pub kind: Kind,
    pub state: State,
    /// How it was made sure who asks: a code of `links::Proof`, or `code`.
    pub proof: String,
    pub taken_by: Option<AccountId>,
    pub asked_at: Moment,
    pub due_at: Moment,
    pub provisional: bool,
    pub extended_at: Option<Moment>,
    pub decided_by: Option<AccountId>,
    pub decided_at: Option<Moment>,
    pub approved_by: Option<AccountId>,
    pub refusal: Option<Refusal>,
    pub copy_until: Option<Moment>,
    pub copy_taken_at: Option<Moment>,
    pub done_at: Option<Moment>,
    /// The answer in plain words, once there is one; sealed, opened for one request at a time.
    pub answer: Option<String>,
    /// What was asked; only with [`one`].
    pub words: Words,
    pub may_decide: bool,
    pub may_approve: bool,
    pub may_hand_over: bool,
}

impl Request {
    /// Waits for somebody here.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, State::Asked | State::Granted)
    }
    pub(super) const fn facts(&self) -> DataRequestFacts {
        DataRequestFacts { taken_by: self.taken_by, granted_by: self.decided_by }
    }
}

const COLUMNS: &str = "id, subject_kind, subject, origin_matter, matter_id, kind, state, words, proof, taken_by, asked_at, due_at, \
     provisional, extended_at, decided_by, decided_at, approved_by, refusal, answer, copy_until, copy_taken_at, done_at";

fn read(cx: &mut Cx<'_>, row: &Row, opened: bool) -> Result<Request, Error> {
    let id: DataRequestId = row.id("id")?;
    let of = match (row.opt_id::<MatterId>("origin_matter")?, row.opt_id::<MatterId>("matter_id")?) {
        (Some(origin), Some(matter)) => Of::Raiser { raiser: row.id("subject")?, origin, matter },
        _ => Of::Person(row.id("subject")?),
    };
    let kind = Kind::from_code(&row.text("kind")?).unwrap_or(Kind::Object);
    let state = State::from_code(&row.text("state")?).unwrap_or(State::Refused);
    let (taken_by, decided_by) = (row.opt_id("taken_by")?, row.opt_id("decided_by")?);
    let facts = ResourceFacts::DataRequest(DataRequestFacts { taken_by, granted_by: decided_by });
    let may = |action| decide(&cx.actor, cx.purpose, action, &facts).is_allowed();
    let (decides, approves, hands) =
        (may(Action::DecideDataRequest), may(Action::ApproveDataRequest), may(Action::HandOverCopy));
    let (copy_until, copy_taken_at) = (row.opt_moment("copy_until")?, row.opt_moment("copy_taken_at")?);
    let mut words = Words::default();
    let mut answer = None;
    if opened {
        match cx.open(KeyClass::Text, id.0, &row.blob("words")?) {
            Ok(plain) => words = serde_json::from_slice(&plain).unwrap_or_default(),
            // Its time is over: that it was asked stays, what was said does not.
            Err(::store::Error::Erased) => {}
            Err(other) => return Err(other.into()),
        }
        answer = match row.opt_blob("answer")? {
            Some(sealed) => cx.open_text(KeyClass::Text, id.0, &sealed).ok(),
            None => None,
        };
    }
    Ok(Request {
        id,
        of,
        kind,
        state,
        proof: row.text("proof")?,
        taken_by,
        asked_at: row.moment("asked_at")?,
        due_at: row.moment("due_at")?,
        provisional: row.bool("provisional")?,
        extended_at: row.opt_moment("extended_at")?,
        decided_by,
        decided_at: row.opt_moment("decided_at")?,
        approved_by: row.opt_id("approved_by")?,
        refusal: row.opt_text("refusal")?.and_then(|code| Refusal::from_code(&code)),
        copy_until,
        copy_taken_at,
        done_at: row.opt_moment("done_at")?,
        answer,
        words,
        may_decide: decides && state == State::Asked,
        may_approve: approves && state == State::Granted,
        may_hand_over: hands
            && state == State::Ready
            && copy_taken_at.is_none()
            && copy_until.is_some_and(|u| cx.now < u),
    })
}

/// As it stands, unopened; for use cases that ask the policy themselves.
pub(super) fn load(cx: &mut Cx<'_>, id: DataRequestId) -> Result<Request, Error> {
    let sql = format!("SELECT {COLUMNS} FROM data_request WHERE id = $1 AND district_id = $2");
    let row = cx.query_opt(&sql, params![id, cx.district()])?.ok_or(Error::NotFound)?;
    read(cx, &row, true)
}

/// One request with what was asked, for those who decide or approve. Logged like every look at somebody's data.
pub fn one(cx: &mut Cx<'_>, id: DataRequestId) -> Result<Request, Error> {
    require_somewhere(&cx.actor, Action::HandOverCopy)?;
    let found = load(cx, id)?;
    let (kind, subject) = found.of.subject();
    cx.record_read(kind, subject, &["request"])?;
    Ok(found)
}

/// One request without what was asked, for the program that tells people about it. `None`: it is not there.
pub fn told(cx: &mut Cx<'_>, id: DataRequestId) -> Result<Option<Request>, Error> {
    if !matches!(cx.actor.kind, kernel::ActorKind::System(_)) {
        return Err(Error::NotFound);
    }
    let sql = format!("SELECT {COLUMNS} FROM data_request WHERE id = $1 AND district_id = $2");
    let row = cx.query_opt(&sql, params![id, cx.district()])?;
    row.map(|row| read(cx, &row, false)).transpose()
}

/// Everything that waits and the last hundred that do not, the next due first; without what was asked. Whoever only takes
/// them down sees their own.
pub fn list(cx: &mut Cx<'_>) -> Result<Vec<Request>, Error> {
    let all = require_somewhere(&cx.actor, Action::HandOverCopy).is_ok();
    if !all {
        require_somewhere(&cx.actor, Action::TakeDataRequest)?;
    }
    let account = cx.actor.account_id().ok_or(Error::NotFound)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM data_request WHERE district_id = $1 AND ($2 = 1 OR taken_by = $3) \
         ORDER BY CASE WHEN state IN ('asked', 'granted') THEN 0 ELSE 1 END, CASE WHEN state IN ('asked', 'granted') \
         THEN due_at ELSE -asked_at END, id LIMIT 200"
    );
    let rows = cx.query(&sql, params![cx.district(), i64::from(all), account])?;
    rows.iter().map(|row| read(cx, row, false)).collect()
}

/// How many wait for an answer, for those who give one.
pub fn open_count(cx: &mut Cx<'_>) -> Result<i64, Error> {
    let sql = "SELECT COUNT(*) AS n FROM data_request WHERE district_id = $1 AND state IN ('asked', 'granted')";
    Ok(cx.query_one(sql, params![cx.district()])?.i64("n")?)
}

/// What the holder of a code has asked, the latest first, with the answers.
pub fn of_holder(cx: &mut Cx<'_>, of: Of) -> Result<Vec<Request>, Error> {
    may_ask(cx, of)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM data_request WHERE subject = $1 AND district_id = $2 ORDER BY asked_at DESC, id DESC LIMIT 50"
    );
    let rows = cx.query(&sql, params![of.subject().1, cx.district()])?;
    rows.iter().map(|row| read(cx, row, true)).collect()
}
