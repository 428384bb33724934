//! The rules about volunteers and company: who leads them does not approve them, so that nobody is let in by one body alone.

use super::Action;
use super::rule::{NOBODY, Rule, Within, staff};
use super::rules::OPERATOR;
use Within::{District, Place};
use kernel::Role;
use kernel::Role::{
    CatchAll, CommitteeWorker as Committee, CommunityOfficer as Officer, Coordinator, DutyOfficer as Duty,
    PostHead as Head,
};

/// Who sees who helps where they work.
const READERS: &[(Role, Within)] =
    &[(Committee, Place), (Officer, Place), (Duty, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

/// Who leads them.
const LEADERS: &[(Role, Within)] = &[(Committee, Place), (Coordinator, District), (CatchAll, Place)];

/// Who brings people together: whoever plans visits there.
const HOSTS: &[(Role, Within)] =
    &[(Committee, Place), (Officer, Place), (Duty, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

/// Who lets them be sent.
const APPROVERS: &[(Role, Within)] = &[(Officer, Place), (Head, Place), (Coordinator, District), (CatchAll, Place)];

pub(super) const fn rule(action: Action) -> Rule {
    match action {
        Action::SignUpVolunteer => Rule { public: true, any_account: true, ..NOBODY },
        Action::ViewVolunteers => Rule { jobs: OPERATOR, ..staff(READERS) },
        Action::LeadVolunteers => Rule { jobs: OPERATOR, ..staff(LEADERS) },
        Action::ApproveVolunteer | Action::AppointCommunity => Rule { jobs: OPERATOR, ..staff(APPROVERS) },
        Action::RunActivities => Rule { jobs: OPERATOR, ..staff(HOSTS) },
        Action::ViewCoverage => Rule { jobs: OPERATOR, ..staff(READERS) },
        _ => NOBODY,
    }
}
