//! The registry, ready to be asked.

use crate::marks::{self, Vocabulary};
use crate::observed::{self, Column, anybody};
use crate::person::{Build, Registered, Sex, Sighting};
use crate::place;
use crate::profile::Profile;
use crate::surname::{Surname, Surnames};

/// What speaks for or against somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Sex,
    Age,
    Height,
    Build,
    Dialect,
    Surname,
    Marks,
    Place,
    /// Lost before: not an observation but a matter of who is lost how often.
    Repeat,
}

impl Field {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Age => "age",
            Self::Height => "height",
            Self::Build => "build",
            Self::Dialect => "dialect",
            Self::Surname => "surname",
            Self::Marks => "marks",
            Self::Place => "place",
            Self::Repeat => "repeat",
        }
    }
}

/// What one field says about one person: log2 of the likelihood ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    pub field: Field,
    pub bits: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Place in the registry, for [`Index::person`].
    pub person: usize,
    pub p: f64,
    /// One for each field that was observed and is registered.
    pub evidence: Vec<Evidence>,
}

/// The most probable people, and how probable it is that it is nobody in the registry. All probabilities of the registry
/// and this one sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub candidates: Vec<Candidate>,
    pub not_registered: f64,
}

/// Registered people, and what of theirs is compared.
#[derive(Debug)]
pub struct Index {
    people: Vec<Registered>,
    pub(crate) sex: Column<Sex>,
    pub(crate) birth_year: Column<i32>,
    /// Half centimetres.
    pub(crate) height: Column<i32>,
    pub(crate) build: Column<Build>,
    pub(crate) dialect: Column<String>,
    pub(crate) surname: Column<Surname>,
    pub(crate) surnames: Surnames,
    pub(crate) marks: Column<Vec<u32>>,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) times_lost: Column<u32>,
    /// Latitude and longitude in radians; not a number where it is not known.
    homes: Vec<(f64, f64)>,
    named: place::Named,
}

/// Bits of a field, for each person by number of value, or for each person.
enum Bits<'a> {
    ByValue(&'a [u32], Vec<f64>),
    ByPerson(Vec<f64>),
}

impl Bits<'_> {
    fn add_to(&self, sum: &mut [f64]) {
        match self {
            Self::ByValue(codes, table) => {
                for (total, code) in sum.iter_mut().zip(*codes) {
                    *total += table.get(*code as usize).copied().unwrap_or(0.0);
                }
            }
            Self::ByPerson(bits) => sum.iter_mut().zip(bits).for_each(|(total, bits)| *total += bits),
        }
    }

    /// `None` where the field is not registered.
    fn of(&self, person: usize) -> Option<f64> {
        match self {
            Self::ByValue(codes, table) => {
                let code = *codes.get(person)? as usize;
                if code == 0 { None } else { table.get(code).copied() }
            }
            Self::ByPerson(bits) => bits.get(person).copied(),
        }
    }
}

pub(crate) fn half_cm(height: f64) -> i32 {
    (height * 2.0).round() as i32
}

/// How dialects are compared.
pub(crate) fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

impl Index {
    /// Takes the registry and counts what is common in it.
    pub fn new(people: Vec<Registered>) -> Self {
        let surname = Column::new(people.iter().map(|p| p.surname.as_deref().map(Surname::new)));
        // Sets of marks are few; they are counted as sets, then written as numbers.
        let sets = Column::new(people.iter().map(|p| p.marks.clone()));
        let (vocabulary, coded) = Vocabulary::new(sets.values().map(|(set, n)| (set.as_slice(), n)));
        let marks = Column::new(sets.codes().iter().map(|code| coded.get((*code as usize).checked_sub(1)?).cloned()));
        Self {
            sex: Column::new(people.iter().map(|p| p.sex)),
            birth_year: Column::new(people.iter().map(|p| p.birth_year)),
            height: Column::new(people.iter().map(|p| p.height_cm.map(half_cm))),
            build: Column::new(people.iter().map(|p| p.build)),
            dialect: Column::new(people.iter().map(|p| p.dialect.as_deref().map(plain))),
            surnames: Surnames::count(surname.values()),
            surname,
            marks,
            vocabulary,
            times_lost: Column::new(people.iter().map(|p| p.times_lost)),
            homes: people
                .iter()
                .map(|p| p.home.map_or((f64::NAN, f64::NAN), |h| (h.lat().to_radians(), h.lon().to_radians())))
                .collect(),
            named: place::Named::new(people.iter().map(|p| p.named.as_slice())),
            people,
        }
    }

    pub fn len(&self) -> usize {
        self.people.len()
    }

    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The person at a place of the registry, as [`Candidate::person`] gives it.
    ///
    /// # Panics
    /// When there is nobody at that place.
    pub fn person(&self, at: usize) -> &Registered {
        self.people.get(at).unwrap_or_else(|| panic!("no person {at} in a registry of {}", self.people.len()))
    }

