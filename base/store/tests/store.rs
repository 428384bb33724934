//! The store on its own, on both databases: commits, roll-backs, faults, jobs and the chain.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::ids::DistrictId;
use kernel::{Actor, ManualClock, Moment, Purpose, SeededIds};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::jobs::{Handlers, JobError, run_due};
use store::{
    Aside, Cx, Error, Fault, KeyClass, Keys, Migration, NewJob, Once, OnceKey, Options, Runtime, Who, chain, params,
};
use testkit::{Kind, Setup, TestDb, both_databases};
use uuid::Uuid;

const TABLES: &[Migration] = &[Migration {
    name: "test-0001",
    sql: "CREATE TABLE thing (n {SEQ}, id UUID NOT NULL, flag BOOLEAN NOT NULL, x DOUBLE PRECISION, note BYTEA);\n{FTS thing_fts}\n",
}];

/// What [`add`] writes, filled aside.
const THINGS: &[Aside] = &[Aside::searched("thing", "thing_fts"), Aside::of("event"), Aside::of("subject_key")];

struct House {
    rt: Runtime,
    clock: ManualClock,
    who: Who,
    district: DistrictId,
    db: TestDb,
}

impl Setup for House {
    fn setup(kind: Kind) -> Self {
        Self::on(TestDb::new(kind), "")
    }
}

impl House {
    fn on(db: TestDb, quota: &str) -> Self {
        let clock = ManualClock::at(Moment::parse_rfc3339("2026-06-29T06:00:00Z").unwrap());
        let ids = Arc::new(SeededIds::new(42));
        let keys = Keys::generate(ids.as_ref());
        let url = format!("{}{quota}", db.url());
        let rt = Runtime::open(Options::new(url, Arc::new(clock.clone()), ids, keys)).unwrap();
        assert!(rt.migrate(&[TABLES]).unwrap() >= 2);
        assert_eq!(rt.migrate(&[TABLES]).unwrap(), 0, "a second run finds nothing to do");
        let district = DistrictId(Uuid::from_u128(9));
        let who = Who::new(Actor::system(district, "test"), Purpose::Job);
        Self { rt, clock, who, district, db }
    }
}

fn add(cx: &mut Cx<'_>, fail: bool) -> Result<i64, Error> {
    let id = cx.new_id::<Uuid>();
    let row =
        cx.query_one("INSERT INTO thing (id, flag, x) VALUES ($1, $2, $3) RETURNING n", params![id, true, 1.5])?;
    cx.record("thing.added", "thing", id, &json!({"flag": true}))?;
    if fail { Err(Error::NotFound) } else { row.i64("n") }
}

fn count(h: &House) -> i64 {
    h.rt.read_now(h.who.clone(), |cx| cx.query_one("SELECT COUNT(*) AS n FROM thing", &[])?.i64("n")).unwrap()
}

fn once(h: &House, key: &OnceKey) -> Once {
    let key = key.clone();
    h.rt.write_now(h.who.clone(), move |cx| cx.once(&key, |cx| Ok::<_, Error>(json!({ "n": add(cx, false)? }))))
        .unwrap()
}

