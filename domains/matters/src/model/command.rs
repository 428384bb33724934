//! What can be done to a matter.

use super::codes;
use super::delivery::DeliveryResult;
use kernel::Moment;
use kernel::ids::{MatterId, RaiserId, SeatId};

codes! {
    /// The kind of a command: what the transition table and the policy are about.
    CommandKind {
        Accept = "accept",
        Assign = "assign",
        Sign = "sign",
        Return = "return",
        Reject = "reject",
        Merge = "merge",
        MarkEmergency = "mark_emergency",
        Contact = "contact",
        Start = "start",
        Wait = "wait",
        Park = "park",
        Resume = "resume",
        Extend = "extend",
        Submit = "submit",
        Verify = "verify",
        SendBack = "send_back",
        Answer = "answer",
        RecordDelivery = "record_delivery",
        Close = "close",
        Rate = "rate",
        Reopen = "reopen",
        AddFacts = "add_facts",
        AddNote = "add_note",
        ChangeOwner = "change_owner",
        Escalate = "escalate",
    }
}

codes! {
    /// Why a matter is not taken up. The raiser reads it in plain words.
    RejectReason {
        /// Another body's business outside this network; the answer says whose.
        NotOurs = "not_ours",
        /// The law gives it to a court, an arbitration or an appeal.
        LegalPath = "legal_path",
        /// Cannot be understood and nobody can be asked.
        Unclear = "unclear",
        /// Not there when looked for.
        NotFound = "not_found",
        Spam = "spam",
    }
}

codes! {
    /// Whom or what a matter waits for.
    WaitReason {
        Raiser = "raiser",
        Parts = "parts",
        OtherBody = "other_body",
        Weather = "weather",
        Law = "law",
    }
}

codes! {
    /// What came of it.
    Outcome {
        Done = "done",
        PartlyDone = "partly_done",
        /// Promised with a date in the answer.
        Planned = "planned",
        NotPossible = "not_possible",
        Rejected = "rejected",
        Settled = "settled",
    }
}

codes! {
    /// What a telephone call or visit to the raiser came to.
    ContactOutcome {
        Reached = "reached",
        NoAnswer = "no_answer",
        OnSite = "on_site",
        Message = "message",
        /// Written in the system: the words lie at `/t`, and nobody needs the raiser's number.
        Written = "written",
        /// Anonymous: there is nobody to call, the place was looked at.
        NobodyToAsk = "nobody_to_ask",
    }
}

/// A command with what it carries. Free text is kept encrypted; the event names only kinds and ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Accept,
    /// Give it to another seat.
    Assign {
        seat: SeatId,
        note: Option<String>,
    },
    Sign,
    Return {
        reason: String,
    },
    Reject {
        reason: RejectReason,
        answer: String,
    },
    Merge {
        into: MatterId,
    },
    MarkEmergency,
    Contact {
        outcome: ContactOutcome,
        note: Option<String>,
    },
    Start {
        note: Option<String>,
    },
    Wait {
        reason: WaitReason,
        until: Moment,
        note: Option<String>,
    },
    Park {
        until: Moment,
        reason: String,
    },
    Resume,
    Extend {
        until: Moment,
        reason: String,
    },
    Submit {
        outcome: Outcome,
        answer: String,
    },
    Verify {
        note: Option<String>,
    },
    SendBack {
        reason: String,
    },
    /// Sends the verified answer to everybody who raised it.
    Answer,
    /// What came of one attempt to bring the answer to one raiser.
    RecordDelivery {
        raiser: RaiserId,
        result: DeliveryResult,
        note: Option<String>,
    },
    Close,
    /// 1 (bad) to 5 (good). A fact, not a gate.
    Rate {
        stars: u8,
        words: Option<String>,
    },
    Reopen {
        reason: String,
    },
    /// The raiser adds something.
    AddFacts {
        text: String,
    },
    /// A note of a colleague, not shown to the raiser.
    AddNote {
        text: String,
    },
}

impl Command {
    pub const fn kind(&self) -> CommandKind {
        match self {
            Self::Accept => CommandKind::Accept,
            Self::Assign { .. } => CommandKind::Assign,
            Self::Sign => CommandKind::Sign,
            Self::Return { .. } => CommandKind::Return,
            Self::Reject { .. } => CommandKind::Reject,
            Self::Merge { .. } => CommandKind::Merge,
            Self::MarkEmergency => CommandKind::MarkEmergency,
            Self::Contact { .. } => CommandKind::Contact,
            Self::Start { .. } => CommandKind::Start,
            Self::Wait { .. } => CommandKind::Wait,
            Self::Park { .. } => CommandKind::Park,
            Self::Resume => CommandKind::Resume,
            Self::Extend { .. } => CommandKind::Extend,
            Self::Submit { .. } => CommandKind::Submit,
            Self::Verify { .. } => CommandKind::Verify,
            Self::SendBack { .. } => CommandKind::SendBack,
            Self::Answer => CommandKind::Answer,
            Self::RecordDelivery { .. } => CommandKind::RecordDelivery,
            Self::Close => CommandKind::Close,
            Self::Rate { .. } => CommandKind::Rate,
            Self::Reopen { .. } => CommandKind::Reopen,
            Self::AddFacts { .. } => CommandKind::AddFacts,
            Self::AddNote { .. } => CommandKind::AddNote,
        }
    }

    /// The date the command names, if it does.
    pub const fn until(&self) -> Option<Moment> {
        match self {
            Self::Wait { until, .. } | Self::Park { until, .. } | Self::Extend { until, .. } => Some(*until),
            _ => None,
        }
    }
}

impl CommandKind {
    /// Whoever does this becomes a handler and may not verify until the next (re)opening (R2).
    pub const fn handles(self) -> bool {
        matches!(
            self,
            Self::Sign
                | Self::Reject
                | Self::Contact
                | Self::Start
                | Self::Wait
                | Self::Park
                | Self::Resume
                | Self::Extend
                | Self::Submit
        )
    }
}
