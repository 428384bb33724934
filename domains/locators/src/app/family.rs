//! What the family sees on its page, with a letter that a second person stands for: where now, today's path, battery, who can see,
//! who looked, pauses, fences, alerts. A guardian who is kept away finds nothing here.

use super::alerts::{self, Alert};
use super::circle::may;
use super::consents::{self, Stands};
use super::desk::Shown;
use super::devices::{self, Worn};
use super::fences::{self, FenceLine};
use super::looks::{self, Look, Looker};
use super::pauses::{self, Pause};
use super::sights::{self, Seer};
use super::take_in::load;
use super::{cases, open, permits, tracks};
use crate::Result;
use crate::model::{Fix, Kind, Sight};
use kernel::ids::{CaseId, PersonId};
use kernel::{Moment, time};
use people::app::links::Holder;
use people::app::persons::For;
use people::app::voices::Voice;
use people::policy::Action;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Alerts that the page shows.
const ALERTS: usize = 30;

/// Everything the page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct FamilyView {
    pub consent: Stands,
    /// What whoever looks may see.
    pub sight: Sight,
    /// They see positions now: agreed, not switched off, and at any time or because something is open.
    pub sees_now: bool,
    /// The last position that is known, however old.
    pub now: Option<Shown>,
    /// Since midnight, in order.
    pub path: Vec<Fix>,
    pub devices: Vec<Worn>,
    pub who_sees: Vec<Seer>,
    /// The latest first.
    pub looks: Vec<Look>,
    pub pauses: Vec<Pause>,
    pub fences: Vec<FenceLine>,
    /// Those that run first, then the latest.
    pub alerts: Vec<Alert>,
    /// The case of the lost elder that is open: responders see the track now.
    pub case: Option<CaseId>,
}

/// The family's page. Writes who looked, so it is called in a write transaction.
///
/// # Errors
/// Without a letter that a second person stands for; not found for a guardian who is kept away.
pub fn view(cx: &mut Cx<'_>, of: &Holder) -> Result<FamilyView> {
    let person = of.person;
    may(cx, person, &For::Letter(*of), Action::FollowLocator)?;
    let consent = consents::stands(cx, person, of.guardian.map_or(Voice::Elder, Voice::Guardian))?;
    let sight = sights::sight_of(cx, person, of.guardian)?;
    let mut alerts = alerts::of_person(cx, person, ALERTS)?;
    let case = cases::open_about(cx, person)?;
    let pauses = pauses::running(cx, person)?;
    let permit = permits::permit(cx, person)?.filter(permits::Permit::allowed);
    let something = case.is_some() || alerts.iter().any(|a| a.ended.is_none());
    let may_see = sight == Sight::Always || (sight == Sight::Alarm && something);
    let sees_now = permit.is_some() && may_see && pauses.is_empty();
    let (mut now, mut path) = (None, Vec::new());
    let mut fences = fences::of(cx, person)?;
    if let Some(permit) = permit.filter(|_| sees_now) {
        looks::note(cx, person, of.guardian.map_or(Looker::Elder, Looker::Guardian))?;
        let at = cx.now;
        now = last_of(cx, person, permit.key)?.map(|fix| Shown::of(fix, at));
        let bindings = cases::bindings_of(cx, person)?;
        let today = tracks::read(cx, &bindings, permit.key, (midnight(at), at))?;
        path = today.into_iter().map(|(_, _, fix)| fix).collect();
        insides(cx, person, &mut fences)?;
    }
    if sight == Sight::Never {
        // A call for help is for everybody of the circle.
        alerts.retain(|a| a.kind == Kind::Sos);
    }
    let devices = devices::worn_by(cx, person)?;
    let (who_sees, looks) = (sights::seers(cx, person)?, looks::of(cx, person)?);
    Ok(FamilyView { consent, sight, sees_now, now, path, devices, who_sees, looks, pauses, fences, alerts, case })
}

/// A mark of everything that [`view`] shows: another one, and there is something new. Says nothing by itself, and is no look.
///
/// # Errors
/// As for [`view`].
pub fn mark(cx: &mut Cx<'_>, of: &Holder) -> Result<[i64; 5]> {
    may(cx, of.person, &For::Letter(*of), Action::FollowLocator)?;
    let sql = "SELECT (SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM locator_state WHERE person_id = $1) AS heard, \
               (SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM locator_alert WHERE person_id = $1) AS alerts, \
               (SELECT COALESCE(MAX(at), 0) FROM locator_look WHERE person_id = $1 AND by_account IS NOT NULL) AS looks, \
               (SELECT COUNT(*) + COUNT(ended_at) FROM locator_pause WHERE person_id = $1) AS pauses, \
               (SELECT COALESCE(MAX(changed_at), 0) FROM locator_permit WHERE person_id = $1) AS permit";
    let row = cx.query_one(sql, params![of.person])?;
    let n = |name: &str| row.i64(name);
    Ok([n("heard")?, n("alerts")?, n("looks")?, n("pauses")?, n("permit")?])
}

/// Where the wearer was when an alert began, for whoever sees positions now.
///
/// # Errors
/// As for [`view`]; not found for another person's alert.
pub fn place_of_alert(cx: &mut Cx<'_>, of: &Holder, alert: Uuid) -> Result<Option<Shown>> {
    let view = view(cx, of)?;
    let a = alerts::load(cx, alert)?;
    if a.person != of.person {
        return Err(crate::error::not_found());
    }
    let Some(permit) = permits::permit(cx, of.person)?.filter(|_| view.sees_now) else { return Ok(None) };
    let now = cx.now;
    Ok(alerts::place_of(cx, &a, permit.key)?.map(|fix| Shown::of(fix, now)))
}

/// The start of the day in Shanghai.
fn midnight(at: Moment) -> Moment {
    let wall = at.zoned(&time::shanghai());
    wall.start_of_day().map_or_else(|_| at.plus_days(-1), |z| Moment::from(&z))
}

/// The last position of any device that somebody wears.
pub(super) fn last_of(cx: &mut Cx<'_>, person: PersonId, key: Uuid) -> Result<Option<Fix>> {
    let sql = "SELECT s.fix FROM locator_state s JOIN locator_binding b ON b.id = s.binding_id WHERE s.person_id = $1 \
               AND b.district_id = $2 AND b.ended_at IS NULL AND s.fix IS NOT NULL ORDER BY s.fix_at DESC LIMIT 1";
    let Some(row) = cx.query_opt(sql, params![person, cx.district()])? else { return Ok(None) };
    let opened = open(cx, KeyClass::Location, key, row.opt_blob("fix")?)?;
    Ok(opened.as_deref().and_then(Fix::from_bytes))
}

/// Whether the wearer is inside of each fence, by the device that was heard last.
fn insides(cx: &mut Cx<'_>, person: PersonId, fences: &mut [FenceLine]) -> Result<()> {
    let sql = "SELECT b.locator_id FROM locator_binding b JOIN locator_state s ON s.binding_id = b.id WHERE b.person_id = $1 \
               AND b.district_id = $2 AND b.ended_at IS NULL ORDER BY s.fix_at DESC";
    let rows = cx.query(sql, params![person, cx.district()])?;
    let Some(row) = rows.first() else { return Ok(()) };
    let known = load(cx, &[row.id("locator_id")?])?;
    for one in known.values() {
        for fence in fences.iter_mut() {
            fence.inside = one.state.watches.get(&fence.id).and_then(fence::Watch::inside);
        }
    }
    Ok(())
}
