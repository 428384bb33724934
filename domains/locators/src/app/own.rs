//! What this crate keeps of somebody, for the copy of their own data that they asked for and a second person approves.

use super::alerts;
use super::devices::worn_by;
use super::{cases, permits, tracks};
use crate::Result;
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::persons::Kept;
use people::policy::{Action, DataRequestFacts, ResourceFacts, require};
use store::{Cx, params};

/// Devices, what was agreed to, fences, alerts, looks, and the positions that are left. Of others only that they are there.
///
/// # Errors
/// When whoever acts is not the second person.
pub fn kept(cx: &mut Cx<'_>, person: PersonId, of: DataRequestFacts) -> Result<Kept> {
    require(&cx.actor, cx.purpose, Action::ApproveDataRequest, &ResourceFacts::DataRequest(of))?;
    let mut out = Kept::new();
    for worn in worn_by(cx, person)? {
        out.push(("locators", "device", format!("{} …{}", worn.device.thing.code(), worn.device.tail)));
        out.push(("locators", "at", worn.bound_at.rfc3339()));
    }
    let sql = "SELECT answer, given_by, channel, at, ended_at FROM locator_consent WHERE person_id = $1 AND district_id = $2 ORDER BY at";
    for r in &cx.query(sql, params![person, cx.district()])? {
        let said = [r.text("answer")?, r.text("given_by")?, r.text("channel")?].join(" / ");
        out.push(("locators", "said", said));
        out.push(("locators", "at", r.moment("at")?.rfc3339()));
        out.push(("locators", "ended_at", r.opt_moment("ended_at")?.map(Moment::rfc3339).unwrap_or_default()));
    }
    for fence in super::fences::of(cx, person)? {
        out.push(("locators", "place", fence.fence.name));
    }
    for alert in alerts::of_person(cx, person, 1_000)? {
        out.push(("locators", "alert", alert.kind.code().to_owned()));
        out.push(("locators", "at", alert.opened_at.rfc3339()));
    }
    for look in super::looks::of(cx, person)? {
        out.push(("locators", "looked_at", look.at.rfc3339()));
    }
    if let Some(permit) = permits::permit(cx, person)? {
        let bindings = cases::bindings_of(cx, person)?;
        let span = (Moment::from_micros(0), cx.now);
        for (_, _, fix) in tracks::read(cx, &bindings, permit.key, span)? {
            let place = format!("{:.5}, {:.5}", fix.point.lat(), fix.point.lon());
            out.push(("locators", "position", format!("{} {place}", fix.at.rfc3339())));
        }
    }
    out.retain(|(_, _, value)| !value.is_empty());
    Ok(out)
}
