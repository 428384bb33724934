#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! Tests over all pages and texts at once. A new template needs a sample, a new key both languages.

use crate::loc::Locales;
use crate::{Look, Page, desk, field, guard, kept, public, session};
use kernel::Lang;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn files(folder: &Path, ext: &str, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ext, out);
        } else if path.extension().is_some_and(|e| e == ext) {
            out.push(path);
        }
    }
}

fn looks() -> Vec<Look> {
    let mut out = Vec::new();
    for lang in Lang::ALL {
        for elder in [false, true] {
            out.push(Look { lang, elder, larger: false });
        }
    }
    out
}

fn samples(look: Look) -> Vec<(&'static str, String)> {
    let page = Page::sample(look);
    let mut all = public::samples(&page);
    all.extend(session::samples(&page));
    all.extend(kept::samples(&page));
    all.extend(desk::samples(&page));
    all.extend(field::samples(&page));
    all.extend(guard::samples(&page));
    all
}

/// Text a person reads: tags, scripts and attribute values away, elements in another language away.
fn words(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let tag = &rest[open..];
        let close = tag.find('>').map_or(tag.len(), |i| i + 1);
        let skip = ["title", "script", "style"].iter().find(|n| tag.starts_with(&format!("<{n}")));
        if let Some(name) = skip {
            let end = tag.find(&format!("</{name}>")).unwrap_or(tag.len());
            rest = &tag[end..];
            if end == tag.len() {
                break;
            }
            rest = &rest[rest.find('>').map_or(rest.len(), |i| i + 1)..];
        } else if ["lang=\"en\"", "lang=\"zh-Latn\""].iter().any(|l| tag[..close].contains(l))
            && !tag.starts_with("<html")
        {
            rest = &tag[tag.find("</").unwrap_or(tag.len())..];
        } else {
            out.push(' ');
            rest = &tag[close..];
        }
    }
    out.push_str(rest);
    out
}

#[test]
fn every_template_has_a_sample() {
    let shown: BTreeSet<_> = samples(Look::default()).into_iter().map(|(name, _)| name.to_owned()).collect();
    let mut all = Vec::new();
    files(&root().join("templates"), "html", &mut all);
    let missing: Vec<_> = all
        .iter()
        .filter(|path| std::fs::read_to_string(path).unwrap().contains("{% extends") || path.ends_with("inline.html"))
        .map(|path| path.strip_prefix(root().join("templates")).unwrap().to_string_lossy().into_owned())
        .filter(|name| !shown.contains(name) && !name.ends_with("base.html"))
        .collect();
    assert!(missing.is_empty(), "no sample renders {missing:?}");
}

#[test]
fn every_page_renders_in_every_look() {
    for look in looks() {
        for (name, html) in samples(look) {
            assert!(!html.is_empty(), "{name} does not render");
            let gap = html.find('⟦').map(|i| html[i..].chars().take(60).collect::<String>());
            assert!(gap.is_none(), "{name} in {look:?} lacks a text: {gap:?}");
            for forbidden in [" style=\"", " onclick=", "javascript:", "<style", "href=\"\"", "src=\"\""] {
                assert!(!html.contains(forbidden), "{name} contains {forbidden}");
            }
            assert!(html.len() < 100_000, "{name} is {} bytes", html.len());
        }
    }
}

/// Names, codes and addresses that stay Latin in Chinese pages.
const LATIN: [&str; 22] = [
    "true",
    "false",
    "Ctrl",
    "MB",
    "QR",
    "GPS",
    "WGS",
    "CSV",
    "XLSX",
    "GeoJSON",
    "Excel",
    "WPS",
    "Tab",
    "Enter",
    "Esc",
    "http",
    "https",
    "QH",
    "Traccar",
    "Client",
    "OwnTracks",
    // The address of the pages for phones.
    "field",
];

#[test]
fn no_english_in_chinese_pages() {
    for elder in [false, true] {
        for (name, html) in samples(Look { lang: Lang::ZhCn, elder, larger: false }) {
            for word in words(&html).split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() > 3) {
                let known = LATIN.contains(&word)
                    || word.chars().all(|c| c.is_ascii_uppercase())
                    || word == "nbsp"
                    || word == "quot";
                assert!(known, "{name}: \"{word}\" in a Chinese page");
            }
        }
    }
}

#[test]
fn no_chinese_in_english_texts() {
    for name in Locales::iter().filter(|n| n.starts_with("en/")) {
        let text = String::from_utf8(Locales::get(&name).unwrap().data.into_owned()).unwrap();
        for line in text.lines().filter(|l| !l.starts_with("look-other-language") && !l.contains("(term)")) {
            assert!(!line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{name}: {line}");
        }
    }
}

/// Chinese texts use full-width punctuation (house style 10).
#[test]
fn chinese_punctuation_is_full_width() {
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for name in Locales::iter().filter(|n| n.starts_with("zh-CN/")) {
        let text = String::from_utf8(Locales::get(&name).unwrap().data.into_owned()).unwrap();
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let chars: Vec<char> = line.chars().collect();
            let narrow = chars.windows(2).any(|w| han(w[0]) && matches!(w[1], ',' | ';' | '?' | '!' | ':'));
            assert!(!narrow, "{name}: use full-width punctuation: {line}");
        }
    }
}

