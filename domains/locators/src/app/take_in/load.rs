//! What is known of the devices of a batch, by a handful of statements.

use crate::Result;
use crate::app::{marks, open, unseal, with_district};
use crate::model::clock::Before;
use crate::model::{Fence, Fix, Kind, datum_from};
use care::model::schedule::Schedule;
use fence::{Shape, Watch};
use kernel::ids::{LocatorId, PersonId};
use kernel::{Datum, Moment};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use store::{Cx, KeyClass, Row};
use uuid::Uuid;

/// A fence as it is compared with.
pub(in crate::app) struct Drawn {
    pub id: Uuid,
    pub fence: Fence,
    pub shape: Shape,
}

/// What is kept of a binding between two frames.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct State {
    pub heard_at: Option<Moment>,
    pub late_s: Option<i64>,
    pub clock_wrong: bool,
    pub status_at: Option<Moment>,
    pub battery: Option<u8>,
    pub charging: Option<bool>,
    pub fix: Option<Fix>,
    pub watches: BTreeMap<Uuid, Watch>,
    pub silence_at: Option<Moment>,
    pub tick_at: Option<Moment>,
    /// 0: no row yet.
    pub version: i64,
}

impl State {
    pub fn before(&self, received: Moment) -> Option<Before> {
        let heard = self.heard_at.filter(|h| *h < received)?;
        Some(Before { received: heard, late_s: self.late_s? })
    }
}

/// An episode that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) struct Open {
    pub id: Uuid,
    pub kind: Kind,
    pub fence: Uuid,
    /// Somebody said that they see to it, or that it is nothing.
    pub answered: bool,
}

/// Everything about one binding.
pub(in crate::app) struct Known {
    pub binding: Uuid,
    pub locator: LocatorId,
    pub person: PersonId,
    pub datum: Datum,
    pub since: Moment,
    pub allowed: bool,
    pub key: Uuid,
    pub pauses: Vec<(Moment, Moment)>,
    pub fences: Arc<Vec<Drawn>>,
    pub schedule: Option<Arc<Schedule>>,
    /// Open cases of the person.
    pub links: Vec<Uuid>,
    pub open: Vec<Open>,
    pub state: State,
}

impl Known {
    /// May positions of this instant be kept, and now?
    pub fn may_keep(&self, received: Moment, now: Moment) -> bool {
        let paused = |at: Moment| self.pauses.iter().any(|(from, until)| *from <= at && at < *until);
        self.allowed && !paused(received) && !paused(now)
    }
}

const COLUMNS: &str = "SELECT b.id AS binding_id, b.locator_id, b.person_id, b.bound_at, l.datum, p.allowed, p.key_id, s.heard_at, \
     s.late_s, s.clock_wrong, s.status_at, s.battery, s.charging, s.fix, s.watches, s.silence_at, s.tick_at, s.version \
     FROM locator_binding b JOIN locator l ON l.id = b.locator_id LEFT JOIN locator_permit p ON p.person_id = b.person_id \
     LEFT JOIN locator_state s ON s.binding_id = b.id WHERE b.district_id = $1 AND b.ended_at IS NULL";

/// Of devices that somebody wears.
pub(in crate::app) fn load(cx: &mut Cx<'_>, locators: &[LocatorId]) -> Result<BTreeMap<LocatorId, Known>> {
    let mut rows = Vec::new();
    for chunk in locators.chunks(200) {
        let sql = format!("{COLUMNS} AND b.locator_id IN ({})", marks(2, chunk.len()));
        let values = with_district(cx, chunk);
        rows.extend(cx.query(&sql, &values)?);
    }
    complete(cx, &rows)
}

/// Of one binding.
pub(in crate::app) fn load_binding(cx: &mut Cx<'_>, binding: Uuid) -> Result<Option<Known>> {
    let values = with_district(cx, &[binding]);
    let rows = cx.query(&format!("{COLUMNS} AND b.id = $2"), &values)?;
    Ok(complete(cx, &rows)?.into_values().next())
}

