//! Files over HTTP: looked through, brought in, listed, undone; who may not, and what is said about a wrong file.

use crate::world::{Answer, Api};
use axum::body::Body;
use axum::http::{Method, Request, header};
use kernel::Role;
use serde_json::json;

const ADMIN: Role = Role::SystemAdmin;
const AREAS: &[(&str, &str)] = &[("kind", "areas"), ("area_kind", "community"), ("datum", "none")];
const POSTS: &[(&str, &str)] = &[("kind", "posts"), ("datum", "none")];

/// Sends a form; the boundary is another each time, as programs do.
async fn upload(api: &Api, role: Role, more: &[(&str, &str)], fields: &[(&str, &str)], file: (&str, &str)) -> Answer {
    let boundary = format!("b{}", more.len() + file.1.len());
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    let (name, text) = file;
    body.push_str(&format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--{boundary}--\r\n"
    ));
    let mut request = Request::post("/api/v1/uploads")
        .header(header::AUTHORIZATION, format!("Bearer {}", api.keys[&role]))
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"));
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    api.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn a_file_is_looked_through_brought_in_listed_and_undone() {
    let api = Api::new();
    let file = ("areas.csv", "code,name\nA1,甲里\nA2,乙里\n");
    let once = [("idempotency-key", "one")];
    let looked = upload(&api, ADMIN, &once, AREAS, file).await.is(202);
    let id = looked.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(looked.header("location"), format!("/api/v1/uploads/{id}"));
    assert_eq!((&looked.json()["state"], &looked.json()["outcome"]), (&json!("done"), &json!("fine")));
    assert_eq!(looked.json()["report"]["added"], 2);
    // Written down another way, it is the same request.
    let again = upload(&api, ADMIN, &[once[0], ("accept-language", "en")], AREAS, file).await.is(202);
    assert_eq!(again.json()["id"], json!(id));
    upload(&api, ADMIN, &once, AREAS, ("areas.csv", "code,name\nA3,丙里\n")).await.is(422);
    assert_eq!(api.get(ADMIN, "/uploads").await.is(200).json()["items"].as_array().unwrap().len(), 1);

    let brought = api.post(ADMIN, &format!("/uploads/{id}/import"), json!({})).await.is(202).json();
    assert_eq!((&brought["wish"], &brought["report"]["import"]), (&json!("import"), &json!(1)));
    api.post(ADMIN, &format!("/uploads/{id}/import"), json!({})).await.is(409);
    let list = api.get(ADMIN, "/imports").await.is(200).json();
    assert_eq!((&list["items"][0]["file"], &list["items"][0]["added"]), (&json!("areas.csv"), &json!(2)));
    assert_eq!(api.get(ADMIN, "/areas?kind=community").await.is(200).json()["items"].as_array().unwrap().len(), 2);

    api.get(ADMIN, "/imports/9").await.is(404);
    api.post(ADMIN, "/imports/9/undo", json!({})).await.is(404);
    let undone = api.post(ADMIN, "/imports/1/undo", json!({})).await.is(200).json();
    assert!(undone["undone_at"].is_string());
    let twice = api.post(ADMIN, "/imports/1/undo", json!({})).await.is(409).json();
    assert_eq!(twice["rule"], "desk-import-already");
    api.call(Method::DELETE, &api.keys[&ADMIN], &format!("/uploads/{id}"), &[], None).await.is(204);
    api.get(ADMIN, &format!("/uploads/{id}")).await.is(404);
}

