//! What others hear of a case: signals for open desks, and jobs that `alerts` turns into notices and messages. Ids only.

use crate::Result;
use kernel::Moment;
use kernel::ids::{AccountId, CaseId, ContactId};
use serde::{Deserialize, Serialize};
use store::{Cx, NewJob};

/// Signal after every change of a case; the subject is the case.
pub const CHANGED: &str = "lost";

kernel::codes! {
    /// Why staff are told.
    Why {
        /// A new case at your post.
        New = "lost_new",
        /// Nobody took it over.
        Untaken = "lost_untaken",
        /// Do you know who this is?
        Asked = "lost_asked",
        /// Help is needed near you.
        Called = "lost_called",
        /// It is over, thank you.
        Over = "lost_over",
        /// Somebody offers to help.
        Offer = "lost_offer",
        /// The next contact is to be called.
        NextContact = "lost_next_contact",
        /// Look after the elder who is kept.
        Look = "lost_look",
        /// Kept for long: a medical check, and the supervisor knows.
        Long = "lost_long",
        /// A second officer is needed for a hand-over.
        Second = "lost_second",
        /// Handed over at a home where the schedule says that nobody is.
        Override = "lost_override",
        /// Third loss within a year.
        Conference = "lost_conference",
        /// The family or the finder wrote something.
        Word = "lost_word",
        /// A team of the search has found the elder.
        SearchFound = "lost_search_found",
        /// A team of the search saw somebody who may be the elder.
        SearchSeen = "lost_search_seen",
        /// The card of an elder nobody is with was scanned, or a finder wrote by it.
        Card = "lost_card",
    }
}

/// Tell these accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellStaff {
    pub case: CaseId,
    /// Code of [`Why`].
    pub why: String,
    pub accounts: Vec<AccountId>,
}

impl TellStaff {
    pub const KIND: &'static str = "lost.tell_staff";
}

/// Find out who of the place is to be told, and tell them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellCrew {
    pub case: CaseId,
    pub why: String,
    pub key: String,
    pub not: Option<AccountId>,
}

impl TellCrew {
    pub const KIND: &'static str = "lost.tell_crew";
}

pub(crate) fn tell_crew(cx: &mut Cx<'_>, job: &TellCrew) -> Result<()> {
    enqueue(cx, TellCrew::KIND, format!("{}/{}/{}", job.case, job.why, job.key), cx.now, job)
}

kernel::codes! {
    /// What a contact is told. No name, no place.
    News {
        /// Found, and safe.
        Found = "found",
        /// You reported it: we are looking.
        Looking = "looking",
        /// At a post, until when they can be fetched.
        Kept = "kept",
        /// With somebody of the family.
        Home = "home",
        /// The code for fetching the elder.
        Code = "code",
        /// Lost again and again: you are asked to a care conference.
        Conference = "conference",
    }
}

/// Tell the family: every contact who may hear of it, by text message and mail as far as they left an address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellFamily {
    pub case: CaseId,
    /// Code of [`News`].
    pub news: String,
    /// Only this contact.
    pub contact: Option<ContactId>,
}

impl TellFamily {
    pub const KIND: &'static str = "lost.tell_family";
}

/// A timer of a case. `n` is what it was set for: when that has passed, it rings for nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Timer {
    pub case: CaseId,
    pub n: i64,
}

/// Nobody took it over.
pub const UNTAKEN: &str = "lost.untaken";
/// The contact called last was not reached.
pub const NEXT_CONTACT: &str = "lost.next_contact";
/// An elder who is kept is to be looked after.
pub const LOOK: &str = "lost.look";
/// An elder is kept for long.
pub const LONG: &str = "lost.long";
/// A care conference is to be called.
pub const CONFERENCE: &str = "lost.conference";
/// A call for help ends.
pub const CALL_ENDS: &str = "lost.call_ends";

pub(crate) fn tell(cx: &mut Cx<'_>, case: CaseId, why: Why, accounts: Vec<AccountId>, key: &str) -> Result<()> {
    if accounts.is_empty() {
        return Ok(());
    }
    let job = TellStaff { case, why: why.code().to_owned(), accounts };
    enqueue(cx, TellStaff::KIND, format!("{case}/{}/{key}", why.code()), cx.now, &job)
}

pub(crate) fn tell_family(
    cx: &mut Cx<'_>,
    case: CaseId,
    news: News,
    contact: Option<ContactId>,
    key: &str,
) -> Result<()> {
    let job = TellFamily { case, news: news.code().to_owned(), contact };
    enqueue(cx, TellFamily::KIND, format!("{case}/{}/{key}", news.code()), cx.now, &job)
}

pub(crate) fn timer(cx: &mut Cx<'_>, kind: &'static str, case: CaseId, at: Moment, n: i64) -> Result<()> {
    enqueue(cx, kind, format!("{case}/{n}"), at, &Timer { case, n })
}

/// The same timer at another time, because the times of the district changed; `mark` tells it from the one that was set before.
pub(crate) fn timer_anew(
    cx: &mut Cx<'_>,
    kind: &'static str,
    case: CaseId,
    at: Moment,
    n: i64,
    mark: i64,
) -> Result<()> {
    enqueue(cx, kind, format!("{case}/{n}/{mark}"), at, &Timer { case, n })
}

fn enqueue<T: Serialize>(cx: &mut Cx<'_>, kind: &'static str, key: String, run_at: Moment, job: &T) -> Result<()> {
    let payload = serde_json::to_value(job).map_err(|_| store::Error::Setup("a job cannot be written".into()))?;
    cx.enqueue(NewJob { kind, key, run_at, payload })?;
    Ok(())
}
