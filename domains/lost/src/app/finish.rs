//! Whoever found the elder hears how it ended (L9), it is talked over, and the case closes.

use super::case::{CaseRow, advance, open, touch};
use super::entries::{self, EntryKind, More};
use super::{line, opt_line};
use crate::error::{Refusal, Result};
use crate::events::{self, Why};
use crate::model::{Debrief, Move, Outcome, State};
use kernel::ids::CaseId;
use people::policy::Action;
use store::{Cx, params};

kernel::codes! {
    /// How the answer reached whoever reported (R2).
    Reached {
        /// It stands on their page `/found/…`, and on the desk of an account.
        Page = "page",
        /// Told on the telephone or in person.
        Told = "told",
        /// They left nothing, or were called three times.
        NotReachable = "not_reachable",
    }
}

/// The answer to whoever found or missed the elder: no name, no address. The page of the finder shows it.
pub fn answer(cx: &mut Cx<'_>, case: CaseId, seen: i64, words: &str, reached: Reached) -> Result<()> {
    let (c, _) = open(cx, case, Action::WorkCase)?;
    let words = line("words", words, 300)?;
    touch(cx, &c, seen)?;
    cx.execute("UPDATE lost_case SET answered_at = $1 WHERE id = $2", params![cx.now, case])?;
    let more = More { code: Some(reached.code()), words: Some(&words), ..More::default() };
    entries::write(cx, case, EntryKind::Answered, &more)?;
    super::relay::answered(cx, &c, &words)?;
    if let Some(account) = c.reporter_account {
        events::tell(cx, case, Why::Over, vec![account], "answered")?;
    }
    Ok(())
}

/// Card ok, locator ok, schedule ok?
pub fn debrief(cx: &mut Cx<'_>, case: CaseId, seen: i64, found: &Debrief) -> Result<()> {
    let (c, _) = open(cx, case, Action::WorkCase)?;
    if c.state != State::HandedOver {
        return Err(Refusal::State(c.state).into());
    }
    let words = opt_line("words", found.words.as_deref().unwrap_or_default(), 600)?;
    touch(cx, &c, seen)?;
    cx.execute("UPDATE lost_case SET debriefed_at = $1 WHERE id = $2", params![cx.now, case])?;
    let code = format!("{}/{}/{}", found.card.code(), found.locator.code(), found.schedule.code());
    let more = More { code: Some(&code), words: words.as_deref(), ..More::default() };
    entries::write(cx, case, EntryKind::Debriefed, &more)?;
    Ok(())
}

/// It is over.
pub fn close(cx: &mut Cx<'_>, case: CaseId, seen: i64, outcome: Outcome, words: &str) -> Result<()> {
    let (c, _) = open(cx, case, Action::CloseCase)?;
    let words = opt_line("words", words, 300)?;
    touch(cx, &c, seen)?;
    end(cx, &c, outcome, words.as_deref(), None)
}

fn end(cx: &mut Cx<'_>, c: &CaseRow, outcome: Outcome, words: Option<&str>, into: Option<CaseId>) -> Result<()> {
    advance(cx, c, Move::Close(outcome))?;
    let more = More { code: Some(outcome.code()), of: into.map(|i| i.0), words, ..More::default() };
    entries::write(cx, c.id, EntryKind::Closed, &more)?;
    cx.execute("DELETE FROM lost_key WHERE case_id = $1", params![c.id])?;
    cx.execute("DELETE FROM lost_code WHERE case_id = $1", params![c.id])?;
    Ok(())
}

/// The elder of this case is the one of another, where it goes on. Whoever reported it reads on their page how it stands there.
pub(super) fn goes_on_in(cx: &mut Cx<'_>, c: &CaseRow, into: &CaseRow) -> Result<()> {
    cx.execute("UPDATE lost_case SET answered_at = $1, version = version + 1 WHERE id = $2", params![cx.now, c.id])?;
    let answered = CaseRow { answered_at: Some(cx.now), ..c.clone() };
    let more = More { code: Some(Reached::Page.code()), of: Some(into.id.0), ..More::default() };
    entries::write(cx, c.id, EntryKind::Answered, &more)?;
    end(cx, &answered, Outcome::Duplicate, None, Some(into.id))?;
    if let Some(account) = c.reporter_account {
        events::tell(cx, c.id, Why::Over, vec![account], "answered")?;
    }
    Ok(())
}
