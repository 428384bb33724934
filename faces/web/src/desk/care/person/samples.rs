//! The page with invented data, for the tests of the pages.

use super::*;
use care::model::visit::Force;
use uuid::Uuid;

pub(in crate::desk::care) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let contact = |barred: bool| ContactLine {
        id: kernel::ids::ContactId(Uuid::nil()),
        position: 1,
        name: say("李敏", "Li Min"),
        relation: say("女儿", "daughter"),
        phone: Some("02105550102".into()),
        mail: None,
        lang: kernel::Lang::ZhCn,
        guardian: None,
        may_collect: !barred,
        barred,
    };
    let plan = |full: bool| PlanView {
        begun: page.t("cared-no-wish"),
        next: full.then(|| NextView {
            id: Uuid::nil().to_string(),
            seen: 3,
            day: page.day(page.now),
            late: true,
            why: words::why(page, &["alone".into(), "safety".into()]),
            kind: page.tk("cared-kind-", "chat"),
            pair: vec![say("王明", "Wang Ming"), say("陈红", "Chen Hong")],
            sent: Vec::new(),
        }),
        last: full.then(|| page.day(page.now)),
        welfare: full.then(|| page.t2("cared-welfare", "n", 2, "by", page.by(page.now))),
        wish: full.then(|| page.t1("cared-wish-stands", "n", 60)),
        safety: full.then(|| say("楼上没有电梯", "No lift")),
        asked: full.then(|| page.t1("cared-asked-none", "day", page.day(page.now))),
        wish_days: if full { "60".into() } else { String::new() },
        version: 1,
        facts: if full {
            let words = page.tk("cared-fact-", "alone");
            vec![FactView { id: Uuid::nil().to_string(), words, from: page.day(page.now), health: true }]
        } else {
            Vec::new()
        },
        past: if full {
            vec![PastView {
                when: page.stamp(page.now),
                outcome: page.tk("cared-outcome-", "seen"),
                class: "tag tag-good",
                by: say("王明", "Wang Ming"),
                found: vec![page.tk("cared-mood-", "well")],
                note: say("都好", "All well"),
                photo: Some("/x".into()),
                clock_off: true,
            }]
        } else {
            Vec::new()
        },
    };
    let near = || {
        let account = AccountId(Uuid::nil());
        let c = Candidate {
            account,
            name: say("王明", "Wang Ming"),
            force: Force::Front,
            role: kernel::Role::CommitteeWorker,
        };
        vec![(c, page.tk("role-", "committee_worker"))]
    };
    let of = |full: bool, there: bool| PersonPage {
        page: page.clone(),
        frame: Frame::sample(page),
        back: "/desk/care".into(),
        here: "/desk/care/1".into(),
        done: full.then(|| page.tk("cared-done-", "wish")),
        wrong: full.then(|| Wrong::sample(page.t("cared-stale"))),
        name: say("王桂芳", "Wang Guifang"),
        area: say("青禾镇 · 桂花里", "Qinghe · Guihuali"),
        lines: vec![(page.t("cared-age"), page.t1("cared-years", "n", 85))],
        phone: full.then(|| "021-0555 0101".into()),
        ended: None,
        plan: there.then(|| plan(full)),
        may_plan: full || !there,
        health: full,
        counts: page.t2("cared-counts", "n", 3, "collect", 2),
        circle: full.then(|| Circle {
            number: "QH-2026-00001".into(),
            more: "/x".into(),
            contacts: vec![contact(false), contact(true)],
            locators: Some(vec![page.t("locators-never")]),
        }),
        cards: if full { vec![page.card_number(12)] } else { Vec::new() },
        matters: Vec::new(),
        near: if full { near() } else { Vec::new() },
        around: around(page, &near().into_iter().map(|(c, _)| c).collect::<Vec<_>>()),
        again: "1".into(),
        today: "2026-06-29".into(),
    };
    let ended = PersonPage { ended: Some(page.t1("cared-ended-died", "day", page.day(page.now))), ..of(false, false) };
    let all = [of(true, true), of(false, true), of(false, false), ended];
    all.into_iter().map(|p| ("desk/care_person.html", p.render().unwrap_or_default())).collect()
}
