//! What is registered about a person, and what is observed of one.

use kernel::geo::Point;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sex {
    Female,
    Male,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Build {
    Thin,
    Middle,
    Stout,
}

impl Build {
    /// How many steps lie between two builds: 0, 1 or 2.
    pub fn steps(self, other: Self) -> u8 {
        (self as u8).abs_diff(other as u8)
    }
}

/// A registered person; `None` is not known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Registered {
    pub id: String,
    pub sex: Option<Sex>,
    pub birth_year: Option<i32>,
    pub height_cm: Option<f64>,
    pub build: Option<Build>,
    pub dialect: Option<String>,
    /// Han characters, or toneless pinyin.
    pub surname: Option<String>,
    /// Empty: known to have none.
    pub marks: Option<Vec<String>>,
    pub home: Option<Point>,
    /// Other places where the person may be drawn to: a former home, a workplace, a usual walk.
    pub named: Vec<Point>,
    /// Times this person was lost before.
    pub times_lost: Option<u32>,
}

/// What is observed of a lost person; `None` was not observed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sighting {
    /// Calendar year, for the age; without it the age says nothing.
    pub year: Option<i32>,
    pub sex: Option<Sex>,
    /// Years, by eye.
    pub age: Option<f64>,
    pub height_cm: Option<f64>,
    pub build: Option<Build>,
    pub dialect: Option<String>,
    /// Han characters, or toneless pinyin.
    pub surname: Option<String>,
    /// Empty: somebody looked and saw none.
    pub marks: Option<Vec<String>>,
    pub place: Option<Point>,
}
