//! ClassesPage of matters and the terms of their clocks (J1, J2). Saving a change computes open matters of the class again.

use super::{Sheet, SheetPage, allow};
use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Choice, Field, blame};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use kernel::Purpose;
use matters::model::{Allowance, ClassRule, Family, OnReturn, Route, Scope, TimeKind, Urgency};
use matters::{Error, Invalid};
use people::policy::Action;
use serde::Deserialize;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/admin/classes", get(list)).route("/desk/admin/classes/{code}", get(edit).post(save))
}

struct ClassLine {
    href: String,
    name: String,
    family: String,
    route: String,
    terms: String,
    clock: String,
    version: i64,
    active: bool,
}

#[derive(Template)]
#[template(path = "desk/admin/classes.html")]
struct ClassesPage {
    page: Page,
    frame: Frame,
    classes: Vec<ClassLine>,
    file: String,
    done: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct After {
    changed: Option<i64>,
    r#as: String,
}

/// `2 小时`
fn term(page: &Page, a: Allowance) -> String {
    page.t2("desk-term-words", "n", a.n, "unit", page.tk("unit-", a.unit.code()))
}

fn line(page: &Page, c: &ClassRule) -> ClassLine {
    let route = page.tk("route-", c.route.code());
    ClassLine {
        href: page.href(format!("/desk/admin/classes/{}", c.code)),
        name: c.name(page.look.lang).to_owned(),
        family: page.tk("family-", c.family.code()),
        route: c.agency.as_ref().map_or_else(|| route.clone(), |a| format!("{route} · {a}")),
        terms: [c.sign, c.contact, c.handle, c.verify].map(|a| term(page, a)).join(" · "),
        clock: format!(
            "{}{}{}",
            page.tk("clock-time-", c.time.code()),
            page.t("list-comma"),
            page.tk("clock-scope-", c.scope.code())
        ),
        version: c.version,
        active: c.active,
    }
}

async fn list(State(app): State<App>, page: Page, staff: Staff, Query(after): Query<After>) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&after.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageClasses)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/classes")?;
            let classes: Vec<ClassLine> = matters::app::classes(cx)?.iter().map(|c| line(&page, c)).collect();
            if file.is_some() {
                return Ok(Listed::File(as_table(&page, classes)));
            }
            let file = table::href(&page, "/desk/admin/classes", &[]);
            let done = after.changed.map(|n| page.t1("desk-class-saved", "n", n));
            Ok::<_, Fail>(Listed::Page(Box::new(ClassesPage { page, frame, classes, file, done })))
        })
        .await?;
    listed.answer(&words, file).await
}

fn as_table(page: &Page, classes: Vec<ClassLine>) -> Table {
    let head =
        ["name", "family", "route", "terms", "clock", "version", "off"].map(|k| page.tk("desk-class-", k)).into();
    let off = |active: bool| if active { String::new() } else { page.t("desk-class-off") };
    let row = |c: ClassLine| vec![c.name, c.family, c.route, c.terms, c.clock, c.version.to_string(), off(c.active)];
    Table { name: "classes".into(), head, rows: classes.into_iter().map(row).collect(), ..Table::default() }
}

/// The class of an address; `new` is one that is not there yet.
fn find(cx: &mut Cx<'_>, code: &str) -> Result<ClassRule, Fail> {
    if code == "new" {
        return Ok(ClassRule { version: 0, ..ClassRule::new("", Family::NonPolice, Route::Committee, "", "") });
    }
    let classes = matters::app::classes(cx)?;
    classes.iter().find(|c| c.code == code).map(|c| c.as_ref().clone()).ok_or(Fail::NotFound)
}

async fn edit(State(app): State<App>, page: Page, staff: Staff, Path(code): Path<String>) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageClasses)?;
            let rule = find(cx, &code)?;
            let frame = Frame::load(cx, &page, &staff, "/desk/admin/classes")?;
            let sheet = sheet(&page, &code, &values(&rule), &[]);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

