//! What a device says, in the words of its protocol, and how it knows that it was heard.

use super::device::What;
use super::line::{Frame, Taken};
use kernel::Moment;
use trackers::{Alarms, DeviceId, Fix, Options, Protocol, Session, Status, speak};

/// Speaks for one device. It listens to itself as a gateway would: so it knows which reply to wait for.
#[derive(Debug)]
pub struct Mouth {
    id: DeviceId,
    protocol: Protocol,
    serial: u16,
    listener: Session,
}

impl Mouth {
    pub fn new(id: DeviceId, protocol: Protocol) -> Self {
        Self { id, protocol, serial: 0, listener: Session::new(protocol, &Options::default()) }
    }

    /// What a new connection begins with.
    pub fn introduction(&mut self, now: Moment) -> Vec<Frame> {
        self.listener = Session::new(self.protocol, &Options::default());
        if self.protocol.is_http() {
            return Vec::new();
        }
        let serial = self.next();
        let login = speak::login(self.protocol, &self.id, now, serial);
        vec![self.frame(login, 0, now)]
    }

    /// Whatever a device has to say, as frames.
    pub fn frames(&mut self, what: &What, now: Moment) -> Vec<Frame> {
        match what {
            // The connection has begun with it.
            What::Login => Vec::new(),
            What::Heartbeat(status) => self.alive(status, now),
            What::Status(status) if status.alarms.is_empty() => self.alive(status, now),
            What::Status(status) => self.alarm(status, now),
            What::Fixes(fixes) => fixes.iter().map(|fix| self.located(fix, now)).collect(),
        }
    }

    fn next(&mut self) -> u16 {
        self.serial = self.serial.wrapping_add(1);
        self.serial
    }

    fn alive(&mut self, status: &Status, now: Moment) -> Vec<Frame> {
        // Phones that have no place say nothing.
        if self.protocol.is_http() {
            return Vec::new();
        }
        let serial = self.next();
        let battery = status.battery_pct.unwrap_or(100);
        let bytes = speak::heartbeat(self.protocol, &self.id, status.time.unwrap_or(now), battery, serial);
        vec![self.frame(bytes, 0, now)]
    }

    /// An alarm without a place.
    fn alarm(&mut self, status: &Status, now: Moment) -> Vec<Frame> {
        let time = status.time.unwrap_or(now);
        match self.protocol {
            Protocol::OsmAnd => {
                let word = status.alarms.words().next().unwrap_or_default();
                let secs = time.micros() / 1_000_000;
                vec![request("GET", &format!("/?id={}&timestamp={secs}&alarm={word}", self.id.as_str()), None, b"", 0)]
            }
            // Has no button.
            Protocol::OwnTracks => Vec::new(),
            _ if status.alarms.has(Alarms::SOS) => {
                let serial = self.next();
                let battery = status.battery_pct.unwrap_or(100);
                let bytes = speak::sos(self.protocol, &self.id, time, None, battery, serial);
                vec![self.frame(bytes, 0, now)]
            }
            _ => {
                let nowhere =
                    Fix { time: Some(time), battery_pct: status.battery_pct, alarms: status.alarms, ..Fix::default() };
                vec![self.located(&nowhere, now)]
            }
        }
    }

    fn located(&mut self, fix: &Fix, now: Moment) -> Frame {
        if let Some(said) = speak::request(self.protocol, &self.id, fix) {
            return request(said.method, &said.target, said.content_type, &said.body, 1);
        }
        let serial = self.next();
        let bytes = speak::fix(self.protocol, &self.id, fix, serial);
        self.frame(bytes, 1, now)
    }

    /// Bytes of a stream, with the reply that they ask for.
    fn frame(&mut self, bytes: Vec<u8>, fixes: usize, now: Moment) -> Frame {
        let mut reply = Vec::new();
        self.listener.feed(&bytes, now, &mut |reading| reply.extend_from_slice(&reading.reply));
        let taken_when = match self.protocol {
            _ if reply.is_empty() => Taken::NeverSaid,
            // Its replies carry the hour.
            Protocol::H02 => Taken::Length(reply.len()),
            _ => Taken::Reply(reply),
        };
        Frame { bytes, taken_when, fixes }
    }
}

