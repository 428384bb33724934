//! Seats are made, renamed, closed.

use super::{Flat, allow, line, seat_facts, terms};
use crate::model::{Place, Seat};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::Role;
use kernel::ids::SeatId;
use serde_json::json;
use store::{Cx, Row, params};

/// A new seat.
#[derive(Debug, Clone)]
pub struct NewSeat {
    pub role: Role,
    pub place: Place,
    pub title: String,
    pub reports_to: Option<SeatId>,
}

const COLUMNS: &str = "s.id, s.role, s.org_id, s.area_id, s.post_id, s.title, s.reports_to, s.is_open, s.version";

/// The role of a row; an unknown code gives the weakest role, never a stronger one.
pub(crate) fn role(row: &Row) -> Result<Role> {
    Ok(Role::from_code(&row.text("role")?).unwrap_or(Role::Volunteer))
}

pub(crate) fn place(row: &Row) -> Result<Place> {
    Ok(Place { org: row.opt_id("org_id")?, area: row.opt_id("area_id")?, post: row.opt_id("post_id")? })
}

pub(crate) fn read(row: &Row) -> Result<Seat> {
    Ok(Seat {
        id: row.id("id")?,
        role: role(row)?,
        place: place(row)?,
        title: row.text("title")?,
        reports_to: row.opt_id("reports_to")?,
        open: row.bool("is_open")?,
        version: row.i64("version")?,
    })
}

/// Makes an empty seat.
pub fn create_seat(cx: &mut Cx<'_>, new: &NewSeat) -> Result<SeatId> {
    let id: SeatId = cx.new_id();
    allow(cx, Action::ManageSeats, &seat_facts(&Flat, id, new.role, &new.place))?;
    insert(cx, id, new)?;
    Ok(id)
}

/// For whoever has asked the policy.
pub(super) fn insert(cx: &mut Cx<'_>, id: SeatId, new: &NewSeat) -> Result<()> {
    if new.role == Role::CatchAll && new.place.post.is_some() {
        return Err(Error::Invalid { field: "post", why: "catch-all-has-area" });
    }
    let title = line("title", &new.title, 60)?;
    cx.execute(
        "INSERT INTO seat (id, district_id, role, org_id, area_id, post_id, title, reports_to, is_open, version, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)",
        params![
            id,
            cx.district(),
            new.role.code(),
            new.place.org,
            new.place.area,
            new.place.post,
            title,
            new.reports_to,
            true,
            cx.now
        ],
    )?;
    cx.record(
        "seat.created",
        "seat",
        id.0,
        &json!({ "role": new.role.code(), "org": new.place.org, "area": new.place.area, "post": new.place.post }),
    )?;
    cx.signal("seat", id.0);
    Ok(())
}

pub fn seat(cx: &mut Cx<'_>, id: SeatId) -> Result<Seat> {
    let sql = format!("SELECT {COLUMNS} FROM seat s WHERE s.id = $1 AND s.district_id = $2");
    read(&cx.query_one(&sql, params![id, cx.district()])?)
}

/// Open seats of a role, oldest first.
pub fn of_role(cx: &mut Cx<'_>, role: Role) -> Result<Vec<Seat>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM seat s WHERE s.district_id = $1 AND s.role = $2 AND s.is_open = $3 ORDER BY s.created_at, s.id"
    );
    cx.query(&sql, params![cx.district(), role.code(), true])?.iter().map(read).collect()
}

/// Renames a seat or changes whom it reports to. Role and place never change: that is another seat.
pub fn change_seat(cx: &mut Cx<'_>, id: SeatId, seen: i64, title: &str, reports_to: Option<SeatId>) -> Result<()> {
    let before = seat(cx, id)?;
    allow(cx, Action::ManageSeats, &seat_facts(&Flat, id, before.role, &before.place))?;
    if reports_to == Some(id) {
        return Err(Error::Invalid { field: "reports_to", why: "itself" });
    }
    let title = line("title", title, 60)?;
    let done = cx.execute(
        "UPDATE seat SET title = $1, reports_to = $2, version = version + 1 WHERE id = $3 AND version = $4",
        params![title, reports_to, id, seen],
    )?;
    if done == 0 {
        return Err(Error::Stale { seen, current: seat(cx, id)?.version });
    }
    cx.record("seat.changed", "seat", id.0, &json!({ "fields": ["title", "reports_to"], "reports_to": reports_to }))?;
    cx.signal("seat", id.0);
    Ok(())
}

/// Closes a seat and ends its terms; what it owned falls to the catch-all.
pub fn close_seat(cx: &mut Cx<'_>, id: SeatId, seen: i64) -> Result<()> {
    let before = seat(cx, id)?;
    allow(cx, Action::ManageSeats, &seat_facts(&Flat, id, before.role, &before.place))?;
    terms::guard_catch_all(cx, |cx| {
        let done = cx.execute(
            "UPDATE seat SET is_open = $1, version = version + 1 WHERE id = $2 AND version = $3",
            params![false, id, seen],
        )?;
        if done == 0 {
            return Err(Error::Stale { seen, current: seat(cx, id)?.version });
        }
        terms::end_all_on(cx, id)?;
        cx.record("seat.closed", "seat", id.0, &json!({}))?;
        cx.signal("seat", id.0);
        Ok(())
    })
}
