#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! The calendar feed: made at the desk, read by a calendar program, ended; and held against RFC 5545.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use care::app::visits;
use care::model::visit::VisitKind;
use kernel::ids::{AccountId, PostId};
use kernel::{Purpose, Role};
use matters::app::{Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Origin};
use people::app::consents::By;
use people::app::feeds;
use people::app::persons;
use people::model::Place;
use people::model::person::{Contact, Identity, NewPerson};
use places::app::{AreaChanges, NewSlot, SaveArea, SavePost, plan_duty, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};
use secrecy::ExposeSecret;
use testkit::{Kind, World};
use tower::ServiceExt;

struct Site {
    world: World,
    pages: Router,
    tokio: tokio::runtime::Runtime,
    duty: AccountId,
}

impl Site {
    fn new() -> Self {
        let sets = [
            people::MIGRATIONS,
            places::MIGRATIONS,
            care::MIGRATIONS,
            lost::MIGRATIONS,
            locators::MIGRATIONS,
            matters::MIGRATIONS,
            alerts::MIGRATIONS,
        ];
        let world = World::with(Kind::Sqlite, &sets);
        world.act(matters::app::seed_classes);
        // Holds the district's catch-all seat: answers for what nobody else does.
        let duty = world.first.coordinator;
        let post = SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: Some("z1".into()),
            name: "青禾警务站，东门；二楼、三楼一共很长很长的一个名字用来折行".into(),
            parent: None,
            address: "青禾路1号, 后门".into(),
            phone: "021-0571 0101".into(),
            point: None,
            hours: WeekHours::always(),
            state: PostState::Running,
            serves: Vec::new(),
            seen: None,
        };
        let (rt, who) = (&world.house.rt, world.house.system());
        let saved = rt.write_now(who.clone(), move |cx| save_posts(cx, &[post])).unwrap();
        let post: PostId = saved.saved[0].0;
        let from = rt.now().plus_hours(2);
        let slot = NewSlot { post, account: duty, from, to: from.plus_hours(8) };
        rt.write_now(who, move |cx| plan_duty(cx, slot)).unwrap();
        let app = web::App::new(world.house.rt.clone(), world.house.district, web::Config::default());
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { pages: web::router(app), world, tokio, duty }
    }

    fn make(&self, account: AccountId) -> String {
        let who = self.world.who(account, Purpose::Administration);
        let secret = self.world.act_as(who, feeds::make).unwrap();
        secret.expose_secret().to_owned()
    }

    fn get(&self, token: &str) -> (StatusCode, String, String) {
        self.tokio.block_on(async {
            let request = Request::get(format!("/ical/{token}.ics")).body(Body::empty()).unwrap();
            let response = self.pages.clone().oneshot(request).await.unwrap();
            let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap().to_owned();
            let status = response.status();
            let bytes = to_bytes(response.into_body(), 1_000_000).await.unwrap();
            (status, kind, String::from_utf8(bytes.to_vec()).unwrap())
        })
    }

    /// Something of somebody with a name; whoever is on duty here answers for it.
    fn raise(&self) -> String {
        let raise = Raise {
            key: None,
            class: "other".into(),
            text: "三楼有人晕倒".into(),
            place: RaisedPlace { address: Some("青禾路3号".into()), ..RaisedPlace::default() },
            raiser: RaiserInput {
                anonymous: false,
                name: Some("张三".into()),
                phone: Some("02105710199".into()),
                email: None,
                address: None,
                channel: Channel::Phone,
                lang: kernel::Lang::ZhCn,
            },
            origin: Origin::Web,
        };
        self.world.act_as(self.world.public(), move |cx| matters::app::raise(cx, raise)).unwrap().number
    }
}

/// Content lines as RFC 5545 §3.1 reads them; fails where the text breaks its rules.
fn lines(text: &str) -> Vec<String> {
    assert!(text.ends_with("\r\n"));
    let mut out: Vec<String> = Vec::new();
    for line in text.trim_end_matches("\r\n").split("\r\n") {
        assert!(!line.contains(['\r', '\n']), "a bare line break in {line:?}");
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        match line.strip_prefix(' ') {
            Some(more) => out.last_mut().unwrap().push_str(more),
            None => out.push(line.to_owned()),
        }
    }
    out
}

