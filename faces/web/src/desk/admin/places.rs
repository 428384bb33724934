//! AreasPage with what is wrong with their coverage, and posts with hours, state and who is on duty (P1, P2). Both are changed
//! by imports, whole sets at a time; here they are looked at.

use super::allow;
use crate::desk::sought::{self, Sought};
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::Choice;
use crate::desk::words::Tag;
use crate::desk::{Frame, ground, map};
use crate::session::Staff;
use crate::{App, Fail, Page, fmt};
use ::places::{AreaKind, Snapshot, Tier};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use people::policy::{Action, ResourceFacts, decide};
use serde::Deserialize;
use serde_json::{Value, json};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/areas", get(areas).post(sought::lead))
        .route("/desk/admin/posts", get(posts).post(sought::lead))
        .route("/desk/admin/coverage.geojson", get(coverage_map))
}

/// Lines of one page.
const SHOWN: usize = 200;

struct AreaLine {
    id: String,
    name: String,
    /// Beside the Chinese name, where somebody said it.
    english: String,
    code: String,
    outline: bool,
}

struct ProblemLine {
    kind: String,
    words: String,
}

#[derive(Template)]
#[template(path = "desk/admin/areas.html")]
struct AreasPage {
    page: Page,
    frame: Frame,
    kinds: Vec<Choice>,
    text: String,
    heading: String,
    areas: Vec<AreaLine>,
    cut: bool,
    file: String,
    problems: Vec<ProblemLine>,
    /// Whether there is anything to be covered by.
    police: bool,
    /// Address of the outlines.
    outline: String,
    /// May draw; the kind that is shown.
    draws: Option<&'static str>,
    later: Vec<LaterLine>,
    done: Option<String>,
}

/// Borders that change on a day to come.
struct LaterLine {
    id: String,
    words: String,
    failed: Option<String>,
    /// Will not be done as it stands.
    stale: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    kind: String,
    text: String,
    sought: String,
    tier: String,
    r#as: String,
    done: String,
}

async fn areas(State(app): State<App>, page: Page, staff: Staff, Sought(asked): Sought<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageAreas)?;
            let mut frame = Frame::load(cx, &page, &staff, "/desk/admin/areas")?;
            let ground = ::places::snapshot(cx)?;
            let kind = AreaKind::from_code(&asked.kind).unwrap_or(AreaKind::Town);
            let filters = [("kind", kind.code()), (sought::FIELD, asked.sought.as_str())];
            frame.keeps(&filters);
            let wanted = kernel::text::narrow(&asked.text).trim().to_lowercase();
            let fits = |a: &&::places::Area| {
                wanted.is_empty()
                    || a.name.to_lowercase().contains(&wanted)
                    || a.code.as_deref().is_some_and(|c| c.starts_with(&wanted))
            };
            let mut areas: Vec<AreaLine> = ground
                .of_kind(kind)
                .filter(fits)
                .map(|a| AreaLine {
                    name: a.name.clone(),
                    english: a.name_en.clone().unwrap_or_default(),
                    code: a.code.clone().unwrap_or_default(),
                    id: a.id.to_string(),
                    outline: a.outline.is_some(),
                })
                .collect();
            let heading = page.t2("desk-areas-heading", "kind", page.tk("area-", kind.code()), "n", areas.len());
            if file.is_some() {
                return Ok(Listed::File(areas_table(&page, areas)));
            }
            let cut = areas.len() > SHOWN;
            areas.truncate(SHOWN);
            Ok::<_, Fail>(Listed::Page(Box::new(AreasPage {
                file: table::href(&page, "/desk/admin/areas", &filters),
                kinds: Choice::codes(&page, "area-", AreaKind::ALL.iter().map(|k| k.code()), kind.code()),
                text: asked.text,
                heading,
                areas,
                cut,
                problems: problems(&page, &ground),
                police: ground.of_kind(AreaKind::Police).next().is_some(),
                outline: page.href(format!("/desk/areas.geojson?kind={}", kind.code())),
                draws: decide(&cx.actor, cx.purpose, Action::EditAreas, &ResourceFacts::District)
                    .is_allowed()
                    .then_some(kind.code()),
                later: later(cx, &page)?,
                done: ["later", "withdrawn"]
                    .contains(&asked.done.as_str())
                    .then(|| page.tk("editor-done-", &asked.done)),
                frame,
                page,
            })))
        })
        .await?;
    listed.answer(&words, file).await
}

