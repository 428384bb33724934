//! `cargo run --release -p seek --example calibration -- FILE [PLACES] [PEOPLE]`: how often those who are found as a profile's law says lie in the areas of
//! 50, 75 and 95 % of the map, a day after. Per profile a table and a plot in letters, for docs/performance.md.
//!
//! The people are drawn here, by a generator and a law of their own: a tenth within 50 m of the start, the others log-normal, on any street at that distance, by its length.
//! Whom the circle of 3 km does not hold is left out, and so is that part of the map: beyond it the file has not all streets.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::format_collect,
    reason = "a measurement"
)]

use seek::{Incident, LonLat, Profile, Search, Terrain};
use std::collections::HashMap;
use std::sync::Arc;
use streets::osm::{Limits, Osm};

const REACH_M: f64 = 3_000.0;
/// The law of each profile, written down a second time (its source stands in the profile): μ and σ of the logarithm of kilometres.
const PROFILES: [(&str, f64, f64); 2] = [("dementia-urban", -0.159, 1.652), ("dementia-flat", -0.100, 1.593)];

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn f(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.f()).ln()).sqrt() * (std::f64::consts::TAU * self.f()).cos()
    }
}

fn metres(a: LonLat, b: LonLat) -> f64 {
    let squeeze = f64::midpoint(a[1], b[1]).to_radians().cos();
    ((a[0] - b[0]) * squeeze).hypot(a[1] - b[1]) * 111_195.0
}

/// Shares of those found in the area of `nominal[k]`, for each k, around one place.
fn around(
    terrain: &Arc<Terrain>,
    osm: &Osm,
    profile: &Profile,
    (mu, sigma): (f64, f64),
    at: LonLat,
    people: usize,
    dice: &mut Dice,
    nominal: &[f64],
) -> Vec<usize> {
    let incident = Incident {
        last_seen: at,
        accuracy_m: 30.0,
        minutes_ago: 1_440.0,
        night: false,
        places: Vec::new(),
        fixes: Vec::new(),
    };
    let mut search = Search::open(Arc::clone(terrain), profile.clone(), incident, (dice.f() * 1e9) as u64).unwrap();
    let map = search.map(usize::MAX);
    // Squares within reach, the densest first: how much lies in denser ones.
    let cells: Vec<_> = map.cells.iter().filter(|c| metres(at, c.at) < REACH_M).collect();
    let all: f64 = cells.iter().map(|c| c.p).sum();
    let row = |lat: f64| ((lat - cells[0].at[1]) * 1_111.95).round() as i64;
    let mut by_row: HashMap<i64, Vec<(f64, f64)>> = HashMap::new();
    let mut held = 0.0;
    for c in &cells {
        // As the area is made: the square with which a share is reached belongs to it.
        by_row.entry(row(c.at[1])).or_default().push((c.at[0], held / all));
        held += c.p;
    }
    let denser = |p: LonLat| {
        let near = by_row.get(&row(p[1])).into_iter().flatten();
        near.min_by(|a, b| (a.0 - p[0]).abs().total_cmp(&(b.0 - p[0]).abs())).map_or(1.0, |c| c.1)
    };
    // Streets in pieces of about 10 m by distance.
    let mut streets: Vec<(f64, LonLat, f64)> = Vec::new();
    for r in &map.rows {
        let [a, b] = [r.nodes[0], r.nodes[r.nodes.len() - 1]].map(|id| osm.node(id).unwrap());
        let parts = (metres(a, b) / 10.0).ceil().max(1.0);
        for k in 0..parts as u32 {
            let t = (f64::from(k) + 0.5) / parts;
            let p = [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
            streets.push((metres(at, p), p, metres(a, b) / parts));
        }
    }
    streets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut found = vec![0; nominal.len()];
    let mut drawn = 0;
    while drawn < people {
        let far = if dice.f() < 0.1 { 50.0 * dice.f().sqrt() } else { (mu + sigma * dice.normal()).exp() * 1_000.0 };
        if far >= REACH_M {
            continue;
        }
        let mut width = (far * 0.02).max(10.0);
        let ring = loop {
            let at = |d: f64| streets.partition_point(|s| s.0 < d);
            let ring = &streets[at(far - width)..at(far + width)];
            if !ring.is_empty() {
                break ring;
            }
            width *= 1.5;
        };
        let mut left = dice.f() * ring.iter().map(|s| s.2).sum::<f64>();
        let here = ring
            .iter()
            .find(|s| {
                left -= s.2;
                left < 0.0
            })
            .unwrap_or(&ring[0])
            .1;
        let denser = denser(here);
        nominal.iter().zip(&mut found).for_each(|(n, f)| *f += usize::from(denser < *n));
        drawn += 1;
    }
    found
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = |n: usize, usual: usize| args.get(n).map_or(usual, |s| s.parse().unwrap());
    let (places, people) = (number(2, 20), number(3, 2_000));
    let osm = Osm::read(&std::fs::read(&args[1]).unwrap()[..], &Limits::default()).unwrap();
    let terrain = Arc::new(Terrain::new(&osm).unwrap());
    let nominal: Vec<f64> = (1..20).map(|k| f64::from(k) * 0.05).collect();
    let middle = terrain.middle_of_all();
    for (name, mu, sigma) in PROFILES {
        let profile = Profile::named(name).unwrap();
        let mut dice = Dice(7);
        let mut found: Vec<Vec<usize>> = Vec::new();
        while found.len() < places {
            let turn = dice.f() * std::f64::consts::TAU;
            let away = 2_000.0 * dice.f().sqrt() / 111_195.0;
            let at = [middle[0] + away * turn.cos() / middle[1].to_radians().cos(), middle[1] + away * turn.sin()];
            let (_, at, off) = terrain.nearest_node(at);
            if off < 300.0 {
                found.push(around(&terrain, &osm, &profile, (mu, sigma), at, people, &mut dice, &nominal));
            }
        }
        let share = |k: usize| found.iter().map(|f| f[k]).sum::<usize>() as f64 / (places * people) as f64;
        println!(
            "{name}: {places} places, {people} people each\n\n| area | found in it | least and most of one place |\n|---|---|---|"
        );
        for k in [9, 14, 18] {
            let of = |f: &Vec<usize>| f[k] as f64 / people as f64;
            let (low, high) = found.iter().map(of).fold((1.0_f64, 0.0_f64), |(l, h), s| (l.min(s), h.max(s)));
            println!(
                "| {:.0} % | {:.1} % | {:.1} to {:.1} % |",
                nominal[k] * 100.0,
                share(k) * 100.0,
                low * 100.0,
                high * 100.0
            );
        }
        println!("\n```text\nfound in it, %");
        for line in (0..=20).rev() {
            let level = f64::from(line) * 5.0;
            let marks: String = (0..nominal.len())
                .map(|k| {
                    let on = |v: f64| (v * 20.0).round() as i32 == line;
                    match (on(share(k)), on(nominal[k])) {
                        (true, _) => " ● ",
                        (false, true) => " · ",
                        _ => "   ",
                    }
                })
                .collect();
            println!("{level:4.0} |{marks}");
        }
        println!(
            "     +{}\n      {}   area, %\n```\n",
            "---".repeat(nominal.len()),
            nominal.iter().map(|n| format!("{:2.0} ", n * 100.0)).collect::<String>()
        );
    }
}
