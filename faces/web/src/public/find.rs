//! "Where is that?" Addresses and names of places, for the field that suggests while one types, for the button that looks it up
//! without a script, and as a page of its own. Streets, houses, places and posts only: no name of a person is in it.

use super::errors;
use super::post::Posted;
use crate::guard::{Source, Wicket};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::extract::{Extension, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use kernel::Point;
use kernel::geo::Datum;
use people::policy::{Action, ResourceFacts, require};
use places::gazetteer::{Closeness, Found, closeness_code};
use serde::{Deserialize, Serialize};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/find/places", get(ask).post(send)).route("/find/name", post(name))
}

/// As many as a list on a phone shows.
const MOST: usize = 8;
/// More is no address; the rest is not looked at.
const MOST_CHARS: usize = 120;

/// One place to choose.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Choice {
    /// Code of what it is.
    kind: &'static str,
    pub name: String,
    /// What it is, where it lies and how sure that is, in the reader's language.
    pub hint: String,
    close: &'static str,
    lat: f64,
    lon: f64,
}

impl Choice {
    fn of(page: &Page, found: Found) -> Self {
        let kind = found.kind.code();
        let mut parts = vec![page.tk("place-kind-", kind)];
        parts.extend(found.context);
        match found.closeness {
            Closeness::Exact if found.doors > 0 => parts.push(page.t1("place-doors", "n", found.doors)),
            Closeness::Exact => {}
            other => parts.push(page.tk("place-close-", closeness_code(other))),
        }
        // A metre: what somebody types is not known better.
        let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
        Self {
            kind,
            name: found.name,
            hint: parts.join(" · "),
            close: closeness_code(found.closeness),
            lat: round(found.point.lat()),
            lon: round(found.point.lon()),
        }
    }
    /// As the button of a choice sends it; read again by [`spot`].
    pub(crate) fn value(&self) -> String {
        format!("{},{}", self.lat, self.lon)
    }
}

/// What was found for the words of a form.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Places {
    pub places: Vec<Choice>,
}

impl Places {
    /// The one place that the words name exactly: nobody need choose it from a list of one. A street is long, an area wide.
    pub(crate) fn sure(&self) -> Option<Point> {
        let mut exact = self.places.iter().filter(|p| p.close == closeness_code(Closeness::Exact));
        match (exact.next(), exact.next()) {
            (Some(one), None) if !matches!(one.kind, "street" | "area") => Datum::Wgs84.to_wgs84(one.lon, one.lat).ok(),
            _ => None,
        }
    }
}

/// Latitude and longitude of a form as they were sent: of the place that was chosen from a list, else of the pin.
pub(crate) fn spot(posted: &Posted) -> (String, String) {
    let chosen = posted.get("spot");
    match chosen.split_once(',') {
        Some((lat, lon)) => (lat.trim().to_owned(), lon.trim().to_owned()),
        None => (posted.get("lat"), posted.get("lon")),
    }
}

/// As browsers give it: WGS-84 (R11).
pub(crate) fn point(lat: &str, lon: &str) -> Option<Point> {
    let number = |text: &str| kernel::text::narrow(text).trim().parse::<f64>().ok();
    Datum::Wgs84.to_wgs84(number(lon)?, number(lat)?).ok()
}

/// Looks words up for a form; counted like the suggestions.
pub(crate) async fn look_up(
    app: &App,
    page: &Page,
    source: Source,
    words: &str,
    near: (&str, &str),
) -> Result<Places, Fail> {
    app.limits.pass(Wicket::Find, source)?;
    let text: String = kernel::text::tidy(words).chars().take(MOST_CHARS).collect();
    if text.is_empty() {
        return Ok(Places::default());
    }
    let (near, lang) = (point(near.0, near.1), page.look.lang);
    let read = move |cx: &mut Cx<'_>| {
        require(&cx.actor, cx.purpose, Action::ViewPlaces, &ResourceFacts::District)?;
        let found = places::find_place(cx, &text, near, MOST).map_err(errors::of_places)?;
        places::gazetteer::called(cx, found, lang).map_err(errors::of_places)
    };
    let found: Vec<Found> = app.rt.read(app.anybody(), read).await?;
    Ok(Places { places: found.into_iter().map(|f| Choice::of(page, f)).collect() })
}

