//! What the family sees on its own page: the card, when it was scanned, and what finders wrote. And what of all that goes into the
//! copy of one's own data.

use super::{cards, contacts, plan, schedule, threads};
use crate::Result;
use crate::model::schedule::Where;
use crate::model::thread::{From, Kind};
use cards::CardLine;
use kernel::Moment;
use kernel::ids::PersonId;
use people::app::links;
use people::app::persons::Kept;
use people::policy::{Action, DataRequestFacts, ResourceFacts, require};
use store::{Cx, KeyClass, Row, params};
use threads::ThreadLine;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct OwnCare {
    pub cards: Vec<CardLine>,
    pub scans: Vec<Moment>,
    pub threads: Vec<ThreadLine>,
}

/// For whoever holds the link of this elder.
///
/// # Errors
/// When it is somebody else's link.
pub fn of(cx: &mut Cx<'_>, person: PersonId) -> Result<OwnCare> {
    links::require_own(cx, person, Action::FollowRecord)?;
    let sql = "SELECT at FROM care_scan WHERE person_id = $1 AND district_id = $2 ORDER BY at DESC LIMIT 30";
    let scans = cx.query(sql, params![person, cx.district()])?;
    let scans = scans.iter().map(|r| r.moment("at")).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(OwnCare { cards: cards::all(cx, person)?, scans, threads: threads::of_person(cx, person)? })
}

/// What this crate keeps of an elder, for the copy they asked for and a second person approves. Of others only that they are
/// there: a neighbour's number, a finder's words and place, and who is kept away belong to them.
///
/// # Errors
/// When whoever acts is not the second person.
pub fn kept(cx: &mut Cx<'_>, person: PersonId, of: DataRequestFacts) -> Result<Kept> {
    require(&cx.actor, cx.purpose, Action::ApproveDataRequest, &ResourceFacts::DataRequest(of))?;
    let mut out = Kept::new();
    of_plan(cx, person, &mut out)?;
    for c in contacts::all(cx, person)?.into_iter().filter(crate::model::ContactLine::is_welcome) {
        out.push(("circle", "relation", if c.relation.is_empty() { "-".into() } else { c.relation }));
        out.push(("circle", "collects", if c.may_collect { "yes" } else { "no" }.into()));
    }
    of_schedule(cx, person, &mut out)?;
    let sql = "SELECT width, height, at FROM care_photo WHERE person_id = $1 AND district_id = $2";
    for r in &cx.query(sql, params![person, cx.district()])? {
        out.push(("care_photo", "photo_size", format!("{} × {}", r.i64("width")?, r.i64("height")?)));
        out.push(("care_photo", "at", r.moment("at")?.rfc3339()));
    }
    let sql = "SELECT what, answer, given_by, channel, elder_said, at, ended_at FROM care_consent WHERE person_id = $1 \
               AND district_id = $2 ORDER BY at";
    for r in &cx.query(sql, params![person, cx.district()])? {
        out.push(("care_consents", "said", said(r)?));
        out.push(("care_consents", "at", r.moment("at")?.rfc3339()));
        out.push(("care_consents", "ended_at", r.opt_moment("ended_at")?.map(Moment::rfc3339).unwrap_or_default()));
    }
    for c in cards::all(cx, person)? {
        out.push(("cards", "number", format!("K-{:05}", c.number)));
        out.push(("cards", "state", c.state.code().into()));
        out.push(("cards", "at", c.issued_at.map(Moment::rfc3339).unwrap_or_default()));
    }
    let sql = "SELECT at FROM care_scan WHERE person_id = $1 AND district_id = $2 ORDER BY at";
    for r in &cx.query(sql, params![person, cx.district()])? {
        out.push(("scans", "at", r.moment("at")?.rfc3339()));
    }
    of_threads(cx, person, &mut out)?;
    super::visits::kept(cx, person, &mut out)?;
    let sql = "SELECT at, what FROM care_change WHERE person_id = $1 AND district_id = $2 ORDER BY at";
    for r in &cx.query(sql, params![person, cx.district()])? {
        out.push(("changes", "what", r.text("what")?));
        out.push(("changes", "at", r.moment("at")?.rfc3339()));
    }
    super::watch::kept(cx, person, &mut out)?;
    super::teams::kept(cx, person, &mut out)?;
    super::extra::kept(cx, person, &mut out)?;
    super::mutual::kept(cx, person, &mut out)?;
    out.retain(|(_, _, value)| !value.is_empty());
    Ok(out)
}

fn said(r: &Row) -> Result<String> {
    let elder = r.opt_text("elder_said")?;
    let mut all = vec![r.text("what")?, r.text("answer")?, r.text("given_by")?, r.text("channel")?];
    all.extend(elder);
    Ok(all.join(" / "))
}

fn of_plan(cx: &mut Cx<'_>, person: PersonId, out: &mut Kept) -> Result<()> {
    let plan = plan::load(cx, person)?;
    out.push(("plan", "approach", plan.inner.approach));
    out.push(("plan", "habits", plan.inner.habits));
    out.push(("plan", "found_before", plan.inner.found_before));
    for h in plan.inner.haunts {
        let at = h.point().map(|p| format!(" ({:.5}, {:.5})", p.lat(), p.lon())).unwrap_or_default();
        out.push(("plan", "place", format!("{}{at}", h.label)));
    }
    if let Some(outer) = plan.outer {
        out.push(("looks", "height", outer.height_cm.map(|h| h.to_string()).unwrap_or_default()));
        out.push(("looks", "build", outer.build));
        out.push(("looks", "marks", outer.marks.unwrap_or_default().join("；")));
        out.push(("looks", "home", outer.home.map(|(lon, lat)| format!("{lat:.3}, {lon:.3}")).unwrap_or_default()));
    }
    Ok(())
}

fn of_schedule(cx: &mut Cx<'_>, person: PersonId, out: &mut Kept) -> Result<()> {
    let (schedule, _) = schedule::load(cx, person)?;
    let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
    let at = |at: &Where| match at {
        Where::Alone => "alone".to_owned(),
        Where::Home(_) => "at home".to_owned(),
        Where::Elsewhere(label) => label.clone(),
    };
    for s in &schedule.week {
        let days: Vec<String> = s.days.iter().map(|d| (d + 1).to_string()).collect();
        let line = format!("{} {}–{} {}", days.join("/"), clock(s.from), clock(s.to), at(&s.at));
        out.push(("hours", "hours", line));
    }
    for e in &schedule.exceptions {
        out.push(("hours", "hours", format!("{} {}–{} {}", e.date, clock(e.from), clock(e.to), at(&e.at))));
    }
    Ok(())
}

/// What the family wrote; of a finder only when they did.
fn of_threads(cx: &mut Cx<'_>, person: PersonId, out: &mut Kept) -> Result<()> {
    let sql = "SELECT m.thread_id, m.sender, m.kind, m.body, m.at FROM care_message m JOIN care_thread t ON t.id = m.thread_id \
               WHERE t.person_id = $1 AND t.district_id = $2 ORDER BY m.at, m.id";
    for r in &cx.query(sql, params![person, cx.district()])? {
        let family = r.text("sender")? == From::Family.code() && r.text("kind")? == Kind::Words.code();
        if family {
            match cx.open_text(KeyClass::Text, r.uuid("thread_id")?, &r.blob("body")?) {
                Err(store::Error::Erased) => continue,
                text => out.push(("finders", "own_words", text?)),
            }
        } else {
            out.push(("finders", "wrote", r.text("sender")?));
        }
        out.push(("finders", "at", r.moment("at")?.rfc3339()));
    }
    Ok(())
}
