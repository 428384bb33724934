//! Bringing files in, as at the desk: a file is uploaded and looked through (every wrong row is named), then brought in as a
//! whole or not at all, listed, and undone. Whoever may import at the desk may here; an upload is seen by its sender only.

use super::Caller;
use super::input::{Body, FileForm, Nothing, Path};
use super::reply::{Page, accepted, act, change, listed, place, read, shown, write};
use super::words::At;
use crate::fail::{FieldProblem, Listed};
use crate::uploads::{self, fail, undo_refused};
use crate::{App, Fail};
use ::imports::areas::Pair;
use ::imports::problems::{Counted, List, Problem};
use ::imports::residents::Proposal;
use ::imports::undo::CannotUndo;
use ::imports::uploads::{Outcome, Upload};
use ::imports::{Finding, upload};
use axum::extract::{FromRequest as _, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::ids::AreaId;
use kernel::{Lang, Purpose};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use store::Cx;
use store::imports::Import;
use store::imports::drafts::Wish;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_imports))
        .routes(routes!(show_import))
        .routes(routes!(undo_import))
        .routes(routes!(list_uploads, add_upload))
        .routes(routes!(show_upload, drop_upload))
        .routes(routes!(look_upload))
        .routes(routes!(bring_upload))
}

/// A file that was brought in.
#[derive(Debug, Serialize, ToSchema)]
struct ImportView {
    /// What people call it by.
    id: i64,
    /// `areas`, `posts`, `people`, `residents`, `matters` or `addresses`.
    kind: String,
    file: String,
    /// As in the log: `account:…`, or `system:cli` for the operator of the server.
    by: String,
    at: At,
    rows: i64,
    added: i64,
    changed: i64,
    undone_at: Option<At>,
    undone_by: Option<String>,
}

impl From<Import> for ImportView {
    fn from(i: Import) -> Self {
        let Import { n, kind, file, by, at, rows, added, changed, undone_at, undone_by, .. } = i;
        let undone_at = undone_at.map(At);
        Self { id: n, kind, file, by, at: at.into(), rows, added, changed, undone_at, undone_by }
    }
}

/// Something that is said about a file.
#[derive(Debug, Serialize, ToSchema)]
struct Said {
    #[schema(example = "no-column")]
    code: &'static str,
    /// In the language of `Accept-Language`; says how to mend it.
    detail: String,
}

impl Said {
    fn of(finding: &Finding, lang: Lang) -> Self {
        Self { code: finding.code(), detail: finding.words(lang) }
    }
}

/// What is wrong or doubtful in one row.
#[derive(Debug, Serialize, ToSchema)]
struct RowFinding {
    /// Number of the row as a spreadsheet shows it (the header is row 1); of GeoJSON and lists the number of the entry, from 1.
    row: usize,
    /// What it is called, where that is nobody's name; else empty.
    label: String,
    /// As the file calls it; empty for the whole row.
    column: String,
    code: &'static str,
    detail: String,
}

/// Findings of one kind.
#[derive(Debug, Serialize, ToSchema)]
struct Findings {
    /// Rows with a finding.
    rows: usize,
    /// Findings; a row can have several.
    count: usize,
    /// The first 200.
    first: Vec<RowFinding>,
}

impl Findings {
    fn of(list: &List, of: Counted, lang: Lang) -> Self {
        let one = |p: &Problem| RowFinding {
            row: p.row,
            label: p.label.clone(),
            column: p.column_words(of, lang),
            code: p.what.code(),
            detail: p.what.words(lang),
        };
        Self { rows: list.rows, count: list.count, first: list.kept.iter().map(one).collect() }
    }
}

/// What becomes of a row.
#[derive(Debug, Serialize, ToSchema)]
struct RowView {
    row: usize,
    /// Empty where it would be somebody's name.
    name: String,
    /// `new`, `changed` or `differs` (left as it is here).
    did: &'static str,
}

/// What changes in one area.
#[derive(Debug, Serialize, ToSchema)]
struct AreaCount {
    /// Name of the area; empty for none.
    area: String,
    added: usize,
    changed: usize,
}

/// An area of the file that may be one of here under another key.
#[derive(Debug, Serialize, ToSchema)]
struct PairView {
    /// In the file.
    name: String,
    /// The one that is here.
    area: Uuid,
    area_code: Option<String>,
    area_name: String,
    detail: String,
}

/// A row of residents that may be somebody here under another key, or another row of the file.
#[derive(Debug, Serialize, ToSchema)]
struct AlikeView {
    row: usize,
    detail: String,
}

