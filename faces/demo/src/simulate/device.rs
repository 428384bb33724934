//! A locator on an elder's wrist: when it looks, what it believes, what it keeps while nobody hears it, and what its battery and
//! clock do to all that. Pure: it says what would be sent and when; sockets are elsewhere.

use super::power::Battery;
use super::senses::Receiver;
use super::town::{Sky, Town};
use super::walker::{About, Walker, Whereabouts};
use crate::rng::Rng;
use ::streets::{LonLat, Snap};
use kernel::{Datum, Moment, Point};
use std::collections::VecDeque;
use trackers::{Alarms, Cell, DeviceId, Fix, Protocol, Status, Wifi};

/// Something that a device sends.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// When it goes out, by the true time.
    pub at: Moment,
    pub what: What,
    /// Where the wearer really was.
    pub truth: LonLat,
}

/// What it says.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// It introduces itself, after being switched on.
    Login,
    Heartbeat(Status),
    /// One fix, or several that were kept while nobody heard it; oldest first.
    Fixes(Vec<Fix>),
    /// No place: what is left to say.
    Status(Status),
}

/// How the clock of a device goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dial {
    Right,
    /// Set to a wrong zone: so many seconds ahead.
    Off(i64),
}

/// 1,024 weeks: where the week counter of GPS begins anew, and old receivers with it.
const ROLLOVER_SECS: i64 = 1_024 * 7 * 86_400;
/// What a clock shows that lost its power: 2000-01-01T00:00:00Z.
const RESET: Moment = Moment::from_micros(946_684_800_000_000);
/// Between two looks, in seconds: on the way, sitting, asleep.
const WALKING_SECS: (i64, i64) = (25, 60);
const STILL_SECS: i64 = 300;
const ASLEEP_SECS: i64 = 900;
/// Kept while nobody hears it.
const KEEPS: usize = 60;
/// How long a receiver takes to find itself after being switched on.
const COLD_START_SECS: i64 = 90;

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Make {
    pub protocol: Protocol,
    /// What its coordinates are in.
    pub datum: Datum,
}

/// A locator and who wears it.
#[derive(Debug)]
pub struct Device {
    pub id: DeviceId,
    pub make: Make,
    pub dial: Dial,
    walker: Walker,
    town: Town,
    rng: Rng,
    receiver: Receiver,
    battery: Battery,
    /// Keeps what it could not send.
    remembers: bool,
    /// Says of an old place that it is one.
    honest: bool,
    /// Chance that satellites are heard at home.
    window: f64,
    /// Whether a mast is heard at home.
    heard_at_home: bool,
    on_since: Option<Moment>,
    last: Option<Fix>,
    held: VecDeque<Fix>,
    next: Moment,
    pressed: Alarms,
    low: bool,
    /// Raises an SOS and falls by chance.
    accidents: bool,
    /// Until when it has lived.
    lived: Moment,
}

impl Device {
    /// A device whose wearer lives at `home`. Same arguments: the same life.
    pub fn new(id: DeviceId, make: Make, town: &Town, seed: u64, home: Snap, start: Moment) -> Self {
        let stream = format!("device {}", id.as_str());
        let mut rng = Rng::new(seed, &stream);
        let dial = match rng.below(40) {
            0 | 1 => Dial::Off(8 * 3_600),
            2 => Dial::Off(-8 * 3_600),
            3 => Dial::Off(-ROLLOVER_SECS),
            _ => Dial::Right,
        };
        Self {
            id,
            make,
            dial,
            walker: Walker::new(town.clone(), seed, &format!("walker {}", id.as_str()), home, start),
            town: town.clone(),
            receiver: Receiver::new(Rng::new(seed, &format!("receiver {}", id.as_str()))),
            battery: Battery::new(&mut rng, start),
            remembers: rng.chance(0.7),
            honest: rng.chance(0.8),
            window: *rng.pick(&[0.0, 0.0, 0.0, 0.25, 0.25, 0.7]),
            heard_at_home: rng.chance(0.95),
            on_since: None,
            last: None,
            held: VecDeque::new(),
            next: start.plus_secs(rng.between(0, STILL_SECS)),
            pressed: Alarms::NONE,
            low: false,
            accidents: true,
            lived: start,
            rng,
        }
    }

    /// With this clock, whatever chance had decided.
    #[must_use]
    pub fn with_dial(mut self, dial: Dial) -> Self {
        self.dial = dial;
        self
    }

    /// With a battery so full, in percent.
    #[must_use]
    pub fn with_battery(mut self, pct: f64) -> Self {
        self.battery.set(pct);
        self
    }

    /// As the demo wants it: nobody falls or presses the button unless [`Self::press`] says so, the charger is never forgotten, and
    /// home is no place without a signal. What goes wrong there, goes wrong on purpose.
    #[must_use]
    pub fn well_kept(mut self) -> Self {
        self.accidents = false;
        self.heard_at_home = true;
        self.battery = self.battery.well_kept();
        self
    }

