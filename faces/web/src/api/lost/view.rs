//! Cases as staff see them: lists and one case. A key without the scope `names` reads no words as they were said, because people
//! write names into them.

use super::about;
use crate::api::caller::{By as Called, Caller};
use crate::api::input::{Asked, Path};
use crate::api::matters::By;
use crate::api::reply::{Page, shown};
use crate::api::words::{
    At, BuildWord, EntryKindWord, HelpingWord, LostKindWord, LostOutcomeWord, LostStateWord, SexWord, TaskWord,
};
use crate::{App, Fail, unkept};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use lost::app::{self, Case, CaseRow, Entry, EntryKind};
use people::policy::{Action, TokenScope};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// One line of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct CaseLine {
    id: Uuid,
    /// Counts the changes; also the beginning of the `ETag`.
    version: i64,
    #[schema(example = "ZS-2026-00012")]
    number: String,
    kind: LostKindWord,
    state: LostStateWord,
    outcome: Option<LostOutcomeWord>,
    /// It is known who the elder is. Who, the desk says.
    identified: bool,
    post: Option<Uuid>,
    opened_at: At,
    taken_at: Option<At>,
    found_at: Option<At>,
    /// With a named adult since then.
    home_at: Option<At>,
    closed_at: Option<At>,
}

impl From<&CaseRow> for CaseLine {
    fn from(c: &CaseRow) -> Self {
        Self {
            id: c.id.0,
            version: c.version,
            number: c.number.clone(),
            kind: c.kind.into(),
            state: c.state.into(),
            outcome: c.outcome.map(Into::into),
            identified: c.person.is_some(),
            post: c.post.map(|p| p.0),
            opened_at: c.opened_at.into(),
            taken_at: c.taken_at.map(At),
            found_at: c.found_at.map(At),
            home_at: c.home_at.map(At),
            closed_at: c.closed_at.map(At),
        }
    }
}

/// What was seen of the elder. Without the surname: names are asked for at the desk.
#[derive(Serialize, ToSchema)]
pub(super) struct DescribedView {
    pub sex: Option<SexWord>,
    pub age: Option<i64>,
    pub height_cm: Option<i64>,
    pub build: Option<BuildWord>,
    pub dialect: String,
    pub marks: Vec<String>,
}

/// What happened.
#[derive(Serialize, ToSchema)]
struct CaseEntry {
    at: At,
    by: By,
    kind: EntryKindWord,
    /// A result, a state, a kind of look.
    code: Option<String>,
    /// A body, a post, an account; never a person.
    of: Option<Uuid>,
    /// An arrival, a time something is due or happened.
    moment: Option<At>,
    /// As it was said; only with the scope `names`.
    words: Option<String>,
}

