//! How long what a case holds is kept. What stays is the timeline without its words, so that repeats are counted and the log reads.

use crate::app::FINDER_CLASSES;
use store::retention::{Rule, Span, as_i64};
use store::{Cx, Error, KeyClass, params};
use uuid::Uuid;

pub const RETENTION: &[Rule] = &[
    Rule {
        key: "lost_finders",
        tables: "lost_case, lost_entry, lost_search_entry, lost_search_team",
        what: "who found a lost elder, where that was, and how to reach them, from the end of the case",
        days: 30,
        least: 7,
        due: |cx, span| count(cx, span, FINDER_CLASSES),
        erase: |cx, span, limit| erase(cx, span, FINDER_CLASSES, limit),
    },
    Rule {
        key: "lost_words",
        tables: "lost_case, lost_entry, lost_hand_over, lost_appeal",
        what: "what was said and with whom a lost elder went home, from the end of the case; times and kinds of steps stay",
        days: 730,
        least: 90,
        due: |cx, span| count(cx, span, WORDS),
        erase: |cx, span, limit| erase(cx, span, WORDS, limit),
    },
];

const WORDS: &[KeyClass] = &[KeyClass::Text, KeyClass::Identity, KeyClass::Contact];
const CLOSED: &str = "c.district_id = $1 AND c.closed_at >= $2 AND c.closed_at < $3";

fn count(cx: &mut Cx<'_>, span: Span, classes: &[KeyClass]) -> Result<i64, Error> {
    let sql = format!(
        "SELECT COUNT(DISTINCT c.id) AS n FROM lost_case c JOIN subject_key k ON k.subject = c.id WHERE {CLOSED} AND k.class IN ({})",
        quoted(classes)
    );
    cx.query_one(&sql, params![cx.district(), span.from, span.before])?.i64("n")
}

/// Destroys keys, and with them everything sealed under them.
fn erase(cx: &mut Cx<'_>, span: Span, classes: &[KeyClass], limit: i64) -> Result<i64, Error> {
    let sql = format!(
        "SELECT DISTINCT c.id FROM lost_case c JOIN subject_key k ON k.subject = c.id WHERE {CLOSED} AND k.class IN ({}) LIMIT $4",
        quoted(classes)
    );
    let found = cx.query(&sql, params![cx.district(), span.from, span.before, limit])?;
    let found: Vec<Uuid> = found.iter().map(|row| row.uuid("id")).collect::<Result<_, _>>()?;
    for class in classes {
        for chunk in found.chunks(100) {
            cx.destroy_subject_keys(*class, chunk)?;
        }
    }
    Ok(as_i64(found.len() as u64))
}

fn quoted(classes: &[KeyClass]) -> String {
    classes.iter().map(|c| format!("'{}'", c.code())).collect::<Vec<_>>().join(", ")
}
