//! The receipt a clerk reads out or prints.

use super::super::{Frame, nobody};
use crate::session::Staff;
use crate::{App, Fail, Page, html, qr, unkept};
use askama::Template;
use axum::response::Response;
use kernel::Purpose;
use matters::app::Receipt;
use store::chain::{self, Mark};

pub(super) struct ReceiptView {
    pub number: String,
    pub code: String,
    pub class_name: String,
    pub at: String,
    pub contact_by: String,
    pub answer_by: String,
    pub phone: String,
    pub provisional: bool,
    pub address: String,
    pub qr: String,
    /// Who has it now, in a sentence.
    pub owner: String,
    /// Short head of the log.
    pub mark: String,
    pub href: String,
}

#[derive(Template)]
#[template(path = "desk/receipt.html")]
pub(super) struct ReceiptPage {
    pub page: Page,
    pub frame: Frame,
    pub r: ReceiptView,
}

/// The receipt, to be read out or printed. Sending the form again (a reload) answers the same one.
pub(super) async fn show(app: &App, page: Page, staff: Staff, receipt: Receipt) -> Result<Response, Fail> {
    let who = staff.who(Purpose::Proxy);
    let shown = app
        .rt
        .read(who, move |cx| {
            let frame = Frame::load(cx, &page, &staff, "/desk/new")?;
            let names = people::app::accounts::names(cx, &[receipt.owner_account])?;
            let name = names.get(&receipt.owner_account).cloned().unwrap_or_else(|| nobody(&page));
            let ground = places::snapshot(cx)?;
            let phone = receipt.post.and_then(|p| ground.post(p)).map(|p| p.phone.clone()).filter(|p| !p.is_empty());
            let link = page.config.absolute(&format!("/t/{}", receipt.code));
            let mark = Mark::of(&chain::head(cx)?).to_string();
            let r = ReceiptView {
                mark,
                owner: page.t1("desk-receipt-owner", "who", name),
                href: page.href(format!("/desk/matters/{}", receipt.matter)),
                class_name: receipt.class.name(page.look.lang).to_owned(),
                at: page.stamp(receipt.raised_at),
                contact_by: page.by(receipt.contact_by),
                answer_by: page.by(receipt.answer_by),
                phone: phone.unwrap_or_else(|| page.phone().to_owned()),
                provisional: receipt.provisional,
                qr: qr::svg(&link, &page.t("desk-receipt-qr")),
                address: page.config.absolute("/t"),
                code: receipt.code,
                number: receipt.number,
            };
            Ok::<_, Fail>(ReceiptPage { page, frame, r })
        })
        .await?;
    Ok(unkept(html(&shown)?))
}
