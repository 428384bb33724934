//! A share with the counts behind it. Pure.

/// Fewer than so many: the share would say something about single people, and is withheld.
pub const FEWEST: i64 = 5;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    pub n: i64,
    pub of: i64,
}

impl Share {
    pub const fn count(&mut self, yes: bool) {
        self.of += 1;
        if yes {
            self.n += 1;
        }
    }
    pub const fn add(&mut self, other: Self) {
        self.n += other.n;
        self.of += other.of;
    }
    /// As it may be shown: none for too few.
    pub const fn shown(self) -> Option<Self> {
        if self.of < FEWEST { None } else { Some(self) }
    }
    /// Rounded down, so that only all of them are 100.
    pub const fn percent(self) -> i64 {
        if self.of == 0 { 0 } else { self.n * 100 / self.of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_few_is_withheld_and_a_hundred_is_all() {
        assert_eq!(Share { n: 4, of: 4 }.shown(), None);
        assert!(Share { n: 0, of: 5 }.shown().is_some());
        assert_eq!(Share { n: 199, of: 200 }.percent(), 99);
        assert_eq!(Share { n: 200, of: 200 }.percent(), 100);
        assert_eq!(Share::default().percent(), 0);
    }
}
