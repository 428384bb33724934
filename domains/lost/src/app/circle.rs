//! What `care` knows of the elder of a case. Whoever calls has asked the policy about the case.

use super::case::CaseRow;
use crate::error::Result;
use crate::model::HomeNow;
use care::app::schedule::AtHome;
use care::model::contact::ContactLine;
use care::model::schedule::Home;
use kernel::ids::PersonId;
use store::Cx;

/// The contacts in order, those who are kept away last. Each look is an entry of the log.
pub(super) fn contacts(cx: &mut Cx<'_>, c: &CaseRow, person: PersonId) -> Result<Vec<ContactLine>> {
    debug_assert!(c.person == Some(person));
    Ok(care::app::contacts::all(cx, person)?)
}

/// Who is at the elder's home now, by the care schedule (L7).
pub(super) fn at_home(cx: &mut Cx<'_>, person: PersonId) -> Result<AtHome> {
    let now = cx.now;
    Ok(care::app::schedule::at(cx, person, now)?)
}

/// The same as the rule of the hand-over reads it (R4).
pub(super) fn home_now(cx: &mut Cx<'_>, person: Option<PersonId>) -> Result<HomeNow> {
    let Some(person) = person else { return Ok(HomeNow::Unknown) };
    Ok(match at_home(cx, person)?.home {
        Home::Somebody(_) => HomeNow::Somebody,
        // The elder is thought to be there by themselves, or somewhere else: nobody opens the door.
        Home::Alone | Home::Elsewhere(_) => HomeNow::Nobody,
        Home::Unknown => HomeNow::Unknown,
    })
}
