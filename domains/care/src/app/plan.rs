//! The care plan: written with the family, sealed, opened for a purpose, and told to the family when it was (R5, R6).

use super::{consents, contacts, seal, unseal, unseal_left, words};
use crate::events::TellPlan;
use crate::model::plan::{Build, Consented, Haunt, HauntKind, Inner, Outer, names_an_illness};
use crate::{Error, Result};
use identify::Registered;
use kernel::Point;
use kernel::ids::{AreaId, PersonId};
use people::app::persons::{self, For, Known};
use people::model::person::{Part, surname_of};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, KeyClass, Row, Value, params};
use uuid::Uuid;

/// Longest text of one field.
const TEXT: usize = 1_000;
/// Longest text that a finder reads.
const APPROACH: usize = 200;
/// Minutes in which one reader's openings are told once.
const TELL_MINUTES: i64 = 10;

/// What is to stand there now; `None` leaves a part as it is.
#[derive(Debug, Clone, Default)]
pub struct WritePlan {
    pub inner: Option<Inner>,
    pub outer: Option<Outer>,
}

/// An opened plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// 0: there is none yet.
    pub version: i64,
    pub inner: Inner,
    pub outer: Option<Outer>,
    /// Usual places are kept only while somebody agrees to it.
    pub may_keep_haunts: bool,
}

/// The sealed words; haunts are sealed apart, under the key that goes with the consent to usual places.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
struct Said {
    approach: String,
    habits: String,
    found_before: String,
}

