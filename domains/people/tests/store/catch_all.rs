//! R1: an open district always has somebody on a catch-all seat of its own, without end.

use super::{World, area, at_area, at_post, post, refused};
use kernel::Role;
use kernel::ids::SeatId;
use people::app::accounts::{close_account, suspend_account};
use people::app::seats::{close_seat, seat};
use people::app::terms::{self, NewTerm, end_term, hand_over, set_available};
use people::app::{Flat, Want, find_owner, roster};
use people::model::{Place, TermId, Via};
use std::sync::Barrier;

impl World {
    fn catch_all_term(&self) -> TermId {
        let seat = self.first.catch_all_seat;
        self.look(move |cx| terms::of_seat(cx, seat)).unwrap()[0].id
    }
}

testkit::both_databases! {
    fn the_last_one_cannot_leave_by_any_door(w: World) {
        let (term, who, seat_id) = (w.catch_all_term(), w.first.coordinator, w.first.catch_all_seat);
        let later = w.house.rt.now().plus_days(30);
        assert_eq!(refused(w.act(move |cx| end_term(cx, &Flat, term, None))), "last-catch-all");
        assert_eq!(refused(w.act(move |cx| end_term(cx, &Flat, term, Some(later)))), "last-catch-all");
        assert_eq!(refused(w.act(move |cx| set_available(cx, &Flat, term, Some(later)))), "last-catch-all");
        assert_eq!(refused(w.act(move |cx| suspend_account(cx, who))), "last-catch-all");
        assert_eq!(refused(w.act(move |cx| close_account(cx, who))), "last-catch-all");
        let version = w.look(move |cx| seat(cx, seat_id)).unwrap().version;
        assert_eq!(refused(w.act(move |cx| close_seat(cx, seat_id, version))), "last-catch-all");
        // A successor with an end, or one of another area, is not enough.
        let other = w.person("liu", "刘备用");
        let second = w.seat(Role::CatchAll, Place::default(), "兜底二");
        w.sit(NewTerm { to: Some(later), ..NewTerm::holder(second, other) }).unwrap();
        let town = w.seat(Role::CatchAll, at_area(1), "镇兜底");
        w.sit(NewTerm::holder(town, other)).unwrap();
        assert_eq!(refused(w.act(move |cx| end_term(cx, &Flat, term, None))), "last-catch-all");
        // Handing over in one step is fine, now or later.
        w.act(move |cx| hand_over(cx, &Flat, seat_id, other, Some(later))).unwrap();
        let third = w.person("ma", "马三");
        assert_eq!(refused(w.act(move |cx| close_account(cx, other))), "last-catch-all");
        w.act(move |cx| hand_over(cx, &Flat, seat_id, third, None)).unwrap();
        w.act(move |cx| close_account(cx, who)).unwrap();
    }

    fn of_two_who_leave_at_once_one_stays(w: World) {
        for round in 0..8 {
            let second = w.person(&format!("second{round}"), "刘备用");
            let extra = w.seat(Role::CatchAll, Place::default(), "兜底二");
            w.sit(NewTerm::holder(extra, second)).unwrap();
            let seats: Vec<SeatId> = w.look(|cx| people::app::seats::of_role(cx, Role::CatchAll)).unwrap().into_iter().map(|s| s.id).collect();
            let mut running: Vec<TermId> = Vec::new();
            for s in seats {
                let now = w.house.rt.now();
                running.extend(w.look(move |cx| terms::of_seat(cx, s)).unwrap().iter().filter(|t| t.runs(now)).map(|t| t.id));
            }
            assert_eq!(running.len(), 2, "round {round}");
            let start = Barrier::new(2);
            let results: Vec<_> = std::thread::scope(|s| {
                let tasks: Vec<_> = running.iter().map(|term| {
                    let (term, start, w) = (*term, &start, &w);
                    s.spawn(move || { start.wait(); w.act(move |cx| end_term(cx, &Flat, term, None)) })
                }).collect();
                tasks.into_iter().map(|t| t.join().unwrap()).collect()
            });
            assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1, "round {round}: {results:?}");
        }
    }

    fn work_goes_to_the_nearest_seat_with_somebody_on_it(w: World) {
        let officer = w.person("chen", "陈警官");
        let head = w.person("zhou", "周站长");
        let worker = w.person("he", "何委员");
        let s1 = w.seat(Role::CommunityOfficer, at_post(1), "民警");
        let s2 = w.seat(Role::PostHead, at_post(1), "站长");
        let s3 = w.seat(Role::CommitteeWorker, at_area(2), "委员");
        w.sit(NewTerm::holder(s2, head)).unwrap();
        w.sit(NewTerm::holder(s3, worker)).unwrap();
        let want = || Want {
            roles: vec![Role::CommunityOfficer, Role::PostHead, Role::CommitteeWorker],
            posts: vec![post(1)], areas: vec![area(2), area(1)], ..Want::default()
        };
        let find = |want: Want| w.look(move |cx| find_owner(cx, &want)).unwrap();
        assert_eq!(find(want()).account, head, "nobody sits on the officer's seat");
        let term = w.sit(NewTerm::deputy(s1, officer)).unwrap();
        let got = find(want());
        assert_eq!((got.account, got.via), (officer, Via::Deputy));
        assert_eq!(find(Want { posts: vec![], ..want() }).account, worker);
        let nobody = find(Want { posts: vec![post(9)], areas: vec![area(9)], ..want() });
        assert_eq!((nobody.account, nobody.via), (w.first.coordinator, Via::CatchAll(None)));
        // The supervisor of the officer is the head of the post, then the coordinator.
        let up = |level| w.look(move |cx| roster::supervisor(cx, got, level, &[post(1)], &[area(2)])).unwrap().account;
        assert_eq!(up(1), head);
        assert_eq!(up(2), w.first.coordinator);
        w.act(move |cx| end_term(cx, &Flat, term, None)).unwrap();
        assert_eq!(find(want()).account, head);
    }
}
