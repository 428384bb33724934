//! Requests of another city come in: all or nothing, the same again changes nothing, and what is wrong is said by row.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::import::matters::{MattersArgs, Summary, run};
use cli::{Env, districts};
use matters::app::OnTime;
use std::path::{Path, PathBuf};
use testkit::{House, Kind, Setup, both_databases};

const SAMPLE_ROWS: usize = 1_491;
const SAMPLE_DOUBTFUL: usize = 15;

struct World {
    house: House,
    dir: PathBuf,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let sets = [places::MIGRATIONS, people::MIGRATIONS, matters::MIGRATIONS];
        let house = House::new(kind, &sets);
        let dir = house.db.dir().to_owned();
        Self { house, dir }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
fn map() -> PathBuf {
    root().join("docs/examples/boston311.toml")
}
fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/boston311-sample.csv.gz")
}

impl World {
    fn import(
        &self,
        file: &Path,
        map: &Path,
        change: impl FnOnce(&mut MattersArgs),
    ) -> (anyhow::Result<Summary>, String) {
        let mut args = MattersArgs {
            file: file.to_owned(),
            map: map.to_owned(),
            datum: None,
            dry_run: false,
            accept_doubtful: false,
        };
        change(&mut args);
        let mut out = Vec::new();
        let done = run(&mut Env { rt: &self.house.rt, district: None, out: &mut out }, &args);
        (done, String::from_utf8(out).unwrap())
    }
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
    /// A small file with the columns of the sample.
    fn rows(&self, rows: &str) -> PathBuf {
        let header = "id,opened,target,closed,on_time,status,type,reason,queue,source,neighborhood,ward,lat,lon,closed_as_duplicate";
        self.write("rows.csv", &format!("{header}\n{rows}\n"))
    }
    fn on_time(&self) -> OnTime {
        let env = Env { rt: &self.house.rt, district: None, out: &mut std::io::sink() };
        let target = districts::existing(&env, Some("Boston 311")).unwrap();
        self.house.rt.read_now(target.who(), matters::app::on_time).unwrap()
    }
    fn count(&self, table: &'static str) -> i64 {
        let who = self.house.system();
        let sql = format!("SELECT COUNT(*) AS n FROM {table}");
        self.house.rt.read_now(who, move |cx| cx.query_one(&sql, &[])?.i64("n")).unwrap()
    }
}

