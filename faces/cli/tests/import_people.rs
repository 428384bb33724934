//! Staff and volunteers come in from a table; years of the work calendar from theirs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::import::{calendar, people as import};
use cli::{Env, districts};
use kernel::Moment;
use std::path::{Path, PathBuf};
use testkit::{House, Kind, Setup, both_databases};

struct World {
    house: House,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let sets = [places::MIGRATIONS, people::MIGRATIONS, matters::MIGRATIONS];
        Self { house: testkit::World::with(kind, &sets).house }
    }
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples")
}

fn run(w: &World, file: &Path, map: Option<PathBuf>) -> (anyhow::Result<people::app::ImportReport>, String) {
    let mut out = Vec::new();
    let args =
        import::PeopleArgs { file: file.to_owned(), map, district: None, dry_run: false, accept_doubtful: false };
    let done = import::run(&mut Env { rt: &w.house.rt, district: Some(w.house.district), out: &mut out }, &args);
    (done, String::from_utf8(out).unwrap())
}

both_databases! {
    fn people_come_in_once(w: World) {
        let (file, map) = (examples().join("people.csv"), Some(examples().join("people.toml")));
        let (done, told) = run(&w, &file, map.clone());
        let done = done.unwrap_or_else(|e| panic!("{e}\n{told}"));
        assert_eq!((done.accounts_new, done.orgs_new, done.seats_new, done.terms_new), (3, 3, 3, 4), "{told}");
        let (again, told) = run(&w, &file, map);
        assert_eq!(again.unwrap().unchanged, 4, "{told}");
        assert!(told.starts_with("0 accounts new, 0 changed"), "{told}");
    }

    fn wrong_people_are_named_and_nobody_comes_in(w: World) {
        let file = w.house.db.dir().join("people.csv");
        std::fs::write(&file, "login,name,role,area,org,org_kind,from,to\n\
            good.one,好人,volunteer,,,,,\n\
            坏,名,volunteer,,,,,\n\
            x.y,,pilot,nowhere,Club,circus,2026-02-30,\n\
            a.b,甲,volunteer,,Club,,2026-02-01,2026-01-01\n").unwrap();
        let told = run(&w, &file, None).0.unwrap_err().to_string();
        assert!(told.contains("nothing was imported"), "{told}");
        for said in [
            "row 4, column “name”: is empty",
            "row 4, column “role”: “pilot” must be one of volunteer",
            "row 4, column “area”: there is no area “nowhere”",
            "row 4, column “org_kind”: “circus” must be one of police_branch",
            "row 4, column “from”: “2026-02-30” is not a date",
            "row 5, column “org”: the kind of this organisation is missing",
            "row 5, column “to”: the term ends before it begins",
        ] {
            assert!(told.contains(said), "{said}\n{told}");
        }
        std::fs::write(&file, "login,name,role\ngood.one,好人,volunteer\n坏,名,volunteer\n").unwrap();
        let told = run(&w, &file, None).0.unwrap_err().to_string();
        assert!(told.contains("row 3, column “login”: a login is 2–40 letters"), "{told}");
        let env = Env { rt: &w.house.rt, district: Some(w.house.district), out: &mut std::io::sink() };
        let target = districts::existing(&env, None).unwrap();
        let found = w.house.rt.read_now(target.who(), |cx| people::app::accounts::by_login(cx, "good.one")).unwrap();
        assert!(found.is_none(), "all or nothing");
    }
}

#[test]
fn a_year_is_loaded_and_a_broken_file_is_not() {
    let w = World::setup(Kind::Sqlite);
    let file = w.house.db.dir().join("2027.csv");
    let load = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let args = calendar::CalendarArgs { file: file.clone(), district: None, dry_run: false };
        let mut out = Vec::new();
        let done = calendar::run(&mut Env { rt: &w.house.rt, district: Some(w.house.district), out: &mut out }, &args);
        (done, String::from_utf8(out).unwrap())
    };
    assert!(load("date,kind,holiday\n2027-10-01,maybe,x\n").0.is_err());
    assert!(load("date,kind,holiday\n2027-12-31,off,x\n").0.unwrap_err().to_string().contains("no whole year"));
    let (done, told) = load("date,kind,holiday\n2027-01-01,off,new year\n2027-10-01,off,national day\n");
    assert_eq!(done.unwrap().years, [2027], "{told}");
    let (again, told) = load("date,kind,holiday\n2027-01-01,off,new year\n2027-10-01,off,national day\n");
    assert!(again.unwrap().years.is_empty() && told.contains("none of them new"), "{told}");
    assert!(w.house.rt.now() > Moment::default());
}
