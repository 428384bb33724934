//! A public appeal (L13): only with the consent of the family, the least that is needed, and gone as soon as it may not stand.

use crate::Town;
use crate::town::{found, refused};
use kernel::ids::{CaseId, ContactId};
use lost::app::appeal::{self, Public};
use lost::app::family::{self, FamilyKey};
use lost::app::{self};
use lost::model::{AppealConsent, AppealText, EndWhy, Kind, NewAppeal, Report, ScenePlace};
use people::app::consents::Way;
use store::jobs::follow;
use testkit::both_databases;
use uuid::Uuid;

impl Town {
    fn missing(&self) -> CaseId {
        self.public_reports(Report { kind: Kind::Missing, ..found() }).case
    }
    /// Missed, known, with a daughter who may take her home.
    fn missed(&self) -> (CaseId, ContactId) {
        let case = self.missing();
        self.identify(case);
        (case, self.contact(case, "李敏", false))
    }
    fn text(&self) -> AppealText {
        AppealText {
            sex: "f".into(),
            age_from: 80,
            clothing: "蓝色上衣，拄拐杖".into(),
            area: Some(self.community),
            seen_at: self.now(),
            ..AppealText::default()
        }
    }
    fn new_appeal(&self, contact: Option<ContactId>, name: bool) -> NewAppeal {
        let consent = AppealConsent { contact, way: Way::Phone, witness: "值班员".into(), name };
        NewAppeal { text: self.text(), hours: 24, consent }
    }
    fn publish(&self, case: CaseId, new: NewAppeal) -> lost::Result<Uuid> {
        self.step(self.duty, case, move |cx, v| appeal::publish(cx, case, v, &new))
    }
    fn public(&self) -> Vec<Public> {
        self.world.act_as(self.world.public(), appeal::current).unwrap()
    }
    fn watch(&self) {
        follow(&self.world.house.rt, self.world.house.district, &lost::jobs::handlers()).unwrap();
    }
    fn only(&self) -> Public {
        let mut all = self.public();
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
    fn over(&self) -> Option<EndWhy> {
        let p = self.only();
        assert!(p.ended.is_none() || p.text.is_none(), "what is over says nothing");
        p.ended
    }
    /// Words of messages that are left in the database.
    fn kept_words(&self) -> i64 {
        self.world.look(|cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM lost_appeal_message WHERE body IS NOT NULL", &[])?.i64("n")
        })
    }
    fn link_of(&self, case: CaseId, contact: ContactId) -> FamilyKey {
        FamilyKey { case, contact, person: self.elder }
    }
}

