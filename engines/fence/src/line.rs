//! The border of one area in one cell, as it is stored: its points, and which of the edges between them count.

use crate::local::{HIGH, LOW, Spot};
use crate::stroke::{BYTES, EDGES, POINTS, stroke};
use crate::tile::{ALWAYS, WIDE_POINTS};

/// How the points of a line are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// At most eight points; a bit for each edge that counts, and [`ALWAYS`].
    Masked(u8),
    /// At most fifteen points; a bit for each of the first seven edges that counts and [`ALWAYS`], and one for each of the next seven.
    Wide(u8, u8),
    /// Any number of points, all edges count; whether the count is to be turned round.
    Whole(bool),
    /// Only the exact test helps.
    Unknown,
}

impl Kind {
    const WHOLE: u16 = 0x100;
    const UNKNOWN: u16 = 0x200;
    const WIDE: u16 = 0x8000;

    pub const fn of(word: u16) -> Self {
        match word {
            0..=0xFF => Self::Masked(word as u8),
            Self::WIDE.. => Self::Wide(word as u8, (word >> 8) as u8 & EDGES),
            Self::UNKNOWN.. => Self::Unknown,
            _ => Self::Whole(word & 1 != 0),
        }
    }
    pub const fn word(self) -> u16 {
        match self {
            Self::Masked(mask) => mask as u16,
            Self::Wide(mask, further) => Self::WIDE | (further as u16) << 8 | mask as u16,
            Self::Whole(odd) => Self::WHOLE | odd as u16,
            Self::Unknown => Self::UNKNOWN,
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    pub kind: Kind,
    /// x and y of each point; when there is a mask, maybe more behind them.
    pub points: &'a [u8],
}

impl Line<'_> {
    pub const COVERS: Self = Self { kind: Kind::Masked(ALWAYS), points: &[] };

    /// The same with no more points than it needs.
    #[must_use]
    pub fn trimmed(self) -> Self {
        let mask = match self.kind {
            Kind::Masked(mask) => mask,
            Kind::Wide(..) => {
                let points = self.points.get(..2 * WIDE_POINTS).unwrap_or(self.points);
                return Self { points, ..self };
            }
            Kind::Whole(_) | Kind::Unknown => return self,
        };
        let edges = mask & EDGES;
        if edges == 0 {
            return Self { points: &[], ..self };
        }
        let (first, last) = (edges.trailing_zeros(), edges.ilog2());
        let points = self.points.get(2 * first as usize..2 * (last + 2) as usize).unwrap_or_default();
        Self { kind: Kind::Masked(edges >> first | mask & ALWAYS), points }
    }

    /// Whether the ray from `spot` to the east crosses the border an odd number of times, and whether that is not sure.
    #[inline]
    pub fn met(&self, spot: Spot) -> (bool, bool) {
        match self.kind {
            Kind::Unknown => (false, true),
            Kind::Masked(mask) => {
                let met = stroke(&eight(self.points), spot);
                (((met.crossed | ALWAYS) & mask).count_ones() & 1 != 0, met.near & mask != 0)
            }
            Kind::Wide(mask, further) => {
                let rest = self.points.get(2 * (POINTS - 1)..).unwrap_or_default();
                let (one, two) = (stroke(&eight(self.points), spot), stroke(&eight(rest), spot));
                let crossed = ((one.crossed | ALWAYS) & mask).count_ones() + (two.crossed & further).count_ones();
                (crossed & 1 != 0, one.near & mask != 0 || two.near & further != 0)
            }
            Kind::Whole(turned) => {
                let (mut odd, mut near) = (turned, false);
                let mut rest = self.points;
                while rest.len() >= 4 {
                    let edges = (rest.len() / 2 - 1).min(POINTS - 1);
                    let met = stroke(&eight(rest), spot);
                    let counts = (1_u8 << edges) - 1;
                    odd ^= (met.crossed & counts).count_ones() & 1 != 0;
                    near |= met.near & counts != 0;
                    rest = rest.get(2 * edges..).unwrap_or_default();
                }
                (odd, near)
            }
        }
    }
}

#[inline]
fn eight(points: &[u8]) -> [u8; BYTES] {
    if let Some(all) = points.first_chunk() {
        return *all;
    }
    let mut some = [0; BYTES];
    some.iter_mut().zip(points).for_each(|(to, byte)| *to = *byte);
    some
}

/// Whether a ray from the cell may meet this edge.
pub(crate) fn counts(a: [u8; 2], b: [u8; 2]) -> bool {
    let side = |c: u8| (i32::from(c) >= HIGH, i32::from(c) <= LOW);
    let ((_, west_a), (_, west_b)) = (side(a[0]), side(b[0]));
    let ((above_a, below_a), (above_b, below_b)) = (side(a[1]), side(b[1]));
    !(west_a && west_b || above_a && above_b || below_a && below_b)
}

/// The same border in at most eight points, if that is possible: edges that no ray from the cell meets are left out. `whole` is a
/// line of which all edges count. Returns the mask without [`ALWAYS`].
pub(crate) fn shortened(whole: &[u8], into: &mut Vec<u8>) -> Option<u8> {
    into.clear();
    let corners = whole.as_chunks::<2>().0;
    let mut mask = 0_u8;
    let mut before = false;
    for (k, at) in corners.iter().enumerate() {
        let after = corners.get(k + 1).is_some_and(|next| counts(*at, *next));
        if before || after {
            let place = into.len() / 2;
            if place == POINTS {
                return None;
            }
            mask |= u8::from(after) << place;
            into.extend(at);
        }
        before = after;
    }
    Some(mask)
}
