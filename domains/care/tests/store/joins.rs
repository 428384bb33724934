//! Two records of one person: found, joined, told apart, taken back; and nothing that was agreed to becomes more.

use super::{Town, refused};
use care::app::joins;
use care::app::twins::{self, Single};
use care::app::visits;
use care::app::{cards, contacts, schedule};
use care::model::contact::NewContact;
use care::model::visit::VisitKind;
use care::model::{Consented, Schedule, Slot, Where};
use kernel::Role;
use kernel::ids::{ContactId, PersonId};
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

/// A week that is spent elsewhere.
fn away(place: &str) -> Schedule {
    week(Where::Elsewhere(place.into()))
}

fn week(at: Where) -> Schedule {
    Schedule { week: vec![Slot { days: vec![0], from: 480, to: 1_000, at }], ..Schedule::default() }
}

fn alike(cx: &mut store::Cx<'_>) -> care::Result<Vec<people::app::joins::Alike>> {
    match joins::alike(cx, None)? {
        joins::Found::Pairs(pairs) => Ok(pairs),
        joins::Found::Where(areas) => panic!("so few live in {} areas", areas.len()),
    }
}

testkit::both_databases! {
    fn who_looks_alike_is_asked_about_and_joined_whole(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        let found = t.desk(t.officer, alike).unwrap();
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
        assert!(known(&t, other).is_none() && t.desk(t.officer, alike).unwrap().is_empty());
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
        assert_eq!(t.desk(t.officer, alike).unwrap().len(), 1, "they are asked about again");
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

    fn a_relative_whom_both_had_is_one_again_and_the_undo_finds_both(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        let add = |person: PersonId, name: &str, phone: &str, collect: bool, barred: bool| {
            let new = NewContact { may_collect: collect, barred, ..crate::other(name, phone) };
            t.working(t.officer, move |cx, why| contacts::add(cx, person, why, &new)).unwrap()
        };
        let here = add(one, "王明", "021-0555 0110", true, false);
        let wide = add(one, "王刚", "021-0555 0120", true, false);
        let alone = add(one, "王芳", "021-0555 0130", false, false);
        // The same number under another name; the same name and relation without the number; somebody else.
        let came = add(other, "小明", "02105550110", true, false);
        let barred = add(other, "王刚", "021-0555 0121", false, true);
        add(other, "陈丽", "021-0555 0140", false, false);
        let id = join(&t, Pair { kept: one, away: other }, &[]).unwrap();
        let twice = |t: &Town| t.desk(t.officer, move |cx| twins::of(cx, id, ALL)).unwrap();
        let seen = twice(&t);
        let pairs: Vec<_> = seen.relatives.iter().map(|r| (r.here.id, r.came.id)).collect();
        assert_eq!(pairs, [(here, came), (wide, barred)]);
        assert_eq!(seen.relatives[1].may_stay(), [barred], "who is kept away stays kept away");
        assert_eq!(seen.guardians, Vec::<String>::new());
        let keep = |stays| t.desk(t.officer, move |cx| twins::keep_one(cx, id, stays, ALL));
        assert_eq!(refused(keep(wide)), "join-narrower");
        for stays in [came, came, here, barred, alone] {
            // Sent twice, by somebody slower, and for somebody who stands once: nothing more is left out.
            keep(stays).unwrap();
        }
        let circle = |t: &Town, person: PersonId| {
            let all = t.working(t.officer, move |cx, why| contacts::of(cx, person, why)).unwrap();
            all.into_iter().map(|c| c.id).collect::<Vec<_>>()
        };
        let now = circle(&t, one);
        assert!(now.len() == 4 && [came, barred, alone].iter().all(|c| now.contains(c)), "{now:?}");
        assert!(twice(&t).relatives.is_empty());
        assert_eq!(refused(t.desk(t.far, move |cx| twins::of(cx, id, ALL).map(drop))), "elsewhere");
        assert_eq!(refused(t.desk(t.far, move |cx| twins::keep_one(cx, id, here, ALL))), "elsewhere");
        undo(&t, id).unwrap();
        assert_eq!(circle(&t, one), [here, wide, alone], "as it was");
        let back = circle(&t, other);
        assert!(back.len() == 3 && back.contains(&came) && back.contains(&barred), "{back:?}");
        assert!(twice(&t).relatives.is_empty(), "nothing is asked any more");
        assert_eq!(refused(keep(here)), "join-settled");
    }

    fn whom_the_schedule_names_is_not_left_out(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        let add = |person: PersonId| {
            t.working(t.officer, move |cx, why| contacts::add(cx, person, why, &crate::other("王明", "021-0555 0110"))).unwrap()
        };
        let (here, came) = (add(one), add(other));
        let set = |person: PersonId, at: ContactId| {
            let week = week(Where::Home(vec![at]));
            t.working(t.officer, move |cx, why| schedule::set(cx, person, why, 0, &week)).unwrap();
        };
        set(one, here);
        set(other, came);
        let id = join(&t, Pair { kept: one, away: other }, &[]).unwrap();
        let keep = |stays| t.desk(t.officer, move |cx| twins::keep_one(cx, id, stays, ALL));
        assert_eq!(refused(keep(came)), "join-narrower");
        keep(here).unwrap();
        let choose = |others| t.desk(t.officer, move |cx| twins::choose(cx, id, Single::Schedule, others, ALL));
        assert_eq!(refused(choose(true)), "join-schedule-names");
        undo(&t, id).unwrap();
        let all = t.world.look(move |cx| schedule::of_all(cx, &[one, other]));
        assert_eq!((all[&one].contacts().contains(&here), all[&other].contacts().contains(&came)), (true, true));
    }

    fn who_speaks_for_the_elder_twice_is_named_and_stays_twice(t: Town) {
        let other = t.world.act({
            let mut new = again(&t);
            new.guardians[0] = NewGuardian {
                who: GuardianName { name: "敏敏".into(), relation: "女儿".into() },
                phone: t.world.look({ let one = t.elder; move |cx| persons::spoken_for(cx, one) })[0].phone.clone(),
            };
            move |cx| {
                let ground = care::Ground(places::snapshot(cx)?);
                Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
            }
        });
        let id = join(&t, Pair { kept: t.elder, away: other }, &[]).unwrap();
        let seen = t.desk(t.officer, move |cx| twins::of(cx, id, ALL)).unwrap();
        assert_eq!(seen.guardians, ["敏敏"]);
        assert_eq!(guardians(&t, t.elder).len(), 2);
    }

    fn of_what_there_is_one_either_is_used_and_the_undo_gives_back_both(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        for (person, note) in [(one, "一号"), (other, "二号")] {
            let schedule = away(note);
            t.working(t.officer, move |cx, why| schedule::set(cx, person, why, 0, &schedule)).unwrap();
            t.desk(t.officer, move |cx| visits::begin(cx, person, By::Subject, VisitKind::Chat)).unwrap();
        }
        let said = |t: &Town, person: PersonId| {
            let mut all = t.world.look(move |cx| schedule::of_all(cx, &[person]));
            all.remove(&person).map(|s| match &s.week[0].at {
                Where::Elsewhere(place) => place.clone(),
                other => panic!("{other:?}"),
            })
        };
        let id = join(&t, Pair { kept: one, away: other }, &[]).unwrap();
        let both = |t: &Town| {
            let all = t.desk(t.officer, move |cx| twins::of(cx, id, ALL)).unwrap().both;
            all.into_iter().map(|b| (b.what, b.others)).collect::<Vec<_>>()
        };
        assert_eq!(both(&t), [(Single::Schedule, false), (Single::Visits, false)]);
        assert_eq!(said(&t, one).as_deref(), Some("一号"));
        let choose = |what, others| t.desk(t.officer, move |cx| twins::choose(cx, id, what, others, ALL));
        for _ in 0..2 {
            choose(Single::Schedule, true).unwrap();
            choose(Single::Visits, true).unwrap();
        }
        assert_eq!(both(&t), [(Single::Schedule, true), (Single::Visits, true)]);
        assert_eq!(said(&t, one).as_deref(), Some("二号"), "read under the key of the record that stays");
        let planned = t.desk(t.officer, |cx| visits::due(cx, visits::Filter::All, 10)).unwrap();
        assert_eq!(planned.iter().map(|d| d.visit.person).collect::<Vec<_>>(), [one], "one plan goes on");
        choose(Single::Schedule, false).unwrap();
        assert_eq!(said(&t, one).as_deref(), Some("一号"));
        choose(Single::Schedule, true).unwrap();
        assert_eq!(refused(choose(Single::Photo, true)), "join-one-only");
        assert_eq!(refused(t.desk(t.far, move |cx| twins::choose(cx, id, Single::Schedule, false, ALL))), "elsewhere");
        undo(&t, id).unwrap();
        assert_eq!((said(&t, one).as_deref(), said(&t, other).as_deref()), (Some("一号"), Some("二号")));
        let planned = t.desk(t.officer, |cx| visits::due(cx, visits::Filter::All, 10)).unwrap();
        assert_eq!(planned.len(), 2, "both plans go on");
        // Nothing is left under a key of nobody.
        let keys: i64 = t.world.look(|cx| {
            let sql = "SELECT COUNT(*) AS n FROM subject_key WHERE class = 'contact' AND subject NOT IN (SELECT id FROM person)";
            cx.query_one(sql, &[])?.i64("n")
        });
        assert_eq!(keys, 0);
    }

    fn who_is_two_is_not_asked_about_again(t: Town) {
        let (one, other) = (t.elder, twin(&t));
        let pair = Pair { kept: other, away: one };
        for _ in 0..2 {
            t.desk(t.officer, move |cx| joins::apart(cx, pair)).unwrap();
        }
        assert!(t.desk(t.officer, alike).unwrap().is_empty());
        t.desk(t.officer, move |cx| joins::told_apart(cx, pair)).unwrap();
        assert_eq!(t.desk(t.officer, alike).unwrap().len(), 1);
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
        assert!(t.desk(t.far, alike).unwrap().is_empty(), "nobody of another place is listed");
        assert_eq!(refused(t.desk(volunteer, alike)), "role");
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
