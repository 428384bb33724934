//! What holds whatever happens: any sequence of events, in any order, for any teams.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use seek::{Incident, LonLat, Map, Mode, Place, PlaceKind, Plan, Profile, Search, Team, Terrain};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};
use streets::osm::{Limits, Osm};

const CENTRE: &[u8] = include_bytes!("../../streets/tests/data/shanghai-centre.osm.pbf");

static TOWN: LazyLock<Arc<Terrain>> = LazyLock::new(|| Arc::new(Terrain::read(CENTRE).unwrap()));
static OSM: LazyLock<Osm> = LazyLock::new(|| Osm::read(CENTRE, &Limits::default()).unwrap());
/// Which nodes stand beside each other on a highway, read without the engine.
static BESIDE: LazyLock<HashMap<i64, Vec<i64>>> = LazyLock::new(|| {
    let mut all: HashMap<i64, Vec<i64>> = HashMap::new();
    for way in OSM.ways().iter().filter(|w| w.tags.get("highway").is_some()) {
        for pair in way.refs.windows(2) {
            all.entry(pair[0]).or_default().push(pair[1]);
            all.entry(pair[1]).or_default().push(pair[0]);
        }
    }
    all
});

/// Something that is told; places are metres east and north of the middle.
#[derive(Debug, Clone)]
enum Event {
    Advance(f64),
    /// From which row of the map on, how many nodes, with what probability of detection, how long ago as a share of the time passed.
    Walked(usize, usize, f64, f64),
    Seen([f64; 2], f64, f64, f64),
    Fix([f64; 2], f64, f64),
    Night(bool),
    Plan,
}

fn event() -> impl Strategy<Value = Event> {
    let at = || [-2_500.0..2_500.0_f64, -2_500.0..2_500.0_f64];
    prop_oneof![
        3 => (0.0..60.0_f64).prop_map(Event::Advance),
        3 => (0..2_000_usize, 2..40_usize, 0.0..0.99_f64, 0.0..1.0_f64).prop_map(|(n, k, pod, ago)| Event::Walked(n, k, pod, ago)),
        2 => (at(), 0.0..1.0_f64, 0.0..=1.0_f64, 0.0..800.0_f64).prop_map(|(at, ago, sure, m)| Event::Seen(at, ago, sure, m)),
        1 => (at(), 0.0..1.0_f64, 0.0..500.0_f64).prop_map(|(at, ago, m)| Event::Fix(at, ago, m)),
        1 => any::<bool>().prop_map(Event::Night),
        1 => Just(Event::Plan),
    ]
}

fn middle() -> LonLat {
    TOWN.nearest_node(TOWN.middle_of_all()).1
}

fn away([east, north]: [f64; 2]) -> LonLat {
    let [lon, lat] = middle();
    [lon + east / (111_195.0 * lat.to_radians().cos()), lat + north / 111_195.0]
}

fn open(seed: u64) -> Search {
    let incident = Incident {
        last_seen: middle(),
        accuracy_m: 30.0,
        minutes_ago: 45.0,
        night: false,
        places: vec![Place { at: away([500.0, 300.0]), kind: PlaceKind::FormerHome }],
        fixes: Vec::new(),
    };
    let profile = Profile::named("dementia-urban").unwrap();
    Search::with_particles(Arc::clone(&TOWN), profile, incident, seed, 16_000).unwrap()
}

/// A walk of at most so many nodes, always to the neighbour whose id is the smallest of those not yet walked over.
fn walk(from: usize, nodes: usize) -> Vec<i64> {
    let mut all: Vec<i64> = BESIDE.keys().copied().filter(|id| TOWN.place(*id).is_some()).collect();
    all.sort_unstable();
    let mut walk = vec![all[from % all.len()]];
    while walk.len() < nodes {
        let here = &BESIDE[walk.last().unwrap()];
        let next = here.iter().filter(|n| !walk.contains(n) && TOWN.place(**n).is_some()).min();
        match next {
            Some(next) => walk.push(*next),
            None => break,
        }
    }
    walk
}

