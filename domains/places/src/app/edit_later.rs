//! Edits of areas that hold from a day to come: kept as they were drawn, and done on that day through the same check as every
//! other. What cannot be done then is done by nobody: it is listed with the reason, and as work that was given up.

use super::edit::{self, Drawn, Edit, Ending, Looked};
use super::may_change;
use super::save_areas::{AreaRef, ParentRef, SaveArea};
use crate::model::area::AreaKind;
use crate::model::outline::Outline;
use crate::model::snapshot::Snapshot;
use crate::{Error, Result, store};
use ::store::jobs::{Handlers, JobError, NewJob};
use ::store::{Cx, Migration, Row, Who, params};
use kernel::ids::AreaId;
use kernel::{Actor, Moment, Purpose};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const EDITS: Migration = Migration {
    name: "places-editor-0001-edits-to-come",
    sql: "
CREATE TABLE area_edit (
  id UUID PRIMARY KEY, district_id UUID NOT NULL, due BIGINT NOT NULL, made_at BIGINT NOT NULL, made_by TEXT NOT NULL,
  state TEXT NOT NULL, edit TEXT NOT NULL, why TEXT
);
CREATE INDEX area_edit_due ON area_edit (district_id, state, due);
",
};

const DUE: &str = "area.edit-due";
const SUBJECT: &str = "area-edit";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Waiting,
    Done,
    /// Could not be done on its day.
    Failed,
    /// Taken back before its day.
    Withdrawn,
}

impl State {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Withdrawn => "withdrawn",
        }
    }
    fn from_code(code: &str) -> Option<Self> {
        [Self::Waiting, Self::Done, Self::Failed, Self::Withdrawn].into_iter().find(|s| s.code() == code)
    }
}

/// Edits for a day to come.
#[derive(Debug, Clone)]
pub struct Later {
    pub id: Uuid,
    pub from: Moment,
    pub state: State,
    /// Names of the areas.
    pub names: Vec<String>,
    /// Who drew it, as the log has it.
    pub by: String,
    /// Why it failed: a code of [`Error`].
    pub why: Option<String>,
    /// It waits, and an area of it was changed since: as it stands it will not be done.
    pub stale: bool,
}

/// Keeps edits until `from`. They must be right today.
///
/// # Errors
/// What [`edit::save`] refuses, and [`Error::Invalid`] when `from` is over.
pub fn save_later(cx: &mut Cx<'_>, edit: &Edit, from: Moment) -> Result<Uuid> {
    may_change(cx)?;
    if from <= cx.now {
        return Err(Error::Invalid { field: "from", why: "it must be to come" });
    }
    cx.lock("places")?;
    let Looked { refused, .. } = edit::look(cx, edit)?;
    if let Some(refused) = refused {
        return Err(refused);
    }
    let id: Uuid = cx.new_id();
    let sql = "INSERT INTO area_edit (id, district_id, due, made_at, made_by, state, edit) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let params =
        params![id, cx.district(), from, cx.now, cx.actor.log_name(), State::Waiting.code(), to_json(edit).to_string()];
    cx.execute(sql, params)?;
    let payload = json!({ "from": from.micros(), "areas": edit.drawn.len() + edit.ends.len() });
    cx.record(crate::events::EDIT_PLANNED, SUBJECT, id, &payload)?;
    cx.enqueue(NewJob { kind: DUE, key: id.to_string(), run_at: from, payload: json!({ "edit": id.to_string() }) })?;
    Ok(id)
}

/// Edits that wait or failed, the next first.
pub fn waiting(cx: &mut Cx<'_>) -> Result<Vec<Later>> {
    let sql = "SELECT id, due, made_by, state, edit, why FROM area_edit WHERE district_id = $1 AND state IN ($2, $3) ORDER BY due, id";
    let rows = cx.query(sql, params![cx.district(), State::Waiting.code(), State::Failed.code()])?;
    let now = store::snapshot(cx)?;
    rows.iter().map(|row| later(row, &now)).collect()
}

/// Takes edits back before their day, or one that failed off the list.
///
/// # Errors
/// [`::store::Error::NotFound`] when it waits no more.
pub fn withdraw(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    may_change(cx)?;
    let sql = "UPDATE area_edit SET state = $3 WHERE id = $1 AND district_id = $2 AND state IN ($4, $5)";
    let open = params![id, cx.district(), State::Withdrawn.code(), State::Waiting.code(), State::Failed.code()];
    if cx.execute(sql, open)? == 0 {
        return Err(::store::Error::NotFound.into());
    }
    cx.cancel_job(DUE, &id.to_string())?;
    Ok(cx.record(crate::events::EDIT_WITHDRAWN, SUBJECT, id, &json!({}))?)
}

/// Jobs of this crate.
pub fn handlers() -> Handlers {
    Handlers::default().on(DUE, |rt, job| {
        let id = job.payload.get("edit").and_then(Value::as_str).and_then(|e| e.parse::<Uuid>().ok());
        let id = id.ok_or_else(|| JobError::Dead("no edit in the payload".into()))?;
        let who = || Who::new(Actor::system(job.district, "areas"), Purpose::Administration);
        match rt.write_now(who(), move |cx| run(cx, id)) {
            Ok(()) => Ok(()),
            Err(Error::Store(e)) => Err(JobError::Retry(e.to_string())),
            Err(e) => {
                let why = e.code();
                rt.write_now(who(), move |cx| failed(cx, id, why)).map_err(|e| JobError::Retry(e.to_string()))?;
                Err(JobError::Dead(format!("the areas planned for today could not be drawn: {}", e.code())))
            }
        }
    })
}

