//! The rates from cases: expectation and maximisation (Dempster, Laird, Rubin, JRSS B 39, 1977), held back by the rates
//! of the profile that one starts from, so that a handful of cases changes little.

use crate::index::{Index, plain};
use crate::marks;
use crate::observed::by_eye;
use crate::person::{Build, Sighting};
use crate::place;
use crate::profile::{Eye, Profile};
use crate::surname::Surname;

/// A case: who it turned out to be, where that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub seen: Sighting,
    /// Place in the registry.
    pub confirmed: Option<usize>,
}

/// The profile one starts from weighs as much as so many cases.
const HELD_BY: f64 = 20.0;
const ROUNDS: usize = 12;
/// Who is less probable changes nothing that counts.
const LEAST: f64 = 1e-4;

/// Estimates the rates of observing from cases. Who it was is known, or weighed by the probabilities of the round before.
/// The share of people who are not registered stays: whoever is never found in a registry leaves no trace there.
pub fn fit(index: &Index, start: &Profile, cases: &[Case]) -> Profile {
    let mut profile = *start;
    for _ in 0..ROUNDS {
        let mut seen = Counts::default();
        for case in cases {
            match case.confirmed {
                Some(person) => seen.count(index, &profile, &case.seen, person, 1.0),
                None => {
                    let (p, _) = index.posterior(&profile, &case.seen);
                    for (person, weight) in p.into_iter().enumerate().filter(|(_, p)| *p > LEAST) {
                        seen.count(index, &profile, &case.seen, person, weight);
                    }
                }
            }
        }
        profile = seen.profile(index, start);
    }
    profile
}

/// Weighted counts of one round.
#[derive(Default)]
struct Counts {
    sex: Share,
    age: Spread,
    height: Spread,
    build: [f64; 3],
    dialect: Share,
    surname: [f64; 4],
    noticed: Share,
    same_words: Share,
    others: f64,
    looked: f64,
    /// Around home, by the law, far away.
    place: [f64; 3],
    /// Found at a place named for them, of those who have one.
    named: Share,
    log_km: Spread,
    lost: Vec<(u32, f64)>,
}

/// How often something was so.
#[derive(Default)]
struct Share {
    so: f64,
    all: f64,
}

impl Share {
    fn count(&mut self, so: bool, weight: f64) {
        self.all += weight;
        if so {
            self.so += weight;
        }
    }

    fn rate(&self, start: f64) -> f64 {
        between((self.so + start * HELD_BY) / (self.all + HELD_BY))
    }
}

fn between(rate: f64) -> f64 {
    rate.clamp(0.001, 0.999)
}

/// Sums for a mean and a variance.
#[derive(Default)]
struct Spread {
    n: f64,
    sum: f64,
    squares: f64,
    wild: f64,
}

impl Spread {
    fn count(&mut self, value: f64, weight: f64) {
        self.n += weight;
        self.sum += value * weight;
        self.squares += value * value * weight;
    }

    /// A deviation by eye: `parts` say how far it counts as careful or wild.
    fn count_eye(&mut self, rates: &Eye, seen: f64, is: f64, weight: f64) {
        let [careful, wild] = by_eye(rates, seen, is);
        let share = careful / (careful + wild).max(f64::MIN_POSITIVE);
        self.count(seen - is, weight * share);
        self.wild += weight * (1.0 - share);
    }

    /// Mean and standard deviation.
    fn normal(&self, mean: f64, sigma: f64) -> (f64, f64) {
        let n = self.n + HELD_BY;
        let new = (self.sum + mean * HELD_BY) / n;
        let squares = self.squares + (sigma * sigma + mean * mean) * HELD_BY;
        (new, (squares / n - new * new).max(1e-6).sqrt())
    }

    fn eye(&self, start: &Eye) -> Eye {
        let (bias, sigma) = self.normal(start.bias, start.sigma);
        let wild = (self.wild + start.wild * HELD_BY) / (self.n + self.wild + HELD_BY);
        Eye { sigma, bias, wild: between(wild) }
    }
}

/// Shares of several ways, held back by those one starts from.
fn shares<const N: usize>(counts: &[f64; N], start: &[f64; N]) -> [f64; N] {
    let all = counts.iter().sum::<f64>() + HELD_BY;
    let mut out = [0.0; N];
    for (to, (n, start)) in out.iter_mut().zip(counts.iter().zip(start)) {
        *to = between((n + start * HELD_BY) / all);
    }
    let total: f64 = out.iter().sum();
    out.map(|share| share / total)
}

