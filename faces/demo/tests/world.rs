//! The people and posts of the invented district.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use demo::World;
use demo::posts::Tier;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static WORLD: LazyLock<World> = LazyLock::new(|| World::new(demo::SEED));

#[test]
fn posts_hang_together_and_lie_in_their_police_area() {
    let posts = &WORLD.posts;
    let count = |tier: Tier| posts.iter().filter(|p| p.tier == tier).count();
    assert_eq!(count(Tier::Post), 40);
    assert!(count(Tier::Office) > 80, "{}", count(Tier::Office));
    assert!(count(Tier::House) > 120, "{}", count(Tier::House));
    for post in posts {
        let cell = WORLD.addresses.all[post.address].cell;
        assert_eq!(WORLD.ground.areas.police[cell], post.police, "{}", post.name);
        if let Some(parent) = post.parent {
            assert_eq!(posts[parent].police, post.police);
            assert_eq!(posts[parent].tier, Tier::Post);
        } else {
            assert_eq!(post.tier, Tier::Post);
        }
    }
    let names: BTreeSet<&str> = posts.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names.len(), posts.len());
    let doors: BTreeSet<usize> = posts.iter().map(|p| p.address).collect();
    assert_eq!(doors.len(), posts.len());
}

#[test]
fn addresses_are_many_and_lie_in_their_cell() {
    let all = &WORLD.addresses.all;
    assert!(all.len() > 20_000, "{}", all.len());
    let bare = WORLD.addresses.of_cell.iter().filter(|c| c.is_empty()).count();
    assert!(bare < 120, "{bare} cells without a house");
    let texts: BTreeSet<&str> = all.iter().map(|a| a.text.as_str()).collect();
    assert_eq!(texts.len(), all.len());
    for wanted in ["弄", "组", "青禾老街"] {
        assert!(all.iter().any(|a| a.text.contains(wanted)), "{wanted}");
    }
}

#[test]
fn about_two_hundred_people_hold_the_seats() {
    let cast = &WORLD.cast;
    assert!((190..=240).contains(&cast.members.len()), "{}", cast.members.len());
    let logins: BTreeSet<&str> = cast.members.iter().map(|m| m.login.as_str()).collect();
    assert_eq!(logins.len(), cast.members.len());
    assert!(logins.iter().all(|l| people::model::account::login_is_valid(l)));
    assert_eq!(cast.watches.len(), 40);
    assert!(cast.watches.iter().all(|w| w.len() >= 3));
    let shown: BTreeSet<&str> = cast.shown.iter().map(|(r, _)| r.code()).collect();
    assert_eq!(shown.len(), kernel::Role::ALL.len(), "an account for every role");
}

#[test]
fn no_person_is_called_like_a_place() {
    let mut places: Vec<&str> = WORLD.ground.areas.all.iter().map(|a| a.name.as_str()).collect();
    places.extend(WORLD.ground.streets.ways.iter().map(|w| w.name.as_str()));
    places.extend(WORLD.ground.water.names.iter().map(String::as_str));
    places.extend(WORLD.posts.iter().map(|p| p.name.as_str()));
    places.sort_unstable();
    places.dedup();
    for member in &WORLD.cast.members {
        assert!(places.iter().all(|p| !p.contains(&member.person.name)), "{}", member.person.name);
    }
}

/// Where the real neighbours' names are at hand, none of ours is one of theirs.
#[test]
fn no_name_is_a_real_one_next_door() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/areas/fengxian_division_names.json");
    let Ok(real) = std::fs::read_to_string(path) else { return };
    for area in WORLD.ground.areas.all.iter().filter(|a| !a.village || !a.name.contains("网格")) {
        let stem = area.name.trim_end_matches("街道").trim_end_matches('镇').trim_end_matches('村');
        assert!(stem.chars().count() < 2 || !real.contains(&format!("\"{stem}")), "{stem}");
    }
}
