//! What covers the ground: canals and rivers with their banks, ponds, the sea; fields, woods and parks.

use super::plot::{Block, P, Plot, Plots};
use super::{Sheet, Tags, words};
use crate::ground::cut::PLAN;
use crate::rng::Rng;

/// Parks of which people know the name; the others are a bit of green.
const PARKS: [&str; 24] = [
    "荷塘月",
    "听雨",
    "映霞",
    "晨露",
    "禾苗",
    "桐荫",
    "鹭影",
    "萤光",
    "枕石",
    "揽翠",
    "沐风",
    "栖云",
    "问鱼",
    "归帆",
    "拾贝",
    "怀柳",
    "观澜",
    "知秋",
    "迎春",
    "邻里",
    "睦和",
    "青芽",
    "稻香",
    "海棠",
];

pub(super) fn land(sheet: &mut Sheet<'_>, plots: &mut Plots) {
    waters(sheet);
    let mut rng = Rng::new(sheet.world.seed, "land");
    let mut parks = PARKS.into_iter();
    for plot in &mut plots.0 {
        let (u, v) = plot.rect.centre();
        if sheet.warp.built(u, v) > 0.5 {
            park(sheet, plot, &mut rng, &mut parks);
        } else {
            ponds(sheet, plot, &mut rng);
            fields(sheet, plot, &mut rng);
        }
    }
}

fn water(kind: &str, name: &str) -> Tags {
    let mut tags = vec![("natural", "water".to_owned()), ("water", kind.to_owned())];
    words::named(&mut tags, name);
    tags
}

/// The middle of each reach as a waterway with its name, and its surface.
fn waters(sheet: &mut Sheet<'_>) {
    let all = &sheet.world.ground.water;
    for reach in &all.reaches {
        let (kind, name) = (if reach.width > 60 { "river" } else { "canal" }, all.names.get(reach.name));
        let name = name.map_or("", String::as_str);
        let (lo, hi, at, half) = (reach.lo as f64, reach.hi as f64, reach.at as f64, reach.width as f64 / 2.0);
        let spot = |along: f64, aside: f64| if reach.across { (along, aside) } else { (aside, along) };
        let banks = [spot(lo, at - half), spot(hi, at - half), spot(hi, at + half), spot(lo, at + half)];
        sheet.outline(&banks, 60.0, water(kind, name));
        let n = ((hi - lo) / 60.0).ceil().max(1.0);
        let middle =
            (0..=n as usize).map(|k| sheet.node(spot(lo + (hi - lo) * k as f64 / n, at), Vec::new())).collect();
        let mut tags = vec![("waterway", kind.to_owned()), ("width", reach.width.to_string())];
        words::named(&mut tags, name);
        sheet.way(middle, tags);
    }
    let (west, east) = (PLAN.u0 as f64, PLAN.u1 as f64);
    let mut tags = vec![("natural", "water".to_owned())];
    words::named(&mut tags, "和邻湾");
    sheet.outline(&[(west, -2_600.0), (east, -2_600.0), (east, -12.0), (west, -12.0)], 150.0, tags);
}

/// One park in some of the blocks of a town, as large as there is room.
fn park(sheet: &mut Sheet<'_>, plot: &mut Plot, rng: &mut Rng, parks: &mut impl Iterator<Item = &'static str>) {
    if !rng.chance(0.6) {
        return;
    }
    for _ in 0..10 {
        let Some(block) = somewhere(plot, rng, (70.0, 42.0), 22.0) else { continue };
        let size = [1.0, 0.75, 0.5].into_iter().find_map(|size| {
            let block = Block { half: (block.half.0 * size, block.half.1 * size), ..block };
            plot.has_room(&block, 5.0).then_some(block)
        });
        if let Some(block) = size {
            let mut tags = vec![("leisure", "park".to_owned())];
            if let Some(stem) = parks.next().filter(|_| block.half.0 > 50.0) {
                words::named(&mut tags, &format!("{stem}公园"));
            }
            sheet.outline(&round(&block, 3.0), f64::INFINITY, tags);
            plot.blocks.push(block);
            return;
        }
    }
}

/// Fish ponds by the hamlets.
fn ponds(sheet: &mut Sheet<'_>, plot: &mut Plot, rng: &mut Rng) {
    let wanted = rng.below(3);
    let mut made = 0;
    for _ in 0..8 {
        if made == wanted {
            return;
        }
        let half = (rng.range(14.0, 34.0), rng.range(9.0, 20.0));
        let Some(block) = somewhere(plot, rng, half, 16.0).filter(|b| plot.has_room(b, 7.0)) else { continue };
        sheet.outline(&round(&block, 2.0), f64::INFINITY, water("pond", ""));
        plot.blocks.push(block);
        made += 1;
    }
}

/// The block's land between its roads and canals, with a strip of wood somewhere.
fn fields(sheet: &mut Sheet<'_>, plot: &mut Plot, rng: &mut Rng) {
    let r = plot.rect;
    let (mut low, mut high) = ((r.u0 as f64, r.v0 as f64), (r.u1 as f64, r.v1 as f64));
    for reach in &plot.reaches {
        let (at, half) = (reach.at as f64, reach.width as f64 / 2.0);
        let (low, high) = if reach.across { (&mut low.1, &mut high.1) } else { (&mut low.0, &mut high.0) };
        let middle = f64::midpoint(*low, *high);
        if at < middle {
            *low = low.max(at + half);
        } else {
            *high = high.min(at - half);
        }
    }
    let (low, high) = ((low.0 + 11.0, low.1 + 11.0), (high.0 - 11.0, high.1 - 11.0));
    if high.0 - low.0 < 60.0 || high.1 - low.1 < 60.0 {
        return;
    }
    let corners = [low, (high.0, low.1), high, (low.0, high.1)];
    let use_of = if rng.chance(0.12) { "orchard" } else { "farmland" };
    sheet.outline(&corners, 110.0, vec![("landuse", use_of.to_owned())]);
    for _ in 0..3 {
        let long = rng.range(40.0, 110.0);
        let half = if rng.chance(0.5) { (long, 14.0) } else { (14.0, long) };
        let Some(block) = somewhere(plot, rng, half, 20.0).filter(|b| plot.has_room(b, 5.0)) else { continue };
        sheet.outline(&block.corners(), 60.0, vec![("landuse", "forest".to_owned())]);
        plot.blocks.push(block);
    }
}

/// A rectangle of this size at a random place of the block.
fn somewhere(plot: &Plot, rng: &mut Rng, half: P, edge: f64) -> Option<Block> {
    let r = plot.rect;
    let (u0, u1) = (r.u0 as f64 + half.0 + edge, r.u1 as f64 - half.0 - edge);
    let (v0, v1) = (r.v0 as f64 + half.1 + edge, r.v1 as f64 - half.1 - edge);
    (u0 < u1 && v0 < v1).then(|| Block::level((rng.range(u0, u1), rng.range(v0, v1)), half))
}

/// Its outline with cut corners; larger `power` is more angular.
fn round(block: &Block, power: f64) -> Vec<P> {
    let point = |k: u32| {
        let (sin, cos) = (f64::from(k) * std::f64::consts::TAU / 16.0).sin_cos();
        let bend = |x: f64| x.signum() * x.abs().powf(2.0 / power);
        block.corner((bend(cos), bend(sin)))
    };
    (0..16).map(point).collect()
}
