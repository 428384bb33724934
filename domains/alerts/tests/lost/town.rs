//! A town with a post, a committee, a volunteer and an elder with three relatives, one of them kept away.

use alerts::app::notices;
use alerts::{AlertsConfig, Encryption, MailConfig, RobotConfig, RobotKind, SmsConfig};
use care::model::contact::{NewContact, Whom};
use kernel::ids::{AccountId, CaseId, ContactId, OrgId, PersonId, PostId};
use kernel::{Lang, Point, Purpose, Role};
use lost::app::family::FamilyKey;
use lost::app::{self, Reported};
use lost::model::{Described, HandOver, How, Kind, PlaceKind, Proof, Receiver, Report, Reporter, ScenePlace};
use people::app::accounts::{NewAccount, create_account};
use people::app::persons::{self, For};
use people::app::{Flat, NewTerm, orgs};
use people::model::person::{Contact, Identity, NewPerson};
use people::model::{OrgKind, Place};
use places::app::{AreaChanges, SaveArea, SavePost, save_areas, save_posts};
use places::{AreaKind, Outline, PostState, Tier, WeekHours};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Mutex;
use store::Cx;
use store::jobs::{Handlers, run_due};
use testkit::{HttpSink, Kind as DbKind, Mail, MailSink, Setup, World};

pub(crate) struct Town {
    pub world: World,
    pub sink: Mutex<MailSink>,
    pub handlers: Handlers,
    pub post: PostId,
    /// Plays the gateway of text messages and the robot of a chat group.
    pub http: Mutex<HttpSink>,
    pub committee: OrgId,
    pub duty: AccountId,
    pub worker: AccountId,
    pub volunteer: AccountId,
    pub elder: PersonId,
}

fn config(sink: &MailSink, http: &HttpSink) -> AlertsConfig {
    let server = sink.addr();
    AlertsConfig {
        mail: Some(MailConfig {
            host: server.ip().to_string(),
            port: server.port(),
            encryption: Encryption::None,
            user: String::new(),
            password: SecretString::from(""),
            from: "睦邻 <no-reply@mulin.example>".into(),
            reply_to: "intake@mulin.example".into(),
        }),
        public_url: "https://mulin.example/".into(),
        duty_phone: "021-0571 0110".into(),
        sms: Some(SmsConfig {
            url: http.url("/sms"),
            get: false,
            form: false,
            headers: Vec::new(),
            body: json!({ "to": "{phone}", "text": "{text}" }),
            code: "/Code".into(),
            taken: "OK".into(),
            message_id: "/BizId".into(),
            refused: Vec::new(),
            signature: "和邻区睦邻".into(),
            receipts: None,
        }),
        robots: vec![RobotConfig {
            name: "desk".into(),
            kind: RobotKind::WeCom,
            url: http.url("/robot?key=geheim").into(),
            secret: SecretString::from(""),
            events: vec!["lost".into()],
        }],
        ..AlertsConfig::default()
    }
}

impl Setup for Town {
    fn setup(kind: DbKind) -> Self {
        let sets = [
            people::MIGRATIONS,
            places::MIGRATIONS,
            care::MIGRATIONS,
            lost::MIGRATIONS,
            ::locators::MIGRATIONS,
            matters::MIGRATIONS,
            alerts::MIGRATIONS,
        ];
        let world = World::with(kind, &sets);
        let (community, post) = ground(&world);
        let new = orgs::NewOrg {
            kind: OrgKind::Committee,
            name: "桂花里居委会".into(),
            parent: None,
            area: Some(community),
            post: None,
            phone: None,
        };
        let committee = world.act(move |cx| orgs::create_org(cx, &new));
        let sit = |role, place, login: &str, lang| {
            let new = NewAccount {
                login: login.into(),
                display_name: login.into(),
                email: Some(format!("{login}@staff.example")),
                lang,
                ..NewAccount::default()
            };
            let account = world.act(move |cx| create_account(cx, &new));
            let seat = world.seat(role, place, login);
            world.sit(NewTerm::holder(seat, account));
            account
        };
        let here = Place { post: Some(post), ..Place::default() };
        let duty = sit(Role::DutyOfficer, here, "duty", Lang::ZhCn);
        let office = Place { org: Some(committee), area: Some(community), ..Place::default() };
        let worker = sit(Role::CommitteeWorker, office, "worker", Lang::En);
        let near = Place { area: Some(community), ..Place::default() };
        let volunteer = sit(Role::Volunteer, near, "volunteer", Lang::ZhCn);
        let person = NewPerson {
            area: community,
            identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1941), id_number: None },
            contact: Contact { phone: None, address: Some("桂花里 3 号".into()), language: None },
            guardians: Vec::new(),
        };
        let elder = world.act(move |cx| persons::register_person(cx, &Flat, &person));
        let (sink, http) = (MailSink::start(), HttpSink::start());
        http.answer(200, &[], r#"{"Code":"OK","BizId":"1","errcode":0}"#);
        let handlers = lost::jobs::handlers()
            .merge(::locators::jobs::handlers())
            .merge(care::handlers())
            .merge(alerts::handlers(config(&sink, &http)));
        let handlers = handlers.on("seat.turned", |_, _| Ok(()));
        Self {
            world,
            sink: Mutex::new(sink),
            http: Mutex::new(http),
            handlers,
            post,
            committee,
            duty,
            worker,
            volunteer,
            elder,
        }
    }
}

