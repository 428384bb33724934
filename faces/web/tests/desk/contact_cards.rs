//! Contact cards over HTTP: buildings entered, cards printed, households written down.

use crate::world::{Desk, aside, hidden};
use axum::http::StatusCode;
use kernel::Role;
use places::AreaKind;
use places::app::{AreaChanges, SaveArea, save_areas};

#[tokio::test]
async fn buildings_are_entered_printed_and_their_households_asked() {
    let desk = Desk::new();
    let area = SaveArea::new(AreaKind::Community, Some("c1"), "桂花里");
    let community = aside(|| {
        let save = AreaChanges { save: vec![area], retire: vec![] };
        desk.world.act(move |cx| save_areas(cx, &save)).saved[0].0.to_string()
    });
    let coordinator = desk.sign_in(Role::Coordinator).await;
    let here = format!("/desk/contact-cards?community={community}");
    let wrong =
        desk.post(&coordinator, "/desk/contact-cards/enter", &format!("community={community}&text=1%20x1234567")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.body.contains("第 1 行") && wrong.body.contains("x1234567"),
        "says where, keeps what was typed: {}",
        wrong.body
    );
    let form = format!("community={community}&text=3%E5%8F%B7%E6%A5%BC%20101-103");
    let entered = desk.post(&coordinator, "/desk/contact-cards/enter", &form).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.body);
    assert!(desk.get(&coordinator, &entered.location).await.body.contains("录入了 1 幢楼、3 户"));
    let list = desk.get(&coordinator, &here).await.body;
    assert!(list.contains("3号楼") && list.contains("没印过"), "{list}");
    let none = desk.post(&coordinator, "/desk/contact-cards/print", &format!("community={community}")).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let id: String = desk.sql(|cx| Ok(cx.query_one("SELECT id FROM contact_building", &[])?.uuid("id")?.to_string()));
    let sheet =
        desk.post(&coordinator, "/desk/contact-cards/print", &format!("community={community}&building={id}")).await;
    assert_eq!(sheet.status, StatusCode::OK, "{}", sheet.body);
    assert!(sheet.body.contains("class=\"qr\"") && sheet.body.contains("3号楼") && sheet.body.contains("/my-grid"));
    assert!(!desk.get(&coordinator, &here).await.body.contains("没印过"), "it hangs on the wall now");
    let one = format!("/desk/contact-cards/{id}");
    let said =
        desk.post(&coordinator, &one, "was.101=&door.101=given&was.102=&door.102=declined&was.103=&door.103=").await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.body);
    let page = desk.get(&coordinator, &one).await.body;
    assert!(page.contains("1 / 3 户已收下") && page.contains("1 户不需要"), "{page}");
    let file = desk.get(&coordinator, &format!("{here}&as=csv")).await.body;
    assert!(file.contains("3号楼") && file.contains(",3,1,1"), "{file}");
    let form = format!("version={}&community={community}", hidden(&page, "version"));
    assert_eq!(desk.post(&coordinator, &format!("{one}/remove"), &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.get(&coordinator, &one).await.status, StatusCode::NOT_FOUND);
}
