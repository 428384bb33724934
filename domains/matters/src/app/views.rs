//! Saved views: filters somebody keeps for themselves.

use crate::{Error, limits};
use ::store::{Cx, params};
use kernel::ids::AccountId;
use people::policy::{Action, Denied, ResourceFacts, Why, require};
use uuid::Uuid;

/// A filter under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    pub id: Uuid,
    pub name: String,
    /// Query string of the list page.
    pub query: String,
}

/// Views of one account.
const MAX: i64 = 30;

fn me(cx: &Cx<'_>) -> Result<AccountId, Error> {
    require(&cx.actor, cx.purpose, Action::SaveView, &ResourceFacts::District)?;
    cx.actor.account_id().ok_or(Error::Denied(Denied { action: Action::SaveView, why: Why::NotSignedIn }))
}

pub fn saved_views(cx: &mut Cx<'_>) -> Result<Vec<SavedView>, Error> {
    let me = me(cx)?;
    let sql = "SELECT id, name, query FROM matter_view WHERE account_id = $1 AND district_id = $2 ORDER BY at, id";
    cx.query(sql, params![me, cx.district()])?
        .iter()
        .map(|r| Ok(SavedView { id: r.uuid("id")?, name: r.text("name")?, query: r.text("query")? }))
        .collect()
}

/// Keeps a filter; the same name again replaces it.
pub fn save_view(cx: &mut Cx<'_>, name: &str, query: &str) -> Result<SavedView, Error> {
    let me = me(cx)?;
    let (mut wrong, mut name, mut query) = (Vec::new(), name.to_owned(), query.to_owned());
    limits::text(&mut wrong, "name", &mut name, 40);
    limits::text(&mut wrong, "query", &mut query, 1_000);
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    cx.execute("DELETE FROM matter_view WHERE account_id = $1 AND name = $2", params![me, &name])?;
    let n = cx.query_one("SELECT COUNT(*) AS c FROM matter_view WHERE account_id = $1", params![me])?.i64("c")?;
    if n >= MAX {
        return Err(Error::invalid("name", "invalid-too-many-views"));
    }
    let id: Uuid = cx.new_id();
    let sql = "INSERT INTO matter_view (id, district_id, account_id, name, query, at) VALUES ($1, $2, $3, $4, $5, $6)";
    cx.execute(sql, params![id, cx.district(), me, &name, &query, cx.now])?;
    Ok(SavedView { id, name, query })
}

pub fn delete_view(cx: &mut Cx<'_>, id: Uuid) -> Result<(), Error> {
    let me = me(cx)?;
    let gone = cx.execute("DELETE FROM matter_view WHERE id = $1 AND account_id = $2", params![id, me])?;
    if gone == 0 { Err(Error::NotFound) } else { Ok(()) }
}
