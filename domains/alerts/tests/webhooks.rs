//! Webhooks on both databases, against a real HTTP server that can refuse, ask to wait, be gone and be down.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use alerts::app::{notices, webhooks};
use alerts::{AlertsConfig, Error};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::ids::MatterId;
use kernel::{Lang, Purpose, Role};
use matters::app::{self, Act, Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Command, Origin};
use people::model::Place;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use std::sync::Mutex;
use store::jobs::{Handlers, follow, run_due};
use testkit::http::Request;
use testkit::{HttpSink, Kind, Setup, World};
use uuid::Uuid;
use webhooks::{NewWebhook, Webhook};

struct Town {
    world: World,
    sink: Mutex<HttpSink>,
    handlers: Handlers,
}

fn handlers(allow: &[&str]) -> Handlers {
    let allow = allow.iter().map(|net| (*net).to_owned().try_into().unwrap()).collect();
    let config = AlertsConfig { allow, ..AlertsConfig::default() };
    people::app::turns::handlers().merge(matters::jobs::handlers()).merge(alerts::handlers(config))
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let world =
            World::with(kind, &[people::MIGRATIONS, places::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS]);
        world.act(app::seed_classes);
        Self { world, sink: Mutex::new(HttpSink::start()), handlers: handlers(&["127.0.0.0/8"]) }
    }
}

impl Town {
    fn admin(&self) -> store::Who {
        self.world.who(self.world.first.system, Purpose::Administration)
    }
    fn make(&self, types: &[&str]) -> (Uuid, SecretString) {
        let url = self.sink.lock().unwrap().url("/hook?key=geheim");
        let types = types.iter().map(|t| (*t).to_owned()).collect();
        let new = NewWebhook { label: "指挥中心".into(), url, types };
        let (made, secret) = self.world.act_as(self.admin(), move |cx| webhooks::create(cx, &new)).unwrap();
        (made.id, secret)
    }
    fn raise(&self) -> MatterId {
        let raise = Raise {
            key: None,
            class: "dispute".into(),
            text: "楼上半夜拖家具".into(),
            place: RaisedPlace { address: Some("青禾路12号".into()), ..RaisedPlace::default() },
            raiser: RaiserInput {
                anonymous: false,
                name: Some("赵一𠮷".into()),
                phone: Some("021-0571 0188".into()),
                email: None,
                address: None,
                channel: Channel::Phone,
                lang: Lang::ZhCn,
            },
            origin: Origin::Web,
        };
        self.world.act_as(self.world.public(), move |cx| app::raise(cx, raise)).unwrap().matter
    }
    fn assign_to_coordinator(&self, matter: MatterId) {
        let who = self.world.who(self.world.first.coordinator, Purpose::Matter(matter));
        self.world.act_as(who, move |cx| app::act(cx, Act::new(matter, Command::Accept))).unwrap();
    }
    /// A round of the worker.
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
    fn got(&self) -> Vec<Request> {
        self.sink.lock().unwrap().requests()
    }
    fn types(&self) -> Vec<String> {
        self.got().iter().map(|r| json(r)["type"].as_str().unwrap().to_owned()).collect()
    }
    fn now(&self, id: Uuid) -> Webhook {
        self.world.house.rt.read_now(self.admin(), move |cx| webhooks::one(cx, id)).unwrap()
    }
}

