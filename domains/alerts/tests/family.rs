//! The circle of an elder is told by mail in fixed sentences: everybody who is welcome, nobody who is kept away, and nothing of
//! anybody in the words. On both databases.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use alerts::{AlertsConfig, Encryption, MailConfig};
use care::app::cards;
use care::app::contacts;
use care::app::finder::{self, Answer, Said};
use care::app::watch::{self, NewNeighbour, Side};
use care::model::watch::{AgreedWay, Step};
use care::model::{NewContact, Whom};
use kernel::ids::{AccountId, MatterId, PersonId};
use kernel::{Lang, Point, Purpose, Role};
use people::app::Flat;
use people::app::consents::By;
use people::app::persons::{self, For};
use people::model::Place;
use people::model::person::{Contact, GuardianName, Identity, NewGuardian, NewPerson};
use people::policy::MatterFacts;
use places::app::{SavePost, save_posts};
use places::{PostState, Tier, WeekHours};
use secrecy::SecretString;
use std::sync::Mutex;
use store::jobs::{Handlers, run_due};
use store::{Cx, params};
use testkit::{Kind, MailSink, Setup, World};
use uuid::Uuid;

struct Town {
    world: World,
    mail: Mutex<MailSink>,
    handlers: Handlers,
    elder: PersonId,
    officer: AccountId,
    token: String,
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let sets = [people::MIGRATIONS, places::MIGRATIONS, care::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS];
        let world = World::with(kind, &sets);
        let mail = MailSink::start();
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
            ..AlertsConfig::default()
        };
        let area = kernel::ids::AreaId(Uuid::from_u128(0xa1));
        let here = Place { area: Some(area), ..Place::default() };
        let officer = world.staff(Role::CommunityOfficer, here, "zhou", "周警官").0;
        let post = SavePost {
            id: None,
            tier: Tier::PolicePost,
            code: Some("QH".into()),
            name: "青禾警务站".into(),
            parent: None,
            address: "青禾路 1 号".into(),
            phone: "021-0571 0201".into(),
            point: Some(Point::new(121.5, 30.9).unwrap()),
            hours: WeekHours::always(),
            state: PostState::Running,
            serves: vec![],
            seen: None,
        };
        let post = world.act(move |cx| save_posts(cx, &[post])).saved[0].0;
        let made = world.act(move |cx| cards::make(cx, post, 1)).remove(0);
        let new = NewPerson {
            area,
            identity: Identity { name: "王桂芳".into(), ..Identity::default() },
            contact: Contact::default(),
            guardians: vec![NewGuardian {
                who: GuardianName { name: "李敏".into(), relation: "女儿".into() },
                phone: Some("021-0555 0102".into()),
            }],
        };
        let elder = world.act(move |cx| persons::register_person(cx, &Flat, &new));
        let handlers = alerts::handlers(config);
        let town = Self { world, mail: Mutex::new(mail), handlers, elder, officer, token: made.token };
        let code = made.code;
        town.working(move |cx, why| {
            cards::issue(cx, elder, why, &code)?;
            let guardian = persons::spoken_for(cx, elder)?[0].id;
            let new = |whom, mail: &str, barred: bool| NewContact {
                whom,
                mail: Some(mail.into()),
                lang: Lang::ZhCn,
                may_collect: !barred,
                barred,
            };
            contacts::add(cx, elder, why, &new(Whom::Guardian(guardian), "daughter@family.example", false))?;
            let other = Whom::Other { name: "王强".into(), relation: "前夫".into(), phone: None };
            contacts::add(cx, elder, why, &new(other, "barred@family.example", true))
        });
        town
    }
}

