//! Somebody calls: found or missing, where, what the elder looks like, who calls. As fast as the call (L1, L2).

use super::steps::described;
use super::{clock_behind, told};
use crate::desk::Frame;
use crate::desk::view::{Choice, form_key};
use crate::public::find;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::{Lang, Purpose};
use lost::model::{Build, Kind, Report, Reporter, ScenePlace, Sex};
use people::policy::{Action, ResourceFacts, require};
use places::{AreaKind, PostState};
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/lost/new", get(show).post(report))
}

#[derive(Template)]
#[template(path = "desk/lost_new.html")]
pub(super) struct NewPage {
    pub page: Page,
    pub frame: Frame,
    pub key: String,
    pub kinds: Vec<Choice>,
    pub posts: Vec<Choice>,
    pub areas: Vec<String>,
    pub sexes: Vec<Choice>,
    pub builds: Vec<Choice>,
    pub typed: HashMap<String, String>,
    pub problem: Option<String>,
}

impl NewPage {
    /// What was typed into a field.
    pub(super) fn v(&self, field: &str) -> &str {
        self.typed.get(field).map(String::as_str).unwrap_or_default()
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    kind: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Proxy);
    let typed = HashMap::from([("kind".to_owned(), asked.kind), ("key".to_owned(), form_key(&app))]);
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, typed, None)).await?;
    html(&shown)
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    typed: HashMap<String, String>,
    problem: Option<String>,
) -> Result<NewPage, Fail> {
    require(&cx.actor, cx.purpose, Action::RaiseFor, &ResourceFacts::District)?;
    let ground = places::snapshot(cx)?;
    let frame = Frame::load(cx, &page, staff, "/desk/lost")?;
    let get = |field: &str| typed.get(field).map(String::as_str).unwrap_or_default();
    let mine = cx.actor.grants().iter().find_map(|g| g.post).map(|p| p.to_string()).unwrap_or_default();
    let at = if get("post").is_empty() { mine.as_str() } else { get("post") };
    let mut posts = vec![Choice::new("", page.t("lost-new-post-none"), at)];
    let running = ground.posts().iter().filter(|p| p.state == PostState::Running);
    posts.extend(running.map(|p| Choice::new(p.id.to_string(), &p.name, at)));
    let kind = if get("kind").is_empty() { Kind::Found.code() } else { get("kind") };
    Ok(NewPage {
        key: get("key").to_owned(),
        kinds: Choice::codes(&page, "lost-kind-", Kind::ALL.iter().map(|k| k.code()), kind),
        areas: ground.of_kind(AreaKind::Community).map(|a| a.name.clone()).collect(),
        sexes: Choice::any(&page, "lost-sex-", Sex::ALL.iter().map(|s| s.code()), get("sex")),
        builds: Choice::any(&page, "lost-build-", Build::ALL.iter().map(|b| b.code()), get("build")),
        posts,
        problem,
        frame,
        page,
        typed,
    })
}

async fn report(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Proxy);
    let post = posted.get("post");
    let area = posted.get("area");
    let fields = ["kind", "key", "post", "area", "place", "lat", "lon", "words", "seen_at", "name", "phone", "stays"];
    let more = ["sex", "age", "height", "build", "dialect", "surname", "marks"];
    let typed: HashMap<String, String> =
        fields.into_iter().chain(more).map(|f| (f.to_owned(), posted.get(f))).collect();
    let done = app
        .rt
        .write(who, move |cx| {
            require(&cx.actor, cx.purpose, Action::RaiseFor, &ResourceFacts::District)?;
            let ground = places::snapshot(cx)?;
            let named = ground.of_kind(AreaKind::Community).find(|a| !area.is_empty() && a.name == area);
            if named.is_none() && !area.is_empty() {
                return Err(lost::Error::Invalid { field: "area", why: "unknown" });
            }
            let report = Report {
                key: Some(posted.get("key")).filter(|k| !k.is_empty()).map(|k| format!("desk/{k}")),
                kind: Kind::from_code(&posted.get("kind")).unwrap_or(Kind::Found),
                place: ScenePlace {
                    // A place outside is said by the domain, one that is none is none.
                    point: find::point(&posted.get("lat"), &posted.get("lon")),
                    words: Some(posted.get("place")).filter(|p| !p.is_empty()),
                    area: named.map(|a| a.id),
                    post: post.parse().ok().filter(|_| named.is_none()),
                },
                words: posted.get("words"),
                described: described(&posted),
                seen_at: clock_behind("seen_at", &posted.get("seen_at"), cx.now)?,
                reporter: Reporter {
                    name: Some(posted.get("name")).filter(|n| !n.is_empty()),
                    phone: Some(posted.get("phone")).filter(|p| !p.is_empty()),
                    lang: Lang::ZhCn,
                    stays: posted.get("stays") == "1",
                },
                person: None,
            };
            lost::app::report(cx, &report)
        })
        .await;
    match done {
        Ok(made) => Ok(Redirect::to(&page.href(format!("/desk/lost/{}", made.case))).into_response()),
        Err(error) => {
            let Some(problem) = told(&page, &error) else { return Err(error.into()) };
            let who = staff.who(Purpose::Proxy);
            let shown = app.rt.read(who, move |cx| build(cx, page, &staff, typed, Some(problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
        }
    }
}
