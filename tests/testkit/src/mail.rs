//! A real mail server for tests: it takes mails over SMTP and keeps them, can be down, and can refuse.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A mail as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Envelope sender, without angle brackets.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Headers and body as transferred, lines ended by `\n`.
    pub raw: String,
}

impl Mail {
    /// A header's value, unfolded and with encoded words decoded; empty when there is none.
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\n\n").next().unwrap_or_default();
        let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
        unfolded
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| decode_words(value.trim()))
            .unwrap_or_default()
    }

    /// The body of a single-part mail, transfer encoding removed.
    pub fn text(&self) -> String {
        let body = self.raw.split_once("\n\n").map_or("", |(_, body)| body);
        let bytes = match self.header("Content-Transfer-Encoding").to_ascii_lowercase().as_str() {
            "base64" => base64(body),
            "quoted-printable" => quoted_printable(&body.replace("=\n", "")),
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// What the server answers to a recipient or a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    Accept,
    /// Answers `RCPT TO` with this line, e.g. `550 5.1.1 no such mailbox` or `451 4.3.0 try later`.
    RefuseRecipient(String),
    /// Answers the mail itself with this line, after having received all of it.
    RefuseMail(String),
    /// Takes the mail and keeps it, but closes the connection instead of answering.
    DropAfterMail,
}

#[derive(Debug)]
struct Shared {
    mails: Mutex<Vec<Mail>>,
    arrived: Condvar,
    mood: Mutex<Mood>,
    open: Mutex<Vec<TcpStream>>,
}

/// The server; stops when dropped.
#[derive(Debug)]
pub struct MailSink {
    addr: SocketAddr,
    shared: Arc<Shared>,
    running: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl MailSink {
    /// Starts on a free port of 127.0.0.1.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port for the mail sink");
        let addr = listener.local_addr().expect("its address");
        let shared = Arc::new(Shared {
            mails: Mutex::default(),
            arrived: Condvar::new(),
            mood: Mutex::new(Mood::Accept),
            open: Mutex::default(),
        });
        let mut sink = Self { addr, shared, running: None };
        sink.listen(listener);
        sink
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Without encryption or log-in, as a configuration takes it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.addr)
    }

    /// Everything received so far, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        lock(&self.shared.mails).clone()
    }

    /// Waits until `count` mails are here.
    ///
    /// # Panics
    /// When they do not come within `patience`.
    pub fn wait_for(&self, count: usize, patience: Duration) -> Vec<Mail> {
        let end = Instant::now() + patience;
        let mut mails = lock(&self.shared.mails);
        while mails.len() < count {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{} mails after {patience:?}, expected {count}: {mails:#?}", mails.len());
            mails = self.shared.arrived.wait_timeout(mails, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        mails.clone()
    }

    /// How to answer from now on.
    pub fn mood(&self, mood: Mood) {
        *lock(&self.shared.mood) = mood;
    }

    /// The server is down: connections are cut and new ones refused.
    pub fn stop(&mut self) {
        let Some((stop, thread)) = self.running.take() else { return };
        stop.store(true, Ordering::SeqCst);
        // Wakes the thread out of `accept`.
        let _ = TcpStream::connect(self.addr);
        let _ = thread.join();
        for stream in lock(&self.shared.open).drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }

    /// The server is back, on the same port.
    pub fn start_again(&mut self) {
        if self.running.is_none() {
            self.listen(TcpListener::bind(self.addr).expect("the mail sink's port again"));
        }
    }

    fn listen(&mut self, listener: TcpListener) {
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopped) = (Arc::clone(&self.shared), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(copy) = stream.try_clone() {
                    lock(&shared.open).push(copy);
                }
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || {
                    // A client that goes away in the middle is its own business.
                    let _ = talk(&stream, &shared);
                    // The copy kept for `stop` would hold the connection open.
                    let _ = stream.shutdown(std::net::Shutdown::Both);
                });
            }
        });
        self.running = Some((stop, thread));
    }
}

