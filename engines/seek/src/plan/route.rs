//! The best connected walk for one team: a beam of the best beginnings, from where it is and from the far places that would be worth the way.
#![expect(clippy::indexing_slicing, reason = "junctions, links and states are numbered here")]

use super::roads::{NO_LINK, Reached, Roads};
use super::worth::Worth;
use crate::terrain::Terrain;
use std::collections::BTreeMap;

/// One piece of a walk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    pub piece: u32,
    pub to: u32,
    /// Seconds after the beginning when its end is reached.
    pub by: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Walk {
    pub start: u32,
    pub steps: Vec<Step>,
}

/// How much work a plan may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    beam: usize,
    anchors: usize,
    limit: f32,
}

impl Settings {
    pub fn new(teams: usize, ahead_min: f64) -> Self {
        let (beam, anchors) = match teams {
            0..=4 => (64, 5),
            5..=12 => (40, 4),
            13..=40 => (24, 3),
            _ => (12, 2),
        };
        Self { beam, anchors, limit: (ahead_min * 60.0) as f32 }
    }
}

/// Sooner is better: what is found after an hour counts e times less.
const SOON_S: f32 = 3_600.0;
const BUCKET_S: f32 = 20.0;
const REGION_M: f32 = 300.0;
/// Streets are walked so much longer than they are when all of a region is looked at.
const DEADHEAD: f32 = 1.25;

#[derive(Debug, Clone, Copy)]
struct State {
    junction: u32,
    seconds: f32,
    gain: f32,
    link: u32,
    along: bool,
    before: u32,
}

const ROOT: u32 = u32::MAX;

struct Beam<'a> {
    terrain: &'a Terrain,
    roads: &'a Roads,
    links: &'a [Vec<f32>],
    worth: &'a Worth,
    pod: f32,
    settings: &'a Settings,
    states: Vec<State>,
}

fn soon(seconds: f32) -> f32 {
    (-seconds / SOON_S).exp()
}

/// What a walk brings, each piece once.
pub(super) fn value(terrain: &Terrain, walk: &Walk, worth: &Worth, left: &[f32], pod: f64) -> f64 {
    let mut seen: Vec<u32> = Vec::with_capacity(walk.steps.len());
    let mut sum = 0.0;
    for step in &walk.steps {
        if !seen.contains(&step.piece) {
            seen.push(step.piece);
            let n = step.piece as usize;
            sum += worth.bin(step.by)[n] * left[n] * soon(step.by);
        }
    }
    debug_assert!(walk.steps.iter().all(|s| (s.piece as usize) < terrain.pieces.len()));
    f64::from(sum) * pod
}

pub(super) fn best(
    terrain: &Terrain,
    roads: &Roads,
    worth: &Worth,
    left: &[f32],
    start: u32,
    pod: f64,
    settings: &Settings,
) -> Option<Walk> {
    let links = worth.links(terrain, left);
    let mut beam = Beam { terrain, roads, links: &links, worth, pod: pod as f32, settings, states: Vec::new() };
    let stubs = beam.stubs(start, left);
    if stubs.is_empty() {
        return None;
    }
    let begin: Vec<(u32, f32)> = stubs.iter().map(|s| (s.junction, s.seconds)).collect();
    let reached = roads.from(terrain, &begin, settings.limit);
    let first: Vec<u32> = stubs.iter().map(|s| beam.push(*s)).collect();
    let mut winner = beam.run(&first);
    for junction in beam.anchors(&reached, left, terrain.xy[start as usize]) {
        let at = beam.along(&reached, junction, &first);
        let other = beam.run(&[at]);
        if beam.states[other as usize].gain > beam.states[winner as usize].gain {
            winner = other;
        }
    }
    let walk = beam.walk(start, winner);
    (!walk.steps.is_empty()).then_some(walk)
}

