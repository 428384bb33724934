//! The two secrets of a card: a token of 100 random bits in the address of its QR code, and a code of nine characters that
//! can be read out over the telephone. Only keyed hashes of them are kept.
//!
//! The alphabet is that of all codes here (no I, L, O, U). The ninth character checks the others: a weighted sum over the
//! field of 32 elements, so that one wrong character and any two that changed places are always noticed.

use kernel::{Ids, text};

/// Characters of a token: 100 bits.
pub const TOKEN_CHARS: usize = 20;
/// Characters of a spoken code, the check character among them.
pub const CODE_CHARS: usize = 9;

/// As it stands in a card's address.
pub fn new_token(ids: &dyn Ids) -> String {
    let mut bytes = [0u8; TOKEN_CHARS];
    ids.fill(&mut bytes);
    plain(&text::code_from(&bytes, TOKEN_CHARS))
}

/// Without separators.
pub fn new_code(ids: &dyn Ids) -> String {
    let mut bytes = [0u8; CODE_CHARS - 1];
    ids.fill(&mut bytes);
    let body = plain(&text::code_from(&bytes, CODE_CHARS - 1));
    let check = check_of(body.as_bytes()).unwrap_or(b'0');
    format!("{body}{}", char::from(check))
}

/// As people read it out: three groups of three.
pub fn spoken(code: &str) -> String {
    let chars: Vec<char> = code.chars().collect();
    chars.chunks(3).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// What was typed or scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    Token,
    Code,
    /// Cannot be either.
    Neither,
}

/// What it can be, and how it is looked up. Something is looked up in any case, so that a malformed one costs the same.
pub fn read(typed: &str) -> (Typed, String) {
    let plain = text::normalise_code(typed).unwrap_or_default();
    if plain.len() == TOKEN_CHARS {
        (Typed::Token, plain)
    } else if is_code(&plain) {
        (Typed::Code, plain)
    } else {
        (Typed::Neither, plain)
    }
}

/// Nine characters, and the last one fits.
pub fn is_code(plain: &str) -> bool {
    let bytes = plain.as_bytes();
    match bytes.split_last() {
        Some((last, body)) if bytes.len() == CODE_CHARS => check_of(body) == Some(*last),
        _ => false,
    }
}

fn plain(grouped: &str) -> String {
    grouped.chars().filter(char::is_ascii_alphanumeric).collect()
}

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Σ αⁱ·cᵢ over GF(2⁵) with x⁵ + x² + 1; αⁱ differ for i < 31.
fn check_of(body: &[u8]) -> Option<u8> {
    let mut sum = 0u8;
    let mut weight = 1u8;
    for letter in body {
        weight = times_alpha(weight);
        let value = u8::try_from(LETTERS.iter().position(|l| l == letter)?).ok()?;
        sum ^= times(weight, value);
    }
    LETTERS.get(usize::from(sum)).copied()
}

const fn times_alpha(a: u8) -> u8 {
    let shifted = a << 1;
    if shifted & 32 == 0 { shifted } else { (shifted & 31) ^ 0b00101 }
}

fn times(a: u8, b: u8) -> u8 {
    let (mut out, mut a) = (0, a);
    for bit in 0..5 {
        if b & (1 << bit) != 0 {
            out ^= a;
        }
        a = times_alpha(a);
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use kernel::SeededIds;
    use proptest::prelude::*;

    #[test]
    fn codes_are_read_as_people_say_and_type_them() {
        let ids = SeededIds::new(7);
        let code = new_code(&ids);
        assert_eq!(code.len(), CODE_CHARS);
        for typed in
            [code.clone(), code.to_lowercase(), spoken(&code), format!(" {} ", spoken(&code).replace(' ', "-"))]
        {
            assert_eq!(read(&typed), (Typed::Code, code.clone()), "{typed}");
        }
        let token = new_token(&ids);
        assert_eq!(token.len(), TOKEN_CHARS);
        assert_eq!(read(&token.to_lowercase()), (Typed::Token, token));
        for typed in ["", "abc", "打不开", "ABCDEFGHIJKLMNOP", "0123 4567", &"9".repeat(70)] {
            assert_eq!(read(typed).0, Typed::Neither, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_slip_of_one_character_or_two_that_changed_places_is_noticed(
            seed in any::<u64>(), at in 0usize..CODE_CHARS, other in 0usize..CODE_CHARS, letter in 0usize..32,
        ) {
            let code = new_code(&SeededIds::new(seed));
            prop_assert!(is_code(&code));
            let mut slip = code.clone().into_bytes();
            slip[at] = LETTERS[letter];
            let slip = String::from_utf8(slip).unwrap_or_default();
            prop_assert_eq!(is_code(&slip), slip == code);
            let mut swapped = code.clone().into_bytes();
            swapped.swap(at, other);
            let swapped = String::from_utf8(swapped).unwrap_or_default();
            prop_assert_eq!(is_code(&swapped), swapped == code);
        }
    }
}
