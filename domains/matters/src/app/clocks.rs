//! Clocks and what they ring for: the overdue ladder, pauses that end, and computing everything anew after a change of
//! rule or calendar.

use super::act;
use super::around;
use super::calendar::calendar;
use super::effects::Effect;
use crate::Error;
use crate::events::{self, NotifySupervisor, Reason};
use crate::model::{ClassRule, ClockEvent, CommandKind, Level, State, clock, next};
use crate::store::row::level_rank;
use crate::store::{MatterRow, classes, log};
use ::store::{Cx, NewJob, params};
use kernel::ids::{DistrictId, MatterId};
use kernel::{Moment, WorkCalendar};
use people::policy::{Action, ResourceFacts, require};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Minutes° after which the alarms are looked at in any case: another process may have set an earlier one.
const SWEEP_MINUTES: i64 = 10;
/// Alarms of so many seconds ring together.
const SLOT_SECS: i64 = 10;
/// Matters one look takes care of in one transaction.
const SWEEP_BATCH: i64 = 200;

/// Computes the clock of a changed matter from its log and puts it into the row.
pub(super) fn set(cx: &mut Cx<'_>, m: &mut MatterRow) -> Result<(), Error> {
    let Some(rule) = classes::by_code(cx, &m.class)? else { return Err(Error::NotFound) };
    let calendar = calendar(cx)?;
    let events = log::clock_events(cx, m.id)?;
    let now = cx.now;
    m.class_version = rule.version;
    m.set_clock(&clock(&events, &rule, &calendar, now), now);
    Ok(())
}

/// What one look found to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Rungs climbed.
    pub rungs: usize,
    /// Pauses that came to their stated end.
    pub woken: usize,
    /// More is due; look again at once.
    pub more: bool,
}

/// Climbs the ladder for everything that is due and ends pauses whose date has come. Doing it twice does nothing twice.
pub fn sweep(cx: &mut Cx<'_>) -> Result<Swept, Error> {
    require(&cx.actor, cx.purpose, Action::Escalate, &ResourceFacts::District)?;
    let sql = "SELECT id FROM matter WHERE district_id = $1 AND alarm_at IS NOT NULL AND alarm_at <= $2 \
               ORDER BY alarm_at LIMIT $3";
    let ids: Vec<MatterId> = cx
        .query(sql, params![cx.district(), cx.now, SWEEP_BATCH])?
        .iter()
        .map(|r| r.id("id"))
        .collect::<Result<_, _>>()?;
    let mut swept = Swept { more: ids.len() as i64 == SWEEP_BATCH, ..Swept::default() };
    let now = cx.now;
    for id in ids {
        one(cx, id, &mut swept)?;
        cx.now = now;
    }
    Ok(swept)
}

fn one(cx: &mut Cx<'_>, id: MatterId, swept: &mut Swept) -> Result<(), Error> {
    let mut m = MatterRow::for_change(cx, id)?;
    if m.alarm_at().is_none_or(|at| at > cx.now) {
        return Ok(());
    }
    if m.paused_until.is_some_and(|until| until <= cx.now) {
        wake(cx, &mut m)?;
        swept.woken += 1;
    }
    let owner = around::effective(cx, &m)?;
    around::follow_owner(cx, &mut m, &owner)?;
    let mut climbed = false;
    while let Some(rung) = due_rung(&m, cx.now) {
        m.level = rung;
        climbed = true;
        swept.rungs += 1;
        let payload = json!({ "v": m.version + 1, "from": m.state.code(), "to": m.state.code(), "level": rung.code(), "due": m.due_at.micros() });
        cx.record("matter.escalate", log::SUBJECT, m.id.0, &payload)?;
        tell(cx, &m, &owner, rung)?;
    }
    if climbed {
        m.save(cx)?;
        cx.signal(events::CHANGED, m.id.0);
    } else {
        // Nothing to climb: make sure the same alarm does not ring for ever.
        cx.execute(
            "UPDATE matter SET alarm_at = $1 WHERE id = $2",
            params![m.alarm_at().filter(|a| *a > cx.now), m.id],
        )?;
    }
    Ok(())
}

