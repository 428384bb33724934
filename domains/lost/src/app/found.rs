//! The page of whoever reported: what became of it, and a word to the post. Shows nothing of who the elder is.

use super::case::{self, CaseRow, load};
use super::entries::{self, EntryKind, More};
use super::{helpers, line, report};
use crate::error::{Error, Refusal, Result};
use crate::events::Why;
use crate::model::{Kind, Outcome, State};
use kernel::ids::{CaseId, PostId};
use kernel::{Lang, Moment, Point, text};
use people::policy::Action;
use store::{Cx, KeyClass, Once, OnceKey, params};

/// Words of a finder in one hour, at most.
const PER_HOUR: i64 = 20;
const HOUR: i64 = 60;

/// A case that a code opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundCase {
    pub case: CaseId,
}

/// What the page shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Tracked {
    pub number: String,
    pub kind: Kind,
    /// Something can be written to the post.
    pub open: bool,
    /// Number of the case it goes on in, when two were about the same elder. State, post and who has it are those of that case.
    pub goes_on: Option<String>,
    pub state: State,
    pub since: Moment,
    pub lang: Lang,
    pub post: Option<PostId>,
    pub taken: bool,
    /// What the post and the finder said to each other; the flag: by the finder.
    pub said: Vec<(Moment, bool, String)>,
    /// How it ended, in plain words.
    pub answer: Option<(Moment, String)>,
}

/// Never printed by accident.
impl std::fmt::Debug for Tracked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracked").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Looks a typed code up. Spaces, small letters and look-alikes are fine. Says nothing about why a code is not found.
pub fn find_by_code(cx: &mut Cx<'_>, typed: &str) -> Result<FoundCase> {
    if text::normalise_code(typed).is_none_or(|c| c.len() != report::CODE_CHARS) {
        return Err(Error::Store(store::Error::NotFound));
    }
    let sql = "SELECT id FROM lost_case WHERE code_hash = $1 AND district_id = $2";
    let hash = report::code_hash(cx, typed);
    let row = cx.query_one(sql, params![hash, cx.district()])?;
    Ok(FoundCase { case: row.id("id")? })
}

/// What became of it.
pub fn track(cx: &mut Cx<'_>, found: FoundCase) -> Result<Tracked> {
    let c = load(cx, found.case)?;
    let mut said = Vec::new();
    let mut answer = None;
    for e in entries::all(cx, c.id)? {
        match (e.kind, e.words) {
            (EntryKind::FinderSaid, Some(words)) => said.push((e.at, true, words)),
            (EntryKind::ToldFinder, Some(words)) => said.push((e.at, false, words)),
            (EntryKind::Answered, Some(words)) => answer = Some((e.at, words)),
            _ => {}
        }
    }
    let on = goes_on(cx, &c)?;
    let now = on.as_ref().unwrap_or(&c);
    Ok(Tracked {
        state: now.state,
        post: now.post,
        taken: now.taken_at.is_some(),
        open: c.state.is_open(),
        goes_on: on.as_ref().map(|on| on.number.clone()),
        number: c.number,
        kind: c.kind,
        since: c.opened_at,
        lang: c.reporter_lang,
        said,
        answer,
    })
}

/// The case in which this one goes on, through as many as there are.
fn goes_on(cx: &mut Cx<'_>, c: &CaseRow) -> Result<Option<CaseRow>> {
    let mut last = None;
    // A case that ended ends once: there is no way round in a circle, and no chain is this long.
    for _ in 0..8 {
        let here = last.as_ref().unwrap_or(c);
        if here.outcome != Some(Outcome::Duplicate) {
            break;
        }
        let sql = format!(
            "SELECT {} FROM lost_case c JOIN lost_entry e ON e.ref_id = c.id WHERE e.case_id = $1 AND e.kind = 'closed' \
             AND c.district_id = $2",
            case::COLUMNS
        );
        let Some(row) = cx.query_opt(&sql, params![here.id, cx.district()])? else { break };
        last = Some(case::read(&row)?);
    }
    Ok(last)
}

/// The finder writes to the post, while the case is open. `again` is made with the form: a double tap says it once; empty, each time
/// is a time of its own.
/// `place` is where the elder is or was, when it was said.
pub fn say(cx: &mut Cx<'_>, found: FoundCase, words: &str, place: Option<Point>, again: &str) -> Result<()> {
    if again.is_empty() {
        return say_now(cx, found, words, place);
    }
    let said_at = place.map(|p| format!("{:.5},{:.5}", p.lon(), p.lat())).unwrap_or_default();
    // Whoever holds the code of one case cannot use up the keys of another.
    let key = OnceKey::new(format!("found/{}/{again}", found.case), &[b"say", words.as_bytes(), said_at.as_bytes()]);
    match cx.once(&key, |cx| say_now(cx, found, words, place).map(|()| serde_json::Value::Null))? {
        Once::Now(_) | Once::Before(_) => Ok(()),
        Once::Other => Err(Error::Invalid { field: "words", why: "changed" }),
    }
}

fn say_now(cx: &mut Cx<'_>, found: FoundCase, words: &str, place: Option<Point>) -> Result<()> {
    let c = load(cx, found.case)?;
    if !c.state.is_open() {
        return Err(Refusal::State(c.state).into());
    }
    let words = line("words", words, 300)?;
    let sql = "SELECT COUNT(*) AS n FROM lost_entry WHERE case_id = $1 AND kind = 'finder_said' AND at > $2";
    if cx.query_one(sql, params![c.id, cx.now.plus_minutes(-HOUR)])?.i64("n")? >= PER_HOUR {
        return Err(Error::Invalid { field: "words", why: "too-many" });
    }
    let entry =
        entries::write(cx, c.id, EntryKind::FinderSaid, &More { words: Some(&words), place, ..More::default() })?;
    case::tell_crew(cx, c.id, Why::Word, &entry.to_string())
}

/// The post writes to the finder.
pub fn tell_finder(cx: &mut Cx<'_>, case: CaseId, seen: i64, words: &str) -> Result<()> {
    let (c, _) = case::open(cx, case, Action::WorkCase)?;
    let words = line("words", words, 300)?;
    case::touch(cx, &c, seen)?;
    entries::write(cx, case, EntryKind::ToldFinder, &More { words: Some(&words), ..More::default() })?;
    Ok(())
}

/// How to reach whoever reported, for whoever works on the case; each look is logged.
pub fn reporter(cx: &mut Cx<'_>, case: CaseId) -> Result<(Option<String>, Option<String>, bool)> {
    case::open(cx, case, Action::WorkCase)?;
    let who = helpers::who_reported(cx, case)?;
    cx.record_read("case", case.0, &["reporter"])?;
    Ok(who.map_or((None, None, false), |w| (w.name, w.phone, w.stays)))
}

/// The finder's place and words go 30 days° after the end: see `retention`.
pub(crate) const FINDER_CLASSES: &[KeyClass] = &[KeyClass::Raiser, KeyClass::Location];
