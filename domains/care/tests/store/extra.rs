//! Extra care: asked by whoever agreed, for a reason of care, until a day, and over by itself.

use super::{Town, refused};
use care::app::extra::{self, NewExtra};
use care::app::visits::day_of;
use care::app::watch::Side;
use care::model::extra::{ExtraState, Reason, What};
use kernel::Role;
use kernel::ids::AccountId;
use people::app::consents::By;
use people::model::Place;
use uuid::Uuid;

struct Asked {
    t: Town,
    committee: AccountId,
}

impl testkit::Setup for Asked {
    fn setup(kind: testkit::Kind) -> Self {
        let t = Town::setup(kind);
        let here = Place { area: Some(t.area), ..Place::default() };
        let committee = t.world.staff(Role::CommitteeWorker, here, "committee", "陈主任").0;
        Self { t, committee }
    }
}

impl Asked {
    fn ask(&self, key: u128, what: What, reason: Reason) -> care::Result<()> {
        let (elder, new) = (self.t.elder, NewExtra { key: Uuid::from_u128(key), what, reason, by: By::Subject });
        self.t.desk(self.t.officer, move |cx| extra::ask(cx, elder, Side::Desk, &new))
    }
    fn one(&self) -> extra::Extra {
        let elder = self.t.elder;
        self.t.desk(self.t.officer, move |cx| extra::of_person(cx, elder, Side::Desk)).unwrap().remove(0)
    }
    fn until(&self, who: AccountId, days: i64) -> care::Result<()> {
        let (e, day) = (self.one(), day_of(self.t.world.house.rt.now().plus_days(days)));
        self.t.desk(who, move |cx| extra::decide(cx, e.id, e.version, Some(day)))
    }
}

testkit::both_databases! {
    fn it_runs_until_a_day_is_renewed_or_over_by_itself(s: Asked) {
        s.ask(1, What::Meals, Reason::CarerAway).unwrap();
        s.ask(1, What::Meals, Reason::CarerAway).unwrap();
        assert_eq!(refused(s.ask(2, What::Meals, Reason::Weather)), "extra-twice");
        assert_eq!(refused(s.ask(3, What::Errands, Reason::HomeAgain)), "no-consent-health");
        assert_eq!((s.one().state, s.one().reason), (ExtraState::Asked, Some(Reason::CarerAway)));
        assert_eq!(refused(s.until(s.t.officer, 7)), "role", "the committee decides");
        assert_eq!(refused(s.until(s.committee, 200)), "until until");
        s.until(s.committee, 7).unwrap();
        assert_eq!(s.one().state, ExtraState::Accepted);
        let lines = s.t.desk(s.t.officer, extra::list).unwrap();
        assert_eq!((lines.len(), lines[0].extra.reason), (1, None), "a list does not say why");
        assert!(s.t.desk(s.t.far, extra::list).unwrap().is_empty());
        s.t.advance(6 * 86_400);
        s.until(s.committee, 7).unwrap();
        s.t.advance(8 * 86_400);
        assert_eq!(s.one().state, ExtraState::Lapsed, "nobody renewed it");
        let left = s.t.world.look(|cx| Ok::<_, care::Error>(
            cx.query_one("SELECT sealed FROM care_extra", &[])?.blob("sealed")?));
        assert!(!String::from_utf8_lossy(&left).contains("carer"));
    }

    fn who_does_not_want_it_ends_it(s: Asked) {
        s.ask(1, What::DailyCall, Reason::Wish).unwrap();
        let (elder, id) = (s.t.elder, s.one().id);
        s.t.desk(s.t.officer, move |cx| extra::end(cx, elder, Side::Desk, id)).unwrap();
        assert_eq!(refused(s.until(s.committee, 7)), "extra-over");
        s.ask(2, What::DailyCall, Reason::Wish).unwrap();
    }
}