/// The next rung, if its time has come.
fn due_rung(m: &MatterRow, now: Moment) -> Option<Level> {
    let at = crate::model::clock::next_alarm(m.stage, m.yellow_at, m.due_at, m.level)?;
    let next = Level::ALL.get(usize::try_from(level_rank(m.level)).ok()? + 1)?;
    (at <= now && m.state.is_open()).then_some(*next)
}

fn tell(cx: &mut Cx<'_>, m: &MatterRow, owner: &around::Owner, rung: Level) -> Result<(), Error> {
    if let Some(reason) = events::reason_of(rung) {
        let key = format!("{}:{}:{}", m.id, m.due_at.micros(), reason.code());
        let payload = events::NotifyOwner {
            matter: m.id,
            account: owner.account,
            seat: owner.seat,
            reason: reason.code().to_owned(),
        };
        return Ok(events::enqueue(cx, events::NotifyOwner::KIND, key, cx.now, &payload)?);
    }
    let level = if rung == Level::Supervisor { 1 } else { 2 };
    let up = around::supervisor(cx, m, owner, level)?;
    let key = format!("{}:{}:{}", m.id, m.due_at.micros(), rung.code());
    let payload = NotifySupervisor {
        matter: m.id,
        account: up.account,
        seat: up.seat,
        level: rung.code().to_owned(),
        due_at: m.due_at,
    };
    Ok(events::enqueue(cx, NotifySupervisor::KIND, key, cx.now, &payload)?)
}

/// The stated end of a pause has come: it is in progress again, whether or not anybody remembered.
fn wake(cx: &mut Cx<'_>, m: &mut MatterRow) -> Result<(), Error> {
    m.paused_until = None;
    if !m.state.is_paused() {
        return Ok(());
    }
    let facts = crate::model::Facts { now: cx.now, ..crate::model::Facts::default() };
    let from = m.state;
    m.state = next(m.state, CommandKind::Resume, &facts)?;
    act::write(cx, m, CommandKind::Resume, from, Effect { payload: json!({ "by_date": true }) })?;
    events::notify(cx, m.id, m.version, (m.owner_account, m.owner_seat), Reason::PauseOver)?;
    Ok(())
}

/// When this process will look next, by district. A hint: a look too many does no harm, one too few is made up for
/// within [`SWEEP_MINUTES`].
#[derive(Default)]
struct NextLook(Mutex<HashMap<DistrictId, Moment>>);

/// A matter's alarm was set: makes sure somebody looks then.
pub(crate) fn ring_at(cx: &mut Cx<'_>, alarm: Option<Moment>) -> Result<(), Error> {
    let Some(at) = alarm else { return Ok(()) };
    let next = cx.cached(NextLook::default);
    let district = cx.district();
    {
        let mut looks = next.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.get(&district).is_some_and(|look| *look <= at && *look > cx.now) {
            return Ok(());
        }
        looks.insert(district, slot(at).max(cx.now));
    }
    enqueue_look(cx, at)
}

/// The end of the slot an alarm falls into.
fn slot(at: Moment) -> Moment {
    let size = SLOT_SECS * 1_000_000;
    Moment::from_micros(at.micros().saturating_add(size - 1).div_euclid(size).saturating_mul(size))
}

fn enqueue_look(cx: &mut Cx<'_>, at: Moment) -> Result<(), Error> {
    let run_at = slot(at);
    let key = format!("{}:{}", cx.district(), run_at.micros());
    cx.enqueue(NewJob { kind: events::SWEEP, key, run_at, payload: Value::Null })?;
    Ok(())
}

/// Starts the timers of this district; called at start-up, harmless when they run already.
pub fn ensure_timers(cx: &mut Cx<'_>) -> Result<(), Error> {
    next_sweep(cx)
}

/// Enqueues the next look: at the next alarm, or after [`SWEEP_MINUTES`].
pub(crate) fn next_sweep(cx: &mut Cx<'_>) -> Result<(), Error> {
    let sql =
        "SELECT MIN(alarm_at) AS next FROM matter WHERE district_id = $1 AND alarm_at IS NOT NULL AND alarm_at > $2";
    let alarm = cx.query_one(sql, params![cx.district(), cx.now])?.opt_moment("next")?;
    let latest = cx.now.plus_minutes(SWEEP_MINUTES);
    let at = alarm.map_or(latest, |a| a.min(latest)).max(cx.now.plus_secs(1));
    cx.cached(NextLook::default).0.lock().unwrap_or_else(PoisonError::into_inner).insert(cx.district(), slot(at));
    enqueue_look(cx, at)
}

