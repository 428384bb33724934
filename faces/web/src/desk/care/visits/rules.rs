//! The numbers of the district about visits (°).

use super::{LIST, told};
use crate::desk::Frame;
use crate::desk::view::{Field, FieldKind};
use crate::public::post::Posted;
use crate::session::{Confirmed, Staff};
use crate::{App, Fail, Page, html};
use ::people::policy::{Action, ResourceFacts, require};
use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use care::app::visits::{set_visit_rules, visit_rules};
use care::model::visit_plan::VisitRules;
use kernel::Purpose;
use store::Cx;

const HERE: &str = "/desk/visits/rules";

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/visits/rules", get(show).post(save))
}

#[derive(Template)]
#[template(path = "desk/visit_rules.html")]
pub(super) struct RulesPage {
    pub page: Page,
    pub frame: Frame,
    pub fields: Vec<Field>,
    pub version: i64,
    pub problem: Option<String>,
    pub done: bool,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

pub(super) fn fields(page: &Page, rules: &VisitRules) -> Vec<Field> {
    let of = |(name, range): &(&'static str, std::ops::RangeInclusive<i64>)| {
        let label = page.tk("visits-rule-", name);
        let (from, to) = (range.start().to_string(), range.end().to_string());
        let label = page.loc.args("visits-rule-label", &[("what", label), ("from", from), ("to", to)]);
        Field::line(name, label, &rules.get(name).to_string()).must()
    };
    VisitRules::RANGES.iter().map(of).collect()
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    typed: Option<VisitRules>,
    problem: Option<String>,
) -> Result<RulesPage, Fail> {
    require(&cx.actor, cx.purpose, Action::ManageSettings, &ResourceFacts::District)?;
    let now = visit_rules(cx)?;
    let frame = Frame::load(cx, &page, staff, LIST)?;
    let fields = fields(&page, &typed.unwrap_or(now));
    Ok(RulesPage { fields, version: now.version, page, frame, problem, done: false })
}

async fn show(State(app): State<App>, page: Page, staff: Staff, Query(asked): Query<Asked>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, None, None)).await?;
    html(&RulesPage { done: asked.done == "saved", ..shown })
}

async fn save(
    State(app): State<App>,
    page: Page,
    Confirmed { staff, form }: Confirmed<Posted>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let number = |name: &str| kernel::text::narrow(&form.get(name)).trim().parse::<i64>().unwrap_or(-1);
    let mut rules = VisitRules { version: number("version"), ..VisitRules::default() };
    for (name, _) in VisitRules::RANGES {
        rules.set(name, number(name));
    }
    let error = match app.rt.write(who.clone(), move |cx| set_visit_rules(cx, &rules)).await {
        Ok(()) => return Ok(Redirect::to(&page.href(format!("{HERE}?done=saved"))).into_response()),
        Err(error) => error,
    };
    let words = match &error {
        care::Error::Invalid { field, .. } => page.t1("visits-rule-wrong", "what", page.tk("visits-rule-", field)),
        other => match told(&page, other) {
            Some(words) => words,
            None => return Err(error.into()),
        },
    };
    // What was typed stays, unless somebody else changed the numbers meanwhile: then theirs are shown.
    let typed = Some(rules).filter(|_| !matches!(error, care::Error::Stale { .. }));
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, typed, Some(words))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}
