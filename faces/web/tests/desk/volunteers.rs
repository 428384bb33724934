//! Volunteers over HTTP: from the public form to the first visit, by two people; a stale form says so.

use crate::world::{Desk, aside, hidden};
use axum::http::StatusCode;
use care::app::volunteers::{NewVolunteer, sign_up};
use kernel::Role;
use places::AreaKind;
use places::app::{AreaChanges, SaveArea, save_areas};

fn signed_up(desk: &Desk) -> String {
    let area = SaveArea::new(AreaKind::Community, Some("c1"), "桂花里");
    aside(|| {
        let save = AreaChanges { save: vec![area], retire: vec![] };
        let area = desk.world.act(move |cx| save_areas(cx, &save)).saved[0].0;
        let new = NewVolunteer {
            key: "k".into(),
            name: "许文".into(),
            phone: "021-0571 0155".into(),
            area: Some(area),
            grown_up: true,
            agrees: true,
            ..NewVolunteer::default()
        };
        desk.world.act_as(desk.world.public(), move |cx| sign_up(cx, &new)).unwrap().id.to_string()
    })
}

#[tokio::test]
async fn a_volunteer_is_checked_trained_and_approved_by_two_people_and_signs_in() {
    let desk = Desk::new();
    let id = signed_up(&desk);
    let (leads, approves) = (desk.sign_in(Role::CatchAll).await, desk.sign_in(Role::Coordinator).await);
    let list = desk.get(&leads, "/desk/volunteers").await.body;
    assert!(list.contains("许文") && list.contains("桂花里") && !list.contains("0571"), "{list}");
    assert!(desk.get(&leads, "/desk/notices").await.body.contains("志愿者"), "in the side list");
    let one = format!("/desk/volunteers/{id}");
    let page = desk.get(&leads, &one).await.body;
    assert!(page.contains("02105710155") && page.contains("已见面核对"), "{page}");
    let old = hidden(&page, "version");
    let checked = desk.post(&leads, &format!("{one}/step"), &format!("step=check&version={old}")).await;
    assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.body);
    let stale = desk.post(&leads, &format!("{one}/step"), &format!("step=check&version={old}")).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.body.contains("被别人改过"), "{}", stale.body);
    let version = hidden(&desk.get(&leads, &one).await.body, "version");
    let early = desk.post(&leads, &format!("{one}/step"), &format!("step=train&on=2099-01-01&version={version}")).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    let trained =
        desk.post(&leads, &format!("{one}/step"), &format!("step=train&on=2020-01-01&version={version}")).await;
    assert_eq!(trained.status, StatusCode::SEE_OTHER, "{}", trained.body);
    let page = desk.get(&leads, &one).await.body;
    assert!(page.contains("批准要换一个人") && !page.contains("批准并开通账号"), "{page}");
    let version = hidden(&page, "version");
    let form =
        |day: &str| format!("version={version}&insured={day}&until={day}&title=%E6%A1%82%E8%8A%B1%E9%87%8C&login=");
    let own = desk.post(&leads, &format!("{one}/approve"), &form(&desk.day_after(100))).await;
    assert_eq!(own.status, StatusCode::CONFLICT, "who checked does not approve");
    let past = desk.post(&approves, &format!("{one}/approve"), &form("2020-01-01")).await;
    assert_eq!(past.status, StatusCode::UNPROCESSABLE_ENTITY);
    let letter = desk.post(&approves, &format!("{one}/approve"), &form(&desk.day_after(100))).await;
    assert_eq!(letter.status, StatusCode::OK, "{}", letter.body);
    assert!(letter.body.contains("vol0001") && letter.body.contains("class=\"code secret\""), "{}", letter.body);
    let twice = desk.post(&approves, &format!("{one}/approve"), &form(&desk.day_after(100))).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "sent twice, there is one account");
    let thanked = desk.post(&leads, &format!("{one}/thanks"), "thanks=%E8%B0%A2%E8%B0%A2%E6%82%A8").await;
    assert_eq!(thanked.status, StatusCode::SEE_OTHER);

    desk.let_in("vol0001");
    let cookie = desk.sign_in_as("vol0001").await;
    let mine = desk.get(&cookie, "/desk/volunteering").await.body;
    assert!(mine.contains("已批准") && mine.contains("谢谢您") && mine.contains("保险到"), "{mine}");
    let version = hidden(&mine, "version");
    let saved = desk.post(&cookie, "/desk/volunteering/week", &format!("version={version}&week=1m&week=7e")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(desk.get(&approves, &one).await.body.contains("星期一上午；星期日晚上"));
    let empty = desk.post(&cookie, "/desk/volunteering/complain", "idem=1&complaint=").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = desk.post(&cookie, "/desk/volunteering/complain", "idem=1&complaint=%E6%89%B9%E8%AF%84").await;
    assert!(said.status == StatusCode::SEE_OTHER && said.location.starts_with("/t/"), "{}", said.body);
    assert_eq!(desk.get(&cookie, &one).await.status, StatusCode::FORBIDDEN);
    // They stop by themselves: not without being sure, not on a page that is too old, and then for good.
    let unsure = desk.post(&cookie, "/desk/volunteering/leave", "version=9").await;
    assert!(
        unsure.status == StatusCode::UNPROCESSABLE_ENTITY && unsure.body.contains("想好了请打勾"),
        "{}",
        unsure.body
    );
    let stale = desk.post(&cookie, "/desk/volunteering/leave", "version=1&sure=1").await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let version = hidden(&stale.body, "version");
    let left = desk.post(&cookie, "/desk/volunteering/leave", &format!("version={version}&sure=1")).await;
    assert_eq!((left.status, left.location.as_str()), (StatusCode::SEE_OTHER, "/volunteer/left"), "{}", left.body);
    assert_ne!(desk.get(&cookie, "/desk/volunteering").await.status, StatusCode::OK, "the account is closed");
    assert!(desk.get("", "/volunteer/left").await.body.contains("谢谢您"));
    assert!(desk.get(&leads, &one).await.body.contains("不做了"));
}

#[tokio::test]
async fn a_seat_from_before_gets_a_record_and_a_file_has_no_telephone() {
    let desk = Desk::new();
    signed_up(&desk);
    let coordinator = desk.sign_in(Role::Coordinator).await;
    let file = desk.get(&coordinator, "/desk/volunteers?show=all&as=csv").await.body;
    assert!(file.contains("许文") && !file.contains("0571"), "{file}");
    let volunteer = desk.sign_in(Role::Volunteer).await;
    assert!(desk.get(&volunteer, "/desk/volunteering").await.body.contains("还没有志愿者档案"));
    let form = "account=0199c000-0000-7000-8000-000000000001&insured=2000-01-01";
    let wrong = desk.post(&coordinator, "/desk/volunteers/seated", form).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
}
