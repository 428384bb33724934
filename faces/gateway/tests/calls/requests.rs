//! Reports over HTTP, as the Traccar Client and OwnTracks send them.

use super::*;

/// One request, and the whole answer.
fn ask(house: &House, protocol: Protocol, request: &str) -> String {
    let mut phone = house.call(protocol);
    phone.say(request.as_bytes());
    phone.0.set_read_timeout(Some(LONG)).unwrap();
    let mut answer = String::new();
    phone.0.read_to_string(&mut answer).unwrap();
    answer
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
}

fn post(target: &str, headers: &str, body: &str) -> String {
    let len = body.len();
    format!("POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len}\r\n{headers}\r\n{body}")
}

#[test]
fn the_traccar_client_is_answered_and_taken_in() {
    let house = House::new();
    let number = device(1);
    let target = format!("/?id={}&lat=30.91&lon=121.5&timestamp=1795000000&batt=77", number.as_str());
    let answer = ask(&house, Protocol::OsmAnd, &get(&target));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let answer = ask(&house, Protocol::OsmAnd, &post(&target, "", ""));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let taken = house.taken.wait_for(2);
    let fix = *taken.first().unwrap().fixes.first().unwrap();
    assert_eq!((fix.lat, fix.lon), (30.91, 121.5));
    assert_eq!(fix.time, Some(Moment::from_micros(1_795_000_000_000_000)));
}

#[test]
fn the_traccar_client_speaks_json_as_well() {
    let house = House::new();
    let body = format!(
        r#"{{"location":{{"timestamp":"2026-11-18T08:00:00.000Z","coords":{{"latitude":30.91,"longitude":121.5,"accuracy":9}},"battery":{{"level":0.5}}}},"device_id":"{}"}}"#,
        device(2).as_str()
    );
    let answer = ask(&house, Protocol::OsmAnd, &post("/", "Content-Type: application/json\r\n", &body));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(house.taken.wait_for(1).first().unwrap().locator, locator(2));
}

#[test]
fn owntracks_names_itself_in_headers() {
    let house = House::new();
    let named = DeviceId::new("lin-phone").unwrap();
    house.answers.0.lock().unwrap().insert(named, Passage::Open(door(4)));
    let body = r#"{"_type":"location","lat":30.91,"lon":121.5,"tst":1795000000,"acc":12,"batt":55}"#;
    let headers = "Content-Type: application/json\r\nX-Limit-U: lin\r\nX-Limit-D: phone\r\n";
    let answer = ask(&house, Protocol::OwnTracks, &post("/pub", headers, body));
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("[]"), "{answer}");
    assert_eq!(house.taken.wait_for(1).first().unwrap().locator, locator(4));
    let none = ask(&house, Protocol::OwnTracks, &post("/pub", "Content-Type: application/json\r\n", body));
    assert!(none.starts_with("HTTP/1.1 400"), "{none}");
}

#[test]
fn what_is_not_taken_is_said_plainly() {
    let house = House::with(|s| s.frames_per_device = 1);
    let unknown = ask(&house, Protocol::OsmAnd, &get("/?id=nobody&lat=30.9&lon=121.5"));
    assert!(unknown.starts_with("HTTP/1.1 403") && unknown.contains("not registered"), "{unknown}");
    let nameless = ask(&house, Protocol::OsmAnd, &get("/?lat=30.9&lon=121.5"));
    assert!(nameless.starts_with("HTTP/1.1 400"), "{nameless}");
    let wrong = ask(&house, Protocol::OsmAnd, "DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(wrong.starts_with("HTTP/1.1 405"), "{wrong}");
    let long = post("/?id=1", "", &"x".repeat(70_000));
    assert!(ask(&house, Protocol::OsmAnd, &long).starts_with("HTTP/1.1 413"));
    // A flood of one device is slowed down; its call for help is not.
    let report = format!("/?id={}&lat=30.9&lon=121.5&timestamp=1795000000", device(1).as_str());
    let mut phone = house.call(Protocol::OsmAnd);
    let keep_alive = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
    let mut slowed = false;
    phone.0.set_read_timeout(Some(LONG)).unwrap();
    for _ in 0..400 {
        phone.say(keep_alive(&report).as_bytes());
        let mut answer = [0; 4_096];
        let got = phone.0.read(&mut answer).unwrap();
        if String::from_utf8_lossy(answer.get(..got).unwrap()).starts_with("HTTP/1.1 429") {
            slowed = true;
            break;
        }
    }
    assert!(slowed);
    let call = ask(&house, Protocol::OsmAnd, &get(&format!("{report}&alarm=sos")));
    assert!(call.starts_with("HTTP/1.1 200"), "{call}");
}
