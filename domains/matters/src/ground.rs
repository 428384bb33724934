//! Areas and posts as `people` asks for them. The two crates do not know each other; they meet here.

use kernel::ids::{AreaId, PostId};
use people::app::Geography;
use places::Snapshot;
use std::sync::Arc;

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
