//! `cargo run --release -p seek --example harness -- FILE SCENE CASES [SEED] [ROUND]`: mean team-hours until somebody is found, travel counted, by the planner
//! and by “nearest first” on the same cases. SCENE: plain, sightings, nameless, wrong-start, bus, indoors.
//!
//! Every case: somebody walks by rules of `people.rs`; after 20 to 90 minutes 2 to 4 teams begin from one post; each round they walk, what they walked is
//! reported, a sighting may come in, and they are sent on. A team that is on the same piece of street as the person finds them with
//! probability 0.8 a pass (indoors 0.5). After six hours the search counts as six hours long.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, reason = "a measurement")]

mod people;
mod town;

use people::{Dice, Track, Way, around, walk};
use seek::{Incident, Mode, Place, PlaceKind, Profile, Search, Team, Terrain};
use std::collections::HashSet;
use std::sync::Arc;
use streets::osm::{Limits, Osm};
use town::{Town, gap};

const HOURS: f64 = 6.0;
const SPEED: f64 = 1.2;

struct Case {
    start: usize,
    told: usize,
    places: Vec<usize>,
    track: Track,
    lost_min: f64,
    teams: Vec<usize>,
    /// Seconds after they were lost: when it was, when it comes in, where.
    sightings: Vec<(f64, f64, [f64; 2])>,
    pod: f64,
    seed: u64,
}

fn case(town: &Town, scene: &str, seed: u64) -> Case {
    let dice = &mut Dice::new(seed);
    // Not at the edge of the file, where half of all ways would lead out of it.
    let middle = [0, 1].map(|k| town.xy.iter().map(|xy| xy[k]).sum::<f64>() / town.xy.len() as f64);
    let far = |v: usize| (town.xy[v][0] - middle[0]).abs().max((town.xy[v][1] - middle[1]).abs());
    let extent = (0..town.ids.len()).map(far).fold(0.0, f64::max);
    let start = loop {
        let v = dice.of(town.ids.len());
        if far(v) < extent * 0.6 {
            break v;
        }
    };
    let pick = |dice: &mut Dice, low: f64, high: f64| {
        let all = around(town, start, low, high);
        if all.is_empty() { start } else { all[dice.of(all.len())] }
    };
    let places: Vec<usize> = (0..3).map(|_| pick(dice, 400.0, 2_500.0)).collect();
    let way = match scene {
        "bus" => Way::Bus,
        "indoors" => Way::Indoors,
        _ => match dice.f() {
            x if x < 0.38 => Way::Wanders,
            x if x < 0.68 => Way::ToPlace,
            x if x < 0.78 => Way::Circles,
            x if x < 0.83 => Way::ComesBack,
            x if x < 0.93 => Way::Stuck,
            x if x < 0.97 => Way::Indoors,
            _ => Way::Bus,
        },
    };
    let track = walk(town, start, way, &places, dice);
    let lost_min = dice.between(20.0, 90.0);
    let post = pick(dice, 300.0, 1_500.0);
    let teams = vec![post; 2 + dice.of(3)];
    let told = if scene == "wrong-start" { pick(dice, 400.0, 1_200.0) } else { start };
    let mut sightings = Vec::new();
    if scene == "sightings" {
        let mut at = dice.between(10.0, 40.0) * 60.0;
        while at < HOURS * 3_600.0 {
            let right = dice.f() >= 0.25;
            let node = track.node(at);
            let real = if right && node != usize::MAX { node } else { pick(dice, 100.0, 2_500.0) };
            let noise = [dice.between(-130.0, 130.0), dice.between(-130.0, 130.0)];
            let xy = town.xy[real];
            let comes = (at + dice.between(3.0, 25.0) * 60.0).max(lost_min * 60.0);
            sightings.push((at, comes, [xy[0] + noise[0], xy[1] + noise[1]]));
            at += dice.between(30.0, 90.0) * 60.0;
        }
    }
    let places = if scene == "nameless" { Vec::new() } else { places };
    Case {
        start,
        told,
        places,
        track,
        lost_min,
        teams,
        sightings,
        pod: if scene == "indoors" { 0.5 } else { 0.8 },
        seed,
    }
}

