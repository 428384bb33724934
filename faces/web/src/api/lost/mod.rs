//! Cases of lost elders: reporting one and following it with a code, for everybody; lists, one case and its steps, for those whose
//! work it is; what is needed, for whoever was called to help. Who an elder is, whom to call and with whom they went stand in none
//! of it: a person answers for those by name, at the desk.

mod help;
mod public;
mod step;
mod view;

use crate::App;
use kernel::Purpose;
use kernel::ids::CaseId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(view::list_cases, public::report_case))
        .routes(routes!(view::show_case))
        .routes(routes!(step::act_on_case))
        .routes(routes!(step::call_for_help, step::end_call))
        .routes(routes!(step::ask_bodies))
        .routes(routes!(step::close_case))
        .routes(routes!(help::list_needed))
        .routes(routes!(help::show_needed))
        .routes(routes!(help::offer_help, help::end_help))
        .routes(routes!(public::follow_case))
        .routes(routes!(public::say_in_case))
}

/// Work on one case.
fn about(id: Uuid) -> (CaseId, Purpose) {
    let id = CaseId(id);
    (id, Purpose::Case(id))
}
