//! Dijkstra's search (*A note on two problems in connexion with graphs*, 1959) over junctions, bounded, with a queue of four
//! children (Johnson, *Priority queues with update and finding minimum spanning trees*, 1975) that forgets lazily.
#![expect(
    clippy::indexing_slicing,
    reason = "junctions and arcs come from the network itself; snaps are checked on the way in"
)]

use crate::metric::LONGEST;
use crate::network::{Arc, BACKWARD, FORWARD, Network, Snap};
use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

pub(crate) const FAR: u32 = u32::MAX;

/// Smallest first: distance in the high half, junction in the low one.
#[derive(Debug, Default)]
pub(crate) struct Queue(Vec<u64>);

impl Queue {
    #[inline]
    pub fn push(&mut self, dist: u32, junction: u32) {
        let item = u64::from(dist) << 32 | u64::from(junction);
        let heap = &mut self.0;
        let mut at = heap.len();
        heap.push(item);
        while at > 0 {
            let up = (at - 1) / 4;
            if heap[up] <= item {
                break;
            }
            heap[at] = heap[up];
            at = up;
        }
        heap[at] = item;
    }

    #[inline]
    pub fn pop(&mut self) -> Option<(u32, u32)> {
        let heap = &mut self.0;
        let top = *heap.first()?;
        let item = heap.pop()?;
        let len = heap.len();
        if len > 0 {
            let mut at = 0;
            loop {
                let child = at * 4 + 1;
                if child >= len {
                    break;
                }
                let mut least = child;
                for c in child + 1..(child + 4).min(len) {
                    if heap[c] < heap[least] {
                        least = c;
                    }
                }
                if heap[least] >= item {
                    break;
                }
                heap[at] = heap[least];
                at = least;
            }
            heap[at] = item;
        }
        Some(((top >> 32) as u32, top as u32))
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// What one search needs, kept for the next.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// By junction; far where it has not been.
    pub dist: Vec<u32>,
    /// By junction: the arc it was reached by, for routes.
    pub came: Vec<u32>,
    /// Where it has been.
    pub touched: Vec<u32>,
    pub queue: Queue,
}

impl Search {
    pub fn begin(&mut self, junctions: usize) {
        if self.dist.len() == junctions && self.touched.len() < junctions / 8 {
            self.touched.iter().for_each(|j| self.dist[*j as usize] = FAR);
        } else {
            self.dist.clear();
            self.dist.resize(junctions, FAR);
        }
        self.touched.clear();
        self.queue.clear();
    }

    #[inline]
    pub fn reach(&mut self, junction: u32, dist: u32) -> bool {
        let known = &mut self.dist[junction as usize];
        if dist >= *known {
            return false;
        }
        if *known == FAR {
            self.touched.push(junction);
        }
        *known = dist;
        self.queue.push(dist, junction);
        true
    }

    /// Everything within `limit`, nearest first, until told to stop.
    pub fn run(
        &mut self,
        rows: (&[u32], &[Arc]),
        limit: u32,
        mut settled: impl FnMut(&mut Self, u32, u32) -> ControlFlow<()>,
    ) {
        let (first, arcs) = rows;
        while let Some((dist, junction)) = self.queue.pop() {
            let j = junction as usize;
            if dist > self.dist[j] {
                continue;
            }
            if dist > limit || settled(self, junction, dist).is_break() {
                return;
            }
            for n in first[j]..first[j + 1] {
                let arc = arcs[n as usize];
                let there = dist + arc.len;
                if there <= limit && self.reach(arc.to, there) && !self.came.is_empty() {
                    self.came[arc.to as usize] = n;
                }
            }
        }
    }
}

/// Searches that are not in use: as many as were ever used at once.
#[derive(Debug, Default)]
pub(crate) struct Searches(Mutex<Vec<Search>>);

impl Searches {
    pub fn with<T>(&self, junctions: usize, work: impl FnOnce(&mut Search) -> T) -> T {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut search = kept.unwrap_or_default();
        search.begin(junctions);
        search.came.clear();
        let answer = work(&mut search);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(search);
        answer
    }
}

/// A junction and what it costs to get there from a place on an edge, or from there to the place.
pub(crate) type End = (u32, u32);

impl Network {
    pub(crate) fn rows(&self) -> (&[u32], &[Arc]) {
        (&self.first, &self.arcs)
    }

    /// Where one comes to from a place on an edge.
    pub(crate) fn leave(&self, snap: &Snap) -> impl Iterator<Item = End> + use<> {
        self.ends_of(snap, BACKWARD, FORWARD)
    }
    /// From where one comes to a place on an edge.
    pub(crate) fn enter(&self, snap: &Snap) -> impl Iterator<Item = End> + use<> {
        self.ends_of(snap, FORWARD, BACKWARD)
    }

    fn ends_of(&self, snap: &Snap, by_from: u8, by_to: u8) -> impl Iterator<Item = End> + use<> {
        let edge = self.edges.get(snap.edge as usize).filter(|e| snap.along <= e.len).copied();
        let along = snap.along;
        edge.into_iter().flat_map(move |e| {
            let ends = [(by_from, e.from, along), (by_to, e.to, e.len - along)];
            // Who stands at the junction itself need not go along the edge.
            ends.into_iter()
                .filter(move |(way, _, cost)| e.ways & way != 0 || *cost == 0)
                .map(|(_, junction, cost)| (junction, cost))
        })
    }

    /// Between two places on one edge, without leaving it.
    pub(crate) fn direct(&self, from: &Snap, to: &Snap) -> u32 {
        let Some(edge) = self.edges.get(from.edge as usize).filter(|_| from.edge == to.edge) else { return FAR };
        if from.along.max(to.along) > edge.len {
            return FAR;
        }
        let way = if from.along <= to.along { FORWARD } else { BACKWARD };
        if from.along == to.along || edge.ways & way != 0 { from.along.abs_diff(to.along) } else { FAR }
    }
}

pub(crate) fn bounded(limit_m: f64) -> u32 {
    crate::metric::units(limit_m).min(LONGEST)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_least_comes_first(numbers: Vec<(u32, u32)>) {
            let mut queue = Queue::default();
            numbers.iter().for_each(|(d, j)| queue.push(*d, *j));
            let mut sorted = numbers;
            sorted.sort_unstable();
            for expected in sorted {
                prop_assert_eq!(queue.pop(), Some(expected));
            }
            prop_assert_eq!(queue.pop(), None);
        }
    }
}
