//! Following one's own matter with its code: what the holder sees, what a stranger learns (nothing).

use crate::world::{Api, NAME};
use axum::body::Body;
use axum::http::{Method, Request};
use kernel::Role;
use serde_json::json;

/// A picture of one dot.
fn png() -> Vec<u8> {
    let picture = image::DynamicImage::ImageRgb8(image::RgbImage::from_pixel(2, 2, image::Rgb([9, 9, 9])));
    let mut out = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

#[tokio::test]
async fn the_holder_of_the_code_follows_answers_and_reopens() {
    let api = Api::new();
    let receipt = api.receipt("有人落水");
    let path = format!("/track/{}", receipt.code);
    let commands = format!("/matters/{}/commands", receipt.matter);
    let view = api.open(&path).await.is(200);
    assert_eq!(view.header("cache-control"), "no-store");
    assert_eq!((view.json()["state"].as_str(), view.json()["progress"].as_i64()), (Some("received"), Some(0)));
    assert!(!view.text.contains(NAME));
    api.give(&format!("{path}/facts"), json!({ "text": "在桥东边" })).await.is(200);
    api.give(&format!("{path}/rating"), json!({ "stars": 5 })).await.is(409);
    api.assign(receipt.matter).await;
    for step in [
        json!({ "command": "sign" }),
        json!({ "command": "contact", "outcome": "reached" }),
        json!({ "command": "submit", "outcome": "done", "answer": "先写的答复" }),
    ] {
        api.post(Role::DutyOfficer, &commands, step).await.is(200);
    }
    api.post(Role::Coordinator, &commands, json!({ "command": "send_back", "reason": "写清楚些" })).await.is(200);
    let again = json!({ "command": "submit", "outcome": "done", "answer": "人已救起" });
    api.post(Role::DutyOfficer, &commands, again).await.is(200);
    api.post(Role::Coordinator, &commands, json!({ "command": "verify" })).await.is(200);
    api.post(Role::Coordinator, &commands, json!({ "command": "answer" })).await.is(200);
    let before = api.open(&path).await.is(200);
    assert_eq!(before.json()["answered"], true);
    assert!(!before.text.contains("人已救起"), "opening is the proof; until then the words wait");
    let opened = api.call(Method::POST, "", &format!("{path}/answer"), &[], None).await.is(200);
    assert_eq!(opened.json()["answer"], "人已救起");
    assert_eq!(opened.json()["state"], "closed", "the last proof closes it");
    assert!(!opened.text.contains("先写的答复"), "an answer that was sent back is not the raiser's");
    api.give(&format!("{path}/rating"), json!({ "stars": 2, "words": "太慢" })).await.is(200);
    let reopened = api.give(&format!("{path}/reopening"), json!({ "reason": "又掉下去了" })).await.is(200);
    assert_eq!(reopened.json()["state"], "reopened");
    api.call(Method::POST, &api.keys[&Role::DutyOfficer], &format!("/matters/{}/raisers", receipt.matter), &[], None)
        .await
        .is(200);
    let readings = api.open(&format!("{path}/readings")).await.is(200).json();
    assert_eq!(readings["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn photos_go_in_and_come_out_clean() {
    let api = Api::new();
    let receipt = api.receipt("有人落水");
    let path = format!("/api/v1/track/{}/photos", receipt.code);
    let send = |kind: &'static str, bytes: Vec<u8>| {
        api.send(Request::post(&path).header("content-type", kind).body(Body::from(bytes)).unwrap())
    };
    send("text/plain", png()).await.is(415);
    assert_eq!(send("image/png", b"GIF89a".to_vec()).await.is(422).field(), "(body)");
    let added = send("image/png", png()).await.is(201);
    let place = added.header("location");
    let photo = api.send(Request::get(&place).body(Body::empty()).unwrap()).await.is(200);
    assert_eq!(photo.header("content-type"), "image/jpeg");
    let id = added.json()["id"].as_str().unwrap().to_owned();
    let staff = format!("/matters/{}/photos/{id}", receipt.matter);
    api.get(Role::DutyOfficer, &staff).await.is(200);
    api.get(Role::Volunteer, &staff).await.is(403);
    // The code of one matter opens no photo of another.
    let other = api.receipt("另一件");
    api.open(&format!("/track/{}/photos/{id}", other.code)).await.is(404);
    let elsewhere = format!("/matters/{}/photos/{id}", other.matter);
    api.get(Role::DutyOfficer, &elsewhere).await.is(403);
}

#[tokio::test]
async fn wrong_codes_say_nothing_and_are_counted() {
    let api = Api::new();
    let receipt = api.receipt("有人落水");
    for path in ["/track/ABCD-EFGH-JKMN", "/track/x", "/track/ABCD-EFGH-JKMN/readings"] {
        api.open(path).await.is(404);
    }
    api.give("/track/ABCD-EFGH-JKMN/facts", json!({ "text": "x" })).await.is(404);
    let mut last = 404;
    for _ in 0..12 {
        last = api.open("/track/ABCD-EFGH-JKMN").await.status.as_u16();
    }
    assert_eq!(last, 429);
    api.open(&format!("/track/{}", receipt.code)).await.is(200);
}
