//! The clock of a matter: a pure function of its event log, its class rule and the work calendar (J2, R12).
//!
//! A pause always names its end. It counts as over at that end even if nobody resumes, so a due time exists at every
//! instant and does not depend on who looks when.

use super::class::{Allowance, ClassRule, OnReturn, Scope, TimeKind, Unit};
use super::codes;
use kernel::{Due, Moment, WorkCalendar};

/// Days° an answer may need to reach its raiser: an anonymous one lies open for 7 days.
pub const DELIVER: Allowance = Allowance::days(8);
/// Hours° after the due time until the supervisor is told.
pub const SUPERVISOR_AFTER_HOURS: i64 = 4;
/// Hours° after the due time until the next level is told.
pub const NEXT_LEVEL_AFTER_HOURS: i64 = 24;

codes! {
    /// What the clock is running for.
    Stage {
        Sign = "sign",
        Contact = "contact",
        Handle = "handle",
        Verify = "verify",
        Deliver = "deliver",
        /// Nothing is owed.
        Done = "done",
    }
}

codes! {
    /// How late: the overdue ladder. Ordered.
    Level {
        Green = "green",
        /// 75 % of the term is used.
        Yellow = "yellow",
        Red = "red",
        /// The supervisor has been told.
        Supervisor = "supervisor",
        NextLevel = "next_level",
    }
}

/// What an event means to the clock. Everything else in the log does not move it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockStep {
    Raised,
    /// Back to screening by the owner.
    Returned,
    /// Given to another owner after somebody had signed: the new one has the whole term to sign.
    Reassigned,
    Signed,
    Contacted,
    Waiting {
        until: Moment,
    },
    Parked {
        until: Moment,
    },
    Resumed,
    Extended {
        until: Moment,
    },
    /// To verification: submitted or rejected.
    Submitted,
    /// The verifier sent it back to the handler.
    SentBack,
    /// The verifier did not agree to a rejection: it is unsigned again.
    RejectionLifted,
    Answered,
    Ended,
    Reopened,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockEvent {
    pub at: Moment,
    pub step: ClockStep,
}

/// An argument of a "why this deadline" line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    Text(String),
    Number(i64),
    At(Moment),
    /// A locale key to be looked up, e.g. `stage-sign`.
    Key(String),
}

/// One line of "why this deadline": a locale key `why-…` with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub key: &'static str,
    pub args: Vec<(&'static str, Arg)>,
}

/// The clock of a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    pub stage: Stage,
    pub due_at: Moment,
    /// Needs a year whose calendar is not loaded.
    pub provisional: bool,
    /// 75 % of the term is used.
    pub yellow_at: Moment,
    /// Standing still until this instant; the raiser sees it.
    pub paused_until: Option<Moment>,
    /// From when the term is counted.
    pub started_at: Moment,
    /// "Why this deadline", in order.
    pub why: Vec<Step>,
}

impl Clock {
    /// How late it is at `now`.
    pub fn level(&self, now: Moment) -> Level {
        level(self.stage, self.yellow_at, self.due_at, now)
    }
    /// When the next rung after `level` is reached; none when the ladder ends or nothing is owed.
    pub fn next_alarm(&self, level: Level) -> Option<Moment> {
        next_alarm(self.stage, self.yellow_at, self.due_at, level)
    }
}

/// See [`Clock::level`]; from stored columns.
pub fn level(stage: Stage, yellow_at: Moment, due_at: Moment, now: Moment) -> Level {
    if stage == Stage::Done || now < yellow_at {
        Level::Green
    } else if now < due_at {
        Level::Yellow
    } else if now < due_at.plus_hours(SUPERVISOR_AFTER_HOURS) {
        Level::Red
    } else if now < due_at.plus_hours(NEXT_LEVEL_AFTER_HOURS) {
        Level::Supervisor
    } else {
        Level::NextLevel
    }
}

/// See [`Clock::next_alarm`]; from stored columns.
pub fn next_alarm(stage: Stage, yellow_at: Moment, due_at: Moment, level: Level) -> Option<Moment> {
    if stage == Stage::Done {
        return None;
    }
    match level {
        Level::Green => Some(yellow_at),
        Level::Yellow => Some(due_at),
        Level::Red => Some(due_at.plus_hours(SUPERVISOR_AFTER_HOURS)),
        Level::Supervisor => Some(due_at.plus_hours(NEXT_LEVEL_AFTER_HOURS)),
        Level::NextLevel => None,
    }
}

