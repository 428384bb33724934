//! Rows of areas and posts. Only `app` calls this.

use crate::model::area::{Area, AreaKind};
use crate::model::history::History;
use crate::model::outline::Outline;
use crate::model::post::{DutySlot, Post, PostState, Tier};
use crate::model::snapshot::Snapshot;
use kernel::ids::{AreaId, PostId};
use kernel::{Moment, Point};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Cx, Error, Row, Value, params};
use uuid::Uuid;

/// Snapshots kept, one for each district used lately.
#[derive(Default)]
struct Kept(Mutex<Vec<Arc<Snapshot>>>);
const KEEP: usize = 16;

/// Areas and posts as they are now. One small read when nothing changed; never stale: the token is read in the
/// transaction of the caller, and every change writes a new one.
pub(crate) fn snapshot(cx: &mut Cx<'_>) -> Result<Arc<Snapshot>, Error> {
    let kept = cx.cached(Kept::default);
    let district = cx.district();
    let mut token = read_token(cx)?;
    let before = {
        let list = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().find(|s| s.district_id == district).cloned()
    };
    if let Some(found) = before.as_ref().filter(|s| s.token == token) {
        return Ok(Arc::clone(found));
    }
    // A change may commit between these statements (PostgreSQL): read again until the token stands still.
    let fresh = loop {
        let areas = areas(cx, None)?;
        let posts = posts(cx)?;
        let again = read_token(cx)?;
        if again == token {
            break Arc::new(match &before {
                Some(before) => before.after(token, areas, posts),
                None => Snapshot::new(district, token, areas, posts),
            });
        }
        token = again;
    };
    let mut list = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    list.retain(|s| s.district_id != district);
    list.insert(0, Arc::clone(&fresh));
    list.truncate(KEEP);
    Ok(fresh)
}

/// Histories kept, one for each district that was asked about its past.
#[derive(Default)]
struct KeptHistory(Mutex<Vec<Arc<History>>>);

/// All outlines that areas ever had. Never stale, as [`snapshot`].
pub(crate) fn history(cx: &mut Cx<'_>) -> Result<Arc<History>, Error> {
    let kept = cx.cached(KeptHistory::default);
    let district = cx.district();
    let mut token = read_token(cx)?;
    let found = {
        let list = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
        list.iter().find(|h| h.token == token && h.district_id == district).cloned()
    };
    if let Some(found) = found {
        return Ok(found);
    }
    let fresh = loop {
        let (areas, outlines) = past(cx)?;
        let again = read_token(cx)?;
        if again == token {
            break Arc::new(History::new(district, token, areas, outlines));
        }
        token = again;
    };
    let mut list = kept.0.lock().unwrap_or_else(PoisonError::into_inner);
    list.retain(|h| h.district_id != district);
    list.insert(0, Arc::clone(&fresh));
    list.truncate(KEEP);
    Ok(fresh)
}

/// All areas there ever were without their outlines, and all outlines as areas of their own with the time of the outline.
fn past(cx: &mut Cx<'_>) -> Result<(Vec<Area>, Vec<Area>), Error> {
    let sql = "SELECT id, kind, code, name, parent_id, valid_from, valid_to, version FROM area WHERE district_id = $1";
    let areas: Vec<Area> = cx
        .query(sql, params![cx.district()])?
        .iter()
        .map(|row| area(row, &HashMap::new()))
        .collect::<Result<_, _>>()?;
    let by_id: HashMap<AreaId, &Area> = areas.iter().map(|a| (a.id, a)).collect();
    let sql =
        "SELECT area_id, valid_from, valid_to, shape FROM area_outline WHERE district_id = $1 ORDER BY valid_from";
    let mut outlines = Vec::new();
    for row in cx.query(sql, params![cx.district()])? {
        let Some(area) = by_id.get(&row.id("area_id")?) else { continue };
        let outline = Outline::from_wkb(&row.blob("shape")?).map_err(|e| Error::Column(format!("shape: {e}")))?;
        let (valid_from, valid_to) = (row.moment("valid_from")?, row.opt_moment("valid_to")?);
        outlines.push(Area { valid_from, valid_to, outline: Some(Arc::new(outline)), ..Area::clone(area) });
    }
    Ok((areas, outlines))
}

fn read_token(cx: &mut Cx<'_>) -> Result<Uuid, Error> {
    let sql = "SELECT token FROM places_token WHERE district_id = $1";
    cx.query_opt(sql, params![cx.district()])?.map_or(Ok(Uuid::nil()), |r| r.uuid("token"))
}

/// Makes every snapshot out of date, and tells listeners.
pub(crate) fn touch(cx: &mut Cx<'_>) -> Result<(), Error> {
    let token: Uuid = cx.new_id();
    let sql = "INSERT INTO places_token (district_id, token) VALUES ($1, $2) \
               ON CONFLICT (district_id) DO UPDATE SET token = excluded.token";
    cx.execute(sql, params![cx.district(), token])?;
    cx.signal("places", cx.district().0);
    Ok(())
}

