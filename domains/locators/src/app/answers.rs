//! What somebody says to an alert: the family with its letter, the post where the wearer lives. An answer of the family ends the
//! telling; a case of a lost elder is opened by one tap, so that what began as a call has an owner (R1).

use super::alerts::{self, Alert, AnsweredBy};
use super::circle::may;
use super::{permits, sights};
use crate::error::not_found;
use crate::events::{self, News, PostNews};
use crate::model::alert::end_of;
use crate::model::{Answer, EndWhy, Sight};
use crate::{Error, Result};
use kernel::ids::{AccountId, CaseId};
use kernel::{Actor, Grant, Lang, Purpose};
use lost::model::{Described, How, Kind as CaseKind, Report, Reporter, ScenePlace};
use people::app::links::Holder;
use people::app::persons::For;
use people::policy::{Action, ResourceFacts, decide, require};
use serde_json::json;
use store::{Cx, params};
use uuid::Uuid;

/// An answer of the family.
///
/// # Errors
/// Without a letter that a second person stands for; whoever sees nothing; an alert that is over.
pub fn by_family(cx: &mut Cx<'_>, of: &Holder, alert: Uuid, answer: Answer) -> Result<()> {
    let a = of_family(cx, of, alert)?;
    let by = of.guardian.map_or(AnsweredBy::Elder, AnsweredBy::Guardian);
    write(cx, &a, answer, by)?;
    if a.post_at.is_some() && end_of(a.kind, answer).is_none() {
        // The post was told; it hears that somebody sees to it.
        cx.signal(events::AT_POST, alert);
        events::tell_post(cx, alert, a.person, PostNews::Over, false)?;
    }
    Ok(())
}

fn of_family(cx: &mut Cx<'_>, of: &Holder, alert: Uuid) -> Result<Alert> {
    may(cx, of.person, &For::Letter(*of), Action::AnswerAlert)?;
    let a = alerts::load(cx, alert)?;
    if a.person != of.person || sights::sight_of(cx, of.person, of.guardian)? == Sight::Never {
        return Err(not_found());
    }
    if a.ended.is_some() {
        return Err(Error::Refused("alert-over"));
    }
    Ok(a)
}

fn write(cx: &mut Cx<'_>, a: &Alert, answer: Answer, by: AnsweredBy) -> Result<()> {
    let (kind, guardian) = match by {
        AnsweredBy::Elder => ("subject", None),
        AnsweredBy::Guardian(id) => ("guardian", Some(id)),
        AnsweredBy::Post => ("post", None),
    };
    let sql = "UPDATE locator_alert SET answer = $1, answered_at = $2, answered_by = $3, answered_guardian = $4, version = version + 1 \
               WHERE id = $5 AND ended_at IS NULL";
    cx.execute(sql, params![answer.code(), cx.now, kind, guardian, a.id])?;
    let payload = json!({ "alert": a.id, "answer": answer.code(), "by": kind, "guardian": guardian });
    cx.record("locator.alert_answered", "person", a.person.0, &payload)?;
    cx.signal(events::ALERT, a.person.0);
    match end_of(a.kind, answer) {
        Some(why) => alerts::end(cx, a.id, why),
        None => Ok(()),
    }
}

/// An alert that this post was told of, for whoever may work on it.
fn at_post(cx: &mut Cx<'_>, alert: Uuid) -> Result<(Alert, AccountId, ResourceFacts)> {
    people::policy::require_somewhere(&cx.actor, Action::WorkAlert)?;
    let a = alerts::load(cx, alert)?;
    if a.post_at.is_none() {
        return Err(not_found());
    }
    let here = ResourceFacts::Place(care::lives(cx, a.person)?);
    require(&cx.actor, cx.purpose, Action::WorkAlert, &here)?;
    if a.ended.is_some() {
        return Err(Error::Refused("alert-over"));
    }
    let account = cx.actor.account_id().ok_or(store::Error::NotFound)?;
    Ok((a, account, here))
}

