//! "I would like to help": few fields, from anybody; a code with which whoever signed up follows what becomes of it, and can take
//! it back.

use super::post::Posted;
use super::report::{Town, towns};
use super::{ask, home};
use crate::guard::{Source, Wicket};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::app::volunteers::{self, Followed, NewVolunteer};
use care::model::volunteer::{Part, Skill, Tongue, VolunteerState};
use kernel::ids::AreaId;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/volunteer", get(show).post(send))
        .route("/volunteer/follow", get(ask_code).post(typed))
        .route("/volunteer/left", get(left))
        .route("/volunteer/{code}", get(follow))
        .route("/volunteer/{code}/withdraw", post(withdraw))
        .layer(from_fn(super::track::no_store))
}

#[derive(Debug, Clone, Default)]
struct Draft {
    idem: String,
    name: String,
    phone: String,
    area: String,
    tongues: Vec<String>,
    skills: Vec<String>,
    week: Vec<String>,
    more: String,
    grown: bool,
    agrees: bool,
}

impl Draft {
    fn of(posted: &Posted) -> Self {
        Self {
            idem: posted.get("idem"),
            name: posted.get("name"),
            phone: posted.get("phone"),
            area: posted.get("area"),
            tongues: posted.list("tongue"),
            skills: posted.list("skill"),
            week: posted.list("week"),
            more: posted.get("more"),
            grown: !posted.get("grown").is_empty(),
            agrees: !posted.get("agrees").is_empty(),
        }
    }

    fn has_tongue(&self, code: &str) -> bool {
        self.tongues.iter().any(|t| t == code)
    }
    fn has_skill(&self, code: &str) -> bool {
        self.skills.iter().any(|s| s == code)
    }

    fn new_volunteer(&self, page: &Page) -> NewVolunteer {
        NewVolunteer {
            key: format!("web:{}", self.idem),
            name: self.name.clone(),
            phone: self.phone.clone(),
            area: self.area.parse::<AreaId>().ok(),
            lang: page.look.lang,
            tongues: self.tongues.clone(),
            skills: self.skills.clone(),
            week: self.week.clone(),
            more: self.more.clone(),
            grown_up: self.grown,
            agrees: self.agrees,
        }
    }

    /// What is missing, in the order of the fields; the rest is found by the use case.
    fn problems(&self, page: &Page) -> Vec<Problem> {
        let mut out = Vec::new();
        let mut need = |missing: bool, field: &'static str| {
            if missing {
                out.push((field, problem(page, field, "missing")));
            }
        };
        need(self.name.is_empty(), "name");
        need(self.phone.is_empty(), "phone");
        need(self.area.is_empty(), "area");
        need(!self.grown, "grown");
        need(!self.agrees, "agrees");
        out
    }
}

