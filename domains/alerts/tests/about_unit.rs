//! A matter about a unit, from the first word to the last: nothing about it comes to that unit's people, by no way out that there
//! is (R3). On both databases, with a mail server, a gateway of text messages, a robot and a webhook that keep what they get.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use alerts::app::intake::{NotTaken, Settings, Taken, take};
use alerts::app::notices;
use alerts::app::webhooks::{self, NewWebhook};
use alerts::{AlertsConfig, Encryption, MailConfig, RobotConfig, RobotKind, SmsConfig};
use kernel::ids::{AccountId, AreaId, MatterId, OrgId};
use kernel::{Actor, Lang, Purpose, Role};
use matters::app::{self, Act, Raise, RaisedPlace, RaiserInput};
use matters::model::{Channel, Command, ContactOutcome, Origin, Outcome};
use matters::redaction::Correction;
use people::app::NewTerm;
use people::app::accounts::{NewAccount, create_account};
use people::app::orgs::{NewOrg, create_org};
use people::model::{OrgKind, Place};
use secrecy::SecretString;
use serde_json::json;
use std::sync::Mutex;
use store::jobs::{Handlers, follow, run_due};
use testkit::{HttpSink, Kind, MailSink, Mood, Setup, World};
use uuid::Uuid;

const AREA: AreaId = AreaId(Uuid::from_u128(0xa1));
const PHONE: &str = "02105710188";

struct Town {
    world: World,
    mail: Mutex<MailSink>,
    http: Mutex<HttpSink>,
    handlers: Handlers,
    unit: OrgId,
    /// Work for the unit: its head, and whoever matters of the neighbourhood come to.
    head: AccountId,
    junior: AccountId,
    /// Works for nobody that is complained about.
    other: AccountId,
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let sets = [people::MIGRATIONS, places::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS];
        let world = World::with(kind, &sets);
        world.act(app::seed_classes);
        let (mail, http) = (MailSink::start(), HttpSink::start());
        http.answer(200, &[], r#"{"Code":"OK","BizId":"1","errcode":0,"errmsg":"ok"}"#);
        let robot = RobotConfig {
            name: "group".into(),
            kind: RobotKind::WeCom,
            url: http.url("/robot?key=geheim").into(),
            secret: String::new().into(),
            events: alerts::ROBOT_EVENTS.iter().map(|e| (*e).to_owned()).collect(),
        };
        let sms = SmsConfig {
            url: http.url("/sms"),
            get: false,
            form: false,
            headers: Vec::new(),
            body: json!({ "to": "{phone}", "text": "{text}" }),
            code: "/Code".into(),
            taken: "OK".into(),
            message_id: "/BizId".into(),
            refused: vec!["isv.MOBILE_NUMBER_ILLEGAL".into()],
            signature: "睦邻".into(),
            receipts: None,
        };
        let config = AlertsConfig {
            mail: Some(MailConfig {
                host: mail.addr().ip().to_string(),
                port: mail.addr().port(),
                encryption: Encryption::None,
                user: String::new(),
                password: SecretString::from(""),
                from: "睦邻 <no-reply@mulin.example>".into(),
                reply_to: String::new(),
            }),
            public_url: "https://mulin.example".into(),
            duty_phone: "021-0571 0110".into(),
            allow: vec!["127.0.0.0/8".to_owned().try_into().unwrap()],
            sms: Some(sms),
            robots: vec![robot],
            ..AlertsConfig::default()
        };
        let handlers = people::app::turns::handlers().merge(matters::jobs::handlers()).merge(alerts::handlers(config));
        let new = NewOrg {
            kind: OrgKind::Committee,
            name: "青禾居委会".into(),
            parent: None,
            area: Some(AREA),
            post: None,
            phone: None,
        };
        let unit = world.act(move |cx| create_org(cx, &new));
        let sit = |role, login: &str, org| {
            let new = NewAccount {
                login: login.into(),
                display_name: login.into(),
                email: Some(format!("{login}@staff.example")),
                ..NewAccount::default()
            };
            let account = world.act(move |cx| create_account(cx, &new));
            let seat = world.seat(role, Place { org, area: Some(AREA), post: None }, login);
            world.sit(NewTerm::holder(seat, account));
            account
        };
        let head = sit(Role::PostHead, "head", Some(unit));
        let junior = sit(Role::CommitteeWorker, "junior", Some(unit));
        let other = sit(Role::PostHead, "other", None);
        let town = Self { mail: Mutex::new(mail), http: Mutex::new(http), handlers, unit, head, junior, other, world };
        let hook =
            NewWebhook { label: "别处".into(), url: town.http.lock().unwrap().url("/hook"), types: Vec::new() };
        let admin = town.world.who(town.world.first.system, Purpose::Administration);
        town.world.act_as(admin, move |cx| webhooks::create(cx, &hook)).unwrap();
        town.round();
        town
    }
}

