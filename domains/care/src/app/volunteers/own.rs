//! A volunteer's own page: where they stand, what they are asked for, when they can help, and the thanks they got.

use super::{Volunteer, moved, of_account, seen_as, sign_up, steps, visits_of};
use crate::app::unseal_left;
use crate::app::visits::{date, day_of};
use crate::events::{News, TellColleagues};
use crate::model::visit::{VisitId, VisitKind};
use crate::model::volunteer::VolunteerStep;
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, PersonId};
use people::app::persons;
use people::policy::{AccountFacts, Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Longest break, in days.
const MOST_PAUSE: i64 = 366;

/// A visit one is asked to go to. No name and no address: those are in the pack of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub visit: VisitId,
    pub kind: VisitKind,
    pub due: Date,
    pub area: Option<AreaId>,
    pub with: Vec<AccountId>,
}

/// Thanks for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thanks {
    pub text: String,
    pub at: Moment,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    pub volunteer: Volunteer,
    pub visits: i64,
    pub tasks: Vec<Task>,
    pub thanks: Vec<Thanks>,
}

fn me(cx: &Cx<'_>) -> Result<AccountId> {
    let id = cx.actor.account_id().ok_or(Error::Store(store::Error::NotFound))?;
    let own = AccountFacts { id, areas: vec![], posts: vec![], orgs: vec![] };
    require(&cx.actor, cx.purpose, Action::OwnAccount, &ResourceFacts::Account(own))?;
    Ok(id)
}

/// Their own record; none for whoever is no volunteer.
pub fn own(cx: &mut Cx<'_>) -> Result<Option<Own>> {
    let account = me(cx)?;
    let Some(volunteer) = of_account(cx, account)? else { return Ok(None) };
    let visits = visits_of(cx, account)?;
    let (tasks, thanks) = (tasks(cx, account)?, thanks(cx, volunteer.id.0)?);
    Ok(Some(Own { volunteer, visits, tasks, thanks }))
}

fn tasks(cx: &mut Cx<'_>, account: AccountId) -> Result<Vec<Task>> {
    let sql = "SELECT v.id, v.kind, v.due_on, v.person_id FROM care_visit v JOIN care_visit_visitor w ON w.visit_id = v.id \
               WHERE v.district_id = $1 AND w.account_id = $2 AND w.ended_at IS NULL AND v.state = 'assigned' \
               ORDER BY v.due_on, v.id LIMIT 60";
    let rows = cx.query(sql, params![cx.district(), account])?;
    let ground = places::snapshot(cx)?;
    let mut out = Vec::new();
    for row in &rows {
        let visit: VisitId = row.id("id")?;
        let person: PersonId = row.id("person_id")?;
        let area = persons::areas_of(cx, person)?.into_iter().max_by_key(|a| ground.chain_ids(*a).len());
        let with = crate::app::visits::load(cx, visit)?.pair().into_iter().filter(|a| *a != account).collect();
        let kind = VisitKind::from_code(&row.text("kind")?).unwrap_or(VisitKind::Chat);
        out.push(Task { visit, kind, due: date(row, "due_on")?, area, with });
    }
    Ok(out)
}

fn thanks(cx: &mut Cx<'_>, volunteer: Uuid) -> Result<Vec<Thanks>> {
    let sql =
        "SELECT id, sealed, at FROM care_volunteer_thanks WHERE volunteer_id = $1 ORDER BY at DESC, id DESC LIMIT 20";
    let rows = cx.query(sql, params![volunteer])?;
    let mut out = Vec::new();
    for row in &rows {
        let id = row.uuid("id")?;
        if let Some(text) = unseal_left(cx, KeyClass::Text, id, row.opt_blob("sealed")?)? {
            out.push(Thanks { text, at: row.moment("at")? });
        }
    }
    Ok(out)
}

/// They stop by themselves, from this instant: what they hold open goes back, their seat ends, and whoever leads volunteers there is
/// told. What is kept of them goes when its time is over, as with everybody who left.
pub fn leave(cx: &mut Cx<'_>, seen: i64) -> Result<()> {
    let account = me(cx)?;
    let v = of_account(cx, account)?.ok_or(Error::Store(store::Error::NotFound))?;
    super::lock(cx, v.id)?;
    let v = of_account(cx, account)?.ok_or(Error::Store(store::Error::NotFound))?;
    if v.state.is_over() {
        return Ok(());
    }
    seen_as(&v, seen)?;
    let to = v.state.after(VolunteerStep::Leave).ok_or(Error::Refused("volunteer-step"))?;
    steps::give_back(cx, account)?;
    steps::write_step(cx, &v, VolunteerStep::Leave, to)?;
    TellColleagues { news: News::VolunteerLeft, about: v.id.0, to: Vec::new() }.enqueue(cx, &v.id.0.to_string())?;
    Ok(people::app::volunteers::release_own(cx)?)
}

/// When they can help, what they speak and can do, and until when they take a break.
pub fn set_own_week(
    cx: &mut Cx<'_>,
    seen: i64,
    week: &[String],
    tongues: &[String],
    skills: &[String],
    paused_until: Option<Date>,
) -> Result<()> {
    let account = me(cx)?;
    let v = of_account(cx, account)?.ok_or(Error::Store(store::Error::NotFound))?;
    super::lock(cx, v.id)?;
    let v = of_account(cx, account)?.ok_or(Error::Store(store::Error::NotFound))?;
    seen_as(&v, seen)?;
    if let Some(until) = paused_until {
        let days = crate::model::visit_plan::days_between(day_of(cx.now), until);
        if !(0..=MOST_PAUSE).contains(&days) {
            return Err(Error::Invalid { field: "paused", why: "range" });
        }
    }
    let sql = "UPDATE care_volunteer SET week = $1, tongues = $2, skills = $3, paused_until = $4, version = version + 1 WHERE id = $5";
    let paused = paused_until.map(|d| d.to_string());
    let (tongues, skills) = sign_up::known_codes(tongues, skills);
    cx.execute(sql, params![sign_up::week(week), tongues, skills, paused, v.id])?;
    cx.record("volunteer.week", "volunteer", v.id.0, &json!({ "paused": paused_until.is_some() }))?;
    moved(cx, v.id);
    Ok(())
}
