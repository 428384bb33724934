//! The raiser block (R3): who raised a matter, sealed under a key of their own. This file is the only one that opens it,
//! and [`reveal`] the only way for people; each reveal is one row in the audit log, so "who has seen the raiser's name"
//! is one query ([`crate::readings`]).

use crate::Error;
use crate::app::data_requests::RaiserField;
use crate::app::{RaiserInput, around};
use crate::redaction;
use crate::store::{MatterRow, raisers};
use ::store::{Cx, KeyClass, Row, params};
use kernel::Lang;
use kernel::ids::{DataRequestId, MatterId, RaiserId};
use people::app::persons::Kept;
use people::policy::{Action, DataRequestFacts, ResourceFacts, require};
use redact::Hints;
use serde_json::json;

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

/// What the block of one raiser holds, for the copy that they asked for.
pub(crate) fn copy_of_block(cx: &mut Cx<'_>, raiser: RaiserId, of: DataRequestFacts) -> Result<Kept, Error> {
    require(&cx.actor, cx.purpose, Action::ApproveDataRequest, &ResourceFacts::DataRequest(of))?;
    let sql = format!("SELECT {BLOCK}, channel FROM matter_raiser WHERE id = $1 AND district_id = $2");
    let row = cx.query_opt(&sql, params![raiser, cx.district()])?.ok_or(Error::NotFound)?;
    let r = open(cx, &row)?;
    let mut kept = Kept::new();
    kept.extend(r.name.map(|v| ("raiser", "name", v)));
    kept.extend(r.phone.map(|v| ("raiser", "phone", v)));
    kept.extend(r.email.map(|v| ("raiser", "email", v)));
    kept.extend(r.address.map(|v| ("raiser", "address", v)));
    kept.push(("raiser", "channel", row.text("channel")?));
    kept.push(("raiser", "lang", r.lang.tag().to_owned()));
    Ok(kept)
}

/// Puts one field of a block right, as the raiser said.
pub(crate) fn correct(
    cx: &mut Cx<'_>,
    raiser: RaiserId,
    request: DataRequestId,
    field: RaiserField,
    value: &str,
    of: DataRequestFacts,
) -> Result<(), Error> {
    require(&cx.actor, cx.purpose, Action::DecideDataRequest, &ResourceFacts::DataRequest(of))?;
    let value = match field {
        RaiserField::Phone => kernel::text::phone(value).ok_or_else(|| Error::invalid("value", "invalid-phone"))?,
        RaiserField::Email if !crate::limits::looks_like_email(value) => {
            return Err(Error::invalid("value", "invalid-email"));
        }
        _ => value.to_owned(),
    };
    // Nothing is written under a new key where the old one was destroyed.
    let sql = "SELECT code FROM matter_raiser WHERE id = $1 AND district_id = $2";
    let row = cx.query_opt(sql, params![raiser, cx.district()])?.ok_or(Error::NotFound)?;
    cx.open(KeyClass::Raiser, raiser.0, &row.blob("code")?)?;
    let sealed = cx.seal(KeyClass::Raiser, raiser.0, value.as_bytes())?;
    let sql = format!("UPDATE matter_raiser SET {} = $1 WHERE id = $2", field.code());
    cx.execute(&sql, params![sealed, raiser])?;
    if field == RaiserField::Phone {
        let hash = cx.keyed_hash(KeyClass::Raiser, format!("phone:{value}").as_bytes());
        cx.execute("UPDATE matter_raiser SET phone_hash = $1 WHERE id = $2", params![hash, raiser])?;
    }
    cx.record("raiser.changed", "raiser", raiser.0, &json!({ "field": field.code(), "request": request }))?;
    Ok(())
}

/// Erases a block: its key is destroyed, so that no older copy can be read either.
pub(crate) fn erase(
    cx: &mut Cx<'_>,
    raiser: RaiserId,
    request: DataRequestId,
    of: DataRequestFacts,
) -> Result<(), Error> {
    require(&cx.actor, cx.purpose, Action::ApproveDataRequest, &ResourceFacts::DataRequest(of))?;
    cx.destroy_subject_key(KeyClass::Raiser, raiser.0)?;
    let sql = "UPDATE matter_raiser SET name = NULL, phone = NULL, email = NULL, address = NULL, phone_hash = NULL WHERE id = $1 \
               AND district_id = $2";
    cx.execute(sql, params![raiser, cx.district()])?;
    cx.record("raiser.erased", "raiser", raiser.0, &json!({ "request": request }))?;
    Ok(())
}

/// Replaces a merged matter's raisers under the matter that answers for them.
pub(crate) fn move_all(cx: &mut Cx<'_>, from: MatterId, to: MatterId, opening: i64) -> Result<u64, Error> {
    let sql =
        "UPDATE matter_raiser SET matter_id = $1, opening = $2, proof = NULL, proof_at = NULL WHERE matter_id = $3";
    Ok(cx.execute(sql, params![to, opening, from])?)
}
