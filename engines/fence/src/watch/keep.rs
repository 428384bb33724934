//! A watch as bytes, for whoever keeps it from one fix to the next. It holds positions: whoever stores it seals it.

use super::{Seen, Stay, Watch};
use kernel::{Moment, Point};

/// The first byte: another form is another number.
const FORM: u8 = 1;

impl Watch {
    /// As bytes; [`Watch::from_bytes`] reads them back.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        let moment = |out: &mut Vec<u8>, at: Moment| out.extend(at.micros().to_le_bytes());
        optional(&mut out, self.last, moment);
        for seen in [self.seen, self.doubted] {
            optional(&mut out, seen, |out, s| {
                for number in [s.at.lon(), s.at.lat(), s.accuracy_m] {
                    out.extend(number.to_le_bytes());
                }
                moment(out, s.time);
            });
        }
        for stay in [self.stay, self.maybe] {
            optional(&mut out, stay, |out, s| {
                out.push(u8::from(s.inside));
                moment(out, s.since);
                out.extend(s.fixes.to_le_bytes());
            });
        }
        optional(&mut out, self.told, |out, told| out.push(u8::from(told)));
        out.push(u8::from(self.dwelt));
        out
    }

    /// `None` when these are no such bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        if from.byte()? != FORM {
            return None;
        }
        let mut watch = Self::default();
        from.optional(&mut watch.last, Reader::moment)?;
        from.optional(&mut watch.seen, Reader::seen)?;
        from.optional(&mut watch.doubted, Reader::seen)?;
        from.optional(&mut watch.stay, Reader::stay)?;
        from.optional(&mut watch.maybe, Reader::stay)?;
        from.optional(&mut watch.told, Reader::flag)?;
        watch.dwelt = from.flag()?;
        from.0.is_empty().then_some(watch)
    }
}

fn optional<T>(out: &mut Vec<u8>, value: Option<T>, write: impl Fn(&mut Vec<u8>, T)) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        write(out, value);
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }
    fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }
    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
    fn moment(&mut self) -> Option<Moment> {
        self.take().map(|bytes| Moment::from_micros(i64::from_le_bytes(bytes)))
    }
    fn number(&mut self) -> Option<f64> {
        self.take().map(f64::from_le_bytes)
    }
    fn seen(&mut self) -> Option<Seen> {
        let (lon, lat, accuracy_m) = (self.number()?, self.number()?, self.number()?);
        Some(Seen { at: Point::new(lon, lat).ok()?, accuracy_m, time: self.moment()? })
    }
    fn stay(&mut self) -> Option<Stay> {
        Some(Stay { inside: self.flag()?, since: self.moment()?, fixes: self.take().map(u32::from_le_bytes)? })
    }
    /// Reads into `to` what may be missing; `None`: no such bytes.
    fn optional<T>(&mut self, to: &mut Option<T>, read: impl Fn(&mut Self) -> Option<T>) -> Option<()> {
        if self.flag()? {
            *to = Some(read(self)?);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fix, Rules, Shape};
    use proptest::prelude::*;

    proptest! {
        /// Kept after each fix and read back, it tells the same as one that was never kept.
        #[test]
        fn a_watch_that_was_kept_goes_on_as_if_it_had_not_been(
            steps in prop::collection::vec((1i64..600, -40i32..40, -40i32..40, 5u32..200), 0..60),
        ) {
            let square = [[121.49, 30.89], [121.51, 30.89], [121.51, 30.91], [121.49, 30.91]];
            let fence = Shape::new([square]).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let rules = Rules { dwell_after_s: Some(300), ..Rules::default() };
            let (mut whole, mut kept, mut time) = (Watch::default(), Watch::default(), Moment::from_micros(0));
            for (wait, east, north, accuracy) in steps {
                time = time.plus_secs(wait);
                let lon = 121.5 + f64::from(east) * 5e-4;
                let lat = 30.9 + f64::from(north) * 5e-4;
                let fix = Fix { time, lon, lat, accuracy_m: Some(f64::from(accuracy)) };
                prop_assert_eq!(whole.step(&rules, &fence, &fix), kept.step(&rules, &fence, &fix));
                let bytes = kept.to_bytes();
                kept = Watch::from_bytes(&bytes).ok_or_else(|| TestCaseError::fail("not read back"))?;
                prop_assert_eq!(&kept, &whole);
                for cut in 0..bytes.len() {
                    prop_assert!(bytes.get(..cut).is_some_and(|part| Watch::from_bytes(part).is_none()));
                }
            }
        }
    }
}
