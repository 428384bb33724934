//! The search for a missing elder (L12): the log of what was decided, told and seen, and what follows from it. Pure. Where the elder probably is,
//! the engine `seek` says from the same log.

mod light;
mod standing;

pub use light::dark;
pub use standing::{SILENT_MIN, Standing, Task, TeamNow};

use kernel::{Moment, Point};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

kernel::codes! {
    /// How a team moves.
    Mode { Foot = "foot", Bicycle = "bicycle", Car = "car" }
}

impl Mode {
    pub const fn engine(self) -> seek::Mode {
        match self {
            Self::Foot => seek::Mode::Foot,
            Self::Bicycle => seek::Mode::Bicycle,
            Self::Car => seek::Mode::Car,
        }
    }
}

kernel::codes! {
    /// Where a team stands.
    TeamState {
        /// Waits for a route.
        Ready = "ready",
        /// Was given a route.
        Walking = "walking",
        /// Was given a route, and nobody has heard of it for long: what it has not searched is planned for others again.
        Silent = "silent",
        Gone = "gone",
    }
}

kernel::codes! {
    /// How it is known that something was searched.
    Told {
        /// Ticked off on the phone.
        Phone = "phone",
        /// By the trace of the phone.
        Trace = "trace",
        /// Written down at the desk.
        Desk = "desk",
    }
}

/// A team of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TeamId(pub Uuid);

impl std::fmt::Display for TeamId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
impl std::str::FromStr for TeamId {
    type Err = uuid::Error;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(s).map(Self)
    }
}

/// Longitude and latitude, WGS-84, as they are sealed.
pub type Spot = [f64; 2];

pub fn spot(point: Point) -> Spot {
    [point.lon(), point.lat()]
}
pub fn point(spot: Spot) -> Option<Point> {
    Point::new(spot[0], spot[1]).ok()
}

/// A place that the family named, with the code of its kind.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedPlace {
    pub kind: String,
    pub at: Spot,
}

impl NamedPlace {
    pub fn engine(&self) -> seek::Place {
        use seek::PlaceKind::{FormerHome, FoundBefore, Haunt, Home, Work};
        let kind = match self.kind.as_str() {
            "home" => Home,
            "former-home" => FormerHome,
            "work" => Work,
            "found-before" => FoundBefore,
            _ => Haunt,
        };
        seek::Place { at: self.at, kind }
    }
}

/// What a search begins with.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    pub last_seen: Spot,
    pub accuracy_m: f64,
    pub seen_at: Moment,
    /// Whether it was dark when the search was opened; later on the sun says.
    pub night: bool,
    pub places: Vec<NamedPlace>,
    /// Name of the profile of the engine.
    pub profile: String,
    pub seed: u64,
}

/// A stretch of a route: one street, or a part of a long one.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    /// Of OpenStreetMap, each the neighbour of the one before.
    pub nodes: Vec<i64>,
    pub line: Vec<Spot>,
    pub street: Option<String>,
    /// They look here; else it is only the way there.
    pub look: bool,
    pub metres: f64,
}

/// Something to look at first, beside a route.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Spotted {
    pub at: Spot,
    /// `water`, `bus-stop`, `dead-end`, or `place`: one that the family named. Which, the log does not tell those who search.
    pub kind: String,
}

/// Why a team goes there: a key of the texts with its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Why {
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<f64>,
    /// Kind of a place or of a look, or a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
}

/// A route that was given to a team.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    pub team: TeamId,
    pub minutes: f64,
    pub metres: f64,
    /// Probability that this team finds them, when it was planned; and that it does not overlook who is there.
    pub pos: f64,
    pub pod: f64,
    pub legs: Vec<Leg>,
    pub looks: Vec<Spotted>,
    pub why: Vec<Why>,
}

/// One entry of the log.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Step {
    Opened(Opening),
    Team {
        team: TeamId,
        name: String,
        mode: String,
        size: i64,
        at: Option<Spot>,
    },
    Stands {
        team: TeamId,
        at: Spot,
        accuracy_m: f64,
    },
    GivenOut(Route),
    /// Stretches of one route, counted from 0. `route` is the number of its entry.
    Searched {
        team: TeamId,
        route: i64,
        legs: Vec<usize>,
        told: String,
    },
    Sighting {
        at: Spot,
        accuracy_m: f64,
        confidence: f64,
        words: String,
        team: Option<TeamId>,
    },
    /// A team has come to the end of its route, or gives it back.
    Back {
        team: TeamId,
    },
    Gone {
        team: TeamId,
    },
    Found {
        at: Option<Spot>,
        words: String,
        team: Option<TeamId>,
    },
    /// Something a team told that could not be taken. `what` is a key of the texts.
    Conflict {
        team: TeamId,
        what: String,
        words: String,
    },
    Closed,
}

impl Step {
    /// As it is stored in the clear, and a key of the texts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::Team { .. } => "team",
            Self::Stands { .. } => "stands",
            Self::GivenOut(_) => "given-out",
            Self::Searched { .. } => "searched",
            Self::Sighting { .. } => "sighting",
            Self::Back { .. } => "back",
            Self::Gone { .. } => "gone",
            Self::Found { .. } => "found",
            Self::Conflict { .. } => "conflict",
            Self::Closed => "closed",
        }
    }
    /// For the test of the texts.
    pub const CODES: [&str; 11] = [
        "opened",
        "team",
        "stands",
        "given-out",
        "searched",
        "sighting",
        "back",
        "gone",
        "found",
        "conflict",
        "closed",
    ];
    pub const fn team(&self) -> Option<TeamId> {
        match self {
            Self::Team { team, .. }
            | Self::Stands { team, .. }
            | Self::Searched { team, .. }
            | Self::Back { team }
            | Self::Gone { team }
            | Self::Conflict { team, .. } => Some(*team),
            Self::GivenOut(route) => Some(route.team),
            Self::Sighting { team, .. } | Self::Found { team, .. } => *team,
            Self::Opened(_) | Self::Closed => None,
        }
    }
}

/// A step with its number in the log of the case, from 1 on.
#[derive(Clone, PartialEq)]
pub struct Line {
    pub nth: i64,
    /// When it happened, and when it was told.
    pub at: Moment,
    pub told_at: Moment,
    /// Kind and id, as in the log.
    pub by: String,
    pub step: Step,
}

macro_rules! quiet_debug {
    ($($name:ident),+) => {$(
        /// Never printed by accident.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(concat!(stringify!($name), "(…)")) }
        }
    )+};
}
quiet_debug!(NamedPlace, Opening, Leg, Spotted, Route);

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}
impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{:?}", self.nth, self.step)
    }
}
