//! An elder on the streets: at home, on an errand, resting on a bench, out at night. Where somebody is, is a function of the
//! instant alone: asking more often changes nothing.

use super::town::{Town, distance_m};
use crate::rng::Rng;
use ::streets::{LonLat, Snap};
use kernel::Moment;
use kernel::time::shanghai;

/// What an elder can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// At home.
    Home,
    Walking,
    /// Standing or sitting outside.
    Resting,
    /// In a house that is not home.
    Visiting,
}

impl About {
    /// Under a roof.
    pub fn indoors(self) -> bool {
        matches!(self, Self::Home | Self::Visiting)
    }
}

/// Where somebody really is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Whereabouts {
    pub at: LonLat,
    pub about: About,
    /// Metres a second.
    pub speed: f64,
    /// Degrees from north, clockwise; 0 when standing.
    pub course: f64,
}

/// Walking speeds of the simulated, in metres a second. Bohannon and Williams Andrews (Normal walking speed: a descriptive meta-analysis,
/// Physiotherapy 97, 2011) give means of 1.13 (women) and 1.26 (men) in the seventies, 0.94 and 0.97 from eighty on; a stick, shopping
/// and dementia slow further, hence the lower end.
pub const SPEEDS: std::ops::Range<f64> = 0.5..1.25;

/// One stretch of time.
#[derive(Debug)]
enum Leg {
    /// Somewhere, until.
    Still(About),
    Walk {
        line: Vec<LonLat>,
        /// Metres from the beginning of the line, for each of its places.
        marks: Vec<f64>,
    },
}

/// What comes after the present leg.
#[derive(Debug)]
enum Next {
    Walk(Snap),
    Still(About, i64),
}

/// An elder who walks.
#[derive(Debug)]
pub struct Walker {
    town: Town,
    rng: Rng,
    home: Snap,
    /// Metres a second on a day like others.
    pace: f64,
    /// Minutes after midnight between which this one goes out.
    awake: (i64, i64),
    /// Hours between two errands, about.
    every: f64,
    /// Chance, each night, of going out all the same.
    wanders: f64,
    leg: Leg,
    begun: Moment,
    ends: Moment,
    /// Where the leg began, or is.
    from: Snap,
    to: Snap,
    speed: f64,
    later: std::collections::VecDeque<Next>,
}

/// Minutes after midnight in Shanghai.
fn minute_of_day(at: Moment) -> i64 {
    let wall = at.zoned(&shanghai());
    i64::from(wall.hour()) * 60 + i64::from(wall.minute())
}

impl Walker {
    /// Somebody who lives here and is at home at `start`. Same seed, town, home and start: the same life.
    pub fn new(town: Town, seed: u64, name: &str, home: Snap, start: Moment) -> Self {
        let mut rng = Rng::new(seed, name);
        let pace = rng.range(SPEEDS.start, SPEEDS.end);
        let awake = (rng.between(330, 450), rng.between(1_140, 1_290));
        let every = rng.range(1.0, 4.0);
        let wanders = if rng.chance(0.08) { rng.range(0.1, 0.5) } else { 0.01 };
        // Some had been at home for a while when we begin to look.
        let ends = start.plus_secs(rng.between(0, (every * 3_600.0) as i64));
        Self {
            town,
            rng,
            home,
            pace,
            awake,
            every,
            wanders,
            leg: Leg::Still(About::Home),
            begun: start,
            ends,
            from: home,
            to: home,
            speed: 0.0,
            later: std::collections::VecDeque::new(),
        }
    }

    pub fn home(&self) -> LonLat {
        self.home.at
    }

    /// Sends somebody off at once: on the way to a place so many metres away (as the crow flies), where they stay.
    /// Returns whether there is such a place.
    pub fn leave(&mut self, at: Moment, from_m: f64, to_m: f64, stay_secs: i64) -> bool {
        let now = self.at(at);
        let Some(here) = self.town.near(now.at, 200.0) else { return false };
        let Some((to, _)) = self.town.errand(&mut self.rng, &here, from_m, to_m) else { return false };
        self.later.clear();
        self.later.extend([Next::Still(About::Resting, stay_secs), Next::Walk(self.home)]);
        self.walk(at, here, to);
        true
    }

    /// Where this elder is at an instant not before any asked for earlier.
    pub fn at(&mut self, now: Moment) -> Whereabouts {
        while self.ends <= now {
            self.turn();
        }
        match &self.leg {
            Leg::Still(about) => Whereabouts { at: self.from.at, about: *about, speed: 0.0, course: 0.0 },
            Leg::Walk { line, marks } => {
                let gone = (now.micros() - self.begun.micros()) as f64 / 1e6 * self.speed;
                let (at, course) = along(line, marks, gone);
                Whereabouts { at, about: About::Walking, speed: self.speed, course }
            }
        }
    }

