//! Extra care: asked by whoever agreed, for a reason of care, until a day, and over by itself.

use super::{Town, refused};
use care::app::extra::{self, NewExtra};
use care::app::telling;
use care::app::visits::day_of;
use care::app::watch::{self, Side};
use care::events::{News, TellColleagues};
use care::model::extra::{ExtraState, Reason, What};
use care::model::watch::WatchRules;
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
    /// The look of the day, where one is due.
    fn daily(&self) {
        let house = &self.t.world.house;
        store::jobs::run_due(&house.rt, house.district, &care::handlers()).unwrap();
    }
    fn told(&self) -> TellColleagues {
        TellColleagues { news: News::ExtraEnds, about: self.one().id, to: Vec::new() }
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

    fn some_days_before_its_end_the_committee_is_told_once_for_each_end(s: Asked) {
        let told = || s.t.jobs("care.colleagues");
        s.ask(1, What::Meals, Reason::CarerAway).unwrap();
        s.until(s.committee, 20).unwrap();
        s.daily();
        assert_eq!(told(), 0, "there is time");
        s.t.advance(13 * 86_400);
        s.daily();
        s.daily();
        assert_eq!(told(), 1, "seven days before, once");
        let job = s.told();
        let to = s.t.world.look(move |cx| telling::colleagues(cx, &job));
        assert_eq!(to, [s.committee], "whoever may renew it");
        s.until(s.committee, 21).unwrap();
        let job = s.told();
        assert!(s.t.world.look(move |cx| telling::colleagues(cx, &job)).is_empty(), "renewed before anybody was told");
        s.t.advance(14 * 86_400);
        s.daily();
        assert_eq!(told(), 2, "each end is spoken of");
        let coordinator = s.t.world.staff(Role::Coordinator, Place::default(), "coordinator", "协调员").0;
        let rules = s.t.desk(coordinator, |cx| {
            let rules = watch::rules(cx)?;
            watch::set_rules(cx, WatchRules { extra_days: 40, ..rules })
        });
        assert_eq!(refused(rules), "extra_days range-days");
    }

    fn who_does_not_want_it_ends_it(s: Asked) {
        s.ask(1, What::DailyCall, Reason::Wish).unwrap();
        let (elder, id) = (s.t.elder, s.one().id);
        s.t.desk(s.t.officer, move |cx| extra::end(cx, elder, Side::Desk, id)).unwrap();
        assert_eq!(refused(s.until(s.committee, 7)), "extra-over");
        s.ask(2, What::DailyCall, Reason::Wish).unwrap();
    }
}
