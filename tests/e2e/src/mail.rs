//! The mail server of a district, for scripts in the browser: they ask over a socket, as they ask for the clock.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use testkit::MailSink;

/// How long a mail may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A real mail server that keeps what it gets. A line `42` on its socket waits until there are more than 42 mails and answers
/// with all of them, oldest first: `[{"to":[…],"subject":…,"text":…}]`.
#[derive(Debug)]
pub struct MailBox {
    sink: Arc<MailSink>,
    dir: tempfile::TempDir,
}

impl MailBox {
    /// Starts on a free port of 127.0.0.1.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory for the socket");
        let sink = Arc::new(MailSink::start());
        let listener = UnixListener::bind(dir.path().join("mails")).expect("a socket for the mails");
        let asked = Arc::clone(&sink);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A script that went away is its own affair.
                let _ = answer(&asked, stream);
            }
        });
        Self { sink, dir }
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("mails")
    }

    /// Settings with which the program hands its mails to this server.
    pub fn settings(&self) -> [(&'static str, String); 4] {
        [
            ("MULIN_MAIL__HOST", self.sink.addr().ip().to_string()),
            ("MULIN_MAIL__PORT", self.sink.addr().port().to_string()),
            ("MULIN_MAIL__FROM", "睦邻 <no-reply@mulin.example>".to_owned()),
            ("MULIN_MAIL__ENCRYPTION", "none".to_owned()),
        ]
    }

    /// Everything received so far, oldest first.
    pub fn mails(&self) -> Vec<testkit::Mail> {
        self.sink.mails()
    }
}

fn answer(sink: &MailSink, stream: UnixStream) -> std::io::Result<()> {
    let mut line = String::new();
    BufReader::new(stream.try_clone()?).read_line(&mut line)?;
    let known: usize = line.trim().parse().unwrap_or(0);
    let mails = sink.wait_for(known + 1, PATIENCE);
    let all: Vec<_> = mails
        .iter()
        .map(|mail| serde_json::json!({ "to": mail.to, "subject": mail.header("Subject"), "text": mail.text() }))
        .collect();
    writeln!(&stream, "{}", serde_json::Value::from(all))
}

/// Where the mails are asked for, or nothing.
pub(crate) fn socket_of(mails: Option<&MailBox>) -> PathBuf {
    mails.map_or_else(|| Path::new("").to_owned(), MailBox::socket)
}
