//! The pages of a search with invented data, for the tests of the pages.

use super::debrief::{DebriefPage, Entry};
use super::sheet;
use super::tell::{QUESTIONS, TellPage};
use super::view::{
    LegView, LookView, ProposalView, Running, SearchView, TaskView, TeamView, ToldView, per_cent, tag, whys,
};
use super::{SearchPage, view};
use crate::Page;
use crate::desk::Frame;
use crate::desk::view::Choice;
use askama::Template;
use kernel::ids::CaseId;
use lost::app::search::{FirstLook, LookFor, RouteSegment, TeamTask, field};
use lost::model::Described;
use lost::model::search::{Mode, Step, TeamId, TeamState, Told, Why};
use std::collections::HashMap;
use uuid::Uuid;

const WHYS: [(&str, &str); 8] = [
    ("near", ""),
    ("not-yet-checked", ""),
    ("again", ""),
    ("sighting", ""),
    ("fix", ""),
    ("towards", "former-home"),
    ("first", "water"),
    ("most-probable", "4.0"),
];
const LOOKS: [&str; 9] =
    ["water", "former-home", "home", "haunt", "found-before", "work", "bus-stop", "dead-end", "place"];
const LEFT_OUT: [&str; 4] = ["before-last-seen", "other-streets", "no-place", "number"];

/// To the right, to the left, and back.
const BENDS: [[f64; 2]; 5] =
    [[121.47, 30.92], [121.47, 30.921], [121.471, 30.921], [121.471, 30.922], [121.471, 30.9211]];

fn w(page: &Page, zh: &str, en: &str) -> String {
    if page.zh() { zh.to_owned() } else { en.to_owned() }
}

fn team(page: &Page, state: TeamState) -> TeamView {
    let legs = [(false, true), (true, false), (false, false)];
    let leg = |(n, (done, way)): (usize, (bool, bool))| LegView {
        n,
        words: page.t2("search-leg", "name", w(page, "望苇路", "Wangwei Road"), "m", 240),
        done,
        way,
    };
    let args = [("at", "14:05".into()), ("min", "30".into()), ("done", "1".into()), ("all", "2".into())];
    let running = matches!(state, TeamState::Walking | TeamState::Silent);
    TeamView {
        id: "2".into(),
        letter: "A".into(),
        name: w(page, "志愿者一组", "Volunteers 1"),
        what: page.t2("search-team-what", "mode", page.t("search-mode-foot"), "n", 2),
        tag: tag(page, state),
        heard: page.t1("search-heard", "at", page.ago(page.now.plus_minutes(-4))),
        nowhere: state == TeamState::Ready,
        task: running.then(|| TaskView {
            nth: 3,
            words: page.loc.args("search-task", &args),
            legs: legs.into_iter().enumerate().map(leg).collect(),
            running: true,
        }),
        gone: state == TeamState::Gone,
    }
}

fn proposal(page: &Page, made_up: bool) -> ProposalView {
    let args = [("min", "29".into()), ("m", "2,100".into()), ("p", per_cent(page, 0.084))];
    let reason = |(key, what): (&str, &str)| Why {
        key: key.into(),
        minutes: Some(12.0),
        metres: Some(320.0),
        what: Some(what.to_owned()).filter(|w| !w.is_empty()),
    };
    ProposalView {
        team: "2".into(),
        letter: if made_up { "+1" } else { "B" }.into(),
        name: if made_up { page.t("search-made-up") } else { w(page, "商会两人", "Two shop keepers") },
        made_up,
        words: page.loc.args("search-route", &args),
        streets: w(page, "望苇路、桂花弄", "Wangwei Road, Guihua Lane"),
        why: whys(page, &WHYS.map(reason)),
    }
}

