//! The consent gate: may what this device says be kept? In memory, asked for each frame, never older than a few seconds.
//!
//! Built by one query for each district. It holds keyed hashes of numbers and ids, no number and no name; a device's number is
//! hashed once and remembered while the device is known. Whoever runs it refreshes it at least every [`REFRESH_S`] seconds and at
//! once when the signal [`crate::events::GATE`] comes; a table that could not be refreshed for [`STALE_S`] seconds lets no place through,
//! so that a consent that was withdrawn is never used longer (R7). A bare call for help passes all the same.

use crate::Result;
use crate::model::Taken;
use kernel::ids::{DistrictId, LocatorId};
use kernel::{Datum, Moment};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use store::{Cx, KeyClass, Keys, Runtime, Who, params};
use trackers::{Alarms, DeviceId, Model, Reading, Status};
use uuid::Uuid;

/// Seconds between two refreshes.
pub const REFRESH_S: i64 = 5;
/// Seconds after which a table that was not refreshed is used no more.
pub const STALE_S: i64 = 60;
/// Numbers whose hash is remembered at most.
const REMEMBERED: usize = 200_000;

/// What the gateway needs to know of a device that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Door {
    pub locator: LocatorId,
    pub district: DistrictId,
    pub binding: Uuid,
    pub datum: Datum,
    /// Whose codes it uses.
    pub model: Model,
    /// When it was bound: what arrived before is not this person's.
    pub since: Moment,
}

kernel::codes! {
    /// Why positions do not pass.
    Why {
        /// Nobody agreed, or not any more, or guardians disagree.
        NotAgreed = "not_agreed",
        /// Switched off for a while, or for good.
        Paused = "paused",
        /// In stock, lost or retired: it belongs to nobody.
        NotBound = "not_bound",
        /// The table is too old to be believed.
        Stale = "stale",
    }
}

/// What the gate says to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    Open(Door),
    /// Nothing is kept, but for the bare call for help of a device that somebody wears.
    Shut(Why, Option<Door>),
    /// Nobody has registered this number: shown to the administrator, never stored.
    Unknown,
}

