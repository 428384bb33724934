//! What is near on foot: posts with what they offer, and the ways there. Along the streets where they are loaded, else by the
//! straight line with a detour, and then the answer says that it is an estimate.

use super::resources::{Offer, offers};
use crate::model::near::{METRES_A_MINUTE, minutes, opens_next};
use crate::model::post::{Post, PostState, Tier};
use crate::{Result, store};
use ::store::Cx;
use kernel::{Moment, Point};
use people::policy::{Action, ResourceFacts, require};
use std::sync::Arc;
use streets::Ground;

pub use streets::DETOUR;

/// How ways are measured in this district.
#[derive(Debug, Clone)]
pub struct Ways(Arc<Ground>);

/// The ways of the district.
pub fn ways(cx: &mut Cx<'_>) -> Result<Ways> {
    Ok(Ways(crate::ground(cx)?))
}

impl Ways {
    /// By the straight line: no streets are loaded.
    pub fn is_estimate(&self) -> bool {
        self.0.is_estimate()
    }
    /// Metres on foot to each of these, none where it is farther than the limit or no street leads there.
    pub fn distances(&self, from: Point, to: &[Point], limit_m: f64) -> Vec<Option<f64>> {
        let to: Vec<[f64; 2]> = to.iter().map(|p| [p.lon(), p.lat()]).collect();
        self.0.distances([from.lon(), from.lat()], &to, limit_m)
    }
    /// Streets that touch a frame, at most so many: for a drawing.
    pub fn streets_within(&self, low: [f64; 2], high: [f64; 2], most: usize) -> Vec<Vec<[f64; 2]>> {
        self.0.streets_within(low, high, most)
    }
    /// The way from one place to another as it is drawn.
    pub fn line(&self, from: Point, to: Point) -> Vec<Point> {
        let line = self.0.line([from.lon(), from.lat()], [to.lon(), to.lat()]);
        line.into_iter().filter_map(|[lon, lat]| Point::new(lon, lat).ok()).collect()
    }
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Empty: every tier.
    pub tiers: Vec<Tier>,
    /// Only where this can be had: the code of a public kind.
    pub need: Option<String>,
    /// Open ones at most; nearer ones that are closed come in addition, at most half as many.
    pub most: usize,
}

/// A post on foot.
#[derive(Debug, Clone, PartialEq)]
pub struct NearPost {
    pub post: Post,
    pub metres: f64,
    pub minutes: i64,
    pub open: bool,
    /// When it opens again, for one that is closed.
    pub opens_at: Option<Moment>,
    pub offers: Vec<Offer>,
}

/// Posts around a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// Open ones, the nearest first.
    pub open: Vec<NearPost>,
    /// Closed ones that would be nearer than the farthest open one, with the time at which they open.
    pub later: Vec<NearPost>,
    /// By the straight line: no streets are loaded.
    pub estimate: bool,
}

/// As far as anybody is sent, in metres: an hour and a half on foot.
const FARTHEST_M: f64 = 6_500.0;

/// Running posts around a place with what everybody may ask for there. Public: of places only, nothing of people.
pub fn nearest_posts(cx: &mut Cx<'_>, from: Point, ask: &Ask) -> Result<Near> {
    require(&cx.actor, cx.purpose, Action::ViewPlaces, &ResourceFacts::District)?;
    let known = store::snapshot(cx)?;
    let mut offered = offers(cx)?;
    let ways = ways(cx)?;
    let wanted = |p: &&Post| {
        p.state == PostState::Running
            && (ask.tiers.is_empty() || ask.tiers.contains(&p.tier))
            && ask
                .need
                .as_ref()
                .is_none_or(|need| offered.get(&p.id).is_some_and(|o| o.iter().any(|o| o.kind == *need)))
    };
    // The straight line is never longer than the way: only those within it are worth measuring.
    let within = |p: &&Post| p.point.is_some_and(|at| at.distance_m(from) <= FARTHEST_M);
    let posts: Vec<Post> = known.posts().iter().filter(wanted).filter(within).cloned().collect();
    let points: Vec<Point> = posts.iter().filter_map(|p| p.point).collect();
    let metres = ways.distances(from, &points, FARTHEST_M);
    let now = cx.now;
    let mut all: Vec<NearPost> = posts
        .into_iter()
        .zip(metres)
        .filter_map(|(post, metres)| {
            let metres = metres?;
            let open = post.open_at(now);
            Some(NearPost {
                metres,
                minutes: minutes(metres),
                open,
                opens_at: if open { None } else { opens_next(&post.hours, now) },
                offers: offered.remove(&post.id).unwrap_or_default(),
                post,
            })
        })
        .collect();
    all.sort_by(|a, b| a.metres.total_cmp(&b.metres).then_with(|| a.post.name.cmp(&b.post.name)));
    let (mut open, mut later): (Vec<NearPost>, Vec<NearPost>) = all.into_iter().partition(|n| n.open);
    open.truncate(ask.most);
    if let Some(last) = open.last().filter(|_| open.len() == ask.most) {
        later.retain(|n| n.metres < last.metres);
    }
    later.truncate(ask.most.div_ceil(2));
    Ok(Near { open, later, estimate: ways.is_estimate() })
}

/// Metres that somebody walks in so many minutes.
pub fn metres_in(minutes: i64) -> f64 {
    minutes as f64 * METRES_A_MINUTE
}
