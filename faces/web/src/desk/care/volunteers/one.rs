//! One volunteer: who they are, what is next, and the form of exactly that step.

use super::{LIST, date, ready, tag, week_words, words_of};
use crate::desk::view::Choice;
use crate::desk::words::Tag;
use crate::desk::{Frame, ground, nobody};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use ::care::app::visits::day_of;
use ::care::app::volunteers::{self, Approval, Approved, One};
use ::care::model::volunteer::{RefuseWhy, VolunteerId, VolunteerState, VolunteerStep};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Purpose;
use kernel::ids::AccountId;
use people::app::{accounts, password};
use people::policy::{Action, require_somewhere};
use secrecy::SecretString;
use serde::Deserialize;
use store::Cx;

/// Characters of a first password.
const PASSWORD: usize = 12;

/// A step that was taken, in words.
pub(super) struct Past {
    pub words: String,
    pub at: String,
}

#[derive(Template)]
#[template(path = "desk/care/volunteer.html")]
pub(super) struct OnePage {
    pub page: Page,
    pub frame: Frame,
    pub href: String,
    pub name: String,
    pub area: String,
    pub tag: Tag,
    pub ready: Option<Tag>,
    pub phone: Option<String>,
    pub about: Option<String>,
    pub tongues: String,
    pub skills: String,
    pub week: String,
    pub signed: String,
    pub trained: Option<String>,
    pub login: Option<String>,
    pub mentor: Option<String>,
    pub visits: i64,
    pub thanks: usize,
    pub past: Vec<Past>,
    pub state: &'static str,
    pub version: i64,
    /// The step that is next and may be taken here; `who` says who can, if it is somebody else's.
    pub next: Option<&'static str>,
    pub who: Option<String>,
    pub may_lead: bool,
    pub may_refuse: bool,
    pub may_leave: bool,
    pub serves: bool,
    pub mates: Vec<Choice>,
    pub whys: Vec<Choice>,
    pub today: String,
    pub year: String,
    pub title: String,
    pub typed: Typed,
    pub insured: String,
    pub errors: Vec<(String, String)>,
    pub done: Option<String>,
}

/// What was typed into the form of an approval or of thanks.
#[derive(Default, Clone)]
pub(super) struct Typed {
    pub login: String,
    pub thanks: String,
    pub title: String,
    pub until: String,
    pub insured: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Ask {
    done: String,
}

fn next_of(one: &One) -> Option<VolunteerStep> {
    match one.volunteer.state {
        VolunteerState::SignedUp => Some(VolunteerStep::Check),
        VolunteerState::Checked => Some(VolunteerStep::Train),
        VolunteerState::Trained => Some(VolunteerStep::Approve),
        VolunteerState::Approved => Some(VolunteerStep::TakeAlong),
        VolunteerState::Steady => Some(VolunteerStep::Promote),
        VolunteerState::Mentor | VolunteerState::Refused | VolunteerState::Left => None,
    }
}

pub(super) fn draw(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    id: VolunteerId,
    typed: Typed,
    errors: Vec<(String, String)>,
) -> Result<OnePage, Fail> {
    let one = volunteers::one(cx, id)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let v = &one.volunteer;
    let mut accounts_known: Vec<AccountId> = one.steps.iter().filter_map(|s| s.by).collect();
    accounts_known.extend(v.mentor);
    let names = accounts::names(cx, &accounts_known)?;
    let who = |id: Option<AccountId>| id.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| nobody(&page));
    let past = one
        .steps
        .iter()
        .map(|s| Past {
            words: page.t2("volunteer-past", "step", page.tk("volunteer-did-", &s.step), "who", who(s.by)),
            at: page.stamp(s.at),
        })
        .collect();
    let area = ground::names(cx, &page, &[v.area])?.remove(&v.area).unwrap_or_default();
    let step = next_of(&one);
    let own_check = v.checked_by.is_some() && v.checked_by == cx.actor.account_id();
    let may_next = match step {
        Some(VolunteerStep::Approve) => one.may_approve && !own_check,
        Some(_) => one.may_lead,
        None => false,
    };
    let waits_for = match step {
        Some(VolunteerStep::Approve) if own_check => Some("volunteer-who-other"),
        Some(VolunteerStep::Approve) => Some("volunteer-who-approves"),
        Some(_) => Some("volunteer-who-leads"),
        None => None,
    };
    let login = match v.account {
        Some(account) => Some(accounts::account(cx, account)?.login),
        None => None,
    };
    let mentor = v.mentor.map(|m| m.to_string()).unwrap_or_default();
    let mut mates = vec![Choice::new("", page.t("volunteer-mentor-none"), &mentor)];
    for m in volunteers::mates(cx, v.area)?.into_iter().filter(|m| v.account != Some(m.account)) {
        let label = page.t2("volunteer-mate", "name", &m.name, "role", page.tk("role-", m.role.code()));
        mates.push(Choice::new(m.account.to_string(), label, &mentor));
    }
    let (today, year) = (day_of(page.now).to_string(), day_of(page.now.plus_days(365)).to_string());
    Ok(OnePage {
        href: page.href(format!("{LIST}/{id}")),
        name: one.name.clone().unwrap_or_else(|| page.t("volunteer-nameless")),
        tag: tag(&page, v.state),
        ready: ready(&page, v).0,
        phone: one.phone.clone(),
        about: one.words.clone(),
        tongues: words_of(&page, "volunteer-tongue-", &v.tongues),
        skills: words_of(&page, "volunteer-skill-", &v.skills),
        week: week_words(&page, &v.week),
        signed: page.day(v.signed_at),
        trained: v.trained_on.map(|d| page.date(d)),
        login,
        mentor: v.mentor.map(|m| who(Some(m))),
        visits: one.visits,
        thanks: one.thanks,
        past,
        state: v.state.code(),
        version: v.version,
        next: step.filter(|_| may_next).map(VolunteerStep::code),
        who: waits_for.filter(|_| !may_next).map(|key| page.t(key)),
        may_lead: one.may_lead,
        may_refuse: one.may_lead && v.state.after(VolunteerStep::Refuse).is_some(),
        may_leave: one.may_lead && v.state.serves(),
        serves: v.state.serves(),
        mates,
        whys: Choice::codes(&page, "volunteer-why-", RefuseWhy::ALL.iter().map(|w| w.code()), ""),
        title: page.t1("volunteer-seat", "area", &area),
        insured: v.insured_until.map_or_else(|| year.clone(), |d| d.to_string()),
        area,
        today,
        year,
        typed,
        errors,
        done: None,
        frame,
        page,
    })
}

