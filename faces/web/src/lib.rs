//! Pages, forms and data over HTTP. One file per group of pages; handlers hold no rules and no SQL, they call
//! `matters::app`, `people::app` and `places::app` and show what comes back.
//!
//! Which error type is used where: handlers return [`Fail`]; the middleware in [`guard::dress`] turns it into a page in the
//! reader's language, a fragment for htmx, or an RFC 9457 problem under `/api`. Nothing else renders errors, except forms,
//! which show their own with status 422.
//!
//! A new page: a template under `templates/`, a struct with `page: Page`, a sample in the group's `samples`, texts in both
//! languages. The tests in `tests.rs` find what is missing.
#![allow(
    clippy::needless_borrows_for_generic_args,
    reason = "page.href takes both &format!(…) from code and text from templates"
)]

pub mod api;
mod appeals;
mod assets;
mod cap;
mod company_view;
pub mod config;
mod data_requests;
mod desk;
mod drawing;
mod extra_view;
pub mod fail;
mod field;
pub mod fmt;
pub mod guard;
mod hours;
mod ical;
mod kept;
pub mod loc;
pub mod look;
mod looker;
pub mod map;
mod mutual_view;
mod nearby;
mod news;
mod open311;
mod page;
mod photos;
mod preview;
mod public;
mod push;
mod qr;
mod receipts;
pub mod server;
mod session;
mod strangers;
#[cfg(test)]
mod tests;
mod uploads;
mod watch_view;
mod whereabouts;
mod xml;

pub use config::Config;
pub use fail::Fail;
pub use loc::Loc;
pub use look::Look;
pub use page::Page;
pub use session::ProviderConfig;
pub use strangers::{Stranger, Strangers};

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use kernel::ids::DistrictId;
use kernel::{Actor, Purpose};
use std::sync::Arc;
use store::{Runtime, Who};

/// What every handler gets. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub rt: Runtime,
    pub district: DistrictId,
    pub config: Arc<Config>,
    pub(crate) limits: Arc<guard::Limits>,
    /// Where staff may sign in besides.
    pub(crate) providers: Arc<session::Providers>,
    /// How the SMS gateway reports, where there is one.
    pub(crate) receipts: Option<Arc<alerts::ReceiptConfig>>,
    /// Who puts finders through to families, where somebody does.
    pub(crate) relay: Option<Arc<dyn alerts::Relay>>,
    /// What maps stand on.
    pub(crate) map: Arc<map::Ground>,
    /// Where people may ask for news on their devices.
    pub(crate) push: Option<Arc<alerts::PushConfig>>,
    /// Who knows of devices that are nobody's, where a gateway runs.
    pub(crate) strangers: Option<Arc<dyn Strangers>>,
}

impl App {
    pub fn new(rt: Runtime, district: DistrictId, config: Config) -> Self {
        let limits = Arc::new(guard::Limits::new(&config));
        let providers = Arc::new(session::Providers::new(Vec::new(), &[]));
        let (config, map) = (Arc::new(config), Arc::new(map::Ground::own(&rt)));
        Self { rt, district, config, limits, providers, receipts: None, relay: None, map, push: None, strangers: None }
    }

    /// Puts maps on what the operator chose.
    pub fn with_map(mut self, settings: &map::Settings) -> Result<Self, map::MapError> {
        self.map = Arc::new(map::Ground::chosen(&self.rt, settings)?);
        Ok(self)
    }

    /// Lets staff sign in through these; `allow` are the networks that their descriptions may lead into.
    #[must_use]
    pub fn with_providers(mut self, all: Vec<ProviderConfig>, allow: &[config::Net]) -> Self {
        let config = Arc::make_mut(&mut self.config);
        config.ways = all
            .iter()
            .map(|p| config::Way {
                code: p.code.clone(),
                name_zh: p.name_zh.clone(),
                name_en: p.name_en.clone(),
                issuer: p.issuer.clone(),
            })
            .collect();
        self.providers = Arc::new(session::Providers::new(all, allow));
        self
    }

    /// Takes receipts of text messages.
    #[must_use]
    pub fn with_receipts(mut self, receipts: Option<alerts::ReceiptConfig>) -> Self {
        self.receipts = receipts.map(Arc::new);
        self
    }

    /// Lets finders be put through to families.
    #[must_use]
    pub fn with_relay(mut self, relay: Option<Arc<dyn alerts::Relay>>) -> Self {
        self.relay = relay;
        self
    }

    /// Lets people ask for news on their devices.
    #[must_use]
    pub fn with_push(mut self, push: Option<alerts::PushConfig>) -> Self {
        self.push = push.map(Arc::new);
        self
    }

    /// Shows the administrator devices that nobody registered.
    #[must_use]
    pub fn with_strangers(mut self, strangers: Option<Arc<dyn Strangers>>) -> Self {
        self.strangers = strangers;
        self
    }

    /// Devices that called in and are nobody's; none without a gateway in this program.
    pub fn strangers(&self) -> Option<Vec<Stranger>> {
        self.strangers.as_ref().map(|known| known.strangers())
    }

    /// Anybody from the street, reading what is public.
    pub fn anybody(&self) -> Who {
        Who::new(Actor::public(self.district), Purpose::Public)
    }

    /// Anybody from the street, about their own matter.
    pub fn raiser(&self) -> Who {
        Who::new(Actor::public(self.district), Purpose::OwnMatter)
    }
}

/// The whole site. The prefix of the look is stripped before routing, so it is wrapped around a router of its own.
pub fn router(app: App) -> Router {
    let pages = Router::new()
        .merge(public::routes())
        .merge(session::routes())
        .merge(desk::routes())
        .merge(field::routes())
        .merge(open311::routes())
        .merge(ical::routes())
        .merge(receipts::routes())
        .merge(push::routes())
        .merge(cap::routes())
        .merge(assets::routes())
        .merge(map::routes())
        .merge(api::routes())
        .fallback(|| async { Fail::NotFound })
        .method_not_allowed_fallback(|| async { Fail::NotAllowed })
        .with_state(app.clone());
    Router::new().fallback_service(guard::wrap(pages, app))
}

/// Renders a template; a template that fails is a bug and shows as one.
pub(crate) fn html(template: &impl askama::Template) -> Result<Response, Fail> {
    template.render().map(|text| Html(text).into_response()).map_err(|e| Fail::Internal(format!("template: {e}")))
}

/// An answer with something on it that no cache may keep: personal data, a secret, a form half filled.
pub(crate) fn unkept(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A cookie's value.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
