//! How long what identifies people is kept after a matter is closed. What stays is the redacted copy, the answer and the
//! log, so that figures and "what was done about it" outlive the names.

use ::store::retention::{Rule, Span, as_i64};
use ::store::{Cx, Error, KeyClass, params};
use uuid::Uuid;

/// Two years: as long as somebody may still ask what became of it (民法典 §188 gives claims three years from when they
/// are known, most come in the first two; a district sets its own).
const AFTER_CLOSING: i64 = 730;
/// A closed matter may be reopened for 30 days, then be checked again.
const LEAST: i64 = 90;

pub const RETENTION: &[Rule] = &[
    Rule {
        key: "raisers",
        tables: "matter_raiser",
        what: "who raised a matter and how to reach them, from its closing",
        days: AFTER_CLOSING,
        least: LEAST,
        due: |cx, span| count(cx, span, RAISERS, KeyClass::Raiser),
        erase: |cx, span, limit| {
            let found = erase_keys(cx, span, RAISERS, KeyClass::Raiser, limit)?;
            // The keyed hash of a telephone number outlives its key: it goes, too.
            for chunk in found.chunks(100) {
                let marks: Vec<String> = (1..=chunk.len()).map(|i| format!("${i}")).collect();
                let sql = format!("UPDATE matter_raiser SET phone_hash = NULL WHERE id IN ({})", marks.join(", "));
                let ids: Vec<::store::Value> = chunk.iter().map(|id| ::store::Value::Uuid(*id)).collect();
                cx.execute(&sql, &ids)?;
            }
            Ok(found.len() as i64)
        },
    },
    Rule {
        key: "originals",
        tables: "matter_note",
        what: "the words of whoever raised a matter as they stood, from its closing; the redacted copies stay",
        days: AFTER_CLOSING,
        least: LEAST,
        due: |cx, span| count(cx, span, MATTERS, KeyClass::Original),
        erase: |cx, span, limit| {
            erase_keys(cx, span, MATTERS, KeyClass::Original, limit).map(|found| found.len() as i64)
        },
    },
    Rule {
        key: "matter_persons",
        tables: "matter_person",
        what: "which people in care a matter was about, from its closing",
        days: AFTER_CLOSING,
        least: LEAST,
        due: |cx, span| {
            let sql =
                format!("SELECT COUNT(*) AS n FROM matter m JOIN matter_person p ON p.matter_id = m.id WHERE {CLOSED}");
            cx.query_one(&sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: |cx, span, limit| {
            let sql = format!(
                "DELETE FROM matter_person WHERE (matter_id, person_id) IN (SELECT p.matter_id, p.person_id FROM matter m \
                 JOIN matter_person p ON p.matter_id = m.id WHERE {CLOSED} LIMIT $4)"
            );
            cx.execute(&sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
        },
    },
    Rule {
        key: "data_requests",
        tables: "data_request",
        what: "what people asked about their own data and the answer, from when it was done; the log of it stays",
        days: 1_095,
        least: 365,
        due: |cx, span| {
            let sql = format!("SELECT COUNT(*) AS n FROM data_request WHERE {ANSWERED}");
            cx.query_one(&sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: |cx, span, limit| {
            let sql = format!("SELECT id FROM data_request WHERE {ANSWERED} ORDER BY id LIMIT $4");
            let found = cx.query(&sql, params![cx.district(), span.from, span.before, limit])?;
            let found: Vec<Uuid> = found.iter().map(|row| row.uuid("id")).collect::<Result<_, _>>()?;
            cx.destroy_subject_keys(KeyClass::Text, &found)?;
            cx.destroy_subject_keys(KeyClass::Identity, &found)?;
            let sql = format!(
                "DELETE FROM data_request WHERE id IN (SELECT id FROM data_request WHERE {ANSWERED} ORDER BY id LIMIT $4)"
            );
            cx.execute(&sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
        },
    },
    Rule {
        key: "photos",
        tables: "matter_attachment",
        what: "photos, from the closing of their matter",
        days: AFTER_CLOSING,
        least: LEAST,
        due: |cx, span| {
            let sql = format!(
                "SELECT COUNT(*) AS n FROM matter m JOIN matter_attachment a ON a.matter_id = m.id WHERE {CLOSED}"
            );
            cx.query_one(&sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: |cx, span, limit| {
            let sql = format!(
                "DELETE FROM matter_attachment WHERE id IN (SELECT a.id FROM matter m \
                 JOIN matter_attachment a ON a.matter_id = m.id WHERE {CLOSED} LIMIT $4)"
            );
            cx.execute(&sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
        },
    },
];

/// Closed in the span; the due time of a closed matter is when it was closed, so that the index of lists finds it.
const CLOSED: &str = "m.district_id = $1 AND m.is_open = 0 AND m.due_at >= $2 AND m.due_at < $3";
/// A copy that still waits is not done.
const ANSWERED: &str = "district_id = $1 AND done_at >= $2 AND done_at < $3";
/// Whose keys: those of the raisers, or of the matters themselves.
const RAISERS: &str = "JOIN matter_raiser s ON s.matter_id = m.id JOIN subject_key k ON k.subject = s.id";
const MATTERS: &str = "JOIN subject_key k ON k.subject = m.id";

fn count(cx: &mut Cx<'_>, span: Span, whose: &str, class: KeyClass) -> Result<i64, Error> {
    let sql = format!("SELECT COUNT(*) AS n FROM matter m {whose} WHERE {CLOSED} AND k.class = $4");
    cx.query_one(&sql, params![cx.district(), span.from, span.before, class.code()])?.i64("n")
}

/// Destroys keys, and with them everything sealed under them; answers whose.
fn erase_keys(cx: &mut Cx<'_>, span: Span, whose: &str, class: KeyClass, limit: i64) -> Result<Vec<Uuid>, Error> {
    let sql = format!("SELECT k.subject FROM matter m {whose} WHERE {CLOSED} AND k.class = $4 LIMIT $5");
    let found = cx.query(&sql, params![cx.district(), span.from, span.before, class.code(), limit])?;
    let found: Vec<Uuid> = found.iter().map(|row| row.uuid("subject")).collect::<Result<_, _>>()?;
    for chunk in found.chunks(100) {
        cx.destroy_subject_keys(class, chunk)?;
    }
    Ok(found)
}
