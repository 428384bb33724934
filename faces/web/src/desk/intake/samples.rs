//! Invented forms and receipts for the test that renders every page.

use super::classes::picks;
use super::hints::{Ahead, ForeseePart};
use super::receipt::{ReceiptPage, ReceiptView};
use super::{Intake, NewPage, channels, problem};
use crate::desk::Frame;
use crate::desk::view::Choice;
use crate::{Page, qr};
use askama::Template;
use kernel::Lang;
use matters::model::Origin;
use std::sync::Arc;

fn ahead(page: &Page) -> Ahead {
    let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    Ahead {
        owner: name("王工", "Wang"),
        more: vec![name("青禾站值班员", "Duty desk"), page.t("desk-via-catch_all")],
        place: Some(name("青禾镇 · 桂花里", "Qinghe · Guihuali")),
        post: Some((name("青禾站", "Qinghe post"), "021-0571 0100".into())),
        contact_by: page.by(page.now.plus_hours(24)),
        answer_by: page.by(page.now.plus_days(7)),
        provisional: true,
    }
}

pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let classes: Vec<_> = matters::seed::classes().into_iter().map(Arc::new).collect();
    let frame = Frame::sample(page);
    let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let mut out = Vec::new();
    for bad in [false, true] {
        let fields = [
            "class", "text", "address", "area", "about", "phone", "name", "email", "postal", "channel", "photos",
            "post",
        ];
        let wrong: Vec<_> =
            fields.iter().filter(|_| bad).map(|f| matters::Invalid::new(f, "invalid-missing")).collect();
        let i = Intake {
            classes: picks(page, &classes),
            chosen: bad.then(|| name("漏水", "Leak")),
            emergency: bad,
            origins: Choice::codes(page, "origin-", [Origin::Phone.code(), Origin::WalkIn.code()], "phone"),
            channels: channels(page, ""),
            langs: Lang::ALL.iter().map(|l| Choice::new(l.tag(), page.tk("desk-lang-", l.tag()), "")).collect(),
            errors: wrong.iter().map(|w| (w.field.to_owned(), problem(page, w))).collect(),
            text_error: bad.then(|| page.t("invalid-missing")),
            post_error: bad.then(|| page.t("desk-new-post-needed")),
            ahead: bad.then(|| Ok(ahead(page))),
            photos_error: bad.then(|| page.t("photos-again")),
            bodies: vec![name("桂花里居委会", "Guihuali")],
            about_error: bad.then(|| page.t("invalid-about")),
            areas: vec![name("青禾居委会", "Qinghe")],
            ..Intake::default()
        };
        out.push((
            "desk/new.html",
            NewPage { page: page.clone(), frame: frame.clone(), i }.render().unwrap_or_default(),
        ));
        let said = [None, Some(Ok(ahead(page))), Some(Err(page.t("desk-new-area-unknown")))];
        for ahead in said {
            let part = ForeseePart { page: page.clone(), ahead };
            out.push(("desk/part_foresee.html", part.render().unwrap_or_default()));
        }
        let r = ReceiptView {
            mark: "412:4f2a-9c01-77de-0b12".into(),
            number: "HQ-2026-00001".into(),
            code: "ABCD-EFGH-JKMN".into(),
            class_name: name("漏水", "Leak"),
            at: page.stamp(page.now),
            contact_by: page.by(page.now.plus_hours(24)),
            answer_by: page.by(page.now.plus_days(7)),
            phone: "021-0571 0100".into(),
            provisional: bad,
            address: "http://127.0.0.1:8080/t".into(),
            qr: qr::svg("http://127.0.0.1:8080/t/ABCDEFGH", &page.t("desk-receipt-qr")),
            owner: page.t1("desk-receipt-owner", "who", name("王工", "Wang")),
            href: page.href("/desk/matters/1"),
        };
        out.push((
            "desk/receipt.html",
            ReceiptPage { page: page.clone(), frame: frame.clone(), r }.render().unwrap_or_default(),
        ));
    }
    out
}
