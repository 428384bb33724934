//! Mutual help among elders (N9): what is offered and needed, who could help whom, the pairs; and that of one person, for whom the
//! desk writes down what they say (R9).

use crate::desk::Frame;
use crate::mutual_view::{self, Order, Shown, hours};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::watch_view::{self, Problem};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::mutual;
use care::app::watch::Side;
use care::model::mutual::Help;
use kernel::Purpose;
use kernel::ids::{AreaId, PersonId};
use people::app::consents::By;
use people::policy::{Action, require_somewhere};
use places::{AreaKind, Snapshot};
use store::Cx;
use uuid::Uuid;

const HERE: &str = "/desk/mutual";

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(board).post(propose)).route("/desk/care/{id}/mutual", get(person).post(act))
}

pub(super) fn nav(cx: &Cx<'_>, here: &str) -> Option<crate::desk::frame::NavItem> {
    let may = require_somewhere(&cx.actor, Action::ViewMutual).is_ok();
    may.then(|| crate::desk::frame::NavItem::plain(HERE, "mutual", here))
}

struct LineRow {
    href: String,
    name: String,
    words: String,
    area: String,
}

struct MatchRow {
    giver: String,
    taker: String,
    help: &'static str,
    words: String,
    area: String,
}

struct PairRow {
    words: String,
    state: String,
    class: &'static str,
    icon: &'static str,
    hours: String,
    giver: String,
    giver_name: String,
    taker: String,
    taker_name: String,
}

#[derive(Template)]
#[template(path = "desk/care/mutual.html")]
struct BoardPage {
    page: Page,
    frame: Frame,
    matches: Vec<MatchRow>,
    pairs: Vec<PairRow>,
    lines: Vec<LineRow>,
    may_keep: bool,
    problem: Option<String>,
}

fn area(page: &Page, ground: &Snapshot, areas: Option<&Vec<AreaId>>) -> String {
    let found = areas.into_iter().flatten().filter_map(|id| ground.area(*id)).find(|a| a.kind == AreaKind::Community);
    found.map(|a| a.called(page.look.lang).to_owned()).unwrap_or_default()
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff) -> Result<BoardPage, Fail> {
    require_somewhere(&cx.actor, Action::ViewMutual)?;
    let b = mutual::board(cx)?;
    let ground = places::snapshot(cx)?;
    let name = |p: PersonId| b.names.get(&p).cloned().unwrap_or_default();
    let of = |p: PersonId| page.href(format!("/desk/care/{p}/mutual"));
    let said = |giver: PersonId, taker: PersonId, what: Help| {
        let args = [("giver", name(giver)), ("taker", name(taker)), ("what", page.tk("mutual-what-", what.code()))];
        page.loc.args("mutual-who", &args)
    };
    let matches = b.matches.iter().map(|(offer, need)| MatchRow {
        giver: offer.person.to_string(),
        taker: need.person.to_string(),
        help: need.what.code(),
        words: said(offer.person, need.person, need.what),
        area: area(&page, &ground, b.areas.get(&need.person)),
    });
    let pairs = b.pairs.iter().map(|p| {
        let quarters: i64 = p.hours.iter().filter(|h| h.counts()).map(|h| h.quarters).sum();
        let (code, class, icon) = if p.runs() { ("runs", "tag-good", "check") } else { ("waits", "tag-wait", "clock") };
        PairRow {
            words: said(p.giver, p.taker, p.what),
            state: page.tk("mutual-state-", code),
            class,
            icon,
            hours: page.t1("mutual-so-far", "h", hours(&page, quarters)),
            giver: of(p.giver),
            giver_name: name(p.giver),
            taker: of(p.taker),
            taker_name: name(p.taker),
        }
    });
    let lines = b.lines.iter().map(|l| LineRow {
        href: of(l.person),
        name: name(l.person),
        words: format!("{}{}", page.tk("mutual-side-", l.side.code()), page.tk("mutual-what-", l.what.code())),
        area: area(&page, &ground, b.areas.get(&l.person)),
    });
    let (matches, pairs, lines) = (matches.collect(), pairs.collect(), lines.collect());
    let may_keep = require_somewhere(&cx.actor, Action::KeepMutual).is_ok();
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(BoardPage { page, frame, matches, pairs, lines, may_keep, problem: None })
}

async fn board(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    html(&app.rt.write(staff.who(Purpose::Administration), move |cx| load(cx, page, &staff)).await?)
}

