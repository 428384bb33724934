//! People in care whom a matter is about (R5): found, linked and opened in the name of the matter, never listed. With a
//! key only reading, and only with one for names; links are made by somebody who signed in.

use super::about;
use crate::api::Caller;
use crate::api::input::{Body, Nothing, Path};

use crate::api::reply::{Page, nothing, shown, write};
use crate::api::words::At;
use crate::{App, Fail, unkept};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::ids::PersonId;
use matters::app::persons as links;
use people::app::persons::{self, Shown};
use people::policy::Action;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody the matter is about; the name stands in the record.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkedView {
    person: Uuid,
    linked_at: At,
}

/// Somebody who may be meant.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FoundView {
    person: Uuid,
    name: String,
    birth_year: Option<i16>,
    area: Uuid,
}

/// What a search found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FoundPeople {
    items: Vec<FoundView>,
    /// There are more than are shown at once: say more of the name.
    more: bool,
    /// Look-ups left today.
    left: i64,
}

/// Whom to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindInput {
    /// The whole name, the surname, or the full pinyin.
    #[schema(min_length = 1, max_length = 60, pattern = r"\S")]
    name: String,
}

/// How to reach somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContactView {
    phone: Option<String>,
    address: Option<String>,
    language: Option<String>,
}

/// Who somebody is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IdentityView {
    name: String,
    sex: Option<String>,
    birth_year: Option<i16>,
    id_number: Option<String>,
}

/// Where somebody is likely to be; the home in WGS-84.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WhereaboutsView {
    lon: Option<f64>,
    lat: Option<f64>,
    haunts: String,
}

/// Somebody who speaks for the person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GuardianView {
    id: Uuid,
    name: Option<String>,
    relation: Option<String>,
    phone: Option<String>,
}

/// A record as the caller may see it. `hidden` says why a part is null.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordView {
    person: Uuid,
    version: i64,
    area: Uuid,
    identity: Option<IdentityView>,
    contact: Option<ContactView>,
    health: Option<String>,
    location: Option<WhereaboutsView>,
    guardians: Vec<GuardianView>,
    hidden: Vec<HiddenPart>,
}

/// A part that is not shown: `nothing`, `not_for_role` or `no_consent`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HiddenPart {
    part: &'static str,
    why: &'static str,
}

fn hidden<T>(part: &'static str, shown: &Shown<T>) -> Option<HiddenPart> {
    let why = match shown {
        Shown::Yes(_) => return None,
        Shown::Nothing => "nothing",
        Shown::NotForRole => "not_for_role",
        Shown::NoConsent => "no_consent",
    };
    Some(HiddenPart { part, why })
}

impl From<persons::Record> for RecordView {
    fn from(r: persons::Record) -> Self {
        let hidden = [
            hidden("identity", &r.identity),
            hidden("contact", &r.contact),
            hidden("health", &r.health),
            hidden("location", &r.location),
        ];
        let guardian = |g: persons::GuardianLine| {
            let (name, relation) = g.who.map(|w| (w.name, w.relation)).unzip();
            GuardianView { id: g.id.0, name, relation: relation.filter(|r| !r.is_empty()), phone: g.phone }
        };
        Self {
            person: r.id.0,
            version: r.version,
            area: r.area.0,
            identity: r.identity.yes().cloned().map(|i| IdentityView {
                name: i.name,
                sex: Some(i.sex).filter(|s| !s.is_empty()),
                birth_year: i.birth_year,
                id_number: i.id_number,
            }),
            contact: r.contact.yes().cloned().map(|c| ContactView {
                phone: c.phone,
                address: c.address,
                language: c.language,
            }),
            health: r.health.yes().map(|h| h.notes.clone()),
            location: r.location.yes().map(|l| WhereaboutsView {
                lon: l.home.map(|(lon, _)| lon),
                lat: l.home.map(|(_, lat)| lat),
                haunts: l.haunts.clone(),
            }),
            guardians: r.guardians.into_iter().map(guardian).collect(),
            hidden: hidden.into_iter().flatten().collect(),
        }
    }
}

