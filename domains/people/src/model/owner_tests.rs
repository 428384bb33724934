#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::model::TermId;
use proptest::prelude::*;
use uuid::Uuid;

fn seat(n: u8) -> SeatId {
    SeatId(Uuid::from_u128(u128::from(n)))
}
fn area(n: u8) -> AreaId {
    AreaId(Uuid::from_u128(1000 + u128::from(n)))
}
fn who(n: u8) -> AccountId {
    AccountId(Uuid::from_u128(2000 + u128::from(n)))
}
fn at(n: i64) -> Moment {
    Moment::from_micros(n)
}
fn term(id: u16, s: u8, account: u8, kind: TermKind, from: i64, to: Option<i64>) -> Term {
    Term {
        id: TermId(Uuid::from_u128(u128::from(id))),
        seat: seat(s),
        account: who(account),
        kind,
        from: at(from),
        to: to.map(at),
        available_until: None,
        account_active: true,
    }
}
/// Seat 0 catches for the district and is held by account 0 without end; seat 1 catches for area 1.
fn roster(more: Vec<Term>) -> Roster {
    let mut terms = vec![term(1, 0, 0, TermKind::Holder, 0, None)];
    terms.extend(more);
    let catch_alls =
        vec![CatchAllSeat { seat: seat(0), area: None }, CatchAllSeat { seat: seat(1), area: Some(area(1)) }];
    Roster::new(terms, catch_alls).unwrap()
}
fn answer(r: &Roster, when: i64) -> (AccountId, Via) {
    let a = effective_owner(Some(seat(5)), Some(who(5)), r, &[area(2), area(1)], at(when));
    (a.account, a.via)
}

#[test]
fn successor_inherits_the_minute_the_term_changes() {
    let r = roster(vec![
        term(2, 5, 5, TermKind::Holder, 10, Some(20)),
        term(3, 5, 6, TermKind::Holder, 20, None),
        term(4, 5, 7, TermKind::Deputy, 0, None),
    ]);
    assert_eq!(answer(&r, 19), (who(5), Via::Holder));
    assert_eq!(answer(&r, 20), (who(6), Via::Successor));
    assert_eq!(answer(&r, 5), (who(7), Via::Deputy));
}

#[test]
fn an_empty_seat_falls_to_the_nearest_catch_all() {
    let r = roster(vec![
        term(2, 5, 5, TermKind::Holder, 0, Some(20)),
        term(3, 1, 9, TermKind::Holder, 0, Some(30)),
        term(4, 1, 8, TermKind::Deputy, 0, Some(40)),
    ]);
    assert_eq!(answer(&r, 25), (who(9), Via::CatchAll(Some(area(1)))));
    assert_eq!(answer(&r, 35), (who(8), Via::CatchAll(Some(area(1)))));
    assert_eq!(answer(&r, 45), (who(0), Via::CatchAll(None)));
}

#[test]
fn a_volunteer_who_is_no_longer_available_owns_nothing() {
    let mut t = term(2, 5, 5, TermKind::Holder, 0, None);
    t.available_until = Some(at(20));
    let r = roster(vec![t]);
    assert_eq!(answer(&r, 19).1, Via::Holder);
    assert_eq!(answer(&r, 20).1, Via::CatchAll(None));
}

#[test]
fn without_an_open_ended_district_catch_all_there_is_no_roster() {
    let seats = vec![CatchAllSeat { seat: seat(0), area: None }];
    let mut ends = term(1, 0, 0, TermKind::Holder, 0, Some(1_000_000));
    assert!(Roster::new(vec![ends.clone()], seats.clone()).is_err());
    ends.to = None;
    ends.account_active = false;
    assert!(Roster::new(vec![ends.clone()], seats.clone()).is_err());
    ends.account_active = true;
    ends.kind = TermKind::Deputy;
    assert!(Roster::new(vec![ends.clone()], seats.clone()).is_err());
    ends.kind = TermKind::Holder;
    assert!(Roster::new(vec![ends], seats).is_ok());
}

fn any_term() -> impl Strategy<Value = (u8, u8, bool, i64, Option<i64>, Option<i64>, bool)> {
    (
        0u8..6,
        0u8..8,
        any::<bool>(),
        0i64..100,
        proptest::option::of(0i64..100),
        proptest::option::of(0i64..100),
        any::<bool>(),
    )
}

proptest! {
    /// R1: whatever the terms, whatever the instant, somebody answers, and that somebody has a term that runs then
    /// (or is the open-ended last resort).
    #[test]
    fn somebody_always_answers(terms in proptest::collection::vec(any_term(), 0..20), when in -10i64..120,
                               s in proptest::option::of(0u8..8), a in proptest::option::of(0u8..8),
                               areas in proptest::collection::vec(0u8..4, 0..4)) {
        let terms: Vec<Term> = terms.into_iter().enumerate().map(|(i, (s, a, deputy, from, to, avail, active))| {
            let kind = if deputy { TermKind::Deputy } else { TermKind::Holder };
            let mut t = term(u16::try_from(i).unwrap() + 10, s, a, kind, from, to);
            t.available_until = avail.map(at);
            t.account_active = active;
            t
        }).collect();
        let r = roster(terms.clone());
        let chain: Vec<AreaId> = areas.into_iter().map(area).collect();
        let got = effective_owner(s.map(seat), a.map(who), &r, &chain, at(when));
        let served = terms.iter().any(|t| t.account == got.account && t.seat == got.seat && t.serves(at(when)));
        prop_assert!(served || (got.account == who(0) && got.seat == seat(0)) || got.via == Via::CatchAll(None));
        // The seat's own people come before any catch-all.
        if let Some(s) = s.map(seat) && terms.iter().any(|t| t.seat == s && t.serves(at(when))) {
            prop_assert_eq!(got.seat, s);
            prop_assert!(!matches!(got.via, Via::CatchAll(_)));
        }
        // The answer does not depend on the order of rows.
        let mut turned = terms.clone();
        turned.reverse();
        let again = effective_owner(s.map(seat), a.map(who), &roster(turned), &chain, at(when));
        prop_assert_eq!(got, again);
    }
}
