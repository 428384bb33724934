//! What people type: telephone numbers, search words, pinyin, secret codes. Pure functions, used on both sides of
//! every comparison, so that what is stored and what is asked are normalised alike.

use pinyin::ToPinyin;
use std::fmt::Write as _;

/// Full-width ASCII (U+FF01–FF5E) and the ideographic space as their narrow forms; everything else as it is.
pub fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// Trimmed, control characters other than line breaks removed, line breaks as `\n`. Emoji, rare characters (𠮷, 龘)
/// and the middle dot of names are kept.
pub fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\n' | '\t' => out.push(c),
            '\u{feff}' => {}
            c if c.is_control() => {}
            // Marks that turn the direction of text can make a name read as another one.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c => out.push(c),
        }
    }
    out
}

/// A telephone number as digits with an optional leading `+`; `None` when it cannot be one (5 to 15 digits).
/// Full-width digits, spaces, dashes, brackets and the prefix `+86` or `0086` of mainland mobiles are taken off.
pub fn phone(text: &str) -> Option<String> {
    let mut digits = String::new();
    for c in narrow(text).trim().chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => digits.push('+'),
            ' ' | '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{a0}' => {}
            _ => return None,
        }
    }
    for prefix in ["+86", "0086"] {
        if digits.strip_prefix(prefix).is_some_and(|rest| rest.len() >= 10) {
            digits.drain(..prefix.len());
            break;
        }
    }
    let n = digits.trim_start_matches('+').len();
    (5..=15).contains(&n).then_some(digits)
}

/// A telephone number that can be read out without giving it away: `138****5678`.
pub fn mask_phone(digits: &str) -> String {
    let chars: Vec<char> = digits.chars().collect();
    if chars.len() < 8 {
        return "*".repeat(chars.len());
    }
    let keep = chars.len() - 8;
    chars.iter().enumerate().map(|(i, c)| if (keep.min(3)..chars.len() - 4).contains(&i) { '*' } else { *c }).collect()
}

const fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{3007}')
}

/// Search tokens: each Han character and each pair of neighbours; other words whole, lower case. Sorted, without
/// repeats. The caller redacts first.
pub fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    each_word(text, |word| match word {
        Word::Han(run) => {
            for (i, c) in run.iter().enumerate() {
                out.push(c.to_string());
                if let Some(next) = run.get(i + 1) {
                    out.push([*c, *next].iter().collect());
                }
            }
        }
        Word::Other(word) => out.push(word),
    });
    out.sort_unstable();
    out.dedup();
    out
}

/// Tokens a query must contain: pairs of Han characters (a single one alone), other words whole.
pub fn query_tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    each_word(text, |word| match word {
        Word::Han(run) if run.len() == 1 => out.extend(run.iter().map(ToString::to_string)),
        Word::Han(run) => out.extend(run.windows(2).map(|pair| pair.iter().collect())),
        Word::Other(word) => out.push(word),
    });
    out.sort_unstable();
    out.dedup();
    out
}

enum Word {
    Han(Vec<char>),
    Other(String),
}

fn each_word(text: &str, mut take: impl FnMut(Word)) {
    let (mut han, mut other) = (Vec::new(), String::new());
    for c in narrow(text).chars().chain(std::iter::once(' ')) {
        if is_han(c) {
            han.push(c);
        } else if !han.is_empty() {
            take(Word::Han(std::mem::take(&mut han)));
        }
        if !is_han(c) && c.is_alphanumeric() {
            other.extend(c.to_lowercase());
        } else if !other.is_empty() {
            take(Word::Other(std::mem::take(&mut other)));
        }
    }
}

