//! Finds a number with its level at a position of a folded text: 128弄, 三十二号, 宅基 12 号, A座, 5 nong, Room 401.

use crate::fold::{Folded, is_han};
use crate::path::{Level, Number};

/// Words after a number. The first that fits counts, so longer ones stand before what they begin with.
const AFTER: &[(&str, Level)] = &[
    ("支弄", Level::SubLane),
    ("弄", Level::Lane),
    ("巷", Level::Lane),
    ("胡同", Level::Lane),
    ("村民小组", Level::Group),
    ("村民组", Level::Group),
    ("生产队", Level::Group),
    ("小组", Level::Group),
    ("组", Level::Group),
    ("队", Level::Group),
    ("号楼", Level::House),
    ("号房", Level::House),
    ("幢", Level::House),
    ("栋", Level::House),
    ("座", Level::House),
    ("号宅基", Level::Plot),
    ("号宅", Level::Plot),
    ("宅基", Level::Plot),
    ("号院", Level::Door),
    ("号室", Level::Room),
    ("号", Level::Door),
    ("单元", Level::Unit),
    ("门", Level::Unit),
    ("层", Level::Floor),
    ("楼", Level::Floor),
    ("室", Level::Room),
    ("户", Level::Room),
];
/// Words before a number.
const BEFORE: &[(&str, Level)] =
    &[("宅基地", Level::Plot), ("宅基", Level::Plot), ("附", Level::Sub), ("之", Level::Sub)];
/// The same in letters, after a number…
const LETTERS_AFTER: &[(&str, Level)] = &[
    ("zhinong", Level::SubLane),
    ("nong", Level::Lane),
    ("long", Level::Lane),
    ("xiang", Level::Lane),
    ("zu", Level::Group),
    ("haolou", Level::House),
    ("zhuang", Level::House),
    ("dong", Level::House),
    ("zuo", Level::House),
    ("danyuan", Level::Unit),
    ("ceng", Level::Floor),
    ("lou", Level::Floor),
    ("shi", Level::Room),
    ("hao", Level::Door),
    ("n", Level::Lane),
    ("h", Level::Door),
    ("z", Level::Group),
    ("s", Level::Room),
];
/// … and before one, as in English.
const LETTERS_BEFORE: &[(&str, Level)] = &[
    ("lane", Level::Lane),
    ("alley", Level::Lane),
    ("group", Level::Group),
    ("building", Level::House),
    ("block", Level::House),
    ("bldg", Level::House),
    ("unit", Level::Unit),
    ("floor", Level::Floor),
    ("room", Level::Room),
    ("flat", Level::Room),
    ("rm", Level::Room),
    ("no", Level::Door),
    ("number", Level::Door),
];
/// A number before these is part of a name: 四号桥, 二号河, 5号线.
const NAME_GOES_ON: &str = "桥河港路线泾浦塘街渡闸村湾滩";
/// A number with more digits is no number of a house.
const MOST_DIGITS: usize = 6;

/// A number, what it counts (`None`: nobody said), and where it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub level: Option<Level>,
    pub number: Number,
    pub end: usize,
}

pub(crate) struct Scan<'a>(pub &'a [Folded]);