    /// Kilometres from home to a place; `None` when the home is not known.
    pub(crate) fn km(&self, person: usize, from: &place::From) -> Option<f64> {
        let (lat, lon) = *self.homes.get(person)?;
        (!lat.is_nan()).then(|| from.km(lat, lon))
    }

    /// Parts of being found at a place: around home, by the law, far away, at a place named for the person. `None` when
    /// the home is not known.
    pub(crate) fn parts(&self, profile: &Profile, person: usize, from: &place::From) -> Option<[f64; 4]> {
        let law = &profile.place;
        let named = self.named.density(person, law, from);
        let share = if named.is_some() { law.named } else { 0.0 };
        let [near, usual, far] = law.parts(self.km(person, from)?).map(|p| p * (1.0 - share));
        Some([near, usual, far, share * named.unwrap_or(0.0)])
    }

    /// Was any place named for them?
    pub(crate) fn has_named(&self, person: usize) -> bool {
        !self.named.of(person).is_empty()
    }

    /// Which of the places named for somebody lies nearest, counted as they were given, and how many kilometres away.
    pub fn nearest_named(&self, person: usize, place: kernel::Point) -> Option<(usize, f64)> {
        let from = place::From::new(place);
        let all = self.named.of(person).iter().enumerate().map(|(i, (lat, lon))| (i, from.km(*lat, *lon)));
        all.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    fn bits(&self, profile: &Profile, seen: &Sighting) -> Vec<(Field, Bits<'_>)> {
        let mut out = Vec::with_capacity(9);
        let mut by_value = |field, codes, table| out.push((field, Bits::ByValue(codes, table)));
        if let Some(sex) = seen.sex {
            by_value(
                Field::Sex,
                self.sex.codes(),
                self.sex.bits(anybody::SEX, |is| observed::sex(profile.sex, sex, *is)),
            );
        }
        if let (Some(age), Some(year)) = (seen.age, seen.year) {
            let table = self
                .birth_year
                .bits(anybody::AGE, |born| sum(&observed::by_eye(&profile.age, age, f64::from(year - born))));
            by_value(Field::Age, self.birth_year.codes(), table);
        }
        if let Some(height) = seen.height_cm {
            let table = self
                .height
                .bits(anybody::HEIGHT, |half| sum(&observed::by_eye(&profile.height, height, f64::from(*half) / 2.0)));
            by_value(Field::Height, self.height.codes(), table);
        }
        if let Some(build) = seen.build {
            let table = self.build.bits(anybody::BUILD, |is| observed::build(&profile.build, build, *is));
            by_value(Field::Build, self.build.codes(), table);
        }
        if let Some(heard) = seen.dialect.as_deref().map(plain) {
            let share = self.dialect.share(&heard);
            let table = self.dialect.bits(anybody::DIALECT, |is| observed::dialect(profile.dialect, &heard, share, is));
            by_value(Field::Dialect, self.dialect.codes(), table);
        }
        if let Some(said) = seen.surname.as_deref().map(Surname::new) {
            let table =
                self.surname.bits(anybody::SURNAME, |is| sum(&self.surnames.parts(&profile.surname, &said, is)));
            by_value(Field::Surname, self.surname.codes(), table);
        }
        if let Some(marks) = &seen.marks {
            let marks = self.vocabulary.seen(marks);
            let unmarked = marks::likelihood(&profile.marks, &marks, &[]).0;
            let table = self.marks.bits(unmarked, |is| marks::likelihood(&profile.marks, &marks, is).0);
            by_value(Field::Marks, self.marks.codes(), table);
        }
        by_value(Field::Repeat, self.times_lost.codes(), self.repeat(profile.repeat.shape));
        if let Some(place) = seen.place {
            out.push((Field::Place, Bits::ByPerson(self.place(profile, &place::From::new(place)))));
        }
        out.sort_by_key(|(field, _)| *field);
        out
    }

    /// Bits by times lost before.
    pub(crate) fn repeat(&self, shape: f64) -> Vec<f64> {
        self.times_lost.weights(|times| shape + f64::from(*times))
    }

    fn place(&self, profile: &Profile, from: &place::From) -> Vec<f64> {
        let least = observed::least(anybody::PLACE);
        let (mut total, mut known) = (0.0, 0.0);
        let mut out: Vec<f64> = (0..self.people.len())
            .map(|person| {
                // Whose home is not known is as likely to be anywhere as anybody; that is filled in below.
                let Some(parts) = self.parts(profile, person, from) else { return f64::NAN };
                let density = parts.iter().sum::<f64>().max(least);
                total += density;
                known += 1.0;
                density
            })
            .collect();
        let mean = observed::mean(total, known, anybody::PLACE);
        for (person, bits) in out.iter_mut().enumerate() {
            let density = match (bits.is_nan(), self.named.density(person, &profile.place, from)) {
                (false, _) => *bits,
                (true, Some(named)) => (1.0 - profile.place.named) * mean + profile.place.named * named,
                (true, None) => mean,
            };
            *bits = (density / mean).log2();
        }
        out
    }

    /// Probability of each person, and of nobody in the registry.
    pub(crate) fn posterior(&self, profile: &Profile, seen: &Sighting) -> (Vec<f64>, f64) {
        posterior(self.people.len(), profile, &self.bits(profile, seen))
    }

    /// The `top` most probable people. Equal ones come in the order of the registry.
    pub fn identify(&self, profile: &Profile, seen: &Sighting, top: usize) -> Answer {
        let bits = self.bits(profile, seen);
        let (p, not_registered) = posterior(self.people.len(), profile, &bits);
        let better = |a: &usize, b: &usize| {
            let at = |i: &usize| p.get(*i).copied().unwrap_or(0.0);
            at(b).total_cmp(&at(a)).then(a.cmp(b))
        };
        let mut order: Vec<usize> = (0..p.len()).collect();
        if top > 0 && top < order.len() {
            order.select_nth_unstable_by(top, better);
        }
        order.truncate(top);
        order.sort_unstable_by(better);
        let candidates = order
            .into_iter()
            .map(|person| Candidate {
                person,
                p: p.get(person).copied().unwrap_or(0.0),
                evidence: self.evidence(&bits, person),
            })
            .collect();
        Answer { candidates, not_registered }
    }

    fn evidence(&self, bits: &[(Field, Bits<'_>)], person: usize) -> Vec<Evidence> {
        let nowhere = self.named.of(person).is_empty() && self.homes.get(person).is_none_or(|(lat, _)| lat.is_nan());
        bits.iter()
            .filter(|(field, _)| *field != Field::Place || !nowhere)
            .filter_map(|(field, bits)| Some(Evidence { field: *field, bits: bits.of(person)? }))
            .collect()
    }
}

fn sum(parts: &[f64]) -> f64 {
    parts.iter().sum()
}

fn posterior(people: usize, profile: &Profile, bits: &[(Field, Bits<'_>)]) -> (Vec<f64>, f64) {
    if people == 0 {
        return (Vec::new(), 1.0);
    }
    let mut out = vec![((1.0 - profile.unregistered) / people as f64).log2(); people];
    bits.iter().for_each(|(_, bits)| bits.add_to(&mut out));
    let nobody = profile.unregistered.log2();
    let most = out.iter().copied().fold(nobody, f64::max);
    // Nobody's probability falls to nothing, however far the bits of another lead.
    out.iter_mut().for_each(|bits| *bits = (*bits - most).max(-1000.0).exp2());
    let nobody = (nobody - most).max(-1000.0).exp2();
    let total = nobody + out.iter().sum::<f64>();
    out.iter_mut().for_each(|p| *p /= total);
    (out, nobody / total)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use kernel::Point;

    fn at(lon: f64) -> Option<Point> {
        Point::new(lon, 30.9).ok()
    }

    /// Two who live equally far away; the former home of one is around the corner.
    #[test]
    fn a_named_place_near_by_speaks_for_somebody_and_excludes_nobody() {
        let lives = |id: &str, named: Option<Point>| Registered {
            id: id.into(),
            home: at(121.4),
            named: named.into_iter().collect(),
            ..Registered::default()
        };
        let nobody_knows =
            Registered { id: "c".into(), named: at(121.601).into_iter().collect(), ..Registered::default() };
        let index = Index::new(vec![lives("a", None), lives("b", at(121.601)), lives("d", at(121.3)), nobody_knows]);
        let seen = Sighting { place: at(121.6), ..Sighting::default() };
        let answer = index.identify(&Profile::default(), &seen, 4);
        let p = |id: &str| answer.candidates.iter().find(|c| index.person(c.person).id == id).map_or(0.0, |c| c.p);
        assert!(p("b") > 20.0 * p("a"), "{} {}", p("b"), p("a"));
        assert!(p("c") > 20.0 * p("a"), "it counts without a home as well");
        assert!(
            p("d") > 0.7 * p("a") && p("d") < p("a"),
            "a place elsewhere costs a quarter, no more: {} {}",
            p("d"),
            p("a")
        );
        let (which, km) = index.nearest_named(1, at(121.6).unwrap_or_else(|| unreachable!())).unwrap_or((9, 9.0));
        assert!(which == 0 && (km - 0.095).abs() < 0.01, "{which} {km}");
        assert_eq!(index.nearest_named(0, at(121.6).unwrap_or_else(|| unreachable!())), None);
        let first = &answer.candidates[0];
        assert!(first.evidence.iter().any(|e| e.field == Field::Place && e.bits > 3.0));
    }
}
