//! Who is on duty: a short list beside the matters, one's own place first and open doors only, and a page with all posts.

use super::Frame;
use super::ground::{self, Person, open_look, people_on};
use super::table::{self, As, Listed, Table};
use super::view::Choice;
use crate::session::Staff;
use crate::{App, Fail, Page};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use kernel::Purpose;
use kernel::ids::{AreaId, PostId};
use people::policy::{Action, ResourceFacts, require};
use places::{AreaKind, Post, PostState, Snapshot};
use serde::Deserialize;
use std::collections::HashMap;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/duty", get(show))
}

/// A post with its state and who is on duty.
#[derive(Debug, Clone)]
pub(crate) struct OnDuty {
    pub name: String,
    pub tier: String,
    pub town: Option<String>,
    pub open: String,
    pub icon: &'static str,
    pub class: &'static str,
    pub people: Vec<Person>,
    pub phone: Option<String>,
}

/// The list beside the matters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beside {
    pub posts: Vec<OnDuty>,
    /// Posts that are not shown here.
    pub more: usize,
    pub href: String,
}

/// Posts shown beside a list.
const SHOWN: usize = 5;

/// The open posts nearest to the reader's work.
pub(crate) fn beside(cx: &mut Cx<'_>, page: &Page) -> Result<Beside, Fail> {
    let known = places::snapshot(cx)?;
    let mut running: Vec<&Post> = known.posts().iter().filter(|p| p.state == PostState::Running).collect();
    let all = running.len();
    running.retain(|p| p.open_at(page.now));
    let near = Near::of(cx, &known);
    let on = people_on(cx, page.now)?;
    // Where somebody is on duty comes before doors that are merely open.
    running.sort_by_key(|p| (!on.contains_key(&p.id), near.rank(&known, p)));
    running.truncate(SHOWN);
    let posts: Vec<_> = running.into_iter().map(|p| on_duty(page, &known, &on, p)).collect();
    Ok(Beside { more: all - posts.len(), posts, href: page.href("/desk/duty") })
}

/// Where the reader works.
struct Near {
    posts: Vec<PostId>,
    areas: Vec<AreaId>,
    towns: Vec<AreaId>,
}

impl Near {
    fn of(cx: &Cx<'_>, known: &Snapshot) -> Self {
        let grants = cx.actor.grants();
        Self {
            posts: grants.iter().filter_map(|g| g.post).collect(),
            areas: grants.iter().filter_map(|g| g.area).collect(),
            towns: ground::towns_of(cx, known),
        }
    }

    /// 0 one's own post or what hangs on it, 1 in one's own area, 2 in one's town, 3 elsewhere. Tiers keep their order.
    fn rank(&self, known: &Snapshot, post: &Post) -> u8 {
        let own = |id: PostId| self.posts.contains(&id);
        if own(post.id) || post.parent.is_some_and(own) {
            return 0;
        }
        if self.areas.is_empty() && self.towns.is_empty() {
            return 3;
        }
        let at = post.point.and_then(|p| known.locate(p).ok());
        let inside = at.iter().flat_map(|at| [at.police, at.grid, at.community]).flatten();
        let served = post.serves.iter().copied();
        if inside.chain(served).any(|a| self.areas.contains(&a)) {
            return 1;
        }
        let in_town = at.and_then(|at| at.town).is_some_and(|town| self.towns.contains(&town));
        if in_town { 2 } else { 3 }
    }
}

