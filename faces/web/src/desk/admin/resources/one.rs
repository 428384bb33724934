//! One thing: written down, changed, lent, taken back, taken off.

use super::super::{Sheet, SheetPage};
use super::{LIST, Line, fields, line, mendable, posts, typed};
use crate::desk::Frame;
use crate::desk::view::{Field, FieldKind, blame};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use ::people::policy::{Action, require_somewhere};
use ::places::app::resources;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Moment, Purpose};
use matters::Invalid;
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct At {
    post: String,
}

fn new_sheet(
    cx: &mut Cx<'_>,
    page: &Page,
    post: &str,
    get: &dyn Fn(&str) -> String,
    wrong: &[Invalid],
) -> Result<Sheet, Fail> {
    let (known, kinds) = (::places::snapshot(cx)?, resources::kinds(cx)?);
    let mut own = Vec::new();
    for choice in posts(page, &known, post, false) {
        if let Ok(id) = choice.value.parse()
            && resources::may_keep(cx, id)?
        {
            own.push(choice);
        }
    }
    let mut all = vec![Field::select("post", page.t("resource-post"), own)];
    all.extend(fields(page, &kinds, get));
    let errors = blame(page, &mut all, wrong);
    Ok(Sheet {
        title: page.t("resource-new"),
        intro: Some(page.t("resource-new-intro")),
        lines: Vec::new(),
        action: page.href(format!("{LIST}/new")),
        back: page.href(format!("{LIST}?post={post}")),
        back_word: page.t("desk-nav-resources"),
        button: page.t("desk-save"),
        fields: all,
        errors,
        danger: false,
    })
}

pub(super) async fn ask(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(at): Query<At>,
) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::KeepResources)?;
            let frame = Frame::load(cx, &page, &staff, LIST)?;
            let get = |name: &str| if name == "count" { "1".to_owned() } else { String::new() };
            let sheet = new_sheet(cx, &page, &at.post, &get, &[])?;
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

pub(super) async fn make(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            require_somewhere(&cx.actor, Action::KeepResources)?;
            let Ok(post) = posted.get("post").parse() else {
                return Ok(Err((posted, vec![Invalid::new("post", "invalid-missing")])));
            };
            let new = match typed(&posted, post, None) {
                Ok(new) => new,
                Err(wrong) => return Ok(Err((posted, wrong))),
            };
            match resources::save_resource(cx, &new) {
                Ok(_) => Ok(Ok(post)),
                Err(error) => Ok::<_, Fail>(Err((posted, mendable(error)?))),
            }
        })
        .await?;
    let (posted, wrong) = match done {
        Ok(post) => return Ok(Redirect::to(&page.href(format!("{LIST}?post={post}&done=saved"))).into_response()),
        Err(wrong) => wrong,
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, LIST)?;
            let sheet = new_sheet(cx, &page, &posted.get("post"), &|name| posted.get(name), &wrong)?;
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

#[derive(Template)]
#[template(path = "desk/resource.html")]
pub(super) struct OnePage {
    pub page: Page,
    pub frame: Frame,
    pub r: Line,
    pub href: String,
    pub version: i64,
    /// Who may keep it changes and lends it.
    pub keeps: bool,
    pub fields: Vec<Field>,
    pub errors: Vec<(String, String)>,
    pub due: String,
    pub done: Option<String>,
}

fn one(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: Uuid,
    asked: &str,
    again: Option<(&Posted, &[Invalid])>,
) -> Result<OnePage, Fail> {
    let found = resources::resource(cx, id)?;
    let (known, kinds) = (::places::snapshot(cx)?, resources::kinds(cx)?);
    let keeps = resources::may_keep(cx, found.post)?;
    let stored = |name: &str| match name {
        "kind" => found.kind.clone(),
        "name" => found.name.clone(),
        "place" => found.place.clone(),
        "count" => found.count.to_string(),
        "state" => found.condition.code().to_owned(),
        "hours" if found.hours.is_stated() => found.hours.to_string(),
        _ => String::new(),
    };
    let mut all = match again.filter(|(posted, _)| !posted.get("count").is_empty()) {
        Some((posted, _)) => fields(&page, &kinds, &|name| posted.get(name)),
        None => fields(&page, &kinds, &stored),
    };
    let errors = again.map(|(_, wrong)| blame(&page, &mut all, wrong)).unwrap_or_default();
    let done = ["changed", "lent", "back"].contains(&asked).then(|| page.tk("resource-done-", asked));
    // By default until the end of business tomorrow.
    let due = page.now.plus_days(1).zoned(&kernel::time::shanghai()).date().to_string();
    Ok(OnePage {
        r: line(&page, &known, &kinds, &found),
        href: page.href(format!("{LIST}/{id}")),
        version: found.version,
        frame: Frame::load(cx, &page, staff, LIST)?,
        keeps,
        fields: all,
        errors,
        due,
        done,
        page,
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct After {
    done: String,
}

pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    Query(after): Query<After>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    html(&app.rt.read(who, move |cx| one(cx, page, &staff, id, &after.done, None)).await?).map(unkept)
}

/// What came of a step on one thing: back to it, or the form again with what is wrong.
async fn after(
    app: &App,
    page: Page,
    staff: Staff,
    id: Uuid,
    (posted, done): (Posted, Result<(), ::places::Error>),
    word: &str,
) -> Result<Response, Fail> {
    let wrong = match done {
        Ok(()) => return Ok(Redirect::to(&page.href(format!("{LIST}/{id}?done={word}"))).into_response()),
        Err(error) => mendable(error)?,
    };
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| one(cx, page, &staff, id, "", Some((&posted, &wrong)))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, unkept(html(&shown)?)).into_response())
}

