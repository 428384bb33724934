//! A volunteer's own page: where I stand, what I am asked for and may decline, when I can help, thanks, and a complaint that goes to
//! another body than the one that leads me.

use super::{OWN, date, ready, tag};
use crate::desk::words::Tag;
use crate::desk::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use ::care::app::visits::day_of;
use ::care::app::volunteers::{self, Own};
use ::care::model::visit::VisitId;
use ::care::model::volunteer::{Part, Skill, Tongue};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Purpose;
use kernel::ids::AreaId;
use matters::app::{self, Raise, RaisedPlace, RaiserInput};
use matters::model::Origin;
use matters::redaction::Correction;
use people::app::{accounts, orgs};
use people::model::OrgKind;
use serde::Deserialize;
use store::Cx;

/// A visit one is asked to go to.
pub(super) struct TaskLine {
    pub id: String,
    pub kind: String,
    pub due: String,
    pub area: String,
    pub with: String,
}

pub(super) struct Mine {
    pub tag: Tag,
    pub ready: Option<Tag>,
    pub state: &'static str,
    pub mentor: Option<String>,
    pub visits: i64,
    pub tasks: Vec<TaskLine>,
    pub thanks: Vec<(String, String)>,
    pub week: Vec<String>,
    pub tongues: Vec<String>,
    pub skills: Vec<String>,
    pub paused: String,
    pub version: i64,
}

#[derive(Template)]
#[template(path = "desk/care/volunteering.html")]
pub(super) struct OwnPage {
    pub page: Page,
    pub frame: Frame,
    pub mine: Option<Mine>,
    pub today: String,
    pub idem: String,
    pub complaint: String,
    pub errors: Vec<(String, String)>,
    pub done: Option<String>,
}

impl OwnPage {
    /// The box that says "I am sure" was left out.
    fn asks_sure(&self) -> bool {
        self.errors.iter().any(|(field, _)| field == "sure")
    }
    fn tongues() -> Vec<&'static str> {
        Tongue::ALL.iter().map(|t| t.code()).collect()
    }
    fn skills() -> Vec<&'static str> {
        Skill::ALL.iter().map(|s| s.code()).collect()
    }
    fn parts() -> Vec<&'static str> {
        Part::ALL.iter().map(|p| p.code()).collect()
    }
}

impl Mine {
    fn has_tongue(&self, code: &str) -> bool {
        self.tongues.iter().any(|t| t == code)
    }
    fn has_skill(&self, code: &str) -> bool {
        self.skills.iter().any(|s| s == code)
    }
    fn in_week(&self, day: &usize, part: &str) -> bool {
        self.week.contains(&format!("{day}{part}"))
    }
}

fn mine(cx: &mut Cx<'_>, page: &Page, own: Own) -> Result<Mine, Fail> {
    let v = &own.volunteer;
    let mut known: Vec<_> = own.tasks.iter().flat_map(|t| t.with.clone()).collect();
    known.extend(v.mentor);
    let names = accounts::names(cx, &known)?;
    let areas: Vec<AreaId> = own.tasks.iter().filter_map(|t| t.area).collect();
    let areas = ground::names(cx, page, &areas)?;
    let comma = page.t("list-comma");
    let tasks = own
        .tasks
        .iter()
        .map(|t| TaskLine {
            id: t.visit.to_string(),
            kind: page.tk("volunteer-visit-", t.kind.code()),
            due: page.date(t.due),
            area: t.area.and_then(|a| areas.get(&a).cloned()).unwrap_or_default(),
            with: t.with.iter().filter_map(|a| names.get(a).cloned()).collect::<Vec<_>>().join(&comma),
        })
        .collect();
    Ok(Mine {
        tag: tag(page, v.state),
        ready: ready(page, v).0,
        state: v.state.code(),
        mentor: v.mentor.and_then(|m| names.get(&m).cloned()),
        visits: own.visits,
        tasks,
        thanks: own.thanks.iter().map(|t| (t.text.clone(), page.day(t.at))).collect(),
        week: v.week.clone(),
        tongues: v.tongues.clone(),
        skills: v.skills.clone(),
        paused: v.paused_until.map(|d| d.to_string()).unwrap_or_default(),
        version: v.version,
    })
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, errors: Vec<(String, String)>) -> Result<OwnPage, Fail> {
    let own = volunteers::own(cx)?;
    let frame = Frame::load(cx, &page, staff, OWN)?;
    let mine = own.map(|own| mine(cx, &page, own)).transpose()?;
    let idem = cx.new_id::<uuid::Uuid>().to_string();
    let today = day_of(page.now).to_string();
    Ok(OwnPage { mine, today, idem, complaint: String::new(), errors, done: None, frame, page })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Ask {
    done: String,
}

pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let done = ["week", "declined"].contains(&asked.done.as_str()).then(|| page.tk("volunteer-own-", &asked.done));
    let who = staff.who(Purpose::Administration);
    let shown =
        app.rt.read(who, move |cx| Ok::<_, Fail>(OwnPage { done, ..load(cx, page, &staff, Vec::new())? })).await?;
    html(&shown)
}

