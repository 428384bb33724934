//! Contraction hierarchies: distances between many places and many others, each found by two small searches.
//!
//! Junctions are taken out one after the other, the least important first. Where the shortest way between two others led through
//! one, an arc takes its place. A shortest way then climbs and descends: from each place one searches upwards only, and the two meet.
//! When what is left has become dense, it stays as it is, a core that both searches go through.
//! (Geisberger, Sanders, Schultes, Vetter, *Exact Routing in Large Road Networks Using Contraction Hierarchies*, 2012; many to many with
//! buckets: Knopp, Sanders, Schultes, Schulz, Wagner, *Computing Many-to-Many Shortest Paths Using Highway Hierarchies*, 2007.)
#![expect(
    clippy::indexing_slicing,
    reason = "junctions and ranks are numbers below their count, checked where the network was made"
)]

use crate::metric::LONGEST;
use crate::network::{Arc, Network, Snap};
use crate::search::{End, FAR, Search};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// When the least important junction has so many arcs while more than one junction of so many is left, nothing will be gained: an even
/// grid without any main street is like that.
const DENSE: usize = 24;
const LARGE_CORE: usize = 10;
/// When it has more than this, what is left stays as it is.
const VERY_DENSE: usize = 48;
/// Beyond this building one takes too long; plain searches are still quick enough.
const MOST_JUNCTIONS: usize = 100_000;
/// A search for a way that makes an arc needless is given up after so many junctions. An arc too many costs little and is
/// never wrong.
const WITNESS_SETTLES: usize = 40;

/// By rank: the arcs that lead upwards.
#[derive(Debug, Default)]
pub(crate) struct Up {
    pub first: Vec<u32>,
    pub arcs: Vec<Arc>,
}

#[derive(Debug)]
pub(crate) struct Hierarchy {
    /// Junction → rank.
    pub rank: Vec<u32>,
    pub forward: Up,
    /// Against the arcs; none when every arc goes both ways.
    pub backward: Option<Up>,
}

impl Network {
    /// What [`Network::matrix`] asks about many places. Comes with the bytes of a network, else it is built once.
    pub(crate) fn prepare(&self) -> Option<&Hierarchy> {
        let built = || if self.junctions() <= MOST_JUNCTIONS { Hierarchy::new(self, VERY_DENSE) } else { None };
        self.hierarchy.get_or_init(built).as_ref()
    }
}

impl Hierarchy {
    /// None where it would be slower than searching without.
    fn new(network: &Network, very_dense: usize) -> Option<Self> {
        let n = network.junctions();
        let mut work = Work::new(network);
        let mut queue: BinaryHeap<Reverse<(i64, u32)>> =
            (0..n as u32).map(|j| Reverse((work.priority(j), j))).collect();
        let mut rank = vec![0; n];
        let mut above: Vec<[Vec<(u32, u32)>; 2]> = Vec::with_capacity(n);
        while let Some(Reverse((_, junction))) = queue.pop() {
            // What has happened around it since may have made it more important.
            let now = work.priority(junction);
            if queue.peek().is_some_and(|Reverse(next)| now > next.0) {
                queue.push(Reverse((now, junction)));
                continue;
            }
            let degree = work.degree(junction);
            if degree > DENSE && queue.len() * LARGE_CORE > n {
                return None;
            }
            if degree > very_dense {
                queue.push(Reverse((now, junction)));
                break;
            }
            rank[junction as usize] = above.len() as u32;
            above.push(work.take_out(junction));
        }
        // What is left has so many arcs that it is cheaper to search through it.
        for Reverse((_, junction)) in queue {
            rank[junction as usize] = above.len() as u32;
            above.push(work.arcs(junction));
        }
        let up = |side: usize| {
            let mut up = Up { first: vec![0], arcs: Vec::new() };
            for arcs in &above {
                up.arcs.extend(arcs[side].iter().map(|(to, len)| Arc { to: rank[*to as usize], len: *len }));
                up.first.push(up.arcs.len() as u32);
            }
            up
        };
        let both_ways = network.edges.iter().all(|e| e.ways == 3);
        Some(Self { forward: up(0), backward: (!both_ways).then(|| up(1)), rank })
    }

    pub fn size(&self) -> usize {
        let up = |up: &Up| size_of_val(&*up.first) + size_of_val(&*up.arcs);
        size_of_val(&*self.rank) + up(&self.forward) + self.backward.as_ref().map_or(0, up)
    }

