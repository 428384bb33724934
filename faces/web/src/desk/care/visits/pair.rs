//! The choice of two who go: colleagues of the place, under the force they belong to.

use crate::desk::view::Choice;
use crate::{Fail, Page};
use care::app::visits::{self, Colleague};
use care::model::visit::Force;
use jiff::civil::Date;
use kernel::ids::{AccountId, PersonId};
use store::Cx;

/// Two selects with the same people.
pub(super) struct Pair {
    pub first: Vec<(String, Vec<Choice>)>,
    pub second: Vec<(String, Vec<Choice>)>,
    /// There are two of different forces.
    pub possible: bool,
}

/// Those who could be sent to all of these people on these days; `chosen` first, else who can and has least to do.
pub(super) fn load(
    cx: &mut Cx<'_>,
    page: &Page,
    people: &[PersonId],
    days: &[Date],
    chosen: &[AccountId],
) -> Result<Pair, Fail> {
    Ok(build(page, &visits::colleagues(cx, people, days)?, chosen))
}

pub(super) fn build(page: &Page, colleagues: &[Colleague], chosen: &[AccountId]) -> Pair {
    let here = |account: &AccountId| colleagues.iter().find(|c| c.who.account == *account);
    let mut two: Vec<AccountId> = chosen.iter().copied().filter(|a| here(a).is_some()).take(2).collect();
    // Who has least to do, of another force than whoever is chosen already.
    for force in [Force::Front, Force::Support, Force::Core] {
        let taken = two.iter().any(|a| here(a).is_some_and(|c| c.who.force == force));
        let least = colleagues.iter().find(|c| c.who.force == force && !taken);
        two.extend(least.filter(|_| two.len() < 2).map(|c| c.who.account));
    }
    let (a, b) = (two.first().copied(), two.get(1).copied());
    let mut forces: Vec<Force> = colleagues.iter().map(|c| c.who.force).collect();
    forces.sort_unstable();
    forces.dedup();
    Pair { first: groups(page, colleagues, a), second: groups(page, colleagues, b), possible: forces.len() > 1 }
}

fn groups(page: &Page, colleagues: &[Colleague], now: Option<AccountId>) -> Vec<(String, Vec<Choice>)> {
    let now = now.map(|a| a.to_string()).unwrap_or_default();
    let of = |force: Force| {
        let here = colleagues.iter().filter(move |c| c.who.force == force);
        let all: Vec<Choice> = here.map(|c| Choice::new(c.who.account.to_string(), words(page, c), &now)).collect();
        (page.tk("cared-force-", force.code()), all)
    };
    [Force::Front, Force::Support, Force::Core].into_iter().map(of).filter(|(_, all)| !all.is_empty()).collect()
}

/// Name, role, what they have to do already, and that they cannot on that day.
fn words(page: &Page, c: &Colleague) -> String {
    let role = if c.title.is_empty() { page.tk("role-", c.who.role.code()) } else { c.title.clone() };
    let who = page.t2("visits-colleague", "name", &c.who.name, "role", role);
    let mut said = vec![who];
    said.extend((c.sent > 0).then(|| page.t1("visits-has", "n", c.sent)));
    said.extend(c.away.then(|| page.t("visits-away")));
    said.join(" · ")
}
