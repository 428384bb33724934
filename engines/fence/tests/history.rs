//! Areas with their history: at any instant the atlas says what a plain list of versions says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, dead_code, reason = "tests, with what the bench shares")]

mod world;

use fence::{At, Atlas, Live, Shape, Version};
use kernel::Moment;
use proptest::prelude::*;
use std::sync::Arc;
use world::odd;

const fn day(n: i64) -> Moment {
    Moment::from_micros(0).plus_days(n)
}

fn square(x: i64, y: i64, size: i64) -> Arc<Shape> {
    let [x, y, end_x, end_y] = [x, y, x + size, y + size].map(|c| c as f64);
    Arc::new(Shape::new([[[x, y], [end_x, y], [end_x, end_y], [x, end_y]]]).unwrap())
}

/// The same by a plain list.
#[derive(Default)]
struct Plain(Vec<(Version, Arc<Shape>)>);

impl Plain {
    fn end(&mut self, area: u128, at: Moment) {
        for (version, _) in self.0.iter_mut().filter(|(v, _)| v.area == area) {
            version.until = Some(version.until.map_or(at, |until| until.min(at)));
        }
        self.0.retain(|(v, _)| v.until.is_none_or(|until| v.from < until));
    }
    fn put(&mut self, area: u128, layer: u32, from: Moment, shape: Arc<Shape>) {
        self.end(area, from);
        self.0.push((Version { area, layer, from, until: None }, shape));
    }
    fn containing(&self, at: At, as_of: Moment) -> Vec<Version> {
        let found = self.0.iter().filter(|(v, shape)| v.holds(as_of) && odd(shape, at));
        let mut found: Vec<Version> = found.map(|(v, _)| *v).collect();
        found.sort_unstable_by_key(|v| (v.layer, v.area));
        found
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn as_of_any_date(steps in proptest::collection::vec((0u128..5, 0i64..30, proptest::option::weighted(0.8, (0i64..8, 0i64..8, 1i64..6))), 1..16)) {
        let (mut atlas, mut plain) = (Atlas::new([]), Plain::default());
        for (area, from, shape) in steps {
            match shape {
                Some((x, y, size)) => {
                    atlas = atlas.put(area, area as u32 % 2, day(from), square(x, y, size));
                    plain.put(area, area as u32 % 2, day(from), square(x, y, size));
                }
                None => {
                    atlas = atlas.end(area, day(from));
                    plain.end(area, day(from));
                }
            }
            for n in 0..60 {
                let at = [f64::from(n % 13), f64::from(n * 7 % 13)];
                let as_of = day(i64::from(n * 11 % 33) - 1);
                prop_assert_eq!(atlas.containing(at, as_of), plain.containing(at, as_of));
            }
        }
        prop_assert_eq!(atlas.rebuilt().containing([3.0, 3.0], day(40)), plain.containing([3.0, 3.0], day(40)));
    }
}

#[test]
fn a_border_is_moved_on_a_day() {
    let before = Atlas::new([
        (Version::always(1, 0), square(0, 0, 4).as_ref().clone()),
        (Version::always(2, 0), square(4, 0, 4).as_ref().clone()),
    ]);
    let live = Live::new(before);
    let reader = live.read();
    live.change(|atlas| atlas.put(1, 0, day(10), square(0, 0, 5)).put(2, 0, day(10), square(5, 0, 4)));
    let areas = |atlas: &Atlas, n| atlas.containing([4.5, 1.0], day(n)).iter().map(|v| v.area).collect::<Vec<_>>();
    assert_eq!((areas(&live.read(), 9), areas(&live.read(), 10)), (vec![2], vec![1]));
    assert_eq!(areas(&reader, 10), [2], "whoever reads keeps what they began with");
    while live.read().pending() > 0 {
        live.change(|atlas| atlas.settled(16));
    }
    assert_eq!(live.read().pending(), 0);
    assert_eq!((areas(&live.read(), 9), areas(&live.read(), 10)), (vec![2], vec![1]));
}

/// Readers see one state or the next, never half of a change.
#[test]
fn nobody_sees_half_a_change() {
    let live = Live::new(Atlas::new([(Version::always(1, 0), square(0, 0, 4).as_ref().clone())]));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..2_000 {
                    let atlas = live.read();
                    let here = atlas.containing([1.0, 1.0], day(0));
                    assert_eq!(here.len(), 1, "one of the two areas always holds the place");
                }
            });
        }
        for n in 0..200_u128 {
            live.change(|atlas| atlas.end(1 + n % 2, day(-1)).put(1 + (n + 1) % 2, 0, day(-1), square(0, 0, 4)));
        }
    });
}
