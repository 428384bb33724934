//! How much, how long, how often; and who is believed about where a request comes from.

use crate::world::{Desk, PASSWORD};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use kernel::Role;
use std::net::SocketAddr;
use tower::ServiceExt;

async fn from(router: &Router, peer: &str, forwarded: &str, login: &str, password: &str) -> axum::response::Response {
    let peer: SocketAddr = format!("{peer}:4711").parse().unwrap();
    let request = Request::post("/login")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("x-forwarded-for", forwarded)
        .header("x-real-ip", forwarded)
        .header("forwarded", format!("for={forwarded}"))
        .extension(ConnectInfo(peer))
        .body(Body::from(format!("login={login}&password={}", password.replace(' ', "+"))))
        .unwrap();
    router.clone().oneshot(request).await.unwrap()
}

/// Whoever guesses is slowed down by address, whatever address they claim to have, and told for how long.
#[tokio::test]
async fn guessing_passwords_is_limited_by_address_and_claims_do_not_help() {
    let desk = Desk::new();
    let mut refused = None;
    for n in 0..40 {
        let claim = format!("203.0.113.{n}");
        let answer = from(&desk.router, "198.51.100.7", &claim, &format!("guess{n}"), "wrong one 1").await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let refused = refused.expect("a limit");
    let wait: u64 = refused.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!(wait >= 1);
    let other = from(&desk.router, "192.0.2.9", "198.51.100.7", "clerk", PASSWORD).await;
    assert_eq!(other.status(), StatusCode::SEE_OTHER, "others go on, also when they claim that address");
}

/// One login is locked after five wrong passwords wherever they come from; the page says until when.
#[tokio::test]
async fn guessing_one_login_is_limited_from_everywhere() {
    let desk = Desk::new();
    for n in 0..5 {
        from(&desk.router, &format!("192.0.2.{n}"), "", "clerk", "wrong one 1").await;
    }
    let locked = from(&desk.router, "192.0.2.77", "", "clerk", PASSWORD).await;
    assert_eq!(locked.status(), StatusCode::UNPROCESSABLE_ENTITY, "even the right one waits");
    assert!(!locked.headers().contains_key(header::SET_COOKIE));
}

/// Known or not: the same words, the same status, the same headers; and as much work (`people::app::password::nobody`).
#[tokio::test]
async fn nobody_finds_out_which_logins_exist() {
    let desk = Desk::new();
    let mut seen = Vec::new();
    for login in ["clerk", "nobody.here"] {
        let answer = desk.post("", "/login", &format!("login={login}&password=wrong+one+1")).await;
        let words = answer.body.replace(login, "LOGIN");
        seen.push((answer.status, answer.location, answer.cookie, words));
    }
    assert_eq!(seen[0], seen[1]);
    // Locked ones too.
    let mut locked = Vec::new();
    for login in ["head", "post_head", "nobody.there"] {
        let mut last = String::new();
        for _ in 0..6 {
            last = desk
                .post("", "/login", &format!("login={login}&password=wrong+one+1"))
                .await
                .body
                .replace(login, "LOGIN");
        }
        locked.push(last);
    }
    assert_eq!(locked[1], locked[2]);
}

#[tokio::test]
async fn every_page_has_its_measure() {
    let desk = Desk::new();
    let config = web::Config { page_rate: 1, ..web::Config::default() };
    let router = web::router(web::App::new(desk.world.house.rt.clone(), desk.world.house.district, config));
    let mut last = StatusCode::OK;
    for _ in 0..10 {
        let answer = router.clone().oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        last = answer.status();
        if last == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.headers().contains_key(header::RETRY_AFTER));
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

/// A body may lie about its length, or not name one.
#[tokio::test]
async fn large_bodies_are_refused_announced_or_not() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::Clerk).await;
    let large = "a".repeat(3_000_000);
    for announced in [true, false] {
        let body = format!("key=k&class=danger-now&text={large}");
        let mut request = Request::post("/desk/new")
            .header(header::COOKIE, &cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if announced {
            request = request.header(header::CONTENT_LENGTH, body.len());
        }
        let answer = desk.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "announced: {announced}");
        assert!(answer.body.contains("<h1>") && !answer.body.contains("aaaa"));
    }
}
