//! Areas and posts as `people` asks for them.

use kernel::ids::{AreaId, PersonId, PostId};
use people::app::Geography;
use people::policy::PlaceFacts;
use places::{AreaKind, Snapshot};
use std::sync::Arc;
use store::Cx;

/// Areas and posts, as `people` wants to know them.
pub struct Ground(pub Arc<Snapshot>);

impl Geography for Ground {
    fn areas_above(&self, area: AreaId) -> Vec<AreaId> {
        self.0.chain_ids(area)
    }
    fn posts_above(&self, post: PostId) -> Vec<PostId> {
        let parent = self.0.post(post).and_then(|p| p.parent);
        std::iter::once(post).chain(parent).collect()
    }
    fn area_of_post(&self, post: PostId) -> Option<AreaId> {
        let post = self.0.post(post)?;
        post.serves.first().copied().or_else(|| self.0.locate(post.point?).ok()?.smallest())
    }
}

/// Where a post stands, for the policy.
pub(crate) fn facts_of_post(cx: &mut Cx<'_>, post: PostId) -> crate::Result<PlaceFacts> {
    let ground = Ground(places::snapshot(cx)?);
    let areas = ground.area_of_post(post).map_or_else(Vec::new, |area| ground.areas_above(area));
    Ok(PlaceFacts { areas, posts: ground.posts_above(post) })
}

/// Areas where somebody lives and the posts that serve them, nearest first.
pub fn lives(cx: &mut Cx<'_>, person: PersonId) -> crate::Result<PlaceFacts> {
    let of = people::app::persons::areas_of(cx, person)?;
    Ok(around(&Ground(places::snapshot(cx)?), &of))
}

/// Posts that answer for a home in these areas: for whoever asks about many homes at once.
pub(crate) fn posts_of(ground: &Ground, areas: &[AreaId]) -> Vec<PostId> {
    around(ground, areas).posts
}

/// A post serves areas by name, each with the post above it. It serves police areas, too, and a home is known by its neighbourhood,
/// which lies in one: that post answers for it as well.
fn around(ground: &Ground, of: &[AreaId]) -> PlaceFacts {
    // Innermost first: what has the most above it.
    let mut areas: Vec<_> = of.iter().map(|a| (ground.0.chain_ids(*a).len(), *a)).collect();
    areas.sort_by_key(|(above, _)| std::cmp::Reverse(*above));
    let mut areas: Vec<_> = areas.into_iter().map(|(_, a)| a).collect();
    let mut serving: Vec<(usize, PostId)> = Vec::new();
    for post in ground.0.posts() {
        if let Some(nearness) = areas.iter().position(|a| post.serves.contains(a)) {
            serving.push((nearness, post.id));
        }
    }
    serving.sort_unstable();
    let mut posts: Vec<PostId> = Vec::new();
    let add = |posts: &mut Vec<PostId>, post: PostId| {
        for post in ground.posts_above(post) {
            if !posts.contains(&post) {
                posts.push(post);
            }
        }
    };
    for (_, post) in serving {
        add(&mut posts, post);
    }
    let small = |a: &AreaId| ground.0.area(*a).is_some_and(|a| matches!(a.kind, AreaKind::Community | AreaKind::Grid));
    if let Some(at) = areas.first().filter(|a| small(a)).and_then(|area| ground.0.stand_in(*area)) {
        if let Some(post) = at.post {
            add(&mut posts, post);
        }
        areas.extend(at.police.filter(|p| !areas.contains(p)));
    }
    PlaceFacts { areas, posts }
}