fn run(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    let sql = "SELECT edit FROM area_edit WHERE id = $1 AND district_id = $2 AND state = $3";
    let Some(row) = cx.query_opt(sql, params![id, cx.district(), State::Waiting.code()])? else { return Ok(()) };
    let edit = read(&row)?;
    edit::save(cx, &edit)?;
    set(cx, id, State::Done, None)?;
    Ok(cx.record(crate::events::EDIT_DONE, SUBJECT, id, &json!({}))?)
}

fn failed(cx: &mut Cx<'_>, id: Uuid, why: &'static str) -> Result<()> {
    set(cx, id, State::Failed, Some(why))?;
    Ok(cx.record(crate::events::EDIT_FAILED, SUBJECT, id, &json!({ "why": why }))?)
}

fn set(cx: &mut Cx<'_>, id: Uuid, state: State, why: Option<&str>) -> Result<()> {
    let sql = "UPDATE area_edit SET state = $3, why = $4 WHERE id = $1 AND district_id = $2";
    cx.execute(sql, params![id, cx.district(), state.code(), why])?;
    Ok(())
}

/// Was an area of it changed, or did it end, since it was drawn?
fn is_stale(edit: &Edit, now: &Snapshot) -> bool {
    let changed = |id: AreaId, seen: i64| now.area(id).is_none_or(|a| a.version != seen);
    let drawn = edit.drawn.iter().any(|d| match (&d.save.which, d.save.seen) {
        (AreaRef::Id(id), Some(seen)) => changed(*id, seen),
        _ => false,
    });
    drawn || edit.ends.iter().any(|e| changed(e.area, e.seen))
}

fn later(row: &Row, now: &Snapshot) -> Result<Later> {
    let state = row.text("state")?;
    let edit = read(row)?;
    Ok(Later {
        id: row.uuid("id")?,
        from: row.moment("due")?,
        stale: state == State::Waiting.code() && is_stale(&edit, now),
        state: State::from_code(&state).ok_or_else(|| ::store::Error::Column(format!("state {state}")))?,
        names: edit.drawn.iter().map(|d| d.save.name.clone()).collect(),
        by: row.text("made_by")?,
        why: row.opt_text("why")?,
    })
}

/// Outlines as well-known binary in hexadecimal: every corner to the bit.
fn to_json(edit: &Edit) -> Value {
    let drawn = |d: &Drawn| {
        let id = if let AreaRef::Id(id) = d.save.which { Some(id.to_string()) } else { None };
        let parent = if let ParentRef::Id(id) = d.save.parent { Some(id.to_string()) } else { None };
        json!({
            "id": id, "kind": d.save.kind.code(), "code": d.save.code, "name": d.save.name, "name_en": d.save.name_en, "parent": parent, "seen": d.save.seen,
            "outline": d.save.outline.as_ref().map(|o| hex(&o.to_wkb())),
            "serves": d.serves.map(|p| p.to_string()), "cut_from": d.cut_from.map(|a| a.to_string()),
        })
    };
    let end = |e: &Ending| json!({ "area": e.area.to_string(), "seen": e.seen, "into": e.into.map(|a| a.to_string()) });
    json!({ "drawn": edit.drawn.iter().map(drawn).collect::<Vec<_>>(), "ends": edit.ends.iter().map(end).collect::<Vec<_>>() })
}

fn read(row: &Row) -> Result<Edit> {
    let text = row.text("edit")?;
    let value: Value = serde_json::from_str(&text).unwrap_or_default();
    let list = |name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let drawn: Option<Vec<Drawn>> = list("drawn").iter().map(drawn_of).collect();
    let ends: Option<Vec<Ending>> = list("ends").iter().map(ending_of).collect();
    let read = drawn.zip(ends).map(|(drawn, ends)| Edit { drawn, ends });
    Ok(read.ok_or_else(|| ::store::Error::Column("edit".into()))?)
}

fn text<'a>(v: &'a Value, name: &str) -> Option<&'a str> {
    v.get(name).and_then(Value::as_str)
}

fn drawn_of(v: &Value) -> Option<Drawn> {
    let kind = AreaKind::from_code(text(v, "kind")?)?;
    let id = text(v, "id").map(str::parse::<AreaId>).transpose().ok()?;
    let parent = text(v, "parent").map(str::parse::<AreaId>).transpose().ok()?;
    let outline = match text(v, "outline") {
        Some(hex) => Some(Outline::from_wkb(&unhex(hex)?).ok()?),
        None => None,
    };
    let save = SaveArea {
        which: id.map_or(AreaRef::New, AreaRef::Id),
        parent: parent.map_or(ParentRef::Find, ParentRef::Id),
        outline,
        seen: v.get("seen").and_then(Value::as_i64),
        name_en: text(v, "name_en").map(str::to_owned),
        ..SaveArea::new(kind, text(v, "code"), text(v, "name")?)
    };
    let serves = text(v, "serves").map(str::parse).transpose().ok()?;
    Some(Drawn { save, serves, cut_from: text(v, "cut_from").map(str::parse).transpose().ok()? })
}

fn ending_of(v: &Value) -> Option<Ending> {
    let into = text(v, "into").map(str::parse).transpose().ok()?;
    Some(Ending { area: text(v, "area")?.parse().ok()?, seen: v.get("seen")?.as_i64()?, into })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    text.len().is_multiple_of(2).then(|| (0..text.len()).step_by(2).map(pair).collect()).flatten()
}
