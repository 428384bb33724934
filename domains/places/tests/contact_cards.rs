//! Contact cards of buildings on both databases: who stands on them, when they are printed again, who may.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::ids::{AccountId, AreaId, PostId, SeatId};
use kernel::{Point, Purpose, Role};
use people::app::terms::hand_over;
use people::model::Place;
use places::app::contact_cards::{self, Spot, contacts};
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::model::contact_card::{Answer, Part, Wall};
use places::{AreaKind, Error, Outline, PostState, Tier, WeekHours};
use store::{Cx, Who};
use testkit::{Kind, Setup, World, both_databases};
use uuid::Uuid;

struct Town {
    world: World,
    community: AreaId,
    other: AreaId,
    cell: AreaId,
    police: AreaId,
    post: PostId,
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let world = World::with(kind, &[people::MIGRATIONS, places::MIGRATIONS]);
        let area = |kind, code, w, e, n| {
            SaveArea::new(kind, Some(code), code).outlined(Outline::rectangle(w, 30.8, e, n).unwrap())
        };
        let save = vec![
            area(AreaKind::District, "d", 121.4, 121.6, 31.0),
            area(AreaKind::Town, "t1", 121.4, 121.6, 31.0),
            area(AreaKind::Community, "c1", 121.4, 121.5, 31.0),
            area(AreaKind::Community, "c2", 121.5, 121.6, 31.0),
            area(AreaKind::Police, "p1", 121.4, 121.6, 31.0),
            area(AreaKind::Grid, "g1", 121.41, 121.43, 30.9),
        ];
        world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] }));
        let post = SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: Some("Z1".into()),
            name: "青禾站".into(),
            parent: None,
            address: "青禾路1号".into(),
            phone: "021-0571 0100".into(),
            point: Point::new(121.45, 30.9).ok(),
            hours: WeekHours::always(),
            state: PostState::Running,
            serves: vec!["p1".into()],
            seen: None,
        };
        let post = world.act(move |cx| save_posts(cx, &[post])).saved[0].0;
        let ground = world.act(places::snapshot);
        let id = |kind, code| ground.by_code(kind, code).unwrap().id;
        Self {
            community: id(AreaKind::Community, "c1"),
            other: id(AreaKind::Community, "c2"),
            cell: id(AreaKind::Grid, "g1"),
            police: id(AreaKind::Police, "p1"),
            post,
            world,
        }
    }
}

impl Town {
    fn sits(&self, role: Role, place: Place, login: &str, name: &str) -> (AccountId, SeatId) {
        self.world.staff(role, place, login, name)
    }
    fn in_area(&self, role: Role, area: AreaId, login: &str, name: &str) -> Who {
        let (id, _) = self.sits(role, Place { area: Some(area), ..Place::default() }, login, name);
        self.world.who(id, Purpose::Administration)
    }
    fn run<T: Send + 'static>(
        &self,
        who: &Who,
        f: impl FnOnce(&mut Cx<'_>) -> places::Result<T> + Send + 'static,
    ) -> places::Result<T> {
        self.world.act_as(who.clone(), f)
    }
    fn on_card(&self, area: AreaId) -> Vec<(Part, String)> {
        let found = self.world.act(move |cx| {
            let ground = places::snapshot(cx)?;
            contacts(cx, &ground, &[Spot::of_area(&ground, area)])
        });
        found[0].iter().map(|c| (c.part, c.name.clone())).collect()
    }
    fn walls(&self, who: &Who) -> Vec<(String, Wall)> {
        let community = self.community;
        let all = self.run(who, move |cx| contact_cards::buildings(cx, community)).unwrap();
        all.into_iter().map(|b| (b.name, b.wall)).collect()
    }
}

