#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
//! Bulletins over HTTP: written at the desk, published by a second person, read as CAP 1.2 by programs. The messages are
//! held against the rules of the schema CAP-v1.2.xsd (OASIS Standard, 1 July 2010): elements, order, counts, value lists and
//! patterns, written down here.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use kernel::Role;
use people::app::password::{hash, reset_password};
use people::model::Place;
use places::app::{AreaChanges, SaveArea, save_areas};
use places::{AreaKind, Outline};
use quick_xml::Reader;
use quick_xml::events::Event;
use secrecy::SecretString;
use testkit::{Kind, World};
use tower::ServiceExt;

const PASSWORD: &str = "eine lange Reihe";

struct Site {
    world: World,
    pages: Router,
    tokio: tokio::runtime::Runtime,
    community: String,
}

struct Reply {
    status: StatusCode,
    kind: String,
    location: String,
    text: String,
}

impl Site {
    fn new() -> Self {
        let sets = [
            people::MIGRATIONS,
            places::MIGRATIONS,
            care::MIGRATIONS,
            lost::MIGRATIONS,
            matters::MIGRATIONS,
            alerts::MIGRATIONS,
            audit::MIGRATIONS,
        ];
        let world = World::with(Kind::Sqlite, &sets);
        let accounts = [(Role::Coordinator, "boss"), (Role::Coordinator, "second"), (Role::DutyOfficer, "duty")];
        let hashed = hash(&SecretString::from(PASSWORD), &kernel::OsIds).unwrap();
        for (role, login) in accounts {
            let (id, _) = world.staff(role, Place::default(), login, login);
            let hashed = hashed.clone();
            world.act(move |cx| reset_password(cx, id, &hashed, false));
        }
        let area = |kind, code: &str, name: &str, west, east| {
            SaveArea::new(kind, Some(code), name).outlined(Outline::rectangle(west, 30.8, east, 31.0).unwrap())
        };
        let save = vec![
            area(AreaKind::District, "310199", "和邻区", 121.4, 121.6),
            area(AreaKind::Town, "310199001", "青禾街道", 121.4, 121.6),
            area(AreaKind::Community, "310199001001", "青禾社区", 121.4, 121.5),
        ];
        let (rt, who) = (&world.house.rt, world.house.system());
        rt.write_now(who.clone(), move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).unwrap();
        let ground = rt.read_now(who, places::snapshot).unwrap();
        let community = ground.by_code(AreaKind::Community, "310199001001").unwrap().id.to_string();
        let config = web::Config { public_url: "https://helin.example".into(), ..web::Config::default() };
        let app = web::App::new(world.house.rt.clone(), world.house.district, config);
        let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { pages: web::router(app), world, tokio, community }
    }

    fn send(&self, request: Request<Body>) -> (Reply, String) {
        self.tokio.block_on(async {
            let response = self.pages.clone().oneshot(request).await.unwrap();
            let text = |name: header::HeaderName| {
                response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
            };
            let cookie = text(header::SET_COOKIE).split(';').next().unwrap_or_default().to_owned();
            let (status, kind, location) = (response.status(), text(header::CONTENT_TYPE), text(header::LOCATION));
            let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
            (Reply { status, kind, location, text: String::from_utf8(bytes.to_vec()).unwrap() }, cookie)
        })
    }

    fn get(&self, cookie: &str, path: &str) -> Reply {
        self.send(Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).unwrap()).0
    }

    fn post(&self, cookie: &str, path: &str, form: &str) -> Reply {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        self.send(request.unwrap()).0
    }

    fn sign_in(&self, login: &str) -> String {
        let form = format!("login={login}&password={}", PASSWORD.replace(' ', "+"));
        let request = Request::post("/login").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let (reply, cookie) = self.send(request.body(Body::from(form)).unwrap());
        assert_eq!(reply.status, StatusCode::SEE_OTHER);
        cookie
    }

    /// A draft of the first; answers its page.
    fn draft(&self, cookie: &str, more: &str) -> String {
        let form = format!("{DRAFT}&area={}&{more}", self.community);
        let saved = self.post(cookie, "/desk/admin/bulletins/new", &form);
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        saved.location
    }

    fn message(&self, page: &str, nth: u8) -> Reply {
        let id = page.rsplit('/').next().unwrap();
        self.get("", &format!("/cap/{id}-{nth}.xml"))
    }
}

