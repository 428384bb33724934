//! A district with very many residents, for measuring: the invented district as it is, and on top of it the register, those in care
//! with their circles and visits, calls, volunteers, locators and matters of a whole town. Every row goes through the use cases of
//! its domain, so that what is sealed is sealed, what is looked up by a keyed hash has one, and the log is complete.

mod care;
mod locators;
mod people;
mod volunteers;

use crate::World;
use crate::seed::{self, Error, Seeded};
use ::people::policy::jobs;
use kernel::Moment;
use kernel::ids::{AreaId, DistrictId};
use places::AreaKind;
use std::sync::Arc;
use store::{Cx, Runtime, Who};

/// How many of what.
#[derive(Debug, Clone, Copy)]
pub struct Amounts {
    pub residents: usize,
    /// Of the residents: who is visited.
    pub in_care: usize,
    pub volunteers: usize,
    /// Of those in care: who wears one.
    pub locators: usize,
    pub matters: usize,
}

impl Amounts {
    /// The shares of a town of a million.
    pub const fn of_town(residents: usize) -> Self {
        Self {
            residents,
            in_care: residents * 6 / 100,
            volunteers: residents / 50,
            locators: residents / 200,
            matters: residents / 5,
        }
    }
}

/// Rows of one transaction.
const CHUNK: usize = 4_000;

/// Writes all of it into an empty, migrated database. `told` hears what was written.
///
/// # Errors
/// As the use cases.
pub fn fill(rt: &Runtime, start: Moment, of: &Amounts, told: &mut dyn FnMut(&str, usize)) -> Result<Seeded, Error> {
    let seeded = seed::seed(rt, World::new(crate::SEED), start)?;
    let district = seeded.district;
    seed::streets::streets(rt, district, seed::streets::prepared(&World::new(crate::SEED))?)?;
    seed::locators::past(rt, district, &seeded)?;
    told("the invented district", seeded.matters);
    let homes = system(rt, district, |cx| {
        let ground = places::snapshot(cx)?;
        Ok(ground.of_kind(AreaKind::Community).map(|a| (a.id, a.name.clone())).collect::<Vec<(AreaId, String)>>())
    })?;
    let homes = Arc::new(homes);
    for (first, count) in chunks(of.residents.saturating_sub(seed::visits::PEOPLE)) {
        let rows: Vec<_> = (first..first + count).map(|n| people::resident(n, &homes)).collect();
        system(rt, district, move |cx| people::register(cx, &rows))?;
        told("residents", first + count);
    }
    let pairs = Arc::new(system(rt, district, care::pairs)?);
    let chosen = system(rt, district, {
        let most = of.in_care;
        move |cx| care::unplanned(cx, most)
    })?;
    for (first, count) in chunks(chosen.len()) {
        let some = chosen.get(first..first + count).unwrap_or_default().to_vec();
        let pairs = Arc::clone(&pairs);
        system(rt, district, move |cx| care::bring(cx, &some, &pairs, first, start))?;
        told("in care", first + count);
    }
    let worn = chosen.get(..of.locators.min(chosen.len())).unwrap_or_default().to_vec();
    for (first, count) in chunks(worn.len()) {
        let some = worn.get(first..first + count).unwrap_or_default().to_vec();
        system(rt, district, move |cx| locators::hand_out(cx, &some, first, start))?;
        told("locators", first + count);
    }
    for (first, count) in chunks(of.volunteers) {
        let homes = Arc::clone(&homes);
        system(rt, district, move |cx| volunteers::sign_up(cx, &homes, first, count, start))?;
        told("volunteers", first + count);
    }
    let world = Arc::new(World::new(crate::SEED));
    crate::bench::fill(rt, district, &world, start, of.matters, |n| told("matters", n))?;
    system(rt, district, quiet)?;
    Ok(seeded)
}

fn chunks(all: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..all).step_by(CHUNK).map(move |first| (first, CHUNK.min(all - first)))
}

fn system<T: Send + 'static>(
    rt: &Runtime,
    district: DistrictId,
    f: impl FnOnce(&mut Cx<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    rt.write_now(Who::system(district, jobs::DEMO), f)
}

/// Nobody is told of people who were invented to be counted.
fn quiet(cx: &mut Cx<'_>) -> Result<(), Error> {
    let sql = "DELETE FROM job WHERE district_id = $1 AND state = 'ready' AND kind LIKE 'notify.%'";
    cx.execute(sql, store::params![cx.district()])?;
    Ok(())
}
