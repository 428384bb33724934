//! The rules about volunteers and company: who leads them does not approve them, so that nobody is let in by one body alone. Each
//! is named in the one match over all actions.

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

pub(super) const SIGN_UP: Rule = Rule { public: true, any_account: true, ..NOBODY };
pub(super) const VIEW: Rule = Rule { jobs: OPERATOR, ..staff(READERS) };
pub(super) const LEAD: Rule = Rule { jobs: OPERATOR, ..staff(LEADERS) };
pub(super) const APPROVE: Rule = Rule { jobs: OPERATOR, ..staff(APPROVERS) };
pub(super) const RUN_ACTIVITIES: Rule = Rule { jobs: OPERATOR, ..staff(HOSTS) };
/// The person and who speaks for them: whether somebody rings, who invites them, and what they answer.
pub(super) const OWN_COMPANY: Rule = Rule { subject: true, letter: true, ..NOBODY };
