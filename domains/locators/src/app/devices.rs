//! Devices: registered with their profile, kept in the drawer of a post or brought by the family, bound to somebody in care, given
//! back, replaced. Binding keeps nothing by itself: that takes a consent.

use super::circle::{self, may, may_change};
use super::{alerts, line, open, permits};
use crate::error::not_found;
use crate::model::{DeviceState, Thing, Unbound, datum_from};
use crate::{Error, Result, events, gate};
use kernel::ids::{LocatorId, PersonId, PostId};
use kernel::{Datum, Moment, text};
use people::app::Geography as _;
use people::app::persons::For;
use people::policy::{Action, PlaceFacts, ResourceFacts, require};
use serde_json::json;
use store::{Cx, KeyClass, Row, params};
use trackers::{DeviceId, Protocol};
use uuid::Uuid;

/// Devices on one page.
const MOST: i64 = 200;
/// Devices that somebody wears at once.
const WORN: i64 = 4;

/// What is written on a device and what it speaks.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    /// The device's own number, as the device sends it (IMEI, ten digits of a watch, a chosen word).
    pub number: String,
    pub thing: Thing,
    pub protocol: Protocol,
    /// As its maker calls it; may be empty.
    pub model: String,
    /// In which its coordinates come.
    pub datum: Datum,
}

/// Never printed by accident.
impl std::fmt::Debug for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile").field("protocol", &self.protocol).field("model", &self.model).finish_non_exhaustive()
    }
}

/// A device of the stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: LocatorId,
    pub thing: Thing,
    pub protocol: Option<Protocol>,
    pub model: String,
    pub datum: Datum,
    /// As the post calls it, "watch 7"; empty for a device of the family.
    pub label: String,
    /// The last four characters of its number.
    pub tail: String,
    pub state: DeviceState,
    pub post: Option<PostId>,
    pub made_at: Moment,
    pub version: i64,
}

pub(super) const COLUMNS: &str =
    "l.id, l.number, l.kind, l.protocol, l.model, l.datum, l.label, l.state, l.post_id, l.made_at, l.version";

pub(super) fn read(cx: &mut Cx<'_>, r: &Row) -> Result<Device> {
    let id: LocatorId = r.id("id")?;
    let number = open(cx, KeyClass::Contact, id.0, Some(r.blob("number")?))?.unwrap_or_default();
    let number = String::from_utf8(number).unwrap_or_default();
    Ok(Device {
        id,
        thing: Thing::from_code(&r.text("kind")?).unwrap_or(Thing::Watch),
        protocol: Protocol::parse(&r.text("protocol")?),
        model: r.text("model")?,
        datum: datum_from(&r.text("datum")?).unwrap_or(Datum::Wgs84),
        label: r.text("label")?,
        tail: number.chars().skip(number.chars().count().saturating_sub(4)).collect(),
        state: DeviceState::from_code(&r.text("state")?).unwrap_or(DeviceState::Retired),
        post: r.opt_id("post_id")?,
        made_at: r.moment("made_at")?,
        version: r.i64("version")?,
    })
}

/// Where a post stands, for the policy.
pub(super) fn at_post(cx: &mut Cx<'_>, post: PostId) -> Result<ResourceFacts> {
    let ground = care::Ground(places::snapshot(cx)?);
    if ground.0.post(post).is_none() {
        return Err(Error::Invalid { field: "post", why: "unknown" });
    }
    let areas = ground.area_of_post(post).map_or_else(Vec::new, |area| ground.areas_above(area));
    Ok(ResourceFacts::Place(PlaceFacts { areas, posts: ground.posts_above(post) }))
}

/// Puts a device into the stock of a post.
///
/// # Errors
/// Whoever does not keep the stock there; a number that is none, or that is registered already.
pub fn register(cx: &mut Cx<'_>, post: PostId, profile: &Profile, label: &str) -> Result<LocatorId> {
    let here = at_post(cx, post)?;
    require(&cx.actor, cx.purpose, Action::KeepLocators, &here)?;
    let label = line("label", label, 30)?;
    let id = write(cx, profile, &label, Some(post), DeviceState::Stock)?;
    cx.record("locator.registered", "locator", id.0, &json!({ "post": post, "protocol": profile.protocol.name() }))?;
    cx.signal(events::GATE, id.0);
    Ok(id)
}

