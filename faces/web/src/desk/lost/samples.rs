//! The pages of lost elders with invented data, for the tests of the pages.

use super::alike::{AlikeView, AlikesView};
use super::case::{CasePage, HauntView, PlanPage, apart};
use super::circle::{BeforeView, CircleView, ContactView};
use super::first::{Due, Fold, Primary};
use super::heard::{OnTop, SaidView, ThreadView};
use super::help::{FoundPage, HelpPage, ListPage as HelpList, NeedView};
use super::known::{CandidateView, KnownPage};
use super::list::{CaseLine, ListPage};
use super::new::NewPage;
use super::show::{Can, EntryView, HelperView, KeepView, StateTag, View};
use crate::desk::Frame;
use crate::desk::view::Choice;
use crate::{Page, fmt};
use askama::Template;
use lost::model::{How, Look, PlaceKind, Proof};
use std::collections::HashMap;

fn words(page: &Page, zh: &str, en: &str) -> String {
    if page.zh() { zh.to_owned() } else { en.to_owned() }
}

fn state(page: &Page) -> StateTag {
    StateTag { icon: "eye", class: "tag tag-wait", word: page.t("lost-state-sighted") }
}

fn case(page: &Page, full: bool) -> View {
    let w = |zh: &str, en: &str| words(page, zh, en);
    let contact = |barred: bool| ContactView {
        id: "1".into(),
        name: w("李敏", "Li Min"),
        relation: w("女儿", "daughter"),
        phone: Some("021-0555 0102".into()),
        barred,
        may_collect: !barred,
        lang: Some(page.t("desk-lang-en")),
        told: vec![(
            page.loc.args(
                "lost-told",
                &[("at", "14:05".into()), ("way", page.t("lost-told-sms")), ("fate", page.t("lost-told-failed"))],
            ),
            true,
        )],
        last: Some(page.t2("lost-said-eta", "said", page.t("lost-attempt-comes"), "eta", page.stamp(page.now))),
        last_good: true,
        next: true,
    };
    let can = Can {
        take: full,
        work: full,
        identify: full,
        unidentify: full,
        identify_again: full,
        answer_ask: full,
        call_help: full,
        appeal: full,
        seen: full,
        lost_sight: full,
        keep: full,
        look: full,
        leave: full,
        hand_over: full,
        agree: full,
        answer: full,
        debrief: full,
        close_home: full,
        close_false: full,
        reporter: full,
    };
    let search = full.then(|| ("/desk/lost/1/search".to_owned(), page.t("search-go")));
    let clock = fmt::clock(page.now);
    View {
        search,
        id: "1".into(),
        href: "/desk/lost/1".into(),
        number: "ZS-2026-00001".into(),
        title: page.t("lost-kind-found"),
        state: state(page),
        open: full,
        version: 3,
        since: page.stamp(page.now),
        since_machine: page.machine_time(page.now),
        owner: w("陈站", "Chen"),
        words: w("蓝色上衣", "Blue jacket"),
        described: vec![(page.t("lost-field-age"), page.t1("lost-about-age", "n", 84))],
        typed: lost::model::Described::default(),
        place: Some(w("老街口", "Old Street")),
        areas: w("桂花里", "Guihuali"),
        post: Some((w("青禾警务站", "Qinghe post"), "021-0571 0222".into())),
        point: Some((30.9, 121.5)),
        near: full.then(|| page.t2("place-about", "name", w("青禾街12号", "12 Qinghe Street"), "m", 80)),
        identified: full.then(|| page.t("lost-how-card")),
        circle: full.then(|| CircleView {
            name: w("王桂芳", "Wang Guifang"),
            record: "/desk".into(),
            plan: "/desk".into(),
            contacts: vec![contact(false), contact(true)],
            next_call: None,
            home: page.t1("lost-home-alone-until", "clock", &clock),
            home_bad: true,
            losses: Some(page.t2("lost-times", "month", 2, "year", 3)),
            near: true,
            heard: true,
            before: Some(BeforeView {
                title: page.t2("lost-before", "at", page.day(page.now), "number", "ZS-2026-00001"),
                href: Some("/desk".into()),
                facts: vec![(page.t("lost-before-place"), w("老街口", "Old Street"))],
            }),
        }),
        asks: vec![(w("桂花里居委会", "Guihuali committee"), page.t("lost-ask-waits"))],
        bodies: vec![Choice::new("1", w("归雁苑居委会", "Guiyan committee"), "")],
        helpers: vec![HelperView {
            name: w("志愿者甲", "Volunteer A"),
            what: page.t("lost-task-escort"),
            end: Some("/desk".into()),
        }],
        people: vec![Choice::new("1", w("志愿者乙", "Volunteer B"), "")],
        call: Some(page.t2("lost-call-ended", "n", 12, "at", page.stamp(page.now))),
        call_runs: true,
        keep: full.then(|| KeepView {
            post: w("青禾警务站", "Qinghe post"),
            since: page.stamp(page.now),
            due: clock.clone(),
            late: true,
            long: true,
            medical: None,
        }),
        posts: vec![Choice::new("1", w("青禾警务站", "Qinghe post"), "1")],
        looks: Choice::codes(page, "lost-look-", Look::ALL.iter().map(|l| l.code()), ""),
        receivers: vec![Choice::new("other", page.t("lost-receiver-other"), "other")],
        proofs: Choice::codes(page, "lost-proof-", Proof::ALL.iter().map(|p| p.code()), ""),
        place_kinds: Choice::codes(page, "lost-place-", PlaceKind::ALL.iter().map(|p| p.code()), "post"),
        pending: full.then(|| {
            let to = page.t2("lost-person-as", "name", w("赵六", "Zhao"), "as", w("邻居", "neighbour"));
            (to, page.t2("lost-second-by", "who", w("陈站", "Chen"), "at", &clock))
        }),
        timeline: vec![EntryView {
            at: page.ago(page.now),
            machine: page.machine_time(page.now),
            who: w("陈站", "Chen"),
            what: page.t("lost-entry-taken"),
            words: Some(w("已派人", "Somebody is on the way")),
            late: true,
            geo: Some("geo:30.90000,121.50000".into()),
            there: Some("1".into()),
        }],
        conference: full.then(|| "/desk".into()),
        dues: vec![Due {
            words: page.t1("lost-next-call", "clock", &clock),
            late: full,
            until: Some(page.machine_time(page.now)),
        }],
        primary: Some(Primary {
            icon: "check",
            words: page.t("lost-take"),
            post: full.then(|| "/desk".into()),
            href: "#who".into(),
        }),
        fold: Fold { who: true, contacts: full, ..Fold::default() },
        jumps: vec![("who", "lost-who"), ("events", "desk-timeline")],
        on_top: full.then(|| OnTop {
            words: page.t2("lost-scan-top-over", "at", page.ago(page.now), "number", page.card_number(12)),
            over: true,
        }),
        threads: vec![ThreadView {
            id: "1".into(),
            number: page.t1("lost-thread", "clock", &clock),
            open: full,
            said: vec![SaidView {
                who: page.t("card-from-finder"),
                at: clock.clone(),
                words: page.t("lost-entry-place-shared"),
                geo: Some("geo:30.9,121.5".into()),
            }],
            place: true,
        }],
        compare: full.then(|| Choice::codes(page, "lost-how-", ["card", "known"], "card")),
        again: "1".into(),
        can,
    }
}

