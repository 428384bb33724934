//! A running store for one test: database, a clock that stands still, foreseeable ids and keys.

use crate::{Kind, TestDb};
use kernel::ids::DistrictId;
use kernel::{ManualClock, Moment, SeededIds};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use store::{Keys, Migration, Options, Runtime, Who};
use uuid::Uuid;

/// Monday, 29 June 2026, 14:00 in Shanghai: a working day, a working hour, in a loaded calendar year.
pub const START: &str = "2026-06-29T06:00:00Z";

/// The district of every test.
pub const DISTRICT: DistrictId = DistrictId(Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0001));

/// A database with its tables, opened as the program opens it.
pub struct House {
    // Dropped before the database.
    pub rt: Runtime,
    pub clock: ManualClock,
    pub district: DistrictId,
    pub db: TestDb,
    seed: u64,
}

impl House {
    /// A house with these tables, on a database of its own.
    ///
    /// # Panics
    /// When the database cannot be opened or a migration fails.
    pub fn new(kind: Kind, sets: &[&[Migration]]) -> Self {
        let db = TestDb::filled(kind, &key_of(sets), |url| {
            runtime(url, &clock(), 1).migrate(sets).unwrap_or_else(|e| panic!("migrations on {kind:?}: {e}"));
        });
        let clock = clock();
        Self { rt: runtime(&db.url(), &clock, 1), clock, district: DISTRICT, db, seed: 1 }
    }

    /// The house as the program itself acts in it: for looking at results, and for jobs.
    pub fn system(&self) -> Who {
        Who::system(self.district, "test")
    }

    /// What a restart of the program does: the same database and keys, a new door to it. Ids go on elsewhere.
    pub fn reopen(&mut self) {
        self.seed += 1;
        self.rt = runtime(&self.db.url(), &self.clock, self.seed);
    }
}

fn clock() -> ManualClock {
    ManualClock::at(Moment::parse_rfc3339(START).unwrap_or_else(|e| panic!("{START}: {e}")))
}

fn runtime(url: &str, clock: &ManualClock, seed: u64) -> Runtime {
    // Keys come from their own source: they stay the same over a restart.
    let keys = Keys::generate(&SeededIds::new(0));
    let ids = Arc::new(SeededIds::new(seed));
    let options = Options::new(url, Arc::new(clock.clone()), ids, keys);
    Runtime::open(options).unwrap_or_else(|e| panic!("open {url}: {e}"))
}

/// Names the template database: another text, another template.
fn key_of(sets: &[&[Migration]]) -> String {
    let mut hasher = DefaultHasher::new();
    for migration in sets.iter().flat_map(|set| set.iter()) {
        (migration.name, migration.sql).hash(&mut hasher);
    }
    // The store's own tables are not in the list; a rebuilt test binary may have changed them.
    if let Ok(meta) = std::env::current_exe().and_then(std::fs::metadata) {
        meta.modified().ok().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
