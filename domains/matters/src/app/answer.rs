//! The answer on its way: attempts, proofs, and closing once everybody has it (R2).

use super::act::{self, Act, Acted};
use super::around;
use crate::Error;
use crate::events;
use crate::model::delivery::{LAY_OPEN_DAYS, proof_of};
use crate::model::{Command, CommandKind, DeliveryResult, Origin, Refusal, State, WhoCould, delivery, next};
use crate::store::notes::{self, NoteKind};
use crate::store::{MatterRow, raisers};
use ::store::{Cx, params};
use kernel::ids::{MatterId, RaiserId};
use kernel::{Actor, ActorKind, Purpose};
use people::policy::jobs;
use serde_json::{Value, json};
use uuid::Uuid;

/// Writes down what came of one attempt to bring the answer to one raiser; closes the matter when that was the last
/// proof missing. People state calls, visits and signatures; everything else comes from the program itself.
pub fn record_delivery(
    cx: &mut Cx<'_>,
    matter: MatterId,
    raiser: RaiserId,
    result: DeliveryResult,
    note: Option<String>,
    key: Option<String>,
) -> Result<Acted, Error> {
    act::act(cx, Act { matter, version: None, key, command: Command::RecordDelivery { raiser, result, note } })
}

/// The raiser opens the answer at `/t`: that is its proof. Answers whether this was news. Not for prefetches.
pub fn open_answer(cx: &mut Cx<'_>, origin: MatterId, raiser: RaiserId) -> Result<bool, Error> {
    let m = MatterRow::load(cx, origin)?;
    let matter = m.merged_into.unwrap_or(m.id);
    let answering = MatterRow::load(cx, matter)?;
    let known = raisers::of(cx, matter)?;
    let Some(line) = known.iter().find(|r| r.id == raiser && r.origin == origin) else { return Err(Error::NotFound) };
    if answering.state != State::Answered || line.proof.is_some() {
        return Ok(false);
    }
    // The holder of a joined matter's code speaks for this raiser only.
    let district = cx.district();
    cx.acting_as(Actor::raiser(district, matter), Purpose::OwnMatter, |cx| {
        record_delivery(cx, matter, raiser, DeliveryResult::Opened, None, None)
    })?;
    Ok(true)
}

/// What servers and clocks say cannot be said by people, and the other way round.
pub(super) fn may_state(cx: &Cx<'_>, result: DeliveryResult) -> Result<(), Error> {
    let by_system = matches!(cx.actor.kind, ActorKind::System(_));
    let by_raiser = matches!(cx.actor.kind, ActorKind::Raiser(_));
    let allowed = if by_raiser { result == DeliveryResult::Opened } else { by_system || !result.only_by_system() };
    if allowed {
        Ok(())
    } else {
        Err(Refusal::new("refuse-proof-by-hand", WhoCould::Nobody, "todo-deliver").with("result", result.code()).into())
    }
}

/// The effect of `RecordDelivery`: one row, and the raiser's proof as it stands after it.
pub(super) fn write_attempt(
    cx: &mut Cx<'_>,
    m: &MatterRow,
    raiser: RaiserId,
    result: DeliveryResult,
    note: Option<&str>,
) -> Result<Value, Error> {
    let lines = raisers::of(cx, m.id)?;
    let line = lines.iter().find(|r| r.id == raiser).ok_or_else(|| Error::invalid("raiser", "invalid-raiser"))?;
    if result == DeliveryResult::LayOpen {
        let ready = m.answered_at.is_some_and(|at| cx.now >= at.plus_days(LAY_OPEN_DAYS));
        if !line.anonymous || !ready {
            return Err(Refusal::new("refuse-lay-open", WhoCould::Nobody, "todo-deliver").into());
        }
    }
    let note_id: Option<(Uuid, String)> =
        note.map(|text| notes::add(cx, m.id, NoteKind::Delivery, false, text)).transpose()?;
    let author = cx.actor.log_name();
    let sql = "INSERT INTO matter_delivery (district_id, matter_id, raiser_id, opening, at, result, author, note_id) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let note_row = note_id.as_ref().map(|(id, _)| *id);
    cx.execute(sql, params![cx.district(), m.id, raiser, m.opening, cx.now, result.code(), author, note_row])?;
    let proof = proof_of(&raisers::deliveries(cx, m.id, m.opening)?, raiser);
    raisers::set_proof(cx, raiser, proof)?;
    if result == DeliveryResult::EmailAccepted {
        let timer = events::Timer { matter: m.id, raiser, opening: m.opening };
        let key = format!("{}:{}:{raiser}:{}", m.id, m.opening, m.version);
        events::enqueue(cx, events::EMAIL_SETTLE, key, cx.now.plus_hours(delivery::EMAIL_SETTLE_HOURS), &timer)?;
    }
    Ok(json!({
        "raiser": raiser, "result": result.code(), "proof": proof.map(crate::model::Proof::code),
        "note": note_id.map(|(_, digest)| digest),
    }))
}

