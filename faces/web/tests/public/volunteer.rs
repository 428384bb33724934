//! "I would like to help": the form, the code, and taking it back.

use crate::site::{Form, Site};
use axum::http::StatusCode;

#[test]
fn anybody_signs_up_follows_it_and_takes_it_back() {
    let site = Site::new();
    for look in ["", "/en", "/e"] {
        assert_eq!(site.get(&format!("{look}/volunteer")).status, StatusCode::OK, "{look}");
        assert!(site.get(&format!("{look}/")).text.contains(&format!("href=\"{look}/volunteer\"")), "{look}");
    }
    let page = site.get("/volunteer");
    let wrong = site.next(&page, &[("name", "许文"), ("phone", "12"), ("more", "退休电工")]);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for word in ["href=\"#area\"", "href=\"#grown\"", "href=\"#agrees\"", "许文", "退休电工"] {
        assert!(wrong.text.contains(word), "{word}");
    }
    let area = site.community.to_string();
    let answers = [
        ("name", "许文"),
        ("phone", "021-0571 0155"),
        ("area", area.as_str()),
        ("more", "310101196001011234"),
        ("grown", "1"),
        ("agrees", "1"),
    ];
    let number = site.next(&wrong, &answers);
    assert_eq!(number.status, StatusCode::UNPROCESSABLE_ENTITY, "no number of an identity card");
    let answers: Vec<_> = answers.iter().map(|(n, v)| (*n, if *n == "more" { "退休电工" } else { *v })).collect();
    let done = site.next(&number, &answers);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let to = done.location().to_owned();
    let fresh = site.get(&to);
    assert_eq!(fresh.status, StatusCode::OK);
    assert!(fresh.text.contains("谢谢您愿意帮忙") && !fresh.text.contains("许文"), "{}", fresh.text);
    assert_eq!(fresh.headers["cache-control"], "no-store");
    // Twice is once, with the same code.
    let again = site.post("/volunteer", &crate::site::encode(&Form::of(&number.text).filled(&answers)));
    assert_eq!(again.location(), to);
    let n = site.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM care_volunteer", &[])?.i64("n"));
    assert_eq!(n, 1);
    let lies = site.world.look(|cx| {
        cx.query_one("SELECT COUNT(*) AS n FROM event WHERE payload LIKE '%许文%' OR payload LIKE '%0155%'", &[])?
            .i64("n")
    });
    assert_eq!(lies, 0);
    let code = to.trim_start_matches("/volunteer/").trim_end_matches("?new=1").to_owned();
    let typed = site.post("/volunteer/follow", &format!("code={}", code.to_lowercase().replace('-', "+")));
    assert_eq!(typed.location(), format!("/volunteer/{code}"));
    assert_eq!(site.post("/volunteer/follow", "code=0000-0000-0000-0000").status, StatusCode::NOT_FOUND);
    assert_eq!(site.post("/volunteer/follow", "code=").status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(site.get(&format!("/e/volunteer/{code}")).text.contains("报名收到了"));
    let gone = site.post(&format!("/volunteer/{code}/withdraw"), "");
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text);
    assert_eq!(site.get(&format!("/volunteer/{code}")).status, StatusCode::NOT_FOUND);
    let n = site.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM care_volunteer", &[])?.i64("n"));
    assert_eq!(n, 0);
}
