//! A NATS server with JetStream on a free loopback port, its store in a folder that goes away with it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

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
server=$!
tail -n +1 -F --pid="$server" "$2/log" 2>/dev/null | grep -m 1 -q "Server is ready" && echo ready
read -r _
kill -9 "$server" 2>/dev/null
"#;

impl NatsServer {
    /// # Panics
    /// When it is not installed or does not start: a test that cannot run fails.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory for NATS");
        let port = crate::net::free_port();
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "nats-keeper", &port.to_string()])
            .arg(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut said = String::new();
        let out = keeper.stdout.take().expect("its standard output");
        BufReader::new(out).read_line(&mut said).expect("a line of the shell");
        assert_eq!(said, "ready\n", "nats-server does not start; is it installed? ./dev setup installs it");
        Self { port, keeper, _dir: dir }
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
