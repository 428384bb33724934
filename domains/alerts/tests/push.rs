//! Web push on both databases, against a push service that opens what arrives with keys of its own: the receiving half of
//! RFC 8291 is written down here a second time, without the library that seals.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use alerts::app::{dead, log, notices, push};
use alerts::{AlertsConfig, Device, PushConfig};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::ids::{AccountId, AreaId, MatterId};
use kernel::{Actor, Clock as _, Lang, Purpose, Role};
use matters::app::{self, Act, Found, Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Command, ContactOutcome, Origin};
use matters::redaction::Correction;
use people::app::orgs::{NewOrg, create_org};
use people::model::{OrgKind, Place};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::SystemRandom;
use ring::signature::{self, ECDSA_P256_SHA256_FIXED};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Mutex;
use store::jobs::{Handlers, follow, run_due};
use testkit::http::Request;
use testkit::{HttpSink, Kind, Setup, World};
use uuid::Uuid;

const AREA: AreaId = AreaId(Uuid::from_u128(0xa1));

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

/// A browser that subscribed: it opens one message, then its key is spent.
struct Browser {
    private: EphemeralPrivateKey,
    public: Vec<u8>,
    auth: [u8; 16],
}

impl Browser {
    fn new() -> Self {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().to_vec();
        Self { private, public, auth: [7; 16] }
    }

    fn device(&self, config: &PushConfig, endpoint: &str) -> Device {
        Device::read(config, endpoint, &B64.encode(&self.public), &B64.encode(self.auth)).unwrap()
    }

    /// RFC 8291 §3.4 and RFC 8188 §2, step by step.
    fn open(self, body: &[u8]) -> Value {
        let (salt, sender, sealed) = (&body[..16], &body[21..86], &body[86..]);
        assert_eq!(&body[16..21], &[0, 0, 16, 0, 65]);
        let secret =
            agree_ephemeral(self.private, &UnparsedPublicKey::new(&ECDH_P256, sender), <[u8]>::to_vec).unwrap();
        let info = [b"WebPush: info\0".as_slice(), &self.public, sender, &[1]].concat();
        let ikm = hmac(&hmac(&self.auth, &secret), &info);
        let prk = hmac(salt, &ikm);
        let key = &hmac(&prk, b"Content-Encoding: aes128gcm\0\x01")[..16];
        let nonce = &hmac(&prk, b"Content-Encoding: nonce\0\x01")[..12];
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).unwrap());
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).unwrap();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut sealed).unwrap();
        let end = plain.iter().rposition(|b| *b != 0).unwrap();
        assert_eq!(plain[end], 2, "the delimiter of the last record");
        serde_json::from_slice(&plain[..end]).unwrap()
    }
}

/// RFC 8292 as a push service checks it; answers key and claims.
fn vapid(request: &Request) -> (String, Value) {
    let (token, key) = request.header("authorization").strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, B64.decode(key).unwrap())
        .verify(signed.as_bytes(), &B64.decode(signature).unwrap())
        .unwrap();
    (key.to_owned(), serde_json::from_slice(&B64.decode(signed.split_once('.').unwrap().1).unwrap()).unwrap())
}

struct Town {
    world: World,
    service: Mutex<HttpSink>,
    config: PushConfig,
    handlers: Handlers,
    worker: AccountId,
    head: AccountId,
}

