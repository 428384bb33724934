//! The pages with invented data.

use super::joined::{BothView, JoinedPage, OneLine};
use super::one::{Half, PairPage};
use super::{Done, HERE, Line, ListPage, agreeing};
use crate::Page;
use crate::desk::Frame;
use crate::desk::view::{Choice, Field};
use askama::Template;

pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let name = || if page.zh() { "王桂芳" } else { "Wang Guifang" }.to_owned();
    let place = || if page.zh() { "桂花里" } else { "Guihuali" }.to_owned();
    let list = |full: bool| ListPage {
        page: page.clone(),
        frame: Frame::sample(page),
        done: full.then(|| page.t("pairs-done-apart")),
        sum: page.t1("pairs-sum", "n", 1),
        lines: if full {
            vec![Line {
                href: "/x".into(),
                name: name(),
                agree: page.t1("pairs-agree", "fields", agreeing(page, &["phone", "birth_year"])),
                areas: place(),
            }]
        } else {
            Vec::new()
        },
        before: full.then(|| "/x".into()),
        after: full.then(|| "/x".into()),
        joins: if full {
            vec![Done {
                href: "/x".into(),
                name: name(),
                words: page.t2("pairs-joined-line", "at", page.stamp(page.now), "who", name()),
                undone: Some(page.t1("pairs-undone-line", "at", page.stamp(page.now))),
            }]
        } else {
            Vec::new()
        },
        places: Vec::new(),
        place: full.then(place),
    };
    let half = |key: &str| Half {
        title: page.t(key),
        href: "/x".into(),
        lines: vec![(page.t("record-field-name"), name())],
        has: vec![page.t("pairs-no-plan")],
    };
    let pair = |full: bool| PairPage {
        page: page.clone(),
        frame: Frame::sample(page),
        here: "/x".into(),
        back: page.href(HERE),
        name: name(),
        problem: full.then(|| page.t("pairs-stale")),
        agree: full.then(|| page.t1("pairs-agree", "fields", agreeing(page, &["address"]))),
        apart: !full,
        halves: vec![half("pairs-first"), half("pairs-second")],
        fields: vec![
            Field::radio("kept", page.t("pairs-kept"), vec![Choice::new("1", page.t("pairs-first"), "1")]),
            Field::line("reason", page.t("pairs-reason"), ""),
        ],
        seen: [1, 2],
        notes: vec![page.t("pairs-note-follow"), page.t("pairs-note-plans")],
        hinders: (!full).then(|| page.t("rule-record-join-case-open")),
    };
    let joined = |over: bool| JoinedPage {
        page: page.clone(),
        frame: Frame::sample(page),
        here: "/x".into(),
        back: page.href(HERE),
        name: name(),
        person: "/x".into(),
        done: (!over).then(|| page.t("pairs-done-joined")),
        problem: None,
        lines: vec![(page.t("pairs-moved"), page.t1("pairs-moved-n", "n", 12))],
        relatives: if over { Vec::new() } else { vec![relative(page, true), relative(page, false)] },
        guardians: (!over).then(|| page.t1("twins-guardians", "names", name())),
        both: if over {
            Vec::new()
        } else {
            vec![BothView {
                title: page.t("twins-what-photo"),
                words: page.t2("twins-own-used", "used", page.day(page.now), "unused", page.day(page.now)),
                what: "photo",
                whose: "other",
                button: page.t("twins-use-other"),
            }]
        },
        over: over.then(|| page.t1("pairs-stuck", "why", page.t("rule-record-join-erased"))),
        fields: if over { Vec::new() } else { vec![Field::line("reason", page.t("pairs-undo-reason"), "")] },
    };
    let mut all = vec![("desk/care/pairs.html", {
        let places = vec![("/x".into(), place())];
        ListPage { places, place: None, ..list(false) }.render().unwrap_or_default()
    })];
    for full in [true, false] {
        all.push(("desk/care/pairs.html", list(full).render().unwrap_or_default()));
        all.push(("desk/care/pair.html", pair(full).render().unwrap_or_default()));
        all.push(("desk/care/joined.html", joined(full).render().unwrap_or_default()));
    }
    all
}

fn relative(page: &Page, either: bool) -> [OneLine; 2] {
    let line = |of: &str, stays: bool| OneLine {
        of: page.t(of),
        words: (if page.zh() { "李敏 · 女儿" } else { "Li Min · daughter" }).into(),
        more: vec![page.t("twins-collect"), page.t("twins-at-home")],
        stays: stays.then(|| "1".into()),
    };
    [line("twins-here", true), line("twins-came", either)]
}
