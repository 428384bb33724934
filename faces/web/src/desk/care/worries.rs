//! Neighbours' worries at the desk of the place (N6): what is open with its clock and owner, one opened with whom to call, a neighbour
//! on the telephone, and the times of the district.

use crate::desk::frame::Tone;
use crate::desk::table::{self, Asked, Listed, Table};
use crate::desk::{Frame, nobody};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::watch_view::{self, Problem, said};
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::app::watch::{self, Caller, WorryLine};
use care::model::watch::{Step, WatchRules};
use kernel::Purpose;
use kernel::ids::{AccountId, AreaId};
use people::app::accounts;
use people::policy::{Action, ResourceFacts, decide, require_somewhere};
use places::{AreaKind, Snapshot};
use std::collections::HashMap;
use store::Cx;
use uuid::Uuid;

const HERE: &str = "/desk/worries";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(list))
        .route("/desk/worries/call", post(call))
        .route("/desk/worries/press", post(press))
        .route("/desk/worries/rules", post(set_rules))
        .route("/desk/worries/{id}", get(one).post(step))
}

/// For the side list: how many wait, and whether one is late.
pub(super) fn nav(cx: &mut Cx<'_>, here: &str) -> Result<Option<crate::desk::frame::NavItem>, Fail> {
    let answers = require_somewhere(&cx.actor, Action::AnswerWorry).is_ok();
    if !answers && require_somewhere(&cx.actor, Action::TypeWorry).is_err() {
        return Ok(None);
    }
    let mut item = crate::desk::frame::NavItem::plain(HERE, "worries", here);
    let (waiting, late) = if answers { watch::waiting(cx)? } else { (0, false) };
    item.count = (waiting > 0).then(|| waiting.to_string());
    item.tone = if late { Tone::Bad } else { Tone::Soon };
    Ok(Some(item))
}

struct Line {
    href: String,
    title: String,
    at: String,
    machine: String,
    place: String,
    owner: String,
    due: String,
    last: String,
    late: bool,
    over: bool,
}

/// A neighbour on the telephone.
struct CallerLine {
    id: String,
    name: String,
    called: String,
    place: String,
    open: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/care/worries.html")]
struct WorriesPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    may_type: bool,
    may_answer: bool,
    phone: String,
    /// Found with that number; none: not looked up.
    found: Option<Vec<CallerLine>>,
    pressed: Option<String>,
    rules: WatchRules,
    may_rule: bool,
    problems: Vec<Problem>,
    file: String,
}

impl WorriesPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

fn place(page: &Page, ground: &Snapshot, areas: &[AreaId]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for kind in [AreaKind::Town, AreaKind::Community, AreaKind::Grid] {
        let area = areas.iter().filter_map(|id| ground.area(*id)).find(|a| a.kind == kind);
        names.extend(area.map(|a| a.called(page.look.lang)));
    }
    names.join(" · ")
}

fn title(page: &Page, number: i64) -> String {
    page.t1("worry-number", "number", format!("B{number:05}"))
}

fn line(page: &Page, ground: &Snapshot, names: &HashMap<AccountId, String>, w: &WorryLine) -> Line {
    let last = w.last.map(|(at, step)| said(page, at, step)).unwrap_or_default();
    Line {
        href: page.href(format!("{HERE}/{}", w.id)),
        title: title(page, w.number),
        at: page.ago(w.at),
        machine: page.machine_time(w.at),
        place: place(page, ground, &w.areas),
        owner: names.get(&w.owner).cloned().unwrap_or_else(|| nobody(page)),
        due: due(page, w),
        last,
        late: w.ended_at.is_none() && w.due_at <= page.now,
        over: w.ended_at.is_some(),
    }
}

fn due(page: &Page, w: &WorryLine) -> String {
    match (w.ended_at, w.going) {
        (Some(at), _) => page.t1("worry-ended", "at", page.stamp(at)),
        (None, true) => page.t1("worry-due-there", "at", page.by(w.due_at)),
        (None, false) => page.t1("worry-due-call", "at", page.by(w.due_at)),
    }
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff) -> Result<WorriesPage, Fail> {
    let may = |cx: &Cx<'_>, action| require_somewhere(&cx.actor, action).is_ok();
    let (may_type, may_answer) = (may(cx, Action::TypeWorry), may(cx, Action::AnswerWorry));
    if !may_type {
        require_somewhere(&cx.actor, Action::AnswerWorry)?;
    }
    let all = if may_answer { watch::list(cx)? } else { Vec::new() };
    let ground = places::snapshot(cx)?;
    let owners: Vec<_> = all.iter().map(|w| w.owner).collect();
    let names = accounts::names(cx, &owners)?;
    let lines = all.iter().map(|w| line(&page, &ground, &names, w)).collect();
    let rules = watch::rules(cx)?;
    let may_rule = decide(&cx.actor, cx.purpose, Action::ManageWatch, &ResourceFacts::District).is_allowed();
    let frame = Frame::load(cx, &page, staff, HERE)?;
    let file = table::href(&page, HERE, &[]);
    Ok(WorriesPage {
        page,
        frame,
        lines,
        may_type,
        may_answer,
        phone: String::new(),
        found: None,
        pressed: None,
        rules,
        may_rule,
        problems: Vec::new(),
        file,
    })
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let (kind, words) = (asked.kind(), page.clone());
    let listed = app.rt.read(staff.who(Purpose::Administration), move |cx| {
        let shown = load(cx, page, &staff)?;
        if kind.is_some() {
            let head = ["worry-one", "worry-since", "desk-where", "worry-owner", "worry-due", "worry-last"];
            let rows = shown.lines.into_iter().map(|l| vec![l.title, l.machine, l.place, l.owner, l.due, l.last]);
            return Ok(Listed::File(Table::new(&shown.page, "worries", &head, rows.collect())));
        }
        Ok::<_, Fail>(Listed::Page(Box::new(shown)))
    });
    listed.await?.answer(&words, kind).await
}

