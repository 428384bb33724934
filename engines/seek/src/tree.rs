//! Ways that somebody may take: trees of good ways from one root to every place, each with tastes of its own.
//!
//! A tree is Dijkstra's (1959) over lengths that are changed by a random factor for every link, so that thirty trees know
//! thirty ways to the market. Where on the way one is after so many metres is found by jump pointers (Myers, *An
//! applicative random-access stack*, 1983) in a few steps, without keeping any way.
#![expect(clippy::indexing_slicing, reason = "vertices come from the terrain that the tree was grown on")]

use crate::random::{mix, unit};
use crate::terrain::Terrain;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub(crate) const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub(crate) struct Tree {
    pub root: u32,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// Metres from the root along the tree; infinite where it does not lead.
    dist: f32,
    parent: u32,
    jump: u32,
    depth: u32,
    /// The piece from the parent.
    via: u32,
}

const NOWHERE: Node = Node { dist: f32::INFINITY, parent: NONE, jump: NONE, depth: 0, via: NONE };

/// How much tastes differ: the spread of the logarithm of the factor.
const TASTE: f64 = 0.35;

impl Tree {
    pub fn grow(terrain: &Terrain, root: u32, seed: u64) -> Self {
        let mut nodes = vec![NOWHERE; terrain.ids.len()];
        let factors: Vec<f32> = (0..terrain.links.len() as u64)
            .map(|n| {
                // The sum of three evenly spread numbers is near enough to normal here.
                let bits = mix(seed, n);
                let z: f64 = (0..3).map(|k| unit(mix(bits, k)) - 0.5).sum::<f64>() * 2.0;
                (TASTE * z).exp() as f32
            })
            .collect();
        let mut cost = vec![f32::INFINITY; terrain.ids.len()];
        let mut queue = BinaryHeap::new();
        cost[root as usize] = 0.0;
        nodes[root as usize] = Node { dist: 0.0, parent: NONE, jump: root, depth: 0, via: NONE };
        queue.push(Reverse((0_u32, root)));
        let mut done = vec![false; terrain.ids.len()];
        while let Some(Reverse((_, v))) = queue.pop() {
            if std::mem::replace(&mut done[v as usize], true) {
                continue;
            }
            let here = nodes[v as usize];
            for arc in terrain.around(v) {
                let piece = &terrain.pieces[arc.piece as usize];
                let there = cost[v as usize] + piece.len * factors[piece.link as usize];
                if there < cost[arc.to as usize] {
                    cost[arc.to as usize] = there;
                    let (up, over) = (nodes[here.jump as usize], here.depth);
                    let jumps_on = over - up.depth == up.depth - nodes[up.jump as usize].depth;
                    let jump = if jumps_on { up.jump } else { v };
                    nodes[arc.to as usize] =
                        Node { dist: here.dist + piece.len, parent: v, jump, depth: over + 1, via: arc.piece };
                    // Whole millimetres sort like the numbers themselves.
                    queue.push(Reverse(((there * 10.0).min(4e9) as u32, arc.to)));
                }
            }
        }
        Self { root, nodes }
    }

    pub fn dist(&self, v: u32) -> f32 {
        self.nodes[v as usize].dist
    }

    /// The piece on which one is after `metres` on the way from the root to a vertex; none at the root itself.
    pub fn piece_at(&self, vertex: u32, metres: f32) -> u32 {
        let mut v = vertex;
        loop {
            let node = self.nodes[v as usize];
            if node.parent == NONE || self.nodes[node.parent as usize].dist <= metres {
                return node.via;
            }
            // A jump that leads to where one has not been yet is taken.
            v = if self.nodes[node.jump as usize].dist > metres { node.jump } else { node.parent };
        }
    }
}
