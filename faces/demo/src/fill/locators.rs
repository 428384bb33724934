//! Locators: agreed to with the letter of a relative, a place that tells when it is left, and where they were in the last hours.

use super::care::One;
use crate::rng::Rng;
use crate::seed::Error;
use crate::simulate::ids::invented;
use ::locators::app::{consents, devices, fences, take_in};
use ::locators::model::{Drawn, Fence, Taken, Tells, Thing, When};
use kernel::{Actor, Datum, Moment, Purpose};
use people::app::consents::{Aim, Answer, By, Way};
use people::app::links::Holder;
use people::app::persons::{self, For};
use store::{Cx, params};
use trackers::{Alarms, Fix, Protocol, Status};
use uuid::Uuid;

/// Above the numbers of the demo's own devices.
const FIRST_NUMBER: usize = 100_000;
/// Positions of each.
const FIXES: i64 = 6;

pub(super) fn hand_out(cx: &mut Cx<'_>, some: &[One], first: usize, start: Moment) -> Result<(), Error> {
    let ground = places::snapshot(cx)?;
    let officer =
        cx.query_one("SELECT id FROM account WHERE district_id = $1 ORDER BY id LIMIT 1", params![cx.district()])?;
    let officer = officer.uuid("id")?;
    let mut taken = Vec::new();
    for (n, one) in some.iter().enumerate() {
        cx.now = start.plus_days(-20);
        let until = cx.now.plus_days(360);
        let (link, secret): (Uuid, Uuid) = (cx.new_id(), cx.new_id());
        // The code of the letter is nobody's: only its row is asked for.
        cx.execute(
            "INSERT INTO person_link (id, district_id, person_id, guardian_id, code_hash, proof, issued_by, issued_at, expires_at, \
             confirmed_by, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $7, $8)",
            params![
                link,
                cx.district(),
                one.person,
                one.guardian,
                secret.as_bytes().as_slice(),
                "guardian-paper",
                officer,
                cx.now,
                until
            ],
        )?;
        let holder = Holder { link, person: one.person, guardian: one.guardian, until };
        let smallest = persons::areas_of(cx, one.person)?.into_iter().max_by_key(|id| ground.chain_ids(*id).len());
        let Some(home) = smallest.and_then(|id| ground.stand_in(id)) else { continue };
        let (lon, lat) = (home.point.lon(), home.point.lat());
        let locator = agreed(cx, holder, first + n, (lon, lat))?;
        let mut rng = Rng::new(crate::SEED ^ n as u64, "worn");
        let fixes: Vec<Fix> =
            (0..FIXES).map(|k| fix(&mut rng, start.plus_minutes(-30 * (FIXES - k)), (lon, lat))).collect();
        let received = start.plus_minutes(-rng.between(1, 29));
        let status = Status { battery_pct: Some(rng.between(20, 99) as u8), ..Status::default() };
        taken.push(Taken { locator, received, fixes, status });
    }
    taken.sort_by_key(|t| t.received);
    cx.now = start;
    take_in(cx, &taken)?;
    Ok(())
}

fn agreed(cx: &mut Cx<'_>, holder: Holder, n: usize, (lon, lat): (f64, f64)) -> Result<kernel::ids::LocatorId, Error> {
    let number = u32::try_from(FIRST_NUMBER + n).ok().and_then(|n| invented(Protocol::Watch, n));
    let number = number.map(|id| id.as_str().to_owned()).unwrap_or_default();
    let (person, why) = (holder.person, For::Letter(holder));
    let review_on = cx.now.plus_days(330);
    cx.acting_as(Actor::subject(cx.district(), person), Purpose::OwnRecord, |cx| {
        let consent = consents::NewConsent {
            answer: Answer::Given,
            by: if holder.guardian.is_some() { By::Guardian } else { By::Subject },
            guardian: holder.guardian,
            aim: Aim::GettingHome,
            way: Way::Page,
            witness: String::new(),
            review_on,
            by_themselves: true,
        };
        consents::record(cx, person, &why, &consent)?;
        let profile = devices::Profile {
            number,
            thing: Thing::Watch,
            protocol: Protocol::Watch,
            model: String::new(),
            datum: Datum::Wgs84,
        };
        let bound = devices::bind(cx, person, &why, &devices::Bind { profile, name: "定位器".to_owned() })?;
        let fence = Fence {
            name: "家附近".to_owned(),
            drawn: Drawn::Circle { lon, lat, radius_m: 2_600.0 },
            tells: Tells { leaving: true, entering: false, staying_minutes: None },
            when: When::Always,
            except: Vec::new(),
        };
        fences::draw(cx, person, &why, &fence)?;
        let row = cx.query_one("SELECT locator_id FROM locator_binding WHERE id = $1", params![bound])?;
        Ok(row.id("locator_id")?)
    })
}

fn fix(rng: &mut Rng, at: Moment, (lon, lat): (f64, f64)) -> Fix {
    Fix {
        time: Some(at),
        lat: lat + rng.range(-0.002, 0.002),
        lon: lon + rng.range(-0.002, 0.002),
        valid: true,
        speed_kmh: Some(2.0),
        course: None,
        altitude_m: None,
        accuracy_m: Some(12.0),
        satellites: Some(9),
        battery_pct: None,
        alarms: Alarms::NONE,
    }
}
