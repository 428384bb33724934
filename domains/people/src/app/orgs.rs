//! Organisations join, change, leave.

use super::{allow, line, marks, opt_line};
use crate::model::{Org, OrgKind};
use crate::policy::{Action, ResourceFacts};
use crate::{Error, Result};
use kernel::ids::{AreaId, OrgId, PostId};
use kernel::text;
use serde_json::json;
use store::{Cx, Row, Value, params};

/// A new organisation.
#[derive(Debug, Clone)]
pub struct NewOrg {
    pub kind: OrgKind,
    pub name: String,
    pub parent: Option<OrgId>,
    pub area: Option<AreaId>,
    pub post: Option<PostId>,
    pub phone: Option<String>,
}

const COLUMNS: &str = "id, kind, name, parent_id, area_id, post_id, phone, active, version";

fn read(row: &Row) -> Result<Org> {
    Ok(Org {
        id: row.id("id")?,
        kind: OrgKind::from_code(&row.text("kind")?).unwrap_or(OrgKind::Association),
        name: row.text("name")?,
        parent: row.opt_id("parent_id")?,
        area: row.opt_id("area_id")?,
        post: row.opt_id("post_id")?,
        phone: row.opt_text("phone")?,
        active: row.bool("active")?,
        version: row.i64("version")?,
    })
}

fn key(name: &str) -> String {
    text::narrow(name).trim().to_lowercase()
}

pub fn create_org(cx: &mut Cx<'_>, new: &NewOrg) -> Result<OrgId> {
    allow(cx, Action::ManageOrgs, &ResourceFacts::District)?;
    let id: OrgId = cx.new_id();
    let name = line("name", &new.name, 80)?;
    let phone = opt_line("phone", new.phone.as_deref(), 40)?;
    cx.execute(
        "INSERT INTO org (id, district_id, kind, name, name_key, parent_id, area_id, post_id, phone, active, version, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11)",
        params![
            id,
            cx.district(),
            new.kind.code(),
            &name,
            key(&name),
            new.parent,
            new.area,
            new.post,
            phone,
            true,
            cx.now
        ],
    )
    .map_err(|e| match e {
        store::Error::Unique(_) => Error::Invalid { field: "name", why: "taken" },
        e => e.into(),
    })?;
    cx.record("org.created", "org", id.0, &json!({ "kind": new.kind.code(), "area": new.area, "post": new.post }))?;
    cx.signal("org", id.0);
    Ok(id)
}

pub fn org(cx: &mut Cx<'_>, id: OrgId) -> Result<Org> {
    let sql = format!("SELECT {COLUMNS} FROM org WHERE id = $1 AND district_id = $2");
    read(&cx.query_one(&sql, params![id, cx.district()])?)
}

/// The organisation of this kind and name.
pub fn by_name(cx: &mut Cx<'_>, kind: OrgKind, name: &str) -> Result<Option<Org>> {
    let sql = format!("SELECT {COLUMNS} FROM org WHERE district_id = $1 AND kind = $2 AND name_key = $3");
    cx.query_opt(&sql, params![cx.district(), kind.code(), key(name)])?.as_ref().map(read).transpose()
}

/// All organisations that have not left, by name. Names and office telephones are public.
pub fn list(cx: &mut Cx<'_>, kind: Option<OrgKind>) -> Result<Vec<Org>> {
    let sql = format!("SELECT {COLUMNS} FROM org WHERE district_id = $1 AND active = $2 ORDER BY kind, name_key");
    let rows = cx.query(&sql, params![cx.district(), true])?;
    let orgs = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(orgs.into_iter().filter(|o| kind.is_none_or(|k| o.kind == k)).collect())
}

/// Changes name or telephone, or lets it leave and come back; `seen` is the version that was on the page.
pub fn change_org(cx: &mut Cx<'_>, seen: i64, to: &Org) -> Result<()> {
    allow(cx, Action::ManageOrgs, &ResourceFacts::District)?;
    let name = line("name", &to.name, 80)?;
    let phone = opt_line("phone", to.phone.as_deref(), 40)?;
    let done = cx.execute(
        "UPDATE org SET name = $1, name_key = $2, phone = $3, area_id = $4, post_id = $5, parent_id = $6, active = $7, \
         version = version + 1 WHERE id = $8 AND version = $9 AND district_id = $10",
        params![&name, key(&name), phone, to.area, to.post, to.parent, to.active, to.id, seen, cx.district()],
    )?;
    if done == 0 {
        return Err(Error::Stale { seen, current: org(cx, to.id)?.version });
    }
    cx.record("org.changed", "org", to.id.0, &json!({ "active": to.active }))?;
    cx.signal("org", to.id.0);
    Ok(())
}

/// Deepest line of bodies that is followed: a guard against rows that point in a circle.
const DEEP: usize = 8;

/// A body and everything below it.
pub fn with_below(cx: &mut Cx<'_>, org: OrgId) -> Result<Vec<OrgId>> {
    let mut all = vec![org];
    let mut level = vec![org];
    for _ in 0..DEEP {
        let sql = format!("SELECT id FROM org WHERE district_id = $1 AND parent_id IN ({})", marks(2, level.len()));
        let mut values = vec![Value::from(cx.district())];
        values.extend(level.iter().map(|o| Value::from(*o)));
        let rows = cx.query(&sql, &values)?;
        level = rows.iter().map(|r| r.id("id")).collect::<std::result::Result<Vec<OrgId>, _>>()?;
        level.retain(|o| !all.contains(o));
        if level.is_empty() {
            break;
        }
        all.extend(level.iter().copied());
    }
    Ok(all)
}

/// Bodies and everything above them.
pub fn with_above(cx: &mut Cx<'_>, orgs: &[OrgId]) -> Result<Vec<OrgId>> {
    let mut all = orgs.to_vec();
    let mut level = orgs.to_vec();
    for _ in 0..DEEP {
        if level.is_empty() {
            break;
        }
        let sql = format!(
            "SELECT parent_id FROM org WHERE district_id = $1 AND parent_id IS NOT NULL AND id IN ({})",
            marks(2, level.len())
        );
        let mut values = vec![Value::from(cx.district())];
        values.extend(level.iter().map(|o| Value::from(*o)));
        let rows = cx.query(&sql, &values)?;
        level = rows.iter().map(|r| r.id("parent_id")).collect::<std::result::Result<Vec<OrgId>, _>>()?;
        level.retain(|o| !all.contains(o));
        all.extend(level.iter().copied());
    }
    Ok(all)
}