    /// Its wearer.
    pub fn walker(&mut self) -> &mut Walker {
        &mut self.walker
    }

    /// Raises these alarms with the next thing it says, at `at`.
    pub fn press(&mut self, alarms: Alarms, at: Moment) {
        self.pressed = self.pressed.with(alarms);
        self.next = self.next.min(at);
    }

    /// When it does something next.
    pub fn next(&self) -> Moment {
        self.next
    }

    /// Passes over everything before `to`: as if it had been lived through, but nothing was sent.
    pub fn skip_to(&mut self, to: Moment) {
        if self.next < to {
            let here = self.walker.at(to);
            self.battery.live(&mut self.rng, to, here.about == About::Home, 0);
            self.held.clear();
            self.lived = to;
            self.next = to.plus_secs(self.rng.between(0, 60));
        }
    }

    /// Lives until `until` (included) and adds what it sends.
    pub fn live(&mut self, until: Moment, out: &mut Vec<Said>) {
        while self.next <= until {
            let now = self.next;
            self.tick(now, out);
            self.next = self.next.max(now.plus_secs(1));
        }
    }

    fn tick(&mut self, now: Moment, out: &mut Vec<Said>) {
        let here = self.walker.at(now);
        let was_on = self.on_since.is_some();
        self.battery.live(&mut self.rng, now, here.about == About::Home, i64::from(was_on));
        if self.battery.is_flat() {
            if was_on {
                self.go_out(now, here, out);
            }
            self.next = now.plus_secs(ASLEEP_SECS);
            return;
        }
        if !was_on {
            self.on_since = Some(now);
            out.push(Said { at: now, what: What::Login, truth: here.at });
            self.stale(now, here, out);
        }
        let alarms = self.alarms(now, here);
        self.report(now, here, alarms, out);
        self.next = now.plus_secs(self.pause(here));
    }

    fn pause(&mut self, here: Whereabouts) -> i64 {
        let wait = match here.about {
            About::Walking => self.rng.between(WALKING_SECS.0, WALKING_SECS.1),
            About::Resting => STILL_SECS / 2,
            About::Home | About::Visiting if self.battery.is_charging() => ASLEEP_SECS,
            About::Home | About::Visiting => STILL_SECS,
        };
        wait + self.rng.between(-5, 5)
    }

    /// The last it says before it goes dark; many say nothing.
    fn go_out(&mut self, now: Moment, here: Whereabouts, out: &mut Vec<Said>) {
        self.on_since = None;
        self.held.clear();
        if self.rng.chance(0.5) && self.hears(here) {
            let status = Status {
                time: Some(self.shown(now)),
                battery_pct: Some(0),
                alarms: Alarms::POWER_OFF,
                ..Status::default()
            };
            out.push(Said { at: now, what: What::Status(status), truth: here.at });
        }
    }

    /// Just switched on: the last place it knew, before a satellite is heard.
    fn stale(&mut self, now: Moment, here: Whereabouts, out: &mut Vec<Said>) {
        if let Some(last) = self.last {
            let fix =
                Fix { valid: !self.honest, alarms: Alarms::POWER_ON, battery_pct: Some(self.battery.pct()), ..last };
            out.push(Said { at: now.plus_secs(1), what: What::Fixes(vec![fix]), truth: here.at });
        }
    }

    fn alarms(&mut self, now: Moment, here: Whereabouts) -> Alarms {
        let mut alarms = std::mem::take(&mut self.pressed);
        let pct = self.battery.pct();
        if pct <= 15 && !self.low && !self.battery.is_charging() {
            self.low = true;
            alarms = alarms.with(Alarms::LOW_BATTERY);
        }
        self.low &= pct <= 25;
        let days = (now.micros() - self.lived.micros()).max(0) as f64 / 86_400e6;
        self.lived = now;
        // About one press in three weeks, most by mistake, and one fall in two weeks of walking, which is months of life.
        if self.accidents && self.rng.chance(days / 21.0) {
            alarms = alarms.with(Alarms::SOS);
        }
        if self.accidents && here.about == About::Walking && self.rng.chance(days / 14.0) {
            alarms = alarms.with(Alarms::FALL);
        }
        alarms
    }

    fn report(&mut self, now: Moment, here: Whereabouts, alarms: Alarms, out: &mut Vec<Said>) {
        let fix = self.look(now, here).map(|fix| Fix { alarms, ..fix });
        if let Some(fix) = fix {
            self.last = Some(fix);
        }
        if !self.hears(here) {
            // An alarm is kept for as long as it takes; it goes with the next thing that is heard.
            self.pressed = alarms;
            if let (true, Some(fix)) = (self.remembers, fix) {
                self.held.push_back(Fix { alarms: Alarms::NONE, ..fix });
                self.held.truncate(KEEPS);
            }
            return;
        }
        let held: Vec<Fix> = self.held.drain(..).collect();
        let first = self.rng.chance(0.5);
        if first && !held.is_empty() {
            out.push(Said { at: now, what: What::Fixes(held.clone()), truth: here.at });
        }
        match fix {
            Some(fix) => {
                out.push(Said { at: now, what: What::Fixes(vec![fix]), truth: here.at });
                if self.rng.chance(0.01) {
                    out.push(Said { at: now.plus_secs(2), what: What::Fixes(vec![fix]), truth: here.at });
                }
            }
            None => self.without_a_place(now, here, alarms, out),
        }
        if !first && !held.is_empty() {
            out.push(Said { at: now.plus_secs(3), what: What::Fixes(held), truth: here.at });
        }
    }