fn request(method: &str, target: &str, kind: Option<&str>, body: &[u8], fixes: usize) -> Frame {
    let kind = kind.map_or_else(String::new, |kind| format!("Content-Type: {kind}\r\n"));
    let length = body.len();
    let head = format!("{method} {target} HTTP/1.1\r\nHost: gateway\r\n{kind}Content-Length: {length}\r\n\r\n");
    Frame { bytes: [head.as_bytes(), body].concat(), taken_when: Taken::Http, fixes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix() -> Fix {
        Fix {
            time: Some(Moment::from_micros(1_782_266_400_000_000)),
            lat: 30.9,
            lon: 121.5,
            valid: true,
            speed_kmh: Some(3.704),
            course: Some(90.0),
            battery_pct: Some(80),
            ..Fix::default()
        }
    }

    #[test]
    fn a_stream_is_read_back_and_its_replies_are_waited_for() {
        let now = Moment::from_micros(1_782_266_400_000_000);
        for protocol in [Protocol::Watch, Protocol::Gt06, Protocol::Jt808, Protocol::H02, Protocol::Tk103] {
            let id = super::super::ids::invented(protocol, 7).expect("a number");
            let mut mouth = Mouth::new(id, protocol);
            let status = Status { alarms: Alarms::SOS, battery_pct: Some(50), ..Status::default() };
            let mut said = mouth.introduction(now);
            said.extend(mouth.frames(&What::Heartbeat(Status::default()), now));
            said.extend(mouth.frames(&What::Fixes(vec![fix(), fix()]), now));
            said.extend(mouth.frames(&What::Status(status), now));
            assert_eq!(said.len(), 5, "{protocol:?}");
            assert!(said.iter().any(|f| f.taken_when != Taken::NeverSaid), "{protocol:?} answers something");
            let mut session = Session::new(protocol, &Options::default());
            let (mut places, mut sos) = (0, 0);
            for frame in &said {
                session.feed(&frame.bytes, now, &mut |reading| {
                    assert_eq!((reading.error, reading.device), (None, Some(id)), "{protocol:?}");
                    places += reading.fixes.len();
                    sos += usize::from(reading.alarms().has(Alarms::SOS));
                });
            }
            assert_eq!((places, sos), (2, 1), "{protocol:?}");
        }
    }

    #[test]
    fn phones_speak_http() {
        let (id, now) = (DeviceId::new("phone-1").expect("a number"), Moment::default());
        let said = |protocol, what: &What| {
            let frames = Mouth::new(id, protocol).frames(what, now);
            frames.iter().map(|f| String::from_utf8_lossy(&f.bytes).into_owned()).collect::<Vec<_>>()
        };
        let sos = What::Status(Status { alarms: Alarms::SOS, ..Status::default() });
        let place = What::Fixes(vec![fix()]);
        let [get] = &said(Protocol::OsmAnd, &place)[..] else { panic!("one request") };
        assert!(get.starts_with("GET /?id=phone-1&lat=30.9") && get.ends_with("Content-Length: 0\r\n\r\n"), "{get}");
        let [button] = &said(Protocol::OsmAnd, &sos)[..] else { panic!("one request") };
        assert!(button.starts_with("GET /?id=phone-1&timestamp=0&alarm=sos HTTP/1.1\r\n"), "{button}");
        let [post] = &said(Protocol::OwnTracks, &place)[..] else { panic!("one request") };
        let (head, body) = post.split_once("\r\n\r\n").expect("head and body");
        assert!(head.starts_with("POST ") && head.contains(&format!("Content-Length: {}", body.len())), "{head}");
        assert!(said(Protocol::OwnTracks, &sos).is_empty());
    }
}