fn ground(world: &World) -> (kernel::ids::AreaId, PostId) {
    let area = |kind, code: &str, name: &str| {
        SaveArea::new(kind, Some(code), name).outlined(Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap())
    };
    let save = vec![
        area(AreaKind::District, "d", "和邻区"),
        area(AreaKind::Town, "t", "青禾镇").within("d"),
        area(AreaKind::Community, "c", "桂花里").within("t"),
        area(AreaKind::Police, "p", "青禾警务区"),
    ];
    let saved = world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved;
    let post = SavePost {
        id: None,
        tier: Tier::PolicePost,
        code: Some("P1".into()),
        name: "青禾警务站".into(),
        parent: None,
        address: "青禾路 1 号".into(),
        phone: "021-0571 0222".into(),
        point: Some(Point::new(121.45, 30.9).unwrap()),
        hours: WeekHours::always(),
        state: PostState::Running,
        serves: vec!["p".into()],
        seen: None,
    };
    (saved[2].0, world.act(move |cx| save_posts(cx, &[post])).saved[0].0)
}

impl Town {
    pub(crate) fn found(&self) -> Reported {
        let report = Report {
            key: None,
            kind: Kind::Found,
            place: ScenePlace {
                point: Some(Point::new(121.451, 30.9).unwrap()),
                words: Some("老街口".into()),
                ..ScenePlace::default()
            },
            words: "穿蓝色上衣".into(),
            described: Described::default(),
            seen_at: None,
            reporter: Reporter { phone: Some("021-0555 0111".into()), ..Reporter::anonymous(Lang::ZhCn) },
            person: None,
        };
        let who = self.world.who(self.volunteer, Purpose::OwnMatter);
        self.world.act_as(who, move |cx| app::report(cx, &report)).unwrap()
    }
    /// With the version that is there now.
    pub(crate) fn step<T: Send + 'static>(
        &self,
        who: AccountId,
        case: CaseId,
        f: impl FnOnce(&mut Cx<'_>, i64) -> lost::Result<T> + Send + 'static,
    ) -> T {
        let who = self.world.who(who, Purpose::Case(case));
        let done = self.world.act_as(who, move |cx| {
            let seen = app::load(cx, case)?.version;
            f(cx, seen)
        });
        done.unwrap_or_else(|e| panic!("{e:?}"))
    }
    pub(crate) fn identify(&self, case: CaseId) {
        let elder = self.elder;
        self.step(self.duty, case, move |cx, v| app::identified(cx, case, v, elder, How::Committee));
    }
    pub(crate) fn contact(&self, case: CaseId, name: &'static str, mail: &'static str, barred: bool) -> ContactId {
        let elder = self.elder;
        self.step(self.duty, case, move |cx, _| {
            let why: For = app::in_the_name_of(cx, case, elder)?;
            let new = NewContact {
                whom: Whom::Other { name: name.into(), relation: "家属".into(), phone: Some("021-0555 0199".into()) },
                mail: Some(mail.into()),
                lang: Lang::ZhCn,
                may_collect: !barred,
                barred,
            };
            Ok(care::app::contacts::add(cx, elder, &why, &new)?)
        })
    }
    /// Kept away from now on.
    pub(crate) fn bar(&self, case: CaseId, contact: ContactId) {
        let elder = self.elder;
        self.step(self.duty, case, move |cx, _| {
            let why: For = app::in_the_name_of(cx, case, elder)?;
            let new = NewContact {
                whom: Whom::Other {
                    name: "李敏".into(), relation: "家属".into(), phone: Some("021-0555 0199".into())
                },
                mail: Some("limin@family.example".into()),
                lang: Lang::ZhCn,
                may_collect: false,
                barred: true,
            };
            Ok(care::app::contacts::change(cx, elder, &why, contact, &new)?)
        });
    }
    /// What a link of the family opens.
    pub(crate) fn key(&self, link: &str) -> Option<FamilyKey> {
        let link = link.to_owned();
        self.world.act_as(self.world.public(), move |cx| app::family::find_by_link(cx, &link)).ok()
    }
    pub(crate) fn to_contact(id: ContactId) -> HandOver {
        HandOver {
            receiver: Receiver::Contact { id, barred: false },
            proof: Proof::IdCard,
            place: PlaceKind::Post,
            override_reason: None,
            code: None,
            signature: None,
        }
    }
    pub(crate) fn run(&self) {
        run_due(&self.world.house.rt, self.world.house.district, &self.handlers).unwrap();
    }
    pub(crate) fn advance(&self, minutes: i64) {
        self.world.house.clock.advance_secs(minutes * 60);
        self.run();
    }
    /// Kinds and where they lead, the oldest first.
    pub(crate) fn notices(&self, who: AccountId) -> Vec<(String, String)> {
        let who = self.world.who(who, Purpose::OwnMatter);
        let list = self.world.house.rt.read_now(who, |cx| notices::list(cx, None, 50)).unwrap();
        let mut all: Vec<_> =
            list.into_iter().map(|n| (n.kind.clone(), notices::leads_to(&n.kind, n.matter).unwrap())).collect();
        all.reverse();
        all
    }
    /// What went there, the oldest first.
    pub(crate) fn sent(&self, to: &str) -> Vec<Value> {
        let all = self.http.lock().unwrap().requests();
        all.iter().filter(|r| r.target.starts_with(to)).map(|r| serde_json::from_slice(&r.body).unwrap()).collect()
    }
    /// A link of the family, as it stands in a message.
    pub(crate) fn link_in(text: &str) -> String {
        let rest = text.split("/k/").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
    }
    pub(crate) fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mails = self.sink.lock().unwrap().mails();
        mails.into_iter().filter(|m| m.to.iter().any(|to| to == address)).collect()
    }
}
