//! Who would like to help and who does, for whoever leads or approves where they live.

use super::{COLUMNS, Reach, Volunteer, at, may, name_of, read, row_of, visits_of, visits_of_all};
use crate::app::unseal_left;
use crate::model::volunteer::{VolunteerId, VolunteerState};
use crate::{Ground, Result};
use kernel::Moment;
use kernel::ids::{AccountId, AreaId};
use people::app::{Geography, takers, volunteers};
use people::policy::{Action, PlaceFacts, ResourceFacts, decide, require_somewhere};
use store::{Cx, KeyClass, Value, params};

/// What the list is cut to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// Something is to be done.
    #[default]
    Open,
    /// Who may be sent.
    Serving,
    /// Refused, or gone.
    Over,
    All,
}

impl Filter {
    pub const ALL: &'static [Self] = &[Self::Open, Self::Serving, Self::Over, Self::All];
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Serving => "serving",
            Self::Over => "over",
            Self::All => "all",
        }
    }
    pub fn from_code(code: &str) -> Self {
        Self::ALL.iter().copied().find(|f| f.code() == code).unwrap_or_default()
    }
    const fn takes(self, state: VolunteerState) -> bool {
        match self {
            Self::Open => matches!(
                state,
                VolunteerState::SignedUp | VolunteerState::Checked | VolunteerState::Trained | VolunteerState::Approved
            ),
            Self::Serving => state.serves(),
            Self::Over => state.is_over(),
            Self::All => true,
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub volunteer: Volunteer,
    pub name: Option<String>,
    pub visits: i64,
}

/// Those of the places where one works, who signed up last first; `most` lines.
pub fn list(cx: &mut Cx<'_>, filter: Filter, most: usize) -> Result<Vec<Line>> {
    require_somewhere(&cx.actor, Action::ViewVolunteers)?;
    let states: Vec<&str> = VolunteerState::ALL.iter().filter(|s| filter.takes(**s)).map(|s| s.code()).collect();
    let mut values = params![cx.district()].to_vec();
    values.extend(states.iter().map(|s| Value::from(*s)));
    let mut sql = format!(
        "SELECT {COLUMNS} FROM care_volunteer WHERE district_id = $1 AND state IN ({})",
        (2..states.len() + 2).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
    );
    if let Some(areas) = here(cx, Action::ViewVolunteers)? {
        let first = values.len() + 1;
        let marks = (first..first + areas.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        sql.push_str(&format!(" AND area_id IN ({})", if areas.is_empty() { "NULL" } else { &marks }));
        values.extend(areas.into_iter().map(Value::from));
    }
    sql.push_str(&format!(" ORDER BY signed_at DESC, id LIMIT {most}"));
    let mut found = Vec::new();
    for row in cx.query(&sql, &values)? {
        let volunteer = read(&row)?;
        found.push((row, volunteer));
    }
    let ids: Vec<uuid::Uuid> = found.iter().map(|(_, v)| v.id.0).collect();
    for chunk in ids.chunks(200) {
        cx.load_subject_keys(KeyClass::Identity, chunk)?;
    }
    let accounts: Vec<AccountId> = found.iter().filter_map(|(_, v)| v.account).collect();
    let gone = visits_of_all(cx, &accounts)?;
    let mut out = Vec::with_capacity(found.len());
    for (row, volunteer) in found {
        let visits = volunteer.account.and_then(|a| gone.get(&a).copied()).unwrap_or(0);
        out.push(Line { name: name_of(cx, &row)?, visits, volunteer });
    }
    Ok(out)
}

/// Who signed up and was not looked at yet, where one works: for the side list.
pub fn waiting(cx: &mut Cx<'_>) -> Result<usize> {
    let ground = Ground(places::snapshot(cx)?);
    let sql = "SELECT area_id, COUNT(*) AS n FROM care_volunteer WHERE district_id = $1 AND state = 'signed-up' GROUP BY area_id";
    let rows = cx.query(sql, params![cx.district()])?;
    let mut n = 0;
    for row in &rows {
        let facts = at(&ground, row.id("area_id")?);
        if decide(&cx.actor, cx.purpose, Action::LeadVolunteers, &facts).is_allowed() {
            n += row.i64("n")?;
        }
    }
    Ok(usize::try_from(n).unwrap_or(0))
}

/// Areas of volunteers with whom whoever asks may do this; none: everywhere.
fn here(cx: &mut Cx<'_>, action: Action) -> Result<Option<Vec<AreaId>>> {
    let may = |cx: &Cx<'_>, facts: &ResourceFacts| decide(&cx.actor, cx.purpose, action, facts).is_allowed();
    if may(cx, &ResourceFacts::Place(PlaceFacts::default())) {
        return Ok(None);
    }
    let ground = Ground(places::snapshot(cx)?);
    let all = ground.0.areas().iter().map(|a| a.id);
    Ok(Some(all.filter(|area| may(cx, &at(&ground, *area))).collect()))
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    pub step: String,
    pub at: Moment,
    pub by: Option<AccountId>,
}

/// One volunteer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One {
    pub volunteer: Volunteer,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub words: Option<String>,
    pub visits: i64,
    pub steps: Vec<StepLine>,
    pub thanks: usize,
    pub may_lead: bool,
    pub may_approve: bool,
}

/// One of them. Each opening is an entry of the log.
pub fn one(cx: &mut Cx<'_>, id: VolunteerId) -> Result<One> {
    require_somewhere(&cx.actor, Action::ViewVolunteers)?;
    let row = row_of(cx, id)?;
    let volunteer = read(&row)?;
    let ground = may(cx, volunteer.area, Action::ViewVolunteers)?;
    let facts = at(&ground, volunteer.area);
    let says = |cx: &Cx<'_>, action| decide(&cx.actor, cx.purpose, action, &facts).is_allowed();
    let (may_lead, may_approve) = (says(cx, Action::LeadVolunteers), says(cx, Action::ApproveVolunteer));
    let sealed = cx.query_one("SELECT contact, words FROM care_volunteer WHERE id = $1", params![id])?;
    let name = name_of(cx, &row)?;
    let reach: Option<Reach> = unseal_left(cx, KeyClass::Contact, id.0, sealed.opt_blob("contact")?)?;
    let words = unseal_left(cx, KeyClass::Text, id.0, sealed.opt_blob("words")?)?;
    cx.record_read("volunteer", id.0, &["identity", "contact"])?;
    let visits = volunteer.account.map_or(Ok(0), |a| visits_of(cx, a))?;
    let sql = "SELECT step, at, by_account FROM care_volunteer_step WHERE volunteer_id = $1 ORDER BY at, id";
    let mut steps = Vec::new();
    for r in &cx.query(sql, params![id])? {
        steps.push(StepLine { step: r.text("step")?, at: r.moment("at")?, by: r.opt_id("by_account")? });
    }
    let sql = "SELECT COUNT(*) AS n FROM care_volunteer_thanks WHERE volunteer_id = $1";
    let thanks = usize::try_from(cx.query_one(sql, params![id])?.i64("n")?).unwrap_or(0);
    Ok(One { volunteer, name, phone: reach.map(|r| r.phone), words, visits, steps, thanks, may_lead, may_approve })
}

/// Somebody who can take a beginner along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mate {
    pub account: AccountId,
    pub name: String,
    pub role: kernel::Role,
}

