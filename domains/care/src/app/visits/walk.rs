//! The day as one walks it: in which order, and the way as it is drawn. Where a door is, its address says (see `rounds::walks`): nobody's
//! kept location is asked.

use super::day::Stop;
use crate::app::rounds::Walks;
use crate::{Ground, Result};
use kernel::Point;
use store::Cx;

/// The way to a door that nobody can place, in metres: such doors come last.
const UNKNOWN_M: f64 = 50_000.0;
/// Streets that a drawing shows, and how far around the way, in degrees (about 80 m).
const STREETS: usize = 900;
const AROUND: f64 = 0.0008;
/// Not at home so often in a row: they come first.
const FIRST: i64 = 2;

/// The drawing of a day. East and north, WGS-84.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct Walk {
    pub base: Option<[f64; 2]>,
    /// From the base from door to door.
    pub way: Vec<[f64; 2]>,
    /// Streets around it.
    pub streets: Vec<Vec<[f64; 2]>>,
    /// By the straight line: no streets are loaded.
    pub estimate: bool,
}

fn pair(p: Point) -> [f64; 2] {
    [p.lon(), p.lat()]
}

fn point(at: Option<[f64; 2]>) -> Option<Point> {
    at.and_then(|[lon, lat]| Point::new(lon, lat).ok())
}

/// Where this account begins: its post.
fn base(cx: &Cx<'_>, ground: &Ground) -> Option<Point> {
    cx.actor.grants().iter().filter_map(|g| g.post).find_map(|post| ground.0.post(post).and_then(|p| p.point))
}

/// Puts the stops of a day into order: first those that a round says when, as it says; then whom nobody opened to twice; then the others,
/// one way through the place. From the post, or from the first door.
pub(super) fn in_order(cx: &mut Cx<'_>, ground: &Ground, stops: Vec<Stop>, date: &str) -> Result<(Vec<Stop>, Walk)> {
    let walks = Walks::of(cx)?;
    let base = base(cx, ground);
    let (mut out, mut free): (Vec<Stop>, Vec<Stop>) =
        stops.into_iter().partition(|s| s.at.is_some() && s.day.as_deref() == Some(date));
    out.sort_by(|a, b| a.at.cmp(&b.at));
    // Neighbours in one house have one place: there it goes door by door.
    free.sort_by_cached_key(|s| doors(s.address.as_deref().unwrap_or_default()));
    let (urgent, others): (Vec<Stop>, Vec<Stop>) = free.into_iter().partition(|s| s.misses >= FIRST);
    for group in [urgent, others] {
        let here = out.iter().rev().find_map(|s| point(s.place)).or(base);
        let places: Vec<Option<Point>> = group.iter().map(|s| point(s.place)).collect();
        let here = here.or_else(|| places.iter().flatten().next().copied());
        let mut group: Vec<Option<Stop>> = group.into_iter().map(Some).collect();
        for n in shortest(&walks, here, &places) {
            out.extend(group.get_mut(n).and_then(Option::take));
        }
    }
    let walk = drawn(cx, &walks, base, &out)?;
    Ok((out, walk))
}

fn drawn(cx: &mut Cx<'_>, walks: &Walks, base: Option<Point>, stops: &[Stop]) -> Result<Walk> {
    let doors: Vec<Point> = stops.iter().filter_map(|s| point(s.place)).collect();
    if doors.is_empty() {
        return Ok(Walk::default());
    }
    let through: Vec<Point> = base.into_iter().chain(doors).collect();
    let mut way: Vec<[f64; 2]> = walks.line(&through).into_iter().map(pair).collect();
    if way.is_empty() {
        way = through.iter().copied().map(pair).collect();
    }
    let (mut low, mut high) = ([f64::MAX; 2], [f64::MIN; 2]);
    for at in &way {
        for ((low, high), at) in low.iter_mut().zip(&mut high).zip(at) {
            (*low, *high) = (low.min(at - AROUND), high.max(at + AROUND));
        }
    }
    let streets = ::places::app::near::ways(cx)?.streets_within(low, high, STREETS);
    Ok(Walk { base: base.map(pair), way, streets, estimate: walks.is_estimate() })
}