fn handlers(push: &PushConfig, allow: &[&str]) -> Handlers {
    let config = AlertsConfig {
        public_url: "https://mulin.example".into(),
        push: Some(push.clone()),
        allow: allow.iter().map(|net| (*net).to_owned().try_into().unwrap()).collect(),
        ..AlertsConfig::default()
    };
    people::app::turns::handlers().merge(matters::jobs::handlers()).merge(alerts::handlers(config))
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let sets = [people::MIGRATIONS, places::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS];
        let world = World::with(kind, &sets);
        world.act(app::seed_classes);
        let service = HttpSink::start();
        service.answer(201, &[("Location", "https://push.example.net/message/1")], "");
        let config = PushConfig { contact: "mailto:it@mulin.example".into(), services: vec!["127.0.0.1".into()] };
        let here = Place { area: Some(AREA), ..Place::default() };
        let (worker, _) = world.staff(Role::CommitteeWorker, here, "worker", "王明");
        let (head, _) = world.staff(Role::PostHead, here, "head", "陈站");
        let handlers = handlers(&config, &["127.0.0.0/8"]);
        Self { world, service: Mutex::new(service), config, handlers, worker, head }
    }
}

impl Town {
    fn raise(&self) -> Found {
        self.raise_about(None)
    }
    fn raise_about(&self, about: Option<kernel::ids::OrgId>) -> Found {
        let raise = Raise {
            key: None,
            class: "dispute".into(),
            text: "楼上半夜拖家具".into(),
            place: RaisedPlace { area: Some(AREA), ..RaisedPlace::default() },
            raiser: RaiserInput {
                anonymous: false,
                name: Some("赵一𠮷".into()),
                phone: Some("021-0571 0199".into()),
                email: None,
                address: None,
                channel: Channel::Page,
                lang: Lang::ZhCn,
            },
            origin: Origin::Web,
        };
        let receipt = self
            .world
            .act_as(self.world.public(), move |cx| app::raise_about(cx, raise, &Correction::default(), about))
            .unwrap();
        let code = receipt.code;
        self.world.house.rt.read_now(self.world.public(), move |cx| app::find_by_code(cx, &code)).unwrap()
    }
    fn act(&self, who: AccountId, matter: MatterId, command: Command) {
        let who = self.world.who(who, Purpose::Matter(matter));
        self.world.act_as(who, move |cx| app::act(cx, Act::new(matter, command))).unwrap();
    }
    fn round(&self) {
        self.round_with(&self.handlers);
    }
    fn round_with(&self, handlers: &Handlers) {
        let house = &self.world.house;
        run_due(&house.rt, house.district, handlers).unwrap();
        follow(&house.rt, house.district, handlers).unwrap();
        run_due(&house.rt, house.district, handlers).unwrap();
    }
    fn wait(&self, secs: i64) {
        self.world.house.clock.advance_secs(secs);
        self.round();
    }
    fn arrived(&self) -> Vec<Request> {
        self.service.lock().unwrap().requests()
    }
    fn answers(&self, status: u16) {
        self.service.lock().unwrap().answer(status, &[], "");
    }
    fn me(&self, who: AccountId) -> store::Who {
        self.world.who(who, Purpose::Administration)
    }
    fn holder(&self, found: Found) -> store::Who {
        store::Who::new(Actor::raiser(self.world.house.district, found.matter), Purpose::OwnMatter)
    }
    fn endpoint(&self, path: &str) -> String {
        self.service.lock().unwrap().url(path)
    }
    /// A browser of an account, subscribed.
    fn subscribe(&self, who: AccountId, path: &str, lang: Lang) -> Browser {
        let browser = Browser::new();
        let device = browser.device(&self.config, &self.endpoint(path));
        self.world
            .act_as(self.me(who), move |cx| push::key(cx).and_then(|_| push::subscribe(cx, &device, lang)))
            .unwrap();
        browser
    }
    fn subscribe_raiser(&self, found: Found, path: &str, lang: Lang) -> Browser {
        let browser = Browser::new();
        let device = browser.device(&self.config, &self.endpoint(path));
        let who = self.holder(found);
        self.world
            .act_as(who, move |cx| {
                push::key_for(cx, found).and_then(|_| push::subscribe_raiser(cx, found, &device, lang))
            })
            .unwrap();
        browser
    }
    fn mine(&self, who: AccountId) -> usize {
        self.world.house.rt.read_now(self.me(who), push::mine).unwrap().len()
    }
    fn dead(&self) -> Vec<String> {
        let who = self.world.who(self.world.first.system, Purpose::Administration);
        self.world.house.rt.read_now(who, dead::list).unwrap().into_iter().map(|l| l.error).collect()
    }
}

