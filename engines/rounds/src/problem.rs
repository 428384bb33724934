//! What is to be planned.

use thiserror::Error;

/// Everything that a plan depends on. Times are in one unit, chosen by the caller; places are numbered from 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub places: usize,
    /// Time on the way, row by row, `places` × `places`.
    pub travel: Vec<f64>,
    /// What the way costs where that is not its time.
    pub distance: Option<Vec<f64>>,
    pub visitors: Vec<Visitor>,
    pub visits: Vec<Visit>,
    pub pairs: Vec<Pair>,
    pub weights: Weights,
}

/// One person's shift on one day; a person with several days is several of these.
#[derive(Debug, Clone, PartialEq)]
pub struct Visitor {
    pub start: usize,
    pub end: usize,
    pub from: f64,
    /// Back at `end` by then.
    pub to: f64,
    /// Sum of [`Visit::demand`] at most.
    pub capacity: f64,
    pub rest: Option<Break>,
    /// The force somebody belongs to: a mixed pair takes two different ones.
    pub force: u16,
    /// Who this is: two shifts of one person have the same number.
    pub person: usize,
}

/// A break (lunch) that begins between `from` and `latest`, wherever the visitor is then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Break {
    pub from: f64,
    pub latest: f64,
    pub lasts: f64,
}

/// What happens when a visit begins after its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// It may not.
    Never,
    /// It costs ([`Weights::late`], [`Weights::latest`]).
    Costs,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    pub place: usize,
    pub lasts: f64,
    /// When the visit may begin, in order, without overlap; at least one.
    pub windows: Vec<(f64, f64)>,
    pub late: Late,
    pub demand: f64,
    /// By visitor: may they do it?
    pub may: Vec<bool>,
    /// What it costs when this visitor does it: visitor, cost (negative: a preference, e.g. whoever came last time).
    pub liking: Vec<(usize, f64)>,
    /// What it costs to leave it out; `None`: it must be planned.
    pub without: Option<f64>,
    /// Stays with this visitor.
    pub locked: Option<usize>,
}

/// Two visits by two people: `second` begins `least` to `most` after `first` (0, 0: at once).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    pub first: usize,
    pub second: usize,
    pub least: f64,
    pub most: f64,
    /// The two come from different forces.
    pub mixed: bool,
}

/// What a plan costs: a weighted sum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    pub distance: f64,
    /// Sum of lateness.
    pub late: f64,
    /// Largest lateness.
    pub latest: f64,
    /// Unevenness: Σ (load − mean)² / mean over the visitors, load being the time of their visits.
    pub fair: f64,
}

/// Why a problem cannot be planned as it stands. Visits and visitors by their number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Invalid {
    #[error("the table of ways has {found} entries, {places} places need {places} × {places}")]
    Table { found: usize, places: usize },
    #[error("a way is negative or no number: from place {from} to place {to}")]
    Way { from: usize, to: usize },
    #[error("visit {0} lies at a place that is not in the table of ways")]
    VisitPlace(usize),
    #[error("visitor {0} starts or ends at a place that is not in the table of ways")]
    VisitorPlace(usize),
    #[error("visit {0} has no window, or one that ends before it begins, or windows out of order")]
    Window(usize),
    #[error("visit {0} lasts less than nothing, or asks for less than nothing")]
    Amount(usize),
    #[error("the shift of visitor {0} ends before it begins, or its break does")]
    Shift(usize),
    #[error("two shifts of one person, {0} and {1}, lie at the same time")]
    TwoShifts(usize, usize),
    #[error("visit {0} does not say of every visitor whether they may do it")]
    May(usize),
    #[error("nobody may do visit {0}")]
    Nobody(usize),
    #[error("nobody can make visit {0} within its window and their own shift")]
    Unreachable(usize),
    #[error("visit {0} stands in more than one pair, or in a pair with itself")]
    TwoPairs(usize),
    #[error("the two visits of a pair ({0}, {1}) have no two people for them")]
    NoTwo(usize, usize),
    #[error("the second visit of a pair ({0}, {1}) would have to begin later than it may")]
    Apart(usize, usize),
}

impl Problem {
    pub fn travel(&self, from: usize, to: usize) -> f64 {
        self.travel.get(from * self.places + to).copied().unwrap_or(f64::INFINITY)
    }

    /// The pair a visit stands in.
    pub fn pair_of(&self, visit: usize) -> Option<&Pair> {
        self.pairs.iter().find(|p| p.first == visit || p.second == visit)
    }

    /// # Errors
    /// The first thing that does not fit; see [`Invalid`].
    pub fn validate(&self) -> Result<(), Invalid> {
        self.validate_ways()?;
        for (v, visitor) in self.visitors.iter().enumerate() {
            if visitor.start >= self.places || visitor.end >= self.places {
                return Err(Invalid::VisitorPlace(v));
            }
            let rest = visitor.rest.is_some_and(|b| !(ordered(b.from, b.latest) && b.lasts >= 0.0));
            if !ordered(visitor.from, visitor.to) || rest {
                return Err(Invalid::Shift(v));
            }
        }
        self.validate_shifts()?;
        for (i, visit) in self.visits.iter().enumerate() {
            self.validate_visit(i, visit)?;
        }
        self.validate_pairs()
    }

