//! Mutual help among elders (N9): offers and needs, pairs that both agreed to, hours that both confirmed. Each side speaks with its
//! letter, or the desk writes down what it said (R9).

use super::visits::{day_of, opt_date};
use super::watch::{self, Side as Asker};
use crate::ground::Reach;
use crate::model::mutual::{Help, Line, MOST_QUARTERS, Side, matches};
use crate::{Error, Result};
use jiff::civil::Date;
use kernel::ids::{AreaId, PersonId};
use people::app::consents::By;
use people::app::persons;
use people::policy::{Action, require_somewhere};
use serde_json::json;
use std::collections::HashMap;
use store::{Cx, Row, params};
use uuid::Uuid;

/// Signal after anything about it moved; the subject is the person.
pub const CHANGED: &str = "mutual";

/// Which of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Giver,
    Taker,
}

/// Some hours of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    pub id: Uuid,
    pub on: Option<Date>,
    pub quarters: i64,
    pub giver_ok: bool,
    pub taker_ok: bool,
    pub refused: bool,
}

impl Hours {
    pub const fn counts(&self) -> bool {
        self.giver_ok && self.taker_ok && !self.refused
    }
}

/// Who helps whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    pub id: Uuid,
    pub giver: PersonId,
    pub taker: PersonId,
    pub what: Help,
    pub giver_said: bool,
    pub taker_said: bool,
    pub over: bool,
    pub hours: Vec<Hours>,
}

impl Pair {
    pub const fn runs(&self) -> bool {
        self.giver_said && self.taker_said && !self.over
    }
    pub fn part(&self, person: PersonId) -> Option<Part> {
        match person {
            p if p == self.giver => Some(Part::Giver),
            p if p == self.taker => Some(Part::Taker),
            _ => None,
        }
    }
    pub fn other(&self, person: PersonId) -> PersonId {
        if person == self.giver { self.taker } else { self.giver }
    }
    pub const fn said(&self, part: Part) -> bool {
        match part {
            Part::Giver => self.giver_said,
            Part::Taker => self.taker_said,
        }
    }
}

/// A pair as one of the two sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub pair: Pair,
    pub part: Part,
    /// Name and telephone of the other: once both agreed.
    pub other: Option<(String, Option<String>)>,
}

/// Everything of one person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfPerson {
    pub lines: Vec<Line>,
    pub pairs: Vec<Seen>,
    /// Quarters of an hour given and received, both confirmed; reckoned now.
    pub given: i64,
    pub received: i64,
}

/// The desk's page.
#[derive(Debug, Clone, Default)]
pub struct Board {
    pub lines: Vec<Line>,
    pub pairs: Vec<Pair>,
    /// Offer and need that fit.
    pub matches: Vec<(Line, Line)>,
    pub names: HashMap<PersonId, String>,
    pub areas: HashMap<PersonId, Vec<AreaId>>,
}

fn line(row: &Row) -> Result<Line> {
    Ok(Line {
        id: row.uuid("id")?,
        person: row.id("person_id")?,
        side: Side::from_code(&row.text("side")?).unwrap_or(Side::Offer),
        what: Help::from_code(&row.text("what")?).unwrap_or(Help::Chat),
        birth_year: None,
    })
}

const PAIR: &str = "id, giver_id, taker_id, what, giver_said, taker_said, ended_at";

/// Hours of one pair that are read.
const HOURS: usize = 100;

fn pair(cx: &mut Cx<'_>, row: &Row) -> Result<Pair> {
    pairs(cx, std::slice::from_ref(row))?.pop().ok_or_else(|| store::Error::NotFound.into())
}