fn add<const N: usize>(counts: &mut [f64; N], parts: &[f64; N], weight: f64) {
    let all = parts.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    counts.iter_mut().zip(parts).for_each(|(n, part)| *n += weight * part / all);
}

impl Counts {
    fn count(&mut self, index: &Index, profile: &Profile, seen: &Sighting, person: usize, weight: f64) {
        if let (Some(seen), Some(is)) = (seen.sex, index.sex.of(person)) {
            self.sex.count(seen == *is, weight);
        }
        if let (Some(age), Some(year), Some(born)) = (seen.age, seen.year, index.birth_year.of(person)) {
            self.age.count_eye(&profile.age, age, f64::from(year - born), weight);
        }
        if let (Some(seen), Some(half)) = (seen.height_cm, index.height.of(person)) {
            self.height.count_eye(&profile.height, seen, f64::from(*half) / 2.0, weight);
        }
        if let (Some(seen), Some(is)) = (seen.build, index.build.of(person)) {
            self.count_build(seen, *is, weight);
        }
        if let (Some(heard), Some(is)) = (seen.dialect.as_deref().map(plain), index.dialect.of(person)) {
            // Of those that agree some do by chance.
            let chance = (1.0 - profile.dialect.right) * index.dialect.share(&heard);
            let right = if heard == *is { profile.dialect.right / (profile.dialect.right + chance) } else { 0.0 };
            self.dialect.so += weight * right;
            self.dialect.all += weight;
        }
        if let (Some(said), Some(is)) = (seen.surname.as_deref().map(Surname::new), index.surname.of(person)) {
            add(&mut self.surname, &index.surnames.parts(&profile.surname, &said, is), weight);
        }
        if let (Some(seen), Some(registered)) = (&seen.marks, index.marks.of(person)) {
            let (_, found) = marks::likelihood(&profile.marks, &index.vocabulary.seen(seen), registered);
            let noticed = f64::from(found.same + found.alike);
            self.noticed.so += weight * noticed;
            self.noticed.all += weight * (noticed + f64::from(found.missed));
            self.same_words.so += weight * f64::from(found.same);
            self.same_words.all += weight * noticed;
            self.others += weight * f64::from(found.other);
            self.looked += weight;
        }
        if let Some(from) = seen.place.map(place::From::new) {
            self.count_place(index, profile, person, &from, weight);
        }
        if let Some(times) = index.times_lost.of(person) {
            match self.lost.iter_mut().find(|(known, _)| known == times) {
                Some((_, n)) => *n += weight,
                None => self.lost.push((*times, weight)),
            }
        }
    }

    fn count_place(&mut self, index: &Index, profile: &Profile, person: usize, from: &place::From, weight: f64) {
        let (Some(parts), Some(km)) = (index.parts(profile, person, from), index.km(person, from)) else { return };
        let all = parts.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let [near, law, far, named] = parts.map(|part| weight * part / all);
        if index.has_named(person) {
            self.named.so += named;
            self.named.all += weight;
        }
        let [n, l, f] = &mut self.place;
        *n += near;
        *l += law;
        *f += far;
        self.log_km.count(km.max(0.001).ln(), law);
    }

    fn count_build(&mut self, seen: Build, is: Build, weight: f64) {
        let [same, one, two] = &mut self.build;
        match seen.steps(is) {
            0 => *same += weight,
            1 => *one += weight,
            _ => *two += weight,
        }
    }

