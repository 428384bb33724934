//! Cells of 0.01° by which open matters are found on a map. A window of some streets touches few cells, so that what lies
//! there is found without walking through everything that is due before it.

/// Side of a cell in degrees: about 1.1 km north–south.
const PER_DEGREE: f64 = 100.0;
/// Cells of one row around the earth.
const COLUMNS: i64 = 36_000;

/// The cell of a point in WGS-84 degrees.
pub(crate) fn tile(lat: f64, lon: f64) -> i64 {
    row(lat) * COLUMNS + column(lon)
}

fn row(lat: f64) -> i64 {
    ((lat.clamp(-90.0, 90.0) + 90.0) * PER_DEGREE).floor() as i64
}

fn column(lon: f64) -> i64 {
    ((lon.clamp(-180.0, 180.0) + 180.0) * PER_DEGREE).floor() as i64
}

/// The cells that a window (west, south, east, north) touches; `None` when they are more than `most`.
pub(crate) fn cover([west, south, east, north]: [f64; 4], most: usize) -> Option<Vec<i64>> {
    let (rows, columns) = (row(south)..=row(north), column(west)..=column(east));
    let count = |r: &std::ops::RangeInclusive<i64>| usize::try_from(r.end() - r.start() + 1).unwrap_or(0);
    if count(&rows).saturating_mul(count(&columns)) > most {
        return None;
    }
    Some(rows.flat_map(|r| columns.clone().map(move |c| r * COLUMNS + c)).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever lies in the window lies in one of its cells.
        #[test]
        fn a_window_is_covered(west in -179.0..179.0_f64, south in -89.0..89.0_f64, w in 0.0..0.08_f64, h in 0.0..0.08_f64,
                               x in 0.0..=1.0_f64, y in 0.0..=1.0_f64) {
            let cells = cover([west, south, west + w, south + h], 200).unwrap();
            prop_assert!(cells.contains(&tile(south + h * y, west + w * x)));
        }
    }

    #[test]
    fn a_large_window_has_no_cover() {
        assert_eq!(cover([121.0, 30.0, 122.0, 31.0], 100), None);
        assert_eq!(cover([121.001, 30.001, 121.002, 30.002], 1).unwrap().len(), 1);
        assert_eq!(cover([122.0, 30.0, 121.0, 31.0], 10), Some(vec![]), "an empty window");
    }
}
