//! Seats that something at a place can be given to: those of its areas and posts, the agencies, and the seats of the
//! whole district. Whether the asker may give it is decided by whoever owns the thing (`matters::app::takers`).

use super::{marks, seats};
use crate::Result;
use crate::model::TermKind;
use kernel::Role;
use kernel::ids::{AccountId, AreaId, PostId, SeatId};
use store::{Cx, Value, params};

/// A seat with who sits on it now; a seat of several people occurs once for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taker {
    pub seat: SeatId,
    pub role: Role,
    pub title: String,
    pub org_name: Option<String>,
    pub account: AccountId,
    pub display_name: String,
    pub phone_ext: Option<String>,
    pub deputy: bool,
}

/// Those at these areas and posts, by role and name. Seats of administrators and empty seats are not among them.
pub fn takers(cx: &mut Cx<'_>, areas: &[AreaId], posts: &[PostId]) -> Result<Vec<Taker>> {
    let mut near = vec!["s.role = 'agency_worker'".to_owned(), "(s.area_id IS NULL AND s.post_id IS NULL)".to_owned()];
    let mut params = params![cx.district(), cx.now, true].to_vec();
    if !areas.is_empty() {
        near.push(format!("s.area_id IN ({})", marks(params.len() + 1, areas.len())));
        params.extend(areas.iter().map(|a| Value::from(*a)));
    }
    if !posts.is_empty() {
        near.push(format!("s.post_id IN ({})", marks(params.len() + 1, posts.len())));
        params.extend(posts.iter().map(|p| Value::from(*p)));
    }
    let sql = format!(
        "SELECT s.id, s.role, s.title, o.name AS org_name, a.id AS account_id, a.display_name, a.phone_ext, t.kind \
         FROM seat s JOIN term t ON t.seat_id = s.id AND t.from_at <= $2 AND (t.to_at IS NULL OR t.to_at > $2) \
         JOIN account a ON a.id = t.account_id AND a.status = 'active' LEFT JOIN org o ON o.id = s.org_id \
         WHERE s.district_id = $1 AND s.is_open = $3 AND ({}) \
         ORDER BY a.name_pinyin, a.name_key, a.id, t.kind DESC, s.title, s.id",
        near.join(" OR ")
    );
    let mut found = Vec::new();
    for row in cx.query(&sql, &params)? {
        let role = seats::role(&row)?;
        if crate::model::is_admin(role) || role == Role::Clerk {
            continue;
        }
        found.push(Taker {
            seat: row.id("id")?,
            role,
            title: row.text("title")?,
            org_name: row.opt_text("org_name")?,
            account: row.id("account_id")?,
            display_name: row.text("display_name")?,
            phone_ext: row.opt_text("phone_ext")?,
            deputy: row.text("kind")? == TermKind::Deputy.code(),
        });
    }
    Ok(found)
}

/// The people on one seat now, holder first.
pub fn people_on(cx: &mut Cx<'_>, seat: SeatId) -> Result<Vec<Taker>> {
    let sql = "SELECT s.role, s.title, o.name AS org_name, a.id AS account_id, a.display_name, a.phone_ext, t.kind \
               FROM seat s JOIN term t ON t.seat_id = s.id AND t.from_at <= $2 AND (t.to_at IS NULL OR t.to_at > $2) \
               JOIN account a ON a.id = t.account_id LEFT JOIN org o ON o.id = s.org_id \
               WHERE s.id = $3 AND s.district_id = $1 ORDER BY t.kind DESC, t.from_at";
    let rows = cx.query(sql, params![cx.district(), cx.now, seat])?;
    let taker = |row: &store::Row| {
        Ok(Taker {
            seat,
            role: seats::role(row)?,
            title: row.text("title")?,
            org_name: row.opt_text("org_name")?,
            account: row.id("account_id")?,
            display_name: row.text("display_name")?,
            phone_ext: row.opt_text("phone_ext")?,
            deputy: row.text("kind")? == TermKind::Deputy.code(),
        })
    };
    rows.iter().map(taker).collect()
}
