//! Classes of matters with their terms: the first question of everybody who raises something. The table is edited by the
//! coordinator or the system administrator; every change is a new version (J1).

use super::Caller;
use super::input::{Body, Path, Seen};
use super::reply::{Page, done, made, place, shown, write};
use super::words::{FamilyWord, OnReturnWord, RouteWord, ScopeWord, TimeKindWord, UrgencyWord};
use crate::{App, Fail};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use matters::model::{Allowance, ClassRule};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_classes, add_class))
        .routes(routes!(show_class, change_class))
        .routes(routes!(list_all_classes))
}

/// A class of matters and its terms. Terms are written as a number and `m`, `h` or `d`.
#[derive(Debug, Serialize, ToSchema)]
struct ClassView {
    code: String,
    version: i64,
    family: FamilyWord,
    name_zh: String,
    name_en: String,
    /// One line that helps to choose.
    hint_zh: String,
    hint_en: String,
    route: RouteWord,
    /// Name of the agency, for the route `agency`.
    agency: Option<String>,
    /// What the terms are counted from.
    scope: ScopeWord,
    time: TimeKindWord,
    on_return: OnReturnWord,
    urgency: UrgencyWord,
    #[schema(example = "2h")]
    sign: String,
    #[schema(example = "24h")]
    contact: String,
    #[schema(example = "7d")]
    handle: String,
    #[schema(example = "15d")]
    verify: String,
    /// Offered to people who raise something.
    active: bool,
    /// Matters of this class stand in the public list without anything personal.
    published: bool,
    position: i64,
}

impl From<&ClassRule> for ClassView {
    fn from(c: &ClassRule) -> Self {
        Self {
            code: c.code.clone(),
            version: c.version,
            family: c.family.into(),
            name_zh: c.name_zh.clone(),
            name_en: c.name_en.clone(),
            hint_zh: c.hint_zh.clone(),
            hint_en: c.hint_en.clone(),
            route: c.route.into(),
            agency: c.agency.clone(),
            scope: c.scope.into(),
            time: c.time.into(),
            on_return: c.on_return.into(),
            urgency: c.urgency.into(),
            sign: c.sign.to_string(),
            contact: c.contact.to_string(),
            handle: c.handle.to_string(),
            verify: c.verify.to_string(),
            active: c.active,
            published: c.published,
            position: c.position,
        }
    }
}

/// Everything of a class but its code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClassInput {
    family: FamilyWord,
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name_zh: String,
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name_en: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    hint_zh: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    hint_en: String,
    route: RouteWord,
    #[schema(max_length = 80)]
    agency: Option<String>,
    scope: ScopeWord,
    time: TimeKindWord,
    on_return: OnReturnWord,
    urgency: UrgencyWord,
    #[schema(pattern = "^[1-9][0-9]{0,3}[mhd]$", example = "2h")]
    sign: String,
    #[schema(pattern = "^[1-9][0-9]{0,3}[mhd]$", example = "24h")]
    contact: String,
    #[schema(pattern = "^[1-9][0-9]{0,3}[mhd]$", example = "7d")]
    handle: String,
    #[schema(pattern = "^[1-9][0-9]{0,3}[mhd]$", example = "15d")]
    verify: String,
    active: bool,
    /// Whether its matters stand in the public list.
    #[serde(default)]
    published: bool,
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10000)]
    position: i64,
}

impl ClassInput {
    /// The rule it stands for; `seen` is the version that is changed, 0 for a new class.
    fn rule(self, code: String, seen: i64) -> Result<ClassRule, Fail> {
        let term =
            |field: &str, text: &str| text.parse::<Allowance>().map_err(|()| Fail::invalid(field, "invalid-form"));
        if !(0..=10_000).contains(&self.position) {
            return Err(Fail::invalid("position", "invalid-range"));
        }
        if self.agency.as_ref().is_some_and(|a| a.chars().count() > 80) {
            return Err(Fail::invalid("agency", "invalid-range"));
        }
        Ok(ClassRule {
            code,
            version: seen,
            family: self.family.0,
            name_zh: self.name_zh,
            name_en: self.name_en,
            hint_zh: self.hint_zh,
            hint_en: self.hint_en,
            route: self.route.0,
            agency: self.agency.map(|a| a.trim().to_owned()).filter(|a| !a.is_empty()),
            scope: self.scope.0,
            time: self.time.0,
            on_return: self.on_return.0,
            urgency: self.urgency.0,
            sign: term("sign", &self.sign)?,
            contact: term("contact", &self.contact)?,
            handle: term("handle", &self.handle)?,
            verify: term("verify", &self.verify)?,
            active: self.active,
            published: self.published,
            position: self.position,
        })
    }
}

