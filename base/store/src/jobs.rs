//! Work for later, enqueued in the transaction that needs it done: at least once, with back-off and a dead-letter list.

use crate::{Cx, Error, Row, Runtime, Who, params};
use kernel::Moment;
use kernel::ids::DistrictId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A job to enqueue. `key` makes it idempotent: a second job of the same kind and key is not added.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: &'static str,
    pub key: String,
    pub run_at: Moment,
    /// Ids and states only.
    pub payload: serde_json::Value,
}

/// A claimed job.
#[derive(Debug, Clone)]
pub struct Job {
    pub n: i64,
    pub district: DistrictId,
    pub kind: String,
    pub key: String,
    pub payload: serde_json::Value,
    /// Attempts before this one.
    pub attempts: i64,
}

/// Why a job did not succeed. Texts must not hold personal data: they are shown on the dead-letter page.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Try again later with back-off.
    #[error("{0}")]
    Retry(String),
    /// Will never succeed: straight to the dead letters.
    #[error("{0}")]
    Dead(String),
}

impl From<Error> for JobError {
    fn from(e: Error) -> Self {
        Self::Retry(e.to_string())
    }
}

/// A dead letter, for the page that shows them.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    pub n: i64,
    pub kind: String,
    pub key: String,
    pub attempts: i64,
    pub error: String,
    pub since: Moment,
}

/// Attempts after which a job is dead; with the back-off below that is about two days.
pub const MAX_ATTEMPTS: i64 = 12;
const LEASE_SECS: i64 = 120;

/// Delay before the next attempt: 10 s doubling to at most 6 h.
pub fn backoff_secs(attempts: i64) -> i64 {
    (10_i64 << attempts.clamp(0, 12)).min(6 * 3_600)
}

impl Cx<'_> {
    /// Adds a job in this transaction, unless one of this kind and key is there already. The order of jobs that one use case adds
    /// is open.
    pub fn enqueue(&mut self, job: NewJob) -> Result<(), Error> {
        if let Some(later) = &mut self.later {
            later.push(job);
            return Ok(());
        }
        let sql = "INSERT INTO job (district_id, kind, key, payload, run_at, state, attempts, created_at) \
                   VALUES ($1, $2, $3, $4, $5, 'ready', 0, $6) ON CONFLICT (kind, key) DO NOTHING";
        self.put(sql, params![self.district(), job.kind, job.key, job.payload.to_string(), job.run_at, self.now])?;
        if job.run_at <= self.now {
            self.signal("job", uuid::Uuid::nil());
        }
        Ok(())
    }

    /// Takes a waiting job back (the reason for it is gone).
    pub fn cancel_job(&mut self, kind: &str, key: &str) -> Result<bool, Error> {
        let sql = "DELETE FROM job WHERE kind = $1 AND key = $2 AND state = 'ready'";
        Ok(self.execute(sql, params![kind, key])? > 0)
    }

    /// Dead letters, newest first, at most 200.
    pub fn dead_letters(&mut self) -> Result<Vec<DeadLetter>, Error> {
        let sql = "SELECT n, kind, key, attempts, last_error, run_at FROM job \
                   WHERE state = 'dead' AND district_id = $1 ORDER BY run_at DESC LIMIT 200";
        let read = |r: &Row| {
            Ok(DeadLetter {
                n: r.i64("n")?,
                kind: r.text("kind")?,
                key: r.text("key")?,
                attempts: r.i64("attempts")?,
                error: r.opt_text("last_error")?.unwrap_or_default(),
                since: r.moment("run_at")?,
            })
        };
        self.query(sql, params![self.district()])?.iter().map(read).collect()
    }

    /// Gives a dead letter a fresh set of attempts, now.
    pub fn retry_dead_letter(&mut self, n: i64) -> Result<(), Error> {
        let sql = "UPDATE job SET state = 'ready', attempts = 0, run_at = $1 WHERE n = $2 AND state = 'dead' AND district_id = $3";
        let changed = self.execute(sql, params![self.now, n, self.district()])?;
        self.signal("job", uuid::Uuid::nil());
        if changed == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Discards a dead letter for good.
    pub fn discard_dead_letter(&mut self, n: i64) -> Result<(), Error> {
        let sql =
            "UPDATE job SET state = 'discarded', done_at = $1 WHERE n = $2 AND state = 'dead' AND district_id = $3";
        if self.execute(sql, params![self.now, n, self.district()])? == 0 { Err(Error::NotFound) } else { Ok(()) }
    }
}

type Handler = Box<dyn Fn(&Runtime, &Job) -> Result<(), JobError> + Send + Sync>;

type Follower = Box<dyn Fn(&Runtime, DistrictId) -> Result<(), Error> + Send + Sync>;

