//! What is known beforehand: the raiser's own values, which are hidden wherever they occur, and places that stay.

use crate::kind::Kind;
use crate::lists::Words;
use crate::model::MODEL;
use crate::names::titled;
use crate::text::{Found, Text, folded, is_han};
use std::collections::HashMap;
use std::sync::Arc;

/// What is known beforehand. All parts may be empty.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// Names to hide, in part too: the given name, the surname with a title.
    pub names: Vec<String>,
    pub phones: Vec<String>,
    /// E-mail addresses, accounts, numbers of documents.
    pub numbers: Vec<String>,
    /// Homes to hide, in part too: `12号602室` and `602` of `和平路88弄12号602室`.
    pub addresses: Vec<String>,
    /// Words somebody asked to hide.
    pub words: Vec<String>,
    /// Names of streets, communities, posts: never a person's name.
    pub places: Places,
    /// Where the matter is. Stays readable, unless the text says that the raiser lives there.
    pub subject: Vec<String>,
}

/// Names of a district's places, put together once for many texts.
#[derive(Clone, Default)]
pub struct Places(Arc<Words>);

impl Places {
    /// Names of one character say nothing and are left out.
    pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self(Arc::new(Words::of(names.map(str::trim).filter(|name| name.chars().count() >= 2))))
    }

    pub(crate) fn words(&self) -> &Words {
        &self.0
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Places(…)")
    }
}

/// Characters between two of a value that do not part it.
const fn between(c: char) -> bool {
    matches!(c, ' ' | '\n' | '\r' | '·' | '-' | '.' | '_')
}
/// At most so many of them.
const GAP: usize = 3;
/// Tails of a home's address that are looked for.
const TAILS: usize = 4;

impl Hints {
    /// Whether this is (part of) where the matter is.
    pub(crate) fn is_subject(&self, address: &[char]) -> bool {
        let plain = |chars: &[char]| chars.iter().copied().filter(|c| !between(*c) && *c != ',').collect::<String>();
        let address = plain(address);
        address.chars().count() >= 2
            && self
                .subject
                .iter()
                .map(|s| plain(&folded(s)))
                .any(|s| s.contains(&address) || (!s.is_empty() && address.contains(&s)))
    }

    pub(crate) fn find(&self, text: &Text, out: &mut Vec<Found>) {
        let mut values = Values::default();
        for name in &self.names {
            let name = folded(name.trim());
            if name.len() >= 2 {
                values.add(&name, Kind::Name, false);
                values.surname_of(&name);
            }
        }
        for (list, kind) in
            [(&self.numbers, Kind::Number), (&self.words, Kind::Words), (&self.addresses, Kind::Address)]
        {
            for value in list {
                values.add(&folded(value.trim()), kind, false);
            }
        }
        for address in &self.addresses {
            values.tails_of(&folded(address.trim()));
        }
        for phone in &self.phones {
            values.phone(phone);
        }
        values.find(text, out);
    }
}

/// A value to look for.
struct Value {
    chars: Vec<char>,
    kind: Kind,
    /// Digits that must not be part of a longer number.
    alone: bool,
}

#[derive(Default)]
struct Values {
    /// By their first character.
    by_first: HashMap<char, Vec<Value>>,
    surnames: Vec<Vec<char>>,
}

impl Values {
    fn add(&mut self, chars: &[char], kind: Kind, alone: bool) {
        let chars: Vec<char> = chars.iter().copied().filter(|c| !between(*c)).collect();
        if let Some(first) = chars.first() {
            self.by_first.entry(*first).or_default().push(Value { chars, kind, alone });
        }
    }

    /// The given name, and the surname for titles.
    fn surname_of(&mut self, name: &[char]) {
        let n = match name {
            [a, b, _, ..] if MODEL.surname(&[*a, *b]).is_some() => 2,
            [a, ..] if is_han(*a) && name.len() <= 4 => 1,
            _ => return,
        };
        let (surname, given) = name.split_at(n);
        if given.len() >= 2 {
            self.add(given, Kind::Name, false);
        }
        self.surnames.push(surname.to_vec());
    }

    /// What stands from a number on to the end: `12号602室`, `602室`, `602`.
    fn tails_of(&mut self, address: &[char]) {
        let starts = (1..address.len()).filter(|i| {
            let digit = |k: usize| address.get(k).is_some_and(char::is_ascii_digit);
            digit(*i) && !digit(i - 1)
        });
        let starts: Vec<usize> = starts.collect();
        for start in starts.into_iter().rev().take(TAILS) {
            let tail = address.get(start..).unwrap_or_default();
            let digits = tail.iter().take_while(|c| c.is_ascii_digit()).count();
            let numbers =
                tail.iter().zip(tail.iter().skip(1)).filter(|(a, b)| a.is_ascii_digit() && !b.is_ascii_digit()).count();
            // `12号` alone is every second house; `602` is a home.
            if digits >= 3 || numbers >= 2 {
                self.add(tail, Kind::Address, true);
                if let Some(bare) = tail.strip_suffix(&['室']).or_else(|| tail.strip_suffix(&['房'])) {
                    self.add(bare, Kind::Address, true);
                }
            }
        }
    }

    fn phone(&mut self, phone: &str) {
        let digits: Vec<char> = folded(phone).into_iter().filter(char::is_ascii_digit).collect();
        if digits.len() >= 5 {
            self.add(&digits, Kind::Phone, false);
            // Typed without the area or the country.
            for cut in [2, 3, 4] {
                if digits.len() - cut >= 7 && (digits.first() == Some(&'0') || digits.starts_with(&['8', '6'])) {
                    self.add(digits.get(cut..).unwrap_or_default(), Kind::Phone, false);
                }
            }
            // The last four, as people say them.
            if digits.len() >= 11 {
                self.add(digits.get(digits.len() - 4..).unwrap_or_default(), Kind::Phone, true);
            }
        }
    }

    fn find(&self, text: &Text, out: &mut Vec<Found>) {
        if self.by_first.is_empty() {
            return;
        }
        for i in 0..text.len() {
            for value in self.by_first.get(&text.at(i)).into_iter().flatten() {
                if let Some(to) = ends(text, i, value) {
                    out.push(Found { from: i, to, kind: value.kind });
                }
            }
            for surname in &self.surnames {
                if text.starts(i, surname)
                    && let Some((from, to)) = titled(text, i, surname.len())
                {
                    out.push(Found { from, to, kind: Kind::Name });
                }
            }
        }
    }
}

/// Where the value ends that begins at `i`, over blanks and dashes.
fn ends(text: &Text, i: usize, value: &Value) -> Option<usize> {
    let mut at = i;
    for (k, c) in value.chars.iter().enumerate() {
        let mut skipped = 0;
        while k > 0 && skipped < GAP && text.at(at) != *c && between(text.at(at)) {
            at += 1;
            skipped += 1;
        }
        if text.at(at) != *c {
            return None;
        }
        at += 1;
    }
    let digit = |c: char| c.is_ascii_digit();
    let part = value.alone && (digit(text.before(i, 1)) || digit(text.at(at)) && digit(text.before(at, 1)));
    let unit =
        value.alone && matches!(text.at(at), '元' | '块' | '万' | '年' | '岁' | '人' | '米' | '路' | '天' | '次');
    (!part && !unit).then_some(at)
}