/// Matters read in one go.
const RECOMPUTE_BATCH: usize = 500;

/// Computes the clocks of open matters anew, of one class or of all; answers how many changed. Rows and their logs are
/// read in batches; what is kept of the whole district is a number for each open matter.
pub fn recompute(cx: &mut Cx<'_>, class: Option<&str>) -> Result<usize, Error> {
    require(&cx.actor, cx.purpose, Action::RecomputeClocks, &ResourceFacts::District)?;
    classes::forget(cx);
    let rules: HashMap<String, Arc<ClassRule>> =
        classes::current(cx)?.iter().map(|c| (c.code.clone(), Arc::clone(c))).collect();
    let calendar = calendar(cx)?;
    let open = match class {
        None => cx.query("SELECT n FROM matter WHERE district_id = $1 AND is_open = 1", params![cx.district()])?,
        Some(class) => cx.query(
            "SELECT n FROM matter WHERE district_id = $1 AND class = $2 AND is_open = 1",
            params![cx.district(), class],
        )?,
    };
    let mut numbers = open.iter().map(|r| r.i64("n")).collect::<Result<Vec<_>, _>>()?;
    // In the order of their rows: neighbours lie on the same pages.
    numbers.sort_unstable();
    let mut changed = 0;
    for batch in numbers.chunks(RECOMPUTE_BATCH) {
        let marks = (1..=batch.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {} FROM matter WHERE n IN ({marks})", MatterRow::columns());
        let numbers: Vec<::store::Value> = batch.iter().map(|n| (*n).into()).collect();
        let mut rows =
            cx.query(&sql, &numbers)?.iter().map(MatterRow::read).collect::<Result<Vec<MatterRow>, Error>>()?;
        changed += recompute_batch(cx, &mut rows, &rules, &calendar)?;
    }
    if class.is_none_or(|c| c == crate::seed::WELFARE_CHECK) {
        super::visits::checks_until(cx)?;
    }
    Ok(changed)
}

fn recompute_batch(
    cx: &mut Cx<'_>,
    batch: &mut [MatterRow],
    rules: &HashMap<String, Arc<ClassRule>>,
    calendar: &WorkCalendar,
) -> Result<usize, Error> {
    let marks = (1..=batch.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT subject, at, kind, payload FROM event WHERE subject IN ({marks}) AND kind LIKE 'matter.%' ORDER BY subject, n"
    );
    let ids: Vec<::store::Value> = batch.iter().map(|m| m.id.into()).collect();
    let mut logs: HashMap<MatterId, Vec<ClockEvent>> = HashMap::with_capacity(batch.len());
    cx.each(&sql, &ids, |row| {
        let kind = row.text("kind")?;
        let payload: Value = serde_json::from_str(&row.text("payload")?).unwrap_or_default();
        if let Some(event) = log::clock_event(row.moment("at")?, &kind, &payload) {
            logs.entry(row.id("subject")?).or_default().push(event);
        }
        Ok(())
    })?;
    let mut changed = 0;
    for m in batch {
        let (Some(rule), Some(events)) = (rules.get(&m.class), logs.get(&m.id)) else { continue };
        let before = m.clone();
        m.class_version = rule.version;
        let now = cx.now;
        m.set_clock(&clock(events, rule, calendar, now), now);
        if *m == before {
            continue;
        }
        changed += 1;
        store_clock(cx, m)?;
    }
    Ok(changed)
}

/// Only the columns of the clock. A person's command meanwhile has computed it anew already: then nothing is written.
fn store_clock(cx: &mut Cx<'_>, m: &MatterRow) -> Result<(), Error> {
    let sql = "UPDATE matter SET class_version = $1, stage = $2, due_at = $3, yellow_at = $4, provisional = $5, \
               paused_until = $6, alarm_at = $7, level = $8 WHERE id = $9 AND version = $10";
    cx.put(
        sql,
        params![
            m.class_version,
            m.stage.code(),
            m.due_at,
            m.yellow_at,
            m.provisional,
            m.paused_until,
            m.alarm_at(),
            level_rank(m.level),
            m.id,
            m.version
        ],
    )?;
    debug_assert!(m.state != State::Closed);
    Ok(())
}
