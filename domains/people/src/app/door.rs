//! The door before what is written in a plan. A letter can be lost, and its code stands on it: whoever opens the pages of the
//! plan also says the last digits of their own telephone number, which stands in the record and on no letter. Few tries a day.

use super::links::{Holder, require_own};
use super::persons::{known, spoken_for};
use crate::Result;
use crate::policy::Action;
use kernel::text;
use std::fmt::Write as _;
use store::{Cx, KeyClass, params};

/// How many digits are asked for.
pub const DIGITS: usize = 4;
/// Wrong ones in a day° after which it stays shut until a day after the last.
pub const TRIES: i64 = 5;
/// Minutes for which it stays open, at least; at most twice as long.
const OPEN_MINUTES: i64 = 60;

/// What came of trying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// With what the browser keeps, to come in again for a while.
    Open(String),
    /// Wrong; so many tries are left.
    Wrong { left: i64 },
    /// Tried too often today.
    Shut,
    /// No telephone number of this holder is written down: a clerk can do that.
    NoNumber,
    /// No second person stands for the letter yet.
    Waits,
}

/// Before the digits are asked for: whether there is any use in it.
pub fn before(cx: &mut Cx<'_>, of: &Holder) -> Result<Option<Door>> {
    require_own(cx, of.person, Action::FollowRecord)?;
    if !super::links::stands(cx, of)? {
        return Ok(Some(Door::Waits));
    }
    if number(cx, of)?.is_none() {
        return Ok(Some(Door::NoNumber));
    }
    Ok((tries(cx, of)? >= TRIES).then_some(Door::Shut))
}

/// Tries the digits.
pub fn knock(cx: &mut Cx<'_>, of: &Holder, typed: &str) -> Result<Door> {
    cx.lock(&format!("person-link/{}", of.person))?;
    if let Some(closed) = before(cx, of)? {
        return Ok(closed);
    }
    let Some(number) = number(cx, of)? else { return Ok(Door::NoNumber) };
    let typed: String = text::narrow(typed).chars().filter(char::is_ascii_digit).collect();
    // The whole number is right, too.
    let right = typed.len() >= DIGITS && number.ends_with(&typed);
    if !right {
        let n = tries(cx, of)? + 1;
        let sql = "UPDATE person_link SET tries = $1, tried_at = $2 WHERE id = $3";
        cx.execute(sql, params![n, cx.now, of.link])?;
        cx.record("person_link.wrong_digits", "person", of.person.0, &serde_json::json!({ "link": of.link, "n": n }))?;
        return Ok(if n >= TRIES { Door::Shut } else { Door::Wrong { left: TRIES - n } });
    }
    let sql = "UPDATE person_link SET tries = 0, tried_at = NULL WHERE id = $1 AND tries > 0";
    cx.execute(sql, params![of.link])?;
    Ok(Door::Open(token(cx, of, &number, spell(cx))))
}

/// Does what the browser kept still open it?
pub fn passes(cx: &mut Cx<'_>, of: &Holder, kept: &str) -> Result<bool> {
    if kept.is_empty() || before(cx, of)?.is_some_and(|closed| closed != Door::Shut) {
        return Ok(false);
    }
    let Some(number) = number(cx, of)? else { return Ok(false) };
    let now = spell(cx);
    Ok([now, now - 1].into_iter().any(|spell| token(cx, of, &number, spell) == kept))
}

fn spell(cx: &Cx<'_>) -> i64 {
    cx.now.micros() / (OPEN_MINUTES * 60_000_000)
}

/// A keyed hash: nobody makes one without the key of the district, and it ends with the letter and the number.
fn token(cx: &Cx<'_>, of: &Holder, number: &str, spell: i64) -> String {
    let hash = cx.keyed_hash(KeyClass::Identity, format!("door:{}:{number}:{spell}", of.link).as_bytes());
    hash.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn tries(cx: &mut Cx<'_>, of: &Holder) -> Result<i64> {
    let sql = "SELECT tries, tried_at FROM person_link WHERE id = $1 AND district_id = $2";
    let row = cx.query_one(sql, params![of.link, cx.district()])?;
    let today = row.opt_moment("tried_at")?.is_some_and(|at| cx.now < at.plus_days(1));
    Ok(if today { row.i64("tries")? } else { 0 })
}

/// The number of whoever holds the letter.
fn number(cx: &mut Cx<'_>, of: &Holder) -> Result<Option<String>> {
    let phone = match of.guardian {
        Some(id) => spoken_for(cx, of.person)?.into_iter().find(|g| g.id == id).and_then(|g| g.phone),
        None => known(cx, of.person)?.and_then(|k| k.phone),
    };
    let digits = phone.map(|p| p.chars().filter(char::is_ascii_digit).collect::<String>());
    Ok(digits.filter(|d| d.len() >= DIGITS))
}
