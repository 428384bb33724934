//! How long circles, scans and threads are kept.

use crate::app::endings::erase_threads;
use crate::model::Consented;
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
        tables: "care_scan, care_relay",
        what: "when care cards were scanned, and finders asked to be put through, from then on",
        days: 365,
        least: 30,
        due: |cx, span| Ok(count(cx, span, "care_scan", SCANS)? + count(cx, span, "care_relay", SCANS)?),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_relay", SCANS)?;
            cx.destroy_subject_keys(KeyClass::Contact, &old)?;
            let pairs = delete(cx, span, limit, "care_relay", SCANS)?;
            Ok(pairs + delete(cx, span, limit, "care_scan", SCANS)?)
        },
    },
    Rule {
        key: "care_changes",
        tables: "care_change",
        what: "that plan, contacts, hours or consents were changed, from then on",
        days: 365,
        least: 30,
        due: |cx, span| count(cx, span, "care_change", SCANS),
        erase: |cx, span, limit| delete(cx, span, limit, "care_change", SCANS),
    },
    Rule {
        key: "care_photos",
        tables: "care_photo, care_consent",
        what: "photos that nobody was asked about again, from the day they should have been",
        days: 180,
        least: 30,
        due: |cx, span| {
            let sql = format!("SELECT COUNT(*) AS n FROM care_consent WHERE {LAPSED}");
            cx.query_one(&sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: lapse,
    },
    Rule {
        key: "visits",
        tables: "care_visit, care_visit_visitor, care_visit_report, care_visit_round",
        what: "what came of visits to people in care, from the visit on",
        days: 730,
        least: 90,
        due: |cx, span| count(cx, span, "care_visit", VISITS),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_visit", VISITS)?;
            for visit in &old {
                let rows = cx.query("SELECT id FROM care_visit_report WHERE visit_id = $1", params![*visit])?;
                let reports = rows.iter().map(|r| r.uuid("id")).collect::<Result<Vec<Uuid>, _>>()?;
                crate::app::visits::erase_reports(cx, &reports)?;
                cx.execute("DELETE FROM care_visit_visitor WHERE visit_id = $1", params![*visit])?;
                cx.execute("DELETE FROM care_round_stop WHERE visit_id = $1", params![*visit])?;
                cx.execute("DELETE FROM care_visit WHERE id = $1", params![*visit])?;
            }
            Ok(old.len() as i64)
        },
    },
    Rule {
        key: "visit_rounds",
        tables: "care_round, care_round_pair, care_round_stop, care_round_work",
        what: "plans of rounds: which pair was to be at which door when, from the day the plan was made",
        days: 365,
        least: 62,
        due: |cx, span| count(cx, span, "care_round", ROUNDS),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_round", ROUNDS)?;
            for round in &old {
                for table in ["care_round_stop", "care_round_pair", "care_round_work"] {
                    cx.execute(&format!("DELETE FROM {table} WHERE round_id = $1"), params![*round])?;
                }
                cx.execute("DELETE FROM care_round WHERE id = $1", params![*round])?;
            }
            Ok(old.len() as i64)
        },
    },
    Rule {
        key: "worries",
        tables: "care_worry, care_worry_press, care_worry_step, care_neighbour",
        what: "that a neighbour was worried and what was done, from the end of it; and that somebody looked out, from when they did no longer",
        days: 365,
        least: 30,
        due: |cx, span| Ok(count(cx, span, "care_worry", ENDED)? + count(cx, span, "care_neighbour", ENDED)?),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_worry", ENDED)?;
            for id in &old {
                crate::app::watch::erase_worry(cx, *id)?;
            }
            Ok(old.len() as i64 + delete(cx, span, limit, "care_neighbour", ENDED)?)
        },
    },
    Rule {
        key: "extra_care",
        tables: "care_extra",
        what: "extra care that was asked for, from the end of it",
        days: 365,
        least: 30,
        due: |cx, span| count(cx, span, "care_extra", ENDED),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_extra", ENDED)?;
            cx.destroy_subject_keys(KeyClass::Text, &old)?;
            delete(cx, span, limit, "care_extra", ENDED)
        },
    },
    Rule {
        key: "mutual_help",
        tables: "care_mutual_line, care_mutual_pair, care_mutual_hours",
        what: "who helped whom among elders and for how long, from the end of it",
        days: 730,
        least: 30,
        due: |cx, span| Ok(count(cx, span, "care_mutual_line", ENDED)? + count(cx, span, "care_mutual_pair", ENDED)?),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_mutual_pair", ENDED)?;
            crate::app::mutual::erase_pairs(cx, &old)?;
            Ok(old.len() as i64 + delete(cx, span, limit, "care_mutual_line", ENDED)?)
        },
    },
    Rule {
        key: "calls",
        tables: "care_call, care_invitation",
        what: "what came of calls to people in care, and who was invited to what, from then on",
        days: 90,
        least: 30,
        due: |cx, span| Ok(count(cx, span, "care_call", SCANS)? + count(cx, span, "care_invitation", SCANS)?),
        erase: |cx, span, limit| {
            let calls = delete(cx, span, limit, "care_call", SCANS)?;
            let sql = format!("DELETE FROM care_invitation WHERE {SCANS}");
            let all = as_i64(cx.execute(&sql, params![cx.district(), span.from, span.before])?);
            Ok(calls + all)
        },
    },
    Rule {
        key: "volunteers",
        tables: "care_volunteer, care_volunteer_step, care_volunteer_thanks",
        what: "volunteers who were refused or have left, from then on; thanks they got",
        days: 180,
        least: 30,
        due: |cx, span| count(cx, span, "care_volunteer", ENDED),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_volunteer", ENDED)?;
            crate::app::volunteers::erase(cx, &old)?;
            Ok(old.len() as i64)
        },
    },
    Rule {
        key: "volunteer_sign_ups",
        tables: "care_volunteer",
        what: "sign-ups of volunteers that came to nothing, from the day they signed up",
        days: 365,
        least: 30,
        due: |cx, span| count(cx, span, "care_volunteer", STALLED),
        erase: |cx, span, limit| {
            let old = ids(cx, span, limit, "care_volunteer", STALLED)?;
            crate::app::volunteers::erase(cx, &old)?;
            Ok(old.len() as i64)
        },
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
/// Of a photo that is kept while the newest answer about it should have been asked again.
const LAPSED: &str = "district_id = $1 AND what = 'photo' AND answer = 'given' AND ended_at IS NULL AND review_on >= $2 \
                      AND review_on < $3";
const VISITS: &str = "district_id = $1 AND done_at >= $2 AND done_at < $3";
const ROUNDS: &str = "district_id = $1 AND made_at >= $2 AND made_at < $3";
/// Never approved, and not over either.
const STALLED: &str =
    "district_id = $1 AND account_id IS NULL AND ended_at IS NULL AND signed_at >= $2 AND signed_at < $3";
const ENDED: &str = "district_id = $1 AND ended_at >= $2 AND ended_at < $3";
const PAST: &str =
    "district_id = $1 AND ((ended_at >= $2 AND ended_at < $3) OR (answer = 'refused' AND at >= $2 AND at < $3))";

/// A consent that nobody asked about again has lapsed: the photo goes as if it had been withdrawn (R7).
fn lapse(cx: &mut Cx<'_>, span: Span, limit: i64) -> Result<i64, Error> {
    let sql = format!("SELECT id, person_id FROM care_consent WHERE {LAPSED} ORDER BY id LIMIT $4");
    let rows = cx.query(&sql, params![cx.district(), span.from, span.before, limit])?;
    for row in &rows {
        let (person, id) = (row.id("person_id")?, row.uuid("id")?);
        let sql = "UPDATE care_consent SET ended_at = $1, ended_by = 'program', ended_channel = 'review' WHERE id = $2";
        cx.execute(sql, params![cx.now, id])?;
        let still = crate::app::consents::in_force(cx, person, Consented::Photo).map_err(setup)?;
        if !still {
            crate::app::photo::erase(cx, person).map_err(setup)?;
            cx.record("consent.lapsed", "person", person.0, &serde_json::json!({ "part": "photo", "consent": id }))?;
        }
    }
    Ok(rows.len() as i64)
}

fn setup(error: crate::Error) -> Error {
    match error {
        crate::Error::Store(e) => e,
        other => Error::Setup(other.to_string()),
    }
}

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
