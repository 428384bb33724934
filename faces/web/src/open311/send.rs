//! `POST /requests`: open to everybody and rate-limited, or with the key of a program. Who sends it goes into the raiser
//! block only (R3); device and account ids of the sender are not kept at all.

use super::call::Call;
use super::oops::{Oops, Trouble};
use super::params::Params;
use super::render::Doc;
use super::services::{ANSWER_BY, CHANNELS};
use crate::guard::{FORM, Wicket};
use crate::public::post::{Piece, pieces};
use crate::{App, Fail, Page, fmt};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use kernel::{Actor, Purpose};
use matters::app::{self, Act, Raise, RaisedPlace, RaiserInput, Receipt};
use matters::model::{Channel, ClassRule, Command, Origin};
use matters::photo::Photo;
use people::policy::Action;
use serde_json::{Value, json};
use std::sync::Arc;
use store::Who;

/// Characters of a description; the specification's own limit.
const DESCRIPTION: usize = 4_000;
/// Characters of the address of a picture.
const MEDIA_URL: usize = 300;

pub(super) async fn post(State(app): State<App>, call: Call, request: Request) -> Result<Response, Oops> {
    let key = idempotency(request.headers());
    let (form, files) = read_form(&app, request).await?;
    let call = call.with_form(&app, form).await?;
    let who = match call.key(&app, Action::Raise, Purpose::OwnMatter).await? {
        Some(who) => who,
        None => {
            call.pass(&app, Wicket::Report)?;
            app.raiser()
        }
    };
    let class = class(&app, &call).await?;
    let command = Raise {
        key,
        class: class.code.clone(),
        text: description(&call, &class)?,
        place: place(&app, &call).await?,
        raiser: raiser(&call)?,
        origin: Origin::Open311,
    };
    let link = media_url(&call)?;
    let pictures = pictures(&call.page, files).await?;
    let receipt = raise(&app, &call.page, who, command, link, pictures).await?;
    let mut answer = json!({
        "service_request_id": receipt.number,
        "service_notice": notice(&call.page, &receipt),
        "account_id": null,
    });
    // The way to the answer, for whoever sent it; only when asked, because some clients write every answer into a log.
    if call.params.yes("extensions")?
        && let Some(fields) = answer.as_object_mut()
    {
        let path = call.page.href(format!("/t/{}", receipt.code));
        fields.insert("extended_attributes".into(), json!({ "track_url": app.config.absolute(&path) }));
    }
    Ok(call.answer(&Doc::list("service_requests", vec![answer])))
}

/// `Idempotency-Key`: the same call again raises nothing new.
fn idempotency(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?.trim();
    (!key.is_empty()).then(|| format!("open311:{}", key.chars().take(90).collect::<String>()))
}

/// A form of either kind. Files come as `media`, whatever they are called.
pub(super) async fn read_form(app: &App, request: Request) -> Result<(Params, Vec<Vec<u8>>), Oops> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let (mut params, mut files) = (Params::default(), Vec::new());
        for piece in pieces(app, request).await? {
            match piece {
                Piece::Text(name, text) => params.push(name, text),
                Piece::File(bytes) => files.push(bytes),
            }
        }
        return Ok((params, files));
    }
    // A client that sends everything in the address has no body and no type.
    if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(Trouble::NotAForm.into());
    }
    let body = axum::body::to_bytes(request.into_body(), FORM).await.map_err(|_| Fail::TooLarge(FORM))?;
    let text = std::str::from_utf8(&body).map_err(|_| Trouble::NotUtf8)?;
    Ok((Params::read(text)?, Vec::new()))
}

async fn class(app: &App, call: &Call) -> Result<Arc<ClassRule>, Oops> {
    let code = call.params.get("service_code").ok_or(Trouble::NoService)?;
    let classes = app.rt.read(app.anybody(), app::classes).await?;
    classes.iter().find(|c| c.active && c.code == code).cloned().ok_or_else(|| Trouble::Service.into())
}

/// The specification does not ask for a description; the name of the service then says what it is.
fn description(call: &Call, class: &ClassRule) -> Result<String, Oops> {
    let text = call.params.get("description").unwrap_or_default();
    if text.chars().count() > DESCRIPTION {
        return Err(Trouble::TooLong("description", DESCRIPTION).into());
    }
    Ok(if text.is_empty() { class.name(call.page.look.lang).to_owned() } else { text.to_owned() })
}

/// One of point, address and address id must be there.
async fn place(app: &App, call: &Call) -> Result<RaisedPlace, Oops> {
    let point = call.point()?;
    let address = call.params.get("address_string").map(str::to_owned);
    let area = match call.params.get("address_id").map(str::to_owned) {
        None => None,
        Some(code) => {
            let ground = app.rt.read(app.anybody(), places::snapshot).await?;
            let found = ground.areas().iter().find(|a| a.code.as_deref() == Some(code.as_str())).map(|a| a.id);
            Some(found.ok_or(Trouble::Address)?)
        }
    };
    if point.is_none() && address.is_none() && area.is_none() {
        return Err(Trouble::NoPlace.into());
    }
    Ok(RaisedPlace { point, address, area, post: None })
}

