//! Text messages and robots of chat groups on both databases, against a real HTTP server that plays the gateway.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use alerts::app::{dead, log, notices, sms};
use alerts::{AlertsConfig, Receipt, ReceiptConfig, RobotConfig, RobotKind, SmsConfig};
use kernel::ids::{AccountId, AreaId, MatterId};
use kernel::{Lang, Purpose, Role};
use matters::app::{self, Act, Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Command, ContactOutcome, DeliveryResult, Origin, Outcome, State};
use people::model::Place;
use serde_json::{Value, json};
use std::sync::Mutex;
use store::jobs::{Handlers, follow, run_due};
use testkit::{HttpSink, Kind, Setup, World};
use uuid::Uuid;

const AREA: AreaId = AreaId(Uuid::from_u128(0xa1));
const PHONE: &str = "02105710188";

struct Town {
    world: World,
    sink: Mutex<HttpSink>,
    handlers: Handlers,
    worker: AccountId,
    head: AccountId,
}

fn gateway(sink: &HttpSink) -> SmsConfig {
    SmsConfig {
        url: sink.url("/sms"),
        get: false,
        form: false,
        headers: vec![("Authorization".into(), "Bearer geheim".to_owned().into())],
        body: json!({ "to": "{phone}", "text": "{text}", "ref": "{id}" }),
        code: "/Code".into(),
        taken: "OK".into(),
        message_id: "/BizId".into(),
        refused: vec!["isv.MOBILE_NUMBER_ILLEGAL".into()],
        signature: "和邻区睦邻".into(),
        receipts: Some(ReceiptConfig {
            secret: "geheim".to_owned().into(),
            id: "biz_id".into(),
            state: "success".into(),
            arrived: vec!["true".into()],
        }),
    }
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let world =
            World::with(kind, &[people::MIGRATIONS, places::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS]);
        world.act(app::seed_classes);
        let sink = HttpSink::start();
        sink.answer(200, &[], r#"{"Code":"OK","BizId":"9006197469364984400"}"#);
        let robot = |name: &str, kind, events: &[&str]| RobotConfig {
            name: name.into(),
            kind,
            url: sink.url(&format!("/robot/{name}?access_token=geheim")).into(),
            secret: "SECgeheim".to_owned().into(),
            events: events.iter().map(|e| (*e).to_owned()).collect(),
        };
        let config = AlertsConfig {
            public_url: "https://mulin.example".into(),
            duty_phone: "021-0571 0110".into(),
            sms: Some(gateway(&sink)),
            robots: vec![
                robot("ding", RobotKind::DingTalk, &["new", "emergency"]),
                robot("we", RobotKind::WeCom, &["reopened"]),
            ],
            ..AlertsConfig::default()
        };
        let handlers = people::app::turns::handlers().merge(matters::jobs::handlers()).merge(alerts::handlers(config));
        let here = Place { area: Some(AREA), ..Place::default() };
        let (worker, _) = world.staff(Role::CommitteeWorker, here, "worker", "王明");
        let (head, _) = world.staff(Role::PostHead, here, "head", "陈站");
        let town = Self { sink: Mutex::new(sink), handlers, worker, head, world };
        town.round();
        town
    }
}

