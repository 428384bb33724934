//! A lost elder: who is told what, on both databases, against a real mail server.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod locators;
mod town;

use alerts::Receipt;
use alerts::app::lost::{self as lost_messages, Fate};
use alerts::app::sms;
use kernel::Purpose;
use lost::app::family::Says;
use lost::app::{self, EntryKind, family};
use lost::model::Attempt;
use testkit::both_databases;
use town::Town;

/// Nothing of anybody stands in a message.
const SECRETS: [&str; 7] = ["王桂芳", "李敏", "桂花里 3 号", "老街口", "蓝色", "0555", "女儿"];

pub(crate) fn holds_nothing_of_anybody(all: &str) {
    for secret in SECRETS {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}

both_databases! {
    fn staff_and_helpers_are_told_on_the_desk_and_by_mail(t: Town) {
        let report = t.found();
        let case = report.case;
        t.run();
        t.run();
        assert_eq!(t.notices(t.duty), [("lost_new".into(), format!("/desk/lost/{case}"))], "once, however often it runs");
        let mails = t.mails_to("duty@staff.example");
        assert_eq!(mails.len(), 1);
        let all = format!("{}{}", mails[0].header("Subject"), mails[0].text());
        assert!(all.contains(&report.number) && all.contains(&format!("https://mulin.example/desk/lost/{case}")), "{all}");
        holds_nothing_of_anybody(&all);
        let said = t.sent("/robot");
        assert_eq!(said.len(), 1, "one line in the group, however often the job runs");
        let said = said[0]["markdown"]["content"].as_str().unwrap();
        assert!(said.contains(&report.number) && said.contains("青禾警务站") && said.contains(&format!("/desk/lost/{case}")), "{said}");
        holds_nothing_of_anybody(said);

        let committee = t.committee;
        t.step(t.duty, case, move |cx, v| app::ask(cx, case, v, &[committee]));
        t.run();
        assert_eq!(t.notices(t.worker), [("lost_asked".into(), format!("/desk/lost/{case}"))]);
        let english = &t.mails_to("worker@staff.example")[0];
        assert!(english.header("Subject").contains("Do you know who this elder is"), "each in their own language");
        assert!(english.text().contains("https://mulin.example/en/desk/lost/"));

        let sums = t.notices(t.volunteer).len();
        t.step(t.duty, case, move |cx, v| app::call_help(cx, case, v, 2_000).map(drop));
        t.run();
        let told = t.notices(t.volunteer);
        assert_eq!(told[sums..], [("lost_called".into(), format!("/desk/help-needed/{case}"))], "not the desk of the post");
        let called = &t.mails_to("volunteer@staff.example")[0];
        holds_nothing_of_anybody(&format!("{}{}", called.header("Subject"), called.text()));
    }

    fn the_family_is_told_without_a_name_and_answers_on_its_page(t: Town) {
        let case = t.found().case;
        t.identify(case);
        let daughter = t.contact(case, "李敏", "limin@family.example", false);
        t.contact(case, "王强", "barred@family.example", true);
        t.run();
        let mails = t.mails_to("limin@family.example");
        assert_eq!(mails.len(), 1);
        let all = format!("{}{}", mails[0].header("Subject"), mails[0].text());
        assert!(all.contains("https://mulin.example/k/") && all.contains("021-0571 0110"), "{all}");
        holds_nothing_of_anybody(&all);
        let texts = t.sent("/sms");
        assert_eq!(texts.len(), 1, "nobody tells the one who is kept away");
        let sms = texts[0]["text"].as_str().unwrap().to_owned();
        holds_nothing_of_anybody(&sms);
        assert!(t.mails_to("barred@family.example").is_empty());

        // On her page she says that she comes; the desk hears it.
        let (link, other) = (Town::link_in(&all), Town::link_in(&sms));
        assert_ne!(link, other, "each message has a link of its own");
        for link in [&link, &other] {
            let key = t.key(link).unwrap();
            assert_eq!((key.case, key.contact), (case, daughter));
        }
        let key = t.key(&link).unwrap();
        let eta = t.world.house.rt.now().plus_minutes(40);
        let district = t.world.house.district;
        t.world.act_as(key.who(district), move |cx| family::answer(cx, key, Says::Comes(eta))).unwrap();
        t.run();
        assert!(t.notices(t.duty).iter().any(|(kind, _)| kind == "lost_word"));
        let seen = t.step(t.duty, case, move |cx, _| app::view(cx, case));
        let attempts = seen.circle.unwrap().attempts;
        assert_eq!((attempts[0].contact, attempts[0].eta, attempts[0].by.as_str()), (daughter, Some(eta), "subject"));

        // The code for fetching goes to the telephone only, and holds to its purpose.
        t.step(t.duty, case, move |cx, _| app::send_code(cx, case, daughter));
        t.run();
        let code = t.step(t.duty, case, move |cx, _| app::code_to_send(cx, case, daughter)).unwrap();
        let last = t.sent("/sms").pop().unwrap();
        let last = last["text"].as_str().unwrap();
        assert!(last.contains(&code) && last.contains("当面"), "{last}");
        assert_eq!(t.mails_to("limin@family.example").len(), 1, "a code goes one way");

        // Kept away from now on: her links are dead at once, and no message follows.
        t.bar(case, daughter);
        assert!(t.key(&link).is_none() && t.key(&other).is_none());
        let post = t.post;
        t.step(t.duty, case, move |cx, v| app::keep(cx, case, v, post, ""));
        t.run();
        assert_eq!(t.mails_to("limin@family.example").len(), 1);
    }

    /// What waited for the mail server and is no longer true is not sent.
    fn news_that_were_overtaken_are_not_sent(t: Town) {
        let case = t.found().case;
        t.identify(case);
        let daughter = t.contact(case, "李敏", "limin@family.example", false);
        t.sink.lock().unwrap().stop();
        t.run();
        t.step(t.duty, case, move |cx, v| app::hand_over(cx, case, v, &Town::to_contact(daughter)).map(drop));
        t.sink.lock().unwrap().start_again();
        t.advance(60);
        let subjects: Vec<_> = t.mails_to("limin@family.example").iter().map(|m| m.header("Subject")).collect();
        assert_eq!(subjects.len(), 1, "{subjects:?}");
        assert!(subjects[0].contains("已经交给家人"), "{subjects:?}");
    }

    /// A mail that waited for its server is not sent to whom the case does not concern any more.
    fn who_lost_the_seat_meanwhile_gets_no_mail(t: Town) {
        t.sink.lock().unwrap().stop();
        t.found();
        t.run();
        let seat = t.world.look(|cx| {
            let sql = "SELECT id FROM seat WHERE role = 'duty_officer'";
            cx.query_one(sql, &[])?.id("id")
        });
        let next = t.world.person("next", "后任");
        t.world.act(move |cx| people::app::hand_over(cx, &people::app::Flat, seat, next, None));
        t.sink.lock().unwrap().start_again();
        t.advance(60);
        assert!(t.mails_to("duty@staff.example").is_empty());
    }

    /// A text message that did not arrive is a reason to call, on the case itself.
    fn what_did_not_reach_a_contact_stands_in_the_case_and_asks_for_a_call(t: Town) {
        let case = t.found().case;
        t.identify(case);
        let daughter = t.contact(case, "李敏", "limin@family.example", false);
        t.run();
        let told = |who| t.world.act_as(t.world.who(who, Purpose::Case(case)), move |cx| lost_messages::told(cx, case)).unwrap();
        let fates: Vec<_> = told(t.duty).into_iter().map(|m| (m.contact, m.by_sms, m.fate)).collect();
        assert!(fates.contains(&(daughter, true, Fate::Taken)) && fates.contains(&(daughter, false, Fate::Taken)), "{fates:?}");
        assert!(told(t.volunteer).is_empty(), "who does not work on the case is told nothing of its messages");

        // The gateway says that it did not arrive, and says it twice.
        for _ in 0..2 {
            let system = store::Who::system(t.world.house.district, "delivery");
            let all = [Receipt { id: "1".into(), arrived: false }];
            assert_eq!(t.world.act_as(system, move |cx| sms::receipts(cx, &all)).unwrap(), 1);
        }
        t.run();
        let fates: Vec<_> = told(t.duty).into_iter().map(|m| (m.by_sms, m.fate)).collect();
        assert!(fates.contains(&(true, Fate::Failed)), "{fates:?}");
        let calls = |t: &Town| t.notices(t.duty).iter().filter(|(kind, _)| kind == "lost_next_contact").count();
        assert_eq!(calls(&t), 1, "whoever works on it calls now");
        let view = t.step(t.duty, case, move |cx, _| app::view(cx, case));
        let lines: Vec<_> = view.timeline.iter().filter(|e| e.kind == EntryKind::Undelivered).collect();
        assert_eq!(lines.iter().map(|e| (e.of, e.code.as_deref())).collect::<Vec<_>>(), [(Some(daughter.0), Some("sms"))]);

        // Called and not reached: the next message that fails is no news.
        t.step(t.duty, case, move |cx, v| app::attempt(cx, case, v, daughter, Attempt::Answered, None, ""));
        t.http.lock().unwrap().answer_once(400, &[], r#"{"Code":"isv.MOBILE_NUMBER_ILLEGAL"}"#);
        t.step(t.duty, case, move |cx, _| app::send_code(cx, case, daughter));
        t.run();
        assert_eq!(calls(&t), 1);
    }
}
