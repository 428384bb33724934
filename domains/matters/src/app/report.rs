//! The report and the ledger of a month (R10): counted from what was entered anyway, within reach of whoever asks. What was
//! imported from another system is left out; its dates are that system's.

use super::around;
use super::lists::{Filter, Line, within_reach};
use crate::Error;
use crate::store::MatterRow;
use ::store::{Cx, Row, Value, params};
use kernel::ids::AreaId;
use kernel::{Moment, time};
use people::policy::{Action, ResourceFacts, require, scope};
use std::collections::BTreeMap;

/// Lines of a ledger at most.
pub const LEDGER_MAX: usize = 20_000;

/// A month on the wall of Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// From `2026-05`; none for anything else, and before 2000.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.trim().split_once('-')?;
        let of = Self { year: year.parse().ok()?, month: month.parse().ok()? };
        ((2000..=9998).contains(&of.year) && (1..=12).contains(&of.month)).then_some(of)
    }
    pub fn of(moment: Moment) -> Self {
        let day = moment.zoned(&time::shanghai()).date();
        Self { year: day.year(), month: day.month() }
    }
    pub const fn before(self) -> Self {
        match self.month {
            1 => Self { year: self.year - 1, month: 12 },
            month => Self { year: self.year, month: month - 1 },
        }
    }
    pub const fn after(self) -> Self {
        match self.month {
            12 => Self { year: self.year + 1, month: 1 },
            month => Self { year: self.year, month: month + 1 },
        }
    }
    /// Its first instant; the last is before that of the next month.
    pub fn start(self) -> Moment {
        let midnight = jiff::civil::Date::constant(self.year, self.month, 1).to_zoned_datetime(time::shanghai());
        midnight.map_or_else(|_| Moment::default(), |z| Moment::from(&z))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{:02}", self.year, self.month)
    }
}

/// What a month came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Raised in the month.
    pub received: i64,
    /// Closed in the month, whenever raised.
    pub closed: i64,
    /// Of those, how many were past a due time at some point.
    pub late: i64,
    /// Of those, how many had been opened again.
    pub reopened: i64,
    /// Minutes from raised to closed, of all closed together.
    pub minutes: i64,
    /// Of those, how many were rated, and the sum of their 1–5.
    pub rated: i64,
    pub stars: i64,
    /// Open when the month ended; now, for the month that runs.
    pub open: i64,
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.received += other.received;
        self.closed += other.closed;
        self.late += other.late;
        self.reopened += other.reopened;
        self.minutes += other.minutes;
        self.rated += other.rated;
        self.stars += other.stars;
        self.open += other.open;
    }
    /// Hours from raised to closed on average; none when nothing was closed.
    pub fn mean_hours(&self) -> Option<f64> {
        (self.closed > 0).then(|| self.minutes as f64 / self.closed as f64 / 60.0)
    }
    /// Whole per cent of the closed ones that were never late, rounded down so that 100 means all.
    pub fn on_time_percent(&self) -> Option<i64> {
        (self.closed > 0).then(|| (self.closed - self.late) * 100 / self.closed)
    }
    /// The mean of the ratings; none when nobody rated.
    pub fn mean_stars(&self) -> Option<f64> {
        (self.rated > 0).then(|| self.stars as f64 / self.rated as f64)
    }
}

/// The report of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthReport {
    pub month: Month,
    pub all: Figures,
    /// By code of the class.
    pub classes: BTreeMap<String, Figures>,
    /// By town for whoever sees the district, else by community; `None` where the place is not known.
    pub places: BTreeMap<Option<AreaId>, Figures>,
}

type Cells = BTreeMap<(String, Option<AreaId>), Figures>;

