//! Where somebody is found who answers for something, in the words of a door: the body and its telephone, not the title of
//! the seat, which is for colleagues ("catch-all seat" says nothing to a resident).

use crate::Page;
use kernel::Role;
use kernel::ids::SeatId;
use store::Cx;

pub(super) struct Office {
    pub name: String,
    pub phone: Option<String>,
}

/// The body of a seat. A catch-all without one is the duty desk of the district, whose number stands on every page.
pub(super) fn office(cx: &mut Cx<'_>, page: &Page, seat: SeatId) -> Result<Office, people::Error> {
    let seat = people::app::seats::seat(cx, seat)?;
    let body = match seat.place.org {
        Some(id) => people::app::orgs::org(cx, id).ok(),
        None => None,
    };
    Ok(match body {
        Some(body) => Office { name: body.name, phone: body.phone.filter(|p| !p.is_empty()) },
        None if seat.role == Role::CatchAll => {
            Office { name: page.t1("office-duty-desk", "place", page.place()), phone: None }
        }
        None => Office { name: seat.title, phone: None },
    })
}