impl Passage {
    /// What may be kept of a reading: all of it; of a shut door a call for help alone, without its place; else nothing.
    pub fn admit(&self, received: Moment, reading: &Reading) -> Option<Taken> {
        match self {
            Self::Open(door) => Some(Taken {
                locator: door.locator,
                received,
                fixes: reading.fixes.clone(),
                status: reading.status.clone(),
            }),
            Self::Shut(_, Some(door)) if reading.alarms().has(Alarms::SOS) => {
                let time = reading.status.time.or_else(|| reading.fixes.iter().find_map(|f| f.time));
                let status = Status { time, alarms: Alarms::SOS, ..Status::default() };
                Some(Taken { locator: door.locator, received, fixes: Vec::new(), status })
            }
            Self::Shut(..) | Self::Unknown => None,
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
struct Line {
    door: Door,
    bound: bool,
    allowed: bool,
    /// No positions before.
    paused_until: Moment,
}

/// The lines of all districts by the hash of the number, and when each district was read.
#[derive(Default)]
struct Table {
    lines: HashMap<[u8; 32], Line>,
    read_at: HashMap<DistrictId, Moment>,
}

/// What is remembered of a number.
#[derive(Debug, Clone, Copy)]
struct Known {
    hash: [u8; 32],
    /// The line as of this [`Gate::turn`]; of another one it is looked up anew.
    line: Line,
    turn: u64,
}

/// What the gate said last on one connection: the next frame of the same device is judged by it, without anything being looked up, until the
/// gate knows something else.
#[derive(Debug, Clone, Default)]
pub struct Memory(Option<Said>);

#[derive(Debug, Clone, Copy)]
struct Said {
    device: DeviceId,
    line: Line,
    /// When the table was read that the line is from.
    read_at: Moment,
    /// The line is as of this [`Gate::turn`].
    turn: u64,
}

/// See the module. Shared by `Arc`.
pub struct Gate {
    keys: Keys,
    table: RwLock<Arc<Table>>,
    /// Numbers that were asked for and are known, so that most frames are judged by one look into memory.
    known: RwLock<HashMap<DeviceId, Known>>,
    /// How often a table was put in.
    turn: AtomicU64,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("devices", &self.len()).finish_non_exhaustive()
    }
}

impl Gate {
    /// An empty gate, which knows nobody until its first [`Gate::refresh`].
    pub fn new(rt: &Runtime) -> Arc<Self> {
        Arc::new(Self {
            keys: rt.keys().clone(),
            table: RwLock::default(),
            known: RwLock::default(),
            turn: AtomicU64::new(0),
        })
    }

    /// Devices that it knows.
    pub fn len(&self) -> usize {
        self.table().lines.len()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// May it pass? A number that two districts registered belongs to the one in which somebody wears it.
    pub fn ask(&self, device: DeviceId, now: Moment) -> Passage {
        self.ask_again(&mut Memory::default(), device, now)
    }

    /// As [`Gate::ask`], for whoever asks for the same device again and again.
    pub fn ask_again(&self, memory: &mut Memory, device: DeviceId, now: Moment) -> Passage {
        // Asked for before the table: what is remembered under this number is of that table or a later one.
        let turn = self.turn();
        let said = match memory.0.filter(|said| said.turn == turn && said.device == device) {
            Some(said) => Some(said),
            None => self.look_up(turn, device),
        };
        memory.0 = said;
        let Some(Said { line: Line { door, bound, allowed, paused_until }, read_at, .. }) = said else {
            return Passage::Unknown;
        };
        match () {
            () if !bound => Passage::Shut(Why::NotBound, None),
            // Who wears it was known a minute ago: enough for a call for help, not for a place.
            () if now.secs_since(read_at) > STALE_S => Passage::Shut(Why::Stale, Some(door)),
            () if !allowed => Passage::Shut(Why::NotAgreed, Some(door)),
            () if now < paused_until => Passage::Shut(Why::Paused, Some(door)),
            () => Passage::Open(door),
        }
    }

    fn look_up(&self, turn: u64, device: DeviceId) -> Option<Said> {
        let table = self.table();
        let line = self.line(&table, turn, device)?;
        let read_at = table.read_at.get(&line.door.district).copied().unwrap_or_default();
        Some(Said { device, line, read_at, turn })
    }

    fn line(&self, table: &Table, turn: u64, device: DeviceId) -> Option<Line> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&device).copied();
        let hash = match known {
            Some(known) if known.turn == turn => return Some(known.line),
            Some(known) => known.hash,
            None => self.keys.keyed_hash(KeyClass::Location, &number_text(device.as_str())),
        };
        let line = table.lines.get(&hash).copied()?;
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(device, Known { hash, line, turn });
        Some(line)
    }

    /// Another number than before when what it knows of devices may be something else: whoever remembers a device's model asks again then.
    pub fn turn(&self) -> u64 {
        self.turn.load(Ordering::Acquire)
    }

    fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the lines of a district anew. Blocking; for threads that may wait.
    ///
    /// # Errors
    /// When the database does not answer; the lines of before stay until they are too old.
    pub fn refresh(&self, rt: &Runtime, district: DistrictId) -> Result<()> {
        let (lines, at) = rt.read_now(who(district), read)?;
        self.put(district, lines, at);
        Ok(())
    }

    /// As [`Gate::refresh`], for asynchronous code.
    ///
    /// # Errors
    /// As there.
    pub async fn refresh_async(&self, rt: &Runtime, district: DistrictId) -> Result<()> {
        let (lines, at) = rt.read(who(district), read).await?;
        self.put(district, lines, at);
        Ok(())
    }

    fn put(&self, district: DistrictId, fresh: Vec<([u8; 32], Line)>, at: Moment) {
        let mut slot = self.table.write().unwrap_or_else(PoisonError::into_inner);
        let mut lines = slot.lines.clone();
        lines.retain(|_, line| line.door.district != district);
        for (hash, line) in fresh {
            if line.bound || !lines.contains_key(&hash) {
                lines.insert(hash, line);
            }
        }
        let mut read_at = slot.read_at.clone();
        read_at.insert(district, at);
        *slot = Arc::new(Table { lines, read_at });
        self.turn.fetch_add(1, Ordering::Release);
    }
}

fn who(district: DistrictId) -> Who {
    Who::system(district, crate::JOB)
}

/// What is hashed of a number: blanks and small letters make no other device.
pub(crate) fn number_text(number: &str) -> Vec<u8> {
    format!("locator:{}", number.trim().to_ascii_uppercase()).into_bytes()
}

/// Everything that the gate asks the database, in one statement.
fn read(cx: &mut Cx<'_>) -> Result<(Vec<([u8; 32], Line)>, Moment)> {
    let sql = "SELECT l.id, l.number_hash, l.datum, l.model, b.id AS binding_id, b.bound_at, p.allowed, \
               (SELECT MAX(z.until_at) FROM locator_pause z WHERE z.person_id = b.person_id AND z.ended_at IS NULL) AS paused \
               FROM locator l LEFT JOIN locator_binding b ON b.locator_id = l.id AND b.ended_at IS NULL \
               LEFT JOIN locator_permit p ON p.person_id = b.person_id WHERE l.district_id = $1 AND l.ended_at IS NULL";
    let district = cx.district();
    let mut out = Vec::new();
    cx.each(sql, params![district], |row| {
        let Ok(hash) = <[u8; 32]>::try_from(row.blob("number_hash")?) else { return Ok(()) };
        let binding = row.opt_uuid("binding_id")?;
        let datum = row.text("datum")?;
        let door = Door {
            locator: row.id("id")?,
            district,
            binding: binding.unwrap_or_default(),
            datum: crate::model::datum_from(&datum).unwrap_or(Datum::Wgs84),
            model: Model::parse(&row.text("model")?).unwrap_or_default(),
            since: row.opt_moment("bound_at")?.unwrap_or_default(),
        };
        let allowed = row.opt_bool("allowed")?.unwrap_or(false);
        let paused_until = row.opt_moment("paused")?.unwrap_or_default();
        out.push((hash, Line { door, bound: binding.is_some(), allowed, paused_until }));
        Ok(())
    })?;
    Ok((out, cx.now))
}
