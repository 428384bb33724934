//! `./dev` on a machine where something is missing and nobody may install it: it prints the command and stops.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// A folder of programs in which the linker and Node.js are missing and `id` says that this is not root.
fn poor_machine(dir: &Path, with: &[&str]) {
    let path = std::env::var("PATH").unwrap();
    for name in ["sh", "dirname", "cat", "head"].iter().chain(with) {
        let real = path.split(':').map(|d| Path::new(d).join(name)).find(|p| p.exists());
        match real {
            Some(real) => symlink(real, dir.join(name)).unwrap(),
            None => script(&dir.join(name), "exit 0"),
        }
    }
    script(&dir.join("id"), "echo 1000");
}

fn script(path: &Path, body: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn dev(path: &Path, command: &str) -> (Output, String) {
    let out = Command::new("/bin/sh").arg(root().join("dev")).arg(command).env("PATH", path).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    (out, said)
}

#[test]
fn without_the_right_to_install_it_says_what_to_run() {
    let dir = tempfile::tempdir().unwrap();
    poor_machine(dir.path(), &["cargo", "cc", "pkg-config", "apt-get"]);
    for command in ["demo", "test", "setup"] {
        let (out, said) = dev(dir.path(), command);
        assert_eq!(out.status.code(), Some(1), "{command}: {said}");
        assert!(said.contains("run this as root, then try again: apt-get update && apt-get install"), "{said}");
        assert!(said.contains(" lld nodejs npm"), "{command}: {said}");
    }
}

#[test]
fn without_rust_or_a_known_package_manager_it_says_so_and_stops() {
    let dir = tempfile::tempdir().unwrap();
    poor_machine(dir.path(), &["cc", "pkg-config"]);
    let (out, said) = dev(dir.path(), "demo");
    assert!(out.status.code() == Some(1) && said.contains("https://rustup.rs"), "{said}");
    script(&dir.path().join("cargo"), "exit 0");
    let (out, said) = dev(dir.path(), "demo");
    assert!(out.status.code() == Some(1) && said.contains("please install: lld nodejs npm"), "{said}");
    let (out, said) = dev(dir.path(), "nonsense");
    assert!(out.status.code() == Some(2) && said.starts_with("usage: ./dev"), "{said}");
}
