//! What anybody may see of matters (Open311 and other public lists): class, state, dates and, in classes that lie in public
//! space, where it is. Never who raised it, whoever asks (R3).
//!
//! Three steps of openness. A matter whose class is published and that is no emergency stands in the list with its place.
//! Its words are shown, redacted, only when it came through an interface whose users are told that they are public
//! ([`Origin::Open311`]); words written in confidence on a form or said on the telephone never are, and their place is
//! shown to about a hundred metres. Anything else answers to its number with class, state and dates, and says that the
//! rest is withheld.

use super::calendar::calendar;
use super::raise::promise;
use crate::Error;
use crate::model::{ClassRule, Origin, Outcome, State};
use crate::store::notes::{self, NoteKind};
use crate::store::{MatterRow, classes, coded, log};
use ::store::{Cx, Value, params};
use kernel::ids::{AreaId, MatterId};
use kernel::{Moment, Point, WorkCalendar, text};
use people::policy::{Action, ResourceFacts, require};
use std::collections::HashMap;
use std::sync::Arc;

/// Matters of one page at most.
pub const PUBLISHED_MAX: usize = 1_000;
/// Numbers that may be asked for at once.
const NUMBERS_MAX: usize = 200;

/// A matter as anybody may see it.
#[derive(Debug, Clone)]
pub struct Published {
    pub number: String,
    pub class: Arc<ClassRule>,
    pub state: State,
    pub outcome: Option<Outcome>,
    pub raised_at: Moment,
    pub updated_at: Moment,
    /// When it is promised to be dealt with, while it is open.
    pub answer_by: Option<Moment>,
    /// Number of the matter that answers for this one too.
    pub joined_to: Option<String>,
    /// The class is not public, or it is an emergency: nothing below is there.
    pub withheld: bool,
    /// Scrubbed.
    pub words: Option<String>,
    /// Scrubbed.
    pub address: Option<String>,
    pub area: Option<AreaId>,
    pub point: Option<Point>,
}

/// Which ones. The list is newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedFilter {
    /// These and no others, also withheld ones; everything else in the filter is then ignored.
    pub numbers: Vec<String>,
    /// Empty: every published class.
    pub classes: Vec<String>,
    pub open: Option<bool>,
    pub raised: (Moment, Moment),
    pub updated: Option<(Moment, Moment)>,
    pub skip: usize,
    /// At most [`PUBLISHED_MAX`].
    pub limit: usize,
}

/// The list.
pub fn published(cx: &mut Cx<'_>, filter: &PublishedFilter) -> Result<Vec<Published>, Error> {
    require(&cx.actor, cx.purpose, Action::ViewPublished, &ResourceFacts::District)?;
    let rows = if filter.numbers.is_empty() { in_list(cx, filter)? } else { by_numbers(cx, &filter.numbers)? };
    show(cx, rows)
}

/// One, by its number.
pub fn published_one(cx: &mut Cx<'_>, number: &str) -> Result<Published, Error> {
    require(&cx.actor, cx.purpose, Action::ViewPublished, &ResourceFacts::District)?;
    let rows = by_numbers(cx, &[number.to_owned()])?;
    show(cx, rows)?.pop().ok_or(Error::NotFound)
}

fn by_numbers(cx: &mut Cx<'_>, numbers: &[String]) -> Result<Vec<MatterRow>, Error> {
    if numbers.len() > NUMBERS_MAX {
        return Err(Error::invalid("numbers", "invalid-too-many"));
    }
    let mut params = vec![Value::from(cx.district())];
    let marks: Vec<String> = numbers.iter().map(|n| push(&mut params, text::narrow(n).trim().to_uppercase())).collect();
    let sql = format!(
        "SELECT {} FROM matter WHERE district_id = $1 AND about_org IS NULL AND number IN ({}) ORDER BY n DESC",
        MatterRow::columns(),
        marks.join(", ")
    );
    cx.query(&sql, &params)?.iter().map(MatterRow::read).collect()
}

