//! A call for help of a watch: the circle and the post hear of it, without a name and without a place.

use crate::holds_nothing_of_anybody;
use crate::town::Town;
use ::locators::app::devices::{self, Bind, Profile};
use ::locators::app::{answers, desk, take_in};
use ::locators::model::{Answer, Taken, Thing};
use kernel::ids::MatterId;
use kernel::{Datum, Purpose};
use people::app::persons::For;
use people::policy::MatterFacts;
use testkit::both_databases;
use trackers::{Alarms, Protocol, Status};
use uuid::Uuid;

const MATTER: MatterId = MatterId(Uuid::from_u128(0x77));

impl Town {
    fn binds(&self) {
        let facts = MatterFacts {
            id: MATTER,
            areas: vec![],
            posts: vec![self.post],
            orgs: vec![],
            owner_seat: None,
            owner: self.duty,
            handlers: vec![],
            about_accounts: vec![],
            about_orgs: vec![],
            open: true,
        };
        let profile = Profile {
            number: "1234567890".into(),
            thing: Thing::Watch,
            protocol: Protocol::Watch,
            model: String::new(),
            datum: Datum::Wgs84,
        };
        let (elder, new) = (self.elder, Bind { profile, name: "手表".into() });
        let who = self.world.who(self.duty, Purpose::Matter(MATTER));
        let why = For::Matter(Box::new(facts));
        self.world.act_as(who, move |cx| devices::bind(cx, elder, &why, &new)).unwrap();
    }
    fn presses(&self) {
        let received = self.world.house.rt.now();
        let locator = self.world.look(|cx| cx.query_one("SELECT id FROM locator", &[])?.id("id"));
        let status = Status { time: Some(received), alarms: Alarms::SOS, ..Status::default() };
        let taken = [Taken { locator, received, fixes: vec![], status }];
        let who = store::Who::system(self.world.house.district, ::locators::JOB);
        let done = self.world.act_as(who, move |cx| take_in(cx, &taken)).unwrap();
        assert_eq!(done.alerts, 1);
    }
}

both_databases! {
    fn a_call_for_help_reaches_the_circle_and_the_post_and_says_nothing_of_anybody(t: Town) {
        let case = t.found().case;
        t.identify(case);
        t.contact(case, "李敏", "limin@family.example", false);
        t.contact(case, "王强", "barred@family.example", true);
        t.run();
        let before = (t.mails_to("limin@family.example").len(), t.sent("/sms").len(), t.notices(t.duty).len());
        // Notices of one instant have no order.
        t.world.house.clock.advance_secs(60);
        t.binds();
        t.presses();
        t.run();
        t.run();
        let mails = t.mails_to("limin@family.example");
        assert_eq!(mails.len(), before.0 + 1, "once, however often it runs");
        let mail = mails.last().unwrap();
        let all = format!("{}{}", mail.header("Subject"), mail.text());
        assert!(all.contains("求救") && all.contains("https://mulin.example/p"), "{all}");
        holds_nothing_of_anybody(&all);
        let texts = t.sent("/sms");
        assert_eq!(texts.len(), before.1 + 1, "nobody tells the one who is kept away");
        let text = texts.last().unwrap()["text"].as_str().unwrap().to_owned();
        assert!(text.contains("打开睦邻查看"), "{text}");
        holds_nothing_of_anybody(&text);
        assert!(t.mails_to("barred@family.example").is_empty());
        assert_eq!(t.notices(t.duty)[before.2..], [("locator_sos".into(), "/desk/locators".into())]);
        let staff = t.mails_to("duty@staff.example").pop().unwrap();
        let staff = format!("{}{}", staff.header("Subject"), staff.text());
        assert!(staff.contains("D00001") && staff.contains("https://mulin.example/desk/locators"), "{staff}");
        holds_nothing_of_anybody(&staff);

        // The post has seen to it: the circle hears that, by mail.
        let who = t.world.who(t.duty, Purpose::Administration);
        let id = t.world.act_as(who.clone(), desk::alerts).unwrap()[0].id;
        t.world.act_as(who, move |cx| answers::by_post(cx, id, Answer::Seeing)).unwrap();
        t.run();
        assert_eq!(t.mails_to("limin@family.example").len(), before.0 + 2);
        assert_eq!(t.sent("/sms").len(), before.1 + 1);
    }

    fn a_call_that_nobody_takes_reaches_whoever_is_above_by_mail_and_notice(t: Town) {
        t.binds();
        t.presses();
        t.run();
        let above = t.world.look(|cx| {
            let id = cx.query_one("SELECT id FROM locator_alert", &[])?.uuid("id")?;
            let alert = ::locators::app::telling::alert(cx, id)?;
            ::locators::app::telling::above(cx, &alert, 1)
        });
        assert_ne!(above, t.duty);
        let told = |t: &Town, who| t.notices(who).iter().filter(|(kind, _)| kind == "locator_untaken").count();
        t.advance(4);
        assert_eq!(told(&t, above), 0);
        t.advance(2);
        t.run();
        assert_eq!((told(&t, above), told(&t, t.duty)), (1, 0));
        // Ended: nobody above hears any more.
        let who = t.world.who(t.duty, Purpose::Administration);
        let id = t.world.act_as(who.clone(), desk::alerts).unwrap()[0].id;
        t.world.act_as(who, move |cx| answers::by_post(cx, id, Answer::FalseAlarm)).unwrap();
        t.advance(120);
        t.run();
        assert_eq!(told(&t, above), 1);
    }
}
