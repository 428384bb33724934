//! Writes the district into a fresh folder and says how long it took: `cargo run -p demo --example seed [matters]`.

use demo::World;
use demo::seed::seed_some;
use kernel::{ManualClock, Moment, SeededIds};
use std::io::Write as _;
use std::sync::Arc;
use store::{Keys, Options, Runtime};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(3_000);
    let dir = tempfile::tempdir()?;
    let start = Moment::parse_rfc3339("2026-06-24T10:00:00+08:00")?;
    let ids = Arc::new(SeededIds::new(demo::SEED));
    let keys = Keys::generate(ids.as_ref());
    let url = format!("sqlite:{}", dir.path().join("mulin.db").display());
    let rt = Runtime::open(Options::new(url, Arc::new(ManualClock::at(start)), ids, keys))?;
    rt.migrate(&[
        places::MIGRATIONS,
        people::MIGRATIONS,
        care::MIGRATIONS,
        lost::MIGRATIONS,
        locators::MIGRATIONS,
        matters::MIGRATIONS,
        alerts::MIGRATIONS,
    ])?;
    let begin = std::time::Instant::now();
    let world = World::new(demo::SEED);
    let made = begin.elapsed();
    let seeded = seed_some(&rt, world, start, count)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "invented in {made:.1?}, written in {:.1?}: {} matters", begin.elapsed(), seeded.matters)?;
    Ok(())
}
