//! What a device said, in one form for all protocols.

use kernel::Moment;

/// The device's own number, as text without leading or trailing blanks (IMEI, ten digits of a watch, a chosen word). At most 64 bytes
/// (an OwnTracks topic holds a user and a UUID): longer ones are refused by the decoders.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId {
    len: u8,
    bytes: [u8; Self::LONGEST],
}

impl DeviceId {
    pub const LONGEST: usize = 64;

    /// `None` when empty, longer than [`Self::LONGEST`] bytes, or with anything but printable ASCII in it.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let len = u8::try_from(text.len()).ok()?;
        let mut bytes = [0; Self::LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        let printable = text.bytes().all(|b| b.is_ascii_graphic());
        (len > 0 && printable).then_some(Self { len, bytes })
    }

    /// [`Self::new`] for bytes off the wire.
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let len = u8::try_from(text.len()).ok()?;
        let mut bytes = [0; Self::LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        (len > 0 && text.iter().all(u8::is_ascii_graphic)).then_some(Self { len, bytes })
    }

    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.len)).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default()
    }
}

/// A device's number leads to a person: it is shown by whoever may, never by accident in a log.
impl std::fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceId(…{} bytes)", self.len)
    }
}

/// Alarms that a device raised; a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Alarms(u32);

macro_rules! alarms {
    ($($(#[$doc:meta])* $name:ident = $bit:literal $word:literal),* $(,)?) => {
        impl Alarms {
            $($(#[$doc])* pub const $name: Self = Self(1 << $bit);)*
            /// Every alarm with its word, in the order in which they are told.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$name, $word)),*];
        }
    };
}

alarms! {
    /// The wearer pressed the button.
    SOS = 0 "sos",
    FALL = 1 "fall",
    LOW_BATTERY = 2 "low_battery",
    POWER_OFF = 3 "power_off",
    POWER_ON = 4 "power_on",
    POWER_CUT = 5 "power_cut",
    /// Taken off the wrist, or out of its holder.
    REMOVED = 6 "removed",
    TAMPER = 7 "tamper",
    VIBRATION = 8 "vibration",
    MOVEMENT = 9 "movement",
    GEOFENCE_ENTER = 10 "geofence_enter",
    GEOFENCE_EXIT = 11 "geofence_exit",
    OVERSPEED = 12 "overspeed",
    LOW_SIGNAL = 13 "low_signal",
    /// An alarm that the protocol has no closer word for.
    GENERAL = 14 "general",
    /// At the border of an area, without saying in which direction.
    GEOFENCE = 15 "geofence",
    /// The supply from outside is weak.
    LOW_POWER = 16 "low_power",
    DOOR = 17 "door",
    FAULT = 18 "fault",
    ACCIDENT = 19 "accident",
    TOW = 20 "tow",
    ACCELERATION = 21 "hard_acceleration",
    BRAKING = 22 "hard_braking",
    CORNERING = 23 "hard_cornering",
    JAMMING = 24 "jamming",
    TEMPERATURE = 25 "temperature",
    IDLE = 26 "idle",
    ANTENNA_CUT = 27 "gps_antenna_cut",
    POWER_RESTORED = 28 "power_restored",
    FATIGUE_DRIVING = 29 "fatigue_driving",
    LOCK = 30 "lock",
    UNLOCK = 31 "unlock",
}

impl Alarms {
    pub const NONE: Self = Self(0);

    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The words of the alarms in this set.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().filter(move |(one, _)| self.has(*one)).map(|(_, word)| *word)
    }

    /// For keeping: [`Self::from_bits`] reads it back.
    pub fn bits(self) -> u32 {
        self.0
    }

    pub fn from_bits(bits: u32) -> Self {
        Self(bits)
    }
}

/// Where the device was, in the datum of the device (its profile tells which). Never 0,0, never beyond the earth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Fix {
    /// By the device's clock; `None` when it sent none that can be read.
    pub time: Option<Moment>,
    /// Degrees, north positive.
    pub lat: f64,
    /// Degrees, east positive.
    pub lon: f64,
    /// `false`: the last place it knew, or one it does not stand for.
    pub valid: bool,
    pub speed_kmh: Option<f64>,
    /// Degrees from north, clockwise.
    pub course: Option<f64>,
    pub altitude_m: Option<f64>,
    pub accuracy_m: Option<f64>,
    pub satellites: Option<u8>,
    pub battery_pct: Option<u8>,
    pub alarms: Alarms,
}

/// A radio mast that the device hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    pub mcc: u16,
    pub mnc: u16,
    /// Location or tracking area.
    pub lac: u32,
    pub cell: u64,
    pub signal_dbm: Option<i16>,
}

/// A Wi-Fi access point that the device hears; its name is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wifi {
    pub mac: [u8; 6],
    pub signal_dbm: Option<i16>,
}

