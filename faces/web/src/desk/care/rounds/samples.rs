//! The pages of rounds with invented data.

use super::new::{Group, NewPage, PersonRow, Ready, VisitRow, WHOLE};
use super::plan::{Ask, Note};
use super::{ListPage, Row, plan, sheet, tag};
use crate::Page;
use crate::desk::Frame;
use crate::desk::view::Choice;
use askama::Template;
use care::app::rounds::{At, Busy, Line, Pair, Round, Sheet, SheetStop, Stop, View, Whole, Work, WorkState};
use care::model::round::{Asks, Fault, RoundId, RoundState, WhyNot};
use care::model::visit::{Force, VisitId, VisitKind, VisitState};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use kernel::Point;
use kernel::ids::{AccountId, AreaId, PersonId};
use std::collections::HashMap;
use uuid::Uuid;

const DAY: Date = date(2026, 11, 25);

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn pair(number: i64, off: bool) -> Pair {
    Pair {
        id: id(100 + u128::from(number.unsigned_abs())),
        number,
        one: AccountId(id(1)),
        two: AccountId(id(2)),
        from: 540,
        to: 1020,
        first: DAY,
        last: DAY,
        off: off.then_some((DAY, DAY)),
    }
}

fn stop(n: u128, state: VisitState, at: Option<i64>, why: Option<WhyNot>) -> Stop {
    Stop {
        visit: VisitId(id(n)),
        person: PersonId(id(n)),
        kind: VisitKind::Chat,
        state,
        due: DAY,
        asks: Asks { from: (n == 11).then_some(540), to: None, nurse: n == 12, must_speak: false },
        locked: n == 11,
        minutes: 30,
        at: at.map(|start| At { pair: id(101), day: DAY, start, end: start + 30, walk: 5 }),
        why,
        was: if n == 15 { "x".into() } else { String::new() },
        told: (n == 11).then_some((id(101), DAY, 545)),
        known: (n == 12 || n == 14).then_some((DAY, 545)),
        door: None,
    }
}

fn line(page: &Page, n: u128) -> Line {
    let zh = page.zh();
    Line {
        name: if zh { "王桂芳".into() } else { "Wang Guifang".into() },
        address: Some(if zh { format!("青禾里{n}号") } else { format!("{n} Qinghe Lane") }),
        phone: Some("021-5550 0101".into()),
        language: Some(if zh { "本地话".into() } else { "Wenzhou dialect".into() }),
        point: Point::new(121.45, 30.9).ok(),
        vague: n == 12,
        usual: n == 11,
        foreign: n == 12,
        readdressed: n == 12,
        faults: if n == 12 { Fault::ALL.to_vec() } else { Vec::new() },
    }
}

fn view(page: &Page, many: bool) -> View {
    let stops = vec![
        stop(11, VisitState::Assigned, Some(545), None),
        stop(12, VisitState::Planned, Some(800), None),
        stop(13, VisitState::Seen, Some(900), None),
        stop(14, VisitState::Planned, None, Some(WhyNot::Language)),
        stop(15, VisitState::Planned, None, Some(WhyNot::Hours)),
        stop(16, VisitState::Planned, None, None),
    ];
    let names = [(1, "陈主任", "Chen"), (2, "李敏", "Li Min")];
    let names =
        names.map(|(n, zh, en)| (AccountId(id(n)), if page.zh() { zh.to_owned() } else { en.to_owned() })).into();
    let next = DAY.checked_add(1.day()).unwrap_or(DAY);
    View {
        lines: stops.iter().map(|s| (s.visit, line(page, s.visit.0.as_u128()))).collect(),
        whole: Whole {
            round: Round {
                id: RoundId(id(7)),
                area: AreaId(id(3)),
                days: if many { vec![DAY, next] } else { vec![DAY] },
                post: None,
                rest: (690, 45),
                state: if many { RoundState::Published } else { RoundState::Draft },
                by: None,
                version: 3,
            },
            pairs: vec![pair(1, false), pair(2, true)],
            stops,
        },
        day: DAY,
        names,
        forces: [(AccountId(id(1)), Force::Front), (AccountId(id(2)), Force::Support)].into(),
        base: Point::new(121.45, 30.9).ok(),
        ways: HashMap::new(),
        home: HashMap::from([(id(101), 6)]),
        estimate: true,
        pending: if many { 0 } else { 3 },
        skills: HashMap::from([(AccountId(id(1)), (String::new(), true))]),
        elsewhere: Vec::new(),
        busy: vec![Busy { one: AccountId(id(1)), two: AccountId(id(9)), day: DAY, from: 600, to: 640 }],
    }
}

