//! The pages with invented data, for the tests of the pages.

use super::one::{LetterPage, OnePage, Past, Typed};
use super::own::{Mine, OwnPage, TaskLine};
use super::*;
use ::care::model::volunteer::{RefuseWhy, VolunteerId};
use uuid::Uuid;

fn volunteer(page: &Page, state: VolunteerState) -> Volunteer {
    let day = day_of(page.now.plus_days(90));
    Volunteer {
        id: VolunteerId(Uuid::nil()),
        area: AreaId(Uuid::nil()),
        state,
        lang: page.look.lang,
        tongues: vec!["local".into(), "mandarin".into()],
        skills: vec!["phone".into()],
        week: vec!["1m".into(), "1a".into(), "7e".into()],
        paused_until: (state == VolunteerState::Mentor).then_some(day),
        insured_until: (state != VolunteerState::Approved).then_some(day),
        trained_on: None,
        checked_by: None,
        mentor: None,
        account: None,
        why: None,
        signed_at: page.now,
        version: 3,
    }
}

pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let word = |a: &str, b: &str| if page.zh() { a.to_owned() } else { b.to_owned() };
    let mut out = Vec::new();
    let areas = HashMap::from([(AreaId(Uuid::nil()), word("桂花里", "Guihuali"))]);
    for full in [false, true] {
        let lines = VolunteerState::ALL.iter().map(|s| Line {
            volunteer: volunteer(page, *s),
            name: (*s != VolunteerState::Left).then(|| word("许文", "Xu Wen")),
            visits: 3,
        });
        let seat = Seat { account: "1".into(), name: word("许文", "Xu Wen"), area: word("桂花里", "Guihuali") };
        let shown = ListPage {
            shows: Choice::codes(page, "volunteer-show-", Filter::ALL.iter().map(|f| f.code()), "open"),
            rows: if full { lines.map(|l| row(page, &areas, l)).collect() } else { Vec::new() },
            unlisted: if full { vec![seat] } else { Vec::new() },
            year: "2027-06-29".into(),
            problem: full.then(|| page.t("volunteer-wrong-day")),
            done: full.then(|| page.t("volunteer-done-listed")),
            file: "/desk/volunteers?as=".into(),
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/volunteers.html", askama::Template::render(&shown).unwrap_or_default()));
    }
    let nexts = [
        (VolunteerState::SignedUp, Some("check")),
        (VolunteerState::Checked, Some("train")),
        (VolunteerState::Trained, Some("approve")),
        (VolunteerState::Approved, Some("take-along")),
        (VolunteerState::Steady, Some("promote")),
        (VolunteerState::Mentor, None),
        (VolunteerState::Refused, None),
        (VolunteerState::Left, None),
    ];
    for (state, next) in nexts {
        let v = volunteer(page, state);
        let who = ["volunteer-who-other", "volunteer-who-approves", "volunteer-who-leads"].map(|k| page.t(k)).join(" ");
        let errors = ["volunteer-stale", "volunteer-wrong-login", "volunteer-wrong-admin"];
        let shown = OnePage {
            href: "/desk/volunteers/1".into(),
            name: word("许文", "Xu Wen"),
            area: word("桂花里", "Guihuali"),
            tag: tag(page, state),
            ready: ready(page, &v).0,
            phone: Some("021-0571 0155".into()),
            about: Some(word("退休电工", "A retired electrician")),
            tongues: words_of(page, "volunteer-tongue-", &v.tongues),
            skills: words_of(page, "volunteer-skill-", &v.skills),
            week: week_words(page, &v.week),
            signed: page.day(page.now),
            trained: Some("2026-06-01".into()),
            login: state.serves().then(|| "vol0001".to_owned()),
            mentor: state.serves().then(|| word("陈主任", "Chen")),
            visits: 2,
            thanks: 1,
            past: vec![Past {
                words: page.t2(
                    "volunteer-past",
                    "step",
                    page.tk("volunteer-did-", "check"),
                    "who",
                    word("陈主任", "Chen"),
                ),
                at: page.stamp(page.now),
            }],
            state: state.code(),
            version: 3,
            next,
            who: next.is_none().then_some(who),
            may_lead: true,
            may_refuse: !state.serves() && !state.is_over(),
            may_leave: state.serves(),
            serves: state.serves(),
            mates: vec![Choice::new("", page.t("volunteer-mentor-none"), "")],
            whys: Choice::codes(page, "volunteer-why-", RefuseWhy::ALL.iter().map(|w| w.code()), ""),
            today: "2026-06-29".into(),
            year: "2027-06-29".into(),
            title: page.t1("volunteer-seat", "area", word("桂花里", "Guihuali")),
            insured: "2027-06-29".into(),
            typed: Typed::default(),
            errors: if next.is_none() {
                errors.iter().map(|k| ("top".to_owned(), page.t(k))).collect()
            } else {
                Vec::new()
            },
            done: Some(
                ["step", "insure", "mentor", "thanks", "refuse", "leave"]
                    .map(|d| page.tk("volunteer-done-", d))
                    .join(" "),
            ),
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/volunteer.html", askama::Template::render(&shown).unwrap_or_default()));
        let mine = Mine {
            tag: tag(page, state),
            ready: ready(page, &v).0,
            state: state.code(),
            mentor: Some(word("陈主任", "Chen")),
            visits: 2,
            tasks: if state.serves() {
                vec![TaskLine {
                    id: "1".into(),
                    kind: page.tk("volunteer-visit-", "chat"),
                    due: "2026-07-01".into(),
                    area: word("桂花里", "Guihuali"),
                    with: word("陈主任", "Chen"),
                }]
            } else {
                Vec::new()
            },
            thanks: vec![(word("谢谢您", "Thank you"), page.day(page.now))],
            week: v.week,
            tongues: v.tongues,
            skills: v.skills,
            paused: String::new(),
            version: 3,
        };
        let shown = OwnPage {
            mine: (state != VolunteerState::Left).then_some(mine),
            today: "2026-06-29".into(),
            idem: "1".into(),
            complaint: String::new(),
            errors: vec![("complaint".into(), page.t("volunteer-need-complaint"))],
            done: Some(["week", "declined"].map(|d| page.tk("volunteer-own-", d)).join(" ")),
            frame: Frame::sample(page),
            page: page.clone(),
        };
        out.push(("desk/care/volunteering.html", askama::Template::render(&shown).unwrap_or_default()));
    }
    for password in [None, Some("ABCD-EFGH-JKMN".to_owned())] {
        let shown = LetterPage {
            page: page.clone(),
            frame: Frame::sample(page),
            href: "/desk/volunteers/1".into(),
            name: word("许文", "Xu Wen"),
            login: "vol0001".into(),
            password,
            site: "https://mulin.example/login".into(),
        };
        out.push(("desk/care/volunteer_letter.html", askama::Template::render(&shown).unwrap_or_default()));
    }
    out
}
