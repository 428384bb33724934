//! Small patterns over a text: a row of parts, each one of some words, a bounded gap or a number. Looks a bounded number
//! of characters ahead, so that no text makes it slow.

use crate::lists::List;
use crate::text::{Text, is_stop};

/// One part of a pattern.
pub(crate) enum Part {
    /// One of these words.
    One(&'static List),
    /// One of these words or nothing.
    Maybe(&'static List),
    /// Up to so many characters without a stop.
    Gap(usize),
    /// A number in either numerals.
    Number,
}

pub(crate) type Pattern = &'static [Part];

/// Where a match of the pattern that begins at `i` ends.
pub(crate) fn ends(text: &Text, i: usize, pattern: &[Part]) -> Option<usize> {
    let Some((part, rest)) = pattern.split_first() else { return Some(i) };
    match part {
        Part::One(words) => {
            let n = words.at(text, i);
            (n > 0).then(|| ends(text, i + n, rest)).flatten()
        }
        Part::Maybe(words) => {
            let n = words.at(text, i);
            (n > 0).then(|| ends(text, i + n, rest)).flatten().or_else(|| ends(text, i, rest))
        }
        Part::Gap(most) => {
            // The longest: 家里有八十多岁的老人 is more than 家里有八十多岁.
            let open = (0..*most).take_while(|k| !is_stop(text.at(i + k))).count();
            (0..=open).rev().find_map(|k| ends(text, i + k, rest))
        }
        Part::Number => {
            let n = number(text, i);
            (n > 0).then(|| ends(text, i + n, rest)).flatten()
        }
    }
}

/// Length of a number of up to six signs at `i`.
pub(crate) fn number(text: &Text, i: usize) -> usize {
    (0..6).take_while(|k| is_numeral(text.at(i + k))).count()
}

pub(crate) const fn is_numeral(c: char) -> bool {
    c.is_ascii_digit()
        || matches!(
            c,
            '〇' | '零'
                | '一'
                | '二'
                | '三'
                | '四'
                | '五'
                | '六'
                | '七'
                | '八'
                | '九'
                | '十'
                | '百'
                | '千'
                | '万'
                | '两'
                | '几'
        )
}
