//! Use cases of places, one file each. The first parameter is always the [`Cx`].

pub mod border;
pub mod contact_cards;
pub mod crowd;
pub mod duty;
pub mod edit;
pub mod edit_later;
pub mod near;
mod parents;
mod plan;
pub mod resources;
pub mod save_areas;
pub mod save_posts;
pub mod undo;

pub use duty::{NewSlot, cancel_duty, confirm_duty, duty_between, duty_of, on_duty, on_duty_everywhere, plan_duty};
pub use save_areas::{AreaChanges, AreaRef, AreaReport, Did, Note, ParentRef, SaveArea, preview_areas, save_areas};
pub use save_posts::{PostRef, PostReport, SavePost, preview_posts, save_posts};

use crate::model::area::{Area, AreaKind};
use crate::model::layer;
use crate::model::snapshot::{Located, Snapshot};
use crate::{Error, Result, Why, store};
use ::store::Cx;
use kernel::ids::{DistrictId, PostId};
use kernel::{ActorKind, Moment, Point, Role};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// Areas and posts as they are now, from memory. Never stale; costs one small read.
pub fn snapshot(cx: &mut Cx<'_>) -> Result<Arc<Snapshot>> {
    Ok(store::snapshot(cx)?)
}

/// Where a point lies, and the post that answers for it.
///
/// # Errors
/// [`Error::OutsideDistrict`], or [`Error::NoOutlines`] while nothing was imported.
pub fn locate(cx: &mut Cx<'_>, point: Point) -> Result<Located> {
    snapshot(cx)?.locate(point)
}

/// Where a point lay at an instant, by the borders of that day; no post.
///
/// # Errors
/// [`Error::OutsideDistrict`], or [`Error::NoOutlines`] while nothing was imported.
pub fn located_as_of(cx: &mut Cx<'_>, point: Point, moment: Moment) -> Result<Located> {
    store::history(cx)?.located(point, moment)
}

/// The running post that answers for a place; none while the district has no running post.
pub fn post_for(cx: &mut Cx<'_>, located: &Located) -> Result<Option<PostId>> {
    Ok(snapshot(cx)?.post_for(located))
}

/// The areas that were valid at an instant, with the outlines they had then (no posts).
pub fn areas_as_of(cx: &mut Cx<'_>, at: Moment) -> Result<Snapshot> {
    let areas = store::areas(cx, Some(at))?;
    let district: DistrictId = cx.district();
    Ok(Snapshot::new(district, Uuid::nil(), areas, Vec::new()))
}

/// A layer for the map as GeoJSON, with borders simplified by at most `tolerance_m` metres (0: as they are).
pub fn layer(cx: &mut Cx<'_>, kind: AreaKind, tolerance_m: f64) -> Result<Value> {
    let snapshot = snapshot(cx)?;
    let areas: Vec<&Area> = snapshot.of_kind(kind).collect();
    Ok(layer::feature_collection(areas, tolerance_m))
}

/// The one place that decides who may change areas and posts: system administrators, and jobs of the program itself
/// (the command line, the demo). Listed in the policy matrix by `people::policy`.
pub(crate) fn may_change(cx: &Cx<'_>) -> Result<()> {
    let allowed = matches!(cx.actor.kind, ActorKind::System(_)) || cx.actor.has(Role::SystemAdmin);
    if allowed { Ok(()) } else { Err(Error::Denied) }
}

/// A line of text as it is stored: trimmed, not too long, no control characters.
fn line(text: &str, most: usize) -> Result<String, Why> {
    let text = text.trim();
    if text.chars().count() > most {
        Err(Why::TooLong { most })
    } else if text.chars().any(char::is_control) {
        Err(Why::ControlCharacter)
    } else {
        Ok(text.to_owned())
    }
}
