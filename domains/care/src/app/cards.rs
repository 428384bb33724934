//! Cards (L4): blanks for the stock of a post, given to an elder, checked on a visit, replaced, lost, taken back. Token and
//! code are shown once, when a card is made, for the sheet that is printed then; afterwards there are only keyed hashes.

use super::finder;
use crate::ground::facts_of_post;
use crate::model::card::{Act, CardState, Condition};
use crate::model::code::{self, Typed};
use crate::{Error, Result};
use kernel::Moment;
use kernel::ids::{AccountId, CardId, PersonId, PostId};
use people::app::persons::{self, For};
use people::policy::{Action, ResourceFacts, decide, require};
use serde_json::json;
use store::{Cx, KeyClass, Row, params};

/// Blanks of one sheet order, at most.
pub const MOST: usize = 100;

/// A blank, with what is printed on it. Shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Made {
    pub id: CardId,
    /// For the stock list; printed small.
    pub number: i64,
    pub token: String,
    pub code: String,
}

/// Never printed by accident.
impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made").field("id", &self.id).field("number", &self.number).finish_non_exhaustive()
    }
}

/// A card of somebody, for whoever has opened the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardLine {
    pub id: CardId,
    pub number: i64,
    pub post: PostId,
    pub state: CardState,
    pub card: Condition,
    pub strap: Condition,
    pub issued_at: Option<Moment>,
    pub checked_at: Option<Moment>,
    pub ended_at: Option<Moment>,
    /// Latest scan, whoever made it.
    pub scanned_at: Option<Moment>,
}

/// What was seen of a card on a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    pub worn: bool,
    pub card: Condition,
    pub strap: Condition,
}

/// Makes blanks for the stock of a post.
///
/// # Errors
/// When it may not be done for this post.
pub fn make(cx: &mut Cx<'_>, post: PostId, count: usize) -> Result<Vec<Made>> {
    if places::snapshot(cx)?.post(post).is_none() {
        return Err(Error::Invalid { field: "post", why: "unknown" });
    }
    let facts = facts_of_post(cx, post)?;
    require(&cx.actor, cx.purpose, Action::MakeCards, &ResourceFacts::Place(facts))?;
    if !(1..=MOST).contains(&count) {
        return Err(Error::Invalid { field: "count", why: "range" });
    }
    let mut out = Vec::with_capacity(count);
    for _ in 0..count {
        let made = Made {
            id: cx.new_id(),
            number: cx.next_number("card")?,
            token: code::new_token(cx.ids()),
            code: code::new_code(cx.ids()),
        };
        cx.execute(
            "INSERT INTO care_card (id, district_id, number, post_id, state, token_hash, code_hash, card_condition, \
             strap_condition, made_at, made_by, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
            params![
                made.id,
                cx.district(),
                made.number,
                post,
                CardState::Made.code(),
                hash(cx, Typed::Token, &made.token),
                hash(cx, Typed::Code, &made.code),
                Condition::Good.code(),
                Condition::Good.code(),
                cx.now,
                cx.actor.account_id()
            ],
        )?;
        cx.record("card.made", "card", made.id.0, &json!({ "post": post }))?;
        out.push(made);
    }
    Ok(out)
}

pub(super) fn hash(cx: &Cx<'_>, kind: Typed, plain: &str) -> [u8; 32] {
    let family = match kind {
        Typed::Token => "card",
        Typed::Code => "card-code",
        Typed::Neither => "none",
    };
    cx.keyed_hash(KeyClass::Identity, format!("{family}:{plain}").as_bytes())
}