fn teams(places: &[[f64; 2]]) -> Vec<Team> {
    let modes = [Mode::Foot, Mode::Bicycle, Mode::Car];
    let team = |(n, at): (usize, &[f64; 2])| {
        let mode = modes[n % 3];
        Team { id: n.to_string(), at: away(*at), mode, speed_mps: mode.usual_mps() }
    };
    places.iter().enumerate().map(team).collect()
}

/// What cannot be is refused and changes nothing; everything else is taken.
fn tell(search: &mut Search, event: &Event) -> Option<Plan> {
    let ago = |search: &Search, share: f64| share * search.minutes();
    let told = match event {
        Event::Advance(minutes) => search.advance(*minutes),
        Event::Walked(from, nodes, pod, share) => {
            let ago = ago(search, *share);
            search.searched(&walk(*from, *nodes), *pod, ago)
        }
        Event::Seen(at, share, sure, m) => {
            let ago = ago(search, *share);
            search.sighting(away(*at), ago, *sure, *m)
        }
        Event::Fix(at, share, m) => {
            let ago = ago(search, *share);
            search.fix(away(*at), ago, *m)
        }
        Event::Night(night) => {
            search.light(*night);
            Ok(())
        }
        Event::Plan => return Some(search.plan(&teams(&[[0.0, 0.0], [300.0, 0.0]]), 30.0).unwrap()),
    };
    drop(told);
    None
}

fn sum(map: &Map) -> f64 {
    map.rows.iter().map(|r| r.p).sum::<f64>() + map.rest_of_world
}

fn by_nodes(map: &Map) -> HashMap<Vec<i64>, f64> {
    map.rows.iter().map(|r| (r.nodes.clone(), r.p)).collect()
}