fn on_duty(page: &Page, known: &Snapshot, on: &HashMap<PostId, Vec<Person>>, post: &Post) -> OnDuty {
    let (icon, class, open) = open_look(page, post);
    let town = post.point.and_then(|p| known.locate(p).ok()).and_then(|at| at.town);
    OnDuty {
        name: post.name.clone(),
        tier: page.tk("desk-tier-", post.tier.code()),
        town: town.and_then(|t| known.area(t)).map(|t| t.called(page.look.lang).to_owned()),
        open,
        icon,
        class,
        people: on.get(&post.id).cloned().unwrap_or_default(),
        phone: Some(post.phone.clone()).filter(|t| !t.is_empty()),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ask {
    town: String,
    /// Closed doors too.
    all: String,
    r#as: String,
}

#[derive(Template)]
#[template(path = "desk/duty.html")]
struct DutyPage {
    page: Page,
    frame: Frame,
    towns: Vec<Choice>,
    all: bool,
    posts: Vec<OnDuty>,
    file: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(ask): Query<Ask>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (kind, words) = (As::from_code(&ask.r#as), page.clone());
    let listed = app
        .rt
        .read(who, move |cx| {
            require(&cx.actor, cx.purpose, Action::ViewDesk, &ResourceFacts::District)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/duty")?;
            let known = places::snapshot(cx)?;
            let near = Near::of(cx, &known);
            let on = people_on(cx, page.now)?;
            let town: Option<AreaId> = ask.town.parse().ok();
            let in_town = |p: &Post| p.point.and_then(|at| known.locate(at).ok()).and_then(|at| at.town);
            let mut listed: Vec<&Post> = known
                .posts()
                .iter()
                .filter(|p| p.state == PostState::Running && (ask.all == "1" || p.open_at(page.now)))
                .filter(|p| town.is_none() || in_town(p) == town)
                .collect();
            listed.sort_by_key(|p| (near.rank(&known, p), !on.contains_key(&p.id)));
            let posts: Vec<OnDuty> = listed.into_iter().map(|p| on_duty(&page, &known, &on, p)).collect();
            if kind.is_some() {
                return Ok(Listed::File(as_table(&page, posts).marked(cx)?));
            }
            let file = table::href(&page, "/desk/duty", &[("town", &ask.town), ("all", &ask.all)]);
            let mut towns = vec![Choice::new("", page.t("desk-any"), &ask.town)];
            towns.extend(
                known
                    .of_kind(AreaKind::Town)
                    .map(|t| Choice::new(t.id.to_string(), t.called(page.look.lang), &ask.town)),
            );
            Ok::<_, Fail>(Listed::Page(Box::new(DutyPage { page, frame, towns, all: ask.all == "1", posts, file })))
        })
        .await?;
    listed.answer(&words, kind).await
}

fn as_table(page: &Page, posts: Vec<OnDuty>) -> Table {
    let comma = page.t("list-comma");
    let row = |p: OnDuty| {
        let people: Vec<String> = p.people.into_iter().map(|person| person.name).collect();
        vec![p.name, p.tier, p.town.unwrap_or_default(), p.open, people.join(&comma), p.phone.unwrap_or_default()]
    };
    let head =
        ["desk-duty-post", "desk-post-tier", "desk-duty-town", "desk-col-state", "desk-duty", "desk-staff-phone"];
    Table::new(page, "duty", &head, posts.into_iter().map(row).collect())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Invented posts.
    pub(in crate::desk) fn posts(page: &Page, n: usize) -> Vec<OnDuty> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let post = |i| OnDuty {
            name: name("青禾警务站", "Qinghe post"),
            tier: page.t("desk-tier-police_post"),
            town: (i % 2 == 0).then(|| name("青禾镇", "Qinghe")),
            open: page.t("desk-post-open-now"),
            icon: "check",
            class: "tag tag-good",
            people: (0..i).map(|_| Person { name: name("李明", "Li Ming"), phone: None }).collect(),
            phone: (i > 0).then(|| "021-0571 0100".to_owned()),
        };
        (0..n).map(post).collect()
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        [0, 3]
            .into_iter()
            .map(|n| {
                let (page, frame) = (page.clone(), Frame::sample(page));
                let towns = vec![Choice::new("", page.t("desk-any"), "")];
                let posts = posts(&page, n);
                let file = table::href(&page, "/desk/duty", &[]);
                let shown = DutyPage { page, frame, towns, all: n > 0, posts, file };
                ("desk/duty.html", shown.render().unwrap_or_default())
            })
            .collect()
    }
}
