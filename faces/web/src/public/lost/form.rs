//! "I found an elder who seems lost" (L1, four fields) and "we miss an elder" (L2). Accepted at once, from anybody; nobody has to
//! type a name.

use super::draft::{self, Draft, Problem};
use crate::guard::{Source, Wicket};
use crate::public::find::{self, Picks, Places};
use crate::public::post::Posted;
use crate::public::report::{Town, towns};
use crate::public::{errors, home};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::ids::PersonId;
use lost::app;
use lost::model::{Kind, Report};
use store::Who;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/found", get(found).post(send_found)).route("/missing", get(missing).post(send_missing))
}

#[derive(Template)]
#[template(path = "public/lost/form.html")]
struct FormPage {
    page: Page,
    /// Ends of the keys: `found` or `missing`.
    kind: &'static str,
    /// Plain address of this form.
    action: String,
    draft: Draft,
    towns: Vec<Town>,
    problems: Vec<Problem>,
}

impl Picks for FormPage {
    fn page(&self) -> &Page {
        &self.page
    }
    fn pin(&self) -> (String, String) {
        (self.draft.lat.clone(), self.draft.lon.clone())
    }
    fn places(&self) -> Option<&Places> {
        self.draft.places.as_ref()
    }
    fn find_field(&self) -> &'static str {
        "address"
    }
}

impl FormPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    fn bad(&self, id: &str) -> bool {
        self.problem(id).is_some()
    }
    fn here(&self) -> String {
        self.page.href(&self.action)
    }
    fn title(&self) -> String {
        let title = self.page.tk("found-form-title-", self.kind);
        if self.problems.is_empty() { title } else { self.page.t1("form-problem-title", "title", title) }
    }
}

/// Where the form stands, and whose link it was opened with: then it is known whom the family misses.
#[derive(Clone)]
pub(in crate::public) struct Form {
    pub kind: Kind,
    pub action: String,
    pub of: Option<(PersonId, Who)>,
}

impl Form {
    fn open(kind: Kind) -> Self {
        Self { kind, action: format!("/{}", path(kind)), of: None }
    }
    /// For the holder of a person's link.
    pub(in crate::public) fn of(action: String, person: PersonId, holder: Who) -> Self {
        Self { kind: Kind::Missing, action, of: Some((person, holder)) }
    }
}

const fn path(kind: Kind) -> &'static str {
    match kind {
        Kind::Found => "found",
        Kind::Missing => "missing",
    }
}

async fn found(State(app): State<App>, page: Page) -> Result<Response, Fail> {
    start(&app, page, Form::open(Kind::Found)).await
}
async fn missing(State(app): State<App>, page: Page) -> Result<Response, Fail> {
    start(&app, page, Form::open(Kind::Missing)).await
}

pub(in crate::public) async fn start(app: &App, page: Page, form: Form) -> Result<Response, Fail> {
    let draft = Draft { idem: home::new_idem(app), ..Draft::default() };
    show(app, page, form, draft, Vec::new()).await
}

async fn show(app: &App, page: Page, form: Form, draft: Draft, problems: Vec<Problem>) -> Result<Response, Fail> {
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let towns = towns(app, page.look.lang).await?;
    let (kind, action) = (path(form.kind), form.action);
    Ok((status, html(&FormPage { page, kind, action, draft, towns, problems })?).into_response())
}

async fn send_found(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    send(app, page, source, Form::open(Kind::Found), posted).await
}
async fn send_missing(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    send(app, page, source, Form::open(Kind::Missing), posted).await
}

pub(in crate::public) async fn send(
    app: App,
    mut page: Page,
    source: Source,
    form: Form,
    posted: Posted,
) -> Result<Response, Fail> {
    let mut draft = Draft::of(&posted);
    if draft.idem.is_empty() {
        draft.idem = home::new_idem(&app);
    }
    match posted.get("go").as_str() {
        "unpin" => {
            draft.unpin();
            return show(&app, page, form, draft, Vec::new()).await;
        }
        "find" => {
            let near = (draft.lat.as_str(), draft.lon.as_str());
            draft.places = Some(find::look_up(&app, &page, source, &draft.address, near).await?);
            return show(&app, page, form, draft, Vec::new()).await;
        }
        _ => {}
    }
    if let Some(again) = home::Again::asked(&posted.get("go"), &mut page) {
        return Ok(again.onto(show(&app, page, form, draft, Vec::new()).await?));
    }
    let report = match draft.report(&page, form.kind) {
        Ok(report) => Report { person: form.of.as_ref().map(|(person, _)| *person), ..report },
        Err(problems) => {
            if problems.iter().any(|(field, _)| *field == "address") {
                draft.unpin();
            }
            return show(&app, page, form, draft, problems).await;
        }
    };
    app.limits.pass(Wicket::Report, source)?;
    let who = form.of.as_ref().map_or_else(|| app.raiser(), |(_, holder)| holder.clone());
    match app.rt.write(who, move |cx| app::report(cx, &report)).await {
        Ok(done) => Ok(Redirect::to(&page.href(format!("/found/{}/receipt", done.code))).into_response()),
        Err(lost::Error::Invalid { field, why }) => {
            if field == "place" {
                draft.unpin();
            }
            let problems = vec![draft::problem(&page, field, why)];
            show(&app, page, form, draft, problems).await
        }
        // Somebody reported them already.
        Err(lost::Error::Refused(lost::Refusal::OtherCase)) => {
            let problems = vec![("words", page.t("missing-already"))];
            show(&app, page, form, draft, problems).await
        }
        Err(error) => Err(errors::of_lost(error)),
    }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let towns = crate::public::report::sample_offer(page).towns;
    let full = Draft {
        idem: "1".into(),
        address: if page.zh() { "老街口".into() } else { "Old Street".into() },
        area: "0197b0c0-0000-7000-8000-000000000001".into(),
        lat: "30.92".into(),
        lon: "121.47".into(),
        words: if page.zh() { "蓝上衣，拄拐杖".into() } else { "A blue coat, a stick".into() },
        seen: "2026-11-24T13:20".into(),
        stays: true,
        phone: "021-0555 0111".into(),
        sex: "f".into(),
        age: "84".into(),
        places: Some(find::sample_places(page)),
        ..Draft::default()
    };
    let mut out = Vec::new();
    for kind in [Kind::Found, Kind::Missing] {
        for draft in [Draft::default(), full.clone(), Draft { seen: "x".into(), phone: "1".into(), ..Draft::default() }]
        {
            let problems = if draft.idem.is_empty() && draft.seen.is_empty() {
                Vec::new()
            } else {
                draft.report(page, kind).err().unwrap_or_default()
            };
            let shown = FormPage {
                page: page.clone(),
                kind: path(kind),
                action: format!("/{}", path(kind)),
                draft,
                towns: towns.clone(),
                problems,
            };
            out.push(("public/lost/form.html", shown.render().unwrap_or_default()));
        }
    }
    out
}
