//! Where the card's pages meet the domain.

use crate::{App, Fail};
use care::app::finder::{self, Answer, OpenCard, Said};
use care::app::threads::ThreadView;
use kernel::ids::CardId;
use lost::app::relay;

impl From<care::Error> for Fail {
    fn from(error: care::Error) -> Self {
        match error {
            care::Error::Store(e) => e.into(),
            care::Error::Denied(e) => e.into(),
            care::Error::People(e) => e.into(),
            care::Error::Places(e) => Self::Internal(e),
            care::Error::Invalid { field, why } => Self::invalid(field, format!("invalid-{why}")),
            care::Error::Stale { seen, current } => Self::Stale { yours: seen, now: current },
            care::Error::Refused(why) => Self::Refused(format!("rule-care-{why}").into()),
        }
    }
}

/// What the code opens. A card that is over, one that never was and one that cannot be are the same here.
pub(super) async fn find(app: &App, typed: &str) -> Result<Option<OpenCard>, Fail> {
    let asked: String = typed.chars().take(200).collect();
    match app.rt.read(app.anybody(), move |cx| finder::resolve(cx, &asked)).await? {
        Answer::Open(card) => Ok(Some(*card)),
        Answer::Over(card) => {
            tell_later(app, card);
            Ok(None)
        }
        Answer::Unknown => Ok(None),
    }
}

/// The post hears of an old card, after the answer: who holds one learns nothing from how long it took.
fn tell_later(app: &App, card: CardId) {
    let app = app.clone();
    tokio::spawn(async move {
        let told = app.rt.write(app.anybody(), move |cx| relay::old_card_used(cx, card)).await;
        if let Err(error) = told {
            tracing::warn!(%error, "the use of an old card could not be written down");
        }
    });
}

pub(super) async fn scanned(app: &App, card: &OpenCard) -> Result<(), Fail> {
    let card = card.clone();
    Ok(app.rt.write(app.anybody(), move |cx| relay::scanned(cx, &card)).await?)
}

pub(super) async fn say(app: &App, card: &OpenCard, secret: &str, said: Said) -> Result<(), lost::Error> {
    let (card, secret) = (card.clone(), secret.to_owned());
    app.rt.write(app.anybody(), move |cx| relay::said(cx, &card, &secret, &said).map(drop)).await
}

pub(super) async fn thread(app: &App, card: &OpenCard, secret: &str) -> Result<Option<ThreadView>, Fail> {
    let (card, secret) = (card.clone(), secret.to_owned());
    Ok(app.rt.read(app.anybody(), move |cx| finder::thread(cx, &card, &secret)).await?)
}

pub(super) async fn photo(app: &App, card: &OpenCard) -> Result<Vec<u8>, Fail> {
    let card = card.clone();
    Ok(app.rt.write(app.anybody(), move |cx| finder::photo(cx, &card)).await?)
}

pub(super) async fn close(app: &App, card: &OpenCard, secret: &str, report: bool) -> Result<(), Fail> {
    let (card, secret) = (card.clone(), secret.to_owned());
    Ok(app.rt.write(app.anybody(), move |cx| finder::close(cx, &card, &secret, report)).await?)
}
