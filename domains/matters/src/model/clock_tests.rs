#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;
use crate::model::class::{Family, Route, Urgency};

fn at(text: &str) -> Moment {
    Moment::parse_rfc3339(&format!("{text}:00+08:00")).unwrap()
}
fn ev(text: &str, step: ClockStep) -> ClockEvent {
    ClockEvent { at: at(text), step }
}
fn rule(scope: Scope, time: TimeKind, on_return: OnReturn) -> ClassRule {
    ClassRule { scope, time, on_return, ..ClassRule::new("x", Family::NonPolice, Route::Committee, "x", "x") }
}
fn run(rule: &ClassRule, events: &[ClockEvent]) -> Clock {
    clock(events, rule, &WorkCalendar::embedded(), events.last().unwrap().at)
}

const RAISED: &str = "2026-11-20T12:00"; // a Friday

#[test]
fn whole_case_counts_every_term_from_the_day_it_came_in() {
    let rule = rule(Scope::WholeCase, TimeKind::Calendar, OnReturn::Restart);
    let mut log = vec![ev(RAISED, ClockStep::Raised)];
    let c = run(&rule, &log);
    assert_eq!((c.stage, c.due_at, c.yellow_at), (Stage::Sign, at("2026-11-20T14:00"), at("2026-11-20T13:30")));
    log.push(ev("2026-11-20T13:00", ClockStep::Signed));
    assert_eq!(run(&rule, &log).due_at, at("2026-11-21T12:00"));
    log.push(ev("2026-11-20T15:00", ClockStep::Contacted));
    assert_eq!(run(&rule, &log).due_at, at("2026-11-27T12:00"));
    log.push(ev("2026-11-22T15:00", ClockStep::Submitted));
    assert_eq!(run(&rule, &log).due_at, at("2026-12-05T12:00"));
    log.push(ev("2026-11-23T15:00", ClockStep::Answered));
    assert_eq!((run(&rule, &log).stage, run(&rule, &log).due_at), (Stage::Deliver, at("2026-12-01T15:00")));
    log.push(ev("2026-11-24T15:00", ClockStep::Ended));
    let c = run(&rule, &log);
    assert_eq!((c.stage, c.next_alarm(Level::Green)), (Stage::Done, None));
    log.push(ev("2026-11-25T15:00", ClockStep::Reopened));
    assert_eq!(run(&rule, &log).due_at, at("2026-11-25T17:00"));
}

#[test]
fn per_stage_counts_from_the_beginning_of_the_stage_in_working_days() {
    let rule = rule(Scope::PerStage, TimeKind::WorkingDays, OnReturn::Restart);
    let log = [
        ev(RAISED, ClockStep::Raised),
        ev("2026-11-20T13:00", ClockStep::Signed),
        ev("2026-11-21T10:00", ClockStep::Contacted),
    ];
    // Hours on the wall; seven working days after Saturday the 21st end on Tuesday the 1st.
    assert_eq!(run(&rule, &log[..2]).due_at, at("2026-11-21T13:00"));
    assert_eq!(run(&rule, &log).due_at, at("2026-12-01T17:00"));
}

#[test]
fn working_hours_stop_at_night() {
    let rule = rule(Scope::PerStage, TimeKind::WorkingHours, OnReturn::Restart);
    let c = run(&rule, &[ev("2026-11-20T16:00", ClockStep::Raised)]);
    assert_eq!(c.due_at, at("2026-11-23T10:00"));
}

#[test]
fn a_pause_stops_the_clock_until_its_stated_end_at_most() {
    let rule = rule(Scope::WholeCase, TimeKind::Calendar, OnReturn::Restart);
    let until = at("2026-11-24T12:00");
    let mut log = vec![
        ev(RAISED, ClockStep::Raised),
        ev("2026-11-20T13:00", ClockStep::Signed),
        ev("2026-11-20T15:00", ClockStep::Contacted),
        ev("2026-11-21T12:00", ClockStep::Waiting { until }),
    ];
    // Three days of standing still, whether or not anybody resumes at the end.
    let c = run(&rule, &log);
    assert_eq!((c.due_at, c.paused_until), (at("2026-11-30T12:00"), Some(until)));
    assert_eq!(clock(&log, &rule, &WorkCalendar::embedded(), until).paused_until, None);
    assert_eq!(clock(&log, &rule, &WorkCalendar::embedded(), until).due_at, c.due_at, "who looks when does not matter");
    log.push(ev("2026-11-22T12:00", ClockStep::Resumed));
    let c = run(&rule, &log);
    assert_eq!((c.due_at, c.paused_until), (at("2026-11-28T12:00"), None));
    assert!(c.why.iter().any(|s| s.key == "why-waiting"));
}

