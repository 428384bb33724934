//! The register: names that many share, as in a town, a telephone number nobody can have, one relative.

use crate::names::Person;
use crate::rng::Rng;
use crate::seed::Error;
use kernel::ids::AreaId;
use people::app::persons::{ResidentRow, import_residents};
use people::model::person::{Contact, GuardianName, Identity, NewGuardian};
use store::Cx;

/// The same number is the same person.
pub(super) fn resident(n: usize, homes: &[(AreaId, String)]) -> ResidentRow {
    let mut rng = Rng::new(crate::SEED ^ n as u64, "resident");
    let (elder, child) = (Person::of(&mut rng, 2 * n), Person::of(&mut rng, 2 * n + 1));
    let home = homes.get(n % homes.len().max(1));
    let (area, name) = home.map_or((AreaId(uuid::Uuid::nil()), ""), |(area, name)| (*area, name.as_str()));
    let (house, floor, room) = (rng.between(1, 260), rng.between(1, 6), rng.between(1, 4));
    ResidentRow {
        key: format!("bench-{n}"),
        area,
        identity: Identity {
            name: elder.name,
            sex: if elder.woman { "f" } else { "m" }.to_owned(),
            birth_year: i16::try_from(rng.between(1928, 2006)).ok(),
            id_number: None,
        },
        contact: Contact {
            phone: Some(elder.phone),
            address: Some(format!("{name} {house} 号 {floor}0{room} 室")),
            language: None,
        },
        guardians: vec![NewGuardian {
            who: GuardianName { name: child.name, relation: if child.woman { "女儿" } else { "儿子" }.to_owned() },
            phone: Some(child.phone),
        }],
    }
}

pub(super) fn register(cx: &mut Cx<'_>, rows: &[ResidentRow]) -> Result<(), Error> {
    let ground = matters::Ground(places::snapshot(cx)?);
    import_residents(cx, &ground, rows)?;
    Ok(())
}
