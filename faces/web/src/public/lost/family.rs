//! The family's page of one case (`/k/…`), opened with the link of a message: where the elder is now, since when, whom to call,
//! when somebody comes, and who looked at the record meanwhile. A link that is over, unknown, or of somebody who is kept away
//! gets the page of wrong codes. GET changes nothing.

use super::track::Post;
use crate::guard::Source;
use crate::public::post::Posted;
use crate::public::{errors, track};
use crate::{App, Fail, Page, html, looker};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::{Actor, Moment, Purpose, text, time};
use lost::app::family::{self, FamilyKey, Followed, Says};
use lost::model::{Attempt, State as At};
use store::Who;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/k/{token}", get(show))
        .route("/k/{token}/come", post(come))
        .route("/k/{token}/say", post(say))
        .route("/k/{token}/appeal", post(take_back))
}

struct View {
    f: Followed,
    post: Option<Post>,
    looks: Vec<looker::LookLine>,
    /// How many looks are told later.
    withheld: usize,
}

impl View {
    fn phone(&self, page: &Page) -> String {
        Post::phone_of(self.post.as_ref(), page)
    }
    fn state(&self) -> &'static str {
        self.f.state.code()
    }
    fn kept(&self) -> bool {
        self.f.state == At::Kept
    }
    fn tone(&self) -> (&'static str, &'static str) {
        match self.f.state {
            At::Missing => ("", "search"),
            At::HandedOver | At::Closed => ("state-good", "home"),
            At::Kept => ("state-good", "check"),
            At::Sighted | At::Escorted => ("state-work", "person"),
        }
    }
    /// What this contact said last, in words.
    fn mine(&self, page: &Page) -> Option<String> {
        let line = self.f.mine.as_ref()?;
        Some(match (line.result, line.eta) {
            (Attempt::Comes, Some(at)) => page.t1("k-mine-comes", "at", page.by(at)),
            (Attempt::CannotCome, Some(at)) => page.t1("k-mine-not-before", "at", page.by(at)),
            (Attempt::CannotCome, None) => page.t("k-mine-cannot"),
            _ => return None,
        })
    }
}