/// What is done for each kind of job. A handler must be idempotent: a crash after its work repeats it.
#[derive(Default)]
pub struct Handlers(BTreeMap<&'static str, Handler>, Vec<Follower>, BTreeSet<&'static str>);

/// Jobs that take long have a thread of their own, so that no message waits for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Quick,
    Slow,
}

impl Handlers {
    pub fn on(
        mut self,
        kind: &'static str,
        handler: impl Fn(&Runtime, &Job) -> Result<(), JobError> + Send + Sync + 'static,
    ) -> Self {
        self.0.insert(kind, Box::new(handler));
        self
    }
    /// As [`Self::on`], for work that may take minutes.
    pub fn slowly_on(
        mut self,
        kind: &'static str,
        handler: impl Fn(&Runtime, &Job) -> Result<(), JobError> + Send + Sync + 'static,
    ) -> Self {
        self.2.insert(kind);
        self.on(kind, handler)
    }
    /// Looks at the log after each sealing, about once a second: up to the last sealed entry nothing is added any more,
    /// so whoever keeps a mark in it misses none and meets none twice.
    pub fn following(
        mut self,
        follower: impl Fn(&Runtime, DistrictId) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        self.1.push(Box::new(follower));
        self
    }
    pub fn merge(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self.1.extend(other.1);
        self.2.extend(other.2);
        self
    }
    /// What a claim asks of a job beside its time.
    fn in_lane(&self, lane: Lane) -> String {
        let kinds: Vec<String> = self.2.iter().map(|kind| format!("'{kind}'")).collect();
        match (lane, kinds.is_empty()) {
            (Lane::Quick, true) => String::new(),
            (Lane::Quick, false) => format!("AND kind NOT IN ({})", kinds.join(", ")),
            (Lane::Slow, true) => "AND 1 = 0".to_owned(),
            (Lane::Slow, false) => format!("AND kind IN ({})", kinds.join(", ")),
        }
    }
}

/// Runs every job due by now, also those that they enqueue, until none is left; returns how many ran.
pub fn run_due(rt: &Runtime, district: DistrictId, handlers: &Handlers) -> Result<usize, Error> {
    let mut ran = 0;
    loop {
        let quick = run_while(rt, district, handlers, Lane::Quick, || true)?;
        let slow = run_while(rt, district, handlers, Lane::Slow, || true)?;
        if quick + slow == 0 {
            return Ok(ran);
        }
        ran += quick + slow;
    }
}

/// As [`run_due`] for one lane, but stops between two jobs when `go_on` says no; claimed jobs that did not run are free again.
fn run_while(
    rt: &Runtime,
    district: DistrictId,
    handlers: &Handlers,
    lane: Lane,
    go_on: impl Fn() -> bool,
) -> Result<usize, Error> {
    let mut ran = 0;
    let most = if lane == Lane::Quick { 32 } else { 1 };
    while go_on() {
        let which = handlers.in_lane(lane);
        let jobs = rt.write_now(Who::system(district, "jobs"), move |cx| claim(cx, most, &which))?;
        if jobs.is_empty() {
            break;
        }
        for (i, job) in jobs.iter().enumerate() {
            if !go_on() {
                let rest: Vec<i64> = jobs.iter().skip(i).map(|j| j.n).collect();
                rt.write_now(Who::system(district, "jobs"), move |cx| release(cx, &rest))?;
                break;
            }
            run_one(rt, handlers, job)?;
            ran += 1;
        }
    }
    Ok(ran)
}

/// Seals the log and lets the followers look at it. Part of the worker's round; tests call it themselves.
pub fn follow(rt: &Runtime, district: DistrictId, handlers: &Handlers) -> Result<(), Error> {
    crate::chain::seal_now(rt, district)?;
    for follower in &handlers.1 {
        follower(rt, district)?;
    }
    Ok(())
}

/// When the next waiting job is due, if any; a moved clock stops there on its way.
pub fn next_due(rt: &Runtime, district: DistrictId) -> Result<Option<Moment>, Error> {
    rt.read_now(Who::system(district, "jobs"), |cx| {
        let sql = "SELECT run_at FROM job WHERE state = 'ready' ORDER BY run_at LIMIT 1";
        cx.query_opt(sql, &[])?.map(|row| row.moment("run_at")).transpose()
    })
}

fn run_one(rt: &Runtime, handlers: &Handlers, job: &Job) -> Result<(), Error> {
    let outcome = match handlers.0.get(job.kind.as_str()) {
        Some(handler) => std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| handler(rt, job)))
            .unwrap_or_else(|_| Err(JobError::Retry("the handler panicked".into()))),
        None => Err(JobError::Dead(format!("nobody handles {}", job.kind))),
    };
    if let Err(error) = &outcome {
        tracing::warn!(job = job.n, kind = %job.kind, attempts = job.attempts + 1, %error, "job failed");
    }
    let (n, attempts) = (job.n, job.attempts + 1);
    rt.write_now(Who::system(job.district, "jobs"), move |cx| settle(cx, n, attempts, outcome))
}