type Problem = (&'static str, String);

fn problem(page: &Page, field: &str, why: &str) -> String {
    match (field, why) {
        (_, "missing") => page.tk("volunteer-need-", field),
        ("phone", _) => page.t("report-bad-phone"),
        (_, "id-number") => page.t("volunteer-no-id"),
        _ => page.t("invalid-too-long-here"),
    }
}

#[derive(Template)]
#[template(path = "public/volunteer.html")]
struct FormPage {
    page: Page,
    draft: Draft,
    towns: Vec<Town>,
    problems: Vec<Problem>,
}

impl FormPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    fn title(&self) -> String {
        let title = self.page.t("volunteer-title");
        if self.problems.is_empty() { title } else { self.page.t1("form-problem-title", "title", title) }
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
    fn in_week(&self, day: &usize, part: &str) -> bool {
        self.draft.week.contains(&format!("{day}{part}"))
    }
}

async fn page_of(app: &App, page: Page, draft: Draft, problems: Vec<Problem>) -> Result<Response, Fail> {
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let towns = towns(app, page.look.lang).await?;
    Ok((status, html(&FormPage { page, draft, towns, problems })?).into_response())
}

async fn show(State(app): State<App>, page: Page) -> Result<Response, Fail> {
    let draft = Draft { idem: home::new_idem(&app), ..Draft::default() };
    page_of(&app, page, draft, Vec::new()).await
}

async fn send(
    State(app): State<App>,
    mut page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let mut draft = Draft::of(&posted);
    if draft.idem.is_empty() {
        draft.idem = home::new_idem(&app);
    }
    if let Some(again) = home::Again::asked(&posted.get("go"), &mut page) {
        return Ok(again.onto(page_of(&app, page, draft, Vec::new()).await?));
    }
    let problems = draft.problems(&page);
    if !problems.is_empty() {
        return page_of(&app, page, draft, problems).await;
    }
    app.limits.pass(Wicket::Report, source)?;
    let new = draft.new_volunteer(&page);
    match app.rt.write(app.anybody(), move |cx| volunteers::sign_up(cx, &new)).await {
        Ok(done) => Ok(Redirect::to(&page.href(format!("/volunteer/{}?new=1", done.code))).into_response()),
        Err(care::Error::Invalid { field, why }) => {
            let words = problem(&page, field, why);
            page_of(&app, page, draft, vec![(field, words)]).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What stands on the paper of whoever signed up.
const CODE: &ask::Of = ask::VOLUNTEER;

async fn ask_code(page: Page) -> Result<Response, Fail> {
    ask::show(page, CODE)
}

async fn typed(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let typed = posted.get("code");
    if typed.is_empty() {
        return ask::no_code(page, CODE, typed, "track-need-code");
    }
    let asked = code_in(&typed).to_owned();
    match find(&app, &asked).await {
        Ok(_) => Ok(Redirect::to(&page.href(format!("/volunteer/{}", canonical(&asked)))).into_response()),
        Err(fail) => ask::wrong(&app, page, source, CODE, typed, fail),
    }
}

/// The code in what was typed: somebody may paste the whole address.
fn code_in(typed: &str) -> &str {
    let code = typed.rsplit_once("/volunteer/").map_or(typed, |(_, code)| code);
    code.split(['/', '?']).next().unwrap_or(code)
}

/// The code as it stands in addresses: capitals in groups of four.
fn canonical(typed: &str) -> String {
    let code = kernel::text::normalise_code(typed).unwrap_or_default();
    let chars: Vec<char> = code.chars().collect();
    chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

async fn find(app: &App, typed: &str) -> Result<Followed, Fail> {
    let typed = typed.to_owned();
    Ok(app.rt.read(app.anybody(), move |cx| volunteers::follow(cx, &typed)).await?)
}

/// One station of the way.
struct Station {
    key: &'static str,
    done: bool,
    here: bool,
}

#[derive(Template)]
#[template(path = "public/volunteer_follow.html")]
struct FollowPage {
    page: Page,
    code: String,
    state: &'static str,
    over: bool,
    why: Option<String>,
    way: Vec<Station>,
    has_account: bool,
    signed: String,
    fresh: bool,
}

fn draw(page: Page, code: String, found: Followed, fresh: bool) -> FollowPage {
    let reached = VolunteerState::WAY.iter().position(|s| *s == found.state);
    let way = VolunteerState::WAY
        .iter()
        .enumerate()
        .map(|(n, s)| Station { key: s.code(), done: reached.is_some_and(|at| n <= at), here: reached == Some(n) })
        .collect();
    FollowPage {
        signed: page.day(found.signed_at),
        state: found.state.code(),
        over: found.state.is_over(),
        why: found.why,
        way: if found.state.is_over() { Vec::new() } else { way },
        has_account: found.has_account,
        code,
        fresh,
        page,
    }
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct After {
    new: String,
}

async fn follow(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    axum::extract::Query(after): axum::extract::Query<After>,
) -> Result<Response, Fail> {
    match find(&app, &code).await {
        Ok(found) => html(&draw(page, canonical(&code), found, !after.new.is_empty())),
        Err(fail) => ask::wrong(&app, page, source, CODE, code, fail),
    }
}

async fn withdraw(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let asked = code.clone();
    match app.rt.write(app.anybody(), move |cx| volunteers::withdraw(cx, &asked)).await {
        Ok(()) => html(&GonePage { page }),
        Err(error) => match Fail::from(error) {
            Fail::NotFound => ask::wrong(&app, page, source, CODE, code, Fail::NotFound),
            other => Err(other),
        },
    }
}

/// Who stopped by themselves comes here: their account may open nothing any more.
#[derive(Template)]
#[template(path = "public/volunteer_left.html")]
struct LeftPage {
    page: Page,
}

async fn left(page: Page) -> Result<Response, Fail> {
    html(&LeftPage { page })
}

#[derive(Template)]
#[template(path = "public/volunteer_gone.html")]
struct GonePage {
    page: Page,
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let towns = super::report::sample_offer(page).towns;
    let mut out = Vec::new();
    let full = Draft {
        idem: "1".into(),
        name: if page.zh() { "许文".into() } else { "Xu Wen".into() },
        phone: "1".into(),
        week: vec!["1m".into()],
        skills: vec!["phone".into()],
        ..Draft::default()
    };
    for draft in [Draft::default(), full] {
        let problems = if draft.idem.is_empty() { Vec::new() } else { Draft::default().problems(page) };
        let shown = FormPage { page: page.clone(), draft, towns: towns.clone(), problems };
        out.push(("public/volunteer.html", shown.render().unwrap_or_default()));
    }
    out.push(("public/volunteer_left.html", LeftPage { page: page.clone() }.render().unwrap_or_default()));
    for state in VolunteerState::ALL {
        let found = Followed {
            id: care::model::volunteer::VolunteerId(uuid::Uuid::nil()),
            area: AreaId(uuid::Uuid::nil()),
            state: *state,
            why: (*state == VolunteerState::Refused).then(|| "not-now".to_owned()),
            insured_until: None,
            trained_on: None,
            signed_at: page.now,
            has_account: state.serves(),
        };
        let shown = draw(page.clone(), "ABCD-EFGH-JKMN-PQRS".into(), found, *state == VolunteerState::SignedUp);
        out.push(("public/volunteer_follow.html", shown.render().unwrap_or_default()));
    }
    out.push(("public/volunteer_gone.html", GonePage { page: page.clone() }.render().unwrap_or_default()));
    out
}
