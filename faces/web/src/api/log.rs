//! Looking after the log (R6): how its chain stands, verifying it, anchors, and who looked at what, when and why; never what
//! stood there. Judging looks is done by name at the desk, never by a program.

use super::Caller;
use super::input::{Asked, Nothing, Path};
use super::reply::{Page, change, done, listed, read, shown};
use super::words::At;
use crate::{App, Fail, looker};
use audit::search::{Filter, Half, Line, search};
use audit::verification::{self, Verification};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use people::policy::{Action, ResourceFacts, require};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::chain::{self, KeptAnchor};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show_chain))
        .routes(routes!(list_verifications, verify_log))
        .routes(routes!(make_anchor))
        .routes(routes!(show_anchor))
        .routes(routes!(search_log))
        .routes(routes!(who_saw_raiser))
}

/// An anchor: a signed line that is kept elsewhere.
#[derive(Debug, Serialize, ToSchema)]
struct AnchorView {
    id: i64,
    at: At,
    /// Entries of the log that it vouches for.
    entries: i64,
    block: i64,
    head: String,
    /// As `mulin audit verify --anchor` reads it.
    line: String,
}

impl From<KeptAnchor> for AnchorView {
    fn from(kept: KeptAnchor) -> Self {
        Self {
            id: kept.n,
            at: kept.anchor.at.into(),
            entries: kept.anchor.entries,
            block: kept.anchor.block,
            head: kept.anchor.head_hex(),
            line: kept.line,
        }
    }
}

/// How the chain stands.
#[derive(Debug, Serialize, ToSchema)]
struct ChainView {
    /// Sealed entries.
    entries: i64,
    block: i64,
    /// When the last block was sealed.
    sealed_at: Option<At>,
    head: String,
    /// The short form, as on receipts.
    mark: String,
    unsealed: i64,
    /// `sha256` or `sm3`.
    algorithm: &'static str,
    /// Newest first, at most ten.
    anchors: Vec<AnchorView>,
}

/// How the chain of the log stands.
#[utoipa::path(get, path = "/api/v1/log", tag = "log", extensions(("x-actions" = json!(["verify-audit"]))),
    responses((status = 200, body = ChainView, description = "The chain.")))]
async fn show_chain(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::VerifyAudit, Purpose::Administration)?;
    let state = read(&app, who, audit::state::state).await?;
    let view = ChainView {
        entries: state.entries,
        block: state.block,
        sealed_at: state.sealed_at.map(At),
        head: state.head,
        mark: state.mark.to_string(),
        unsealed: state.unsealed,
        algorithm: state.algorithm,
        anchors: state.anchors.into_iter().map(Into::into).collect(),
    };
    shown(&headers, None, &view)
}

/// A verification of the whole log.
#[derive(Debug, Serialize, ToSchema)]
struct VerificationView {
    id: i64,
    /// As in the log: `account:…` or `system:…`.
    asked_by: String,
    asked_at: At,
    /// `waiting`, `running`, `whole`, `broken`.
    #[schema(pattern = "^(waiting|running|whole|broken)$")]
    state: String,
    /// Entries gone through, of `entries`.
    done: i64,
    entries: i64,
    finished_at: Option<At>,
    /// When it is over: counts, and each break with its kind and the first entry that does not fit.
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
}

impl From<Verification> for VerificationView {
    fn from(v: Verification) -> Self {
        Self {
            id: v.n,
            asked_by: v.asked_by,
            asked_at: v.asked_at.into(),
            state: v.state,
            done: v.done,
            entries: v.entries,
            finished_at: v.finished_at.map(At),
            report: v.report,
        }
    }
}

/// Verifications, newest first, at most 50.
#[utoipa::path(get, path = "/api/v1/log/verifications", tag = "log",
    extensions(("x-actions" = json!(["verify-audit"]))),
    responses((status = 200, body = Page<VerificationView>, description = "Verifications.")))]
