//! An undo puts back exactly what was there, all or nothing; what something was built on stays, and the row is named.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use cli::Env;
use cli::import::undo::{CannotUndo, ListArgs, UndoArgs};
use cli::import::{Import, areas, matters, people as staff, posts, residents};
use kernel::Datum;
use places::AreaKind;
use std::path::{Path, PathBuf};
use store::chain::{self, Against};
use store::{Value, Who};
use testkit::{Kind, Setup, both_databases};

struct World {
    seed: testkit::World,
}

impl Setup for World {
    fn setup(kind: Kind) -> Self {
        let sets = [places::MIGRATIONS, people::MIGRATIONS, ::matters::MIGRATIONS, alerts::MIGRATIONS];
        Self { seed: testkit::World::with(kind, &sets) }
    }
}

/// Everything that an import can change, but for versions, which count on.
const TABLES: &[&str] = &[
    "area",
    "area_outline",
    "post",
    "post_area",
    "account",
    "org",
    "seat",
    "term",
    "person",
    "person_area",
    "person_token",
    "guardian",
    "subject_key",
    "matter",
    "matter_note",
    "matter_copy",
    "matter_raiser",
    "matter_foreign",
    "matter_class",
    "import_item",
];

impl World {
    fn who(&self) -> Who {
        cli::districts::operator(self.seed.house.district)
    }
    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.seed.house.db.dir().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
    fn run(&self, command: &Import) -> (anyhow::Result<()>, String) {
        let mut out = Vec::new();
        let done = cli::import::run(
            &mut Env { rt: &self.seed.house.rt, district: Some(self.seed.house.district), out: &mut out },
            command,
        );
        (done, String::from_utf8(out).unwrap())
    }
    fn good(&self, command: &Import) -> String {
        let (done, told) = self.run(command);
        done.unwrap_or_else(|e| panic!("{e:#}\n{told}"));
        told
    }
    fn undo(&self, n: i64, dry_run: bool) -> (anyhow::Result<()>, String) {
        self.run(&Import::Undo(UndoArgs { n, district: None, dry_run }))
    }
    /// Why it is refused: (row, thing, why) of each reason.
    fn reasons(&self, n: i64) -> Vec<(Option<i64>, String, String)> {
        let before = self.all();
        let refused = self.undo(n, false).0.unwrap_err();
        assert_eq!(before, self.all(), "nothing was touched");
        match refused.downcast::<CannotUndo>().unwrap() {
            CannotUndo::BuiltOn(_, reasons) => {
                reasons.into_iter().map(|r| (r.row, r.thing.to_owned(), r.why.to_owned())).collect()
            }
            other => panic!("{other}"),
        }
    }
    fn sql(&self, sql: &'static str, params: Vec<Value>) {
        self.seed.house.rt.write_now(self.who(), move |cx| cx.execute(sql, &params)).unwrap();
    }
    fn last(&self) -> i64 {
        let list = self.seed.house.rt.read_now(self.who(), |cx| store::imports::list(cx, 1)).unwrap();
        list.first().map_or(0, |i| i.n)
    }
    /// Rows of all tables as text.
    fn all(&self) -> Vec<(String, Vec<String>)> {
        let of = |table: &&str| {
            let sql = format!("SELECT * FROM {table}");
            let rows = self.seed.house.rt.read_now(self.who(), move |cx| cx.query(&sql, &[])).unwrap();
            let mut rows: Vec<String> = rows.iter().map(without_version).collect();
            rows.sort();
            ((*table).to_owned(), rows)
        };
        TABLES.iter().map(of).collect()
    }
    fn log_verifies(&self) {
        let (rt, district) = (&self.seed.house.rt, self.seed.house.district);
        chain::seal_now(rt, district).unwrap();
        let report = chain::verify(rt, district, &Against::default(), &|_| {}).unwrap();
        assert!(report.broken().is_none(), "{report:?}");
    }
    fn events(&self, kind: &'static str) -> i64 {
        let sql = "SELECT COUNT(*) AS n FROM event WHERE kind = $1";
        self.seed.house.rt.read_now(self.who(), move |cx| cx.query_one(sql, &[Value::from(kind)])?.i64("n")).unwrap()
    }

