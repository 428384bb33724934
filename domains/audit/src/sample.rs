//! The weekly random sample of views. The lot is drawn from the head of the log, which nobody can choose: from the same
//! head and the same log everybody draws the same lines.

use crate::{Result, allow};
use kernel::ids::DistrictId;
use kernel::{Moment, time};
use people::policy::Action;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use store::{Cx, chain, params};
use uuid::Uuid;

/// Views° in a week's sample; all of them when there were fewer.
pub const LINES: usize = 20;

/// A week's sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub id: Uuid,
    /// Monday, and the Monday after.
    pub from: Moment,
    pub to: Moment,
    /// Block whose head the lot was drawn from.
    pub block: i64,
    pub head: String,
    /// Views by people in that week.
    pub views: i64,
    pub drawn_at: Moment,
}

/// Begin of the week (Monday, Shanghai) that an instant lies in.
pub(crate) fn monday(at: Moment) -> Moment {
    let zoned = at.zoned(&time::shanghai());
    let back = i64::from(zoned.weekday().to_monday_zero_offset());
    let day = zoned.date().saturating_sub(jiff::Span::new().days(back));
    day.to_zoned_datetime(time::shanghai()).map_or(at, |z| Moment::from(&z))
}

/// Draws the sample of the week before the one that `cx.now` lies in; the same week is drawn once. The log must be sealed.
pub(crate) fn draw(cx: &mut Cx<'_>) -> Result<Option<Uuid>> {
    allow(cx, Action::ReadAudit)?;
    let to = monday(cx.now);
    let from = monday(to.plus_hours(-1));
    let known = "SELECT 1 AS one FROM audit_sample WHERE district_id = $1 AND from_at = $2";
    let district = cx.district();
    if cx.query_opt(known, params![district, from])?.is_some() {
        return Ok(None);
    }
    let head = chain::head(cx)?;
    let numbers = views(cx, from, to, head.last_read)?;
    let chosen = choose(district, &head.hash, from, &numbers);
    let id: Uuid = cx.new_id();
    let sql = "INSERT INTO audit_sample (id, district_id, from_at, to_at, block, head, views, drawn_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    cx.execute(sql, params![id, district, from, to, head.block, head.hash, numbers.len(), cx.now])?;
    for n in &chosen {
        let review: Uuid = cx.new_id();
        let sql = "INSERT INTO audit_review (id, district_id, sample_id, read_n, state, changed_at) \
                   VALUES ($1, $2, $3, $4, 'open', $5)";
        cx.execute(sql, params![review, district, id, *n, cx.now])?;
    }
    let payload = serde_json::json!({ "block": head.block, "views": numbers.len(), "lines": chosen });
    cx.record("audit.sampled", "district", district.0, &payload)?;
    Ok(Some(id))
}

/// Numbers of the views by people in a time, among those sealed by then.
fn views(cx: &mut Cx<'_>, from: Moment, to: Moment, last: i64) -> Result<Vec<i64>> {
    // What was sealed before the week began was not read in it.
    let sql = "SELECT last_read FROM seal_block WHERE district_id = $1 AND at < $2 ORDER BY n DESC LIMIT 1";
    let first = cx.query_opt(sql, params![cx.district(), from])?.map_or(Ok(0), |row| row.i64("last_read"))?;
    let sql = "SELECT n FROM audit_read WHERE district_id = $1 AND n > $2 AND n <= $3 AND at >= $4 AND at < $5 \
               AND actor LIKE 'account:%' ORDER BY n";
    let rows = cx.query(sql, params![cx.district(), first, last, from, to])?;
    Ok(rows.iter().map(|row| row.i64("n")).collect::<std::result::Result<_, _>>()?)
}

/// The lot: entries in the order of a hash over head, week and number; the first ones are taken.
fn choose(district: DistrictId, head: &[u8; 32], from: Moment, numbers: &[i64]) -> Vec<i64> {
    let lot = |n: i64| -> [u8; 32] {
        let hash = Sha256::new().chain_update(b"mulin/sample").chain_update(district.0.as_bytes());
        let hash = hash.chain_update(head).chain_update(from.micros().to_be_bytes());
        hash.chain_update(n.to_be_bytes()).finalize().into()
    };
    let drawn: BTreeSet<([u8; 32], i64)> = numbers.iter().map(|n| (lot(*n), *n)).collect();
    let mut chosen: Vec<i64> = drawn.into_iter().take(LINES).map(|(_, n)| n).collect();
    chosen.sort_unstable();
    chosen
}

