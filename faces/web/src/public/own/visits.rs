//! The family's page of visits: when somebody comes next and why, who, what is written about the elder, and how often they wish it.
//! Behind the door of the plan (code of a letter and the end of one's own number): what is written here says when somebody is alone.
//! Without script.

use super::plan::door::{self, Inside};
use crate::desk::visit_words as words;
use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::public::track;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::visits::{self, Often, Own, Said};
use kernel::Role;
use kernel::ids::AccountId;
use serde::Deserialize;

/// Days that are offered as the least distance between two visits.
const DAYS: [i64; 4] = [30, 60, 90, 180];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/visits", get(show).post(say)).layer(from_fn(track::no_store))
}

/// What is written about the elder, and from whom.
struct Fact {
    what: String,
    from: String,
}

/// The next visit and what is known about it.
struct View {
    next: Option<(String, String)>,
    who: String,
    welfare: bool,
    facts: Vec<Fact>,
    past: Vec<(String, String)>,
    safety: Option<String>,
    /// What a guardian asked for, while nobody has asked the elder.
    asked: Option<String>,
    version: i64,
    /// Value, words, chosen.
    wishes: Vec<(String, String, bool)>,
}

#[derive(Template)]
#[template(path = "public/own/visits.html")]
struct VisitsPage {
    page: Page,
    code: String,
    done: Option<String>,
    problem: Option<String>,
    /// None: nobody visits.
    v: Option<View>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

/// Role and name, as the elder meets them.
fn called(page: &Page, own: &Own, account: AccountId) -> String {
    let Some((name, role)) = own.who.get(&account) else { return page.t("seen-staff") };
    let role = role.filter(|r| *r != Role::CatchAll);
    let role = role.map_or_else(|| page.t("seen-staff"), |r| page.tk("role-", r.code()));
    format!("{role} {name}")
}

fn view(page: &Page, own: &Own) -> View {
    let plan = &own.plan;
    let next = plan.next.as_ref().map(|v| (page.date(v.due), words::why(page, &plan.reasons)));
    let pair = plan.next.as_ref().map(visits::Visit::pair).unwrap_or_default();
    let fact = |f: &visits::FactLine| {
        let who = f.written_by.map_or_else(|| page.t("seen-staff"), |a| called(page, own, a));
        Fact { what: page.tk("cared-fact-", f.kind.code()), from: words::fact_from(page, f, &who) }
    };
    let past = plan.past.iter().map(|l| {
        let by = l.by.map_or_else(|| page.t("seen-staff"), |a| called(page, own, a));
        (page.stamp(l.done_at), format!("{} · {by}", page.tk("cared-outcome-", l.outcome.code())))
    });
    let stands = plan.wish.as_ref().map(|w| w.days);
    let mut days = DAYS.to_vec();
    days.extend(stands.filter(|d| !DAYS.contains(d)));
    days.sort_unstable();
    let mut wishes = vec![("usual".to_owned(), page.t("own-visits-wish-usual"), stands.is_none())];
    wishes.extend(days.iter().map(|d| (d.to_string(), page.t1("own-visits-wish-days", "n", d), stands == Some(*d))));
    wishes.push(("none".to_owned(), page.t("own-visits-wish-none"), false));
    View {
        next,
        who: pair.into_iter().map(|a| called(page, own, a)).collect::<Vec<_>>().join(&page.t("list-comma")),
        welfare: plan.welfare_due.is_some(),
        facts: plan.facts.iter().map(fact).collect(),
        past: past.collect(),
        safety: plan.wish.as_ref().and_then(|w| w.safety.clone()),
        asked: plan.asked.as_ref().map(|a| words::asked(page, a, "own-visits-asked-")),
        version: plan.version,
        wishes,
    }
}

async fn show(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    Path(code): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let inside = match door::enter(&app, &page, source, &headers, &code, None).await? {
        Ok(inside) => inside,
        Err(response) => return Ok(response),
    };
    let done =
        ["wish", "ended", "waits"].into_iter().find(|d| *d == asked.done).map(|d| page.tk("own-visits-done-", d));
    answer(&app, page, inside, done, None).await
}

async fn answer(
    app: &App,
    page: Page,
    Inside { code, of, who }: Inside,
    done: Option<String>,
    problem: Option<String>,
) -> Result<Response, Fail> {
    let own = app.rt.read(who, move |cx| visits::own(cx, of.person)).await?;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let v = own.map(|own| view(&page, &own));
    Ok((status, html(&VisitsPage { page, code, done, problem, v })?).into_response())
}

async fn say(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (inside, posted) = match door::pass(&app, &page, source, &headers, &code, posted).await? {
        Ok(inside) => inside,
        Err(response) => return Ok(response),
    };
    app.limits.pass(Wicket::Report, source)?;
    let typed = posted.get("often");
    let often = match typed.as_str() {
        "usual" => Some(Often::Usual),
        "none" => Some(Often::None),
        days => days.parse().ok().map(Often::Days),
    };
    let Some(often) = often else {
        let problem = Some(page.t("own-visits-choose"));
        return answer(&app, page, inside, None, problem).await;
    };
    let seen = posted.get("version").parse().unwrap_or(0);
    let (person, guardian) = (inside.of.person, inside.of.guardian);
    let done = app.rt.write(inside.who.clone(), move |cx| visits::own_wish(cx, person, guardian, seen, often)).await;
    let problem = match done {
        Ok(said) => {
            let what = match said {
                Said::Waits => "waits",
                Said::Done if often == Often::None => "ended",
                Said::Done => "wish",
            };
            return Ok(Redirect::to(&page.href(format!("/p/{}/visits?done={what}", inside.code))).into_response());
        }
        Err(care::Error::Stale { .. }) => page.t("own-visits-stale"),
        Err(care::Error::Invalid { .. }) => page.t("own-visits-choose"),
        Err(care::Error::Denied(_)) => return Err(Fail::NotFound),
        Err(other) => return Err(other.into()),
    };
    answer(&app, page, inside, None, Some(problem)).await
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let view = |full: bool| View {
        next: Some((page.day(page.now), words::why(page, &["alone".into()]))),
        who: if full {
            format!("{} {}", page.tk("role-", "volunteer"), say("王明", "Wang Ming"))
        } else {
            String::new()
        },
        welfare: full,
        facts: if full {
            vec![Fact { what: page.tk("cared-fact-", "alone"), from: page.day(page.now) }]
        } else {
            vec![]
        },
        past: if full { vec![(page.stamp(page.now), page.tk("cared-outcome-", "seen"))] } else { vec![] },
        safety: full.then(|| say("楼上没有电梯", "No lift")),
        asked: full.then(|| page.t1("own-visits-asked-none", "day", page.day(page.now))),
        version: 1,
        wishes: vec![
            ("usual".into(), page.t("own-visits-wish-usual"), true),
            ("none".into(), page.t("own-visits-wish-none"), false),
        ],
    };
    let of = |v: Option<View>, full: bool| VisitsPage {
        page: page.clone(),
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        done: full.then(|| page.t("own-visits-done-wish")),
        problem: full.then(|| page.t("own-visits-choose")),
        v,
    };
    let all = [of(Some(view(true)), true), of(Some(view(false)), false), of(None, false)];
    all.into_iter().map(|p| ("public/own/visits.html", p.render().unwrap_or_default())).collect()
}
