//! Places on the earth. A [`Point`] is always WGS-84 (R11); every other datum is converted on the way in and out.
//!
//! GCJ-02 and BD-09 have published forward formulas and no closed inverse. The inverse here is iterated on the forward
//! formula, so that there and back differ by less than 1 µm (the requirement is 0.1 m). CGCS2000 counts as
//! WGS-84: the two differ by less than 0.1 m.

use std::f64::consts::PI;
use std::fmt;
use std::str::FromStr;

/// Mean radius of the earth in metres (IUGG).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// What can be wrong with a pair of coordinates.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GeoError {
    #[error("the coordinates are not numbers")]
    NotANumber,
    #[error("longitude {lon}, latitude {lat} lies outside −180…180 and −90…90{}", if *.swapped { ": longitude and latitude look swapped" } else { "" })]
    OutOfRange { lon: f64, lat: f64, swapped: bool },
    #[error("0,0 is what a device says when it does not know where it is")]
    NullIsland,
    #[error("“{0}” is not a datum: use wgs84, gcj02, bd09 or cgcs2000")]
    UnknownDatum(String),
    #[error("longitude {lon}, latitude {lat} cannot be converted from {datum}: it lies on the edge of that datum")]
    NotConvertible { datum: Datum, lon: f64, lat: f64 },
}

/// A place on the earth in WGS-84 degrees. Finite, in range, never 0,0.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Point {
    lon: f64,
    lat: f64,
}

impl Point {
    /// A point from WGS-84 degrees. Coordinates in another datum go through [`Datum::to_wgs84`].
    pub fn new(lon: f64, lat: f64) -> Result<Self, GeoError> {
        check(lon, lat)?;
        Ok(Self { lon, lat })
    }
    /// Degrees east.
    pub const fn lon(self) -> f64 {
        self.lon
    }
    /// Degrees north.
    pub const fn lat(self) -> f64 {
        self.lat
    }
    /// Great-circle distance in metres (haversine on the mean sphere; within 0.5 % of the ellipsoid).
    pub fn distance_m(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = ((lat2 - lat1) / 2.0).sin();
        let half_lon = ((other.lon - self.lon).to_radians() / 2.0).sin();
        let h = half_lat * half_lat + lat1.cos() * lat2.cos() * half_lon * half_lon;
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }
}

impl fmt::Display for Point {
    /// Longitude, latitude with six decimals (0.1 m).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6},{:.6}", self.lon, self.lat)
    }
}

/// The reference system a pair of coordinates is given in. There is deliberately no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Datum {
    Wgs84,
    /// 火星坐标: Amap, Tencent, most Chinese web maps.
    Gcj02,
    /// Baidu.
    Bd09,
    Cgcs2000,
}

impl Datum {
    pub const ALL: [Self; 4] = [Self::Wgs84, Self::Gcj02, Self::Bd09, Self::Cgcs2000];

