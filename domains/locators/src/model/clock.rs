//! Which time a reading gets: the device's, as long as that can be.

use kernel::Moment;

/// Seconds by which a device's clock may be ahead of ours.
pub const AHEAD_S: i64 = 120;
/// Days for which a device keeps readings that it could not send. Older ones are a wrong clock.
pub const KEPT_DAYS: i64 = 7;
/// Seconds behind from which on a clock that stays behind by the same is a wrong one and no late reading.
const BEHIND_S: i64 = 600;
/// By so much the same delay may differ.
const SAME_S: i64 = 10;
/// So far apart frames must arrive to tell a wrong clock from a device that sends what it kept.
const APART_S: i64 = 30;

/// What a time was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The instant that counts.
    pub at: Moment,
    /// What tells this reading from others of the device: the same each time it is sent or read again.
    pub mark: Moment,
    /// The device's clock is wrong: the instant is the one at which the reading arrived.
    pub wrong: bool,
}

/// By how much the frame before was late, and when it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    pub received: Moment,
    pub late_s: i64,
}

/// The time of a reading that arrived at `received`; `before` is the frame before it.
///
/// - None said, ahead by more than [`AHEAD_S`], or older than [`KEPT_DAYS`]: the instant of arrival.
/// - Behind by the same as the frame before, which arrived at least half a minute earlier: the clock is behind, not the reading; the
///   instant of arrival. A device that sends what it kept catches up, so its delay shrinks from frame to frame.
pub fn judge(said: Option<Moment>, received: Moment, before: Option<Before>) -> Judged {
    let arrived = |wrong| Judged { at: received, mark: received, wrong };
    let Some(said) = said else { return arrived(false) };
    let late = received.secs_since(said);
    if !(-AHEAD_S..=KEPT_DAYS * 86_400).contains(&late) {
        return arrived(true);
    }
    let stuck = before.is_some_and(|b| {
        late > BEHIND_S && received.secs_since(b.received) >= APART_S && (late - b.late_s).abs() <= SAME_S
    });
    if stuck { Judged { at: received, mark: said, wrong: true } } else { Judged { at: said, mark: said, wrong: false } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn s(secs: i64) -> Moment {
        Moment::from_micros(0).plus_days(20_000).plus_secs(secs)
    }

    #[test]
    fn a_clock_of_another_hour_or_year_is_not_believed() {
        assert_eq!(judge(Some(s(0)), s(5), None), Judged { at: s(0), mark: s(0), wrong: false });
        assert_eq!(judge(None, s(5), None), Judged { at: s(5), mark: s(5), wrong: false });
        let ahead = judge(Some(s(8 * 3_600)), s(0), None);
        assert_eq!((ahead.at, ahead.wrong), (s(0), true), "local time sent as UTC");
        let year = judge(Some(Moment::from_micros(0)), s(0), None);
        assert_eq!((year.at, year.wrong), (s(0), true));
        // Two minutes fast is a clock like others.
        assert!(!judge(Some(s(119)), s(0), None).wrong);
    }

    #[test]
    fn what_was_kept_in_a_tunnel_keeps_its_time_and_a_clock_behind_is_found_out() {
        let behind = |at: i64| (Some(s(at - 8 * 3_600)), s(at));
        let (said, received) = behind(60);
        let before = Some(Before { received: s(0), late_s: 8 * 3_600 });
        let found = judge(said, received, before);
        assert_eq!((found.at, found.wrong), (s(60), true));
        assert_eq!(found.mark, said.unwrap_or_default(), "the same when it is sent again");
        // Readings of an hour, sent within seconds: each is later than the one before by less.
        let before = Some(Before { received: s(0), late_s: 3_600 });
        assert!(!judge(Some(s(-3_540)), s(1), before).wrong);
    }
}
