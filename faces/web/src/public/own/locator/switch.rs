//! Pausing, switching off, taking the consent back, and a device that is lost or broken. Everything works at once.

use super::{Inside, Problem, act, door, family, told};
use crate::guard::Source;
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::Moment;
use locators::app::{consents, devices, pauses};
use locators::model::{By, Unbound};
use people::app::consents::{By as Speaks, Way};
use people::app::links::Holder;
use people::app::persons::For;
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/locator/switch", get(show).post(send))
}

/// Hour of the morning at which a pause over night ends.
const MORNING: i8 = 7;

/// How it stops: end of `loc-how-…`.
const PAUSES: [&str; 4] = ["hour", "morning", "off", "withdraw"];
const ENDS: [&str; 3] = ["lost", "broken", "given_back"];

#[derive(Template)]
#[template(path = "public/own/locator/switch.html")]
struct SwitchPage {
    page: Page,
    code: String,
    /// Devices that are worn: id and name.
    devices: Vec<(String, String)>,
    how: String,
    problems: Vec<Problem>,
}

impl SwitchPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    fn chosen(&self, way: &str) -> bool {
        self.how == way
    }
    fn is_end(&self, way: &str, id: &str) -> bool {
        self.how.split_once(':') == Some((way, id))
    }
    /// Ends name the device.
    fn key(way: &str) -> &'static str {
        match way {
            "lost" => "loc-how-lost",
            "broken" => "loc-how-broken",
            _ => "loc-how-given_back",
        }
    }
}

async fn page_of(
    app: &App,
    page: Page,
    inside: &Inside,
    how: String,
    problems: Vec<Problem>,
) -> Result<SwitchPage, Fail> {
    let of = inside.of;
    let v = app.rt.write(inside.who.clone(), move |cx| family::view(cx, &of)).await.map_err(Fail::from)?;
    let devices = v.devices.into_iter().map(|d| (d.binding.to_string(), d.name)).collect();
    Ok(SwitchPage { page, code: inside.code.clone(), devices, how, problems })
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
        Ok(inside) => html(&page_of(&app, page, &inside, String::new(), Vec::new()).await?),
    }
}

/// What was chosen.
enum Wish {
    Resume,
    Pause(Option<Moment>),
    Withdraw,
    End(Uuid, Unbound),
}

fn wish(posted: &Posted, now: Moment) -> Option<(Wish, &'static str)> {
    if posted.get("do") == "resume" {
        return Some((Wish::Resume, "on"));
    }
    let how = posted.get("how");
    match how.as_str() {
        "hour" => Some((Wish::Pause(Some(now.plus_hours(1))), "paused")),
        "morning" => Some((Wish::Pause(Some(kernel::time::next_on_the_wall(now, MORNING, 0))), "paused")),
        "off" => Some((Wish::Pause(None), "off")),
        "withdraw" => Some((Wish::Withdraw, "ended")),
        other => {
            let (reason, id) = other.split_once(':')?;
            let reason = ENDS.contains(&reason).then(|| Unbound::from_code(reason))??;
            Some((Wish::End(id.parse().ok()?, reason), "ended"))
        }
    }
}

fn apply(cx: &mut Cx<'_>, of: &Holder, wish: Wish) -> locators::Result<()> {
    let why = For::Letter(*of);
    // With a letter it is whoever holds it, whatever is said here.
    let by = if of.guardian.is_some() { By::Guardian } else { By::Subject };
    match wish {
        Wish::Pause(until) => pauses::pause(cx, of.person, &why, by, until).map(drop),
        Wish::Resume => {
            let running = family::view(cx, of)?.pauses;
            running.into_iter().try_for_each(|p| pauses::resume(cx, of.person, &why, by, p.id))
        }
        Wish::Withdraw => {
            let by = if of.guardian.is_some() { Speaks::Guardian } else { Speaks::Subject };
            consents::withdraw(cx, of.person, &why, (by, of.guardian), Way::Page, "").map(drop)
        }
        Wish::End(binding, reason) => devices::unbind(cx, of.person, &why, binding, reason),
    }
}

async fn send(
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
    let (how, resume) = (posted.get("how"), posted.get("do") == "resume");
    let problem = match wish(&posted, page.now) {
        None => ("how", page.t1("loc-wrong-missing", "field", page.t("loc-field-how"))),
        Some((wish, what)) => {
            let result = act(&app, &inside, source, move |cx, of| apply(cx, of, wish)).await?;
            match result {
                Ok(()) => return Ok(super::done(&page, &inside, what)),
                Err(error) if resume => return super::settle::<()>(&app, page, &inside, "", Err(error)).await,
                Err(error) => ("how", told(&page, error)?.1),
            }
        }
    };
    let body = html(&page_of(&app, page, &inside, how, vec![problem]).await?)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page, full: bool) -> Vec<(&'static str, String)> {
    let problems = if full { vec![("how", page.t1("loc-wrong-missing", "field", "1"))] } else { Vec::new() };
    let devices = vec![(Uuid::nil().to_string(), "A1".to_owned())];
    let shown =
        SwitchPage { page: page.clone(), code: "ABCD-EFGH-JKMN-PQRS".into(), devices, how: "hour".into(), problems };
    vec![("public/own/locator/switch.html", shown.render().unwrap_or_default())]
}
