//! Keys of programs that act in one's own name: for what, in which area, until when. A new one is shown once.

use super::table::{self, As, Listed, Table};
use super::{Frame, ground};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::AccountId;
use people::app::require_fresh;
use people::app::tokens::{self, NewToken};
use people::model::TokenId;
use people::policy::TokenScope;
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/me/keys", get(show).post(make))
        .route("/desk/me/keys/end", post(end_own))
        .route("/desk/admin/people/{id}/keys", post(end_other))
}

/// Days a new key works unless something else is typed.
const USUAL_DAYS: &str = "90";

/// One key.
pub(super) struct KeyView {
    pub id: String,
    pub label: String,
    pub scopes: String,
    pub area: Option<String>,
    pub until: String,
    pub used: String,
}

/// Keys of an account that work, newest first.
pub(super) fn of(cx: &mut Cx<'_>, page: &Page, account: AccountId) -> Result<Vec<KeyView>, Fail> {
    let found = tokens::list(cx, account)?;
    let areas: Vec<_> = found.iter().filter_map(|t| t.area).collect();
    let names = ground::names(cx, page, &areas)?;
    let view = |t: tokens::Token| KeyView {
        id: t.id.to_string(),
        scopes: scopes(page, &t),
        label: t.label,
        area: t.area.map(|a| names.get(&a).cloned().unwrap_or_else(|| page.t("key-area-gone"))),
        until: t.expires_at.map_or_else(|| page.t("key-no-end"), |at| page.day(at)),
        used: t.last_used_at.map_or_else(|| page.t("key-unused"), |at| page.ago(at)),
    };
    Ok(found.into_iter().map(view).collect())
}

fn scopes(page: &Page, token: &tokens::Token) -> String {
    let words: Vec<String> = token.scopes.iter().map(|s| page.tk("key-scope-", s.code())).collect();
    words.join(&page.t("list-comma"))
}

/// The same as a file, with dates that can be sorted.
fn as_table(cx: &mut Cx<'_>, page: &Page, account: AccountId) -> Result<Table, Fail> {
    let found = tokens::list(cx, account)?;
    let shown = of(cx, page, account)?;
    let row = |(t, view): (tokens::Token, KeyView)| {
        let until = t.expires_at.map_or(view.until, table::instant);
        let used = t.last_used_at.map_or(view.used, table::instant);
        vec![view.label, view.scopes, view.area.unwrap_or_else(|| page.t("key-area-all")), until, used]
    };
    let head = ["key-label", "key-scopes", "key-area", "key-until", "key-used"];
    Ok(Table::new(page, "keys", &head, found.into_iter().zip(shown).map(row).collect()).marked(cx)?)
}

/// What was typed about a new key.
#[derive(Default)]
struct Typed {
    label: String,
    scopes: Vec<TokenScope>,
    area: String,
    days: String,
}

