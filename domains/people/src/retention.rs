//! How long traces of signing in, and what belongs to records of people in care, are kept. A record itself is kept while
//! somebody is in care, and for a time after that; it goes when they or a guardian ask for it, and its health and location parts
//! with their consent.

use crate::app::consents::RESPECT_DAYS;
use crate::app::persons::erase_part;
use crate::model::person::Part;
use kernel::{Moment, time};
use store::retention::{Rule, Span, as_i64};
use store::{Cx, Error, KeyClass, params};
use uuid::Uuid;

pub const RETENTION: &[Rule] = &[
    Rule {
        key: "sessions",
        tables: "login_session",
        what: "sessions with the name of their device, from their end",
        days: 180,
        least: 1,
        due: |cx, span| count(cx, span, "login_session", "district_id = $1 AND expires_at >= $2 AND expires_at < $3"),
        erase: |cx, span, limit| {
            let sql = "DELETE FROM login_session WHERE id IN (SELECT id FROM login_session WHERE district_id = $1 \
                       AND expires_at >= $2 AND expires_at < $3 LIMIT $4)";
            cx.execute(sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
        },
    },
    Rule {
        key: "records",
        tables: "person, guardian, person_area, person_move, consent, person_join, person_join_row, person_apart",
        what: "records of people who are in care no longer, from the end of their care",
        days: 1_095,
        least: 30,
        due: |cx, span| count(cx, span, "person", "district_id = $1 AND ended_at >= $2 AND ended_at < $3"),
        erase: |cx, span, limit| {
            let sql = "SELECT id FROM person WHERE district_id = $1 AND ended_at >= $2 AND ended_at < $3 ORDER BY id LIMIT $4";
            let old = cx.query(sql, params![cx.district(), span.from, span.before, limit])?;
            for row in &old {
                let person: kernel::ids::PersonId = row.id("id")?;
                crate::app::persons::erase_all(cx, person)?;
                cx.record("person.erased", "person", person.0, &serde_json::json!({ "by": "retention" }))?;
            }
            Ok(as_i64(old.len() as u64))
        },
    },
    Rule {
        key: "lapsed_parts",
        tables: "person, consent",
        what: "health notes and usual places that nobody was asked about again, from the day they should have been",
        days: 180,
        least: 30,
        due: |cx, span| count(cx, span, "consent", LAPSED),
        erase: lapse,
    },
    Rule {
        key: "consents",
        tables: "consent",
        what: "refusals, and consents that ended, with their witness, from then on",
        days: 1_095,
        // Whoever refused is not asked for a year: that must be known as long.
        least: RESPECT_DAYS + 30,
        due: |cx, span| count(cx, span, "consent", PAST),
        erase: |cx, span, limit| with_keys(cx, span, limit, "consent", PAST),
    },
    Rule {
        key: "guardians",
        tables: "guardian",
        what: "guardians and family who speak for somebody no longer, from then on",
        days: 365,
        least: 1,
        due: |cx, span| count(cx, span, "guardian", "district_id = $1 AND ended_at >= $2 AND ended_at < $3"),
        erase: |cx, span, limit| {
            let sql = "DELETE FROM guardian WHERE id IN (SELECT id FROM guardian WHERE district_id = $1 \
                       AND ended_at >= $2 AND ended_at < $3 LIMIT $4)";
            cx.execute(sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
        },
    },
    Rule {
        key: "person_links",
        tables: "person_link",
        what: "codes of letters to people in care, from their end",
        days: 90,
        least: 1,
        due: |cx, span| count(cx, span, "person_link", "district_id = $1 AND expires_at >= $2 AND expires_at < $3"),
        erase: |cx, span, limit| {
            let sql = "DELETE FROM person_link WHERE id IN (SELECT id FROM person_link WHERE district_id = $1 \
                       AND expires_at >= $2 AND expires_at < $3 LIMIT $4)";
            cx.execute(sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
        },
    },
    Rule {
        key: "lookups",
        tables: "person_lookup",
        what: "how many look-ups an account made on a day",
        days: 90,
        least: 2,
        due: |cx, span| {
            let sql = "SELECT COUNT(*) AS n FROM person_lookup WHERE district_id = $1 AND day >= $2 AND day < $3";
            cx.query_one(sql, params![cx.district(), day(span.from), day(span.before)])?.i64("n")
        },
        erase: |cx, span, limit| {
            let sql = "DELETE FROM person_lookup WHERE district_id = $1 AND (account_id, day) IN (SELECT account_id, day \
                       FROM person_lookup WHERE district_id = $1 AND day >= $2 AND day < $3 LIMIT $4)";
            cx.execute(sql, params![cx.district(), day(span.from), day(span.before), limit]).map(as_i64)
        },
    },
    Rule {
        key: "break_glass",
        tables: "break_glass, break_glass_person",
        what: "urgent looks with their reason and verdict, from the review; the log of them stays",
        days: 1_095,
        least: 365,
        due: |cx, span| count(cx, span, "break_glass", REVIEWED),
        erase: |cx, span, limit| {
            let sql = format!(
                "DELETE FROM break_glass_person WHERE window_id IN (SELECT id FROM break_glass WHERE {REVIEWED} ORDER BY id \
                 LIMIT $4)"
            );
            cx.execute(&sql, params![cx.district(), span.from, span.before, limit])?;
            with_keys(cx, span, limit, "break_glass", REVIEWED)
        },
    },
    Rule {
        key: "demands",
        tables: "lawful_demand",
        what: "lawful demands with document and authority, from when the person was told, or from the refusal; the log stays",
        days: 1_825,
        least: 1_095,
        due: |cx, span| count(cx, span, "lawful_demand", OVER),
        erase: |cx, span, limit| with_keys(cx, span, limit, "lawful_demand", OVER),
    },
    Rule {
        key: "register_exports",
        tables: "register_export",
        what: "who asked for the register as a file and what for, from then on; the log stays",
        days: 1_095,
        least: 365,
        due: |cx, span| count(cx, span, "register_export", ASKED),
        erase: |cx, span, limit| with_keys(cx, span, limit, "register_export", ASKED),
    },
];

const ASKED: &str = "district_id = $1 AND asked_at >= $2 AND asked_at < $3";
const LAPSED: &str =
    "district_id = $1 AND answer = 'given' AND ended_at IS NULL AND review_on >= $2 AND review_on < $3";
const PAST: &str =
    "district_id = $1 AND ((ended_at >= $2 AND ended_at < $3) OR (answer = 'refused' AND at >= $2 AND at < $3))";
const REVIEWED: &str = "district_id = $1 AND reviewed_at >= $2 AND reviewed_at < $3";
/// One that was met and not told yet is never over.
const OVER: &str = "district_id = $1 AND ((told_at >= $2 AND told_at < $3) OR (told_at IS NULL AND state <> 'exported' \
                    AND asked_at >= $2 AND asked_at < $3))";

fn count(cx: &mut Cx<'_>, span: Span, table: &str, which: &str) -> Result<i64, Error> {
    let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE {which}");
    cx.query_one(&sql, params![cx.district(), span.from, span.before])?.i64("n")
}

/// Rows whose texts are sealed under a key of their own: the keys go with them.
fn with_keys(cx: &mut Cx<'_>, span: Span, limit: i64, table: &str, which: &str) -> Result<i64, Error> {
    let sql = format!("SELECT id FROM {table} WHERE {which} ORDER BY id LIMIT $4");
    let rows = cx.query(&sql, params![cx.district(), span.from, span.before, limit])?;
    let ids: Vec<Uuid> = rows.iter().map(|r| r.uuid("id")).collect::<Result<_, _>>()?;
    cx.destroy_subject_keys(KeyClass::Text, &ids)?;
    let sql = format!("DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {which} ORDER BY id LIMIT $4)");
    cx.execute(&sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
}

/// A consent that nobody asked about again has lapsed: the part goes as if it had been withdrawn (R7).
fn lapse(cx: &mut Cx<'_>, span: Span, limit: i64) -> Result<i64, Error> {
    let sql = format!("SELECT id, person_id, part FROM consent WHERE {LAPSED} ORDER BY id LIMIT $4");
    let rows = cx.query(&sql, params![cx.district(), span.from, span.before, limit])?;
    for row in &rows {
        let (person, id) = (row.id("person_id")?, row.uuid("id")?);
        if let Some(part) = Part::from_code(&row.text("part")?) {
            erase_part(cx, person, part).map_err(|e| match e {
                crate::Error::Store(e) => e,
                other => Error::Setup(other.to_string()),
            })?;
            let payload = serde_json::json!({ "part": part.code(), "consent": id });
            cx.record("consent.lapsed", "person", person.0, &payload)?;
        }
        let sql = "UPDATE consent SET ended_at = $1, ended_by = 'program', ended_channel = 'review' WHERE id = $2";
        cx.execute(sql, params![cx.now, id])?;
    }
    Ok(rows.len() as i64)
}

/// As look-ups are counted: by the day in Shanghai.
fn day(at: Moment) -> String {
    let first = Moment::from_micros(0);
    at.max(first).zoned(&time::shanghai()).date().to_string()
}
