//! Contact cards of the grid (N7): the buildings of a neighbourhood, who stands on their cards now, which are to be printed
//! again, and of each household only whether it took the card.

use super::line;
use super::resources::looks_personal;
use crate::model::area::AreaKind;
use crate::model::contact_card::{Answer, Building, Contact, DOORS, Part, Printed, Wall, doors};
use crate::model::snapshot::Snapshot;
use crate::{Error, Result, events, store};
use ::store::{Cx, Row, Value, params};
use kernel::Role;
use kernel::ids::{AreaId, PostId};
use people::app::sitters::{Sitter, nearest, sitters};
use people::policy::{Action, PlaceFacts, ResourceFacts, decide, require, require_somewhere};
use serde_json::json;
use std::collections::HashMap;
use uuid::Uuid;

/// Lines of one entry at most.
const LINES: usize = 300;
/// Cards of one batch.
pub const BATCH: usize = 300;

const ROLES: [Role; 5] =
    [Role::CommunityOfficer, Role::CommitteeWorker, Role::Property, Role::Mediator, Role::DutyOfficer];

/// Where a card is looked up: the area with everything above it, its police area, the post that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    pub chain: Vec<AreaId>,
    pub police: Option<AreaId>,
    pub post: Option<PostId>,
}

impl Spot {
    /// Of a whole area; one without a border anywhere above it has no police area and no post.
    pub fn of_area(ground: &Snapshot, area: AreaId) -> Self {
        let at = ground.stand_in(area);
        let (police, post) = (at.and_then(|l| l.police), at.and_then(|l| l.post));
        Self { chain: ground.chain_ids(area), police, post }
    }
    fn facts(&self, ground: &Snapshot) -> ResourceFacts {
        let areas = self.chain.iter().copied().chain(self.police).collect();
        let parent = self.post.and_then(|id| ground.post(id)).and_then(|p| p.parent);
        ResourceFacts::Place(PlaceFacts { areas, posts: self.post.into_iter().chain(parent).collect() })
    }
    fn of_kind<'a>(&'a self, ground: &'a Snapshot, kind: AreaKind) -> impl Iterator<Item = AreaId> + 'a {
        self.chain.iter().copied().filter(move |id| ground.area(*id).is_some_and(|a| a.kind == kind))
    }
}

/// Who stands on the cards of these places now, in the order in which they are printed. One query.
pub fn contacts(cx: &mut Cx<'_>, ground: &Snapshot, spots: &[Spot]) -> Result<Vec<Vec<Contact>>> {
    let mut areas: Vec<AreaId> = spots.iter().flat_map(|s| s.chain.iter().copied().chain(s.police)).collect();
    areas.sort_unstable();
    areas.dedup();
    let mut posts: Vec<PostId> = spots.iter().filter_map(|s| s.post).collect();
    posts.sort_unstable();
    posts.dedup();
    let here = sitters(cx, &ROLES, &areas, &posts).map_err(of_people)?;
    Ok(spots.iter().map(|spot| on_card(ground, spot, &here)).collect())
}

fn of_people(error: people::Error) -> Error {
    match error {
        people::Error::Store(e) => Error::Store(e),
        people::Error::Denied(e) => Error::NotAllowed(e),
        other => Error::Store(::store::Error::Sql(other.to_string())),
    }
}

fn on_card(ground: &Snapshot, spot: &Spot, here: &[Sitter]) -> Vec<Contact> {
    let grid: Vec<AreaId> = spot.of_kind(ground, AreaKind::Grid).collect();
    let community: Vec<AreaId> = spot.of_kind(ground, AreaKind::Community).collect();
    let small: Vec<AreaId> = grid.iter().chain(&community).copied().collect();
    let police: Vec<AreaId> = spot.police.into_iter().collect();
    let post: Vec<PostId> = spot.post.into_iter().collect();
    let wants: [(Part, Role, &[PostId], &[AreaId]); 6] = [
        (Part::Officer, Role::CommunityOfficer, &post, &police),
        (Part::Grid, Role::CommitteeWorker, &[], &grid),
        (Part::Committee, Role::CommitteeWorker, &[], &community),
        (Part::Property, Role::Property, &[], &small),
        (Part::Mediator, Role::Mediator, &[], &spot.chain),
        (Part::Duty, Role::DutyOfficer, &post, &[]),
    ];
    let mut all: Vec<Contact> = Vec::new();
    for (part, role, posts, areas) in wants {
        let Some(found) = nearest(here, role, posts, areas) else { continue };
        all.push(Contact {
            part,
            account: Some(found.account),
            name: found.name.clone(),
            office: found.office.clone(),
            phone: found.phone.clone(),
        });
    }
    let post = spot.post.and_then(|id| ground.post(id));
    all.extend(post.map(|p| Contact {
        part: Part::Post,
        account: None,
        name: p.name.clone(),
        office: p.address.clone(),
        phone: Some(p.phone.clone()).filter(|phone| !phone.is_empty()),
    }));
    all
}