fn later(cx: &mut Cx<'_>, page: &Page) -> Result<Vec<LaterLine>, Fail> {
    let line = |l: ::places::app::edit_later::Later| LaterLine {
        id: l.id.to_string(),
        words: page.t2("editor-later-line", "at", page.stamp(l.from), "names", l.names.join(&page.t("list-and"))),
        stale: l.stale,
        failed: l.why.map(|why| page.t1("editor-later-failed", "why", page.tk("error-places-", why))),
    };
    Ok(::places::app::edit_later::waiting(cx)?.into_iter().map(line).collect())
}

fn areas_table(page: &Page, areas: Vec<AreaLine>) -> Table {
    let head =
        ["desk-area-name", "editor-name-en", "desk-area-code", "desk-area-outline"].map(|key| page.t(key)).into();
    let drawn = |outline: bool| page.t(if outline { "desk-area-drawn" } else { "desk-area-undrawn" });
    let rows = areas.into_iter().map(|a| vec![a.name, a.english, a.code, drawn(a.outline)]).collect();
    Table { name: "areas".into(), head, rows, ..Table::default() }
}

/// Who is on duty just now is left out: a file stays, duty changes.
fn posts_table(page: &Page, posts: Vec<PostLine>) -> Table {
    let head = ["desk-post-name", "desk-post-tier", "desk-post-address", "desk-post-hours", "desk-staff-phone"];
    let row = |p: PostLine| vec![p.name, p.tier, p.address.unwrap_or_default(), p.hours, p.phone.unwrap_or_default()];
    let rows = posts.into_iter().map(row).collect();
    Table { name: "posts".into(), head: head.map(|key| page.t(key)).into(), rows, ..Table::default() }
}

fn problems(page: &Page, ground: &Snapshot) -> Vec<ProblemLine> {
    let mut out = Vec::new();
    if let Some(coverage) = ground.coverage() {
        for piece in &coverage.pieces {
            let args = [
                ("area", fmt::number(piece.square_metres.round() as i64)),
                ("at", piece.inside.to_string()),
                ("names", piece.areas.join(&page.t("list-and"))),
            ];
            let words = page.loc.args(&format!("desk-coverage-{}", piece.fault.code()), &args);
            out.push(ProblemLine { kind: page.t("desk-coverage-bad"), words });
        }
    }
    let undrawn = ground.of_kind(AreaKind::Police).filter(|a| a.outline.is_none()).count();
    if undrawn > 0 {
        out.push(ProblemLine {
            kind: page.t("desk-area-undrawn"),
            words: page.t1("desk-coverage-undrawn", "n", undrawn),
        });
    }
    out
}

/// The offending pieces, drawn.
async fn coverage_map(State(app): State<App>, staff: Staff) -> Result<Response, Fail> {
    let body = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageAreas)?;
            coverage(cx)
        })
        .await?;
    Ok(map::geojson(&body))
}

/// Pieces of the district that lie in no police area or in two, as GeoJSON.
pub(crate) fn coverage(cx: &mut Cx<'_>) -> Result<Value, Fail> {
    let ground = ::places::snapshot(cx)?;
    let none = json!({ "type": "FeatureCollection", "features": [] });
    Ok(ground.coverage().map_or(none, |c| c.to_geojson()))
}

