//! What the administrator sees: every device with its profile, when it was heard and how its battery is. No positions, and not who wears it.
//! What decides how a device is read, its model and its datum, is set here.

use super::devices::{self, COLUMNS, Device};
use crate::error::not_found;
use crate::model::DeviceState;
use crate::{Error, Result, events};
use kernel::ids::LocatorId;
use kernel::{Datum, Moment, text};
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, params};

/// Characters of a model.
const LONGEST: usize = 40;

/// One device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceLine {
    pub device: Device,
    pub heard_at: Option<Moment>,
    pub battery: Option<u8>,
    pub clock_wrong: bool,
    /// Nothing is kept of it now: nobody agreed, or it was switched off.
    pub shut: bool,
}

/// Some devices of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub devices: Vec<DeviceLine>,
    /// The last one, when others come after it.
    pub next: Option<LocatorId>,
}

/// Devices in order of their registration, the latest first, `most` at most; those after the device `after` continue a list.
///
/// # Errors
/// Whoever may not.
pub fn devices(cx: &mut Cx<'_>, state: Option<DeviceState>, after: Option<LocatorId>, most: usize) -> Result<Part> {
    require(&cx.actor, cx.purpose, Action::ViewLocators, &ResourceFacts::District)?;
    let mut values = params![cx.district()].to_vec();
    let mut conditions = String::new();
    if let Some(state) = state {
        values.push(state.code().into());
        conditions.push_str(&format!(" AND l.state = ${}", values.len()));
    }
    if let Some(after) = after {
        let sql = "SELECT made_at FROM locator WHERE id = $1 AND district_id = $2";
        let row = cx.query_opt(sql, params![after, cx.district()])?.ok_or_else(not_found)?;
        values.push(row.moment("made_at")?.into());
        values.push(after.into());
        let (at, id) = (values.len() - 1, values.len());
        conditions.push_str(&format!(" AND (l.made_at < ${at} OR (l.made_at = ${at} AND l.id < ${id}))"));
    }
    values.push((most + 1).into());
    let sql = format!(
        "SELECT {COLUMNS}, b.id AS binding_id, s.heard_at, s.battery, s.clock_wrong, p.allowed, \
         (SELECT MAX(z.until_at) FROM locator_pause z WHERE z.person_id = b.person_id AND z.ended_at IS NULL) AS paused \
         FROM locator l LEFT JOIN locator_binding b ON b.locator_id = l.id AND b.ended_at IS NULL \
         LEFT JOIN locator_state s ON s.binding_id = b.id LEFT JOIN locator_permit p ON p.person_id = b.person_id \
         WHERE l.district_id = $1{conditions} ORDER BY l.made_at DESC, l.id DESC LIMIT ${}",
        values.len()
    );
    let rows = cx.query(&sql, &values)?;
    let mut out = Vec::with_capacity(rows.len());
    for r in rows.iter().take(most) {
        let bound = r.opt_uuid("binding_id")?.is_some();
        let paused = r.opt_moment("paused")?.is_some_and(|until| until > cx.now);
        out.push(DeviceLine {
            device: devices::read(cx, r)?,
            heard_at: r.opt_moment("heard_at")?,
            battery: r.opt_i64("battery")?.and_then(|b| u8::try_from(b).ok()),
            clock_wrong: r.opt_bool("clock_wrong")?.unwrap_or(false),
            shut: bound && (paused || !r.opt_bool("allowed")?.unwrap_or(false)),
        });
    }
    let next = out.last().filter(|_| rows.len() > most).map(|last: &DeviceLine| last.device.id);
    Ok(Part { devices: out, next })
}

/// One device.
///
/// # Errors
/// Whoever may not; not found.
pub fn device(cx: &mut Cx<'_>, id: LocatorId) -> Result<Device> {
    require(&cx.actor, cx.purpose, Action::ViewLocators, &ResourceFacts::District)?;
    let sql = format!("SELECT {COLUMNS} FROM locator l WHERE l.id = $1 AND l.district_id = $2");
    let row = cx.query_one(&sql, params![id, cx.district()])?;
    devices::read(cx, &row)
}

/// Sets what decides how a device is read, whoever wears it: the gate hands it on, so that it holds from the next frame on. Positions
/// that are kept stay where they were put.
///
/// # Errors
/// Whoever may not; a model that is too long; somebody was quicker.
pub fn set_profile(cx: &mut Cx<'_>, id: LocatorId, seen: i64, model: &str, datum: Datum) -> Result<()> {
    require(&cx.actor, cx.purpose, Action::SetLocator, &ResourceFacts::District)?;
    let model = text::tidy(model);
    if model.chars().count() > LONGEST {
        return Err(Error::Invalid { field: "model", why: "too-long" });
    }
    let sql = "UPDATE locator SET model = $1, datum = $2, version = version + 1 WHERE id = $3 AND district_id = $4 AND version = $5";
    if cx.execute(sql, params![model, datum.code(), id, cx.district(), seen])? == 0 {
        let sql = "SELECT version FROM locator WHERE id = $1 AND district_id = $2";
        let current = cx.query_one(sql, params![id, cx.district()])?.i64("version")?;
        return Err(Error::Stale { seen, current });
    }
    // What was typed does not stand in the log.
    cx.record("locator.profile", "locator", id.0, &json!({ "datum": datum.code() }))?;
    cx.signal(events::GATE, id.0);
    Ok(())
}
