//! `cargo bench -p fence`: 10,000 areas of 60 corners, a point in 1.1 of them, beside rstar with geo on the same points.
//!
//! Each turn asks for a thousand points: microseconds of a turn are nanoseconds of a point. `scattered` are outlines anywhere, `jagged`
//! ones have long teeth, `tiling` share their borders and one of ten is drawn twice.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, dead_code, reason = "a bench, with what the tests share")]

#[path = "../tests/world/mod.rs"]
mod world;

use divan::Bencher;
use fence::{At, Index, Shape};
use geo::{Contains, LineString, Point, Polygon};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use std::sync::{Arc, LazyLock};
use world::{Chance, anywhere, jagged, scattered, tiling};

const WORLDS: [&str; 3] = ["scattered", "jagged", "tiling"];
const TURN: usize = 1_000;
const TURNS: usize = 500;

struct World {
    shapes: Vec<Shape>,
    index: Index,
    /// In random order.
    points: Vec<At>,
    /// The same, neighbours after each other.
    grouped: Vec<At>,
    peer: Peer,
}

static ALL: LazyLock<[World; 3]> =
    LazyLock::new(|| [scattered(7, 10_000), jagged(7, 10_000), tiling(7, 95, 95, 15, 10)].map(World::new));

impl World {
    fn new(shapes: Vec<Shape>) -> Self {
        let mut chance = Chance(11);
        let points: Vec<At> = (0..TURN * TURNS).map(|_| anywhere(&mut chance)).collect();
        let mut grouped = points.clone();
        grouped.sort_unstable_by_key(|[x, y]| ((y * 400.0) as i64, (x * 400.0) as i64));
        let (index, peer) = (Index::new(shapes.clone()), Peer::new(&shapes));
        for some in points.chunks(TURN).take(100) {
            // No point of these lies on a border, where the peer has no rule.
            assert_eq!(one_by_one(&index, some), peer.locate(some));
            assert_eq!(batched(&index, some), peer.locate(some));
        }
        let size = index.size();
        assert!(size.tile_bytes + size.shape_bytes <= 32_000_000, "{size:?}");
        Self { shapes, index, points, grouped, peer }
    }

    fn named(name: &str) -> &'static Self {
        &ALL[WORLDS.iter().position(|world| *world == name).unwrap()]
    }
}

/// Number of hits and a sum over them.
type Hits = (u64, u64);

fn one_by_one(index: &Index, points: &[At]) -> Hits {
    let mut hits: Hits = (0, 0);
    for at in points {
        index.locate(*at, |area| hits = (hits.0 + 1, hits.1 + u64::from(area)));
    }
    hits
}

fn batched(index: &Index, points: &[At]) -> Hits {
    let mut hits: Hits = (0, 0);
    index.locate_many(points, |_, area| hits = (hits.0 + 1, hits.1 + u64::from(area)));
    hits
}

/// What one would write with the usual crates: boxes in an R*-tree, then the polygons themselves.
struct Peer {
    tree: RTree<GeomWithData<Rectangle<At>, usize>>,
    polygons: Vec<Polygon>,
}

impl Peer {
    fn new(shapes: &[Shape]) -> Self {
        let boxes = shapes.iter().enumerate().map(|(n, shape)| {
            let bounds = shape.bounds();
            GeomWithData::new(Rectangle::from_corners(bounds.min, bounds.max), n)
        });
        let ring = |shape: &Shape| LineString::from(shape.rings().next().unwrap().to_vec());
        let polygons = shapes.iter().map(|shape| Polygon::new(ring(shape), Vec::new()));
        Self { tree: RTree::bulk_load(boxes.collect()), polygons: polygons.collect() }
    }

    fn locate(&self, points: &[At]) -> Hits {
        let mut hits: Hits = (0, 0);
        for at in points {
            for found in self.tree.locate_in_envelope_intersecting(&AABB::from_point(*at)) {
                if self.polygons[found.data].contains(&Point::new(at[0], at[1])) {
                    hits = (hits.0 + 1, hits.1 + found.data as u64);
                }
            }
        }
        hits
    }
}

/// Turn after turn through all points.
fn turns(bencher: Bencher, points: &'static [At], locate: impl Fn(&[At]) -> Hits) {
    let mut rest = points.chunks(TURN).cycle();
    bencher.bench_local(|| locate(rest.next().unwrap()));
}