struct PostLine {
    id: String,
    /// It has a point, so the map shows it.
    placed: bool,
    name: String,
    tier: String,
    address: Option<String>,
    hours: String,
    open: Tag,
    duty: Vec<String>,
    phone: Option<String>,
    /// The sheet with the QR code that hangs at a running post.
    poster: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/posts.html")]
struct PostsPage {
    page: Page,
    frame: Frame,
    text: String,
    tiers: Vec<Choice>,
    posts: Vec<PostLine>,
    cut: bool,
    file: String,
    /// There are none at all, whatever is looked for.
    none: bool,
}

async fn posts(State(app): State<App>, page: Page, staff: Staff, Sought(asked): Sought<Ask>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManagePosts)?;
            let mut frame = Frame::load(cx, &page, &staff, "/desk/admin/posts")?;
            let filters = [("tier", asked.tier.as_str()), (sought::FIELD, asked.sought.as_str())];
            frame.keeps(&filters);
            let ground = ::places::snapshot(cx)?;
            let on = ground::people_on(cx, page.now)?;
            let wanted = kernel::text::narrow(&asked.text).trim().to_lowercase();
            let tier = Tier::from_code(&asked.tier);
            let mut posts: Vec<PostLine> = ground
                .posts()
                .iter()
                .filter(|p| tier.is_none_or(|t| p.tier == t))
                .filter(|p| wanted.is_empty() || p.name.to_lowercase().contains(&wanted))
                .map(|p| {
                    let (icon, class, word) = ground::open_look(&page, p);
                    PostLine {
                        id: p.id.to_string(),
                        placed: p.point.is_some(),
                        name: p.name.clone(),
                        tier: page.tk("desk-tier-", p.tier.code()),
                        address: Some(p.address.clone()).filter(|a| !a.is_empty()),
                        hours: fmt::hours(page.loc, &p.hours),
                        open: Tag { icon, class, word },
                        duty: on.get(&p.id).map(|d| d.iter().map(|x| x.name.clone()).collect()).unwrap_or_default(),
                        phone: Some(p.phone.clone()).filter(|t| !t.is_empty()),
                        poster: (p.state == ::places::PostState::Running).then(|| page.href(format!("/post/{}", p.id))),
                    }
                })
                .collect();
            if file.is_some() {
                return Ok(Listed::File(posts_table(&page, posts)));
            }
            let cut = posts.len() > SHOWN;
            posts.truncate(SHOWN);
            let tiers = Choice::any(&page, "desk-tier-", Tier::ALL.iter().map(|t| t.code()), &asked.tier);
            let none = ground.posts().is_empty();
            let file = table::href(&page, "/desk/admin/posts", &filters);
            let shown = PostsPage { text: asked.text, tiers, posts, cut, file, none, frame, page };
            Ok::<_, Fail>(Listed::Page(Box::new(shown)))
        })
        .await?;
    listed.answer(&words, file).await
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let mut out = Vec::new();
        for n in [0_usize, 2] {
            let areas = AreasPage {
                page: page.clone(),
                frame: Frame::sample(page),
                kinds: Choice::codes(page, "area-", AreaKind::ALL.iter().map(|k| k.code()), "town"),
                text: String::new(),
                heading: page.t2("desk-areas-heading", "kind", page.t("area-town"), "n", n),
                areas: (0..n)
                    .map(|i| AreaLine {
                        id: i.to_string(),
                        name: name("南桥镇", "Nanqiao"),
                        english: name("", "Nanqiao Town"),
                        code: "310120101000".into(),
                        outline: i == 0,
                    })
                    .collect(),
                cut: n > 0,
                file: table::href(page, "/desk/admin/areas", &[]),
                problems: (0..n)
                    .map(|_| ProblemLine {
                        kind: page.t("desk-coverage-bad"),
                        words: page.t1("desk-coverage-undrawn", "n", 3),
                    })
                    .collect(),
                police: n > 0,
                outline: page.href("/desk/areas.geojson?kind=town"),
                draws: (n > 0).then_some("town"),
                later: (0..n)
                    .map(|i| LaterLine {
                        id: i.to_string(),
                        words: page.t2(
                            "editor-later-line",
                            "at",
                            page.stamp(page.now),
                            "names",
                            name("南桥镇", "Nanqiao"),
                        ),
                        stale: i == 0,
                        failed: (i > 0)
                            .then(|| page.t1("editor-later-failed", "why", page.tk("error-places-", "stale"))),
                    })
                    .collect(),
                done: (n > 0).then(|| page.tk("editor-done-", "later")),
            };
            out.push(("desk/admin/areas.html", areas.render().unwrap_or_default()));
            let posts = PostsPage {
                page: page.clone(),
                frame: Frame::sample(page),
                text: String::new(),
                tiers: Choice::any(page, "desk-tier-", Tier::ALL.iter().map(|t| t.code()), ""),
                posts: (0..n)
                    .map(|i| PostLine {
                        id: i.to_string(),
                        placed: i == 0,
                        name: name("青禾站", "Qinghe Post"),
                        tier: page.t("desk-tier-police_post"),
                        address: (i == 0).then(|| name("青禾路1号", "1 Qinghe Road")),
                        hours: page.t("hours-always"),
                        open: Tag { icon: "check", class: "tag tag-good", word: page.t("desk-post-open-now") },
                        duty: (0..i).map(|_| name("李明", "Li Ming")).collect(),
                        phone: Some("021-0571 0100".into()),
                        poster: (i == 0).then(|| page.href("/post/1")),
                    })
                    .collect(),
                none: n == 0,
                cut: n > 0,
                file: table::href(page, "/desk/admin/areas", &[]),
            };
            out.push(("desk/admin/posts.html", posts.render().unwrap_or_default()));
        }
        out
    }
}