/// A time during which the clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pause {
    from: Moment,
    to: Moment,
    key: &'static str,
}

/// What the log says, before any calendar is asked.
#[derive(Debug, Clone)]
struct Track {
    stage: Stage,
    case_start: Moment,
    stage_start: Moment,
    handle_start: Moment,
    sign_start: Moment,
    pauses: Vec<Pause>,
    open_pause: bool,
    /// When it was extended, and to when.
    extended: Option<(Moment, Moment)>,
    submitted_at: Option<Moment>,
    restarted: bool,
    ended_at: Option<Moment>,
}

impl Track {
    fn begin(at: Moment) -> Self {
        Self {
            stage: Stage::Sign,
            case_start: at,
            stage_start: at,
            handle_start: at,
            sign_start: at,
            pauses: Vec::new(),
            open_pause: false,
            extended: None,
            submitted_at: None,
            restarted: false,
            ended_at: None,
        }
    }

    fn close_pause(&mut self, at: Moment) {
        if let Some(last) = self.pauses.last_mut()
            && self.open_pause
        {
            last.to = last.to.min(at);
        }
        self.open_pause = false;
    }

    fn enter(&mut self, stage: Stage, at: Moment) {
        self.close_pause(at);
        self.stage = stage;
        self.stage_start = at;
    }

    fn pause(&mut self, from: Moment, to: Moment, key: &'static str) {
        self.close_pause(from);
        self.pauses.push(Pause { from, to: to.max(from), key });
        self.open_pause = true;
    }

    fn apply(&mut self, event: ClockEvent, on_return: OnReturn) {
        let at = event.at;
        match event.step {
            ClockStep::Raised => *self = Self::begin(at),
            ClockStep::Reopened => {
                *self = Self::begin(at);
            }
            ClockStep::Returned => {
                self.close_pause(at);
                if on_return == OnReturn::Restart {
                    *self = Self { restarted: true, ..Self::begin(at) };
                } else {
                    self.stage = Stage::Sign;
                }
            }
            ClockStep::RejectionLifted => {
                if on_return == OnReturn::Restart {
                    *self = Self { restarted: true, ..Self::begin(at) };
                } else {
                    self.hold_out_verification(at);
                    self.stage = Stage::Sign;
                    self.stage_start = self.case_start;
                }
            }
            ClockStep::Reassigned => {
                self.enter(Stage::Sign, at);
                self.sign_start = at;
            }
            ClockStep::Signed => self.enter(Stage::Contact, at),
            ClockStep::Contacted => {
                self.enter(Stage::Handle, at);
                self.handle_start = at;
            }
            ClockStep::Waiting { until } => self.pause(at, until, "why-waiting"),
            ClockStep::Parked { until } => self.pause(at, until, "why-parked"),
            ClockStep::Resumed => self.close_pause(at),
            ClockStep::Extended { until } => self.extended = Some((at, until)),
            ClockStep::Submitted => {
                self.enter(Stage::Verify, at);
                self.submitted_at = Some(at);
            }
            ClockStep::SentBack => self.sent_back(at, on_return),
            ClockStep::Answered => self.enter(Stage::Deliver, at),
            ClockStep::Ended => {
                self.enter(Stage::Done, at);
                self.ended_at = Some(at);
            }
        }
    }

    /// Restart: the handler has the whole term again. Accumulate: the term goes on where it stopped; the verifier's
    /// time is not the handler's.
    fn sent_back(&mut self, at: Moment, on_return: OnReturn) {
        self.stage = Stage::Handle;
        if on_return == OnReturn::Restart {
            self.case_start = at;
            self.stage_start = at;
            self.handle_start = at;
            self.pauses.clear();
            self.extended = None;
            self.restarted = true;
        } else {
            self.hold_out_verification(at);
            self.stage_start = self.handle_start;
        }
    }

