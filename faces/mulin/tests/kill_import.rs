//! Kill -9 or a full disk in the middle of an import leaves nothing, and the same command then succeeds. In the middle of an
//! undo it leaves all.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use testkit::stall::On;
use testkit::{Kind, TestDb};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn mulin(db: &TestDb) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mulin"));
    command.current_dir(db.dir()).env("MULIN_DATABASE", db.url()).env("MULIN_KEYS", db.dir().join("mulin.keys"));
    command.env_remove("MULIN_CONFIG").env_remove("MULIN_CLOCK").env_remove("MULIN_DISTRICT");
    command
}

fn import(db: &TestDb) -> Command {
    let mut command = mulin(db);
    command
        .args(["import", "matters"])
        .arg(root().join("faces/cli/tests/data/boston311-sample.csv.gz"))
        .arg("--map")
        .arg(root().join("docs/examples/boston311.toml"))
        .arg("--accept-doubtful");
    command
}

fn report(db: &TestDb) -> Output {
    mulin(db).args(["report", "on-time", "--district", "boston311", "--json"]).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn init(db: &TestDb) {
    let made = mulin(db).arg("init").output().unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr));
}

/// No matter of the file. The district that the file is for is made before its rows, and stays, empty.
fn nothing_is_there(db: &TestDb) {
    let now = report(db);
    let (out, err) = (text(&now.stdout), text(&now.stderr));
    assert!(out.contains("\"matters\":0") || err.contains("there is no district “boston311”"), "{out}{err}");
}

fn it_comes_in_whole(db: &TestDb) {
    let again = import(db).output().unwrap();
    let said = text(&again.stdout);
    assert!(again.status.success() && said.contains("1,491 new, 0 unchanged"), "{said}{}", text(&again.stderr));
    assert!(text(&report(db).stdout).contains("\"matters\":1491"));
}

testkit::both_databases! {
    fn a_killed_import_leaves_nothing_behind(db: TestDb) {
        init(&db);
        let mut child = import(&db).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let told = BufReader::new(child.stderr.take().unwrap());
        let half_way = told.lines().map_while(Result::ok).any(|line| line.starts_with("writing 50"));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(half_way, "the import ended before it could be killed");
        nothing_is_there(&db);
        it_comes_in_whole(&db);
    }
}

fn undo(db: &TestDb) -> Command {
    let mut command = mulin(db);
    command.args(["import", "undo", "1", "--district", "boston311"]);
    command
}

/// Is the import undone, as the list says? What is there must agree with it.
fn is_undone(db: &TestDb) -> bool {
    let list = mulin(db).args(["import", "list", "--district", "boston311", "--json"]).output().unwrap();
    let undone = !text(&list.stdout).contains("\"undone_at\":null");
    let there = text(&report(db).stdout).contains("\"matters\":1491");
    assert_ne!(undone, there, "{}", text(&list.stdout));
    undone
}

/// Killed when it goes, also when the test fails: one that hangs would hang for ever.
struct Doomed(Child);

impl Drop for Doomed {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

testkit::both_databases! {
    fn a_killed_undo_leaves_all_or_nothing(db: TestDb) {
        init(&db);
        it_comes_in_whole(&db);
        // Inside its transaction, for certain: where the first matter goes, and where everything is gone but the last line.
        for (table, on) in [("matter", On::Delete), ("import_run", On::Update)] {
            let stall = db.stall(table, on);
            let child = Doomed(undo(&db).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
            stall.reached();
            drop(child);
            stall.lift();
            assert!(!is_undone(&db), "cut off at {table}: all of it is there");
        }
        // After it: what is said is done.
        let mut child = Doomed(undo(&db).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
        let said = BufReader::new(child.0.stdout.take().unwrap()).lines().next();
        drop(child);
        assert!(said.is_some_and(|line| line.is_ok()), "it says that it is done");
        assert!(is_undone(&db), "and it is");
        nothing_is_there(&db);
        it_comes_in_whole(&db);
        let verified = mulin(&db).args(["audit", "verify", "--district", "boston311"]).output().unwrap();
        assert!(verified.status.success(), "{}{}", text(&verified.stdout), text(&verified.stderr));
    }
}

#[test]
fn a_full_disk_in_the_middle_of_an_import_is_told_and_leaves_nothing_behind() {
    let db = TestDb::new(Kind::Sqlite);
    init(&db);
    let used = std::fs::metadata(db.sqlite_path()).unwrap().len() / 4_096;
    let quota = format!("{}?max_pages={}", db.url(), used + 200);
    let refused = import(&db).env("MULIN_DATABASE", quota).output().unwrap();
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("writing 10 %") && said.contains("the disk is full"), "{said}");
    assert!(said.contains("nothing was changed") && said.contains("make room"), "{said}");
    nothing_is_there(&db);
    it_comes_in_whole(&db);
}
