//! The connection between one device and its gateway: made when there is something to say, made anew when it broke.

use super::tally::Fate;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Something to send, and how to know that it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub bytes: Vec<u8>,
    pub taken_when: Taken,
    /// How many fixes are in it.
    pub fixes: usize,
}

/// How a gateway says that it has a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// The protocol has no reply to it.
    NeverSaid,
    /// These bytes come back, whatever else comes.
    Reply(Vec<u8>),
    /// So many bytes come back; they carry the clock of the gateway.
    Length(usize),
    /// A response of HTTP with a status of 2xx.
    Http,
}

/// A device that gets no reply within this time believes that it was not heard.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Longer than any reply of these protocols.
const LONGEST: usize = 16 * 1_024;

/// One connection at a time.
#[derive(Debug)]
pub struct Line {
    to: SocketAddr,
    stream: Option<TcpStream>,
    heard: Vec<u8>,
    patience: Duration,
}

impl Line {
    pub fn new(to: SocketAddr) -> Self {
        Self { to, stream: None, heard: Vec::new(), patience: PATIENCE }
    }

    /// Waits only so long for a reply.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Whether the next frame needs a new connection, and so an introduction: there is none, or the gateway has hung up.
    pub fn is_down(&mut self) -> bool {
        if let Some(stream) = &self.stream
            && drain(stream, &mut self.heard).is_err()
        {
            self.hang_up();
        }
        self.stream.is_none()
    }

    /// The device is switched off.
    pub fn hang_up(&mut self) {
        self.stream = None;
        self.heard.clear();
    }

    /// Sends a frame and waits until it was taken.
    pub async fn send(&mut self, frame: &Frame) -> Fate {
        let done = match timeout(self.patience, self.exchange(frame)).await {
            Ok(Ok(fate)) => return fate,
            Ok(Err(error)) => word(&error),
            Err(_) => "late",
        };
        self.hang_up();
        Fate::Failed(done)
    }

    async fn exchange(&mut self, frame: &Frame) -> io::Result<Fate> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.to).await?;
            stream.set_nodelay(true)?;
            self.heard.clear();
            self.stream = Some(stream);
        }
        let Some(stream) = self.stream.as_mut() else { return Err(io::ErrorKind::NotConnected.into()) };
        // What came unasked, such as a command, is no reply to this.
        drain(stream, &mut self.heard)?;
        self.heard.clear();
        stream.write_all(&frame.bytes).await?;
        let begin = Instant::now();
        if frame.taken_when == Taken::NeverSaid {
            return Ok(Fate::Unanswered);
        }
        loop {
            match is_taken(&self.heard, &frame.taken_when) {
                Some(true) => return Ok(Fate::Acknowledged(begin.elapsed())),
                Some(false) => return Ok(Fate::Failed("refused")),
                None if self.heard.len() > LONGEST => return Ok(Fate::Failed("other")),
                None => {}
            }
            if stream.read_buf(&mut self.heard).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

fn drain(stream: &TcpStream, into: &mut Vec<u8>) -> io::Result<()> {
    loop {
        match stream.try_read_buf(into) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) if into.len() < LONGEST => {}
            Ok(_) => into.clear(),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(e) => return Err(e),
        }
    }
}

/// `None` while more has to be heard.
fn is_taken(heard: &[u8], when: &Taken) -> Option<bool> {
    match when {
        Taken::NeverSaid => Some(true),
        Taken::Reply(reply) => heard.windows(reply.len().max(1)).any(|w| w == reply).then_some(true),
        Taken::Length(length) => (heard.len() >= *length).then_some(true),
        Taken::Http => http_status(heard).map(|status| (200..300).contains(&status)),
    }
}

/// The status of a whole response.
fn http_status(heard: &[u8]) -> Option<u16> {
    let end = heard.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(heard.get(..end)?);
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok()).flatten()
    });
    let whole = heard.len() >= end + 4 + length.unwrap_or(0);
    whole.then(|| head.split(' ').nth(1)?.parse().ok()).flatten()
}

fn word(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "nobody listens",
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => "closed",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_found_among_other_things() {
        let reply = Taken::Reply(b"[3G*8800000015*0002*LK]".to_vec());
        assert_eq!(is_taken(b"[3G*8800000015*0002*CR][3G*8800000015*0002*L", &reply), None);
        assert_eq!(is_taken(b"[3G*8800000015*0002*CR][3G*8800000015*0002*LK]", &reply), Some(true));
        assert_eq!(is_taken(b"1234", &Taken::Length(5)), None);
        assert_eq!(is_taken(b"12345", &Taken::Length(5)), Some(true));
    }

    #[test]
    fn a_response_of_http_is_whole_or_waited_for() {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        assert_eq!(is_taken(head, &Taken::Http), None);
        assert_eq!(is_taken(&[head.as_slice(), b"[]"].concat(), &Taken::Http), Some(true));
        assert_eq!(is_taken(b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n", &Taken::Http), Some(false));
    }
}
