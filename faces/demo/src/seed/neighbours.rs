//! Neighbours who look out, help teams, extra care, mutual help: written after everything else, so that what was there before stays as it is.

use super::{Error, Linked};
use care::app::extra::{self, NewExtra};
use care::app::mutual;
use care::app::teams::{self, NewMember, NewWishes};
use care::app::watch::{self, NewNeighbour, Side};
use care::model::extra::{Reason, What};
use care::model::mutual::{Help, Side as Part};
use care::model::watch::{AgreedWay, Step};
use kernel::ids::{AreaId, PersonId};
use kernel::{Actor, Moment, Purpose};
use people::app::consents::By;
use people::app::persons;
use people::policy::jobs;
use places::AreaKind;
use store::Cx;
use uuid::Uuid;

const NEIGHBOURS: [(&str, &str, &str); 3] = [
    ("对门赵阿姨", "13805550301", "对门老姐姐"),
    ("楼下钱师傅", "13805550302", "楼上奶奶"),
    ("隔壁孙老师", "13805550303", "隔壁老师傅"),
];
/// People beside those who wear a card who agreed to a help team.
const MORE: usize = 24;
/// Hours a month, and what they speak.
const GIVES: [(i64, &str); 4] = [(10, "普通话"), (12, "普通话，本地话"), (8, "普通话，本地话"), (6, "本地话")];

/// Answers the codes of the neighbours' links, for `/w/…`.
pub(super) fn write(cx: &mut Cx<'_>, actors: &[Actor], linked: &[Linked], start: Moment) -> Result<Vec<String>, Error> {
    let system = Actor::system(cx.district(), jobs::DEMO);
    let mut codes = Vec::new();
    let people: Vec<PersonId> = linked.iter().map(|l| l.person).collect();
    cx.now = start.plus_days(-20);
    for (n, person) in people.iter().take(NEIGHBOURS.len()).enumerate() {
        let Some((name, phone, called)) = NEIGHBOURS.get(n) else { break };
        let new = NewNeighbour {
            key: cx.new_id::<Uuid>(),
            name: (*name).to_owned(),
            phone: (*phone).to_owned(),
            called: (*called).to_owned(),
            by: if n == 0 { By::Guardian } else { By::Subject },
            agreed: Some(AgreedWay::Phone),
        };
        let issued =
            cx.acting_as(system.clone(), Purpose::Administration, |cx| watch::name(cx, *person, Side::Desk, &new))?;
        codes.push(issued.code);
        told(cx, &system, *person)?;
    }
    if let Some(code) = codes.first() {
        worried(cx, actors, code, start)?;
    }
    let mut many = people.clone();
    many.extend(others(cx, &people)?);
    help(cx, &system, &many, start)?;
    more(cx, actors, &system, &people, start)?;
    each_other(cx, &system, &many, start)?;
    cx.now = start;
    Ok(codes)
}

/// Who speaks for them hears of a worry, where there is a way.
fn told(cx: &mut Cx<'_>, system: &Actor, person: PersonId) -> Result<(), Error> {
    cx.acting_as(system.clone(), Purpose::Administration, |cx| {
        let all = watch::tellers(cx, person, Side::Desk)?;
        if let Some(one) = all.iter().find(|t| t.reachable) {
            watch::tell_guardian(cx, person, Side::Desk, one.guardian, true)?;
        }
        Ok::<_, care::Error>(())
    })?;
    Ok(())
}

/// Five days ago somebody was worried, and all was well.
fn worried(cx: &mut Cx<'_>, actors: &[Actor], code: &str, start: Moment) -> Result<(), Error> {
    cx.now = start.plus_days(-5);
    let public = Actor::public(cx.district());
    cx.acting_as(public.clone(), Purpose::Public, |cx| watch::press(cx, code, None))?;
    let seen = cx.acting_as(public, Purpose::Public, |cx| watch::view(cx, code))?.1;
    let Some(worry) = seen.map(|w| w.id) else { return Ok(()) };
    for (minutes, step) in [(6, Step::Taken), (11, Step::Going), (34, Step::FoundWell)] {
        cx.now = start.plus_days(-5).plus_minutes(minutes);
        for actor in actors {
            let done = cx.acting_as(actor.clone(), Purpose::Administration, |cx| {
                let o = watch::open(cx, worry)?;
                watch::step(cx, worry, o.version, step)
            });
            if done.is_ok() {
                break;
            }
        }
    }
    Ok(())
}

