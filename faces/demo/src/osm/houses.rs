//! A house at every address.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::plot::{Block, P, Plots};
use super::{Sheet, Tags};
use crate::addresses::{Address, Door};
use crate::rng::Rng;

/// Half front and half depth in metres, and the kind of building.
const fn shape(door: Door) -> (P, &'static str) {
    match door {
        Door::Street => ((12.0, 7.0), "retail"),
        Door::Block => ((15.0, 6.0), "apartments"),
        Door::Old => ((6.0, 4.5), "house"),
        Door::Hamlet => ((7.0, 5.0), "house"),
    }
}

pub(super) fn houses(sheet: &mut Sheet<'_>, plots: &mut Plots) {
    let world = sheet.world;
    let mut rng = Rng::new(world.seed, "houses");
    for address in &world.addresses.all {
        let ((front, deep), kind) = shape(address.door);
        let length = (address.along.0 as f64).hypot(address.along.1 as f64).max(1.0);
        let along = (address.along.0 as f64 / length, address.along.1 as f64 / length);
        let middle = (address.spot.0 as f64, address.spot.1 as f64);
        let vary = rng.range(0.82, 1.04);
        let tags = tags(address);
        let plot = &mut plots.0[address.cell];
        // Where two lanes meet there is room for a smaller house, or for a door alone.
        let house = [vary, 0.7, 0.45]
            .into_iter()
            .map(|size| Block { middle, along, half: (front * size, deep * size) })
            .find(|house| plot.has_room(house, 0.8));
        match house {
            Some(house) => {
                plot.blocks.push(house);
                let tags = std::iter::once(("building", kind.to_owned())).chain(tags).collect();
                sheet.outline(&house.corners(), f64::INFINITY, tags);
            }
            None => drop(sheet.node(middle, tags)),
        }
    }
}

/// 望苇路128弄5号 → street 望苇路, number 128弄5号; a hamlet's is a place. No text stands twice in the district, so the
/// town is left out.
fn tags(address: &Address) -> Tags {
    let cut = address.text.find(|c: char| c.is_ascii_digit()).unwrap_or(address.text.len());
    let (street, number) = address.text.split_at(cut);
    let key = if address.door == Door::Hamlet { "addr:place" } else { "addr:street" };
    vec![(key, street.to_owned()), ("addr:housenumber", number.to_owned())]
}