    fn profile(&self, index: &Index, start: &Profile) -> Profile {
        let mut new = *start;
        new.sex.right = self.sex.rate(start.sex.right);
        new.age = self.age.eye(&start.age);
        new.height = self.height.eye(&start.height);
        let same = 1.0 - start.build.one_off - start.build.two_off;
        [_, new.build.one_off, new.build.two_off] =
            shares(&self.build, &[same, start.build.one_off, start.build.two_off]);
        new.dialect.right = self.dialect.rate(start.dialect.right);
        let heard = start.surname;
        let ways = [heard.right, heard.same_sound, heard.near_sound, 1.0 - heard.understood()];
        [new.surname.right, new.surname.same_sound, new.surname.near_sound, _] = shares(&self.surname, &ways);
        new.marks.noticed = self.noticed.rate(start.marks.noticed);
        new.marks.same_words = self.same_words.rate(start.marks.same_words);
        new.marks.unregistered = between((self.others + start.marks.unregistered * HELD_BY) / (self.looked + HELD_BY));
        let law = start.place;
        let [near, _, far] = shares(&self.place, &[law.near, 1.0 - law.near - law.far, law.far]);
        (new.place.near, new.place.far) = (near, far);
        new.place.named = self.named.rate(law.named);
        (new.place.mu, new.place.sigma) = self.log_km.normal(law.mu, law.sigma);
        new.repeat.shape = self.shape(index, start.repeat.shape);
        new
    }

    /// The shape under which those that were found had been lost as often as they had: the best of a row of values, held
    /// back towards the first.
    fn shape(&self, index: &Index, start: f64) -> f64 {
        let (people, lost) = index
            .times_lost
            .values()
            .fold((0.0, 0.0), |(n, t), (times, people)| (n + people as f64, t + f64::from(*times) * people as f64));
        if people == 0.0 {
            return start;
        }
        let mean = lost / people;
        let score = |shape: f64| {
            let said: f64 =
                self.lost.iter().map(|(times, w)| w * ((shape + f64::from(*times)) / (shape + mean)).ln()).sum();
            said - 0.5 * (shape / start).ln().powi(2)
        };
        let tried = (0..80).map(|i| 0.02 * 1.1_f64.powi(i));
        tried.max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap_or(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::half_cm;
    use crate::{Registered, Sex};

    /// Confirmed cases need no guessing: the rates are those that were counted, drawn a little to where one started.
    #[test]
    fn confirmed_cases_are_counted() {
        let person = |n: usize| Registered {
            id: n.to_string(),
            sex: Some(if n.is_multiple_of(2) { Sex::Female } else { Sex::Male }),
            birth_year: Some(1940),
            ..Registered::default()
        };
        let index = Index::new((0..100).map(person).collect());
        let case = |n: usize| Case {
            // One of four is taken for the other sex; ages are guessed four years too high.
            seen: Sighting {
                sex: Some(if n.is_multiple_of(4) { Sex::Male } else { Sex::Female }),
                year: Some(2026),
                age: Some(90.0),
                ..Sighting::default()
            },
            confirmed: Some(0),
        };
        let cases: Vec<Case> = (0..4000).map(case).collect();
        let fitted = fit(&index, &Profile::default(), &cases);
        assert!((fitted.sex.right - 0.75).abs() < 0.01, "{}", fitted.sex.right);
        assert!((fitted.age.bias - 4.0).abs() < 0.1, "{:?}", fitted.age);
        let without = fit(&index, &Profile::default(), &[]).sex.right;
        assert!((without - 0.98).abs() < 1e-12, "no cases change nothing");
    }

    /// The share of finds at a place that the family named is counted, and those leave the law of distances alone.
    #[test]
    fn finds_at_named_places_are_counted() {
        let point = |lon: f64| kernel::Point::new(lon, 30.9).ok();
        let person =
            Registered { home: point(121.4), named: point(121.6).into_iter().collect(), ..Registered::default() };
        let index = Index::new(vec![person, Registered { home: point(121.5), ..Registered::default() }]);
        // Three of four at the place, 19 km from home; one 500 m from home.
        let case = |n: usize| Case {
            seen: Sighting { place: point(if n.is_multiple_of(4) { 121.405 } else { 121.6 }), ..Sighting::default() },
            confirmed: Some(0),
        };
        let cases: Vec<Case> = (0..2_000).map(case).collect();
        let start = Profile::default();
        let fitted = fit(&index, &start, &cases);
        assert!((fitted.place.named - 0.75).abs() < 0.02, "{}", fitted.place.named);
        assert!(
            (fitted.place.far - start.place.far).abs() < 0.02,
            "the far tail is not what carried them: {}",
            fitted.place.far
        );
        assert!((fit(&index, &start, &[]).place.named - start.place.named).abs() < 1e-12, "no cases change nothing");
    }

    #[test]
    fn heights_are_kept_to_half_a_centimetre() {
        assert_eq!((half_cm(163.5), half_cm(163.2)), (327, 326));
    }
}
