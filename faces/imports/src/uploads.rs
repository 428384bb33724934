//! Files that came over the desk's page or the JSON interface: looked through and brought in by a job, in the name and with
//! the rights of whoever uploaded them.
//!
//! A short file is read while its sender waits, by the same function and with the same outcome; its job then finds everything
//! done. A crash leaves nothing or everything: what came in bears the id of the upload in the same transaction, so that the
//! job that is done again only says so.

use crate::Look;
use crate::areas::{Pair, Unsure};
use crate::districts;
use crate::findings::Finding;
use crate::problems::{Problems, Refused, Unfit};
use crate::residents::{LookAlike, Proposal};
use crate::table::TableError;
use crate::upload::{self, Stated};
use anyhow::Context as _;
use kernel::ids::{AccountId, DistrictId};
use kernel::{Actor, Moment, Purpose};
use people::app::sessions::actor_of;
use people::app::tokens;
use people::model::TokenId;
use people::policy::{Action, Denied, ResourceFacts, Why, require};
use serde::{Deserialize, Serialize};
use store::imports::drafts::{self, Draft, State, Wish};
use store::jobs::{Handlers, Job, JobError};
use store::{Cx, Runtime, Who};
use uuid::Uuid;

/// Bytes up to which a file is read while its sender waits: about two thousand rows.
pub const SHORT: usize = 200_000;
/// As many rows.
const SHORT_ROWS: usize = 2_000;
/// After so many seconds the job looks after a short file whose sender did not wait.
const LATER_SECS: i64 = 60;
/// Name of the job in the log until it acts for somebody.
const JOB: &str = "import";

/// What came of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// In order: what would happen, or what did.
    Fine(Box<Look>),
    /// Rows are wrong.
    Wrong(Box<Problems>),
    /// Refused as a whole.
    Unfit(Vec<Finding>),
    /// Areas that may be some of here under another key.
    Unsure(Vec<Pair>),
    /// Residents that may be somebody here under another key.
    Alike(Vec<Proposal>),
    /// Whoever uploaded it may not: codes of the action and the reason; no action where only a system administrator may.
    Denied { action: Option<String>, why: String },
    /// By a fault of ours; nothing was written.
    Broken,
}

/// One upload, as pages and programs show it.
#[derive(Debug, Clone)]
pub struct Upload {
    pub draft: Draft,
    pub stated: Stated,
    pub outcome: Option<Outcome>,
}

impl Upload {
    fn of(draft: Draft) -> anyhow::Result<Self> {
        let stated = serde_json::from_str(&draft.stated).context("what was stated")?;
        let outcome = draft.outcome.as_deref().map(serde_json::from_str).transpose().context("the outcome")?;
        Ok(Self { stated, outcome, draft })
    }
    /// It is read, or will be at once.
    pub fn is_busy(&self) -> bool {
        self.draft.state != State::Done
    }
    /// What was brought in, if it was.
    pub fn brought(&self) -> Option<&Look> {
        match &self.outcome {
            Some(Outcome::Fine(look)) if self.draft.wish == Wish::Bring => Some(look),
            _ => None,
        }
    }
    /// What would happen, if it can be brought in.
    pub fn looked(&self) -> Option<&Look> {
        match &self.outcome {
            Some(Outcome::Fine(look)) if self.draft.wish == Wish::Look => Some(look),
            _ => None,
        }
    }
    /// Rows that somebody must accept first.
    pub fn is_doubtful(&self) -> bool {
        self.looked().is_some_and(|look| !look.problems.doubtful.is_empty())
    }
}

fn may(cx: &Cx<'_>) -> Result<(), Denied> {
    require(&cx.actor, cx.purpose, Action::Import, &ResourceFacts::District)
}

/// When the job is due: at once for a long file.
fn due(cx: &Cx<'_>, bytes: usize) -> Moment {
    if bytes > SHORT { cx.now } else { cx.now.plus_secs(LATER_SECS) }
}

/// Keeps a file to be looked through; the caller does a short one at once ([`work`]).
pub fn keep(cx: &mut Cx<'_>, name: &str, stated: &Stated, bytes: &[u8]) -> anyhow::Result<Uuid> {
    may(cx)?;
    let due = due(cx, bytes.len());
    Ok(drafts::keep(cx, name, &serde_json::to_string(stated)?, bytes, due)?)
}

/// An upload of whoever asks.
pub fn find(cx: &mut Cx<'_>, id: Uuid) -> anyhow::Result<Upload> {
    may(cx)?;
    Upload::of(drafts::find(cx, id)?)
}

/// The uploads of whoever asks, newest first.
pub fn list(cx: &mut Cx<'_>) -> anyhow::Result<Vec<Upload>> {
    may(cx)?;
    drafts::list(cx)?.into_iter().map(Upload::of).collect()
}

/// Wishes that a file is brought in, or looked through again with other words about it.
pub fn wish(cx: &mut Cx<'_>, upload: &Upload, wish: Wish, stated: &Stated) -> anyhow::Result<()> {
    may(cx)?;
    let rows = upload.looked().map_or(0, |look| look.rows);
    let due = due(cx, if rows > SHORT_ROWS { usize::MAX } else { 0 });
    Ok(drafts::wish(cx, upload.draft.id, wish, &serde_json::to_string(stated)?, due)?)
}

/// Throws a file away.
pub fn forget(cx: &mut Cx<'_>, id: Uuid) -> anyhow::Result<()> {
    may(cx)?;
    drafts::find(cx, id)?;
    Ok(drafts::forget(cx, id)?)
}

/// Whether the sender of a file that was looked through waits for it.
pub fn is_short(upload: &Upload) -> bool {
    upload.looked().is_none_or(|look| look.rows <= SHORT_ROWS)
}

