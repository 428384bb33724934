use super::*;
use crate::words;
use std::collections::BTreeSet;

/// What stays as it is in a Chinese sentence: it must be typed so, or is a name.
const TYPED: &[&str] = &[
    "wgs84",
    "gcj02",
    "bd09",
    "cgcs2000",
    "datum",
    "values",
    "state",
    "class",
    "classes",
    "same",
    "new",
    "create",
    "true",
    "columns",
    "key",
    "id",
    "open",
    "closed",
    "org_kind",
    "csv",
    "gz",
    "xlsx",
    "json",
    "JSON",
    "GeoJSON",
    "POLYGON",
    "MULTIPOLYGON",
    "Polygon",
    "MultiPolygon",
    "name",
    "code",
    "name-field",
    "pieces",
    "propose",
    "names",
    "lat",
    "lon",
    "timezone",
    "Asia",
    "Shanghai",
    "police",
    "non_police",
    "emergency",
    "2h",
    "7d",
    "time",
    "calendar",
    "working_days",
    "working_hours",
    "about",
    "alike",
    "join",
    "apart",
];

#[test]
fn every_finding_has_its_words_in_both_languages() {
    for finding in Finding::samples() {
        for lang in Lang::ALL {
            let said = finding.words(lang);
            assert!(!said.contains(['⟦', '{', '}']) && said.chars().count() > 3, "{}: {said}", finding.code());
        }
        let english = finding.words(Lang::En).replace(['甲', '乙'], "");
        assert!(english.is_ascii() || !english.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{english}");
        let chinese = finding.words(Lang::ZhCn);
        assert!(chinese.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{chinese}");
        let word = |c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-';
        let latin = |w: &&str| w.chars().filter(char::is_ascii_alphabetic).count() > 1;
        for word in chinese.split(word).map(|w| w.trim_matches('-')).filter(latin) {
            assert!(TYPED.contains(&word), "{}: “{word}” in Chinese: {chinese}", finding.code());
        }
    }
}

#[test]
fn no_words_are_left_without_their_finding() {
    let codes: BTreeSet<String> = Finding::samples().iter().map(|f| format!("finding-{}", f.code())).collect();
    assert_eq!(codes.len(), Finding::samples().len(), "two findings with one code");
    for lang in Lang::ALL {
        let unused: Vec<_> = words::keys(lang, "finding-").into_iter().filter(|key| !codes.contains(*key)).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}

#[test]
fn a_finding_is_kept_and_read_again_and_a_long_cell_is_cut() {
    for finding in Finding::samples() {
        let kept = serde_json::to_string(&finding).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Finding>(&kept).ok(), Some(finding), "{kept}");
    }
    let long = Finding::NotADate { text: "年".repeat(50_000) }.words(Lang::ZhCn);
    assert!(long.chars().count() < 200, "{} characters", long.chars().count());
}