/// Areas valid now, or those that were valid at an instant.
pub(crate) fn areas(cx: &mut Cx<'_>, at: Option<Moment>) -> Result<Vec<Area>, Error> {
    let valid =
        if at.is_some() { "valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)" } else { "valid_to IS NULL" };
    let mut params = vec![Value::from(cx.district())];
    params.extend(at.map(Value::from));
    let sql = format!("SELECT area_id, shape FROM area_outline WHERE district_id = $1 AND {valid}");
    let mut outlines: HashMap<AreaId, Arc<Outline>> = HashMap::new();
    for row in cx.query(&sql, &params)? {
        let outline = Outline::from_wkb(&row.blob("shape")?).map_err(|e| Error::Column(format!("shape: {e}")))?;
        outlines.insert(row.id("area_id")?, Arc::new(outline));
    }
    let sql = format!(
        "SELECT id, kind, code, name, parent_id, valid_from, valid_to, version FROM area WHERE district_id = $1 AND {valid}"
    );
    let mut areas: Vec<Area> =
        cx.query(&sql, &params)?.iter().map(|row| area(row, &outlines)).collect::<Result<_, _>>()?;
    let mut english: HashMap<AreaId, String> = HashMap::new();
    for row in cx.query("SELECT area_id, name FROM area_english WHERE district_id = $1", params![cx.district()])? {
        english.insert(row.id("area_id")?, row.text("name")?);
    }
    for area in &mut areas {
        area.name_en = english.remove(&area.id);
    }
    Ok(areas)
}

/// The English name stands elsewhere.
pub(crate) fn area(row: &Row, outlines: &HashMap<AreaId, Arc<Outline>>) -> Result<Area, Error> {
    let id: AreaId = row.id("id")?;
    let kind = row.text("kind")?;
    Ok(Area {
        id,
        kind: AreaKind::from_code(&kind).ok_or_else(|| Error::Column(format!("kind {kind}")))?,
        code: row.opt_text("code")?,
        name: row.text("name")?,
        name_en: None,
        parent: row.opt_id("parent_id")?,
        valid_from: row.moment("valid_from")?,
        valid_to: row.opt_moment("valid_to")?,
        version: row.i64("version")?,
        outline: outlines.get(&id).cloned(),
    })
}

pub(crate) fn insert_area(cx: &mut Cx<'_>, a: &Area) -> Result<(), Error> {
    let sql = "INSERT INTO area (id, district_id, kind, code, name, parent_id, valid_from, valid_to, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let params = params![
        a.id,
        cx.district(),
        a.kind.code(),
        a.code.as_ref(),
        &a.name,
        a.parent,
        a.valid_from,
        a.valid_to,
        a.version
    ];
    cx.execute(sql, params)?;
    say_in_english(cx, a)
}

fn say_in_english(cx: &mut Cx<'_>, a: &Area) -> Result<(), Error> {
    let Some(name) = &a.name_en else { return Ok(()) };
    let sql = "INSERT INTO area_english (area_id, district_id, name) VALUES ($1, $2, $3)";
    cx.execute(sql, params![a.id, cx.district(), name]).map(drop)
}

pub(crate) fn english(cx: &mut Cx<'_>, area: AreaId) -> Result<Option<String>, Error> {
    let sql = "SELECT name FROM area_english WHERE area_id = $1 AND district_id = $2";
    cx.query_opt(sql, params![area, cx.district()])?.map(|r| r.text("name")).transpose()
}

pub(crate) fn update_area(cx: &mut Cx<'_>, a: &Area) -> Result<(), Error> {
    let sql = "UPDATE area SET code = $3, name = $4, parent_id = $5, valid_to = $6, version = $7 \
               WHERE id = $1 AND district_id = $2";
    let params = params![a.id, cx.district(), a.code.as_ref(), &a.name, a.parent, a.valid_to, a.version];
    cx.execute(sql, params)?;
    cx.execute("DELETE FROM area_english WHERE area_id = $1 AND district_id = $2", params![a.id, cx.district()])?;
    say_in_english(cx, a)
}

/// Closes the validity of the current outline; one that began this very instant was never valid and goes.
pub(crate) fn close_outline(cx: &mut Cx<'_>, area: AreaId) -> Result<(), Error> {
    let now = cx.now;
    cx.execute(
        "DELETE FROM area_outline WHERE area_id = $1 AND valid_to IS NULL AND valid_from >= $2",
        params![area, now],
    )?;
    cx.execute("UPDATE area_outline SET valid_to = $2 WHERE area_id = $1 AND valid_to IS NULL", params![area, now])?;
    Ok(())
}

