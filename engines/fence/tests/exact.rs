//! The index gives the answer of the slow way, whatever the outlines and wherever the point.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, dead_code, reason = "tests, with what the bench shares")]

mod world;

use fence::{At, Index, Shape};
use proptest::prelude::*;
use world::{Chance, anywhere, blob, jagged, scattered, slowly, tiling};

/// Points that are likely to go wrong: corners of outlines, places on and next to their edges, the same heights.
fn hard_points(chance: &mut Chance, shapes: &[Shape], n: usize) -> Vec<At> {
    let nudge = |chance: &mut Chance, c: f64| match chance.below(4) {
        0 => c.next_up(),
        1 => c.next_down(),
        _ => c,
    };
    let corners: Vec<At> = shapes.iter().flat_map(|s| s.rings().flatten().copied()).collect();
    let edges: Vec<[At; 2]> =
        shapes.iter().flat_map(|s| s.rings().flat_map(|r| r.windows(2).map(|w| [w[0], w[1]]))).collect();
    if corners.is_empty() {
        return Vec::new();
    }
    (0..n)
        .map(|_| {
            let corner = corners[chance.below(corners.len() as u64) as usize];
            let other = corners[chance.below(corners.len() as u64) as usize];
            let at = match chance.below(5) {
                0 => corner,
                1 => [corner[0], other[1]],
                2 => [f64::midpoint(corner[0], other[0]), corner[1]],
                _ if edges.is_empty() => corner,
                _ => {
                    let [a, b] = edges[chance.below(edges.len() as u64) as usize];
                    let share = if chance.below(2) == 0 { 0.5 } else { chance.share() };
                    [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
                }
            };
            [nudge(chance, at[0]), nudge(chance, at[1])]
        })
        .collect()
}

fn agrees(index: &Index, points: &[At]) {
    let mut many: Vec<Vec<u32>> = vec![Vec::new(); points.len()];
    index.locate_many(points, |point, area| many[point].push(area));
    for (at, mut together) in points.iter().zip(many) {
        together.sort_unstable();
        let (fast, slow) = (index.containing(*at), slowly(index, *at));
        assert_eq!(fast, slow, "at {at:?}");
        assert_eq!(together, slow, "at {at:?}, many at once");
    }
}

#[test]
fn scattered_fences() {
    for shapes in [scattered(1, 2_000), jagged(1, 2_000)] {
        let index = Index::new(shapes.clone());
        let mut chance = Chance(2);
        let points: Vec<At> = (0..500).map(|_| anywhere(&mut chance)).collect();
        agrees(&index, &points);
        let hard = hard_points(&mut chance, &shapes, 500);
        agrees(&index, &hard);
        // Packed anew from what is packed.
        let fewer = (0..2_000).step_by(7).fold(index, |index, number| index.with(number, None)).settled(usize::MAX);
        agrees(&fewer, &hard);
    }
}

#[test]
fn every_point_of_a_tiling_lies_in_one_area() {
    let shapes = tiling(3, 30, 30, 15, 0);
    let index = Index::new(shapes.clone());
    let mut chance = Chance(4);
    let mut points: Vec<At> = (0..20_000).map(|_| anywhere(&mut chance)).collect();
    points.extend(hard_points(&mut chance, &shapes, 20_000));
    let mut on_the_rim = 0;
    for at in points {
        let n = index.containing(at).len();
        // On the outer border the rule decides between inside and outside.
        let inner = (0..2).all(|k| {
            let (low, size) = (world::SOUTH_WEST[k], [world::WIDTH, world::HEIGHT][k]);
            at[k] > low + size * 0.005 && at[k] < low + size * 0.995
        });
        on_the_rim += usize::from(!inner);
        assert!(n == 1 || (!inner && n == 0), "{n} areas at {at:?}");
    }
    assert!(on_the_rim < 6_000, "{on_the_rim}");
}

/// Outlines on a coarse lattice cross, touch, overlap and double back all the time.
fn lattice_ring() -> impl Strategy<Value = Vec<At>> {
    proptest::collection::vec((0i32..9, 0i32..9), 0..14)
        .prop_map(|ring| ring.into_iter().map(|(x, y)| [f64::from(x), f64::from(y)]).collect())
}

fn moved(shape: &[Vec<At>], scale: At, shift: At) -> Vec<Vec<At>> {
    let one = |at: &At| [at[0] * scale[0] + shift[0], at[1] * scale[1] + shift[1]];
    shape.iter().map(|ring| ring.iter().map(one).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn nasty_outlines(
        shapes in proptest::collection::vec(proptest::collection::vec(lattice_ring(), 0..4), 0..8),
        scale in prop_oneof![Just([1.0, 1.0]), Just([0.001, 0.003]), Just([1e-7, 1e-7]), Just([1e40, 1e40]), Just([1e-30, 1e-30]), Just([1e30, 1e-20]), Just([0.1, 0.3])],
        shift in prop_oneof![Just([0.0, 0.0]), Just([121.3, 30.9]), Just([-4.0, -4.0]), Just([1e9, -1e9])],
        seed in any::<u64>(),
    ) {
        let shapes: Vec<Shape> = shapes.iter().map(|s| Shape::new(moved(s, scale, shift)).unwrap()).collect();
        let index = Index::new(shapes.clone());
        let mut chance = Chance(seed);
        let mut points = hard_points(&mut chance, &shapes, 60);
        points.extend((0..60).map(|_| [chance.between(-1.0, 10.0) * scale[0] + shift[0], chance.between(-1.0, 10.0) * scale[1] + shift[1]]));
        agrees(&index, &points);
    }

    /// On whole numbers the answer is checked in whole numbers, with the rule of the border written out.
    #[test]
    fn the_rule_of_the_border(ring in proptest::collection::vec((0i32..9, 0i32..9), 1..14), x in -1i32..10, y in -1i32..10) {
        let shape = Shape::new([ring.iter().map(|(x, y)| [f64::from(*x), f64::from(*y)]).collect::<Vec<_>>()]).unwrap();
        let mut odd = false;
        for (k, a) in ring.iter().enumerate() {
            let b = ring[(k + 1) % ring.len()];
            let (low, high) = if a.1 < b.1 { (*a, b) } else { (b, *a) };
            // The edge passes the height of the point, and does so east of it.
            if low.1 <= y && y < high.1 {
                odd ^= (high.0 - low.0) * (y - low.1) > (high.1 - low.1) * (x - low.0);
            }
        }
        prop_assert_eq!(shape.contains([f64::from(x), f64::from(y)]), odd);
        prop_assert_eq!(Index::new([shape]).containing([f64::from(x), f64::from(y)]).len(), usize::from(odd));
    }

    /// Whatever is added, replaced and removed, also far outside: the index is the one of what is there now.
    #[test]
    fn changes(steps in proptest::collection::vec((0u32..6, proptest::option::weighted(0.8, (lattice_ring(), -3i32..4, 1u32..30))), 1..12), seed in any::<u64>()) {
        let mut chance = Chance(seed);
        let mut index = Index::new((0..3).map(|k| Shape::new([blob(&mut Chance(k), [4.0, 4.0], [3.0, 3.0], 20)]).unwrap()));
        for (number, change) in steps {
            let before = index.clone();
            let shape = change.map(|(ring, shift, scale)| {
                let scale = f64::from(scale) / 4.0;
                Shape::new(moved(&[ring], [scale; 2], [f64::from(shift) * 5.0, 0.0])).unwrap()
            });
            index = index.with(number, shape.map(std::sync::Arc::new));
            let shapes: Vec<Shape> = index.areas().map(|(_, s)| s.clone()).collect();
            let mut points = hard_points(&mut chance, &shapes, 40);
            points.extend((0..20).map(|_| [chance.between(-30.0, 60.0), chance.between(-3.0, 60.0)]));
            agrees(&index, &points);
            agrees(&index.rebuilt(), &points);
            agrees(&index.settled(usize::MAX), &points);
            agrees(&before, &points);
        }
    }
}

/// Ten thousand outlines that cross themselves, touch, double back, repeat points, turn the wrong way or have no width, a hundred points
/// for each; one in fifty is asked of the second way to write the rule as well.
#[test]
fn a_million_points_in_ten_thousand_nasty_outlines() {
    const TOGETHER: usize = 20;
    let mut chance = Chance(9);
    for _ in 0..10_000 / TOGETHER {
        let (size, shift) = ([1.0, 1e-3, 3e5][chance.below(3) as usize], [0.0, 121.4][chance.below(2) as usize]);
        let corner = |chance: &mut Chance| match chance.below(3) {
            0 => chance.below(12) as f64,
            1 => chance.below(120) as f64 / 10.0,
            _ => chance.between(0.0, 11.0),
        };
        let ring = |chance: &mut Chance| -> Vec<At> {
            let most = if chance.below(40) == 0 { 200 } else { 12 };
            let corners = 0..=chance.below(most);
            let mut ring: Vec<At> = corners.map(|_| [0, 1].map(|_| corner(chance) * size + shift)).collect();
            for _ in 0..chance.below(3) {
                let at = chance.below(ring.len() as u64) as usize;
                ring.insert(at, ring[at]);
            }
            ring
        };
        let shapes: Vec<Shape> = (0..TOGETHER)
            .map(|_| Shape::new((0..=chance.below(3)).map(|_| ring(&mut chance)).collect::<Vec<_>>()).unwrap())
            .collect();
        let index = Index::new(shapes.clone());
        let mut points = hard_points(&mut chance, &shapes, 1_000);
        points.extend((0..1_000).map(|_| [0, 1].map(|_| chance.between(-0.5, 11.5) * size + shift)));
        let mut many: Vec<Vec<u32>> = vec![Vec::new(); points.len()];
        index.locate_many(&points, |point, area| many[point].push(area));
        for (k, (at, together)) in points.iter().zip(&mut many).enumerate() {
            together.sort_unstable();
            let slow: Vec<u32> = index.areas().filter(|(_, s)| s.contains(*at)).map(|(n, _)| n).collect();
            assert_eq!(index.containing(*at), slow, "at {at:?}");
            assert_eq!(*together, slow, "at {at:?}, many at once");
            if k % 50 == 0 {
                assert_eq!(slowly(&index, *at), slow, "at {at:?}");
            }
        }
    }
}

/// An area over very many tiles is there at once, and packed later, some tiles at a time.
#[test]
fn a_change_of_any_size() {
    let shapes = scattered(6, 2_000);
    let mut chance = Chance(7);
    let mut points: Vec<At> = (0..300).map(|_| anywhere(&mut chance)).collect();
    let centre = [world::SOUTH_WEST[0] + world::WIDTH / 2.0, world::SOUTH_WEST[1] + world::HEIGHT / 2.0];
    let mut index = Index::new(shapes);
    for (number, size, corners) in [(0, 0.4, 60), (5_000, 0.45, 30_000), (0, 0.3, 4), (7, 0.2, 3), (5_000, 0.1, 9)] {
        let ring = blob(&mut chance, centre, [world::WIDTH * size, world::HEIGHT * size], corners);
        let shape = Shape::new([ring]).unwrap();
        points.extend(hard_points(&mut chance, std::slice::from_ref(&shape), 60));
        index = index.with(number, Some(std::sync::Arc::new(shape)));
        assert!(index.pending() > 20, "{}", index.pending());
        agrees(&index, &points);
        let some = index.settled(10);
        assert_eq!(some.pending(), index.pending() - 10);
        agrees(&some, &points);
        agrees(&index.settled(usize::MAX), &points);
    }
    let settled = index.settled(usize::MAX);
    assert_eq!(settled.pending(), 0);
    for index in [index, settled] {
        let less = index.with(0, None).with(5_000, None);
        agrees(&less, &points);
        agrees(&less.settled(usize::MAX), &points);
    }
}

#[test]
fn what_is_no_position_lies_nowhere() {
    let index = Index::new([Shape::new([vec![[-9.0, -9.0], [9.0, -9.0], [9.0, 9.0], [-9.0, 9.0]]]).unwrap()]);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
        assert!(index.containing([bad, 0.0]).is_empty() && index.containing([0.0, bad]).is_empty());
    }
    assert_eq!(index.containing([0.0, 0.0]), [0]);
    assert!(Shape::new([vec![[0.0, f64::NAN]]]).is_err() && Shape::new([vec![[1e61, 0.0]]]).is_err());
    assert!(Index::new([]).containing([1.0, 1.0]).is_empty());
}

/// A point so little beyond the grid that it is rounded onto it, in an area that lies beyond.
#[test]
fn next_to_the_rim() {
    let square = |x: f64| Shape::new([vec![[x, 0.0], [x + 1.0, 0.0], [x + 1.0, 1.0], [x, 1.0]]]).unwrap();
    let index = Index::new([square(0.0)]).with(1, Some(std::sync::Arc::new(square(-1.0))));
    let beside = [-1e-9, -1e-11, -1e-12, -1e-15, 0.0, 1e-15, 1e-11].map(|x| [x, 0.5]);
    for index in [index.settled(usize::MAX), index.rebuilt(), index] {
        agrees(&index, &beside);
        agrees(&index, &beside.map(|[x, y]| [1.0 + x, y]));
    }
    let less = Index::new([square(0.0)]).with(1, Some(std::sync::Arc::new(square(-1.0 - 1e-12))));
    agrees(&less, &beside);
}

#[test]
fn a_very_long_outline_and_very_many_areas_in_one_place() {
    let mut chance = Chance(5);
    let mut shapes = vec![Shape::new([blob(&mut chance, [121.5, 30.9], [0.1, 0.1], 200_000)]).unwrap()];
    shapes.push(Shape::new([blob(&mut chance, [121.5, 30.9], [1e-4, 1e-4], 2_000)]).unwrap());
    shapes.extend((0..300).map(|_| Shape::new([blob(&mut chance, [121.5, 30.9], [0.01, 0.01], 7)]).unwrap()));
    let index = Index::new(shapes.clone());
    let mut points = hard_points(&mut chance, &shapes[..2], 20);
    points.extend(hard_points(&mut chance, &shapes[2..], 60));
    points.extend((0..60).map(|_| [chance.between(121.49, 121.51), chance.between(30.89, 30.91)]));
    agrees(&index, &points);
}
