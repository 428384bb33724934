//! Everything that can be wrong or doubtful in a file, each with what there is to say about it. The words stand in
//! `locales/<language>/imports.ftl` under `finding-` and the code.
//!
//! Texts among the arguments are names of columns, codes, words and numbers as the file has them: of a register of people
//! nothing is ever repeated.

use crate::words::{Value, spoken, text};
use kernel::Lang;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest text of the file that is repeated, in characters.
const SAID: usize = 120;
/// Most words that are listed.
const LISTED: usize = 24;

/// An argument of a finding.
trait Said {
    fn said(&self, lang: Lang) -> Value<'static>;
    #[cfg(test)]
    fn sample() -> Self;
}

impl Said for String {
    fn said(&self, _: Lang) -> Value<'static> {
        Value::from(quoted(self))
    }
    #[cfg(test)]
    fn sample() -> Self {
        "甲".into()
    }
}

impl Said for usize {
    fn said(&self, _: Lang) -> Value<'static> {
        Value::from(*self)
    }
    #[cfg(test)]
    fn sample() -> Self {
        3
    }
}

impl Said for Vec<String> {
    fn said(&self, lang: Lang) -> Value<'static> {
        let mut said: Vec<String> = self.iter().take(LISTED).map(|text| quoted(text)).collect();
        if self.len() > LISTED {
            said.push("…".into());
        }
        Value::from(said.join(if lang == Lang::ZhCn { "、" } else { ", " }))
    }
    #[cfg(test)]
    fn sample() -> Self {
        vec!["甲".into(), "乙".into()]
    }
}

/// Fields in which two records agree, by their codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreeing(pub Vec<String>);

impl Said for Agreeing {
    fn said(&self, lang: Lang) -> Value<'static> {
        let words = self.0.iter().map(|field| text(lang, &format!("findings-agrees-{field}"), Vec::new()));
        Value::from(words.collect::<Vec<_>>().join(if lang == Lang::ZhCn { "、" } else { ", " }))
    }
    #[cfg(test)]
    fn sample() -> Self {
        Self(vec!["phone".into(), "birth_year".into()])
    }
}

impl Said for Box<Finding> {
    fn said(&self, lang: Lang) -> Value<'static> {
        Value::from(self.words(lang))
    }
    #[cfg(test)]
    fn sample() -> Self {
        Self::new(Finding::Empty)
    }
}

fn quoted(text: &str) -> String {
    if text.chars().nth(SAID).is_none() { text.to_owned() } else { text.chars().take(SAID).chain(['…']).collect() }
}