testkit::both_databases! {
    fn staff_hear_on_their_device_that_there_is_something_and_nothing_more(t: Town) {
        let browser = t.subscribe(t.worker, "/push/one?key=geheim", Lang::ZhCn);
        t.raise();
        t.round();
        let all = t.arrived();
        assert_eq!(all.len(), 1, "{all:?}");
        let (request, origin) = (&all[0], t.endpoint(""));
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/push/one?key=geheim"));
        let header = |name| request.header(name);
        assert_eq!((header("content-encoding"), header("topic"), header("urgency")), ("aes128gcm", "desk", "normal"));
        assert_eq!(header("ttl"), (12 * 3_600).to_string());
        let (key, claims) = vapid(request);
        assert_eq!((claims["aud"].as_str(), claims["sub"].as_str()), (Some(origin.as_str()), Some("mailto:it@mulin.example")));
        let until = claims["exp"].as_i64().unwrap() - t.world.house.clock.now().micros() / 1_000_000;
        assert!((1..=24 * 3_600).contains(&until), "{until}");
        let said = browser.open(&request.body);
        let expected = json!({ "title": "睦邻工作台", "body": "有新消息，请打开工作台查看。", "lang": "zh-CN", "tag": "desk", "again": false });
        assert_eq!(said, expected);
        let again = t.world.act_as(t.me(t.head), push::key).unwrap();
        assert_eq!(again, key, "one key for the district, made once");
    }

    fn english_and_urgent(t: Town) {
        let browser = t.subscribe(t.worker, "/push/one", Lang::En);
        let found = t.raise();
        t.act(t.head, found.matter, Command::MarkEmergency);
        t.round();
        let all = t.arrived();
        let urgent = all.iter().find(|r| r.header("urgency") == "high").unwrap();
        assert_eq!((urgent.header("topic"), urgent.header("ttl")), ("urgent", "14400"));
        let said = browser.open(&urgent.body);
        assert_eq!((said["title"].as_str(), said["again"].as_bool()), (Some("Mulin desk: urgent"), Some(true)));
    }

    /// Ten new matters before a telephone wakes are one message, and what was read meanwhile is none.
    fn news_merge_and_what_was_read_is_no_news(t: Town) {
        t.subscribe(t.worker, "/push/one", Lang::ZhCn);
        t.answers(503);
        for _ in 0..10 {
            t.raise();
        }
        t.round();
        assert_eq!(t.arrived().len(), 1);
        t.answers(201);
        t.wait(60);
        assert_eq!(t.arrived().len(), 2, "the one that was put off");
        t.answers(503);
        t.raise();
        t.round();
        let until = t.world.house.clock.now();
        t.world.act_as(t.world.who(t.worker, Purpose::OwnMatter), move |cx| notices::mark_read(cx, until)).unwrap();
        t.answers(201);
        t.wait(60);
        assert_eq!(t.arrived().len(), 3, "read at the desk: the second attempt is not made");
    }

    /// RFC 8030 §7.3: gone is gone. A key that does not fit is no better.
    fn a_subscription_that_is_over_is_removed(t: Town) {
        for (n, status) in [404, 410, 403].into_iter().enumerate() {
            t.subscribe(t.worker, &format!("/push/{status}"), Lang::ZhCn);
            t.answers(status);
            t.raise();
            t.round();
            assert_eq!((t.arrived().len(), t.mine(t.worker)), (n + 1, 0), "{status}");
        }
        t.raise();
        t.round();
        assert_eq!(t.arrived().len(), 3);
        assert!(t.dead().is_empty());
    }

    fn a_service_that_does_not_answer_is_tried_again_until_it_is_no_news_or_a_dead_letter(t: Town) {
        t.subscribe(t.worker, "/push/one", Lang::ZhCn);
        let found = t.raise();
        t.answers(500);
        t.round();
        // The first news is stale after twelve hours; until then it is tried again and again.
        for _ in 0..30 {
            t.wait(1_800);
        }
        let first = |all: &[Request]| all.iter().filter(|r| r.header("ttl") == "43200").count();
        assert_eq!(first(&t.arrived()), 1, "what is left of the twelve hours grows less");
        assert_eq!(t.mine(t.worker), 1, "still subscribed");
        assert!(t.dead().is_empty(), "stale news are dropped before that");
        let who = t.world.who(t.world.first.coordinator, Purpose::Matter(found.matter));
        let lines = t.world.house.rt.read_now(who, move |cx| log::of_matter(cx, found.matter)).unwrap();
        assert!(lines.iter().any(|l| l.channel == "push" && l.detail == "HTTP 500"), "{lines:?}");
        // News about a matter hold for a week: they outlast all attempts.
        t.subscribe_raiser(found, "/push/two", Lang::ZhCn);
        t.act(t.worker, found.matter, Command::Sign);
        t.round();
        for _ in 0..40 {
            t.wait(7_200);
        }
        assert!(t.dead().contains(&"HTTP 500".to_owned()), "{:?}", t.dead());
    }

    /// The address was given by a browser: it leads nowhere inside, whatever the list of services says.
    fn an_address_inside_is_not_called(t: Town) {
        t.subscribe(t.worker, "/push/one", Lang::ZhCn);
        t.raise();
        t.round_with(&handlers(&t.config, &[]));
        assert!(t.arrived().is_empty());
        assert_eq!(t.mine(t.worker), 0);
        let other = PushConfig { services: vec!["fcm.googleapis.com".into()], ..t.config.clone() };
        let browser = Browser::new();
        let (public, auth) = (B64.encode(&browser.public), B64.encode(browser.auth));
        assert_eq!(Device::read(&other, &t.endpoint("/push/one"), &public, &auth), None);
    }

    fn each_has_their_own_and_nobody_elses(t: Town) {
        t.subscribe(t.worker, "/push/one", Lang::ZhCn);
        let id = t.world.house.rt.read_now(t.me(t.worker), push::mine).unwrap()[0].id;
        t.world.act_as(t.me(t.head), move |cx| push::end(cx, id)).unwrap();
        assert_eq!(t.mine(t.worker), 1, "not by somebody else");
        assert!(t.world.house.rt.read_now(t.world.public(), push::mine).is_err());
        assert!(t.world.act_as(t.world.public(), push::key).is_err());
        let (one, two) = (t.raise(), t.raise());
        // The holder of one code about the other matter, and staff in the name of a raiser.
        assert!(t.world.act_as(t.holder(one), move |cx| push::key_for(cx, two)).is_err());
        assert!(t.world.house.rt.read_now(t.holder(one), move |cx| push::of_raiser(cx, two)).is_err());
        let staff = t.world.who(t.head, Purpose::Matter(one.matter));
        assert!(t.world.act_as(staff, move |cx| push::key_for(cx, one)).is_err());
        // The same browser under another name is told no more under the first one.
        t.subscribe(t.head, "/push/one", Lang::ZhCn);
        assert_eq!((t.mine(t.worker), t.mine(t.head)), (0, 1));
        for n in 0..12 {
            t.subscribe(t.head, &format!("/push/more/{n}"), Lang::ZhCn);
        }
        assert_eq!(t.mine(t.head), 8);
        let id = t.world.house.rt.read_now(t.me(t.head), push::mine).unwrap()[0].id;
        t.world.act_as(t.me(t.head), move |cx| push::end(cx, id)).unwrap();
        assert_eq!(t.mine(t.head), 7);
    }

    fn a_closed_account_hears_nothing(t: Town) {
        t.subscribe(t.worker, "/push/one", Lang::ZhCn);
        t.raise();
        let worker = t.worker;
        t.world.act(move |cx| people::app::accounts::close_account(cx, worker));
        t.round();
        assert!(t.arrived().is_empty());
    }

    fn a_raiser_hears_that_there_is_news(t: Town) {
        let found = t.raise();
        let browser = t.subscribe_raiser(found, "/push/zhao", Lang::ZhCn);
        t.round();
        assert!(t.arrived().is_empty(), "what they did themselves is no news");
        t.act(t.worker, found.matter, Command::Sign);
        t.act(t.worker, found.matter, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        t.round();
        let all = t.arrived();
        assert_eq!(all.len(), 1);
        assert_eq!((all[0].header("topic"), all[0].header("ttl")), ("matter", "604800"));
        let said = browser.open(&all[0].body);
        let expected = json!({ "title": "睦邻", "body": "您反映的事有了新进展，点开查看。", "lang": "zh-CN", "tag": "matter", "again": false });
        assert_eq!(said, expected);
        let who = t.holder(found);
        t.world.act_as(who, move |cx| push::end_raiser(cx, found)).unwrap();
        t.act(t.worker, found.matter, Command::Start { note: None });
        t.act(t.head, found.matter, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        t.round();
        assert_eq!(t.arrived().len(), 1);
    }

    /// A matter about a unit is told to no chat group and no program outside, but to whoever raised it.
    fn a_raiser_hears_of_a_matter_about_a_unit_too(t: Town) {
        let new = NewOrg { kind: OrgKind::Committee, name: "青禾居委会".into(), parent: None, area: Some(AREA), post: None, phone: None };
        let unit = t.world.act(move |cx| create_org(cx, &new));
        let found = t.raise_about(Some(unit));
        t.subscribe_raiser(found, "/push/zhao", Lang::En);
        t.act(t.worker, found.matter, Command::Sign);
        t.round();
        assert_eq!(t.arrived().len(), 1);
    }

    /// Erasing the raiser's key ends it: nobody can say any more where the device is.
    fn an_erased_raiser_is_told_nothing(t: Town) {
        let found = t.raise();
        t.subscribe_raiser(found, "/push/zhao", Lang::ZhCn);
        t.world.act(move |cx| cx.destroy_subject_key(store::KeyClass::Raiser, found.raiser.0));
        t.act(t.worker, found.matter, Command::Sign);
        t.round();
        assert!(t.arrived().is_empty());
        assert!(t.world.house.rt.read_now(t.holder(found), move |cx| push::of_raiser(cx, found)).unwrap().is_empty());
        assert_eq!(t.world.logged("push.ended"), 1);
    }

    fn a_device_that_is_never_told_anything_is_forgotten(t: Town) {
        t.subscribe(t.worker, "/push/one", Lang::ZhCn);
        let rule = alerts::RETENTION.iter().find(|r| r.key == "push").unwrap();
        let now = t.world.house.clock.now();
        let span = store::retention::Span { from: now.plus_days(-1), before: now.plus_days(1) };
        assert_eq!(t.world.look(move |cx| (rule.due)(cx, span)), 1);
        assert_eq!(t.world.act(move |cx| (rule.erase)(cx, span, 10)), 1);
        assert_eq!((t.world.look(move |cx| (rule.due)(cx, span)), t.mine(t.worker)), (0, 0));
    }

    fn what_lies_in_the_database_names_no_device(t: Town) {
        t.subscribe(t.worker, "/push/one?key=geheim", Lang::ZhCn);
        let rows = t.world.look(|cx| cx.query("SELECT mark, device FROM push_subscription", &[]));
        let kept = format!("{} {}", rows[0].text("mark").unwrap(), String::from_utf8_lossy(&rows[0].blob("device").unwrap()));
        assert!(!kept.contains("geheim") && !kept.contains("127.0.0.1"), "{kept}");
    }
}
