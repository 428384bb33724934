//! One step on one matter: a form per command, sent with the version that was seen and a key that makes a second click
//! harmless. Whatever happens (refused, changed meanwhile, signed out), what was typed stays in the form.

use super::step_forms::{self, Typed};
use super::view::FieldKind;
use super::view::{Field, blame, form_key};
use super::words::No;
use super::{Frame, nobody};
use crate::guard::PHOTOS;
use crate::photos;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::{AccountId, MatterId};
use matters::app::{Act, Detail};
use matters::model::{CommandKind, Refusal};
use matters::{Conflict, Invalid, limits};
use std::collections::HashMap;
use store::Cx;

pub(super) fn routes() -> Router<App> {
    let step = get(ask).post(act).layer(DefaultBodyLimit::max(PHOTOS));
    Router::new().route("/desk/matters/{id}/do/{command}", step).route("/desk/matters/{id}/look/{command}", post(look))
}

/// Two people at once: what stands there now, and what this one wanted.
struct ClashView {
    theirs: String,
    yours: String,
}

struct StepView {
    word: String,
    intro: String,
    number: String,
    title: String,
    back: String,
    action: String,
    version: i64,
    key: String,
    fields: Vec<Field>,
    errors: Vec<(String, String)>,
    no: Option<No>,
    /// A step that is refused before anything was typed has no form to fill in.
    open: bool,
    clash: Option<ClashView>,
    danger: bool,
}

impl StepView {
    fn takes_photos(&self) -> bool {
        self.fields.iter().any(|f| f.kind == FieldKind::Photos)
    }
}

#[derive(Template)]
#[template(path = "desk/step.html")]
struct StepPage {
    page: Page,
    frame: Frame,
    step: StepView,
}

/// What the form is shown for, beside the matter itself.
#[derive(Default)]
struct Because {
    wrong: Vec<Invalid>,
    no: Option<No>,
    clash: Option<Box<Conflict>>,
}

fn kind_of(code: &str) -> Result<CommandKind, Fail> {
    CommandKind::from_code(code).filter(|k| step_forms::is_staff_step(*k)).ok_or(Fail::NotFound)
}

async fn ask(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, code)): Path<(MatterId, String)>,
    Query(given): Query<HashMap<String, String>>,
) -> Result<Response, Fail> {
    show(&app, page, staff, id, &code, Typed::from_query(given)).await
}

/// The form again with what was typed so far: who is found by a name. Posted, so that the name stands in no address.
async fn look(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, code)): Path<(MatterId, String)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let typed = Typed::from_form(&posted, kind_of(&code)?);
    show(&app, page, staff, id, &code, typed).await
}

async fn show(app: &App, page: Page, staff: Staff, id: MatterId, code: &str, typed: Typed) -> Result<Response, Fail> {
    let kind = kind_of(code)?;
    let key = form_key(app);
    let who = staff.who(Purpose::Matter(id));
    let shown = app
        .rt
        .read(who, move |cx| {
            let detail = matters::app::detail(cx, id)?;
            let refused = detail.commands.iter().find(|(k, _)| *k == kind).and_then(|(_, a)| a.as_ref().err());
            let no = match refused {
                Some(matters::Error::Refused(refusal)) => Some(No::refused(&page, refusal)),
                Some(matters::Error::Denied(denied)) => Some(No::denied(&page, denied)),
                _ => None,
            };
            form(cx, page, &staff, &detail, kind, &typed, key, Because { no, ..Because::default() })
        })
        .await?;
    html(&shown)
}