    pub fn matrix(&self, network: &Network, from: &[Snap], to: &[Snap], limit: u32) -> Vec<u32> {
        let backward = self.backward.as_ref().unwrap_or(&self.forward);
        let mut all = vec![FAR; from.len() * to.len()];
        network.searches.with(self.rank.len(), |search| {
            // For each junction that is above a target: which one, and how far it is from here.
            let mut below: Vec<(u32, u32, u32)> = Vec::new();
            for (n, to) in to.iter().enumerate() {
                let note = |rank, dist| below.push((rank, n as u32, dist));
                self.climb(search, (backward, &self.forward), network.enter(to), limit, note);
            }
            let mut first = vec![0_u32; self.rank.len() + 1];
            below.iter().for_each(|(rank, ..)| first[*rank as usize + 1] += 1);
            for r in 0..self.rank.len() {
                first[r + 1] += first[r];
            }
            let mut next = first.clone();
            let mut buckets = vec![(0_u32, 0_u32); below.len()];
            for (rank, n, dist) in below {
                let at = &mut next[rank as usize];
                buckets[*at as usize] = (n, dist);
                *at += 1;
            }
            for (from, row) in from.iter().zip(all.chunks_mut(to.len().max(1))) {
                for (to, known) in to.iter().zip(row.iter_mut()).filter(|(to, _)| to.edge == from.edge) {
                    *known = network.direct(from, to);
                }
                self.climb(search, (&self.forward, backward), network.leave(from), limit, |rank, dist| {
                    for (n, more) in &buckets[first[rank as usize] as usize..first[rank as usize + 1] as usize] {
                        let known = &mut row[*n as usize];
                        *known = (*known).min(dist + more);
                    }
                });
            }
        });
        all.iter_mut().filter(|d| **d > limit).for_each(|d| *d = FAR);
        all
    }

    /// Upwards from some ends; told of each junction that may be the highest of a shortest way.
    fn climb(
        &self,
        search: &mut Search,
        (up, down): (&Up, &Up),
        ends: impl Iterator<Item = End>,
        limit: u32,
        mut found: impl FnMut(u32, u32),
    ) {
        search.begin(self.rank.len());
        for (junction, cost) in ends.filter(|end| end.1 <= limit) {
            search.reach(self.rank[junction as usize], cost);
        }
        while let Some((dist, junction)) = search.queue.pop() {
            let j = junction as usize;
            if dist > search.dist[j] {
                continue;
            }
            // Somebody higher up knows a shorter way down to here: nothing shortest leads on from here.
            let down = &down.arcs[down.first[j] as usize..down.first[j + 1] as usize];
            if down.iter().any(|arc| search.dist[arc.to as usize].saturating_add(arc.len) < dist) {
                continue;
            }
            found(junction, dist);
            for arc in &up.arcs[up.first[j] as usize..up.first[j + 1] as usize] {
                let there = dist.saturating_add(arc.len);
                if there <= limit {
                    search.reach(arc.to, there);
                }
            }
        }
    }
}

/// What is left of the network while junctions are taken out.
struct Work {
    /// To and from each junction that is left.
    out: Vec<Vec<(u32, u32)>>,
    into: Vec<Vec<(u32, u32)>>,
    /// How many have been taken out below.
    depth: Vec<u32>,
    search: Search,
}

impl Work {
    fn new(network: &Network) -> Self {
        let n = network.junctions();
        let (mut out, mut into) = (vec![Vec::new(); n], vec![Vec::new(); n]);
        for (from, out) in out.iter_mut().enumerate() {
            for arc in &network.arcs[network.first[from] as usize..network.first[from + 1] as usize] {
                if arc.to as usize != from {
                    shorten(out, arc.to, arc.len);
                    shorten(&mut into[arc.to as usize], from as u32, arc.len);
                }
            }
        }
        Self { out, into, depth: vec![0; n], search: Search::default() }
    }

    fn degree(&self, junction: u32) -> usize {
        self.out[junction as usize].len().max(self.into[junction as usize].len())
    }

    fn arcs(&self, junction: u32) -> [Vec<(u32, u32)>; 2] {
        [&self.out, &self.into].map(|side| side[junction as usize].clone())
    }

    /// Low for those that are of little importance: few new arcs, many gone, little below.
    fn priority(&mut self, junction: u32) -> i64 {
        let new = self.shortcuts(junction).len() as i64;
        let gone = (self.out[junction as usize].len() + self.into[junction as usize].len()) as i64;
        2 * new - gone + i64::from(self.depth[junction as usize])
    }