const DRAFT: &str = "event=停水&headline=青禾路停水<2小时>&description=抢修水管，约两小时。&instruction=请储水。&category=infra&\
    urgency=expected&severity=moderate&certainty=observed&hours=6&exercise=no&checked=no";

/// An element with its text and children.
#[derive(Debug, Default)]
struct Node {
    name: String,
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |c| c.name == name)
    }
    fn get(&self, name: &str) -> &str {
        self.children.iter().find(|c| c.name == name).map_or("", |n| n.text.as_str())
    }
}

fn parse(text: &str) -> Node {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Node::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let name = start.name().as_ref().to_owned();
                open.push(Node { name, ..Node::default() });
            }
            Event::Empty(start) => {
                let name = start.name().as_ref().to_owned();
                open.last_mut().unwrap().children.push(Node { name, ..Node::default() });
            }
            Event::Text(text) if text.trim().is_empty() => {}
            Event::Text(text) => open.last_mut().unwrap().text.push_str(&text),
            Event::GeneralRef(r) => {
                let c = match r.as_ref() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    other => panic!("&{other};"),
                };
                open.last_mut().unwrap().text.push(c);
            }
            Event::End(_) => {
                let done = open.pop().unwrap();
                open.last_mut().unwrap().children.push(done);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut root = open.pop().unwrap();
    assert!(open.is_empty() && root.children.len() == 1);
    root.children.pop().unwrap()
}

/// A sequence of the schema: (element, at least, at most).
type Sequence = &'static [(&'static str, usize, usize)];
const MANY: usize = usize::MAX;

const ALERT: Sequence = &[
    ("identifier", 1, 1),
    ("sender", 1, 1),
    ("sent", 1, 1),
    ("status", 1, 1),
    ("msgType", 1, 1),
    ("source", 0, 1),
    ("scope", 1, 1),
    ("restriction", 0, 1),
    ("addresses", 0, 1),
    ("code", 0, MANY),
    ("note", 0, 1),
    ("references", 0, 1),
    ("incidents", 0, 1),
    ("info", 0, MANY),
];
const INFO: Sequence = &[
    ("language", 0, 1),
    ("category", 1, MANY),
    ("event", 1, 1),
    ("responseType", 0, MANY),
    ("urgency", 1, 1),
    ("severity", 1, 1),
    ("certainty", 1, 1),
    ("audience", 0, 1),
    ("eventCode", 0, MANY),
    ("effective", 0, 1),
    ("onset", 0, 1),
    ("expires", 0, 1),
    ("senderName", 0, 1),
    ("headline", 0, 1),
    ("description", 0, 1),
    ("instruction", 0, 1),
    ("web", 0, 1),
    ("contact", 0, 1),
    ("parameter", 0, MANY),
    ("resource", 0, MANY),
    ("area", 0, MANY),
];
const AREA: Sequence = &[
    ("areaDesc", 1, 1),
    ("polygon", 0, MANY),
    ("circle", 0, MANY),
    ("geocode", 0, MANY),
    ("altitude", 0, 1),
    ("ceiling", 0, 1),
];
const GEOCODE: Sequence = &[("valueName", 1, 1), ("value", 1, 1)];

/// Order and counts of an element's children.
fn sequence(node: &Node, rules: Sequence) {
    let mut at = 0;
    for child in &node.children {
        let found = rules.iter().position(|(name, _, _)| *name == child.name);
        let found = found.unwrap_or_else(|| panic!("<{}> does not belong into <{}>", child.name, node.name));
        assert!(found >= at, "<{}> stands too late in <{}>", child.name, node.name);
        at = found;
    }
    for (name, least, most) in rules {
        let count = node.all(name).count();
        assert!(count >= *least && count <= *most, "{count} times <{name}> in <{}>", node.name);
    }
}

