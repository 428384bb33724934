//! "The nearest open safe house, and what it has" (P6). By "I'm here", a pin, or the name of the neighbourhood; a position is
//! sent in the body of a form and kept nowhere. Places only: nothing of people, no vehicles, no keys.

use super::errors;
use super::find::{self, Picks, Places};
use super::post::Posted;
use super::report::{Town, towns};
use crate::guard::Source;
use crate::{App, Fail, Page, fmt, html, nearby};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use kernel::Point;
use kernel::ids::AreaId;
use places::app::near::{Ask, NearPost, nearest_posts};
use places::app::resources;
use places::model::resource::is_offered;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/near", get(ask).post(locate))
}

/// Open doors shown.
const SHOWN: usize = 8;
/// From outside the district its doors are an answer up to so many metres; beyond, the place is a mistake.
const ACROSS_THE_BORDER: f64 = 5_000.0;

/// A post as people read it.
#[derive(Debug, Clone)]
struct Line {
    name: String,
    tier: String,
    address: String,
    phone: String,
    hours: String,
    opens: Option<String>,
    walk: String,
    offers: Vec<String>,
    /// For the map app of the phone.
    geo: Option<String>,
}

/// What is found.
#[derive(Debug, Clone)]
struct Found {
    /// Around which neighbourhood, or which pin, in words.
    around: Option<String>,
    open: Vec<Line>,
    later: Vec<Line>,
    estimate: bool,
    /// Today is a public holiday: doors may keep other hours.
    holiday: bool,
    /// Middle of the map: the nearest post, never where somebody is.
    centre: Option<(f64, f64)>,
}

#[derive(Template)]
#[template(path = "public/near.html")]
struct NearPage {
    page: Page,
    towns: Vec<Town>,
    chosen: String,
    /// Words of a place, and what they may mean.
    typed: String,
    places: Option<Places>,
    /// (code, name, chosen) of what may be needed.
    needs: Vec<(String, String, bool)>,
    found: Option<Found>,
    problem: Option<String>,
}

