//! The demo's own elders, inside the demo: with the clock of the wall they walk by themselves, with one that stands still they walk when
//! it is moved. What they send goes through the demo's gateway, by real sockets, like everybody's.

use super::crowd::{Crowd, Member};
use super::tally::Tally;
use kernel::{Clock, Moment};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// When a clock that stands still is moved by more than this, only the last part is lived through with everything sent: a day in
/// one step is otherwise twenty thousand frames.
const LIVED_SECS: i64 = 20 * 60;
/// Between two looks at the clock of the wall.
const LOOK: Duration = Duration::from_secs(1);

/// Elders who walk while the demo runs. Clones are the same ones.
#[derive(Debug, Clone)]
pub struct Live(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    crowd: Mutex<Crowd>,
    runtime: tokio::runtime::Runtime,
}

impl Live {
    /// Ready to walk; nobody moves before [`Self::catch_up`] or [`Self::follow`].
    ///
    /// # Errors
    /// When the machine gives no threads.
    pub fn new(members: Vec<Member>) -> std::io::Result<Self> {
        let mut crowd = Crowd::default();
        members.into_iter().for_each(|m| crowd.add(m));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("walkers")
            .enable_all()
            .build()?;
        Ok(Self(Arc::new(Inner { crowd: Mutex::new(crowd), runtime })))
    }

    /// Everybody lives until `now`. Returns when the gateway has acknowledged what they sent. Not from within a runtime.
    pub fn catch_up(&self, now: Moment) {
        let mut crowd = self.0.crowd.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.runtime.block_on(crowd.catch_up(now.plus_secs(-LIVED_SECS), now));
    }

    /// Follows a clock that goes by itself, until the process ends.
    ///
    /// # Errors
    /// When the machine gives no thread.
    pub fn follow(&self, clock: Arc<dyn Clock>) -> std::io::Result<()> {
        let live = self.clone();
        std::thread::Builder::new().name("walkers-clock".into()).spawn(move || {
            loop {
                live.catch_up(clock.now());
                std::thread::sleep(LOOK);
            }
        })?;
        Ok(())
    }

    /// What came of it so far.
    pub fn tally(&self) -> Tally {
        self.0.crowd.lock().unwrap_or_else(PoisonError::into_inner).tally()
    }
}
