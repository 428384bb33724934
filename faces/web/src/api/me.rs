//! The caller: account and rights of this instant, signed-in devices, keys of programs, notices. Devices and keys are
//! managed by a person who signed in, never with a key.

use super::Caller;
use super::caller::By;
use super::input::{Asked, Body, Nothing, Path, Seen};
use super::matters::limit;
use super::reply::{Page, act, change, listed, make, read, shown};
use super::words::{At, LangWord, RoleWord, TokenScopeWord};
use crate::{App, Fail, unkept};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::ids::{AccountId, AreaId};
use kernel::{Grant, Moment, Purpose};
use people::app::tokens::{self, NewToken, Token};
use people::app::{AccountChange, accounts, feeds, sessions};
use people::model::{Account, SessionId, TokenId};
use people::policy::Action;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Cx;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_me, change_me))
        .routes(routes!(list_own_sessions))
        .routes(routes!(end_own_session))
        .routes(routes!(list_own_keys, make_own_key))
        .routes(routes!(end_own_key))
        .routes(routes!(show_feed, make_feed, end_feed))
        .routes(routes!(list_notices))
        .routes(routes!(read_notices))
}

/// A role held now, with the place it is held at.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GrantView {
    seat: Uuid,
    role: RoleWord,
    org: Option<Uuid>,
    area: Option<Uuid>,
    post: Option<Uuid>,
    /// Standing in for the holder.
    deputy: bool,
    until: Option<At>,
}

impl From<&Grant> for GrantView {
    fn from(g: &Grant) -> Self {
        Self {
            seat: g.seat.0,
            role: g.role.into(),
            org: g.org.map(|o| o.0),
            area: g.area.map(|a| a.0),
            post: g.post.map(|p| p.0),
            deputy: g.deputy,
            until: g.until.map(At),
        }
    }
}

/// The key a request came with.
#[derive(Debug, Serialize, ToSchema)]
struct UsedKey {
    id: Uuid,
    scopes: Vec<TokenScopeWord>,
}

/// Who calls.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    account: Uuid,
    version: i64,
    login: String,
    name: String,
    lang: LangWord,
    /// Roles held at this moment.
    grants: Vec<GrantView>,
    /// Null for a session of the desk.
    key: Option<UsedKey>,
    unread_notices: i64,
}

impl Me {
    fn of(caller: &Caller, account: Account, unread: i64) -> Self {
        Self {
            account: account.id.0,
            version: account.version,
            login: account.login,
            name: account.display_name,
            lang: account.lang.into(),
            grants: caller.actor.grants().iter().map(Into::into).collect(),
            key: match &caller.by {
                By::Key { id, scopes } => {
                    Some(UsedKey { id: id.0, scopes: scopes.iter().map(|s| (*s).into()).collect() })
                }
                By::Session(_) => None,
            },
            unread_notices: unread,
        }
    }
}

/// Who calls, and what the account may do at this moment.
#[utoipa::path(get, path = "/api/v1/me", tag = "me",
    responses((status = 200, body = Me, description = "The caller; the tag begins with the version of the account.")))]
async fn show_me(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let id = caller.account;
    let load = move |cx: &mut Cx<'_>| Ok::<_, Fail>((accounts::account(cx, id)?, alerts::app::notices::unread(cx)?));
    let (account, unread) = app.rt.read(caller.own(), load).await?;
    let version = account.version;
    shown(&headers, Some(version), &Me::of(&caller, account, unread))
}

/// What one changes of oneself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeInput {
    /// Language of pages and letters.
    lang: LangWord,
}

/// Changes one's own language. Only by a person who signed in.
#[utoipa::path(patch, path = "/api/v1/me", tag = "me",
    extensions(("x-actions" = json!(["own-account"]))),
    request_body = MeInput,
    params(("If-Match" = String, Header, max_length = 200, description = "Entity tag of `/me`.")),
    responses((status = 200, body = Me, description = "As it is now.")))]
async fn change_me(
    caller: Caller,
    State(app): State<App>,
    seen: Seen,
    Body { value, once }: Body<MeInput>,
) -> Result<Response, Fail> {
    let (who, id, seen) = (caller.who(Action::OwnAccount, Purpose::Administration)?, caller.account, seen.needed()?);
    let me = change(&app, who, once, move |cx| {
        let new = AccountChange { lang: Some(value.lang.0), ..AccountChange::default() };
        accounts::change_account(cx, id, seen, &new)?;
        let unread = alerts::app::notices::unread(cx)?;
        Ok(Me::of(&caller, accounts::account(cx, id)?, unread))
    });
    me.await
}

/// A signed-in device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionView {
    id: Uuid,
    /// Browser and system, nothing finer.
    device: String,
    created_at: At,
    last_seen_at: At,
}

