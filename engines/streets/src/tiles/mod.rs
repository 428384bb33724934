//! Vector tiles out of the layers of a map: which things are drawn at which zoom, how much of their form is kept, and the
//! bytes (Mapbox Vector Tiles 2.1).
//!
//! The form follows geojson-vt (Agafonkin): points are weighed once for all zooms, then the plane is cut into quarters again and
//! again, so that no more than one path through the pyramid is in memory. The same layers give the same bytes.

mod clip;
mod encode;
mod mercator;
mod shape;

pub use mercator::{COARSEST, EXTENT, FINEST};

use crate::layers::{Feature, Layer};
use encode::{Drawn, LayerWriter, Value};
use shape::{Around, Piece, Shape, Vertex, double_area, least_weight};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Which tile of the web's usual grid: columns from the west, rows from the north.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    pub z: u8,
    pub x: u32,
    pub y: u32,
}

/// There would be more tiles than asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the map covers more than {most} tiles; cut the file to the district first (osmium extract)")]
pub struct TooManyTiles {
    pub most: usize,
}

/// What is drawn beyond the border of a tile, so that lines and outlines meet: in units of the tile.
const SEAM: i32 = 64;
/// Areas smaller than this many units of the tile along a side are left out: two pixels.
const SMALL: i32 = 16;

/// Makes every tile that is not empty, coarse ones before the finer ones in them, and hands it to `take`.
///
/// # Errors
/// [`TooManyTiles`]; what was handed out until then is no whole map.
pub fn make(features: &[Feature], most: usize, take: &mut dyn FnMut(TileId, Vec<u8>)) -> Result<usize, TooManyTiles> {
    let mut maker = Maker { features, areas: Vec::with_capacity(features.len()), made: 0, most, take };
    let mut coarse: BTreeMap<(u32, u32), Vec<Piece>> = BTreeMap::new();
    let seam = SEAM << (FINEST - COARSEST);
    for (of, feature) in features.iter().enumerate() {
        let Some(shape) = shape::shape(&feature.geometry) else {
            maker.areas.push(0.0);
            continue;
        };
        maker.areas.push(shape.area());
        let piece = Piece { of: of as u32, around: shape.around(), shape: Rc::new(shape) };
        for (x, y) in shape::coarse_tiles(piece.around, seam) {
            if coarse.len() > most {
                return Err(TooManyTiles { most });
            }
            coarse.entry((x, y)).or_default().push(piece.clone());
        }
    }
    while let Some(((x, y), pieces)) = coarse.pop_first() {
        let id = TileId { z: COARSEST, x, y };
        let pieces = within(id, &pieces);
        maker.split(id, pieces)?;
    }
    Ok(maker.made)
}

/// The tile without its seam, on the plane.
fn bounds(id: TileId) -> Around {
    let side = mercator::side(id.z);
    let (x0, y0) = (id.x as i32 * side, id.y as i32 * side);
    Around { x0, y0, x1: x0 + side, y1: y0 + side }
}

fn within(id: TileId, pieces: &[Piece]) -> Vec<Piece> {
    let (to, seam) = (bounds(id), SEAM << (FINEST - id.z));
    pieces.iter().filter_map(|piece| clip::clip(piece, to, seam)).collect()
}

struct Maker<'a> {
    features: &'a [Feature],
    /// Area of each feature as a whole, in square units of the plane.
    areas: Vec<f64>,
    made: usize,
    most: usize,
    take: &'a mut dyn FnMut(TileId, Vec<u8>),
}

impl Maker<'_> {
    fn split(&mut self, id: TileId, pieces: Vec<Piece>) -> Result<(), TooManyTiles> {
        if pieces.is_empty() {
            return Ok(());
        }
        let tile = self.draw(id, &pieces);
        if !tile.is_empty() {
            self.made += 1;
            if self.made > self.most {
                return Err(TooManyTiles { most: self.most });
            }
            (self.take)(id, tile);
        }
        if id.z == FINEST {
            return Ok(());
        }
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let child = TileId { z: id.z + 1, x: id.x * 2 + dx, y: id.y * 2 + dy };
            self.split(child, within(child, &pieces))?;
        }
        Ok(())
    }

    fn draw(&self, id: TileId, pieces: &[Piece]) -> Vec<u8> {
        let mut layers = Layer::ALL.map(|layer| LayerWriter::new(layer.name()));
        let small = f64::from(SMALL << (FINEST - id.z)).powi(2);
        for piece in pieces {
            let Some(feature) = self.features.get(piece.of as usize) else { continue };
            let area = self.areas.get(piece.of as usize).copied().unwrap_or_default();
            let too_small = matches!(*piece.shape, Shape::Areas(_)) && id.z < FINEST && area < small;
            if feature.from_zoom > id.z || too_small {
                continue;
            }
            let Some(drawn) = drawn(id, &piece.shape) else { continue };
            if let Some(layer) = layers.get_mut(feature.layer as usize) {
                layer.add(&drawn, &tags(feature));
            }
        }
        let mut tile = Vec::new();
        for layer in layers {
            if !layer.is_empty() {
                layer.end(&mut tile);
            }
        }
        tile
    }
}

fn tags(feature: &Feature) -> Vec<(&'static str, Value<'_>)> {
    let mut tags = Vec::with_capacity(4);
    if !feature.class.is_empty() {
        tags.push(("class", Value::Text(feature.class)));
    }
    for (key, text) in [("name", &feature.name), ("name_en", &feature.name_en), ("number", &feature.number)] {
        if let Some(text) = text {
            tags.push((key, Value::Text(text)));
        }
    }
    for (key, is) in [("bridge", feature.bridge), ("tunnel", feature.tunnel)] {
        if is {
            tags.push((key, Value::Yes));
        }
    }
    tags
}

/// The shape in units of the tile, with no more points than this zoom needs.
fn drawn(id: TileId, shape: &Shape) -> Option<Drawn> {
    let Around { x0, y0, .. } = bounds(id);
    let shift = FINEST - id.z;
    // Half a unit up, so that what was cut off is rounded.
    let half = (1 << shift) >> 1;
    let unit = |x: i32, y: i32| ((x - x0 + half) >> shift, (y - y0 + half) >> shift);
    let least = least_weight(id.z);
    let kept = |line: &[Vertex]| {
        let mut kept: Vec<(i32, i32)> = line.iter().filter(|v| v.weight > least).map(|v| unit(v.x, v.y)).collect();
        kept.dedup();
        kept
    };
    match shape {
        Shape::Point(x, y) => {
            let (x, y) = unit(*x, *y);
            // Rounding must not move it to the neighbour.
            Some(Drawn::Point(x.min(EXTENT - 1), y.min(EXTENT - 1)))
        }
        Shape::Lines(lines) => {
            let lines: Vec<_> = lines.iter().map(|l| kept(l)).filter(|l| l.len() > 1).collect();
            (!lines.is_empty()).then_some(Drawn::Lines(lines))
        }
        Shape::Areas(polygons) => {
            let mut rings = Vec::new();
            for polygon in polygons {
                for (i, ring) in polygon.iter().enumerate() {
                    let mut ring = kept(ring);
                    if ring.len() > 1 && ring.first() == ring.last() {
                        ring.pop();
                    }
                    let area = double_area(&ring);
                    if ring.len() < 3 || area == 0 {
                        // Without its outer ring a hole would be an area.
                        if i == 0 {
                            break;
                        }
                        continue;
                    }
                    if (area > 0) != (i == 0) {
                        ring.reverse();
                    }
                    rings.push(ring);
                }
            }
            (!rings.is_empty()).then_some(Drawn::Rings(rings))
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
