//! Where somebody is already, in other rounds: nobody stands at two doors at once.

use super::{Pair, Whole};
use crate::Result;
use crate::app::visits;
use crate::model::round::RoundId;
use jiff::civil::Date;
use kernel::ids::AccountId;
use store::{Cx, params};

/// From the way to the first door until the last one is done, on one day of another round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    pub one: AccountId,
    pub two: AccountId,
    pub day: Date,
    pub from: i64,
    pub to: i64,
}

impl Busy {
    pub fn has(&self, account: AccountId) -> bool {
        self.one == account || self.two == account
    }
    fn takes_of(&self, pair: &Pair, day: Date) -> bool {
        self.day == day && (pair.has(self.one) || pair.has(self.two))
    }
}

/// Minutes to get from the one round to the other.
const BETWEEN: i64 = 15;
/// A shorter rest of a day is none.
const LEAST: i64 = 30;

/// Everybody who is out from a day on, but for one round.
pub(super) fn busy(cx: &mut Cx<'_>, besides: Option<RoundId>, since: Date) -> Result<Vec<Busy>> {
    let sql = "SELECT p.id, p.one, p.two, s.day, MIN(s.start_min - s.walk_min) AS from_min, MAX(s.end_min) AS to_min, p.round_id \
               FROM care_round_stop s JOIN care_round_pair p ON p.id = s.pair_id JOIN care_round r ON r.id = s.round_id \
               JOIN care_visit v ON v.id = s.visit_id \
               WHERE r.district_id = $1 AND r.to_day >= $2 AND r.state <> 'called-off' AND v.state <> 'cancelled' AND s.day >= $2 \
               GROUP BY p.id, p.one, p.two, s.day, p.round_id ORDER BY s.day, p.id";
    let rows = cx.query(sql, params![cx.district(), since.to_string()])?;
    let mut out = Vec::new();
    for row in &rows {
        if Some(row.id::<RoundId>("round_id")?) == besides {
            continue;
        }
        let day = visits::date(row, "day")?;
        out.push(Busy {
            one: row.id("one")?,
            two: row.id("two")?,
            day,
            from: row.i64("from_min")?,
            to: row.i64("to_min")?,
        });
    }
    Ok(out)
}

/// Those of them that concern the pairs of a round on its days.
pub(super) fn of_round(cx: &mut Cx<'_>, whole: &Whole) -> Result<Vec<Busy>> {
    let Some(first) = whole.round.days.first() else { return Ok(Vec::new()) };
    let mut all = busy(cx, Some(whole.round.id), *first)?;
    all.retain(|b| whole.round.days.contains(&b.day) && whole.pairs.iter().any(|p| p.has(b.one) || p.has(b.two)));
    Ok(all)
}

/// The longest part of a pair's hours in which both are free; none when too little is left.
pub(super) fn free_part(busy: &[Busy], pair: &Pair, day: Date, (from, to): (i64, i64)) -> Option<(i64, i64)> {
    let mut taken: Vec<(i64, i64)> =
        busy.iter().filter(|b| b.takes_of(pair, day)).map(|b| (b.from - BETWEEN, b.to + BETWEEN)).collect();
    if taken.is_empty() {
        return Some((from, to));
    }
    taken.sort_unstable();
    let (mut here, mut best) = (from, (from, from));
    for (begin, end) in taken.into_iter().chain([(to, to)]) {
        let until = begin.min(to);
        if until - here > best.1 - best.0 {
            best = (here, until);
        }
        here = here.max(end);
    }
    (best.1 - best.0 >= LEAST).then_some(best)
}

/// Does a visit lie where one of the pair is elsewhere?
pub(super) fn meets(busy: &[Busy], pair: &Pair, day: Date, (start, end): (i64, i64)) -> bool {
    busy.iter().any(|b| b.takes_of(pair, day) && start < b.to && end > b.from)
}
