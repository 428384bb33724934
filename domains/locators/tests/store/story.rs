//! A watch leaves home at three in the afternoon.

use crate::town::{HOME, Town, at, fix, home, sos};
use locators::app::answers;
use locators::model::{Answer as Says, EndWhy, Kind, When};
use people::app::consents::Answer;
use trackers::{Reading, Status};

/// Who answers for an alert at the post.
fn desk_owner(id: uuid::Uuid) -> impl FnOnce(&mut store::Cx<'_>) -> locators::Result<kernel::ids::AccountId> {
    move |cx| Ok(locators::app::desk::alert(cx, id)?.owner)
}

testkit::both_databases! {
    fn leaves_home_at_three_outside_of_the_schedule_and_comes_back(t: Town) {
        let (daughter, _) = t.worn();
        t.draw(daughter, home(When::Alone));
        // 14:30 in Shanghai, a Monday.
        t.set_clock("2026-06-29T06:30:00Z");
        for _ in 0..3 {
            assert_eq!(t.fix_now(0.0, 0.0).unwrap().kept, 1);
            t.advance(10);
        }
        assert!(t.told().is_empty(), "at home nothing is told");
        for step in 1..6 {
            t.fix_now(300.0 * f64::from(step), 0.0).unwrap();
            t.advance(2);
        }
        assert_eq!(t.told(), ["family alert"], "one alert, to the family first");
        let view = t.view(daughter).unwrap();
        let alert = view.alerts.first().unwrap();
        assert_eq!((alert.kind, alert.ended, alert.post_at), (Kind::Left, None, None));
        assert_eq!(view.now.unwrap().age_s, 120);
        assert!(view.now.unwrap().fix.point.lon() > HOME.0);
        assert_eq!(view.path.len(), 8);
        assert_eq!(view.fences[0].inside, Some(false));
        // Nobody answers for ten minutes.
        t.advance(10);
        assert_eq!(t.told(), ["post locator_unanswered"]);
        let id = alert.id;
        let line = t.desk(t.duty, move |cx| locators::app::desk::alert(cx, id)).unwrap();
        assert_eq!((line.kind, line.owner, line.areas.contains(&t.community)), (Kind::Left, t.duty, true));
        // She walks home; the end is quiet for the family, and the post knows.
        for _ in 0..3 {
            t.fix_now(0.0, 0.0).unwrap();
            t.advance(2);
        }
        assert_eq!(t.told(), ["post locator_over"]);
        let view = t.view(daughter).unwrap();
        assert_eq!(view.alerts[0].ended.unwrap().1, EndWhy::Back);
        assert!(t.desk(t.duty, locators::app::desk::alerts).unwrap().is_empty());
    }

    fn a_call_for_help_without_a_place_is_at_the_post_at_once(t: Town) {
        let (daughter, _) = t.worn();
        t.arrives(&sos(t.now())).unwrap();
        assert_eq!(t.told(), ["family sos", "post locator_sos"]);
        let waits = t.desk(t.duty, locators::app::desk::alerts).unwrap();
        assert_eq!((waits.len(), waits[0].kind, waits[0].owner), (1, Kind::Sos, t.duty));
        assert!(t.desk(t.far, locators::app::desk::alerts).unwrap().is_empty(), "another post sees nothing");
        let id = waits[0].id;
        t.desk(t.officer, move |cx| answers::take(cx, id)).unwrap();
        assert_eq!(t.desk(t.duty, desk_owner(id)).unwrap(), t.officer, "whoever takes it answers for it");
        // Pressed again: the same episode.
        t.advance(1);
        t.arrives(&sos(t.now())).unwrap();
        assert!(t.told().is_empty());
        t.with(daughter, move |cx, h| answers::by_family(cx, h, id, Says::FalseAlarm)).unwrap();
        assert_eq!(t.told(), ["post locator_over"]);
        // The next press is a new call.
        t.advance(1);
        t.arrives(&sos(t.now())).unwrap();
        assert_eq!(t.told(), ["family sos", "post locator_sos"]);
    }

    fn the_battery_dies_and_the_silence_is_told_once(t: Town) {
        let (daughter, _) = t.worn();
        let battery = |t: &Town, pct| {
            let status = Status { time: Some(t.now()), battery_pct: Some(pct), ..Status::default() };
            t.arrives(&Reading { status, ..Reading::default() }).unwrap()
        };
        battery(&t, 40);
        t.advance(20);
        assert!(t.told().is_empty());
        battery(&t, 15);
        t.advance(5);
        battery(&t, 9);
        assert_eq!(t.told(), ["family alert"], "low once");
        t.advance(55);
        assert!(t.told().is_empty());
        t.advance(6);
        assert_eq!(t.told(), ["family alert"], "an hour without a word");
        t.advance(10);
        assert_eq!(t.told(), ["post locator_unanswered"], "silence reaches the post, the battery does not");
        // Nobody at the post takes it: three levels above hear of it, and that is that.
        let mut above = Vec::new();
        for _ in 0..36 {
            t.advance(5);
            above.extend(t.told());
        }
        assert_eq!(above, ["post locator_untaken"; 3]);
        // Charged and heard again.
        battery(&t, 60);
        assert_eq!(t.told(), ["post locator_over"]);
        let ends: Vec<_> = t.view(daughter).unwrap().alerts.iter().map(|a| (a.kind, a.ended.unwrap().1)).collect();
        assert!(ends.contains(&(Kind::LowBattery, EndWhy::Charged)) && ends.contains(&(Kind::Silent, EndWhy::Heard)), "{ends:?}");
        t.advance(70);
        assert_eq!(t.told(), ["family alert"], "the next silence is told");
    }

    fn withdrawn_and_the_next_fix_is_dropped(t: Town) {
        let (daughter, _) = t.worn();
        t.fix_now(0.0, 0.0).unwrap();
        // One is on its way behind the gate.
        let gate = t.gate();
        let device = trackers::DeviceId::new(crate::town::NUMBER).unwrap();
        t.advance(1);
        let reading = Reading { fixes: vec![fix(t.now(), 5.0, 5.0)], ..Reading::default() };
        let on_its_way = gate.ask(device, t.now()).admit(t.now(), &reading).unwrap();
        t.says(daughter, Answer::Refused).unwrap();
        assert_eq!(t.take_in(vec![on_its_way]).kept, 0, "asked again in the transaction that keeps it");
        assert!(t.fix_now(0.0, 0.0).is_none(), "the gate is shut");
        let view = t.view(daughter).unwrap();
        assert!(!view.sees_now && view.now.is_none() && view.path.is_empty());
        // Agreed anew: nothing of before is there any more.
        t.advance(1);
        t.says(daughter, Answer::Given).unwrap();
        let view = t.view(daughter).unwrap();
        assert!(view.sees_now && view.now.is_none() && view.path.is_empty(), "what was kept was erased");
        // A call for help is told even when nothing is kept, and holds no place.
        t.says(daughter, Answer::Refused).unwrap();
        let mut call = sos(t.now());
        call.fixes.push(fix(t.now(), 9.0, 9.0));
        assert_eq!(t.arrives(&call).unwrap().kept, 0);
        assert_eq!(t.told(), ["family sos", "post locator_sos"]);
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM locator_alert WHERE place IS NOT NULL"), 0);
    }

    fn a_batch_that_comes_again_changes_nothing(t: Town) {
        let (daughter, _) = t.worn();
        t.draw(daughter, home(When::Always));
        let start = at("2026-06-29T06:30:00Z");
        t.set_clock("2026-06-29T07:00:00Z");
        let locator = t.locator(crate::town::NUMBER);
        let mut batch = Vec::new();
        for n in 0..10_i64 {
            let received = start.plus_minutes(n);
            let away = if n < 5 { 0.0 } else { 400.0 };
            let mut status = Status::default();
            if n == 7 {
                status.alarms = trackers::Alarms::SOS;
            }
            batch.push(locators::model::Taken { locator, received, fixes: vec![fix(received, away, 0.0)], status });
        }
        let first = t.take_in(batch.clone());
        assert_eq!((first.kept, first.alerts), (10, 2));
        assert_eq!(t.told(), ["family alert", "family sos", "post locator_sos"]);
        let id = t.view(daughter).unwrap().alerts.iter().find(|a| a.kind == Kind::Sos).unwrap().id;
        t.with(daughter, move |cx, h| answers::by_family(cx, h, id, Says::FalseAlarm)).unwrap();
        t.told();
        for part in [batch.clone(), batch[..4].to_vec(), batch[3..].to_vec()] {
            let again = t.take_in(part);
            assert_eq!((again.kept, again.alerts), (0, 0));
        }
        assert!(t.told().is_empty(), "no second alert");
        assert_eq!(t.view(daughter).unwrap().path.len(), 10);
    }

    fn what_a_batch_costs_does_not_grow_with_its_readings(t: Town) {
        let (daughter, _) = t.worn();
        t.draw(daughter, home(When::Always));
        let locator = t.locator(crate::town::NUMBER);
        let cost = |readings: i64| {
            t.advance(60);
            let start = t.now();
            t.advance(60);
            let one = |n: i64| {
                let received = start.plus_secs(n * 20);
                let fixes = vec![fix(received, 0.0, 0.0)];
                locators::model::Taken { locator, received, fixes, status: Status::default() }
            };
            let batch: Vec<_> = (0..readings).map(one).collect();
            let who = store::Who::system(t.world.house.district, locators::JOB);
            let done = t.world.act_as(who, move |cx| {
                let before = cx.statements();
                let done = locators::app::take_in(cx, &batch)?;
                Ok::<_, locators::Error>((done.kept, cx.statements() - before))
            });
            done.unwrap()
        };
        // The first makes the table of the day and the key.
        cost(1);
        let (few, many) = (cost(5), cost(150));
        assert_eq!((few.0, many.0), (5, 150));
        assert_eq!(few.1, many.1, "statements of a batch");
        assert!(many.1 <= 16, "{} statements", many.1);
    }
}
