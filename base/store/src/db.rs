//! Threads that own connections. SQLite: one writer with group commit, several readers. PostgreSQL: a pool.
//!
//! Group commit: the writer runs every task that waits, each but the first in its own savepoint, and commits once for all of
//! them; nobody is answered before that commit is on disk. A task that fails rolls back its savepoint only. What tasks put
//! into search tables is written once for all of them, before the commit.

use crate::conn::{Conn, Dialect};
use crate::{Error, faults::Faults};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// One use case on its way to the database.
pub(crate) trait Task: Send {
    /// Runs inside the open transaction; `true` keeps its changes.
    fn run(&mut self, conn: &mut Conn) -> bool;
    /// Whether it is there to change something.
    fn writes(&self) -> bool;
    /// Called after the commit (or its failure); answers whoever waits.
    fn done(self: Box<Self>, committed: Result<(), Error>);
}

#[derive(Default)]
struct Queue {
    tasks: Mutex<(VecDeque<Box<dyn Task>>, bool)>,
    ready: Condvar,
}

impl Queue {
    fn push(&self, task: Box<dyn Task>) {
        let mut guard = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if guard.1 {
            drop(guard);
            task.done(Err(Error::Unavailable("shutting down".into())));
            return;
        }
        guard.0.push_back(task);
        drop(guard);
        self.ready.notify_one();
    }
    fn pop(&self) -> Option<Box<dyn Task>> {
        let mut guard = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(task) = guard.0.pop_front() {
                return Some(task);
            }
            if guard.1 {
                return None;
            }
            guard = self.ready.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
    }
    fn try_pop(&self) -> Option<Box<dyn Task>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).0.pop_front()
    }
    fn close(&self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.ready.notify_all();
    }
}

/// How to reach the database.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    /// File, and the most 4 KiB pages it may grow to.
    Sqlite(String, Option<u32>),
    Postgres(String),
}

impl Target {
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(Error::Setup("sqlite: needs a file, as in sqlite:/var/lib/mulin/mulin.db".into()));
            }
            let Some((path, quota)) = path.split_once("?max_pages=") else {
                return Ok(Self::Sqlite(path.to_owned(), None));
            };
            let pages = quota.parse().map_err(|_| Error::Setup("max_pages must be a number of 4 KiB pages".into()))?;
            return Ok(Self::Sqlite(path.to_owned(), Some(pages)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(Error::Setup("the database must be given as sqlite:FILE or postgres://USER@HOST/NAME".into()))
    }
    pub(crate) fn open(&self, writer: bool, faults: &Arc<Faults>) -> Result<Conn, Error> {
        match self {
            Self::Sqlite(path, max_pages) => Conn::open_sqlite(path, *max_pages, writer, faults.clone()),
            Self::Postgres(url) => Conn::open_postgres(url, faults.clone()),
        }
    }
    pub(crate) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(..) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }
}

/// Readers of SQLite: they wait for processors, not for each other.
const READERS: usize = 4;
/// Connections to PostgreSQL for each processor: they wait for the disk together, so that one write of it commits many. More
/// of them only take turns (measured with the server on the same two processors: 6 raise a tenth more than 16).
const POOL_PER_CPU: usize = 3;

fn pool() -> usize {
    thread::available_parallelism().map_or(2, std::num::NonZero::get).saturating_mul(POOL_PER_CPU).clamp(6, 32)
}

/// The running threads of one database.
pub(crate) struct Db {
    write: Arc<Queue>,
    read: Arc<Queue>,
    threads: Mutex<Vec<thread::JoinHandle<()>>>,
}

impl Db {
    /// Starts the threads. `connections` readers (SQLite) or pool size (PostgreSQL); 0 is [`READERS`] or [`pool`].
    pub(crate) fn start(target: &Target, connections: usize, faults: &Arc<Faults>) -> Self {
        let connections = match (connections, target) {
            (0, Target::Sqlite(..)) => READERS,
            (0, Target::Postgres(_)) => pool(),
            (n, _) => n,
        };
        let write = Arc::new(Queue::default());
        let mut threads = Vec::new();
        let read = match target {
            Target::Sqlite(..) => {
                threads.push(spawn("store-writer", target, true, faults, &write, write_batches));
                let read = Arc::new(Queue::default());
                for _ in 0..connections {
                    threads.push(spawn("store-reader", target, false, faults, &read, one_by_one));
                }
                read
            }
            Target::Postgres(_) => {
                for _ in 0..connections {
                    threads.push(spawn("store-pg", target, true, faults, &write, one_by_one));
                }
                write.clone()
            }
        };
        Self { write, read, threads: Mutex::new(threads) }
    }
    pub(crate) fn submit_write(&self, task: Box<dyn Task>) {
        self.write.push(task);
    }
    pub(crate) fn submit_read(&self, task: Box<dyn Task>) {
        self.read.push(task);
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        self.write.close();
        self.read.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let me = thread::current().id();
        for handle in threads {
            // The last reference may die inside a task, on one of our own threads.
            if handle.thread().id() != me {
                let _ = handle.join();
            }
        }
    }
}

type Loop = fn(&Target, bool, &Arc<Faults>, &Queue);

fn spawn(
    name: &str,
    target: &Target,
    writer: bool,
    faults: &Arc<Faults>,
    queue: &Arc<Queue>,
    body: Loop,
) -> thread::JoinHandle<()> {
    let (target, faults, queue) = (target.clone(), faults.clone(), queue.clone());
    let build = thread::Builder::new().name(name.to_owned());
    match build.spawn(move || body(&target, writer, &faults, &queue)) {
        Ok(handle) => handle,
        Err(error) => panic!("cannot start the thread {name}: {error}"),
    }
}

