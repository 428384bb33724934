//! Well-known binary for MultiPolygons (OGC 06-103r4): what PostGIS, GDAL and QGIS read as well.

use geo::{Coord, LineString, MultiPolygon, Polygon};

const LITTLE_ENDIAN: u8 = 1;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

pub(super) fn write(shape: &MultiPolygon<f64>) -> Vec<u8> {
    let mut out = Vec::new();
    header(&mut out, MULTI_POLYGON, shape.0.len());
    for polygon in shape {
        header(&mut out, POLYGON, 1 + polygon.interiors().len());
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            out.extend((ring.0.len() as u32).to_le_bytes());
            for c in ring.coords() {
                out.extend(c.x.to_le_bytes());
                out.extend(c.y.to_le_bytes());
            }
        }
    }
    out
}

/// `None` when the bytes are not such a MultiPolygon.
pub(super) fn read(bytes: &[u8]) -> Option<MultiPolygon<f64>> {
    let mut rest = bytes;
    let parts = expect(&mut rest, MULTI_POLYGON)?;
    let mut polygons = Vec::new();
    for _ in 0..parts {
        let rings = expect(&mut rest, POLYGON)?;
        let mut lines = Vec::new();
        for _ in 0..rings {
            let points = u32::from_le_bytes(take(&mut rest)?);
            // A false count must not reserve memory that the bytes cannot fill.
            let mut coords = Vec::with_capacity((points as usize).min(rest.len() / 16));
            for _ in 0..points {
                let x = f64::from_le_bytes(take(&mut rest)?);
                let y = f64::from_le_bytes(take(&mut rest)?);
                coords.push(Coord { x, y });
            }
            lines.push(LineString(coords));
        }
        let mut lines = lines.into_iter();
        polygons.push(Polygon::new(lines.next()?, lines.collect()));
    }
    rest.is_empty().then_some(MultiPolygon(polygons))
}

fn header(out: &mut Vec<u8>, kind: u32, count: usize) {
    out.push(LITTLE_ENDIAN);
    out.extend(kind.to_le_bytes());
    out.extend((count as u32).to_le_bytes());
}

fn expect(rest: &mut &[u8], kind: u32) -> Option<u32> {
    let [order] = take(rest)?;
    let found = u32::from_le_bytes(take(rest)?);
    let count = u32::from_le_bytes(take(rest)?);
    (order == LITTLE_ENDIAN && found == kind).then_some(count)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cut_or_false_bytes_are_refused() {
        let square = Polygon::new(LineString::from(vec![(1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 1.0)]), vec![]);
        let bytes = write(&MultiPolygon(vec![square.clone()]));
        assert_eq!(read(&bytes), Some(MultiPolygon(vec![square])));
        for cut in 0..bytes.len() {
            assert_eq!(read(bytes.get(..cut).unwrap_or_default()), None, "cut at {cut}");
        }
        assert_eq!(read(&[1, 6, 0, 0, 0, 255, 255, 255, 255, 1, 3, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255]), None);
    }
}
