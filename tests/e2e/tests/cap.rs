//! Bulletins as CAP 1.2 against the schema of OASIS itself, from the built program.

use e2e::{Demo, files, python, server};
use std::fs;
use std::process::Command;

#[test]
fn every_message_is_valid_by_the_schema_of_oasis() {
    let python = python::with_requirements("cap");
    let demo = Demo::start();
    let dir = tempfile::tempdir().expect("a directory");
    let links = dir.path().join("links.json");
    fs::write(&links, demo.links().to_string()).expect("the links");
    let script = files::root().join("tests/e2e/cap/valid.py");
    python::run(Command::new(python).arg(script).arg(demo.base()).arg(&links).arg(server::NOW));
}
