//! What posts have (P6): the list of all with its file, one thing with what is lent of it, bringing a file, and the kinds.
//! Kept by the people of the post and the committee of the place; looked for by everybody who works in the district.

mod file;
mod kinds;
mod one;
#[cfg(test)]
pub(super) mod samples;

use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Choice, Field};
use crate::desk::words::Tag;
use crate::guard::PHOTOS;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt};
use ::people::policy::{Action, ResourceFacts, decide, require_somewhere};
use ::places::app::resources::{self, SaveResource, Wanted};
use ::places::model::resource::{Condition, Loan, Resource, ResourceKind};
use ::places::{Post, Snapshot, Tier};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::PostId;
use matters::Invalid;
use serde::Deserialize;
use store::Cx;
use uuid::Uuid;

const LIST: &str = "/desk/resources";
/// Lines of one page.
const SHOWN: usize = 200;
const KINDS: &str = "/desk/admin/resources";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/resources", get(list))
        .route("/desk/resources/new", get(one::ask).post(one::make))
        .route("/desk/resources/file", get(file::ask_file).post(file::bring).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/desk/resources/{id}", get(one::show).post(one::change))
        .route("/desk/resources/{id}/lend", post(one::lend))
        .route("/desk/resources/{id}/back", post(one::take_back))
        .route("/desk/resources/{id}/remove", post(one::remove))
        .route("/desk/admin/resources", get(kinds::kinds))
        .route("/desk/admin/resources/{code}", get(kinds::ask_kind).post(kinds::save_kind))
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
    /// Number of the first line that is shown, from 0.
    from: String,
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
    /// Which of how many, when not all are on this page.
    shown: Option<String>,
    before: Option<String>,
    after: Option<String>,
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
            let from = asked.from.parse().unwrap_or(0_usize).min(found.len());
            let of_page = found.iter().skip(from).take(SHOWN);
            let lines: Vec<Line> = of_page.map(|r| line(&page, &known, &kinds, r)).collect();
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
                shown: shown(&page, from, lines.len(), found.len()),
                before: (from > 0).then(|| turned(&page, &asked, from.saturating_sub(SHOWN))),
                after: (from + lines.len() < found.len()).then(|| turned(&page, &asked, from + SHOWN)),
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

/// "Lines 201 to 400 of 731", unless all are there.
fn shown(page: &Page, from: usize, lines: usize, all: usize) -> Option<String> {
    let args = [("from", from + 1), ("to", from + lines), ("all", all)].map(|(name, n)| (name, n.to_string()));
    (lines > 0 && lines < all).then(|| page.loc.args("list-lines", &args))
}

/// The same list from another line on.
fn turned(page: &Page, asked: &Ask, from: usize) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("post", &asked.post)
        .append_pair("kind", &asked.kind)
        .append_pair("overdue", &asked.overdue)
        .append_pair("from", &from.to_string())
        .finish();
    page.href(format!("{LIST}?{query}"))
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
    let listed = |p: &&Post| !any || p.tier == Tier::PolicePost || p.id.to_string() == chosen;
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

/// May this actor see what posts have? For the link in the side list.
pub(in crate::desk) fn may_view(cx: &Cx<'_>) -> bool {
    decide(&cx.actor, cx.purpose, Action::ViewResources, &ResourceFacts::District).is_allowed()
}
