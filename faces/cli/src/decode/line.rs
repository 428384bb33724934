//! One line: bytes in hexadecimal digits or text, read by the protocol.

use kernel::Moment;
use trackers::{Protocol, Reading, Session, http};

pub(super) struct Reader {
    protocol: Protocol,
    session: Session,
}

impl Reader {
    pub fn new(protocol: Protocol, session: Session) -> Self {
        Self { protocol, session }
    }

    pub fn read(&mut self, line: &[u8], now: Moment) -> Reading {
        let decoded = if is_hex(self.protocol, line) { unhex(line) } else { None };
        let bytes = decoded.as_deref().unwrap_or(line);
        if self.protocol.is_http() {
            return self.request(bytes, now);
        }
        if decoded.is_none() && matches!(self.protocol, Protocol::Gt06) {
            return failed("not a line of hexadecimal digits, two for each byte");
        }
        let mut all: Option<Reading> = None;
        self.session.whole(bytes, now, &mut |reading| match &mut all {
            None => all = Some(reading.clone()),
            Some(all) => join(all, reading),
        });
        all.unwrap_or_else(|| failed("no frame of this protocol in the line"))
    }

    fn request(&self, bytes: &[u8], now: Moment) -> Reading {
        let mut reading = Reading::default();
        let Ok(text) = std::str::from_utf8(bytes) else { return failed("the line is not UTF-8") };
        let (target, kind, body) = match text.as_bytes().first() {
            Some(b'/') => (text, None, &b""[..]),
            Some(b'{' | b'[') => ("/", Some("application/json"), bytes),
            _ if text.contains('=') => ("/", Some("application/x-www-form-urlencoded"), bytes),
            _ => {
                return failed(
                    "neither the target of a request, beginning with \"/\", nor a JSON body, beginning with \"{\"",
                );
            }
        };
        let read = if self.protocol == Protocol::OsmAnd { http::osmand } else { http::owntracks };
        read(target, kind, None, body, now, &mut reading);
        reading
    }
}

fn failed(why: &'static str) -> Reading {
    Reading { error: Some(why), ..Reading::default() }
}

/// Whether the line is bytes in hexadecimal digits. A GPS103 heartbeat is nothing but digits too.
fn is_hex(protocol: Protocol, line: &[u8]) -> bool {
    let line = line.strip_prefix(b"0x").unwrap_or(line);
    let blank = |b: &u8| b.is_ascii_whitespace() && matches!(protocol, Protocol::Gt06 | Protocol::Jt808);
    let beat = protocol == Protocol::Gps103 && line.len() <= 20 && line.iter().all(u8::is_ascii_digit);
    !beat && line.iter().all(|b| b.is_ascii_hexdigit() || blank(b))
}

fn unhex(line: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = line
        .strip_prefix(b"0x")
        .unwrap_or(line)
        .iter()
        .filter(|b| !b.is_ascii_whitespace())
        .map(|b| char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect::<Option<_>>()?;
    digits.chunks(2).map(|pair| if let [high, low] = pair { Some(high << 4 | low) } else { None }).collect()
}

/// Frames glued together in one line are one answer.
fn join(all: &mut Reading, next: &Reading) {
    all.device = next.device.or(all.device);
    all.login |= next.login;
    all.fixes.extend_from_slice(&next.fixes);
    all.reply.extend_from_slice(&next.reply);
    all.error = all.error.or(next.error);
    let (mut status, before) = (next.status.clone(), &all.status);
    status.time = status.time.or(before.time);
    status.battery_pct = status.battery_pct.or(before.battery_pct);
    status.alarms = status.alarms.with(before.alarms);
    all.status = status;
}
