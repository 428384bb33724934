//! Bulletins: written at the desk, published by a second person, taken back.

use crate::schema::{Node, by_the_standard, pair, parse, valid};
use crate::site::{DRAFT, Site};
use axum::http::StatusCode;

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
    ("homeland-security", include_str!("../data/cap/homeland-security.xml")),
    ("thunderstorm", include_str!("../data/cap/thunderstorm.xml")),
    ("earthquake", include_str!("../data/cap/earthquake.xml")),
    ("amber", include_str!("../data/cap/amber.xml")),
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
