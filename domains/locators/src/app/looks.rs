//! Who looked at somebody's places, when and why: each look is an entry of the log and shown to the family (R6, L11).

use crate::Result;
use crate::model::By;
use kernel::Moment;
use kernel::ids::{AccountId, CaseId, PersonId};
use people::model::GuardianId;
use store::{Cx, params};
use uuid::Uuid;

/// Seconds within which a page that refreshes itself is one look.
const ONE_LOOK_S: i64 = 300;
/// Looks that a page shows.
const SHOWN: i64 = 100;

/// Who looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looker {
    Elder,
    Guardian(GuardianId),
    /// In the name of a case.
    Account(AccountId, CaseId),
}

/// One look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub at: Moment,
    pub who: Looker,
}

/// Notes a look; one that goes on is noted once in five minutes.
pub(super) fn note(cx: &mut Cx<'_>, person: PersonId, who: Looker) -> Result<()> {
    let (kind, account, guardian, case) = match who {
        Looker::Elder => (By::Subject, None, None, None),
        Looker::Guardian(id) => (By::Guardian, None, Some(id), None),
        Looker::Account(account, case) => (By::Committee, Some(account), None, Some(case)),
    };
    let sql = "SELECT at FROM locator_look WHERE person_id = $1 AND at > $2 AND by_kind = $3 \
               AND COALESCE(by_account, guardian_id, person_id) = $4 AND COALESCE(case_id, person_id) = $5";
    let by = account.map(|a| a.0).or(guardian.map(|g| g.0)).unwrap_or(person.0);
    let of = case.map_or(person.0, |c| c.0);
    if cx.query_opt(sql, params![person, cx.now.plus_secs(-ONE_LOOK_S), kind.code(), by, of])?.is_some() {
        return Ok(());
    }
    let id: Uuid = cx.new_id();
    let why = if case.is_some() { "case" } else { "family" };
    cx.execute(
        "INSERT INTO locator_look (id, district_id, person_id, at, by_kind, by_account, guardian_id, why, case_id, what) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'track')",
        params![id, cx.district(), person, cx.now, kind.code(), account, guardian, why, case],
    )?;
    cx.record_read("person", person.0, &["locator"])?;
    if case.is_some() {
        cx.signal(crate::events::MOVED, person.0);
    }
    Ok(())
}

/// The latest first, for the family's page.
pub(super) fn of(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Look>> {
    let sql = "SELECT at, by_account, guardian_id, case_id FROM locator_look WHERE person_id = $1 AND district_id = $2 \
               ORDER BY at DESC, id DESC LIMIT $3";
    let rows = cx.query(sql, params![person, cx.district(), SHOWN])?;
    rows.iter()
        .map(|r| {
            let account = r.opt_id("by_account")?.zip(r.opt_id("case_id")?);
            let guardian = r.opt_uuid("guardian_id")?.map(GuardianId);
            let who = match (account, guardian) {
                (Some((account, case)), _) => Looker::Account(account, case),
                (None, Some(guardian)) => Looker::Guardian(guardian),
                (None, None) => Looker::Elder,
            };
            Ok(Look { at: r.moment("at")?, who })
        })
        .collect()
}
