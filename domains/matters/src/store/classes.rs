//! Versions of classes. Kept in memory after the first reading; a change drops the copy everywhere in this process,
//! and a copy is at most a few seconds old in others.

use super::coded;
use crate::Error;
use crate::model::{Allowance, ClassRule, Family, OnReturn, Route, Scope, TimeKind, Urgency};
use ::store::{Copies, Cx, Row, params};
use std::sync::Arc;

type Kept = Copies<Arc<[Arc<ClassRule>]>>;

fn read(r: &Row) -> Result<ClassRule, Error> {
    let allowance = |column: &str| coded(r, column, |t| t.parse::<Allowance>().ok());
    Ok(ClassRule {
        code: r.text("code")?,
        version: r.i64("version")?,
        family: coded(r, "family", Family::from_code)?,
        name_zh: r.text("name_zh")?,
        name_en: r.text("name_en")?,
        hint_zh: r.text("hint_zh")?,
        hint_en: r.text("hint_en")?,
        route: coded(r, "route", Route::from_code)?,
        agency: r.opt_text("agency")?,
        scope: coded(r, "scope", Scope::from_code)?,
        time: coded(r, "time_kind", TimeKind::from_code)?,
        on_return: coded(r, "on_return", OnReturn::from_code)?,
        urgency: coded(r, "urgency", Urgency::from_code)?,
        sign: allowance("sign_in")?,
        contact: allowance("contact_in")?,
        handle: allowance("handle_in")?,
        verify: allowance("verify_in")?,
        active: r.bool("active")?,
        published: r.bool("published")?,
        position: r.i64("position")?,
    })
}

/// Current versions, in the order of the list.
pub(crate) fn current(cx: &mut Cx<'_>) -> Result<Arc<[Arc<ClassRule>]>, Error> {
    let copies = cx.cached(Kept::default);
    let district = cx.district();
    if let Some(list) = copies.get(district) {
        return Ok(list);
    }
    let sql = "SELECT * FROM matter_class WHERE district_id = $1 AND current = 1 ORDER BY position, code";
    let list: Vec<Arc<ClassRule>> =
        cx.query(sql, params![district])?.iter().map(|r| read(r).map(Arc::new)).collect::<Result<_, _>>()?;
    let list: Arc<[Arc<ClassRule>]> = list.into();
    copies.put(district, Arc::clone(&list));
    Ok(list)
}

/// Everybody in this process reads the table again.
pub(crate) fn forget(cx: &Cx<'_>) {
    cx.cached(Kept::default).forget(cx.district());
}

pub(crate) fn by_code(cx: &mut Cx<'_>, code: &str) -> Result<Option<Arc<ClassRule>>, Error> {
    Ok(current(cx)?.iter().find(|c| c.code == code).cloned())
}

/// Writes a new version and makes it the current one.
pub(crate) fn put(cx: &mut Cx<'_>, c: &ClassRule) -> Result<(), Error> {
    let district = cx.district();
    cx.execute("UPDATE matter_class SET current = 0 WHERE district_id = $1 AND code = $2", params![district, &c.code])?;
    let sql = "INSERT INTO matter_class (district_id, code, version, current, at, family, name_zh, name_en, hint_zh, hint_en, \
               route, agency, scope, time_kind, on_return, urgency, sign_in, contact_in, handle_in, verify_in, active, position, \
               published) \
               VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
    cx.execute(
        sql,
        params![
            district,
            &c.code,
            c.version,
            cx.now,
            c.family.code(),
            &c.name_zh,
            &c.name_en,
            &c.hint_zh,
            &c.hint_en,
            c.route.code(),
            c.agency.as_ref(),
            c.scope.code(),
            c.time.code(),
            c.on_return.code(),
            c.urgency.code(),
            c.sign.to_string(),
            c.contact.to_string(),
            c.handle.to_string(),
            c.verify.to_string(),
            c.active,
            c.position,
            c.published
        ],
    )?;
    forget(cx);
    Ok(())
}
