//! Cutting an area in two along a line. Only where the line meets the border are there new corners; everything else keeps
//! the corners it had.

use super::edit::{self, Edge, EditError, key, near, outline_of, rings};
use super::metric::Plane;
use super::outline::Outline;
use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Area as _, Coord, Line, LineString, MultiPolygon};
use kernel::Point;
use std::collections::{HashMap, HashSet};

/// A line of more points is no line that somebody drew.
pub const LINE_MOST: usize = 500;

/// A line that ends so near to the border, in metres, is taken to reach it.
const REACH_M: f64 = 1.0;

/// What a cut comes to.
#[derive(Debug, Clone)]
pub struct Halves {
    /// The larger one first; parts the line does not meet stay with it.
    pub halves: [Outline; 2],
    /// New corners on the old border: neighbours need them too.
    pub corners: Vec<Coord>,
}

/// Cuts an outline along a line (WGS-84 degrees) that begins and ends on its border or beyond.
///
/// # Errors
/// [`EditError::NotInTwo`] when the line ends inside or leaves everything on one side.
pub fn split(outline: &Outline, line: &[[f64; 2]]) -> Result<Halves, EditError> {
    let line = cut_line(outline, line)?;
    let mut web = Web::of(outline, &line);
    let cuts = web.cuts(outline, &line);
    let border = web.edges.len();
    for (a, b) in cuts {
        web.edges.push((a, b));
        web.edges.push((b, a));
    }
    let traced = edit::trace(&web.edges).ok_or(EditError::NotInTwo)?;
    // The face left of the line has the edges as drawn, the one right of it those that run back.
    let mut sides: [Vec<LineString<f64>>; 2] = [Vec::new(), Vec::new()];
    let (mut apart, mut holes) = (Vec::new(), Vec::new());
    for t in traced {
        let cut = |back: usize| t.edges.iter().any(|&e| e >= border && (e - border) % 2 == back);
        match (cut(0), cut(1)) {
            (true, true) => return Err(EditError::NotInTwo),
            (true, false) => sides[0].push(t.ring),
            (false, true) => sides[1].push(t.ring),
            (false, false) if t.is_outer() => apart.push(t.ring),
            (false, false) => holes.push(t.ring),
        }
    }
    let size = |rings: &[LineString<f64>]| -> f64 {
        rings.iter().map(|r| geo::Polygon::new(r.clone(), vec![]).unsigned_area()).sum()
    };
    if sides.iter().any(Vec::is_empty) {
        return Err(EditError::NotInTwo);
    }
    if size(&sides[1]) > size(&sides[0]) {
        sides.reverse();
    }
    let [mut large, small] = sides;
    large.extend(apart);
    let mut all = edit::polygons(large.iter().chain(&small).cloned().collect(), holes);
    let small: HashSet<Vec<edit::Key>> = small.iter().map(ring_key).collect();
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for polygon in all.0.drain(..) {
        if small.contains(&ring_key(polygon.exterior())) { two.push(polygon) } else { one.push(polygon) }
    }
    let halves = [outline_of(&MultiPolygon(one))?, outline_of(&MultiPolygon(two))?];
    Ok(Halves { halves, corners: web.corners })
}

fn ring_key(ring: &LineString<f64>) -> Vec<edit::Key> {
    ring.coords().map(|c| key(*c)).collect()
}

/// The line as corners, each end drawn on a little so that one on the border surely crosses it.
fn cut_line(outline: &Outline, raw: &[[f64; 2]]) -> Result<Vec<Coord>, EditError> {
    if raw.len() > LINE_MOST {
        return Err(EditError::LineTooLong(LINE_MOST));
    }
    let mut line: Vec<Coord> = raw.iter().map(|&[x, y]| Coord { x, y }).collect();
    line.dedup_by(|a, b| near(*a, *b));
    if line.len() < 2 || line.iter().any(|c| Point::new(c.x, c.y).is_err()) {
        return Err(EditError::LineTooShort);
    }
    let edges: Vec<Line> = LineString(line.clone()).lines().collect();
    for (i, a) in edges.iter().enumerate() {
        // Edges that follow each other share a corner; they may share no more than that.
        for (j, b) in edges.iter().enumerate().skip(i + 1) {
            match line_intersection(*a, *b) {
                None => {}
                Some(LineIntersection::SinglePoint { is_proper: false, .. }) if j == i + 1 => {}
                Some(_) => return Err(EditError::LineCrossesItself),
            }
        }
    }
    let b = outline.bounds();
    let plane = Plane::around(b.west, b.south);
    let beyond = |from: Coord, end: Coord| {
        let (f, e) = (plane.metres(from.x, from.y), plane.metres(end.x, end.y));
        let length = (e.x - f.x).hypot(e.y - f.y).max(f64::MIN_POSITIVE);
        plane.degrees(Coord { x: e.x + (e.x - f.x) / length * REACH_M, y: e.y + (e.y - f.y) / length * REACH_M })
    };
    if let (Some(&first), Some(&second)) = (line.first(), line.get(1)) {
        line.insert(0, beyond(second, first));
    }
    if let [.., before, last] = line.as_slice() {
        let end = beyond(*before, *last);
        line.push(end);
    }
    Ok(line)
}

