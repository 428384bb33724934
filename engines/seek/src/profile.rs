//! What is known about how such people are lost and found, in a file that people can read and change.

use serde::{Deserialize, Serialize};

/// A profile that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProfileError {
    /// With line and column where the parser knows them.
    #[error("{0}")]
    Syntax(String),
    #[error("{key} is {value}: give a number {range}")]
    Range { key: &'static str, value: f64, range: &'static str },
    #[error("there is no profile “{0}”: use dementia-urban or dementia-flat, or give a file with --profile")]
    Unknown(String),
}

/// The figures; `profiles/dementia-urban.toml` holds the defaults and says what each one means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub name: String,
    pub law: Law,
    pub pace: Pace,
    pub behaviour: Behaviour,
    pub places: Places,
    pub looking: Looking,
    pub reports: Reports,
    /// Published quantiles, for the comparison in words.
    #[serde(default)]
    pub quantile: Vec<Quantile>,
}

/// The law of find distances: a share near by, the others log-normal in kilometres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    pub near: f64,
    pub near_m: f64,
    pub mu: f64,
    pub sigma: f64,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pace {
    pub mean_mps: f64,
    pub sd_mps: f64,
    pub standing: f64,
    pub sets_out_after_min: f64,
    pub source: String,
}

/// Shares, each from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    pub to_places: f64,
    pub beyond_places: f64,
    pub already_there: f64,
    pub returns: f64,
    pub circles: f64,
    pub stuck: f64,
    pub mills: f64,
    pub rides: f64,
    pub source: String,
}

/// Weights of the places that the family names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Places {
    pub home: f64,
    pub former_home: f64,
    pub work: f64,
    pub haunt: f64,
    pub found_before: f64,
    pub source: String,
}

/// Probability of detection in one pass: by day, by night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Looking {
    pub foot: [f64; 2],
    pub bicycle: [f64; 2],
    pub car: [f64; 2],
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reports {
    pub fix_confidence: f64,
    pub most: f64,
    pub false_per_km2: f64,
    pub source: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantile {
    pub share: f64,
    pub km: f64,
}

const URBAN: &str = include_str!("../profiles/dementia-urban.toml");
const FLAT: &str = include_str!("../profiles/dementia-flat.toml");

impl Profile {
    /// Reads and checks a file of this shape.
    ///
    /// # Errors
    /// What is wrong, with its line or its key.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        let profile: Self = toml::from_str(text).map_err(|e| ProfileError::Syntax(e.to_string()))?;
        profile.check()?;
        Ok(profile)
    }

    /// One of those that come with the program.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn named(name: &str) -> Result<Self, ProfileError> {
        match name {
            "dementia-urban" => Self::from_toml(URBAN),
            "dementia-flat" => Self::from_toml(FLAT),
            other => Err(ProfileError::Unknown(other.to_owned())),
        }
    }

    fn check(&self) -> Result<(), ProfileError> {
        let (b, l, p, r) = (&self.behaviour, &self.law, &self.pace, &self.reports);
        let shares = [
            ("behaviour.to_places", b.to_places),
            ("behaviour.beyond_places", b.beyond_places),
            ("behaviour.returns", b.returns),
            ("behaviour.circles", b.circles),
            ("behaviour.stuck", b.stuck),
            ("behaviour.mills", b.mills),
            ("behaviour.rides", b.rides),
            ("law.near", l.near),
        ];
        let pods = [
            ("looking.foot", self.looking.foot),
            ("looking.bicycle", self.looking.bicycle),
            ("looking.car", self.looking.car),
        ];
        let w = &self.places;
        let weights = [
            ("places.home", w.home),
            ("places.former-home", w.former_home),
            ("places.work", w.work),
            ("places.haunt", w.haunt),
            ("places.found-before", w.found_before),
        ];
        let within = |key, value: f64, low: f64, high: f64, range| {
            if value >= low && value <= high { Ok(()) } else { Err(ProfileError::Range { key, value, range }) }
        };
        shares.into_iter().try_for_each(|(key, value)| within(key, value, 0.0, 1.0, "from 0 to 1"))?;
        pods.into_iter()
            .flat_map(|(key, both)| both.map(|value| (key, value)))
            .try_for_each(|(key, value)| within(key, value, 0.0, 0.999, "from 0 to 0.999"))?;
        weights.into_iter().try_for_each(|(key, value)| within(key, value, 0.0, 1e6, "from 0 to 1,000,000"))?;
        within(
            "behaviour.already_there",
            b.already_there,
            0.01,
            0.9,
            "from 0.01 to 0.9: some of it keeps every street possible",
        )?;
        within("law.near_m", l.near_m, 1.0, 1_000.0, "of metres from 1 to 1000")?;
        within("law.mu", l.mu, -5.0, 5.0, "from −5 to 5 (logarithm of kilometres)")?;
        within("law.sigma", l.sigma, 0.05, 4.0, "from 0.05 to 4")?;
        within("pace.mean_mps", p.mean_mps, 0.2, 3.0, "of metres a second from 0.2 to 3")?;
        within("pace.sd_mps", p.sd_mps, 0.0, 1.0, "from 0 to 1")?;
        within("pace.standing", p.standing, 0.0, 0.9, "from 0 to 0.9")?;
        within("pace.sets_out_after_min", p.sets_out_after_min, 0.0, 240.0, "of minutes from 0 to 240")?;
        within("reports.fix_confidence", r.fix_confidence, 0.01, 0.999, "from 0.01 to 0.999")?;
        within("reports.most", r.most, 0.01, 0.999, "from 0.01 to 0.999")?;
        within("reports.false_per_km2", r.false_per_km2, 1e-6, 10.0, "from 0.000001 to 10")
    }
}

