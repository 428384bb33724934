//! What is kept of one frame until the worker has taken it in: when it came, whose it is, and what it said. Small bytes of our own; the
//! device's number is not among them.
//!
//! Numbers are little-endian. [`crate::Seal`] seals what comes after the head. Optional parts have a bit in a word before them, so that a heartbeat takes 29 bytes and a plain fix some 70.

use kernel::Moment;
use trackers::{Alarms, Cell, Fix, Status, Wifi};
use uuid::Uuid;

/// Form of the bytes; another number is not read.
pub(crate) const VERSION: u8 = 1;
/// As [`VERSION`], sealed behind its head.
pub(crate) const SEALED: u8 = 2;
/// Bytes of the head: form, when it came, whose it is.
pub(crate) const HEAD: usize = 25;
/// Longest record that is written or read: a frame of the greatest length with all its fixes stays far below.
pub const LONGEST: usize = 256 * 1024;

/// One frame of a locator that may be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When the frame had been read, by the clock of the program.
    pub received: Moment,
    pub locator: Uuid,
    pub fixes: Vec<Fix>,
    pub status: Status,
}

impl From<Record> for locators::model::Taken {
    fn from(record: Record) -> Self {
        let Record { received, locator, fixes, status } = record;
        Self { locator: locator.into(), received, fixes, status }
    }
}

/// Why bytes are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("a record ends before its end")]
    Short,
    #[error("a record of another version of the program")]
    Version,
    #[error("a record is longer than it says")]
    Long,
    #[error("a record is sealed under another key, or was changed")]
    Sealed,
}

/// Appends the record of what consent leaves of a reading to `out`. Speeds, courses, heights and accuracies are kept to seven digits,
/// places exactly.
pub fn write_parts(out: &mut Vec<u8>, received: Moment, locator: Uuid, fixes: &[Fix], status: &Status) {
    out.push(VERSION);
    out.extend_from_slice(&received.micros().to_le_bytes());
    out.extend_from_slice(locator.as_bytes());
    put_len(out, fixes.len());
    for one in fixes {
        put_fix(out, one);
    }
    put_status(out, status);
}

/// Reads one record, which is all of `bytes`.
pub fn read(bytes: &[u8]) -> Result<Record, Unreadable> {
    let mut rest = Rest(bytes);
    if rest.u8()? != VERSION {
        return Err(Unreadable::Version);
    }
    let received = Moment::from_micros(rest.i64()?);
    let locator = Uuid::from_bytes(rest.array()?);
    let count = rest.len()?;
    let mut fixes = Vec::with_capacity(count.min(1_024));
    for _ in 0..count {
        fixes.push(rest.fix()?);
    }
    let status = rest.status()?;
    if rest.0.is_empty() { Ok(Record { received, locator, fixes, status }) } else { Err(Unreadable::Long) }
}

/// Whose record it is, without reading all of it.
pub fn locator(bytes: &[u8]) -> Option<Uuid> {
    let locator = bytes.get(9..)?.first_chunk::<16>()?;
    Some(Uuid::from_bytes(*locator))
}

/// Bits of a word, one for each part that follows, in the order of asking.
struct Bits(u16, u32);

impl Bits {
    fn new() -> Self {
        Self(0, 0)
    }
    fn add(&mut self, there: bool) {
        self.0 |= u16::from(there) << self.1;
        self.1 += 1;
    }
    fn next(&mut self) -> bool {
        let there = self.0 & 1 == 1;
        self.0 >>= 1;
        there
    }
}

fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend_from_slice(&u16::try_from(len).unwrap_or(u16::MAX).to_le_bytes());
}

fn put_f32(out: &mut Vec<u8>, value: Option<f64>) {
    if let Some(value) = value {
        out.extend_from_slice(&(value as f32).to_le_bytes());
    }
}

