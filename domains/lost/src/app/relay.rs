//! What the card of a lost elder says to a case: scans, and what a finder writes. Both stay where they are, in `care`, and are
//! erased there; a case shows those of its person while it is open. A scan says that somebody has the card or its code: it proves
//! neither where the elder is nor that it is them.

use super::case::{self, CaseRow, load};
use super::entries::{self, EntryKind, More};
use super::{identify, report, view};
use crate::error::{Error, Refusal, Result};
use crate::events::{self, Why};
use crate::model::{How, Kind, Report, Reporter, ScenePlace, State};
use care::app::finder::{self, OpenCard, Said};
use care::app::scans::{self, Beginning, ScanLine};
use care::app::threads::{self, ThreadView};
use kernel::ids::{CardId, CaseId, PersonId, ThreadId};
use kernel::{Lang, Moment};
use people::policy::Action;
use serde_json::json;
use store::{Cx, params};
use uuid::Uuid;

/// Minutes before a case was opened that belong to it: whoever found the elder may have scanned the card first.
const BEFORE: i64 = 120;
/// Minutes° in which the crew is rung once for scans, and once for each thread.
const QUIET: i64 = 10;
/// Longest words a case begins with.
const WORDS: usize = 600;

/// Somebody opened a card's page: the family and the post hear of it, and so does an open case about that elder.
pub fn scanned(cx: &mut Cx<'_>, card: &OpenCard) -> Result<()> {
    finder::scanned(cx, card)?;
    heard(cx, card.person, &json!({ "card": card.id, "how": card.how.code() }), "scan")
}

/// Somebody used a card that is over.
pub fn old_card_used(cx: &mut Cx<'_>, card: CardId) -> Result<()> {
    finder::old_card_used(cx, card)?;
    match care::app::telling::card(cx, card)?.and_then(|c| c.person) {
        Some(person) => heard(cx, person, &json!({ "card": card, "how": "over" }), "scan"),
        None => Ok(()),
    }
}

/// The finder wrote, or said where they are.
pub fn said(cx: &mut Cx<'_>, card: &OpenCard, secret: &str, said: &Said) -> Result<ThreadId> {
    let thread = finder::say(cx, card, secret, said)?;
    heard(cx, card.person, &json!({ "card": card.id, "thread": thread }), &thread.to_string())?;
    Ok(thread)
}

/// Open desks look anew, and while nobody is with the elder the crew is rung.
fn heard(cx: &mut Cx<'_>, person: PersonId, what: &serde_json::Value, key: &str) -> Result<()> {
    for c in identify::open_cases_of(cx, person)? {
        cx.record("lost.card_used", "case", c.id.0, what)?;
        cx.signal(events::CHANGED, c.id.0);
        if matches!(c.state, State::Missing | State::Sighted) {
            let window = cx.now.micros() / (QUIET * 60 * 1_000_000);
            case::tell_crew(cx, c.id, Why::Card, &format!("{key}/{window}"))?;
        }
    }
    Ok(())
}

/// Scans and threads of the elder of a case, for whoever works on it.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// The earliest first.
    pub scans: Vec<ScanLine>,
    pub threads: Vec<ThreadView>,
}

pub(super) fn of_case(cx: &mut Cx<'_>, c: &CaseRow, person: PersonId) -> Result<Heard> {
    let since = since(c);
    Ok(Heard { scans: scans::of_person(cx, person, since)?, threads: threads::since(cx, person, since)? })
}

fn since(c: &CaseRow) -> Moment {
    c.opened_at.plus_minutes(-BEFORE)
}

/// What a case can be opened from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The last scan of a card.
    Card(CardId),
    /// What a finder wrote.
    Thread(ThreadId),
}

/// Opens a case with what is known already: place and words of the finder, and whose card it is, which somebody still has to compare
/// with the elder. When that elder is in an open case already, it is that one. Whoever opens it works on it.
pub fn open_from(cx: &mut Cx<'_>, from: From) -> Result<CaseId> {
    let begins = match from {
        From::Card(card) => scans::begins_with_card(cx, card)?,
        From::Thread(thread) => scans::begins_with_thread(cx, thread)?,
    };
    cx.lock(&format!("lost-person/{}", begins.person))?;
    let (code, of) = match from {
        From::Card(card) => ("scan", card.0),
        From::Thread(thread) => ("thread", thread.0),
    };
    let more = More { code: Some(code), of: Some(of), moment: Some(begins.at), ..More::default() };
    if let Some(open) = identify::open_cases_of(cx, begins.person)?.first() {
        if !entries::has(cx, open.id, EntryKind::Linked, of)? {
            entries::write(cx, open.id, EntryKind::Linked, &more)?;
        }
        return Ok(open.id);
    }
    people::app::persons::in_care(cx, begins.person)?;
    let case = report::open_new(cx, &as_report(&begins), None)?.case;
    // Who looks after the card's post sees it too, wherever the finder is.
    report::at_post(cx, case, begins.post)?;
    entries::write(cx, case, EntryKind::Linked, &more)?;
    identify::by_scan(cx, case, begins.person)?;
    view::take_if_mine(cx, case)?;
    Ok(case)
}