/// The order in which these are walked: always to the nearest, then every turn that makes the way shorter. It ends anywhere.
fn shortest(walks: &Walks, from: Option<Point>, places: &[Option<Point>]) -> Vec<usize> {
    let mut all = vec![from];
    all.extend(places);
    let table: Vec<Vec<f64>> = all.iter().map(|p| walks.metres(*p, &all, UNKNOWN_M)).collect();
    order(&table)
}

/// From the first of a table through all others, which are numbered from 0.
fn order(table: &[Vec<f64>]) -> Vec<usize> {
    let far = |a: usize, b: usize| table.get(a).and_then(|row| row.get(b)).copied().unwrap_or(UNKNOWN_M);
    let mut left: Vec<usize> = (1..table.len()).collect();
    let mut way = vec![0];
    while !left.is_empty() {
        let here = way.last().copied().unwrap_or(0);
        // Of equals the first.
        let next = left.iter().copied().enumerate().min_by(|a, b| far(here, a.1).total_cmp(&far(here, b.1)));
        let Some((at, next)) = next else { break };
        left.remove(at);
        way.push(next);
    }
    let at = |way: &[usize], n: usize| way.get(n).copied();
    for _ in 0..table.len() {
        let mut better = false;
        for i in 1..way.len() {
            for j in i + 1..way.len() {
                let (Some(a), Some(b), Some(c)) = (at(&way, i - 1), at(&way, i), at(&way, j)) else { continue };
                let after = at(&way, j + 1);
                let now = far(a, b) + after.map_or(0.0, |d| far(c, d));
                let turned = far(a, c) + after.map_or(0.0, |d| far(b, d));
                if turned + 1.0 < now
                    && let Some(part) = way.get_mut(i..=j)
                {
                    part.reverse();
                    better = true;
                }
            }
        }
        if !better {
            break;
        }
    }
    way.into_iter().skip(1).map(|n| n - 1).collect()
}

/// Numbers in an address count as numbers, so that house 9 comes before house 12 and one house after the other.
fn doors(address: &str) -> Vec<(u64, String)> {
    let mut out = vec![(0_u64, String::new())];
    let mut digits = false;
    for c in address.chars() {
        if c.is_ascii_digit() != digits {
            digits = !digits;
            out.push((0, String::new()));
        }
        if let Some((number, text)) = out.last_mut() {
            match c.to_digit(10) {
                Some(n) => *number = number.saturating_mul(10).saturating_add(u64::from(n)),
                None => text.push(c),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{doors, order};

    #[test]
    fn house_by_house() {
        let mut all = ["归雁苑12号501", "归雁苑9号202", "桂花里3号", "归雁苑9号101", ""];
        all.sort_by_key(|a| doors(a));
        assert_eq!(all, ["", "归雁苑9号101", "归雁苑9号202", "归雁苑12号501", "桂花里3号"]);
    }

    /// Along one street, asked in any order; to the nearest first alone would go back and forth.
    #[test]
    fn the_way_is_not_walked_twice() {
        let line = |places: &[f64]| -> Vec<Vec<f64>> {
            let all: Vec<f64> = std::iter::once(0.0).chain(places.iter().copied()).collect();
            all.iter().map(|a| all.iter().map(|b| (a - b).abs()).collect()).collect()
        };
        assert_eq!(order(&line(&[300.0, 100.0, 200.0])), [1, 2, 0]);
        assert_eq!(order(&line(&[])), Vec::<usize>::new());
        assert_eq!(order(&line(&[50.0, 50.0, 50.0])), [0, 1, 2], "one house: door by door");
        // Two on one side, three on the other: nearest first would cross over more than once.
        let places = [-110.0, 100.0, -400.0, 250.0, 330.0];
        let way = order(&line(&places));
        let passed = way.iter().filter_map(|n| places.get(*n));
        let (walked, _) = passed.fold((0.0_f64, 0.0_f64), |(sum, at), place| (sum + (place - at).abs(), *place));
        assert!(walked <= 1_060.0 + 1.0, "{way:?} {walked}");
    }
}