pub(in crate::desk::care) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let zh = page.zh();
    let word = |zh_word: &str, en: &str| if zh { zh_word.to_owned() } else { en.to_owned() };
    let area = word("青禾社区", "Qinghe");
    let mut out = Vec::new();
    let states = [
        (RoundState::Draft, false),
        (RoundState::Published, false),
        (RoundState::Published, true),
        (RoundState::CalledOff, true),
    ];
    for full in [false, true] {
        let row = |(state, over): (RoundState, bool)| Row {
            href: "#".into(),
            days: super::days(page, &[DAY, DAY]),
            area: area.clone(),
            tag: tag(page, state, over),
            pairs: 8,
            visits: 40,
            left: 2,
        };
        let list = ListPage {
            page: page.clone(),
            frame: Frame::sample(page),
            rows: if full { states.map(row).into() } else { Vec::new() },
            file: "/desk/rounds?as=".into(),
        };
        out.push(("desk/care/rounds.html", list.render().unwrap_or_default()));
        out.push(("desk/care/round_new.html", new(page, full, &word).render().unwrap_or_default()));
        let people = vec![Choice::new("1", word("陈主任", "Chen"), ""), Choice::new("2", word("李敏", "Li Min"), "")];
        let note = Note {
            errors: if full { Vec::new() } else { vec![("plan".into(), page.t("rounds-stale"))] },
            typed: (!full).then(|| (id(12).to_string(), "9".into(), String::new(), "30".into(), true, true)),
        };
        let asked = Ask {
            done: if full { "sent".into() } else { String::new() },
            left: 1,
            sent: 12,
            fell: "gone:1,hand:2".into(),
            moved: 2,
            stopped: false,
            visit: id(12).to_string(),
            ..Ask::default()
        };
        let today = if full { DAY } else { DAY.checked_sub(1.day()).unwrap_or(DAY) };
        let plan = plan::build(
            page.clone(),
            Frame::sample(page),
            &view(page, full),
            area.clone(),
            people,
            today,
            &asked,
            &note,
        );
        let mut plan = plan;
        plan.holiday = Some(page.t1("rounds-on-holiday", "name", page.t("crowd-holiday-national")));
        if !full {
            let work =
                Work { state: WorkState::Running, done: 420, visits: 40, left: Some(3), begun: page.now, by: None };
            plan.planning(&work, Some(word("陈主任", "Chen")), &Ask::default());
        }
        out.push(("desk/care/round.html", plan.render().unwrap_or_default()));
        let door = SheetStop {
            start: 545,
            end: 575,
            walk: 5,
            kind: VisitKind::CardCheck,
            name: full.then(|| word("王桂芳", "Wang Guifang")),
            address: Some(word("青禾里3号", "3 Qinghe Lane")),
            phone: Some("021-5550 0101".into()),
            language: None,
            window: Some((540, 600)),
            bring: vec!["badge".into(), "card".into(), "strap".into()],
        };
        let sheet = Sheet {
            round: view(page, false).whole.round,
            pair: pair(1, false),
            day: DAY,
            names: vec![word("陈主任", "Chen"), word("李敏", "Li Min")],
            stops: if full { vec![door.clone(), door] } else { Vec::new() },
            without_names: !full,
        };
        let sheet = sheet::build(page.clone(), Frame::sample(page), &sheet, area.clone());
        out.push(("desk/care/round_sheet.html", sheet.render().unwrap_or_default()));
    }
    out
}

fn new(page: &Page, full: bool, word: &dyn Fn(&str, &str) -> String) -> NewPage {
    let person =
        |n: &str| PersonRow {
            account: n.into(),
            name: word("陈主任", "Chen"),
            what: page.t("rounds-force-front"),
            ticked: n == "1",
            from: "09:00".into(),
            to: "17:00".into(),
            languages: word("本地话", "Wenzhou dialect"),
            nurse: n == "1",
            busy: if n == "1" {
                vec![page.loc.args(
                    "rounds-busy-on",
                    &[("day", page.date(DAY)), ("from", "09:00".into()), ("to", "11:00".into())],
                )]
            } else {
                Vec::new()
            },
        };
    let visit = |n: &str, note: Option<String>| VisitRow {
        id: n.into(),
        kind: page.t("rounds-kind-clean"),
        due: super::days(page, &[DAY]),
        late: n == "1",
        taken: note.is_some(),
        ticked: n == "1",
        note,
    };
    let ready = Ready {
        days: vec![DAY.to_string()],
        days_words: super::days(page, &[DAY]),
        holidays: Some(page.t1("rounds-holidays-in", "days", page.t("crowd-holiday-national"))),
        here: vec![person("1"), person("2")],
        others: vec![person("3")],
        groups: vec![Group {
            area: "1".into(),
            name: word("青禾社区", "Qinghe"),
            sum: page.loc.args("rounds-group-sum", &["n", "late", "ticked"].map(|k| (k, "1".to_owned()))),
            open: true,
            whole: "ticked".into(),
            visits: vec![visit("1", None), visit("2", Some(page.t("rounds-in-another")))],
        }],
        posts: vec![Choice::new("", page.t("rounds-post-middle"), "")],
        rest_from: "11:30".into(),
        rest_lasts: "45".into(),
    };
    NewPage {
        whole: WHOLE,
        page: page.clone(),
        frame: Frame::sample(page),
        areas: vec![Choice::new("1", word("青禾社区", "Qinghe"), "1")],
        from: DAY.to_string(),
        until: String::new(),
        weekends: false,
        today: DAY.to_string(),
        ready: full.then_some(ready),
        area: "1".into(),
        errors: if full { Vec::new() } else { vec![("from".into(), page.t("rounds-wrong-past"))] },
    }
}
