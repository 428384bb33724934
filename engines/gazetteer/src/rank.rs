//! Which of several matches is meant: less cost is better.

/// How a name was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Exactly as typed, or by its whole sound.
    Exact,
    /// What was typed ends with it; so many characters before it are left over.
    Tail {
        dropped: usize,
    },
    /// By the first letters of all its syllables.
    Initials,
    /// It begins with the `length` characters that were typed.
    Begins {
        length: usize,
    },
    BeginsInitials {
        length: usize,
    },
    /// It has them further on.
    Inside {
        length: usize,
    },
    /// It sounds the same and is written otherwise.
    Sound,
    /// One character, or one letter of the sound, differs.
    Alike,
}

/// How near the place that is shown is to the one that was asked for. The order is from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closeness {
    /// The very place, or the house of a flat.
    Exact,
    /// Reckoned between two neighbours on the same street.
    Between,
    /// A neighbour's.
    NextTo,
    /// The number is not known: the street, the lane, the village.
    NameOnly,
}

/// What decides between matches.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    pub found: Match,
    pub closeness: Closeness,
    /// Characters of the name.
    pub name_length: usize,
    /// Words that were said of where it is, and how many of them are true of it.
    pub said: usize,
    pub fits: usize,
    /// From where the asker is.
    pub away_m: Option<f64>,
}

impl Judged {
    pub fn cost(&self) -> f64 {
        let longer = |length: usize| self.name_length.saturating_sub(length) as f64 * 0.3;
        let found = match self.found {
            Match::Exact => 0.0,
            // What was left over is judged as context.
            Match::Tail { .. } => 0.5,
            Match::Initials => 8.0,
            Match::Begins { length } => 10.0 + longer(length),
            Match::BeginsInitials { length } => 12.0 + longer(length),
            Match::Inside { length } => 14.0 + longer(length),
            Match::Sound => 12.0,
            Match::Alike => 20.0,
        };
        let close = match self.closeness {
            Closeness::Exact => 0.0,
            Closeness::Between => 1.0,
            Closeness::NextTo => 2.0,
            Closeness::NameOnly => 4.0,
        };
        // A wrong town is a slip; it must not outweigh the right street with the right number.
        let wrong = (self.said - self.fits.min(self.said)) as f64 * 1.5;
        let away = self.away_m.map_or(0.0, |m| (m / 1000.0).clamp(0.0, 20.0) * 0.15);
        found + close + wrong + away
    }
}

/// Whether words said of a place are true of one of the regions it lies in: 青禾 and 青禾镇 are both true of 青禾镇.
pub fn fits(said: &str, regions: &[String]) -> bool {
    let said = crate::fold(said);
    !said.is_empty()
        && regions.iter().any(|region| {
            let region = crate::fold(region);
            let same = region.contains(&said) || (said.chars().count() > 2 && said.contains(&region));
            same || (said.is_ascii() && crate::sound::sounds(&region).iter().any(|(sound, _)| sound.starts_with(&said)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_before_beginnings_before_slips_and_near_before_far() {
        let of = |found, closeness, said, fits, away_m| {
            Judged { found, closeness, name_length: 3, said, fits, away_m }.cost()
        };
        let exact = of(Match::Exact, Closeness::Exact, 0, 0, None);
        let begins = of(Match::Begins { length: 2 }, Closeness::Exact, 0, 0, None);
        let alike = of(Match::Alike, Closeness::Exact, 0, 0, None);
        assert!(exact < begins && begins < alike);
        let here = of(Match::Exact, Closeness::Exact, 0, 0, Some(300.0));
        let there = of(Match::Exact, Closeness::Exact, 0, 0, Some(9000.0));
        assert!(here < there && there < begins);
        let right = of(Match::Exact, Closeness::NameOnly, 1, 1, None);
        let wrong_town = of(Match::Exact, Closeness::Exact, 1, 0, None);
        assert!(wrong_town < right, "the right number in the wrong town before the bare street in the right one");
        let regions = ["青禾镇".to_owned(), "水闸村".to_owned()];
        assert!(fits("青禾", &regions) && fits("青禾镇水闸村", &regions) && fits("qinghe", &regions));
        assert!(!fits("海湾镇", &regions) && !fits("", &regions));
    }
}
