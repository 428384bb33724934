//! The session's cookie: out of reach of scripts and other sites, and bound to this very host over HTTPS.

use crate::world::{Desk, PASSWORD};
use axum::body::Body;
use axum::http::{Request, header};
use kernel::Role;
use tower::ServiceExt;

async fn set_cookies(desk: &Desk, public_url: &str) -> (String, String) {
    let config = web::Config { public_url: public_url.into(), ..web::Config::default() };
    let router = web::router(web::App::new(desk.world.house.rt.clone(), desk.world.house.district, config));
    let form = format!("login=clerk&password={}", PASSWORD.replace(' ', "+"));
    let login = Request::post("/login")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap();
    let set = |response: axum::response::Response| response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let opened = set(router.clone().oneshot(login).await.unwrap());
    let pair = opened.split(';').next().unwrap().to_owned();
    let logout = Request::post("/logout").header(header::COOKIE, pair).body(Body::empty()).unwrap();
    (opened, set(router.oneshot(logout).await.unwrap()))
}

#[tokio::test]
async fn over_https_it_is_secure_and_of_this_host_alone() {
    let desk = Desk::new();
    let (opened, closed) = set_cookies(&desk, "https://mulin.example").await;
    for cookie in [&opened, &closed] {
        assert!(cookie.starts_with("__Host-mulin="), "{cookie}");
        for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/;"] {
            assert!(cookie.contains(part), "{cookie} lacks {part}");
        }
        assert!(!cookie.to_lowercase().contains("domain="), "{cookie}");
    }
    assert!(closed.contains("Max-Age=0"));
}

#[tokio::test]
async fn over_plain_http_it_is_still_out_of_reach_of_scripts() {
    let desk = Desk::new();
    let (opened, _) = set_cookies(&desk, "http://127.0.0.1:8080").await;
    assert!(opened.starts_with("mulin=") && opened.contains("; HttpOnly") && opened.contains("; SameSite=Lax"));
    assert!(!opened.contains("Secure"));
}

/// A cookie that another host of the same domain or a plain connection planted has the plain name: it is not looked at.
#[tokio::test]
async fn over_https_the_plain_name_opens_nothing() {
    let desk = Desk::new();
    let plain = desk.sign_in(Role::Clerk).await;
    let config = web::Config { public_url: "https://mulin.example".into(), ..web::Config::default() };
    let router = web::router(web::App::new(desk.world.house.rt.clone(), desk.world.house.district, config));
    let ask = Request::get("/desk/me").header(header::COOKIE, plain).body(Body::empty()).unwrap();
    let answer = router.oneshot(ask).await.unwrap();
    assert_eq!(answer.headers()[header::LOCATION], "/login?next=%2Fdesk%2Fme");
    assert_eq!(answer.headers()[header::STRICT_TRANSPORT_SECURITY], "max-age=31536000");
}