#[test]
fn a_pause_over_working_days_gives_back_working_days() {
    let rule = rule(Scope::WholeCase, TimeKind::WorkingDays, OnReturn::Restart);
    let log = [
        ev(RAISED, ClockStep::Raised),
        ev("2026-11-20T13:00", ClockStep::Signed),
        ev("2026-11-20T15:00", ClockStep::Contacted),
        ev("2026-11-23T10:00", ClockStep::Parked { until: at("2026-11-26T10:00") }),
    ];
    assert_eq!(run(&rule, &log[..3]).due_at, at("2026-12-01T17:00"));
    assert_eq!(run(&rule, &log).due_at, at("2026-12-04T17:00"));
}

#[test]
fn a_return_restarts_or_accumulates_as_the_class_says() {
    let log = [ev(RAISED, ClockStep::Raised), ev("2026-11-20T13:00", ClockStep::Returned)];
    assert_eq!(
        run(&rule(Scope::WholeCase, TimeKind::Calendar, OnReturn::Restart), &log).due_at,
        at("2026-11-20T15:00")
    );
    assert_eq!(
        run(&rule(Scope::WholeCase, TimeKind::Calendar, OnReturn::Accumulate), &log).due_at,
        at("2026-11-20T14:00")
    );
    assert_eq!(
        run(&rule(Scope::PerStage, TimeKind::Calendar, OnReturn::Accumulate), &log).due_at,
        at("2026-11-20T14:00")
    );
}

#[test]
fn sending_back_keeps_the_verifiers_time_out_of_the_handlers_term() {
    let log = [
        ev(RAISED, ClockStep::Raised),
        ev("2026-11-20T13:00", ClockStep::Signed),
        ev("2026-11-20T14:00", ClockStep::Contacted),
        ev("2026-11-21T14:00", ClockStep::Submitted),
        ev("2026-11-23T14:00", ClockStep::SentBack),
    ];
    let c = run(&rule(Scope::PerStage, TimeKind::Calendar, OnReturn::Accumulate), &log);
    assert_eq!((c.stage, c.due_at), (Stage::Handle, at("2026-11-29T14:00")));
    let c = run(&rule(Scope::PerStage, TimeKind::Calendar, OnReturn::Restart), &log);
    assert_eq!(c.due_at, at("2026-11-30T14:00"));
}

#[test]
fn an_extension_moves_the_end_and_a_later_pause_moves_the_extension() {
    let rule = rule(Scope::WholeCase, TimeKind::Calendar, OnReturn::Restart);
    let mut log = vec![
        ev(RAISED, ClockStep::Raised),
        ev("2026-11-20T13:00", ClockStep::Signed),
        ev("2026-11-20T14:00", ClockStep::Contacted),
        ev("2026-11-21T12:00", ClockStep::Extended { until: at("2026-12-07T12:00") }),
    ];
    assert_eq!(run(&rule, &log).due_at, at("2026-12-07T12:00"));
    log.push(ev("2026-12-02T12:00", ClockStep::Waiting { until: at("2026-12-09T12:00") }));
    assert_eq!(run(&rule, &log).due_at, at("2026-12-14T12:00"));
    log.push(ev("2026-12-03T12:00", ClockStep::Submitted));
    // Counted over the whole case, verification ends as much later as handling did.
    assert_eq!(run(&rule, &log).due_at, at("2026-12-16T12:00"));
}

#[test]
fn urgency_shortens_and_says_so() {
    let mut rule = rule(Scope::WholeCase, TimeKind::Calendar, OnReturn::Restart);
    rule.urgency = Urgency::Urgent;
    let c = run(&rule, &[ev(RAISED, ClockStep::Raised)]);
    assert_eq!(c.due_at, at("2026-11-20T13:00"));
    assert!(c.why.iter().any(|s| s.key == "why-urgency"));
}

