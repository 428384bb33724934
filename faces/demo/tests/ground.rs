//! The invented land: same seed, same land; borders shared exactly; streets in one piece.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use demo::ground::{Area, AreaKind, Ground, LonLat};
use geo::{Area as _, Contains, LineString, Point, Polygon, Validation};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

static GROUND: LazyLock<Ground> = LazyLock::new(|| Ground::new(demo::SEED, &mut demo::names::Names::new(demo::SEED)));

fn of(kind: AreaKind) -> Vec<&'static Area> {
    GROUND.areas.all.iter().filter(|a| a.kind == kind).collect()
}

fn polygon(area: &Area) -> Polygon {
    Polygon::new(LineString::from(area.ring.iter().map(|p| (p[0], p[1])).collect::<Vec<_>>()), vec![])
}

#[test]
fn counts_are_those_of_a_district() {
    let grid = of(AreaKind::Grid).len();
    let communities = of(AreaKind::Community);
    assert_eq!(of(AreaKind::Town).len(), 12);
    assert_eq!(of(AreaKind::Police).len(), 40);
    assert!((345..=355).contains(&communities.len()), "{} committees", communities.len());
    assert!((1_370..=1_430).contains(&grid), "{grid} grid cells");
    let villages = communities.iter().filter(|a| a.village).count();
    assert!((100..=250).contains(&villages), "{villages} villages");
    assert!(GROUND.streets.nodes.len() > 5_000);
}

#[test]
fn every_outline_is_valid_and_holds_its_own_centre() {
    for area in &GROUND.areas.all {
        let shape = polygon(area);
        assert!(shape.is_valid(), "{}: {:?}", area.name, shape.validation_errors());
        assert!(shape.signed_area() > 0.0, "{} runs clockwise", area.name);
        assert!(shape.contains(&Point::new(area.centre[0], area.centre[1])), "{}", area.name);
    }
}

/// Every stretch of border is drawn by exactly two neighbours, in opposite directions, with the same two points — or by
/// one area and the district. Then nothing overlaps and nothing is left out.
#[test]
fn areas_of_one_kind_share_their_borders_exactly() {
    let key = |p: LonLat| (p[0].to_bits(), p[1].to_bits());
    let rim: HashSet<_> = of(AreaKind::District)[0].ring.windows(2).map(|w| (key(w[0]), key(w[1]))).collect();
    for kind in [AreaKind::Town, AreaKind::Community, AreaKind::Police, AreaKind::Grid] {
        let mut drawn = HashMap::new();
        for area in of(kind) {
            for w in area.ring.windows(2) {
                assert!(drawn.insert((key(w[0]), key(w[1])), &area.name).is_none(), "drawn twice: {}", area.name);
            }
        }
        for &(a, b) in drawn.keys() {
            assert!(drawn.contains_key(&(b, a)) != rim.contains(&(a, b)), "{kind:?} {}", drawn[&(a, b)]);
        }
        let sum: f64 = of(kind).iter().map(|a| polygon(a).signed_area()).sum();
        let whole = polygon(of(AreaKind::District)[0]).signed_area();
        assert!((sum / whole - 1.0).abs() < 1e-9, "{kind:?}: {sum} of {whole}");
    }
}

#[test]
fn cells_nest_in_committees_towns_and_police_areas() {
    let areas = &GROUND.areas;
    for cell in 0..areas.grid.len() {
        let community = areas.all[areas.grid[cell]].parent.unwrap();
        assert_eq!(community, areas.community[cell]);
        assert_eq!(areas.all[community].parent, Some(areas.town[cell]));
        assert_eq!(areas.all[areas.police[cell]].parent, Some(areas.town[cell]));
        assert!(areas.all[areas.grid[cell]].code.starts_with(&areas.all[community].code));
    }
    let codes: BTreeSet<&str> = areas.all.iter().map(|a| a.code.as_str()).collect();
    assert_eq!(codes.len(), areas.all.len());
    let names: BTreeSet<&str> = areas.all.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names.len(), areas.all.len());
}

#[test]
fn streets_hang_together() {
    let streets = &GROUND.streets;
    let mut beside = vec![Vec::new(); streets.nodes.len()];
    for way in &streets.ways {
        assert!(way.nodes.len() > 1);
        for w in way.nodes.windows(2) {
            assert_ne!(w[0], w[1], "{}", way.name);
            beside[w[0]].push(w[1]);
            beside[w[1]].push(w[0]);
        }
    }
    let used = (0..beside.len()).filter(|&n| !beside[n].is_empty()).count();
    let start = (0..beside.len()).find(|&n| !beside[n].is_empty()).unwrap();
    let mut seen = HashSet::from([start]);
    let mut stack = vec![start];
    while let Some(n) = stack.pop() {
        stack.extend(beside[n].iter().copied().filter(|m| seen.insert(*m)));
    }
    assert_eq!(seen.len(), used);
    assert!(streets.ways.iter().filter(|w| w.bridge).count() > 100);
    assert!(streets.ways.iter().any(|w| w.name == demo::ground::lanes::OLD_STREET));
}

#[test]
fn the_same_seed_gives_the_same_land() {
    let again = Ground::new(demo::SEED, &mut demo::names::Names::new(demo::SEED));
    let rings = |g: &Ground| g.areas.all.iter().map(|a| (a.name.clone(), a.ring.clone())).collect::<Vec<_>>();
    assert_eq!(rings(&GROUND), rings(&again));
    assert_eq!(GROUND.streets.nodes, again.streets.nodes);
    assert_eq!(GROUND.streets.ways, again.streets.ways);
}