async fn list_verifications(caller: Caller, State(app): State<App>, headers: HeaderMap) -> Result<Response, Fail> {
    let who = caller.who(Action::VerifyAudit, Purpose::Administration)?;
    listed::<VerificationView, _, _, _>(&app, &headers, who, |cx| verification::latest(cx, 50)).await
}

/// A verification that was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct VerificationAsked {
    id: i64,
}

/// Has the whole log verified; while one verification waits or runs, that one answers.
#[utoipa::path(post, path = "/api/v1/log/verifications", tag = "log",
    extensions(("x-actions" = json!(["verify-audit"]))),
    responses((status = 200, body = VerificationAsked, description = "On its way.")))]
async fn verify_log(caller: Caller, State(app): State<App>, Nothing { once }: Nothing) -> Result<Response, Fail> {
    let who = caller.who(Action::VerifyAudit, Purpose::Administration)?;
    change(&app, who, once, |cx| Ok(VerificationAsked { id: verification::ask(cx)? })).await
}

/// Seals what is committed and gives out an anchor. The same key gives the same anchor again.
#[utoipa::path(post, path = "/api/v1/log/anchors", tag = "log", extensions(("x-actions" = json!(["verify-audit"]))),
    responses((status = 200, body = AnchorView, description = "Keep its line elsewhere.")))]
async fn make_anchor(caller: Caller, State(app): State<App>, Nothing { once }: Nothing) -> Result<Response, Fail> {
    let who = caller.who(Action::VerifyAudit, Purpose::Administration)?;
    let may = |cx: &mut store::Cx<'_>| require(&cx.actor, cx.purpose, Action::VerifyAudit, &ResourceFacts::District);
    read(&app, who.clone(), may).await?;
    let key = match once {
        Some(once) => format!("api/{}/{}", who.actor.log_name(), once.key),
        None => format!("api/{}", app.rt.now().rfc3339()),
    };
    let rt = app.rt.clone();
    let kept = tokio::task::spawn_blocking(move || chain::anchor_now(&rt, who, &key)).await;
    let view = AnchorView::from(kept.map_err(|e| Fail::Internal(format!("anchor: {e}")))??);
    Ok(done(&serde_json::to_value(view).map_err(|e| Fail::Internal(e.to_string()))?))
}

/// One anchor.
#[utoipa::path(get, path = "/api/v1/log/anchors/{id}", tag = "log",
    extensions(("x-actions" = json!(["verify-audit"]))),
    params(("id" = i64, Path)),
    responses((status = 200, body = AnchorView, description = "The anchor.")))]
async fn show_anchor(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<i64>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::VerifyAudit, Purpose::Administration)?;
    let kept = read(&app, who, move |cx| {
        require(&cx.actor, cx.purpose, Action::VerifyAudit, &ResourceFacts::District)?;
        Ok::<_, Fail>(chain::anchor_line(cx, id)?)
    });
    shown(&headers, None, &AnchorView::from(kept.await?))
}

/// An entry of the log.
#[derive(Debug, Serialize, ToSchema)]
struct EntryView {
    n: i64,
    at: At,
    /// Role and body of that time, in the language asked for.
    who: String,
    /// Why, in words.
    why: String,
    /// Kind of event, of changes.
    kind: Option<String>,
    /// Kind of record.
    subject: String,
    /// Names of what was shown, of views; never what stood there.
    fields: Vec<String>,
    /// Number of the matter that it belongs to.
    number: Option<String>,
}

impl EntryView {
    fn of(page: &crate::Page, line: Line) -> Self {
        Self {
            n: line.n,
            at: line.at.into(),
            who: looker::who(page, &line.who),
            why: looker::why(page, &line.why, line.number.as_deref()),
            kind: Some(line.kind).filter(|k| !k.is_empty()),
            subject: line.subject_kind,
            fields: line.fields,
            number: line.number,
        }
    }
}