fn complete(cx: &mut Cx<'_>, rows: &[Row]) -> Result<BTreeMap<LocatorId, Known>> {
    let keys =
        rows.iter().filter_map(|r| r.opt_uuid("key_id").transpose()).collect::<std::result::Result<Vec<_>, _>>()?;
    cx.load_subject_keys(KeyClass::Location, &keys)?;
    let mut out = BTreeMap::new();
    for row in rows {
        let one = known(cx, row)?;
        out.insert(one.locator, one);
    }
    let people: Vec<PersonId> = out.values().map(|k| k.person).collect();
    let bindings: Vec<Uuid> = out.values().map(|k| k.binding).collect();
    let pauses = pauses(cx, &people)?;
    let links = links(cx, &people)?;
    let mut open = episodes(cx, &bindings)?;
    let fences = fences(cx, &people)?;
    let fenced: Vec<PersonId> = fences.keys().copied().collect();
    let schedules = care::app::schedule::of_all(cx, &fenced)?;
    let schedules: HashMap<PersonId, Arc<Schedule>> = schedules.into_iter().map(|(p, s)| (p, Arc::new(s))).collect();
    for one in out.values_mut() {
        // Somebody may wear two.
        one.pauses = pauses.get(&one.person).cloned().unwrap_or_default();
        one.links = links.get(&one.person).cloned().unwrap_or_default();
        one.open = open.remove(&one.binding).unwrap_or_default();
        one.fences = fences.get(&one.person).cloned().unwrap_or_default();
        one.schedule = schedules.get(&one.person).cloned();
    }
    Ok(out)
}

fn known(cx: &mut Cx<'_>, row: &Row) -> Result<Known> {
    let key = row.opt_uuid("key_id")?.unwrap_or_default();
    let fix = open(cx, KeyClass::Location, key, row.opt_blob("fix")?)?;
    let watches = open(cx, KeyClass::Location, key, row.opt_blob("watches")?)?;
    let state = State {
        heard_at: row.opt_moment("heard_at")?,
        late_s: row.opt_i64("late_s")?,
        clock_wrong: row.opt_bool("clock_wrong")?.unwrap_or(false),
        status_at: row.opt_moment("status_at")?,
        battery: row.opt_i64("battery")?.and_then(|b| u8::try_from(b).ok()),
        charging: row.opt_bool("charging")?,
        fix: fix.as_deref().and_then(Fix::from_bytes),
        watches: watches.as_deref().map(watches_from).unwrap_or_default(),
        silence_at: row.opt_moment("silence_at")?,
        tick_at: row.opt_moment("tick_at")?,
        version: row.opt_i64("version")?.unwrap_or(0),
    };
    Ok(Known {
        binding: row.uuid("binding_id")?,
        locator: row.id("locator_id")?,
        person: row.id("person_id")?,
        datum: datum_from(&row.text("datum")?).unwrap_or(Datum::Wgs84),
        since: row.moment("bound_at")?,
        allowed: row.opt_bool("allowed")?.unwrap_or(false),
        key,
        pauses: Vec::new(),
        fences: Arc::default(),
        schedule: None,
        links: Vec::new(),
        open: Vec::new(),
        state,
    })
}

/// Fence, length, watch; again and again.
pub(super) fn watches_to(watches: &BTreeMap<Uuid, Watch>) -> Vec<u8> {
    let mut out = Vec::new();
    for (fence, watch) in watches {
        let bytes = watch.to_bytes();
        out.extend(fence.as_bytes());
        out.push(u8::try_from(bytes.len()).unwrap_or(u8::MAX));
        out.extend(bytes);
    }
    out
}

