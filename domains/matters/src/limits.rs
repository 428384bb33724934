//! How much may be typed, and the check that says so.

use crate::error::Invalid;
use kernel::text;

/// What is raised, an answer: characters.
pub const TEXT_CHARS: usize = 5_000;
/// Notes and reasons.
pub const NOTE_CHARS: usize = 2_000;
pub const LINE_CHARS: usize = 300;
pub const NAME_CHARS: usize = 80;
pub const EMAIL_CHARS: usize = 254;
/// One line in lists, redacted.
pub const SUMMARY_CHARS: usize = 80;
/// Search tokens of one matter.
pub const INDEX_TOKENS: usize = 4_000;
/// Characters of a secret code: 60 random bits.
pub const CODE_CHARS: usize = 12;
/// Pictures of one matter.
pub const PICTURES: usize = 12;
/// Days° a wait, parking or extension may reach ahead.
pub const LONGEST_DAYS: i64 = 90;
/// Days° after closing in which the raiser can reopen.
pub const REOPEN_DAYS: i64 = 30;

/// Tidies a text that must be there.
pub(crate) fn text(wrong: &mut Vec<Invalid>, field: &'static str, value: &mut String, max: usize) {
    // Refused before it is walked through: 20 MB is not tidied first.
    if value.len() > max * 4 {
        wrong.push(Invalid::limit(field, "invalid-too-long", i64::try_from(max).unwrap_or(i64::MAX)));
        return;
    }
    *value = text::tidy(value);
    if value.is_empty() {
        wrong.push(Invalid::new(field, "invalid-missing"));
    } else if value.chars().count() > max {
        wrong.push(Invalid::limit(field, "invalid-too-long", i64::try_from(max).unwrap_or(i64::MAX)));
    }
}

/// As [`text`], where nothing is fine.
pub(crate) fn optional(wrong: &mut Vec<Invalid>, field: &'static str, value: &mut Option<String>, max: usize) {
    if let Some(mut some) = value.take().filter(|v| !v.trim().is_empty()) {
        text(wrong, field, &mut some, max);
        *value = Some(some).filter(|v| !v.is_empty());
    }
}

/// One `@` with something on both sides and a dot or a bracket behind it; the mail server knows the rest.
pub(crate) fn looks_like_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && !text.contains(char::is_whitespace)
        && !text.contains(['<', '>', ',', ';', '"'])
        && (host.contains('.') || host == "localhost")
        && !host.starts_with('.')
        && !host.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_megabytes_are_refused_at_once() {
        let (mut wrong, mut value) = (Vec::new(), "长".repeat(7_000_000));
        text(&mut wrong, "text", &mut value, TEXT_CHARS);
        assert_eq!(wrong, [Invalid::limit("text", "invalid-too-long", 5_000)]);
    }

    #[test]
    fn blanks_are_nothing_and_emoji_are_something() {
        let (mut wrong, mut none, mut some) = (Vec::new(), Some(" \u{3000} ".to_owned()), Some(" 😀𠮷·龘 ".to_owned()));
        optional(&mut wrong, "a", &mut none, 10);
        optional(&mut wrong, "b", &mut some, 10);
        assert_eq!((none, some.as_deref(), wrong.len()), (None, Some("😀𠮷·龘"), 0));
    }

    #[test]
    fn addresses_of_mail() {
        for good in ["a@b.cn", "a.b+c@mail.example.org", "x@localhost"] {
            assert!(looks_like_email(good), "{good}");
        }
        for bad in ["", "a", "@b.cn", "a@", "a@b", "a b@c.cn", "a@b.cn,c@d.cn", "<a@b.cn>", "a@.cn"] {
            assert!(!looks_like_email(bad), "{bad}");
        }
    }
}