fn in_list(cx: &mut Cx<'_>, filter: &PublishedFilter) -> Result<Vec<MatterRow>, Error> {
    let mut params = vec![Value::from(cx.district())];
    let Some(classes) = class_condition(cx, &filter.classes, &mut params)? else { return Ok(Vec::new()) };
    let mut all = vec![classes];
    let (from, until) = filter.raised;
    let (from, until) = (push(&mut params, from), push(&mut params, until));
    all.push(format!("received_at >= {from} AND received_at <= {until}"));
    if let Some(open) = filter.open {
        all.push(format!("is_open = {}", i64::from(open)));
    }
    if let Some((since, until)) = filter.updated {
        let (from, until) = (push(&mut params, since), push(&mut params, until));
        // Found through the log, which is numbered as time passes; a list of all matters is not walked for it.
        let first = first_entry(cx, since.plus_hours(-1))?;
        let first = push(&mut params, first);
        all.push(format!(
            "last_at >= {from} AND last_at <= {until} AND id IN (SELECT subject FROM event WHERE n >= {first} \
             AND district_id = $1 AND subject_kind = '{}')",
            log::SUBJECT
        ));
    }
    let (limit, skip) = (filter.limit.clamp(1, PUBLISHED_MAX), filter.skip);
    let sql = format!(
        "SELECT {} FROM matter WHERE district_id = $1 AND about_org IS NULL AND {} ORDER BY received_at DESC, n DESC LIMIT {limit} OFFSET {skip}",
        MatterRow::columns(),
        all.join(" AND ")
    );
    cx.query(&sql, &params)?.iter().map(MatterRow::read).collect()
}

fn push(params: &mut Vec<Value>, value: impl Into<Value>) -> String {
    params.push(value.into());
    format!("${}", params.len())
}

/// What may stand in public lists; none when no class does.
fn class_condition(cx: &mut Cx<'_>, wanted: &[String], params: &mut Vec<Value>) -> Result<Option<String>, Error> {
    let current = classes::current(cx)?;
    let marks: Vec<String> = current
        .iter()
        .filter(|c| c.published && !c.is_emergency() && (wanted.is_empty() || wanted.contains(&c.code)))
        .map(|c| push(params, &c.code))
        .collect();
    if marks.is_empty() {
        return Ok(None);
    }
    let no = push(params, false);
    // What came from another system was never promised to be public here.
    Ok(Some(format!("class IN ({}) AND emergency = {no} AND origin <> '{}'", marks.join(", "), Origin::Import.code())))
}

fn is_withheld(m: &MatterRow, class: &ClassRule) -> bool {
    !class.published || class.is_emergency() || m.emergency || m.origin == Origin::Import
}

fn show(cx: &mut Cx<'_>, rows: Vec<MatterRow>) -> Result<Vec<Published>, Error> {
    let calendar = calendar(cx)?;
    let current = classes::current(cx)?;
    let class_of = |m: &MatterRow| current.iter().find(|c| c.code == m.class).cloned().ok_or(Error::NotFound);
    let mut spoken = Vec::new();
    for m in &rows {
        if m.origin == Origin::Open311 && !is_withheld(m, class_of(m)?.as_ref()) {
            spoken.push(m.id);
        }
    }
    let mut words: HashMap<(MatterId, NoteKind), String> = HashMap::new();
    for (matter, kind, said) in notes::first_words(cx, &spoken)? {
        words.entry((matter, kind)).or_insert(said);
    }
    let mut out = Vec::with_capacity(rows.len());
    for m in rows {
        let class = class_of(&m)?;
        let mut one = outer(&m, class, &calendar);
        one.joined_to = number_of(cx, m.merged_into)?;
        if !one.withheld {
            one.words = words.remove(&(m.id, NoteKind::Body));
            one.address = words.remove(&(m.id, NoteKind::Place));
            one.area = m.spot.community.or(m.spot.town);
            one.point = point(&m);
        }
        out.push(one);
    }
    Ok(out)
}

/// What every matter answers to its number.
fn outer(m: &MatterRow, class: Arc<ClassRule>, calendar: &WorkCalendar) -> Published {
    let settled = matches!(m.state, State::Answered | State::Closed);
    Published {
        number: m.number.clone(),
        state: m.state,
        outcome: m.outcome.filter(|_| settled),
        raised_at: m.received_at,
        updated_at: m.closed_at.unwrap_or(m.last_at),
        answer_by: m.state.is_open().then(|| promise(&class, calendar, m.received_at).1.due_at),
        joined_to: None,
        withheld: is_withheld(m, &class),
        words: None,
        address: None,
        area: None,
        point: None,
        class,
    }
}

fn number_of(cx: &mut Cx<'_>, matter: Option<MatterId>) -> Result<Option<String>, Error> {
    let Some(matter) = matter else { return Ok(None) };
    Ok(Some(cx.query_one("SELECT number FROM matter WHERE id = $1", params![matter])?.text("number")?))
}

