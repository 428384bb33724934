//! What changed since one looked, for the live pages of the desk. Reads the database, so that it hears of other processes too; it costs
//! two statements however many look.

use super::desk;
use crate::Result;
use kernel::Purpose;
use kernel::ids::CaseId;
use people::policy::{Action, require_somewhere};
use std::collections::BTreeMap;
use store::{Cx, params};
use uuid::Uuid;

/// Where a reader is. Begin with [`News::from_now`].
#[derive(Debug, Clone, Default)]
pub struct News {
    alerts: BTreeMap<Uuid, i64>,
    tracks: BTreeMap<CaseId, i64>,
}

/// What changed that the reader sees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changed {
    /// Alerts of their post.
    pub alerts: bool,
    /// Open cases of whose elder something was heard.
    pub tracks: Vec<CaseId>,
}

impl Changed {
    pub fn is_empty(&self) -> bool {
        !self.alerts && self.tracks.is_empty()
    }
}

impl News {
    /// Hears of everything after this instant.
    pub fn from_now(cx: &mut Cx<'_>) -> Result<Self> {
        Ok(Self { alerts: alerts(cx)?, tracks: tracks(cx)? })
    }

    /// What changed since the last time and the actor may see now.
    pub fn next(&mut self, cx: &mut Cx<'_>) -> Result<Changed> {
        let mut out = Changed::default();
        if require_somewhere(&cx.actor, Action::WorkAlert).is_ok() {
            let now = alerts(cx)?;
            let before = std::mem::replace(&mut self.alerts, now.clone());
            for id in differing(&before, &now) {
                if desk::is_mine(cx, id)? {
                    out.alerts = true;
                    break;
                }
            }
        }
        if require_somewhere(&cx.actor, Action::LiveTrack).is_ok() {
            let now = tracks(cx)?;
            let before = std::mem::replace(&mut self.tracks, now.clone());
            for case in differing(&before, &now) {
                let actor = cx.actor.clone();
                let may = |cx: &mut Cx<'_>| lost::app::may(cx, case, Action::LiveTrack);
                if cx.acting_as(actor, Purpose::Case(case), may)? {
                    out.tracks.push(case);
                }
            }
        }
        Ok(out)
    }
}

/// Those that are in one only, or in both and not the same.
fn differing<K: Ord + Copy>(before: &BTreeMap<K, i64>, now: &BTreeMap<K, i64>) -> Vec<K> {
    let gone = before.keys().filter(|k| !now.contains_key(k));
    let other = now.iter().filter(|(k, v)| before.get(k) != Some(v)).map(|(k, _)| k);
    gone.chain(other).copied().collect()
}

/// Alerts that stand at a post, each with its version.
fn alerts(cx: &mut Cx<'_>) -> Result<BTreeMap<Uuid, i64>> {
    let sql = "SELECT id, version FROM locator_alert WHERE district_id = $1 AND ended_at IS NULL AND post_at IS NOT NULL \
               ORDER BY post_at, id LIMIT 500";
    let rows = cx.query(sql, params![cx.district()])?;
    Ok(rows.iter().map(|r| Ok((r.uuid("id")?, r.i64("version")?))).collect::<std::result::Result<_, store::Error>>()?)
}

/// Open cases of somebody with a locator, each with how often it was heard.
fn tracks(cx: &mut Cx<'_>) -> Result<BTreeMap<CaseId, i64>> {
    let sql = "SELECT c.case_id, CAST(SUM(s.version) AS BIGINT) AS n FROM locator_case c JOIN locator_state s ON s.person_id = c.person_id \
               WHERE c.district_id = $1 AND c.ended_at IS NULL GROUP BY c.case_id";
    let rows = cx.query(sql, params![cx.district()])?;
    Ok(rows.iter().map(|r| Ok((r.id("case_id")?, r.i64("n")?))).collect::<std::result::Result<_, store::Error>>()?)
}
