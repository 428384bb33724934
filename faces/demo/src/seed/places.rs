//! Areas, posts and turns of duty.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::{Error, Written};
use crate::World;
use crate::addresses::Address;
use crate::ground::{Area, AreaKind};
use crate::osm::words::english;
use crate::posts::{Post, Tier};
use kernel::time::shanghai;
use kernel::{Datum, Moment, Point};
use places::app::{AreaChanges, NewSlot, PostRef, SaveArea, SavePost, confirm_duty, plan_duty, save_areas, save_posts};
use places::gazetteer::{Entry, Source, replace};
use places::model::hours::Span;
use places::{Outline, PostState, WeekHours};
use store::Cx;

const fn kind(kind: AreaKind) -> places::AreaKind {
    match kind {
        AreaKind::District => places::AreaKind::District,
        AreaKind::Town => places::AreaKind::Town,
        AreaKind::Community => places::AreaKind::Community,
        AreaKind::Police => places::AreaKind::Police,
        AreaKind::Grid => places::AreaKind::Grid,
    }
}

fn save(area: &Area, all: &[Area]) -> Result<SaveArea, Error> {
    let outline = Outline::new(&[vec![area.ring.clone()]], Datum::Wgs84)
        .map_err(|e| Error::Land(format!("{} ({}): {e}", area.name, area.code)))?;
    let save = SaveArea::new(kind(area.kind), Some(&area.code), &area.name).outlined(outline);
    let save = SaveArea { name_en: Some(in_english(area)), ..save };
    // Police areas stand beside towns and committees, under the district.
    let parent = if area.kind == AreaKind::Police { Some(0) } else { area.parent };
    Ok(match parent {
        Some(parent) => save.within(&all[parent].code),
        None => save,
    })
}

/// 归雁苑第3网格 → Guiyanyuan Grid Cell 3.
fn in_english(area: &Area) -> String {
    let name = area.name.as_str();
    if area.kind == AreaKind::District {
        return format!("{} District", english(name.trim_end_matches('区')));
    }
    let Some((above, rest)) = name.split_once('第') else { return english(name) };
    let number: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let kind = if rest.ends_with("网格") { "Grid Cell" } else { "Police Area" };
    format!("{} {kind} {number}", english(above))
}

fn hours(post: &Post) -> WeekHours {
    post.hours.map_or_else(WeekHours::always, |(from, to, weekend)| {
        WeekHours::of((0..if weekend { 7 } else { 5 }).map(|weekday| Span { weekday, from, to }))
    })
}

/// Areas and posts.
pub fn write(cx: &mut Cx<'_>, world: &World, written: &mut Written) -> Result<(), Error> {
    let all = &world.ground.areas.all;
    let changes = AreaChanges { save: all.iter().map(|a| save(a, all)).collect::<Result<_, _>>()?, retire: Vec::new() };
    written.areas = save_areas(cx, &changes)?.saved.into_iter().map(|(id, _)| id).collect();
    let code = |n: usize| format!("P{:03}", n + 1);
    let save = |(n, post): (usize, &Post)| {
        let address = &world.addresses.all[post.address];
        let [lon, lat] = address.at(&world.ground);
        SavePost {
            id: None,
            tier: match post.tier {
                Tier::Post => places::Tier::PolicePost,
                Tier::Office => places::Tier::PoliceOffice,
                Tier::House => places::Tier::SafeHouse,
            },
            code: Some(code(n)),
            name: post.name.clone(),
            parent: post.parent.map(|p| PostRef::Named(code(p))),
            address: address.full(&world.ground),
            phone: post.phone.clone(),
            point: Point::new(lon, lat).ok(),
            hours: hours(post),
            state: PostState::Running,
            serves: if post.tier == Tier::Post { vec![all[post.police].code.clone()] } else { Vec::new() },
            seen: None,
        }
    };
    let posts: Vec<SavePost> = world.posts.iter().enumerate().map(save).collect();
    written.posts = save_posts(cx, &posts)?.saved.into_iter().map(|(id, _)| id).collect();
    doors(cx, world)
}

/// Every door of the district, so that addresses are found as in one that has its list of door plates.
fn doors(cx: &mut Cx<'_>, world: &World) -> Result<(), Error> {
    let entry = |address: &Address| {
        let [lon, lat] = address.at(&world.ground);
        Entry::address(&address.full(&world.ground), Point::new(lon, lat).ok()?)
    };
    let entries = world.addresses.all.iter().filter_map(entry).collect();
    replace(cx, Source::Addresses, entries)?;
    Ok(())
}

/// Turns of duty around the clock from yesterday for a week: from 09:00 until 09:00 the next day, in rotation.
pub fn duty(cx: &mut Cx<'_>, world: &World, written: &Written, start: Moment) -> Result<(), Error> {
    let nine = start.zoned(&shanghai()).start_of_day().map_or(start, |z| Moment::from(&z)).plus_hours(9);
    for (n, watch) in world.cast.watches.iter().enumerate() {
        for day in -2..8_i64 {
            let who = watch[(day + 2 + n as i64).unsigned_abs() as usize % watch.len()];
            let from = nine.plus_days(day);
            let slot = NewSlot { post: written.posts[n], account: written.accounts[who], from, to: from.plus_days(1) };
            let slot = plan_duty(cx, slot)?;
            // The day after tomorrow some have not confirmed yet.
            if day < 2 || (day + n as i64) % 4 != 0 {
                confirm_duty(cx, slot)?;
            }
        }
    }
    Ok(())
}
