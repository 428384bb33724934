//! The border of an area inside one cell, in whole numbers local to the cell: a line of points of 15 bits each.
//!
//! A cell is 30,840 steps wide and lies in a frame of 32,768; lines are cut where they leave the frame. Rounding moves a line
//! by less than a step, so a point that keeps four steps away is on the same side of the rounded line as of the true one.
//! Whoever comes nearer is told so ([`Side::near`]) and is decided exactly on the original numbers. With cells of 20 m a
//! step is 0.6 mm.
//!
//! The line holds every piece of the border in the cell, one after the other. Between them it walks round the cell where no
//! ray to the east notices: along the top, and up the west side. A piece that leaves to the east goes on up to the top there,
//! so that nothing ends within the heights of the cell. Along such a line the even-odd count changes only across the
//! border; one bit says whether it has to be turned round.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use crate::grid::split;
use crate::shape::At;

/// Greatest number on a side of the frame.
const FRAME: i32 = 0x7FFF;
/// Steps from the frame to the cell.
const MARGIN: i32 = 964;
/// Steps of a cell.
const STEPS: f64 = 30_840.0;
/// The frame around the cell, in cells.
const OUTSIDE: f64 = MARGIN as f64 / STEPS;
/// Beyond so many cells rounding of the cuts would show.
pub(crate) const FARTHEST: f64 = 1e6;

/// Where a point lies in its cell, in steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    pub x: i32,
    pub y: i32,
}

impl Spot {
    /// From the place in the cell, 0 ≤ x, y ≤ 1.
    #[inline]
    pub fn new(x: f64, y: f64) -> Self {
        let step = |c: f64| MARGIN + split(c * STEPS).0 as i32;
        Self { x: step(x), y: step(y) }
    }
}

/// The answer of a line: whether the ray crosses it an odd number of times, and whether that is sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Side {
    pub odd: bool,
    pub near: bool,
}

/// Counts crossings of the ray from `spot` to the east. The product of two sides of the frame, twice, still fits in 32 bits.
#[inline]
#[expect(clippy::needless_bitwise_bool, reason = "a branch nobody can foretell costs more than both sides of the and")]
pub(crate) fn side(line: &[u32], spot: Spot) -> Side {
    // Four steps off a line as long as the frame's diagonal.
    const SURE: i32 = 3 << 16;
    let (mut odd, mut near) = (false, false);
    let Some((first, rest)) = line.split_first() else { return Side { odd, near } };
    let (mut x0, mut y0) = unpack(*first);
    near |= (y0 - spot.y).unsigned_abs() <= 2;
    for word in rest {
        let (x1, y1) = unpack(*word);
        let within = (y0 > spot.y) != (y1 > spot.y);
        let cross = (x1 - x0) * (spot.y - y0) - (y1 - y0) * (spot.x - x0);
        odd ^= within & ((cross > 0) == (y1 > y0));
        near |= (within & (cross.abs() < SURE)) | ((y1 - spot.y).unsigned_abs() <= 2);
        (x0, y0) = (x1, y1);
    }
    Side { odd, near }
}

#[inline]
const fn unpack(word: u32) -> (i32, i32) {
    ((word & 0xFFFF) as i32, (word >> 16) as i32)
}
const fn pack(x: i32, y: i32) -> u32 {
    x as u32 | (y as u32) << 16
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
pub(crate) fn draw(edges: &[Edge], corner: At, pieces: &mut Vec<Piece>, line: &mut Vec<u32>) -> bool {
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
            let Some(way) = way(end) else { return false };
            needed = line.len() + usize::from(matches!(way, Way::East));
            leave(line, end, way);
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
        let a = [edge.a[0] - corner[0], edge.a[1] - corner[1]];
        let d = [edge.b[0] - edge.a[0], edge.b[1] - edge.a[1]];
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
            let one = |k: usize| (((a[k] + t * d[k]) * STEPS).round() as i32 + MARGIN).clamp(0, FRAME);
            (one(0), one(1))
        };
        let (starts_inside, ends_inside) = (enters <= 0.0, leaves >= 1.0);
        Some(Self {
            number: edge.number,
            next: edge.next,
            from: step(enters),
            to: step(leaves),
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

const fn way((x, y): Step) -> Option<Way> {
    const LOW: i32 = MARGIN - 4;
    const HIGH: i32 = FRAME - MARGIN + 5;
    match (x, y) {
        (_, HIGH..) => Some(Way::North),
        (HIGH.., _) => Some(Way::East),
        (_, ..=LOW) => Some(Way::South),
        (..=LOW, _) => Some(Way::West),
        _ => None,
    }
}

/// Walks from the top to where a piece enters. False when that is nowhere near the edge of the frame.
fn enter(line: &mut Vec<u32>, at: Step) -> bool {
    let (first, way) = (line.is_empty(), way(at));
    match way {
        Some(Way::East) => line.push(pack(at.0, FRAME)),
        Some(Way::South) if !first => line.extend([pack(0, FRAME), pack(0, at.1)]),
        Some(Way::West) if !first => line.push(pack(at.0, FRAME)),
        _ => {}
    }
    line.push(pack(at.0, at.1));
    way.is_some()
}

/// Walks to the top from where a piece leaves.
fn leave(line: &mut Vec<u32>, at: Step, way: Way) {
    match way {
        Way::East | Way::West => line.push(pack(at.0, FRAME)),
        Way::South => line.extend([pack(0, at.1), pack(0, FRAME)]),
        Way::North => {}
    }
}

/// Down to a ring that lies in the cell as a whole; the way back up is the same, so the two cancel out.
fn enter_ring(line: &mut Vec<u32>, at: Step) -> bool {
    line.extend([pack(at.0, FRAME), pack(at.0, at.1)]);
    true
}
