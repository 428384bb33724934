//! What is done on a case: each form of its screen comes in here and leads back to it.

use super::{case, clock_ahead, clock_behind};
use crate::guard::PHOTOS;
use crate::public::find;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use base64::Engine as _;
use kernel::ids::{AccountId, CaseId, ContactId};
use kernel::{Moment, Purpose};
use lost::Error;
use lost::app::{self, AskAnswer, Reached, Went};
use lost::model::{
    Attempt, Debrief, Described, HandOver, How, Look, Outcome, PlaceKind, Proof, Receiver, ScenePlace, Task, Worked,
};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/desk/lost/{id}/step/{step}", post(step).layer(DefaultBodyLimit::max(PHOTOS)))
        .route("/desk/lost/{id}/helpers/{account}/end", post(end_help))
}

async fn step(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, step)): Path<(CaseId, String)>,
    posted: Posted,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    // Making a picture anew takes a while: not while others wait to write.
    let asked = step.clone();
    let done = match signature(&posted) {
        Ok(drawn) => app.rt.write(who, move |cx| take(cx, id, &asked, &posted, drawn)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(Done::GoesOn(into)) => Ok(Redirect::to(&page.href(format!("/desk/lost/{into}"))).into_response()),
        Ok(Done::Fine) => Ok(Redirect::to(&page.href(format!("/desk/lost/{id}"))).into_response()),
        Ok(Done::WrongCode) => case::again(&app, page, staff, id, &step, lost::Refusal::WrongCode.into()).await,
        Err(error) => case::again(&app, page, staff, id, &step, error).await,
    }
}

enum Done {
    Fine,
    WrongCode,
    /// It goes on in that case.
    GoesOn(CaseId),
}

fn missing(field: &'static str) -> Error {
    Error::Invalid { field, why: "missing" }
}

fn id_of<T: std::str::FromStr>(posted: &Posted, field: &'static str) -> Result<T, Error> {
    posted.get(field).parse().map_err(|_| missing(field))
}

fn version(posted: &Posted) -> Result<i64, Error> {
    posted.get("version").parse().map_err(|_| missing("version"))
}

fn take(cx: &mut Cx<'_>, id: CaseId, step: &str, posted: &Posted, drawn: Option<Vec<u8>>) -> Result<Done, Error> {
    let words = posted.get("words");
    let now = cx.now;
    // Everything but a remark and an answer is made for the version that was on the screen.
    match step {
        "remark" => app::remark(cx, id, &words)?,
        "ask-answer" => {
            let answer = AskAnswer::from_code(&posted.get("answer")).ok_or_else(|| missing("answer"))?;
            app::answer_ask(cx, id, answer, &words)?;
        }
        "thread" => app::relay::answer_thread(cx, id, id_of(posted, "thread")?, &words, &posted.get("again"))?,
        "code" => app::send_code(cx, id, id_of::<ContactId>(posted, "contact")?)?,
        "same" => {
            let (v, other_seen) = (version(posted)?, id_of(posted, "other_version")?);
            return app::same(cx, id, v, id_of(posted, "other")?, other_seen).map(Done::GoesOn);
        }
        "hand-over" => return hand_over(cx, id, posted, drawn),
        _ => versioned(cx, id, step, posted, &words, now)?,
    }
    Ok(Done::Fine)
}

