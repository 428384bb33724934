//! The numbers below a name: 128弄5号 below 望苇路. As a list, as words, and as bytes that sort as the numbers do.

use std::fmt;

/// What a number counts. The order is that of an address, from the largest to the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Group of a village 组, as it is called since the production teams 队 are gone.
    Group = 1,
    /// Homestead 宅基.
    Plot = 2,
    /// Lane 弄; also a numbered alley 巷.
    Lane = 3,
    /// Lane off a lane 支弄.
    SubLane = 4,
    /// House number 号.
    Door = 5,
    /// A number that was squeezed in later: 128号附1号, 128号之1.
    Sub = 6,
    /// House of a compound: 幢, 栋, 座, 号楼 are one thing.
    House = 7,
    /// Staircase 单元.
    Unit = 8,
    /// Storey 层, 楼.
    Floor = 9,
    /// Flat 室.
    Room = 10,
}

impl Level {
    pub const ALL: [Self; 10] = [
        Self::Group,
        Self::Plot,
        Self::Lane,
        Self::SubLane,
        Self::Door,
        Self::Sub,
        Self::House,
        Self::Unit,
        Self::Floor,
        Self::Room,
    ];
    const fn byte(self) -> u8 {
        self as u8
    }
    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.byte() == byte)
    }
    /// What stands before the number and after it.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Group => ("", "组"),
            Self::Plot => ("宅基", "号"),
            Self::Lane => ("", "弄"),
            Self::SubLane => ("", "支弄"),
            Self::Door => ("", "号"),
            Self::Sub => ("附", "号"),
            Self::House => ("", "幢"),
            Self::Unit => ("", "单元"),
            Self::Floor => ("", "层"),
            Self::Room => ("", "室"),
        }
    }
    /// Inside a house: two homes there are the same place on a map.
    pub const fn is_indoors(self) -> bool {
        matches!(self, Self::Unit | Self::Floor | Self::Room)
    }
}

/// 128, 12甲, 3a, and the letter of a house without a number (A座: 0 with `a`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number {
    pub n: u32,
    /// A letter a–z in lower case, or one of 甲乙丙丁戊.
    pub tail: Option<char>,
}

impl From<u32> for Number {
    fn from(n: u32) -> Self {
        Self { n, tail: None }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.n > 0 || self.tail.is_none() {
            write!(f, "{}", self.n)?;
        }
        self.tail.map_or(Ok(()), |t| write!(f, "{}", t.to_uppercase()))
    }
}

/// Numbers from the largest level to the smallest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<(Level, Number)>);