fn one_of(node: &Node, name: &str, values: &[&str]) {
    for found in node.all(name) {
        assert!(values.contains(&found.text.as_str()), "<{name}> is {:?}", found.text);
    }
}

/// `\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d`
fn date_time(node: &Node, name: &str) {
    for found in node.all(name) {
        let shape: String = found.text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
        assert!(["9999-99-99T99:99:99+99:99", "9999-99-99T99:99:99-99:99"].contains(&shape.as_str()), "{shape}");
        kernel::Moment::parse_rfc3339(&found.text).unwrap();
    }
}

fn plain(text: &str) {
    assert!(!text.is_empty() && !text.contains([' ', ',', '<', '&']), "{text:?}");
}

fn pair(text: &str) -> (f64, f64) {
    let (lat, lon) = text.split_once(',').unwrap();
    let (lat, lon): (f64, f64) = (lat.parse().unwrap(), lon.parse().unwrap());
    assert!((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon), "{text}");
    (lat, lon)
}

/// Every rule of the schema, those of the specification that a schema cannot say, and those of our own.
fn valid(text: &str) -> Node {
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    let alert = by_the_standard(text);
    for info in alert.all("info") {
        assert!(info.get("web").starts_with("https://"));
        let circles = info.all("area").flat_map(|area| area.all("circle"));
        circles.for_each(|circle| assert!(!circle.text.ends_with(" 0"), "a point is no area"));
    }
    alert
}