/// Toneless pinyin of a name, joined, and its initials: 王小明 → (`wangxiaoming`, `wxm`). Letters and digits stay,
/// lower case; what has no pinyin is left out.
pub fn pinyin(name: &str) -> (String, String) {
    let (mut full, mut initials) = (String::new(), String::new());
    for c in narrow(name).chars() {
        if let Some(sound) = c.to_pinyin() {
            // ü is typed as v on every Chinese keyboard.
            let plain = sound.plain().replace('ü', "v");
            initials.extend(plain.chars().next());
            full.push_str(&plain);
        } else if c.is_alphanumeric() && !is_han(c) {
            let lower = c.to_lowercase().to_string();
            full.push_str(&lower);
            initials.push_str(&lower);
        }
    }
    (full, initials)
}

/// Crockford's base 32 (no I, L, O, U), in groups of four: for codes people read out.
pub fn code_from(bytes: &[u8], chars: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut out = String::with_capacity(chars + chars / 4);
    for (i, byte) in bytes.iter().take(chars).enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push('-');
        }
        let letter = ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'0');
        out.push(char::from(letter));
    }
    out
}

/// A typed code as it is stored: capitals without separators, look-alikes folded (O → 0, I and L → 1).
/// `None` when a character cannot belong to a code.
pub fn normalise_code(typed: &str) -> Option<String> {
    let mut out = String::with_capacity(16);
    for c in narrow(typed).chars() {
        match c.to_ascii_uppercase() {
            ' ' | '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{a0}' | '\t' | '\n' | '\r' => {}
            'O' => out.push('0'),
            'I' | 'L' => out.push('1'),
            'U' => return None,
            c if c.is_ascii_alphanumeric() => out.push(c),
            _ => return None,
        }
        if out.len() > 64 {
            return None;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// The first `max` characters, with an ellipsis when something was cut; line breaks become spaces.
pub fn excerpt(text: &str, max: usize) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == max {
            let _ = write!(out, "…");
            break;
        }
        out.push(if c == '\n' || c == '\t' { ' ' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn phones_are_normalised_whatever_keyboard_typed_them() {
        assert_eq!(phone("138 1234-5678").unwrap(), "13812345678");
        assert_eq!(phone("(021)0555 0123").unwrap(), "02105550123");
        assert_eq!(phone("+86 138 1234 5678").unwrap(), "13812345678");
        assert_eq!(phone("+44 20 7946 0000").unwrap(), "+442079460000");
        assert_eq!(phone("12345").unwrap(), "12345");
        for bad in ["", "1234", "call me", "1234567890123456", "138x"] {
            assert_eq!(phone(bad), None, "{bad}");
        }
        assert_eq!(mask_phone("13812345678"), "138****5678");
        assert_eq!(mask_phone("110"), "***");
    }

    #[test]
    fn two_character_words_are_found_and_rare_ones_kept() {
        let found = tokens("楼道漏水 WiFi 𠮷龘·");
        for word in ["漏水", "楼", "wifi", "𠮷", "𠮷龘"] {
            assert!(found.contains(&word.to_owned()), "{word} in {found:?}");
        }
        assert_eq!(query_tokens("楼道漏水"), ["楼道", "漏水", "道漏"]);
        assert_eq!(query_tokens("水"), ["水"]);
        assert_eq!(tidy("  a\r\nb\u{0}😀\u{202e} 𠮷·龘 "), "a\nb😀 𠮷·龘");
    }

    #[test]
    fn names_have_pinyin() {
        assert_eq!(pinyin("王小明"), ("wangxiaoming".to_owned(), "wxm".to_owned()));
        assert_eq!(pinyin("吕A"), ("lva".to_owned(), "la".to_owned()));
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = code_from(&[0, 1, 2, 3, 30, 31, 10, 11, 12, 13, 14, 15], 12);
        assert_eq!(code, "0123-YZAB-CDEF");
        assert_eq!(normalise_code(" o l23 yzab-cdef ").unwrap(), "0123YZABCDEF");
        assert_eq!(normalise_code("ABC+"), None);
        assert_eq!(normalise_code(" - "), None);
    }
}
