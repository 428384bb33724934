//! A gateway and two workers over a real NATS server; one worker is killed in the middle. Once with a file in which every hand-over shows,
//! once with the real database, where what is handed over again changes nothing.
#![expect(clippy::unwrap_used, reason = "tests")]

use gateway::{Domain, Gateway, Guard, Parts, Settings, Takes};
use kernel::ids::{DistrictId, LocatorId};
use kernel::{Clock as _, Datum, Moment, OsIds, SeededIds, SystemClock};
use locators::gate::{Door, Passage};
use locators::model::Taken;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Keys, Migration, Options, Runtime, Who, params};
use testkit::{Kind, NatsServer, TestDb};
use trackers::{DeviceId, Fix, Protocol, speak};
use uuid::Uuid;

const URL: &str = "MULIN_TEST_NATS";
const FILE: &str = "MULIN_TEST_NATS_FILE";
const DATABASE: &str = "MULIN_TEST_NATS_DATABASE";
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

/// What all of them seal with.
fn seal() -> gateway::Seal {
    gateway::Seal::new([5; 32], &OsIds)
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
            model: trackers::Model::Standard,
            since: Moment::default(),
        })
    }
    fn turn(&self) -> u64 {
        0
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
    let Ok(url) = std::env::var(URL) else { return };
    let takes: Arc<dyn Takes> = match std::env::var(DATABASE) {
        Ok(database) => Arc::new(Domain { rt: open(&database), district: DISTRICT }),
        Err(_) => Arc::new(Writes(std::env::var(FILE).unwrap().into())),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let parts = Parts {
        settings: settings(&url, "", true),
        clock: Arc::new(SystemClock),
        guard: Arc::new(Everybody),
        takes,
        seal: seal(),
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

fn worker(server: &NatsServer, (name, value): (&str, &OsStr)) -> Worker {
    let mut command = Command::new(std::env::current_exe().unwrap());
    Worker(command.args(["--exact", "child"]).env(URL, server.url()).env(name, value).spawn().unwrap())
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
fn send(phones: &mut BTreeMap<u64, TcpStream>, first: Moment, seconds: std::ops::Range<i64>) {
    for second in seconds {
        for (n, stream) in phones.iter_mut() {
            let time = Some(first.plus_secs(second));
            let fix = Fix { time, lat: 30.9, lon: 121.5, valid: true, battery_pct: Some(4), ..Fix::default() };
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

/// A gateway that only publishes, and its callers.
struct House {
    server: NatsServer,
    gateway: Gateway,
    runtime: tokio::runtime::Runtime,
    phones: BTreeMap<u64, TcpStream>,
    first: Moment,
}

impl House {
    fn new() -> Self {
        let server = NatsServer::start();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let parts = Parts {
            settings: settings(&server.url(), "127.0.0.1", false),
            clock: Arc::new(SystemClock),
            guard: Arc::new(Everybody),
            takes: Arc::new(Writes(PathBuf::new())),
            seal: seal(),
        };
        let gateway = runtime.block_on(Gateway::start(parts)).unwrap();
        let address = gateway.listening().iter().find(|l| l.protocol == Protocol::Watch).unwrap().address;
        let call = |n| {
            let stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(LONG)).unwrap();
            (n, stream)
        };
        let phones = (1..=DEVICES).map(call).collect();
        Self { server, gateway, runtime, phones, first: SystemClock.now().plus_hours(-2) }
    }

    fn send(&mut self, seconds: std::ops::Range<i64>) {
        send(&mut self.phones, self.first, seconds);
    }
}

#[test]
fn a_worker_that_is_killed_loses_nothing_and_the_order_stays() {
    let mut house = House::new();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("taken");
    let start = || worker(&house.server, (FILE, file.as_os_str()));
    let (first, mut second) = (start(), start());
    // Until both have a share of the work.
    let mut sent = 0;
    wait_until("a share for both workers", || {
        house.send(sent..sent + 1);
        sent += 1;
        let took: BTreeSet<u32> = lines(&file).iter().map(|l| l.0).collect();
        took.contains(&first.0.id()) && took.contains(&second.0.id())
    });
    house.send(sent..sent + 3);
    second.0.kill().unwrap();
    house.send(sent + 3..sent + 6);
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
    house.runtime.block_on(house.gateway.stop());
    drop(first);
}

const SETS: [&[Migration]; 5] =
    [places::MIGRATIONS, people::MIGRATIONS, care::MIGRATIONS, lost::MIGRATIONS, locators::MIGRATIONS];
const DISTRICT: DistrictId = testkit::DISTRICT;

fn open(url: &str) -> Runtime {
    let keys = Keys::generate(&SeededIds::new(0));
    Runtime::open(Options::new(url, Arc::new(SystemClock), Arc::new(OsIds), keys)).unwrap()
}

/// Devices that are worn and agreed to, without the people around them.
fn hand_out(rt: &Runtime) {
    let who = Who::system(DISTRICT, "test");
    let done = rt.write_now(who, |cx| -> Result<(), store::Error> {
        let bound = cx.now.plus_days(-1);
        for n in 1..=DEVICES {
            let locator = Uuid::from_u128(device(n).as_str().parse().unwrap());
            let (binding, person): (Uuid, Uuid) = (cx.new_id(), cx.new_id());
            let hash = n.to_le_bytes().to_vec();
            cx.execute(
                "INSERT INTO locator (id, district_id, number_hash, number, kind, protocol, model, datum, label, state, \
                 made_at, made_by, version) VALUES ($1, $2, $3, $4, 'watch', 'watch', '', 'wgs84', '', 'bound', $5, 'test', 1)",
                params![locator, DISTRICT, hash.clone(), hash, bound],
            )?;
            cx.execute(
                "INSERT INTO locator_binding (id, district_id, locator_id, person_id, bound_at, bound_by, by_kind) \
                 VALUES ($1, $2, $3, $4, $5, 'test', 'committee')",
                params![binding, DISTRICT, locator, person, bound],
            )?;
            cx.execute(
                "INSERT INTO locator_permit (person_id, district_id, key_id, allowed, why, changed_at) \
                 VALUES ($1, $2, $3, $4, 'agreed', $5)",
                params![person, DISTRICT, cx.new_id::<Uuid>(), true, bound],
            )?;
        }
        Ok(())
    });
    done.unwrap();
}

fn count(rt: &Runtime, sql: &'static str) -> i64 {
    rt.read_now(Who::system(DISTRICT, "test"), move |cx| cx.query_one(sql, &[])?.i64("n")).unwrap()
}

/// Positions of all days.
fn positions(rt: &Runtime) -> i64 {
    let who = Who::system(DISTRICT, "test");
    rt.read_now(who, |cx| -> Result<i64, store::Error> {
        let mut sum = 0;
        for row in &cx.query("SELECT day FROM locator_day WHERE district_id = $1", params![DISTRICT])? {
            let table = format!("locator_track_{:012x}_{}", DISTRICT.0.as_u128() & 0xffff_ffff_ffff, row.i64("day")?);
            sum += cx.query_one(&format!("SELECT COUNT(*) AS n FROM {table}"), &[])?.i64("n")?;
        }
        Ok(sum)
    })
    .unwrap()
}

#[test]
fn a_worker_that_is_killed_gives_no_alert_twice_and_no_position_is_missing() {
    let database = TestDb::new(Kind::Postgres);
    let rt = open(&database.url());
    rt.migrate(&SETS).unwrap();
    hand_out(&rt);
    let mut house = House::new();
    let url = OsString::from(database.url());
    let start = || worker(&house.server, (DATABASE, &url));
    let (first, mut second) = (start(), start());
    let mut sent = 0;
    wait_until("the first alerts", || {
        house.send(sent..sent + 1);
        sent += 1;
        count(&rt, "SELECT COUNT(*) AS n FROM locator_alert") > 0
    });
    // In the middle of its work: its shards have records that it holds and records that it has not seen.
    second.0.kill().unwrap();
    house.send(sent..sent + 5);
    let all = i64::try_from(DEVICES).unwrap() * (sent + 5);
    wait_until("every position", || positions(&rt) == all);
    let devices = i64::try_from(DEVICES).unwrap();
    assert_eq!(count(&rt, "SELECT COUNT(*) AS n FROM locator_alert"), devices, "one flat battery, one alert");
    assert_eq!(count(&rt, "SELECT COUNT(*) AS n FROM job WHERE kind = 'locators.tell_family'"), devices);
    house.runtime.block_on(house.gateway.stop());
    drop(first);
}
