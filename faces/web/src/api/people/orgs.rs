//! Organisations that work together in the district. Their names and office telephones are public.

use super::WorkPlace;
use crate::api::Caller;
use crate::api::input::{Asked, Body, Path, Seen};
use crate::api::reply::{Page, change, listed, make, shown};
use crate::api::words::OrgKindWord;
use crate::{App, Fail};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::{AreaId, OrgId, PostId};
use people::app::orgs::{self, NewOrg};
use people::model::Org;
use people::policy::{Action, ResourceFacts, require};
use serde::{Deserialize, Serialize};
use store::Cx;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrgView {
    id: Uuid,
    version: i64,
    kind: OrgKindWord,
    name: String,
    /// The body above it.
    parent: Option<Uuid>,
    /// The area it works in; null is the whole district.
    area: Option<Uuid>,
    /// The post it belongs to.
    post: Option<Uuid>,
    phone: Option<String>,
    /// Joined and not left.
    active: bool,
}

impl From<Org> for OrgView {
    fn from(o: Org) -> Self {
        let at = WorkPlace { org: o.parent.map(|p| p.0), area: o.area.map(|a| a.0), post: o.post.map(|p| p.0) };
        Self {
            id: o.id.0,
            version: o.version,
            kind: o.kind.into(),
            name: o.name,
            parent: at.org,
            area: at.area,
            post: at.post,
            phone: o.phone,
            active: o.active,
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OrgAsk {
    #[param(value_type = OrgKindWord, required = false, inline)]
    kind: Option<OrgKindWord>,
}

/// Organisations that have not left, by kind and name.
#[utoipa::path(get, path = "/api/v1/orgs", tag = "people", security(()), params(OrgAsk),
    responses((status = 200, body = Page<OrgView>, description = "Organisations.")))]
pub(super) async fn list_orgs(
    State(app): State<App>,
    headers: HeaderMap,
    Asked(asked): Asked<OrgAsk>,
) -> Result<Response, Fail> {
    let kind = asked.kind.map(|k| k.0);
    listed::<OrgView, _, _, _>(&app, &headers, app.anybody(), move |cx| orgs::list(cx, kind)).await
}

/// One organisation.
#[utoipa::path(get, path = "/api/v1/orgs/{id}", tag = "people", security(()), params(("id" = Uuid, Path)),
    responses((status = 200, body = OrgView, description = "The organisation; its tag begins with its version.")))]
pub(super) async fn show_org(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Result<Response, Fail> {
    let org = app.rt.read(app.anybody(), move |cx| Ok::<_, Fail>(orgs::org(cx, OrgId(id))?)).await?;
    shown(&headers, Some(org.version), &OrgView::from(org))
}

/// A body that joins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrgInput {
    kind: OrgKindWord,
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name: String,
    parent: Option<Uuid>,
    area: Option<Uuid>,
    post: Option<Uuid>,
    #[schema(max_length = 40)]
    phone: Option<String>,
}

/// Areas, posts and bodies that are named must be there.
pub(super) fn check_place(cx: &mut Cx<'_>, at: &WorkPlace, org_field: &str) -> Result<(), Fail> {
    let ground = places::snapshot(cx)?;
    if at.area.is_some_and(|a| ground.area(AreaId(a)).is_none()) {
        return Err(Fail::invalid("area", "invalid-form"));
    }
    if at.post.is_some_and(|p| ground.post(PostId(p)).is_none()) {
        return Err(Fail::invalid("post", "invalid-form"));
    }
    match at.org.map(|o| orgs::org(cx, OrgId(o))) {
        Some(Err(people::Error::Store(store::Error::NotFound))) => Err(Fail::invalid(org_field, "invalid-form")),
        Some(Err(error)) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Takes a body in.
#[utoipa::path(post, path = "/api/v1/orgs", tag = "people",
    extensions(("x-actions" = json!(["manage-orgs"]))),
    request_body = NewOrgInput,
    responses((status = 201, body = OrgView, description = "Joined.")))]
pub(super) async fn make_org(
    caller: Caller,
    State(app): State<App>,
    Body { value, once }: Body<NewOrgInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageOrgs, Purpose::Administration)?;
    make(&app, who, once, "/orgs", move |cx| {
        require(&cx.actor, cx.purpose, Action::ManageOrgs, &ResourceFacts::District)?;
        check_place(cx, &WorkPlace { org: value.parent, area: value.area, post: value.post }, "parent")?;
        let new = NewOrg {
            kind: value.kind.0,
            name: value.name,
            parent: value.parent.map(OrgId),
            area: value.area.map(AreaId),
            post: value.post.map(PostId),
            phone: value.phone,
        };
        let id = orgs::create_org(cx, &new)?;
        Ok(OrgView::from(orgs::org(cx, id)?))
    })
    .await
}

/// An organisation as it shall be; its kind never changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrgInput {
    #[schema(min_length = 1, max_length = 80, pattern = r"\S")]
    name: String,
    parent: Option<Uuid>,
    area: Option<Uuid>,
    post: Option<Uuid>,
    #[schema(max_length = 40)]
    phone: Option<String>,
    /// False: it leaves; true again: it comes back.
    active: bool,
}

/// Changes an organisation, or lets it leave and come back.
#[utoipa::path(put, path = "/api/v1/orgs/{id}", tag = "people",
    extensions(("x-actions" = json!(["manage-orgs"]))),
    request_body = OrgInput,
    params(("id" = Uuid, Path),
        ("If-Match" = String, Header, max_length = 200, description = "Entity tag of it as the caller saw it.")),
    responses((status = 200, body = OrgView, description = "As it is now.")))]
pub(super) async fn change_org(
    caller: Caller,
    State(app): State<App>,
    Path(id): Path<Uuid>,
    seen: Seen,
    Body { value, once }: Body<OrgInput>,
) -> Result<Response, Fail> {
    let who = caller.who(Action::ManageOrgs, Purpose::Administration)?;
    let (id, seen) = (OrgId(id), seen.needed()?);
    change(&app, who, once, move |cx| {
        require(&cx.actor, cx.purpose, Action::ManageOrgs, &ResourceFacts::District)?;
        let before = orgs::org(cx, id)?;
        check_place(cx, &WorkPlace { org: value.parent, area: value.area, post: value.post }, "parent")?;
        if value.parent == Some(id.0) {
            return Err(Fail::invalid("parent", "invalid-itself"));
        }
        let to = Org {
            name: value.name,
            parent: value.parent.map(OrgId),
            area: value.area.map(AreaId),
            post: value.post.map(PostId),
            phone: value.phone,
            active: value.active,
            ..before
        };
        orgs::change_org(cx, seen, &to)?;
        Ok(OrgView::from(orgs::org(cx, id)?))
    })
    .await
}