/// Whom the matter is about, without names.
#[utoipa::path(get, path = "/api/v1/matters/{id}/people", tag = "matters",
    extensions(("x-actions" = json!(["view-matter"]))),
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<LinkedView>, description = "People in care.")))]
pub(super) async fn list_people(
    caller: Caller,
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::ViewMatter, purpose)?;
    let all = app.rt.read(who, move |cx| Ok::<_, Fail>(links::linked(cx, id)?)).await?;
    let view = |l: links::Linked| LinkedView { person: l.person.0, linked_at: At(l.at) };
    shown(&headers, None, &Page::<LinkedView>::all(all.into_iter().map(view).collect()))
}

/// People of a name who live around the matter. Each asking is one look-up of the day, each hit an entry in the log.
#[utoipa::path(post, path = "/api/v1/matters/{id}/people/search", tag = "matters",
    extensions(("x-actions" = json!(["find-person"]))),
    params(("id" = Uuid, Path)),
    request_body = FindInput, responses((status = 200, body = FoundPeople, description = "Who may be meant.")))]
pub(super) async fn find_people(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    Body { value, .. }: Body<FindInput>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::FindPerson, purpose)?;
    let found = app
        .rt
        .write(who, move |cx| {
            let (found, more) = links::find(cx, id, &value.name)?;
            let items = found
                .into_iter()
                .map(|f| FoundView { person: f.person.0, name: f.name, birth_year: f.birth_year, area: f.area.0 })
                .collect();
            Ok::<_, Fail>(FoundPeople { items, more, left: persons::lookups_left(cx)? })
        })
        .await?;
    Ok(unkept(axum::Json(found)))
}

/// Says that the matter is about this person.
#[utoipa::path(put, path = "/api/v1/matters/{id}/people/{person}", tag = "matters",
    extensions(("x-actions" = json!(["link-person"]))),
    params(("id" = Uuid, Path), ("person" = Uuid, Path)), responses((status = 204, description = "It is.")))]
pub(super) async fn link_person(
    caller: Caller,
    State(app): State<App>,
    Path((id, person)): Path<(Uuid, Uuid)>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::LinkPerson, purpose)?;
    write(&app, who, once, move |cx| Ok(links::link(cx, id, PersonId(person))?)).await?;
    Ok(nothing())
}

/// The matter is not about this person after all.
#[utoipa::path(delete, path = "/api/v1/matters/{id}/people/{person}", tag = "matters",
    extensions(("x-actions" = json!(["link-person"]))),
    params(("id" = Uuid, Path), ("person" = Uuid, Path)), responses((status = 204, description = "It is not.")))]
pub(super) async fn unlink_person(
    caller: Caller,
    State(app): State<App>,
    Path((id, person)): Path<(Uuid, Uuid)>,
    Nothing { once }: Nothing,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::LinkPerson, purpose)?;
    write(&app, who, once, move |cx| Ok(links::unlink(cx, id, PersonId(person))?)).await?;
    Ok(nothing())
}

/// Opens the record of somebody the matter is about. One look-up of the day, and an entry in the log that the person and
/// a guardian can ask for.
#[utoipa::path(post, path = "/api/v1/matters/{id}/people/{person}/record", tag = "matters",
    extensions(("x-actions" = json!(["open-record"]))),
    params(("id" = Uuid, Path), ("person" = Uuid, Path)),
    responses((status = 200, body = RecordView, description = "The record.")))]
pub(super) async fn open_record(
    caller: Caller,
    State(app): State<App>,
    Path((id, person)): Path<(Uuid, Uuid)>,
) -> Result<Response, Fail> {
    let (id, purpose) = about(id);
    let who = caller.who(Action::OpenRecord, purpose)?;
    let record = app
        .rt
        .write(who, move |cx| {
            let why = links::in_the_name_of(cx, id, PersonId(person))?;
            Ok::<_, Fail>(persons::open_record(cx, PersonId(person), &why)?)
        })
        .await?;
    Ok(unkept(axum::Json(RecordView::from(record))))
}
