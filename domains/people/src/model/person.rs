//! A resident in care: what is written down about them, in four parts that are sealed and shown apart (R5, R7).
//!
//! Facts only. No part holds a level, a count or a mark of anybody, nor what they believe (R8).

use super::codes;
use kernel::ids::AreaId;
use kernel::text;
use serde::{Deserialize, Serialize};
use store::KeyClass;

codes! {
    /// A part of a record: a key class, an action of the policy, a paragraph of the page.
    Part {
        Identity = "identity",
        Contact = "contact",
        Health = "health",
        Location = "location",
    }
}

impl Part {
    pub const fn class(self) -> KeyClass {
        match self {
            Self::Identity => KeyClass::Identity,
            Self::Contact => KeyClass::Contact,
            Self::Health => KeyClass::Health,
            Self::Location => KeyClass::Location,
        }
    }
    /// Kept only while somebody agrees to it (R7).
    pub const fn needs_consent(self) -> bool {
        matches!(self, Self::Health | Self::Location)
    }
}

codes! {
    Sex { Female = "f", Male = "m" }
}

/// Who somebody is.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    pub name: String,
    /// Code of [`Sex`]; empty: not known.
    pub sex: String,
    pub birth_year: Option<i16>,
    /// Number of the identity card, where it was needed.
    pub id_number: Option<String>,
}

/// How to reach somebody.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    pub phone: Option<String>,
    pub address: Option<String>,
    /// Dialect or language somebody speaks best.
    pub language: Option<String>,
}

/// What to mind: illness, medicine, what calms.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    pub notes: String,
}

/// Where somebody is likely to be.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Location {
    /// WGS-84, longitude and latitude of the home.
    pub home: Option<(f64, f64)>,
    /// Old homes, old workplaces, where they were found before.
    pub haunts: String,
}

/// Somebody who speaks for a person in care.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GuardianName {
    pub name: String,
    /// As the family says it: daughter, nephew, committee.
    pub relation: String,
}

macro_rules! quiet_debug {
    ($($name:ident),+) => {$(
        /// Never printed by accident.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(concat!(stringify!($name), "(…)")) }
        }
    )+};
}
quiet_debug!(Identity, Contact, Health, Location, GuardianName);

/// A new guardian.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewGuardian {
    pub who: GuardianName,
    pub phone: Option<String>,
}

/// Somebody new in care. Health and location come later, with a consent (R7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPerson {
    pub area: AreaId,
    pub identity: Identity,
    pub contact: Contact,
    pub guardians: Vec<NewGuardian>,
}

/// Surnames of two characters that are common enough to be looked for.
const DOUBLE_SURNAMES: &[&str] = &[
    "欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "轩辕", "宇文",
    "长孙", "端木", "南宫", "西门", "百里", "呼延",
];

/// What a name can be found by: the whole name, the surname, the full pinyin, each marked with what it is. Nothing else:
/// parts of names would make the keyed hashes guessable.
pub fn name_tokens(name: &str) -> Vec<String> {
    let whole = plain(name);
    if whole.is_empty() {
        return Vec::new();
    }
    let mut out = vec![format!("name:{whole}")];
    if let Some(surname) = surname(&whole) {
        out.push(format!("surname:{surname}"));
    }
    let (full, _) = text::pinyin(&whole);
    if !full.is_empty() {
        out.push(format!("pinyin:{full}"));
    }
    out
}

/// What somebody typed, as tokens any of which finds: a whole name or a surname in characters, or a full pinyin.
pub fn query_tokens(typed: &str) -> Vec<String> {
    let typed = plain(typed);
    if typed.is_empty() {
        return Vec::new();
    }
    if typed.chars().all(|c| c.is_ascii_alphanumeric()) {
        return vec![format!("pinyin:{typed}"), format!("name:{typed}")];
    }
    vec![format!("name:{typed}"), format!("surname:{typed}")]
}

fn plain(name: &str) -> String {
    text::narrow(name).chars().filter(|c| !c.is_whitespace() && *c != '·').collect::<String>().to_lowercase()
}

/// The surname of a name in characters.
pub fn surname_of(name: &str) -> Option<String> {
    surname(&plain(name))
}

fn surname(whole: &str) -> Option<String> {
    if whole.is_ascii() {
        return None;
    }
    if whole.chars().count() > 2
        && let Some(double) = DOUBLE_SURNAMES.iter().find(|d| whole.starts_with(**d))
    {
        return Some((*double).to_owned());
    }
    whole.chars().next().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_the_whole_by_the_surname_and_by_pinyin() {
        assert_eq!(name_tokens("欧阳 秀英"), ["name:欧阳秀英", "surname:欧阳", "pinyin:ouyangxiuying"]);
        assert_eq!(name_tokens("王芳"), ["name:王芳", "surname:王", "pinyin:wangfang"]);
        for typed in ["王芳", "王", "Wang Fang", "ｗａｎｇｆａｎｇ"] {
            let found = query_tokens(typed).iter().any(|t| name_tokens("王芳").contains(t));
            assert!(found, "{typed} finds 王芳");
        }
        let found = query_tokens("芳").iter().any(|t| name_tokens("王芳").contains(t));
        assert!(!found, "part of a name finds nobody");
    }

    #[test]
    fn what_is_personal_is_never_printed_by_accident() {
        let identity = Identity { name: "王芳".into(), ..Identity::default() };
        assert!(!format!("{identity:?}").contains("王芳"));
    }
}
