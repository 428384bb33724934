//! How long the plan of the day takes, and the first page of who is due: `cargo run -p demo --example visits [times]`. The district
//! of the demo, with its twelve hundred people in care; the first look finds nothing to move, the second moves everybody.

use care::app::visits::{self, ListAsk};
use care::model::visit_plan::VisitRules;
use demo::World;
use demo::seed::seed_some;
use kernel::{ManualClock, Moment, SeededIds};
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant as Watch;
use store::{Keys, Options, Runtime, Who};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let times = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(5);
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
    let seeded = seed_some(&rt, World::new(demo::SEED), start, 100)?;
    let who = || Who::system(seeded.district, people::policy::jobs::DEMO);
    let mut out = std::io::stdout().lock();
    for n in 0..times {
        let watch = Watch::now();
        let (people, statements) =
            rt.write_now(who(), |cx| Ok::<_, care::Error>((visits::daily(cx)?, cx.statements())))?;
        let same = watch.elapsed();
        // Everybody gets another date.
        let rules = VisitRules { alone_days: 20 + n, others_days: 60 + n, version: n, ..VisitRules::default() };
        rt.write_now(who(), move |cx| visits::set_visit_rules(cx, &rules))?;
        let watch = Watch::now();
        rt.write_now(who(), visits::daily)?;
        let moved = watch.elapsed();
        let watch = Watch::now();
        let ask = ListAsk { most: 25, ..ListAsk::default() };
        let found = rt.read_now(who(), move |cx| visits::find(cx, &ask))?;
        let list = watch.elapsed();
        writeln!(
            out,
            "{people} people: {same:.0?} when nothing moves ({statements} statements), {moved:.0?} when all do; first page of {} due: {list:.0?}",
            found.all
        )?;
    }
    Ok(())
}