/// Which half of the log.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum HalfWord {
    /// Looks at personal data.
    #[default]
    Views,
    Changes,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LogAsk {
    #[param(value_type = HalfWord, required = false, inline)]
    half: HalfWord,
    /// A login, or the name of a job as `system:…`.
    #[param(max_length = 60)]
    actor: Option<String>,
    /// Number of a matter.
    #[param(max_length = 40)]
    number: Option<String>,
    /// Kind of record (views) or of event (changes); a beginning is enough.
    #[param(max_length = 60)]
    kind: Option<String>,
    #[param(value_type = Option<At>, required = false, inline)]
    from: Option<At>,
    #[param(value_type = Option<At>, required = false, inline)]
    to: Option<At>,
    /// `next` of the page before.
    #[param(minimum = 1)]
    cursor: Option<i64>,
}

/// Fields that cannot be taken are told as such.
fn asked_wrong(error: audit::Error) -> Fail {
    match error {
        audit::Error::Invalid { field, why } => Fail::invalid(field, format!("audit-invalid-{why}")),
        other => other.into(),
    }
}

/// Looks through the log, newest first. That somebody looked is itself an entry.
#[utoipa::path(get, path = "/api/v1/log/entries", tag = "log",
    extensions(("x-actions" = json!(["read-audit"]))),
    params(LogAsk),
    responses((status = 200, body = Page<EntryView>, description = "At most 50; a page may hold fewer and go on.")))]
async fn search_log(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    headers: HeaderMap,
    Asked(asked): Asked<LogAsk>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ReadAudit, Purpose::Administration)?;
    let filter = Filter {
        half: match asked.half {
            HalfWord::Views => Half::Views,
            HalfWord::Changes => Half::Changes,
        },
        actor: asked.actor.unwrap_or_default(),
        number: asked.number.unwrap_or_default(),
        kind: asked.kind.unwrap_or_default(),
        from: asked.from.map(|at| at.0),
        to: asked.to.map(|at| at.0),
        before: asked.cursor,
    };
    let found = app.rt.read(who, move |cx| search(cx, &filter).map_err(asked_wrong)).await?;
    let items = found.lines.into_iter().map(|line| EntryView::of(&page, line)).collect();
    shown(&headers, None, &Page { items, next: found.next.map(|n| n.to_string()) })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NumberAsk {
    /// Number of a matter.
    #[param(min_length = 1, max_length = 40)]
    number: String,
}

/// A look at the raiser's name or words.
#[derive(Debug, Serialize, ToSchema)]
struct LookView {
    n: i64,
    at: At,
    /// Role and body of that time, in the language asked for.
    who: String,
    why: String,
    /// Names of what was shown.
    fields: Vec<String>,
    /// Told to the raiser only from then on.
    withheld_until: Option<At>,
}

/// "Who has seen the raiser's name of matter N", exactly (R3). That this was asked is itself an entry.
#[utoipa::path(get, path = "/api/v1/log/raiser", tag = "log",
    extensions(("x-actions" = json!(["read-audit"]))),
    params(NumberAsk),
    responses((status = 200, body = Page<LookView>, description = "Every look."), (status = 404)))]
async fn who_saw_raiser(
    caller: Caller,
    State(app): State<App>,
    page: crate::Page,
    headers: HeaderMap,
    Asked(asked): Asked<NumberAsk>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ReadAudit, Purpose::Administration)?;
    let looks = app.rt.read(who, move |cx| audit::seen::of_number(cx, &asked.number).map_err(asked_wrong)).await?.1;
    let one = |look: audit::seen::Look| LookView {
        n: look.n,
        at: look.at.into(),
        who: looker::who(&page, &look.who),
        why: looker::why(&page, &look.why, None),
        fields: look.fields,
        withheld_until: look.withheld_until.map(At),
    };
    shown(&headers, None, &Page::all(looks.into_iter().map(one).collect()))
}
