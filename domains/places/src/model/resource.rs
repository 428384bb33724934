//! What a post has (P6): people by role, vehicles, wheelchairs, defibrillators, keys, raincoats. Kinds are a list that the
//! district adds to; what the public is shown are only the few things a safe house offers, by their built-in codes, so that
//! no new kind is ever shown by mistake.

use super::hours::WeekHours;
use super::post::Post;
use kernel::Moment;
use kernel::ids::PostId;
use uuid::Uuid;

/// Kinds that come with the program: code, Chinese name, English name.
pub const BUILT_IN: [(&str, &str, &str); 16] = [
    ("shelter", "歇脚的地方", "A place to sit"),
    ("water", "饮用水", "Drinking water"),
    ("charging", "手机充电", "Phone charging"),
    ("phone", "可借用的电话", "A telephone to use"),
    ("aed", "自动体外除颤器", "Defibrillator (AED)"),
    ("wheelchair", "轮椅", "Wheelchair"),
    ("first_aider", "急救员", "First-aider"),
    ("sign_language", "手语志愿者", "Sign language helper"),
    ("vehicle", "车辆", "Vehicle"),
    ("bicycle", "电动自行车", "Electric bicycle"),
    ("key", "钥匙", "Key"),
    ("raincoat", "雨衣", "Raincoat"),
    ("umbrella", "雨伞", "Umbrella"),
    ("torch", "手电", "Torch"),
    ("blanket", "毛毯", "Blanket"),
    ("loudspeaker", "喊话器", "Loudspeaker"),
];

/// What the public page of a post shows, and nothing else: never vehicles, keys or people.
pub const OFFERED: [&str; 6] = ["shelter", "water", "charging", "phone", "aed", "wheelchair"];

/// A kind of resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceKind {
    /// Stays for good; a new kind gets `own-1`, `own-2` …
    pub code: String,
    pub name_zh: String,
    pub name_en: String,
    /// Offered when something new is written down.
    pub active: bool,
    /// 0 for one that nobody has changed.
    pub version: i64,
}

impl ResourceKind {
    pub fn built_in() -> Vec<Self> {
        let kind = |&(code, zh, en): &(&str, &str, &str)| Self {
            code: code.to_owned(),
            name_zh: zh.to_owned(),
            name_en: en.to_owned(),
            active: true,
            version: 0,
        };
        BUILT_IN.iter().map(kind).collect()
    }
    pub fn name(&self, lang: kernel::Lang) -> &str {
        if lang == kernel::Lang::En && !self.name_en.is_empty() { &self.name_en } else { &self.name_zh }
    }
    /// Is it one of the few that everybody is shown?
    pub fn is_offered(&self) -> bool {
        is_offered(&self.code)
    }
    /// Is it what somebody typed: its code or one of its names?
    pub fn is_called(&self, typed: &str) -> bool {
        let typed = typed.trim();
        self.code == typed || self.name_zh == typed || self.name_en.eq_ignore_ascii_case(typed)
    }
}

pub fn is_offered(code: &str) -> bool {
    OFFERED.contains(&code)
}

/// In what state something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    Working,
    Broken,
    Missing,
}

impl Condition {
    pub const ALL: [Self; 3] = [Self::Working, Self::Broken, Self::Missing];
    /// As stored, in files and in locale keys.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Broken => "broken",
            Self::Missing => "missing",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.code() == code)
    }
}

/// Something a post has.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    pub id: Uuid,
    pub post: PostId,
    pub kind: String,
    /// What tells it from others of its kind: a plate, the label of a key. Never whose it is.
    pub name: String,
    /// Where it stands in the post.
    pub place: String,
    pub count: i64,
    pub condition: Condition,
    /// When it can be had; not stated: as the post is open.
    pub hours: WeekHours,
    pub changed_at: Moment,
    pub version: i64,
    /// What is out, the earliest due first.
    pub lent: Vec<Loan>,
}

/// Something that was lent and is not back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loan {
    pub id: Uuid,
    pub resource: Uuid,
    pub count: i64,
    pub at: Moment,
    pub due_at: Moment,
    /// To whom: for those who keep it. Erased when it is back.
    pub to: Option<String>,
}

impl Loan {
    pub fn is_overdue(&self, now: Moment) -> bool {
        self.due_at < now
    }
}

impl Resource {
    /// How many are there and work.
    pub fn free(&self) -> i64 {
        if self.condition != Condition::Working {
            return 0;
        }
        (self.count - self.lent.iter().map(|l| l.count).sum::<i64>()).max(0)
    }
    /// Can one be had at this instant?
    pub fn is_there(&self, post: &Post, at: Moment) -> bool {
        let open = if self.hours.is_stated() { self.hours.open_at(at) } else { post.open_at(at) };
        open && self.free() > 0
    }
    pub fn is_overdue(&self, now: Moment) -> bool {
        self.lent.iter().any(|l| l.is_overdue(now))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_out_or_broken_cannot_be_had() {
        let at = Moment::parse_rfc3339("2026-06-29T10:00:00+08:00").unwrap();
        let loan = Loan { id: Uuid::nil(), resource: Uuid::nil(), count: 1, at, due_at: at.plus_hours(2), to: None };
        let mut chair = Resource {
            id: Uuid::nil(),
            post: PostId(Uuid::nil()),
            kind: "wheelchair".into(),
            name: String::new(),
            place: String::new(),
            count: 2,
            condition: Condition::Working,
            hours: WeekHours::default(),
            changed_at: at,
            version: 1,
            lent: vec![loan],
        };
        assert_eq!(chair.free(), 1);
        assert!(!chair.is_overdue(at) && chair.is_overdue(at.plus_hours(3)));
        chair.condition = Condition::Broken;
        assert_eq!(chair.free(), 0);
    }

    #[test]
    fn only_the_offers_of_a_safe_house_are_public() {
        for hidden in ["vehicle", "key", "first_aider", "raincoat", "own-1"] {
            assert!(!is_offered(hidden), "{hidden}");
        }
        assert!(OFFERED.iter().all(|code| BUILT_IN.iter().any(|(c, ..)| c == code)));
    }
}