/// What came without coordinates of its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    pub time: Option<Moment>,
    pub battery_pct: Option<u8>,
    pub alarms: Alarms,
    pub cells: Vec<Cell>,
    pub wifi: Vec<Wifi>,
    /// What the masts and access points are good for as a place once somebody looks them up, in metres, by their kind: 60 with two access
    /// points or more, 120 with one, 600 with three masts or more, 1,500 with fewer (usual figures for a Chinese town; a village mast reaches
    /// further).
    pub network_accuracy_m: Option<f64>,
    pub signal_pct: Option<u8>,
    pub charging: Option<bool>,
    /// `false`: the device says that it is not worn.
    pub worn: Option<bool>,
    pub steps: Option<u32>,
    pub heart_rate: Option<u16>,
    /// mmHg.
    pub systolic: Option<u16>,
    pub diastolic: Option<u16>,
    pub oxygen_pct: Option<u8>,
    pub temperature_c: Option<f32>,
}

/// One frame, read. The same value is filled anew for each frame, so that reading needs no memory of its own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// Whose frame it is: from the frame, or from the login before it.
    pub device: Option<DeviceId>,
    /// The device introduced itself with this frame.
    pub login: bool,
    pub fixes: Vec<Fix>,
    pub status: Status,
    /// What to send back, once what was read is safe; empty: nothing.
    pub reply: Vec<u8>,
    /// Why the frame could not be read, in plain words; the rest then says as much as could be read.
    pub error: Option<&'static str>,
}

impl Reading {
    /// Everything that this frame raised, with or without a place.
    pub fn alarms(&self) -> Alarms {
        self.fixes.iter().fold(self.status.alarms, |all, fix| all.with(fix.alarms))
    }

    /// Takes a place in. One at 0,0 (what devices send that know none) or beyond the earth is no place: its time, battery and alarms go to
    /// the status, so that an SOS is told in any case.
    pub(crate) fn place(&mut self, fix: Fix) {
        self.status.battery_pct = fix.battery_pct.or(self.status.battery_pct);
        let somewhere = fix.lat.abs() > 1e-6 || fix.lon.abs() > 1e-6;
        if somewhere && (-90.0..=90.0).contains(&fix.lat) && (-180.0..=180.0).contains(&fix.lon) {
            self.fixes.push(fix);
        } else {
            self.status.time = fix.time.or(self.status.time);
            self.status.alarms = self.status.alarms.with(fix.alarms);
            if somewhere {
                self.error = Some("the coordinates lie beyond the earth");
            }
        }
    }

    /// Fills in what masts and access points are good for.
    pub(crate) fn rate_network(&mut self) {
        self.status.network_accuracy_m = match (self.status.wifi.len(), self.status.cells.len()) {
            (2.., _) => Some(60.0),
            (1, _) => Some(120.0),
            (0, 3..) => Some(600.0),
            (0, 1..) => Some(1_500.0),
            (0, 0) => None,
        };
    }

    /// Empties it for the next frame and keeps its memory.
    pub fn clear(&mut self) {
        self.device = None;
        self.login = false;
        self.fixes.clear();
        self.reply.clear();
        self.error = None;
        let (mut cells, mut wifi) = (std::mem::take(&mut self.status.cells), std::mem::take(&mut self.status.wifi));
        cells.clear();
        wifi.clear();
        self.status = Status { cells, wifi, ..Status::default() };
    }
}
