//! Ninety days of matters, lived through in order: each step is a use case, done by somebody who may, at its own time.
//! Whatever has not happened by the start is what newcomers find on their desks.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::steps::{Case, Step};
use super::{Error, Written};
use crate::World;
use crate::ground::LonLat;
use crate::rng::Rng;
use crate::stories::{self, Story};
use kernel::ids::MatterId;
use kernel::time::shanghai;
use kernel::{Actor, Lang, Moment, Point, Purpose, Role};
use matters::app::{Raise, RaisedPlace, RaiserInput, raise, sweep};
use matters::model::{Channel, Origin, State};
use people::policy::jobs;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use store::Cx;

/// How far back the history reaches.
pub const DAYS: i64 = 90;
/// How many matters it tells of, unless asked for fewer.
pub const MATTERS: usize = 3_000;
/// How many were raised in the last minutes.
const JUST_NOW: usize = 6;
/// Hours between two looks at the clocks while time goes by.
const SWEEP_HOURS: i64 = 3;

/// What came of it.
#[derive(Debug, Default)]
pub struct Told {
    pub raised: usize,
    pub refused: Vec<String>,
    pub track: Vec<String>,
}

/// What is raised, when and where.
struct Seedling {
    at: Moment,
    story: &'static Story,
    address: usize,
}

/// Who does what: indices into the members.
pub(super) struct Staff {
    pub clerks: Vec<usize>,
    pub coordinator: usize,
    /// Of each police area: head, officer, duty officer of its post.
    pub posts: Vec<[usize; 3]>,
}

/// All that a step may look at.
pub(super) struct Scene<'a> {
    pub world: &'a mut World,
    pub written: &'a Written,
    pub staff: Staff,
    pub now: Moment,
    pub rng: Rng,
    /// Matters still open, for joining duplicates: post, class, matter.
    pub open: Vec<(usize, &'static str, MatterId)>,
}

/// Lives through the ninety days.
pub fn live(cx: &mut Cx<'_>, world: &mut World, written: &Written, start: Moment, count: usize) -> Result<Told, Error> {
    let mut rng = Rng::new(world.seed, "history");
    let seedlings = sow(&mut rng, world, start, count);
    let staff = staff(world);
    let mut scene = Scene { world, written, staff, now: start, rng, open: Vec::new() };
    let mut told = Told::default();
    let mut cases: Vec<Option<Case>> = Vec::new();
    let mut due: BinaryHeap<Reverse<(Moment, usize, Step)>> =
        seedlings.iter().enumerate().map(|(n, s)| Reverse((s.at, n, Step::Raise))).collect();
    cases.resize_with(seedlings.len(), || None);
    let mut look = start.plus_days(-DAYS);
    while let Some(Reverse((at, n, step))) = due.pop() {
        if at > start {
            break;
        }
        while look < at {
            look = look.plus_hours(SWEEP_HOURS);
            watch(cx, look.min(at))?;
        }
        (cx.now, scene.now) = (at, at);
        let next = if step == Step::Raise {
            let case = begin(cx, &mut scene, &seedlings[n])?;
            told.raised += 1;
            let next = case.first(&mut scene);
            cases[n] = Some(case);
            next
        } else {
            let Some(case) = cases[n].as_mut() else { continue };
            match case.take(cx, &mut scene, step) {
                Ok(next) => next,
                Err(Error::Matters(error)) if !matches!(error, matters::Error::Store(_)) => {
                    told.refused.push(format!("{step:?} {}: {error}", seedlings[n].story.class));
                    Vec::new()
                }
                Err(error) => return Err(error),
            }
        };
        due.extend(next.into_iter().map(|(at, step)| Reverse((at.max(cx.now.plus_secs(1)), n, step))));
    }
    watch(cx, start)?;
    (cx.now, scene.now) = (start, start);
    round_off(cx, &mut scene, &mut cases)?;
    told.track = codes(&cases);
    forget(cx, start)?;
    Ok(told)
}

