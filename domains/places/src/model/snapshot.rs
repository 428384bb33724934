//! All areas and posts of a district at one instant, in memory: who lies where, who hangs on whom.
//!
//! A point inside the district finds exactly one police area (P1). Usually one outline contains it (see `outline` for
//! points on borders). In a sliver that the coverage check ignores it may be none or two: then the nearest within
//! [`REACH_M`], or the first by code. Which outlines contain a point is asked of the engine `fence`; after a change its index is the one
//! of before with what has changed.

use super::area::{Area, AreaKind};
use super::coverage::{self, Coverage};
use super::ground::Ground;
use super::post::{Post, PostState, Tier};
use crate::{Error, Result};
use geo::InteriorPoint;
use kernel::Point;
use kernel::ids::{AreaId, DistrictId, PostId};
use std::collections::HashMap;
use std::sync::OnceLock;
use uuid::Uuid;

/// How far from a police area a point inside the district may lie and still belong to it, in metres.
pub const REACH_M: f64 = 50.0;

/// Where a point lies, and which post answers for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Located {
    pub point: Point,
    pub district: Option<AreaId>,
    pub town: Option<AreaId>,
    pub community: Option<AreaId>,
    pub grid: Option<AreaId>,
    pub police: Option<AreaId>,
    /// The police post or office that answers for the police area.
    pub post: Option<PostId>,
}

impl Located {
    /// Grid, community, town, district: from the smallest to the largest, as far as they are known.
    pub fn chain(&self) -> Vec<AreaId> {
        [self.grid, self.community, self.town, self.district].into_iter().flatten().collect()
    }
    /// From the areas whose outlines contain the point, first ones first, without the post. Where a smaller area names its parent, the
    /// parent wins over the outline of the larger one: borders of different sources differ by metres, the tree does not.
    pub(super) fn among<'a>(point: Point, hits: &[&'a Area], chain: &dyn Fn(AreaId) -> Vec<&'a Area>) -> Self {
        let hit = |kind| hits.iter().find(|a| a.kind == kind).copied();
        let up = |child: Option<&Area>, kind| {
            let parent = child.and_then(|c| chain(c.id).into_iter().find(|a| a.kind == kind));
            parent.or_else(|| hit(kind))
        };
        let grid = hit(AreaKind::Grid);
        let community = up(grid, AreaKind::Community);
        let town = up(community.or(grid), AreaKind::Town);
        Self {
            point,
            district: hit(AreaKind::District).map(|a| a.id),
            town: town.map(|a| a.id),
            community: community.map(|a| a.id),
            grid: grid.map(|a| a.id),
            police: hit(AreaKind::Police).map(|a| a.id),
            post: None,
        }
    }
    /// The smallest area of the administrative tree.
    pub fn smallest(&self) -> Option<AreaId> {
        self.chain().first().copied()
    }
}

/// See the module.
#[derive(Debug)]
pub struct Snapshot {
    pub district_id: DistrictId,
    /// Changes with every change of areas and posts: good as an ETag.
    pub token: Uuid,
    /// By kind, code, name.
    areas: Vec<Area>,
    posts: Vec<Post>,
    area_at: HashMap<AreaId, usize>,
    post_at: HashMap<PostId, usize>,
    serves: HashMap<AreaId, PostId>,
    ground: Ground,
    coverage: OnceLock<Option<Box<Coverage>>>,
    /// As [`Snapshot::stand_in`], by the place of the area.
    stand_ins: Box<[OnceLock<Option<Located>>]>,
}

impl Snapshot {
    pub fn new(district_id: DistrictId, token: Uuid, areas: Vec<Area>, posts: Vec<Post>) -> Self {
        let ground = Ground::new(&areas);
        Self::on(ground, district_id, token, areas, posts)
    }

