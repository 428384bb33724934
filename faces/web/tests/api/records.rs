//! Records of people over the API: in the name of a matter, with a key for names; links by a person only.

use crate::world::{Api, aside};
use axum::body::Body;
use axum::http::{Method, Request};
use kernel::Role;
use kernel::ids::AreaId;
use people::app::persons::register_person;
use people::app::{Flat, links};
use people::model::person::{Contact, Identity, NewPerson};
use people::policy::TokenScope;
use serde_json::json;

#[tokio::test]
async fn a_record_opens_through_its_matter_only() {
    let api = Api::new();
    let id = api.raise("老人走失");
    let person = aside(|| {
        api.world.act(|cx| {
            let new = NewPerson {
                area: AreaId(uuid::Uuid::from_u128(0xa1)),
                identity: Identity { name: "王桂芳".into(), ..Identity::default() },
                contact: Contact::default(),
                guardians: vec![],
            };
            register_person(cx, &Flat, &new)
        })
    });
    let path = format!("/matters/{id}/people/{person}/record");
    let open = |key: String, path: String| async {
        let (key, path) = (key, path);
        api.call(Method::POST, &key, &path, &[], None).await
    };
    let duty = api.keys[&Role::DutyOfficer].clone();
    open(duty.clone(), path.clone()).await.is(403);
    // Who may say that a matter is about somebody is a person who signed in.
    api.call(Method::PUT, &duty, &format!("/matters/{id}/people/{person}"), &[], None).await.is(403);
    let owner = api.people[&Role::DutyOfficer].0;
    aside(|| {
        let who = api.world.who(owner, kernel::Purpose::Matter(id));
        api.world.act_as(who, move |cx| matters::app::persons::link(cx, id, person)).unwrap();
    });
    let record = open(duty.clone(), path.clone()).await.is(200);
    assert_eq!(record.header("cache-control"), "no-store");
    assert_eq!(record.json()["identity"]["name"], "王桂芳");
    assert_eq!(record.json()["hidden"][0]["part"], "health");
    for role in Role::ALL.iter().filter(|r| ![Role::DutyOfficer, Role::Clerk].contains(r)) {
        let answer = open(api.keys[role].clone(), path.clone()).await.is(403);
        assert!(!answer.text.contains("王桂芳"), "{}", role.code());
        let body = json!({ "name": "王桂芳" });
        api.post(*role, &format!("/matters/{id}/people/search"), body).await.is(403);
    }
    // A key that is not for names reads whom it is about, not who that is.
    let reads = api.key_with(Role::DutyOfficer, &[TokenScope::Read]);
    open(reads.clone(), path.clone()).await.is(403);
    let listed = api.call(Method::GET, &reads, &format!("/matters/{id}/people"), &[], None).await.is(200);
    assert!(listed.text.contains(&person.to_string()) && !listed.text.contains("王桂芳"));
    api.call(Method::POST, "", &path, &[], None).await.is(401);
}

#[tokio::test]
async fn a_person_reads_who_looked_with_the_code_of_a_letter() {
    let api = Api::new();
    let matter = api.raise("老人走失");
    let person = aside(|| {
        api.world.act(|cx| {
            let new = NewPerson {
                area: AreaId(uuid::Uuid::from_u128(0xa1)),
                identity: Identity { name: "王桂芳".into(), ..Identity::default() },
                contact: Contact { phone: Some("021-0555 0101".into()), ..Contact::default() },
                guardians: vec![],
            };
            register_person(cx, &Flat, &new)
        })
    });
    let duty = api.people[&Role::DutyOfficer].0;
    let code = aside(|| {
        let who = api.world.who(duty, kernel::Purpose::Matter(matter));
        let issue = move |cx: &mut store::Cx<'_>| {
            matters::app::persons::link(cx, matter, person)?;
            let why = matters::app::persons::in_the_name_of(cx, matter, person)?;
            Ok::<_, matters::Error>(links::issue(cx, person, &why, None, links::Proof::IdCard)?.code)
        };
        api.world.act_as(who, issue).unwrap()
    });
    let own = format!("/own/{code}");
    let before = api.open(&own).await.is(200);
    assert_eq!(before.header("cache-control"), "no-store");
    let looks = |answer: &serde_json::Value| answer["readings"].as_array().unwrap().len();
    let count = looks(&before.json());
    api.call(
        Method::POST,
        &api.keys[&Role::DutyOfficer],
        &format!("/matters/{matter}/people/{person}/record"),
        &[],
        None,
    )
    .await
    .is(200);
    let after = api.open(&own).await.is(200);
    assert!(looks(&after.json()) > count, "each look at once: {}", after.text);
    assert_eq!(after.json()["guardian"], false);
    assert_eq!(after.json()["consents"][0], json!({ "part": "health", "standing": "not_asked", "review_on": null }));
    // The same looks as the page, and nothing of the record itself.
    for hidden in ["王桂芳", "0101", "老人走失"] {
        assert!(!after.text.contains(hidden), "{hidden}: {}", after.text);
    }
    let page = Request::get(format!("/p/{code}")).body(Body::empty()).unwrap();
    let page = api.send(page).await.is(200).text;
    for look in after.json()["readings"].as_array().unwrap() {
        assert!(page.contains(look["who"].as_str().unwrap()), "{look} is not on the page");
        assert!(page.contains(look["what"].as_str().unwrap()), "{look} is not on the page");
    }
    // The code of a receipt opens no record, that of a letter no matter; and guessing is counted.
    let receipt = api.receipt("另一件");
    api.open(&format!("/own/{}", receipt.code)).await.is(404);
    api.open(&format!("/track/{code}")).await.is(404);
    let mut last = 404;
    for _ in 0..12 {
        last = api.open("/own/ABCD-EFGH-JKMN-PQRS").await.status.as_u16();
    }
    assert_eq!(last, 429);
    api.open(&own).await.is(200);
}
