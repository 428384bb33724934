//! Two records of one person, where somebody works who may say so: who looks alike, both side by side, joined, told apart, taken back.
//! What it does to a record is `people`'s; which posts serve where they live, and what of this crate goes along, is here.

use super::consents;
use super::visits::{self, PersonPage};
use crate::ground::{Homes, Reach};
use crate::model::plan::Consented;
use crate::{Error, Ground, Result};
use kernel::ids::{AreaId, PersonId};
use people::app::joins::{self, Alike, Follow, Follower, Join, Joined, Pair, Places, Taken};
use people::app::persons::{self, Known};
use people::model::person::Part;
use people::policy::{Action, ResourceFacts, require, require_somewhere};
use store::{Cx, KeyClass, params};
use uuid::Uuid;

const ROUND: &[&str] = &["round_id", "visit_id"];

/// What of this crate goes along.
pub const FOLLOWER: Follower = Follower {
    tables: &[
        Follow::of("care_contact")
            .sealed(&[("identity", KeyClass::Identity), ("contact", KeyClass::Contact)])
            .or_ends("ended_at"),
        Follow::one("care_plan").sealed(&[("inner_part", KeyClass::Identity), ("haunts", KeyClass::Location)]),
        Follow::of("care_consent"),
        Follow::one("care_schedule").sealed(&[("schedule", KeyClass::Contact)]),
        Follow::of("care_card"),
        Follow::of("care_scan"),
        Follow::of("care_thread"),
        Follow::of("care_change"),
        Follow::one("care_photo"),
        Follow::of("care_relay_wish").by(&["contact_id"]),
        Follow::of("care_relay"),
        Follow::one("care_visit_plan").sealed(&[("safety", KeyClass::Contact)]),
        Follow::of("care_visit_fact"),
        Follow::of("care_visit"),
        Follow::of("care_visit_report"),
        Follow::of("care_round_stop").by(ROUND).sealed(&[("sealed", KeyClass::Contact)]),
        Follow::one("care_company"),
        Follow::of("care_call"),
        Follow::of("care_invitation").by(&["activity_id"]),
        Follow::of("care_extra"),
        Follow::of("care_mutual_line"),
        Follow::of("care_mutual_pair").in_column("giver_id"),
        Follow::of("care_mutual_pair").in_column("taker_id"),
        Follow::one("care_team_person"),
        Follow::of("care_neighbour"),
        Follow::of("care_worry"),
        Follow::of("care_watch_tell").by(&["guardian_id"]),
    ],
    hinders: |cx, pair| {
        let sql = "SELECT 1 AS one FROM care_mutual_pair WHERE district_id = $1 AND ended_at IS NULL \
                   AND ((giver_id = $2 AND taker_id = $3) OR (giver_id = $3 AND taker_id = $2))";
        let each_other = cx.query_opt(sql, params![cx.district(), pair.kept, pair.away])?.is_some();
        Ok(each_other.then_some("join-each-other"))
    },
    before: |cx, pair| before(cx, pair).map_err(flat),
    after: |cx, pair| {
        for person in pair.both() {
            visits::replan(cx, person).map_err(flat)?;
            cx.signal(visits::CHANGED, person.0);
        }
        Ok(())
    },
};

fn before(cx: &mut Cx<'_>, pair: Pair) -> Result<()> {
    consents::narrow(cx, pair)?;
    visits::one_plan(cx, pair)?;
    // Who does not want to be called, by one of the two, is not called.
    let sql = "SELECT calls, activities FROM care_company WHERE person_id = $1 AND district_id = $2";
    let mut wishes = Vec::new();
    for person in pair.both() {
        if let Some(row) = cx.query_opt(sql, params![person, cx.district()])? {
            wishes.push((row.bool("calls")?, row.bool("activities")?));
        }
    }
    if let [(calls, activities), (also_calls, also_activities)] = wishes[..] {
        let sql = "UPDATE care_company SET calls = $1, activities = $2, version = version + 1 WHERE person_id = $3";
        cx.execute(sql, params![calls && also_calls, activities && also_activities, pair.kept])?;
    }
    Ok(())
}

fn flat(error: Error) -> store::Error {
    match error {
        Error::Store(e) => e,
        other => store::Error::Setup(other.to_string()),
    }
}

/// One of two records, as whoever looks after the place sees it.
pub struct Side {
    pub person: PersonId,
    pub version: i64,
    pub known: Known,
    /// The innermost area.
    pub area: Option<AreaId>,
    pub page: PersonPage,
}

/// Both, and what a join of them would mean.
pub struct Compared {
    pub sides: [Side; 2],
    /// In what they agree besides the name; none: in nothing, or something tells them apart.
    pub agree: Option<Vec<&'static str>>,
    pub differ: Vec<Taken>,
    /// Health and whereabouts: one says no.
    pub narrowed: Vec<Part>,
    pub narrowed_too: Vec<Consented>,
    /// Why they cannot be joined as they are.
    pub hinders: Option<&'static str>,
    pub apart: bool,
}

fn places(cx: &mut Cx<'_>, pair: Pair) -> Result<Places> {
    Ok([visits::lives(cx, pair.kept)?, visits::lives(cx, pair.away)?])
}

