//! Mutual help among elders (N9, 耄耋理想乡): younger ones help older ones, in hours and without money. Pure.

use super::codes;
use kernel::ids::PersonId;
use uuid::Uuid;

codes! {
    Side {
        Offer = "offer",
        Need = "need",
    }
}
codes! {
    /// What one can do for another.
    Help {
        Chat = "chat",
        Walk = "walk",
        Shopping = "shopping",
        Meal = "meal",
        Reading = "reading",
        Phone = "phone",
        Mending = "mending",
        Plants = "plants",
    }
}

/// An offer or a need that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub id: Uuid,
    pub person: PersonId,
    pub side: Side,
    pub what: Help,
    pub birth_year: Option<i16>,
}

/// Longest time that is written down at once, in quarters of an hour.
pub const MOST_QUARTERS: i64 = 32;

/// Who could help whom: each need with the offers of the same kind from somebody younger, the nearest in age first. Whoever is of
/// unknown age may be asked, too, after the others.
pub fn matches(lines: &[Line], taken: &[(PersonId, PersonId)]) -> Vec<(Line, Line)> {
    let mut out = Vec::new();
    for need in lines.iter().filter(|l| l.side == Side::Need) {
        let mut offers: Vec<&Line> = lines
            .iter()
            .filter(|o| o.side == Side::Offer && o.what == need.what && o.person != need.person)
            .filter(|o| match (o.birth_year, need.birth_year) {
                (Some(giver), Some(taker)) => giver > taker,
                _ => true,
            })
            .filter(|o| !taken.contains(&(o.person, need.person)))
            .collect();
        offers.sort_by_key(|o| {
            let apart = o.birth_year.zip(need.birth_year).map(|(giver, taker)| giver - taker);
            (apart.is_none(), apart, o.id)
        });
        out.extend(offers.first().map(|offer| (**offer, *need)));
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn line(n: u128, side: Side, what: Help, year: Option<i16>) -> Line {
        Line { id: Uuid::from_u128(n), person: PersonId(Uuid::from_u128(n)), side, what, birth_year: year }
    }

    #[test]
    fn the_younger_help_the_older() {
        let need = line(1, Side::Need, Help::Chat, Some(1938));
        let older = line(2, Side::Offer, Help::Chat, Some(1930));
        let younger = line(3, Side::Offer, Help::Chat, Some(1950));
        let other = line(4, Side::Offer, Help::Walk, Some(1950));
        let unknown = line(5, Side::Offer, Help::Chat, None);
        let found = matches(&[need, older, younger, other, unknown], &[]);
        assert_eq!((found.len(), found[0].0), (1, younger));
        let found = matches(&[need, older, younger, unknown], &[(younger.person, need.person)]);
        assert_eq!(found[0].0, unknown);
        assert!(matches(&[need, older], &[]).is_empty());
    }
}
