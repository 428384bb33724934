//! Accounts (DOMAIN §6): the system administrator has accounts, the security administrator has their devices and keys. What
//! somebody may do comes from the terms on seats, which stand beside.

use super::seats::TermView;
use super::staff::{StaffAsk, StaffView};
use crate::api::Caller;
use crate::api::input::{Asked, Body, Nothing, Path};
use crate::api::me::{KeyView, SessionView, sessions_of};
use crate::api::reply::{Page, act, change, listed, make, read, shown};
use crate::api::words::{AccountStatusWord, At, LangWord};
use crate::{App, Fail, desk};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::AccountId;
use people::app::{NewAccount, StaffQuery, accounts, passkeys, password, search_staff, sessions, terms, tokens};
use people::model::{Account, AccountStatus, SessionId, TokenId};
use people::policy::{Action, ResourceFacts, require};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use store::Cx;
use utoipa::ToSchema;
use uuid::Uuid;

/// An account.
#[derive(Debug, Serialize, ToSchema)]
struct AccountView {
    id: Uuid,
    version: i64,
    login: String,
    name: String,
    /// Office telephone.
    phone: Option<String>,
    lang: LangWord,
    status: AccountStatusWord,
    /// The password was set by somebody else and must be changed first.
    must_change_password: bool,
    created_at: At,
    /// Seats held, held before and to be held, newest first.
    terms: Vec<TermView>,
}

impl AccountView {
    fn load(cx: &mut Cx<'_>, id: AccountId) -> Result<Self, Fail> {
        let a: Account = accounts::account(cx, id)?;
        let terms = terms::of_account(cx, id)?.into_iter().map(|(term, _)| term.into()).collect();
        Ok(Self {
            id: a.id.0,
            version: a.version,
            login: a.login,
            name: a.display_name,
            phone: a.phone_ext,
            lang: a.lang.into(),
            status: a.status.into(),
            must_change_password: a.must_change_password,
            created_at: a.created_at.into(),
            terms,
        })
    }
}

/// Either administrator.
const EITHER: [Action; 2] = [Action::ManageAccounts, Action::ManageSessions];

/// Everybody has devices and keys of their own, under `/me`; here they are those of anybody in the district.
fn allow(cx: &Cx<'_>, action: Action) -> Result<(), Fail> {
    Ok(require(&cx.actor, cx.purpose, action, &ResourceFacts::District)?)
}

fn allow_either(cx: &Cx<'_>) -> Result<(), Fail> {
    allow(cx, Action::ManageSessions).or_else(|_| allow(cx, Action::ManageAccounts))
}

/// Accounts that are not closed, also suspended ones and those without a seat. More words find fewer; there is no next
/// page.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "people",
    extensions(("x-actions" = json!(["manage-accounts", "manage-sessions"]))),
    params(StaffAsk),
    responses((status = 200, body = Page<StaffView>, description = "Accounts with the seats held now.")))]
pub(super) async fn list_accounts(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<StaffAsk>,
) -> Result<Response, Fail> {
    let who = caller.who_any(&EITHER, Purpose::Administration)?;
    let query = StaffQuery { everybody: true, ..asked.query()? };
    listed::<StaffView, _, _, _>(&app, &headers, who, move |cx| {
        allow_either(cx)?;
        let ground = desk::geography(cx)?;
        Ok::<_, Fail>(search_staff(cx, &ground, &query)?)
    })
    .await
}

/// An account that is wanted. It may do nothing until it is given a seat.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccountInput {
    #[schema(min_length = 1, max_length = 60, pattern = r"\S")]
    login: String,
    #[schema(min_length = 1, max_length = 60, pattern = r"\S")]
    name: String,
    #[schema(max_length = 30)]
    phone: Option<String>,
    #[schema(max_length = 200)]
    email: Option<String>,
    lang: Option<LangWord>,
    /// To be changed at the first sign-in. Left out: nobody can sign in until one is set.
    #[schema(max_length = 200)]
    password: Option<String>,
}

/// Makes an account.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "people",
    extensions(("x-actions" = json!(["manage-accounts"]))),
    request_body = NewAccountInput,
    responses((status = 201, body = AccountView, description = "Made.")))]
