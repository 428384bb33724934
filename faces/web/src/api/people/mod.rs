//! People of the district: colleagues, the liaison book, organisations. There is no list of residents (R5); these are the
//! people who work here.

mod orgs;
mod staff;

use crate::App;
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
}

/// Where a seat or an organisation works. Nothing set is the whole district.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
struct WorkPlace {
    org: Option<Uuid>,
    area: Option<Uuid>,
    post: Option<Uuid>,
}

impl From<people::model::Place> for WorkPlace {
    fn from(p: people::model::Place) -> Self {
        Self { org: p.org.map(|o| o.0), area: p.area.map(|a| a.0), post: p.post.map(|p| p.0) }
    }
}
