//! What somebody types to find something: it stands in no address, and paging, files, the other language and saved views go on.

use crate::audit::values;
use crate::world::{Answer, Desk};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Role;
use tower::ServiceExt;

/// 落水
const WORD: &str = "%E8%90%BD%E6%B0%B4";

/// No link, no form and no script's address of the page holds it, in any way of writing.
fn nowhere(answer: &Answer, word: &str, encoded: &str) {
    for name in ["href", "action", "hx-get", "hx-post", "data-points"] {
        for value in values(&answer.body, name) {
            assert!(!value.contains(word) && !value.to_uppercase().contains(encoded), "{name}={value}");
        }
    }
}

#[tokio::test]
async fn a_list_is_found_by_words_that_stand_in_no_address() {
    let desk = Desk::new();
    desk.raise("有人落水");
    desk.raise("路灯不亮");
    let boss = desk.sign_in(Role::Coordinator).await;
    let led = desk.post(&boss, "/desk", &format!("queue=place&text={WORD}&state=&class=&area=&due=")).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    assert!(led.location.starts_with("/desk?queue=place&sought="), "{}", led.location);
    let page = desk.get(&boss, &led.location).await;
    assert!(page.body.contains("有人落水") && !page.body.contains("路灯不亮"), "{}", page.body);
    assert!(page.body.contains("value=\"落水\""), "the field keeps what was typed");
    nowhere(&page, "落水", WORD);
    // Everything that leads on carries the words sealed: the file, the map, the list that loads itself again, the other language.
    let token = led.location.split_once("sought=").unwrap().1.to_owned();
    for (name, begin) in [
        ("href", "/desk/export.csv?"),
        ("hx-get", "/desk?"),
        ("data-points", "/desk/points.geojson?"),
        ("href", "/en/desk?"),
    ] {
        let lead = values(&page.body, name).into_iter().find(|v| v.starts_with(begin) && v.contains(&token));
        assert!(lead.is_some(), "{begin} does not carry the words");
    }
    let file = desk.get(&boss, &format!("/desk/export.csv?queue=place&sought={token}")).await;
    assert!(file.body.contains("有人落水") && !file.body.contains("路灯不亮"), "{}", file.body);
    let map = desk.get(&boss, &format!("/desk/points.geojson?queue=place&sought={token}")).await;
    assert_eq!(map.status, StatusCode::OK);
    // Kept as a view, it is the same list, and the database does not hold the words.
    let saved = desk.post(&boss, "/desk/views", &format!("name=w&query=queue%3Dplace%26sought%3D{token}")).await;
    assert!(saved.location.ends_with(&token), "{}", saved.location);
    let kept: String = desk.sql(|cx| cx.query_one("SELECT query FROM matter_view", &[])?.text("query"));
    assert_eq!(kept, format!("queue=place&sought={}", token.replace("%5F", "_").replace("%2D", "-")));
    // Where words may be kept in the open, by a program, they still go into no address.
    let open = desk.post(&boss, "/desk/views", &format!("name=v&query=queue%3Dplace%26text%3D{WORD}")).await;
    assert!(open.location.contains("sought=") && !open.location.to_uppercase().contains(WORD), "{}", open.location);
    let page = desk.get(&boss, "/desk?queue=place").await;
    nowhere(&page, "落水", WORD);
    let view = values(&page.body, "href").into_iter().find(|h| h.starts_with("/desk/views/")).expect("the view");
    let led = desk.get(&boss, &view).await;
    assert!(led.location.starts_with("/desk?queue=place&sought="), "{}", led.location);
    assert!(!desk.get(&boss, &led.location).await.body.contains("路灯不亮"));
    let other = desk.sign_in(Role::DutyOfficer).await;
    assert_eq!(desk.get(&other, &view).await.status, StatusCode::NOT_FOUND, "somebody else's view");
    // Nobody else opens them, and changed ones open nothing.
    let changed = format!("{}{}", if token.starts_with('A') { 'B' } else { 'A' }, &token[1..]);
    for (cookie, token) in [(&other, token.clone()), (&boss, changed.clone()), (&boss, "%E7".into())] {
        let refused = desk.get(cookie, &format!("/desk?queue=place&sought={token}")).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.body.contains("重新查找") && refused.body.contains("href=\"/desk\""), "{}", refused.body);
    }
}

