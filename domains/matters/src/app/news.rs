//! What has changed since one looked: for the live pages of the desk. Reads the log, so that it hears of other processes.

use super::lists::Filter;
use super::search;
use crate::Error;
use crate::store::MatterRow;
use ::store::{Cx, Value, params};
use kernel::ids::MatterId;
use people::policy::{Action, ResourceFacts, decide};
use std::collections::BTreeSet;

/// Entries looked at in one go; a reader who missed more is told what the newest ones changed.
const MOST: i64 = 300;
/// On PostgreSQL a later entry can be seen before an earlier one whose transaction is still running: so many entries
/// back are looked at again.
const LOOK_BACK: i64 = 100;

/// Where a reader is in the log. Begin with [`News::from_now`].
#[derive(Debug, Clone, Default)]
pub struct News {
    last: i64,
    known: BTreeSet<i64>,
}

impl News {
    /// Hears of everything after this instant.
    pub fn from_now(cx: &mut Cx<'_>) -> Result<Self, Error> {
        let last = cx.query_one("SELECT COALESCE(MAX(n), 0) AS n FROM event", &[])?.i64("n")?;
        let mut news = Self { last, known: BTreeSet::new() };
        news.known.extend(entries(cx, last - LOOK_BACK)?.into_iter().map(|(n, _)| n));
        Ok(news)
    }

    /// Matters that changed since the last time and that the actor may see now.
    pub fn next(&mut self, cx: &mut Cx<'_>) -> Result<Vec<MatterId>, Error> {
        let fresh: Vec<(i64, MatterId)> =
            entries(cx, self.last - LOOK_BACK)?.into_iter().filter(|(n, _)| !self.known.contains(n)).collect();
        self.known.extend(fresh.iter().map(|(n, _)| *n));
        self.last = self.known.last().copied().unwrap_or(self.last).max(self.last);
        let oldest = self.last - LOOK_BACK;
        self.known.retain(|n| *n > oldest);
        let mut ids: Vec<MatterId> = fresh.into_iter().map(|(_, id)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        visible(cx, &ids)
    }
}

fn entries(cx: &mut Cx<'_>, after: i64) -> Result<Vec<(i64, MatterId)>, Error> {
    let sql = format!(
        "SELECT n, subject FROM event WHERE n > $1 AND district_id = $2 AND subject_kind = 'matter' \
         ORDER BY n DESC LIMIT {MOST}"
    );
    let rows = cx.query(&sql, params![after, cx.district()])?;
    rows.iter().map(|r| Ok((r.i64("n")?, r.id("subject")?))).collect()
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
