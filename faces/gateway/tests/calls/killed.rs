//! kill -9 in the middle: every fix that a device was told has arrived is there afterwards.

use super::*;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

const FOLDER: &str = "MULIN_TEST_GATEWAY_FOLDER";

/// Not a test of its own: the gateway that is killed. What it takes in is lost with it, so it refuses to take in.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (answers, taken) = (Arc::<Answers>::default(), Arc::<Remembers>::default());
    answers.0.lock().unwrap().extend((1..10).map(|n| (imei(n), Passage::Open(door(n)))));
    *taken.refuses.lock().unwrap() = true;
    let settings = settings(Path::new(&folder));
    let parts =
        Parts { settings, clock: Arc::new(SystemClock), guard: answers, takes: taken, seal: gateway::Seal::none() };
    let gateway = runtime.block_on(Gateway::start(parts)).unwrap();
    let watch = gateway.listening().iter().find(|l| l.protocol == Protocol::Gt06).unwrap();
    writeln!(std::io::stdout(), "listening {}", watch.address).unwrap();
    std::thread::park();
}

/// Killed at the latest when the test ends.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// This program again, as something that is to be killed.
pub(crate) fn child_of(test: &str, variables: &[(&str, &std::ffi::OsStr)]) -> Killed {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).envs(variables.iter().copied()).stdout(Stdio::piped());
    Killed(command.spawn().unwrap())
}

fn start(folder: &Path) -> (Killed, SocketAddr) {
    let mut child = child_of("killed::child", &[(FOLDER, folder.as_os_str())]);
    let mut out = BufReader::new(child.0.stdout.take().unwrap());
    loop {
        let mut line = String::new();
        assert!(out.read_line(&mut line).unwrap() > 0, "the gateway did not start");
        if let Some((_, address)) = line.trim().split_once("listening ") {
            return (child, address.parse().unwrap());
        }
    }
}

/// One device that sends places with rising numbers as fast as they are acknowledged; those numbers.
fn send_until_broken(n: u64, address: SocketAddr, from: u16, many: &std::sync::atomic::AtomicUsize) -> Vec<u16> {
    let Ok(mut stream) = TcpStream::connect(address) else { return Vec::new() };
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut back = [0; 10];
    let mut ask = |bytes: &[u8]| stream.write_all(bytes).and_then(|()| stream.read_exact(&mut back)).is_ok();
    if !ask(&speak::login(Protocol::Gt06, &imei(n), Moment::default(), 1)) {
        return Vec::new();
    }
    let mut safe = Vec::new();
    for serial in from..from + 5_000 {
        // The place tells which one it is.
        if !ask(&speak::fix(Protocol::Gt06, &imei(n), &place(u32::from(serial)), serial)) {
            break;
        }
        safe.push(serial);
        many.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    }
    safe
}

fn imei(n: u64) -> DeviceId {
    DeviceId::new(&format!("35500000000{n:04}")).unwrap()
}

#[test]
fn no_acknowledged_fix_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let mut safe: BTreeSet<(u64, i64)> = BTreeSet::new();
    for round in 0_u16..4 {
        let (mut child, address) = start(dir.path());
        let many = std::sync::atomic::AtomicUsize::new(0);
        let heard: Vec<(u64, Vec<u16>)> = std::thread::scope(|scope| {
            let many = &many;
            let senders: Vec<_> =
                (1..5).map(|n| scope.spawn(move || (n, send_until_broken(n, address, round * 6_000, many)))).collect();
            while many.load(std::sync::atomic::Ordering::SeqCst) < 300 + 77 * usize::from(round) {
                std::thread::yield_now();
            }
            child.0.kill().unwrap();
            senders.into_iter().map(|s| s.join().unwrap()).collect()
        });
        drop(child);
        for (n, serials) in heard {
            safe.extend(serials.iter().map(|s| (n, place(u32::from(*s)).time.unwrap().micros())));
        }
    }
    assert!(safe.len() >= 4 * 300, "{}", safe.len());
    let mut reader = gateway::segment::Reader::open(&dir.path().join("spool")).unwrap();
    let mut found = BTreeSet::new();
    loop {
        let some = reader.next(1_000).unwrap();
        if some.is_empty() {
            break;
        }
        for record in some {
            let n = record.locator.as_u128() as u64 - 1_000;
            found.extend(record.fixes.iter().filter_map(|f| f.time).map(|t| (n, t.micros())));
        }
    }
    let lost: Vec<_> = safe.difference(&found).collect();
    let first = lost.first();
    assert!(lost.is_empty(), "{} of {} acknowledged fixes are gone, first {first:?}", lost.len(), safe.len());
    assert_eq!(reader.damaged, 0);
}