fn as_report(begins: &Beginning) -> Report {
    Report {
        key: None,
        kind: Kind::Found,
        place: ScenePlace {
            point: begins.place,
            post: Some(begins.post).filter(|_| begins.place.is_none()),
            ..ScenePlace::default()
        },
        words: begins.words.chars().take(WORDS).collect(),
        described: crate::model::Described::default(),
        seen_at: Some(begins.at),
        reporter: Reporter::anonymous(Lang::ZhCn),
        person: None,
    }
}

/// Somebody stood before the elder and compared: it is whoever the card says. Until then nobody is handed over.
pub fn compared(cx: &mut Cx<'_>, case: CaseId, seen: i64, how: How) -> Result<()> {
    let person = load(cx, case)?.person.ok_or(Error::Refused(Refusal::NotThere))?;
    if how == How::Scan {
        return Err(Error::Invalid { field: "how", why: "missing" });
    }
    identify::identified(cx, case, seen, person, how)
}

/// The post writes to a finder who wrote by the card.
pub fn answer_thread(cx: &mut Cx<'_>, case: CaseId, thread: ThreadId, words: &str, again: &str) -> Result<()> {
    let (c, _) = case::open(cx, case, Action::WorkCase)?;
    let Some(person) = c.person else { return Err(Refusal::NotThere.into()) };
    threads::answer_in_case(cx, thread, person, words, again)?;
    cx.record("lost.told_finder", "case", case.0, &json!({ "thread": thread }))?;
    cx.signal(events::CHANGED, case.0);
    Ok(())
}

/// Where a finder said by the card that they are becomes the place of the case: the last one they said.
pub fn seen_there(cx: &mut Cx<'_>, case: CaseId, seen: i64, thread: ThreadId) -> Result<()> {
    let (c, _) = case::open(cx, case, Action::WorkCase)?;
    let Some(person) = c.person else { return Err(Refusal::NotThere.into()) };
    let threads = threads::since(cx, person, since(&c))?;
    let of = threads.iter().find(|t| t.id == thread);
    let said = of.and_then(|t| t.messages.iter().rev().find_map(|m| m.place.map(|p| (p, m.at))));
    let Some((point, at)) = said else { return Err(Refusal::NotThere.into()) };
    let place = ScenePlace { point: Some(point), ..ScenePlace::default() };
    view::seen(cx, case, seen, &place, Some(at), "")
}

/// Where whoever reported said in the thread of the case that the elder is becomes its place.
pub fn seen_where_said(cx: &mut Cx<'_>, case: CaseId, seen: i64, entry: Uuid) -> Result<()> {
    case::open(cx, case, Action::WorkCase)?;
    let Some((point, at)) = super::entries::place_of(cx, case, entry)? else { return Err(Refusal::NotThere.into()) };
    let place = ScenePlace { point: Some(point), ..ScenePlace::default() };
    view::seen(cx, case, seen, &place, Some(at), "")
}

/// The elder is with somebody: finders who wrote by the card are thanked, and nobody writes any more.
pub(super) fn home(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    Ok(threads::close_home(cx, person)?)
}

/// The answer of a case stands on the pages of those finders, too.
pub(super) fn answered(cx: &mut Cx<'_>, c: &CaseRow, words: &str) -> Result<()> {
    match c.person {
        Some(person) => Ok(threads::last_word(cx, person, since(c), words, &c.id.to_string())?),
        None => Ok(()),
    }
}

/// The case a scan or a thread about somebody belongs to, when the actor may see it: of those that were open then, the latest.
pub fn case_of(cx: &mut Cx<'_>, person: PersonId, at: Moment) -> Result<Option<(CaseId, String)>> {
    let sql = format!(
        "SELECT {} FROM lost_case c WHERE c.person_id = $1 AND c.district_id = $2 AND c.opened_at <= $3 \
         AND (c.closed_at IS NULL OR c.closed_at >= $4) ORDER BY c.opened_at DESC, c.id DESC LIMIT 1",
        case::COLUMNS
    );
    let rows = cx.query(&sql, params![person, cx.district(), at.plus_minutes(BEFORE), at])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let c = case::read(row)?;
    let facts = people::policy::ResourceFacts::Case(case::facts(cx, &c)?);
    let may = people::policy::decide(&cx.actor, kernel::Purpose::Case(c.id), Action::ViewCase, &facts).is_allowed();
    Ok(may.then_some((c.id, c.number)))
}
