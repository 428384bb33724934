//! The log over HTTP: the raiser's page is the log; the audit administrator sees who looked and no content.

use crate::world::Desk;
use axum::http::StatusCode;
use kernel::Role;
use store::params;

/// Values of an attribute, in order.
fn values(page: &str, name: &str) -> Vec<String> {
    let mark = format!("{name}=\"");
    page.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_raisers_page_is_the_log_row_by_row() {
    let desk = Desk::new();
    let receipt = desk.receipt("有人落水");
    let (matter, code) = (receipt.matter, receipt.code.clone());
    let (duty, clerk) = (desk.sign_in(Role::DutyOfficer).await, desk.sign_in(Role::Clerk).await);
    for (cookie, path) in [(&duty, ""), (&clerk, "")] {
        assert_eq!(desk.get(cookie, &format!("/desk/matters/{matter}{path}")).await.status, StatusCode::OK);
    }
    for cookie in [&duty, &clerk, &duty] {
        assert_eq!(desk.post(cookie, &format!("/desk/matters/{matter}/raiser"), "").await.status, StatusCode::OK);
    }
    let page = desk.get("", &format!("/t/{code}/seen")).await;
    assert_eq!(page.status, StatusCode::OK);
    let logged: Vec<(i64, String)> = desk.sql(move |cx| {
        let sql = "SELECT n, at FROM audit_read WHERE subject = $1 OR subject IN (SELECT id FROM matter_raiser WHERE matter_id = $1) \
                   ORDER BY n DESC";
        cx.query(sql, params![matter])?.iter().map(|r| Ok((r.i64("n")?, r.moment("at")?.rfc3339()))).collect()
    });
    assert!(logged.len() >= 5);
    let numbers: Vec<i64> = values(&page.body, "data-entry").iter().map(|n| n.parse().unwrap()).collect();
    let times: Vec<String> = values(&page.body, "class=\"when\" datetime");
    assert_eq!(numbers.into_iter().zip(times).collect::<Vec<_>>(), logged, "{}", page.body);
    for words in ["值班员", "代办员", "姓名、电话", "反映的内容", "为了办理您反映的事"] {
        assert!(page.body.contains(words), "{words}");
    }
    // One page shows a hundred; the rest follows, nothing is left out.
    for _ in 0..100 {
        desk.get(&duty, &format!("/desk/matters/{matter}")).await;
    }
    let first = desk.get("", &format!("/t/{code}/seen")).await.body;
    let shown = values(&first, "data-entry");
    let rest = desk.get("", &format!("/t/{code}/seen?before={}", shown.last().unwrap())).await.body;
    assert_eq!((shown.len(), values(&rest, "data-entry").len()), (100, logged.len()));
}

#[tokio::test]
async fn receipts_and_exports_carry_the_head_of_the_log() {
    let desk = Desk::new();
    let receipt = desk.receipt("有人落水");
    desk.seal();
    let mark = desk.sql(|cx| Ok(store::chain::Mark::of(&store::chain::head(cx)?).to_string()));
    let page = desk.get("", &format!("/t/{}/receipt", receipt.code)).await.body;
    assert!(page.contains(&mark) && page.contains("核对码"), "{mark}");
    let coordinator = desk.sign_in(Role::Coordinator).await;
    for ext in ["csv", "xlsx"] {
        let name = desk.file_name(&coordinator, &format!("/desk/export.{ext}")).await;
        assert!(name.contains(&mark.replace(':', "_")), "{name}");
    }
}

#[tokio::test]
async fn the_public_figures_are_open_to_everybody() {
    let desk = Desk::new();
    for path in ["/transparency", "/en/transparency", "/e/transparency"] {
        let page = desk.get("", path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
    }
    assert!(desk.get("", "/").await.body.contains("/transparency"));
}
