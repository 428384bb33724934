//! What a finder sees and sets going; the thread with family and post.

use super::{Town, refused};
use care::app::finder::{self, Answer, Said};
use care::app::threads::{self, ThreadView};
use care::app::{consents, own};
use care::model::thread::PER_TEN_MINUTES;
use care::model::{CloseReason, Consented, From, Outer};
use kernel::ids::ThreadId;
use kernel::{Ids as _, Point, SeededIds};
use store::retention::Span;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn words(text: &str) -> Said {
    Said { words: text.into(), place: None, again: text.into() }
}

impl Town {
    fn say(&self, typed: &str, secret: &'static str, said: Said) -> care::Result<ThreadId> {
        let card = self.open_card(typed);
        self.public(move |cx| finder::say(cx, &card, secret, &said))
    }
    fn scan(&self, typed: &str) {
        let card = self.open_card(typed);
        self.public(move |cx| finder::scanned(cx, &card)).unwrap();
    }
    fn thread(&self, typed: &str, secret: &'static str) -> Option<ThreadView> {
        let card = self.open_card(typed);
        self.public(move |cx| finder::thread(cx, &card, secret)).unwrap()
    }
}

testkit::both_databases! {
    fn a_scan_is_told_once_in_ten_minutes_and_too_many_are_looked_at(t: Town) {
        let (_, made) = t.carded();
        for _ in 0..3 {
            t.scan(&made.token);
            t.advance(60);
        }
        assert_eq!((t.jobs("care.scanned"), t.jobs("care.look")), (1, 0));
        t.scan(&made.token);
        assert_eq!(t.jobs("care.look"), 1, "the fourth in an hour");
        t.advance(600);
        t.scan(&made.token);
        assert_eq!((t.jobs("care.scanned"), t.jobs("care.look")), (2, 1));
        assert_eq!(t.family({ let elder = t.elder; move |cx| own::of(cx, elder) }).unwrap().scans.len(), 5);
    }

    fn approach_is_shown_only_while_it_is_agreed_to(t: Town) {
        let (_, made) = t.carded();
        t.write_plan(0, crate::planning::inner("请慢慢说话。")).unwrap();
        assert_eq!(t.open_card(&made.token).approach, None);
        t.agree(Consented::Approach);
        assert_eq!(t.open_card(&made.token).approach.as_deref(), Some("请慢慢说话。"));
        let elder = t.elder;
        assert!(t.world.look(move |cx| consents::in_force(cx, elder, Consented::Approach)));
        t.withdraw(Consented::Approach);
        assert_eq!(t.open_card(&made.token).approach, None);
    }

    fn finder_family_and_post_write_to_each_other_and_nobody_else_reads(t: Town) {
        let (_, made) = t.carded();
        let thread = t.say(&made.token, SECRET, words("她在老街的桥边")).unwrap();
        t.say(&made.token, SECRET, words("她在老街的桥边")).unwrap();
        assert_eq!(t.jobs("care.message"), 1, "a double click sends it once");
        t.family(move |cx| threads::answer(cx, thread, "谢谢您，我马上来 http://x.example", "1")).unwrap();
        t.desk(t.duty, move |cx| threads::answer(cx, thread, "我们十分钟内到", "1")).unwrap();
        let seen = t.thread(&made.token, SECRET).unwrap();
        let who: Vec<From> = seen.messages.iter().map(|m| m.from).collect();
        assert_eq!(who, [From::Finder, From::Family, From::Post]);
        assert!(t.thread(&made.token, "another secret of another finder").is_none());
        assert_eq!(refused(t.desk(t.far, move |cx| threads::read(cx, thread)).map(|_| ())), "elsewhere");
        assert_eq!(refused(t.public(move |cx| threads::read(cx, thread)).map(|_| ())), "not-signed-in");
        let stranger = store::Who::new(
            kernel::Actor::subject(t.world.house.district, kernel::ids::PersonId(uuid::Uuid::from_u128(4))),
            kernel::Purpose::OwnRecord,
        );
        assert_eq!(refused(t.world.act_as(stranger, move |cx| threads::read(cx, thread)).map(|_| ())), "not-yours");
        assert_eq!(t.desk(t.duty, threads::of_desk).unwrap().len(), 1);
        assert!(t.desk(t.far, threads::of_desk).unwrap().is_empty());
        // What was written is nowhere in the clear.
        let all = t.world.look(|cx| {
            let rows = cx.query("SELECT * FROM care_message", &[])?;
            let log = cx.query("SELECT payload FROM event", &[])?;
            Ok::<_, store::Error>(format!("{rows:?}{log:?}"))
        });
        assert!(!all.contains("老街"));
    }

    fn nobody_is_harassed(t: Town) {
        let (_, made) = t.carded();
        let thread = t.say(&made.token, SECRET, words("你好")).unwrap();
        for n in 1..PER_TEN_MINUTES {
            t.say(&made.token, SECRET, words(&format!("第{n}条"))).unwrap();
        }
        assert_eq!(refused(t.say(&made.token, SECRET, words("还有"))), "too-much");
        assert_eq!(refused(t.say(&made.token, SECRET, words(&"长".repeat(501)))), "text too-long");
        t.family(move |cx| threads::close(cx, thread, true)).unwrap();
        assert_eq!(t.jobs("care.look"), 1);
        assert_eq!(refused(t.say(&made.token, SECRET, words("再来"))), "thread-closed");
        assert_eq!(refused(t.family(move |cx| threads::answer(cx, thread, "好", "2"))), "thread-closed");
        // A finder who wants no more of it is not written to.
        const OTHER: &str = "ffffffffffffffffffffffffffffffff";
        let second = t.say(&made.token, OTHER, words("我在这里")).unwrap();
        let card = t.open_card(&made.token);
        t.public(move |cx| finder::close(cx, &card, OTHER, false)).unwrap();
        assert_eq!(refused(t.family(move |cx| threads::answer(cx, second, "喂", "3"))), "thread-closed");
        assert_eq!(t.thread(&made.token, OTHER).unwrap().closed, Some(CloseReason::ByFinder));
    }

    fn a_place_far_from_home_is_looked_at_and_proves_nothing(t: Town) {
        let (_, made) = t.carded();
        t.agree(Consented::Identification);
        let outer = Outer { home: Some((121.5, 30.9)), ..Outer::default() };
        t.write_plan(0, care::app::plan::WritePlan { inner: None, outer: Some(outer) }).unwrap();
        let at = |lon, lat| Said { place: Point::new(lon, lat).ok(), again: format!("{lon}"), ..Said::default() };
        t.say(&made.token, SECRET, at(121.51, 30.9)).unwrap();
        assert_eq!(t.jobs("care.look"), 0);
        t.say(&made.token, SECRET, at(121.55, 30.9)).unwrap();
        assert_eq!(t.jobs("care.look"), 1);
        let places: Vec<_> = t.thread(&made.token, SECRET).unwrap().messages.iter().filter_map(|m| m.place).collect();
        assert_eq!(places.len(), 2);
    }

    fn what_was_written_is_erased_with_its_key(t: Town) {
        let (_, made) = t.carded();
        let thread = t.say(&made.token, SECRET, words("她在桥边")).unwrap();
        let elder = t.elder;
        t.world.act(move |cx| threads::close_home(cx, elder));
        assert_eq!(t.thread(&made.token, SECRET).unwrap().closed, Some(CloseReason::Home));
        t.advance(31 * 86_400);
        let now = t.world.house.rt.now();
        let rule = care::RETENTION.iter().find(|r| r.key == "finder_threads").unwrap();
        let span = Span { from: kernel::Moment::from_micros(0), before: now.plus_days(-rule.days) };
        let (due, gone) = t.world.act(move |cx| Ok::<_, store::Error>(((rule.due)(cx, span)?, (rule.erase)(cx, span, 10)?)));
        assert_eq!((due, gone), (1, 1));
        let keys: i64 = t.world.look(move |cx| {
            cx.query_one("SELECT COUNT(*) AS n FROM subject_key WHERE subject = $1", store::params![thread])?.i64("n")
        });
        assert_eq!(keys, 0);
        assert!(t.thread(&made.token, SECRET).is_none());
    }

    fn a_great_many_wrong_codes_open_nothing(t: Town) {
        let (card, made) = t.carded();
        let ids = SeededIds::new(99);
        t.public(move |cx| {
            for _ in 0..2_000 {
                let mut bytes = [0u8; 20];
                ids.fill(&mut bytes);
                let token = kernel::text::code_from(&bytes, 20);
                assert_eq!(finder::resolve(cx, &token)?, Answer::Unknown);
                assert_eq!(finder::resolve(cx, &care::model::code::new_code(&ids))?, Answer::Unknown);
            }
            for typed in ["", "' OR 1=1 --", "老人", "000000000", &"A".repeat(10_000)] {
                assert_eq!(finder::resolve(cx, typed)?, Answer::Unknown, "{typed}");
            }
            Ok(())
        }).unwrap();
        assert_eq!(t.open_card(&made.token).id, card);
    }
}