#[divan::bench(args = WORLDS, sample_count = 1_000, sample_size = 1)]
fn one_after_the_other(bencher: Bencher, name: &str) {
    let world = World::named(name);
    turns(bencher, &world.points, |some| one_by_one(&world.index, some));
}

#[divan::bench(args = WORLDS, sample_count = 1_000, sample_size = 1)]
fn many_at_once(bencher: Bencher, name: &str) {
    let world = World::named(name);
    turns(bencher, &world.points, |some| batched(&world.index, some));
}

#[divan::bench(args = WORLDS, sample_count = 1_000, sample_size = 1)]
fn many_at_once_grouped(bencher: Bencher, name: &str) {
    let world = World::named(name);
    turns(bencher, &world.grouped, |some| batched(&world.index, some));
}

#[divan::bench(args = WORLDS, sample_count = 500, sample_size = 1)]
fn rstar_with_geo(bencher: Bencher, name: &str) {
    let world = World::named(name);
    turns(bencher, &world.points, |some| world.peer.locate(some));
}

#[divan::bench(args = WORLDS, sample_count = 5, sample_size = 1)]
fn build(bencher: Bencher, name: &str) {
    let world = World::named(name);
    bencher.with_inputs(|| world.shapes.clone()).bench_local_values(Index::new);
}

#[divan::bench(args = WORLDS, sample_count = 300, sample_size = 1)]
fn remove_one_area(bencher: Bencher, name: &str) {
    let world = World::named(name);
    let mut number = (0..world.shapes.len() as u32).step_by(37).cycle();
    bencher.bench_local(|| world.index.with(number.next().unwrap(), None));
}

/// Over its neighbour: what changes is more than what was there.
#[divan::bench(args = WORLDS, sample_count = 300, sample_size = 1)]
fn replace_one_area(bencher: Bencher, name: &str) {
    let world = World::named(name);
    let shapes: Vec<Arc<Shape>> = world.shapes.iter().map(|s| Arc::new(s.clone())).collect();
    let mut number = (0..shapes.len() - 1).step_by(37).cycle();
    bencher.bench_local(|| {
        let n = number.next().unwrap();
        world.index.with(n as u32, Some(Arc::clone(&shapes[n + 1])))
    });
}

/// Over all tiles: with four corners, and with so many that it is not looked at closely before it is packed.
fn large(corners: usize) -> Arc<Shape> {
    let centre = [world::SOUTH_WEST[0] + world::WIDTH / 2.0, world::SOUTH_WEST[1] + world::HEIGHT / 2.0];
    let ring = world::blob(&mut Chance(3), centre, [world::WIDTH * 0.7, world::HEIGHT * 0.7], corners);
    Arc::new(Shape::new([ring]).unwrap())
}

#[divan::bench(args = WORLDS, sample_count = 50, sample_size = 1)]
fn add_an_area_as_large_as_all_together(bencher: Bencher, name: &str) {
    let (world, district) = (World::named(name), large(60));
    bencher.bench_local(|| world.index.with(20_000, Some(Arc::clone(&district))));
}

#[divan::bench(args = WORLDS, sample_count = 50, sample_size = 1)]
fn add_an_area_of_200_000_corners(bencher: Bencher, name: &str) {
    let (world, district) = (World::named(name), large(200_000));
    bencher.bench_local(|| world.index.with(20_000, Some(Arc::clone(&district))));
}

#[divan::bench(args = WORLDS, sample_count = 50, sample_size = 1)]
fn remove_an_area_as_large_as_all_together(bencher: Bencher, name: &str) {
    let index = World::named(name).index.with(20_000, Some(large(60))).settled(usize::MAX);
    bencher.bench_local(|| index.with(20_000, None));
}

/// Until the large area is packed, its border is asked of the outline.
#[divan::bench(args = WORLDS, sample_count = 300, sample_size = 1)]
fn one_after_the_other_while_tiles_wait(bencher: Bencher, name: &str) {
    let world = World::named(name);
    let index = world.index.with(20_000, Some(large(60)));
    turns(bencher, &world.points, |some| one_by_one(&index, some));
}

/// What is left to be packed after the large area: all tiles, in portions.
#[divan::bench(args = WORLDS, sample_count = 3, sample_size = 1)]
fn pack_what_waits(bencher: Bencher, name: &str) {
    let index = World::named(name).index.with(20_000, Some(large(60)));
    bencher.bench_local(|| index.settled(usize::MAX));
}

fn main() {
    divan::main();
}