fn keep(cx: &Cx<'_>, ground: &Snapshot, area: AreaId) -> Result<()> {
    require_somewhere(&cx.actor, Action::KeepContactCards)?;
    let known = ground.area(area).ok_or(Error::Invalid { field: "area", why: "unknown" })?;
    if !matches!(known.kind, AreaKind::Grid | AreaKind::Community) {
        return Err(Error::Invalid { field: "area", why: "unknown" });
    }
    Ok(require(&cx.actor, cx.purpose, Action::KeepContactCards, &Spot::of_area(ground, area).facts(ground))?)
}

/// The neighbourhood that an area belongs to.
fn community_of(ground: &Snapshot, area: AreaId) -> Option<AreaId> {
    ground.chain(area).into_iter().find(|a| a.kind == AreaKind::Community).map(|a| a.id)
}

/// The neighbourhoods whose cards this actor keeps.
pub fn communities(cx: &mut Cx<'_>) -> Result<Vec<AreaId>> {
    require_somewhere(&cx.actor, Action::KeepContactCards)?;
    let ground = store::snapshot(cx)?;
    let mine = |area: AreaId| {
        let facts = Spot::of_area(&ground, area).facts(&ground);
        decide(&cx.actor, cx.purpose, Action::KeepContactCards, &facts).is_allowed()
    };
    Ok(ground.of_kind(AreaKind::Community).map(|a| a.id).filter(|id| mine(*id)).collect())
}

/// What a list of neighbourhoods says of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    pub buildings: i64,
    /// Never printed.
    pub never: i64,
    /// Printed, and somebody on it changed.
    pub old: i64,
    pub doors: i64,
    pub given: i64,
    pub declined: i64,
}

impl Tally {
    fn add(&mut self, building: &Building) {
        self.buildings += 1;
        match building.wall {
            Wall::Never => self.never += 1,
            Wall::Old(..) => self.old += 1,
            Wall::Right(_) => {}
        }
        self.doors += building.doors;
        self.given += building.given;
        self.declined += building.declined;
    }
}

/// The neighbourhoods whose cards this actor keeps, each with its figures.
pub fn tallies(cx: &mut Cx<'_>) -> Result<Vec<(AreaId, Tally)>> {
    let ground = store::snapshot(cx)?;
    let mut all: Vec<(AreaId, Tally)> = communities(cx)?.into_iter().map(|id| (id, Tally::default())).collect();
    let at: HashMap<AreaId, usize> = all.iter().enumerate().map(|(i, (id, _))| (*id, i)).collect();
    for building in read_all(cx, &ground, None)? {
        let known = community_of(&ground, building.area).and_then(|id| at.get(&id)).and_then(|i| all.get_mut(*i));
        if let Some((_, tally)) = known {
            tally.add(&building);
        }
    }
    Ok(all)
}

/// The buildings of a neighbourhood by name.
pub fn buildings(cx: &mut Cx<'_>, community: AreaId) -> Result<Vec<Building>> {
    let ground = store::snapshot(cx)?;
    keep(cx, &ground, community)?;
    let areas: Vec<AreaId> = std::iter::once(community).chain(ground.children(community).map(|a| a.id)).collect();
    let mut all = read_all(cx, &ground, Some(&areas))?;
    all.sort_by_cached_key(|b| natural(&b.name));
    Ok(all)
}

/// Orders 2号楼 before 10号楼.
fn natural(name: &str) -> (String, u64, String) {
    let digits = |c: char| c.is_ascii_digit();
    let head: String = name.chars().take_while(|c| !digits(*c)).collect();
    let number: String = name.chars().skip_while(|c| !digits(*c)).take_while(|c| digits(*c)).collect();
    (head, number.parse().unwrap_or(0), name.to_owned())
}

const COLUMNS: &str = "b.id, b.area_id, b.name, b.printed_at, b.printed, b.version, \
     COUNT(h.door) AS doors, COUNT(CASE WHEN h.answer = 'given' THEN 1 END) AS given, \
     COUNT(CASE WHEN h.answer = 'declined' THEN 1 END) AS declined \
     FROM contact_building b LEFT JOIN contact_household h ON h.building_id = b.id";