    fn hold_out_verification(&mut self, at: Moment) {
        if let Some(from) = self.submitted_at.take() {
            self.pauses.push(Pause { from, to: at.max(from), key: "why-verification" });
        }
        self.open_pause = false;
    }
}

/// Computes the clock at the end of `events`, which are in the order of the log. An empty log starts at `now`.
pub fn clock(events: &[ClockEvent], rule: &ClassRule, calendar: &WorkCalendar, now: Moment) -> Clock {
    let mut track = Track::begin(events.first().map_or(now, |e| e.at));
    for event in events {
        track.apply(*event, rule.on_return);
    }
    let allowance = allowance(rule, track.stage).at_urgency(rule.urgency);
    let time = if track.stage == Stage::Deliver { TimeKind::Calendar } else { rule.time };
    let start = match (rule.scope, track.stage) {
        (_, Stage::Deliver) | (Scope::PerStage, _) => track.stage_start,
        (Scope::WholeCase, Stage::Sign) => track.sign_start,
        (Scope::WholeCase, _) => track.case_start,
    };
    let pauses: Vec<Pause> =
        track.pauses.iter().filter(|p| p.to > start).map(|p| Pause { from: p.from.max(start), ..*p }).collect();
    let mut due = due(calendar, time, allowance, start, &pauses);
    if let Some(at) = track.ended_at {
        due = Due { at, provisional: false };
    }
    let plain = due;
    extend(&mut due, &track, rule, calendar, start, &pauses);
    let yellow_at = yellow(start, due.at, &pauses);
    let paused = track.pauses.last().filter(|p| track.open_pause && p.from <= now && now < p.to);
    Clock {
        stage: track.stage,
        due_at: due.at,
        provisional: due.provisional,
        yellow_at,
        paused_until: paused.map(|p| p.to),
        started_at: start,
        why: why(&track, rule, allowance, time, start, &pauses, plain, due, calendar),
    }
}

const fn allowance(rule: &ClassRule, stage: Stage) -> Allowance {
    match stage {
        Stage::Sign => rule.sign,
        Stage::Contact => rule.contact,
        Stage::Handle => rule.handle,
        Stage::Verify => rule.verify,
        Stage::Deliver | Stage::Done => DELIVER,
    }
}

/// An extension moves the end of handling; counted over the whole case, it moves what comes after by as much.
fn extend(due: &mut Due, track: &Track, rule: &ClassRule, calendar: &WorkCalendar, start: Moment, pauses: &[Pause]) {
    let Some((given_at, until)) = track.extended else { return };
    // A pause taken after the extension moves its end on.
    let later: Vec<Pause> = pauses.iter().filter(|p| p.from >= given_at).copied().collect();
    match track.stage {
        Stage::Handle => {
            let until = due_on_the_wall(until.secs_since(given_at), given_at, &later).at;
            if until > due.at {
                *due = Due { at: until, provisional: false };
            }
        }
        Stage::Verify if rule.scope == Scope::WholeCase => {
            // Later pauses are in `due` already.
            let before: Vec<Pause> = pauses.iter().filter(|p| p.from < given_at).copied().collect();
            let handle = self::due(calendar, rule.time, rule.handle.at_urgency(rule.urgency), start, &before);
            let more = until.secs_since(handle.at);
            if more > 0 && !due.provisional {
                due.at = due.at.plus_secs(more);
            }
        }
        _ => {}
    }
}

/// The end of a term that starts at `start` and stands still during `pauses` (ascending, after `start`).
fn due(calendar: &WorkCalendar, time: TimeKind, allowance: Allowance, start: Moment, pauses: &[Pause]) -> Due {
    match (time, allowance.unit) {
        (TimeKind::WorkingDays | TimeKind::WorkingHours, Unit::Days) => {
            due_in_days(calendar, allowance.n, start, pauses)
        }
        (TimeKind::WorkingHours, _) => due_in_working_secs(calendar, allowance.secs(), start, pauses),
        _ => due_on_the_wall(allowance.secs(), start, pauses),
    }
}

fn due_on_the_wall(secs: i64, start: Moment, pauses: &[Pause]) -> Due {
    let (mut from, mut left) = (start, secs);
    for pause in pauses {
        let used = pause.from.secs_since(from).max(0);
        if left <= used {
            break;
        }
        left -= used;
        from = pause.to.max(from);
    }
    Due { at: from.plus_secs(left), provisional: false }
}

