//! The photo: only after two questions were answered (that one is kept; that a finder sees it), brought, replaced, taken away.

use super::{Inside, Problem, agreed, door, told};
use crate::guard::{PHOTOS, Source};
use crate::public::post::Posted;
use crate::{App, Fail, Page, html, photos};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::family::{self, Opened, Subject};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/p/{code}/plan/photo", get(show).post(send).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/p/{code}/plan/photo.jpg", get(picture))
}

#[derive(Template)]
#[template(path = "public/own/plan/photo.html")]
struct PhotoPage {
    page: Page,
    code: String,
    agreed: bool,
    on_card: bool,
    there: bool,
    problems: Vec<Problem>,
}

fn build(page: Page, inside: &Inside, o: &Opened, problems: Vec<Problem>) -> PhotoPage {
    PhotoPage {
        code: inside.code.clone(),
        agreed: agreed(&o.asked, "photo"),
        on_card: agreed(&o.asked, "photo_card"),
        there: o.photo,
        problems,
        page,
    }
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Err(response) => Ok(response),
        Ok(inside) => {
            let o = inside.open(&app).await?;
            html(&build(page, &inside, &o, Vec::new()))
        }
    }
}

async fn picture(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        // Nobody came in: there is no picture.
        Err(_) => Err(Fail::NotFound),
        Ok(inside) => {
            let of = inside.of;
            let found = app.rt.write(inside.who, move |cx| family::see_photo(cx, &of)).await?;
            Ok(photos::jpeg(found.ok_or(Fail::NotFound)?.jpeg))
        }
    }
}

async fn send(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    mut posted: Posted,
) -> Result<Response, Fail> {
    let inside = match door::enter(&app, &page, source, &headers, &code, Some(&posted)).await? {
        Ok(inside) => inside,
        Err(response) => return Ok(response),
    };
    let files = std::mem::take(&mut posted.files);
    let problem = match (posted.get("do").as_str(), files.into_iter().next()) {
        ("remove", _) => match inside.act(&app, source, |cx, of| family::write_photo(cx, of, None)).await? {
            Ok(()) => None,
            Err(error) => Some(told(&page, error)?),
        },
        (_, None) => Some(("file", page.t("plan-photo-none"))),
        (_, Some(file)) => match photos::portrait(file).await? {
            Err(wrong) => Some(("file", page.t(wrong.key()))),
            Ok(new) => match inside.act(&app, source, move |cx, of| family::write_photo(cx, of, Some(&new))).await? {
                Ok(()) => None,
                Err(error) => Some(told(&page, error)?),
            },
        },
    };
    let Some(problem) = problem else { return Ok(inside.done(&page, Subject::Photo)) };
    let o = inside.open(&app).await?;
    let body = html(&build(page, &inside, &o, vec![problem]))?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let inside = super::sample_inside();
    let of = |agreed, there: bool| PhotoPage {
        page: page.clone(),
        code: inside.code.clone(),
        agreed,
        on_card: !there,
        there,
        problems: if there { vec![("file", page.t("plan-photo-none"))] } else { Vec::new() },
    };
    let all = [of(false, false), of(true, false), of(true, true)];
    all.iter().map(|p| ("public/own/plan/photo.html", p.render().unwrap_or_default())).collect()
}
