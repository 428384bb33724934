//! A list shows exactly what may be opened.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::ids::{AccountId, AreaId, DistrictId, MatterId, OrgId, PostId, SeatId};
use kernel::{Actor, Grant, KeyLimit, Purpose, Role};
use people::policy::{Action, MatterFacts, ResourceFacts, decide, scope};
use proptest::prelude::*;
use uuid::Uuid;

fn id<T: From<Uuid>>(n: u8) -> T {
    T::from(Uuid::from_u128(u128::from(n)))
}

fn grant() -> impl Strategy<Value = Grant> {
    (
        0..Role::ALL.len(),
        0u8..4,
        proptest::option::of(0u8..3),
        proptest::option::of(0u8..3),
        proptest::option::of(0u8..3),
    )
        .prop_map(|(role, seat, org, area, post)| Grant {
            seat: id::<SeatId>(seat),
            role: Role::ALL[role],
            org: org.map(id::<OrgId>),
            area: area.map(id::<AreaId>),
            post: post.map(id::<PostId>),
            deputy: false,
            until: None,
        })
}

proptest! {
    #[test]
    fn scope_and_decision_agree(grants in proptest::collection::vec(grant(), 0..3),
                                areas in proptest::collection::vec(0u8..3, 0..3),
                                posts in proptest::collection::vec(0u8..3, 0..2),
                                orgs in proptest::collection::vec(0u8..3, 0..2),
                                about in proptest::collection::vec(0u8..3, 0..2),
                                seat in proptest::option::of(0u8..4), owner in 0u8..3,
                                key in proptest::option::of((proptest::sample::subsequence(vec!["read", "raise", "write", "names"], 0..4),
                                                             proptest::option::of(0u8..3)))) {
        let me: AccountId = id(1);
        let m = MatterFacts {
            id: id::<MatterId>(9),
            areas: areas.into_iter().map(id).collect(),
            posts: posts.into_iter().map(id).collect(),
            orgs: orgs.into_iter().map(id).collect(),
            owner_seat: seat.map(id),
            owner: id(owner),
            handlers: vec![], about_accounts: vec![], about_orgs: about.into_iter().map(id).collect(), open: true,
        };
        let mut actor = Actor::account(id::<DistrictId>(0), me, grants);
        if let Some((scopes, area)) = key {
            actor = actor.by_key(KeyLimit { key: uuid::Uuid::nil(), scopes, area: area.map(id) });
        }
        for action in [Action::ViewMatter, Action::Verify, Action::ExportMatters, Action::FollowMatter] {
            let one = decide(&actor, Purpose::Matter(m.id), action, &ResourceFacts::Matter(m.clone())).is_allowed();
            prop_assert_eq!(scope(&actor, action).covers(&m), one);
        }
    }
}
