//! What one area is to the cells of one tile: covered, not touched, or crossed by its border.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use crate::grid::Frame;
use crate::line::{Kind, Line, shortened};
use crate::local::{Edge, FARTHEST, Piece, Spot, draw};
use crate::pack::Builder;
use crate::shape::{At, Shape, crosses};
use crate::tile::ALWAYS;

/// Rounding moves nothing so far, in cells.
const SLACK: f64 = 1e-6;

/// What is used for one cell after the other.
#[derive(Default)]
struct Drawing {
    pieces: Vec<Piece>,
    line: Vec<u16>,
    whole: Vec<u8>,
    short: Vec<u8>,
}

/// Traces area after area; its lists are kept from one to the next.
pub(crate) struct Tracer<'a> {
    frame: &'a Frame,
    side: u32,
    edges: Vec<Edge>,
    /// The same edges as they are.
    exact: Vec<(At, At)>,
    /// Cell and edge, sorted.
    touches: Vec<(u32, u32)>,
    /// Edges that reach into the heights of each row.
    rows: Vec<Vec<u32>>,
}

impl<'a> Tracer<'a> {
    pub fn new(frame: &'a Frame, side: u32) -> Self {
        Self {
            frame,
            side,
            edges: Vec::new(),
            exact: Vec::new(),
            touches: Vec::new(),
            rows: vec![Vec::new(); side as usize],
        }
    }

    /// Puts in what the area of this place is to each cell. Tells only whether it covers all of them, if it is the same to all.
    pub fn trace(&mut self, place: u32, shape: &Shape, to: &mut Builder) -> Option<bool> {
        self.edges.clear();
        self.exact.clear();
        self.touches.clear();
        self.rows.iter_mut().for_each(Vec::clear);
        self.gather(shape);
        if self.touches.is_empty() {
            return Some(self.centre_is_inside(0, 0));
        }
        self.touches.sort_unstable();
        self.cells(place, to)
    }

    fn gather(&mut self, shape: &Shape) {
        let side = f64::from(self.side);
        // One cell more on both sides for rounding.
        let heights = [-1.0, side + 1.0].map(|y| self.frame.position([0.0, y])[1]);
        shape.edges_between(heights[0], heights[1], |number, a, b| {
            let (ca, cb) = (self.frame.cells(a), self.frame.cells(b));
            let (low, high) = (ca[1].min(cb[1]), ca[1].max(cb[1]));
            // West of the tile no ray to the east meets it.
            if high < -1.0 || low > side + 1.0 || ca[0].max(cb[0]) < -1.0 {
                return;
            }
            let at = self.edges.len() as u32;
            self.edges.push(Edge { number, next: shape.next(number), a: ca, b: cb });
            self.exact.push((a, b));
            self.touch(at, ca, cb);
        });
    }

    /// Notes the cells that an edge may touch, row by row.
    fn touch(&mut self, edge: u32, a: At, b: At) {
        let last = f64::from(self.side - 1);
        let slack = |k: usize| SLACK * a[k].abs().max(b[k].abs()).max(1.0) / 1e3 + SLACK;
        let (sx, sy) = (slack(0), slack(1));
        let (low, high) = if a[1] <= b[1] { (a, b) } else { (b, a) };
        let first = (low[1] - sy).max(0.0) as u32;
        let end = (high[1] + sy).min(last) as u32;
        if high[1] + sy < 0.0 || low[1] - sy > last + 1.0 {
            return;
        }
        let rise = high[1] - low[1];
        let (west, east) = (low[0].min(high[0]), low[0].max(high[0]));
        for row in first..=end {
            if let Some(list) = self.rows.get_mut(row as usize) {
                list.push(edge);
            }
            let at = |y: f64| {
                let share = if rise > 0.0 { ((y - low[1]) / rise).clamp(0.0, 1.0) } else { 0.0 };
                low[0] + share * (high[0] - low[0])
            };
            let (from, to) =
                if rise > 0.0 { (at(f64::from(row) - sy), at(f64::from(row) + 1.0 + sy)) } else { (west, east) };
            let (from, to) = (from.min(to).max(west) - sx, from.max(to).min(east) + sx);
            if to < 0.0 || from > last + 1.0 {
                continue;
            }
            for column in (from.max(0.0) as u32)..=(to.min(last) as u32) {
                self.touches.push((row * self.side + column, edge));
            }
        }
    }

