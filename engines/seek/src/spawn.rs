//! How somebody may go on from where they were seen: draws particles by the profile.
#![expect(clippy::indexing_slicing, reason = "ends, places and trees are numbered by the stage")]

use crate::particle::{Kind, Leg, Particle, Stage};
use crate::profile::Profile;
use crate::random::Rng;
use crate::source::{Source, pace, spread};

/// A place that the family named: how much it draws, the ends around it, the trees that begin there.
#[derive(Debug, Clone)]
pub(crate) struct Goal {
    pub weight: f64,
    pub ends: Vec<u32>,
    pub trees: [u32; 2],
}

/// Between these distances half of the particles are spread evenly by logarithm: there a search decides, and more of
/// them, each worth less, say more.
const EVENLY_M: [f64; 2] = [100.0, 4_000.0];
const FAR_M: f64 = 3_000.0;
const CLOSE_M: f64 = 400.0;
/// A bus with its waiting, metres a minute.
const RIDE: f32 = 250.0;
const WAITS_MIN: f64 = 12.0;

pub(crate) struct Spawn<'a> {
    pub stage: &'a Stage,
    pub profile: &'a Profile,
    pub goals: &'a [Goal],
    pub source: u32,
    /// The number of the first tree of the source.
    pub first_tree: u32,
    pub minutes: f64,
}

