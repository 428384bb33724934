//! A file comes in over the desk: looked through before anything is written, listed, undone; nobody else sees what was uploaded.

use crate::world::{Answer, Desk};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Role;

pub const AREAS: &str = "code,name\nA1,甲里\nA2,乙里\n";

pub async fn upload(desk: &Desk, cookie: &str, fields: &[(&str, &str)], name: &str, file: &str) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str(&format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n--b--\r\n"
    ));
    let request = Request::post("/desk/admin/imports")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap();
    desk.send(request).await
}

pub const COMMUNITIES: &[(&str, &str)] =
    &[("kind", "areas"), ("area_kind", "community"), ("datum", "none"), ("timezone", "")];

fn count(desk: &Desk, table: &'static str) -> i64 {
    desk.sql(move |cx| cx.query_one(&format!("SELECT COUNT(*) AS n FROM {table}"), &[])?.i64("n"))
}

#[tokio::test]
async fn a_file_is_looked_through_brought_in_listed_and_undone() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::SystemAdmin).await;
    let kept = upload(&desk, &cookie, COMMUNITIES, "areas.csv", AREAS).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    let look = desk.get(&cookie, &kept.location).await;
    assert_eq!(look.status, StatusCode::OK);
    assert!(look.body.contains("共 2 行：新增 2，变更 0，不变 0。") && look.body.contains("甲里"), "{}", look.body);
    assert_eq!((count(&desk, "area"), count(&desk, "import_run")), (0, 0), "a look writes nothing");

    let brought = desk.post(&cookie, &kept.location, "wish=bring").await;
    assert_eq!((brought.status, &brought.location), (StatusCode::SEE_OTHER, &kept.location), "{}", brought.body);
    let brought = desk.get(&cookie, &kept.location).await;
    assert!(brought.location.contains("done=brought&n=1"), "{}", brought.location);
    assert_eq!(count(&desk, "area"), 2);
    let kept = desk.sql(|cx| cx.query_one("SELECT MAX(length(body)) AS n FROM import_draft", &[])?.i64("n"));
    assert_eq!(kept, 0, "the file is gone");
    let list = desk.get(&cookie, &brought.location).await;
    assert!(list.body.contains("已导入，是第 1 次。") && list.body.contains("2 行：新增 2，变更 0"), "{}", list.body);
    assert!(list.body.contains("areas.csv") && list.body.contains("system_admin"), "who, and which file");
    let file = desk.get(&cookie, "/desk/admin/imports?as=csv").await;
    assert!(file.body.contains("areas.csv") && file.kind.starts_with("text/csv"), "{}", file.body);

    let undone = desk.post(&cookie, "/desk/admin/imports/1/undo", "").await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
    assert_eq!(count(&desk, "area"), 0);
    let again = desk.post(&cookie, "/desk/admin/imports/1/undo", "").await;
    assert!(again.status == StatusCode::CONFLICT && again.body.contains("第 1 次导入已经撤销过了。"));
    assert_eq!(desk.post(&cookie, "/desk/admin/imports/9/undo", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn wrong_rows_stand_in_a_table_and_nothing_is_guessed() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::SystemAdmin).await;
    let unsaid = upload(&desk, &cookie, &[("kind", "posts"), ("datum", "")], "posts.csv", "tier,name\n").await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.body.contains("请选择坐标系；没有坐标也请选明。"), "{}", unsaid.body);
    let posts = "tier,name,phone\n警务站,青禾站,021-0555 0110\n酒馆,夜店,\n";
    let kept = upload(&desk, &cookie, &[("kind", "posts"), ("datum", "none")], "posts.csv", posts).await;
    let look = desk.get(&cookie, &kept.location).await;
    assert_eq!(look.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        look.body.contains(">第 3 行</td>") && look.body.contains("“酒馆”不能用，只能是：police_post (警务站)、"),
        "{}",
        look.body
    );
    assert!(!look.body.contains("value=\"bring\""), "there is no button to bring it in");
    let anyway = desk.post(&cookie, &kept.location, "wish=bring").await;
    assert_eq!((anyway.status, count(&desk, "post")), (StatusCode::UNPROCESSABLE_ENTITY, 0));
    // A doubtful row needs a tick.
    let posts = "tier,name,phone\n警务站,青禾站,abc\n";
    let kept = upload(&desk, &cookie, &[("kind", "posts"), ("datum", "none")], "posts.csv", posts).await;
    let unticked = desk.post(&cookie, &kept.location, "wish=bring").await;
    assert_eq!((unticked.status, count(&desk, "post")), (StatusCode::UNPROCESSABLE_ENTITY, 0));
    assert!(unticked.body.contains("请先勾选“照样导入”"), "{}", unticked.body);
    let ticked = desk.post(&cookie, &kept.location, "wish=bring&doubtful=yes").await;
    assert_eq!((ticked.status, count(&desk, "post")), (StatusCode::SEE_OTHER, 1), "{}", ticked.body);
    // A file that cannot be read at all is refused without saying where it lay.
    let kept = upload(&desk, &cookie, COMMUNITIES, "areas.pdf", "x").await;
    let look = desk.get(&cookie, &kept.location).await;
    assert!(
        look.body.contains("请用 .csv、.csv.gz、.xlsx 或 .json 文件") && !look.body.contains("mulin-"),
        "{}",
        look.body
    );
}

