//! The history of a border: every outline an area has had, what changed from one to the next, and by whom.

use super::edit::{Drawn, Edit, Ending};
use super::may_change;
use super::save_areas::{AreaRef, ParentRef, SaveArea};
use crate::model::area::{Area, AreaKind};
use crate::model::edit::square_metres;
use crate::model::edit_check::{Difference, difference};
use crate::model::outline::Outline;
use crate::{Error, Result, events, store};
use ::store::{Cx, Row, params};
use kernel::Moment;
use kernel::ids::AreaId;
use std::collections::HashMap;

/// One outline of an area and the time it held.
#[derive(Debug, Clone)]
pub struct Held {
    pub outline: Outline,
    pub from: Moment,
    pub to: Option<Moment>,
    /// Who drew it, as the log has it; absent where it came before the log.
    pub by: Option<String>,
    pub square_metres: f64,
    /// Against the one before.
    pub change: Difference,
}

/// An area and all it has been.
#[derive(Debug, Clone)]
pub struct Border {
    /// As it is, or as it last was.
    pub area: Area,
    /// The latest first.
    pub held: Vec<Held>,
}

/// Every outline of an area, also of one that has ended.
///
/// # Errors
/// [`::store::Error::NotFound`] when there is no such area in the district.
pub fn border(cx: &mut Cx<'_>, id: AreaId) -> Result<Border> {
    let sql = "SELECT id, kind, code, name, parent_id, valid_from, valid_to, version FROM area WHERE id = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![id, cx.district()])?;
    let sql = "SELECT at, actor FROM event WHERE subject = $1 AND kind IN ($2, $3) ORDER BY n";
    let by: HashMap<Moment, String> = cx
        .query(sql, params![id, events::AREA_ADDED, events::AREA_CHANGED])?
        .iter()
        .map(|r| Ok((r.moment("at")?, r.text("actor")?)))
        .collect::<Result<_>>()?;
    let sql = "SELECT valid_from, valid_to, shape FROM area_outline WHERE area_id = $1 AND district_id = $2 ORDER BY valid_from";
    let mut held: Vec<Held> = Vec::new();
    for row in cx.query(sql, params![id, cx.district()])? {
        let (outline, from) = (shape(&row)?, row.moment("valid_from")?);
        held.push(Held {
            square_metres: square_metres(&outline),
            change: difference(held.last().map(|h| &h.outline), Some(&outline)),
            by: by.get(&from).cloned(),
            from,
            to: row.opt_moment("valid_to")?,
            outline,
        });
    }
    held.reverse();
    let area = store::area(&row, &HashMap::new())?;
    Ok(Border { area, held })
}

/// The outline of an area at an instant.
pub fn outline_at(cx: &mut Cx<'_>, id: AreaId, at: Moment) -> Result<Option<Outline>> {
    let sql = "SELECT shape FROM area_outline WHERE area_id = $1 AND district_id = $2 AND valid_from <= $3 \
               AND (valid_to IS NULL OR valid_to > $3)";
    cx.query_opt(sql, params![id, cx.district(), at])?.as_ref().map(shape).transpose()
}

fn shape(row: &Row) -> Result<Outline> {
    let read = Outline::from_wkb(&row.blob("shape")?);
    Ok(read.map_err(|e| ::store::Error::Column(format!("shape: {e}")))?)
}

/// What puts back everything that changed at one instant: outlines as they were before it, areas that began with it ended, those
/// that ended with it there again under their codes. It goes through the same check as every edit.
///
/// # Errors
/// [`Error::Invalid`] when nothing changed at that instant.
pub fn put_back(cx: &mut Cx<'_>, at: Moment) -> Result<Edit> {
    may_change(cx)?;
    let now = store::snapshot(cx)?;
    let mut edit = Edit::default();
    let sql = "SELECT id, kind, code, name, parent_id, valid_from, valid_to, version FROM area \
               WHERE district_id = $1 AND (valid_to = $2 OR id IN (SELECT area_id FROM area_outline \
               WHERE district_id = $1 AND valid_from = $2)) ORDER BY id";
    let rows = cx.query(sql, params![cx.district(), at])?;
    let mut taken: HashMap<AreaKind, AreaId> = HashMap::new();
    for row in &rows {
        let area = store::area(row, &HashMap::new())?;
        let sql = "SELECT shape FROM area_outline WHERE area_id = $1 AND district_id = $2 AND valid_to = $3";
        let before = cx.query_opt(sql, params![area.id, cx.district(), at])?.as_ref().map(shape).transpose()?;
        let keyed = SaveArea::new(area.kind, area.code.as_deref(), &area.name);
        match (before, now.area(area.id)) {
            // It was there before and is there now.
            (Some(outline), Some(current)) => {
                let which = AreaRef::Id(area.id);
                let save = SaveArea { which, seen: Some(current.version), outline: Some(outline), ..keyed };
                edit.drawn.push(Drawn { save, serves: None, cut_from: None });
                taken.insert(area.kind, area.id);
            }
            // It ended then.
            (Some(outline), None) => {
                let parent = area.parent.filter(|p| now.area(*p).is_some()).map_or(ParentRef::Find, ParentRef::Id);
                let save = SaveArea { which: AreaRef::New, parent, outline: Some(outline), ..keyed };
                edit.drawn.push(Drawn { save, serves: None, cut_from: None });
            }
            // It began then.
            (None, Some(current)) if area.valid_from == at => {
                edit.ends.push(Ending { area: area.id, seen: current.version, into: None });
            }
            _ => {}
        }
    }
    for end in &mut edit.ends {
        end.into = now.area(end.area).and_then(|a| taken.get(&a.kind)).copied();
    }
    if edit.drawn.is_empty() && edit.ends.is_empty() {
        return Err(Error::Invalid { field: "at", why: "no outline changed at that instant" });
    }
    Ok(edit)
}
