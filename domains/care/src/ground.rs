//! Areas and posts as `people` asks for them.

use kernel::ids::{AreaId, PersonId, PostId};
use people::app::Geography;
use people::policy::PlaceFacts;
use places::Snapshot;
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
    let ground = Ground(places::snapshot(cx)?);
    // Innermost first: what has the most above it.
    let mut areas: Vec<_> = of.iter().map(|a| (ground.0.chain_ids(*a).len(), *a)).collect();
    areas.sort_by_key(|(above, _)| std::cmp::Reverse(*above));
    let mut areas: Vec<_> = areas.into_iter().map(|(_, a)| a).collect();
    let mut posts: Vec<(usize, PostId)> = Vec::new();
    for post in ground.0.posts() {
        if let Some(nearness) = areas.iter().position(|a| post.serves.contains(a)) {
            posts.push((nearness, post.id));
        }
    }
    posts.sort_unstable();
    let mut posts: Vec<PostId> = posts.into_iter().map(|(_, p)| p).collect();
    // A post serves police areas; a home is known by its community, which lies in one.
    if let Some(at) = areas.first().and_then(|area| ground.0.stand_in(*area)) {
        let nearest = at.post.map(|post| ground.posts_above(post)).unwrap_or_default();
        posts.extend(nearest.into_iter().filter(|p| !posts.contains(p)).collect::<Vec<_>>());
        areas.extend(at.police.filter(|p| !areas.contains(p)));
    }
    Ok(PlaceFacts { areas, posts })
}