/// Fields in their order.
const FIELDS: [&str; 19] = [
    "code",
    "version",
    "name_zh",
    "name_en",
    "hint_zh",
    "hint_en",
    "family",
    "route",
    "agency",
    "sign",
    "contact",
    "handle",
    "verify",
    "time",
    "scope",
    "on_return",
    "urgency",
    "active",
    "published",
];

type Values = Vec<(&'static str, String)>;

fn values(c: &ClassRule) -> Values {
    let v = [
        c.code.clone(),
        c.version.to_string(),
        c.name_zh.clone(),
        c.name_en.clone(),
        c.hint_zh.clone(),
        c.hint_en.clone(),
        c.family.code().into(),
        c.route.code().into(),
        c.agency.clone().unwrap_or_default(),
        c.sign.to_string(),
        c.contact.to_string(),
        c.handle.to_string(),
        c.verify.to_string(),
        c.time.code().into(),
        c.scope.code().into(),
        c.on_return.code().into(),
        c.urgency.code().into(),
        if c.active { "yes".into() } else { "no".into() },
        if c.published { "yes".into() } else { "no".into() },
    ];
    FIELDS.into_iter().zip(v).collect()
}

fn sheet(page: &Page, code: &str, values: &Values, wrong: &[Invalid]) -> Sheet {
    let get = |name: &str| values.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| v.as_str());
    let label = |name: &str| page.tk("desk-cf-", name);
    let fresh = code == "new";
    let mut fields = Vec::new();
    for name in FIELDS {
        let value = get(name);
        let codes = |family: &str, codes: Vec<&'static str>| Choice::codes(page, family, codes, value);
        let select = |options| Field::select(name, label(name), options);
        // The four options of the clock, each with an example; a test of `matters` computes the same dates.
        let explain = |family: &str, codes: Vec<&'static str>| {
            let options = Choice::explained(page, family, codes, value);
            Field::radio(name, label(name), options).hint(page.tk("desk-cf-hint-", name))
        };
        fields.push(match name {
            "version" => Field::hidden(name, value),
            "code" if !fresh => Field::hidden(name, value),
            "family" => select(codes("family-", Family::ALL.iter().map(|f| f.code()).collect())),
            "route" => select(codes("route-", Route::ALL.iter().map(|f| f.code()).collect())),
            "time" => explain("clock-time-", TimeKind::ALL.iter().map(|f| f.code()).collect()),
            "scope" => explain("clock-scope-", Scope::ALL.iter().map(|f| f.code()).collect()),
            "on_return" => explain("on-return-", OnReturn::ALL.iter().map(|f| f.code()).collect()),
            "urgency" => explain("urgency-", Urgency::ALL.iter().map(|f| f.code()).collect()),
            "active" => select(codes("desk-cf-active-", vec!["yes", "no"])),
            "published" => {
                select(codes("desk-cf-published-", vec!["yes", "no"])).hint(page.t("desk-cf-hint-published"))
            }
            "sign" | "contact" | "handle" | "verify" => {
                Field::line(name, label(name), value).hint(page.t("desk-cf-term-hint")).must()
            }
            "code" | "agency" => Field::line(name, label(name), value).hint(page.tk("desk-cf-hint-", name)),
            _ => Field::line(name, label(name), value),
        });
    }
    let errors = blame(page, &mut fields, wrong);
    Sheet {
        title: if fresh { page.t("desk-class-new") } else { page.t1("desk-class-edit", "name", get("name_zh")) },
        intro: Some(page.t("desk-class-edit-intro")),
        lines: Vec::new(),
        action: page.href(format!("/desk/admin/classes/{code}")),
        back: page.href("/desk/admin/classes"),
        back_word: page.t("desk-nav-classes"),
        button: page.t("desk-save"),
        fields,
        errors,
        danger: false,
    }
}

