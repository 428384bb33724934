//! "The administrator edits the log": whoever can write SQL into the database changes, removes, inserts and exchanges
//! entries, alters blocks, cuts the end off, or writes the whole chain anew. Each is found, and named for what it is.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::{ManualClock, Moment};
use serde_json::json;
use store::chain::{self, Against, Algorithm, Anchor, Break, Mark, Missing, Report};
use store::{Runtime, Who, params};
use testkit::{House, Kind, Setup};
use uuid::Uuid;

/// A house with a log: ten changes and five reads in blocks of three entries.
struct Log {
    house: House,
}

const CHANGES: i64 = 10;
const READS: i64 = 5;

impl Setup for Log {
    fn setup(kind: Kind) -> Self {
        let log = Self { house: House::new(kind, &[]) };
        (0..5).for_each(|i| log.live(i));
        log
    }
}

impl Log {
    fn rt(&self) -> &Runtime {
        &self.house.rt
    }
    fn clock(&self) -> &ManualClock {
        &self.house.clock
    }
    fn who(&self) -> Who {
        self.house.system()
    }

    /// Two changes, one read, one block.
    fn live(&self, i: i64) {
        for k in [2 * i, 2 * i + 1] {
            self.clock().advance_secs(1);
            self.rt()
                .write_now(self.who(), move |cx| {
                    cx.record("thing.moved", "thing", Uuid::from_u128(7), &json!({ "to": k }))
                })
                .unwrap();
        }
        let subject = Uuid::from_u128(u128::from(i.unsigned_abs()));
        self.rt().read_now(self.who(), move |cx| cx.record_read("thing", subject, &["name"])).unwrap();
        self.seal();
    }
    fn seal(&self) {
        chain::seal_now(self.rt(), self.house.district).unwrap();
    }
    fn verify_against(&self, against: &Against) -> Report {
        chain::verify(self.rt(), self.house.district, against, &|_| ()).unwrap()
    }
    fn verify(&self) -> Report {
        self.verify_against(&Against::default())
    }
    /// What an administrator does who knows the tables.
    fn tamper(&self, sql: &'static str) {
        let changed = self.rt().write_now(self.who(), move |cx| cx.execute(sql, &[])).unwrap();
        assert!(changed > 0, "{sql}");
    }
    /// Two rows exchange these columns.
    fn exchange(&self, table: &'static str, a: i64, b: i64, columns: &'static [&'static str]) {
        self.rt()
            .write_now(self.who(), move |cx| {
                for column in columns {
                    cx.execute(&format!("CREATE TEMPORARY TABLE held AS SELECT n, {column} AS c FROM {table}"), &[])?;
                    let set =
                        format!("UPDATE {table} SET {column} = (SELECT c FROM held WHERE held.n = $1) WHERE n = $2");
                    cx.execute(&set, params![a, b])?;
                    cx.execute(&set, params![b, a])?;
                    cx.execute("DROP TABLE held", &[])?;
                }
                Ok::<_, store::Error>(())
            })
            .unwrap();
    }
    fn anchor(&self, key: &str) -> Anchor {
        chain::anchor_now(self.rt(), self.who(), key).unwrap().anchor
    }
    fn mark(&self) -> Mark {
        Mark::of(&self.rt().read_now(self.who(), chain::head).unwrap())
    }
    fn first(&self) -> Break {
        let report = self.verify();
        report.broken().cloned().unwrap_or_else(|| panic!("nothing found: {report:?}"))
    }

    /// What a thorough forger does: after an edit every block is made again, under the numbers and times it had, and the
    /// database forgets its anchors.
    fn rewrite(&self) {
        let blocks = self
            .rt()
            .read_now(self.who(), |cx| {
                cx.query("SELECT n, at, last_event, last_read FROM seal_block ORDER BY n", &[])?
                    .iter()
                    .map(|r| Ok((r.i64("n")?, r.moment("at")?, r.i64("last_event")?, r.i64("last_read")?)))
                    .collect::<Result<Vec<_>, store::Error>>()
            })
            .unwrap();
        let now = kernel::Clock::now(self.clock());
        self.tamper("DELETE FROM seal_block");
        self.rt().write_now(self.who(), |cx| cx.execute("DELETE FROM anchor", &[])).unwrap();
        let (mine, aside) = (self.house.district.0, Uuid::from_u128(1));
        for (n, at, event, read) in blocks {
            self.clock().set(at);
            // The sealer takes whatever is there, so what comes later is put aside while an earlier block is made.
            self.hide("event", event, aside);
            self.hide("audit_read", read, aside);
            self.seal();
            self.hide("event", 0, mine);
            self.hide("audit_read", 0, mine);
            let renumber = "UPDATE seal_block SET n = $1 WHERE n = (SELECT MAX(n) FROM seal_block)";
            self.rt().write_now(self.who(), move |cx| cx.execute(renumber, params![n])).unwrap();
        }
        self.clock().set(now);
        assert_eq!(self.verify().broken(), None, "the forgery is consistent in itself");
    }
    fn hide(&self, table: &'static str, after: i64, district: Uuid) {
        let sql = format!("UPDATE {table} SET district_id = $1 WHERE n > $2");
        self.rt().write_now(self.who(), move |cx| cx.execute(&sql, params![district, after])).unwrap();
    }
}

fn entry(found: &Break) -> (&'static str, Option<(&'static str, i64)>) {
    (found.code(), found.entry())
}

