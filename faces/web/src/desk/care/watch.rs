//! Neighbours of somebody in care, at the desk of the place: named for whoever comes to the counter or calls (R9).

use crate::desk::Frame;
use crate::public::own::Slip;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::watch_view::{self, Problem, Shown, TellerView, Typed};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::watch::{self, NewNeighbour, Side};
use care::model::watch::AgreedWay;
use kernel::Purpose;
use kernel::ids::{AccountId, PersonId};
use people::app::accounts;
use people::app::consents::By;
use people::model::GuardianId;
use people::policy::{Action, require_somewhere};
use store::Cx;
use uuid::Uuid;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/care/{id}/watch", get(show).post(send))
}

#[derive(Template)]
#[template(path = "desk/care/watch.html")]
struct WatchPage {
    page: Page,
    frame: Frame,
    person: String,
    v: Shown,
    tellers: Vec<TellerView>,
    saved: bool,
    typed: Typed,
    guardian: bool,
    agreed: String,
    slip: Option<Slip>,
    ended: bool,
    problems: Vec<Problem>,
}

impl WatchPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, person: PersonId, key: String) -> Result<WatchPage, Fail> {
    require_somewhere(&cx.actor, Action::ViewWatch)?;
    let found = watch::of_person(cx, person, Side::Desk)?;
    let by: Vec<AccountId> = found.worries.iter().flat_map(|w| &w.steps).filter_map(|(_, _, by)| *by).collect();
    let names = accounts::names(cx, &by)?;
    let v = watch_view::shown(&page, found, &names);
    let tellers = watch_view::tellers(&page, watch::tellers(cx, person, Side::Desk)?);
    let frame = Frame::load(cx, &page, staff, "/desk/worries")?;
    Ok(WatchPage {
        tellers,
        saved: false,
        page,
        frame,
        person: person.to_string(),
        v,
        typed: Typed { key, ..Typed::default() },
        guardian: false,
        agreed: String::new(),
        slip: None,
        ended: false,
        problems: Vec::new(),
    })
}

async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(person): Path<PersonId>,
) -> Result<Response, Fail> {
    let key = app.rt.ids().uuid(app.rt.now()).to_string();
    let who = staff.who(Purpose::Administration);
    html(&app.rt.write(who, move |cx| load(cx, page, &staff, person, key)).await?)
}

async fn send(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(person): Path<PersonId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let fresh = app.rt.ids().uuid(app.rt.now());
    let typed = Typed {
        key: posted.get("key"),
        name: posted.get("name"),
        phone: posted.get("phone"),
        called: posted.get("called"),
    };
    let (what, agreed, guardian) = (posted.get("do"), posted.get("agreed"), posted.get("by") == "guardian");
    let neighbour: Uuid = posted.get("neighbour").parse().unwrap_or_default();
    let told = GuardianId(posted.get("guardian").parse().unwrap_or_default());
    let saved = matches!(what.as_str(), "tell" | "untell");
    let new = NewNeighbour {
        key: watch_view::key_of(&typed.key, fresh),
        name: typed.name.clone(),
        phone: typed.phone.clone(),
        called: typed.called.clone(),
        by: if guardian { By::Guardian } else { By::Subject },
        agreed: AgreedWay::from_code(&agreed).filter(|way| *way != AgreedWay::Page),
    };
    let who = staff.who(Purpose::Administration);
    let done = app.rt.write(who.clone(), move |cx| {
        require_somewhere(&cx.actor, Action::NameNeighbour)?;
        match what.as_str() {
            "end" => watch::end(cx, person, Side::Desk, neighbour).map(|()| None),
            "link" => watch::new_link(cx, person, Side::Desk, neighbour).map(Some),
            "tell" | "untell" => watch::tell_guardian(cx, person, Side::Desk, told, what == "tell").map(|()| None),
            _ => watch::name(cx, person, Side::Desk, &new).map(Some),
        }
    });
    let (issued, ended, problems) = match done.await {
        Ok(Some(issued)) => (Some(issued), false, Vec::new()),
        Ok(None) => (None, !saved, Vec::new()),
        Err(error @ (care::Error::Invalid { .. } | care::Error::Refused(_))) => {
            (None, false, vec![watch_view::told(&page, error)?])
        }
        Err(error) => return Err(error.into()),
    };
    let mut shown = app.rt.write(who, move |cx| load(cx, page, &staff, person, fresh.to_string())).await?;
    let name_of = |id: Uuid| shown.v.lines.iter().find(|l| l.id == id.to_string()).map(|l| l.name.clone());
    shown.slip = issued.map(|i| Slip::of(&shown.page, &i, &name_of(i.id).unwrap_or_default()));
    shown.ended = ended;
    let wrong = !problems.is_empty();
    shown.saved = saved && !wrong;
    if wrong {
        (shown.typed, shown.guardian, shown.agreed, shown.problems) = (typed, guardian, agreed, problems);
    }
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let one = |full: bool, slip: bool| WatchPage {
        page: page.clone(),
        frame: Frame::sample(page),
        person: Uuid::nil().to_string(),
        v: watch_view::sample(page, full),
        tellers: watch_view::sample_tellers(page, full),
        saved: full,
        typed: Typed::default(),
        guardian: full,
        agreed: if full { "phone".into() } else { String::new() },
        slip: slip.then(|| crate::public::own::sample_slip(page)),
        ended: full,
        problems: if full { vec![("agreed", page.t("watch-wrong-phone"))] } else { Vec::new() },
    };
    [one(false, false), one(true, false), one(false, true)]
        .iter()
        .map(|p| ("desk/care/watch.html", p.render().unwrap_or_default()))
        .collect()
}
