//! How long what is kept. Each crate states rules for its tables; every night the district's worker erases what is older,
//! and `mulin retention` shows beforehand what would go.
//!
//! The log of changes and reads is never erased: it holds no personal values.

use crate::jobs::{Handlers, Job, JobError};
use crate::{Cx, Error, KeyClass, NewJob, Row, Runtime, Who, params};
use kernel::{Moment, time};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

const NIGHTLY: &str = "retention.nightly";
/// Name of the job in the log.
const ACTOR: &str = "retention";
/// Rows of one transaction: so few that nobody waits for it.
const BATCH: i64 = 200;
/// Shanghai time: after the night's anchor and before anybody comes to work.
const NIGHT: (i8, i8) = (2, 30);

/// What is looked at: ended at or after `from` (before that it was done last time) and before `before`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Moment,
    pub before: Moment,
}

/// One rule. The two functions agree: `erase` is called until it answers less than its limit, then `due` counts 0.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Name in the configuration and in reports.
    pub key: &'static str,
    /// Tables it works on, for the report.
    pub tables: &'static str,
    /// What goes and from when its age counts, in plain words.
    pub what: &'static str,
    /// Days unless the configuration says otherwise.
    pub days: i64,
    /// The fewest days that may be configured: what the closed loop or the law still needs.
    pub least: i64,
    pub due: fn(&mut Cx<'_>, Span) -> Result<i64, Error>,
    pub erase: fn(&mut Cx<'_>, Span, i64) -> Result<i64, Error>,
}

/// A rule with the days that hold here.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    pub rule: Rule,
    pub days: i64,
}

/// One line of the report.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    pub rule: &'static str,
    pub tables: &'static str,
    pub what: &'static str,
    pub days: i64,
    /// Older than `days` now, and still there.
    pub due: i64,
    /// When the rule last ran (RFC 3339), and what it has erased since the beginning.
    pub last_run: Option<String>,
    pub erased: i64,
}

/// Rows of the store's own tables.
pub const RULES: &[Rule] = &[JOBS, IMPORTS, DRAFTS];

/// Until then an import can be undone; that there was one stays.
const IMPORTS: Rule = Rule {
    key: "imports",
    tables: "import_item",
    what: "what stood there before a file was brought in, from that day; afterwards the import cannot be undone",
    days: 90,
    least: 1,
    due: |cx, span| {
        let sql = format!("SELECT COUNT(*) AS n FROM import_run r WHERE {BROUGHT}");
        cx.query_one(&sql, params![span.from, span.before, cx.district()])?.i64("n")
    },
    erase: |cx, span, limit| {
        let sql = format!("SELECT r.id FROM import_run r WHERE {BROUGHT} ORDER BY r.n LIMIT $4");
        let found = cx.query(&sql, params![span.from, span.before, cx.district(), limit])?;
        let found = found.iter().map(|r| r.uuid("id")).collect::<Result<Vec<_>, _>>()?;
        for import in &found {
            cx.execute("DELETE FROM import_item WHERE import_id = $1", params![*import])?;
        }
        cx.destroy_subject_keys(KeyClass::Identity, &found)?;
        Ok(found.len() as i64)
    },
};
const BROUGHT: &str = "r.at >= $1 AND r.at < $2 AND r.district_id = $3 \
                       AND EXISTS (SELECT 1 FROM import_item i WHERE i.import_id = r.id)";

/// A file that was uploaded and not brought in.
const DRAFTS: Rule = Rule {
    key: "import_drafts",
    tables: "import_draft",
    what: "files that were uploaded and never brought in, from that day",
    days: 1,
    least: 1,
    due: |cx, span| {
        let sql = "SELECT COUNT(*) AS n FROM import_draft WHERE at >= $1 AND at < $2 AND district_id = $3";
        cx.query_one(sql, params![span.from, span.before, cx.district()])?.i64("n")
    },
    erase: |cx, span, limit| {
        let sql = "SELECT id FROM import_draft WHERE at >= $1 AND at < $2 AND district_id = $3 ORDER BY at LIMIT $4";
        let found = cx.query(sql, params![span.from, span.before, cx.district(), limit])?;
        for row in &found {
            crate::imports::drafts::forget(cx, row.uuid("id")?)?;
        }
        Ok(found.len() as i64)
    },
};

const JOBS: Rule = Rule {
    key: "jobs",
    tables: "job",
    what: "finished and discarded jobs, from the day they were due",
    days: 90,
    least: 30,
    due: |cx, span| {
        let sql = "SELECT COUNT(*) AS n FROM job WHERE state IN ('done', 'discarded') AND run_at >= $1 AND run_at < $2 \
                   AND district_id = $3";
        cx.query_one(sql, params![span.from, span.before, cx.district()])?.i64("n")
    },
    erase: |cx, span, limit| {
        let sql = "DELETE FROM job WHERE n IN (SELECT n FROM job WHERE state IN ('done', 'discarded') AND run_at >= $1 \
                   AND run_at < $2 AND district_id = $3 LIMIT $4)";
        cx.execute(sql, params![span.from, span.before, cx.district(), limit]).map(as_i64)
    },
};

