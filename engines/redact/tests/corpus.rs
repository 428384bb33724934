//! How well the redactor finds what must be hidden, measured on invented texts as residents write them.
//!
//! `tests/corpus/*.txt` holds one text a line (`\n` for a line break), what must be hidden marked as `[[kind:…]]`. Files
//! whose name begins with `held` were written after the rules stood. When the rules are worked on again, write new ones
//! and let these join the others.
//!
//! **Measure.** A marked piece is *found* when at least nine tenths of its characters are hidden, whatever the kind of the
//! mark; of a telephone or a number all of its digits and letters. A hidden piece is *right* when at least half of its
//! characters lie in marked pieces. Recall = found / marked, precision = right / hidden, by kind and over all.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use redact::{Hints, Kind, Span, find, redact};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

struct Case {
    file: String,
    line: usize,
    text: String,
    marked: Vec<Span>,
}

fn read(line: &str) -> (String, Vec<Span>) {
    let (mut text, mut marked) = (String::new(), Vec::new());
    let line = line.replace("\\n", "\n");
    let mut rest = line.as_str();
    while let Some(at) = rest.find("[[") {
        text.push_str(&rest[..at]);
        let end = at + rest[at..].find("]]").unwrap_or_else(|| panic!("unclosed mark: {line}"));
        let (kind, what) = rest[at + 2..end].split_once(':').unwrap_or_else(|| panic!("mark without kind: {line}"));
        let kind = Kind::from_code(kind).unwrap_or_else(|| panic!("no kind {kind}: {line}"));
        let start = text.len();
        text.push_str(what);
        marked.push(Span { start, end: text.len(), kind });
        rest = &rest[end + 2..];
    }
    text.push_str(rest);
    (text, marked)
}

fn cases(held: bool) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let mut out = Vec::new();
    for path in names {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if file.starts_with("held") != held || !file.ends_with(".txt") {
            continue;
        }
        for (n, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (text, marked) = read(line);
            out.push(Case { file: file.clone(), line: n + 1, text, marked });
        }
    }
    out
}

/// How much of `span` the others cover, in characters; for numbers only letters and digits count.
fn covered(text: &str, span: &Span, others: &[Span]) -> (usize, usize) {
    let mut sum = (0, 0);
    for (i, c) in text[span.start..span.end].char_indices() {
        let at = span.start + i;
        let counts = !matches!(span.kind, Kind::Phone | Kind::Number) || c.is_alphanumeric();
        if counts {
            sum.1 += 1;
            sum.0 += usize::from(others.iter().any(|o| o.start <= at && at < o.end));
        }
    }
    sum
}

#[derive(Default, Clone, Copy)]
struct Score {
    marked: usize,
    found: usize,
    hidden: usize,
    right: usize,
}

impl Score {
    fn recall(&self) -> f64 {
        self.found as f64 / (self.marked.max(1)) as f64
    }
    fn precision(&self) -> f64 {
        self.right as f64 / (self.hidden.max(1)) as f64
    }
}

/// Scores by kind, over all, and what went wrong.
fn measure(cases: &[Case]) -> (BTreeMap<&'static str, Score>, Score, String) {
    let (mut by_kind, mut all, mut wrong) = (BTreeMap::<&str, Score>::new(), Score::default(), String::new());
    for case in cases {
        let spans = find(&case.text, &Hints::default());
        for span in &case.marked {
            let (n, of) = covered(&case.text, span, &spans);
            let found = match span.kind {
                Kind::Phone | Kind::Number => n == of,
                _ => n * 10 >= of * 9,
            };
            for score in [by_kind.entry(span.kind.code()).or_default(), &mut all] {
                score.marked += 1;
                score.found += usize::from(found);
            }
            if !found {
                let what = &case.text[span.start..span.end];
                let _ = writeln!(
                    wrong,
                    "missed {} {}:{} {what} | {}",
                    span.kind.code(),
                    case.file,
                    case.line,
                    redact(&case.text, &spans)
                );
            }
        }
        for span in &spans {
            let (n, of) = covered(&case.text, span, &case.marked);
            let right = n * 2 >= of;
            for score in [by_kind.entry(span.kind.code()).or_default(), &mut all] {
                score.hidden += 1;
                score.right += usize::from(right);
            }
            if !right {
                let what = &case.text[span.start..span.end];
                let _ =
                    writeln!(wrong, "needless {} {}:{} {what} | {}", span.kind.code(), case.file, case.line, case.text);
            }
        }
    }
    (by_kind, all, wrong)
}

fn check(held: bool, least: usize) {
    let cases = cases(held);
    let (by_kind, all, wrong) = measure(&cases);
    let mut report =
        format!("{} texts; overall recall {:.3}, precision {:.3}\n", cases.len(), all.recall(), all.precision());
    for (kind, s) in &by_kind {
        let (found, marked, right, hidden) = (s.found, s.marked, s.right, s.hidden);
        let _ = writeln!(
            report,
            "{kind:8} recall {:.3} ({found}/{marked}) precision {:.3} ({right}/{hidden})",
            s.recall(),
            s.precision()
        );
    }
    if std::env::var_os("REDACT_REPORT").is_some() {
        fs::write(std::env::var_os("REDACT_REPORT").unwrap(), format!("{report}{wrong}")).unwrap();
    }
    assert!(cases.len() >= least, "only {} texts\n{report}", cases.len());
    let recall = |kind: &str| by_kind.get(kind).copied().unwrap_or_default().recall();
    for (kind, least) in [("phone", 0.98), ("number", 0.98), ("address", 0.98), ("name", 0.90)] {
        assert!(recall(kind) >= least, "recall of {kind} is under {least}\n{report}{wrong}");
    }
    assert!(all.precision() >= 0.8, "precision is under 0.8\n{report}{wrong}");
}

#[test]
fn finds_what_residents_write() {
    check(false, 500);
}

#[test]
fn finds_it_in_texts_that_the_rules_were_not_made_for() {
    check(true, 150);
}

#[test]
fn corpus_holds_no_real_numbers() {
    for case in cases(false).iter().chain(&cases(true)) {
        for span in case.marked.iter().filter(|s| s.kind == Kind::Phone) {
            let digits: String = case.text[span.start..span.end].chars().filter(char::is_ascii_digit).collect();
            // Mobiles of the mainland begin 13 to 19.
            let mobile = digits.len() == 11 && digits.starts_with('1') && !matches!(&digits[1..2], "0" | "1" | "2");
            assert!(!mobile, "{}:{} looks like a real telephone: {digits}", case.file, case.line);
        }
    }
}
