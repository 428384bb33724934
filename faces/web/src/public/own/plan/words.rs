//! The pages of words: how to approach and what somebody does all day, the places, the looks.

use super::{Inside, Problem, agreed, door, told};
use crate::guard::Source;
use crate::public::find::{self, Picks, Places};
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::family::{self, Daily, Opened, Subject};
use care::model::{Haunt, HauntKind, Outer};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/p/{code}/plan/daily", get(daily).post(send_daily))
        .route("/p/{code}/plan/places", get(places).post(send_places))
        .route("/p/{code}/plan/looks", get(looks).post(send_looks))
}

/// A field of a page, with what was typed and, where somebody was quicker, what stands there now.
struct Field {
    id: &'static str,
    label: String,
    hint: String,
    value: String,
    /// 1: one line.
    rows: u8,
    most: u16,
    now: Option<String>,
}

#[derive(Template)]
#[template(path = "public/own/plan/words.html")]
struct WordsPage {
    page: Page,
    code: String,
    subject: &'static str,
    version: i64,
    fields: Vec<Field>,
    /// For the looks: what is chosen.
    build: Option<String>,
    /// For the places: what stands there.
    places: Option<Vec<(String, String)>>,
    /// Kind of the place that is to be added.
    kind: String,
    /// The consent that comes first: its code.
    first: Option<&'static str>,
    stale: bool,
    problems: Vec<Problem>,
    /// Where the new place is, once that is known; and what its words were found as.
    pin: (String, String),
    found: Option<Places>,
}

impl Picks for WordsPage {
    fn page(&self) -> &Page {
        &self.page
    }
    fn pin(&self) -> (String, String) {
        self.pin.clone()
    }
    fn places(&self) -> Option<&Places> {
        self.found.as_ref()
    }
    fn find_field(&self) -> &'static str {
        "label"
    }
}

impl WordsPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    fn kinds() -> Vec<&'static str> {
        HauntKind::ALL.iter().map(|k| k.code()).collect()
    }
}

/// How a page came about: freshly opened, or sent and refused.
#[derive(Default)]
struct Sent {
    posted: Option<Posted>,
    problems: Vec<Problem>,
    stale: bool,
    found: Option<Places>,
}

impl Sent {
    /// What was typed, else what stands there; and what stands there where it differs and somebody was quicker.
    fn field(&self, page: &Page, (id, rows, most): (&'static str, u8, u16), stands: &str) -> Field {
        let typed = self.posted.as_ref().map(|p| p.get(id));
        let now = typed.as_ref().filter(|t| self.stale && *t != stands).map(|_| stands.to_owned());
        Field {
            id,
            label: page.tk("plan-field-", id),
            hint: page.tk("plan-hint-", id),
            value: typed.unwrap_or_else(|| stands.to_owned()),
            rows,
            most,
            now,
        }
    }
}

fn build(page: Page, inside: &Inside, subject: Subject, o: &Opened, sent: Sent) -> WordsPage {
    let inner = &o.plan.inner;
    let outer = o.plan.outer.clone().unwrap_or_default();
    let field = |what, stands: &str| sent.field(&page, what, stands);
    let mut first = None;
    let fields = match subject {
        Subject::Daily => vec![
            field(("language", 1, 30), &o.language),
            field(("approach", 3, 200), &inner.approach),
            field(("habits", 4, 1_000), &inner.habits),
            field(("found_before", 3, 1_000), &inner.found_before),
        ],
        Subject::Places => {
            first = (!o.plan.may_keep_haunts).then_some("location");
            vec![field(("label", 1, 60), "")]
        }
        _ => {
            first = (!agreed(&o.asked, "identification")).then_some("identification");
            let marks = outer.marks.clone().unwrap_or_default().join(&page.t("plan-marks-comma"));
            let height = outer.height_cm.map(|h| h.to_string()).unwrap_or_default();
            vec![field(("height", 1, 3), &height), field(("marks", 2, 200), &marks)]
        }
    };
    let chosen = sent.posted.as_ref().map(|p| p.get("build"));
    let places = inner.haunts.iter().map(|h| (page.tk("circle-haunt-", &h.kind), h.label.clone())).collect();
    let kind = sent.posted.as_ref().map(|p| p.get("kind")).unwrap_or_default();
    let pin = sent.posted.as_ref().filter(|p| p.get("go") != "unpin").map(find::spot).unwrap_or_default();
    WordsPage {
        code: inside.code.clone(),
        subject: subject.code(),
        version: o.plan.version,
        fields,
        build: (subject == Subject::Looks).then(|| chosen.unwrap_or(outer.build)),
        places: (subject == Subject::Places).then_some(places),
        kind,
        first,
        stale: sent.stale,
        problems: sent.problems,
        pin,
        found: sent.found,
        page,
    }
}

async fn show(
    app: App,
    page: Page,
    headers: HeaderMap,
    source: Source,
    code: String,
    subject: Subject,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => {
            let o = inside.open(&app).await?;
            html(&build(page, &inside, subject, &o, Sent::default()))
        }
    }
}

