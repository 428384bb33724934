//! What and who is near on foot, for the desk: posts and open safe houses around a case, a matter or one's own post, and who on
//! duty or available is within some minutes. People are listed only in the name of what is open, or around one's own post by its
//! duty officer; in a case they can be called from here.

use super::view::Choice;
use super::{Frame, ground};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::ids::{AccountId, CaseId, MatterId, PostId};
use kernel::{Point, Purpose};
use matters::app::near::{MINUTES, NearPeople, USUAL_MINUTES, of_matter, of_post};
use people::policy::{Action, require_somewhere};
use places::app::near::{Ask, NearPost, nearest_posts};
use serde::Deserialize;
use serde_json::json;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/near", get(around_post))
        .route("/desk/matters/{id}/near", get(around_matter))
        .route("/desk/lost/{id}/near", get(around_case))
        .route("/desk/lost/{id}/near/call", post(call))
}

/// Posts shown.
const POSTS: usize = 6;

pub(super) struct PostLine {
    name: String,
    tier: String,
    walk: String,
    open: Option<String>,
    offers: String,
    phone: String,
}

pub(super) struct PersonLine {
    account: String,
    name: String,
    what: String,
    place: String,
    until: Option<String>,
    confirmed: bool,
    walk: String,
    phone: Option<String>,
    /// May be called from here.
    callable: bool,
}

#[derive(Template)]
#[template(path = "desk/near.html")]
struct NearPage {
    page: Page,
    frame: Frame,
    title: String,
    back: String,
    back_word: String,
    /// Where the form for other minutes leads, with what else it sends.
    action: String,
    post: Option<String>,
    minutes: i64,
    choices: Vec<Choice>,
    /// Nobody knows where it is.
    nowhere: bool,
    posts: Vec<PostLine>,
    people: Vec<PersonLine>,
    estimate: bool,
    /// Where those who are ticked are called, and the version that was seen.
    call: Option<(String, i64)>,
    problem: Option<String>,
    done: Option<String>,
    /// Middle of the map, and the point there as GeoJSON.
    centre: Option<(f64, f64, String)>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    minutes: String,
    post: String,
    done: String,
}

impl Asked {
    fn minutes(&self) -> i64 {
        self.minutes.parse().ok().filter(|m| MINUTES.contains(m)).unwrap_or(USUAL_MINUTES)
    }
}

/// What a page needs besides who is near.
struct About {
    title: String,
    back: String,
    back_word: String,
    action: String,
    post: Option<String>,
}

fn post_line(page: &Page, n: NearPost) -> PostLine {
    let offers: Vec<String> = n.offers.iter().map(|o| o.name(page.look.lang).to_owned()).collect();
    let open = if n.open {
        None
    } else {
        Some(
            n.opens_at.map_or_else(|| page.t("desk-post-closed-now"), |at| page.t1("near-opens", "at", page.stamp(at))),
        )
    };
    PostLine {
        tier: page.tk("desk-tier-", n.post.tier.code()),
        walk: page.t1("near-minutes", "n", n.minutes),
        open,
        offers: offers.join(&page.t("list-comma")),
        name: n.post.name,
        phone: n.post.phone,
    }
}