    fn areas(file: &Path, kind: AreaKind) -> Import {
        Import::Areas(areas::AreasArgs { datum: Some(Datum::Wgs84), ..areas::AreasArgs::new(file, kind) })
    }
    /// Three communities side by side, the second `wide`.
    fn communities(&self, name: &str, wide: bool) -> Import {
        let square = |code: &str, name: &str, lon: f64, width: f64| {
            let east = lon + width;
            format!("{code},{name},\"POLYGON (({lon} 30.9, {east} 30.9, {east} 30.91, {lon} 30.91, {lon} 30.9))\"\n")
        };
        let text = format!(
            "code,name,wkt\n{}{}{}",
            square("A1", "甲里", 121.40, 0.01),
            square("A2", "乙里", 121.42, if wide { 0.012 } else { 0.01 }),
            square("A3", "丙里", 121.44, 0.01)
        );
        Self::areas(&self.write(name, &text), AreaKind::Community)
    }
    fn posts(&self, text: &str) -> Import {
        let file = self.write("posts.csv", &format!("tier,name,code,parent,phone\n{text}"));
        let args =
            posts::PostsArgs { file, map: None, datum: None, district: None, dry_run: false, accept_doubtful: false };
        Import::Posts(args)
    }
    fn staff(&self, text: &str) -> Import {
        let file = self.write("people.csv", &format!("login,name,role,area,org,org_kind,title\n{text}"));
        let args = staff::PeopleArgs { file, map: None, district: None, dry_run: false, accept_doubtful: false };
        Import::People(args)
    }
    fn residents(&self, text: &str) -> Import {
        let file = self.write("residents.csv", &format!("key,name,area,guardian,guardian_phone\n{text}"));
        let args = residents::ResidentsArgs {
            file,
            map: None,
            district: None,
            dry_run: false,
            accept_doubtful: true,
            alike: residents::IfAlike::Refuse,
        };
        Import::Residents(args)
    }
    fn matters(&self, rows: &str) -> Import {
        let map = "timezone = \"Asia/Shanghai\"\ndatum = \"wgs84\"\nkey = \"编号\"\n[columns]\nopened = \"时间\"\nclosed = \"办结\"\n\
                   class = \"类别\"\ntext = \"内容\"\nlat = \"纬度\"\nlon = \"经度\"\n[classes]\ncreate = true\n";
        let map = self.write("old.toml", map);
        let file = self.write("old.csv", &format!("编号,时间,办结,类别,内容,纬度,经度\n{rows}"));
        Import::Matters(matters::MattersArgs { file, map, datum: None, dry_run: false, accept_doubtful: false })
    }
}

fn without_version(row: &store::Row) -> String {
    let kept = row.columns().filter(|(name, _)| *name != "version");
    kept.map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(" ")
}

