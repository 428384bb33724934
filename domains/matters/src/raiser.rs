//! The raiser block (R3): who raised a matter, sealed under a key of their own. This file is the only one that opens it,
//! and [`reveal`] the only way for people; each reveal is one row in the audit log, so "who has seen the raiser's name"
//! is one query ([`crate::readings`]).

use crate::Error;
use crate::app::{RaiserInput, around};
use crate::redaction;
use crate::store::{MatterRow, raisers};
use ::store::{Cx, KeyClass, Row, params};
use kernel::Lang;
use kernel::ids::{MatterId, RaiserId};
use people::policy::{Action, require};
use redact::Hints;

/// Name and ways to reach a raiser. Shown, never stored elsewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Raiser {
    pub id: RaiserId,
    pub anonymous: bool,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
    pub lang: Lang,
    /// The key was destroyed: nothing is left to show.
    pub erased: bool,
}

/// Never printed by accident.
impl std::fmt::Debug for Raiser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Raiser").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Shows who raised this matter. Needs the right to, is refused to whoever the matter is about, and is logged.
pub fn reveal(cx: &mut Cx<'_>, matter: MatterId) -> Result<Vec<Raiser>, Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::RevealRaiser, &facts)?;
    let sql = format!("SELECT {BLOCK} FROM matter_raiser WHERE matter_id = $1 ORDER BY at, id");
    let rows = cx.query(&sql, params![matter])?;
    let mut out = Vec::with_capacity(rows.len());
    for row in &rows {
        let raiser = open(cx, row)?;
        cx.record_read("raiser", raiser.id.0, &shown(&raiser))?;
        out.push(raiser);
    }
    Ok(out)
}

/// One raiser, for the job that brings the answer. Logged like every other reading.
pub fn reveal_for_delivery(cx: &mut Cx<'_>, matter: MatterId, raiser: RaiserId) -> Result<Raiser, Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::RevealRaiser, &facts)?;
    let sql = format!("SELECT {BLOCK} FROM matter_raiser WHERE id = $1 AND matter_id = $2");
    let row = cx.query_opt(&sql, params![raiser, matter])?.ok_or(Error::NotFound)?;
    let raiser = open(cx, &row)?;
    cx.record_read("raiser", raiser.id.0, &shown(&raiser))?;
    Ok(raiser)
}

/// Whether this raiser left an e-mail address, for the program that sends. Opens nothing.
pub fn has_mail(cx: &mut Cx<'_>, matter: MatterId, raiser: RaiserId) -> Result<bool, Error> {
    if !matches!(cx.actor.kind, kernel::ActorKind::System(_)) {
        return Err(Error::NotFound);
    }
    Ok(raisers::with_mail(cx, matter)?.contains(&raiser))
}

/// The code of a raiser's receipt, for the link in the message that brings the answer. Goes to nobody but the raiser.
pub fn code_for_delivery(cx: &mut Cx<'_>, matter: MatterId, raiser: RaiserId) -> Result<String, Error> {
    let m = MatterRow::load(cx, matter)?;
    let facts = around::facts_of(cx, &m)?;
    require(&cx.actor, cx.purpose, Action::RevealRaiser, &facts)?;
    if !matches!(cx.actor.kind, kernel::ActorKind::System(_)) {
        return Err(Error::NotFound);
    }
    let sql = "SELECT code FROM matter_raiser WHERE id = $1 AND matter_id = $2";
    let row = cx.query_opt(sql, params![raiser, matter])?.ok_or(Error::NotFound)?;
    Ok(cx.open_text(KeyClass::Raiser, raiser.0, &row.blob("code")?)?)
}

/// What is known of this matter's raisers, for hiding it in what they write later. Shown to nobody, so no reading.
pub(crate) fn known(cx: &mut Cx<'_>, matter: MatterId) -> Result<Hints, Error> {
    let mut hints = redaction::places(cx)?;
    let sql = format!("SELECT {BLOCK} FROM matter_raiser WHERE matter_id = $1 ORDER BY at, id");
    for row in &cx.query(&sql, params![matter])? {
        let raiser = open(cx, row)?;
        hints.names.extend(raiser.name);
        hints.phones.extend(raiser.phone);
        hints.numbers.extend(raiser.email);
        hints.addresses.extend(raiser.address);
    }
    Ok(hints)
}

