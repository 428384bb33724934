//! What posts have, what is near, and crowd days, on both databases: who may, who may not, and what is never shown.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use jiff::civil::Date;
use kernel::ids::PostId;
use kernel::{Moment, Point, Purpose, Role};
use people::model::Place;
use places::app::crowd::{self, Accept, Duty};
use places::app::near::{Ask, nearest_posts};
use places::app::resources::{self, SaveResource, Wanted};
use places::app::{SavePost, save_posts};
use places::model::crowd::{CrowdEvent, EventKind};
use places::model::resource::{Condition, ResourceKind};
use places::{Error, PostState, Tier, WeekHours};
use store::{Cx, Who};
use testkit::{Kind, Setup, World, both_databases};
use uuid::Uuid;

struct Town {
    world: World,
    post: PostId,
    house: PostId,
}

fn post(tier: Tier, code: &str, name: &str, lon: f64, hours: &str) -> SavePost {
    SavePost {
        id: None,
        tier,
        code: Some(code.into()),
        name: name.into(),
        parent: (tier != Tier::PolicePost).then(|| places::app::PostRef::Named("Z1".into())),
        address: String::new(),
        phone: "021-0571 0100".into(),
        point: Point::new(lon, 30.9).ok(),
        hours: hours.parse().unwrap(),
        state: PostState::Running,
        serves: vec![],
        seen: None,
    }
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let world = World::with(kind, &[people::MIGRATIONS, places::MIGRATIONS]);
        let posts = vec![
            post(Tier::PolicePost, "Z1", "青禾站", 121.40, "24h"),
            post(Tier::SafeHouse, "W1", "晨露便利店", 121.405, "24h"),
            // Never open: the hours of a day that is not today are looked for by the test itself.
            post(Tier::SafeHouse, "W2", "阿婆茶馆", 121.402, ""),
            post(Tier::PolicePost, "Z2", "怀谷站", 121.45, "24h"),
        ];
        let saved = world.act(move |cx| save_posts(cx, &posts)).saved;
        Self { world, post: saved[0].0, house: saved[1].0 }
    }
}

impl Town {
    fn at(&self, role: Role, post: Option<PostId>, login: &str) -> Who {
        let (id, _) = self.world.staff(role, Place { post, ..Place::default() }, &format!("one-{login}"), login);
        self.world.who(id, Purpose::Administration)
    }
    fn run<T: Send + 'static>(
        &self,
        who: &Who,
        f: impl FnOnce(&mut Cx<'_>) -> places::Result<T> + Send + 'static,
    ) -> places::Result<T> {
        self.world.act_as(who.clone(), f)
    }
    fn now(&self) -> Moment {
        self.world.house.rt.now()
    }
}

fn thing(post: PostId, kind: &str, count: i64) -> SaveResource {
    SaveResource {
        of: None,
        post,
        kind: kind.into(),
        name: String::new(),
        place: "柜台旁".into(),
        count,
        condition: Condition::Working,
        hours: WeekHours::default(),
    }
}
fn denied<T: std::fmt::Debug>(what: places::Result<T>) {
    assert!(matches!(what, Err(Error::NotAllowed(_))), "{what:?}");
}