async fn propose(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let id = |name: &str| PersonId(posted.get(name).parse().unwrap_or_default());
    let (giver, taker, help) = (id("giver"), id("taker"), Help::from_code(&posted.get("help")));
    let who = staff.who(Purpose::Administration);
    let done = app.rt.write(who.clone(), move |cx| {
        require_somewhere(&cx.actor, Action::KeepMutual)?;
        let help = help.ok_or(care::Error::Invalid { field: "help", why: "missing" })?;
        mutual::propose(cx, giver, taker, help)
    });
    let problem = match done.await {
        Ok(()) => return Ok(Redirect::to(&page.href(HERE)).into_response()),
        Err(error) => watch_view::told(&page, error)?.1,
    };
    let shown = app.rt.write(who, move |cx| load(cx, page, &staff)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&BoardPage { problem: Some(problem), ..shown })?).into_response())
}

#[derive(Template)]
#[template(path = "desk/care/mutual_person.html")]
struct PersonPage {
    page: Page,
    frame: Frame,
    person: String,
    v: Shown,
    kinds: Vec<(&'static str, String)>,
    done: bool,
    problems: Vec<Problem>,
}

fn load_person(cx: &mut Cx<'_>, page: Page, staff: &Staff, id: PersonId, key: Uuid) -> Result<PersonPage, Fail> {
    require_somewhere(&cx.actor, Action::ViewMutual)?;
    let of = mutual::of_person(cx, id, Side::Desk)?;
    let (v, kinds) = (mutual_view::shown(&page, &of, key.to_string()), mutual_view::kinds(&page));
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(PersonPage { page, frame, person: id.to_string(), v, kinds, done: false, problems: Vec::new() })
}

async fn person(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<PersonId>) -> Result<Response, Fail> {
    let key = app.rt.ids().uuid(app.rt.now());
    html(&app.rt.write(staff.who(Purpose::Administration), move |cx| load_person(cx, page, &staff, id, key)).await?)
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<PersonId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let fresh = app.rt.ids().uuid(app.rt.now());
    let order = Order::read(&posted, fresh);
    let who = staff.who(Purpose::Administration);
    let done = app.rt.write(who.clone(), move |cx| {
        require_somewhere(&cx.actor, Action::KeepMutual)?;
        order.run(cx, id, Side::Desk, By::Subject)
    });
    let problem = match done.await {
        Ok(()) => None,
        Err(error) => Some(watch_view::told(&page, error)?),
    };
    let mut shown = app.rt.write(who, move |cx| load_person(cx, page, &staff, id, fresh)).await?;
    shown.done = problem.is_none();
    let status = if shown.done { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    shown.problems.extend(problem);
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let args = [
        ("giver", say("李敏", "Li Min")),
        ("taker", say("王桂芳", "Wang Guifang")),
        ("what", page.tk("mutual-what-", "walk")),
    ];
    let words = page.loc.args("mutual-who", &args);
    let (giver, taker, place) = (say("李敏", "Li Min"), say("王桂芳", "Wang Guifang"), say("桂花里", "Guihuali"));
    let mut out = Vec::new();
    for full in [false, true] {
        let matched =
            MatchRow { giver: "1".into(), taker: "2".into(), help: "walk", words: words.clone(), area: place.clone() };
        let pair = PairRow {
            words: words.clone(),
            state: page.tk("mutual-state-", "runs"),
            class: "tag-good",
            icon: "check",
            hours: page.t1("mutual-so-far", "h", hours(page, 6)),
            giver: "/desk".into(),
            giver_name: giver.clone(),
            taker: "/desk".into(),
            taker_name: taker.clone(),
        };
        let line = LineRow {
            href: "/desk".into(),
            name: giver.clone(),
            words: page.tk("mutual-what-", "walk"),
            area: place.clone(),
        };
        let shown = BoardPage {
            page: page.clone(),
            frame: Frame::sample(page),
            matches: if full { vec![matched] } else { Vec::new() },
            pairs: if full { vec![pair] } else { Vec::new() },
            lines: if full { vec![line] } else { Vec::new() },
            may_keep: full,
            problem: full.then(|| page.tk("rule-care-", "mutual-gone")),
        };
        out.push(("desk/care/mutual.html", shown.render().unwrap_or_default()));
        let shown = PersonPage {
            page: page.clone(),
            frame: Frame::sample(page),
            person: Uuid::nil().to_string(),
            v: mutual_view::sample(page, full),
            kinds: mutual_view::kinds(page),
            done: full,
            problems: if full {
                vec![("side", page.t("invalid-form")), ("help", page.t("invalid-form"))]
            } else {
                Vec::new()
            },
        };
        out.push(("desk/care/mutual_person.html", shown.render().unwrap_or_default()));
    }
    out
}
