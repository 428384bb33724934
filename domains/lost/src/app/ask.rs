//! The committees of the area are asked who it is (L3): their workers see the description, and nothing else of anybody.

use super::case::{open, touch};
use super::entries::{self, EntryKind, More};
use super::opt_line;
use crate::error::{Error, Result};
use crate::events::{self, Why};
use kernel::ids::{CaseId, OrgId};
use people::policy::Action;
use store::{Cx, params};

/// At most this many bodies in one case: asking everybody is telling everybody.
const MOST: usize = 12;

kernel::codes! {
    /// What a committee says.
    AskAnswer {
        /// "We know who it is", and says so.
        Known = "known",
        Unknown = "unknown",
        /// Sends somebody to look.
        Coming = "coming",
    }
}

/// Asks these bodies.
pub fn ask(cx: &mut Cx<'_>, case: CaseId, seen: i64, bodies: &[OrgId]) -> Result<()> {
    let (c, facts) = open(cx, case, Action::CallHelp)?;
    if bodies.is_empty() {
        return Err(Error::Invalid { field: "bodies", why: "missing" });
    }
    if facts.orgs.len() + bodies.len() > MOST {
        return Err(Error::Invalid { field: "bodies", why: "too-many" });
    }
    touch(cx, &c, seen)?;
    for body in bodies {
        people::app::orgs::org(cx, *body)?;
        let sql =
            "INSERT INTO lost_ask (case_id, org_id, district_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        if cx.execute(sql, params![case, *body, cx.district(), cx.now])? == 0 {
            continue;
        }
        entries::write(cx, case, EntryKind::Asked, &More { of: Some(body.0), ..More::default() })?;
        let told = people::app::staff::of_org(cx, *body)?;
        events::tell(cx, case, Why::Asked, told, &format!("ask/{body}"))?;
    }
    Ok(())
}

/// What a body answers; whoever works there says it.
pub fn answer_ask(cx: &mut Cx<'_>, case: CaseId, answer: AskAnswer, words: &str) -> Result<()> {
    let (_, facts) = open(cx, case, Action::IdentifyCase)?;
    let body = cx.actor.grants().iter().find_map(|g| g.org.filter(|o| facts.orgs.contains(o)));
    let Some(body) = body else { return Err(Error::Store(store::Error::NotFound)) };
    let words = opt_line("words", words, 300)?;
    let sql = "UPDATE lost_ask SET answered_at = $1, answer = $2 WHERE case_id = $3 AND org_id = $4";
    cx.execute(sql, params![cx.now, answer.code(), case, body])?;
    let more = More { code: Some(answer.code()), of: Some(body.0), words: words.as_deref(), ..More::default() };
    entries::write(cx, case, EntryKind::AskAnswered, &more)?;
    cx.execute("UPDATE lost_case SET version = version + 1 WHERE id = $1", params![case])?;
    super::case::tell_crew(cx, case, Why::Word, &format!("ask/{body}/{}", cx.now.micros()))
}
