//! Use cases: one file each.

pub mod anchors;
pub mod bulletins;
pub mod dead;
pub mod intake;
pub mod log;
pub mod notices;
pub(crate) mod outbox;
pub(crate) mod robots;
pub mod sms;
pub(crate) mod tell;
pub(crate) mod webhook_queue;
pub mod webhooks;

use store::Cx;

/// The account that acts.
pub(crate) fn me(cx: &Cx<'_>) -> crate::Result<kernel::ids::AccountId> {
    cx.actor.account_id().ok_or_else(|| store::Error::NotFound.into())
}
