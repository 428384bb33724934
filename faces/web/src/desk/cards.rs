//! Blank care cards of a post: how many are left, and the sheet to print. Token and code stand on that sheet and nowhere
//! else, so it is shown once.

use super::Frame;
use crate::public::post::Posted;
use crate::session::Staff;
use crate::{App, Fail, Page, html, qr, unkept};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use care::app::cards::{self, Made};
use care::model::code;
use kernel::Purpose;
use kernel::ids::PostId;
use people::policy::{Action, require_somewhere};
use store::Cx;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/desk/cards", get(stock).post(make))
}

struct PostLine {
    id: String,
    name: String,
    left: i64,
}

#[derive(Template)]
#[template(path = "desk/cards.html")]
struct StockPage {
    page: Page,
    frame: Frame,
    posts: Vec<PostLine>,
    problem: Option<String>,
}

/// One card of the sheet, both sides.
struct Printed {
    number: i64,
    code: String,
    qr: String,
}

#[derive(Template)]
#[template(path = "desk/card_sheet.html")]
struct SheetPage {
    page: Page,
    frame: Frame,
    /// Pages of five, as they fit on A4 with both sides beside each other.
    cards: Vec<Printed>,
    post: String,
    phone: String,
    /// Where the code is typed.
    typed_at: String,
    /// Text for writers of NFC tags, a line for each card.
    addresses: Vec<String>,
    labels: bool,
}

const HERE: &str = "/desk/cards";

fn load(cx: &mut Cx<'_>, page: Page, staff: &Staff, problem: Option<String>) -> Result<StockPage, Fail> {
    require_somewhere(&cx.actor, Action::MakeCards)?;
    let ground = places::snapshot(cx)?;
    let name = |id: PostId| ground.post(id).map(|p| p.name.clone()).unwrap_or_default();
    let posts = cards::stock(cx)?;
    let posts = posts.into_iter().map(|(id, left)| PostLine { id: id.to_string(), name: name(id), left }).collect();
    let frame = Frame::load(cx, &page, staff, HERE)?;
    Ok(StockPage { page, frame, posts, problem })
}

async fn stock(State(app): State<App>, page: Page, staff: Staff) -> Result<Response, Fail> {
    let shown = app.rt.read(staff.who(Purpose::Administration), move |cx| load(cx, page, &staff, None)).await?;
    html(&shown)
}

fn printed(page: &Page, made: &Made) -> Printed {
    let link = page.config.absolute(&format!("/c/{}", made.token));
    Printed { number: made.number, code: code::spoken(&made.code), qr: qr::svg(&link, &page.t("sheet-qr")) }
}

async fn make(State(app): State<App>, page: Page, staff: Staff, posted: Posted) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Administration);
    let (post, count) = (posted.get("post").parse::<PostId>(), posted.get("count").parse().unwrap_or(0));
    let done = app
        .rt
        .write(who.clone(), move |cx| {
            require_somewhere(&cx.actor, Action::MakeCards)?;
            let post = post.map_err(|_| care::Error::Invalid { field: "post", why: "missing" })?;
            let made = cards::make(cx, post, count)?;
            let ground = places::snapshot(cx)?;
            let about = ground.post(post).map(|p| (p.name.clone(), p.phone.clone())).unwrap_or_default();
            Ok::<_, care::Error>((made, about))
        })
        .await;
    let (made, (post, phone)) = match done {
        Ok(done) => done,
        Err(care::Error::Invalid { .. }) => {
            let problem = Some(page.t1("sheet-wrong", "n", cards::MOST));
            let shown = app.rt.read(who, move |cx| load(cx, page, &staff, problem)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&shown)?).into_response());
        }
        Err(other) => return Err(other.into()),
    };
    let labels = posted.get("labels") == "1";
    let shown = app.rt.read(who, move |cx| {
        let frame = Frame::load(cx, &page, &staff, HERE)?;
        let phone = if phone.is_empty() { page.config.duty_phone.clone() } else { phone };
        Ok::<_, Fail>(SheetPage {
            cards: made.iter().map(|m| printed(&page, m)).collect(),
            typed_at: page.config.absolute("/c"),
            addresses: made.iter().map(|m| page.config.absolute(&format!("/c/{}", m.token))).collect(),
            page,
            frame,
            post,
            phone,
            labels,
        })
    });
    html(&shown.await?).map(unkept)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
        let post = if page.zh() { "青禾警务站" } else { "Qinghe post" };
        let mut out = Vec::new();
        for full in [false, true] {
            let line = || PostLine { id: "1".into(), name: post.into(), left: 12 };
            let stock = StockPage {
                page: page.clone(),
                frame: Frame::sample(page),
                posts: if full { vec![line()] } else { Vec::new() },
                problem: full.then(|| page.t1("sheet-wrong", "n", cards::MOST)),
            };
            out.push(("desk/cards.html", stock.render().unwrap_or_default()));
            let made = Made {
                id: kernel::ids::CardId(uuid::Uuid::nil()),
                number: 12,
                token: "ABCDEFGHJKMNPQRSTVWX".into(),
                code: "ABCDEFGHJ".into(),
            };
            let sheet = SheetPage {
                cards: vec![printed(page, &made), printed(page, &made)],
                typed_at: page.config.absolute("/c"),
                addresses: vec![page.config.absolute("/c/ABCDEFGHJKMNPQRSTVWX")],
                page: page.clone(),
                frame: Frame::sample(page),
                post: post.into(),
                phone: "021-0571 0201".into(),
                labels: full,
            };
            out.push(("desk/card_sheet.html", sheet.render().unwrap_or_default()));
        }
        out
    }
}
