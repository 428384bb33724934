//! What posts have (P6): the list of all with its file, one thing with what is lent of it, bringing a file, and the kinds.
//! Kept by the people of the post and the committee of the place; looked for by everybody who works in the district.

use super::{Sheet, SheetPage, allow};
use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Choice, Field, FieldKind, blame};
use crate::desk::words::Tag;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html, unkept};
use ::people::policy::{Action, ResourceFacts, decide, require_somewhere};
use ::places::app::resources::{self, SaveResource, Wanted};
use ::places::model::resource::{Condition, Loan, Resource, ResourceKind};
use ::places::{Post, Snapshot, Tier};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::PostId;
use kernel::{Moment, Purpose};
use matters::Invalid;
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

const LIST: &str = "/desk/resources";
const KINDS: &str = "/desk/admin/resources";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/resources", get(list))
        .route("/desk/resources/new", get(ask).post(make))
        .route("/desk/resources/file", get(ask_file).post(bring))
        .route("/desk/resources/{id}", get(show).post(change))
        .route("/desk/resources/{id}/lend", post(lend))
        .route("/desk/resources/{id}/back", post(take_back))
        .route("/desk/resources/{id}/remove", post(remove))
        .route("/desk/admin/resources", get(kinds))
        .route("/desk/admin/resources/{code}", get(ask_kind).post(save_kind))
}

/// One thing as a line shows it.
struct Line {
    href: String,
    kind: String,
    name: String,
    post: String,
    post_href: String,
    place: String,
    count: i64,
    free: i64,
    state: Tag,
    hours: String,
    lent: Vec<Lent>,
}

/// Something that is out.
struct Lent {
    id: String,
    count: i64,
    due: String,
    late: bool,
    to: Option<String>,
}

fn lent(page: &Page, loan: &Loan) -> Lent {
    Lent {
        id: loan.id.to_string(),
        count: loan.count,
        due: page.stamp(loan.due_at),
        late: loan.is_overdue(page.now),
        to: loan.to.clone(),
    }
}

fn state_tag(page: &Page, r: &Resource, post: Option<&Post>) -> Tag {
    let there = post.is_some_and(|p| r.is_there(p, page.now));
    let (icon, class, key) = match r.condition {
        Condition::Broken => ("warn", "tag tag-bad", "broken"),
        Condition::Missing => ("warn", "tag tag-bad", "missing"),
        Condition::Working if r.is_overdue(page.now) => ("warn", "tag tag-bad", "overdue"),
        Condition::Working if r.free() == 0 => ("clock", "tag tag-wait", "lent"),
        Condition::Working if there => ("check", "tag tag-good", "there"),
        Condition::Working => ("clock", "tag tag-plain", "later"),
    };
    Tag { icon, class, word: page.tk("resource-state-", key) }
}

fn line(page: &Page, known: &Snapshot, kinds: &[ResourceKind], r: &Resource) -> Line {
    let post = known.post(r.post);
    let kind = kinds.iter().find(|k| k.code == r.kind);
    Line {
        href: page.href(format!("{LIST}/{}", r.id)),
        kind: kind.map_or_else(|| r.kind.clone(), |k| k.name(page.look.lang).to_owned()),
        name: r.name.clone(),
        post: post.map(|p| p.name.clone()).unwrap_or_default(),
        post_href: page.href(format!("{LIST}?post={}", r.post)),
        place: r.place.clone(),
        count: r.count,
        free: r.free(),
        state: state_tag(page, r, post),
        hours: if r.hours.is_stated() { fmt::hours(page.loc, &r.hours) } else { String::new() },
        lent: r.lent.iter().map(|l| lent(page, l)).collect(),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    post: String,
    kind: String,
    overdue: String,
    done: String,
    r#as: String,
}

#[derive(Template)]
#[template(path = "desk/resources.html")]
struct ListPage {
    page: Page,
    frame: Frame,
    /// One post, by its name: the page under the post.
    post: Option<String>,
    kinds: Vec<Choice>,
    posts: Vec<Choice>,
    overdue: bool,
    lines: Vec<Line>,
    file: String,
    /// Where something is added, for those who may.
    new: Option<String>,
    import: bool,
    done: Option<String>,
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            let post: Option<PostId> = asked.post.parse().ok();
            let wanted = Wanted {
                post,
                kind: Some(asked.kind.clone()).filter(|k| !k.is_empty()),
                overdue: asked.overdue == "1",
            };
            let found = resources::resources(cx, &wanted)?;
            let known = ::places::snapshot(cx)?;
            let kinds = resources::kinds(cx)?;
            if file.is_some() {
                return Ok(Listed::File(as_table(&page, &known, &kinds, &found)));
            }
            let mut lines: Vec<Line> = found.iter().map(|r| line(&page, &known, &kinds, r)).collect();
            lines.truncate(400);
            let frame = Frame::load(cx, &page, &staff, LIST)?;
            let import = require_somewhere(&cx.actor, Action::KeepResources).is_ok();
            let may = match post {
                Some(post) if known.post(post).is_some() => resources::may_keep(cx, post)?,
                _ => import,
            };
            let query =
                [("post", asked.post.as_str()), ("kind", asked.kind.as_str()), ("overdue", asked.overdue.as_str())];
            let done = ["saved", "removed"].contains(&asked.done.as_str());
            let done = done.then(|| page.tk("resource-done-", &asked.done));
            let mut choices = vec![Choice::new("", page.t("desk-any"), &asked.kind)];
            choices.extend(kinds.iter().map(|k| Choice::new(&k.code, k.name(page.look.lang), &asked.kind)));
            Ok::<_, Fail>(Listed::Page(Box::new(ListPage {
                post: post.and_then(|p| known.post(p)).map(|p| p.name.clone()),
                new: may.then(|| page.href(format!("{LIST}/new?post={}", asked.post))),
                posts: posts(&page, &known, &asked.post, true),
                kinds: choices,
                overdue: wanted.overdue,
                file: table::href(&page, LIST, &query),
                import,
                lines,
                done,
                frame,
                page,
            })))
        })
        .await?;
    listed.answer(&words, file).await
}

