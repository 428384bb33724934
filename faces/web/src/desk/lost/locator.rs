//! The locator of a lost elder, while their case is open: last positions with age and accuracy, and the track that goes on by itself.
//! Each look is an entry of the log that the family reads; of a closed case there is nothing to see.

use crate::desk::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::whereabouts::{self, Spot, facts};
use crate::{App, Fail, Page, fmt, html, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::Purpose;
use kernel::ids::CaseId;
use locators::app::commands::{self, Asked};
use locators::app::{desk, rules};
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/lost/{id}/locator", get(show).post(ask))
}

/// Positions in the list beside the map.
const FIXES: usize = 8;

#[derive(Template)]
#[template(path = "desk/lost_locator.html")]
pub(super) struct LocatorPage {
    pub page: Page,
    pub frame: Frame,
    pub case: String,
    pub number: String,
    pub here: String,
    pub back: String,
    /// Where now, in words; none while nothing is known.
    pub last: Option<String>,
    pub withheld: bool,
    pub none: bool,
    pub facts: Vec<(String, String, bool)>,
    pub fixes: Vec<String>,
    /// Devices that can be asked for their place.
    pub able: Vec<(String, String)>,
    pub drawing: String,
    pub centre: (f64, f64),
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, id: CaseId) -> Result<LocatorPage, Fail> {
    let track = desk::live_track(cx, id)?;
    let number = lost::app::load(cx, id)?.number;
    let rules = rules::rules(cx)?;
    let spot = track.last.as_ref().map(|s| Spot::from(&s.fix));
    let near = match &spot {
        Some(spot) => places::name_of(cx, spot.point, page.look.lang).map_err(crate::public::errors::of_places)?,
        None => None,
    };
    let path: Vec<Spot> = track.path.iter().map(Spot::from).collect();
    let fix = |s: &Spot| {
        let exact = s.accuracy_m.map_or_else(|| page.t("loc-exact-unknown"), |m| whereabouts::metres(&page, m));
        page.t2("loc-case-fix", "at", fmt::clock(s.at), "m", exact)
    };
    let several = track.devices.len() > 1;
    let frame = Frame::load(cx, &page, staff, "/desk/lost")?;
    Ok(LocatorPage {
        case: id.to_string(),
        number,
        here: page.href(format!("/desk/lost/{id}/locator")),
        back: page.href(format!("/desk/lost/{id}")),
        last: spot.as_ref().map(|s| whereabouts::here(&page, s, near.as_ref().map(|n| n.name.as_str()))),
        withheld: track.withheld,
        none: track.devices.is_empty(),
        facts: track.devices.iter().flat_map(|d| facts(&page, d, several, &rules)).collect(),
        fixes: path.iter().rev().take(FIXES).map(fix).collect(),
        able: track
            .devices
            .iter()
            .filter(|d| d.device.protocol.is_some_and(|p| !p.is_http()) && !track.withheld)
            .map(|d| (d.binding.to_string(), d.name.clone()))
            .collect(),
        drawing: whereabouts::drawing(&page, spot.as_ref(), &path, &[]),
        centre: spot.map_or(page.config.centre, |s| (s.point.lat(), s.point.lon())),
        frame,
        page,
    })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let shown = app.rt.write(who, move |cx| build(cx, page, &staff, id)).await?;
    html(&shown).map(unkept)
}

/// "Where now?" to the device.
async fn ask(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let binding: Uuid = posted.get("device").parse().map_err(|_| Fail::BadRequest("bad-form"))?;
    let asked = app.rt.write(staff.who(Purpose::Case(id)), move |cx| {
        Ok::<_, Fail>(commands::ask_in_case(cx, id, binding, Asked::LocateNow)?)
    });
    asked.await?;
    Ok(Redirect::to(&page.href(format!("/desk/lost/{id}/locator"))).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let of = |full: bool| {
        let point = kernel::Point::new(121.47, 30.92).expect("a point");
        let spot = Spot { at: page.now.plus_minutes(-12), point, accuracy_m: Some(28.0) };
        LocatorPage {
            page: page.clone(),
            frame: Frame::sample(page),
            case: Uuid::nil().to_string(),
            number: "ZS-2026-00007".into(),
            here: "/desk/lost/0/locator".into(),
            back: "/desk/lost/0".into(),
            last: full.then(|| whereabouts::here(page, &spot, None)),
            withheld: !full,
            none: !full,
            facts: vec![(page.t("loc-fact-battery"), page.t1("loc-battery-low", "n", 9), full)],
            fixes: if full {
                vec![page.t2("loc-case-fix", "at", "14:05", "m", page.t("loc-exact-unknown"))]
            } else {
                Vec::new()
            },
            able: if full { vec![(Uuid::nil().to_string(), "A1".into())] } else { Vec::new() },
            drawing: whereabouts::drawing(page, full.then_some(&spot), &[], &[]),
            centre: (30.92, 121.47),
        }
    };
    [false, true].map(|full| ("desk/lost_locator.html", of(full).render().unwrap_or_default())).to_vec()
}
