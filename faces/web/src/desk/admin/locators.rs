//! Every locator with its profile, and devices that call in and are nobody's. No positions, and not who wears one.

use crate::desk::Frame;
use crate::desk::table::{self, Asked, Listed, Table};
use crate::session::Staff;
use crate::{App, Fail, Page, Stranger};
use ::locators::app::admin::{self, DeviceLine};
use ::locators::model::DeviceState;
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;

const HERE: &str = "/desk/admin/locators";

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(list))
}

struct Line {
    /// The end of its number.
    short: String,
    thing: String,
    protocol: String,
    datum: String,
    state: String,
    class: &'static str,
    icon: &'static str,
    heard: String,
}

struct CallerLine {
    number: String,
    protocol: &'static str,
    first: String,
    last: String,
    frames: u64,
}

#[derive(Template)]
#[template(path = "desk/admin/locators.html")]
struct LocatorsPage {
    page: Page,
    frame: Frame,
    devices: Vec<Line>,
    /// None: no gateway runs in this program.
    callers: Option<Vec<CallerLine>>,
    file: String,
}

fn line(page: &Page, d: &DeviceLine) -> Line {
    let (class, icon) = match d.device.state {
        DeviceState::Bound if d.shut => ("tag-plain", "wait"),
        DeviceState::Bound => ("tag-good", "check"),
        DeviceState::Lost => ("tag-bad", "warn"),
        DeviceState::Stock | DeviceState::Retired => ("tag-plain", "list"),
    };
    let state = if d.shut { page.t("locators-shut") } else { page.tk("locators-state-", d.device.state.code()) };
    let heard = d.heard_at.map_or_else(|| page.t("locators-never"), |at| page.ago(at));
    let heard = if d.clock_wrong { page.t1("locators-clock", "at", heard) } else { heard };
    Line {
        short: format!("…{}", d.device.tail),
        thing: page.tk("locators-thing-", d.device.thing.code()),
        protocol: d.device.protocol.map(|p| p.name().to_owned()).unwrap_or_default(),
        datum: d.device.datum.code().to_owned(),
        state,
        class,
        icon,
        heard,
    }
}

fn caller(page: &Page, s: Stranger) -> CallerLine {
    let (first, last) = (page.ago(s.first), page.ago(s.last));
    CallerLine { number: s.number, protocol: s.protocol.name(), first, last, frames: s.frames }
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let (kind, words, strangers) = (asked.kind(), page.clone(), app.strangers());
    let listed = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        let devices: Vec<Line> = admin::devices(cx, None, None)?.iter().map(|d| line(&page, d)).collect();
        if kind.is_some() {
            let row = |l: Line| vec![l.short, l.thing, l.protocol, l.datum, l.state, l.heard];
            let head = [
                "locators-device",
                "locators-thing",
                "locators-protocol",
                "locators-datum",
                "desk-col-state",
                "loc-fact-heard",
            ];
            return Ok(Listed::File(Table::new(&page, "locators", &head, devices.into_iter().map(row).collect())));
        }
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        let callers = strangers.map(|all| all.into_iter().map(|s| caller(&page, s)).collect());
        let file = table::href(&page, HERE, &[]);
        Ok::<_, Fail>(Listed::Page(Box::new(LocatorsPage { devices, callers, file, frame, page })))
    });
    listed.await?.answer(&words, kind).await
}

#[cfg(test)]
pub(super) mod tests {
    use super::{CallerLine, DeviceState, Frame, Line, LocatorsPage, Page};
    use ::locators::model::Thing;
    use askama::Template as _;

    pub(in crate::desk::admin) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let line = |state: &DeviceState| Line {
            short: "…4711".into(),
            thing: Thing::ALL.iter().map(|t| page.tk("locators-thing-", t.code())).collect(),
            protocol: "GT06".into(),
            datum: "WGS".into(),
            state: page.tk("locators-state-", state.code()),
            class: "tag-good",
            icon: "check",
            heard: page.t1("locators-clock", "at", page.ago(page.now)),
        };
        let caller = CallerLine {
            number: "1234567890".into(),
            protocol: "h02",
            first: page.ago(page.now),
            last: page.ago(page.now),
            frames: 3,
        };
        let of = |devices: Vec<Line>, callers| {
            let file = "/desk/admin/locators?as=".into();
            let shown = LocatorsPage { page: page.clone(), frame: Frame::sample(page), devices, callers, file };
            ("desk/admin/locators.html", shown.render().unwrap_or_default())
        };
        let all = || DeviceState::ALL.iter().map(line).collect::<Vec<_>>();
        vec![of(Vec::new(), None), of(all(), Some(Vec::new())), of(all(), Some(vec![caller]))]
    }
}
