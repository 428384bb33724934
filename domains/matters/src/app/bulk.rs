//! Many matters with a past, for benchmarks: a million cannot be lived through step by step. Only the invented district
//! may do this; the rows and log entries are those that the use cases would have written.

use super::clocks;
use super::raise::{Raise, raise};
use crate::Error;
use crate::events::{NotifyOwner, Reason};
use crate::model::{ContactOutcome, DeliveryResult, Outcome, Proof, State};
use crate::store::notes::{self, NoteKind};
use crate::store::{MatterRow, log, raisers};
use ::store::{Cx, params};
use kernel::ids::AccountId;
use kernel::{Actor, ActorKind, Moment, Purpose};
use people::policy::jobs;
use serde_json::{Value, json};
use uuid::Uuid;

/// A matter that was raised at `cx.now`, answered by its owner, checked by `checker` and closed `hours` later.
pub fn raise_closed(
    cx: &mut Cx<'_>,
    command: Raise,
    checker: AccountId,
    answer: &str,
    hours: i64,
) -> Result<Moment, Error> {
    if cx.actor.kind != ActorKind::System(jobs::DEMO) {
        return Err(Error::NotFound);
    }
    let raised = cx.now;
    let public = Actor::public(cx.district());
    let receipt = cx.acting_as(public, Purpose::OwnMatter, |cx| raise(cx, command))?;
    let mut m = MatterRow::load(cx, receipt.matter)?;
    // Nobody is told of the past.
    let told = format!("{}:{}:{}:{}", m.id, m.version, Reason::New.code(), m.owner_account);
    cx.cancel_job(NotifyOwner::KIND, &told)?;
    let at = |share: i64| raised.plus_secs(hours * 3_600 * share / 100);
    let owner = Actor::account(cx.district(), m.owner_account, Vec::new());
    let check = Actor::account(cx.district(), checker, Vec::new());
    let raiser = Actor::raiser(cx.district(), m.id);
    cx.now = at(70);
    let purpose = Purpose::Matter(m.id);
    let (note, digest) =
        cx.acting_as(owner.clone(), purpose, |cx| notes::add(cx, m.id, NoteKind::Answer, false, answer))?;
    let contact = json!({ "outcome": ContactOutcome::Reached.code(), "note": null });
    let submit = json!({ "outcome": Outcome::Done.code(), "answer": digest });
    let opened = json!({ "raiser": receipt.raiser, "result": DeliveryResult::Opened.code(), "proof": Proof::Opened.code(), "note": null });
    let steps: [(&str, State, i64, &Actor, Value); 9] = [
        ("matter.accept", State::Accepted, 2, &check, json!({})),
        ("matter.sign", State::Signed, 5, &owner, json!({})),
        ("matter.contact", State::Contacted, 15, &owner, contact),
        ("matter.start", State::InProgress, 30, &owner, json!({ "note": null })),
        ("matter.submit", State::ToVerify, 70, &owner, submit),
        ("matter.verify", State::Verified, 80, &check, json!({ "note": null })),
        ("matter.answer", State::Answered, 85, &check, json!({})),
        ("matter.record_delivery", State::Answered, 99, &raiser, opened),
        ("matter.close", State::Closed, 100, &Actor::system(cx.district(), jobs::CLOSER), json!({})),
    ];
    for (kind, to, share, actor, more) in steps {
        cx.now = at(share);
        let mut payload = json!({ "v": m.version + 1, "from": m.state.code(), "to": to.code() });
        if let (Some(all), Value::Object(more)) = (payload.as_object_mut(), more) {
            all.extend(more);
        }
        cx.acting_as(actor.clone(), purpose, |cx| cx.record(kind, log::SUBJECT, m.id.0, &payload))?;
        m.state = to;
        m.version += 1;
    }
    finish(cx, &mut m, &receipt.raiser.0, checker, note, (at(80), at(85), at(99)))?;
    Ok(cx.now)
}

/// The row and its companions as they stand after the last step.
fn finish(
    cx: &mut Cx<'_>,
    m: &mut MatterRow,
    raiser: &Uuid,
    checker: AccountId,
    note: Uuid,
    (verified, answered, opened): (Moment, Moment, Moment),
) -> Result<(), Error> {
    let handler = "INSERT INTO matter_handler (matter_id, opening, account_id, district_id) VALUES ($1, $2, $3, $4)";
    cx.execute(handler, params![m.id, m.opening, m.owner_account, cx.district()])?;
    let delivery = "INSERT INTO matter_delivery (district_id, matter_id, raiser_id, opening, at, result, author) \
                    VALUES ($1, $2, $3, $4, $5, $6, 'raiser')";
    let opened_code = DeliveryResult::Opened.code();
    cx.execute(delivery, params![cx.district(), m.id, *raiser, m.opening, opened, opened_code])?;
    raisers::set_proof(cx, kernel::ids::RaiserId(*raiser), Some(Proof::Opened))?;
    m.outcome = Some(Outcome::Done);
    m.answer_note = Some(note);
    (m.verified_by, m.verified_at) = (Some(checker), Some(verified));
    (m.answered_at, m.closed_at) = (Some(answered), Some(cx.now));
    clocks::set(cx, m)?;
    // `save` counts the last step itself and expects the row as `raise` left it.
    let last = m.version;
    cx.execute("UPDATE matter SET version = $1 WHERE id = $2", params![last - 1, m.id])?;
    m.version = last - 1;
    m.save(cx)
}
