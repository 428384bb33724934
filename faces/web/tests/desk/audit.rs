//! The log over HTTP: the raiser's page is the log; the audit administrator sees who looked and no content.

use crate::world::Desk;
use axum::http::StatusCode;
use kernel::Role;
use store::params;

/// Values of an attribute, in order.
pub fn values(page: &str, name: &str) -> Vec<String> {
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

/// Everything of the district that the audit administrator must never be shown.
const CONTENT: [&str; 4] = ["张三", "02105710199", "021-0571 0199", "有人落水"];

#[tokio::test]
async fn the_audit_administrator_reads_no_content() {
    let desk = Desk::new();
    let receipt = desk.receipt("有人落水");
    let id = receipt.matter;
    let duty = desk.sign_in(Role::DutyOfficer).await;
    desk.post(&duty, &format!("/desk/matters/{id}/raiser"), "").await;
    desk.draw_sample();
    let auditor = desk.sign_in(Role::AuditAdmin).await;
    let number = &receipt.number;
    let own = [
        "/desk/admin/audit".to_owned(),
        "/desk/admin/audit/log".into(),
        "/desk/admin/audit/log?half=changes".into(),
        format!("/desk/admin/audit/log?number={number}&half=changes"),
        format!("/desk/admin/audit/raiser?number={number}"),
        "/desk/admin/audit/sample".into(),
        "/desk/withheld".into(),
        "/desk/questions".into(),
        "/desk/notices".into(),
    ];
    for path in &own {
        let page = desk.get(&auditor, path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for secret in CONTENT {
            assert!(!page.body.contains(secret), "{path} shows {secret}");
        }
    }
    let raiser = desk.get(&auditor, &own[4]).await.body;
    assert_eq!(values(&raiser, "data-entry").len(), 1, "one look at the name: {raiser}");
    assert!(raiser.contains("值班员"));
    let others = [
        format!("/desk/matters/{id}"),
        format!("/desk/matters/{id}/point.geojson"),
        format!("/desk/matters/{id}/do/sign"),
        "/desk?queue=place".into(),
        "/desk/points.geojson".into(),
        desk.post(&auditor, "/desk/search", &format!("q={number}")).await.location,
        "/desk/export.csv".into(),
        "/desk/export.xlsx".into(),
        desk.post(&auditor, "/desk/staff", "q=x").await.location,
        "/desk/new".into(),
    ];
    for path in &others {
        let page = desk.get(&auditor, path).await;
        for secret in CONTENT {
            assert!(!page.body.contains(secret), "{path} shows {secret}");
        }
    }
    let reveal = desk.post(&auditor, &format!("/desk/matters/{id}/raiser"), "").await;
    assert_eq!(reveal.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_view_is_drawn_asked_and_answered_over_the_pages() {
    let desk = Desk::new();
    let id = desk.raise("有人落水");
    let duty = desk.sign_in(Role::DutyOfficer).await;
    desk.get(&duty, &format!("/desk/matters/{id}")).await;
    desk.draw_sample();
    let duty = desk.sign_in(Role::DutyOfficer).await;
    let (auditor, coordinator) = (desk.sign_in(Role::AuditAdmin).await, desk.sign_in(Role::Coordinator).await);
    let page = desk.get(&auditor, "/desk/admin/audit/sample").await.body;
    let action = values(&page, "action").into_iter().find(|a| a.starts_with("/desk/admin/audit/sample/")).unwrap();
    assert_eq!(desk.post(&auditor, &action, "verdict=ask").await.status, StatusCode::SEE_OTHER);
    // The duty officer has no supervisor in this district but the coordinators.
    let asked: Vec<_> = desk.asked();
    assert_eq!(asked.len(), 1);
    assert_ne!(asked[0], desk.people[&Role::DutyOfficer].0, "nobody is asked about their own look");
    let page = desk.get(&coordinator, "/desk/questions").await.body;
    if asked[0] == desk.people[&Role::Coordinator].0 {
        let form = values(&page, "action").into_iter().find(|a| a.starts_with("/desk/questions/")).unwrap();
        let empty = desk.post(&coordinator, &form, "answer=").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(desk.post(&duty, &form, "answer=x").await.status, StatusCode::FORBIDDEN);
        assert_eq!(desk.post(&coordinator, &form, "answer=当天值班").await.status, StatusCode::SEE_OTHER);
        assert!(desk.get(&auditor, "/desk/admin/audit/sample").await.body.contains("当天值班"));
    }
    let wrong = desk.look_for(&auditor, "/desk/admin/audit/log", "who=nobody").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn verifying_and_anchoring_from_the_desk() {
    let desk = Desk::new();
    desk.raise("有人落水");
    let auditor = desk.sign_in(Role::AuditAdmin).await;
    assert_eq!(desk.post(&auditor, "/desk/admin/audit/verify", "").await.status, StatusCode::SEE_OTHER);
    let waiting = desk.get(&auditor, "/desk/admin/audit").await.body;
    assert!(waiting.contains("every 2s"), "the page looks again by itself");
    desk.run_audit_jobs();
    let done = desk.get(&auditor, "/desk/admin/audit").await.body;
    assert!(done.contains("日志完好") && !done.contains("every 2s"), "{done}");
    let made = desk.post(&auditor, "/desk/admin/audit/anchor", "").await;
    assert!(made.location.starts_with("/desk/admin/audit/anchor/"), "{}", made.location);
    let page = desk.get(&auditor, &made.location).await.body;
    assert!(page.contains("mulin-anchor v=1 ") && page.contains("<svg class=\"qr\""));
    for role in Role::ALL.iter().filter(|r| **r != Role::AuditAdmin) {
        let cookie = desk.sign_in(*role).await;
        assert_eq!(desk.get(&cookie, &made.location).await.status, StatusCode::FORBIDDEN, "{}", role.code());
    }
}

#[tokio::test]
async fn a_look_is_withheld_over_the_pages() {
    let desk = Desk::new();
    let receipt = desk.receipt("有人落水");
    let duty = desk.sign_in(Role::DutyOfficer).await;
    desk.post(&duty, &format!("/desk/matters/{}/raiser", receipt.matter), "").await;
    let (coordinator, audit) = (desk.sign_in(Role::Coordinator).await, desk.sign_in(Role::AuditAdmin).await);
    let number = &receipt.number;
    let page = desk.get(&coordinator, &format!("/desk/withheld?number={number}")).await.body;
    let n = values(&page, "name=\"read\" value").into_iter().next().unwrap();
    let until = desk.day_after(30);
    let bad =
        desk.post(&coordinator, "/desk/withheld/ask", &format!("number={number}&read={n}&until=&document=1")).await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = format!("number={number}&read={n}&until={until}&document=公函12号");
    assert_eq!(desk.post(&audit, "/desk/withheld/ask", &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(desk.post(&coordinator, "/desk/withheld/ask", &form).await.status, StatusCode::SEE_OTHER);
    let page = desk.get(&audit, "/desk/withheld").await.body;
    assert!(
        page.contains("公函12号") && !page.contains("value=\"approve\""),
        "the audit administrator sees, and decides nothing"
    );
    let page = desk.get(&coordinator, "/desk/withheld").await.body;
    let path = values(&page, "action").into_iter().find(|a| a.starts_with("/desk/withheld/0")).unwrap();
    let own = desk.post(&coordinator, &path, "do=approve").await;
    assert_eq!(own.status, StatusCode::CONFLICT, "a second person is needed: {}", own.body);
    let second = desk.second_coordinator().await;
    assert_eq!(desk.post(&second, &path, "do=approve").await.status, StatusCode::SEE_OTHER);
    let seen = desk.get("", &format!("/t/{}/seen", receipt.code)).await.body;
    assert!(seen.contains("另有 1 次查看依法暂缓告知") && !values(&seen, "data-entry").contains(&n), "{seen}");
}
