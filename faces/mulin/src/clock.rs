//! `MULIN_CLOCK=unix:PATH`: a socket through which tests move the demo's clock.
//!
//! A line `set RFC3339` or `advance 90s` is answered with `ok RFC3339` when all jobs due by then have run.
//! On its way the clock stops at every due job, so that a ladder of reminders runs rung by rung.

use kernel::ids::DistrictId;
use kernel::{Clock as _, ManualClock, Moment};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex, PoisonError};
use store::Runtime;
use store::jobs::{self, Handlers};

/// Listens until the process ends.
pub(crate) fn listen(
    path: &str,
    clock: ManualClock,
    rt: Runtime,
    district: DistrictId,
    handlers: Arc<Handlers>,
) -> anyhow::Result<()> {
    let path = path.strip_prefix("unix:").ok_or_else(|| anyhow::anyhow!("MULIN_CLOCK must be unix:PATH"))?;
    // A socket file left by a killed process would refuse the bind.
    let _ = std::fs::remove_file(path);
    let listener = UnixListener::bind(path)?;
    let turn = Arc::new(Mutex::new(()));
    std::thread::Builder::new().name("clock".into()).spawn(move || {
        for stream in listener.incoming().flatten() {
            let (clock, rt, handlers, turn) = (clock.clone(), rt.clone(), handlers.clone(), turn.clone());
            std::thread::spawn(move || {
                let _ = converse(&stream, |line| {
                    let _one_at_a_time = turn.lock().unwrap_or_else(PoisonError::into_inner);
                    let target = parse(line, clock.now())?;
                    move_to(&clock, target, &rt, district, &handlers)?;
                    Ok(clock.now().rfc3339())
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

fn move_to(
    clock: &ManualClock,
    target: Moment,
    rt: &Runtime,
    district: DistrictId,
    handlers: &Handlers,
) -> anyhow::Result<()> {
    while let Some(due) = jobs::next_due(rt, district)?.filter(|due| *due <= target) {
        if due > clock.now() {
            clock.set(due);
        }
        jobs::run_due(rt, district, handlers)?;
    }
    clock.set(target);
    jobs::run_due(rt, district, handlers)?;
    store::chain::seal_now(rt, district)?;
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
