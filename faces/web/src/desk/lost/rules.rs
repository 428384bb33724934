//! The times of the district for lost elders: when a colleague is told, when the next contact is called, how often one looks (°).

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
use lost::app::{lost_rules, set_lost_rules};
use lost::model::LostRules;
use people::policy::{Action, ResourceFacts, require};
use store::Cx;

const HERE: &str = "/desk/admin/lost";

pub(super) fn routes() -> Router<App> {
    Router::new().route(HERE, get(show).post(save))
}

#[derive(Template)]
#[template(path = "desk/admin/lost.html")]
struct RulesPage {
    page: Page,
    frame: Frame,
    fields: Vec<Field>,
    version: i64,
    problem: Option<String>,
}

fn fields(page: &Page, rules: &LostRules) -> Vec<Field> {
    LostRules::RANGES
        .iter()
        .map(|(name, range)| {
            let label = page.tk("lost-field-", name);
            let label = page.loc.args(
                "lost-rule-label",
                &[("what", label), ("from", range.start().to_string()), ("to", range.end().to_string())],
            );
            Field::line(name, label, &rules.get(name).to_string()).must()
        })
        .collect()
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    typed: Option<LostRules>,
    problem: Option<String>,
) -> Result<RulesPage, Fail> {
    require(&cx.actor, cx.purpose, Action::ManageSettings, &ResourceFacts::District)?;
    let now = lost_rules(cx)?;
    let frame = Frame::load(cx, &page, staff, HERE)?;
    let fields = fields(&page, &typed.unwrap_or(now));
    Ok(RulesPage { fields, version: now.version, page, frame, problem })
}

async fn show(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, None, None)).await?;
    html(&shown)
}

async fn save(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let number = |name: &str| kernel::text::narrow(&form.get(name)).trim().parse::<i64>().unwrap_or(-1);
    let mut rules = LostRules { version: number("version"), ..LostRules::default() };
    for (name, _) in LostRules::RANGES {
        rules.set(name, number(name));
    }
    let error = match app.rt.write(who.clone(), move |cx| set_lost_rules(cx, &rules)).await {
        Ok(()) => return Ok(Redirect::to(&page.href(HERE)).into_response()),
        Err(error) => error,
    };
    let Some(words) = told(&page, &error) else { return Err(error.into()) };
    // What was typed stays, unless somebody else changed the times meanwhile: then theirs are shown.
    let typed = Some(rules).filter(|_| !matches!(error, lost::Error::Stale { .. }));
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, typed, Some(words))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let build = |problem: Option<String>| RulesPage {
        page: page.clone(),
        frame: Frame::sample(page),
        fields: fields(page, &LostRules::default()),
        version: 0,
        problem,
    };
    [None, Some(page.t("lost-stale"))]
        .into_iter()
        .map(|p| ("desk/admin/lost.html", build(p).render().unwrap_or_default()))
        .collect()
}