    fn cells(&mut self, place: u32, to: &mut Builder) -> Option<bool> {
        let mark = to.mark();
        let (mut covered, mut crossed) = (0, 0);
        let mut touches = self.touches.as_slice();
        // Whether the cell before this one was covered, as long as no border came between.
        let mut before = None;
        let (mut here, mut drawing) = (Vec::new(), Drawing::default());
        // A row that no edge reaches into is not in the area at all.
        let rows = (0..self.side).filter(|row| self.rows.get(*row as usize).is_some_and(|edges| !edges.is_empty()));
        for cell in rows.flat_map(|row| row * self.side..(row + 1) * self.side) {
            let (row, column) = (cell / self.side, cell % self.side);
            if column == 0 {
                before = None;
            }
            let count = touches.iter().take_while(|(c, _)| *c == cell).count();
            let (now, later) = touches.split_at(count);
            touches = later;
            here.clear();
            here.extend(now.iter().filter_map(|(_, e)| self.edges.get(*e as usize)));
            if !here.is_empty()
                && let Some(line) = self.crossed(cell, &here, &mut drawing)
            {
                // With a mask of nothing it only comes near.
                if line.kind != Kind::Masked(0) {
                    to.put(cell, place, line);
                }
                crossed += 1;
                before = None;
                continue;
            }
            let inside = before.unwrap_or_else(|| self.centre_is_inside(column, row));
            if inside {
                to.put(cell, place, Line::COVERS);
                covered += 1;
            }
            before = Some(inside);
        }
        let all = crossed == 0 && covered == self.side * self.side;
        if all {
            to.take_back(mark);
        }
        all.then_some(true)
    }

    /// Draws the border in the cell. `None` when no edge comes near after all.
    fn crossed<'d>(&self, cell: u32, edges: &[Edge], drawing: &'d mut Drawing) -> Option<Line<'d>> {
        const UNKNOWN: Line<'static> = Line { kind: Kind::Unknown, points: &[] };
        let (row, column) = (cell / self.side, cell % self.side);
        let Drawing { pieces, line, whole, short } = drawing;
        if !draw(edges, [f64::from(column), f64::from(row)], pieces, line) {
            return Some(UNKNOWN);
        }
        if line.is_empty() {
            return None;
        }
        whole.clear();
        whole.extend(line.iter().flat_map(|point| point.to_le_bytes()));
        let mask = shortened(whole, short);
        let kind = mask.map_or(Kind::Whole(false), Kind::Masked);
        let points: &[u8] = if mask.is_some() { short } else { whole };
        // One point whose side is sure says whether the count is to be turned round.
        let Some(turned) = self.sure_point(column, row, Line { kind, points }) else { return Some(UNKNOWN) };
        let kind = mask.map_or(Kind::Whole(turned), |mask| Kind::Masked(mask | if turned { ALWAYS } else { 0 }));
        Some(Line { kind, points })
    }

    fn sure_point(&self, column: u32, row: u32, line: Line<'_>) -> Option<bool> {
        // Points spread evenly over the cell (an additive sequence of the plastic number).
        (1..=24).find_map(|n| {
            let part = |step: f64| (f64::from(n) * step).fract();
            let place = [part(0.754_877_666_246_693), part(0.569_840_290_998_053)];
            let at = self.frame.position([f64::from(column) + place[0], f64::from(row) + place[1]]);
            let back = self.frame.cells(at);
            let (x, y) = (back[0] - f64::from(column), back[1] - f64::from(row));
            if !(0.0..1.0).contains(&x) || !(0.0..1.0).contains(&y) {
                return None;
            }
            let (odd, near) = line.met(Spot::of([x, y]));
            (!near).then(|| odd != self.is_inside(at, row))
        })
    }

    fn centre_is_inside(&self, column: u32, row: u32) -> bool {
        let at = self.frame.position([f64::from(column) + 0.5, f64::from(row) + 0.5]);
        self.is_inside(at, row)
    }

    /// Exact, for points of the row.
    fn is_inside(&self, at: At, row: u32) -> bool {
        let edges = self.rows.get(row as usize).into_iter().flatten().filter_map(|e| self.exact.get(*e as usize));
        edges.fold(false, |inside, (a, b)| inside ^ crosses(at, *a, *b))
    }
}

/// Edges so long that their places in the tile cannot be told well enough are decided exactly.
const _: () = assert!(FARTHEST * SLACK <= 1.0);
