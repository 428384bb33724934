//! A suggestion is accepted for the people who were ticked, or declined with a reason.

use super::events::{mendable, minute};
use super::{HOME, day_words, decided, midnight, more, reason};
use crate::desk::Frame;
use crate::desk::view::form_key;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, fmt, html};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use kernel::ids::{AccountId, PostId};
use kernel::{Moment, Purpose, Role};
use matters::Invalid;
use matters::app::crowd::suggestion;
use people::policy::{Action, require_somewhere};
use places::app::crowd::{self as app_crowd, Accept, Duty};
use serde::Deserialize;
use store::Cx;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Which {
    key: String,
}

pub(super) struct PersonLine {
    pub account: String,
    pub name: String,
    pub role: String,
    pub patrol: bool,
    pub volunteer: bool,
}

#[derive(Template)]
#[template(path = "desk/crowd_decide.html")]
pub(super) struct DecidePage {
    pub page: Page,
    pub frame: Frame,
    pub key: String,
    pub day: String,
    pub post: String,
    pub more: String,
    pub why: Vec<String>,
    pub people: Vec<PersonLine>,
    pub from: String,
    pub until: String,
    pub reason: String,
    pub decided: Option<String>,
    pub errors: Vec<(String, String)>,
    pub again: String,
}

/// Roles that walk or help on such a day.
const WALKERS: [Role; 7] = [
    Role::CommunityOfficer,
    Role::Auxiliary,
    Role::PostHead,
    Role::DutyOfficer,
    Role::CommitteeWorker,
    Role::Volunteer,
    Role::BuildingLeader,
];

/// Who of the post and its areas may be asked: police and committee for patrols, the others as volunteers.
fn people_of(cx: &mut Cx<'_>, page: &Page, post: PostId, chosen: &Posted) -> Result<Vec<PersonLine>, Fail> {
    let known = places::snapshot(cx)?;
    let facts = places::app::resources::post_facts(&known, post)?;
    let people::policy::ResourceFacts::Place(here) = facts else { return Ok(Vec::new()) };
    let root = known.district().map(|d| d.id);
    let near = |area: Option<kernel::ids::AreaId>| {
        area.is_some_and(|a| {
            Some(a) != root
                && (here.areas.contains(&a)
                    || known.chain_ids(a).iter().any(|up| Some(*up) != root && here.areas.contains(up)))
        })
    };
    let seats = people::app::staff::sitting(cx, &WALKERS)?;
    let under = |p: PostId| p == post || known.post(p).and_then(|p| p.parent) == Some(post);
    let seats: Vec<_> = seats.into_iter().filter(|s| s.place.post.is_some_and(under) || near(s.place.area)).collect();
    let ids: Vec<AccountId> = seats.iter().map(|s| s.account).collect();
    let names = people::app::accounts::names(cx, &ids)?;
    let (patrol, volunteer) = (chosen.list("patrol"), chosen.list("volunteer"));
    let mut out: Vec<PersonLine> = Vec::new();
    for seat in seats {
        let account = seat.account.to_string();
        let Some(name) = names.get(&seat.account).filter(|_| !out.iter().any(|p| p.account == account)) else {
            continue;
        };
        out.push(PersonLine {
            name: name.clone(),
            role: page.tk("role-", seat.role.code()),
            patrol: patrol.contains(&account),
            volunteer: volunteer.contains(&account),
            account,
        });
    }
    out.truncate(120);
    Ok(out)
}

fn decide_page(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    (key, again): (&str, String),
    (posted, wrong): (&Posted, &[Invalid]),
) -> Result<DecidePage, Fail> {
    require_somewhere(&cx.actor, Action::DecideCrowd)?;
    let (s, done) = suggestion(cx, key)?;
    app_crowd::require_decide(cx, s.post)?;
    let known = places::snapshot(cx)?;
    let by: Vec<AccountId> = done.iter().filter_map(|d| d.by).collect();
    let names = people::app::accounts::names(cx, &by)?;
    let or = |name: &str, usual: String| Some(posted.get(name)).filter(|t| !t.is_empty()).unwrap_or(usual);
    let words = |w: &Invalid| (w.field.to_owned(), page.t(w.key));
    Ok(DecidePage {
        key: s.key.clone(),
        day: day_words(&page, s.day),
        post: known.post(s.post).map(|p| p.name.clone()).unwrap_or_default(),
        more: more(&page, &s),
        why: s.why.iter().map(|w| reason(&page, w)).collect(),
        people: people_of(cx, &page, s.post, posted)?,
        from: or("from", fmt::clock(s.from)),
        until: or("until", fmt::clock(s.to)),
        reason: posted.get("reason"),
        decided: done.as_ref().map(|d| decided(&page, &names, d).1),
        errors: wrong.iter().map(words).collect(),
        frame: Frame::load(cx, &page, staff, HOME)?,
        again,
        page,
    })
}

pub(super) async fn ask_decide(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(which): Query<Which>,
) -> Result<Response, Fail> {
    let again = form_key(&app);
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            decide_page(cx, page, &staff, (&which.key, again), (&Posted::default(), &[]))
        })
        .await?;
    html(&shown)
}

/// The times that were typed, on the day of the suggestion; past midnight is the day after.
fn times(day: Date, posted: &Posted) -> Result<(Moment, Moment), Vec<Invalid>> {
    let (from, until) = (minute(&posted.get("from")), minute(&posted.get("until")));
    let (Some(from), Some(until)) = (from, until) else { return Err(vec![Invalid::new("from", "crowd-wrong-clock")]) };
    let at = |minutes: u16| midnight(day).plus_minutes(i64::from(minutes));
    let to = if until > from { at(until) } else { at(until).plus_days(1) };
    Ok((at(from), to))
}

pub(super) async fn decide(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let again = form_key(&app);
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            require_somewhere(&cx.actor, Action::DecideCrowd)?;
            let (s, _) = suggestion(cx, &posted.get("key"))?;
            app_crowd::require_decide(cx, s.post)?;
            let result = if posted.get("do") == "decline" {
                app_crowd::decline(cx, &s.key, s.day, s.post, &posted.get("reason")).map(|()| "declined")
            } else {
                let of = |name: &str, duty: Duty| {
                    posted.list(name).iter().filter_map(|id| Some((id.parse().ok()?, duty))).collect::<Vec<_>>()
                };
                let mut people: Vec<(AccountId, Duty)> = of("patrol", Duty::Patrol);
                people.extend(of("volunteer", Duty::Volunteer));
                // Only those whom the page offers.
                let offered = people_of(cx, &page, s.post, &posted)?;
                people.retain(|(id, _)| offered.iter().any(|p| p.account == id.to_string()));
                match times(s.day, &posted) {
                    Err(wrong) => return Ok(Err((page, posted, wrong))),
                    Ok((from, to)) => {
                        let accept = Accept { key: s.key.clone(), day: s.day, post: s.post, from, to, people };
                        app_crowd::accept(cx, &accept).map(|_| "accepted")
                    }
                }
            };
            match result {
                Ok(word) => Ok(Ok((page, word))),
                Err(error) => Ok::<_, Fail>(Err((page, posted, mendable(error)?))),
            }
        })
        .await?;
    let (page, posted, wrong) = match done {
        Ok((page, word)) => return Ok(Redirect::to(&page.href(format!("{HOME}?done={word}"))).into_response()),
        Err(again) => again,
    };
    let shown = app
        .rt
        .read(who, move |cx| decide_page(cx, page, &staff, (&posted.get("key"), again), (&posted, &wrong)))
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}
