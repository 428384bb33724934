//! A text as the rules see it: one folded character after the other, each with its place in the original.

use crate::kind::{Kind, Span};
use std::cell::Cell;

/// Stands for a mark: rules do not look beyond it.
pub(crate) const BARRIER: char = '\u{1}';
/// Before the beginning and after the end.
pub(crate) const EDGE: char = '\u{0}';

/// A find: from and to in characters of a [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub from: usize,
    pub to: usize,
    pub kind: Kind,
}

/// Folded characters: full-width to narrow, capitals to small letters, traditional to simplified where a rule knows the
/// character, what cannot be seen left out, each mark as one [`BARRIER`].
pub(crate) struct Text {
    chars: Vec<char>,
    /// Where each character begins, and the end.
    at: Vec<usize>,
    steps: Cell<u64>,
}

impl Text {
    /// With what lies in `hidden` (in order, without overlaps) as barriers.
    pub fn new(source: &str, hidden: &[Span]) -> Self {
        let mut text = Self { chars: Vec::with_capacity(source.len() / 2), at: Vec::new(), steps: Cell::new(0) };
        let mut hidden = hidden.iter().peekable();
        let mut skip_to = 0;
        for (start, c) in source.char_indices() {
            if start < skip_to {
                continue;
            }
            if let Some(span) = hidden.peek().filter(|s| s.start <= start) {
                skip_to = span.end;
                hidden.next();
                text.push(start, BARRIER);
            } else if let Some(mark) = mark_at(source, start, c) {
                skip_to = start + mark;
                text.push(start, BARRIER);
            } else if !invisible(c) {
                text.push(start, fold(c));
            }
        }
        text.at.push(source.len());
        text
    }

    fn push(&mut self, start: usize, c: char) {
        self.at.push(start);
        self.chars.push(c);
    }

    pub fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character at a place; [`EDGE`] outside.
    pub fn at(&self, i: usize) -> char {
        self.steps.set(self.steps.get() + 1);
        self.chars.get(i).copied().unwrap_or(EDGE)
    }

    /// The character `back` places before `i`; [`EDGE`] outside.
    pub fn before(&self, i: usize, back: usize) -> char {
        i.checked_sub(back).map_or(EDGE, |i| self.at(i))
    }

    /// Whether these (folded) characters begin at `i`.
    pub fn starts(&self, i: usize, word: &[char]) -> bool {
        word.iter().enumerate().all(|(k, c)| self.at(i + k) == *c)
    }

    pub fn steps(&self) -> u64 {
        self.steps.get()
    }

    pub fn span(&self, found: Found) -> Span {
        let place = |i: usize| self.at.get(i).or(self.at.last()).copied().unwrap_or(0);
        Span { start: place(found.from), end: place(found.to), kind: found.kind }
    }
}

/// A word as it stands in a [`Text`].
pub(crate) fn folded(word: &str) -> Vec<char> {
    word.chars().filter(|c| !invisible(*c)).map(fold).collect()
}

fn mark_at(source: &str, start: usize, c: char) -> Option<usize> {
    if c != '〔' {
        return None;
    }
    let rest = source.get(start..)?;
    Kind::ALL.into_iter().map(Kind::mark).find(|mark| rest.starts_with(mark)).map(str::len)
}

/// Joiners, variation selectors, the key cap of 1️⃣, marks of direction.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn fold(c: char) -> char {
    match c {
        '\u{0}' | '\u{1}' => ' ',
        '\u{3000}' | '\u{a0}' | '\u{2002}'..='\u{200a}' | '\t' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c).to_ascii_lowercase(),
        'A'..='Z' => c.to_ascii_lowercase(),
        // Mathematical digits, as some keyboards type them.
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((u32::from(c) - 0x1d7ce) % 10, 10).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2022}' | '\u{2027}' | '\u{30fb}' | '\u{ff65}' | '\u{2219}' | '\u{22c5}' => '·',
        '﹕' | '︰' => ':',
        c if c < '\u{4e00}' => c,
        c => simplified(c),
    }
}

/// Traditional characters that occur in the word lists of the rules and in common surnames.
const PAIRS: &str = "電电話话號号樓楼單单門门間间陳陈劉刘張张黃黄吳吴孫孙馬马趙赵楊杨許许鄭郑謝谢馮冯韓韩蕭萧鄧邓葉叶蘇苏\
    呂吕蔣蒋羅罗賈贾韋韦鄒邹閻阎錢钱龔龚萬万湯汤嚴严賴赖溫温顏颜莊庄龐庞聶聂歐欧關关蘭兰齊齐項项塗涂費费紀纪駱骆鮑鲍\
    婁娄竇窦衛卫饒饶寧宁師师醫医經经書书記记長长員员隊队處处務务區区縣县鎮镇鄉乡莊庄園园裡里裏里號号棟栋層层戶户聯联繫系係系\
    報报聲声媽妈爺爷奶奶嬸婶親亲鄰邻對对麗丽華华國国偉伟強强軍军東东學学業业產产車车證证護护賬账帳账碼码銀银幣币機机郵邮\
    還还這这個个們们來来說说請请給给讓让從从為为時时點点幾几歲岁樣样開开關关";

fn simplified(c: char) -> char {
    static TABLE: std::sync::LazyLock<std::collections::HashMap<char, char>> = std::sync::LazyLock::new(|| {
        let all: Vec<char> = PAIRS.chars().filter(|c| !c.is_whitespace()).collect();
        all.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).collect()
    });
    TABLE.get(&c).copied().unwrap_or(c)
}

pub(crate) const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{3007}')
}

/// Ends a sentence or a clause: cues do not reach across.
pub(crate) const fn is_stop(c: char) -> bool {
    matches!(
        c,
        EDGE | BARRIER | ',' | '，' | '。' | '、' | ';' | '；' | '!' | '?' | '！' | '？' | '\n' | '\r' | '.' | '…'
    )
}