/// Counts a month.
pub fn month(cx: &mut Cx<'_>, month: Month) -> Result<MonthReport, Error> {
    require(&cx.actor, cx.purpose, Action::ViewReports, &ResourceFacts::District)?;
    let place = if covers_district(cx)? { "town" } else { "community" };
    let (from, to) = (month.start(), month.after().start());
    let mut cells = Cells::new();
    let span = "district_id = $1 AND {at} >= $2 AND {at} < $3";
    let figures = |r: &Row, into: &mut Figures| {
        into.received = r.i64("k")?;
        Ok::<_, Error>(())
    };
    count(cx, &mut cells, place, &span.replace("{at}", "received_at"), (from, to), "COUNT(*) AS k", figures)?;
    let of_closed = "COUNT(*) AS k, CAST(SUM((closed_at - received_at) / 60000000) AS BIGINT) AS minutes, \
        SUM(CASE WHEN opening > 1 THEN 1 ELSE 0 END) AS reopened, COUNT(rating) AS rated, \
        CAST(COALESCE(SUM(rating), 0) AS BIGINT) AS stars, SUM(CASE WHEN EXISTS (SELECT 1 FROM event e \
          WHERE e.subject = matter.id AND e.kind = 'matter.escalate' AND e.payload LIKE '%\"level\":\"red\"%') \
          THEN 1 ELSE 0 END) AS late";
    let figures = |r: &Row, into: &mut Figures| {
        into.closed = r.i64("k")?;
        into.minutes = r.i64("minutes")?;
        into.reopened = r.i64("reopened")?;
        into.rated = r.i64("rated")?;
        into.stars = r.i64("stars")?;
        into.late = r.i64("late")?;
        Ok::<_, Error>(())
    };
    count(cx, &mut cells, place, &span.replace("{at}", "closed_at"), (from, to), of_closed, figures)?;
    let add_open = |r: &Row, into: &mut Figures| {
        into.open += r.i64("k")?;
        Ok::<_, Error>(())
    };
    // $2 is the beginning of time here: everything raised before the end of the month that is open still, or was.
    for open in [
        "is_open = 1 AND received_at >= $2 AND received_at < $3",
        "closed_at >= $3 AND received_at >= $2 AND received_at < $3",
    ] {
        let span = format!("district_id = $1 AND {open}");
        count(cx, &mut cells, place, &span, (Moment::default(), to), "COUNT(*) AS k", add_open)?;
    }
    let mut report = MonthReport { month, all: Figures::default(), classes: BTreeMap::new(), places: BTreeMap::new() };
    for ((class, place), figures) in cells {
        report.all.add(&figures);
        report.classes.entry(class).or_default().add(&figures);
        report.places.entry(place).or_default().add(&figures);
    }
    Ok(report)
}

/// One statement: the matters of `span`, found by one index, of those the ones in reach, by class and place.
fn count(
    cx: &mut Cx<'_>,
    cells: &mut Cells,
    place: &str,
    span: &str,
    (from, to): (Moment, Moment),
    what: &str,
    read: impl Fn(&Row, &mut Figures) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut values = params![cx.district(), from, to].to_vec();
    let Some(reach) = within_reach(cx, &Filter::default(), &mut values)? else { return Ok(()) };
    let sql = format!(
        "SELECT class, {place} AS place, {what} FROM (SELECT n FROM matter WHERE {span} AND origin <> 'import') AS h \
         CROSS JOIN matter WHERE matter.n = h.n AND {reach} GROUP BY class, {place}"
    );
    for row in &cx.query(&sql, &values)? {
        let key = (row.text("class")?, row.opt_id::<AreaId>("place")?);
        read(row, cells.entry(key).or_default())?;
    }
    Ok(())
}

fn covers_district(cx: &mut Cx<'_>) -> Result<bool, Error> {
    let reach = scope(&cx.actor, Action::ViewMatter);
    let mut whole = reach.whole;
    for area in &reach.areas {
        whole |= around::is_root(cx, *area)?;
    }
    Ok(whole)
}

/// A line of the ledger: what a line of a list shows, and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerLine {
    pub line: Line,
    pub closed_at: Option<Moment>,
    pub outcome: Option<crate::model::Outcome>,
    pub rating: Option<i64>,
}

/// Everything raised in a month, in its order, at most [`LEDGER_MAX`]. That somebody took it out is an entry of the log.
pub fn ledger(cx: &mut Cx<'_>, month: Month) -> Result<Vec<LedgerLine>, Error> {
    require(&cx.actor, cx.purpose, Action::ExportMatters, &ResourceFacts::District)?;
    let mut values: Vec<Value> = params![cx.district(), month.start(), month.after().start()].to_vec();
    let Some(reach) = within_reach(cx, &Filter::default(), &mut values)? else { return Ok(Vec::new()) };
    let columns = MatterRow::columns();
    let sql = format!(
        "SELECT {columns} FROM (SELECT n AS hit FROM matter WHERE district_id = $1 AND received_at >= $2 AND received_at < $3 \
         AND origin <> 'import') AS h CROSS JOIN matter WHERE matter.n = h.hit AND {reach} \
         ORDER BY received_at, n LIMIT {LEDGER_MAX}"
    );
    let now = cx.now;
    let rows = cx.query(&sql, &values)?;
    rows.iter()
        .map(|row| {
            let m = MatterRow::read(row)?;
            let (closed_at, outcome, rating) = (m.closed_at, m.outcome, m.rating);
            Ok(LedgerLine { line: Line::of(m, now), closed_at, outcome, rating })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn months_follow_each_other_on_the_wall() {
        let may = Month::parse(" 2026-05 ").unwrap();
        assert_eq!(may.to_string(), "2026-05");
        assert_eq!(may.start(), Moment::parse_rfc3339("2026-04-30T16:00:00Z").unwrap());
        assert_eq!(Month::of(may.start()), may);
        assert_eq!(Month::parse("2026-12").unwrap().after().to_string(), "2027-01");
        assert_eq!(Month::parse("2026-01").unwrap().before().to_string(), "2025-12");
        for wrong in ["", "2026", "2026-13", "2026-00", "1999-12", "五月", "2026-5-1"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
