//! Photos at the desk: a clerk's come in with the form and are the raiser's, a handler's stay inside unless they go out with
//! the answer.

use crate::world::{Answer, Desk, hidden};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Role;

/// A picture of one colour; each colour is another picture.
fn png(colour: u8) -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(40, 30, image::Rgb([colour.wrapping_mul(60), 99, 9]));
    picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
    out.into_inner()
}

async fn send(desk: &Desk, cookie: &str, path: &str, fields: &[(&str, &str)], files: &[Vec<u8>]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").into_bytes());
    }
    for file in files {
        body.extend_from_slice(
            b"--b\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"zhang-san.png\"\r\n\r\n",
        );
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    let request = Request::post(path)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body))
        .unwrap();
    desk.send(request).await
}

async fn step(
    desk: &Desk,
    cookie: &str,
    matter: &str,
    name: &str,
    fields: &[(&str, &str)],
    files: &[Vec<u8>],
) -> Answer {
    let path = format!("{matter}/do/{name}");
    let form = desk.get(cookie, &path).await;
    assert_eq!(form.status, StatusCode::OK, "{name}");
    let (version, key) = (hidden(&form.body, "version"), hidden(&form.body, "key"));
    let mut all = vec![("version", version.as_str()), ("key", key.as_str())];
    all.extend_from_slice(fields);
    send(desk, cookie, &path, &all, files).await
}

/// Addresses of the pictures on a page.
fn pictures(page: &str, mark: &str) -> Vec<String> {
    page.split("<img src=\"")
        .skip(1)
        .filter_map(|p| p.split('"').next())
        .filter(|p| p.contains(mark))
        .map(Into::into)
        .collect()
}

/// The one picture for this audience.
fn of_audience(desk: &Desk, audience: &'static str) -> String {
    let sql = "SELECT id FROM matter_attachment WHERE audience = $1";
    let id = desk.sql(move |cx| cx.query_one(sql, &[audience.into()])?.id::<kernel::ids::AttachmentId>("id"));
    id.to_string()
}

/// A matter that a clerk took down with one photo: its page, and the raiser's.
async fn raised(desk: &Desk, clerk: &str) -> (String, String) {
    let form = desk.get(clerk, "/desk/new").await;
    let key = hidden(&form.body, "key");
    let fields = [("key", key.as_str()), ("class", "1"), ("text", "三楼有人晕倒"), ("phone", "02105710199")];
    let receipt = send(desk, clerk, "/desk/new", &fields, &[png(1)]).await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    let again = send(desk, clerk, "/desk/new", &fields, &[png(1)]).await;
    assert_eq!(again.status, StatusCode::OK, "sent twice");
    let at = receipt.body.find("/desk/matters/").unwrap();
    let matter = receipt.body[at..].split('"').next().unwrap().to_owned();
    let code = receipt.body.split("code secret\">").nth(1).unwrap()[..14].to_owned();
    (matter, format!("/t/{code}"))
}