impl Spawn<'_> {
    fn origin(&self) -> &Source {
        &self.stage.sources[self.source as usize]
    }

    /// So many particles, each with its weight; the weights sum to 1.
    pub fn draw(&self, count: usize, rng: &mut Rng) -> Vec<(Particle, f64)> {
        let to_goals: f64 = self.goals.iter().map(|g| g.weight).sum();
        let share = if to_goals > 0.0 { self.profile.behaviour.to_places } else { 0.0 };
        let for_goals = (count as f64 * share).round() as usize;
        let mut all = Vec::with_capacity(count);
        for n in 0..for_goals {
            let at = (n as f64 + rng.unit()) / for_goals as f64 * to_goals;
            if let Some(p) = self.to_goal(at, rng) {
                all.push((p, share / for_goals as f64));
            }
        }
        let wandering = count - for_goals;
        let begin = all.len();
        for n in 0..wandering {
            let (metres, weight) = self.distance(n, wandering, rng);
            all.push((self.wanders(metres, rng), weight));
        }
        // What the even spread took and gave, and goals that no way leads to.
        let reached = begin as f64 / for_goals.max(1) as f64 * share;
        let sum: f64 = all[begin..].iter().map(|p| p.1).sum();
        all[begin..].iter_mut().for_each(|p| p.1 *= (1.0 - reached) / sum);
        all
    }

    /// A distance, and what it is worth against the law.
    fn distance(&self, n: usize, of: usize, rng: &mut Rng) -> (f64, f64) {
        let law = &self.profile.law;
        let evenly = 1.0 / (EVENLY_M[1] / EVENLY_M[0]).ln();
        let metres = if n.is_multiple_of(2) {
            spread(law, n / 2, of.div_ceil(2), rng)
        } else {
            let share = ((n / 2) as f64 + rng.unit()) / (of / 2).max(1) as f64;
            EVENLY_M[0] * (EVENLY_M[1] / EVENLY_M[0]).powf(share)
        };
        if !(EVENLY_M[0]..=EVENLY_M[1]).contains(&metres) {
            return (metres, 2.0);
        }
        let by_law = law.density_of_log(metres) * (1.0 - law.near);
        (metres, by_law / f64::midpoint(by_law, evenly))
    }

    fn tree(&self, rng: &mut Rng) -> u32 {
        self.first_tree + rng.below(self.origin().trees.len()) as u32
    }

    fn particle(&self, leg: Leg, kind: Kind, rng: &mut Rng) -> Particle {
        // Who was seen on the street is mostly under way.
        let waits = self.profile.pace.sets_out_after_min * if self.origin().heading.is_some() { 0.3 } else { 1.0 };
        let departs = self.minutes + rng.exponential(waits);
        Particle {
            leg,
            then: Leg::NONE,
            source: self.source,
            departs: departs as f32,
            pace: pace(self.profile, rng),
            salt: rng.next() as u32,
            kind,
        }
    }

    fn rests(&self, rng: &mut Rng) -> Kind {
        if rng.unit() < self.profile.behaviour.mills { Kind::Mills } else { Kind::Stays }
    }

    fn to_goal(&self, at: f64, rng: &mut Rng) -> Option<Particle> {
        let mut left = at;
        let goal = self.goals.iter().find(|g| {
            left -= g.weight;
            left < 0.0
        })?;
        let end = *goal.ends.get(rng.below(goal.ends.len()))?;
        let leg = self.stage.leg(self.tree(rng), end)?;
        let kind = self.rests(rng);
        let mut particle = self.particle(leg, kind, rng);
        if rng.unit() < self.profile.behaviour.beyond_places {
            // On from there as from any place, as far as the law says.
            let radius = self.profile.law.distance_m(0.05 + 0.9 * rng.unit());
            let turn = rng.unit() * std::f64::consts::TAU;
            let from = self.stage.ends[end as usize].xy.map(f64::from);
            let there = [from[0] + radius * turn.cos(), from[1] + radius * turn.sin()];
            if self.origin().inside(there) {
                let vertex = self.stage.terrain.nearest_quickly([there[0] as f32, there[1] as f32]);
                let piece = vertex.and_then(|v| self.stage.terrain.around(v).first()).map(|a| a.piece);
                let tree = goal.trees[rng.below(2)];
                let then = piece.and_then(|p| self.stage.leg(tree, self.stage.end_of[p as usize]));
                particle.then = then.unwrap_or(Leg::NONE);
            }
        }
        Some(particle)
    }

    /// To somewhere at this distance, by the law, and what the profile says they do there.
    fn wanders(&self, metres: f64, rng: &mut Rng) -> Particle {
        let (b, law, source) = (&self.profile.behaviour, &self.profile.law, self.origin());
        if metres <= law.near_m && !source.near.is_empty() {
            return self.stays_near(rng);
        }
        let turn = rng.unit() * std::f64::consts::TAU;
        let there = [f64::from(source.xy[0]) + metres * turn.cos(), f64::from(source.xy[1]) + metres * turn.sin()];
        let ring = if source.inside(there) { source.ring(metres) } else { None };
        let Some(ring) = ring else { return self.leaves(turn, metres, rng) };
        let (end, leg) = self.end_in(&ring, b.stuck, metres, rng);
        let Some(leg) = leg else {
            // Drawn without a way to it (an island, a courtyard): they are there by some other way.
            return self.particle(Leg { tree: self.first_tree, end, len: 0.0 }, Kind::Here, rng);
        };
        let kind = if metres < CLOSE_M && rng.unit() < b.circles { Kind::Circles } else { self.rests(rng) };
        let mut particle = self.particle(leg, kind, rng);
        if metres > FAR_M && rng.unit() < b.rides {
            particle.departs += rng.exponential(WAITS_MIN) as f32;
            particle.pace = RIDE;
        }
        particle
    }

    /// In the house or at the door; some of them again, after a walk.
    fn stays_near(&self, rng: &mut Rng) -> Particle {
        let source = self.origin();
        let end = source.near[rng.below(source.near.len())];
        if rng.unit() < self.profile.behaviour.returns {
            let far = source.ring(self.profile.law.distance_m(0.2 + 0.4 * rng.unit()));
            // By the first tree, whose root is the very place.
            let leg = far.and_then(|far| self.stage.leg(self.first_tree, source.pick(&far, rng)));
            if let Some(leg) = leg {
                return self.particle(leg, Kind::Returns, rng);
            }
        }
        self.particle(Leg { tree: self.first_tree, end, len: 0.0 }, Kind::Here, rng)
    }

    /// An end of a ring: some beside water or in a dead end, and on rather than back.
    fn end_in(&self, ring: &std::ops::Range<usize>, stuck: f64, metres: f64, rng: &mut Rng) -> (u32, Option<Leg>) {
        let source = self.origin();
        let sticks = metres > CLOSE_M / 2.0 && rng.unit() < stuck;
        let mut end = source.pick(ring, rng);
        for _ in 0..6 {
            let here = &self.stage.ends[end as usize];
            let piece = &self.stage.terrain.pieces[here.piece as usize];
            let dead_end = || [piece.a, piece.b].into_iter().any(|v| self.stage.terrain.around(v).len() == 1);
            if (!sticks || piece.water || dead_end()) && source.goes_on(here, rng) {
                break;
            }
            end = source.pick(ring, rng);
        }
        (end, self.stage.leg(self.tree(rng), end))
    }

    fn leaves(&self, turn: f64, metres: f64, rng: &mut Rng) -> Particle {
        let end = self.origin().way_out(turn);
        let leg = self.stage.leg(self.tree(rng), end);
        let mut particle =
            self.particle(leg.unwrap_or(Leg { tree: self.first_tree, end, len: 0.0 }), Kind::Leaves, rng);
        if metres > FAR_M && rng.unit() < self.profile.behaviour.rides {
            particle.departs += rng.exponential(WAITS_MIN) as f32;
            particle.pace = RIDE;
        }
        particle
    }
}