async fn act(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, code)): Path<(MatterId, String)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let kind = kind_of(&code)?;
    let typed = Typed::from_form(&posted, kind);
    let (version, key) = (posted.get("version").parse::<i64>().ok(), posted.get("key"));
    let who = staff.who(Purpose::Matter(id));
    let sent = !posted.files.is_empty();
    let files = if step_forms::takes_photos(kind) { posted.files } else { Vec::new() };
    let done = match photos::of_form(files).await? {
        Err(wrong) => Err(matters::Error::Invalid(vec![wrong])),
        Ok(pictures) => {
            let typed = typed.clone();
            let command = move |cx: &mut Cx<'_>| -> Result<(), matters::Error> {
                let command = step_forms::command(cx, kind, &typed)?;
                let key = Some(key).filter(|k| !k.is_empty());
                matters::app::act(cx, Act { matter: id, version, key, command })?;
                let add = if typed.shows_photos() { matters::app::attach_to_answer } else { matters::app::attach };
                pictures.iter().try_for_each(|p| add(cx, id, p).map(drop))
            };
            app.rt.write(who.clone(), command).await
        }
    };
    let because = match done {
        Ok(()) => {
            let done = page.href(format!("/desk/matters/{id}?done={}", kind.code()));
            return Ok(Redirect::to(&done).into_response());
        }
        Err(matters::Error::Invalid(wrong)) => Because { wrong: photos::blame(wrong, sent), ..Because::default() },
        Err(matters::Error::Conflict(clash)) => {
            Because { clash: Some(clash), wrong: photos::blame(Vec::new(), sent), ..Because::default() }
        }
        Err(matters::Error::Refused(refusal)) => match about_field(&refusal) {
            Some(wrong) => Because { wrong: photos::blame(vec![wrong], sent), ..Because::default() },
            None => Because { no: Some(No::refused(&page, &refusal)), ..Because::default() },
        },
        Err(matters::Error::Denied(denied)) if denied.why != people::policy::Why::NotSignedIn => {
            Because { no: Some(No::denied(&page, &denied)), ..Because::default() }
        }
        Err(error) => return Err(error.into()),
    };
    let denied = because.no.is_some() && because.clash.is_none() && because.wrong.is_empty();
    let status =
        if because.clash.is_some() || denied { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = form_key(&app);
    let shown = app
        .rt
        .read(who, move |cx| {
            let detail = matters::app::detail(cx, id)?;
            form(cx, page, &staff, &detail, kind, &typed, key, because)
        })
        .await?;
    Ok((status, html(&shown)?).into_response())
}

/// What is refused because of a date or a number that was typed is said at its field, and the form stays to mend it.
fn about_field(refusal: &Refusal) -> Option<Invalid> {
    Some(match refusal.key {
        "refuse-date-too-far" => Invalid::limit("until", "invalid-date-too-far", limits::LONGEST_DAYS),
        key @ ("refuse-date-past" | "refuse-extension-shorter") => Invalid::new("until", key),
        key @ ("refuse-merge-itself" | "refuse-merge-closed" | "refuse-merge-answered") => Invalid::new("into", key),
        key @ "refuse-seat-empty" => Invalid::new("seat", key),
        _ => return None,
    })
}

#[expect(clippy::too_many_arguments, reason = "everything a form shows, gathered once")]
fn form(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    detail: &Detail,
    kind: CommandKind,
    typed: &Typed,
    key: String,
    because: Because,
) -> Result<StepPage, Fail> {
    let frame = Frame::load(cx, &page, staff, "")?;
    let open = because.no.is_none() || typed.is_written();
    let mut fields = if open { step_forms::fields(cx, &page, detail, kind, typed)? } else { Vec::new() };
    let errors = blame(&page, &mut fields, &because.wrong);
    let back = page.href(format!("/desk/matters/{}", detail.line.matter));
    let word = page.tk("command-", kind.code());
    let clash = because.clash.map(|c| clash_view(cx, &page, &c, said(&word, &fields))).transpose()?;
    let step = StepView {
        word,
        intro: page.tk("desk-intro-", kind.code()),
        number: detail.line.number.clone(),
        title: detail.line.summary.clone(),
        action: format!("{back}/do/{}", kind.code()),
        back,
        version: detail.line.version,
        key,
        fields,
        errors,
        no: because.no,
        open,
        clash,
        danger: matches!(kind, CommandKind::Reject | CommandKind::Merge),
    };
    Ok(StepPage { page, frame, step })
}

