//! Contacts, hours, card, consents and plan of the elder of a case, in its name: the same page as in the name of a matter. What
//! may be changed, the policy says; each look is logged under the case and shown to the family.

use crate::desk::records::{Door, act_in, photo_in};
use crate::guard::PHOTOS;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, photos};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::CaseId;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/lost/{id}/care", post(act).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/desk/lost/{id}/photo", get(photo))
        .route("/desk/help-needed/{id}/photo", get(for_helper))
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<CaseId>,
    posted: Posted,
) -> Result<Response, Fail> {
    act_in(app, page, staff, Door::Case(id), posted).await
}

async fn photo(State(app): State<App>, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    photo_in(&app, &staff, Door::Case(id)).await
}

/// For whoever helps, only while they do (L14): as long as they see the name.
async fn for_helper(State(app): State<App>, staff: Staff, Path(id): Path<CaseId>) -> Result<Response, Fail> {
    let found = app.rt.write(staff.who(Purpose::Case(id)), move |cx| {
        if lost::app::needed(cx, id)?.name.is_none() {
            return Err(Fail::NotFound);
        }
        let person = lost::app::load(cx, id)?.person.ok_or(Fail::NotFound)?;
        Ok(::care::app::photo::shown(cx, person)?)
    });
    Ok(photos::jpeg(found.await?.ok_or(Fail::NotFound)?.jpeg))
}
