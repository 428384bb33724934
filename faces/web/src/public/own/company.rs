//! Company on the own page (N10): what somebody is invited to and what else there is, with a yes and a no; whether and when somebody
//! rings. Behind the door of the plan (it says when somebody is away from home), without script.

use super::form;
use super::plan::door::{self, Inside};
use crate::company_view::CallTime;
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
use care::app::company::{self, Own, OwnActivity};
use care::model::company::{ActivityId, ActivityState, CallOutcome, Reply};
use kernel::ids::AccountId;
use people::app::accounts;
use people::app::links::Holder;
use std::collections::HashMap;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/p/{code}/company", get(show).post(send)).layer(from_fn(crate::public::track::no_store))
}

/// Something to come to.
struct Line {
    id: String,
    title: String,
    kind: String,
    when: String,
    place: String,
    /// End of `own-company-said-…`.
    said: &'static str,
    class: &'static str,
    icon: &'static str,
    may_come: bool,
    may_decline: bool,
    full: bool,
}

/// What is chosen on the form of wishes.
struct Wishes {
    calls: bool,
    activities: bool,
    time: CallTime,
    version: i64,
}

impl Wishes {
    fn read(posted: &Posted) -> Self {
        Self {
            calls: posted.get("calls") == "1",
            activities: posted.get("activities") == "1",
            time: CallTime::read(posted),
            version: posted.get("version").parse().unwrap_or(0),
        }
    }
}

#[derive(Template)]
#[template(path = "public/own/company.html")]
struct CompanyPage {
    page: Page,
    code: String,
    guardian: bool,
    lines: Vec<Line>,
    /// What is said about calls; none: nobody rings.
    calls: Option<Vec<String>>,
    wishes: Wishes,
    done: Option<String>,
    problems: Vec<Problem>,
}

fn line(page: &Page, own: &OwnActivity) -> Line {
    let a = &own.activity;
    let cancelled = a.state == ActivityState::Cancelled;
    let (said, class, icon) = match own.reply {
        _ if cancelled => ("cancelled", "tag-bad", "warn"),
        Some(Reply::Coming) => ("coming", "tag-good", "check"),
        Some(Reply::Declined) => ("declined", "tag-plain", "check"),
        Some(Reply::Invited) => ("invited", "tag-wait", "clock"),
        None => ("open", "tag-plain", "person"),
    };
    let begins = format!("{:02}:{:02}", a.begins.hour(), a.begins.minute());
    Line {
        id: a.id.to_string(),
        title: a.title.clone(),
        kind: page.tk("activity-kind-", a.kind.code()),
        when: page.t2("time-stamp", "day", page.date(a.on), "clock", begins),
        place: a.place.clone(),
        said,
        class,
        icon,
        may_come: !cancelled && own.reply != Some(Reply::Coming) && !own.full(),
        may_decline: !cancelled && matches!(own.reply, Some(Reply::Coming | Reply::Invited)),
        full: !cancelled && own.full(),
    }
}

/// Who rings and when, and whether they did this week.
fn calls(page: &Page, own: &Own, names: &HashMap<AccountId, String>) -> Option<Vec<String>> {
    let wish = own.wish.as_ref().filter(|w| w.calls)?;
    let who = wish.caller.and_then(|id| names.get(&id));
    let mut out = vec![match who {
        Some(name) => page.t1("own-company-caller", "name", name),
        None => page.t("own-company-no-caller"),
    }];
    out.extend(CallTime::of(&wish.part).words(page).map(|when| page.t1("own-company-when", "when", when)));
    out.push(page.t(if own.reached { "own-company-reached" } else { "own-company-not-yet" }));
    if let Some((CallOutcome::Not, at)) = own.last {
        out.push(page.t1("own-company-missed", "at", page.stamp(at)));
    }
    Some(out)
}

