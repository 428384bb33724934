//! Cutting the plan into blocks: recursively, along the axes, finer towards the town centres. A cut continues one on the
//! other side when it comes near, so that streets run on. Cuts never meet corner to corner: where four blocks would meet,
//! one cut is two metres off, and no area can ever touch itself in a single point.

use super::Town;
use crate::rng::{Rng, noise};
use std::collections::{BTreeMap, HashMap};

/// A block on the plan, metres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    pub u0: i64,
    pub u1: i64,
    pub v0: i64,
    pub v1: i64,
}

impl Rect {
    pub const fn centre(self) -> (f64, f64) {
        (i64::midpoint(self.u0, self.u1) as f64, i64::midpoint(self.v0, self.v1) as f64)
    }
    pub const fn width(self) -> i64 {
        self.u1 - self.u0
    }
    pub const fn height(self) -> i64 {
        self.v1 - self.v0
    }
}

/// One cut: the road or canal between the blocks on its two sides.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// Runs east–west (`v = at`), else north–south (`u = at`).
    pub across: bool,
    pub at: i64,
    pub lo: i64,
    pub hi: i64,
    /// Cuts that continue each other share a group: one road, one name.
    pub group: usize,
}

/// The plan, cut.
#[derive(Debug, Default)]
pub struct Cut {
    pub rects: Vec<Rect>,
    pub lines: Vec<Line>,
    pub groups: usize,
    /// Groups that carry the two rivers: one north–south, one east–west, through the whole district.
    pub rivers: Vec<usize>,
}

/// Where the rivers run before the seed shifts them: between the towns.
const RIVERS: (i64, i64) = (7_300, 7_250);

/// The land that is cut; the coast is `v = 0`.
pub const PLAN: Rect = Rect { u0: -15_000, u1: 15_000, v0: 0, v1: 21_500 };
/// How far two cuts are kept apart where they would cross, metres.
pub const OFFSET: i64 = 2;

/// Side of a usual block at a distance from the towns, metres.
fn grain(seed: u64, rect: Rect, towns: &[Town]) -> f64 {
    let mut grain = 990.0;
    for town in towns {
        let du = (town.u - town.u.clamp(rect.u0, rect.u1)) as f64;
        let dv = (town.v - town.v.clamp(rect.v0, rect.v1)) as f64;
        let reach = (du * du + dv * dv).sqrt() / town.radius;
        let local = 275.0 + 715.0 * ((reach - 0.75) / 2.1).clamp(0.0, 1.0);
        grain = f64::min(grain, local);
    }
    let (u, v) = rect.centre();
    grain * (1.0 + 0.16 * noise(seed ^ 0x4d, u / 1_900.0, v / 1_900.0))
}

struct Cutter<'a> {
    seed: u64,
    towns: &'a [Town],
    rng: Rng,
    out: Cut,
    /// Ends of cuts on the line `(across, at)`: position → group.
    ends: HashMap<(bool, i64), BTreeMap<i64, usize>>,
}

/// Cuts the plan of a seed.
pub fn cut(seed: u64, towns: &[Town]) -> Cut {
    let mut cutter = Cutter { seed, towns, rng: Rng::new(seed, "cut"), out: Cut::default(), ends: HashMap::new() };
    let sides = [(true, PLAN.v0), (true, PLAN.v1), (false, PLAN.u0), (false, PLAN.u1)];
    for (group, (across, at)) in sides.into_iter().enumerate() {
        let (lo, hi) = if across { (PLAN.u0, PLAN.u1) } else { (PLAN.v0, PLAN.v1) };
        cutter.out.lines.push(Line { across, at, lo, hi, group });
    }
    cutter.out.groups = sides.len();
    let mut stack = cutter.rivers();
    while let Some(rect) = stack.pop() {
        match cutter.split(rect) {
            Some((a, b)) => stack.extend([b, a]),
            None => cutter.out.rects.push(rect),
        }
    }
    cutter.out
}

