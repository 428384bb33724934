//! The pages with invented days, for the test that looks at every page.

use super::decide::{DecidePage, PersonLine};
use super::events::EventPage;
use super::*;
use crate::desk::admin::Sheet;
use crate::desk::view::Field;
use places::model::crowd::EventKind;

pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let why = [
        Reason::Holiday { name: "National Day".into(), nth: 3, of: 7 },
        Reason::LastYear { count: 12 },
        Reason::Busier { rest_tenths: 25, work_tenths: 11 },
        Reason::Event { name: name("老街庙会", "Old street fair"), kind: EventKind::Festival, expected: 3_000 },
    ];
    let why: Vec<String> = why.iter().map(|w| reason(page, w)).collect();
    let by = HashMap::new();
    let decision =
        |accepted| Decided {
            accepted, reason: name("人手已够", "Enough people"), at: page.now, by: None, slots: 3
        };
    let of = |n: usize| CrowdPage {
        page: page.clone(),
        frame: Frame::sample(page),
        days: (0..n)
            .map(|i| DayLine {
                day: page.day(page.now),
                what: vec![page.t("crowd-weekend"), page.t("crowd-day-unknown")],
                events: vec![EventLine {
                    name: name("老街庙会", "Old street fair"),
                    kind: page.t("crowd-kind-festival"),
                    when: "09:00–21:00".into(),
                    place: name("青禾老街", "Old street"),
                    expected: 3_000,
                    href: (i > 0).then(|| page.href("/desk/crowd/events/1")),
                }],
                suggested: (0..3)
                    .map(|k| SuggestionLine {
                        post: name("青禾站", "Qinghe post"),
                        when: "08:30–21:30".into(),
                        more: page.t2("crowd-more", "patrol", 6, "volunteers", 6),
                        why: why.clone(),
                        decided: (k > 0).then(|| decided(page, &by, &decision(k == 1))),
                        href: (k == 0).then(|| page.href("/desk/crowd/decide?key=x")),
                    })
                    .collect(),
            })
            .collect(),
        choices: vec![Choice::new("30", page.t1("crowd-days", "n", 30), "30")],
        unloaded: vec![2027],
        may_calendar: n > 0,
        since: (n > 0).then(|| page.day(page.now)),
        may_add: n > 0,
        points: page.href("/desk/crowd/events.geojson?days=30"),
        file: table::href(page, HOME, &[]),
        done: (n > 0).then(|| page.t("crowd-done-accepted")),
    };
    let decide = |n: usize| DecidePage {
        page: page.clone(),
        frame: Frame::sample(page),
        key: "x".into(),
        day: page.day(page.now),
        post: name("青禾站", "Qinghe post"),
        more: page.t2("crowd-more", "patrol", 6, "volunteers", 6),
        why: why.clone(),
        people: (0..n)
            .map(|i| PersonLine {
                account: i.to_string(),
                name: name("李明", "Li Ming"),
                role: page.t("role-volunteer"),
                patrol: i == 0,
                volunteer: i > 0,
            })
            .collect(),
        from: "08:30".into(),
        until: "21:30".into(),
        reason: String::new(),
        decided: (n == 0).then(|| decided(page, &by, &decision(true)).1),
        errors: if n > 0 { vec![("people".into(), page.t("invalid-missing"))] } else { Vec::new() },
        again: "k".into(),
    };
    let event = EventPage {
        page: page.clone(),
        frame: Frame::sample(page),
        sheet: Sheet {
            title: page.t("crowd-event-change"),
            intro: None,
            lines: Vec::new(),
            action: page.href("/desk/crowd/events/1"),
            back: page.href(HOME),
            back_word: page.t("desk-nav-crowd"),
            button: page.t("desk-save"),
            fields: vec![Field::line("name", page.t("crowd-field-name"), "")],
            errors: Vec::new(),
            danger: false,
        },
        href: page.href("/desk/crowd/events/1"),
        version: 1,
    };
    let mut out: Vec<(&'static str, String)> =
        [0, 2].into_iter().map(|n| ("desk/crowd.html", of(n).render().unwrap_or_default())).collect();
    out.extend([0, 2].into_iter().map(|n| ("desk/crowd_decide.html", decide(n).render().unwrap_or_default())));
    out.push(("desk/crowd_event.html", event.render().unwrap_or_default()));
    out
}
