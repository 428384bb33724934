//! Missing elders for whom the family lets everybody be asked (`/appeals`): the least by which somebody would know them, and one
//! number to call. No script, no cache, no search engine: what is over must be gone everywhere.

use super::errors;
use crate::{App, Fail, Page, appeals, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use lost::app::appeal::{self, Public};
use places::Snapshot;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/appeals", get(list)).route("/appeals/{id}", get(one))
}

struct View {
    href: String,
    /// None: it is over.
    words: Option<appeals::Words>,
    phone: String,
    until: String,
}

#[derive(Template)]
#[template(path = "public/appeals.html")]
struct AppealsPage {
    page: Page,
    all: Vec<View>,
    /// One of them, from a link.
    single: bool,
}

fn view(page: &Page, ground: &Snapshot, p: &Public) -> View {
    View {
        href: page.href(format!("/appeals/{}", p.appeal)),
        words: p.text.as_ref().map(|text| appeals::for_page(page, ground, text)),
        phone: appeals::phone(ground, p.post, page.phone()),
        until: page.by(p.expires_at),
    }
}

async fn list(State(app): State<App>, page: Page) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(app.anybody(), move |cx| {
            let ground = places::snapshot(cx)?;
            let current = appeal::current(cx).map_err(errors::of_lost)?;
            let all = current.iter().filter(|p| p.text.is_some()).map(|p| view(&page, &ground, p)).collect();
            Ok::<_, Fail>(AppealsPage { page, all, single: false })
        })
        .await?;
    quiet(html(&shown)?)
}

async fn one(State(app): State<App>, page: Page, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(app.anybody(), move |cx| {
            let ground = places::snapshot(cx)?;
            let found = appeal::one(cx, id).map_err(errors::of_lost)?;
            Ok::<_, Fail>(AppealsPage { all: vec![view(&page, &ground, &found)], page, single: true })
        })
        .await?;
    quiet(html(&shown)?)
}

fn quiet(response: Response) -> Result<Response, Fail> {
    let mut response = crate::unkept(response);
    let words = HeaderValue::from_static("noindex, nofollow, noarchive");
    response.headers_mut().insert("x-robots-tag", words);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use lost::model::AppealText;
    let w = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let view = |text: Option<AppealText>| View {
        href: "/appeals".into(),
        words: text.map(|text| appeals::for_page(page, &appeals::nowhere(), &text)),
        phone: "021-0571 0222".into(),
        until: page.by(page.now.plus_hours(20)),
    };
    let text = |name: Option<String>, age_from| AppealText {
        sex: "f".into(),
        age_from,
        clothing: w("蓝色上衣，拄拐杖", "Blue jacket, walks with a stick"),
        clothing_en: "Blue jacket, walks with a stick".into(),
        area: None,
        seen_at: page.now.plus_hours(-2),
        name,
    };
    let both = vec![view(Some(text(None, 80))), view(Some(text(Some(w("王桂芳", "Wang Guifang")), 95)))];
    [(both, false), (Vec::new(), false), (vec![view(Some(text(None, 80)))], true), (vec![view(None)], true)]
        .into_iter()
        .map(|(all, single)| {
            let shown = AppealsPage { page: page.clone(), all, single };
            ("public/appeals.html", shown.render().unwrap_or_default())
        })
        .collect()
}