/// The columns that a file brings, and what is out beside them.
fn as_table(page: &Page, known: &Snapshot, kinds: &[ResourceKind], found: &[Resource]) -> Table {
    let head = [
        "resource-post",
        "resource-kind",
        "resource-name",
        "resource-place",
        "resource-count",
        "resource-condition",
        "resource-hours",
        "resource-free",
        "resource-due",
    ];
    let row = |r: &Resource| {
        let post = known.post(r.post);
        let name = post.map(|p| p.code.clone().unwrap_or_else(|| p.name.clone())).unwrap_or_default();
        let kind = kinds.iter().find(|k| k.code == r.kind);
        let hours = if r.hours.is_stated() { r.hours.to_string() } else { String::new() };
        vec![
            name,
            kind.map_or_else(|| r.kind.clone(), |k| k.name(page.look.lang).to_owned()),
            r.name.clone(),
            r.place.clone(),
            r.count.to_string(),
            page.tk("resource-condition-", r.condition.code()),
            hours,
            r.free().to_string(),
            r.lent.first().map(|l| table::instant(l.due_at)).unwrap_or_default(),
        ]
    };
    Table::new(page, "resources", &head, found.iter().map(row).collect())
}

/// Posts to choose from: police posts first, as they are in the snapshot.
fn posts(page: &Page, known: &Snapshot, chosen: &str, any: bool) -> Vec<Choice> {
    let mut all = Vec::new();
    if any {
        all.push(Choice::new("", page.t("desk-any"), chosen));
    }
    let listed = |p: &&Post| any && p.tier == Tier::PolicePost || !any || p.id.to_string() == chosen;
    all.extend(known.posts().iter().filter(listed).map(|p| Choice::new(p.id.to_string(), &p.name, chosen)));
    all
}

/// What a form says of a thing.
fn fields(page: &Page, kinds: &[ResourceKind], get: &dyn Fn(&str) -> String) -> Vec<Field> {
    let now = get("kind");
    let kind = |k: &&ResourceKind| k.active || k.code == now;
    let kinds = kinds.iter().filter(kind).map(|k| Choice::new(&k.code, k.name(page.look.lang), &now)).collect();
    let state = match get("state") {
        empty if empty.is_empty() => "working".to_owned(),
        state => state,
    };
    vec![
        Field::select("kind", page.t("resource-kind"), kinds),
        Field::line("name", page.t("resource-name"), &get("name")).hint(page.t("resource-name-hint")),
        Field::line("place", page.t("resource-place"), &get("place")).hint(page.t("resource-place-hint")),
        Field::line("count", page.t("resource-count"), &get("count")).must(),
        Field::radio(
            "state",
            page.t("resource-condition"),
            Choice::codes(page, "resource-condition-", Condition::ALL.map(Condition::code), &state),
        ),
        Field::line("hours", page.t("resource-hours"), &get("hours")).hint(page.t("resource-hours-hint")),
    ]
}