fn keys(lang: Lang) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for name in Locales::iter().filter(|n| n.starts_with(&format!("{}/", lang.tag()))) {
        let text = String::from_utf8(Locales::get(&name).unwrap().data.into_owned()).unwrap();
        let parsed = fluent_bundle::FluentResource::try_new(text.clone());
        assert!(parsed.is_ok(), "{name} does not parse: {:?}", parsed.err().map(|e| e.1));
        for line in text.lines() {
            let Some((key, _)) = line.split_once(" =") else { continue };
            if key.starts_with(|c: char| c.is_ascii_lowercase()) {
                assert!(out.insert(key.to_owned(), name.to_string()).is_none(), "{key} stands twice in {lang:?}");
            }
        }
    }
    out
}

#[test]
fn both_languages_have_the_same_keys() {
    let (zh, en) = (keys(Lang::ZhCn), keys(Lang::En));
    let only_zh: Vec<_> = zh.keys().filter(|k| !en.contains_key(*k)).collect();
    let only_en: Vec<_> = en.keys().filter(|k| !zh.contains_key(*k)).collect();
    assert!(only_zh.is_empty() && only_en.is_empty(), "only Chinese: {only_zh:?}; only English: {only_en:?}");
}

/// All string literals in templates and source: a key is used when it stands in one, or begins with one that ends in `-`.
#[test]
fn every_key_is_used() {
    let mut sources = Vec::new();
    files(&root().join("templates"), "html", &mut sources);
    files(&root().join("src"), "rs", &mut sources);
    files(&root().join("../imports/src"), "rs", &mut sources);
    // Refusals and reasons are named where they are decided.
    files(&root().join("../../domains"), "rs", &mut sources);
    let mut literals = BTreeSet::new();
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        // A literal for `format!` counts up to its first argument.
        let found = text.split('"').filter(|l| l.len() < 80).map(|l| l.split('{').next().unwrap_or(l));
        literals.extend(found.map(str::to_owned));
    }
    let families: Vec<_> = literals.iter().filter(|l| l.ends_with('-') && l.len() > 3).collect();
    let unused: Vec<_> = keys(Lang::ZhCn)
        .into_keys()
        .filter(|key| !literals.contains(key) && !families.iter().any(|f| key.starts_with(f.as_str())))
        .collect();
    assert!(unused.is_empty(), "texts nobody uses: {unused:?}");
}

/// Fields of forms that go by address, into which people write freely, and why no person can stand there.
const BY_ADDRESS: &[(&str, &str, &str)] = &[
    ("desk/withheld.html", "number", "the number of a matter, nothing else is found by it"),
    ("desk/admin/audit/raiser.html", "number", "the number of a matter, nothing else is found by it"),
];

/// Kinds of fields in which nobody writes words.
const NO_WORDS: [&str; 11] =
    ["hidden", "checkbox", "radio", "date", "month", "time", "number", "range", "submit", "button", "datetime-local"];

/// The tags of a page or of a template, each whole: what stands in `{{ }}` and `{% %}` ends none.
fn tags(html: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|i| at + i) {
        let (mut end, mut inside) = (open + 1, false);
        for (i, c) in html[open..].char_indices().skip(1) {
            end = open + i + c.len_utf8();
            let two = html.get(open + i..open + i + 2);
            match (c, two) {
                ('{', Some("{{" | "{%")) => inside = true,
                ('}' | '%', Some("}}" | "%}")) => inside = false,
                ('>', _) if !inside => break,
                _ => {}
            }
        }
        out.push(&html[open..end]);
        at = end;
    }
    out
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value)
}

/// Fields for free words whose content goes into an address: by a form without `post`, or while somebody types.
fn words_by_address(html: &str) -> Vec<String> {
    let (mut found, mut by_address) = (Vec::new(), false);
    for tag in tags(html) {
        if tag.starts_with("<form") {
            by_address = attribute(tag, "method") != Some("post");
        } else if tag.starts_with("</form") {
            by_address = false;
        }
        let field = tag.starts_with("<input") || tag.starts_with("<textarea");
        let free = field && !attribute(tag, "type").is_some_and(|kind| NO_WORDS.contains(&kind));
        if (free && (by_address || tag.contains(" hx-get=")))
            || (tag.contains(" hx-get=") && tag.contains("hx-include"))
        {
            found.push(attribute(tag, "name").unwrap_or(tag).to_owned());
        }
    }
    found
}

#[test]
fn what_people_type_to_find_something_stands_in_no_address() {
    let bad = "<form action=\"/x\" role=\"search\"><input name=\"a\" type=\"search\"><input type=\"month\" name=\"m\"></form>\
               <form method=\"post\"{% if a > b %} id=\"x\"{% endif %}><input name=\"b\"><input name=\"c\" hx-get=\"{{ x }}\"></form>";
    assert_eq!(words_by_address(bad), ["a", "c"], "this test sees it");
    let mut pages: Vec<(String, String)> =
        looks().into_iter().flat_map(samples).map(|(name, html)| (name.to_owned(), html)).collect();
    let mut all = Vec::new();
    files(&root().join("templates"), "html", &mut all);
    for path in all {
        let name = path.strip_prefix(root().join("templates")).unwrap().to_string_lossy().into_owned();
        pages.push((name, std::fs::read_to_string(&path).unwrap()));
    }
    let mut seen = BTreeSet::new();
    for (name, html) in &pages {
        for field in words_by_address(html) {
            let known = BY_ADDRESS.iter().find(|(page, of, _)| page == name && *of == field);
            assert!(
                known.is_some(),
                "{name}: what is typed into \"{field}\" would stand in the address: post it (desk/sought.rs)"
            );
            seen.insert((name.clone(), field));
        }
    }
    assert_eq!(seen.len(), BY_ADDRESS.len(), "a reason that nothing needs any more");
}
