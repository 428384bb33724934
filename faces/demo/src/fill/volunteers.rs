//! Volunteers: nine of ten have an account and a seat, the others wait at one station of the way or another.

use crate::names::Person;
use crate::rng::Rng;
use crate::seed::Error;
use care::app::visits::day_of;
use care::app::volunteers::{Approval, NewVolunteer, one, sign_up as sign, step};
use care::model::volunteer::VolunteerStep;
use kernel::ids::AreaId;
use kernel::{Lang, Moment};
use store::Cx;

pub(super) fn sign_up(
    cx: &mut Cx<'_>,
    homes: &[(AreaId, String)],
    first: usize,
    count: usize,
    start: Moment,
) -> Result<(), Error> {
    for n in first..first + count {
        let mut rng = Rng::new(crate::SEED ^ n as u64, "volunteer");
        let Some((area, _)) = homes.get(n % homes.len().max(1)) else { return Ok(()) };
        let Person { name, phone, .. } = Person::of(&mut rng, 8_000_000 + n);
        cx.now = start.plus_days(-rng.between(1, 300));
        let new = NewVolunteer {
            key: format!("bench:{n}"),
            name,
            phone,
            area: Some(*area),
            lang: Lang::ZhCn,
            tongues: vec!["mandarin".to_owned()],
            skills: vec!["company".to_owned()],
            week: vec!["6m".to_owned()],
            more: String::new(),
            grown_up: true,
            agrees: true,
        };
        let id = sign(cx, &new)?.id;
        if n % 20 == 7 {
            continue;
        }
        let seen = one(cx, id)?.volunteer.version;
        step(cx, id, seen, VolunteerStep::Check, None, None)?;
        if n % 20 == 13 {
            continue;
        }
        let (seen, on) = (one(cx, id)?.volunteer.version, day_of(cx.now));
        step(cx, id, seen, VolunteerStep::Train, Some(on), None)?;
        let seen = one(cx, id)?.volunteer.version;
        let with = Approval {
            insured_until: day_of(start.plus_days(300)),
            until: day_of(start.plus_days(330)),
            title: "睦邻志愿者".to_owned(),
            login: None,
            password: None,
        };
        care::app::volunteers::approve(cx, id, seen, &with)?;
    }
    cx.now = start;
    Ok(())
}