fn typed(posted: &Posted, post: PostId, of: Option<(Uuid, i64)>) -> Result<SaveResource, Vec<Invalid>> {
    let mut wrong = Vec::new();
    let count = kernel::text::narrow(&posted.get("count")).trim().parse().unwrap_or_else(|_| {
        wrong.push(Invalid::new("count", "resource-wrong-range"));
        1
    });
    let hours = posted.get("hours").parse().unwrap_or_else(|_| {
        wrong.push(Invalid::new("hours", "resource-wrong-hours"));
        ::places::WeekHours::default()
    });
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(SaveResource {
        of,
        post,
        kind: posted.get("kind"),
        name: posted.get("name"),
        place: posted.get("place"),
        count,
        condition: Condition::from_code(&posted.get("state")).unwrap_or(Condition::Working),
        hours,
    })
}

/// What belongs to the form; anything else is a page of its own.
fn mendable(error: ::places::Error) -> Result<Vec<Invalid>, Fail> {
    match error {
        ::places::Error::Invalid { field, why } => Ok(vec![Invalid::new(field, wrong_key(why))]),
        other => Err(other.into()),
    }
}

fn wrong_key(why: &str) -> &'static str {
    match why {
        "missing" => "invalid-missing",
        "too-long" => "resource-wrong-too-long",
        "taken" => "resource-wrong-taken",
        "unknown" => "resource-wrong-unknown",
        "several" => "resource-wrong-several",
        "personal" => "resource-wrong-personal",
        "lent" => "resource-wrong-lent",
        "not-yours" => "resource-wrong-not-yours",
        "csv" => "resource-wrong-csv",
        _ => "resource-wrong-range",
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct At {
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

async fn ask(State(app): State<App>, page: Page, staff: Staff, Query(at): Query<At>) -> Result<Response, Fail> {
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

async fn make(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
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
struct OnePage {
    page: Page,
    frame: Frame,
    r: Line,
    href: String,
    version: i64,
    /// Who may keep it changes and lends it.
    keeps: bool,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    due: String,
    done: Option<String>,
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
struct After {
    done: String,
}

async fn show(
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

async fn change(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    let done = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::KeepResources)?;
            let found = resources::resource(cx, id)?;
            let done = match typed(&posted, found.post, Some((id, seen))) {
                Ok(new) => resources::save_resource(cx, &new).map(drop),
                Err(wrong) => {
                    let first = wrong.first().map_or("count", |w| w.field);
                    Err(::places::Error::Invalid {
                        field: first,
                        why: if first == "hours" { "hours" } else { "range" },
                    })
                }
            };
            Ok::<_, Fail>((posted, done))
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

async fn lend(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let count = kernel::text::narrow(&posted.get("loan")).trim().parse().unwrap_or(0);
    let due = instant(&posted.get("due"), &posted.get("clock"));
    let done = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::KeepResources)?;
            let done = match due {
                Some(due) => resources::lend(cx, id, count, &posted.get("to"), due).map(drop),
                None => Err(::places::Error::Invalid { field: "due", why: "range" }),
            };
            Ok::<_, Fail>((posted, done))
        })
        .await?;
    after(&app, page, staff, id, done, "lent").await
}

async fn take_back(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let loan: Option<Uuid> = posted.get("loan").parse().ok();
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::KeepResources)?;
            let loan = loan.ok_or(Fail::BadRequest("bad-form"))?;
            Ok::<_, Fail>(resources::take_back(cx, loan)?)
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("{LIST}/{id}?done=back"))).into_response())
}

async fn remove(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let seen = posted.get("version").parse().unwrap_or(0);
    let removed = app
        .rt
        .write(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::KeepResources)?;
            let post = resources::resource(cx, id)?.post;
            match resources::remove_resource(cx, id, seen) {
                Ok(()) => Ok(Ok(post)),
                Err(error) => Ok::<_, Fail>(Err((posted, Err(error)))),
            }
        })
        .await?;
    match removed {
        Ok(post) => Ok(Redirect::to(&page.href(format!("{LIST}?post={post}&done=removed"))).into_response()),
        Err(wrong) => after(&app, page, staff, id, wrong, "").await,
    }
}

fn file_sheet(page: &Page, text: &str, lines: Vec<String>, wrong: Vec<(String, String)>) -> Sheet {
    Sheet {
        title: page.t("resource-file"),
        intro: Some(page.t("resource-file-intro")),
        lines,
        action: page.href(format!("{LIST}/file")),
        back: page.href(LIST),
        back_word: page.t("desk-nav-resources"),
        button: page.t("resource-file-do"),
        fields: vec![Field::area("csv", page.t("resource-file-csv"), text, 12).hint(page.t("resource-file-hint"))],
        errors: wrong,
        danger: false,
    }
}

