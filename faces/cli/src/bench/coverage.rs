//! `mulin bench coverage`: how long it takes to find out whether hundreds of police areas leave a gap or overlap, on borders as
//! they come: the same line for both neighbours, one corner pulled, every border drawn twice by hand.

use super::chance::Chance;
use super::gateway::cpu;
use super::machine;
use super::measure::Measured;
use anyhow::Context as _;
use clap::Args;
use kernel::Datum;
use places::Outline;
use places::model::coverage::{self, Coverage};
use serde::Serialize;
use std::io::Write;
use std::time::{Duration, Instant};

#[derive(Debug, Args)]
pub struct CoverageArgs {
    /// One JSON object instead of lines
    #[arg(long)]
    pub json: bool,
    /// Police areas of the district
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=5_000))]
    pub areas: u16,
    /// Corners of each area; a multiple of four
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(4..=4_000))]
    pub corners: u16,
    /// Times each check is repeated
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub repeat: u16,
}

#[derive(Debug, Serialize)]
struct Report {
    machine: String,
    areas: usize,
    corners: usize,
    checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct Check {
    /// Milliseconds on the clock.
    clock: Measured,
    /// Milliseconds on the processor, the fastest of the repeats.
    processor_ms: f64,
    /// Pieces that are told; slivers are none.
    pieces: usize,
}

const WEST: f64 = 121.30;
const SOUTH: f64 = 30.80;
const WIDE: f64 = 0.36;
const HIGH: f64 = 0.30;

type Corner = [f64; 2];

/// The district as a lattice with crooked borders, each of which is one line for both of its neighbours.
struct Tiling {
    columns: usize,
    rows: usize,
    /// West–east lines, row by row from the south, and south–north lines, likewise.
    across: Vec<Vec<Corner>>,
    up: Vec<Vec<Corner>>,
}

impl Tiling {
    fn make(areas: usize, corners: usize, chance: &mut Chance) -> Self {
        let rows = (1..=areas).rev().find(|r| r * r <= areas && areas.is_multiple_of(*r)).unwrap_or(1);
        let columns = areas / rows;
        let steps = (corners / 4).max(1);
        let node =
            |x: usize, y: usize| [WEST + WIDE * x as f64 / columns as f64, SOUTH + HIGH * y as f64 / rows as f64];
        let mut across = Vec::new();
        for y in 0..=rows {
            for x in 0..columns {
                across.push(crooked(node(x, y), node(x + 1, y), steps, chance));
            }
        }
        let mut up = Vec::new();
        for y in 0..rows {
            for x in 0..=columns {
                up.push(crooked(node(x, y), node(x, y + 1), steps, chance));
            }
        }
        Self { columns, rows, across, up }
    }

    /// The ring of one area, closed.
    fn area(&self, i: usize) -> Vec<Corner> {
        let (x, y) = (i % self.columns, i / self.columns);
        let across = |y: usize| self.across.get(y * self.columns + x).cloned().unwrap_or_default();
        let up = |x: usize| self.up.get(y * (self.columns + 1) + x).cloned().unwrap_or_default();
        ring(&[(across(y), false), (up(x + 1), false), (across(y + 1), true), (up(x), true)])
    }

