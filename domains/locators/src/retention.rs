//! How long what is kept. Days of the raw track are dropped as whole tables; what belongs to a case goes with the key of its link.

use crate::app::{consents, flat, tracks};
use people::app::consents::RESPECT_DAYS;
use store::retention::{Rule, Span, as_i64};
use store::{Cx, Error, KeyClass, params};
use uuid::Uuid;

pub const RETENTION: &[Rule] = &[
    Rule {
        key: "locator_tracks",
        tables: "locator_track_… (a table for each day)",
        what: "days of positions of locators, from the end of the day; counted in days, dropped whole",
        days: 7,
        least: 1,
        // A reading that came late may have made a day anew: every day is looked at, not only those since the last run.
        due: |cx, span| Ok(as_i64(tracks::over(cx, span.before)?.len() as u64)),
        erase: |cx, span, limit| {
            let days = tracks::over(cx, span.before)?;
            let some = days.iter().take(usize::try_from(limit).unwrap_or(usize::MAX));
            for day in some.clone() {
                tracks::drop_day(cx, *day)?;
            }
            Ok(as_i64(some.count() as u64))
        },
    },
    Rule {
        key: "locator_cases",
        tables: "locator_case, locator_case_fix",
        what: "positions that belong to the case of a lost elder, from when it was linked last to when it closed",
        days: 90,
        least: 7,
        due: |cx, span| {
            let sql =
                "SELECT COUNT(*) AS n FROM locator_case WHERE district_id = $1 AND ended_at >= $2 AND ended_at < $3";
            cx.query_one(sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: erase_cases,
    },
    Rule {
        key: "locator_alerts",
        tables: "locator_alert, locator_alarm, locator_command",
        what: "alerts of locators that are over, from their end; calls of devices and what they were asked",
        days: 365,
        least: 30,
        due: |cx, span| {
            let sql =
                "SELECT COUNT(*) AS n FROM locator_alert WHERE district_id = $1 AND ended_at >= $2 AND ended_at < $3";
            cx.query_one(sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: |cx, span, limit| {
            let (district, before) = (cx.district(), span.before);
            cx.execute(
                "DELETE FROM locator_alarm WHERE district_id = $1 AND received < $2",
                params![district, before],
            )?;
            let sql = "DELETE FROM locator_command WHERE district_id = $1 AND expires_at < $2 AND asked_at < $2";
            cx.execute(sql, params![district, before])?;
            let sql = "DELETE FROM locator_alert WHERE id IN (SELECT id FROM locator_alert WHERE district_id = $1 AND ended_at >= $2 \
                       AND ended_at < $3 LIMIT $4)";
            cx.execute(sql, params![district, span.from, before, limit]).map(as_i64)
        },
    },
    Rule {
        key: "locator_looks",
        tables: "locator_look, locator_pause",
        what: "who looked at somebody's positions, from that day, as the family's page shows it (the log keeps every look); pauses",
        days: 400,
        least: 90,
        due: |cx, span| {
            let sql = "SELECT COUNT(*) AS n FROM locator_look WHERE district_id = $1 AND at >= $2 AND at < $3";
            cx.query_one(sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: |cx, span, limit| {
            let sql = "DELETE FROM locator_pause WHERE district_id = $1 AND until_at < $2";
            cx.execute(sql, params![cx.district(), span.before])?;
            let sql = "DELETE FROM locator_look WHERE id IN (SELECT id FROM locator_look WHERE district_id = $1 AND at >= $2 \
                       AND at < $3 LIMIT $4)";
            cx.execute(sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
        },
    },
    Rule {
        key: "locator_lapsed",
        tables: "locator_consent, locator_track_…, locator_case_fix",
        what: "what a locator keeps, while nobody was asked again whether that is still agreed to, from the day of review",
        days: 180,
        least: 30,
        due: |cx, span| {
            let sql = format!("SELECT COUNT(*) AS n FROM locator_consent WHERE {LAPSED}");
            cx.query_one(&sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: |cx, span, limit| consents::lapse(cx, (span.from, span.before), limit).map_err(flat),
    },
    Rule {
        key: "locator_consents",
        tables: "locator_consent, locator_decision",
        what: "refusals and ended consents about locators, with their witness, and what a committee decided about them, from then on",
        days: 1_095,
        least: RESPECT_DAYS + 30,
        due: |cx, span| {
            let sql = format!("SELECT COUNT(*) AS n FROM locator_consent WHERE {PAST}");
            cx.query_one(&sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: erase_consents,
    },
];

/// Agreed to, and not asked again in time.
pub(crate) const LAPSED: &str =
    "district_id = $1 AND answer = 'given' AND ended_at IS NULL AND review_on >= $2 AND review_on < $3";
const PAST: &str =
    "district_id = $1 AND ((ended_at >= $2 AND ended_at < $3) OR (answer = 'refused' AND at >= $2 AND at < $3))";

fn erase_consents(cx: &mut Cx<'_>, span: Span, limit: i64) -> Result<i64, Error> {
    let values = params![cx.district(), span.from, span.before, limit];
    let mut gone = 0;
    for (table, which) in [("locator_consent", PAST), ("locator_decision", "district_id = $1 AND at >= $2 AND at < $3")]
    {
        let rows = cx.query(&format!("SELECT id FROM {table} WHERE {which} ORDER BY id LIMIT $4"), values)?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.uuid("id")).collect::<Result<_, _>>()?;
        for chunk in ids.chunks(100) {
            cx.destroy_subject_keys(KeyClass::Text, chunk)?;
        }
        let old = format!("SELECT id FROM {table} WHERE {which} ORDER BY id LIMIT $4");
        cx.execute(&format!("DELETE FROM {table} WHERE id IN ({old})"), values)?;
        if table == "locator_consent" {
            gone = as_i64(ids.len() as u64);
        }
    }
    Ok(gone)
}

fn erase_cases(cx: &mut Cx<'_>, span: Span, limit: i64) -> Result<i64, Error> {
    let sql = "SELECT id FROM locator_case WHERE district_id = $1 AND ended_at >= $2 AND ended_at < $3 LIMIT $4";
    let found = cx.query(sql, params![cx.district(), span.from, span.before, limit])?;
    let found: Vec<Uuid> = found.iter().map(|row| row.uuid("id")).collect::<Result<_, _>>()?;
    for chunk in found.chunks(100) {
        cx.destroy_subject_keys(KeyClass::Location, chunk)?;
    }
    for link in &found {
        cx.execute("DELETE FROM locator_case_fix WHERE link_id = $1", params![*link])?;
        cx.execute("DELETE FROM locator_case WHERE id = $1", params![*link])?;
    }
    Ok(as_i64(found.len() as u64))
}
