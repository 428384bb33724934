//! The network itself: junctions, edges between them, and how edges lead back to the nodes of OSM.

use crate::LonLat;
use crate::grid::Grid;
use crate::hierarchy::Hierarchy;
use crate::metric::metres;
use crate::osm::{E7, degrees};
use crate::profile::Profile;
use crate::search::Searches;
use std::sync::OnceLock;

/// Ways that can be used one after the other, between junctions. Nodes of OSM at which nothing can be decided are not
/// junctions, but they stand in the edge: nothing of the file's geometry is lost.
///
/// A network is a value: it is built once and asked from any number of threads.
#[derive(Debug)]
pub struct Network {
    pub(crate) profile: Profile,
    pub(crate) edges: Vec<Edge>,
    /// Of all edges one after the other, both ends of each included.
    pub(crate) shape: Vec<E7>,
    pub(crate) ids: Vec<i64>,
    /// Compressed rows: the arcs that leave junction `j` are `arcs[first[j]..first[j + 1]]`.
    pub(crate) first: Vec<u32>,
    pub(crate) arcs: Vec<Arc>,
    /// The edge of each arc.
    pub(crate) arc_edges: Vec<u32>,
    pub(crate) component_of: Vec<u32>,
    pub(crate) components: Vec<Component>,
    pub(crate) grid: Grid,
    pub(crate) gaps: usize,
    pub(crate) hierarchy: OnceLock<Option<Hierarchy>>,
    pub(crate) searches: Searches,
}

/// Lengths in tenths of a millimetre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arc {
    pub to: u32,
    pub len: u32,
}

/// In the direction of its shape, and against it.
pub(crate) const FORWARD: u8 = 1;
pub(crate) const BACKWARD: u8 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge {
    pub from: u32,
    pub to: u32,
    pub len: u32,
    /// Where its shape begins; it ends where that of the next begins.
    pub shape: u32,
    pub ways: u8,
}

/// A place on the network: on which edge, and how far along it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snap {
    pub edge: u32,
    /// From the beginning of the edge, in tenths of a millimetre.
    pub along: u32,
    /// From the place asked for to the place on the edge, straight.
    pub distance_m: f64,
    /// The place on the edge.
    pub at: LonLat,
}

/// A part of the network within which one can get from anywhere to anywhere (one-way streets left aside).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Component {
    pub junctions: usize,
    pub length_m: f64,
}

impl Network {
    pub fn profile(&self) -> Profile {
        self.profile
    }
    /// Numbered from 0. Where ways meet, end or change the directions they can be used in.
    pub fn junctions(&self) -> usize {
        self.component_of.len()
    }
    /// Numbered from 0, as in [`Snap::edge`].
    pub fn edges(&self) -> usize {
        self.edges.len()
    }
    /// Largest first, by length.
    pub fn components(&self) -> &[Component] {
        &self.components
    }
    /// The component of an edge, as a place in [`Network::components`].
    pub fn component(&self, edge: u32) -> Option<usize> {
        let edge = self.edges.get(edge as usize)?;
        self.component_of.get(edge.from as usize).map(|c| *c as usize)
    }
    pub fn length_m(&self) -> f64 {
        self.components.iter().map(|c| c.length_m).sum()
    }
    /// How often a way was cut because the file does not hold a node of it.
    pub fn gaps(&self) -> usize {
        self.gaps
    }
    /// The two junctions of an edge.
    pub fn ends(&self, edge: u32) -> Option<[u32; 2]> {
        self.edges.get(edge as usize).map(|e| [e.from, e.to])
    }
    /// Whether an edge can be used in the direction of [`Network::osm_nodes`], and against it.
    pub fn directions(&self, edge: u32) -> [bool; 2] {
        let ways = self.edges.get(edge as usize).map_or(0, |e| e.ways);
        [ways & FORWARD != 0, ways & BACKWARD != 0]
    }
    pub fn edge_length_m(&self, edge: u32) -> Option<f64> {
        self.edges.get(edge as usize).map(|e| metres(e.len))
    }
    /// Every node of OSM on the edge in order, both ends included.
    pub fn osm_nodes(&self, edge: u32) -> &[i64] {
        self.ids.get(self.range(edge)).unwrap_or_default()
    }
    /// Where those nodes are.
    pub fn line(&self, edge: u32) -> impl DoubleEndedIterator<Item = LonLat> + '_ {
        self.shape_of(edge).iter().copied().map(degrees)
    }
    pub(crate) fn shape_of(&self, edge: u32) -> &[E7] {
        self.shape.get(self.range(edge)).unwrap_or_default()
    }
    pub(crate) fn range(&self, edge: u32) -> std::ops::Range<usize> {
        let begin = |n: usize| self.edges.get(n).map_or(self.shape.len(), |e| e.shape as usize);
        begin(edge as usize)..begin(edge as usize + 1)
    }
    /// Bytes that it takes in memory, about.
    pub fn size(&self) -> usize {
        let hierarchy = self.hierarchy.get().and_then(Option::as_ref).map_or(0, Hierarchy::size);
        size_of_val(&*self.edges)
            + size_of_val(&*self.shape)
            + size_of_val(&*self.ids)
            + size_of_val(&*self.first)
            + size_of_val(&*self.arcs)
            + size_of_val(&*self.arc_edges)
            + size_of_val(&*self.component_of)
            + self.grid.size()
            + hierarchy
    }
}