/// Events, each as its lines; the nesting must close.
fn events(lines: &[String]) -> Vec<Vec<String>> {
    let (mut open, mut out): (Vec<&str>, Vec<Vec<String>>) = (Vec::new(), Vec::new());
    for line in lines {
        if let Some(name) = line.strip_prefix("BEGIN:") {
            open.push(name);
            if name == "VEVENT" {
                out.push(Vec::new());
            }
        } else if let Some(name) = line.strip_prefix("END:") {
            assert_eq!(open.pop(), Some(name));
        } else if open.last() == Some(&"VEVENT") {
            out.last_mut().unwrap().push(line.clone());
        }
    }
    assert!(open.is_empty());
    out
}

fn value<'a>(event: &'a [String], name: &str) -> Option<&'a str> {
    let found = event.iter().find(|l| l.starts_with(&format!("{name}:")) || l.starts_with(&format!("{name};")))?;
    found.split_once(':').map(|(_, value)| value)
}

#[test]
fn the_feed_is_a_calendar_and_names_nobody() {
    let site = Site::new();
    let number = site.raise();
    let token = site.make(site.duty);
    let (status, kind, text) = site.get(&token);
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/calendar; charset=utf-8"));
    let all = lines(&text);
    assert_eq!((all[0].as_str(), all.last().map(String::as_str)), ("BEGIN:VCALENDAR", Some("END:VCALENDAR")));
    for part in ["VERSION:2.0", "PRODID:-//Mulin//Duty and due dates//EN", "TZID:Asia/Shanghai", "TZOFFSETTO:+0800"] {
        assert!(all.iter().any(|l| l == part), "{part} in {text}");
    }
    let found = events(&all);
    assert_eq!(found.len(), 2, "{text}");
    for event in &found {
        let stamp = value(event, "DTSTAMP").unwrap();
        assert!(stamp.len() == 16 && stamp.ends_with('Z'), "{stamp}");
        let start = event.iter().find(|l| l.starts_with("DTSTART")).unwrap();
        assert!(start.starts_with("DTSTART;TZID=Asia/Shanghai:2026"), "{start}");
        assert!(value(event, "UID").unwrap().contains('@'));
        assert_eq!(event.iter().filter(|l| l.starts_with("UID:")).count(), 1);
    }
    let duty = found.iter().find(|e| value(e, "UID").unwrap().starts_with("duty-")).unwrap();
    assert_eq!(value(duty, "DTSTART"), Some("20260629T160000"), "14:00 and two hours on the wall");
    assert_eq!(value(duty, "DTEND"), Some("20260630T000000"));
    assert!(value(duty, "SUMMARY").unwrap().contains("青禾警务站"));
    assert_eq!(value(duty, "LOCATION"), Some("青禾路1号\\, 后门"), "commas are escaped");
    let due = found.iter().find(|e| value(e, "UID").unwrap().starts_with("due-")).unwrap();
    assert_eq!(value(due, "SUMMARY").unwrap(), format!("到期：{number} 其他"));
    for secret in ["张三", "02105710199", "晕倒", "青禾路3号"] {
        assert!(!text.contains(secret), "{secret}");
    }
    // The same things keep their names, whenever the feed is read.
    site.world.house.clock.advance_secs(60);
    let names = |events: &[Vec<String>]| -> Vec<String> {
        events.iter().map(|e| value(e, "UID").unwrap().to_owned()).collect()
    };
    assert_eq!(names(&events(&lines(&site.get(&token).2))), names(&found));
}

