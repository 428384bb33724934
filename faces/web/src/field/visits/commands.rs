//! What a visitor's phone sends when there is signal: every report by itself, so that one that cannot be taken does not hold up the others.
//! Once by its id, however often it is sent.

use super::{account_mark, marked, me, signed_out};
use crate::guard::{Source, Wicket};
use crate::session::Staff;
use crate::{App, Fail, Page, photos};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use care::app::visits::{self, Answer, PHOTO_MOST, VisitCommand};
use care::model::visit::{Form, Outcome, VisitId};
use kernel::{Moment, Purpose};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Reports in one request.
const MOST: usize = 60;
/// So far ahead a next date can be agreed on, in days.
pub(super) const AHEAD_DAYS: i64 = 366;

#[derive(Deserialize)]
struct Sent {
    /// What the phone's clock says now; what it differs from ours corrects the times of the reports.
    sent_at: String,
    commands: Vec<Value>,
}

/// One report, as the phone wrote it.
#[derive(Deserialize)]
struct Told {
    id: Uuid,
    at: String,
    visit: Uuid,
    outcome: String,
    #[serde(default)]
    form: Form,
    /// JPEG in Base64.
    #[serde(default)]
    photo: Option<String>,
}

/// Whose reports these are, as the phone knows it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Of {
    of: String,
}

/// What became of one report.
#[derive(Serialize)]
struct Line {
    id: Value,
    /// `done`, `before`, `conflict` (it lies at the desk), `mend` (nothing was written), `denied`, `no-visit`, `unreadable`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
}

/// What stands against a report, in words, and whether it can be mended.
pub(super) enum Became {
    Taken(Answer),
    Mend(String),
    Denied,
    NoVisit,
}

