//! The register of people as a workbook: asked for, agreed to by somebody else, taken, and brought in again.

use crate::imports::{AREAS, COMMUNITIES, upload};
use crate::records::says;
use crate::world::{Desk, aside};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use calamine::{Data, Reader as _};
use kernel::Role;
use kernel::ids::AreaId;
use people::app::Flat;
use people::app::persons::{ResidentRow, import_residents};
use people::model::person::{Contact, GuardianName, Identity, NewGuardian};
use people::policy::{Action, who_may};
use std::io::Cursor;
use tower::ServiceExt;

const HERE: &str = "/desk/admin/register";
const RESIDENTS: &[(&str, &str)] = &[("kind", "residents"), ("datum", "none"), ("timezone", "")];

/// Names, numbers and words that a spreadsheet likes to change.
fn people(area: AreaId) -> Vec<ResidentRow> {
    let row = |key: &str, name: &str, phone: Option<&str>, address: Option<&str>| ResidentRow {
        key: key.into(),
        area,
        identity: Identity {
            name: name.into(),
            sex: "f".into(),
            birth_year: Some(1938),
            id_number: Some("001234567890123456".into()),
        },
        contact: Contact {
            phone: phone.map(str::to_owned),
            address: address.map(str::to_owned),
            language: Some("1-2".into()),
        },
        guardians: vec![NewGuardian {
            who: GuardianName { name: "@李敏".into(), relation: "-女儿".into() },
            phone: Some("0086 138 0013 8000".into()),
        }],
    };
    vec![
        row("1", "𠮷田·龘", Some("02105550101"), Some("=1+1")),
        row("2", "+王芳", None, Some("-3号")),
        row("3", "@赵", Some("02105550103"), Some("2024-01-02")),
        ResidentRow { guardians: Vec::new(), ..row("4", "'钱", None, None) },
    ]
}

async fn send(desk: &Desk, request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
    let response = desk.router.clone().oneshot(request).await.unwrap();
    let location = response.headers().get(header::LOCATION).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    let status = response.status();
    (status, location, to_bytes(response.into_body(), 10_000_000).await.unwrap().to_vec())
}

async fn take(desk: &Desk, cookie: &str, id: &str) -> (StatusCode, String, Vec<u8>) {
    let request = Request::post(format!("{HERE}/{id}/file")).header(header::COOKIE, cookie);
    send(desk, request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::empty()).unwrap())
        .await
}

/// Sends the workbook in and answers what the page of the import says.
async fn bring(desk: &Desk, cookie: &str, book: &[u8]) -> String {
    let mut body = Vec::new();
    for (name, value) in RESIDENTS {
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
    }
    body.extend(b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"people.xlsx\"\r\n\r\n");
    body.extend(book);
    body.extend(b"\r\n--b--\r\n");
    let request = Request::post("/desk/admin/imports")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap();
    let (status, location, _) = send(desk, request).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let look = desk.get(cookie, &location).await;
    assert_eq!(look.status, StatusCode::OK, "{}", look.body);
    if !look.body.contains("value=\"bring\"") {
        return look.body;
    }
    let done = desk.post(cookie, &location, "wish=bring&doubtful=yes").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    desk.get(cookie, "/desk/admin/imports").await.body
}

fn cells(book: &[u8]) -> Vec<Vec<String>> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(book.to_vec())).unwrap();
    let first = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |cell: &Data| match cell {
        Data::String(text) => text.clone(),
        Data::Empty => String::new(),
        other => panic!("not a text: {other:?}"),
    };
    first.rows().map(|row| row.iter().map(text).collect()).collect()
}