fn write(
    cx: &mut Cx<'_>,
    profile: &Profile,
    label: &str,
    post: Option<PostId>,
    state: DeviceState,
) -> Result<LocatorId> {
    let number = DeviceId::new(&text::narrow(&profile.number))
        .ok_or(Error::Invalid { field: "number", why: "device-number" })?;
    let model = text::tidy(&profile.model);
    if model.chars().count() > 40 {
        return Err(Error::Invalid { field: "model", why: "too-long" });
    }
    let hash = hash(cx, number);
    cx.lock("locator-numbers")?;
    let sql = "SELECT ended_at FROM locator WHERE district_id = $1 AND number_hash = $2";
    if let Some(row) = cx.query_opt(sql, params![cx.district(), hash])? {
        // Retired: it may come back; its row stays what it was.
        let why = if row.opt_moment("ended_at")?.is_some() { "retired" } else { "registered" };
        return Err(Error::Invalid { field: "number", why });
    }
    let id: LocatorId = cx.new_id();
    let sealed = cx.seal(KeyClass::Contact, id.0, number.as_str().as_bytes())?;
    cx.execute(
        "INSERT INTO locator (id, district_id, number_hash, number, kind, protocol, model, datum, label, state, post_id, made_at, \
         made_by, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)",
        params![
            id,
            cx.district(),
            hash,
            sealed,
            profile.thing.code(),
            profile.protocol.name(),
            model,
            profile.datum.code(),
            label,
            state.code(),
            post,
            cx.now,
            cx.actor.log_name()
        ],
    )?;
    Ok(id)
}

fn hash(cx: &Cx<'_>, number: DeviceId) -> [u8; 32] {
    cx.keyed_hash(KeyClass::Location, &gate::number_text(number.as_str()))
}

/// The drawer of a post: what is there, lost, or bound. Of a bound one not to whom.
pub fn stock(cx: &mut Cx<'_>, post: PostId) -> Result<Vec<Device>> {
    let here = at_post(cx, post)?;
    require(&cx.actor, cx.purpose, Action::KeepLocators, &here)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM locator l WHERE l.district_id = $1 AND l.post_id = $2 AND l.ended_at IS NULL ORDER BY l.state, l.made_at \
         LIMIT $3"
    );
    let rows = cx.query(&sql, params![cx.district(), post, MOST])?;
    rows.iter().map(|r| read(cx, r)).collect()
}

/// A device of the stock is found again, lost, or given back to whoever sold it. One that somebody wears is taken back first.
pub fn set_state(cx: &mut Cx<'_>, device: LocatorId, seen: i64, to: DeviceState) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM locator l WHERE l.id = $1 AND l.district_id = $2 AND l.ended_at IS NULL");
    let row = cx.query_one(&sql, params![device, cx.district()])?;
    let d = read(cx, &row)?;
    let here = at_post(cx, d.post.ok_or_else(not_found)?)?;
    require(&cx.actor, cx.purpose, Action::KeepLocators, &here)?;
    if d.state == DeviceState::Bound || to == DeviceState::Bound {
        return Err(Error::Refused("bound"));
    }
    let ended = (to == DeviceState::Retired).then_some(cx.now);
    let sql = "UPDATE locator SET state = $1, ended_at = $2, version = version + 1 WHERE id = $3 AND version = $4";
    if cx.execute(sql, params![to.code(), ended, device, seen])? == 0 {
        return Err(Error::Stale { seen, current: d.version });
    }
    cx.record("locator.state", "locator", device.0, &json!({ "state": to.code() }))?;
    cx.signal(events::GATE, device.0);
    Ok(())
}

/// What is bound: a device of the stock by its number, or one that the family brings, with its profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bind {
    pub profile: Profile,
    /// As the family calls it.
    pub name: String,
}

/// Binds a device to somebody in care. What is registered keeps the profile it was registered with.
///
/// # Errors
/// When it may not be done for this purpose; a device that somebody wears, or that is lost.
pub fn bind(cx: &mut Cx<'_>, person: PersonId, why: &For, new: &Bind) -> Result<Uuid> {
    let speaker = may_change(cx, person, why, Action::BindLocator)?;
    let sql = "SELECT COUNT(*) AS n FROM locator_binding WHERE person_id = $1 AND ended_at IS NULL";
    if cx.query_one(sql, params![person])?.i64("n")? >= WORN {
        return Err(Error::Refused("too-many-worn"));
    }
    let number = DeviceId::new(&text::narrow(&new.profile.number))
        .ok_or(Error::Invalid { field: "number", why: "device-number" })?;
    let hash = hash(cx, number);
    let sql = "SELECT id, state FROM locator WHERE district_id = $1 AND number_hash = $2 AND ended_at IS NULL";
    let locator: LocatorId = match cx.query_opt(sql, params![cx.district(), hash])? {
        Some(row) if row.text("state")? == DeviceState::Stock.code() => row.id("id")?,
        // The same words whoever wears it: a number says nothing about anybody.
        Some(_) => return Err(Error::Invalid { field: "number", why: "not-free" }),
        None => write(cx, &new.profile, "", None, DeviceState::Stock)?,
    };
    let sql = "UPDATE locator SET state = 'bound', version = version + 1 WHERE id = $1 AND state = 'stock'";
    if cx.execute(sql, params![locator])? == 0 {
        return Err(Error::Invalid { field: "number", why: "not-free" });
    }
    let id: Uuid = cx.new_id();
    let name = line("name", &new.name, 30)?;
    let name = cx.seal(KeyClass::Contact, person.0, name.as_bytes())?;
    cx.execute(
        "INSERT INTO locator_binding (id, district_id, locator_id, person_id, bound_at, bound_by, by_kind, guardian_id, name) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            id,
            cx.district(),
            locator,
            person,
            cx.now,
            cx.actor.log_name(),
            speaker.by.code(),
            speaker.guardian,
            name
        ],
    )?;
    let payload = json!({ "binding": id, "locator": locator, "by": speaker.by.code(), "guardian": speaker.guardian });
    cx.record("locator.bound", "person", person.0, &payload)?;
    if permits::settle(cx, person)?.allowed() {
        super::timers::expect(cx, person)?;
    }
    cx.signal(events::GATE, person.0);
    cx.signal(events::MOVED, person.0);
    Ok(id)
}

