//! The pages with invented data, for the tests of the pages.

use super::inbox::{InboxPage, Item, Side};
use super::list::{Asked, Row, VisitsPage};
use super::one::{Report, VisitPage};
use super::rounds::{Line, SwitchesPage};
use super::rules::RulesPage;
use super::{LIST, pair};
use crate::Page;
use crate::desk::Frame;
use crate::desk::view::Choice;
use crate::desk::words::Tag;
use askama::Template as _;
use care::app::visits::{Candidate, Colleague};
use care::model::visit::{Force, Form, VisitKind};
use care::model::visit_plan::{RoundKind, VisitRules};
use kernel::Role;
use kernel::ids::AccountId;
use uuid::Uuid;

fn word(page: &Page, zh: &str, en: &str) -> String {
    if page.zh() { zh.to_owned() } else { en.to_owned() }
}

fn two(page: &Page, possible: bool) -> pair::Pair {
    let of = |n: u128, zh: &str, en: &str, force, role| Colleague {
        who: Candidate { account: AccountId(Uuid::from_u128(n)), name: word(page, zh, en), force, role },
        title: String::new(),
        sent: n as i64 - 1,
        away: n > 1,
    };
    let mut all = vec![of(1, "王丽", "Wang", Force::Front, Role::CommitteeWorker)];
    if possible {
        all.push(of(2, "林强", "Lin", Force::Support, Role::Volunteer));
    }
    pair::build(page, &all, &[])
}

fn row(page: &Page, n: usize) -> Row {
    Row {
        value: format!("{n}:1"),
        checked: n == 1,
        href: "/desk/visits/1".into(),
        name: word(page, "王桂芳", "Wang Guifang"),
        place: word(page, "青禾街道 · 荷风里", "Qinghe · Hefengli"),
        kind: page.tk("cared-kind-", VisitKind::ALL.iter().cycle().nth(n).map_or("", |k| k.code())),
        due: page.day(page.now),
        late: (n == 1).then(|| page.t1("visits-late", "n", 3)),
        why: page.tk("cared-why-", "alone"),
        last: page.t("visits-never"),
        sent: if n == 2 { word(page, "王丽、林强", "Wang, Lin") } else { String::new() },
        state: Tag { icon: "wait", class: "tag tag-plain", word: page.t("visits-unsent") },
        misses: (n == 2).then(|| page.t1("visits-misses", "n", 1)),
        welfare: (n == 0).then(|| page.t1("visits-welfare", "left", page.left(page.now.plus_hours(20)))),
    }
}

fn list(page: &Page, full: bool, possible: bool) -> VisitsPage {
    let filters = ["soon", "late"].map(|f| (LIST.to_owned(), Choice::new(f, page.tk("visits-filter-", f), "soon")));
    let area = Choice::new("1", page.t1("visits-whole", "name", word(page, "青禾街道", "Qinghe")), "");
    VisitsPage {
        page: page.clone(),
        frame: Frame::sample(page),
        filters: filters.to_vec(),
        areas: vec![(word(page, "青禾街道", "Qinghe"), vec![area])],
        kinds: Choice::any(page, "cared-kind-", VisitKind::ALL.iter().map(|k| k.code()), ""),
        ask: Asked::default(),
        rows: if full { (0..4).map(|n| row(page, n)).collect() } else { Vec::new() },
        all: if full { 60 } else { 0 },
        from: 26,
        to: 50,
        late: usize::from(full),
        welfare: usize::from(full),
        before: full.then(|| LIST.to_owned()),
        after: full.then(|| LIST.to_owned()),
        pair: full.then(|| two(page, possible)),
        may_rules: full,
        may_coverage: full,
        waiting: usize::from(full) * 2,
        done: full.then(|| page.t1("visits-done-sent", "n", 2)),
        problem: full.then(|| page.t("visits-wrong-visit")),
        file: "/desk/visits?as=".into(),
    }
}

