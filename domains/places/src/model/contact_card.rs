//! The contact card of the grid (熟人联系卡, N7): who answers for a building, and whether the card on its wall still says so.

use kernel::Moment;
use kernel::ids::{AccountId, AreaId};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A line of the card, in the order in which it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Community officer.
    Officer,
    /// Worker of the grid cell.
    Grid,
    /// The committee.
    Committee,
    Property,
    Mediator,
    /// Whoever is on duty at the post.
    Duty,
    /// The post itself.
    Post,
}

impl Part {
    pub const ALL: [Self; 7] =
        [Self::Officer, Self::Grid, Self::Committee, Self::Property, Self::Mediator, Self::Duty, Self::Post];

    /// Stable code, as stored and as used in locale keys (`grid-role-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Grid => "grid",
            Self::Committee => "committee",
            Self::Property => "property",
            Self::Mediator => "mediator",
            Self::Duty => "duty",
            Self::Post => "post",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }
}

/// One line: who, of which body, under which number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub part: Part,
    pub account: Option<AccountId>,
    pub name: String,
    pub office: String,
    pub phone: Option<String>,
}

/// What stood on the card that was printed: for each line a digest of its words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Printed(BTreeMap<Part, String>);

impl Printed {
    pub fn of(contacts: &[Contact]) -> Self {
        Self(contacts.iter().map(|c| (c.part, digest(c))).collect())
    }

    /// As stored: `officer:0123456789abcdef grid:…`.
    pub fn parse(text: &str) -> Self {
        let pair = |word: &str| {
            let (code, digest) = word.split_once(':')?;
            Some((Part::from_code(code)?, digest.to_owned()))
        };
        Self(text.split(' ').filter_map(pair).collect())
    }

    /// The lines that say something else now, new ones and gone ones among them.
    pub fn changed(&self, now: &[Contact]) -> Vec<Part> {
        let now = Self::of(now);
        Part::ALL.into_iter().filter(|part| self.0.get(part) != now.0.get(part)).collect()
    }
}

impl std::fmt::Display for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, (part, digest)) in self.0.iter().enumerate() {
            write!(f, "{}{}:{digest}", if i == 0 { "" } else { " " }, part.code())?;
        }
        Ok(())
    }
}

/// The first 16 hexadecimal digits of the SHA-256 of the words of a line.
fn digest(contact: &Contact) -> String {
    let words = [contact.name.as_str(), &contact.office, contact.phone.as_deref().unwrap_or_default()].join("\n");
    let hash = Sha256::digest(words.as_bytes());
    hash.iter().take(8).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Whether the card on the wall is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wall {
    Never,
    Right(Moment),
    /// Printed then; these lines say something else now.
    Old(Moment, Vec<Part>),
}

/// What a household said to the card. Nothing else is kept of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    Given,
    Declined,
}

impl Answer {
    pub const ALL: [Self; 2] = [Self::Given, Self::Declined];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Declined => "declined",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.code() == code)
    }
}

/// A building with its households and its card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Building {
    pub id: Uuid,
    /// The grid cell, or the neighbourhood where there are no cells.
    pub area: AreaId,
    pub name: String,
    pub doors: i64,
    pub given: i64,
    pub declined: i64,
    pub wall: Wall,
    pub version: i64,
}

/// Doors of one building at most.
pub const DOORS: usize = 1_000;

/// What is wrong with a list of doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoorsError {
    /// Not the number of a door: names of people do not belong here.
    NotADoor,
    /// A range that runs backwards or has no numbers.
    Range,
    /// More than [`DOORS`].
    TooMany,
}

impl DoorsError {
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotADoor => "not-a-door",
            Self::Range => "range",
            Self::TooMany => "too-many",
        }
    }
}

/// Doors as people write them: `101-106 201-206、301室`. Ranges are written out; each door stands once, in the order given.
pub fn doors(text: &str) -> Result<Vec<String>, DoorsError> {
    let text = kernel::text::narrow(text);
    let mut all: Vec<String> = Vec::new();
    for word in text.split([' ', '\t', ',', ';', '、']).filter(|w| !w.is_empty()) {
        let found = match word.split_once(['-', '~', '至']) {
            // 2-301 is unit 2, door 301: a range names two doors of the same length.
            Some((from, to)) if from.len() == to.len() => range(from, to)?,
            _ => vec![door(word)?],
        };
        if all.len() + found.len() > DOORS {
            return Err(DoorsError::TooMany);
        }
        for one in found {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    Ok(all)
}

fn range(from: &str, to: &str) -> Result<Vec<String>, DoorsError> {
    let number = |text: &str| text.parse::<u32>().map_err(|_| DoorsError::Range);
    let (first, last) = (number(from)?, number(to)?);
    if last < first {
        return Err(DoorsError::Range);
    }
    if last - first >= 200 {
        return Err(DoorsError::TooMany);
    }
    let width = from.len();
    Ok((first..=last).map(|n| format!("{n:0width$}")).collect())
}

fn door(word: &str) -> Result<String, DoorsError> {
    let plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '室' | '号' | '户' | '层' | '楼' | '单' | '元');
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let right = word.chars().all(plain) && (1..=6).contains(&digits) && word.chars().count() <= 12;
    if right { Ok(word.to_owned()) } else { Err(DoorsError::NotADoor) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn contact(part: Part, name: &str, phone: &str) -> Contact {
        Contact { part, account: None, name: name.into(), office: "青禾站".into(), phone: Some(phone.into()) }
    }

    #[test]
    fn a_card_is_old_when_a_line_says_something_else() {
        let then = [contact(Part::Officer, "甲", "1"), contact(Part::Property, "乙", "2")];
        let kept = Printed::parse(&Printed::of(&then).to_string());
        assert_eq!(kept, Printed::of(&then));
        assert!(kept.changed(&then).is_empty());
        let now = [contact(Part::Officer, "甲", "3"), contact(Part::Mediator, "丙", "4")];
        assert_eq!(kept.changed(&now), [Part::Officer, Part::Property, Part::Mediator], "other phone, gone, new");
        assert_eq!(Printed::parse("").changed(&[]), []);
    }

    #[test]
    fn doors_are_read_as_people_write_them() {
        assert_eq!(doors("101-103 201、301室 101").unwrap(), ["101", "102", "103", "201", "301室"]);
        assert_eq!(doors("０1-03").unwrap(), ["01", "02", "03"], "wide digits, zeros kept");
        assert_eq!(doors("2-301 1单元402").unwrap(), ["2-301", "1单元402"]);
        assert_eq!(doors("").unwrap(), [""; 0]);
        assert_eq!(doors("王阿婆"), Err(DoorsError::NotADoor), "no names");
        assert_eq!(doors("13800138000"), Err(DoorsError::NotADoor), "no telephone numbers");
        assert_eq!(doors("106-101"), Err(DoorsError::Range));
        assert_eq!(doors("100-999"), Err(DoorsError::TooMany));
        assert_eq!(doors(&"1-9 ".repeat(3)).unwrap().len(), 9);
    }
}
