//! The search as a whole: the law of distances on the map, calibration, odd incidents, and what must stay exact.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use seek::{Fix, Incident, LonLat, Map, Mode, Place, PlaceKind, Plan, Profile, Search, Team, Terrain};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};
use streets::osm::{Limits, Osm};

const PORTO_ALEGRE: &[u8] = include_bytes!("../../streets/tests/data/porto-alegre.osm.pbf");
const CENTRE: &[u8] = include_bytes!("../../streets/tests/data/shanghai-centre.osm.pbf");

static CITY: LazyLock<Arc<Terrain>> = LazyLock::new(|| Arc::new(Terrain::read(PORTO_ALEGRE).unwrap()));
static QUARTER: LazyLock<Arc<Terrain>> = LazyLock::new(|| Arc::new(Terrain::read(CENTRE).unwrap()));
static OSM: LazyLock<Osm> = LazyLock::new(|| Osm::read(PORTO_ALEGRE, &Limits::default()).unwrap());

fn urban() -> Profile {
    Profile::named("dementia-urban").unwrap()
}

fn middle(terrain: &Terrain) -> LonLat {
    terrain.nearest_node(terrain.middle_of_all()).1
}

fn incident(at: LonLat, minutes_ago: f64) -> Incident {
    Incident { last_seen: at, accuracy_m: 30.0, minutes_ago, night: false, places: Vec::new(), fixes: Vec::new() }
}

fn open(terrain: &Arc<Terrain>, incident: Incident) -> Search {
    Search::open(Arc::clone(terrain), urban(), incident, 5).unwrap()
}

fn team(id: &str, at: LonLat) -> Team {
    Team { id: id.to_owned(), at, mode: Mode::Foot, speed_mps: 1.2 }
}

fn metres(a: LonLat, b: LonLat) -> f64 {
    let point = |[lon, lat]: LonLat| kernel::Point::new(lon, lat).unwrap();
    point(a).distance_m(point(b))
}

/// Straight distance of the middle of a row.
fn far(row: &seek::Row, from: LonLat) -> f64 {
    let [a, b] = [row.nodes[0], row.nodes[row.nodes.len() - 1]].map(|id| OSM.node(id).unwrap());
    metres(from, [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])])
}

/// A place with many short pieces of street around it: rows say there what the law says within 50 m.
fn narrow_lanes() -> LonLat {
    let at = middle(&CITY);
    let map = open(&CITY, incident(at, 60.0)).map(usize::MAX);
    let mut around: HashMap<(i64, i64), usize> = HashMap::new();
    for row in map.rows.iter().filter(|r| far(r, at) < 1_500.0) {
        let p = OSM.node(row.nodes[0]).unwrap();
        *around.entry(((p[0] * 1_000.0) as i64, (p[1] * 1_000.0) as i64)).or_default() += 1;
    }
    let (cell, _) = around.into_iter().max_by_key(|(cell, n)| (*n, *cell)).unwrap();
    CITY.nearest_node([(cell.0 as f64 - 0.5) / 1_000.0, (cell.1 as f64 - 0.5) / 1_000.0]).1
}

fn sum(map: &Map) -> f64 {
    map.rows.iter().map(|r| r.p).sum::<f64>() + map.rest_of_world
}

#[test]
fn after_a_day_the_map_follows_the_published_law() {
    let at = narrow_lanes();
    let map = open(&CITY, incident(at, 1_440.0)).map(usize::MAX);
    assert!((sum(&map) - 1.0).abs() < 1e-9);
    let law = urban().law;
    for share in [0.10_f64, 0.25, 0.35, 0.50] {
        // Half a piece of street more, since a row has only its middle.
        let radius = law.distance_m(share.max(0.101)).max(75.0);
        let within: f64 = map.rows.iter().filter(|r| far(r, at) <= radius).map(|r| r.p).sum();
        let wanted = law.within(radius);
        assert!((within - wanted).abs() < 0.03, "{radius}: {within} {wanted}");
    }
    let farthest = map.rows.iter().map(|r| far(r, at)).fold(0.0, f64::max);
    assert!(map.rest_of_world > 1.0 - law.within(farthest) - 0.02 && map.rest_of_world < 0.6);
}

