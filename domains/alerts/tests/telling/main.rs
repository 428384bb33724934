//! Notices and mail on both databases, against a real mail server that can be stopped, refuse and hang up.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod killed;

use alerts::app::{dead, log, notices};
use alerts::{AlertsConfig, Encryption, MailConfig};
use kernel::ids::{AccountId, AreaId, MatterId, SeatId};
use kernel::{Lang, Purpose, Role};
use matters::app::{self, Act, Raise, RaisedPlace, RaiserInput, Receipt};
use matters::model::{Channel, Command, ContactOutcome, DeliveryResult, Origin, Outcome, State, WaitReason};
use people::app::accounts::{NewAccount, create_account};
use people::app::{Flat, NewTerm};
use people::model::Place;
use secrecy::SecretString;
use store::jobs::{Handlers, run_due};
use testkit::{Kind, Mail, MailSink, Mood, Setup, World};
use uuid::Uuid;

const AREA: AreaId = AreaId(Uuid::from_u128(0xa1));

/// A community with an owner and two who check, and a mail server.
struct Town {
    world: World,
    sink: std::sync::Mutex<MailSink>,
    handlers: Handlers,
    worker: (AccountId, SeatId),
    head: (AccountId, SeatId),
}

fn config(sink: &MailSink) -> AlertsConfig {
    config_of(sink.addr())
}

fn config_of(server: std::net::SocketAddr) -> AlertsConfig {
    AlertsConfig {
        anchors_to: vec!["keeper@elsewhere.example".into()],
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
        ..AlertsConfig::default()
    }
}

fn all_handlers(config: AlertsConfig) -> Handlers {
    people::app::turns::handlers().merge(matters::jobs::handlers()).merge(alerts::handlers(config))
}

impl Setup for Town {
    fn setup(kind: Kind) -> Self {
        let sets = [people::MIGRATIONS, places::MIGRATIONS, matters::MIGRATIONS, alerts::MIGRATIONS];
        let world = World::with(kind, &sets);
        world.act(app::seed_classes);
        let sink = MailSink::start();
        let handlers = all_handlers(config(&sink));
        let here = Place { area: Some(AREA), ..Place::default() };
        let sit = |role, login: &str, name: &str, lang| {
            let new = NewAccount {
                login: login.into(),
                display_name: name.into(),
                email: Some(format!("{login}@staff.example")),
                lang,
                ..NewAccount::default()
            };
            let account = world.act(move |cx| create_account(cx, &new));
            let seat = world.seat(role, here, name);
            world.sit(NewTerm::holder(seat, account));
            (account, seat)
        };
        let worker = sit(Role::CommitteeWorker, "worker", "王明", Lang::ZhCn);
        let head = sit(Role::PostHead, "head", "陈站", Lang::En);
        Self { sink: std::sync::Mutex::new(sink), handlers, worker, head, world }
    }
}