impl Town {
    fn working<T: Send + 'static>(&self, f: impl FnOnce(&mut Cx<'_>, &For) -> care::Result<T> + Send + 'static) -> T {
        let matter = MatterId(Uuid::from_u128(0x77));
        let facts = MatterFacts {
            id: matter,
            areas: vec![],
            posts: vec![],
            orgs: vec![],
            owner_seat: None,
            owner: self.officer,
            handlers: vec![],
            about_accounts: vec![],
            about_orgs: vec![],
            open: true,
        };
        let why = For::Matter(Box::new(facts));
        let who = self.world.who(self.officer, Purpose::Matter(matter));
        self.world.act_as(who, move |cx| f(cx, &why)).unwrap()
    }
    fn scan(&self, words: Option<&'static str>) {
        let token = self.token.clone();
        let done = self.world.act_as(self.world.public(), move |cx| {
            let Answer::Open(card) = finder::resolve(cx, &token)? else { panic!("the card opens") };
            finder::scanned(cx, &card)?;
            if let Some(words) = words {
                let said = Said { words: words.into(), ..Said::default() };
                finder::say(cx, &card, "0123456789abcdef0123456789abcdef", &said)?;
            }
            Ok::<_, care::Error>(())
        });
        done.unwrap();
        run_due(&self.world.house.rt, self.world.house.district, &self.handlers).unwrap();
    }
    fn notices(&self, kind: &'static str) -> i64 {
        self.world
            .look(move |cx| cx.query_one("SELECT COUNT(*) AS n FROM notice WHERE kind = $1", params![kind])?.i64("n"))
    }
}