/// Name and ways to reach whoever sent it, and how the answer should come.
fn raiser(call: &Call) -> Result<RaiserInput, Oops> {
    let lang = call.page.look.lang;
    let get = |name: &str| call.params.get(name).map(str::to_owned);
    let (email, phone) = (get("email"), get("phone"));
    let mut wish = None;
    for (code, value) in call.params.attributes() {
        let known = CHANNELS.into_iter().find(|c| code == ANSWER_BY && c.code() == value);
        wish = Some(known.ok_or(Trouble::Attribute)?);
    }
    let by_default = match (&email, &phone) {
        (Some(_), _) => Channel::Email,
        (None, Some(_)) => Channel::Phone,
        (None, None) => Channel::Page,
    };
    let name = match (get("first_name"), get("last_name")) {
        (None, None) => None,
        (Some(first), Some(last)) if last.is_ascii() => Some(format!("{first} {last}")),
        (first, last) => Some(format!("{}{}", last.unwrap_or_default(), first.unwrap_or_default())),
    };
    if name.is_none() && email.is_none() && phone.is_none() {
        return Ok(RaiserInput::anonymous(lang));
    }
    let channel = wish.unwrap_or(by_default);
    Ok(RaiserInput { anonymous: false, name, phone, email, address: None, channel, lang })
}

/// The address of a picture elsewhere. Nothing is fetched: it is kept as a line of text for whoever handles it.
fn media_url(call: &Call) -> Result<Option<String>, Oops> {
    let Some(url) = call.params.get("media_url") else { return Ok(None) };
    let fine = (url.starts_with("http://") || url.starts_with("https://"))
        && url.chars().count() <= MEDIA_URL
        && !url.contains(|c: char| c.is_whitespace() || c.is_control());
    if fine { Ok(Some(url.to_owned())) } else { Err(Trouble::MediaUrl.into()) }
}

/// Pictures sent along (`media`), an extension in use.
async fn pictures(page: &Page, files: Vec<Vec<u8>>) -> Result<Vec<Photo>, Oops> {
    let made = crate::photos::of_form(files).await?;
    made.map_err(|wrong| Oops::Said(vec![crate::public::errors::words(page, &wrong)]))
}

async fn raise(
    app: &App,
    page: &Page,
    who: Who,
    command: Raise,
    link: Option<String>,
    pictures: Vec<Photo>,
) -> Result<Receipt, Oops> {
    let district = app.district;
    let link = link.map(|url| page.t1("open311-picture-at", "url", url));
    let done = app
        .rt
        .write(who, move |cx| {
            let receipt = app::raise(cx, command)?;
            if !receipt.repeated {
                cx.acting_as(Actor::raiser(district, receipt.matter), Purpose::OwnMatter, |cx| {
                    if let Some(text) = link {
                        app::act(cx, Act::new(receipt.matter, Command::AddFacts { text }))?;
                    }
                    pictures.iter().try_for_each(|p| app::attach(cx, receipt.matter, p).map(drop))
                })?;
            }
            Ok::<_, matters::Error>(receipt)
        })
        .await;
    match done {
        Err(matters::Error::Invalid(wrong)) => Err(blame(page, &wrong)),
        other => Ok(other?),
    }
}

/// Every wrong field, by the name it has here.
fn blame(page: &Page, wrong: &[matters::Invalid]) -> Oops {
    if wrong.iter().any(|w| w.key == "invalid-outside-district") {
        return Trouble::Outside.into();
    }
    let name = |field: &'static str| match field {
        "text" => "description",
        "address" => "address_string",
        "name" => "first_name, last_name",
        "key" => "Idempotency-Key",
        other => other,
    };
    let said = |w: &matters::Invalid| {
        page.t2("open311-field", "name", name(w.field), "why", crate::public::errors::words(page, w))
    };
    Oops::Said(wrong.iter().map(said).collect())
}

/// What the person in front of the app reads now.
fn notice(page: &Page, receipt: &Receipt) -> Value {
    let by = |at| fmt::by(page.loc, page.now, at);
    let mut said = Vec::new();
    if receipt.class.is_emergency() {
        said.push(page.t1("open311-emergency", "phone", page.phone()));
    }
    let args =
        [("number", receipt.number.clone()), ("contact", by(receipt.contact_by)), ("answer", by(receipt.answer_by))];
    said.push(page.loc.args("open311-received", &args));
    if !receipt.class.published {
        said.push(page.t("open311-is-withheld"));
    }
    Value::String(said.join(&page.t("open311-joint")))
}
