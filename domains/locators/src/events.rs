//! What others hear of locators: signals for open pages and the gate, and jobs that `alerts` turns into messages. Ids only: no
//! place, no name.

use crate::Result;
use kernel::Moment;
use kernel::ids::PersonId;
use serde::{Deserialize, Serialize};
use store::{Cx, NewJob};
use uuid::Uuid;

/// Signal when the gate is to be read anew: a device bound or given back, a consent, a pause.
pub const GATE: &str = "locator-gate";
/// Signal after positions, battery or fences of somebody changed; the subject is the person.
pub const MOVED: &str = "locator";
/// Signal after an alert began, was answered or ended; the subject is the person.
pub const ALERT: &str = "locator-alert";
/// Signal after an alert came to a post, or changed there; the subject is the alert.
pub const AT_POST: &str = "locator-post";
/// Signal when a device is asked something; the subject is the device.
pub const COMMAND: &str = "locator-command";

kernel::codes! {
    /// What the family is told.
    News {
        Sos = "sos",
        /// Any other alert.
        Alert = "alert",
        /// Nobody needs to do anything more.
        Over = "over",
    }
}

/// The family is told: everybody who may see the locator's alerts. `alerts` writes the messages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellFamily {
    pub alert: Uuid,
    pub person: PersonId,
    /// Code of [`News`].
    pub news: String,
}

impl TellFamily {
    pub const KIND: &'static str = "locators.tell_family";
}

kernel::codes! {
    /// Why a post is told: the notice `locator_…`.
    PostNews {
        Sos = "locator_sos",
        Unanswered = "locator_unanswered",
        /// It stands there, and nobody has ended it: whoever is above hears of it.
        Untaken = "locator_untaken",
        /// It is over, or the family sees to it.
        Over = "locator_over",
    }
}

/// The post where the wearer lives is told, or whoever is above it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellPost {
    pub alert: Uuid,
    pub person: PersonId,
    /// Code of [`PostNews`].
    pub news: String,
    /// How far above whoever answers for it; 0: the post itself.
    #[serde(default)]
    pub above: u8,
}

impl TellPost {
    pub const KIND: &'static str = "locators.tell_post";
}

/// The post had its time, or whoever took it.
pub const UNTAKEN: &str = "locators.untaken";
/// The family had its time.
pub const ESCALATE: &str = "locators.escalate";
/// A device may have been silent for long.
pub const SILENCE: &str = "locators.silence";
/// A fence may have something to tell without a position.
pub const TICK: &str = "locators.tick";
/// The day on which a consent is asked for again.
pub const REVIEW: &str = "locators.consent_review";

/// A timer of an alert or a binding; `at` is what it was set for: one that was set anew since rings for nothing.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Timer {
    pub of: Uuid,
    pub at: Moment,
}

pub(crate) fn timer(cx: &mut Cx<'_>, kind: &'static str, of: Uuid, at: Moment) -> Result<()> {
    enqueue(cx, kind, format!("{of}/{}", at.micros()), at, &Timer { of, at })
}

/// `again`: it was told before, and happened again now.
pub(crate) fn tell_family(cx: &mut Cx<'_>, alert: Uuid, person: PersonId, news: News, again: bool) -> Result<()> {
    let job = TellFamily { alert, person, news: news.code().to_owned() };
    enqueue(cx, TellFamily::KIND, key(cx, alert, news.code(), again), cx.now, &job)
}

/// As [`tell_family`], the post.
pub(crate) fn tell_post(cx: &mut Cx<'_>, alert: Uuid, person: PersonId, news: PostNews, again: bool) -> Result<()> {
    let job = TellPost { alert, person, news: news.code().to_owned(), above: 0 };
    enqueue(cx, TellPost::KIND, key(cx, alert, news.code(), again), cx.now, &job)
}

/// Whoever is so far above the one who answers for it.
pub(crate) fn tell_above(cx: &mut Cx<'_>, alert: Uuid, person: PersonId, above: u8, nth: i64) -> Result<()> {
    let news = PostNews::Untaken.code();
    let job = TellPost { alert, person, news: news.to_owned(), above };
    enqueue(cx, TellPost::KIND, format!("{alert}/{news}/{nth}"), cx.now, &job)
}

fn key(cx: &Cx<'_>, alert: Uuid, news: &str, again: bool) -> String {
    if again { format!("{alert}/{news}/{}", cx.now.micros()) } else { format!("{alert}/{news}") }
}

fn enqueue<T: Serialize>(cx: &mut Cx<'_>, kind: &'static str, key: String, run_at: Moment, job: &T) -> Result<()> {
    let payload = serde_json::to_value(job).map_err(|_| store::Error::Setup("a job cannot be written".into()))?;
    Ok(cx.enqueue(NewJob { kind, key, run_at, payload })?)
}
