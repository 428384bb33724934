//! Community roles (N11): residents' representatives and building leaders, what they are there for and until when.

use crate::desk::frame::NavItem;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::Choice;
use crate::desk::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::AreaId;
use people::app::community::{self, Appoint};
use people::app::password;
use people::model::TermId;
use people::policy::{Action, PlaceFacts, ResourceFacts, decide, require_somewhere};
use places::AreaKind;
use secrecy::SecretString;
use serde::Deserialize;
use store::Cx;

const HERE: &str = "/desk/community-roles";
/// Characters of a first password.
const PASSWORD: usize = 12;
/// What somebody can be: ends of `community-what-…`.
const WHAT: [&str; 2] = ["leader", "representative"];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/community-roles", get(show).post(appoint)).route("/desk/community-roles/end", post(end))
}

pub(super) fn nav(cx: &mut Cx<'_>, here: &str) -> Vec<NavItem> {
    let may = require_somewhere(&cx.actor, Action::ViewVolunteers).is_ok();
    may.then(|| NavItem::plain(HERE, "community-roles", here)).into_iter().collect()
}

struct Row {
    term: String,
    name: String,
    title: String,
    area: String,
    until: String,
    soon: bool,
}

#[derive(Default, Clone)]
struct Typed {
    name: String,
    what: String,
    scope: String,
    area: String,
    until: String,
    login: String,
}

#[derive(Template)]
#[template(path = "desk/care/roles.html")]
struct RolesPage {
    page: Page,
    frame: Frame,
    rows: Vec<Row>,
    areas: Vec<Choice>,
    what: Vec<Choice>,
    typed: Typed,
    /// Login and first password of whoever was just appointed.
    fresh: Option<(String, Option<String>)>,
    errors: Vec<(String, String)>,
    done: Option<String>,
    file: String,
}