/// A neighbour calls: who named this very number.
async fn call(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let phone = posted.get("phone");
    let typed = phone.clone();
    let shown = app.rt.write(staff.who(Purpose::Administration), move |cx| {
        let mut shown = load(cx, page, &staff)?;
        match watch::by_phone(cx, &typed) {
            Ok(all) => {
                let ground = places::snapshot(cx)?;
                shown.found = Some(all.into_iter().map(|c| caller(&shown.page, &ground, c)).collect());
            }
            Err(error @ care::Error::Invalid { .. }) => shown.problems = vec![watch_view::told(&shown.page, error)?],
            Err(error) => return Err(error.into()),
        }
        Ok::<_, Fail>(shown)
    });
    let shown = WorriesPage { phone, ..shown.await? };
    let status = if shown.problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, html(&shown)?).into_response())
}

fn caller(page: &Page, ground: &Snapshot, c: Caller) -> CallerLine {
    CallerLine {
        id: c.neighbour.to_string(),
        name: c.name,
        called: c.called,
        place: place(page, ground, &c.areas),
        open: c.open.map(|n| title(page, n)),
    }
}

/// Presses for them.
async fn press(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let neighbour: Uuid = posted.get("neighbour").parse().unwrap_or_default();
    let shown = app.rt.write(staff.who(Purpose::Administration), move |cx| {
        let pressed = watch::press_for(cx, neighbour)?;
        let mut shown = load(cx, page, &staff)?;
        let known = if pressed == watch::Pressed::Known { "worry-typed-known" } else { "worry-typed" };
        shown.pressed = Some(shown.page.t1(known, "n", shown.rules.callback));
        Ok::<_, Fail>(shown)
    });
    html(&shown.await?)
}

async fn set_rules(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let number = |name: &str| posted.get(name).trim().parse().unwrap_or(0);
    let to = WatchRules {
        callback: number("callback"),
        arrive: number("arrive"),
        extra_days: number("extra_days"),
        version: number("version"),
    };
    let who = staff.who(Purpose::Administration);
    let done = app.rt.write(who.clone(), move |cx| watch::set_rules(cx, to)).await;
    let problem = match done {
        Ok(()) => return Ok(Redirect::to(&page.href(HERE)).into_response()),
        Err(error @ care::Error::Invalid { .. }) => watch_view::told(&page, error)?,
        Err(error) => return Err(error.into()),
    };
    let shown = app.rt.read(who, move |cx| load(cx, page, &staff)).await?;
    let shown =
        WorriesPage { problems: vec![problem], rules: WatchRules { version: shown.rules.version, ..to }, ..shown };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

/// A neighbour who pressed.
struct PresserLine {
    name: String,
    phone: String,
    called: String,
    at: String,
    typed: bool,
}

#[derive(Template)]
#[template(path = "desk/care/worry.html")]
struct WorryPage {
    page: Page,
    frame: Frame,
    id: String,
    title: String,
    line: Line,
    version: i64,
    /// Name, telephone, address, language: only while it is open.
    elder: Option<(String, String, String, String)>,
    pressers: Vec<PresserLine>,
    steps: Vec<String>,
    may: Vec<&'static str>,
    problem: Option<String>,
}

/// What may be said next, the likeliest first.
fn next(going: bool) -> Vec<&'static str> {
    const ORDER: [Step; 6] = [Step::FoundWell, Step::FoundHelp, Step::Well, Step::Going, Step::NoAnswer, Step::Taken];
    ORDER.iter().filter(|s| s.fits(going)).map(|s| s.code()).collect()
}

