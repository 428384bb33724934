//! The register of people as a file (R5): asked for with a purpose, agreed to by somebody else, taken for a day by whoever asked, and
//! brought in again like any other file.

use crate::desk::Frame;
use crate::desk::nobody;
use crate::desk::table::{self, As, Table};
use crate::desk::view::{Field, FieldKind};
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Purpose;
use kernel::ids::{AccountId, AreaId};
use people::app::persons::{GUARDIAN_COLUMNS, ResidentRow};
use people::app::register::{self, Export, State as Stand};
use people::policy::{Action, ResourceFacts, decide};
use places::Snapshot;
use store::Cx;
use uuid::Uuid;

pub(in crate::desk) const HERE: &str = "/desk/admin/register";
/// As an import reads them.
const HEAD: [&str; 15] = [
    "key",
    "name",
    "sex",
    "birth_year",
    "id_number",
    "phone",
    "address",
    "language",
    "area",
    "guardian",
    "relation",
    "guardian_phone",
    "guardian2",
    "relation2",
    "guardian2_phone",
];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(HERE, get(show).post(ask))
        .route("/desk/admin/register/{id}", post(answer))
        .route("/desk/admin/register/{id}/file", post(file))
}

/// For the side list.
pub(in crate::desk) fn may(cx: &Cx<'_>) -> bool {
    register::may(cx)
}

struct Line {
    href: String,
    tag: &'static str,
    state: String,
    purpose: String,
    notes: Vec<String>,
    may_answer: bool,
    may_take: bool,
}

#[derive(Template)]
#[template(path = "desk/admin/register.html")]
struct RegisterPage {
    page: Page,
    frame: Frame,
    lines: Vec<Line>,
    /// None: the reader agrees to what others ask for, and asks for nothing.
    field: Option<Field>,
    problem: Option<String>,
}

fn line(page: &Page, export: Export, name: &dyn Fn(AccountId) -> String) -> Line {
    let mut notes = vec![page.t2("register-asked", "who", name(export.asked_by), "at", page.stamp(export.asked_at))];
    if let (Some(by), Some(at)) = (export.answered_by, export.answered_at) {
        notes.push(page.t2("register-answered", "who", name(by), "at", page.stamp(at)));
    }
    if matches!(export.state, Stand::Asked | Stand::Agreed) {
        notes.push(page.t1("register-until", "at", page.stamp(export.until)));
    }
    if export.taken > 0 {
        notes.push(page.t1("register-taken", "n", export.taken));
    }
    Line {
        href: page.href(format!("{HERE}/{}", export.id)),
        tag: match export.state {
            Stand::Asked => "tag tag-wait",
            Stand::Agreed => "tag tag-good",
            Stand::Refused | Stand::Over => "tag tag-plain",
        },
        state: page.tk("register-state-", export.state.code()),
        purpose: export.purpose.unwrap_or_else(|| page.t("pairs-erased")),
        notes,
        may_answer: export.may_answer,
        may_take: export.may_take,
    }
}

fn build(
    cx: &mut Cx<'_>,
    page: Page,
    staff: &Staff,
    typed: &str,
    problem: Option<String>,
) -> Result<RegisterPage, Fail> {
    let all = register::list(cx)?;
    let ids: Vec<AccountId> = all.iter().flat_map(|e| [Some(e.asked_by), e.answered_by]).flatten().collect();
    let names = people::app::accounts::names(cx, &ids)?;
    let name = |id: AccountId| names.get(&id).cloned().unwrap_or_else(|| nobody(&page));
    let lines = all.into_iter().map(|e| line(&page, e, &name)).collect();
    let asks = decide(&cx.actor, cx.purpose, Action::AskRegister, &ResourceFacts::District).is_allowed();
    let field = Field::line("purpose", page.t("register-purpose"), typed).hint(page.t("register-purpose-hint")).must();
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(RegisterPage { field: asks.then_some(field), lines, problem, frame, page })
}

async fn show(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, "", None)).await?;
    Ok(crate::unkept(html(&shown)?))
}

async fn ask(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let purpose = posted.get("purpose");
    let typed = purpose.clone();
    let done = app.rt.write(staff.who(Purpose::Administration), move |cx| register::ask(cx, &purpose).map(drop)).await;
    after(&app, page, staff, &typed, done).await
}

