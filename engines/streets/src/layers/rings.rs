//! Areas made of several ways: rings joined end to end, and holes in the ring they lie in.

use crate::LonLat;
use crate::osm::{Osm, Way};
use std::collections::HashMap;

/// Rings that close, and how many do not.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub rings: Vec<Vec<LonLat>>,
    pub broken: usize,
}

/// Joins ways to rings. A way of which nodes are missing joins nothing.
pub(super) fn join<'a>(osm: &Osm, ways: impl Iterator<Item = &'a Way>) -> Joined {
    let mut out = Joined::default();
    let mut parts: Vec<Option<&[i64]>> = ways.filter(|w| w.refs.len() > 1).map(|w| Some(w.refs.as_slice())).collect();
    let mut ends: HashMap<i64, Vec<usize>> = HashMap::new();
    for (i, part) in parts.iter().enumerate() {
        for end in [part.and_then(<[i64]>::first), part.and_then(<[i64]>::last)].into_iter().flatten() {
            ends.entry(*end).or_default().push(i);
        }
    }
    for i in 0..parts.len() {
        let Some(first) = parts.get_mut(i).and_then(Option::take) else { continue };
        let mut ring = first.to_vec();
        while ring.first() != ring.last() {
            let Some(end) = ring.last().copied() else { break };
            let next = ends.get(&end).and_then(|all| all.iter().find(|n| parts.get(**n).is_some_and(Option::is_some)));
            let Some(part) = next.and_then(|n| parts.get_mut(*n)).and_then(Option::take) else { break };
            if part.first() == Some(&end) {
                ring.extend(part.iter().skip(1));
            } else {
                ring.extend(part.iter().rev().skip(1));
            }
        }
        let closed = ring.len() > 3 && ring.first() == ring.last();
        let ring: Option<Vec<LonLat>> = if closed { ring.iter().map(|id| osm.node(*id)).collect() } else { None };
        match ring {
            Some(ring) => out.rings.push(ring),
            None => out.broken += 1,
        }
    }
    out
}

/// Each hole goes to the smallest outer ring around it; answers how many lie in none.
pub(super) fn polygons(outer: Vec<Vec<LonLat>>, inner: Vec<Vec<LonLat>>) -> (Vec<Vec<Vec<LonLat>>>, usize) {
    let mut polygons: Vec<Vec<Vec<LonLat>>> = outer.into_iter().map(|ring| vec![ring]).collect();
    let sizes: Vec<f64> = polygons.iter().map(|p| p.first().map_or(0.0, |r| area(r).abs())).collect();
    let mut stray = 0;
    for hole in inner {
        let inside = |polygon: &[Vec<LonLat>]| {
            let ring = polygon.first().map_or(&[][..], Vec::as_slice);
            // A hole may touch the ring in some points: most of them decide.
            let within = hole.iter().filter(|at| contains(ring, **at)).count();
            within * 2 > hole.len()
        };
        let around = polygons.iter().zip(&sizes).enumerate().filter(|(_, (polygon, _))| inside(polygon));
        match around.min_by(|(_, (_, a)), (_, (_, b))| a.total_cmp(b)).map(|(i, _)| i) {
            Some(i) => polygons.get_mut(i).into_iter().for_each(|p| p.push(hole.clone())),
            None => stray += 1,
        }
    }
    (polygons, stray)
}

/// A place for a name: the centre of the largest ring or, when that lies outside of it, a place inside on its height.
pub(super) fn middle(polygons: &[Vec<Vec<LonLat>>]) -> Option<LonLat> {
    let rings = polygons.iter().filter_map(|p| p.first());
    let ring = rings.max_by(|a, b| area(a).abs().total_cmp(&area(b).abs()))?;
    let [x0, y0] = *ring.first()?;
    let (mut sum, mut x, mut y) = (0.0, 0.0, 0.0);
    for pair in ring.windows(2) {
        let &[[ax, ay], [bx, by]] = pair else { continue };
        let (ax, ay, bx, by) = (ax - x0, ay - y0, bx - x0, by - y0);
        let cross = ax * by - bx * ay;
        sum += cross;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
    }
    if sum == 0.0 {
        return Some([x0, y0]);
    }
    let centre = [x0 + x / (3.0 * sum), y0 + y / (3.0 * sum)];
    if contains(ring, centre) {
        return Some(centre);
    }
    // Where the line of latitude through the centre crosses the ring: the middle of the widest stretch inside.
    let mut crossings: Vec<f64> = ring
        .windows(2)
        .filter_map(|pair| {
            let &[[ax, ay], [bx, by]] = pair else { return None };
            ((ay > centre[1]) != (by > centre[1])).then(|| ax + (centre[1] - ay) / (by - ay) * (bx - ax))
        })
        .collect();
    crossings.sort_by(f64::total_cmp);
    let stretches = crossings.chunks_exact(2).filter_map(|c| Some((*c.first()?, *c.last()?)));
    let (a, b) = stretches.max_by(|(a, b), (c, d)| (b - a).total_cmp(&(d - c)))?;
    Some([f64::midpoint(a, b), centre[1]])
}

/// Twice the area of a closed ring, in square degrees.
fn area(ring: &[LonLat]) -> f64 {
    let Some([x0, y0]) = ring.first().copied() else { return 0.0 };
    let cross = |pair: &[LonLat]| {
        let &[[ax, ay], [bx, by]] = pair else { return 0.0 };
        (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
    };
    ring.windows(2).map(cross).sum()
}

/// Even-odd.
fn contains(ring: &[LonLat], [x, y]: LonLat) -> bool {
    let crosses = |pair: &&[LonLat]| {
        let &[[ax, ay], [bx, by]] = *pair else { return false };
        (ay > y) != (by > y) && x < ax + (y - ay) / (by - ay) * (bx - ax)
    };
    ring.windows(2).filter(crosses).count() % 2 == 1
}
