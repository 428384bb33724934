//! Looking a place up, as any client does it: words in, places out, whatever the words are.

use crate::site::{Reply, Site};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::Point;
use places::gazetteer::{Entry, Source, replace};
use serde_json::Value;

/// Houses 1 to 12 of 望苇路.
fn site() -> Site {
    let site = Site::new();
    let doors = (1..=12).map(|n| {
        let at = Point::new(121.46 + f64::from(n) * 0.0001, 30.9).unwrap();
        Entry::address(&format!("望苇路{n}号"), at).unwrap()
    });
    let doors: Vec<Entry> = doors.collect();
    site.world.act(move |cx| replace(cx, Source::Addresses, doors));
    site
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn json(site: &Site, path: &str, body: Option<&str>) -> Reply {
    let request = if body.is_some() { Request::post(path) } else { Request::get(path) };
    let request = request.header(header::ACCEPT, "application/json");
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = body.unwrap_or_default().to_owned();
    site.send(request.header(header::CONTENT_LENGTH, body.len()).body(Body::from(body)).unwrap())
}

fn found(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    serde_json::from_str::<Value>(&reply.text).unwrap()["places"].as_array().unwrap().clone()
}

#[test]
fn programs_get_json_people_a_page_in_their_language() {
    let site = site();
    let places = found(&json(&site, &format!("/find/places?{}", form(&[("q", "望苇路5号")])), None));
    assert_eq!(places[0]["name"], "望苇路5号");
    assert_eq!((places[0]["close"].as_str(), places[0]["kind"].as_str()), (Some("exact"), Some("door")));
    assert!((places[0]["lon"].as_f64().unwrap() - 121.4605).abs() < 1e-6);
    assert_eq!(places[0]["hint"], "门牌 · 青禾镇 · 桂花里");
    // The script sends the words in the body.
    let near = form(&[("q", "wwl"), ("lat", "30.9"), ("lon", "121.46")]);
    let english = json(&site, "/en/find/places", Some(&near));
    assert_eq!(found(&english)[0]["hint"], "Street · 青禾镇 · 桂花里 · 12 house numbers");
    assert_eq!(
        (&english.headers[header::VARY], &english.headers[header::CACHE_CONTROL]),
        (&"accept".parse().unwrap(), &"no-store".parse().unwrap())
    );
    let page = site.post("/find/places", &form(&[("q", "望苇路５號")]));
    assert!(page.text.contains("望苇路5号") && page.text.contains("value=\"30.9,121.4605\""), "{}", page.text);
    let who = site.post("/my-grid", "spot=30.9,121.4605");
    assert!(who.text.contains("桂花里") && who.text.contains("021-0571 0222"), "{}", who.text);
    assert!(site.get("/en/find/places").text.contains("Find a place"));
    assert!(site.post("/find/places", &form(&[("q", "没有的路")])).text.contains("没有找到这个地方"));
}

#[test]
fn whatever_is_sent_is_answered_and_no_person_is_found() {
    let site = site();
    site.world.staff(kernel::Role::Volunteer, people::model::Place::default(), "wangwei", "望苇");
    let long = "望苇路".repeat(20_000);
    let odd = [
        "",
        " ",
        "%",
        "\0",
        "'; DROP TABLE place_name;--",
        "\u{202e}望苇路",
        "<script>",
        "𠮷龘",
        "🐟",
        "99999999999999999999号",
    ];
    for words in odd.into_iter().chain([long.get(..3_000).unwrap()]) {
        for (lat, lon) in [("", ""), ("NaN", "inf"), ("91", "181"), ("x", "121.4")] {
            let body = form(&[("q", words), ("lat", lat), ("lon", lon)]);
            found(&json(&site, "/find/places", Some(&body)));
            let page = site.post("/find/places", &body);
            assert_eq!(page.status, StatusCode::OK);
            assert!(!page.text.contains("<script>"), "{words}");
        }
    }
    assert_eq!(json(&site, "/find/places?q=%ff%fe%80&lat=%ff", None).status, StatusCode::OK, "bytes that are no text");
    found(&json(&site, "/find/places", Some(&form(&[("q", &long)]))));
    let names: Vec<Value> = found(&json(&site, "/find/places", Some(&form(&[("q", "望苇")]))));
    assert!(names.iter().all(|p| p["kind"] == "street" || p["kind"] == "door"), "{names:?}");
    assert!(found(&json(&site, "/find/places", Some(&form(&[("q", "方兜")])))).is_empty(), "a colleague's name");
}

#[test]
fn a_pin_is_said_in_words_where_it_is_dropped_and_on_what_it_leads_to() {
    let site = site();
    let words = |pin: &[(&str, &str)], path: &str| {
        let reply = json(&site, path, Some(&form(pin)));
        (reply.status, serde_json::from_str::<Value>(&reply.text).unwrap_or_default()["words"].clone())
    };
    let pin = [("lat", "30.9"), ("lon", "121.46051")];
    assert_eq!(words(&pin, "/find/name"), (StatusCode::OK, "望苇路5号附近".into()));
    assert_eq!(words(&[("lat", "30.9"), ("lon", "121.462")], "/en/find/name").1, "about 80 m from 望苇路12号");
    assert_eq!(words(&[("lat", "40"), ("lon", "100")], "/find/name"), (StatusCode::OK, Value::Null));
    for wrong in [&[("lat", "x"), ("lon", "121")][..], &[("lat", "91"), ("lon", "121")], &[]] {
        assert_eq!(words(wrong, "/find/name").0, StatusCode::BAD_REQUEST, "{wrong:?}");
    }
    let grid = site.post("/my-grid", &form(&pin));
    assert!(grid.status == StatusCode::OK && grid.text.contains("望苇路5号附近"), "{}", grid.text);
    let class = site.class();
    let fields = [("at", "check"), ("idem", "i2"), ("text", "leak"), ("class", &class), ("go", "to-place")];
    let asked = site.post("/report", &form(&[&fields[..], &pin[..]].concat()));
    assert!(asked.text.contains("/find/name"), "the script asks where the pin is: {}", asked.text);
}

#[test]
fn one_source_asks_so_often_and_no_more() {
    let site = site();
    let ask = || json(&site, "/find/places", Some("q=wwl")).status;
    let answered = (0..200).filter(|_| ask() == StatusCode::OK).count();
    // 120 at once; what the clock lets through besides depends on how long the test takes.
    assert!((120..200).contains(&answered), "{answered}");
    assert_eq!(ask(), StatusCode::TOO_MANY_REQUESTS);
}

#[test]
fn a_form_without_a_script_offers_what_it_found_and_keeps_what_was_typed() {
    let site = site();
    let class = site.class();
    let typed = form(&[
        ("at", "place"),
        ("idem", "i1"),
        ("text", "leak"),
        ("class", &class),
        ("address", "望苇路5号 门口"),
        ("go", "find"),
    ]);
    let offered = site.post("/report", &typed);
    assert_eq!(offered.status, StatusCode::OK);
    assert!(offered.text.contains("value=\"望苇路5号 门口\"") && offered.text.contains("value=\"leak\""));
    assert!(offered.text.contains("name=\"spot\" value=\"30.9,121.4605\""), "{}", offered.text);
    let chosen = form(&[
        ("at", "place"),
        ("idem", "i1"),
        ("text", "leak"),
        ("class", &class),
        ("address", "望苇路5号 门口"),
        ("spot", "30.9,121.4605"),
        ("lat", "30.85"),
        ("lon", "121.5"),
        ("go", "next"),
    ]);
    let next = site.post("/report", &chosen);
    assert_eq!(next.status, StatusCode::OK, "{}", next.text);
    assert!(
        next.text.contains("name=\"lat\" value=\"30.9\""),
        "the choice counts, not the pin before it: {}",
        next.text
    );
    for path in ["/found", "/missing"] {
        let offered =
            site.post(path, &form(&[("idem", "i2"), ("words", "蓝上衣"), ("address", "wangweilu 7"), ("go", "find")]));
        assert!(offered.text.contains("name=\"spot\"") && offered.text.contains("蓝上衣"), "{path}: {}", offered.text);
        let nowhere = site.post(path, &form(&[("address", "火星"), ("go", "find")]));
        assert!(nowhere.text.contains("没有找到这个地方"), "{path}");
    }
    let outside = form(&[
        ("at", "place"),
        ("idem", "i1"),
        ("text", "leak"),
        ("class", &class),
        ("spot", "1e9,x"),
        ("go", "next"),
    ]);
    assert_eq!(site.post("/report", &outside).status, StatusCode::UNPROCESSABLE_ENTITY);
    let by_address = site.get(&format!("/my-grid?{}", form(&[("q", "望苇路5号")])));
    assert!(by_address.text.contains("021-0571 0222"), "an address is as good as a neighbourhood: {}", by_address.text);
    let doubtful = site.get(&format!("/my-grid?{}", form(&[("q", "望苇路")])));
    assert!(doubtful.text.contains("name=\"spot\""), "a street is long: asked: {}", doubtful.text);
    // Elder pages ask one plain question.
    assert!(!site.get("/e/found").text.contains("data-find"));
}

#[test]
fn a_place_outside_the_district_is_told_at_once_and_answered_with_no_door() {
    let site = site();
    let name = |at: &str| serde_json::from_str::<Value>(&json(&site, "/find/name", Some(at)).text).unwrap();
    let (inside, beijing) = ("lat=30.9&lon=121.4605", "lat=39.9&lon=116.4");
    assert_eq!((&name(inside)["outside"], name(inside)["words"].is_string()), (&Value::Bool(false), true));
    assert_eq!((&name(beijing)["outside"], &name(beijing)["words"]), (&Value::Bool(true), &Value::Null));
    let near = site.post("/near", beijing);
    assert_eq!(near.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(near.text.contains("这个位置不在本区") && !near.text.contains("附近现在没有开着"), "{}", near.text);
    // What was written stays, and an empty form says what it wants.
    let grid = site.post("/my-grid", &format!("{beijing}&{}", form(&[("q", "外婆家")])));
    assert_eq!(grid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(grid.text.contains("value=\"外婆家\"") && grid.text.contains("这个位置不在本区"), "{}", grid.text);
    assert!(site.post("/my-grid", "q=&area=&lat=&lon=").text.contains("请写村居的名字"));
    assert!(!site.get("/my-grid").text.contains("请写村居的名字"));
    // What is named exactly is not asked about again; the button without a script shows what it found.
    let exact = site.post("/near", &form(&[("q", "望苇路5号")])).text;
    assert!(exact.contains("地图上的位置：望苇路5号"), "{exact}");
    let asked = site.post("/near", &form(&[("q", "望苇路5号"), ("go", "find")])).text;
    assert!(asked.contains("name=\"spot\""), "{asked}");
    // A pin is said as a pin: not 附近附近.
    let found = site.post("/near", inside).text;
    assert!(found.contains("地图上的位置：望苇路") && !found.contains("附近附近"), "{found}");
}