const GROUP: &str = "GROUP BY b.id, b.area_id, b.name, b.printed_at, b.printed, b.version";

/// Buildings of these areas (none: of the district), each compared with who answers for it now.
fn read_all(cx: &mut Cx<'_>, ground: &Snapshot, areas: Option<&[AreaId]>) -> Result<Vec<Building>> {
    let mut values = params![cx.district()].to_vec();
    let only = areas.map_or_else(String::new, |areas| {
        values.extend(areas.iter().map(|a| Value::from(*a)));
        let marks: Vec<String> = (2..=values.len()).map(|i| format!("${i}")).collect();
        format!(" AND b.area_id IN ({})", marks.join(", "))
    });
    let rows = cx.query(&format!("SELECT {COLUMNS} WHERE b.district_id = $1{only} {GROUP}"), &values)?;
    compare(cx, ground, &rows)
}

fn compare(cx: &mut Cx<'_>, ground: &Snapshot, rows: &[Row]) -> Result<Vec<Building>> {
    let mut areas: Vec<AreaId> = rows.iter().map(|r| r.id("area_id")).collect::<std::result::Result<_, _>>()?;
    areas.sort_unstable();
    areas.dedup();
    let spots: Vec<Spot> = areas.iter().map(|a| Spot::of_area(ground, *a)).collect();
    let now: HashMap<AreaId, Vec<Contact>> = areas.into_iter().zip(contacts(cx, ground, &spots)?).collect();
    rows.iter()
        .map(|row| {
            let area: AreaId = row.id("area_id")?;
            let printed = Printed::parse(&row.text("printed")?);
            let changed = printed.changed(now.get(&area).map_or(&[][..], Vec::as_slice));
            let wall = match row.opt_moment("printed_at")? {
                None => Wall::Never,
                Some(at) if changed.is_empty() => Wall::Right(at),
                Some(at) => Wall::Old(at, changed),
            };
            Ok(Building {
                id: row.uuid("id")?,
                area,
                name: row.text("name")?,
                doors: row.i64("doors")?,
                given: row.i64("given")?,
                declined: row.i64("declined")?,
                wall,
                version: row.i64("version")?,
            })
        })
        .collect()
}

/// One building with its doors and what each said.
pub fn building(cx: &mut Cx<'_>, id: Uuid) -> Result<(Building, Vec<(String, Option<Answer>)>)> {
    require_somewhere(&cx.actor, Action::KeepContactCards)?;
    let ground = store::snapshot(cx)?;
    let sql = format!("SELECT {COLUMNS} WHERE b.district_id = $1 AND b.id = $2 {GROUP}");
    let rows = cx.query(&sql, params![cx.district(), id])?;
    let found = compare(cx, &ground, &rows)?.pop().ok_or(Error::Store(::store::Error::NotFound))?;
    keep(cx, &ground, found.area)?;
    let sql = "SELECT door, answer FROM contact_household WHERE building_id = $1 ORDER BY place, door";
    let doors = cx
        .query(sql, params![id])?
        .iter()
        .map(|r| Ok((r.text("door")?, r.opt_text("answer")?.as_deref().and_then(Answer::from_code))))
        .collect::<Result<_>>()?;
    Ok((found, doors))
}

/// What an entry of buildings did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Entered {
    pub buildings: usize,
    pub doors: usize,
}

