//! Areas drawn on the map: who may, what is said while drawing, saving as a whole, two people at once, and the history of borders.

use crate::world::{Answer, Desk, aside};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Role;
use kernel::ids::AreaId;
use places::app::{AreaChanges, SaveArea};
use places::{AreaKind, Outline};
use serde_json::{Value, json};

/// Two police areas side by side in a district.
fn draw(desk: &Desk) -> [AreaId; 2] {
    let area = |kind, code, w, e| {
        SaveArea::new(kind, Some(code), code).outlined(Outline::rectangle(w, 30.8, e, 31.0).unwrap())
    };
    let save = vec![
        area(AreaKind::District, "d", 121.4, 121.6),
        area(AreaKind::Police, "p1", 121.4, 121.5),
        area(AreaKind::Police, "p2", 121.5, 121.6),
    ];
    aside(|| {
        let house = &desk.world.house;
        let report = house
            .rt
            .write_now(house.system(), move |cx| places::app::save_areas(cx, &AreaChanges { save, retire: vec![] }))
            .unwrap();
        [report.saved[1].0, report.saved[2].0]
    })
}

async fn post(desk: &Desk, cookie: &str, path: &str, body: &Value) -> (Answer, Value) {
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    let answer = desk.send(request).await;
    let value = serde_json::from_str(&answer.body).unwrap_or_default();
    (answer, value)
}

fn rect(w: f64, e: f64) -> Value {
    json!([[[[w, 30.8], [e, 30.8], [e, 31.0], [w, 31.0], [w, 30.8]]]])
}

/// The border between the two, moved to a meridian.
fn moved([one, two]: [AreaId; 2], seen: i64, lon: f64) -> Value {
    let area = |id: AreaId, code: &str, outline| json!({ "id": id.to_string(), "kind": "police", "code": code, "name": code, "seen": seen, "outline": outline });
    json!({ "areas": [area(one, "p1", rect(121.4, lon)), area(two, "p2", rect(lon, 121.6))] })
}

#[tokio::test]
async fn only_system_administrators_draw() {
    let desk = Desk::new();
    let ids = draw(&desk);
    let border = format!("/desk/admin/areas/{}", ids[0]);
    for role in Role::ALL {
        let cookie = desk.sign_in(*role).await;
        let draws = *role == Role::SystemAdmin;
        let reads = draws || *role == Role::Coordinator;
        for path in ["border", "border?as=csv", "border.geojson", "change.geojson"] {
            let status = desk.get(&cookie, &format!("{border}/{path}")).await.status;
            assert_eq!(status == StatusCode::OK, reads, "{} GET {path}: {status}", role.code());
        }
        let line = json!({ "outline": rect(121.4, 121.5), "line": [[121.45, 30.7], [121.45, 31.1]] });
        let join = json!({ "outlines": [rect(121.4, 121.5), rect(121.5, 121.6)] });
        let bodies =
            [("look", moved(ids, 1, 121.49)), ("split", line), ("merge", join), ("save", json!({ "areas": [] }))];
        for (path, body) in bodies {
            let (answer, _) = post(&desk, &cookie, &format!("/desk/admin/areas/{path}"), &body).await;
            assert_eq!(answer.status != StatusCode::FORBIDDEN, draws, "{} {path}: {}", role.code(), answer.status);
        }
    }
}

