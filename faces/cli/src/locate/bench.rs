//! How long an answer takes.

use anyhow::ensure;
use fence::{At, Index};
use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

/// Lookups of one run, at least.
const LOOKUPS: usize = 1_000_000;
/// Many: the least of them is that of a moment in which nothing else ran.
const RUNS: usize = 15;

pub(super) fn run(index: &Index, points: &[At], out: &mut dyn Write) -> anyhow::Result<()> {
    ensure!(!points.is_empty(), "there are no points to measure with");
    let mut points: Vec<At> = points.iter().copied().cycle().take(LOOKUPS.max(points.len())).collect();
    shuffle(&mut points);
    let one = best(points.len(), || {
        let mut hits = 0_u64;
        points.iter().for_each(|at| index.locate(*at, |area| hits = hits.wrapping_mul(3) + u64::from(area)));
        hits
    });
    let many = best(points.len(), || {
        let mut hits = 0_u64;
        index.locate_many(&points, |_, area| hits = hits.wrapping_mul(3) + u64::from(area));
        hits
    });
    writeln!(out, "{one:.1} ns per lookup, random order, one thread")?;
    Ok(writeln!(out, "{many:.1} ns per lookup, batched")?)
}

/// Nanoseconds for each of `n`, the least of some runs.
fn best(n: usize, mut run: impl FnMut() -> u64) -> f64 {
    let runs = (0..RUNS).map(|_| {
        let began = Instant::now();
        black_box(run());
        began.elapsed().as_nanos() as f64 / n as f64
    });
    runs.fold(f64::INFINITY, f64::min)
}

/// The same order every time (Fisher and Yates with SplitMix64).
fn shuffle(points: &mut [At]) {
    let mut state = 7_u64;
    for k in (1..points.len()).rev() {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        points.swap(k, ((z ^ (z >> 31)) % (k as u64 + 1)) as usize);
    }
}
