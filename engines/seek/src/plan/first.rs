//! What is looked at first, and again: water, old homes, bus stops and dead ends close to where they were last seen. Those who are found dead are
//! mostly close, and mostly in or beside water.

use crate::evidence::Evidence;
use crate::search::{PlaceKind, Search, minutes, straight_m};
use streets::LonLat;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Look {
    Water,
    OldHome,
    Home,
    Haunt,
    FoundBefore,
    Work,
    BusStop,
    DeadEnd,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FirstLook {
    pub at: LonLat,
    pub kind: Look,
    /// From where they were last seen, straight.
    pub metres: f64,
    /// Minutes since somebody looked there.
    pub looked: Option<f64>,
    /// Nobody has, or it is time again.
    pub due: bool,
    pub(crate) pieces: Vec<u32>,
}

const NEAR_M: f32 = 500.0;
/// A named place counts even if it is farther.
const NAMED_M: f32 = 1_500.0;
const BESIDE_M: f32 = 60.0;
const APART_M: f32 = 120.0;
const OF_A_KIND: usize = 4;
const AGAIN_MIN: f64 = 60.0;

impl Search {
    /// Nearest first within each kind, water before everything else.
    pub(crate) fn looks(&self) -> Vec<FirstLook> {
        let t = &self.stage.terrain;
        let far = |xy: [f32; 2]| (xy[0] - self.start[0]).hypot(xy[1] - self.start[1]);
        let named = |kind: PlaceKind| match kind {
            PlaceKind::Home => Look::Home,
            PlaceKind::FormerHome => Look::OldHome,
            PlaceKind::Work => Look::Work,
            PlaceKind::Haunt => Look::Haunt,
            PlaceKind::FoundBefore => Look::FoundBefore,
        };
        let mut all: Vec<(Look, f32, [f32; 2], LonLat)> = Vec::new();
        all.extend(t.water.iter().map(|s| (Look::Water, far(s.xy), s.xy, s.at)).filter(|c| c.1 <= NEAR_M));
        let places = self.incident.places.iter().map(|p| (named(p.kind), t.plane.to(p.at), p.at));
        all.extend(places.map(|(look, xy, at)| (look, far(xy), xy, at)).filter(|c| c.1 <= NAMED_M));
        all.extend(t.stops.iter().map(|s| (Look::BusStop, far(s.xy), s.xy, s.at)).filter(|c| c.1 <= NEAR_M));
        let ends = t.ends.iter().filter_map(|v| Some((t.xy.get(*v as usize)?, t.at.get(*v as usize)?)));
        all.extend(ends.map(|(xy, at)| (Look::DeadEnd, far(*xy), *xy, *at)).filter(|c| c.1 <= NEAR_M));
        let order = |look: Look| match look {
            Look::Water => 0,
            Look::OldHome => 1,
            Look::FoundBefore | Look::Home | Look::Haunt | Look::Work => 2,
            Look::BusStop => 3,
            Look::DeadEnd => 4,
        };
        all.sort_by(|a, b| order(a.0).cmp(&order(b.0)).then(a.1.total_cmp(&b.1)));
        let mut chosen: Vec<(Look, f32, [f32; 2], LonLat)> = Vec::new();
        for c in all {
            let like = chosen.iter().filter(|o| o.0 == c.0);
            let apart = |o: &(Look, f32, [f32; 2], LonLat)| (o.2[0] - c.2[0]).hypot(o.2[1] - c.2[1]) >= APART_M;
            if like.clone().count() < OF_A_KIND && like.clone().all(apart) {
                chosen.push(c);
            }
        }
        chosen.into_iter().map(|c| self.look(c)).collect()
    }

    fn look(&self, (kind, _, xy, at): (Look, f32, [f32; 2], LonLat)) -> FirstLook {
        let t = &self.stage.terrain;
        let near = |n: &u32| {
            let m = t.middle(*n);
            (m[0] - xy[0]).hypot(m[1] - xy[1]) < BESIDE_M
        };
        let pieces: Vec<u32> = (0..t.pieces.len() as u32).filter(near).collect();
        let seen = |e: &Evidence| matches!(e, Evidence::Searched { pieces: p, .. } if pieces.iter().any(|n| p.binary_search(n).is_ok()));
        let last =
            self.log.range(..=self.now).rev().find(|(_, evidence)| evidence.iter().any(seen)).map(|(when, _)| *when);
        let looked = last.map(|when| minutes(self.now - when));
        let due = looked.is_none_or(|ago| ago >= AGAIN_MIN);
        FirstLook { at, kind, metres: straight_m(self.incident.last_seen, at), looked, due, pieces }
    }
}
