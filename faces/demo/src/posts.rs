//! Police posts, offices and safe houses (站室屋, P2): one post for each police area, offices and shops hanging on it.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use crate::addresses::{Addresses, Door};
use crate::ground::{AreaKind, Ground, OLD_STREET_STEM};
use crate::names::{Names, People};
use crate::rng::Rng;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// 警务站, day and night.
    Post,
    /// 警务室 of a committee, office hours.
    Office,
    /// 平安屋, a shop while it is open.
    House,
}

/// A post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    pub tier: Tier,
    pub name: String,
    /// Index into the addresses.
    pub address: usize,
    /// The post it hangs on (index into the posts).
    pub parent: Option<usize>,
    /// Police area (index into the areas).
    pub police: usize,
    pub phone: String,
    /// Opening and closing minute of the day, and whether it opens on Saturdays and Sundays; none is day and night.
    pub hours: Option<(u16, u16, bool)>,
}

const SHOPS: [(&str, u16, u16); 14] = [
    ("便利店", 6, 23),
    ("药房", 8, 21),
    ("茶馆", 6, 20),
    ("理发店", 8, 20),
    ("粮油店", 7, 19),
    ("水果铺", 7, 22),
    ("早餐铺", 5, 14),
    ("五金店", 8, 18),
    ("书店", 9, 20),
    ("裁缝铺", 8, 19),
    ("面馆", 6, 21),
    ("烟杂店", 7, 22),
    ("修车铺", 7, 19),
    ("点心店", 6, 18),
];
const SHOP_WORDS: [&str; 26] = [
    "晨露",
    "小满",
    "阿婆",
    "老灶",
    "半亩",
    "隔壁",
    "春谷",
    "麦芽",
    "拾光",
    "禾香",
    "暖巷",
    "三味",
    "灯下",
    "石阶",
    "顺手",
    "大姐",
    "知了",
    "青瓦",
    "木桶",
    "小河",
    "邻里",
    "满仓",
    "叮当",
    "有余",
    "街角",
    "老地方",
];

/// All posts: first the forty posts town by town, in each from its centre outwards, then offices, then safe houses.
pub fn posts(seed: u64, ground: &Ground, addresses: &Addresses, names: &mut Names, people: &mut People) -> Vec<Post> {
    let mut rng = Rng::new(seed, "posts");
    let areas = &ground.areas;
    let police = areas.outwards(AreaKind::Police);
    let mut taken = std::collections::BTreeSet::new();
    let mut out = Vec::new();
    let mut named = std::collections::BTreeSet::new();
    for &area in &police {
        let Some(address) = heart(ground, addresses, area, &taken) else { continue };
        taken.insert(address);
        let town = areas.all[area].parent.map_or("", |t| areas.all[t].name.as_str());
        let stem = town.trim_end_matches("街道").trim_end_matches('镇');
        let name = if named.insert(stem) { stem.to_owned() } else { names.road() };
        out.push(Post {
            tier: Tier::Post,
            name: format!("{name}警务站"),
            address,
            parent: None,
            police: area,
            phone: people.phone(),
            hours: None,
        });
    }
    let first_of = |area: usize| police.iter().position(|p| *p == area);
    offices(ground, addresses, &mut taken, &mut out, people, first_of);
    houses(ground, addresses, &mut rng, &mut taken, &mut out, people);
    out
}

