//! Invented matters for the test that renders every page.

use super::original::Original;
use super::pictures::PictureView;
use super::raisers::{RaiserView, Reveal, Shown};
use super::similar::Similar;
use super::steps::{NextStep, Refused};
use super::timeline::EventView;
use super::{MatterPage, Owner, View};
use crate::Page;
use crate::desk::Frame;
use crate::desk::words::{Due, No, Tag};
use askama::Template;
use matters::model::{CommandKind, Level, Refusal, State as Stand, WhoCould};

fn sample(page: &Page, state: Stand) -> View {
    let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let href = page.href("/desk/matters/1");
    let full = state != Stand::Closed;
    let refusal = Refusal::new("refuse-returned-already", WhoCould::Supervisor, "todo-ask-supervisor");
    let texts = |on: bool, text: String| on.then_some(text);
    View {
        id: "1".into(),
        back: page.href("/desk"),
        number: "HQ-2026-00001".into(),
        title: name("3号楼楼道漏水", "Leak on the stairs of house 3"),
        tag: Tag::state(page, state),
        emergency: full,
        open: full,
        class_name: name("漏水", "Leak"),
        origin: page.t("origin-phone"),
        raised: page.ago(page.now.plus_hours(-5)),
        raised_machine: page.machine_time(page.now),
        done: texts(full, page.t("desk-done-sign")),
        due: Due::of(page, page.now.plus_hours(3), Level::Yellow, None, full),
        stage: page.t("desk-stage-contact"),
        why: vec![page.t1("why-due", "at", page.stamp(page.now))],
        owner: Owner {
            name: name("王工", "Wang"),
            seat: texts(full, name("归雁苑物业", "Property of Guiyan")),
            phone: texts(full, "021-0571 0101".into()),
            via: texts(full, page.t("desk-via-deputy")),
        },
        next: if full {
            [CommandKind::Contact, CommandKind::Wait]
                .iter()
                .enumerate()
                .map(|(i, k)| NextStep {
                    word: page.tk("command-", k.code()),
                    href: format!("{href}/do/{}", k.code()),
                    first: i == 0,
                })
                .collect()
        } else {
            Vec::new()
        },
        refused: vec![Refused { word: page.t("command-return"), no: No::refused(page, &refusal) }],
        text: name("三楼到二楼的楼道一直滴水", "Water drips from the third floor"),
        place: texts(full, name("青禾路3号", "3 Qinghe Road")),
        areas: texts(full, name("南桥镇 · 青禾居委会", "Nanqiao · Qinghe")),
        post: full.then(|| (name("青禾站", "Qinghe Post"), "021-0571 0100".into())),
        pictures: vec![PictureView {
            href: format!("{href}/picture/1"),
            alt: page.t1("desk-picture", "n", 1),
            whose: page.t("desk-picture-desk"),
        }],
        answer: texts(!full, name("水管已经换好", "The pipe was replaced")),
        outcome: texts(!full, page.t("outcome-done")),
        raisers: vec![RaiserView {
            which: texts(full, page.t1("desk-raiser-which", "n", 2)),
            failed: texts(full, page.t2("desk-raiser-failed", "n", 2, "most", 3)),
            channel: page.t1("desk-raiser-channel", "channel", page.t("channel-phone")),
            anonymous: full,
            at: page.ago(page.now),
            proof: texts(!full, page.t("proof-call")),
            record: texts(full, format!("{href}/do/record_delivery")),
            attempts: vec![page.t("delivery-call_failed")],
        }],
        by_program: false,
        named: true,
        joined: vec![("HQ-2026-00003".into(), href.clone())],
        original: texts(!full, href.clone()),
        about: full.then(|| page.t("record-people")),
        cases: if full { vec![("/desk/lost/1".into(), "ZS-2026-00001".into())] } else { Vec::new() },
        mark_about: (!full).then(|| ("/desk".into(), vec![page.t("record-people")])),
        people: Some((href.clone(), usize::from(full))),
        may_view_original: true,
        write: Some(format!("/desk/matters/{}/do/contact?outcome=written", "1")),
        may_reveal: full,
        reveal: format!("{href}/raiser"),
        readings: texts(full, page.t1("desk-readings", "n", 2)),
        timeline: vec![EventView {
            at: page.ago(page.now),
            machine: page.machine_time(page.now),
            who: name("王工", "Wang"),
            what: page.t("done-sign"),
            more: vec![page.t1("desk-log-owner", "value", name("李明", "Li"))],
            words: texts(full, name("马上去看", "On my way")),
            late: full,
        }],
        viewers: vec![page.t("desk-viewer-coordinator")],
        similar: vec![Similar {
            href: href.clone(),
            title: name("楼道滴水", "Dripping"),
            why: page.t1("desk-alike-far", "n", 40),
            join: texts(full, format!("{href}/do/merge?into=HQ-2026-00002")),
        }],
        point: full.then_some((30.92, 121.47)),
        near: full.then(|| page.t1("place-beside", "name", if page.zh() { "青禾街12号" } else { "12 Qinghe Street" })),
        href,
    }
}

pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let frame = Frame::sample(page);
    let mut out = Vec::new();
    for state in [Stand::Signed, Stand::Closed] {
        let shown = MatterPage { page: page.clone(), frame: frame.clone(), m: sample(page, state) };
        out.push(("desk/matter.html", shown.render().unwrap_or_default()));
    }
    let one = |n: usize| Shown {
        anonymous: n == 1,
        erased: n == 2,
        name: (n == 0).then(|| if page.zh() { "张三".into() } else { "Zhang San".into() }),
        phone: (n == 0).then(|| "021-0571 0199".into()),
        email: None,
        address: None,
    };
    let words = if page.zh() { "我住三楼，楼上漏水" } else { "I live below, it drips" };
    let original = Original {
        page: page.clone(),
        frame: frame.clone(),
        number: "HQ-2026-00001".into(),
        title: if page.zh() { "楼道漏水".into() } else { "Leak".into() },
        back: page.href("/desk/matters/1"),
        at: page.stamp(page.now),
        texts: vec![(page.stamp(page.now), words.to_owned())],
    };
    out.push(("desk/original.html", original.render().unwrap_or_default()));
    let shown = Reveal {
        page: page.clone(),
        frame,
        number: "HQ-2026-00001".into(),
        title: if page.zh() { "楼道漏水".into() } else { "Leak".into() },
        back: page.href("/desk/matters/1"),
        at: page.stamp(page.now),
        raisers: (0..3).map(one).collect(),
    };
    out.push(("desk/reveal.html", shown.render().unwrap_or_default()));
    out
}