/// As a spreadsheet saves it.
fn saved(rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (line, row) in (0..).zip(rows) {
        for (at, cell) in (0..).zip(row) {
            sheet.write_string(line, at, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn the_register_leaves_by_two_people_and_comes_back_as_it_went() {
    let desk = Desk::new();
    let system = desk.sign_in(Role::SystemAdmin).await;
    let kept = upload(&desk, &system, COMMUNITIES, "areas.csv", AREAS).await;
    assert_eq!(desk.post(&system, &kept.location, "wish=bring").await.status, StatusCode::SEE_OTHER);
    let area: AreaId = desk.sql(|cx| cx.query_one("SELECT id FROM area WHERE name = '甲里'", &[])?.id("id"));
    let rows = people(area);
    aside(|| desk.world.act(move |cx| import_residents(cx, &Flat, &rows)));

    let asker = desk.sign_in(Role::Coordinator).await;
    says(&desk.post(&asker, HERE, "purpose=").await, StatusCode::UNPROCESSABLE_ENTITY, "请写明做什么用");
    for _ in 0..2 {
        let asked = desk.post(&asker, HERE, "purpose=%E6%A0%B8%E5%AF%B9").await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    }
    let ids: Vec<String> = desk.sql(|cx| {
        let rows = cx.query("SELECT id FROM register_export", &[])?;
        rows.iter().map(|r| Ok(r.uuid("id")?.to_string())).collect()
    });
    assert_eq!(ids.len(), 1, "sent twice");
    let id = &ids[0];
    assert_eq!(take(&desk, &asker, id).await.0, StatusCode::UNPROCESSABLE_ENTITY, "nobody agreed yet");
    let own = desk.post(&asker, &format!("{HERE}/{id}"), "do=agree").await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    let second = desk.sign_in(Role::CatchAll).await;
    says(&desk.get(&second, HERE).await, StatusCode::OK, "核对");
    assert_eq!(desk.post(&second, &format!("{HERE}/{id}"), "do=agree").await.status, StatusCode::SEE_OTHER);
    assert_eq!(take(&desk, &second, id).await.0, StatusCode::UNPROCESSABLE_ENTITY, "only whoever asked");
    assert_eq!(take(&desk, &system, id).await.0, StatusCode::FORBIDDEN, "administrators read no records");
    let (status, _, book) = take(&desk, &asker, id).await;
    assert_eq!(status, StatusCode::OK);

    let mut table = cells(&book);
    let row = |name: &str| table.iter().position(|row| row[1] == name).unwrap_or_else(|| panic!("no {name}"));
    assert_eq!(table[row("𠮷田·龘")][3..9], ["1938", "001234567890123456", "02105550101", "=1+1", "1-2", "甲里"]);
    assert_eq!(table[row("+王芳")][5..7], ["", "-3号"]);
    assert_eq!(table[row("@赵")][6..12], ["2024-01-02", "1-2", "甲里", "@李敏", "-女儿", "13800138000"]);
    assert_eq!(table[row("'钱")][9..], ["", "", "", "", "", ""]);
    says_unchanged(&bring(&desk, &system, &book).await);
    says_unchanged(&bring(&desk, &system, &saved(&table)).await);
    let edited = row("+王芳");
    table[edited][6] = "-4号".into();
    let done = bring(&desk, &system, &saved(&table)).await;
    assert!(done.contains("people.xlsx"), "{done}");
    let changed: (i64, i64) = desk.sql(|cx| {
        let row = cx.query_one("SELECT added, changed FROM import_run WHERE kind = 'residents'", &[])?;
        Ok((row.i64("added")?, row.i64("changed")?))
    });
    assert_eq!(changed, (0, 1));
    says_unchanged(&bring(&desk, &system, &saved(&table)).await);
    // A day later it cannot be taken any more.
    aside(|| desk.world.house.clock.advance_secs(25 * 3600));
    let asker = desk.sign_in(Role::Coordinator).await;
    assert_eq!(take(&desk, &asker, id).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    let log: i64 = desk.sql(|cx| {
        cx.query_one(
            "SELECT COUNT(*) AS n FROM event WHERE kind IN ('register.asked', 'register.agreed', 'register.exported')",
            &[],
        )?
        .i64("n")
    });
    assert_eq!(log, 3);
}

fn says_unchanged(page: &str) {
    assert!(page.contains("没有需要写入的"), "{page}");
}

#[tokio::test]
async fn nobody_else_asks_for_the_register() {
    let desk = Desk::new();
    for role in Role::ALL {
        let cookie = desk.sign_in(*role).await;
        let asks = who_may(Action::AskRegister).contains(role);
        let asked = desk.post(&cookie, HERE, "purpose=x").await.status;
        assert_eq!(asked, if asks { StatusCode::SEE_OTHER } else { StatusCode::FORBIDDEN }, "{}", role.code());
    }
}
