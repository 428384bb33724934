//! Places: open to everybody, empty before anything was imported.

use crate::world::Api;
use axum::http::Method;
use kernel::geo::Point;
use kernel::{Datum, Role};
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};
use serde_json::{Value, json};

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

fn square(west: f64, east: f64) -> Value {
    json!({ "type": "Polygon", "coordinates": [[[west, 30.0], [east, 30.0], [east, 31.0], [west, 31.0], [west, 30.0]]] })
}

/// The police areas with code, id and version, and an edit that gives them these borders.
async fn police(api: &Api, outlines: [Value; 2]) -> (Vec<Value>, Value) {
    let all = api.open("/areas?kind=police").await.is(200).json()["items"].as_array().unwrap().clone();
    let area = |(a, outline): (&Value, Value)| json!({ "id": a["id"], "version": a["version"], "kind": "police", "name": a["name"], "outline": outline });
    let areas: Vec<Value> = all.iter().zip(outlines).map(area).collect();
    (all, json!({ "areas": areas }))
}

#[tokio::test]
async fn an_edit_is_checked_refused_with_its_piece_and_saved_as_a_whole() {
    let api = Api::new();
    draw(&api);
    // A border that held for no time at all was none.
    api.world.house.clock.advance_secs(3_600);
    let admin = Role::SystemAdmin;
    // A gap of a tenth of a degree between the two.
    let (before, gap) = police(&api, [square(121.0, 121.4), square(121.5, 122.0)]).await;
    let checked = api.post(admin, "/areas/check", gap.clone()).await.is(200).json();
    assert_eq!(checked["right"], false, "{checked}");
    assert_eq!(checked["refused"][0]["code"], "gap");
    assert_eq!(checked["refused"][0]["field"], "areas.0.outline");
    let refused = api.post(admin, "/areas/edits", gap.clone()).await.is(409);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let refused = refused.json();
    assert_eq!(
        (refused["type"].as_str(), refused["errors"][0]["code"].as_str()),
        (Some("/problems/refused"), Some("gap"))
    );
    let piece = &refused["pieces"]["features"][0];
    assert_eq!(
        (piece["properties"]["fault"].as_str(), piece["geometry"]["type"].as_str()),
        (Some("gap"), Some("MultiPolygon"))
    );
    let now = api.open("/areas?kind=police").await.is(200).json()["items"].clone();
    assert_eq!(now, Value::from(before), "nothing was written");

    // The border between them moves: both together, once, however often it is sent.
    let (_, right) = police(&api, [square(121.0, 121.4), square(121.4, 122.0)]).await;
    let checked = api.post(admin, "/areas/check", right.clone()).await.is(200).json();
    assert_eq!(
        (checked["right"].as_bool(), checked["refused"].as_array().map(Vec::len)),
        (Some(true), Some(0)),
        "{checked}"
    );
    let once = || {
        api.call(Method::POST, &api.keys[&admin], "/areas/edits", &[("idempotency-key", "moved")], Some(right.clone()))
    };
    let saved = once().await.is(200).json();
    assert_eq!((saved["areas"][0]["did"].as_str(), saved["areas"][1]["version"].as_i64()), (Some("changed"), Some(2)));
    assert_eq!(once().await.is(200).json(), saved, "the same key, the same answer");
    let at = api.open("/places/at?lat=30.5&lon=121.45").await.is(200).json();
    assert_eq!(at["police"]["code"], "P2");
    // Whoever saw the borders before is told both versions.
    let stale = api.post(admin, "/areas/edits", right).await.is(412).json();
    assert_eq!((stale["yours"].as_i64(), stale["current"].as_i64()), (Some(1), Some(2)));

    let id = saved["areas"][0]["area"].as_str().unwrap();
    let border = api.get(admin, &format!("/areas/{id}/border")).await.is(200).json();
    assert_eq!(border["held"].as_array().map(Vec::len), Some(2), "{border}");
    assert!(border["held"][0]["lost_m2"].as_f64().unwrap() > 1e9 && border["held"][1]["to"].is_string(), "{border}");
    api.get(Role::CommunityOfficer, &format!("/areas/{id}/border")).await.is(403);
}

