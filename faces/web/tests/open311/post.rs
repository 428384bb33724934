//! Sending requests: who may, what is kept of the sender, and what is refused.

use crate::site::{HERE, Site};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Purpose;
use matters::raiser;
use people::policy::TokenScope;

#[test]
fn whoever_sends_goes_into_the_raiser_block_only() {
    let site = Site::new();
    let number = site.raise(&format!(
        "service_code=lighting&{HERE}&description=灯不亮&email=a@b.example&first_name=明&last_name=王&phone=021+0571+0177"
    ));
    let coordinator = site.coordinator;
    let who = site.world.who(coordinator, Purpose::Administration);
    let matter = site.world.act_as(who, move |cx| matters::app::by_number(cx, &number)).unwrap();
    // Nobody but the block holds it in clear.
    let clear = site.world.look(move |cx| {
        let mut all = String::new();
        for sql in ["SELECT payload AS t FROM event", "SELECT payload AS t FROM job", "SELECT summary AS t FROM matter"]
        {
            for row in cx.query(sql, &[])? {
                all.push_str(&row.text("t")?);
            }
        }
        Ok::<_, store::Error>(all)
    });
    assert!(!clear.contains("王") && !clear.contains("a@b.example") && !clear.contains("0177"), "{clear}");
    let job = store::Who::system(site.world.house.district, people::policy::jobs::DELIVERY);
    let job = store::Who { purpose: Purpose::Matter(matter), ..job };
    let seen = site.world.act_as(job, move |cx| raiser::reveal(cx, matter)).unwrap();
    assert_eq!(
        (seen[0].name.as_deref(), seen[0].phone.as_deref(), seen[0].email.as_deref()),
        (Some("王明"), Some("02105710177"), Some("a@b.example"))
    );
}

