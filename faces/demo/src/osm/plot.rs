//! What already lies in each block of the plan, so that nothing new is laid over it.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use crate::World;
use crate::ground::cut::Rect;
use crate::ground::water::Reach;

/// A spot of the plan in metres.
pub(super) type P = (f64, f64);

pub(super) fn apart(a: P, b: P) -> f64 {
    (b.0 - a.0).hypot(b.1 - a.1)
}

pub(super) fn between(a: P, b: P, t: f64) -> P {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

pub(super) const fn exact((u, v): (i64, i64)) -> P {
    (u as f64, v as f64)
}

/// A rectangle that may stand askew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) middle: P,
    /// Of length one, along its front.
    pub(super) along: P,
    /// Half its front and half its depth.
    pub(super) half: P,
}

impl Block {
    pub(super) fn level(middle: P, half: P) -> Self {
        Self { middle, along: (1.0, 0.0), half }
    }
    fn local(&self, p: P) -> P {
        let (du, dv) = (p.0 - self.middle.0, p.1 - self.middle.1);
        (du * self.along.0 + dv * self.along.1, dv * self.along.0 - du * self.along.1)
    }
    pub(super) fn corner(&self, (a, b): P) -> P {
        let (a, b) = (a * self.half.0, b * self.half.1);
        (self.middle.0 + a * self.along.0 - b * self.along.1, self.middle.1 + a * self.along.1 + b * self.along.0)
    }
    pub(super) fn corners(&self) -> [P; 4] {
        [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)].map(|c| self.corner(c))
    }
    /// Whether a stretch comes within `margin` metres (Liang and Barsky's clipping in the rectangle's own axes).
    pub(super) fn meets(&self, (a, b): (P, P), margin: f64) -> bool {
        let (a, b) = (self.local(a), self.local(b));
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for (start, end, half) in [(a.0, b.0, self.half.0 + margin), (a.1, b.1, self.half.1 + margin)] {
            let step = end - start;
            if step.abs() < 1e-9 {
                if start.abs() > half {
                    return false;
                }
                continue;
            }
            let (t, u) = ((-half - start) / step, (half - start) / step);
            from = from.max(t.min(u));
            to = to.min(t.max(u));
        }
        from <= to
    }
    fn overlaps(&self, other: &Self, margin: f64) -> bool {
        let reach = self.half.0 + self.half.1 + other.half.0 + other.half.1;
        if (self.middle.0 - other.middle.0).abs().max((self.middle.1 - other.middle.1).abs()) > reach + margin {
            return false;
        }
        let c = other.corners();
        (0..4).any(|k| self.meets((c[k], c[(k + 1) % 4]), margin)) || other.meets((self.middle, self.middle), margin)
    }
}

/// A block of the plan with what lies in it.
#[derive(Debug)]
pub(super) struct Plot {
    pub(super) rect: Rect,
    pub(super) reaches: Vec<Reach>,
    /// Stretches of lanes and paths.
    pub(super) ways: Vec<(P, P)>,
    pub(super) blocks: Vec<Block>,
}

/// All of them, as the cells of the mesh.
pub(super) struct Plots(pub(super) Vec<Plot>);

impl Plots {
    pub(super) fn new(world: &World) -> Self {
        let ground = &world.ground;
        let beside = |rect: &Rect| {
            let near = |r: &&Reach| {
                let (lo, hi, from, to) =
                    if r.across { (rect.u0, rect.u1, rect.v0, rect.v1) } else { (rect.v0, rect.v1, rect.u0, rect.u1) };
                r.lo <= hi && lo <= r.hi && from <= r.at + r.width && r.at - r.width <= to
            };
            ground.water.reaches.iter().filter(near).copied().collect()
        };
        let plot = |rect: &Rect| Plot { rect: *rect, reaches: beside(rect), ways: Vec::new(), blocks: Vec::new() };
        let mut all: Vec<Plot> = ground.mesh.cells.iter().map(plot).collect();
        for lane in &ground.streets.lanes {
            all[lane.cell].ways.extend(lane.path.windows(2).map(|w| (exact(w[0]), exact(w[1]))));
        }
        Self(all)
    }
}

impl Plot {
    pub(super) fn wet(&self, p: P, margin: f64) -> bool {
        self.reaches.iter().any(|r| r.holds(p, margin))
    }
    /// Whether a rectangle lies inside, `margin` metres from the edge, from water, and from all that is there.
    pub(super) fn has_room(&self, block: &Block, margin: f64) -> bool {
        let r = &self.rect;
        let inside = |p: &P| {
            (r.u0 as f64 + margin..=r.u1 as f64 - margin).contains(&p.0)
                && (r.v0 as f64 + margin..=r.v1 as f64 - margin).contains(&p.1)
        };
        let corners = block.corners();
        let ring = (0..4).flat_map(|k| [corners[k], between(corners[k], corners[(k + 1) % 4], 0.5)]);
        corners.iter().all(inside)
            && (self.reaches.is_empty() || ring.chain([block.middle]).all(|p| !self.wet(p, margin)))
            && !self.ways.iter().any(|w| block.meets(*w, margin))
            && !self.blocks.iter().any(|b| b.overlaps(block, margin))
    }
}