fn need(page: &Page, helps: bool) -> NeedView {
    let w = |zh: &str, en: &str| words(page, zh, en);
    NeedView {
        href: "/desk".into(),
        number: "ZS-2026-00001".into(),
        title: page.t("lost-kind-missing"),
        state: state(page),
        since: page.stamp(page.now),
        area: Some(w("桂花里", "Guihuali")),
        post: Some((w("青禾警务站", "Qinghe post"), "021-0571 0222".into())),
        words: w("蓝色上衣", "Blue jacket"),
        described: vec![(page.t("lost-field-sex"), page.t("lost-sex-f"))],
        mine: helps.then(|| page.t("lost-task-search")),
        name: helps.then(|| w("王桂芳", "Wang Guifang")),
        photo: helps,
        place: helps.then(|| w("老街口", "Old Street")),
        geo: helps.then(|| "geo:30.9,121.5".into()),
        alone: helps,
        open: true,
    }
}

fn known(page: &Page, by_name: bool, full: bool) -> KnownPage {
    let w = |zh: &str, en: &str| words(page, zh, en);
    let one = CandidateView {
        person: "1".into(),
        name: w("王桂芳", "Wang Guifang"),
        about: page.t1("record-born", "year", 1941),
        p: Some("47%".into()),
        evidence: vec![
            (page.t1("lost-speaks-for", "what", page.t("lost-evidence-age")), true),
            (page.t("lost-evidence-no-repeat"), false),
        ],
        close_to: Some(page.t2("lost-known-close", "what", page.t("lost-haunt-former-home"), "m", 300)),
        missed: Some("/desk".into()),
    };
    let alike = |mine: bool| AlikeView {
        number: "ZS-2026-00002".into(),
        href: mine.then(|| "/desk".into()),
        since: page.stamp(page.now),
        since_machine: page.machine_time(page.now),
        area: Some(w("归雁苑", "Guiyanyuan")),
        post: Some((w("归雁警务站", "Guiyan post"), "021-0571 0333".into())),
        about: vec![page.t("lost-sex-f"), page.t1("lost-about-decade", "n", 80)],
        evidence: if mine {
            vec![
                (page.t1("lost-speaks-for", "what", page.t("lost-evidence-sex")), true),
                (page.t1("lost-speaks-no", "what", page.t("lost-evidence-age")), false),
            ]
        } else {
            Vec::new()
        },
        join: mine.then(|| ("1".into(), 1)),
    };
    let shown = if full { vec![alike(true), alike(false)] } else { Vec::new() };
    let alike = (!by_name).then(|| AlikesView { missing: full, shown, more: usize::from(full) });
    KnownPage {
        alike,
        page: page.clone(),
        frame: Frame::sample(page),
        back: "/desk".into(),
        number: "ZS-2026-00001".into(),
        action: "/desk".into(),
        find: "/desk".into(),
        name: String::new(),
        version: 1,
        shown: if by_name { Vec::new() } else { vec![one] },
        none: (!by_name).then(|| ("8%".into(), 20)),
        more: true,
        hows: Choice::codes(page, "lost-how-", How::ALL.iter().filter(|h| **h != How::Scan).map(|h| h.code()), "known"),
        problem: by_name.then(|| page.t("lost-wrong-missing")),
        by_name,
    }
}

pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let w = |zh: &str, en: &str| words(page, zh, en);
    let mut out = super::appeal::samples(page);
    out.extend(super::locator::samples(page));
    out.extend(super::search::samples(page));
    let mut push = |name: &'static str, shown: &dyn Fn() -> askama::Result<String>| {
        out.push((name, shown().unwrap_or_default()));
    };
    for full in [false, true] {
        let list = ListPage {
            page: page.clone(),
            frame: Frame::sample(page),
            closed: full,
            lines: if full {
                vec![CaseLine {
                    href: "/desk".into(),
                    number: "ZS-2026-00001".into(),
                    title: page.t("lost-kind-found"),
                    state: state(page),
                    at: page.stamp(page.now),
                    post: w("青禾警务站", "Qinghe post"),
                    owner: w("陈站", "Chen"),
                    untaken: true,
                }]
            } else {
                Vec::new()
            },
            may_report: true,
            file: "/desk/lost?as=".into(),
        };
        push("desk/lost_list.html", &|| list.render());
        let shown = CasePage {
            page: page.clone(),
            frame: Frame::sample(page),
            c: case(page, full),
            problem: full.then(|| page.t("rule-lost-nobody-home")),
            reporter: (!full).then(|| vec![page.t("lost-reporter-none"), page.t("lost-reporter-stays")]),
        };
        push("desk/lost_case.html", &|| shown.render());
        let plan = PlanPage {
            page: page.clone(),
            frame: Frame::sample(page),
            back: "/desk".into(),
            none: !full,
            approach: w("慢慢说", "Speak slowly"),
            habits: String::new(),
            found_before: String::new(),
            haunts: vec![HauntView {
                kind: page.t("lost-haunt-work"),
                label: w("老纺织厂", "Old mill"),
                away: full.then(|| page.t1("lost-haunt-away", "m", apart(412.0))),
                geo: full.then(|| "geo:30.90000,121.50000".into()),
            }],
            map: full.then(|| ((30.9, 121.5), r#"{"type":"FeatureCollection","features":[]}"#.into())),
            may_keep_haunts: full,
        };
        push("desk/lost_plan.html", &|| plan.render());
        let help = HelpPage {
            page: page.clone(),
            frame: Frame::sample(page),
            n: need(page, full),
            problem: full.then(|| page.t("rule-lost-call-over")),
        };
        push("desk/help_case.html", &|| help.render());
        let found = FoundPage {
            page: page.clone(),
            frame: Frame::sample(page),
            key: "k".into(),
            place: String::new(),
            lat: String::new(),
            lon: String::new(),
            words: String::new(),
            problem: full.then(|| page.t("lost-wrong-missing")),
        };
        push("desk/help_found.html", &|| found.render());
        let all = if full { vec![need(page, true)] } else { Vec::new() };
        let help = HelpList { page: page.clone(), frame: Frame::sample(page), all };
        push("desk/help_needed.html", &|| help.render());
        for known in [known(page, full, false), known(page, false, full)] {
            push("desk/lost_known.html", &|| known.render());
        }
        let new = NewPage {
            page: page.clone(),
            frame: Frame::sample(page),
            key: "k".into(),
            kinds: Choice::codes(page, "lost-kind-", ["found", "missing"], "found"),
            posts: vec![Choice::new("", page.t("lost-new-post-none"), "")],
            areas: vec![w("桂花里", "Guihuali")],
            sexes: Choice::any(page, "lost-sex-", ["f", "m"], ""),
            builds: Choice::any(page, "lost-build-", ["thin", "middle", "stout"], ""),
            typed: HashMap::new(),
            problem: full.then(|| page.t("lost-wrong-who-asked")),
        };
        push("desk/lost_new.html", &|| new.render());
    }
    out.extend(super::rules::samples(page));
    out
}