/// What a file would change, or changed.
#[derive(Debug, Serialize, ToSchema)]
struct Report {
    rows: usize,
    added: usize,
    changed: usize,
    unchanged: usize,
    /// Different here, and left as they are.
    differs: usize,
    /// Number of the import, once it was written and changed something.
    import: Option<i64>,
    areas: Vec<AreaCount>,
    /// Rows that do something; the first 200.
    first: Vec<RowView>,
    /// Things to look at that refuse nothing.
    notes: Vec<Said>,
}

/// A file that was uploaded.
#[derive(Debug, Serialize, ToSchema)]
struct UploadView {
    id: Uuid,
    file: String,
    kind: String,
    at: At,
    /// `look` or `import`: what is being done, or was done last.
    wish: &'static str,
    /// `waiting`, `reading` or `done`. Ask again until it is done.
    state: &'static str,
    /// Once it is done: `fine`, `wrong` (rows are), `refused` (as a whole), `unsure` (pairs of areas must be decided), `alike`
    /// (rows of residents must be decided), `denied` (not with the rights of whoever uploaded it) or `broken` (by a fault of the server; nothing was written).
    outcome: Option<&'static str>,
    report: Option<Report>,
    wrong: Option<Findings>,
    doubtful: Option<Findings>,
    /// Why the file is refused as a whole.
    refused: Vec<Said>,
    pairs: Vec<PairView>,
    /// Residents that may be somebody here under another key.
    alike: Vec<AlikeView>,
}

impl UploadView {
    fn of(upload: &Upload, lang: Lang) -> Self {
        let draft = &upload.draft;
        let mut view = Self {
            id: draft.id,
            file: draft.file.clone(),
            kind: upload.stated.kind.clone(),
            at: draft.at.into(),
            wish: if draft.wish == Wish::Bring { "import" } else { "look" },
            state: draft.state.code(),
            outcome: None,
            report: None,
            wrong: None,
            doubtful: None,
            refused: Vec::new(),
            pairs: Vec::new(),
            alike: Vec::new(),
        };
        let said = |finding: &Finding| Said::of(finding, lang);
        view.outcome = upload.outcome.as_ref().map(|outcome| match outcome {
            Outcome::Fine(look) => {
                let (of, list) = (look.problems.of, &look.problems.doubtful);
                view.doubtful = (!list.is_empty()).then(|| Findings::of(list, of, lang));
                view.report = Some(report(look, lang));
                "fine"
            }
            Outcome::Wrong(problems) => {
                view.wrong = Some(Findings::of(&problems.wrong, problems.of, lang));
                view.doubtful = Some(Findings::of(&problems.doubtful, problems.of, lang));
                "wrong"
            }
            Outcome::Unfit(why) => {
                view.refused = why.iter().map(said).collect();
                "refused"
            }
            Outcome::Unsure(pairs) => {
                view.pairs = pairs.iter().map(|pair| pair_view(pair, lang)).collect();
                "unsure"
            }
            Outcome::Alike(rows) => {
                let alike = |p: &Proposal| AlikeView { row: p.row, detail: p.finding.words(lang) };
                view.alike = rows.iter().map(alike).collect();
                "alike"
            }
            Outcome::Denied { .. } => "denied",
            Outcome::Broken => "broken",
        });
        view
    }
}

fn pair_view(pair: &Pair, lang: Lang) -> PairView {
    PairView {
        name: pair.name.clone(),
        area: pair.area.0,
        area_code: pair.code.clone(),
        area_name: pair.area_name.clone(),
        detail: pair.finding().words(lang),
    }
}

fn report(look: &::imports::Look, lang: Lang) -> Report {
    let area = |(name, count): (&String, &::imports::look::Count)| AreaCount {
        area: name.clone(),
        added: count.added,
        changed: count.changed,
    };
    let row = |l: &::imports::Line| RowView { row: l.row, name: l.name.clone(), did: l.did.code() };
    Report {
        rows: look.rows,
        added: look.added,
        changed: look.changed,
        unchanged: look.unchanged,
        differs: look.differs,
        import: look.import,
        areas: look.places.iter().map(area).collect(),
        first: look.lines.iter().map(row).collect(),
        notes: look.notes.iter().map(|note| Said::of(note, lang)).collect(),
    }
}