impl Case {
    fn luck(&self, team: usize, at: f64) -> bool {
        Dice::new(self.seed ^ (team as u64) << 48 ^ (at * 10.0) as u64).f() < self.pod
    }
    /// Whether a team that goes from one node to the next between two instants finds them.
    fn met(&self, team: usize, from: f64, to: f64, a: usize, b: usize) -> bool {
        let lost = self.lost_min * 60.0;
        self.track.pieces(lost + from, lost + to).contains(&(a.min(b), a.max(b))) && self.luck(team, from)
    }
}

fn planned(town: &Town, terrain: &Arc<Terrain>, profile: &Profile, c: &Case, round: f64) -> f64 {
    let lonlat = |v: usize| town.lonlat[v];
    let kinds = [PlaceKind::FormerHome, PlaceKind::Haunt, PlaceKind::Work];
    let incident = Incident {
        last_seen: lonlat(c.told),
        accuracy_m: 30.0,
        minutes_ago: c.lost_min,
        night: false,
        places: c.places.iter().zip(kinds).map(|(v, kind)| Place { at: lonlat(*v), kind }).collect(),
        fixes: Vec::new(),
    };
    let mut search = Search::open(Arc::clone(terrain), profile.clone(), incident, c.seed).unwrap();
    let mut at = c.teams.clone();
    let mut told = 0;
    let mut clock = 0.0;
    let [lon0, lat0] = town.lonlat[0];
    let [x0, y0] = town.xy[0];
    let back =
        |xy: [f64; 2]| [lon0 + (xy[0] - x0) / (111_195.0 * lat0.to_radians().cos()), lat0 + (xy[1] - y0) / 111_195.0];
    while clock < HOURS * 60.0 {
        while let Some(s) = c.sightings.get(told).filter(|s| s.1 <= (c.lost_min + clock) * 60.0) {
            search.sighting(back(s.2), c.lost_min + clock - s.0 / 60.0, 0.75, 150.0).unwrap();
            told += 1;
        }
        let team =
            |(n, v): (usize, &usize)| Team { id: n.to_string(), at: lonlat(*v), mode: Mode::Foot, speed_mps: SPEED };
        let teams: Vec<Team> = at.iter().enumerate().map(team).collect();
        let plan = search.plan(&teams, 30.0).unwrap();
        let mut found = f64::INFINITY;
        let mut walked = Vec::new();
        for a in &plan.assignments {
            let n: usize = a.team.parse().unwrap();
            let mut second = 0.0;
            let mut nodes = vec![a.route[0]];
            for (k, w) in a.route.windows(2).enumerate() {
                let (from, to) = (town.by_id[&w[0]], town.by_id[&w[1]]);
                let next = second + gap(town.xy[from], town.xy[to]) / SPEED;
                if next > round * 60.0 {
                    break;
                }
                if k >= a.search_from && c.met(n, clock * 60.0 + second, clock * 60.0 + next, from, to) {
                    found = f64::min(found, clock + next / 60.0);
                }
                second = next;
                at[n] = to;
                nodes.push(w[1]);
            }
            walked.push(nodes[a.search_from.min(nodes.len() - 1)..].to_vec());
        }
        if found.is_finite() {
            return found / 60.0 * c.teams.len() as f64;
        }
        search.advance(round).unwrap();
        clock += round;
        for nodes in &walked {
            search.searched(nodes, 0.8, 0.0).unwrap();
        }
    }
    HOURS * c.teams.len() as f64
}