async fn answer(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<Uuid>,
    posted: Posted,
) -> Result<Response, Fail> {
    let yes = posted.get("do") == "agree";
    let done = app.rt.write(staff.who(Purpose::Administration), move |cx| register::answer(cx, id, yes)).await;
    after(&app, page, staff, "", done).await
}

async fn after(
    app: &App,
    page: Page,
    staff: Staff,
    typed: &str,
    done: Result<(), people::Error>,
) -> Result<Response, Fail> {
    let words = match done {
        Ok(()) => return Ok(Redirect::to(&page.href(HERE)).into_response()),
        Err(people::Error::Invalid { .. }) => page.t("register-wrong-purpose"),
        Err(people::Error::Refused(why)) => page.tk("rule-record-", why),
        Err(other) => return Err(other.into()),
    };
    let (who, typed) = (staff.who(Purpose::Administration), typed.to_owned());
    let shown = app.rt.read(who, move |cx| build(cx, page, &staff, &typed, Some(words))).await?;
    Ok(crate::unkept((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response()))
}

async fn file(State(app): State<App>, page: Page, staff: Staff, Path(id): Path<Uuid>) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let words = page.clone();
    let taken = app.rt.write(who, move |cx| {
        let rows = register::take(cx, id)?;
        let ground = places::snapshot(cx).map_err(|e| store::Error::Setup(e.to_string()))?;
        let rows = rows.iter().map(|row| cells(&ground, row)).collect();
        let head = HEAD.iter().map(|h| (*h).to_owned()).collect();
        let table = Table { name: "people".into(), head, rows, exact: true, ..Table::default() };
        Ok::<_, people::Error>(table.marked(cx)?)
    });
    match taken.await {
        Ok(table) => Ok(crate::unkept(table::answer(&words, table, As::Xlsx).await?)),
        Err(error) => after(&app, words, staff, "", Err(error)).await,
    }
}

/// One record, in the order of [`HEAD`].
fn cells(ground: &Snapshot, row: &ResidentRow) -> Vec<String> {
    let (i, c) = (&row.identity, &row.contact);
    let some = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut cells = vec![
        row.key.clone(),
        i.name.clone(),
        i.sex.clone(),
        i.birth_year.map(|y| y.to_string()).unwrap_or_default(),
        some(&i.id_number),
        some(&c.phone),
        some(&c.address),
        some(&c.language),
        place(ground, row.area),
    ];
    for n in 0..GUARDIAN_COLUMNS {
        let guardian = row.guardians.get(n);
        cells.push(guardian.map(|g| g.who.name.clone()).unwrap_or_default());
        cells.push(guardian.map(|g| g.who.relation.clone()).unwrap_or_default());
        cells.push(guardian.and_then(|g| g.phone.clone()).unwrap_or_default());
    }
    cells
}

/// As the import finds it again: the name where only one has it, else the code, else the id.
fn place(ground: &Snapshot, id: AreaId) -> String {
    let Some(area) = ground.area(id) else { return id.to_string() };
    let alone =
        |text: &str| ground.areas().iter().filter(|a| a.code.as_deref() == Some(text) || a.name == text).count() == 1;
    if alone(&area.name) {
        return area.name.clone();
    }
    area.code.clone().filter(|code| alone(code)).unwrap_or_else(|| id.to_string())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let line = |state: Stand, may: bool| Line {
        href: "/x".into(),
        tag: "tag tag-wait",
        state: page.tk("register-state-", state.code()),
        purpose: if page.zh() { "每年核对一次" } else { "The yearly check" }.into(),
        notes: vec![page.t2("register-asked", "who", "1", "at", page.stamp(page.now))],
        may_answer: may,
        may_take: !may,
    };
    let all = [Stand::Asked, Stand::Agreed, Stand::Refused, Stand::Over];
    let of = |full: bool| RegisterPage {
        page: page.clone(),
        frame: Frame::sample(page),
        lines: if full { all.map(|s| line(s, s == Stand::Asked)).into() } else { Vec::new() },
        field: full.then(|| Field::line("purpose", page.t("register-purpose"), "")),
        problem: full.then(|| page.t("rule-record-register-answered")),
    };
    [true, false].map(|full| ("desk/admin/register.html", of(full).render().unwrap_or_default())).to_vec()
}
