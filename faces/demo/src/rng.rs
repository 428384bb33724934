//! Chance that gives the same district on every machine: SplitMix64 and value noise, both a few lines, so that no
//! library update can move a street. Not for secrets.

/// A stream of numbers decided by a seed and a name; each part of the generator has its own, so that a change in one
/// part leaves the others as they were.
#[derive(Debug, Clone)]
pub struct Rng(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    pub fn new(seed: u64, stream: &str) -> Self {
        let mut state = mix(seed ^ GOLDEN);
        for byte in stream.bytes() {
            state = mix(state.wrapping_add(u64::from(byte)).wrapping_add(GOLDEN));
        }
        Self(state)
    }
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }
    /// In `[0, 1)`.
    pub const fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
    /// In `[lo, hi)`.
    pub fn range(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.unit()
    }
    /// In `0..n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next_u64() % n as u64) as usize }
    }
    /// In `lo..=hi`.
    pub fn between(&mut self, lo: i64, hi: i64) -> i64 {
        lo + (self.next_u64() % (hi - lo + 1).max(1).cast_unsigned()).cast_signed()
    }
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }
    /// One of the items.
    ///
    /// # Panics
    /// When there are none: the lists are constants of this crate.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let at = self.below(items.len());
        items.get(at).expect("a list to pick from is never empty")
    }
    /// Index of one of the weights, in proportion to them.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (at, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return at;
            }
        }
        weights.len().saturating_sub(1)
    }
    /// Puts the items into random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i + 1);
            items.swap(i, j);
        }
    }
}

/// Smooth noise in `[-1, 1]` with a wavelength of about two units.
pub fn noise(seed: u64, x: f64, y: f64) -> f64 {
    let (cx, cy) = (x.floor(), y.floor());
    let fade = |t: f64| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (fx, fy) = (fade(x - cx), fade(y - cy));
    let corner = |dx: i64, dy: i64| {
        let (ix, iy) = (cx as i64 + dx, cy as i64 + dy);
        let z = mix(seed ^ mix(ix.cast_unsigned().wrapping_mul(GOLDEN) ^ mix(iy.cast_unsigned().wrapping_add(GOLDEN))));
        (z >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    let south = corner(0, 0) * (1.0 - fx) + corner(1, 0) * fx;
    let north = corner(0, 1) * (1.0 - fx) + corner(1, 1) * fx;
    south * (1.0 - fy) + north * fy
}
