//! What the posts have, some of it lent, and two events to come, one day of which somebody has decided: so that these pages
//! show something.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::{Error, Written};
use crate::World;
use crate::posts::Tier;
use kernel::ids::PostId;
use kernel::time::shanghai;
use kernel::{Moment, Purpose, Role};
use places::app::contact_cards;
use places::app::crowd::{Accept, Duty, accept, decline, save_event};
use places::app::resources::{SaveResource, lend, save_resource};
use places::model::contact_card::Answer;
use places::model::crowd::{CrowdEvent, EventKind, for_event};
use places::model::resource::Condition;
use places::{AreaKind, WeekHours};
use store::Cx;
use uuid::Uuid;

/// Kind, what tells it from others, where it stands, how many; `n` counts the posts.
type Thing = (&'static str, &'static str, &'static str, i64);

const OF_POST: [Thing; 10] = [
    ("shelter", "", "接待室", 6),
    ("water", "", "接待室", 1),
    ("charging", "", "接待室", 4),
    ("wheelchair", "", "门厅", 2),
    ("aed", "", "门厅墙上", 1),
    ("first_aider", "", "", 1),
    ("vehicle", "电动巡逻车", "院内", 1),
    ("key", "备用门厅钥匙", "钥匙柜", 3),
    ("raincoat", "", "值班室柜子", 10),
    ("torch", "", "值班室柜子", 6),
];
const OF_OFFICE: [Thing; 2] = [("shelter", "", "", 4), ("umbrella", "", "门口", 5)];
const OF_HOUSE: [Thing; 3] = [("shelter", "", "", 2), ("water", "", "柜台", 1), ("charging", "", "柜台", 2)];

fn thing(post: PostId, (kind, name, place, count): Thing) -> SaveResource {
    SaveResource {
        of: None,
        post,
        kind: kind.to_owned(),
        name: name.to_owned(),
        place: place.to_owned(),
        count,
        condition: Condition::Working,
        hours: WeekHours::default(),
    }
}

/// Things under every post, loans and events.
pub fn write(cx: &mut Cx<'_>, world: &World, written: &Written, start: Moment) -> Result<(), Error> {
    cx.now = start.plus_days(-3);
    let mut chairs: Vec<Uuid> = Vec::new();
    for (n, post) in world.posts.iter().enumerate() {
        let id = written.posts[n];
        let all: &[Thing] = match post.tier {
            Tier::Post => &OF_POST,
            Tier::Office => &OF_OFFICE,
            Tier::House => &OF_HOUSE,
        };
        for of in all {
            let mut new = thing(id, *of);
            // One waits for its repair.
            if of.0 == "aed" && n == 7 {
                new.condition = Condition::Broken;
            }
            let saved = save_resource(cx, &new)?;
            if of.0 == "wheelchair" {
                chairs.push(saved);
            }
        }
        // Pharmacies have a defibrillator, tea houses a telephone.
        if post.tier == Tier::House && post.name.contains("药房") {
            save_resource(cx, &thing(id, ("aed", "", "进门左手", 1)))?;
        }
        if post.tier == Tier::House && post.name.contains("茶馆") {
            save_resource(cx, &thing(id, ("phone", "", "柜台", 1)))?;
        }
    }
    // One should have been back yesterday, two come back today and tomorrow.
    for (n, due) in [start.plus_days(-1), start.plus_hours(6), start.plus_days(1)].into_iter().enumerate() {
        let to = ["3 号楼的老住户", "活动室", "居委会大厅"][n];
        if let Some(chair) = chairs.get(n) {
            lend(cx, *chair, 1, to, due)?;
        }
    }
    events(cx, world, written, start)?;
    cx.now = start;
    Ok(())
}

/// Buildings with their doors in the first neighbourhoods; cards hang in all but the last of each. Written last: who gets a watch
/// above depends on the ids that were given out before.
pub fn cards_of_buildings(cx: &mut Cx<'_>) -> Result<(), Error> {
    let ground = places::snapshot(cx)?;
    let communities: Vec<_> = ground.of_kind(AreaKind::Community).map(|a| a.id).take(12).collect();
    for community in communities {
        let lines: Vec<String> =
            (1..=6).map(|n| format!("{n}号楼 101-104 201-204 301-304 401-404 501-504 601-604")).collect();
        contact_cards::enter(cx, community, &lines.join("\n"))?;
        let buildings = contact_cards::buildings(cx, community)?;
        let ids: Vec<Uuid> = buildings.iter().take(5).map(|b| b.id).collect();
        contact_cards::print(cx, community, &ids)?;
        for (n, building) in (0_usize..).zip(&ids) {
            let floors = (1..=6).flat_map(|floor| (1..=4).map(move |door| floor * 100 + door));
            let said = floors.filter(|door| (door + n) % 7 != 0).map(|door| {
                let answer = if (door + n) % 11 == 0 { Answer::Declined } else { Answer::Given };
                (door.to_string(), Some(answer))
            });
            contact_cards::record_answers(cx, *building, &said.collect::<Vec<_>>())?;
        }
    }
    Ok(())
}

fn events(cx: &mut Cx<'_>, world: &World, written: &Written, start: Moment) -> Result<(), Error> {
    let day = |ahead: i64| start.plus_days(ahead).zoned(&shanghai()).date();
    let old = world.posts.iter().position(|p| p.tier == Tier::Post && p.name.contains("青禾")).unwrap_or_default();
    let event = |name: &str, kind, days, minutes, place: &str, post: usize, expected| CrowdEvent {
        id: Uuid::nil(),
        kind,
        name: name.to_owned(),
        days,
        minutes,
        place: place.to_owned(),
        point: None,
        post: written.posts[post],
        expected,
        version: 0,
    };
    let hour = 60;
    let fair = event("老街集市", EventKind::Market, (day(6), day(8)), (9 * hour, 20 * hour), "青禾老街", old, 3_000);
    let other = if old == 3 { 4 } else { 3 };
    let run = event("社区健康跑", EventKind::Sport, (day(13), day(13)), (7 * hour, 11 * hour), "", other, 800);
    let id = save_event(cx, &fair)?;
    save_event(cx, &run)?;
    cx.now = start.plus_hours(-2);
    let head = |s: &&crate::cast::Seat| s.role == Role::PostHead && s.post == Some(old);
    let Some(head) = world.cast.seats.iter().find(head).map(|s| s.holder) else { return Ok(()) };
    let (actor, walkers) = (written.actors[head].clone(), world.cast.watches.get(old).cloned().unwrap_or_default());
    let fair = CrowdEvent { id, ..fair };
    // The first day has its people; on the last one the usual ones are enough.
    cx.acting_as(actor, Purpose::Administration, |cx| {
        if let Some(s) = for_event(&fair, day(6)) {
            let people = walkers.iter().take(2).map(|m| (written.accounts[*m], Duty::Patrol)).collect::<Vec<_>>();
            if !people.is_empty() {
                accept(cx, &Accept { key: s.key, day: s.day, post: s.post, from: s.from, to: s.to, people })?;
            }
        }
        match for_event(&fair, day(8)) {
            Some(s) => decline(cx, &s.key, s.day, s.post, "最后一天只到中午，平时的人手够了"),
            None => Ok(()),
        }
    })?;
    Ok(())
}
