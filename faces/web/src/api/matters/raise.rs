//! Raising (J1): by anybody, or by staff who type for somebody (R9).

use super::ahead::CorrectionInput;
use super::view::{PlaceInput, RaiserInput, Similar};
use crate::api::Caller;
use crate::api::input::Body;
use crate::api::reply::{Page, made, place};
use crate::api::words::At;
use crate::guard::{Source, Wicket};
use crate::{App, Fail, unkept};
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Response};
use kernel::Purpose;
use kernel::ids::OrgId;
use matters::app::{Raise, Receipt};
use matters::model::Origin;
use people::policy::Action;
use serde::{Deserialize, Serialize};
use store::{Cx, OnceKey};
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that somebody raises.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RaiseInput {
    /// Code of one of the classes that are offered.
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$", example = "leak")]
    class: String,
    /// What it is about, in the raiser's words.
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    text: String,
    place: Option<PlaceInput>,
    /// Absent: anonymous; the answer is read with the code.
    raiser: Option<RaiserInput>,
    /// How somebody brought it to the one who types; only with a key whose account may type for others.
    origin: Option<TypedOrigin>,
    /// The body it is about, when it is about an office or its staff: it goes past that body, whose people see nothing of
    /// it.
    about: Option<Uuid>,
    /// What was put right in the preview (`/api/v1/matters/preview`).
    #[serde(default)]
    correction: CorrectionInput,
}

/// How somebody brought it to the one who types.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TypedOrigin {
    Phone,
    WalkIn,
    Field,
    Email,
}

impl From<TypedOrigin> for Origin {
    fn from(o: TypedOrigin) -> Self {
        match o {
            TypedOrigin::Phone => Self::Phone,
            TypedOrigin::WalkIn => Self::WalkIn,
            TypedOrigin::Field => Self::Field,
            TypedOrigin::Email => Self::Email,
        }
    }
}

/// What the raiser takes home.
#[derive(Serialize, ToSchema)]
pub(super) struct ReceiptView {
    id: Uuid,
    #[schema(example = "HQ-2026-01873")]
    number: String,
    /// Secret: with it the matter is followed and the answer read.
    #[schema(example = "ABCD-EFGH-JKMN")]
    code: String,
    /// Page on which the raiser follows it.
    url: String,
    class: String,
    raised_at: At,
    /// Somebody calls or writes back by then.
    contact_by: At,
    /// It is dealt with by then.
    answer_by: At,
    /// Both need a calendar year that is not loaded yet.
    provisional: bool,
    /// The post that answers for the place.
    post: Option<Uuid>,
}

impl ReceiptView {
    fn of(app: &App, r: Receipt) -> Self {
        Self {
            id: r.matter.0,
            url: app.config.absolute(&format!("/t/{}", r.code)),
            class: r.class.code.clone(),
            number: r.number,
            code: r.code,
            raised_at: r.raised_at.into(),
            contact_by: r.contact_by.into(),
            answer_by: r.answer_by.into(),
            provisional: r.provisional,
            post: r.post.map(|p| p.0),
        }
    }
}

/// Names of fields as the request has them.
fn field(name: &str) -> String {
    match name {
        "name" | "phone" | "email" | "postal" => format!("raiser.{name}"),
        "address" => "place.address".to_owned(),
        "key" => "Idempotency-Key".to_owned(),
        other => other.to_owned(),
    }
}

/// The domain's own key, which lasts as long as the matter; two callers' keys never meet.
fn own_key(who: &store::Who, once: &OnceKey) -> String {
    let named = OnceKey::new("", &[who.actor.log_name().as_bytes(), once.key.as_bytes()]);
    format!("api:{}", hex::encode(named.digest.get(..16).unwrap_or_default()))
}

/// Raises a matter. Open to everybody; with a key it is raised in the name of its account, and with `origin` typed for
/// somebody else, which is recorded.
#[utoipa::path(post, path = "/api/v1/matters", tag = "matters", security(()), request_body = RaiseInput,
    responses(
        (status = 201, body = ReceiptView, description = "Received. The answer of a repeated request is the same."),
        (status = 401), (status = 403)))]
pub(super) async fn raise_matter(
    caller: Option<Caller>,
    State(app): State<App>,
    page: crate::Page,
    Extension(source): Extension<Source>,
    Body { value, once }: Body<RaiseInput>,
) -> Result<Response, Fail> {
    let (who, origin) = match (&caller, value.origin) {
        (Some(caller), Some(origin)) => (caller.who(Action::RaiseFor, Purpose::Proxy)?, origin.into()),
        (Some(caller), None) => (caller.who(Action::Raise, Purpose::OwnMatter)?, Origin::Api),
        (None, Some(_)) => return Err(Fail::invalid("origin", "invalid-origin")),
        (None, None) => {
            app.limits.pass(Wicket::Report, source)?;
            (app.raiser(), Origin::Api)
        }
    };
    let (about, correction) = (value.about.map(OrgId), value.correction.into());
    let command = Raise {
        key: once.as_ref().map(|once| own_key(&who, once)),
        class: value.class,
        text: value.text,
        place: value.place.unwrap_or_default().read()?,
        raiser: RaiserInput::read(value.raiser, page.look.lang),
        origin,
    };
    let prepare = move |cx: &mut Cx<'_>| Ok::<_, Fail>(matters::app::prepare(cx, command, &correction)?);
    let work = move |cx: &mut Cx<'_>, whole| Ok::<_, Fail>(matters::app::raise_prepared(cx, whole, about)?);
    let receipt = app.rt.write_prepared(who, prepare, work).await.map_err(|fail| fail.renamed(field))?;
    let at = place(format_args!("/track/{}", receipt.code));
    let body = serde_json::to_value(ReceiptView::of(&app, receipt)).map_err(|e| Fail::Internal(e.to_string()))?;
    Ok(unkept(made(&at, &body)))
}

/// Something that is about to be raised.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SimilarInput {
    #[schema(max_length = 40)]
    #[serde(default)]
    class: String,
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
    #[serde(default)]
    place: PlaceInput,
}

/// Open matters that may be the same as one that is being typed; only those the caller may see.
#[utoipa::path(post, path = "/api/v1/matters/similar", tag = "matters",
    extensions(("x-actions" = json!(["raise-for"]))), request_body = SimilarInput,
    responses((status = 200, body = Page<Similar>, description = "Proposals; a person decides.")))]
pub(super) async fn similar_matters(
    caller: Caller,
    State(app): State<App>,
    Body { value, .. }: Body<SimilarInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::RaiseFor, Purpose::Proxy)?;
    let place = value.place.read()?;
    let text = kernel::text::excerpt(&value.text, matters::limits::TEXT_CHARS);
    let found =
        app.rt.read(who, move |cx| Ok::<_, Fail>(matters::app::similar_to(cx, &place, &value.class, &text)?)).await?;
    let page: Page<Similar> = Page::all(found.into_iter().map(Into::into).collect());
    Ok(axum::Json(page).into_response())
}

/// Origins are words of the domain; the ones a person can name are fewer.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::words::OriginWord;

    #[test]
    fn typed_origins_are_origins() {
        for origin in [TypedOrigin::Phone, TypedOrigin::WalkIn, TypedOrigin::Field, TypedOrigin::Email] {
            let code = Origin::from(origin).code();
            let read: Result<TypedOrigin, _> = serde_json::from_value(serde_json::json!(code));
            assert!(read.is_ok(), "{code}");
            let word: Result<OriginWord, _> = serde_json::from_value(serde_json::json!(code));
            assert!(word.is_ok(), "{code}");
        }
    }
}
