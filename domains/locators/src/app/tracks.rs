//! Positions, in a table for each district and day, by the mark of the reading: a day is dropped whole, never emptied row by row
//! (docs/decisions/0022). Each is sealed under the key of its person.

use super::{marks, rows_of};
use crate::Result;
use crate::model::Fix;
use kernel::Moment;
use kernel::ids::DistrictId;
use std::collections::{BTreeMap, BTreeSet};
use store::{Cx, KeyClass, Value, params};
use uuid::Uuid;

/// Rows of one statement.
const ROWS: usize = 200;
/// Asia/Shanghai has had no other offset since 1991.
const SHANGHAI_MICROS: i64 = 8 * 3_600 * 1_000_000;
const DAY_MICROS: i64 = 86_400 * 1_000_000;

/// A position on its way to its table.
#[derive(Debug, Clone)]
pub(super) struct New {
    pub binding: Uuid,
    pub mark: Moment,
    pub received: Moment,
    pub fix: Fix,
    /// Under which it is sealed.
    pub key: Uuid,
}

/// The day in Shanghai, counted from 1970-01-01.
pub(super) const fn day_of(at: Moment) -> i64 {
    at.micros().saturating_add(SHANGHAI_MICROS).div_euclid(DAY_MICROS)
}

/// The instant at which a day ends.
const fn end_of(day: i64) -> Moment {
    Moment::from_micros((day + 1).saturating_mul(DAY_MICROS).saturating_sub(SHANGHAI_MICROS))
}

/// The table of a district and day: digits only, whatever the district.
fn table(district: DistrictId, day: i64) -> String {
    format!("locator_track_{:012x}_{}", district.0.as_u128() & 0xffff_ffff_ffff, day.max(0))
}

/// Days that have a table.
pub(super) fn days(cx: &mut Cx<'_>) -> std::result::Result<BTreeSet<i64>, store::Error> {
    let rows = cx.query("SELECT day FROM locator_day WHERE district_id = $1", params![cx.district()])?;
    rows.iter().map(|r| r.i64("day")).collect()
}

fn make(cx: &mut Cx<'_>, day: i64) -> Result<()> {
    let sql = "INSERT INTO locator_day (district_id, day, made_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    // On PostgreSQL whoever comes second waits here for the first, whose table is then there.
    cx.execute(sql, params![cx.district(), day, cx.now])?;
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS {} (binding_id UUID NOT NULL, mark BIGINT NOT NULL, at BIGINT NOT NULL, \
         received BIGINT NOT NULL, fix BYTEA NOT NULL, PRIMARY KEY (binding_id, mark))",
        table(cx.district(), day)
    );
    cx.execute(&sql, &[])?;
    Ok(())
}

/// Writes positions; answers the marks of those that were not there yet. One statement for each day and [`ROWS`].
pub(super) fn write(cx: &mut Cx<'_>, all: &[New]) -> Result<BTreeSet<(Uuid, Moment)>> {
    let mut fresh = BTreeSet::new();
    if all.is_empty() {
        return Ok(fresh);
    }
    let known = days(cx)?;
    let mut by_day: BTreeMap<i64, Vec<&New>> = BTreeMap::new();
    for one in all {
        by_day.entry(day_of(one.mark)).or_default().push(one);
    }
    for (day, rows) in by_day {
        if !known.contains(&day) {
            make(cx, day)?;
        }
        for chunk in rows.chunks(ROWS) {
            let mut values: Vec<Value> = Vec::with_capacity(chunk.len() * 5);
            for one in chunk {
                let sealed = cx.seal(KeyClass::Location, one.key, &one.fix.to_bytes())?;
                values.extend_from_slice(params![one.binding, one.mark, one.fix.at, one.received, sealed]);
            }
            let sql = format!(
                "INSERT INTO {} (binding_id, mark, at, received, fix) VALUES {} ON CONFLICT (binding_id, mark) DO NOTHING \
                 RETURNING binding_id, mark",
                table(cx.district(), day),
                rows_of(5, chunk.len())
            );
            for row in &cx.query(&sql, &values)? {
                fresh.insert((row.uuid("binding_id")?, row.moment("mark")?));
            }
        }
    }
    Ok(fresh)
}

/// A position with the binding it belongs to and its mark.
pub(super) type Kept = (Uuid, Moment, Fix);

/// Positions of these bindings between two instants, both included, in their order; those whose key is gone are left out.
pub(super) fn read(cx: &mut Cx<'_>, bindings: &[Uuid], key: Uuid, (from, to): (Moment, Moment)) -> Result<Vec<Kept>> {
    if bindings.is_empty() {
        return Ok(Vec::new());
    }
    // A clock that is behind marks a reading with an earlier day than the one it counts for.
    let first = day_of(from) - crate::model::clock::KEPT_DAYS;
    let here = days(cx)?.into_iter().filter(|day| (first..=day_of(to) + 1).contains(day));
    let within = marks(3, bindings.len());
    let parts: Vec<String> = here
        .map(|day| {
            let table = table(cx.district(), day);
            format!(
                "SELECT binding_id, mark, at, fix FROM {table} WHERE binding_id IN ({within}) AND at >= $1 AND at <= $2"
            )
        })
        .collect();
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{} ORDER BY at, mark", parts.join(" UNION ALL "));
    let mut values = params![from, to].to_vec();
    values.extend(bindings.iter().map(|b| Value::from(*b)));
    let mut out = Vec::new();
    for row in &cx.query(&sql, &values)? {
        let opened = super::open(cx, KeyClass::Location, key, Some(row.blob("fix")?))?;
        if let Some(fix) = opened.as_deref().and_then(Fix::from_bytes) {
            out.push((row.uuid("binding_id")?, row.moment("mark")?, fix));
        }
    }
    Ok(out)
}

/// Days that ended before this.
pub(crate) fn over(cx: &mut Cx<'_>, before: Moment) -> std::result::Result<Vec<i64>, store::Error> {
    Ok(days(cx)?.into_iter().filter(|day| end_of(*day) <= before).collect())
}

/// Drops the table of a day.
pub(crate) fn drop_day(cx: &mut Cx<'_>, day: i64) -> std::result::Result<(), store::Error> {
    cx.execute(&format!("DROP TABLE IF EXISTS {}", table(cx.district(), day)), &[])?;
    cx.execute("DELETE FROM locator_day WHERE district_id = $1 AND day = $2", params![cx.district(), day]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_at_midnight_in_shanghai() {
        let at = |text: &str| Moment::parse_rfc3339(text).unwrap_or_default();
        let day = day_of(at("2026-06-28T16:00:00Z"));
        assert_eq!(day, day_of(at("2026-06-29T15:59:59Z")));
        assert_eq!(day_of(at("2026-06-28T15:59:59Z")), day - 1);
        assert_eq!(end_of(day), at("2026-06-29T16:00:00Z"));
    }

    #[test]
    fn a_table_is_named_by_digits_alone() {
        let name = table(DistrictId(Uuid::from_u128(0x0192_aaaa_bbbb_7ccc_8ddd_0123_4567_89ab)), 20_633);
        assert_eq!(name, "locator_track_0123456789ab_20633");
    }
}