fn put_fix(out: &mut Vec<u8>, fix: &Fix) {
    let mut bits = Bits::new();
    bits.add(fix.valid);
    bits.add(fix.time.is_some());
    for part in [fix.speed_kmh, fix.course, fix.altitude_m, fix.accuracy_m] {
        bits.add(part.is_some());
    }
    bits.add(fix.satellites.is_some());
    bits.add(fix.battery_pct.is_some());
    bits.add(!fix.alarms.is_empty());
    out.extend_from_slice(&bits.0.to_le_bytes());
    out.extend_from_slice(&fix.lat.to_le_bytes());
    out.extend_from_slice(&fix.lon.to_le_bytes());
    if let Some(time) = fix.time {
        out.extend_from_slice(&time.micros().to_le_bytes());
    }
    for part in [fix.speed_kmh, fix.course, fix.altitude_m, fix.accuracy_m] {
        put_f32(out, part);
    }
    out.extend(fix.satellites);
    out.extend(fix.battery_pct);
    if !fix.alarms.is_empty() {
        out.extend_from_slice(&fix.alarms.bits().to_le_bytes());
    }
}

fn put_status(out: &mut Vec<u8>, s: &Status) {
    let flags = [
        s.time.is_some(),
        s.battery_pct.is_some(),
        !s.alarms.is_empty(),
        !s.cells.is_empty(),
        !s.wifi.is_empty(),
        s.network_accuracy_m.is_some(),
        s.signal_pct.is_some(),
        s.charging.is_some(),
        s.worn.is_some(),
        s.steps.is_some(),
        s.heart_rate.is_some(),
        s.systolic.is_some(),
        s.diastolic.is_some(),
        s.oxygen_pct.is_some(),
        s.temperature_c.is_some(),
    ];
    let mut bits = Bits::new();
    flags.into_iter().for_each(|there| bits.add(there));
    out.extend_from_slice(&bits.0.to_le_bytes());
    if let Some(time) = s.time {
        out.extend_from_slice(&time.micros().to_le_bytes());
    }
    out.extend(s.battery_pct);
    if !s.alarms.is_empty() {
        out.extend_from_slice(&s.alarms.bits().to_le_bytes());
    }
    if !s.cells.is_empty() {
        put_len(out, s.cells.len());
        s.cells.iter().for_each(|cell| put_cell(out, cell));
    }
    if !s.wifi.is_empty() {
        put_len(out, s.wifi.len());
        for wifi in &s.wifi {
            out.extend_from_slice(&wifi.mac);
            put_signal(out, wifi.signal_dbm);
        }
    }
    put_f32(out, s.network_accuracy_m);
    out.extend(s.signal_pct);
    out.extend(s.charging.map(u8::from));
    out.extend(s.worn.map(u8::from));
    out.extend(s.steps.iter().flat_map(|n| n.to_le_bytes()));
    for part in [s.heart_rate, s.systolic, s.diastolic] {
        out.extend(part.iter().flat_map(|n| n.to_le_bytes()));
    }
    out.extend(s.oxygen_pct);
    out.extend(s.temperature_c.iter().flat_map(|n| n.to_le_bytes()));
}

/// No device hears anything at this strength.
const NO_SIGNAL: i16 = i16::MIN;

fn put_signal(out: &mut Vec<u8>, signal: Option<i16>) {
    out.extend_from_slice(&signal.unwrap_or(NO_SIGNAL).to_le_bytes());
}

