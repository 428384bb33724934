//! `cargo run --release -p seek --example seek_processor -- FILE`: what a search costs, in time on the processor (from the kernel's own book-keeping,
//! Linux only: all threads of the process), which a busy machine does not change much.
#![expect(clippy::print_stdout, reason = "a tool for whoever changes the engine")]

use seek::{Incident, Mode, Place, PlaceKind, Profile, Search, Team, Terrain};
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

/// Seconds that all threads of this process, ended ones too, have had a processor.
fn on_processor() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|f| f.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn told<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (cpu, clock) = (on_processor(), Instant::now());
    let done = work();
    println!("{:8.2} s processor {:8.3} s clock  {what}", on_processor() - cpu, clock.elapsed().as_secs_f64());
    done
}

fn main() -> Result<(), Box<dyn Error>> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../streets/tests/data/porto-alegre.osm.pbf");
    let file = std::env::args().nth(1).unwrap_or_else(|| default.to_owned());
    let bytes = std::fs::read(file)?;
    let terrain = Arc::new(told("reading the streets", || Terrain::read(&bytes[..]))?);
    println!("{} segments, {} nodes", terrain.segments(), terrain.nodes());
    let (_, middle, _) = terrain.nearest_node(terrain.middle_of_all());
    let place = |d: f64, kind| Place { at: [middle[0] + d, middle[1] + d / 2.0], kind };
    let incident = Incident {
        last_seen: middle,
        accuracy_m: 30.0,
        minutes_ago: 60.0,
        night: false,
        places: vec![place(0.01, PlaceKind::FormerHome), place(-0.012, PlaceKind::Haunt)],
        fixes: Vec::new(),
    };
    let team = |n: u32| Team {
        id: n.to_string(),
        at: [middle[0] + f64::from(n) * 1e-3, middle[1]],
        mode: Mode::Foot,
        speed_mps: 1.2,
    };
    let teams: Vec<Team> = (0..3).map(team).collect();
    let many: Vec<Team> = (0..200)
        .map(|n| Team { at: [middle[0] + f64::from(n % 20) * 1e-3, middle[1] + f64::from(n / 20) * 1e-3], ..team(n) })
        .collect();
    let profile = Profile::named("dementia-urban")?;
    let mut search = told("opening", || Search::open(Arc::clone(&terrain), profile.clone(), incident.clone(), 1))?;
    let plan = told("first plan, 3 teams", || search.plan(&teams, 30.0))?;
    for round in 0..4 {
        told("a round: advance, 3 × searched, plan", || -> Result<(), Box<dyn Error>> {
            search.advance(15.0)?;
            for a in &plan.assignments {
                search.searched(&a.route, 0.8, 0.0)?;
            }
            search.plan(&teams, 30.0)?;
            Ok(())
        })?;
        let at = [middle[0] + 0.004 * f64::from(round), middle[1] + 0.003];
        told("a sighting of ten minutes ago, and its plan", || -> Result<(), Box<dyn Error>> {
            search.sighting(at, 10.0, 0.7, 150.0)?;
            search.plan(&teams, 30.0)?;
            Ok(())
        })?;
    }
    told("the whole map", || search.map(usize::MAX));
    told("200 teams", || search.plan(&many, 30.0))?;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|l| l.starts_with("VmHWM")).for_each(|l| println!("{l}"));
    Ok(())
}
