//! Rules of what neighbours do for each other (N3, N6, N9, N12). Each is named in the one match over all actions, so that a new action
//! does not compile without a rule.

use super::rule::Within::{self, District, Place};
use super::rule::{NOBODY, Rule, staff};
use super::rules::{OPERATOR, TYPISTS, VISIT_PLANNERS, VISIT_READERS};
use kernel::Role;

/// It is asked of the committee; where there is none, of whoever stands in for it.
const DECIDERS: &[(Role, Within)] = &[(Role::CommitteeWorker, Place), (Role::CatchAll, Place)];

/// The person and who speaks for them, with a letter that a second person stands for; the desk beside.
const fn own(staff: &'static [(Role, Within)]) -> Rule {
    Rule { subject: true, letter: true, jobs: OPERATOR, staff, ..NOBODY }
}
const fn desk(list: &'static [(Role, Within)]) -> Rule {
    Rule { jobs: OPERATOR, ..staff(list) }
}

pub(super) const VIEW_WATCH: Rule = own(VISIT_READERS);
pub(super) const NAME_NEIGHBOUR: Rule = own(VISIT_PLANNERS);
pub(super) const WORRY: Rule = Rule { public: true, ..NOBODY };
/// A neighbour calls whatever number they have.
pub(super) const TYPE_WORRY: Rule = staff(TYPISTS);
pub(super) const ANSWER_WORRY: Rule = staff(VISIT_READERS);
pub(super) const MANAGE_WATCH: Rule = desk(&[(Role::Coordinator, District)]);
pub(super) const VIEW_TEAMS: Rule = desk(VISIT_READERS);
pub(super) const KEEP_TEAMS: Rule = desk(VISIT_PLANNERS);
pub(super) const AGREE_TEAM: Rule = own(VISIT_PLANNERS);
/// At the desk also to ask: whoever hears of a need may pass it on.
pub(super) const EXTRA_CARE: Rule = own(VISIT_READERS);
pub(super) const DECIDE_EXTRA_CARE: Rule = desk(DECIDERS);
pub(super) const VIEW_MUTUAL: Rule = own(VISIT_READERS);
pub(super) const KEEP_MUTUAL: Rule = own(VISIT_PLANNERS);
