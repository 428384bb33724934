//! Rules about the source itself: what may depend on what, and what must be absent (docs/architecture.md).
#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

/// Every file under these folders of the tree whose name ends like this: path from the root, and its text.
fn files(folders: &[&str], ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut todo: Vec<PathBuf> = folders.iter().map(|f| root().join(f)).collect();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            let skip = path.file_name().is_some_and(|n| n == "node_modules" || n == "target");
            let inside = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
            todo.extend(inside.filter(|_| !skip));
        } else if path.to_string_lossy().ends_with(ending) {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            // A photo among the samples is no text.
            found.extend(fs::read_to_string(&path).ok().map(|text| (name, text)));
        }
    }
    assert!(!found.is_empty(), "nothing found under {folders:?}: the test looks in the wrong place");
    found
}

/// Lines of code that hold one of `words`, comments left out. Code after the mark of a test module is a test.
fn lines_with(files: &[(String, String)], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (n, line) in code.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if words.iter().any(|word| code.contains(word)) {
                found.push(format!("{name}:{}: {}", n + 1, line.trim()));
            }
        }
    }
    found
}

fn floor(folder: &str) -> u8 {
    match folder {
        "base" => 0,
        "engines" => 1,
        "domains" => 2,
        "faces" => 3,
        "tests" => 4,
        other => panic!("crates live in base, engines, domains, faces or tests, not in {other}"),
    }
}

/// Crate → (its floor, what it depends on outside of tests).
fn crates() -> BTreeMap<String, (u8, Vec<String>)> {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let all: Value = serde_json::from_slice(&out.stdout).unwrap();
    let text = |v: &Value, key: &str| v.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |v: &Value, key: &str| v.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    list(&all, "packages")
        .iter()
        .map(|package| {
            let manifest = PathBuf::from(text(package, "manifest_path"));
            let folder = manifest.strip_prefix(root()).unwrap().iter().next().unwrap().to_string_lossy().into_owned();
            let needs = list(package, "dependencies");
            let needs = needs.iter().filter(|d| text(d, "kind") != "dev").map(|d| text(d, "name")).collect();
            (text(package, "name"), (floor(&folder), needs))
        })
        .collect()
}

#[test]
fn dependencies_point_down_or_are_listed() {
    let crates = crates();
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let list = page.split("<!-- sideways: begin -->").nth(1).unwrap().split("<!-- sideways: end -->").next().unwrap();
    let listed: BTreeSet<String> =
        list.lines().filter_map(|line| line.strip_prefix("- `")?.strip_suffix('`').map(str::to_owned)).collect();

    let mut sideways = BTreeSet::new();
    for (name, (floor, needs)) in &crates {
        for (need, (below, _)) in needs.iter().filter_map(|need| crates.get(need).map(|c| (need, c))) {
            assert!(below <= floor, "{name} → {need} points up");
            // Tests may use each other.
            if below == floor && *floor < 4 {
                sideways.insert(format!("{name} → {need}"));
            }
        }
    }
    assert_eq!(sideways, listed, "left: what the manifests say; right: what docs/architecture.md lists");
}

#[test]
fn pages_hold_no_sql() {
    let sql = ["SELECT ", "INSERT INTO", "DELETE FROM", " SET ", "cx.query", "cx.execute", "params!["];
    assert_eq!(lines_with(&files(&["faces/web/src"], ".rs"), &sql), [""; 0]);
}

#[test]
fn only_the_store_knows_which_database_it_is() {
    let words = ["rusqlite", "postgres::", "database_kind() ==", "PRAGMA", "sqlite_master", "pg_catalog"];
    let mut code = files(&["domains", "faces/web/src", "faces/demo/src"], ".rs");
    // A test may look at what is particular to one database.
    code.retain(|(name, _)| !name.contains("/tests/"));
    assert_eq!(lines_with(&code, &words), [""; 0]);
}

#[test]
fn engines_know_no_clock_no_files_no_database() {
    let words =
        ["::now()", "std::fs", "std::net", "std::env", "rusqlite", "postgres", "store::", "Instant", "SystemTime"];
    let mut code = files(&["engines"], ".rs");
    code.retain(|(name, _)| !name.contains("/tests/") && !name.contains("/examples/"));
    assert_eq!(lines_with(&code, &words), [""; 0]);
}

#[test]
fn domains_do_not_read_the_machines_clock() {
    let words = ["Timestamp::now", "Zoned::now", "SystemTime::now", "Instant::now", "SystemClock", "OsIds"];
    let mut code = files(&["domains"], ".rs");
    // What is run by hand to measure needs one.
    code.retain(|(name, _)| !name.contains("/examples/"));
    assert_eq!(lines_with(&code, &words), [""; 0]);
}

#[test]
fn only_commands_write_to_standard_output() {
    // Build scripts talk to cargo that way; examples are tools for whoever changes the crate.
    let mut code = files(&["base", "engines", "domains", "faces"], ".rs");
    code.retain(|(name, _)| !name.ends_with("build.rs") && !name.contains("/examples/") && !name.contains("/tests/"));
    assert_eq!(lines_with(&code, &["println!(", "eprintln!(", " print!(", "eprint!(", "dbg!("]), [""; 0]);
    // How far a long file is, is told by whoever reads it: on a terminal as a bar, in a log as lines.
    let tells =
        |name: &str| ["faces/cli", "faces/mulin", "faces/imports/src/progress.rs"].iter().any(|f| name.starts_with(f));
    code.retain(|(name, _)| !tells(name));
    assert_eq!(lines_with(&code, &["io::stdout()", "io::stderr()"]), [""; 0]);
}

#[test]
fn tests_do_not_sleep() {
    let mut code = files(&["base", "engines", "domains", "faces", "tests"], ".rs");
    code.retain(|(name, _)| !name.ends_with("layout.rs"));
    for (name, text) in &mut code {
        // What is no test may wait for another process, or for the wall's clock.
        if !name.contains("/tests/") && !name.starts_with("tests/") {
            *text = text.split_once("#[cfg(test)]").map(|(_, tests)| tests.to_owned()).unwrap_or_default();
        }
    }
    assert_eq!(lines_with(&code, &["thread::sleep("]), [""; 0]);
}

#[test]
fn no_path_of_somebodys_machine() {
    // Put together here, so that this file does not find itself.
    let places = ["work", "home", "root", "Users", "tmp"].map(|name| format!("/{name}/"));
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    let mut all = files(&["locales"], "");
    all.extend(files(&["base", "engines", "domains", "faces", "tests", "docs", "README.md", "dev"], ""));
    all.retain(|(name, _)| !name.ends_with("package-lock.json"));
    let found: Vec<String> = all
        .iter()
        .flat_map(|(name, text)| {
            text.lines().filter(|line| places.iter().any(|p| line.contains(p))).map(move |l| format!("{name}: {l}"))
        })
        .collect();
    assert_eq!(found, [""; 0]);
}

#[test]
fn documents_link_to_what_exists() {
    let mut broken = Vec::new();
    for (name, text) in files(&["docs", "README.md"], ".md") {
        let folder = root().join(&name).parent().unwrap().to_path_buf();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next()) {
            if !link.is_empty() && !link.contains("://") && !folder.join(link).exists() {
                broken.push(format!("{name}: {link}"));
            }
        }
    }
    assert_eq!(broken, [""; 0]);
}
