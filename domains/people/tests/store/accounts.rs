//! Accounts and the district's beginning.

use super::{World, area, first_people, refused};
use kernel::{Actor, Purpose};
use people::app::accounts::{self, AccountChange, NewAccount, close_account, create_account, suspend_account};
use people::app::{districts, import, init, orgs};
use people::model::{AccountStatus, OrgKind};
use people::policy::jobs;
use store::Who;
use testkit::{House, Kind, Setup as _};

testkit::both_databases! {
    fn a_district_begins_with_four_people_and_is_open(w: World) {
        let d = w.look(districts::district).unwrap().unwrap();
        assert_eq!(d.name, "和邻区");
        assert!(d.opened_at.is_some());
        assert_eq!(refused(w.act(|cx| init(cx, &first_people()))), "district-exists");
        assert_eq!(w.logged("account.created"), 4);
        assert_eq!(w.logged("term.begun"), 5);
    }

    fn the_administrators_must_be_three_people(w: World) {
        let mut house = House::new(w.house.db.kind(), &[people::MIGRATIONS]);
        house.reopen();
        let who = Who::new(Actor::system(house.district, jobs::CLI), Purpose::Administration);
        let mut same = first_people();
        same.audit.login = " ＳＹＳ ".into();
        assert_eq!(refused(house.rt.write_now(who.clone(), move |cx| init(cx, &same))), "separation");
        let gone = house.rt.read_now(who, districts::district).unwrap();
        assert_eq!(gone, None, "a refused beginning leaves nothing");
    }

    fn a_login_is_taken_once_however_it_is_written(w: World) {
        w.person("wang.li", "王丽");
        let again = NewAccount { login: "ＷＡＮＧ.li".into(), display_name: "别人".into(), ..NewAccount::default() };
        assert_eq!(refused(w.act(move |cx| create_account(cx, &again))), "login-taken");
        let odd = NewAccount { login: "王丽".into(), display_name: "王丽".into(), ..NewAccount::default() };
        assert_eq!(refused(w.act(move |cx| create_account(cx, &odd))), "invalid");
    }

    fn names_with_rare_characters_and_sealed_addresses_come_back(w: World) {
        let new = NewAccount {
            login: "rare".into(), display_name: "买买提·𠮷龘".into(), email: Some("rare＠example.org".into()),
            ..NewAccount::default()
        };
        let id = w.act(move |cx| create_account(cx, &new)).unwrap();
        let (a, mail) = w.look(move |cx| Ok((accounts::account(cx, id)?, accounts::email(cx, id)?))).unwrap();
        assert_eq!(a.display_name, "买买提·𠮷龘");
        assert_eq!(mail.as_deref(), Some("rare@example.org"));
        let raw = w.look(move |cx| Ok(cx.query_one("SELECT email FROM account WHERE id = $1", store::params![id])?.blob("email")?)).unwrap();
        assert!(!raw.windows(7).any(|part| part == b"example"), "the address lies sealed");
        let bad = NewAccount { login: "bad".into(), display_name: "x".into(), email: Some("nobody".into()), ..NewAccount::default() };
        assert_eq!(refused(w.act(move |cx| create_account(cx, &bad))), "invalid");
    }

    fn of_two_changes_at_once_the_second_learns_of_the_first(w: World) {
        let id = w.person("wang.li", "王丽");
        let change = AccountChange { phone_ext: Some(Some("801".into())), ..AccountChange::default() };
        let (a, b) = (change.clone(), change);
        w.act(move |cx| accounts::change_account(cx, id, 1, &a)).unwrap();
        match w.act(move |cx| accounts::change_account(cx, id, 1, &b)) {
            Err(people::Error::Stale { seen: 1, current: 2 }) => {}
            other => panic!("{other:?}"),
        }
    }

    fn only_the_system_administrator_manages_accounts(w: World) {
        let id = w.person("wang.li", "王丽");
        for (who, why) in [(w.first.security, "role"), (w.first.coordinator, "role"), (id, "role")] {
            assert_eq!(refused(w.act_as(who, move |cx| suspend_account(cx, id))), why);
        }
        w.act_as(w.first.system, move |cx| suspend_account(cx, id)).unwrap();
        w.act_as(w.first.system, move |cx| close_account(cx, id)).unwrap();
        assert_eq!(w.look(move |cx| accounts::account(cx, id)).unwrap().status, AccountStatus::Closed);
        assert_eq!(refused(w.act(move |cx| accounts::reactivate_account(cx, id))), "not-active");
    }

    fn an_import_is_all_or_nothing_and_repeats_without_change(w: World) {
        let row = |login: &str, title: &str| import::PersonRow {
            login: login.into(), display_name: format!("人{login}"), email: Some(format!("{login}@example.org")),
            org: Some((OrgKind::Committee, "青禾居委会".into())),
            role: Some(kernel::Role::CommitteeWorker), area: Some(area(1)), seat_title: title.into(),
            ..import::PersonRow::default()
        };
        let rows: Vec<_> = (0..30).map(|i| row(&format!("p{i}"), &format!("委员{i}"))).collect();
        let mut bad = rows.clone();
        bad[3].login = "不行".into();
        bad[7].display_name = String::new();
        match w.act(move |cx| import::import_people(cx, &bad)) {
            Err(people::Error::WrongRows(wrong)) => {
                assert_eq!(wrong.iter().map(|r| (r.row, r.field)).collect::<Vec<_>>(), [(4, "login"), (8, "display_name")]);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(w.look(|cx| orgs::list(cx, None)).unwrap().len(), 0, "nothing was written");
        let again = rows.clone();
        let report = w.act(move |cx| import::import_people(cx, &rows)).unwrap().report;
        assert_eq!((report.accounts_new, report.orgs_new, report.seats_new, report.terms_new), (30, 1, 30, 30));
        let report = w.act(move |cx| import::import_people(cx, &again)).unwrap().report;
        assert_eq!(report, import::ImportReport { unchanged: 30, ..import::ImportReport::default() });
    }
}

#[test]
fn a_district_without_catch_all_does_not_open() {
    for kind in Kind::ALL {
        let w = World::setup(kind);
        w.act(|cx| {
            // The catch-all as if it had never been there.
            cx.execute("UPDATE district SET opened_at = NULL", &[])?;
            cx.execute("DELETE FROM term WHERE seat_id IN (SELECT id FROM seat WHERE role = 'catch_all')", &[])?;
            Ok(())
        })
        .unwrap();
        assert_eq!(refused(w.act(districts::open_district)), "last-catch-all");
    }
}