/// Blanks left at each post where one may make them.
pub fn stock(cx: &mut Cx<'_>) -> Result<Vec<(PostId, i64)>> {
    let ground = places::snapshot(cx)?;
    let sql = "SELECT post_id, COUNT(*) AS n FROM care_card WHERE district_id = $1 AND state = $2 GROUP BY post_id";
    let rows = cx.query(sql, params![cx.district(), CardState::Made.code()])?;
    let left = rows.iter().map(|r| Ok((r.id("post_id")?, r.i64("n")?))).collect::<Result<Vec<(PostId, i64)>>>()?;
    let mut out = Vec::new();
    for post in ground.posts() {
        let facts = ResourceFacts::Place(facts_of_post(cx, post.id)?);
        if decide(&cx.actor, cx.purpose, Action::MakeCards, &facts).is_allowed() {
            out.push((post.id, left.iter().find(|(p, _)| *p == post.id).map_or(0, |(_, n)| *n)));
        }
    }
    Ok(out)
}

/// Cards of somebody, the latest first.
pub fn of(cx: &mut Cx<'_>, person: PersonId, why: &For) -> Result<Vec<CardLine>> {
    persons::may(cx, person, why, Action::ViewCare)?;
    all(cx, person)
}

/// The same, for whoever has asked the policy already.
pub fn all(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<CardLine>> {
    let sql = "SELECT id, number, post_id, state, card_condition, strap_condition, issued_at, checked_at, ended_at, \
               (SELECT MAX(s.at) FROM care_scan s WHERE s.card_id = care_card.id) AS scanned_at \
               FROM care_card WHERE person_id = $1 AND district_id = $2 ORDER BY issued_at DESC, id DESC LIMIT 50";
    cx.query(sql, params![person, cx.district()])?.iter().map(read).collect()
}

fn read(r: &Row) -> Result<CardLine> {
    let condition =
        |column| -> Result<Condition> { Ok(Condition::from_code(&r.text(column)?).unwrap_or(Condition::Missing)) };
    Ok(CardLine {
        id: r.id("id")?,
        number: r.i64("number")?,
        post: r.id("post_id")?,
        state: state_of(r)?,
        card: condition("card_condition")?,
        strap: condition("strap_condition")?,
        issued_at: r.opt_moment("issued_at")?,
        checked_at: r.opt_moment("checked_at")?,
        ended_at: r.opt_moment("ended_at")?,
        scanned_at: r.opt_moment("scanned_at")?,
    })
}

pub(super) fn state_of(r: &Row) -> Result<CardState> {
    CardState::from_code(&r.text("state")?).ok_or(Error::Store(store::Error::NotFound))
}

/// Gives a blank to an elder: the code that is printed on it says which one is in the hand.
///
/// # Errors
/// When the elder has a card that opens: that one is replaced, never doubled.
pub fn issue(cx: &mut Cx<'_>, person: PersonId, why: &For, typed: &str) -> Result<CardId> {
    persons::may(cx, person, why, Action::ManageCard)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    if all(cx, person)?.iter().any(|c| c.state.opens()) {
        return Err(Error::Refused("has-card"));
    }
    give(cx, person, typed)
}

fn give(cx: &mut Cx<'_>, person: PersonId, typed: &str) -> Result<CardId> {
    let (kind, plain) = code::read(typed);
    let column = if kind == Typed::Token { "token_hash" } else { "code_hash" };
    let sql = format!("SELECT id, state FROM care_card WHERE {column} = $1 AND district_id = $2");
    let key = hash(cx, kind, &plain);
    let unknown = Error::Invalid { field: "code", why: "unknown" };
    let row = cx.query_opt(&sql, params![key, cx.district()])?.ok_or(unknown.clone())?;
    let card: CardId = row.id("id")?;
    let next = state_of(&row)?.after(Act::Issue).ok_or(Error::Invalid { field: "code", why: "used" })?;
    let sql = "UPDATE care_card SET state = $1, person_id = $2, issued_at = $3, version = version + 1 WHERE id = $4 \
               AND state = $5";
    if cx.execute(sql, params![next.code(), person, cx.now, card, CardState::Made.code()])? == 0 {
        return Err(unknown);
    }
    cx.record("card.issued", "card", card.0, &json!({ "person": person }))?;
    Ok(card)
}

/// One card of this elder, with the state after an act.
fn step(cx: &mut Cx<'_>, person: PersonId, card: CardId, act: Act) -> Result<CardState> {
    let sql = "SELECT state FROM care_card WHERE id = $1 AND person_id = $2 AND district_id = $3";
    let row = cx.query_one(sql, params![card, person, cx.district()])?;
    state_of(&row)?.after(act).ok_or(Error::Refused("card-over"))
}

fn end_as(cx: &mut Cx<'_>, card: CardId, state: CardState, kind: &'static str) -> Result<()> {
    let sql = "UPDATE care_card SET state = $1, ended_at = $2, version = version + 1 WHERE id = $3";
    cx.execute(sql, params![state.code(), cx.now, card])?;
    finder::close_of_card(cx, card)?;
    cx.record(kind, "card", card.0, &json!({ "state": state.code() }))?;
    Ok(())
}

/// What was seen of card and strap; whether it was worn.
pub fn check(cx: &mut Cx<'_>, person: PersonId, why: &For, card: CardId, seen: Check) -> Result<()> {
    persons::may(cx, person, why, Action::ManageCard)?;
    cx.lock(&format!("care/{person}"))?;
    let next = step(cx, person, card, Act::Wear)?;
    let sql = "UPDATE care_card SET card_condition = $1, strap_condition = $2, checked_at = $3, version = version + 1 \
               WHERE id = $4";
    cx.execute(sql, params![seen.card.code(), seen.strap.code(), cx.now, card])?;
    if seen.worn {
        cx.execute("UPDATE care_card SET state = $1 WHERE id = $2", params![next.code(), card])?;
    }
    let id: uuid::Uuid = cx.new_id();
    let by: Option<AccountId> = cx.actor.account_id();
    cx.execute(
        "INSERT INTO care_card_check (id, district_id, card_id, at, by_account, card_condition, strap_condition, worn) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![id, cx.district(), card, cx.now, by, seen.card.code(), seen.strap.code(), seen.worn],
    )?;
    let payload = json!({ "card": seen.card.code(), "strap": seen.strap.code(), "worn": seen.worn });
    cx.record("card.checked", "card", card.0, &payload)?;
    Ok(())
}

/// Another one takes its place; the old one stops opening in this transaction.
pub fn replace(cx: &mut Cx<'_>, person: PersonId, why: &For, old: CardId, typed: &str) -> Result<CardId> {
    persons::may(cx, person, why, Action::ManageCard)?;
    cx.lock(&format!("care/{person}"))?;
    persons::in_care(cx, person)?;
    let next = step(cx, person, old, Act::Replace)?;
    end_as(cx, old, next, "card.replaced")?;
    if all(cx, person)?.iter().any(|c| c.state.opens()) {
        return Err(Error::Refused("has-card"));
    }
    let new = give(cx, person, typed)?;
    cx.execute("UPDATE care_card SET successor = $1 WHERE id = $2", params![new, old])?;
    Ok(new)
}

/// Nobody knows where it is.
pub fn lose(cx: &mut Cx<'_>, person: PersonId, why: &For, card: CardId) -> Result<()> {
    persons::may(cx, person, why, Action::ManageCard)?;
    cx.lock(&format!("care/{person}"))?;
    let next = step(cx, person, card, Act::Lose)?;
    end_as(cx, card, next, "card.lost")
}

/// Taken back.
pub fn revoke(cx: &mut Cx<'_>, person: PersonId, why: &For, card: CardId) -> Result<()> {
    persons::may(cx, person, why, Action::ManageCard)?;
    cx.lock(&format!("care/{person}"))?;
    let next = step(cx, person, card, Act::Revoke)?;
    end_as(cx, card, next, "card.revoked")
}

/// All that open, because the care is over.
pub(super) fn revoke_all(cx: &mut Cx<'_>, person: PersonId) -> Result<()> {
    for card in all(cx, person)? {
        if let Some(next) = card.state.after(Act::Revoke).filter(|_| !card.state.is_over()) {
            end_as(cx, card.id, next, "card.revoked")?;
        }
    }
    Ok(())
}
