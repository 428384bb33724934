#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::model::hours::WeekHours;
use crate::model::outline::Outline;
use kernel::Moment;
use std::sync::Arc;

fn area(n: u128, kind: AreaKind, parent: Option<u128>, bounds: Option<[f64; 4]>) -> Area {
    let outline = bounds.map(|[w, s, e, n]| Arc::new(Outline::rectangle(w, s, e, n).unwrap()));
    let id = |n| AreaId(Uuid::from_u128(n));
    Area {
        id: id(n),
        kind,
        code: Some(n.to_string()),
        name: format!("area {n}"),
        parent: parent.map(id),
        valid_from: Moment::default(),
        name_en: None,
        valid_to: None,
        version: 1,
        outline,
    }
}

fn post(n: u128, tier: Tier, lon: f64, serves: &[u128]) -> Post {
    Post {
        id: PostId(Uuid::from_u128(n)),
        tier,
        code: None,
        name: format!("post {n}"),
        parent: None,
        address: String::new(),
        phone: String::new(),
        point: Some(at(lon, 30.5)),
        hours: WeekHours::always(),
        state: PostState::Running,
        serves: serves.iter().map(|n| AreaId(Uuid::from_u128(*n))).collect(),
        version: 1,
    }
}

fn at(lon: f64, lat: f64) -> Point {
    Point::new(lon, lat).unwrap()
}

fn world(posts: Vec<Post>) -> Snapshot {
    let areas = vec![
        area(1, AreaKind::District, None, Some([121.0, 30.0, 122.0, 31.0])),
        area(11, AreaKind::Town, Some(1), Some([121.0, 30.0, 121.5, 31.0])),
        area(12, AreaKind::Town, Some(1), Some([121.5, 30.0, 122.0, 31.0])),
        area(111, AreaKind::Community, Some(11), None),
        // Drawn a little too far to the east.
        area(1111, AreaKind::Grid, Some(111), Some([121.4, 30.4, 121.501, 30.6])),
        area(90, AreaKind::Police, Some(1), Some([121.0, 30.0, 121.499_999, 31.0])),
        area(91, AreaKind::Police, Some(1), Some([121.5, 30.0, 122.0, 31.0])),
    ];
    Snapshot::new(DistrictId(Uuid::from_u128(7)), Uuid::nil(), areas, posts)
}

fn number(id: Option<AreaId>) -> u128 {
    id.map_or(0, |a| a.0.as_u128())
}

#[test]
fn the_tree_wins_over_outlines_that_disagree() {
    let found = world(vec![]).locate(at(121.5005, 30.5)).unwrap();
    let numbers = [found.grid, found.community, found.town, found.district, found.police].map(number);
    assert_eq!(numbers, [1111, 111, 11, 1, 91]);
    assert_eq!(found.chain().len(), 4);
}

#[test]
fn every_point_of_the_district_finds_one_police_area() {
    let world = world(vec![]);
    // In the sliver of 0.1 m between the two, and on the border of one of them.
    let in_sliver = world.locate(at(121.499_999_8, 30.1)).unwrap();
    assert_eq!(number(in_sliver.police), 91);
    assert_eq!(number(world.locate(at(121.499_999_2, 30.1)).unwrap().police), 90);
    assert_eq!(number(world.locate(at(121.5, 30.1)).unwrap().police), 91);
    assert!(matches!(world.locate(at(123.0, 30.1)), Err(Error::OutsideDistrict(_))));
    let empty = Snapshot::new(DistrictId(Uuid::nil()), Uuid::nil(), vec![], vec![]);
    assert!(matches!(empty.locate(at(121.2, 30.1)), Err(Error::NoOutlines)));
}

#[test]
fn the_post_that_serves_then_the_one_inside_then_the_nearest() {
    let by = |posts: Vec<Post>| world(posts).locate(at(121.9, 30.5)).unwrap().post.map_or(0, |p| p.0.as_u128());
    let far = || post(5, Tier::PolicePost, 121.1, &[]);
    assert_eq!(by(vec![]), 0);
    assert_eq!(by(vec![far()]), 5);
    assert_eq!(by(vec![far(), post(6, Tier::PoliceOffice, 121.6, &[]), post(7, Tier::SafeHouse, 121.9, &[])]), 6);
    assert_eq!(by(vec![post(5, Tier::PolicePost, 121.1, &[91]), post(8, Tier::PolicePost, 121.8, &[])]), 5);
    let closed = Post { state: PostState::Closed, ..post(5, Tier::PolicePost, 121.1, &[91]) };
    assert_eq!(by(vec![closed, post(8, Tier::PolicePost, 121.8, &[])]), 8);
}