both_databases! {
    fn the_same_key_does_it_once_and_answers_alike(h: House) {
        let key = OnceKey::new("k", &[b"POST", b"a"]);
        let Once::Now(first) = once(&h, &key) else { panic!("done now") };
        assert_eq!(once(&h, &key), Once::Before(first));
        assert_eq!(once(&h, &OnceKey::new("k", &[b"POSTa"])), Once::Other, "parts do not run into each other");
        assert_eq!(count(&h), 1);
        let failed: Result<Once, Error> = h.rt.write_now(h.who.clone(), |cx| {
            cx.once(&OnceKey::new("f", &[]), |cx| Ok(json!(add(cx, true)?)))
        });
        assert!(failed.is_err());
        assert!(matches!(once(&h, &OnceKey::new("f", &[])), Once::Now(_)), "what failed may be tried again");
        h.clock.advance_secs(25 * 3_600);
        assert!(matches!(once(&h, &key), Once::Now(_)), "after a day the key is free");
        assert_eq!(count(&h), 3);
    }

    fn rows_filled_aside_come_all_at_once_and_others_write_meanwhile(h: House) {
        let marked = |cx: &mut Cx<'_>, word: &str| {
            let n = add(cx, false)?;
            cx.index_text("thing_fts", n, word).map(|()| n)
        };
        h.rt.write_now(h.who.clone(), move |cx| marked(cx, "before")).unwrap();
        let (other, who) = (h.rt.clone(), h.who.clone());
        let (seen, after) = h.rt.write_aside(&h.who, THINGS, move |cx| {
            for _ in 0..3 {
                marked(cx, "aside")?;
            }
            // Nobody waits for this, and nobody sees it yet.
            other.write_now(who.clone(), move |cx| marked(cx, "meanwhile"))?;
            let seen = other.read_now(who, |cx| cx.query_one("SELECT COUNT(*) AS n FROM thing", &[])?.i64("n"))?;
            cx.new_subject_key(KeyClass::Text, Uuid::from_u128(77))?;
            cx.enqueue(NewJob { kind: "later", key: "1".into(), run_at: cx.now, payload: json!({}) })?;
            Ok::<_, Error>(seen)
        }, |cx, seen| Ok((seen, cx.query_one("SELECT COUNT(*) AS n FROM thing", &[])?.i64("n")?))).unwrap();
        assert_eq!((seen, after, count(&h)), (2, 5, 5));
        for (word, found) in [("before", 1), ("meanwhile", 1), ("aside", 3)] {
            let n = h.rt.read_now(h.who.clone(), move |cx| {
                let m = cx.match_text("thing_fts", 1, &[word.to_owned()])?;
                let sql = format!(
                    "SELECT COUNT(*) AS n FROM thing_fts JOIN thing t ON t.n = {} WHERE {}", m.number, m.condition
                );
                cx.query_one(&sql, &[m.param])?.i64("n")
            }).unwrap();
            assert_eq!(n, found, "{word}");
        }
        let events = |cx: &mut Cx<'_>| cx.query_one("SELECT COUNT(DISTINCT n) AS n FROM event WHERE kind = 'thing.added'", &[])?.i64("n");
        assert_eq!(h.rt.read_now(h.who.clone(), events).unwrap(), 5);
        let keys = |cx: &mut Cx<'_>| cx.query_one("SELECT COUNT(*) AS n FROM subject_key WHERE subject = $1", params![Uuid::from_u128(77)])?.i64("n");
        assert_eq!(h.rt.read_now(h.who.clone(), keys).unwrap(), 1);
        let jobs = |cx: &mut Cx<'_>| cx.query_one("SELECT COUNT(*) AS n FROM job WHERE kind = 'later'", &[])?.i64("n");
        assert_eq!(h.rt.read_now(h.who.clone(), jobs).unwrap(), 1);
        chain::seal_now(&h.rt, h.district).unwrap();
        h.rt.write_now(h.who.clone(), |cx| add(cx, false)).unwrap();
        assert_eq!(count(&h), 6, "numbers go on behind");
    }

    fn what_fails_aside_leaves_nothing(h: House) {
        let fill = |cx: &mut Cx<'_>| add(cx, false);
        let failed = h.rt.write_aside(&h.who, THINGS, move |cx| { fill(cx)?; add(cx, true) }, |_, n| Ok(n));
        assert!(failed.is_err());
        let failed: Result<i64, Error> = h.rt.write_aside(&h.who, THINGS, fill, |_, _| Err(Error::NotFound));
        if h.rt.database_kind() == "sqlite" {
            let past = |cx: &mut Cx<'_>| cx.next_number("elsewhere");
            let failed = h.rt.write_aside(&h.who, THINGS, past, |_, n| Ok::<_, Error>(n));
            assert!(failed.is_err(), "a table that is not named would hold everybody up");
        }
        assert!(failed.is_err());
        assert_eq!(count(&h), 0);
        h.rt.write_aside(&h.who, THINGS, fill, |_, n| Ok::<_, Error>(n)).unwrap();
        assert_eq!(count(&h), 1);
        for after in 0..24 {
            let before = count(&h);
            h.rt.faults().arm(after, Fault::Connection);
            let answer = h.rt.write_aside(&h.who, THINGS, fill, |_, n| Ok::<_, Error>(n));
            h.rt.faults().disarm();
            let added = count(&h) - before;
            assert_eq!(added, i64::from(answer.is_ok()), "after {after} statements: {answer:?}");
        }
    }

    fn of_many_at_the_same_time_one_does_it(h: House) {
        let answers: Vec<Once> = std::thread::scope(|s| {
            let tasks: Vec<_> = (0..8).map(|_| s.spawn(|| once(&h, &OnceKey::new("k", &[])))).collect();
            tasks.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(count(&h), 1);
        assert_eq!(answers.iter().filter(|a| matches!(a, Once::Now(_))).count(), 1);
    }

    fn a_failed_use_case_leaves_nothing_and_harms_nobody_in_its_batch(h: House) {
        let results: Vec<_> = std::thread::scope(|s| {
            let tasks: Vec<_> = (0..40)
                .map(|i| {
                    let (rt, who) = (h.rt.clone(), h.who.clone());
                    s.spawn(move || rt.write_now(who, move |cx| add(cx, i % 2 == 0)))
                })
                .collect();
            tasks.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 20);
        assert_eq!(count(&h), 20);
    }

    fn a_panic_rolls_back_and_the_next_use_case_works(h: House) {
        let failed: Result<(), Error> = h.rt.write_now(h.who.clone(), |cx| {
            add(cx, false)?;
            panic!("on purpose");
        });
        assert!(matches!(failed, Err(Error::Panicked)));
        assert_eq!(count(&h), 0);
        h.rt.write_now(h.who.clone(), |cx| add(cx, false)).unwrap();
        assert_eq!(count(&h), 1);
    }

    fn a_lost_connection_between_any_two_statements_keeps_nothing_or_all(h: House) {
        for after in 0..8 {
            let before = count(&h);
            h.rt.faults().arm(after, Fault::Connection);
            let answer = h.rt.write_now(h.who.clone(), |cx| add(cx, false));
            h.rt.faults().disarm();
            let added = count(&h) - before;
            assert_eq!(added, i64::from(answer.is_ok()), "after {after} statements: {answer:?}");
        }
    }

    fn values_survive_the_trip_and_secrets_open(h: House) {
        h.rt.write_now(h.who.clone(), |cx| {
            let id = cx.new_id::<Uuid>();
            let note = cx.seal(KeyClass::Text, id, "漏水".as_bytes())?;
            cx.execute(
                "INSERT INTO thing (id, flag, x, note) VALUES ($1, $2, $3, $4)",
                params![id, false, Option::<f64>::None, note],
            )?;
            let row = cx.query_one("SELECT id, flag, x, note FROM thing WHERE flag = $1", params![false])?;
            assert_eq!(row.uuid("id")?, id);
            assert!(!row.bool("flag")?);
            assert_eq!(row.opt_f64("x")?, None);
            assert_eq!(cx.open_text(KeyClass::Text, id, &row.blob("note")?)?, "漏水");
            cx.destroy_subject_key(KeyClass::Text, id)?;
            assert!(matches!(cx.open(KeyClass::Text, id, &row.blob("note")?), Err(Error::Erased)));
            cx.index_text("thing_fts", 1, "漏水 水管 漏 水")?;
            let found = cx.match_text("thing_fts", 1, &["漏水".into(), "水管".into()])?;
            let sql = format!("SELECT {} AS n FROM thing_fts WHERE {}", found.number, found.condition);
            assert_eq!(cx.query(&sql, &[found.param])?.len(), 1);
            Ok::<_, Error>(())
        })
        .unwrap();
    }

    fn what_is_put_is_there_for_the_next_statement_and_fails_with_the_commit(h: House) {
        let put = |cx: &mut Cx<'_>, id: u128| {
            cx.put("INSERT INTO thing (id, flag, x) VALUES ($1, $2, $3)", params![Uuid::from_u128(id), true, 0.5])
        };
        let seen = h.rt.write_now(h.who.clone(), move |cx| {
            put(cx, 1)?;
            cx.record("thing.added", "thing", Uuid::from_u128(1), &json!({}))?;
            put(cx, 2)?;
            cx.record("thing.added", "thing", Uuid::from_u128(2), &json!({}))?;
            cx.query_one("SELECT COUNT(*) AS n FROM thing", &[])?.i64("n")
        });
        assert_eq!(seen.unwrap(), 2);
        let order = h.rt.read_now(h.who.clone(), |cx| cx.query("SELECT subject FROM event ORDER BY n", &[])).unwrap();
        let order: Vec<Uuid> = order.iter().map(|r| r.uuid("subject").unwrap()).collect();
        assert_eq!(order, [Uuid::from_u128(1), Uuid::from_u128(2)], "the log keeps the order");
        let broken: Result<(), Error> = h.rt.write_now(h.who.clone(), move |cx| {
            put(cx, 3)?;
            // The key of a subject is there once.
            cx.new_subject_key(KeyClass::Text, Uuid::from_u128(3))?;
            cx.new_subject_key(KeyClass::Text, Uuid::from_u128(3)).map(drop)
        });
        assert!(matches!(broken, Err(Error::Unique(_))), "{broken:?}");
        assert_eq!(count(&h), 2);
    }

    fn of_use_cases_committed_together_only_what_is_kept_is_found(h: House) {
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let found = |cx: &mut Cx<'_>, word: &str| {
            let m = cx.match_text("thing_fts", 1, &[word.to_owned()])?;
            let sql = format!("SELECT {} AS n FROM thing_fts WHERE {}", m.number, m.condition);
            Ok::<_, Error>(cx.query(&sql, &[m.param])?.len())
        };
        let mark = |cx: &mut Cx<'_>, fail: bool| {
            let n = add(cx, false)?;
            cx.index_text("thing_fts", n, "leak")?;
            if fail { Err(Error::NotFound) } else { Ok(n) }
        };
        let (rt, who) = (&h.rt, || h.who.clone());
        let mut first = Box::pin(rt.write(who(), move |cx| wait.recv().map_err(|_| Error::NotFound).and_then(|()| mark(cx, false))));
        let mut failing = Box::pin(rt.write(who(), move |cx| found(cx, "leak").and_then(|_| mark(cx, true))));
        let mut own = Box::pin(rt.write(who(), move |cx| {
            let n = add(cx, false)?;
            cx.index_text("thing_fts", n, "pump")?;
            let seen = found(cx, "pump")?;
            if seen == 1 { Err(Error::Panicked) } else { Ok(seen) }
        }));
        let mut last = Box::pin(rt.write(who(), move |cx| mark(cx, false)));
        // Asked once each, they stand in the queue behind the first, which waits.
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        use std::future::Future as _;
        assert!(first.as_mut().poll(&mut context).is_pending());
        let (_, _, _) = (failing.as_mut().poll(&mut context), own.as_mut().poll(&mut context), last.as_mut().poll(&mut context));
        go.send(()).unwrap();
        let threads = tokio::runtime::Builder::new_current_thread().build().unwrap();
        threads.block_on(first).unwrap();
        assert!(matches!(threads.block_on(failing), Err(Error::NotFound)));
        assert!(matches!(threads.block_on(own), Err(Error::Panicked)), "it finds what it wrote itself");
        threads.block_on(last).unwrap();
        let of = |word: &'static str| h.rt.read_now(h.who.clone(), move |cx| found(cx, word)).unwrap();
        assert_eq!((of("leak"), of("pump"), count(&h)), (2, 0, 2));
    }

    fn a_large_use_case_among_others_is_kept_or_undone_alone(h: House) {
        let (go, wait) = std::sync::mpsc::channel::<()>();
        h.rt.write_now(h.who.clone(), |cx| (0..1_500u128).try_for_each(|i| {
            let row = params![Uuid::from_u128(i), true, 0.0, vec![7u8; 900]];
            cx.put("INSERT INTO thing (id, flag, x, note) VALUES ($1, $2, $3, $4)", row)
        })).unwrap();
        // More than a megabyte of pages changes; what they held is needed to undo it.
        let all = |cx: &mut Cx<'_>, x: f64, fail: bool| {
            cx.execute("UPDATE thing SET x = $1, note = $2", params![x, vec![9u8; 800]])?;
            if fail { Err(Error::NotFound) } else { Ok(()) }
        };
        let (rt, who) = (&h.rt, || h.who.clone());
        let mut first = Box::pin(rt.write(who(), move |cx| {
            wait.recv().map_err(|_| Error::NotFound)?;
            add(cx, false)
        }));
        let mut undone = Box::pin(rt.write(who(), move |cx| all(cx, 1.0, true)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        use std::future::Future as _;
        assert!(first.as_mut().poll(&mut context).is_pending());
        let _ = undone.as_mut().poll(&mut context);
        go.send(()).unwrap();
        let threads = tokio::runtime::Builder::new_current_thread().build().unwrap();
        threads.block_on(first).unwrap();
        assert!(matches!(threads.block_on(undone), Err(Error::NotFound)));
        let changed = |h: &House| {
            let sql = "SELECT COUNT(*) AS n FROM thing WHERE x IN (1.0, 2.0)";
            h.rt.read_now(h.who.clone(), move |cx| cx.query_one(sql, &[])?.i64("n")).unwrap()
        };
        assert_eq!((changed(&h), count(&h)), (0, 1_501));
        h.rt.write_now(h.who.clone(), move |cx| add(cx, false).and_then(|_| all(cx, 2.0, false))).unwrap();
        assert_eq!(changed(&h), 1_502);
    }

    fn jobs_run_once_when_due_and_die_visibly(h: House) {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let handlers = Handlers::default()
            .on("good", |_, _| {
                RUNS.fetch_add(1, Ordering::SeqCst);
                Ok(())
            })
            .on("bad", |_, _| Err(JobError::Retry("no".into())));
        h.rt.write_now(h.who.clone(), |cx| {
            for kind in ["good", "bad"] {
                let job = NewJob { kind, key: "1".into(), run_at: cx.now.plus_secs(60), payload: json!({}) };
                cx.enqueue(job.clone())?;
                // The same key is added once: below, each runs once.
                cx.enqueue(job)?;
            }
            Ok::<_, Error>(())
        })
        .unwrap();
        assert_eq!(run_due(&h.rt, h.district, &handlers).unwrap(), 0);
        h.clock.advance_secs(61);
        assert_eq!(run_due(&h.rt, h.district, &handlers).unwrap(), 2);
        for _ in 0..30 {
            h.clock.advance_secs(6 * 3_600 + 1);
            run_due(&h.rt, h.district, &handlers).unwrap();
        }
        assert_eq!(RUNS.load(Ordering::SeqCst), 1);
        let dead = h.rt.read_now(h.who.clone(), |cx| cx.dead_letters()).unwrap();
        assert_eq!(dead.len(), 1);
        assert_eq!(dead[0].attempts, store::jobs::MAX_ATTEMPTS);
    }

    fn a_job_taken_by_a_dead_worker_runs_again_also_when_the_clock_was_moved_back(h: House) {
        let handlers = Handlers::default().on("good", |_, _| Ok(()));
        h.rt.write_now(h.who.clone(), |cx| {
            cx.enqueue(NewJob { kind: "good", key: "1".into(), run_at: cx.now.plus_days(-1), payload: json!({}) })?;
            let lease = cx.now.plus_secs(120);
            cx.execute("UPDATE job SET state = 'running', lease_until = $1", params![lease]).map(drop)
        }).unwrap();
        assert_eq!(run_due(&h.rt, h.district, &handlers).unwrap(), 0, "somebody may be at it");
        h.clock.advance_secs(-100);
        assert_eq!(run_due(&h.rt, h.district, &handlers).unwrap(), 0, "another machine's clock may be ahead");
        h.clock.advance_secs(-3_600);
        assert_eq!(run_due(&h.rt, h.district, &handlers).unwrap(), 1);
    }

    /// What was sealed before opens after, also in a program that read its keys before the rotation; a cut-off run is ended
    /// by the next.
    fn keys_rotate_while_others_read_and_write(h: House) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        h.rt.keys().save_new(&path).unwrap();
        let open = || {
            let ids = Arc::new(SeededIds::new(77));
            let keys = Keys::load(&path).unwrap();
            Runtime::open(Options::new(h.db.url(), Arc::new(h.clock.clone()), ids, keys)).unwrap()
        };
        let (running, command) = (open(), open());
        let sealed: Vec<(Uuid, Vec<u8>)> = running.write_now(h.who.clone(), |cx| {
            (0..1_203_u128).map(|i| Ok((Uuid::from_u128(i), cx.seal(KeyClass::Text, Uuid::from_u128(i), &[7])?))).collect::<Result<_, Error>>()
        }).unwrap();
        let by_version = |rt: &Runtime| {
            let all = rt.read_now(h.who.clone(), store::rotation::status).unwrap();
            all.iter().map(|w| (w.version, w.data_keys)).collect::<Vec<_>>()
        };
        assert_eq!(by_version(&running), [(1, 1_204)], "one belongs to nobody");
        assert_eq!(command.keys().add_version(&SeededIds::new(5)).unwrap(), 2);
        command.faults().arm(900, Fault::Connection);
        assert!(store::rotation::rewrap(&command, &h.who, |_| {}).is_err());
        command.faults().disarm();
        let half = by_version(&command);
        assert!(half.len() == 2, "{half:?}");
        let one = |rt: &Runtime, at: usize| {
            let (subject, value) = sealed[at].clone();
            rt.read_now(h.who.clone(), move |cx| cx.open(KeyClass::Text, subject, &value)).unwrap()
        };
        assert_eq!((one(&running, 0), one(&running, 1_202)), (vec![7], vec![7]), "both halves open");
        assert_eq!(store::rotation::rewrap(&command, &h.who, |_| {}).unwrap() as i64, half[0].1);
        assert_eq!(by_version(&command), [(2, 1_204)]);
        running.write_now(h.who.clone(), |cx| cx.seal(KeyClass::Text, Uuid::from_u128(5_000), b"x")).unwrap();
        assert_eq!(by_version(&command), [(2, 1_205)], "the running program seals under the new key, too");
        assert_eq!(one(&open(), 600), vec![7]);
        assert_eq!(open().migrate(&[TABLES]).unwrap(), 0, "the keys still prove themselves");
    }

    fn other_keys_are_refused_before_anything_is_read_or_written(h: House) {
        let open = |seed: u64| {
            let ids = Arc::new(SeededIds::new(seed));
            let keys = Keys::generate(ids.as_ref());
            let rt = Runtime::open(Options::new(h.db.url(), Arc::new(h.clock.clone()), ids, keys)).unwrap();
            rt.migrate(&[TABLES])
        };
        assert_eq!(open(42).unwrap(), 0, "its own keys");
        let refused = open(43).unwrap_err().to_string();
        assert!(refused.contains("key file does not belong to this database"), "{refused}");
        // A database from before the check: any sealed value tells.
        h.rt.write_now(h.who.clone(), |cx| {
            cx.execute("DELETE FROM subject_key", &[])?;
            cx.seal(KeyClass::Text, Uuid::from_u128(7), b"x").map(drop)
        }).unwrap();
        assert!(open(43).is_err());
        assert_eq!(open(42).unwrap(), 0);
        assert!(open(43).is_err(), "the check stands again");
    }

    fn a_database_that_goes_away_is_told_and_comes_back(h: House) {
        h.rt.write_now(h.who.clone(), |cx| add(cx, false)).unwrap();
        h.db.cut_connections();
        h.rt.write_now(h.who.clone(), |cx| add(cx, false)).unwrap();
        h.db.reachable(false);
        let answer = h.rt.write_now(h.who.clone(), |cx| add(cx, false));
        if h.db.kind() == Kind::Postgres {
            assert!(answer.unwrap_err().is_unavailable());
        }
        h.db.reachable(true);
        h.rt.write_now(h.who.clone(), |cx| add(cx, false)).unwrap();
        assert_eq!(count(&h), if h.db.kind() == Kind::Postgres { 3 } else { 4 });
    }

    fn numbers_of_a_series_never_repeat(h: House) {
        let mut numbers: Vec<i64> = std::thread::scope(|s| {
            let tasks: Vec<_> = (0..20)
                .map(|_| s.spawn(|| h.rt.write_now(h.who.clone(), |cx| cx.next_number("matter/2026")).unwrap()))
                .collect();
            tasks.into_iter().map(|t| t.join().unwrap()).collect()
        });
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    }

    fn nothing_is_skipped_by_the_sealer_while_others_write(h: House) {
        std::thread::scope(|s| {
            let writers: Vec<_> = (0..4)
                .map(|_| {
                    s.spawn(|| {
                        for _ in 0..25 {
                            h.rt.write_now(h.who.clone(), |cx| add(cx, false)).unwrap();
                        }
                    })
                })
                .collect();
            while !writers.iter().all(std::thread::ScopedJoinHandle::is_finished) {
                chain::seal_now(&h.rt, h.district).unwrap();
            }
        });
        chain::seal_now(&h.rt, h.district).unwrap();
        let report = chain::verify(&h.rt, h.district, &chain::Against::default(), &|_| ()).unwrap();
        assert_eq!((report.entries, report.unsealed, report.broken()), (100, 0, None));
    }
}

