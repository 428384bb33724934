//! R1 and R2, said once more and independently of the code under test.

use crate::Town;
use kernel::ids::{AccountId, MatterId, RaiserId, SeatId};
use kernel::{Actor, Moment, Purpose, Role};
use matters::app;
use matters::model::{Command, CommandKind, State};
use std::collections::BTreeMap;
use store::{Who, params};

/// What was acknowledged is there.
pub(crate) fn acknowledged(town: &Town, matter: MatterId, version: i64) {
    town.world.house.rt.faults().disarm();
    let stored =
        town.sql(move |cx| cx.query_one("SELECT version FROM matter WHERE id = $1", params![matter])?.i64("version"));
    assert!(stored >= version, "an acknowledged change is lost: {matter} {version} > {stored}");
}

/// Everything that must hold at every instant.
pub(crate) fn hold(town: &Town, matters: &[(MatterId, RaiserId)]) {
    town.world.house.rt.faults().disarm();
    for (matter, _) in matters.iter().rev().take(4) {
        one(town, *matter);
    }
}

fn one(town: &Town, matter: MatterId) {
    // The program's own eyes: staff may all be gone.
    let who = Who::new(Actor::system(town.world.house.district, "test"), Purpose::Job);
    let seen = town.world.act_as(who, move |cx| app::inspect(cx, matter)).unwrap();
    let now = town.now();
    if seen.state.is_open() {
        // R1: somebody who can be reached, now and at any later instant, and a time.
        for at in [now, now.plus_days(400)] {
            let owner = town
                .world
                .act_as(Who::new(Actor::system(town.world.house.district, "test"), Purpose::Job), move |cx| {
                    app::owner_at(cx, matter, at)
                })
                .unwrap();
            let active = town.sql(move |cx| {
                cx.query_one("SELECT status FROM account WHERE id = $1", params![owner])?.text("status")
            });
            assert_eq!(active, "active", "{matter} has an owner who is not there");
        }
        assert!(seen.due_at > Moment::from_micros(0));
        assert!(seen.alarm_at.is_some() || seen.level_done, "{matter} would never ring: {seen:?}");
    }
    // The clock is a pure function of log, rule and calendar; the row holds its copy.
    assert_eq!((seen.due_at, seen.provisional), (seen.clock_due_at, seen.clock_provisional), "{matter}: {seen:?}");
    assert_eq!(seen.state, seen.log_state, "{matter}: the log says otherwise");
    assert!(seen.log_times.is_sorted(), "{matter}: the log runs backwards");
    if seen.state == State::Closed {
        closed(town, matter);
    }
}

/// R2, from the tables alone.
fn closed(town: &Town, matter: MatterId) {
    let (row, handlers, raisers, attempts) = town.sql(move |cx| {
        let row = cx.query_one(
            "SELECT outcome, answer_note, verified_by, opening FROM matter WHERE id = $1",
            params![matter],
        )?;
        let opening = row.i64("opening")?;
        let handlers = cx.query(
            "SELECT account_id FROM matter_handler WHERE matter_id = $1 AND opening = $2",
            params![matter, opening],
        )?;
        let raisers = cx.query("SELECT id, anonymous FROM matter_raiser WHERE matter_id = $1", params![matter])?;
        let attempts = cx.query(
            "SELECT raiser_id, result FROM matter_delivery WHERE matter_id = $1 AND opening = $2 ORDER BY n",
            params![matter, opening],
        )?;
        Ok((row, handlers, raisers, attempts))
    });
    assert!(row.opt_text("outcome").unwrap().is_some() && row.opt_uuid("answer_note").unwrap().is_some());
    let verifier = row.uuid("verified_by").unwrap();
    assert!(handlers.iter().all(|h| h.uuid("account_id").unwrap() != verifier), "{matter}: the verifier handled it");
    assert!(!raisers.is_empty());
    for raiser in &raisers {
        let id = raiser.uuid("id").unwrap();
        let mine: Vec<String> =
            attempts.iter().filter(|a| a.uuid("raiser_id").unwrap() == id).map(|a| a.text("result").unwrap()).collect();
        let arrived = mine
            .iter()
            .any(|r| matches!(r.as_str(), "signed" | "call_answered" | "opened" | "email_settled" | "sms_receipt"));
        let lay = raiser.bool("anonymous").unwrap() && mine.iter().any(|r| r == "lay_open");
        let failed = mine.iter().filter(|r| r.ends_with("_failed") || r.ends_with("_bounced")).count();
        assert!(arrived || lay || failed >= 3, "{matter}: closed without proof: {mine:?}");
    }
}

/// Who owned and handled a matter before a step.
pub(crate) struct Before {
    owner: AccountId,
    seat: SeatId,
    handlers: Vec<AccountId>,
}

impl Before {
    pub(crate) fn of(town: &Town, matter: MatterId) -> Self {
        let who = Who::new(Actor::system(town.world.house.district, "test"), Purpose::Job);
        let seen = town.world.act_as(who, move |cx| app::inspect(cx, matter)).unwrap();
        Self { owner: seen.owner, seat: seen.owner_seat, handlers: seen.handlers }
    }

    /// Fails when this actor should not have been able to do this.
    pub(crate) fn may_have_done(&self, account: AccountId, actor: &Actor, command: &Command) {
        let kind = command.kind();
        let owns = self.owner == account || actor.grants().iter().any(|g| g.seat == self.seat);
        let supervises =
            [Role::PostHead, Role::DutyOfficer, Role::Coordinator, Role::CatchAll].iter().any(|r| actor.has(*r));
        assert!(!actor.grants().is_empty(), "{kind:?} by somebody without any term");
        let fine = match kind {
            CommandKind::Sign
            | CommandKind::Return
            | CommandKind::Start
            | CommandKind::Wait
            | CommandKind::Resume
            | CommandKind::Submit => owns,
            CommandKind::Verify | CommandKind::SendBack => !self.handlers.contains(&account),
            _ => owns || supervises || actor.has(Role::CommitteeWorker),
        };
        assert!(fine, "{kind:?} by {account}, owner {}, handlers {:?}", self.owner, self.handlers);
        let roles: BTreeMap<_, _> = actor.grants().iter().map(|g| (g.role.code(), g.seat)).collect();
        assert!(!roles.contains_key("system_admin"), "{kind:?} by an administrator");
    }
}
