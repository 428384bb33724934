//! The demo's own elders, inside the demo: with the clock of the wall they walk by themselves, with one that stands still they walk when
//! it is moved. What they send goes through the demo's gateway, by real sockets, like everybody's.

use super::crowd::{Crowd, Member};
use super::tally::Tally;
use super::town::Town;
use crate::seed::Seeded;
use kernel::{Clock, Moment};
use people::policy::jobs;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Runtime, Who};
use trackers::Protocol;

/// When a clock that stands still is moved, the last part is lived through with everything sent, by so many minutes at a time. A whole
/// day would be twenty thousand frames.
const LIVED_MINUTES: i64 = 20;
const STEP_MINUTES: i64 = 5;
/// Before that each device says one thing so often: else families would be told that they are silent.
const MURMUR_MINUTES: i64 = 50;
/// A frame that the gateway did not take is sent again so often: just after a jump of the clock its list of devices is too old to judge.
const AGAIN: u32 = 50;
const AGAIN_AFTER: Duration = Duration::from_millis(200);
/// Between two looks at the clock of the wall.
const LOOK: Duration = Duration::from_secs(1);

/// Elders who walk while the demo runs. Clones are the same ones.
#[derive(Debug, Clone)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    crowd: Mutex<(Crowd, Moment)>,
    runtime: tokio::runtime::Runtime,
}

impl Live {
    /// Those of the demo who walk, where they were when it began; the ports are those of its gateway.
    ///
    /// # Errors
    /// When the streets cannot be read, or the machine gives no threads.
    pub fn of_demo(rt: &Runtime, seeded: &Seeded, ports: &[(Protocol, SocketAddr)]) -> anyhow::Result<Self> {
        let ground = rt.read_now(Who::system(seeded.district, jobs::DEMO), places::ground)?;
        let mut members = Vec::new();
        if let ::streets::Ground::Streets(network) = ground.as_ref() {
            let town = Town::new(network.clone(), seeded.seed);
            for one in seeded.locators.iter().filter(|l| l.walks) {
                let to = ports.iter().find(|(p, _)| p.name() == one.protocol).map(|(_, to)| *to);
                let device = one.device(&town, seeded.seed, seeded.start);
                let (Some(to), Some(mut device)) = (to, device) else { continue };
                // It was sent when the demo was made.
                device.live(seeded.start, &mut Vec::new());
                members.push(Member::new(device, to).insisting(AGAIN, AGAIN_AFTER));
            }
        }
        Ok(Self::new(members, seeded.start)?)
    }

    /// Ready to walk; nobody moves before [`Self::pass`] or [`Self::follow`].
    ///
    /// # Errors
    /// When the machine gives no threads.
    pub fn new(members: Vec<Member>, now: Moment) -> std::io::Result<Self> {
        let mut crowd = Crowd::default();
        members.into_iter().for_each(|m| crowd.add(m));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("walkers")
            .enable_all()
            .build()?;
        Ok(Self(Arc::new(Inner { crowd: Mutex::new((crowd, now)), runtime })))
    }

    /// Where a clock that is moved from `now` to `target` has to stop next, so that everybody is heard in time.
    pub fn next_stop(now: Moment, target: Moment) -> Moment {
        let lived = target.plus_minutes(-LIVED_MINUTES);
        if now >= lived {
            now.plus_minutes(STEP_MINUTES).min(target)
        } else {
            now.plus_minutes(MURMUR_MINUTES).min(lived)
        }
    }

    /// The clock stands at `now`, on its way to `target`: everybody lives until now. Returns when the gateway has acknowledged what
    /// they sent; `false`: nobody said anything. Not from within a runtime.
    pub fn pass(&self, now: Moment, target: Moment) -> bool {
        let mut crowd = self.0.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        let (crowd, last) = &mut *crowd;
        let lived = target.plus_minutes(-LIVED_MINUTES);
        let from = match () {
            () if now <= *last => return false,
            () if now >= lived => lived,
            // A minute of each, which is one frame.
            () if now >= last.plus_minutes(MURMUR_MINUTES) => now.plus_secs(-60),
            () => return false,
        };
        self.0.runtime.block_on(crowd.catch_up(from, now));
        *last = now;
        true
    }

    /// Follows a clock that goes by itself, until the process ends.
    ///
    /// # Errors
    /// When the machine gives no thread.
    pub fn follow(&self, clock: Arc<dyn Clock>) -> std::io::Result<()> {
        let live = self.clone();
        std::thread::Builder::new().name("walkers-clock".into()).spawn(move || {
            loop {
                let now = clock.now();
                live.pass(now, now);
                std::thread::sleep(LOOK);
            }
        })?;
        Ok(())
    }

    /// What came of it so far.
    pub fn tally(&self) -> Tally {
        self.0.crowd.lock().unwrap_or_else(PoisonError::into_inner).0.tally()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumps_stops_often_enough() {
        let start = Moment::default();
        let (mut now, target, mut stops) = (start, start.plus_hours(26), Vec::new());
        while now < target {
            let next = Live::next_stop(now, target);
            assert!(next > now && next <= target && next <= now.plus_minutes(MURMUR_MINUTES));
            now = next;
            stops.push(now);
        }
        assert!(stops.len() < 40, "{}", stops.len());
        assert_eq!(stops.iter().filter(|s| **s >= target.plus_minutes(-LIVED_MINUTES)).count(), 5);
        let near = start.plus_secs(90);
        assert_eq!(Live::next_stop(start, near), near);
    }
}