#[tokio::test]
async fn an_old_address_with_words_leads_to_one_without() {
    let desk = Desk::new();
    desk.raise("有人落水");
    let boss = desk.sign_in(Role::Coordinator).await;
    for path in [
        "/desk?queue=place&text=",
        "/desk/search?q=",
        "/en/desk/search?q=",
        "/desk/staff?q=",
        "/desk/care?which=all&name=",
    ] {
        let led = desk.get(&boss, &format!("{path}{WORD}")).await;
        assert_eq!(led.status, StatusCode::SEE_OTHER, "{path}");
        assert!(led.location.contains("sought=") && !led.location.to_uppercase().contains(WORD), "{}", led.location);
        assert_eq!(led.location.starts_with("/en/"), path.starts_with("/en/"), "the language stays");
        assert_eq!(desk.get(&boss, &led.location).await.status, StatusCode::OK, "{}", led.location);
        // Nor does the way to the sign-in page keep them.
        let asked = desk.get("", &format!("{path}{WORD}")).await;
        assert!(asked.location.contains("/login?next=") && !asked.location.contains("E8%90"), "{}", asked.location);
        assert!(!asked.location.contains("%25E8"), "{}", asked.location);
    }
    // An empty field is no word.
    assert_eq!(desk.get(&boss, "/desk?queue=place&text=").await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_field_that_finds_leads_on() {
    let desk = Desk::new();
    let number = desk.receipt("有人落水").number;
    let cases = [
        (Role::Coordinator, "/desk/search", format!("q={WORD}"), "有人落水"),
        (Role::DutyOfficer, "/desk/staff", "q=duty".to_owned(), "as=csv"),
        (Role::SystemAdmin, "/desk/admin/people", "q=duty&role=".to_owned(), "as=csv"),
        (Role::SystemAdmin, "/desk/admin/orgs", "text=zz&kind=shop".to_owned(), "value=\"zz\""),
        (Role::SystemAdmin, "/desk/admin/areas", "text=zz&kind=town".to_owned(), "value=\"zz\""),
        (Role::SystemAdmin, "/desk/admin/posts", "text=zz&tier=".to_owned(), "value=\"zz\""),
        (
            Role::AuditAdmin,
            "/desk/admin/audit/log",
            "half=changes&who=duty_officer&number=&kind=&from=&to=".to_owned(),
            "value=\"duty_officer\"",
        ),
    ];
    for (role, path, form, shows) in cases {
        let cookie = desk.sign_in(role).await;
        let led = desk.post(&cookie, path, &form).await;
        assert_eq!(led.status, StatusCode::SEE_OTHER, "{path}");
        assert!(led.location.starts_with(&format!("{path}?")) && led.location.contains("sought="), "{}", led.location);
        let response = desk
            .router
            .clone()
            .oneshot(Request::get(&led.location).header(header::COOKIE, &cookie).body(Body::empty()).unwrap());
        assert_eq!(response.await.unwrap().headers()[header::CACHE_CONTROL], "no-store", "{path}");
        let page = desk.get(&cookie, &led.location).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.body.contains(shows), "{path} lacks {shows}: {}", page.body);
        if shows == "as=csv" {
            let file = desk.get(&cookie, &format!("{}&as=csv", led.location)).await;
            assert!(file.kind.starts_with("text/csv") && file.body.lines().count() > 1, "{path}: {}", file.body);
        }
        let token = led.location.split_once("sought=").unwrap().1;
        let other = values(&page.body, "href").into_iter().find(|h| h.starts_with(&format!("/en{path}?")));
        assert!(other.is_some_and(|h| h.contains(token)), "{path}: the other language forgets what was typed");
    }
    // The number of a matter opens it.
    let boss = desk.sign_in(Role::Coordinator).await;
    let led = desk.post(&boss, "/desk/search", &format!("q={number}")).await;
    assert!(desk.get(&boss, &led.location).await.location.starts_with("/desk/matters/"));
    // Without a right to the list the words lead nowhere; without a session they wait for the sign-in page.
    let shut = desk.sign_in(Role::AuditAdmin).await;
    let led = desk.post(&shut, "/desk/staff", "q=duty").await;
    assert_eq!(desk.get(&shut, &led.location).await.status, StatusCode::FORBIDDEN);
    for path in ["/desk", "/desk/search"] {
        let asked = desk.post("", path, "q=x&text=x").await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(asked.body.contains("id=\"login\""), "{path}");
    }
}
