//! The border of an area inside one cell, in whole numbers local to the cell: a line of points of two times 8 bits.
//!
//! A cell is 239 steps wide and lies in a frame of 256; lines are cut where they leave the frame. Rounding moves no end of a
//! piece by more than half a step each way, so a point outside of the strip that a square of one step sweeps along the rounded
//! piece is on the same side of the rounded line as of the true one. Whoever lies in the strip is told so and is
//! decided exactly on the original numbers. With cells of 20 m a step is 8 cm, and one point in a hundred is asked twice.
//! Points are measured finer, in parts of a step.
//!
//! The line holds every piece of the border in the cell, one after the other. Between them it walks round the cell where no
//! ray to the east notices: along the top, and up the west side. A piece that leaves to the east goes on up to the top there,
//! so that nothing ends within the heights of the cell. Along such a line the even-odd count changes only across the
//! border; one bit says whether it has to be turned round.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use crate::shape::At;

/// Greatest number on a side of the frame.
const FRAME: i32 = 0xFF;
/// Steps from the frame to the cell.
const MARGIN: i32 = 8;
/// Steps of a cell.
const STEPS: f64 = 239.0;
/// The frame around the cell, in cells.
const OUTSIDE: f64 = MARGIN as f64 / STEPS;
/// Parts of a step in which points are measured.
pub(crate) const PARTS: i16 = 128;
/// Half a step for the rounding of the line, one part for that of the point, one for all that comes before.
pub(crate) const ROUNDING: i16 = PARTS / 2 + 2;
/// Beyond so many cells rounding of the cuts would show.
pub(crate) const FARTHEST: f64 = 1e6;

/// Where a point lies in its cell, in parts of steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    pub x: i16,
    pub y: i16,
}

impl Spot {
    /// From the place in the cell in parts of 2³².
    #[inline]
    pub const fn new(x: u32, y: u32) -> Self {
        Self { x: part(x), y: part(y) }
    }
    /// From the place in the cell, 0 ≤ x, y < 1.
    pub fn of(place: At) -> Self {
        let [x, y] = place.map(|c| (c * 4_294_967_296.0) as u32);
        Self::new(x, y)
    }
}

#[inline]
const fn part(c: u32) -> i16 {
    const CELL: u64 = STEPS as u64 * PARTS as u64;
    const START: i16 = MARGIN as i16 * PARTS;
    START + ((c as u64 * CELL) >> 32) as i16
}

const fn pack(x: i32, y: i32) -> u16 {
    (x | y << 8) as u16
}

/// An edge of the border in cells of the tile, with its number along the ring and that of the edge that follows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub number: u32,
    pub next: u32,
    pub a: At,
    pub b: At,
}

/// The pieces of `edges` (by rising number) in the cell with this corner, as one line into `line`. False when they cannot
/// be told in whole numbers; then `line` is of no use. Empty when none reaches into the frame.
pub(crate) fn draw(edges: &[Edge], corner: At, pieces: &mut Vec<Piece>, line: &mut Vec<u16>) -> bool {
    line.clear();
    pieces.clear();
    if edges.iter().any(|e| e.a.iter().chain(&e.b).any(|c| c.abs() > FARTHEST)) {
        return false;
    }
    pieces.extend(edges.iter().filter_map(|edge| Piece::cut(edge, corner)));
    for k in 0..pieces.len() {
        if let Some(next) = after(pieces, k) {
            pieces[next].begins = false;
        }
    }
    let mut needed = 0;
    // After those that come from outside: what is left are rings that lie inside the cell as a whole.
    for (start, ring) in (0..pieces.len()).map(|k| (k, false)).chain((0..pieces.len()).map(|k| (k, true))) {
        let Piece { begins, drawn, from: first, .. } = pieces[start];
        if drawn || begins == ring {
            continue;
        }
        if !(if ring { enter_ring(line, first) } else { enter(line, first) }) {
            return false;
        }
        let (mut at, mut end) = (Some(start), first);
        while let Some(k) = at.filter(|k| !pieces[*k].drawn) {
            pieces[k].drawn = true;
            end = pieces[k].to;
            line.push(pack(end.0, end.1));
            at = after(pieces, k);
        }
        if ring {
            if at != Some(start) {
                return false;
            }
            line.push(pack(end.0, FRAME));
            needed = line.len();
        } else {
            let Some((out, way)) = outward(end) else { return false };
            if out != end {
                line.push(pack(out.0, out.1));
            }
            needed = line.len() + usize::from(matches!(way, Way::East));
            leave(line, out, way);
        }
    }
    // Nothing comes after the last piece that would have to be led to.
    line.truncate(needed);
    true
}

/// Where an end of a piece lies, in steps.
type Step = (i32, i32);

