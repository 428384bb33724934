//! The circle in order, a guardian typed once, a relative who is kept away; the schedule.

use super::{Town, daughter_as, other, refused};
use care::app::{contacts, schedule, telling};
use care::model::schedule::{Home, Schedule, Slot, Where};
use care::model::{NewContact, Whom};
use kernel::Moment;
use people::app::links;
use people::app::links::Proof;

testkit::both_databases! {
    fn a_guardian_is_typed_once_and_contacts_are_called_in_order(t: Town) {
        let daughter = t.add(daughter_as(Whom::Guardian(t.daughter()))).unwrap();
        let nephew = t.add(other("王强", "021-0555 0103")).unwrap();
        let elder = t.elder;
        let all = t.working(t.officer, move |cx, why| contacts::of(cx, elder, why)).unwrap();
        assert_eq!((all[0].name.as_str(), all[0].phone.as_deref()), ("李敏", Some(crate::PHONE)));
        assert_eq!((all[0].position, all[1].position), (1, 2));
        assert!(all[0].may_collect && !all[1].may_collect);
        t.working(t.officer, move |cx, why| contacts::reorder(cx, elder, why, &[nephew, daughter])).unwrap();
        let all = t.working(t.officer, move |cx, why| contacts::of(cx, elder, why)).unwrap();
        assert_eq!(all[0].id, nephew);
        assert_eq!(refused(t.working(t.officer, move |cx, why| contacts::reorder(cx, elder, why, &[nephew]))), "order unknown");
        assert_eq!(refused(t.add(daughter_as(Whom::Guardian(t.daughter())))), "contact-twice");
        // Without a purpose nobody sees it; the volunteer's window does not either.
        let admin = t.world.who(t.duty, kernel::Purpose::Administration);
        let look = t.world.act_as(admin, move |cx| contacts::of(cx, elder, &people::app::persons::For::Window));
        assert_eq!(refused(look), "purpose");
    }

    fn a_relative_under_a_protection_order_is_kept_away_from_everything(t: Town) {
        let guardian = t.daughter();
        let (elder, officer) = (t.elder, t.officer);
        let letter = t.working(officer, move |cx, why| Ok(links::issue(cx, elder, why, Some(guardian), Proof::IdCard)?)).unwrap();
        let code = letter.code.clone();
        let opens = move |t: &Town| { let code = code.clone(); t.public(move |cx| Ok(links::find_by_code(cx, &code)?)).is_ok() };
        assert!(opens(&t));
        let id = t.add(daughter_as(Whom::Guardian(guardian))).unwrap();
        let barred = NewContact { barred: true, ..daughter_as(Whom::Guardian(guardian)) };
        t.working(officer, move |cx, why| contacts::change(cx, elder, why, id, &barred)).unwrap();
        assert!(!opens(&t), "the letter opens no more");
        let all = t.working(officer, move |cx, why| contacts::of(cx, elder, why)).unwrap();
        assert!(all[0].barred && !all[0].may_collect && all[0].guardian.is_none());
        assert_eq!(all[0].name, "李敏", "the warning keeps the name");
        assert!(t.world.look(move |cx| telling::family(cx, elder)).is_empty(), "never told");
        assert!(t.world.look(move |cx| telling::recipient(cx, elder, id)).is_none(), "not even what was on its way");
        // Nor named as somebody who is at home.
        let week = vec![Slot { days: vec![0], from: 0, to: 600, at: Where::Home(vec![id]) }];
        let set = t.working(officer, move |cx, why| schedule::set(cx, elder, why, 0, &Schedule { week, exceptions: vec![] }));
        assert_eq!(refused(set), "who unknown");
    }

    fn the_schedule_says_who_is_at_home_and_until_when_nobody_is(t: Town) {
        let daughter = t.add(daughter_as(Whom::Guardian(t.daughter()))).unwrap();
        let (elder, officer) = (t.elder, t.officer);
        let week = vec![
            Slot { days: vec![0], from: 450, to: 1_110, at: Where::Alone },
            Slot { days: vec![0], from: 1_110, to: 1_440, at: Where::Home(vec![daughter]) },
        ];
        let s = Schedule { week, exceptions: vec![] };
        let written = s.clone();
        t.working(officer, move |cx, why| schedule::set(cx, elder, why, 0, &written)).unwrap();
        let at = |text: &str| {
            let at = Moment::parse_rfc3339(text).unwrap();
            t.world.look(move |cx| schedule::at(cx, elder, at))
        };
        let monday = at("2026-06-29T14:20:00+08:00");
        assert_eq!(monday.home, Home::Alone);
        assert_eq!(monday.alone_until.unwrap().to_string(), "2026-06-29T18:30:00");
        assert_eq!(at("2026-06-29T19:00:00+08:00").home, Home::Somebody(vec![daughter]));
        assert_eq!(at("2026-06-30T19:00:00+08:00").home, Home::Unknown);
        let stale = s.clone();
        let late = t.working(officer, move |cx, why| schedule::set(cx, elder, why, 0, &stale));
        assert!(matches!(late, Err(care::Error::Stale { seen: 0, current: 1 })));
        // Somebody who is no contact any more is at home no more.
        t.working(officer, move |cx, why| contacts::end(cx, elder, why, daughter)).unwrap();
        assert_eq!(at("2026-06-29T19:00:00+08:00").home, Home::Unknown);
        assert_eq!(at("2026-06-29T14:20:00+08:00").home, Home::Alone);
    }
}
