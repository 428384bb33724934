//! How far people may look into records: set by the security administrator.

use super::told;
use crate::desk::Frame;
use crate::desk::view::{Field, FieldKind};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::Purpose;
use people::app::record_rules::{RecordRules, record_rules, set_record_rules};
use people::policy::{Action, ResourceFacts, require};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/admin/records", get(show).post(save))
}

#[derive(Template)]
#[template(path = "desk/admin/records.html")]
struct RulesPage {
    page: Page,
    frame: Frame,
    fields: Vec<Field>,
    version: i64,
    problem: Option<String>,
}

fn fields(page: &Page, rules: &RecordRules) -> Vec<Field> {
    [
        ("daily_lookups", rules.daily_lookups),
        ("hits", rules.hits),
        ("window_minutes", rules.window_minutes),
        ("review_days", rules.review_days),
    ]
    .into_iter()
    .map(|(name, n)| Field::line(name, page.tk("record-rule-", name), &n.to_string()).must())
    .collect()
}

fn build(cx: &mut Cx<'_>, page: Page, staff: &Staff, problem: Option<String>) -> Result<RulesPage, Fail> {
    require(&cx.actor, cx.purpose, Action::ManageRecordRules, &ResourceFacts::District)?;
    let rules = record_rules(cx)?;
    let frame = Frame::load(cx, &page, staff, "/desk/admin/records")?;
    Ok(RulesPage { fields: fields(&page, &rules), version: rules.version, page, frame, problem })
}

async fn show(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, None)).await?;
    html(&shown)
}

async fn save(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let number = |name: &str| form.get(name).parse::<i64>().unwrap_or(-1);
    let rules = RecordRules {
        daily_lookups: number("daily_lookups"),
        hits: number("hits"),
        window_minutes: number("window_minutes"),
        review_days: number("review_days"),
        version: number("version"),
    };
    let done = app.rt.write(who.clone(), move |cx| Ok::<_, matters::Error>(set_record_rules(cx, &rules)?)).await;
    let error = match done {
        Ok(()) => return Ok(Redirect::to(&page.href("/desk/admin/records")).into_response()),
        Err(error) => error,
    };
    let Some(words) = told(&page, &error) else { return Err(error.into()) };
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, Some(words))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let build = |problem: Option<String>| RulesPage {
        page: page.clone(),
        frame: Frame::sample(page),
        fields: fields(page, &RecordRules::default()),
        version: 0,
        problem,
    };
    [None, Some(page.t("error-people-stale"))]
        .into_iter()
        .map(|p| ("desk/admin/records.html", build(p).render().unwrap_or_default()))
        .collect()
}
