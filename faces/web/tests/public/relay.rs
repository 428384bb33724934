//! Calls through the relay, with a provider that this test starts: what it is told, what the finder sees, and that the duty desk's
//! button stays whatever the provider does.

use crate::card::{Carded, cookie_of};
use axum::http::StatusCode;
use care::app::contacts;
use care::app::relay;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const FINDER: &str = "021-0577 0042";
const RELAY: &str = "021-0588 7001";
const SECRET: &str = "geheim-geheim-geheim";
const DESK_TEL: &str = "tel:02105710222";

/// How the provider answers.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Good,
    Down,
    Slow,
    /// The answer to an earlier pair again.
    Replay,
    /// The family's own number.
    Leak,
    Nonsense,
    NotThisNumber,
}

/// What it was sent: path, headers, body.
type Sent = Vec<(String, String, String)>;

#[derive(Clone)]
struct Provider {
    url: String,
    mood: Arc<Mutex<Mood>>,
    sent: Arc<Mutex<Sent>>,
}

impl Provider {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/relay/", listener.local_addr().unwrap());
        let this = Self { url, mood: Arc::new(Mutex::new(Mood::Good)), sent: Arc::default() };
        let me = this.clone();
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut path, mut headers, mut length) = (String::new(), String::new(), 0);
                let mut line = String::new();
                while reader.read_line(&mut line).unwrap_or(0) > 2 {
                    if path.is_empty() {
                        line.split(' ').nth(1).unwrap_or_default().clone_into(&mut path);
                    }
                    if let Some(n) = line.to_lowercase().strip_prefix("content-length:") {
                        length = n.trim().parse().unwrap();
                    }
                    headers.push_str(&line.to_lowercase());
                    line.clear();
                }
                let mut body = vec![0; length];
                let _ = reader.read_exact(&mut body);
                let body = String::from_utf8_lossy(&body).into_owned();
                let (status, answer) = me.answer(&path, &body);
                me.sent.lock().unwrap().push((path, headers, body));
                let mut stream = stream;
                if status == 0 {
                    // Kept open and never answered.
                    held.push(stream);
                    continue;
                }
                let head =
                    format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
                let _ = stream.write_all(format!("{head}{answer}").as_bytes());
            }
        });
        this
    }

    fn answer(&self, path: &str, body: &str) -> (u16, String) {
        if path.ends_with("/part") {
            return (200, "{}".into());
        }
        let id = body.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let joined =
            |id: &str, number: &str| format!("{{\"id\":\"{id}\",\"number\":\"{number}\",\"expires_in\":1200}}");
        match *self.mood.lock().unwrap() {
            Mood::Good => (200, joined(id, RELAY)),
            Mood::Down => (503, "no".into()),
            Mood::Slow => (0, String::new()),
            Mood::Replay => (200, joined("0199c000-0000-7000-8000-000000000001", RELAY)),
            Mood::Leak => (200, joined(id, "+862105550102")),
            Mood::Nonsense => (200, "<html>".into()),
            Mood::NotThisNumber => (422, format!("{{\"id\":\"{id}\",\"error\":\"number\"}}")),
        }
    }
    fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
    fn sent(&self) -> Sent {
        self.sent.lock().unwrap().clone()
    }
    fn config(&self) -> alerts::RelayConfig {
        alerts::RelayConfig { url: self.url.clone(), secret: SECRET.to_owned().into() }
    }
}

/// A card, a provider, and whether the daughter wishes to be put through.
fn carded(wish: bool) -> (Carded, Provider) {
    let provider = Provider::start();
    let mut t = Carded::new();
    let out = alerts::Outgoing::new(&[]).within(Duration::from_millis(400));
    let relay = alerts::HttpRelay::new(provider.config(), Arc::new(out));
    let app = web::App::new(t.site.world.house.rt.clone(), t.site.world.house.district, web::Config::default());
    t.site.pages = web::router(app.with_relay(Some(Arc::new(relay))));
    if wish {
        t.wish(true);
    }
    (t, provider)
}

impl Carded {
    fn wish(&self, yes: bool) {
        let elder = self.elder;
        self.working(move |cx, why| {
            let first = contacts::of(cx, elder, why)?[0].id;
            relay::set_wish(cx, elder, why, first, yes)
        });
    }
    fn call(&self, phone: &str, cookie: Option<&str>) -> crate::site::Reply {
        self.say(&format!("{}/call", self.token()), &[("phone", phone)], cookie)
    }
    fn shown_to(&self, cookie: &str) -> String {
        let page = self.visit("GET", &self.token(), &[("cookie", cookie), ("user-agent", "Mozilla/5.0 Safari")]).text;
        assert!(page.contains(DESK_TEL), "the duty desk's button stays");
        assert!(!page.contains("0555 0102") && !page.contains("02105550102"), "the family's number");
        page
    }
    fn rows(&self) -> i64 {
        self.count("SELECT COUNT(*) AS n FROM care_relay")
    }
}