fn opened(cx: &mut Cx<'_>, page: Page, staff: &Staff, id: Uuid) -> Result<WorryPage, Fail> {
    let o = watch::open(cx, id)?;
    let ground = places::snapshot(cx)?;
    let mut known: Vec<AccountId> = o.steps.iter().filter_map(|(_, _, by)| *by).collect();
    known.push(o.line.owner);
    let names = accounts::names(cx, &known)?;
    let steps = o.steps.iter().map(|(at, step, by)| {
        let who = by.and_then(|id| names.get(&id)).cloned().unwrap_or_else(|| nobody(&page));
        format!("{} · {who}", said(&page, *at, *step))
    });
    let steps = steps.collect();
    let pressers = o.pressers.into_iter().map(|p| {
        let who = p.who.unwrap_or_default();
        let name = if who.name.is_empty() { page.t("watch-somebody") } else { who.name };
        PresserLine { name, phone: fmt::phone(&who.phone), called: who.called, at: page.stamp(p.at), typed: p.typed }
    });
    let pressers = pressers.collect();
    let some = |t: Option<String>| t.unwrap_or_default();
    let elder = o.known.map(|k| {
        let phone = fmt::phone(&some(k.phone));
        (k.name, phone, some(k.address), some(k.language))
    });
    let may = if o.line.ended_at.is_some() { Vec::new() } else { next(o.line.going) };
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(WorryPage {
        id: id.to_string(),
        title: title(&page, o.line.number),
        line: line(&page, &ground, &names, &o.line),
        version: o.version,
        elder,
        pressers,
        steps,
        may,
        problem: None,
        page,
        frame,
    })
}

async fn one(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let shown = app.rt.write(staff.who(Purpose::Administration), move |cx| {
        require_somewhere(&cx.actor, Action::AnswerWorry)?;
        opened(cx, page, &staff, id)
    });
    html(&shown.await?)
}

async fn step(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (what, seen) = (Step::from_code(&posted.get("do")), posted.get("version").parse().unwrap_or(0));
    let who = staff.who(Purpose::Administration);
    let done = app.rt.write(who.clone(), move |cx| {
        require_somewhere(&cx.actor, Action::AnswerWorry)?;
        let what = what.ok_or(care::Error::Invalid { field: "top", why: "missing" })?;
        watch::step(cx, id, seen, what)
    });
    let (status, problem) = match done.await {
        Ok(()) => {
            let to = if what.is_some_and(Step::ends) { HERE.to_owned() } else { format!("{HERE}/{id}") };
            return Ok(Redirect::to(&page.href(to)).into_response());
        }
        Err(care::Error::Stale { .. }) => (StatusCode::CONFLICT, page.t("worry-stale")),
        Err(error @ (care::Error::Refused(_) | care::Error::Invalid { .. })) => {
            (StatusCode::UNPROCESSABLE_ENTITY, watch_view::told(&page, error)?.1)
        }
        Err(error) => return Err(error.into()),
    };
    let shown = app.rt.write(who, move |cx| opened(cx, page, &staff, id)).await?;
    Ok((status, html(&WorryPage { problem: Some(problem), ..shown })?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let line = |late: bool, over: bool| Line {
        href: "/desk/worries/0".into(),
        title: title(page, 3),
        at: page.ago(page.now),
        machine: page.machine_time(page.now),
        place: say("桂花里", "Guihuali"),
        owner: say("陈主任", "Chen Ling"),
        due: page.t1("worry-due-call", "at", page.by(page.now)),
        last: if over { said(page, page.now, Step::Well) } else { String::new() },
        late,
        over,
    };
    let list = |full: bool, found: Option<Vec<CallerLine>>| WorriesPage {
        page: page.clone(),
        frame: Frame::sample(page),
        lines: if full { vec![line(true, false), line(false, false), line(false, true)] } else { Vec::new() },
        may_type: true,
        may_answer: full,
        phone: if full { "138 0555 0199".into() } else { String::new() },
        found,
        pressed: full.then(|| page.t1("worry-typed", "n", 30)),
        rules: WatchRules::default(),
        may_rule: full,
        problems: if full { vec![("callback", page.t("watch-wrong-range"))] } else { Vec::new() },
        file: "/desk/worries?as=".into(),
    };
    let caller = |open: bool| CallerLine {
        id: Uuid::nil().to_string(),
        name: say("赵阿姨", "Mrs Zhao"),
        called: say("楼上王阿姨", "upstairs"),
        place: say("桂花里", "Guihuali"),
        open: open.then(|| title(page, 3)),
    };
    let all = [list(false, None), list(true, Some(vec![caller(true), caller(false)])), list(false, Some(Vec::new()))];
    let mut out: Vec<_> = all.iter().map(|p| ("desk/care/worries.html", p.render().unwrap_or_default())).collect();
    for (going, over) in [(false, false), (true, false), (false, true)] {
        let one = WorryPage {
            page: page.clone(),
            frame: Frame::sample(page),
            id: Uuid::nil().to_string(),
            title: title(page, 3),
            line: line(going, over),
            version: 2,
            elder: (!over).then(|| {
                (
                    say("王桂芳", "Wang Guifang"),
                    "021-0555 0101".into(),
                    say("青禾里3号", "3 Qingheli"),
                    say("本地话", "local"),
                )
            }),
            pressers: vec![PresserLine {
                name: page.t("watch-somebody"),
                phone: if over { String::new() } else { "138 0555 0199".into() },
                called: say("楼上王阿姨", "upstairs"),
                at: page.stamp(page.now),
                typed: going,
            }],
            steps: vec![said(page, page.now, Step::Taken)],
            may: if over { Vec::new() } else { next(going) },
            problem: going.then(|| page.t("worry-stale")),
        };
        out.push(("desk/care/worry.html", one.render().unwrap_or_default()));
    }
    out
}