pub(super) async fn take(
    State(app): State<App>,
    page: Page,
    staff: Result<Staff, Fail>,
    Extension(source): Extension<Source>,
    Query(Of { of }): Query<Of>,
    body: Bytes,
) -> Result<Response, Fail> {
    app.limits.pass(Wicket::Field, source)?;
    let staff = match staff {
        Ok(staff) => staff,
        Err(fail) => return signed_out(fail),
    };
    // Somebody else is signed in on this phone now: the reports wait for whoever wrote them.
    if account_mark(me(&staff)?) != of {
        return Ok(marked(StatusCode::CONFLICT, "other-account", "other"));
    }
    let Ok(sent) = serde_json::from_slice::<Sent>(&body) else { return Ok(unread(StatusCode::BAD_REQUEST)) };
    let Ok(sent_at) = Moment::parse_rfc3339(&sent.sent_at) else { return Ok(unread(StatusCode::BAD_REQUEST)) };
    if sent.commands.len() > MOST {
        return Ok(unread(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let drift = app.rt.now().micros().saturating_sub(sent_at.micros());
    let mut outcomes = Vec::with_capacity(sent.commands.len());
    for value in sent.commands {
        let id = value.get("id").cloned().unwrap_or_default();
        outcomes.push(match read(&value, drift) {
            Some((command, photo)) => {
                let became = bring(&app, &page, &staff, command, photo).await?;
                line(&page, id, became)
            }
            None => Line { id, outcome: "unreadable", words: None },
        });
    }
    Ok(Json(serde_json::json!({ "outcomes": outcomes })).into_response())
}

fn unread(status: StatusCode) -> Response {
    marked(status, "yes", "unreadable")
}

fn line(page: &Page, id: Value, became: Became) -> Line {
    let (outcome, words) = match became {
        Became::Taken(Answer::Applied) => ("done", None),
        Became::Taken(Answer::AlreadyApplied) => ("before", None),
        Became::Taken(Answer::Conflict(why)) => ("conflict", Some(page.tk("fv-conflict-", why.code()))),
        Became::Mend(words) => ("mend", Some(words)),
        Became::Denied => ("denied", None),
        Became::NoVisit => ("no-visit", None),
    };
    Line { id, outcome, words }
}

/// The report with its time put right, and the photo as it came.
fn read(value: &Value, drift: i64) -> Option<(VisitCommand, Option<Vec<u8>>)> {
    let told = Told::deserialize(value).ok()?;
    let at = Moment::parse_rfc3339(&told.at).ok()?;
    let photo = told.photo.filter(|p| !p.is_empty()).map(|p| BASE64.decode(p.as_bytes())).transpose().ok()?;
    let command = VisitCommand {
        id: told.id,
        visit: VisitId(told.visit),
        outcome: Outcome::from_code(&told.outcome)?,
        phone_time: Moment::from_micros(at.micros().saturating_add(drift)),
        form: told.form,
        photo: None,
    };
    Some((command, photo))
}

/// Makes it fit to be taken, and takes it, in a transaction of its own.
pub(super) async fn bring(
    app: &App,
    page: &Page,
    staff: &Staff,
    mut command: VisitCommand,
    photo: Option<Vec<u8>>,
) -> Result<Became, Fail> {
    fit(&mut command);
    if let Some(wrong) = wrong_day(&command, app.rt.now()) {
        return Ok(Became::Mend(page.t(wrong)));
    }
    if let Some(bytes) = photo {
        match photos::small(bytes, PHOTO_MOST).await? {
            Ok(jpeg) => command.photo = Some(jpeg),
            Err(wrong) => return Ok(Became::Mend(page.t(wrong.key()))),
        }
    }
    let taken = app.rt.write(staff.who(Purpose::Administration), move |cx| visits::apply(cx, &command)).await;
    Ok(match taken {
        Ok(answer) => Became::Taken(answer),
        Err(care::Error::Invalid { field, .. }) => Became::Mend(page.tk("fv-wrong-", field)),
        Err(care::Error::Refused(why)) => Became::Mend(page.tk("rule-care-", why)),
        Err(care::Error::Denied(_)) => Became::Denied,
        Err(care::Error::Store(store::Error::NotFound)) => Became::NoVisit,
        Err(other) => return Err(other.into()),
    })
}

/// What was ticked before another outcome was chosen is not told.
fn fit(command: &mut VisitCommand) {
    let form = std::mem::take(&mut command.form);
    let tidy = |code: Option<String>| code.filter(|c| !c.is_empty());
    let note = kernel::text::tidy(&form.note);
    let next = tidy(form.next).filter(|_| command.outcome != Outcome::NotHome);
    command.form = if command.outcome == Outcome::Seen {
        Form { card: tidy(form.card), strap: tidy(form.strap), mood: tidy(form.mood), next, note, ..form }
    } else {
        Form { next, note, ..Form::default() }
    };
}

/// Nobody agrees on a day that was over when they did. A telephone whose clock cannot be believed is no reason to send them back.
fn wrong_day(command: &VisitCommand, now: Moment) -> Option<&'static str> {
    let next = command.form.next_day()?;
    let on = visits::day_of(visits::believed(now, command.phone_time));
    let last = on.saturating_add(jiff::Span::new().days(AHEAD_DAYS));
    (next < on || next > last).then_some("fv-wrong-day")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn told(text: &str) -> Option<VisitCommand> {
        let head = "\"id\":\"0199a000-0000-7000-8000-000000000001\",\"visit\":\"0199a000-0000-7000-8000-000000000002\"";
        let value = serde_json::from_str(&format!("{{{head},{text}}}")).unwrap();
        read(&value, 0).map(|(command, _)| command)
    }

    #[test]
    fn a_report_is_read_whole_or_not_at_all() {
        let at = "\"at\":\"2026-06-29T09:00:00Z\"";
        assert!(told(&format!("{at},\"outcome\":\"seen\"")).is_some(), "a form may be empty");
        for wrong in [
            "\"outcome\":\"seen\"".to_owned(),
            format!("{at},\"outcome\":\"dead\""),
            format!("{at},\"outcome\":\"seen\",\"form\":7"),
            format!("{at},\"outcome\":\"seen\",\"photo\":\"***\""),
            "\"at\":\"yesterday\",\"outcome\":\"seen\"".to_owned(),
        ] {
            assert!(told(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_was_ticked_before_another_outcome_was_chosen_is_not_told() {
        let form = "\"form\":{\"chat\":true,\"card\":\"\",\"needs\":[\"meal\"],\"next\":\"2026-07-01\",\"note\":\"x\"}";
        let of = |outcome: &str| {
            let mut command =
                told(&format!("\"at\":\"2026-06-29T09:00:00Z\",\"outcome\":\"{outcome}\",{form}")).unwrap();
            fit(&mut command);
            command
        };
        let (seen, away, moved) = (of("seen"), of("not-home"), of("rescheduled"));
        assert!(seen.form.chat && seen.form.card.is_none() && seen.form.needs == ["meal"]);
        assert!(!away.form.chat && away.form.needs.is_empty() && away.form.next.is_none() && away.form.note == "x");
        assert_eq!(moved.form.next.as_deref(), Some("2026-07-01"));
        let now = moved.phone_time.plus_hours(1);
        assert_eq!(wrong_day(&moved, now), None);
        let late =
            |day: &str| VisitCommand { form: Form { next: Some(day.into()), ..Form::default() }, ..moved.clone() };
        assert!(wrong_day(&late("2026-06-28"), now).is_some() && wrong_day(&late("2028-01-01"), now).is_some());
    }
}
