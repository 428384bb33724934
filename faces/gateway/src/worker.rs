//! Behind the segment file: what is safe there is taken in, in order, in batches; then the position moves on and files go.

use crate::seal::Seal;
use crate::segment::{Error, Reader, SYNC_EVERY, Writer};
use locators::model::Taken;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Records handed over in one transaction.
const TOGETHER: usize = 500;
/// How often the worker looks for something new. An alert is late by as much.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Longest wait before something that could not be taken in is tried again.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What takes records in. The same ones may be handed over again; they must then change nothing.
pub trait Takes: Send + Sync {
    /// # Errors
    /// Why none of them was taken in, without anything personal; they are handed over again.
    fn take_in(&self, taken: Vec<Taken>) -> Result<(), String>;
}

/// Threads that end when they are told, each after what it is doing.
pub(crate) struct Threads {
    stop: Arc<Stop>,
    running: Vec<JoinHandle<()>>,
}

#[derive(Default)]
pub(crate) struct Stop {
    told: Mutex<bool>,
    bell: Condvar,
}

impl Stop {
    /// Waits; `true`: the thread is to end.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let told = self.bell.wait_timeout_while(told, time, |told| !*told);
        *told.unwrap_or_else(PoisonError::into_inner).0
    }
}

#[cfg(feature = "nats")]
impl Stop {
    pub(crate) fn told(&self) -> bool {
        *self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Threads {
    pub(crate) fn none() -> Self {
        Self { stop: Arc::default(), running: Vec::new() }
    }

    pub(crate) fn spawn(&mut self, name: &str, run: impl FnOnce(&Stop) + Send + 'static) -> std::io::Result<()> {
        let stop = Arc::clone(&self.stop);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || run(&stop))?;
        self.running.push(thread);
        Ok(())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        *self.stop.told.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.stop.bell.notify_all();
        for thread in self.running.drain(..) {
            // One that panicked has told so.
            let _ = thread.join();
        }
    }
}

/// Brings what is appended to the disk, often enough.
pub(crate) fn keep_in_sync(writer: &Writer, stop: &Stop) {
    loop {
        let end = stop.wait(SYNC_EVERY);
        if let Err(error) = writer.sync() {
            tracing::error!("{error}");
        }
        if end {
            return;
        }
    }
}

/// Hands over what stands in the folder until it is told to end.
pub(crate) fn work((dir, seal): (&Path, Seal), takes: &dyn Takes, stop: &Stop) {
    let mut failures = 0_u32;
    'anew: loop {
        if stop.wait(wait_after(failures)) {
            return;
        }
        let mut reader = match Reader::opening(dir, seal.clone()) {
            Ok(reader) => reader,
            Err(error) => {
                failures += 1;
                tracing::error!("{error}");
                continue;
            }
        };
        loop {
            match step(&mut reader, takes) {
                Ok(taken) => {
                    failures = 0;
                    // More may be waiting: then there is no pause.
                    if stop.wait(if taken == TOGETHER { Duration::ZERO } else { LOOK_EVERY }) {
                        return;
                    }
                }
                Err(why) => {
                    failures += 1;
                    tracing::error!(%why, failures, "fixes wait in the segment file; they are taken in as soon as it goes");
                    // From the position that was kept.
                    continue 'anew;
                }
            }
        }
    }
}

fn wait_after(failures: u32) -> Duration {
    if failures == 0 { Duration::ZERO } else { (LOOK_EVERY * 2_u32.saturating_pow(failures)).min(LONGEST_WAIT) }
}

/// One batch; how many there were.
fn step(reader: &mut Reader, takes: &dyn Takes) -> Result<usize, String> {
    let records = reader.next(TOGETHER).map_err(|e: Error| e.to_string())?;
    let count = records.len();
    if count > 0 {
        takes.take_in(records.into_iter().map(Taken::from).collect())?;
    }
    reader.keep().map_err(|e| e.to_string())?;
    Ok(count)
}