async fn ask_file(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::KeepResources)?;
            let frame = Frame::load(cx, &page, &staff, LIST)?;
            // Written as people write it; a table has narrow commas.
            let head = page.t("resource-file-head").replace('，', ",");
            let sheet = file_sheet(&page, &format!("{head}\n"), Vec::new(), Vec::new());
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

async fn bring(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let text = posted.pairs().into_iter().find(|(n, _)| n == "csv").map(|(_, t)| t).unwrap_or_default();
    let (who, sent) = (staff.who(Purpose::Administration), text.clone());
    let done = app
        .rt
        .write(who.clone(), move |cx| match resources::bring_resources(cx, &sent) {
            Ok(done) => Ok(Ok(done)),
            Err(::places::Error::Lines(lines)) => Ok::<_, Fail>(Err(lines)),
            Err(other) => Err(other.into()),
        })
        .await?;
    let (status, lines, wrong, text) = match done {
        Ok(done) => {
            let args = [("added", done.added), ("changed", done.changed), ("same", done.same)];
            let args = args.map(|(name, n)| (name, n.to_string()));
            (StatusCode::OK, vec![page.loc.args("resource-file-done", &args)], Vec::new(), String::new())
        }
        Err(lines) => {
            let words = |(line, field, why): (u64, &str, &'static str)| {
                let field = page.tk("resource-", if field == "state" { "condition" } else { field });
                let what = page.t2("desk-field-problem", "field", field, "what", page.t(wrong_key(why)));
                ("csv".to_owned(), page.t2("resource-file-line", "line", line, "what", what))
            };
            (StatusCode::UNPROCESSABLE_ENTITY, Vec::new(), lines.into_iter().take(30).map(words).collect(), text)
        }
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, LIST)?;
            let sheet = file_sheet(&page, &text, lines, wrong);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    Ok((status, html(&shown)?).into_response())
}

struct KindLine {
    href: String,
    name: String,
    other: String,
    offered: bool,
    active: bool,
}

#[derive(Template)]
#[template(path = "desk/admin/resources.html")]
struct KindsPage {
    page: Page,
    frame: Frame,
    kinds: Vec<KindLine>,
    file: String,
    done: bool,
}

async fn kinds(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageResourceKinds)?;
            let frame = Frame::load(cx, &page, &staff, KINDS)?;
            let kinds = resources::kinds(cx)?;
            let line = |k: &ResourceKind| KindLine {
                href: page.href(format!("{KINDS}/{}", k.code)),
                name: k.name(page.look.lang).to_owned(),
                other: if page.zh() { k.name_en.clone() } else { k.name_zh.clone() },
                offered: k.is_offered(),
                active: k.active,
            };
            let kinds: Vec<KindLine> = kinds.iter().map(line).collect();
            if file.is_some() {
                let yes = |b: bool| page.t(if b { "resource-yes" } else { "resource-no" });
                let row = |k: KindLine| vec![k.name, k.other, yes(k.offered), yes(k.active)];
                let head = ["resource-kind", "resource-kind-other", "resource-kind-offered", "resource-kind-active"];
                return Ok(Listed::File(Table::new(
                    &page,
                    "resource-kinds",
                    &head,
                    kinds.into_iter().map(row).collect(),
                )));
            }
            let file = table::href(&page, KINDS, &[]);
            Ok::<_, Fail>(Listed::Page(Box::new(KindsPage { kinds, file, done: asked.done == "saved", frame, page })))
        })
        .await?;
    listed.answer(&words, file).await
}

fn kind_sheet(page: &Page, code: &str, (zh, en, active, version): (&str, &str, bool, i64), wrong: &[Invalid]) -> Sheet {
    let mut fields = vec![
        Field::line("name_zh", page.t("resource-kind-zh"), zh).must(),
        Field::line("name_en", page.t("resource-kind-en"), en),
        Field {
            kind: FieldKind::Check,
            ..Field::line("active", page.t("resource-kind-active"), if active { "1" } else { "" })
        },
        Field::hidden("version", &version.to_string()),
    ];
    let errors = blame(page, &mut fields, wrong);
    Sheet {
        title: if zh.is_empty() { page.t("resource-kind-new") } else { page.t1("resource-kind-change", "name", zh) },
        intro: Some(page.t("resource-kind-intro")),
        lines: Vec::new(),
        action: page.href(format!("{KINDS}/{code}")),
        back: page.href(KINDS),
        back_word: page.t("desk-nav-resource-kinds"),
        button: page.t("desk-save"),
        fields,
        errors,
        danger: false,
    }
}

