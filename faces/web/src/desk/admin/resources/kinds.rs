//! The list of kinds of things.

use super::super::{Sheet, SheetPage, allow};
use super::{Ask, KINDS, mendable};
use crate::desk::Frame;
use crate::desk::table::{self, As, Listed, Table};
use crate::desk::view::{Field, FieldKind, blame};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use ::people::policy::Action;
use ::places::app::resources;
use ::places::model::resource::ResourceKind;
use askama::Template;
use axum::extract::State;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::response::{IntoResponse, Response};
use kernel::Purpose;
use matters::Invalid;

pub(super) struct KindLine {
    pub href: String,
    pub name: String,
    pub other: String,
    pub offered: bool,
    pub active: bool,
}

#[derive(Template)]
#[template(path = "desk/admin/resources.html")]
pub(super) struct KindsPage {
    pub page: Page,
    pub frame: Frame,
    pub kinds: Vec<KindLine>,
    pub file: String,
    pub done: bool,
}

pub(super) async fn kinds(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Query(asked): Query<Ask>,
) -> Result<Response, Fail> {
    let (file, words) = (As::from_code(&asked.r#as), page.clone());
    let listed = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageResourceKinds)?;
            let frame = Frame::load(cx, &page, &staff, KINDS)?;
            let kinds = resources::kinds(cx)?;
            let line = |k: &ResourceKind| KindLine {
                href: page.href(format!("{KINDS}/{}", k.code)),
                name: k.name(page.look.lang).to_owned(),
                other: if page.zh() { k.name_en.clone() } else { k.name_zh.clone() },
                offered: k.is_offered(),
                active: k.active,
            };
            let kinds: Vec<KindLine> = kinds.iter().map(line).collect();
            if file.is_some() {
                let yes = |b: bool| page.t(if b { "resource-yes" } else { "resource-no" });
                let row = |k: KindLine| vec![k.name, k.other, yes(k.offered), yes(k.active)];
                let head = ["resource-kind", "resource-kind-other", "resource-kind-offered", "resource-kind-active"];
                return Ok(Listed::File(Table::new(
                    &page,
                    "resource-kinds",
                    &head,
                    kinds.into_iter().map(row).collect(),
                )));
            }
            let file = table::href(&page, KINDS, &[]);
            Ok::<_, Fail>(Listed::Page(Box::new(KindsPage { kinds, file, done: asked.done == "saved", frame, page })))
        })
        .await?;
    listed.answer(&words, file).await
}

fn kind_sheet(page: &Page, code: &str, (zh, en, active, version): (&str, &str, bool, i64), wrong: &[Invalid]) -> Sheet {
    let mut fields = vec![
        Field::line("name_zh", page.t("resource-kind-zh"), zh).must(),
        Field::line("name_en", page.t("resource-kind-en"), en),
        Field {
            kind: FieldKind::Check,
            ..Field::line("active", page.t("resource-kind-active"), if active { "1" } else { "" })
        },
        Field::hidden("version", &version.to_string()),
    ];
    let errors = blame(page, &mut fields, wrong);
    Sheet {
        title: if zh.is_empty() { page.t("resource-kind-new") } else { page.t1("resource-kind-change", "name", zh) },
        intro: Some(page.t("resource-kind-intro")),
        lines: Vec::new(),
        action: page.href(format!("{KINDS}/{code}")),
        back: page.href(KINDS),
        back_word: page.t("desk-nav-resource-kinds"),
        button: page.t("desk-save"),
        fields,
        errors,
        danger: false,
    }
}

pub(super) async fn ask_kind(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            allow(cx, Action::ManageResourceKinds)?;
            let frame = Frame::load(cx, &page, &staff, KINDS)?;
            let sheet = if code == "new" {
                kind_sheet(&page, "new", ("", "", true, 0), &[])
            } else {
                let k = resources::kinds(cx)?.into_iter().find(|k| k.code == code).ok_or(Fail::NotFound)?;
                kind_sheet(&page, &code, (&k.name_zh, &k.name_en, k.active, k.version), &[])
            };
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

pub(super) async fn save_kind(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let kind = ResourceKind {
        code: if code == "new" { String::new() } else { code.clone() },
        name_zh: posted.get("name_zh"),
        name_en: posted.get("name_en"),
        active: posted.get("active") == "1",
        version: posted.get("version").parse().unwrap_or(0),
    };
    let (who, again) = (staff.who(Purpose::Administration), kind.clone());
    let done = app
        .rt
        .write(who.clone(), move |cx| match resources::save_kind(cx, &kind) {
            Ok(_) => Ok(None),
            Err(error) => Ok::<_, Fail>(Some(mendable(error)?)),
        })
        .await?;
    let Some(wrong) = done else {
        return Ok(Redirect::to(&page.href(format!("{KINDS}?done=saved"))).into_response());
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, KINDS)?;
            let typed = (again.name_zh.as_str(), again.name_en.as_str(), again.active, again.version);
            let sheet = kind_sheet(&page, &code, typed, &wrong);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response())
}
