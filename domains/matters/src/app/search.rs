//! Search by words: two-character Chinese words, Latin words, the number. What is found is what one may see.

use super::around;
use super::lists::{Filter, Line, Page};
use crate::Error;
use crate::store::MatterRow;
use ::store::{Cx, Value};
use kernel::text;
use people::policy::{Action, MatterFacts, ResourceFacts, require, scope};

/// Hits looked at in one go.
const BATCH: usize = 300;
/// Goes before giving up on a word that is everywhere but here.
const ROUNDS: usize = 8;

/// Matters having all the words, newest first. Of the filter class, states, `closed` (only closed ones) and area count.
pub fn search(cx: &mut Cx<'_>, words: &str, filter: &Filter) -> Result<Page, Error> {
    require(&cx.actor, cx.purpose, Action::ViewDesk, &ResourceFacts::District)?;
    let tokens = text::query_tokens(&text::excerpt(words, 100));
    if tokens.is_empty() {
        return Err(Error::invalid("q", "invalid-search"));
    }
    let limit = if filter.limit == 0 { 50 } else { filter.limit.min(super::lists::PAGE_MAX) };
    let mut before = match &filter.cursor {
        Some(cursor) => cursor.parse::<i64>().map_err(|_| Error::invalid("cursor", "invalid-cursor"))?,
        None => i64::MAX,
    };
    let now = cx.now;
    let mut page = Page::default();
    for _ in 0..ROUNDS {
        let hits = hits(cx, &tokens, before)?;
        let Some(last) = hits.last().copied() else { return Ok(page) };
        for m in load(cx, &hits)? {
            if !visible(cx, &m, filter)? {
                continue;
            }
            if page.lines.len() == limit {
                page.next = Some(before.to_string());
                return Ok(page);
            }
            before = m.n;
            page.lines.push(Line::of(m, now));
        }
        if hits.len() < BATCH {
            return Ok(page);
        }
        before = last;
    }
    page.next = Some(before.to_string());
    Ok(page)
}

fn hits(cx: &mut Cx<'_>, tokens: &[String], before: i64) -> Result<Vec<i64>, Error> {
    let query = cx.match_text("matter_fts", 1, tokens);
    let (number, condition) = (&query.number, &query.condition);
    let sql = format!(
        "SELECT {number} AS n FROM matter_fts WHERE {condition} AND {number} < $2 ORDER BY {number} DESC LIMIT {BATCH}"
    );
    Ok(cx.query(&sql, &[query.param, Value::Int(before)])?.iter().map(|r| r.i64("n")).collect::<Result<_, _>>()?)
}

/// Rows by search number, newest first.
fn load(cx: &mut Cx<'_>, numbers: &[i64]) -> Result<Vec<MatterRow>, Error> {
    let marks = (1..=numbers.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {} FROM matter WHERE n IN ({marks}) ORDER BY n DESC", MatterRow::columns());
    let params: Vec<Value> = numbers.iter().map(|n| Value::Int(*n)).collect();
    // Other districts may share the table; the district is checked row by row in `visible` through the scope.
    cx.query(&sql, &params)?.iter().map(MatterRow::read).collect()
}

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
    let reach = scope(&cx.actor, Action::ViewMatter);
    for root in &reach.areas {
        if around::is_root(cx, *root)? {
            return Ok(true);
        }
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
        about_orgs: Vec::new(),
        open: m.state.is_open(),
    };
    Ok(reach.covers(&facts))
}
