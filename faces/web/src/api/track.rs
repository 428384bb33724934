//! Following one's own matter with its code, without an account: progress, the answer, more facts, rating, reopening, and
//! who read one's name. A wrong code is counted; a right one never is.

use super::input::{Body, Nothing, Path, Picture};
use super::matters::{PhotoAdded, Stand, clean};
use super::reply::{done, made, place, shown, write};
use super::words::{At, OutcomeWord, StateWord, TextKindWord, Word};
use crate::guard::{Source, Wicket};
use crate::{App, Fail, looker, unkept};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use kernel::ids::AttachmentId;
use kernel::{Actor, Purpose};
use matters::app::{self, Act, Found, Tracked};
use matters::model::{Command, State as MatterState};
use serde::{Deserialize, Serialize};
use store::Who;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(track))
        .routes(routes!(open_answer))
        .routes(routes!(add_facts))
        .routes(routes!(rate))
        .routes(routes!(reopen))
        .routes(routes!(own_readings))
        .routes(routes!(add_own_photo))
        .routes(routes!(show_own_photo))
}

/// The matter of a code. Domains say "not found" to whoever holds no right to it, so that nobody learns anything.
async fn find(app: &App, source: Source, code: &str) -> Result<Found, Fail> {
    let asked = code.to_owned();
    let found = app.rt.read(app.raiser(), move |cx| Ok::<_, Fail>(app::find_by_code(cx, &asked)?)).await;
    if matches!(found, Err(Fail::NotFound)) {
        app.limits.pass(Wicket::Guess, source)?;
    }
    found
}

fn holder(app: &App, found: Found) -> Who {
    Who::new(Actor::raiser(app.district, found.matter), Purpose::OwnMatter)
}

/// What the raiser wrote, or what was written for them.
#[derive(Debug, Serialize, ToSchema)]
struct OwnText {
    at: At,
    kind: TextKindWord,
    text: String,
}

/// A step the raiser may see.
#[derive(Debug, Serialize, ToSchema)]
struct OwnEvent {
    at: At,
    /// What happened, such as `sign` or `answer`.
    kind: String,
}

/// How one's own matter stands.
#[derive(Debug, Serialize, ToSchema)]
struct TrackView {
    #[schema(example = "HQ-2026-01873")]
    number: String,
    version: i64,
    class: String,
    emergency: bool,
    state: StateWord,
    /// 0 received, 1 passed on, 2 contacted, 3 in hand, 4 checked, 5 answered.
    #[schema(minimum = 0, maximum = 5)]
    progress: u8,
    /// It waits for something outside until then.
    paused_until: Option<At>,
    raised_at: At,
    /// Somebody calls or writes back by then.
    contact_by: At,
    /// It is dealt with by then.
    answer_by: At,
    /// These times need a calendar year that is not loaded yet.
    provisional: bool,
    /// The post whose telephone one can call.
    post: Option<Uuid>,
    texts: Vec<OwnText>,
    events: Vec<OwnEvent>,
    outcome: Option<OutcomeWord>,
    /// An answer is there. Its words come with `…/answer`, because opening it is the proof that it arrived (R2).
    answered: bool,
    /// The answer, once it was opened.
    answer: Option<String>,
    rating: Option<i64>,
    /// Until when it can be reopened, once it is closed.
    reopen_until: Option<At>,
    /// One's own, and those of the answer, once it was opened.
    photos: Vec<Uuid>,
    /// Joined to another matter, which answers for both.
    joined: bool,
}

