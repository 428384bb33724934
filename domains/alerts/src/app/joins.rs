//! Two records of one person become one: what their families were told goes along.

use people::app::joins::{FREE, Follow, Follower, NOTHING};

/// What of this crate goes along.
pub const FOLLOWER: Follower = Follower {
    tables: &[Follow::of("message").in_column("about_person")],
    hinders: FREE,
    before: NOTHING,
    after: NOTHING,
};

/// Every crate that keeps something of people: this one knows them all.
pub const ALL: &[Follower] = &[
    people::app::joins::FOLLOWER,
    care::app::joins::FOLLOWER,
    lost::app::joins::FOLLOWER,
    locators::app::joins::FOLLOWER,
    matters::app::joins::FOLLOWER,
    FOLLOWER,
];
