//! The times and levels of a district (°).

/// What a district may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Minutes that the family has before the post is told.
    pub family_minutes: i64,
    /// Minutes without a word of a device before that is told.
    pub silence_minutes: i64,
    /// Hours for which a device that was handed out may not have said a word yet.
    pub unheard_hours: i64,
    /// Minutes that a post has before whoever is above it is told.
    pub take_minutes: i64,
    /// Per cent at or under which a battery is low.
    pub low_pct: i64,
    /// Per cent from which on it is charged again.
    pub charged_pct: i64,
    /// Minutes before a case was opened from which places belong to it.
    pub before_case_minutes: i64,
    pub version: i64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            family_minutes: 10,
            silence_minutes: 60,
            unheard_hours: 24,
            take_minutes: 5,
            low_pct: 15,
            charged_pct: 30,
            before_case_minutes: 120,
            version: 0,
        }
    }
}

type Range = std::ops::RangeInclusive<i64>;

impl Rules {
    /// Each with what it may be.
    pub const RANGES: [(&'static str, Range); 7] = [
        ("family_minutes", 1..=120),
        ("silence_minutes", 10..=1_440),
        ("unheard_hours", 1..=168),
        ("take_minutes", 1..=60),
        ("low_pct", 5..=40),
        ("charged_pct", 10..=100),
        ("before_case_minutes", 10..=720),
    ];

    /// One by its name; of an unknown one, nothing.
    pub fn get(&self, name: &str) -> i64 {
        let mut copy = *self;
        copy.field(name).map_or(0, |at| *at)
    }

    /// Sets one by its name.
    pub fn set(&mut self, name: &str, to: i64) {
        if let Some(at) = self.field(name) {
            *at = to;
        }
    }

    fn field(&mut self, name: &str) -> Option<&mut i64> {
        match name {
            "family_minutes" => Some(&mut self.family_minutes),
            "silence_minutes" => Some(&mut self.silence_minutes),
            "unheard_hours" => Some(&mut self.unheard_hours),
            "take_minutes" => Some(&mut self.take_minutes),
            "low_pct" => Some(&mut self.low_pct),
            "charged_pct" => Some(&mut self.charged_pct),
            "before_case_minutes" => Some(&mut self.before_case_minutes),
            _ => None,
        }
    }

    /// The first that is out of its range.
    pub fn wrong(&self) -> Option<&'static str> {
        let out = Self::RANGES.into_iter().find(|(name, range)| !range.contains(&self.get(name))).map(|(name, _)| name);
        out.or_else(|| (self.charged_pct <= self.low_pct).then_some("charged_pct"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_range_and_a_full_battery_is_fuller_than_a_low_one() {
        assert_eq!(Rules::default().wrong(), None);
        for (name, range) in Rules::RANGES {
            let mut rules = Rules::default();
            rules.set(name, range.end() + 1);
            assert_eq!((rules.get(name), rules.wrong()), (range.end() + 1, Some(name)));
        }
        assert_eq!(Rules { low_pct: 30, charged_pct: 30, ..Rules::default() }.wrong(), Some("charged_pct"));
    }
}