fn watches_from(mut bytes: &[u8]) -> BTreeMap<Uuid, Watch> {
    let mut out = BTreeMap::new();
    while let Some((id, rest)) = bytes.split_first_chunk::<16>()
        && let Some((length, rest)) = rest.split_first()
        && let Some((watch, rest)) = rest.split_at_checked(usize::from(*length))
    {
        if let Some(watch) = Watch::from_bytes(watch) {
            out.insert(Uuid::from_bytes(*id), watch);
        }
        bytes = rest;
    }
    out
}

fn pauses(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<(Moment, Moment)>>> {
    let mut out: HashMap<PersonId, Vec<_>> = HashMap::new();
    for chunk in people.chunks(200) {
        let sql = format!(
            "SELECT person_id, from_at, until_at FROM locator_pause WHERE district_id = $1 AND ended_at IS NULL AND person_id IN ({})",
            marks(2, chunk.len())
        );
        let values = with_district(cx, chunk);
        for row in &cx.query(&sql, &values)? {
            let span = (row.moment("from_at")?, row.moment("until_at")?);
            out.entry(row.id("person_id")?).or_default().push(span);
        }
    }
    Ok(out)
}

fn links(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<Uuid>>> {
    let mut out: HashMap<PersonId, Vec<Uuid>> = HashMap::new();
    for chunk in people.chunks(200) {
        let sql = format!(
            "SELECT id, person_id FROM locator_case WHERE district_id = $1 AND ended_at IS NULL AND person_id IN ({})",
            marks(2, chunk.len())
        );
        let values = with_district(cx, chunk);
        for row in &cx.query(&sql, &values)? {
            out.entry(row.id("person_id")?).or_default().push(row.uuid("id")?);
        }
    }
    Ok(out)
}

fn episodes(cx: &mut Cx<'_>, bindings: &[Uuid]) -> Result<HashMap<Uuid, Vec<Open>>> {
    let mut out: HashMap<Uuid, Vec<Open>> = HashMap::new();
    for chunk in bindings.chunks(200) {
        let sql = format!(
            "SELECT id, binding_id, kind, fence_id, answer FROM locator_alert WHERE district_id = $1 AND ended_at IS NULL \
             AND binding_id IN ({})",
            marks(2, chunk.len())
        );
        let values = with_district(cx, chunk);
        for row in &cx.query(&sql, &values)? {
            let Some(kind) = Kind::from_code(&row.text("kind")?) else { continue };
            let answered = row.opt_text("answer")?.is_some();
            let one = Open { id: row.uuid("id")?, kind, fence: row.uuid("fence_id")?, answered };
            out.entry(row.uuid("binding_id")?).or_default().push(one);
        }
    }
    Ok(out)
}

/// What the family drew for these people; sealed as their schedule is.
pub(in crate::app) fn fences(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Arc<Vec<Drawn>>>> {
    let mut out: HashMap<PersonId, Vec<Drawn>> = HashMap::new();
    for chunk in people.chunks(200) {
        let subjects: Vec<Uuid> = chunk.iter().map(|p| p.0).collect();
        let sql = format!(
            "SELECT id, person_id, body FROM locator_fence WHERE district_id = $1 AND ended_at IS NULL AND person_id IN ({}) \
             ORDER BY drawn_at, id",
            marks(2, chunk.len())
        );
        let values = with_district(cx, chunk);
        let rows = cx.query(&sql, &values)?;
        if rows.is_empty() {
            continue;
        }
        cx.load_subject_keys(KeyClass::Contact, &subjects)?;
        for row in &rows {
            let person: PersonId = row.id("person_id")?;
            let fence: Option<Fence> = unseal(cx, KeyClass::Contact, person.0, Some(row.blob("body")?))?;
            if let Some(fence) = fence
                && let Ok(shape) = fence.shape()
            {
                out.entry(person).or_default().push(Drawn { id: row.uuid("id")?, fence, shape });
            }
        }
    }
    Ok(out.into_iter().map(|(person, all)| (person, Arc::new(all))).collect())
}
