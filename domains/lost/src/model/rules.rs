//! Times that a district can change (°).

/// The clocks of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LostRules {
    /// Nobody took a new case over: the supervisor is told.
    pub take_minutes: i64,
    /// From one contact who was not reached to the next (L6).
    pub next_contact_minutes: i64,
    /// Between two looks after an elder who is kept (L8).
    pub look_minutes: i64,
    /// Kept longer than this: the supervisor is told and a medical check is asked for (L8).
    pub keep_hours: i64,
    /// How long a one-time code for the hand-over holds.
    pub code_minutes: i64,
    /// How long a call for help runs when nobody ends it.
    pub call_hours: i64,
    /// The n-th loss within 365 days that opens a care conference (L10).
    pub conference_at: i64,
    pub version: i64,
}

impl Default for LostRules {
    fn default() -> Self {
        Self {
            take_minutes: 5,
            next_contact_minutes: 3,
            look_minutes: 30,
            keep_hours: 4,
            code_minutes: 30,
            call_hours: 12,
            conference_at: 3,
            version: 0,
        }
    }
}

/// What a district may set.
type Range = std::ops::RangeInclusive<i64>;

impl LostRules {
    /// Each time with what it may be.
    pub const RANGES: [(&'static str, Range); 7] = [
        ("take_minutes", 1..=60),
        ("next_contact_minutes", 1..=60),
        ("look_minutes", 5..=120),
        ("keep_hours", 1..=24),
        ("code_minutes", 5..=240),
        ("call_hours", 1..=72),
        ("conference_at", 2..=12),
    ];

    /// A time by its name; of an unknown one, nothing.
    pub fn get(&self, name: &str) -> i64 {
        let mut copy = *self;
        copy.field(name).map_or(0, |at| *at)
    }

    /// Sets a time by its name.
    pub fn set(&mut self, name: &str, to: i64) {
        if let Some(at) = self.field(name) {
            *at = to;
        }
    }

    fn field(&mut self, name: &str) -> Option<&mut i64> {
        match name {
            "take_minutes" => Some(&mut self.take_minutes),
            "next_contact_minutes" => Some(&mut self.next_contact_minutes),
            "look_minutes" => Some(&mut self.look_minutes),
            "keep_hours" => Some(&mut self.keep_hours),
            "code_minutes" => Some(&mut self.code_minutes),
            "call_hours" => Some(&mut self.call_hours),
            "conference_at" => Some(&mut self.conference_at),
            _ => None,
        }
    }

    /// The field that is out of its range, if one is.
    pub fn wrong(&self) -> Option<&'static str> {
        Self::RANGES.into_iter().find(|(name, range)| !range.contains(&self.get(name))).map(|(name, _)| name)
    }
}