    /// The arcs that have to take the place of a junction.
    fn shortcuts(&mut self, junction: u32) -> Vec<(u32, u32, u32)> {
        let mut needed = Vec::new();
        let out = std::mem::take(&mut self.out[junction as usize]);
        let into = std::mem::take(&mut self.into[junction as usize]);
        for (from, first) in &into {
            let farthest = out.iter().filter(|(to, _)| to != from).map(|(_, second)| first + second).max();
            let Some(farthest) = farthest else { continue };
            self.witnesses(*from, junction, farthest, out.len());
            for (to, second) in out.iter().filter(|(to, _)| to != from) {
                let through = first + second;
                if through <= LONGEST && self.search.dist[*to as usize] > through {
                    needed.push((*from, *to, through));
                }
            }
        }
        self.out[junction as usize] = out;
        self.into[junction as usize] = into;
        needed
    }

    /// Ways from a junction that do not lead through `without`.
    fn witnesses(&mut self, from: u32, without: u32, limit: u32, targets: usize) {
        let search = &mut self.search;
        search.begin(self.out.len());
        search.reach(from, 0);
        let mut settled = 0;
        while let Some((dist, junction)) = search.queue.pop() {
            if dist > search.dist[junction as usize] {
                continue;
            }
            settled += 1;
            if dist > limit || settled > WITNESS_SETTLES + targets {
                break;
            }
            for (to, len) in &self.out[junction as usize] {
                let there = dist.saturating_add(*len);
                if *to != without && there <= limit {
                    search.reach(*to, there);
                }
            }
        }
    }

    /// Its arcs to and from what is left, which all stands above it.
    fn take_out(&mut self, junction: u32) -> [Vec<(u32, u32)>; 2] {
        for (from, to, len) in self.shortcuts(junction) {
            shorten(&mut self.out[from as usize], to, len);
            shorten(&mut self.into[to as usize], from, len);
        }
        let out = std::mem::take(&mut self.out[junction as usize]);
        let into = std::mem::take(&mut self.into[junction as usize]);
        let depth = self.depth[junction as usize] + 1;
        for (to, _) in &out {
            self.into[*to as usize].retain(|(from, _)| *from != junction);
            self.depth[*to as usize] = self.depth[*to as usize].max(depth);
        }
        for (from, _) in &into {
            self.out[*from as usize].retain(|(to, _)| *to != junction);
            self.depth[*from as usize] = self.depth[*from as usize].max(depth);
        }
        [out, into]
    }
}

fn shorten(arcs: &mut Vec<(u32, u32)>, to: u32, len: u32) {
    match arcs.iter_mut().find(|(other, _)| *other == to) {
        Some((_, known)) => *known = (*known).min(len),
        None => arcs.push((to, len)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::osm::{Limits, Osm};
    use crate::profile::Profile;

    /// Crossings of a small town, each with the next one east and north, one-way or not: whatever is left as a core, the distances
    /// are those of a plain search.
    #[test]
    fn with_any_core() {
        let mut file = "<osm>".to_owned();
        for n in 0..144_i32 {
            let (x, y) = (f64::from(n % 12) * 1e-3 + f64::from(n * 7 % 11) * 2e-5, f64::from(n / 12) * 1e-3);
            file += &format!(r#"<node id="{n}" lon="{}" lat="{}"/>"#, 121.0 + x, 31.0 + y);
        }
        for n in 0..132 {
            let oneway = ["no", "yes", "no", "-1", "no"][n * n % 5];
            let tags = format!(r#"<tag k="highway" v="residential"/><tag k="oneway" v="{oneway}"/>"#);
            file += &format!(r#"<way id="{n}"><nd ref="{n}"/><nd ref="{}"/>{tags}</way>"#, n + 12);
            if n % 12 < 11 && n % 7 > 0 {
                file += &format!(r#"<way id="{}"><nd ref="{n}"/><nd ref="{}"/>{tags}</way>"#, n + 500, n + 1);
            }
        }
        let osm = Osm::read((file + "</osm>").as_bytes(), &Limits::default()).unwrap();
        for profile in [Profile::Walk, Profile::Car] {
            let network = Network::build(&osm, profile).unwrap();
            let places: Vec<Snap> = (0..network.edges() as u32).filter_map(|e| network.place(e, 33.0)).collect();
            let plain = network.plain_matrix(&places, &places, 1e9);
            for very_dense in [0, 3, 5, VERY_DENSE] {
                let hierarchy = Hierarchy::new(&network, very_dense).unwrap();
                let all = hierarchy.matrix(&network, &places, &places, LONGEST);
                let all: Vec<Option<f64>> =
                    all.into_iter().map(|d| (d != FAR).then(|| crate::metric::metres(d))).collect();
                assert!(all == plain, "{profile}, {very_dense}");
            }
        }
    }
}
