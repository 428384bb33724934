//! Contacts, care plan, schedule and card of an elder, in the name of a matter that is about them. Opened by a POST like the
//! record itself; the sealed plan by a button of its own, because its opening is told to the family.

mod view;

use super::{date, unkept};
use crate::desk::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use care::app::cards::{self, Check};
use care::app::consents::{self, NewConsent};
use care::app::plan::{self, Plan, WritePlan};
use care::app::{contacts, schedule};
use care::model::schedule::{Exception, Slot, Where};
use care::model::{Condition, Consented, Haunt, Inner, NewContact, Outer, Whom};
use kernel::ids::{ContactId, MatterId, PersonId};
use kernel::{Datum, Lang, Purpose};
use matters::app::persons as of;
use people::app::consents::{Answer, By, Way};
use people::app::persons::For;
use people::model::GuardianId;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/matters/{id}/people/{person}/care", post(act))
}

/// What a form did.
struct Done {
    /// End of the key `circle-done-…`; nothing when the page was only opened.
    key: Option<&'static str>,
    /// The plan, when it was opened.
    plan: Option<Plan>,
}

/// Why nothing was done.
enum No {
    Matter(matters::Error),
    Care(care::Error),
}

impl From<store::Error> for No {
    fn from(error: store::Error) -> Self {
        Self::Care(error.into())
    }
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, person)): Path<(MatterId, PersonId)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            let why = of::in_the_name_of(cx, id, person).map_err(No::Matter)?;
            // A refusal goes out as one: whatever was done before it is taken back.
            step(cx, person, &why, &posted).map_err(No::Care)
        })
        .await;
    let (done, problem) = match done {
        Ok(done) => (done, None),
        Err(No::Matter(error)) => return Err(error.into()),
        Err(No::Care(error)) => match told(&page, &error) {
            Some(words) => (Done { key: None, plan: None }, Some(words)),
            None => return Err(error.into()),
        },
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = app.rt.write(who, move |cx| {
        let why = of::in_the_name_of(cx, id, person)?;
        let frame = Frame::load(cx, &page, &staff, "")?;
        let back = page.href(format!("/desk/matters/{id}/people/{person}"));
        let words = done.key.map(|key| page.tk("circle-done-", key));
        view::load(cx, page, frame, person, &why, back, done.plan, words, problem)
    });
    let body = unkept(&shown.await?)?;
    Ok((status, body).into_response())
}

/// What somebody can mend at once, in words.
fn told(page: &Page, error: &care::Error) -> Option<String> {
    match error {
        care::Error::Invalid { field, why } => {
            let what = page.loc.find(&format!("circle-wrong-{why}"), &[]).unwrap_or_else(|| page.t("invalid-form"));
            Some(match page.loc.find(&format!("circle-field-{field}"), &[]) {
                Some(field) => page.t2("desk-field-problem", "field", field, "what", what),
                None => what,
            })
        }
        care::Error::Refused(why) => Some(page.tk("rule-care-", why)),
        care::Error::People(people::Error::Refused(why)) => Some(page.tk("rule-record-", why)),
        care::Error::Stale { .. } => Some(page.t("error-people-stale")),
        _ => None,
    }
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|t| !t.is_empty())
}

fn contact_of(posted: &Posted) -> NewContact {
    let guardian = posted.get("guardian").parse::<GuardianId>().ok();
    let other =
        || Whom::Other { name: posted.get("name"), relation: posted.get("relation"), phone: some(posted.get("phone")) };
    NewContact {
        whom: guardian.map_or_else(other, Whom::Guardian),
        mail: some(posted.get("mail")),
        lang: Lang::from_tag(&posted.get("lang")),
        may_collect: posted.get("collect") == "1",
        barred: posted.get("barred") == "1",
    }
}

fn of_contact(posted: &Posted) -> care::Result<ContactId> {
    posted.get("id").parse().map_err(|_| care::Error::Invalid { field: "contact", why: "unknown" })
}