impl Drop for MailSink {
    fn drop(&mut self) {
        self.stop();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One SMTP session (RFC 5321, without extensions).
fn talk(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    let mut say = |line: &str| out.write_all(format!("{line}\r\n").as_bytes());
    say("220 mail sink")?;
    let (mut from, mut to) = (String::new(), Vec::new());
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => {
                say("250-mail sink")?;
                say("250 8BITMIME")?;
            }
            "HELO" | "NOOP" => say("250 ok")?,
            "MAIL" => {
                (from, to) = (address(&line), Vec::new());
                say("250 ok")?;
            }
            "RCPT" => {
                let mood = lock(&shared.mood).clone();
                if let Mood::RefuseRecipient(answer) = mood {
                    say(&answer)?;
                } else {
                    to.push(address(&line));
                    say("250 ok")?;
                }
            }
            "DATA" if to.is_empty() => say("503 no recipient")?,
            "DATA" => {
                say("354 go on")?;
                let raw = read_mail(&mut reader)?;
                let mood = lock(&shared.mood).clone();
                if let Mood::RefuseMail(answer) = mood {
                    say(&answer)?;
                    continue;
                }
                lock(&shared.mails).push(Mail { from: from.clone(), to: to.clone(), raw });
                shared.arrived.notify_all();
                if mood == Mood::DropAfterMail {
                    return stream.shutdown(std::net::Shutdown::Both);
                }
                say("250 kept")?;
            }
            "RSET" => {
                to.clear();
                say("250 ok")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("502 not here")?,
        }
    }
}

/// The mail up to the lonely dot, with doubled dots undone.
fn read_mail(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(&line);
        if line == b"." {
            return Ok(String::from_utf8_lossy(&bytes).into_owned());
        }
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        bytes.push(b'\n');
    }
}

fn address(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or_else(String::new, |(address, _)| address.to_owned())
}

/// RFC 2047 `=?utf-8?b?…?=` and `?q?`; spaces between two encoded words vanish.
fn decode_words(text: &str) -> String {
    let joined = text.replace("?= =?", "?==?");
    let mut bytes = Vec::new();
    let mut rest = joined.as_str();
    while let Some((before, word, after)) = next_word(rest) {
        bytes.extend_from_slice(before.as_bytes());
        bytes.extend(word);
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

fn next_word(text: &str) -> Option<(&str, Vec<u8>, &str)> {
    let (before, rest) = text.split_once("=?")?;
    let (_charset, rest) = rest.split_once('?')?;
    let (encoding, rest) = rest.split_once('?')?;
    let (word, after) = rest.split_once("?=")?;
    let bytes =
        if encoding.eq_ignore_ascii_case("b") { base64(word) } else { quoted_printable(&word.replace('_', " ")) };
    Some((before, bytes, after))
}

fn quoted_printable(text: &str) -> Vec<u8> {
    let mut parts = text.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let code = part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.extend(code);
        bytes.extend_from_slice(part.get(2..).unwrap_or_default().as_bytes());
    }
    bytes
}

fn base64(text: &str) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for six in text.bytes().filter_map(value) {
        bits = (bits << 6) | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use std::io::Read;

    fn send(sink: &MailSink, body: &str) -> String {
        let mut stream = TcpStream::connect(sink.addr()).expect("the sink listens");
        let session = format!(
            "EHLO me\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n{}\r\n.\r\nQUIT\r\n",
            body.replace('\n', "\r\n")
        );
        stream.write_all(session.as_bytes()).expect("the sink reads");
        let mut answers = String::new();
        let _ = stream.read_to_string(&mut answers);
        answers
    }

    const MAIL: &str = "Subject: =?utf-8?b?5LiA5Lu25LqL?= =?utf-8?q?_=E5=88=B0=E4=BA=86?=\n\
        Content-Transfer-Encoding: base64\n\n5aW955qE";

    #[test]
    fn keeps_what_it_accepts() {
        let sink = MailSink::start();
        assert!(send(&sink, MAIL).contains("250 kept"));
        let mails = sink.wait_for(1, Duration::from_secs(5));
        assert_eq!(mails[0].to, ["b@example.org"]);
        assert_eq!(mails[0].header("subject"), "一件事 到了");
        assert_eq!(mails[0].text(), "好的");
    }

    #[test]
    fn refuses_and_goes_down_when_told() {
        let mut sink = MailSink::start();
        sink.mood(Mood::RefuseRecipient("550 no such mailbox".into()));
        assert!(send(&sink, MAIL).contains("550 no such mailbox"));
        sink.stop();
        assert!(TcpStream::connect(sink.addr()).is_err());
        sink.start_again();
        sink.mood(Mood::Accept);
        send(&sink, MAIL);
        assert_eq!(sink.wait_for(1, Duration::from_secs(5)).len(), 1);
    }
}