    /// The same district after a change: what has the outlines it had is not looked at again.
    #[must_use]
    pub fn after(&self, token: Uuid, areas: Vec<Area>, posts: Vec<Post>) -> Self {
        let ground = self.ground.after(&areas);
        Self::on(ground, self.district_id, token, areas, posts)
    }

    fn on(ground: Ground, district_id: DistrictId, token: Uuid, mut areas: Vec<Area>, mut posts: Vec<Post>) -> Self {
        areas.sort_by(|a, b| (a.kind, &a.code, &a.name, a.id).cmp(&(b.kind, &b.code, &b.name, b.id)));
        posts.sort_by(|a, b| (a.tier, &a.code, &a.name, a.id).cmp(&(b.tier, &b.code, &b.name, b.id)));
        let area_at = areas.iter().enumerate().map(|(i, a)| (a.id, i)).collect();
        let post_at = posts.iter().enumerate().map(|(i, p)| (p.id, i)).collect();
        let serves = posts.iter().flat_map(|p| p.serves.iter().map(|a| (*a, p.id))).collect();
        let stand_ins = areas.iter().map(|_| OnceLock::new()).collect();
        let coverage = OnceLock::new();
        Self { district_id, token, areas, posts, area_at, post_at, serves, ground, coverage, stand_ins }
    }

    pub fn areas(&self) -> &[Area] {
        &self.areas
    }
    pub fn area(&self, id: AreaId) -> Option<&Area> {
        self.areas.get(*self.area_at.get(&id)?)
    }
    pub fn of_kind(&self, kind: AreaKind) -> impl Iterator<Item = &Area> {
        self.areas.iter().filter(move |a| a.kind == kind)
    }
    pub fn by_code(&self, kind: AreaKind, code: &str) -> Option<&Area> {
        self.of_kind(kind).find(|a| a.code.as_deref() == Some(code))
    }
    pub fn children(&self, of: AreaId) -> impl Iterator<Item = &Area> {
        self.areas.iter().filter(move |a| a.parent == Some(of))
    }
    /// The area of the whole district, once it was imported.
    pub fn district(&self) -> Option<&Area> {
        self.of_kind(AreaKind::District).next()
    }
    /// The area and its ancestors, from the smallest to the district.
    pub fn chain(&self, of: AreaId) -> Vec<&Area> {
        let mut chain: Vec<&Area> = Vec::new();
        let mut next = self.area(of);
        while let Some(area) = next {
            // Kinds only rise along parents; the length is a guard against damaged rows.
            if chain.len() > AreaKind::ALL.len() {
                break;
            }
            chain.push(area);
            next = area.parent.and_then(|p| self.area(p));
        }
        if let (Some(last), Some(district)) = (chain.last(), self.district())
            && last.kind != AreaKind::District
        {
            chain.push(district);
        }
        chain
    }
    /// As [`Snapshot::chain`], ids only.
    pub fn chain_ids(&self, of: AreaId) -> Vec<AreaId> {
        self.chain(of).iter().map(|a| a.id).collect()
    }

    /// What is missing between the police areas, or lies on two of them; worked out once for each state of the areas. Nothing
    /// while no police area is drawn.
    pub fn coverage(&self) -> Option<&Coverage> {
        let check = || {
            let police = self.of_kind(AreaKind::Police);
            let police: Vec<_> = police.filter_map(|a| Some((a.label().to_owned(), a.outline.as_deref()?))).collect();
            coverage::check(self.district().and_then(|d| d.outline.as_deref()), &police).err()
        };
        self.coverage.get_or_init(check).as_deref()
    }

