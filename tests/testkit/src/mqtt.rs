//! An MQTT broker (mosquitto) on a free loopback port, its store in a folder that goes away with it.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running broker; it ends when this is dropped, and when the test process ends in any other way.
#[derive(Debug)]
pub struct Mosquitto {
    port: u16,
    keeper: Option<Child>,
    dir: tempfile::TempDir,
}

/// Stops the broker when the pipe from the test ends, whatever ended it.
const KEEPER: &str = r#"
PATH=$PATH:/usr/sbin
mosquitto -c "$1" >/dev/null 2>&1 &
broker=$!
read -r _
kill "$broker" 2>/dev/null
wait "$broker"
"#;

impl Mosquitto {
    /// Lets everybody in.
    pub fn start() -> Self {
        Self::with("allow_anonymous true\n", &[])
    }

    /// With lines of its configuration, in which `DIR` is its folder, and files in that.
    ///
    /// # Panics
    /// When it is not installed or does not start: a test that cannot run fails.
    pub fn with(lines: &str, files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a directory for mosquitto");
        let port = crate::net::free_port();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).expect("a file for mosquitto");
        }
        let store = dir.path().display().to_string();
        // As the user of the test: one of its own could not read the folder.
        let user = if running_as_root() { "user root\n" } else { "" };
        let text = format!(
            "per_listener_settings true\n{user}persistence true\npersistence_location {store}/\nlistener {port} 127.0.0.1\n{}",
            lines.replace("DIR", &store)
        );
        std::fs::write(dir.path().join("mosquitto.conf"), text).expect("its configuration");
        let mut broker = Self { port, keeper: None, dir };
        broker.go_on();
        broker
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Ends it as `systemctl stop` does: what waits is written to its store.
    pub fn stop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }

    /// Starts it again on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn go_on(&mut self) {
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "mosquitto-keeper"]).arg(self.file("mosquitto.conf")).stdin(Stdio::piped());
        self.keeper = Some(command.spawn().expect("a shell"));
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                begin.elapsed() < Duration::from_secs(20),
                "mosquitto does not start; is it installed? ./dev setup installs it"
            );
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
}

fn running_as_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0)
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.stop();
    }
}
