//! A bar on the terminal while a long file is read or written; nothing when nobody looks.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::time::Duration;

/// Cheap to update for every row.
#[derive(Clone)]
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar on standard error, if that is a terminal.
    pub fn new(total: u64, what: &'static str) -> Self {
        let target = if std::io::stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(total), target);
        let style = ProgressStyle::with_template("{msg:9} {wide_bar} {percent:>3} % {elapsed} (about {eta} left)");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(250));
        Self(bar)
    }
    pub fn set(&self, done: u64) {
        self.0.set_position(done);
    }
    pub fn step(&self) {
        self.0.inc(1);
    }
    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}