impl Cutter<'_> {
    /// The first cuts: the rivers divide the land into quarters.
    fn rivers(&mut self) -> Vec<Rect> {
        let (u, v) = (RIVERS.0 + self.rng.between(-300, 300), RIVERS.1 + self.rng.between(-250, 250));
        let (across, up) = (self.out.groups, self.out.groups + 1);
        self.out.groups += 2;
        self.out.rivers = vec![up, across];
        let (south, north) = (Rect { v1: v, ..PLAN }, Rect { v0: v, ..PLAN });
        self.record(Line { across: true, at: v, lo: PLAN.u0, hi: PLAN.u1, group: across });
        let mut quarters = Vec::new();
        for (half, at) in [(south, u), (north, u + OFFSET)] {
            self.record(Line { across: false, at, lo: half.v0, hi: half.v1, group: up });
            quarters.extend([Rect { u1: at, ..half }, Rect { u0: at, ..half }]);
        }
        quarters
    }

    fn record(&mut self, line: Line) {
        self.out.lines.push(line);
        for side in [line.lo, line.hi] {
            self.ends.entry((!line.across, side)).or_default().insert(line.at, line.group);
        }
    }

    fn split(&mut self, rect: Rect) -> Option<(Rect, Rect)> {
        let grain = grain(self.seed, rect, self.towns);
        let (w, h) = (rect.width() as f64, rect.height() as f64);
        if w * h < 1.55 * grain * grain && w.max(h) < 2.3 * grain {
            return None;
        }
        // `across` cuts run east–west and divide the height.
        let across = if h > 1.25 * w {
            true
        } else if w > 1.25 * h {
            false
        } else {
            self.rng.chance(0.5)
        };
        let (lo, hi) = if across { (rect.v0, rect.v1) } else { (rect.u0, rect.u1) };
        let margin = ((hi - lo) as f64 * 0.26).max(grain * 0.42) as i64;
        if hi - lo < 2 * margin + 10 {
            return None;
        }
        let wanted = self.through_centre(rect, across, lo + margin, hi - margin).unwrap_or_else(|| {
            let ratio = self.rng.range(0.37, 0.63);
            lo + ((hi - lo) as f64 * ratio) as i64
        });
        let (at, group) = self.settle(rect, across, wanted, (lo + margin, hi - margin), grain);
        let (from, to) = if across { (rect.u0, rect.u1) } else { (rect.v0, rect.v1) };
        self.record(Line { across, at, lo: from, hi: to, group });
        Some(if across {
            (Rect { v1: at, ..rect }, Rect { v0: at, ..rect })
        } else {
            (Rect { u1: at, ..rect }, Rect { u0: at, ..rect })
        })
    }

    /// Main roads run through town centres.
    fn through_centre(&self, rect: Rect, across: bool, lo: i64, hi: i64) -> Option<i64> {
        let middle = i64::midpoint(lo, hi);
        let inside = |t: &&Town| {
            let (along, other, from, to) =
                if across { (t.v, t.u, rect.u0, rect.u1) } else { (t.u, t.v, rect.v0, rect.v1) };
            (lo..=hi).contains(&along) && (from - 20..=to + 20).contains(&other)
        };
        let coordinate = |t: &Town| if across { t.v } else { t.u };
        self.towns.iter().filter(inside).map(coordinate).min_by_key(|at| (at - middle).abs())
    }

    /// Continues a cut that ends nearby on either side, else starts a new one; never exactly opposite to another end.
    fn settle(&mut self, rect: Rect, across: bool, wanted: i64, (lo, hi): (i64, i64), grain: f64) -> (i64, usize) {
        let sides = if across { [rect.u0, rect.u1] } else { [rect.v0, rect.v1] };
        let town = grain < 500.0;
        let reach = (grain * if town { 0.34 } else { 0.25 }) as i64;
        let mut best: Option<(i64, usize)> = None;
        for side in sides {
            let Some(ends) = self.ends.get(&(!across, side)) else { continue };
            for (&at, &group) in ends.range((wanted - reach).max(lo)..=(wanted + reach).min(hi).max(lo)) {
                if best.is_none_or(|(b, _)| (at - wanted).abs() < (b - wanted).abs()) {
                    best = Some((at, group));
                }
            }
        }
        let follow = best.filter(|_| self.rng.chance(if town { 0.9 } else { 0.6 }));
        let (mut at, group) = follow.unwrap_or_else(|| {
            self.out.groups += 1;
            (wanted, self.out.groups - 1)
        });
        let taken = |at: i64| {
            sides
                .iter()
                .any(|side| self.ends.get(&(!across, *side)).is_some_and(|e| e.range(at - 1..=at + 1).next().is_some()))
        };
        while taken(at) {
            at += OFFSET;
        }
        (at, group)
    }
}
