//! Fences with hours, stays, falls, clocks that are wrong, coordinates of another datum.

use crate::town::{HOME, NUMBER, Town, at, fix, home, watch};
use kernel::{Datum, Point};
use locators::app::devices::{self, Bind, Profile};
use locators::app::fences;
use locators::model::{Drawn, Fence, Hours, Kind, Taken, Tells, When};
use people::app::consents::Answer;
use people::app::persons::For;
use trackers::{Alarms, Reading, Status};

testkit::both_databases! {
    fn she_may_go_to_the_market_from_nine_to_ten_and_is_told_of_when_she_stays_out(t: Town) {
        let (daughter, _) = t.worn();
        let market = Hours { days: (0..7).collect(), from: 540, to: 600 };
        t.draw(daughter, Fence { except: vec![market], ..home(When::Always) });
        t.set_clock("2026-06-30T00:50:00Z");
        for _ in 0..3 {
            t.fix_now(0.0, 0.0).unwrap();
            t.advance(5);
        }
        // 09:05: out, and nothing is told.
        for _ in 0..4 {
            t.fix_now(800.0, 0.0).unwrap();
            t.advance(5);
        }
        assert!(t.told().is_empty());
        // 10:00 on the wall without a fix since 09:20: the hour tells it.
        t.set_clock("2026-06-30T01:59:00Z");
        assert!(t.told().is_empty());
        t.advance(1);
        assert_eq!(t.told(), ["family alert"]);
        assert_eq!(t.view(daughter).unwrap().alerts[0].kind, Kind::Left);
    }

    fn a_long_stay_is_told_without_another_fix(t: Town) {
        let (daughter, _) = t.worn();
        let tells = Tells { leaving: false, entering: true, staying_minutes: Some(20) };
        let river = Drawn::Polygon(vec![(121.46, 30.9), (121.47, 30.9), (121.47, 30.91), (121.46, 30.91)]);
        t.draw(daughter, Fence { name: "河边".into(), drawn: river, tells, ..home(When::Always) });
        for _ in 0..2 {
            t.fix_now(0.0, 0.0).unwrap();
            t.advance(1);
        }
        // 1,400 m to the east and 500 m to the north lies inside.
        for _ in 0..2 {
            t.fix_now(1_400.0, 500.0).unwrap();
            t.advance(1);
        }
        assert_eq!(t.told(), ["family alert"], "entered");
        t.advance(19);
        assert_eq!(t.told(), ["family alert", "post locator_unanswered"], "stayed; and the entering was not answered");
        let kinds: Vec<_> = t.view(daughter).unwrap().alerts.iter().map(|a| a.kind).collect();
        assert_eq!(kinds, [Kind::Stayed, Kind::Entered]);
    }

    fn a_street_a_fall_and_a_watch_that_was_taken_off(t: Town) {
        let (daughter, _) = t.worn();
        let line = vec![(121.44, 30.9), (121.45, 30.9), (121.46, 30.9)];
        t.draw(daughter, Fence { drawn: Drawn::Street { line, within_m: 200.0 }, ..home(When::Always) });
        for north in [0.0, 150.0, 190.0, 150.0] {
            t.fix_now(500.0, north).unwrap();
            t.advance(2);
        }
        assert!(t.told().is_empty());
        for _ in 0..3 {
            t.fix_now(500.0, 260.0).unwrap();
            t.advance(2);
        }
        assert_eq!(t.told(), ["family alert"]);
        let call = |t: &Town, alarms| {
            let status = Status { time: Some(t.now()), alarms, ..Status::default() };
            t.arrives(&Reading { status, ..Reading::default() }).unwrap();
        };
        call(&t, Alarms::FALL);
        call(&t, Alarms::REMOVED);
        assert_eq!(t.told(), ["family alert", "family alert"]);
        t.advance(11);
        let told = t.told();
        assert_eq!(told, ["post locator_unanswered", "post locator_unanswered"], "the fall and the street, never the wrist");
        let status = Status { time: Some(t.now()), worn: Some(true), ..Status::default() };
        t.arrives(&Reading { status, ..Reading::default() }).unwrap();
        let view = t.view(daughter).unwrap();
        assert!(view.alerts.iter().any(|a| a.kind == Kind::Removed && a.ended.is_some()));
    }

    fn a_clock_of_another_year_and_coordinates_of_another_datum(t: Town) {
        let daughter = t.daughter();
        let person = t.elder;
        let new = Bind { profile: Profile { datum: Datum::Gcj02, ..watch(NUMBER) }, name: "表".into() };
        t.with(daughter, move |cx, h| devices::bind(cx, person, &For::Letter(*h), &new)).unwrap();
        t.says(daughter, Answer::Given).unwrap();
        let home = Point::new(HOME.0, HOME.1).unwrap();
        let (lon, lat) = Datum::Gcj02.from_wgs84(home);
        let wrong = at("1980-01-06T00:00:00Z");
        let mut reading = Reading { fixes: vec![fix(wrong, 0.0, 0.0)], ..Reading::default() };
        (reading.fixes[0].lon, reading.fixes[0].lat) = (lon, lat);
        for _ in 0..2 {
            assert_eq!(t.arrives(&reading).unwrap().kept, 1);
            t.advance(1);
        }
        let view = t.view(daughter).unwrap();
        let now = view.now.unwrap();
        assert!(now.fix.point.distance_m(home) < 0.5 && now.fix.clock_wrong);
        assert_eq!((now.age_s, view.path.len(), view.devices[0].clock_wrong), (60, 2, true));
        // A place that the device does not stand for is no place; its alarm is heard.
        let mut stale = Reading { fixes: vec![fix(t.now(), 900.0, 0.0)], ..Reading::default() };
        stale.fixes[0].valid = false;
        stale.fixes[0].alarms = Alarms::SOS;
        assert_eq!(t.arrives(&stale).unwrap().kept, 0);
        assert_eq!(t.told(), ["family sos", "post locator_sos"]);
    }

    fn a_changed_fence_begins_anew_and_a_removed_one_is_quiet(t: Town) {
        let (daughter, _) = t.worn();
        let id = t.draw(daughter, home(When::Always));
        for east in [0.0, 0.0, 500.0, 500.0, 500.0] {
            t.fix_now(east, 0.0).unwrap();
            t.advance(2);
        }
        assert_eq!(t.told(), ["family alert"]);
        let elder = t.elder;
        let wider = Fence { drawn: Drawn::Circle { lon: HOME.0, lat: HOME.1, radius_m: 900.0 }, ..home(When::Always) };
        t.with(daughter, move |cx, h| fences::change(cx, elder, &For::Letter(*h), (id, 1), &wider)).unwrap();
        assert!(t.view(daughter).unwrap().alerts[0].ended.is_some());
        t.fix_now(500.0, 0.0).unwrap();
        t.with(daughter, move |cx, h| fences::remove(cx, elder, &For::Letter(*h), id)).unwrap();
        t.advance(1);
        t.fix_now(5_000.0, 0.0).unwrap();
        assert!(t.told().is_empty());
        assert!(t.view(daughter).unwrap().fences.is_empty());
    }

    fn two_workers_do_not_overwrite_each_other(t: Town) {
        t.worn();
        let locator = t.locator(NUMBER);
        t.fix_now(0.0, 0.0).unwrap();
        t.world.act(|cx| cx.execute("UPDATE locator_state SET version = version + 1", &[]));
        // Whoever read before that writes nothing: here the state is read and written in one transaction, so it goes through.
        t.advance(1);
        let taken = Taken { locator, received: t.now(), fixes: vec![fix(t.now(), 1.0, 0.0)], status: Status::default() };
        assert_eq!(t.take_in(vec![taken]).kept, 1);
        assert_eq!(t.rows("SELECT version AS n FROM locator_state"), 4, "expected, heard, touched, heard");
    }
}
