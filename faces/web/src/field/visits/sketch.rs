//! The day as a drawing: inline SVG that lies in the pack, so that it needs neither tiles nor signal. Streets, the way, and each door with
//! its number on the list. North is up.

use crate::field::sketch::Paper;
use care::app::visits::{Stop, Walk};
use std::fmt::Write as _;

/// Height of a mark, and the least room between two.
const HIGH: f64 = 19.0;
const APART: f64 = 2.0;

/// Nothing where no door is known.
pub(super) fn svg(stops: &[Stop], walk: &Walk, label: &str) -> Option<String> {
    let doors: Vec<(usize, [f64; 2])> = stops.iter().enumerate().filter_map(|(n, s)| Some((n + 1, s.place?))).collect();
    if doors.is_empty() {
        return None;
    }
    let frame: Vec<[f64; 2]> = walk.way.iter().copied().chain(doors.iter().map(|(_, at)| *at)).collect();
    let paper = Paper::of(&frame)?;
    let mut out = paper.begin(label);
    for street in &walk.streets {
        paper.line(&mut out, "ground", street);
    }
    paper.line(&mut out, "look", &walk.way);
    if let Some(base) = walk.base {
        let (x, y) = paper.at(base);
        let _ =
            write!(out, "<rect class=\"first\" x=\"{:.1}\" y=\"{:.1}\" width=\"14\" height=\"14\"/>", x - 7.0, y - 7.0);
    }
    for (at, numbers) in marks(&paper, &doors) {
        mark(&mut out, at, &said(&numbers));
    }
    out.push_str("</svg>");
    Some(out)
}

/// Doors whose marks would lie on each other share one.
fn marks(paper: &Paper, doors: &[(usize, [f64; 2])]) -> Vec<((f64, f64), Vec<usize>)> {
    let mut out: Vec<((f64, f64), Vec<usize>)> = Vec::new();
    for (n, door) in doors {
        let mut next = (paper.at(*door), vec![*n]);
        // One that grew may touch another.
        while let Some(at) = out.iter().position(|there| touch(there, &next)) {
            let (place, mut numbers) = out.remove(at);
            numbers.append(&mut next.1);
            numbers.sort_unstable();
            next = (place, numbers);
        }
        out.push(next);
    }
    out
}

fn touch((a, one): &((f64, f64), Vec<usize>), (b, two): &((f64, f64), Vec<usize>)) -> bool {
    let room = f64::midpoint(wide(&said(one)), wide(&said(two))) + APART;
    (a.0 - b.0).abs() < room && (a.1 - b.1).abs() < HIGH + APART
}

fn wide(words: &str) -> f64 {
    12.0 + 7.0 * words.chars().count() as f64
}

/// `3`, `3–5`, or `3+` where others that do not follow stand there, too.
fn said(numbers: &[usize]) -> String {
    let (first, last) = (numbers.first().copied().unwrap_or(0), numbers.last().copied().unwrap_or(0));
    if numbers.len() < 2 {
        first.to_string()
    } else if last - first + 1 == numbers.len() {
        format!("{first}–{last}")
    } else {
        format!("{first}+")
    }
}

fn mark(out: &mut String, (x, y): (f64, f64), words: &str) {
    let wide = wide(words);
    let _ = write!(
        out,
        "<rect class=\"stop\" x=\"{:.1}\" y=\"{:.1}\" width=\"{wide:.0}\" height=\"{HIGH}\" rx=\"9.5\"/><text x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>",
        x - wide / 2.0,
        y - HIGH / 2.0
    );
}

#[cfg(test)]
mod tests {
    use super::{marks, said};
    use crate::field::sketch::Paper;

    #[test]
    fn doors_of_one_house_share_a_mark() {
        assert_eq!([said(&[3]), said(&[3, 4, 5]), said(&[3, 7])], ["3", "3–5", "3+"]);
    }

    #[test]
    fn no_mark_lies_on_another() {
        // Forty doors in one street, and one far away, so that the street is short on paper.
        let doors: Vec<(usize, [f64; 2])> = (1..=40).map(|n| (n, [121.47 + 0.0001 * n as f64, 30.9])).collect();
        let all: Vec<_> = doors.iter().copied().chain([(41, [121.5, 30.95])]).collect();
        let paper = Paper::of(&all.iter().map(|(_, at)| *at).collect::<Vec<_>>()).expect("points");
        let marks = marks(&paper, &all);
        assert_eq!(marks.iter().map(|(_, n)| n.len()).sum::<usize>(), 41, "each door is under one");
        for (n, a) in marks.iter().enumerate() {
            assert!(marks.iter().skip(n + 1).all(|b| !super::touch(a, b)));
        }
    }
}