fn running(page: &Page, full: bool, surface: &'static str) -> Running {
    let some = |n: usize| if full { n } else { 0 };
    Running {
        surface,
        seen: page.t2("search-seen", "at", page.stamp(page.now), "span", page.t1("time-minutes", "n", 40)),
        sure: vec![
            page.t2("search-area", "share", "50 %", "km", "0.38"),
            page.t1("search-rest", "p", per_cent(page, 0.06)),
            page.t2("search-ring", "share", "50 %", "m", "1,100"),
        ],
        basis: vec![
            page.t1("search-basis-places", "n", 2),
            page.t2("search-basis-seen", "n", 1, "fixes", 0),
            page.t1("search-basis-newest", "at", page.ago(page.now)),
            page.t("search-basis-law"),
            page.t("search-basis-night"),
            page.t("search-basis-plain"),
        ],
        left_out: LEFT_OUT
            .iter()
            .take(some(4))
            .map(|k| page.t2("search-left-out", "at", page.stamp(page.now), "why", page.tk("search-left-out-", k)))
            .collect(),
        legend: (0..some(5))
            .map(|n| (n, page.t2("search-band", "p", per_cent(page, 0.5), "n", per_cent(page, 0.0002))))
            .collect(),
        centre: (30.92, 121.47),
        stamp: "1".into(),
        map: "/desk/lost/1/search/map.geojson".into(),
        at: full.then(|| page.t1("search-map-at", "at", page.stamp(page.now))),
        ago: 15,
        longest: 40,
        steps: vec![Choice::new("", page.t("search-now"), "")],
        minutes: vec![Choice::new("30", page.t1("time-minutes", "n", 30), "30")],
        minutes_now: "30".into(),
        plan: "3-0-0-30".into(),
        pos: full.then(|| page.t1("search-plan-pos", "p", per_cent(page, 0.2))),
        more: full.then(|| {
            let (now, then) = (per_cent(page, 0.2), per_cent(page, 0.3));
            page.loc.args("search-more-gain", &[("n", "2".into()), ("now", now), ("then", then)])
        }),
        proposals: if full { vec![proposal(page, false), proposal(page, true)] } else { Vec::new() },
        teams: TeamState::ALL.iter().take(some(4)).map(|s| team(page, *s)).collect(),
        looks: LOOKS
            .iter()
            .take(some(9))
            .enumerate()
            .map(|(n, k)| LookView {
                what: page.tk("search-look-", k),
                more: format!("{} · {}", page.t1("search-away", "m", "150"), page.t("search-look-not-yet")),
                due: n % 2 == 0,
            })
            .collect(),
        streets: vec![(w(page, "望苇路", "Wangwei Road"), per_cent(page, 0.031))],
        told: Step::CODES
            .iter()
            .take(some(12))
            .map(|k| ToldView {
                at: page.ago(page.now),
                what: page.tk("search-step-", k),
                words: Some(page.tk("search-conflict-", field::CONFLICTS[0])),
                bad: *k == "conflict",
            })
            .collect(),
        found: full,
        call: full.then(|| w(page, "望苇路", "Wangwei Road")),
        may_call: full,
    }
}

fn task(page: &Page, full: bool) -> TeamTask {
    let segment = |n: usize| RouteSegment {
        key: format!("3-{n}"),
        nodes: vec![1, 2],
        line: BENDS.iter().skip(n).take(2).copied().collect(),
        street: (n != 1).then(|| w(page, "望苇路", "Wangwei Road")),
        metres: 110.0,
        from_search: n > 0,
        done: n == 1,
    };
    TeamTask {
        case: CaseId(Uuid::nil()),
        team: TeamId(Uuid::nil()),
        team_name: w(page, "志愿者一组", "Volunteers 1"),
        letter: "A".into(),
        mode: Mode::Foot,
        state: TeamState::Walking,
        look_for: LookFor {
            described: Described { sex: "f".into(), age: Some(84), ..Described::default() },
            words: w(page, "红色上衣", "A red coat"),
        },
        post_phone: if full { "021-0571 0222".into() } else { String::new() },
        assigned_at: full.then_some(page.now),
        minutes: full.then_some(30.0),
        segments: if full { (0..4).map(segment).collect() } else { Vec::new() },
        first_looks: vec![FirstLook { at: [121.4705, 30.9202], kind: "water".into() }; if full { 2 } else { 0 }],
        revision: 7,
    }
}

pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out: Vec<(&'static str, String)> = Vec::new();
    let frame = || Frame::sample(page);
    let search = |running: Option<Running>, problem: bool| SearchPage {
        page: page.clone(),
        frame: frame(),
        v: SearchView {
            id: "1".into(),
            number: "ZS-2026-00001".into(),
            back: "/desk/lost/1".into(),
            href: "/desk/lost/1/search".into(),
            before: problem,
            running,
        },
        problem: problem.then(|| page.t("rule-lost-no-search")),
    };
    let pages = [
        search(Some(running(page, true, "whole")), false),
        search(Some(running(page, false, "none")), false),
        search(Some(running(page, false, "off")), true),
        search(None, true),
    ];
    out.extend(pages.map(|p| ("desk/lost_search.html", p.render().unwrap_or_default())));
    for what in QUESTIONS {
        let ask = TellPage {
            page: page.clone(),
            frame: frame(),
            what,
            number: "ZS-2026-00001".into(),
            href: "/desk/lost/1/search".into(),
            team: (what == "stands").then(|| ("2".into(), w(page, "A 志愿者一组", "A Volunteers 1"))),
            typed: HashMap::new(),
            modes: Choice::codes(page, "search-mode-", Mode::ALL.iter().map(|m| m.code()), "foot"),
            accuracies: vec![Choice::new("30", page.t1("search-metres", "m", 30), "30")],
            confidences: ["4", "7", "9"].map(|c| Choice::new(c, page.tk("search-sure-", c), "7")).to_vec(),
            problem: (what == "sighting").then(|| page.t("lost-wrong-before-last-seen")),
        };
        out.push(("desk/lost_search_tell.html", ask.render().unwrap_or_default()));
    }
    for full in [true, false] {
        let number = "ZS-2026-00001".to_owned();
        let sheet = sheet::build(page.clone(), frame(), number, "1".into(), "ABCD-EFGH-JKMN".into(), &task(page, full));
        out.push(("desk/lost_search_sheet.html", sheet.render().unwrap_or_default()));
        let told =
            Told::ALL.iter().map(|t| page.t2("search-log-searched", "n", 3, "how", page.tk("search-told-", t.code())));
        let steps = Step::CODES
            .iter()
            .map(|k| page.tk("search-step-", k))
            .chain(told)
            .chain(field::CONFLICTS.iter().map(|k| page.tk("search-conflict-", k)));
        let debrief = DebriefPage {
            page: page.clone(),
            frame: frame(),
            back: "/desk/lost/1".into(),
            number: "ZS-2026-00001".into(),
            score: if full {
                vec![
                    page.t2("search-score-where", "m", "450", "span", page.t1("time-minutes", "n", 90)),
                    page.t1("search-score-share", "p", view::per_cent(page, 0.31)),
                    page.t("search-score-off"),
                    page.t1("search-score-rest", "p", view::per_cent(page, 0.05)),
                ]
            } else {
                Vec::new()
            },
            all: if full {
                let args = [("share", "50 %".to_owned()), ("inside", "2".to_owned()), ("n", "3".to_owned())];
                vec![
                    page.t1("search-calibration-n", "n", 3),
                    page.loc.args("search-calibration-line", &args),
                    page.t1("search-calibration-off", "n", 1),
                    page.t1("search-calibration-metres", "m", "450"),
                    page.t("search-calibration-why"),
                ]
            } else {
                vec![page.t("search-calibration-none")]
            },
            lines: steps
                .take(if full { 30 } else { 0 })
                .map(|what| Entry {
                    at: page.stamp(page.now),
                    machine: page.machine_time(page.now),
                    who: w(page, "值班员", "Duty officer"),
                    what,
                    words: Some(w(page, "望苇路", "Wangwei Road")),
                    late: full.then(|| page.t1("search-log-late", "at", "14:20")),
                })
                .collect(),
        };
        out.push(("desk/lost_search_debrief.html", debrief.render().unwrap_or_default()));
    }
    out
}
