#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::edit::{self, EditError, key, rings, square_metres, with_corners};
use super::edit_check::{self, Fault, Now};
use super::edit_merge::merge;
use super::edit_split::split;
use super::outline::{Outline, RawRing};
use geo::{Area as _, Coord};
use kernel::{Datum, Point};
use proptest::prelude::*;
use std::collections::HashSet;

fn outline(raw: Vec<Vec<RawRing>>) -> Outline {
    Outline::new(&raw, Datum::Wgs84).unwrap()
}
fn square(x: f64, y: f64, d: f64) -> RawRing {
    vec![[x, y], [x + d, y], [x + d, y + d], [x, y + d], [x, y]]
}
fn corners(o: &Outline) -> HashSet<edit::Key> {
    rings(o.shape()).flat_map(|r| r.coords()).map(|c| key(*c)).collect()
}
/// Edges without their direction.
fn edges(o: &Outline) -> HashSet<(edit::Key, edit::Key)> {
    rings(o.shape())
        .flat_map(|r| r.lines())
        .map(|l| (key(l.start).min(key(l.end)), key(l.start).max(key(l.end))))
        .collect()
}
fn at(x: f64, y: f64) -> Point {
    Point::new(x, y).unwrap()
}

#[test]
fn a_square_falls_in_two_and_comes_together_again() {
    let whole = outline(vec![vec![square(121.4, 30.8, 0.1)]]);
    let cut = split(&whole, &[[121.43, 30.7], [121.43, 31.0]]).unwrap();
    let [large, small] = &cut.halves;
    assert!(large.contains(at(121.45, 30.85)) && small.contains(at(121.41, 30.85)));
    assert_eq!((cut.corners.len(), edges(large).intersection(&edges(small)).count()), (2, 1), "one edge in common");
    let again = merge(&[large, small]).unwrap();
    assert!(corners(&whole).is_subset(&corners(&again)) && corners(&again).len() == 6);
    assert!((square_metres(&again) / square_metres(&whole) - 1.0).abs() < 1e-12);
}

#[test]
fn a_line_from_corner_to_corner_makes_no_new_corner() {
    let whole = outline(vec![vec![square(121.4, 30.8, 0.1)]]);
    let cut = split(&whole, &[[121.4, 30.8], [121.4 + 0.1, 30.8 + 0.1]]).unwrap();
    assert!(cut.corners.is_empty(), "{:?}", cut.corners);
    assert!(cut.halves.iter().all(|h| corners(h).len() == 3 && corners(h).is_subset(&corners(&whole))));
}

#[test]
fn holes_and_parts_are_kept() {
    let whole = outline(vec![
        vec![square(121.4, 30.8, 0.1), square(121.42, 30.82, 0.02), square(121.46, 30.86, 0.01)],
        vec![square(121.6, 30.8, 0.01)],
    ]);
    // Through the first hole, past the second; the island is not met.
    let cut = split(&whole, &[[121.43, 30.79], [121.43, 30.91]]).unwrap();
    let [large, small] = &cut.halves;
    assert_eq!((large.shape().0.len(), small.shape().0.len()), (2, 1));
    assert!(large.contains(at(121.605, 30.805)), "the island stays with the larger half");
    assert!(
        !large.contains(at(121.465, 30.865))
            && !large.contains(at(121.435, 30.83))
            && !small.contains(at(121.425, 30.83))
    );
    let sum = square_metres(large) + square_metres(small);
    assert!((sum / square_metres(&whole) - 1.0).abs() < 1e-7, "{sum}");
    let again = merge(&[small, large]).unwrap();
    assert_eq!(again.shape().0.iter().map(|p| p.interiors().len()).sum::<usize>(), 2);
    assert!(corners(&whole).is_subset(&corners(&again)));
}