fn due_in_working_secs(calendar: &WorkCalendar, secs: i64, start: Moment, pauses: &[Pause]) -> Due {
    let (mut from, mut left) = (start, secs);
    for pause in pauses {
        let due = calendar.after_working_secs(from, left);
        if due.provisional || due.at <= pause.from {
            return due;
        }
        // Known: the term passes this instant within loaded years.
        left -= calendar.working_secs_between(from, pause.from).unwrap_or(0);
        from = pause.to.max(from);
    }
    calendar.after_working_secs(from, left)
}

/// A day counts as paused when the pause covers its close of business, as the day of receipt is not counted.
fn due_in_days(calendar: &WorkCalendar, n: u32, start: Moment, pauses: &[Pause]) -> Due {
    let mut days = n;
    for pause in pauses {
        let due = calendar.after_working_days(start, days);
        if due.provisional || due.at <= pause.from {
            return due;
        }
        match calendar.working_days_between(pause.from, pause.to) {
            Some(paused) => days = days.saturating_add(paused),
            // The pause reaches into a year that is not loaded; so does the term. Never before the pause ends.
            None => {
                let due = calendar.after_working_days(pause.to, n.max(1));
                return Due { at: due.at.max(pause.to), provisional: true };
            }
        }
    }
    calendar.after_working_days(start, days)
}

/// The instant at which three quarters of the running time between `start` and `due` are used.
fn yellow(start: Moment, due: Moment, pauses: &[Pause]) -> Moment {
    let paused: i64 = pauses.iter().map(|p| p.to.min(due).secs_since(p.from).max(0)).sum();
    let running = due.secs_since(start).saturating_sub(paused).max(0);
    due_on_the_wall(running.saturating_mul(3) / 4, start, pauses).at.min(due)
}

#[expect(clippy::too_many_arguments, reason = "the account of one computation, called once")]
fn why(
    track: &Track,
    rule: &ClassRule,
    allowance: Allowance,
    time: TimeKind,
    start: Moment,
    pauses: &[Pause],
    plain: Due,
    due: Due,
    calendar: &WorkCalendar,
) -> Vec<Step> {
    if let Some(at) = track.ended_at {
        return vec![Step { key: "why-ended", args: vec![("at", Arg::At(at))] }];
    }
    let mut steps = vec![
        Step {
            key: "why-rule",
            args: vec![
                ("class", Arg::Text(rule.code.clone())),
                ("version", Arg::Number(rule.version)),
                ("stage", Arg::Key(format!("stage-{}", track.stage.code()))),
                ("n", Arg::Number(allowance.n.into())),
                ("unit", Arg::Key(format!("unit-{}", allowance.unit.code()))),
                ("time", Arg::Key(format!("clock-time-{}", time.code()))),
            ],
        },
        Step {
            key: if track.restarted && start == track.case_start { "why-start-again" } else { "why-start" },
            args: vec![("at", Arg::At(start)), ("scope", Arg::Key(format!("clock-scope-{}", rule.scope.code())))],
        },
    ];
    if rule.urgency.percent() < 100 && track.stage != Stage::Deliver {
        steps.push(Step {
            key: "why-urgency",
            args: vec![
                ("urgency", Arg::Key(format!("urgency-{}", rule.urgency.code()))),
                ("percent", Arg::Number(rule.urgency.percent())),
            ],
        });
    }
    for pause in pauses.iter().filter(|p| p.to > p.from && p.from < due.at) {
        steps.push(Step { key: pause.key, args: vec![("from", Arg::At(pause.from)), ("to", Arg::At(pause.to))] });
    }
    if let Some((_, until)) = track.extended
        && due != plain
    {
        steps.push(Step { key: "why-extended", args: vec![("until", Arg::At(until))] });
    }
    if due.provisional {
        let year = i64::from(calendar.date_of(due.at).year());
        steps.push(Step { key: "why-provisional", args: vec![("year", Arg::Number(year))] });
    }
    steps.push(Step { key: "why-due", args: vec![("at", Arg::At(due.at))] });
    steps
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
