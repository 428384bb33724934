//! The likelihood of each field: what is observed, given what is registered.

use crate::person::{Build, Sex};
use crate::profile::{Eye, Right, Steps};
use std::collections::HashMap;
use std::f64::consts::TAU;
use std::hash::Hash;

/// Registered values of one field, each written once; people hold numbers of them.
#[derive(Debug)]
pub(crate) struct Column<V> {
    values: Vec<V>,
    people: Vec<usize>,
    /// For each person 0 for not known, else one more than the place in `values`.
    codes: Vec<u32>,
}

impl<V: Clone + Eq + Hash> Column<V> {
    pub(crate) fn new(all: impl Iterator<Item = Option<V>>) -> Self {
        let mut column = Self { values: Vec::new(), people: Vec::new(), codes: Vec::new() };
        let mut known: HashMap<V, u32> = HashMap::new();
        for value in all {
            let code = value.map_or(0, |value| {
                *known.entry(value).or_insert_with_key(|value| {
                    column.values.push(value.clone());
                    column.people.push(0);
                    column.values.len() as u32
                })
            });
            if let Some(n) = (code as usize).checked_sub(1).and_then(|i| column.people.get_mut(i)) {
                *n += 1;
            }
            column.codes.push(code);
        }
        column
    }
}

impl<V> Column<V> {
    /// Each value with the number of people who have it.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&V, usize)> {
        self.values.iter().zip(self.people.iter().copied())
    }

    pub(crate) fn codes(&self) -> &[u32] {
        &self.codes
    }

    pub(crate) fn of(&self, person: usize) -> Option<&V> {
        let code = *self.codes.get(person)? as usize;
        self.values.get(code.checked_sub(1)?)
    }

    fn known(&self) -> f64 {
        self.people.iter().sum::<usize>() as f64
    }

    /// Bits for each code: log2 of the likelihood over its mean in the registry; 0 for not known. `anybody` is the
    /// likelihood for somebody of no registry: it counts for a few people, so that a small registry does not take its own
    /// members for everybody.
    pub(crate) fn bits(&self, anybody: f64, likelihood: impl Fn(&V) -> f64) -> Vec<f64> {
        let least = least(anybody);
        let each: Vec<f64> = self.values.iter().map(|v| likelihood(v).max(least)).collect();
        let sum: f64 = each.iter().zip(&self.people).map(|(m, n)| m * *n as f64).sum();
        let mean = mean(sum, self.known(), anybody);
        std::iter::once(0.0).chain(each.iter().map(|m| (m / mean).log2())).collect()
    }

    /// The same for what is no observation but a weight of the person: only the registry says what is common.
    pub(crate) fn weights(&self, weight: impl Fn(&V) -> f64) -> Vec<f64> {
        let each: Vec<f64> = self.values.iter().map(weight).collect();
        let sum: f64 = each.iter().zip(&self.people).map(|(m, n)| m * *n as f64).sum();
        let mean = sum / self.known().max(1.0);
        std::iter::once(0.0).chain(each.iter().map(|m| (m / mean).log2())).collect()
    }
}

/// What is all but impossible by one field was rather typed wrongly: it costs forty bits and no more.
pub(crate) fn least(anybody: f64) -> f64 {
    (anybody * 1e-12).max(f64::MIN_POSITIVE)
}

/// For how many people the rest of the world counts.
const REST: f64 = 5.0;

/// Mean likelihood among people of the registry, whose likelihoods add up to `sum`, and a few of the rest of the world.
pub(crate) fn mean(sum: f64, people: f64, anybody: f64) -> f64 {
    ((sum + REST * anybody) / (people + REST)).max(f64::MIN_POSITIVE)
}

/// Likelihoods for somebody of no registry: orders of magnitude for old people, which a registry of some dozens of people
/// overrides.
pub(crate) mod anybody {
    pub(crate) const SEX: f64 = 0.5;
    /// Per year: 60 to 95.
    pub(crate) const AGE: f64 = 1.0 / 35.0;
    /// Per centimetre: 140 to 175.
    pub(crate) const HEIGHT: f64 = 1.0 / 35.0;
    pub(crate) const BUILD: f64 = 1.0 / 3.0;
    /// One of eight.
    pub(crate) const DIALECT: f64 = 1.0 / 8.0;
    /// The chance that two people share a surname is about this in China.
    pub(crate) const SURNAME: f64 = 0.04;
    /// Per km²: a district of 700.
    pub(crate) const PLACE: f64 = 1.0 / 700.0;
}

impl Column<String> {
    /// Share of people with this value; one more person, who is not in the registry, may have any.
    pub(crate) fn share(&self, value: &str) -> f64 {
        let n = self.values().find(|(v, _)| *v == value).map_or(0, |(_, n)| n);
        (n as f64 + 0.5) / (self.known() + 1.0)
    }
}

pub(crate) fn sex(rates: Right, seen: Sex, is: Sex) -> f64 {
    if seen == is { rates.right } else { 1.0 - rates.right }
}

pub(crate) fn build(rates: &Steps, seen: Build, is: Build) -> f64 {
    match (seen.steps(is), is) {
        (0, Build::Middle) => 1.0 - rates.one_off,
        (_, Build::Middle) => rates.one_off / 2.0,
        (0, _) => 1.0 - rates.one_off - rates.two_off,
        (1, _) => rates.one_off,
        (_, _) => rates.two_off,
    }
}

/// `share`: of the value that was heard.
pub(crate) fn dialect(rates: Right, heard: &str, share: f64, is: &str) -> f64 {
    (1.0 - rates.right) * share + if heard == is { rates.right } else { 0.0 }
}

/// How much wider a wild guess is.
const WILD: f64 = 2.5;

/// Densities of a measure taken by eye: the careful ones and the wild ones.
pub(crate) fn by_eye(rates: &Eye, seen: f64, is: f64) -> [f64; 2] {
    let normal = |share: f64, sigma: f64| {
        let z = (seen - is - rates.bias) / sigma;
        share * (-0.5 * z * z).exp() / (sigma * TAU.sqrt())
    };
    [normal(1.0 - rates.wild, rates.sigma), normal(rates.wild, WILD * rates.sigma)]
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::Profile;

    #[test]
    fn what_is_seen_of_a_build_sums_to_one() {
        let all = [Build::Thin, Build::Middle, Build::Stout];
        let rates = Profile::default().build;
        for is in all {
            let sum: f64 = all.iter().map(|seen| build(&rates, *seen, is)).sum();
            assert!((sum - 1.0).abs() < 1e-12, "{is:?} {sum}");
        }
    }

    #[test]
    fn the_mean_of_the_registry_is_the_measure() {
        let column = Column::new(["a", "a", "a", "b"].map(|v| Some(v.to_owned())).into_iter().chain([None]));
        let bits = column.bits(0.3, |v| if v == "b" { 0.9 } else { 0.1 });
        // u = (3 · 0.1 + 0.9 + 5 · 0.3) / 9 = 0.3
        assert_eq!(bits.first(), Some(&0.0));
        assert!((bits[2] - 3f64.log2()).abs() < 1e-12 && (bits[1] - (1f64 / 3.0).log2()).abs() < 1e-12);
        assert_eq!(column.codes(), [1, 1, 1, 2, 0]);
    }
}
