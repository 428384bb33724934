//! What the domains refuse, as findings.

use crate::findings::Finding;
use ::kernel::GeoError;
use places::app::Note;
use places::model::coverage::{Coverage, Fault, Piece};
use places::{OutlineError, Why};

impl From<&GeoError> for Finding {
    fn from(e: &GeoError) -> Self {
        let said = f64::to_string;
        match e {
            GeoError::NotANumber => Self::CoordinatesNotNumbers,
            GeoError::OutOfRange { lon, lat, swapped: true } => {
                Self::CoordinatesSwapped { lon: said(lon), lat: said(lat) }
            }
            GeoError::OutOfRange { lon, lat, swapped: false } => {
                Self::CoordinatesOutOfRange { lon: said(lon), lat: said(lat) }
            }
            GeoError::NullIsland => Self::NullIsland,
            GeoError::UnknownDatum(text) => Self::NotADatum { text: text.clone() },
            GeoError::NotConvertible { datum, lon, lat } => {
                Self::NotConvertible { lon: said(lon), lat: said(lat), datum: datum.to_string() }
            }
        }
    }
}

impl From<GeoError> for Finding {
    fn from(e: GeoError) -> Self {
        Self::from(&e)
    }
}

impl From<OutlineError> for Finding {
    fn from(e: OutlineError) -> Self {
        match e {
            OutlineError::Empty => Self::OutlineEmpty,
            OutlineError::TooFewPoints { part, ring, points } => Self::OutlineFewPoints { part, ring, points },
            OutlineError::Unclosed { part, ring } => Self::OutlineUnclosed { part, ring },
            OutlineError::Point { part, ring, position, source } => {
                Self::OutlinePoint { part, ring, point: position, why: Box::new(source.into()) }
            }
            OutlineError::RoundTheEarth { part, ring, position } => {
                Self::OutlineRoundTheEarth { part, ring, point: position }
            }
            OutlineError::CrossesItself { at } => Self::OutlineCrosses { at: at.to_string() },
            OutlineError::DoublesBack { at } => Self::OutlineDoublesBack { at: at.to_string() },
            OutlineError::HoleOutside { part, at } => Self::OutlineHoleOutside { part, at: at.to_string() },
            OutlineError::PartsOverlap { at } => Self::OutlinePartsOverlap { at: at.to_string() },
            OutlineError::Damaged => Self::OutlineUnreadable,
        }
    }
}

impl From<Note> for Finding {
    fn from(note: Note) -> Self {
        match note {
            Note::InNoOther(n) => Self::InNoOther { n },
            Note::NoDistrictOutline => Self::NoDistrictOutline,
        }
    }
}

/// What `places` refuses about a change; `row` says where the n-th change stands in the file.
pub fn of_places(why: Why, row: impl Fn(usize) -> usize) -> Finding {
    match why {
        Why::Missing => Finding::Empty,
        Why::TooLong { most } => Finding::LongerThan { n: most },
        Why::ControlCharacter => Finding::ControlCharacter,
        Why::Gone => Finding::Gone,
        Why::Stale { .. } => Finding::Stale,
        Why::SameAs { index } => Finding::SameAs { row: row(index) },
        Why::CodeOfAnother { code } => Finding::CodeOfAnother { code },
        Why::CodedHere { name, code } => Finding::CodedHere { name, code },
        Why::UncodedHere { name } => Finding::UncodedHere { name },
        Why::OtherDistrict { here, code } => Finding::OtherDistrict { here, code },
        Why::Elsewhere => Finding::Elsewhere,
        Why::Outside(point) => Finding::Outside { at: point.to_string() },
        Why::CannotLieIn { kind, above } => {
            Finding::CannotLieIn { kind: kind.code().to_owned(), above: above.code().to_owned() }
        }
        Why::NoAreaAbove { text } => Finding::NoAreaAbove { text },
        Why::SeveralAreas { text, n } => Finding::SeveralAreasAbove { text, n },
        Why::AboveGone => Finding::AboveGone,
        Why::HangsOnNothing => Finding::HangsOnNothing,
        Why::AboveMissing => Finding::AboveMissing,
        Why::NotAPolicePost => Finding::NotAPolicePost,
        Why::NoPolicePost { text } => Finding::NoPolicePost { text },
        Why::SeveralPolicePosts { text } => Finding::SeveralPolicePosts { text },
        Why::NoPoliceArea { text } => Finding::NoPoliceArea { text },
        Why::AreaTaken { area } => Finding::AreaTaken { area },
    }
}

/// What `people` refuses about a row of a register: its codes are words of the log, not of people.
pub fn of_people(field: &str, why: &str) -> Finding {
    match (field, why) {
        ("login", "form") => Finding::LoginForm,
        ("email", "form") => Finding::EmailForm,
        (_, "missing") => Finding::Empty,
        (_, "too-long") => Finding::TooLong,
        (_, "phone") => Finding::NotAPhone,
        ("to", "before-from") => Finding::TermEndsFirst,
        (_, "separation") => Finding::Separation,
        (_, "seat-taken") => Finding::SeatTaken,
        (_, "seat-closed") => Finding::SeatClosed,
        (_, "not-active") => Finding::NotActive,
        (_, "last-catch-all") => Finding::LastCatchAll,
        (_, "catch-all-has-area") => Finding::CatchAllHasArea,
        ("key", "twice") => Finding::KeyOfTwo,
        ("key", "gone") => Finding::KeyGone,
        ("sex", "unknown") => Finding::NotASex,
        ("birth_year", "range") => Finding::BirthYearRange,
        ("guardian", "too-many") => Finding::TooManyGuardians,
        (_, other) => Finding::Refused { why: other.to_owned() },
    }
}

/// Every piece that police areas would leave uncovered or cover twice, then how many there are.
pub fn of_coverage(coverage: &Coverage) -> Vec<Finding> {
    // Square metres of a district are far from the end of the numbers.
    let square_metres = |piece: &Piece| piece.square_metres.round() as usize;
    let piece = |piece: &Piece| {
        let (area, at, areas) = (square_metres(piece), piece.inside.to_string(), piece.areas.clone());
        match piece.fault {
            Fault::Gap => Finding::Gap { area, at, beside: areas },
            Fault::Overlap => Finding::Overlap { area, at, of: areas },
        }
    };
    coverage.pieces.iter().map(piece).chain([Finding::Coverage { n: coverage.total }]).collect()
}