fn claim(cx: &mut Cx<'_>, limit: i64, which: &str) -> Result<Vec<Job>, Error> {
    let lease = cx.now.plus_secs(LEASE_SECS);
    cx.lock("jobs")?;
    // A lease that ran out belongs to a worker that died: the job is free again. So is one that ends later than any that
    // is given now, machines' clocks being allowed to differ by a lease: it was taken before the clock was moved back.
    let sql = "UPDATE job SET state = 'ready' WHERE state = 'running' AND (lease_until <= $1 OR lease_until > $2)";
    cx.execute(sql, params![cx.now, cx.now.plus_secs(2 * LEASE_SECS)])?;
    let sql = format!(
        "UPDATE job SET state = 'running', lease_until = $1 WHERE n IN \
         (SELECT n FROM job WHERE state = 'ready' AND run_at <= $2 {which} ORDER BY run_at, n LIMIT $3) \
         RETURNING n, district_id, kind, key, payload, attempts"
    );
    let rows = cx.query(&sql, params![lease, cx.now, limit])?;
    let mut jobs = rows
        .iter()
        .map(|r| {
            Ok(Job {
                n: r.i64("n")?,
                district: r.id("district_id")?,
                kind: r.text("kind")?,
                key: r.text("key")?,
                payload: serde_json::from_str(&r.text("payload")?).unwrap_or_default(),
                attempts: r.i64("attempts")?,
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    jobs.sort_by_key(|j| j.n);
    Ok(jobs)
}

fn release(cx: &mut Cx<'_>, jobs: &[i64]) -> Result<(), Error> {
    for n in jobs {
        let sql = "UPDATE job SET state = 'ready', lease_until = NULL WHERE n = $1 AND state = 'running'";
        cx.execute(sql, params![*n])?;
    }
    Ok(())
}

fn settle(cx: &mut Cx<'_>, n: i64, attempts: i64, outcome: Result<(), JobError>) -> Result<(), Error> {
    let (state, run_at, error) = match outcome {
        Ok(()) => {
            let sql = "UPDATE job SET state = 'done', attempts = $1, done_at = $2, lease_until = NULL WHERE n = $3";
            return cx.execute(sql, params![attempts, cx.now, n]).map(drop);
        }
        Err(JobError::Retry(e)) if attempts < MAX_ATTEMPTS => ("ready", cx.now.plus_secs(backoff_secs(attempts)), e),
        Err(JobError::Retry(e) | JobError::Dead(e)) => ("dead", cx.now, e),
    };
    let sql = "UPDATE job SET state = $1, attempts = $2, run_at = $3, last_error = $4, lease_until = NULL WHERE n = $5";
    cx.execute(sql, params![state, attempts, run_at, error, n]).map(drop)
}

/// A thread that runs due jobs and seals the log, about once a second and at once when a job is enqueued.
pub struct Worker {
    stop: Arc<(Mutex<bool>, Condvar)>,
    stopping: Arc<AtomicBool>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread for one district.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(rt: Runtime, district: DistrictId, handlers: Arc<Handlers>) -> std::io::Result<Self> {
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let stopping = Arc::new(AtomicBool::new(false));
        let mut worker = Self { stop, stopping, threads: Vec::new() };
        let slow = !handlers.2.is_empty();
        if slow {
            worker.spawn("jobs-slow", rt.clone(), district, Arc::clone(&handlers), Lane::Slow)?;
        }
        worker.spawn("jobs", rt, district, handlers, Lane::Quick)?;
        Ok(worker)
    }

    fn spawn(
        &mut self,
        name: &str,
        rt: Runtime,
        district: DistrictId,
        handlers: Arc<Handlers>,
        lane: Lane,
    ) -> std::io::Result<()> {
        let (seen, ending) = (Arc::clone(&self.stop), Arc::clone(&self.stopping));
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || {
            while !ending.load(Ordering::SeqCst) {
                let ran = run_while(&rt, district, &handlers, lane, || !ending.load(Ordering::SeqCst));
                let done = ran.and_then(|_| match lane {
                    Lane::Quick => follow(&rt, district, &handlers),
                    Lane::Slow => Ok(()),
                });
                if let Err(error) = done {
                    tracing::warn!(%error, "the job thread could not reach the database");
                }
                let guard = seen.0.lock().unwrap_or_else(PoisonError::into_inner);
                if !*guard {
                    drop(seen.1.wait_timeout(guard, Duration::from_millis(500)));
                }
            }
        })?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        *self.stop.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.1.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
