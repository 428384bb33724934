//! Passkeys in a real browser, and where there are none.

use e2e::{Site, browser};

const PASSWORD: &str = "eine lange Reihe 7";

fn staff(site: &Site, login: &str, name: &str) {
    let out = site.command("account").args(["create", login, "--name", name]).output().expect("mulin starts");
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    let given = said.split_whitespace().nth(1).expect("a password").to_owned();
    let mut staff = site.visitor();
    let _ = staff.post("/login", &[("login", login), ("password", &given)]).expect(303);
    let _ = staff.post("/password", &[("current", &given), ("new", PASSWORD)]).expect(303);
}

#[test]
fn a_passkey_signs_in_and_confirms_and_neither_a_thief_nor_a_copy_does() {
    for (lang, width) in [("zh", "390"), ("en", "1280")] {
        let site = Site::start_at_localhost();
        staff(&site, "fang.li", "方力");
        staff(&site, "li.ming", "李明");
        let settings = [format!("lang={lang}"), format!("width={width}"), format!("password={PASSWORD}")];
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        browser::run_at(site.base(), "passkey", &settings);
    }
}

#[test]
fn without_https_or_a_name_they_are_not_offered_and_the_page_says_why() {
    let site = Site::start();
    staff(&site, "fang.li", "方力");
    let mut visitor = site.visitor();
    assert!(!visitor.get("/login").expect(200).text().contains("data-passkey"));
    let _ = visitor.post("/login", &[("login", "fang.li"), ("password", PASSWORD)]).expect(303);
    let page = visitor.get("/desk/me/ways").expect(200).text();
    assert!(page.contains("HTTPS") && !page.contains("data-passkey"), "{page}");
    assert_eq!(visitor.post("/login/passkey/begin", &[]).status, 404);
    assert_eq!(site.visitor().post("/desk/me/ways/passkey/begin", &[]).status, 401, "nobody adds one unasked");
}
