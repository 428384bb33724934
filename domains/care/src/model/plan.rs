//! The care plan (L2, L3): an inner part, sealed until a purpose opens it, and an outer part by which an elder is
//! recognised, read by the candidate search alone.

use super::codes;
use kernel::Point;
use serde::{Deserialize, Serialize};

codes! {
    /// What a plan is asked for beyond the record; each is agreed to, or not, by itself (R7).
    Consented {
        /// The outer part may be searched when somebody was found.
        Identification = "identification",
        /// The finder who holds the card may read how to approach.
        Approach = "approach",
        /// A photo is kept, for whoever works on a case of the elder, and for a helper while they help.
        Photo = "photo",
        /// The finder who holds the card may see it.
        PhotoCard = "photo_card",
    }
}

codes! {
    /// Why somebody might be at a place. As the search plan names them.
    HauntKind {
        Home = "home",
        FormerHome = "former-home",
        Work = "work",
        Haunt = "haunt",
        FoundBefore = "found-before",
    }
}

codes! {
    /// As the engine `identify` reads it.
    Build { Thin = "thin", Middle = "middle", Stout = "stout" }
}

/// A place where they may be; kept while somebody agrees that usual places are kept (the part `location` of the record).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Haunt {
    /// Code of [`HauntKind`].
    pub kind: String,
    pub label: String,
    /// WGS-84; none while nobody has found it on a map.
    #[serde(default)]
    pub lon: Option<f64>,
    #[serde(default)]
    pub lat: Option<f64>,
}

impl Haunt {
    pub fn kind(&self) -> HauntKind {
        HauntKind::from_code(&self.kind).unwrap_or(HauntKind::Haunt)
    }
    pub fn point(&self) -> Option<Point> {
        Point::new(self.lon?, self.lat?).ok()
    }
}

/// The sealed part.
#[derive(Clone, PartialEq, Default)]
pub struct Inner {
    /// How to approach me; shown to a finder only by a consent of its own.
    pub approach: String,
    pub habits: String,
    /// Where and how they were found before, in words.
    pub found_before: String,
    pub haunts: Vec<Haunt>,
}

/// What tells somebody apart and is typed nowhere else. Sex, birth year, surname and language stand in the record.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Outer {
    pub height_cm: Option<u16>,
    /// Code of [`Build`]; empty: not known.
    pub build: String,
    /// None: nobody looked. Empty: there are none.
    pub marks: Option<Vec<String>>,
    /// Longitude and latitude of the home, WGS-84, to about 100 m.
    pub home: Option<(f64, f64)>,
}

impl Outer {
    /// To three decimals of a degree: enough for a distance, too little for a door.
    pub fn coarse(point: Point) -> (f64, f64) {
        let round = |v: f64| (v * 1_000.0).round() / 1_000.0;
        (round(point.lon()), round(point.lat()))
    }
    pub fn home_point(&self) -> Option<Point> {
        self.home.and_then(|(lon, lat)| Point::new(lon, lat).ok())
    }
}

macro_rules! quiet_debug {
    ($($name:ident),+) => {$(
        /// Never printed by accident.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(concat!(stringify!($name), "(…)")) }
        }
    )+};
}
quiet_debug!(Haunt, Inner, Outer);

/// Words that name an illness. What a stranger reads on a card must hold none of them.
const ILLNESSES: &[&str] = &[
    "痴呆",
    "失智",
    "阿尔茨海默",
    "阿兹海默",
    "老年病",
    "精神病",
    "精神分裂",
    "抑郁",
    "癫痫",
    "糖尿病",
    "高血压",
    "心脏病",
    "冠心病",
    "中风",
    "脑梗",
    "脑卒中",
    "帕金森",
    "哮喘",
    "癌",
    "肿瘤",
    "残疾",
    "认知障碍",
    "病史",
    "服药",
    "吃药",
    "dementia",
    "alzheimer",
    "diabet",
    "epilep",
    "parkinson",
    "stroke",
    "cancer",
    "depress",
    "schizo",
    "asthma",
    "hypertens",
    "heart disease",
    "medication",
];

/// Does a text that strangers read name an illness?
pub fn names_an_illness(text: &str) -> bool {
    let plain: String = kernel::text::narrow(text).to_lowercase();
    ILLNESSES.iter().any(|word| plain.contains(word))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_coarse_home_is_no_door() {
        let home = Point::new(121.474_321, 30.918_765).unwrap();
        let (lon, lat) = Outer::coarse(home);
        assert!((lon - 121.474).abs() < 1e-9 && (lat - 30.919).abs() < 1e-9, "{lon} {lat}");
        assert!(Point::new(lon, lat).unwrap().distance_m(home) < 80.0);
    }

    #[test]
    fn illnesses_are_seen_in_both_languages() {
        for text in ["她有轻度失智", "Has DEMENTIA", "ｄｉａｂｅｔｅｓ", "患有高血压"] {
            assert!(names_an_illness(text), "{text}");
        }
        for text in ["请慢慢说话，她喜欢越剧", "Speak slowly, she likes opera"] {
            assert!(!names_an_illness(text), "{text}");
        }
    }
}
