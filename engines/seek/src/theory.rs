//! Search theory in closed forms: how likely looking finds, and where effort belongs.
//!
//! Sources: Koopman, *Search and Screening* (1946) and *The theory of search, part III* (1957): detection, circular normal;
//! Charnes and Cooper, *The theory of search: optimum distribution of search effort* (1958); Brown, *Optimal search for
//! a moving target in discrete time and space* (1980); Blackwell in Matula, *A periodic optimal search* (1964); Stone, *Theory of Optimal
//! Search* (1975). The worked values in `tests/data` were computed by independent solvers.

use std::f64::consts::PI;

/// Which curve joins coverage (track length × sweep width ÷ area) with the probability of detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detection {
    /// Looking at random places: 1 − e^−C. What an unplanned search does at least.
    Random,
    /// Parallel tracks and the inverse cube law of sighting: erf(C·√π/2).
    InverseCube,
    /// All within the sweep width, nothing outside: min(C, 1).
    Definite,
}

impl Detection {
    /// The probability of detection at a coverage; nothing below 0.
    pub fn pod(self, coverage: f64) -> f64 {
        let c = coverage.max(0.0);
        match self {
            Self::Random => -(-c).exp_m1(),
            Self::InverseCube => erf(c * PI.sqrt() / 2.0),
            Self::Definite => c.min(1.0),
        }
    }
}

/// The error function by its series below 3 and the continued fraction above; good to 1e-13.
pub fn erf(x: f64) -> f64 {
    if x < 0.0 {
        return -erf(-x);
    }
    if x > 6.0 {
        return 1.0;
    }
    if x < 3.0 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            let k = f64::from(n);
            term *= -x * x / k;
            let add = term / (2.0 * k + 1.0);
            sum += add;
            if add.abs() < 1e-17 {
                break;
            }
        }
        return 2.0 / PI.sqrt() * sum;
    }
    let tail = (1..60).rev().fold(x, |below, k| x + f64::from(k) / 2.0 / below);
    1.0 - (-x * x).exp() / PI.sqrt() / tail
}

/// What is left in a place after nobody was found: POA·(1−POD)/(1−POS) for every row. Rows without search have POD 0. When everything
/// was searched with certainty nothing is left to divide by, and the rows come back as they were.
pub fn shift(poa: &[f64], pod: &[f64]) -> Vec<f64> {
    let missed = |(p, d): (&f64, &f64)| p * (1.0 - d.clamp(0.0, 1.0));
    let left: f64 = poa.iter().zip(pod).map(missed).sum();
    if left <= 0.0 {
        return poa.to_vec();
    }
    poa.iter().zip(pod).map(|row| missed(row) / left).collect()
}

/// A place to be searched: probability that the person is there, area, sweep width (in units that agree).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    pub p: f64,
    pub area: f64,
    pub sweep_width: f64,
}

/// Where effort belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// Track length for each region.
    pub effort: Vec<f64>,
    /// What one more unit of track length brings, in every region that gets some.
    pub margin: f64,
    /// Probability of success.
    pub pos: f64,
}

/// Charnes and Cooper: track length over regions with random search in each, so that the probability of success is greatest.
/// Exact; O(n log n). Without effort or hope nobody gets any.
pub fn charnes_cooper(regions: &[Region], track_length: f64) -> Allocation {
    let usable = |r: &Region| r.p > 0.0 && r.area > 0.0 && r.sweep_width > 0.0;
    let richness = |r: &Region| r.p * r.sweep_width / r.area;
    let mut sorted: Vec<&Region> = regions.iter().filter(|r| usable(r)).collect();
    sorted.sort_by(|a, b| richness(b).total_cmp(&richness(a)));
    // With the k richest active: Σ A/W·ln(pW/Aλ) = L. More join while they are richer than that λ.
    let (mut weight, mut logs, mut margin) = (0.0, 0.0, sorted.first().map_or(0.0, |r| richness(r)));
    if track_length > 0.0 {
        for r in &sorted {
            if weight > 0.0 && richness(r) <= margin {
                break;
            }
            weight += r.area / r.sweep_width;
            logs += r.area / r.sweep_width * richness(r).ln();
            margin = ((logs - track_length) / weight).exp();
        }
    }
    let share = |r: &Region| {
        let rich = if usable(r) { richness(r) } else { 0.0 };
        if rich > margin && track_length > 0.0 { r.area / r.sweep_width * (rich / margin).ln() } else { 0.0 }
    };
    let effort: Vec<f64> = regions.iter().map(share).collect();
    let found = |(r, l): (&Region, &f64)| if *l > 0.0 { r.p * -(-r.sweep_width * l / r.area).exp_m1() } else { 0.0 };
    Allocation { pos: regions.iter().zip(&effort).map(found).sum(), effort, margin }
}

/// Koopman's best search of a circular normal distribution: effort in units of σ² (swept area ÷ σ²) → probability of
/// success, and the radius in σ beyond which nobody looks.
pub fn circular_normal(effort_over_sigma2: f64) -> (f64, f64) {
    let h = (effort_over_sigma2.max(0.0) / PI).sqrt();
    (1.0 - (1.0 + h) * (-h).exp(), (2.0 * h).sqrt())
}

