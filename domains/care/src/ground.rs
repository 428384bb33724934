//! Areas and posts as `people` asks for them.

use kernel::ids::{AreaId, PostId};
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
