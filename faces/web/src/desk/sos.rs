//! Calls for help and alerts that no family answered, at the post where the wearer lives: each with its owner, one tap from a case.
//! What and where about; who it is opens with the case.

use super::Frame;
use super::table::{self, Asked, Listed, Table};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use locators::app::answers;
use locators::app::desk::{self, AlertLine};
use locators::model::Answer;
use people::app::accounts;
use uuid::Uuid;

const HERE: &str = "/desk/locators";

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(list)).route("/desk/locators/{alert}", post(act))
}

struct Line {
    id: String,
    title: String,
    state: String,
    class: &'static str,
    icon: &'static str,
    at: String,
    machine: String,
    place: String,
    owner: String,
    /// Nobody has taken it yet.
    free: bool,
    /// Address of the case that goes on with it.
    case: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/sos.html")]
struct SosPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    file: String,
}

fn line(page: &Page, a: &AlertLine, ground: &places::Snapshot, owner: String) -> Line {
    let (state, class, icon) = match (a.seen_to, a.taken_at) {
        (Some(_), _) => ("sos-state-seen", "tag-wait", "person"),
        (None, Some(_)) => ("sos-state-taken", "tag-wait", "person"),
        (None, None) => ("sos-state-open", "tag-bad", "warn"),
    };
    let areas = a.areas.iter().filter_map(|id| ground.area(*id));
    let place =
        areas.filter(|x| x.kind != places::AreaKind::District).map(|x| x.called(page.look.lang)).collect::<Vec<_>>();
    let title = page.t1(&format!("loc-alert-kind-{}", a.kind.code()), "fence", page.t("loc-a-fence"));
    Line {
        id: a.id.to_string(),
        title: page.t2("sos-title", "n", a.number, "what", title),
        state: page.t(state),
        class,
        icon,
        at: page.ago(a.began_at),
        machine: page.machine_time(a.began_at),
        place: place.join(" · "),
        owner,
        free: a.taken_at.is_none(),
        case: a.case.map(|id| page.href(format!("/desk/lost/{id}"))),
    }
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let (kind, words) = (asked.kind(), page.clone());
    let listed = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        let all = desk::alerts(cx)?;
        let ground = places::snapshot(cx)?;
        let owners: Vec<_> = all.iter().map(|a| a.owner).collect();
        let names = accounts::names(cx, &owners)?;
        let owner = |a: &AlertLine| names.get(&a.owner).cloned().unwrap_or_else(|| super::nobody(&page));
        let lines: Vec<Line> = all.iter().map(|a| line(&page, a, &ground, owner(a))).collect();
        if kind.is_some() {
            let rows = lines.into_iter().map(|l| vec![l.title, l.state, l.machine, l.place, l.owner]).collect();
            let head = ["sos-alert", "desk-col-state", "sos-at", "desk-where", "sos-answers"];
            return Ok(Listed::File(Table::new(&page, "alerts", &head, rows)));
        }
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        let file = table::href(&page, HERE, &[]);
        Ok::<_, Fail>(Listed::Page(Box::new(SosPage { lines, file, frame, page })))
    });
    listed.await?.answer(&words, kind).await
}

/// Taken, seen to, nothing, or a case.
async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(alert): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let what = posted.get("do");
    let case = app.rt.write(staff.who(Purpose::Administration), move |cx| match what.as_str() {
        "case" => Ok(Some(answers::open_case(cx, alert)?)),
        "take" => Ok(answers::take(cx, alert).map(|()| None)?),
        "seeing" => Ok(answers::by_post(cx, alert, Answer::Seeing).map(|()| None)?),
        "false" => Ok(answers::by_post(cx, alert, Answer::FalseAlarm).map(|()| None)?),
        // Who may not is told that first.
        _ => Ok(desk::alert(cx, alert).map(|_| None)?),
    });
    let case: Result<_, Fail> = case.await;
    let case = case?;
    let to = case.map_or_else(|| HERE.to_owned(), |id| format!("/desk/lost/{id}"));
    Ok(Redirect::to(&page.href(to)).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Frame, Line, Page, SosPage};
    use askama::Template as _;
    use locators::model::Kind;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let line = |kind: &Kind| Line {
            id: uuid::Uuid::nil().to_string(),
            title: page.t1(&format!("loc-alert-kind-{}", kind.code()), "fence", page.t("loc-a-fence")),
            state: page.t("sos-state-open"),
            class: "tag-bad",
            icon: "warn",
            at: page.ago(page.now),
            machine: page.machine_time(page.now),
            place: if page.zh() { "桂花里".into() } else { "Guihuali".into() },
            owner: if page.zh() { "周宁".into() } else { "Zhou Ning".into() },
            free: *kind == Kind::Fall,
            case: (*kind != Kind::Sos && *kind != Kind::Fall).then(|| "/desk/lost/0".to_owned()),
        };
        let of = |lines: Vec<Line>| {
            let shown =
                SosPage { page: page.clone(), frame: Frame::sample(page), lines, file: "/desk/locators?as=".into() };
            ("desk/sos.html", shown.render().unwrap_or_default())
        };
        vec![of(Vec::new()), of(Kind::ALL.iter().map(line).collect())]
    }
}
