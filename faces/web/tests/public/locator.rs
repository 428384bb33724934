//! The family's page of a locator without a browser: added with consent, where now, an alert answered, a fence by address, pause, the
//! consent taken back; and who sees nothing of it.

use crate::card::Carded;
use axum::http::StatusCode;
use kernel::Moment;
use kernel::ids::LocatorId;
use locators::model::Taken;
use trackers::{Alarms, Fix, Status};

const NUMBER: &str = "3500000001";

impl Carded {
    fn locator(&self) -> LocatorId {
        self.site.world.look(|cx| cx.query_one("SELECT id FROM locator", &[])?.id("id"))
    }
    /// The device says where it is.
    fn says(&self, at: Option<(f64, f64)>, alarms: Alarms) -> locators::app::Done {
        let (locator, now) = (self.locator(), self.site.world.house.clock());
        let fix = |(lon, lat): (f64, f64)| Fix {
            time: Some(now),
            lat,
            lon,
            valid: true,
            speed_kmh: None,
            course: None,
            altitude_m: None,
            accuracy_m: Some(25.0),
            satellites: Some(9),
            battery_pct: Some(64),
            alarms,
        };
        let fixes: Vec<Fix> = at.map(fix).into_iter().collect();
        let status = Status {
            time: Some(now),
            alarms: if fixes.is_empty() { alarms } else { Alarms::NONE },
            ..Status::default()
        };
        let taken = Taken { locator, received: now, fixes, status };
        self.site.world.act(move |cx| locators::app::take_in(cx, &[taken]))
    }
    /// Adds a watch, step by step, as a browser without a script does.
    fn adds(&self, code: &str, cookie: &str) {
        let here = format!("/p/{code}/locator/bind");
        let device = [("step", "device"), ("go", "next"), ("model", "watch"), ("number", NUMBER), ("name", "手表")];
        let wearer = [("step", "wearer"), ("elder", "yes")];
        let sees = [("step", "sees"), ("sees", "always")];
        let check = [("step", "check"), ("agreed", "1")];
        let mut form: Vec<(&str, &str)> = device.to_vec();
        assert_eq!(self.say(&here, &form, Some(cookie)).status, StatusCode::OK, "on to the wearer");
        for step in [&wearer, &sees, &check] {
            form.retain(|(name, _)| *name != "step");
            form.extend_from_slice(step);
            let answer = self.say(&here, &form, Some(cookie));
            let last = step[0].1 == "check";
            assert_eq!(answer.status, if last { StatusCode::SEE_OTHER } else { StatusCode::OK }, "{}", answer.text);
        }
    }
}

trait Now {
    fn clock(&self) -> Moment;
}
impl Now for testkit::House {
    fn clock(&self) -> Moment {
        self.rt.now()
    }
}

#[test]
fn without_the_door_nothing_is_told_and_nothing_done() {
    let t = Carded::new();
    let code = t.letter(true);
    for page in ["", "/bind", "/switch", "/consent", "/fences/new"] {
        for look in ["", "/en", "/e"] {
            let shown = t.open(&format!("{look}/p/{code}/locator{page}"));
            assert!(shown.status == StatusCode::OK && shown.text.contains("name=\"digits\""), "{look}{page}");
        }
    }
    for (page, form) in [
        ("/locate", ""),
        ("/switch", "off"),
        ("/bind", "next"),
        ("/alerts/00000000-0000-0000-0000-000000000007", "mine"),
    ] {
        let sent = t.say(&format!("/p/{code}/locator{page}"), &[("do", form)], None);
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{page}");
    }
    // After the door one is where one wanted to go.
    let to = format!("/p/{code}/locator");
    let door = t.say(&format!("/p/{code}/plan"), &[("digits", "0102"), ("to", &to)], None);
    assert_eq!(door.location(), to);
    let away = t.say(&format!("/p/{code}/plan"), &[("digits", "0102"), ("to", "https://elsewhere.example/")], None);
    assert_eq!(away.location(), format!("/p/{code}/plan"));
}

