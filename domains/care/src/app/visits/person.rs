//! Plan and visits of one person: for the desk where they live, and for themselves and their family.

use super::facts::FactLine;
use super::own::Often;
use super::{Visit, facts, may, open_of, opt_date, replan};
use crate::Result;
use crate::app::unseal_left;
use crate::model::visit::{Form, Outcome, VisitId, VisitKind};
use jiff::civil::Date;
use kernel::Moment;
use kernel::ids::{AccountId, PersonId};
use people::policy::Action;
use store::{Cx, KeyClass, Row, params};
use uuid::Uuid;

/// The elder's own wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub days: i64,
    pub on: Option<Date>,
    /// Why it cannot hold.
    pub safety: Option<String>,
    /// Said by a guardian; otherwise it is the elder's own.
    pub of_guardian: bool,
}

/// What a guardian asked for: nobody has asked the elder yet, and nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub at: Moment,
    pub often: Often,
}

/// What came of one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    pub report: Uuid,
    pub outcome: Outcome,
    pub done_at: Moment,
    pub clock_off: bool,
    pub by: Option<AccountId>,
    pub form: Form,
    pub has_photo: bool,
}

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfPerson {
    pub begun: Date,
    /// Code of whoever agreed.
    pub agreed_by: String,
    pub kind: VisitKind,
    pub wish: Option<Wish>,
    pub asked: Option<Asked>,
    pub last_seen: Option<Date>,
    pub misses: i64,
    pub welfare_due: Option<Moment>,
    pub next: Option<Visit>,
    /// Why on that day: with the facts, for whoever may read them.
    pub reasons: Vec<String>,
    pub facts: Vec<FactLine>,
    pub past: Vec<Last>,
    pub version: i64,
}

/// Is there a plan?
pub fn planned(cx: &mut Cx<'_>, person: PersonId) -> Result<bool> {
    may(cx, person, Action::ViewVisits)?;
    Ok(replan::plan_row(cx, person)?.is_some())
}

/// For core and front line where the person lives. One entry of the log.
pub fn of_person(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<OfPerson>> {
    may(cx, person, Action::ViewVisitFacts)?;
    let found = load(cx, person)?;
    cx.record_read("person", person.0, &["visits"])?;
    Ok(found)
}

pub(super) fn load(cx: &mut Cx<'_>, person: PersonId) -> Result<Option<OfPerson>> {
    let Some(row) = replan::plan_row(cx, person)? else { return Ok(None) };
    let safety = unseal_left(cx, KeyClass::Contact, person.0, row.opt_blob("safety")?)?;
    let wish_on = opt_date(&row, "wish_on")?;
    let of_guardian = row.opt_text("wish_by")?.as_deref() == Some("guardian");
    let wish = row.opt_i64("wish_days")?.map(|days| Wish { days, on: wish_on, safety, of_guardian });
    let next = replan::compute(cx, person, &row)?;
    Ok(Some(OfPerson {
        begun: super::date(&row, "begun_on")?,
        agreed_by: row.text("agreed_by")?,
        kind: VisitKind::from_code(&row.text("kind")?).unwrap_or(VisitKind::Chat),
        wish,
        asked: asked(&row)?,
        last_seen: opt_date(&row, "last_seen")?,
        misses: row.i64("misses")?,
        welfare_due: row.opt_moment("welfare_due")?,
        next: open_of(cx, person)?,
        reasons: next.reasons,
        facts: facts::load(cx, person)?,
        past: past(cx, person)?,
        version: row.i64("version")?,
    }))
}

pub(super) fn asked(row: &Row) -> Result<Option<Asked>> {
    let often = Often::from_number(row.opt_i64("asked_days")?.unwrap_or(0));
    Ok(row.opt_moment("asked_at")?.map(|at| Asked { at, often }))
}

fn past(cx: &mut Cx<'_>, person: PersonId) -> Result<Vec<Last>> {
    let sql = "SELECT id, outcome, done_at, clock_off, by_account, sealed, photo IS NOT NULL AS has_photo FROM care_visit_report \
               WHERE person_id = $1 AND district_id = $2 AND state IN ('applied', 'taken') ORDER BY done_at DESC, id DESC LIMIT 12";
    let rows = cx.query(sql, params![person, cx.district()])?;
    rows.iter().map(|row| last(cx, row)).collect()
}

fn last(cx: &mut Cx<'_>, r: &Row) -> Result<Last> {
    let report = r.uuid("id")?;
    let form = unseal_left(cx, KeyClass::Text, report, r.opt_blob("sealed")?)?.unwrap_or_default();
    Ok(Last {
        report,
        outcome: Outcome::from_code(&r.text("outcome")?).unwrap_or(Outcome::Seen),
        done_at: r.moment("done_at")?,
        clock_off: r.bool("clock_off")?,
        by: r.opt_id("by_account")?,
        form,
        has_photo: r.bool("has_photo")?,
    })
}

/// What was taken of one visit, for whoever has asked the policy.
pub(super) fn report_of(cx: &mut Cx<'_>, visit: VisitId) -> Result<Option<Last>> {
    let sql = "SELECT r.id, r.outcome, r.done_at, r.clock_off, r.by_account, r.sealed, r.photo IS NOT NULL AS has_photo \
               FROM care_visit v JOIN care_visit_report r ON r.person_id = v.person_id AND r.visit_id = v.id \
               WHERE v.id = $1 AND v.district_id = $2 AND r.state = 'applied' ORDER BY r.at LIMIT 1";
    let row = cx.query_opt(sql, params![visit, cx.district()])?;
    row.map(|row| last(cx, &row)).transpose()
}
