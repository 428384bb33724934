//! A call for help is dropped by nobody: not by a family without a telephone, not by a post where nobody sits, not by whoever took it and
//! forgot; and a device that never comes into being is missed.

use crate::town::{NUMBER, Town, refused, sos};
use kernel::Datum;
use kernel::ids::AccountId;
use locators::app::alerts::Alert;
use locators::app::devices;
use locators::app::rules::{rules, set_rules};
use locators::app::{admin, answers, desk, family, news, pauses};
use locators::gate::Passage;
use locators::model::{Answer as Says, By, EndWhy, Kind, Rules, Unbound};
use people::app::consents::Answer;
use people::app::persons::{self, EndReason, For};
use people::policy::Action;
use trackers::{DeviceId, Model};
use uuid::Uuid;

/// The alerts that whoever answers for everything sees.
fn everything(t: &Town) -> Vec<desk::AlertLine> {
    t.desk(t.world.first.coordinator, desk::alerts).unwrap()
}

fn stored(t: &Town, id: Uuid) -> Alert {
    t.world.look(move |cx| locators::app::telling::alert(cx, id))
}

fn above(t: &Town, id: Uuid, level: u8) -> AccountId {
    t.world.look(move |cx| {
        let alert = locators::app::telling::alert(cx, id)?;
        locators::app::telling::above(cx, &alert, level)
    })
}

