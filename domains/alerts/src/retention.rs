//! How long it is kept who was sent which message. Messages hold no text and no address; their proof of delivery stands in
//! the matter. And how long a device that is never told anything stays subscribed.

use crate::app::push;
use store::params;
use store::retention::{Rule, as_i64};

pub const RETENTION: &[Rule] = &[
    Rule {
        key: "messages",
        tables: "message, message_attempt, sms_sent",
        what: "messages that were delivered or given up, from when they were made",
        days: 400,
        least: 60,
        due: |cx, span| {
            let sql = "SELECT COUNT(*) AS n FROM message WHERE district_id = $1 AND state <> 'queued' AND created_at >= $2 \
                   AND created_at < $3";
            cx.query_one(sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: |cx, span, limit| {
            let old = "SELECT id FROM message WHERE district_id = $1 AND state <> 'queued' AND created_at >= $2 \
                   AND created_at < $3 ORDER BY created_at, id LIMIT $4";
            let values = params![cx.district(), span.from, span.before, limit];
            cx.execute(&format!("DELETE FROM message_attempt WHERE message_id IN ({old})"), values)?;
            cx.execute(&format!("DELETE FROM sms_sent WHERE message_id IN ({old})"), values)?;
            cx.execute(&format!("DELETE FROM push_message WHERE message_id IN ({old})"), values)?;
            cx.execute(&format!("DELETE FROM message WHERE id IN ({old})"), values).map(as_i64)
        },
    },
    Rule {
        key: "push",
        tables: "push_subscription, push_message",
        what: "devices that get news, from the last time one was delivered, or from when they were subscribed",
        days: 180,
        least: 30,
        due: |cx, span| {
            let sql =
                "SELECT COUNT(*) AS n FROM push_subscription WHERE district_id = $1 AND used_at >= $2 AND used_at < $3";
            cx.query_one(sql, params![cx.district(), span.from, span.before])?.i64("n")
        },
        erase: |cx, span, limit| {
            let sql = "SELECT id FROM push_subscription WHERE district_id = $1 AND used_at >= $2 AND used_at < $3 \
                   ORDER BY used_at, id LIMIT $4";
            let old = cx.query(sql, params![cx.district(), span.from, span.before, limit])?;
            for row in &old {
                push::remove(cx, row.uuid("id")?, "old").map_err(push::into_store)?;
            }
            Ok(as_i64(old.len() as u64))
        },
    },
];
