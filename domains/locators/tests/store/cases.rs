//! While a case of a lost elder is open, responders see the track; the family sees that they did.

use crate::town::{Town, refused};
use kernel::Purpose;
use locators::app::looks::Looker;
use locators::app::{answers, commands, desk};
use locators::model::{EndWhy, Kind};
use people::app::consents::Answer;
use std::collections::BTreeMap;
use store::retention::{self, Rule};
use trackers::{Alarms, Reading};

fn rule(key: &str) -> Rule {
    *locators::RETENTION.iter().find(|r| r.key == key).unwrap()
}

testkit::both_databases! {
    fn one_tap_makes_a_case_with_an_owner_and_opens_the_track(t: Town) {
        let (daughter, binding) = t.worn();
        for n in 0..5 {
            t.fix_now(f64::from(n) * 50.0, 0.0).unwrap();
            t.advance(5);
        }
        let mut call = Reading { fixes: vec![crate::town::fix(t.now(), 600.0, 0.0)], ..Reading::default() };
        call.fixes[0].alarms = Alarms::SOS;
        t.arrives(&call).unwrap();
        let id = t.desk(t.duty, desk::alerts).unwrap()[0].id;
        assert_eq!(refused(t.desk(t.far, move |cx| answers::open_case(cx, id))), "elsewhere");
        let case = t.desk(t.duty, move |cx| answers::open_case(cx, id)).unwrap();
        let row = t.world.look(move |cx| lost::app::load(cx, case));
        assert_eq!((row.person, row.owner_account, row.state.is_open()), (Some(t.elder), t.duty, true));
        let view = t.view(daughter).unwrap();
        assert_eq!((view.case, view.alerts[0].kind), (Some(case), Kind::Sos));
        assert_eq!(view.alerts[0].ended.unwrap().1, EndWhy::Case);

        // The track, in the name of the case.
        assert_eq!(refused(t.desk(t.duty, move |cx| desk::live_track(cx, case))), "purpose");
        assert_eq!(refused(t.in_case(t.far, case, move |cx| desk::live_track(cx, case))), "elsewhere");
        let track = t.in_case(t.duty, case, move |cx| desk::live_track(cx, case)).unwrap();
        assert_eq!((track.path.len(), track.last.unwrap().age_s, track.withheld), (6, 0, false));
        assert!((track.last.unwrap().fix.accuracy_m.unwrap() - 10.0).abs() < 1e-6);
        let looks = t.view(daughter).unwrap().looks;
        assert!(looks.iter().any(|l| l.who == Looker::Account(t.duty, case)), "the family sees that they looked");
        let asked = commands::Asked::LocateNow;
        t.in_case(t.duty, case, move |cx| commands::ask_in_case(cx, case, binding, asked)).unwrap();

        // The case closes: nobody sees it any more, and what belongs to it stays for ninety days.
        t.advance(10);
        t.fix_now(700.0, 0.0).unwrap();
        let close = move |cx: &mut store::Cx<'_>| {
            cx.execute("UPDATE lost_case SET is_open = $1, state = 'closed', closed_at = $2 WHERE id = $3", store::params![false, cx.now, case])
        };
        t.world.act(close);
        assert_eq!(refused(t.in_case(t.duty, case, move |cx| desk::live_track(cx, case))), "not-open");
        t.follow();
        t.advance(10);
        t.fix_now(0.0, 0.0).unwrap();
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM locator_case_fix"), 7);
        assert_eq!(t.view(daughter).unwrap().case, None);
        let kept = retention::configured(&[locators::RETENTION], &BTreeMap::default()).unwrap();
        let (rt, who) = (t.world.house.rt.clone(), t.world.house.system());
        t.advance(60 * 24 * 9);
        let gone = retention::run(&rt, &who, &kept).unwrap();
        assert_eq!((gone["locator_tracks"], gone["locator_cases"]), (1, 0), "the day is dropped whole");
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM locator_day"), 0);
        t.advance(60 * 24 * 91);
        let gone = retention::run(&rt, &who, &kept).unwrap();
        assert_eq!(gone["locator_cases"], 1);
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM locator_case_fix"), 0);
        assert_eq!((rule("locator_tracks").days, rule("locator_cases").days), (7, 90));
    }

    fn a_case_that_others_opened_links_what_was_before_it(t: Town) {
        let (daughter, _) = t.worn();
        for n in 0..3 {
            t.fix_now(f64::from(n) * 50.0, 0.0).unwrap();
            t.advance(60);
        }
        let report = lost::model::Report {
            key: None,
            kind: lost::model::Kind::Missing,
            place: lost::model::ScenePlace { area: Some(t.community), ..lost::model::ScenePlace::default() },
            words: "不见了".into(),
            described: lost::model::Described::default(),
            seen_at: None,
            reporter: lost::model::Reporter::anonymous(kernel::Lang::ZhCn),
            person: Some(t.elder),
        };
        let who = store::Who::new(kernel::Actor::subject(t.world.house.district, t.elder), Purpose::OwnRecord);
        let case = t.world.act_as(who, move |cx| lost::app::report(cx, &report)).unwrap().case;
        t.follow();
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM locator_case_fix"), 2, "those of the last two hours");
        t.fix_now(200.0, 0.0).unwrap();
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM locator_case_fix"), 3);
        assert_eq!(t.in_case(t.duty, case, move |cx| desk::live_track(cx, case)).unwrap().path.len(), 3);
        // Withdrawn: nothing of it is left either.
        t.says(daughter, Answer::Refused).unwrap();
        let track = t.in_case(t.duty, case, move |cx| desk::live_track(cx, case)).unwrap();
        assert!(track.withheld && track.path.is_empty() && track.last.is_none());
    }

    fn a_copy_of_ones_own_data_holds_devices_alerts_looks_and_positions(t: Town) {
        let (daughter, _) = t.worn();
        t.fix_now(0.0, 0.0).unwrap();
        t.view(daughter).unwrap();
        locators::start(&t.world.house.rt);
        let (elder, of) = (t.elder, people::policy::DataRequestFacts::default());
        let keepers = t.world.house.rt.cached(people::app::persons::Keepers::default).all();
        assert_eq!(keepers.len(), 1);
        let keeper = keepers[0];
        let coordinator = t.world.first.coordinator;
        let kept = t.desk(coordinator, move |cx| Ok(keeper(cx, elder, of)?)).unwrap();
        let fields: std::collections::BTreeSet<_> = kept.iter().map(|(_, field, _)| *field).collect();
        for field in ["device", "said", "looked_at", "position"] {
            assert!(fields.contains(field), "{field}: {fields:?}");
        }
        assert!(kept.iter().all(|(_, _, value)| !value.contains("李")), "others are not named");
        assert!(t.desk(t.duty, move |cx| Ok(keeper(cx, elder, of)?)).is_err());
    }

    fn a_question_waits_for_the_device_and_is_asked_by_the_entitled(t: Town) {
        struct Line;
        impl commands::Port for Line {
            fn say(&self, _: kernel::ids::LocatorId, asked: commands::Asked) -> Option<commands::Outcome> {
                (asked == commands::Asked::LocateNow).then_some(commands::Outcome::Sent)
            }
        }
        let (daughter, binding) = t.worn();
        let elder = t.elder;
        let ask = move |t: &Town, asked| {
            t.with(daughter, move |cx, h| commands::ask(cx, elder, &people::app::persons::For::Letter(*h), binding, asked))
        };
        ask(&t, commands::Asked::LocateNow).unwrap();
        ask(&t, commands::Asked::Interval(60)).unwrap();
        assert_eq!(refused(ask(&t, commands::Asked::Interval(1))), "seconds range");
        let (rt, district) = (t.world.house.rt.clone(), t.world.house.district);
        assert_eq!(commands::serve(&rt, district, &Line).unwrap(), 1);
        assert_eq!(commands::serve(&rt, district, &Line).unwrap(), 0);
        t.advance(11);
        let said = t.with(daughter, move |cx, h| commands::asked(cx, elder, &people::app::persons::For::Letter(*h), binding)).unwrap();
        let mut outcomes: Vec<_> = said.iter().map(|l| l.outcome.unwrap().code()).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["missed", "sent"]);
        t.says(daughter, Answer::Refused).unwrap();
        assert_eq!(refused(ask(&t, commands::Asked::LocateNow)), "switched-off");
        assert_eq!(refused(t.working(t.officer, move |cx, why| commands::ask(cx, elder, why, binding, commands::Asked::LocateNow))), "role");
    }
}