/// What a page shows that asks for a place with `public/pin.html`.
pub(crate) trait Picks {
    fn page(&self) -> &Page;
    /// What the words were found as.
    fn places(&self) -> Option<&Places>;
    /// Id of the field with the words.
    fn find_field(&self) -> &'static str {
        "q"
    }
    fn map_centre(&self) -> (f64, f64) {
        self.page().config.centre
    }
    /// Latitude and longitude as they were sent. Usually none: nobody's position is written into a page.
    fn pin(&self) -> (String, String) {
        (String::new(), String::new())
    }
}

/// A place in words: 青禾街12号附近.
#[derive(Serialize)]
struct Named {
    words: Option<String>,
    /// It lies in no area of this district: whoever set it should know before the form is sent.
    outside: bool,
}

/// Words for a pin that was dropped. The place goes in the body of the request, and is kept nowhere.
async fn name(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    app.limits.pass(Wicket::Find, source)?;
    let at = point(&posted.get("lat"), &posted.get("lon")).ok_or(Fail::BadRequest("bad-place"))?;
    let read = move |cx: &mut Cx<'_>| {
        require(&cx.actor, cx.purpose, Action::ViewPlaces, &ResourceFacts::District)?;
        let words = crate::nearby::words(cx, &page, at).map_err(errors::of_places)?;
        let located = places::snapshot(cx).map_err(errors::of_places)?.locate(at);
        Ok::<_, Fail>(Named { words, outside: matches!(located, Err(places::Error::OutsideDistrict(_))) })
    };
    let named = app.rt.read(app.anybody(), read).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(named)).into_response())
}

#[derive(Template)]
#[template(path = "public/find.html")]
struct FindPage {
    page: Page,
    typed: String,
    /// None before anything was asked.
    found: Option<Places>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Asked {
    q: String,
    lat: String,
    lon: String,
}

async fn ask(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    answer(app, page, source, &headers, asked).await
}

/// The same with the words in the body: what somebody types may be where they live, and addresses of pages are written down
/// in many places.
async fn send(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Fail> {
    let asked = Asked { q: posted.get("q"), lat: posted.get("lat"), lon: posted.get("lon") };
    answer(app, page, source, &headers, asked).await
}

async fn answer(app: App, page: Page, source: Source, headers: &HeaderMap, asked: Asked) -> Result<Response, Fail> {
    let wants = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let json = wants.contains("application/json");
    let typed: String = kernel::text::tidy(&asked.q).chars().take(MOST_CHARS).collect();
    let found = if typed.is_empty() && !json {
        None
    } else {
        Some(look_up(&app, &page, source, &typed, (&asked.lat, &asked.lon)).await?)
    };
    let mut response =
        if json { Json(found.unwrap_or_default()).into_response() } else { html(&FindPage { page, typed, found })? };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[cfg(test)]
pub(crate) fn sample_places(page: &Page) -> Places {
    let word = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let found = |closeness, doors| Found {
        kind: places::gazetteer::Kind::Door,
        name: word("望苇路128弄5号", "Wangwei Road 128-5"),
        context: vec![word("青禾镇", "Qinghe")],
        point: Point::new(121.47, 30.92).unwrap_or_else(|_| unreachable!("a place on earth")),
        closeness,
        doors,
    };
    let all = [
        (Closeness::Exact, 0),
        (Closeness::Exact, 12),
        (Closeness::Between, 0),
        (Closeness::NextTo, 0),
        (Closeness::NameOnly, 0),
    ];
    Places { places: all.into_iter().map(|(c, n)| Choice::of(page, found(c, n))).collect() }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let of = |found| FindPage { page: page.clone(), typed: String::new(), found };
    [None, Some(Places::default()), Some(sample_places(page))]
        .into_iter()
        .map(|found| ("public/find.html", of(found).render().unwrap_or_default()))
        .collect()
}
