//! Reading of text frames: numbers, hours and coordinates straight from the bytes.

use crate::clock;
use kernel::Moment;

/// Splits at commas; every field without the blanks around it.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Fields<'a> {
    pub fn of(text: &'a [u8]) -> Self {
        Self { rest: Some(text) }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.rest?;
        match crate::bytes::comma(text) {
            Some(at) => {
                let (field, tail) = text.split_at(at);
                self.rest = tail.get(1..);
                Some(field.trim_ascii())
            }
            None => {
                self.rest = None;
                Some(text.trim_ascii())
            }
        }
    }
}

/// A whole number in decimal digits and nothing else.
pub(crate) fn whole(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    text.iter().try_fold(0_u64, |n, b| b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0')))
}

/// [`whole`] that fits the wanted type.
pub(crate) fn number<T: TryFrom<u64>>(text: &[u8]) -> Option<T> {
    whole(text).and_then(|n| T::try_from(n).ok())
}

/// A signed whole number.
pub(crate) fn signed(text: &[u8]) -> Option<i64> {
    match text.split_first() {
        Some((b'-', digits)) => whole(digits).and_then(|n| i64::try_from(n).ok()).map(|n| -n),
        Some((b'+', digits)) => whole(digits).and_then(|n| i64::try_from(n).ok()),
        _ => whole(text).and_then(|n| i64::try_from(n).ok()),
    }
}

pub(crate) fn hex(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 16 {
        return None;
    }
    text.iter().try_fold(0_u64, |n, &b| Some(nibble(b)).filter(|d| *d < 16).map(|d| n << 4 | u64::from(d)))
}

static POWERS: [f64; 19] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18];

/// A decimal number. Up to fifteen digits it is the nearest `f64` (an exact integer divided by an exact power of ten).
pub(crate) fn decimal(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let (mut n, mut places, mut any, mut dot) = (0_u64, 0_usize, false, false);
    for &b in digits {
        match b {
            b'0'..=b'9' => {
                any = true;
                // More digits than a u64 holds say nothing more.
                if n < 100_000_000_000_000_000 {
                    n = n * 10 + u64::from(b - b'0');
                    places += usize::from(dot);
                } else if !dot {
                    return None;
                }
            }
            b'.' if !dot => dot = true,
            _ => return None,
        }
    }
    let value = n as f64 / POWERS.get(places)?;
    any.then_some(if negative { -value } else { value })
}

/// Degrees and minutes run together, `ddmm.mmmm` or `dddmm.mmmm`, as degrees.
pub(crate) fn minutes(text: &[u8]) -> Option<f64> {
    let value = decimal(text)?;
    let degrees = (value / 100.0).trunc();
    Some(degrees + (value - degrees * 100.0) / 60.0)
}

/// South and west are negative whatever sign the number came with.
pub(crate) fn towards(value: f64, side: &[u8]) -> f64 {
    match side.first() {
        Some(b'S' | b's' | b'W' | b'w') => -value.abs(),
        _ => value,
    }
}

/// Three numbers of two digits, whatever stands behind them.
pub(crate) fn three(text: &[u8]) -> Option<(u32, u32, u32)> {
    let two = |at: usize| number::<u32>(text.get(at..at + 2)?);
    Some((two(0)?, two(2)?, two(4)?))
}

/// `ddmmyy` and `hhmmss`, in UTC.
pub(crate) fn dmy_hms(date: &[u8], time: &[u8]) -> Option<Moment> {
    let ((day, month, year), (hour, minute, second)) = (three(date)?, three(time)?);
    clock::instant(year, month, day, hour, minute, second, 0)
}

/// `yymmdd` and `hhmmss`, in UTC.
pub(crate) fn ymd_hms(date: &[u8], time: &[u8]) -> Option<Moment> {
    let ((year, month, day), (hour, minute, second)) = (three(date)?, three(time)?);
    clock::instant(year, month, day, hour, minute, second, 0)
}

/// One hexadecimal digit; above 15: none.
fn nibble(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => 0xFF,
    }
}

/// `aa:bb:cc:dd:ee:ff`, or with `-`.
pub(crate) fn mac(text: &[u8]) -> Option<[u8; 6]> {
    let [a, b, s1, c, d, s2, e, f, s3, g, h, s4, i, j, s5, k, l] = *text.first_chunk::<17>()?;
    let sides = [s1, s2, s3, s4, s5].iter().all(|s| matches!(s, b':' | b'-'));
    let pairs = [[a, b], [c, d], [e, f], [g, h], [i, j], [k, l]].map(|pair| pair.map(nibble));
    let hex = pairs.iter().flatten().all(|n| *n < 16);
    (text.len() == 17 && sides && hex).then(|| pairs.map(|[high, low]| high << 4 | low))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn decimals_are_exact() {
        for text in ["22.571707", "113.8613968", "-84.1422119", "0.0", "5", "000.00", ".5", "5.", "14.6224899"] {
            let expected: f64 = if text == "5." { 5.0 } else { text.parse().unwrap() };
            assert!((decimal(text.as_bytes()).unwrap() - expected).abs() < f64::EPSILON, "{text}");
        }
        for text in ["", "-", ".", "1e5", "1.2.3", "x", " 1", "999999999999999999999999"] {
            assert_eq!(decimal(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn degrees_and_minutes() {
        assert!((minutes(b"2235.1777").unwrap() - 22.586_295).abs() < 1e-9);
        assert!((minutes(b"00707.5").unwrap() - 7.125).abs() < 1e-9);
        assert!((minutes(b"38.6508").unwrap() - 0.644_18).abs() < 1e-9);
    }

    #[test]
    fn fields_are_split_at_commas() {
        let all: Vec<_> = Fields::of(b"a, b,,c").collect();
        assert_eq!(all, [&b"a"[..], b"b", b"", b"c"]);
    }

    #[test]
    fn addresses_of_access_points() {
        assert_eq!(mac(b"34:60:f9:ec:19:F8"), Some([0x34, 0x60, 0xf9, 0xec, 0x19, 0xf8]));
        assert_eq!(mac(b"34-60-f9-ec-19-f8"), mac(b"34:60:f9:ec:19:f8"));
        assert_eq!(mac(b"0"), None);
        assert_eq!(mac(b"34:60:f9:ec:19:zz"), None);
    }
}
