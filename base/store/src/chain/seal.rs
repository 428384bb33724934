//! Linking committed rows into blocks.

use super::entry::{Leaf, Table, leaf};
use super::hash::algorithm;
use crate::{Cx, Error, Runtime, Who, params};
use kernel::Moment;
use kernel::ids::DistrictId;

/// Entries sealed in one block at most; more wait for the next.
const BLOCK: i64 = 20_000;

/// Where the sealed chain ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the last block; 0 before the first.
    pub block: i64,
    /// When it was sealed.
    pub at: Moment,
    /// Numbers of the last entries sealed.
    pub last_event: i64,
    pub last_read: i64,
    pub hash: [u8; 32],
}

impl Head {
    const EMPTY: Self = Self { block: 0, at: Moment::from_micros(0), last_event: 0, last_read: 0, hash: [0; 32] };

    /// The hash in hexadecimal digits; of the empty chain 64 zeros.
    pub fn hex(&self) -> String {
        hex::encode(self.hash)
    }
}

/// Seals everything committed so far. Harmless to call at any time, by several processes too.
pub fn seal_now(rt: &Runtime, district: DistrictId) -> Result<(), Error> {
    let waiting = rt.read_now(Who::system(district, "sealer"), |cx| {
        let last = head(cx)?;
        let sql = "SELECT CASE WHEN EXISTS (SELECT 1 FROM event WHERE n > $1) OR EXISTS (SELECT 1 FROM audit_read WHERE n > $2) \
                   THEN 1 ELSE 0 END AS waiting";
        Ok::<_, Error>(cx.query_one(sql, params![last.last_event, last.last_read])?.i64("waiting")? == 1)
    })?;
    if !waiting {
        return Ok(());
    }
    while rt.write_now(Who::system(district, "sealer"), seal_block)? == BLOCK {}
    Ok(())
}

/// The end of the sealed chain, to be kept outside the database: printed, mailed, on receipts.
pub fn head(cx: &mut Cx<'_>) -> Result<Head, Error> {
    let sql =
        "SELECT n, at, last_event, last_read, head FROM seal_block WHERE district_id = $1 ORDER BY n DESC LIMIT 1";
    let Some(row) = cx.query_opt(sql, params![cx.district()])? else { return Ok(Head::EMPTY) };
    let hash = row.blob("head")?.try_into().map_err(|_| Error::Column("head has no 32 bytes".into()))?;
    Ok(Head {
        block: row.i64("n")?,
        at: row.moment("at")?,
        last_event: row.i64("last_event")?,
        last_read: row.i64("last_read")?,
        hash,
    })
}

fn seal_block(cx: &mut Cx<'_>) -> Result<i64, Error> {
    cx.lock("sealer")?;
    cx.quiesce("event, audit_read")?;
    let Head { mut last_event, mut last_read, mut hash, .. } = head(cx)?;
    let algorithm = algorithm(cx)?;
    let district = cx.district();
    let (mut leaves, mut buffer, mut entries) = (Vec::new(), Vec::new(), 0);
    for table in Table::ALL {
        let last = if table == Table::Event { &mut last_event } else { &mut last_read };
        let sql = format!("{} LIMIT $4", table.select());
        cx.each_cells(&sql, params![district, *last, i64::MAX, BLOCK - entries], |row| {
            let leaf = leaf(algorithm, table, row, &mut buffer);
            leaf.write(&mut leaves);
            hash = algorithm.next(&hash, &leaf.hash);
            *last = leaf.n;
            entries += 1;
            Ok(())
        })?;
    }
    if entries > 0 {
        let own = Leaf::of_block(algorithm, cx.now.micros(), district.0);
        own.write(&mut leaves);
        hash = algorithm.next(&hash, &own.hash);
        let sql = "INSERT INTO seal_block (district_id, at, algorithm, last_event, last_read, entries, leaves, head) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = params![district, cx.now, algorithm.code(), last_event, last_read, entries, leaves, hash];
        cx.execute(sql, params)?;
    }
    Ok(entries)
}
