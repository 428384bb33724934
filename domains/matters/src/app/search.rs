//! Search by words: two-character Chinese words, Latin words, the number. What is found is what one may see.

use super::around;
use super::lists::{Filter, Line, Page, within_reach};
use crate::Error;
use crate::store::MatterRow;
use ::store::{Cx, Value};
use kernel::text;
use people::policy::{Action, MatterFacts, ResourceFacts, require, scope};

/// Hits looked at before a page is given to the reader, for a word that is everywhere but here.
const HITS: i64 = 2_000;

/// Matters having all the words, newest first. Of the filter class, states, `closed` (only closed ones) and area count.
pub fn search(cx: &mut Cx<'_>, words: &str, filter: &Filter) -> Result<Page, Error> {
    require(&cx.actor, cx.purpose, Action::ViewDesk, &ResourceFacts::District)?;
    let tokens = text::query_tokens(&text::excerpt(words, 100));
    if tokens.is_empty() {
        return Err(Error::invalid("q", "invalid-search"));
    }
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(super::lists::PAGE_MAX) };
    let before = match &filter.cursor {
        Some(cursor) => cursor.parse::<i64>().map_err(|_| Error::invalid("cursor", "invalid-cursor"))?,
        None => i64::MAX,
    };
    let (mut numbers, looked_to) = found(cx, &tokens, before, filter, limit + 1)?;
    let more = numbers.len() > limit;
    numbers.truncate(limit);
    let next = if more { numbers.last().copied() } else { looked_to };
    let now = cx.now;
    let lines = load(cx, &numbers)?.into_iter().map(|m| Line::of(m, now)).collect();
    Ok(Page { lines, next: next.map(|n| n.to_string()) })
}

/// Numbers of what is found and in reach, newest first, and how far the words were followed when there is more to follow.
fn found(
    cx: &mut Cx<'_>,
    tokens: &[String],
    before: i64,
    filter: &Filter,
    limit: usize,
) -> Result<(Vec<i64>, Option<i64>), Error> {
    let words = cx.match_text("matter_fts", 1, tokens)?;
    let (number, condition) = (&words.number, &words.condition);
    let mut params = vec![words.param, Value::Int(before)];
    let hits = format!(
        "SELECT {number} AS hit FROM matter_fts WHERE {condition} AND {number} < $2 ORDER BY {number} DESC LIMIT {HITS}"
    );
    let of_words = params.clone();
    let Some(reach) = within_reach(cx, filter, &mut params)? else { return Ok((Vec::new(), None)) };
    // CROSS JOIN: SQLite keeps the order, hits first; left to itself it walks everything in reach and looks for the words.
    let sql = format!(
        "SELECT n FROM ({hits}) AS h CROSS JOIN matter WHERE matter.n = h.hit AND {reach} \
         ORDER BY h.hit DESC LIMIT {limit}"
    );
    let numbers: Vec<i64> = cx.query(&sql, &params)?.iter().map(|r| r.i64("n")).collect::<Result<_, _>>()?;
    if numbers.len() >= limit {
        return Ok((numbers, None));
    }
    // Fewer than asked for: either there are no more, or the words stand in more matters than were looked at.
    let sql = format!("SELECT MIN(hit) AS last, COUNT(*) AS c FROM ({hits}) AS h");
    let row = cx.query_one(&sql, &of_words)?;
    Ok((numbers, if row.i64("c")? < HITS { None } else { row.opt_i64("last")? }))
}

/// Rows by search number, newest first.
fn load(cx: &mut Cx<'_>, numbers: &[i64]) -> Result<Vec<MatterRow>, Error> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let marks = (1..=numbers.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {} FROM matter WHERE n IN ({marks}) ORDER BY n DESC", MatterRow::columns());
    let params: Vec<Value> = numbers.iter().map(|n| Value::Int(*n)).collect();
    cx.query(&sql, &params)?.iter().map(MatterRow::read).collect()
}

/// May the actor see this matter of their own district, and does it fit the filter? As [`within_reach`], for a row at hand.
pub(super) fn visible(cx: &mut Cx<'_>, m: &MatterRow, filter: &Filter) -> Result<bool, Error> {
    let areas = m.spot.areas();
    let in_area = match filter.area {
        Some(area) => areas.contains(&area) || around::is_root(cx, area)?,
        None => true,
    };
    let fits = in_area
        && (!filter.closed || !m.state.is_open())
        && (filter.states.is_empty() || filter.states.contains(&m.state))
        && filter.class.as_ref().is_none_or(|c| *c == m.class);
    if !fits {
        return Ok(false);
    }
    let mut reach = scope(&cx.actor, Action::ViewMatter);
    if let Some(area) = reach.within {
        if !areas.contains(&area) && !around::is_root(cx, area)? {
            return Ok(false);
        }
        reach.within = None;
    }
    for root in reach.areas.clone() {
        reach.whole |= around::is_root(cx, root)?;
    }
    let facts = MatterFacts {
        id: m.id,
        areas,
        posts: m.spot.posts(),
        orgs: m.owner_org.into_iter().collect(),
        owner_seat: Some(m.owner_seat),
        owner: m.owner_account,
        handlers: Vec::new(),
        about_accounts: Vec::new(),
        about_orgs: match m.about_org {
            Some(org) => people::app::orgs::with_below(cx, org)?,
            None => Vec::new(),
        },
        open: m.state.is_open(),
    };
    Ok(reach.covers(&facts))
}
