//! A NATS server with JetStream on a free loopback port, its store in a folder that goes away with it.

use std::io::Write as _;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server; it ends when this is dropped, and when the test process ends in any other way.
#[derive(Debug)]
pub struct NatsServer {
    port: u16,
    keeper: Child,
    _dir: tempfile::TempDir,
}

/// Stops the server when the pipe from the test ends, whatever ended it.
const KEEPER: &str = r#"
nats-server -a 127.0.0.1 -p "$1" -js -sd "$2" -l "$2/log" &
read -r _
kill -9 $! 2>/dev/null
"#;

impl NatsServer {
    /// # Panics
    /// When it is not installed or does not start: a test that cannot run fails.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory for NATS");
        let port = crate::net::free_port();
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "nats-keeper", &port.to_string()])
            .arg(dir.path())
            .stdin(Stdio::piped())
            .spawn()
            .expect("a shell");
        let server = Self { port, keeper, _dir: dir };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let late = begin.elapsed() > Duration::from_secs(20);
            assert!(!late, "nats-server does not answer; is it installed? ./dev setup installs it");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.keeper.stdin.take() {
            let _ = pipe.write_all(b"\n");
        }
        let _ = self.keeper.wait();
    }
}
