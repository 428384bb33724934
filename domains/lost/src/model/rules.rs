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

impl LostRules {
    /// The field that is out of its range, if one is.
    pub fn wrong(&self) -> Option<&'static str> {
        [
            ("take_minutes", self.take_minutes, 1..=60),
            ("next_contact_minutes", self.next_contact_minutes, 1..=60),
            ("look_minutes", self.look_minutes, 5..=120),
            ("keep_hours", self.keep_hours, 1..=24),
            ("code_minutes", self.code_minutes, 5..=240),
            ("call_hours", self.call_hours, 1..=72),
            ("conference_at", self.conference_at, 2..=12),
        ]
        .into_iter()
        .find(|(_, value, range)| !range.contains(value))
        .map(|(field, ..)| field)
    }
}
