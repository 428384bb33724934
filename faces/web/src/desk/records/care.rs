//! Contacts, care plan, schedule and card of an elder, in the name of a matter that is about them, or of their
//! case. Opened by a POST like the
//! record itself; the sealed plan by a button of its own, because its opening is told to the family.

mod locator;
mod view;

use super::{date, unkept};
use crate::desk::Frame;
use crate::guard::PHOTOS;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, hours, photos};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use care::app::cards::{self, Check};
use care::app::consents::{self, NewConsent};
use care::app::plan::{self, Plan, WritePlan};
use care::app::{contacts, schedule};
use care::model::{Condition, Consented, Haunt, Inner, NewContact, Outer, Whom};
use kernel::ids::{CaseId, ContactId, MatterId, PersonId};
use kernel::{Datum, Lang, Purpose};
use matters::app::persons as of;
use people::app::consents::{Answer, By, Way};
use people::app::persons::For;
use people::model::GuardianId;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/matters/{id}/people/{person}/care", post(act).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/desk/matters/{id}/people/{person}/photo", get(photo))
}

/// In whose name the page is opened: a matter about the elder, or their case.
#[derive(Debug, Clone, Copy)]
pub(in crate::desk) enum Door {
    Matter(MatterId, PersonId),
    Case(CaseId),
}

impl Door {
    const fn purpose(self) -> Purpose {
        match self {
            Self::Matter(id, _) => Purpose::Matter(id),
            Self::Case(id) => Purpose::Case(id),
        }
    }
    fn back(self, page: &Page) -> String {
        match self {
            Self::Matter(id, person) => page.href(format!("/desk/matters/{id}/people/{person}")),
            Self::Case(id) => page.href(format!("/desk/lost/{id}")),
        }
    }
    /// Whom it is about, and in whose name.
    fn open(self, cx: &mut Cx<'_>) -> Result<(PersonId, For), Fail> {
        match self {
            Self::Matter(id, person) => Ok((person, of::in_the_name_of(cx, id, person)?)),
            Self::Case(id) => {
                let person = lost::app::load(cx, id)?.person.ok_or(Fail::NotFound)?;
                Ok((person, lost::app::in_the_name_of(cx, id, person)?))
            }
        }
    }
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
    Door(Fail),
    Care(care::Error),
    Locator(locators::Error),
    Picture(matters::photo::PhotoError),
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
    act_in(app, page, staff, Door::Matter(id, person), posted).await
}

async fn photo(
    State(app): State<App>,
    staff: Staff,
    Path((id, person)): Path<(MatterId, PersonId)>,
) -> Result<Response, Fail> {
    photo_in(&app, &staff, Door::Matter(id, person)).await
}

/// The photo, in the name of a matter or a case.
pub(in crate::desk) async fn photo_in(app: &App, staff: &Staff, door: Door) -> Result<Response, Fail> {
    let found = app.rt.write(staff.who(door.purpose()), move |cx| {
        let (person, why) = door.open(cx)?;
        Ok::<_, Fail>(care::app::photo::view(cx, person, &why)?)
    });
    Ok(photos::jpeg(found.await?.ok_or(Fail::NotFound)?.jpeg))
}

/// Opens the page, or does what a form of it asks for, in the name of a matter or a case.
pub(in crate::desk) async fn act_in(
    app: App,
    page: Page,
    staff: Staff,
    door: Door,
    mut posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(door.purpose());
    let picture = match std::mem::take(&mut posted.files).into_iter().next() {
        Some(file) => Some(photos::portrait(file).await?),
        None => None,
    };
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            let (person, why) = door.open(cx).map_err(No::Door)?;
            // A refusal goes out as one: whatever was done before it is taken back.
            match (posted.get("do").as_str(), picture) {
                ("photo", Some(Ok(new))) => {
                    care::app::photo::put(cx, person, &why, &new).map_err(No::Care)?;
                    Ok(Done { key: Some("photo"), plan: None })
                }
                ("photo", Some(Err(wrong))) => Err(No::Picture(wrong)),
                ("photo", None) => Err(No::Care(care::Error::Invalid { field: "photo", why: "missing" })),
                (what, _) if what.starts_with("locator-") => {
                    locator::step(cx, person, &why, &posted).map_err(No::Locator)?;
                    Ok(Done { key: Some("locator"), plan: None })
                }
                _ => step(cx, person, &why, &posted).map_err(No::Care),
            }
        })
        .await;
    let (done, problem) = match done {
        Ok(done) => (done, None),
        Err(No::Door(fail)) => return Err(fail),
        Err(No::Locator(error)) => match locator::told(&page, &error) {
            Some(words) => (Done { key: None, plan: None }, Some(words)),
            None => return Err(error.into()),
        },
        Err(No::Picture(wrong)) => (Done { key: None, plan: None }, Some(page.t(wrong.key()))),
        Err(No::Care(error)) => match told(&page, &error) {
            Some(words) => (Done { key: None, plan: None }, Some(words)),
            None => return Err(error.into()),
        },
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let shown = app.rt.write(who, move |cx| {
        let (person, why) = door.open(cx)?;
        let frame = Frame::load(cx, &page, &staff, "")?;
        let words = done.key.map(|key| page.tk("circle-done-", key));
        view::load(cx, page, frame, (person, &why, door), done.plan, words, problem)
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

/// A place: in words, and on the map where somebody knows where that is.
fn haunt(kind: String, posted: &Posted) -> care::Result<Haunt> {
    let label = posted.get("haunt");
    let (lon, lat) = (posted.get("lon"), posted.get("lat"));
    if lon.is_empty() && lat.is_empty() {
        return Ok(Haunt { kind, label, lon: None, lat: None });
    }
    let wrong = || care::Error::Invalid { field: "haunts", why: "range" };
    let datum: Datum = posted.get("datum").parse().map_err(|_| wrong())?;
    let degrees = |typed: &str| typed.parse::<f64>().map_err(|_| wrong());
    let point = datum.to_wgs84(degrees(&lon)?, degrees(&lat)?).map_err(|_| wrong())?;
    Ok(Haunt { kind, label, lon: Some(point.lon()), lat: Some(point.lat()) })
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
        "relay-yes" | "relay-no" => {
            care::app::relay::set_wish(cx, person, why, of_contact(posted)?, what == "relay-yes")?;
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
        "photo-remove" => {
            care::app::photo::remove(cx, person, why)?;
            "photo"
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
    // A guardian is named by their id: each speaks in their own name.
    let named = posted.get("by").parse::<GuardianId>().ok();
    let by = named.map_or_else(|| By::from_code(&posted.get("by")), |_| Some(By::Guardian)).ok_or(missing("by"))?;
    let way = Way::from_code(&posted.get("way")).ok_or(missing("way"))?;
    if what == "withdraw" {
        return consents::withdraw(cx, person, why, part, by, way);
    }
    let first = people::app::persons::spoken_for(cx, person)?.first().map(|g| g.id);
    let guardian = named.or(first);
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
        haunts.push(haunt(kind, posted)?);
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

fn write_schedule(cx: &mut Cx<'_>, person: PersonId, why: &For, what: &str, posted: &Posted) -> care::Result<()> {
    let (mut now, seen) = schedule::get(cx, person, why)?;
    hours::step(&mut now, what, posted)?;
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
