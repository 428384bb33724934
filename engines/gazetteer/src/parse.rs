//! Reads an address: which characters are a region, a name, a number, and where they stand.

use crate::fold::{Folded, folded, is_han};
use crate::path::{Level, Number};
use crate::scan::Scan;
use std::ops::Range;

/// What a part of an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// 上海市, 和邻区, 青禾镇, 水闸村 before a street: says where, and may be left out or wrong.
    Region,
    /// A street, a compound, a village, any place with a name. Latin letters are joined: `wangwei lu` is `wangweilu`.
    Name,
    /// A number with its level; without one nobody said what it counts.
    Number(Option<Level>, Number),
}

/// A part, folded, and the bytes of the text that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub what: What,
    pub text: String,
    pub span: Range<usize>,
}

/// An address in parts, in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    pub parts: Vec<Part>,
}

impl Address {
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter(|p| p.what == What::Region).map(|p| p.text.as_str())
    }
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter(|p| p.what == What::Name).map(|p| p.text.as_str())
    }
    /// The first name: the street, where there is one.
    pub fn name(&self) -> Option<&str> {
        self.names().next()
    }
    /// Numbers whose level is known.
    pub fn numbers(&self) -> impl Iterator<Item = (Level, Number)> {
        self.parts.iter().filter_map(|p| match p.what {
            What::Number(Some(level), number) => Some((level, number)),
            _ => None,
        })
    }
    /// Every part in its usual words: 三十二號 → 32号. Numbers that nobody named keep a dash between them.
    pub fn normal(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part.what {
                What::Number(Some(level), number) => {
                    out.push_str(&crate::Path::new(vec![(level, number)]).to_string());
                }
                What::Number(None, number) => {
                    if out.chars().last().is_some_and(|c| c.is_ascii_alphanumeric()) {
                        out.push('-');
                    }
                    out.push_str(&number.to_string());
                }
                _ => out.push_str(&part.text),
            }
        }
        out
    }
}

/// Reads whatever somebody typed. Nothing is an error: what cannot be read is a name.
pub fn parse(text: &str) -> Address {
    let chars = folded(text);
    let scan = Scan(&chars);
    let mut address = Address::default();
    let (mut i, mut from) = (0, 0);
    while i < chars.len() {
        let c = scan.at(i);
        if let Some(counted) = scan.number(i) {
            run(&chars, from..i, &mut address.parts);
            let what = What::Number(counted.level, counted.number);
            push(&chars, i..counted.end, what, &mut address.parts);
            i = counted.end;
            from = i;
        } else if c == ' ' || c == '-' {
            // Words of letters are joined: wangwei lu; "wangwei road".
            let letters = i > from && scan.at(i - 1).is_ascii_lowercase() && scan.at(i + 1).is_ascii_lowercase();
            let goes_on = letters && c == ' ' && scan.number(i + 1).is_none();
            if !goes_on {
                run(&chars, from..i, &mut address.parts);
                from = i + 1;
            }
            i += 1;
        } else {
            // A word of letters is taken whole, so that no number is looked for inside it.
            i = scan.letters(i).max(i + 1);
        }
    }
    run(&chars, from..chars.len(), &mut address.parts);
    address
}

fn push(chars: &[Folded], range: Range<usize>, what: What, parts: &mut Vec<Part>) {
    let run = chars.get(range).unwrap_or_default();
    let (Some(first), Some(last)) = (run.first(), run.last()) else { return };
    let text: String = run.iter().map(|f| f.c).filter(|c| *c != ' ').collect();
    if !text.is_empty() {
        parts.push(Part { what, text, span: first.from..last.to });
    }
}

/// English words of streets, as the Chinese ones sound.
const ENGLISH: &[(&str, &str)] = &[
    ("road", "lu"),
    ("rd", "lu"),
    ("street", "jie"),
    ("st", "jie"),
    ("avenue", "dadao"),
    ("ave", "dadao"),
    ("village", "cun"),
    ("town", "zhen"),
    ("bridge", "qiao"),
    ("community", "shequ"),
];