#[test]
fn clocks_reaching_a_year_that_is_not_loaded_are_provisional_until_it_is() {
    let rule = rule(Scope::WholeCase, TimeKind::WorkingDays, OnReturn::Restart);
    let log = [
        ev("2026-12-28T10:00", ClockStep::Raised),
        ev("2026-12-28T11:00", ClockStep::Signed),
        ev("2026-12-28T12:00", ClockStep::Contacted),
    ];
    let c = run(&rule, &log);
    assert_eq!((c.due_at, c.provisional), (at("2027-01-01T09:00"), true));
    assert!(c.why.iter().any(|s| s.key == "why-provisional" && s.args[0].1 == Arg::Number(2027)));
    let mut calendar = WorkCalendar::embedded();
    calendar.load_csv("2027-01-01,off,x\n2027-10-01,off,y\n").unwrap();
    let c = clock(&log, &rule, &calendar, log[2].at);
    assert_eq!((c.due_at, c.provisional), (at("2027-01-07T17:00"), false));
}

#[test]
fn the_ladder_climbs_by_the_clock() {
    let rule = rule(Scope::WholeCase, TimeKind::Calendar, OnReturn::Restart);
    let c = run(&rule, &[ev(RAISED, ClockStep::Raised)]);
    let want = [
        ("2026-11-20T13:29", Level::Green),
        ("2026-11-20T13:30", Level::Yellow),
        ("2026-11-20T14:00", Level::Red),
        ("2026-11-20T18:00", Level::Supervisor),
        ("2026-11-21T14:00", Level::NextLevel),
    ];
    for (when, level) in want {
        assert_eq!(c.level(at(when)), level, "{when}");
    }
    assert_eq!(c.next_alarm(Level::Green), Some(at("2026-11-20T13:30")));
    assert_eq!(c.next_alarm(Level::Red), Some(at("2026-11-20T18:00")));
    assert_eq!(c.next_alarm(Level::NextLevel), None);
}

/// The examples that the form of a class gives (`clock-time-hint-…`, `clock-scope-hint-…`, `on-return-hint-…`,
/// `urgency-hint-…` in the locales): who changes a rule changes these sentences too.
#[test]
fn the_examples_of_the_form_are_true() {
    use OnReturn::{Accumulate, Restart};
    use Scope::{PerStage, WholeCase};
    use TimeKind::{Calendar, WorkingDays, WorkingHours};
    let friday = [ev("2026-11-20T16:00", ClockStep::Raised)];
    let sign = |time, sign: &str| {
        let rule = ClassRule { sign: sign.parse().unwrap(), ..rule(WholeCase, time, Restart) };
        run(&rule, &friday).due_at
    };
    let (saturday, wednesday) = (at("2026-11-21T16:00"), at("2026-11-25T17:00"));
    assert_eq!((sign(Calendar, "24h"), sign(Calendar, "3d")), (saturday, at("2026-11-23T16:00")));
    assert_eq!((sign(WorkingDays, "24h"), sign(WorkingDays, "3d")), (saturday, wednesday));
    assert_eq!((sign(WorkingHours, "2h"), sign(WorkingHours, "3d")), (at("2026-11-23T10:00"), wednesday));

    let monday = [ev("2026-11-23T09:00", ClockStep::Raised), ev("2026-11-23T10:30", ClockStep::Signed)];
    let contact =
        |scope| run(&ClassRule { contact: Allowance::hours(24), ..rule(scope, Calendar, Restart) }, &monday).due_at;
    assert_eq!((contact(WholeCase), contact(PerStage)), (at("2026-11-24T09:00"), at("2026-11-24T10:30")));

    let back = [ev("2026-11-23T09:00", ClockStep::Raised), ev("2026-11-23T10:00", ClockStep::Returned)];
    for scope in [WholeCase, PerStage] {
        let due = |how| run(&ClassRule { sign: Allowance::hours(2), ..rule(scope, Calendar, how) }, &back).due_at;
        assert_eq!((due(Restart), due(Accumulate)), (at("2026-11-23T12:00"), at("2026-11-23T11:00")));
    }

    let short = |urgency| {
        let (day, week) = (Allowance::hours(24).at_urgency(urgency), Allowance::days(7).at_urgency(urgency));
        (day.secs() / 3_600, week.n)
    };
    assert_eq!((short(Urgency::Normal), short(Urgency::Urgent), short(Urgency::Critical)), ((24, 7), (12, 4), (6, 2)));
}
