//! What somebody types to find something is posted and stands in no address: names, telephones and addresses would stay in histories
//! and in the logs of proxies. The form is answered with an address that holds the words sealed under the account that typed them, so
//! that paging, files, the other language, "back" and a saved view go on as with any address (decision 0035).

use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, unkept};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Purpose;
use people::app::sought;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// Name of the sealed words in an address.
pub(crate) const FIELD: &str = "sought";

/// Fields in which people type freely to find something. None of them stands readable in an address.
const TYPED: [&str; 4] = ["q", "text", "name", "who"];

/// Characters of a field that count; more find nothing more.
const MOST: usize = 100;

type Pairs = Vec<(String, String)>;

/// The query of a page that finds: sealed words opened, as if they had been sent in the open. An old address with readable words
/// leads to the same page by one without.
pub(super) struct Sought<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Sought<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let pairs = pairs(parts.uri.query().unwrap_or_default());
        if pairs.iter().any(is_typed) {
            let page = Page::of(parts, app);
            let to = match Staff::from_request_parts(parts, app).await {
                Ok(staff) => address(app, &page, &staff, &page.path, pairs).await,
                Err(fail) => Err(fail),
            };
            return Err(to.map_or_else(IntoResponse::into_response, |to| unkept(Redirect::to(&to))));
        }
        let pairs = opened(parts, app, pairs).await.map_err(IntoResponse::into_response)?;
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let read = serde_urlencoded::from_str(&query).map_err(|_| Fail::BadRequest("bad-query").into_response())?;
        Ok(Self(read))
    }
}

fn pairs(query: &str) -> Pairs {
    let all = form_urlencoded::parse(query.as_bytes()).into_owned();
    // A field that was left empty says nothing, and must not stand beside the one that was sealed.
    all.filter(|(name, value)| !(TYPED.contains(&name.as_str()) && value.trim().is_empty())).collect()
}

fn is_typed((name, value): &(String, String)) -> bool {
    TYPED.contains(&name.as_str()) && !value.trim().is_empty()
}

/// With the words that were sealed, where some were.
async fn opened(parts: &mut Parts, app: &App, mut pairs: Pairs) -> Result<Pairs, Fail> {
    let Some(token) = pairs.iter().find(|(name, value)| name == FIELD && !value.is_empty()) else { return Ok(pairs) };
    let unread = || Fail::BadRequest("sought");
    let sealed = URL_SAFE_NO_PAD.decode(&token.1).map_err(|_| unread())?;
    let staff = Staff::from_request_parts(parts, app).await?;
    let who = staff.who(Purpose::Administration);
    let typed = app.rt.read(who, move |cx| sought::open(cx, &sealed)).await?.ok_or_else(unread)?;
    let typed: BTreeMap<String, String> = serde_json::from_str(&typed).map_err(|_| unread())?;
    pairs.extend(typed.into_iter().filter(is_typed));
    Ok(pairs)
}

/// The address of the plain `path` with these fields, what was typed sealed.
pub(super) async fn address(app: &App, page: &Page, staff: &Staff, path: &str, pairs: Pairs) -> Result<String, Fail> {
    let given = pairs.into_iter().filter(|(_, value)| !value.trim().is_empty());
    let (typed, mut shown): (Pairs, Pairs) = given.partition(|(name, _)| TYPED.contains(&name.as_str()));
    if !typed.is_empty() {
        // What was typed now takes the place of what was sealed before.
        shown.retain(|(name, _)| name != FIELD);
        let cut = |(name, text): (String, String)| (name, kernel::text::tidy(&text).chars().take(MOST).collect());
        let typed: BTreeMap<String, String> = typed.into_iter().map(cut).collect();
        let typed = serde_json::to_string(&typed).map_err(|e| Fail::Internal(format!("sought: {e}")))?;
        let who = staff.who(Purpose::Administration);
        let sealed = app.rt.write(who, move |cx| sought::seal(cx, &typed)).await?;
        shown.push((FIELD.to_owned(), URL_SAFE_NO_PAD.encode(sealed)));
    }
    let shown: Vec<(&str, &str)> = shown.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let query = super::query_string(&shown);
    Ok(page.href(if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }))
}

/// A form that finds something: leads to the list, by an address that nobody else can read.
pub(super) async fn lead(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let to = address(&app, &page, &staff, &page.path, posted.pairs()).await?;
    Ok(unkept(Redirect::to(&to)))
}

/// A query that was kept may hold readable words: a view that was saved by a program, or before words were sealed.
pub(super) fn has_words(query: &str) -> bool {
    pairs(query).iter().any(is_typed)
}

/// As an address of ours with a kept query.
pub(super) async fn kept(app: &App, page: &Page, staff: &Staff, path: &str, query: &str) -> Result<String, Fail> {
    address(app, page, staff, path, pairs(query)).await
}

/// A query without readable words, for addresses that hold the address of another page.
pub(crate) fn without_words(query: &str) -> String {
    let words = |part: &&str| pairs(part).iter().any(is_typed);
    query.split('&').filter(|part| !words(part)).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readable_words_are_known_and_left_out() {
        assert!(has_words("queue=place&text=%E7%8E%8B") && !has_words("queue=place&text=&q=+&sought=x"));
        assert_eq!(without_words("queue=place&text=%E7%8E%8B&state=signed"), "queue=place&state=signed");
        assert_eq!(without_words("q=x"), "");
        assert_eq!(without_words("list=anchors"), "list=anchors");
    }
}
