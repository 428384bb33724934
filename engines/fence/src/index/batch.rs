//! Many points at once. Quicker than one after the other: memory is asked for many points before it is needed, and points that
//! need more work come after the others, so that the processor seldom guesses wrongly what comes next.

#![expect(clippy::indexing_slicing, reason = "the hot path; places come from the tile itself (docs/decisions/0017)")]

use super::{Index, Number};
use crate::shape::At;
use crate::tile::{InCell, SLOTS, Tile, exact};
use std::hint::black_box;
use std::sync::LazyLock;

/// Points that are looked after together.
const AT_ONCE: usize = 128;
/// Points that wait until they are looked after together.
const LATE: usize = 64;

/// Points whose record is not enough, and the areas whose outline has to be asked. Empty between two times.
#[derive(Default)]
struct Late<'a> {
    points: Vec<(usize, &'a Tile, InCell)>,
    asked: Vec<(usize, Number)>,
}

impl Index {
    /// Tells for every point, by its place in the list, every area that contains it; in no order. The same as
    /// [`Index::locate`], in less time.
    pub fn locate_many(&self, points: &[At], mut hit: impl FnMut(usize, Number)) {
        static NOWHERE: LazyLock<Tile> = LazyLock::new(Tile::default);
        let nowhere = &*NOWHERE;
        let mut found = [(nowhere, InCell::default()); AT_ONCE];
        let mut late = Late::default();
        for (start, some) in points.chunks(AT_ONCE).enumerate().map(|(n, some)| (n * AT_ONCE, some)) {
            let mut pending = false;
            for (k, (at, found)) in some.iter().zip(&mut found).enumerate() {
                let Some(place) = self.grid.place(*at) else {
                    *found = (nowhere, InCell::default());
                    self.locate_beyond(*at, &mut |number| hit(start + k, number));
                    continue;
                };
                let tile = &self.tiles[place.tile];
                *found = (tile, tile.cell(place));
                pending |= tile.is_pending();
            }
            if pending {
                for (k, (at, (tile, cell))) in some.iter().zip(&found).enumerate() {
                    self.locate_unsure(tile, *cell, *at, &mut |number| hit(start + k, number));
                }
                continue;
            }
            // Without a branch: what does not belong into a list is written over by the next. A hit has the place of the point in its
            // upper bits, and that of the area in the list of its tile in the lower eight.
            let (mut hits, mut n) = ([0_u16; SLOTS * AT_ONCE], 0);
            let (mut others, mut m) = ([0_u8; AT_ONCE], 0);
            let (mut unsure, mut w) = ([0_u8; AT_ONCE], 0);
            // The sum is of no use; asking for these bytes brings them near.
            let mut sum = 0;
            for (k, (tile, cell)) in found.iter().enumerate().take(some.len()) {
                hits[n] = (k << 8 | cell.place()) as u16;
                n += usize::from(cell.is_covered());
                others[m] = k as u8;
                m += usize::from(cell.has_record());
                sum ^= tile.touch(*cell);
            }
            black_box(sum);
            for k in others[..m].iter().map(|k| usize::from(*k)) {
                let (tile, cell) = found[k];
                let met = tile.met(cell);
                unsure[w] = k as u8;
                w += usize::from(met.unsure);
                for slot in 0..SLOTS {
                    hits[n] = (k << 8 | met.place(slot)) as u16;
                    n += usize::from(met.is_hit(slot)) & usize::from(!met.unsure);
                }
            }
            for k in unsure[..w].iter().map(|k| usize::from(*k)) {
                let (tile, cell) = found[k];
                let met = tile.met_wide(cell);
                if met.unsure {
                    late.points.push((start + k, tile, cell));
                    continue;
                }
                for slot in 0..SLOTS {
                    hits[n] = (k << 8 | met.place(slot)) as u16;
                    n += usize::from(met.is_hit(slot));
                }
            }
            for one in &hits[..n] {
                let k = usize::from(one >> 8);
                hit(start + k, found[k].0.area(usize::from(one & 0xFF)));
            }
            if late.points.len() >= LATE {
                self.locate_late(&mut late, points, &mut hit);
            }
        }
        self.locate_late(&mut late, points, &mut hit);
    }

    /// What was put aside, in steps: each asks for all that the next one reads.
    fn locate_late(&self, late: &mut Late<'_>, points: &[At], hit: &mut impl FnMut(usize, Number)) {
        black_box(late.points.iter().fold(0, |sum, (_, tile, cell)| sum ^ tile.touch_items(*cell)));
        for (k, tile, cell) in late.points.drain(..) {
            tile.answers(cell, |number, answer| match answer {
                Some(true) => hit(k, number),
                Some(false) => {}
                None => late.asked.push((k, number)),
            });
        }
        let shapes = late.asked.iter().filter_map(|(_, number)| self.shapes.get(*number));
        black_box(shapes.fold(0, |sum, shape| sum ^ shape.touch()));
        for (k, number) in late.asked.drain(..) {
            if exact(self.shapes.get(number), points[k]) {
                hit(k, number);
            }
        }
    }
}