fn may(cx: &mut Cx<'_>, pair: Pair) -> Result<Places> {
    let places = places(cx, pair)?;
    for facts in places.clone() {
        require(&cx.actor, cx.purpose, Action::JoinRecords, &ResourceFacts::Person(facts))?;
    }
    Ok(places)
}

/// Names of so many people are compared at once; where more live, one says in which neighbourhood.
const COMPARED: usize = 4_000;

/// Who looks alike where one works, or in one area of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Pairs(Vec<Alike>),
    /// Too many live there: one of these areas first.
    Where(Vec<AreaId>),
}

/// Those who look alike where one works (`area`: only there); no name is read for whoever asks yet.
///
/// # Errors
/// For whoever may join nobody anywhere.
pub fn alike(cx: &mut Cx<'_>, area: Option<AreaId>) -> Result<Found> {
    require_somewhere(&cx.actor, Action::JoinRecords)?;
    let mut homes = Homes::of(cx, Action::JoinRecords)?;
    if let Some(area) = area {
        homes = homes.within(cx, area)?;
    }
    let mut people = persons::ids_living(cx, homes.only(), COMPARED + 1)?;
    if people.len() > COMPARED {
        if area.is_none() {
            return Ok(Found::Where(homes.areas(cx)?));
        }
        people.truncate(COMPARED);
    }
    let mut reach = Reach::new(cx, Action::JoinRecords)?;
    reach.read(cx, &people)?;
    people.retain(|person| reach.of(cx, *person).is_some());
    Ok(Found::Pairs(joins::alike_here(cx, &people)?))
}

/// What was joined where one works, the latest first.
///
/// # Errors
/// For whoever may join nobody anywhere.
pub fn done(cx: &mut Cx<'_>, most: usize) -> Result<Vec<Joined>> {
    require_somewhere(&cx.actor, Action::JoinRecords)?;
    let kept = joins::latest_kept(cx)?;
    let mut reach = Reach::new(cx, Action::JoinRecords)?;
    reach.read(cx, &kept)?;
    let people = kept.into_iter().filter(|person| reach.of(cx, *person).is_some()).collect();
    Ok(joins::latest(cx, &people, most)?)
}

/// Both side by side. An entry of the log for each.
///
/// # Errors
/// When both are not where whoever asks works, or one is in care no longer.
pub fn compare(cx: &mut Cx<'_>, pair: Pair, followers: &[Follower]) -> Result<Compared> {
    may(cx, pair)?;
    let sides = [side(cx, pair.kept)?, side(cx, pair.away)?];
    let [one, other] = &sides;
    Ok(Compared {
        differ: joins::differing((&one.known, one.area), (&other.known, other.area)),
        agree: joins::agreeing(cx, pair)?,
        narrowed: joins::clashing(cx, pair)?,
        narrowed_too: consents::narrowed(cx, pair)?,
        hinders: joins::hinders(cx, pair, followers)?,
        apart: joins::are_apart(cx, pair.kept, pair.away)?,
        sides,
    })
}

fn side(cx: &mut Cx<'_>, person: PersonId) -> Result<Side> {
    let mut page = visits::page(cx, person)?;
    let known = page.known.take().ok_or(Error::People(people::Error::Refused("care-ended")))?;
    let ground = Ground(::places::snapshot(cx)?);
    let area = page.areas.iter().copied().max_by_key(|a| ground.0.chain_ids(*a).len());
    Ok(Side { person, version: joins::version(cx, person)?, known, area, page })
}

/// See [`joins::join`].
///
/// # Errors
/// As there.
pub fn join(cx: &mut Cx<'_>, new: &Join, followers: &[Follower]) -> Result<Uuid> {
    let places = may(cx, new.pair)?;
    let ground = Ground(::places::snapshot(cx)?);
    Ok(joins::join(cx, &ground, places, new, followers)?)
}

/// They are two.
///
/// # Errors
/// When both are not where whoever asks works.
pub fn apart(cx: &mut Cx<'_>, pair: Pair) -> Result<()> {
    let places = may(cx, pair)?;
    Ok(joins::apart(cx, places, pair.kept, pair.away)?)
}

/// That was a mistake.
///
/// # Errors
/// When both are not where whoever asks works.
pub fn told_apart(cx: &mut Cx<'_>, pair: Pair) -> Result<()> {
    let places = may(cx, pair)?;
    Ok(joins::told_apart(cx, places, pair.kept, pair.away)?)
}

/// A join as it was done, and why it cannot be taken back, where that is so.
///
/// # Errors
/// When both are not where whoever asks works.
pub fn one(cx: &mut Cx<'_>, id: Uuid, followers: &[Follower]) -> Result<(Joined, Option<&'static str>)> {
    require_somewhere(&cx.actor, Action::JoinRecords)?;
    let join = joins::one(cx, id)?;
    may(cx, join.pair)?;
    let stuck = if join.undone.is_some() { None } else { joins::stuck(cx, &join, followers)? };
    Ok((join, stuck))
}

/// See [`joins::undo`].
///
/// # Errors
/// As there.
pub fn undo(cx: &mut Cx<'_>, id: Uuid, reason: &str, followers: &[Follower]) -> Result<()> {
    require_somewhere(&cx.actor, Action::JoinRecords)?;
    let join = joins::one(cx, id)?;
    let places = may(cx, join.pair)?;
    let ground = Ground(::places::snapshot(cx)?);
    Ok(joins::undo(cx, &ground, places, id, reason, followers)?)
}
