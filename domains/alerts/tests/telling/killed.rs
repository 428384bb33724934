//! kill -9 in the middle of a delivery: the answer still goes out, under one message id, and is counted once.

use super::{Town, all_handlers, config_of};
use kernel::{ManualClock, Moment, SeededIds};
use matters::model::{DeliveryResult, State};
use std::process::Command as Process;
use std::sync::Arc;
use store::jobs::run_due;
use store::{Fault, Keys, Options, Runtime};
use testkit::DISTRICT;

const URL: &str = "MULIN_TEST_DELIVERY_URL";
const MAIL: &str = "MULIN_TEST_DELIVERY_MAIL";
const AFTER: &str = "MULIN_TEST_DELIVERY_AFTER";
const NOW: &str = "MULIN_TEST_DELIVERY_NOW";

/// Longer than a dead worker keeps its jobs.
const LEASE_SECS: i64 = 121;

/// Not a test of its own: the worker that is killed while it delivers.
#[test]
fn child() {
    let Ok(url) = std::env::var(URL) else { return };
    let var = |name: &str| std::env::var(name).unwrap();
    let after: u32 = var(AFTER).parse().unwrap();
    let clock = ManualClock::at(Moment::from_micros(var(NOW).parse().unwrap()));
    let ids = Arc::new(SeededIds::new(u64::from(after) + 2_000));
    let rt = Runtime::open(Options::new(url, Arc::new(clock), ids, Keys::generate(&SeededIds::new(0)))).unwrap();
    let handlers = all_handlers(config_of(var(MAIL).parse().unwrap()));
    rt.faults().arm(after, Fault::Process);
    run_due(&rt, DISTRICT, &handlers).unwrap();
}

testkit::both_databases! {
    fn a_delivery_that_is_killed_is_made_all_the_same_and_counted_once(t: Town) {
        let r = t.raise();
        t.answered(r.matter);
        let mut killed = 0;
        for after in [0, 2, 5, 9, 14, 20, 27, 33, 38, 44, 52, 61] {
            let child = Process::new(std::env::current_exe().unwrap())
                .args(["--exact", "killed::child", "--nocapture"])
                .env(URL, t.world.house.db.url())
                .env(MAIL, t.sink.lock().unwrap().addr().to_string())
                .env(AFTER, after.to_string())
                .env(NOW, t.world.house.rt.now().micros().to_string())
                .output()
                .unwrap();
            killed += usize::from(!child.status.success());
            t.world.house.clock.advance_secs(LEASE_SECS);
        }
        assert!(killed > 4, "only {killed} were killed in the middle");
        t.run();
        let mails = t.mails_to("zhao@raiser.example");
        assert!(!mails.is_empty(), "the answer went out");
        let ids: std::collections::BTreeSet<String> = mails.iter().map(|m| m.header("Message-ID")).collect();
        assert_eq!(ids.len(), 1, "a repeated mail is the same mail");
        assert_eq!(t.deliveries(r.matter), [DeliveryResult::EmailAccepted], "counted once");
        assert_eq!(t.mails_to("worker@staff.example").iter().map(|m| m.header("Message-ID")).collect::<std::collections::BTreeSet<_>>().len(), 1);
        assert_eq!(t.notices(t.worker.0).iter().filter(|k| *k == "new").count(), 1, "told once");
        t.wait_hours(25);
        assert_eq!(t.state(r.matter), State::Closed);
    }
}
