//! Files that are not meant for anybody, asked for by crooked addresses.

use crate::world::Desk;
use axum::http::StatusCode;
use kernel::Role;

#[tokio::test]
async fn no_address_reaches_a_file_of_the_machine() {
    let desk = Desk::new();
    let matter = desk.raise("楼道漏水");
    let cookie = desk.sign_in(Role::Coordinator).await;
    let crooked = [
        "../Cargo.toml",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "....//etc/passwd",
        "..%5c..%5cwin.ini",
        "%00",
        "%c0%ae%c0%ae/",
        "..;/",
    ];
    for crook in crooked {
        for base in ["/assets", "/assets/css", "/t", "/t/ABCD-EFGH-JKMN/photo", "/cap", "/ical", "/open311/v2/requests"]
        {
            let answer = desk.get(&cookie, &format!("{base}/{crook}")).await;
            assert!(!answer.body.contains("root:") && !answer.body.contains("[package]"), "{base}/{crook}");
            assert!(answer.status.is_client_error(), "{base}/{crook}: {}", answer.status);
        }
        let picture = desk.get(&cookie, &format!("/desk/matters/{matter}/pictures/{crook}")).await;
        assert_eq!(picture.status, StatusCode::NOT_FOUND, "{crook}");
    }
}
