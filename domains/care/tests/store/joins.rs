//! Two records of one person: found, joined, told apart, taken back; and nothing that was agreed to becomes more.

use super::{Town, refused};
use care::app::joins;
use care::app::visits;
use care::app::{cards, contacts, schedule};
use care::model::visit::VisitKind;
use care::model::{Consented, Schedule};
use kernel::Role;
use kernel::ids::PersonId;
use people::app::consents::{self as agreed, Aim, Answer, By, Standing, Way};
use people::app::joins::{Follower, Join, Pair, Taken};
use people::app::persons::{self, ChangeRecord, EndReason, ResidentRow, import_residents};
use people::model::Place;
use people::model::person::{Contact, GuardianName, Health, Identity, NewGuardian, NewPerson, Part};
use std::collections::BTreeSet;
use uuid::Uuid;

const ALL: &[Follower] = &[people::app::joins::FOLLOWER, care::app::joins::FOLLOWER];

fn again(t: &Town) -> NewPerson {
    NewPerson {
        area: t.area,
        identity: Identity { name: "王桂芳".into(), sex: "f".into(), birth_year: Some(1942), id_number: None },
        contact: Contact {
            phone: Some("02105550101".into()),
            address: Some("青禾路 3 号 2 室".into()),
            language: None,
        },
        guardians: vec![NewGuardian {
            who: GuardianName { name: "李强".into(), relation: "儿子".into() },
            phone: Some("021-0555 0109".into()),
        }],
    }
}

/// The elder once more, under another key.
fn twin(t: &Town) -> PersonId {
    let new = again(t);
    t.world.act(move |cx| {
        let ground = care::Ground(places::snapshot(cx)?);
        Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
    })
}

fn asked(t: &Town, pair: Pair, take: &[Taken]) -> Join {
    let seen = t.world.look(move |cx| {
        Ok::<_, care::Error>((people::app::joins::version(cx, pair.kept)?, people::app::joins::version(cx, pair.away)?))
    });
    Join { pair, seen, take: take.iter().copied().collect::<BTreeSet<_>>(), reason: "上门问过本人".into() }
}

fn join(t: &Town, pair: Pair, take: &[Taken]) -> care::Result<Uuid> {
    let new = asked(t, pair, take);
    t.desk(t.officer, move |cx| joins::join(cx, &new, ALL))
}

fn undo(t: &Town, id: Uuid) -> care::Result<()> {
    t.desk(t.officer, move |cx| joins::undo(cx, id, "是两个人", ALL))
}

fn known(t: &Town, person: PersonId) -> Option<persons::Known> {
    t.world.look(move |cx| persons::known(cx, person))
}

fn guardians(t: &Town, person: PersonId) -> Vec<String> {
    let all = t.world.look(move |cx| persons::spoken_for(cx, person));
    all.into_iter().filter_map(|g| Some(g.who?.name)).collect()
}

fn answer(t: &Town, person: PersonId, part: Part, answer: Answer) {
    t.working(t.officer, move |cx, why| {
        let new = agreed::NewConsent {
            part,
            answer,
            by: By::Subject,
            guardian: None,
            aim: Aim::Care,
            way: Way::Visit,
            witness: "邻居老陈".into(),
            review_on: cx.now.plus_days(300),
            by_themselves: true,
        };
        Ok(agreed::record(cx, person, why, &new)?)
    })
    .unwrap();
}

fn write_health(t: &Town, person: PersonId, notes: &str) {
    let notes = notes.to_owned();
    t.working(t.officer, move |cx, why| {
        let seen = people::app::joins::version(cx, person)?;
        let change = ChangeRecord { health: Some(Health { notes }), ..ChangeRecord::default() };
        Ok(persons::change_record(cx, person, seen, why, &change)?)
    })
    .unwrap();
}

fn health(t: &Town, person: PersonId) -> Option<String> {
    t.working(t.officer, move |cx, why| Ok(persons::open_record(cx, person, why)?))
        .unwrap()
        .health
        .yes()
        .map(|h| h.notes.clone())
}

