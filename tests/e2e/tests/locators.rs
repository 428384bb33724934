//! A watch of the demo, from outside: she leaves home at three in the afternoon, presses the button without a fix, the battery dies, the
//! family takes its consent back. What the family's page and the post see of it; and that a killed program has lost nothing that it
//! had acknowledged.

use e2e::watch::{Seen, Watch};
use e2e::{Client, Demo, browser};
use serde_json::Value;
use std::time::{Duration, Instant};

/// As long as it may take until something that was acknowledged shows on a page.
const PATIENCE: Duration = Duration::from_mins(1);

/// A device that nothing moves but this test.
struct Story {
    watch: Watch,
    home: (f64, f64),
    /// Address of the family's page, without the site.
    page: String,
    digits: String,
}

fn resting(demo: &Demo, nth: usize) -> Story {
    let all = demo.links().get("gateway").and_then(Value::as_array).expect("the links file has \"gateway\"");
    let still = all.iter().filter(|g| g.get("walks").is_some_and(|w| w == false)).nth(nth).expect("a device at rest");
    let text = |key: &str| still.get(key).and_then(Value::as_str).expect("a text").to_owned();
    let home =
        |n: usize| still.get("home").and_then(|h| h.get(n)).and_then(Value::as_f64).expect("longitude, latitude");
    assert_eq!(text("protocol"), "watch");
    let page = text("family").strip_prefix(demo.base()).expect("on this site").to_owned();
    Story {
        watch: Watch::new(&text("device"), port(demo, "watch")),
        home: (home(0), home(1)),
        page,
        digits: text("digits"),
    }
}

fn port(demo: &Demo, protocol: &str) -> u16 {
    let all = demo.links().get("gateway").and_then(Value::as_array).expect("the links file has \"gateway\"");
    let one = all.iter().find(|g| g.get("protocol").is_some_and(|p| p == protocol)).expect("a device of this protocol");
    one.get("port").and_then(Value::as_u64).and_then(|p| u16::try_from(p).ok()).expect("a port")
}

impl Story {
    /// The family comes in with the end of its own number.
    fn enter(&self, family: &mut Client) {
        let to = format!("{}/locator", self.page);
        let door = family.post(&format!("{}/plan", self.page), &[("digits", &self.digits), ("to", &to)]);
        assert_eq!(door.expect(303).location(), to);
    }

    /// The page; the door is closed again when the clock has moved on.
    fn shown(&self, family: &mut Client) -> String {
        let path = format!("/en{}/locator", self.page);
        let page = family.get(&path).expect(200).text();
        if !page.contains("name=\"digits\"") {
            return page;
        }
        self.enter(family);
        family.get(&path).expect(200).text()
    }

    /// The page, as soon as it says this.
    fn says(&self, family: &mut Client, words: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let page = self.shown(family);
            if page.contains(words) {
                return page;
            }
            assert!(Instant::now() < end, "the page never says {words:?}:\n{page}");
        }
    }

    /// So many metres east of home.
    fn east(&self, metres: f64, minute: u32, battery: u8) -> Seen {
        let (lon, lat) = self.home;
        let east = lon + metres / (111_195.0 * lat.to_radians().cos());
        // Ten metres: pages round further decimals in their own way.
        Seen { lon: (east * 1e4).round() / 1e4, lat, minute, battery }
    }
}

fn at(demo: &Demo, minute: u32) {
    demo.set_time(&format!("2026-06-24T{:02}:{:02}:00+08:00", minute / 60, minute % 60));
}

const THREE: u32 = 15 * 60;

