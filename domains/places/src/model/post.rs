//! Posts in three tiers 站室屋 (P2), and who is on duty there.

use super::hours::WeekHours;
use kernel::ids::{AccountId, AreaId, PostId};
use kernel::{Moment, Point};
use uuid::Uuid;

macro_rules! codes {
    ($(#[$meta:meta])* $type:ident { $($(#[$doc:meta])* $name:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type { $($(#[$doc])* $name),+ }
        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// As stored, in files and in locale keys.
            pub const fn code(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)+ _ => None } }
        }
    };
}

codes! {
    /// Tier of a post.
    Tier {
        /// 警务站
        PolicePost = "police_post",
        /// 警务室; hangs on a police post.
        PoliceOffice = "police_office",
        /// 平安屋; hangs on a police post.
        SafeHouse = "safe_house",
    }
}

codes! {
    /// Life of a post.
    PostState {
        Planned = "planned",
        Running = "running",
        Closed = "closed",
    }
}

/// A post, office or safe house.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    pub id: PostId,
    pub tier: Tier,
    pub code: Option<String>,
    pub name: String,
    /// The police post it hangs on; none for a police post.
    pub parent: Option<PostId>,
    pub address: String,
    pub phone: String,
    pub point: Option<Point>,
    pub hours: WeekHours,
    pub state: PostState,
    /// Police areas it answers for.
    pub serves: Vec<AreaId>,
    pub version: i64,
}

impl Post {
    pub fn label(&self) -> &str {
        self.code.as_deref().unwrap_or(&self.name)
    }
    /// Running, and open by its weekly hours.
    pub fn open_at(&self, at: Moment) -> bool {
        self.state == PostState::Running && self.hours.open_at(at)
    }
}

/// Somebody is to be at a post from one instant until another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutySlot {
    pub id: Uuid,
    pub post: PostId,
    pub account: AccountId,
    pub from: Moment,
    pub to: Moment,
    pub confirmed_at: Option<Moment>,
}