fn versioned(cx: &mut Cx<'_>, id: CaseId, step: &str, posted: &Posted, words: &str, now: Moment) -> Result<(), Error> {
    let v = version(posted)?;
    match step {
        "take" => app::take(cx, id, v),
        "seen" => {
            let at = clock_behind("seen_at", &posted.get("seen_at"), now)?;
            let place = ScenePlace {
                point: find::point(&posted.get("lat"), &posted.get("lon")),
                words: Some(posted.get("place")).filter(|p| !p.is_empty()),
                post: posted.get("post").parse().ok(),
                ..ScenePlace::default()
            };
            app::seen(cx, id, v, &place, at, words)
        }
        "describe" => app::describe(cx, id, v, words, &described(posted)),
        "ask" => {
            let bodies: Vec<_> = posted.list("bodies").iter().filter_map(|b| b.parse().ok()).collect();
            app::ask(cx, id, v, &bodies)
        }
        "identified" => {
            let how = How::from_code(&posted.get("how")).ok_or_else(|| missing("how"))?;
            app::identified(cx, id, v, id_of(posted, "person")?, how)
        }
        "compared" => {
            let how = How::from_code(&posted.get("how")).ok_or_else(|| missing("how"))?;
            app::relay::compared(cx, id, v, how)
        }
        "seen-said" => app::relay::seen_where_said(cx, id, v, id_of(posted, "entry")?),
        "seen-there" => app::relay::seen_there(cx, id, v, id_of(posted, "thread")?),
        "unidentified" => app::unidentified(cx, id, v),
        "attempt" => {
            let result = Attempt::from_code(&posted.get("result")).ok_or_else(|| missing("result"))?;
            let eta = clock_ahead("eta", &posted.get("eta"), now)?;
            let eta = eta.filter(|_| matches!(result, Attempt::Comes | Attempt::CannotCome));
            app::attempt(cx, id, v, id_of(posted, "contact")?, result, eta, words)
        }
        "call-help" => {
            let radius = posted.get("radius").parse().map_err(|_| missing("radius"))?;
            app::call_help(cx, id, v, radius).map(drop)
        }
        "end-call" => app::end_call(cx, id, v),
        "helper" => {
            let task = Task::from_code(&posted.get("task")).unwrap_or(Task::Escort);
            app::take_helper(cx, id, v, id_of(posted, "helper")?, task)
        }
        "keep" => app::keep(cx, id, v, id_of(posted, "post")?, words),
        "look" => {
            let looks: Vec<_> = posted.list("looks").iter().filter_map(|l| Look::from_code(l)).collect();
            app::log_look(cx, id, v, &looks, words)
        }
        "leave" => app::leave(cx, id, v, false, words),
        "lost-sight" => app::leave(cx, id, v, true, words),
        "agree" => app::agree(cx, id, v),
        "answer" => {
            let reached = Reached::from_code(&posted.get("reached")).unwrap_or(Reached::Page);
            app::answer(cx, id, v, words, reached)
        }
        "tell-finder" => app::tell_finder(cx, id, v, words),
        "debrief" => {
            let worked = |field: &str| Worked::from_code(&posted.get(field)).unwrap_or(Worked::None);
            let found = Debrief {
                card: worked("card"),
                locator: worked("locator"),
                schedule: worked("schedule"),
                words: Some(words.to_owned()),
            };
            app::debrief(cx, id, v, &found)
        }
        "close" => {
            let outcome = Outcome::from_code(&posted.get("outcome")).ok_or_else(|| missing("outcome"))?;
            app::close(cx, id, v, outcome, words)
        }
        _ => Err(Error::Store(store::Error::NotFound)),
    }
}

pub(super) fn described(posted: &Posted) -> Described {
    let marks = posted.get("marks");
    Described {
        sex: posted.get("sex"),
        age: posted.get("age").parse().ok(),
        height_cm: posted.get("height").parse().ok(),
        build: posted.get("build"),
        dialect: posted.get("dialect"),
        surname: posted.get("surname"),
        marks: marks
            .split([';', '；', '、', ',', '，'])
            .map(str::trim)
            .filter(|m| !m.is_empty())
            .map(str::to_owned)
            .collect(),
    }
}

/// With whom the elder goes. Somebody who is no contact needs a second officer: then it waits for one.
fn hand_over(cx: &mut Cx<'_>, id: CaseId, posted: &Posted, drawn: Option<Vec<u8>>) -> Result<Done, Error> {
    let v = version(posted)?;
    let (name, as_what) = (posted.get("receiver_name"), posted.get("receiver_as"));
    let receiver = match posted.get("receiver").as_str() {
        "other" => Receiver::Other { name, relation: as_what },
        "body" => Receiver::Body { name, officer: as_what },
        contact => Receiver::Contact { id: contact.parse().map_err(|_| missing("receiver"))?, barred: false },
    };
    let command = HandOver {
        receiver,
        proof: Proof::from_code(&posted.get("proof")).unwrap_or(Proof::Nothing),
        place: PlaceKind::from_code(&posted.get("place_kind")).unwrap_or(PlaceKind::Post),
        override_reason: Some(posted.get("override")).filter(|o| !o.is_empty()),
        code: Some(posted.get("code")).filter(|c| !c.is_empty()),
        signature: drawn,
    };
    match app::hand_over(cx, id, v, &command) {
        Ok(Went::WithReceiver) => Ok(Done::Fine),
        Ok(Went::WrongCode) => Ok(Done::WrongCode),
        Err(Error::Refused(lost::Refusal::NeedsSecond)) => {
            app::ask_second(cx, id, v, &command)?;
            Ok(Done::Fine)
        }
        Err(error) => Err(error),
    }
}

/// Drawn on the screen, or a photo of the paper. Only pictures, made anew from their pixels: no place, no camera.
fn signature(posted: &Posted) -> Result<Option<Vec<u8>>, Error> {
    let wrong = || Error::Invalid { field: "signature", why: "picture" };
    let bytes = match posted.files.first() {
        Some(file) => file.clone(),
        None => {
            let drawn = posted.get("drawn");
            let Some(text) = drawn.strip_prefix("data:image/png;base64,") else { return Ok(None) };
            base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| wrong())?
        }
    };
    Ok(Some(matters::photo::clean(&bytes).map_err(|_| wrong())?.jpeg))
}

async fn end_help(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path((id, account)): Path<(CaseId, AccountId)>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Case(id));
    match app.rt.write(who, move |cx| app::end_help(cx, id, account)).await {
        Ok(()) => Ok(Redirect::to(&page.href(format!("/desk/lost/{id}"))).into_response()),
        Err(error) => case::again(&app, page, staff, id, "", error).await,
    }
}
