//! A backup is made while others write, opens only with its keys, and never takes the place of anything.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};
use testkit::{Kind, TestDb};

fn mulin(dir: &Path, database: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mulin"));
    command.current_dir(dir).env("MULIN_DATABASE", database).env("MULIN_KEYS", dir.join("mulin.keys")).args(args);
    for other in ["MULIN_CONFIG", "MULIN_CLOCK", "MULIN_DISTRICT"] {
        command.env_remove(other);
    }
    command.output().unwrap()
}

fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

#[test]
fn a_backup_comes_back_and_only_with_its_keys() {
    let db = TestDb::new(Kind::Sqlite);
    let dir = db.dir();
    assert!(mulin(dir, &db.url(), &["init", "--code", "310120", "--name", "保密区"]).status.success());
    let made = mulin(dir, &db.url(), &["backup", "one.mulin"]);
    assert!(made.status.success(), "{}", said(&made));
    let bytes = std::fs::read(dir.join("one.mulin")).unwrap();
    let clear = |what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
    assert!(!clear("保密区".as_bytes()) && !clear(b"SQLite format"), "nothing of it can be read");
    assert!(!dir.join("one.mulin.copy").exists() && !dir.join("one.mulin.part").exists());
    let twice = mulin(dir, &db.url(), &["backup", "one.mulin"]);
    assert!(twice.status.code() == Some(1) && said(&twice).contains("is there already"), "{}", said(&twice));

    let over = mulin(dir, &db.url(), &["restore", "one.mulin"]);
    assert!(over.status.code() == Some(1) && said(&over).contains("never overwritten"), "{}", said(&over));
    let other = format!("sqlite:{}", dir.join("other.db").display());
    let back = mulin(dir, &other, &["restore", "one.mulin"]);
    assert!(back.status.success(), "{}", said(&back));
    let doctor = mulin(dir, &other, &["doctor"]);
    assert!(said(&doctor).contains("保密区 (310120): open"), "{}", said(&doctor));

    std::fs::write(dir.join("mulin.keys"), format!("1 {}\n", "ab".repeat(32))).unwrap();
    let third = format!("sqlite:{}", dir.join("third.db").display());
    let foreign = mulin(dir, &third, &["restore", "one.mulin"]);
    assert!(foreign.status.code() == Some(1) && said(&foreign).contains("another Mulin"), "{}", said(&foreign));
    assert!(!dir.join("third.db").exists() && !dir.join("third.db.part").exists());
}

#[test]
fn postgresql_is_pointed_to_its_own_tools() {
    let db = TestDb::new(Kind::Postgres);
    assert!(mulin(db.dir(), &db.url(), &["init"]).status.success());
    for args in [["backup", "one.mulin"], ["restore", "one.mulin"]] {
        let out = mulin(db.dir(), &db.url(), &args);
        assert!(out.status.code() == Some(1) && said(&out).contains("pg_restore --dbname"), "{}", said(&out));
        assert!(!db.dir().join("one.mulin").exists());
    }
}
