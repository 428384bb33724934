//! Those who are lost, step by step from node to node. They share neither code nor figures with the planner.

use crate::town::{Town, gap};

/// Permuted congruential generator (O'Neill 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F));
        dice.f();
        dice
    }
    pub fn f(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word = ((self.0 >> ((self.0 >> 59) + 5)) ^ self.0).wrapping_mul(12_605_985_483_714_917_081);
        f64::from(((word >> 43) ^ word) as u32) / 4_294_967_296.0
    }
    pub fn between(&mut self, a: f64, b: f64) -> f64 {
        a + (b - a) * self.f()
    }
    pub fn of(&mut self, n: usize) -> usize {
        ((self.f() * n as f64) as usize).min(n - 1)
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    Wanders,
    ToPlace,
    Circles,
    ComesBack,
    Stuck,
    Indoors,
    Bus,
}

/// When they were at which node, from second 0; after the last they stay on the piece that led to it.
pub struct Track(pub Vec<(f64, usize)>);

impl Track {
    /// All pieces they were on between two instants.
    pub fn pieces(&self, from: f64, to: f64) -> Vec<(usize, usize)> {
        let t = &self.0;
        let mut n = t.partition_point(|s| s.0 <= from).max(1);
        let mut found = Vec::new();
        loop {
            let (a, b) = (t[(n - 1).min(t.len() - 2)].1, t[n.min(t.len() - 1)].1);
            found.push((a.min(b), a.max(b)));
            if n >= t.len() || t[n].0 >= to {
                return found;
            }
            n += 1;
        }
    }
    pub fn node(&self, at: f64) -> usize {
        self.0[self.0.partition_point(|s| s.0 <= at).max(1) - 1].1
    }
}

struct Walker<'a> {
    town: &'a Town,
    dice: &'a mut Dice,
    track: Vec<(f64, usize)>,
    speed: f64,
}

impl Walker<'_> {
    fn clock(&self) -> f64 {
        self.track.last().unwrap().0
    }
    fn here(&self) -> usize {
        self.track.last().unwrap().1
    }
    fn step(&mut self, to: usize) {
        let len = gap(self.town.xy[self.here()], self.town.xy[to]).max(0.1);
        // One in forty nodes is a bench, a window, a moment of not knowing where.
        let rest = if self.dice.f() < 0.025 { self.dice.between(60.0, 600.0) } else { 0.0 };
        self.track.push((self.clock() + len / self.speed + rest, to));
    }
    /// Straight on rather than round the corner, for so many seconds; not farther than `leash` metres from where this began.
    fn wander(&mut self, seconds: f64, leash: f64) {
        let (end, home) = (self.clock() + seconds, self.town.xy[self.here()]);
        let mut before = usize::MAX;
        while self.clock() < end {
            let here = self.here();
            let at = self.town.xy[here];
            let heading = if before == usize::MAX {
                None
            } else {
                Some([at[0] - self.town.xy[before][0], at[1] - self.town.xy[before][1]])
            };
            let weights: Vec<f64> = self.town.next[here]
                .iter()
                .map(|(u, _)| {
                    let to = self.town.xy[*u];
                    if *u == before {
                        return 0.02;
                    }
                    let leashed = if gap(to, home) > leash && gap(to, home) > gap(at, home) { 0.05 } else { 1.0 };
                    let turn = heading.map_or(0.0, |h| {
                        let d = [to[0] - at[0], to[1] - at[1]];
                        (h[0] * d[0] + h[1] * d[1]) / (h[0].hypot(h[1]) * d[0].hypot(d[1])).max(1e-9)
                    });
                    leashed * (1.8 * turn).exp()
                })
                .collect();
            let mut at = self.dice.f() * weights.iter().sum::<f64>();
            let n = weights.iter().position(|w| {
                at -= w;
                at < 0.0
            });
            let to = self.town.next[here][n.unwrap_or(0)].0;
            before = here;
            self.step(to);
        }
    }
    fn go(&mut self, to: usize) {
        let path = self.town.path(self.here(), to);
        for n in path.into_iter().skip(1) {
            self.step(n);
        }
    }
}

/// Nodes between two distances.
pub fn around(town: &Town, from: usize, low: f64, high: f64) -> Vec<usize> {
    (0..town.ids.len()).filter(|v| (low..high).contains(&gap(town.xy[*v], town.xy[from]))).collect()
}

pub fn walk(town: &Town, start: usize, way: Way, places: &[usize], dice: &mut Dice) -> Track {
    let begins = dice.between(0.0, 600.0);
    let speed = dice.between(0.5, 1.1);
    let first = town.next[start][dice.of(town.next[start].len())].0;
    let mut w =
        Walker { town, dice, track: vec![(0.0, first), (0.1, start), (begins, first), (begins + 0.1, start)], speed };
    match way {
        Way::Indoors => {}
        Way::Wanders => {
            let minutes = -75.0 * (1.0 - w.dice.f()).ln() + 10.0;
            w.wander(minutes * 60.0, f64::INFINITY);
            if w.dice.f() < 0.4 {
                let (rest, at) = (w.dice.between(600.0, 3_600.0), w.track[w.track.len() - 2].1);
                w.track.push((w.clock() + rest, at));
                w.wander(2_400.0, f64::INFINITY);
            }
        }
        Way::ToPlace => {
            let to = places[w.dice.of(places.len())];
            w.go(to);
            if w.dice.f() < 0.4 {
                w.wander(1_800.0, f64::INFINITY);
            }
        }
        Way::Circles => w.wander(6.0 * 3_600.0, 300.0),
        Way::ComesBack => {
            let out = w.dice.between(1_200.0, 4_800.0);
            w.wander(out, f64::INFINITY);
            w.go(start);
        }
        Way::Stuck => {
            let ends: Vec<usize> =
                around(town, start, 150.0, 1_500.0).into_iter().filter(|v| town.next[*v].len() == 1).collect();
            if !ends.is_empty() {
                let to = ends[w.dice.of(ends.len())];
                w.go(to);
            }
        }
        Way::Bus => {
            let stop = around(town, start, 150.0, 500.0);
            let there = around(town, start, 2_000.0, 6_000.0);
            if !stop.is_empty() && !there.is_empty() {
                let stop = stop[w.dice.of(stop.len())];
                w.go(stop);
                let to = there[w.dice.of(there.len())];
                let by = w.dice.between(600.0, 2_400.0);
                let end = w.clock() + by;
                // On board nobody on the street meets them.
                w.track.push((end - 0.2, usize::MAX));
                w.track.push((end - 0.1, town.next[to][0].0));
                w.track.push((end, to));
                w.wander(1_800.0, f64::INFINITY);
            }
        }
    }
    if w.track.len() < 2 {
        w.track.push((0.2, start));
    }
    Track(w.track)
}
