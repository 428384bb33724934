//! Finding somebody by name, inside a purpose. Capped, counted, and each hit shown is an entry of the log.

use super::{For, ids, person_facts, token, unseal};
use crate::app::record_rules::record_rules;
use crate::app::{allow, marks};
use crate::model::person::{Identity, query_tokens};
use crate::policy::Action;
use crate::{Error, Result};
use kernel::ids::{AreaId, PersonId};
use kernel::time;
use store::{Cx, KeyClass, Value, params};

/// Somebody who may be meant, with no more than tells them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub person: PersonId,
    pub name: String,
    pub birth_year: Option<i16>,
    pub area: AreaId,
}

/// People of this name. In the name of a matter only those who live in its surroundings (`within`), in a window anywhere
/// in the district. Fewer than all when there are more than the district shows at once; the second value says so.
///
/// # Errors
/// When it may not be asked, or the look-ups of today are spent.
pub fn find_person(cx: &mut Cx<'_>, typed: &str, why: &For, within: &[AreaId]) -> Result<(Vec<Found>, bool)> {
    let facts = person_facts(cx, None, why)?;
    allow(cx, Action::FindPerson, &facts)?;
    let typed: String = typed.chars().take(60).collect();
    let tokens: Vec<i64> = query_tokens(&typed).iter().map(|t| token(cx, t)).collect();
    if tokens.is_empty() {
        return Err(Error::Invalid { field: "name", why: "missing" });
    }
    spend(cx)?;
    let cap = usize::try_from(record_rules(cx)?.hits).unwrap_or(8);
    let mut values = params![cx.district()].to_vec();
    values.extend(tokens.iter().map(|t| Value::Int(*t)));
    let mut sql = format!(
        "SELECT p.id, p.area_id, p.identity FROM person p WHERE p.id IN (SELECT t.person_id FROM person_token t \
         WHERE t.district_id = $1 AND t.token IN ({}))",
        marks(2, tokens.len())
    );
    if matches!(why, For::Matter(_) | For::Case(_)) {
        if within.is_empty() {
            return Ok((Vec::new(), false));
        }
        let areas = marks(2 + tokens.len(), within.len());
        sql.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM person_area a WHERE a.person_id = p.id AND a.area_id IN ({areas}))"
        ));
        values.extend(ids(within.iter().copied()));
    }
    sql.push_str(&format!(" ORDER BY p.id LIMIT {}", cap + 1));
    let rows = cx.query(&sql, &values)?;
    let more = rows.len() > cap;
    let mut found = Vec::new();
    for row in rows.iter().take(cap) {
        let person: PersonId = row.id("id")?;
        let Some(sealed) = row.opt_blob("identity")? else { continue };
        let identity: Identity = unseal(cx, KeyClass::Identity, person.0, &sealed)?;
        cx.record_read("person", person.0, &["found", "name", "birth_year"])?;
        found.push(Found { person, name: identity.name, birth_year: identity.birth_year, area: row.id("area_id")? });
    }
    cx.record("person.searched", "account", account(cx)?, &serde_json::json!({ "hits": found.len(), "more": more }))?;
    Ok((found, more))
}

fn account(cx: &Cx<'_>) -> Result<uuid::Uuid> {
    Ok(cx.actor.account_id().ok_or(store::Error::NotFound)?.0)
}

/// One look-up less today. What is refused afterwards is not counted: the transaction takes it back.
///
/// # Errors
/// When the look-ups of today are spent.
pub fn spend(cx: &mut Cx<'_>) -> Result<()> {
    let Some(account) = cx.actor.account_id() else { return Ok(()) };
    let most = record_rules(cx)?.daily_lookups;
    let sql = "INSERT INTO person_lookup (account_id, day, district_id, n) VALUES ($1, $2, $3, 1) \
               ON CONFLICT (account_id, day) DO UPDATE SET n = person_lookup.n + 1 RETURNING n";
    let n = cx.query_one(sql, params![account, day(cx), cx.district()])?.i64("n")?;
    if n > most { Err(Error::LookupsSpent(most)) } else { Ok(()) }
}

/// How many look-ups this account has left today.
pub fn lookups_left(cx: &mut Cx<'_>) -> Result<i64> {
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    let most = record_rules(cx)?.daily_lookups;
    let sql = "SELECT n FROM person_lookup WHERE account_id = $1 AND day = $2";
    let used = cx.query_opt(sql, params![account, day(cx)])?.map_or(Ok(0), |row| row.i64("n"))?;
    Ok((most - used).max(0))
}

/// The day on the wall.
fn day(cx: &Cx<'_>) -> String {
    cx.now.zoned(&time::shanghai()).date().to_string()
}
