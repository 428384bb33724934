//! The table of docs/matter-states.md, made from the code so that it cannot drift.

use super::command::CommandKind;
use super::state::{Facts, State, next};
use kernel::Moment;
use std::fmt::Write as _;

/// Facts under which every rule beyond the state is met: what remains is the bare table.
fn permissive() -> Facts {
    let now = Moment::from_micros(0);
    Facts {
        now,
        outcome: true,
        answer: true,
        verified: true,
        delivered: true,
        closed_at: Some(now),
        reopen_days: 30,
        until: Some(now.plus_days(1)),
        longest_days: 30,
        ..Facts::default()
    }
}

/// Markdown: one line per state and command that is legal there.
pub fn transition_table() -> String {
    let mut out = String::from("| state | command | next state |\n|---|---|---|\n");
    let facts = permissive();
    for state in State::ALL {
        for command in CommandKind::ALL {
            if let Ok(to) = next(*state, *command, &facts) {
                let to = if to == *state { "(same)" } else { to.code() };
                let _ = writeln!(out, "| `{}` | `{}` | `{to}` |", state.code(), command.code());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_documented_table_is_the_coded_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/matter-states.md");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let (begin, end) = ("<!-- table: begin -->\n", "<!-- table: end -->");
        let now = transition_table();
        if std::env::var_os("MULIN_BLESS").is_some() {
            let (head, rest) = text.split_once(begin).unwrap();
            let (_, tail) = rest.split_once(end).unwrap();
            std::fs::write(path, format!("{head}{begin}{now}{end}{tail}")).unwrap();
            return;
        }
        let table = text.split_once(begin).unwrap().1.split_once(end).unwrap().0;
        assert_eq!(table, now, "docs/matter-states.md is out of date: MULIN_BLESS=1 cargo nextest run -p matters");
    }

    #[test]
    fn every_open_state_can_reach_closed_and_closed_only_follows_answered() {
        let facts = permissive();
        for start in State::ALL.iter().filter(|s| s.is_open()) {
            let mut reached = vec![*start];
            let mut i = 0;
            while let Some(state) = reached.get(i).copied() {
                i += 1;
                for command in CommandKind::ALL {
                    if let Ok(to) = next(state, *command, &facts)
                        && !reached.contains(&to)
                    {
                        reached.push(to);
                    }
                }
            }
            assert!(reached.contains(&State::Closed), "{start:?} is a dead end");
        }
        for state in State::ALL {
            for command in CommandKind::ALL {
                if next(*state, *command, &facts) == Ok(State::Closed) && *state != State::Closed {
                    assert_eq!((*state, *command), (State::Answered, CommandKind::Close));
                }
            }
        }
    }

    #[test]
    fn closing_needs_each_of_its_four_proofs() {
        let full = permissive();
        assert!(next(State::Answered, CommandKind::Close, &full).is_ok());
        for strip in [
            |f: &mut Facts| f.outcome = false,
            |f: &mut Facts| f.answer = false,
            |f: &mut Facts| f.verified = false,
            |f: &mut Facts| f.delivered = false,
        ] {
            let mut facts = full.clone();
            strip(&mut facts);
            assert!(next(State::Answered, CommandKind::Close, &facts).is_err(), "{facts:?}");
        }
    }

    #[test]
    fn rules_beyond_the_state_refuse_with_a_reason() {
        let mut facts = permissive();
        facts.returned = true;
        assert_eq!(next(State::Received, CommandKind::Return, &facts).unwrap_err().key, "refuse-returned-already");
        facts = permissive();
        facts.owner_is_catch_all = true;
        assert_eq!(next(State::Assigned, CommandKind::Return, &facts).unwrap_err().key, "refuse-catch-all-returns");
        facts = permissive();
        facts.actor_is_handler = true;
        for command in [CommandKind::Verify, CommandKind::SendBack] {
            assert_eq!(next(State::ToVerify, command, &facts).unwrap_err().key, "refuse-verifier-is-handler");
        }
        facts = permissive();
        facts.now = facts.now.plus_days(30).plus_secs(1);
        assert_eq!(next(State::Closed, CommandKind::Reopen, &facts).unwrap_err().key, "refuse-reopen-late");
        facts = permissive();
        facts.extensions = 1;
        assert_eq!(next(State::InProgress, CommandKind::Extend, &facts).unwrap_err().key, "refuse-extended-already");
        facts.actor_supervises = true;
        assert!(next(State::InProgress, CommandKind::Extend, &facts).is_ok());
        facts.until = Some(facts.now.plus_days(31));
        assert_eq!(next(State::InProgress, CommandKind::Wait, &facts).unwrap_err().key, "refuse-date-too-far");
        facts.until = Some(facts.now);
        assert_eq!(next(State::InProgress, CommandKind::Park, &facts).unwrap_err().key, "refuse-date-past");
    }
}