/// The border with the corners where the line meets it.
struct Web {
    edges: Vec<Edge>,
    corners: Vec<Coord>,
    /// For each edge of the line, where it meets the border.
    met: Vec<Vec<Coord>>,
}

impl Web {
    fn of(outline: &Outline, line: &[Coord]) -> Self {
        let line: Vec<Line> = LineString(line.to_vec()).lines().collect();
        let mut web = Self { edges: Vec::new(), corners: Vec::new(), met: vec![Vec::new(); line.len()] };
        for edge in rings(outline.shape()).flat_map(LineString::lines) {
            let mut on: Vec<Coord> = Vec::new();
            for (cut, met) in line.iter().zip(&mut web.met) {
                let found: Vec<Coord> = match line_intersection(edge, *cut) {
                    None => Vec::new(),
                    Some(LineIntersection::SinglePoint { intersection, .. }) => vec![intersection],
                    Some(LineIntersection::Collinear { intersection }) => vec![intersection.start, intersection.end],
                };
                for at in found {
                    // A corner that is there is the corner; so is one that another edge of the line has just made.
                    let known = [edge.start, edge.end].into_iter().chain(on.iter().copied()).find(|c| near(*c, at));
                    let at = known.unwrap_or(at);
                    if known.is_none() {
                        on.push(at);
                    }
                    met.push(at);
                }
            }
            let away = |c: &Coord| (c.x - edge.start.x).powi(2) + (c.y - edge.start.y).powi(2);
            on.sort_by(|a, b| away(a).total_cmp(&away(b)));
            let mut from = edge.start;
            for &corner in &on {
                web.edges.push((from, corner));
                from = corner;
            }
            web.edges.push((from, edge.end));
            web.corners.extend(on);
        }
        web
    }

    /// The pieces of the line that lie inside.
    fn cuts(&self, outline: &Outline, line: &[Coord]) -> Vec<Edge> {
        let mut known: HashMap<edit::Key, HashSet<edit::Key>> = HashMap::new();
        for (a, b) in &self.edges {
            known.entry(key(*a)).or_default().insert(key(*b));
            known.entry(key(*b)).or_default().insert(key(*a));
        }
        let border = |a: Coord, b: Coord| known.get(&key(a)).is_some_and(|ends| ends.contains(&key(b)));
        let met: Vec<Coord> = self.met.iter().flatten().copied().collect();
        // A point of the line that lies where it meets the border is that corner.
        let settle = |c: Coord| met.iter().copied().find(|m| near(*m, c)).unwrap_or(c);
        let mut out = Vec::new();
        for (pair, met) in line.windows(2).zip(&self.met) {
            let &[start, end] = pair else { continue };
            let mut stops: Vec<Coord> = vec![settle(start), settle(end)];
            stops.extend(met);
            let along = |c: &Coord| (c.x - start.x) * (end.x - start.x) + (c.y - start.y) * (end.y - start.y);
            stops.sort_by(|a, b| along(a).total_cmp(&along(b)));
            stops.dedup_by(|a, b| key(*a) == key(*b));
            for piece in stops.windows(2) {
                let &[a, b] = piece else { continue };
                let inside = Point::new(a.x.midpoint(b.x), a.y.midpoint(b.y)).is_ok_and(|p| outline.contains(p));
                if inside && !border(a, b) {
                    out.push((a, b));
                }
            }
        }
        out
    }
}
