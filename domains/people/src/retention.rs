//! How long traces of signing in are kept.

use store::params;
use store::retention::{Rule, as_i64};

pub const RETENTION: &[Rule] = &[Rule {
    key: "sessions",
    tables: "login_session",
    what: "sessions with the name of their device, from their end",
    days: 180,
    least: 1,
    due: |cx, span| {
        let sql =
            "SELECT COUNT(*) AS n FROM login_session WHERE district_id = $1 AND expires_at >= $2 AND expires_at < $3";
        cx.query_one(sql, params![cx.district(), span.from, span.before])?.i64("n")
    },
    erase: |cx, span, limit| {
        let sql = "DELETE FROM login_session WHERE id IN (SELECT id FROM login_session WHERE district_id = $1 \
                       AND expires_at >= $2 AND expires_at < $3 LIMIT $4)";
        cx.execute(sql, params![cx.district(), span.from, span.before, limit]).map(as_i64)
    },
}];
