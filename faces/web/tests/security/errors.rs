//! Error pages repeat nothing of what was sent, and tell nothing of the inside.

use crate::world::Desk;
use axum::body::Body;
use axum::http::{Method, Request, header};
use kernel::Role;

const MARK: &str = "zz9marker";

#[tokio::test]
async fn what_was_sent_does_not_come_back() {
    let desk = Desk::new();
    let cookie = desk.sign_in(Role::Coordinator).await;
    let paths = [
        format!("/{MARK}"),
        format!("/desk/{MARK}"),
        format!("/desk/matters/{MARK}"),
        format!("/desk/admin/people/{MARK}"),
        format!("/t/{MARK}"),
        format!("/assets/{MARK}.js"),
        format!("/api/v1/{MARK}"),
        format!("/api/v1/matters/{MARK}"),
        format!("/open311/v2/{MARK}"),
        format!("/desk/search?after={MARK}&q=%ff"),
    ];
    for path in &paths {
        for method in
            [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::from_bytes(b"ZZ9MARKER").unwrap()]
        {
            let request = Request::builder()
                .method(method.clone())
                .uri(path)
                .header(header::COOKIE, &cookie)
                .header("content-type", format!("text/{MARK}"))
                .header("accept", MARK)
                .header("user-agent", MARK)
                .body(Body::from(MARK))
                .unwrap();
            let answer = desk.send(request).await;
            if answer.status.is_success() {
                continue;
            }
            // The page of a track code and the way back after signing in are addresses, not texts.
            let body = answer.body.to_lowercase();
            assert!(!body.replace(path.as_str(), "").contains(MARK), "{method} {path} repeats it: {}", answer.body);
            for inside in ["panicked", "sqlite", "select ", "src/", ".rs:", "stack backtrace", "rusqlite"] {
                assert!(!body.contains(inside), "{method} {path} tells {inside}");
            }
        }
    }
}
