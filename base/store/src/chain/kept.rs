//! The anchors that were given out, as the database remembers them: for sending them again and showing them. Against
//! somebody who writes into the database only those kept elsewhere count; these find the clumsy.

use super::seal::seal_now;
use super::{Algorithm, Anchor};
use crate::{Cx, Error, Row, Runtime, Who, params};
use kernel::ids::DistrictId;

/// An anchor with its number and its signed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnchor {
    pub n: i64,
    pub anchor: Anchor,
    pub line: String,
}

/// Seals what is committed and gives out an anchor. The same key gives the same anchor again.
pub fn anchor_now(rt: &Runtime, who: Who, key: &str) -> Result<KeptAnchor, Error> {
    seal_now(rt, who.actor.district)?;
    let (keys, key) = (rt.keys().clone(), key.to_owned());
    rt.write_now(who, move |cx| {
        cx.lock("anchor")?;
        let sql = format!("{SELECT} WHERE district_id = $1 AND idem_key = $2");
        let district = cx.district();
        if let Some(row) = cx.query_opt(&sql, params![district, &key])? {
            return read(district, &row);
        }
        let anchor = Anchor::of_now(cx)?;
        let line = anchor.line(&keys);
        let sql = "INSERT INTO anchor (district_id, at, block, last_event, last_read, entries, algorithm, head, line, idem_key) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING n";
        let (algorithm, a) = (anchor.algorithm.code(), &anchor);
        let params =
            params![district, a.at, a.block, a.last_event, a.last_read, a.entries, algorithm, a.head, &line, key];
        let n = cx.query_one(sql, params)?.i64("n")?;
        Ok(KeptAnchor { n, anchor, line })
    })
}

/// The newest anchors, newest first.
pub fn anchors(cx: &mut Cx<'_>, limit: usize) -> Result<Vec<KeptAnchor>, Error> {
    let sql = format!("{SELECT} WHERE district_id = $1 ORDER BY n DESC LIMIT $2");
    let district = cx.district();
    cx.query(&sql, params![district, limit])?.iter().map(|row| read(district, row)).collect()
}

/// The signed line of one anchor.
pub fn anchor_line(cx: &mut Cx<'_>, n: i64) -> Result<KeptAnchor, Error> {
    let sql = format!("{SELECT} WHERE district_id = $1 AND n = $2");
    let district = cx.district();
    read(district, &cx.query_one(&sql, params![district, n])?)
}

pub(crate) fn remembered(cx: &mut Cx<'_>) -> Result<Vec<Anchor>, Error> {
    // A row that cannot be read was tampered with, which the anchors elsewhere will show; the rest still counts.
    let sql = format!("{SELECT} WHERE district_id = $1 ORDER BY n");
    let district = cx.district();
    let rows = cx.query(&sql, params![district])?;
    Ok(rows.iter().filter_map(|row| read(district, row).ok()).map(|kept| kept.anchor).collect())
}

const SELECT: &str = "SELECT n, at, block, last_event, last_read, entries, algorithm, head, line FROM anchor";

fn read(district: DistrictId, row: &Row) -> Result<KeptAnchor, Error> {
    let odd = |what: &str| Error::Column(format!("anchor: {what}"));
    let anchor = Anchor {
        district,
        block: row.i64("block")?,
        last_event: row.i64("last_event")?,
        last_read: row.i64("last_read")?,
        entries: row.i64("entries")?,
        algorithm: Algorithm::from_code(&row.text("algorithm")?).ok_or_else(|| odd("algorithm"))?,
        head: row.blob("head")?.try_into().map_err(|_| odd("head"))?,
        at: row.moment("at")?,
    };
    Ok(KeptAnchor { n: row.i64("n")?, anchor, line: row.text("line")? })
}
