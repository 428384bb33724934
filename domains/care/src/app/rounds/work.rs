//! Planning takes seconds, for a month some more: how far it is, ending it, and taking what is there. One row for each round; whoever
//! plans writes there about twice a second and reads what others wish, so a plan whose process died is known as such and asked for anew.

use super::solve::{is_free, is_out, keep, task};
use super::{load, may_plan, on_the_wall, to_change};
use crate::model::codes;
use crate::model::round::RoundId;
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::AccountId;
use people::policy::{Action, require_somewhere};
use store::{Cx, Runtime, Who, params};
use uuid::Uuid;

codes! {
    /// Where the planning of a round stands.
    WorkState {
        Running = "running",
        /// Planned and written.
        Done = "done",
        /// Somebody ended it; nothing was written.
        Ended = "ended",
        /// Somebody changed the round meanwhile; nothing was written.
        Stale = "stale",
        /// It did not come to an end: a mistake, or the process is gone.
        Lost = "lost",
    }
}
codes! {
    /// What somebody wants of a planning that goes on.
    Wish { End = "end", Take = "take" }
}

/// Not heard of for so long it is lost.
const SILENT_SECS: i64 = 60;
/// Between two words about how far it is.
const APART_MICROS: i64 = 500_000;
/// Or so many thousandths of the work.
const APART: i64 = 100;

/// The planning of a round, now or the last time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub state: WorkState,
    /// In thousandths.
    pub done: i64,
    pub visits: i64,
    /// Visits with nobody in the best plan so far, once there is one.
    pub left: Option<i64>,
    pub begun: Moment,
    pub by: Option<AccountId>,
}

/// A planning that was begun, to be done outside of any transaction.
pub struct Begun {
    round: RoundId,
    run: Uuid,
    version: i64,
}

fn read(cx: &mut Cx<'_>, id: RoundId) -> Result<Option<Work>> {
    let sql =
        "SELECT state, done, visits, left_out, begun_at, heard_at, by_account FROM care_round_work WHERE round_id = $1";
    let Some(row) = cx.query_opt(sql, params![id])? else { return Ok(None) };
    let mut state = WorkState::from_code(&row.text("state")?).unwrap_or(WorkState::Lost);
    if state == WorkState::Running && row.moment("heard_at")?.plus_secs(SILENT_SECS) < cx.now {
        state = WorkState::Lost;
    }
    Ok(Some(Work {
        state,
        done: row.i64("done")?,
        visits: row.i64("visits")?,
        left: row.opt_i64("left_out")?,
        begun: row.moment("begun_at")?,
        by: row.opt_id("by_account")?,
    }))
}

fn allowed(cx: &mut Cx<'_>, id: RoundId) -> Result<()> {
    require_somewhere(&cx.actor, Action::PlanVisits)?;
    let sql = "SELECT area_id FROM care_round WHERE id = $1 AND district_id = $2";
    let area = cx.query_one(sql, params![id, cx.district()])?.id("area_id")?;
    may_plan(cx, area)
}

/// How far the planning of a round is; for whoever plans there.
pub fn work(cx: &mut Cx<'_>, id: RoundId) -> Result<Option<Work>> {
    allowed(cx, id)?;
    read(cx, id)
}

/// Begins to plan a round, unless somebody is at it. `seen` is the version that was read; without one, as it stands.
pub fn begin(cx: &mut Cx<'_>, id: RoundId, seen: Option<i64>) -> Result<Begun> {
    let now = load(cx, id)?.round.version;
    let whole = to_change(cx, id, seen.unwrap_or(now))?;
    if read(cx, id)?.is_some_and(|w| w.state == WorkState::Running) {
        return Err(Error::Refused("round-planning"));
    }
    let (today, minute) = on_the_wall(cx);
    let visits = whole.stops.iter().filter(|s| is_free(s, today, minute) && !is_out(s)).count();
    let run: Uuid = cx.new_id();
    cx.execute("DELETE FROM care_round_work WHERE round_id = $1", params![id])?;
    let visits = i64::try_from(visits).unwrap_or(0);
    cx.execute(
        "INSERT INTO care_round_work (round_id, district_id, run, state, done, visits, begun_at, heard_at, by_account) \
         VALUES ($1, $2, $3, $4, 0, $5, $6, $6, $7)",
        params![id, cx.district(), run, WorkState::Running.code(), visits, cx.now, cx.actor.account_id()],
    )?;
    Ok(Begun { round: id, run, version: whole.round.version })
}