#[test]
fn lines_that_cut_nothing_are_refused() {
    let whole = outline(vec![vec![square(121.4, 30.8, 0.1)]]);
    let refused = |line: &[[f64; 2]]| split(&whole, line).unwrap_err();
    assert_eq!(refused(&[[121.45, 30.7], [121.45, 30.85]]), EditError::NotInTwo, "ends inside");
    assert_eq!(refused(&[[121.3, 30.7], [121.3, 31.0]]), EditError::NotInTwo, "passes by");
    assert_eq!(refused(&[[121.4, 30.8], [121.4, 30.9]]), EditError::NotInTwo, "runs along the border");
    assert_eq!(refused(&[[121.45, 30.7]]), EditError::LineTooShort);
    let loop_ = [[121.45, 30.7], [121.45, 30.85], [121.46, 30.85], [121.44, 30.82], [121.44, 31.0]];
    assert_eq!(refused(&loop_), EditError::LineCrossesItself);
    assert_eq!(refused(&vec![[121.4, 30.8]; 501]), EditError::LineTooLong(500));
}

#[test]
fn a_new_corner_goes_into_the_neighbours_border_too() {
    let left = outline(vec![vec![square(121.4, 30.8, 0.1)]]);
    let right = outline(vec![vec![square(121.5, 30.8, 0.1)]]);
    let cut = split(&left, &[[121.3, 30.85], [121.5, 30.853]]).unwrap();
    let mended = with_corners(&right, &cut.corners).unwrap();
    assert_eq!(corners(&mended).len(), 5);
    let shared: usize = cut.halves.iter().map(|h| edges(h).intersection(&edges(&mended)).count()).sum();
    assert_eq!(shared, 2, "both pieces of the old border are shared to the bit");
    assert!(with_corners(&mended, &cut.corners).is_none(), "they are there already");
}

#[test]
fn neighbours_whose_borders_differ_by_centimetres_are_merged_without_a_crack() {
    let left = outline(vec![vec![square(121.4, 30.8, 0.1)]]);
    let right = outline(vec![vec![vec![
        [121.500_001, 30.8],
        [121.6, 30.8],
        [121.6, 30.9],
        [121.500_001, 30.9],
        [121.499_999, 30.85],
        [121.500_001, 30.8],
    ]]]);
    let both = merge(&[&left, &right]).unwrap();
    assert_eq!((both.shape().0.len(), both.shape().0[0].interiors().len()), (1, 0));
    assert!((square_metres(&both) / (square_metres(&left) + square_metres(&right)) - 1.0).abs() < 1e-5);
    let far = outline(vec![vec![square(122.0, 30.8, 0.1)]]);
    assert_eq!(merge(&[&left, &far]).unwrap_err(), EditError::NotNeighbours);
    assert_eq!(merge(&[&left]).unwrap_err(), EditError::TooFew);
}

#[test]
fn an_area_that_lies_in_the_hole_of_another_fills_it() {
    let ring = outline(vec![vec![square(121.4, 30.8, 0.1), square(121.42, 30.82, 0.02)]]);
    let core = outline(vec![vec![square(121.42, 30.82, 0.02)]]);
    let both = merge(&[&ring, &core]).unwrap();
    assert_eq!((both.shape().0.len(), both.shape().0[0].interiors().len(), both.points()), (1, 0, 5));
}

#[test]
fn lost_ground_overlaps_and_slivers_are_told_where_something_changes() {
    let left = outline(vec![vec![square(121.4, 30.8, 0.1)]]);
    let right = outline(vec![vec![square(121.5, 30.8, 0.1)]]);
    let faults = |new: &Outline| -> Vec<Fault> {
        edit_check::check(
            &[&left],
            &[Now { label: "1", outline: new, changed: true }, Now { label: "2", outline: &right, changed: false }],
        )
        .iter()
        .map(|p| p.fault)
        .collect()
    };
    assert!(faults(&left).is_empty());
    assert_eq!(faults(&Outline::rectangle(121.4, 30.8, 121.49, 30.9).unwrap()), [Fault::Gap]);
    assert_eq!(faults(&Outline::rectangle(121.4, 30.8, 121.51, 30.9).unwrap()), [Fault::Overlap]);
    assert_eq!(faults(&Outline::rectangle(121.4, 30.8, 121.499_999, 30.9).unwrap()), [Fault::Sliver]);
    let d = edit_check::difference(Some(&left), Some(&Outline::rectangle(121.39, 30.8, 121.49, 30.9).unwrap()));
    assert!((d.gained_m2 / d.lost_m2 - 1.0).abs() < 1e-6 && !d.is_none());
    assert_eq!(d.to_geojson()["features"].as_array().unwrap().len(), 2);
    assert!(edit_check::difference(Some(&left), Some(&left)).is_none());
}