/// The rule that was typed; keeps what the form does not show.
fn typed(mut rule: ClassRule, posted: &Posted, fresh: bool) -> Result<ClassRule, Error> {
    let mut wrong = Vec::new();
    if fresh {
        rule.code = posted.get("code");
        rule.position = 1_000;
    }
    rule.version = posted.get("version").parse().unwrap_or(0);
    rule.name_zh = posted.get("name_zh");
    rule.name_en = posted.get("name_en");
    rule.hint_zh = posted.get("hint_zh");
    rule.hint_en = posted.get("hint_en");
    rule.agency = Some(posted.get("agency")).filter(|a| !a.is_empty());
    rule.active = posted.get("active") != "no";
    rule.published = posted.get("published") == "yes";
    for (field, term) in [
        ("sign", &mut rule.sign),
        ("contact", &mut rule.contact),
        ("handle", &mut rule.handle),
        ("verify", &mut rule.verify),
    ] {
        match posted.get(field).parse::<Allowance>() {
            Ok(allowance) => *term = allowance,
            Err(()) => wrong.push(Invalid::new(field, "desk-cf-term-wrong")),
        }
    }
    rule.family = Family::from_code(&posted.get("family")).unwrap_or(rule.family);
    rule.route = Route::from_code(&posted.get("route")).unwrap_or(rule.route);
    rule.time = TimeKind::from_code(&posted.get("time")).unwrap_or(rule.time);
    rule.scope = Scope::from_code(&posted.get("scope")).unwrap_or(rule.scope);
    rule.on_return = OnReturn::from_code(&posted.get("on_return")).unwrap_or(rule.on_return);
    rule.urgency = Urgency::from_code(&posted.get("urgency")).unwrap_or(rule.urgency);
    if wrong.is_empty() { Ok(rule) } else { Err(Error::Invalid(wrong)) }
}

async fn save(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let sent: Values = FIELDS.into_iter().map(|name| (name, posted.get(name))).collect();
    let which = code.clone();
    let saved = app
        .rt
        .write(who.clone(), move |cx| {
            let rule = find(cx, &which).map_err(|_| Error::NotFound)?;
            let rule = typed(rule, &posted, which == "new")?;
            let rule = matters::app::save_class(cx, rule)?;
            matters::app::recompute(cx, Some(&rule.code))
        })
        .await;
    match saved {
        Ok(changed) => Ok(Redirect::to(&page.href(format!("/desk/admin/classes?changed={changed}"))).into_response()),
        Err(Error::Invalid(wrong)) => {
            let shown = app
                .rt
                .read(who, move |cx| {
                    let frame = Frame::load(cx, &page, &staff, "/desk/admin/classes")?;
                    let sheet = sheet(&page, &code, &sent, &wrong);
                    Ok::<_, Fail>(SheetPage { page, frame, sheet })
                })
                .await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let rules = matters::seed::classes();
        let classes = rules.iter().map(|c| line(page, c)).collect();
        let frame = Frame::sample(page);
        let shown = ClassesPage {
            page: page.clone(),
            frame: frame.clone(),
            classes,
            file: table::href(page, "/desk/admin/classes", &[]),
            done: Some(page.t1("desk-class-saved", "n", 12)),
        };
        let mut out = vec![("desk/admin/classes.html", shown.render().unwrap_or_default())];
        let wrong = [Invalid::new("sign", "desk-cf-term-wrong"), Invalid::new("code", "invalid-class-code")];
        for code in ["new", "noise"] {
            // Seeds hold both languages; a sample page shows its own only.
            let mut rule = ClassRule::new("noise", Family::NonPolice, Route::Agency, "", "");
            rule.agency = Some("12345".into());
            let sheet = sheet(page, code, &values(&rule), &wrong);
            let shown = SheetPage { page: page.clone(), frame: frame.clone(), sheet };
            out.push(("desk/admin/form.html", shown.render().unwrap_or_default()));
        }
        out
    }
}
