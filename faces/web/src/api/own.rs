//! Who looked at one's own record, with the code of a letter and without an account: what `/p/{code}` shows to a person in
//! care or a guardian. Nothing of the record itself. A wrong code is counted as on the page.

use super::input::Path;
use super::reply::shown;
use super::words::At;
use crate::guard::{Source, Wicket};
use crate::public::own;
use crate::{App, Fail, looker, unkept};
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::Response;
use people::app::consents::{self, Standing};
use people::app::demands;
use people::model::person::Part;
use serde::Serialize;
use store::Cx;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(own_record))
}

/// One look at one's own record.
#[derive(Debug, Serialize, ToSchema)]
struct RecordReading {
    /// Number of the entry in the log.
    n: i64,
    at: At,
    /// Role and body of that time, in the language asked for.
    who: String,
    /// What was shown, in words.
    what: String,
    /// Why, in words.
    why: String,
    /// Without a matter, because somebody was in danger.
    break_glass: bool,
    /// The reason as it was written down then.
    reason: Option<String>,
    /// Names of what was shown.
    fields: Vec<String>,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ConsentWord {
    Given,
    NotAsked,
    Refused,
}

/// Where one consent stands.
#[derive(Debug, Serialize, ToSchema)]
struct OwnConsent {
    /// `health` or `location`.
    part: &'static str,
    standing: ConsentWord,
    /// When it is asked again, once it was given.
    review_on: Option<At>,
}

/// A lawful demand that was met.
#[derive(Debug, Serialize, ToSchema)]
struct OwnDemand {
    authority: String,
    document: String,
    /// Parts of the record that were taken out.
    parts: Vec<&'static str>,
    exported_at: At,
}

/// What is told about one's own record.
#[derive(Debug, Serialize, ToSchema)]
struct OwnRecord {
    /// The letter was given to a guardian.
    guardian: bool,
    /// The code works until then.
    until: At,
    /// Every look, newest first.
    readings: Vec<RecordReading>,
    /// Looks that two people decided to tell later.
    withheld: usize,
    /// When the last of them is told at the latest.
    withheld_until: Option<At>,
    consents: Vec<OwnConsent>,
    demands: Vec<OwnDemand>,
}

fn consent(cx: &mut Cx<'_>, person: kernel::ids::PersonId, part: Part) -> Result<OwnConsent, Fail> {
    let (standing, review_on) = match consents::standing(cx, person, part)? {
        Standing::Given { review_on } => (ConsentWord::Given, Some(At(review_on))),
        Standing::NotAsked => (ConsentWord::NotAsked, None),
        Standing::Respected { .. } | Standing::MayAsk => (ConsentWord::Refused, None),
    };
    Ok(OwnConsent { part: part.code(), standing, review_on })
}

/// Who has looked at one's record, when, why and at what; the consents, and lawful demands. Exact: there is no other way to
/// read a record (R5, R6).
#[utoipa::path(get, path = "/api/v1/own/{code}", tag = "own", security(()),
    params(("code" = String, Path, max_length = 40, description = "From the letter; spaces and small letters are fine.")),
    responses((status = 200, body = OwnRecord, description = "Every look.")))]
async fn own_record(
    State(app): State<App>,
    page: crate::Page,
    Extension(source): Extension<Source>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    let found = own::find(&app, &code).await;
    if matches!(found, Err(Fail::NotFound)) {
        app.limits.pass(Wicket::Guess, source)?;
    }
    let (_, found) = found?;
    let load = move |cx: &mut Cx<'_>| {
        let seen = audit::seen::by_person(cx, found.person)?;
        let consents = [Part::Health, Part::Location].map(|part| consent(cx, found.person, part));
        let demands = demands::told_to_subject(cx, found.person)?;
        let reading = |look: audit::seen::Look| RecordReading {
            n: look.n,
            at: look.at.into(),
            who: looker::who_for_raiser(&page, &look.who),
            what: looker::what(&page, &look.kind, &look.fields),
            why: own::why(&page, &look.why),
            break_glass: own::is_break_glass(&look.why),
            reason: look.reason,
            fields: look.fields,
        };
        let demand = |d: demands::Told| OwnDemand {
            authority: d.authority,
            document: d.document,
            parts: d.parts.iter().map(|p| p.code()).collect(),
            exported_at: d.exported_at.into(),
        };
        Ok::<_, Fail>(OwnRecord {
            guardian: found.guardian.is_some(),
            until: found.until.into(),
            readings: seen.looks.into_iter().map(reading).collect(),
            withheld: seen.withheld,
            withheld_until: seen.withheld_until.map(At),
            consents: consents.into_iter().collect::<Result<_, Fail>>()?,
            demands: demands.into_iter().map(demand).collect(),
        })
    };
    let view = app.rt.read(own::holder(&app, found), load).await?;
    Ok(unkept(shown(&headers, None, &view)?))
}
