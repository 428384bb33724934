//! The throw-away databases themselves.

use store::params;
use testkit::{House, Kind, TestDb};

fn rows(db: &TestDb) -> i64 {
    let mut client = postgres::Client::connect(&db.url(), postgres::NoTls).expect("the database is there");
    client.query_one("SELECT count(*) FROM thing", &[]).expect("the template was copied").get(0)
}

fn filled() -> TestDb {
    TestDb::filled(Kind::Postgres, "databases_test_1", |url| {
        let mut client = postgres::Client::connect(url, postgres::NoTls).expect("an empty database");
        client.batch_execute("CREATE TABLE thing (n BIGINT); INSERT INTO thing VALUES (1)").expect("plain SQL");
    })
}

#[test]
fn each_test_has_its_own_copy() {
    let (one, other) = (filled(), filled());
    let mut client = postgres::Client::connect(&one.url(), postgres::NoTls).expect("the first");
    client.batch_execute("INSERT INTO thing VALUES (2)").expect("plain SQL");
    assert_eq!((rows(&one), rows(&other)), (2, 1));
}

#[test]
fn a_database_can_go_away_and_come_back() {
    let db = filled();
    let mut client = postgres::Client::connect(&db.url(), postgres::NoTls).expect("it is there");
    db.reachable(false);
    assert!(client.simple_query("SELECT 1").is_err());
    assert!(postgres::Client::connect(&db.url(), postgres::NoTls).is_err());
    db.reachable(true);
    assert_eq!(rows(&db), 1);
}

testkit::both_databases! {
    /// The macro makes two tests of one body.
    fn a_body_runs_on_both(db: TestDb) {
        assert!(db.url().starts_with(if db.kind() == Kind::Sqlite { "sqlite:" } else { "postgres://" }));
    }
}

/// Migrations run from empty, and a second run finds nothing to do.
#[test]
fn a_house_stands_on_both() {
    for kind in Kind::ALL {
        let mut house = House::new(kind, &[]);
        assert_eq!(house.rt.migrate(&[]).expect("a second run"), 0, "{kind:?}");
        house.reopen();
        let seals = house.rt.read_now(house.system(), |cx| cx.query("SELECT n FROM seal_block", params![]));
        assert!(seals.expect("the tables are there").is_empty());
    }
}

#[cfg(feature = "world")]
testkit::both_databases! {
    /// The world opens with its catch-all holder, and staff can be added.
    fn a_world_is_open(world: testkit::World) {
        let place = people::model::Place::default();
        let (account, _) = world.staff(kernel::Role::Clerk, place, "clerk", "甄登记");
        let who = world.who(account, kernel::Purpose::Proxy);
        assert!(who.actor.has(kernel::Role::Clerk));
        assert_eq!(world.logged("account.created"), 5);
    }
}
