//! What the domains refuse, as public pages tell it.

use crate::{Fail, Page};
use matters::Invalid;

/// A failure of a matter's use case. Rights and rules of staff never reach these pages: whoever is refused here holds no
/// valid code, or does something the page did not offer.
pub(super) fn of_matters(error: matters::Error) -> Fail {
    match error {
        matters::Error::NotFound | matters::Error::Denied(_) => Fail::NotFound,
        matters::Error::Store(e) => e.into(),
        matters::Error::People(e) => e.into(),
        matters::Error::Refused(_) | matters::Error::Conflict(_) => Fail::Refused("refused-meanwhile".into()),
        matters::Error::Invalid(_) => Fail::BadRequest("bad-form"),
    }
}

/// A failure of a lost elder's use case. As above: a code that is not valid is all that anybody learns.
pub(crate) fn of_lost(error: lost::Error) -> Fail {
    match error {
        lost::Error::Store(e)
        | lost::Error::People(people::Error::Store(e))
        | lost::Error::Care(care::Error::Store(e)) => e.into(),
        lost::Error::Matters(e) => of_matters(*e),
        lost::Error::Denied(_) | lost::Error::People(people::Error::Denied(_)) => Fail::NotFound,
        lost::Error::Refused(_) | lost::Error::Stale { .. } => Fail::Refused("refused-meanwhile".into()),
        lost::Error::Invalid { .. } | lost::Error::People(_) | lost::Error::Care(_) => Fail::BadRequest("bad-form"),
    }
}

pub(crate) fn of_places(error: places::Error) -> Fail {
    match error {
        places::Error::Store(e) => e.into(),
        other => Fail::Internal(other.to_string()),
    }
}

/// Words for a wrong field, as the domain names it.
pub(crate) fn words(page: &Page, wrong: &Invalid) -> String {
    let limit = wrong.limit.map(|n| n.to_string()).unwrap_or_default();
    let args = [("n", limit.clone()), ("limit", limit)];
    page.loc.find(wrong.key, &args).unwrap_or_else(|| page.t("field-wrong"))
}
