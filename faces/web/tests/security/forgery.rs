//! A form sent from somebody else's page (decision 0004).

use crate::world::{Desk, PASSWORD};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use kernel::Role;

async fn send(desk: &Desk, cookie: &str, path: &str, headers: &[(&str, &str)]) -> StatusCode {
    let mut request = Request::post(path)
        .header("cookie", cookie)
        .header("host", "127.0.0.1:8080")
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    desk.send(request.body(Body::from("name=x&query=queue%3Dmine")).unwrap()).await.status
}

#[tokio::test]
async fn a_cookie_from_a_foreign_page_does_nothing() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::Clerk).await;
    let foreign: &[&[(&str, &str)]] = &[
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", "file://")],
        &[("origin", "127.0.0.1:8080")],
        &[("origin", "ftp://127.0.0.1:8080")],
        &[("origin", "http://127.0.0.1:8080.evil.example")],
        &[("origin", "http://127.0.0.1:8081")],
        &[("origin", "http://user@127.0.0.1:8080")],
        &[("sec-fetch-site", "cross-site"), ("origin", "http://127.0.0.1:8080")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:8080")],
        &[("sec-fetch-site", "nonsense")],
        &[("sec-fetch-site", "")],
    ];
    for headers in foreign {
        let before = desk.world_events("view.saved");
        assert_eq!(send(&desk, &cookie, "/desk/views", headers).await, StatusCode::BAD_REQUEST, "{headers:?}");
        assert_eq!(desk.world_events("view.saved"), before);
    }
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("origin", "http://127.0.0.1:8080")],
        // Neither: no browser of the last years sends a form like this; a program was given the cookie on purpose.
        &[],
    ] {
        assert_eq!(send(&desk, &cookie, "/desk/views", headers).await, StatusCode::SEE_OTHER, "{headers:?}");
    }
}

#[tokio::test]
async fn nobody_is_signed_in_or_out_from_a_foreign_page() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::Clerk).await;
    let cross = [("sec-fetch-site", "cross-site")];
    assert_eq!(send(&desk, &cookie, "/logout", &cross).await, StatusCode::BAD_REQUEST);
    assert_eq!(desk.get(&cookie, "/desk/me").await.status, StatusCode::OK);
    let login = Request::post("/login")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "https://evil.example")
        .body(Body::from(format!("login=clerk&password={}", PASSWORD.replace(' ', "+"))))
        .unwrap();
    let answer = desk.send(login).await;
    assert_eq!(
        (answer.status, answer.cookie.as_str()),
        (StatusCode::BAD_REQUEST, ""),
        "no session of the attacker's choice"
    );
}

/// A link or an image on a foreign page is a GET with the cookie: GET changes nothing.
#[tokio::test]
async fn forms_are_not_taken_as_links() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::Clerk).await;
    for path in
        ["/logout", "/desk/views?name=x&query=y", "/desk/me/sessions", "/desk/me/keys/end", "/desk/me/second/begin"]
    {
        let status = desk.get(&cookie, path).await.status;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
    assert_eq!(desk.get(&cookie, "/desk/me").await.status, StatusCode::OK, "still signed in");
}

impl Desk {
    pub fn world_events(&self, kind: &'static str) -> i64 {
        self.sql(move |cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM event WHERE kind = $1", store::params![kind])?.i64("n")
        })
    }
}