#[tokio::test]
async fn a_handlers_photo_stays_inside_unless_the_answer_shows_it() {
    let desk = Desk::new();
    let (clerk, duty, boss) =
        (desk.sign_in(Role::Clerk).await, desk.sign_in(Role::DutyOfficer).await, desk.sign_in(Role::Coordinator).await);
    let (matter, track) = raised(&desk, &clerk).await;
    let own = pictures(&desk.get("", &track).await.body, "/photo/");
    assert_eq!(own.len(), 1, "what a clerk sends along is the raiser's, once");
    assert_eq!(desk.get("", &own[0]).await.kind, "image/jpeg");
    let by = desk.sql(|cx| cx.query_one("SELECT author FROM matter_attachment", &[])?.text("author"));
    assert_eq!(by, format!("account:{}", desk.people[&Role::Clerk].0), "the log says who typed");

    let seat = desk.people[&Role::DutyOfficer].1.to_string();
    assert_eq!(step(&desk, &boss, &matter, "assign", &[("seat", &seat)], &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(step(&desk, &duty, &matter, "sign", &[], &[]).await.status, StatusCode::SEE_OTHER);
    let met = step(&desk, &duty, &matter, "contact", &[("outcome", "reached")], &[png(2)]).await;
    assert_eq!(met.status, StatusCode::SEE_OTHER, "{}", met.body);
    assert_eq!(step(&desk, &duty, &matter, "start", &[], &[]).await.status, StatusCode::SEE_OTHER);
    let said = [("outcome", "done"), ("answer", "已送医院"), ("show", "1")];
    let submitted = step(&desk, &duty, &matter, "submit", &said, &[png(3)]).await;
    assert_eq!(submitted.status, StatusCode::SEE_OTHER, "{}", submitted.body);

    let page = desk.get(&boss, &matter).await.body;
    let all = pictures(&page, "/picture/");
    assert_eq!(all.len(), 3);
    let (inside, answers) = (of_audience(&desk, "desk"), of_audience(&desk, "answer"));
    for words in ["反映人发来的", "办理中拍的，反映人看不到", "办理中拍的，随答复给反映人看"]
    {
        assert!(page.contains(words), "{words}");
    }
    let as_raiser = |picture: &str| format!("{track}/photo/{picture}");
    assert_eq!(pictures(&desk.get("", &track).await.body, "/photo/"), own, "nothing of it before the answer");
    for picture in [&inside, &answers] {
        assert_eq!(desk.get("", &as_raiser(picture)).await.status, StatusCode::NOT_FOUND);
    }

    for name in ["verify", "answer"] {
        let done = step(&desk, &boss, &matter, name, &[], &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{name}: {}", done.body);
    }
    assert_eq!(pictures(&desk.get("", &track).await.body, "/photo/"), own, "nor before it is opened");
    desk.post("", &format!("{track}/answer"), "").await;
    let shown = pictures(&desk.get("", &track).await.body, "/photo/");
    assert_eq!(shown.len(), 2);
    assert!(shown.iter().any(|p| p.ends_with(&answers)), "that of the answer");
    assert_eq!(desk.get("", &as_raiser(&answers)).await.kind, "image/jpeg");
    assert_eq!(desk.get("", &as_raiser(&inside)).await.status, StatusCode::NOT_FOUND, "never the other");
}

#[tokio::test]
async fn what_is_no_photo_is_said_at_the_field_and_the_words_stay() {
    let desk = Desk::new();
    let clerk = desk.sign_in(Role::Clerk).await;
    let fields = [("key", "photo-1"), ("class", "1"), ("text", "三楼有人晕倒"), ("phone", "02105710199")];
    let wrong = send(&desk, &clerk, "/desk/new", &fields, &[b"%PDF-1.7".to_vec()]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["id=\"photos-error\"", "JPEG", "三楼有人晕倒", "href=\"#photos\""] {
        assert!(wrong.body.contains(part), "{part}");
    }
    let many = send(&desk, &clerk, "/desk/new", &fields, &[png(1), png(2), png(3), png(4)]).await;
    assert!(many.body.contains("一次最多 3 张照片"), "{}", many.body);
    // Something else is wrong: the browser has forgotten the chosen files, so the page asks for them again.
    let fields = [("key", "photo-1"), ("class", "9999"), ("text", "三楼有人晕倒")];
    let again = send(&desk, &clerk, "/desk/new", &fields, &[png(1)]).await;
    assert!(again.body.contains("请把照片再选一次"), "{}", again.body);
    assert_eq!(desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS c FROM matter", &[])?.i64("c")), 0);
}

#[tokio::test]
async fn whoever_may_not_take_the_step_leaves_no_photo() {
    let desk = Desk::new();
    let clerk = desk.sign_in(Role::Clerk).await;
    let (matter, _) = raised(&desk, &clerk).await;
    let picture = pictures(&desk.get(&clerk, &matter).await.body, "/picture/").remove(0);
    for role in [Role::Volunteer, Role::SystemAdmin] {
        let cookie = desk.sign_in(role).await;
        let fields = [("version", "1"), ("key", "k-photo-1"), ("outcome", "reached")];
        let refused = send(&desk, &cookie, &format!("{matter}/do/contact"), &fields, &[png(7)]).await;
        assert!(!refused.status.is_success() && refused.status != StatusCode::SEE_OTHER, "{role:?} {}", refused.status);
        assert!(!desk.get(&cookie, &picture).await.status.is_success(), "{role:?} sees no picture");
    }
    assert_eq!(desk.sql(|cx| cx.query_one("SELECT COUNT(*) AS c FROM matter_attachment", &[])?.i64("c")), 1);
}