#[tokio::test]
async fn an_upload_is_nobody_else_s_and_seats_are_given_by_others() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::SystemAdmin).await;
    let kept = upload(&desk, &cookie, COMMUNITIES, "areas.csv", AREAS).await;
    let sealed = desk.sql(|cx| cx.query_one("SELECT body FROM import_draft", &[])?.blob("body"));
    let said = desk.sql(|cx| cx.query_one("SELECT outcome FROM import_draft", &[])?.blob("outcome"));
    assert!(!String::from_utf8_lossy(&said).contains("甲里"), "sealed too");
    assert!(!String::from_utf8_lossy(&sealed).contains("甲里"), "sealed");
    for role in [Role::SecurityAdmin, Role::AuditAdmin, Role::Coordinator] {
        let other = desk.sign_in(role).await;
        assert_eq!(desk.get(&other, &kept.location).await.status, StatusCode::FORBIDDEN);
        assert_eq!(desk.post(&other, &kept.location, "wish=bring").await.status, StatusCode::FORBIDDEN);
        let refused = upload(&desk, &other, COMMUNITIES, "areas.csv", AREAS).await;
        assert_eq!((refused.status, count(&desk, "import_draft")), (StatusCode::FORBIDDEN, 1));
    }
    desk.let_in("sys");
    let other = desk.sign_in_as("sys").await;
    assert_eq!(desk.get(&other, &kept.location).await.status, StatusCode::NOT_FOUND);
    // Accounts may come in, seats may not: those are given by the security administrator.
    // Staff have no coordinates: no datum is asked for.
    let people: &[(&str, &str)] = &[("kind", "people"), ("datum", "")];
    let kept = upload(&desk, &cookie, people, "p.csv", "login,name,role\na.one,甲,volunteer\n").await;
    assert_eq!(desk.get(&cookie, &kept.location).await.status, StatusCode::FORBIDDEN);
    let kept = upload(&desk, &cookie, people, "p.csv", "login,name\na.one,甲\n").await;
    assert_eq!(desk.get(&cookie, &kept.location).await.status, StatusCode::OK);
}

/// A long file is read by a job: the page answers at once, comes again by itself, and is found again from the list.
#[tokio::test]
async fn nobody_waits_for_a_long_file() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::SystemAdmin).await;
    let long = format!("code,name,pad\nA1,甲里,{}\n", "长".repeat(100_000));
    let kept = upload(&desk, &cookie, COMMUNITIES, "areas.csv", &long).await;
    let waits = desk.get(&cookie, &kept.location).await;
    assert!(waits.status == StatusCode::OK && waits.body.contains("正在读取文件"), "{}", waits.body);
    assert_eq!(waits.refresh, "2");
    assert!(!waits.body.contains("value=\"bring\""), "nothing to bring in yet");
    let list = desk.get(&cookie, "/desk/admin/imports").await;
    assert!(list.body.contains("等待读取") && list.body.contains(&kept.location), "{}", list.body);
    // Asked to bring it in before it was looked through, nothing happens.
    assert_eq!(desk.post(&cookie, &kept.location, "wish=bring").await.status, StatusCode::OK);
    desk.run_imports().await;
    let look = desk.get(&cookie, &kept.location).await;
    assert!(look.body.contains("共 1 行：新增 1") && look.refresh.is_empty(), "{}", look.body);
    assert_eq!(desk.post(&cookie, &kept.location, "wish=bring").await.status, StatusCode::SEE_OTHER);
    assert!(desk.get(&cookie, &kept.location).await.location.contains("done=brought&n=1"));
}

#[tokio::test]
async fn people_in_care_come_in_from_the_page_and_unsure_areas_are_asked_about() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::SystemAdmin).await;
    let first = upload(&desk, &cookie, COMMUNITIES, "a.csv", "code,name\n,水闸社区\n").await;
    desk.post(&cookie, &first.location, "wish=bring").await;
    let unsure = upload(&desk, &cookie, COMMUNITIES, "b.csv", "code,name\nC1,水闸居委会\n").await;
    let asked = desk.get(&cookie, &unsure.location).await;
    assert!(asked.body.contains("文件里的“水闸居委会”像是系统里还没有编码的“水闸社区”"), "{}", asked.body);
    assert_eq!(desk.post(&cookie, &unsure.location, "wish=pairs&pair-0=same").await.status, StatusCode::SEE_OTHER);
    let look = desk.get(&cookie, &unsure.location).await;
    assert!(look.body.contains("共 1 行：新增 0，变更 1"), "{}", look.body);
    desk.post(&cookie, &unsure.location, "wish=bring").await;
    let residents: &[(&str, &str)] = &[("kind", "residents"), ("datum", "")];
    let file = "key,name,area,guardian\nR1,王桂芳,C1,李敏\n";
    let kept = upload(&desk, &cookie, residents, "r.csv", file).await;
    let look = desk.get(&cookie, &kept.location).await;
    assert!(look.body.contains("共 1 行：新增 1") && !look.body.contains("王桂芳"), "{}", look.body);
    desk.post(&cookie, &kept.location, "wish=bring").await;
    assert_eq!(count(&desk, "person"), 1);
}

/// A file of a list says who took it out, and can be brought in again.
#[tokio::test]
async fn a_file_says_who_took_it_and_comes_in_again() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::SystemAdmin).await;
    let kept = upload(&desk, &cookie, COMMUNITIES, "areas.csv", AREAS).await;
    desk.post(&cookie, &kept.location, "wish=bring").await;
    let taken = desk.get(&cookie, "/desk/admin/areas?kind=community&as=csv").await.body;
    let first = taken.lines().next().unwrap().to_owned();
    assert!(first.contains("由system_admin于 ") && first.ends_with(" 导出"), "{first}");
    let kept = upload(&desk, &cookie, COMMUNITIES, "areas.csv", &taken).await;
    let look = desk.get(&cookie, &kept.location).await;
    assert!(look.body.contains("共 2 行：新增 0，变更 0，不变 2"), "{}", look.body);
}
