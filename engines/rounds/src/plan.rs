//! What comes out.

/// A visit in a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stop {
    pub visit: usize,
    /// When it begins; the visitor may have been there and waited before.
    pub start: f64,
    pub end: f64,
}

/// What one visitor does, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    pub visitor: usize,
    pub stops: Vec<Stop>,
}

/// The parts of what a plan costs, not weighted, and their weighted sum.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    pub distance: f64,
    pub late: f64,
    pub latest: f64,
    /// Of visits left out.
    pub without: f64,
    pub liking: f64,
    pub fair: f64,
    pub total: f64,
}

/// One route for each visitor, in their order; some are empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub routes: Vec<Route>,
    pub unplanned: Vec<usize>,
    pub cost: Cost,
    /// Steps of the search that led here.
    pub steps: u64,
}