/// Whoever reads it at the post answers for it from now on.
pub fn take(cx: &mut Cx<'_>, alert: Uuid) -> Result<()> {
    let (a, account, here) = at_post(cx, alert)?;
    // The seat by which they may: whoever sits there next goes on with it (R1).
    let by = |grant: &Grant| {
        let alone = Actor::account(cx.actor.district, account, vec![grant.clone()]);
        decide(&alone, cx.purpose, Action::WorkAlert, &here).is_allowed()
    };
    let seat = cx.actor.grants().iter().find(|g| by(g)).map(|g| g.seat);
    let sql = "UPDATE locator_alert SET owner_account = $1, owner_seat = COALESCE($2, owner_seat), taken_at = $3, \
               version = version + 1 WHERE id = $4";
    cx.execute(sql, params![account, seat, cx.now, alert])?;
    cx.record("locator.alert_taken", "person", a.person.0, &json!({ "alert": alert }))?;
    cx.signal(events::AT_POST, alert);
    Ok(())
}

/// An answer of the post: after a call to the family it was nothing, or somebody is on the way. The family is told.
pub fn by_post(cx: &mut Cx<'_>, alert: Uuid, answer: Answer) -> Result<()> {
    let (a, ..) = at_post(cx, alert)?;
    write(cx, &a, answer, AnsweredBy::Post)?;
    events::tell_family(cx, alert, a.person, News::Over, false)
}

/// A case of a missing elder from an alert, by one tap: reported, identified and owned in the same transaction. The track opens to
/// whoever works on the case.
///
/// # Errors
/// Whoever may not work on the alert, or not open a case. Where one about this person is open already, the alert goes on with that.
pub fn open_case(cx: &mut Cx<'_>, alert: Uuid) -> Result<CaseId> {
    let (a, ..) = at_post(cx, alert)?;
    if let Some(case) = super::cases::open_about(cx, a.person)? {
        goes_on(cx, &a, case)?;
        return Ok(case);
    }
    let report = report(cx, &a)?;
    let case = lost::app::report(cx, &report)?.case;
    let actor = cx.actor.clone();
    cx.acting_as(actor, Purpose::Case(case), |cx| {
        let seen = lost::app::load(cx, case)?.version;
        lost::app::identified(cx, case, seen, a.person, How::Known)
    })?;
    goes_on(cx, &a, case)?;
    Ok(case)
}

/// The same by the family, which says at once who is missing.
pub fn open_case_by_family(cx: &mut Cx<'_>, of: &Holder, alert: Uuid) -> Result<CaseId> {
    let a = of_family(cx, of, alert)?;
    if let Some(case) = super::cases::open_about(cx, a.person)? {
        goes_on(cx, &a, case)?;
        return Ok(case);
    }
    let mut report = report(cx, &a)?;
    report.person = Some(a.person);
    let case = lost::app::report(cx, &report)?.case;
    goes_on(cx, &a, case)?;
    Ok(case)
}

/// What the case begins with: the last place, else where the wearer lives.
fn report(cx: &mut Cx<'_>, a: &Alert) -> Result<Report> {
    let fix = match permits::permit(cx, a.person)? {
        Some(permit) if permit.allowed() => alerts::place_of(cx, a, permit.key)?,
        _ => None,
    };
    let area = care::lives(cx, a.person)?.areas.first().copied();
    Ok(Report {
        key: Some(format!("locator-alert/{}", a.id)),
        kind: CaseKind::Missing,
        place: ScenePlace { point: fix.map(|f| f.point), words: None, area, post: None },
        words: String::new(),
        described: Described::default(),
        seen_at: Some(fix.map_or(a.began_at, |f| f.at).min(cx.now)),
        reporter: Reporter::anonymous(Lang::ZhCn),
        person: None,
    })
}

fn goes_on(cx: &mut Cx<'_>, a: &Alert, case: CaseId) -> Result<()> {
    cx.execute("UPDATE locator_alert SET case_id = $1 WHERE id = $2", params![case, a.id])?;
    alerts::end(cx, a.id, EndWhy::Case)?;
    super::cases::settle(cx)
}