impl CaseEntry {
    fn of(e: Entry, words: bool) -> Self {
        let ours = matches!(
            e.kind,
            EntryKind::Taken
                | EntryKind::Asked
                | EntryKind::AskAnswered
                | EntryKind::Kept
                | EntryKind::Offered
                | EntryKind::Helps
                | EntryKind::HelpEnded
        );
        Self {
            at: e.at.into(),
            by: By::of(&e.by),
            kind: e.kind.into(),
            code: e.code,
            of: e.of.filter(|_| ours),
            moment: e.moment.map(At),
            words: e.words.filter(|_| words),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct CaseHelper {
    account: Uuid,
    state: HelpingWord,
    task: TaskWord,
    at: At,
    ended_at: Option<At>,
}

#[derive(Serialize, ToSchema)]
struct CaseKeep {
    post: Uuid,
    from: At,
    to: Option<At>,
    /// The next look after the elder.
    look_due: At,
    medical_at: Option<At>,
}

#[derive(Serialize, ToSchema)]
struct CaseCall {
    at: At,
    until: At,
    ended_at: Option<At>,
    called: i64,
}

#[derive(Serialize, ToSchema)]
struct CaseAsk {
    body: Uuid,
    at: At,
    answer: Option<String>,
}

/// One case.
#[derive(Serialize, ToSchema)]
struct CaseView {
    #[serde(flatten)]
    line: CaseLine,
    owner: Uuid,
    /// Innermost first.
    areas: Vec<Uuid>,
    lat: Option<f64>,
    lon: Option<f64>,
    /// As it was said; only with the scope `names`.
    words: Option<String>,
    /// As above.
    place: Option<String>,
    described: DescribedView,
    timeline: Vec<CaseEntry>,
    asks: Vec<CaseAsk>,
    helpers: Vec<CaseHelper>,
    keeps: Vec<CaseKeep>,
    call: Option<CaseCall>,
    /// Rights the caller has here, as codes.
    may: Vec<&'static str>,
}

fn view(c: Case, words: bool) -> CaseView {
    let said = |text: String| Some(text).filter(|t| words && !t.is_empty());
    CaseView {
        line: (&c.row).into(),
        owner: c.owner.0,
        areas: c.areas.iter().map(|a| a.0).collect(),
        lat: c.point.map(|p| p.lat()),
        lon: c.point.map(|p| p.lon()),
        words: said(c.scene.words),
        place: said(c.scene.place),
        described: c.scene.described.into(),
        timeline: c.timeline.into_iter().map(|e| CaseEntry::of(e, words)).collect(),
        asks: c.asks.into_iter().map(|(body, at, answer)| CaseAsk { body: body.0, at: at.into(), answer }).collect(),
        helpers: c
            .helpers
            .into_iter()
            .map(|h| CaseHelper {
                account: h.account.0,
                state: h.state.into(),
                task: h.task.into(),
                at: h.at.into(),
                ended_at: h.ended_at.map(At),
            })
            .collect(),
        keeps: c
            .keeps
            .into_iter()
            .map(|k| CaseKeep {
                post: k.post.0,
                from: k.from.into(),
                to: k.to.map(At),
                look_due: k.look_due.into(),
                medical_at: k.medical_at.map(At),
            })
            .collect(),
        call: c.call.map(|(at, until, ended, called)| CaseCall {
            at: at.into(),
            until: until.into(),
            ended_at: ended.map(At),
            called,
        }),
        may: c.may.iter().map(|a| a.code()).collect(),
    }
}

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CasesAsked {
    /// Closed ones instead of open ones.
    #[serde(default)]
    closed: bool,
}

/// Cases within the caller's scope, the latest first; at most 200.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", extensions(("x-actions" = json!(["view-case"]))),
    params(CasesAsked),
    responses((status = 200, body = Page<CaseLine>, description = "Cases; nothing of who the elders are.")))]
pub(super) async fn list_cases(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<CasesAsked>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ViewCase, Purpose::Administration)?;
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(app::list(cx, !asked.closed)?)).await?;
    let items = found.iter().map(|line| CaseLine::from(&line.case)).collect();
    Ok(unkept(shown(&headers, None, &Page::<CaseLine>::all(items))?))
}

/// A program reads what people wrote only with a key that is made for names.
fn may_read_words(caller: &Caller) -> bool {
    match &caller.by {
        Called::Session(_) => true,
        Called::Key { scopes, .. } => scopes.contains(&TokenScope::Names),
    }
}

/// One case: what is known, what was done and by whom. Not who the elder is, and not whom to call. Each look is an entry of the log.
#[utoipa::path(get, path = "/api/v1/cases/{id}", tag = "cases", extensions(("x-actions" = json!(["view-case"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = CaseView, description = "The case.")))]
pub(super) async fn show_case(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (case, purpose) = about(id);
    let (who, words) = (caller.who(Action::ViewCase, purpose)?, may_read_words(&caller));
    let found = app.rt.read(who, move |cx| Ok::<_, Fail>(app::view(cx, case)?)).await?;
    let version = found.row.version;
    Ok(unkept(shown(&headers, Some(version), &view(found, words))?))
}