/// Rows of a statement, for rules that count what they erase.
pub fn as_i64(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

/// The rules with the configured days.
///
/// # Errors
/// A name that no rule has, or fewer days than the rule allows.
pub fn configured(rules: &[&[Rule]], days: &BTreeMap<String, i64>) -> Result<Vec<Kept>, Error> {
    let all: Vec<Rule> = rules.iter().flat_map(|set| set.iter().copied()).collect();
    if let Some(unknown) = days.keys().find(|key| all.iter().all(|rule| rule.key != key.as_str())) {
        let names: Vec<&str> = all.iter().map(|rule| rule.key).collect();
        return Err(Error::Setup(format!("[retention] {unknown} is no rule; there are: {}", names.join(", "))));
    }
    all.into_iter()
        .map(|rule| {
            let days = days.get(rule.key).copied().unwrap_or(rule.days);
            if days < rule.least {
                let (key, least) = (rule.key, rule.least);
                return Err(Error::Setup(format!("[retention] {key} = {days}: at least {least} days are needed")));
            }
            Ok(Kept { rule, days })
        })
        .collect()
}

/// What each rule would erase now; nothing is changed.
pub fn report(cx: &mut Cx<'_>, rules: &[Kept]) -> Result<Vec<Line>, Error> {
    let done = done(cx)?;
    rules
        .iter()
        .map(|kept| {
            let last = done.get(kept.rule.key);
            let due = (kept.rule.due)(cx, span(kept, last, cx.now))?;
            Ok(Line {
                rule: kept.rule.key,
                tables: kept.rule.tables,
                what: kept.rule.what,
                days: kept.days,
                due,
                last_run: last.map(|l| l.at.rfc3339()),
                erased: last.map_or(0, |l| l.erased),
            })
        })
        .collect()
}

/// Erases what is older than the rules allow, in short transactions; answers how much by rule. Cut off, the next run goes
/// on. What was erased stands in the log as numbers.
pub fn run(rt: &Runtime, who: &Who, rules: &[Kept]) -> Result<BTreeMap<&'static str, i64>, Error> {
    let mut all = BTreeMap::new();
    for kept in rules {
        let kept = *kept;
        let last = rt.read_now(who.clone(), move |cx| Ok::<_, Error>(done(cx)?.remove(kept.rule.key)))?;
        let span = span(&kept, last.as_ref(), rt.now());
        let mut erased = 0;
        loop {
            let n = rt.write_now(who.clone(), move |cx| (kept.rule.erase)(cx, span, BATCH))?;
            erased += n;
            if n < BATCH {
                break;
            }
        }
        rt.write_now(who.clone(), move |cx| note(cx, kept.rule.key, span.before, erased))?;
        all.insert(kept.rule.key, erased);
    }
    let numbers = all.clone();
    rt.write_now(who.clone(), move |cx| {
        cx.record("retention.ran", "district", cx.district().0, &json!({ "erased": numbers }))
    })?;
    Ok(all)
}

struct Done {
    up_to: Moment,
    at: Moment,
    erased: i64,
}

fn done(cx: &mut Cx<'_>) -> Result<BTreeMap<String, Done>, Error> {
    let sql = "SELECT rule, up_to, at, erased FROM retention_done WHERE district_id = $1";
    let read = |row: &Row| {
        let done = Done { up_to: row.moment("up_to")?, at: row.moment("at")?, erased: row.i64("erased")? };
        Ok((row.text("rule")?, done))
    };
    cx.query(sql, params![cx.district()])?.iter().map(read).collect()
}

fn span(kept: &Kept, last: Option<&Done>, now: Moment) -> Span {
    let before = now.plus_days(-kept.days);
    Span { from: last.map_or(Moment::from_micros(i64::MIN), |l| l.up_to).min(before), before }
}

fn note(cx: &mut Cx<'_>, rule: &str, up_to: Moment, erased: i64) -> Result<(), Error> {
    let sql = "INSERT INTO retention_done (district_id, rule, up_to, at, erased) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (district_id, rule) DO UPDATE SET up_to = $3, at = $4, erased = retention_done.erased + $5";
    cx.execute(sql, params![cx.district(), rule, up_to, cx.now, erased]).map(drop)
}

/// The nightly job.
pub fn handlers(rules: Vec<Kept>) -> Handlers {
    let rules: Arc<[Kept]> = rules.into();
    Handlers::default().on(NIGHTLY, move |rt, job| nightly(rt, job, &rules))
}

/// Enqueues the next night; once, at start.
pub fn ensure_timer(cx: &mut Cx<'_>) -> Result<(), Error> {
    let run_at = time::next_on_the_wall(cx.now, NIGHT.0, NIGHT.1);
    let key = format!("{}/{}", cx.district(), run_at.rfc3339());
    cx.enqueue(NewJob { kind: NIGHTLY, key, run_at, payload: json!({}) })
}

fn nightly(rt: &Runtime, job: &Job, rules: &[Kept]) -> Result<(), JobError> {
    let who = Who::system(job.district, ACTOR);
    // The next night is enqueued first: a failing one must not be the last.
    rt.write_now(who.clone(), ensure_timer)?;
    run(rt, &who, rules)?;
    Ok(())
}