/// Both versions in words: who did what when, and what this form wanted.
fn clash_view(cx: &mut Cx<'_>, page: &Page, clash: &Conflict, yours: String) -> Result<ClashView, Fail> {
    let account: Option<AccountId> = clash.by.strip_prefix("account:").and_then(|id| id.parse().ok());
    let name = match account {
        Some(id) => people::app::accounts::names(cx, &[id])?.remove(&id).unwrap_or_else(|| nobody(page)),
        None if clash.by.starts_with("system") => page.t("desk-by-program"),
        None => page.t("desk-by-raiser"),
    };
    let kind = clash.last.strip_prefix("matter.").unwrap_or(&clash.last);
    let theirs = page.loc.args(
        "desk-clash-theirs",
        &[
            ("at", page.ago(clash.at)),
            ("who", name),
            ("what", page.tk("done-", kind)),
            ("state", page.tk("state-", clash.state.code())),
        ],
    );
    Ok(ClashView { theirs, yours: page.t1("desk-clash-yours", "what", yours) })
}

/// The step and what was typed for it, in one line.
fn said(word: &str, fields: &[Field]) -> String {
    let typed = fields.iter().filter(|f| !matches!(f.kind, FieldKind::Hidden | FieldKind::Check)).filter_map(|f| {
        let chosen = f.options.iter().find(|o| o.chosen && !o.value.is_empty()).map(|o| o.label.clone());
        chosen.or_else(|| (!f.value.is_empty()).then(|| f.value.clone()))
    });
    std::iter::once(word.to_owned()).chain(typed).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::desk::view::Choice;
    use matters::model::WhoCould;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
        CommandKind::ALL
            .iter()
            .filter(|k| step_forms::is_staff_step(**k))
            .enumerate()
            .map(|(i, kind)| {
                let mut fields = vec![
                    Field::hidden("raiser", "1"),
                    Field::radio(
                        "outcome",
                        page.t("desk-f-outcome"),
                        vec![Choice::new("done", page.t("outcome-done"), "done")],
                    ),
                    Field { kind: FieldKind::Find, ..Field::line("find", page.t("desk-f-find"), "") }
                        .asks(page.href("/desk")),
                    Field {
                        groups: vec![(page.t("role-property"), vec![Choice::new("1", name("王工", "Wang"), "1")])],
                        ..Field::select(
                            "seat",
                            page.t("desk-f-seat"),
                            vec![Choice::new("", page.t("desk-f-seat-choose"), "")],
                        )
                    },
                    Field { kind: FieldKind::Date, ..Field::line("until", page.t("desk-f-until"), "2026-11-30") },
                    Field::area("answer", page.t("desk-f-answer"), &name("修好了", "Repaired"), 5).must(),
                    Field { kind: FieldKind::Photos, ..Field::line("photos", page.t("report-photos"), "") },
                    Field { kind: FieldKind::Check, ..Field::line("show", page.t("desk-f-show"), "1") },
                ];
                let wrong =
                    if i % 3 == 0 { vec![Invalid::limit("answer", "invalid-too-long", 5_000)] } else { Vec::new() };
                let errors = blame(page, &mut fields, &wrong);
                let refusal = Refusal::new("refuse-returned-already", WhoCould::Supervisor, "todo-ask-supervisor");
                let step = StepView {
                    word: page.tk("command-", kind.code()),
                    intro: page.tk("desk-intro-", kind.code()),
                    number: "HQ-2026-00001".into(),
                    title: name("楼道漏水", "Leak"),
                    back: page.href("/desk/matters/1"),
                    action: page.href("/desk/matters/1/do/submit"),
                    version: 3,
                    key: "1".into(),
                    fields,
                    errors,
                    no: (i % 3 == 1).then(|| No::refused(page, &refusal)),
                    open: i % 2 == 0,
                    clash: (i % 3 == 2).then(|| ClashView {
                        theirs: page.loc.args(
                            "desk-clash-theirs",
                            &[
                                ("at", page.ago(page.now)),
                                ("who", name("李明", "Li Ming")),
                                ("what", page.t("done-sign")),
                                ("state", page.t("state-signed")),
                            ],
                        ),
                        yours: page.t1("desk-clash-yours", "what", name("修好了", "Repaired")),
                    }),
                    danger: *kind == CommandKind::Reject,
                };
                (
                    "desk/step.html",
                    StepPage { page: page.clone(), frame: Frame::sample(page), step }.render().unwrap_or_default(),
                )
            })
            .collect()
    }
}
