//! Writing the invented district into a database, through the use cases of the domains alone: places, people, and ninety
//! days of matters, in one transaction whose clock is moved as time went by. Same seed and same start give the same rows.

mod cards;
mod classes;
mod company;
mod history;
pub mod locators;
mod lost;
mod neighbours;
mod people;
mod places;
mod portrait;
mod records;
mod steps;
pub mod streets;
mod uses;
pub mod visits;
mod volunteers;

use crate::World;
use ::people::app::password;
use ::people::policy::jobs;
use kernel::ids::{AccountId, AreaId, DistrictId, MatterId, PersonId, PostId};
use kernel::{Actor, Ids, Moment, SeededIds};
use serde::{Deserialize, Serialize};
use store::{Runtime, Who};

pub use cards::{Cards, DemoCard};
pub use history::{DAYS, MATTERS};
pub use locators::DemoLocator;

/// Counts up when the same seed would give other data, so that old data is made anew.
pub const VERSION: u32 = 19;
/// The password of every demo account.
pub const PASSWORD: &str = "heling2026";

/// Why the district could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("places: {0}")]
    Places(#[from] ::places::Error),
    #[error("people: {0}")]
    People(#[from] ::people::Error),
    #[error("matters: {0}")]
    Matters(#[from] matters::Error),
    #[error("care: {0}")]
    Care(#[from] care::Error),
    #[error("lost: {0}")]
    Lost(#[from] ::lost::Error),
    #[error("locators: {0}")]
    Locators(#[from] ::locators::Error),
    #[error("the invented land is faulty: {0}")]
    Land(String),
}

/// An account that newcomers may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub role: String,
    pub login: String,
    pub name: String,
    pub title: String,
    pub api_token: String,
}

/// What was written, remembered beside the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seeded {
    pub version: u32,
    pub seed: u64,
    pub start: Moment,
    pub district: DistrictId,
    pub accounts: Vec<Shown>,
    /// Secret codes of some matters, to be followed at `/t/…`.
    pub track: Vec<String>,
    /// Care cards, and what no public page may say of who wears them.
    pub care: Cards,
    /// Watches, pendants, fobs and phones that elders wear.
    #[serde(default)]
    pub locators: Vec<DemoLocator>,
    pub matters: usize,
    /// Steps that a rule refused; the invented people should know the rules, so a test asks for none.
    pub refused: Vec<String>,
    /// Codes of neighbours who look out for an elder, for `/w/…`.
    #[serde(default)]
    pub neighbours: Vec<String>,
}

/// Ids that the parts of the seeding hand to each other; indices as in the [`World`].
#[derive(Debug, Default)]
struct Written {
    areas: Vec<AreaId>,
    posts: Vec<PostId>,
    accounts: Vec<AccountId>,
    /// Each member as an actor, with all rights.
    actors: Vec<Actor>,
}

/// An elder whom an open matter of somebody is about.
struct Linked {
    actor: Actor,
    matter: MatterId,
    person: PersonId,
}

/// The id of the demo district: always the same for a seed.
pub fn district_of(seed: u64) -> DistrictId {
    DistrictId(SeededIds::new(seed).uuid(Moment::from_micros(1_767_225_600_000_000)))
}

/// Writes everything into an empty, migrated database whose ids come from a [`SeededIds`]. `start` is "now": the ninety
/// days before it are lived through.
pub fn seed(rt: &Runtime, world: World, start: Moment) -> Result<Seeded, Error> {
    seed_some(rt, world, start, history::MATTERS)
}

/// As [`seed`], with this many matters.
pub fn seed_some(rt: &Runtime, mut world: World, start: Moment, count: usize) -> Result<Seeded, Error> {
    let district = district_of(world.seed);
    // One hash for all: each costs tens of milliseconds by design.
    let hash = password::hash(&PASSWORD.to_owned().into(), rt.ids())?;
    rt.write_now(Who::system(district, jobs::DEMO), move |cx| {
        cx.now = start.plus_days(-DAYS - 30);
        let mut written = Written::default();
        people::found(cx, &world, &hash, &mut written)?;
        places::write(cx, &world, &mut written)?;
        people::settle(cx, &world, &hash, &mut written)?;
        classes::write(cx)?;
        let told = history::live(cx, &mut world, &written, start, count)?;
        cx.now = start;
        places::duty(cx, &world, &written, start)?;
        uses::write(cx, &world, &written, start)?;
        let linked = records::write(cx, &mut world, &written)?;
        let care = cards::write(cx, &mut world, &written.actors, &linked, start)?;
        lost::write(cx, &written, &linked, start)?;
        let locators = locators::write(cx, &mut world, &written, &linked, &care, start)?;
        let accounts = people::shown(cx, &world, &written)?;
        uses::cards_of_buildings(cx)?;
        matters::app::ensure_timers(cx)?;
        let rows = visits::write(cx, &mut world, &written, &linked, start)?;
        volunteers::write(cx, &world, &written, start)?;
        let neighbours = neighbours::write(cx, &written.actors, &linked, start)?;
        company::write(cx, &world, &written, start)?;
        visits::twice(cx, &rows)?;
        Ok(Seeded {
            version: VERSION,
            seed: world.seed,
            start,
            district,
            accounts,
            track: told.track,
            care,
            locators,
            matters: told.raised,
            refused: told.refused,
            neighbours,
        })
    })
}
