//! One fence: new, changed or taken away.

use super::form::{self, FencePage, Typed};
use super::{Inside, Problem, act, door, family, told};
use crate::guard::Source;
use crate::public::find::{self, Places};
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Point;
use locators::app::fences;
use people::app::links::Holder;
use people::app::persons::For;
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/locator/fences/{fence}", get(show).post(send))
}

/// What of the page does not come from the form.
struct Frame {
    fence: String,
    /// Name of the fence as it stands; none for a new one.
    name: Option<String>,
    version: i64,
    centre: (f64, f64),
}

/// The fence as it stands, for a form that was opened; around where the map begins.
async fn opened(app: &App, page: &Page, inside: &Inside, fence: &str) -> Result<(Frame, Typed), Fail> {
    let of = inside.of;
    let v = app.rt.write(inside.who.clone(), move |cx| family::view(cx, &of)).await.map_err(Fail::from)?;
    let centre = v.now.map_or(page.config.centre, |s| (s.fix.point.lat(), s.fix.point.lon()));
    if fence == "new" {
        return Ok((Frame { fence: "new".into(), name: None, version: 0, centre }, Typed::blank()));
    }
    let id: Uuid = fence.parse().map_err(|_| Fail::NotFound)?;
    let line = v.fences.into_iter().find(|f| f.id == id).ok_or(Fail::NotFound)?;
    let name = Some(line.fence.name.clone());
    Ok((Frame { fence: id.to_string(), name, version: line.version, centre }, form::typed(&line.fence)))
}

fn page_of(page: Page, code: &str, f: Frame, t: Typed, found: Option<Places>, problems: Vec<Problem>) -> FencePage {
    let title = match &f.name {
        Some(name) => page.t1("loc-fence-title", "name", name),
        None => page.t("loc-fence-title-new"),
    };
    let centre = find::point(&t.lat, &t.lon).map_or(f.centre, |p| (p.lat(), p.lon()));
    FencePage { code: code.to_owned(), fence: f.fence, title, version: f.version, t, centre, found, problems, page }
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path((code, fence)): Path<(String, String)>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => {
            let (frame, t) = opened(&app, &page, &inside, &fence).await?;
            html(&page_of(page, &inside.code, frame, t, None, Vec::new()))
        }
    }
}

/// A street was named by a place on it and not drawn: its line, in the form that the map would have sent.
fn along(cx: &mut Cx<'_>, of: &Holder, pin: Point) -> locators::Result<String> {
    let line = fences::street_at(cx, of.person, &For::Letter(*of), pin)?;
    let line = line.ok_or(locators::Error::Invalid { field: "place", why: "no-street" })?;
    Ok(form::pairs(&line))
}

async fn send(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path((code, fence)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(response),
    };
    let go = posted.get("go");
    let mut t = Typed::read(&posted);
    let (frame, _) = opened(&app, &page, &inside, &fence).await?;
    if go == "find" || go == "unpin" {
        let found = match go.as_str() {
            "find" => Some(find::look_up(&app, &page, source, &t.place, (&t.lat, &t.lon)).await?),
            _ => None,
        };
        return html(&page_of(page, &inside.code, frame, t, found, Vec::new()));
    }
    let id = fence.parse::<Uuid>().ok();
    if let (Some(id), "drop") = (id, go.as_str()) {
        let gone =
            act(&app, &inside, source, move |cx, of| fences::remove(cx, of.person, &For::Letter(*of), id)).await?;
        return super::settle(&app, page, &inside, "fence-drop", gone).await;
    }
    let seen = posted.get("version").parse().unwrap_or(0);
    let problem = match save(&app, &inside, source, (id, seen), &mut t).await? {
        Ok(()) => return Ok(super::done(&page, &inside, "fence")),
        Err(Wrong::Form((field, why))) => {
            let name = page.tk("loc-field-", field);
            (field, page.loc.args(&format!("loc-wrong-{why}"), &[("field", name)]))
        }
        Err(Wrong::Refused(error)) => told(&page, error)?,
    };
    let body = html(&page_of(page, &inside.code, frame, t, None, vec![problem]))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

enum Wrong {
    Form(form::Wrong),
    Refused(locators::Error),
}

async fn save(
    app: &App,
    inside: &Inside,
    source: Source,
    (id, seen): (Option<Uuid>, i64),
    t: &mut Typed,
) -> Result<Result<(), Wrong>, Fail> {
    if let (true, Some(pin)) = (t.shape == "line" && t.points.is_empty(), find::point(&t.lat, &t.lon)) {
        match act(app, inside, source, move |cx, of| along(cx, of, pin)).await? {
            Ok(points) => t.points = points,
            Err(error) => return Ok(Err(Wrong::Refused(error))),
        }
    }
    let new = match form::fence(t) {
        Ok(new) => new,
        Err(wrong) => return Ok(Err(Wrong::Form(wrong))),
    };
    let saved = act(app, inside, source, move |cx, of| {
        let why = For::Letter(*of);
        match id {
            Some(id) => fences::change(cx, of.person, &why, (id, seen), &new),
            None => fences::draw(cx, of.person, &why, &new).map(drop),
        }
    });
    Ok(saved.await?.map_err(Wrong::Refused))
}

#[cfg(test)]
pub(super) fn samples(page: &Page, full: bool) -> Vec<(&'static str, String)> {
    use askama::Template as _;
    let wrong = |id: &'static str| (id, page.t1("loc-wrong-missing", "field", "1"));
    let all = ["name", "shape", "place", "metres", "rule", "hours", "days", "from", "except-to"];
    let problems = if full { all.map(wrong).to_vec() } else { Vec::new() };
    let frame = Frame {
        fence: if full { Uuid::nil().to_string() } else { "new".into() },
        name: full.then(|| "A1".to_owned()),
        version: 1,
        centre: (30.92, 121.47),
    };
    let t = Typed { days: vec!["1".into()], ..Typed::blank() };
    let found = full.then(|| find::sample_places(page));
    let shown = page_of(page.clone(), "ABCD-EFGH-JKMN-PQRS", frame, t, found, problems);
    vec![("public/own/locator/fence.html", shown.render().unwrap_or_default())]
}
