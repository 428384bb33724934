//! Programs of others written in Python, each in an environment of its own below `target/`, exactly as its requirements say.

use crate::files;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Python with what `tests/e2e/{folder}/requirements.txt` names, installed once per content of that file.
///
/// # Panics
/// When it cannot be installed; what pip said is in the message.
pub fn with_requirements(folder: &str) -> PathBuf {
    let wanted = files::root().join("tests/e2e").join(folder).join("requirements.txt");
    let wanted = fs::read(wanted).expect("the requirements");
    let place = files::cache(&format!("python-{folder}"));
    let _one_at_a_time = files::lock(&format!("python-{folder}"));
    let python = place.join("venv/bin/python");
    let done = place.join("installed.txt");
    if fs::read(&done).ok().as_deref() != Some(&wanted) {
        let list = place.join("requirements.txt");
        fs::write(&list, &wanted).expect("copy the requirements");
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(place.join("venv")));
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
            .arg(&list));
        fs::write(&done, wanted).expect("note that the libraries are there");
    }
    python
}

/// Runs to the end and answers what was said.
///
/// # Panics
/// When it fails; what was said is in the message.
pub fn run(command: &mut Command) -> String {
    let out = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}; ./dev setup installs Python"));
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{command:?}: {}\n{text}", out.status);
    text
}