/// Open visits of an area that an account is sent to: planned, moved by the elder's wish, given to a round, taken back.
#[test]
fn a_visitor_s_calendar_holds_the_visit_moves_with_it_and_names_nobody() {
    let site = Site::new();
    let world = &site.world;
    let outline = || Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
    let save = vec![
        SaveArea::new(AreaKind::District, Some("d"), "和邻区").outlined(outline()),
        SaveArea::new(AreaKind::Police, Some("p1"), "青禾警务区").outlined(outline()),
    ];
    let area = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved[0].0;
    let here = Place { area: Some(area), ..Place::default() };
    let officer = world.staff(Role::CommunityOfficer, here, "officer8", "周警官").0;
    let worker = world.staff(Role::CommitteeWorker, here, "worker", "陈干事").0;
    let volunteer = world.staff(Role::Volunteer, here, "volunteer8", "林志愿").0;
    let new = NewPerson {
        area,
        identity: Identity { name: "王桂芳".into(), ..Identity::default() },
        contact: Contact { phone: Some("021-0555 0101".into()), address: Some("青禾里3号".into()), language: None },
        guardians: vec![],
    };
    let elder = world.act(move |cx| {
        let ground = care::Ground(places::snapshot(cx)?);
        Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
    });
    let who = || world.who(officer, Purpose::Administration);
    world.act_as(who(), move |cx| visits::begin(cx, elder, By::Subject, VisitKind::Chat)).unwrap();
    let token = site.make(worker);
    let shown = || -> Vec<Vec<String>> {
        let all = events(&lines(&site.get(&token).2));
        all.into_iter().filter(|e| value(e, "UID").unwrap().starts_with("visit-")).collect()
    };
    assert!(shown().is_empty(), "nobody is sent yet");
    let visit = world
        .act_as(who(), move |cx| {
            let due = visits::due(cx, visits::Filter::All, 5)?.remove(0).visit;
            visits::assign(cx, due.id, due.version, &[worker, volunteer])
        })
        .unwrap();
    let starts = |event: &[String]| event.iter().find(|l| l.starts_with("DTSTART")).unwrap().clone();
    let day = |d: jiff::civil::Date| d.strftime("%Y%m%d").to_string();
    let [event] = &shown()[..] else { panic!("one visit") };
    assert_eq!(starts(event), format!("DTSTART;VALUE=DATE:{}", day(visit.due)), "no round says when");
    assert_eq!(value(event, "DTEND"), Some(day(visit.due.tomorrow().unwrap()).as_str()));
    assert_eq!((value(event, "LOCATION"), value(event, "TRANSP")), (Some("和邻区"), Some("TRANSPARENT")));
    let uid = value(event, "UID").unwrap().to_owned();
    for secret in ["王桂芳", "05550101", "青禾里3号"] {
        assert!(!site.get(&token).2.contains(secret), "{secret}");
    }
    // The date moves: the same event moves.
    world.act_as(who(), move |cx| visits::set_wish(cx, elder, Some(30), "")).unwrap();
    let [event] = &shown()[..] else { panic!("one visit") };
    assert_eq!(value(event, "UID"), Some(uid.as_str()));
    assert_ne!(starts(event), format!("DTSTART;VALUE=DATE:{}", day(visit.due)));
    // Others are sent: it is in their calendar and not in this one; nor is one that was called off.
    let version = world.act(move |cx| visits::load(cx, visit.id)).version;
    world.act_as(who(), move |cx| visits::assign(cx, visit.id, version, &[officer, volunteer])).unwrap();
    assert!(shown().is_empty());
    let theirs = site.make(volunteer);
    assert!(site.get(&theirs).2.contains("visit-"), "theirs has it");
    world.act_as(who(), move |cx| visits::cancel(cx, visit.id)).unwrap();
    assert!(!site.get(&theirs).2.contains("visit-"));
}

#[test]
fn an_ended_or_unknown_address_is_not_there() {
    let site = Site::new();
    let first = site.make(site.duty);
    let second = site.make(site.duty);
    assert_eq!(site.get(&first).0, StatusCode::NOT_FOUND, "a new address ends the old one");
    assert_eq!(site.get(&second).0, StatusCode::OK);
    let duty = site.duty;
    site.world.act_as(site.world.who(duty, Purpose::Administration), feeds::revoke).unwrap();
    for gone in [second.as_str(), "0000", "", "..%2F..%2Fetc"] {
        assert_eq!(site.get(gone).0, StatusCode::NOT_FOUND, "{gone}");
    }
    assert_eq!((site.world.logged("feed.made"), site.world.logged("feed.revoked")), (2, 1));
}

#[test]
fn a_feed_shows_what_its_account_may_see_now() {
    let site = Site::new();
    site.raise();
    let nobody = site.world.person("new", "新来");
    let (other, _) = site.world.staff(Role::Volunteer, Place::default(), "vol", "志愿");
    for account in [nobody, other] {
        let (status, _, text) = site.get(&site.make(account));
        assert_eq!(status, StatusCode::OK);
        assert!(events(&lines(&text)).is_empty(), "neither duty nor matters of others: {text}");
    }
    // A suspended account's feed ends with everything else of it.
    let token = site.make(other);
    assert_eq!(site.get(&token).0, StatusCode::OK);
    site.world.act(move |cx| people::app::accounts::suspend_account(cx, other));
    assert_eq!(site.get(&token).0, StatusCode::NOT_FOUND);
}

#[test]
fn guessing_is_slowed_down() {
    let site = Site::new();
    let token = site.make(site.duty);
    let last = (0..20).map(|n| site.get(&format!("{n}"))).find(|r| r.0 != StatusCode::NOT_FOUND).unwrap();
    assert_eq!(last.0, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(site.get(&token).0, StatusCode::OK, "a right address still opens");
}
