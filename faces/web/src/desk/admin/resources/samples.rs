//! The pages with invented things, for the test that looks at every page.

use super::kinds::{KindLine, KindsPage};
use super::one::OnePage;
use super::*;
use crate::desk::view::blame;

fn sample_line(page: &Page, i: usize) -> Line {
    let name = |zh: &str, en: &str| if page.zh() { zh.to_owned() } else { en.to_owned() };
    Line {
        href: page.href("/desk/resources/1"),
        kind: name("轮椅", "Wheelchair"),
        name: name("二号", "No. 2"),
        post: name("青禾站", "Qinghe post"),
        post_href: page.href("/desk/resources?post=1"),
        place: name("门厅", "Hall"),
        count: 2,
        free: 2 - i as i64,
        state: Tag { icon: "check", class: "tag tag-good", word: page.t("resource-state-there") },
        hours: if i > 0 { page.t("hours-always") } else { String::new() },
        lent: (0..i)
            .map(|n| Lent {
                id: n.to_string(),
                count: 1,
                due: page.stamp(page.now),
                late: n == 0,
                to: (n == 0).then(|| name("三楼李老师", "The teacher upstairs")),
            })
            .collect(),
    }
}

pub(in crate::desk) fn samples(page: &Page) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let kinds = ResourceKind::built_in();
    for n in [0_usize, 2] {
        let list = ListPage {
            page: page.clone(),
            frame: Frame::sample(page),
            post: (n > 0).then(|| sample_line(page, 0).post),
            kinds: vec![Choice::new("", page.t("desk-any"), "")],
            posts: vec![Choice::new("", page.t("desk-any"), "")],
            overdue: n > 0,
            lines: (0..n).map(|i| sample_line(page, i)).collect(),
            file: table::href(page, LIST, &[]),
            new: (n > 0).then(|| page.href("/desk/resources/new")),
            import: n > 0,
            done: (n > 0).then(|| page.t("resource-done-saved")),
            shown: shown(page, 200, n, 431),
            before: (n > 0).then(|| "/desk/resources?from=0".into()),
            after: (n > 0).then(|| "/desk/resources?from=400".into()),
        };
        out.push(("desk/resources.html", list.render().unwrap_or_default()));
        let mut fields = fields(page, &kinds, &|_| String::new());
        let wrong = if n > 0 { vec![Invalid::new("count", "resource-wrong-range")] } else { Vec::new() };
        let errors = blame(page, &mut fields, &wrong);
        let one = OnePage {
            page: page.clone(),
            frame: Frame::sample(page),
            r: sample_line(page, n.min(1)),
            href: page.href("/desk/resources/1"),
            version: 1,
            keeps: n > 0,
            fields,
            errors,
            due: "2026-11-25".into(),
            done: (n > 0).then(|| page.t("resource-done-lent")),
        };
        out.push(("desk/resource.html", one.render().unwrap_or_default()));
        let kinds = KindsPage {
            page: page.clone(),
            frame: Frame::sample(page),
            kinds: (0..n)
                .map(|i| KindLine {
                    href: page.href("/desk/admin/resources/aed"),
                    name: sample_line(page, 0).kind,
                    other: String::new(),
                    offered: i == 0,
                    active: i == 0,
                })
                .collect(),
            file: table::href(page, KINDS, &[]),
            done: n > 0,
        };
        out.push(("desk/admin/resources.html", kinds.render().unwrap_or_default()));
    }
    out
}