pub(super) async fn show(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<VolunteerId>,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    const DONE: [&str; 6] = ["step", "insure", "mentor", "thanks", "refuse", "leave"];
    let done = DONE.contains(&asked.done.as_str()).then(|| page.tk("volunteer-done-", &asked.done));
    let who = staff.who(Purpose::Administration);
    let shown = app
        .rt
        .read(who, move |cx| {
            Ok::<_, Fail>(OnePage { done, ..draw(cx, page, &staff, id, Typed::default(), Vec::new())? })
        })
        .await?;
    html(&shown)
}

/// What is wrong, at its field and in words; `Err` when it is nothing about a form.
fn told(page: &Page, error: ::care::Error) -> Result<(String, String), Fail> {
    match error {
        ::care::Error::Invalid { field, why } => {
            let key = match (field, why) {
                ("on" | "until" | "insured", _) => "volunteer-wrong-day",
                ("login", _) => "volunteer-wrong-login",
                ("thanks", "id-number") => "volunteer-no-id",
                (_, "too-long") => "invalid-too-long-here",
                _ => "invalid-missing",
            };
            Ok((field.to_owned(), page.t(key)))
        }
        ::care::Error::Refused(why) => Ok(("top".to_owned(), page.tk("rule-care-", why))),
        ::care::Error::Stale { .. } => Ok(("top".to_owned(), page.t("volunteer-stale"))),
        ::care::Error::People(people::Error::NotActive) => Ok(("login".to_owned(), page.t("volunteer-wrong-login"))),
        ::care::Error::People(people::Error::Separation) => Ok(("login".to_owned(), page.t("volunteer-wrong-admin"))),
        other => Err(other.into()),
    }
}

