//! The built program as a process: started, listened to, ended, killed.

use crate::files;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A running `mulin …`, ended when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    output: Arc<Mutex<String>>,
    said: Receiver<()>,
}

/// The program with these arguments and none of the caller's settings.
pub fn command<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    // The process dies with the test, even when the test is killed.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM", "--"]).arg(files::program()).args(args).stdin(Stdio::null());
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MULIN_")) {
        command.env_remove(name);
    }
    command
}

/// Runs to the end and keeps what was said.
pub fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    let out = command(args).output();
    out.unwrap_or_else(|e| panic!("start {}: {e}", files::program().display()))
}

impl Program {
    pub fn start(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|e| panic!("start {}: {e}", files::program().display()));
        let (output, said) = collect(&mut child);
        Self { child, output, said }
    }

    /// Waits until `ready` gives something.
    ///
    /// # Panics
    /// When it does not within `patience`, or the program ends before; what it said is in the message.
    pub fn wait_for<T>(&mut self, patience: Duration, mut ready: impl FnMut() -> Option<T>) -> T {
        let end = Instant::now() + patience;
        loop {
            if let Some(found) = ready() {
                return found;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("the program ended before it was ready: {status}\n{}", self.output());
            }
            assert!(Instant::now() < end, "the program is not ready after {patience:?}\n{}", self.output());
            // Wakes up early when the program says something.
            if self.said.recv_timeout(Duration::from_millis(50)) == Err(RecvTimeoutError::Disconnected) {
                let status = self.child.wait();
                panic!("the program ended before it was ready: {status:?}\n{}", self.output());
            }
        }
    }

    /// Its number on this machine.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said so far.
    pub fn output(&self) -> String {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it has said these words.
    pub fn wait_until_it_says(&mut self, patience: Duration, words: &str) {
        let output = Arc::clone(&self.output);
        self.wait_for(patience, || output.lock().unwrap_or_else(PoisonError::into_inner).contains(words).then_some(()));
    }

    /// Ends it as a supervisor would and waits, at most `patience`; `None` when it is still there.
    pub fn terminate(&mut self, patience: Duration) -> Option<ExitStatus> {
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).stderr(Stdio::null()).status();
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
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.terminate(Duration::from_secs(5)).is_none() {
            self.kill();
        }
        if std::thread::panicking() {
            let _ = writeln!(std::io::stderr(), "── what the program said ──\n{}", self.output());
        }
    }
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