testkit::both_databases! {
    fn nobody_takes_a_call_and_it_climbs_until_somebody_ends_it(t: Town) {
        let (daughter, _) = t.worn();
        t.arrives(&sos(t.now())).unwrap();
        // Switched off: whether the watch is heard again is not what this is about.
        let elder = t.elder;
        t.with(daughter, move |cx, h| pauses::pause(cx, elder, &For::Letter(*h), By::Guardian, None)).unwrap();
        assert_eq!(t.told(), ["family sos", "post locator_sos"]);
        let id = t.desk(t.duty, desk::alerts).unwrap()[0].id;
        t.advance(4);
        assert!(t.told().is_empty(), "the post has five minutes");
        let mut told = Vec::new();
        // Five minutes, ten, fifteen; then every hour, for as long as it stands there.
        for _ in 0..54 {
            t.advance(5);
            told.extend(t.told());
        }
        assert_eq!(told, ["post locator_untaken"; 7], "three levels, then hourly");
        assert_eq!(stored(&t, id).rung, 7);
        assert_ne!(above(&t, id, 1), t.duty, "not whoever let it lie");
        assert_eq!(t.desk(t.duty, desk::alerts).unwrap().len(), 1, "it stands there all the while");

        // Taken: half an hour of peace for whoever took it, and no longer.
        t.desk(t.officer, move |cx| answers::take(cx, id)).unwrap();
        assert!(t.desk(t.officer, desk::alerts).unwrap()[0].taken_at.is_some());
        let mut told = Vec::new();
        for _ in 0..18 {
            t.advance(5);
            told.extend(t.told());
        }
        assert_eq!(told, ["post locator_untaken"], "taken and forgotten");
        t.desk(t.officer, move |cx| answers::by_post(cx, id, Says::Seeing)).unwrap();
        t.told();
        t.advance(300);
        assert!(t.told().is_empty(), "ended is ended");
    }

    fn where_nobody_sits_at_the_post_it_has_an_owner_all_the_same(t: Town) {
        t.worn();
        // Everybody of the post is gone, and nobody of the family was ever written down as a contact.
        let (duty, officer, now) = (t.duty, t.officer, t.now());
        t.world.act(move |cx| {
            cx.execute("UPDATE term SET to_at = $1 WHERE account_id IN ($2, $3)", store::params![now, duty, officer])
        });
        t.advance(1);
        t.arrives(&sos(t.now())).unwrap();
        let told = t.told();
        assert!(told.contains(&"post locator_sos".to_owned()), "{told:?}");
        let all = everything(&t);
        assert_eq!((all.len(), all[0].kind), (1, Kind::Sos));
        let owner = all[0].owner;
        assert!(owner != t.duty && owner != t.officer, "the catch-all answers for it (R1)");
        let seen = t.desk(owner, desk::alerts).unwrap();
        assert_eq!(seen.len(), 1, "and sees it");
        let id = seen[0].id;
        t.desk(owner, move |cx| answers::take(cx, id)).unwrap();
        let whom = t.world.look(move |cx| {
            let alert = locators::app::telling::alert(cx, id)?;
            locators::app::telling::post(cx, &alert)
        });
        assert!(!whom.is_empty(), "somebody is told");
    }

    fn pressed_again_after_some_minutes_is_told_again(t: Town) {
        t.worn();
        t.arrives(&sos(t.now())).unwrap();
        assert_eq!(t.told(), ["family sos", "post locator_sos"]);
        for _ in 0..4 {
            t.advance(1);
            t.arrives(&sos(t.now())).unwrap();
        }
        assert!(t.told().is_empty(), "the same call");
        t.advance(1);
        t.arrives(&sos(t.now())).unwrap();
        let told = t.told();
        assert!(told.starts_with(&["family sos".to_owned(), "post locator_sos".to_owned()]), "{told:?}");
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM locator_alert"), 1, "one episode");
    }

    fn whatever_ends_a_call_goes_on_until_it_is_answered(t: Town) {
        let (daughter, binding) = t.worn();
        let elder = t.elder;
        t.arrives(&sos(t.now())).unwrap();
        // Switched off, taken back, given back, care over: the call stays.
        t.with(daughter, move |cx, h| pauses::pause(cx, elder, &For::Letter(*h), By::Guardian, None)).unwrap();
        t.says(daughter, Answer::Refused).unwrap();
        t.with(daughter, move |cx, h| devices::unbind(cx, elder, &For::Letter(*h), binding, Unbound::GivenBack)).unwrap();
        assert_eq!(t.desk(t.duty, desk::alerts).unwrap().len(), 1);
        t.working(t.officer, move |cx, why| Ok(persons::end_care(cx, elder, why, EndReason::Withdrew)?)).unwrap();
        t.follow();
        let left = t.desk(t.duty, desk::alerts).unwrap();
        assert_eq!(left.len(), 1, "care over, and she still called");
        let id = left[0].id;
        t.advance(6);
        assert!(t.told().contains(&"post locator_untaken".to_owned()));
        t.desk(t.duty, move |cx| answers::by_post(cx, id, Says::FalseAlarm)).unwrap();
        assert_eq!(stored(&t, id).ended.unwrap().1, EndWhy::FalseAlarm);
    }

    fn a_second_alert_goes_on_with_the_case_that_is_open(t: Town) {
        let (daughter, _) = t.worn();
        t.arrives(&sos(t.now())).unwrap();
        let first = t.desk(t.duty, desk::alerts).unwrap()[0].id;
        let case = t.desk(t.duty, move |cx| answers::open_case(cx, first)).unwrap();
        t.advance(10);
        t.arrives(&sos(t.now())).unwrap();
        let second = t.desk(t.duty, desk::alerts).unwrap()[0].id;
        assert_eq!(t.desk(t.duty, move |cx| answers::open_case(cx, second)).unwrap(), case, "no second case");
        t.advance(10);
        t.arrives(&sos(t.now())).unwrap();
        let third = t.view(daughter).unwrap().alerts[0].id;
        let again = t.with(daughter, move |cx, h| answers::open_case_by_family(cx, h, third)).unwrap();
        assert_eq!((again, stored(&t, third).case), (case, Some(case)));
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM lost_case"), 1);
    }

    fn a_device_that_never_says_a_word_is_missed_after_a_day_and_once(t: Town) {
        let (daughter, _) = t.worn();
        t.advance(60 * 23);
        assert!(t.told().is_empty());
        t.advance(61);
        assert_eq!(t.told(), ["family alert"], "a day, and never a word");
        let alert = t.view(daughter).unwrap().alerts[0].clone();
        assert_eq!((alert.kind, alert.ended), (Kind::Silent, None));
        t.advance(10);
        assert_eq!(t.told(), ["post locator_unanswered"]);
        let id = alert.id;
        t.with(daughter, move |cx, h| answers::by_family(cx, h, id, Says::Seeing)).unwrap();
        t.told();
        for _ in 0..10 {
            t.advance(60 * 24);
            assert!(t.told().is_empty(), "once");
        }
        // At last it is charged.
        t.fix_now(0.0, 0.0).unwrap();
        assert_eq!(t.view(daughter).unwrap().alerts[0].ended.unwrap().1, EndWhy::Heard);
        t.told();
        // From now on an hour counts.
        t.advance(61);
        assert_eq!(t.told(), ["family alert"]);
    }

    fn a_new_device_that_was_heard_is_missed_after_an_hour(t: Town) {
        t.worn();
        t.advance(30);
        t.fix_now(0.0, 0.0).unwrap();
        t.advance(61);
        assert_eq!(t.told(), ["family alert"], "not only after its first day");
    }

    fn a_device_that_waits_for_consent_is_expected_from_then_on(t: Town) {
        let daughter = t.daughter();
        t.bind(daughter, NUMBER);
        t.advance(60 * 48);
        assert!(t.told().is_empty(), "nothing may be kept, so nothing is missed");
        t.says(daughter, Answer::Given).unwrap();
        t.advance(60 * 23);
        assert!(t.told().is_empty());
        t.advance(61);
        assert_eq!(t.told(), ["family alert"]);
    }

    fn the_administrator_sets_model_and_datum_and_the_gate_hands_them_on(t: Town) {
        t.worn();
        let id = t.locator(NUMBER);
        let coordinator = t.world.first.coordinator;
        let device = DeviceId::new(NUMBER).unwrap();
        let door = |t: &Town| match t.gate().ask(device, t.now()) {
            Passage::Open(door) => (door.model, door.datum),
            other => panic!("{other:?}"),
        };
        assert_eq!(door(&t), (Model::Standard, Datum::Wgs84), "a model without codes of its own");
        let set = move |t: &Town, who, seen, model: &'static str, datum| {
            t.desk(who, move |cx| admin::set_profile(cx, id, seen, model, datum))
        };
        assert_eq!(refused(set(&t, t.duty, 2, "VL103", Datum::Gcj02)), "role");
        let version = t.desk(coordinator, move |cx| Ok(admin::device(cx, id)?.version)).unwrap();
        set(&t, coordinator, version, " vl103 ", Datum::Gcj02).unwrap();
        assert_eq!(door(&t), (Model::Vl, Datum::Gcj02));
        let stale = set(&t, coordinator, version, "", Datum::Wgs84);
        assert!(matches!(stale, Err(locators::Error::Stale { .. })), "{stale:?}");
        assert_eq!(refused(set(&t, coordinator, version + 1, "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一", Datum::Wgs84)), "model too-long");
        // Where she is now is read in the other datum.
        t.fix_now(0.0, 0.0).unwrap();
    }

    fn a_long_list_turns_over_and_leaves_nobody_out(t: Town) {
        let post = t.post;
        for n in 0..7 {
            let profile = crate::town::watch(&format!("99000000{n:02}"));
            t.desk(t.officer, move |cx| devices::register(cx, post, &profile, "表")).unwrap();
        }
        let coordinator = t.world.first.coordinator;
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let part = t.desk(coordinator, move |cx| admin::devices(cx, None, after, 3)).unwrap();
            seen.extend(part.devices.iter().map(|d| d.device.tail.clone()));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        let mut all = seen.clone();
        all.sort();
        all.dedup();
        assert_eq!((seen.len(), all.len()), (7, 7), "{seen:?}");
    }

    fn open_pages_hear_of_what_their_reader_may_see(t: Town) {
        let (daughter, _) = t.worn();
        let mut duty = t.desk(t.duty, news::News::from_now).unwrap();
        let mut far = t.desk(t.far, news::News::from_now).unwrap();
        let next = |t: &Town, who, news: &mut news::News| {
            let mut mine = news.clone();
            let (changed, mine) = t.desk(who, move |cx| Ok((mine.next(cx)?, mine))).unwrap();
            *news = mine;
            changed
        };
        let before = t.with(daughter, family::mark).unwrap();
        t.arrives(&sos(t.now())).unwrap();
        assert!(next(&t, t.duty, &mut duty).alerts);
        assert!(next(&t, t.far, &mut far).is_empty(), "another post hears nothing");
        assert!(next(&t, t.duty, &mut duty).is_empty(), "once");
        let called = t.with(daughter, family::mark).unwrap();
        assert_ne!(before, called);
        let id = t.desk(t.duty, desk::alerts).unwrap()[0].id;
        t.desk(t.officer, move |cx| answers::take(cx, id)).unwrap();
        assert!(next(&t, t.duty, &mut duty).alerts, "a colleague took it");
        let case = t.desk(t.duty, move |cx| answers::open_case(cx, id)).unwrap();
        let changed = next(&t, t.duty, &mut duty);
        assert!(changed.alerts && changed.tracks == [case]);
        t.fix_now(100.0, 0.0).unwrap();
        let changed = next(&t, t.duty, &mut duty);
        assert_eq!((changed.alerts, changed.tracks), (false, vec![case]));
        assert!(next(&t, t.far, &mut far).is_empty(), "nor of the track");
        assert_ne!(t.with(daughter, family::mark).unwrap(), called);
        // Looking at the mark is no look.
        assert!(t.view(daughter).unwrap().looks.len() == 1);
    }

    fn the_times_of_the_district_are_set_within_their_ranges(t: Town) {
        let coordinator = t.world.first.coordinator;
        let to = Rules { unheard_hours: 2, take_minutes: 1, ..Rules::default() };
        t.desk(coordinator, move |cx| set_rules(cx, &to)).unwrap();
        let now = t.world.look(rules);
        assert_eq!((now.unheard_hours, now.take_minutes, now.version), (2, 1, 1));
        let wrong = Rules { unheard_hours: 0, ..now };
        assert_eq!(refused(t.desk(coordinator, move |cx| set_rules(cx, &wrong))), "unheard_hours range");
        t.worn();
        t.advance(121);
        assert_eq!(t.told(), ["family alert"]);
        assert!(Action::ALL.contains(&Action::SetLocator));
    }
}
