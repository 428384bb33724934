//! The day of one visitor: what a telephone takes along. No more than is needed at the door; the supplementary force learns no name,
//! and nobody's health is in it (N2).

use super::walk::{self, Walk};
use super::{COLUMNS, read, with_visitors};
use crate::app::rounds::{self, spot};
use crate::model::round::clock;
use crate::model::visit::{Force, VisitId, VisitKind};
use crate::{Ground, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, PersonId};
use people::app::persons;
use people::policy::{AccountFacts, Action, ResourceFacts, require};
use places::AreaKind;
use serde::Serialize;
use store::{Cx, params};

/// See the module.
#[derive(Serialize)]
pub struct DayPack {
    pub date: String,
    pub made_at: Moment,
    /// In the order in which one goes.
    pub stops: Vec<Stop>,
    pub walk: Walk,
    /// How long a telephone keeps it after it was last confirmed.
    pub hours: i64,
}

#[derive(Serialize)]
pub struct Stop {
    pub visit: VisitId,
    pub person: PersonId,
    pub version: i64,
    pub kind: String,
    pub due: String,
    /// Ends of the keys `visit-reason-…`.
    pub reasons: Vec<String>,
    /// None for the supplementary force.
    pub name: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub language: Option<String>,
    pub with: Vec<AccountId>,
    /// Not at home so often in a row.
    pub misses: i64,
    /// Ends of the keys `visit-bring-…`.
    pub bring: Vec<String>,
    /// When one is expected there, `09:30`, where a round says so; and on which day.
    pub at: Option<String>,
    pub day: Option<String>,
    /// The door by its address, east and north; none where only the neighbourhood is known.
    pub place: Option<[f64; 2]>,
}

pub(crate) fn bring(kind: VisitKind) -> Vec<String> {
    let what: &[&str] = match kind {
        VisitKind::Chat => &["badge", "contact-card"],
        VisitKind::Clean => &["badge", "gloves"],
        VisitKind::Check => &["badge", "checklist"],
        VisitKind::TeachPhone => &["badge", "lesson"],
        VisitKind::CardCheck => &["badge", "card", "strap"],
    };
    what.iter().map(|w| (*w).to_owned()).collect()
}

fn only_own(cx: &Cx<'_>, account: AccountId) -> Result<()> {
    let own = AccountFacts { id: account, areas: vec![], posts: vec![], orgs: vec![] };
    Ok(require(&cx.actor, cx.purpose, Action::OwnAccount, &ResourceFacts::Account(own))?)
}

/// Open visits that an account is sent to: due, or expected by a round until this day. What this one is sent to is read first, since
/// it is little of all that anybody is sent to: hence the CROSS JOIN, which keeps that order.
const OWN: &str = "FROM care_visit_visitor w CROSS JOIN care_visit v WHERE w.account_id = $3 AND w.ended_at IS NULL AND v.id = w.visit_id \
    AND v.district_id = $1 AND v.state = 'assigned' AND (v.due_on <= $2 OR EXISTS (SELECT 1 FROM care_round_stop s \
    WHERE s.visit_id = v.id AND s.told_day <= $2))";

/// From how far back a round is still looked at.
fn long_ago(date: Date) -> Date {
    date.checked_sub(30.days()).unwrap_or(date)
}

/// What tells whether the day of this account is still the one it was: as long as this stays the same, so does the list. It shows nothing.
pub fn day_mark(cx: &mut Cx<'_>, account: AccountId, date: Date) -> Result<String> {
    only_own(cx, account)?;
    let told = rounds::told_to(cx, account, long_ago(date))?;
    let sql = format!("SELECT v.id, v.version {OWN} ORDER BY v.id");
    let mut mark = format!("{date} {}", super::visit_rules(cx)?.pack_hours);
    for row in &cx.query(&sql, params![cx.district(), date.to_string(), account])? {
        let id: VisitId = row.id("id")?;
        let when = told.get(&id).map(|t| format!("{}.{}", t.day, t.start)).unwrap_or_default();
        mark.push_str(&format!(" {id}.{}.{when}", row.i64("version")?));
    }
    Ok(mark)
}