fn by_the_standard(text: &str) -> Node {
    // The standard's own examples put blanks around the sign.
    assert!(text.replace(" = ", "=").contains("<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">"));
    let alert = parse(text);
    assert_eq!(alert.name, "alert");
    sequence(&alert, ALERT);
    plain(alert.get("identifier"));
    plain(alert.get("sender"));
    date_time(&alert, "sent");
    one_of(&alert, "status", &["Actual", "Exercise", "System", "Test", "Draft"]);
    one_of(&alert, "msgType", &["Alert", "Update", "Cancel", "Ack", "Error"]);
    one_of(&alert, "scope", &["Public", "Restricted", "Private"]);
    for reference in alert.get("references").split_whitespace() {
        let parts: Vec<&str> = reference.split(',').collect();
        assert_eq!(parts.len(), 3, "sender,identifier,sent");
        plain(parts[0]);
        plain(parts[1]);
    }
    for info in alert.all("info") {
        sequence(info, INFO);
        one_of(
            info,
            "category",
            &[
                "Geo",
                "Met",
                "Safety",
                "Security",
                "Rescue",
                "Fire",
                "Health",
                "Env",
                "Transport",
                "Infra",
                "CBRNE",
                "Other",
            ],
        );
        one_of(info, "urgency", &["Immediate", "Expected", "Future", "Past", "Unknown"]);
        one_of(info, "severity", &["Extreme", "Severe", "Moderate", "Minor", "Unknown"]);
        one_of(info, "certainty", &["Observed", "Likely", "Possible", "Unlikely", "Unknown"]);
        for name in ["effective", "onset", "expires"] {
            date_time(info, name);
        }
        for area in info.all("area") {
            sequence(area, AREA);
            area.all("geocode").for_each(|code| sequence(code, GEOCODE));
            for polygon in area.all("polygon") {
                let points: Vec<_> = polygon.text.split(' ').map(pair).collect();
                assert!(points.len() >= 4 && points.first() == points.last(), "closed, four points at least");
            }
            for circle in area.all("circle") {
                let (centre, radius) = circle.text.split_once(' ').unwrap();
                pair(centre);
                assert!(radius.parse::<f64>().unwrap() >= 0.0);
            }
        }
    }
    alert
}

#[test]
fn a_second_person_publishes_and_programs_read_it() {
    let site = Site::new();
    let (boss, second, duty) = (site.sign_in("boss"), site.sign_in("second"), site.sign_in("duty"));
    let page = site.draft(&boss, "headline_en=No+water&event_en=No+water&description_en=A+pipe+is+mended.");
    assert_eq!(site.message(&page, 1).status, StatusCode::NOT_FOUND, "a draft is not for the public");
    assert!(!site.get("", "/cap/feed.atom").text.contains("<entry>"));

    let publish =
        |cookie: &str, version: i64| site.post(cookie, &format!("{page}/publish"), &format!("version={version}"));
    assert_eq!(publish(&boss, 1).status, StatusCode::FORBIDDEN, "not by whoever wrote it");
    assert_eq!(publish(&duty, 1).status, StatusCode::FORBIDDEN, "a duty officer writes and does not publish");
    assert_eq!(publish("", 1).status, StatusCode::UNAUTHORIZED, "not without signing in");
    assert_eq!(publish(&second, 9).status, StatusCode::UNPROCESSABLE_ENTITY, "only what was read");
    assert_eq!(publish(&second, 1).status, StatusCode::SEE_OTHER);

    let message = site.message(&page, 1);
    assert_eq!((message.status, message.kind.as_str()), (StatusCode::OK, "application/cap+xml; charset=utf-8"));
    let alert = valid(&message.text);
    assert_eq!((alert.get("sender"), alert.get("msgType"), alert.get("status")), ("helin.example", "Alert", "Actual"));
    assert_eq!(alert.get("sent"), "2026-06-29T14:00:00+08:00");
    let infos: Vec<&Node> = alert.all("info").collect();
    assert_eq!((infos[0].get("language"), infos[1].get("language")), ("zh-CN", "en"));
    assert_eq!(infos[0].get("headline"), "青禾路停水<2小时>");
    assert_eq!(infos[1].get("headline"), "No water");
    assert_eq!(infos[0].get("expires"), "2026-06-29T20:00:00+08:00");
    let area = infos[0].all("area").next().unwrap();
    assert_eq!(area.get("areaDesc"), "青禾社区");
    assert_eq!(area.all("polygon").count(), 1);
    let points: Vec<_> = area.get("polygon").split(' ').map(pair).collect();
    assert!(
        points.iter().all(|(lat, lon)| (30.79..31.01).contains(lat) && (121.39..121.51).contains(lon)),
        "{points:?}"
    );
    assert_eq!(area.all("geocode").next().unwrap().get("value"), "310199001001");

    let feed = site.get("", "/cap/feed.atom");
    assert_eq!(feed.kind, "application/atom+xml; charset=utf-8");
    let feed = parse(&feed.text);
    for required in ["id", "title", "updated"] {
        assert!(!feed.get(required).is_empty(), "{required}");
    }
    let entry = feed.all("entry").next().unwrap();
    assert_eq!(entry.get("title"), "青禾路停水<2小时>");
    assert!(site.get("", "/cap/feed.atom").text.contains("application/cap+xml"));

    // It ends by itself; a link from elsewhere still opens.
    site.world.house.clock.advance_secs(7 * 3_600);
    assert!(!site.get("", "/cap/feed.atom").text.contains("<entry>"));
    assert_eq!(site.message(&page, 1).status, StatusCode::OK);
}

#[test]
fn what_is_taken_back_says_so() {
    let site = Site::new();
    let (boss, second, duty) = (site.sign_in("boss"), site.sign_in("second"), site.sign_in("duty"));
    let page = site.draft(&boss, "exercise=yes&lat=30.9&long=121.45&radius=800");
    assert_eq!(site.post(&second, &format!("{page}/publish"), "version=1").status, StatusCode::SEE_OTHER);
    assert_eq!(site.message(&page, 2).status, StatusCode::NOT_FOUND, "nothing was taken back yet");
    assert_eq!(site.post(&duty, &format!("{page}/cancel"), "reason=x").status, StatusCode::FORBIDDEN);
    assert_eq!(site.post(&boss, &format!("{page}/cancel"), "reason=").status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post(&boss, &format!("{page}/cancel"), "reason=已经修好").status, StatusCode::SEE_OTHER);
    let first = valid(&site.message(&page, 1).text);
    let cancel = valid(&site.message(&page, 2).text);
    assert_eq!((cancel.get("msgType"), cancel.get("note")), ("Cancel", "已经修好"));
    let reference = format!("helin.example,{},{}", first.get("identifier"), first.get("sent"));
    assert_eq!(cancel.get("references"), reference);
    assert_ne!(cancel.get("identifier"), first.get("identifier"));
    let area = cancel.all("info").next().unwrap().all("area").next().unwrap();
    assert_eq!(area.get("circle"), "30.90000,121.45000 0.800");
    let feed = parse(&site.get("", "/cap/feed.atom").text);
    assert!(feed.all("entry").next().unwrap().get("title").contains("取消"));
}

#[test]
fn numbers_of_people_are_stopped_until_somebody_looked() {
    let site = Site::new();
    let boss = site.sign_in("boss");
    // Of two fields with one name the later counts.
    let form = |description: &str, checked: &str| format!("{DRAFT}&description={description}&checked={checked}");
    let send = |form: &str| site.post(&boss, "/desk/admin/bulletins/new", form);
    let found = send(&form("请联系13812345678", "no"));
    assert_eq!(found.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        found.text.contains("href=\"#description\"") && found.text.contains("13812345678"),
        "what was typed is kept"
    );
    assert_eq!(
        send(&form("服务热线 021-0571 0110", "yes")).status,
        StatusCode::SEE_OTHER,
        "an office number, looked at"
    );
    for (field, value) in [("headline", ""), ("event", ""), ("description", ""), ("lat", "north"), ("radius", "5")] {
        let reply = send(&format!("{DRAFT}&{field}={value}"));
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
    }
}

#[test]
fn nothing_else_is_there() {
    let site = Site::new();
    for path in ["/cap/x.xml", "/cap/0199c000-0000-7000-8000-000000000001-1.xml", "/cap/1-1.xml", "/cap/..%2F-1.xml"] {
        assert_eq!(site.get("", path).status, StatusCode::NOT_FOUND, "{path}");
    }
    let feed = site.get("", "/cap/feed.atom");
    assert_eq!(feed.status, StatusCode::OK, "an empty index is an index");
}

/// The examples of the standard itself (appendix A of OASIS CAP 1.2; see `data/cap/README.md`).
const EXAMPLES: [(&str, &str); 4] = [
    ("homeland-security", include_str!("data/cap/homeland-security.xml")),
    ("thunderstorm", include_str!("data/cap/thunderstorm.xml")),
    ("earthquake", include_str!("data/cap/earthquake.xml")),
    ("amber", include_str!("data/cap/amber.xml")),
];

/// Names of elements with those around them: `alert/info/area/polygon`.
fn paths(node: &Node, before: &str, into: &mut std::collections::BTreeSet<String>) {
    let here = if before.is_empty() { node.name.clone() } else { format!("{before}/{}", node.name) };
    node.children.iter().for_each(|child| paths(child, &here, into));
    into.insert(here);
}

/// What reads ours reads the standard's examples, and finds in ours what it finds there.
#[test]
fn ours_are_built_like_the_examples_of_the_standard() {
    let mut published = std::collections::BTreeSet::new();
    let mut always: Option<std::collections::BTreeSet<String>> = None;
    for (name, text) in EXAMPLES {
        let alert = by_the_standard(text);
        let mut these = std::collections::BTreeSet::new();
        paths(&alert, "", &mut these);
        always = Some(match always {
            None => these.clone(),
            Some(before) => before.intersection(&these).cloned().collect(),
        });
        published.extend(these);
        let infos = alert.all("info").count();
        assert_eq!(infos, if name == "amber" { 2 } else { 1 }, "{name}");
    }
    let earthquake = by_the_standard(EXAMPLES[2].1);
    let storm = by_the_standard(EXAMPLES[1].1);
    let site = Site::new();
    let (boss, second) = (site.sign_in("boss"), site.sign_in("second"));
    let page = site.draft(&boss, "headline_en=No+water&event_en=No+water&description_en=A+pipe+is+mended.");
    assert_eq!(site.post(&second, &format!("{page}/publish"), "version=1").status, StatusCode::SEE_OTHER);
    assert_eq!(site.post(&boss, &format!("{page}/cancel"), "reason=已经修好").status, StatusCode::SEE_OTHER);
    for nth in [1, 2] {
        let ours = valid(&site.message(&page, nth).text);
        let mut these = std::collections::BTreeSet::new();
        paths(&ours, "", &mut these);
        let missing: Vec<_> = always.iter().flatten().filter(|path| !these.contains(*path)).collect();
        assert!(missing.is_empty(), "every example has {missing:?}, ours not");
        // Beyond the examples, from the table of elements: a body's own words and times.
        let beyond = ["alert/note", "alert/info/effective", "alert/info/onset"];
        let new: Vec<_> =
            these.iter().filter(|path| !published.contains(*path) && !beyond.contains(&path.as_str())).collect();
        assert!(new.is_empty(), "no example has {new:?}");
    }
    let (first, cancel) = (valid(&site.message(&page, 1).text), valid(&site.message(&page, 2).text));
    // One message, several languages, as the AMBER alert; a later message names the earlier one as the earthquake's does.
    assert_eq!(first.all("info").count(), 2);
    let shape = |node: &Node| node.get("references").split(',').count();
    assert_eq!((shape(&cancel), shape(&earthquake)), (3, 3));
    // Corners as in the thunderstorm: latitude first, closed.
    let closed = |node: &Node| {
        let area = node.all("info").next().unwrap().all("area").next().unwrap();
        let points: Vec<_> = area.get("polygon").split(' ').map(pair).collect();
        points.len() >= 4 && points.first() == points.last()
    };
    assert!(closed(&storm) && closed(&first));
}

/// What people type to break out of a message, and what may not stand in XML at all.
const ATTACK: &str = "]]><!DOCTYPE a [<!ENTITY x \"y\">]>&x;&#0;<script>'\"&amp;</clothing>";

impl Site {
    /// A missing elder whom nobody knows yet; answers the address of the appeal's form.
    fn missing(&self) -> String {
        let area = self.community.parse().unwrap();
        let report = lost::model::Report {
            key: None,
            kind: lost::model::Kind::Missing,
            place: lost::model::ScenePlace { area: Some(area), ..lost::model::ScenePlace::default() },
            words: "李敏的妈妈，有轻度失智".into(),
            described: lost::model::Described::default(),
            seen_at: None,
            reporter: lost::model::Reporter::anonymous(kernel::Lang::ZhCn),
            person: None,
        };
        let made = self.world.act_as(self.world.public(), move |cx| lost::app::report(cx, &report)).unwrap();
        format!("/desk/lost/{}/appeal", made.case)
    }
    fn appeal_form(&self, version: i64, clothing: &str) -> String {
        let clothing = percent_encoding::utf8_percent_encode(clothing, percent_encoding::NON_ALPHANUMERIC);
        format!(
            "version={version}&sex=f&age_from=80&clothing={clothing}&area={}&seen_at=2026-06-29T13%3A30&hours=6&contact=reporter&\
             way=phone&witness=duty&asked=yes",
            self.community
        )
    }
    /// Address of the last message in the index, and its title.
    fn last(&self) -> (String, String) {
        let feed = self.get("", "/cap/feed.atom").text;
        let entry = feed.find("<entry>").unwrap();
        let at = entry + feed[entry..].find("https://helin.example/cap/").unwrap();
        let link: String = feed[at + "https://helin.example".len()..].chars().take_while(|c| *c != '"').collect();
        (link, parse(&feed).all("entry").next().unwrap().get("title").to_owned())
    }
}

#[test]
fn an_appeal_goes_out_is_replaced_and_taken_back() {
    let site = Site::new();
    let duty = site.sign_in("duty");
    let form = site.missing();
    assert!(!site.get("", "/cap/feed.atom").text.contains("<entry>"), "a missing elder is nobody's business by itself");
    let checked = site.post(&duty, &format!("{form}/check"), &site.appeal_form(1, ATTACK));
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text);
    assert!(!checked.text.contains("<script>'"), "the check page is escaped, too");
    assert!(!site.get("", "/cap/feed.atom").text.contains("<entry>"), "looking at it publishes nothing");
    assert_eq!(site.post(&duty, &form, &site.appeal_form(1, ATTACK)).status, StatusCode::SEE_OTHER);

    let (first_link, title) = site.last();
    assert_eq!(title, "寻找走失老人：女，80–84 岁，青禾社区");
    let first_text = site.get("", &first_link).text;
    let first = valid(&first_text);
    assert_eq!((first.get("msgType"), first.get("status"), first.get("references")), ("Alert", "Actual", ""));
    let infos: Vec<&Node> = first.all("info").collect();
    assert_eq!((infos.len(), infos[0].get("category")), (2, "Rescue"));
    assert!(infos[0].get("description").contains(ATTACK), "as it was typed, as text");
    assert!(infos[1].get("description").contains("Last seen: about"), "{}", infos[1].get("description"));
    assert_eq!(infos[0].get("expires"), "2026-06-29T20:00:00+08:00");
    assert!(infos[0].get("contact").contains("021"), "a number to call");
    assert_eq!(infos[0].all("area").next().unwrap().get("areaDesc"), "青禾社区");
    for secret in ["李敏", "失智"] {
        assert!(!first_text.contains(secret), "{secret} was told to the desk, not to everybody");
    }
    let page = site.get("", &infos[1].get("web").replace("https://helin.example", ""));
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("80–84 years old") && !page.text.contains("<script>'"), "{}", page.text);
    assert!(site.get("", "/appeals").text.contains("80–84 岁"));

    let again = site.appeal_form(2, "蓝色上衣，黑裤子");
    assert_eq!(site.post(&duty, &form, &again).status, StatusCode::SEE_OTHER);
    let (second_link, _) = site.last();
    let second = valid(&site.get("", &second_link).text);
    let reference = |m: &Node| format!("helin.example,{},{}", m.get("identifier"), m.get("sent"));
    assert_eq!((second.get("msgType"), second.get("references")), ("Update", &*reference(&first)));
    assert_eq!(site.get("", &first_link).status, StatusCode::NOT_FOUND, "what was replaced is said no more");

    assert_eq!(site.post(&duty, &format!("{form}/end"), "why=withdrawn").status, StatusCode::SEE_OTHER);
    let (last_link, title) = site.last();
    let text = site.get("", &last_link).text;
    let cancel = valid(&text);
    assert_eq!(cancel.get("msgType"), "Cancel");
    assert_eq!(cancel.get("references"), format!("{} {}", reference(&first), reference(&second)));
    for gone in ["岁", "黑裤子", "青禾社区"] {
        assert!(!text.contains(gone), "{gone} stands in the cancellation");
        assert!(!site.get("", "/appeals").text.contains(gone));
    }
    assert_eq!(title, "不用再找了，谢谢您");
    assert_eq!(site.get("", &second_link).status, StatusCode::NOT_FOUND);
    let page = site.get("", &infos[0].get("web").replace("https://helin.example", ""));
    assert!(
        page.status == StatusCode::OK && page.text.contains("不用再找了"),
        "a link from elsewhere says that it is over"
    );
    site.world.house.clock.advance_secs(25 * 3_600);
    assert!(!site.get("", "/cap/feed.atom").text.contains("<entry>"));
    assert_eq!(site.get("", "/cap/00000000-0000-0000-0000-000000000007-1.xml").status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("", "/appeals/00000000-0000-0000-0000-000000000007").status, StatusCode::NOT_FOUND);
}
