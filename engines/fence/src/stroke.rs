//! Edges in a cell, seven in one stroke: which of them a ray to the east crosses, and which run too near to be sure.
//!
//! This is the hot part of the engine, and the only one with a word for the processor itself: sixteen-bit numbers in registers of
//! SSE2, which every `x86_64` has (docs/decisions/0031). Elsewhere the same is written plainly; a test compares the two.

use crate::local::{PARTS, ROUNDING, Spot};

/// Points of a stroke.
pub(crate) const POINTS: usize = 8;
/// Each has a byte for x and one for y.
pub(crate) const BYTES: usize = 2 * POINTS;
/// The edges between them.
pub(crate) const EDGES: u8 = 0x7F;

/// A bit for each edge, the lowest for the one between the first two points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Met {
    /// The ray from the point to the east crosses it.
    pub crossed: u8,
    /// Not sure, because it runs near to the point.
    pub near: u8,
}

#[cfg(target_arch = "x86_64")]
#[inline]
pub(crate) fn stroke(points: &[u8; BYTES], spot: Spot) -> Met {
    #[expect(
        unsafe_code,
        reason = "SSE2 is part of x86_64: the call asks for nothing that may be missing (docs/decisions/0031)"
    )]
    // SAFETY: the function is unsafe to call only where the processor might not have SSE2.
    unsafe {
        sse2::stroke(points, spot)
    }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub(crate) fn stroke(points: &[u8; BYTES], spot: Spot) -> Met {
    plain(points, spot)
}

#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain(points: &[u8; BYTES], spot: Spot) -> Met {
    let corners = points.as_chunks::<2>().0;
    let (mut crossed, mut near) = (0, 0);
    for ((k, [ax, ay]), [bx, by]) in corners.iter().enumerate().zip(corners.iter().skip(1)) {
        let (dx, dy) = (i32::from(*bx) - i32::from(*ax), i32::from(*by) - i32::from(*ay));
        // The point from both ends, in parts.
        let from = |c: u8, at: i16| i32::from(at) - i32::from(c) * i32::from(PARTS);
        let (px, py, qy) = (from(*ax, spot.x), from(*ay, spot.y), from(*by, spot.y));
        let cross = dx * py - dy * px;
        let rounding = i32::from(ROUNDING);
        crossed |= u8::from((py < 0) != (qy < 0) && (cross >= 0) == (dy >= 0)) << k;
        let reaches = py.min(qy) <= rounding && py.max(qy) >= -rounding;
        near |= u8::from(reaches && cross.abs() <= (dx.abs() + dy.abs()) * rounding) << k;
    }
    Met { crossed, near }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use super::{BYTES, EDGES, Met, PARTS, ROUNDING, Spot};
    use core::arch::x86_64::{
        __m128i, _mm_add_epi16, _mm_add_epi32, _mm_and_si128, _mm_andnot_si128, _mm_castsi128_ps, _mm_madd_epi16,
        _mm_max_epi16, _mm_movemask_ps, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi16, _mm_set1_epi32,
        _mm_setzero_si128, _mm_shufflehi_epi16, _mm_shufflelo_epi16, _mm_slli_epi16, _mm_srli_si128, _mm_sub_epi16,
        _mm_sub_epi32, _mm_unpackhi_epi8, _mm_unpacklo_epi8, _mm_xor_si128,
    };

    #[target_feature(enable = "sse2")]
    #[inline]
    pub(super) fn stroke(points: &[u8; BYTES], spot: Spot) -> Met {
        let all = i128::from_le_bytes(*points);
        let (low, high) = (all as i64, (all >> 64) as i64);
        let a = _mm_set_epi64x(high, low);
        // The end of an edge is the next point; behind the last one comes nothing that counts.
        let b = _mm_srli_si128::<2>(a);
        let zero = _mm_setzero_si128();
        let spot = _mm_set1_epi32(i32::from(spot.y) << 16 | i32::from(spot.x));
        let (c0, n0) = four(_mm_unpacklo_epi8(a, zero), _mm_unpacklo_epi8(b, zero), spot);
        let (c1, n1) = four(_mm_unpackhi_epi8(a, zero), _mm_unpackhi_epi8(b, zero), spot);
        Met { crossed: (c0 | c1 << 4) & EDGES, near: (n0 | n1 << 4) & EDGES }
    }

    /// Edges from `a` to `b`, each x and y in a pair of lanes. What is asked of a height stands in the upper lane, so the sign of a
    /// pair is its sign.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn four(a: __m128i, b: __m128i, spot: __m128i) -> (u8, u8) {
        const SHIFT: i32 = PARTS.trailing_zeros() as i32;
        const SWAPPED: i32 = 0b10_11_00_01;
        let d = _mm_sub_epi16(b, a);
        let p = _mm_sub_epi16(spot, _mm_slli_epi16::<SHIFT>(a));
        let q = _mm_sub_epi16(spot, _mm_slli_epi16::<SHIFT>(b));
        // dx · py − dy · px
        let upper = _mm_set1_epi32(0xFFFF_0000_u32.cast_signed());
        let turned = _mm_sub_epi16(_mm_xor_si128(d, upper), upper);
        let cross = _mm_madd_epi16(turned, _mm_shufflehi_epi16::<SWAPPED>(_mm_shufflelo_epi16::<SWAPPED>(p)));
        let crossed = _mm_andnot_si128(_mm_xor_si128(cross, d), _mm_xor_si128(p, q));
        let rounding = _mm_set1_epi16(ROUNDING);
        let strip = _mm_madd_epi16(_mm_max_epi16(d, _mm_sub_epi16(_mm_setzero_si128(), d)), rounding);
        let beside = _mm_or_si128(_mm_add_epi32(strip, cross), _mm_sub_epi32(strip, cross));
        let above = _mm_and_si128(_mm_sub_epi16(rounding, p), _mm_sub_epi16(rounding, q));
        let below = _mm_and_si128(_mm_add_epi16(rounding, p), _mm_add_epi16(rounding, q));
        let far = _mm_or_si128(beside, _mm_or_si128(above, below));
        (signs(crossed), !signs(far) & 0xF)
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn signs(of: __m128i) -> u8 {
        _mm_movemask_ps(_mm_castsi128_ps(of)) as u8
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::{EDGES, plain, stroke};
    use crate::local::Spot;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// Points on a coarse lattice as well, where edges have no length, lie on a line, or run along the place asked for.
        #[test]
        fn both_ways_agree(points in any::<[u8; 16]>(), x in any::<u32>(), y in any::<u32>(), coarse in any::<bool>()) {
            let points = if coarse { points.map(|c| c & 0xE0) } else { points };
            let spot = if coarse { Spot { x: 1024 + (x as i16 & 0x7000), y: 1024 + (y as i16 & 0x7000) } } else { Spot::new(x, y) };
            let (one, other) = (stroke(&points, spot), plain(&points, spot));
            // What lies on the line itself counts as near; the side is of no use then.
            prop_assert_eq!(one.near, other.near);
            prop_assert_eq!((one.crossed ^ other.crossed) & !one.near & EDGES, 0);
        }
    }
}
