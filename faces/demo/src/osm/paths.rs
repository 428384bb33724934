//! Ways for those on foot that no plan shows: from the end of a hamlet's track over the fields to the next road, from a
//! court to the street behind it; a footbridge where there is a canal.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::Sheet;
use super::plot::{P, Plot, Plots, apart, between, exact};
use crate::ground::streets::span;
use crate::ground::{Ground, WayKind};
use crate::rng::Rng;
use std::collections::HashMap;

/// Nodes of streets on each line of the plan, in order: (across, at) → (along, node).
struct Kerbs(HashMap<(bool, i64), Vec<(i64, usize)>>);

impl Kerbs {
    fn new(ground: &Ground) -> Self {
        let mut of: HashMap<(bool, i64), Vec<(i64, i64)>> = HashMap::new();
        for (n, edge) in ground.mesh.edges.iter().enumerate().filter(|(n, _)| ground.streets.open[*n]) {
            let line = ground.cut.lines[edge.line];
            of.entry((line.across, line.at)).or_default().push(span(&ground.mesh, &ground.cut, n));
        }
        let mut out: HashMap<(bool, i64), Vec<(i64, usize)>> = HashMap::new();
        // Nodes where a canal passes under are on a bridge: nobody climbs up there.
        let dry = |p: (i64, i64)| !ground.water.reaches.iter().any(|r| r.holds(exact(p), 4.0));
        for (n, &(u, v)) in ground.streets.spots.iter().enumerate() {
            for (across, at, along) in [(true, v, u), (false, u, v)] {
                let on = of.get(&(across, at)).is_some_and(|s| s.iter().any(|(lo, hi)| (lo..=hi).contains(&&along)));
                if on && dry((u, v)) {
                    out.entry((across, at)).or_default().push((along, n));
                }
            }
        }
        Self(out)
    }

    /// Nodes on the four sides of a block, 15 m from its corners.
    fn around(&self, plot: &Plot) -> impl Iterator<Item = usize> {
        let r = plot.rect;
        let sides =
            [(true, r.v0, r.u0, r.u1), (true, r.v1, r.u0, r.u1), (false, r.u0, r.v0, r.v1), (false, r.u1, r.v0, r.v1)];
        sides.into_iter().flat_map(|(across, at, lo, hi)| {
            let on = self.0.get(&(across, at)).map_or(&[][..], Vec::as_slice);
            on.iter().filter(move |(along, _)| lo + 15 < *along && *along < hi - 15).map(|(_, n)| *n)
        })
    }
}

pub(super) fn paths(sheet: &mut Sheet<'_>, plots: &mut Plots) {
    let ground = &sheet.world.ground;
    let mut rng = Rng::new(sheet.world.seed, "paths");
    let kerbs = Kerbs::new(ground);
    let node_at: HashMap<(i64, i64), usize> = ground.streets.spots.iter().enumerate().map(|(n, s)| (*s, n)).collect();
    for lane in &ground.streets.lanes {
        let Some((&end, &start)) = lane.path.last().zip(lane.path.first()) else { continue };
        let (chance, least, most, kind) = match lane.kind {
            WayKind::Unclassified => (0.8, 60.0, 520.0, "path"),
            WayKind::Service if lane.doors.is_empty() => (0.25, 20.0, 210.0, "footway"),
            WayKind::LivingStreet if lane.doors.len() == 1 => (0.8, 20.0, 160.0, "footway"),
            _ => continue,
        };
        let Some(&from) = node_at.get(&end).filter(|_| rng.chance(chance)) else { continue };
        let plot = &mut plots.0[lane.cell];
        let (a, away) = (exact(end), exact(start));
        let mut to: Vec<(f64, usize)> = kerbs
            .around(plot)
            .map(|n| (apart(a, exact(ground.streets.spots[n])), n))
            // Not back to where the lane came from.
            .filter(|(d, n)| (least..most).contains(d) && apart(away, exact(ground.streets.spots[*n])) > *d)
            .collect();
        to.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
        let course = to
            .into_iter()
            .step_by(3)
            .take(6)
            .find_map(|(_, n)| Some((n, course(plot, a, exact(ground.streets.spots[n]))?)));
        if let Some((to, stretches)) = course {
            walk(sheet, plot, &mut rng, (from, to), kind, &stretches);
        }
    }
}

/// A straight course cut at the banks: ends of each stretch, and whether it is over water. None where it would run into
/// a house or along a canal.
fn course(plot: &Plot, a: P, b: P) -> Option<Vec<(P, P, bool)>> {
    let clear = |w: &(P, P)| !crossing(*w, (a, b));
    if plot.blocks.iter().any(|house| house.meets((a, b), 2.0)) || !plot.ways.iter().all(clear) {
        return None;
    }
    let steps = (apart(a, b) / 2.0).ceil().max(1.0) as usize;
    let at = |k: usize| between(a, b, k as f64 / steps as f64);
    let mut out = Vec::new();
    let (mut from, mut over) = (0, plot.wet(a, 2.0));
    for k in 1..=steps {
        let wet = plot.wet(at(k), 2.0);
        if wet != over || k == steps {
            let end = if k == steps { k } else { k - usize::from(!over) };
            if end > from {
                out.push((at(from), at(end), over));
            }
            (from, over) = (end, wet);
        }
    }
    // A bridge is built across, not along; and it does not begin in the water.
    let dry_ends = !plot.wet(a, 0.0) && !plot.wet(b, 0.0);
    (dry_ends && out.iter().all(|(p, q, over)| !over || apart(*p, *q) < 60.0)).then_some(out)
}

/// Whether two stretches cross, their common ends left aside.
fn crossing((a, b): (P, P), (c, d): (P, P)) -> bool {
    let side = |p: P, q: P, r: P| (q.0 - p.0) * (r.1 - p.1) - (q.1 - p.1) * (r.0 - p.0);
    let ends = [a, b].iter().any(|p| apart(*p, c) < 0.5 || apart(*p, d) < 0.5);
    !ends && side(a, b, c) * side(a, b, d) <= 0.0 && side(c, d, a) * side(c, d, b) <= 0.0
}

fn walk(
    sheet: &mut Sheet<'_>,
    plot: &mut Plot,
    rng: &mut Rng,
    (from, to): (usize, usize),
    kind: &str,
    stretches: &[(P, P, bool)],
) {
    let mut node = from;
    for (k, &(a, b, over)) in stretches.iter().enumerate() {
        let n = if over { 1 } else { (apart(a, b) / 28.0).ceil().max(1.0) as usize };
        let aside = (-(b.1 - a.1) / apart(a, b).max(1.0), (b.0 - a.0) / apart(a, b).max(1.0));
        let bow = rng.range(-0.04, 0.04) * apart(a, b);
        let mut nodes = vec![node];
        for j in 1..=n {
            let t = j as f64 / n as f64;
            if k + 1 == stretches.len() && j == n {
                nodes.push(to);
                break;
            }
            let p = between(a, b, t);
            let out = bow * 4.0 * t * (1.0 - t);
            nodes.push(sheet.node((p.0 + aside.0 * out, p.1 + aside.1 * out), Vec::new()));
        }
        plot.ways.push((a, b));
        node = nodes.last().copied().unwrap_or(node);
        let mut tags = vec![("highway", kind.to_owned())];
        if over {
            tags.extend([("bridge", "yes".to_owned()), ("layer", "1".to_owned())]);
        }
        sheet.way(nodes, tags);
    }
}