testkit::both_databases! {
    fn an_untouched_log_is_whole_and_its_tail_is_counted(log: Log) {
        log.rt().write_now(log.who(), |cx| cx.record("thing.moved", "thing", Uuid::from_u128(7), &json!({}))).unwrap();
        let report = log.verify();
        assert_eq!((report.entries, report.blocks, report.unsealed), ((CHANGES + READS).unsigned_abs(), 5, 1));
        assert_eq!((report.faults, report.broken()), (0, None));
        assert_eq!(report.json()["whole"], true);
    }

    fn a_changed_entry_is_named_with_its_time(log: Log) {
        log.tamper("UPDATE event SET payload = '{\"to\":99}' WHERE n = 4");
        let found = log.first();
        assert_eq!(entry(&found), ("changed", Some(("event", 4))));
        // Sealed with the second block: two seconds of changes each.
        assert_eq!(found.at().unwrap().secs_since(Moment::parse_rfc3339(testkit::START).unwrap()), 4);
        log.tamper("UPDATE event SET payload = '{\"to\":3}' WHERE n = 4");
        assert_eq!(log.verify().broken(), None, "put back as it was, nothing is broken");
        for sql in [
            "UPDATE audit_read SET actor = 'public' WHERE n = 2",
            "UPDATE audit_read SET at = at + 1 WHERE n = 2",
            "UPDATE audit_read SET fields = '' WHERE n = 2",
            "UPDATE audit_read SET purpose = 'public' WHERE n = 2",
        ] {
            log.tamper(sql);
            assert_eq!(entry(&log.first()), ("changed", Some(("audit_read", 2))), "{sql}");
        }
    }

    fn a_removed_entry_is_named(log: Log) {
        log.tamper("DELETE FROM audit_read WHERE n = 3");
        assert_eq!(entry(&log.first()), ("removed", Some(("audit_read", 3))));
        log.tamper("DELETE FROM event WHERE n = 2");
        let report = log.verify();
        assert_eq!(entry(report.broken().unwrap()), ("removed", Some(("event", 2))), "the first is named first");
        assert_eq!(report.faults, 2);
    }

    fn an_inserted_entry_is_named(log: Log) {
        // Another district's entry takes a number, which leaves a gap in this one's.
        let other = Who::system(kernel::ids::DistrictId(Uuid::from_u128(77)), "test");
        log.rt().write_now(other, |cx| cx.record("thing.moved", "thing", Uuid::from_u128(7), &json!({}))).unwrap();
        log.live(5);
        log.tamper("DELETE FROM event WHERE n = 11");
        assert_eq!(log.verify().broken(), None);
        let insert = |n: i64| {
            let sql = "INSERT INTO event (n, district_id, at, actor, purpose, kind, subject_kind, subject, payload) \
                       SELECT $1, district_id, at, actor, purpose, kind, subject_kind, subject, payload FROM event WHERE n = 6";
            log.rt().write_now(log.who(), move |cx| cx.execute(sql, params![n])).unwrap();
        };
        insert(11);
        assert_eq!(entry(&log.first()), ("inserted", Some(("event", 11))));
        insert(-5);
        assert_eq!(entry(&log.first()), ("inserted", Some(("event", -5))), "before the first number, too");
    }

    fn two_entries_that_changed_places_are_named(log: Log) {
        log.tamper("UPDATE event SET n = CASE n WHEN 3 THEN -8 ELSE -3 END WHERE n IN (3, 8)");
        log.tamper("UPDATE event SET n = -n WHERE n < 0");
        let Break::Reordered { entry, with, fields } = log.first() else { panic!("{:?}", log.first()) };
        assert_eq!((entry.table, entry.n, with, fields.as_str()), ("event", 3, 8, "whole content"));
        assert_eq!(log.verify().breaks.iter().map(Break::code).collect::<Vec<_>>(), ["reordered", "reordered"]);
    }

    fn two_entries_that_exchanged_their_content_in_part_are_named_with_the_columns(log: Log) {
        log.exchange("event", 2, 9, &["payload"]);
        let Break::Reordered { entry, with, fields } = log.first() else { panic!("{:?}", log.first()) };
        assert_eq!((entry.table, entry.n, with, fields.as_str()), ("event", 2, 9, "payload"));
        log.exchange("event", 2, 9, &["payload"]);
        assert_eq!(log.verify().broken(), None);
        log.exchange("audit_read", 1, 4, &["subject"]);
        let Break::Reordered { entry, with, fields } = log.first() else { panic!("{:?}", log.first()) };
        assert_eq!((entry.table, entry.n, with, fields.as_str()), ("audit_read", 1, 4, "subject"));
    }

    fn entries_that_look_alike_are_not_taken_for_exchanged(log: Log) {
        // Both get the same new text: neither holds what the other held.
        log.tamper("UPDATE event SET payload = '{}' WHERE n IN (2, 9)");
        assert_eq!(log.verify().breaks.iter().map(Break::code).collect::<Vec<_>>(), ["changed", "changed"]);
    }

    fn a_rewritten_block_is_named(log: Log) {
        for (sql, back) in [
            ("UPDATE seal_block SET at = at + 1 WHERE n = 3", "UPDATE seal_block SET at = at - 1 WHERE n = 3"),
            (
                "UPDATE seal_block SET entries = entries - 1 WHERE n = 3",
                "UPDATE seal_block SET entries = entries + 1 WHERE n = 3",
            ),
            (
                "UPDATE seal_block SET algorithm = 'sm3' WHERE n = 3",
                "UPDATE seal_block SET algorithm = 'sha256' WHERE n = 3",
            ),
        ] {
            log.tamper(sql);
            assert!(matches!(log.first(), Break::Rewritten { block: 3, .. }), "{sql}: {:?}", log.first());
            log.tamper(back);
            assert_eq!(log.verify().broken(), None);
        }
        // Another head: this block does not lead to it, and the next does not follow from it.
        log.tamper("UPDATE seal_block SET head = (SELECT o.head FROM seal_block o WHERE o.n = 1) WHERE n = 3");
        let report = log.verify();
        let blocks: Vec<_> = report.breaks.iter().map(|b| matches!(b, Break::Rewritten { block: 3 | 4, .. })).collect();
        assert_eq!(blocks, [true, true], "{report:?}");
        // Leaves of another block.
        log.tamper("UPDATE seal_block SET leaves = (SELECT o.leaves FROM seal_block o WHERE o.n = 1) WHERE n = 2");
        assert!(matches!(log.first(), Break::Rewritten { block: 2, .. }), "{:?}", log.first());
    }

    fn removed_blocks_are_named_with_their_entries_or_without(log: Log) {
        log.tamper("DELETE FROM seal_block WHERE n IN (2, 3)");
        assert!(matches!(log.first(), Break::BlocksRemoved { before: 4, .. }), "{:?}", log.first());
        log.tamper("DELETE FROM event WHERE n BETWEEN 3 AND 6");
        log.tamper("DELETE FROM audit_read WHERE n IN (2, 3)");
        let report = log.verify();
        assert!(matches!(report.broken(), Some(Break::BlocksRemoved { before: 4, .. })), "{report:?}");
        assert_eq!(report.faults, 1);
        log.tamper("DELETE FROM seal_block WHERE n = 1");
        assert!(matches!(log.first(), Break::BlocksRemoved { before: 4, .. }), "{:?}", log.first());
    }

    fn a_cut_at_the_end_is_found_by_an_anchor_and_by_a_receipt(log: Log) {
        let (old, mark) = (log.anchor("old"), log.mark());
        log.live(5);
        let newer = log.anchor("newer");
        log.live(6);
        let (anchor, last) = (log.anchor("new"), log.mark());
        let all = Against { anchors: vec![old.clone(), newer.clone(), anchor.clone()], marks: vec![mark.clone(), last.clone()] };
        let fine = log.verify_against(&all);
        assert_eq!((fine.broken(), fine.anchors), (None, 5));
        // The last two blocks, everything in them, and what the database remembers of anchors.
        log.tamper("DELETE FROM seal_block WHERE n > 5");
        log.tamper("DELETE FROM event WHERE n > 10");
        log.tamper("DELETE FROM audit_read WHERE n > 5");
        log.tamper("DELETE FROM anchor");
        assert_eq!(log.verify().broken(), None, "the chain alone cannot show it");
        let of = |anchors: Vec<Anchor>, marks: Vec<Mark>| log.verify_against(&Against { anchors, marks }).breaks;
        let found = of(vec![old.clone(), newer, anchor.clone()], vec![]);
        let [Break::Cut { after: 5, anchored_at, events, reads, .. }] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(*anchored_at, Some(anchor.at), "the newest decides");
        assert_eq!((*events, *reads), (Some(Missing { first: 11, last: 14 }), Some(Missing { first: 6, last: 7 })));
        assert_eq!(of(vec![old], vec![mark]), [], "older ones still hold");
        let found = of(vec![], vec![last.clone()]);
        assert!(matches!(found.as_slice(), [Break::Cut { after: 5, .. }]), "{found:?}");
        // A log that went on after the cut does not hide it.
        log.live(5);
        let found = of(vec![anchor], vec![last]);
        assert!(found.iter().all(|b| matches!(b, Break::Cut { after: 5, .. })) && found.len() == 2, "{found:?}");
    }

    fn what_the_database_remembers_of_anchors_finds_a_clumsy_cut(log: Log) {
        log.anchor("day");
        log.tamper("DELETE FROM seal_block WHERE n = 5");
        assert!(matches!(log.first(), Break::Cut { after: 4, .. }), "{:?}", log.first());
    }

    fn a_chain_written_anew_is_found_by_anchors_only(log: Log) {
        let (head, mark) = (log.rt().read_now(log.who(), chain::head).unwrap(), log.mark());
        let good = log.anchor("good");
        log.live(5);
        log.live(6);
        let bad = log.anchor("bad");
        log.tamper("UPDATE event SET actor = 'public' WHERE n = 12");
        log.rewrite();
        let of = |anchors: Vec<Anchor>, marks: Vec<Mark>| log.verify_against(&Against { anchors, marks }).breaks;
        let found = of(vec![good.clone(), bad.clone()], vec![mark]);
        assert!(matches!(found.as_slice(), [Break::Replaced { good_until: Some(5), block: 7, .. }]), "{found:?}");
        let whole = Mark::parse(&head.hex()).unwrap();
        assert_eq!(of(vec![], vec![whole]), [], "what comes before the edit is as it was");
        let gone = Mark::parse(&hex::encode(bad.head)).unwrap();
        assert!(matches!(of(vec![], vec![gone]).as_slice(), [Break::Unknown { .. }]));
    }

    fn the_algorithm_can_change_and_both_parts_verify(log: Log) {
        log.rt().write_now(log.who(), |cx| chain::set_algorithm(cx, Algorithm::Sm3)).unwrap();
        log.live(5);
        let anchor = log.anchor("sm3");
        assert_eq!(anchor.algorithm, Algorithm::Sm3);
        let report = log.verify_against(&Against { anchors: vec![anchor], marks: vec![] });
        // The change of the algorithm is an entry itself.
        assert_eq!((report.entries, report.blocks, report.broken()), (19, 6, None));
        log.tamper("UPDATE event SET payload = '{}' WHERE n = 13");
        assert_eq!(entry(&log.first()), ("changed", Some(("event", 13))));
    }

    fn two_districts_in_one_database_have_chains_of_their_own(log: Log) {
        let other = Who::system(kernel::ids::DistrictId(Uuid::from_u128(77)), "test");
        let district = other.actor.district;
        log.rt().write_now(other, |cx| cx.record("thing.moved", "thing", Uuid::from_u128(7), &json!({}))).unwrap();
        chain::seal_now(log.rt(), district).unwrap();
        log.live(5);
        let theirs = chain::verify(log.rt(), district, &Against::default(), &|_| ()).unwrap();
        assert_eq!((theirs.entries, theirs.broken()), (1, None));
        assert_eq!((log.verify().entries, log.verify().broken()), (18, None));
        // A block moved to another district fits there no more.
        log.tamper("UPDATE seal_block SET district_id = (SELECT o.district_id FROM seal_block o WHERE o.n = 6) WHERE n = 1");
        assert!(!log.verify().breaks.is_empty());
    }

    fn the_same_key_gives_the_same_anchor(log: Log) {
        let first = chain::anchor_now(log.rt(), log.who(), "2026-06-29").unwrap();
        log.live(5);
        assert_eq!(chain::anchor_now(log.rt(), log.who(), "2026-06-29").unwrap(), first);
        let read = Anchor::read(&first.line, &log.rt().keys().public_keys());
        assert_eq!(read, Ok(first.anchor.clone()));
        let kept = log.rt().read_now(log.who(), |cx| chain::anchors(cx, 10)).unwrap();
        assert_eq!(kept, [first]);
    }
}