/// Does what a form of the page asks for.
fn step(cx: &mut Cx<'_>, person: PersonId, why: &For, posted: &Posted) -> care::Result<Done> {
    let what = posted.get("do");
    let key = match what.as_str() {
        "plan-open" => return Ok(Done { key: None, plan: Some(plan::open(cx, person, why)?) }),
        "contact-add" => {
            contacts::add(cx, person, why, &contact_of(posted))?;
            "contact"
        }
        "contact-up" | "contact-bar" | "contact-end" => {
            contact(cx, person, why, &what, of_contact(posted)?)?;
            "contact"
        }
        "consent" | "withdraw" => {
            consent(cx, person, why, &what, posted)?;
            "consent"
        }
        "plan" => {
            write_plan(cx, person, why, posted)?;
            "plan"
        }
        "slot-add" | "slot-drop" | "day-drop" => {
            write_schedule(cx, person, why, &what, posted)?;
            "schedule"
        }
        "card-issue" | "card-check" | "card-replace" | "card-lose" | "card-revoke" => {
            card(cx, person, why, &what, posted)?
        }
        _ => return Ok(Done { key: None, plan: None }),
    };
    Ok(Done { key: Some(key), plan: None })
}

fn contact(cx: &mut Cx<'_>, person: PersonId, why: &For, what: &str, id: ContactId) -> care::Result<()> {
    let all = contacts::of(cx, person, why)?;
    match what {
        "contact-up" => {
            let mut order: Vec<ContactId> = all.iter().map(|c| c.id).collect();
            if let Some(at) = order.iter().position(|c| *c == id).filter(|at| *at > 0) {
                order.swap(at, at - 1);
                contacts::reorder(cx, person, why, &order)?;
            }
            Ok(())
        }
        "contact-bar" => {
            let line = all.into_iter().find(|c| c.id == id);
            let line = line.ok_or(care::Error::Invalid { field: "contact", why: "unknown" })?;
            let other = Whom::Other { name: line.name, relation: line.relation, phone: line.phone };
            let whom = line.guardian.map_or(other, Whom::Guardian);
            let new = NewContact { whom, mail: line.mail, lang: line.lang, may_collect: false, barred: true };
            contacts::change(cx, person, why, id, &new)
        }
        _ => contacts::end(cx, person, why, id),
    }
}

fn consent(cx: &mut Cx<'_>, person: PersonId, why: &For, what: &str, posted: &Posted) -> care::Result<()> {
    let missing = |field| care::Error::Invalid { field, why: "missing" };
    let part = Consented::from_code(&posted.get("what")).ok_or(missing("consent"))?;
    let by = By::from_code(&posted.get("by")).ok_or(missing("by"))?;
    let way = Way::from_code(&posted.get("way")).ok_or(missing("way"))?;
    if what == "withdraw" {
        return consents::withdraw(cx, person, why, part, by, way);
    }
    let guardian = people::app::persons::spoken_for(cx, person)?.first().map(|g| g.id);
    let new = NewConsent {
        what: part,
        answer: Answer::from_code(&posted.get("answer")).ok_or(missing("answer"))?,
        by,
        guardian: guardian.filter(|_| by == By::Guardian),
        way,
        witness: posted.get("witness"),
        review_on: date(&posted.get("review_on")),
        by_themselves: posted.get("themselves") == "1",
    };
    consents::record(cx, person, why, &new).map(drop)
}

