//! One form for what keyboards write differently: full width, capitals, traditional characters, dashes.

use crate::traditional::simplified;

/// A character as it is compared, and where it stands in the text as written (bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Folded {
    pub c: char,
    pub from: usize,
    pub to: usize,
}

fn one(c: char) -> char {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '~' | '/' | '_' => '-',
        '#' => '号',
        c if c.is_whitespace() || c.is_control() => ' ',
        ',' | '.' | ';' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '"' | '\'' | '|' | '\\' => ' ',
        '，' | '。' | '、' | '；' | '：' | '（' | '）' | '【' | '】' | '《' | '》' | '“' | '”' | '‘' | '’' | '·' => {
            ' '
        }
        // What no eye sees: marks of direction, joiners, the mark of byte order.
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => ' ',
        c => simplified(c.to_lowercase().next().unwrap_or(c)),
    }
}

pub(crate) fn folded(text: &str) -> Vec<Folded> {
    let chars = text.char_indices().take(crate::MAX_CHARS);
    chars.map(|(from, c)| Folded { c: one(c), from, to: from + c.len_utf8() }).collect()
}

/// The text as it is compared: narrow, lower case, simplified, without spaces and punctuation. ２号樓 → `2号楼`.
pub fn fold(text: &str) -> String {
    folded(text).into_iter().map(|f| f.c).filter(|c| *c != ' ').collect()
}

pub(crate) const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{3007}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyboards_write_the_same() {
        assert_eq!(fold("望葦路１２８弄 5號"), "望苇路128弄5号");
        assert_eq!(fold("青禾鎮（望苇路）128—5"), "青禾镇望苇路128-5");
        assert_eq!(fold("５＃ Ａ座"), "5号a座");
    }
}