/// States that last only hours are shown as well: some are just handed out, refused, or raised again.
fn round_off(cx: &mut Cx<'_>, scene: &mut Scene<'_>, cases: &mut [Option<Case>]) -> Result<(), Error> {
    let recent = scene.now.plus_days(-20);
    let newest = |state: State| move |c: &&mut Case| c.state == state && c.moved >= recent;
    // Never all of them: a newcomer finds something to sort.
    let received = cases.iter_mut().flatten().filter(newest(State::Received)).count();
    for case in cases.iter_mut().rev().flatten().filter(newest(State::Received)).take((received / 2).min(2)) {
        case.take(cx, scene, Step::Reject)?;
    }
    for case in cases.iter_mut().rev().flatten().filter(newest(State::Accepted)).step_by(2).take(5) {
        case.hand_out(cx, scene)?;
    }
    for case in cases.iter_mut().rev().flatten().filter(newest(State::Closed)).step_by(9).take(4) {
        case.take(cx, scene, Step::Reopen)?;
    }
    Ok(())
}

/// Looks at the clocks as the program would have: rungs of the ladder, ends of pauses.
fn watch(cx: &mut Cx<'_>, at: Moment) -> Result<(), Error> {
    let system = Actor::system(cx.district(), jobs::CLOCKS);
    cx.now = at;
    cx.acting_as(system, Purpose::Job, |cx| {
        while sweep(cx)?.more {}
        Ok(())
    })
}

/// Messages of the past are not sent now: only those of the last day are left to the program.
fn forget(cx: &mut Cx<'_>, start: Moment) -> Result<(), Error> {
    let sql = "DELETE FROM job WHERE district_id = $1 AND state = 'ready' AND run_at < $2";
    cx.execute(sql, store::params![cx.district(), start.plus_days(-1)])?;
    Ok(())
}

/// Codes of matters worth following: the newest in different states.
fn codes(cases: &[Option<Case>]) -> Vec<String> {
    let mut seen = std::collections::BTreeMap::new();
    for case in cases.iter().flatten().filter(|c| c.channel == Channel::Page) {
        seen.insert(case.state.code(), case.code.clone());
    }
    seen.into_values().collect()
}

fn staff(world: &World) -> Staff {
    let holder = |role: Role, post: Option<usize>| {
        let seat = world.cast.seats.iter().find(|s| s.role == role && (post.is_none() || s.post == post));
        seat.map_or(0, |s| s.holder)
    };
    let clerks = world.cast.seats.iter().filter(|s| s.role == Role::Clerk).map(|s| s.holder).collect();
    let posts = (0..world.cast.watches.len())
        .map(|p| {
            [
                holder(Role::PostHead, Some(p)),
                holder(Role::CommunityOfficer, Some(p)),
                holder(Role::DutyOfficer, Some(p)),
            ]
        })
        .collect();
    Staff { clerks, coordinator: holder(Role::Coordinator, None), posts }
}

/// When and where: more by day than by night, more in the towns, a little more each week.
fn sow(rng: &mut Rng, world: &World, start: Moment, count: usize) -> Vec<Seedling> {
    const HOURS: [f64; 24] = [
        0.5, 0.3, 0.2, 0.1, 0.1, 0.3, 1.2, 3.0, 5.0, 6.5, 6.5, 5.0, 3.5, 4.0, 5.5, 6.0, 5.5, 5.0, 5.0, 5.5, 5.0, 4.0,
        2.5, 1.2,
    ];
    let tz = shanghai();
    let mut out = Vec::with_capacity(count);
    while out.len() < count {
        // The younger days weigh a little more: the network is becoming known.
        let drawn = rng.unit().powf(1.15) * DAYS as f64 * 86_400.0;
        // The first few came in just now: nobody has looked at them yet.
        let back = if out.len() < JUST_NOW { (out.len() + 1) as f64 * 45.0 } else { drawn };
        let at = start.plus_secs(-(back as i64));
        let hour = at.zoned(&tz).hour();
        let weight = HOURS.get(usize::try_from(hour).unwrap_or(12)).copied().unwrap_or(1.0);
        // The last two days are kept as they fall, so that something is always fresh.
        if back > 2.0 * 86_400.0 && !rng.chance(weight / 6.5) {
            continue;
        }
        let story = stories::pick(rng);
        if let Some(address) = place(rng, world, story) {
            let micros = at.micros() / 1_000_000 * 1_000_000;
            out.push(Seedling { at: Moment::from_micros(micros), story, address });
        }
    }
    out.sort_by_key(|s| s.at);
    out
}