/// The matter that answers for this raiser now: another one after a merge. For the program, when a raiser's mail comes.
pub fn matter_of(cx: &mut Cx<'_>, raiser: RaiserId) -> Result<Option<MatterId>, Error> {
    if !matches!(cx.actor.kind, kernel::ActorKind::System(_)) {
        return Err(Error::NotFound);
    }
    let sql = "SELECT matter_id FROM matter_raiser WHERE id = $1 AND district_id = $2";
    let row = cx.query_opt(sql, params![raiser, cx.district()])?;
    Ok(row.map(|r| r.id("matter_id")).transpose()?)
}

const BLOCK: &str = "id, anonymous, lang, name, phone, email, address";

fn shown(raiser: &Raiser) -> Vec<&'static str> {
    [
        ("name", raiser.name.is_some()),
        ("phone", raiser.phone.is_some()),
        ("email", raiser.email.is_some()),
        ("address", raiser.address.is_some()),
    ]
    .into_iter()
    .filter_map(|(field, there)| there.then_some(field))
    .collect()
}

fn open(cx: &mut Cx<'_>, row: &Row) -> Result<Raiser, Error> {
    let id: RaiserId = row.id("id")?;
    let mut erased = false;
    let mut field = |cx: &mut Cx<'_>, column: &str| -> Result<Option<String>, Error> {
        let Some(sealed) = row.opt_blob(column)? else { return Ok(None) };
        match cx.open_text(KeyClass::Raiser, id.0, &sealed) {
            Err(::store::Error::Erased) => {
                erased = true;
                Ok(None)
            }
            other => Ok(Some(other?)),
        }
    };
    let name = field(cx, "name")?;
    let phone = field(cx, "phone")?;
    let email = field(cx, "email")?;
    let address = field(cx, "address")?;
    let (anonymous, lang) = (row.bool("anonymous")?, Lang::from_tag(&row.text("lang")?));
    Ok(Raiser { id, anonymous, name, phone, email, address, lang, erased })
}

/// Writes the block of a new matter under a new key.
pub(crate) fn write(cx: &mut Cx<'_>, matter: MatterId, input: &RaiserInput, code: &str) -> Result<RaiserId, Error> {
    let id: RaiserId = cx.new_id();
    cx.new_subject_key(KeyClass::Raiser, id.0)?;
    let seal =
        |cx: &mut Cx<'_>, value: Option<&str>| value.map(|v| cx.seal(KeyClass::Raiser, id.0, v.as_bytes())).transpose();
    let name = seal(cx, input.name.as_deref())?;
    let phone = seal(cx, input.phone.as_deref())?;
    let email = seal(cx, input.email.as_deref())?;
    let address = seal(cx, input.address.as_deref())?;
    let code = seal(cx, Some(code))?;
    // Nobody can be written to or called: the answer lies at `/t` as for an anonymous raiser.
    let anonymous = input.phone.is_none() && input.email.is_none() && input.address.is_none();
    let phone_hash = input.phone.as_ref().map(|p| cx.keyed_hash(KeyClass::Raiser, format!("phone:{p}").as_bytes()));
    let sql = "INSERT INTO matter_raiser (id, district_id, matter_id, origin_matter, at, channel, anonymous, lang, name, phone, \
               email, address, code, phone_hash, opening) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1)";
    cx.put(
        sql,
        params![
            id,
            cx.district(),
            matter,
            cx.now,
            input.channel.code(),
            input.anonymous || anonymous,
            input.lang.tag(),
            name,
            phone,
            email,
            address,
            code,
            phone_hash
        ],
    )?;
    Ok(id)
}

/// The code of the first receipt, for a repeated command and for reprinting it.
pub(crate) fn code_of_first(cx: &mut Cx<'_>, matter: MatterId) -> Result<(RaiserId, String), Error> {
    let sql = "SELECT id, code FROM matter_raiser WHERE origin_matter = $1 ORDER BY at, id";
    let row = cx.query_opt(sql, params![matter])?.ok_or(Error::NotFound)?;
    let id: RaiserId = row.id("id")?;
    let code = cx.open_text(KeyClass::Raiser, id.0, &row.blob("code")?)?;
    Ok((id, code))
}

/// Replaces a merged matter's raisers under the matter that answers for them.
pub(crate) fn move_all(cx: &mut Cx<'_>, from: MatterId, to: MatterId, opening: i64) -> Result<u64, Error> {
    let sql =
        "UPDATE matter_raiser SET matter_id = $1, opening = $2, proof = NULL, proof_at = NULL WHERE matter_id = $3";
    Ok(cx.execute(sql, params![to, opening, from])?)
}