both_databases! {
    fn a_post_keeps_what_it_has_and_nobody_else_does(town: Town) {
        let duty = town.at(Role::DutyOfficer, Some(town.post), "duty");
        let thing = thing(town.house, "wheelchair", 2);
        let id = town.run(&duty, { let t = thing.clone(); move |cx| resources::save_resource(cx, &t) }).unwrap();
        // A house that hangs on the post is kept by it; another post is not.
        let elsewhere = town.at(Role::DutyOfficer, Some(PostId(Uuid::from_u128(7))), "far");
        for (role, login) in [(Role::Volunteer, "v"), (Role::Shop, "s"), (Role::SystemAdmin, "a"), (Role::Clerk, "c")] {
            let who = town.at(role, Some(town.post), login);
            denied(town.run(&who, { let t = thing.clone(); move |cx| resources::save_resource(cx, &t) }));
            denied(town.run(&who, move |cx| resources::lend(cx, id, 1, "王阿姨", cx.now.plus_hours(2))));
            denied(town.run(&who, move |cx| resources::remove_resource(cx, id, 1)));
        }
        denied(town.run(&elsewhere, move |cx| resources::save_resource(cx, &thing)));
        denied(town.run(&elsewhere, |cx| resources::bring_resources(cx, "h\nZ1,轮椅").map_err(|e| match e {
            // Which line it is, is said; that it may not be, too.
            Error::Lines(lines) => { assert_eq!(lines, [(2, "post", "not-yours")]); places_denied() }
            other => other,
        })));
        denied(town.run(&town.world.public(), |cx| resources::resources(cx, &Wanted::default())));
        denied(town.run(&town.at(Role::Volunteer, Some(town.post), "v2"), |cx| resources::resources(cx, &Wanted::default())));
        // Whoever looks for a chair sees it, and not who has it.
        town.run(&duty, move |cx| resources::lend(cx, id, 1, "王阿姨", cx.now.plus_hours(2))).unwrap();
        let (far, near) = (elsewhere, duty);
        let seen = town.run(&far, move |cx| resources::resource(cx, id)).unwrap();
        assert_eq!((seen.lent.len(), seen.lent[0].to.as_deref(), seen.free()), (1, None, 1));
        let seen = town.run(&near, move |cx| resources::resource(cx, id)).unwrap();
        assert_eq!(seen.lent[0].to.as_deref(), Some("王阿姨"));
    }

    fn a_loan_is_for_what_is_there_until_it_is_back(town: Town) {
        let head = town.at(Role::PostHead, Some(town.post), "head");
        let id = town.run(&head, { let t = thing(town.post, "wheelchair", 2); move |cx| resources::save_resource(cx, &t) }).unwrap();
        let lend = |n: i64, hours: i64| town.run(&head, move |cx| resources::lend(cx, id, n, "李伯", cx.now.plus_hours(hours)));
        assert!(matches!(lend(3, 2), Err(Error::Invalid { field: "loan", .. })));
        assert!(matches!(lend(1, -1), Err(Error::Invalid { field: "due", .. })));
        let loan = lend(2, 2).unwrap();
        assert!(matches!(lend(1, 2), Err(Error::Invalid { field: "loan", .. })));
        assert!(matches!(town.run(&head, move |cx| resources::remove_resource(cx, id, 1)), Err(Error::Invalid { why: "lent", .. })));
        town.world.house.clock.advance_secs(3 * 3_600);
        let overdue = Wanted { overdue: true, ..Wanted::default() };
        assert_eq!(town.run(&head, { let w = overdue.clone(); move |cx| resources::resources(cx, &w) }).unwrap().len(), 1);
        town.run(&head, move |cx| resources::take_back(cx, loan)).unwrap();
        assert!(town.run(&head, move |cx| resources::resources(cx, &overdue)).unwrap().is_empty());
        // To whom it was lent is gone, row and key.
        let left = town.world.look(move |cx| {
            let row = cx.query_one("SELECT borrower FROM resource_loan WHERE id = $1", store::params![loan])?;
            let keys = cx.query_one("SELECT COUNT(*) AS n FROM subject_key WHERE subject = $1", store::params![loan])?;
            Ok::<_, store::Error>((row.opt_blob("borrower")?, keys.i64("n")?))
        });
        assert_eq!(left, (None, 0));
        assert_eq!(town.world.logged("resource.back"), 1);
    }

    fn names_say_what_and_never_whose(town: Town) {
        let head = town.at(Role::PostHead, Some(town.post), "head");
        let with = |name: &str| SaveResource { name: name.into(), ..thing(town.post, "key", 1) };
        let bad = with("3号楼 13800001234");
        assert!(matches!(town.run(&head, move |cx| resources::save_resource(cx, &bad)), Err(Error::Invalid { why: "personal", .. })));
        let good = with("3号楼门厅");
        town.run(&head, move |cx| resources::save_resource(cx, &good)).unwrap();
    }

    fn a_file_is_brought_whole_once(town: Town) {
        let head = town.at(Role::PostHead, Some(town.post), "head");
        let file = "站点,种类,名称,位置,数量,状态,时间\nZ1,轮椅,,门厅,2,可用,\n晨露便利店,aed,,柜台,1,损坏,每天 6:00-20:00\n";
        let done = town.run(&head, move |cx| resources::bring_resources(cx, file)).unwrap();
        assert_eq!((done.added, done.changed, done.same), (2, 0, 0));
        let again = town.run(&head, move |cx| resources::bring_resources(cx, file)).unwrap();
        assert_eq!((again.added, again.changed, again.same), (0, 0, 2));
        let wrong = "a\nZ1,轮椅,,,3\nnowhere,轮椅\nZ1,飞船\nZ1,轮椅,,,many\n";
        let refused = town.run(&head, move |cx| resources::bring_resources(cx, wrong));
        let Err(Error::Lines(lines)) = refused else { panic!("{refused:?}") };
        assert_eq!(lines, [(3, "post", "unknown"), (4, "kind", "unknown"), (5, "count", "range")]);
        let chairs = Wanted { kind: Some("wheelchair".into()), ..Wanted::default() };
        assert_eq!(town.run(&head, move |cx| resources::resources(cx, &chairs)).unwrap()[0].count, 2, "nothing was written");
    }

    fn kinds_are_the_district_s(town: Town) {
        let kind = ResourceKind { code: String::new(), name_zh: "担架".into(), name_en: "Stretcher".into(), active: true, version: 0 };
        denied(town.run(&town.at(Role::PostHead, Some(town.post), "head"), { let k = kind.clone(); move |cx| resources::save_kind(cx, &k) }));
        let boss = town.at(Role::Coordinator, None, "boss");
        let code = town.run(&boss, { let k = kind.clone(); move |cx| resources::save_kind(cx, &k) }).unwrap();
        assert_eq!(code, "own-1");
        assert!(matches!(town.run(&boss, move |cx| resources::save_kind(cx, &kind)), Err(Error::Invalid { why: "taken", .. })));
        let post = town.post;
        // A kind of one's own is never public, whatever it is called.
        let thing = thing(post, "own-1", 1);
        town.run(&town.world.operator(), move |cx| resources::save_resource(cx, &thing)).unwrap();
        assert!(!town.run(&town.world.public(), resources::offers).unwrap().contains_key(&post));
    }

    fn everybody_finds_what_is_open_near_by(town: Town) {
        for (post, kind) in [(town.house, "aed"), (town.house, "vehicle"), (town.house, "key"), (town.post, "water")] {
            let thing = thing(post, kind, 1);
            town.run(&town.world.operator(), move |cx| resources::save_resource(cx, &thing)).unwrap();
        }
        let here = Point::new(121.404, 30.9).unwrap();
        let ask = |need: Option<&str>| Ask { tiers: vec![], need: need.map(str::to_owned), most: 5 };
        let all = ask(None);
        let near = town.run(&town.world.public(), move |cx| nearest_posts(cx, here, &all)).unwrap();
        let names: Vec<&str> = near.open.iter().map(|n| n.post.name.as_str()).collect();
        assert_eq!(names, ["晨露便利店", "青禾站", "怀谷站"]);
        let kinds: Vec<&str> = near.open[0].offers.iter().map(|o| o.kind.as_str()).collect();
        assert_eq!(kinds, ["aed"], "no vehicle, no key");
        // 96 m as the crow flies, a third more on foot: two minutes, by the estimate.
        assert!(near.estimate && near.open[0].minutes == 2, "{:?}", near.open[0]);
        assert_eq!(near.later.len(), 1, "a door with unknown hours is not open, and not left out");
        let aed = ask(Some("aed"));
        let near = town.run(&town.world.public(), move |cx| nearest_posts(cx, here, &aed)).unwrap();
        assert_eq!((near.open.len(), near.later.len()), (1, 0));
    }

    fn a_suggestion_becomes_duty_by_a_person_alone(town: Town) {
        let head = town.at(Role::PostHead, Some(town.post), "head");
        let day: Date = town.now().zoned(&kernel::time::shanghai()).date().tomorrow().unwrap();
        let event = CrowdEvent {
            id: Uuid::nil(), kind: EventKind::Festival, name: "老街庙会".into(), days: (day, day), minutes: (540, 1_260),
            place: "青禾老街".into(), point: None, post: town.post, expected: 2_000, version: 0,
        };
        denied(town.run(&town.at(Role::Volunteer, Some(town.post), "v"), { let e = event.clone(); move |cx| crowd::save_event(cx, &e) }));
        denied(town.run(&town.world.public(), move |cx| crowd::crowd_events(cx, day, day)));
        let id = town.run(&head, { let e = event.clone(); move |cx| crowd::save_event(cx, &e) }).unwrap();
        let found = town.run(&head, move |cx| crowd::crowd_events(cx, day, day)).unwrap();
        assert_eq!(found.len(), 1);
        let suggestion = places::model::crowd::for_event(&found[0], day).unwrap();
        let walker = town.world.person("walker", "周走");
        let accept = Accept {
            key: suggestion.key.clone(), day, post: town.post, from: suggestion.from, to: suggestion.to,
            people: vec![(walker, Duty::Patrol)],
        };
        let officer = town.at(Role::CommunityOfficer, Some(town.post), "officer");
        denied(town.run(&officer, { let a = accept.clone(); move |cx| crowd::accept(cx, &a) }));
        denied(town.run(&officer, { let k = suggestion.key.clone(); let p = town.post; move |cx| crowd::decline(cx, &k, day, p, "x") }));
        assert_eq!(town.run(&head, { let a = accept.clone(); move |cx| crowd::accept(cx, &a) }).unwrap(), 1);
        assert!(matches!(town.run(&head, move |cx| crowd::accept(cx, &accept)), Err(Error::Decided)));
        let (post, from) = (town.post, suggestion.from.plus_hours(1));
        let on = town.run(&head, move |cx| places::app::on_duty(cx, post, from)).unwrap();
        assert_eq!((on.len(), on[0].account, on[0].confirmed_at), (1, walker, None));
        let decided = town.run(&head, move |cx| crowd::decisions(cx, day)).unwrap();
        assert!(decided[&suggestion.key].accepted && decided[&suggestion.key].slots == 1);
        town.run(&head, move |cx| crowd::drop_event(cx, id, 1)).unwrap();
        assert!(town.run(&head, move |cx| crowd::crowd_events(cx, day, day)).unwrap().is_empty());
    }
}

fn places_denied() -> Error {
    Error::NotAllowed(people::policy::Denied {
        action: people::policy::Action::KeepResources,
        why: people::policy::Why::Elsewhere,
    })
}
