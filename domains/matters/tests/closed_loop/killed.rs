//! The process is killed between any two statements; what it had acknowledged is there afterwards, and nothing half done.

use crate::Town;
use crate::invariants;
use crate::town::something;
use kernel::ids::{MatterId, RaiserId};
use kernel::{Actor, ManualClock, Purpose, SeededIds};
use matters::app::{self, Act};
use matters::model::Command;
use std::io::Write as _;
use std::process::Command as Process;
use std::sync::Arc;
use store::{Fault, Keys, Options, Runtime, Who, params};
use testkit::DISTRICT;

const URL: &str = "MULIN_TEST_KILLED_URL";
const AFTER: &str = "MULIN_TEST_KILLED_AFTER";
const OWNER: &str = "MULIN_TEST_KILLED_OWNER";

/// Not a test of its own: what the killed process does. It tells each acknowledged number on standard output.
#[test]
fn child() {
    let Ok(url) = std::env::var(URL) else { return };
    let after: u32 = std::env::var(AFTER).unwrap().parse().unwrap();
    let owner = std::env::var(OWNER).unwrap().parse().unwrap();
    let clock = ManualClock::at(kernel::Moment::parse_rfc3339(testkit::START).unwrap());
    let ids = Arc::new(SeededIds::new(u64::from(after) + 1_000));
    let rt = Runtime::open(Options::new(url, Arc::new(clock), ids, Keys::generate(&SeededIds::new(0)))).unwrap();
    rt.faults().arm(after, Fault::Process);
    let mut out = std::io::stdout();
    loop {
        let raise = something("dispute", "断电前的最后一件");
        let receipt =
            rt.write_now(Who::new(Actor::public(DISTRICT), Purpose::Public), move |cx| app::raise(cx, raise)).unwrap();
        writeln!(out, "ACK {} 1", receipt.matter).unwrap();
        let matter = receipt.matter;
        let actor =
            rt.read_now(Who::system(DISTRICT, "test"), move |cx| people::app::sessions::actor_of(cx, owner)).unwrap();
        let acted = rt
            .write_now(Who::new(actor, Purpose::Matter(matter)), move |cx| {
                app::act(cx, Act::new(matter, Command::Sign))
            })
            .unwrap();
        writeln!(out, "ACK {matter} {}", acted.version).unwrap();
        out.flush().unwrap();
    }
}

testkit::both_databases! {
    /// kill -9 in the middle of raising and signing, at many different statements.
    fn a_killed_process_loses_nothing_acknowledged(town: Town) {
        for after in [0, 3, 7, 9, 12, 15, 18, 22, 27, 31, 36, 44, 53, 64, 75] {
            let child = Process::new(std::env::current_exe().unwrap())
                .args(["--exact", "killed::child", "--nocapture"])
                .env(URL, town.world.house.db.url())
                .env(AFTER, format!("{after}"))
                .env(OWNER, town.worker.0.to_string())
                .output()
                .unwrap();
            assert!(!child.status.success(), "it was to be killed");
            let said = String::from_utf8_lossy(&child.stdout).into_owned();
            for line in said.lines().filter_map(|l| l.split_once("ACK ").map(|(_, rest)| rest)) {
                let (matter, version) = line.split_once(' ').unwrap();
                invariants::acknowledged(&town, matter.parse().unwrap(), version.trim().parse().unwrap());
            }
        }
        let all: Vec<(MatterId, RaiserId)> = town.sql(|cx| {
            cx.query("SELECT m.id, r.id AS raiser FROM matter m JOIN matter_raiser r ON r.matter_id = m.id", &[])?
                .iter()
                .map(|r| Ok((r.id("id")?, r.id("raiser")?)))
                .collect()
        });
        assert!(all.len() > 4, "{}", all.len());
        for one in &all {
            invariants::hold(&town, &[*one]);
        }
        // Nothing half done: every matter has exactly its parts.
        for (sql, want) in [
            ("SELECT COUNT(*) AS n FROM matter", all.len()),
            ("SELECT COUNT(*) AS n FROM event WHERE kind = 'matter.raise'", all.len()),
            ("SELECT COUNT(*) AS n FROM matter_note WHERE kind = 'body'", all.len()),
            ("SELECT COUNT(*) AS n FROM job WHERE kind = 'notify.owner'", all.len()),
        ] {
            assert_eq!(town.sql(move |cx| cx.query_one(sql, params![])?.i64("n")), want as i64, "{sql}");
        }
    }
}
