//! Saying, after it was raised, that a matter is about an office or its staff.

use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Purpose;
use kernel::ids::MatterId;
use people::policy::{Action, decide};

/// Says so. Whoever works there has lost it by then and is led to their list.
pub(super) async fn mark(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<MatterId>,
    posted: Posted,
) -> Result<Response, Fail> {
    let sees = app
        .rt
        .write(staff.who(Purpose::Matter(id)), move |cx| {
            let name = posted.get("about");
            let all = people::app::orgs::list(cx, None)?;
            let body = all.iter().find(|o| o.name == name);
            let body = body.ok_or_else(|| matters::Error::invalid("about", "invalid-about"))?;
            matters::app::mark_about(cx, id, body.id, &posted.get("reason"))?;
            let facts = matters::app::facts(cx, id)?;
            Ok::<_, matters::Error>(decide(&cx.actor, cx.purpose, Action::ViewMatter, &facts).is_allowed())
        })
        .await?;
    let to = if sees { format!("/desk/matters/{id}") } else { "/desk".to_owned() };
    Ok(Redirect::to(&page.href(&to)).into_response())
}
