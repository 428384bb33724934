//! The history of a border: every outline an area has had, what changed from one to the next, and by whom.

use super::edit::{Drawn, Edit, Ending};
use super::may_change;
use super::save_areas::{AreaRef, ParentRef, SaveArea};
use crate::model::area::{Area, AreaKind};
use crate::model::edit::square_metres;
use crate::model::edit_check::{Difference, difference};
use crate::model::outline::Outline;
use crate::{Error, Result, events, store};
use ::store::{Cx, Row, Value, params};
use kernel::Moment;
use kernel::ids::{AreaId, PostId};
use std::collections::{BTreeMap, HashMap, HashSet};

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
    let mut area = store::area(&row, &HashMap::new())?;
    area.name_en = store::english(cx, id)?;
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

/// What puts back everything that changed at one instant, and whatever later changes touched of it: outlines as they were before
/// that instant, areas that began since ended, those that ended since there again under their codes and with the post that answered for
/// them. Areas that no such change touched stay. It goes through the same check as every edit.
///
/// # Errors
/// [`Error::Invalid`] when nothing changed at that instant.
pub fn put_back(cx: &mut Cx<'_>, at: Moment) -> Result<Edit> {
    may_change(cx)?;
    let now = store::snapshot(cx)?;
    let touched = touched_since(cx, at)?;
    let before = outlines_before(cx, &touched, at)?;
    let posts = posts_before(cx, &touched)?;
    let mut edit = Edit::default();
    let mut taken: HashMap<AreaKind, AreaId> = HashMap::new();
    for area in areas_of(cx, &touched)? {
        let keyed = SaveArea::new(area.kind, area.code.as_deref(), &area.name);
        match (before.get(&area.id), now.area(area.id)) {
            // It was there before and is there now; perhaps it looks like that again.
            (Some(outline), Some(current)) => {
                taken.insert(area.kind, area.id);
                if current.outline.as_deref() != Some(outline) {
                    let which = AreaRef::Id(area.id);
                    let save = SaveArea { which, seen: Some(current.version), outline: Some(outline.clone()), ..keyed };
                    edit.drawn.push(Drawn { save, serves: None, cut_from: None });
                }
            }
            // It ended since.
            (Some(outline), None) => {
                let parent = area.parent.filter(|p| now.area(*p).is_some()).map_or(ParentRef::Find, ParentRef::Id);
                let save = SaveArea { which: AreaRef::New, parent, outline: Some(outline.clone()), ..keyed };
                let serves = posts.get(&area.id).copied().filter(|post| now.post(*post).is_some());
                edit.drawn.push(Drawn { save, serves, cut_from: None });
            }
            // It began since.
            (None, Some(current)) if area.valid_from >= at => {
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

/// Areas whose outline began or ended at that instant, and those that changed later together with one of them.
fn touched_since(cx: &mut Cx<'_>, at: Moment) -> Result<HashSet<AreaId>> {
    let sql = "SELECT area_id, valid_from, valid_to FROM area_outline WHERE district_id = $1 AND (valid_from >= $2 OR valid_to >= $2)";
    let mut changes: BTreeMap<Moment, HashSet<AreaId>> = BTreeMap::new();
    for row in cx.query(sql, params![cx.district(), at])? {
        let id = row.id("area_id")?;
        for instant in [Some(row.moment("valid_from")?), row.opt_moment("valid_to")?].into_iter().flatten() {
            changes.entry(instant).or_default().insert(id);
        }
    }
    let mut touched = changes.remove(&at).unwrap_or_default();
    changes.retain(|instant, _| *instant > at);
    loop {
        let known = touched.len();
        for together in changes.values().filter(|all| !all.is_disjoint(&touched)).collect::<Vec<_>>() {
            touched.extend(together);
        }
        if touched.len() == known {
            return Ok(touched);
        }
    }
}

/// `$from, …` and the ids as parameters.
fn listed(from: usize, ids: &[AreaId]) -> (String, Vec<Value>) {
    let marks: Vec<String> = (from..from + ids.len()).map(|i| format!("${i}")).collect();
    (marks.join(", "), ids.iter().copied().map(Value::from).collect())
}

/// Many at a time; most changes are of a handful.
fn chunks(ids: &HashSet<AreaId>) -> Vec<Vec<AreaId>> {
    let mut all: Vec<AreaId> = ids.iter().copied().collect();
    all.sort_unstable();
    all.chunks(200).map(<[AreaId]>::to_vec).collect()
}

fn areas_of(cx: &mut Cx<'_>, ids: &HashSet<AreaId>) -> Result<Vec<Area>> {
    let mut out = Vec::new();
    for chunk in chunks(ids) {
        let (marks, list) = listed(2, &chunk);
        let sql = format!(
            "SELECT id, kind, code, name, parent_id, valid_from, valid_to, version FROM area WHERE district_id = $1 \
             AND id IN ({marks}) ORDER BY id"
        );
        let params: Vec<Value> = std::iter::once(Value::from(cx.district())).chain(list).collect();
        for row in cx.query(&sql, &params)? {
            out.push(store::area(&row, &HashMap::new())?);
        }
    }
    Ok(out)
}

/// The outlines of these areas just before an instant.
fn outlines_before(cx: &mut Cx<'_>, ids: &HashSet<AreaId>, at: Moment) -> Result<HashMap<AreaId, Outline>> {
    let mut out = HashMap::new();
    for chunk in chunks(ids) {
        let (marks, list) = listed(3, &chunk);
        let sql = format!(
            "SELECT area_id, shape FROM area_outline WHERE district_id = $1 AND valid_from < $2 \
             AND (valid_to IS NULL OR valid_to >= $2) AND area_id IN ({marks})"
        );
        let params: Vec<Value> = [Value::from(cx.district()), Value::from(at)].into_iter().chain(list).collect();
        for row in cx.query(&sql, &params)? {
            out.insert(row.id("area_id")?, shape(&row)?);
        }
    }
    Ok(out)
}

/// Posts that answered for areas when those ended, as the log has it.
fn posts_before(cx: &mut Cx<'_>, ids: &HashSet<AreaId>) -> Result<HashMap<AreaId, PostId>> {
    let mut out = HashMap::new();
    for chunk in chunks(ids) {
        let (marks, list) = listed(3, &chunk);
        let sql = format!(
            "SELECT subject, payload FROM event WHERE district_id = $1 AND kind = $2 AND subject IN ({marks}) ORDER BY n"
        );
        let kind = Value::from(events::AREA_RETIRED);
        let params: Vec<Value> = [Value::from(cx.district()), kind].into_iter().chain(list).collect();
        for row in cx.query(&sql, &params)? {
            let payload: serde_json::Value = serde_json::from_str(&row.text("payload")?).unwrap_or_default();
            let post = payload.get("post").and_then(|p| p.as_str()).and_then(|p| p.parse().ok());
            out.extend(post.map(|post: PostId| (AreaId(row.uuid("subject").unwrap_or_default()), post)));
        }
    }
    Ok(out)
}
