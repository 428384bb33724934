//! Rules of what neighbours do for each other (N3, N6, N9, N12).

use super::Action;
use super::rule::Within::{self, District, Place};
use super::rule::{NOBODY, Rule, staff};
use super::rules::{OPERATOR, TYPISTS, VISIT_PLANNERS, VISIT_READERS};
use kernel::Role;

/// It is asked of the committee; where there is none, of whoever stands in for it.
const DECIDERS: &[(Role, Within)] = &[(Role::CommitteeWorker, Place), (Role::CatchAll, Place)];

/// Part of [`super::rules::rule`].
pub(super) const fn neighbours(action: Action) -> Rule {
    match action {
        Action::ViewWatch => Rule { subject: true, letter: true, jobs: OPERATOR, ..staff(VISIT_READERS) },
        Action::NameNeighbour => Rule { subject: true, letter: true, jobs: OPERATOR, ..staff(VISIT_PLANNERS) },
        Action::Worry => Rule { public: true, ..NOBODY },
        // A neighbour calls whatever number they have.
        Action::TypeWorry => staff(TYPISTS),
        Action::AnswerWorry => staff(VISIT_READERS),
        Action::ManageWatch => Rule { jobs: OPERATOR, ..staff(&[(Role::Coordinator, District)]) },
        Action::ViewTeams => Rule { jobs: OPERATOR, ..staff(VISIT_READERS) },
        Action::KeepTeams => Rule { jobs: OPERATOR, ..staff(VISIT_PLANNERS) },
        Action::ViewExtraCare | Action::AskExtraCare => {
            Rule { subject: true, letter: true, jobs: OPERATOR, ..staff(VISIT_READERS) }
        }
        Action::DecideExtraCare => Rule { jobs: OPERATOR, ..staff(DECIDERS) },
        Action::ViewMutual => Rule { subject: true, letter: true, jobs: OPERATOR, ..staff(VISIT_READERS) },
        Action::KeepMutual => Rule { subject: true, letter: true, jobs: OPERATOR, ..staff(VISIT_PLANNERS) },
        _ => NOBODY,
    }
}