/// Ends the planning of a round: nothing is written, or what there is.
pub fn end(cx: &mut Cx<'_>, id: RoundId, wish: Wish) -> Result<()> {
    allowed(cx, id)?;
    // The first word counts; of a planning that is over there is nothing to end.
    let sql = "UPDATE care_round_work SET wish = $1 WHERE round_id = $2 AND state = $3 AND wish IS NULL";
    cx.execute(sql, params![wish.code(), id, WorkState::Running.code()])?;
    Ok(())
}

impl Begun {
    /// Plans and writes it, in its own thread: this blocks for as long as it takes.
    ///
    /// # Errors
    /// When the plan cannot be written; that it was not stands in the row, too.
    pub fn run(self, rt: &Runtime, who: &Who) -> Result<WorkState> {
        let Self { round, run, version } = self;
        let mut wish = None;
        let mut last: Option<(Moment, i64)> = None;
        let mut look = |done: i64, left: usize| {
            let now = rt.now();
            let soon =
                |(at, then): (Moment, i64)| (now.micros() - at.micros()).abs() < APART_MICROS && done < then + APART;
            if last.is_some_and(soon) {
                return true;
            }
            last = Some((now, done));
            let left = i64::try_from(left).unwrap_or(i64::MAX);
            // A database that is gone for a moment does not end it; writing the plan will say so.
            let heard = rt.write_now(who.clone(), move |cx| beat(cx, run, done, left));
            wish = heard.unwrap_or(None);
            wish.is_none()
        };
        // Where the doors are is read in a transaction that keeps nobody from writing.
        let task = rt.read_now(who.clone(), move |cx| task(cx, round, Some(version)));
        let solved = task.and_then(|task| task.solve_watched(&mut look));
        let ended = wish == Some(Wish::End);
        let kept = match solved {
            Ok(solved) if !ended => rt.write_now(who.clone(), move |cx| {
                keep(cx, &solved)?;
                over(cx, run, WorkState::Done)
            }),
            Ok(_) => rt.write_now(who.clone(), move |cx| over(cx, run, WorkState::Ended)),
            Err(error) => Err(error),
        };
        match kept {
            Ok(()) => Ok(if ended { WorkState::Ended } else { WorkState::Done }),
            Err(error) => {
                let stale = matches!(error, Error::Stale { .. } | Error::Refused("round-over"));
                let state = if stale { WorkState::Stale } else { WorkState::Lost };
                rt.write_now(who.clone(), move |cx| over(cx, run, state))?;
                if stale { Ok(state) } else { Err(error) }
            }
        }
    }
}

/// How far it is; and what somebody wishes. A planning that another took the place of ends.
fn beat(cx: &mut Cx<'_>, run: Uuid, done: i64, left: i64) -> Result<Option<Wish>> {
    let sql = "UPDATE care_round_work SET done = $1, left_out = $2, heard_at = $3 WHERE run = $4";
    if cx.execute(sql, params![done, left, cx.now, run])? == 0 {
        return Ok(Some(Wish::End));
    }
    let row = cx.query_one("SELECT wish FROM care_round_work WHERE run = $1", params![run])?;
    Ok(row.opt_text("wish")?.as_deref().and_then(Wish::from_code))
}

fn over(cx: &mut Cx<'_>, run: Uuid, state: WorkState) -> Result<()> {
    let sql = "UPDATE care_round_work SET state = $1, heard_at = $2, done = CASE WHEN $1 = 'done' THEN 1000 ELSE done END \
               WHERE run = $3";
    cx.execute(sql, params![state.code(), cx.now, run])?;
    Ok(())
}
