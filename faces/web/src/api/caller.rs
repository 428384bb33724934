//! Who calls: a program with a key, or a page of ours with the session of whoever is signed in.
//!
//! A key counts for what its scopes and the account's rights of this instant both include. A session counts for all the
//! account may do, but a change needs proof that a page of ours sent it: a foreign page must not use a browser's cookie.
//! The only way from here to the database is [`Caller::who`], which asks for the action first, so that nobody learns
//! whether a thing exists before it is known that they may ask.

use crate::guard::is_proven_ours;
use crate::session::Staff;
use crate::{App, Fail};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{Method, header};
use kernel::ids::AccountId;
use kernel::{Actor, Purpose};
use people::app::{Fresh, require_fresh, resolve_token, tokens};
use people::model::{SessionId, TokenId};
use people::policy::{Action, TokenScope, require_scope, require_somewhere};
use store::{Cx, Who};

/// Whoever calls, with the rights of this instant. Stands before every other extractor of a handler.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub actor: Actor,
    pub account: AccountId,
    pub by: By,
}

/// Somebody sits there; whether the proof still counts is asked in the transaction that does the thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Confirmed(SessionId);

impl Confirmed {
    /// The proof, or the problem `confirm`: shown at `/desk/me/confirm`, then asked again.
    pub(super) fn fresh(self, cx: &mut Cx<'_>) -> Result<Fresh, Fail> {
        Ok(require_fresh(cx, self.0)?)
    }
}

/// With what.
#[derive(Debug, Clone)]
pub(super) enum By {
    Key { id: TokenId, scopes: Vec<TokenScope> },
    Session(SessionId),
}

impl Caller {
    /// Who acts and why, if this may be done by this caller at all.
    pub(super) fn who(&self, action: Action, purpose: Purpose) -> Result<Who, Fail> {
        if let By::Key { scopes, .. } = &self.by {
            require_scope(scopes, action)?;
        }
        require_somewhere(&self.actor, action)?;
        Ok(Who::new(self.actor.clone(), purpose))
    }

    /// As [`Self::who`], where one of several rights opens the thing; which one is asked again beside it.
    pub(super) fn who_any(&self, actions: &[Action], purpose: Purpose) -> Result<Who, Fail> {
        let mut last = Err(Fail::NotFound);
        for action in actions {
            last = self.who(*action, purpose);
            if last.is_ok() {
                break;
            }
        }
        last
    }

    /// For what is done only by a person who signed in and has just shown that it is them. A key can show nothing.
    pub(super) fn confirmed(&self) -> Result<Confirmed, Fail> {
        match self.by {
            By::Key { .. } => Err(Fail::Forbidden { rule: "denied-key-confirms".into(), who: Vec::new() }),
            By::Session(session) => Ok(Confirmed(session)),
        }
    }

    /// For what concerns only the caller's own account and shows nothing of anybody else.
    pub(super) fn own(&self) -> Who {
        Who::new(self.actor.clone(), Purpose::Administration)
    }
}

/// The key in the request, if there is one.
fn key(parts: &Parts) -> Result<Option<&str>, Fail> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().map_err(|_| Fail::SignIn)?;
    let (scheme, key) = text.split_once(' ').ok_or(Fail::SignIn)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(key.trim())) } else { Err(Fail::SignIn) }
}

async fn by_key(app: &App, key: &str) -> Result<Caller, Fail> {
    let key = key.to_owned();
    let found = app.rt.read(app.anybody(), move |cx| resolve_token(cx, &key)).await?.ok_or(Fail::SignIn)?;
    app.limits.pass_key(found.token.0)?;
    let account = found.actor.account_id().ok_or(Fail::SignIn)?;
    let caller = Caller { actor: found.actor, account, by: By::Key { id: found.token, scopes: found.scopes } };
    if found.needs_touch {
        app.rt.write(caller.own(), move |cx| tokens::touch(cx, found.token)).await?;
    }
    Ok(caller)
}

impl FromRequestParts<App> for Caller {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fail> {
        if let Some(key) = key(parts)? {
            return by_key(app, key).await;
        }
        let staff = <Staff as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if !reads && !is_proven_ours(&parts.headers, app.config.host()) {
            return Err(Fail::SignIn);
        }
        let account = staff.actor.account_id().ok_or(Fail::SignIn)?;
        Ok(Self { actor: staff.actor, account, by: By::Session(staff.session) })
    }
}

/// On operations that are open to everybody a key is optional, but a wrong one is told. Sessions do not count there.
impl OptionalFromRequestParts<App> for Caller {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Self>, Fail> {
        match key(parts)? {
            Some(key) => by_key(app, key).await.map(Some),
            None => Ok(None),
        }
    }
}
