//! Open cases of one's own place, and those that were closed lately.

use super::case::{self, CaseRow};
use super::marks;
use crate::error::Result;
use kernel::ids::CaseId;
use people::policy::{Action, scope};
use store::{Cx, Value, params};

/// Most lines of a list.
const MOST: usize = 100;

/// One line: a case with its first area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub case: CaseRow,
}

/// Open ones, the latest first; or closed ones.
pub fn list(cx: &mut Cx<'_>, open: bool) -> Result<Vec<Line>> {
    let Some((within, values)) = reach(cx, open)? else { return Ok(Vec::new()) };
    let order = if open { "c.opened_at" } else { "c.closed_at" };
    let sql = format!(
        "SELECT {} FROM lost_case c WHERE {within} ORDER BY {order} DESC, c.id DESC LIMIT {MOST}",
        case::COLUMNS
    );
    let rows = cx.query(&sql, &values)?;
    rows.iter().map(|r| Ok(Line { case: case::read(r)? })).collect()
}

/// How many are open, for the side list.
pub fn open_count(cx: &mut Cx<'_>) -> Result<i64> {
    let Some((within, values)) = reach(cx, true)? else { return Ok(0) };
    Ok(cx.query_one(&format!("SELECT COUNT(*) AS n FROM lost_case c WHERE {within}"), &values)?.i64("n")?)
}

/// The condition of a list within what the actor may see, with its values; none when that is nothing.
fn reach(cx: &mut Cx<'_>, open: bool) -> Result<Option<(String, Vec<Value>)>> {
    people::policy::require_somewhere(&cx.actor, Action::ViewCase)?;
    let reach = scope(&cx.actor, Action::ViewCase);
    let whole = reach.whole;
    let mut values = params![cx.district(), open].to_vec();
    let mut ways: Vec<String> = Vec::new();
    let mut more = |ids: Vec<Value>, way: &dyn Fn(&str) -> String| {
        if !ids.is_empty() && !whole {
            ways.push(way(&marks(values.len() + 1, ids.len())));
            values.extend(ids);
        }
    };
    more(reach.areas.iter().map(|a| Value::from(*a)).collect(), &|m| {
        format!("EXISTS (SELECT 1 FROM lost_area a WHERE a.case_id = c.id AND a.area_id IN ({m}))")
    });
    more(reach.posts.iter().map(|p| Value::from(*p)).collect(), &|m| {
        format!("EXISTS (SELECT 1 FROM lost_post p WHERE p.case_id = c.id AND p.post_id IN ({m}))")
    });
    more(reach.orgs.iter().map(|o| Value::from(*o)).collect(), &|m| {
        format!("EXISTS (SELECT 1 FROM lost_ask k WHERE k.case_id = c.id AND k.org_id IN ({m}))")
    });
    more(reach.seats.iter().map(|s| Value::from(*s)).collect(), &|m| format!("c.owner_seat IN ({m})"));
    let mut sql = String::from("c.district_id = $1 AND c.is_open = $2");
    match (whole, ways.is_empty()) {
        (true, _) => {}
        (false, true) => return Ok(None),
        (false, false) => sql.push_str(&format!(" AND ({})", ways.join(" OR "))),
    }
    if let Some(area) = reach.within {
        values.push(Value::from(area));
        let n = values.len();
        sql.push_str(&format!(" AND EXISTS (SELECT 1 FROM lost_area w WHERE w.case_id = c.id AND w.area_id = ${n})"));
    }
    Ok(Some((sql, values)))
}

/// The case of this number, for whoever may see it: a guessed number says nothing.
pub fn by_number(cx: &mut Cx<'_>, number: &str) -> Result<CaseId> {
    people::policy::require_somewhere(&cx.actor, Action::ViewCase)?;
    let sql = "SELECT id FROM lost_case WHERE district_id = $1 AND number = $2";
    Ok(cx.query_one(sql, params![cx.district(), number])?.id("id")?)
}