fn put_cell(out: &mut Vec<u8>, cell: &Cell) {
    out.extend_from_slice(&cell.mcc.to_le_bytes());
    out.extend_from_slice(&cell.mnc.to_le_bytes());
    out.extend_from_slice(&cell.lac.to_le_bytes());
    out.extend_from_slice(&cell.cell.to_le_bytes());
    put_signal(out, cell.signal_dbm);
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(Unreadable::Short)?;
        self.0 = rest;
        Ok(*head)
    }
    fn u8(&mut self) -> Result<u8, Unreadable> {
        self.array::<1>().map(|[b]| b)
    }
    fn u16(&mut self) -> Result<u16, Unreadable> {
        self.array().map(u16::from_le_bytes)
    }
    fn u32(&mut self) -> Result<u32, Unreadable> {
        self.array().map(u32::from_le_bytes)
    }
    fn i64(&mut self) -> Result<i64, Unreadable> {
        self.array().map(i64::from_le_bytes)
    }
    fn f64(&mut self) -> Result<f64, Unreadable> {
        self.array().map(f64::from_le_bytes)
    }
    fn len(&mut self) -> Result<usize, Unreadable> {
        self.u16().map(usize::from)
    }
    fn moment(&mut self) -> Result<Moment, Unreadable> {
        self.i64().map(Moment::from_micros)
    }
    fn short_float(&mut self) -> Result<f64, Unreadable> {
        self.array().map(|b| f64::from(f32::from_le_bytes(b)))
    }
    fn alarms(&mut self) -> Result<Alarms, Unreadable> {
        self.u32().map(Alarms::from_bits)
    }
    fn signal(&mut self) -> Result<Option<i16>, Unreadable> {
        self.array().map(i16::from_le_bytes).map(|s| (s != NO_SIGNAL).then_some(s))
    }

    fn fix(&mut self) -> Result<Fix, Unreadable> {
        let mut bits = Bits(self.u16()?, 0);
        let valid = bits.next();
        let (lat_bytes, lon_bytes) = (self.f64()?, self.f64()?);
        Ok(Fix {
            valid,
            lat: lat_bytes,
            lon: lon_bytes,
            time: if_there(bits.next(), || self.moment())?,
            speed_kmh: if_there(bits.next(), || self.short_float())?,
            course: if_there(bits.next(), || self.short_float())?,
            altitude_m: if_there(bits.next(), || self.short_float())?,
            accuracy_m: if_there(bits.next(), || self.short_float())?,
            satellites: if_there(bits.next(), || self.u8())?,
            battery_pct: if_there(bits.next(), || self.u8())?,
            alarms: if_there(bits.next(), || self.alarms())?.unwrap_or_default(),
        })
    }

    fn cell(&mut self) -> Result<Cell, Unreadable> {
        Ok(Cell {
            mcc: self.u16()?,
            mnc: self.u16()?,
            lac: self.u32()?,
            cell: self.array().map(u64::from_le_bytes)?,
            signal_dbm: self.signal()?,
        })
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Result<T, Unreadable>) -> Result<Vec<T>, Unreadable> {
        (0..self.len()?).map(|_| one(self)).collect()
    }

    fn status(&mut self) -> Result<Status, Unreadable> {
        let mut bits = Bits(self.u16()?, 0);
        Ok(Status {
            time: if_there(bits.next(), || self.moment())?,
            battery_pct: if_there(bits.next(), || self.u8())?,
            alarms: if_there(bits.next(), || self.alarms())?.unwrap_or_default(),
            cells: if_there(bits.next(), || self.list(Self::cell))?.unwrap_or_default(),
            wifi: if_there(bits.next(), || self.list(|r| Ok(Wifi { mac: r.array()?, signal_dbm: r.signal()? })))?
                .unwrap_or_default(),
            network_accuracy_m: if_there(bits.next(), || self.short_float())?,
            signal_pct: if_there(bits.next(), || self.u8())?,
            charging: if_there(bits.next(), || self.u8())?.map(|b| b == 1),
            worn: if_there(bits.next(), || self.u8())?.map(|b| b == 1),
            steps: if_there(bits.next(), || self.u32())?,
            heart_rate: if_there(bits.next(), || self.u16())?,
            systolic: if_there(bits.next(), || self.u16())?,
            diastolic: if_there(bits.next(), || self.u16())?,
            oxygen_pct: if_there(bits.next(), || self.u8())?,
            temperature_c: if_there(bits.next(), || self.array().map(f32::from_le_bytes))?,
        })
    }
}

fn if_there<T>(there: bool, read: impl FnOnce() -> Result<T, Unreadable>) -> Result<Option<T>, Unreadable> {
    there.then(read).transpose()
}

