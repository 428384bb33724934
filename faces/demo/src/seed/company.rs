//! Calls and activities in the neighbourhood of the committee worker who is shown: for people who have a plan of visits there.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::{Error, Written};
use crate::World;
use care::app::company::{NewActivity, NewWish, hold, invite, make, record_call, reply, set_wish};
use care::app::visits::{self, Filter, day_of};
use care::model::company::{ActivityKind, CallOutcome, Reply};
use kernel::ids::{AreaId, PersonId};
use kernel::{Moment, Role};
use people::app::consents::By;
use people::app::persons;
use store::Cx;
use uuid::Uuid;

/// So many people there like company.
const PEOPLE: usize = 18;

/// What a committee in the south of the river does at this time of the year. Festivals of the moon move by a month; the middle counts.
const fn of_the_season(month: i8, day: i8) -> (&'static str, ActivityKind) {
    match (month, day) {
        (1, _) => ("写春联，迎新春", ActivityKind::Craft),
        (2, _) => ("元宵猜灯谜", ActivityKind::Festival),
        (3, _) => ("小区里种花", ActivityKind::Walk),
        (4, ..=15) => ("清明做青团", ActivityKind::Festival),
        (4, _) => ("春天的老歌", ActivityKind::Music),
        (5, _) => ("立夏编蛋网", ActivityKind::Craft),
        (6, _) => ("端午包粽子", ActivityKind::Festival),
        (7, _) => ("夏天怎么防中暑", ActivityKind::Talk),
        (8, _) => ("七夕做巧果", ActivityKind::Festival),
        (9, _) => ("中秋做月饼", ActivityKind::Festival),
        (10, _) => ("重阳登高，吃重阳糕", ActivityKind::Festival),
        (11, _) => ("晒太阳，喝茶聊天", ActivityKind::Tea),
        _ => ("冬至包汤圆", ActivityKind::Festival),
    }
}

/// See the module; nothing where nobody is visited.
pub fn write(cx: &mut Cx<'_>, world: &World, written: &Written, start: Moment) -> Result<(), Error> {
    let shown = world.cast.shown.iter().find(|(r, _)| *r == Role::CommitteeWorker).map(|(_, m)| *m);
    let Some(member) = shown else { return Ok(()) };
    let mut seats = world.cast.seats.iter().filter(|s| s.holder == member && s.role == Role::CommitteeWorker);
    let Some(area) = seats.find_map(|s| s.area).map(|a| written.areas[a]) else { return Ok(()) };
    cx.now = start;
    let due = visits::due(cx, Filter::All, 5_000)?;
    let all: Vec<PersonId> = due.iter().map(|d| d.visit.person).collect();
    let lives = persons::areas_of_all(cx, &all)?;
    let here: Vec<PersonId> = all
        .into_iter()
        .filter(|p| lives.get(p).is_some_and(|of: &Vec<AreaId>| of.contains(&area)))
        .take(PEOPLE)
        .collect();
    if here.is_empty() {
        return Ok(());
    }
    cx.now = start.plus_days(-20);
    for (n, person) in here.iter().enumerate() {
        let caller = written.accounts[member];
        let part = ["2m", "4a", "", "2a"].get(n % 4).copied().unwrap_or_default();
        let agreed = if n % 6 == 5 { By::Guardian } else { By::Subject };
        let new = NewWish {
            calls: n % 3 != 2,
            activities: true,
            agreed,
            caller: (n % 3 == 0).then_some(caller),
            part: part.to_owned(),
        };
        set_wish(cx, *person, 0, &new)?;
    }
    for (n, person) in here.iter().enumerate().filter(|(n, _)| n % 3 != 2) {
        cx.now = start.plus_days(-8);
        let id: Uuid = cx.new_id();
        record_call(cx, id, *person, if n == 4 { CallOutcome::Not } else { CallOutcome::Reached })?;
    }
    let new = |title: &str, kind, days: i64, key: &str| NewActivity {
        key: format!("demo:{key}"),
        area,
        kind,
        title: title.to_owned(),
        place: "居委会一楼活动室".to_owned(),
        on: Some(day_of(start.plus_days(days))),
        begins: care::model::company::time_of("14:00"),
        capacity: 12,
    };
    cx.now = start.plus_days(-12);
    let day = day_of(start.plus_days(-6));
    let (title, kind) = of_the_season(day.month(), day.day());
    let past = make(cx, &new(title, kind, -6, "festival"))?;
    invite(cx, past, &here[..here.len().min(10)])?;
    let next = make(cx, &new("手机课：视频通话", ActivityKind::PhoneLesson, 5, "lesson"))?;
    invite(cx, next, &here[..here.len().min(8)])?;
    for (n, person) in here.iter().take(8).enumerate() {
        match n % 3 {
            0 => reply(cx, next, *person, Reply::Coming)?,
            1 => reply(cx, next, *person, Reply::Declined)?,
            _ => {}
        }
    }
    cx.now = start.plus_days(-6);
    hold(cx, past, 1, 9)?;
    cx.now = start;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_of_the_season() {
        let on = |m, d| of_the_season(m, d).0;
        assert_eq!(
            (on(6, 18), on(12, 4), on(9, 20), on(4, 3)),
            ("端午包粽子", "冬至包汤圆", "中秋做月饼", "清明做青团")
        );
        let all: std::collections::BTreeSet<&str> = (1..=12).map(|m| on(m, 20)).collect();
        assert_eq!(all.len(), 12, "every month has its own");
    }
}
