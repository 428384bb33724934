//! "The administrator edits the log", played against the program itself: what `mulin audit verify` says and how it ends.
#![allow(clippy::unwrap_used, reason = "tests")]

use kernel::ids::DistrictId;
use kernel::{OsIds, SystemClock};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use store::{Keys, Options, Runtime, Who};

fn mulin(data: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mulin"));
    command.current_dir(data).arg("--data").arg(data).env_remove("MULIN_CONFIG").env_remove("MULIN_CLOCK");
    command.args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What somebody does who has the file and its password.
fn tamper(data: &Path, sql: &'static str) {
    let url = format!("sqlite:{}", data.join("mulin.db").display());
    let keys = Keys::load(&data.join("mulin.keys")).unwrap();
    let rt = Runtime::open(Options::new(url, Arc::new(SystemClock), Arc::new(OsIds), keys)).unwrap();
    let nobody = Who::system(DistrictId(uuid::Uuid::nil()), "test");
    let changed = rt.write_now(nobody, move |cx| cx.execute(sql, &[])).unwrap();
    assert!(changed > 0, "{sql}");
}

#[test]
fn an_edited_log_is_named_and_a_cut_one_needs_an_anchor() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    let made = mulin(data, &["init", "--hash", "sm3"]);
    assert!(made.status.success(), "{}", text(&made.stderr));

    let anchored = mulin(data, &["audit", "anchor"]);
    let line = text(&anchored.stdout);
    assert!(line.starts_with("mulin-anchor v=1 ") && line.contains("algorithm=sm3"), "{line}");
    let file = data.join("anchors/anchors-000000.txt");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), line);
    let head = text(&mulin(data, &["audit", "head"]).stdout);
    let mark = head.lines().nth(1).unwrap().to_owned();
    let page = text(&mulin(data, &["audit", "anchor", "--print"]).stdout);
    assert!(page.contains("审计日志锚点") && page.contains("mulin-anchor v=1 "), "{page}");

    let verify = |more: &[&str]| mulin(data, &[&["audit", "verify"], more].concat());
    let file = file.to_str().unwrap();
    let fine = verify(&["--anchor", file, "--head", &mark]);
    assert_eq!(fine.status.code(), Some(0), "{}", text(&fine.stderr));
    assert!(text(&fine.stdout).starts_with("the log is whole: "), "{}", text(&fine.stdout));

    tamper(data, "UPDATE event SET actor = 'public' WHERE n = 3");
    let broken = verify(&["--json"]);
    assert_eq!(broken.status.code(), Some(1));
    let said = text(&broken.stderr);
    assert!(said.contains("the log is broken: event entry 3, sealed at ") && said.contains("was changed"), "{said}");
    let report: Value = serde_json::from_slice(&broken.stdout).unwrap();
    let first = report.pointer("/breaks/0").unwrap();
    assert_eq!(report.get("whole"), Some(&Value::Bool(false)));
    assert_eq!((first.get("kind"), first.get("table")), (Some(&"changed".into()), Some(&"event".into())));
    assert_eq!(first.get("entry"), Some(&3.into()));

    tamper(data, "DELETE FROM event");
    tamper(data, "DELETE FROM seal_block");
    tamper(data, "DELETE FROM anchor");
    assert_eq!(verify(&[]).status.code(), Some(0), "an empty log is whole in itself");
    let cut = verify(&["--anchor", file]);
    assert_eq!(cut.status.code(), Some(1));
    assert!(text(&cut.stderr).contains("the log was cut after block 0"), "{}", text(&cut.stderr));
    assert_eq!(verify(&["--head", &mark]).status.code(), Some(1));

    std::fs::write(data.join("forged.txt"), line.replace("block=", "block=1")).unwrap();
    let forged = verify(&["--anchor", "forged.txt"]);
    assert_eq!(forged.status.code(), Some(1));
    assert!(text(&forged.stderr).contains("its signature does not hold"), "{}", text(&forged.stderr));
    std::fs::write(data.join("note.txt"), "buy milk\n").unwrap();
    for wrong in [&["--anchor", "note.txt"][..], &["--anchor", "nowhere.txt"], &["--head", "4f"], &["--what"]] {
        assert_eq!(verify(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_hash_can_be_changed_later_and_both_parts_verify() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path();
    assert!(mulin(data, &["init"]).status.success());
    assert_eq!(text(&mulin(data, &["audit", "hash"]).stdout), "sha256\n");
    mulin(data, &["audit", "anchor"]);
    assert_eq!(text(&mulin(data, &["audit", "hash", "sm3"]).stdout), "sm3\n");
    assert!(text(&mulin(data, &["audit", "anchor"]).stdout).contains("algorithm=sm3"));
    let report: Value = serde_json::from_slice(&mulin(data, &["audit", "verify", "--json"]).stdout).unwrap();
    assert_eq!((report.get("whole"), report.get("blocks")), (Some(&Value::Bool(true)), Some(&2.into())));
    assert_eq!(mulin(data, &["audit", "hash", "md5"]).status.code(), Some(2));
}