/// Many with their hours, in one statement for each two hundred.
fn pairs(cx: &mut Cx<'_>, rows: &[Row]) -> Result<Vec<Pair>> {
    let mut out = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(200) {
        let marks = (1..=chunk.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT id, pair_id, on_day, quarters, giver_ok, taker_ok, refused_at FROM care_mutual_hours WHERE pair_id IN ({marks}) \
             ORDER BY on_day DESC, id DESC"
        );
        let ids = chunk.iter().map(|r| Ok(store::Value::from(r.uuid("id")?))).collect::<Result<Vec<_>>>()?;
        let mut hours: HashMap<Uuid, Vec<Hours>> = HashMap::new();
        for h in &cx.query(&sql, &ids)? {
            let of = hours.entry(h.uuid("pair_id")?).or_default();
            if of.len() < HOURS {
                of.push(Hours {
                    id: h.uuid("id")?,
                    on: opt_date(h, "on_day")?,
                    quarters: h.i64("quarters")?,
                    giver_ok: h.opt_moment("giver_ok")?.is_some(),
                    taker_ok: h.opt_moment("taker_ok")?.is_some(),
                    refused: h.opt_moment("refused_at")?.is_some(),
                });
            }
        }
        for row in chunk {
            let id = row.uuid("id")?;
            out.push(Pair {
                id,
                giver: row.id("giver_id")?,
                taker: row.id("taker_id")?,
                what: Help::from_code(&row.text("what")?).unwrap_or(Help::Chat),
                giver_said: row.opt_moment("giver_said")?.is_some(),
                taker_said: row.opt_moment("taker_said")?.is_some(),
                over: row.opt_moment("ended_at")?.is_some(),
                hours: hours.remove(&id).unwrap_or_default(),
            });
        }
    }
    Ok(out)
}

fn load(cx: &mut Cx<'_>, id: Uuid) -> Result<Pair> {
    let sql = format!("SELECT {PAIR} FROM care_mutual_pair WHERE id = $1 AND district_id = $2");
    let row = cx.query_one(&sql, params![id, cx.district()])?;
    pair(cx, &row)
}

/// Everything of one person; the name of the other of a pair once both agreed. One entry of the log each.
pub fn of_person(cx: &mut Cx<'_>, person: PersonId, side: Asker) -> Result<OfPerson> {
    watch::may(cx, person, side, Action::ViewMutual)?;
    cx.record_read("person", person.0, &["mutual"])?;
    let sql = "SELECT id, person_id, side, what FROM care_mutual_line WHERE person_id = $1 AND district_id = $2 \
               AND ended_at IS NULL ORDER BY side DESC, since, id";
    let lines = cx.query(sql, params![person, cx.district()])?.iter().map(line).collect::<Result<Vec<_>>>()?;
    let sql = format!(
        "SELECT {PAIR} FROM care_mutual_pair WHERE (giver_id = $1 OR taker_id = $1) AND district_id = $2 \
         ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, proposed_at DESC, id LIMIT 30"
    );
    let rows = cx.query(&sql, params![person, cx.district()])?;
    let mut out = OfPerson { lines, ..OfPerson::default() };
    for pair in pairs(cx, &rows)? {
        let Some(part) = pair.part(person) else { continue };
        let quarters: i64 = pair.hours.iter().filter(|h| h.counts()).map(|h| h.quarters).sum();
        match part {
            Part::Giver => out.given += quarters,
            Part::Taker => out.received += quarters,
        }
        let other = if pair.runs() {
            cx.record_read("person", pair.other(person).0, &["identity", "contact"])?;
            persons::known(cx, pair.other(person))?.map(|k| (k.name, k.phone))
        } else {
            None
        };
        out.pairs.push(Seen { pair, part, other });
    }
    Ok(out)
}

/// Offers or needs something. Sent twice it stands once.
pub fn add(cx: &mut Cx<'_>, person: PersonId, asker: Asker, side: Side, what: Help, by: By) -> Result<()> {
    watch::may(cx, person, asker, Action::KeepMutual)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    let sql =
        "SELECT 1 AS one FROM care_mutual_line WHERE person_id = $1 AND side = $2 AND what = $3 AND ended_at IS NULL";
    if cx.query_opt(sql, params![person, side.code(), what.code()])?.is_some() {
        return Ok(());
    }
    let by = asker.by(by);
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO care_mutual_line (id, district_id, person_id, side, what, agreed_by, since) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, cx.district(), person, side.code(), what.code(), by.code(), cx.now],
    )?;
    cx.record("care.mutual", "person", person.0, &json!({ "side": side.code(), "what": what.code() }))?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