#[test]
fn a_full_disk_refuses_plainly_and_loses_nothing() {
    let h = House::on(TestDb::new(Kind::Sqlite), "?max_pages=120");
    let mut kept = 0;
    let refused = loop {
        let answer = h.rt.write_now(h.who.clone(), |cx| {
            let id = cx.new_id::<Uuid>();
            cx.execute("INSERT INTO thing (id, flag, note) VALUES ($1, $2, $3)", params![id, true, vec![7_u8; 9_000]])
        });
        match answer {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(refused.is_unavailable(), "{refused}");
    assert_eq!(count(&h), kept);
    // Small writes may still find room in free pages; reading always works.
    h.rt.write_now(h.who.clone(), |cx| cx.execute("DELETE FROM thing WHERE n = 1", &[])).unwrap();
    assert_eq!(count(&h), kept - 1);
}

/// Encrypted where the URL asks for it; a server that cannot prove itself gets nothing.
#[test]
fn postgres_is_reached_over_tls_and_must_prove_itself() {
    let db = TestDb::new(Kind::Postgres);
    let clock = ManualClock::at(Moment::parse_rfc3339("2026-06-29T06:00:00Z").unwrap());
    let open = |url: String| {
        let ids = Arc::new(SeededIds::new(1));
        let keys = Keys::generate(ids.as_ref());
        Runtime::open(Options::new(url, Arc::new(clock.clone()), ids, keys)).and_then(|rt| rt.migrate(&[]).map(|_| rt))
    };
    let encrypted = |rt: &Runtime| {
        let who = Who::system(kernel::ids::DistrictId(Uuid::nil()), "test");
        rt.read_now(who, |cx| {
            cx.query_one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[])?.bool("ssl")
        })
        .unwrap()
    };
    let root = testkit::pg::Cluster::shared().root_certificate();
    let asking =
        |mode: &str, root: &std::path::Path| format!("{}?sslmode={mode}&sslrootcert={}", db.url(), root.display());
    assert!(encrypted(&open(asking("verify-full", &root)).unwrap()));
    assert!(!encrypted(&open(db.url()).unwrap()));
    // Signed by somebody else.
    let other = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let wrong = db.dir().join("other.crt");
    std::fs::write(&wrong, other.cert.pem()).unwrap();
    let refused = open(asking("verify-full", &wrong)).err().unwrap().to_string();
    assert!(refused.contains("certificate"), "{refused}");
    // Proves to be another host than the one in the URL.
    let elsewhere = asking("verify-full", &root).replace("127.0.0.1", "localhost");
    let refused = open(elsewhere).err().unwrap().to_string();
    assert!(refused.contains("certificate"), "{refused}");
}

/// As `docs/operate.md` recommends on one machine.
#[test]
fn postgres_is_reached_through_its_socket() {
    let db = TestDb::new(Kind::Postgres);
    let (url, ids) = (db.url(), Arc::new(SeededIds::new(1)));
    let name = url.rsplit('/').next().unwrap();
    let clock = ManualClock::at(Moment::parse_rfc3339("2026-06-29T06:00:00Z").unwrap());
    let keys = Keys::generate(ids.as_ref());
    let socket = testkit::pg::Cluster::shared().socket_url(name);
    let rt = Runtime::open(Options::new(socket, Arc::new(clock), ids, keys)).unwrap();
    rt.migrate(&[]).unwrap();
    let who = Who::system(kernel::ids::DistrictId(Uuid::nil()), "test");
    let sql = "SELECT inet_client_addr() IS NULL AS local";
    assert!(rt.read_now(who, |cx| cx.query_one(sql, &[])?.bool("local")).unwrap());
}