impl Town {
    fn raise(&self, about: Option<OrgId>) -> MatterId {
        let raise = Raise {
            key: None,
            class: "dispute".into(),
            text: "办事大厅态度恶劣".into(),
            place: RaisedPlace { area: Some(AREA), ..RaisedPlace::default() },
            raiser: RaiserInput {
                anonymous: false,
                name: Some("赵一𠮷".into()),
                phone: Some(PHONE.into()),
                email: None,
                address: None,
                channel: Channel::Sms,
                lang: Lang::ZhCn,
            },
            origin: Origin::Web,
        };
        let done = move |cx: &mut store::Cx<'_>| app::raise_about(cx, raise, &Correction::default(), about);
        self.world.act_as(self.world.public(), done).unwrap().matter
    }
    fn act(&self, who: AccountId, matter: MatterId, command: Command) {
        let who = self.world.who(who, Purpose::Matter(matter));
        self.world.act_as(who, move |cx| app::act(cx, Act::new(matter, command))).unwrap();
    }
    fn owner(&self, matter: MatterId) -> AccountId {
        let who = self.world.who(self.world.first.coordinator, Purpose::Matter(matter));
        self.world.act_as(who, move |cx| app::detail(cx, matter)).unwrap().owner
    }
    fn round(&self) {
        let house = &self.world.house;
        run_due(&house.rt, house.district, &self.handlers).unwrap();
        follow(&house.rt, house.district, &self.handlers).unwrap();
        run_due(&house.rt, house.district, &self.handlers).unwrap();
    }
    fn wait(&self, hours: i64) {
        for _ in 0..hours * 2 {
            self.world.house.clock.advance_secs(1_800);
            self.round();
        }
    }
    fn notices(&self, who: AccountId) -> usize {
        let who = self.world.who(who, Purpose::OwnMatter);
        self.world.house.rt.read_now(who, |cx| notices::list(cx, None, 100)).unwrap().len()
    }
    fn mails(&self, to: &str) -> usize {
        let to = format!("{to}@staff.example");
        self.mail.lock().unwrap().mails().iter().filter(|m| m.to.contains(&to)).count()
    }
    /// A mail of whoever raised it, answering the mail with the id `answers`.
    fn mail_in(&self, id: &str, answers: &str, body: &str) -> Result<Taken, NotTaken> {
        self.mail_from("zhao@mail.example", id, answers, body)
    }
    fn mail_from(&self, from: &str, id: &str, answers: &str, body: &str) -> Result<Taken, NotTaken> {
        let thread = if answers.is_empty() {
            String::new()
        } else {
            format!("In-Reply-To: {answers}\r\nReferences: {answers}\r\n")
        };
        let mail = format!(
            "From: {from}\r\nTo: intake@mulin.example\r\nMessage-ID: <{id}@mail.example>\r\n{thread}Subject: x\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
        );
        let settings = Settings { class: "dispute".into(), own_domain: Some("mulin.example".into()), sends: true };
        take(&self.world.house.rt, self.world.house.district, &settings, mail.as_bytes())
    }
    fn mails_to(&self, to: &str) -> Vec<testkit::mail::Mail> {
        let all = self.mail.lock().unwrap().mails();
        all.into_iter().filter(|m| m.to.iter().any(|t| t == to)).collect()
    }
    fn ids_of_mails(&self, to: &str) -> Vec<String> {
        self.mails_to(to).iter().map(|m| m.header("Message-ID")).collect()
    }
    fn mail_texts(&self, to: &str) -> Vec<String> {
        self.mails_to(to).iter().map(|m| format!("{}\n{}", m.header("Subject"), m.text())).collect()
    }
    fn sent(&self, path: &str) -> Vec<String> {
        let all = self.http.lock().unwrap().requests();
        all.iter().filter(|r| r.target.starts_with(path)).map(testkit::http::Request::text).collect()
    }
    /// Neither of the unit's people has heard anything.
    fn unit_is_silent(&self) {
        for (who, login) in [(self.head, "head"), (self.junior, "junior")] {
            assert_eq!((self.notices(who), self.mails(login)), (0, 0), "{login}");
        }
    }
}

