//! The one table of states.

use crate::error::Refusal;

kernel::codes! {
    /// How it began.
    Kind {
        /// Somebody found an elder (L1).
        Found = "found",
        /// The family misses one (L2).
        Missing = "missing",
    }
}

kernel::codes! {
    /// Where a case stands.
    State {
        /// Nobody knows where the elder is.
        Missing = "missing",
        /// Somebody sees the elder now.
        Sighted = "sighted",
        /// Two helpers go with the elder (L14).
        Escorted = "escorted",
        /// At a post (L8).
        Kept = "kept",
        /// With a named adult (R4).
        HandedOver = "handed_over",
        Closed = "closed",
    }
}

impl State {
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed)
    }
    /// Somebody of us is with the elder.
    pub const fn is_with_us(self) -> bool {
        matches!(self, Self::Escorted | Self::Kept)
    }
}

kernel::codes! {
    /// How it ended.
    Outcome {
        Home = "home",
        Hospital = "hospital",
        /// A rescue station, another district.
        OtherBody = "other_body",
        /// Nobody was lost.
        NotLost = "not_lost",
        /// The same elder is in another case.
        Duplicate = "duplicate",
    }
}

impl Outcome {
    /// Without a hand-over there was nobody to hand over.
    pub const fn needs_hand_over(self) -> bool {
        matches!(self, Self::Home | Self::Hospital | Self::OtherBody)
    }
}

kernel::codes! {
    /// How it was found out who it is (L3).
    How {
        /// By the card: what it says was compared with the elder.
        Card = "card",
        /// A committee knew them.
        Committee = "committee",
        /// Somebody of the post knew them.
        Known = "known",
        /// By what they said themselves.
        Said = "said",
        /// The family reported them missing, or recognised them.
        Family = "family",
        /// By a paper they carry.
        Paper = "paper",
        /// By the code of a card alone: nobody has compared the elder with it yet.
        Scan = "scan",
    }
}

kernel::codes! {
    /// What was asked afterwards (L9): of card, locator and schedule.
    Worked {
        Good = "good",
        Bad = "bad",
        None = "none",
    }
}

/// What the debrief found (L9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debrief {
    pub card: Worked,
    pub locator: Worked,
    pub schedule: Worked,
    pub words: Option<String>,
}

/// What moves a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// Somebody sees the elder.
    Seen,
    /// Nobody sees the elder any more.
    LostSight,
    Escort,
    Keep,
    HandOver,
    Close(Outcome),
}

/// What closing looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Whoever found or missed the elder was answered, or left no way to be.
    pub answered: bool,
    pub debriefed: bool,
}

/// The state after a move.
///
/// # Errors
/// When it does not lead on from there, or something that must come first is missing.
pub const fn next(from: State, step: Move, facts: Facts) -> Result<State, Refusal> {
    match (from, step) {
        (State::Missing | State::Sighted, Move::Seen) => Ok(State::Sighted),
        (State::Sighted | State::Escorted | State::Kept, Move::LostSight) => Ok(State::Missing),
        (State::Missing | State::Sighted | State::Kept, Move::Escort) => Ok(State::Escorted),
        (State::Missing | State::Sighted | State::Escorted, Move::Keep) => Ok(State::Kept),
        (State::Sighted | State::Escorted | State::Kept, Move::HandOver) => Ok(State::HandedOver),
        (State::HandedOver, Move::Close(outcome)) if outcome.needs_hand_over() => match facts {
            Facts { answered: false, .. } => Err(Refusal::NotAnswered),
            Facts { debriefed: false, .. } => Err(Refusal::NotDebriefed),
            Facts { answered: true, debriefed: true } => Ok(State::Closed),
        },
        (State::Missing | State::Sighted, Move::Close(outcome)) if !outcome.needs_hand_over() => {
            if facts.answered {
                Ok(State::Closed)
            } else {
                Err(Refusal::NotAnswered)
            }
        }
        _ => Err(Refusal::State(from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: Facts = Facts { answered: true, debriefed: true };

    fn moves() -> Vec<Move> {
        let mut all = vec![Move::Seen, Move::LostSight, Move::Escort, Move::Keep, Move::HandOver];
        all.extend(Outcome::ALL.iter().map(|o| Move::Close(*o)));
        all
    }

    #[test]
    fn nothing_leads_out_of_closed_and_every_state_leads_there() {
        for step in moves() {
            assert_eq!(next(State::Closed, step, DONE), Err(Refusal::State(State::Closed)));
        }
        for from in State::ALL.iter().filter(|s| s.is_open()) {
            let mut seen = vec![*from];
            let mut at = 0;
            while let Some(here) = seen.get(at).copied() {
                for step in moves() {
                    if let Ok(to) = next(here, step, DONE)
                        && !seen.contains(&to)
                    {
                        seen.push(to);
                    }
                }
                at += 1;
            }
            assert!(seen.contains(&State::Closed), "{from:?} never ends");
        }
    }

    #[test]
    fn found_is_not_home() {
        for from in [State::Missing, State::Sighted, State::Escorted, State::Kept] {
            for outcome in [Outcome::Home, Outcome::Hospital, Outcome::OtherBody] {
                assert!(
                    next(from, Move::Close(outcome), DONE).is_err(),
                    "{from:?} closes as {outcome:?} without a hand-over"
                );
            }
        }
        assert!(next(State::Missing, Move::HandOver, DONE).is_err(), "nobody hands over somebody who is missing");
        assert!(next(State::HandedOver, Move::Close(Outcome::NotLost), DONE).is_err());
    }

    #[test]
    fn it_closes_only_when_the_finder_was_answered_and_it_was_talked_over() {
        let close = |facts| next(State::HandedOver, Move::Close(Outcome::Home), facts);
        assert_eq!(close(Facts::default()), Err(Refusal::NotAnswered));
        assert_eq!(close(Facts { answered: true, debriefed: false }), Err(Refusal::NotDebriefed));
        assert_eq!(close(DONE), Ok(State::Closed));
    }
}
