//! Which value is kept of each field when two records become one. Nothing that only one of them says is lost.

use super::{Pair, found_by, told};
use crate::Result;
use crate::app::Geography;
use crate::app::persons::{self, Known, agreement, move_to, part_of, seal};
use crate::model::codes;
use crate::model::person::{Contact, Health, Identity, Location, Part};
use kernel::ids::{AreaId, PersonId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use store::{Cx, params};

codes! {
    /// A field whose value comes from the record that is joined away.
    Taken {
        Name = "name",
        Sex = "sex",
        BirthYear = "birth_year",
        IdNumber = "id_number",
        Phone = "phone",
        Address = "address",
        Language = "language",
        /// Where they live.
        Area = "area",
        Health = "health",
        Location = "location",
    }
}

/// Fields in which both say something, and not the same.
pub fn differing(one: (&Known, Option<AreaId>), other: (&Known, Option<AreaId>)) -> Vec<Taken> {
    let said = |a: Option<&str>, b: Option<&str>| match (a.map(str::trim), b.map(str::trim)) {
        (Some(a), Some(b)) => !a.is_empty() && !b.is_empty() && a != b,
        _ => false,
    };
    let ((a, area), (b, other)) = (one, other);
    let all = [
        (Taken::Name, said(Some(&a.name), Some(&b.name))),
        (Taken::Sex, said(Some(&a.sex), Some(&b.sex))),
        (Taken::BirthYear, a.birth_year.zip(b.birth_year).is_some_and(|(a, b)| a != b)),
        (Taken::Phone, said(a.phone.as_deref(), b.phone.as_deref())),
        (Taken::Address, said(a.address.as_deref(), b.address.as_deref())),
        (Taken::Language, said(a.language.as_deref(), b.language.as_deref())),
        (Taken::Area, area != other),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// Does the number of their identity card say that they are two?
pub(super) fn two(cx: &mut Cx<'_>, pair: Pair) -> Result<bool> {
    let (one, other) = (told(cx, pair.kept)?.0.id_number, told(cx, pair.away)?.0.id_number);
    let of = |id_number| Identity { id_number, ..Identity::default() };
    let none = Contact::default();
    Ok(one.is_some() && other.is_some() && agreement((&of(one), &none), (&of(other), &none)).is_none())
}

/// Writes the kept record; answers the fields whose value came from the other.
pub(super) fn take(
    cx: &mut Cx<'_>,
    geography: &dyn Geography,
    pair: Pair,
    wanted: &BTreeSet<Taken>,
) -> Result<Vec<Taken>> {
    let mut taken = Vec::new();
    let ((mut i, mut c), (j, d)) = (told(cx, pair.kept)?, told(cx, pair.away)?);
    let mut text = |field: Taken, kept: &mut String, other: &str| {
        if kept != other && !other.is_empty() && (kept.is_empty() || wanted.contains(&field)) {
            other.clone_into(kept);
            taken.push(field);
        }
    };
    text(Taken::Name, &mut i.name, &j.name);
    text(Taken::Sex, &mut i.sex, &j.sex);
    let mut some = |field: Taken, kept: &mut Option<String>, other: Option<&String>| {
        let mut line = kept.take().unwrap_or_default();
        text(field, &mut line, other.map_or("", String::as_str));
        *kept = Some(line).filter(|line| !line.is_empty());
    };
    some(Taken::IdNumber, &mut i.id_number, j.id_number.as_ref());
    some(Taken::Phone, &mut c.phone, d.phone.as_ref());
    some(Taken::Address, &mut c.address, d.address.as_ref());
    some(Taken::Language, &mut c.language, d.language.as_ref());
    if j.birth_year.is_some()
        && i.birth_year != j.birth_year
        && (i.birth_year.is_none() || wanted.contains(&Taken::BirthYear))
    {
        i.birth_year = j.birth_year;
        taken.push(Taken::BirthYear);
    }
    write(cx, pair.kept, Part::Identity, &i)?;
    write(cx, pair.kept, Part::Contact, &c)?;
    if taken.contains(&Taken::Name) {
        found_by(cx, pair.kept)?;
    }
    let other: AreaId = persons::row(cx, pair.away)?.id("area_id")?;
    let area: AreaId = persons::row(cx, pair.kept)?.id("area_id")?;
    if area != other && wanted.contains(&Taken::Area) {
        move_to(cx, geography, pair.kept, other)?;
        taken.push(Taken::Area);
    }
    if crate::app::consents::in_force(cx, pair.kept, Part::Health)? {
        let (was, other): (Health, Health) = both(cx, pair, Part::Health)?;
        let now = healthy(&was, &other);
        if now != was {
            write(cx, pair.kept, Part::Health, &now)?;
            taken.push(Taken::Health);
        }
    }
    if crate::app::consents::in_force(cx, pair.kept, Part::Location)? {
        let (was, other): (Location, Location) = both(cx, pair, Part::Location)?;
        let now = located(&was, &other);
        if now != was {
            write(cx, pair.kept, Part::Location, &now)?;
            taken.push(Taken::Location);
        }
    }
    Ok(taken)
}

fn both<T: DeserializeOwned + Default>(cx: &mut Cx<'_>, pair: Pair, part: Part) -> Result<(T, T)> {
    let kept = part_of(cx, pair.kept, part)?.unwrap_or_default();
    Ok((kept, part_of(cx, pair.away, part)?.unwrap_or_default()))
}

pub(super) fn write<T: Serialize>(cx: &mut Cx<'_>, person: PersonId, part: Part, value: &T) -> Result<()> {
    let sealed = seal(cx, part.class(), person.0, value)?;
    let sql = format!("UPDATE person SET {} = $1 WHERE id = $2", part.code());
    cx.execute(&sql, params![sealed, person])?;
    Ok(())
}

/// Nothing that somebody wrote about an illness is left out.
pub(super) fn healthy(kept: &Health, other: &Health) -> Health {
    Health { notes: lines(&kept.notes, &other.notes) }
}

pub(super) fn located(kept: &Location, other: &Location) -> Location {
    Location { home: kept.home.or(other.home), haunts: lines(&kept.haunts, &other.haunts) }
}

fn lines(one: &str, other: &str) -> String {
    match (one.trim(), other.trim()) {
        (one, "") => one.to_owned(),
        ("", other) => other.to_owned(),
        (one, other) if one.contains(other) => one.to_owned(),
        (one, other) => format!("{one}\n{other}"),
    }
}