    /// Nobody is in two places at once.
    fn validate_shifts(&self) -> Result<(), Invalid> {
        let mut order: Vec<usize> = (0..self.visitors.len()).collect();
        let key = |v: &usize| self.visitors.get(*v).map_or((0, 0.0), |w| (w.person, w.from));
        order.sort_by(|a, b| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)));
        for two in order.windows(2) {
            let &[a, b] = two else { continue };
            if let (Some(one), Some(next)) = (self.visitors.get(a), self.visitors.get(b))
                && one.person == next.person
                && next.from < one.to
            {
                return Err(Invalid::TwoShifts(a.min(b), a.max(b)));
            }
        }
        Ok(())
    }

    fn validate_ways(&self) -> Result<(), Invalid> {
        let bad = |found| Invalid::Table { found, places: self.places };
        for table in [Some(&self.travel), self.distance.as_ref()].into_iter().flatten() {
            if table.len() != self.places * self.places {
                return Err(bad(table.len()));
            }
            if let Some(at) = table.iter().position(|d| !(d.is_finite() && *d >= 0.0)) {
                return Err(Invalid::Way { from: at / self.places, to: at % self.places });
            }
        }
        Ok(())
    }

    fn validate_visit(&self, i: usize, visit: &Visit) -> Result<(), Invalid> {
        if visit.place >= self.places {
            return Err(Invalid::VisitPlace(i));
        }
        let in_order = visit.windows.windows(2).all(|w| matches!(w, [a, b] if a.1 <= b.0));
        if visit.windows.is_empty() || !in_order || !visit.windows.iter().all(|w| ordered(w.0, w.1)) {
            return Err(Invalid::Window(i));
        }
        if !(visit.lasts >= 0.0 && visit.demand >= 0.0) {
            return Err(Invalid::Amount(i));
        }
        if visit.may.len() != self.visitors.len() {
            return Err(Invalid::May(i));
        }
        if visit.without.is_some() {
            return Ok(());
        }
        let mut able = self.visitors.iter().enumerate().filter(|(v, _)| self.may(i, *v)).peekable();
        if able.peek().is_none() {
            return Err(Invalid::Nobody(i));
        }
        let reaches = able.any(|(_, visitor)| self.alone(visitor, visit));
        if reaches { Ok(()) } else { Err(Invalid::Unreachable(i)) }
    }

    /// Could this visitor make this visit if it were their only one?
    pub fn alone(&self, visitor: &Visitor, visit: &Visit) -> bool {
        let ready = visitor.from + self.travel(visitor.start, visit.place);
        let last = visit.windows.last().map_or(0.0, |w| w.1);
        let start = start_in(&visit.windows, ready);
        let in_time = visit.late == Late::Costs || start <= last + TINY;
        in_time
            && start + visit.lasts + self.travel(visit.place, visitor.end) <= visitor.to + TINY
            && visit.demand <= visitor.capacity
    }

    /// May this visitor do this visit, the lock considered?
    pub fn may(&self, visit: usize, visitor: usize) -> bool {
        self.visits.get(visit).is_some_and(|v| {
            v.may.get(visitor).copied().unwrap_or(false) && v.locked.is_none_or(|only| only == visitor)
        })
    }

    fn validate_pairs(&self) -> Result<(), Invalid> {
        let mut seen = vec![false; self.visits.len()];
        for pair in &self.pairs {
            for one in [pair.first, pair.second] {
                let slot = seen.get_mut(one).ok_or(Invalid::TwoPairs(one))?;
                if std::mem::replace(slot, true) {
                    return Err(Invalid::TwoPairs(one));
                }
            }
            if !ordered(pair.least, pair.most) {
                return Err(Invalid::Apart(pair.first, pair.second));
            }
            if self.visits.get(pair.first).is_some_and(|v| v.without.is_some()) {
                continue;
            }
            let people = self.visitors.len();
            let two = (0..people).any(|a| {
                self.may(pair.first, a)
                    && (0..people).any(|b| self.may(pair.second, b) && self.may_together(pair, a, b))
            });
            if !two {
                return Err(Invalid::NoTwo(pair.first, pair.second));
            }
        }
        Ok(())
    }

    /// May these two visitors make the two visits of this pair?
    pub fn may_together(&self, pair: &Pair, a: usize, b: usize) -> bool {
        match (self.visitors.get(a), self.visitors.get(b)) {
            (Some(one), Some(two)) => a != b && one.person != two.person && (!pair.mixed || one.force != two.force),
            _ => false,
        }
    }
}

/// The first is not after the second; what is no number is in no order.
fn ordered(first: f64, second: f64) -> bool {
    first <= second
}

/// What rounding may add up to.
pub(crate) const TINY: f64 = 1e-7;

/// When a visit begins for somebody who is ready at `ready`: at once within a window, else at the beginning of the next; after the
/// last window at once.
pub(crate) fn start_in(windows: &[(f64, f64)], ready: f64) -> f64 {
    let next = windows.iter().find(|w| ready <= w.1 + TINY);
    next.map_or(ready, |w| ready.max(w.0))
}
