//! Who may be put through to by the relay: whoever wishes it, never one who is kept away, and not without end.

use super::{Town, refused};
use care::app::{contacts, relay};
use care::model::{NewContact, Whom};
use kernel::Lang;
use kernel::ids::ContactId;
use testkit::both_databases;

const SECRET: &str = "0123456789abcdef0123456789abcdef01234567";
const OTHER: &str = "fedcba9876543210fedcba9876543210fedcba98";

fn relative(name: &str, phone: &str, barred: bool) -> NewContact {
    NewContact {
        whom: Whom::Other { name: name.into(), relation: "家属".into(), phone: Some(phone.into()) },
        mail: None,
        lang: Lang::ZhCn,
        may_collect: !barred,
        barred,
    }
}

impl Town {
    fn wish(&self, contact: ContactId, yes: bool) -> care::Result<()> {
        let elder = self.elder;
        self.working(self.officer, move |cx, why| relay::set_wish(cx, elder, why, contact, yes))
    }
    fn ask(&self, code: &str) -> care::Result<relay::Pair> {
        let card = self.open_card(code);
        self.public(move |cx| relay::ask(cx, &card, SECRET))
    }
    fn to_part(&self) -> usize {
        self.world.look(relay::to_part).len()
    }
}

both_databases! {
    fn the_first_who_wishes_it_and_nobody_else(t: Town) {
        let (_, made) = t.carded();
        let first = t.add(relative("李敏", "021-0555 0301", false)).unwrap();
        let second = t.add(relative("李强", "021-0555 0302", false)).unwrap();
        let card = t.open_card(&made.code);
        assert!(!t.public(move |cx| relay::is_offered(cx, &card)).unwrap(), "nobody was asked yet");
        assert_eq!(refused(t.ask(&made.code)), "no-relay");
        t.wish(second, true).unwrap();
        assert_eq!(t.ask(&made.code).unwrap().phone, "02105550302");
        t.wish(first, true).unwrap();
        assert_eq!(t.ask(&made.code).unwrap().phone, "02105550301", "in the order of the circle");
        t.wish(first, false).unwrap();
        assert_eq!(t.ask(&made.code).unwrap().phone, "02105550302");
        let elder = t.elder;
        t.working(t.officer, move |cx, why| contacts::end(cx, elder, why, second)).unwrap();
        assert_eq!(refused(t.ask(&made.code)), "no-relay", "who is called no longer is not put through either");
    }

    fn whoever_is_kept_away_is_never_put_through(t: Town) {
        let (_, made) = t.carded();
        let away = t.add(relative("王强", "021-0555 0303", true)).unwrap();
        assert!(t.wish(away, true).is_err(), "whatever they wish");
        let later = t.add(relative("李强", "021-0555 0304", false)).unwrap();
        t.wish(later, true).unwrap();
        let pair = t.ask(&made.code).unwrap();
        let until = pair.until;
        t.world.act(move |cx| relay::joined(cx, pair.id, "02105887001", until));
        assert_eq!(t.to_part(), 0);
        let elder = t.elder;
        t.working(t.officer, move |cx, why| contacts::change(cx, elder, why, later, &relative("李强", "021-0555 0304", true))).unwrap();
        assert_eq!(t.to_part(), 1, "kept away meanwhile: they are parted");
        let card = t.open_card(&made.code);
        assert_eq!(t.public(move |cx| relay::current(cx, &card, SECRET)).unwrap(), None, "and the finder sees no number");
        assert_eq!(refused(t.ask(&made.code)), "no-relay");
    }

    fn a_number_is_for_one_finder_and_a_time_and_five_times_an_hour(t: Town) {
        let (_, made) = t.carded();
        let daughter = t.add(relative("李敏", "021-0555 0305", false)).unwrap();
        t.wish(daughter, true).unwrap();
        let pair = t.ask(&made.code).unwrap();
        let until = pair.until;
        t.world.act(move |cx| relay::joined(cx, pair.id, "02105887001", until));
        let seen = |secret: &'static str| {
            let card = t.open_card(&made.code);
            t.public(move |cx| relay::current(cx, &card, secret)).unwrap().map(|(number, _)| number)
        };
        assert_eq!((seen(SECRET), seen(OTHER), seen("")), (Some("02105887001".into()), None, None));
        let stored = t.world.look(|cx| {
            let row = cx.query_one("SELECT number FROM care_relay WHERE state = 'joined'", &[])?;
            row.opt_blob("number")
        });
        assert!(!String::from_utf8_lossy(&stored.unwrap()).contains("0588"), "sealed");
        for _ in 0..4 {
            t.ask(&made.code).unwrap();
        }
        assert_eq!(refused(t.ask(&made.code)), "too-much");
        t.world.house.clock.advance_secs(relay::MINUTES * 60);
        assert_eq!(seen(SECRET), None, "its time is over");
        t.world.house.clock.advance_secs(3_600);
        assert!(t.ask(&made.code).is_ok());
    }

    fn nobody_writes_a_wish_who_may_not_change_the_circle(t: Town) {
        let daughter = t.add(relative("李敏", "021-0555 0306", false)).unwrap();
        let elder = t.elder;
        let why = t.working(t.officer, |_, why| Ok(why.clone())).unwrap();
        for who in [t.world.public(), t.world.who(t.duty, kernel::Purpose::Administration)] {
            let why = why.clone();
            assert!(t.world.act_as(who, move |cx| relay::set_wish(cx, elder, &why, daughter, true)).is_err());
        }
        let nobody = ContactId(uuid::Uuid::from_u128(9));
        assert!(t.wish(nobody, true).is_err());
        assert!(t.world.look(move |cx| relay::wishes(cx, elder)).is_empty());
    }
}