/// After something was sent: back to the list, or the page again with what was typed.
async fn settle(
    app: &App,
    page: Page,
    inside: &Inside,
    subject: Subject,
    posted: Posted,
    done: care::Result<()>,
) -> Result<Response, Fail> {
    let (status, problems, stale) = match done {
        Ok(()) => return Ok(inside.done(&page, subject)),
        Err(care::Error::Stale { .. }) => (StatusCode::CONFLICT, Vec::new(), true),
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, vec![told(&page, error)?], false),
    };
    let o = inside.open(app).await?;
    let body = html(&build(page, inside, subject, &o, Sent { posted: Some(posted), problems, stale, found: None }))?;
    Ok((status, body).into_response())
}

async fn daily(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    show(app, page, headers, source, code, Subject::Daily).await
}
async fn places(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    show(app, page, headers, source, code, Subject::Places).await
}
async fn looks(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    show(app, page, headers, source, code, Subject::Looks).await
}

fn version(posted: &Posted) -> i64 {
    posted.get("version").parse().unwrap_or(0)
}

async fn send_daily(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let seen = version(&posted);
    let new = Daily {
        language: posted.get("language"),
        approach: posted.get("approach"),
        habits: posted.get("habits"),
        found_before: posted.get("found_before"),
    };
    let done = inside.act(&app, source, move |cx, of| family::write_daily(cx, of, seen, &new)).await?;
    settle(&app, page, &inside, Subject::Daily, posted, done).await
}

async fn send_places(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    match posted.get("go").as_str() {
        "find" => {
            let (lat, lon) = find::spot(&posted);
            let found = find::look_up(&app, &page, source, &posted.get("label"), (&lat, &lon)).await?;
            let o = inside.open(&app).await?;
            let sent = Sent { posted: Some(posted), found: Some(found), ..Sent::default() };
            return html(&build(page, &inside, Subject::Places, &o, sent));
        }
        "unpin" => {
            let o = inside.open(&app).await?;
            let sent = Sent { posted: Some(posted), ..Sent::default() };
            return html(&build(page, &inside, Subject::Places, &o, sent));
        }
        _ => {}
    }
    let seen = version(&posted);
    let gone: Vec<usize> = posted.list("drop").iter().filter_map(|n| n.parse().ok()).collect();
    let (label, kind) = (posted.get("label"), posted.get("kind"));
    if gone.is_empty() && label.is_empty() {
        let missing = Err(care::Error::Invalid { field: "label", why: "missing" });
        return settle(&app, page, &inside, Subject::Places, posted, missing).await;
    }
    if !label.is_empty() && HauntKind::from_code(&kind).is_none() {
        let missing = Err(care::Error::Invalid { field: "kind", why: "missing" });
        return settle(&app, page, &inside, Subject::Places, posted, missing).await;
    }
    // A pin that cannot be read is said, not lost: in words alone the place would be found by nobody's distance.
    let (lat, lon) = find::spot(&posted);
    let point = find::point(&lat, &lon);
    if point.is_none() && !(lat.is_empty() && lon.is_empty()) {
        let wrong = Err(care::Error::Invalid { field: "haunts", why: "range" });
        return settle(&app, page, &inside, Subject::Places, posted, wrong).await;
    }
    let (lon, lat) = (point.map(kernel::Point::lon), point.map(kernel::Point::lat));
    let new = (!label.is_empty()).then_some(Haunt { kind, label, lon, lat });
    let done = inside.act(&app, source, move |cx, of| family::write_places(cx, of, seen, &gone, new)).await?;
    settle(&app, page, &inside, Subject::Places, posted, done).await
}

async fn send_looks(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let (seen, height) = (version(&posted), kernel::text::narrow(&posted.get("height")));
    let height_cm = match height.trim() {
        "" => None,
        typed => match typed.parse() {
            Ok(cm) => Some(cm),
            Err(_) => {
                let wrong = Err(care::Error::Invalid { field: "height", why: "range" });
                return settle(&app, page, &inside, Subject::Looks, posted, wrong).await;
            }
        },
    };
    let marks = posted.get("marks");
    let split = |m: &str| m.split(['；', ';', '、', '，', ',', '\n']).map(|m| m.trim().to_owned()).collect();
    let new =
        Outer { height_cm, build: posted.get("build"), marks: (!marks.is_empty()).then(|| split(&marks)), home: None };
    let done = inside.act(&app, source, move |cx, of| family::write_looks(cx, of, seen, new)).await?;
    settle(&app, page, &inside, Subject::Looks, posted, done).await
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let inside = super::sample_inside();
    let mut out = Vec::new();
    for subject in [Subject::Daily, Subject::Places, Subject::Looks] {
        for full in [false, true] {
            let problems = vec![
                ("approach", page.t1("plan-wrong-gives-away", "field", "1")),
                ("label", page.t1("plan-wrong-missing", "field", "1")),
            ];
            let sent = if full {
                Sent { posted: Some(Posted::default()), problems, stale: true, found: Some(find::sample_places(page)) }
            } else {
                Sent::default()
            };
            let shown = build(page.clone(), &inside, subject, &super::opened(page, full), sent);
            out.push(("public/own/plan/words.html", shown.render().unwrap_or_default()));
        }
    }
    out
}
