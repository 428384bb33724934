//! Which help team suits somebody (N3): near on foot, speaks their language, respects their wishes, has hours left. Pure.

use super::codes;
use super::visit::Force;
use kernel::ids::AccountId;
use uuid::Uuid;

/// Hours a month° that one person takes: two visits of an hour by two people.
pub const HOURS_EACH: i64 = 4;

codes! {
    /// Why nobody is proposed; the first that holds.
    WhyNone {
        /// There is no team where they live.
        NoTeam = "no-team",
        /// None of the teams has all three forces.
        Incomplete = "incomplete",
        /// Nobody of a team speaks their language, which they wish for.
        Language = "language",
        /// Only somebody they do not wish for, and no second.
        Wish = "wish",
        /// No hours are left.
        Full = "full",
    }
}

codes! {
    /// For whom a team is (N3). Reckoned when it is asked, from the year of birth and what was stated; stored nowhere (R8).
    Need {
        /// The promise: everybody of that age who lives alone and agrees has a named team. They come first.
        AgedAlone = "aged-alone",
        Aged = "aged",
        Alone = "alone",
    }
}

/// From the year in which somebody becomes so old; only the year is known.
pub const AGE: i16 = 80;

impl Need {
    /// None: a team is not for them.
    pub fn of(birth_year: Option<i16>, this_year: i16, alone: bool) -> Option<Self> {
        let aged = birth_year.is_some_and(|born| this_year.saturating_sub(born) >= AGE);
        match (aged, alone) {
            (true, true) => Some(Self::AgedAlone),
            (true, false) => Some(Self::Aged),
            (false, true) => Some(Self::Alone),
            (false, false) => None,
        }
    }
    pub const fn is_promised(self) -> bool {
        matches!(self, Self::AgedAlone)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub account: AccountId,
    pub force: Force,
    /// A month.
    pub hours: i64,
    pub languages: Vec<String>,
    /// People they are named for, first or second.
    pub named: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    pub id: Uuid,
    pub members: Vec<Member>,
    /// People it looks after.
    pub people: i64,
    /// From its base to the person's door; none: not known.
    pub metres: Option<f64>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Empty: not known.
    pub language: String,
    /// Only somebody who speaks it.
    pub own_language: bool,
    pub not: Option<AccountId>,
}

/// Who is proposed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pick {
    pub team: Uuid,
    pub main: AccountId,
    pub deputy: AccountId,
    pub metres: Option<f64>,
    /// The main one speaks their language.
    pub speaks: bool,
}

impl Team {
    pub fn hours(&self) -> i64 {
        self.members.iter().map(|m| m.hours).sum()
    }
    /// People it could take beside those it has.
    pub fn free(&self) -> i64 {
        (self.hours() - self.people * HOURS_EACH) / HOURS_EACH
    }
    /// Forces of which nobody is there.
    pub fn missing(&self) -> Vec<Force> {
        Force::ALL.iter().copied().filter(|f| self.members.iter().all(|m| m.force != *f)).collect()
    }
}

fn speaks(member: &Member, language: &str) -> bool {
    !language.is_empty() && member.languages.iter().any(|l| l == language)
}

/// The best of these teams, or why there is none.
pub fn propose(wishes: &Wishes, teams: &[Team]) -> Result<Pick, WhyNone> {
    if teams.is_empty() {
        return Err(WhyNone::NoTeam);
    }
    let whole: Vec<&Team> = teams.iter().filter(|t| t.missing().is_empty()).collect();
    if whole.is_empty() {
        return Err(WhyNone::Incomplete);
    }
    let must = wishes.own_language && !wishes.language.is_empty();
    let speaking: Vec<&Team> =
        whole.into_iter().filter(|t| !must || t.members.iter().any(|m| speaks(m, &wishes.language))).collect();
    if speaking.is_empty() {
        return Err(WhyNone::Language);
    }
    let picks: Vec<(Pick, i64)> = speaking.iter().filter_map(|t| Some((pick(wishes, must, t)?, t.free()))).collect();
    if picks.is_empty() {
        return Err(WhyNone::Wish);
    }
    picks
        .into_iter()
        .filter(|(_, free)| *free > 0)
        .min_by(|(a, free_a), (b, free_b)| {
            // Who speaks with them first; then the nearer in steps of 200 m; then who has more room.
            let near = |p: &Pick| p.metres.map_or(i64::MAX, |m| (m / 200.0) as i64);
            (!a.speaks, near(a), -free_a, a.team).cmp(&(!b.speaks, near(b), -free_b, b.team))
        })
        .map(|(pick, _)| pick)
        .ok_or(WhyNone::Full)
}

