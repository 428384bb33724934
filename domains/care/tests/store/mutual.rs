//! Mutual help: a pair runs once both agree, hours count once both confirm, and no number is stored.

use super::{Town, refused};
use care::app::mutual;
use care::app::visits::day_of;
use care::app::watch::Side;
use care::model::mutual::{Help, Side as Kind};
use kernel::ids::PersonId;
use people::app::consents::By;
use people::app::persons;
use people::model::person::{Contact, Identity, NewPerson};
use uuid::Uuid;

struct Two {
    t: Town,
    younger: PersonId,
}

impl testkit::Setup for Two {
    fn setup(kind: testkit::Kind) -> Self {
        let t = Town::setup(kind);
        let new = NewPerson {
            area: t.area,
            identity: Identity { name: "沈阿姨".into(), sex: "f".into(), birth_year: Some(1952), id_number: None },
            contact: Contact { phone: Some("021-0555 0177".into()), address: None, language: None },
            guardians: vec![],
        };
        let younger = t.world.act(move |cx| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
        });
        Self { t, younger }
    }
}

impl Two {
    fn desk<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut store::Cx<'_>) -> care::Result<T> + Send + 'static,
    ) -> care::Result<T> {
        self.t.desk(self.t.officer, f)
    }
    fn of(&self, person: PersonId) -> mutual::OfPerson {
        self.desk(move |cx| mutual::of_person(cx, person, Side::Desk)).unwrap()
    }
}

testkit::both_databases! {
    fn both_agree_and_both_confirm(s: Two) {
        let (giver, taker) = (s.younger, s.t.elder);
        for (person, side) in [(giver, Kind::Offer), (taker, Kind::Need), (taker, Kind::Need)] {
            s.desk(move |cx| mutual::add(cx, person, Side::Desk, side, Help::Walk, By::Subject)).unwrap();
        }
        let board = s.desk(mutual::board).unwrap();
        assert_eq!((board.lines.len(), board.matches.len()), (2, 1));
        assert_eq!(refused(s.desk(move |cx| mutual::propose(cx, taker, giver, Help::Walk))), "mutual-gone", "offered by the other");
        s.desk(move |cx| mutual::propose(cx, giver, taker, Help::Walk)).unwrap();
        s.desk(move |cx| mutual::propose(cx, giver, taker, Help::Walk)).unwrap();
        assert!(s.desk(mutual::board).unwrap().matches.is_empty());
        let pair = s.of(taker).pairs[0].pair.id;
        assert_eq!(s.of(taker).pairs[0].other, None, "nobody's name before both agree");
        let on = day_of(s.t.world.house.rt.now());
        let (k1, k2) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(refused(s.desk(move |cx| mutual::note(cx, giver, Side::Desk, pair, k1, on, 6))), "mutual-over");
        for person in [giver, taker] {
            s.desk(move |cx| mutual::answer(cx, person, Side::Desk, pair, true)).unwrap();
        }
        assert_eq!(s.of(giver).pairs[0].other.clone().unwrap().0, "王桂芳");
        assert_eq!(refused(s.desk(move |cx| mutual::note(cx, giver, Side::Desk, pair, k1, on, 99))), "time time");
        for key in [k1, k1, k2] {
            s.desk(move |cx| mutual::note(cx, giver, Side::Desk, pair, key, on, 6)).unwrap();
        }
        assert_eq!((s.of(giver).given, s.of(taker).received), (0, 0), "the other has not said so");
        s.desk(move |cx| mutual::confirm(cx, taker, Side::Desk, pair, k1, true)).unwrap();
        s.desk(move |cx| mutual::confirm(cx, taker, Side::Desk, pair, k2, false)).unwrap();
        assert_eq!((s.of(giver).given, s.of(taker).received), (6, 6));
        s.desk(move |cx| mutual::answer(cx, taker, Side::Desk, pair, false)).unwrap();
        assert_eq!((s.of(giver).given, s.of(giver).pairs[0].other.clone()), (6, None));
        assert!(s.t.desk(s.t.far, mutual::board).unwrap().lines.is_empty());
    }
}
