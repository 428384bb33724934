//! What identifies people goes when its time is over; the answer and the figures stay.

use crate::Town;
use crate::town::something;
use matters::model::{Command, DeliveryResult, State};
use std::collections::BTreeMap;
use store::retention::{Kept, Line, configured, report, run};

fn rules(days: i64) -> Vec<Kept> {
    let days = ["raisers", "originals", "photos"].map(|key| (key.to_owned(), days));
    configured(&[matters::RETENTION], &BTreeMap::from(days)).unwrap()
}

impl Town {
    fn retention(&self, days: i64) -> BTreeMap<&'static str, Line> {
        let lines = self.sql(move |cx| report(cx, &rules(days)));
        lines.into_iter().map(|line| (line.rule, line)).collect()
    }
    fn erase(&self, days: i64) -> BTreeMap<&'static str, i64> {
        run(&self.world.house.rt, &self.world.house.system(), &rules(days)).unwrap()
    }
    fn closed(&self, text: &str) -> kernel::ids::MatterId {
        let matter = self.raise(something("dispute", text)).matter;
        self.answered(matter);
        let raiser = self.detail(self.worker.0, matter).unwrap().raisers[0].id;
        let reached = Command::RecordDelivery { raiser, result: DeliveryResult::CallAnswered, note: None };
        self.act(self.worker.0, matter, reached);
        assert_eq!(self.state_now(matter), State::Closed);
        matter
    }
}

testkit::both_databases! {
    fn names_and_words_go_when_their_time_is_over(town: Town) {
        let old = town.closed("我家楼上漏水");
        town.advance(200 * 86_400);
        let young = town.closed("路灯不亮");
        let open = town.raise(something("dispute", "还没办"));
        let due = town.retention(100);
        assert_eq!((due["raisers"].due, due["originals"].due, due["photos"].due), (1, 1, 0));
        assert_eq!(town.retention(300)["raisers"].due, 0, "the configured days count");
        let before = town.logged_to("closed");
        assert_eq!(town.erase(100)["raisers"], 1);
        let after = town.retention(100);
        assert_eq!((after["raisers"].due, after["raisers"].erased, after["raisers"].last_run.is_some()), (0, 1, true));
        assert_eq!(town.erase(100)["raisers"], 0, "a second run finds nothing");
        // What has no key opens no more: R6 counts on that, see `store`.
        let keys = |matter: kernel::ids::MatterId| town.sql(move |cx| {
            let sql = "SELECT COUNT(*) AS n FROM matter_raiser r JOIN subject_key k ON k.subject = r.id WHERE r.matter_id = $1";
            cx.query_one(sql, store::params![matter])?.i64("n")
        });
        assert_eq!((keys(old), keys(young), keys(open.matter)), (0, 1, 1));
        let hashes = town.sql(|cx| cx.query_one("SELECT COUNT(*) AS n FROM matter_raiser WHERE phone_hash IS NOT NULL", &[])?.i64("n"));
        assert_eq!(hashes, 2, "nor is it found by its number");
        // The page of the matter still opens, with the answer.
        let detail = town.detail(town.worker.0, old).unwrap();
        assert!(!detail.timeline.is_empty());
        assert_eq!(town.logged_to("closed"), before, "the log is not touched");
        // Later more is old; a reopened matter counts from its new closing.
        town.advance(150 * 86_400);
        assert_eq!(town.erase(100)["raisers"], 1);
        assert_eq!((keys(young), keys(open.matter)), (0, 1), "what is open is never old");
    }

    fn wrong_settings_are_told(_town: Town) {
        let with = |key: &str, days: i64| {
            let days = BTreeMap::from([(key.to_owned(), days)]);
            configured(&[matters::RETENTION], &days).err().map(|e| e.to_string()).unwrap_or_default()
        };
        assert!(with("raiser", 300).contains("raisers, originals, matter_persons"), "{}", with("raiser", 300));
        assert!(with("photos", 3).contains("at least 90"), "a matter may still be reopened");
        assert_eq!(with("photos", 90), "");
    }
}