/// Each team takes the street that is nearest to where they were last seen and that nobody has taken (in bands of 100 m; in a band the one
/// nearest to the team), walks there and along it, looking all the way.
fn nearest_first(town: &Town, c: &Case) -> f64 {
    let dist = town.far(c.told);
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    for a in 0..town.ids.len() {
        for (b, _) in town.next[a].iter().filter(|(b, _)| *b > a) {
            let d = f64::midpoint(dist[a], dist[*b]);
            if d < 8_000.0 {
                open.push(((d / 100.0) as usize, a, *b));
            }
        }
    }
    open.sort_unstable();
    let mut done: HashSet<(usize, usize)> = HashSet::new();
    let mut at: Vec<(f64, usize)> = c.teams.iter().map(|v| (0.0, *v)).collect();
    let mut begin = 0;
    let mut found = f64::INFINITY;
    loop {
        let n = (0..at.len()).min_by(|a, b| at[*a].0.total_cmp(&at[*b].0)).unwrap();
        let (clock, here) = at[n];
        if clock >= HOURS * 3_600.0 || clock >= found {
            return found.min(HOURS * 3_600.0) / 3_600.0 * c.teams.len() as f64;
        }
        while begin < open.len() && done.contains(&(open[begin].1, open[begin].2)) {
            begin += 1;
        }
        if begin == open.len() {
            begin = 0;
            done.clear();
            continue;
        }
        let band = open[begin].0;
        let near = |p: &(usize, usize, usize)| gap(town.xy[here], town.xy[p.1]).min(gap(town.xy[here], town.xy[p.2]));
        let left = open[begin..].iter().take_while(|p| p.0 == band).filter(|p| !done.contains(&(p.1, p.2)));
        let next = *left.min_by(|a, b| near(a).total_cmp(&near(b))).unwrap();
        let ends = if gap(town.xy[here], town.xy[next.1]) <= gap(town.xy[here], town.xy[next.2]) {
            [next.1, next.2]
        } else {
            [next.2, next.1]
        };
        let mut path = if town.next[here].iter().any(|(u, _)| *u == ends[0]) || here == ends[0] {
            if here == ends[0] { vec![here] } else { vec![here, ends[0]] }
        } else {
            town.path(here, ends[0])
        };
        path.push(ends[1]);
        let mut clock = clock;
        for w in path.windows(2) {
            let next = clock + gap(town.xy[w[0]], town.xy[w[1]]) / SPEED;
            if c.met(n, clock, next, w[0], w[1]) {
                found = found.min(next);
            }
            done.insert((w[0].min(w[1]), w[0].max(w[1])));
            clock = next;
        }
        done.insert((next.1, next.2));
        at[n] = (clock, ends[1]);
    }
}

fn ratio(pairs: &[(f64, f64)]) -> f64 {
    pairs.iter().map(|p| p.0).sum::<f64>() / pairs.iter().map(|p| p.1).sum::<f64>()
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (file, scene) = (&args[1], &args[2]);
    let number = |n: usize, usual: u64| args.get(n).map_or(usual, |s| s.parse().unwrap());
    let (cases, seed, round) = (number(3, 100), number(4, 1), number(5, 30) as f64);
    let osm = Osm::read(&std::fs::read(file).unwrap()[..], &Limits::default()).unwrap();
    let (town, terrain) = (Town::new(&osm), Arc::new(Terrain::new(&osm).unwrap()));
    let profile = Profile::named("dementia-urban").unwrap();
    let mut pairs = Vec::new();
    for n in 0..cases {
        let c = case(&town, scene, seed * 1_000_003 + n);
        debug_assert!(c.start < town.ids.len());
        let began = std::time::Instant::now();
        let ours = planned(&town, &terrain, &profile, &c, round);
        let middle = began.elapsed();
        let theirs = nearest_first(&town, &c);
        if std::env::var_os("EACH").is_some() {
            println!("{n} {ours:.2} {theirs:.2} {middle:?} {:?}", began.elapsed());
        }
        pairs.push((ours, theirs));
    }
    let mut dice = Dice::new(99);
    let mut again: Vec<f64> =
        (0..2_000).map(|_| ratio(&(0..pairs.len()).map(|_| pairs[dice.of(pairs.len())]).collect::<Vec<_>>())).collect();
    again.sort_by(f64::total_cmp);
    let mean = |k: fn(&(f64, f64)) -> f64| pairs.iter().map(k).sum::<f64>() / pairs.len() as f64;
    let name = file.rsplit('/').next().unwrap();
    println!(
        "{name} {scene}: {cases} cases, {:.2} against {:.2} team-hours: {:.3} (95 %: {:.3} to {:.3})",
        mean(|p| p.0),
        mean(|p| p.1),
        ratio(&pairs),
        again[50],
        again[1_949]
    );
}
