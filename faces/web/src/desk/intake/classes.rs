//! Which class a clerk means by a number, a name, pinyin or initials.

use crate::{Fail, Page};
use kernel::{Lang, text};
use matters::model::ClassRule;
use std::sync::Arc;
use store::Cx;

/// A class as the quick-pick shows it.
pub(super) struct Pick {
    pub position: usize,
    pub code: String,
    pub name: String,
    pub pinyin: String,
    pub initials: String,
    pub emergency: bool,
}

/// The class meant by a number, a name, a code, pinyin or initials; only when it can mean just one.
pub(super) fn class_of<'a>(classes: &'a [Arc<ClassRule>], typed: &str, lang: Lang) -> Option<&'a Arc<ClassRule>> {
    let typed = text::narrow(typed).trim().to_lowercase();
    let number = typed.split_whitespace().next().and_then(|w| w.parse::<usize>().ok());
    if let Some(n) = number {
        return classes.get(n.checked_sub(1)?);
    }
    if typed.is_empty() {
        return None;
    }
    let is = |c: &&Arc<ClassRule>| c.code == typed || c.name_zh == typed || c.name(lang).to_lowercase() == typed;
    if let Some(exact) = classes.iter().find(is) {
        return Some(exact);
    }
    let begins = |c: &&Arc<ClassRule>| {
        let (full, initials) = text::pinyin(&c.name_zh);
        initials.starts_with(&typed) || full.starts_with(&typed) || c.name(lang).to_lowercase().contains(&typed)
    };
    let mut found = classes.iter().filter(begins);
    let first = found.next();
    // Of several the shortest initials that match wholly win: "ls" is 漏水 before 乱收费.
    let whole = classes.iter().filter(|c| text::pinyin(&c.name_zh).1 == typed).collect::<Vec<_>>();
    match whole.as_slice() {
        [only] => Some(only),
        _ => first.filter(|_| found.next().is_none()),
    }
}

pub(super) fn active(cx: &mut Cx<'_>) -> Result<Vec<Arc<ClassRule>>, Fail> {
    Ok(matters::app::classes(cx)?.iter().filter(|c| c.active).cloned().collect())
}

pub(super) fn picks(page: &Page, classes: &[Arc<ClassRule>]) -> Vec<Pick> {
    classes
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let (pinyin, initials) = text::pinyin(&c.name_zh);
            Pick {
                position: i + 1,
                code: c.code.clone(),
                name: c.name(page.look.lang).to_owned(),
                pinyin,
                initials,
                emergency: c.is_emergency(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn a_class_is_found_by_number_name_and_initials() {
        let classes: Vec<_> = matters::seed::classes().into_iter().map(Arc::new).collect();
        let find = |typed: &str| class_of(&classes, typed, Lang::ZhCn).map(|c| c.code.clone());
        let third = classes[2].code.clone();
        assert_eq!(find("3"), Some(third.clone()));
        assert_eq!(find("３ "), Some(third.clone()));
        assert_eq!(find(&format!("3 {}", classes[2].name_zh)), Some(third.clone()));
        for class in &classes {
            assert_eq!(find(&class.name_zh), Some(class.code.clone()));
            assert_eq!(find(&class.code), Some(class.code.clone()));
            let (full, _) = text::pinyin(&class.name_zh);
            assert_eq!(find(&full), Some(class.code.clone()), "{full}");
        }
        for nothing in ["", "0", "999", "不存在的类别", "zzzz"] {
            assert_eq!(find(nothing), None, "{nothing}");
        }
    }
}
