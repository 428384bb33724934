//! Places: open to everybody, empty before anything was imported.

use crate::world::Api;
use kernel::geo::Point;
use kernel::{Datum, Role};
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};

/// A district of one square with two police areas and a post.
fn draw(api: &Api) {
    let square = |west: f64, east: f64| {
        let ring: Vec<[f64; 2]> = vec![[west, 30.0], [east, 30.0], [east, 31.0], [west, 31.0], [west, 30.0]];
        Outline::new(&[vec![ring]], Datum::Wgs84).unwrap()
    };
    let save = vec![
        SaveArea::new(AreaKind::District, Some("310120"), "和邻区").outlined(square(121.0, 122.0)),
        SaveArea::new(AreaKind::Town, Some("310120101"), "南桥镇").outlined(square(121.0, 122.0)),
        SaveArea::new(AreaKind::Police, Some("P1"), "一警务区").outlined(square(121.0, 121.5)),
        SaveArea::new(AreaKind::Police, Some("P2"), "二警务区").outlined(square(121.5, 122.0)),
    ];
    let post = SavePost {
        id: None,
        tier: Tier::PolicePost,
        code: Some("Z1".into()),
        name: "青禾站".into(),
        parent: None,
        address: "青禾路1号".into(),
        phone: "021-0571 0100".into(),
        point: Point::new(121.2, 30.5).ok(),
        hours: WeekHours::always(),
        state: PostState::Running,
        serves: vec!["P1".into(), "P2".into()],
        seen: None,
    };
    crate::world::aside(|| {
        api.world.act(move |cx| {
            save_areas(cx, &AreaChanges { save, retire: vec![] })?;
            save_posts(cx, &[post])
        })
    });
}

#[tokio::test]
async fn everybody_finds_the_post_of_a_point() {
    let api = Api::new();
    api.open("/places/at?lat=30.5&lon=121.2").await.is(404);
    draw(&api);
    let at = api.open("/places/at?lat=30.5&lon=121.2").await.is(200).json();
    assert_eq!((at["police"]["code"].as_str(), at["post"]["name"].as_str()), (Some("P1"), Some("青禾站")));
    api.open("/places/at?lat=40&lon=121.2").await.is(404);
    for wrong in ["", "?lat=91&lon=0", "?lat=30", "?lat=NaN&lon=0", "?lat=30&lon=121&datum=gcj02"] {
        api.open(&format!("/places/at{wrong}")).await.is(422);
    }
    let areas = api.open("/areas?kind=police&limit=1").await.is(200).json();
    assert_eq!(areas["items"][0]["code"], "P1");
    let next = areas["next"].as_str().unwrap();
    let areas = api.open(&format!("/areas?kind=police&limit=1&cursor={next}")).await.is(200).json();
    assert_eq!((areas["items"][0]["code"].as_str(), areas["next"].as_str()), (Some("P2"), None));
    let id = areas["items"][0]["id"].as_str().unwrap();
    let area = api.open(&format!("/areas/{id}")).await.is(200);
    assert_eq!(area.json()["outline"]["type"], "MultiPolygon");
    assert!(area.header("etag").starts_with("\"1-"));
    let layer = api.open("/areas/outlines?kind=police&tolerance=0").await.is(200);
    assert_eq!(layer.header("content-type"), "application/geo+json");
    assert_eq!(layer.json()["features"].as_array().unwrap().len(), 2);
    let post = api.open("/posts?q=青禾").await.is(200).json()["items"][0].clone();
    assert_eq!(post["open_now"], true);
    api.open(&format!("/posts/{}", post["id"].as_str().unwrap())).await.is(200);
    assert_eq!(api.open("/posts/points").await.is(200).json()["features"].as_array().unwrap().len(), 1);
    // A key is not needed, and a key of no use is no harm.
    api.get(Role::AuditAdmin, "/posts").await.is(200);
}
