//! `MULIN_CLOCK=unix:PATH`: a socket through which tests move the demo's clock.
//!
//! A line `set RFC3339` or `advance 90s` is answered with `ok RFC3339` when all jobs due by then have run.
//! On its way the clock stops at every due job, so that a ladder of reminders runs rung by rung, and often enough for the elders
//! who walk in the demo: what their locators send is taken in before the jobs of that instant run.

use ::demo::simulate::live::Live;
use kernel::ids::DistrictId;
use kernel::{Clock as _, ManualClock, Moment};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use store::jobs::{self, Handlers};
use store::{Runtime, Who};

/// As long as what was acknowledged may take to be taken in.
const TAKEN_IN: Duration = Duration::from_secs(30);

/// The demo's elders with locators, once the gateway has its ports, and the folder in which what they sent waits.
#[derive(Debug, Clone)]
pub(crate) struct Walkers {
    pub live: Arc<OnceLock<Live>>,
    pub spool: PathBuf,
}

/// All that moves with the clock.
#[derive(Clone)]
struct World {
    clock: ManualClock,
    rt: Runtime,
    district: DistrictId,
    handlers: Arc<Handlers>,
    walkers: Walkers,
}

/// Listens until the process ends.
pub(crate) fn listen(
    path: &str,
    clock: ManualClock,
    rt: Runtime,
    district: DistrictId,
    handlers: Arc<Handlers>,
    walkers: Walkers,
) -> anyhow::Result<()> {
    let path = path.strip_prefix("unix:").ok_or_else(|| anyhow::anyhow!("MULIN_CLOCK must be unix:PATH"))?;
    // A socket file left by a killed process would refuse the bind.
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path)?;
    let turn = Arc::new(Mutex::new(()));
    let world = World { clock, rt, district, handlers, walkers };
    std::thread::Builder::new().name("clock".into()).spawn(move || {
        for stream in listener.incoming().flatten() {
            let (world, turn) = (world.clone(), turn.clone());
            std::thread::spawn(move || {
                let _ = converse(&stream, |line| {
                    let _one_at_a_time = turn.lock().unwrap_or_else(PoisonError::into_inner);
                    world.move_to(parse(line, world.clock.now())?)?;
                    Ok(world.clock.now().rfc3339())
                });
            });
        }
    })?;
    Ok(())
}

fn converse(stream: &UnixStream, mut act: impl FnMut(&str) -> anyhow::Result<String>) -> std::io::Result<()> {
    let mut answers = stream.try_clone()?;
    for line in BufReader::new(stream).lines() {
        match act(line?.trim()) {
            Ok(now) => writeln!(answers, "ok {now}")?,
            Err(error) => writeln!(answers, "error {error:#}")?,
        }
    }
    Ok(())
}

fn parse(line: &str, now: Moment) -> anyhow::Result<Moment> {
    if let Some(text) = line.strip_prefix("set ") {
        return Ok(Moment::parse_rfc3339(text.trim())?);
    }
    if let Some(text) = line.strip_prefix("advance ") {
        let span: jiff::SignedDuration = text.trim().parse()?;
        return Ok(Moment::from_micros(now.micros().saturating_add(i64::try_from(span.as_micros())?)));
    }
    anyhow::bail!("say \"set RFC3339\" or \"advance 90s\"")
}

impl World {
    fn move_to(&self, target: Moment) -> anyhow::Result<()> {
        loop {
            let now = self.clock.now();
            let due = jobs::next_due(&self.rt, self.district)?.filter(|due| *due <= target);
            let walkers = self.walkers.live.get().filter(|_| now < target).map(|_| Live::next_stop(now, target));
            let stop = due.into_iter().chain(walkers).min().unwrap_or(target);
            // Backwards only when that was asked for, and at the end.
            if stop > now || stop == target {
                self.clock.set(stop);
            }
            self.walk(stop, target)?;
            jobs::run_due(&self.rt, self.district, &self.handlers)?;
            if stop >= target && jobs::next_due(&self.rt, self.district)?.is_none_or(|due| due > target) {
                break;
            }
        }
        self.clock.set(target);
        store::chain::seal_now(&self.rt, self.district)?;
        Ok(())
    }

    /// Everybody with a locator lives until now; returns when what they sent is taken in.
    fn walk(&self, now: Moment, target: Moment) -> anyhow::Result<()> {
        let Some(live) = self.walkers.live.get() else { return Ok(()) };
        // The gate's list of devices was read before the clock moved: it is read anew at once.
        let who = Who::system(self.district, locators::JOB);
        self.rt.write_now(who, |cx| -> Result<(), store::Error> {
            cx.signal(locators::events::GATE, cx.district().0);
            Ok(())
        })?;
        if live.pass(now, target) { taken_in(&self.walkers.spool) } else { Ok(()) }
    }
}

/// Waits until nothing is left in the segment file.
fn taken_in(spool: &Path) -> anyhow::Result<()> {
    let end = Instant::now() + TAKEN_IN;
    while gateway::segment::waits(spool)? {
        if Instant::now() > end {
            tracing::warn!("what locators sent is not taken in yet; the clock goes on");
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn lines_move_the_clock() {
        let now = Moment::parse_rfc3339("2026-06-29T06:00:00Z").unwrap();
        assert_eq!(parse("advance 90s", now).unwrap(), now.plus_secs(90));
        assert_eq!(parse("advance 2h 5m", now).unwrap(), now.plus_minutes(125));
        assert_eq!(parse("set 2026-06-29T14:00:00+08:00", now).unwrap(), now);
        assert!(parse("yesterday", now).is_err());
    }
}
