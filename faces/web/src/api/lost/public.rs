//! For everybody: somebody found an elder, or misses one; and what became of it, with the code of the receipt.

use super::view::DescribedView;
use crate::api::Caller;
use crate::api::input::{Body, Path};
use crate::api::reply::{act, made, place, shown};
use crate::api::words::{At, LostKindWord, LostStateWord};
use crate::fail::Wrong;
use crate::guard::{Source, Wicket};
use crate::public::errors::of_lost;
use crate::{App, Fail, unkept};
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::geo::Point;
use kernel::ids::{AreaId, PostId};
use kernel::{Actor, Purpose};
use lost::app::{self, FoundCase, Reported, Tracked};
use lost::model::{Report, Reporter, ScenePlace};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use store::{Cx, OnceKey, Who};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where, as far as it is known; at least one of them. WGS-84.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CasePlaceInput {
    #[schema(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    #[schema(minimum = -180, maximum = 180)]
    lon: Option<f64>,
    /// In words.
    #[schema(max_length = 200)]
    words: Option<String>,
    area: Option<Uuid>,
    post: Option<Uuid>,
}

impl CasePlaceInput {
    pub(super) fn read(self) -> Result<ScenePlace, Fail> {
        let wrong = |field: &str| Fail::Invalid(vec![Wrong::new(field, "invalid-coordinate")]);
        let point = match (self.lon, self.lat) {
            (None, None) => None,
            (Some(lon), Some(lat)) => Some(Point::new(lon, lat).map_err(|_| wrong("place.lat"))?),
            (None, Some(_)) => return Err(wrong("place.lon")),
            (Some(_), None) => return Err(wrong("place.lat")),
        };
        Ok(ScenePlace { point, words: self.words, area: self.area.map(AreaId), post: self.post.map(PostId) })
    }
}

/// Areas and posts that are named must be there.
pub(super) fn known(cx: &mut Cx<'_>, place: &ScenePlace) -> Result<(), Fail> {
    let ground = places::snapshot(cx)?;
    if place.area.is_some_and(|id| ground.area(id).is_none()) {
        return Err(Fail::invalid("place.area", "lost-wrong-unknown"));
    }
    if place.post.is_some_and(|id| ground.post(id).is_none()) {
        return Err(Fail::invalid("place.post", "lost-wrong-unknown"));
    }
    Ok(())
}

/// What was seen of the elder; nothing of it must be known.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DescribedInput {
    sex: Option<crate::api::words::SexWord>,
    /// Years, by eye.
    #[schema(minimum = 1, maximum = 120)]
    age: Option<i64>,
    #[schema(minimum = 50, maximum = 230)]
    height_cm: Option<i64>,
    build: Option<crate::api::words::BuildWord>,
    #[schema(max_length = 30)]
    dialect: String,
    #[schema(max_length = 30)]
    surname: String,
    #[schema(max_items = 12)]
    marks: Vec<String>,
}

impl From<DescribedInput> for lost::model::Described {
    fn from(d: DescribedInput) -> Self {
        Self {
            sex: d.sex.map(|s| s.0.code().to_owned()).unwrap_or_default(),
            age: d.age,
            height_cm: d.height_cm,
            build: d.build.map(|b| b.0.code().to_owned()).unwrap_or_default(),
            dialect: d.dialect,
            surname: d.surname,
            marks: d.marks,
        }
    }
}

/// An elder who was found wandering, or is missing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseInput {
    kind: LostKindWord,
    #[serde(default)]
    place: CasePlaceInput,
    /// Clothing, how they are, what they say. No names: the desk asks for them.
    #[schema(max_length = 600)]
    #[serde(default)]
    words: String,
    #[serde(default)]
    described: DescribedInput,
    /// When the elder was last seen; now, when it is left out.
    seen_at: Option<At>,
    /// How to reach whoever reports.
    #[schema(max_length = 60)]
    name: Option<String>,
    #[schema(max_length = 40)]
    phone: Option<String>,
    /// Stays with the elder until somebody comes.
    #[serde(default)]
    stays: bool,
}

/// What whoever reported takes home.
#[derive(Serialize, ToSchema)]
struct CaseReceipt {
    #[schema(example = "ZS-2026-00012")]
    number: String,
    /// Secret: with it the case is followed.
    code: String,
    /// Page on which it is followed.
    url: String,
    /// The post that answers for the place.
    post: Option<Uuid>,
}

/// The domain's own key, which lasts as long as the case; two callers' keys never meet.
fn own_key(who: &Who, once: &OnceKey) -> String {
    let named = OnceKey::new("", &[who.actor.log_name().as_bytes(), once.key.as_bytes()]);
    format!("api:{}", hex::encode(named.digest.get(..16).unwrap_or_default()))
}

/// Says that an elder was found wandering, or is missing. Accepted at once, from anybody; the post of the place sees it within
/// seconds. In danger of life call the emergency number first.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases", security(()), request_body = CaseInput,
    responses(
        (status = 201, body = CaseReceipt, description = "Received. The answer of a repeated request is the same."),
        (status = 401), (status = 403)))]
