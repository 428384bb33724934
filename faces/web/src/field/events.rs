//! News for the open page of a team: that there is something new of its own task. By the code of the team, like the page.

use super::{gate, wrong};
use crate::guard::Source;
use crate::news::{self, Kind, Stands, Watched};
use crate::{App, Fail, Page};
use axum::extract::{Extension, Path, State};
use axum::response::Response;
use kernel::ids::CaseId;
use lost::app::search::field::TeamCode;
use std::time::Duration;
use store::Signal;

static TEAMS: Kind = Kind::new(Duration::from_secs(1), Duration::from_millis(150));

struct Team {
    app: App,
    code: TeamCode,
    case: CaseId,
}

impl Watched for Team {
    type Mark = i64;

    fn concerns(&self, signal: &Signal) -> bool {
        signal.subject == self.case.0
    }
    async fn look(&self) -> Result<Stands<i64>, Fail> {
        // The team has gone or the search is over.
        Ok(gate::mark(&self.app, &self.code).await?.map_or(Stands::Over, |(_, mark)| Stands::At(mark)))
    }
}

pub(super) async fn listen(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(typed): Path<String>,
) -> Result<Response, Fail> {
    let Some(plain) = kernel::text::normalise_code(&typed) else { return wrong(&app, page, source) };
    let code = TeamCode(plain);
    let signals = app.rt.subscribe();
    let Some((case, mark)) = gate::mark(&app, &code).await? else { return wrong(&app, page, source) };
    Ok(news::open(&TEAMS, Team { app, code, case }, signals, mark, "no-store"))
}
