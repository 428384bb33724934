//! Two records of one person become one: the matters about them go along, and what they asked about their own data. Not while such a
//! request is open: whoever decides it looks at one record.

use ::store::params;
use people::app::joins::{Follow, Follower, NOTHING};

/// What of this crate goes along.
pub const FOLLOWER: Follower = Follower {
    tables: &[
        Follow::of("matter_person").by(&["matter_id"]).or_ends("ended_at"),
        Follow::of("data_request").in_column("subject"),
    ],
    hinders: |cx, pair| {
        let sql = "SELECT 1 AS one FROM data_request WHERE district_id = $1 AND state IN ('asked', 'granted') \
                   AND subject IN ($2, $3) LIMIT 1";
        let open = cx.query_opt(sql, params![cx.district(), pair.kept, pair.away])?.is_some();
        Ok(open.then_some("join-asked"))
    },
    before: NOTHING,
    after: NOTHING,
};
