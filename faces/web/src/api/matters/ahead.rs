//! Before something is raised: what its owner will read of it (R3), and who will have it and by when.

use super::view::{PlaceInput, RaiserInput};
use crate::api::Caller;
use crate::api::input::Body;
use crate::api::reply::{Page, read};
use crate::api::words::{At, HiddenWord};
use crate::{App, Fail, unkept};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::Purpose;
use matters::app::Raise;
use matters::model::Origin;
use matters::redaction::{Correction, Piece, preview};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What somebody put right in the preview, by the words themselves.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CorrectionInput {
    /// Found pieces that may be read after all.
    #[schema(max_items = 60)]
    show: Vec<String>,
    /// Words to hide besides.
    #[schema(max_items = 60)]
    hide: Vec<String>,
}

impl From<CorrectionInput> for Correction {
    fn from(c: CorrectionInput) -> Self {
        Self { show: c.show, hide: c.hide }
    }
}

/// Something that is about to be raised.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewInput {
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    text: String,
    #[schema(max_length = 300)]
    address: Option<String>,
    raiser: Option<RaiserInput>,
    #[serde(default)]
    correction: CorrectionInput,
}

/// A piece of the text, in its order.
#[derive(Debug, Serialize, ToSchema)]
struct PieceView {
    text: String,
    /// What was found there; null for what always was readable.
    kind: Option<HiddenWord>,
    /// The owner reads a mark instead.
    hidden: bool,
}

impl From<Piece> for PieceView {
    fn from(p: Piece) -> Self {
        Self { text: p.text, kind: p.kind.map(Into::into), hidden: p.hidden }
    }
}

/// The text as whoever gets it will read it, in pieces. Nothing is kept.
#[utoipa::path(post, path = "/api/v1/matters/preview", tag = "matters", security(()), request_body = PreviewInput,
    responses((status = 200, body = Page<PieceView>, description = "All pieces together are the text."),
        (status = 401), (status = 403)))]
pub(super) async fn preview_matter(
    caller: Option<Caller>,
    State(app): State<App>,
    page: crate::Page,
    Body { value, .. }: Body<PreviewInput>,
) -> Result<Response, Fail> {
    let who = match &caller {
        Some(caller) => caller.who(Action::Raise, Purpose::OwnMatter)?,
        None => app.raiser(),
    };
    let raise = Raise {
        key: None,
        class: String::new(),
        text: value.text,
        place: PlaceInput { address: value.address, ..PlaceInput::default() }.read()?,
        raiser: RaiserInput::read(value.raiser, page.look.lang),
        origin: Origin::Api,
    };
    let correction = value.correction.into();
    let pieces = read(&app, who, move |cx| preview(cx, &raise, &correction)).await?;
    let all: Page<PieceView> = Page::all(pieces.into_iter().map(Into::into).collect());
    Ok(unkept(axum::Json(all).into_response()))
}

/// A class and a place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForesightInput {
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "leak")]
    class: String,
    #[serde(default)]
    place: PlaceInput,
}

/// What would stand on the receipt.
#[derive(Debug, Serialize, ToSchema)]
struct ForesightView {
    class: String,
    owner: Uuid,
    seat: Uuid,
    /// How the owner was found: `holder`, `deputy`, `catch_all`.
    via: &'static str,
    /// Innermost first, without the district.
    areas: Vec<Uuid>,
    post: Option<Uuid>,
    contact_by: At,
    answer_by: At,
    /// Both need a calendar year that is not loaded yet.
    provisional: bool,
}

/// Who will have it and by when, so that it can be said while the caller is still on the line. For those who type for
/// others.
#[utoipa::path(post, path = "/api/v1/matters/foresight", tag = "matters",
    extensions(("x-actions" = json!(["raise-for"]))),
    request_body = ForesightInput,
    responses((status = 200, body = ForesightView, description = "If it were raised now.")))]
pub(super) async fn foresee_matter(
    caller: Caller,
    State(app): State<App>,
    Body { value, .. }: Body<ForesightInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::RaiseFor, Purpose::Proxy)?;
    let (class, place) = (value.class, value.place.read()?);
    let ahead = read(&app, who, move |cx| matters::app::foresee(cx, None, &class, &place, Origin::Phone)).await?;
    let view = ForesightView {
        class: ahead.class.code.clone(),
        owner: ahead.owner_account.0,
        seat: ahead.owner_seat.0,
        via: ahead.owner_via,
        areas: ahead.areas.into_iter().map(|a| a.0).collect(),
        post: ahead.post.map(|p| p.0),
        contact_by: ahead.contact_by.into(),
        answer_by: ahead.answer_by.into(),
        provisional: ahead.provisional,
    };
    Ok(axum::Json(view).into_response())
}