impl Law {
    /// Metres at a quantile from 0 to 1 (both left out).
    pub fn distance_m(&self, share: f64) -> f64 {
        if share < self.near {
            // Evenly over the disc.
            return self.near_m * (share / self.near).sqrt();
        }
        let rest = ((share - self.near) / (1.0 - self.near)).clamp(1e-9, 1.0 - 1e-9);
        (self.mu + self.sigma * inverse_normal(rest)).exp() * 1_000.0
    }

    /// The share found within so many metres.
    pub fn within(&self, metres: f64) -> f64 {
        if metres <= 0.0 {
            return 0.0;
        }
        let near = (metres / self.near_m).powi(2).min(1.0);
        let z = ((metres / 1_000.0).ln() - self.mu) / self.sigma;
        self.near * near + (1.0 - self.near) * normal(z)
    }

    /// Of the log-normal part, the density by the logarithm of the distance.
    pub(crate) fn density_of_log(&self, metres: f64) -> f64 {
        let z = ((metres / 1_000.0).ln() - self.mu) / self.sigma;
        (-z * z / 2.0).exp() / (self.sigma * (std::f64::consts::TAU).sqrt())
    }
}

/// The share of a standard normal below `z`.
pub(crate) fn normal(z: f64) -> f64 {
    f64::midpoint(1.0, crate::theory::erf(z / std::f64::consts::SQRT_2))
}

/// Rational approximation in three pieces (Acklam 2003); relative error below 1.2e-9.
pub(crate) fn inverse_normal(share: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let poly = |c: &[f64], x: f64| c.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |p: f64| {
        let q = (-2.0 * p.ln()).sqrt();
        poly(&C, q) / poly(&D, q)
    };
    if share < 0.02425 {
        tail(share)
    } else if share > 1.0 - 0.02425 {
        -tail(1.0 - share)
    } else {
        let q = share - 0.5;
        q * poly(&A, q * q) / poly(&B, q * q)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_law_there_and_back() {
        for name in ["dementia-urban", "dementia-flat"] {
            let law = Profile::named(name).unwrap().law;
            for n in 1..200 {
                let share = f64::from(n) / 200.0;
                let metres = law.distance_m(share);
                // Nearer than that both parts of the law are at work.
                if metres > law.near_m {
                    let back = law.within(metres);
                    assert!((back - share).abs() < 1e-6, "{share} {back}");
                }
            }
        }
    }

    #[test]
    fn wrong_figures_are_named() {
        let text = URBAN.replace("stuck = 0.20", "stuck = 1.2");
        assert_eq!(
            Profile::from_toml(&text).unwrap_err().to_string(),
            "behaviour.stuck is 1.2: give a number from 0 to 1"
        );
        assert!(Profile::from_toml("law = 3").unwrap_err().to_string().contains("line 1"));
        assert!(Profile::named("hiker").unwrap_err().to_string().contains("dementia-urban"));
    }
}
