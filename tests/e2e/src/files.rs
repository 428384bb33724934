//! Where the built program and what tests leave behind are found.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The root of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map(Path::to_path_buf).expect("tests/e2e lies two levels below the root")
}

/// cargo's target directory: this test runs from `TARGET/PROFILE/deps/NAME`.
pub fn target() -> PathBuf {
    let exe = std::env::current_exe().expect("the path of this test");
    exe.ancestors().nth(3).map(Path::to_path_buf).expect("cargo's layout")
}

/// A directory for what is kept between tests and runs.
pub fn cache(name: &str) -> PathBuf {
    let path = target().join("tmp/e2e").join(name);
    fs::create_dir_all(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    path
}

/// One test process at a time; the lock goes with the returned file.
pub fn lock(name: &str) -> File {
    let path = cache("").join(format!("{name}.lock"));
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    file.lock().unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    file
}

/// The program under test: `MULIN_BIN`, else built here, so that a test never meets yesterday's program.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(given) = std::env::var_os("MULIN_BIN") {
            return given.into();
        }
        let _one_at_a_time = lock("build");
        // The whole workspace's features, as in `./dev test`: nothing is compiled twice.
        let built = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--quiet", "--workspace", "--bin", "mulin"])
            .current_dir(root())
            .status();
        assert!(built.as_ref().is_ok_and(std::process::ExitStatus::success), "building the program: {built:?}");
        target().join("debug/mulin")
    })
}

/// Changes whenever the program is built anew.
pub(crate) fn program_stamp() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let meta = fs::metadata(program()).unwrap_or_else(|e| panic!("{}: {e}", program().display()));
    let mut hasher = DefaultHasher::new();
    (meta.len(), meta.modified().ok()).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Copies a directory with everything in it.
pub(crate) fn copy_dir(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-R").arg("--").arg(from).arg(to).status();
    assert!(status.is_ok_and(|s| s.success()), "copy {} to {}", from.display(), to.display());
}
