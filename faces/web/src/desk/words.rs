//! Words of matters: states, due times, "why this deadline", refusals. From codes and locale keys to what the desk shows.

use crate::{Page, fmt};
use kernel::Moment;
use matters::model::{Arg, Level, Refusal, State, Step, WhoCould};

/// A state as icon, word and colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub icon: &'static str,
    pub class: &'static str,
    pub word: String,
}

impl Tag {
    pub(crate) fn state(page: &Page, state: State) -> Self {
        let (icon, class) = look_of(state);
        Self { icon, class, word: page.tk("state-", state.code()) }
    }
}

const fn look_of(state: State) -> (&'static str, &'static str) {
    match state {
        State::Received | State::Accepted | State::Assigned => ("mail", "tag"),
        State::Reopened => ("warn", "tag tag-bad"),
        State::Signed | State::Contacted | State::InProgress => ("person", "tag"),
        State::Waiting | State::Parked => ("wait", "tag tag-wait"),
        State::ToVerify | State::Rejected => ("eye", "tag tag-wait"),
        State::Verified | State::Answered => ("check", "tag tag-good"),
        State::Closed | State::Duplicate => ("check", "tag tag-plain"),
    }
}

/// What is left of the term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    /// `还剩 3 小时 12 分`, `已超时 2 天`, `等到 11月25日`.
    pub words: String,
    pub class: &'static str,
    /// `11月25日 星期三 17:00 前`
    pub by: String,
    pub machine: String,
    pub provisional: bool,
    /// The date says more than the words alone.
    pub show_by: bool,
}

impl Due {
    pub(crate) fn of(page: &Page, due: Moment, level: Level, paused: Option<Moment>, provisional: bool) -> Self {
        let standing = paused.filter(|until| *until > page.now);
        let words = match standing {
            Some(until) => page.t1("desk-paused-until", "day", page.day(until)),
            None => page.left(due),
        };
        let class = match level {
            _ if standing.is_some() => "due",
            Level::Green => "due",
            Level::Yellow => "due due-yellow",
            Level::Red | Level::Supervisor | Level::NextLevel => "due due-red",
        };
        let show_by = standing.is_none() && due > page.now;
        Self { words, class, by: page.by(due), machine: page.machine_time(due), provisional, show_by }
    }

    /// Nothing is owed any more.
    pub(crate) fn ended(page: &Page, at: Moment) -> Self {
        let words = page.t1("desk-ended-at", "at", page.ago(at));
        Self {
            words,
            class: "due quiet",
            by: page.stamp(at),
            machine: page.machine_time(at),
            provisional: false,
            show_by: false,
        }
    }
}

/// "Why this deadline", line by line. The class stands in the steps by its code; the page knows its name.
pub(crate) fn why(page: &Page, steps: &[Step], class: &str) -> Vec<String> {
    let value = |name: &str, arg: &Arg| match arg {
        Arg::Text(_) if name == "class" => class.to_owned(),
        Arg::Text(text) => text.clone(),
        Arg::Number(n) => n.to_string(),
        Arg::At(at) => fmt::stamp(page.loc, page.now, *at),
        Arg::Key(key) => page.t(key),
    };
    steps
        .iter()
        .map(|step| {
            let args: Vec<(&str, String)> = step.args.iter().map(|(name, arg)| (*name, value(name, arg))).collect();
            page.loc.args(step.key, &args)
        })
        .collect()
}

/// A refused step: the rule with what to do instead, and who could do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct No {
    pub rule: String,
    pub who: Option<String>,
}

impl No {
    pub(crate) fn refused(page: &Page, refusal: &Refusal) -> Self {
        let args: Vec<(&str, String)> = refusal
            .args
            .iter()
            .map(|(name, value)| match *name {
                "state" => (*name, page.tk("state-", value)),
                "command" => (*name, page.tk("command-", value)),
                _ => (*name, value.clone()),
            })
            .collect();
        // The same rule, said without naming the state where it was not told.
        let key = if refusal.key == "refuse-state" && args.is_empty() { "refuse-state-now" } else { refusal.key };
        Self {
            rule: page.sentences(&[page.loc.args(key, &args), page.t(refusal.todo)]),
            // What nobody can do now is told by what to do first.
            who: (refusal.who != WhoCould::Nobody).then(|| page.tk("who-", refusal.who.code())),
        }
    }

    pub(crate) fn denied(page: &Page, denied: &people::policy::Denied) -> Self {
        let roles = people::policy::who_may(denied.action);
        let names: Vec<String> = roles.iter().map(|role| page.tk("role-", role.code())).collect();
        let who = (!names.is_empty()).then(|| names.join(&page.t("list-comma")));
        Self { rule: page.tk("denied-", denied.why.code()), who }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::Look;
    use kernel::{Lang, WorkCalendar};
    use matters::model::{ClassRule, ClockEvent, ClockStep, CommandKind, Facts, Family, Route, clock, next};

    fn at(text: &str) -> Moment {
        Moment::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn every_line_of_a_deadline_reads_in_both_languages() {
        let rule = ClassRule::new("leak", Family::NonPolice, Route::Property, "漏水", "Leak");
        let start = at("2026-11-24T09:00:00+08:00");
        let events = [
            ClockEvent { at: start, step: ClockStep::Raised },
            ClockEvent { at: start.plus_hours(1), step: ClockStep::Signed },
            ClockEvent { at: start.plus_hours(2), step: ClockStep::Contacted },
            ClockEvent { at: start.plus_hours(3), step: ClockStep::Waiting { until: start.plus_days(2) } },
        ];
        let clock = clock(&events, &rule, &WorkCalendar::embedded(), start.plus_hours(4));
        for lang in Lang::ALL {
            let page = Page::sample(Look { lang, ..Look::default() });
            let lines = why(&page, &clock.why, rule.name(lang));
            assert!(lines.len() >= 4, "{lines:?}");
            assert!(lines.iter().all(|l| !l.contains('⟦')), "{lines:?}");
        }
    }

    #[test]
    fn every_refusal_reads_in_both_languages() {
        for lang in Lang::ALL {
            let page = Page::sample(Look { lang, ..Look::default() });
            for state in State::ALL {
                for command in CommandKind::ALL {
                    let Err(refusal) = next(*state, *command, &Facts::default()) else { continue };
                    let no = No::refused(&page, &refusal);
                    let all = format!("{}{:?}", no.rule, no.who);
                    assert!(!all.contains('⟦'), "{all}");
                }
            }
        }
    }
}