impl Town {
    fn raise(&self) -> Receipt {
        self.raise_by(Channel::Email)
    }
    /// By somebody who left an e-mail address and a telephone number and wants the answer this way.
    fn raise_by(&self, channel: Channel) -> Receipt {
        let raise = Raise {
            key: None,
            class: "dispute".into(),
            text: "楼上半夜拖家具".into(),
            place: RaisedPlace { area: Some(AREA), ..RaisedPlace::default() },
            raiser: RaiserInput {
                anonymous: false,
                name: Some("赵一𠮷".into()),
                phone: Some("021-0571 0199".into()),
                email: Some("zhao@raiser.example".into()),
                address: None,
                channel,
                lang: Lang::ZhCn,
            },
            origin: Origin::Web,
        };
        self.world.act_as(self.world.public(), move |cx| app::raise(cx, raise)).unwrap()
    }
    fn act(&self, who: AccountId, matter: MatterId, command: Command) {
        let kind = command.kind();
        let who = self.world.who(who, Purpose::Matter(matter));
        self.world
            .act_as(who, move |cx| app::act(cx, Act::new(matter, command)))
            .unwrap_or_else(|e| panic!("{kind:?}: {e:?}"));
    }
    fn submit(&self, matter: MatterId) {
        let me = self.worker.0;
        self.act(me, matter, Command::Sign);
        self.act(me, matter, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        self.act(me, matter, Command::Submit { outcome: Outcome::Done, answer: "已经处理好了。".into() });
    }
    fn answered(&self, matter: MatterId) {
        self.submit(matter);
        self.act(self.head.0, matter, Command::Verify { note: None });
        self.act(self.worker.0, matter, Command::Answer);
    }
    fn run(&self) {
        run_due(&self.world.house.rt, self.world.house.district, &self.handlers).unwrap();
    }
    /// Moves the clock in steps, as the worker would meet the jobs on the way.
    fn wait_hours(&self, hours: i64) {
        for _ in 0..hours * 2 {
            self.world.house.clock.advance_secs(1_800);
            self.run();
        }
    }
    fn mails_to(&self, address: &str) -> Vec<Mail> {
        let mails = self.sink.lock().unwrap().mails();
        mails.into_iter().filter(|m| m.to.iter().any(|to| to == address)).collect()
    }
    fn mood(&self, mood: Mood) {
        self.sink.lock().unwrap().mood(mood);
    }
    fn notices(&self, who: AccountId) -> Vec<String> {
        let who = self.world.who(who, Purpose::OwnMatter);
        let list = self.world.house.rt.read_now(who, |cx| notices::list(cx, None, 50)).unwrap();
        list.into_iter().map(|n| n.kind).collect()
    }
    fn deliveries(&self, matter: MatterId) -> Vec<DeliveryResult> {
        let who = self.world.who(self.world.first.coordinator, Purpose::Matter(matter));
        let detail = self.world.act_as(who, move |cx| app::detail(cx, matter)).unwrap();
        detail.deliveries.iter().map(|d| d.result).collect()
    }
    fn state(&self, matter: MatterId) -> State {
        let who = self.world.who(self.world.first.coordinator, Purpose::Matter(matter));
        self.world.act_as(who, move |cx| app::detail(cx, matter)).unwrap().line.state
    }
    fn attempts(&self, matter: MatterId) -> Vec<String> {
        let who = self.world.who(self.world.first.coordinator, Purpose::Matter(matter));
        let lines = self.world.house.rt.read_now(who, move |cx| log::of_matter(cx, matter)).unwrap();
        lines
            .into_iter()
            .filter(|l| l.kind == "answer")
            .map(|l| format!("{} {}", l.result, l.detail).trim().to_owned())
            .collect()
    }
}

testkit::both_databases! {
    fn the_supervisor_of_an_urgent_look_hears_by_mail_too_and_reads_nothing_of_anybody(t: Town) {
        let window = kernel::ids::WindowId(uuid::Uuid::from_u128(0x00ab_cdef));
        let head = t.head.0;
        t.world.act(move |cx| {
            let what = people::app::break_glass::TellSupervisor { window, account: head };
            let payload = serde_json::to_value(&what).unwrap();
            let kind = people::app::break_glass::TellSupervisor::OPENED;
            cx.enqueue(store::NewJob { kind, key: window.to_string(), run_at: cx.now, payload }).map(drop)
        });
        t.run();
        t.run();
        assert_eq!(t.notices(head), ["break_glass"]);
        let mails = t.mails_to("head@staff.example");
        let [mail] = mails.as_slice() else { panic!("{} mails", mails.len()) };
        assert!(mail.header("Subject").contains("ABCDEF") && mail.text().contains("/en/desk/break-glass"), "{mail:?}");
    }

    /// R2: accepted by the server, not bounced in 24 hours: that is the proof, and the matter closes by itself.
    fn an_answer_by_mail_is_proven_after_a_day(t: Town) {
        let r = t.raise();
        t.answered(r.matter);
        t.run();
        let mails = t.mails_to("zhao@raiser.example");
        assert_eq!(mails.len(), 1);
        let code: String = r.code.chars().filter(char::is_ascii_alphanumeric).collect();
        let body = mails[0].text();
        assert!(body.contains("https://mulin.example/t/"), "{body}");
        assert!(body.replace('-', "").contains(&code), "the link is the raiser's own: {body}");
        assert!(body.contains("021-0571 0110"));
        assert!(!body.contains("拖家具") && !body.contains("已经处理好了"), "neither question nor answer travel by mail");
        assert!(mails[0].header("Subject").contains(&r.number));
        assert_eq!(t.deliveries(r.matter), [DeliveryResult::EmailAccepted]);
        assert_eq!(t.state(r.matter), State::Answered, "accepted is not yet proof");
        t.wait_hours(23);
        assert_eq!(t.state(r.matter), State::Answered);
        t.wait_hours(2);
        assert_eq!(t.state(r.matter), State::Closed);
        assert_eq!(t.mails_to("zhao@raiser.example").len(), 1);
    }

    /// Whoever reads the answer on the page is told by mail that it is there, with the same proof.
    fn an_address_left_beside_the_page_is_told_too(t: Town) {
        let r = t.raise_by(Channel::Page);
        t.answered(r.matter);
        t.run();
        let mails = t.mails_to("zhao@raiser.example");
        assert_eq!(mails.len(), 1);
        assert!(mails[0].header("Subject").contains("有答复了"));
        assert_eq!(t.deliveries(r.matter), [DeliveryResult::EmailAccepted]);
        t.wait_hours(25);
        assert_eq!(t.state(r.matter), State::Closed);
    }

    /// Somebody who was promised a call gets the call; the mail is a copy and proves nothing.
    fn a_promised_call_stays_promised(t: Town) {
        let r = t.raise_by(Channel::Phone);
        t.answered(r.matter);
        t.run();
        let mails = t.mails_to("zhao@raiser.example");
        assert_eq!(mails.len(), 1);
        let body = mails[0].text();
        assert!(body.contains("/t/") && body.contains(&r.number) && !body.contains("已经处理好了"), "{body}");
        assert!(t.notices(t.worker.0).contains(&"bring_answer".to_owned()));
        t.wait_hours(30);
        assert!(t.deliveries(r.matter).is_empty());
        assert_eq!(t.state(r.matter), State::Answered);
    }

    fn what_is_needed_from_the_raiser_is_mailed_as_number_and_link(t: Town) {
        let r = t.raise_by(Channel::Phone);
        let me = t.worker.0;
        t.act(me, r.matter, Command::Sign);
        t.act(me, r.matter, Command::Contact { outcome: ContactOutcome::Written, note: Some("请问几点最吵？".into()) });
        t.run();
        let until = t.world.house.rt.now().plus_days(3);
        let ask = || Command::Wait { reason: WaitReason::Raiser, until, note: Some("请发一段录音".into()) };
        t.act(me, r.matter, ask());
        t.run();
        t.wait_hours(2);
        let mails = t.mails_to("zhao@raiser.example");
        let subjects: Vec<_> = mails.iter().map(|m| m.header("Subject")).collect();
        assert_eq!(subjects.len(), 2, "{subjects:?}");
        assert!(subjects.iter().any(|s| s.contains("给您写了话")) && subjects.iter().any(|s| s.contains("需要您补充")));
        for mail in &mails {
            let all = format!("{}{}", mail.header("Subject"), mail.text());
            assert!(all.contains(&r.number) && all.contains("https://mulin.example/t/"), "{all}");
            for words in ["几点", "录音", "拖家具", "赵一", "王明"] {
                assert!(!all.contains(words), "{words} in {all}");
            }
        }
        assert!(t.deliveries(r.matter).is_empty(), "no proof of anything");

        // Asked while the mail server is down, and no longer needed when it is back.
        t.act(me, r.matter, Command::Resume);
        t.sink.lock().unwrap().stop();
        t.act(me, r.matter, ask());
        t.run();
        t.act(me, r.matter, Command::Resume);
        t.sink.lock().unwrap().start_again();
        t.wait_hours(3);
        assert_eq!(t.mails_to("zhao@raiser.example").len(), 2);

        // An address that refuses: whoever waits is told to call.
        t.mood(Mood::RefuseRecipient("550 5.1.1 unknown".into()));
        t.act(me, r.matter, ask());
        t.run();
        assert!(t.notices(me).contains(&"word_failed".to_owned()));
        assert!(t.deliveries(r.matter).is_empty());
    }

    fn staff_mail_holds_nothing_about_the_raiser(t: Town) {
        let r = t.raise();
        t.run();
        let mails = t.mails_to("worker@staff.example");
        assert_eq!(mails.len(), 1);
        let all = format!("{}{}", mails[0].header("Subject"), mails[0].text());
        assert!(all.contains(&r.number) && all.contains(&format!("/desk/matters/{}", r.matter)), "{all}");
        let code: String = r.code.chars().filter(char::is_ascii_alphanumeric).collect();
        for secret in ["赵一", "zhao", "拖家具", "/t/", code.as_str()] {
            assert!(!all.replace('-', "").contains(secret), "{secret} in {all}");
        }
        assert_eq!(t.notices(t.worker.0), ["new"]);
        t.submit(r.matter);
        t.run();
        assert_eq!(t.notices(t.head.0), ["verify"], "the head of the place checks, not the handler");
        let english = &t.mails_to("head@staff.example")[0];
        assert!(english.header("Subject").contains("waits for your check"), "each in their own language");
        assert!(english.text().contains("https://mulin.example/en/desk/matters/"));
    }

    /// Nothing is lost while the mail server is down, and its being down is no attempt to reach anybody.
    fn a_mail_server_that_is_down_delays_and_loses_nothing(t: Town) {
        let r = t.raise();
        t.run();
        t.sink.lock().unwrap().stop();
        t.answered(r.matter);
        t.run();
        t.wait_hours(3);
        assert!(t.mails_to("zhao@raiser.example").is_empty());
        assert!(t.deliveries(r.matter).is_empty());
        assert!(t.attempts(r.matter).len() >= 3, "{:?}", t.attempts(r.matter));
        assert!(t.attempts(r.matter).iter().all(|a| a.starts_with("later the ")), "{:?}", t.attempts(r.matter));
        t.sink.lock().unwrap().start_again();
        t.wait_hours(4);
        assert_eq!(t.mails_to("zhao@raiser.example").len(), 1);
        assert_eq!(t.deliveries(r.matter), [DeliveryResult::EmailAccepted]);
        assert_eq!(t.mails_to("head@staff.example").len(), 1, "the waiting mail to staff came too");
    }

    /// An address that does not exist: three logged attempts on three days, and the owner is asked to bring the answer.
    fn an_address_that_refuses_is_tried_three_times_and_the_owner_told(t: Town) {
        let r = t.raise();
        t.run();
        t.answered(r.matter);
        t.mood(Mood::RefuseRecipient("550 5.1.1 zhao@raiser.example unknown".into()));
        t.run();
        assert_eq!(t.deliveries(r.matter), [DeliveryResult::EmailFailed]);
        assert_eq!(t.attempts(r.matter), ["refused refused with 550"], "the address does not stand in the log");
        assert!(t.notices(t.worker.0).contains(&"mail_failed".to_owned()));
        t.wait_hours(50);
        assert_eq!(t.deliveries(r.matter).len(), 3);
        assert_eq!(t.state(r.matter), State::Closed, "three failed attempts let it close (R2)");
        let told = t.notices(t.worker.0).iter().filter(|k| *k == "mail_failed").count();
        assert_eq!(told, 1);
    }

    /// The server took the mail and hung up before saying so: it goes out again under the same id.
    fn a_lost_confirmation_repeats_the_same_mail(t: Town) {
        let r = t.raise();
        t.submit(r.matter);
        t.run();
        t.act(t.head.0, r.matter, Command::Verify { note: None });
        t.act(t.worker.0, r.matter, Command::Answer);
        t.mood(Mood::DropAfterMail);
        t.run();
        t.mood(Mood::Accept);
        t.wait_hours(1);
        let mails = t.mails_to("zhao@raiser.example");
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
        assert_eq!(t.deliveries(r.matter), [DeliveryResult::EmailAccepted], "counted once");
    }

    fn a_bounce_takes_the_delivery_back(t: Town) {
        let r = t.raise();
        t.answered(r.matter);
        t.run();
        let id = t.mails_to("zhao@raiser.example")[0].header("Message-ID");
        let id = Uuid::parse_str(id.trim_start_matches('<').split('@').next().unwrap()).unwrap();
        let who = store::Who::system(t.world.house.district, people::policy::jobs::DELIVERY);
        assert!(t.world.act_as(who.clone(), move |cx| log::bounced(cx, id)).unwrap());
        assert!(!t.world.act_as(who, move |cx| log::bounced(cx, id)).unwrap(), "once");
        t.wait_hours(30);
        assert_eq!(t.state(r.matter), State::Answered, "no proof");
        assert!(t.notices(t.worker.0).contains(&"mail_failed".to_owned()));
    }

    /// J11: whoever lost the seat meanwhile gets no mail about it.
    fn a_predecessor_gets_no_more_mail(t: Town) {
        t.sink.lock().unwrap().stop();
        let r = t.raise();
        t.run();
        let (worker, seat, head) = (t.worker.0, t.worker.1, t.world.person("next", "后任"));
        t.world.act(move |cx| people::app::hand_over(cx, &Flat, seat, head, None));
        t.sink.lock().unwrap().start_again();
        t.wait_hours(1);
        assert!(t.mails_to("worker@staff.example").is_empty());
        assert_eq!(t.notices(head), ["inherited"]);
        assert_eq!(t.notices(worker), ["new"], "what was told before stays, the matter itself is closed to them");
        let who = t.world.who(worker, Purpose::Matter(r.matter));
        assert!(t.world.act_as(who, move |cx| app::detail(cx, r.matter)).is_err());
    }

    fn the_ladder_tells_owner_then_supervisor_then_the_next_one(t: Town) {
        let r = t.raise();
        t.run();
        t.world.act(app::ensure_timers);
        t.wait_hours(24 * 12);
        let mine = t.notices(t.worker.0);
        assert!(mine.contains(&"yellow".to_owned()) && mine.contains(&"red".to_owned()), "{mine:?}");
        assert_eq!(t.notices(t.head.0).iter().filter(|k| *k == "supervisor").count(), 1);
        assert_eq!(t.notices(t.world.first.coordinator).iter().filter(|k| *k == "next_level").count(), 1);
        let _ = r;
    }

    fn notices_are_read_once_and_only_by_their_owner(t: Town) {
        let r = t.raise();
        t.run();
        let me = t.world.who(t.worker.0, Purpose::OwnMatter);
        let unread = |who: store::Who| t.world.house.rt.read_now(who, notices::unread).unwrap();
        assert_eq!(unread(me.clone()), 1);
        assert_eq!(unread(t.world.who(t.head.0, Purpose::OwnMatter)), 0);
        let now = t.world.house.rt.now();
        let other = t.world.who(t.head.0, Purpose::OwnMatter);
        assert_eq!(t.world.act_as(other, move |cx| notices::mark_read(cx, now)).unwrap(), 0);
        assert_eq!(t.world.act_as(me.clone(), move |cx| notices::mark_matter_read(cx, r.matter)).unwrap(), 1);
        assert_eq!(unread(me), 0);
        assert!(t.world.house.rt.read_now(t.world.public(), notices::unread).is_err());
    }

    /// After about two days of trying, a message is a dead letter: shown, sent again, or given up with a reason.
    fn dead_letters_can_be_sent_again(t: Town) {
        let r = t.raise();
        t.run();
        t.answered(r.matter);
        t.mood(Mood::RefuseMail("451 4.3.0 try later".into()));
        t.run();
        t.wait_hours(24 * 4);
        let admin = || t.world.who(t.world.first.system, Purpose::Administration);
        let letters = t.world.house.rt.read_now(admin(), dead::list).unwrap();
        assert!(letters.iter().any(|l| l.kind == "mail.send" && l.error == "put off with 451"), "{letters:?}");
        assert_eq!(t.deliveries(r.matter), [DeliveryResult::EmailFailed], "giving up is one attempt that failed");
        assert!(t.notices(t.worker.0).contains(&"mail_failed".to_owned()));
        let nosy = t.world.who(t.worker.0, Purpose::Administration);
        assert!(t.world.house.rt.read_now(nosy, dead::list).is_err());
        t.mood(Mood::Accept);
        let numbers: Vec<i64> = letters.iter().map(|l| l.n).collect();
        for n in numbers.iter().skip(1).copied() {
            assert!(t.world.act_as(admin(), move |cx| dead::discard(cx, n, " ")).is_err(), "needs a reason");
            t.world.act_as(admin(), move |cx| dead::discard(cx, n, "收件人已调走")).unwrap();
        }
        let answer = numbers[0];
        t.world.act_as(admin(), move |cx| dead::retry(cx, answer)).unwrap();
        t.run();
        assert!(t.world.house.rt.read_now(admin(), dead::list).unwrap().is_empty());
    }
}

#[test]
fn without_a_mail_server_the_owner_brings_the_answer() {
    let mut t = Town::setup(Kind::Sqlite);
    let none = AlertsConfig { mail: None, ..config(&t.sink.lock().unwrap()) };
    t.handlers = all_handlers(none);
    let r = t.raise();
    t.answered(r.matter);
    t.run();
    assert!(t.notices(t.worker.0).contains(&"bring_answer".to_owned()));
    assert!(t.sink.lock().unwrap().mails().is_empty());
}
