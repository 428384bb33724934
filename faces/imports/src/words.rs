//! Words about files, from `locales/<language>/imports.ftl`: the same for the command line, the pages and the JSON interface.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use kernel::Lang;
use std::sync::OnceLock;

pub use fluent_bundle::FluentValue as Value;

type Bundle = FluentBundle<FluentResource>;

/// What the operator at the command line reads; English unless said otherwise.
static SPOKEN: OnceLock<Lang> = OnceLock::new();

/// Sets the language of the command line, once, before anything is said.
pub fn speak(lang: Lang) {
    // Said twice, the first holds.
    let _ = SPOKEN.set(lang);
}

/// The language of what is shown without a page: errors at the command line.
pub fn spoken() -> Lang {
    SPOKEN.get().copied().unwrap_or(Lang::En)
}

const fn file_of(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => include_str!("../../../locales/zh-CN/imports.ftl"),
        Lang::En => include_str!("../../../locales/en/imports.ftl"),
    }
}

fn bundle(lang: Lang) -> &'static Bundle {
    static ZH: OnceLock<Bundle> = OnceLock::new();
    static EN: OnceLock<Bundle> = OnceLock::new();
    match lang {
        Lang::ZhCn => ZH.get_or_init(|| load(lang)),
        Lang::En => EN.get_or_init(|| load(lang)),
    }
}

fn load(lang: Lang) -> Bundle {
    let id: unic_langid::LanguageIdentifier = lang.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(file_of(lang).to_owned()).unwrap_or_else(|(resource, _)| resource);
    // A key that stands twice is found by the test over all texts.
    let _ = bundle.add_resource(resource);
    bundle
}

/// The text of a key. What is missing shows as `⟦…⟧`, which a test refuses.
pub fn text(lang: Lang, key: &str, args: Vec<(&'static str, Value<'static>)>) -> String {
    let bundle = bundle(lang);
    let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else { return format!("⟦{key}⟧") };
    let mut values = FluentArgs::new();
    for (name, value) in args {
        values.set(name, value);
    }
    let mut errors = Vec::new();
    let said = bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
    if errors.is_empty() { said } else { format!("⟦{key}: {errors:?}⟧") }
}

/// 58119 → `58,119`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 area`, `352 areas`.
pub fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// Keys of the texts in a language that begin so.
#[cfg(test)]
pub(crate) fn keys(lang: Lang, start: &str) -> std::collections::BTreeSet<&'static str> {
    let lines = file_of(lang).lines().filter_map(|line| line.split_once(" ="));
    lines.map(|(key, _)| key).filter(|key| key.starts_with(start)).collect()
}
