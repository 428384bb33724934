//! A real browser: each journey is a script under `browser/`, run by Node.js against a running demo.

use crate::mail::{self, MailBox};
use crate::{Demo, files};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs `browser/SCRIPT.mjs` with these settings (`lang=en`, `width=390` …), shows what it prints and fails if it fails. With
/// `E2E_PICTURES=yes` in the environment there are pictures of the pages in `target/screenshots`, else only of where it failed.
///
/// # Panics
/// When the script fails, or Node.js or Chromium is missing.
pub fn run(demo: &Demo, script: &str, settings: &[&str]) {
    play(demo.base(), &demo.links().to_string(), (Some(demo.clock()), None), script, settings);
}

/// As [`run`], with a mail server that the script may read.
pub fn run_with_mail(demo: &Demo, mails: &MailBox, script: &str, settings: &[&str]) {
    play(demo.base(), &demo.links().to_string(), (Some(demo.clock()), Some(mails)), script, settings);
}

/// As [`run`], against a district without a demo's links and clock.
pub fn run_at(base: &str, script: &str, settings: &[&str]) {
    play(base, "{}", (None, None), script, settings);
}

type Servers<'a> = (Option<&'a Path>, Option<&'a MailBox>);

fn play(base: &str, links: &str, (clock, mails): Servers<'_>, script: &str, settings: &[&str]) {
    let modules = node_modules();
    let shots = files::target().join("screenshots");
    fs::create_dir_all(&shots).expect("a directory for screenshots");
    let path = files::root().join("tests/e2e/browser").join(format!("{script}.mjs"));
    let out = Command::new("node")
        .arg(&path)
        .args(settings)
        .env("E2E_MODULES", &modules)
        .env("E2E_BASE", base)
        .env("E2E_LINKS", links)
        .env("E2E_CLOCK", clock.unwrap_or(Path::new("")))
        .env("E2E_MAIL", mail::socket_of(mails))
        .env("E2E_SHOTS", &shots)
        .output()
        .unwrap_or_else(|e| panic!("node: {e}; ./dev setup installs it"));
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    let _ = writeln!(std::io::stderr(), "{text}");
    assert!(out.status.success(), "{script} {settings:?} failed: {}\n{text}", out.status);
}

/// What package.json names, as the lock file says, installed once per lock file.
pub(crate) fn node_modules() -> PathBuf {
    let source = files::root().join("tests/e2e");
    let wanted = read(&source.join("package-lock.json"));
    let place = files::cache("node");
    let _one_at_a_time = files::lock("node");
    // Written last: tells that the installation is complete.
    let done = place.join("installed.json");
    if fs::read(&done).ok().as_deref() != Some(&wanted) {
        for file in ["package.json", "package-lock.json"] {
            fs::write(place.join(file), read(&source.join(file))).expect("copy the lock file");
        }
        let out = Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&place)
            .output()
            .unwrap_or_else(|e| panic!("npm: {e}; ./dev setup installs it"));
        assert!(out.status.success(), "npm ci: {}", String::from_utf8_lossy(&out.stderr));
        fs::write(&done, wanted).expect("note that the modules are there");
    }
    place.join("node_modules")
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