impl Scan<'_> {
    pub(crate) fn at(&self, i: usize) -> char {
        self.0.get(i).map_or(' ', |f| f.c)
    }
    fn begins(&self, i: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(k, c)| self.at(i + k) == c)
    }
    fn skip_spaces(&self, mut i: usize) -> usize {
        while i < self.0.len() && self.at(i) == ' ' {
            i += 1;
        }
        i
    }
    pub(crate) fn letters(&self, from: usize) -> usize {
        let run = self.0.get(from..).unwrap_or_default();
        from + run.iter().take_while(|f| f.c.is_ascii_lowercase()).count()
    }
    fn word(&self, from: usize, to: usize) -> String {
        self.0.get(from..to).unwrap_or_default().iter().map(|f| f.c).collect()
    }

    /// The number that begins at `i`, if one does.
    pub(crate) fn number(&self, i: usize) -> Option<Counted> {
        self.stated_before(i).or_else(|| self.plain(i, None)).or_else(|| self.lettered(i))
    }

    /// 宅基12号, 附1号, room 401, 第三组.
    fn stated_before(&self, i: usize) -> Option<Counted> {
        if self.at(i) == '第' {
            return self.plain(i + 1, None).filter(|c| c.level.is_some());
        }
        for (word, level) in BEFORE {
            // 之江路 and 附小 begin with no number: these two stand behind one.
            let behind = i > 0 && (self.at(i - 1) == '号' || self.at(i - 1).is_ascii_digit());
            if self.begins(i, word) && (*level != Level::Sub || behind) {
                let mut at = self.skip_spaces(i + word.chars().count());
                if *level == Level::Plot && self.at(at) == '号' {
                    at = self.skip_spaces(at + 1);
                }
                return self.plain(at, Some(*level));
            }
        }
        let end = self.letters(i);
        let word = self.word(i, end);
        let (_, level) = LETTERS_BEFORE.iter().find(|(w, _)| *w == word)?;
        self.plain(self.skip_spaces(end), Some(*level))
    }

    /// Digits or numerals, a tail, and the word for the level. With `level` given a following 号 only belongs to it.
    fn plain(&self, i: usize, level: Option<Level>) -> Option<Counted> {
        let (n, mut end, in_digits) = self.digits(i).map(|(n, end)| (n, end, true)).or_else(|| {
            let (n, end) = self.numerals(i)?;
            Some((n, end, false))
        })?;
        let mut tail = self.tail(end);
        end += usize::from(tail.is_some());
        if let Some(level) = level {
            let after = self.skip_spaces(end);
            end = if self.at(after) == '号' { after + 1 } else { end };
            return Some(Counted { level: Some(level), number: Number { n, tail }, end });
        }
        let after = self.skip_spaces(end);
        if let Some((word, level)) = AFTER.iter().find(|(w, _)| self.begins(after, w)) {
            end = after + word.chars().count();
            if NAME_GOES_ON.contains(self.at(end)) {
                return None;
            }
            // 5号A
            if tail.is_none() && *level == Level::Door {
                tail = self.tail(end);
                end += usize::from(tail.is_some());
            }
            return Some(Counted { level: Some(*level), number: Number { n, tail }, end });
        }
        // 12之3号, 12附1号: the number that was squeezed in follows.
        let squeezed = "之附".contains(self.at(end)) && self.at(end + 1).is_ascii_digit();
        if !in_digits || (is_han(self.at(end)) && tail.is_none() && !squeezed) {
            return None;
        }
        let letters = self.letters(after);
        let word = self.word(after, letters);
        if let Some((_, level)) = LETTERS_AFTER.iter().find(|(w, _)| *w == word) {
            return Some(Counted { level: Some(*level), number: Number { n, tail }, end: letters });
        }
        Some(Counted { level: None, number: Number { n, tail }, end })
    }

    /// A座.
    fn lettered(&self, i: usize) -> Option<Counted> {
        let letter = self.at(i);
        let alone = i == 0 || !self.at(i - 1).is_ascii_alphanumeric();
        let house = "座幢栋".contains(self.at(i + 1)) || self.begins(i + 1, "号楼");
        let end = i + if self.at(i + 1) == '号' { 3 } else { 2 };
        let number = Number { n: 0, tail: Some(letter) };
        (letter.is_ascii_lowercase() && alone && house).then_some(Counted { level: Some(Level::House), number, end })
    }

    /// A letter or one of 甲乙丙丁戊 that belongs to the number before it.
    fn tail(&self, i: usize) -> Option<char> {
        let c = self.at(i);
        let next = self.at(i + 1);
        let letter = matches!(c, 'a'..='g') && !next.is_ascii_lowercase();
        let stem = "甲乙丙丁戊".contains(c) && (next == '号' || next == ' ' || next == '-' || next.is_ascii_digit());
        (letter || stem).then_some(c)
    }

    fn digits(&self, i: usize) -> Option<(u32, usize)> {
        let run = self.0.get(i..)?.iter().take_while(|f| f.c.is_ascii_digit()).count();
        // In the middle of a number: it is too long, or begins elsewhere.
        if run == 0 || run > MOST_DIGITS || (i > 0 && self.at(i - 1).is_ascii_digit()) {
            return None;
        }
        Some((self.word(i, i + run).parse().ok()?, i + run))
    }

    /// 三十二, 一百二十八, 二〇三.
    fn numerals(&self, i: usize) -> Option<(u32, usize)> {
        let digit = |c: char| {
            let at = "零一二三四五六七八九".chars().position(|d| d == c);
            let other = match c {
                '〇' => Some(0),
                '两' => Some(2),
                _ => None,
            };
            at.or(other).map(|d| d as u32)
        };
        let unit = |c| match c {
            '十' => Some(10),
            '百' => Some(100),
            '千' => Some(1000),
            _ => None,
        };
        let run = self.0.get(i..)?.iter().take_while(|f| digit(f.c).is_some() || unit(f.c).is_some());
        let chars: Vec<char> = run.map(|f| f.c).collect();
        if chars.is_empty() || chars.len() > 7 {
            return None;
        }
        let end = i + chars.len();
        if chars.iter().all(|c| unit(*c).is_none()) {
            let n = chars.iter().filter_map(|c| digit(*c)).fold(0, |n: u32, d| n.saturating_mul(10).saturating_add(d));
            return Some((n, end));
        }
        let (mut sum, mut digit_before) = (0, None);
        for c in chars {
            match (digit(c), unit(c)) {
                (Some(d), _) => digit_before = Some(d),
                (None, Some(u)) => sum += digit_before.take().unwrap_or(1) * u,
                (None, None) => {}
            }
        }
        Some((sum + digit_before.unwrap_or(0), end))
    }
}