/// More people who are visited, in the neighbourhoods of those that newcomers see first.
fn others(cx: &mut Cx<'_>, people: &[PersonId]) -> Result<Vec<PersonId>, Error> {
    let mut homes: Vec<AreaId> = Vec::new();
    for person in people {
        homes.extend(persons::areas_of(cx, *person)?);
    }
    let ground = places::snapshot(cx)?;
    homes.retain(|id| ground.area(*id).is_some_and(|a| a.kind == AreaKind::Community));
    let sql = "SELECT person_id FROM care_visit_plan WHERE district_id = $1 ORDER BY person_id LIMIT 400";
    let rows = cx.query(sql, store::params![cx.district()])?;
    let mut out = Vec::new();
    for row in &rows {
        let person: PersonId = row.id("person_id")?;
        let near = persons::areas_of(cx, person)?.iter().any(|a| homes.contains(a));
        if near && !people.contains(&person) && out.len() < MORE {
            out.push(person);
        }
    }
    Ok(out)
}

/// How a team of the demo stands: whole, without one force, with so few hours that it is full.
const STANDS: [Stand; 4] = [Stand::Whole, Stand::Whole, Stand::Lacking, Stand::Full];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    Whole,
    Lacking,
    Full,
}

/// Teams where they live, in different states; everybody who can agrees, and the first half has one.
fn help(cx: &mut Cx<'_>, system: &Actor, people: &[PersonId], start: Moment) -> Result<(), Error> {
    cx.now = start.plus_days(-15);
    let ground = places::snapshot(cx)?;
    let mut homes: Vec<AreaId> = Vec::new();
    for person in people {
        let areas = persons::areas_of(cx, *person)?;
        let home = areas.into_iter().find(|a| ground.area(*a).is_some_and(|a| a.kind == AreaKind::Community));
        homes.extend(home.filter(|h| !homes.contains(h)));
    }
    for (home, stand) in homes.iter().zip(STANDS) {
        let name = ground.area(*home).map(|a| format!("{}帮困先锋队", a.name)).unwrap_or_default();
        let key: Uuid = cx.new_id();
        cx.acting_as(system.clone(), Purpose::Administration, |cx| {
            let team = teams::create(cx, key, *home, &name, "")?;
            let mut taken: Vec<care::model::visit::Force> = Vec::new();
            for (account, _, force) in teams::candidates(cx, team)? {
                // Two of each force at most, one where it is full; nobody of the supplementary one where it lacks that.
                let most = if stand == Stand::Full { 1 } else { 2 };
                let left_out = stand == Stand::Lacking && force == care::model::visit::Force::Support;
                if !left_out && taken.iter().filter(|f| **f == force).count() < most {
                    let (hours, languages) = GIVES.get(taken.len() % GIVES.len()).copied().unwrap_or((8, ""));
                    let hours = if stand == Stand::Full { 2 } else { hours };
                    taken.push(force);
                    teams::add_member(cx, team, &NewMember { account, hours, languages: languages.to_owned() })?;
                }
            }
            Ok::<_, care::Error>(())
        })?;
    }
    cx.acting_as(system.clone(), Purpose::Administration, |cx| {
        for (n, person) in people.iter().enumerate() {
            let by = if n % 3 == 0 { By::Guardian } else { By::Subject };
            let wishes = NewWishes { by, own_language: n % 4 == 0, not: None };
            match teams::agree(cx, *person, Side::Desk, 0, &wishes) {
                // Too young, and not alone; or said so before.
                Ok(()) | Err(care::Error::Refused("team-not-for") | care::Error::Stale { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        for p in teams::proposals(cx, people.len() / 2)? {
            if let Ok(pick) = p.found {
                teams::give(cx, p.person, p.version, pick.team, pick.main, pick.deputy)?;
            }
        }
        Ok::<_, care::Error>(())
    })?;
    Ok(())
}

/// One asks, one has it for some weeks.
fn more(cx: &mut Cx<'_>, actors: &[Actor], system: &Actor, people: &[PersonId], start: Moment) -> Result<(), Error> {
    let asks = [(What::WeeklyVisit, Reason::CarerAway, 9), (What::Meals, Reason::Weather, 1)];
    for (person, (what, reason, days)) in people.iter().zip(asks) {
        cx.now = start.plus_days(-days);
        let new = NewExtra { key: cx.new_id(), what, reason, by: By::Guardian };
        cx.acting_as(system.clone(), Purpose::Administration, |cx| extra::ask(cx, *person, Side::Desk, &new))?;
        if what == What::WeeklyVisit {
            let until = start.plus_days(12).zoned(&kernel::time::shanghai()).date();
            for actor in actors {
                let done = cx
                    .acting_as(actor.clone(), Purpose::Administration, |cx| extra::decide(cx, new.key, 1, Some(until)));
                if done.is_ok() {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Elders of one neighbourhood who help each other: one pair that runs, with hours; one asked and waiting; one that came to nothing; and
/// offers and wishes that wait for somebody.
fn each_other(cx: &mut Cx<'_>, system: &Actor, many: &[PersonId], start: Moment) -> Result<(), Error> {
    let Some(shown) = many.get(1).or(many.first()).copied() else { return Ok(()) };
    let home = persons::areas_of(cx, shown)?;
    let mut here: Vec<(Option<i16>, PersonId)> = Vec::new();
    let lives = persons::areas_of_all(cx, many)?;
    let known = persons::known_of(cx, many)?;
    for person in many.iter().filter(|p| **p != shown) {
        let near = lives.get(person).is_some_and(|of| of.iter().all(|a| home.contains(a)));
        here.extend(near.then(|| (known.get(person).and_then(|k| k.birth_year), *person)));
    }
    // The younger help the older.
    here.sort_by_key(|(born, _)| std::cmp::Reverse(*born));
    let at = |n: usize| here.get(n).map(|(_, person)| *person);
    let last = |n: usize| here.len().checked_sub(n + 1).filter(|i| *i > 4).and_then(at);
    let lines = [
        (at(0), Part::Offer, Help::Walk),
        (at(0), Part::Offer, Help::Chat),
        (at(1), Part::Offer, Help::Phone),
        (at(2), Part::Offer, Help::Mending),
        (at(3), Part::Offer, Help::Shopping),
        (Some(shown), Part::Need, Help::Walk),
        (Some(shown), Part::Need, Help::Chat),
        (last(0), Part::Need, Help::Phone),
        (last(1), Part::Need, Help::Mending),
        (last(1), Part::Need, Help::Reading),
        (last(2), Part::Need, Help::Shopping),
    ];
    cx.now = start.plus_days(-18);
    let done = cx.acting_as(system.clone(), Purpose::Administration, |cx| {
        for (person, side, what) in lines {
            if let Some(person) = person {
                mutual::add(cx, person, Side::Desk, side, what, By::Subject)?;
            }
        }
        cx.now = start.plus_days(-15);
        let pairs = [(at(0), Some(shown), Help::Walk), (at(1), last(0), Help::Phone), (at(2), last(1), Help::Mending)];
        for (n, (giver, taker, what)) in pairs.into_iter().enumerate() {
            let (Some(giver), Some(taker)) = (giver, taker) else { continue };
            mutual::propose(cx, giver, taker, what)?;
            let all = mutual::of_person(cx, giver, Side::Desk)?;
            let Some(pair) = all.pairs.iter().find(|p| p.pair.what == what && !p.pair.over).map(|p| p.pair.id) else {
                continue;
            };
            mutual::answer(cx, giver, Side::Desk, pair, n < 2)?;
            if n == 0 {
                mutual::answer(cx, taker, Side::Desk, pair, true)?;
                for (days, quarters, confirmed) in [(12, 6, true), (8, 4, true), (1, 5, false)] {
                    cx.now = start.plus_days(-days);
                    let (key, on): (Uuid, _) = (cx.new_id(), cx.now.zoned(&kernel::time::shanghai()).date());
                    mutual::note(cx, giver, Side::Desk, pair, key, on, quarters)?;
                    if confirmed {
                        mutual::confirm(cx, taker, Side::Desk, pair, key, true)?;
                    }
                }
            }
        }
        Ok::<_, care::Error>(())
    });
    cx.now = start;
    Ok(done?)
}
