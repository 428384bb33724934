//! Sixty-odd elders with a watch or a pendant: handed out at home some days ago, agreed to by their children, with places that tell
//! when somebody leaves. Some are switched off for a while, one was taken back, and in one family they do not agree.

use super::lost::{Here, here};
use super::{Cards, Error, Linked, Seeded, Written};
use crate::World;
use crate::ground::LonLat;
use crate::rng::Rng;
use crate::simulate::device::{Device, Make, Said, What};
use crate::simulate::ids::{MIX, invented};
use crate::simulate::town::{Town, distance_m};
use ::locators::app::{consents, devices, fences, pauses, take_in};
use ::locators::model::{By, Drawn, Fence, Hours, Taken, Tells, Thing, When};
use kernel::ids::{AccountId, DistrictId, LocatorId, MatterId, PersonId};
use kernel::{Actor, Datum, Moment, Purpose};
use matters::app::{Act, act, persons as about};
use matters::model::{Command, ContactOutcome, DeliveryResult, Outcome};
use people::app::consents::{Aim, Answer, By as Speaks, Way};
use people::app::links::{self, Holder, Proof};
use people::app::persons::{self, For};
use people::model::GuardianId;
use people::model::person::{GuardianName, NewGuardian};
use people::policy::jobs;
use serde::{Deserialize, Serialize};
use store::{Cx, Runtime, Who, params};
use trackers::{Alarms, DeviceId, Protocol, Status};

/// Devices whose wearers walk.
pub const WALKING: usize = 60;
/// Days ago they were handed out.
const DAYS: i64 = 6;
/// Hours before the start that were walked through, so that there is a path of today.
const PAST_HOURS: i64 = 5;
/// Their past is taken in by so many minutes at a time.
const BATCH_MINUTES: i64 = 30;
/// Handed out, and lying in a drawer: nothing moves them, so that somebody else can speak for them.
const AT_REST: usize = 2;

/// A device of the demo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DemoLocator {
    pub id: LocatorId,
    pub number: String,
    pub protocol: String,
    pub datum: String,
    /// Where its wearer lives, longitude first.
    pub home: LonLat,
    /// Its wearer walks while the demo runs.
    pub walks: bool,
    /// Percent at the beginning of its past, where chance does not decide.
    pub battery: Option<f64>,
    /// Code of the letter with which the family opens its page, at `/p/…`.
    pub letter: String,
    /// Last digits of the number of whoever holds it.
    pub digits: String,
}

impl DemoLocator {
    /// The device as it is simulated, at the beginning of its past.
    pub fn device(&self, town: &Town, seed: u64, start: Moment) -> Option<Device> {
        let (id, make) = (DeviceId::new(&self.number)?, self.make()?);
        let home = town.near(self.home, 300.0)?;
        let device = Device::new(id, make, town, seed, home, start.plus_hours(-PAST_HOURS)).well_kept();
        Some(match self.battery {
            Some(pct) => device.with_battery(pct),
            None => device,
        })
    }

    /// What it speaks.
    pub fn make(&self) -> Option<Make> {
        Some(Make { protocol: Protocol::parse(&self.protocol)?, datum: self.datum.parse().ok()? })
    }
}

/// Whoever speaks for an elder on their own page.
struct Own {
    person: PersonId,
    holder: Holder,
    home: LonLat,
    letter: String,
    digits: String,
    /// A second child, who does not want it.
    against: Option<Holder>,
}

/// Binds the devices. The letters of `linked` are those of `cards`.
pub(super) fn write(
    cx: &mut Cx<'_>,
    world: &mut World,
    written: &Written,
    linked: &[Linked],
    cards: &Cards,
    start: Moment,
) -> Result<Vec<DemoLocator>, Error> {
    let mut out = Vec::new();
    let mut own = Vec::new();
    for (n, ((one, code), digits)) in linked.iter().zip(&cards.family).zip(&cards.digits).enumerate() {
        cx.now = start.plus_days(-DAYS).plus_minutes(n as i64);
        let holder = links::find_by_code(cx, code)?;
        let home = home(cx, world, one.person)?;
        own.push(Own { person: one.person, holder, home, letter: code.clone(), digits: digits.clone(), against: None });
    }
    let sql = "SELECT id FROM person ORDER BY id LIMIT 400";
    let everybody: Vec<PersonId> = cx.query(sql, &[])?.iter().map(|r| r.id("id")).collect::<Result<_, _>>()?;
    for person in everybody {
        if own.len() >= WALKING + AT_REST {
            break;
        }
        if own.iter().all(|o| o.person != person) {
            cx.now = start.plus_days(-DAYS).plus_minutes(10 * own.len() as i64);
            let two = !own.iter().any(|o| o.against.is_some());
            // Who lives where depends on the days that were lived through: where a rule stands against it, somebody else gets the watch.
            match handed_out(cx, world, written, person, two) {
                Ok(one) => own.extend(one),
                Err(Error::Store(error)) => return Err(error.into()),
                Err(_) => {}
            }
        }
    }
    for (n, one) in own.iter().enumerate() {
        // Those at rest were handed out this morning: nobody misses them yet.
        cx.now = if n < WALKING { start.plus_days(-DAYS).plus_hours(20) } else { start.plus_hours(-2) };
        cx.now = cx.now.plus_minutes(n as i64);
        out.push(bind(cx, n, one, n < WALKING)?);
    }
    for one in &own {
        cx.now = start.plus_days(-3);
        if let Some(holder) = one.against {
            let actor = Actor::subject(cx.district(), one.person);
            cx.acting_as(actor, Purpose::OwnRecord, |cx| {
                consents::record(
                    cx,
                    one.person,
                    &For::Letter(holder),
                    &agreed(cx.now, Answer::Refused, holder.guardian),
                )
            })?;
        }
    }
    cx.now = start;
    Ok(out)
}

