//! The gateway with real sockets, a gate of the test's own and a worker that remembers.
#![expect(clippy::unwrap_used, reason = "tests")]

mod commands;
mod held_back;
mod killed;
#[cfg(feature = "mqtt")]
mod mqtt;
mod requests;
mod sealed;
mod streams;
mod tls;

use gateway::{Gateway, Guard, Parts, Settings, Takes};
use kernel::ids::{DistrictId, LocatorId};
use kernel::{Datum, Moment, SystemClock};
use locators::gate::{Door, Passage, Why};
use locators::model::Taken;
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use trackers::{DeviceId, Fix, Protocol, speak};
use uuid::Uuid;

/// Whoever waits longer than this for something that must come waits in vain.
const LONG: Duration = Duration::from_secs(30);

fn device(n: u64) -> DeviceId {
    DeviceId::new(&format!("88{n:08}")).unwrap()
}

fn locator(n: u64) -> LocatorId {
    LocatorId(Uuid::from_u128(u128::from(n) + 1_000))
}

fn door(n: u64) -> Door {
    Door {
        locator: locator(n),
        district: DistrictId(Uuid::nil()),
        binding: Uuid::nil(),
        datum: Datum::Wgs84,
        model: trackers::Model::Standard,
        since: Moment::default(),
    }
}

fn place(n: u32) -> Fix {
    let time = Some(Moment::from_micros(1_795_000_000_000_000).plus_secs(i64::from(n)));
    Fix { time, lat: 30.9 + f64::from(n) / 10_000.0, lon: 121.5, valid: true, ..Fix::default() }
}

/// A gate whose answers the test chooses.
#[derive(Default)]
struct Answers(Mutex<HashMap<DeviceId, Passage>>, AtomicU64);

impl Answers {
    fn put(&self, n: u64, passage: Passage) {
        self.0.lock().unwrap().insert(device(n), passage);
        self.1.fetch_add(1, Ordering::SeqCst);
    }
}

impl Guard for Answers {
    fn ask(&self, device: DeviceId, _: Moment) -> Passage {
        self.0.lock().unwrap().get(&device).copied().unwrap_or(Passage::Unknown)
    }
    fn turn(&self) -> u64 {
        self.1.load(Ordering::SeqCst)
    }
}

/// A worker's end that remembers, or refuses.
#[derive(Default)]
struct Remembers {
    taken: Mutex<Vec<Taken>>,
    came: Condvar,
    refuses: Mutex<bool>,
}

impl Takes for Remembers {
    fn take_in(&self, taken: Vec<Taken>) -> Result<(), String> {
        if *self.refuses.lock().unwrap() {
            return Err("the test says no".to_owned());
        }
        self.taken.lock().unwrap().extend(taken);
        self.came.notify_all();
        Ok(())
    }
}

impl Remembers {
    /// Waits until so many have been taken in.
    fn wait_for(&self, count: usize) -> Vec<Taken> {
        let (taken, late) =
            self.came.wait_timeout_while(self.taken.lock().unwrap(), LONG, |taken| taken.len() < count).unwrap();
        assert!(!late.timed_out(), "{} of {count} came", taken.len());
        taken.clone()
    }
}

/// A gateway on free ports that knows devices 1 to 9.
struct House {
    runtime: tokio::runtime::Runtime,
    gateway: Option<Gateway>,
    answers: Arc<Answers>,
    taken: Arc<Remembers>,
    dir: tempfile::TempDir,
}

fn settings(dir: &Path) -> Settings {
    let spool = dir.join("spool");
    Settings { bind: "127.0.0.1".to_owned(), spool, free_ports: true, ..Settings::default() }
}

impl House {
    fn new() -> Self {
        Self::with(|_| ())
    }

    fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::made(change, gateway::Seal::none())
    }

    fn sealed(seal: gateway::Seal) -> Self {
        Self::made(|_| (), seal)
    }

    fn made(change: impl FnOnce(&mut Settings), seal: gateway::Seal) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = settings(dir.path());
        change(&mut settings);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (answers, taken) = (Arc::<Answers>::default(), Arc::<Remembers>::default());
        for n in 1..10 {
            answers.put(n, Passage::Open(door(n)));
        }
        let (guard, takes) = (Arc::clone(&answers), Arc::clone(&taken));
        let parts = Parts { settings, clock: Arc::new(SystemClock), guard, takes, seal };
        let gateway = runtime.block_on(Gateway::start(parts)).unwrap();
        Self { runtime, gateway: Some(gateway), answers, taken, dir }
    }

    fn gateway(&self) -> &Gateway {
        self.gateway.as_ref().unwrap()
    }

    fn address(&self, protocol: Protocol) -> SocketAddr {
        self.gateway().listening().iter().find(|l| l.protocol == protocol).unwrap().address
    }

    fn call(&self, protocol: Protocol) -> Phone {
        Phone(TcpStream::connect(self.address(protocol)).unwrap())
    }
}

/// The other end of a connection.
struct Phone(TcpStream);

impl Phone {
    fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// What comes back: as many bytes as `like` has, which it must be.
    fn hear(&mut self, like: &[u8]) {
        self.0.set_read_timeout(Some(LONG)).unwrap();
        let mut back = vec![0; like.len()];
        self.0.read_exact(&mut back).unwrap();
        assert_eq!(String::from_utf8_lossy(&back), String::from_utf8_lossy(like));
    }

    /// Waits for the other side to end the connection, to which nothing was said.
    fn is_hung_up(&mut self) -> Duration {
        let begin = Instant::now();
        self.0.set_read_timeout(Some(LONG)).unwrap();
        let mut one = [0];
        match self.0.read(&mut one) {
            Ok(0) => {}
            Err(e) if e.kind() == std::io::ErrorKind::ConnectionReset => {}
            other => panic!("{other:?}"),
        }
        begin.elapsed()
    }
}

/// The answer of a server to a WATCH that says it is there.
fn lk(n: u64) -> Vec<u8> {
    format!("[3G*{}*0002*LK]", device(n).as_str()).into_bytes()
}
