//! Rivers and canals. They run beside cuts of the plan, so a road follows one bank and streets cross on bridges.

#![expect(clippy::indexing_slicing, reason = "indices are made by this module from vectors it filled itself")]

use super::cut::{Cut, Line, PLAN};
use super::mesh::Mesh;
use super::warp::{LonLat, Warp};
use crate::names::Names;
use crate::rng::Rng;
use std::collections::BTreeMap;

/// A stretch of water on the plan: along `at`, from `lo` to `hi`.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    pub across: bool,
    pub at: i64,
    pub lo: i64,
    pub hi: i64,
    /// Metres from bank to bank.
    pub width: i64,
    /// Index into [`Water::names`].
    pub name: usize,
}

impl Reach {
    /// Whether a spot of the plan lies in this water or within `margin` metres of its banks.
    pub fn holds(&self, (u, v): (f64, f64), margin: f64) -> bool {
        let (along, aside) = if self.across { (u, v) } else { (v, u) };
        let ends = self.lo as f64 - margin..=self.hi as f64 + margin;
        ends.contains(&along) && (aside - self.at as f64).abs() <= self.width as f64 / 2.0 + margin
    }
}

/// All waters.
#[derive(Debug, Default)]
pub struct Water {
    pub reaches: Vec<Reach>,
    pub names: Vec<String>,
    /// Middle line of each reach on the map.
    pub paths: Vec<Vec<LonLat>>,
}

/// Kept length of a group, its mean built-up share and position.
struct Course {
    length: i64,
    built: f64,
    at: i64,
}

fn courses(mesh: &Mesh, cut: &Cut, warp: &Warp) -> BTreeMap<usize, Course> {
    let mut out: BTreeMap<usize, Course> = BTreeMap::new();
    for edge in &mesh.edges {
        let line = cut.lines[edge.line];
        let ((u0, v0), (u1, v1)) = (mesh.vertices[edge.a], mesh.vertices[edge.b]);
        let length = (u1 - u0).abs() + (v1 - v0).abs();
        let built = warp.built(i64::midpoint(u0, u1) as f64, i64::midpoint(v0, v1) as f64);
        let course = out.entry(line.group).or_insert(Course { length: 0, built: 0.0, at: line.at });
        course.length += length;
        course.built += built * length as f64;
    }
    for course in out.values_mut() {
        course.built /= course.length.max(1) as f64;
    }
    out
}

/// Chooses the waters: two rivers through the whole district, canals between the villages, few in the towns.
pub fn water(seed: u64, mesh: &Mesh, cut: &Cut, warp: &Warp, names: &mut Names) -> Water {
    let mut rng = Rng::new(seed, "water");
    let courses = courses(mesh, cut, warp);
    let mut water = Water::default();
    let mut chosen: BTreeMap<usize, (i64, usize)> = BTreeMap::new();
    for (&group, course) in &courses {
        let width = if cut.rivers.contains(&group) {
            64
        } else if course.at == PLAN.v0 {
            continue;
        } else if course.built < 0.35
            && course.length > 500
            && rng.chance(if course.length > 2_500 { 0.62 } else { 0.4 })
        {
            rng.between(10, 15) + (course.length / 900).min(14)
        } else if course.built < 0.85 && course.length > 1_200 && rng.chance(0.22) {
            rng.between(8, 12)
        } else {
            continue;
        };
        let stem = names.canal();
        water.names.push(if width > 60 { format!("{stem}河") } else { stem });
        chosen.insert(group, (width, water.names.len() - 1));
    }
    for (n, line) in cut.lines.iter().enumerate() {
        let Some(&(width, name)) = chosen.get(&line.group) else { continue };
        for (lo, hi) in runs(mesh, cut, n, line) {
            let at = line.at + 10 + width / 2;
            let reach = Reach { across: line.across, at, lo: lo + 4, hi: hi + 10 + width / 2, width, name };
            water.paths.push(draw(&reach, warp));
            water.reaches.push(reach);
        }
    }
    water
}

/// Where the line runs inside the district.
fn runs(mesh: &Mesh, cut: &Cut, n: usize, line: &Line) -> Vec<(i64, i64)> {
    let span = |e: &super::mesh::Edge| {
        let (a, b) = (mesh.vertices[e.a], mesh.vertices[e.b]);
        let (a, b) = if cut.lines[n].across { (a.0, b.0) } else { (a.1, b.1) };
        (a.min(b), a.max(b))
    };
    // Water lies to the east or north of the line: only where that is our land.
    let ours = |e: &super::mesh::Edge| if line.across { e.left.is_some() } else { e.right.is_some() };
    let mut spans: Vec<(i64, i64)> = mesh.edges.iter().filter(|e| e.line == n && ours(e)).map(span).collect();
    spans.sort_unstable();
    let mut out: Vec<(i64, i64)> = Vec::new();
    for (lo, hi) in spans {
        match out.last_mut() {
            Some(last) if last.1 >= lo => last.1 = last.1.max(hi),
            _ => out.push((lo, hi)),
        }
    }
    out
}

fn draw(reach: &Reach, warp: &Warp) -> Vec<LonLat> {
    let n = ((reach.hi - reach.lo) / 50).max(1);
    let point = |k: i64| {
        let along = reach.lo as f64 + (reach.hi - reach.lo) as f64 * k as f64 / n as f64;
        if reach.across { warp.lonlat(along, reach.at as f64) } else { warp.lonlat(reach.at as f64, along) }
    };
    (0..=n).map(point).collect()
}