#[derive(Template)]
#[template(path = "desk/keys.html")]
struct KeysPage {
    page: Page,
    frame: Frame,
    keys: Vec<KeyView>,
    typed: Typed,
    /// (field, words)
    errors: Vec<(&'static str, String)>,
    /// The new key, shown this once.
    secret: Option<String>,
    done: bool,
}

impl KeysPage {
    fn error(&self, id: &str) -> Option<&String> {
        self.errors.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
    fn scopes(&self) -> impl Iterator<Item = (&'static str, bool)> {
        TokenScope::ALL.iter().map(|s| (s.code(), self.typed.scopes.contains(s)))
    }
}

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, typed: Typed) -> Result<KeysPage, Fail> {
    let me = cx.actor.account_id().ok_or(Fail::SignIn)?;
    let frame = Frame::load(cx, &page, staff, "/desk/me")?;
    let keys = of(cx, &page, me)?;
    Ok(KeysPage { page, frame, keys, typed, errors: Vec::new(), secret: None, done: false })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
    r#as: String,
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let (kind, words) = (As::from_code(&after.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            if kind.is_some() {
                let me = cx.actor.account_id().ok_or(Fail::SignIn)?;
                return Ok(Listed::File(as_table(cx, &page, me)?));
            }
            let typed = Typed { days: USUAL_DAYS.into(), ..Typed::default() };
            let shown = load(cx, page, &staff, typed)?;
            Ok::<_, Fail>(Listed::Page(Box::new(KeysPage { done: after.done == "ended", ..shown })))
        })
        .await?;
    listed.answer(&words, kind).await
}

async fn make(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let typed = Typed {
        label: form.get("label"),
        scopes: TokenScope::ALL
            .iter()
            .copied()
            .filter(|s| !form.get(&format!("scope-{}", s.code())).is_empty())
            .collect(),
        area: form.get("area"),
        days: form.get("days"),
    };
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.write(who, move |cx| issue(cx, page, &staff, typed)).await?;
    let status = if shown.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(unkept((status, html(&shown)?)))
}

/// Makes the key, or says what is wrong with what was typed.
fn issue(cx: &mut Cx<'_>, page: Page, staff: &Staff, typed: Typed) -> Result<KeysPage, Fail> {
    let fresh = require_fresh(cx, staff.session)?;
    let mut errors = Vec::new();
    let area = if typed.area.is_empty() { None } else { ground::resolve(cx, &typed.area)? };
    if area.is_none() && !typed.area.is_empty() {
        errors.push(("area", page.t("key-wrong-area")));
    }
    let days =
        kernel::text::narrow(&typed.days).trim().parse::<i64>().ok().filter(|d| (1..=tokens::MOST_DAYS).contains(d));
    let new = NewToken {
        account: fresh.account(),
        label: typed.label.clone(),
        scopes: typed.scopes.clone(),
        area,
        expires_at: days.map(|d| cx.now.plus_days(d)),
    };
    let mut secret = None;
    if errors.is_empty() {
        match tokens::issue_own(cx, &fresh, &new) {
            Ok((_, key)) => secret = Some(key.expose_secret().to_owned()),
            Err(people::Error::Invalid { field, .. }) => errors.push(match field {
                "label" => ("label", page.t("key-wrong-label")),
                "scopes" => ("scopes", page.t("key-wrong-scopes")),
                _ => ("days", page.t("key-wrong-days")),
            }),
            Err(error) => return Err(error.into()),
        }
    }
    let typed = if secret.is_some() { Typed { days: USUAL_DAYS.into(), ..Typed::default() } } else { typed };
    Ok(KeysPage { errors, secret, ..load(cx, page, staff, typed)? })
}

fn id(form: &Posted) -> Result<TokenId, Fail> {
    form.get("key").parse().map_err(|_| Fail::BadRequest("bad-form"))
}

async fn end_own(State(app): State<App>, page: Page, staff: Staff, form: Posted) -> Result<Response, Fail> {
    let key = id(&form)?;
    app.rt.write(staff.who(Purpose::Administration), move |cx| tokens::revoke(cx, key)).await?;
    Ok(Redirect::to(&page.href("/desk/me/keys?done=ended")).into_response())
}

async fn end_other(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(account): Path<AccountId>,
    form: Posted,
) -> Result<Response, Fail> {
    let key = id(&form)?;
    app.rt.write(staff.who(Purpose::Administration), move |cx| tokens::revoke(cx, key)).await?;
    Ok(Redirect::to(&page.href(format!("/desk/admin/people/{account}?done=key"))).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn sample(page: &Page, n: usize) -> Vec<KeyView> {
        (0..n)
            .map(|i| KeyView {
                id: i.to_string(),
                label: if page.zh() { "街道报表".into() } else { "Report of the town".into() },
                scopes: page.t("key-scope-read"),
                area: (i > 0).then(|| if page.zh() { "青禾居委会".into() } else { "Qinghe".into() }),
                until: page.day(page.now),
                used: page.t("key-unused"),
            })
            .collect()
    }

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let all: Vec<(&'static str, String)> = ["label", "scopes", "area", "days"]
            .into_iter()
            .map(|field| (field, page.tk("key-wrong-", field)))
            .collect();
        [(0, vec![], None), (2, all, None), (1, vec![], Some("MULIN 00FF".to_owned()))]
            .into_iter()
            .map(|(n, errors, secret)| KeysPage {
                page: page.clone(),
                frame: Frame::sample(page),
                keys: sample(page, n),
                typed: Typed { scopes: vec![TokenScope::Read], days: USUAL_DAYS.into(), ..Typed::default() },
                errors,
                secret,
                done: n == 1,
            })
            .map(|shown| ("desk/keys.html", shown.render().unwrap_or_default()))
            .collect()
    }
}
