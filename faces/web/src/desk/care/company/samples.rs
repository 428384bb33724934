//! The pages with invented data, for the tests of the pages.

use super::activities::{ListPage, NewPage, Row, Typed};
use super::one::{GuestRow, Letter, LettersPage, OnePage};
use super::*;
use ::care::model::company::{ActivityKind, ActivityState, Reply};

pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let word = |a: &str, b: &str| if page.zh() { a.to_owned() } else { b.to_owned() };
    let mut out = Vec::new();
    let line = |last: Option<CallOutcome>, done: bool, missed: usize| CallLine {
        person: PersonId(Uuid::nil()),
        name: (missed < 2).then(|| word("王桂芳", "Wang")),
        phone: done.then(|| "021-0555 0101".to_owned()),
        language: None,
        part: "2m".into(),
        caller: Some(AccountId(Uuid::nil())),
        last: last.map(|o| (o, page.now)),
        done,
        missed,
    };
    for full in [false, true] {
        let lines = vec![
            line(None, false, 0),
            line(Some(CallOutcome::Not), false, 1),
            line(Some(CallOutcome::Not), false, 2),
            line(Some(CallOutcome::Reached), true, 0),
            line(Some(CallOutcome::Visit), true, 0),
        ];
        let names = HashMap::from([(AccountId(Uuid::nil()), word("陈主任", "Chen"))]);
        let me = full.then_some(AccountId(Uuid::nil()));
        let mut rows: Vec<CallRow> = lines.into_iter().map(|l| row(page, &names, me, "1".into(), l)).collect();
        rows.push(row(page, &HashMap::new(), None, "1".into(), line(None, false, 0)));
        let shown = CallsPage {
            rows: if full { rows } else { Vec::new() },
            open: 2,
            cut: true,
            done: full.then(|| ["reached", "not", "visit"].map(|o| page.tk("call-done-", o)).join(" ")),
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/calls.html", shown.render().unwrap_or_default()));
        let shown = WishPage {
            href: "#".into(),
            back: "#".into(),
            name: word("王桂芳", "Wang"),
            calls: full,
            activities: full,
            callers: vec![Choice::new("", page.t("call-nobody"), "")],
            by: Choice::codes(page, "company-by-", ["subject", "guardian"], "subject"),
            time: CallTime::of("2m"),
            since: full.then(|| "2026-06-01".to_owned()),
            version: 1,
            errors: if full { vec![("caller".into(), page.t("company-wrong-caller"))] } else { Vec::new() },
            done: full,
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/company.html", shown.render().unwrap_or_default()));
        let rows = ActivityState::ALL.iter().zip(ActivityKind::ALL).map(|(s, k)| Row {
            href: "#".into(),
            title: word("端午包粽子", "Dumplings"),
            kind: page.tk("activity-kind-", k.code()),
            when: page.stamp(page.now),
            place: word("居委会活动室", "Committee room"),
            area: word("桂花里", "Guihuali"),
            tag: super::activities::tag(page, *s),
            places: page.t1("activity-attended", "n", 12),
        });
        let shown = ListPage {
            rows: if full { rows.collect() } else { Vec::new() },
            file: "#".into(),
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/activities.html", shown.render().unwrap_or_default()));
        let fields = ["title", "area", "place", "on", "begins", "capacity"];
        let wrong = ["activity-wrong-day", "activity-wrong-capacity", "activity-wrong-attended", "activity-choose"];
        let said = fields.iter().map(|f| {
            let label = page.tk("activity-field-", f);
            ((*f).to_owned(), page.t2("desk-field-problem", "field", label, "what", wrong.map(|k| page.t(k)).join(" ")))
        });
        let shown = NewPage {
            typed: Typed::default(),
            areas: vec![Choice::new("1", word("桂花里", "Guihuali"), "")],
            kinds: Choice::codes(page, "activity-kind-", ActivityKind::ALL.iter().map(|k| k.code()), ""),
            errors: if full { said.collect() } else { Vec::new() },
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/activity_new.html", shown.render().unwrap_or_default()));
        let guest = |reply: &'static str| GuestRow {
            person: "1".into(),
            name: word("王桂芳", "Wang"),
            phone: Some("021-0555 0101".into()),
            reply,
        };
        let done = ["made", "invited", "reply", "held", "cancelled"];
        let shown = OnePage {
            href: "#".into(),
            title: word("端午包粽子", "Dumplings"),
            kind: page.tk("activity-kind-", "festival"),
            when: page.stamp(page.now),
            place: word("居委会活动室", "Committee room"),
            area: word("桂花里", "Guihuali"),
            tag: super::activities::tag(page, ActivityState::Planned),
            places: page
                .loc
                .args("activity-places", &[("coming", "3".into()), ("all", "20".into()), ("invited", "8".into())]),
            planned: true,
            today_or_past: full,
            guests: if full { Reply::ALL.iter().map(|r| guest(r.code())).collect() } else { Vec::new() },
            others: if full { vec![guest("")] } else { Vec::new() },
            version: 1,
            attended: String::new(),
            errors: Vec::new(),
            done: full.then(|| done.map(|d| page.tk("activity-done-", d)).join(" ")),
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/activity.html", shown.render().unwrap_or_default()));
    }
    let shown = LettersPage {
        href: "#".into(),
        title: word("端午包粽子", "Dumplings"),
        when: page.stamp(page.now),
        place: word("居委会活动室", "Committee room"),
        letters: vec![Letter { name: word("王桂芳", "Wang"), address: word("青禾里3号", "3 Qinghe Lane") }],
        frame: Frame::sample(page),
        page: page.clone(),
    };
    out.push(("desk/care/activity_letters.html", shown.render().unwrap_or_default()));
    out
}
