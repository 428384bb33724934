//! What the log got since one looked: for live pages and other followers that hear of every process.

use crate::{Cx, Error, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Entries looked at in one go; a reader who missed more is told what the newest ones changed.
const MOST: i64 = 300;
/// On PostgreSQL a later entry can be seen before an earlier one whose transaction is still running: so many entries
/// back are looked at again.
const LOOK_BACK: i64 = 100;

/// Where a reader of one kind of subject is in the log. Begin with [`Tail::from_now`] or [`Tail::from_start`].
#[derive(Debug, Clone)]
pub struct Tail {
    kind: &'static str,
    last: i64,
    known: BTreeSet<i64>,
}

impl Tail {
    /// Hears of everything about subjects of this kind, as far back as is looked at in one go.
    pub const fn from_start(kind: &'static str) -> Self {
        Self { kind, last: 0, known: BTreeSet::new() }
    }

    /// Hears of everything about subjects of this kind after this instant.
    pub fn from_now(cx: &mut Cx<'_>, kind: &'static str) -> Result<Self, Error> {
        let last = cx.query_one("SELECT COALESCE(MAX(n), 0) AS n FROM event", &[])?.i64("n")?;
        let mut tail = Self { kind, last, known: BTreeSet::new() };
        let seen = tail.entries(cx)?;
        tail.known.extend(seen.into_iter().map(|(n, _)| n));
        Ok(tail)
    }

    /// Subjects that changed since the last time, each once.
    pub fn next(&mut self, cx: &mut Cx<'_>) -> Result<Vec<Uuid>, Error> {
        let fresh: Vec<(i64, Uuid)> = self.entries(cx)?.into_iter().filter(|(n, _)| !self.known.contains(n)).collect();
        self.known.extend(fresh.iter().map(|(n, _)| *n));
        self.last = self.known.last().copied().unwrap_or(self.last).max(self.last);
        let oldest = self.last - LOOK_BACK;
        self.known.retain(|n| *n > oldest);
        let mut ids: Vec<Uuid> = fresh.into_iter().map(|(_, id)| id).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    fn entries(&self, cx: &mut Cx<'_>) -> Result<Vec<(i64, Uuid)>, Error> {
        let sql = format!(
            "SELECT n, subject FROM event WHERE n > $1 AND district_id = $2 AND subject_kind = $3 ORDER BY n DESC LIMIT {MOST}"
        );
        let rows = cx.query(&sql, params![self.last - LOOK_BACK, cx.district(), self.kind])?;
        rows.iter().map(|r| Ok((r.i64("n")?, r.uuid("subject")?))).collect()
    }
}
