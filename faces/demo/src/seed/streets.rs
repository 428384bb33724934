//! The streets: those of the invented land and, on another spot of the earth, a few real blocks of Shanghai, brought in as
//! `mulin import streets` brings in files.

use super::Error;
use crate::World;
use crate::osm::Map;
use kernel::ids::DistrictId;
use people::policy::jobs;
use places::streets::{Prepared, bring, prepare};
use store::{Runtime, Who};
use streets::osm::{Limits, Osm};

/// © OpenStreetMap contributors, ODbL (see `data/README.md`).
const SHANGHAI: &[u8] = include_bytes!("../../data/shanghai-centre.osm.pbf");
/// As the files are called where the import is shown.
const FILES: &str = "和邻区.osm + shanghai-centre.osm.pbf";

/// Draws the land and makes tiles, names and network of it: seconds of work that need no database.
pub fn prepared(world: &World) -> Result<Prepared, Error> {
    let land = |e: &dyn std::fmt::Display| Error::Land(e.to_string());
    let mut file = Vec::new();
    Map::new(world).write(&mut file).map_err(|e| land(&e))?;
    let limits = Limits::default();
    let invented = Osm::read(file.as_slice(), &limits).map_err(|e| land(&e))?;
    drop(file);
    let real = Osm::read(SHANGHAI, &limits).map_err(|e| land(&e))?;
    prepare(&invented.merge(real), |_| {}).map_err(|e| land(&e))
}

/// Writes them.
pub fn streets(rt: &Runtime, district: DistrictId, prepared: Prepared) -> Result<(), Error> {
    rt.write_now(Who::system(district, jobs::DEMO), move |cx| bring(cx, &prepared, FILES).map(drop))?;
    Ok(())
}
