//! Activities and figures over HTTP: a form keeps what was typed, a count is all that is written.

use crate::world::{Desk, aside};
use axum::http::StatusCode;
use kernel::Role;
use places::AreaKind;
use places::app::{AreaChanges, SaveArea, save_areas};

#[tokio::test]
async fn an_activity_is_planned_and_only_how_many_came_is_written() {
    let desk = Desk::new();
    let area = SaveArea::new(AreaKind::Community, Some("c1"), "桂花里");
    let area = aside(|| {
        let save = AreaChanges { save: vec![area], retire: vec![] };
        desk.world.act(move |cx| save_areas(cx, &save)).saved[0].0.to_string()
    });
    let coordinator = desk.sign_in(Role::Coordinator).await;
    let new = desk.get(&coordinator, "/desk/activities/new?kind=phone-lesson").await;
    assert!(new.status == StatusCode::OK && new.body.contains("桂花里"), "{}", new.body);
    let today = desk.day_after(0);
    let form = |title: &str, capacity: &str| {
        format!(
            "key=k&area={area}&kind=phone-lesson&title={title}&place=x1&on={today}&begins=14%3A00&capacity={capacity}"
        )
    };
    let wrong = desk.post(&coordinator, "/desk/activities/new", &form("abc", "many")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("value=\"abc\"") && wrong.body.contains("many"), "keeps what was typed");
    let made = desk.post(&coordinator, "/desk/activities/new", &form("abc", "20")).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let again = desk.post(&coordinator, "/desk/activities/new", &form("abc", "20")).await;
    assert_eq!(again.location, made.location, "sent twice");
    let one = made.location.split('?').next().unwrap().to_owned();
    assert!(desk.get(&coordinator, &one).await.body.contains("0 位来 / 20 个位子"));
    assert_eq!(desk.get(&coordinator, &format!("{one}/letters")).await.status, StatusCode::OK);
    let nobody = desk.post(&coordinator, &format!("{one}/invite"), "x=1").await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    let bad = desk.post(&coordinator, &format!("{one}/over"), "version=1&attended=x").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let held = desk.post(&coordinator, &format!("{one}/over"), "version=1&attended=9").await;
    assert_eq!(held.status, StatusCode::SEE_OTHER, "{}", held.body);
    assert!(desk.get(&coordinator, "/desk/activities").await.body.contains("来了 9 位"));
    let stale = desk.post(&coordinator, &format!("{one}/over"), "version=1&cancel=1").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let figures = desk.get(&coordinator, "/desk/coverage").await;
    assert!(figures.status == StatusCode::OK && figures.body.contains("熟面孔"), "{}", figures.body);
    let until = desk.day_after(100);
    let lead = |until: &str| format!("what=leader&name=abc&scope=3&area={area}&until={until}&login=");
    let past = desk.post(&coordinator, "/desk/community-roles", &lead("2020-01-01")).await;
    assert!(past.status == StatusCode::UNPROCESSABLE_ENTITY && past.body.contains("value=\"abc\""), "{}", past.body);
    let made = desk.post(&coordinator, "/desk/community-roles", &lead(&until)).await;
    assert!(made.status == StatusCode::OK && made.body.contains("楼组长（3）"), "{}", made.body);
    assert!(made.body.contains("vol0001") && made.body.contains(&until), "login and last day: {}", made.body);
    let term = crate::world::hidden(&made.body, "term");
    let ended = desk.post(&coordinator, "/desk/community-roles/end", &format!("term={term}")).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.body);
    assert!(!desk.get(&coordinator, "/desk/community-roles").await.body.contains("楼组长（3）"));
    assert!(desk.get(&coordinator, "/desk/calls").await.body.contains("还没有要打的电话"));
}