testkit::both_databases! {
    fn the_family_who_asked_for_it_hears_at_once_that_a_neighbour_is_worried(t: Town) {
        let (elder, officer) = (t.elder, t.officer);
        let desk = || t.world.who(officer, Purpose::Administration);
        let new = NewNeighbour {
            key: Uuid::from_u128(1), name: "赵阿姨".into(), phone: "138 0555 0199".into(), called: "楼上王阿姨".into(),
            by: By::Subject, agreed: Some(AgreedWay::Phone),
        };
        let code = t.world.act_as(desk(), move |cx| watch::name(cx, elder, Side::Desk, &new)).unwrap().code;
        let press = || {
            let code = code.clone();
            let read = t.world.act_as(t.world.public(), {
                let code = code.clone();
                move |cx| Ok::<_, care::Error>(watch::view(cx, &code)?.1.map(|w| w.id))
            });
            let read = read.unwrap();
            t.world.act_as(t.world.public(), move |cx| watch::press(cx, &code, read)).unwrap();
            run_due(&t.world.house.rt, t.world.house.district, &t.handlers).unwrap();
        };
        let well = || {
            let done = t.world.act_as(desk(), |cx| {
                let id = watch::list(cx)?[0].id;
                let open = watch::open(cx, id)?;
                watch::step(cx, id, open.version, Step::Well)
            });
            done.unwrap();
            run_due(&t.world.house.rt, t.world.house.district, &t.handlers).unwrap();
        };
        let kinds = || t.world.look(|cx| {
            let rows = cx.query("SELECT kind, state FROM message WHERE to_contact IS NOT NULL ORDER BY kind", &[])?;
            rows.iter().map(|r| Ok((r.text("kind")?, r.text("state")?))).collect::<Result<Vec<_>, store::Error>>()
        });
        press();
        well();
        assert!(kinds().is_empty(), "nobody who did not ask for it");
        let daughter = t.world.look(move |cx| persons::spoken_for(cx, elder))[0].id;
        t.world.act_as(desk(), move |cx| watch::tell_guardian(cx, elder, Side::Desk, daughter, true)).unwrap();
        press();
        let sent = |kind: &str| (kind.to_owned(), "sent".to_owned());
        assert_eq!(kinds(), [sent("family-worry")]);
        well();
        assert_eq!(kinds(), [sent("family-worry"), sent("family-worry-over")]);
        let mail = t.mail.lock().unwrap();
        let read = |m: &testkit::Mail| format!("{:?} {} {}", m.to, m.header("Subject"), m.text());
        let all: String = mail.mails().iter().map(read).filter(|m| m.contains("@family.example")).collect();
        assert!(all.contains("daughter@family.example") && !all.contains("barred@") && all.contains("/p"), "{all}");
        for secret in ["王桂芳", "李敏", "赵阿姨", "王阿姨", "0555"] {
            assert!(!all.contains(secret), "{secret} stands in a mail");
        }
    }

    fn the_family_hears_of_a_scan_and_whoever_is_kept_away_of_nothing(t: Town) {
        t.scan(None);
        t.scan(Some("她在桥边，我的号码 021-0555 0999"));
        let states = t.world.look(|cx| {
            let rows = cx.query("SELECT kind, state FROM message WHERE to_contact IS NOT NULL ORDER BY kind", &[])?;
            rows.iter().map(|r| Ok((r.text("kind")?, r.text("state")?))).collect::<Result<Vec<_>, store::Error>>()
        });
        let sent = |kind: &str| (kind.to_owned(), "sent".to_owned());
        assert_eq!(states, [sent("family-message"), sent("family-scan")], "once each, and to one of the two");
        let mail = t.mail.lock().unwrap();
        let read = |m: &testkit::Mail| format!("{:?} {} {}", m.to, m.header("Subject"), m.text());
        let all: String = mail.mails().iter().map(read).collect();
        assert!(all.contains("值班电话"), "{all}");
        assert!(all.contains("daughter@family.example") && !all.contains("barred@"), "{all}");
        for secret in ["王桂芳", "李敏", "王强", "桥边", "0555"] {
            assert!(!all.contains(secret), "{secret} stands in a mail");
        }
        assert_eq!((t.notices("card_scanned"), t.notices("finder_message")), (1, 1), "the desk hears of it, too");
        let _ = t.elder;
    }

    /// A second guardian hears of it, whoever did it does not, a neighbour neither; the committee by a notice without a name.
    fn a_change_by_the_family_is_told_to_the_other_guardians_and_the_committee(t: Town) {
        let (elder, officer) = (t.elder, t.officer);
        let head = t.world.staff(Role::DutyOfficer, Place { area: Some(kernel::ids::AreaId(Uuid::from_u128(0xa1))), ..Place::default() }, "second", "二位").0;
        let link = t.working(move |cx, why| {
            let son = NewGuardian { who: GuardianName { name: "李强".into(), relation: "儿子".into() }, phone: None };
            let son = persons::add_guardian(cx, elder, why, &son)?;
            let to = |whom, mail: &str| NewContact { whom, mail: Some(mail.into()), lang: Lang::ZhCn, may_collect: true, barred: false };
            contacts::add(cx, elder, why, &to(Whom::Guardian(son), "son@family.example"))?;
            let neighbour = Whom::Other { name: "周邻居".into(), relation: "邻居".into(), phone: None };
            contacts::add(cx, elder, why, &to(neighbour, "neighbour@family.example"))?;
            let daughter = persons::spoken_for(cx, elder)?[0].id;
            let code = people::app::links::issue(cx, elder, why, Some(daughter), people::app::links::Proof::IdCard)?.code;
            Ok(people::app::links::find_by_code(cx, &code)?)
        });
        let matter = MatterId(Uuid::from_u128(0x77));
        let facts = MatterFacts {
            id: matter, areas: vec![], posts: vec![], orgs: vec![], owner_seat: None, owner: head, handlers: vec![],
            about_accounts: vec![], about_orgs: vec![], open: true,
        };
        let why = For::Matter(Box::new(facts));
        let second = t.world.who(head, Purpose::Matter(matter));
        t.world.act_as(second, move |cx| people::app::links::confirm(cx, elder, &why, link.link)).unwrap();
        let daughter = store::Who::new(kernel::Actor::subject(t.world.house.district, elder), Purpose::OwnRecord);
        t.world.act_as(daughter, move |cx| {
            let words = care::app::family::Daily { habits: "傍晚去河边".into(), ..Default::default() };
            care::app::family::write_daily(cx, &link, 0, &words)
        }).unwrap();
        run_due(&t.world.house.rt, t.world.house.district, &t.handlers).unwrap();
        let mail = t.mail.lock().unwrap();
        let read = |m: &testkit::Mail| format!("{:?} {} {}", m.to, m.header("Subject"), m.text());
        let all: String = mail.mails().iter().map(read).collect();
        assert!(all.contains("son@family.example") && all.contains("照护计划有改动"), "{all}");
        for not in ["daughter@", "neighbour@", "barred@", "李强", "王桂芳", "河边"] {
            assert!(!all.contains(not), "{not}: {all}");
        }
        assert_eq!(t.notices("care_changed"), 1);
        let to = t.world.look(|cx| cx.query_one("SELECT account_id, number FROM notice WHERE kind = 'care_changed'", &[])
            .and_then(|r| Ok((r.id::<AccountId>("account_id")?, r.text("number")?))));
        assert_eq!(to, (officer, "K-00001".to_owned()), "no committee worker is there: the officer of the area");
    }
}
