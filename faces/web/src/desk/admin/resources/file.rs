//! Things brought in as text that was copied out of a table, or as a file: the one that the list gives, too.

use super::super::{Sheet, SheetPage};
use super::{LIST, wrong_key};
use crate::desk::Frame;
use crate::desk::view::Field;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use ::people::policy::{Action, require_somewhere};
use ::places::app::resources;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::Purpose;

fn file_sheet(page: &Page, text: &str, lines: Vec<String>, wrong: Vec<(String, String)>) -> Sheet {
    Sheet {
        title: page.t("resource-file"),
        intro: Some(page.t("resource-file-intro")),
        lines,
        action: page.href(format!("{LIST}/file")),
        back: page.href(LIST),
        back_word: page.t("desk-nav-resources"),
        button: page.t("resource-file-do"),
        fields: vec![
            Field::file("file", page.t("resource-file-file")).hint(page.t("resource-file-file-hint")),
            Field::area("csv", page.t("resource-file-csv"), text, 12).hint(page.t("resource-file-hint")),
        ],
        errors: wrong,
        danger: false,
    }
}

pub(super) async fn ask_file(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app
        .rt
        .read(staff.who(Purpose::Administration), move |cx| {
            require_somewhere(&cx.actor, Action::KeepResources)?;
            let frame = Frame::load(cx, &page, &staff, LIST)?;
            // Written as people write it; a table has narrow commas.
            let head = page.t("resource-file-head").replace('，', ",");
            let sheet = file_sheet(&page, &format!("{head}\n"), Vec::new(), Vec::new());
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    html(&shown)
}

pub(super) async fn bring(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let typed = posted.pairs().into_iter().find(|(n, _)| n == "csv").map(|(_, t)| t).unwrap_or_default();
    let text = match posted.files.into_iter().next() {
        Some(bytes) => {
            let lang = page.look.lang;
            let read = tokio::task::spawn_blocking(move || ::imports::table::as_csv(&bytes));
            match read.await.map_err(|e| Fail::Internal(e.to_string()))? {
                Ok(text) => text,
                Err(error) => {
                    let wrong = vec![("file".to_owned(), error.words(lang))];
                    let who = staff.who(Purpose::Administration);
                    let shown = app.rt.read(who, move |cx| {
                        require_somewhere(&cx.actor, Action::KeepResources)?;
                        let frame = Frame::load(cx, &page, &staff, LIST)?;
                        let sheet = file_sheet(&page, &typed, Vec::new(), wrong);
                        Ok::<_, Fail>(SheetPage { page, frame, sheet })
                    });
                    return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown.await?)?).into_response());
                }
            }
        }
        None => typed,
    };
    let (who, sent) = (staff.who(Purpose::Administration), text.clone());
    let done = app
        .rt
        .write(who.clone(), move |cx| match resources::bring_resources(cx, &sent) {
            Ok(done) => Ok(Ok(done)),
            Err(::places::Error::Lines(lines)) => Ok::<_, Fail>(Err(lines)),
            Err(other) => Err(other.into()),
        })
        .await?;
    let (status, lines, wrong, text) = match done {
        Ok(done) => {
            let args = [("added", done.added), ("changed", done.changed), ("same", done.same)];
            let args = args.map(|(name, n)| (name, n.to_string()));
            (StatusCode::OK, vec![page.loc.args("resource-file-done", &args)], Vec::new(), String::new())
        }
        Err(lines) => {
            let words = |(line, field, why): (u64, &str, &'static str)| {
                let field = page.tk("resource-", if field == "state" { "condition" } else { field });
                let what = page.t2("desk-field-problem", "field", field, "what", page.t(wrong_key(why)));
                ("csv".to_owned(), page.t2("resource-file-line", "line", line, "what", what))
            };
            (StatusCode::UNPROCESSABLE_ENTITY, Vec::new(), lines.into_iter().take(30).map(words).collect(), text)
        }
    };
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, LIST)?;
            let sheet = file_sheet(&page, &text, lines, wrong);
            Ok::<_, Fail>(SheetPage { page, frame, sheet })
        })
        .await?;
    Ok((status, html(&shown)?).into_response())
}