/// Devices of an account, last used first.
pub(super) fn sessions_of(cx: &mut Cx<'_>, account: AccountId) -> Result<Page<SessionView>, Fail> {
    let view = |d: sessions::Device| SessionView {
        id: d.session.0,
        device: d.label,
        created_at: d.created_at.into(),
        last_seen_at: d.last_seen_at.into(),
    };
    Ok(Page::all(sessions::devices(cx, account)?.into_iter().map(view).collect()))
}

/// One's own signed-in devices. Only by a person who signed in.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "me", extensions(("x-actions" = json!(["manage-sessions"]))),
    responses((status = 200, body = Page<SessionView>, description = "Last used first.")))]
async fn list_own_sessions(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let (who, id) = (caller.who(Action::ManageSessions, Purpose::Administration)?, caller.account);
    shown(&headers, None, &app.rt.read(who, move |cx| sessions_of(cx, id)).await?)
}

/// Signs out a device. Only by a person who signed in.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", tag = "me",
    extensions(("x-actions" = json!(["manage-sessions"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Signed out.")))]
async fn end_own_session(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageSessions, Purpose::Administration)?;
    act(&app, who, once, move |cx| sessions::revoke(cx, SessionId(id))).await
}

/// A key of a program, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KeyView {
    id: Uuid,
    account: Uuid,
    label: String,
    scopes: Vec<TokenScopeWord>,
    /// Only what lies in this area; null: wherever the account may.
    area: Option<Uuid>,
    created_at: At,
    expires_at: Option<At>,
    last_used_at: Option<At>,
}

impl From<Token> for KeyView {
    fn from(t: Token) -> Self {
        Self {
            id: t.id.0,
            account: t.account.0,
            label: t.label,
            scopes: t.scopes.into_iter().map(Into::into).collect(),
            area: t.area.map(|a| a.0),
            created_at: t.created_at.into(),
            expires_at: t.expires_at.map(At),
            last_used_at: t.last_used_at.map(At),
        }
    }
}

/// One's own keys that work, newest first. Only by a person who signed in.
#[utoipa::path(get, path = "/api/v1/me/keys", tag = "me", extensions(("x-actions" = json!(["manage-tokens"]))),
    responses((status = 200, body = Page<KeyView>, description = "Keys without their secrets.")))]
async fn list_own_keys(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let (who, id) = (caller.who(Action::ManageTokens, Purpose::Administration)?, caller.account);
    listed::<KeyView, _, _, _>(&app, &headers, who, move |cx| tokens::list(cx, id)).await
}

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyInput {
    /// What it is for.
    #[schema(min_length = 1, max_length = 60, pattern = r"\S")]
    label: String,
    #[schema(min_items = 1, max_items = 5)]
    scopes: Vec<TokenScopeWord>,
    /// Only what lies in this area; left out: wherever the account may.
    area: Option<Uuid>,
    /// At most 366 days from now.
    expires_at: At,
}

impl KeyInput {
    pub(super) fn into_new(self, account: AccountId) -> NewToken {
        NewToken {
            account,
            label: self.label,
            scopes: self.scopes.into_iter().map(|s| s.0).collect(),
            area: self.area.map(AreaId),
            expires_at: Some(self.expires_at.0),
        }
    }
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
pub(super) struct KeyMade {
    id: Uuid,
    /// Shown here and never again.
    #[schema(example = "mulin_…")]
    secret: String,
}

/// Makes a key of a program in one's own name. Only by a person who signed in and has just shown that it is them; without
/// that the problem is `confirm`. The secret is shown once.
#[utoipa::path(post, path = "/api/v1/me/keys", tag = "me",
    extensions(("x-actions" = json!(["manage-tokens"]))),
    request_body = KeyInput,
    responses((status = 201, body = KeyMade, description = "Made.")))]
async fn make_own_key(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<KeyInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageTokens, Purpose::Administration)?;
    let (new, confirmed) = (value.into_new(caller.account), caller.confirmed()?);
    let key = make(&app, who, once, "/me/keys", move |cx| {
        // A key outlives the session it was made in.
        let fresh = confirmed.fresh(cx)?;
        let (id, secret) = tokens::issue_own(cx, &fresh, &new)?;
        Ok(KeyMade { id: id.0, secret: secret.expose_secret().to_owned() })
    });
    Ok(unkept(key.await?))
}