/// The corner of the street where somebody's house stands for the demo.
fn home(cx: &mut Cx<'_>, world: &World, person: PersonId) -> Result<LonLat, Error> {
    let ground = places::snapshot(cx)?;
    let areas = persons::areas_of(cx, person)?;
    let smallest = areas.into_iter().max_by_key(|id| ground.chain_ids(*id).len());
    let at = smallest.and_then(|id| ground.stand_in(id)).map(|l| [l.point.lon(), l.point.lat()]);
    let at = at.ok_or_else(|| Error::Land("somebody lives nowhere".to_owned()))?;
    // Neighbours live at different corners.
    let mut rng = Rng::new(world.seed ^ (person.0.as_u128() as u64), "corner");
    let mut near: Vec<(f64, LonLat)> =
        world.ground.streets.nodes.iter().map(|n| (distance_m(at, n.at), n.at)).collect();
    near.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    near.truncate(12);
    let found = near.get(rng.below(near.len())).map(|n| n.1);
    found.ok_or_else(|| Error::Land("there is no street".to_owned()))
}

/// Somebody of the committee comes, brings the device and the letter that opens its page: a task like any other, done and closed.
fn handed_out(
    cx: &mut Cx<'_>,
    world: &mut World,
    written: &Written,
    person: PersonId,
    two: bool,
) -> Result<Option<Own>, Error> {
    let areas = persons::areas_of(cx, person)?;
    let guardians = persons::spoken_for(cx, person)?;
    let ground = places::snapshot(cx)?;
    let smallest = areas.into_iter().max_by_key(|id| ground.chain_ids(*id).len());
    let (Some(area), Some(guardian)) = (smallest, guardians.first()) else { return Ok(None) };
    let Some(here) = here(cx, written, person)? else { return Ok(None) };
    let key = format!("locator:{person}");
    let matter = cx.acting_as(Actor::system(cx.district(), jobs::DEMO), Purpose::Job, |cx| {
        about::care_task(cx, &key, person, area, "把定位手表送到老人家里，说明怎么用、谁看得到，并请家属签收。")
    })?;
    by(cx, &here.officer, matter, Command::Accept)?;
    let owner = owner(cx, written, matter)?;
    by(cx, &owner, matter, Command::Sign)?;
    by(cx, &owner, matter, Command::Contact { outcome: ContactOutcome::OnSite, note: None })?;
    by(cx, &owner, matter, Command::Start { note: None })?;
    let letter = cx.acting_as(owner.clone(), Purpose::Matter(matter), |cx| {
        let why = about::in_the_name_of(cx, matter, person)?;
        Ok::<_, Error>(links::issue(cx, person, &why, Some(guardian.id), Proof::GuardianPaper)?)
    })?;
    stand_for(cx, &[&here.second, &here.officer], matter, person, letter.id)?;
    let holder = links::find_by_code(cx, &letter.code)?;
    let against = if two { Some(another(cx, world, &here, (&owner, matter), person)?) } else { None };
    let answer = "手表已送到，老人和家属都会用，家属已签收。".to_owned();
    by(cx, &owner, matter, Command::Submit { outcome: Outcome::Done, answer })?;
    by(cx, &here.second, matter, Command::Verify { note: None })?;
    by(cx, &here.officer, matter, Command::Answer)?;
    let raiser = cx.query_one("SELECT id FROM matter_raiser WHERE matter_id = $1", params![matter])?.id("id")?;
    let opened = Command::RecordDelivery { raiser, result: DeliveryResult::Opened, note: None };
    let reader = Actor::raiser(cx.district(), matter);
    cx.acting_as(reader, Purpose::OwnMatter, |cx| act(cx, Act::new(matter, opened)))?;
    let digits = guardian.phone.as_deref().and_then(kernel::text::phone).unwrap_or_default();
    let digits = digits.get(digits.len().saturating_sub(4)..).unwrap_or_default().to_owned();
    Ok(Some(Own { person, holder, home: home(cx, world, person)?, letter: letter.code, digits, against }))
}

