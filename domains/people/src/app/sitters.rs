//! Who sits where now, by name and telephone: what a door, a contact card (N7) and "my grid" say. One query for any number of
//! places; who of them answers for one place is picked by the same order as [`super::roster::find_owner`].

use super::{marks, seats, terms};
use crate::Result;
use crate::model::{Place, TermKind};
use kernel::Role;
use kernel::ids::{AccountId, AreaId, PostId, SeatId};
use store::{Cx, Value, params};

/// Somebody who sits on a seat now, in the words of a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitter {
    pub account: AccountId,
    pub name: String,
    pub seat: SeatId,
    pub role: Role,
    pub place: Place,
    /// The body and its telephone; the title of the seat where it belongs to none.
    pub office: String,
    /// Own number at work, else that of the body.
    pub phone: Option<String>,
}

/// Whoever serves now on seats of these roles at these areas or posts, seat by seat: the holder, else the deputy.
pub fn sitters(cx: &mut Cx<'_>, roles: &[Role], areas: &[AreaId], posts: &[PostId]) -> Result<Vec<Sitter>> {
    let mut values = params![cx.district(), true, cx.now].to_vec();
    let mut list = |ids: Vec<Value>| {
        let from = values.len() + 1;
        let n = ids.len();
        values.extend(ids);
        marks(from, n)
    };
    let mut at = Vec::new();
    if !areas.is_empty() {
        at.push(format!("s.area_id IN ({})", list(areas.iter().map(|a| Value::from(*a)).collect())));
    }
    if !posts.is_empty() {
        at.push(format!("s.post_id IN ({})", list(posts.iter().map(|p| Value::from(*p)).collect())));
    }
    if at.is_empty() || roles.is_empty() {
        return Ok(Vec::new());
    }
    let roles = list(roles.iter().map(|r| Value::from(r.code())).collect());
    let sql = format!(
        "SELECT t.id AS term_id, t.seat_id, t.account_id, t.kind, t.from_at, t.to_at, t.available_until, a.status, \
         a.display_name, a.phone_ext, s.role, s.org_id, s.area_id, s.post_id, s.title, o.name AS org_name, \
         o.phone AS org_phone \
         FROM seat s JOIN term t ON t.seat_id = s.id JOIN account a ON a.id = t.account_id \
         LEFT JOIN org o ON o.id = s.org_id \
         WHERE s.district_id = $1 AND s.is_open = $2 AND t.from_at <= $3 AND (t.to_at IS NULL OR t.to_at > $3) \
         AND ({}) AND s.role IN ({roles}) ORDER BY s.id, t.from_at, t.id",
        at.join(" OR ")
    );
    let mut found: Vec<(Sitter, bool)> = Vec::new();
    for row in cx.query(&sql, &values)? {
        let term = terms::read(&row)?;
        if !term.serves(cx.now) {
            continue;
        }
        let given = |text: Option<String>| text.filter(|t| !t.is_empty());
        let (body, body_phone) = (row.opt_text("org_name")?, given(row.opt_text("org_phone")?));
        let sitter = Sitter {
            account: term.account,
            name: row.text("display_name")?,
            seat: term.seat,
            role: seats::role(&row)?,
            place: seats::place(&row)?,
            office: body.map_or_else(|| row.text("title"), Ok)?,
            phone: given(row.opt_text("phone_ext")?).or(body_phone),
        };
        let holds = term.kind == TermKind::Holder;
        match found.iter_mut().find(|(known, _)| known.seat == term.seat) {
            Some(known) if holds && !known.1 => *known = (sitter, holds),
            Some(_) => {}
            None => found.push((sitter, holds)),
        }
    }
    Ok(found.into_iter().map(|(sitter, _)| sitter).collect())
}

/// Who of them answers for a place in one role: at the nearest post, else in the innermost area.
pub fn nearest<'a>(here: &'a [Sitter], role: Role, posts: &[PostId], areas: &[AreaId]) -> Option<&'a Sitter> {
    let of_role = || here.iter().filter(move |s| s.role == role);
    posts.iter().find_map(|post| of_role().find(|s| s.place.post == Some(*post))).or_else(|| {
        areas.iter().find_map(|area| of_role().find(|s| s.place.area == Some(*area) && s.place.post.is_none()))
    })
}
