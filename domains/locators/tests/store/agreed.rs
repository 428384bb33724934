//! Consent, pauses, who sees what, and guardians who are kept away.

use crate::town::{Town, contact, refused, sos};
use care::app::contacts;
use kernel::Purpose;
use locators::app::consents;
use locators::app::devices::{self, Bind};
use locators::app::{family, pauses, sights};
use locators::gate::{Memory, Passage, Why};
use locators::model::{By, Sight, Unbound, Weighed};
use people::app::consents::Answer;
use people::app::persons::{self, EndReason, For};
use trackers::DeviceId;

fn passage(t: &Town) -> Passage {
    t.gate().ask(DeviceId::new(crate::town::NUMBER).unwrap(), t.now())
}

testkit::both_databases! {
    fn a_watch_that_is_bound_keeps_nothing_until_somebody_agrees(t: Town) {
        assert_eq!(passage(&t), Passage::Unknown);
        let daughter = t.daughter();
        t.bind(daughter, crate::town::NUMBER);
        assert!(matches!(passage(&t), Passage::Shut(Why::NotAgreed, Some(_))));
        assert!(t.fix_now(0.0, 0.0).is_none());
        assert!(t.arrives(&sos(t.now())).is_some(), "a call for help is told all the same");
        t.says(daughter, Answer::Given).unwrap();
        assert!(matches!(passage(&t), Passage::Open(_)));
        // A table that could not be refreshed for a minute lets nothing through.
        let gate = t.gate();
        let device = DeviceId::new(crate::town::NUMBER).unwrap();
        assert!(matches!(gate.ask(device, t.now().plus_secs(60)), Passage::Open(_)));
        let old = gate.ask(device, t.now().plus_secs(61));
        assert!(matches!(old, Passage::Shut(Why::Stale, Some(_))));
        let place = trackers::Reading { fixes: vec![crate::town::fix(t.now(), 0.0, 0.0)], ..Default::default() };
        assert!(old.admit(t.now(), &place).is_none());
        assert!(old.admit(t.now(), &sos(t.now())).is_some_and(|taken| taken.fixes.is_empty()), "a call for help");
        // Nobody else binds it, and the number in the table is no number.
        let person = t.elder;
        let again = Bind { profile: crate::town::watch(crate::town::NUMBER), name: "表".into() };
        let again = t.with(daughter, move |cx, h| devices::bind(cx, person, &For::Letter(*h), &again));
        assert_eq!(refused(again), "number not-free");
        let hidden = t.world.look(|cx| cx.query_one("SELECT number FROM locator", &[])?.blob("number"));
        assert!(!String::from_utf8_lossy(&hidden).contains(crate::town::NUMBER));
        assert!(!format!("{gate:?}").contains(crate::town::NUMBER));
    }

    fn what_a_connection_remembers_of_the_gate_holds_until_the_gate_knows_better(t: Town) {
        let (daughter, _) = t.worn();
        let (gate, house) = (t.gate(), &t.world.house);
        let refresh = || gate.refresh(&house.rt, house.district).unwrap();
        let device = DeviceId::new(crate::town::NUMBER).unwrap();
        let other = DeviceId::new("359999999999999").unwrap();
        let mut memory = Memory::default();
        let mut asked = |device, now| gate.ask_again(&mut memory, device, now);
        assert!(matches!(asked(device, t.now()), Passage::Open(_)));
        assert_eq!(asked(other, t.now()), Passage::Unknown, "another device on the same connection");
        assert!(matches!(asked(device, t.now()), Passage::Open(_)));
        assert!(matches!(asked(device, t.now().plus_secs(61)), Passage::Shut(Why::Stale, Some(_))), "old all the same");
        t.advance(1);
        t.says(daughter, Answer::Refused).unwrap();
        refresh();
        assert!(matches!(asked(device, t.now()), Passage::Shut(Why::NotAgreed, Some(_))));
        t.advance(1);
        t.says(daughter, Answer::Given).unwrap();
        refresh();
        assert!(matches!(asked(device, t.now()), Passage::Open(_)));
    }

    fn where_guardians_disagree_the_committee_decides_and_the_wearer_above_all(t: Town) {
        let (daughter, _) = t.worn();
        let son = t.son();
        t.fix_now(0.0, 0.0).unwrap();
        t.advance(1);
        t.says(son, Answer::Refused).unwrap();
        assert!(matches!(passage(&t), Passage::Shut(Why::NotAgreed, Some(_))), "the narrower one holds");
        let elder = t.elder;
        let decide = move |t: &Town, answer| {
            t.advance(1);
            let id = t.world.first.coordinator;
            t.working(id, move |cx, why| consents::decide(cx, elder, why, answer, "两位子女意见不同，居委会商议后决定。"))
        };
        assert_eq!(refused(t.working(t.officer, move |cx, why| consents::decide(cx, elder, why, Answer::Given, "x"))), "role");
        decide(&t, Answer::Given).unwrap();
        assert!(matches!(passage(&t), Passage::Open(_)));
        assert_eq!(t.view(daughter).unwrap().path.len(), 1, "nothing was erased before it was decided");
        decide(&t, Answer::Refused).unwrap();
        assert_eq!(t.view(daughter).unwrap().consent.weighed, Weighed::Decided);
        assert!(matches!(passage(&t), Passage::Shut(..)));
        decide(&t, Answer::Given).unwrap();
        // The wearer says no.
        t.advance(1);
        let own = t.letter(None);
        t.says(own, Answer::Refused).unwrap();
        assert_eq!(t.view(daughter).unwrap().consent.weighed, Weighed::Refused);
        decide(&t, Answer::Given).unwrap();
        assert!(matches!(passage(&t), Passage::Shut(..)), "nobody overrules the wearer");
    }

    fn what_the_wearer_switched_off_only_the_wearer_switches_on(t: Town) {
        let (daughter, _) = t.worn();
        let own = t.letter(None);
        let elder = t.elder;
        let until = Some(t.now().plus_hours(2));
        let pause = t.with(own, move |cx, h| pauses::pause(cx, elder, &For::Letter(*h), By::Subject, until)).unwrap();
        assert!(matches!(passage(&t), Passage::Shut(Why::Paused, Some(_))));
        assert!(t.fix_now(0.0, 0.0).is_none());
        let resume = move |t: &Town, who| t.with(who, move |cx, h| pauses::resume(cx, elder, &For::Letter(*h), By::Guardian, pause));
        assert_eq!(refused(resume(&t, daughter)), "not-your-pause");
        let view = t.view(daughter).unwrap();
        assert!(!view.sees_now);
        assert_eq!(view.pauses[0].until, until);
        t.arrives(&sos(t.now())).unwrap();
        assert_eq!(t.told(), ["family sos", "post locator_sos"]);
        t.advance(121);
        assert!(matches!(passage(&t), Passage::Open(_)), "it ends by itself");
        t.fix_now(0.0, 0.0).unwrap();
        // For good.
        let forever = t.with(own, move |cx, h| pauses::pause(cx, elder, &For::Letter(*h), By::Subject, None)).unwrap();
        t.advance(60 * 24 * 200);
        assert!(matches!(passage(&t), Passage::Shut(Why::Paused, _)));
        t.with(own, move |cx, h| pauses::resume(cx, elder, &For::Letter(*h), By::Subject, forever)).unwrap();
        assert!(matches!(passage(&t), Passage::Open(_)));
        let too_far = Some(t.now().plus_days(400));
        assert_eq!(refused(t.with(own, move |cx, h| pauses::pause(cx, elder, &For::Letter(*h), By::Subject, too_far))), "until range");
    }

    fn a_guardian_who_is_kept_away_finds_nothing(t: Town) {
        let (daughter, _) = t.worn();
        let (son, brother, elder) = (t.son(), t.guardian(1), t.elder);
        assert!(t.view(son).unwrap().sees_now);
        let barred = contact(brother, true);
        t.working(t.officer, move |cx, why| Ok(contacts::add(cx, elder, why, &barred)?)).unwrap();
        let nothing = t.view(son);
        assert!(matches!(refused(nothing).as_str(), "not-found" | "not-yours"));
        let seers = t.view(daughter).unwrap().who_sees;
        assert_eq!(seers.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["李敏"]);
    }

    fn each_says_who_sees_what_and_the_narrower_word_holds(t: Town) {
        let (daughter, _) = t.worn();
        let (son, brother, elder) = (t.son(), t.guardian(1), t.elder);
        t.fix_now(0.0, 0.0).unwrap();
        let say = move |t: &Town, who, sight| {
            t.with(who, move |cx, h| sights::set_sight(cx, elder, &For::Letter(*h), brother, sight)).unwrap();
        };
        say(&t, daughter, Sight::Alarm);
        say(&t, son, Sight::Always);
        let view = t.view(son).unwrap();
        assert_eq!((view.sight, view.sees_now, view.now.is_none()), (Sight::Alarm, false, true));
        t.arrives(&sos(t.now())).unwrap();
        let view = t.view(son).unwrap();
        assert!(view.sees_now && view.now.is_some(), "while an alert is open");
        say(&t, daughter, Sight::Never);
        assert!(!t.view(son).unwrap().sees_now);
        // Looks are noted once for a page that refreshes itself, and shown.
        let looks = t.view(daughter).unwrap().looks;
        assert_eq!(looks.len(), 2, "{looks:?}");
        t.advance(6);
        assert_eq!(t.view(daughter).unwrap().looks.len(), 3);
    }

    fn nobody_else_sees_a_position(t: Town) {
        let (daughter, binding) = t.worn();
        t.fix_now(0.0, 0.0).unwrap();
        let elder = t.elder;
        // The desk, with a matter about her: devices, no positions.
        let worn = t.working(t.officer, move |cx, why| devices::worn(cx, elder, why)).unwrap();
        assert_eq!((worn.len(), worn[0].device.tail.as_str()), (1, "7890"));
        // Without a letter that somebody stands for, or as somebody of the staff, the family's page is no page.
        for (who, why) in [(t.officer, "role"), (t.duty, "role")] {
            let who = t.world.who(who, Purpose::Administration);
            assert_eq!(refused(t.world.act_as(who, move |cx| family::view(cx, &daughter))), why);
        }
        let person = t.elder;
        t.with(daughter, move |cx, h| devices::unbind(cx, person, &For::Letter(*h), binding, Unbound::GivenBack)).unwrap();
        assert!(t.fix_now(0.0, 0.0).is_none());
        assert!(matches!(passage(&t), Passage::Shut(Why::NotBound, None)));
    }

    fn when_the_care_ends_everything_stops_within_a_second_or_two(t: Town) {
        let (_, _) = t.worn();
        t.follow();
        t.fix_now(0.0, 0.0).unwrap();
        let elder = t.elder;
        t.working(t.officer, move |cx, why| Ok(persons::end_care(cx, elder, why, EndReason::Withdrew)?)).unwrap();
        t.follow();
        assert!(matches!(passage(&t), Passage::Shut(Why::NotBound, None)));
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM locator_binding WHERE ended_at IS NULL"), 0);
        assert_eq!(t.rows("SELECT COUNT(*) AS n FROM subject_key WHERE class = 'location'"), 0, "the keys are destroyed");
    }
}
