//! Colleagues are found by name and sound, within one's own places.

use super::{World, area, at_area, at_post, post};
use kernel::Role;
use kernel::ids::{AccountId, AreaId, PostId};
use people::app::liaison::liaison_book;
use people::app::orgs::{NewOrg, create_org};
use people::app::terms::NewTerm;
use people::app::{Geography, StaffQuery, search_staff};
use people::model::{OrgKind, Place};

/// Area 2 lies in area 1; post 1 stands in area 2.
struct Town;
impl Geography for Town {
    fn areas_above(&self, a: AreaId) -> Vec<AreaId> {
        if a == area(2) { vec![area(2), area(1)] } else { vec![a] }
    }
    fn posts_above(&self, p: PostId) -> Vec<PostId> {
        vec![p]
    }
    fn area_of_post(&self, _: PostId) -> Option<AreaId> {
        Some(area(2))
    }
}

testkit::both_databases! {
    fn names_are_found_by_part_pinyin_and_initials(w: World) {
        let officer = w.person("chen.jg", "陈建国");
        let lv = w.person("lv", "吕_华");
        for (id, n) in [(officer, 1), (lv, 1)] {
            let seat = w.seat(Role::CommunityOfficer, at_post(n), "民警");
            w.sit(NewTerm::holder(seat, id)).unwrap();
        }
        let find = |text: &str| -> Vec<AccountId> {
            let q = StaffQuery { text: text.into(), ..StaffQuery::default() };
            w.house.rt.read_now(w.as_account(w.first.coordinator), move |cx| search_staff(cx, &Town, &q)).unwrap()
                .into_iter().map(|l| l.account).collect()
        };
        for text in ["建国", "陈", "chenjian", "chen jian", "cjg", "CHEN", "ｃｊｇ", "chen.jg"] {
            assert_eq!(find(text), [officer], "{text}");
        }
        assert_eq!(find("lvh"), [lv]);
        assert_eq!(find("_"), [lv], "signs of the pattern are taken literally");
        assert!(find("%").is_empty());
        assert_eq!(find("").len(), 6, "the four first people and two");
    }

    /// A call may concern any corner of the district; helpers beside the front line see those they work with.
    fn front_line_finds_every_colleague_others_their_own_place(w: World) {
        let (head, far, volunteer) = (w.person("head", "周站长"), w.person("far", "远方"), w.person("vol", "志愿"));
        let town = w.person("town", "镇辅警");
        for (id, role, place) in [
            (head, Role::PostHead, at_post(1)), (far, Role::CommunityOfficer, at_area(7)),
            (volunteer, Role::Volunteer, at_area(2)), (town, Role::Auxiliary, at_area(1)),
        ] {
            let seat = w.seat(role, place, role.code());
            w.sit(NewTerm::holder(seat, id)).unwrap();
        }
        let sees = |who| -> Vec<AccountId> {
            let mut ids: Vec<_> = w.house.rt.read_now(w.as_account(who), |cx| search_staff(cx, &Town, &StaffQuery::default())).unwrap()
                .into_iter().map(|l| l.account).collect();
            ids.sort();
            ids
        };
        let sorted = |mut ids: Vec<AccountId>| { ids.sort(); ids };
        assert_eq!(sees(volunteer), [volunteer]);
        assert_eq!(sees(head).len(), 8);
        assert_eq!(sees(town), sorted(vec![head, volunteer, town]), "everything inside the town");
        assert_eq!(sees(w.first.coordinator).len(), 8);
        assert_eq!(sees(w.first.audit), [w.first.audit]);
    }

    fn takers_are_those_of_the_place_the_agencies_and_the_district(w: World) {
        let org = w.act(|cx| create_org(cx, &NewOrg { kind: OrgKind::Agency, name: "水务所".into(), parent: None, area: None, post: None, phone: None })).unwrap();
        let of_org = Place { org: Some(org), ..Place::default() };
        let all = [
            ("here", Role::CommitteeWorker, at_area(1)), ("post", Role::DutyOfficer, at_post(1)), ("far", Role::CommitteeWorker, at_area(9)),
            ("water", Role::AgencyWorker, of_org), ("gone", Role::Property, at_area(1)),
        ];
        for (login, role, place) in all {
            let (seat, id) = (w.seat(role, place, login), w.person(login, login));
            let term = w.sit(NewTerm::holder(seat, id)).unwrap();
            if login == "gone" {
                w.house.clock.advance_secs(60);
                w.act(move |cx| people::app::end_term(cx, &people::app::Flat, term, None)).unwrap();
                w.house.clock.advance_secs(60);
            }
        }
        let found = w.look(|cx| people::app::takers::takers(cx, &[area(1)], &[post(1)])).unwrap();
        let titles: Vec<_> = found.iter().map(|t| t.title.as_str()).collect();
        for title in ["here", "post", "water", "协调", "兜底"] {
            assert!(titles.contains(&title), "{title} of {titles:?}");
        }
        for title in ["far", "gone", "系统", "安全", "审计"] {
            assert!(!titles.contains(&title), "{title} of {titles:?}");
        }
        let nowhere = w.look(|cx| people::app::takers::takers(cx, &[], &[])).unwrap();
        assert!(nowhere.iter().all(|t| t.title != "here") && nowhere.iter().any(|t| t.title == "water"));
    }

    fn the_liaison_book_names_holder_and_deputy_of_each_seat(w: World) {
        let org = w.act(|cx| create_org(cx, &NewOrg { kind: OrgKind::Agency, name: "水务所".into(), parent: None, area: None, post: None, phone: Some("021-0555 0100".into()) })).unwrap();
        let (a, b) = (w.person("aa", "甲"), w.person("bb", "乙"));
        let seat = w.seat(Role::AgencyWorker, Place { org: Some(org), ..Place::default() }, "值班");
        w.sit(NewTerm::deputy(seat, b)).unwrap();
        w.sit(NewTerm::holder(seat, a)).unwrap();
        let book = w.house.rt.read_now(w.as_account(w.first.coordinator), move |cx| liaison_book(cx, &Town, Some(org))).unwrap();
        assert_eq!(book.len(), 1);
        assert_eq!(book[0].org_phone.as_deref(), Some("021-0555 0100"));
        assert_eq!(book[0].people.iter().map(|p| (p.account, p.deputy)).collect::<Vec<_>>(), [(a, false), (b, true)]);
        let none = w.house.rt.read_now(w.as_account(w.first.audit), move |cx| liaison_book(cx, &Town, None)).unwrap();
        assert!(none.iter().all(|l| l.people.iter().any(|p| p.account == w.first.audit)));
    }
}