#[tokio::test]
async fn every_wrong_row_is_named_in_the_caller_s_language() {
    let api = Api::new();
    let wrong = ("posts.csv", "tier,name\n警务站,青禾站\n酒馆,夜店\n警务站,\n");
    let english = upload(&api, ADMIN, &[("accept-language", "en")], POSTS, wrong).await.is(202).json();
    assert_eq!((&english["outcome"], &english["wrong"]["rows"]), (&json!("wrong"), &json!(2)));
    let first = &english["wrong"]["first"][0];
    assert_eq!((&first["row"], &first["column"], &first["code"]), (&json!(3), &json!("tier"), &json!("not-one-of")));
    assert!(first["detail"].as_str().unwrap().starts_with("“酒馆” must be one of police_post"), "{first}");
    let path = format!("/uploads/{}", english["id"].as_str().unwrap());
    let chinese =
        api.call(Method::GET, &api.keys[&ADMIN], &path, &[("accept-language", "zh-CN")], None).await.is(200).json();
    assert!(chinese["wrong"]["first"][0]["detail"].as_str().unwrap().starts_with("“酒馆”不能用"), "{chinese}");
    let refused = api.post(ADMIN, &format!("{path}/import"), json!({})).await.is(409);
    assert_eq!(refused.json()["rule"], "rule-import-not-looked");
    let pdf = upload(&api, ADMIN, &[], POSTS, ("posts.pdf", "x")).await.is(202).json();
    assert_eq!((&pdf["outcome"], &pdf["refused"][0]["code"]), (&json!("refused"), &json!("file-kind")));
    // What must be stated is asked for by name.
    assert_eq!(upload(&api, ADMIN, &[], &[("kind", "posts")], wrong).await.is(422).field(), "datum");
    assert_eq!(upload(&api, ADMIN, &[], POSTS, ("posts.csv", "")).await.is(422).field(), "file");
    api.post(ADMIN, "/uploads", json!({})).await.is(415);
    // Doubtful rows are accepted by name.
    let doubtful =
        upload(&api, ADMIN, &[], POSTS, ("p.csv", "tier,name,phone\n警务站,青禾站,abc\n")).await.is(202).json();
    let path = format!("/uploads/{}/import", doubtful["id"].as_str().unwrap());
    assert_eq!(doubtful["doubtful"]["first"][0]["code"], "not-a-phone");
    assert_eq!(api.post(ADMIN, &path, json!({})).await.is(409).json()["rule"], "rule-import-doubtful");
    api.post(ADMIN, &path, json!({ "accept_doubtful": true })).await.is(202);
}

#[tokio::test]
async fn areas_under_another_key_are_decided_by_the_caller() {
    let api = Api::new();
    let first = upload(&api, ADMIN, &[], AREAS, ("a.csv", "code,name\n,水闸社区\n")).await.is(202).json();
    let path = format!("/uploads/{}/import", first["id"].as_str().unwrap());
    api.post(ADMIN, &path, json!({})).await.is(202);
    let unsure = upload(&api, ADMIN, &[], AREAS, ("b.csv", "code,name\nC1,水闸居委会\n")).await.is(202).json();
    assert_eq!((&unsure["outcome"], &unsure["pairs"][0]["area_name"]), (&json!("unsure"), &json!("水闸社区")));
    let path = format!("/uploads/{}/look", unsure["id"].as_str().unwrap());
    let pairs = json!({ "pairs": [{ "name": "水闸居委会", "area": unsure["pairs"][0]["area"] }] });
    let decided = api.post(ADMIN, &path, pairs).await.is(202).json();
    assert_eq!((&decided["outcome"], &decided["report"]["changed"]), (&json!("fine"), &json!(1)), "{decided}");
}

#[tokio::test]
async fn whoever_may_not_import_gets_nothing_and_learns_nothing() {
    let api = Api::new();
    let file = ("areas.csv", "code,name\nA1,甲里\n");
    let id = upload(&api, ADMIN, &[], AREAS, file).await.is(202).json()["id"].as_str().unwrap().to_owned();
    for role in Role::ALL.iter().filter(|role| **role != ADMIN) {
        upload(&api, *role, &[], AREAS, file).await.is(403);
        for path in ["/imports", "/imports/1", "/uploads", &format!("/uploads/{id}")] {
            api.get(*role, path).await.is(403);
        }
        api.post(*role, "/imports/1/undo", json!({})).await.is(403);
        api.post(*role, &format!("/uploads/{id}/import"), json!({})).await.is(403);
        api.post(*role, &format!("/uploads/{id}/look"), json!({ "pairs": [] })).await.is(403);
        api.call(Method::DELETE, &api.keys[role], &format!("/uploads/{id}"), &[], None).await.is(403);
    }
    // Seats are given by the security administrator.
    let people: &[(&str, &str)] = &[("kind", "people")];
    let seats =
        upload(&api, ADMIN, &[], people, ("p.csv", "login,name,role\na.one,甲,volunteer\n")).await.is(202).json();
    assert_eq!((&seats["outcome"], &seats["report"]), (&json!("denied"), &json!(null)));
}