fn pick(wishes: &Wishes, must: bool, team: &Team) -> Option<Pick> {
    let may = || team.members.iter().filter(|m| Some(m.account) != wishes.not);
    let busy = |m: &Member| m.named * HOURS_EACH * 1_000 / m.hours.max(1);
    let main = may()
        .filter(|m| !must || speaks(m, &wishes.language))
        .min_by_key(|m| (!speaks(m, &wishes.language), busy(m), m.account))?;
    // Of another force, so that both are never away together.
    let deputy = may()
        .filter(|m| m.account != main.account)
        .min_by_key(|m| (m.force == main.force, !speaks(m, &wishes.language), busy(m), m.account))?;
    Some(Pick {
        team: team.id,
        main: main.account,
        deputy: deputy.account,
        metres: team.metres,
        speaks: speaks(main, &wishes.language),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    fn member(n: u128, force: Force, language: &str) -> Member {
        let languages = vec![language.to_owned()];
        Member { account: AccountId(Uuid::from_u128(n)), force, hours: 8, languages, named: 0 }
    }
    fn team(n: u128, metres: f64) -> Team {
        let members = vec![
            member(n * 10, Force::Core, "普通话"),
            member(n * 10 + 1, Force::Front, "本地话"),
            member(n * 10 + 2, Force::Support, "普通话"),
        ];
        Team { id: Uuid::from_u128(n), members, people: 0, metres: Some(metres) }
    }

    #[test]
    fn the_nearer_team_that_speaks_with_them() {
        let wishes = Wishes { language: "本地话".into(), ..Wishes::default() };
        let found = propose(&wishes, &[team(1, 900.0), team(2, 300.0)]).unwrap();
        assert_eq!((found.team, found.main), (Uuid::from_u128(2), AccountId(Uuid::from_u128(21))));
        assert_ne!(found.main, found.deputy);
        let wishes = Wishes { not: Some(found.main), ..wishes };
        let other = propose(&wishes, &[team(2, 300.0)]).unwrap();
        assert!(other.main != found.main && other.deputy != found.main && !other.speaks);
    }

    #[test]
    fn for_whom_a_team_is() {
        assert_eq!(
            Need::of(Some(1946), 2026, true),
            Some(Need::AgedAlone),
            "the year in which they become eighty counts"
        );
        assert_eq!(Need::of(Some(1947), 2026, false), None);
        assert_eq!((Need::of(None, 2026, true), Need::of(None, 2026, false)), (Some(Need::Alone), None));
        let of = [Need::of(Some(1930), 2026, false), Need::of(Some(1960), 2026, true)];
        assert!(of.iter().flatten().all(|n| !n.is_promised()), "each alone is enough, both are a promise");
    }

    #[test]
    fn why_there_is_none() {
        let none = Wishes::default();
        assert_eq!(propose(&none, &[]), Err(WhyNone::NoTeam));
        let mut half = team(1, 1.0);
        half.members.pop();
        assert_eq!(half.missing(), [Force::Support]);
        assert_eq!(propose(&none, &[half]), Err(WhyNone::Incomplete));
        let must = Wishes { language: "温州话".into(), own_language: true, not: None };
        assert_eq!(propose(&must, &[team(1, 1.0)]), Err(WhyNone::Language));
        let only =
            Wishes { language: "本地话".into(), own_language: true, not: Some(team(1, 1.0).members[1].account) };
        assert_eq!(propose(&only, &[team(1, 1.0)]), Err(WhyNone::Wish));
        let full = Team { people: 6, ..team(1, 1.0) };
        assert_eq!(propose(&none, &[full]), Err(WhyNone::Full));
    }
}