    /// As written in files, options and columns.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
            Self::Cgcs2000 => "cgcs2000",
        }
    }

    /// Reads degrees of this datum.
    pub fn to_wgs84(self, lon: f64, lat: f64) -> Result<Point, GeoError> {
        check(lon, lat)?;
        let (lon84, lat84) = match self {
            Self::Wgs84 | Self::Cgcs2000 => return Ok(Point { lon, lat }),
            Self::Gcj02 => invert(wgs_to_gcj, lon, lat),
            Self::Bd09 => {
                let (glon, glat) =
                    invert(gcj_to_bd, lon, lat).ok_or(GeoError::NotConvertible { datum: self, lon, lat })?;
                invert(wgs_to_gcj, glon, glat)
            }
        }
        .ok_or(GeoError::NotConvertible { datum: self, lon, lat })?;
        Point::new(lon84, lat84)
    }

    /// Degrees of this datum, longitude first: for maps and files of others.
    pub fn from_wgs84(self, point: Point) -> (f64, f64) {
        match self {
            Self::Wgs84 | Self::Cgcs2000 => (point.lon, point.lat),
            Self::Gcj02 => wgs_to_gcj(point.lon, point.lat),
            Self::Bd09 => {
                let (lon, lat) = wgs_to_gcj(point.lon, point.lat);
                gcj_to_bd(lon, lat)
            }
        }
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Datum {
    type Err = GeoError;

    /// Case, spaces, `-` and `_` do not matter: `GCJ-02`, `gcj02`, `EPSG:4326` is `WGS 84`.
    fn from_str(text: &str) -> Result<Self, GeoError> {
        let plain: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        match plain.as_str() {
            "wgs84" | "epsg4326" => Ok(Self::Wgs84),
            "gcj02" => Ok(Self::Gcj02),
            "bd09" | "bd09ll" => Ok(Self::Bd09),
            "cgcs2000" | "epsg4490" => Ok(Self::Cgcs2000),
            _ => Err(GeoError::UnknownDatum(text.to_owned())),
        }
    }
}

fn check(lon: f64, lat: f64) -> Result<(), GeoError> {
    if !lon.is_finite() || !lat.is_finite() {
        return Err(GeoError::NotANumber);
    }
    if lon.abs() > 180.0 || lat.abs() > 90.0 {
        let swapped = lon.abs() <= 90.0 && lat.abs() <= 180.0;
        return Err(GeoError::OutOfRange { lon, lat, swapped });
    }
    if lon.abs() < 1e-9 && lat.abs() < 1e-9 {
        return Err(GeoError::NullIsland);
    }
    Ok(())
}

/// Solves `forward(x) = target` by fixed-point steps; the shift changes slowly, so each step gains about two digits.
/// `None` where it does not settle within 1e-12 degrees (0.1 µm): only across the edge of the datum's box.
fn invert(forward: fn(f64, f64) -> (f64, f64), lon: f64, lat: f64) -> Option<(f64, f64)> {
    let (mut x, mut y) = (lon, lat);
    for _ in 0..40 {
        let (fx, fy) = forward(x, y);
        let (dx, dy) = (lon - fx, lat - fy);
        x += dx;
        y += dy;
        if dx.abs() < 1e-12 && dy.abs() < 1e-12 {
            return Some((x, y));
        }
    }
    None
}

/// The published shift (Krasovsky 1940 ellipsoid). Outside the box of China GCJ-02 is WGS-84.
fn wgs_to_gcj(lon: f64, lat: f64) -> (f64, f64) {
    const A: f64 = 6_378_245.0;
    const EE: f64 = 0.006_693_421_622_965_943;
    if !(72.004..=137.8347).contains(&lon) || !(0.8293..=55.8271).contains(&lat) {
        return (lon, lat);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let ripple = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + ripple
        + (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0
        + (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + ripple
        + (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0
        + (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let phi = lat.to_radians();
    let magic = 1.0 - EE * phi.sin() * phi.sin();
    let dlat = north * 180.0 / ((A * (1.0 - EE)) / (magic * magic.sqrt()) * PI);
    let dlon = east * 180.0 / (A / magic.sqrt() * phi.cos() * PI);
    (lon + dlon, lat + dlat)
}

/// Baidu's second shift, on top of GCJ-02.
fn gcj_to_bd(lon: f64, lat: f64) -> (f64, f64) {
    const K: f64 = PI * 3000.0 / 180.0;
    let z = lon.hypot(lat) + 0.000_02 * (lat * K).sin();
    let theta = lat.atan2(lon) + 0.000_003 * (lon * K).cos();
    (z * theta.cos() + 0.0065, z * theta.sin() + 0.006)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shanghai_fengxian_is_off_by_474_to_498_m() {
        for i in 0..=20 {
            for j in 0..=20 {
                let p = Point::new(121.36 + 0.41 * f64::from(i) / 20.0, 30.80 + 0.21 * f64::from(j) / 20.0).unwrap();
                let (lon, lat) = Datum::Gcj02.from_wgs84(p);
                let off = p.distance_m(Point::new(lon, lat).unwrap());
                assert!((474.0..=498.5).contains(&off), "{p} is off by {off:.1} m");
            }
        }
    }

    #[test]
    fn published_example_of_both_shifts() {
        // Tian'anmen as converted by the widely used open tables: WGS-84 → GCJ-02 → BD-09.
        let p = Point::new(116.404, 39.915).unwrap();
        let (glon, glat) = Datum::Gcj02.from_wgs84(p);
        assert!((glon - 116.410_244_5).abs() < 1e-6 && (glat - 39.916_404_3).abs() < 1e-6, "{glon} {glat}");
        let (blon, blat) = gcj_to_bd(116.404, 39.915);
        assert!((blon - 116.410_369_49).abs() < 1e-6 && (blat - 39.921_336_99).abs() < 1e-6, "{blon} {blat}");
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(Point::new(f64::NAN, 1.0), Err(GeoError::NotANumber));
        assert_eq!(Point::new(1.0, f64::INFINITY), Err(GeoError::NotANumber));
        assert_eq!(Point::new(0.0, 0.0), Err(GeoError::NullIsland));
        assert!(matches!(Point::new(30.9, 121.5), Err(GeoError::OutOfRange { swapped: true, .. })));
        assert!(matches!(Datum::Gcj02.to_wgs84(500.0, 500.0), Err(GeoError::OutOfRange { swapped: false, .. })));
    }

    #[test]
    fn datums_are_read_as_people_write_them() {
        for (text, datum) in [
            ("WGS-84", Datum::Wgs84),
            ("gcj02", Datum::Gcj02),
            (" BD_09 ", Datum::Bd09),
            ("CGCS 2000", Datum::Cgcs2000),
        ] {
            assert_eq!(text.parse(), Ok(datum));
        }
        for datum in Datum::ALL {
            assert_eq!(datum.code().parse(), Ok(datum));
        }
        assert!("".parse::<Datum>().is_err() && "mars".parse::<Datum>().is_err());
    }

    #[test]
    fn distance_is_right_on_a_degree_of_latitude() {
        let d = Point::new(121.0, 30.0).unwrap().distance_m(Point::new(121.0, 31.0).unwrap());
        assert!((d - 111_195.08).abs() < 0.1, "{d}");
    }

    proptest! {
        #[test]
        fn there_and_back_is_under_a_micrometre(lon in 73.5f64..135.0, lat in 3.9f64..53.5, which in 0usize..4) {
            let datum = *Datum::ALL.get(which).unwrap();
            let p = Point::new(lon, lat).unwrap();
            let (x, y) = datum.from_wgs84(p);
            let back = datum.to_wgs84(x, y).unwrap();
            prop_assert!(p.distance_m(back) < 1e-6, "{} back {}: {} m", p, back, p.distance_m(back));
            let (x2, y2) = datum.from_wgs84(back);
            prop_assert!((x2 - x).abs() < 1e-11 && (y2 - y).abs() < 1e-11);
        }

        #[test]
        fn any_numbers_give_a_point_or_an_error(lon in any::<f64>(), lat in any::<f64>(), which in 0usize..4) {
            if let Ok(p) = Datum::ALL.get(which).unwrap().to_wgs84(lon, lat) {
                prop_assert!(p.lon().abs() <= 180.0 && p.lat().abs() <= 90.0);
            }
        }
    }
}