/// A class that does not exist yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClass {
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9-]+$")]
    code: String,
    class: ClassInput,
}

async fn all(app: &App) -> Result<Vec<std::sync::Arc<ClassRule>>, Fail> {
    Ok(app.rt.read(app.anybody(), |cx| Ok::<_, Fail>(matters::app::classes(cx)?)).await?.to_vec())
}

/// Classes that are offered to people who raise something, in their order.
#[utoipa::path(get, path = "/api/v1/classes", tag = "classes", security(()),
    responses((status = 200, body = Page<ClassView>, description = "Classes.")))]
async fn list_classes(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let active = all(&app).await?.iter().filter(|c| c.active).map(|c| ClassView::from(c.as_ref())).collect();
    shown(&headers, None, &Page::<ClassView>::all(active))
}

/// Every class, also those no longer offered.
#[utoipa::path(get, path = "/api/v1/admin/classes", tag = "classes",
    extensions(("x-actions" = json!(["manage-classes"]))),
    responses((status = 200, body = Page<ClassView>, description = "Classes.")))]
async fn list_all_classes(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    caller.who(Action::ManageClasses, Purpose::Administration)?;
    let every = all(&app).await?.iter().map(|c| ClassView::from(c.as_ref())).collect();
    shown(&headers, None, &Page::<ClassView>::all(every))
}

/// One class, also one that is no longer offered.
#[utoipa::path(get, path = "/api/v1/classes/{code}", tag = "classes", security(()),
    params(("code" = String, Path, max_length = 40, pattern = "^[a-z0-9-]+$")),
    responses((status = 200, body = ClassView, description = "The class; its tag begins with its version.")))]
async fn show_class(State(app): State<App>, headers: HeaderMap, Path(code): Path<String>) -> Result<Response, Fail> {
    let found = all(&app).await?.into_iter().find(|c| c.code == code).ok_or(Fail::NotFound)?;
    shown(&headers, Some(found.version), &ClassView::from(found.as_ref()))
}

/// A stale version is a conflict, as everywhere, not a wrong field.
fn save(cx: &mut store::Cx<'_>, rule: ClassRule) -> Result<ClassView, Fail> {
    let seen = rule.version;
    let known = matters::app::classes(cx)?.iter().find(|c| c.code == rule.code).map(|c| c.version);
    match known {
        None if seen > 0 => return Err(Fail::NotFound),
        Some(_) if seen == 0 => return Err(Fail::invalid("code", "invalid-taken")),
        Some(now) if now != seen => return Err(Fail::Stale { yours: seen, now }),
        _ => {}
    }
    Ok(ClassView::from(&matters::app::save_class(cx, rule)?))
}

/// Adds a class.
#[utoipa::path(post, path = "/api/v1/classes", tag = "classes",
    extensions(("x-actions" = json!(["manage-classes"]))),
    request_body = NewClass,
    responses((status = 201, body = ClassView, description = "Added.")))]
async fn add_class(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<NewClass>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageClasses, Purpose::Administration)?;
    let at = place(format_args!("/classes/{}", value.code));
    let rule = value.class.rule(value.code, 0).map_err(|f| f.renamed(|name| format!("class.{name}")))?;
    let saved = write(&app, who, once, move |cx| save(cx, rule)).await?;
    Ok(made(&at, &saved))
}

/// Writes the next version of a class. Open matters of the class get their due times anew.
#[utoipa::path(put, path = "/api/v1/classes/{code}", tag = "classes",
    extensions(("x-actions" = json!(["manage-classes"]))),
    request_body = ClassInput,
    params(("code" = String, Path, max_length = 40, pattern = "^[a-z0-9-]+$"),
        ("If-Match" = String, Header, max_length = 200, description = "Entity tag of the class as the caller saw it.")),
    responses((status = 200, body = ClassView, description = "The new version.")))]
async fn change_class(
    caller: Caller,
    State(app): State<App>,
    Path(code): Path<String>,
    seen: Seen,
    Body { value, once }: Body<ClassInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageClasses, Purpose::Administration)?;
    let rule = value.rule(code, seen.needed()?)?;
    let saved = write(&app, who, once, move |cx| save(cx, rule)).await?;
    Ok(done(&saved))
}
