//! What has changed since one looked: for the live pages of the desk. Reads the log, so that it hears of other processes.

use super::lists::Filter;
use super::search;
use crate::Error;
use crate::store::MatterRow;
use ::store::{Cx, Tail, Value};
use kernel::ids::MatterId;
use people::policy::{Action, ResourceFacts, decide};

/// Where a reader is in the log. Begin with [`News::from_now`].
#[derive(Debug, Clone)]
pub struct News(Tail);

impl Default for News {
    fn default() -> Self {
        Self(Tail::from_start("matter"))
    }
}

impl News {
    /// Hears of everything after this instant.
    pub fn from_now(cx: &mut Cx<'_>) -> Result<Self, Error> {
        Ok(Self(Tail::from_now(cx, "matter")?))
    }

    /// Matters that changed since the last time and that the actor may see now.
    pub fn next(&mut self, cx: &mut Cx<'_>) -> Result<Vec<MatterId>, Error> {
        let ids: Vec<MatterId> = self.0.next(cx)?.into_iter().map(MatterId).collect();
        visible(cx, &ids)
    }
}

fn visible(cx: &mut Cx<'_>, ids: &[MatterId]) -> Result<Vec<MatterId>, Error> {
    let desk = decide(&cx.actor, cx.purpose, Action::ViewDesk, &ResourceFacts::District);
    if ids.is_empty() || !desk.is_allowed() {
        return Ok(Vec::new());
    }
    let marks = (1..=ids.len()).map(|i| format!("${i}")).collect::<Vec<_>>().join(", ");
    let district = ids.len() + 1;
    let sql =
        format!("SELECT {} FROM matter WHERE id IN ({marks}) AND district_id = ${district}", MatterRow::columns());
    let mut params: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    params.push(cx.district().into());
    let rows = cx.query(&sql, &params)?.iter().map(MatterRow::read).collect::<Result<Vec<_>, _>>()?;
    let mut out = Vec::new();
    for m in rows {
        if search::visible(cx, &m, &Filter::default())? {
            out.push(m.id);
        }
    }
    Ok(out)
}
