//! Files of text as programs save them: UTF-8, UTF-16, or the GB18030 of older Chinese ones.

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};
use std::borrow::Cow;

/// The text, without its byte-order mark. What is not UTF-8 throughout and shows no UTF-16 is read as GB18030.
pub fn of(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0;
    }
    match *bytes {
        // JSON begins with a sign of ASCII: of two bytes one is nothing.
        [0, other, ..] if other > 0 => UTF_16BE.decode_without_bom_handling(bytes).0,
        [other, 0, ..] if other > 0 => UTF_16LE.decode_without_bom_handling(bytes).0,
        _ => std::str::from_utf8(bytes).map_or_else(|_| GB18030.decode_without_bom_handling(bytes).0, Cow::Borrowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_in_every_form() {
        let text = r#"{"name":"青禾镇"}"#;
        let wide = |swap: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(swap).collect::<Vec<u8>>();
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        let forms = [
            text.as_bytes().to_vec(),
            marked(b"\xef\xbb\xbf", text.as_bytes()),
            marked(b"\xff\xfe", &wide(u16::to_le_bytes)),
            marked(b"\xfe\xff", &wide(u16::to_be_bytes)),
            wide(u16::to_le_bytes),
            wide(u16::to_be_bytes),
            GB18030.encode(text).0.into_owned(),
        ];
        for form in forms {
            assert_eq!(of(&form), text, "{form:?}");
        }
        assert!(of(b"").is_empty() && of(b"\0").len() < 4);
    }
}