#[test]
fn an_area_without_a_point_still_finds_a_post() {
    let ground = world(vec![post(1, Tier::PolicePost, 121.2, &[90]), post(2, Tier::PolicePost, 121.7, &[91])]);
    let of = |n: u128| ground.stand_in(AreaId(Uuid::from_u128(n))).and_then(|at| at.post).map(|p| p.0.as_u128());
    assert_eq!(of(12), Some(2));
    assert_eq!(of(111), Some(1), "not drawn itself: the town above it is");
    assert_eq!(of(999), None, "an unknown area stands nowhere");
    let other = vec![post(3, Tier::PolicePost, 121.7, &[91])];
    let later = ground.after(Uuid::from_u128(7), ground.areas().to_vec(), other);
    assert_eq!(later.stand_in(AreaId(Uuid::from_u128(12))).and_then(|at| at.post).map(|p| p.0.as_u128()), Some(3));
    assert_eq!(of(12), Some(2), "the state of before answers as before");
}

#[test]
fn the_coverage_is_that_of_this_state() {
    let ground = world(Vec::new());
    // The sliver of 0.1 m between the two is none.
    assert!(ground.coverage().is_none() && ground.coverage().is_none());
    let fewer: Vec<Area> = ground.areas().iter().filter(|a| number(Some(a.id)) != 91).cloned().collect();
    let fewer = ground.after(Uuid::nil(), fewer, Vec::new());
    assert_eq!(fewer.coverage().map(|c| c.total), Some(1));
    let none: Vec<Area> = ground.areas().iter().filter(|a| a.kind != AreaKind::Police).cloned().collect();
    assert!(ground.after(Uuid::nil(), none, Vec::new()).coverage().is_none());
}

/// The same outlines asked one by one.
fn slowly(ground: &Snapshot, point: Point) -> Vec<AreaId> {
    let drawn = ground.areas().iter().filter(|a| a.outline.as_ref().is_some_and(|o| o.contains(point)));
    drawn.map(|a| a.id).collect()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(40))]

    /// Change after change: the ground is that of a snapshot made from nothing, and every point lies where its outlines say.
    #[test]
    fn a_snapshot_after_changes_is_the_one_made_anew(
        steps in proptest::collection::vec(proptest::collection::vec((0u128..9, proptest::option::of((0u8..8, 0u8..8, 1u8..5, 1u8..5))), 1..4), 1..6),
    ) {
        let mut areas: Vec<Area> = Vec::new();
        let mut ground = Snapshot::new(DistrictId(Uuid::from_u128(7)), Uuid::nil(), Vec::new(), Vec::new());
        for step in steps {
            for (n, outline) in step {
                areas.retain(|a| a.id != AreaId(Uuid::from_u128(n)));
                let corners = outline.map(|(x, y, w, h)| {
                    let [x, y, w, h] = [x, y, w, h].map(|c| f64::from(c) / 64.0);
                    [121.0 + x, 30.0 + y, 121.0 + x + w, 30.0 + y + h]
                });
                if n % 4 != 3 || corners.is_some() {
                    areas.push(area(n, AreaKind::ALL[n as usize % 5], None, corners));
                }
            }
            ground = ground.after(Uuid::nil(), areas.clone(), Vec::new());
            let anew = Snapshot::new(ground.district_id, Uuid::nil(), areas.clone(), Vec::new());
            for n in 0..81 {
                let point = at(121.0 + f64::from(n % 9) / 48.0, 30.0 + f64::from(n / 9) / 48.0);
                let here: Vec<AreaId> = ground.containing(point).iter().map(|a| a.id).collect();
                proptest::prop_assert_eq!(&here, &slowly(&ground, point));
                proptest::prop_assert_eq!(ground.locate(point).ok(), anew.locate(point).ok());
            }
        }
    }
}
