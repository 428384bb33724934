//! Gathering pieces of land into larger ones that hang together: cells into committees, committees into police areas.

#![expect(clippy::indexing_slicing, reason = "indices are made by this module from vectors it filled itself")]

use crate::rng::Rng;

/// Splits the members (indices into `neighbours` and `place`) into about `k` connected groups of similar size.
/// Returns for each member its group, `0..k`.
pub fn partition(
    members: &[usize],
    neighbours: &[Vec<usize>],
    place: &[(f64, f64)],
    k: usize,
    rng: &mut Rng,
) -> Vec<usize> {
    const FREE: usize = usize::MAX;
    let k = k.clamp(1, members.len().max(1));
    let mut slot = vec![FREE; neighbours.len()];
    for (n, &m) in members.iter().enumerate() {
        slot[m] = n;
    }
    let mut seeds = spread(members, place, k, rng);
    let mut group = vec![FREE; members.len()];
    for round in 0..4 {
        group.fill(FREE);
        let mut size = vec![0usize; k];
        let mut frontier: Vec<Vec<usize>> = vec![Vec::new(); k];
        for (g, &seed) in seeds.iter().enumerate() {
            frontier[g].push(seed);
        }
        // The smallest group that can still grow takes the free neighbour nearest to its seed.
        while let Some(g) = (0..k).filter(|&g| !frontier[g].is_empty()).min_by_key(|&g| (size[g], g)) {
            frontier[g].retain(|&m| group[slot[m]] == FREE);
            let near = |m: usize| gap(place[m], place[seeds[g]]);
            let Some(at) =
                (0..frontier[g].len()).min_by(|&a, &b| near(frontier[g][a]).total_cmp(&near(frontier[g][b])))
            else {
                continue;
            };
            let taken = frontier[g].swap_remove(at);
            group[slot[taken]] = g;
            size[g] += 1;
            for &next in &neighbours[taken] {
                if slot[next] != FREE && group[slot[next]] == FREE && !frontier[g].contains(&next) {
                    frontier[g].push(next);
                }
            }
        }
        if round < 3 {
            recentre(members, &group, place, &mut seeds);
        }
    }
    group
}

fn gap(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)
}

/// Seeds far from each other, measured in steps of local size so that dense parts get their share: a random choice of
/// members thinned by distance to those already chosen.
fn spread(members: &[usize], place: &[(f64, f64)], k: usize, rng: &mut Rng) -> Vec<usize> {
    let mut seeds: Vec<usize> = Vec::with_capacity(k);
    while seeds.len() < k {
        // Of a few random members the one farthest from all seeds; few tries keep the density of the members.
        let mut best: Option<(f64, usize)> = None;
        for _ in 0..6 {
            let m = members[rng.below(members.len())];
            if seeds.contains(&m) {
                continue;
            }
            let far = seeds.iter().map(|&s| gap(place[m], place[s])).fold(f64::MAX, f64::min);
            if best.is_none_or(|(b, _)| far > b) {
                best = Some((far, m));
            }
        }
        if let Some((_, m)) = best {
            seeds.push(m);
        }
    }
    seeds
}

fn recentre(members: &[usize], group: &[usize], place: &[(f64, f64)], seeds: &mut [usize]) {
    for (g, seed) in seeds.iter_mut().enumerate() {
        let own: Vec<usize> = members.iter().zip(group).filter(|(_, x)| **x == g).map(|(m, _)| *m).collect();
        let n = own.len().max(1) as f64;
        let middle = own.iter().fold((0.0, 0.0), |sum, &m| (sum.0 + place[m].0 / n, sum.1 + place[m].1 / n));
        if let Some(&best) = own.iter().min_by(|&&a, &&b| gap(place[a], middle).total_cmp(&gap(place[b], middle))) {
            *seed = best;
        }
    }
}