    /// The ring of the whole, closed.
    fn district(&self) -> Vec<Corner> {
        let across = |y: usize| (0..self.columns).filter_map(move |x| self.across.get(y * self.columns + x).cloned());
        let up = |x: usize| (0..self.rows).filter_map(move |y| self.up.get(y * (self.columns + 1) + x).cloned());
        let mut lines: Vec<(Vec<Corner>, bool)> = across(0).map(|l| (l, false)).collect();
        lines.extend(up(self.columns).map(|l| (l, false)));
        let (mut north, mut west): (Vec<_>, Vec<_>) = (across(self.rows).collect(), up(0).collect());
        north.reverse();
        west.reverse();
        lines.extend(north.into_iter().chain(west).map(|l| (l, true)));
        ring(&lines)
    }
}

/// A line between two corners of the lattice that swings to both sides by at most a tenth of its length, less at its ends, so
/// that it meets no other.
fn crooked(a: Corner, b: Corner, steps: usize, chance: &mut Chance) -> Vec<Corner> {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let mut swing = 0.0;
    let inner = |t: f64, swing: f64| [a[0] + dx * t - dy * swing, a[1] + dy * t + dx * swing];
    let mut line = vec![a];
    for step in 1..steps {
        let t = step as f64 / steps as f64;
        let most = 0.4 * t.min(1.0 - t).min(0.25);
        swing = f64::clamp(swing + 0.02 * (chance.unit() - 0.5), -most, most);
        line.push(inner(t, swing));
    }
    line.push(b);
    line
}

/// Lines one after the other, each forwards or backwards, as a closed ring.
fn ring(lines: &[(Vec<Corner>, bool)]) -> Vec<Corner> {
    let mut out: Vec<Corner> = Vec::new();
    for (line, backwards) in lines {
        let mut line = line.clone();
        if *backwards {
            line.reverse();
        }
        line.pop();
        out.extend(line);
    }
    out.extend(out.first().copied());
    out
}

/// Every corner of a ring off by at most so many metres.
fn shaken(mut ring: Vec<Corner>, metres: f64, chance: &mut Chance) -> Vec<Corner> {
    ring.pop();
    for corner in &mut ring {
        corner[0] += (chance.unit() - 0.5) * 2.0 * metres / 95_400.0;
        corner[1] += (chance.unit() - 0.5) * 2.0 * metres / 111_000.0;
    }
    ring.extend(ring.first().copied());
    ring
}

pub(super) fn run(args: &CoverageArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let report = measure(args)?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(out, "{} police areas of {} corners on {}", report.areas, report.corners, report.machine)?;
    writeln!(out, "{:<34} {:>8} {:>10} {:>10} {:>10}", "borders", "pieces", "processor", "p50", "worst")?;
    for c in &report.checks {
        let (name, pieces) = (c.clock.name, c.pieces);
        writeln!(
            out,
            "{name:<34} {pieces:>8} {:>7.0} ms {:>7.0} ms {:>7.0} ms",
            c.processor_ms, c.clock.p50, c.clock.worst
        )?;
    }
    Ok(())
}

fn measure(args: &CoverageArgs) -> anyhow::Result<Report> {
    let mut chance = Chance::new(5);
    let tiling = Tiling::make(usize::from(args.areas), usize::from(args.corners), &mut chance);
    let rings: Vec<Vec<Corner>> = (0..usize::from(args.areas)).map(|i| tiling.area(i)).collect();
    let district = outline(tiling.district())?;
    let mut pulled = rings.clone();
    // A corner in the middle of a border of the middle area, 60 m to the south-west: a piece of one neighbour, or nobody's.
    let middle = pulled.len() / 2;
    if let Some(corner) = pulled.get_mut(middle).and_then(|ring| ring.get_mut(usize::from(args.corners) / 8)) {
        *corner = [corner[0] - 60.0 / 95_400.0, corner[1] - 60.0 / 111_000.0];
    }
    let mut by_hand = |metres: f64| rings.iter().map(|r| shaken(r.clone(), metres, &mut chance)).collect::<Vec<_>>();
    let (close, rough) = (by_hand(0.1), by_hand(3.0));
    let mut checks = Vec::new();
    for (name, rings) in [
        ("one line for both neighbours", rings),
        ("one corner pulled by 85 m", pulled),
        ("each drawn twice, 0.1 m off", close),
        ("each drawn twice, 3 m off", rough),
    ] {
        checks.push(check(name, &district, rings, args.repeat).context(name)?);
    }
    Ok(Report { machine: machine(), areas: args.areas.into(), corners: tiling.area(0).len() - 1, checks })
}

fn outline(ring: Vec<Corner>) -> anyhow::Result<Outline> {
    Ok(Outline::new(&[vec![ring]], Datum::Wgs84)?)
}

fn check(name: &'static str, district: &Outline, rings: Vec<Vec<Corner>>, repeat: u16) -> anyhow::Result<Check> {
    let outlines: Vec<Outline> = rings.into_iter().map(outline).collect::<anyhow::Result<_>>()?;
    let areas: Vec<(String, &Outline)> = outlines.iter().enumerate().map(|(i, o)| (format!("P{i}"), o)).collect();
    let (mut times, mut processor, mut pieces) = (Vec::new(), Duration::MAX, 0);
    for _ in 0..repeat {
        let (started, before) = (Instant::now(), cpu::process());
        let verdict: Result<(), Box<Coverage>> = coverage::check(Some(district), &areas);
        times.push(started.elapsed());
        processor = processor.min(cpu::process().saturating_sub(before));
        pieces = verdict.err().map_or(0, |c| c.total);
    }
    Ok(Check { clock: Measured::of(name, times), processor_ms: processor.as_secs_f64() * 1e3, pieces })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn the_lattice_covers_its_district_and_a_pulled_corner_is_found() {
        let report = measure(&CoverageArgs { json: false, areas: 12, corners: 40, repeat: 1 }).unwrap();
        assert_eq!((report.areas, report.corners), (12, 40));
        let pieces: Vec<usize> = report.checks.iter().map(|c| c.pieces).collect();
        assert_eq!(pieces[0], 0, "one line for both");
        assert!(pieces[1] >= 1, "{pieces:?}");
        assert_eq!(pieces[2], 0, "what lies off by 0.1 m is a sliver: {pieces:?}");
        assert!(pieces[3] > pieces[1], "{pieces:?}");
    }

    #[test]
    fn the_lines_of_a_lattice_make_sound_outlines() {
        let tiling = Tiling::make(500, 200, &mut Chance::new(5));
        assert_eq!((tiling.columns, tiling.rows), (25, 20));
        assert!((0..500).all(|i| outline(tiling.area(i)).is_ok_and(|o| o.points() >= 200)));
        assert!(outline(tiling.district()).is_ok());
    }
}