/// A plan against somebody who moves: effort for each step and cell.
#[derive(Debug, Clone, PartialEq)]
pub struct MovingPlan {
    pub effort: Vec<Vec<f64>>,
    /// Probability that they have been found by the end.
    pub pd: f64,
    /// The same for the plan that looks at each step as if it were the last.
    pub pd_myopic: f64,
}

/// Brown's forward and backward algorithm: somebody moves between cells by a Markov chain (`transition[from][to]`), each step has the same
/// effort, and detection in a cell is 1 − e^−effort. Sweeps until nothing changes, at most `sweeps`.
pub fn forward_and_backward(
    start: &[f64],
    transition: &[Vec<f64>],
    steps: usize,
    effort: f64,
    sweeps: usize,
) -> MovingPlan {
    let n = start.len();
    let go = |from: &[f64]| -> Vec<f64> {
        let into =
            |to: usize| from.iter().zip(transition).map(|(p, row)| p * row.get(to).copied().unwrap_or(0.0)).sum();
        (0..n).map(into).collect()
    };
    let back = |ahead: &[f64]| -> Vec<f64> {
        transition.iter().map(|row| row.iter().zip(ahead).map(|(t, a)| t * a).sum()).collect()
    };
    let missed = |p: &[f64], e: &[f64]| -> Vec<f64> { p.iter().zip(e).map(|(p, e)| p * (-e).exp()).collect() };
    let mut plan = vec![vec![0.0; n]; steps];
    let (mut pd, mut pd_myopic) = (0.0, 0.0);
    for sweep in 0..sweeps.max(1) {
        // From behind: the chance to stay unfound in all that follows, for who is in a cell after this step.
        let mut ahead = vec![vec![1.0; n]; steps];
        for t in (0..steps.saturating_sub(1)).rev() {
            let later = ahead.get(t + 1).zip(plan.get(t + 1)).map(|(a, e)| back(&missed(a, e)));
            if let (Some(later), Some(here)) = (later, ahead.get_mut(t)) {
                *here = later;
            }
        }
        let mut reach = start.to_vec();
        for (t, (step, ahead)) in plan.iter_mut().zip(&ahead).enumerate() {
            if t > 0 {
                reach = go(&reach);
            }
            let regions: Vec<Region> =
                reach.iter().zip(ahead).map(|(r, a)| Region { p: r * a, area: 1.0, sweep_width: 1.0 }).collect();
            *step = charnes_cooper(&regions, effort).effort;
            reach = missed(&reach, step);
        }
        let now = 1.0 - reach.iter().sum::<f64>();
        if sweep == 0 {
            pd_myopic = now;
        }
        let gained = now - pd;
        pd = now;
        if sweep > 0 && gained.abs() < 1e-14 {
            break;
        }
    }
    MovingPlan { effort: plan, pd, pd_myopic }
}

/// A place that can be looked at again and again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Box {
    pub p: f64,
    /// Chance that one look finds who is there.
    pub q: f64,
    /// What one look costs.
    pub cost: f64,
}

/// Blackwell: the next look goes where p·(1−q)^looks·q ÷ cost is greatest; the first of equals. The places of the first `looks` looks.
pub fn looks(boxes: &[Box], looks: usize) -> Vec<usize> {
    let mut left: Vec<f64> = boxes.iter().map(|b| b.p).collect();
    let mut order = Vec::with_capacity(looks);
    while order.len() < looks {
        let mut best: Option<(usize, f64)> = None;
        for (n, (b, left)) in boxes.iter().zip(&left).enumerate() {
            let worth = if b.cost > 0.0 { left * b.q / b.cost } else { 0.0 };
            if best.is_none_or(|(_, other)| worth > other) {
                best = Some((n, worth));
            }
        }
        let Some((n, _)) = best else { break };
        if let (Some(left), Some(b)) = (left.get_mut(n), boxes.get(n)) {
            *left *= 1.0 - b.q;
        }
        order.push(n);
    }
    order
}

/// Mean cost until found when looking in Blackwell's order; endless (and `INFINITY`) when someone may be where no look finds.
pub fn expected_cost(boxes: &[Box]) -> f64 {
    if boxes.iter().any(|b| b.p > 0.0 && (b.q <= 0.0 || b.cost <= 0.0)) {
        return f64::INFINITY;
    }
    let total: f64 = boxes.iter().map(|b| b.p).sum();
    let (mut spent, mut mean, mut left) = (0.0, 0.0, total);
    let mut missed: Vec<f64> = boxes.iter().map(|b| b.p).collect();
    // Looks come in rounds of geometric decline: 100,000 are beyond any figure that matters.
    for n in looks(boxes, 100_000) {
        let (Some(b), Some(p)) = (boxes.get(n), missed.get_mut(n)) else { break };
        spent += b.cost;
        mean += spent * *p * b.q;
        left -= *p * b.q;
        *p *= 1.0 - b.q;
        if left * spent < 1e-14 * total {
            break;
        }
    }
    if total > 0.0 { mean / total } else { 0.0 }
}