#[test]
fn a_daughter_adds_a_watch_reads_where_her_mother_is_and_takes_it_all_back() {
    let t = Carded::new();
    let code = t.letter(true);
    let cookie = t.comes_in(&code);
    let home = format!("/p/{code}/locator");
    assert!(t.with(&home, &cookie).text.contains("还没有定位器"));
    // What is missing or refused keeps what was typed, on its own step.
    let bad = [("step", "device"), ("model", "watch"), ("number", ""), ("name", "手表")];
    let wrong = t.say(&format!("{home}/bind"), &bad, Some(&cookie));
    assert!(
        wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("value=\"手表\""),
        "{}",
        wrong.text
    );
    let no = [("step", "wearer"), ("model", "watch"), ("number", NUMBER), ("name", "手表"), ("elder", "no")];
    let wrong = t.say(&format!("{home}/bind"), &no, Some(&cookie));
    assert!(
        wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.text.contains("老人说不"),
        "the wearer's no is a no"
    );
    t.adds(&code, &cookie);
    let shown = t.with(&home, &cookie);
    assert!(shown.text.contains("还没有收到过位置") && !shown.text.contains(NUMBER), "{}", shown.text);

    assert_eq!(t.says(Some((121.45, 30.95)), Alarms::NONE).kept, 1);
    let shown = t.with(&home, &cookie);
    for words in ["误差约 30 米", "data-track-data", "&#34;role&#34;:&#34;now&#34;", "百分之 64", "今天去过"]
    {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    for look in ["/en", "/e", "/en/e"] {
        let shown = t.with(&format!("{look}{home}"), &cookie);
        assert!(shown.status == StatusCode::OK && shown.text.len() < 100_000, "{look}");
    }

    // A call for help without a place: told at once, answered with one tap.
    assert_eq!(t.says(None, Alarms::SOS).alerts, 1);
    let shown = t.with(&home, &cookie);
    assert!(shown.text.contains("按了求救键") && shown.text.contains("值班室"), "{}", shown.text);
    let action = shown.text.split("/locator/alerts/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let answered = t.say(&format!("{home}/alerts/{action}"), &[("do", "mine")], Some(&cookie));
    assert_eq!(answered.location(), format!("{home}?done=mine"));
    let again = t.say(&format!("{home}/alerts/{action}"), &[("do", "false")], Some(&cookie));
    assert!(again.status == StatusCode::UNPROCESSABLE_ENTITY && again.text.contains("已经解除"));

    // A fence by an address that was looked up, without a map.
    let fence = [
        ("name", "家"),
        ("shape", "circle"),
        ("spot", "30.95,121.45"),
        ("metres", "200"),
        ("rule", "leave"),
        ("hours", "alone"),
        ("go", "save"),
    ];
    let saved = t.say(&format!("{home}/fences/new"), &fence, Some(&cookie));
    assert_eq!(saved.location(), format!("{home}?done=fence"));
    let shown = t.with(&home, &cookie);
    assert!(shown.text.contains("告诉您：走出去；照护计划里老人独自在家的时候"), "{}", shown.text);
    let id = shown.text.split("/locator/fences/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = t.with(&format!("{home}/fences/{id}"), &cookie).text;
    assert!(form.contains("value=\"家\"") && form.contains("value=\"30.950000\""), "{form}");
    let none = t.say(
        &format!("{home}/fences/new"),
        &[("name", "x"), ("shape", "face"), ("points", "121.4,30.9")],
        Some(&cookie),
    );
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);

    // Paused: nothing is shown, and it is hers to switch on.
    let paused = t.say(&format!("{home}/switch"), &[("how", "off")], Some(&cookie));
    assert_eq!(paused.location(), format!("{home}?done=off"));
    let shown = t.with(&home, &cookie);
    assert!(shown.text.contains("定位关着") && !shown.text.contains("&#34;now&#34;"), "{}", shown.text);
    assert_eq!(t.says(Some((121.45, 30.95)), Alarms::NONE).kept, 0, "and nothing is kept");
    assert_eq!(
        t.say(&format!("{home}/switch"), &[("do", "resume")], Some(&cookie)).location(),
        format!("{home}?done=on")
    );

    // Taken back: the next position is dropped, and the page is what it was before.
    assert_eq!(
        t.say(&format!("{home}/switch"), &[("how", "withdraw")], Some(&cookie)).location(),
        format!("{home}?done=ended")
    );
    assert_eq!(t.says(Some((121.45, 30.95)), Alarms::NONE).kept, 0);
    let shown = t.with(&home, &cookie);
    assert!(shown.text.contains("家人不同意记位置") && !shown.text.contains("&#34;now&#34;"), "{}", shown.text);
}

#[test]
fn a_guardian_who_is_kept_away_sees_nothing_on_any_of_the_pages() {
    let t = Carded::new();
    let code = t.letter(true);
    let cookie = t.comes_in(&code);
    let home = format!("/p/{code}/locator");
    t.adds(&code, &cookie);
    t.says(Some((121.45, 30.95)), Alarms::NONE);
    t.says(None, Alarms::SOS);
    let fence = [
        ("name", "老屋"),
        ("shape", "circle"),
        ("spot", "30.95,121.45"),
        ("metres", "200"),
        ("rule", "leave"),
        ("hours", "always"),
        ("go", "save"),
    ];
    assert_eq!(t.say(&format!("{home}/fences/new"), &fence, Some(&cookie)).location(), format!("{home}?done=fence"));
    let shown = t.with(&home, &cookie).text;
    let part = |mark: &str| shown.split(mark).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (fence, alert) = (part("/locator/fences/"), part("/locator/alerts/"));
    let held = |t: &Carded| {
        [
            "SELECT COUNT(*) AS n FROM locator_binding WHERE ended_at IS NULL",
            "SELECT COUNT(*) AS n FROM locator_pause",
            "SELECT COUNT(*) AS n FROM locator_consent",
            "SELECT COUNT(*) AS n FROM locator_fence WHERE ended_at IS NULL",
            "SELECT COUNT(*) AS n FROM locator_look",
            "SELECT COUNT(*) AS n FROM locator_command",
            "SELECT COUNT(*) AS n FROM locator_alert WHERE answer IS NOT NULL OR case_id IS NOT NULL",
        ]
        .map(|sql| t.count(sql))
    };
    let before = held(&t);

    // A court keeps her away. Her letter and her telephone are still hers.
    t.site.world.act(|cx| {
        let sql = "UPDATE care_contact SET barred = $1 WHERE guardian_id IS NOT NULL";
        cx.execute(sql, store::params![true])
    });
    let pages = ["", "/bind", "/switch", "/consent", "/fences/new", "/events"].map(str::to_owned);
    for page in pages.into_iter().chain([format!("/fences/{fence}")]) {
        for look in ["", "/en", "/e"] {
            let shown = t.with(&format!("{look}{home}{page}"), &cookie);
            assert_eq!(shown.status, StatusCode::NOT_FOUND, "{look}{page}: {}", shown.text);
            for secret in ["手表", "老屋", "121.45", "30.95", "百分之", "data-track", "求救", "SOS", "李敏"]
            {
                assert!(!shown.text.contains(secret), "{look}{page} tells {secret}: {}", shown.text);
            }
        }
    }
    let forms = [
        ("/locate".to_owned(), ("do", "x")),
        ("/switch".to_owned(), ("how", "off")),
        ("/switch".to_owned(), ("how", "withdraw")),
        ("/consent".to_owned(), ("answer", "refused")),
        ("/bind".to_owned(), ("step", "device")),
        (format!("/alerts/{alert}"), ("do", "mine")),
        (format!("/alerts/{alert}"), ("do", "missing")),
        (format!("/fences/{fence}"), ("go", "drop")),
    ];
    for (page, field) in forms {
        let sent = t.say(&format!("{home}{page}"), &[field], Some(&cookie));
        assert_eq!(sent.status, StatusCode::NOT_FOUND, "{page} {field:?}: {}", sent.text);
    }
    assert_eq!(held(&t), before, "nothing was done, and no look was noted");
}

#[test]
fn the_page_hears_of_news_behind_the_door_only() {
    let t = Carded::new();
    let code = t.letter(true);
    let path = format!("/p/{code}/locator/events");
    // "No content": a browser does not come back by itself.
    assert_eq!(t.open(&path).status, StatusCode::NO_CONTENT);
}