both_databases! {
    fn it_says_the_least_and_changes_in_view_of_everybody(t: Town) {
        let (case, daughter) = t.missed();
        let id = t.publish(case, t.new_appeal(Some(daughter), false)).unwrap();
        let first = t.only();
        let text = first.text.unwrap();
        assert_eq!((first.appeal, first.nth, first.before.len(), text.name.clone()), (id, 1, 0, None), "no name without its consent");
        assert_eq!((text.sex.as_str(), text.age()), ("f", (80, Some(84))));
        let better = AppealText { clothing: "蓝色上衣，黑裤子".into(), ..t.text() };
        t.step(t.duty, case, move |cx, v| appeal::change(cx, case, v, &better)).unwrap();
        let second = t.only();
        assert_eq!((second.nth, second.before.len()), (2, 1), "an update names what it replaces");
        assert!(second.text.unwrap().clothing.contains("黑裤子"));
        assert_eq!(t.kept_words(), 1, "the words before are gone");
        let entries: Vec<_> = t.view(t.duty, case).unwrap().timeline.into_iter().map(|e| (e.kind, e.of)).collect();
        assert!(entries.contains(&(app::EntryKind::AppealOut, Some(daughter.0))), "who agreed stands there: {entries:?}");
    }

    fn the_name_is_said_only_by_a_consent_of_its_own(t: Town) {
        let (case, daughter) = t.missed();
        t.publish(case, t.new_appeal(Some(daughter), true)).unwrap();
        assert_eq!(t.only().text.unwrap().name.as_deref(), Some("王桂芳"), "read from the record");
        let typed = AppealText { clothing: "王桂芳，蓝色上衣".into(), ..t.text() };
        let by_hand = t.step(t.duty, case, move |cx, v| appeal::change(cx, case, v, &typed));
        assert_eq!(refused(by_hand), "clothing-personal", "typed it is no consent");
        let nobody = t.missing();
        let named = NewAppeal { consent: AppealConsent { contact: None, ..t.new_appeal(None, true).consent }, ..t.new_appeal(None, true) };
        assert_eq!(refused(t.publish(nobody, named)), "name-missing");
    }

    fn nothing_personal_can_be_typed_into_it(t: Town) {
        let (case, daughter) = t.missed();
        for (clothing, why) in [
            ("蓝色上衣，有事打021-0555 0102", "clothing-personal"),
            ("蓝色上衣，李敏的妈妈", "clothing-personal"),
            ("蓝色上衣，有阿尔茨海默病", "clothing-illness"),
            ("住幸福小区3号楼502室，蓝色上衣", "clothing-personal"),
            ("", "clothing-missing"),
        ] {
            let text = AppealText { clothing: clothing.into(), ..t.text() };
            let new = NewAppeal { text, ..t.new_appeal(Some(daughter), false) };
            assert_eq!(refused(t.publish(case, new)), why, "{clothing}");
        }
        let elsewhere = t.world.look(|cx| {
            let ground = places::snapshot(cx)?;
            Ok::<_, places::Error>(ground.areas().iter().find(|a| a.name == "归雁苑").map(|a| a.id))
        });
        for (text, why) in [
            (AppealText { area: elsewhere, ..t.text() }, "area-unknown"),
            (AppealText { age_from: 83, ..t.text() }, "age-missing"),
            (AppealText { sex: String::new(), ..t.text() }, "sex-missing"),
            (AppealText { seen_at: t.now().plus_hours(1), ..t.text() }, "seen_at-range"),
        ] {
            let new = NewAppeal { text, ..t.new_appeal(Some(daughter), false) };
            assert_eq!(refused(t.publish(case, new)), why);
        }
        assert!(t.public().is_empty());
        t.publish(case, t.new_appeal(Some(daughter), false)).unwrap();
        let clear = t.world.look(|cx| {
            let rows = cx.query("SELECT body, witness FROM lost_appeal_message m JOIN lost_appeal a ON a.id = m.appeal_id", store::params![])?;
            rows.iter().map(|r| Ok((r.opt_blob("body")?.unwrap_or_default(), r.blob("witness")?))).collect::<Result<Vec<_>, store::Error>>()
        });
        for (body, witness) in clear {
            assert!(!String::from_utf8_lossy(&body).contains("拐杖") && !String::from_utf8_lossy(&witness).contains("值班"), "sealed");
        }
    }

    fn nobody_agrees_who_may_not(t: Town) {
        let (case, daughter) = t.missed();
        let kept_away = t.contact(case, "王强", true);
        assert_eq!(refused(t.publish(case, t.new_appeal(Some(kept_away), false))), "barred");
        assert_eq!(refused(t.publish(case, t.new_appeal(None, false))), "contact-missing", "a circle is there: one of it is asked");
        let stranger = ContactId(Uuid::from_u128(7));
        assert_eq!(refused(t.publish(case, t.new_appeal(Some(stranger), false))), "contact-unknown");
        let own = NewAppeal { consent: AppealConsent { way: Way::Page, ..t.new_appeal(Some(daughter), false).consent }, ..t.new_appeal(Some(daughter), false) };
        assert_eq!(refused(t.publish(case, own)), "way-unknown");
        let nameless = NewAppeal { consent: AppealConsent { witness: " ".into(), ..t.new_appeal(Some(daughter), false).consent }, ..t.new_appeal(Some(daughter), false) };
        assert_eq!(refused(t.publish(case, nameless)), "witness-missing", "before whom");
        let seen = t.public_reports(found()).case;
        assert_eq!(refused(t.publish(seen, t.new_appeal(None, false))), "not-missing", "nobody appeals for somebody who is seen");
    }

    fn who_may_not_tells_nobody_anything(t: Town) {
        let (case, daughter) = t.missed();
        for who in [t.volunteers[0], t.far, t.worker, t.officer] {
            let new = t.new_appeal(Some(daughter), false);
            let tried = t.on(who, case, move |cx| appeal::publish(cx, case, 1, &new));
            assert!(refused(tried).starts_with("denied"));
            assert!(refused(t.on(who, case, move |cx| appeal::of_case(cx, case))).starts_with("denied"));
        }
        t.publish(case, t.new_appeal(Some(daughter), false)).unwrap();
        for who in [t.volunteers[0], t.far] {
            assert!(refused(t.on(who, case, move |cx| appeal::take_back(cx, case, EndWhy::Over))).starts_with("denied"));
        }
        assert_eq!(t.over(), None);
        // Whoever works on the case takes it back: an officer who may not publish, too.
        t.on(t.officer, case, move |cx| appeal::take_back(cx, case, EndWhy::Withdrawn)).unwrap();
        assert_eq!(t.over(), Some(EndWhy::Withdrawn));
    }

    fn seen_is_over_at_once(t: Town) {
        let (case, daughter) = t.missed();
        t.publish(case, t.new_appeal(Some(daughter), false)).unwrap();
        t.step(t.duty, case, move |cx, v| app::seen(cx, case, v, &ScenePlace::default(), None, "")).unwrap();
        assert_eq!((t.over(), t.kept_words()), (Some(EndWhy::Found), 0), "its words are destroyed with it");
        let cancel = t.only();
        assert_eq!((cancel.nth, cancel.before.len()), (2, 1), "a message that takes the first one back");
        t.world.house.clock.advance_secs(25 * 3_600);
        assert!(t.public().is_empty(), "after a day nobody is told any more");
        assert!(t.world.act_as(t.world.public(), move |cx| appeal::one(cx, cancel.appeal)).unwrap().text.is_none());
    }

    fn found_in_another_case_is_over_too(t: Town) {
        let (case, daughter) = t.missed();
        t.publish(case, t.new_appeal(Some(daughter), false)).unwrap();
        let other = t.public_reports(found()).case;
        t.identify(other);
        assert_eq!(t.over(), Some(EndWhy::Found));
    }

    fn the_family_takes_it_back_and_it_is_gone(t: Town) {
        let (case, daughter) = t.missed();
        t.publish(case, t.new_appeal(Some(daughter), false)).unwrap();
        // Any of the circle is enough, also one who was not asked before.
        let son = t.contact(case, "李强", false);
        let key = t.link_of(case, son);
        let who = key.who(t.world.house.district);
        assert!(t.world.act_as(who.clone(), move |cx| family::follow(cx, key)).unwrap().appeal);
        t.world.act_as(who.clone(), move |cx| family::take_back_appeal(cx, key)).unwrap();
        assert_eq!((t.over(), t.kept_words()), (Some(EndWhy::Withdrawn), 0));
        t.run_jobs();
        assert!(t.take_told("lost_word").contains(&t.duty), "the desk hears of it");
        assert_eq!(refused(t.world.act_as(who, move |cx| family::take_back_appeal(cx, key))), "no-appeal");
    }

    fn whoever_agreed_and_is_kept_away_meanwhile_agrees_no_longer(t: Town) {
        let (case, daughter) = t.missed();
        t.publish(case, t.new_appeal(Some(daughter), false)).unwrap();
        let elder = t.elder;
        t.on(t.duty, case, move |cx| {
            let why = app::in_the_name_of(cx, case, elder)?;
            Ok(care::app::contacts::end(cx, elder, &why, daughter)?)
        }).unwrap();
        assert_eq!(t.over(), Some(EndWhy::Withdrawn), "from that transaction on nobody reads it");
        t.watch();
        assert_eq!(t.kept_words(), 0, "and within the next look of the program it is destroyed");
        assert_eq!(t.only().nth, 2, "with a message that takes it back");
    }

    fn it_runs_out_by_itself(t: Town) {
        let (case, daughter) = t.missed();
        t.publish(case, NewAppeal { hours: 6, ..t.new_appeal(Some(daughter), false) }).unwrap();
        t.watch();
        assert_eq!(t.over(), None);
        t.world.house.clock.advance_secs(6 * 3_600);
        assert_eq!(t.over(), Some(EndWhy::Expired), "also before the program looked");
        t.watch();
        assert_eq!((t.over(), t.kept_words()), (Some(EndWhy::Expired), 0));
        t.publish(case, t.new_appeal(Some(daughter), false)).unwrap();
        let own = t.publish(case, t.new_appeal(Some(daughter), false));
        assert_eq!(refused(own), "state", "one at a time");
    }

    fn without_a_record_whoever_reported_agrees(t: Town) {
        let case = t.missing();
        assert!(t.on(t.duty, case, move |cx| appeal::of_case(cx, case)).unwrap().reporter);
        t.publish(case, t.new_appeal(None, false)).unwrap();
        // It turns out to be somebody of the register: what was agreed to goes on, until somebody takes it back.
        t.identify(case);
        assert_eq!(t.over(), None);
        t.step(t.duty, case, move |cx, v| app::unidentified(cx, case, v)).unwrap();
        assert_eq!(t.over(), Some(EndWhy::Over), "it was somebody else: nobody agreed for them");
    }
}
