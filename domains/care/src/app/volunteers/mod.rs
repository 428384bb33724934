//! Volunteers (N8): from signing up to taking others along. Who leads them and who lets them be sent are two; a task may be
//! declined at any time, and nothing remembers that.

mod duty;
mod list;
mod own;
mod sign_up;
mod steps;

pub use duty::{Ready, decline, ready, ready_of};
pub use list::{Filter, Line, Mate, One, StepLine, Unlisted, list, mates, one, unlisted, waiting};
pub use own::{Own, Task, Thanks, leave, own, set_own_week};
pub use sign_up::{Followed, NewVolunteer, SignedUp, follow, sign_up, withdraw};
pub use steps::{Approval, Approved, approve, insure, list_seated, set_mentor, step, thank};

use crate::app::unseal_left;
use crate::model::volunteer::{VolunteerId, VolunteerState};
use crate::{Error, Ground, Result};
use jiff::civil::Date;
use kernel::ids::{AccountId, AreaId};
use kernel::{Lang, Moment};
use people::app::Geography;
use people::policy::{Action, PlaceFacts, ResourceFacts, require};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use store::{Cx, KeyClass, Row, params};

/// Signal after anything about volunteers moved.
pub const CHANGED: &str = "volunteer";

/// How to reach somebody.
#[derive(Clone, Serialize, Deserialize, Default)]
pub(crate) struct Reach {
    pub phone: String,
}

/// What is not personal of one volunteer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volunteer {
    pub id: VolunteerId,
    pub area: AreaId,
    pub state: VolunteerState,
    pub lang: Lang,
    pub tongues: Vec<String>,
    pub skills: Vec<String>,
    pub week: Vec<String>,
    pub paused_until: Option<Date>,
    pub insured_until: Option<Date>,
    pub trained_on: Option<Date>,
    pub checked_by: Option<AccountId>,
    pub mentor: Option<AccountId>,
    pub account: Option<AccountId>,
    /// Code of why they were refused.
    pub why: Option<String>,
    pub signed_at: Moment,
    pub version: i64,
}

impl Volunteer {
    pub fn insured(&self, on: Date) -> bool {
        self.insured_until.is_some_and(|until| on <= until)
    }
    pub fn paused(&self, on: Date) -> bool {
        self.paused_until.is_some_and(|until| on <= until)
    }
}

const COLUMNS: &str = "id, area_id, state, lang, tongues, skills, week, paused_until, insured_until, trained_on, checked_by, \
                       mentor_id, account_id, why, signed_at, version, identity";

fn split(text: &str) -> Vec<String> {
    text.split(',').filter(|c| !c.is_empty()).map(str::to_owned).collect()
}

fn read(row: &Row) -> Result<Volunteer> {
    Ok(Volunteer {
        id: row.id("id")?,
        area: row.id("area_id")?,
        state: VolunteerState::from_code(&row.text("state")?).unwrap_or(VolunteerState::Left),
        lang: Lang::from_tag(&row.text("lang")?),
        tongues: split(&row.text("tongues")?),
        skills: split(&row.text("skills")?),
        week: split(&row.text("week")?),
        paused_until: super::visits::opt_date(row, "paused_until")?,
        insured_until: super::visits::opt_date(row, "insured_until")?,
        trained_on: super::visits::opt_date(row, "trained_on")?,
        checked_by: row.opt_id("checked_by")?,
        mentor: row.opt_id("mentor_id")?,
        account: row.opt_id("account_id")?,
        why: row.opt_text("why")?,
        signed_at: row.moment("signed_at")?,
        version: row.i64("version")?,
    })
}

/// The name; nothing once it was erased.
fn name_of(cx: &mut Cx<'_>, row: &Row) -> Result<Option<String>> {
    let id: VolunteerId = row.id("id")?;
    unseal_left(cx, KeyClass::Identity, id.0, row.opt_blob("identity")?)
}

fn row_of(cx: &mut Cx<'_>, id: VolunteerId) -> Result<Row> {
    let sql = format!("SELECT {COLUMNS} FROM care_volunteer WHERE id = $1 AND district_id = $2");
    Ok(cx.query_one(&sql, params![id, cx.district()])?)
}

/// The record of an account, if it has one that is not over.
fn of_account(cx: &mut Cx<'_>, account: AccountId) -> Result<Option<Volunteer>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM care_volunteer WHERE account_id = $1 AND district_id = $2 AND ended_at IS NULL LIMIT 1"
    );
    cx.query_opt(&sql, params![account, cx.district()])?.as_ref().map(read).transpose()
}

