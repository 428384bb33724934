//! The locator of a lost elder at the desk: seen while the case is open by whoever works on it, each look in the log; alerts at the post.

use crate::world::{Desk, aside};
use axum::http::StatusCode;
use kernel::Role;

#[tokio::test]
async fn a_locator_is_seen_while_the_case_is_open_and_not_after() {
    let desk = Desk::new();
    let person = desk.resident();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let case = desk.lost(&duty).await;
    let here = format!("/desk/lost/{case}/locator");
    // Nobody knows yet who it is.
    assert_eq!(desk.get(&duty, &here).await.status, StatusCode::NOT_FOUND);
    desk.done(&duty, case, "take", "").await;
    desk.done(&duty, case, "identified", &format!("person={person}&how=said")).await;
    let shown = desk.get(&duty, &here).await;
    assert!(shown.status == StatusCode::OK && shown.body.contains("没有定位器"), "{}", shown.body);
    assert!(desk.get(&duty, &format!("/desk/lost/{case}")).await.body.contains(&here));
    let volunteer = desk.sign_in(Role::Volunteer).await;
    assert_eq!(desk.get(&volunteer, &here).await.status, StatusCode::FORBIDDEN);
    desk.done(&duty, case, "answer", "words=x&reached=told").await;
    desk.done(&duty, case, "close", "outcome=not_lost").await;
    let shut = desk.get(&duty, &here).await;
    assert!(
        shut.status != StatusCode::OK && !shut.body.contains("loc-live"),
        "{}: a closed case shows nothing",
        shut.status
    );
}

#[tokio::test]
async fn devices_that_are_nobody_s_are_shown_to_the_administrator_alone() {
    let desk = Desk::new();
    let admin = desk.sign_in(Role::SystemAdmin).await;
    let page = desk.get(&admin, "/desk/admin/locators").await;
    assert!(page.status == StatusCode::OK && page.body.contains("没有开定位网关"), "{}", page.body);
    let kept = aside(|| desk.world.look(|cx| Ok::<_, store::Error>(cx.query("SELECT id FROM locator", &[])?.len())));
    assert_eq!(kept, 0);
}