both_databases! {
    fn areas_go_back_to_what_they_were(w: World) {
        w.good(&w.communities("first.csv", false));
        let before = w.all();
        let told = w.good(&w.communities("wider.csv", true));
        let n = w.last();
        assert!(told.contains(&format!("this is import {n}; mulin import undo {n}")), "{told}");
        assert!(w.undo(n, true).1.contains("could be undone"), "a dry run only says so");
        assert_ne!(before, w.all());
        let (done, told) = w.undo(n, false);
        done.unwrap();
        assert!(told.contains("0 that were new are gone, 1 are as they were before"), "{told}");
        assert_eq!(before, w.all());
        assert!(w.undo(n, false).0.unwrap_err().to_string().contains("undone already"));
        // The same file again does the same again.
        assert!(w.good(&w.communities("wider.csv", true)).contains("1 changed, 2 as they were"));
        assert_eq!((w.events("import.done"), w.events("import.undone"), w.events("area.put_back")), (3, 1, 1));
        w.log_verifies();
    }

    fn an_area_that_something_stands_on_stays(w: World) {
        let before = w.all();
        w.good(&w.communities("first.csv", false));
        let n = w.last();
        w.good(&w.residents("R1,王桂芳,A2,李敏,021-0555 0102\n"));
        let residents = w.last();
        w.good(&w.matters("M1,2026-01-05 08:30,,楼道,三楼灯不亮,30.905,121.405\n"));
        assert_eq!(w.reasons(n), [
            (Some(3), "area".into(), "has-residents".into()),
            (Some(2), "area".into(), "has-matters".into()),
        ]);
        let told = w.undo(n, false).0.unwrap_err().to_string();
        assert!(told.contains("row 2, area 甲里: 1 matters") && told.contains("row 3, area 乙里: 1 residents"), "{told}");
        w.undo(w.last(), false).0.unwrap();
        w.undo(residents, false).0.unwrap();
        w.undo(n, false).0.unwrap();
        assert_eq!(before, w.all());
    }

    fn posts_give_back_what_they_took(w: World) {
        let before = w.all();
        w.good(&w.posts("police_post,青禾站,P1,,021-0555 0110\nsafe_house,药店,P2,P1,\n"));
        let first = w.last();
        let between = w.all();
        w.good(&w.posts("police_post,青禾站,P1,,021-0555 0119\nsafe_house,茶馆,P3,P1,\n"));
        let second = w.last();
        assert_eq!(w.reasons(first), [(Some(2), "post".into(), "has-posts".into())]);
        w.undo(second, false).0.unwrap();
        assert_eq!(between, w.all());
        w.undo(first, false).0.unwrap();
        assert_eq!(before, w.all());
    }

    fn staff_go_unless_somebody_signed_in_or_sits_there(w: World) {
        let before = w.all();
        let rows = "a.one,甲,volunteer,,志愿队,association,队员\nb.two,乙,volunteer,,志愿队,association,队员二\n";
        w.good(&w.staff(rows));
        let n = w.last();
        let session = "INSERT INTO login_session (id, district_id, account_id, token_hash, device, created_at, last_seen_at, \
                       expires_at) SELECT id, district_id, id, $1, 'x', 1, 1, 2 FROM account WHERE login = 'b.two'";
        w.sql(session, vec![Value::Blob(vec![7; 32])]);
        assert_eq!(w.reasons(n), [(Some(3), "account".into(), "signed-in".into())]);
        let told = w.undo(n, false).0.unwrap_err().to_string();
        assert!(told.contains("row 3, account b.two: the account has signed in"), "{told}");
        w.sql("DELETE FROM login_session", vec![]);
        // A new name is a change of its own, to be undone first.
        w.good(&w.staff("a.one,甲一,,,,,\n"));
        assert_eq!(w.reasons(n), [(Some(2), "account".into(), "changed".into())]);
        w.undo(w.last(), false).0.unwrap();
        // Its version has counted on, but the account is as this import had left it.
        w.undo(n, false).0.unwrap();
        assert_eq!(before, w.all());
        assert!(w.good(&w.staff(rows)).contains("2 accounts new"));
        w.log_verifies();
    }

    fn residents_go_with_their_keys_and_come_again(w: World) {
        w.good(&w.communities("first.csv", false));
        let before = w.all();
        w.good(&w.residents("R1,王桂芳,A1,李敏,021-0555 0102\n"));
        let (first, between) = (w.last(), w.all());
        w.good(&w.residents("R1,王桂芳,A2,李明,021-0555 0103\nR2,赵德福,A2,,\n"));
        let told = w.undo(w.last(), false).1;
        assert!(told.contains("1 that were new are gone, 1 are as they were before"), "{told}");
        assert_eq!(between, w.all());
        assert!(!told.contains("王桂芳"));
        w.sql(
            "INSERT INTO consent (id, district_id, person_id, part, answer, given_by, purpose, channel, witness, at, review_on, \
             written_by) SELECT id, district_id, id, 'health', 'yes', 'self', 'x', 'x', $1, 9223372036854775000, 2, 'x' FROM person",
            vec![Value::Blob(vec![1])],
        );
        assert_eq!(w.reasons(first), [(Some(2), "person".into(), "has-consent".into())]);
        w.sql("DELETE FROM consent", vec![]);
        w.undo(first, false).0.unwrap();
        assert_eq!(before, w.all());
    }

    fn matters_go_with_their_words_and_the_log_still_verifies(w: World) {
        let before = w.all();
        let rows = "M1,2026-01-05 08:30,,楼道,三楼灯不亮,,\nM2,2026-01-05 08:31,2026-01-06 08:00,楼道,二楼漏水,,\n";
        let file = w.matters(rows);
        w.good(&file);
        let n = w.last();
        w.log_verifies();
        w.sql("UPDATE matter SET version = 2 WHERE number = 'M1'", vec![]);
        assert_eq!(w.reasons(n), [(None, "matter".into(), "moved".into())]);
        assert!(w.undo(n, false).0.unwrap_err().to_string().contains("matter M1: somebody works on it"));
        w.sql("UPDATE matter SET version = 1 WHERE number = 'M1'", vec![]);
        w.undo(n, false).0.unwrap();
        assert_eq!(before, w.all());
        assert_eq!((w.events("matter.import"), w.events("matter.import_undone")), (2, 2), "the log only grows");
        w.log_verifies();
        assert!(w.good(&file).contains("2 new, 0 unchanged"), "the same file again does the same again");
        let list = w.good(&Import::List(ListArgs { last: 9, district: None, json: false }));
        assert!(list.contains("matters  old.csv  2 rows: 2 new, 0 changed") && list.contains("; undone "), "{list}");
        w.log_verifies();
    }

    fn an_import_that_changes_nothing_is_none_and_an_old_one_stays(w: World) {
        w.good(&w.communities("first.csv", false));
        let n = w.last();
        w.good(&w.communities("first.csv", false));
        assert_eq!(w.last(), n);
        let rules = store::retention::configured(&[store::retention::RULES], &std::collections::BTreeMap::new()).unwrap();
        let later = w.seed.house.rt.now().plus_days(91);
        w.seed.house.clock.set(later);
        store::retention::run(&w.seed.house.rt, &w.who(), &rules).unwrap();
        assert!(w.undo(n, false).0.unwrap_err().to_string().contains("no longer kept"));
        assert!(w.undo(n + 1, false).0.unwrap_err().to_string().contains("there is no import"));
    }

    fn who_may_not_import_may_not_undo(w: World) {
        w.good(&w.communities("first.csv", false));
        let (n, before) = (w.last(), w.all());
        for account in [w.seed.first.security, w.seed.first.audit, w.seed.first.coordinator] {
            let who = w.seed.who(account, kernel::Purpose::Administration);
            let refused = cli::import::undo::undo(&w.seed.house.rt, who.clone(), n, false).unwrap_err();
            assert!(matches!(refused.downcast_ref::<people::Error>(), Some(people::Error::Denied(_))), "{refused}");
            assert!(w.seed.house.rt.read_now(who, |cx| people::app::undo::list_imports(cx, 1)).is_err());
        }
        assert_eq!(before, w.all());
        // Seats are given and taken by somebody else than who imports areas.
        w.good(&w.staff("a.one,甲,volunteer,,志愿队,association,队员\n"));
        let system = w.seed.who(w.seed.first.system, kernel::Purpose::Administration);
        assert!(cli::import::undo::undo(&w.seed.house.rt, system.clone(), w.last(), false).is_err());
        cli::import::undo::undo(&w.seed.house.rt, system, n, false).unwrap();
    }
}