/// Does what is wished with a file and keeps what came of it. Done already, or gone, it is not done again.
pub fn work(rt: &Runtime, district: DistrictId, id: Uuid) -> anyhow::Result<()> {
    let system = Who::system(district, JOB);
    let begun = rt.write_now(system.clone(), move |cx| -> anyhow::Result<_> {
        let Some((draft, bytes)) = drafts::begin(cx, id)? else { return Ok(None) };
        Ok(Some((draft, bytes, drafts::import_of(cx, id)?, districts::here(cx)?)))
    })?;
    let Some((draft, bytes, import, target)) = begun else { return Ok(()) };
    let wish = draft.wish;
    let outcome = match import {
        // The power went between the import and this note.
        Some(import) => Outcome::Fine(Box::new(Look::of(&import))),
        None => {
            let account = draft.by.strip_prefix("account:").and_then(|id| id.parse::<AccountId>().ok());
            let account = account.context("nobody's file")?;
            let key = draft.key.map(TokenId);
            match rt.read_now(system.clone(), move |cx| who_brings(cx, account, key))? {
                Some(actor) => {
                    let who = Who::new(actor, Purpose::Administration);
                    let upload = Upload::of(draft)?;
                    let from = upload::From { name: &upload.draft.file, bytes: &bytes, draft: id };
                    outcome_of(upload::bring(rt, who, &target, &from, &upload.stated, wish == Wish::Look))?
                }
                None => {
                    Outcome::Denied { action: Some(Action::Import.code().into()), why: Why::TokenScope.code().into() }
                }
            }
        }
    };
    let is_in = wish == Wish::Bring && matches!(outcome, Outcome::Fine(_));
    let said = serde_json::to_string(&outcome)?;
    rt.write_now(system, move |cx| drafts::end(cx, id, &said, is_in))?;
    Ok(())
}

/// Whoever uploaded the file, with the rights of this instant: those of the account, and of the key only what it still leaves. A key
/// that was ended meanwhile brings nothing in.
fn who_brings(cx: &mut Cx<'_>, account: AccountId, key: Option<TokenId>) -> Result<Option<Actor>, people::Error> {
    let actor = actor_of(cx, account)?;
    match key {
        None => Ok(Some(actor)),
        Some(key) => Ok(tokens::limit_now(cx, account, key)?.map(|limit| actor.by_key(limit))),
    }
}

/// What is said to whoever uploaded the file. `Err` when it is worth another try.
fn outcome_of(done: anyhow::Result<Look>) -> anyhow::Result<Outcome> {
    let error = match done {
        Ok(look) => return Ok(Outcome::Fine(Box::new(look))),
        Err(error) => error,
    };
    if let Some(refused) = error.downcast_ref::<Refused>() {
        return Ok(Outcome::Wrong(refused.problems.clone()));
    }
    if let Some(unfit) = error.downcast_ref::<Unfit>() {
        return Ok(Outcome::Unfit(unfit.why.clone()));
    }
    if let Some(TableError::File(unfit)) = error.downcast_ref::<TableError>() {
        return Ok(Outcome::Unfit(unfit.why.clone()));
    }
    if let Some(unsure) = error.downcast_ref::<Unsure>() {
        return Ok(Outcome::Unsure(unsure.pairs.clone()));
    }
    if let Some(alike) = error.downcast_ref::<LookAlike>() {
        return Ok(Outcome::Alike(alike.rows.clone()));
    }
    if let Some(denied) = denied(&error) {
        return Ok(denied);
    }
    if is_unavailable(&error) {
        return Err(error);
    }
    Ok(Outcome::Broken)
}

fn denied(error: &anyhow::Error) -> Option<Outcome> {
    let of = |d: &Denied| Outcome::Denied { action: Some(d.action.code().into()), why: d.why.code().into() };
    if let Some(denied) = error.downcast_ref::<Denied>() {
        return Some(of(denied));
    }
    if let Some(people::Error::Denied(denied)) = error.downcast_ref::<people::Error>() {
        return Some(of(denied));
    }
    if let Some(matters::Error::Denied(denied) | matters::Error::People(people::Error::Denied(denied))) =
        error.downcast_ref::<matters::Error>()
    {
        return Some(of(denied));
    }
    let places = matches!(error.downcast_ref::<places::Error>(), Some(places::Error::Denied));
    places.then(|| Outcome::Denied { action: None, why: String::new() })
}

fn is_unavailable(error: &anyhow::Error) -> bool {
    let of_people = |e: &people::Error| matches!(e, people::Error::Store(e) if e.is_unavailable());
    let of_places = |e: &places::Error| matches!(e, places::Error::Store(e) if e.is_unavailable());
    let of_matters = |e: &matters::Error| match e {
        matters::Error::Store(e) => e.is_unavailable(),
        matters::Error::People(e) => of_people(e),
        _ => false,
    };
    error.downcast_ref::<store::Error>().is_some_and(store::Error::is_unavailable)
        || error.downcast_ref::<people::Error>().is_some_and(of_people)
        || error.downcast_ref::<places::Error>().is_some_and(of_places)
        || error.downcast_ref::<matters::Error>().is_some_and(of_matters)
}

/// What the job does.
pub fn handlers() -> Handlers {
    Handlers::default().slowly_on(drafts::JOB, |rt: &Runtime, job: &Job| {
        let id = job.payload.get("draft").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
        let id: Uuid = id.ok_or_else(|| JobError::Dead("the job names no file".into()))?;
        // What went wrong may hold words of the file.
        work(rt, job.district, id).map_err(|_| JobError::Retry("the file could not be read now".into()))
    })
}