fn edges(nodes: &[i64]) -> HashSet<(i64, i64)> {
    nodes.windows(2).map(|w| (w[0].min(w[1]), w[0].max(w[1]))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Σp + rest = 1, and no place is ever impossible; told twice with one seed, not a bit differs.
    #[test]
    fn it_sums_to_one_and_is_the_same_again(events in prop::collection::vec(event(), 1..9), seed in 0..1_000_u64) {
        let (mut one, mut other) = (open(seed), open(seed));
        for e in &events {
            prop_assert_eq!(tell(&mut one, e), tell(&mut other, e));
            let map = one.map(usize::MAX);
            prop_assert!((sum(&map) - 1.0).abs() < 1e-9, "{}", sum(&map));
            prop_assert!(map.rows.iter().all(|r| r.p > 0.0 && r.p.is_finite()) && map.rest_of_world > 0.0);
            prop_assert_eq!(&map, &other.map(usize::MAX));
        }
    }

    /// Evidence of one instant: the order in which it was told changes nothing, now or later.
    #[test]
    fn evidence_of_one_instant_commutes(
        events in prop::collection::vec(event().prop_filter("evidence", |e| !matches!(e, Event::Advance(_) | Event::Plan)), 2..6),
        turn in 1..5_usize,
        ago in 0.0..40.0_f64,
    ) {
        // All of them at one instant.
        let at_once = |e: &Event, search: &Search| {
            let share = ago / search.minutes();
            match e.clone() {
                Event::Walked(n, k, pod, _) => Event::Walked(n, k, pod, share),
                Event::Seen(at, _, sure, m) => Event::Seen(at, share, sure, m),
                Event::Fix(at, _, m) => Event::Fix(at, share, m),
                other => other,
            }
        };
        let (mut one, mut other) = (open(7), open(7));
        let mut turned: Vec<Event> = events.iter().filter(|e| !matches!(e, Event::Night(_))).cloned().collect();
        for e in &turned {
            let e = at_once(e, &one);
            tell(&mut one, &e);
        }
        let by = turn % turned.len().max(1);
        turned.rotate_left(by);
        for e in &turned {
            let e = at_once(e, &other);
            tell(&mut other, &e);
        }
        prop_assert_eq!(one.map(usize::MAX), other.map(usize::MAX));
        one.advance(20.0).unwrap();
        other.advance(20.0).unwrap();
        prop_assert_eq!(one.map(usize::MAX), other.map(usize::MAX));
    }

    /// What was searched has exactly POA(1 − POD)/(1 − POS), everything else POA/(1 − POS).
    #[test]
    fn a_search_changes_every_row_as_bayes_says(
        before in prop::collection::vec(event(), 0..4), from in 0..2_000_usize, nodes in 2..60_usize, pod in 0.0..=1.0_f64,
    ) {
        let mut search = open(11);
        before.iter().for_each(|e| _ = tell(&mut search, e));
        let walk = walk(from, nodes);
        prop_assume!(walk.len() > 1);
        let was = search.map(usize::MAX);
        // A walk may lead over ways that nobody may walk on: they are no rows.
        if search.searched(&walk, pod, 0.0).is_err() { return Ok(()); }
        let is = search.map(usize::MAX);
        let walked = edges(&walk);
        let on = |nodes: &[i64]| edges(nodes).is_subset(&walked);
        let pos: f64 = was.rows.iter().filter(|r| on(&r.nodes)).map(|r| r.p * pod).sum();
        let now = by_nodes(&is);
        for row in &was.rows {
            let wanted = row.p * if on(&row.nodes) { 1.0 - pod } else { 1.0 } / (1.0 - pos);
            let got = now[&row.nodes];
            prop_assert!((got - wanted).abs() < 1e-9, "{} {}", got, wanted);
        }
        prop_assert!((is.rest_of_world - was.rest_of_world / (1.0 - pos)).abs() < 1e-9);
    }

    /// Routes are walks on the network, from where the team is, within the minutes; and what two teams cover is credited once.
    #[test]
    fn routes_can_be_walked(
        before in prop::collection::vec(event(), 0..4),
        places in prop::collection::vec([-1_200.0..1_200.0_f64, -1_200.0..1_200.0_f64], 1..6),
        minutes in 1.0..120.0_f64,
    ) {
        let mut search = open(13);
        before.iter().for_each(|e| _ = tell(&mut search, e));
        let teams = teams(&places);
        let plan = search.plan(&teams, minutes).unwrap();
        let rows = by_nodes(&search.map(usize::MAX));
        let p = |edge: (i64, i64)| rows.get(&vec![edge.0, edge.1]).or_else(|| rows.get(&vec![edge.1, edge.0])).copied().unwrap_or(0.0);
        let mut left: HashMap<(i64, i64), f64> = HashMap::new();
        for a in &plan.assignments {
            let team = teams.iter().find(|t| t.id == a.team).unwrap();
            prop_assert!(a.route.windows(2).all(|w| BESIDE[&w[0]].contains(&w[1])), "{:?}", a.route);
            prop_assert_eq!(a.route.len(), a.line.len());
            prop_assert!(a.search_from < a.route.len());
            let point = |[lon, lat]: LonLat| kernel::Point::new(lon, lat).unwrap();
            let metres: f64 = a.line.windows(2).map(|w| point(w[0]).distance_m(point(w[1]))).sum();
            prop_assert!(a.minutes <= minutes + 1e-3, "{} {}", a.minutes, minutes);
            // Nobody goes faster than the team does; where bicycles and cars may not go they go on foot.
            prop_assert!(metres / team.speed_mps / 60.0 <= a.minutes * 1.01 + 0.01, "{} m in {} min", metres, a.minutes);
            let (begin, near) = (TOWN.place(a.route[0]).unwrap(), TOWN.nearest_node(team.at));
            let (off, least) = (point(begin).distance_m(point(team.at)), near.2);
            prop_assert!(off <= least + 150.0, "begins {} m away, nearest {}", off, least);
            let mut gain = 0.0;
            for edge in edges(&a.route[a.search_from..]) {
                let left = left.entry(edge).or_insert(1.0);
                gain += p(edge) * *left * a.pod;
                *left *= 1.0 - a.pod;
            }
            prop_assert!((gain - a.pos).abs() < 1e-6, "{} {}", gain, a.pos);
        }
        let all: f64 = plan.assignments.iter().map(|a| a.pos).sum();
        prop_assert!(all < 1.0 - plan.rest_of_world + 1e-9);
        prop_assert!(plan.areas_km2[0] <= plan.areas_km2[1] && plan.areas_km2[1] <= plan.areas_km2[2]);
    }
}
