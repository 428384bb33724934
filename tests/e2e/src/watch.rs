//! A watch that speaks WATCH, written by hand: what a device sends stands here a second time, independent of the program's own encoders.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A device on somebody's wrist.
#[derive(Debug)]
pub struct Watch {
    pub device: String,
    port: u16,
    stream: Option<TcpStream>,
}

/// A place and when it was there, by the watch's clock.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub lon: f64,
    pub lat: f64,
    /// Minutes after midnight in Shanghai on 24 June 2026.
    pub minute: u32,
    pub battery: u8,
}

/// As long as it may take on a busy machine until a frame is taken.
const PATIENCE: Duration = Duration::from_secs(30);
/// A watch that hears nothing for so long calls again.
const AGAIN: Duration = Duration::from_secs(2);

impl Watch {
    pub fn new(device: &str, port: u16) -> Self {
        Self { device: device.to_owned(), port, stream: None }
    }

    /// Where the wearer is. Returns when it was acknowledged.
    ///
    /// # Panics
    /// When the gateway does not acknowledge it in time.
    pub fn is_at(&mut self, seen: Seen) {
        // WATCH has no reply to a position: the reply to the link that follows says that what came before is safe.
        let place = self.frame(&content("UD", Some((seen.lon, seen.lat)), seen.minute, seen.battery, 0));
        let link = self.frame("LK");
        self.say(&[place, link].concat(), "LK");
    }

    /// The button, without a satellite in sight.
    ///
    /// # Panics
    /// When the gateway does not acknowledge it in time.
    pub fn calls_for_help(&mut self, minute: u32) {
        let alarm = self.frame(&content("AL", None, minute, 60, 1 << 16));
        self.say(&alarm, "AL");
    }

    /// Sends a position that nobody answers, because nobody knows the device.
    ///
    /// # Panics
    /// When there is no gateway.
    pub fn knocks(&mut self) {
        let place = self.frame(&content("UD", Some((121.5, 30.9)), 15 * 60, 80, 0));
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the gateway listens");
        stream.write_all(&place).expect("it takes what is sent");
        // Open until the gateway has had the time to read it.
        self.stream = Some(stream);
    }

    /// It lives, and how full its battery is.
    ///
    /// # Panics
    /// When the gateway does not acknowledge it in time.
    pub fn lives(&mut self, battery: u8) {
        let link = self.frame(&format!("LK,0,0,{battery}"));
        self.say(&link, "LK");
    }

    fn frame(&self, content: &str) -> Vec<u8> {
        format!("[3G*{}*{:04X}*{content}]", self.device, content.len()).into_bytes()
    }

    /// Sends until the reply comes.
    fn say(&mut self, frames: &[u8], reply: &str) {
        let wanted = format!("*{reply}]");
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.try_to_say(frames, &wanted).is_ok() {
                return;
            }
            self.stream = None;
        }
        panic!("the gateway on port {} does not acknowledge {}", self.port, String::from_utf8_lossy(frames));
    }

    fn try_to_say(&mut self, frames: &[u8], wanted: &str) -> std::io::Result<()> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect(("127.0.0.1", self.port))?;
                stream.set_read_timeout(Some(AGAIN))?;
                none.insert(stream)
            }
        };
        stream.write_all(frames)?;
        let (mut heard, mut bytes) = (String::new(), [0; 512]);
        while !heard.contains(wanted) {
            let n = stream.read(&mut bytes)?;
            if n == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let _ = write!(heard, "{}", String::from_utf8_lossy(bytes.get(..n).unwrap_or_default()));
        }
        Ok(())
    }
}

/// `UD,date,time,A,lat,N,lon,E,speed,course,altitude,satellites,signal,battery,steps,rolls,alarms,0,255,0`; date and time in UTC.
fn content(kind: &str, place: Option<(f64, f64)>, minute: u32, battery: u8, alarms: u32) -> String {
    let utc = minute.checked_sub(8 * 60).expect("after eight in the morning, so that it is the same day in UTC");
    let (hour, minute) = (utc / 60, utc % 60);
    let (valid, (lon, lat), satellites) = match place {
        Some(at) => ('A', at, 9),
        None => ('V', (0.0, 0.0), 0),
    };
    format!(
        "{kind},240626,{hour:02}{minute:02}00,{valid},{lat:.6},N,{lon:.6},E,3.00,90.0,0.0,{satellites},100,{battery},0,0,{alarms:08X},0,255,0"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_as_long_as_they_say() {
        let watch = Watch::new("8800000015", 1);
        assert_eq!(watch.frame("LK"), b"[3G*8800000015*0002*LK]");
        let text = content("UD", Some((121.5, 30.9)), 15 * 60, 80, 0);
        assert_eq!(text, "UD,240626,070000,A,30.900000,N,121.500000,E,3.00,90.0,0.0,9,100,80,0,0,00000000,0,255,0");
        let sos = content("AL", None, 15 * 60, 60, 1 << 16);
        assert!(sos.starts_with("AL,240626,070000,V,0.000000,N,0.000000,E,") && sos.contains(",00010000,"), "{sos}");
    }
}