impl RolesPage {
    fn error(&self, id: &str) -> Option<&String> {
        self.errors.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    done: String,
    r#as: String,
}

fn areas(cx: &mut Cx<'_>, page: &Page, chosen: &str) -> Result<Vec<Choice>, Fail> {
    let ground = places::snapshot(cx)?;
    let mut out = Vec::new();
    for area in ground.of_kind(AreaKind::Community) {
        let facts = ResourceFacts::Place(PlaceFacts { areas: ground.chain_ids(area.id), posts: Vec::new() });
        if decide(&cx.actor, cx.purpose, Action::AppointCommunity, &facts).is_allowed() {
            out.push(Choice::new(area.id.to_string(), area.called(page.look.lang), chosen));
        }
    }
    Ok(out)
}

fn load(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    typed: Typed,
    errors: Vec<(String, String)>,
    file: Option<As>,
) -> Result<Listed<RolesPage>, Fail> {
    let geography = ground::geography(cx)?;
    let found = community::holders(cx, &geography)?;
    let ids: Vec<AreaId> = found.iter().map(|h| h.area).collect();
    let names = ground::names(cx, &page, &ids)?;
    let soon = page.now.plus_days(30);
    let day = |at: kernel::Moment| at.zoned(&kernel::time::shanghai()).date().to_string();
    let rows: Vec<Row> = found
        .into_iter()
        .map(|h| Row {
            term: h.term.to_string(),
            name: h.name,
            title: h.title,
            area: names.get(&h.area).cloned().unwrap_or_default(),
            // The end of a term is the first instant that no longer counts.
            until: h.to.map_or_else(|| page.t("desk-term-open"), |to| day(to.plus_minutes(-1))),
            soon: h.to.is_some_and(|to| to < soon),
        })
        .collect();
    if file.is_some() {
        let head = ["community-name", "community-title", "community-area", "community-until"];
        let cells = rows.into_iter().map(|r| vec![r.name, r.title, r.area, r.until]);
        return Ok(Listed::File(Table::new(&page, "community-roles", &head, cells.collect()).marked(cx)?));
    }
    let frame = Frame::load(cx, &page, staff, HERE)?;
    let areas = areas(cx, &page, &typed.area)?;
    let what = Choice::codes(&page, "community-what-", WHAT, &typed.what);
    let file = table::href(&page, HERE, &[]);
    Ok(Listed::Page(Box::new(RolesPage {
        rows,
        areas,
        what,
        typed,
        fresh: None,
        errors,
        done: None,
        file,
        frame,
        page,
    })))
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let done = (asked.done == "ended").then(|| page.t("community-done-ended"));
    let who = staff.who(Purpose::Administration);
    let listed = app
        .rt
        .read(who, move |cx| {
            let until = page.now.plus_days(365).zoned(&kernel::time::shanghai()).date().to_string();
            let typed = Typed { what: "leader".into(), until, ..Typed::default() };
            Ok::<_, Fail>(match load(cx, page, &staff, typed, Vec::new(), file)? {
                Listed::Page(shown) => Listed::Page(Box::new(RolesPage { done, ..*shown })),
                other => other,
            })
        })
        .await?;
    listed.answer(&words, file).await
}

fn wrong(page: &Page, field: &str, key: &str) -> (String, String) {
    let label = page.tk("community-field-", field);
    (field.to_owned(), page.t2("desk-field-problem", "field", label, "what", page.t(key)))
}

async fn appoint(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let typed = Typed {
        name: posted.get("name"),
        what: posted.get("what"),
        scope: posted.get("scope"),
        area: posted.get("area"),
        until: posted.get("until"),
        login: posted.get("login"),
    };
    let who = staff.who(Purpose::Administration);
    // Asked before the hash, which takes its time.
    app.rt.read(who.clone(), |cx| Ok::<_, Fail>(require_somewhere(&cx.actor, Action::AppointCommunity)?)).await?;
    let what = if WHAT.contains(&typed.what.as_str()) { typed.what.as_str() } else { "leader" };
    let title = match typed.scope.as_str() {
        "" => page.tk("community-what-", what),
        scope => page.t2("community-title-of", "what", page.tk("community-what-", what), "scope", scope),
    };
    let day: Option<jiff::civil::Date> = kernel::text::narrow(&typed.until).trim().parse().ok();
    let until = day.and_then(|d| d.tomorrow().ok()).and_then(|d| {
        d.at(0, 0, 0, 0).to_zoned_datetime(kernel::time::shanghai()).ok().map(|z| kernel::Moment::from(&z))
    });
    let most = page.now.plus_days(3 * 366);
    let mut errors = Vec::new();
    let area = typed.area.parse::<AreaId>().ok();
    if typed.name.is_empty() && typed.login.is_empty() {
        errors.push(wrong(&page, "name", "invalid-missing"));
    }
    if area.is_none() {
        errors.push(wrong(&page, "area", "invalid-missing"));
    }
    if until.is_none_or(|u| u <= page.now || u > most) {
        errors.push(wrong(&page, "until", "community-wrong-day"));
    }
    let mut fresh = None;
    if let (true, Some(area), Some(until)) = (errors.is_empty(), area, until) {
        let mut bytes = [0_u8; PASSWORD];
        app.rt.ids().fill(&mut bytes);
        let plain = kernel::text::code_from(&bytes, PASSWORD);
        let (rt, secret) = (app.rt.clone(), SecretString::from(plain.clone()));
        let hashed = tokio::task::spawn_blocking(move || password::hash(&secret, rt.ids())).await;
        let hashed = hashed.map_err(|_| Fail::Unavailable)??;
        let new = Appoint {
            name: typed.name.clone(),
            lang: page.look.lang,
            area,
            title,
            until,
            login: Some(typed.login.clone()).filter(|l| !l.is_empty()),
            password: Some(hashed),
        };
        let done = app
            .rt
            .write(who.clone(), move |cx| {
                let geography = ::care::Ground(
                    places::snapshot(cx).map_err(|e| people::Error::Store(store::Error::Setup(e.to_string())))?,
                );
                community::appoint(cx, &geography, &new)
            })
            .await;
        match done {
            Ok((login, made)) => fresh = Some((login, made.then_some(plain))),
            Err(people::Error::Invalid { field: "login", .. } | people::Error::NotActive) => {
                errors.push(wrong(&page, "login", "volunteer-wrong-login"));
            }
            Err(people::Error::Separation) => errors.push(wrong(&page, "login", "volunteer-wrong-admin")),
            Err(people::Error::Invalid { field: "title", .. }) => {
                errors.push(wrong(&page, "scope", "invalid-too-long-here"));
            }
            Err(people::Error::Invalid { .. }) => errors.push(wrong(&page, "name", "invalid-too-long-here")),
            Err(error) => return Err(error.into()),
        }
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (words, kept) = (page.clone(), if errors.is_empty() { Typed::default() } else { typed });
    let shown = app
        .rt
        .read(who, move |cx| {
            Ok::<_, Fail>(match load(cx, page, &staff, kept, errors, None)? {
                Listed::Page(shown) => Listed::Page(Box::new(RolesPage { fresh, ..*shown })),
                other => other,
            })
        })
        .await?;
    let mut response = unkept(shown.answer(&words, None).await?);
    *response.status_mut() = status;
    Ok(response)
}

async fn end(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let term = posted.get("term").parse::<TermId>().map_err(|_| Fail::BadRequest("bad-form"))?;
    let who = staff.who(Purpose::Administration);
    app.rt
        .write(who, move |cx| {
            let geography = ground::geography(cx)?;
            Ok::<_, Fail>(community::end(cx, &geography, term)?)
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("{HERE}?done=ended"))).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let word = |a: &str, b: &str| if page.zh() { a.to_owned() } else { b.to_owned() };
    let mut out = Vec::new();
    for full in [false, true] {
        let rows = [false, true].map(|soon| Row {
            term: "1".into(),
            name: word("许文", "Xu Wen"),
            title: page.t2("community-title-of", "what", page.tk("community-what-", "leader"), "scope", "3"),
            area: word("桂花里", "Guihuali"),
            until: "2026-12-31".into(),
            soon,
        });
        let fields = ["name", "area", "until", "login", "scope"];
        let errors = fields.iter().map(|f| wrong(page, f, "community-wrong-day")).collect();
        let shown = RolesPage {
            rows: if full { rows.into() } else { Vec::new() },
            areas: vec![Choice::new("1", word("桂花里", "Guihuali"), "")],
            what: Choice::codes(page, "community-what-", WHAT, "leader"),
            typed: Typed::default(),
            fresh: full.then(|| ("vol0002".into(), Some("ABCD-EFGH-JKMN".into()))),
            errors: if full { errors } else { Vec::new() },
            done: full.then(|| page.t("community-done-ended")),
            file: "#".into(),
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/roles.html", askama::Template::render(&shown).unwrap_or_default()));
    }
    out
}
