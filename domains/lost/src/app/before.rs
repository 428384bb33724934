//! Facts of the time before (L10): where somebody was found then, how it was known who they are, how long it took, with whom they went
//! and what was learned. Read from that case when it is shown, for whoever works on the one of now; nothing of it is stored.

use super::case::{self, CaseRow};
use super::entries::{self, EntryKind};
use crate::error::Result;
use crate::model::Scene;
use kernel::ids::CaseId;
use kernel::{Moment, Point};
use store::{Cx, KeyClass, params};

/// What is known of it. Words that were erased since are missing.
#[derive(Clone, PartialEq)]
pub struct Before {
    pub case: CaseId,
    pub number: String,
    pub opened_at: Moment,
    pub outcome: Option<String>,
    /// Where they were found, in words; else the posts and communities say it.
    pub place: Option<String>,
    /// And where on the map, while that is kept.
    pub point: Option<Point>,
    /// What was said of it when they were seen, last.
    pub seen: Option<String>,
    /// Code of [`crate::model::How`].
    pub how: Option<String>,
    /// Kind of whom they went with, and where.
    pub went: Option<(String, String)>,
    pub found_at: Option<Moment>,
    pub home_at: Option<Moment>,
    /// Card, locator, schedule, as [`crate::model::Worked`]; and what to do better.
    pub debrief: Option<(String, Option<String>)>,
}

/// Never printed by accident.
impl std::fmt::Debug for Before {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Before").field("number", &self.number).finish_non_exhaustive()
    }
}

/// Of the same person, for a case that is open; the look is an entry of the log.
pub(super) fn of(cx: &mut Cx<'_>, now: &CaseRow, last: CaseId) -> Result<Option<Before>> {
    let c = case::load(cx, last)?;
    if c.person != now.person || c.person.is_none() {
        return Ok(None);
    }
    cx.record_read("case", last.0, &["before"])?;
    let scene: Scene = entries::part(cx, last, "scene", KeyClass::Text)?.unwrap_or_default();
    let all = entries::all(cx, last)?;
    let point: Option<(f64, f64)> = entries::part(cx, last, "place", KeyClass::Location)?;
    let seen = all.iter().rev().find(|e| e.kind == EntryKind::Seen).and_then(|e| e.words.clone());
    let debrief = all.into_iter().rev().find(|e| e.kind == EntryKind::Debriefed);
    let sql = "SELECT receiver_kind, place_kind FROM lost_hand_over WHERE case_id = $1 AND state = 'done' ORDER BY at DESC LIMIT 1";
    let went = match cx.query_opt(sql, params![last])? {
        Some(r) => Some((r.text("receiver_kind")?, r.text("place_kind")?)),
        None => None,
    };
    Ok(Some(Before {
        case: last,
        opened_at: c.opened_at,
        outcome: c.outcome.map(|o| o.code().to_owned()),
        place: Some(scene.place).filter(|p| !p.is_empty()),
        point: point.and_then(|(lon, lat)| Point::new(lon, lat).ok()),
        seen,
        how: c.identified_how,
        went,
        found_at: c.found_at,
        home_at: c.home_at,
        debrief: debrief.and_then(|e| e.code.map(|code| (code, e.words))),
        number: c.number,
    }))
}