/// Takes it back.
pub fn end_line(cx: &mut Cx<'_>, person: PersonId, asker: Asker, id: Uuid) -> Result<()> {
    watch::may(cx, person, asker, Action::KeepMutual)?;
    let sql = "UPDATE care_mutual_line SET ended_at = $1 WHERE id = $2 AND person_id = $3 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, id, person])?;
    cx.record("care.mutual_ended", "person", person.0, &json!({ "line": id }))?;
    cx.signal(CHANGED, person.0);
    Ok(())
}

/// Proposes that one helps another; both are asked then.
pub fn propose(cx: &mut Cx<'_>, giver: PersonId, taker: PersonId, what: Help) -> Result<()> {
    watch::may(cx, giver, Asker::Desk, Action::KeepMutual)?;
    watch::may(cx, taker, Asker::Desk, Action::KeepMutual)?;
    cx.lock(&format!("care/{taker}"))?;
    persons::in_care(cx, giver)?;
    persons::in_care(cx, taker)?;
    for (person, side) in [(giver, Side::Offer), (taker, Side::Need)] {
        let sql = "SELECT 1 AS one FROM care_mutual_line WHERE person_id = $1 AND side = $2 AND what = $3 AND ended_at IS NULL";
        if cx.query_opt(sql, params![person, side.code(), what.code()])?.is_none() {
            return Err(Error::Refused("mutual-gone"));
        }
    }
    let sql = "SELECT 1 AS one FROM care_mutual_pair WHERE giver_id = $1 AND taker_id = $2 AND what = $3 AND ended_at IS NULL";
    if giver == taker || cx.query_opt(sql, params![giver, taker, what.code()])?.is_some() {
        return Ok(());
    }
    let id: Uuid = cx.new_id();
    cx.execute(
        "INSERT INTO care_mutual_pair (id, district_id, giver_id, taker_id, what, proposed_at, proposed_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![id, cx.district(), giver, taker, what.code(), cx.now, cx.actor.account_id()],
    )?;
    for person in [giver, taker] {
        cx.record("care.mutual_proposed", "person", person.0, &json!({ "pair": id }))?;
        cx.signal(CHANGED, person.0);
    }
    Ok(())
}

/// One of the two says yes or no; a no, at any time, ends it.
pub fn answer(cx: &mut Cx<'_>, person: PersonId, asker: Asker, id: Uuid, yes: bool) -> Result<()> {
    watch::may(cx, person, asker, Action::KeepMutual)?;
    cx.lock(&format!("mutual/{id}"))?;
    let pair = load(cx, id)?;
    let part = pair.part(person).ok_or(store::Error::NotFound)?;
    if pair.over {
        return Err(Error::Refused("mutual-over"));
    }
    let column = match part {
        Part::Giver => "giver_said",
        Part::Taker => "taker_said",
    };
    if yes {
        let sql = format!("UPDATE care_mutual_pair SET {column} = COALESCE({column}, $1) WHERE id = $2");
        cx.execute(&sql, params![cx.now, id])?;
    } else {
        let sql = "UPDATE care_mutual_pair SET ended_at = $1, ended_by = $2 WHERE id = $3";
        cx.execute(sql, params![cx.now, column, id])?;
    }
    cx.record("care.mutual_answer", "person", person.0, &json!({ "pair": id, "yes": yes }))?;
    cx.signal(CHANGED, pair.other(person).0);
    Ok(())
}

