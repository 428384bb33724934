//! `cargo bench -p seek`: opening a search, its map, a plan for three teams, and a round, on 44,730 segments with 50,000 particles.
#![expect(clippy::unwrap_used, reason = "a bench")]

use divan::Bencher;
use seek::{Incident, Mode, Profile, Search, Team, Terrain};
use std::cell::RefCell;
use std::sync::{Arc, LazyLock};

static CITY: LazyLock<Arc<Terrain>> = LazyLock::new(|| {
    Arc::new(Terrain::read(&include_bytes!("../../streets/tests/data/porto-alegre.osm.pbf")[..]).unwrap())
});

fn main() {
    divan::main();
}

fn open() -> Search {
    let at = CITY.nearest_node(CITY.middle_of_all()).1;
    let incident = Incident {
        last_seen: at,
        accuracy_m: 30.0,
        minutes_ago: 60.0,
        night: false,
        places: Vec::new(),
        fixes: Vec::new(),
    };
    Search::open(Arc::clone(&CITY), Profile::named("dementia-urban").unwrap(), incident, 1).unwrap()
}

fn teams() -> Vec<Team> {
    let at = CITY.nearest_node(CITY.middle_of_all()).1;
    let team =
        |n: u32| Team { id: n.to_string(), at: [at[0] + f64::from(n) * 1e-3, at[1]], mode: Mode::Foot, speed_mps: 1.2 };
    (0..3).map(team).collect()
}

#[divan::bench(sample_count = 10)]
fn open_a_search(bencher: Bencher) {
    bencher.bench(open);
}

#[divan::bench(sample_count = 10)]
fn first_plan(bencher: Bencher) {
    let (search, teams) = (RefCell::new(open()), teams());
    bencher.bench_local(|| search.borrow_mut().plan(&teams, 30.0).unwrap());
}

#[divan::bench(sample_count = 10)]
fn the_whole_map(bencher: Bencher) {
    let search = RefCell::new(open());
    bencher.bench_local(|| search.borrow_mut().map(usize::MAX));
}

/// A quarter of an hour passes, one team reports what it walked, and the rows are known again.
#[divan::bench(sample_count = 10)]
fn an_update(bencher: Bencher) {
    let (search, teams) = (RefCell::new(open()), teams());
    let route = search.borrow_mut().plan(&teams, 30.0).unwrap().assignments.swap_remove(0).route;
    bencher.bench_local(|| {
        let mut search = search.borrow_mut();
        search.advance(1.0).unwrap();
        search.searched(&route, 0.8, 0.0).unwrap();
        search.map(500)
    });
}
