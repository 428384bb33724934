//! Volunteers: everybody who has had a seat since before, with a record and insured; and a few who signed up, one at each station of
//! the way, in the neighbourhood of the committee worker who is shown.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::{Error, Written};
use crate::World;
use care::app::visits::day_of;
use care::app::volunteers::{Approval, NewVolunteer, approve, list_seated, one, sign_up, step, thank};
use care::model::volunteer::{RefuseWhy, VolunteerId, VolunteerStep};
use kernel::ids::AreaId;
use kernel::{Lang, Moment, Role};
use people::app::volunteers::seated;
use store::Cx;

/// Name, what they speak and can do, when, what they wrote, and how many steps they have taken.
type Person = (&'static str, &'static str, &'static str, &'static str, &'static str, usize);

const SIGNED_UP: [Person; 6] = [
    ("许文琴", "mandarin,local", "company,phone", "2m,4m", "退休小学老师，住三号楼。", 0),
    ("顾建明", "local", "repair,errand", "6m,6a,7a", "退休电工，会修水管和电灯。", 0),
    ("白晓岚", "mandarin,english", "phone,music", "6a,7a", "大学生，周末有空。", 1),
    ("邵海英", "mandarin,dialect", "nurse,first-aid", "1a,3a,5a", "做过护士。", 2),
    ("鲁志强", "mandarin,local", "company,errand", "1m,2m,3m,4m,5m", "", 3),
    ("段雨", "mandarin", "company", "7e", "", 9),
];

fn split(codes: &str) -> Vec<String> {
    codes.split(',').filter(|c| !c.is_empty()).map(str::to_owned).collect()
}

/// See the module.
pub fn write(cx: &mut Cx<'_>, world: &World, written: &Written, start: Moment) -> Result<(), Error> {
    cx.now = start.plus_days(-60);
    let insured = day_of(start.plus_days(300));
    for (n, known) in seated(cx)?.into_iter().enumerate() {
        let id = list_seated(cx, known.account, insured, true)?;
        if n % 3 == 0 {
            cx.now = start.plus_days(-5);
            thank(cx, id, "谢谢您上周陪着去配眼镜，老人家一路都在笑。")?;
        }
    }
    let shown = |role: Role| world.cast.shown.iter().find(|(r, _)| *r == role).map(|(_, m)| *m);
    let place = shown(Role::CommitteeWorker).and_then(|member| {
        let seats = world.cast.seats.iter();
        seats.filter(|s| s.holder == member && s.role == Role::CommitteeWorker).find_map(|s| s.area)
    });
    if let Some(area) = place {
        for (n, person) in SIGNED_UP.iter().enumerate() {
            cx.now = start.plus_days(-3 * i64::try_from(n).unwrap_or(0) - 1);
            register(cx, written.areas[area], person, n, start)?;
        }
    }
    cx.now = start;
    Ok(())
}

fn register(cx: &mut Cx<'_>, area: AreaId, person: &Person, n: usize, start: Moment) -> Result<(), Error> {
    let (name, tongues, skills, week, more, steps) = *person;
    let new = NewVolunteer {
        key: format!("demo:{n}"),
        name: name.to_owned(),
        phone: format!("021-0571 07{n:02}"),
        area: Some(area),
        lang: Lang::ZhCn,
        tongues: split(tongues),
        skills: split(skills),
        week: split(week),
        more: more.to_owned(),
        grown_up: true,
        agrees: true,
    };
    let id = sign_up(cx, &new)?.id;
    let seen = |cx: &mut Cx<'_>, id: VolunteerId| one(cx, id).map(|o| o.volunteer.version);
    if steps == 9 {
        let version = seen(cx, id)?;
        step(cx, id, version, VolunteerStep::Refuse, None, Some(RefuseWhy::NotNow))?;
        return Ok(());
    }
    if steps >= 1 {
        let version = seen(cx, id)?;
        step(cx, id, version, VolunteerStep::Check, None, None)?;
    }
    if steps >= 2 {
        let (version, on) = (seen(cx, id)?, day_of(cx.now));
        step(cx, id, version, VolunteerStep::Train, Some(on), None)?;
    }
    if steps >= 3 {
        let version = seen(cx, id)?;
        let with = Approval {
            insured_until: day_of(start.plus_days(300)),
            until: day_of(start.plus_days(365)),
            title: "睦邻志愿者".to_owned(),
            login: None,
            // Whoever is not shown cannot sign in.
            password: None,
        };
        approve(cx, id, version, &with)?;
    }
    Ok(())
}
