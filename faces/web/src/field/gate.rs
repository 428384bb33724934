//! Where the field pages meet the domain.

use crate::public::errors;
use crate::{App, Fail};
use kernel::Moment;
use kernel::ids::CaseId;
use lost::app::search::field::TeamCode;
use lost::app::search::{self, FieldCommand, Outcome, TeamTask};

/// The code as it stands in addresses, and what it opens. One that is over, one that never was and one that cannot be are the same here.
pub(super) async fn find(app: &App, typed: &str) -> Result<Option<(String, TeamTask)>, Fail> {
    let Some(plain) = kernel::text::normalise_code(typed) else { return Ok(None) };
    let code = TeamCode(plain.clone());
    match app.rt.read(app.anybody(), move |cx| search::task(cx, &code)).await.map_err(errors::of_lost) {
        Ok(task) => Ok(Some((grouped(&plain), task))),
        Err(Fail::NotFound) => Ok(None),
        Err(fail) => Err(fail),
    }
}

/// The case of an open code and how far the log of its team has come. `None`: the code opens nothing.
pub(super) async fn mark(app: &App, code: &TeamCode) -> Result<Option<(CaseId, i64)>, Fail> {
    let code = code.clone();
    match app.rt.read(app.anybody(), move |cx| search::field::mark(cx, &code)).await.map_err(errors::of_lost) {
        Err(Fail::NotFound) => Ok(None),
        other => other,
    }
}

/// Takes what a phone sends. `None`: the code opens nothing, and has not for long.
pub(super) async fn take(
    app: &App,
    typed: &str,
    commands: Vec<FieldCommand>,
    sent_at: Moment,
) -> Result<Option<Vec<Outcome>>, Fail> {
    let Some(plain) = kernel::text::normalise_code(typed) else { return Ok(None) };
    let code = TeamCode(plain);
    match app
        .rt
        .write(app.anybody(), move |cx| search::take(cx, &code, commands, sent_at))
        .await
        .map_err(errors::of_lost)
    {
        Ok(outcomes) => Ok(Some(outcomes)),
        Err(Fail::NotFound) => Ok(None),
        Err(fail) => Err(fail),
    }
}

/// Capitals in groups of four.
fn grouped(plain: &str) -> String {
    let chars: Vec<char> = plain.chars().collect();
    chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
