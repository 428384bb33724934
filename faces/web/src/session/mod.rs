//! Who sits at the desk: signing in and out, one's own password and second factor, and showing again that it is oneself.
//! One file per page.
//!
//! A session is a row of ours (revocable, its device shown); the browser holds an opaque token in a cookie. A handler
//! takes [`Staff`]; one that does something grave takes [`Confirmed`], which asks for the code or the password again
//! when the last proof is older than five minutes° and brings what was typed back afterwards.

mod code;
pub(crate) mod confirm;
mod elsewhere;
#[cfg(feature = "passkeys")]
mod passkeys;
mod password;
mod provider;
mod second;
mod sign_in;
pub(crate) mod ways;

pub(crate) use confirm::Confirmed;
pub use provider::ProviderConfig;
pub(crate) use provider::Providers;
pub(crate) use second::PATH as SECOND;
pub(crate) use sign_in::page_with as sign_in_page;

use crate::guard::Source;
use crate::page::Reader;
use crate::{App, Fail, Page, cookie};
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Actor, Purpose};
use people::app::sessions::{self, Ended, Method, Seen};
use people::model::SessionId;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use std::sync::Arc;
use store::Who;

pub(crate) fn routes() -> Router<App> {
    let router = Router::new()
        .merge(sign_in::routes())
        .merge(code::routes())
        .merge(password::routes())
        .merge(second::routes())
        .merge(confirm::routes())
        .merge(elsewhere::routes())
        .merge(ways::routes());
    #[cfg(feature = "passkeys")]
    let router = router.merge(passkeys::routes());
    router
}

/// Name of the cookie. Over HTTPS the prefix makes browsers refuse one that was set by another host or without TLS.
fn cookie_name(app: &App) -> &'static str {
    if app.config.https() { "__Host-mulin" } else { "mulin" }
}

/// A signed-in member of staff: take it as an extractor in every desk handler. Without a session the reader is sent to
/// `/login` and comes back; with a password somebody else set, to `/password` first; without the second factor that the
/// role asks for, to where it is set up.
#[derive(Debug, Clone)]
pub(crate) struct Staff {
    pub actor: Actor,
    pub name: String,
    pub login: String,
    pub session: SessionId,
    /// It was shown within the last minutes that it is really them.
    pub fresh: bool,
    must_change: bool,
    must_enrol: bool,
}

impl Staff {
    /// Who acts, and why.
    pub(crate) fn who(&self, purpose: Purpose) -> Who {
        Who::new(self.actor.clone(), purpose)
    }

    /// The session of a request, whatever its password. Rights are those of this instant (J11).
    async fn of(parts: &Parts, app: &App) -> Result<Self, Fail> {
        let token = cookie(&parts.headers, cookie_name(app)).ok_or(Fail::SignIn)?.to_owned();
        let asked = token.clone();
        let found = app
            .rt
            .read(app.anybody(), move |cx| {
                Ok::<_, people::Error>(match sessions::resolve(cx, &asked)? {
                    Some(found) => Ok(found),
                    None => Err(sessions::why_ended(cx, &asked)?),
                })
            })
            .await?;
        let found = match found {
            Ok(found) => found,
            Err(None) => return Err(Fail::SignIn),
            Err(Some(why)) => {
                if why == Ended::Roles {
                    app.rt.write(app.anybody(), move |cx| sessions::close_ended(cx, &token)).await?;
                }
                return Err(Fail::Ended(why.code()));
            }
        };
        let source = parts.extensions.get::<Source>().map(|s| s.0.to_string()).unwrap_or_default();
        let seen = Seen::new(&device(&parts.headers), &source);
        let moved = found.has_moved(&seen);
        let session = found.session;
        let mut staff = Self {
            actor: found.actor,
            name: found.account.display_name,
            login: found.account.login,
            session,
            fresh: found.fresh_until.is_some(),
            // Somebody else may have set a password; whoever came in without it need not know it.
            must_change: found.account.must_change_password && found.method.is_none_or(Method::typed_password),
            must_enrol: found.must_enrol,
        };
        if found.needs_touch || moved {
            let until = app
                .rt
                .write(staff.who(Purpose::Administration), move |cx| {
                    sessions::touch(cx, session, &seen)?;
                    people::app::fresh::fresh_until(cx, session)
                })
                .await?;
            staff.fresh = until.is_some();
        }
        Ok(staff)
    }

