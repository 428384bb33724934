//! A search team's phone without a browser: what its code opens and what not, the plain forms, and what a phone sends later.

use crate::site::{Reply, Site, escape};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt as _;
use kernel::ids::CaseId;
use kernel::{Moment, Point, Purpose};
use lost::app;
use lost::app::search::{self, Begin, NewTeam};
use lost::model::search::{Leg, Mode, Route, Spotted, Step, TeamId};
use serde_json::{Value, json};
use store::Cx;
use tower::ServiceExt as _;

const DISTRICT: &str = "tel:02105710110";
/// What no team is told: the reporter's number, the name and the door.
const SECRETS: [&str; 4] = ["0555", "王桂芳", "3 号", "桂花里"];

struct Field {
    site: Site,
    case: CaseId,
    team: TeamId,
    code: String,
}

impl Field {
    /// A missing elder, a search, a team with a route of three streets.
    fn new() -> Self {
        let site = Site::new();
        let area = site.community.to_string();
        let typed = [
            ("address", "桂花里 3 号"),
            ("area", area.as_str()),
            ("words", "红围巾，走得慢"),
            ("phone", "021-0555 0111"),
        ];
        let sent = site.next(&site.get("/missing"), &typed);
        let code = sent.location().split('/').skip_while(|part| *part != "found").nth(1).unwrap().to_owned();
        let case = site.world.act_as(site.world.public(), move |cx| app::find_by_code(cx, &code)).unwrap().case;
        let mut field = Self { site, case, team: TeamId(uuid::Uuid::nil()), code: String::new() };
        field.head(move |cx| {
            let seen = app::load(cx, case)?.version;
            app::take(cx, case, seen)
        });
        let begin = Begin { last_seen: at(121.45), accuracy_m: 50.0, seen_at: field.now().plus_minutes(-30) };
        field.head(move |cx| search::begin(cx, case, &begin));
        (field.team, field.code) = field.team("志愿者一队");
        field.give_out(field.team);
        field
    }

    fn now(&self) -> Moment {
        self.site.world.house.rt.now()
    }

    /// By the head of the post.
    fn head<T: Send + 'static>(&self, f: impl FnOnce(&mut Cx<'_>) -> lost::Result<T> + Send + 'static) -> T {
        let who = self.site.world.who(self.site.head, Purpose::Case(self.case));
        self.site.world.act_as(who, f).unwrap_or_else(|e| panic!("{e:?}"))
    }

    fn team(&self, name: &str) -> (TeamId, String) {
        let (case, name) = (self.case, name.to_owned());
        self.head(move |cx| {
            let team = search::add_team(cx, case, &NewTeam { name, mode: Mode::Foot, size: 2, at: Some(at(121.45)) })?;
            Ok((team, search::code_of(cx, case, team)?.unwrap()))
        })
    }

    fn give_out(&self, team: TeamId) {
        let leg = |n: i64, street: Option<&str>, look| Leg {
            nodes: vec![n, n + 1],
            line: vec![[121.45 + 0.001 * n as f64, 30.9], [121.451 + 0.001 * n as f64, 30.9]],
            street: street.map(str::to_owned),
            look,
            metres: 95.0,
        };
        let legs = vec![leg(0, Some("青禾路"), false), leg(1, Some("老桥路"), true), leg(2, None, true)];
        let looks = vec![Spotted { at: [121.452, 30.9], kind: "water".into() }];
        let route = Route { team, minutes: 30.0, metres: 285.0, pos: 0.1, pod: 0.6, legs, looks, why: Vec::new() };
        let case = self.case;
        self.head(move |cx| search::give_out(cx, case, &[route]));
    }

    fn path(&self) -> String {
        format!("/field/s/{}", self.code)
    }
    fn page(&self) -> Reply {
        self.site.get(&self.path())
    }
    /// Keys of the streets to search, as the page has them.
    fn keys(&self) -> Vec<String> {
        let page = self.page().text;
        let boxes = page.split("name=\"walked\" value=\"").skip(1);
        boxes.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    }
    fn form(&self, fields: &[(&str, &str)]) -> Reply {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        self.site.post(&self.path(), &body.join("&"))
    }
    fn post(&self, body: &Value) -> Reply {
        let request =
            Request::post(format!("{}/commands", self.path())).header(header::CONTENT_TYPE, "application/json");
        self.site.send(request.body(Body::from(body.to_string())).unwrap())
    }
    /// Sends commands at the phone's clock; what became of each.
    fn send(&self, sent_at: Moment, commands: Vec<Value>) -> Vec<String> {
        let reply = self.post(&json!({ "sent_at": sent_at.rfc3339(), "commands": commands }));
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        let said: Value = serde_json::from_str(&reply.text).unwrap();
        said["outcomes"].as_array().unwrap().iter().map(|o| o["outcome"].as_str().unwrap().to_owned()).collect()
    }
    fn command(n: u8, at: Moment, act: Value) -> Value {
        let mut command = act;
        command["id"] = json!(format!("0199a000-0000-7000-8000-0000000000{n:02x}"));
        command["at"] = json!(at.rfc3339());
        command
    }
    /// The log of the search: what was written, and when it happened.
    fn log(&self) -> Vec<(Moment, Step)> {
        let case = self.case;
        let log = self.head(move |cx| search::look(cx, case));
        log.lines.into_iter().map(|line| (line.at, line.step)).collect()
    }
    fn count(&self, what: &str) -> usize {
        self.log().iter().filter(|(_, step)| step.code() == what).count()
    }
}

