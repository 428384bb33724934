//! Found is not home (R4).

use crate::Town;
use crate::town::{found, refused};
use care::model::schedule::{Schedule, Slot, Where};
use kernel::ids::{CaseId, ContactId};
use lost::app::{self, Went};
use lost::model::{HandOver, PlaceKind, Proof, Receiver, State};
use testkit::both_databases;

fn begin(t: &Town) -> (CaseId, ContactId) {
    let case = t.public_reports(found()).case;
    t.identify(case);
    let daughter = t.contact(case, "李敏", false);
    t.keep(case);
    (case, daughter)
}

fn hand_over(t: &Town, case: CaseId, command: HandOver) -> lost::Result<Went> {
    t.step(t.duty, case, move |cx, v| app::hand_over(cx, case, v, &command))
}

/// At home alone on every day from eight to six.
fn alone_by_day(t: &Town, case: CaseId) {
    let elder = t.elder;
    t.on(t.duty, case, move |cx| {
        let why = app::in_the_name_of(cx, case, elder)?;
        let slot = Slot { days: (0..7).collect(), from: 8 * 60, to: 18 * 60, at: Where::Alone };
        let schedule = Schedule { week: vec![slot], ..Schedule::default() };
        Ok(care::app::schedule::set(cx, elder, &why, 0, &schedule)?)
    })
    .unwrap();
}

both_databases! {
    fn at_a_home_where_nobody_is_it_is_refused_and_an_override_is_told(t: Town) {
        let (case, daughter) = begin(&t);
        alone_by_day(&t, case);
        let home = HandOver { place: PlaceKind::Home, ..Town::to_contact(daughter) };
        assert_eq!(refused(hand_over(&t, case, home.clone())), "nobody-home");
        assert_eq!(t.view(t.duty, case).unwrap().row.state, State::Kept, "nothing was done");
        let forced = HandOver { override_reason: Some("女儿已请假到家".into()), ..home.clone() };
        hand_over(&t, case, forced).unwrap();
        t.run_jobs();
        assert_eq!(t.take_told("lost_override").len(), 1, "the supervisor hears of it");

        let (case, daughter) = {
            let case = t.public_reports(found()).case;
            assert_eq!(refused(t.step(t.duty, case, { let elder = t.elder; move |cx, v| app::identified(cx, case, v, elder, lost::model::How::Known) })), "other-case");
            crate::story::close(&t, t.view_open(t.elder));
            t.identify(case);
            t.keep(case);
            (case, daughter)
        };
        t.advance(5 * 60);
        let home = HandOver { place: PlaceKind::Home, ..Town::to_contact(daughter) };
        assert_eq!(hand_over(&t, case, home).unwrap(), Went::WithReceiver, "in the evening the schedule says nothing against it");
    }

    fn the_code_opens_once_and_five_wrong_ones_end_it(t: Town) {
        let (case, daughter) = begin(&t);
        t.on(t.duty, case, move |cx| app::send_code(cx, case, daughter)).unwrap();
        let code = t.world.look(move |cx| app::code_to_send(cx, case, daughter)).unwrap();
        assert_eq!(code.len(), 6);
        let by = |code: &str| HandOver { proof: Proof::Code, code: Some(code.into()), ..Town::to_contact(daughter) };
        let wrong: String = code.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
        for _ in 0..5 {
            assert_eq!(hand_over(&t, case, by(&wrong)).unwrap(), Went::WrongCode);
        }
        assert_eq!(refused(hand_over(&t, case, by(&code))), "code-spent", "even the right one, after five wrong ones");
        t.on(t.duty, case, move |cx| app::send_code(cx, case, daughter)).unwrap();
        assert_eq!(hand_over(&t, case, by(&code)).unwrap(), Went::WrongCode, "the old code is worth nothing");
        let code = t.world.look(move |cx| app::code_to_send(cx, case, daughter)).unwrap();
        t.advance(31);
        assert_eq!(hand_over(&t, case, by(&code)).unwrap(), Went::WrongCode, "after half an hour neither");
        t.on(t.duty, case, move |cx| app::send_code(cx, case, daughter)).unwrap();
        let code = t.world.look(move |cx| app::code_to_send(cx, case, daughter)).unwrap();
        assert_eq!(hand_over(&t, case, by(&format!(" {code} "))).unwrap(), Went::WithReceiver);
        assert_eq!(t.world.look(move |cx| app::code_to_send(cx, case, daughter)), None, "used");
    }

    fn somebody_who_is_no_contact_needs_another_officer(t: Town) {
        let (case, _) = begin(&t);
        let uncle = HandOver {
            receiver: Receiver::Other { name: "赵六".into(), relation: "邻居".into() },
            ..Town::to_contact(ContactId(uuid::Uuid::nil()))
        };
        assert_eq!(refused(hand_over(&t, case, uncle.clone())), "needs-second");
        let ask = uncle.clone();
        t.step(t.duty, case, move |cx, v| app::ask_second(cx, case, v, &ask)).unwrap();
        t.run_jobs();
        assert!(t.take_told("lost_second").contains(&t.head));
        assert_eq!(refused(t.step(t.duty, case, move |cx, v| app::agree(cx, case, v))), "denied-own-handling");
        assert_eq!(refused(t.step(t.far, case, move |cx, v| app::agree(cx, case, v))), "denied-elsewhere");
        assert_eq!(t.view(t.head, case).unwrap().pending.unwrap().receiver.unwrap().name, "赵六");
        t.step(t.head, case, move |cx, v| app::agree(cx, case, v)).unwrap();
        assert_eq!(t.view(t.head, case).unwrap().row.state, State::HandedOver);
        let row = t.world.look(|cx| cx.query_one("SELECT asked_by, second_by FROM lost_hand_over WHERE state = 'done'", &[]));
        assert_eq!((row.id("asked_by").unwrap(), row.id("second_by").unwrap()), (t.duty, t.head), "both officers are written down");
    }

    fn a_relative_under_a_protection_order_takes_nobody_and_hears_nothing(t: Town) {
        let (case, _) = begin(&t);
        let barred = t.contact(case, "李某", true);
        assert_eq!(refused(hand_over(&t, case, Town::to_contact(barred))), "barred");
        assert_eq!(refused(t.on(t.duty, case, move |cx| app::send_code(cx, case, barred))), "barred");
        assert_eq!(
            refused(t.step(t.duty, case, move |cx, v| app::attempt(cx, case, v, barred, lost::model::Attempt::Answered, None, ""))),
            "barred"
        );
    }

    fn a_contact_of_somebody_else_is_none_here(t: Town) {
        let (case, _) = begin(&t);
        let foreign = ContactId(uuid::Uuid::from_u128(77));
        assert_eq!(refused(hand_over(&t, case, Town::to_contact(foreign))), "not-there");
    }
}