fn write_plan(cx: &mut Cx<'_>, person: PersonId, why: &For, posted: &Posted) -> care::Result<()> {
    let seen = posted.get("version").parse().unwrap_or(0);
    let before = plan::open(cx, person, why)?;
    let mut haunts: Vec<Haunt> = before.inner.haunts;
    let gone: Vec<usize> = posted.list("drop").iter().filter_map(|n| n.parse().ok()).collect();
    let mut at = 0;
    haunts.retain(|_| {
        at += 1;
        !gone.contains(&(at - 1))
    });
    if let Some(kind) = some(posted.get("haunt_kind")) {
        let wrong = care::Error::Invalid { field: "haunts", why: "range" };
        let degrees = |name| posted.get(name).parse::<f64>().map_err(|_| wrong.clone());
        let datum: Datum = posted.get("datum").parse().map_err(|_| wrong.clone())?;
        let point = datum.to_wgs84(degrees("lon")?, degrees("lat")?).map_err(|_| wrong.clone())?;
        haunts.push(Haunt { kind, label: posted.get("haunt"), lon: point.lon(), lat: point.lat() });
    }
    let inner = Inner {
        approach: posted.get("approach"),
        habits: posted.get("habits"),
        found_before: posted.get("found_before"),
        haunts,
    };
    let outer = if posted.get("outer") == "1" {
        let marks = posted.get("marks");
        let split = |m: &str| m.split(['；', ';', '、', '\n']).map(|m| m.trim().to_owned()).collect::<Vec<_>>();
        let number = some(posted.get("height"));
        let height =
            number.map(|h| h.parse::<u16>().map_err(|_| care::Error::Invalid { field: "height", why: "range" }));
        let home = people::app::persons::open_record(cx, person, why)?.location.yes().and_then(|l| l.home);
        let kept = before.outer.and_then(|o| o.home);
        Some(Outer {
            height_cm: height.transpose()?,
            build: posted.get("build"),
            marks: some(marks).map(|m| split(&m)),
            home: home.or(kept),
        })
    } else {
        None
    };
    plan::write(cx, person, why, seen, &WritePlan { inner: Some(inner), outer }).map(drop)
}

/// `07:30` as minutes of the day; `24:00` is its end.
fn minutes(text: &str) -> Option<u16> {
    let (h, m) = text.split_once(':')?;
    let (h, m): (u16, u16) = (h.parse().ok()?, m.parse().ok()?);
    (m < 60 && h * 60 + m <= 1_440).then_some(h * 60 + m)
}

fn write_schedule(cx: &mut Cx<'_>, person: PersonId, why: &For, what: &str, posted: &Posted) -> care::Result<()> {
    let (mut now, seen) = schedule::get(cx, person, why)?;
    let index = posted.get("n").parse::<usize>().unwrap_or(usize::MAX);
    match what {
        "slot-drop" if index < now.week.len() => drop(now.week.remove(index)),
        "day-drop" if index < now.exceptions.len() => drop(now.exceptions.remove(index)),
        "slot-add" => {
            let wrong = |field| care::Error::Invalid { field, why: "range" };
            let from = minutes(&posted.get("from")).ok_or(wrong("from"))?;
            let to = minutes(&posted.get("to")).ok_or(wrong("to"))?;
            let to = if to == 0 { 1_440 } else { to };
            let at = match posted.get("who").as_str() {
                "alone" => Where::Alone,
                "elsewhere" => Where::Elsewhere(posted.get("where")),
                id => Where::Home(vec![id.parse().map_err(|_| care::Error::Invalid { field: "who", why: "missing" })?]),
            };
            match posted.get("date").parse() {
                Ok(date) => now.exceptions.push(Exception { date, from, to, at }),
                Err(_) => {
                    let days = posted.list("days").iter().filter_map(|d| d.parse().ok()).collect();
                    now.week.push(Slot { days, from, to, at });
                }
            }
        }
        _ => {}
    }
    schedule::set(cx, person, why, seen, &now).map(drop)
}

fn card(cx: &mut Cx<'_>, person: PersonId, why: &For, what: &str, posted: &Posted) -> care::Result<&'static str> {
    let code = posted.get("code");
    if what == "card-issue" {
        cards::issue(cx, person, why, &code)?;
        return Ok("card");
    }
    let card = posted.get("card").parse().map_err(|_| care::Error::Invalid { field: "card", why: "unknown" })?;
    match what {
        "card-check" => {
            let condition = |name| {
                Condition::from_code(&posted.get(name))
                    .ok_or(care::Error::Invalid { field: "condition", why: "missing" })
            };
            let seen =
                Check { worn: posted.get("worn") == "1", card: condition("card_is")?, strap: condition("strap_is")? };
            cards::check(cx, person, why, card, seen)?;
            return Ok("check");
        }
        "card-replace" => drop(cards::replace(cx, person, why, card, &code)?),
        "card-lose" => cards::lose(cx, person, why, card)?,
        _ => cards::revoke(cx, person, why, card)?,
    }
    Ok("card")
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    view::samples(page)
}