macro_rules! findings {
    ($($(#[$doc:meta])* $code:literal $name:ident $({ $($arg:ident: $kind:ty),+ })?;)+) => {
        /// What is wrong or doubtful, or why a file is refused as a whole.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Finding {
            $($(#[$doc])* #[serde(rename = $code)] $name $({ $($arg: $kind),+ })?,)+
        }

        impl Finding {
            /// For programs; the key of the words after `finding-`.
            pub const fn code(&self) -> &'static str {
                match self {
                    $(Self::$name $({ $($arg: _),+ })? => $code,)+
                }
            }

            fn args(&self, #[allow(unused_variables, reason = "findings without arguments")] lang: Lang) -> Vec<(&'static str, Value<'static>)> {
                match self {
                    $(Self::$name $({ $($arg),+ })? => vec![$($((stringify!($arg), $arg.said(lang))),+)?],)+
                }
            }

            #[cfg(test)]
            pub(crate) fn samples() -> Vec<Self> {
                vec![$(Self::$name $({ $($arg: <$kind as Said>::sample()),+ })?),+]
            }
        }
    };
}

findings! {
    // Cells.
    "empty" Empty;
    "too-long" TooLong;
    "longer-than" LongerThan { n: usize };
    "control-character" ControlCharacter;
    "not-listed" NotListed { text: String, field: String, listed: Vec<String> };
    /// As `NotListed`, of a register of people.
    "not-listed-unsaid" NotListedUnsaid { field: String, listed: Vec<String> };
    "not-one-of" NotOneOf { text: String, allowed: Vec<String> };
    "not-known" NotKnown { text: String, allowed: Vec<String> };
    "not-yes-or-no" NotYesOrNo { text: String, field: String };
    "not-open-or-closed" NotOpenOrClosed { text: String };
    "not-in-range" NotInRange { text: String, least: String, most: String };
    "not-a-date" NotADate { text: String };
    "date-out-of-range" DateOutOfRange { text: String };
    "not-hours" NotHours { text: String };
    "not-a-phone" NotAPhone;
    "key-empty" KeyEmpty;
    "key-twice" KeyTwice { key: String, row: usize };

    // Coordinates.
    "longitude-empty" LongitudeEmpty;
    "latitude-empty" LatitudeEmpty;
    "half-a-place" HalfAPlace;
    "not-degrees" NotDegrees { text: String };
    "no-datum" NoDatum;
    "not-a-datum" NotADatum { text: String };
    "coordinates-not-numbers" CoordinatesNotNumbers;
    "coordinates-out-of-range" CoordinatesOutOfRange { lon: String, lat: String };
    "coordinates-swapped" CoordinatesSwapped { lon: String, lat: String };
    "null-island" NullIsland;
    "not-convertible" NotConvertible { lon: String, lat: String, datum: String };
    "outside" Outside { at: String };
    "outside-by-datum" OutsideByDatum { at: String, datum: String };

    // Door plates.
    "address-empty" AddressEmpty;
    "not-an-address" NotAnAddress { text: String };
    "address-twice" AddressTwice { text: String, row: usize, metres: usize };

    // Matters.
    "opened-empty" OpenedEmpty;
    "kind-empty" KindEmpty;
    "text-empty" TextEmpty;
    "closed-empty" ClosedEmpty;
    "closed-before-opened" ClosedBeforeOpened { text: String, opened: String };
    "target-before-opened" TargetBeforeOpened { text: String, opened: String };
    "open-with-closing-date" OpenWithClosingDate { text: String };
    "opened-in-future" OpenedInFuture { text: String };
    "closed-in-future" ClosedInFuture { text: String };
    "kind-unknown" KindUnknown { kind: String };
    "no-class" NoClass { code: String };
    "not-a-class" NotAClass { text: String, known: Vec<String> };
    "not-a-body" NotABody { text: String };
    "body-of-several" BodyOfSeveral { text: String };

    // Staff.
    "login-form" LoginForm;
    "email-form" EmailForm;
    "separation" Separation;
    "seat-taken" SeatTaken;
    "seat-closed" SeatClosed;
    "not-active" NotActive;
    "last-catch-all" LastCatchAll;
    "catch-all-has-area" CatchAllHasArea;
    "org-kind-missing" OrgKindMissing;
    "term-ends-first" TermEndsFirst;
    "no-area" NoArea { text: String };
    "several-areas" SeveralAreas { text: String };
    "no-post" NoPost { text: String };
    "several-posts" SeveralPosts { text: String };
    /// By a rule that has no words of its own here.
    "refused" Refused { why: String };

    // People in care.
    "key-of-two" KeyOfTwo;
    "key-gone" KeyGone;
    "area-missing" AreaMissing;
    "area-unknown" AreaUnknown;
    "area-ambiguous" AreaAmbiguous;
    "not-a-sex" NotASex;
    "not-a-birth-year" NotABirthYear;
    "birth-year-range" BirthYearRange;
    "phone-without-guardian" PhoneWithoutGuardian;
    "no-guardian" NoGuardian;
    "too-many-guardians" TooManyGuardians;

    // Areas and posts.
    "gone" Gone;
    "stale" Stale;
    "same-as" SameAs { row: usize };
    /// In a file that has no rows.
    "same-as-entry" SameAsEntry { row: usize };
    "code-of-another" CodeOfAnother { code: String };
    "coded-here" CodedHere { name: String, code: String };
    "uncoded-here" UncodedHere { name: String };
    "other-district" OtherDistrict { here: String, code: String };
    "elsewhere" Elsewhere;
    "cannot-lie-in" CannotLieIn { kind: String, above: String };
    "no-area-above" NoAreaAbove { text: String };
    "several-areas-above" SeveralAreasAbove { text: String, n: usize };
    "above-gone" AboveGone;
    "hangs-on-nothing" HangsOnNothing;
    "above-missing" AboveMissing;
    "not-a-police-post" NotAPolicePost;
    "no-police-post" NoPolicePost { text: String };
    "several-police-posts" SeveralPolicePosts { text: String };
    "no-police-area" NoPoliceArea { text: String };
    "area-taken" AreaTaken { area: String };

    // Outlines.
    "no-name" NoName;
    "outline" Outline { why: Box<Finding> };
    "outline-empty" OutlineEmpty;
    "outline-few-points" OutlineFewPoints { part: usize, ring: usize, points: usize };
    "outline-unclosed" OutlineUnclosed { part: usize, ring: usize };
    "outline-point" OutlinePoint { part: usize, ring: usize, point: usize, why: Box<Finding> };
    "outline-round-the-earth" OutlineRoundTheEarth { part: usize, ring: usize, point: usize };
    "outline-crosses" OutlineCrosses { at: String };
    "outline-doubles-back" OutlineDoublesBack { at: String };
    "outline-hole-outside" OutlineHoleOutside { part: usize, at: String };
    "outline-parts-overlap" OutlinePartsOverlap { at: String };
    "outline-unreadable" OutlineUnreadable;
    "outline-no-coordinates" OutlineNoCoordinates;
    "outline-not-nested" OutlineNotNested;
    "outline-not-polygon" OutlineNotPolygon;
    "gap" Gap { area: usize, at: String, beside: Vec<String> };
    "overlap" Overlap { area: usize, at: String, of: Vec<String> };

    // Rows as a whole.
    "too-many-cells" TooManyCells { n: usize, width: usize };
    "open-quote" OpenQuote;
    "too-many-digits" TooManyDigits;
    "cell-error" CellError { text: String };
    "row-unreadable" RowUnreadable;
    "row-refused" RowRefused { fields: Vec<String> };

    // The file as a whole.
    "unreadable" Unreadable { why: String };
    "file-kind" FileKind;
    "file-empty" FileEmpty;
    "column-twice" ColumnTwice { column: String };
    "no-column" NoColumn { column: String, there: Vec<String> };
    /// A map file may name another.
    "no-column-named" NoColumnNamed { column: String, there: Vec<String> };
    "not-json" NotJson { why: String };
    "not-a-list" NotAList { why: String };
    "no-areas" NoAreas;
    "neither-form" NeitherForm;
    "no-list" NoList { names: Vec<String> };
    "no-field" NoField { option: String, field: String, there: Vec<String> };
    "not-one-area" NotOneArea { n: usize };
    "no-datum-of-outlines" NoDatumOfOutlines;
    "coverage" Coverage { n: usize };
    "unsure" Unsure { n: usize };
    "unsure-pair" UnsurePair { name: String, code: String, area: String };
    "unsure-uncoded" UnsureUncoded { name: String, area: String };
    "pairs-written" PairsWritten { file: String };
    "pairs-how" PairsHow;
    "pair-unknown" PairUnknown { row: usize, text: String, kind: String };
    "pair-ambiguous" PairAmbiguous { row: usize, text: String, kind: String };
    /// A row of a register that may be somebody who is here.
    "alike-here" AlikeHere { row: usize, area: String, agree: Agreeing };
    /// Or another row of the same file.
    "alike-row" AlikeRow { row: usize, other: usize, agree: Agreeing };
    "alike-how" AlikeHow { n: usize };
    "area-kind-missing" AreaKindMissing;
    "changed-meanwhile" ChangedMeanwhile;
    "file-changed" FileChanged;

    // The map file.
    "map-unreadable" MapUnreadable { why: String };
    "map-syntax" MapSyntax { row: usize, why: String };
    "map-no-key" MapNoKey;
    "map-no-datum" MapNoDatum;
    "map-no-zone" MapNoZone;
    "map-zone" MapZone { text: String };
    "map-two-zones" MapTwoZones { map: String, chosen: String };
    "map-datum" MapDatum { text: String };
    "map-two-datums" MapTwoDatums { map: String, chosen: String };
    "map-field" MapField { field: String, known: Vec<String> };
    "map-needs-column" MapNeedsColumn { field: String };
    "map-half-a-place" MapHalfAPlace;
    "map-other-district" MapOtherDistrict { district: String };
    "map-family" MapFamily { text: String };
    "map-term" MapTerm { field: String, text: String };
    "map-time" MapTime { text: String };

    // Things to look at that refuse nothing.
    "district-keeps-name" DistrictKeepsName { file: String, here: String };
    "in-no-other" InNoOther { n: usize };
    "no-district-outline" NoDistrictOutline;
}

impl Finding {
    /// What it says, and how to mend it.
    pub fn words(&self, lang: Lang) -> String {
        text(lang, &format!("finding-{}", self.code()), self.args(lang))
    }
}

/// At the command line.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(spoken()))
    }
}

#[cfg(test)]
#[path = "findings_tests.rs"]
mod tests;
