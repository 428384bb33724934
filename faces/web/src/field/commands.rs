//! What a phone sends when there is signal: everything that was done meanwhile, in the order in which it was done. Each command stands for
//! itself: one that cannot be read does not hold up the others. Exactly once by its id.

use super::{MARK, gate, wrong};
use crate::guard::{Source, Wicket};
use crate::{App, Fail, Page};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Moment, Point};
use lost::app::search::{FieldAct, FieldCommand, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Commands in one request.
const MOST: usize = 200;
/// Points of one way walked.
const POINTS: usize = 3_000;

/// One request of a phone.
#[derive(Deserialize)]
struct Sent {
    /// What the phone's clock says now; what it differs from ours corrects the times of the commands.
    sent_at: String,
    commands: Vec<Value>,
}

#[derive(Deserialize)]
struct Told {
    id: Uuid,
    at: String,
    #[serde(flatten)]
    act: Act,
}

#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "lowercase")]
enum Act {
    Walked {
        segments: Vec<String>,
    },
    Trace {
        points: Vec<Spot>,
    },
    Seen {
        point: Spot,
        #[serde(default)]
        words: String,
    },
    Found {
        point: Option<Spot>,
        #[serde(default)]
        words: String,
    },
    Here {
        point: Spot,
    },
    Back,
}

/// WGS-84, as browsers give it (R11).
#[derive(Deserialize)]
struct Spot {
    lon: f64,
    lat: f64,
    accuracy_m: f64,
    /// Of a way walked only.
    at: Option<String>,
}

impl Spot {
    fn point(&self) -> Option<Point> {
        Point::new(self.lon, self.lat).ok()
    }
    fn accuracy(&self) -> f64 {
        if self.accuracy_m.is_finite() { self.accuracy_m.clamp(0.0, 100_000.0) } else { 1_000.0 }
    }
}

fn moment(text: &str) -> Option<Moment> {
    Moment::parse_rfc3339(text).ok()
}

fn read(value: &Value) -> Option<FieldCommand> {
    let told = Told::deserialize(value).ok()?;
    let act = match told.act {
        Act::Walked { segments } if (1..=MOST).contains(&segments.len()) => FieldAct::Walked { segments },
        Act::Trace { points } if (1..=POINTS).contains(&points.len()) => {
            let point = |p: &Spot| Some((moment(p.at.as_deref()?)?, p.point()?, p.accuracy()));
            FieldAct::Trace { points: points.iter().filter_map(point).collect() }
        }
        Act::Walked { .. } | Act::Trace { .. } => return None,
        Act::Seen { point, words } => FieldAct::Seen { accuracy_m: point.accuracy(), point: point.point()?, words },
        Act::Found { point, words } => FieldAct::Found { point: point.and_then(|p| p.point()), words },
        Act::Here { point } => FieldAct::Here { accuracy_m: point.accuracy(), point: point.point()? },
        Act::Back => FieldAct::Back,
    };
    Some(FieldCommand { id: told.id, at: moment(&told.at)?, act })
}

#[derive(Serialize)]
struct Answer {
    outcomes: Vec<Line>,
}

/// What became of one command.
#[derive(Serialize)]
struct Line {
    id: Value,
    /// `done`, `before`, `conflict` or `unreadable`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
}

fn line(page: &Page, id: Value, outcome: Option<&Outcome>) -> Line {
    match outcome {
        Some(Outcome::Done) => Line { id, outcome: "done", words: None },
        Some(Outcome::Before) => Line { id, outcome: "before", words: None },
        Some(Outcome::Conflict(key)) => Line { id, outcome: "conflict", words: Some(conflict(page, key)) },
        None => Line { id, outcome: "unreadable", words: None },
    }
}

/// Why it could not be taken, in words; the post has it all the same.
pub(super) fn conflict(page: &Page, key: &str) -> String {
    page.loc.find(&format!("field-conflict-{key}"), &[]).unwrap_or_else(|| page.t("field-say-outcome-conflict"))
}

pub(super) async fn take(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    body: Bytes,
) -> Result<Response, Fail> {
    app.limits.pass(Wicket::Field, source)?;
    let Ok(sent) = serde_json::from_slice::<Sent>(&body) else { return Ok(refused(StatusCode::BAD_REQUEST)) };
    let Some(sent_at) = moment(&sent.sent_at) else { return Ok(refused(StatusCode::BAD_REQUEST)) };
    if sent.commands.len() > MOST {
        return Ok(refused(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let commands: Vec<FieldCommand> = sent.commands.iter().filter_map(read).collect();
    let ids: Vec<Uuid> = commands.iter().map(|c| c.id).collect();
    let taken = match gate::take(&app, &code, commands, sent_at).await {
        Ok(Some(taken)) => taken,
        Ok(None) => return wrong(&app, page, source),
        Err(Fail::BadRequest(_) | Fail::Refused(_)) => return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY)),
        Err(fail) => return Err(fail),
    };
    // An id that stands twice in one request was taken, and then known.
    let mut became: HashMap<Uuid, Vec<Outcome>> = HashMap::new();
    for (id, outcome) in ids.into_iter().zip(taken).rev() {
        became.entry(id).or_default().push(outcome);
    }
    let outcomes = sent.commands.iter().map(|value| {
        let id = value.get("id").cloned().unwrap_or_default();
        let known = id.as_str().and_then(|text| text.parse::<Uuid>().ok());
        let outcome = known.filter(|_| read(value).is_some()).and_then(|id| became.get_mut(&id)?.pop());
        line(&page, id, outcome.as_ref())
    });
    Ok(Json(Answer { outcomes: outcomes.collect() }).into_response())
}

/// Says that it is us who cannot read it, so that the phone tries each command by itself.
fn refused(status: StatusCode) -> Response {
    let mut response = (status, Json(serde_json::json!({ "error": status.as_u16() }))).into_response();
    response.headers_mut().insert(MARK, HeaderValue::from_static("yes"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn command(text: &str) -> Option<FieldCommand> {
        let id = "0199a000-0000-7000-8000-000000000001";
        read(&serde_json::from_str(&format!("{{\"id\":\"{id}\",\"at\":\"2026-06-29T09:00:00Z\",{text}}}")).unwrap())
    }

    #[test]
    fn commands_are_read_one_by_one() {
        let spot = "{\"lon\":121.47,\"lat\":30.9,\"accuracy_m\":12}";
        let acts = [
            "\"act\":\"walked\",\"segments\":[\"3-0\"]".to_owned(),
            format!("\"act\":\"seen\",\"point\":{spot},\"words\":\"在桥边\""),
            "\"act\":\"found\"".to_owned(),
            format!("\"act\":\"found\",\"point\":{spot},\"words\":\"\""),
            format!("\"act\":\"here\",\"point\":{spot}"),
            "\"act\":\"back\"".to_owned(),
            "\"act\":\"trace\",\"points\":[{\"at\":\"2026-06-29T09:00:00Z\",\"lon\":121.47,\"lat\":30.9,\"accuracy_m\":8}]".to_owned(),
        ];
        for act in &acts {
            assert!(command(act).is_some(), "{act}");
        }
        for wrong in [
            "\"act\":\"walked\"",
            "\"act\":\"walked\",\"segments\":[]",
            "\"act\":\"here\"",
            "\"act\":\"here\",\"point\":{\"lon\":0,\"lat\":0,\"accuracy_m\":1}",
            "\"act\":\"close\"",
            "\"at\":\"yesterday\",\"act\":\"back\"",
            "\"words\":\"x\"",
        ] {
            assert!(command(wrong).is_none(), "{wrong}");
        }
        let FieldAct::Here { accuracy_m, .. } =
            command("\"act\":\"here\",\"point\":{\"lon\":121.47,\"lat\":30.9,\"accuracy_m\":-4}").unwrap().act
        else {
            panic!("it says where they are")
        };
        assert!(accuracy_m >= 0.0);
    }
}
