//! A form of the own page behind the door: what it asks for is done, and the page is shown again with what came of it, or with what was
//! typed and why not.

use super::plan::door::{self, Inside};
use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::watch_view::{self, Problem};
use crate::{App, Fail, Page};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use people::app::links::Holder;
use store::Cx;

/// A form that came through the door.
pub(super) struct Sent {
    pub inside: Inside,
    pub posted: Posted,
    pub problem: Option<Problem>,
}

impl Sent {
    pub(super) fn status(&self) -> StatusCode {
        if self.problem.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

/// `order` reads the form and says what is to be done.
pub(super) async fn send<D>(
    app: &App,
    page: &Page,
    (source, headers, code): (Source, HeaderMap, String),
    posted: Posted,
    order: impl FnOnce(&Posted) -> D,
) -> Result<Result<Sent, Response>, Fail>
where
    D: FnOnce(&mut Cx<'_>, Holder) -> care::Result<()> + Send + 'static,
{
    let (inside, posted) = match door::pass(app, page, source, &headers, &code, posted).await? {
        Ok(both) => both,
        Err(response) => return Ok(Err(response)),
    };
    app.limits.pass(Wicket::Report, source)?;
    let (of, order) = (inside.of, order(&posted));
    let problem = match app.rt.write(inside.who.clone(), move |cx| order(cx, of)).await {
        Ok(()) => None,
        Err(care::Error::Store(store::Error::NotFound)) => return Err(Fail::NotFound),
        Err(error) => Some(watch_view::told(page, error)?),
    };
    Ok(Ok(Sent { inside, posted, problem }))
}