fn json(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

/// What a receiver does, written from the specification: any of the signatures, over id, timestamp and the bytes received.
fn verifies(secret: &SecretString, request: &Request) -> bool {
    let key = STANDARD.decode(secret.expose_secret().strip_prefix("whsec_").unwrap()).unwrap();
    let content =
        format!("{}.{}.{}", request.header("webhook-id"), request.header("webhook-timestamp"), request.text());
    request.header("webhook-signature").split(' ').any(|one| {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
        mac.update(content.as_bytes());
        let sent = one.strip_prefix("v1,").and_then(|s| STANDARD.decode(s).ok()).unwrap_or_default();
        mac.verify_slice(&sent).is_ok()
    })
}

testkit::both_databases! {
    fn a_move_is_told_once_signed_and_without_anything_personal(t: Town) {
        let before = t.raise();
        let (id, secret) = t.make(&[]);
        let matter = t.raise();
        t.round();
        t.round();
        let got = t.got();
        assert_eq!(t.types(), ["matter.raised"], "once, and only what happened since it was made");
        let (request, body) = (&got[0], json(&got[0]));
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/hook?key=geheim"));
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(body["data"]["id"], matter.to_string());
        assert_eq!(body["data"]["state"], "received");
        assert!(body["timestamp"].as_str().unwrap().starts_with("2026-06-29T06:00:00"));
        let mut keys: Vec<_> = body["data"].as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["from", "id", "number", "state", "version"], "nothing else");
        assert!(verifies(&secret, request));
        let mut forged = request.clone();
        forged.body[10] ^= 1;
        assert!(!verifies(&secret, &forged), "the body is signed");
        let mut replayed = request.clone();
        for (name, value) in &mut replayed.headers {
            if name == "webhook-timestamp" {
                *value = "1782800000".into();
            }
        }
        assert!(!verifies(&secret, &replayed), "the timestamp is signed: an old message cannot be made to look new");
        t.assign_to_coordinator(before);
        t.round();
        assert_eq!(t.types(), ["matter.raised", "matter.accepted"]);
        let state = t.now(id);
        assert_eq!((state.queued, state.failed, state.last_result.as_deref()), (0, 0, Some("HTTP 200")));
    }

    fn only_the_types_that_were_asked_for(t: Town) {
        t.make(&["matter.accepted"]);
        let matter = t.raise();
        t.assign_to_coordinator(matter);
        t.round();
        assert_eq!(t.types(), ["matter.accepted"]);
    }

    /// The same id each time, a new timestamp and signature each time, further and further apart.
    fn a_failure_is_tried_again_with_the_same_id(t: Town) {
        let (id, secret) = t.make(&[]);
        t.sink.lock().unwrap().answer_once(500, &[], "");
        t.sink.lock().unwrap().answer_once(503, &[("Retry-After", "900")], "");
        t.raise();
        t.round();
        assert_eq!(t.got().len(), 1);
        assert_eq!(t.now(id).last_result.as_deref(), Some("HTTP 500"));
        t.wait(5);
        assert_eq!(t.got().len(), 1, "not at once");
        t.wait(10);
        assert_eq!(t.got().len(), 2);
        t.wait(600);
        assert_eq!(t.got().len(), 2, "the other side asked to wait for a quarter of an hour");
        t.wait(400);
        let got = t.got();
        assert_eq!(got.len(), 3);
        assert_eq!(got[0].header("webhook-id"), got[2].header("webhook-id"));
        assert_eq!(got[0].body, got[2].body);
        assert_ne!(got[0].header("webhook-timestamp"), got[2].header("webhook-timestamp"));
        assert!(got.iter().all(|r| verifies(&secret, r)));
        assert!(t.now(id).failing_since.is_none());
    }

    fn what_the_other_side_cannot_take_does_not_hold_up_the_rest(t: Town) {
        let (id, _) = t.make(&[]);
        t.sink.lock().unwrap().answer_once(400, &[], "");
        t.raise();
        t.round();
        t.raise();
        t.round();
        t.wait(12);
        let numbers: Vec<String> = t.got().iter().map(|r| json(r)["data"]["number"].to_string()).collect();
        assert_eq!(numbers.len(), 3, "{numbers:?}");
        assert_eq!(numbers[0], numbers[2], "the one that failed comes last");
        assert_eq!(t.now(id).queued, 0);
    }

    fn a_webhook_that_fails_for_days_is_switched_off_and_the_administrator_told(t: Town) {
        let (id, _) = t.make(&[]);
        t.sink.lock().unwrap().stop();
        t.raise();
        t.round();
        assert_eq!(t.now(id).last_result.as_deref(), Some("the connection failed"));
        // Six hours between two attempts at most, and a tenth.
        for _ in 0..84 {
            t.wait(3_600);
        }
        let off = t.now(id);
        assert!(!off.active);
        let me = t.world.who(t.world.first.system, Purpose::OwnMatter);
        let told = t.world.house.rt.read_now(me, |cx| notices::list(cx, None, 50)).unwrap();
        let told: Vec<_> = told.iter().filter(|n| n.kind == "webhook_off").collect();
        assert_eq!((told.len(), told[0].number.as_str()), (1, "指挥中心"));
        t.sink.lock().unwrap().start_again();
        t.raise();
        t.wait(3_600);
        assert!(t.got().is_empty(), "off is off");
        t.world.act_as(t.admin(), move |cx| webhooks::switch(cx, id, true)).unwrap();
        t.world.act_as(t.admin(), move |cx| webhooks::retry(cx, id)).unwrap();
        t.wait(60);
        let raised = t.types().iter().filter(|name| *name == "matter.raised").count();
        assert_eq!(raised, 1, "what waited comes; what happened while it was off does not");
    }

    fn gone_is_gone(t: Town) {
        let (id, _) = t.make(&[]);
        t.sink.lock().unwrap().answer(410, &[], "");
        t.raise();
        t.round();
        assert!(!t.now(id).active);
    }

    fn for_a_day_both_secrets_sign(t: Town) {
        let (id, old) = t.make(&[]);
        let (_, new) = t.world.act_as(t.admin(), move |cx| webhooks::rotate(cx, id)).unwrap();
        assert_ne!(old.expose_secret(), new.expose_secret());
        t.world.act_as(t.admin(), move |cx| webhooks::test(cx, id)).unwrap();
        t.round();
        let got = t.got();
        assert_eq!(json(&got[0])["type"], "webhook.test");
        assert!(verifies(&old, &got[0]) && verifies(&new, &got[0]));
        t.wait(25 * 3_600);
        t.world.act_as(t.admin(), move |cx| webhooks::test(cx, id)).unwrap();
        t.round();
        let got = t.got();
        assert!(!verifies(&old, &got[1]) && verifies(&new, &got[1]));
    }

    /// Without the operator's word nothing typed at the desk reaches this machine or its neighbours.
    fn no_way_into_the_house(t: Town) {
        let (id, _) = t.make(&[]);
        t.raise();
        t.round_with(&handlers(&[]));
        assert!(t.got().is_empty());
        let why = t.now(id).last_result.unwrap();
        assert_eq!(why, "the address leads into a network that is not allowed");
    }

    fn addresses_and_types_are_checked(t: Town) {
        for (url, why) in [
            ("", "missing"), ("ftp://x.example/", "url"), ("/hook", "url"), ("javascript:alert(1)", "url"),
            ("https://user:pw@x.example/", "url"), ("https://x.example/#part", "url"),
        ] {
            let new = NewWebhook { label: "x".into(), url: url.into(), types: Vec::new() };
            let refused = t.world.act_as(t.admin(), move |cx| webhooks::create(cx, &new)).unwrap_err();
            assert!(matches!(refused, Error::Invalid { field: "url", why: w } if w == why), "{url}: {refused:?}");
        }
        let new = NewWebhook { label: "x".into(), url: "https://x.example/".into(), types: vec!["matter.add_note".into()] };
        let refused = t.world.act_as(t.admin(), move |cx| webhooks::create(cx, &new)).unwrap_err();
        assert!(matches!(refused, Error::Invalid { field: "types", .. }), "{refused:?}");
    }

    fn only_the_system_administrator(t: Town) {
        let (id, _) = t.make(&[]);
        for role in Role::ALL {
            let (account, _) = t.world.staff(*role, Place::default(), role.code(), role.code());
            let who = || t.world.who(account, Purpose::Administration);
            let may = *role == Role::SystemAdmin;
            assert_eq!(t.world.act_as(who(), webhooks::list).is_ok(), may, "{role:?}");
            assert_eq!(t.world.act_as(who(), move |cx| webhooks::test(cx, id)).is_ok(), may, "{role:?}");
            assert_eq!(t.world.act_as(who(), move |cx| webhooks::rotate(cx, id)).is_ok(), may, "{role:?}");
            if !may {
                assert!(t.world.act_as(who(), move |cx| webhooks::delete(cx, id)).is_err(), "{role:?}");
            }
        }
        assert!(t.world.act_as(t.world.public(), webhooks::list).is_err());
        t.world.act_as(t.admin(), move |cx| webhooks::delete(cx, id)).unwrap();
        assert!(t.world.act_as(t.admin(), move |cx| webhooks::test(cx, id)).is_err());
    }
}