/// What this account is to visit up to this day; only one's own. Each name and address is an entry of the log.
pub fn day_pack(cx: &mut Cx<'_>, account: AccountId, date: Date) -> Result<DayPack> {
    only_own(cx, account)?;
    let roles: Vec<kernel::Role> = cx.actor.grants().iter().map(|g| g.role).collect();
    let support = roles.iter().all(|r| Force::of(*r) == Some(Force::Support));
    let columns = COLUMNS.split(", ").map(|c| format!("v.{c}")).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {columns} {OWN} ORDER BY v.due_on, v.id LIMIT 60");
    let told = rounds::told_to(cx, account, long_ago(date))?;
    let rows = cx.query(&sql, params![cx.district(), date.to_string(), account])?;
    let ground = Ground(::places::snapshot(cx)?);
    let mut stops = Vec::new();
    for row in &rows {
        let visit = with_visitors(cx, read(row)?)?;
        let round = told.get(&visit.id);
        // Expected on a later day: not today.
        if round.is_some_and(|t| t.day > date) {
            continue;
        }
        // Sent, and then moved to another place: the others of the day stay.
        if super::may_record(cx, &visit).is_err() {
            continue;
        }
        let Some(known) = persons::known(cx, visit.person)? else { continue };
        let sql = "SELECT misses FROM care_visit_plan WHERE person_id = $1";
        let misses = cx.query_opt(sql, params![visit.person])?.map_or(Ok(0), |r| r.i64("misses"))?;
        let fields: &[&str] = if support { &["contact"] } else { &["name", "contact"] };
        cx.record_read("person", visit.person.0, fields)?;
        let areas = persons::areas_of(cx, visit.person)?;
        let door = spot(cx, &ground, &areas, known.address.as_deref())?;
        stops.push(Stop {
            visit: visit.id,
            person: visit.person,
            version: visit.version,
            kind: visit.kind.code().to_owned(),
            due: visit.due.to_string(),
            // That facts call for it is nothing for the supplementary force.
            reasons: if support { Vec::new() } else { visit.reasons.clone() },
            name: Some(known.name).filter(|_| !support),
            phone: known.phone,
            address: known.address,
            language: known.language,
            with: visit.pair().into_iter().filter(|a| *a != account).collect(),
            misses,
            bring: bring(visit.kind),
            at: round.map(|t| clock(t.start)),
            day: round.map(|t| t.day.to_string()),
            place: door.point.filter(|_| !door.vague).map(|p| [p.lon(), p.lat()]),
        });
    }
    let day = date.to_string();
    let (stops, walk) = walk::in_order(cx, &ground, stops, &day)?;
    Ok(DayPack { date: day, made_at: cx.now, stops, walk, hours: super::visit_rules(cx)?.pack_hours })
}

/// A visit that no round says when: on a day, for the calendar of whoever is sent. Nothing of whom it is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub visit: VisitId,
    pub kind: VisitKind,
    pub area: Option<AreaId>,
    pub on: Date,
}

/// Open visits that an account is sent to and that no round says when; only one's own. Those of a round are in `rounds::feed`.
pub fn feed(cx: &mut Cx<'_>, account: AccountId, since: Date) -> Result<Vec<Due>> {
    only_own(cx, account)?;
    let sql = "SELECT v.id, v.kind, v.person_id, v.due_on FROM care_visit v JOIN care_visit_visitor w ON w.visit_id = v.id \
               WHERE v.district_id = $1 AND v.state = 'assigned' AND w.account_id = $2 AND w.ended_at IS NULL AND v.due_on >= $3 \
               AND v.id NOT IN (SELECT s.visit_id FROM care_round_stop s WHERE s.district_id = $1 AND s.told_day >= $3) \
               ORDER BY v.due_on, v.id LIMIT 1000";
    let rows = cx.query(sql, params![cx.district(), account, since.to_string()])?;
    let people = rows.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
    let lives = persons::areas_of_all(cx, &people)?;
    let ground = Ground(::places::snapshot(cx)?);
    let community = |a: &&AreaId| ground.0.area(**a).is_some_and(|a| a.kind == AreaKind::Community);
    let mut out = Vec::new();
    for (row, person) in rows.iter().zip(&people) {
        let area = lives.get(person).and_then(|of| of.iter().find(community).or_else(|| of.first()).copied());
        out.push(Due {
            visit: row.id("id")?,
            kind: VisitKind::from_code(&row.text("kind")?).unwrap_or(VisitKind::Chat),
            area,
            on: super::date(row, "due_on")?,
        });
    }
    Ok(out)
}
