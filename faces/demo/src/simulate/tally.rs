//! What came of what was sent: counted, timed, told.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

/// What became of one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The reply that the protocol promises came, after this long.
    Acknowledged(Duration),
    /// The protocol has no reply to it.
    Unanswered,
    /// In a word: `refused`, `closed`, `late`, `other`.
    Failed(&'static str),
}

/// Sums over many devices.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    pub sent: u64,
    pub fixes: u64,
    pub acknowledged: u64,
    pub unanswered: u64,
    /// By their word.
    pub errors: BTreeMap<&'static str, u64>,
    /// Microseconds from the last byte of a frame to the last of its reply.
    micros: Vec<u32>,
}

/// Times kept; of more, every frame's time would still be counted but not kept. Ten million are 40 MB.
const TIMES: usize = 10_000_000;

impl Tally {
    /// A frame that carried so many fixes.
    pub fn count(&mut self, fixes: usize, fate: Fate) {
        self.sent += 1;
        self.fixes += fixes as u64;
        match fate {
            Fate::Acknowledged(after) => {
                self.acknowledged += 1;
                if self.micros.len() < TIMES {
                    self.micros.push(u32::try_from(after.as_micros()).unwrap_or(u32::MAX));
                }
            }
            Fate::Unanswered => self.unanswered += 1,
            Fate::Failed(why) => *self.errors.entry(why).or_default() += 1,
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.fixes += other.fixes;
        self.acknowledged += other.acknowledged;
        self.unanswered += other.unanswered;
        for (why, n) in &other.errors {
            *self.errors.entry(why).or_default() += n;
        }
        let room = TIMES.saturating_sub(self.micros.len());
        self.micros.extend(other.micros.iter().take(room));
    }

    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Milliseconds within which this share of the replies came; `None` before the first.
    pub fn within_ms(&self, share: f64) -> Option<f64> {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        let at = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1);
        sorted.get(at).map(|us| f64::from(*us) / 1_000.0)
    }

    /// For programs.
    pub fn json(&self, devices: usize, seconds: f64) -> serde_json::Value {
        serde_json::json!({
            "devices": devices,
            "seconds": (seconds * 1_000.0).round() / 1_000.0,
            "sent": self.sent,
            "fixes": self.fixes,
            "acknowledged": self.acknowledged,
            "without_reply_in_protocol": self.unanswered,
            "failed": self.failed(),
            "errors": self.errors,
            "p50_ms": self.within_ms(0.5),
            "p99_ms": self.within_ms(0.99),
        })
    }

    /// For people.
    pub fn tell(&self, devices: usize, seconds: f64, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "{devices} devices, {seconds:.1} s")?;
        writeln!(out, "sent                        {:>9} frames with {} fixes", self.sent, self.fixes)?;
        writeln!(out, "acknowledged                {:>9}", self.acknowledged)?;
        writeln!(out, "no reply in the protocol    {:>9}", self.unanswered)?;
        writeln!(out, "failed                      {:>9}", self.failed())?;
        for (why, n) in &self.errors {
            writeln!(out, "  {why:<25} {n:>9}")?;
        }
        if let (Some(half), Some(most)) = (self.within_ms(0.5), self.within_ms(0.99)) {
            writeln!(out, "frame to reply              p50 {half:.2} ms, p99 {most:.2} ms")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_counted_from_below() {
        let mut tally = Tally::default();
        for ms in 1..=100 {
            tally.count(1, Fate::Acknowledged(Duration::from_millis(ms)));
        }
        tally.count(0, Fate::Failed("late"));
        tally.count(2, Fate::Unanswered);
        assert_eq!((tally.within_ms(0.5), tally.within_ms(0.99)), (Some(50.0), Some(99.0)));
        let mut sum = Tally::default();
        sum.add(&tally);
        sum.add(&tally);
        assert_eq!((sum.sent, sum.fixes, sum.acknowledged, sum.unanswered, sum.failed()), (204, 204, 200, 2, 2));
        let mut text = Vec::new();
        sum.tell(2, 1.0, &mut text).expect("a text");
        assert!(String::from_utf8_lossy(&text).contains("p50 50.00 ms, p99 99.00 ms"));
    }
}