/// Samples, newest first.
pub fn samples(cx: &mut Cx<'_>, limit: usize) -> Result<Vec<Sample>> {
    allow(cx, Action::ReadAudit)?;
    let sql = "SELECT id, from_at, to_at, block, head, views, drawn_at FROM audit_sample WHERE district_id = $1 \
               ORDER BY from_at DESC LIMIT $2";
    cx.query(sql, params![cx.district(), limit])?
        .iter()
        .map(|r| {
            Ok(Sample {
                id: r.uuid("id")?,
                from: r.moment("from_at")?,
                to: r.moment("to_at")?,
                block: r.i64("block")?,
                head: hex::encode(r.blob("head")?),
                views: r.i64("views")?,
                drawn_at: r.moment("drawn_at")?,
            })
        })
        .collect()
}

/// Draws a sample again from its head and compares: the numbers drawn now, and whether they are the ones kept.
pub fn redraw(cx: &mut Cx<'_>, sample: &Sample) -> Result<(Vec<i64>, bool)> {
    allow(cx, Action::ReadAudit)?;
    let sql = "SELECT last_read, head FROM seal_block WHERE n = $1 AND district_id = $2";
    let last = cx.query_opt(sql, params![sample.block, cx.district()])?.map_or(Ok(0), |row| row.i64("last_read"))?;
    let head: [u8; 32] = hex::decode(&sample.head).ok().and_then(|h| h.try_into().ok()).unwrap_or_default();
    let numbers = views(cx, sample.from, sample.to, last)?;
    let drawn = choose(cx.district(), &head, sample.from, &numbers);
    let sql = "SELECT read_n FROM audit_review WHERE sample_id = $1 ORDER BY read_n";
    let kept = cx.query(sql, params![sample.id])?;
    let kept: Vec<i64> = kept.iter().map(|r| r.i64("read_n")).collect::<std::result::Result<_, _>>()?;
    let same = kept == drawn;
    Ok((drawn, same))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_week_begins_on_monday_in_shanghai() {
        let at = |text: &str| Moment::parse_rfc3339(text).unwrap();
        // 2026-06-29 is a Monday; 23:59 on Sunday in Shanghai is still the week before.
        assert_eq!(monday(at("2026-06-29T14:00:00+08:00")), at("2026-06-29T00:00:00+08:00"));
        assert_eq!(monday(at("2026-07-05T23:59:00+08:00")), at("2026-06-29T00:00:00+08:00"));
        assert_eq!(monday(at("2026-06-28T23:59:00+08:00")), at("2026-06-22T00:00:00+08:00"));
    }

    #[test]
    fn the_lot_depends_on_the_head_and_takes_each_line_alike() {
        let district = DistrictId(Uuid::from_u128(1));
        let numbers: Vec<i64> = (1..=400).collect();
        let one = choose(district, &[1; 32], Moment::default(), &numbers);
        assert_eq!(one.len(), LINES);
        assert_eq!(one, choose(district, &[1; 32], Moment::default(), &numbers));
        assert_ne!(one, choose(district, &[2; 32], Moment::default(), &numbers));
        assert_eq!(choose(district, &[1; 32], Moment::default(), &[7, 9]), [7, 9]);
        // Over many heads every line comes up about as often as any other: 2,000 draws of 20 from 400 are 100 each.
        let mut times = [0_u32; 401];
        for head in 0..2_000_u32 {
            let mut bytes = [0; 32];
            bytes.get_mut(..4).unwrap().copy_from_slice(&head.to_be_bytes());
            for n in choose(district, &bytes, Moment::default(), &numbers) {
                *times.get_mut(usize::try_from(n).unwrap()).unwrap() += 1;
            }
        }
        let drawn = times.get(1..).unwrap();
        assert!(drawn.iter().all(|t| (55..=150).contains(t)), "{:?}", (drawn.iter().min(), drawn.iter().max()));
    }
}
