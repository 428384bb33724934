//! How long circles, scans and threads are kept.

use crate::app::endings::erase_threads;
use people::app::consents::RESPECT_DAYS;
use store::retention::{Rule, Span, as_i64};
use store::{Cx, Error, KeyClass, params};
use uuid::Uuid;

pub const RETENTION: &[Rule] = &[
    Rule {
        key: "finder_threads",
        tables: "care_thread, care_message",
        what: "what finders, families and posts wrote to each other, and where finders were, from the last message",
        days: 30,
        least: 1,
        due: |cx, span| count(cx, span, "care_thread", THREADS),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_thread", THREADS)?;
            erase_threads(cx, &old)?;
            Ok(old.len() as i64)
        },
    },
    Rule {
        key: "card_scans",
        tables: "care_scan",
        what: "when care cards were scanned, from then on",
        days: 365,
        least: 30,
        due: |cx, span| count(cx, span, "care_scan", SCANS),
        erase: |cx, span, limit| delete(cx, span, limit, "care_scan", SCANS),
    },
    Rule {
        key: "care_contacts",
        tables: "care_contact",
        what: "contacts who are called no longer, from then on; name and number go at once",
        days: 90,
        least: 1,
        due: |cx, span| count(cx, span, "care_contact", ENDED),
        erase: |cx, span, limit| delete(cx, span, limit, "care_contact", ENDED),
    },
    Rule {
        key: "care_consents",
        tables: "care_consent",
        what: "refusals and ended consents about care plans, with their witness, from then on",
        days: 1_095,
        least: RESPECT_DAYS + 30,
        due: |cx, span| count(cx, span, "care_consent", PAST),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_consent", PAST)?;
            cx.destroy_subject_keys(KeyClass::Text, &old)?;
            delete(cx, span, limit, "care_consent", PAST)
        },
    },
];

const THREADS: &str = "district_id = $1 AND last_at >= $2 AND last_at < $3";
const SCANS: &str = "district_id = $1 AND at >= $2 AND at < $3";
const ENDED: &str = "district_id = $1 AND ended_at >= $2 AND ended_at < $3";
const PAST: &str =
    "district_id = $1 AND ((ended_at >= $2 AND ended_at < $3) OR (answer = 'refused' AND at >= $2 AND at < $3))";

fn count(cx: &mut Cx<'_>, span: Span, table: &str, which: &str) -> Result<i64, Error> {
    let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE {which}");
    cx.query_one(&sql, params![cx.district(), span.from, span.before])?.i64("n")
}

fn ids(cx: &mut Cx<'_>, span: Span, limit: i64, table: &str, which: &str) -> Result<Vec<Uuid>, Error> {
    let sql = format!("SELECT id FROM {table} WHERE {which} ORDER BY id LIMIT $4");
    let rows = cx.query(&sql, params![cx.district(), span.from, span.before, limit])?;
    rows.iter().map(|r| r.uuid("id")).collect()
}

fn delete(cx: &mut Cx<'_>, span: Span, limit: i64, table: &str, which: &str) -> Result<i64, Error> {
    let sql = format!("DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {which} ORDER BY id LIMIT $4)");
    cx.execute(&sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
}