/// Hours of a day, written down by one of the two; they count once the other confirms.
pub fn note(
    cx: &mut Cx<'_>,
    person: PersonId,
    asker: Asker,
    id: Uuid,
    key: Uuid,
    on: Date,
    quarters: i64,
) -> Result<()> {
    watch::may(cx, person, asker, Action::KeepMutual)?;
    cx.lock(&format!("mutual/{id}"))?;
    let pair = load(cx, id)?;
    let part = pair.part(person).ok_or(store::Error::NotFound)?;
    if pair.hours.iter().any(|h| h.id == key) {
        return Ok(());
    }
    if !pair.runs() {
        return Err(Error::Refused("mutual-over"));
    }
    let today = day_of(cx.now);
    if on > today || crate::model::visit_plan::days_between(on, today) > 60 {
        return Err(Error::Invalid { field: "on", why: "on" });
    }
    if !(1..=MOST_QUARTERS).contains(&quarters) {
        return Err(Error::Invalid { field: "time", why: "time" });
    }
    let (giver, taker) = match part {
        Part::Giver => (Some(cx.now), None),
        Part::Taker => (None, Some(cx.now)),
    };
    cx.execute(
        "INSERT INTO care_mutual_hours (id, district_id, pair_id, on_day, quarters, noted_at, giver_ok, taker_ok) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![key, cx.district(), id, on.to_string(), quarters, cx.now, giver, taker],
    )?;
    cx.record("care.mutual_hours", "person", person.0, &json!({ "pair": id, "hours": key }))?;
    cx.signal(CHANGED, pair.other(person).0);
    Ok(())
}

/// The other says that it was so, or was not.
pub fn confirm(cx: &mut Cx<'_>, person: PersonId, asker: Asker, id: Uuid, hours: Uuid, yes: bool) -> Result<()> {
    watch::may(cx, person, asker, Action::KeepMutual)?;
    cx.lock(&format!("mutual/{id}"))?;
    let pair = load(cx, id)?;
    let part = pair.part(person).ok_or(store::Error::NotFound)?;
    let column = match (yes, part) {
        (false, _) => "refused_at",
        (true, Part::Giver) => "giver_ok",
        (true, Part::Taker) => "taker_ok",
    };
    let sql = format!(
        "UPDATE care_mutual_hours SET {column} = $1 WHERE id = $2 AND pair_id = $3 AND {column} IS NULL AND refused_at IS NULL"
    );
    cx.execute(&sql, params![cx.now, hours, id])?;
    cx.record("care.mutual_confirmed", "person", person.0, &json!({ "pair": id, "hours": hours, "yes": yes }))?;
    cx.signal(CHANGED, pair.other(person).0);
    Ok(())
}