#[test]
fn the_answer_names_number_and_promise_and_the_code_only_when_asked() {
    let site = Site::new();
    let reply = site.post("requests.xml", &format!("service_code=lighting&{HERE}&description=灯不亮"));
    assert_eq!(reply.status, StatusCode::OK);
    assert!(
        reply.text.contains(
            "<service_requests><request><service_request_id>HQ-2026-00001</service_request_id><service_notice>"
        )
    );
    assert!(reply.text.contains("<account_id/>") && !reply.text.contains("/t/"));
    let asked = site.post("requests.json", &format!("service_code=lighting&{HERE}&description=灯不亮&extensions=true"));
    let url = asked.only()["extended_attributes"]["track_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("https://www.helin.example").unwrap();
    let page = site.send(Request::get(path).body(Body::empty()).unwrap());
    assert!(page.text.contains("HQ-2026-00002"), "the address leads to the matter's own page");
    let emergency = site.post("requests.json", &format!("service_code=danger-now&{HERE}&description=有人落水"));
    let notice = emergency.only()["service_notice"].as_str().unwrap().to_owned();
    assert!(notice.starts_with("有人受伤") && notice.contains("110") && notice.contains("HQ-2026-00003"), "{notice}");
    let withheld = site.post("requests.json", &format!("service_code=dispute&{HERE}&description=吵"));
    assert!(withheld.only()["service_notice"].as_str().unwrap().contains("不公开"));
}

#[test]
fn a_place_is_needed_and_must_lie_in_the_district() {
    let site = Site::new();
    let with = |place: &str| site.post("requests.json", &format!("service_code=lighting&description=x&{place}"));
    for fine in [HERE, "address_string=青禾路3号", "address_id=310199001001"] {
        assert_eq!(with(fine).status, StatusCode::OK, "{fine}");
    }
    for bad in [
        "",
        "lat=30.92",
        "long=121.47",
        "lat=NaN&long=121.47",
        "lat=30.92&long=inf",
        "lat=-inf&long=1e400",
        "lat=0&long=0",
        "lat=121.47&long=30.92",
        "lat=north&long=east",
        "address_id=999",
        "lat=&long=&address_string=",
    ] {
        with(bad).refused(400);
    }
    let words = with("lat=39.9&long=116.4").refused(400);
    assert!(words.contains("不在和邻区范围内"), "{words}");
    assert_eq!(site.get("requests.json").json().as_array().unwrap().len(), 3, "nothing refused was kept");
}

#[test]
fn what_is_wrong_is_said() {
    let site = Site::new();
    site.post("requests.json", HERE).refused(400);
    site.post("requests.json", &format!("service_code=nothing&{HERE}")).refused(404);
    for wrong in [
        "phone=12".to_owned(),
        "email=nobody".to_owned(),
        "media_url=javascript:alert(1)".to_owned(),
        format!("description={}", "长".repeat(4_001)),
        "attribute[answer_by]=pigeon".to_owned(),
        "attribute[colour]=red".to_owned(),
        "attribute[answer_by]=email&phone=02105710177".to_owned(),
        "description=%D6%D0".to_owned(),
    ] {
        site.post("requests.json", &format!("service_code=lighting&{HERE}&{wrong}")).refused(400);
    }
    let json = Request::post("/open311/v2/requests.json").header(header::CONTENT_TYPE, "application/json");
    site.send(json.body(Body::from("{}")).unwrap()).refused(400);
    // Without words the service's own name says what it is.
    let number = site.raise(&format!("service_code=lighting&{HERE}"));
    assert_eq!(site.get(&format!("requests/{number}.json")).only()["description"], "路灯与照明");
}

#[test]
fn a_wrong_key_is_refused_and_a_right_one_acts_for_its_account() {
    let site = Site::new();
    let form = |key: &str| format!("api_key={key}&service_code=lighting&{HERE}&description=灯不亮");
    site.post("requests.json", &form("mulin_nothing")).refused(403);
    site.post("requests.json", &form("x")).refused(403);
    let read = site.key(site.coordinator, &[TokenScope::Read]);
    site.post("requests.json", &form(&read)).refused(403);
    let write = site.key(site.coordinator, &[TokenScope::Write]);
    assert_eq!(site.post("requests.json", &form(&write)).status, StatusCode::OK);
    let actor = format!("account:{}", site.coordinator);
    let by = site.world.look(move |cx| {
        let sql = "SELECT actor FROM event WHERE kind = 'matter.raise'";
        cx.query_one(sql, &[])?.text("actor")
    });
    assert_eq!(by, actor, "the log says which program sent it");
}

#[test]
fn the_same_idempotency_key_raises_once() {
    let site = Site::new();
    let send = |form: &str| {
        let request = Request::post("/open311/v2/requests.json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("idempotency-key", "k-1");
        site.send(request.body(Body::from(form.to_owned())).unwrap())
    };
    let form = format!("service_code=lighting&{HERE}&description=灯不亮");
    let (first, again) = (send(&form).only(), send(&form).only());
    assert_eq!(first, again);
    send(&format!("{form}了")).refused(400);
    assert_eq!(site.get("requests.json").json().as_array().unwrap().len(), 1);
}

#[test]
fn sending_is_limited_without_a_key() {
    let site = Site::new();
    let form = format!("service_code=lighting&{HERE}");
    let last = (0..80).map(|_| site.post("requests.json", &form)).find(|r| r.status != StatusCode::OK).unwrap();
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(last.json()[0]["code"], 429);
    assert!(last.header("retry-after").parse::<u64>().unwrap() > 0);
    let write = site.key(site.coordinator, &[TokenScope::Write]);
    assert_eq!(site.post("requests.json", &format!("api_key={write}&{form}")).status, StatusCode::OK);
}

#[test]
fn a_picture_sent_along_is_cleaned_and_kept_and_a_link_is_not_fetched() {
    let site = Site::new();
    let mut png = std::io::Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(8, 8).write_to(&mut png, image::ImageFormat::Png).unwrap();
    let mut body = Vec::new();
    for (name, value) in [
        ("service_code", "lighting"),
        ("lat", "30.92"),
        ("long", "121.47"),
        ("media_url", "https://pictures.example/1.jpg"),
    ] {
        body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    body.extend(
        b"--b\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n",
    );
    body.extend(png.into_inner());
    body.extend(b"\r\n--b--\r\n");
    let request =
        Request::post("/open311/v2/requests.json").header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    let reply = site.send(request.body(Body::from(body)).unwrap());
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    assert_eq!((site.world.logged("matter.attach"), site.world.logged("matter.add_facts")), (1, 1));
    assert!(!site.get("requests.json").text.contains("pictures.example"), "what else was sent is not public");
}
