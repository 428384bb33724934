//! What somebody says who found or misses an elder (L1, L2).

use kernel::ids::{AreaId, PersonId, PostId};
use kernel::{Lang, Moment, Point};
use serde::{Deserialize, Serialize};

use super::Kind;

kernel::codes! {
    Sex { Female = "f", Male = "m" }
}

kernel::codes! {
    Build { Thin = "thin", Middle = "middle", Stout = "stout" }
}

/// Where. At least one of them must be known.
#[derive(Clone, PartialEq, Default)]
pub struct ScenePlace {
    /// WGS-84.
    pub point: Option<Point>,
    pub words: Option<String>,
    pub area: Option<AreaId>,
    pub post: Option<PostId>,
}

/// What was seen of the elder; nothing of it must be known.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Described {
    /// Code of [`Sex`]; empty: not seen.
    pub sex: String,
    /// Years, by eye.
    pub age: Option<i64>,
    pub height_cm: Option<i64>,
    /// Code of [`Build`]; empty: not seen.
    pub build: String,
    pub dialect: String,
    pub surname: String,
    /// What one would know them by: a scar, a stick, glasses.
    pub marks: Vec<String>,
}

/// What a case begins with, sealed.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Scene {
    /// In the reporter's own words: clothing, how they are, what they say.
    pub words: String,
    pub described: Described,
    /// Place in words.
    pub place: String,
}

/// Who reports.
#[derive(Clone, PartialEq, Eq)]
pub struct Reporter {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub lang: Lang,
    /// Stays with the elder until somebody comes.
    pub stays: bool,
}

impl Reporter {
    pub const fn anonymous(lang: Lang) -> Self {
        Self { name: None, phone: None, lang, stays: false }
    }
}

/// The command.
#[derive(Clone, PartialEq)]
pub struct Report {
    /// Idempotency key of the caller.
    pub key: Option<String>,
    pub kind: Kind,
    pub place: ScenePlace,
    pub words: String,
    pub described: Described,
    /// When the elder was last seen; now, when somebody is found.
    pub seen_at: Option<Moment>,
    pub reporter: Reporter,
    /// Whom the family misses, when their link says so.
    pub person: Option<PersonId>,
}

macro_rules! quiet_debug {
    ($($name:ident),+) => {$(
        /// Never printed by accident.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(concat!(stringify!($name), "(…)")) }
        }
    )+};
}
quiet_debug!(ScenePlace, Described, Scene, Reporter, Report);

impl Described {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// As the engine reads it.
    pub fn sighting(&self, year: i32, place: Option<Point>) -> identify::Sighting {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        identify::Sighting {
            year: Some(year),
            sex: match Sex::from_code(&self.sex) {
                Some(Sex::Female) => Some(identify::Sex::Female),
                Some(Sex::Male) => Some(identify::Sex::Male),
                None => None,
            },
            age: self.age.map(|a| a as f64),
            height_cm: self.height_cm.map(|h| h as f64),
            build: match Build::from_code(&self.build) {
                Some(Build::Thin) => Some(identify::Build::Thin),
                Some(Build::Middle) => Some(identify::Build::Middle),
                Some(Build::Stout) => Some(identify::Build::Stout),
                None => None,
            },
            dialect: some(&self.dialect),
            surname: some(&self.surname),
            marks: Some(self.marks.clone()).filter(|m| !m.is_empty()),
            place,
        }
    }
}