/// An address of the kind where such things happen.
fn place(rng: &mut Rng, world: &World, story: &Story) -> Option<usize> {
    for _ in 0..60 {
        let at = rng.below(world.addresses.all.len());
        let address = world.addresses.all.get(at)?;
        let built = world.ground.warp.built(address.spot.0 as f64, address.spot.1 as f64);
        if story.doors.contains(&address.door) && rng.chance(0.35 + 0.65 * built) {
            return Some(at);
        }
    }
    None
}

fn begin(cx: &mut Cx<'_>, scene: &mut Scene<'_>, seedling: &Seedling) -> Result<Case, Error> {
    let address = &scene.world.addresses.all[seedling.address];
    let cell = address.cell;
    let areas = &scene.world.ground.areas;
    let [lon, lat]: LonLat = address.at(&scene.world.ground);
    let full = address.full(&scene.world.ground);
    let post = scene.world.posts.iter().position(|p| p.police == areas.police[cell]).unwrap_or(0);
    let area = scene.written.areas[areas.community[cell]];
    let (origin, channel) = way(&mut scene.rng);
    let person = scene.world.people.person();
    let anonymous = origin == Origin::Web && channel == Channel::Page && scene.rng.chance(0.45);
    let raiser = if anonymous {
        RaiserInput::anonymous(Lang::ZhCn)
    } else {
        let (pinyin, _) = kernel::text::pinyin(&person.name);
        let mail: String = pinyin.chars().filter(char::is_ascii_lowercase).collect();
        RaiserInput {
            anonymous: false,
            name: Some(person.name),
            phone: (channel != Channel::Email).then_some(person.phone),
            email: (channel == Channel::Email).then(|| format!("{mail}@example.org")),
            address: (channel == Channel::Paper).then(|| full.clone()),
            channel,
            lang: if scene.rng.chance(0.02) { Lang::En } else { Lang::ZhCn },
        }
    };
    let at_post = matches!(origin, Origin::WalkIn | Origin::Qr);
    let command = Raise {
        key: None,
        class: seedling.story.class.to_owned(),
        text: seedling.story.text(&mut scene.rng),
        place: RaisedPlace {
            point: Point::new(lon, lat).ok(),
            address: Some(full),
            area: Some(area),
            post: at_post.then(|| scene.written.posts[post]),
        },
        raiser,
        origin,
    };
    let typist = match origin {
        Origin::Phone => Some(*scene.rng.clone().pick(&scene.staff.clerks)),
        Origin::WalkIn => Some(scene.staff.posts[post][2]),
        Origin::Field => Some(scene.staff.posts[post][1]),
        _ => None,
    };
    let (actor, purpose) = match typist {
        Some(member) => (scene.written.actors[member].clone(), Purpose::Proxy),
        None => (Actor::public(cx.district()), Purpose::OwnMatter),
    };
    let receipt = cx.acting_as(actor, purpose, |cx| raise(cx, command))?;
    let urgent = receipt.class.is_emergency() || receipt.class.handle.secs() <= 86_400;
    Ok(Case::new(receipt, seedling.story, channel, anonymous, urgent, post))
}

/// How it came in and how the answer should go out.
fn way(rng: &mut Rng) -> (Origin, Channel) {
    const WAYS: [(Origin, Channel, f64); 9] = [
        (Origin::Web, Channel::Page, 26.0),
        (Origin::Web, Channel::Sms, 10.0),
        (Origin::Web, Channel::Email, 6.0),
        (Origin::Qr, Channel::Page, 9.0),
        (Origin::Phone, Channel::Phone, 27.0),
        (Origin::WalkIn, Channel::Counter, 9.0),
        (Origin::WalkIn, Channel::Phone, 6.0),
        (Origin::WalkIn, Channel::Paper, 2.0),
        (Origin::Field, Channel::Phone, 5.0),
    ];
    let weights: Vec<f64> = WAYS.iter().map(|w| w.2).collect();
    let (origin, channel, _) = WAYS[rng.weighted(&weights)];
    (origin, channel)
}