impl TrackView {
    fn of(t: Tracked) -> Self {
        let opened = t.delivered || t.state == MatterState::Closed;
        let text = |n: &matters::Note| OwnText { at: n.at.into(), kind: n.kind.into(), text: n.text.clone() };
        // Of several answers that were written only the one that was sent is the raiser's, in its own field.
        let shown = |n: &&matters::Note| n.kind != matters::NoteKind::Answer;
        Self {
            number: t.number,
            version: t.version,
            class: t.class.code.clone(),
            emergency: t.emergency,
            state: t.state.into(),
            progress: t.progress.step,
            paused_until: t.progress.paused_until.map(At),
            raised_at: t.raised_at.into(),
            contact_by: t.contact_by.into(),
            answer_by: t.answer_by.into(),
            provisional: t.clock.provisional,
            post: t.post.map(|p| p.0),
            texts: t.texts.iter().filter(shown).map(text).collect(),
            events: t.timeline.iter().map(|l| OwnEvent { at: l.at.into(), kind: l.kind.clone() }).collect(),
            outcome: t.outcome.filter(|_| opened).map(Word),
            answered: t.answer.is_some(),
            answer: t.answer.filter(|_| opened),
            rating: t.rating,
            reopen_until: t.reopen_until.filter(|_| t.state == MatterState::Closed).map(At),
            photos: t.attachments.iter().chain(t.answer_pictures.iter().filter(|_| opened)).map(|a| a.0).collect(),
            joined: t.joined,
        }
    }
}

async fn load(app: &App, found: Found) -> Result<TrackView, Fail> {
    let tracked = app.rt.read(holder(app, found), move |cx| Ok::<_, Fail>(app::track(cx, found)?)).await?;
    Ok(TrackView::of(tracked))
}

/// How one's own matter stands.
#[utoipa::path(get, path = "/api/v1/track/{code}", tag = "track", security(()),
    params(("code" = String, Path, max_length = 40, description = "From the receipt; spaces and small letters are fine.")),
    responses((status = 200, body = TrackView, description = "How it stands.")))]
async fn track(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    let view = load(&app, found).await?;
    Ok(unkept(shown(&headers, Some(view.version), &view)?))
}

/// Opens the answer: its words, and the proof that it arrived (R2).
#[utoipa::path(post, path = "/api/v1/track/{code}/answer", tag = "track", security(()),
    params(("code" = String, Path, max_length = 40)),
    responses((status = 200, body = TrackView, description = "With the words of the answer, if there is one.")))]
async fn open_answer(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Nothing { .. }: Nothing,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    let open = move |cx: &mut store::Cx<'_>| Ok::<_, Fail>(app::open_answer(cx, found.origin, found.raiser)?);
    app.rt.write(holder(&app, found), open).await?;
    Ok(unkept(axum::Json(load(&app, found).await?)))
}

async fn act(app: &App, found: Found, command: Command, once: Option<store::OnceKey>) -> Result<Response, Fail> {
    let command = move |cx: &mut store::Cx<'_>| Ok(Stand::from(app::act(cx, Act::new(found.matter, command))?));
    Ok(unkept(done(&write(app, holder(app, found), once, command).await?)))
}

/// Something more about it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FactsInput {
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    text: String,
}

/// Adds something; possible while it is open.
#[utoipa::path(post, path = "/api/v1/track/{code}/facts", tag = "track", security(()), request_body = FactsInput,
    params(("code" = String, Path, max_length = 40)),
    responses((status = 200, body = Stand, description = "Where it stands.")))]
async fn add_facts(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Body { value, once }: Body<FactsInput>,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    act(&app, found, Command::AddFacts { text: value.text }, once).await
}

/// What one thinks of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RatingInput {
    /// 1 (bad) to 5 (good).
    #[schema(minimum = 1, maximum = 5)]
    stars: u8,
    #[schema(max_length = 2000)]
    words: Option<String>,
}

/// Rates how it went, once it is answered. A rating is never a condition of anything.
#[utoipa::path(post, path = "/api/v1/track/{code}/rating", tag = "track", security(()), request_body = RatingInput,
    params(("code" = String, Path, max_length = 40)),
    responses((status = 200, body = Stand, description = "Where it stands.")))]
async fn rate(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Body { value, once }: Body<RatingInput>,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    act(&app, found, Command::Rate { stars: value.stars, words: value.words }, once).await
}

/// Why it is not done.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReopenInput {
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S")]
    reason: String,
}

/// Has it done again, within 30 days of closing.
#[utoipa::path(post, path = "/api/v1/track/{code}/reopening", tag = "track", security(()), request_body = ReopenInput,
    params(("code" = String, Path, max_length = 40)),
    responses((status = 200, body = Stand, description = "Where it stands.")))]
