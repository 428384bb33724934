//! What people look for: posts, doctors, schools, shops, bus stops; and the names of towns and villages.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::plot::exact;
use super::{Sheet, Tags, words};
use crate::addresses::Door;
use crate::ground::AreaKind;
use crate::ground::streets::span;
use crate::ground::{DISTRICT_NAME, WayKind};
use crate::posts::Tier;
use std::collections::{BTreeSet, HashMap};

/// What every town has: how many, the tag, and what is added to the town's name.
const TOWN: [(usize, &str, &str, &[&str]); 9] = [
    (1, "amenity", "clinic", &["卫生院"]),
    (1, "amenity", "marketplace", &["菜场"]),
    (1, "amenity", "bus_station", &["汽车站"]),
    (2, "amenity", "school", &["小学", "中学"]),
    (2, "amenity", "bank", &["储蓄所", "农商银行"]),
    (3, "amenity", "pharmacy", &["药房", "南药房", "北药房"]),
    (3, "amenity", "toilets", &["东公厕", "公厕", "西公厕"]),
    (1, "amenity", "community_centre", &["社区中心"]),
    (1, "amenity", "post_office", &["邮局"]),
];

pub(super) fn points(sheet: &mut Sheet<'_>) {
    places(sheet);
    let taken = posts(sheet);
    amenities(sheet, taken);
    stops(sheet);
}

fn about(key: &'static str, value: &str, name: &str) -> Tags {
    let mut tags = vec![(key, value.to_owned())];
    words::named(&mut tags, name);
    tags
}

fn places(sheet: &mut Sheet<'_>) {
    for area in &sheet.world.ground.areas.all {
        let kind = match area.kind {
            AreaKind::Town => "town",
            AreaKind::Community if area.village => "village",
            AreaKind::Community => "neighbourhood",
            _ => continue,
        };
        let node = sheet.node((0.0, 0.0), about("place", kind, &area.name));
        sheet.map.nodes[node].at = area.centre;
    }
}

/// Answers the addresses that have somebody in them now.
fn posts(sheet: &mut Sheet<'_>) -> BTreeSet<usize> {
    let world = sheet.world;
    for post in &world.posts {
        let tags = match post.tier {
            Tier::Post | Tier::Office => about("amenity", "police", &post.name),
            Tier::House if post.name.ends_with("药房") => about("amenity", "pharmacy", &post.name),
            Tier::House => about("shop", "yes", &post.name),
        };
        sheet.node(exact(world.addresses.all[post.address].spot), tags);
    }
    world.posts.iter().map(|p| p.address).collect()
}

fn amenities(sheet: &mut Sheet<'_>, mut taken: BTreeSet<usize>) {
    let world = sheet.world;
    let areas = &world.ground.areas;
    for (n, town) in world.ground.towns.iter().enumerate() {
        let area = n + 1;
        let stem = areas.all[area].name.trim_end_matches("街道").trim_end_matches('镇');
        let far = |a: usize| {
            let spot = world.addresses.all[a].spot;
            (spot.0 - town.u).pow(2) + (spot.1 - town.v).pow(2)
        };
        let ours = |a: &usize| {
            let address = &world.addresses.all[*a];
            areas.town[address.cell] == area && address.door == Door::Street && !taken.contains(a)
        };
        let mut doors: Vec<usize> = (0..world.addresses.all.len()).filter(ours).collect();
        doors.sort_by_key(|&a| (far(a), a));
        if n == 0 {
            put(
                sheet,
                &mut taken,
                doors.get(24).copied(),
                about("amenity", "hospital", &format!("{DISTRICT_NAME}中心医院")),
            );
        }
        let mut place = 3;
        for (count, key, value, endings) in TOWN {
            for k in 0..count {
                let name = format!("{stem}{}", endings.get(k).copied().unwrap_or_default());
                put(sheet, &mut taken, doors.get(place).copied(), about(key, value, &name));
                // Those of one kind lie some way apart.
                place += 5 + 7 * k;
            }
        }
    }
}

fn put(sheet: &mut Sheet<'_>, taken: &mut BTreeSet<usize>, address: Option<usize>, tags: Tags) {
    if let Some(address) = address.filter(|a| taken.insert(*a)) {
        sheet.node(exact(sheet.world.addresses.all[address].spot), tags);
    }
}

/// A pair of stops about every 700 m of the larger roads, named after the road that meets there.
fn stops(sheet: &mut Sheet<'_>) {
    let ground = &sheet.world.ground;
    let mut meets: HashMap<usize, Vec<usize>> = HashMap::new();
    for edge in &ground.mesh.edges {
        for corner in [edge.a, edge.b] {
            meets.entry(corner).or_default().push(ground.cut.lines[edge.line].group);
        }
    }
    let mut seen = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (n, edge) in ground.mesh.edges.iter().enumerate() {
        let line = ground.cut.lines[edge.line];
        let Some(road) = ground.streets.roads.get(&line.group).filter(|r| !r.name.is_empty()) else { continue };
        let (lo, hi) = span(&ground.mesh, &ground.cut, n);
        let busy = matches!(road.kind, WayKind::Primary | WayKind::Secondary | WayKind::Tertiary);
        if !busy || !ground.streets.open[n] || hi - lo < 120 || !seen.insert((line.group, (lo - road.lo) / 700)) {
            continue;
        }
        let ends = [edge.a, edge.b];
        let crossing = ends.iter().flat_map(|c| meets.get(c).map_or(&[][..], Vec::as_slice));
        let cross = crossing.filter_map(|g| ground.streets.roads.get(g)).map(|r| r.name.as_str());
        let cross = cross.filter(|name| !name.is_empty() && *name != road.name).min().unwrap_or_default();
        let name = format!("{}{cross}", road.name);
        if !names.insert(name.clone()) {
            continue;
        }
        for (along, aside) in [(lo + 45, 7), (lo + 75, -7)] {
            let spot = if line.across { (along, line.at + aside) } else { (line.at + aside, along) };
            let mut tags = vec![("highway", "bus_stop".to_owned()), ("name", name.clone())];
            let english = [road.name.as_str(), cross].map(words::english).join(" ");
            tags.push(("name:en", english.trim().to_owned()));
            sheet.node(exact(spot), tags);
        }
    }
}
