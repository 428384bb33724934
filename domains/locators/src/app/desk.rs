//! What staff see: alerts that came to their post, and the track of a lost elder while the case is open. Nothing else: no list of
//! people, no map of devices.

use super::alerts::{self, Alert, COLUMNS};
use super::looks::{self, Looker};
use super::{cases, devices, permits, rules, tracks};
use crate::Result;
use crate::model::{Fix, Kind};
use kernel::Moment;
use kernel::ids::{AccountId, AreaId, CaseId, PersonId};
use people::app::persons::For;
use people::policy::{Action, ResourceFacts, decide, require, require_somewhere};
use store::{Cx, params};
use uuid::Uuid;

/// Alerts on one page.
const MOST: i64 = 200;

/// An alert as the post reads it: what and when, and in which community. Who it is opens with the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertLine {
    pub id: Uuid,
    pub number: i64,
    pub kind: Kind,
    pub began_at: Moment,
    pub post_at: Moment,
    /// Innermost first.
    pub areas: Vec<AreaId>,
    /// The effective owner now (R1).
    pub owner: AccountId,
    /// Somebody sees to it, by what the family or the post said.
    pub seen_to: Option<Moment>,
    /// Whoever answers for it has taken it.
    pub taken_at: Option<Moment>,
    pub case: Option<CaseId>,
}

/// Alerts that run and that a post of whoever asks was told of, those that wait longest first.
pub fn alerts(cx: &mut Cx<'_>) -> Result<Vec<AlertLine>> {
    require_somewhere(&cx.actor, Action::WorkAlert)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM locator_alert WHERE district_id = $1 AND ended_at IS NULL AND post_at IS NOT NULL ORDER BY post_at, id \
         LIMIT {MOST}"
    );
    let rows = cx.query(&sql, params![cx.district()])?;
    let mut out = Vec::new();
    // Few: what nobody of a family answered.
    for row in &rows {
        let a = alerts::read(row)?;
        if let Some(line) = line(cx, &a)? {
            out.push(line);
        }
    }
    Ok(out)
}

/// One of them, for its own page.
pub fn alert(cx: &mut Cx<'_>, id: Uuid) -> Result<AlertLine> {
    require_somewhere(&cx.actor, Action::WorkAlert)?;
    let a = alerts::load(cx, id)?;
    line(cx, &a)?.ok_or_else(crate::error::not_found)
}

/// How many wait, for the side list.
pub fn alert_count(cx: &mut Cx<'_>) -> Result<i64> {
    Ok(i64::try_from(alerts(cx)?.len()).unwrap_or(i64::MAX))
}

/// Does this alert stand, or did it stand, at a post of whoever asks?
pub(super) fn is_mine(cx: &mut Cx<'_>, id: Uuid) -> Result<bool> {
    let a = match alerts::load(cx, id) {
        Ok(a) => a,
        Err(crate::Error::Store(store::Error::NotFound)) => return Ok(false),
        Err(other) => return Err(other),
    };
    Ok(line(cx, &a)?.is_some())
}

fn line(cx: &mut Cx<'_>, a: &Alert) -> Result<Option<AlertLine>> {
    let here = care::lives(cx, a.person)?;
    let areas = here.areas.clone();
    let Some(post_at) = a.post_at else { return Ok(None) };
    if !decide(&cx.actor, cx.purpose, Action::WorkAlert, &ResourceFacts::Place(here)).is_allowed() {
        return Ok(None);
    }
    let owner = people::app::roster::owner_at(cx, a.owner_seat, a.owner_account, &areas, cx.now)?;
    let seen_to = a.answer.map(|(_, at, _)| at);
    let owner = owner.account;
    Ok(Some(AlertLine {
        id: a.id,
        number: a.number,
        kind: a.kind,
        began_at: a.began_at,
        post_at,
        areas,
        owner,
        seen_to,
        taken_at: a.taken_at,
        case: a.case,
    }))
}

/// A position for a page: when, where, how exact. Age is counted from the instant of looking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown {
    pub fix: Fix,
    /// Seconds between the position and now.
    pub age_s: i64,
}

impl Shown {
    pub(super) fn of(fix: Fix, now: Moment) -> Self {
        Self { fix, age_s: now.secs_since(fix.at).max(0) }
    }
}

/// What responders see of a lost elder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LiveTrack {
    /// The last that is known; none: nothing yet.
    pub last: Option<Shown>,
    /// From shortly before the case was opened, in order.
    pub path: Vec<Fix>,
    /// Battery and last word of each device that is worn.
    pub devices: Vec<devices::Worn>,
    /// Somebody who may has switched positions off, or nobody agreed: nothing is shown and nothing kept.
    pub withheld: bool,
}

/// The track of the elder of this case, while it is open. Each look is an entry of the log, and the family sees it; a page that
/// refreshes itself is one look in five minutes. Writes, so it is called in a write transaction.
///
/// # Errors
/// Whoever does not work on the case, or in the name of another; a case that closed, or of whom nobody knows who it is.
pub fn live_track(cx: &mut Cx<'_>, case: CaseId) -> Result<LiveTrack> {
    let (person, opened_at) = open_in_case(cx, case)?;
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let devices = devices::worn_by(cx, person)?;
    let Some(permit) = permits::permit(cx, person)?.filter(permits::Permit::allowed) else {
        return Ok(LiveTrack { withheld: !devices.is_empty(), devices, ..LiveTrack::default() });
    };
    looks::note(cx, person, Looker::Account(account, case))?;
    let withheld = !super::pauses::running(cx, person)?.is_empty();
    let from = opened_at.plus_minutes(-rules::rules(cx)?.before_case_minutes);
    let bindings = cases::bindings_of(cx, person)?;
    let path: Vec<Fix> =
        tracks::read(cx, &bindings, permit.key, (from, cx.now))?.into_iter().map(|(_, _, fix)| fix).collect();
    let last = match path.last() {
        Some(fix) => Some(*fix),
        // Older than that: still the last that is known.
        None => super::family::last_of(cx, person, permit.key)?,
    };
    let now = cx.now;
    Ok(LiveTrack { last: last.map(|fix| Shown::of(fix, now)), path, devices, withheld })
}

/// Whose case it is and when it was opened, for whoever may see the track.
pub(super) fn open_in_case(cx: &mut Cx<'_>, case: CaseId) -> Result<(PersonId, Moment)> {
    require_somewhere(&cx.actor, Action::LiveTrack)?;
    let row = lost::app::load(cx, case)?;
    let person = row.person.ok_or_else(crate::error::not_found)?;
    let For::Case(facts) = lost::app::in_the_name_of(cx, case, person)? else { return Err(crate::error::not_found()) };
    require(&cx.actor, cx.purpose, Action::LiveTrack, &ResourceFacts::Case(*facts))?;
    Ok((person, row.opened_at))
}

/// Positions of an elder who is missing, as the search planner asks for them: the same right and the same log entry as
/// [`live_track`]. The latest last.
///
/// # Errors
/// As for [`live_track`].
pub fn last_fixes(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<Shown>> {
    let track = live_track(cx, case)?;
    let now = cx.now;
    let path = track.path.into_iter().map(|fix| Shown::of(fix, now));
    let mut all: Vec<Shown> = path.collect();
    if all.is_empty() {
        all.extend(track.last);
    }
    Ok(all)
}