async fn reopen(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Body { value, once }: Body<ReopenInput>,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    act(&app, found, Command::Reopen { reason: value.reason }, once).await
}

/// One look at what is kept about one's own matter.
#[derive(Debug, Serialize, ToSchema)]
struct OwnReading {
    at: At,
    /// Role and body of that time, in the language asked for.
    who: String,
    /// What was shown, in words.
    what: String,
    /// Why, in words.
    why: String,
    /// `raiser`: name and ways to reach one; `matter`: what was written and photos.
    kind: String,
    /// Names of what was shown.
    fields: Vec<String>,
}

/// Every look, and how many are told later.
#[derive(Debug, Serialize, ToSchema)]
struct OwnReadings {
    items: Vec<OwnReading>,
    next: Option<String>,
    /// Looks that two people decided to tell later.
    withheld: usize,
    /// When the last of them is told at the latest.
    withheld_until: Option<At>,
}

/// Who has looked at one's name, contact and words, newest first. Exact: there is no other way to read them (R3, R6).
#[utoipa::path(get, path = "/api/v1/track/{code}/readings", tag = "track", security(()),
    params(("code" = String, Path, max_length = 40)),
    responses((status = 200, body = OwnReadings, description = "Every look.")))]
async fn own_readings(
    State(app): State<App>,
    page: crate::Page,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    let read = move |cx: &mut store::Cx<'_>| Ok::<_, Fail>(audit::seen::by_raiser(cx, found)?);
    let seen = app.rt.read(holder(&app, found), read).await?;
    let one = |look: audit::seen::Look| OwnReading {
        at: look.at.into(),
        who: looker::who_for_raiser(&page, &look.who),
        what: looker::what(&page, &look.kind, &look.fields),
        why: looker::why(&page, &look.why, None),
        kind: look.kind,
        fields: look.fields,
    };
    let readings = OwnReadings {
        items: seen.looks.into_iter().map(one).collect(),
        next: None,
        withheld: seen.withheld,
        withheld_until: seen.withheld_until.map(At),
    };
    Ok(unkept(shown(&headers, None, &readings)?))
}

/// Adds a photo to one's own matter: JPEG, PNG or WebP, at most 10 MiB.
#[utoipa::path(post, path = "/api/v1/track/{code}/photos", tag = "track", security(()),
    params(("code" = String, Path, max_length = 40)),
    request_body(content(([u8] = "image/jpeg"), ([u8] = "image/png"), ([u8] = "image/webp"))),
    responses((status = 201, body = PhotoAdded, description = "Kept.")))]
async fn add_own_photo(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Picture { bytes, once }: Picture,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    let photo = clean(bytes).await?;
    let attach = move |cx: &mut store::Cx<'_>| Ok(PhotoAdded { id: app::attach(cx, found.matter, &photo)?.0 });
    let added = write(&app, holder(&app, found), once, attach).await?;
    let photo = added.get("id").and_then(|i| i.as_str()).unwrap_or_default();
    Ok(unkept(made(&place(format_args!("/track/{code}/photos/{photo}")), &added)))
}

/// A photo of one's own matter as JPEG.
#[utoipa::path(get, path = "/api/v1/track/{code}/photos/{photo}", tag = "track", security(()),
    params(("code" = String, Path, max_length = 40), ("photo" = Uuid, Path)),
    responses((status = 200, content_type = "image/jpeg", body = [u8], description = "The photo.")))]
async fn show_own_photo(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Path((code, photo)): Path<(String, Uuid)>,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    let read = move |cx: &mut store::Cx<'_>| Ok::<_, Fail>(app::attachment(cx, AttachmentId(photo))?);
    let (mime, bytes) = match app.rt.read(holder(&app, found), read).await {
        Err(Fail::Forbidden { .. }) => return Err(Fail::NotFound),
        other => other?,
    };
    Ok(unkept(([(header::CONTENT_TYPE, mime)], bytes)))
}
