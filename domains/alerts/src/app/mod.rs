//! Use cases: one file each.

pub mod anchors;
pub mod bulletins;
pub mod dead;
pub(crate) mod family;
pub mod intake;
pub mod joins;
pub(crate) mod locators;
pub mod log;
pub mod lost;
pub(crate) mod neighbours;
pub mod notices;
pub(crate) mod outbox;
pub mod push;
pub(crate) mod push_queue;
pub(crate) mod relays;
pub(crate) mod robots;
pub mod sms;
pub(crate) mod tell;
pub(crate) mod webhook_queue;
pub mod webhooks;

use store::Cx;
use store::imports::{self, Import, Item, Reason, Thing, Use};

/// Bulletins for areas that an import added.
pub fn built_on_places(cx: &mut Cx<'_>, import: &Import, items: &[Item], area: &Thing) -> crate::Result<Vec<Reason>> {
    Ok(imports::uses(cx, import, items, area, &[Use::of("bulletin", "area_id", "has-bulletins")])?)
}

/// The account that acts.
pub(crate) fn me(cx: &Cx<'_>) -> crate::Result<kernel::ids::AccountId> {
    cx.actor.account_id().ok_or_else(|| store::Error::NotFound.into())
}