impl Path {
    /// In whatever order they were said.
    pub fn new(mut steps: Vec<(Level, Number)>) -> Self {
        steps.sort_by_key(|(level, _)| *level);
        Self(steps)
    }
    pub fn steps(&self) -> &[(Level, Number)] {
        &self.0
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub fn last(&self) -> Option<(Level, Number)> {
        self.0.last().copied()
    }
    /// Without the last step; none above an empty one.
    pub fn above(&self) -> Option<Self> {
        let (_, above) = self.0.split_last()?;
        Some(Self(above.to_vec()))
    }
    /// Itself and everything above it that still has a number, longest first.
    pub fn with_above(&self) -> impl Iterator<Item = Self> {
        let mut next = Some(self.clone()).filter(|p| !p.is_empty());
        std::iter::from_fn(move || {
            let this = next.take()?;
            next = this.above().filter(|p| !p.is_empty());
            Some(this)
        })
    }
    pub fn then(&self, level: Level, number: Number) -> Self {
        let mut steps = self.0.clone();
        steps.push((level, number));
        Self(steps)
    }
    /// Without what is inside a house.
    pub fn outdoors(&self) -> Self {
        Self(self.0.iter().copied().filter(|(level, _)| !level.is_indoors()).collect())
    }

    /// Bytes that sort as the numbers do. What lies below a path begins with its bytes.
    pub fn key(&self) -> Vec<u8> {
        let mut key = Vec::with_capacity(self.0.len() * 6);
        for (level, number) in &self.0 {
            key.push(level.byte());
            key.extend(number.n.to_be_bytes());
            let mut buffer = [0; 4];
            key.extend(number.tail.map_or(&[][..], |t| t.encode_utf8(&mut buffer).as_bytes()));
            key.push(0);
        }
        key
    }
    /// `None` for bytes that no path has.
    pub fn from_key(key: &[u8]) -> Option<Self> {
        let mut steps = Vec::new();
        let mut rest = key;
        while let Some((level, after)) = rest.split_first() {
            let (n, after) = after.split_first_chunk::<4>()?;
            let end = after.iter().position(|b| *b == 0)?;
            let (tail, after) = after.split_at(end);
            let tail = std::str::from_utf8(tail).ok()?;
            let mut tail_chars = tail.chars();
            let number = Number { n: u32::from_be_bytes(*n), tail: tail_chars.next() };
            if tail_chars.next().is_some() {
                return None;
            }
            steps.push((Level::from_byte(*level)?, number));
            rest = after.get(1..)?;
        }
        Some(Self(steps))
    }
    /// Keys from this (inclusive) to that (exclusive) are what stands on `level` below this path with a number from `from`
    /// to below `to`, and all below those.
    pub fn range(&self, level: Level, from: u32, to: Option<u32>) -> (Vec<u8>, Vec<u8>) {
        let mut low = self.key();
        let mut high = low.clone();
        low.push(level.byte());
        low.extend(from.to_be_bytes());
        match to {
            Some(to) => {
                high.push(level.byte());
                high.extend(to.to_be_bytes());
            }
            None => high.push(level.byte() + 1),
        }
        (low, high)
    }
    /// As [`Path::range`]: everything below this path, without itself.
    pub fn below(&self) -> (Vec<u8>, Vec<u8>) {
        let mut low = self.key();
        let mut high = low.clone();
        low.push(0);
        high.push(u8::MAX);
        (low, high)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (level, number) in &self.0 {
            let (before, after) = level.words();
            write!(f, "{before}{number}{after}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn path(steps: &[(Level, u32)]) -> Path {
        Path::new(steps.iter().map(|(l, n)| (*l, Number::from(*n))).collect())
    }

    #[test]
    fn keys_sort_as_numbers_do_and_hold_what_is_below() {
        let five = path(&[(Level::Lane, 128), (Level::Door, 5)]);
        let twelve = path(&[(Level::Lane, 128), (Level::Door, 12)]);
        let later = path(&[(Level::Lane, 1000), (Level::Door, 1)]);
        assert!(five.key() < twelve.key() && twelve.key() < later.key());
        let lane = path(&[(Level::Lane, 128)]);
        let (low, high) = lane.below();
        let inside = |p: &Path| (low.clone()..high.clone()).contains(&p.key());
        assert!(inside(&five) && inside(&twelve) && !inside(&later) && !inside(&lane));
        let (low, high) = lane.range(Level::Door, 5, Some(12));
        assert!((low..high).contains(&five.key()));
    }

    #[test]
    fn a_key_is_read_back() {
        for p in [
            path(&[(Level::Group, 3), (Level::Plot, 12)]),
            Path::new(vec![
                (Level::House, Number { n: 0, tail: Some('a') }),
                (Level::Door, Number { n: 12, tail: Some('甲') }),
            ]),
            Path::default(),
        ] {
            assert_eq!(Path::from_key(&p.key()).unwrap(), p);
        }
        for bad in [&[1u8][..], &[1, 0, 0, 0, 1], &[99, 0, 0, 0, 1, 0], &[1, 0, 0, 0, 1, b'a', b'b', 0]] {
            assert_eq!(Path::from_key(bad), None);
        }
        assert_eq!(path(&[(Level::Plot, 12), (Level::Group, 3)]).to_string(), "3组宅基12号");
    }
}
