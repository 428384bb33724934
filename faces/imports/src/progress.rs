//! How far a long file is: a bar on a terminal, a line for every tenth in a log.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Files that are read in a moment need no lines in a log.
const WORTH_TELLING: u64 = 1_000;

/// Cheap to update for every row, and to clone.
#[derive(Clone)]
pub struct Bar {
    bar: ProgressBar,
    what: &'static str,
    total: u64,
    /// Tenths told so far, when nobody looks at a bar.
    told: Option<Arc<AtomicU64>>,
}

impl Bar {
    /// On standard error.
    pub fn new(total: u64, what: &'static str) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        if let Ok(style) =
            ProgressStyle::with_template("{msg:9} {wide_bar} {percent:>3} % {elapsed} (about {eta} left)")
        {
            bar.set_style(style);
        }
        bar.set_message(what);
        if terminal {
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        let told = (!terminal && total >= WORTH_TELLING).then(Arc::default);
        Self { bar, what, total, told }
    }
    pub fn set(&self, done: u64) {
        self.bar.set_position(done);
        self.tell(done);
    }
    pub fn step(&self) {
        self.bar.inc(1);
        self.tell(self.bar.position());
    }
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }

    fn tell(&self, done: u64) {
        let Some(told) = &self.told else { return };
        let tenth = done.saturating_mul(10) / self.total.max(1);
        if told.fetch_max(tenth, Ordering::Relaxed) < tenth {
            // Nobody reads it: nothing is lost.
            let _ = writeln!(std::io::stderr(), "{} {} %", self.what, tenth * 10);
        }
    }
}