/// The page after a form: back with a word, or again with what is wrong and what was typed.
async fn after(
    app: App,
    page: Page,
    staff: Staff,
    id: VolunteerId,
    result: Result<(), ::care::Error>,
    done: &str,
    typed: Typed,
) -> Result<Response, Fail> {
    match result {
        Ok(()) => Ok(Redirect::to(&page.href(format!("{LIST}/{id}?done={done}"))).into_response()),
        Err(error) => {
            let stale = matches!(error, ::care::Error::Stale { .. } | ::care::Error::Refused(_));
            let errors = vec![told(&page, error)?];
            let status = if stale { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            let who = staff.who(Purpose::Administration);
            let shown = app.rt.read(who, move |cx| draw(cx, page, &staff, id, typed, errors)).await?;
            Ok((status, html(&shown)?).into_response())
        }
    }
}

fn seen(posted: &Posted) -> i64 {
    posted.get("version").parse().unwrap_or(0)
}

pub(super) async fn step(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<VolunteerId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let step = VolunteerStep::from_code(&posted.get("step")).ok_or(Fail::BadRequest("bad-form"))?;
    let (version, on, why) = (seen(&posted), date(&posted, "on"), RefuseWhy::from_code(&posted.get("why")));
    let who = staff.who(Purpose::Administration);
    let result = app.rt.write(who, move |cx| volunteers::step(cx, id, version, step, on, why)).await;
    let done = match step {
        VolunteerStep::Refuse => "refuse",
        VolunteerStep::Leave => "leave",
        _ => "step",
    };
    after(app, page, staff, id, result, done, Typed::default()).await
}

/// Printed and handed over: how to sign in for the first time.
#[derive(Template)]
#[template(path = "desk/care/volunteer_letter.html")]
pub(super) struct LetterPage {
    pub page: Page,
    pub frame: Frame,
    pub href: String,
    pub name: String,
    pub login: String,
    /// None: they keep the password of their account.
    pub password: Option<String>,
    pub site: String,
}

pub(super) async fn approve(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<VolunteerId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let typed = Typed {
        login: posted.get("login"),
        title: posted.get("title"),
        until: posted.get("until"),
        insured: posted.get("insured"),
        ..Typed::default()
    };
    let version = seen(&posted);
    let (Some(insured_until), Some(until)) = (date(&posted, "insured"), date(&posted, "until")) else {
        let field = if date(&posted, "insured").is_none() { "insured" } else { "until" };
        let wrong = Err(::care::Error::Invalid { field, why: "missing" });
        return after(app, page, staff, id, wrong, "step", typed).await;
    };
    // Asked before the hash, which takes its time.
    app.rt
        .read(staff.who(Purpose::Administration), |cx| {
            Ok::<_, Fail>(require_somewhere(&cx.actor, Action::ApproveVolunteer)?)
        })
        .await?;
    let mut bytes = [0_u8; PASSWORD];
    app.rt.ids().fill(&mut bytes);
    let plain = kernel::text::code_from(&bytes, PASSWORD);
    let (rt, secret) = (app.rt.clone(), SecretString::from(plain.clone()));
    let hashed = tokio::task::spawn_blocking(move || password::hash(&secret, rt.ids())).await;
    let hashed = hashed.map_err(|_| Fail::Unavailable)??;
    let with = Approval {
        insured_until,
        until,
        title: typed.title.clone(),
        login: Some(typed.login.clone()).filter(|l| !l.is_empty()),
        password: Some(hashed),
    };
    let who = staff.who(Purpose::Administration);
    let result = app.rt.write(who.clone(), move |cx| volunteers::approve(cx, id, version, &with)).await;
    let Approved { login, made, .. } = match result {
        Ok(done) => done,
        Err(error) => return after(app, page, staff, id, Err(error), "step", typed).await,
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let one = volunteers::one(cx, id)?;
            Ok::<_, Fail>(LetterPage {
                frame: Frame::load(cx, &page, &staff, LIST)?,
                href: page.href(format!("{LIST}/{id}")),
                name: one.name.unwrap_or_default(),
                login,
                password: made.then_some(plain),
                site: format!("{}{}", page.config.public_url, page.href("/login")),
                page,
            })
        })
        .await?;
    Ok(unkept(html(&shown)?))
}

pub(super) async fn insure(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<VolunteerId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (version, until, none) = (seen(&posted), date(&posted, "insured"), posted.get("none") == "1");
    let who = staff.who(Purpose::Administration);
    let result = if until.is_none() && !none {
        Err(::care::Error::Invalid { field: "insured", why: "missing" })
    } else {
        let until = until.filter(|_| !none);
        app.rt.write(who, move |cx| volunteers::insure(cx, id, version, until)).await
    };
    after(app, page, staff, id, result, "insure", Typed::default()).await
}

pub(super) async fn mentor(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<VolunteerId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (version, mentor) = (seen(&posted), posted.get("mentor").parse::<AccountId>().ok());
    let who = staff.who(Purpose::Administration);
    let result = app.rt.write(who, move |cx| volunteers::set_mentor(cx, id, version, mentor)).await;
    after(app, page, staff, id, result, "mentor", Typed::default()).await
}

pub(super) async fn thank(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<VolunteerId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let text = posted.get("thanks");
    let typed = Typed { thanks: text.clone(), ..Typed::default() };
    let who = staff.who(Purpose::Administration);
    let result = app.rt.write(who, move |cx| volunteers::thank(cx, id, &text)).await;
    after(app, page, staff, id, result, "thanks", typed).await
}