#[test]
fn a_finder_is_put_through_and_nobody_sees_a_number() {
    let (t, provider) = carded(true);
    assert!(t.open(&t.token()).text.contains("通过中转电话"));
    let joined = t.call(FINDER, None);
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.text);
    let cookie = cookie_of(&joined);
    let page = t.shown_to(&cookie);
    assert!(page.contains("tel:02105887001"), "the relay's number is shown to this finder: {page}");
    assert!(!page.contains("02105770042") && !page.contains("0577 0042"), "their own is not repeated");
    assert!(!t.open(&t.token()).text.contains("02105887001"), "nobody else sees it");
    assert!(t.open(&format!("/en{}", t.token())).text.contains("through the relay"));

    let sent = provider.sent();
    let (path, headers, body) = &sent[0];
    assert_eq!(path, "/relay/pairs");
    assert!(body.contains("\"a\":\"+862105550102\"") && body.contains("\"b\":\"+862105770042\""), "{body}");
    assert!(body.contains("\"expires_in\":1800"), "{body}");
    for header in ["webhook-id:", "webhook-timestamp:", "webhook-signature: v1,"] {
        assert!(headers.contains(header), "{headers}");
    }
    assert!(!headers.contains("0577") && !headers.contains(SECRET), "no number and no secret in the head");

    // After its time it is gone; the provider said 20 minutes.
    t.site.world.house.clock.advance_secs(1_199);
    assert!(t.shown_to(&cookie).contains("02105887001"));
    t.site.world.house.clock.advance_secs(2);
    assert!(!t.shown_to(&cookie).contains("02105887001"));
    let everything = t.site.world.look(|cx| {
        let rows = cx.query("SELECT payload FROM event", &[])?;
        rows.iter().map(|r| r.text("payload")).collect::<Result<Vec<_>, store::Error>>()
    });
    for text in everything {
        assert!(
            !text.contains("0577") && !text.contains("0588") && !text.contains("0555"),
            "a number in the log: {text}"
        );
    }
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM care_relay WHERE state = 'joined' AND number IS NOT NULL"), 1);
}

#[test]
fn whatever_the_provider_does_the_duty_desk_is_called() {
    let (t, provider) = carded(true);
    let said = |mood: Mood| {
        provider.is(mood);
        let reply = t.call(FINDER, None);
        assert!(reply.text.contains(DESK_TEL), "the duty desk's button");
        assert!(!reply.text.contains("02105550102") && !reply.text.contains("0555 0102"), "the family's number");
        assert!(!reply.text.contains("0577"), "what was typed is not repeated");
        (reply.status, reply.text)
    };
    // Three at once from one source; each mood gets a site of its own source by a fresh one.
    for (mood, status, words) in [
        (Mood::Down, StatusCode::SERVICE_UNAVAILABLE, "直接打值班室"),
        (Mood::Leak, StatusCode::SERVICE_UNAVAILABLE, "直接打值班室"),
        (Mood::NotThisNumber, StatusCode::UNPROCESSABLE_ENTITY, "核对"),
    ] {
        let (got, text) = said(mood);
        assert_eq!(got, status);
        assert!(text.contains(words), "{text}");
    }
    assert_eq!(said(Mood::Good).0, StatusCode::TOO_MANY_REQUESTS, "each asking costs a number of the provider");
    assert_eq!(provider.sent().len(), 3, "and the provider is not asked");
}

#[test]
fn slow_nonsense_and_an_old_answer_again_are_no_number() {
    let (t, provider) = carded(true);
    for mood in [Mood::Replay, Mood::Nonsense, Mood::Slow] {
        provider.is(mood);
        let reply = t.call(FINDER, None);
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(reply.text.contains(DESK_TEL) && !reply.text.contains("0588"), "{}", reply.text);
    }
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM care_relay WHERE state = 'failed'"), 3);
}

#[test]
fn without_a_provider_or_a_wish_there_is_no_such_form() {
    let (t, provider) = carded(false);
    assert!(!t.open(&t.token()).text.contains("中转电话"), "nobody of the circle wishes it");
    assert_eq!(t.call(FINDER, None).status, StatusCode::CONFLICT);
    assert_eq!((provider.sent().len(), t.rows()), (0, 0));
    let plain = Carded::new();
    plain.wish(true);
    assert!(!plain.open(&plain.token()).text.contains("中转电话"), "no provider is configured");
    let reply = plain.call(FINDER, None);
    assert!(reply.status == StatusCode::NOT_FOUND && reply.text.contains(DESK_TEL));
    for wrong in ["", "x", "110", "1234567890123456"] {
        assert_eq!(t.call(wrong, None).status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let guessed = t.say("/c/00000000000000000000/call", &[("phone", FINDER)], None);
    assert_eq!(guessed.status, StatusCode::NOT_FOUND, "a wrong card calls nobody");
}

#[test]
fn a_wish_that_ends_parts_what_was_joined() {
    let (t, provider) = carded(true);
    let cookie = cookie_of(&t.call(FINDER, None));
    assert!(t.shown_to(&cookie).contains("02105887001"));
    t.wish(false);
    assert!(!t.shown_to(&cookie).contains("02105887001"), "at once");
    let house = &t.site.world.house;
    let handlers =
        || alerts::handlers(alerts::AlertsConfig { relay: Some(provider.config()), ..alerts::AlertsConfig::default() });
    store::jobs::follow(&house.rt, house.district, &handlers()).unwrap();
    store::jobs::follow(&house.rt, house.district, &handlers()).unwrap();
    let parts = provider.sent().iter().filter(|(path, ..)| path == "/relay/pairs/part").count();
    assert_eq!(parts, 1, "and the provider hears it, once");
    assert_eq!(t.count("SELECT COUNT(*) AS n FROM care_relay WHERE state = 'parted' AND number IS NULL"), 1);
}
