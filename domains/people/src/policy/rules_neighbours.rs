//! Rules of what neighbours do for each other (N6).

use super::Action;
use super::rules::Within::District;
use super::rules::{NOBODY, OPERATOR, Rule, TYPISTS, VISIT_PLANNERS, VISIT_READERS, staff};
use kernel::Role;

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
        _ => NOBODY,
    }
}
