//! Who raised a matter and how the answer reaches them. Names are behind a step of their own that is logged (R3).

use super::super::Frame;
use crate::session::Staff;
use crate::{App, Fail, Page, html, unkept};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::Purpose;
use kernel::ids::{MatterId, RaiserId};
use matters::app::Detail;
use matters::model::CommandKind;
use matters::model::delivery;

pub(super) struct RaiserView {
    /// `第 2 位`; none where there is only one.
    pub which: Option<String>,
    pub channel: String,
    pub anonymous: bool,
    pub at: String,
    pub proof: Option<String>,
    /// Where to write down an attempt to bring the answer.
    pub record: Option<String>,
    pub attempts: Vec<String>,
    /// How many failed, while nothing proves that the answer arrived.
    pub failed: Option<String>,
}

pub(super) fn raisers(page: &Page, d: &Detail, href: &str) -> Vec<RaiserView> {
    let may_record = d.commands.iter().any(|(k, a)| *k == CommandKind::RecordDelivery && a.is_ok());
    let open = d.line.state.is_open();
    let of = |raiser| d.deliveries.iter().filter(move |a| a.raiser == raiser);
    d.raisers
        .iter()
        .enumerate()
        .map(|(i, r)| RaiserView {
            which: (d.raisers.len() > 1).then(|| page.t1("desk-raiser-which", "n", i + 1)),
            channel: page.t1("desk-raiser-channel", "channel", page.tk("channel-", r.channel.code())),
            anonymous: r.anonymous,
            at: page.t1("desk-raiser-at", "at", page.ago(r.at)),
            proof: r.proof.map(|p| page.tk("proof-", p.code())),
            record: (may_record && r.proof.is_none()).then(|| format!("{href}/do/record_delivery?raiser={}", r.id)),
            attempts: of(r.id)
                .map(|a| format!("{} {}", page.stamp(a.at), page.tk("delivery-", a.result.code())))
                .collect(),
            failed: failed(page, d, r.id).filter(|_| open && r.proof.is_none()),
        })
        .collect()
}

/// How many attempts failed for this raiser, and when the next one will count; none when nothing failed.
pub(in crate::desk) fn failed(page: &Page, d: &Detail, raiser: RaiserId) -> Option<String> {
    let tries = d.deliveries.iter().filter(|a| a.raiser == raiser && a.opening == d.opening);
    let failed = delivery::failed(tries.map(|a| (a.at, a.result)));
    let from = failed.next_from()?;
    let (n, most) = (("n", failed.counted.to_string()), ("most", delivery::FAILED_ATTEMPTS.to_string()));
    Some(if page.now < from {
        page.loc.args("desk-raiser-failed-soon", &[n, most, ("clock", crate::fmt::clock(from))])
    } else {
        page.loc.args("desk-raiser-failed", &[n, most])
    })
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
            let frame = Frame::load(cx, &page, &staff, "")?;
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
    Ok(unkept(html(&shown)?))
}
