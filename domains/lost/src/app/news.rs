//! Cases that changed since one looked: for the live pages of the desk. Reads the log, so that it hears of other processes.

use super::case::{facts, load};
use crate::error::Result;
use kernel::Purpose;
use kernel::ids::CaseId;
use people::policy::{Action, ResourceFacts, decide, require_somewhere};
use store::{Cx, Tail};

/// Where a reader is in the log. Begin with [`News::from_now`].
#[derive(Debug, Clone)]
pub struct News(Tail);

impl News {
    /// Hears of everything after this instant.
    pub fn from_now(cx: &mut Cx<'_>) -> Result<Self> {
        Ok(Self(Tail::from_now(cx, "case")?))
    }

    /// Cases that changed since the last time and that the actor may see now.
    pub fn next(&mut self, cx: &mut Cx<'_>) -> Result<Vec<CaseId>> {
        let changed = self.0.next(cx)?;
        if changed.is_empty() || require_somewhere(&cx.actor, Action::ViewCase).is_err() {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        // A handful at most: lost elders are few.
        for id in changed.into_iter().map(CaseId) {
            let c = load(cx, id)?;
            let facts = facts(cx, &c)?;
            if decide(&cx.actor, Purpose::Case(id), Action::ViewCase, &ResourceFacts::Case(facts)).is_allowed() {
                out.push(id);
            }
        }
        Ok(out)
    }
}
