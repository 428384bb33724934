//! Matters: lists within the caller's scope, one matter, its steps, its photos, who raised it (logged), and raising.

mod ahead;
mod detail;
mod list;
mod people;
mod photos;
mod raise;
mod step;
mod view;

pub(super) use list::limit;
pub(super) use photos::{PhotoAdded, clean};
pub(super) use step::Stand;
pub(super) use view::By;

use crate::App;
use kernel::Purpose;
use kernel::ids::MatterId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list_matters, raise::raise_matter))
        .routes(routes!(list::search_matters))
        .routes(routes!(list::count_matters))
        .routes(routes!(list::map_matters))
        .routes(routes!(list::find_number))
        .routes(routes!(raise::similar_matters))
        .routes(routes!(ahead::preview_matter))
        .routes(routes!(ahead::foresee_matter))
        .routes(routes!(detail::show_matter))
        .routes(routes!(detail::similar_to_matter))
        .routes(routes!(detail::show_readings))
        .routes(routes!(detail::show_messages))
        .routes(routes!(detail::reveal_raisers))
        .routes(routes!(detail::read_original))
        .routes(routes!(detail::list_takers))
        .routes(routes!(people::list_people))
        .routes(routes!(people::find_people))
        .routes(routes!(people::link_person, people::unlink_person))
        .routes(routes!(people::open_record))
        .routes(routes!(step::act_on_matter))
        .routes(routes!(photos::list_photos, photos::add_photo))
        .routes(routes!(photos::show_photo))
}

/// Work on one matter.
fn about(id: Uuid) -> (MatterId, Purpose) {
    let id = MatterId(id);
    (id, Purpose::Matter(id))
}
