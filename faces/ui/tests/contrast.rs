#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! Every pair of colour tokens that the style sheets put on top of each other reaches its contrast (WCAG 2.2 AA; 7:1 on
//! elder pages, R13), in light and in dark. Pairs are read from the rules themselves: a rule with a colour and a ground is
//! one pair, a rule with a colour alone stands on the page and on cards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

const GROUNDS: [&str; 2] = ["paper", "surface"];
/// Sheets that elder pages load, before elder.css changes tokens.
const ELDER: [&str; 3] = ["base", "forms", "public"];
/// In elder pages these tokens are replaced by ink (elder.css).
const ELDER_IS_INK: [&str; 2] = ["ink-quiet", "control"];

fn read(name: &str) -> String {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("css/{name}.css"))).unwrap();
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find("/*") {
        out.push_str(&rest[..start]);
        rest = &rest[rest[start..].find("*/").unwrap() + start + 2..];
    }
    out + rest
}

/// Tokens of the light and the dark palette.
fn palettes() -> [BTreeMap<String, String>; 2] {
    let text = read("tokens");
    let (light, dark) = text.split_once("@media").unwrap();
    [light, dark].map(|part| {
        let lines = part.split(';').filter_map(|l| l.split_once(": #"));
        lines.map(|(name, hex)| (name.rsplit("--").next().unwrap().trim().to_owned(), hex.trim().to_owned())).collect()
    })
}

fn luminance(hex: &str) -> f64 {
    let channel = |i: usize| {
        let v = f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap()) / 255.0;
        if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn token<'a>(rule: &'a str, property: &str) -> Option<&'a str> {
    let found = rule.split(';').find_map(|line| line.trim().strip_prefix(property)?.trim().strip_prefix(':'))?;
    found.trim().strip_prefix("var(--")?.split(')').next()
}

/// (text, ground) of a sheet.
fn pairs(sheet: &str) -> BTreeSet<(String, String)> {
    let text = read(sheet);
    let mut out = BTreeSet::new();
    for block in text.split('}') {
        let Some((_, rule)) = block.rsplit_once('{') else { continue };
        let ground = token(rule, "background-color").or_else(|| token(rule, "background"));
        let Some(colour) = token(rule, "color") else { continue };
        let grounds = ground.map_or_else(|| GROUNDS.to_vec(), |g| vec![g]);
        out.extend(grounds.into_iter().map(|g| (colour.to_owned(), g.to_owned())));
    }
    out
}

fn check(sheets: &[&str], least: f64, elder: bool) {
    let mut wrong = Vec::new();
    for (palette, name) in palettes().iter().zip(["light", "dark"]) {
        let of = |token: &str| {
            let token = if elder && ELDER_IS_INK.contains(&token) { "ink" } else { token };
            palette.get(token).unwrap_or_else(|| panic!("no token --{token} in {name}")).clone()
        };
        for (text, ground) in sheets.iter().flat_map(|s| pairs(s)) {
            let ratio = contrast(&of(&text), &of(&ground));
            if ratio < least {
                wrong.push(format!("{name}: --{text} on --{ground} is {ratio:.2}, not {least}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_can_be_read() {
    check(&["base", "forms", "public", "desk", "elder"], 4.5, false);
}

#[test]
fn elders_can_read_it() {
    check(&ELDER, 7.0, true);
}

#[test]
fn borders_of_controls_can_be_seen() {
    for palette in palettes() {
        for ground in GROUNDS {
            assert!(contrast(&palette["control"], &palette[ground]) >= 3.0, "--control on --{ground}");
        }
    }
}

/// Names on the map stand over anything; their halo helps, but they can be read without it.
#[test]
fn names_on_the_map_can_be_read() {
    const LAND: [&str; 8] = ["land", "farm", "green", "wood", "water", "building", "road", "road-main"];
    for palette in palettes() {
        for ground in LAND.map(|g| format!("map-{g}")) {
            for text in ["ink", "ink-quiet", "map-water-ink"] {
                let ratio = contrast(&palette[text], &palette[&ground]);
                assert!(ratio >= 4.5, "--{text} on --{ground} is {ratio:.2}");
            }
        }
        for sign in ["slate", "vermilion", "jade", "map-sign"] {
            assert!(contrast(&palette[sign], &palette["map-halo"]) >= 4.5, "--{sign} under its letter");
        }
    }
}

#[test]
fn both_palettes_have_the_same_tokens() {
    let [light, dark] = palettes();
    assert_eq!(light.keys().collect::<Vec<_>>(), dark.keys().collect::<Vec<_>>());
    assert!(light.len() > 15, "the palette was not read");
}

#[test]
fn public_pages_stay_small() {
    for name in ["public.css", "elder.css", "report.js"] {
        let size = ui::all().iter().find(|a| a.name == name).unwrap().bytes.len();
        assert!(size < 40_000, "{name} has {size} bytes; a page with everything must stay under 100 kB");
    }
}
