//! Parameters of a call, from the query and from a form. A parameter that is there and empty is as good as absent (so the
//! specification says); names nobody knows are ignored, values that make no sense are not.

use super::oops::{Oops, Trouble};
use kernel::{Moment, time};
use percent_encoding::percent_decode_str;

/// Names and values in the order they came. A name may come several times.
#[derive(Debug, Clone, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `a=1&b=2`. Everything must be UTF-8: a form in another charset would be stored as nonsense.
    pub(super) fn read(text: &str) -> Result<Self, Oops> {
        let decode = |part: &str| {
            let spaced = part.replace('+', " ");
            percent_decode_str(&spaced).decode_utf8().map(|t| t.into_owned()).map_err(|_| Oops::from(Trouble::NotUtf8))
        };
        let mut out = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            out.push((decode(name)?, decode(value)?));
        }
        Ok(Self(out))
    }

    pub(super) fn push(&mut self, name: String, value: String) {
        self.0.push((name, value));
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The first value that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.trim()).find(|v| !v.is_empty())
    }

    /// Every value; several may stand in one, with commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(n, _)| n == name)
            .flat_map(|(_, v)| v.split(','))
            .map(|v| v.trim().to_owned())
            .filter(|v| !v.is_empty())
            .collect()
    }

    /// `attribute[code]=value` and `attribute[code][]=value`, as (code, value).
    pub(super) fn attributes(&self) -> Vec<(String, String)> {
        self.0
            .iter()
            .filter_map(|(name, value)| {
                let code = name.strip_prefix("attribute[")?.trim_end_matches("[]").strip_suffix(']')?;
                (!value.trim().is_empty()).then(|| (code.to_owned(), value.trim().to_owned()))
            })
            .collect()
    }

    pub(super) fn yes(&self, name: &'static str) -> Result<bool, Oops> {
        match self.get(name) {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(Trouble::Value(name).into()),
        }
    }

    /// A whole number from 1 to `most`.
    pub(super) fn number(&self, name: &'static str, most: usize) -> Result<Option<usize>, Oops> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let n = text.parse::<usize>().ok().filter(|n| (1..=most).contains(n));
        n.map(Some).ok_or_else(|| Trouble::Number(name, most).into())
    }

    /// An instant with its offset, or a whole day of the district (`end`: its last second).
    pub(super) fn date(&self, name: &'static str, end: bool) -> Result<Option<Moment>, Oops> {
        let Some(text) = self.get(name) else { return Ok(None) };
        // `+08:00` arrives as ` 08:00` where the sender forgot to encode the sign.
        let mended = text.replace(' ', "+");
        if let Ok(at) = Moment::parse_rfc3339(&mended) {
            return Ok(Some(at));
        }
        let day: Result<jiff::civil::Date, _> = text.parse();
        let day = day.ok().filter(|_| text.len() == 10).ok_or(Trouble::Date(name))?;
        let zoned = day.to_zoned_datetime(time::shanghai()).map_err(|_| Trouble::Date(name))?;
        let start = Moment::from(&zoned);
        Ok(Some(if end { start.plus_days(1).plus_secs(-1) } else { start }))
    }

    /// From and until; where only one is given the other is `days` away, and no more than that may lie between.
    pub(super) fn span(
        &self,
        (start, end): (&'static str, &'static str),
        now: Moment,
        days: i64,
    ) -> Result<Option<(Moment, Moment)>, Oops> {
        let span = match (self.date(start, false)?, self.date(end, true)?) {
            (None, None) => return Ok(None),
            (Some(from), None) => (from, from.plus_days(MOST_DAYS).min(now.max(from))),
            (None, Some(until)) => (until.plus_days(-days), until),
            (Some(from), Some(until)) => (from, until),
        };
        if span.1 < span.0 {
            return Err(Trouble::Backwards(start, end).into());
        }
        if span.1.secs_since(span.0) > MOST_DAYS * 86_400 {
            return Err(Trouble::Span(start, end).into());
        }
        Ok(Some(span))
    }
}

/// Days between two ends of a search at most, and what a search covers when it says nothing: the specification's own.
pub(super) const MOST_DAYS: i64 = 90;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn params(text: &str) -> Params {
        Params::read(text).unwrap()
    }

    #[test]
    fn forms_are_read_as_clients_write_them() {
        let p =
            params("a=1&b=&c=%E6%BC%8F+%E6%B0%B4&id=1,2&id=3&attribute[x]=1&attribute[y][]=2&attribute%5By%5D%5B%5D=3");
        assert_eq!((p.get("a"), p.get("b"), p.get("c"), p.get("d")), (Some("1"), None, Some("漏 水"), None));
        assert_eq!(p.list("id"), ["1", "2", "3"]);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(p.attributes(), [pair("x", "1"), pair("y", "2"), pair("y", "3")]);
        assert!(Params::read("c=%C2%A9%C4").is_err(), "GB18030 is not UTF-8");
    }

    #[test]
    fn dates_need_an_offset_or_are_whole_days() {
        let at = |text: &str| params(&format!("d={text}")).date("d", false);
        let want = Moment::parse_rfc3339("2026-06-29T00:00:00+08:00").unwrap();
        for text in ["2026-06-29T00:00:00%2B08:00", "2026-06-29T00:00:00+08:00", "2026-06-28T16:00:00Z", "2026-06-29"] {
            assert_eq!(at(text).unwrap(), Some(want), "{text}");
        }
        for bad in ["2026-06-29T00:00:00", "yesterday", "2026-13-01", "1", "2026-06-29T25:00:00Z"] {
            assert!(at(bad).is_err(), "{bad}");
        }
        assert_eq!(params("d=2026-06-29").date("d", true).unwrap(), Some(want.plus_days(1).plus_secs(-1)));
    }

    #[test]
    fn a_search_spans_ninety_days_at_most_and_never_runs_backwards() {
        let now = Moment::parse_rfc3339("2026-06-29T06:00:00Z").unwrap();
        let span = |text: &str| params(text).span(("a", "b"), now, 90);
        assert_eq!(span("").unwrap(), None);
        assert!(span("a=2026-01-01&b=2026-06-01").is_err());
        assert!(span("a=2026-06-02&b=2026-06-01").is_err());
        assert!(span("a=2026-06-02&b=2026-06-02").is_ok());
        assert_eq!(span("a=2026-06-28T06:00:00Z").unwrap().unwrap().1, now);
    }
}
