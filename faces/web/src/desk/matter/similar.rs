//! Matters that may be the same one.

use crate::{Fail, Page, fmt};
use matters::app::Detail;
use matters::model::CommandKind;
use store::Cx;

pub(super) struct Similar {
    pub href: String,
    pub title: String,
    pub why: String,
    pub join: Option<String>,
}

pub(super) fn similar(cx: &mut Cx<'_>, page: &Page, d: &Detail, href: &str) -> Result<Vec<Similar>, Fail> {
    let may_join = d.commands.iter().any(|(k, a)| *k == CommandKind::Merge && a.is_ok());
    let found = matters::app::duplicates_of(cx, d.line.matter)?;
    Ok(found
        .iter()
        .map(|c| Similar {
            href: page.href(format!("/desk/matters/{}", c.line.matter)),
            title: format!("{} {}", c.line.number, c.line.summary),
            why: alike(page, c),
            join: may_join.then(|| format!("{href}/do/merge?into={}", c.line.number)),
        })
        .collect())
}

/// Why two matters may be the same: how far apart in metres and hours, and how alike in words.
pub(crate) fn alike(page: &Page, c: &matters::app::Candidate) -> String {
    let far = if c.distance_m.is_finite() {
        page.t1("desk-alike-far", "n", c.distance_m.round() as i64)
    } else {
        page.t("desk-alike-near")
    };
    let ago = page.t1("desk-alike-ago", "span", fmt::span(page.loc, c.hours_apart * 3_600));
    let words = page.t1("desk-alike-words", "share", fmt::percent(c.words, page.look.lang));
    [far, ago, words].join(&page.t("list-comma"))
}
