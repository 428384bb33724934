//! Kinds of entries that places append to the change log. Payloads hold ids, field names and states only.

pub const AREA_ADDED: &str = "area.added";
/// Payload `fields`: any of code, name, parent, outline.
pub const AREA_CHANGED: &str = "area.changed";
/// Payload `kind`, and the `post` that answered for it.
pub const AREA_RETIRED: &str = "area.retired";
pub const POST_ADDED: &str = "post.added";
/// Payload `fields` and, when it changed, the new `state`.
pub const POST_CHANGED: &str = "post.changed";
pub const DUTY_PLANNED: &str = "duty.planned";
pub const DUTY_CONFIRMED: &str = "duty.confirmed";
pub const DUTY_CANCELLED: &str = "duty.cancelled";
/// The streets of the district were replaced; the subject is the token of the new version. Payload `tiles`, `previous`.
pub const STREETS_BROUGHT: &str = "streets.brought";
/// The list of door plates was replaced; the subject is the token of the new version. Payload `entries`, `previous`.
pub const DOORS_BROUGHT: &str = "doors.brought";
/// Areas drawn for a day to come: planned, done on that day, not possible on that day, taken back.
pub const EDIT_PLANNED: &str = "area-edit.planned";
pub const EDIT_DONE: &str = "area-edit.done";
pub const EDIT_FAILED: &str = "area-edit.failed";
pub const EDIT_WITHDRAWN: &str = "area-edit.withdrawn";
/// Payload: ids, kinds and counts; never to whom something is lent.
pub const RESOURCE_ADDED: &str = "resource.added";
pub const RESOURCE_CHANGED: &str = "resource.changed";
pub const RESOURCE_REMOVED: &str = "resource.removed";
pub const RESOURCE_LENT: &str = "resource.lent";
pub const RESOURCE_BACK: &str = "resource.back";
pub const RESOURCE_KIND: &str = "resource.kind";
pub const RESOURCES_BROUGHT: &str = "resource.brought";
/// Buildings entered, renamed or removed; cards printed; households that took the card. Payload: ids and counts.
pub const CONTACT_BUILDINGS: &str = "contact-card.buildings";
pub const CONTACT_PRINTED: &str = "contact-card.printed";
pub const CONTACT_ANSWERS: &str = "contact-card.answers";
pub const CROWD_EVENT: &str = "crowd.event";
pub const CROWD_DECIDED: &str = "crowd.decided";
