//! What can be wrong with one change of a batch. Faces say it in the reader's language.

use crate::model::area::AreaKind;
use kernel::Point;

/// Texts are names and codes of areas and posts as the change has them; none is a person's.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    Missing,
    TooLong {
        most: usize,
    },
    ControlCharacter,
    /// The thing it is about is not there.
    Gone,
    Stale {
        seen: i64,
        now: i64,
    },
    /// About the same as an earlier change, counted from 0.
    SameAs {
        index: usize,
    },
    CodeOfAnother {
        code: String,
    },
    /// The change has no code, but what bears this name here has.
    CodedHere {
        name: String,
        code: String,
    },
    /// The change has a code, but what bears this name here has none.
    UncodedHere {
        name: String,
    },
    OtherDistrict {
        here: String,
        code: String,
    },
    /// An outline that touches the district nowhere.
    Elsewhere,
    Outside(Point),
    CannotLieIn {
        kind: AreaKind,
        above: AreaKind,
    },
    NoAreaAbove {
        text: String,
    },
    SeveralAreas {
        text: String,
        n: usize,
    },
    /// The area or post above it is not there.
    AboveGone,
    /// P2: a police post hangs on nothing, everything else on a police post.
    HangsOnNothing,
    AboveMissing,
    NotAPolicePost,
    NoPolicePost {
        text: String,
    },
    SeveralPolicePosts {
        text: String,
    },
    NoPoliceArea {
        text: String,
    },
    /// Another post of the batch answers for this police area.
    AreaTaken {
        area: String,
    },
}