/// The connection of a thread, opened when needed and again after it broke.
struct Slot<'a> {
    conn: Option<Conn>,
    target: &'a Target,
    writer: bool,
    faults: &'a Arc<Faults>,
}

impl Slot<'_> {
    fn get(&mut self) -> Result<&mut Conn, Error> {
        if self.conn.as_ref().is_some_and(|c| c.broken) {
            self.conn = None;
        }
        if self.conn.is_none() {
            self.conn = Some(self.target.open(self.writer, self.faults)?);
        }
        self.conn.as_mut().ok_or_else(|| Error::Unavailable("no connection".into()))
    }
    fn release_if_broken(&mut self) {
        if self.conn.as_ref().is_some_and(|c| c.broken) {
            self.conn = None;
        }
    }
}

fn one_by_one(target: &Target, writer: bool, faults: &Arc<Faults>, queue: &Queue) {
    let mut slot = Slot { conn: None, target, writer, faults };
    while let Some(mut task) = queue.pop() {
        let outcome = match begin(&mut slot, task.writes()) {
            Ok(conn) => run_alone(conn, task.as_mut()),
            Err(error) => Err(error),
        };
        slot.release_if_broken();
        task.done(outcome);
    }
}

/// Opens a transaction, on a fresh connection if the kept one turns out to be dead.
fn begin<'s>(slot: &'s mut Slot<'_>, writes: bool) -> Result<&'s mut Conn, Error> {
    let sql = match (slot.target.dialect(), writes) {
        (Dialect::Sqlite, _) => "BEGIN DEFERRED",
        (Dialect::Postgres, false) => "BEGIN",
        // Writing takes rows by their keys, whatever the values: planning those statements each time anew costs more than
        // running them. Filters of a list do depend on values.
        (Dialect::Postgres, true) => "BEGIN; SET LOCAL plan_cache_mode = force_generic_plan",
    };
    if slot.get()?.batch(sql).is_err() {
        slot.conn = None;
        slot.get()?.batch(sql)?;
    }
    slot.get()
}

fn run_alone(conn: &mut Conn, task: &mut dyn Task) -> Result<(), Error> {
    let keep = guarded(conn, task);
    if keep {
        conn.batch("COMMIT").inspect_err(|_| drop(conn.batch("ROLLBACK")))
    } else {
        // A failed rollback means a dead connection, which rolls back by itself.
        if conn.batch("ROLLBACK").is_err() {
            conn.broken = true;
        }
        Ok(())
    }
}

fn guarded(conn: &mut Conn, task: &mut dyn Task) -> bool {
    catch_unwind(AssertUnwindSafe(|| task.run(conn))).unwrap_or(false)
}

const BATCH_TASKS: usize = 128;
const BATCH_TIME: Duration = Duration::from_millis(8);

fn write_batches(target: &Target, writer: bool, faults: &Arc<Faults>, queue: &Queue) {
    let mut slot = Slot { conn: None, target, writer, faults };
    while let Some(first) = queue.pop() {
        let mut ran: Vec<Box<dyn Task>> = Vec::new();
        let outcome = match slot.get() {
            Ok(conn) => batch(conn, first, queue, &mut ran),
            Err(error) => {
                ran.push(first);
                Err(error)
            }
        };
        slot.release_if_broken();
        for task in ran {
            task.done(outcome.clone());
        }
    }
}

fn batch(conn: &mut Conn, first: Box<dyn Task>, queue: &Queue, ran: &mut Vec<Box<dyn Task>>) -> Result<(), Error> {
    let started = Instant::now();
    let mut next = Some(first);
    if conn.in_transaction() {
        conn.batch("ROLLBACK")?;
    }
    if let Err(error) = conn.batch("BEGIN IMMEDIATE") {
        ran.extend(next);
        return Err(error);
    }
    // As long as nothing is kept, the transaction itself is the savepoint. A long import, which is alone in its batch,
    // so keeps no second journal of every page it changes.
    let mut clean = true;
    conn.unindexed = Some(Vec::new());
    while let Some(mut task) = next.take() {
        let opened = if clean { Ok(0) } else { conn.execute("SAVEPOINT task", &[]) };
        let waiting = conn.unindexed.as_ref().map_or(0, Vec::len);
        let keep = opened.is_ok() && guarded(conn, task.as_mut());
        ran.push(task);
        if let Some(all) = conn.unindexed.as_mut().filter(|_| !keep) {
            all.truncate(waiting);
        }
        if !conn.in_transaction() {
            return Err(Error::Unavailable(
                "the disk is full, or the database file failed; nothing was changed: make room and try again".into(),
            ));
        }
        if conn.broken {
            return Err(Error::Unavailable("connection lost".into()));
        }
        if !clean {
            if !keep {
                conn.execute("ROLLBACK TO task", &[])?;
            }
            conn.execute("RELEASE task", &[])?;
        } else if keep {
            clean = false;
        } else {
            conn.batch("ROLLBACK")?;
            conn.batch("BEGIN IMMEDIATE")?;
        }
        if ran.len() < BATCH_TASKS && started.elapsed() < BATCH_TIME {
            next = queue.try_pop();
        }
    }
    let indexed = conn.index_waiting(0);
    conn.unindexed = None;
    indexed.and_then(|()| conn.batch("COMMIT")).inspect_err(|_| drop(conn.batch("ROLLBACK")))
}
