//! What the family sees on its own page: the card, when it was scanned, and what finders wrote.

use super::{cards, threads};
use crate::Result;
use cards::CardLine;
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::links;
use people::policy::Action;
use store::{Cx, params};
use threads::ThreadLine;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct OwnCare {
    pub cards: Vec<CardLine>,
    pub scans: Vec<Moment>,
    pub threads: Vec<ThreadLine>,
}

/// For whoever holds the link of this elder.
///
/// # Errors
/// When it is somebody else's link.
pub fn of(cx: &mut Cx<'_>, person: PersonId) -> Result<OwnCare> {
    links::require_own(cx, person, Action::FollowRecord)?;
    let sql = "SELECT at FROM care_scan WHERE person_id = $1 AND district_id = $2 ORDER BY at DESC LIMIT 30";
    let scans = cx.query(sql, params![person, cx.district()])?;
    let scans = scans.iter().map(|r| r.moment("at")).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(OwnCare { cards: cards::all(cx, person)?, scans, threads: threads::of_person(cx, person)? })
}