/// A file with what is stated about it; nothing is guessed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only for the description: the form is read part by part")]
struct UploadForm {
    /// The file, with its name: .csv, .csv.gz, .tsv, .xlsx or .json, areas also .geojson. At most 32 MB.
    #[schema(format = Binary)]
    file: String,
    /// `areas`, `posts`, `people`, `residents`, `matters` or `addresses`.
    #[schema(pattern = "^(areas|posts|people|residents|matters|addresses)$")]
    kind: String,
    /// For areas: `district`, `town`, `community`, `grid` or `police`.
    area_kind: Option<String>,
    /// For files that can hold coordinates: `wgs84`, `gcj02`, `bd09`, `cgcs2000`, or `none` when there are none or a column
    /// says it.
    datum: Option<String>,
    /// Time zone of the dates, when the map file does not say it.
    timezone: Option<String>,
    /// The map file (TOML). Matters need one.
    map: Option<String>,
}

/// What was decided about areas or residents that may be some of here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PairsInput {
    #[schema(max_items = 1000)]
    #[serde(default)]
    pairs: Vec<PairInput>,
    /// Of residents that may be somebody here.
    #[schema(max_items = 20000)]
    #[serde(default)]
    rows: Vec<RowInput>,
}

/// One decision about a row.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RowInput {
    row: usize,
    /// The same person: what the row says takes the place of what is here. Else somebody else.
    same: bool,
}

/// One decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PairInput {
    /// As in the file.
    #[schema(max_length = 200)]
    name: String,
    /// Which area of here it is; null: a new one.
    area: Option<Uuid>,
}

/// Bringing a file in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BringInput {
    /// Bring doubtful rows in as they are; they keep a mark.
    #[serde(default)]
    accept_doubtful: bool,
}

/// What was brought in, newest first: the latest 200.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", extensions(("x-actions" = json!(["import"]))),
    responses((status = 200, body = Page<ImportView>, description = "Imports.")))]
async fn list_imports(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::Import, Purpose::Administration)?;
    listed::<ImportView, _, _, _>(&app, &headers, who, |cx| people::app::undo::list_imports(cx, 200)).await
}

fn one(cx: &mut Cx<'_>, n: i64) -> Result<ImportView, Fail> {
    // Asks for the right as the list does.
    people::app::undo::list_imports(cx, 1)?;
    Ok(store::imports::find(cx, n)?.into())
}

/// One import.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", extensions(("x-actions" = json!(["import"]))),
    params(("id" = i64, Path)),
    responses((status = 200, body = ImportView, description = "The import.")))]
async fn show_import(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<i64>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::Import, Purpose::Administration)?;
    shown(&headers, None, &read(&app, who, move |cx| one(cx, id)).await?)
}

/// Puts back what an import changed, all or nothing. Refused with 409 while something is built on it: `errors` names each row.
#[utoipa::path(post, path = "/api/v1/imports/{id}/undo", tag = "imports", extensions(("x-actions" = json!(["undo-import"]))),
    params(("id" = i64, Path)),
    responses((status = 200, body = ImportView, description = "It is undone.")))]
async fn undo_import(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    Path(id): Path<i64>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::UndoImport, Purpose::Administration)?;
    change(&app, who, once, move |cx| {
        let Err(error) = ::imports::undo::undo_in(cx, id) else {
            return Ok(ImportView::from(store::imports::find(cx, id)?));
        };
        Err(match error.downcast::<CannotUndo>() {
            Ok(CannotUndo::Unknown(_)) => Fail::NotFound,
            Ok(cannot) => refused(&page, id, &cannot),
            Err(error) => fail(error),
        })
    })
    .await
}

fn refused(page: &crate::Page, id: i64, cannot: &CannotUndo) -> Fail {
    let refused = undo_refused(page, id, cannot);
    let line = |(row, code, detail): (Option<i64>, &'static str, String)| FieldProblem {
        field: row.map(|n| format!("row {n}")).unwrap_or_default(),
        code: code.to_owned(),
        detail,
    };
    let lines = refused.lines.into_iter().map(line).collect();
    Fail::Listed(Box::new(Listed { rule: refused.rule, detail: refused.sentence, lines, pieces: None }))
}

/// The caller's uploads, newest first. Each is gone a day after it came.
#[utoipa::path(get, path = "/api/v1/uploads", tag = "imports", extensions(("x-actions" = json!(["import"]))),
    responses((status = 200, body = Page<UploadView>, description = "Uploads.")))]
async fn list_uploads(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    headers: HeaderMap,
) -> Result<Response, Fail> {
    let who = caller.who(Action::Import, Purpose::Administration)?;
    let all = app.rt.read(who, |cx| ::imports::uploads::list(cx).map_err(fail)).await?;
    let all = all.iter().map(|upload| UploadView::of(upload, page.look.lang)).collect();
    shown(&headers, None, &Page::all(all))
}