#[tokio::test]
async fn what_is_no_outline_is_named_with_its_field() {
    let api = Api::new();
    draw(&api);
    let bow = json!({ "type": "Polygon", "coordinates": [[[121.0, 30.0], [121.5, 31.0], [121.5, 30.0], [121.0, 31.0], [121.0, 30.0]]] });
    let (_, edit) = police(&api, [bow, square(121.5, 122.0)]).await;
    let refused = api.post(Role::SystemAdmin, "/areas/edits", edit).await.is(422).json();
    assert_eq!(
        (refused["type"].as_str(), refused["errors"][0]["field"].as_str()),
        (Some("/problems/invalid"), Some("areas.0.outline"))
    );
    let (_, mut edit) = police(&api, [square(121.0, 121.5), square(121.5, 122.0)]).await;
    edit["areas"][1].as_object_mut().unwrap().remove("version");
    let blind = api.post(Role::SystemAdmin, "/areas/edits", edit).await.is(422);
    assert_eq!(blind.field(), "areas.1.version");
}

#[tokio::test]
async fn one_area_is_changed_by_its_tag_and_its_english_name_is_shown() {
    let api = Api::new();
    draw(&api);
    let admin = Role::SystemAdmin;
    let town = api.open("/areas?kind=town").await.is(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
    let place = format!("/areas/{town}");
    let tag = api.open(&place).await.is(200).header("etag");
    let english = json!({ "name_en": "Nanqiao Town" });
    let change = |tag: &str, body: &Value| {
        let (tag, body, api, place) = (tag.to_owned(), body.clone(), &api, &place);
        async move { api.call(Method::PATCH, &api.keys[&admin], place, &[("if-match", tag.as_str())], Some(body)).await }
    };
    api.call(Method::PATCH, &api.keys[&admin], &place, &[], Some(english.clone())).await.is(428);
    let changed = change(&tag, &english).await.is(200).json();
    assert_eq!((changed["name"].as_str(), changed["name_en"].as_str()), (Some("南桥镇"), Some("Nanqiao Town")));
    assert_eq!(changed["outline"]["type"], "MultiPolygon", "what is left out stays");
    change(&tag, &english).await.is(412);
    assert_eq!(api.open("/areas?q=nanqiao").await.is(200).json()["items"].as_array().map(Vec::len), Some(1));
    let tag = api.open(&place).await.is(200).header("etag");
    let long = change(&tag, &json!({ "name": "长".repeat(81) })).await.is(422);
    assert_eq!(long.field(), "name");
    let gone = change(&tag, &json!({ "name_en": "" })).await.is(200).json();
    assert!(gone["name_en"].is_null(), "{gone}");
}

#[tokio::test]
async fn an_edit_for_a_day_to_come_waits_and_is_withdrawn() {
    let api = Api::new();
    draw(&api);
    let admin = Role::SystemAdmin;
    let (_, mut edit) = police(&api, [square(121.0, 121.3), square(121.3, 122.0)]).await;
    edit["from"] = json!("2001-01-01T00:00:00+08:00");
    assert_eq!(api.post(admin, "/areas/check", edit.clone()).await.is(200).json()["refused"][0]["code"], "from");
    api.post(admin, "/areas/edits", edit.clone()).await.is(422);
    edit["from"] = json!("2199-01-01T00:00:00+08:00");
    let plan = api.post(admin, "/areas/edits", edit).await.is(200).json()["planned"].as_str().unwrap().to_owned();
    let at = api.open("/places/at?lat=30.5&lon=121.4").await.is(200).json();
    assert_eq!(at["police"]["code"], "P1", "not yet");
    let waiting = api.get(admin, "/areas/edits").await.is(200).json();
    assert_eq!(
        (waiting["items"][0]["id"].as_str(), waiting["items"][0]["state"].as_str()),
        (Some(plan.as_str()), Some("waiting"))
    );
    api.call(Method::DELETE, &api.keys[&admin], &format!("/areas/edits/{plan}"), &[], None).await.is(204);
    api.call(Method::DELETE, &api.keys[&admin], &format!("/areas/edits/{plan}"), &[], None).await.is(404);
    assert_eq!(api.get(admin, "/areas/edits").await.is(200).json()["items"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn an_area_is_split_along_a_line_and_joined_again() {
    let api = Api::new();
    draw(&api);
    api.world.house.clock.advance_secs(3_600);
    let admin = Role::SystemAdmin;
    let police = async || api.open("/areas?kind=police").await.is(200).json()["items"].as_array().unwrap().clone();
    let first = police().await[0].clone();
    let place = format!("/areas/{}/split", first["id"].as_str().unwrap());
    let split =
        json!({ "version": 1, "line": [[121.1, 29.9], [121.1, 31.1]], "new": { "name": "新桥所辖区", "code": "P3" } });
    api.post(Role::CommunityOfficer, &place, split.clone()).await.is(403);

    // A line that ends inside, one that somebody drew over an older border, a code that another area has.
    let mut wrong = split.clone();
    wrong["line"] = json!([[121.1, 29.9], [121.1, 30.5]]);
    let refused = api.post(admin, &place, wrong).await.is(422).json();
    assert_eq!(
        (refused["errors"][0]["field"].as_str(), refused["errors"][0]["code"].as_str()),
        (Some("line"), Some("not-in-two"))
    );
    let mut stale = split.clone();
    stale["version"] = json!(7);
    api.post(admin, &place, stale).await.is(412);
    let mut twice = split.clone();
    twice["new"]["code"] = json!("P2");
    let twice = api.post(admin, &place, twice).await.json();
    assert!(twice["errors"][0]["field"].as_str().unwrap_or_default().starts_with("new"), "{twice}");
    assert_eq!(police().await.len(), 2, "nothing was written");

    let mut later = split.clone();
    later["from"] = json!("2199-01-01T00:00:00+08:00");
    let plan = api.post(admin, &place, later).await.is(200).json()["planned"].as_str().unwrap().to_owned();
    assert_eq!(police().await.len(), 2, "not yet");
    api.call(Method::DELETE, &api.keys[&admin], &format!("/areas/edits/{plan}"), &[], None).await.is(204);

    let saved = api.post(admin, &place, split).await.is(200).json();
    let did = |n: usize| saved["areas"][n]["did"].as_str();
    assert_eq!((did(0), did(1)), (Some("changed"), Some("added")), "{saved}");
    let at = api.open("/places/at?lat=30.5&lon=121.05").await.is(200).json();
    assert_eq!(at["police"]["code"], "P3", "the smaller half is the new one");

    let seen = |n: usize| json!({ "id": saved["areas"][n]["area"], "version": saved["areas"][n]["version"] });
    let merge = json!({ "into": seen(0), "areas": [seen(1)] });
    api.post(Role::CommunityOfficer, "/areas/merge", merge.clone()).await.is(403);
    let itself = api.post(admin, "/areas/merge", json!({ "into": seen(0), "areas": [seen(0)] })).await.is(422);
    assert_eq!(itself.field(), "areas.0.id");
    let joined = api.post(admin, "/areas/merge", merge).await.is(200).json();
    assert_eq!(joined["ended"], 1, "{joined}");
    let at = api.open("/places/at?lat=30.5&lon=121.05").await.is(200).json();
    assert_eq!((at["police"]["code"].as_str(), police().await.len()), (Some("P1"), 2));
}

#[tokio::test]
async fn an_outline_of_two_hundred_thousand_corners_is_taken_and_what_is_larger_refused() {
    let api = Api::new();
    draw(&api);
    let (_, mut edit) = police(&api, [square(121.0, 121.5), square(121.5, 122.0)]).await;
    let steps = 200_000;
    let mut ring: Vec<Value> =
        (0..steps).map(|i| json!([121.0 + 0.5 * f64::from(i) / f64::from(steps), 30.0])).collect();
    ring.extend([json!([121.5, 30.0]), json!([121.5, 31.0]), json!([121.0, 31.0]), json!([121.0, 30.0])]);
    edit["areas"][0]["outline"] = json!({ "type": "Polygon", "coordinates": [ring] });
    let checked = api.post(Role::SystemAdmin, "/areas/check", edit.clone()).await.is(200).json();
    assert!(checked["right"].is_boolean(), "{checked}");
    edit["areas"][0]["name"] = json!("长".repeat(12 << 20));
    let refused = api.post(Role::SystemAdmin, "/areas/check", edit).await.is(413);
    assert_eq!(refused.header("content-type"), "application/problem+json");
}