/// A step of whoever keeps things somewhere. What is refused comes back beside what was typed: nothing was written before it.
async fn step<T: Send + 'static>(
    app: &App,
    staff: &Staff,
    posted: Posted,
    f: impl FnOnce(&mut Cx<'_>, &Posted) -> Result<T, ::places::Error> + Send + 'static,
) -> Result<(Posted, Result<T, ::places::Error>), Fail> {
    let step = move |cx: &mut Cx<'_>| {
        require_somewhere(&cx.actor, Action::KeepResources)?;
        match f(cx, &posted) {
            // The database failed: nothing of it stays.
            Err(::places::Error::Store(e)) => Err(Fail::from(e)),
            done => Ok((posted, done)),
        }
    };
    app.rt.write(staff.who(Purpose::Administration), step).await
}

pub(super) async fn change(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    let done = step(&app, &staff, posted, move |cx, posted| {
        let found = resources::resource(cx, id)?;
        match typed(posted, found.post, Some((id, seen))) {
            Ok(new) => resources::save_resource(cx, &new).map(drop),
            Err(wrong) => {
                let field = wrong.first().map_or("count", |w| w.field);
                Err(::places::Error::Invalid { field, why: if field == "hours" { "hours" } else { "range" } })
            }
        }
    })
    .await?;
    after(&app, page, staff, id, done, "changed").await
}

/// A day and a time of day on the wall.
fn instant(day: &str, clock: &str) -> Option<Moment> {
    let date: jiff::civil::Date = kernel::text::narrow(day).trim().parse().ok()?;
    let clock = kernel::text::narrow(clock).trim().replace('：', ":");
    let time: jiff::civil::Time = if clock.is_empty() { jiff::civil::time(17, 0, 0, 0) } else { clock.parse().ok()? };
    let zoned = date.to_datetime(time).to_zoned_datetime(kernel::time::shanghai()).ok()?;
    Some(Moment::from(&zoned))
}

pub(super) async fn lend(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let count = kernel::text::narrow(&posted.get("loan")).trim().parse().unwrap_or(0);
    let due = instant(&posted.get("due"), &posted.get("clock"));
    let done = step(&app, &staff, posted, move |cx, posted| match due {
        Some(due) => resources::lend(cx, id, count, &posted.get("to"), due).map(drop),
        None => Err(::places::Error::Invalid { field: "due", why: "range" }),
    })
    .await?;
    after(&app, page, staff, id, done, "lent").await
}

pub(super) async fn take_back(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let loan: Option<Uuid> = posted.get("loan").parse().ok();
    let back = move |cx: &mut Cx<'_>, _: &Posted| loan.map(|loan| resources::take_back(cx, loan)).transpose();
    step(&app, &staff, posted, back).await?.1?.ok_or(Fail::BadRequest("bad-form"))?;
    Ok(Redirect::to(&page.href(format!("{LIST}/{id}?done=back"))).into_response())
}

pub(super) async fn remove(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    let removed = step(&app, &staff, posted, move |cx, _| {
        let post = resources::resource(cx, id)?.post;
        resources::remove_resource(cx, id, seen).map(|()| post)
    })
    .await?;
    match removed {
        (_, Ok(post)) => Ok(Redirect::to(&page.href(format!("{LIST}?post={post}&done=removed"))).into_response()),
        (posted, Err(error)) => after(&app, page, staff, id, (posted, Err(error)), "").await,
    }
}
