//! Use cases: one file each, command in, outcome out, the log entry in the same transaction.

mod alike;
pub mod appeal;
mod ask;
mod before;
mod candidates;
mod case;
mod circle;
mod clocks;
pub mod conference;
mod contacts;
mod entries;
pub mod family;
mod finish;
mod found;
mod hand_over;
mod helpers;
mod identify;
pub mod joins;
mod keep;
mod list;
pub mod near;
mod news;
pub mod relay;
mod report;
mod rules;
pub mod search;
mod telling;
mod view;

pub use alike::{Alike, Alikes, alike, same};
pub use ask::{AskAnswer, answer_ask, ask};
pub use before::Before;
pub use candidates::{Candidate, Candidates, CloseTo, candidates};
pub use case::{CaseRow, crew_told, in_the_name_of, load, may};
pub use clocks::{call_ends, long, look_due, next_contact_due, untaken};
pub use contacts::{AttemptLine, attempt, not_reached};
pub use entries::{Entry, EntryKind};
pub use finish::{Reached, answer, close, debrief};
pub(crate) use found::FINDER_CLASSES;
pub use found::{FoundCase, Tracked, find_by_code, reporter, say, tell_finder, track};
pub use hand_over::{Named, Pending, Went, agree, ask_second, code_to_send, hand_over, send_code};
pub use helpers::{
    HelpAsked, HelperLine, call_around, call_help, called, end_call, end_help, found_by_helper, needed, offer,
    take_helper,
};
pub use identify::{identified, to_identify, unidentified};
pub use keep::{KeepLine, keep, leave, log_look};
pub use list::{Line, by_number, list, open_count};
pub use news::News;
pub use report::{Reported, report};
pub use rules::{lost_rules, set_lost_rules};
pub use telling::{About, about, concerns, open_about};
pub use view::{Case, Circle, Losses, describe, losses, remark, seen, take, view};

use crate::{Error, Result};
use kernel::text;
use people::app::Geography;
use store::Cx;

/// A line of text that must be there and not be too long, tidied.
fn line(field: &'static str, value: &str, max: usize) -> Result<String> {
    opt_line(field, value, max)?.ok_or(Error::Invalid { field, why: "missing" })
}

/// As [`line`], where nothing is fine.
fn opt_line(field: &'static str, value: &str, max: usize) -> Result<Option<String>> {
    let tidy = text::tidy(value);
    if tidy.is_empty() {
        return Ok(None);
    }
    if tidy.chars().count() > max { Err(Error::Invalid { field, why: "too-long" }) } else { Ok(Some(tidy)) }
}

/// `$2, $3, …` for a list in SQL that begins with parameter `first`.
fn marks(first: usize, count: usize) -> String {
    (first..first + count).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ")
}

/// What lies above an area or a post, for `people`.
struct Ground(std::sync::Arc<places::Snapshot>);

impl Geography for Ground {
    fn areas_above(&self, area: kernel::ids::AreaId) -> Vec<kernel::ids::AreaId> {
        let chain = self.0.chain_ids(area);
        if chain.is_empty() { vec![area] } else { chain }
    }
    fn posts_above(&self, post: kernel::ids::PostId) -> Vec<kernel::ids::PostId> {
        let above = self.0.post(post).and_then(|p| p.parent);
        std::iter::once(post).chain(above).collect()
    }
    fn area_of_post(&self, post: kernel::ids::PostId) -> Option<kernel::ids::AreaId> {
        let point = self.0.post(post)?.point?;
        self.0.locate(point).ok()?.smallest()
    }
}

fn seal<T: serde::Serialize>(cx: &mut Cx<'_>, class: store::KeyClass, of: uuid::Uuid, value: &T) -> Result<Vec<u8>> {
    let plain = serde_json::to_vec(value).map_err(|_| store::Error::Sealed("cannot be written"))?;
    Ok(cx.seal(class, of, &plain)?)
}

/// `None` when it was erased.
fn unseal<T: serde::de::DeserializeOwned>(
    cx: &mut Cx<'_>,
    class: store::KeyClass,
    of: uuid::Uuid,
    sealed: Option<&[u8]>,
) -> Result<Option<T>> {
    let Some(sealed) = sealed else { return Ok(None) };
    match cx.open(class, of, sealed) {
        Ok(plain) => Ok(Some(serde_json::from_slice(&plain).map_err(|_| store::Error::Sealed("cannot be read"))?)),
        Err(store::Error::Erased) => Ok(None),
        Err(e) => Err(e.into()),
    }
}
