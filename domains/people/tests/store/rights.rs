//! J11: on a change of post the successor inherits and the predecessor loses, at that minute and without anybody's help.

use super::{World, at_post, refused};
use kernel::Role;
use people::app::terms::{NewTerm, end_term, hand_over};
use people::app::{Flat, duties, roster, seats, sessions, turns};
use people::model::Via;
use store::jobs::run_due;

testkit::both_databases! {
    fn a_change_of_post_takes_effect_at_its_minute(w: World) {
        let (old, new) = (w.person("old", "老陈"), w.person("new", "小陈"));
        let seat = w.seat(Role::CommunityOfficer, at_post(1), "民警");
        w.sit(NewTerm::holder(seat, old)).unwrap();
        let new_key = people::app::NewToken {
            account: old, label: "t".into(), scopes: vec![people::policy::TokenScope::Read], area: None, expires_at: None };
        let (_, token) = w.act(move |cx| people::app::tokens::issue(cx, &new_key)).unwrap();
        let noon = w.house.rt.now().plus_hours(4);
        w.act_as(w.first.security, move |cx| hand_over(cx, &Flat, seat, new, Some(noon))).unwrap();
        let roles = |id| w.look(move |cx| sessions::actor_of(cx, id)).unwrap().grants().len();
        let owner = || w.look(move |cx| { let now = cx.now; roster::owner_at(cx, Some(seat), Some(old), &[], now) }).unwrap();
        assert_eq!((roles(old), roles(new), owner().account), (1, 0, old));
        let mut signals = w.house.rt.subscribe();
        w.house.clock.set(noon.plus_secs(-1));
        assert_eq!((roles(old), roles(new)), (1, 0));
        w.house.clock.set(noon);
        assert_eq!((roles(old), roles(new)), (0, 1));
        assert_eq!((owner().account, owner().via), (new, Via::Successor));
        assert_eq!(w.look(move |cx| duties(cx, new)).unwrap().seats, [seat]);
        assert!(w.look(move |cx| duties(cx, old)).unwrap().seats.is_empty());
        let secret = secrecy::ExposeSecret::expose_secret(&token).to_owned();
        let by_key = w.look(move |cx| people::app::resolve_token(cx, &secret)).unwrap().unwrap();
        assert!(by_key.actor.grants().is_empty(), "the key of the predecessor has lost the rights too");
        // Whoever looks at the seat is told at that minute.
        run_due(&w.house.rt, w.house.district, &turns::handlers()).unwrap();
        let mut told = false;
        while let Ok(s) = signals.try_recv() { told |= s.kind == "seat" && s.subject == seat.0; }
        assert!(told);
    }

    fn an_empty_seat_is_the_catch_alls_duty(w: World) {
        let old = w.person("old", "老陈");
        let seat = w.seat(Role::CommunityOfficer, at_post(1), "民警");
        let term = w.sit(NewTerm::holder(seat, old)).unwrap();
        let coordinator = w.first.coordinator;
        assert!(w.look(move |cx| duties(cx, coordinator)).unwrap().vacant.is_empty());
        w.act(move |cx| end_term(cx, &Flat, term, None)).unwrap();
        let d = w.look(move |cx| duties(cx, coordinator)).unwrap();
        assert_eq!((d.vacant, d.catch_all), (vec![seat], vec![None]));
    }

    fn an_administrator_holds_nothing_else(w: World) {
        let audit = w.first.audit;
        let desk = w.seat(Role::DutyOfficer, at_post(1), "值班");
        assert_eq!(refused(w.sit(NewTerm::holder(desk, audit))), "separation");
        let sys = w.look(|cx| seats::of_role(cx, Role::SystemAdmin)).unwrap()[0].id;
        assert_eq!(refused(w.sit(NewTerm::deputy(sys, audit))), "separation");
        let officer = w.person("chen", "陈");
        w.sit(NewTerm::holder(desk, officer)).unwrap();
        assert_eq!(refused(w.sit(NewTerm::deputy(sys, officer))), "separation");
    }

    fn a_seat_has_one_holder_at_a_time_and_many_deputies(w: World) {
        let (a, b, c) = (w.person("aa", "甲"), w.person("bb", "乙"), w.person("cc", "丙"));
        let seat = w.seat(Role::CommunityOfficer, at_post(1), "民警");
        let noon = w.house.rt.now().plus_hours(4);
        w.sit(NewTerm { to: Some(noon), ..NewTerm::holder(seat, a) }).unwrap();
        assert_eq!(refused(w.sit(NewTerm::holder(seat, b))), "seat-taken");
        w.sit(NewTerm { from: Some(noon), ..NewTerm::holder(seat, b) }).unwrap();
        w.sit(NewTerm::deputy(seat, c)).unwrap();
        assert_eq!(refused(w.sit(NewTerm::deputy(seat, c))), "seat-taken");
        assert_eq!(refused(w.sit(NewTerm { to: Some(noon), from: Some(noon), ..NewTerm::deputy(seat, a) })), "invalid");
    }

    fn deputies_are_named_by_the_head_of_the_post_terms_by_security(w: World) {
        let (head, officer) = (w.person("head", "周站长"), w.person("off", "陈"));
        let (s_head, s_off) = (w.seat(Role::PostHead, at_post(1), "站长"), w.seat(Role::CommunityOfficer, at_post(1), "民警"));
        let far = w.seat(Role::CommunityOfficer, at_post(2), "民警");
        w.sit(NewTerm::holder(s_head, head)).unwrap();
        let begin = |who, new: NewTerm| w.act_as(who, move |cx| people::app::begin_term(cx, &Flat, &new));
        assert_eq!(refused(begin(head, NewTerm::holder(s_off, officer))), "role");
        begin(head, NewTerm::deputy(s_off, officer)).unwrap();
        assert_eq!(refused(begin(head, NewTerm::deputy(far, officer))), "elsewhere");
        let sys = w.look(|cx| seats::of_role(cx, Role::SystemAdmin)).unwrap()[0].id;
        let spare = w.person("spare", "备");
        assert_eq!(refused(begin(w.first.coordinator, NewTerm::deputy(sys, spare))), "elsewhere");
        begin(w.first.security, NewTerm::holder(s_off, spare)).unwrap();
    }

    fn deputies_answer_while_nobody_holds_the_seat(w: World) {
        let (a, b) = (w.person("aa", "甲"), w.person("bb", "乙"));
        let seat = w.seat(Role::CommunityOfficer, at_post(1), "民警");
        let t = w.sit(NewTerm::holder(seat, a)).unwrap();
        w.sit(NewTerm::deputy(seat, b)).unwrap();
        let owner = || w.look(move |cx| { let now = cx.now; roster::owner_at(cx, Some(seat), Some(a), &[], now) }).unwrap();
        assert_eq!(owner().account, a);
        w.act(move |cx| people::app::accounts::suspend_account(cx, a)).unwrap();
        assert_eq!((owner().account, owner().via), (b, Via::Deputy));
        w.act(move |cx| people::app::accounts::reactivate_account(cx, a)).unwrap();
        assert_eq!(owner().via, Via::Holder);
        w.act(move |cx| end_term(cx, &Flat, t, None)).unwrap();
        assert_eq!(owner().account, b);
    }
}
