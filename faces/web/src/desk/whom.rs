//! "To whom": the seats a matter can be handed to, by kind of seat, and a field that finds anybody else by name.

use super::step_forms::Typed;
use super::view::{Choice, Field, FieldKind};
use crate::{Fail, Page};
use kernel::Role;
use kernel::ids::SeatId;
use matters::app::Detail;
use people::app::{StaffQuery, search_staff};
use store::Cx;

/// Kinds of seats in the order in which they are usually meant.
const ORDER: [Role; 13] = [
    Role::Property,
    Role::CommitteeWorker,
    Role::CommunityOfficer,
    Role::DutyOfficer,
    Role::PostHead,
    Role::Auxiliary,
    Role::AgencyWorker,
    Role::Mediator,
    Role::CatchAll,
    Role::Coordinator,
    Role::BuildingLeader,
    Role::Shop,
    Role::Volunteer,
];

/// A seat with the names of those on it.
struct Line {
    seat: SeatId,
    role: Role,
    title: String,
    names: Vec<String>,
}

/// Both fields. What was typed to find somebody adds a group of its own on top; a single hit is chosen.
pub(super) fn fields(cx: &mut Cx<'_>, page: &Page, detail: &Detail, typed: &Typed) -> Result<Vec<Field>, Fail> {
    let near = gather(
        matters::app::takers(cx, detail.line.matter)?.into_iter().map(|t| (t.seat, t.role, t.title, t.display_name)),
    );
    let asked = typed.get("find");
    let found = if asked.is_empty() { Vec::new() } else { by_name(cx, asked)? };
    let chosen = match typed.get("seat") {
        "" => sure(&found, &near).map(|seat| seat.to_string()).unwrap_or_default(),
        seat => seat.to_owned(),
    };
    let label = |line: &Line| format!("{} · {}", line.names.join(&page.t("list-comma")), line.title);
    let choices = |lines: &mut dyn Iterator<Item = &Line>| -> Vec<Choice> {
        lines.map(|line| Choice::new(line.seat.to_string(), label(line), &chosen)).collect()
    };
    let mut groups = Vec::new();
    if !found.is_empty() {
        groups.push((page.t1("desk-f-found", "n", found.len()), choices(&mut found.iter())));
    }
    for role in ORDER {
        // What was found stands once.
        let mut of_role = near.iter().filter(|l| l.role == role && found.iter().all(|f| f.seat != l.seat)).peekable();
        if of_role.peek().is_some() {
            groups.push((page.tk("role-", role.code()), choices(&mut of_role)));
        }
    }
    let ask = page.href(format!("/desk/matters/{}/look/assign", detail.line.matter));
    let find =
        Field { kind: FieldKind::Find, value: asked.to_owned(), ..Field::line("find", page.t("desk-f-find"), asked) }
            .hint(page.t("desk-f-find-hint"))
            .asks(ask);
    let first = vec![Choice::new("", page.t("desk-f-seat-choose"), &chosen)];
    let hint = if !asked.is_empty() && found.is_empty() {
        page.t1("desk-staff-none", "q", asked)
    } else {
        page.t("desk-f-seat-hint")
    };
    let seat = Field { groups, ..Field::select("seat", page.t("desk-f-seat"), first) }.hint(hint).must();
    Ok(vec![find, seat])
}

/// The seat that must be meant: the only one found, or the only one of this place among several of one person.
fn sure(found: &[Line], near: &[Line]) -> Option<SeatId> {
    if let [only] = found {
        return Some(only.seat);
    }
    let mut here = found.iter().filter(|f| near.iter().any(|n| n.seat == f.seat));
    here.next().filter(|_| here.next().is_none()).map(|line| line.seat)
}

fn by_name(cx: &mut Cx<'_>, asked: &str) -> Result<Vec<Line>, Fail> {
    let query = StaffQuery { text: asked.to_owned(), limit: 30, ..StaffQuery::default() };
    let ground = super::ground::geography(cx)?;
    let people = search_staff(cx, &ground, &query)?;
    let seats = people.into_iter().flat_map(|person| {
        let name = person.display_name;
        person.seats.into_iter().map(move |s| (s.seat, s.role, s.title, name.clone()))
    });
    Ok(gather(seats.filter(|(_, role, ..)| ORDER.contains(role))))
}

fn gather(seats: impl Iterator<Item = (SeatId, Role, String, String)>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for (seat, role, title, name) in seats {
        match lines.iter_mut().find(|line| line.seat == seat) {
            Some(line) => line.names.push(name),
            None => lines.push(Line { seat, role, title, names: vec![name] }),
        }
    }
    lines
}
