//! Who wants news on a device: subscribed by the person on that device, listed, ended. Staff about their desk, whoever
//! raised a matter about that matter. Where a browser is reached lies sealed: under a key of its own for staff, under the
//! raiser's for a raiser, so that erasing the raiser ends it.

use super::webhook_queue::end_of_log;
use crate::push::{Device, Vapid, base};
use crate::{Error, Result};
use kernel::ids::{AccountId, MatterId, RaiserId};
use kernel::{ActorKind, Lang, Moment};
use matters::app::Found;
use people::policy::{AccountFacts, Action, ResourceFacts, require};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// Devices of one person; the oldest goes when there is one more.
const MOST: usize = 8;

/// Who is told on a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    Account(AccountId),
    Raiser(RaiserId),
}

/// One device, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: Uuid,
    pub made_at: Moment,
    /// The last time its push service took something.
    pub last_ok_at: Option<Moment>,
    /// By which the browser knows itself again: the beginning of the SHA-256 of its address.
    pub mark: String,
}

/// I, as an account.
fn own(cx: &Cx<'_>) -> Result<Whose> {
    let id = super::me(cx)?;
    let facts = AccountFacts { id, areas: Vec::new(), posts: Vec::new(), orgs: Vec::new() };
    require(&cx.actor, cx.purpose, Action::OwnAccount, &ResourceFacts::Account(facts))?;
    Ok(Whose::Account(id))
}

/// I, as the holder of a matter's code. Nobody subscribes for somebody else.
fn raiser(cx: &mut Cx<'_>, found: Found) -> Result<Whose> {
    let facts = matters::app::facts(cx, found.matter)?;
    require(&cx.actor, cx.purpose, Action::FollowMatter, &facts)?;
    match cx.actor.kind {
        ActorKind::Raiser(_) => Ok(Whose::Raiser(found.raiser)),
        _ => Err(store::Error::NotFound.into()),
    }
}

/// The public key a browser subscribes for; made at the first use.
pub fn key(cx: &mut Cx<'_>) -> Result<String> {
    own(cx)?;
    Ok(vapid(cx)?.public())
}

/// As [`key`], for the holder of a matter's code.
pub fn key_for(cx: &mut Cx<'_>, found: Found) -> Result<String> {
    raiser(cx, found)?;
    Ok(vapid(cx)?.public())
}

/// The district's key. The one secret that must outlive every subscription: they were made for it.
pub(crate) fn vapid(cx: &mut Cx<'_>) -> Result<Vapid> {
    let lost = || store::Error::Setup("the key for web push cannot be read".into());
    let sql = "SELECT id, private FROM push_key WHERE district_id = $1";
    if let Some(row) = cx.query_opt(sql, params![cx.district()])? {
        let pkcs8 = cx.open(KeyClass::Identity, row.uuid("id")?, &row.blob("private")?)?;
        return Ok(Vapid::read(&pkcs8).ok_or_else(lost)?);
    }
    cx.lock("push")?;
    // Somebody else may have made it while we waited.
    if cx.query_opt(sql, params![cx.district()])?.is_some() {
        return vapid(cx);
    }
    let (id, pkcs8): (Uuid, _) = (cx.new_id(), Vapid::make().ok_or_else(lost)?);
    let (sealed, seen) = (cx.seal(KeyClass::Identity, id, &pkcs8)?, end_of_log(cx)?);
    let sql = "INSERT INTO push_key (district_id, id, private, seen, made_at) VALUES ($1, $2, $3, $4, $5)";
    cx.execute(sql, params![cx.district(), id, sealed, seen, cx.now])?;
    cx.record("push.key", "push", id, &json!({}))?;
    Ok(Vapid::read(&pkcs8).ok_or_else(lost)?)
}

/// My devices, oldest first.
pub fn mine(cx: &mut Cx<'_>) -> Result<Vec<Subscription>> {
    let whose = own(cx)?;
    list(cx, whose)
}

/// Devices of whoever raised a matter.
pub fn of_raiser(cx: &mut Cx<'_>, found: Found) -> Result<Vec<Subscription>> {
    let whose = raiser(cx, found)?;
    list(cx, whose)
}

/// News on this device from now on, in this language.
pub fn subscribe(cx: &mut Cx<'_>, device: &Device, lang: Lang) -> Result<()> {
    let whose = own(cx)?;
    add(cx, whose, device, lang)
}

pub fn subscribe_raiser(cx: &mut Cx<'_>, found: Found, device: &Device, lang: Lang) -> Result<()> {
    let whose = raiser(cx, found)?;
    add(cx, whose, device, lang)
}

/// No more news on this device of mine. Ending what is not there is fine.
pub fn end(cx: &mut Cx<'_>, id: Uuid) -> Result<()> {
    let whose = own(cx)?;
    let found = list(cx, whose)?.iter().any(|s| s.id == id);
    if found { remove(cx, id, "owner") } else { Ok(()) }
}

/// No more news about this matter, on any device of whoever raised it.
pub fn end_raiser(cx: &mut Cx<'_>, found: Found) -> Result<()> {
    let whose = raiser(cx, found)?;
    list(cx, whose)?.iter().try_for_each(|s| remove(cx, s.id, "owner"))
}

fn columns(whose: Whose) -> (Option<AccountId>, Option<RaiserId>) {
    match whose {
        Whose::Account(id) => (Some(id), None),
        Whose::Raiser(id) => (None, Some(id)),
    }
}

fn sealed_under(whose: Whose, id: Uuid) -> (KeyClass, Uuid) {
    match whose {
        Whose::Account(_) => (KeyClass::Identity, id),
        Whose::Raiser(raiser) => (KeyClass::Raiser, raiser.0),
    }
}

