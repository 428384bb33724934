//! Many devices at once: each on its own connection, each in its own time.

use super::device::{Device, Make};
use super::line::{Frame, Line};
use super::mouth::Mouth;
use super::tally::{Fate, Tally};
use super::town::Town;
use kernel::Moment;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use trackers::DeviceId;

/// Between two attempts to send the same.
const BETWEEN: Duration = Duration::from_millis(50);

/// A device, what it speaks, and its line to the gateway.
#[derive(Debug)]
pub struct Member {
    device: Device,
    mouth: Mouth,
    line: Line,
    tally: Tally,
    /// How often a frame that was not taken is sent again.
    again: u32,
}

/// Where a device calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub id: DeviceId,
    pub make: Make,
    pub to: SocketAddr,
}

/// Of simulated seconds, how many go by in one of the wall's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// True time when the run begins.
    pub start: Moment,
    pub speed: f64,
}

impl Pace {
    /// How long after the beginning this instant comes.
    fn wait(self, until: Moment) -> Duration {
        let secs = (until.micros() - self.start.micros()).max(0) as f64 / 1e6 / self.speed;
        Duration::try_from_secs_f64(secs).unwrap_or(Duration::MAX)
    }
}

impl Member {
    pub fn new(device: Device, to: SocketAddr) -> Self {
        let mouth = Mouth::new(device.id, device.make.protocol);
        Self { device, mouth, line: Line::new(to), tally: Tally::default(), again: 0 }
    }

    /// Sends what was not taken again, so often at most, each time after this long.
    #[must_use]
    pub fn insisting(self, again: u32, after: Duration) -> Self {
        Self { again, line: self.line.patient_for(after), ..self }
    }

    /// Lives until `now` and sends what there is to send.
    async fn catch_up(&mut self, now: Moment) {
        let mut said = Vec::new();
        self.device.live(now, &mut said);
        for one in said {
            if one.what == super::device::What::Login {
                self.line.hang_up();
            }
            for frame in self.mouth.frames(&one.what, one.at) {
                for attempt in 0..=self.again {
                    if attempt > 0 {
                        tokio::time::sleep(BETWEEN).await;
                    }
                    let known = !self.line.is_down() || self.introduce(one.at).await;
                    if known && !matches!(self.send(&frame).await, Fate::Failed(_)) {
                        break;
                    }
                }
            }
        }
    }

    /// A new connection begins with who is calling; `false`: nobody wants to know.
    async fn introduce(&mut self, now: Moment) -> bool {
        for frame in self.mouth.introduction(now) {
            if matches!(self.send(&frame).await, Fate::Failed(_)) {
                return false;
            }
        }
        true
    }

    async fn send(&mut self, frame: &Frame) -> Fate {
        let fate = self.line.send(frame).await;
        self.tally.count(frame.fixes, fate);
        fate
    }
}

/// Devices that live together.
#[derive(Debug, Default)]
pub struct Crowd {
    members: Vec<Member>,
}

impl Crowd {
    /// Devices that begin to live at `start`, each with a home somewhere in town.
    pub fn new(town: &Town, seed: u64, calls: &[Call], start: Moment) -> Self {
        let mut rng = crate::rng::Rng::new(seed, "homes");
        let home = |call: &Call| {
            let home = town.anywhere(&mut rng)?;
            Some(Member::new(Device::new(call.id, call.make, town, seed, home, start), call.to))
        };
        Self { members: calls.iter().filter_map(home).collect() }
    }

    pub fn add(&mut self, member: Member) {
        self.members.push(member);
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Everything since the beginning.
    pub fn tally(&self) -> Tally {
        let mut sum = Tally::default();
        self.members.iter().for_each(|m| sum.add(&m.tally));
        sum
    }

    /// All live until `now`; what they did in the time before `from` was not sent. Returns when the last frame was answered.
    pub async fn catch_up(&mut self, from: Moment, now: Moment) {
        let mut tasks = JoinSet::new();
        let count = self.members.len();
        for (n, mut member) in std::mem::take(&mut self.members).into_iter().enumerate() {
            tasks.spawn(async move {
                member.device.skip_to(from);
                member.catch_up(now).await;
                (n, member)
            });
        }
        self.members = gather(tasks, count).await;
    }

    /// All live until `end`, at this pace, each sending when its time comes.
    pub async fn run(&mut self, pace: Pace, end: Moment) {
        let begin = Instant::now();
        let mut tasks = JoinSet::new();
        let count = self.members.len();
        for (n, mut member) in std::mem::take(&mut self.members).into_iter().enumerate() {
            tasks.spawn(async move {
                loop {
                    let next = member.device.next();
                    if next > end {
                        break;
                    }
                    tokio::time::sleep_until((begin + pace.wait(next)).into()).await;
                    member.catch_up(next).await;
                }
                (n, member)
            });
        }
        self.members = gather(tasks, count).await;
    }
}

async fn gather(mut tasks: JoinSet<(usize, Member)>, count: usize) -> Vec<Member> {
    let mut back = Vec::with_capacity(count);
    while let Some(done) = tasks.join_next().await {
        back.extend(done.ok());
    }
    back.sort_by_key(|(n, _)| *n);
    back.into_iter().map(|(_, member)| member).collect()
}