async fn again(
    app: App,
    page: Page,
    staff: Staff,
    status: StatusCode,
    error: (&str, String),
    complaint: String,
) -> Result<Response, Fail> {
    let errors = vec![(error.0.to_owned(), error.1)];
    let who = staff.who(Purpose::Administration);
    let shown =
        app.rt.read(who, move |cx| Ok::<_, Fail>(OwnPage { complaint, ..load(cx, page, &staff, errors)? })).await?;
    Ok((status, html(&shown)?).into_response())
}

pub(super) async fn week(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    let (week, tongues, skills) = (posted.list("week"), posted.list("tongue"), posted.list("skill"));
    let (typed, paused) = (posted.get("paused"), date(&posted, "paused"));
    if !typed.is_empty() && paused.is_none() {
        let words = page.t("volunteer-wrong-day");
        return again(app, page, staff, StatusCode::UNPROCESSABLE_ENTITY, ("paused", words), String::new()).await;
    }
    let who = staff.who(Purpose::Administration);
    let done = app.rt.write(who, move |cx| volunteers::set_own_week(cx, seen, &week, &tongues, &skills, paused)).await;
    match done {
        Ok(()) => Ok(Redirect::to(&page.href(format!("{OWN}?done=week"))).into_response()),
        Err(::care::Error::Invalid { .. }) => {
            let words = page.t("volunteer-wrong-day");
            again(app, page, staff, StatusCode::UNPROCESSABLE_ENTITY, ("paused", words), String::new()).await
        }
        Err(::care::Error::Stale { .. }) => {
            let words = page.t("volunteer-stale");
            again(app, page, staff, StatusCode::CONFLICT, ("top", words), String::new()).await
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn decline(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    posted: Posted,
) -> Result<Response, Fail> {
    let visit: VisitId = posted.get("visit").parse().map_err(|_| Fail::BadRequest("bad-form"))?;
    app.rt.write(staff.who(Purpose::Administration), move |cx| Ok::<_, Fail>(volunteers::decline(cx, visit)?)).await?;
    Ok(Redirect::to(&page.href(format!("{OWN}?done=declined"))).into_response())
}

/// They stop, by themselves. Where that was their only seat, this was their last page of the desk.
pub(super) async fn leave(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    if posted.get("sure") != "1" {
        let words = page.t("volunteer-stop-sure");
        return again(app, page, staff, StatusCode::UNPROCESSABLE_ENTITY, ("sure", words), String::new()).await;
    }
    let who = staff.who(Purpose::Administration);
    match app.rt.write(who, move |cx| volunteers::leave(cx, seen)).await {
        Ok(()) => Ok(Redirect::to(&page.href("/volunteer/left")).into_response()),
        Err(::care::Error::Stale { .. }) => {
            let words = page.t("volunteer-stale");
            again(app, page, staff, StatusCode::CONFLICT, ("top", words), String::new()).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Raised like anybody's, without a name, and about the committee that leads the volunteer: it goes past that body.
pub(super) async fn complain(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    posted: Posted,
) -> Result<Response, Fail> {
    let (text, idem) = (posted.get("complaint"), posted.get("idem"));
    if text.is_empty() {
        let words = page.t("volunteer-need-complaint");
        return again(app, page, staff, StatusCode::UNPROCESSABLE_ENTITY, ("complaint", words), text).await;
    }
    let who = staff.who(Purpose::Administration);
    let place = app
        .rt
        .read(who, |cx| {
            let own = volunteers::own(cx)?.ok_or(Fail::NotFound)?;
            let ground = places::snapshot(cx)?;
            let chain = ground.chain_ids(own.volunteer.area);
            let all = orgs::list(cx, Some(OrgKind::Committee))?;
            let about = all.into_iter().find(|o| o.area.is_some_and(|a| chain.contains(&a)));
            Ok::<_, Fail>((own.volunteer.area, about.map(|o| o.id)))
        })
        .await?;
    let (area, about) = place;
    let raise = Raise {
        key: Some(format!("volunteer-complaint:{idem}")),
        class: "advice".into(),
        text: text.clone(),
        place: RaisedPlace { point: None, address: None, area: Some(area), post: None },
        raiser: RaiserInput::anonymous(page.look.lang),
        origin: Origin::Web,
    };
    // As anybody: nothing ties it to the account.
    let done = app.rt.write(app.raiser(), move |cx| {
        let classes = app::classes(cx)?;
        let class = classes.iter().find(|c| c.active && c.code == "advice");
        let class = class.or_else(|| classes.iter().find(|c| c.active && !c.is_emergency()));
        let class = class.ok_or(matters::Error::NotFound)?.code.clone();
        app::raise_about(cx, Raise { class, ..raise }, &Correction::default(), about)
    });
    match done.await {
        Ok(receipt) => Ok(Redirect::to(&page.href(format!("/t/{}/receipt", receipt.code))).into_response()),
        Err(matters::Error::Invalid(wrong)) => {
            let words = wrong.first().map(|w| crate::desk::view::invalid(&page, w)).unwrap_or_default();
            again(app, page, staff, StatusCode::UNPROCESSABLE_ENTITY, ("complaint", words), text).await
        }
        Err(error) => Err(error.into()),
    }
}