fn by(cx: &mut Cx<'_>, actor: &Actor, matter: MatterId, command: Command) -> Result<(), Error> {
    cx.now = cx.now.plus_minutes(1);
    cx.acting_as(actor.clone(), Purpose::Matter(matter), |cx| act(cx, Act::new(matter, command)))?;
    Ok(())
}

fn owner(cx: &mut Cx<'_>, written: &Written, matter: MatterId) -> Result<Actor, Error> {
    let row = cx.query_one("SELECT owner_account FROM matter WHERE id = $1", params![matter])?;
    let account: AccountId = row.id("owner_account")?;
    let at = written.accounts.iter().position(|a| *a == account);
    let actor = at.and_then(|at| written.actors.get(at)).cloned();
    actor.ok_or_else(|| Error::Land("a task belongs to nobody".to_owned()))
}

/// A second person, the first of these who may, was there when a letter was handed over.
fn stand_for(
    cx: &mut Cx<'_>,
    may: &[&Actor],
    matter: MatterId,
    person: PersonId,
    letter: uuid::Uuid,
) -> Result<(), Error> {
    let mut said = Err(Error::Land("nobody stands for a letter".to_owned()));
    for second in may {
        said = cx.acting_as((*second).clone(), Purpose::Matter(matter), |cx| {
            let why = about::in_the_name_of(cx, matter, person)?;
            Ok(links::confirm(cx, person, &why, letter)?)
        });
        if said.is_ok() {
            break;
        }
    }
    said
}

fn bind(cx: &mut Cx<'_>, n: usize, own: &Own, walks: bool) -> Result<DemoLocator, Error> {
    let protocol = if walks { MIX.get(n % MIX.len()).copied().unwrap_or(Protocol::Watch) } else { Protocol::Watch };
    let number = invented(protocol, 4_000 + n as u32).map(|id| id.as_str().to_owned()).unwrap_or_default();
    // Some makers send what Chinese maps want.
    let datum = if walks && protocol == Protocol::Watch && n % 4 == 2 { Datum::Gcj02 } else { Datum::Wgs84 };
    let thing = match protocol {
        Protocol::Watch => Thing::Watch,
        Protocol::OsmAnd | Protocol::OwnTracks => Thing::Phone,
        Protocol::Tk103 | Protocol::H02 => Thing::Fob,
        _ => Thing::Pendant,
    };
    let profile = devices::Profile { number: number.clone(), thing, protocol, model: String::new(), datum };
    let actor = Actor::subject(cx.district(), own.person);
    let why = For::Letter(own.holder);
    let now = cx.now;
    let id = cx.acting_as(actor, Purpose::OwnRecord, |cx| {
        consents::record(cx, own.person, &why, &agreed(cx.now, Answer::Given, own.holder.guardian))?;
        let bound = devices::bind(cx, own.person, &why, &devices::Bind { profile, name: "定位器".to_owned() })?;
        for fence in places_of(n, own.home) {
            fences::draw(cx, own.person, &why, &fence)?;
        }
        let row = cx.query_one("SELECT locator_id FROM locator_binding WHERE id = $1", params![bound])?;
        match n % 20 {
            // Switched off until tonight, for the visit of a friend; and for good.
            7 if walks => drop(pauses::pause(cx, own.person, &why, By::Guardian, Some(now.plus_days(DAYS)))?),
            17 if walks => drop(pauses::pause(cx, own.person, &why, By::Guardian, None)?),
            _ => {}
        }
        if n == 11 {
            consents::record(cx, own.person, &why, &agreed(cx.now, Answer::Refused, own.holder.guardian))?;
        }
        Ok::<LocatorId, Error>(row.id("locator_id")?)
    })?;
    let battery = match n % 20 {
        5 => Some(24.0),
        15 => Some(9.0),
        _ => None,
    };
    let (protocol, datum) = (protocol.name().to_owned(), datum.code().to_owned());
    let (letter, digits) = (own.letter.clone(), own.digits.clone());
    Ok(DemoLocator { id, number, protocol, datum, home: own.home, walks, battery, letter, digits })
}