fn people_lines(cx: &mut Cx<'_>, page: &Page, near: &NearPeople, callable: bool) -> Result<Vec<PersonLine>, Fail> {
    let ids: Vec<AccountId> = near.people.iter().map(|p| p.account).collect();
    let names = people::app::accounts::names(cx, &ids)?;
    let known = places::snapshot(cx)?;
    let mut out = Vec::new();
    for p in &near.people {
        let Some(name) = names.get(&p.account) else { continue };
        let at_post = p.post.and_then(|id| known.post(id)).map(|post| post.name.clone());
        let phone = people::app::accounts::account(cx, p.account)?.phone_ext;
        out.push(PersonLine {
            account: p.account.to_string(),
            name: name.clone(),
            what: p.role.map_or_else(|| page.t("near-on-duty"), |r| page.tk("role-", r.code())),
            place: at_post.or_else(|| p.area.map(|a| ground::called(&known, a, page.look.lang))).unwrap_or_default(),
            until: p.until.map(|at| page.t1("near-until", "at", page.stamp(at))),
            confirmed: p.confirmed,
            walk: page.t1("near-minutes", "n", p.minutes),
            phone,
            callable: callable && lost::app::near::may_be_called(cx, p.account)?,
        });
    }
    Ok(out)
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    (asked, about, call): (&Asked, About, Option<(String, i64)>),
    near: Option<NearPeople>,
) -> Result<NearPage, Fail> {
    let minutes = asked.minutes();
    let people = match &near {
        Some(near) => people_lines(cx, &page, near, call.is_some())?,
        None => Vec::new(),
    };
    let posts = match &near {
        Some(near) => posts_around(cx, &page, near.from)?,
        None => Vec::new(),
    };
    let frame = Frame::load(cx, &page, staff, "/desk/near")?;
    let choices = [5, 10, 15, 20, 30];
    let now = minutes.to_string();
    let choices = choices.map(|n| Choice::new(n.to_string(), page.t1("near-minutes", "n", n), &now)).to_vec();
    Ok(NearPage {
        title: about.title,
        back: about.back,
        back_word: about.back_word,
        action: about.action,
        post: about.post,
        minutes,
        choices,
        nowhere: near.is_none(),
        posts,
        people,
        estimate: near.as_ref().is_some_and(|n| n.estimate),
        call,
        problem: None,
        done: asked.done.parse::<usize>().ok().map(|n| page.t1("near-called", "n", n)),
        centre: near.map(|n| (n.from.lat(), n.from.lon(), from_here(&page, n.from))),
        frame,
        page,
    })
}

/// Where the minutes are counted from, for the map.
fn from_here(page: &Page, at: Point) -> String {
    let point = json!({ "type": "Point", "coordinates": [at.lon(), at.lat()] });
    let feature = json!({ "type": "Feature", "geometry": point, "properties": { "title": page.t("near-from") } });
    json!({ "type": "FeatureCollection", "features": [feature] }).to_string()
}

fn posts_around(cx: &mut Cx<'_>, page: &Page, from: Point) -> Result<Vec<PostLine>, Fail> {
    let near = nearest_posts(cx, from, &Ask { most: POSTS, ..Ask::default() })?;
    Ok(near.open.into_iter().chain(near.later).map(|n| post_line(page, n)).collect())
}

async fn around_matter(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<MatterId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let shown = app
        .rt
        .read(who, move |cx| {
            let near = of_matter(cx, id, asked.minutes())?;
            let about = About {
                title: page.t("near-desk-title"),
                back: page.href(format!("/desk/matters/{id}")),
                back_word: page.t("near-back-matter"),
                action: page.href(format!("/desk/matters/{id}/near")),
                post: None,
            };
            build(cx, page, &staff, (&asked, about, None), near)
        })
        .await?;
    html(&shown).map(unkept)
}

fn case_page(cx: &mut Cx<'_>, page: Page, staff: &Staff, id: CaseId, asked: &Asked) -> Result<NearPage, Fail> {
    let near = lost::app::near::of_case(cx, id, asked.minutes())?;
    let version = lost::app::load(cx, id)?.version;
    let call = lost::app::may(cx, id, Action::CallHelp)?;
    let about = About {
        title: page.t("near-desk-title"),
        back: page.href(format!("/desk/lost/{id}")),
        back_word: page.t("near-back-case"),
        action: page.href(format!("/desk/lost/{id}/near")),
        post: None,
    };
    let call = call.then(|| (page.href(format!("/desk/lost/{id}/near/call")), version));
    build(cx, page, staff, (asked, about, call), near)
}

async fn around_case(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    html(&app.rt.read(who, move |cx| case_page(cx, page, &staff, id, &asked)).await?).map(unkept)
}

