//! A running demo on a free port, with a clock that tests move.

use crate::files;
use crate::http::Client;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Every demo of these tests starts on Wednesday, 24 June 2026, at 10:00 in Shanghai: a working day in office hours.
pub const NOW: &str = "2026-06-24T10:00:00+08:00";

/// Time for a start on data that is already there.
const START: Duration = Duration::from_secs(30);
/// Time for a first start, which invents a district, in the unoptimised program on a busy machine.
const FIRST_START: Duration = Duration::from_mins(4);

/// `mulin demo`, ended when dropped.
#[derive(Debug)]
pub struct Demo {
    child: Child,
    output: Arc<Mutex<String>>,
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
        let dir = tempfile::tempdir().expect("a directory for the demo");
        files::copy_dir(&seeded(), &dir.path().join("data"));
        Self::launch(dir, START)
    }

    fn launch(dir: tempfile::TempDir, patience: Duration) -> Self {
        let clock = dir.path().join("clock");
        let links = dir.path().join("links.json");
        let _ = fs::remove_file(&links);
        // The server dies with the test, even when the test is killed.
        let mut child = Command::new("setpriv")
            .args(["--pdeathsig", "TERM", "--"])
            .arg(files::program())
            .args(["demo", "--listen", "127.0.0.1:0", "--now", NOW, "--data"])
            .arg(dir.path().join("data"))
            .arg("--links")
            .arg(&links)
            .env("MULIN_CLOCK", format!("unix:{}", clock.display()))
            .env_remove("MULIN_LISTEN")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("start {}: {e}", files::program().display()));
        let (output, said) = collect(&mut child);
        let links = wait_until_ready(&mut child, &links, &said, &output, patience);
        Self { child, output, clock, links, dir }
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
        let account = account.unwrap_or_else(|| panic!("no demo account with role {role:?}: {accounts:#?}"));
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
        assert!(answer.starts_with("ok"), "{line:?} → {answer:?}\n{}", self.output());
    }

    /// Everything the program has said so far.
    pub fn output(&self) -> String {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Files of the demo.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Ends it as a supervisor would and waits, at most `patience`.
    pub fn terminate(&mut self, patience: Duration) -> Option<ExitStatus> {
        signal(&self.child, "TERM");
        let end = Instant::now() + patience;
        let (_keep, never) = channel::<()>();
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if Instant::now() >= end {
                return None;
            }
            let _ = never.recv_timeout(Duration::from_millis(20));
        }
    }

    /// Pulls the plug.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts again on the same data, after [`Demo::terminate`] or [`Demo::kill`].
    pub fn restart(mut self) -> Self {
        self.kill();
        let dir = std::mem::replace(&mut self.dir, tempfile::tempdir().expect("a place-holder"));
        drop(self);
        Self::launch(dir, START)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if self.terminate(Duration::from_secs(5)).is_none() {
            self.kill();
        }
        if std::thread::panicking() {
            // For whoever reads the failed test; libtest captures it.
            let _ = writeln!(std::io::stderr(), "── what the program said ──\n{}", self.output());
        }
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

/// Gathers what the program says, so that it never waits for a reader and a failure can show it.
fn collect(child: &mut Child) -> (Arc<Mutex<String>>, Receiver<()>) {
    let output = Arc::new(Mutex::new(String::new()));
    let (tell, said) = channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] =
        [child.stdout.take().map(|s| Box::new(s) as _), child.stderr.take().map(|s| Box::new(s) as _)];
    for stream in streams.into_iter().flatten() {
        let (output, tell) = (Arc::clone(&output), tell.clone());
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let mut text = output.lock().unwrap_or_else(PoisonError::into_inner);
                text.push_str(&line);
                text.push('\n');
                let _ = tell.send(());
            }
        });
    }
    (output, said)
}

/// Ready means: the links file is complete and the site answers.
fn wait_until_ready(
    child: &mut Child,
    links: &Path,
    said: &Receiver<()>,
    output: &Mutex<String>,
    patience: Duration,
) -> Value {
    let end = Instant::now() + patience;
    let text = || output.lock().unwrap_or_else(PoisonError::into_inner).clone();
    loop {
        let found = fs::read(links).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        if let Some(links) = found
            && Client::new(base_of(&links)).try_get("/").is_ok_and(|r| r.status < 500)
        {
            return links;
        }
        if let Ok(Some(status)) = child.try_wait() {
            panic!("the demo ended before it was ready: {status}\n{}", text());
        }
        assert!(Instant::now() < end, "the demo is not ready after {patience:?}\n{}", text());
        // Wakes up early when the program says something.
        match said.recv_timeout(Duration::from_millis(50)) {
            Ok(()) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let status = child.wait();
                panic!("the demo ended before it was ready: {status:?}\n{}", text());
            }
        }
    }
}

fn signal(child: &Child, name: &str) {
    let _ = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).stderr(Stdio::null()).status();
}
