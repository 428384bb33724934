//! How long it is kept who was sent which message. Messages hold no text and no address; their proof of delivery stands in
//! the matter.

use store::params;
use store::retention::{Rule, as_i64};

pub const RETENTION: &[Rule] = &[Rule {
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
        cx.execute(&format!("DELETE FROM message WHERE id IN ({old})"), values).map(as_i64)
    },
}];
