//! What nobody wishes to send and everybody sends once: places that cannot be, rare characters, a report to a full disk.

use crate::site::{Site, escape};
use axum::http::StatusCode;

#[test]
fn places_that_cannot_be_are_refused_at_the_field_and_what_was_typed_stays() {
    let site = Site::new();
    let class = site.class();
    let send = |idem: &str, lat: &str, lon: &str| {
        let form =
            format!("at=check&idem={idem}&text=%E6%BC%8F%E6%B0%B4&class={class}&lat={lat}&lon={lon}&reach=anonymous");
        site.post("/report", &form)
    };
    for (lat, lon, words) in [
        ("39.9", "116.4", "不在本区"),
        ("NaN", "121.5", "地图位置"),
        ("121.5", "30.9", "地图位置"),
        ("0", "0", "地图位置"),
    ] {
        let refused = send("p1", lat, lon);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{lat} {lon}");
        assert!(
            refused.text.contains(words) && refused.text.contains("error-summary"),
            "{lat} {lon}: {}",
            refused.text
        );
        assert!(refused.text.contains("漏水"), "what was typed stays");
    }
    assert_eq!(send("p2", "30.9", "121.5").status, StatusCode::SEE_OTHER);
}

#[test]
fn rare_characters_emoji_and_full_width_digits_come_through() {
    let site = Site::new();
    let class = site.class();
    let form = format!(
        "at=check&idem=r1&class={class}&text={}&address={}&reach=phone&name={}&phone={}",
        escape("𠮷野家门口 😀 坏了"),
        escape("龘弄 5 号"),
        escape("欧阳𠮷·龘"),
        escape("０２１－０５５５０１０１"),
    );
    let raised = site.post("/report", &form);
    assert_eq!(raised.status, StatusCode::SEE_OTHER, "{}", raised.text);
    let code = raised.location().split('/').nth(2).unwrap().to_owned();
    let page = site.get(&format!("/t/{code}"));
    assert!(page.text.contains("𠮷野家门口 😀 坏了"), "{}", page.text);
    let bad = site
        .post("/report", &form.replace(&escape("０２１－０５５５０１０１"), &escape("明天打😀")).replace("r1", "r2"));
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("明天打😀") && bad.text.contains("href=\"#phone\""), "{}", bad.text);
}

#[test]
fn a_full_disk_is_told_plainly_and_nothing_acknowledged_is_lost() {
    let mut site = Site::new();
    let class = site.class();
    let url = site.world.house.db.url();
    let open = |url: String| {
        let clock = std::sync::Arc::new(site.world.house.clock.clone());
        let keys = site.world.house.rt.keys().clone();
        store::Runtime::open(store::Options::new(url, clock, std::sync::Arc::new(kernel::OsIds), keys)).unwrap()
    };
    let used = std::fs::metadata(site.world.house.db.sqlite_path()).unwrap().len() / 4_096;
    let tight = open(format!("{url}?max_pages={}", used + 40));
    let roomy = open(url);
    let district = site.world.house.district;
    let form = |n: usize| {
        format!("at=check&idem=d{n}&text={}{n}&class={class}&address=gate&reach=anonymous", escape(&"满".repeat(2_000)))
    };
    site.pages = web::router(web::App::new(tight, district, web::Config::default()));
    let mut receipts = Vec::new();
    let refused = loop {
        let reply = site.post("/report", &form(receipts.len()));
        match reply.status {
            StatusCode::SEE_OTHER => receipts.push(reply.location().to_owned()),
            _ => break reply,
        }
        assert!(receipts.len() < 200, "the disk is never full");
    };
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.text.contains("没有保存") && refused.text.contains("tel:02105710110"), "{}", refused.text);
    assert!(!receipts.is_empty());
    for receipt in &receipts {
        assert_eq!(site.get(receipt).status, StatusCode::OK, "reading works on a full disk, and all is there");
    }
    site.pages = web::router(web::App::new(roomy, district, web::Config::default()));
    assert_eq!(
        site.post("/report", &form(receipts.len())).status,
        StatusCode::SEE_OTHER,
        "room was made: the same form"
    );
    let raised = site.world.look(|cx| cx.query_one("SELECT COUNT(*) AS n FROM matter", &[])?.i64("n"));
    assert_eq!(usize::try_from(raised).unwrap(), receipts.len() + 1);
}