/// Enters buildings, one a line: the name, then its doors (`3号楼 101-106 201-206`). A building that is known gets the doors it
/// does not have yet. All lines or none.
pub fn enter(cx: &mut Cx<'_>, area: AreaId, text: &str) -> Result<Entered> {
    let ground = store::snapshot(cx)?;
    keep(cx, &ground, area)?;
    cx.lock("contact-cards")?;
    let lines = read_lines(text)?;
    let sql = "SELECT id, name FROM contact_building WHERE district_id = $1 AND area_id = $2";
    let rows = cx.query(sql, params![cx.district(), area])?;
    let known: HashMap<String, Uuid> =
        rows.iter().map(|r| Ok((r.text("name")?, r.uuid("id")?))).collect::<Result<_>>()?;
    let mut have = doors_of(cx, area)?;
    let mut done = Entered::default();
    let mut fresh: HashMap<String, Uuid> = HashMap::new();
    for (name, doors) in lines {
        let before = known.get(&name).or_else(|| fresh.get(&name)).copied();
        let id = before.unwrap_or_else(|| cx.new_id());
        if before.is_none() {
            let sql = "INSERT INTO contact_building (id, district_id, area_id, name, printed, version) \
                       VALUES ($1, $2, $3, $4, '', 1)";
            cx.execute(sql, params![id, cx.district(), area, &name])?;
            fresh.insert(name, id);
            done.buildings += 1;
        }
        let has = have.entry(id).or_default();
        let new: Vec<String> = doors.into_iter().filter(|d| !has.contains(d)).collect();
        if has.len() + new.len() > DOORS {
            return Err(Error::Invalid { field: "doors", why: "too-many" });
        }
        done.doors += new.len();
        for (place, doors) in (has.len()..).step_by(100).zip(new.chunks(100)) {
            insert_doors(cx, id, place, doors)?;
        }
        has.extend(new);
    }
    let payload = json!({ "buildings": done.buildings, "doors": done.doors });
    cx.record(events::CONTACT_BUILDINGS, "area", area.0, &payload)?;
    Ok(done)
}

/// A hundred doors in one statement.
fn insert_doors(cx: &mut Cx<'_>, building: Uuid, place: usize, doors: &[String]) -> Result<()> {
    let mut values = params![cx.district(), building].to_vec();
    let mut marks = Vec::with_capacity(doors.len());
    for (place, door) in (place..).zip(doors) {
        values.push(Value::from(door));
        values.push(Value::from(i64::try_from(place).unwrap_or(i64::MAX)));
        marks.push(format!("($1, $2, ${}, ${})", values.len() - 1, values.len()));
    }
    let sql = "INSERT INTO contact_household (district_id, building_id, door, place) VALUES ";
    cx.execute(&format!("{sql}{}", marks.join(", ")), &values)?;
    Ok(())
}

fn doors_of(cx: &mut Cx<'_>, area: AreaId) -> Result<HashMap<Uuid, Vec<String>>> {
    let sql = "SELECT h.building_id, h.door FROM contact_household h JOIN contact_building b ON b.id = h.building_id \
               WHERE b.district_id = $1 AND b.area_id = $2";
    let mut all: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in cx.query(sql, params![cx.district(), area])? {
        all.entry(row.uuid("building_id")?).or_default().push(row.text("door")?);
    }
    Ok(all)
}

/// Names and doors of an entry.
fn read_lines(text: &str) -> Result<Vec<(String, Vec<String>)>> {
    let mut wrong: Vec<(u64, &'static str, &'static str)> = Vec::new();
    let mut all = Vec::new();
    for (n, text) in (1_u64..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let (name, rest) = text.trim().split_once([' ', '\t', '　', ':', '：', ',']).unwrap_or((text.trim(), ""));
        match (building_name(name), doors(&rest.replace(['　', '：', ':'], " "))) {
            (Ok(name), Ok(doors)) => all.push((name, doors)),
            (Err(why), _) => wrong.push((n, "name", why)),
            (_, Err(why)) => wrong.push((n, "doors", why.code())),
        }
    }
    if !wrong.is_empty() {
        return Err(Error::Lines(wrong));
    }
    match all.len() {
        0 => Err(Error::Invalid { field: "text", why: "missing" }),
        n if n > LINES => Err(Error::Invalid { field: "text", why: "too-many" }),
        _ => Ok(all),
    }
}

/// The number or name of a building; a telephone number is none.
fn building_name(name: &str) -> std::result::Result<String, &'static str> {
    let name = line(&kernel::text::narrow(name), 40).map_err(|_| "too-long")?;
    if name.is_empty() {
        return Err("missing");
    }
    if looks_personal(&name) { Err("personal") } else { Ok(name) }
}

/// Writes down what households said; a door that is not of this building is refused. Only what is named changes.
pub fn record_answers(cx: &mut Cx<'_>, id: Uuid, answers: &[(String, Option<Answer>)]) -> Result<()> {
    let (found, known) = building(cx, id)?;
    if answers.iter().any(|(door, _)| !known.iter().any(|(d, _)| d == door)) {
        return Err(Error::Invalid { field: "doors", why: "unknown" });
    }
    for answer in [None, Some(Answer::Given), Some(Answer::Declined)] {
        let doors: Vec<&String> = answers.iter().filter(|(_, a)| *a == answer).map(|(d, _)| d).collect();
        if doors.is_empty() {
            continue;
        }
        let mut values = params![id, answer.map(Answer::code), answer.map(|_| cx.now)].to_vec();
        values.extend(doors.into_iter().map(Value::from));
        let marks: Vec<String> = (4..=values.len()).map(|i| format!("${i}")).collect();
        let sql = "UPDATE contact_household SET answer = $2, at = $3 WHERE building_id = $1 AND door IN";
        cx.execute(&format!("{sql} ({})", marks.join(", ")), &values)?;
    }
    let payload = json!({ "building": id.to_string(), "doors": answers.len() });
    cx.record(events::CONTACT_ANSWERS, "area", found.area.0, &payload)?;
    Ok(())
}

