//! Kinds of another system as classes of ours.

use crate::findings::Finding;
use crate::map::MapFile;
use crate::problems::Unfit;
use ::matters::app;
use ::matters::model::{Allowance, ClassRule, Family, Route, TimeKind};
use anyhow::Context as _;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::Cx;

/// Kind in the file → class code, and the classes that were made for that.
pub(super) struct Kinds {
    pub codes: HashMap<String, String>,
    pub made: Vec<String>,
}

/// The classes of those kinds that have one; for a look, which makes none.
pub(super) fn known(
    cx: &mut Cx<'_>,
    map: &MapFile,
    kinds: &BTreeSet<String>,
) -> anyhow::Result<HashMap<String, String>> {
    Ok(found(&app::classes(cx)?, map, kinds)?)
}

/// As [`known`]; without `create` a kind that has no class refuses the file, and all of them are named.
fn found(there: &[Arc<ClassRule>], map: &MapFile, kinds: &BTreeSet<String>) -> Result<HashMap<String, String>, Unfit> {
    let (mut codes, mut unknown) = (HashMap::new(), Vec::new());
    for kind in kinds {
        match class_of(map, there, kind)? {
            Some(code) => drop(codes.insert(kind.clone(), code)),
            None if map.classes.create => {}
            None => unknown.push(Finding::KindUnknown { kind: kind.clone() }),
        }
    }
    if unknown.is_empty() { Ok(codes) } else { Err(Unfit::from(unknown)) }
}

/// The class of a kind: as the map file says, else one made by an earlier import of the same kind, or one with exactly this
/// name.
fn class_of(map: &MapFile, there: &[Arc<ClassRule>], kind: &str) -> Result<Option<String>, Unfit> {
    if let Some(code) = map.classes.same.get(kind) {
        if there.iter().all(|c| c.code != *code) {
            return Err(Finding::NoClass { code: code.clone() }.into());
        }
        return Ok(Some(code.clone()));
    }
    let known = there.iter().find(|c| c.name_en == kind || c.name_zh == kind || c.code == kind);
    Ok(known.map(|c| c.code.clone()))
}

/// Finds or makes the class of every kind.
pub(super) fn classes_of(cx: &mut Cx<'_>, map: &MapFile, kinds: &BTreeSet<String>) -> anyhow::Result<Kinds> {
    let there = app::classes(cx)?;
    let mut codes = found(&there, map, kinds)?;
    let mut made = Vec::new();
    let mut position = there.iter().map(|c| c.position).max().unwrap_or(0);
    let template = template(map)?;
    for kind in kinds {
        if codes.contains_key(kind) {
            continue;
        }
        let code = free_code(kind, |code| there.iter().any(|c| c.code == code) || codes.values().any(|c| c == code));
        position += 1;
        let rule = ClassRule {
            code: code.clone(),
            name_zh: kind.clone(),
            name_en: kind.clone(),
            position,
            ..template.clone()
        };
        app::save_class(cx, rule).with_context(|| format!("the class for “{kind}”"))?;
        made.push(code.clone());
        codes.insert(kind.clone(), code);
    }
    Ok(Kinds { codes, made })
}

fn template(map: &MapFile) -> Result<ClassRule, Unfit> {
    let new = &map.classes.new;
    let family = new.family.as_deref().unwrap_or("non_police");
    let family = Family::from_code(family).ok_or_else(|| Finding::MapFamily { text: family.to_owned() })?;
    let mut rule = ClassRule::new("new", family, Route::CatchAll, "", "");
    let terms = [
        ("sign", &new.sign, &mut rule.sign),
        ("contact", &new.contact, &mut rule.contact),
        ("handle", &new.handle, &mut rule.handle),
        ("verify", &new.verify, &mut rule.verify),
    ];
    for (name, text, term) in terms {
        if let Some(text) = text {
            let wrong = |()| Finding::MapTerm { field: name.to_owned(), text: text.clone() };
            *term = text.parse::<Allowance>().map_err(wrong)?;
        }
    }
    if let Some(time) = &new.time {
        rule.time = TimeKind::from_code(time).ok_or_else(|| Finding::MapTime { text: time.clone() })?;
    }
    Ok(rule)
}

/// `Street Light Outages` → `street-light-outages`, numbered when two kinds would share it.
fn free_code(kind: &str, taken: impl Fn(&str) -> bool) -> String {
    let base = slug(kind);
    if !taken(&base) {
        return base;
    }
    (2..).map(|n| format!("{base}-{n}")).find(|code| !taken(code)).unwrap_or(base)
}

/// Small letters, digits and dashes; Han characters by their sound.
fn slug(kind: &str) -> String {
    let mut out = String::new();
    for word in kind.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let sound = kernel::text::pinyin(word).0;
        let sound: String = sound.chars().filter(char::is_ascii_alphanumeric).collect();
        if sound.is_empty() || out.len() + sound.len() > 40 {
            continue;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&sound);
    }
    if out.is_empty() { "kind".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_become_codes() {
        assert_eq!(slug("Heat - Excessive  Insufficient"), "heat-excessive-insufficient");
        assert_eq!(slug("楼道漏水"), "loudaoloushui");
        assert_eq!(slug("!?"), "kind");
        assert_eq!(free_code("Sign Repair", |c| c == "sign-repair"), "sign-repair-2");
    }
}