async fn ask_kind(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageResourceKinds)?;
            let frame = Frame::load(cx, &page, &staff, KINDS)?;
            let sheet = if code == "new" {
                kind_sheet(&page, "new", ("", "", true, 0), &[])
            } else {
                let k = resources::kinds(cx)?.into_iter().find(|k| k.code == code).ok_or(Fail::NotFound)?;
                kind_sheet(&page, &code, (&k.name_zh, &k.name_en, k.active, k.version), &[])
            };
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

async fn save_kind(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let kind = ResourceKind {
        code: if code == "new" { String::new() } else { code.clone() },
        name_zh: posted.get("name_zh"),
        name_en: posted.get("name_en"),
        active: posted.get("active") == "1",
        version: posted.get("version").parse().unwrap_or(0),
    };
    let (who, again) = (staff.who(Purpose::Administration), kind.clone());
    let done = app
        .rt
        .write(who.clone(), move |cx| match resources::save_kind(cx, &kind) {
            Ok(_) => Ok(None),
            Err(error) => Ok::<_, Fail>(Some(mendable(error)?)),
        })
        .await?;
    let Some(wrong) = done else {
        return Ok(Redirect::to(&page.href(format!("{KINDS}?done=saved"))).into_response());
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, KINDS)?;
            let typed = (again.name_zh.as_str(), again.name_en.as_str(), again.active, again.version);
            let sheet = kind_sheet(&page, &code, typed, &wrong);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

/// May this actor see what posts have? For the link in the side list.
pub(in crate::desk) fn may_view(cx: &Cx<'_>) -> bool {
    decide(&cx.actor, cx.purpose, Action::ViewResources, &ResourceFacts::District).is_allowed()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn sample_line(page: &Page, i: usize) -> Line {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        Line {
            href: page.href("/desk/resources/1"),
            kind: name("轮椅", "Wheelchair"),
            name: name("二号", "No. 2"),
            post: name("青禾站", "Qinghe post"),
            post_href: page.href("/desk/resources?post=1"),
            place: name("门厅", "Hall"),
            count: 2,
            free: 2 - i as i64,
            state: Tag { icon: "check", class: "tag tag-good", word: page.t("resource-state-there") },
            hours: if i > 0 { page.t("hours-always") } else { String::new() },
            lent: (0..i)
                .map(|n| Lent {
                    id: n.to_string(),
                    count: 1,
                    due: page.stamp(page.now),
                    late: n == 0,
                    to: (n == 0).then(|| name("三楼李老师", "The teacher upstairs")),
                })
                .collect(),
        }
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let mut out = Vec::new();
        let kinds = ResourceKind::built_in();
        for n in [0_usize, 2] {
            let list = ListPage {
                page: page.clone(),
                frame: Frame::sample(page),
                post: (n > 0).then(|| sample_line(page, 0).post),
                kinds: vec![Choice::new("", page.t("desk-any"), "")],
                posts: vec![Choice::new("", page.t("desk-any"), "")],
                overdue: n > 0,
                lines: (0..n).map(|i| sample_line(page, i)).collect(),
                file: table::href(page, LIST, &[]),
                new: (n > 0).then(|| page.href("/desk/resources/new")),
                import: n > 0,
                done: (n > 0).then(|| page.t("resource-done-saved")),
            };
            out.push(("desk/resources.html", list.render().unwrap_or_default()));
            let mut fields = fields(page, &kinds, &|_| String::new());
            let wrong = if n > 0 { vec![Invalid::new("count", "resource-wrong-range")] } else { Vec::new() };
            let errors = blame(page, &mut fields, &wrong);
            let one = OnePage {
                page: page.clone(),
                frame: Frame::sample(page),
                r: sample_line(page, n.min(1)),
                href: page.href("/desk/resources/1"),
                version: 1,
                keeps: n > 0,
                fields,
                errors,
                due: "2026-11-25".into(),
                done: (n > 0).then(|| page.t("resource-done-lent")),
            };
            out.push(("desk/resource.html", one.render().unwrap_or_default()));
            let kinds = KindsPage {
                page: page.clone(),
                frame: Frame::sample(page),
                kinds: (0..n)
                    .map(|i| KindLine {
                        href: page.href("/desk/admin/resources/aed"),
                        name: sample_line(page, 0).kind,
                        other: String::new(),
                        offered: i == 0,
                        active: i == 0,
                    })
                    .collect(),
                file: table::href(page, KINDS, &[]),
                done: n > 0,
            };
            out.push(("desk/admin/resources.html", kinds.render().unwrap_or_default()));
        }
        out
    }
}
