//! What is kept of somebody about visits, for the copy of their own data. Who wrote it and who came is kept of others: their names stand
//! on the own page and in the log, not here.

use super::{date, facts, opt_date};
use crate::Result;
use crate::app::unseal_left;
use crate::model::visit::Form;
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::persons::Kept;
use store::{Cx, KeyClass, params};

pub(crate) fn kept(cx: &mut Cx<'_>, person: PersonId, out: &mut Kept) -> Result<()> {
    if let Some(plan) = super::person::load(cx, person)? {
        out.push(("visit_plan", "begun_on", plan.begun.to_string()));
        out.push(("visit_plan", "agreed_by", plan.agreed_by));
        out.push(("visit_plan", "visit_kind", plan.kind.code().to_owned()));
        if let Some(wish) = plan.wish {
            out.push(("visit_plan", "wish_days", wish.days.to_string()));
            out.push(("visit_plan", "safety", wish.safety.unwrap_or_default()));
        }
    }
    let sql =
        "SELECT asked_days FROM care_visit_plan WHERE person_id = $1 AND district_id = $2 AND asked_at IS NOT NULL";
    if let Some(r) = cx.query_opt(sql, params![person, cx.district()])? {
        out.push(("visit_plan", "asked_days", r.i64("asked_days")?.to_string()));
    }
    for f in facts::load(cx, person)? {
        out.push(("visit_facts", "fact", f.kind.code().to_owned()));
        out.push(("visit_facts", "source", f.source.code().to_owned()));
        out.push(("visit_facts", "on_day", f.on.to_string()));
        out.push(("visit_facts", "until_day", f.until.map(|d| d.to_string()).unwrap_or_default()));
        out.push(("visit_facts", "at", f.written_at.rfc3339()));
    }
    let sql = "SELECT state, due_on, done_at FROM care_visit WHERE person_id = $1 AND district_id = $2 ORDER BY planned_at, id";
    for r in &cx.query(sql, params![person, cx.district()])? {
        out.push(("visits", "visit_state", r.text("state")?));
        out.push(("visits", "due_on", date(r, "due_on")?.to_string()));
        out.push(("visits", "done_at", r.opt_moment("done_at")?.map(Moment::rfc3339).unwrap_or_default()));
    }
    reports(cx, person, out)?;
    let sql = "SELECT last_seen, misses FROM care_visit_plan WHERE person_id = $1 AND district_id = $2";
    if let Some(r) = cx.query_opt(sql, params![person, cx.district()])? {
        out.push(("visits", "last_seen", opt_date(&r, "last_seen")?.map(|d| d.to_string()).unwrap_or_default()));
        out.push(("visits", "misses", r.i64("misses")?.to_string()));
    }
    Ok(())
}

/// Everything that visitors wrote, also what lies in the inbox.
fn reports(cx: &mut Cx<'_>, person: PersonId, out: &mut Kept) -> Result<()> {
    let sql = "SELECT id, outcome, done_at, sealed, photo IS NOT NULL AS has_photo FROM care_visit_report WHERE person_id = $1 \
               AND district_id = $2 ORDER BY done_at, id";
    let rows = cx.query(sql, params![person, cx.district()])?;
    for r in &rows {
        let form: Form = unseal_left(cx, KeyClass::Text, r.uuid("id")?, r.opt_blob("sealed")?)?.unwrap_or_default();
        out.push(("visit_reports", "outcome", r.text("outcome")?));
        out.push(("visit_reports", "done_at", r.moment("done_at")?.rfc3339()));
        out.push(("visit_reports", "hazards", form.hazards.join(", ")));
        out.push(("visit_reports", "needs", form.needs.join(", ")));
        out.push(("visit_reports", "mood", form.mood.clone().unwrap_or_default()));
        out.push(("visit_reports", "card_seen", form.card.clone().unwrap_or_default()));
        out.push(("visit_reports", "strap_seen", form.strap.clone().unwrap_or_default()));
        out.push(("visit_reports", "note", form.note.clone()));
        out.push(("visit_reports", "visit_photo", if r.bool("has_photo")? { "yes" } else { "" }.to_owned()));
    }
    Ok(())
}