async fn call(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    let asked = Asked { minutes: posted.get("minutes"), ..Asked::default() };
    let minutes = asked.minutes();
    let seen = posted.get("version").parse().unwrap_or(0);
    let chosen: Vec<AccountId> = posted.list("who").iter().filter_map(|id| id.parse().ok()).collect();
    let done = app.rt.write(who.clone(), move |cx| lost::app::near::call_near(cx, id, seen, minutes, &chosen)).await;
    let problem = match done {
        Ok(n) => {
            let to = page.href(format!("/desk/lost/{id}/near?minutes={minutes}&done={n}"));
            return Ok(Redirect::to(&to).into_response());
        }
        Err(lost::Error::Invalid { field: "helper", .. }) => page.t("near-call-nobody"),
        Err(lost::Error::Stale { .. }) => page.t("lost-stale"),
        Err(error) => return Err(error.into()),
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let shown = case_page(cx, page, &staff, id, &asked)?;
            Ok::<_, Fail>(NearPage { problem: Some(problem), ..shown })
        })
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, unkept(html(&shown)?)).into_response())
}

/// Around a post where the reader is duty officer or head.
async fn around_post(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| {
            require_somewhere(&cx.actor, Action::FindNearPost)?;
            let known = places::snapshot(cx)?;
            let own = cx.actor.grants().iter().find_map(|g| g.post);
            let any = || known.posts().iter().find(|p| p.parent.is_none()).map(|p| p.id);
            let post: Option<PostId> = asked.post.parse().ok().or(own).or_else(any);
            let near = match post {
                Some(post) => of_post(cx, post, asked.minutes())?,
                None => None,
            };
            let name = post.and_then(|p| known.post(p)).map(|p| p.name.clone()).unwrap_or_default();
            let about = About {
                title: page.t1("near-post-title", "post", name),
                back: page.href("/desk/duty"),
                back_word: page.t("desk-duty"),
                action: page.href("/desk/near"),
                post: post.map(|p| p.to_string()),
            };
            build(cx, page, &staff, (&asked, about, None), near)
        })
        .await?;
    html(&shown).map(unkept)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let of = |n: usize| NearPage {
            page: page.clone(),
            frame: Frame::sample(page),
            title: page.t("near-desk-title"),
            back: page.href("/desk/lost/1"),
            back_word: page.t("near-back-case"),
            action: page.href("/desk/lost/1/near"),
            post: (n > 0).then(|| "1".into()),
            minutes: 10,
            choices: vec![Choice::new("10", page.t1("near-minutes", "n", 10), "10")],
            nowhere: n == 0,
            posts: (0..n)
                .map(|i| PostLine {
                    name: name("青禾站", "Qinghe post"),
                    tier: page.t("desk-tier-safe_house"),
                    walk: page.t1("near-minutes", "n", i),
                    open: (i > 0).then(|| page.t1("near-opens", "at", page.stamp(page.now))),
                    offers: name("轮椅", "Wheelchair"),
                    phone: "021-0571 0100".into(),
                })
                .collect(),
            people: (0..n)
                .map(|i| PersonLine {
                    account: i.to_string(),
                    name: name("李明", "Li Ming"),
                    what: page.t("near-on-duty"),
                    place: name("青禾站", "Qinghe post"),
                    until: (i > 0).then(|| page.t1("near-until", "at", page.stamp(page.now))),
                    confirmed: i > 0,
                    walk: page.t1("near-minutes", "n", 4),
                    phone: (i > 0).then(|| "021-0571 0101".into()),
                    callable: i > 0,
                })
                .collect(),
            estimate: true,
            call: (n > 0).then(|| ("/desk/lost/1/near/call".into(), 3)),
            problem: (n > 0).then(|| page.t("near-call-nobody")),
            done: (n > 0).then(|| page.t1("near-called", "n", 2)),
            centre: (n > 0).then(|| (30.9, 121.4, "{}".into())),
        };
        [0, 2].into_iter().map(|n| ("desk/near.html", of(n).render().unwrap_or_default())).collect()
    }
}