#[tokio::test]
async fn a_long_file_is_answered_at_once_and_read_by_the_job() {
    let api = Api::new();
    let long = format!("code,name,pad\nA1,甲里,{}\n", "长".repeat(100_000));
    let waits = upload(&api, ADMIN, &[], AREAS, ("areas.csv", &long)).await.is(202);
    assert_eq!((&waits.json()["state"], &waits.json()["outcome"]), (&json!("waiting"), &json!(null)));
    let place = waits.header("location").replace("/api/v1", "");
    let (rt, district) = (api.world.house.rt.clone(), api.world.house.district);
    let run = move || store::jobs::run_due(&rt, district, &imports::uploads::handlers()).unwrap();
    tokio::task::spawn_blocking(run).await.unwrap();
    let done = api.get(ADMIN, &place).await.is(200).json();
    assert_eq!((&done["state"], &done["report"]["added"]), (&json!("done"), &json!(1)));
}

/// A long file waits for its job; meanwhile the key becomes less, and the job brings nothing in.
#[tokio::test]
async fn a_key_that_was_ended_or_narrowed_meanwhile_brings_nothing_in() {
    for narrowed in [
        "UPDATE api_token SET revoked_at = 1",
        "UPDATE api_token SET expires_at = 1",
        "UPDATE api_token SET scopes = 'read'",
        "UPDATE api_token SET area_id = id",
    ] {
        let api = Api::new();
        let long = format!("code,name,pad\nA1,甲里,{}\n", "长".repeat(100_000));
        let waits = upload(&api, ADMIN, &[], AREAS, ("areas.csv", &long)).await.is(202).json();
        assert_eq!(waits["state"], "waiting", "{narrowed}");
        let (rt, district) = (api.world.house.rt.clone(), api.world.house.district);
        let work = move || {
            rt.write_now(store::Who::system(district, "demo"), move |cx| cx.execute(narrowed, &[])).unwrap();
            store::jobs::run_due(&rt, district, &imports::uploads::handlers()).unwrap();
            rt.read_now(store::Who::system(district, "demo"), |cx| {
                let sql = "SELECT COUNT(*) AS n FROM import_draft WHERE state = 'done'";
                let done = cx.query_one(sql, &[])?.i64("n")?;
                Ok::<_, store::Error>((
                    done,
                    cx.query_one("SELECT COUNT(*) AS n FROM area WHERE name = '甲里'", &[])?.i64("n")?,
                ))
            })
            .unwrap()
        };
        let (done, areas) = tokio::task::spawn_blocking(work).await.unwrap();
        assert_eq!((done, areas), (1, 0), "{narrowed}");
        if !narrowed.contains("revoked") && !narrowed.contains("expires") {
            continue;
        }
        // Whoever comes with another way of signing in reads why.
        let id = waits["id"].as_str().unwrap().to_owned();
        api.get(ADMIN, &format!("/uploads/{id}")).await.is(401);
    }
}

/// The outcome itself, looked through with a key that is whole again.
#[tokio::test]
async fn why_a_job_did_not_bring_it_in_is_said() {
    let api = Api::new();
    let long = format!("code,name,pad\nA1,甲里,{}\n", "长".repeat(100_000));
    let waits = upload(&api, ADMIN, &[], AREAS, ("areas.csv", &long)).await.is(202).json();
    let (rt, district) = (api.world.house.rt.clone(), api.world.house.district);
    let work = move || {
        let set = |sql: &'static str| {
            rt.write_now(store::Who::system(district, "demo"), move |cx| cx.execute(sql, &[])).unwrap();
        };
        set("UPDATE api_token SET revoked_at = 1");
        store::jobs::run_due(&rt, district, &imports::uploads::handlers()).unwrap();
        set("UPDATE api_token SET revoked_at = NULL");
    };
    tokio::task::spawn_blocking(work).await.unwrap();
    let id = waits["id"].as_str().unwrap();
    let said = api.get(ADMIN, &format!("/uploads/{id}")).await.is(200).json();
    assert_eq!((&said["outcome"], &said["report"]), (&json!("denied"), &json!(null)));
}
