//! Is it dark there? What teams see in one pass depends on it.

use super::Spot;
use kernel::Moment;

/// Until the sun stands six degrees under the horizon (civil twilight) things can be told apart outside without a lamp.
const TWILIGHT_DEG: f64 = -6.0;

/// Whether it is dark at a place, by the height of the sun (low-precision formulas of the Astronomical Almanac, to about 0.01°).
pub fn dark(at: Moment, [lon, lat]: Spot) -> bool {
    sun_deg(at, [lon, lat]) < TWILIGHT_DEG
}

fn sun_deg(at: Moment, [lon, lat]: Spot) -> f64 {
    // Days since noon of 1 January 2000.
    let n = at.micros() as f64 / 86_400e6 - 10_957.5;
    let anomaly = (357.528 + 0.985_600_3 * n).to_radians();
    let mean = 280.460 + 0.985_647_4 * n;
    let longitude = (mean + 1.915 * anomaly.sin() + 0.020 * (2.0 * anomaly).sin()).to_radians();
    let tilt = (23.439 - 4e-7 * n).to_radians();
    let ascension = (tilt.cos() * longitude.sin()).atan2(longitude.cos());
    let declination = (tilt.sin() * longitude.sin()).asin();
    let sidereal_deg = (18.697_374_558 + 24.065_709_824_419_08 * n) * 15.0 + lon;
    let hour = sidereal_deg.to_radians() - ascension;
    let lat = lat.to_radians();
    (lat.sin() * declination.sin() + lat.cos() * declination.cos() * hour.cos()).asin().to_degrees()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const SHANGHAI: Spot = [121.47, 31.23];

    fn at(text: &str) -> Moment {
        Moment::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn days_are_long_in_june_and_short_in_december() {
        for (when, night) in [
            ("2026-06-29T09:00:00+08:00", false),
            ("2026-06-29T19:20:00+08:00", false),
            ("2026-06-29T19:40:00+08:00", true),
            ("2026-12-21T17:10:00+08:00", false),
            ("2026-12-21T17:30:00+08:00", true),
            ("2026-12-21T06:10:00+08:00", true),
            ("2026-12-21T06:40:00+08:00", false),
            ("2026-12-21T00:00:00+08:00", true),
        ] {
            assert_eq!(dark(at(when), SHANGHAI), night, "{when}");
        }
    }

    /// Noon of the solstices: 90° − latitude ± 23.44°.
    #[test]
    fn the_sun_stands_where_it_should() {
        let summer = sun_deg(at("2026-06-21T11:56:00+08:00"), SHANGHAI);
        let winter = sun_deg(at("2026-12-21T11:52:00+08:00"), SHANGHAI);
        assert!((summer - 82.2).abs() < 0.15 && (winter - 35.3).abs() < 0.15, "{summer} {winter}");
    }
}