both_databases! {
    fn the_sample_comes_in_and_again_changes_nothing(w: World) {
        let (refused, told) = w.import(&sample(), &map(), |_| {});
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("15 rows are doubtful") && refused.contains("--accept-doubtful"), "{refused}");
        assert!(told.is_empty() && refused.contains(": it was closed before it was opened (opened “2015-"), "{refused}");
        assert_eq!((w.count("matter"), w.count("district")), (0, 0), "nothing at all is written");

        let (done, told) = w.import(&sample(), &map(), |a| a.accept_doubtful = true);
        let done = done.unwrap();
        assert_eq!((done.new, done.doubtful, done.district_made), (SAMPLE_ROWS, SAMPLE_DOUBTFUL, true), "{told}");
        assert_eq!(done.classes, 111);
        let on_time = w.on_time();
        assert_eq!(on_time.matters as usize, SAMPLE_ROWS);
        assert!(on_time.judged > 900 && on_time.agree * 1_000 >= on_time.stated * 999, "{on_time:?}");
        assert!(told.contains("1,491 new") && told.contains("the other system says the same of"), "{told}");

        let (again, told) = w.import(&sample(), &map(), |a| a.accept_doubtful = true);
        assert_eq!(again.unwrap(), Summary { unchanged: SAMPLE_ROWS, ..Summary::default() }, "{told}");
        assert!(told.contains("0 new, 1,491 unchanged"), "{told}");
    }

    fn open_ones_have_an_owner_and_a_due_time_and_closed_ones_owe_nothing(w: World) {
        let file = w.rows(
            "1,2015-01-01T00:20:09,,,,Open,Graffiti,Wall,Q,Twitter,Back Bay,Ward 5,42.35,-71.06,0\n\
             2,2015-01-02T00:20:09,2015-01-05T08:30:00,2015-01-03T09:00:00,ONTIME,Closed,Graffiti,Wall,Q,Twitter,,,,,1",
        );
        assert_eq!(w.import(&file, &map(), |_| {}).0.unwrap().new, 2);
        let who = w.house.system();
        let rows = w.house.rt.read_now(who, |cx| {
            cx.query("SELECT * FROM matter ORDER BY number", &[])
        }).unwrap();
        let now = w.house.rt.now();
        let (open, closed) = (&rows[0], &rows[1]);
        assert_eq!(open.text("state").unwrap(), "received");
        assert!(open.moment("due_at").unwrap() > now && open.opt_moment("alarm_at").unwrap().is_some());
        assert_eq!(open.text("owner_via").unwrap(), "catch_all");
        assert_eq!(open.moment("received_at").unwrap().rfc3339(), "2015-01-01T05:20:09Z");
        assert_eq!(closed.text("state").unwrap(), "closed");
        assert!(closed.bool("elsewhere").unwrap() && closed.opt_moment("alarm_at").unwrap().is_none());
        assert_eq!(closed.moment("closed_at").unwrap().rfc3339(), "2015-01-03T14:00:00Z");
        assert_eq!(w.count("matter_raiser"), 1, "an open one can be answered");
    }

    fn one_wrong_row_stops_the_whole_file_and_every_one_is_named(w: World) {
        let file = w.rows(
            "1,2015-01-01T00:20:09,,,,Open,Graffiti,Wall,Q,Twitter,,,42.35,-71.06,0\n\
             1,2015-01-01T00:20:09,,,,Open,Graffiti,Wall,Q,Twitter,,,,,0\n\
             3,yesterday,,,,Open,Graffiti,Wall,Q,Twitter,,,,,0\n\
             4,2015-01-01T00:20:09,,,,Pending,Graffiti,Wall,Q,Twitter,,,,,0\n\
             5,2015-01-01T00:20:09,,,,Open,Graffiti,Wall,Q,Twitter,,,142.35,-71.06,0\n\
             6,2015-01-01T00:20:09,,,,Open,Graffiti,Wall,Q,Twitter,,,NaN,1,0\n\
             7,2015-01-01T00:20:09,,,,Open,Graffiti,Wall,Q,Twitter,,,42.35,,0\n\
             8,2015-01-01T00:20:09,,,,Closed,Graffiti,Wall,Q,Twitter,,,,,0\n\
             9,2015-01-01T00:20:09,,,,Open,,Wall,Q,Twitter,,,,,0\n\
             ,2015-01-01T00:20:09,,,maybe,Open,Graffiti,Wall,Q,Twitter,,,,,0\n\
             11,2015-01-01T00:20:09,,,,Open,Graffiti,Wall,Q,Pigeon,,,0,0,0",
        );
        let told = w.import(&file, &map(), |a| a.accept_doubtful = true).0.unwrap_err().to_string();
        assert!(told.contains("rows.csv\nwrong rows: 10\n") && told.contains("nothing was imported: 10 rows"), "{told}");
        for said in [
            "row 3, column “id”: “1” stands in row 2 already",
            "row 4, column “opened”: “yesterday” is not a date such as",
            "row 5, column “status”: “Pending” is not listed under [values.state]",
            "row 6, column “lat”: longitude -71.06, latitude 142.35",
            "row 7, column “lat”: the coordinates are not numbers",
            "row 8, column “lon”: is empty, but the latitude is not",
            "row 9, column “closed”: is empty, but the state says closed",
            "row 10, column “type”: is empty",
            "row 11, column “id”: is empty",
            "row 11, column “on_time”: “maybe” is not listed",
            "row 12, column “source”: “Pigeon” is not listed",
            "row 12, column “lat”: 0,0 is what a device says",
        ] {
            assert!(told.contains(said), "{said}\n{told}");
        }
        assert_eq!((w.count("matter"), w.count("district")), (0, 0));
    }

    fn a_changed_row_is_told_and_left_alone(w: World) {
        let row = "1,2015-01-01T00:20:09,,,,Open,Graffiti,Wall,Q,Twitter,,,,,0";
        assert_eq!(w.import(&w.rows(row), &map(), |_| {}).0.unwrap().new, 1);
        let (done, told) = w.import(&w.rows(&row.replace("Wall", "Bridge")), &map(), |_| {});
        assert_eq!(done.unwrap(), Summary { differs: 1, ..Summary::default() });
        assert!(told.contains("1 differ from what is here"), "{told}");
    }

    fn a_dry_run_writes_nothing(w: World) {
        let (done, told) = w.import(&sample(), &map(), |a| { a.dry_run = true; a.accept_doubtful = true });
        assert_eq!(done.unwrap().new, 0);
        assert!(told.contains("1,491 matters would be imported"), "{told}");
        assert_eq!((w.count("matter"), w.count("district")), (0, 0));
    }
}