    /// The leg is over: what is next?
    fn turn(&mut self) {
        let at = self.ends;
        if matches!(self.leg, Leg::Walk { .. }) {
            self.from = self.to;
        }
        match self.later.pop_front() {
            Some(Next::Walk(to)) => self.walk(at, self.from, to),
            Some(Next::Still(about, secs)) => self.still(at, about, secs),
            None => self.at_home(at),
        }
    }

    fn still(&mut self, at: Moment, about: About, secs: i64) {
        (self.leg, self.begun, self.ends) = (Leg::Still(about), at, at.plus_secs(secs.max(1)));
    }

    fn walk(&mut self, at: Moment, from: Snap, to: Snap) {
        let Some(route) = self.town.network().route(&from, &to) else { return self.still(at, About::Resting, 60) };
        let mut marks = Vec::with_capacity(route.line.len());
        let mut sum = 0.0;
        let mut last = None;
        for place in &route.line {
            sum += last.map_or(0.0, |l| distance_m(l, *place));
            marks.push(sum);
            last = Some(*place);
        }
        self.speed = (self.pace * self.rng.range(0.85, 1.1)).clamp(SPEEDS.start, SPEEDS.end);
        let secs = (sum / self.speed).max(1.0);
        (self.from, self.to) = (from, to);
        self.leg = Leg::Walk { line: route.line, marks };
        (self.begun, self.ends) = (at, Moment::from_micros(at.micros() + (secs * 1e6) as i64));
    }

    /// Nothing is planned: off on an errand when it is time, else wait for it.
    fn at_home(&mut self, at: Moment) {
        let minute = minute_of_day(at);
        let (up, down) = self.awake;
        let waited = matches!(self.leg, Leg::Still(About::Home));
        if (up..down).contains(&minute) {
            if waited && self.plan(at, minute) {
                return;
            }
            let secs = (self.every * 3_600.0 * self.rng.range(0.4, 1.6)) as i64;
            return self.still(at, About::Home, secs);
        }
        let until_up = (up - minute).rem_euclid(1_440) * 60;
        if waited && self.rng.chance(self.wanders) && self.plan(at, minute) {
            return;
        }
        // At some time of the night one may wake up; else in the morning.
        let wakes = self.rng.chance(self.wanders);
        let secs = if wakes {
            (until_up as f64 * self.rng.range(0.2, 0.9)) as i64
        } else {
            until_up + self.rng.between(60, 5_400)
        };
        self.still(at, About::Home, secs);
    }

    /// There, a while, and back, with a bench on the way for some.
    fn plan(&mut self, at: Moment, minute: i64) -> bool {
        let morning = minute < 600;
        // The market; the bench in the park; round the block; a visit.
        let weights = if morning { [5.0, 2.0, 2.0, 0.5] } else { [1.0, 3.0, 3.0, 1.0] };
        let (near, far, about, stay) = match self.rng.weighted(&weights) {
            0 => (250.0, 900.0, About::Resting, self.rng.between(900, 2_700)),
            1 => (150.0, 600.0, About::Resting, self.rng.between(1_200, 5_400)),
            2 => (120.0, 450.0, About::Resting, self.rng.between(20, 300)),
            _ => (600.0, 2_200.0, About::Visiting, self.rng.between(1_800, 9_000)),
        };
        let Some((to, _)) = self.town.errand(&mut self.rng, &self.home, near, far) else { return false };
        self.later.clear();
        let bench = self.rng.chance(0.35).then(|| self.town.errand(&mut self.rng, &to, 60.0, near)).flatten();
        self.later.push_back(Next::Still(about, stay));
        if let Some((bench, _)) = bench {
            self.later.push_back(Next::Walk(bench));
            self.later.push_back(Next::Still(About::Resting, self.rng.between(120, 900)));
        }
        self.later.push_back(Next::Walk(self.home));
        self.walk(at, self.home, to);
        true
    }
}

/// The place so many metres along a line, and which way it leads there.
fn along(line: &[LonLat], marks: &[f64], gone: f64) -> (LonLat, f64) {
    let n = marks.partition_point(|m| *m <= gone).clamp(1, line.len().max(2) - 1);
    let (Some(a), Some(b), Some(from), Some(to)) = (line.get(n - 1), line.get(n), marks.get(n - 1), marks.get(n))
    else {
        return (line.first().copied().unwrap_or_default(), 0.0);
    };
    let t = if to > from { ((gone - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
    let (east, north) = super::town::apart(*a, *b);
    ([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t], east.atan2(north).to_degrees().rem_euclid(360.0))
}
