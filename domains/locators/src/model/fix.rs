//! A position as it is kept, in compact bytes that are sealed.

use kernel::{Moment, Point};

/// A position in WGS-84, with what the device said beside it.
#[derive(Clone, Copy, PartialEq)]
pub struct Fix {
    pub at: Moment,
    pub point: Point,
    /// Metres; `None`: the device did not say.
    pub accuracy_m: Option<f32>,
    pub speed_kmh: Option<f32>,
    /// Degrees from north, clockwise.
    pub course: Option<f32>,
    pub battery_pct: Option<u8>,
    /// The device's clock was wrong: `at` is when it arrived.
    pub clock_wrong: bool,
}

/// Never printed by accident.
impl std::fmt::Debug for Fix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fix").field("at", &self.at).finish_non_exhaustive()
    }
}

const FORM: u8 = 1;
/// Degrees are kept in ten-millionths: a centimetre.
const E7: f64 = 1e7;

impl Fix {
    /// As bytes; [`Fix::from_bytes`] reads them back to a centimetre.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        out.extend(self.at.micros().to_le_bytes());
        for degrees in [self.point.lon(), self.point.lat()] {
            out.extend(((degrees * E7).round() as i32).to_le_bytes());
        }
        for number in [self.accuracy_m, self.speed_kmh, self.course] {
            out.extend(number.unwrap_or(f32::NAN).to_le_bytes());
        }
        out.push(self.battery_pct.unwrap_or(u8::MAX));
        out.push(u8::from(self.clock_wrong));
        out
    }

    /// `None` when these are no such bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&[FORM])?;
        let at = Moment::from_micros(i64::from_le_bytes(take(&mut rest)?));
        let mut degrees = || Some(f64::from(i32::from_le_bytes(take(&mut rest)?)) / E7);
        let (lon, lat) = (degrees()?, degrees()?);
        let mut number = || Some(Some(f32::from_le_bytes(take(&mut rest)?)).filter(|n| n.is_finite()));
        let (accuracy_m, speed_kmh, course) = (number()?, number()?, number()?);
        let [battery, wrong] = take(&mut rest)?;
        rest.is_empty().then_some(())?;
        Some(Self {
            at,
            point: Point::new(lon, lat).ok()?,
            accuracy_m,
            speed_kmh,
            course,
            battery_pct: Some(battery).filter(|b| *b <= 100),
            clock_wrong: wrong == 1,
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_position_is_read_back_to_a_centimetre() {
        let fix = Fix {
            at: Moment::from_micros(1_800_000_000_123_456),
            point: Point::new(121.473_701_2, 31.230_416_7).unwrap(),
            accuracy_m: Some(12.5),
            speed_kmh: None,
            course: Some(270.0),
            battery_pct: Some(83),
            clock_wrong: true,
        };
        let again = Fix::from_bytes(&fix.to_bytes()).unwrap();
        assert!(again.point.distance_m(fix.point) < 0.02);
        assert_eq!((again.at, again.accuracy_m, again.speed_kmh), (fix.at, fix.accuracy_m, None));
        assert_eq!((again.course, again.battery_pct, again.clock_wrong), (Some(270.0), Some(83), true));
        let bytes = fix.to_bytes();
        assert!(Fix::from_bytes(&[]).is_none() && Fix::from_bytes(bytes.get(1..).unwrap()).is_none());
        assert!(!format!("{fix:?}").contains("121."));
    }
}