/// Colleagues of the place who go on visits themselves, and volunteers who take others along.
pub fn mates(cx: &mut Cx<'_>, area: AreaId) -> Result<Vec<Mate>> {
    let ground = may(cx, area, Action::ViewVolunteers)?;
    let sql =
        "SELECT account_id FROM care_volunteer WHERE district_id = $1 AND state = 'mentor' AND account_id IS NOT NULL";
    let rows = cx.query(sql, params![cx.district()])?;
    let mentors = rows.iter().map(|r| r.id("account_id")).collect::<std::result::Result<Vec<AccountId>, _>>()?;
    let areas = ground.areas_above(area);
    let mut out: Vec<Mate> = Vec::new();
    for t in takers::takers(cx, &areas, &[])? {
        let force = crate::model::visit::Force::of(t.role);
        let leads = match force {
            Some(crate::model::visit::Force::Support) => mentors.contains(&t.account),
            Some(_) => matches!(
                t.role,
                kernel::Role::CommitteeWorker | kernel::Role::CommunityOfficer | kernel::Role::Auxiliary
            ),
            None => false,
        };
        if leads && out.iter().all(|m| m.account != t.account) {
            out.push(Mate { account: t.account, name: t.display_name, role: t.role });
        }
    }
    Ok(out)
}

/// Somebody on a seat of a volunteer of whom nothing is written here: nobody sends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlisted {
    pub account: AccountId,
    pub name: String,
    pub area: AreaId,
}

/// Those where one may approve.
pub fn unlisted(cx: &mut Cx<'_>) -> Result<Vec<Unlisted>> {
    if require_somewhere(&cx.actor, Action::ApproveVolunteer).is_err() {
        return Ok(Vec::new());
    }
    let ground = Ground(places::snapshot(cx)?);
    let sql =
        "SELECT account_id FROM care_volunteer WHERE district_id = $1 AND ended_at IS NULL AND account_id IS NOT NULL";
    let rows = cx.query(sql, params![cx.district()])?;
    let listed = rows.iter().map(|r| r.id("account_id")).collect::<std::result::Result<Vec<AccountId>, _>>()?;
    let seated = volunteers::seated(cx)?;
    Ok(seated
        .into_iter()
        .filter(|s| !listed.contains(&s.account))
        .filter(|s| decide(&cx.actor, cx.purpose, Action::ApproveVolunteer, &at(&ground, s.area)).is_allowed())
        .map(|s| Unlisted { account: s.account, name: s.name, area: s.area })
        .collect())
}