/// The piece that goes on where this one ends.
fn after(pieces: &[Piece], k: usize) -> Option<usize> {
    let piece = &pieces[k];
    let next = piece.ends_inside.then(|| pieces.binary_search_by_key(&piece.next, |p| p.number).ok())??;
    pieces[next].starts_inside.then_some(next)
}

/// Part of an edge inside the frame.
pub(crate) struct Piece {
    number: u32,
    next: u32,
    from: Step,
    to: Step,
    starts_inside: bool,
    ends_inside: bool,
    /// No other piece leads to this one.
    begins: bool,
    drawn: bool,
}

impl Piece {
    /// Liang and Barsky, *A New Concept and Method for Line Clipping*, 1984. An end inside the frame stays as it is.
    fn cut(edge: &Edge, corner: At) -> Option<Self> {
        // Always in the same direction: areas that share a border then have the same ends.
        let turned = (edge.a[1], edge.a[0]) > (edge.b[1], edge.b[0]);
        let (low, high) = if turned { (edge.b, edge.a) } else { (edge.a, edge.b) };
        let a = [low[0] - corner[0], low[1] - corner[1]];
        let d = [high[0] - low[0], high[1] - low[1]];
        let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
        for k in 0..2 {
            for (rate, room) in [(-d[k], a[k] + OUTSIDE), (d[k], 1.0 + OUTSIDE - a[k])] {
                if rate == 0.0 {
                    if room < 0.0 {
                        return None;
                    }
                } else if rate < 0.0 {
                    enters = enters.max(room / rate);
                } else {
                    leaves = leaves.min(room / rate);
                }
            }
        }
        if enters > leaves {
            return None;
        }
        let step = |t: f64| {
            let one =
                |k: usize| ((a[k] + t * d[k]) * STEPS + (f64::from(MARGIN) + 0.5)).clamp(0.0, f64::from(FRAME)) as i32;
            (one(0), one(1))
        };
        let (low_end, high_end) = ((step(enters), enters <= 0.0), (step(leaves), leaves >= 1.0));
        let ((from, starts_inside), (to, ends_inside)) = if turned { (high_end, low_end) } else { (low_end, high_end) };
        Some(Self {
            number: edge.number,
            next: edge.next,
            from,
            to,
            starts_inside,
            ends_inside,
            begins: true,
            drawn: false,
        })
    }
}

/// The side of the cell on which a line leaves it.
enum Way {
    North,
    East,
    South,
    West,
}

/// Surely outside of the cell, also after rounding.
pub(crate) const LOW: i32 = MARGIN - 2;
pub(crate) const HIGH: i32 = FRAME - MARGIN + 2;

const fn way((x, y): Step) -> Option<Way> {
    match (x, y) {
        (_, HIGH..) => Some(Way::North),
        (HIGH.., _) => Some(Way::East),
        (_, ..=LOW) => Some(Way::South),
        (..=LOW, _) => Some(Way::West),
        _ => None,
    }
}

/// An end that lies on the edge of the cell or outside of it, or the place on the frame straight out from there, when it is too
/// near to the cell. `None` inside of the cell.
fn outward(end @ (x, y): Step) -> Option<(Step, Way)> {
    const EAST: i32 = FRAME - MARGIN;
    if let Some(way) = way(end) {
        return Some((end, way));
    }
    let out = match (x, y) {
        (EAST.., _) => (FRAME, y),
        (..=MARGIN, _) => (0, y),
        (_, EAST..) => (x, FRAME),
        (_, ..=MARGIN) => (x, 0),
        _ => return None,
    };
    Some((out, way(out)?))
}

/// Walks from the top to where a piece enters. False when that is nowhere near the edge of the frame.
fn enter(line: &mut Vec<u16>, at: Step) -> bool {
    let first = line.is_empty();
    let Some((out, way)) = outward(at) else { return false };
    match way {
        Way::East => line.push(pack(out.0, FRAME)),
        Way::South if !first => line.extend([pack(0, FRAME), pack(0, out.1)]),
        Way::West if !first => line.push(pack(out.0, FRAME)),
        _ => {}
    }
    line.push(pack(out.0, out.1));
    if out != at {
        line.push(pack(at.0, at.1));
    }
    true
}

/// Walks to the top from where a piece leaves.
fn leave(line: &mut Vec<u16>, at: Step, way: Way) {
    match way {
        Way::East | Way::West => line.push(pack(at.0, FRAME)),
        Way::South => line.extend([pack(0, at.1), pack(0, FRAME)]),
        Way::North => {}
    }
}

/// Down to a ring that lies in the cell as a whole; the way back up is the same, so the two cancel out.
fn enter_ring(line: &mut Vec<u16>, at: Step) -> bool {
    line.extend([pack(at.0, FRAME), pack(at.0, at.1)]);
    true
}