/// The same of many.
fn of_accounts(cx: &mut Cx<'_>, accounts: &[AccountId]) -> Result<HashMap<AccountId, Volunteer>> {
    let mut out = HashMap::new();
    for chunk in accounts.chunks(200) {
        let marks = (2..chunk.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {COLUMNS} FROM care_volunteer WHERE district_id = $1 AND ended_at IS NULL AND account_id IN ({marks})"
        );
        let mut values = params![cx.district()].to_vec();
        values.extend(chunk.iter().map(|id| store::Value::from(*id)));
        for row in &cx.query(&sql, &values)? {
            let volunteer = read(row)?;
            out.extend(volunteer.account.map(|account| (account, volunteer)));
        }
    }
    Ok(out)
}

fn at(ground: &Ground, area: AreaId) -> ResourceFacts {
    ResourceFacts::Place(PlaceFacts { areas: ground.areas_above(area), posts: Vec::new() })
}

fn may(cx: &mut Cx<'_>, area: AreaId, action: Action) -> Result<Ground> {
    let ground = Ground(places::snapshot(cx)?);
    require(&cx.actor, cx.purpose, action, &at(&ground, area))?;
    Ok(ground)
}

/// When each of these accounts can help, for those of whom it is written down.
pub(crate) fn weeks_of(cx: &mut Cx<'_>, accounts: &[AccountId]) -> Result<HashMap<AccountId, Vec<String>>> {
    let mut out = HashMap::new();
    for chunk in accounts.chunks(200) {
        let marks = (2..chunk.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT account_id, week FROM care_volunteer WHERE district_id = $1 AND ended_at IS NULL AND account_id IN ({marks})"
        );
        let mut values = params![cx.district()].to_vec();
        values.extend(chunk.iter().map(|id| store::Value::from(*id)));
        for row in &cx.query(&sql, &values)? {
            out.insert(row.id("account_id")?, split(&row.text("week")?));
        }
    }
    Ok(out)
}

/// Where a volunteer helps, for whoever tells those who lead them.
pub(crate) fn place_of(cx: &mut Cx<'_>, id: VolunteerId) -> Result<Option<ResourceFacts>> {
    let sql = "SELECT area_id FROM care_volunteer WHERE id = $1 AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![id, cx.district()])? else { return Ok(None) };
    let ground = Ground(places::snapshot(cx)?);
    Ok(Some(at(&ground, row.id("area_id")?)))
}

/// Visits that somebody went to.
fn visits_of(cx: &mut Cx<'_>, account: AccountId) -> Result<i64> {
    Ok(visits_of_all(cx, &[account])?.remove(&account).unwrap_or(0))
}

/// The same of many.
fn visits_of_all(cx: &mut Cx<'_>, accounts: &[AccountId]) -> Result<HashMap<AccountId, i64>> {
    let mut out = HashMap::new();
    for chunk in accounts.chunks(200) {
        let marks = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT w.account_id, COUNT(*) AS n FROM care_visit_visitor w JOIN care_visit v ON v.id = w.visit_id \
             WHERE w.account_id IN ({marks}) AND w.ended_at IS NULL AND v.state IN ('seen', 'not-home', 'refused', 'rescheduled') \
             GROUP BY w.account_id"
        );
        let values: Vec<store::Value> = chunk.iter().map(|id| store::Value::from(*id)).collect();
        for row in &cx.query(&sql, &values)? {
            out.insert(row.id("account_id")?, row.i64("n")?);
        }
    }
    Ok(out)
}

fn lock(cx: &mut Cx<'_>, id: VolunteerId) -> Result<()> {
    Ok(cx.lock(&format!("volunteer/{id}"))?)
}

/// As it was seen, or somebody was faster.
fn seen_as(volunteer: &Volunteer, seen: i64) -> Result<()> {
    if volunteer.version == seen { Ok(()) } else { Err(Error::Stale { seen, current: volunteer.version }) }
}

fn moved(cx: &mut Cx<'_>, id: VolunteerId) {
    cx.signal(CHANGED, id.0);
}

/// Destroys the keys of what is personal, and what was written to them.
pub(crate) fn erase(cx: &mut Cx<'_>, ids: &[uuid::Uuid]) -> std::result::Result<(), store::Error> {
    for class in [KeyClass::Identity, KeyClass::Contact, KeyClass::Text] {
        cx.destroy_subject_keys(class, ids)?;
    }
    for id in ids {
        let rows = cx.query("SELECT id FROM care_volunteer_thanks WHERE volunteer_id = $1", params![*id])?;
        let words = rows.iter().map(|r| r.uuid("id")).collect::<std::result::Result<Vec<_>, _>>()?;
        cx.destroy_subject_keys(KeyClass::Text, &words)?;
        cx.execute("DELETE FROM care_volunteer_thanks WHERE volunteer_id = $1", params![*id])?;
        cx.execute("DELETE FROM care_volunteer_step WHERE volunteer_id = $1", params![*id])?;
        cx.execute("DELETE FROM care_volunteer WHERE id = $1", params![*id])?;
    }
    Ok(())
}