testkit::both_databases! {
    /// Raised, overdue, handled, answered by a text message that does not arrive.
    fn from_beginning_to_end_nothing_comes_to_the_unit(t: Town) {
        let matter = t.raise(Some(t.unit));
        t.round();
        t.unit_is_silent();
        // Nobody does anything for days: supervisors hear, but not those.
        t.wait(60);
        t.unit_is_silent();
        assert!(t.notices(t.owner(matter)) > 0, "somebody hears");
        let owner = t.owner(matter);
        assert!(![t.head, t.junior].contains(&owner));
        t.act(owner, matter, Command::Sign);
        t.act(owner, matter, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        t.act(owner, matter, Command::Submit { outcome: Outcome::Done, answer: "已经谈过话。".into() });
        t.round();
        t.unit_is_silent();
        let checks = if owner == t.other { t.world.first.coordinator } else { t.other };
        t.act(checks, matter, Command::Verify { note: None });
        t.http.lock().unwrap().answer(200, &[], r#"{"Code":"isv.MOBILE_NUMBER_ILLEGAL","errcode":0}"#);
        t.act(owner, matter, Command::Answer);
        t.round();
        let raiser = store::Who::new(Actor::raiser(t.world.house.district, matter), Purpose::OwnMatter);
        let facts = Command::AddFacts { text: "又发生了一次".into() };
        t.world.act_as(raiser, move |cx| app::act(cx, Act::new(matter, facts))).unwrap();
        t.wait(60);
        t.unit_is_silent();
        let texts = t.sent("/sms");
        assert!(!texts.is_empty() && texts.iter().all(|text| text.contains(PHONE)), "to whoever raised it: {texts:?}");
        assert!(t.sent("/robot").is_empty(), "the group has people of every unit");
        assert!(t.sent("/hook").is_empty(), "what goes to programs elsewhere comes back");
    }

    /// Said afterwards: what waited to be sent to the unit, or to groups, is not sent any more.
    fn what_waited_when_it_was_said_is_not_sent(t: Town) {
        t.mail.lock().unwrap().mood(Mood::RefuseRecipient("451 4.3.0 try later".into()));
        t.http.lock().unwrap().answer(503, &[], "");
        let matter = t.raise(None);
        t.round();
        let told = t.notices(t.junior);
        assert_eq!((t.owner(matter), told), (t.junior, 1), "an ordinary matter is theirs");
        let (robots, hooks) = (t.sent("/robot").len(), t.sent("/hook").len());
        let (unit, coordinator) = (t.unit, t.world.first.coordinator);
        let who = t.world.who(coordinator, Purpose::Matter(matter));
        t.world.act_as(who, move |cx| app::mark_about(cx, matter, unit, "来信说的是他们")).unwrap();
        t.mail.lock().unwrap().mood(Mood::Accept);
        t.http.lock().unwrap().answer(200, &[], r#"{"errcode":0,"errmsg":"ok"}"#);
        t.wait(12);
        assert_eq!(t.mails("junior"), 0, "the mail that waited is dropped");
        assert_eq!(t.notices(t.junior), told, "nothing new");
        assert_eq!(t.notices(t.head), 0);
        assert_eq!((t.sent("/robot").len(), t.sent("/hook").len()), (robots, hooks));
    }

    /// It comes by mail, nobody knows yet whom it is about, the unit even works on it; then it is said. From then on the
    /// conversation goes on by mail between whoever wrote and those who answer for it, past the unit.
    fn a_conversation_by_mail_goes_on_past_the_unit(t: Town) {
        let number = match t.mail_in("m1", "", "办事大厅的钱二态度恶劣。").unwrap() {
            Taken::Raised(number) => number,
            other => panic!("{other:?}"),
        };
        t.round();
        let matter: MatterId = t.world.look(|cx| cx.query_one("SELECT id FROM matter", &[])?.id("id"));
        let (junior, coordinator) = (t.junior, t.world.first.coordinator);
        let seat = t.world.look(move |cx| cx.query_one("SELECT seat_id FROM term WHERE account_id = $1", store::params![junior])?.id("seat_id"));
        t.act(coordinator, matter, Command::Accept);
        t.act(coordinator, matter, Command::Assign { seat, note: None });
        t.round();
        let (told, mails) = (t.notices(junior), t.mails("junior"));
        assert_eq!((told, mails), (1, 1), "an ordinary matter, given to them");
        let theirs = t.ids_of_mails("junior@staff.example");
        let unit = t.unit;
        let who = t.world.who(coordinator, Purpose::Matter(matter));
        t.world.act_as(who, move |cx| app::mark_about(cx, matter, unit, "来信说的是他们")).unwrap();
        t.round();
        // Whoever wrote goes on, by answering the mail that said it had come.
        let raisers = t.ids_of_mails("zhao@mail.example");
        assert_eq!(raisers.len(), 1, "the receipt");
        assert_eq!(t.mail_in("m2", &raisers[0], "昨天又来敲门。").unwrap(), Taken::Added(number.clone()));
        t.wait(60);
        // The unit answers the notice it once had, forwards it, and makes up a thread of its own.
        assert_eq!(t.mail_from("junior@staff.example", "m3", &theirs[0], "情况不属实。").unwrap(), Taken::FromStaff);
        let made_up = format!("<{matter}@mulin.example>");
        assert!(matches!(t.mail_from("junior@staff.example", "m4", &made_up, "进展如何？").unwrap(), Taken::Raised(_)), "an id of a matter is no thread");
        t.wait(4);
        let owner = t.owner(matter);
        assert!(![t.head, t.junior].contains(&owner) && t.notices(owner) > 0, "somebody else hears");
        t.act(owner, matter, Command::Sign);
        t.act(owner, matter, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        t.act(owner, matter, Command::Submit { outcome: Outcome::Done, answer: "已经谈过话。".into() });
        let (second, _) = t.world.staff(Role::Coordinator, Place::default(), "second", "第二");
        t.act(second, matter, Command::Verify { note: None });
        t.act(owner, matter, Command::Answer);
        t.wait(2);
        assert_eq!((t.notices(t.head), t.mails("head")), (0, 0));
        let of_matter = t.world.look(move |cx| {
            let sql = "SELECT COUNT(*) AS n FROM notice WHERE account_id = $1 AND matter_id = $2";
            cx.query_one(sql, store::params![junior, matter])?.i64("n")
        });
        assert_eq!((of_matter, t.mails("junior")), (1, mails + 1), "what they had before, and the receipt for the mail of their own");
        for mail in t.mail.lock().unwrap().mails() {
            let to_unit = mail.to.iter().any(|to| ["head@staff.example", "junior@staff.example"].contains(&to.as_str()));
            let all = format!("{}\n{}", mail.raw, mail.text());
            assert!(!to_unit || !["敲门", "谈过话", "赵一"].iter().any(|w| all.contains(w)), "{all}");
            assert!(to_unit || !theirs.iter().any(|id| all.contains(id.as_str())), "a mail names a mail of the unit's: {all}");
        }
        let got: Vec<String> = t.ids_of_mails("zhao@mail.example");
        assert!(got.len() > 1, "whoever wrote has the answer by mail: {got:?}");
        let own = t.mail_texts("junior@staff.example");
        assert!(!own.last().unwrap().contains(&number), "the receipt for their own mail is about their own: {own:?}");
    }
}
