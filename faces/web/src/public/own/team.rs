//! The help team on the own page (N3): who it is, and agreeing, wishing and leaving, by the person or who speaks for them. Behind the
//! door of the plan, without script.

use super::form;
use super::plan::door::{self, Inside};
use crate::guard::Source;
use crate::public::post::Posted;
use crate::watch_view::Problem;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::HeaderMap;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::teams::{self, NewWishes};
use care::app::watch::Side;
use kernel::ids::AccountId;
use people::app::accounts;
use people::app::consents::By;
use people::app::links::Holder;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/team", get(show).post(send)).layer(from_fn(crate::public::track::no_store))
}

/// Somebody named: id and name.
type Named = (String, String);

#[derive(Template)]
#[template(path = "public/own/team.html")]
struct TeamPage {
    page: Page,
    code: String,
    guardian: bool,
    /// Old enough, or alone, as it is written down; or agreed before.
    for_them: bool,
    agreed: Option<String>,
    /// Team, named person, deputy.
    given: Option<(String, Named, Named)>,
    own_language: bool,
    /// Whom they would rather not have.
    not: Option<Named>,
    /// As the form was sent, when it could not be done.
    leaves: String,
    version: i64,
    done: Option<String>,
    problems: Vec<Problem>,
}

async fn load(app: &App, page: Page, inside: &Inside) -> Result<TeamPage, Fail> {
    let of = inside.of;
    let found = app.rt.read(inside.who.clone(), move |cx| {
        let own = teams::own(cx, of)?;
        let mut ids: Vec<AccountId> = own.of.as_ref().and_then(|o| o.not).into_iter().collect();
        ids.extend(own.of.iter().filter_map(|o| o.given.as_ref()).flat_map(|g| [g.main, g.deputy]));
        let names = accounts::names(cx, &ids)?;
        Ok::<_, Fail>((own, names))
    });
    let (own, names) = found.await?;
    let named = |id: AccountId| (id.to_string(), names.get(&id).cloned().unwrap_or_else(|| page.t("seen-staff")));
    let standing = own.of.as_ref();
    Ok(TeamPage {
        code: inside.code.clone(),
        guardian: of.guardian.is_some(),
        for_them: own.need.is_some() || standing.is_some(),
        agreed: standing.map(|o| page.day(o.agreed_at)),
        given: standing.and_then(|o| o.given.as_ref()).map(|g| (g.name.clone(), named(g.main), named(g.deputy))),
        own_language: standing.is_some_and(|o| o.own_language),
        not: standing.and_then(|o| o.not).map(named),
        leaves: String::new(),
        version: standing.map_or(0, |o| o.version),
        done: None,
        problems: Vec::new(),
        page,
    })
}

async fn show(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match door::enter(&app, &page, source, &headers, &code, None).await? {
        Ok(inside) => html(&load(&app, page, &inside).await?),
        Err(response) => Ok(response),
    }
}

async fn send(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let sent = form::send(&app, &page, (source, headers, code), posted, |posted| {
        let (leaves, seen) = (posted.get("do") == "leave", posted.get("version").parse().unwrap_or(0));
        let not = posted.get("not").parse::<AccountId>().ok();
        let wishes = NewWishes { by: By::Subject, own_language: posted.get("own_language") == "1", not };
        move |cx: &mut Cx<'_>, of: Holder| {
            if leaves {
                return teams::withdraw(cx, of.person, Side::Letter(of));
            }
            teams::agree(cx, of.person, Side::Letter(of), seen, &wishes)
        }
    });
    let sent = match sent.await? {
        Ok(sent) => sent,
        Err(response) => return Ok(response),
    };
    let mut shown = load(&app, page, &sent.inside).await?;
    let status = sent.status();
    match sent.problem {
        Some(problem) => {
            shown.own_language = sent.posted.get("own_language") == "1";
            shown.leaves = sent.posted.get("not");
            shown.problems.push(problem);
        }
        None => {
            let left = sent.posted.get("do") == "leave";
            shown.done = Some(shown.page.t(if left { "team-own-left" } else { "team-saved" }));
        }
    }
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let name = |n: &str, zh: &str, en: &str| (n.to_owned(), say(zh, en));
    let of = |for_them: bool, agreed: bool, given: bool| TeamPage {
        page: page.clone(),
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        guardian: given,
        for_them,
        agreed: agreed.then(|| page.day(page.now)),
        given: given.then(|| {
            (say("桂花里帮困先锋队", "Guihuali"), name("1", "陈玲", "Chen Ling"), name("2", "李明", "Li Ming"))
        }),
        own_language: given,
        not: agreed.then(|| name("3", "周强", "Zhou Qiang")),
        leaves: String::new(),
        version: 1,
        done: agreed.then(|| page.t("team-saved")),
        problems: if given { vec![("top", page.t("watch-stale"))] } else { Vec::new() },
    };
    [of(false, false, false), of(true, false, false), of(true, true, false), of(true, true, true)]
        .iter()
        .map(|p| ("public/own/team.html", p.render().unwrap_or_default()))
        .collect()
}
