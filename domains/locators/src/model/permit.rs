//! May the positions of somebody be kept and shown now? What everybody said, weighed (L11, R7).

use kernel::Moment;
use people::app::consents::{Answer, Standing};
use people::app::voices::{Said, Voice, last_of, weigh};

kernel::codes! {
    /// Why nothing is kept, or that it is.
    Weighed {
        /// Somebody agreed, and nobody who counts says otherwise.
        Agreed = "agreed",
        NotAsked = "not_asked",
        /// Refused or withdrawn.
        Refused = "refused",
        /// Guardians disagree: no, until the committee's decision is recorded.
        Disagreed = "disagreed",
        /// The committee decided that it may not be.
        Decided = "decided",
        /// In care no longer.
        CareOver = "care_over",
    }
}

kernel::codes! {
    /// What somebody of the family sees.
    Sight {
        /// Where they are, at any time.
        Always = "always",
        /// Where they are while an alert or a case is open.
        Alarm = "alarm",
        /// Nothing.
        Never = "never",
    }
}

impl Sight {
    /// The one that shows less.
    #[must_use]
    pub fn narrower(self, other: Self) -> Self {
        self.max(other)
    }
}

/// What the committee decided where guardians disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    pub answer: Answer,
    pub at: Moment,
}

/// What holds. `all` has the latest first.
///
/// - The wearer's own no holds against everybody, also against the committee.
/// - One guardian's yes and another's no: no, until the committee decides; a decision counts for what was said before it.
/// - Else as for every consent: one no is a no.
pub fn weigh_all(all: &[Said], decision: Option<Decision>, now: Moment) -> Weighed {
    if last_of(all, Voice::Elder).is_some_and(is_no) {
        return Weighed::Refused;
    }
    let mut seen: Vec<Voice> = Vec::new();
    let mut latest: Vec<&Said> = Vec::new();
    for said in all.iter().filter(|s| matches!(s.voice, Voice::Guardian(_))) {
        if !seen.contains(&said.voice) {
            seen.push(said.voice);
            latest.push(said);
        }
    }
    if latest.iter().any(|s| is_no(s)) && latest.iter().any(|s| !is_no(s)) {
        let last = latest.iter().map(|s| s.ended_at.unwrap_or(s.at)).max();
        return match decision.filter(|d| last.is_some_and(|last| d.at >= last)) {
            Some(Decision { answer: Answer::Given, .. }) => Weighed::Agreed,
            Some(_) => Weighed::Decided,
            None => Weighed::Disagreed,
        };
    }
    match weigh(all, now) {
        Standing::Given { .. } => Weighed::Agreed,
        Standing::NotAsked => Weighed::NotAsked,
        Standing::Respected { .. } | Standing::MayAsk => Weighed::Refused,
    }
}

/// Refused, or given and taken back.
fn is_no(said: &Said) -> bool {
    said.answer == Answer::Refused || said.ended_at.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use people::model::GuardianId;
    use uuid::Uuid;

    const A: Voice = Voice::Guardian(GuardianId(Uuid::from_u128(1)));
    const B: Voice = Voice::Guardian(GuardianId(Uuid::from_u128(2)));
    const YES: Answer = Answer::Given;
    const NO: Answer = Answer::Refused;

    fn day(n: i64) -> Moment {
        Moment::from_micros(0).plus_days(n)
    }
    fn said(voice: Voice, answer: Answer, at: i64) -> Said {
        Said { answer, voice, at: day(at), review_on: day(at + 365), ended_at: None }
    }
    fn held(all: &[Said], decision: Option<(Answer, i64)>) -> Weighed {
        weigh_all(all, decision.map(|(answer, at)| Decision { answer, at: day(at) }), day(100))
    }

    #[test]
    fn guardians_who_disagree_wait_for_the_committee() {
        let both = [said(B, NO, 2), said(A, YES, 1)];
        assert_eq!(held(&both, None), Weighed::Disagreed);
        assert_eq!(held(&both, Some((YES, 3))), Weighed::Agreed);
        assert_eq!(held(&both, Some((NO, 3))), Weighed::Decided);
        assert_eq!(held(&both, Some((YES, 1))), Weighed::Disagreed, "decided before the other one spoke");
        assert_eq!(held(&[said(B, YES, 4), said(B, NO, 2), said(A, YES, 1)], None), Weighed::Agreed);
        assert_eq!(held(&[said(B, NO, 2), said(A, NO, 1)], Some((YES, 3))), Weighed::Refused, "they do not disagree");
        assert_eq!(held(&[], Some((YES, 3))), Weighed::NotAsked);
    }

    #[test]
    fn the_wearers_own_no_is_overruled_by_nobody() {
        let all = [said(Voice::Elder, NO, 3), said(A, YES, 1)];
        assert_eq!(held(&all, Some((YES, 9))), Weighed::Refused);
        let back = Said { ended_at: Some(day(5)), ..said(Voice::Elder, YES, 3) };
        assert_eq!(held(&[back, said(A, YES, 1)], Some((YES, 9))), Weighed::Refused);
        assert_eq!(held(&[said(Voice::Elder, YES, 3)], None), Weighed::Agreed);
        assert_eq!(held(&[said(A, YES, 3), said(Voice::Past, NO, 2)], None), Weighed::Agreed);
    }

    #[test]
    fn the_narrower_sight_holds() {
        assert_eq!(Sight::Always.narrower(Sight::Alarm), Sight::Alarm);
        assert_eq!(Sight::Never.narrower(Sight::Always), Sight::Never);
    }
}