/// Did the program raise it (a visit, a call, a day that came) and nobody else? Then there is nobody to be told.
pub(super) fn by_program(cx: &mut Cx<'_>, m: &MatterRow, raisers: &[raisers::RaiserLine]) -> Result<bool, Error> {
    if m.origin != Origin::Field || !matches!(raisers, [only] if only.anonymous) {
        return Ok(false);
    }
    let sql = "SELECT actor FROM event WHERE subject = $1 AND kind = 'matter.raise' ORDER BY n LIMIT 1";
    let row = cx.query_opt(sql, params![m.id])?;
    Ok(row.map(|r| r.text("actor")).transpose()?.is_some_and(|actor| actor.starts_with("system")))
}

/// Closes an answered matter whose last proof has come, or that has nobody to be told. The program does it; nothing is left to decide.
pub(super) fn close_if_proven(cx: &mut Cx<'_>, m: &mut MatterRow) -> Result<(), Error> {
    if m.state != State::Answered {
        return Ok(());
    }
    let raisers = raisers::of(cx, m.id)?;
    if raisers.iter().any(|r| r.proof.is_none()) && !by_program(cx, m, &raisers)? {
        return Ok(());
    }
    let district = cx.district();
    cx.acting_as(Actor::system(district, jobs::CLOSER), Purpose::Job, |cx| {
        let owner = around::effective(cx, m)?;
        let handlers = act::handlers(cx, m)?;
        let facts = crate::model::Facts {
            now: cx.now,
            outcome: m.outcome.is_some(),
            answer: m.answer_note.is_some(),
            verified: m.verified_by.is_some_and(|v| !handlers.contains(&v)),
            delivered: true,
            ..crate::model::Facts::default()
        };
        let to = next(m.state, CommandKind::Close, &facts)?;
        act::perform(cx, m, &owner, &handlers, &Command::Close, to)
    })
}

/// An e-mail that was accepted a day ago and has not bounced has arrived; an answer has lain open for a week.
pub(crate) fn timer_ran(cx: &mut Cx<'_>, timer: &events::Timer, result: DeliveryResult) -> Result<(), Error> {
    let m = match MatterRow::load(cx, timer.matter) {
        Err(Error::NotFound) => return Ok(()),
        other => other?,
    };
    // The raiser may have gone over to another matter, or the matter may have been opened again.
    if m.state != State::Answered || m.opening != timer.opening {
        return Ok(());
    }
    let Some(line) = raisers::of(cx, m.id)?.into_iter().find(|r| r.id == timer.raiser) else { return Ok(()) };
    let last = raisers::deliveries(cx, m.id, m.opening)?.into_iter().rfind(|d| d.raiser == timer.raiser);
    let bounced = last.is_some_and(|d| d.result.is_failure());
    if line.proof.is_some() || (result == DeliveryResult::EmailSettled && bounced) {
        return Ok(());
    }
    record_delivery(cx, m.id, timer.raiser, result, None, None).map(drop)
}