    /// Ready to work, or where to go first.
    fn ready(self) -> Result<Self, Fail> {
        if self.must_change {
            return Err(Fail::MustChange);
        }
        if self.must_enrol { Err(Fail::MustEnrol) } else { Ok(self) }
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fail> {
        let staff = Self::of(parts, app).await?.ready()?;
        if let Some(reader) = parts.extensions.get::<Reader>() {
            reader.is(&staff.name);
        }
        Ok(staff)
    }
}

/// A signed-in account that may still have to change its password or to set up its second factor.
struct AnyStaff(Staff);

impl FromRequestParts<App> for AnyStaff {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fail> {
        Staff::of(parts, app).await.map(Self)
    }
}

/// Signing out twice is no error.
impl axum::extract::OptionalFromRequestParts<App> for AnyStaff {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Fail> {
        match Staff::of(parts, app).await {
            Ok(staff) => Ok(Some(Self(staff))),
            Err(Fail::SignIn | Fail::Ended(_)) => Ok(None),
            Err(fail) => Err(fail),
        }
    }
}

/// Address of a page that leads back to where the reader was; `why` says what it was left for.
pub(crate) fn leading_back(to: &str, path: &str, query: Option<&str>, why: Option<&str>) -> String {
    let query = query.map(crate::desk::without_words).filter(|q| !q.is_empty());
    let target = query.map_or_else(|| path.to_owned(), |q| format!("{path}?{q}"));
    let next = utf8_percent_encode(&target, NON_ALPHANUMERIC);
    let why = why.map(|why| format!("&why={why}")).unwrap_or_default();
    format!("{to}?next={next}{why}")
}

/// Address of the sign-in page that leads back to where the reader was.
pub(crate) fn login_href(page: &Page, path: &str, query: Option<&str>, why: Option<&str>) -> String {
    leading_back(&page.href("/login"), path, query, why)
}

/// To `to`, with the session's token in its cookie.
fn signed_in(app: &App, to: &str, token: &SecretString) -> Response {
    let mut response = Redirect::to(to).into_response();
    response.headers_mut().insert(header::SET_COOKIE, set_cookie(app, token));
    response
}

fn set_cookie(app: &App, token: &SecretString) -> HeaderValue {
    let secure = if app.config.https() { "; Secure" } else { "" };
    let (name, days) = (cookie_name(app), sessions::LIFE_DAYS * 86_400);
    let text = format!("{name}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={days}{secure}", token.expose_secret());
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

fn clear_cookie(app: &App) -> HeaderValue {
    let secure = if app.config.https() { "; Secure" } else { "" };
    let text = format!("{}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}", cookie_name(app));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// What the page of signed-in devices shows: browser and system, nothing finer.
fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let first = |names: &[&'static str]| names.iter().copied().find(|n| agent.contains(n)).unwrap_or("?");
    let browser = first(&["MicroMessenger", "Edg", "Firefox", "Chrome", "Safari", "curl"]);
    let system = first(&["HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"]);
    format!("{browser} · {system}")
}

/// Only addresses of our own site, so that `next` cannot lead away. Browsers drop tabs and line ends inside an address
/// and read `\` as `/`, so nothing but plain characters passes.
fn own_path(next: &str) -> String {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(|c| c.is_control() || c.is_whitespace());
    if ours { next.to_owned() } else { "/desk".to_owned() }
}

impl From<people::policy::Denied> for Fail {
    fn from(denied: people::policy::Denied) -> Self {
        if denied.why == people::policy::Why::NotSignedIn {
            return Self::SignIn;
        }
        let who = people::policy::who_may(denied.action).into_iter().map(kernel::Role::code).collect();
        Self::Forbidden { rule: format!("denied-{}", denied.why.code()), who }
    }
}

impl From<people::Error> for Fail {
    fn from(error: people::Error) -> Self {
        match error {
            people::Error::Store(e) => e.into(),
            people::Error::Denied(denied) => denied.into(),
            people::Error::Stale { seen, current } => Self::Stale { yours: seen, now: current },
            people::Error::Invalid { field, why } => Self::invalid(field, format!("invalid-{why}")),
            people::Error::NotFresh => Self::Confirm,
            people::Error::Refused(why) => Self::Refused(Arc::from(format!("rule-record-{why}"))),
            other => Self::Refused(Arc::from(format!("error-people-{}", other.code()))),
        }
    }
}

#[cfg(test)]
pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out = sign_in::samples(page);
    out.extend(code::samples(page));
    out.extend(password::samples(page));
    out.extend(second::samples(page));
    out.extend(confirm::samples(page));
    out.extend(elsewhere::samples(page));
    out.extend(ways::samples(page));
    out
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn next_never_leads_away() {
        for (next, to) in [
            ("/desk/matters?q=1", "/desk/matters?q=1"),
            ("//evil.example", "/desk"),
            ("https://evil.example", "/desk"),
            ("/\\evil", "/desk"),
            ("/\t/evil.example", "/desk"),
            ("/\u{85}/evil.example", "/desk"),
            ("/desk\r\nSet-Cookie: a=b", "/desk"),
            ("javascript:alert(1)", "/desk"),
            (" //evil.example", "/desk"),
            ("", "/desk"),
        ] {
            assert_eq!(own_path(next), to, "{next:?}");
        }
    }
}
