//! A gateway and two workers over a real NATS server; one worker is killed in the middle.
#![expect(clippy::unwrap_used, reason = "tests")]

use gateway::{Gateway, Guard, Parts, Settings, Takes};
use kernel::ids::{DistrictId, LocatorId};
use kernel::{Datum, Moment, SystemClock};
use locators::gate::{Door, Passage};
use locators::model::Taken;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::NatsServer;
use trackers::{DeviceId, Fix, Protocol, speak};
use uuid::Uuid;

const URL: &str = "MULIN_TEST_NATS";
const FILE: &str = "MULIN_TEST_NATS_FILE";
const DEVICES: u64 = 40;
/// Whoever waits longer than this for something that must come waits in vain.
const LONG: Duration = Duration::from_secs(60);

fn settings(url: &str, bind: &str, work: bool) -> Settings {
    Settings {
        bind: bind.to_owned(),
        free_ports: true,
        nats: url.to_owned(),
        nats_shards: 8,
        nats_lease_secs: 2,
        nats_work: work,
        ..Settings::default()
    }
}

fn device(n: u64) -> DeviceId {
    DeviceId::new(&format!("88{n:08}")).unwrap()
}

/// Knows everybody.
struct Everybody;

impl Guard for Everybody {
    fn ask(&self, device: DeviceId, _: Moment) -> Passage {
        let number: u128 = device.as_str().parse().unwrap();
        Passage::Open(Door {
            locator: LocatorId(Uuid::from_u128(number)),
            district: DistrictId(Uuid::nil()),
            binding: Uuid::nil(),
            datum: Datum::Wgs84,
            since: Moment::default(),
        })
    }
}

/// Writes a line for each fix that is taken in: the process, the locator, the time of the fix.
struct Writes(PathBuf);

impl Takes for Writes {
    fn take_in(&self, taken: Vec<Taken>) -> Result<(), String> {
        let mut text = String::new();
        for one in &taken {
            for fix in &one.fixes {
                let time = fix.time.unwrap_or_default().micros() / 1_000_000;
                text.push_str(&format!("{} {} {time}\n", std::process::id(), one.locator.0.as_u128()));
            }
        }
        let mut file = OpenOptions::new().append(true).create(true).open(&self.0).map_err(|e| e.to_string())?;
        file.write_all(text.as_bytes()).map_err(|e| e.to_string())
    }
}

/// Not a test of its own: a worker.
#[test]
fn child() {
    let (Ok(url), Ok(file)) = (std::env::var(URL), std::env::var(FILE)) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let parts = Parts {
        settings: settings(&url, "", true),
        clock: Arc::new(SystemClock),
        guard: Arc::new(Everybody),
        takes: Arc::new(Writes(file.into())),
    };
    let _worker = runtime.block_on(Gateway::start(parts)).unwrap();
    std::thread::park();
}

/// Ended at the end of the test, however it ends.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn worker(server: &NatsServer, file: &Path) -> Worker {
    let mut command = Command::new(std::env::current_exe().unwrap());
    Worker(command.args(["--exact", "child"]).env(URL, server.url()).env(FILE, file).spawn().unwrap())
}

/// Everything that was taken in so far: process, locator, second.
fn lines(file: &Path) -> Vec<(u32, u64, i64)> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| text.get(..end).unwrap());
    let number = |word: Option<&str>| word.unwrap().parse::<i64>().unwrap();
    whole
        .lines()
        .map(|line| {
            let mut words = line.split(' ');
            (number(words.next()) as u32, number(words.next()) as u64, number(words.next()))
        })
        .collect()
}

fn wait_until(what: &str, mut there: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !there() {
        assert!(begin.elapsed() < LONG, "{what} did not come");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Each device sends one place and waits for the acknowledgement of what follows it; then each the next one.
fn send(phones: &mut BTreeMap<u64, TcpStream>, seconds: std::ops::Range<i64>) {
    for second in seconds {
        for (n, stream) in phones.iter_mut() {
            let time = Some(Moment::from_micros(1_795_000_000_000_000).plus_secs(second));
            let fix = Fix { time, lat: 30.9, lon: 121.5, valid: true, ..Fix::default() };
            let mut frames = speak::fix(Protocol::Watch, &device(*n), &fix, 0);
            frames.extend(speak::login(Protocol::Watch, &device(*n), Moment::default(), 0));
            stream.write_all(&frames).unwrap();
        }
        for (n, stream) in phones.iter_mut() {
            let like = format!("[3G*{}*0002*LK]", device(*n).as_str());
            let mut back = vec![0; like.len()];
            stream.read_exact(&mut back).unwrap();
            assert_eq!(String::from_utf8_lossy(&back), like);
        }
    }
}

#[test]
fn a_worker_that_is_killed_loses_nothing_and_the_order_stays() {
    let server = NatsServer::start();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("taken");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let parts = Parts {
        settings: settings(&server.url(), "127.0.0.1", false),
        clock: Arc::new(SystemClock),
        guard: Arc::new(Everybody),
        takes: Arc::new(Writes(file.clone())),
    };
    let gateway = runtime.block_on(Gateway::start(parts)).unwrap();
    let address = gateway.listening().iter().find(|l| l.protocol == Protocol::Watch).unwrap().address;
    let mut phones: BTreeMap<u64, TcpStream> = (1..=DEVICES)
        .map(|n| {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(LONG)).unwrap();
            (n, stream)
        })
        .collect();

    let (first, mut second) = (worker(&server, &file), worker(&server, &file));
    // Until both have a share of the work.
    let mut sent = 0;
    wait_until("a share for both workers", || {
        send(&mut phones, sent..sent + 1);
        sent += 1;
        let took: BTreeSet<u32> = lines(&file).iter().map(|l| l.0).collect();
        took.contains(&first.0.id()) && took.contains(&second.0.id())
    });
    send(&mut phones, sent..sent + 3);
    second.0.kill().unwrap();
    send(&mut phones, sent + 3..sent + 6);
    let sent = sent + 6;

    wait_until("everything", || {
        let got: BTreeSet<(u64, i64)> = lines(&file).iter().map(|l| (l.1, l.2)).collect();
        got.len() == DEVICES as usize * sent as usize
    });
    // In order within each locator, but for what was handed over again by the one that took the shard over.
    let mut last: BTreeMap<(u32, u64), i64> = BTreeMap::new();
    for (process, locator, second) in lines(&file) {
        let before = last.insert((process, locator), second);
        assert!(before.is_none_or(|before| before <= second), "{locator}: {second} after {before:?}");
    }
    runtime.block_on(gateway.stop());
    drop(first);
}
