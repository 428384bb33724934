//! A call of this interface: its parameters, format and language, and whether it is meant for this district at all.

use super::oops::{Oops, Trouble};
use super::params::Params;
use super::render::{Doc, Format};
use crate::guard::{Source, Wicket};
use crate::{App, Page};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use kernel::{Point, Purpose};
use people::app::{resolve_token, tokens};
use people::policy::{Action, require_scope};
use store::Who;

/// Every handler's first parameter.
pub(super) struct Call {
    pub page: Page,
    pub params: Params,
    format: Format,
    source: Source,
}

impl FromRequestParts<App> for Call {
    type Rejection = Oops;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Oops> {
        let page = Page::of(parts, app);
        let format = Format::of(&page.path, &parts.headers);
        let params = Params::read(parts.uri.query().unwrap_or_default())?;
        let nobody = Source(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));
        let source = parts.extensions.get::<Source>().copied().unwrap_or(nobody);
        jurisdiction(app, params.get("jurisdiction_id")).await?;
        Ok(Self { page, params, format, source })
    }
}

impl Call {
    pub(super) fn answer(&self, doc: &Doc) -> Response {
        doc.render(self.format)
    }

    /// Adds what a form holds.
    pub(super) async fn with_form(mut self, app: &App, form: Params) -> Result<Self, Oops> {
        jurisdiction(app, form.get("jurisdiction_id")).await?;
        self.params = std::mem::take(&mut self.params).and(form);
        Ok(self)
    }

    /// Counts once against what one source may do.
    pub(super) fn pass(&self, app: &App, wicket: Wicket) -> Result<(), Oops> {
        app.limits.pass(wicket, self.source).map_err(Oops::from)
    }

    /// Whom the key stands for, when one was sent. A wrong one is 403 and counts as a guess.
    pub(super) async fn key(&self, app: &App, action: Action, purpose: Purpose) -> Result<Option<Who>, Oops> {
        let Some(key) = self.params.get("api_key").map(str::to_owned) else { return Ok(None) };
        let found = app.rt.read(app.anybody(), move |cx| resolve_token(cx, &key)).await?;
        let Some(found) = found else {
            self.pass(app, Wicket::Guess)?;
            return Err(Trouble::Key.into());
        };
        require_scope(&found.scopes, action).map_err(|_| Trouble::KeyScope)?;
        let who = Who::new(found.actor, purpose);
        if found.needs_touch {
            app.rt.write(who.clone(), move |cx| tokens::touch(cx, found.token)).await?;
        }
        Ok(Some(who))
    }

    /// The point of `lat` and `long`, WGS-84 by the specification; both or none.
    pub(super) fn point(&self) -> Result<Option<Point>, Oops> {
        let (lat, long) = match (self.params.get("lat"), self.params.get("long")) {
            (None, None) => return Ok(None),
            (Some(lat), Some(long)) => (lat, long),
            _ => return Err(Trouble::Coordinates.into()),
        };
        let degrees = |text: &str| text.parse::<f64>().map_err(|_| Oops::from(Trouble::Coordinates));
        let point = Point::new(degrees(long)?, degrees(lat)?);
        point.map(Some).map_err(|_| Trouble::Coordinates.into())
    }
}

/// The identifier of a jurisdiction is its site's name without `www`, or the district's code. It may be left out.
async fn jurisdiction(app: &App, given: Option<&str>) -> Result<(), Oops> {
    let Some(given) = given.map(str::to_ascii_lowercase) else { return Ok(()) };
    let host = app.config.host().to_ascii_lowercase();
    let bare = host.trim_start_matches("www.");
    let name = bare.split(':').next().unwrap_or(bare);
    if given == host || given == bare || given == name {
        return Ok(());
    }
    let district = app.rt.read(app.anybody(), people::app::districts::district).await?;
    if district.is_some_and(|d| d.code.eq_ignore_ascii_case(&given)) {
        return Ok(());
    }
    Err(Trouble::Jurisdiction.into())
}