/// Uploads a file, which is then looked through; nothing is written. A short file is done at once; ask for a long one at
/// `Location` until its `state` is `done`.
#[utoipa::path(post, path = "/api/v1/uploads", tag = "imports", extensions(("x-actions" = json!(["import"]))),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 202, body = UploadView, description = "It is, or will be, looked through.")))]
async fn add_upload(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    request: Request,
) -> Result<Response, Fail> {
    let who = caller.who(Action::Import, Purpose::Administration)?;
    let FileForm { sent, once } = FileForm::from_request(request, &app).await?;
    let wrong = upload::missing(&sent.stated).or_else(|| sent.file.is_none().then_some("file"));
    let Some((name, bytes)) = sent.file.filter(|_| wrong.is_none()) else {
        return Err(Fail::invalid(wrong.unwrap_or("file"), "invalid-missing"));
    };
    let (stated, short) = (sent.stated, uploads::is_short(bytes.len()));
    let id =
        write(&app, who.clone(), once, move |cx| ::imports::uploads::keep(cx, &name, &stated, &bytes).map_err(fail))
            .await?;
    let id = id.as_str().and_then(|id| id.parse().ok()).ok_or(Fail::NotFound)?;
    answer(&app, &page, who, id, short).await
}

async fn answer(app: &App, page: &crate::Page, who: store::Who, id: Uuid, short: bool) -> Result<Response, Fail> {
    if short {
        uploads::work(app, id).await?;
    }
    let upload = uploads::find(app, who, id).await?;
    accepted(&place(format_args!("/uploads/{id}")), &UploadView::of(&upload, page.look.lang))
}

/// An upload of the caller's, how far it is and what came of it.
#[utoipa::path(get, path = "/api/v1/uploads/{id}", tag = "imports", extensions(("x-actions" = json!(["import"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = UploadView, description = "The upload.")))]
async fn show_upload(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::Import, Purpose::Administration)?;
    let upload = uploads::find(&app, who, id).await?;
    shown(&headers, None, &UploadView::of(&upload, page.look.lang))
}

/// Throws an upload away.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "imports", extensions(("x-actions" = json!(["import"]))),
    params(("id" = Uuid, Path)),
    responses((status = 204, description = "Gone.")))]
async fn drop_upload(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let who = caller.who(Action::Import, Purpose::Administration)?;
    act(&app, who, once, move |cx| ::imports::uploads::forget(cx, id).map_err(fail)).await
}

/// Looks through an upload again, with what was decided about areas or residents that may be some of here under another key.
#[utoipa::path(post, path = "/api/v1/uploads/{id}/look", tag = "imports", extensions(("x-actions" = json!(["import"]))),
    params(("id" = Uuid, Path)), request_body = PairsInput,
    responses((status = 202, body = UploadView, description = "It is, or will be, looked through.")))]
async fn look_upload(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<PairsInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::Import, Purpose::Administration)?;
    let short = write(&app, who.clone(), once, move |cx| {
        let mut stated = ::imports::uploads::find(cx, id).map_err(fail)?.stated;
        stated.pairs.extend(value.pairs.into_iter().map(|pair| (pair.name, pair.area.map(AreaId))));
        stated.rows.extend(value.rows.into_iter().map(|row| (row.row, row.same)));
        uploads::wish(cx, id, Wish::Look, Some(stated))
    })
    .await?;
    answer(&app, &page, who, id, short == true).await
}

/// Brings an upload in that was looked through without mistakes: as a whole or not at all. Doubtful rows must be accepted. A
/// short file is done at once; ask for a long one at `Location` until its `state` is `done`.
#[utoipa::path(post, path = "/api/v1/uploads/{id}/import", tag = "imports", extensions(("x-actions" = json!(["import"]))),
    params(("id" = Uuid, Path)), request_body = BringInput,
    responses((status = 202, body = UploadView, description = "It is, or will be, brought in.")))]
async fn bring_upload(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    Path(id): Path<Uuid>,
    Body { value, once }: Body<BringInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::Import, Purpose::Administration)?;
    let short = write(&app, who.clone(), once, move |cx| {
        let upload = ::imports::uploads::find(cx, id).map_err(fail)?;
        if upload.is_doubtful() && !value.accept_doubtful {
            return Err(Fail::Refused("rule-import-doubtful".into()));
        }
        uploads::wish(cx, id, Wish::Bring, None)
    })
    .await?;
    answer(&app, &page, who, id, short == true).await
}
