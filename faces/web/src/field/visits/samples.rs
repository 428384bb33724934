//! A day with invented people, for the tests of the pages.

use super::view::{DayView, FormView, MapView, StopView};
use super::{DayPage, part, shell, words};
use crate::Page;
use askama::Template;

pub(super) fn stop(page: &Page, n: usize) -> StopView {
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    // The second is how the supplementary force reads it.
    let full = n != 1;
    let address = say("归雁苑9号202", "202, Building 9, Guiyan Court");
    StopView {
        visit: format!("00000000-0000-0000-0000-00000000000{n}"),
        title: if full { say("王桂芳", "Ms Wang") } else { address.clone() },
        address: full.then_some(address),
        phone: (n != 2).then(|| "021-0555 0101".to_owned()),
        kind: page.t("fv-kind-chat"),
        at: (n == 0).then(|| "09:30".to_owned()),
        late: (n == 2).then(|| page.day(page.now.plus_days(-2))),
        reasons: if full { vec![page.t("fv-why-alone"), page.t("fv-why-agreed")] } else { Vec::new() },
        bring: vec![page.t("fv-bring-badge"), page.t("fv-bring-contact-card")],
        with: if n == 0 { vec![say("李爱华", "Li Aihua")] } else { Vec::new() },
        language: full.then(|| say("沪语", "Shanghainese")),
        misses: i64::from(n == 2),
    }
}

pub(super) fn day_of(page: &Page, stops: Vec<StopView>) -> DayView {
    let svg = "<svg class=\"sketch\"></svg>".to_owned();
    let map = (!stops.is_empty()).then_some(MapView { svg, missing: 1, estimate: true, post: true });
    DayView { date: page.day(page.now), stops, hours: 48, map }
}

pub(in crate::field) fn samples(page: &Page) -> Vec<(&'static str, askama::Result<String>)> {
    let mut out = Vec::new();
    for n in 0..4usize {
        let stops = if n == 1 { Vec::new() } else { (0..3).map(|i| stop(page, i)).collect() };
        let v = day_of(page, stops);
        let open = (n >= 2).then(|| v.stops.first().map(|s| s.visit.clone())).flatten();
        let typed = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let f = FormView {
            again: "1".into(),
            typed: if n == 3 {
                vec![typed("outcome", "seen"), typed("needs", "meal"), typed("card", "worn")]
            } else {
                vec![]
            },
            ..FormView::empty(page)
        };
        let (have, _) = part(page, &v).unwrap_or_default();
        let shown = DayPage {
            page: page.clone(),
            v,
            open,
            f,
            words: words(page),
            account: "a".into(),
            have,
            mark: "m".into(),
            worker: shell::worker_href(page),
            wechat: n == 1,
            done: (n == 0).then(|| page.t("fv-done-seen")),
            problem: (n == 3).then(|| page.t("fv-wrong-day")),
        };
        out.push(("field/visits/day.html", shown.render()));
    }
    out
}
