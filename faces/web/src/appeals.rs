//! Words of a public appeal for a missing elder, in one language: for the page everybody reads, for CAP, and for the desk that checks
//! them before they go out. Made of the fields of the appeal alone; nobody types a sentence.

use crate::{Loc, Page, fmt};
use kernel::{Lang, Moment};
use lost::model::AppealText;
use places::Snapshot;

/// What is said.
pub(crate) struct Words {
    pub headline: String,
    /// Label and value, in the order they are read.
    pub lines: Vec<(String, String)>,
}

impl Words {
    pub(crate) fn of(loc: Loc, now: Moment, ground: &Snapshot, text: &AppealText) -> Self {
        let sex = text.sex().map(|s| loc.tk("lost-sex-", s.code())).unwrap_or_default();
        let age = match text.age() {
            (from, Some(to)) => loc.t2("appeal-age", "from", from, "to", to),
            (from, None) => loc.t1("appeal-age-open", "from", from),
        };
        let area = text.area.and_then(|id| ground.area(id)).map(|a| a.called(loc.0).to_owned()).unwrap_or_default();
        let clothing = match loc.0 {
            Lang::En if !text.clothing_en.is_empty() => &text.clothing_en,
            _ => &text.clothing,
        };
        let seen = loc.t1("appeal-about", "at", fmt::stamp(loc, now, text.seen_at));
        let args = [("sex", sex.clone()), ("age", age.clone()), ("area", area.clone())];
        let headline = match &text.name {
            Some(name) => loc.args("appeal-headline-name", &[&args[..], &[("name", name.clone())]].concat()),
            None => loc.args("appeal-headline", &args),
        };
        let line = |key: &str, value: String| (loc.tk("appeal-of-", key), value);
        let mut lines: Vec<_> = text.name.iter().map(|name| line("name", name.clone())).collect();
        lines.extend([
            line("sex", sex),
            line("age", age),
            line("clothing", clothing.clone()),
            line("area", area),
            line("seen", seen),
        ]);
        Self { headline, lines }
    }

    /// As running text.
    pub(crate) fn description(&self, loc: Loc) -> String {
        let (colon, stop, between) = if loc.0 == Lang::En { (": ", ".", " ") } else { ("：", "。", "") };
        let said: Vec<String> = self
            .lines
            .iter()
            .map(|(label, value)| format!("{label}{colon}{}{stop}", value.trim_end_matches(['。', '.', '！', '!'])))
            .collect();
        said.join(between)
    }
}

/// The number to call: the post's, else the duty desk's.
pub(crate) fn phone(ground: &Snapshot, post: Option<kernel::ids::PostId>, duty: &str) -> String {
    let of_post = post.and_then(|id| ground.post(id)).map(|p| p.phone.clone()).filter(|p| !p.is_empty());
    of_post.unwrap_or_else(|| duty.to_owned())
}

/// As a reader of this page has it.
pub(crate) fn for_page(page: &Page, ground: &Snapshot, text: &AppealText) -> Words {
    Words::of(page.loc, page.now, ground, text)
}

/// A map with nothing on it, for invented pages.
#[cfg(test)]
pub(crate) fn nowhere() -> Snapshot {
    Snapshot::new(kernel::ids::DistrictId(uuid::Uuid::nil()), uuid::Uuid::nil(), Vec::new(), Vec::new())
}
