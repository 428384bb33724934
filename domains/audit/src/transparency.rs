//! What is counted publicly, by quarter: lawful demands and those told later, looks that are told later, break-glass. Small counts are not
//! shown (R8): one case of something rare would point at somebody.

use crate::{Result, allow};
use kernel::{Moment, time};
use people::policy::Action;
use store::{Cx, params};

/// Quarters shown.
const QUARTERS: usize = 8;
/// Counts from 1 to this one less are shown as "fewer than".
pub const FEW: i64 = 5;

/// What is counted: code (end of the key `transparency-…`) and the kind of event that is one of it.
pub const COUNTED: [(&str, &str); 4] = [
    ("lawful-demands", "lawful_demand.exported"),
    ("withheld", "withholding.approved"),
    ("break-glass", "break_glass.opened"),
    ("delayed", "lawful_demand.delayed"),
];

/// A count as everybody may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    None,
    /// At least one, fewer than [`FEW`].
    Few,
    Exactly(i64),
}

impl Count {
    pub const fn of(n: i64) -> Self {
        match n {
            ..=0 => Self::None,
            1..FEW => Self::Few,
            n => Self::Exactly(n),
        }
    }
}

/// One quarter, its counts in the order of [`COUNTED`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarter {
    pub year: i16,
    /// 1 to 4.
    pub quarter: i8,
    pub counts: [Count; COUNTED.len()],
}

fn quarter_of(at: Moment) -> (i16, i8) {
    let date = at.zoned(&time::shanghai()).date();
    (date.year(), (date.month() + 2) / 3)
}

/// The last two years, newest first, as counted last night.
pub fn quarters(cx: &mut Cx<'_>) -> Result<Vec<Quarter>> {
    allow(cx, Action::ViewTransparency)?;
    let (mut year, mut quarter) = quarter_of(cx.now);
    let rows = cx.query("SELECT quarter, what, n FROM public_count WHERE district_id = $1", params![cx.district()])?;
    let mut out = Vec::with_capacity(QUARTERS);
    for _ in 0..QUARTERS {
        let name = format!("{year}Q{quarter}");
        let mut counts = [Count::None; COUNTED.len()];
        for (count, (what, _)) in counts.iter_mut().zip(COUNTED) {
            for row in &rows {
                if row.text("quarter")? == name && row.text("what")? == what {
                    *count = Count::of(row.i64("n")?);
                }
            }
        }
        out.push(Quarter { year, quarter, counts });
        (year, quarter) = if quarter == 1 { (year - 1, 4) } else { (year, quarter - 1) };
    }
    Ok(out)
}

/// Counts what happened since the last time.
pub(crate) fn count(cx: &mut Cx<'_>) -> Result<()> {
    allow(cx, Action::ReadAudit)?;
    cx.lock("public-count")?;
    let district = cx.district();
    let sql = "SELECT last_event FROM public_count_mark WHERE district_id = $1";
    let from = cx.query_opt(sql, params![district])?.map_or(Ok(0), |row| row.i64("last_event"))?;
    // Only what is sealed: an earlier number cannot turn up any more.
    let to = store::chain::head(cx)?.last_event;
    if to <= from {
        return Ok(());
    }
    let kinds: Vec<String> = COUNTED.iter().map(|(_, kind)| format!("'{kind}'")).collect();
    let sql = format!(
        "SELECT at, kind FROM event WHERE district_id = $1 AND n > $2 AND n <= $3 AND kind IN ({})",
        kinds.join(", ")
    );
    for row in cx.query(&sql, params![district, from, to])? {
        let (year, quarter) = quarter_of(row.moment("at")?);
        let kind = row.text("kind")?;
        let Some((what, _)) = COUNTED.iter().find(|(_, k)| *k == kind) else { continue };
        let sql = "INSERT INTO public_count (district_id, quarter, what, n) VALUES ($1, $2, $3, 1) \
                   ON CONFLICT (district_id, quarter, what) DO UPDATE SET n = public_count.n + 1";
        cx.execute(sql, params![district, format!("{year}Q{quarter}"), *what])?;
    }
    let sql = "INSERT INTO public_count_mark (district_id, last_event) VALUES ($1, $2) \
               ON CONFLICT (district_id) DO UPDATE SET last_event = excluded.last_event";
    cx.execute(sql, params![district, to])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn small_counts_are_hidden_and_none_is_told() {
        let shown: Vec<Count> = [0, 1, 4, 5, 70].into_iter().map(Count::of).collect();
        assert_eq!(shown, [Count::None, Count::Few, Count::Few, Count::Exactly(5), Count::Exactly(70)]);
    }

    #[test]
    fn quarters_are_those_of_shanghai() {
        let at = |text: &str| Moment::parse_rfc3339(text).unwrap();
        assert_eq!(quarter_of(at("2026-03-31T15:59:59Z")), (2026, 1));
        assert_eq!(quarter_of(at("2026-03-31T16:00:00Z")), (2026, 2));
        assert_eq!(quarter_of(at("2026-12-31T12:00:00Z")), (2026, 4));
    }
}
