//! People of the district: colleagues, the liaison book, organisations. There is no list of residents (R5); these are the
//! people who work here.

mod accounts;
mod orgs;
mod seats;
mod staff;

use crate::App;
use kernel::ids::{AreaId, OrgId, PostId};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(staff::list_staff))
        .routes(routes!(staff::show_liaison_book))
        .routes(routes!(orgs::list_orgs, orgs::make_org))
        .routes(routes!(orgs::show_org, orgs::change_org))
        .routes(routes!(accounts::list_accounts, accounts::make_account))
        .routes(routes!(accounts::show_account))
        .routes(routes!(accounts::set_account_status))
        .routes(routes!(accounts::list_account_sessions, accounts::end_account_sessions))
        .routes(routes!(accounts::end_account_session))
        .routes(routes!(accounts::list_account_passkeys))
        .routes(routes!(accounts::remove_account_passkey))
        .routes(routes!(accounts::list_account_keys))
        .routes(routes!(accounts::end_account_key))
        .routes(routes!(seats::list_seats, seats::make_seat))
        .routes(routes!(seats::show_seat))
        .routes(routes!(seats::hand_seat_over))
        .routes(routes!(seats::begin_term))
        .routes(routes!(seats::end_term))
}

/// Where a seat or an organisation works. Nothing set is the whole district.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub(in crate::api) struct WorkPlace {
    org: Option<Uuid>,
    area: Option<Uuid>,
    post: Option<Uuid>,
}

impl From<people::model::Place> for WorkPlace {
    fn from(p: people::model::Place) -> Self {
        Self { org: p.org.map(|o| o.0), area: p.area.map(|a| a.0), post: p.post.map(|p| p.0) }
    }
}

impl From<WorkPlace> for people::model::Place {
    fn from(p: WorkPlace) -> Self {
        Self { org: p.org.map(OrgId), area: p.area.map(AreaId), post: p.post.map(PostId) }
    }
}