#[test]
fn she_leaves_home_at_three_and_the_right_people_hear_of_it() {
    let demo = Demo::start();
    let mut story = resting(&demo, 0);
    let mut family = demo.visitor();
    for minute in [THREE - 10, THREE - 5] {
        at(&demo, minute);
        story.watch.is_at(story.east(20.0, minute, 80));
    }
    story.says(&mut family, "80%");
    let page = story.says(&mut family, "Inside");
    assert!(!page.contains("Left “"), "{page}");

    // By bus: three hundred metres a minute.
    for gone in 0..=12 {
        at(&demo, THREE + gone);
        story.watch.is_at(story.east(300.0 * f64::from(gone), THREE + gone, 78));
    }
    let page = story.says(&mut family, "Left “家附近”");
    assert_eq!(page.matches("Left “家附近”").count(), 1, "one alert for one episode:\n{page}");
    at(&demo, THREE + 20);
    story.watch.is_at(story.east(3_700.0, THREE + 20, 77));
    at(&demo, THREE + 25);
    assert_eq!(story.says(&mut family, "The duty desk knows").matches("Left “家附近”").count(), 1);

    // She comes home: a quiet end.
    for back in 0..=8 {
        at(&demo, THREE + 30 + back);
        story.watch.is_at(story.east(400.0 - 50.0 * f64::from(back), THREE + 30 + back, 70));
    }
    story.says(&mut family, "they are back");

    // The button, and no satellite. Everybody hears of it at once: the family, and the post without a delay.
    at(&demo, THREE + 60);
    story.watch.calls_for_help(THREE + 60);
    let page = story.says(&mut family, "The SOS button was pressed");
    assert_eq!(page.matches("The SOS button was pressed").count(), 1, "{page}");
    let (login, password) = demo.account("coordinator");
    let mut post = demo.visitor();
    let _ = post.post("/login", &[("login", &login), ("password", &password)]).expect(303);
    let list = post.get("/en/desk/locators").expect(200).text();
    assert!(list.contains("The SOS button was pressed"), "{list}");
    assert!(!list.contains(&format!("{:.4}", story.home.0)), "the list tells no place");

    // The battery dies.
    at(&demo, THREE + 70);
    story.watch.lives(6);
    story.says(&mut family, "The battery is nearly empty");
    at(&demo, THREE + 135);
    story.says(&mut family, "Nothing was heard for long");

    // The family takes its consent back: nothing is shown, and what comes now is kept nowhere.
    let switch = format!("{}/locator/switch", story.page);
    story.enter(&mut family);
    let _ = family.post(&switch, &[("how", "withdraw"), ("do", "switch")]).expect(303);
    at(&demo, THREE + 140);
    story.watch.is_at(story.east(777.0, THREE + 140, 50));
    at(&demo, THREE + 142);
    let page = story.shown(&mut family);
    let seen = format!("{:.3}", story.east(777.0, 0, 0).lon);
    assert!(!page.contains(&seen) && !page.contains("50%"), "a position after the withdrawal:\n{page}");
}

#[test]
fn what_was_acknowledged_outlives_a_kill() {
    let demo = Demo::start();
    let mut story = resting(&demo, 1);
    let sent: Vec<Seen> = (0..20).map(|n| story.east(60.0 * f64::from(n), THREE + n, 90)).collect();
    at(&demo, THREE + 30);
    sent.iter().for_each(|seen| story.watch.is_at(*seen));
    let demo = demo.kill_and_restart();
    at(&demo, THREE + 31);
    let story = resting(&demo, 1);
    let mut family = demo.visitor();
    for seen in &sent {
        story.says(&mut family, format!("[{:.4}", seen.lon).trim_end_matches('0'));
    }
}

/// The request of the Traccar Client, as `curl` makes it.
#[test]
fn a_telephone_reports_over_http() {
    let demo = Demo::start();
    let all = demo.links().get("gateway").and_then(Value::as_array).expect("the links file has \"gateway\"");
    let phone = all.iter().find(|g| g.get("protocol").is_some_and(|p| p == "osmand")).expect("a phone");
    let id = phone.get("device").and_then(Value::as_str).expect("its number");
    let mut client = Client::new(&format!("http://127.0.0.1:{}", port(&demo, "osmand")));
    let target = format!(
        "/?id={id}&timestamp=1782266400&lat=30.9&lon=121.5&speed=0.0&bearing=0.0&altitude=4.0&accuracy=12.0&batt=87.0"
    );
    assert_eq!(client.get(&target).status, 200);
    assert_eq!(client.send("POST", &target, &[], b"").status, 200);
    let json = format!(
        r#"{{"location":{{"timestamp":"2026-06-24T02:00:00.000Z","coords":{{"latitude":30.9,"longitude":121.5,"accuracy":5,"speed":0,"heading":-1,"altitude":5}},"battery":{{"level":0.8,"is_charging":false}},"event":"motionchange"}},"device_id":"{id}"}}"#
    );
    assert_eq!(client.send("POST", "/", &[("Content-Type", "application/json")], json.as_bytes()).status, 200);
    assert_eq!(client.get("/?lat=30.9&lon=121.5").status, 400, "of nobody");
}

/// Somebody else's watch calls at the door of the district: the administrator reads its number, and nobody else reads anything of it.
#[test]
fn a_device_of_nobody_is_shown_to_the_administrator_alone() {
    let demo = Demo::start();
    let mut stranger = Watch::new("8899001122", port(&demo, "watch"));
    stranger.knocks();
    let (login, password) = demo.account("system_admin");
    let mut admin = demo.visitor();
    let _ = admin.post("/login", &[("login", &login), ("password", &password)]).expect(303);
    let end = Instant::now() + PATIENCE;
    loop {
        let page = admin.get("/en/desk/admin/locators").expect(200).text();
        if page.contains("8899001122") {
            break;
        }
        assert!(Instant::now() < end, "the page never shows it:\n{page}");
    }
    let (login, password) = demo.account("duty_officer");
    let mut duty = demo.visitor();
    let _ = duty.post("/login", &[("login", &login), ("password", &password)]).expect(303);
    assert_eq!(duty.get("/desk/admin/locators").status, 403);
}

#[test]
fn a_family_follows_and_officers_look_while_the_case_is_open() {
    // Each on a demo of its own: the watch is the same.
    browser::run(&Demo::start(), "locator", &["lang=zh", "width=390"]);
    browser::run(&Demo::start(), "locator", &["lang=en", "width=1280"]);
}