/// As it was sent where the sender knew that it is public, else to three decimals (about 100 m): a lamp is found, a
/// door is not.
fn point(m: &MatterRow) -> Option<Point> {
    let (lat, lon) = m.lat.zip(m.lon)?;
    let coarse = |degrees: f64| (degrees * 1_000.0).round() / 1_000.0;
    let (lat, lon) = if m.origin == Origin::Open311 { (lat, lon) } else { (coarse(lat), coarse(lon)) };
    Point::new(lon, lat).ok()
}

/// A step of a published matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Number of the log entry: unique, growing.
    pub n: i64,
    pub number: String,
    pub at: Moment,
    pub to: State,
    /// What came of it, when this step told so.
    pub outcome: Option<Outcome>,
}

/// Steps between two instants, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeFilter {
    /// Of these matters only.
    pub numbers: Vec<String>,
    pub between: (Moment, Moment),
    pub skip: usize,
    pub limit: usize,
}

/// What happened to published matters. Only moves from one state to another; no words of anybody.
pub fn published_changes(cx: &mut Cx<'_>, filter: &ChangeFilter) -> Result<Vec<Change>, Error> {
    require(&cx.actor, cx.purpose, Action::ViewPublished, &ResourceFacts::District)?;
    if filter.numbers.len() > NUMBERS_MAX {
        return Err(Error::invalid("numbers", "invalid-too-many"));
    }
    let mut params = vec![Value::from(cx.district())];
    let Some(classes) = class_condition(cx, &[], &mut params)? else { return Ok(Vec::new()) };
    let (from, until) = filter.between;
    // The log has no index on time, and needs none: entries are numbered as time passes.
    let first = first_entry(cx, from.plus_hours(-1))?;
    let (first, from, until) = (push(&mut params, first), push(&mut params, from), push(&mut params, until));
    let mut only = String::new();
    if !filter.numbers.is_empty() {
        let marks: Vec<String> =
            filter.numbers.iter().map(|n| push(&mut params, text::narrow(n).trim().to_uppercase())).collect();
        only = format!(" AND m.number IN ({})", marks.join(", "));
    }
    let (limit, skip) = (filter.limit.clamp(1, PUBLISHED_MAX), filter.skip);
    let sql = format!(
        "SELECT e.n, e.at, e.payload, m.number, m.state, m.outcome FROM event e JOIN matter m ON m.id = e.subject \
         WHERE e.n >= {first} AND e.district_id = $1 AND e.at >= {from} AND e.at <= {until} AND e.kind IN ({STEPS}) \
         AND m.about_org IS NULL AND {classes}{only} ORDER BY e.n LIMIT {limit} OFFSET {skip}"
    );
    let rows = cx.query(&sql, &params)?;
    let mut out = Vec::with_capacity(rows.len());
    for r in &rows {
        let payload: serde_json::Value = serde_json::from_str(&r.text("payload")?).unwrap_or_default();
        let Some(to) = payload.get("to").and_then(serde_json::Value::as_str).and_then(State::from_code) else {
            continue;
        };
        let now = coded(r, "state", State::from_code)?;
        let told = matches!(to, State::Answered | State::Closed) && matches!(now, State::Answered | State::Closed);
        let outcome = r.opt_text("outcome")?.and_then(|code| Outcome::from_code(&code)).filter(|_| told);
        out.push(Change { n: r.i64("n")?, number: r.text("number")?, at: r.moment("at")?, to, outcome });
    }
    Ok(out)
}

/// Steps that move a matter from one state to another.
const STEPS: &str = "'matter.raise', 'matter.accept', 'matter.assign', 'matter.sign', 'matter.return', 'matter.reject', \
    'matter.merge', 'matter.contact', 'matter.start', 'matter.wait', 'matter.park', 'matter.resume', 'matter.submit', \
    'matter.verify', 'matter.send_back', 'matter.answer', 'matter.close', 'matter.reopen'";

/// The first entry of the log at or after an instant, found by halving: some twenty look-ups by primary key.
fn first_entry(cx: &mut Cx<'_>, at: Moment) -> Result<i64, Error> {
    let mut low = 0;
    let mut high = cx.query_one("SELECT COALESCE(MAX(n), 0) AS n FROM event", &[])?.i64("n")? + 1;
    while low < high {
        let middle = low + (high - low) / 2;
        match cx.query_opt("SELECT n, at FROM event WHERE n >= $1 ORDER BY n LIMIT 1", params![middle])? {
            Some(row) if row.moment("at")? < at => low = row.i64("n")? + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