impl Beam<'_> {
    fn push(&mut self, state: State) -> u32 {
        self.states.push(state);
        self.states.len() as u32 - 1
    }

    /// From a vertex to the junctions at the ends of its link, or the junction that it is.
    fn stubs(&self, start: u32, left: &[f32]) -> Vec<State> {
        let t = self.terrain;
        let whole = State { junction: start, seconds: 0.0, gain: 0.0, link: NO_LINK, along: true, before: ROOT };
        if (start as usize) < t.junctions {
            return vec![whole];
        }
        let Some(link) = t.around(start).first().map(|a| t.pieces[a.piece as usize].link) else { return Vec::new() };
        let l = &t.links[link as usize];
        let middle = (l.first..l.end).find(|n| t.pieces[*n as usize].b == start).map_or(l.first, |n| n + 1);
        [(middle..l.end, true, l.to), (l.first..middle, false, l.from)]
            .into_iter()
            .map(|(pieces, along, junction)| {
                let seconds = pieces.clone().map(|n| self.roads.piece(t, n, along)).sum();
                let gain = pieces.map(|n| self.worth.bin(0.0)[n as usize] * left[n as usize]).sum::<f32>() * self.pod;
                State { junction, seconds, gain, link, along, before: ROOT }
            })
            .collect()
    }

    fn taken(&self, state: u32, link: u32) -> bool {
        let mut at = state;
        while at != ROOT {
            let s = &self.states[at as usize];
            if s.link == link {
                return true;
            }
            at = s.before;
        }
        false
    }

    /// On along a link; what lies beyond the limit is cut off in proportion.
    fn go(&self, from: u32, link: u32, along: bool) -> State {
        let (s, l) = (self.states[from as usize], &self.terrain.links[link as usize]);
        let took = self.roads.seconds[link as usize][usize::from(!along)];
        let seconds = s.seconds + took;
        let part = if seconds > self.settings.limit { (self.settings.limit - s.seconds).max(0.0) / took } else { 1.0 };
        let middle = s.seconds + took / 2.0;
        let bin = ((middle / 600.0) as usize).min(self.links.len() - 1);
        let new = if self.taken(from, link) { 0.0 } else { self.links[bin][link as usize] };
        let gain = s.gain + new * part * self.pod * soon(middle);
        State { junction: if along { l.to } else { l.from }, seconds, gain, link, along, before: from }
    }

    /// The best end of all that go on from these; by time, and of those who are equally far the best.
    fn run(&mut self, first: &[u32]) -> u32 {
        let mut buckets: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let bucket = |s: &State| (s.seconds / BUCKET_S) as u32;
        let mut best = first.first().copied().unwrap_or(0);
        for n in first {
            buckets.entry(bucket(&self.states[*n as usize])).or_default().push(*n);
        }
        while let Some((_, mut here)) = buckets.pop_first() {
            here.sort_unstable_by(|a, b| {
                self.states[*b as usize].gain.total_cmp(&self.states[*a as usize].gain).then(a.cmp(b))
            });
            let mut kept: Vec<u32> = Vec::with_capacity(self.settings.beam);
            let mut at: Vec<u32> = Vec::with_capacity(self.settings.beam);
            for n in here {
                let junction = self.states[n as usize].junction;
                // Two ways to one junction are enough: they differ in what is left behind them.
                if at.iter().filter(|j| **j == junction).count() < 2 {
                    at.push(junction);
                    kept.push(n);
                    if kept.len() == self.settings.beam {
                        break;
                    }
                }
            }
            for n in kept {
                if self.states[n as usize].gain > self.states[best as usize].gain {
                    best = n;
                }
                if self.states[n as usize].seconds >= self.settings.limit {
                    continue;
                }
                let junction = self.states[n as usize].junction;
                for k in 0..self.terrain.links_at(junction).len() {
                    let link = self.terrain.links_at(junction)[k];
                    let l = &self.terrain.links[link as usize];
                    let next = self.go(n, link, l.from == junction);
                    let (key, gain) = (bucket(&next), next.gain);
                    let next = self.push(next);
                    if self.states[next as usize].seconds <= self.settings.limit {
                        buckets.entry(key).or_default().push(next);
                    } else if gain > self.states[best as usize].gain {
                        best = next;
                    }
                }
            }
        }
        best
    }

    /// The straight way to a junction, as states.
    fn along(&mut self, reached: &Reached, junction: u32, first: &[u32]) -> u32 {
        let (mut way, mut at) = (Vec::new(), junction);
        loop {
            let (link, along) = reached.by[at as usize];
            if link == NO_LINK {
                break;
            }
            way.push((link, along));
            let l = &self.terrain.links[link as usize];
            at = if along { l.from } else { l.to };
        }
        let begin = first.iter().copied().find(|n| self.states[*n as usize].junction == at);
        let mut state = begin.or(first.first().copied()).unwrap_or(0);
        for (link, along) in way.into_iter().rev() {
            let next = self.go(state, link, along);
            state = self.push(next);
        }
        state
    }

    /// Junctions at the edge of the regions where the most can be found in the time that is left after getting there.
    fn anchors(&self, reached: &Reached, left: &[f32], from: [f32; 2]) -> Vec<u32> {
        #[derive(Default, Clone, Copy)]
        struct Region {
            worth: f32,
            len: f32,
            speed: f32,
            nearest: Option<(f32, u32)>,
        }
        let t = self.terrain;
        let of = |xy: [f32; 2]| xy.map(|c| (c / REGION_M).floor() as i32);
        let mut regions: BTreeMap<[i32; 2], Region> = BTreeMap::new();
        let middle = &self.worth.bins[self.worth.bins.len() / 2];
        for (n, piece) in (0_u32..).zip(&t.pieces) {
            let region = regions.entry(of(t.middle(n))).or_default();
            region.worth += middle[n as usize] * left[n as usize];
            region.len += piece.len;
        }
        for (j, seconds) in (0_u32..).zip(&reached.seconds).filter(|(_, s)| s.is_finite()) {
            let region = regions.entry(of(t.xy[j as usize])).or_default();
            if region.nearest.is_none_or(|n| *seconds < n.0) {
                region.nearest = Some((*seconds, j));
            }
        }
        let speed = self.roads.seconds.iter().zip(&t.links).map(|(s, l)| l.len / s[0].max(1e-3)).fold(0.1, f32::max);
        regions.values_mut().for_each(|r| r.speed = speed);
        let here = of(from);
        let mut scored: Vec<(f32, [i32; 2], u32)> = Vec::new();
        for (at, region) in &regions {
            let Some((travel, junction)) = region.nearest else { continue };
            if (at[0] - here[0]).abs().max((at[1] - here[1]).abs()) < 2 {
                continue;
            }
            let mut around: Vec<Region> = (-1..=1)
                .flat_map(|dx| (-1..=1).map(move |dy| [at[0] + dx, at[1] + dy]))
                .filter_map(|k| regions.get(&k).copied())
                .collect();
            around.sort_by(|a, b| (b.worth * a.len.max(1.0)).total_cmp(&(a.worth * b.len.max(1.0))));
            let (mut clock, mut score) = (travel, 0.0);
            for r in around {
                let sweep = r.len * DEADHEAD / r.speed;
                let part = ((self.settings.limit - clock) / sweep.max(1.0)).clamp(0.0, 1.0);
                score += r.worth * part * soon(clock + sweep * part / 2.0);
                clock += sweep * part;
            }
            scored.push((score, *at, junction));
        }
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut chosen: Vec<([i32; 2], u32)> = Vec::new();
        for (_, at, junction) in scored {
            if chosen.len() == self.settings.anchors {
                break;
            }
            if chosen.iter().all(|(c, _)| (c[0] - at[0]).abs().max((c[1] - at[1]).abs()) > 1) {
                chosen.push((at, junction));
            }
        }
        chosen.into_iter().map(|c| c.1).collect()
    }

    /// All pieces of the way that led to a state.
    fn walk(&self, start: u32, state: u32) -> Walk {
        let (mut chain, mut at) = (Vec::new(), state);
        while at != ROOT {
            chain.push(self.states[at as usize]);
            at = self.states[at as usize].before;
        }
        let (t, mut steps, mut clock, mut here) = (self.terrain, Vec::new(), 0.0_f32, start);
        for s in chain.iter().rev().filter(|s| s.link != NO_LINK) {
            let l = &t.links[s.link as usize];
            let mut pieces: Vec<u32> = (l.first..l.end).collect();
            if !s.along {
                pieces.reverse();
            }
            // The first link may begin at its middle.
            let side = |n: u32| if s.along { t.pieces[n as usize].a } else { t.pieces[n as usize].b };
            let begin = pieces.iter().position(|n| side(*n) == here).unwrap_or(0);
            for n in &pieces[begin..] {
                clock += self.roads.piece(t, *n, s.along);
                if clock > self.settings.limit {
                    return Walk { start, steps };
                }
                here = if s.along { t.pieces[*n as usize].b } else { t.pieces[*n as usize].a };
                steps.push(Step { piece: *n, to: here, by: clock });
            }
        }
        Walk { start, steps }
    }
}
