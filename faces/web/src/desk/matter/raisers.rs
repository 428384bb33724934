//! Who raised a matter and how the answer reaches them. Names are behind a step of their own that is logged (R3).

use super::super::Frame;
use super::super::frame::queue_path;
use crate::session::Staff;
use crate::{App, Fail, Page, html};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::MatterId;
use matters::app::{Detail, Queue};
use matters::model::CommandKind;

pub(super) struct RaiserView {
    pub channel: String,
    pub anonymous: bool,
    pub at: String,
    pub proof: Option<String>,
    /// Where to write down an attempt to bring the answer.
    pub record: Option<String>,
    pub attempts: Vec<String>,
}

pub(super) fn raisers(page: &Page, d: &Detail, href: &str) -> Vec<RaiserView> {
    let may_record = d.commands.iter().any(|(k, a)| *k == CommandKind::RecordDelivery && a.is_ok());
    d.raisers
        .iter()
        .map(|r| RaiserView {
            channel: page.tk("channel-", r.channel.code()),
            anonymous: r.anonymous,
            at: page.ago(r.at),
            proof: r.proof.map(|p| page.tk("proof-", p.code())),
            record: (may_record && r.proof.is_none()).then(|| format!("{href}/do/record_delivery?raiser={}", r.id)),
            attempts: d
                .deliveries
                .iter()
                .filter(|a| a.raiser == r.id)
                .map(|a| format!("{} {}", page.stamp(a.at), page.tk("delivery-", a.result.code())))
                .collect(),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "desk/reveal.html")]
pub(super) struct Reveal {
    pub page: Page,
    pub frame: Frame,
    pub number: String,
    pub title: String,
    pub back: String,
    pub at: String,
    pub raisers: Vec<Shown>,
}

/// A raiser, opened.
pub(super) struct Shown {
    pub anonymous: bool,
    pub erased: bool,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: Option<String>,
}

/// Shows who raised it, once, and writes down that it was shown. A POST, so that no prefetch ever does it.
pub(super) async fn reveal(
    State(app): State<App>,
    page: Page,
    staff: Staff,
    Path(id): Path<MatterId>,
) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Matter(id));
    let shown = app
        .rt
        .write(who, move |cx| {
            let raisers = matters::raiser::reveal(cx, id)?;
            let detail = matters::app::detail(cx, id)?;
            let frame = Frame::load(cx, &page, &staff, queue_path(Queue::Mine))?;
            let raisers = raisers
                .into_iter()
                .map(|r| Shown {
                    anonymous: r.anonymous,
                    erased: r.erased,
                    name: r.name,
                    phone: r.phone,
                    email: r.email,
                    address: r.address,
                })
                .collect();
            Ok::<_, Fail>(Reveal {
                number: detail.line.number,
                title: detail.line.summary,
                back: page.href(format!("/desk/matters/{id}")),
                at: page.stamp(page.now),
                raisers,
                frame,
                page,
            })
        })
        .await?;
    let mut response = html(&shown)?;
    response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    Ok(response)
}