fn list(cx: &mut Cx<'_>, whose: Whose) -> Result<Vec<Subscription>> {
    let (account, raiser) = columns(whose);
    let sql = "SELECT id, account_id, raiser_id, device, made_at, last_ok_at FROM push_subscription \
               WHERE district_id = $1 AND (account_id = $2 OR raiser_id = $3) ORDER BY made_at, id";
    let mut out = Vec::new();
    for row in &cx.query(sql, params![cx.district(), account, raiser])? {
        let Some(device) = open(cx, row)? else { continue };
        let digest = Sha256::digest(device.endpoint.as_bytes());
        let mark = hex::encode(digest.get(..8).unwrap_or_default());
        let last_ok_at = row.opt_moment("last_ok_at")?;
        out.push(Subscription { id: row.uuid("id")?, made_at: row.moment("made_at")?, last_ok_at, mark });
    }
    Ok(out)
}

/// `None`: the person was erased, and with them where the device is.
fn open(cx: &mut Cx<'_>, row: &Row) -> Result<Option<Device>> {
    let whose = whose(row)?;
    let (class, subject) = sealed_under(whose, row.uuid("id")?);
    match cx.open_text(class, subject, &row.blob("device")?) {
        Ok(text) => Ok(Device::from_text(&text)),
        Err(store::Error::Erased) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

fn whose(row: &Row) -> Result<Whose> {
    match (row.opt_id("account_id")?, row.opt_id("raiser_id")?) {
        (Some(account), _) => Ok(Whose::Account(account)),
        (None, Some(raiser)) => Ok(Whose::Raiser(raiser)),
        (None, None) => Err(store::Error::Setup("a subscription of nobody".into()).into()),
    }
}

fn add(cx: &mut Cx<'_>, whose: Whose, device: &Device, lang: Lang) -> Result<()> {
    cx.lock("push")?;
    let mark = base(&cx.keyed_hash(KeyClass::Contact, device.endpoint.as_bytes()));
    // The same browser again, or another person at the same one: what it was told before ends.
    let sql = "SELECT id FROM push_subscription WHERE district_id = $1 AND mark = $2";
    if let Some(row) = cx.query_opt(sql, params![cx.district(), mark.as_str()])? {
        remove(cx, row.uuid("id")?, "again")?;
    }
    let there = list(cx, whose)?;
    for old in there.iter().take((there.len() + 1).saturating_sub(MOST)) {
        remove(cx, old.id, "too-many")?;
    }
    let id: Uuid = cx.new_id();
    let (class, subject) = sealed_under(whose, id);
    let sealed = cx.seal(class, subject, device.to_text().as_bytes())?;
    let (account, raiser) = columns(whose);
    let sql = "INSERT INTO push_subscription (id, district_id, account_id, raiser_id, mark, device, lang, made_at, used_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    cx.execute(sql, params![id, cx.district(), account, raiser, mark, sealed, lang.tag(), cx.now])?;
    cx.record("push.subscribed", "push", id, &json!({ "account": account, "raiser": raiser }))?;
    Ok(())
}

/// Takes a subscription away, with what waits for it. `by`: `owner`, `again`, `too-many`, `gone`, `erased`, `old`.
pub(crate) fn remove(cx: &mut Cx<'_>, id: Uuid, by: &str) -> Result<()> {
    let waiting = "SELECT message_id FROM push_message WHERE subscription_id = $1";
    let sql =
        format!("UPDATE message SET state = 'dropped', settled_at = $2 WHERE state = 'queued' AND id IN ({waiting})");
    cx.execute(&sql, params![id, cx.now])?;
    cx.execute("DELETE FROM push_message WHERE subscription_id = $1", params![id])?;
    cx.execute("DELETE FROM push_subscription WHERE id = $1 AND district_id = $2", params![id, cx.district()])?;
    // Nothing of a raiser's lies under this one.
    cx.destroy_subject_key(KeyClass::Identity, id)?;
    cx.record("push.ended", "push", id, &json!({ "by": by }))?;
    Ok(())
}

/// A device that is to be told, for the job that sends.
pub(crate) struct Target {
    pub id: Uuid,
    pub whose: Whose,
    /// `None`: erased.
    pub device: Option<Device>,
    pub lang: Lang,
}

pub(crate) fn target(cx: &mut Cx<'_>, id: Uuid) -> Result<Option<Target>> {
    let sql =
        "SELECT id, account_id, raiser_id, device, lang FROM push_subscription WHERE id = $1 AND district_id = $2";
    let Some(row) = cx.query_opt(sql, params![id, cx.district()])? else { return Ok(None) };
    let device = open(cx, &row)?;
    Ok(Some(Target { id, whose: whose(&row)?, device, lang: Lang::from_tag(&row.text("lang")?) }))
}

/// The devices of a person, for whoever has news for them.
pub(crate) fn devices(cx: &mut Cx<'_>, whose: Whose) -> Result<Vec<Uuid>> {
    let (account, raiser) = columns(whose);
    let sql =
        "SELECT id FROM push_subscription WHERE district_id = $1 AND (account_id = $2 OR raiser_id = $3) ORDER BY id";
    let rows = cx.query(sql, params![cx.district(), account, raiser])?;
    rows.iter().map(|r| r.uuid("id").map_err(Error::from)).collect()
}

/// The matter that answers for a raiser now; `None`: they are gone.
pub(crate) fn matter_of(cx: &mut Cx<'_>, raiser: RaiserId) -> Result<Option<MatterId>> {
    Ok(matters::raiser::matter_of(cx, raiser)?)
}

pub(crate) fn into_store(error: Error) -> store::Error {
    match error {
        Error::Store(e) | Error::Matters(matters::Error::Store(e)) => e,
        other => store::Error::Setup(other.to_string()),
    }
}
