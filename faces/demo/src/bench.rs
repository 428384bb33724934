//! A million matters for measuring: the invented district with years of closed matters behind it.

use crate::World;
use crate::rng::Rng;
use crate::seed::Error;
use crate::stories;
use kernel::ids::{AccountId, DistrictId};
use kernel::{Actor, Lang, Moment, Point, Purpose};
use matters::app::{Raise, RaisedPlace, RaiserInput, raise, raise_closed};
use matters::model::{Channel, Origin};
use people::policy::jobs;
use std::sync::Arc;
use store::{Cx, Runtime, Who};

/// Matters written in one transaction.
const CHUNK: usize = 5_000;
/// How many of a thousand are still open, like in a district that keeps up.
const OPEN_PER_MILLE: usize = 25;
/// How far back the closed ones reach, in days: all lie before the lived history, the open ones in its last days.
const YEARS_DAYS: i64 = 1_000;

/// Adds `n` matters before `start` to a seeded district (see [`crate::seed::seed`]); `told` hears how many stand after
/// each transaction. Rows, log, raiser blocks and search words are complete.
pub fn fill(
    rt: &Runtime,
    district: DistrictId,
    world: &Arc<World>,
    start: Moment,
    n: usize,
    mut told: impl FnMut(usize),
) -> Result<(), Error> {
    let checker = rt.read_now(Who::system(district, jobs::DEMO), |cx| {
        let found = people::app::accounts::by_login(cx, "coordinator")?;
        found.map(|a| a.id).ok_or(Error::Store(store::Error::NotFound))
    })?;
    let mut done = 0;
    while done < n {
        let count = CHUNK.min(n - done);
        let (world, first) = (Arc::clone(world), done);
        rt.write_now(Who::system(district, jobs::DEMO), move |cx| {
            chunk(cx, &world, checker, start, (first, count, n))
        })?;
        done += count;
        told(done);
    }
    Ok(())
}

fn chunk(
    cx: &mut Cx<'_>,
    world: &World,
    checker: AccountId,
    start: Moment,
    (first, count, n): (usize, usize, usize),
) -> Result<(), Error> {
    let mut rng = Rng::new(world.seed ^ first as u64, "bench");
    let oldest = start.plus_days(-crate::seed::DAYS - YEARS_DAYS);
    for k in first..first + count {
        let (story, command) = command(&mut rng, world);
        if rng.below(1_000) < OPEN_PER_MILLE {
            cx.now = start.plus_secs(-rng.between(60, 6 * 86_400));
            let public = Actor::public(cx.district());
            let receipt = cx.acting_as(public, Purpose::OwnMatter, |cx| raise(cx, command))?;
            debug_assert!(!receipt.repeated);
            continue;
        }
        let span = YEARS_DAYS * 86_400 / i64::try_from(n).unwrap_or(i64::MAX).max(1);
        cx.now = oldest.plus_secs(span * i64::try_from(k).unwrap_or(0));
        let answer = story.answer(&mut rng, true);
        let hours = rng.between(6, 200);
        raise_closed(cx, command, checker, &answer, hours)?;
    }
    // Nobody is told of benchmark matters, and their clocks ring for nobody.
    let sql = "DELETE FROM job WHERE district_id = $1 AND state = 'ready' AND kind LIKE 'notify.%'";
    cx.execute(sql, store::params![cx.district()])?;
    Ok(())
}

fn command(rng: &mut Rng, world: &World) -> (&'static stories::Story, Raise) {
    let story = stories::pick(rng);
    let address = rng.pick(&world.addresses.all);
    let [lon, lat] = address.at(&world.ground);
    let phone = format!("021-0{:07}", rng.below(10_000_000));
    let raiser = RaiserInput {
        anonymous: false,
        name: Some(format!("住户{}", rng.below(1_000_000))),
        phone: Some(phone),
        email: None,
        address: None,
        channel: Channel::Page,
        lang: Lang::ZhCn,
    };
    let place = RaisedPlace {
        point: Point::new(lon, lat).ok(),
        address: Some(address.full(&world.ground)),
        area: None,
        post: None,
    };
    let text = story.text(rng);
    (story, Raise { key: None, class: story.class.to_owned(), text, place, raiser, origin: Origin::Web })
}
