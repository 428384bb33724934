//! Matters that came from a system elsewhere under that system's own number, and how they stand: for the exchange of work
//! orders with a municipal hotline.

use crate::Error;
use crate::model::State;
use crate::store::{coded, notes};
use ::store::{Cx, params};
use kernel::Moment;
use kernel::ids::{MatterId, OrgId};
use people::policy::{Action, ResourceFacts, require};
use uuid::Uuid;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// The other system's number.
    pub order: String,
    pub number: String,
    pub state: State,
    /// Code of an outcome, once it is handed in; never of a matter about a unit.
    pub outcome: Option<String>,
    pub changed_at: Moment,
    pub due_at: Moment,
    pub closed_at: Option<Moment>,
    /// The answer, once it was checked and given; never of a matter about a unit.
    pub answer: Option<String>,
}

/// The idempotency key of an order; `system` is a short name without a colon.
pub fn exchange_key(system: &str, order: &str) -> String {
    format!("{system}:{order}")
}

/// Those of one system that changed at or after `since`, the longest ago first. By the operator at the machine; reading an
/// answer is an entry of the audit log.
///
/// Of a matter about a unit (R3) only where it stands: a file of work orders is passed on by people who cannot know that the
/// body it is passed to is the one it is about.
pub fn exchanged(cx: &mut Cx<'_>, system: &str, since: Moment) -> Result<Vec<Exchanged>, Error> {
    require(&cx.actor, cx.purpose, Action::Import, &ResourceFacts::District)?;
    // The next character after the colon ends the range: an index of keys, not a walk through all matters.
    let sql = "SELECT id, idem, number, state, outcome, last_at, due_at, closed_at, answer_note, about_org FROM matter \
               WHERE district_id = $1 AND idem >= $2 AND idem < $3 AND last_at >= $4 ORDER BY last_at, n";
    let (from, to) = (format!("{system}:"), format!("{system};"));
    let rows = cx.query(sql, params![cx.district(), from.as_str(), to, since])?;
    let mut out = Vec::with_capacity(rows.len());
    for r in &rows {
        let matter: MatterId = r.id("id")?;
        let state = coded(r, "state", State::from_code)?;
        let given = matches!(state, State::Answered | State::Closed);
        let told = r.opt_id::<OrgId>("about_org")?.is_none();
        let answer = match r.opt_id::<Uuid>("answer_note")?.filter(|_| given && told) {
            Some(note) => {
                cx.record_read("matter", matter.0, &["answer"])?;
                Some(notes::one(cx, matter, note)?)
            }
            None => None,
        };
        out.push(Exchanged {
            order: r.text("idem")?.trim_start_matches(&from).to_owned(),
            number: r.text("number")?,
            state,
            outcome: r.opt_text("outcome")?.filter(|_| told),
            changed_at: r.moment("last_at")?,
            due_at: r.moment("due_at")?,
            closed_at: r.opt_moment("closed_at")?,
            answer,
        });
    }
    Ok(out)
}
