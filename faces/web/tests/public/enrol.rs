//! "An elder of ours should carry a card": from anybody, few fields, a matter of the committee; and the form on paper.

use crate::site::{Form, Site};
use axum::http::StatusCode;

#[test]
fn anybody_asks_for_a_card_and_it_is_a_matter_like_any_other() {
    let site = Site::new();
    for look in ["", "/en", "/e"] {
        let page = site.get(&format!("{look}/enrol"));
        assert_eq!(page.status, StatusCode::OK, "{look}");
        assert!(page.text.contains(&format!("{look}/enrol/form")), "{look}");
        assert!(site.get(&format!("{look}/enrol/form")).text.contains("☐"), "{look}");
        assert!(
            site.get(&format!("{look}/")).text.contains(&format!("href=\"{look}/enrol\"")),
            "{look}: from the home page"
        );
    }
    let page = site.get("/enrol");
    // What is missing is said at its field, and what was typed stays.
    let wrong = site.next(&page, &[("name", "李敏"), ("phone", "12"), ("more", "她最近常出门")]);
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for word in ["href=\"#for\"", "href=\"#phone\"", "href=\"#address\"", "李敏", "她最近常出门"] {
        assert!(wrong.text.contains(word), "{word}");
    }
    let area = site.community.to_string();
    let answers = [
        ("for", "parent"),
        ("name", "李敏"),
        ("phone", "021-0555 0102"),
        ("address", "青禾里3号"),
        ("area", area.as_str()),
        ("when", "weekend"),
        ("more", "她最近常出门"),
    ];
    let done = site.next(&wrong, &answers);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let receipt = site.get(done.location());
    assert!(
        receipt.status == StatusCode::OK && receipt.text.contains("QH-")
            || receipt.text.contains("HL-")
            || receipt.text.contains("20")
    );
    // Twice is once.
    let form = Form::of(&wrong.text).filled(&answers);
    let again = site.post("/enrol", &crate::site::encode(&form));
    assert_ne!(again.status, StatusCode::INTERNAL_SERVER_ERROR);
    let n = site.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM matter", &[])?.i64("n"));
    assert_eq!(n, 1);
    let class = site.world.look(|cx| cx.query_one("SELECT class FROM matter", &[])?.text("class"));
    assert_eq!(class, "elder-care");
    let due = site
        .world
        .look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM matter WHERE due_at > 0 AND is_open = 1", &[])?.i64("n"));
    assert_eq!(due, 1, "with an owner and a time");
    let lies = site.world.look(|cx| {
        cx.query_one("SELECT COUNT(*) AS n FROM event WHERE payload LIKE '%李敏%' OR payload LIKE '%0555%'", &[])?
            .i64("n")
    });
    assert_eq!(lies, 0);
}
