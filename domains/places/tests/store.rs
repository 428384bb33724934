//! Areas, posts and duty on both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::ids::{AccountId, AreaId, PostId};
use kernel::{Actor, Point, Purpose};
use places::app::{self, AreaChanges, AreaRef, Did, NewSlot, PostRef, SaveArea, SavePost};
use places::{AreaKind, Error, Outline, PostState, Tier, WeekHours};
use store::{Cx, Who, params};
use testkit::{House, Kind, Setup, both_databases};
use uuid::Uuid;

struct World(House);

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        Self(House::new(kind, &[places::MIGRATIONS]))
    }
}

impl World {
    fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Cx<'_>) -> places::Result<T> + Send + 'static,
    ) -> places::Result<T> {
        self.0.rt.write_now(self.0.system(), f)
    }
    fn save(&self, save: Vec<SaveArea>) -> places::Result<app::AreaReport> {
        self.write(move |cx| app::save_areas(cx, &AreaChanges { save, retire: vec![] }))
    }
    fn locate(&self, lon: f64, lat: f64) -> places::Result<places::Located> {
        self.write(move |cx| app::locate(cx, Point::new(lon, lat)?))
    }
    fn events(&self, kind: &'static str) -> i64 {
        self.write(move |cx| {
            Ok(cx.query_one("SELECT COUNT(*) AS n FROM event WHERE kind = $1", params![kind])?.i64("n")?)
        })
        .unwrap()
    }
    /// A district, two towns, two police areas.
    fn drawn(&self) -> Vec<AreaId> {
        let area = |kind, code, w, e| {
            SaveArea::new(kind, Some(code), code).outlined(Outline::rectangle(w, 30.8, e, 31.0).unwrap())
        };
        let set = vec![
            area(AreaKind::District, "d", 121.4, 121.6),
            area(AreaKind::Town, "t1", 121.4, 121.5),
            area(AreaKind::Town, "t2", 121.5, 121.6),
            area(AreaKind::Police, "p1", 121.4, 121.5),
            area(AreaKind::Police, "p2", 121.5, 121.6),
        ];
        self.save(set).unwrap().saved.iter().map(|s| s.0).collect()
    }
}

fn post(tier: Tier, name: &str, parent: Option<&str>) -> SavePost {
    SavePost {
        id: None,
        tier,
        code: None,
        name: name.to_owned(),
        parent: parent.map(|p| PostRef::Named(p.to_owned())),
        address: "青石路 1 号".into(),
        phone: "021-00000001".into(),
        point: Some(Point::new(121.45, 30.9).unwrap()),
        hours: WeekHours::always(),
        state: PostState::Running,
        serves: vec![],
        seen: None,
    }
}