/// The free street door of the police area that is most in the middle of things.
fn heart(
    ground: &Ground,
    addresses: &Addresses,
    area: usize,
    taken: &std::collections::BTreeSet<usize>,
) -> Option<usize> {
    let areas = &ground.areas;
    let cells: Vec<usize> = (0..areas.police.len()).filter(|&c| areas.police[c] == area).collect();
    let n = cells.len().max(1) as f64;
    let middle = cells.iter().fold((0.0, 0.0), |m, &c| {
        let (u, v) = ground.mesh.cells[c].centre();
        (m.0 + u / n, m.1 + v / n)
    });
    let cost = |a: usize| {
        let address = &addresses.all[a];
        let (u, v) = (address.spot.0 as f64, address.spot.1 as f64);
        let kind = if address.door == Door::Street { 0.0 } else { 3_000.0 };
        kind + (u - middle.0).hypot(v - middle.1) - 900.0 * ground.warp.built(u, v)
    };
    let all = cells.iter().flat_map(|c| &addresses.of_cell[*c]).copied().filter(|a| !taken.contains(a));
    all.min_by(|&a, &b| cost(a).total_cmp(&cost(b)))
}

/// An office in about every third committee.
fn offices(
    ground: &Ground,
    addresses: &Addresses,
    taken: &mut std::collections::BTreeSet<usize>,
    out: &mut Vec<Post>,
    people: &mut People,
    first_of: impl Fn(usize) -> Option<usize>,
) {
    let areas = &ground.areas;
    let communities = (0..areas.all.len()).filter(|&a| areas.all[a].kind == AreaKind::Community);
    for community in communities.step_by(3) {
        let Some(cell) = (0..areas.community.len()).find(|&c| areas.community[c] == community) else { continue };
        let free = addresses.of_cell[cell].iter().copied().filter(|a| !taken.contains(a));
        let Some(address) = free.min_by_key(|&a| (addresses.all[a].door != Door::Street, a)) else { continue };
        taken.insert(address);
        let police = areas.police[cell];
        out.push(Post {
            tier: Tier::Office,
            name: format!("{}警务室", areas.all[community].name),
            address,
            parent: first_of(police),
            police,
            phone: people.phone(),
            hours: Some((8 * 60 + 30, 17 * 60, false)),
        });
    }
}

/// Four shops on the streets around each post, one of them on the old street where there is one.
fn houses(
    ground: &Ground,
    addresses: &Addresses,
    rng: &mut Rng,
    taken: &mut std::collections::BTreeSet<usize>,
    out: &mut Vec<Post>,
    people: &mut People,
) {
    let mut used = std::collections::BTreeSet::new();
    for post in 0..crate::ground::areas::POLICE_AREAS.min(out.len()) {
        let (police, home) = (out[post].police, addresses.all[out[post].address].spot);
        let cells = (0..ground.areas.police.len()).filter(|&c| ground.areas.police[c] == police);
        let mut near: Vec<usize> = cells.flat_map(|c| &addresses.of_cell[c]).copied().collect();
        near.retain(|a| matches!(addresses.all[*a].door, Door::Street | Door::Old) && !taken.contains(a));
        let far = |a: usize| (addresses.all[a].spot.0 - home.0).pow(2) + (addresses.all[a].spot.1 - home.1).pow(2);
        near.sort_by_key(|&a| (far(a), a));
        let old = near.iter().copied().find(|a| addresses.all[*a].door == Door::Old);
        let street: Vec<usize> = near.iter().copied().filter(|a| addresses.all[*a].door == Door::Street).collect();
        let mut chosen: Vec<usize> = (0..4).filter_map(|k| street.get((k + 1) * street.len() / 6).copied()).collect();
        chosen.extend(old);
        for address in chosen.into_iter().filter(|a| taken.insert(*a)) {
            let (kind, from, to) = *rng.pick(&SHOPS);
            let mut name = format!("{}{kind}", rng.pick(&SHOP_WORDS));
            while !used.insert(name.clone()) {
                name = format!("{}{}", rng.pick(&SHOP_WORDS), name);
            }
            if addresses.all[address].door == Door::Old {
                name = format!("{OLD_STREET_STEM}{name}");
            }
            let hours = Some((from * 60, to * 60, true));
            out.push(Post {
                tier: Tier::House,
                name: format!("{name}平安屋"),
                address,
                parent: Some(post),
                police,
                phone: people.phone(),
                hours,
            });
        }
    }
}