pub(crate) fn open_outline(cx: &mut Cx<'_>, area: AreaId, outline: &Outline) -> Result<(), Error> {
    let sql = "INSERT INTO area_outline (district_id, area_id, valid_from, shape) VALUES ($1, $2, $3, $4)";
    cx.execute(sql, params![cx.district(), area, cx.now, outline.to_wkb()]).map(drop)
}

fn posts(cx: &mut Cx<'_>) -> Result<Vec<Post>, Error> {
    let mut serves: HashMap<PostId, Vec<AreaId>> = HashMap::new();
    let sql = "SELECT post_id, area_id FROM post_area WHERE district_id = $1 ORDER BY area_id";
    for row in cx.query(sql, params![cx.district()])? {
        serves.entry(row.id("post_id")?).or_default().push(row.id("area_id")?);
    }
    let sql = "SELECT id, tier, code, name, parent_id, address, phone, lon, lat, hours, state, version \
               FROM post WHERE district_id = $1";
    cx.query(sql, params![cx.district()])?.iter().map(|row| post(row, &mut serves)).collect()
}

fn post(row: &Row, serves: &mut HashMap<PostId, Vec<AreaId>>) -> Result<Post, Error> {
    let id: PostId = row.id("id")?;
    let (tier, state, hours) = (row.text("tier")?, row.text("state")?, row.text("hours")?);
    let wrong = |what: &str, value: &str| Error::Column(format!("{what} {value}"));
    let point = match (row.opt_f64("lon")?, row.opt_f64("lat")?) {
        (Some(lon), Some(lat)) => Some(Point::new(lon, lat).map_err(|e| wrong("lon, lat", &e.to_string()))?),
        _ => None,
    };
    Ok(Post {
        id,
        tier: Tier::from_code(&tier).ok_or_else(|| wrong("tier", &tier))?,
        code: row.opt_text("code")?,
        name: row.text("name")?,
        parent: row.opt_id("parent_id")?,
        address: row.text("address")?,
        phone: row.text("phone")?,
        point,
        hours: hours.parse().map_err(|_| wrong("hours", &hours))?,
        state: PostState::from_code(&state).ok_or_else(|| wrong("state", &state))?,
        serves: serves.remove(&id).unwrap_or_default(),
        version: row.i64("version")?,
    })
}

/// Writes the row of a post, new or not.
pub(crate) fn save_post(cx: &mut Cx<'_>, p: &Post) -> Result<(), Error> {
    let sql = "INSERT INTO post (id, district_id, tier, code, name, parent_id, address, phone, lon, lat, hours, state, version) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
               ON CONFLICT (id) DO UPDATE SET tier = excluded.tier, code = excluded.code, name = excluded.name, \
               parent_id = excluded.parent_id, address = excluded.address, phone = excluded.phone, lon = excluded.lon, \
               lat = excluded.lat, hours = excluded.hours, state = excluded.state, version = excluded.version";
    let params = params![
        p.id,
        cx.district(),
        p.tier.code(),
        p.code.as_ref(),
        &p.name,
        p.parent,
        &p.address,
        &p.phone,
        p.point.map(Point::lon),
        p.point.map(Point::lat),
        p.hours.to_string(),
        p.state.code(),
        p.version
    ];
    cx.execute(sql, params).map(drop)
}

/// Makes `post` the one that answers for these police areas, and for no others.
pub(crate) fn set_serves(cx: &mut Cx<'_>, post: PostId, areas: &[AreaId]) -> Result<(), Error> {
    cx.execute("DELETE FROM post_area WHERE post_id = $1", params![post])?;
    for area in areas {
        let sql = "INSERT INTO post_area (area_id, district_id, post_id) VALUES ($1, $2, $3)";
        cx.execute(sql, params![*area, cx.district(), post])?;
    }
    Ok(())
}

/// The post that answers for a police area.
pub(crate) fn served_by(cx: &mut Cx<'_>, area: AreaId) -> Result<Option<PostId>, Error> {
    let row = cx.query_opt("SELECT post_id FROM post_area WHERE area_id = $1", params![area])?;
    row.map(|r| r.id("post_id")).transpose()
}

pub(crate) fn release_area(cx: &mut Cx<'_>, area: AreaId) -> Result<(), Error> {
    cx.execute("DELETE FROM post_area WHERE area_id = $1", params![area]).map(drop)
}

pub(crate) fn slot(row: &Row) -> Result<DutySlot, Error> {
    Ok(DutySlot {
        id: row.uuid("id")?,
        post: row.id("post_id")?,
        account: row.id("account_id")?,
        from: row.moment("starts")?,
        to: row.moment("ends")?,
        confirmed_at: row.opt_moment("confirmed_at")?,
    })
}
