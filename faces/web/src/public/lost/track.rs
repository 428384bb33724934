//! What became of it, for whoever found or misses an elder and holds the code: the state in plain words, whom to call, a thread
//! with the post, and the thank-you at the end. Says nothing of who the elder is. GET changes nothing.

use crate::guard::Source;
use crate::public::find::{self as pick, Picks, Places};
use crate::public::post::Posted;
use crate::public::{errors, track};
use crate::{App, Fail, Page, html, qr};
use askama::Template;
use axum::Router;
use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kernel::Moment;
use lost::app::{self, FoundCase, Tracked};
use lost::model::{Kind, State as At};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/found/{code}", get(show))
        .route("/found/{code}/receipt", get(receipt))
        .route("/found/{code}/say", post(say))
}

/// A post as its door says it.
#[derive(Debug, Clone)]
pub(super) struct Post {
    pub name: String,
    pub address: String,
    pub phone: String,
}

impl Post {
    pub(super) fn of(cx: &mut Cx<'_>, id: Option<kernel::ids::PostId>) -> lost::Result<Option<Self>> {
        let Some(id) = id else { return Ok(None) };
        let ground = places::snapshot(cx)?;
        let of = |p: &places::Post| Self { name: p.name.clone(), address: p.address.clone(), phone: p.phone.clone() };
        Ok(ground.post(id).map(of))
    }
    /// The number to call: the post's, else the duty desk's.
    pub(super) fn phone_of(post: Option<&Self>, page: &Page) -> String {
        post.map(|p| p.phone.clone()).filter(|p| !p.is_empty()).unwrap_or_else(|| page.phone().to_owned())
    }
}

struct View {
    number: String,
    missing: bool,
    /// End of the key `found-state-…`.
    state: &'static str,
    since: Moment,
    post: Option<Post>,
    said: Vec<(Moment, bool, String)>,
    answer: Option<(Moment, String)>,
    open: bool,
    /// Number of the case it goes on in.
    goes_on: Option<String>,
}

impl View {
    fn of(t: Tracked, post: Option<Post>) -> Self {
        let state = match t.state {
            At::Sighted if !t.taken => "received",
            At::Missing if t.kind == Kind::Missing && !t.taken => "received",
            state => state.code(),
        };
        Self {
            number: t.number,
            missing: t.kind == Kind::Missing,
            state,
            since: t.since,
            post,
            said: t.said,
            answer: t.answer,
            open: t.open,
            goes_on: t.goes_on,
        }
    }
    fn phone(&self, page: &Page) -> String {
        Post::phone_of(self.post.as_ref(), page)
    }
    fn tone(&self) -> (&'static str, &'static str) {
        match self.state {
            "handed_over" | "closed" => ("state-good", "check"),
            "received" => ("", "mail"),
            "missing" => ("state-work", "search"),
            _ => ("state-work", "person"),
        }
    }
}

#[derive(Template)]
#[template(path = "public/lost/track.html")]
struct TrackPage {
    page: Page,
    code: String,
    v: View,
    done: bool,
    text: String,
    problem: Option<String>,
    /// Made with the form: a double tap says it once.
    again: String,
    /// Where they say the elder is: in words, as a pin, and what the words were found as.
    place: Place,
}

/// What was sent of a place.
#[derive(Default)]
struct Place {
    words: String,
    pin: (String, String),
    found: Option<Places>,
}

impl Picks for TrackPage {
    fn page(&self) -> &Page {
        &self.page
    }
    fn places(&self) -> Option<&Places> {
        self.place.found.as_ref()
    }
    fn find_field(&self) -> &'static str {
        "place"
    }
    fn pin(&self) -> (String, String) {
        self.place.pin.clone()
    }
}

#[derive(Template)]
#[template(path = "public/lost/receipt.html")]
struct ReceiptPage {
    page: Page,
    code: String,
    link: String,
    qr: String,
    v: View,
}

/// The code as it stands in addresses, if there is such a case: capitals in groups of four.
pub(in crate::public) async fn find(app: &App, typed: &str) -> Result<String, Fail> {
    Ok(lookup(app, typed).await?.0)
}

