//! Kill -9 in the middle of an import leaves nothing, and the same command then succeeds.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn mulin(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mulin"));
    command.current_dir(data).arg("--data").arg(data).env_remove("MULIN_CONFIG").env_remove("MULIN_CLOCK");
    command
}

fn import(data: &Path) -> Command {
    let mut command = mulin(data);
    command
        .args(["import", "matters"])
        .arg(root().join("faces/cli/tests/data/boston311-sample.csv.gz"))
        .arg("--map")
        .arg(root().join("docs/examples/boston311.toml"))
        .arg("--accept-doubtful");
    command
}

fn report(data: &Path) -> Output {
    mulin(data).args(["report", "on-time", "--district", "boston311", "--json"]).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_killed_import_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let made = mulin(dir.path()).arg("init").output().unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr));

    let mut child = import(dir.path()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let told = BufReader::new(child.stderr.take().unwrap());
    let half_way = told.lines().map_while(Result::ok).any(|line| line.starts_with("writing 50"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(half_way, "the import ended before it could be killed");

    let report_now = report(dir.path());
    assert_eq!(report_now.status.code(), Some(1), "{}", text(&report_now.stdout));
    assert!(text(&report_now.stderr).contains("there is no district “boston311”"), "{}", text(&report_now.stderr));

    let again = import(dir.path()).output().unwrap();
    let said = text(&again.stdout);
    assert!(again.status.success() && said.contains("1,491 new, 0 unchanged"), "{said}{}", text(&again.stderr));
    assert!(text(&report(dir.path()).stdout).contains("\"matters\":1491"));
}
