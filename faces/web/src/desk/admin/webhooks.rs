//! Programs elsewhere that are told when something moves: listed, made, tried, given a new secret, switched off, taken
//! away. What lets facts out of the house is done by somebody who has just shown that it is them.

use super::{Sheet, SheetPage, allow};
use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Field, blame};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page, html, unkept};
use ::people::app::require_fresh;
use ::people::policy::Action;
use alerts::app::webhooks::{self, NewWebhook, Webhook};
use askama::Template;
use axum::Router;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use matters::Invalid;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use uuid::Uuid;

const HOME: &str = "/desk/admin/webhooks";

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/admin/webhooks", get(list))
        .route("/desk/admin/webhooks/new", get(ask).post(make))
        .route("/desk/admin/webhooks/{id}", post(act))
        .route("/desk/admin/webhooks/{id}/secret", post(rotate))
}

/// One webhook as the page shows it.
struct Line {
    id: Uuid,
    label: String,
    url: String,
    types: String,
    active: bool,
    failing: Option<String>,
    last: Option<String>,
    waits: Option<String>,
    failed: Option<String>,
    old_secret: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/webhooks.html")]
struct WebhooksPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    file: String,
    done: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/admin/webhook_secret.html")]
struct SecretPage {
    page: Page,
    frame: Frame,
    label: String,
    secret: String,
    rotated: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    done: String,
    r#as: String,
}

fn line(page: &Page, w: Webhook) -> Line {
    let result = |text: &str| match text.strip_prefix("HTTP ") {
        Some(status) => page.t1("desk-webhook-result-http", "status", status),
        None => page.tk("desk-webhook-result-", result_key(text)),
    };
    Line {
        id: w.id,
        types: if w.types.is_empty() { page.t("desk-webhook-types-all") } else { w.types.join(", ") },
        failing: w.failing_since.map(|at| page.t1("desk-webhook-failing", "at", page.stamp(at))),
        last: w
            .last_at
            .zip(w.last_result.as_deref())
            .map(|(at, text)| page.t2("desk-webhook-last", "at", page.ago(at), "what", result(text))),
        waits: (w.queued > 0).then(|| page.t1("desk-webhook-waits", "n", w.queued)),
        failed: (w.failed > 0).then(|| page.t1("desk-webhook-failed", "n", w.failed)),
        old_secret: w.old_until.map(|until| page.t1("desk-webhook-old", "at", page.stamp(until))),
        label: w.label,
        url: w.url,
        active: w.active,
    }
}

/// The few fixed texts of the way out.
fn result_key(text: &str) -> &'static str {
    match text {
        "the address leads into a network that is not allowed" => "not-allowed",
        "no answer in time" => "slow",
        "not an address" => "address",
        "the program cannot make connections" => "setup",
        _ => "connection",
    }
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&after.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageWebhooks)?;
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let lines: Vec<Line> = webhooks::list(cx)?.into_iter().map(|w| line(&page, w)).collect();
            if file.is_some() {
                return Ok(Listed::File(as_table(&page, lines)));
            }
            let file = table::href(&page, HOME, &[]);
            let known = ["test", "on", "off", "retry", "delete"].contains(&after.done.as_str());
            let done = known.then(|| page.tk("desk-webhook-done-", &after.done));
            Ok::<_, Fail>(Listed::Page(Box::new(WebhooksPage { page, frame, lines, file, done })))
        })
        .await?;
    listed.answer(&words, file).await
}

/// Without the addresses: some carry a secret.
fn as_table(page: &Page, lines: Vec<Line>) -> Table {
    let head = ["desk-webhook-label", "desk-webhook-types", "desk-webhook-state", "desk-webhook-news"];
    let row = |w: Line| {
        let state = page.t(if w.active { "desk-webhook-on" } else { "desk-webhook-off" });
        let news: Vec<String> = [w.last, w.failing, w.waits, w.failed].into_iter().flatten().collect();
        vec![w.label, w.types, state, news.join(" ")]
    };
    let rows = lines.into_iter().map(row).collect();
    Table { name: "webhooks".into(), head: head.map(|key| page.t(key)).into(), rows, ..Table::default() }
}

fn sheet(page: &Page, get: &dyn Fn(&str) -> String, wrong: &[Invalid]) -> Sheet {
    let types = alerts::webhook::types().join(", ");
    let mut fields = vec![
        Field::line("label", page.t("desk-webhook-label"), &get("label")).must(),
        Field::line("url", page.t("desk-webhook-url"), &get("url")).hint(page.t("desk-webhook-url-hint")).must(),
        Field::area("types", page.t("desk-webhook-types"), &get("types"), 3).hint(page.t1(
            "desk-webhook-types-hint",
            "types",
            types,
        )),
    ];
    let errors = blame(page, &mut fields, wrong);
    Sheet {
        title: page.t("desk-webhook-new"),
        intro: Some(page.t("desk-webhook-new-intro")),
        lines: Vec::new(),
        action: page.href("/desk/admin/webhooks/new"),
        back: page.href(HOME),
        back_word: page.t("desk-nav-webhooks"),
        button: page.t("desk-save"),
        fields,
        errors,
        danger: false,
    }
}

async fn ask(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageWebhooks)?;
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let sheet = sheet(&page, &|_| String::new(), &[]);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

