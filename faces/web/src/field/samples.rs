//! These pages with invented data, for the tests of the pages.

use super::view::{LookView, Row, TaskView};
use super::{AskPage, TaskPage, part, shell, sketch, view};
use crate::Page;
use askama::Template;

fn row(page: &Page, n: usize, searched: bool, done: bool) -> Row {
    let line: Vec<[f64; 2]> = (0..3u8).map(|i| [121.47 + 0.001 * f64::from(i), 30.9 + 0.0007 * n as f64]).collect();
    let name = if page.zh() { "青禾路" } else { "Qinghe Road" };
    Row {
        key: format!("3-{n}"),
        street: (n != 2).then(|| name.to_owned()),
        metres: 120 * (n as i64 + 1),
        searched,
        done,
        heading: view::heading(&line),
        middle: view::middle(&line),
        reach_m: 60.0,
        line,
    }
}

fn task(page: &Page, rows: Vec<Row>) -> TaskView {
    let say = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    let full = !rows.is_empty();
    let kinds = ["water", "bus-stop", "dead-end", "place"];
    let look = |(n, kind): (usize, &&str)| LookView::of((*kind).to_owned(), [121.471 + 0.0009 * n as f64, 30.9], &rows);
    let looks: Vec<LookView> = if full { kinds.iter().enumerate().map(look).collect() } else { Vec::new() };
    TaskView {
        team: say("志愿者一队", "Volunteers 1"),
        letter: "B".into(),
        mode: "foot",
        assigned: full.then_some(page.now),
        minutes: full.then_some(30),
        words: if full {
            say("灰外套，黑布鞋，走得慢", "Grey coat, cloth shoes, walks slowly")
        } else {
            String::new()
        },
        described: if full { vec![(page.t("lost-field-sex"), page.t("lost-sex-f"))] } else { Vec::new() },
        phone: "021-0571 0222".into(),
        sketch: sketch::svg(&rows, &looks, &page.t("field-sketch")),
        looks,
        rows,
        revision: 7,
    }
}

pub(crate) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for wrong in [false, true] {
        out.push(("field/ask.html", AskPage { page: page.clone(), wrong }.render()));
    }
    out.push(("field/shell.html", shell::ShellPage::new(page.clone()).render()));
    let routes = [
        Vec::new(),
        vec![row(page, 0, false, false), row(page, 1, true, true), row(page, 2, true, false)],
        vec![row(page, 0, true, true)],
    ];
    for (n, rows) in routes.into_iter().enumerate() {
        let v = task(page, rows);
        let code = "ABCD-EFGH-JKMN".to_owned();
        let (have, _) = part(page, &code, &v).unwrap_or_default();
        let shown = TaskPage {
            page: page.clone(),
            code,
            v,
            words: shell::words(page),
            have,
            worker: shell::worker_href(page),
            wechat: n == 1,
            done: (n == 1).then(|| page.t("field-done-seen")),
            problem: (n == 2).then(|| page.t("field-need-place")),
            again: "1".into(),
        };
        out.push(("field/task.html", shown.render()));
    }
    out.extend(super::visits::samples(page));
    out.into_iter().map(|(name, text)| (name, text.unwrap_or_default())).collect()
}