#[cfg(test)]
pub(crate) mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::option::of;
    use proptest::prelude::*;

    fn moment() -> impl Strategy<Value = Moment> {
        any::<i64>().prop_map(Moment::from_micros)
    }
    fn number() -> impl Strategy<Value = Option<f64>> {
        of((-1e6_f32..1e6).prop_map(f64::from))
    }
    fn fix() -> impl Strategy<Value = Fix> {
        let place = (of(moment()), -90.0..90.0, -180.0..180.0, any::<bool>());
        let numbers = (number(), number(), number(), number());
        (place, numbers, of(any::<u8>()), of(any::<u8>()), any::<u32>()).prop_map(
            |(
                (time, lat, lon, valid),
                (speed_kmh, course, altitude_m, accuracy_m),
                satellites,
                battery_pct,
                alarms,
            )| {
                let alarms = Alarms::from_bits(alarms);
                Fix {
                    time,
                    lat,
                    lon,
                    valid,
                    speed_kmh,
                    course,
                    altitude_m,
                    accuracy_m,
                    satellites,
                    battery_pct,
                    alarms,
                }
            },
        )
    }
    fn status() -> impl Strategy<Value = Status> {
        let cell = (any::<u16>(), any::<u16>(), any::<u32>(), any::<u64>(), of(-200_i16..0));
        let cell = cell.prop_map(|(mcc, mnc, lac, cell, signal_dbm)| Cell { mcc, mnc, lac, cell, signal_dbm });
        let wifi = (any::<[u8; 6]>(), of(-200_i16..0)).prop_map(|(mac, signal_dbm)| Wifi { mac, signal_dbm });
        let device =
            (of(moment()), of(any::<u8>()), any::<u32>(), of(any::<u8>()), of(any::<bool>()), of(any::<bool>()));
        let body = (
            of(any::<u32>()),
            of(any::<u16>()),
            of(any::<u16>()),
            of(any::<u16>()),
            of(any::<u8>()),
            of(-50.0_f32..50.0),
        );
        let radio = (prop::collection::vec(cell, 0..7), prop::collection::vec(wifi, 0..7), number());
        (device, body, radio).prop_map(|(device, body, (cells, wifi, network_accuracy_m))| {
            let (time, battery_pct, alarms, signal_pct, charging, worn) = device;
            let (steps, heart_rate, systolic, diastolic, oxygen_pct, temperature_c) = body;
            Status {
                time,
                battery_pct,
                alarms: Alarms::from_bits(alarms),
                cells,
                wifi,
                network_accuracy_m,
                signal_pct,
                charging,
                worn,
                steps,
                heart_rate,
                systolic,
                diastolic,
                oxygen_pct,
                temperature_c,
            }
        })
    }

    pub(crate) fn record() -> impl Strategy<Value = Record> {
        (moment(), any::<u128>(), prop::collection::vec(fix(), 0..9), status()).prop_map(
            |(received, locator, fixes, status)| Record { received, locator: Uuid::from_u128(locator), fixes, status },
        )
    }

    pub(crate) fn bytes(record: &Record) -> Vec<u8> {
        let mut out = Vec::new();
        write_parts(&mut out, record.received, record.locator, &record.fixes, &record.status);
        out
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(one in record()) {
            prop_assert_eq!(read(&bytes(&one)).unwrap(), one);
        }

        #[test]
        fn a_part_of_a_record_is_no_record(one in record(), cut in any::<prop::sample::Index>()) {
            let whole = bytes(&one);
            prop_assert!(read(whole.get(..cut.index(whole.len())).unwrap()).is_err());
        }

        #[test]
        fn any_bytes_are_read_or_refused(noise in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&noise);
        }
    }

    #[test]
    fn a_heartbeat_is_small() {
        let quiet =
            Record { received: Moment::default(), locator: Uuid::nil(), fixes: vec![], status: Status::default() };
        assert_eq!(bytes(&quiet).len(), 29);
    }
}