    /// No satellite: masts and access points, or the last place with the word that it is an old one.
    fn without_a_place(&mut self, now: Moment, here: Whereabouts, alarms: Alarms, out: &mut Vec<Said>) {
        let status = self.status(now, alarms);
        let what = match self.last {
            Some(last) if alarms.is_empty() && self.rng.chance(0.3) => What::Fixes(vec![Fix {
                valid: false,
                time: Some(self.shown(now)),
                battery_pct: status.battery_pct,
                alarms,
                ..last
            }]),
            _ if alarms.is_empty() && self.rng.chance(0.5) => What::Heartbeat(status),
            _ => What::Status(with_network(status, here)),
        };
        out.push(Said { at: now, what, truth: here.at });
    }

    fn status(&self, now: Moment, alarms: Alarms) -> Status {
        Status {
            time: Some(self.shown(now)),
            battery_pct: Some(self.battery.pct()),
            alarms,
            signal_pct: Some(80),
            charging: Some(self.battery.is_charging()),
            ..Status::default()
        }
    }

    /// A fix, where satellites are heard.
    fn look(&mut self, now: Moment, here: Whereabouts) -> Option<Fix> {
        let warm = self.on_since.is_some_and(|on| now.secs_since(on) >= COLD_START_SECS) || self.last.is_none();
        let seen = match here.about {
            About::Home => self.rng.chance(self.window),
            About::Visiting => self.rng.chance(0.2),
            About::Walking | About::Resting => self.town.sky(here.at) == Sky::Open,
        };
        if !(warm && seen) {
            return None;
        }
        let sensed = self.receiver.look(here.at, here.about.indoors(), now);
        let point = Point::new(sensed.at[0], sensed.at[1]).ok()?;
        let (lon, lat) = self.make.datum.from_wgs84(point);
        let walking = here.about == About::Walking;
        // Receivers at rest see a little movement where there is none.
        let speed_kmh = if walking { here.speed * 3.6 * self.rng.range(0.8, 1.2) } else { self.rng.range(0.0, 0.6) };
        Some(Fix {
            time: Some(self.shown(now)),
            lat,
            lon,
            valid: true,
            speed_kmh: Some(speed_kmh),
            course: Some(if walking { (here.course + self.rng.range(-15.0, 15.0)).rem_euclid(360.0) } else { 0.0 }),
            altitude_m: Some(4.0),
            accuracy_m: Some(sensed.accuracy_m),
            satellites: Some(sensed.satellites),
            battery_pct: Some(self.battery.pct()),
            alarms: Alarms::NONE,
        })
    }

    /// What its clock shows.
    fn shown(&self, now: Moment) -> Moment {
        match (self.dial, self.on_since) {
            // Nothing has told it the time yet.
            (Dial::Off(secs), Some(on)) if secs == -ROLLOVER_SECS && self.last.is_none() => {
                RESET.plus_secs(now.secs_since(on))
            }
            (Dial::Off(secs), _) => now.plus_secs(secs),
            (Dial::Right, _) => now,
        }
    }

    fn hears(&self, here: Whereabouts) -> bool {
        if here.about == About::Home { self.heard_at_home } else { self.town.hears(here.at) }
    }
}

/// A mast, and where there are houses the access points of neighbours. The numbers belong to nobody: MCC 460 and locally
/// administered addresses.
fn with_network(status: Status, here: Whereabouts) -> Status {
    let square = |degrees: f64, side: f64| (degrees / side).floor() as i64;
    let [x, y] = [square(here.at[0], 0.01), square(here.at[1], 0.01)];
    let lac = (x.wrapping_mul(31) ^ y).unsigned_abs() % 60_000 + 1;
    let cell = (x ^ y.wrapping_mul(17)).unsigned_abs() % 60_000 + 1;
    let cells = vec![Cell { mcc: 460, mnc: 0, lac: lac as u32, cell, signal_dbm: Some(-85) }];
    let near = [square(here.at[0], 0.001) as u8, square(here.at[1], 0.001) as u8];
    let wifi = if here.about.indoors() {
        (1..=3).map(|n| Wifi { mac: [0x02, 0, 0, near[0], near[1], n], signal_dbm: Some(-60) }).collect()
    } else {
        Vec::new()
    };
    Status { cells, wifi, ..status }
}
