//! What the administrator sees: every device with its profile, when it was heard and how its battery is. No positions, and not who wears it.

use super::devices::{self, COLUMNS, Device};
use crate::Result;
use crate::model::DeviceState;
use kernel::Moment;
use people::policy::{Action, ResourceFacts, require};
use store::{Cx, params};

/// Devices on one page.
const PAGE: usize = 100;

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

/// Devices in order of their registration, the latest first; `before` continues a list. Which ask for a state are those in it.
///
/// # Errors
/// Whoever may not.
pub fn devices(cx: &mut Cx<'_>, state: Option<DeviceState>, before: Option<Moment>) -> Result<Vec<DeviceLine>> {
    require(&cx.actor, cx.purpose, Action::ViewLocators, &ResourceFacts::District)?;
    let before = before.unwrap_or(Moment::from_micros(i64::MAX));
    let (condition, mut values) = match state {
        Some(state) => ("AND l.state = $3", params![cx.district(), before, state.code()].to_vec()),
        None => ("", params![cx.district(), before].to_vec()),
    };
    values.push(PAGE.into());
    let sql = format!(
        "SELECT {COLUMNS}, b.id AS binding_id, s.heard_at, s.battery, s.clock_wrong, p.allowed, \
         (SELECT MAX(z.until_at) FROM locator_pause z WHERE z.person_id = b.person_id AND z.ended_at IS NULL) AS paused \
         FROM locator l LEFT JOIN locator_binding b ON b.locator_id = l.id AND b.ended_at IS NULL \
         LEFT JOIN locator_state s ON s.binding_id = b.id LEFT JOIN locator_permit p ON p.person_id = b.person_id \
         WHERE l.district_id = $1 AND l.made_at < $2 {condition} ORDER BY l.made_at DESC, l.id DESC LIMIT ${}",
        values.len()
    );
    let rows = cx.query(&sql, &values)?;
    let mut out = Vec::with_capacity(rows.len());
    for r in &rows {
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
    Ok(out)
}