/// Another name for a building.
pub fn rename(cx: &mut Cx<'_>, id: Uuid, name: &str, seen: i64) -> Result<()> {
    let (found, _) = building(cx, id)?;
    let name = building_name(name).map_err(|why| Error::Invalid { field: "name", why })?;
    let sql =
        "SELECT 1 AS one FROM contact_building WHERE district_id = $1 AND area_id = $2 AND name = $3 AND id <> $4";
    if cx.query_opt(sql, params![cx.district(), found.area, &name, id])?.is_some() {
        return Err(Error::Invalid { field: "name", why: "taken" });
    }
    let sql = "UPDATE contact_building SET name = $1, version = version + 1 WHERE id = $2 AND version = $3";
    if cx.execute(sql, params![name, id, seen])? == 0 {
        return Err(Error::Stale { seen, current: found.version });
    }
    let payload = json!({ "building": id.to_string(), "fields": ["name"] });
    cx.record(events::CONTACT_BUILDINGS, "area", found.area.0, &payload)?;
    Ok(())
}

/// The building is no more, and with it what its households said.
pub fn remove(cx: &mut Cx<'_>, id: Uuid, seen: i64) -> Result<AreaId> {
    let (found, _) = building(cx, id)?;
    if cx.execute("DELETE FROM contact_building WHERE id = $1 AND version = $2", params![id, seen])? == 0 {
        return Err(Error::Stale { seen, current: found.version });
    }
    cx.execute("DELETE FROM contact_household WHERE building_id = $1", params![id])?;
    let payload = json!({ "building": id.to_string(), "removed": true });
    cx.record(events::CONTACT_BUILDINGS, "area", found.area.0, &payload)?;
    Ok(found.area)
}

/// A card as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub area: AreaId,
    pub building: String,
    pub contacts: Vec<Contact>,
}

/// The cards of these buildings of a neighbourhood; from now on this is what hangs on the wall.
pub fn print(cx: &mut Cx<'_>, community: AreaId, ids: &[Uuid]) -> Result<Vec<Card>> {
    let known = buildings(cx, community)?;
    let chosen: Vec<&Building> = known.iter().filter(|b| ids.contains(&b.id)).collect();
    if chosen.is_empty() {
        return Err(Error::Invalid { field: "building", why: "missing" });
    }
    if chosen.len() > BATCH {
        return Err(Error::Invalid { field: "building", why: "too-many" });
    }
    let ground = store::snapshot(cx)?;
    let mut areas: Vec<AreaId> = chosen.iter().map(|b| b.area).collect();
    areas.sort_unstable();
    areas.dedup();
    let spots: Vec<Spot> = areas.iter().map(|a| Spot::of_area(&ground, *a)).collect();
    let cards = contacts(cx, &ground, &spots)?;
    for (area, contacts) in areas.iter().zip(&cards) {
        let mut values = params![cx.now, Printed::of(contacts).to_string()].to_vec();
        values.extend(chosen.iter().filter(|b| b.area == *area).map(|b| Value::Uuid(b.id)));
        let marks: Vec<String> = (3..=values.len()).map(|i| format!("${i}")).collect();
        let sql = "UPDATE contact_building SET printed_at = $1, printed = $2, version = version + 1 WHERE id IN";
        cx.execute(&format!("{sql} ({})", marks.join(", ")), &values)?;
    }
    cx.record(events::CONTACT_PRINTED, "area", community.0, &json!({ "buildings": chosen.len() }))?;
    let of: HashMap<AreaId, &Vec<Contact>> = areas.iter().copied().zip(&cards).collect();
    let card = |b: &&Building| Card {
        area: b.area,
        building: b.name.clone(),
        contacts: of.get(&b.area).map(|c| (*c).clone()).unwrap_or_default(),
    };
    Ok(chosen.iter().map(card).collect())
}
