//! Records of people over the API: in the name of a matter, with a key for names; links by a person only.

use crate::world::{Api, aside};
use axum::http::Method;
use kernel::Role;
use kernel::ids::AreaId;
use people::app::Flat;
use people::app::persons::register_person;
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