async fn load(app: &App, page: Page, inside: &Inside) -> Result<CompanyPage, Fail> {
    let of = inside.of;
    let found = app.rt.read(inside.who.clone(), move |cx| {
        let own = company::own(cx, of)?;
        let caller: Vec<AccountId> = own.wish.as_ref().and_then(|w| w.caller).into_iter().collect();
        let names = accounts::names(cx, &caller)?;
        Ok::<_, Fail>((own, names))
    });
    let (own, names) = found.await?;
    let wish = own.wish.as_ref();
    Ok(CompanyPage {
        code: inside.code.clone(),
        guardian: of.guardian.is_some(),
        lines: own.ahead.iter().map(|a| line(&page, a)).collect(),
        calls: calls(&page, &own, &names),
        wishes: Wishes {
            calls: wish.is_some_and(|w| w.calls),
            activities: wish.is_some_and(|w| w.activities),
            time: wish.map(|w| CallTime::of(&w.part)).unwrap_or_default(),
            version: wish.map_or(0, |w| w.version),
        },
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
        let (what, wishes) = (posted.get("do"), Wishes::read(posted));
        let id = posted.get("activity").parse::<ActivityId>().ok();
        move |cx: &mut Cx<'_>, of: Holder| {
            if what == "wishes" {
                let part = wishes.time.code();
                return company::set_own_wish(cx, of, wishes.version, wishes.calls, wishes.activities, &part);
            }
            let id = id.ok_or(care::Error::Store(store::Error::NotFound))?;
            match company::own_reply(cx, of, id, what == "come") {
                // The words of the desk speak of asking somebody else.
                Err(care::Error::Refused("activity-full")) => Err(care::Error::Refused("activity-full-own")),
                other => other,
            }
        }
    });
    let sent = match sent.await? {
        Ok(sent) => sent,
        Err(response) => return Ok(response),
    };
    let mut shown = load(&app, page, &sent.inside).await?;
    let (status, what) = (sent.status(), sent.posted.get("do"));
    match sent.problem {
        Some(problem) => {
            if what == "wishes" {
                let version = shown.wishes.version;
                shown.wishes = Wishes { version, ..Wishes::read(&sent.posted) };
            }
            shown.problems.push(problem);
        }
        None => {
            let key = match what.as_str() {
                "come" => "own-company-done-come",
                "wishes" => "own-company-done-wishes",
                _ => "own-company-done-stay",
            };
            shown.done = Some(shown.page.t(key));
        }
    }
    Ok((status, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use care::app::company::Activity;
    use care::model::company::ActivityKind;
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let one = |state, reply, coming| {
        let activity = Activity {
            id: ActivityId(uuid::Uuid::nil()),
            area: kernel::ids::AreaId(uuid::Uuid::nil()),
            kind: ActivityKind::PhoneLesson,
            title: say("手机课：视频通话", "Phone lesson: video calls"),
            place: say("居委会一楼活动室", "Committee room"),
            on: page.now.zoned(&kernel::time::shanghai()).date(),
            begins: jiff::civil::time(14, 0, 0, 0),
            capacity: 12,
            state,
            attended: None,
            invited: 3,
            coming,
            version: 1,
        };
        line(page, &OwnActivity { activity, reply })
    };
    let lines = || {
        vec![
            one(ActivityState::Planned, Some(Reply::Invited), 3),
            one(ActivityState::Planned, Some(Reply::Coming), 12),
            one(ActivityState::Planned, Some(Reply::Declined), 12),
            one(ActivityState::Cancelled, Some(Reply::Coming), 3),
            one(ActivityState::Planned, None, 3),
        ]
    };
    let of = |full: bool| CompanyPage {
        page: page.clone(),
        code: "ABCD-EFGH-JKMN-PQRS".into(),
        guardian: full,
        lines: if full { lines() } else { Vec::new() },
        calls: full.then(|| vec![page.t("own-company-no-caller"), page.t("own-company-not-yet")]),
        wishes: Wishes { calls: full, activities: full, time: CallTime::of("2m"), version: 1 },
        done: full.then(|| page.t("own-company-done-come")),
        problems: if full { vec![("top", page.t("watch-stale"))] } else { Vec::new() },
    };
    [of(false), of(true)].iter().map(|p| ("public/own/company.html", p.render().unwrap_or_default())).collect()
}
