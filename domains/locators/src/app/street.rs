//! A street from a pin: the way at the pin, followed over crossings as long as it goes on about straight. The walking network knows
//! ways and no names, and what goes on straight is the street that people mean.

use streets::Network;

/// Degrees by which a street may turn at a crossing.
const TURN: f64 = 35.0;
/// Ways that are followed to one side at most.
const MOST: usize = 40;

type At = [f64; 2];

/// The line of the street, longitude first; at least the way that it begins with.
pub(super) fn follow(network: &Network, edge: u32, limit_m: f64) -> Vec<(f64, f64)> {
    let mut line: Vec<At> = network.line(edge).collect();
    if let Some([from, to]) = network.ends(edge) {
        extend(network, &mut line, (edge, to), limit_m);
        line.reverse();
        extend(network, &mut line, (edge, from), limit_m);
    }
    line.dedup();
    line.into_iter().map(|[lon, lat]| (lon, lat)).collect()
}

/// Follows the street at the end of the line.
fn extend(network: &Network, line: &mut Vec<At>, (mut edge, mut junction): (u32, u32), limit_m: f64) {
    let mut gone = 0.0;
    let mut seen = vec![edge];
    while gone < limit_m
        && seen.len() <= MOST
        && let Some(heading) = heading_at_end(line)
    {
        let all = (0..u32::try_from(network.edges()).unwrap_or(u32::MAX)).filter(|e| !seen.contains(e));
        let next = all
            .filter_map(|e| {
                let [from, to] = network.ends(e)?;
                let mut way: Vec<At> = network.line(e).collect();
                let end = match junction {
                    j if j == from => to,
                    j if j == to => {
                        way.reverse();
                        from
                    }
                    _ => return None,
                };
                let first = way.first().copied().zip(way.get(1).copied())?;
                let turn = turn(heading, bearing(first.0, first.1));
                (turn <= TURN).then_some((turn, e, end, way))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, e, end, way)) = next else { return };
        gone += network.edge_length_m(e).unwrap_or(limit_m);
        line.extend(way.into_iter().skip(1));
        (edge, junction) = (e, end);
        seen.push(edge);
    }
}

fn heading_at_end(line: &[At]) -> Option<f64> {
    let [.., a, b] = line else { return None };
    Some(bearing(*a, *b))
}

/// Degrees from north, on a plane around the place.
fn bearing(a: At, b: At) -> f64 {
    ((b[0] - a[0]) * a[1].to_radians().cos()).atan2(b[1] - a[1]).to_degrees()
}

fn turn(a: f64, b: f64) -> f64 {
    let apart = (a - b).rem_euclid(360.0);
    apart.min(360.0 - apart)
}
