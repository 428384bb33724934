//! On a change of post the successor inherits (J11). The effective owner is a pure function at every instant; this only
//! brings the stored copy, which lists use, up to date and tells the successor.

use super::around;
use crate::Error;
use crate::store::MatterRow;
use ::store::{Cx, params};
use kernel::ids::{AccountId, MatterId, SeatId};
use people::policy::{Action, ResourceFacts, require};

/// Hands open matters of this seat, or (none) of every seat whose stored account is no longer the effective one, to
/// whoever answers for them now. Answers how many moved; a catch-all seat concerns every seat on which nobody
/// sits.
pub fn inherit(cx: &mut Cx<'_>, seat: Option<SeatId>) -> Result<usize, Error> {
    require(&cx.actor, cx.purpose, Action::Assign, &ResourceFacts::District)?;
    let seat = match seat {
        Some(seat) if around::is_catch_all(cx, seat)? => None,
        other => other,
    };
    let pairs: Vec<(SeatId, AccountId)> = match seat {
        Some(seat) => cx.query(
            "SELECT DISTINCT owner_seat, owner_account FROM matter WHERE owner_seat = $1 AND is_open = 1",
            params![seat],
        )?,
        None => cx.query(
            "SELECT DISTINCT owner_seat, owner_account FROM matter WHERE district_id = $1 AND is_open = 1",
            params![cx.district()],
        )?,
    }
    .iter()
    .map(|r| Ok((r.id("owner_seat")?, r.id("owner_account")?)))
    .collect::<Result<_, ::store::Error>>()?;
    let mut moved = 0;
    let now = cx.now;
    for (seat, account) in pairs {
        // Whether the account still sits there does not depend on the matter; only if not, each one is looked at.
        let roster = people::app::roster(cx, &[seat], &[])?;
        let answer = people::model::effective_owner(Some(seat), Some(account), &roster, &[], cx.now);
        if answer.seat == seat && answer.account == account {
            continue;
        }
        let sql =
            "SELECT id FROM matter WHERE owner_seat = $1 AND owner_account = $2 AND is_open = 1 ORDER BY due_at, n";
        for row in cx.query(sql, params![seat, account])? {
            let mut m = MatterRow::for_change(cx, row.id::<MatterId>("id")?)?;
            let owner = around::effective(cx, &m)?;
            if around::follow_owner(cx, &mut m, &owner)? {
                m.save(cx)?;
                moved += 1;
            }
            cx.now = now;
        }
    }
    Ok(moved)
}

/// How many open matters a seat owns, for whoever hands it over. A number only: administrators read no content.
pub fn open_on_seat(cx: &mut Cx<'_>, seat: SeatId) -> Result<i64, Error> {
    require(&cx.actor, cx.purpose, Action::ManageTerms, &ResourceFacts::District)?;
    let sql = "SELECT COUNT(*) AS c FROM matter WHERE owner_seat = $1 AND is_open = 1 AND district_id = $2";
    Ok(cx.query_one(sql, params![seat, cx.district()])?.i64("c")?)
}
