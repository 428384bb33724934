//! Who is near a lost elder on foot and can come, in the name of the open case; and calling them (L13).

use super::case::{self, open, touch};
use super::entries::{self, EntryKind, More};
use super::{helpers, rules};
use crate::error::{Error, Result};
use crate::events::{self, Why};
use kernel::ids::{AccountId, CaseId};
use kernel::{Moment, Point};
use matters::app::near::{NearPeople, within};
use people::policy::Action;
use store::{Cx, KeyClass, params};
use uuid::Uuid;

/// Where a case is: where the elder was seen, else its post.
pub(super) fn centre(cx: &mut Cx<'_>, c: &case::CaseRow) -> Result<Option<Point>> {
    let point: Option<(f64, f64)> = entries::part(cx, c.id, "place", KeyClass::Location)?;
    let point = point.and_then(|(lon, lat)| Point::new(lon, lat).ok());
    let ground = case::ground(cx)?;
    Ok(point.or_else(|| c.post.and_then(|p| ground.0.post(p)).and_then(|p| p.point)))
}

/// Those within some minutes on foot. `None`: nobody knows where it is.
pub fn of_case(cx: &mut Cx<'_>, case: CaseId, minutes: i64) -> Result<Option<NearPeople>> {
    let (c, _) = open(cx, case, Action::FindNearCase)?;
    let from = centre(cx, &c)?;
    cx.record_read("case", case.0, &["near"])?;
    Ok(from.map(|from| within(cx, from, minutes)).transpose()?)
}

/// Calls these people of the list, as a call inside a radius does: each gets a notice that leads to what is needed, and "I help".
/// Only those who are asked for help at all, and only those the list has: nobody is called from afar by an id.
pub fn call_near(cx: &mut Cx<'_>, case: CaseId, seen: i64, minutes: i64, chosen: &[AccountId]) -> Result<usize> {
    let (c, _) = open(cx, case, Action::CallHelp)?;
    if matches!(c.state, crate::model::State::HandedOver) {
        return Err(crate::error::Refusal::State(c.state).into());
    }
    let Some(near) = of_case(cx, case, minutes)? else {
        return Err(Error::Invalid { field: "place", why: "missing" });
    };
    let mut called = Vec::new();
    for person in near.people.iter().filter(|p| chosen.contains(&p.account)) {
        if may_be_called(cx, person.account)? {
            called.push(person.account);
        }
    }
    if called.is_empty() {
        return Err(Error::Invalid { field: "helper", why: "missing" });
    }
    touch(cx, &c, seen)?;
    helpers::end_calls(cx, &c, false)?;
    let (id, until): (Uuid, Moment) = (cx.new_id(), cx.now.plus_hours(rules::lost_rules(cx)?.call_hours));
    let radius = places::app::near::metres_in(minutes).round() as i64;
    cx.execute(
        "INSERT INTO lost_call (id, district_id, case_id, radius_m, called, at, by_account, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![id, cx.district(), case, radius, called.len(), cx.now, cx.actor.account_id(), until],
    )?;
    for account in &called {
        let sql = "INSERT INTO lost_called (call_id, account_id, district_id) VALUES ($1, $2, $3)";
        cx.execute(sql, params![id, *account, cx.district()])?;
    }
    let n = called.len().to_string();
    let more = More { code: Some(&n), of: Some(id), moment: Some(until), ..More::default() };
    entries::write(cx, case, EntryKind::Called, &more)?;
    events::tell(cx, case, Why::Called, called.clone(), &id.to_string())?;
    events::timer(cx, events::CALL_ENDS, case, until, until.micros())?;
    Ok(called.len())
}

/// May this account say "I help"? Officers on duty are called by telephone: they work on the case itself.
pub fn may_be_called(cx: &mut Cx<'_>, account: AccountId) -> Result<bool> {
    let actor = people::app::sessions::actor_of(cx, account)?;
    Ok(people::policy::require_somewhere(&actor, Action::OfferHelp).is_ok())
}
