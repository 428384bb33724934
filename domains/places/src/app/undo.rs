//! Undoing an import of areas or posts: everything as it was, or nothing and the reasons.

use super::may_change;
use crate::model::area::AreaKind;
use crate::model::coverage;
use crate::{Result, store};
use ::store::Cx;
use ::store::imports::{self, Import, Item, Reason, Rows, Thing, Use};

pub static AREA: Thing = Thing {
    code: "area",
    rows: &[
        Rows { table: "area", column: "id" },
        Rows { table: "area_outline", column: "area_id" },
        Rows { table: "post_area", column: "area_id" },
        Rows { table: "area_english", column: "area_id" },
    ],
};
pub static POST: Thing = Thing {
    code: "post",
    rows: &[Rows { table: "post", column: "id" }, Rows { table: "post_area", column: "post_id" }],
};
/// What an import of this crate can add or change.
pub const THINGS: &[&Thing] = &[&AREA, &POST];

const ON_AREAS: &[Use] =
    &[Use::or_own("area", "parent_id", "has-areas"), Use::of("post_area", "area_id", "is-answered-for")];
const ON_POSTS: &[Use] = &[Use::or_own("post", "parent_id", "has-posts"), Use::of("duty_slot", "post_id", "has-duty")];

/// What of this crate was built on the import since.
pub fn built_on(cx: &mut Cx<'_>, import: &Import, items: &[Item]) -> Result<Vec<Reason>> {
    let mut reasons = imports::uses(cx, import, items, &AREA, ON_AREAS)?;
    reasons.extend(imports::uses(cx, import, items, &POST, ON_POSTS)?);
    Ok(reasons)
}

/// Duties planned for accounts of an import of staff.
pub fn built_on_accounts(cx: &mut Cx<'_>, import: &Import, items: &[Item], account: &Thing) -> Result<Vec<Reason>> {
    Ok(imports::uses(cx, import, items, account, &[Use::of("duty_slot", "account_id", "has-duty")])?)
}

/// Puts areas and posts back. The caller has found nothing that was built on them.
///
/// # Errors
/// [`crate::Error::Coverage`] when police areas that came later would overlap those that come back, or leave a gap.
pub fn undo(cx: &mut Cx<'_>, import: &Import, items: &[Item]) -> Result<()> {
    may_change(cx)?;
    imports::undo(cx, import, items)?;
    store::touch(cx)?;
    let ground = store::snapshot(cx)?;
    let district = ground.district().and_then(|d| d.outline.as_deref());
    let police = ground.of_kind(AreaKind::Police);
    let drawn: Vec<_> = police.filter_map(|a| Some((a.label().to_owned(), a.outline.as_deref()?))).collect();
    if !drawn.is_empty() {
        coverage::check(district, &drawn)?;
    }
    Ok(())
}

/// Nobody else changes areas or posts until the end of this transaction.
pub fn hold(cx: &mut Cx<'_>) -> Result<()> {
    may_change(cx)?;
    Ok(cx.lock("places")?)
}
