//! The page of one person in care, and the list of them, over HTTP.

use crate::records::says;
use crate::world::{Desk, aside, hidden};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Role;
use people::policy::{Action, who_may};
use tower::ServiceExt;

#[tokio::test]
async fn one_page_for_one_person_from_the_plan_to_the_need() {
    let desk = Desk::new();
    let person = desk.resident();
    let here = format!("/desk/care/{person}");
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let list = desk.get(&duty, "/desk/care").await;
    says(&list, StatusCode::OK, "王桂芳");
    assert!(list.body.contains(&here) && list.body.contains("没有计划"));
    let file = desk.get(&duty, "/desk/care?which=no-plan&as=csv").await;
    says(&file, StatusCode::OK, "没有计划");
    assert!(!file.body.contains("王桂芳"), "a file has no names");
    // A name is looked for by a form and stands in no address.
    let unfound = desk.look_for(&duty, "/desk/care", "which=all&name=%E6%9D%8E%E5%9B%9B").await;
    says(&unfound, StatusCode::OK, "这里没有老人");
    let found = desk.look_for(&duty, "/desk/care", "which=all&name=%E7%8E%8B%E6%A1%82%E8%8A%B3").await;
    says(&found, StatusCode::OK, &here);
    assert!(!found.body.contains("name=%") && found.body.contains("sought="), "no link carries the name");
    // A plan begins with an answer of somebody, and only then.
    says(&desk.post(&duty, &here, "do=begin&kind=chat").await, StatusCode::UNPROCESSABLE_ENTITY, "谁同意了");
    let begun = desk.post(&duty, &here, "do=begin&kind=chat&agreed=subject").await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    let page = desk.get(&duty, &begun.location).await;
    says(&page, StatusCode::OK, "探访计划开始了");
    assert!(page.body.contains("刚加入，先认识一下") && page.body.contains("02105550101"));
    says(
        &desk.post(&duty, &here, "do=begin&kind=chat&agreed=subject").await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "已经有了",
    );
    let today = desk.day_after(0);
    let fact = format!("do=fact&fact=alone&source=neighbour&on={today}");
    assert_eq!(desk.post(&duty, &here, &fact).await.status, StatusCode::SEE_OTHER);
    says(&desk.post(&duty, &here, &fact).await, StatusCode::UNPROCESSABLE_ENTITY, "当天已经写过");
    let health = format!("do=fact&fact=fell&source=person&on={today}");
    assert_eq!(desk.post(&duty, &here, &health).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = desk.get(&duty, &here).await.body;
    assert!(page.contains("邻居说的") && page.contains("没有健康情况的同意"));
    // A stale form keeps what was typed; the same form twice counts once.
    let version = hidden(&page, "version");
    let wish = format!("do=wish&days=60&safety=&version={version}");
    for _ in 0..2 {
        let done = desk.post(&duty, &here, &wish).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    }
    let stale = desk.post(&duty, &here, &format!("do=wish&days=77&safety=&version={version}")).await;
    says(&stale, StatusCode::UNPROCESSABLE_ENTITY, "有人刚改过这里");
    assert!(stale.body.contains("value=\"77\""));
    let need = format!("do=need&need=need-meal&again={}", hidden(&stale.body, "again"));
    assert_eq!(desk.post(&duty, &here, &need).await.status, StatusCode::SEE_OTHER);
    let jobs: i64 =
        desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS n FROM job WHERE kind = 'care.visit_task'", &[])?.i64("n"));
    assert_eq!(jobs, 1);
    assert_eq!(desk.post(&duty, &here, "do=end").await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.post(&duty, &here, "do=end").await.status, StatusCode::SEE_OTHER, "sent twice");
    says(&desk.get(&duty, &here).await, StatusCode::OK, "还没有探访计划");
}

#[tokio::test]
async fn names_and_numbers_of_the_circle_open_in_the_name_of_a_matter_only() {
    let desk = Desk::new();
    let (person, matter) = (desk.resident(), desk.raise("老人走失"));
    let here = format!("/desk/care/{person}");
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let closed = desk.get(&duty, &here).await;
    says(&closed, StatusCode::OK, "姓名和电话不显示");
    assert!(!closed.body.contains("因 "));
    desk.link(matter, person);
    let open = desk.get(&duty, &here).await;
    says(&open, StatusCode::OK, "已记入日志");
    assert!(!open.body.contains("姓名和电话不显示"));
    // Whoever may not work on the matter sees that something is not shown.
    let coordinator = desk.sign_in(Role::Coordinator).await;
    says(&desk.get(&coordinator, &here).await, StatusCode::OK, "姓名和电话不显示");
}

#[tokio::test]
async fn nobody_else_opens_the_page() {
    let desk = Desk::new();
    let person = desk.resident();
    // Seats here name no place: these roles then stand for the whole district, the others for nothing.
    let here = [Role::Coordinator, Role::CatchAll, Role::DutyOfficer];
    for role in Role::ALL {
        let cookie = desk.sign_in(*role).await;
        let page = desk.get(&cookie, &format!("/desk/care/{person}")).await;
        let expected = if here.contains(role) { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(page.status, expected, "{}", role.code());
        let list = desk.get(&cookie, "/desk/care").await.status;
        let may = who_may(Action::ViewVisits).contains(role);
        assert_eq!(list, if may { StatusCode::OK } else { StatusCode::FORBIDDEN }, "{}", role.code());
        if !here.contains(role) {
            for form in [
                "do=begin&kind=chat&agreed=subject",
                "do=end",
                "do=need&need=need-meal&again=00000000-0000-0000-0000-000000000001",
            ] {
                let answer = desk.post(&cookie, &format!("/desk/care/{person}"), form).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {form}", role.code());
            }
        }
    }
    aside(|| desk.world.house.clock.advance_secs(1));
    let looks: i64 = desk
        .sql(|cx| cx.query_one("SELECT COUNT(*) AS n FROM audit_read WHERE subject_kind = 'person'", &[])?.i64("n"));
    assert!(looks >= 3, "each look is written down: {looks}");
}

/// Whoever sits down at the machine after somebody has signed out finds none of these pages in its cache.
#[tokio::test]
async fn no_cache_keeps_a_page_about_care() {
    let desk = Desk::new();
    let person = desk.resident();
    let cookie = desk.sign_in(Role::Coordinator).await;
    let lists = ["care", "visits", "visits/inbox", "rounds", "teams", "mutual", "extra-care", "worries", "volunteers"];
    let pages = lists.map(|list| format!("/desk/{list}")).into_iter().chain([format!("/desk/care/{person}/team")]);
    for path in pages {
        let ask = Request::get(&path).header(header::COOKIE, &cookie).body(Body::empty()).unwrap();
        let answer = desk.router.clone().oneshot(ask).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store", "{path}");
    }
}