pub(super) async fn make_account(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<NewAccountInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageAccounts, Purpose::Administration)?;
    let hashed = match value.password.map(SecretString::from) {
        None => None,
        Some(secret) => {
            password::check_strength(&value.login, &secret).map_err(|e| match e {
                people::Error::Invalid { why, .. } => Fail::invalid("password", format!("password-{why}")),
                other => other.into(),
            })?;
            let rt = app.rt.clone();
            let hash = tokio::task::spawn_blocking(move || password::hash(&secret, rt.ids())).await;
            Some(hash.map_err(|_| Fail::Unavailable)??)
        }
    };
    let new = NewAccount {
        login: value.login,
        display_name: value.name,
        phone_ext: value.phone.filter(|p| !p.is_empty()),
        email: value.email.filter(|e| !e.is_empty()),
        lang: value.lang.map(|l| l.0).unwrap_or_default(),
        password: hashed,
        must_change_password: true,
    };
    let made = make(&app, who, once, "/accounts", move |cx| {
        let id = accounts::create_account(cx, &new)?;
        AccountView::load(cx, id)
    });
    made.await.map_err(|fail| {
        fail.renamed(|field| match field {
            "display_name" => "name".to_owned(),
            "phone_ext" => "phone".to_owned(),
            other => other.to_owned(),
        })
    })
}

/// One account with its terms. For whoever has accounts or devices.
#[utoipa::path(get, path = "/api/v1/accounts/{id}", tag = "people",
    extensions(("x-actions" = json!(["manage-accounts", "manage-sessions"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = AccountView, description = "The account; its tag begins with its version.")))]
pub(super) async fn show_account(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let who = caller.who_any(&EITHER, Purpose::Administration)?;
    let view = read(&app, who, move |cx| {
        allow_either(cx)?;
        AccountView::load(cx, AccountId(id))
    })
    .await?;
    shown(&headers, Some(view.version), &view)
}

/// In or out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountStatusInput {
    /// True: it cannot sign in and its keys do not count; what it owned falls to deputies and the catch-all.
    suspended: bool,
}

/// Keeps an account out, or lets it in again.
#[utoipa::path(put, path = "/api/v1/accounts/{id}/status", tag = "people",
    extensions(("x-actions" = json!(["manage-accounts"]))),
    params(("id" = Uuid, Path)),
    request_body = AccountStatusInput, responses((status = 200, body = AccountView, description = "As it is now.")))]
pub(super) async fn set_account_status(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<AccountStatusInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageAccounts, Purpose::Administration)?;
    let id = AccountId(id);
    change(&app, who, once, move |cx| {
        allow(cx, Action::ManageAccounts)?;
        let status = accounts::account(cx, id)?.status;
        match (status, value.suspended) {
            (AccountStatus::Active, true) => accounts::suspend_account(cx, id)?,
            (AccountStatus::Suspended, false) => accounts::reactivate_account(cx, id)?,
            (AccountStatus::Closed, _) => return Err(people::Error::NotActive.into()),
            _ => {}
        }
        AccountView::load(cx, id)
    })
    .await
}

/// Devices signed in with an account. Only by a person who signed in.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/sessions", tag = "people",
    extensions(("x-actions" = json!(["manage-sessions"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<SessionView>, description = "Last used first.")))]
pub(super) async fn list_account_sessions(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageSessions, Purpose::Administration)?;
    let devices = read(&app, who, move |cx| {
        allow(cx, Action::ManageSessions)?;
        sessions_of(cx, AccountId(id))
    });
    shown(&headers, None, &devices.await?)
}

