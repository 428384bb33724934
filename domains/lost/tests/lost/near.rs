//! Who is near on foot: only in the name of an open case, and only those are called who are on the list.

use crate::Town;
use crate::town::found;
use kernel::Purpose;
use kernel::ids::AccountId;
use lost::Error;
use lost::app::near::{call_near, of_case};
use places::app::{NewSlot, plan_duty};
use testkit::both_databases;

impl Town {
    fn on_duty(&self, account: AccountId, post: kernel::ids::PostId) {
        let (from, to) = (self.now().plus_hours(-1), self.now().plus_hours(5));
        self.world
            .act_as(self.world.house.system(), move |cx| plan_duty(cx, NewSlot { post, account, from, to }))
            .unwrap();
    }
}

both_databases! {
    fn those_on_duty_near_by_are_listed_in_the_name_of_the_case_alone(t: Town) {
        t.on_duty(t.officer, t.post);
        t.on_duty(t.far, t.far_post);
        let case = t.public_reports(found()).case;
        let near = t.on(t.duty, case, move |cx| of_case(cx, case, 30)).unwrap().unwrap();
        let accounts: Vec<AccountId> = near.people.iter().map(|p| p.account).collect();
        assert!(near.estimate && accounts.contains(&t.officer) && accounts.contains(&t.volunteers[0]), "{near:?}");
        assert!(!accounts.contains(&t.far) && !accounts.contains(&t.duty), "ten kilometres away, and oneself");
        // Not for a general purpose, not by another post, not by a volunteer, not in the name of another case.
        for (who, purpose) in [
            (t.duty, Purpose::Administration),
            (t.duty, Purpose::Case(kernel::ids::CaseId(uuid::Uuid::from_u128(1)))),
            (t.far, Purpose::Case(case)),
            (t.volunteers[0], Purpose::Case(case)),
        ] {
            let who = t.world.who(who, purpose);
            let refused = t.world.act_as(who, move |cx| of_case(cx, case, 30));
            assert!(matches!(refused, Err(Error::Denied(_))), "{purpose:?}: {refused:?}");
        }
        assert!(matches!(t.on(t.duty, case, move |cx| of_case(cx, case, 900)), Err(Error::Matters(_))));
        let logged = t.world.look(move |cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM audit_read WHERE subject = $1 AND fields = 'near'", store::params![case])?.i64("n")
        });
        assert_eq!(logged, 1);
    }

    fn only_those_on_the_list_are_called(t: Town) {
        t.on_duty(t.officer, t.post);
        let case = t.public_reports(found()).case;
        let (near, far, officer) = (t.volunteers[0], t.far_volunteer, t.officer);
        let nobody = t.step(t.duty, case, move |cx, v| call_near(cx, case, v, 30, &[far, officer]));
        assert!(matches!(nobody, Err(Error::Invalid { field: "helper", .. })), "{nobody:?}");
        let denied = t.step(t.worker, case, move |cx, v| call_near(cx, case, v, 30, &[near]));
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
        assert_eq!(t.step(t.duty, case, move |cx, v| call_near(cx, case, v, 30, &[near, far])).unwrap(), 1);
        let who = t.world.who(near, Purpose::Administration);
        assert_eq!(t.world.act_as(who, lost::app::called).unwrap(), [case]);
        let who = t.world.who(far, Purpose::Administration);
        assert!(t.world.act_as(who, lost::app::called).unwrap().is_empty());
    }
}
