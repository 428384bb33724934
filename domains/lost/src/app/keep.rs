//! Safe-keeping at a post (L8): what is looked after, how often, and what happens when it takes long.

use super::case::{CaseRow, advance, open, touch};
use super::entries::{self, EntryKind, More};
use super::{opt_line, report, rules};
use crate::error::{Error, Refusal, Result};
use crate::events::{self, News};
use crate::model::{Look, Move, State};
use kernel::Moment;
use kernel::ids::{CaseId, PostId};
use people::policy::Action;
use store::{Cx, params};
use uuid::Uuid;

/// An elder at a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepLine {
    pub id: Uuid,
    pub post: PostId,
    pub from: Moment,
    pub to: Option<Moment>,
    /// The next look.
    pub look_due: Moment,
    /// A medical check was asked for.
    pub medical_at: Option<Moment>,
}

/// The elder arrives at a post; `condition` says how they are.
pub fn keep(cx: &mut Cx<'_>, case: CaseId, seen: i64, post: PostId, condition: &str) -> Result<()> {
    let (c, _) = open(cx, case, Action::WorkCase)?;
    if places::snapshot(cx)?.post(post).is_none() {
        return Err(Error::Invalid { field: "post", why: "unknown" });
    }
    let condition = opt_line("condition", condition, 300)?;
    touch(cx, &c, seen)?;
    advance(cx, &c, Move::Keep)?;
    report::at_post(cx, case, post)?;
    let rules = rules::lost_rules(cx)?;
    let (id, due): (Uuid, Moment) = (cx.new_id(), cx.now.plus_minutes(rules.look_minutes));
    let sql =
        "INSERT INTO lost_keep (id, district_id, case_id, post_id, from_at, look_due) VALUES ($1, $2, $3, $4, $5, $6)";
    cx.execute(sql, params![id, cx.district(), case, post, cx.now, due])?;
    entries::write(
        cx,
        case,
        EntryKind::Kept,
        &More { of: Some(post.0), words: condition.as_deref(), ..More::default() },
    )?;
    events::timer(cx, events::LOOK, case, due, due.micros())?;
    let long = cx.now.plus_hours(rules.keep_hours);
    events::timer(cx, events::LONG, case, long, cx.now.micros())?;
    if c.person.is_some() {
        events::tell_family(cx, case, News::Kept, None, &id.to_string())?;
    }
    Ok(())
}

/// What was done for them: water, food, toilet, medicine, how they are. The next look is due from now.
pub fn log_look(cx: &mut Cx<'_>, case: CaseId, seen: i64, looks: &[Look], words: &str) -> Result<()> {
    let (c, _) = open(cx, case, Action::WorkCase)?;
    let Some(now) = running(cx, case)? else { return Err(Refusal::NotKept.into()) };
    let words = opt_line("words", words, 300)?;
    if looks.is_empty() && words.is_none() {
        return Err(Error::Invalid { field: "looks", why: "missing" });
    }
    touch(cx, &c, seen)?;
    for (nth, look) in looks.iter().enumerate() {
        let words = words.as_deref().filter(|_| nth == 0);
        entries::write(cx, case, EntryKind::Look, &More { code: Some(look.code()), words, ..More::default() })?;
    }
    if looks.is_empty() {
        entries::write(cx, case, EntryKind::Look, &More { words: words.as_deref(), ..More::default() })?;
    }
    let medical = looks.contains(&Look::Medical).then_some(cx.now);
    let due = cx.now.plus_minutes(rules::lost_rules(cx)?.look_minutes);
    let sql = "UPDATE lost_keep SET look_due = $1, medical_at = COALESCE($2, medical_at) WHERE id = $3";
    cx.execute(sql, params![due, medical, now.id])?;
    events::timer(cx, events::LOOK, case, due, due.micros())
}

/// The elder leaves the post with two helpers, or nobody saw where they went.
pub fn leave(cx: &mut Cx<'_>, case: CaseId, seen: i64, lost_sight: bool, words: &str) -> Result<()> {
    let (c, facts) = open(cx, case, Action::WorkCase)?;
    let words = opt_line("words", words, 300)?;
    if !lost_sight && facts.helpers.len() < 2 {
        return Err(Refusal::NeedsTwo.into());
    }
    touch(cx, &c, seen)?;
    let step = if lost_sight { Move::LostSight } else { Move::Escort };
    advance(cx, &c, step)?;
    let kind = if lost_sight { EntryKind::LostSight } else { EntryKind::Left };
    entries::write(cx, case, kind, &More { words: words.as_deref(), ..More::default() })?;
    Ok(())
}

/// Where the elder is kept now.
pub(super) fn running(cx: &mut Cx<'_>, case: CaseId) -> Result<Option<KeepLine>> {
    Ok(all(cx, case)?.into_iter().rfind(|k| k.to.is_none()))
}

pub(super) fn all(cx: &mut Cx<'_>, case: CaseId) -> Result<Vec<KeepLine>> {
    let sql = "SELECT id, post_id, from_at, to_at, look_due, medical_at FROM lost_keep WHERE case_id = $1 ORDER BY from_at, id";
    let rows = cx.query(sql, params![case])?;
    rows.iter()
        .map(|r| {
            Ok(KeepLine {
                id: r.uuid("id")?,
                post: r.id("post_id")?,
                from: r.moment("from_at")?,
                to: r.opt_moment("to_at")?,
                look_due: r.moment("look_due")?,
                medical_at: r.opt_moment("medical_at")?,
            })
        })
        .collect()
}

/// The elder is not at that post any more.
pub(super) fn end_open(cx: &mut Cx<'_>, c: &CaseRow, to: State) -> Result<()> {
    if c.state == State::Kept && to != State::Kept {
        cx.execute("UPDATE lost_keep SET to_at = $1 WHERE case_id = $2 AND to_at IS NULL", params![cx.now, c.id])?;
    }
    Ok(())
}
