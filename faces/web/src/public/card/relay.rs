//! "Call the family through the relay" on a card's page: the finder types their own number, the provider joins it with that of a
//! contact who wished it, and the page shows the third number for both. The duty desk's button stays where it is, whatever happens.
//! The finder's number goes to the provider and nowhere else.

use super::{again, cookie, gate, new_secret, phone, secret_cookie, wrong};
use crate::guard::{Source, Wicket};
use crate::public::post::Posted;
use crate::{App, Fail, Page, html};
use alerts::{Join, NotJoined};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use care::app::finder::OpenCard;
use care::app::relay;
use kernel::{Moment, text};

/// What the page shows of it.
#[derive(Default)]
pub(super) struct RelayView {
    /// A provider is configured, and somebody of the circle wishes to be put through.
    pub offered: bool,
    /// The number to call now, and until when.
    pub number: Option<(String, Moment)>,
    /// What stands in the way, in words.
    pub problem: Option<String>,
}

/// For this finder.
pub(super) async fn view(app: &App, card: &OpenCard, secret: &str) -> Result<RelayView, Fail> {
    if app.relay.is_none() {
        return Ok(RelayView::default());
    }
    let (card, secret) = (card.clone(), secret.to_owned());
    let read = move |cx: &mut store::Cx<'_>| {
        let number = relay::current(cx, &card, &secret)?;
        Ok::<_, care::Error>(RelayView { offered: relay::is_offered(cx, &card)?, number, problem: None })
    };
    Ok(app.rt.read(app.anybody(), read).await?)
}

pub(super) async fn call(
    State(app): State<App>,
    page: Page,
    headers: HeaderMap,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let Some(card) = gate::find(&app, &code).await? else { return wrong(&app, page, source) };
    let had = cookie(&headers).map(str::to_owned);
    let secret = had.clone().unwrap_or_else(|| new_secret(&app));
    let problem = put_through(&app, &card, &secret, source, &posted.get("phone")).await?;
    let Some((status, key)) = problem else {
        let mut response = Redirect::to(&page.href(format!("/c/{code}"))).into_response();
        if had.is_none() {
            response.headers_mut().insert(header::SET_COOKIE, secret_cookie(&app, &secret));
        }
        return Ok(response);
    };
    let shown = RelayView { problem: Some(page.tk("relay-", key)), ..view(&app, &card, &secret).await? };
    let (phone, again) = (phone(&app, &card), again(&app));
    let body = html(&super::ShowPage {
        page,
        code,
        phone,
        approach: card.approach,
        talks: false,
        text: String::new(),
        place: String::new(),
        again,
        relay: shown,
        photo: card.photo,
        problem: None,
    })?;
    Ok((status, body).into_response())
}

/// `None`: they are joined. Else the status, and the end of the key `relay-…` that says what is next.
async fn put_through(
    app: &App,
    card: &OpenCard,
    secret: &str,
    source: Source,
    typed: &str,
) -> Result<Option<(StatusCode, &'static str)>, Fail> {
    let Some(provider) = app.relay.clone() else { return Ok(Some((StatusCode::NOT_FOUND, "unavailable"))) };
    let Some(finder) = text::phone(typed).filter(|p| (8..=13).contains(&p.len())) else {
        return Ok(Some((StatusCode::UNPROCESSABLE_ENTITY, "number")));
    };
    if app.limits.pass(Wicket::Relay, source).is_err() {
        return Ok(Some((StatusCode::TOO_MANY_REQUESTS, "too-much")));
    }
    let (asked, key) = (card.clone(), secret.to_owned());
    let pair = match app.rt.write(app.anybody(), move |cx| relay::ask(cx, &asked, &key)).await {
        Ok(pair) => pair,
        Err(care::Error::Refused("too-much")) => return Ok(Some((StatusCode::TOO_MANY_REQUESTS, "too-much"))),
        Err(care::Error::Refused(_)) => return Ok(Some((StatusCode::CONFLICT, "unavailable"))),
        Err(error) => return Err(error.into()),
    };
    let (id, now) = (pair.id, app.rt.now());
    let joined = tokio::task::spawn_blocking(move || {
        provider.join(&Join { id: pair.id, family: &pair.phone, finder: &finder, until: pair.until }, now)
    });
    let joined = joined.await.unwrap_or(Err(NotJoined::Unavailable));
    let who = store::Who::system(app.district, people::policy::jobs::DELIVERY);
    match joined {
        Ok(joined) => {
            app.rt.write(who, move |cx| relay::joined(cx, id, &joined.number, joined.until)).await?;
            Ok(None)
        }
        Err(why) => {
            let told = why.clone();
            app.rt.write(who, move |cx| relay::failed(cx, id, &told.to_string())).await?;
            tracing::warn!(error = %why, "the relay provider joined nobody");
            let mend = why == NotJoined::Number;
            let status = if mend { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::SERVICE_UNAVAILABLE };
            Ok(Some((status, if mend { "number" } else { "unavailable" })))
        }
    }
}