    pub fn posts(&self) -> &[Post] {
        &self.posts
    }
    pub fn post(&self, id: PostId) -> Option<&Post> {
        self.posts.get(*self.post_at.get(&id)?)
    }
    /// A running post by the code on its sign, or by its id.
    pub fn running_post(&self, code: &str) -> Option<&Post> {
        let named = |p: &&Post| p.code.as_deref() == Some(code) || p.id.to_string() == code;
        self.posts.iter().find(|p| p.state == PostState::Running && named(p))
    }
    /// Offices and houses that hang on a post.
    pub fn under(&self, post: PostId) -> impl Iterator<Item = &Post> {
        self.posts.iter().filter(move |p| p.parent == Some(post))
    }
    /// Running posts with their distance in metres, nearest first.
    pub fn posts_near(&self, point: Point, tiers: &[Tier], at_most: usize) -> Vec<(f64, &Post)> {
        let running = self.posts.iter().filter(|p| p.state == PostState::Running && tiers.contains(&p.tier));
        let mut near: Vec<(f64, &Post)> = running.filter_map(|p| Some((p.point?.distance_m(point), p))).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(at_most);
        near
    }

    /// Every area whose outline contains the point, in the order of [`Snapshot::areas`].
    pub fn containing(&self, point: Point) -> Vec<&Area> {
        let mut at: Vec<usize> = Vec::new();
        self.ground.containing(point, |id| at.extend(self.area_at.get(&id)));
        at.sort_unstable();
        at.into_iter().filter_map(|i| self.areas.get(i)).collect()
    }

    /// Finds the areas and the post of a point.
    pub fn locate(&self, point: Point) -> Result<Located> {
        let hits = self.containing(point);
        if hits.is_empty() {
            return Err(if self.ground.is_empty() { Error::NoOutlines } else { Error::OutsideDistrict(point) });
        }
        let mut located = Located::among(point, &hits, &|id| self.chain(id));
        located.district = self.district().map(|a| a.id);
        located.police = located.police.or_else(|| self.nearest_police(point).map(|a| a.id));
        located.post = self.post_for(&located);
        Ok(located)
    }

    /// A place that stands for a whole area when nobody pointed at one: inside its outline, or inside the nearest area
    /// above it that is drawn. Good enough to find a post to call. Worked out once for each state of the areas: lists ask it of every
    /// neighbourhood.
    pub fn stand_in(&self, area: AreaId) -> Option<Located> {
        let known = self.stand_ins.get(*self.area_at.get(&area)?)?;
        *known.get_or_init(|| self.within(area))
    }

    fn within(&self, area: AreaId) -> Option<Located> {
        let outline = self.chain(area).into_iter().find_map(|a| a.outline.as_ref())?;
        let inside = outline.shape().interior_point()?;
        self.locate(Point::new(inside.x(), inside.y()).ok()?).ok()
    }

    fn nearest_police(&self, point: Point) -> Option<&Area> {
        let away =
            self.of_kind(AreaKind::Police).filter_map(|a| Some((a.outline.as_ref()?.within_m(point, REACH_M)?, a)));
        away.min_by(|a, b| a.0.total_cmp(&b.0).then_with(|| (&a.1.code, a.1.id).cmp(&(&b.1.code, b.1.id))))
            .map(|(_, a)| a)
    }

    /// The post that answers for a place: the one that serves its police area; else the nearest running post, then
    /// office, inside that area; else the nearest running police post of the district.
    pub fn post_for(&self, located: &Located) -> Option<PostId> {
        let running = |id: &PostId| self.post(*id).is_some_and(|p| p.state == PostState::Running);
        if let Some(post) = located.police.and_then(|a| self.serves.get(&a)).filter(|p| running(p)) {
            return Some(*post);
        }
        for tier in [Tier::PolicePost, Tier::PoliceOffice] {
            let near = self.posts_near(located.point, &[tier], usize::MAX);
            let inside =
                |p: &Post| located.police.is_some_and(|a| p.point.is_some_and(|at| self.ground.lies_in(at, a)));
            if let Some((_, post)) = near.into_iter().find(|(_, p)| inside(p)) {
                return Some(post.id);
            }
        }
        self.posts_near(located.point, &[Tier::PolicePost], 1).first().map(|(_, p)| p.id)
    }
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