async fn make(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, form: posted }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let words = posted.get("types");
    let types = words.split([',', ' ', '\n', '，', '、']).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let new = NewWebhook { label: posted.get("label"), url: posted.get("url"), types: types.collect() };
    let session = staff.session;
    let made = app.rt.write(who.clone(), move |cx| {
        allow(cx, Action::ManageWebhooks)?;
        require_fresh(cx, session)?;
        Ok::<_, Fail>(webhooks::create(cx, &new))
    });
    let wrong = match made.await? {
        Ok((webhook, secret)) => return show_secret(&app, page, staff, webhook, secret, false).await,
        Err(alerts::Error::Invalid { field, why }) => vec![Invalid::new(field, refused(why))],
        Err(error) => return Err(error.into()),
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            allow(cx, Action::ManageWebhooks)?;
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let sheet = sheet(&page, &|name| posted.get(name), &wrong);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

fn refused(why: &str) -> &'static str {
    match why {
        "missing" => "invalid-missing",
        "too-long" => "invalid-too-long-here",
        "unknown" => "invalid-unknown",
        "too-many" => "invalid-too-many",
        _ => "invalid-url",
    }
}

async fn show_secret(
    app: &App,
    page: Page,
    staff: Staff,
    webhook: Webhook,
    secret: SecretString,
    rotated: bool,
) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            let frame = Frame::load(cx, &page, &staff, HOME)?;
            let secret = secret.expose_secret().to_owned();
            Ok::<_, Fail>(SecretPage { page, frame, label: webhook.label, secret, rotated })
        })
        .await?;
    Ok(unkept(html(&shown)?))
}

async fn rotate(
    State(app): State<App>,
    page: Page,
    Path(id): Path<Uuid>,
    Confirmed { staff, form: _ }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let session = staff.session;
    let rotated = app.rt.write(staff.who(Purpose::Administration), move |cx| {
        allow(cx, Action::ManageWebhooks)?;
        require_fresh(cx, session)?;
        Ok::<_, Fail>(webhooks::rotate(cx, id)?)
    });
    let (webhook, secret) = rotated.await?;
    show_secret(&app, page, staff, webhook, secret, true).await
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    wish: String,
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    Form(form): Form<Wish>,
) -> Result<Response, Fail> {
    let wish = form.wish.clone();
    app.rt
        .write(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageWebhooks)?;
            match wish.as_str() {
                "test" => webhooks::test(cx, id)?,
                "on" | "off" => drop(webhooks::switch(cx, id, wish == "on")?),
                "retry" => webhooks::retry(cx, id)?,
                "delete" => webhooks::delete(cx, id)?,
                _ => return Err(Fail::BadRequest("bad-form")),
            }
            Ok::<_, Fail>(())
        })
        .await?;
    Ok(Redirect::to(&page.href(format!("{HOME}?done={}", form.wish))).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        let webhook = |n: usize| Webhook {
            id: Uuid::from_u128(n as u128),
            version: 1,
            label: name("指挥中心", "Command centre"),
            url: "https://10.0.0.1/1".into(),
            types: Vec::new(),
            active: n != 1,
            made_by: None,
            made_at: page.now,
            old_until: (n == 2).then(|| page.now.plus_hours(3)),
            failing_since: (n > 0).then_some(page.now),
            last_at: (n > 0).then_some(page.now),
            last_ok_at: None,
            last_result: Some(if n == 1 { "HTTP 500".into() } else { "no answer in time".into() }),
            queued: n as i64,
            failed: n as i64,
        };
        let of = |n: usize| WebhooksPage {
            page: page.clone(),
            frame: Frame::sample(page),
            lines: (0..n).map(|i| line(page, webhook(i))).collect(),
            file: table::href(page, HOME, &[]),
            done: (n > 0).then(|| page.t("desk-webhook-done-test")),
        };
        let mut all: Vec<_> =
            [0, 3].into_iter().map(|n| ("desk/admin/webhooks.html", of(n).render().unwrap_or_default())).collect();
        for rotated in [false, true] {
            let secret = SecretPage {
                page: page.clone(),
                frame: Frame::sample(page),
                label: name("指挥中心", "Command centre"),
                secret: "1234".into(),
                rotated,
            };
            all.push(("desk/admin/webhook_secret.html", secret.render().unwrap_or_default()));
        }
        let wrong = [Invalid::new("url", refused("url")), Invalid::new("label", refused("missing"))];
        // The types of events are Latin in any language; the form is looked at without them.
        let mut sheet = sheet(page, &|_| String::new(), &wrong);
        for field in &mut sheet.fields {
            field.hint = field.hint.take().filter(|h| !h.contains("matter."));
        }
        let form = SheetPage { page: page.clone(), frame: Frame::sample(page), sheet };
        all.push(("desk/admin/form.html", form.render().unwrap_or_default()));
        all
    }

    #[test]
    fn what_the_way_out_says_is_said_in_the_reader_s_language() {
        let page = Page::sample(crate::Look::default());
        for text in [
            "the address leads into a network that is not allowed",
            "no answer in time",
            "not an address",
            "the connection failed",
            "the program cannot make connections",
        ] {
            let words = page.tk("desk-webhook-result-", result_key(text));
            assert!(!words.contains('⟦') && !words.chars().any(|c| c.is_ascii_lowercase()), "{text} → {words}");
        }
    }
}
