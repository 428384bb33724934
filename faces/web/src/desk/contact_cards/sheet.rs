//! The sheet for the printer: a card of half a page for each building. Whoever prints says so with it.

use super::{LIST, Line, answer_wrong, chosen, line, named, printed_on, words};
use crate::desk::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, qr};
use ::places::app::contact_cards::{self, Card};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::AreaId;

/// A card as it hangs on the wall.
pub(super) struct WallCard {
    pub place: String,
    pub building: String,
    pub lines: Vec<Line>,
    pub qr: String,
}

#[derive(Template)]
#[template(path = "desk/contact_sheet.html")]
pub(super) struct SheetPage {
    pub page: Page,
    pub frame: Frame,
    pub cards: Vec<WallCard>,
    pub back: String,
    /// Where "my grid" is, to be typed.
    pub typed_at: String,
    pub day: String,
    pub emergency: &'static str,
}

pub(super) async fn print(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let community = posted.get("community").parse::<AreaId>().map_err(|_| Fail::NotFound)?;
    let (who, ids) = (staff.who(Purpose::Administration), chosen(&posted));
    let done = app
        .rt
        .write(who.clone(), move |cx| match contact_cards::print(cx, community, &ids) {
            Ok(cards) => Ok(Ok(cards)),
            Err(error @ ::places::Error::Invalid { .. }) => Ok::<_, Fail>(Err(error)),
            Err(other) => Err(other.into()),
        })
        .await?;
    let cards = match done {
        Ok(cards) => cards,
        Err(::places::Error::Invalid { field, why: "missing" }) => {
            let errors = vec![(field.to_owned(), page.t("contact-wrong-none"))];
            return answer_wrong(app, page, staff, community, String::new(), errors).await;
        }
        Err(error) => {
            let errors = words(&page, error)?;
            return answer_wrong(app, page, staff, community, String::new(), errors).await;
        }
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, LIST)?;
            let ground = ::places::snapshot(cx)?;
            let card = |c: &Card| WallCard {
                place: named(&page, &ground, c.area),
                building: c.building.clone(),
                lines: c.contacts.iter().map(|one| line(&page, one)).collect(),
                qr: qr::svg(&page.config.absolute(&format!("/my-grid?area={}", c.area)), &page.t("contact-qr")),
            };
            Ok::<_, Fail>(SheetPage {
                cards: cards.iter().map(card).collect(),
                back: page.href(format!("{LIST}?community={community}")),
                typed_at: page.config.absolute("/my-grid"),
                day: printed_on(&page),
                emergency: "110 · 119 · 120",
                page,
                frame,
            })
        })
        .await?;
    html(&shown)
}
