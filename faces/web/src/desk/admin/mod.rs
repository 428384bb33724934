//! Pages of administrators. Each asks the policy first: reading a page needs the same right as changing what it shows.

mod areas_border;
mod areas_edit;
mod audit;
mod bulletins;
mod calendar;
mod classes;
mod imports;
mod letters;
mod locators;
mod orgs;
mod people;
mod places;
pub(super) mod register;
pub(super) mod resources;
mod seats;
mod sign_in;
mod ways;
mod webhooks;

pub(crate) use places::coverage;

use super::Frame;
use super::view::{Field, FieldKind};
use crate::{App, Fail, Page};
use ::people::policy::{Action, ResourceFacts, require};
use askama::Template;
use axum::Router;
use store::Cx;

pub(super) use self::audit::{LineView, RunView, lines_table, run_view};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .merge(bulletins::routes())
        .merge(letters::routes())
        .merge(locators::routes())
        .merge(calendar::routes())
        .merge(classes::routes())
        .merge(people::routes())
        .merge(seats::routes())
        .merge(orgs::routes())
        .merge(imports::routes())
        .merge(register::routes())
        .merge(places::routes())
        .merge(areas_edit::routes())
        .merge(areas_border::routes())
        .merge(resources::routes())
        .merge(sign_in::routes())
        .merge(ways::routes())
        .merge(webhooks::routes())
        .merge(audit::routes())
}

/// A form of one page: fields, one button, a way back.
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) intro: Option<String>,
    /// What will happen, before it does.
    pub(super) lines: Vec<String>,
    pub(super) action: String,
    pub(super) back: String,
    pub(super) back_word: String,
    pub(super) button: String,
    pub(super) fields: Vec<Field>,
    pub(super) errors: Vec<(String, String)>,
    pub(super) danger: bool,
}

impl Sheet {
    /// A form with a file is sent in parts.
    pub(super) fn takes_files(&self) -> bool {
        self.fields.iter().any(|f| f.kind == crate::desk::view::FieldKind::File)
    }
}

#[derive(Template)]
#[template(path = "desk/admin/form.html")]
pub(super) struct SheetPage {
    pub(super) page: Page,
    pub(super) frame: Frame,
    pub(super) sheet: Sheet,
}

/// May this account see and change what the page is about?
fn allow(cx: &Cx<'_>, action: Action) -> Result<(), Fail> {
    Ok(require(&cx.actor, cx.purpose, action, &ResourceFacts::District)?)
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut all = letters::tests::samples(page);
    all.extend(locators::tests::samples(page));
    all.extend(bulletins::tests::samples(page));
    all.extend(calendar::tests::samples(page));
    all.extend(classes::tests::samples(page));
    all.extend(people::tests::samples(page));
    all.extend(seats::tests::samples(page));
    all.extend(orgs::tests::samples(page));
    all.extend(imports::samples::samples(page));
    all.extend(register::samples(page));
    all.extend(places::tests::samples(page));
    all.extend(areas_edit::tests::samples(page));
    all.extend(areas_border::tests::samples(page));
    all.extend(resources::samples::samples(page));
    all.extend(sign_in::tests::samples(page));
    all.extend(ways::tests::samples(page));
    all.extend(webhooks::tests::samples(page));
    all.extend(self::audit::samples(page));
    all
}
