//! What the form proposes while the clerk types: matters that may be the same, areas by part of a name.

use super::super::matter::alike;
use super::super::view::invalid;
use super::super::{ground, nobody};
use super::classes::{active, class_of};
use super::typed::Typed;
use crate::preview::Preview;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kernel::Purpose;
use matters::app::{Raise, RaisedPlace};
use matters::model::Origin;
use people::policy::{Action, ResourceFacts, require};
use store::Cx;

pub(super) struct Like {
    pub href: String,
    pub title: String,
    pub why: String,
}

#[derive(Template)]
#[template(path = "desk/part_similar.html")]
pub(super) struct SimilarPart {
    pub page: Page,
    pub similar: Vec<Like>,
}

/// Shows something about what the clerk has typed so far; only whoever may raise for others is answered.
async fn while_typing<T: Template + Send + 'static>(
    app: &App,
    staff: &Staff,
    posted: &Posted,
    show: impl FnOnce(&mut Cx<'_>, &Typed) -> Result<T, Fail> + Send + 'static,
) -> Result<Response, Fail> {
    let typed = Typed::of(posted);
    let shown = app
        .rt
        .read(staff.who(Purpose::Proxy), move |cx| {
            require(&cx.actor, cx.purpose, Action::RaiseFor, &ResourceFacts::District)?;
            show(cx, &typed)
        })
        .await?;
    html(&shown)
}

/// Matters that may be the same, while the clerk types. A proposal, never a bar.
pub(super) async fn similar(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    posted: Posted,
) -> Result<Response, Fail> {
    while_typing(&app, &staff, &posted, move |cx, typed| {
        let classes = active(cx)?;
        let class = class_of(&classes, &typed.class, page.look.lang).map(|c| c.code.clone()).unwrap_or_default();
        let place = super::typed::place(cx, typed).unwrap_or_default();
        let words = format!("{} {}", typed.text, typed.address);
        let found = matters::app::similar_to(cx, &place, &class, &words)?;
        let similar = found
            .iter()
            .map(|c| Like {
                href: page.href(format!("/desk/matters/{}", c.line.matter)),
                title: format!("{} {}", c.line.number, c.line.summary),
                why: alike(&page, c),
            })
            .collect();
        Ok(SimilarPart { page, similar })
    })
    .await
}

#[derive(Template)]
#[template(path = "parts/preview.html")]
pub(super) struct PreviewPart {
    pub page: Page,
    pub preview: Preview,
}

/// What the owner will read, while the clerk types.
pub(super) async fn preview(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    posted: Posted,
) -> Result<Response, Fail> {
    while_typing(&app, &staff, &posted, move |cx, typed| {
        let preview = read(cx, &page, typed)?;
        Ok(PreviewPart { page, preview })
    })
    .await
}

pub(super) fn read(cx: &mut Cx<'_>, page: &Page, typed: &Typed) -> Result<Preview, Fail> {
    let address = Some(typed.address.clone()).filter(|a| !a.is_empty());
    let raise = Raise {
        key: None,
        class: String::new(),
        text: typed.text.clone(),
        place: RaisedPlace { address, ..RaisedPlace::default() },
        raiser: typed.raiser(page.look.lang),
        origin: Origin::Phone,
    };
    Ok(Preview::of(page, &matters::redaction::preview(cx, &raise, &typed.correction)?))
}

/// Who will have it and by when.
#[derive(Debug, Clone)]
pub(super) struct Ahead {
    pub owner: String,
    /// The door of the owner's seat, and how they came to it when not as its holder.
    pub more: Vec<String>,
    pub place: Option<String>,
    pub post: Option<(String, String)>,
    pub contact_by: String,
    pub answer_by: String,
    pub provisional: bool,
}

/// What can be said ahead: nothing while there is no class, a sentence when something typed is not known.
pub(super) type Foreseen = Option<Result<Ahead, String>>;

#[derive(Template)]
#[template(path = "desk/part_foresee.html")]
pub(super) struct ForeseePart {
    pub page: Page,
    pub ahead: Foreseen,
}

/// Who will have it and by when, while the clerk types.
pub(super) async fn foresee(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    posted: Posted,
) -> Result<Response, Fail> {
    while_typing(&app, &staff, &posted, move |cx, typed| {
        let ahead = ahead(cx, &page, typed)?;
        Ok(ForeseePart { page, ahead })
    })
    .await
}

pub(super) fn ahead(cx: &mut Cx<'_>, page: &Page, typed: &Typed) -> Result<Foreseen, Fail> {
    let classes = active(cx)?;
    let Some(class) = class_of(&classes, &typed.class, page.look.lang) else { return Ok(None) };
    let place = match super::typed::place(cx, typed) {
        Ok(place) => place,
        Err(unknown) => return Ok(Some(Err(invalid(page, &unknown)))),
    };
    let found = matters::app::foresee(cx, typed.key().as_deref(), &class.code, &place, typed.origin())?;
    let names = people::app::accounts::names(cx, &[found.owner_account])?;
    let seat = people::app::seats::seat(cx, found.owner_seat)?.title;
    let via = (found.owner_via != "holder").then(|| page.tk("desk-via-", found.owner_via));
    let known = places::snapshot(cx)?;
    let areas: Vec<String> =
        found.areas.iter().rev().filter_map(|a| known.area(*a)).map(|a| a.called(page.look.lang).to_owned()).collect();
    Ok(Some(Ok(Ahead {
        owner: names.get(&found.owner_account).cloned().unwrap_or_else(|| nobody(page)),
        more: std::iter::once(seat).chain(via).collect(),
        place: (!areas.is_empty()).then(|| areas.join(" · ")),
        post: found.post.and_then(|p| known.post(p)).map(|p| (p.name.clone(), p.phone.clone())),
        contact_by: page.by(found.contact_by),
        answer_by: page.by(found.answer_by),
        provisional: found.provisional,
    })))
}

#[derive(Template)]
#[template(path = "desk/part_options.html")]
pub(super) struct Options {
    pub areas: Vec<String>,
}

/// Areas for the type-ahead, by part of a name, pinyin or code.
pub(super) async fn areas(State(app): State<App>, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let (who, part) = (staff.who(Purpose::Proxy), posted.get("area"));
    let found = app
        .rt
        .read(who, move |cx| {
            require(&cx.actor, cx.purpose, Action::RaiseFor, &ResourceFacts::District)?;
            ground::find(cx, &part, 12)
        })
        .await?;
    html(&Options { areas: found.into_iter().map(|(_, words)| words).collect() })
}