both_databases! {
    fn a_point_is_found_at_once_and_never_in_old_borders(world: World) {
        assert!(matches!(world.locate(121.45, 30.9), Err(Error::NoOutlines)));
        let ids = world.drawn();
        let found = world.locate(121.45, 30.9).unwrap();
        assert_eq!((found.district, found.town, found.police), (Some(ids[0]), Some(ids[1]), Some(ids[3])));
        assert!(matches!(world.locate(121.7, 30.9), Err(Error::OutsideDistrict(_))));
        // Found in the very transaction that moves the border, and in none that is rolled back.
        let moved = || ["p1", "p2"].map(|code| {
            let (w, e) = if code == "p1" { (121.4, 121.41) } else { (121.41, 121.6) };
            SaveArea::new(AreaKind::Police, Some(code), code).outlined(Outline::rectangle(w, 30.8, e, 31.0).unwrap())
        }).to_vec();
        let set = moved();
        let undone = world.write(move |cx| -> places::Result<()> {
            app::save_areas(cx, &AreaChanges { save: set, retire: vec![] })?;
            assert_eq!(app::locate(cx, Point::new(121.45, 30.9)?)?.police, Some(ids[4]));
            Err(Error::Denied)
        });
        assert!(undone.is_err());
        assert_eq!(world.locate(121.45, 30.9).unwrap().police, found.police);
        world.save(moved()).unwrap();
        assert_ne!(world.locate(121.45, 30.9).unwrap().police, found.police);
    }

    fn an_old_day_shows_the_old_border(world: World) {
        world.drawn();
        let before = world.0.clock.clone();
        let then = world.0.rt.now();
        before.advance_secs(86_400);
        let set = [("p1", 121.4, 121.41), ("p2", 121.41, 121.6)].map(|(code, w, e)| {
            SaveArea::new(AreaKind::Police, Some(code), code).outlined(Outline::rectangle(w, 30.8, e, 31.0).unwrap())
        });
        assert_eq!(world.save(set.to_vec()).unwrap().count(Did::Changed), 2);
        assert_eq!(world.save(set.to_vec()).unwrap().count(Did::Nothing), 2, "again: nothing");
        let point = Point::new(121.45, 30.9).unwrap();
        let (old, new) = world.write(move |cx| Ok((app::areas_as_of(cx, then)?, app::snapshot(cx)?))).unwrap();
        let code = |s: &places::Snapshot| s.area(s.locate(point).unwrap().police.unwrap()).unwrap().code.clone().unwrap();
        assert_eq!((code(&old), code(&new)), ("p1".to_owned(), "p2".to_owned()));
        for (moment, snapshot) in [(then, &old), (world.0.rt.now(), &*new)] {
            let at = world.write(move |cx| places::located_as_of(cx, point, moment)).unwrap();
            assert_eq!(places::Located { post: None, ..snapshot.locate(point).unwrap() }, at);
        }
        let long_ago = then.plus_days(-1);
        let nowhere = world.write(move |cx| places::located_as_of(cx, point, long_ago));
        assert!(matches!(nowhere, Err(Error::OutsideDistrict(_))), "{nowhere:?}");
        assert_eq!(world.events("area.changed"), 2);
    }

    fn a_set_with_a_fault_writes_nothing(world: World) {
        world.drawn();
        let gap = SaveArea::new(AreaKind::Police, Some("p1"), "p1").outlined(Outline::rectangle(121.4, 30.8, 121.45, 31.0).unwrap());
        let new = SaveArea::new(AreaKind::Town, Some("t3"), "t3");
        assert!(matches!(world.save(vec![new.clone(), gap]), Err(Error::Coverage(c)) if c.total == 1));
        let lost = SaveArea::new(AreaKind::Community, Some("c1"), "c1").within("nowhere");
        assert!(matches!(world.save(vec![new.clone(), lost]), Err(Error::Wrong(f)) if f[0].index == 1 && f[0].field == "parent"));
        let twice = world.save(vec![new.clone(), SaveArea::new(AreaKind::Town, Some("t3"), "other")]);
        assert!(matches!(twice, Err(Error::Wrong(f)) if f[0].why == places::Why::SameAs { index: 0 }));
        assert_eq!(world.events("area.added"), 5);
        let public = Who::new(Actor::public(world.0.district), Purpose::Public);
        let denied = world.0.rt.write_now(public, move |cx| app::save_areas(cx, &AreaChanges { save: vec![new], retire: vec![] }));
        assert!(matches!(denied, Err(Error::Denied)));
    }

    fn an_edit_of_an_old_version_is_refused(world: World) {
        let ids = world.drawn();
        let rename = |name: &str, seen| SaveArea { which: AreaRef::Id(ids[1]), seen: Some(seen), ..SaveArea::new(AreaKind::Town, None, name) };
        world.save(vec![rename("新镇", 1)]).unwrap();
        assert!(matches!(world.save(vec![rename("老镇", 1)]), Err(Error::Wrong(f)) if f[0].field == "version"));
        world.save(vec![rename("老镇", 2)]).unwrap();
    }

    fn offices_and_houses_hang_on_a_police_post(world: World) {
        world.drawn();
        let save = |set: Vec<SavePost>| world.write(move |cx| app::save_posts(cx, &set));
        assert!(matches!(save(vec![post(Tier::SafeHouse, "茶馆", None)]), Err(Error::Wrong(f)) if f[0].field == "parent"));
        let set = || vec![post(Tier::SafeHouse, "茶馆", Some("站")), SavePost { serves: vec!["p2".into()], ..post(Tier::PolicePost, "站", None) }];
        let ids: Vec<PostId> = save(set()).unwrap().saved.iter().map(|s| s.0).collect();
        assert_eq!(save(set()).unwrap().count(Did::Nothing), 2);
        assert!(matches!(save(vec![post(Tier::PoliceOffice, "室", Some("茶馆"))]), Err(Error::Wrong(_))), "not on a house");
        assert_eq!(world.locate(121.55, 30.9).unwrap().post, Some(ids[1]));
        save(vec![SavePost { state: PostState::Closed, ..set().remove(1) }]).unwrap();
        assert_eq!(world.locate(121.55, 30.9).unwrap().post, None, "a closed post answers for nothing");
        let far = SavePost { point: Some(Point::new(100.0, 30.0).unwrap()), ..post(Tier::PolicePost, "远", None) };
        assert!(matches!(save(vec![far]), Err(Error::Wrong(f)) if f[0].field == "point"));
    }

    fn duty_is_planned_confirmed_and_over_at_its_end(world: World) {
        world.drawn();
        let id = world.write(|cx| app::save_posts(cx, &[post(Tier::PolicePost, "站", None)])).unwrap().saved[0].0;
        let now = world.0.rt.now();
        let account = AccountId(Uuid::from_u128(5));
        let slot = NewSlot { post: id, account, from: now, to: now.plus_hours(8) };
        let planned = world.write(move |cx| app::plan_duty(cx, slot)).unwrap();
        let at = |t| world.write(move |cx| app::on_duty(cx, id, t)).unwrap();
        assert_eq!((at(now).len(), at(now.plus_hours(8)).len(), at(now.plus_secs(-1)).len()), (1, 0, 0));
        assert!(at(now)[0].confirmed_at.is_none());
        let house = &world.0;
        let as_account = |n| Who::new(Actor::account(house.district, AccountId(Uuid::from_u128(n)), vec![]), Purpose::Administration);
        assert!(matches!(house.rt.write_now(as_account(6), move |cx| app::confirm_duty(cx, planned)), Err(Error::Denied)));
        house.rt.write_now(as_account(5), move |cx| app::confirm_duty(cx, planned)).unwrap();
        assert!(at(now)[0].confirmed_at.is_some());
    }
}