/// Opens the plan. The log says who, when and why, and the family is told.
///
/// # Errors
/// When it may not be opened for this purpose.
pub fn open(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Plan> {
    persons::may(cx, person, why, Action::OpenPlan)?;
    let plan = load(cx, person)?;
    cx.record_read("person", person.0, &["plan"])?;
    if plan.version > 0 && !matches!(why, For::Letter(_)) {
        let spell = cx.now.micros() / (TELL_MINUTES * 60_000_000);
        let key = format!("{person}/{}/{spell}", cx.actor.log_name());
        TellPlan { person }.enqueue(cx, &key)?;
    }
    Ok(plan)
}

pub(crate) fn load(cx: &mut Cx<'_>, person: PersonId) -> Result<Plan> {
    let may_keep_haunts = people::app::consents::in_force(cx, person, Part::Location)?;
    let none = Plan { version: 0, inner: Inner::default(), outer: None, may_keep_haunts };
    let Some(row) = row(cx, person)? else { return Ok(none) };
    let said: Said = unseal_left(cx, KeyClass::Identity, person.0, row.opt_blob("inner_part")?)?.unwrap_or_default();
    let haunts: Vec<Haunt> = match row.opt_blob("haunts")? {
        Some(sealed) if may_keep_haunts => {
            unseal_left(cx, KeyClass::Location, person.0, Some(sealed))?.unwrap_or_default()
        }
        _ => Vec::new(),
    };
    let outer = outer_of(cx, &row)?;
    let inner = Inner { approach: said.approach, habits: said.habits, found_before: said.found_before, haunts };
    Ok(Plan { version: row.i64("version")?, inner, outer, ..none })
}

fn row(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<Row>> {
    let sql = "SELECT inner_part, haunts, outer_part, outer_id, version FROM care_plan WHERE person_id = $1 AND district_id = $2";
    Ok(cx.query_opt(sql, params![person, cx.district()])?)
}

fn outer_of(cx: &mut Cx<'_>, row: &Row) -> Result<Option<Outer>> {
    match (row.opt_uuid("outer_id")?, row.opt_blob("outer_part")?) {
        (Some(id), sealed) => unseal_left(cx, KeyClass::Text, id, sealed),
        _ => Ok(None),
    }
}

/// Enrols an elder, or writes what has changed; `seen` is the version that was read, 0 for a new plan.
///
/// # Errors
/// Usual places without the consent to keep them; an outer part without the consent to be searched; a text for finders that
/// gives somebody away.
pub fn write(cx: &mut Cx<'_>, person: PersonId, why: &For, seen: i64, plan: &WritePlan) -> Result<i64> {
    persons::may(cx, person, why, Action::ChangeCare)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    let current = row(cx, person)?.map_or(Ok(0), |r| r.i64("version"))?;
    if current != seen {
        return Err(Error::Stale { seen, current });
    }
    let mut parts = Vec::new();
    if current == 0 {
        let sql = "INSERT INTO care_plan (person_id, district_id, searchable, version, changed_at) VALUES ($1, $2, $3, 0, $4)";
        cx.execute(sql, params![person, cx.district(), false, cx.now])?;
    }
    if let Some(inner) = &plan.inner {
        write_inner(cx, person, inner)?;
        parts.push("inner");
    }
    if let Some(outer) = &plan.outer {
        write_outer(cx, person, outer)?;
        parts.push("outer");
    }
    let sql = "UPDATE care_plan SET version = $1, changed_at = $2 WHERE person_id = $3";
    cx.execute(sql, params![seen + 1, cx.now, person])?;
    cx.record("care.plan_written", "person", person.0, &json!({ "v": seen + 1, "parts": parts }))?;
    Ok(seen + 1)
}

fn write_inner(cx: &mut Cx<'_>, person: PersonId, inner: &Inner) -> Result<()> {
    let said = Said {
        approach: words("approach", &inner.approach, APPROACH)?,
        habits: words("habits", &inner.habits, TEXT)?,
        found_before: words("found_before", &inner.found_before, TEXT)?,
    };
    if gives_away(cx, person, &said.approach)? {
        return Err(Error::Invalid { field: "approach", why: "gives-away" });
    }
    let sealed = seal(cx, KeyClass::Identity, person.0, &said)?;
    cx.execute("UPDATE care_plan SET inner_part = $1 WHERE person_id = $2", params![sealed, person])?;
    if inner.haunts.is_empty() {
        cx.execute("UPDATE care_plan SET haunts = NULL WHERE person_id = $1", params![person])?;
        return Ok(());
    }
    if !people::app::consents::in_force(cx, person, Part::Location)? {
        return Err(Error::Refused("no-consent-places"));
    }
    if inner.haunts.len() > 30 {
        return Err(Error::Invalid { field: "haunts", why: "too-many" });
    }
    let mut haunts = Vec::new();
    for h in &inner.haunts {
        let placed = h.lon.is_some() || h.lat.is_some();
        if HauntKind::from_code(&h.kind).is_none() || placed && h.point().is_none() {
            return Err(Error::Invalid { field: "haunts", why: "range" });
        }
        let label = words("haunts", &h.label, 60)?;
        if label.is_empty() && !placed {
            return Err(Error::Invalid { field: "haunts", why: "missing" });
        }
        haunts.push(Haunt { label, ..h.clone() });
    }
    let sealed = seal(cx, KeyClass::Location, person.0, &haunts)?;
    cx.execute("UPDATE care_plan SET haunts = $1 WHERE person_id = $2", params![sealed, person])?;
    Ok(())
}

/// Would a stranger who reads it learn who the elder is, where they live, whom they belong to or what ails them?
fn gives_away(cx: &mut Cx<'_>, person: PersonId, text: &str) -> Result<bool> {
    if text.is_empty() {
        return Ok(false);
    }
    let known = persons::known(cx, person)?;
    let mut names: Vec<String> = contacts::all(cx, person)?.into_iter().map(|c| c.name).collect();
    names.extend(persons::spoken_for(cx, person)?.into_iter().filter_map(|g| g.who.map(|w| w.name)));
    names.extend(known.as_ref().map(|k| k.name.clone()));
    let plain = kernel::text::narrow(text);
    let named = names.iter().any(|name| !name.is_empty() && plain.contains(name.as_str()));
    let lives = known.and_then(|k| k.address).is_some_and(|a| !a.is_empty() && plain.contains(a.as_str()));
    let digits = plain.chars().filter(char::is_ascii_digit).count() >= 5;
    let found = !redact::find(text, &redact::Hints::default()).is_empty();
    Ok(named || lives || digits || found || names_an_illness(text))
}

fn write_outer(cx: &mut Cx<'_>, person: PersonId, outer: &Outer) -> Result<()> {
    if !consents::in_force(cx, person, Consented::Identification)? {
        return Err(Error::Refused("no-consent-identification"));
    }
    if !outer.build.is_empty() && Build::from_code(&outer.build).is_none() {
        return Err(Error::Invalid { field: "build", why: "unknown" });
    }
    if outer.height_cm.is_some_and(|h| !(100..=220).contains(&h)) {
        return Err(Error::Invalid { field: "height", why: "range" });
    }
    let marks = match &outer.marks {
        None => None,
        Some(all) if all.len() > 10 => return Err(Error::Invalid { field: "marks", why: "too-many" }),
        Some(all) => {
            let tidy = all.iter().map(|m| words("marks", m, 40)).collect::<Result<Vec<_>>>()?;
            Some(tidy.into_iter().filter(|m| !m.is_empty()).collect::<Vec<_>>())
        }
    };
    let home = match outer.home {
        None => None,
        Some((lon, lat)) => {
            let point = Point::new(lon, lat).map_err(|_| Error::Invalid { field: "home", why: "range" })?;
            Some(Outer::coarse(point))
        }
    };
    let outer = Outer { marks, home, ..outer.clone() };
    let id = match row(cx, person)?.map(|r| r.opt_uuid("outer_id")).transpose()?.flatten() {
        Some(id) => id,
        None => cx.new_id::<Uuid>(),
    };
    let sealed = seal(cx, KeyClass::Text, id, &outer)?;
    let sql = "UPDATE care_plan SET outer_part = $1, outer_id = $2, searchable = $3 WHERE person_id = $4";
    cx.execute(sql, params![sealed, id, true, person])?;
    Ok(())
}

/// The outer part is agreed to no longer: its key is destroyed, so that no copy can be read either.
pub(super) fn erase_outer(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    if let Some(id) = row(cx, person)?.map(|r| r.opt_uuid("outer_id")).transpose()?.flatten() {
        cx.destroy_subject_key(KeyClass::Text, id)?;
    }
    let sql = "UPDATE care_plan SET outer_part = NULL, outer_id = NULL, searchable = $1 WHERE person_id = $2";
    cx.execute(sql, params![false, person])?;
    Ok(())
}

/// What the candidate search reads: everybody who agreed to it and is in care, who lives in one of these areas; without
/// areas, everybody. For whoever has asked the policy; the log has an entry for each one *shown*, written by the search.
pub fn outer_near(cx: &mut Cx<'_>, areas: &[AreaId]) -> Result<Vec<(PersonId, Registered)>> {
    let sql = "SELECT person_id, outer_part, outer_id FROM care_plan WHERE district_id = $1 AND searchable = $2 ORDER BY person_id";
    let rows = cx.query(sql, params![cx.district(), true])?;
    let mut people = rows.iter().map(|r| r.id("person_id")).collect::<std::result::Result<Vec<PersonId>, _>>()?;
    if !areas.is_empty() {
        let lives = persons::areas_of_all(cx, &people)?;
        people.retain(|p| lives.get(p).is_some_and(|of| of.iter().any(|a| areas.contains(a))));
    }
    let known = persons::known_of(cx, &people)?;
    let subjects = rows.iter().map(|r| r.uuid("outer_id")).collect::<std::result::Result<Vec<_>, _>>()?;
    cx.load_subject_keys(KeyClass::Text, &subjects)?;
    let mut out = Vec::with_capacity(known.len());
    for row in &rows {
        let person: PersonId = row.id("person_id")?;
        let (Some(known), Some(sealed)) = (known.get(&person), row.opt_blob("outer_part")?) else { continue };
        let outer: Outer = unseal(cx, KeyClass::Text, row.uuid("outer_id")?, &sealed)?;
        out.push((person, registered(person, known, &outer)));
    }
    Ok(out)
}

/// Places where they may be, of those of them of whom such places may be kept now; only places with a point. For whoever has asked
/// the policy, and says who was shown.
pub fn places_of(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Vec<Haunt>>> {
    let mut rows: Vec<(PersonId, Vec<u8>)> = Vec::new();
    for chunk in people.chunks(200) {
        let marks = (2..2 + chunk.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT person_id, haunts FROM care_plan WHERE district_id = $1 AND haunts IS NOT NULL AND person_id IN ({marks})"
        );
        let mut values = params![cx.district()].to_vec();
        values.extend(chunk.iter().copied().map(Value::from));
        for row in &cx.query(&sql, &values)? {
            rows.extend(
                row.opt_blob("haunts")?
                    .map(|sealed| Ok::<_, store::Error>((row.id("person_id")?, sealed)))
                    .transpose()?,
            );
        }
    }
    let kept: Vec<PersonId> = rows.iter().map(|(person, _)| *person).collect();
    let agreed = people::app::consents::in_force_of(cx, &kept, Part::Location)?;
    rows.retain(|(person, _)| agreed.contains(person));
    let subjects: Vec<Uuid> = rows.iter().map(|(person, _)| person.0).collect();
    cx.load_subject_keys(KeyClass::Location, &subjects)?;
    let mut out = HashMap::new();
    for (person, sealed) in rows {
        let mut haunts: Vec<Haunt> = unseal_left(cx, KeyClass::Location, person.0, Some(sealed))?.unwrap_or_default();
        haunts.retain(|h| h.point().is_some());
        if !haunts.is_empty() {
            out.insert(person, haunts);
        }
    }
    Ok(out)
}

fn registered(person: PersonId, known: &Known, outer: &Outer) -> Registered {
    Registered {
        id: person.to_string(),
        sex: match known.sex.as_str() {
            "f" => Some(identify::Sex::Female),
            "m" => Some(identify::Sex::Male),
            _ => None,
        },
        birth_year: known.birth_year.map(i32::from),
        height_cm: outer.height_cm.map(f64::from),
        build: Build::from_code(&outer.build).map(|b| match b {
            Build::Thin => identify::Build::Thin,
            Build::Middle => identify::Build::Middle,
            Build::Stout => identify::Build::Stout,
        }),
        dialect: known.language.clone().filter(|l| !l.is_empty()),
        surname: surname_of(&known.name),
        marks: outer.marks.clone(),
        home: outer.home_point(),
        named: Vec::new(),
        times_lost: None,
    }
}
