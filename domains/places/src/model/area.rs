//! Areas: district → town → community → grid cell, and police areas beside them (P1).

use super::outline::Outline;
use kernel::ids::AreaId;
use kernel::{Lang, Moment};
use std::sync::Arc;

/// What kind of area it is. The order is from the largest to the smallest, police areas last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AreaKind {
    District,
    /// Town or sub-district 街镇.
    Town,
    /// Neighbourhood or village 居村.
    Community,
    /// Grid cell 网格.
    Grid,
    /// Police area 警务区.
    Police,
}

impl AreaKind {
    pub const ALL: [Self; 5] = [Self::District, Self::Town, Self::Community, Self::Grid, Self::Police];

    /// As stored, as written in options, and in locale keys (`area-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Town => "town",
            Self::Community => "community",
            Self::Grid => "grid",
            Self::Police => "police",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
    /// The kind that areas of this kind usually lie in.
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::District => None,
            Self::Town | Self::Police => Some(Self::District),
            Self::Community => Some(Self::Town),
            Self::Grid => Some(Self::Community),
        }
    }
    /// Whether an area of this kind may be the parent of one of `child` kind.
    pub fn may_hold(self, child: Self) -> bool {
        self < child && self != Self::Police && (child != Self::Police || self != Self::Grid)
    }
}

/// An area as it is at one instant.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    pub id: AreaId,
    pub kind: AreaKind,
    /// Statistical code or any other text; absent when the source gave none.
    pub code: Option<String>,
    pub name: String,
    /// What readers of English call it; absent when nobody said.
    pub name_en: Option<String>,
    pub parent: Option<AreaId>,
    pub valid_from: Moment,
    pub valid_to: Option<Moment>,
    /// Counts changes of the row; an edit states the version it saw.
    pub version: i64,
    /// Absent while nobody has drawn it.
    pub outline: Option<Arc<Outline>>,
}

impl Area {
    /// What readers of this language call it; the Chinese name where there is no other.
    pub fn called(&self, lang: Lang) -> &str {
        match (&self.name_en, lang) {
            (Some(english), Lang::En) => english,
            _ => &self.name,
        }
    }
    /// Code, or the name when there is none: how messages call it.
    pub fn label(&self) -> &str {
        self.code.as_deref().unwrap_or(&self.name)
    }
}