impl Picks for NearPage {
    fn page(&self) -> &Page {
        &self.page
    }
    fn places(&self) -> Option<&Places> {
        self.places.as_ref()
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    area: String,
    need: String,
    #[serde(skip)]
    typed: String,
    #[serde(skip)]
    places: Option<Places>,
}

fn line(page: &Page, n: NearPost) -> Line {
    let count = |o: &resources::Offer| {
        let name = o.name(page.look.lang).to_owned();
        if o.count > 1 { page.t2("near-offer-n", "what", name, "count", o.count) } else { name }
    };
    Line {
        tier: page.tk("near-tier-", n.post.tier.code()),
        hours: fmt::hours(page.loc, &n.post.hours),
        opens: n.opens_at.map(|at| page.t1("near-opens", "at", page.stamp(at))),
        walk: match (n.metres / 10.0).round() as i64 * 10 {
            0 => page.t("near-walk-here"),
            metres => page.t2("near-walk", "n", n.minutes, "metres", metres),
        },
        offers: n.offers.iter().map(count).collect(),
        geo: n.post.point.map(|p| format!("geo:{:.5},{:.5}", p.lat(), p.lon())),
        name: n.post.name,
        address: n.post.address,
        phone: n.post.phone,
    }
}

/// Where somebody is, or a neighbourhood that stands for it.
#[derive(Clone, Copy)]
enum Where {
    Point(Point),
    Area(AreaId),
}

/// Why nothing is found.
enum Miss {
    Unknown,
    Outside,
}

fn find(cx: &mut Cx<'_>, page: &Page, at: Where, need: &str) -> Result<Result<Found, Miss>, places::Error> {
    let known = places::snapshot(cx)?;
    let (from, around) = match at {
        Where::Point(point) => (Some(point), nearby::words(cx, page, point)?.map(|w| page.t1("place-pin", "place", w))),
        Where::Area(area) => {
            let name = known.area(area).map(|a| page.t1("near-around", "area", a.called(page.look.lang)));
            (known.stand_in(area).map(|at| at.point), name)
        }
    };
    let Some(from) = from else { return Ok(Err(Miss::Unknown)) };
    let ask = Ask { tiers: Vec::new(), need: Some(need.to_owned()).filter(|n| is_offered(n)), most: SHOWN };
    let near = nearest_posts(cx, from, &ask)?;
    let first = near.open.first().or_else(|| near.later.first());
    let outside = matches!(known.locate(from), Err(places::Error::OutsideDistrict(_)));
    if outside && first.is_none_or(|n| n.metres > ACROSS_THE_BORDER) {
        return Ok(Err(Miss::Outside));
    }
    let centre = first.and_then(|n| n.post.point).map(|p| (p.lat(), p.lon()));
    let lines = |all: Vec<NearPost>| all.into_iter().map(|n| line(page, n)).collect();
    let calendar = matters::app::calendar(cx).map_err(storage)?;
    let today = calendar.date_of(cx.now);
    // A year that is not loaded is not guessed.
    let holiday = calendar.holiday(today).is_some() && calendar.is_working_day(today) == Some(false);
    Ok(Ok(Found { around, holiday, open: lines(near.open), later: lines(near.later), estimate: near.estimate, centre }))
}

fn storage(error: matters::Error) -> places::Error {
    match error {
        matters::Error::Store(error) => places::Error::Store(error),
        other => places::Error::Store(store::Error::Sql(other.to_string())),
    }
}

async fn answer(app: &App, mut page: Page, at: Option<Where>, asked: Asked, missed: bool) -> Result<Response, Fail> {
    let towns = towns(app, page.look.lang).await?;
    let (shown, need) = (page.clone(), asked.need.clone());
    let (kinds, found) = app
        .rt
        .read(app.anybody(), move |cx| {
            let kinds = resources::kinds(cx)?;
            let found = match at {
                Some(at) => Some(find(cx, &shown, at, &need)?),
                None => None,
            };
            Ok::<_, places::Error>((kinds, found))
        })
        .await
        .map_err(errors::of_places)?;
    let offered = kinds.iter().filter(|k| k.is_offered() && k.active);
    let needs = offered.map(|k| (k.code.clone(), k.name(page.look.lang).to_owned(), k.code == asked.need)).collect();
    let problem = match &found {
        Some(Err(Miss::Outside)) => Some(page.t("near-outside")),
        Some(Err(Miss::Unknown)) => Some(page.t("near-nowhere")),
        _ => missed.then(|| page.t("near-nowhere")),
    };
    let found = found.and_then(Result::ok);
    if matches!(at, Some(Where::Area(_))) && found.is_some() {
        // In another language or size it is the same place.
        page.path = format!("/near?area={}&need={}", asked.area, asked.need);
    }
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let body = html(&NearPage {
        page,
        towns,
        chosen: asked.area,
        typed: asked.typed,
        places: asked.places,
        needs,
        found,
        problem,
    })?;
    Ok((status, body).into_response())
}

async fn ask(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let at = asked.area.parse().ok().map(Where::Area);
    let missed = !asked.area.is_empty() && at.is_none();
    // Only codes go back into an address.
    let need = if is_offered(&asked.need) { asked.need } else { String::new() };
    answer(&app, page, at, Asked { need, area: asked.area, ..Asked::default() }, missed).await
}

async fn locate(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (lat, lon) = find::spot(&posted);
    let go = posted.get("go");
    let point = find::point(&lat, &lon).filter(|_| go != "unpin" && go != "find").map(Where::Point);
    let typed = posted.get("q");
    let mut asked = Asked { area: posted.get("area"), need: posted.get("need"), ..Asked::default() };
    if point.is_none() && go != "unpin" && !typed.is_empty() {
        // Words of a place: which one is meant, is chosen next.
        let places = find::look_up(&app, &page, source, &typed, ("", "")).await?;
        if let Some(at) = places.sure().filter(|_| go != "find") {
            return answer(&app, page, Some(Where::Point(at)), asked, false).await;
        }
        asked = Asked { typed, places: Some(places), ..asked };
        return answer(&app, page, None, asked, false).await;
    }
    let at = point.or_else(|| asked.area.parse().ok().map(Where::Area));
    let missed = at.is_none() && go != "unpin";
    answer(&app, page, at, asked, missed).await
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let word = |a: &str, b: &str| if page.zh() { a.to_owned() } else { b.to_owned() };
    let line = |open: bool| Line {
        name: word("晨露便利店", "Morning Dew Shop"),
        tier: page.t("near-tier-safe_house"),
        address: word("青禾路 1 号", "1 Qinghe Road"),
        phone: "021-0571 0100".into(),
        hours: page.t("hours-always"),
        opens: (!open).then(|| page.t1("near-opens", "at", page.stamp(page.now))),
        walk: page.t2("near-walk", "n", 4, "metres", 280),
        offers: vec![word("轮椅", "Wheelchair"), page.t2("near-offer-n", "what", word("饮用水", "Water"), "count", 3)],
        geo: Some("geo:30.9,121.4".into()),
    };
    let found = |n: usize| Found {
        around: (n > 0).then(|| page.t1("near-around", "area", word("桂花里", "Guihuali"))),
        open: vec![line(true); n],
        later: vec![line(false); n],
        estimate: true,
        holiday: n > 0,
        centre: (n > 0).then_some((30.9, 121.4)),
    };
    let shown = |found: Option<Found>, problem| NearPage {
        page: page.clone(),
        towns: super::report::sample_offer(page).towns,
        chosen: String::new(),
        typed: String::new(),
        places: None,
        needs: vec![("aed".into(), word("除颤器", "Defibrillator"), true)],
        found,
        problem,
    };
    [shown(None, Some(page.t("near-nowhere"))), shown(Some(found(2)), None), shown(Some(found(0)), None)]
        .into_iter()
        .map(|p| ("public/near.html", p.render().unwrap_or_default()))
        .collect()
}