testkit::both_databases! {
    fn who_looks_alike_is_asked_about_and_joined_whole(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        let found = t.desk(t.officer, joins::alike).unwrap();
        assert_eq!(found.iter().map(|a| (a.one, a.other, a.agree.clone())).collect::<Vec<_>>(), [(one, other, vec!["phone"])]);
        // The other has a card, a schedule, a contact and a plan; the one has a plan.
        let (_, made) = t.carded();
        let second = t.blanks(1).remove(0);
        let code = second.code.clone();
        t.working(t.officer, move |cx, why| cards::issue(cx, other, why, &code)).unwrap();
        t.working(t.officer, move |cx, why| contacts::add(cx, other, why, &crate::other("王明", "021-0555 0110"))).unwrap();
        t.working(t.officer, move |cx, why| schedule::set(cx, other, why, 0, &Schedule::default())).unwrap();
        for person in [one, other] {
            t.desk(t.officer, move |cx| visits::begin(cx, person, By::Subject, VisitKind::Chat)).unwrap();
        }
        let pair = Pair { kept: one, away: other };
        let seen = t.desk(t.officer, move |cx| joins::compare(cx, pair, ALL)).unwrap();
        assert_eq!(seen.differ, [Taken::BirthYear, Taken::Address]);
        let id = join(&t, pair, &[Taken::Address]).unwrap();
        let now = known(&t, one).unwrap();
        assert_eq!((now.birth_year, now.address.as_deref(), now.language.as_deref()), (Some(1941), Some("青禾路 3 号 2 室"), Some("本地话")));
        assert_eq!(guardians(&t, one), ["李敏", "李强"]);
        assert_eq!((t.open_card(&made.token).person, t.open_card(&second.code).person), (one, one), "both cards open");
        let cards = t.working(t.officer, move |cx, why| cards::of(cx, one, why)).unwrap();
        assert_eq!(cards.len(), 2);
        let called = t.working(t.officer, move |cx, why| contacts::of(cx, one, why)).unwrap();
        assert!(called.iter().any(|c| c.name == "王明" && c.phone.as_deref() == Some("02105550110")), "read under the new key");
        assert!(known(&t, other).is_none() && t.desk(t.officer, joins::alike).unwrap().is_empty());
        let planned = t.desk(t.officer, |cx| visits::due(cx, visits::Filter::All, 10)).unwrap();
        assert_eq!(planned.iter().map(|d| d.visit.person).collect::<Vec<_>>(), [one], "one plan goes on");
        assert_eq!(t.desk(t.officer, move |cx| visits::stands_for(cx, other)).unwrap(), Some(one), "an old link leads on");
        // The same form once more, and the other way round.
        assert_eq!(join(&t, pair, &[Taken::Address]).unwrap(), id);
        assert_eq!(refused(join(&t, Pair { kept: other, away: one }, &[])), "care-ended");
        let (done, stuck) = t.desk(t.officer, move |cx| joins::one(cx, id, ALL)).unwrap();
        assert_eq!((done.reason.as_deref(), stuck, done.taken), (Some("上门问过本人"), None, vec![Taken::Address]));

        undo(&t, id).unwrap();
        undo(&t, id).unwrap();
        assert_eq!(known(&t, one).unwrap().address.as_deref(), Some("青禾里3号"));
        let back = known(&t, other).unwrap();
        assert_eq!((back.birth_year, back.address.as_deref()), (Some(1942), Some("青禾路 3 号 2 室")));
        assert_eq!((guardians(&t, one), guardians(&t, other)), (vec!["李敏".to_owned()], vec!["李强".to_owned()]));
        assert_eq!((t.open_card(&made.token).person, t.open_card(&second.code).person), (one, other));
        let called = t.working(t.officer, move |cx, why| contacts::of(cx, other, why)).unwrap();
        assert!(called.iter().any(|c| c.name == "王明" && c.phone.is_some()));
        let planned = t.desk(t.officer, |cx| visits::due(cx, visits::Filter::All, 10)).unwrap();
        assert_eq!(planned.len(), 2, "both plans go on");
        assert_eq!(t.desk(t.officer, joins::alike).unwrap().len(), 1, "they are asked about again");
        let log = t.world.look(|cx| cx.query("SELECT kind FROM event WHERE kind IN ('person.joined', 'person.joined_away', 'person.join_undone', 'person.put_back')", &[]));
        assert_eq!(log.len(), 4);
    }

    fn a_no_of_one_is_a_no_of_both_and_a_yes_brings_nothing_that_was_refused(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        answer(&t, one, Part::Health, Answer::Given);
        write_health(&t, one, "怕水");
        answer(&t, other, Part::Health, Answer::Refused);
        t.agree(Consented::Approach);
        let pair = Pair { kept: one, away: other };
        let seen = t.desk(t.officer, move |cx| joins::compare(cx, pair, ALL)).unwrap();
        assert_eq!(seen.narrowed, [Part::Health]);
        let id = join(&t, pair, &[]).unwrap();
        assert_eq!(health(&t, one), None);
        let standing = t.world.look(move |cx| agreed::standing(cx, one, Part::Health));
        assert!(matches!(standing, Standing::Respected { .. }), "{standing:?}");
        let approach = t.world.look(move |cx| care::app::consents::in_force(cx, one, Consented::Approach));
        assert!(approach, "what nobody said no to stays");
        undo(&t, id).unwrap();
        assert_eq!((health(&t, one), health(&t, other)), (None, None), "what was erased stays erased");
    }

    fn what_both_agreed_to_is_kept_whole_and_a_later_no_erases_it_in_both(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        for (person, notes) in [(one, "怕水"), (other, "糖尿病")] {
            answer(&t, person, Part::Health, Answer::Given);
            write_health(&t, person, notes);
        }
        let id = join(&t, Pair { kept: one, away: other }, &[]).unwrap();
        assert_eq!(health(&t, one).as_deref(), Some("怕水\n糖尿病"));
        undo(&t, id).unwrap();
        assert_eq!((health(&t, one).as_deref(), health(&t, other).as_deref()), (Some("怕水"), Some("糖尿病")));
        let id = join(&t, Pair { kept: one, away: other }, &[]).unwrap();
        answer(&t, one, Part::Health, Answer::Refused);
        undo(&t, id).unwrap();
        assert_eq!((health(&t, one), health(&t, other)), (None, None), "a no to one record was a no to both");
    }

    fn who_is_two_is_not_asked_about_again(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        let pair = Pair { kept: other, away: one };
        for _ in 0..2 {
            t.desk(t.officer, move |cx| joins::apart(cx, pair)).unwrap();
        }
        assert!(t.desk(t.officer, joins::alike).unwrap().is_empty());
        t.desk(t.officer, move |cx| joins::told_apart(cx, pair)).unwrap();
        assert_eq!(t.desk(t.officer, joins::alike).unwrap().len(), 1);
    }

    fn only_the_core_of_the_place_joins_and_only_while_it_can_be_taken_back(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        let pair = Pair { kept: one, away: other };
        let here = Place { area: Some(t.area), ..Place::default() };
        let volunteer = t.world.staff(Role::Volunteer, here, "helper", "志愿者").0;
        let aux = t.world.staff(Role::Auxiliary, here, "aux", "辅警").0;
        for (who, why) in [(t.far, "elsewhere"), (volunteer, "role"), (aux, "role")] {
            let new = asked(&t, pair, &[]);
            assert_eq!(refused(t.desk(who, move |cx| joins::join(cx, &new, ALL))), why);
            assert_eq!(refused(t.desk(who, move |cx| joins::apart(cx, pair))), why);
            assert_eq!(refused(t.desk(who, move |cx| joins::compare(cx, pair, ALL).map(|_| ()))), why);
        }
        assert!(t.desk(t.far, joins::alike).unwrap().is_empty(), "nobody of another place is listed");
        assert_eq!(refused(t.desk(volunteer, joins::alike)), "role");
        // Somebody wrote meanwhile.
        let stale = asked(&t, pair, &[]);
        t.world.act(move |cx| cx.execute("UPDATE person SET version = version + 1 WHERE id = $1", store::params![other]));
        let late = t.desk(t.officer, move |cx| joins::join(cx, &stale, ALL));
        assert!(matches!(late, Err(care::Error::People(people::Error::Stale { .. }))), "{late:?}");
        let mut empty = asked(&t, pair, &[]);
        empty.reason = "  ".into();
        assert_eq!(refused(t.desk(t.officer, move |cx| joins::join(cx, &empty, ALL))), "reason missing");
        let id = join(&t, pair, &[]).unwrap();
        assert_eq!(refused(t.desk(t.far, move |cx| joins::undo(cx, id, "x", ALL))), "elsewhere");
        // A third record: the later join is taken back first.
        let third = twin(&t);
        let later = join(&t, Pair { kept: third, away: one }, &[]).unwrap();
        assert_eq!(refused(undo(&t, id)), "join-later");
        assert_eq!(guardians(&t, third).len(), 3);
        undo(&t, later).unwrap();
        assert_eq!(guardians(&t, third).len(), 1);
        t.working(t.officer, move |cx, why| Ok(persons::end_care(cx, one, why, EndReason::MovedAway)?)).unwrap();
        assert_eq!(refused(undo(&t, id)), "join-over");
    }

    fn a_register_knows_the_record_that_stays_by_both_keys(t: Town) {
        let (area, new) = (t.area, again(&t));
        let row = move |key: &str, name: &str| ResidentRow {
            key: key.into(),
            area,
            identity: Identity { name: name.into(), ..new.identity.clone() },
            contact: new.contact.clone(),
            guardians: Vec::new(),
        };
        let rows = vec![row("A-1", "孙德福"), row("B-1", "孙德福")];
        let bring = |rows: Vec<ResidentRow>| t.world.act(move |cx| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok::<_, care::Error>(import_residents(cx, &ground, &rows)?)
        });
        let done = bring(rows.clone());
        let ids: Vec<PersonId> = done.things.iter().map(|(id, _)| PersonId(*id)).collect();
        let id = join(&t, Pair { kept: ids[0], away: ids[1] }, &[]).unwrap();
        assert_eq!((bring(rows.clone()).report.unchanged, known(&t, ids[0]).is_some()), (2, true), "nobody comes in anew");
        undo(&t, id).unwrap();
        assert_eq!(bring(rows).report.unchanged, 2);
        assert!(known(&t, ids[1]).is_some());
    }
}