/// A run of text without numbers.
fn run(chars: &[Folded], range: Range<usize>, parts: &mut Vec<Part>) {
    let text: Vec<char> = chars.get(range.clone()).unwrap_or_default().iter().map(|f| f.c).collect();
    if text.iter().any(|c| is_han(*c)) {
        let mut at = range.start;
        for (len, what) in split(&text) {
            push(chars, at..at + len, what, parts);
            at += len;
        }
        return;
    }
    let before = parts.len();
    push(chars, range, What::Name, parts);
    if let Some(part) = parts.get_mut(before) {
        let words: String = text.iter().collect();
        let sound =
            |word: &str| ENGLISH.iter().find(|(w, _)| *w == word).map_or(word.to_owned(), |(_, s)| (*s).to_owned());
        part.text = words.split(' ').map(sound).collect();
    }
}

/// Ends of regions, from the largest to the smallest; each may only follow a larger one.
const REGIONS: &[&[&str]] = &[
    &["省", "自治区"],
    &["市"],
    &["新区", "区", "县"],
    &["街道办事处", "街道", "镇", "乡"],
    &["居民委员会", "村民委员会", "居委会", "村委会", "社区", "居委", "村"],
];
/// What looks like the end of a region, and is a place with a name.
const NOT_REGIONS: &[&str] =
    &["小区", "园区", "校区", "厂区", "库区", "景区", "片区", "开发区", "工业区", "新村", "住宅区", "城区"];
const STREETS: &[&str] = &["大道", "公路", "路", "大街", "老街", "街", "胡同", "巷", "里弄"];

/// How many characters each piece of a run of Chinese text has, and what it is.
fn split(text: &[char]) -> Vec<(usize, What)> {
    let mut out = Vec::new();
    let (mut at, mut level) = (0, 0);
    while let Some((len, found)) = region(text.get(at..).unwrap_or_default(), level) {
        out.push((len, What::Region));
        at += len;
        level = found + 1;
    }
    let rest = text.get(at..).unwrap_or_default();
    match street(rest) {
        Some(len) => {
            out.push((len, What::Name));
            out.push((rest.len() - len, What::Name));
        }
        None => out.push((rest.len(), What::Name)),
    }
    out.retain(|(len, _)| *len > 0);
    out
}

fn ends(text: &[char], word: &str) -> bool {
    let n = word.chars().count();
    text.len() >= n && text.iter().skip(text.len() - n).copied().eq(word.chars())
}

/// A region at the beginning: its length and its place in [`REGIONS`]. Something must be left that is a name by itself.
fn region(text: &[char], from: usize) -> Option<(usize, usize)> {
    for len in 2..text.len() {
        let (head, rest) = text.split_at_checked(len)?;
        let found = REGIONS.iter().enumerate().skip(from).find(|(_, words)| words.iter().any(|w| ends(head, w)));
        let Some((level, words)) = found else { continue };
        let word = words.iter().filter(|w| ends(head, w)).map(|w| w.chars().count()).max().unwrap_or(1);
        // 城市花园, 镇南路: a city has two characters before 市, everything else at least one.
        let enough = len - word >= if level == 1 { 2 } else { 1 };
        let place = NOT_REGIONS.iter().any(|w| ends(head, w));
        if enough && !place && is_name(rest) {
            return Some((len, level));
        }
    }
    None
}

/// Whether what follows a region can stand alone: not just 路, nor 镇 of 新市镇.
fn is_name(rest: &[char]) -> bool {
    // 水闸村 is not yet all of 水闸村委会.
    let words = || REGIONS.iter().copied().flatten().chain(STREETS).chain(&["委", "民委员会", "办事处"]);
    let goes_on = words().any(|w| {
        let n = w.chars().count();
        rest.len() >= n && rest.iter().take(n).copied().eq(w.chars())
    });
    rest.len() >= 2 && !goes_on
}

/// The street at the beginning when a place with a name follows it: 望苇路|月季小区.
fn street(text: &[char]) -> Option<usize> {
    (2..text.len().saturating_sub(1)).find(|len| {
        let (head, rest) = text.split_at_checked(*len).unwrap_or_default();
        let street = STREETS.iter().any(|w| ends(head, w) && head.len() > w.chars().count());
        // 路口, 路东, 街边, 公路站 say where on the street, and 街道 is a region.
        street && is_name(rest) && !rest.first().is_some_and(|c| "口边旁上中东西南北道站桥段".contains(*c))
    })
}