/// Takes a device back. Taking it off is nobody's business but the wearer's and the family's.
///
/// # Errors
/// When it may not be done for this purpose, or it is not bound to this person.
pub fn unbind(cx: &mut Cx<'_>, person: PersonId, why: &For, binding: Uuid, reason: Unbound) -> Result<()> {
    may_change(cx, person, why, Action::BindLocator)?;
    end_binding(cx, person, binding, reason, None)
}

fn end_binding(cx: &mut Cx<'_>, person: PersonId, binding: Uuid, reason: Unbound, next: Option<Uuid>) -> Result<()> {
    let locator = circle::running(cx, person, binding)?;
    let sql =
        "UPDATE locator_binding SET ended_at = $1, end_reason = $2, successor = $3 WHERE id = $4 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, reason.code(), next, binding])?;
    let state = if reason == Unbound::Lost { DeviceState::Lost } else { DeviceState::Stock };
    let sql = "UPDATE locator SET state = $1, version = version + 1 WHERE id = $2";
    cx.execute(sql, params![state.code(), locator])?;
    alerts::end_of_binding(cx, binding)?;
    let payload = json!({ "binding": binding, "locator": locator, "why": reason.code() });
    cx.record("locator.unbound", "person", person.0, &payload)?;
    cx.signal(events::GATE, person.0);
    cx.signal(events::MOVED, person.0);
    Ok(())
}

/// Another device instead: the old one stops in the same transaction.
pub fn replace(cx: &mut Cx<'_>, person: PersonId, why: &For, old: Uuid, reason: Unbound, new: &Bind) -> Result<Uuid> {
    may_change(cx, person, why, Action::BindLocator)?;
    end_binding(cx, person, old, reason, None)?;
    let next = bind(cx, person, why, new)?;
    cx.execute("UPDATE locator_binding SET successor = $1 WHERE id = $2", params![next, old])?;
    Ok(next)
}

/// A device that somebody wears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worn {
    pub binding: Uuid,
    pub device: Device,
    /// As the family calls it.
    pub name: String,
    pub bound_at: Moment,
    pub heard_at: Option<Moment>,
    pub battery: Option<u8>,
    pub charging: Option<bool>,
    /// Its clock is wrong: times are those of arrival.
    pub clock_wrong: bool,
}

/// What somebody wears now, for whoever works on the record in the name of a matter: no positions.
pub fn worn(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Vec<Worn>> {
    may(cx, person, why, Action::BindLocator)?;
    worn_by(cx, person)
}

pub(super) fn worn_by(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Worn>> {
    let sql = format!(
        "SELECT {COLUMNS}, b.id AS binding_id, b.name, b.bound_at, s.heard_at, s.battery, s.charging, s.clock_wrong \
         FROM locator_binding b JOIN locator l ON l.id = b.locator_id LEFT JOIN locator_state s ON s.binding_id = b.id \
         WHERE b.person_id = $1 AND b.district_id = $2 AND b.ended_at IS NULL ORDER BY b.bound_at, b.id"
    );
    let rows = cx.query(&sql, params![person, cx.district()])?;
    let mut out = Vec::with_capacity(rows.len());
    for r in &rows {
        let name = open(cx, KeyClass::Contact, person.0, r.opt_blob("name")?)?.unwrap_or_default();
        out.push(Worn {
            binding: r.uuid("binding_id")?,
            device: read(cx, r)?,
            name: String::from_utf8(name).unwrap_or_default(),
            bound_at: r.moment("bound_at")?,
            heard_at: r.opt_moment("heard_at")?,
            battery: r.opt_i64("battery")?.and_then(|b| u8::try_from(b).ok()),
            charging: r.opt_bool("charging")?,
            clock_wrong: r.opt_bool("clock_wrong")?.unwrap_or(false),
        });
    }
    Ok(out)
}
