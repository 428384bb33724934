//! Residents in care come in from a register: all or nothing, once, and what they are called is in no message.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::import::residents::{self as import, IfAlike};
use cli::{Env, districts};
use people::app::persons::ResidentReport;
use places::AreaKind;
use places::app::{AreaChanges, SaveArea, save_areas};
use std::path::PathBuf;
use testkit::{House, Kind, Setup, both_databases};

struct World {
    house: House,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let sets = [places::MIGRATIONS, people::MIGRATIONS, matters::MIGRATIONS];
        let house = testkit::World::with(kind, &sets).house;
        let area = SaveArea::new(AreaKind::Community, Some("310120001001"), "桂花里");
        let changes = AreaChanges { save: vec![area], retire: Vec::new() };
        house.rt.write_now(districts::operator(house.district), move |cx| save_areas(cx, &changes)).unwrap();
        Self { house }
    }
}

const HEAD: &str = "key,name,sex,birth_year,phone,address,area,guardian,relation,guardian_phone\n";
const GOOD: &str = "R1,王桂芳,f,1941,021-0555 0101,青禾里 3 号,桂花里,李敏,女儿,021-0555 0102\n\
                    R2,赵德福,m,1938,,,310120001001,赵勇,儿子,021-0555 0103\n";

fn run(w: &World, rows: &str, dry_run: bool) -> (anyhow::Result<ResidentReport>, String) {
    let file = w.house.db.dir().join("residents.csv");
    std::fs::write(&file, format!("{HEAD}{rows}")).unwrap();
    run_with(w, file, dry_run, IfAlike::Refuse)
}

fn run_with(w: &World, file: PathBuf, dry_run: bool, alike: IfAlike) -> (anyhow::Result<ResidentReport>, String) {
    let args = import::ResidentsArgs { file, map: None, district: None, dry_run, accept_doubtful: false, alike };
    let mut out = Vec::new();
    let done = import::run(&mut Env { rt: &w.house.rt, district: Some(w.house.district), out: &mut out }, &args);
    (done, String::from_utf8(out).unwrap())
}

fn count(w: &World) -> i64 {
    let who = districts::operator(w.house.district);
    let n = w.house.rt.read_now(who, |cx| cx.query_one("SELECT COUNT(*) AS n FROM person", &[])?.i64("n"));
    n.unwrap()
}

both_databases! {
    fn residents_come_in_once(w: World) {
        let (done, told) = run(&w, GOOD, true);
        assert_eq!((done.unwrap(), count(&w)), (ResidentReport::default(), 0), "a dry run writes nothing");
        assert!(told.contains("dry run: 2 rows are in order"), "{told}");
        let (done, told) = run(&w, GOOD, false);
        assert_eq!(done.unwrap_or_else(|e| panic!("{e}\n{told}")), ResidentReport { new: 2, changed: 0, unchanged: 0 });
        let (again, _) = run(&w, GOOD, false);
        assert_eq!(again.unwrap(), ResidentReport { new: 0, changed: 0, unchanged: 2 });
        let (moved, _) = run(&w, &GOOD.replace("3 号", "5 号"), false);
        assert_eq!(moved.unwrap(), ResidentReport { new: 0, changed: 1, unchanged: 1 });
        assert_eq!(count(&w), 2);
    }

    fn wrong_residents_are_named_by_row_and_nobody_comes_in(w: World) {
        let bad = "R1,,f,1941,,,桂花里,李敏,女儿,\n\
                   R2,孙玉兰,x,19x1,abc,,无此里,周平,,\n\
                   R3,钱多多,m,1938,abc,,桂花里,钱小,,\n";
        let (done, told) = run(&w, &format!("{GOOD}{bad}"), false);
        let told = format!("{told}{}", done.unwrap_err());
        for said in [
            "row 5, column “area”: there is no such area",
            "row 5, column “birth_year”: is no year",
            "row 6, column “phone”: is no telephone number",
            "column “key”: stands for two people",
        ] {
            assert!(told.contains(said), "{said}\n{told}");
        }
        for name in ["王桂芳", "孙玉兰", "钱多多"] {
            assert!(!told.contains(name), "no name of anybody in a message");
        }
        assert_eq!(count(&w), 0, "all or nothing");
    }
    /// A second register knows two of them under keys of its own, and one of its people twice.
    fn somebody_under_another_key_is_asked_about_and_joined_as_a_whole(w: World) {
        run(&w, GOOD, false).0.unwrap();
        let second = "B7,王桂芳,f,1941,,,桂花里,李敏,女儿,021-0555 0102\n\
                      B8,赵德福,m,1961,,,桂花里,赵勇,儿子,\n\
                      B9,钱大宝,m,1940,021-0555 0109,,桂花里,钱小,儿子,\n\
                      C9,钱 大宝,,,0210555 0109,青禾里 9 号,桂花里,钱小,儿子,\n";
        let (done, told) = run(&w, second, false);
        let told = format!("{told}{}", done.unwrap_err());
        for said in ["row 2 looks like somebody who lives in “桂花里” here: same name, and year of birth", "row 5 looks like row 4: same name, and telephone"] {
            assert!(told.contains(said), "{said}\n{told}");
        }
        assert!(!told.contains("row 3 looks"), "another age is somebody else: {told}");
        assert!(!told.contains("王桂芳"), "no name of anybody in a message");
        assert_eq!(count(&w), 2, "nothing was written");

        let file = w.house.db.dir().join("residents.csv");
        let (joined, _) = run_with(&w, file.clone(), false, IfAlike::Join);
        assert_eq!(joined.unwrap(), ResidentReport { new: 2, changed: 2, unchanged: 0 });
        assert_eq!(count(&w), 4);
        let (again, _) = run_with(&w, file, false, IfAlike::Refuse);
        assert_eq!(again.unwrap(), ResidentReport { new: 0, changed: 0, unchanged: 4 }, "both keys are known now");
        let (first, _) = run(&w, GOOD, false);
        assert_eq!(first.unwrap(), ResidentReport { new: 0, changed: 0, unchanged: 2 }, "and so is the first register's");

        // Undone as a whole: the two are as they were, and their second keys are gone.
        cli::import::undo::undo(&w.house.rt, districts::operator(w.house.district), 2, false).unwrap();
        assert_eq!(count(&w), 2);
        let (asked, _) = run(&w, second, false);
        assert!(asked.is_err(), "asked again");
    }

    fn somebody_of_the_same_name_can_be_somebody_else(w: World) {
        run(&w, GOOD, false).0.unwrap();
        let file = w.house.db.dir().join("other.csv");
        std::fs::write(&file, format!("{HEAD}B7,王桂芳,f,1941,,,桂花里,李敏,女儿,\n")).unwrap();
        let (apart, _) = run_with(&w, file, false, IfAlike::Apart);
        assert_eq!((apart.unwrap().new, count(&w)), (1, 3));
    }
}