/// Offers, needs, pairs and what fits, where whoever asks works. Each name shown is an entry of the log. A few statements, however many
/// there are.
pub fn board(cx: &mut Cx<'_>) -> Result<Board> {
    require_somewhere(&cx.actor, Action::ViewMutual)?;
    let mut reach = Reach::new(cx, Action::ViewMutual)?;
    let sql = "SELECT id, person_id, side, what FROM care_mutual_line WHERE district_id = $1 AND ended_at IS NULL ORDER BY since, id";
    let mut lines: Vec<Line> = Vec::new();
    let all = cx.query(sql, params![cx.district()])?.iter().map(line).collect::<Result<Vec<_>>>()?;
    // The oldest where one works: those elsewhere take nobody's place on the page.
    for chunk in all.chunks(MOST_LINES) {
        reach.read(cx, &chunk.iter().map(|l| l.person).collect::<Vec<_>>())?;
        lines.extend(chunk.iter().copied().filter(|l| reach.of(cx, l.person).is_some()));
        if lines.len() >= MOST_LINES {
            lines.truncate(MOST_LINES);
            break;
        }
    }
    let sql = format!(
        "SELECT {PAIR} FROM care_mutual_pair WHERE district_id = $1 AND ended_at IS NULL ORDER BY proposed_at DESC, id"
    );
    let mut rows = Vec::new();
    for chunk in cx.query(&sql, params![cx.district()])?.chunks(MOST_PAIRS) {
        let mut both = Vec::with_capacity(chunk.len());
        for row in chunk {
            both.push((row.clone(), row.id::<PersonId>("giver_id")?, row.id::<PersonId>("taker_id")?));
        }
        reach.read(cx, &both.iter().flat_map(|(_, giver, taker)| [*giver, *taker]).collect::<Vec<_>>())?;
        for (row, giver, taker) in both {
            if reach.of(cx, giver).is_some() && reach.of(cx, taker).is_some() {
                rows.push(row);
            }
        }
        if rows.len() >= MOST_PAIRS {
            rows.truncate(MOST_PAIRS);
            break;
        }
    }
    let mut board = Board { pairs: pairs(cx, &rows)?, ..Board::default() };
    let mut people: Vec<PersonId> = lines.iter().map(|l| l.person).collect();
    people.extend(board.pairs.iter().flat_map(|p| [p.giver, p.taker]));
    people.sort_unstable();
    people.dedup();
    let known = persons::known_of(cx, &people)?;
    for (person, known) in &known {
        cx.record_read("person", person.0, &["identity"])?;
        board.names.insert(*person, known.name.clone());
        board.areas.extend(reach.of(cx, *person).map(|here| (*person, here.areas)));
    }
    let here = |line: Line| Some(Line { birth_year: known.get(&line.person)?.birth_year, ..line });
    board.lines = lines.into_iter().filter_map(here).collect();
    board.pairs.retain(|p| known.contains_key(&p.giver) && known.contains_key(&p.taker));
    let taken: Vec<_> = board.pairs.iter().map(|p| (p.giver, p.taker)).collect();
    // Within one neighbourhood: nobody crosses the district for an hour of company.
    let mut near: HashMap<Option<AreaId>, Vec<Line>> = HashMap::new();
    for line in &board.lines {
        let home = board.areas.get(&line.person).and_then(|a| a.first().copied());
        near.entry(home).or_default().push(*line);
    }
    board.matches = near.values().flat_map(|lines| matches(lines, &taken)).collect();
    board.matches.sort_by_key(|(_, need)| need.id);
    Ok(board)
}

/// Lines and pairs on the page of the desk.
const MOST_LINES: usize = 400;
const MOST_PAIRS: usize = 200;

/// The end of somebody's care: what they offered and their pairs are over; hours that both confirmed stay with the other.
pub(crate) fn end_all(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    let sql = "UPDATE care_mutual_line SET ended_at = $1 WHERE person_id = $2 AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, person])?;
    let sql = "UPDATE care_mutual_pair SET ended_at = $1, ended_by = 'care' WHERE (giver_id = $2 OR taker_id = $2) AND ended_at IS NULL";
    cx.execute(sql, params![cx.now, person])?;
    Ok(())
}

/// For the copy of their own data.
pub(crate) fn kept(cx: &mut Cx<'_>, person: PersonId, out: &mut persons::Kept) -> Result<()> {
    let sql =
        "SELECT side, what, since FROM care_mutual_line WHERE person_id = $1 AND district_id = $2 ORDER BY since, id";
    for row in &cx.query(sql, params![person, cx.district()])? {
        out.push(("mutual", "side", row.text("side")?));
        out.push(("mutual", "what", row.text("what")?));
        out.push(("mutual", "at", row.moment("since")?.rfc3339()));
    }
    Ok(())
}

pub(crate) fn erase_pairs(cx: &mut Cx<'_>, ids: &[Uuid]) -> std::result::Result<(), store::Error> {
    for id in ids {
        cx.execute("DELETE FROM care_mutual_hours WHERE pair_id = $1", params![*id])?;
        cx.execute("DELETE FROM care_mutual_pair WHERE id = $1", params![*id])?;
    }
    Ok(())
}