#[tokio::test]
async fn a_border_is_looked_at_saved_told_and_put_back() {
    let desk = Desk::new();
    let ids = draw(&desk);
    // An outline is known by its first instant.
    desk.world.house.clock.advance_secs(60);
    let admin = desk.sign_in(Role::SystemAdmin).await;
    // One side alone leaves a gap: said with its place, drawn, and not saved.
    let mut alone = moved(ids, 1, 121.49);
    alone["areas"].as_array_mut().unwrap().pop();
    let (_, said) = post(&desk, &admin, "/desk/admin/areas/look", &alone).await;
    assert!(said["right"] == json!(false) && !said["pieces"].as_array().unwrap().is_empty(), "{said}");
    assert!(said["problems"][0]["words"].as_str().unwrap().contains("空隙"), "{said}");
    let (answer, _) = post(&desk, &admin, "/desk/admin/areas/save", &alone).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    // A line that crosses itself is said with the name of its area and where.
    let mut bow = moved(ids, 1, 121.49);
    bow["areas"][0]["outline"] = json!([[[[121.4, 30.8], [121.5, 31.0], [121.5, 30.8], [121.4, 31.0], [121.4, 30.8]]]]);
    let (_, said) = post(&desk, &admin, "/desk/admin/areas/look", &bow).await;
    assert_eq!(said["pieces"][0]["geometry"]["type"], "Point", "{said}");
    assert!(said["problems"][0]["words"].as_str().unwrap().starts_with("p1"), "{said}");
    // Both sides: right, with what changes hands.
    let right = moved(ids, 1, 121.49);
    let (_, said) = post(&desk, &admin, "/desk/admin/areas/look", &right).await;
    assert_eq!((&said["right"], said["effects"].as_array().unwrap().len()), (&json!(true), 2), "{said}");
    let (answer, said) = post(&desk, &admin, "/desk/admin/areas/save", &right).await;
    assert_eq!(answer.status, StatusCode::OK, "{said}");
    let saved = said["saved"].as_str().unwrap();
    let page = desk.get(&admin, saved).await;
    assert!(page.body.contains("少 ") && page.body.contains(" 平方米"), "what was lost is told: {}", page.body);
    // Whoever saw the version before is told, and nothing is written.
    let (answer, said) = post(&desk, &admin, "/desk/admin/areas/save", &moved(ids, 1, 121.48)).await;
    assert_eq!((answer.status, &said["conflict"]), (StatusCode::CONFLICT, &json!(true)));
    // The list of outlines as a file, one of them as GeoJSON, the change drawn.
    let border = format!("/desk/admin/areas/{}", ids[0]);
    let csv = desk.get(&admin, &format!("{border}/border?as=csv")).await;
    assert_eq!(csv.body.lines().count(), 3, "{}", csv.body);
    let file = desk.get(&admin, &format!("{border}/border.geojson")).await;
    assert!(file.body.contains("121.49") && file.kind.starts_with("application/geo+json"));
    let at = page.body.split("name=\"at\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let change = desk.get(&admin, &format!("{border}/change.geojson?change={at}")).await;
    assert!(change.body.contains("\"lost\"") && !change.body.contains("\"gained\""), "{}", change.body);
    desk.world.house.clock.advance_secs(60);
    let back = desk.post(&admin, &format!("{border}/put-back"), &format!("at={at}")).await;
    assert!(back.location.ends_with("done=put-back"), "{}", back.location);
    let file = desk.get(&admin, &format!("{border}/border.geojson")).await;
    assert!(file.body.contains("121.5,") && !file.body.contains("121.49"), "{}", file.body);
}

#[tokio::test]
async fn a_day_to_come_is_planned_shown_and_taken_back() {
    let desk = Desk::new();
    let ids = draw(&desk);
    let admin = desk.sign_in(Role::SystemAdmin).await;
    let mut later = moved(ids, 1, 121.49);
    later["from"] = json!("2020-01-01T00:00");
    let (answer, said) = post(&desk, &admin, "/desk/admin/areas/save", &later).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
    later["from"] = json!("2099-01-01T00:00");
    let (answer, said) = post(&desk, &admin, "/desk/admin/areas/save", &later).await;
    assert_eq!((answer.status, &said["saved"]), (StatusCode::OK, &json!("/desk/admin/areas?done=later")));
    let list = desk.get(&admin, "/desk/admin/areas?kind=police").await.body;
    let id = list.split("/areas/later/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let back = desk.post(&admin, &format!("/desk/admin/areas/later/{id}"), "").await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert!(!desk.get(&admin, "/desk/admin/areas?kind=police").await.body.contains("/areas/later/"));
}

#[tokio::test]
async fn an_area_is_cut_and_joined_and_its_corners_come_back_as_they_were() {
    let desk = Desk::new();
    let ids = draw(&desk);
    let admin = desk.sign_in(Role::SystemAdmin).await;
    let ground: Value =
        serde_json::from_str(&desk.get(&admin, "/desk/admin/areas/ground.json?kind=police").await.body).unwrap();
    let of = |n: usize| ground["areas"][n]["outline"].clone();
    let line = [[121.3, 30.9], [121.55, 30.91]];
    let near = json!([{ "id": ids[1].to_string(), "outline": of(1) }]);
    let ask = json!({ "outline": of(0), "line": line, "neighbours": near });
    let (_, cut) = post(&desk, &admin, "/desk/admin/areas/split", &ask).await;
    assert_eq!((cut["halves"].as_array().unwrap().len(), &cut["neighbours"][0]["id"]), (2, &json!(ids[1].to_string())));
    let half = |n: usize, id: Option<AreaId>, code: &str| json!({ "id": id.map(|i| i.to_string()), "kind": "police", "code": code, "name": code, "seen": id.map(|_| 1), "outline": cut["halves"][n] });
    let next = json!({ "id": ids[1].to_string(), "kind": "police", "code": "p2", "name": "p2", "seen": 1, "outline": cut["neighbours"][0]["outline"] });
    let edit = json!({ "areas": [half(0, Some(ids[0]), "p1"), half(1, None, "p3"), next] });
    let (answer, said) = post(&desk, &admin, "/desk/admin/areas/save", &edit).await;
    assert_eq!(answer.status, StatusCode::OK, "{said}");
    let join = json!({ "outlines": cut["halves"] });
    let (_, joined) = post(&desk, &admin, "/desk/admin/areas/merge", &join).await;
    let corners = joined["outline"][0][0].as_array().unwrap();
    let whole = of(0);
    assert!(whole[0][0].as_array().unwrap().iter().all(|c| corners.contains(c)), "{joined}");
    let apart = json!({ "outlines": [rect(121.4, 121.41), rect(121.5, 121.6)] });
    let (answer, said) = post(&desk, &admin, "/desk/admin/areas/merge", &apart).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(said["words"].as_str().unwrap().contains("没有共同的边界"), "{said}");
}
