//! What can be done next with a matter, and why the rest cannot.

use super::super::words::No;
use crate::Page;
use matters::app::Detail;
use matters::model::CommandKind;

/// A step that can be taken now.
pub(super) struct NextStep {
    pub word: String,
    pub href: String,
    /// The one the page proposes.
    pub first: bool,
}

/// A step that cannot, and why.
pub(super) struct Refused {
    pub word: String,
    pub no: No,
}

/// Steps in the order in which a page offers them; the first possible one is the one proposed.
pub(super) const ORDER: [CommandKind; 19] = [
    CommandKind::Verify,
    CommandKind::Sign,
    CommandKind::Contact,
    CommandKind::Resume,
    CommandKind::Start,
    CommandKind::Submit,
    CommandKind::Answer,
    CommandKind::RecordDelivery,
    CommandKind::Close,
    CommandKind::SendBack,
    CommandKind::Accept,
    CommandKind::Assign,
    CommandKind::Wait,
    CommandKind::Extend,
    CommandKind::Park,
    CommandKind::Return,
    CommandKind::Reject,
    CommandKind::Merge,
    CommandKind::MarkEmergency,
];

/// Where the step after the present state comes first: contact before start, submit once work is under way.
pub(super) fn proposal(detail: &Detail, kind: CommandKind) -> u8 {
    use matters::model::State as S;
    let best = match detail.line.state {
        S::Received | S::Accepted | S::Assigned | S::Reopened => CommandKind::Sign,
        S::Signed => CommandKind::Contact,
        S::Contacted => CommandKind::Start,
        S::InProgress => CommandKind::Submit,
        S::Waiting | S::Parked => CommandKind::Resume,
        S::ToVerify | S::Rejected => CommandKind::Verify,
        S::Verified => CommandKind::Answer,
        S::Answered => CommandKind::RecordDelivery,
        S::Closed | S::Duplicate => CommandKind::AddNote,
    };
    u8::from(kind != best)
}

pub(super) fn steps(page: &Page, d: &Detail, href: &str) -> (Vec<NextStep>, Vec<Refused>) {
    let word = |kind: CommandKind| page.tk("command-", kind.code());
    let mut next = Vec::new();
    let mut refused = Vec::new();
    let mut order: Vec<CommandKind> = ORDER.to_vec();
    order.push(CommandKind::AddNote);
    order.sort_by_key(|kind| proposal(d, *kind));
    for kind in order {
        let Some((_, answer)) = d.commands.iter().find(|(k, _)| *k == kind) else { continue };
        match answer {
            Ok(()) => next.push(NextStep {
                word: word(kind),
                href: format!("{href}/do/{}", kind.code()),
                first: next.is_empty() && kind != CommandKind::AddNote,
            }),
            Err(error) if kind != CommandKind::AddNote => {
                let no = match error {
                    matters::Error::Refused(refusal) => No::refused(page, refusal),
                    matters::Error::Denied(denied) => No::denied(page, denied),
                    _ => continue,
                };
                refused.push(Refused { word: word(kind), no });
            }
            Err(_) => {}
        }
    }
    (next, refused)
}