async fn lookup(app: &App, typed: &str) -> Result<(String, FoundCase), Fail> {
    let plain = kernel::text::normalise_code(typed).ok_or(Fail::NotFound)?;
    let asked = plain.clone();
    let found = app.rt.read(app.raiser(), move |cx| app::find_by_code(cx, &asked)).await.map_err(errors::of_lost)?;
    let chars: Vec<char> = plain.chars().collect();
    Ok((chars.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-"), found))
}

async fn view(app: &App, typed: &str) -> Result<(String, View), Fail> {
    let (code, found) = lookup(app, typed).await?;
    let view = app.rt.read(app.raiser(), move |cx| {
        let tracked = app::track(cx, found)?;
        let post = Post::of(cx, tracked.post)?;
        Ok::<_, lost::Error>(View::of(tracked, post))
    });
    Ok((code, view.await.map_err(errors::of_lost)?))
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
    Path(code): Path<String>,
    Query(JustDone { done }): Query<JustDone>,
) -> Result<Response, Fail> {
    match view(&app, &code).await {
        Ok((code, v)) => {
            let (done, again) = (done == "said", app.rt.ids().uuid(app.rt.now()).to_string());
            html(&TrackPage { page, code, v, done, text: String::new(), problem: None, again, place: Place::default() })
        }
        Err(fail) => track::wrong(&app, page, source, String::new(), fail),
    }
}

async fn receipt(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
) -> Result<Response, Fail> {
    match view(&app, &code).await {
        Ok((code, v)) => {
            let link = page.config.absolute(&page.look.in_elder(false).href(&format!("/found/{code}")));
            let qr = qr::svg(&link, &page.t("receipt-qr"));
            html(&ReceiptPage { page, code, link, qr, v })
        }
        Err(fail) => track::wrong(&app, page, source, String::new(), fail),
    }
}

async fn say(
    State(app): State<App>,
    page: Page,
    Extension(source): Extension<Source>,
    Path(code): Path<String>,
    posted: Posted,
) -> Result<Response, Fail> {
    let (code, found) = match lookup(&app, &code).await {
        Ok(found) => found,
        Err(fail) => return track::wrong(&app, page, source, String::new(), fail),
    };
    let text = posted.get("text");
    let again: String = posted.get("again").chars().take(60).collect();
    let mut place = Place { words: posted.get("place"), pin: pick::spot(&posted), found: None };
    if matches!(posted.get("go").as_str(), "find" | "unpin") {
        if posted.get("go") == "unpin" {
            place.pin = <(String, String)>::default();
        } else {
            let near = (place.pin.0.as_str(), place.pin.1.as_str());
            place.found = Some(pick::look_up(&app, &page, source, &place.words, near).await?);
        }
        let (code, v) = view(&app, &code).await?;
        return html(&TrackPage { page, code, v, done: false, text, problem: None, again, place });
    }
    let point = pick::point(&place.pin.0, &place.pin.1);
    // Where, then what; a place alone says enough.
    let said = [place.words.trim(), text.trim()].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>();
    let words = match (said.is_empty(), point) {
        (true, Some(_)) => page.t("found-say-there"),
        _ => said.join(if page.zh() { "：" } else { ": " }),
    };
    let key = again.clone();
    let problem = match app.rt.write(app.raiser(), move |cx| app::say(cx, found, &words, point, &key)).await {
        Ok(()) => return Ok(Redirect::to(&page.href(format!("/found/{code}?done=said"))).into_response()),
        Err(lost::Error::Invalid { why, .. }) => page.tk("found-say-", why),
        Err(lost::Error::Refused(_)) => page.t("found-say-late"),
        Err(error) => return Err(errors::of_lost(error)),
    };
    let (code, v) = view(&app, &code).await?;
    let body = html(&TrackPage { page, code, v, done: false, text, problem: Some(problem), again, place })?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, body).into_response())
}

#[cfg(test)]
pub(super) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let zh = page.zh();
    let word = |a: &str, b: &str| if zh { a.to_owned() } else { b.to_owned() };
    let post = || Post {
        name: word("青禾警务站", "Qinghe post"),
        address: word("青禾路 1 号", "1 Qinghe Road"),
        phone: "021-0571 0222".into(),
    };
    let view = |state: &'static str, missing| View {
        number: "ZS-2026-00001".into(),
        missing,
        state,
        since: page.now.plus_minutes(-20),
        post: (state != "received").then(post),
        said: vec![
            (page.now.plus_minutes(-9), true, word("她说要去菜场", "She wants to go to the market")),
            (page.now.plus_minutes(-8), false, word("请陪她一会儿", "Please stay with her")),
        ],
        answer: (state == "closed").then(|| (page.now, word("已经平安到家，谢谢您。", "She is home. Thank you."))),
        open: state != "closed" && state != "kept",
        goes_on: (state == "kept").then(|| "ZS-2026-00002".into()),
    };
    let code = || "ABCD-EFGH-JKMN".to_owned();
    let mut out = Vec::new();
    for state in ["received", "missing", "sighted", "escorted", "kept", "handed_over", "closed"] {
        for missing in [false, true] {
            let why = match state {
                "sighted" => Some("missing"),
                "escorted" => Some("too-long"),
                "kept" => Some("too-many"),
                "handed_over" => Some("late"),
                _ => None,
            };
            let (v, problem) = (view(state, missing), why.map(|why| page.tk("found-say-", why)));
            let shown = TrackPage {
                page: page.clone(),
                code: code(),
                v,
                done: state == "sighted",
                text: String::new(),
                problem,
                again: "1".into(),
                place: Place {
                    words: word("老街口", "Old Street"),
                    pin: if missing { ("30.92".into(), "121.47".into()) } else { Place::default().pin },
                    found: (state == "missing").then(|| pick::sample_places(page)),
                },
            };
            out.push(("public/lost/track.html", shown.render().unwrap_or_default()));
        }
    }
    let link = "http://127.0.0.1:8080/found/ABCD-EFGH-JKMN".to_owned();
    for missing in [false, true] {
        let (qr, v) = (qr::svg(&link, &page.t("receipt-qr")), view("received", missing));
        let shown = ReceiptPage { page: page.clone(), code: code(), link: link.clone(), qr, v };
        out.push(("public/lost/receipt.html", shown.render().unwrap_or_default()));
    }
    out
}
