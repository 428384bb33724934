//! A session that ends while somebody types costs nobody what was typed.

use crate::world::{Desk, PASSWORD, hidden};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Role;
use tower::ServiceExt;

/// Sends the sign-in form as the page holds it.
async fn sign_in_again(desk: &Desk, page: &str, password: &str) -> (StatusCode, String, String) {
    let mut form = format!("login={}&password={}", Role::Clerk.code(), password.replace(' ', "+"));
    for field in page.split("<input type=\"hidden\" name=\"").skip(1) {
        let name = field.split('"').next().unwrap();
        let value = field.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        form.push_str(&format!("&{name}={value}"));
    }
    let request = Request::post("/login")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap();
    let response = desk.router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let cookie = response.headers().get(header::SET_COOKIE).map(|v| v.to_str().unwrap().to_owned());
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store", "nothing typed stays in a cache");
    let body = axum::body::to_bytes(response.into_body(), 1_000_000).await.unwrap();
    let cookie = cookie.unwrap_or_default().split(';').next().unwrap_or_default().to_owned();
    (status, cookie, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_call_typed_without_a_session_is_registered_after_signing_in() {
    let desk = Desk::new();
    let typed = "key=k7&class=1&text=三楼有人晕倒&address=青禾路3号&phone=021+0571+0199&name=张三&origin=phone";
    let lost = desk.post("", "/desk/new", typed).await;
    assert_eq!(lost.status, StatusCode::UNAUTHORIZED);
    assert_eq!(hidden(&lost.body, "next"), "/desk/new");
    assert_eq!(hidden(&lost.body, "kept-text"), "三楼有人晕倒");
    // A wrong password costs nothing either.
    let (status, _, wrong) = sign_in_again(&desk, &lost.body, "falsch").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(hidden(&wrong, "kept-name"), "张三");
    let (status, cookie, again) = sign_in_again(&desk, &wrong, PASSWORD).await;
    assert_eq!(status, StatusCode::OK, "{again}");
    assert!(again.contains("<dd>三楼有人晕倒</dd>") && again.contains("action=\"/desk/new\""), "{again}");
    let sent = format!(
        "key={}&class={}&text={}&phone={}&name={}&origin={}",
        hidden(&again, "key"),
        hidden(&again, "class"),
        hidden(&again, "text"),
        hidden(&again, "phone"),
        hidden(&again, "name"),
        hidden(&again, "origin")
    );
    let receipt = desk.post(&cookie, "/desk/new", &sent).await;
    assert_eq!(receipt.status, StatusCode::OK);
    assert!(receipt.body.contains("HQ-"), "{}", receipt.body);
}

#[tokio::test]
async fn a_step_typed_without_a_session_comes_back_too() {
    let desk = Desk::new();
    let id = desk.raise("有人晕倒");
    let path = format!("/desk/matters/{id}/do/add_note");
    let lost = desk.post("", &path, "version=1&key=k1&text=家属已在路上").await;
    assert_eq!(lost.status, StatusCode::UNAUTHORIZED);
    let (_, cookie, again) = sign_in_again(&desk, &lost.body, PASSWORD).await;
    assert!(again.contains("家属已在路上"));
    let sent =
        format!("version={}&key={}&text={}", hidden(&again, "version"), hidden(&again, "key"), hidden(&again, "text"));
    let done = desk.post(&cookie, &path, &sent).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(desk.get(&cookie, &format!("/desk/matters/{id}")).await.body.contains("家属已在路上"));
}