/// Signs out every device of an account. Only by a person who signed in.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/sessions", tag = "people",
    extensions(("x-actions" = json!(["manage-sessions"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Signed out.")))]
pub(super) async fn end_account_sessions(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageSessions, Purpose::Administration)?;
    act(&app, who, once, move |cx| {
        allow(cx, Action::ManageSessions)?;
        Ok::<_, Fail>(sessions::revoke_all(cx, AccountId(id), None)?)
    })
    .await
}

/// Signs out one device of an account. Only by a person who signed in.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/sessions/{session}", tag = "people",
    extensions(("x-actions" = json!(["manage-sessions"]))),
    params(("id" = Uuid, Path), ("session" = Uuid, Path)), responses((status = 204, description = "Signed out.")))]
pub(super) async fn end_account_session(
    caller: Caller,
    State(app): State<App>,
    Path((id, session)): Path<(Uuid, Uuid)>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageSessions, Purpose::Administration)?;
    let session = SessionId(session);
    act(&app, who, once, move |cx| {
        allow(cx, Action::ManageSessions)?;
        let of_them = sessions::devices(cx, AccountId(id))?.iter().any(|d| d.session == session);
        if of_them { Ok(sessions::revoke(cx, session)?) } else { Err(Fail::NotFound) }
    })
    .await
}

/// A passkey of an account; nothing that signs in is in it.
#[derive(Debug, Serialize, ToSchema)]
struct PasskeyView {
    id: Uuid,
    /// As its owner called the device.
    name: String,
    since: At,
    last_used_at: Option<At>,
}

impl From<passkeys::Passkey> for PasskeyView {
    fn from(p: passkeys::Passkey) -> Self {
        Self { id: p.id, name: p.name, since: At(p.since), last_used_at: p.last_used.map(At) }
    }
}

/// Passkeys of an account, oldest first. Only by a person who signed in.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/passkeys", tag = "people",
    extensions(("x-actions" = json!(["manage-sessions"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<PasskeyView>, description = "Names of devices and times.")))]
pub(super) async fn list_account_passkeys(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageSessions, Purpose::Administration)?;
    listed::<PasskeyView, _, _, _>(&app, &headers, who, move |cx| {
        allow(cx, Action::ManageSessions)?;
        Ok::<_, Fail>(passkeys::list(cx, AccountId(id))?)
    })
    .await
}

/// Takes a passkey away, because the device that holds it is lost; every device of the account is signed out. Only by a
/// person who signed in and has just shown that it is them; without that the problem is `confirm`.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/passkeys/{passkey}", tag = "people",
    extensions(("x-actions" = json!(["reset-factor"]))),
    params(("id" = Uuid, Path), ("passkey" = Uuid, Path)), responses((status = 204, description = "Removed.")))]
pub(super) async fn remove_account_passkey(
    caller: Caller,
    State(app): State<App>,
    Path((id, passkey)): Path<(Uuid, Uuid)>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ResetFactor, Purpose::Administration)?;
    let confirmed = caller.confirmed()?;
    act(&app, who, once, move |cx| {
        let fresh = confirmed.fresh(cx)?;
        Ok::<_, Fail>(passkeys::remove_of(cx, &fresh, AccountId(id), passkey)?)
    })
    .await
}

/// Keys of an account that work, newest first. Only by a person who signed in.
#[utoipa::path(get, path = "/api/v1/accounts/{id}/keys", tag = "people",
    extensions(("x-actions" = json!(["manage-tokens"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<KeyView>, description = "Keys without their secrets.")))]
pub(super) async fn list_account_keys(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageTokens, Purpose::Administration)?;
    listed::<KeyView, _, _, _>(&app, &headers, who, move |cx| {
        allow(cx, Action::ManageTokens)?;
        Ok::<_, Fail>(tokens::list(cx, AccountId(id))?)
    })
    .await
}

/// Ends a key of an account. Only by a person who signed in.
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/keys/{key}", tag = "people",
    extensions(("x-actions" = json!(["manage-tokens"]))),
    params(("id" = Uuid, Path), ("key" = Uuid, Path)), responses((status = 204, description = "Ended.")))]
pub(super) async fn end_account_key(
    caller: Caller,
    State(app): State<App>,
    Path((id, key)): Path<(Uuid, Uuid)>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageTokens, Purpose::Administration)?;
    let key = TokenId(key);
    act(&app, who, once, move |cx| {
        allow(cx, Action::ManageTokens)?;
        let of_them = tokens::list(cx, AccountId(id))?.iter().any(|t| t.id == key);
        if of_them { Ok(tokens::revoke(cx, key)?) } else { Err(Fail::NotFound) }
    })
    .await
}