impl Town {
    fn raise(&self, channel: Channel) -> MatterId {
        let raise = Raise {
            key: None,
            class: "dispute".into(),
            text: "楼上半夜拖家具".into(),
            place: RaisedPlace { area: Some(AREA), ..RaisedPlace::default() },
            raiser: RaiserInput {
                anonymous: false,
                name: Some("赵一𠮷".into()),
                phone: Some(PHONE.into()),
                email: None,
                address: None,
                channel,
                lang: Lang::ZhCn,
            },
            origin: Origin::Web,
        };
        self.world.act_as(self.world.public(), move |cx| app::raise(cx, raise)).unwrap().matter
    }
    fn act(&self, who: AccountId, matter: MatterId, command: Command) {
        let who = self.world.who(who, Purpose::Matter(matter));
        self.world.act_as(who, move |cx| app::act(cx, Act::new(matter, command))).unwrap();
    }
    fn answered(&self) -> MatterId {
        let matter = self.raise(Channel::Sms);
        let me = self.worker;
        self.act(me, matter, Command::Sign);
        self.act(me, matter, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        self.act(me, matter, Command::Submit { outcome: Outcome::Done, answer: "已经处理好了。".into() });
        self.act(self.head, matter, Command::Verify { note: None });
        self.act(me, matter, Command::Answer);
        matter
    }
    fn round(&self) {
        let house = &self.world.house;
        run_due(&house.rt, house.district, &self.handlers).unwrap();
        follow(&house.rt, house.district, &self.handlers).unwrap();
        run_due(&house.rt, house.district, &self.handlers).unwrap();
    }
    fn wait(&self, secs: i64) {
        self.world.house.clock.advance_secs(secs);
        self.round();
    }
    fn sent(&self, to: &str) -> Vec<Value> {
        let all = self.sink.lock().unwrap().requests();
        all.iter().filter(|r| r.target.starts_with(to)).map(|r| serde_json::from_slice(&r.body).unwrap()).collect()
    }
    fn answers(&self, body: &str) {
        self.sink.lock().unwrap().answer(200, &[], body);
    }
    fn coordinator(&self, matter: MatterId) -> store::Who {
        self.world.who(self.world.first.coordinator, Purpose::Matter(matter))
    }
    fn deliveries(&self, matter: MatterId) -> Vec<DeliveryResult> {
        let detail = self.world.act_as(self.coordinator(matter), move |cx| app::detail(cx, matter)).unwrap();
        detail.deliveries.iter().map(|d| d.result).collect()
    }
    fn state(&self, matter: MatterId) -> State {
        self.world.act_as(self.coordinator(matter), move |cx| app::detail(cx, matter)).unwrap().line.state
    }
    fn attempts(&self, matter: MatterId) -> Vec<String> {
        let who = self.coordinator(matter);
        let lines = self.world.house.rt.read_now(who, move |cx| log::of_matter(cx, matter)).unwrap();
        lines.into_iter().filter(|l| l.channel == "sms").map(|l| format!("{} {}", l.result, l.detail)).collect()
    }
    fn receipt(&self, id: &str, arrived: bool) -> usize {
        let who = store::Who::system(self.world.house.district, people::policy::jobs::DELIVERY);
        let all = [Receipt { id: id.into(), arrived }];
        self.world.act_as(who, move |cx| sms::receipts(cx, &all)).unwrap()
    }
    fn told(&self, kind: &str) -> usize {
        let who = self.world.who(self.worker, Purpose::OwnMatter);
        let list = self.world.house.rt.read_now(who, |cx| notices::list(cx, None, 50)).unwrap();
        list.iter().filter(|n| n.kind == kind).count()
    }
    fn dead(&self) -> Vec<String> {
        let who = self.world.who(self.world.first.system, Purpose::Administration);
        self.world.house.rt.read_now(who, dead::list).unwrap().into_iter().map(|l| l.error).collect()
    }
}

testkit::both_databases! {
    /// R2: handed to the gateway is no proof, its receipt is.
    fn a_receipt_of_the_gateway_proves_the_answer(t: Town) {
        let matter = t.answered();
        t.round();
        let sent = t.sent("/sms");
        assert_eq!(sent.len(), 1);
        let text = sent[0]["text"].as_str().unwrap();
        assert_eq!(sent[0]["to"], PHONE);
        assert!(text.starts_with("【和邻区睦邻】您反映的事（HQ-") && text.contains("https://mulin.example/t/"), "{text}");
        assert!(!text.contains("拖家具") && !text.contains("已经处理好了") && !text.contains("赵一"), "{text}");
        assert_eq!(t.sink.lock().unwrap().requests()[0].header("authorization"), "Bearer geheim");
        assert_eq!(t.deliveries(matter), [DeliveryResult::Sent]);
        assert_eq!(t.state(matter), State::Answered);
        assert_eq!(t.receipt("unknown", true), 0);
        assert_eq!(t.receipt("9006197469364984400", true), 1);
        assert_eq!(t.state(matter), State::Closed);
        assert_eq!(t.receipt("9006197469364984400", false), 1, "known, and settled");
        assert_eq!(t.deliveries(matter), [DeliveryResult::Sent, DeliveryResult::SmsReceipt]);
        assert!(t.attempts(matter).iter().all(|line| !line.contains(PHONE)));
    }

    fn a_gateway_may_give_our_own_id_back(t: Town) {
        t.answers(r#"{"Code":"OK"}"#);
        let matter = t.answered();
        t.round();
        let id = t.sent("/sms")[0]["ref"].as_str().unwrap().to_owned();
        assert_eq!(t.receipt(&id, true), 1);
        assert_eq!(t.state(matter), State::Closed);
    }

    /// Three logged attempts on three days; the owner is told at the first.
    fn a_number_that_is_refused_is_tried_three_times(t: Town) {
        t.answers(r#"{"Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"02105710188invalid mobile number"}"#);
        let matter = t.answered();
        t.round();
        assert_eq!(t.attempts(matter), ["refused the gateway refused it with isv.MOBILE_NUMBER_ILLEGAL"]);
        assert_eq!(t.told("sms_failed"), 1);
        t.wait(25 * 3_600);
        t.wait(25 * 3_600);
        assert_eq!(t.deliveries(matter), [DeliveryResult::SmsFailed; 3]);
        assert_eq!(t.state(matter), State::Closed);
        assert_eq!(t.told("sms_failed"), 1);
    }

    /// The operator's account is empty: nobody was tried to be reached; nothing is lost.
    fn a_gateway_that_does_not_work_delays_and_loses_nothing(t: Town) {
        t.answers(r#"{"Code":"isv.AMOUNT_NOT_ENOUGH","Message":"账户余额不足"}"#);
        let matter = t.answered();
        t.round();
        assert_eq!(t.attempts(matter), ["later the gateway put it off with isv.AMOUNT_NOT_ENOUGH"]);
        assert!(t.deliveries(matter).is_empty());
        t.answers(r#"{"Code":"OK","BizId":"1"}"#);
        t.wait(60);
        assert_eq!(t.deliveries(matter), [DeliveryResult::Sent]);
    }

    fn without_a_receipt_it_did_not_arrive(t: Town) {
        let matter = t.answered();
        t.round();
        t.wait(71 * 3_600);
        assert_eq!(t.deliveries(matter), [DeliveryResult::Sent]);
        t.wait(2 * 3_600);
        assert_eq!(t.deliveries(matter), [DeliveryResult::Sent, DeliveryResult::SmsFailed]);
        assert_eq!(t.told("sms_failed"), 1);
    }

    /// Many at once are one message; a minute never sees more than twenty.
    fn robots_say_much_in_one_message_and_nothing_personal(t: Town) {
        for _ in 0..5 {
            t.raise(Channel::Page);
        }
        t.answers(r#"{"errcode":0,"errmsg":"ok"}"#);
        t.round();
        let said = t.sent("/robot/ding");
        assert_eq!(said.len(), 1);
        let text = said[0]["markdown"]["text"].as_str().unwrap();
        assert_eq!(text.matches("【新事项】").count(), 5, "{text}");
        assert!(text.contains("](https://mulin.example/desk/matters/") && text.contains("HQ-2026-00001"), "{text}");
        for secret in ["拖家具", "赵一", PHONE, "/t/"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        assert!(t.sink.lock().unwrap().requests().iter().any(|r| r.target.contains("&timestamp=1782712800000&sign=")));
        assert!(t.sent("/robot/we").is_empty(), "not asked for");
        for _ in 0..60 {
            t.raise(Channel::Page);
            t.wait(1);
        }
        let n = t.sent("/robot/ding").len();
        assert!((10..=21).contains(&n), "{n} messages in a minute");
        t.wait(5);
        let all: usize =
            t.sent("/robot/ding").iter().map(|m| m["markdown"]["text"].as_str().unwrap().matches("HQ-").count()).sum();
        assert_eq!(all, 65, "each once");
    }

    fn a_robot_that_is_too_fast_or_gone(t: Town) {
        t.answers(r#"{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}"#);
        t.raise(Channel::Page);
        t.round();
        t.wait(300);
        assert_eq!(t.sent("/robot/ding").len(), 1, "shut out for ten minutes");
        assert!(t.dead().is_empty());
        t.answers(r#"{"errcode":310000,"errmsg":"sign not match"}"#);
        t.wait(400);
        assert_eq!(t.sent("/robot/ding").len(), 2);
        assert_eq!(t.dead(), ["the robot's address or secret is wrong, or it was removed (310000)"]);
        t.answers(r#"{"errcode":0,"errmsg":"ok"}"#);
        t.wait(3_700);
        assert_eq!(t.sent("/robot/ding").len(), 3, "mended: it says what waited");
    }
}