/// Whoever is found by the law is found in the area of 50, 75, 95 % as often as these say.
#[test]
fn areas_are_calibrated() {
    let at = middle(&CITY);
    let map = open(&CITY, incident(at, 1_440.0)).map(usize::MAX);
    let law = urban().law;
    // So far the circles around this place lie wholly within the file.
    let reach = 3_000.0;
    let inside: Vec<seek::Cell> = map.cells.iter().filter(|c| metres(at, c.at) < reach).copied().collect();
    let map = Map { cells: inside, ..map };
    // By ring of distance: the probability by law, the streets in it, the cells that these streets lie in.
    let side = map.cells[0];
    let cell = |p: LonLat| {
        let lat = ((p[1] - side.at[1]) * 111_194.9 / 100.0).round() as i64;
        let row = side.at[1] + lat as f64 * 100.0 / 111_194.9;
        (lat, p[0], row)
    };
    let mut nearest: HashMap<i64, Vec<(f64, usize)>> = HashMap::new();
    map.cells.iter().enumerate().for_each(|(n, c)| nearest.entry(cell(c.at).0).or_default().push((c.at[0], n)));
    let rank = |p: LonLat| {
        let (lat, lon, _) = cell(p);
        let near =
            nearest.get(&lat).into_iter().flatten().min_by(|a, b| (a.0 - lon).abs().total_cmp(&(b.0 - lon).abs()));
        near.map_or(map.cells.len(), |c| c.1)
    };
    let mut ring: HashMap<i64, Vec<(usize, f64)>> = HashMap::new();
    for row in &map.rows {
        let [a, b] = [row.nodes[0], row.nodes[row.nodes.len() - 1]].map(|id| OSM.node(id).unwrap());
        let parts = (metres(a, b) / 10.0).ceil().max(1.0);
        for k in 0..parts as u32 {
            let t = (f64::from(k) + 0.5) / parts;
            let p = [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
            let d = metres(at, p);
            let key = if d < law.near_m { -1 } else { (d.ln() * 25.0) as i64 };
            if d >= reach {
                continue;
            }
            ring.entry(key).or_default().push((rank(p), metres(a, b) / parts));
        }
    }
    let mut by_rank = vec![0.0; map.cells.len() + 1];
    for (key, places) in &ring {
        let edge = |k: i64| (k as f64 / 25.0).exp();
        let mass = if *key < 0 {
            law.within(law.near_m)
        } else {
            law.within(edge(key + 1)) - law.within(edge(*key).max(law.near_m))
        };
        let all: f64 = places.iter().map(|p| p.1).sum();
        places.iter().for_each(|(rank, len)| by_rank[*rank] += mass.max(0.0) * len / all);
    }
    let total: f64 = by_rank.iter().sum();
    let on_map: f64 = map.cells.iter().map(|c| c.p).sum();
    let (mut p, mut truth) = (0.0, 0.0);
    let mut checked = 0;
    for (cell, found) in map.cells.iter().zip(&by_rank) {
        let before = p / on_map;
        p += cell.p;
        truth += found;
        for share in [0.50, 0.75, 0.95] {
            if before < share && p / on_map >= share {
                checked += 1;
                assert!((truth / total - share).abs() < 0.03, "{share}: {}", truth / total);
            }
        }
    }
    assert_eq!(checked, 3);
}

fn check(plan: &Plan, minutes: f64) {
    let mut seen = HashSet::new();
    for a in &plan.assignments {
        assert!(seen.insert(a.team.clone()) && a.minutes <= minutes + 1e-6 && a.pos >= 0.0 && a.pos <= 1.0);
        assert!(a.search_from < a.route.len() && a.route.len() > 1);
    }
    assert!(plan.areas_km2[0] <= plan.areas_km2[1] && plan.areas_km2[1] <= plan.areas_km2[2]);
}

#[test]
fn off_the_network_and_in_the_river() {
    let at = middle(&CITY);
    // 3 km west of the westernmost streets lies the lake.
    let west = OSM.bounds().unwrap().west;
    let mut search = open(&CITY, incident([west - 0.02, at[1]], 60.0));
    assert!((sum(&search.map(usize::MAX)) - 1.0).abs() < 1e-9);
    check(&search.plan(&[team("A", at)], 30.0).unwrap(), 30.0);
    let refused = Search::open(Arc::clone(&CITY), urban(), incident([west - 1.0, at[1]], 60.0), 1).unwrap_err();
    assert!(refused.to_string().contains("load streets"), "{refused}");
}

#[test]
fn contradictory_sightings_stay_possible() {
    let at = middle(&CITY);
    let mut search = open(&CITY, incident(at, 60.0));
    let [here, there] = [[at[0] + 0.012, at[1]], [at[0] - 0.012, at[1]]];
    search.sighting(here, 5.0, 0.7, 100.0).unwrap();
    search.sighting(there, 5.0, 0.7, 100.0).unwrap();
    let map = search.map(usize::MAX);
    let near = |p: LonLat| map.rows.iter().filter(|r| far(r, p) < 300.0).map(|r| r.p).sum::<f64>();
    assert!(near(here) > 0.1 && near(there) > 0.1, "{} {}", near(here), near(there));
    assert!((sum(&map) - 1.0).abs() < 1e-9 && map.rows.iter().all(|r| r.p > 0.0));
    // Twice at the ends of the town within a minute: still a map.
    for n in 0..20 {
        search.sighting([at[0] + if n % 2 == 0 { 0.03 } else { -0.03 }, at[1]], 0.0, 0.95, 50.0).unwrap();
    }
    assert!((sum(&search.map(usize::MAX)) - 1.0).abs() < 1e-9);
}

#[test]
fn a_sighting_draws_the_search_to_it_and_on() {
    let at = middle(&CITY);
    let seen = [at[0] + 0.012, at[1] + 0.004];
    let mut search = open(&CITY, incident(at, 90.0));
    let near = |search: &mut Search, within: f64| {
        let map = search.map(usize::MAX);
        map.rows.iter().filter(|r| far(r, seen) < within).map(|r| r.p).sum::<f64>()
    };
    let before = near(&mut search, 400.0);
    search.sighting(seen, 0.0, 0.8, 100.0).unwrap();
    let after = near(&mut search, 400.0);
    assert!(after > 0.5 && after > 4.0 * before, "{before} {after}");
    search.advance(40.0).unwrap();
    let later = near(&mut search, 400.0);
    assert!(later < after && near(&mut search, 2_500.0) > 0.6, "{later}");
    let plan = search.plan(&[team("A", at)], 30.0).unwrap();
    assert!(plan.assignments[0].why.iter().any(|r| r.key() == "sighting"));
}

#[test]
fn three_days_and_a_clock_wrong_by_a_day() {
    let at = middle(&QUARTER);
    let mut wrong = incident(at, 60.0);
    // A fix from yesterday says less than having been seen an hour ago; one from tomorrow is refused.
    wrong.fixes = vec![Fix { at, accuracy_m: 30.0, minutes_ago: 1_500.0 }];
    let plain = open(&QUARTER, incident(at, 60.0)).map(usize::MAX);
    assert_eq!(open(&QUARTER, wrong.clone()).map(usize::MAX), plain);
    wrong.fixes[0].minutes_ago = -1_380.0;
    assert!(Search::open(Arc::clone(&QUARTER), urban(), wrong, 1).is_err());
    let mut search = open(&QUARTER, incident(at, 60.0));
    for _ in 0..144 {
        search.advance(30.0).unwrap();
        let plan = search.plan(&[team("A", at)], 30.0).unwrap();
        search.searched(&plan.assignments[0].route, 0.8, 0.0).unwrap();
    }
    let map = search.map(usize::MAX);
    assert!((sum(&map) - 1.0).abs() < 1e-9 && map.rows.iter().all(|r| r.p.is_finite() && r.p > 0.0));
    assert!(search.sighting(at, 4_500.0, 0.7, 100.0).is_err());
}

#[test]
fn a_locator_that_speaks_every_minute() {
    let at = middle(&QUARTER);
    let mut talks = incident(at, 120.0);
    let walked = |ago: f64| [at[0] + (120.0 - ago) * 3e-5, at[1]];
    talks.fixes =
        (0..110).map(f64::from).map(|ago| Fix { at: walked(ago), accuracy_m: 20.0, minutes_ago: ago }).collect();
    let mut search = open(&QUARTER, talks);
    let osm = Osm::read(CENTRE, &Limits::default()).unwrap();
    let map = search.map(usize::MAX);
    let near = |r: &&seek::Row| metres(osm.node(r.nodes[0]).unwrap(), walked(0.0)) < 200.0;
    assert!(map.rows.iter().filter(near).map(|r| r.p).sum::<f64>() > 0.6 && (sum(&map) - 1.0).abs() < 1e-9);
}

#[test]
fn two_hundred_teams_and_what_more_would_bring() {
    let at = middle(&CITY);
    let mut search = open(&CITY, incident(at, 60.0));
    let many: Vec<Team> = (0..200)
        .map(|n| {
            team(&format!("T{n}"), [at[0] + f64::from(n % 20) * 1e-3 - 0.01, at[1] + f64::from(n / 20) * 1e-3 - 0.005])
        })
        .collect();
    let pos = |plan: &Plan| plan.assignments.iter().map(|a| a.pos).sum::<f64>();
    let all = search.plan(&many, 30.0).unwrap();
    check(&all, 30.0);
    assert_eq!(all.assignments.len(), 200);
    let (two, four) = (search.plan(&many[95..97], 30.0).unwrap(), search.plan(&many[95..99], 30.0).unwrap());
    assert!(
        pos(&two) < pos(&four) && pos(&four) < pos(&all) && pos(&all) < 1.0,
        "{} {} {}",
        pos(&two),
        pos(&four),
        pos(&all)
    );
    // Asking changes nothing.
    assert_eq!(search.plan(&many[95..97], 30.0).unwrap(), two);
}

#[test]
fn the_state_of_an_earlier_instant_can_be_asked_for() {
    let at = middle(&QUARTER);
    let mut search = open(&QUARTER, incident(at, 60.0));
    let first = search.map(usize::MAX);
    search.advance(20.0).unwrap();
    assert_ne!(search.map(usize::MAX), first);
    assert_eq!(search.map_at(20.0, usize::MAX).unwrap(), first);
    assert!(search.map_at(81.0, 5).is_err() && search.map_at(-1.0, 5).is_err());
}

#[test]
fn named_places_draw_and_profiles_can_be_edited() {
    let at = middle(&CITY);
    let former = [at[0] + 0.01, at[1] - 0.004];
    let mut with = incident(at, 90.0);
    with.places = vec![Place { at: former, kind: PlaceKind::FormerHome }];
    let near = |search: &mut Search| {
        let map = search.map(usize::MAX);
        map.rows.iter().filter(|r| far(r, former) < 200.0).map(|r| r.p).sum::<f64>()
    };
    let (none, some) = (near(&mut open(&CITY, incident(at, 90.0))), near(&mut open(&CITY, with.clone())));
    assert!(some > none + 0.1, "{none} {some}");
    let mut never = urban();
    never.behaviour.to_places = 0.0;
    let mut search = Search::open(Arc::clone(&CITY), never, with, 5).unwrap();
    assert!((near(&mut search) - none).abs() < 0.02);
}
