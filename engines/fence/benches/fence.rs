//! `cargo bench -p fence`: 10,000 areas of 60 corners, a point in 1.1 of them, beside rstar with geo on the same points.
//!
//! Times are processor time of this thread where the system tells it, so that what else runs disturbs them less.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    dead_code,
    reason = "a bench, with what the tests share"
)]

#[path = "../tests/world/mod.rs"]
mod world;

use fence::{At, Bounds, Index, Shape};
use geo::{Contains, LineString, Point, Polygon};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use world::{Chance, anywhere, scattered, tiling};

/// Nanoseconds of the processor for this thread, or on the wall.
fn clock() -> f64 {
    thread_local!(static BEGAN: Instant = Instant::now());
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.unwrap_or_else(|| BEGAN.with(|b| b.elapsed().as_nanos() as f64))
}

/// The least of so many runs, for each of `n`.
fn each<T>(runs: usize, n: usize, mut run: impl FnMut() -> T) -> (f64, T) {
    let mut best = (f64::INFINITY, None);
    for _ in 0..runs {
        let began = clock();
        let result = black_box(run());
        let took = (clock() - began) / n as f64;
        best = (best.0.min(took), Some(result));
    }
    (best.0, best.1.unwrap())
}

fn main() {
    // `cargo test --benches` only looks whether it runs.
    let quick = !std::env::args().any(|a| a == "--bench");
    let n = if quick { 400 } else { 10_000 };
    bench("scattered anywhere", scattered(7, n), if quick { 1_000 } else { 1_000_000 });
    let side = if quick { 20 } else { 95 };
    bench(
        "tiling with shared borders, one of ten drawn twice",
        tiling(7, side, side, 15, 10),
        if quick { 1_000 } else { 1_000_000 },
    );
}

fn bench(name: &str, shapes: Vec<Shape>, n: usize) {
    let runs = if n > 1_000 { 5 } else { 1 };
    let mut chance = Chance(11);
    let points: Vec<At> = (0..n).map(|_| anywhere(&mut chance)).collect();
    let (build, index) = each(runs.min(3), 1, || Index::new(shapes.clone()));
    let size = index.size();
    println!("{name}: {} areas, {} points of outline", size.areas, size.points);
    println!(
        "  build {:.0} ms, {:.1} MB: {} tiles {:.1}, outlines {:.1}",
        build / 1e6,
        (size.tile_bytes + size.shape_bytes) as f64 / 1e6,
        size.tiles,
        size.tile_bytes as f64 / 1e6,
        size.shape_bytes as f64 / 1e6
    );
    let (one, hits) = each(runs, n, || ours(&index, &points));
    println!("  one after the other, random order  {one:7.1} ns   {:.3} areas", hits.0 as f64 / n as f64);
    let (many, same) = each(runs, n, || batched(&index, &points));
    println!("  batched, random order              {many:7.1} ns");
    assert_eq!(hits, same);
    let mut near = points.clone();
    near.sort_unstable_by_key(|[x, y]| ((y * 400.0) as i64, (x * 400.0) as i64));
    let (grouped, same) = each(runs, n, || batched(&index, &near));
    println!("  batched, points come grouped       {grouped:7.1} ns");
    assert_eq!(hits, same);
    peer(&shapes, &points, hits);
    change(&index);
}

type Hits = (u64, u64);

fn ours(index: &Index, points: &[At]) -> Hits {
    let mut hits: Hits = (0, 0);
    for at in points {
        index.locate(*at, |area| hits = (hits.0 + 1, hits.1.wrapping_add(u64::from(area))));
    }
    hits
}

fn batched(index: &Index, points: &[At]) -> Hits {
    let mut hits: Hits = (0, 0);
    index.locate_many(points, |_, area| hits = (hits.0 + 1, hits.1.wrapping_add(u64::from(area))));
    hits
}

/// What one would write with the usual crates: boxes in an R*-tree, then the polygons themselves.
fn peer(shapes: &[Shape], points: &[At], expected: Hits) {
    let polygons: Vec<Polygon> =
        shapes.iter().map(|s| Polygon::new(LineString::from(s.rings().next().unwrap().to_vec()), Vec::new())).collect();
    let (build, tree) = each(1, 1, || {
        let boxes = shapes.iter().enumerate().map(|(n, s)| {
            let b = s.bounds();
            GeomWithData::new(Rectangle::from_corners(b.min, b.max), n)
        });
        RTree::bulk_load(boxes.collect())
    });
    let (time, hits) = each(1, points.len(), || {
        let mut hits: Hits = (0, 0);
        for at in points {
            for found in tree.locate_in_envelope_intersecting(&AABB::from_point(*at)) {
                if polygons[found.data].contains(&Point::new(at[0], at[1])) {
                    hits = (hits.0 + 1, hits.1 + found.data as u64);
                }
            }
        }
        hits
    });
    println!("  rstar + geo                        {time:7.1} ns   (built in {:.0} ms)", build / 1e6);
    assert_eq!(hits, expected, "points on borders do not come up by chance");
}

fn change(index: &Index) {
    let areas: Vec<(u32, Arc<Shape>)> = index.areas().map(|(n, s)| (n, Arc::new(s.clone()))).step_by(37).collect();
    let mut times: Vec<f64> = Vec::new();
    let mut now = index.clone();
    for (n, shape) in areas {
        for shape in [None, Some(shape)] {
            // The processor's time is told in steps of milliseconds: too coarse here.
            let began = Instant::now();
            now = now.with(n, shape);
            times.push(began.elapsed().as_nanos() as f64 / 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "  remove or add one area             {:7.0} µs median, {:.0} least, {:.0} p99",
        at(0.5),
        at(0.0),
        at(0.99)
    );
    let all = index.areas().fold(Bounds::NOTHING, |all, (_, s)| all.join(s.bounds()));
    let ring = vec![all.min, [all.max[0], all.min[1]], all.max, [all.min[0], all.max[1]]];
    let district = Arc::new(Shape::new([ring]).unwrap());
    let began = Instant::now();
    black_box(now.with(1_000_000, Some(district)));
    println!("  add one as large as all together   {:7.0} ms\n", began.elapsed().as_nanos() as f64 / 1e6);
}
