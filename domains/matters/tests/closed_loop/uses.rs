//! Crowd days out of the calendar and what was reported, and who is near a matter on foot.

use crate::Town;
use crate::town::something;
use kernel::ids::PostId;
use kernel::{Moment, Point, Purpose, Role};
use matters::Error;
use matters::app::crowd::{Ahead, ahead, suggestion};
use matters::app::{RaisedPlace, near};
use people::model::Place;
use places::app::{NewSlot, SavePost, plan_duty, save_posts};
use places::model::crowd::Reason;
use places::{PostState, Tier, WeekHours};
use testkit::both_databases;

impl Town {
    fn post(&self) -> PostId {
        let post = SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: Some("Z1".into()),
            name: "青禾站".into(),
            parent: None,
            address: String::new(),
            phone: String::new(),
            point: Point::new(121.45, 30.9).ok(),
            hours: WeekHours::always(),
            state: PostState::Running,
            serves: vec![],
            seen: None,
        };
        self.world.act(move |cx| save_posts(cx, &[post])).saved[0].0
    }
    fn at(&self, text: &str) {
        self.world.house.clock.set(Moment::parse_rfc3339(&format!("{text}:00+08:00")).unwrap());
    }
    fn raise_at(&self, post: PostId, n: usize) {
        for _ in 0..n {
            let place = RaisedPlace { post: Some(post), ..RaisedPlace::default() };
            self.raise(matters::app::Raise { place, ..something("dispute", "人多，吵起来了") });
        }
    }
    fn ahead(&self, days: i64) -> Ahead {
        let who = self.world.who(self.world.first.coordinator, Purpose::Administration);
        self.world.act_as(who, move |cx| ahead(cx, days)).unwrap()
    }
}

both_databases! {
    fn a_holiday_remembers_the_same_day_of_the_year_before(t: Town) {
        let post = t.post();
        // The first matter on record; then the third day of National Day 2025, with what happened then.
        t.at("2025-09-20T10:00");
        t.raise_at(post, 1);
        t.at("2025-10-03T15:00");
        t.raise_at(post, 6);
        t.at("2026-09-20T10:00");
        let found = t.ahead(30);
        assert!(found.unloaded.is_empty() && found.recorded_since.is_some());
        let third = found.days.iter().find(|d| d.day.to_string() == "2026-10-03").unwrap();
        assert_eq!(third.holiday, Some(("National Day".into(), 3, 7)));
        let (suggested, decided) = &third.suggested[0];
        assert_eq!((suggested.post, decided), (post, &None));
        assert!(suggested.why.contains(&Reason::LastYear { count: 6 }), "{suggested:?}");
        // Nothing was reported on the second day: nothing is suggested, and the day stands there.
        let second = found.days.iter().find(|d| d.day.to_string() == "2026-10-02").unwrap();
        assert!(second.suggested.is_empty());
        let (key, who) = (suggested.key.clone(), t.world.who(t.world.first.coordinator, Purpose::Administration));
        assert_eq!(&t.world.act_as(who, move |cx| suggestion(cx, &key)).unwrap().0, suggested);
        for role in [Role::Volunteer, Role::Shop, Role::SystemAdmin, Role::Clerk] {
            let (id, _) = t.world.staff(role, Place::default(), &format!("one-{}", role.code().replace('_', "-")), "某人");
            let who = t.world.who(id, Purpose::Administration);
            assert!(matches!(t.world.act_as(who, |cx| ahead(cx, 30)), Err(Error::Denied(_))), "{}", role.code());
        }
    }

    fn rest_days_are_compared_with_working_days(t: Town) {
        let post = t.post();
        t.at("2026-09-01T10:00");
        t.raise_at(post, 1);
        // A Saturday and the Saturday after it.
        for day in ["2026-09-05T15:00", "2026-09-12T15:00"] {
            t.at(day);
            t.raise_at(post, 6);
        }
        t.at("2026-09-14T10:00");
        let found = t.ahead(14);
        let weekend = found.days.iter().find(|d| d.day.to_string() == "2026-09-19").unwrap();
        assert!(matches!(weekend.suggested[0].0.why[..], [Reason::Busier { rest_tenths: 30, work_tenths: 1 }]), "{weekend:?}");
        assert!(found.days.iter().all(|d| d.rest != Some(false) || d.holiday.is_some()), "working days say nothing");
    }

    fn a_year_without_calendar_is_said_and_not_guessed(t: Town) {
        t.post();
        t.at("2026-12-20T10:00");
        let found = t.ahead(30);
        assert_eq!(found.unloaded, [2027]);
        assert!(found.days.iter().all(|d| d.day.year() == 2026), "{:?}", found.days);
    }

    fn who_is_near_is_told_in_the_name_of_an_open_matter(t: Town) {
        let post = t.post();
        let matter = t.dispute().matter;
        let walker = t.world.person("walker", "周走");
        let (from, to) = (t.now(), t.now().plus_hours(4));
        t.world.act_as(t.world.house.system(), move |cx| plan_duty(cx, NewSlot { post, account: walker, from, to })).unwrap();
        let ask = |who, purpose| {
            let who = t.world.who(who, purpose);
            t.world.act_as(who, move |cx| near::of_matter(cx, matter, 10))
        };
        // Nobody knows where it is: no point, no post.
        assert_eq!(ask(t.worker.0, Purpose::Matter(matter)).unwrap(), None);
        for (who, purpose) in [(t.worker.0, Purpose::Administration), (t.stranger.0, Purpose::Matter(matter))] {
            assert!(matches!(ask(who, purpose), Err(Error::Denied(_))), "{purpose:?}");
        }
        let (duty, _) = t.world.staff(Role::DutyOfficer, Place { post: Some(post), ..Place::default() }, "duty", "值班");
        let around = |who, post| {
            let who = t.world.who(who, Purpose::Administration);
            t.world.act_as(who, move |cx| near::of_post(cx, post, 10))
        };
        let found = around(duty, post).unwrap().unwrap();
        assert_eq!((found.people.len(), found.people[0].account, found.people[0].minutes), (1, walker, 1));
        assert!(matches!(around(t.worker.0, post), Err(Error::Denied(_))), "a committee worker names a matter");
    }
}
