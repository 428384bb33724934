#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! Public pages over HTTP without a browser: forms as any client sends them, and what stands around them.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use kernel::Role;
use people::model::Place;
use testkit::{Kind, World};
use tower::ServiceExt;

struct Site {
    pages: Router,
    world: World,
    tokio: tokio::runtime::Runtime,
}

struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }
}

impl Site {
    fn new() -> Self {
        let world = World::with(Kind::Sqlite, &[people::MIGRATIONS, places::MIGRATIONS, matters::MIGRATIONS]);
        world.act(matters::app::seed_classes);
        let _ = world.staff(Role::CatchAll, Place::default(), "catch", "方兜");
        let app = web::App::new(world.house.rt.clone(), world.house.district, web::Config::default());
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { pages: web::router(app), world, tokio }
    }

    fn send(&self, request: Request<Body>) -> Reply {
        self.tokio.block_on(async {
            let response = self.pages.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = to_bytes(body, 10_000_000).await.unwrap();
            Reply { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
        })
    }

    fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap())
    }

    fn post(&self, path: &str, form: &str) -> Reply {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.header(header::CONTENT_LENGTH, form.len()).body(Body::from(form.to_owned())).unwrap())
    }

    fn class(&self) -> String {
        let classes = self.world.look(matters::app::classes);
        classes.iter().find(|c| c.active && !c.is_emergency()).unwrap().code.clone()
    }
}

#[test]
fn a_report_is_kept_through_errors_and_raised_once() {
    let site = Site::new();
    let class = site.class();
    let empty = site.post("/report", "at=words&idem=i1&text=&class=");
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("error-summary"), "{}", empty.text);
    let half = site.post("/report", &format!("at=place&idem=i1&text=leak%20here&class={class}&address="));
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(half.text.contains("value=\"leak here\""), "what was typed is kept");
    let all = format!("at=check&idem=i1&text=leak%20here&class={class}&address=gate&reach=anonymous");
    let first = site.post("/report", &all);
    let second = site.post("/report", &all);
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    assert_eq!(first.location(), second.location(), "a double click raises once");
    let receipt = site.get(first.location());
    assert!(receipt.text.contains("HQ-") && receipt.text.contains("<svg class=\"qr\""));
    assert_eq!(receipt.headers[header::CACHE_CONTROL], "no-store");
    let code = first.location().split('/').nth(2).unwrap().to_owned();
    let typed = site.post("/t", &format!("code={}", code.to_lowercase().replace('-', "+")));
    assert_eq!(typed.location(), format!("/t/{code}"));
    let english = site.get(&format!("/en/e/t/{code}"));
    assert!(english.text.contains("leak here") || english.text.contains("Received"), "{}", english.text);
    let added = site.post(&format!("/t/{code}/add"), "text=more%20water");
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
    assert!(site.get(added.location()).text.contains("more water"));
}

#[test]
fn an_emergency_shows_the_numbers_first() {
    let site = Site::new();
    let classes = site.world.look(matters::app::classes);
    let class = &classes.iter().find(|c| c.is_emergency()).unwrap().code;
    let next = site.post("/report", &format!("at=words&idem=i&text=fire&class={class}"));
    let number = next.text.find("tel:110").expect("the police number");
    assert!(number < next.text.find("id=\"address\"").unwrap(), "before the next question");
}

#[test]
fn guessing_codes_is_slow_and_tells_nothing() {
    let site = Site::new();
    let wrong = [site.get("/t/ZZZZ-ZZZZ-ZZZZ"), site.get("/t/zz"), site.get("/t/%E7%A0%81")];
    for reply in &wrong {
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert!(reply.text.contains("tel:02105710110"), "the duty desk's number");
    }
    let mut last = StatusCode::NOT_FOUND;
    for _ in 0..12 {
        let reply = site.get("/t/ZZZZ-ZZZZ-ZZZ0");
        last = reply.status;
        if last == StatusCode::TOO_MANY_REQUESTS {
            assert!(reply.headers.contains_key(header::RETRY_AFTER) && reply.text.contains("tel:02105710110"));
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[test]
fn forms_of_other_sites_and_huge_texts_are_refused_plainly() {
    let site = Site::new();
    let foreign = Request::post("/report").header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    assert_eq!(site.send(foreign).status, StatusCode::BAD_REQUEST);
    let huge = site.post("/report", &format!("at=words&text={}", "a".repeat(20_000_000)));
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(huge.text.contains("<h1>"), "a page, not a bare status");
}

#[test]
fn places_that_cannot_be_are_refused_at_the_field_and_what_was_typed_stays() {
    let site = Site::new();
    let ground = places::Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
    let whole = places::app::SaveArea::new(places::AreaKind::District, Some("310199"), "和邻区").outlined(ground);
    let changes = places::app::AreaChanges { save: vec![whole], retire: Vec::new() };
    site.world.act(move |cx| places::app::save_areas(cx, &changes));
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
        encoded("𠮷野家门口 😀 坏了"),
        encoded("龘弄 5 号"),
        encoded("欧阳𠮷·龘"),
        encoded("０２１－０５５５０１０１"),
    );
    let raised = site.post("/report", &form);
    assert_eq!(raised.status, StatusCode::SEE_OTHER, "{}", raised.text);
    let code = raised.location().split('/').nth(2).unwrap().to_owned();
    let page = site.get(&format!("/t/{code}"));
    assert!(page.text.contains("𠮷野家门口 😀 坏了"), "{}", page.text);
    let bad = site
        .post("/report", &form.replace(&encoded("０２１－０５５５０１０１"), &encoded("明天打😀")).replace("r1", "r2"));
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(bad.text.contains("明天打😀") && bad.text.contains("href=\"#phone\""), "{}", bad.text);
}

fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, b| {
        let _ = write!(out, "%{b:02X}");
        out
    })
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
        format!(
            "at=check&idem=d{n}&text={}{n}&class={class}&address=gate&reach=anonymous",
            encoded(&"满".repeat(2_000))
        )
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

#[test]
fn every_page_is_fenced_in() {
    let site = Site::new();
    for path in ["/", "/en/report", "/e/my-grid", "/nowhere", "/login"] {
        let reply = site.get(path);
        let policy = reply.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(reply.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
    let api = site.get("/api/v1/nowhere");
    assert_eq!(api.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(site.get("/desk").location(), "/login?next=%2Fdesk");
}

#[test]
fn a_database_that_is_gone_is_told_with_a_number_to_call() {
    let site = Site::new();
    let class = site.class();
    let form = format!("at=check&idem=i9&text=leak&class={class}&address=gate&reach=anonymous");
    site.world.house.rt.faults().arm(5, store::Fault::Connection);
    let reply = site.post("/report", &form);
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(reply.text.contains("tel:02105710110"), "{}", reply.text);
    assert!(reply.headers.contains_key(header::RETRY_AFTER));
    let again = site.post("/report", &form);
    assert_eq!(again.status, StatusCode::SEE_OTHER, "the same form sent again is raised once");
}
