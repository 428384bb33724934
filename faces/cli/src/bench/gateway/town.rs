//! A district of nothing but devices: each bound and agreed to, written straight into the tables, because handing out one by one is not
//! what is measured.

use kernel::ids::DistrictId;
use store::{KeyClass, Runtime, Who, params};
use trackers::{DeviceId, Protocol};
use uuid::Uuid;

pub(super) const DISTRICT: DistrictId = DistrictId(Uuid::from_u128(9));

/// A device, and what it speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device {
    pub number: DeviceId,
    pub protocol: Protocol,
}

/// The protocols that are mixed: those over streams that acknowledge, one device after the other.
const MIX: [Protocol; 5] = [Protocol::Watch, Protocol::Gt06, Protocol::Jt808, Protocol::Gps103, Protocol::Tk103];

pub(super) fn fill(rt: &Runtime, count: u32) -> anyhow::Result<Vec<Device>> {
    let spoken: Vec<Protocol> = MIX.into_iter().filter(|p| super::callers::acknowledges(*p)).collect();
    anyhow::ensure!(!spoken.is_empty(), "no protocol acknowledges");
    let mut devices = Vec::new();
    for (n, protocol) in (0..count).zip(spoken.into_iter().cycle()) {
        devices.push(Device { number: number(protocol, n)?, protocol });
    }
    let all = devices.clone();
    let keys = rt.keys().clone();
    rt.write_now(Who::system(DISTRICT, "bench"), move |cx| -> Result<(), store::Error> {
        let now = cx.now;
        for device in &all {
            let read = super::callers::read_as(*device).unwrap_or(device.number);
            let text = format!("locator:{}", read.as_str().to_ascii_uppercase());
            let hash = keys.keyed_hash(KeyClass::Location, text.as_bytes()).to_vec();
            let (locator, binding, person): (Uuid, Uuid, Uuid) = (cx.new_id(), cx.new_id(), cx.new_id());
            cx.execute(
                "INSERT INTO locator (id, district_id, number_hash, number, kind, protocol, model, datum, label, state, \
                 made_at, made_by, version) VALUES ($1, $2, $3, $4, 'watch', $5, '', 'wgs84', '', 'bound', $6, 'bench', 1)",
                params![locator, DISTRICT, hash.clone(), hash, device.protocol.name(), now],
            )?;
            cx.execute(
                "INSERT INTO locator_binding (id, district_id, locator_id, person_id, bound_at, bound_by, by_kind) \
                 VALUES ($1, $2, $3, $4, $5, 'bench', 'committee')",
                params![binding, DISTRICT, locator, person, now],
            )?;
            cx.execute(
                "INSERT INTO locator_permit (person_id, district_id, key_id, allowed, why, changed_at) \
                 VALUES ($1, $2, $3, $4, 'agreed', $5)",
                params![person, DISTRICT, cx.new_id::<Uuid>(), true, now],
            )?;
        }
        Ok(())
    })?;
    Ok(devices)
}

/// A number of the form that devices of this protocol have.
fn number(protocol: Protocol, n: u32) -> anyhow::Result<DeviceId> {
    let text = match protocol {
        Protocol::Watch => format!("88{n:08}"),
        Protocol::Jt808 => format!("0139{n:08}"),
        _ => format!("35500000{n:07}"),
    };
    DeviceId::new(&text).ok_or_else(|| anyhow::anyhow!("a device's number"))
}

/// Positions that are kept, of all days. Each day has a table of its own, named by district and day.
pub(super) fn kept(rt: &Runtime) -> Result<u64, store::Error> {
    rt.read_now(Who::system(DISTRICT, "bench"), |cx| {
        let mut sum = 0;
        let days = cx.query("SELECT day FROM locator_day WHERE district_id = $1", params![DISTRICT])?;
        for day in &days {
            let table = format!("locator_track_{:012x}_{}", DISTRICT.0.as_u128(), day.i64("day")?);
            sum += cx.query_one(&format!("SELECT COUNT(*) AS n FROM {table}"), &[])?.i64("n")?.unsigned_abs();
        }
        Ok(sum)
    })
}
