//! What one area is to the cells of one tile: covered, not touched, or crossed by its border.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use crate::grid::Frame;
use crate::local::{Edge, FARTHEST, Piece, Spot, draw, side};
use crate::shape::{At, Shape, crosses};

/// What areas are to the cells of a tile.
#[derive(Default)]
pub(crate) struct Traces {
    /// Areas that cover the whole tile.
    pub everywhere: Vec<u32>,
    /// Cell and the area that covers it.
    pub covered: Vec<(u32, u32)>,
    pub crossed: Vec<Crossed>,
    /// The lines of all crossed cells, one after the other.
    pub points: Vec<u16>,
}

impl Traces {
    pub fn line(&self, one: &Crossed) -> &[u16] {
        &self.points[one.start as usize..][..one.length as usize]
    }
    pub fn cross(&mut self, cell: u32, area: u32, odd: bool, line: &[u16]) {
        let (start, length) = (self.points.len() as u32, line.len() as u32);
        self.points.extend(line);
        self.crossed.push(Crossed { cell, area, odd, start, length });
    }
}

/// A cell that the border of an area runs through. Without a line only the exact test on the whole outline helps.
#[derive(Clone, Copy)]
pub(crate) struct Crossed {
    pub cell: u32,
    pub area: u32,
    /// Whether the count of the line is to be turned round.
    pub odd: bool,
    start: u32,
    pub length: u32,
}

/// Rounding moves nothing so far, in cells.
const SLACK: f64 = 1e-6;

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

    pub fn trace(&mut self, area: u32, shape: &Shape, to: &mut Traces) {
        self.edges.clear();
        self.exact.clear();
        self.touches.clear();
        self.rows.iter_mut().for_each(Vec::clear);
        self.gather(shape);
        if self.touches.is_empty() {
            if self.centre_is_inside(0, 0) {
                to.everywhere.push(area);
            }
            return;
        }
        self.touches.sort_unstable();
        self.cells(area, to);
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

    fn cells(&self, area: u32, to: &mut Traces) {
        let (covered, crossed) = (to.covered.len(), to.crossed.len());
        let mut touches = self.touches.as_slice();
        // Whether the cell before this one was covered, as long as no border came between.
        let mut before = None;
        let (mut here, mut pieces, mut line) = (Vec::new(), Vec::new(), Vec::new());
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
                && let Some(odd) = self.crossed(cell, &here, &mut pieces, &mut line)
            {
                to.cross(cell, area, odd, &line);
                before = None;
                continue;
            }
            let inside = before.unwrap_or_else(|| self.centre_is_inside(column, row));
            if inside {
                to.covered.push((cell, area));
            }
            before = Some(inside);
        }
        if to.crossed.len() == crossed && to.covered.len() - covered == (self.side * self.side) as usize {
            to.covered.truncate(covered);
            to.everywhere.push(area);
        }
    }

    /// Draws the border in the cell, and says whether its count has to be turned round. `None` when no edge comes near after all.
    fn crossed(&self, cell: u32, edges: &[Edge], pieces: &mut Vec<Piece>, line: &mut Vec<u16>) -> Option<bool> {
        let (row, column) = (cell / self.side, cell % self.side);
        let drawn = draw(edges, [f64::from(column), f64::from(row)], pieces, line);
        if drawn && line.is_empty() {
            return None;
        }
        // One point whose side is sure says whether the count is to be turned round.
        let sure = if drawn { self.sure_point(column, row, line) } else { None };
        if sure.is_none() {
            line.clear();
        }
        Some(sure.unwrap_or_default())
    }

    fn sure_point(&self, column: u32, row: u32, line: &[u16]) -> Option<bool> {
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
            let found = side(line, line.len(), Spot::of([x, y]));
            (!found.near).then(|| found.odd != self.is_inside(at, row))
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