both_databases! {
    fn the_innermost_of_each_role_stands_on_the_card(town: Town) {
        let at = |area| Place { area: Some(area), ..Place::default() };
        town.sits(Role::CommunityOfficer, at(town.police), "officer", "陈民警");
        town.sits(Role::CommitteeWorker, at(town.community), "committee", "王委员");
        town.sits(Role::CommitteeWorker, at(town.cell), "grid", "李网格");
        town.sits(Role::Property, at(town.community), "property", "赵管家");
        town.sits(Role::DutyOfficer, Place { post: Some(town.post), ..Place::default() }, "duty", "夏值班");
        let base = [
            (Part::Officer, "陈民警".to_owned()), (Part::Committee, "王委员".into()), (Part::Property, "赵管家".into()),
            (Part::Duty, "夏值班".into()), (Part::Post, "青禾站".into()),
        ];
        assert_eq!(town.on_card(town.community), base);
        let cell = town.on_card(town.cell);
        assert_eq!(cell[1], (Part::Grid, "李网格".into()));
        assert_eq!(cell.len(), 6);
        // Next door only what the police area and the post give.
        let next: Vec<Part> = town.on_card(town.other).into_iter().map(|(p, _)| p).collect();
        assert_eq!(next, [Part::Officer, Part::Duty, Part::Post]);
    }

    fn a_card_is_printed_again_when_somebody_changes(town: Town) {
        let worker = town.in_area(Role::CommitteeWorker, town.community, "committee", "王委员");
        let (_, seat) = town.sits(Role::Property, Place { area: Some(town.community), ..Place::default() }, "p1", "赵管家");
        let (community, cell) = (town.community, town.cell);
        let text = "10号楼 101-103 201\n2号楼：1室、2室\n\n2号楼 2室 3室";
        let done = town.run(&worker, move |cx| contact_cards::enter(cx, community, text)).unwrap();
        assert_eq!((done.buildings, done.doors), (2, 7));
        town.run(&worker, move |cx| contact_cards::enter(cx, cell, "小楼")).unwrap();
        assert_eq!(town.walls(&worker), [("2号楼", Wall::Never), ("10号楼", Wall::Never), ("小楼", Wall::Never)].map(|(n, w)| (n.to_owned(), w)));
        let ids: Vec<Uuid> = town.run(&worker, move |cx| contact_cards::buildings(cx, community)).unwrap().iter().map(|b| b.id).collect();
        let all = ids.clone();
        let cards = town.run(&worker, move |cx| contact_cards::print(cx, community, &all)).unwrap();
        assert_eq!(cards.len(), 3);
        assert!(cards[0].contacts.iter().any(|c| c.part == Part::Property && c.name == "赵管家"));
        assert!(town.walls(&worker).iter().all(|(_, w)| matches!(w, Wall::Right(_))));
        // Somebody else takes the seat: every card with that line is old, and says which line.
        let next = town.world.person("p2", "孙管家");
        town.world.act(move |cx| hand_over(cx, &people::app::Flat, seat, next, None));
        assert!(town.walls(&worker).iter().all(|(_, w)| matches!(w, Wall::Old(_, parts) if *parts == [Part::Property])));
        let one = ids[0];
        town.run(&worker, move |cx| contact_cards::print(cx, community, &[one])).unwrap();
        let walls = town.walls(&worker);
        assert!(matches!(walls[0].1, Wall::Right(_)) && matches!(walls[1].1, Wall::Old(..)));
        let tally = town.run(&worker, contact_cards::tallies).unwrap();
        assert_eq!(tally.len(), 1, "only one's own neighbourhood");
        assert_eq!((tally[0].1.buildings, tally[0].1.old, tally[0].1.doors), (3, 2, 7));
    }

    fn households_say_yes_or_no_and_nothing_else_is_kept(town: Town) {
        let worker = town.in_area(Role::CommitteeWorker, town.community, "committee", "王委员");
        let community = town.community;
        town.run(&worker, move |cx| contact_cards::enter(cx, community, "1号楼 101-104")).unwrap();
        let id = town.run(&worker, move |cx| contact_cards::buildings(cx, community)).unwrap()[0].id;
        let say = |answers: Vec<(&str, Option<Answer>)>| {
            let answers: Vec<_> = answers.into_iter().map(|(d, a)| (d.to_owned(), a)).collect();
            town.run(&worker, move |cx| contact_cards::record_answers(cx, id, &answers))
        };
        say(vec![("101", Some(Answer::Given)), ("102", Some(Answer::Given)), ("103", Some(Answer::Declined))]).unwrap();
        say(vec![("102", None)]).unwrap();
        assert!(matches!(say(vec![("999", None)]), Err(Error::Invalid { field: "doors", .. })));
        let (found, doors) = town.run(&worker, move |cx| contact_cards::building(cx, id)).unwrap();
        assert_eq!((found.doors, found.given, found.declined), (4, 1, 1));
        assert_eq!(doors[1], ("102".to_owned(), None));
        // All lines or none, and each wrong line is named.
        let wrong = town.run(&worker, move |cx| contact_cards::enter(cx, community, "2号楼 101\n3号楼 王阿婆\n4号楼 106-101"));
        assert!(matches!(&wrong, Err(Error::Lines(l)) if *l == [(2, "doors", "not-a-door"), (3, "doors", "range")]), "{wrong:?}");
        assert_eq!(town.walls(&worker).len(), 1);
        town.run(&worker, move |cx| contact_cards::rename(cx, id, "一号楼", 1)).unwrap();
        assert!(matches!(town.run(&worker, move |cx| contact_cards::remove(cx, id, 1)), Err(Error::Stale { .. })));
        town.run(&worker, move |cx| contact_cards::remove(cx, id, 2)).unwrap();
        let left = town.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM contact_household", &[])?.i64("n"));
        assert_eq!(left, 0);
    }

    fn nobody_else_keeps_them(town: Town) {
        let worker = town.in_area(Role::CommitteeWorker, town.community, "committee", "王委员");
        let community = town.community;
        town.run(&worker, move |cx| contact_cards::enter(cx, community, "1号楼 101")).unwrap();
        let id = town.run(&worker, move |cx| contact_cards::buildings(cx, community)).unwrap()[0].id;
        let mut others = vec![town.in_area(Role::CommitteeWorker, town.other, "next", "邻委员"), town.world.public()];
        for role in [Role::Volunteer, Role::Property, Role::Shop, Role::Clerk, Role::SystemAdmin, Role::Mediator] {
            others.push(town.in_area(role, town.community, role.code(), "某某"));
        }
        for who in &others {
            let refused = |error: Option<Error>| assert!(matches!(error, Some(Error::NotAllowed(_))), "{error:?}");
            refused(town.run(who, move |cx| contact_cards::buildings(cx, community)).err());
            refused(town.run(who, move |cx| contact_cards::building(cx, id)).err());
            refused(town.run(who, move |cx| contact_cards::enter(cx, community, "2号楼")).err());
            refused(town.run(who, move |cx| contact_cards::print(cx, community, &[id])).err());
            refused(town.run(who, move |cx| contact_cards::record_answers(cx, id, &[])).err());
            refused(town.run(who, move |cx| contact_cards::rename(cx, id, "x", 1)).err());
            refused(town.run(who, move |cx| contact_cards::remove(cx, id, 1)).err());
        }
        let officer = town.in_area(Role::CommunityOfficer, town.police, "officer", "陈民警");
        assert_eq!(town.run(&officer, move |cx| contact_cards::buildings(cx, community)).unwrap().len(), 1);
    }
}
