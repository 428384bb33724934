//! Scans of a card as the desk sees them, and what a case of a lost elder begins with when it begins with one. A scan says that
//! somebody has the card or its code; it proves neither where the elder is nor that it is them.

use super::finder::How;
use super::{telling, threads};
use crate::Result;
use crate::ground::facts_of_post;
use kernel::ids::{CardId, PersonId, PostId, ThreadId};
use kernel::{Moment, Point};
use people::policy::{Action, ResourceFacts, decide, require};
use store::{Cx, Row, params};

/// How far back the desk sees scans, in hours°, and a case can begin with one.
pub const HOURS: i64 = 24;

/// One scan, or the last of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanLine {
    pub card: CardId,
    /// Printed on the card.
    pub number: i64,
    pub post: PostId,
    pub person: Option<PersonId>,
    pub at: Moment,
    pub how: How,
    /// The card was replaced, lost or taken back before.
    pub over: bool,
    /// Scans of this card since [`HOURS`]; 1 where each stands for itself.
    pub times: i64,
}

const LINES: &str = "SELECT s.card_id, c.number, c.post_id, c.person_id, s.at, s.how, s.over FROM care_scan s \
                     JOIN care_card c ON c.id = s.card_id";

fn read(r: &Row) -> Result<ScanLine> {
    Ok(ScanLine {
        card: r.id("card_id")?,
        number: r.i64("number")?,
        post: r.id("post_id")?,
        person: r.opt_id("person_id")?,
        at: r.moment("at")?,
        how: if r.text("how")? == How::Typed.code() { How::Typed } else { How::Scanned },
        over: r.bool("over")?,
        times: 1,
    })
}

/// Scans of the cards of an elder, the earliest first; the last hundred. Whoever calls has asked the policy about the case.
pub fn of_person(cx: &mut Cx<'_>, person: PersonId, since: Moment) -> Result<Vec<ScanLine>> {
    let sql = format!(
        "{LINES} WHERE c.person_id = $1 AND s.district_id = $2 AND s.at >= $3 ORDER BY s.at DESC, s.id DESC LIMIT 100"
    );
    let rows = cx.query(&sql, params![person, cx.district(), since])?;
    rows.iter().rev().map(read).collect()
}

/// Cards of the posts where one works that were scanned within a day, the latest first; one line for each card.
pub fn of_desk(cx: &mut Cx<'_>) -> Result<Vec<ScanLine>> {
    let sql = format!("{LINES} WHERE s.district_id = $1 AND s.at > $2 ORDER BY s.at DESC, s.id DESC LIMIT 1000");
    let rows = cx.query(&sql, params![cx.district(), cx.now.plus_hours(-HOURS)])?;
    let mut all: Vec<ScanLine> = Vec::new();
    for row in &rows {
        let line = read(row)?;
        match all.iter_mut().find(|l| l.card == line.card) {
            Some(known) => known.times += 1,
            None => all.push(line),
        }
    }
    let mut out = Vec::new();
    for line in all {
        let facts = ResourceFacts::Place(facts_of_post(cx, line.post)?);
        if decide(&cx.actor, cx.purpose, Action::WriteToFinder, &facts).is_allowed() {
            out.push(line);
        }
    }
    out.truncate(100);
    Ok(out)
}

/// What a case begins with.
#[derive(Clone, PartialEq)]
pub struct Beginning {
    pub person: PersonId,
    /// Of the card.
    pub post: PostId,
    pub at: Moment,
    /// Where the finder said they are, last.
    pub place: Option<Point>,
    /// What the finder wrote.
    pub words: String,
}

/// Never printed by accident.
impl std::fmt::Debug for Beginning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Beginning(…)")
    }
}

/// A case is to begin with the last scan of a card: for the desk of its post, and within a day.
///
/// # Errors
/// When nobody scanned it lately, or it is nobody's.
pub fn begins_with_card(cx: &mut Cx<'_>, card: CardId) -> Result<Beginning> {
    let of = telling::card(cx, card)?.ok_or(store::Error::NotFound)?;
    let facts = ResourceFacts::Place(facts_of_post(cx, of.post)?);
    require(&cx.actor, cx.purpose, Action::WriteToFinder, &facts)?;
    let sql = "SELECT MAX(at) AS at FROM care_scan WHERE card_id = $1 AND at > $2";
    let at = cx.query_one(sql, params![card, cx.now.plus_hours(-HOURS)])?.opt_moment("at")?;
    let (at, person) = at.zip(of.person).ok_or(store::Error::NotFound)?;
    Ok(Beginning { person, post: of.post, at, place: None, words: String::new() })
}

/// A case is to begin with what a finder wrote: for the desk of the card's post. The look is an entry of the log.
pub fn begins_with_thread(cx: &mut Cx<'_>, thread: ThreadId) -> Result<Beginning> {
    let of = telling::thread(cx, thread)?.ok_or(store::Error::NotFound)?;
    let facts = ResourceFacts::Place(facts_of_post(cx, of.post)?);
    require(&cx.actor, cx.purpose, Action::WriteToFinder, &facts)?;
    let read = threads::read(cx, thread)?;
    let by_finder = || read.messages.iter().filter(|m| m.from == crate::model::From::Finder);
    let words: Vec<&str> = by_finder().map(|m| m.words.as_str()).filter(|w| !w.is_empty()).collect();
    Ok(Beginning {
        person: of.person,
        post: of.post,
        at: read.opened_at,
        place: by_finder().rev().find_map(|m| m.place),
        words: words.join(" / "),
    })
}