fn at(lon: f64) -> Point {
    Point::new(lon, 30.9).unwrap()
}

fn spot(lon: f64) -> Value {
    json!({ "lon": lon, "lat": 30.9, "accuracy_m": 12.0 })
}

fn main(reply: &Reply) -> String {
    reply.text[reply.text.find("<main").unwrap()..reply.text.find("</main>").unwrap()].to_owned()
}

#[test]
fn a_code_opens_the_task_of_its_team_and_tells_nobody_who_it_is() {
    let f = Field::new();
    for look in ["", "/en", "/e", "/en/e"] {
        for path in [f.path(), format!("{}/task.json", f.path()), f.path().to_lowercase(), f.path().replace('-', "")] {
            let page = f.site.get(&format!("{look}{path}"));
            assert_eq!(page.status, StatusCode::OK, "{look}{path}: {}", page.text);
            assert!(page.text.contains("老桥路") && page.text.contains("红围巾"), "{look}{path}: {}", page.text);
            for secret in SECRETS {
                assert!(!page.text.contains(secret), "{secret} on {look}{path}");
            }
            assert_eq!(page.headers[header::CACHE_CONTROL], "no-store", "{look}{path}");
            assert!(page.headers["x-robots-tag"].to_str().unwrap().contains("noindex"));
        }
    }
    let page = f.page();
    for words in [
        "志愿者一队",
        "021-0571 0222",
        "只是路过",
        "没有名字的路",
        "先看这几处",
        "水边",
        "在第 2 条（老桥路）旁边",
        "约 100 米",
    ] {
        assert!(page.text.contains(words), "{words} in {}", page.text);
    }
    assert_eq!(f.keys().len(), 2, "what is only the way there is not ticked");
    assert!(f.site.get(&format!("/en{}", f.path())).text.contains("Walk these streets"));

    // The script takes what is new, and nothing when nothing is.
    let pack: Value = serde_json::from_str(&f.site.get(&format!("{}/task.json", f.path())).text).unwrap();
    let have = pack["have"].as_str().unwrap();
    assert!(page.text.contains(&format!("data-have=\"{have}\"")), "the page and the pack are one text");
    let same = f.site.get(&format!("{}/task.json?have={have}", f.path()));
    assert_eq!((same.status, same.text.as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!(same.headers["x-field"], "yes");
    assert!(pack["html"].as_str().unwrap().contains("老桥路") && !pack["html"].as_str().unwrap().contains("<script"));
}

#[test]
fn unknown_and_ended_codes_get_one_page_with_the_number_of_the_desk() {
    let f = Field::new();
    let first = f.site.get("/field/s/ZZZZ-ZZZZ-ZZZ0");
    assert!(first.text.contains(DISTRICT), "{}", first.text);
    let (gone, gone_code) = f.team("志愿者二队");
    let case = f.case;
    f.head(move |cx| search::gone(cx, case, gone));
    for path in ["/field/s/x", "/field/s/UUUU", &format!("/field/s/{gone_code}"), "/field/s/ZZZZ-ZZZZ-ZZZ0/task.json"] {
        let reply = f.site.get(path);
        assert_eq!((reply.status, main(&reply)), (StatusCode::NOT_FOUND, main(&first)), "{path}");
        assert_eq!(reply.headers["x-field"], "over", "the phone may wipe what it holds: {path}");
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    }
    let typed = f.site.post("/field", "code=ZZZZZZZZZZZ0");
    assert_eq!((typed.status, main(&typed)), (StatusCode::NOT_FOUND, main(&first)));
    let pasted = format!("code={}", escape(&format!("https://mulin.example/field/s/{}", f.code.to_lowercase())));
    assert_eq!(f.site.post("/field", &pasted).location(), f.path());
    // Whoever guesses is held up, and a phone that was is not told that its task is over.
    let many: Vec<_> = (0..20).map(|_| f.site.get("/field/s/ZZZZ-ZZZZ-ZZZ1")).collect();
    let held = many.iter().find(|r| r.status == StatusCode::TOO_MANY_REQUESTS).expect("too many");
    assert!(held.headers["x-field"] == "yes" && held.headers.contains_key(header::RETRY_AFTER));
    assert!(held.text.contains(DISTRICT));
    assert_eq!(f.page().status, StatusCode::OK, "a right code is never counted");
}

/// The next word of a stream; empty when it has ended.
async fn next(stream: &mut axum::body::BodyDataStream) -> String {
    loop {
        let heard = tokio::time::timeout(std::time::Duration::from_secs(30), stream.next()).await.expect("in time");
        let Some(heard) = heard else { return String::new() };
        let text = String::from_utf8_lossy(&heard.unwrap()).into_owned();
        // What keeps the connection open is no news.
        if !text.starts_with(':') {
            return text;
        }
    }
}

#[test]
fn an_open_page_hears_of_its_own_task_and_of_no_other() {
    let f = Field::new();
    let (other, _) = f.team("志愿者二队");
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let open = |path: String| {
        let request = Request::get(path).body(Body::empty()).unwrap();
        tokio.block_on(f.site.pages.clone().oneshot(request)).unwrap()
    };
    let unknown = open("/field/s/ZZZZ-ZZZZ-ZZZ0/events".into());
    assert_eq!((unknown.status(), &unknown.headers()["x-field"]), (StatusCode::NOT_FOUND, &"over".parse().unwrap()));
    let answer = open(format!("{}/events", f.path()));
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
    let mut stream = answer.into_body().into_data_stream();
    let quiet = |stream: &mut axum::body::BodyDataStream| {
        let wait = std::time::Duration::from_millis(600);
        tokio.block_on(async { tokio::time::timeout(wait, stream.next()).await.is_err() })
    };
    f.give_out(other);
    assert!(quiet(&mut stream), "the route of another team is no news here");
    f.give_out(f.team);
    assert_eq!(tokio.block_on(next(&mut stream)), "event: changed\ndata: 1\n\n", "and no word of what");
    let (case, team) = (f.case, f.team);
    f.head(move |cx| search::gone(cx, case, team));
    assert_eq!(
        tokio.block_on(next(&mut stream)),
        "event: changed\ndata: 1\n\n",
        "the page asks, and is told that it is over"
    );
    assert_eq!(tokio.block_on(next(&mut stream)), "");
}

#[test]
fn the_plain_forms_do_the_same_once() {
    let f = Field::new();
    let keys = f.keys();
    let nothing = f.form(&[("act", "walked"), ("again", "a")]);
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("请先在看完的街前面打勾"), "{}", nothing.text);
    for _ in 0..2 {
        let done = f.form(&[("act", "walked"), ("again", "a"), ("walked", &keys[0])]);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(done.location(), format!("{}?done=walked", f.path()));
    }
    assert_eq!(f.count("searched"), 1, "a double tap counts once");
    let page = f.site.get(&format!("{}?done=walked", f.path()));
    assert!(page.text.contains("打勾的街报给值班室了") && page.text.contains("看完了"), "{}", page.text);
    assert!(!f.site.get(&format!("{}?done=%3Cb%3Ex", f.path())).text.contains("<b>x"));

    assert_eq!(f.form(&[("act", "here"), ("street", "")]).status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        f.form(&[("act", "seen"), ("words", "在桥边"), ("street", "99-9")]).status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(f.form(&[("act", "here"), ("street", &keys[1])]).status, StatusCode::SEE_OTHER);
    assert_eq!(f.form(&[("act", "seen"), ("words", "在桥边"), ("street", &keys[1])]).status, StatusCode::SEE_OTHER);
    assert_eq!(f.form(&[("act", "found"), ("words", "坐着，没事")]).status, StatusCode::SEE_OTHER);
    assert_eq!(f.form(&[("act", "close")]).status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((f.count("stands"), f.count("sighting"), f.count("found")), (1, 1, 1));
    assert_eq!(f.form(&[("act", "back")]).status, StatusCode::SEE_OTHER);
    assert!(f.page().text.contains("还没有给您的路线"), "what was handed back is not walked any more");
}

#[test]
fn what_a_phone_sends_counts_once_in_its_order_at_its_time() {
    let f = Field::new();
    let keys = f.keys();
    // The phone's clock is five hours behind.
    let phone = f.now().plus_hours(-5);
    let walked = Field::command(1, phone.plus_minutes(-10), json!({ "act": "walked", "segments": [keys[0]] }));
    let seen = Field::command(
        2,
        phone.plus_minutes(-5),
        json!({ "act": "seen", "point": spot(121.452), "words": "往桥上走" }),
    );
    let here = Field::command(3, phone, json!({ "act": "here", "point": spot(121.453) }));
    assert_eq!(f.send(phone, vec![walked.clone(), seen.clone(), here.clone()]), ["done", "done", "done"]);
    assert_eq!(f.send(phone.plus_minutes(1), vec![walked, seen, here]), ["before", "before", "before"]);
    let log = f.log();
    let when = |what: &str| log.iter().filter(|(_, s)| s.code() == what).map(|(at, _)| *at).collect::<Vec<_>>();
    assert_eq!(when("searched"), [f.now().plus_minutes(-10)], "the phone's clock was put right, and it counts once");
    assert_eq!(when("sighting"), [f.now().plus_minutes(-5)]);
    assert!(f.page().text.contains("看完了"));

    // One that cannot be read does not hold up the others; one id twice in a request counts once.
    let now = f.now();
    let bad = Field::command(4, now, json!({ "act": "walked", "segments": [] }));
    let back = Field::command(5, now, json!({ "act": "here", "point": spot(121.454) }));
    let said = f.send(now, vec![json!(7), bad, back.clone(), back]);
    assert_eq!(said, ["unreadable", "unreadable", "done", "before"]);
    let trace = json!([
        { "at": now.plus_minutes(-2).rfc3339(), "lon": 121.4519, "lat": 30.9, "accuracy_m": 8.0 },
        { "at": now.plus_minutes(-1).rfc3339(), "lon": 121.4527, "lat": 30.9, "accuracy_m": 9.0 },
        { "at": now.rfc3339(), "lon": 121.4531, "lat": 30.9, "accuracy_m": 9.0 },
    ]);
    assert_eq!(f.send(now, vec![Field::command(6, now, json!({ "act": "trace", "points": trace }))]), ["done"]);
    assert!(f.page().text.contains("这条路线看完了"), "the way walked ticks the street: {}", f.page().text);
}

#[test]
fn what_does_not_fit_comes_back_in_words_and_is_never_lost() {
    let f = Field::new();
    let (other, other_code) = f.team("志愿者二队");
    f.give_out(other);
    let keys = f.keys();
    let theirs = Field { code: other_code, team: other, case: f.case, site: f.site };
    let now = theirs.now();
    let strange = Field::command(1, now, json!({ "act": "walked", "segments": [keys[0]] }));
    let reply = theirs.post(&json!({ "sent_at": now.rfc3339(), "commands": [strange] }));
    assert!(reply.text.contains("conflict") && reply.text.contains("不在您现在的路线上"), "{}", reply.text);
    assert_eq!(theirs.count("conflict"), 1, "the post reads it");

    // The search is over while the phone was without signal: the code opens nothing, what waited is heard all the same.
    let case = theirs.case;
    theirs.head(move |cx| search::close(cx, case));
    assert_eq!(theirs.page().status, StatusCode::NOT_FOUND);
    let late = Field::command(2, now, json!({ "act": "here", "point": spot(121.454) }));
    let reply = theirs.post(&json!({ "sent_at": now.rfc3339(), "commands": [late] }));
    assert!(reply.status == StatusCode::OK && reply.text.contains("搜寻已经结束"), "{}", reply.text);
    let found = Field::command(3, now, json!({ "act": "found", "words": "坐在桥下" }));
    assert_eq!(theirs.send(now, vec![found]), ["done"], "found is found");
    theirs.site.world.house.clock.advance_secs(49 * 3_600);
    let late = Field::command(4, now, json!({ "act": "back" }));
    let reply = theirs.post(&json!({ "sent_at": now.rfc3339(), "commands": [late] }));
    assert_eq!((reply.status, reply.headers["x-field"].to_str().unwrap()), (StatusCode::NOT_FOUND, "over"));
}

#[test]
fn what_is_no_request_of_a_phone_is_refused_as_ours() {
    let f = Field::new();
    let now = f.now().rfc3339();
    let many: Vec<Value> = (0..201).map(|_| json!({})).collect();
    for (body, status) in [
        (json!([]), StatusCode::BAD_REQUEST),
        (json!({ "sent_at": "today", "commands": [] }), StatusCode::BAD_REQUEST),
        (json!({ "sent_at": now, "commands": many }), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let reply = f.post(&body);
        assert_eq!((reply.status, reply.headers["x-field"].to_str().unwrap()), (status, "yes"));
    }
    let request = |site: &str| {
        let request = Request::post(format!("{}/commands", f.path())).header("sec-fetch-site", site);
        f.site.send(request.body(Body::from(json!({ "sent_at": now, "commands": [] }).to_string())).unwrap())
    };
    assert_eq!(request("cross-site").status, StatusCode::BAD_REQUEST, "no other site sends in a team's name");
    assert_eq!(request("same-origin").status, StatusCode::OK);
    assert_eq!(f.count("conflict") + f.count("searched"), 0);
}

#[test]
fn the_shell_holds_nothing_and_wechat_is_told_what_does_not_work() {
    let f = Field::new();
    for look in ["", "/en"] {
        let shell = f.site.get(&format!("{look}/field/shell"));
        assert_eq!(shell.status, StatusCode::OK);
        assert!(!shell.text.contains(&f.code) && !shell.text.contains("红围巾"));
        assert!(shell.text.contains(&format!("data-scope=\"{look}/field/\"")), "{}", shell.text);
        let worker = shell.text.split("data-worker=\"").nth(1).unwrap().split('"').next().unwrap();
        let file = f.site.get(worker);
        assert!(file.status == StatusCode::OK && file.text.contains("addEventListener"), "{worker}");
        assert_eq!(file.headers[header::CACHE_CONTROL], "no-cache", "the worker is asked for anew");
        assert!(file.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/javascript"));
        let card: Value = serde_json::from_str(&f.site.get(&format!("{look}/field/app.webmanifest")).text).unwrap();
        assert_eq!(card["scope"], format!("{look}/field/"));
    }
    let phone = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/124.0 Mobile MicroMessenger/8.0.49";
    let asked = Request::get(f.path()).header(header::USER_AGENT, phone).body(Body::empty()).unwrap();
    let page = f.site.send(asked);
    assert!(page.text.contains("在浏览器打开") && page.text.contains("data-wechat"), "{}", page.text);
    assert!(!f.page().text.contains("在浏览器打开"));
}
