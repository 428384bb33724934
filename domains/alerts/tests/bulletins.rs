//! Bulletins on both databases: two people, an end, nothing personal.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use alerts::app::bulletins::{self, LONGEST_DAYS};
use alerts::bulletin::{Bulletin, Category, Certainty, Circle, Draft, Severity, Stand, Urgency, Words};
use alerts::{Error, Result};
use kernel::ids::AccountId;
use kernel::{Point, Purpose, Role};
use people::model::Place;
use people::policy::Why;
use store::Cx;
use testkit::{Kind, Setup, World};
use uuid::Uuid;

struct Town {
    world: World,
    first: AccountId,
    second: AccountId,
    volunteer: AccountId,
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let world = World::with(kind, &[people::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS]);
        let first = world.staff(Role::Coordinator, Place::default(), "first", "方一").0;
        let second = world.staff(Role::PostHead, Place::default(), "second", "李二").0;
        let volunteer = world.staff(Role::Volunteer, Place::default(), "vol", "志愿").0;
        Self { world, first, second, volunteer }
    }
}

impl Town {
    fn act<T: Send + 'static>(
        &self,
        who: AccountId,
        f: impl FnOnce(&mut Cx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.world.act_as(self.world.who(who, Purpose::Administration), f)
    }
    fn draft(&self) -> Draft {
        Draft {
            category: Category::Infra,
            urgency: Urgency::Expected,
            severity: Severity::Moderate,
            certainty: Certainty::Observed,
            zh: Words {
                event: "停水".into(),
                headline: "青禾路停水".into(),
                description: "抢修水管，约两小时。".into(),
                instruction: String::new(),
            },
            en: None,
            area: None,
            circle: None,
            expires_at: self.world.house.rt.now().plus_hours(6),
            exercise: false,
            numbers_checked: false,
        }
    }
    fn written(&self) -> Uuid {
        let draft = self.draft();
        self.act(self.first, move |cx| bulletins::draft(cx, None, draft)).unwrap()
    }
    fn current(&self) -> Vec<Bulletin> {
        self.world.house.rt.read_now(self.world.public(), bulletins::current).unwrap()
    }
}

fn why<T>(outcome: Result<T>) -> Option<Why> {
    match outcome {
        Err(Error::Denied(denied)) => Some(denied.why),
        _ => None,
    }
}

fn wrong<T>(outcome: Result<T>) -> (&'static str, &'static str) {
    match outcome {
        Err(Error::Invalid { field, why }) => (field, why),
        Err(other) => panic!("{other:?}"),
        Ok(_) => ("", ""),
    }
}

testkit::both_databases! {
    fn two_people_and_an_end(town: Town) {
        let id = town.written();
        assert!(town.current().is_empty(), "a draft is for staff");
        let seen = town.world.house.rt.read_now(town.world.public(), move |cx| bulletins::published(cx, id));
        assert!(matches!(seen, Err(Error::Store(store::Error::NotFound))));
        assert_eq!(why(town.act(town.first, move |cx| bulletins::publish(cx, id, 1))), Some(Why::OwnHandling));
        assert_eq!(why(town.act(town.volunteer, move |cx| bulletins::publish(cx, id, 1))), Some(Why::Role));
        assert_eq!(why(town.act(town.volunteer, bulletins::list)), Some(Why::Role));
        // Whoever changes it last has written it: then the other one publishes.
        let draft = Draft { expires_at: town.world.house.rt.now().plus_hours(1), ..town.draft() };
        assert_eq!(town.act(town.second, move |cx| bulletins::draft(cx, Some((id, 1)), draft)).unwrap(), id);
        assert_eq!(why(town.act(town.second, move |cx| bulletins::publish(cx, id, 2))), Some(Why::OwnHandling));
        assert_eq!(wrong(town.act(town.first, move |cx| bulletins::publish(cx, id, 1))), ("version", "changed"));
        town.act(town.first, move |cx| bulletins::publish(cx, id, 2)).unwrap();
        let shown = town.current();
        assert_eq!((shown.len(), shown[0].stand, shown[0].published_by), (1, Stand::Published, Some(town.first)));
        assert_eq!(shown[0].draft.zh, town.draft().zh);
        // What people have read is not changed any more.
        let draft = town.draft();
        assert_eq!(wrong(town.act(town.first, move |cx| bulletins::draft(cx, Some((id, 3)), draft))), ("version", "changed"));
        assert!(town.act(town.first, move |cx| bulletins::discard(cx, id)).is_err());
        town.world.house.clock.advance_secs(3_601);
        assert!(town.current().is_empty(), "it ended by itself");
        assert_eq!((town.world.logged("bulletin.drafted"), town.world.logged("bulletin.published")), (2, 1));
    }

    fn taking_back_is_public_and_once(town: Town) {
        let id = town.written();
        assert!(town.act(town.second, move |cx| bulletins::cancel(cx, id, "x")).is_err(), "a draft is deleted instead");
        town.act(town.second, move |cx| bulletins::publish(cx, id, 1)).unwrap();
        assert_eq!(wrong(town.act(town.first, move |cx| bulletins::cancel(cx, id, " "))), ("reason", "missing"));
        for _ in 0..2 {
            town.act(town.first, move |cx| bulletins::cancel(cx, id, "已经修好")).unwrap();
        }
        let shown = town.current();
        assert_eq!((shown[0].stand, shown[0].cancel_reason.as_deref()), (Stand::Cancelled, Some("已经修好")));
        assert_eq!(town.world.logged("bulletin.cancelled"), 1);
        let other = town.written();
        town.act(town.second, move |cx| bulletins::discard(cx, other)).unwrap();
        assert_eq!(town.act(town.first, bulletins::list).unwrap().len(), 1);
    }

    fn what_is_typed_is_checked(town: Town) {
        let now = town.world.house.rt.now();
        let send = |change: &dyn Fn(&mut Draft)| {
            let mut draft = town.draft();
            change(&mut draft);
            wrong(town.act(town.first, move |cx| bulletins::draft(cx, None, draft)))
        };
        assert_eq!(send(&|d| d.zh.headline.clear()), ("headline", "missing"));
        assert_eq!(send(&|d| d.zh.description = "长".repeat(2_001)), ("description", "too-long"));
        assert_eq!(send(&|d| d.zh.instruction = "找 138 1234 5678".into()), ("instruction", "personal"));
        assert_eq!(send(&|d| (d.zh.instruction, d.numbers_checked) = ("热线 021-0571 0110".into(), true)), ("", ""));
        assert_eq!(send(&|d| d.en = Some(Words::default())), ("event_en", "missing"));
        assert_eq!(send(&|d| d.expires_at = now), ("expires", "past"));
        assert_eq!(send(&|d| d.expires_at = now.plus_days(LONGEST_DAYS + 1)), ("expires", "too-late"));
        let centre = Point::new(121.47, 30.92).unwrap();
        assert_eq!(send(&|d| d.circle = Some(Circle { centre, radius_m: 5 })), ("radius", "radius"));
        assert_eq!(send(&|d| d.circle = Some(Circle { centre, radius_m: 500 })), ("", ""));
        let drawn = town.act(town.first, bulletins::list).unwrap();
        assert!(drawn.iter().any(|b| b.draft.circle == Some(Circle { centre, radius_m: 500 })));
    }
}
