//! Two records of one person become one: their cases go along. Not while one of them is looked for or taken home: whoever works on that
//! must find what they had before their eyes.

use people::app::joins::{FREE, Follow, Follower, NOTHING};
use store::params;

/// What of this crate goes along.
pub const FOLLOWER: Follower = Follower {
    tables: &[Follow::of("lost_case"), Follow::of("lost_conference").by(&["case_id"])],
    hinders: |cx, pair| {
        let sql =
            "SELECT 1 AS one FROM lost_case WHERE district_id = $1 AND is_open = $2 AND person_id IN ($3, $4) LIMIT 1";
        let open = cx.query_opt(sql, params![cx.district(), true, pair.kept, pair.away])?.is_some();
        if open { Ok(Some("join-case-open")) } else { FREE(cx, pair) }
    },
    before: NOTHING,
    after: NOTHING,
};
