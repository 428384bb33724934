//! A running demo on a free port with a clock that tests move, and a real district as an operator starts it.

use crate::files;
use crate::http::Client;
use crate::program::{Program, command};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

/// Every demo of these tests starts on Wednesday, 24 June 2026, at 10:00 in Shanghai: a working day in office hours.
pub const NOW: &str = "2026-06-24T10:00:00+08:00";

/// Time for a start on data that is already there.
const START: Duration = Duration::from_secs(30);
/// Time for a first start, which invents a district, in the unoptimised program on a busy machine.
const FIRST_START: Duration = Duration::from_mins(10);

/// `mulin demo`, ended when dropped.
#[derive(Debug)]
pub struct Demo {
    program: Program,
    clock: PathBuf,
    links: Value,
    dir: tempfile::TempDir,
}

impl Demo {
    /// Starts on a copy of a freshly seeded district; seeding happens once per build of the program.
    ///
    /// # Panics
    /// When the program does not get ready; its output is in the message.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// As [`Self::start`], with these settings in the environment (`MULIN_…`).
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a directory for the demo");
        files::copy_dir(&seeded(), &dir.path().join("data"));
        Self::launch_with(dir, START, settings)
    }

    /// At the time of all demos, which stands still: nobody can move it.
    pub fn start_where_time_stands() -> Self {
        let dir = tempfile::tempdir().expect("a directory for the demo");
        files::copy_dir(&seeded(), &dir.path().join("data"));
        Self::launch_as(dir, START, |_| {})
    }

    fn launch(dir: tempfile::TempDir, patience: Duration) -> Self {
        Self::launch_with(dir, patience, &[])
    }

    fn launch_with(dir: tempfile::TempDir, patience: Duration, settings: &[(&str, &str)]) -> Self {
        let clock = format!("unix:{}", dir.path().join("clock").display());
        Self::launch_as(dir, patience, |command| {
            command.env("MULIN_CLOCK", clock).envs(settings.iter().copied());
        })
    }

    fn launch_as(dir: tempfile::TempDir, patience: Duration, set: impl FnOnce(&mut Command)) -> Self {
        let (clock, file) = (dir.path().join("clock"), dir.path().join("links.json"));
        let _ = fs::remove_file(&file);
        let mut command = command(["demo", "--listen", "127.0.0.1:0", "--now", NOW, "--data"]);
        command.arg(dir.path().join("data")).arg("--links").arg(&file);
        set(&mut command);
        let mut program = Program::start(&mut command);
        // Ready means: the links file is complete and the site answers.
        let links = program.wait_for(patience, || {
            let links: Value = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
            Client::new(base_of(&links)).try_get("/").is_ok_and(|r| r.status < 500).then_some(links)
        });
        Self { program, clock, links, dir }
    }

    /// Address of the site, without a slash at the end.
    pub fn base(&self) -> &str {
        base_of(&self.links)
    }

    /// The links file (DESIGN, "mulin demo").
    pub fn links(&self) -> &Value {
        &self.links
    }

    /// A fresh visitor without cookies.
    pub fn visitor(&self) -> Client {
        Client::new(self.base())
    }

    /// Login and password of the first demo account with this role.
    ///
    /// # Panics
    /// When there is none.
    pub fn account(&self, role: &str) -> (String, String) {
        let accounts = self.links.get("accounts").and_then(Value::as_array).expect("the links file has \"accounts\"");
        let account = accounts.iter().find(|a| a.get("role").is_some_and(|r| r == role));
        let account = account.unwrap_or_else(|| panic!("no demo account with role {role:?}"));
        let text = |key| account.get(key).and_then(Value::as_str).expect("login and password are texts").to_owned();
        (text("login"), text("password"))
    }

    /// Where the demo takes orders about time.
    pub fn clock(&self) -> &Path {
        &self.clock
    }

    /// Moves time on, e.g. `90s`, `2h`; returns when all jobs due by then have run.
    pub fn advance(&self, span: &str) {
        self.order(&format!("advance {span}"));
    }

    /// Sets the time (RFC 3339).
    pub fn set_time(&self, to: &str) {
        self.order(&format!("set {to}"));
    }

    fn order(&self, line: &str) {
        let socket = UnixStream::connect(&self.clock);
        let mut socket = socket.unwrap_or_else(|e| panic!("clock {}: {e}", self.clock.display()));
        writeln!(socket, "{line}").expect("the clock listens");
        let mut answer = String::new();
        BufReader::new(socket).read_line(&mut answer).expect("the clock answers");
        assert!(answer.starts_with("ok"), "{line:?} → {answer:?}");
    }

    /// Waits until the program has said these words.
    pub fn wait_until_it_says(&mut self, words: &str) {
        self.program.wait_until_it_says(START, words);
    }

    /// Everything the program has said so far.
    pub fn output(&self) -> String {
        self.program.output()
    }

    /// Files of the demo.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Ends it as a supervisor would; `None` when it is still there after `patience`.
    pub fn terminate(&mut self, patience: Duration) -> Option<ExitStatus> {
        self.program.terminate(patience)
    }

    /// Pulls the plug and starts again on the same data.
    #[must_use]
    pub fn kill_and_restart(mut self) -> Self {
        self.program.kill();
        Self::launch(self.dir, START)
    }
}