fn one(page: &Page, open: bool) -> VisitPage {
    let form = Form { chat: true, needs: vec!["meal".into()], mood: Some("quiet".into()), ..Form::default() };
    VisitPage {
        page: page.clone(),
        frame: Frame::sample(page),
        href: "/desk/visits/1".into(),
        version: 2,
        name: word(page, "王桂芳", "Wang Guifang"),
        person: Some("/desk/care/1".into()),
        place: word(page, "青禾街道 · 荷风里", "Qinghe · Hefengli"),
        phone: open.then(|| "021-0555 0101".into()),
        address: open.then(|| word(page, "荷风里 3 号", "3 Hefengli")),
        language: open.then(|| word(page, "本地话", "local dialect")),
        kind: page.tk("cared-kind-", "chat"),
        due: page.day(page.now),
        late: open,
        why: page.tk("cared-why-", "missed"),
        last: page.t("visits-never"),
        misses: open.then(|| page.t1("visits-misses", "n", 2)),
        welfare: open.then(|| page.t1("visits-welfare", "left", page.left(page.now.plus_hours(20)))),
        sent: if open { vec![word(page, "王丽", "Wang"), word(page, "林强", "Lin")] } else { Vec::new() },
        over: (!open).then(|| page.t("visits-over-cancelled")),
        pair: Some(two(page, open)),
        report: open.then(|| Report::build(page, Uuid::nil(), "rescheduled", &form)),
        errors: if open {
            ["outcome", "next", "note", "photo"].map(|at| (at.to_owned(), page.t("visits-wrong-next-missing"))).to_vec()
        } else {
            Vec::new()
        },
    }
}

fn inbox(page: &Page, full: bool) -> InboxPage {
    let side = |clock_off: bool| Side {
        outcome: page.tk("cared-outcome-", "seen"),
        who: word(page, "王丽", "Wang"),
        at: page.stamp(page.now),
        lines: vec![page.t("cared-did-chat")],
        note: if clock_off { word(page, "要买药", "needs medicine") } else { String::new() },
        clock_off,
    };
    let item = |stands: Option<Side>| Item {
        id: "1".into(),
        name: word(page, "王桂芳", "Wang Guifang"),
        href: "/desk/visits/1".into(),
        due: page.day(page.now),
        why: page.t("visits-conflict-done"),
        tasks: usize::from(stands.is_some()),
        came: side(true),
        stands,
        state: page.t("visits-state-cancelled"),
    };
    InboxPage {
        page: page.clone(),
        frame: Frame::sample(page),
        items: if full { vec![item(Some(side(false))), item(None)] } else { Vec::new() },
        done: full.then(|| page.t("visits-inbox-done-take")),
        problem: full.then(|| page.t("visits-take-over")),
        file: "/desk/visits/inbox?as=".into(),
    }
}

fn switches(page: &Page, full: bool) -> SwitchesPage {
    let line = Line {
        id: "1".into(),
        kind: page.t("visits-round-heat"),
        place: word(page, "青禾街道", "Qinghe"),
        since: page.day(page.now),
        until: page.day(page.now.plus_days(3)),
        who: word(page, "王丽", "Wang"),
        at: page.stamp(page.now),
        ends: true,
    };
    let area = Choice::new("1", page.t1("visits-whole", "name", word(page, "青禾街道", "Qinghe")), "");
    let wrong = |at: &str| (at.to_owned(), page.tk("visits-wrong-", at));
    SwitchesPage {
        page: page.clone(),
        frame: Frame::sample(page),
        lines: if full { vec![line] } else { Vec::new() },
        kinds: Choice::codes(page, "visits-round-", RoundKind::ALL.iter().map(|k| k.code()), "heat"),
        areas: vec![(word(page, "青禾街道", "Qinghe"), vec![area])],
        until: "2026-11-28".into(),
        today: "2026-11-24".into(),
        errors: if full { Vec::new() } else { ["kind", "area", "until"].map(wrong).to_vec() },
        done: full.then(|| page.t("visits-switch-done-on")),
        file: "/desk/visits/switches?as=".into(),
    }
}

pub(in crate::desk::care) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for full in [false, true] {
        out.push(("desk/visits.html", list(page, full, true).render().unwrap_or_default()));
        out.push(("desk/visit.html", one(page, full).render().unwrap_or_default()));
        out.push(("desk/visit_inbox.html", inbox(page, full).render().unwrap_or_default()));
        out.push(("desk/visit_switches.html", switches(page, full).render().unwrap_or_default()));
        let rules = RulesPage {
            page: page.clone(),
            frame: Frame::sample(page),
            fields: super::rules::fields(page, &VisitRules::default()),
            version: 0,
            problem: full.then(|| page.t("visits-stale")),
            done: full,
        };
        out.push(("desk/visit_rules.html", rules.render().unwrap_or_default()));
    }
    out.push(("desk/visits.html", list(page, true, false).render().unwrap_or_default()));
    out
}
