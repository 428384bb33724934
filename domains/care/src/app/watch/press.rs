//! The page of a neighbour: they agree or not, press the button, and read what became of it. Nothing of the elder is said but what
//! the neighbour calls them.

use super::{CODE_CHARS, Neighbour, code_hash, end_one, lock, read, worry};
use crate::model::watch::{AgreedWay, Step};
use crate::{Error, Result};
use kernel::ids::PersonId;
use kernel::{Moment, text};
use people::app::persons;
use people::policy::{Action, ResourceFacts, require};
use serde_json::json;
use store::{Cx, params};
use uuid::Uuid;

/// What a code opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub neighbour: Uuid,
    pub person: PersonId,
}

/// A worry of this neighbour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenWorry {
    pub id: Uuid,
    pub number: i64,
    pub at: Moment,
    /// Called back by then, or there by then.
    pub due_at: Moment,
    pub steps: Vec<(Moment, Step)>,
    pub ended_at: Option<Moment>,
}

/// What came of pressing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    New,
    /// One is open already; it is one worry.
    Known,
    /// Something happened since the page was read: read it first.
    Read,
}

/// Looks a typed code up. Says nothing about why it is not found.
pub fn find(cx: &mut Cx<'_>, typed: &str) -> Result<Link> {
    require(&cx.actor, cx.purpose, Action::Worry, &ResourceFacts::District)?;
    if text::normalise_code(typed).is_none_or(|c| c.len() != CODE_CHARS) {
        return Err(store::Error::NotFound.into());
    }
    let sql = "SELECT id, person_id FROM care_neighbour WHERE code_hash = $1 AND district_id = $2 AND ended_at IS NULL";
    let hash = code_hash(cx, typed);
    let row = cx.query_one(sql, params![hash, cx.district()])?;
    let link = Link { neighbour: row.uuid("id")?, person: row.id("person_id")? };
    match persons::in_care(cx, link.person) {
        Ok(()) => Ok(link),
        Err(_) => Err(store::Error::NotFound.into()),
    }
}

/// For the page: who was named, and their latest worry.
pub fn view(cx: &mut Cx<'_>, typed: &str) -> Result<(Neighbour, Option<SeenWorry>)> {
    let link = find(cx, typed)?;
    let neighbour = one(cx, link.neighbour)?;
    let latest = latest(cx, link.neighbour)?;
    Ok((neighbour, latest))
}

pub(super) fn one(cx: &mut Cx<'_>, id: Uuid) -> Result<Neighbour> {
    let sql = format!("SELECT {} FROM care_neighbour WHERE id = $1 AND district_id = $2", super::COLUMNS);
    let row = cx.query_one(&sql, params![id, cx.district()])?;
    read(cx, &row)
}

fn latest(cx: &mut Cx<'_>, neighbour: Uuid) -> Result<Option<SeenWorry>> {
    let sql = "SELECT w.id, w.number, p.at, w.due_at, w.ended_at FROM care_worry w JOIN care_worry_press p ON p.worry_id = w.id \
               WHERE p.neighbour_id = $1 AND w.district_id = $2 ORDER BY p.at DESC, w.id DESC LIMIT 1";
    let Some(row) = cx.query_opt(sql, params![neighbour, cx.district()])? else { return Ok(None) };
    let id = row.uuid("id")?;
    let steps = worry::steps(cx, id)?.into_iter().map(|(at, step, _)| (at, step)).collect();
    Ok(Some(SeenWorry {
        id,
        number: row.i64("number")?,
        at: row.moment("at")?,
        due_at: row.moment("due_at")?,
        steps,
        ended_at: row.opt_moment("ended_at")?,
    }))
}

/// "Yes, I look out for them."
pub fn agree(cx: &mut Cx<'_>, typed: &str) -> Result<()> {
    let link = find(cx, typed)?;
    let sql = "UPDATE care_neighbour SET agreed_at = $1, agreed_way = $2, version = version + 1 WHERE id = $3 AND agreed_at IS NULL";
    if cx.execute(sql, params![cx.now, AgreedWay::Page.code(), link.neighbour])? > 0 {
        let payload = json!({ "neighbour": link.neighbour });
        cx.record("care.neighbour_agreed", "person", link.person.0, &payload)?;
    }
    Ok(())
}

/// "Rather not", at any time: name and number go.
pub fn leave(cx: &mut Cx<'_>, typed: &str) -> Result<()> {
    let link = find(cx, typed)?;
    end_one(cx, link.person, link.neighbour, "neighbour")
}

/// "I am worried." `read` is the latest worry that stood on the page.
pub fn press(cx: &mut Cx<'_>, typed: &str, read: Option<Uuid>) -> Result<Pressed> {
    let link = find(cx, typed)?;
    lock(cx, link.person)?;
    if one(cx, link.neighbour)?.agreed_at.is_none() {
        return Err(Error::Refused("watch-agree"));
    }
    pressed(cx, link, read, false)
}

/// As [`press`], for whoever has asked the policy and holds the lock.
pub(super) fn pressed(cx: &mut Cx<'_>, link: Link, read: Option<Uuid>, typed: bool) -> Result<Pressed> {
    let open = worry::open_of(cx, link.person)?;
    if open.is_none() && !typed && latest(cx, link.neighbour)?.map(|w| w.id) != read {
        return Ok(Pressed::Read);
    }
    let worry = match open {
        Some(worry) => worry,
        None => worry::begin(cx, link.person)?,
    };
    let sql = "INSERT INTO care_worry_press (worry_id, neighbour_id, district_id, at, typed_by) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (worry_id, neighbour_id) DO NOTHING";
    let by = cx.actor.account_id().filter(|_| typed);
    if cx.execute(sql, params![worry, link.neighbour, cx.district(), cx.now, by])? > 0 {
        let payload = json!({ "worry": worry, "neighbour": link.neighbour, "typed": typed });
        cx.record("care.worry_pressed", "person", link.person.0, &payload)?;
        cx.signal(super::CHANGED, worry);
    }
    Ok(if open.is_some() { Pressed::Known } else { Pressed::New })
}