#[derive(Template)]
#[template(path = "public/lost/family.html")]
struct FamilyPage {
    page: Page,
    token: String,
    v: View,
    done: bool,
    at: String,
    text: String,
    problems: Vec<(&'static str, String)>,
}

impl FamilyPage {
    fn problem(&self, id: &str) -> Option<&String> {
        self.problems.iter().find(|(field, _)| *field == id).map(|(_, words)| words)
    }
}

async fn lookup(app: &App, typed: &str) -> Result<(String, FamilyKey), Fail> {
    let plain = text::normalise_code(typed).ok_or(Fail::NotFound)?;
    let who = Who::new(Actor::public(app.district), Purpose::OwnRecord);
    let asked = plain.clone();
    let key = app.rt.read(who, move |cx| family::find_by_link(cx, &asked)).await.map_err(errors::of_lost)?;
    let chars: Vec<char> = plain.chars().collect();
    Ok((chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-"), key))
}

async fn view(app: &App, page: &Page, key: FamilyKey) -> Result<View, Fail> {
    let page = page.clone();
    app.rt
        .read(key.who(app.district), move |cx| {
            let f = family::follow(cx, key).map_err(errors::of_lost)?;
            let post = Post::of(cx, f.post).map_err(errors::of_lost)?;
            let seen = audit::seen::in_case(cx, key.person, key.case)?;
            let looks = seen.looks.iter().map(|look| looker::LookLine {
                n: look.n,
                at: look.at,
                who: looker::who_for_raiser(&page, &look.who),
                what: looker::what(&page, &look.kind, &look.fields),
                ..looker::LookLine::default()
            });
            let looks = looker::together(&page, looks.collect());
            Ok::<_, Fail>(View { f, post, looks, withheld: seen.withheld })
        })
        .await
}

/// What was just done: a word in the address, nothing else.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct JustDone {
    done: String,
}

async fn show(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(token): Path<String>,
    Query(JustDone { done }): Query<JustDone>,
) -> Result<Response, Fail> {
    let (token, key) = match lookup(&app, &token).await {
        Ok(found) => found,
        Err(fail) => return track::wrong(&app, page, source, String::new(), fail),
    };
    let v = view(&app, &page, key).await?;
    let (at, text, problems) = (String::new(), String::new(), Vec::new());
    html(&FamilyPage { page, token, v, done: done == "said", at, text, problems })
}

/// The next time the clock shows what was typed.
fn eta(now: Moment, typed: &str) -> Option<Moment> {
    let typed = text::narrow(typed);
    let (hour, minute) = typed.trim().split_once(':')?;
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then(|| time::next_on_the_wall(now, hour, minute))
}

async fn come(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(token): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (token, key) = match lookup(&app, &token).await {
        Ok(found) => found,
        Err(fail) => return track::wrong(&app, page, source, String::new(), fail),
    };
    let at = posted.get("at");
    let says = match (posted.get("how").as_str(), eta(page.now, &at)) {
        ("cannot", _) => Some(Says::CannotCome),
        ("comes", Some(at)) => Some(Says::Comes(at)),
        ("not_before", Some(at)) => Some(Says::NotBefore(at)),
        _ => None,
    };
    let problem = match says {
        None => ("at", page.t("k-need-time")),
        Some(says) => match app.rt.write(key.who(app.district), move |cx| family::answer(cx, key, says)).await {
            Ok(()) => return Ok(done(&page, &token)),
            Err(error) => ("at", refused(&page, error)?),
        },
    };
    let v = view(&app, &page, key).await?;
    let body = html(&FamilyPage { page, token, v, done: false, at, text: String::new(), problems: vec![problem] })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

async fn say(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(token): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (token, key) = match lookup(&app, &token).await {
        Ok(found) => found,
        Err(fail) => return track::wrong(&app, page, source, String::new(), fail),
    };
    let (text, words) = (posted.get("text"), posted.get("text"));
    let problem = match app.rt.write(key.who(app.district), move |cx| family::write(cx, key, &words)).await {
        Ok(()) => return Ok(done(&page, &token)),
        Err(error) => ("text", refused(&page, error)?),
    };
    let v = view(&app, &page, key).await?;
    let body = html(&FamilyPage { page, token, v, done: false, at: String::new(), text, problems: vec![problem] })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

/// The family agrees to the public appeal no longer.
async fn take_back(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(token): Path<String>,
) -> Result<Response, Fail> {
    let (token, key) = match lookup(&app, &token).await {
        Ok(found) => found,
        Err(fail) => return track::wrong(&app, page, source, String::new(), fail),
    };
    match app.rt.write(key.who(app.district), move |cx| family::take_back_appeal(cx, key)).await {
        // Twice is fine: it is gone.
        Ok(()) | Err(lost::Error::Refused(lost::Refusal::NoAppeal)) => Ok(done(&page, &token)),
        Err(error) => Err(errors::of_lost(error)),
    }
}

fn done(page: &Page, token: &str) -> Response {
    Redirect::to(&page.href(format!("/k/{token}?done=said"))).into_response()
}

/// What the page can say of it.
fn refused(page: &Page, error: lost::Error) -> Result<String, Fail> {
    match error {
        lost::Error::Invalid { field: "eta", .. } => Ok(page.t("k-need-time")),
        lost::Error::Invalid { why, .. } => Ok(page.tk("found-say-", why)),
        lost::Error::Refused(_) => Ok(page.t("found-say-late")),
        error => Err(errors::of_lost(error)),
    }
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    use kernel::ids::ContactId;
    use lost::app::AttemptLine;
    use lost::model::Kind;
    let zh = page.zh();
    let word = |a: &str, b: &str| if zh { a.to_owned() } else { b.to_owned() };
    let view = |state: At, result, eta| View {
        f: Followed {
            number: "ZS-2026-00001".into(),
            kind: Kind::Found,
            state,
            since: page.now.plus_minutes(-12),
            opened_at: page.now.plus_minutes(-40),
            post: None,
            doctor_at: (state == At::Kept).then(|| page.now.plus_hours(3)),
            mine: Some(AttemptLine {
                contact: ContactId(uuid::Uuid::nil()),
                at: page.now,
                by: "subject".into(),
                result,
                eta,
            }),
            other_comes: (state == At::Kept).then(|| page.now.plus_minutes(30)),
            asks: state != At::HandedOver,
            appeal: state == At::Missing,
        },
        post: Some(Post {
            name: word("青禾警务站", "Qinghe post"),
            address: word("青禾路 1 号", "1 Qinghe Road"),
            phone: "021-0571 0222".into(),
        }),
        looks: if state == At::Missing {
            Vec::new()
        } else {
            vec![looker::LookLine {
                at: page.now,
                who: word("值班民警 季站", "Duty officer Ji"),
                what: page.t("seen-kind-person"),
                ..looker::LookLine::default()
            }]
        },
        withheld: usize::from(state == At::Kept),
    };
    let later = Some(page.now.plus_minutes(40));
    let all = [
        (At::Missing, Attempt::NoAnswer, None),
        (At::Sighted, Attempt::Comes, later),
        (At::Escorted, Attempt::CannotCome, later),
        (At::Kept, Attempt::CannotCome, None),
        (At::HandedOver, Attempt::Comes, later),
        (At::Closed, Attempt::Comes, later),
    ];
    all.into_iter()
        .map(|(state, result, eta)| {
            let problems = if state == At::Kept {
                vec![("at", page.t("k-need-time")), ("text", page.t("found-say-missing"))]
            } else {
                Vec::new()
            };
            let shown = FamilyPage {
                page: page.clone(),
                token: "ABCD-EFGH-JKMN-PQRS-TVWX".into(),
                v: view(state, result, eta),
                done: state == At::Sighted,
                at: "18:30".into(),
                text: String::new(),
                problems,
            };
            ("public/lost/family.html", shown.render().unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_time_is_the_next_one_on_the_wall() {
        let at = |text: &str| Moment::parse_rfc3339(text).unwrap();
        let now = at("2026-11-24T14:08:00+08:00");
        assert_eq!(eta(now, "18:30"), Some(at("2026-11-24T18:30:00+08:00")));
        assert_eq!(eta(now, "７:05"), Some(at("2026-11-25T07:05:00+08:00")), "tomorrow morning");
        for wrong in ["", "25:00", "12:6", "12:60", "半小时后"] {
            assert_eq!(eta(now, wrong), None, "{wrong}");
        }
    }
}