/// Ends a key. Only by a person who signed in.
#[utoipa::path(delete, path = "/api/v1/me/keys/{id}", tag = "me",
    extensions(("x-actions" = json!(["manage-tokens"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Ended.")))]
async fn end_own_key(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageTokens, Purpose::Administration)?;
    act(&app, who, once, move |cx| tokens::revoke(cx, TokenId(id))).await
}

/// The calendar feed of an account.
#[derive(Debug, Serialize, ToSchema)]
struct FeedView {
    created_at: At,
    last_used_at: Option<At>,
}

/// One's own calendar feed; 404 without one. Only by a person who signed in.
#[utoipa::path(get, path = "/api/v1/me/feed", tag = "me", extensions(("x-actions" = json!(["own-account"]))),
    responses((status = 200, body = FeedView, description = "The feed, without its address."), (status = 404)))]
async fn show_feed(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::OwnAccount, Purpose::Administration)?;
    let feed = read(&app, who, feeds::mine).await?.ok_or(Fail::NotFound)?;
    let view = FeedView { created_at: feed.created_at.into(), last_used_at: feed.last_used_at.map(At) };
    shown(&headers, None, &view)
}

/// A feed that was made.
#[derive(Serialize, ToSchema)]
struct FeedMade {
    /// Secret; shown here and never again.
    #[schema(example = "https://helin.example/ical/….ics")]
    url: String,
}

/// Makes an address for one's duty times and due dates (iCalendar); one made before ends. Only by a person who signed in.
#[utoipa::path(put, path = "/api/v1/me/feed", tag = "me", extensions(("x-actions" = json!(["own-account"]))),
    responses((status = 200, body = FeedMade, description = "The address.")))]
async fn make_feed(caller: Caller, State(app): State<App>, Nothing { once }: Nothing) -> Result<Response, Fail> {
    let who = caller.who(Action::OwnAccount, Purpose::Administration)?;
    let config = Arc::clone(&app.config);
    let make = change(&app, who, once, move |cx| {
        let secret = feeds::make(cx)?;
        Ok(FeedMade { url: config.absolute(&format!("/ical/{}.ics", secret.expose_secret())) })
    });
    Ok(unkept(make.await?))
}

/// Ends it; ending none is fine. Only by a person who signed in.
#[utoipa::path(delete, path = "/api/v1/me/feed", tag = "me",
    extensions(("x-actions" = json!(["own-account"]))),
    responses((status = 204, description = "Ended.")))]
async fn end_feed(caller: Caller, State(app): State<App>, Nothing { once }: Nothing) -> Result<Response, Fail> {
    let who = caller.who(Action::OwnAccount, Purpose::Administration)?;
    act(&app, who, once, feeds::revoke).await
}

/// What is new for the caller.
#[derive(Debug, Serialize, ToSchema)]
struct NoticeView {
    id: Uuid,
    /// Why, such as `assigned`.
    kind: String,
    matter: Uuid,
    number: String,
    at: At,
    read_at: Option<At>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NoticeQuery {
    /// `next` of the page before.
    #[param(max_length = 20, pattern = "^[0-9]+$")]
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// The caller's notices, newest first.
#[utoipa::path(get, path = "/api/v1/notices", tag = "me",
    extensions(("x-actions" = json!(["own-notices"]))),
    params(NoticeQuery),
    responses((status = 200, body = Page<NoticeView>, description = "Notices.")))]
async fn list_notices(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<NoticeQuery>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::OwnNotices, Purpose::Administration)?;
    let limit = limit(asked.limit)?;
    let before = asked.cursor.map(|c| c.parse::<i64>().map(Moment::from_micros)).transpose();
    let before = before.map_err(|_| Fail::invalid("cursor", "invalid-cursor"))?;
    let list = move |cx: &mut Cx<'_>| Ok::<_, Fail>(alerts::app::notices::list(cx, before, limit)?);
    let found = app.rt.read(who, list).await?;
    let next = found.last().filter(|_| found.len() == limit).map(|n| n.at.micros().to_string());
    let view = |n: alerts::app::notices::Notice| NoticeView {
        id: n.id,
        kind: n.kind,
        matter: n.matter.0,
        number: n.number,
        at: n.at.into(),
        read_at: n.read_at.map(At),
    };
    shown(&headers, None, &Page { items: found.into_iter().map(view).collect(), next })
}

/// Up to where one has read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadInput {
    /// The `at` of the newest notice that was read.
    until: At,
}

/// Marks one's notices as read, up to an instant.
#[utoipa::path(post, path = "/api/v1/notices/read", tag = "me",
    extensions(("x-actions" = json!(["own-notices"]))),
    request_body = ReadInput,
    responses((status = 204, description = "Marked.")))]
async fn read_notices(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<ReadInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::OwnNotices, Purpose::Administration)?;
    act(&app, who, once, move |cx| alerts::app::notices::mark_read(cx, value.until.0).map(drop)).await
}
