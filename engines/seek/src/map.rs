//! What the map shows at an instant.
#![expect(clippy::indexing_slicing, reason = "rows are numbered by the terrain's pieces")]

use crate::cells::{Cell, area_km2, cells};
use crate::search::{Search, SearchError, instant};

/// A segment of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Every node of OSM on it, in order.
    pub nodes: Vec<i64>,
    pub p: f64,
}

/// Where they may be. All rows of it and `rest_of_world` sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Most probable first.
    pub rows: Vec<Row>,
    pub cells: Vec<Cell>,
    pub rest_of_world: f64,
}

impl Search {
    /// The map of now; at most `top` rows, all cells.
    pub fn map(&mut self, top: usize) -> Map {
        let rows = self.rows();
        self.shown(&rows.p, rows.outside, top)
    }

    /// The map as it stood so many minutes ago, with what is known today about then: for the slider of the page.
    ///
    /// # Errors
    /// When that is before they were last seen.
    pub fn map_at(&mut self, minutes_ago: f64, top: usize) -> Result<Map, SearchError> {
        let last = self.minutes();
        let at = self.now - instant(minutes_ago);
        if at < 0 || at > self.now {
            return Err(SearchError::BeforeLastSeen { ago: minutes_ago, last });
        }
        let rows = self.rows_at(at);
        Ok(self.shown(&rows.p, rows.outside, top))
    }

    fn shown(&self, p: &[f64], rest_of_world: f64, top: usize) -> Map {
        let terrain = &self.stage.terrain;
        let mut order: Vec<u32> = (0..p.len() as u32).collect();
        let more = |a: &u32, b: &u32| p[*b as usize].total_cmp(&p[*a as usize]).then(a.cmp(b));
        if top < order.len() {
            order.select_nth_unstable_by(top, more);
            order.truncate(top);
        }
        order.sort_unstable_by(more);
        let rows = order.into_iter().map(|n| {
            let piece = &terrain.pieces[n as usize];
            Row { nodes: [piece.a, piece.b].map(|v| terrain.ids[v as usize]).to_vec(), p: p[n as usize] }
        });
        Map { rows: rows.collect(), cells: cells(terrain, p), rest_of_world }
    }

    /// Square kilometres that hold 50, 75 and 95 % of what lies on the streets.
    pub fn areas_km2(&mut self) -> [f64; 3] {
        let rows = self.rows();
        let cells = cells(&self.stage.terrain, &rows.p);
        [0.50, 0.75, 0.95].map(|share| area_km2(&cells, share))
    }

    pub fn rest_of_world(&mut self) -> f64 {
        self.rows().outside
    }
}