pub(super) async fn report_case(
    caller: Option<Caller>,
    State(app): State<App>,
    page: crate::Page,
    Extension(source): Extension<Source>,
    Body { value, once }: Body<CaseInput>,
) -> Result<Response, Fail> {
    let who = match &caller {
        Some(caller) => caller.who(Action::ReportLost, Purpose::Public)?,
        None => {
            app.limits.pass(Wicket::Report, source)?;
            app.anybody()
        }
    };
    let report = Report {
        key: once.as_ref().map(|once| own_key(&who, once)),
        kind: value.kind.0,
        place: value.place.read()?,
        words: value.words,
        described: value.described.into(),
        seen_at: value.seen_at.map(|at| at.0),
        reporter: Reporter { name: value.name, phone: value.phone, lang: page.look.lang, stays: value.stays },
        person: None,
    };
    let made_case = app
        .rt
        .write(who, move |cx| {
            known(cx, &report.place)?;
            Ok::<_, Fail>(app::report(cx, &report)?)
        })
        .await?;
    Ok(unkept(receipt(&app, made_case)?))
}

fn receipt(app: &App, r: Reported) -> Result<Response, Fail> {
    let at = place(format_args!("/found/{}", r.code));
    let view = CaseReceipt {
        url: app.config.absolute(&format!("/found/{}", r.code)),
        number: r.number,
        code: r.code,
        post: r.post.map(|p| p.0),
    };
    let body = serde_json::to_value(view).map_err(|e| Fail::Internal(e.to_string()))?;
    Ok(made(&at, &body))
}

/// The case of a code. Nobody learns why one is not found; a wrong one is counted, a right one never.
async fn find(app: &App, source: Source, code: &str) -> Result<FoundCase, Fail> {
    let asked = code.to_owned();
    let found = app.rt.read(app.raiser(), move |cx| app::find_by_code(cx, &asked).map_err(of_lost)).await;
    if matches!(found, Err(Fail::NotFound)) {
        app.limits.pass(Wicket::Guess, source)?;
    }
    found
}

/// One line of the talk between whoever reported and the post.
#[derive(Serialize, ToSchema)]
struct CaseWord {
    at: At,
    /// By whoever reported; else by the post.
    own: bool,
    words: String,
}

/// What became of it. Nothing of who the elder is.
#[derive(Serialize, ToSchema)]
struct FoundView {
    number: String,
    kind: LostKindWord,
    state: LostStateWord,
    since: At,
    /// Somebody has taken it over.
    taken: bool,
    post: Option<Uuid>,
    said: Vec<CaseWord>,
    /// How it ended, in plain words.
    answer: Option<String>,
}

impl From<Tracked> for FoundView {
    fn from(t: Tracked) -> Self {
        Self {
            number: t.number,
            kind: t.kind.into(),
            state: t.state.into(),
            since: t.since.into(),
            taken: t.taken,
            post: t.post.map(|p| p.0),
            said: t.said.into_iter().map(|(at, own, words)| CaseWord { at: at.into(), own, words }).collect(),
            answer: t.answer.map(|(_, words)| words),
        }
    }
}

/// What became of it, with the code of the receipt.
#[utoipa::path(get, path = "/api/v1/found/{code}", tag = "cases", security(()),
    params(("code" = String, Path, max_length = 40, description = "From the receipt; spaces and small letters are fine.")),
    responses((status = 200, body = FoundView, description = "How it stands.")))]
pub(super) async fn follow_case(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    let tracked = app.rt.read(app.raiser(), move |cx| app::track(cx, found).map_err(of_lost)).await?;
    Ok(unkept(shown(&headers, None, &FoundView::from(tracked))?))
}

/// A word to the post.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseWordInput {
    #[schema(min_length = 1, max_length = 300, pattern = r"\S")]
    words: String,
}

/// Whoever reported writes to the post, while the case is open and at most 20 times an hour.
#[utoipa::path(post, path = "/api/v1/found/{code}/words", tag = "cases", security(()), request_body = CaseWordInput,
    params(("code" = String, Path, max_length = 40)),
    responses((status = 204, description = "Written.")))]
pub(super) async fn say_in_case(
    State(app): State<App>,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    Body { value, once }: Body<CaseWordInput>,
) -> Result<Response, Fail> {
    let found = find(&app, source, &code).await?;
    let who = Who::new(Actor::public(app.district), Purpose::OwnMatter);
    act(&app, who, once, move |cx| app::say(cx, found, &value.words, None, "")).await.map(unkept)
}

/// The same fields as they come out.
impl From<lost::model::Described> for DescribedView {
    fn from(d: lost::model::Described) -> Self {
        Self {
            sex: lost::model::Sex::from_code(&d.sex).map(Into::into),
            age: d.age,
            height_cm: d.height_cm,
            build: lost::model::Build::from_code(&d.build).map(Into::into),
            dialect: d.dialect,
            marks: d.marks,
        }
    }
}
