//! The day of one visitor: what a telephone takes along. No more than is needed at the door; the supplementary force learns no name,
//! and nobody's health is in it (N2).

use super::{COLUMNS, read, with_visitors};
use crate::Result;
use crate::app::rounds;
use crate::model::round::clock;
use crate::model::visit::{Force, VisitId, VisitKind};
use jiff::ToSpan;
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AccountId, PersonId};
use people::app::persons;
use people::policy::{AccountFacts, Action, ResourceFacts, require};
use serde::Serialize;
use store::{Cx, params};

/// See the module.
#[derive(Serialize)]
pub struct DayPack {
    pub date: String,
    pub made_at: Moment,
    pub stops: Vec<Stop>,
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

/// Open visits that an account is sent to: due, or expected by a round until this day.
const OWN: &str = "FROM care_visit WHERE district_id = $1 AND state = 'assigned' AND (due_on <= $2 OR id IN (SELECT visit_id \
    FROM care_round_stop WHERE told_day <= $2)) AND id IN (SELECT visit_id FROM care_visit_visitor WHERE account_id = $3 \
    AND ended_at IS NULL)";

/// From how far back a round is still looked at.
fn long_ago(date: Date) -> Date {
    date.checked_sub(30.days()).unwrap_or(date)
}

/// What tells whether the day of this account is still the one it was: as long as this stays the same, so does the list. It shows nothing.
pub fn day_mark(cx: &mut Cx<'_>, account: AccountId, date: Date) -> Result<String> {
    only_own(cx, account)?;
    let told = rounds::told_to(cx, account, long_ago(date))?;
    let sql = format!("SELECT id, version {OWN} ORDER BY id");
    let mut mark = date.to_string();
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
    let sql = format!("SELECT {COLUMNS} {OWN} ORDER BY due_on, id LIMIT 60");
    let told = rounds::told_to(cx, account, long_ago(date))?;
    let rows = cx.query(&sql, params![cx.district(), date.to_string(), account])?;
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
        });
    }
    // In the order of the round; what has no time comes after.
    stops.sort_by(|a, b| (a.at.is_none(), &a.day, &a.at, &a.due).cmp(&(b.at.is_none(), &b.day, &b.at, &b.due)));
    Ok(DayPack { date: date.to_string(), made_at: cx.now, stops })
}
