//! The plan: consents one by one, withdrawing at once, opening told, the outer part for the search alone.

use super::{Town, refused};
use care::app::consents::{self, NewConsent};
use care::app::plan::{self, WritePlan};
use care::model::{Consented, Haunt, Inner, Outer};
use kernel::ids::AreaId;
use people::app::consents::{Aim, Answer, By, Way};
use people::app::persons;
use people::model::person::Part;
use uuid::Uuid;

impl Town {
    pub(crate) fn agree(&self, what: Consented) {
        let (elder, review_on) = (self.elder, self.world.house.rt.now().plus_days(365));
        let new = NewConsent {
            what,
            answer: Answer::Given,
            by: By::Subject,
            guardian: None,
            way: Way::Paper,
            witness: "陈主任".into(),
            review_on,
            by_themselves: false,
        };
        self.working(self.officer, move |cx, why| consents::record(cx, elder, why, &new)).unwrap();
    }
    pub(crate) fn withdraw(&self, what: Consented) {
        let elder = self.elder;
        let done = self
            .working(self.officer, move |cx, why| consents::withdraw(cx, elder, why, what, By::Subject, Way::Phone));
        done.unwrap();
    }
    pub(crate) fn write_plan(&self, seen: i64, new: WritePlan) -> care::Result<i64> {
        let elder = self.elder;
        self.working(self.officer, move |cx, why| plan::write(cx, elder, why, seen, &new))
    }
}

pub(crate) fn inner(approach: &str) -> WritePlan {
    let inner = Inner { approach: approach.into(), habits: "清早去老菜场".into(), ..Inner::default() };
    WritePlan { inner: Some(inner), outer: None }
}

fn outer() -> WritePlan {
    let outer = Outer {
        height_cm: Some(152),
        build: "thin".into(),
        marks: Some(vec!["左手背有疤".into()]),
        home: Some((121.474_321, 30.918_765)),
    };
    WritePlan { inner: None, outer: Some(outer) }
}

testkit::both_databases! {
    fn only_who_agreed_is_searched_and_withdrawing_takes_effect_at_once(t: Town) {
        assert_eq!(refused(t.write_plan(0, outer())), "no-consent-identification");
        t.agree(Consented::Identification);
        t.write_plan(0, outer()).unwrap();
        let near = |areas: Vec<AreaId>| t.world.look(move |cx| plan::outer_near(cx, &areas));
        let found = near(vec![]);
        assert_eq!(found.len(), 1);
        let (person, who) = &found[0];
        assert_eq!(*person, t.elder);
        assert_eq!((who.surname.as_deref(), who.birth_year, who.height_cm), (Some("王"), Some(1941), Some(152.0)));
        assert_eq!(who.dialect.as_deref(), Some("本地话"));
        assert!((who.home.unwrap().lon() - 121.474).abs() < 1e-9, "coarse");
        assert_eq!(near(vec![t.area]).len(), 1);
        assert_eq!(near(vec![AreaId(Uuid::from_u128(5))]).len(), 0);
        t.withdraw(Consented::Identification);
        assert!(near(vec![]).is_empty());
        let left: i64 = t.world.look(|cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM care_plan WHERE outer_part IS NOT NULL", &[])?.i64("n")
        });
        assert_eq!(left, 0, "nothing is left of it");
        // Whoever withdrew is not asked again.
        let (elder, review_on) = (t.elder, t.world.house.rt.now().plus_days(365));
        let again = t.working(t.officer, move |cx, why| consents::record(cx, elder, why, &NewConsent {
            what: Consented::Identification, answer: Answer::Given, by: By::Subject, guardian: None, way: Way::Paper,
            witness: "陈主任".into(), review_on, by_themselves: false,
        }));
        assert_eq!(refused(again), "not-to-be-asked");
    }

    fn opening_is_logged_and_told_and_only_for_a_purpose(t: Town) {
        t.write_plan(0, inner("请慢慢说话，她喜欢听越剧。")).unwrap();
        let elder = t.elder;
        let plan = t.working(t.officer, move |cx, why| plan::open(cx, elder, why)).unwrap();
        assert_eq!(plan.inner.habits, "清早去老菜场");
        assert_eq!(t.jobs("care.plan_opened"), 1);
        t.working(t.officer, move |cx, why| plan::open(cx, elder, why)).unwrap();
        assert_eq!(t.jobs("care.plan_opened"), 1, "told once in a while");
        let reads: i64 = t.world.look(move |cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM audit_read WHERE subject = $1 AND fields = 'plan'", store::params![elder])?.i64("n")
        });
        assert_eq!(reads, 2);
        let own = t.family(move |cx| plan::open(cx, elder, &persons::For::Own));
        assert_eq!(refused(own), "not-yours", "a link alone opens no plan");
    }

    fn a_text_for_finders_gives_nobody_away(t: Town) {
        for text in ["她叫王桂芳", "打给女儿李敏", "电话 021-0555 0102", "住青禾里3号", "她有失智", "请看她的高血压药"] {
            assert_eq!(refused(t.write_plan(0, inner(text))), "approach gives-away", "{text}");
        }
        t.write_plan(0, inner("请慢慢说话，站在她面前。")).unwrap();
    }

    fn usual_places_are_kept_only_while_that_is_agreed_to(t: Town) {
        let haunts = vec![Haunt { kind: "former-home".into(), label: "老街".into(), lon: Some(121.46), lat: Some(30.91) }];
        let with = |haunts| WritePlan { inner: Some(Inner { haunts, ..Inner::default() }), outer: None };
        assert_eq!(refused(t.write_plan(0, with(haunts.clone()))), "no-consent-places");
        let (elder, review_on) = (t.elder, t.world.house.rt.now().plus_days(365));
        t.working(t.officer, move |cx, why| Ok(people::app::consents::record(cx, elder, why, &people::app::consents::NewConsent {
            part: Part::Location, answer: Answer::Given, by: By::Subject, guardian: None, aim: Aim::GettingHome,
            way: Way::Paper, witness: "陈主任".into(), review_on, by_themselves: false,
        })?)).unwrap();
        t.write_plan(0, with(haunts)).unwrap();
        let open = |t: &Town| t.working(t.officer, move |cx, why| plan::open(cx, elder, why)).unwrap();
        assert_eq!(open(&t).inner.haunts[0].label, "老街");
        t.working(t.officer, move |cx, why| {
            Ok(people::app::consents::withdraw(cx, elder, why, Part::Location, By::Subject, Way::Phone)?)
        }).unwrap();
        assert!(open(&t).inner.haunts.is_empty());
        assert!(!open(&t).may_keep_haunts);
    }
}
