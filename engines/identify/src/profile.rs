//! The rates, in a file that people can read and change.

use serde::{Deserialize, Serialize};

/// A profile that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// With line and column where the parser knows them.
    #[error("{0}")]
    Syntax(String),
    #[error("{section}.{key} is {value}: give a number {range}")]
    Range { section: &'static str, key: &'static str, value: f64, range: &'static str },
}

/// Rates of observing; see `profile.toml`, which holds the defaults, for what each one means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub unregistered: f64,
    pub sex: Right,
    pub age: Eye,
    pub height: Eye,
    pub build: Steps,
    pub dialect: Right,
    pub surname: Heard,
    pub marks: Noticed,
    pub place: Distance,
    pub repeat: Repeat,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Right {
    pub right: f64,
}

/// A measure taken by eye: normal, with a share of wild guesses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eye {
    pub sigma: f64,
    pub bias: f64,
    pub wild: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    pub one_off: f64,
    pub two_off: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    pub right: f64,
    pub same_sound: f64,
    pub near_sound: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noticed {
    pub noticed: f64,
    pub same_words: f64,
    pub unregistered: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distance {
    pub near: f64,
    pub near_km: f64,
    pub mu: f64,
    pub sigma: f64,
    pub far: f64,
    pub far_km: f64,
    /// Files written before this rate was known go on to be read.
    #[serde(default = "usual_named")]
    pub named: f64,
    #[serde(default = "usual_named_km")]
    pub named_km: f64,
}

/// As in `profile.toml`.
const fn usual_named() -> f64 {
    0.25
}

const fn usual_named_km() -> f64 {
    0.3
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    pub shape: f64,
}

const DEFAULT: &str = include_str!("../profile.toml");

impl Default for Profile {
    fn default() -> Self {
        match Self::from_toml(DEFAULT) {
            Ok(profile) => profile,
            Err(why) => unreachable!("profile.toml: {why}"),
        }
    }
}

impl Profile {
    /// The default as a file to start from, with its explanations.
    pub const TEMPLATE: &'static str = DEFAULT;

    /// Reads a profile. Every rate must be given: a forgotten one would silently keep a value that nobody sees.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = toml::from_str(text).map_err(|e| ProfileError::Syntax(e.to_string()))?;
        profile.check()?;
        Ok(profile)
    }

    /// As a file without explanations.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).unwrap_or_default()
    }

    fn check(&self) -> Result<(), ProfileError> {
        const SHARE: &str = "above 0 and below 1";
        const POSITIVE: &str = "above 0";
        let shares = [
            ("", "unregistered", self.unregistered),
            ("sex", "right", self.sex.right),
            ("age", "wild", self.age.wild),
            ("height", "wild", self.height.wild),
            ("build", "one_off", self.build.one_off),
            ("build", "two_off", self.build.two_off),
            ("build", "one_off + two_off", self.build.one_off + self.build.two_off),
            ("dialect", "right", self.dialect.right),
            ("surname", "right", self.surname.right),
            ("surname", "same_sound", self.surname.same_sound),
            ("surname", "near_sound", self.surname.near_sound),
            ("surname", "right + same_sound + near_sound", self.surname.understood()),
            ("marks", "noticed", self.marks.noticed),
            ("marks", "same_words", self.marks.same_words),
            ("marks", "unregistered", self.marks.unregistered),
            ("place", "near", self.place.near),
            ("place", "far", self.place.far),
            ("place", "named", self.place.named),
            ("place", "near + far", self.place.near + self.place.far),
        ];
        let positive = [
            ("age", "sigma", self.age.sigma),
            ("height", "sigma", self.height.sigma),
            ("place", "near_km", self.place.near_km),
            ("place", "sigma", self.place.sigma),
            ("place", "far_km", self.place.far_km),
            ("place", "named_km", self.place.named_km),
            ("repeat", "shape", self.repeat.shape),
        ];
        let free =
            [("age", "bias", self.age.bias), ("height", "bias", self.height.bias), ("place", "mu", self.place.mu)];
        let wrong = |(section, key, value), range| Err(ProfileError::Range { section, key, value, range });
        if let Some(found) = shares.into_iter().find(|(_, _, v)| !(*v > 0.0 && *v < 1.0)) {
            return wrong(found, SHARE);
        }
        if let Some(found) = positive.into_iter().find(|(_, _, v)| !(*v > 0.0 && v.is_finite())) {
            return wrong(found, POSITIVE);
        }
        if let Some(found) = free.into_iter().find(|(_, _, v)| !v.is_finite()) {
            return wrong(found, "that is finite");
        }
        Ok(())
    }
}

impl Heard {
    pub(crate) fn understood(&self) -> f64 {
        self.right + self.same_sound + self.near_sound
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_default_reads_and_comes_back() {
        let profile = Profile::default();
        assert_eq!(Profile::from_toml(&profile.to_toml()), Ok(profile));
    }

    #[test]
    fn what_cannot_be_a_rate_is_named() {
        let text = DEFAULT.replace("right = 0.98", "right = 1.0");
        let why = Profile::from_toml(&text).unwrap_err().to_string();
        assert_eq!(why, "sex.right is 1: give a number above 0 and below 1");
        let why = Profile::from_toml(&DEFAULT.replace("sigma = 6.0", "sigma = nan")).unwrap_err().to_string();
        assert_eq!(why, "age.sigma is NaN: give a number above 0");
        assert!(Profile::from_toml(&DEFAULT.replace("far = 0.02\n", "")).unwrap_err().to_string().contains("far"));
        assert!(
            Profile::from_toml(&DEFAULT.replace("named = 0.25", "named = 1.5"))
                .unwrap_err()
                .to_string()
                .contains("place.named")
        );
        let older = DEFAULT.replace("named = 0.25\n", "").replace("named_km = 0.3\n", "");
        assert_ne!(older, DEFAULT);
        assert_eq!(
            Profile::from_toml(&older),
            Ok(Profile::default()),
            "a file of the time before is read with the usual rate"
        );
        assert!(Profile::from_toml("sexx = 3").unwrap_err().to_string().contains("sexx"));
    }
}