/// The data of a first start, kept per build of the program.
fn seeded() -> PathBuf {
    let kept = files::cache("seeded").join(files::program_stamp());
    let _one_at_a_time = files::lock("seed");
    if !kept.exists() {
        for old in fs::read_dir(files::cache("seeded")).into_iter().flatten().flatten() {
            let _ = fs::remove_dir_all(old.path());
        }
        let dir = tempfile::tempdir().expect("a directory for the demo");
        let mut demo = Demo::launch(dir, FIRST_START);
        let ended = demo.terminate(Duration::from_secs(10));
        assert!(ended.is_some_and(|s| s.success()), "the demo did not end cleanly: {ended:?}\n{}", demo.output());
        let unfinished = kept.with_extension("part");
        files::copy_dir(&demo.data(), &unfinished);
        fs::rename(&unfinished, &kept).expect("keep the seeded data");
    }
    kept
}

fn base_of(links: &Value) -> &str {
    links.get("base").and_then(Value::as_str).expect("the links file has \"base\"").trim_end_matches('/')
}

/// `mulin init` and `mulin serve`: an empty, real district on the machine's clock.
#[derive(Debug)]
pub struct Site {
    program: Program,
    /// Addresses of the pages and of the supervisor's port.
    base: String,
    admin: String,
    dir: tempfile::TempDir,
    database: String,
    /// What browsers call this machine.
    host: &'static str,
}

impl Site {
    /// A new district on SQLite, open.
    ///
    /// # Panics
    /// When the program does not get ready; its output is in the message.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory for the district");
        let database = format!("sqlite:{}", dir.path().join("mulin.db").display());
        Self::init(dir, database, "127.0.0.1")
    }

    /// As [`Self::start`], with this text as its configuration.
    pub fn start_with(config: &str) -> Self {
        let dir = tempfile::tempdir().expect("a directory for the district");
        fs::write(dir.path().join("mulin.toml"), config).expect("the configuration");
        let database = format!("sqlite:{}", dir.path().join("mulin.db").display());
        Self::init(dir, database, "127.0.0.1")
    }

    /// As [`Self::start`], reached by the name of this machine: browsers allow passkeys there.
    pub fn start_at_localhost() -> Self {
        let dir = tempfile::tempdir().expect("a directory for the district");
        let database = format!("sqlite:{}", dir.path().join("mulin.db").display());
        Self::init(dir, database, "localhost")
    }

    /// A new district on this empty database.
    pub fn start_on(database: &testkit::TestDb) -> Self {
        Self::init(tempfile::tempdir().expect("a directory for the district"), database.url(), "127.0.0.1")
    }

    fn init(dir: tempfile::TempDir, database: String, host: &'static str) -> Self {
        let made = configured(&dir, &database, "init").output().expect("mulin starts");
        assert!(made.status.success(), "mulin init: {}", String::from_utf8_lossy(&made.stderr));
        Self::launch(dir, database, host)
    }

    fn launch(dir: tempfile::TempDir, database: String, host: &'static str) -> Self {
        let address = || format!("127.0.0.1:{}", testkit::free_port());
        let (listen, admin_listen) = (address(), address());
        let mut command = configured(&dir, &database, "serve");
        command.env("MULIN_LISTEN", &listen).env("MULIN_ADMIN_LISTEN", &admin_listen);
        let base = format!("http://{}", listen.replace("127.0.0.1", host));
        command.env("MULIN_SITE__PUBLIC_URL", &base);
        let mut program = Program::start(&mut command);
        let admin = format!("http://{admin_listen}");
        program.wait_for(START, || Client::new(&admin).try_get("/readyz").ok().filter(|r| r.status == 200));
        Self { program, base, admin, dir, database, host }
    }

    /// A command of the program on this district.
    pub fn command(&self, name: &str) -> Command {
        configured(&self.dir, &self.database, name)
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// Number of the process.
    pub fn pid(&self) -> u32 {
        self.program.pid()
    }

    pub fn visitor(&self) -> Client {
        Client::new(&self.base)
    }

    /// A supervisor on the other port.
    pub fn supervisor(&self) -> Client {
        Client::new(&self.admin)
    }

    /// Waits until the supervisor's port answers `/readyz` with this status.
    pub fn wait_until_ready_is(&mut self, status: u16, patience: Duration) {
        let admin = Client::new(&self.admin);
        self.program.wait_for(patience, || admin.try_get("/readyz").ok().filter(|r| r.status == status));
    }

    pub fn terminate(&mut self, patience: Duration) -> Option<ExitStatus> {
        self.program.terminate(patience)
    }

    /// Pulls the plug and starts again on the same data.
    #[must_use]
    pub fn kill_and_restart(mut self) -> Self {
        self.program.kill();
        Self::launch(self.dir, self.database, self.host)
    }
}

fn configured(dir: &tempfile::TempDir, database: &str, name: &str) -> Command {
    let mut command = command([name]);
    command.current_dir(dir.path()).env("MULIN_DATABASE", database).env("MULIN_KEYS", dir.path().join("mulin.keys"));
    command
}
