//! The JSON interface as its own description has it, asked by schemathesis (PyPI) against the built program.

use e2e::{Demo, files, python};
use std::fs;
use std::process::Command;

/// Cases of each operation that fit its schemas (with ids of things that are there), and as many that do not; more are for
/// a long night.
const EXAMPLES: &str = "1";

#[test]
fn whatever_any_role_asks_the_answer_is_as_described() {
    let python = python::with_requirements("api");
    let demo = Demo::start();
    let dir = tempfile::tempdir().expect("a directory");
    let links = dir.path().join("links.json");
    fs::write(&links, demo.links().to_string()).expect("the links");
    let script = files::root().join("tests/e2e/api/every_role.py");
    python::run(Command::new(python).arg(script).arg(demo.base()).arg(&links).arg(EXAMPLES));
}
