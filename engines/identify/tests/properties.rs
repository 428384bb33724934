//! Whatever is registered and observed: probabilities sum to 1, nobody is excluded, nothing panics.

#![expect(clippy::indexing_slicing, reason = "tests")]

use identify::{Build, Index, Profile, Registered, Sex, Sighting};
use kernel::geo::Point;
use proptest::prelude::*;

fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[王李张汪黄欧阳]{1,2}", "[a-zü ]{0,6}", "\\PC{0,8}"]
}

fn sex() -> impl Strategy<Value = Sex> {
    prop_oneof![Just(Sex::Female), Just(Sex::Male)]
}

fn build() -> impl Strategy<Value = Build> {
    prop_oneof![Just(Build::Thin), Just(Build::Middle), Just(Build::Stout)]
}

fn place() -> impl Strategy<Value = Option<Point>> {
    proptest::option::of((-180.0..180.0, -90.0..90.0)).prop_map(|p| Point::new(p?.0, p?.1).ok())
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..250.0, any::<f64>()]
}

prop_compose! {
    fn registered()(
        sex in proptest::option::of(sex()), birth_year in proptest::option::of(-10_000i32..10_000),
        height_cm in proptest::option::of(number()), build in proptest::option::of(build()),
        dialect in proptest::option::of(words()), surname in proptest::option::of(words()),
        marks in proptest::option::of(proptest::collection::vec(words(), 0..4)), home in place(),
        named in proptest::collection::vec(place(), 0..3), times_lost in proptest::option::of(any::<u32>()),
    ) -> Registered {
        Registered { id: String::new(), sex, birth_year, height_cm, build, dialect, surname, marks, home, named: named.into_iter().flatten().collect(), times_lost }
    }
}

prop_compose! {
    fn sighting()(
        year in proptest::option::of(-10_000i32..10_000), sex in proptest::option::of(sex()), age in proptest::option::of(number()),
        height_cm in proptest::option::of(number()), build in proptest::option::of(build()),
        dialect in proptest::option::of(words()), surname in proptest::option::of(words()),
        marks in proptest::option::of(proptest::collection::vec(words(), 0..4)), place in place(),
    ) -> Sighting {
        Sighting { year, sex, age, height_cm, build, dialect, surname, marks, place }
    }
}

proptest! {
    #[test]
    fn probabilities_sum_to_one_and_exclude_nobody(
        people in proptest::collection::vec(registered(), 0..12), seen in sighting(), top in 0usize..14,
    ) {
        let index = Index::new(people);
        let all = index.identify(&Profile::default(), &seen, usize::MAX);
        prop_assert_eq!(all.candidates.len(), index.len());
        let sum = all.not_registered + all.candidates.iter().map(|c| c.p).sum::<f64>();
        prop_assert!((sum - 1.0).abs() < 1e-9, "{}", sum);
        prop_assert!(all.not_registered > 0.0 && all.candidates.iter().all(|c| c.p > 0.0));
        prop_assert!(all.candidates.is_sorted_by(|a, b| a.p >= b.p));
        for candidate in &all.candidates {
            prop_assert!(candidate.evidence.iter().all(|e| e.bits.is_finite()));
        }
        let few = index.identify(&Profile::default(), &seen, top);
        prop_assert_eq!(&few.candidates[..], &all.candidates[..top.min(index.len())]);
    }

    /// The odds of two people are those of their evidence: nothing else decides.
    #[test]
    fn evidence_explains_the_odds(people in proptest::collection::vec(registered(), 2..8), seen in sighting()) {
        let index = Index::new(people);
        let all = index.identify(&Profile::default(), &seen, usize::MAX).candidates;
        let bits = |i: usize| all[i].evidence.iter().map(|e| e.bits).sum::<f64>();
        for i in 1..all.len() {
            let (odds, said) = ((all[0].p / all[i].p).log2(), bits(0) - bits(i));
            prop_assert!((odds - said).abs() < 1e-6 || odds > 900.0, "{} {}", odds, said);
        }
    }
}