fn agreed(now: Moment, answer: Answer, guardian: Option<GuardianId>) -> consents::NewConsent {
    consents::NewConsent {
        answer,
        by: if guardian.is_some() { Speaks::Guardian } else { Speaks::Subject },
        guardian,
        aim: Aim::GettingHome,
        way: Way::Page,
        witness: String::new(),
        review_on: now.plus_days(330),
        by_themselves: true,
    }
}

/// Home, told when left while nobody is there; for some the neighbourhood, told by night; for a few the water.
fn places_of(n: usize, home: LonLat) -> Vec<Fence> {
    let circle = |east: f64, north: f64, radius_m: f64| {
        let [lon, lat] = crate::simulate::town::moved(home, east, north);
        Drawn::Circle { lon, lat, radius_m }
    };
    let leaving = Tells { leaving: true, entering: false, staying_minutes: None };
    let every_day = |from: u16, to: u16| Hours { days: (0..7).collect(), from, to };
    let mut all = vec![Fence {
        name: "家附近".to_owned(),
        drawn: circle(0.0, 0.0, if n % 15 == 4 { 1_000.0 } else { 2_600.0 }),
        tells: leaving,
        when: When::Alone,
        // May go to the market.
        except: vec![every_day(540, 600)],
    }];
    if n.is_multiple_of(3) {
        let when = When::Hours(vec![every_day(1_260, 300)]);
        all.push(Fence {
            name: "夜里在家".to_owned(),
            drawn: circle(0.0, 0.0, 150.0),
            tells: leaving,
            when,
            except: vec![],
        });
    }
    if n % 8 == 1 {
        let tells = Tells { leaving: false, entering: true, staying_minutes: None };
        let drawn = circle(900.0, 700.0, 200.0);
        all.push(Fence { name: "河边".to_owned(), drawn, tells, when: When::Always, except: vec![] });
    }
    all
}

/// A second child, with a letter of their own.
fn another(
    cx: &mut Cx<'_>,
    world: &mut World,
    here: &Here,
    (owner, matter): (&Actor, MatterId),
    person: PersonId,
) -> Result<Holder, Error> {
    let brother = world.people.person();
    let who = GuardianName { name: brother.name, relation: "小儿子".to_owned() };
    let new = NewGuardian { who, phone: Some(brother.phone) };
    let letter = cx.acting_as(owner.clone(), Purpose::Matter(matter), |cx| {
        let why = about::in_the_name_of(cx, matter, person)?;
        let guardian = persons::add_guardian(cx, person, &why, &new)?;
        Ok::<_, Error>(links::issue(cx, person, &why, Some(guardian), Proof::IdCard)?)
    })?;
    stand_for(cx, &[&here.second, &here.officer], matter, person, letter.id)?;
    Ok(links::find_by_code(cx, &letter.code)?)
}

/// The hours before the start, as the gateway would have handed them over. After the streets are there.
pub fn past(rt: &Runtime, district: DistrictId, seeded: &Seeded) -> Result<(), Error> {
    let who = Who::system(district, jobs::DEMO);
    let ground = rt.read_now(who.clone(), places::ground)?;
    let ::streets::Ground::Streets(network) = ground.as_ref() else { return Ok(()) };
    let town = Town::new(network.clone(), seeded.seed);
    let mut all = Vec::new();
    for one in seeded.locators.iter().filter(|l| l.walks) {
        let Some(mut device) = one.device(&town, seeded.seed, seeded.start) else { continue };
        let mut said = Vec::new();
        device.live(seeded.start, &mut said);
        all.extend(said.into_iter().filter_map(|said| taken(one.id, said)));
    }
    all.sort_by_key(|t| t.received);
    let start = seeded.start;
    rt.write_now(who, move |cx| {
        let mut rest = all.as_slice();
        for batch in (0..PAST_HOURS * 60 / BATCH_MINUTES).rev() {
            cx.now = start.plus_minutes(-batch * BATCH_MINUTES);
            let (now, later) = rest.split_at(rest.partition_point(|t| t.received <= cx.now));
            take_in(cx, now)?;
            rest = later;
        }
        cx.now = start;
        Ok::<_, Error>(())
    })
}

fn taken(locator: LocatorId, said: Said) -> Option<Taken> {
    let (fixes, status) = match said.what {
        What::Login => return None,
        What::Fixes(fixes) => (fixes, Status::default()),
        What::Heartbeat(status) | What::Status(status) => (Vec::new(), status),
    };
    let alarms = fixes.iter().fold(Alarms::NONE, |all, f| all.with(f.alarms));
    // Batteries and alarms come with the frame in most protocols.
    let status = match fixes.last() {
        Some(fix) => Status { time: fix.time, battery_pct: fix.battery_pct, alarms, ..status },
        None => status,
    };
    Some(Taken { locator, received: said.at, fixes, status })
}