/// A star around the middle of the district with a hole now and then.
fn star() -> impl Strategy<Value = Outline> {
    (proptest::collection::vec(0.3f64..1.0, 5..40), any::<bool>()).prop_map(|(radii, hole)| {
        let n = radii.len() as f64;
        let corner = |(i, r): (usize, &f64)| {
            let turn = std::f64::consts::TAU * i as f64 / n;
            [121.5 + 0.1 * r * turn.cos(), 30.9 + 0.1 * r * turn.sin()]
        };
        let mut ring: RawRing = radii.iter().enumerate().map(corner).collect();
        ring.push(ring[0]);
        let mut all = vec![ring];
        if hole {
            all.push(square(121.499, 30.899, 0.002));
        }
        outline(vec![all])
    })
}

proptest! {
    /// Halves cover exactly the whole; merged they are the whole again, every old corner to the bit.
    #[test]
    fn split_then_merge_gives_the_same_area(whole in star(), turn in 0.0f64..6.2, bend in -0.5f64..0.5, off in -0.02f64..0.02) {
        let far = |t: f64| [121.5 + off + 0.2 * t.cos(), 30.9 + 0.2 * t.sin()];
        let line = [far(turn), [121.5 + off, 30.9 + off * 0.3], far(turn + std::f64::consts::PI + bend)];
        let cut = match split(&whole, &line) {
            // It may pass by a narrow star, or only graze it.
            Err(EditError::NotInTwo) => return Ok(()),
            other => other.unwrap(),
        };
        let [a, b] = &cut.halves;
        let square = |o: &Outline| o.shape().unsigned_area();
        let (size, sum) = (square(&whole), square(a) + square(b));
        prop_assert!((sum / size - 1.0).abs() < 1e-9, "{} of {}", sum, size);
        // Holes are not counted when the larger half is chosen.
        prop_assert!(square(a) >= square(b) - 1e-5);
        let made: HashSet<edit::Key> = cut.corners.iter().map(|c| key(*c)).chain(line.iter().map(|c| key(Coord { x: c[0], y: c[1] }))).collect();
        for corner in corners(a).union(&corners(b)) {
            prop_assert!(corners(&whole).contains(corner) || made.contains(corner) || near_made(*corner, &cut.corners, &line), "a corner from nowhere");
        }
        let again = merge(&[a, b]).unwrap();
        prop_assert!((square(&again) / size - 1.0).abs() < 1e-9);
        prop_assert!(corners(&whole).is_subset(&corners(&again)));
        // Every point of the whole is in exactly one half, on the cut as off it.
        for i in 0..20 {
            let t = f64::from(i) / 20.0;
            let p = at(line[0][0] + (line[1][0] - line[0][0]) * t, line[0][1] + (line[1][1] - line[0][1]) * t);
            let q = at(121.41 + 0.18 * t, 30.9 + 0.05 * (t * 9.0).sin());
            for p in [p, q] {
                prop_assert_eq!(u8::from(a.contains(p)) + u8::from(b.contains(p)), u8::from(again.contains(p)));
            }
        }
    }
}

fn near_made(k: edit::Key, made: &[Coord], line: &[[f64; 2]]) -> bool {
    let c = Coord { x: f64::from_bits(k.0), y: f64::from_bits(k.1) };
    made.iter().copied().chain(line.iter().map(|l| Coord { x: l[0], y: l[1] })).any(|m| edit::near(m, c))
}