#[test]
fn a_map_file_must_say_what_cannot_be_guessed() {
    let w = World::setup(Kind::Sqlite);
    let text = std::fs::read_to_string(map()).unwrap();
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let map = w.write("map.toml", &text.replace(from, to));
        w.import(&sample(), &map, |_| {}).0.unwrap_err().to_string()
    };
    assert!(refused("datum = \"wgs84\"", "").contains("must state the datum"));
    assert!(refused("datum = \"wgs84\"", "datum = \"wgs85\"").contains("“wgs85” is not a datum"));
    assert!(refused("timezone = \"America/New_York\"", "").contains("must state the time zone"));
    assert!(refused("timezone = \"America/New_York\"", "timezone = \"Mars\"").contains("“Mars” is not a time zone"));
    assert!(refused("key = \"id\"", "").contains("key = "));
    assert!(refused("key = \"id\"", "key = \"number\"").contains("no column “number”; it has: id, opened"));
    assert!(refused("opened = \"opened\"", "open = \"opened\"").contains("“open” is not a field"));
    assert!(refused("lat = \"lat\"", "").contains("only one of lat and lon"));
    assert!(refused("create = true", "create = true\ncolour = 1").contains("colour"));
    let map = w.write("map.toml", &text);
    let (told, _) = w.import(&sample(), &map, |a| a.datum = Some(kernel::Datum::Gcj02));
    assert!(told.unwrap_err().to_string().contains("but gcj02 was stated for the file"));
    let map = w.write("map.toml", &text.replace("create = true", "create = false"));
    let (told, _) = w.import(&sample(), &map, |a| a.accept_doubtful = true);
    assert!(format!("{:#}", told.unwrap_err()).contains("list it under [classes.same]"));
    assert_eq!((w.count("matter"), w.count("district")), (0, 0));
}

#[test]
fn spreadsheets_and_old_encodings_come_in_too() {
    let w = World::setup(Kind::Sqlite);
    let map = w.write(
        "map.toml",
        "timezone = \"Asia/Shanghai\"\ndistrict = \"旧系统\"\nkey = \"编号\"\n[columns]\nopened = \"时间\"\nclass = \"类别\"\ntext = \"内容\"\n[classes]\ncreate = true\n",
    );
    let text = "编号,时间,类别,内容\nA1,2026/1/5 8:30,楼道,三楼灯不亮，𠮷龘·😀\n";
    let file = w.dir.join("old.csv");
    std::fs::write(&file, encoding_rs::GB18030.encode(text).0).unwrap();
    assert_eq!(w.import(&file, &map, |_| {}).0.unwrap().new, 1);
    // The same as a spreadsheet is the same.
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in text.trim().lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write(row as u32, column as u16, cell).unwrap();
        }
    }
    let file = w.dir.join("old.xlsx");
    book.save(&file).unwrap();
    assert_eq!(w.import(&file, &map, |_| {}).0.unwrap().unchanged, 1);
}

/// The whole file, where it lies beside the project.
#[test]
fn the_whole_file_agrees_with_its_own_flag() {
    let file = root().join("../shared/data/matters/boston311-2015-h1.csv.gz");
    if !file.exists() {
        return;
    }
    let w = World::setup(Kind::Sqlite);
    let (refused, _) = w.import(&file, &map(), |a| a.dry_run = true);
    assert!(refused.unwrap_err().to_string().contains("84 rows are doubtful"));
    let (done, told) = w.import(&file, &map(), |a| a.accept_doubtful = true);
    let done = done.unwrap();
    assert_eq!((done.new, done.doubtful), (58_119, 84), "{told}");
    let on_time = w.on_time();
    assert!(on_time.stated > 37_000 && on_time.agree * 1_000 >= on_time.stated * 999, "{on_time:?}");
    let (again, told) = w.import(&file, &map(), |a| a.accept_doubtful = true);
    assert_eq!((again.unwrap().unchanged, told.contains("0 new, 58,119 unchanged")), (58_119, true), "{told}");
}
