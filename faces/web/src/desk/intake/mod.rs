//! A clerk types for somebody on the telephone or at the counter (R9): one page, no mouse needed, under half a minute.
//! Who asked stands in the raiser block; who typed stands in the log and on the receipt.

mod classes;
mod hints;
mod receipt;
#[cfg(test)]
pub(super) mod samples;
mod typed;

use super::Frame;
use super::view::{Choice, form_key, invalid};
use crate::guard::PHOTOS;
use crate::photos;
use crate::preview::Preview;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use classes::{Pick, active, class_of, picks};
use kernel::{Lang, Purpose};
use matters::model::{Channel, Origin};
use people::policy::{Action, ResourceFacts, require};
use store::Cx;
use typed::{Typed, about, command};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/new", get(show).post(raise).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/desk/new/similar", post(hints::similar))
        .route("/desk/new/preview", post(hints::preview))
        .route("/desk/new/foresee", post(hints::foresee))
        .route("/desk/new/areas", post(hints::areas))
}

/// Everything on the page, as typed.
#[derive(Default)]
struct Intake {
    key: String,
    class: String,
    chosen: Option<String>,
    emergency: bool,
    open_list: bool,
    classes: Vec<Pick>,
    text: String,
    /// Who will have it and by when.
    ahead: hints::Foreseen,
    /// What the owner will read.
    preview: Preview,
    hide: String,
    address: String,
    lat: String,
    lon: String,
    area: String,
    areas: Vec<String>,
    phone: String,
    name: String,
    email: String,
    postal: String,
    origins: Vec<Choice>,
    channels: Vec<Choice>,
    posts: Vec<Choice>,
    langs: Vec<Choice>,
    about: String,
    /// Names of the bodies to choose from.
    bodies: Vec<String>,
    about_error: Option<String>,
    /// The rarely used fields are open.
    more: bool,
    errors: Vec<(String, String)>,
    class_error: Option<String>,
    text_error: Option<String>,
    address_error: Option<String>,
    area_error: Option<String>,
    phone_error: Option<String>,
    name_error: Option<String>,
    email_error: Option<String>,
    postal_error: Option<String>,
    channel_error: Option<String>,
    photos_error: Option<String>,
    post_error: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/new.html")]
struct NewPage {
    page: Page,
    frame: Frame,
    i: Intake,
}

async fn show(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let typed = Typed { key: form_key(&app), origin: Origin::Phone.code().into(), ..Typed::default() };
    let who = staff.who(Purpose::Proxy);
    let shown = app
        .rt
        .read(who, move |cx| {
            require(&cx.actor, cx.purpose, Action::RaiseFor, &ResourceFacts::District)?;
            form(cx, page, &staff, &typed, &[])
        })
        .await?;
    html(&shown)
}

fn form(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    typed: &Typed,
    wrong: &[matters::Invalid],
) -> Result<NewPage, Fail> {
    let frame = Frame::load(cx, &page, staff, "/desk/new")?;
    let classes = active(cx)?;
    let chosen = class_of(&classes, &typed.class, page.look.lang).cloned();
    let ground = places::snapshot(cx)?;
    let mine = cx.actor.grants().iter().find_map(|g| g.post).map(|p| p.to_string()).unwrap_or_default();
    let at = if typed.post.is_empty() { mine } else { typed.post.clone() };
    let mut posts = vec![Choice::new("", page.t("desk-new-post-none"), &at)];
    let running = ground.posts().iter().filter(|p| p.state == places::PostState::Running);
    posts.extend(running.map(|p| Choice::new(p.id.to_string(), &p.name, &at)));
    let error = |field: &str| wrong.iter().find(|w| w.field == field).map(|w| invalid(&page, w));
    let lang = if typed.lang.is_empty() { Lang::ZhCn.tag() } else { &typed.lang };
    let i = Intake {
        key: typed.key.clone(),
        class: typed.class.clone(),
        emergency: chosen.as_ref().is_some_and(|c| c.is_emergency()),
        chosen: chosen.as_ref().map(|c| c.name(page.look.lang).to_owned()),
        open_list: wrong.iter().any(|w| w.field == "class"),
        classes: picks(&page, &classes),
        ahead: hints::ahead(cx, &page, typed)?,
        text: typed.text.clone(),
        preview: if typed.text.is_empty() { Preview::default() } else { hints::read(cx, &page, typed)? },
        hide: typed.hide.clone(),
        address: typed.address.clone(),
        lat: typed.lat.clone(),
        lon: typed.lon.clone(),
        area: typed.area.clone(),
        areas: Vec::new(),
        phone: typed.phone.clone(),
        name: typed.name.clone(),
        email: typed.email.clone(),
        postal: typed.postal.clone(),
        origins: Choice::codes(&page, "origin-", [Origin::Phone.code(), Origin::WalkIn.code()], &typed.origin),
        channels: channels(&page, &typed.channel),
        posts,
        langs: Lang::ALL.iter().map(|l| Choice::new(l.tag(), page.tk("desk-lang-", l.tag()), lang)).collect(),
        about: typed.about.clone(),
        bodies: people::app::orgs::list(cx, None)?.into_iter().map(|o| o.name).collect(),
        about_error: error("about"),
        more: !typed.email.is_empty()
            || !typed.postal.is_empty()
            || wrong.iter().any(|w| matches!(w.field, "email" | "postal")),
        errors: wrong.iter().map(|w| (w.field.to_owned(), problem(&page, w))).collect(),
        class_error: error("class"),
        text_error: error("text"),
        address_error: error("address"),
        area_error: error("area"),
        phone_error: error("phone"),
        name_error: error("name"),
        email_error: error("email"),
        postal_error: error("postal"),
        channel_error: error("channel"),
        photos_error: error("photos"),
        post_error: error("post"),
    };
    Ok(NewPage { page, frame, i })
}

fn channels(page: &Page, chosen: &str) -> Vec<Choice> {
    let mut all = vec![Choice::new("", page.t("desk-new-channel-auto"), chosen)];
    all.extend(Choice::codes(page, "channel-", Channel::ALL.iter().map(|c| c.code()), chosen));
    all
}

fn problem(page: &Page, wrong: &matters::Invalid) -> String {
    page.t2("desk-field-problem", "field", page.tk("desk-new-", wrong.field), "what", invalid(page, wrong))
}

async fn raise(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let typed = Typed::of(&posted);
    let who = staff.who(Purpose::Proxy);
    let (lang, mut again) = (page.look.lang, typed.clone());
    let sent = !posted.files.is_empty();
    // The button for browsers without script: looks ahead and raises nothing.
    if posted.get("go") == "check" {
        let wrong = photos::blame(Vec::new(), sent);
        return html(&app.rt.read(who, move |cx| form(cx, page, &staff, &again, &wrong)).await?);
    }
    let done = match photos::of_form(posted.files).await? {
        Err(wrong) => Err(matters::Error::Invalid(vec![wrong])),
        Ok(pictures) => {
            let prepare = move |cx: &mut Cx<'_>| {
                let about = about(cx, &typed)?;
                let raise = command(cx, &typed, lang)?;
                Ok((matters::app::prepare(cx, raise, &typed.correction)?, about))
            };
            let work = move |cx: &mut Cx<'_>, (whole, about)| matters::app::raise_whole(cx, whole, about, &pictures);
            app.rt.write_prepared(who.clone(), prepare, work).await
        }
    };
    let wrong = match done {
        Ok(receipt) => return receipt::show(&app, page, staff, receipt).await,
        Err(matters::Error::Invalid(wrong)) => photos::blame(wrong, sent),
        Err(error) => return Err(error.into()),
    };
    if again.key.is_empty() || wrong.iter().any(|w| w.field == "key") {
        again.key = form_key(&app);
    }
    let shown = app.rt.read(who, move |cx| form(cx, page, &staff, &again, &wrong)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}
