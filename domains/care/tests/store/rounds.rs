//! Rounds: mixed pairs that walk, who cannot be served and why, an ill visitor, and what changes between the plan and its publication.

use super::{Town, refused};
use care::app::rounds::{self, NewRound, NewVisitor, Off, View, Wish, WorkState};
use care::app::visits;
use care::model::round::{Asks, Fault, RoundId, WhyNot};
use care::model::visit::{VisitId, VisitKind, VisitState};
use jiff::ToSpan;
use jiff::civil::Date;
use kernel::Role;
use kernel::ids::{AccountId, PersonId};
use people::app::consents::By;
use people::app::persons::{self, ChangeRecord, EndReason};
use people::model::Place;
use people::model::person::{Contact, Identity, NewPerson};
use places::AreaKind;
use places::app::{AreaChanges, SaveArea, save_areas};
use uuid::Uuid;

/// Twenty households more, and four who go besides those of the town.
struct Street {
    t: Town,
    people: Vec<PersonId>,
    team: Vec<AccountId>,
    day: Date,
}

impl testkit::Setup for Street {
    fn setup(kind: testkit::Kind) -> Self {
        let t = Town::setup(kind);
        let here = || Place { area: Some(t.area), ..Place::default() };
        let mut team = vec![t.officer];
        for n in 1..=3 {
            let role = if n == 1 { Role::CommitteeWorker } else { Role::Volunteer };
            team.push(t.world.staff(role, here(), &format!("g{n}"), &format!("同事{n}")).0);
        }
        let area = t.area;
        let people = (0..12)
            .map(|n| {
                let new = NewPerson {
                    area,
                    identity: Identity { name: format!("老人{n}"), ..Identity::default() },
                    contact: Contact { address: Some(format!("青禾里{n}号")), ..Contact::default() },
                    guardians: vec![],
                };
                let person = t.world.act(move |cx| {
                    let ground = care::Ground(places::snapshot(cx)?);
                    Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
                });
                t.desk(t.officer, move |cx| visits::begin(cx, person, By::Subject, VisitKind::Chat)).unwrap();
                person
            })
            .collect();
        // Tomorrow: nothing of the day is over yet.
        let day = visits::day_of(t.world.house.rt.now()).checked_add(1.day()).unwrap();
        Self { t, people, team, day }
    }
}

impl Street {
    fn wanted(&self) -> NewRound {
        let (area, day) = (self.t.area, self.day);
        let ready = self.t.desk(self.t.officer, move |cx| rounds::ready(cx, area, day)).unwrap();
        let people = self.team.iter().map(|a| NewVisitor {
            account: *a,
            from: 540,
            to: 1020,
            languages: String::new(),
            nurse: false,
        });
        NewRound {
            area,
            days: vec![day],
            post: None,
            rest: (690, 45),
            people: people.collect(),
            visits: ready.visits.iter().map(|w| w.visit).collect(),
        }
    }
    fn made(&self, new: NewRound) -> RoundId {
        self.t.desk(self.t.officer, move |cx| rounds::create(cx, &new)).unwrap().0
    }
    fn plan(&self, id: RoundId) {
        let seen = self.open(id).whole.round.version;
        let task = self.t.desk(self.t.officer, move |cx| rounds::task(cx, id, Some(seen))).unwrap();
        let solved = task.solve().unwrap();
        self.t.desk(self.t.officer, move |cx| rounds::keep(cx, &solved)).unwrap();
    }
    fn planned(&self) -> RoundId {
        let id = self.made(self.wanted());
        self.plan(id);
        id
    }
    fn open(&self, id: RoundId) -> View {
        self.t.desk(self.t.officer, move |cx| rounds::open(cx, id, None)).unwrap()
    }
    /// A change for the version that stands there.
    fn change<T: Send + 'static>(
        &self,
        id: RoundId,
        f: impl FnOnce(&mut store::Cx<'_>, i64) -> care::Result<T> + Send + 'static,
    ) -> care::Result<T> {
        let seen = self.open(id).whole.round.version;
        self.t.desk(self.t.officer, move |cx| f(cx, seen))
    }
    fn publish(&self, id: RoundId) -> rounds::Published {
        self.change(id, move |cx, seen| rounds::publish(cx, id, seen)).unwrap()
    }
    fn why(&self, id: RoundId, visit: VisitId) -> Option<WhyNot> {
        self.open(id).whole.stops.iter().find(|s| s.visit == visit).unwrap().why
    }
    fn visit_of(&self, id: RoundId, person: PersonId) -> VisitId {
        self.open(id).whole.stops.iter().find(|s| s.person == person).unwrap().visit
    }
}

testkit::both_databases! {
    fn a_day_is_planned_published_and_told(s: Street) {
        let id = s.planned();
        let view = s.open(id);
        assert_eq!(view.whole.pairs.len(), 2);
        for pair in &view.whole.pairs {
            assert_ne!(view.forces[&pair.one], view.forces[&pair.two], "two forces");
            assert!(!view.whole.route(pair.id, s.day).is_empty(), "a fair load");
        }
        assert!(view.whole.stops.iter().all(|stop| stop.at.is_some()), "everybody is visited");
        assert!(view.lines.values().all(|l| l.faults.is_empty()));
        assert_eq!(view.pending, s.people.len());
        let done = s.publish(id);
        assert_eq!((done.sent, done.fell.len()), (s.people.len(), 0));
        assert_eq!(s.open(id).pending, 0);
        assert_eq!(s.publish(id).sent, 0, "published twice sends nobody twice");
        let pair = view.whole.pairs[0].clone();
        let (who, day) = (pair.two, s.day);
        let pack = s.t.desk(who, move |cx| visits::day_pack(cx, who, day)).unwrap();
        let times: Vec<_> = pack.stops.iter().map(|stop| stop.at.clone().unwrap()).collect();
        assert_eq!(times.len(), view.whole.route(pair.id, s.day).len(), "though they are due later");
        assert!(times.is_sorted());
        let feed = s.t.desk(who, move |cx| rounds::feed(cx, who, day)).unwrap();
        assert_eq!(feed.len(), times.len());
        let other = s.t.duty;
        assert!(s.t.desk(other, move |cx| rounds::feed(cx, who, day).map(drop)).is_err(), "only one's own");
    }

    fn who_cannot_be_served_is_named_with_the_reason(s: Street) {
        let elder = s.t.elder;
        s.t.desk(s.t.officer, move |cx| visits::begin(cx, elder, By::Subject, VisitKind::Chat)).unwrap();
        let id = s.made(s.wanted());
        let (dialect, nurse, hours) =
            (s.visit_of(id, elder), s.visit_of(id, s.people[0]), s.visit_of(id, s.people[1]));
        let ask = |visit, asks: Asks| s.change(id, move |cx, seen| rounds::ask(cx, id, seen, visit, asks, 30));
        s.plan(id);
        assert!(s.open(id).lines[&dialect].foreign, "somebody goes who does not speak it, and the page says so");
        ask(dialect, Asks { must_speak: true, ..Asks::default() }).unwrap();
        ask(nurse, Asks { nurse: true, ..Asks::default() }).unwrap();
        ask(hours, Asks { from: Some(1110), to: Some(1140), ..Asks::default() }).unwrap();
        assert_eq!(refused(ask(hours, Asks { from: Some(300), to: None, ..Asks::default() })), "window round-day");
        assert_eq!(refused(ask(hours, Asks { from: Some(900), to: Some(600), ..Asks::default() })), "window round-order");
        s.plan(id);
        assert_eq!(s.why(id, dialect), Some(WhyNot::Language), "nobody speaks it");
        assert_eq!(s.why(id, nurse), Some(WhyNot::Nurse));
        assert_eq!(s.why(id, hours), Some(WhyNot::Hours));
        assert_eq!(s.open(id).whole.stops.iter().filter(|x| x.at.is_none()).count(), 3);
        ask(dialect, Asks::default()).unwrap();
        s.plan(id);
        assert_eq!(s.why(id, dialect), None, "a wish only");
        // Three hours at one door, and a shift of two: no hour of the day would do.
        let long = s.visit_of(id, s.people[2]);
        s.change(id, move |cx, seen| rounds::ask(cx, id, seen, long, Asks::default(), 180)).unwrap();
        for pair in s.open(id).whole.pairs.clone() {
            s.change(id, move |cx, seen| rounds::pair_hours(cx, id, seen, pair.id, 540, 660)).unwrap();
        }
        s.plan(id);
        assert_eq!(s.why(id, long), Some(WhyNot::Far));
        for pair in s.open(id).whole.pairs.clone() {
            s.change(id, move |cx, seen| rounds::pair_hours(cx, id, seen, pair.id, 540, 1020)).unwrap();
        }
        s.plan(id);
        // Put there by hand it is shown as wrong, and not published.
        let (pair, day) = (s.open(id).whole.pairs[0].id, s.day);
        s.change(id, move |cx, seen| rounds::move_stop(cx, id, seen, nurse, Some((pair, day, 0)))).unwrap();
        assert_eq!(s.open(id).lines[&nurse].faults, [Fault::Nurse]);
        assert_eq!(refused(s.change(id, move |cx, seen| rounds::publish(cx, id, seen))), "round-faults");
    }

    fn somebody_is_ill_and_what_is_locked_stays(s: Street) {
        let id = s.planned();
        s.publish(id);
        let view = s.open(id);
        let (well, ill) = (view.whole.pairs[0].clone(), view.whole.pairs[1].clone());
        let kept = view.whole.route(well.id, s.day)[0].clone();
        let visit = kept.visit;
        s.change(id, move |cx, seen| rounds::lock(cx, id, seen, visit, true)).unwrap();
        let day = s.day;
        let off = Off { pair: ill.id, who: ill.one, from: day, to: day, instead: None };
        s.change(id, move |cx, seen| rounds::set_off(cx, id, seen, &off)).unwrap();
        s.plan(id);
        let now = s.open(id);
        assert!(now.whole.route(ill.id, day).is_empty());
        let at = now.whole.stops.iter().find(|x| x.visit == visit).unwrap().at.unwrap();
        assert_eq!(at.pair, well.id);
        assert!((at.start - kept.at.unwrap().start).abs() <= 15, "about the time that was told");
        assert_eq!(now.whole.route(well.id, day).len() + now.whole.stops.iter().filter(|x| x.at.is_none()).count(), 12);
        assert!(now.pending > 0, "the others do not know yet");
        assert!(s.publish(id).sent > 0);
        // With somebody instead: the visits stay as they are.
        let here = Place { area: Some(s.t.area), ..Place::default() };
        let fresh = s.t.world.staff(Role::CommitteeWorker, here, "fresh", "替补").0;
        let before = s.open(id).whole.route(well.id, day).len();
        let partner = if s.open(id).forces[&well.one] == care::model::visit::Force::Front { well.two } else { well.one };
        let gone = if partner == well.one { well.two } else { well.one };
        let off = Off { pair: well.id, who: gone, from: day, to: day, instead: Some(fresh) };
        s.change(id, move |cx, seen| rounds::set_off(cx, id, seen, &off)).unwrap();
        let now = s.open(id);
        let pair = now.whole.pairs.last().unwrap();
        assert!(pair.has(fresh) && pair.has(partner));
        assert_eq!(now.whole.route(pair.id, day).len(), before);
    }

    fn who_died_moved_or_was_given_to_others_falls_out(s: Street) {
        let id = s.planned();
        let (died, hand) = (s.people[0], s.people[1]);
        let (gone, given) = (s.visit_of(id, died), s.visit_of(id, hand));
        s.t.working(s.t.officer, move |cx, why| Ok(persons::end_care(cx, died, why, EndReason::Died)?)).unwrap();
        s.t.world.act(move |cx| care::app::endings::care_is_over(cx, died));
        let (a, b) = (s.t.duty, s.team[3]);
        s.t.desk(s.t.officer, move |cx| {
            let seen = visits::load(cx, given)?.version;
            visits::assign(cx, given, seen, &[a, b])
        })
        .unwrap();
        let done = s.publish(id);
        let mut fell = done.fell.clone();
        fell.sort();
        let mut wanted = vec![(gone, WhyNot::Gone), (given, WhyNot::Hand)];
        wanted.sort();
        assert_eq!(fell, wanted);
        assert_eq!(done.sent, 10);
        s.plan(id);
        assert_eq!(s.why(id, given), Some(WhyNot::Hand), "planning anew takes nothing back from others");
        let still = s.t.desk(s.t.officer, move |cx| visits::load(cx, given)).unwrap();
        assert_eq!((still.state, still.sends(a)), (VisitState::Assigned, true));
    }

    fn who_is_left_with_nobody_is_in_nobodys_day(s: Street) {
        let id = s.planned();
        s.publish(id);
        let (view, day) = (s.open(id), s.day);
        let (well, ill) = (view.whole.pairs[0].clone(), view.whole.pairs[1].clone());
        let day_of = |who| s.t.desk(who, move |cx| visits::day_pack(cx, who, day)).unwrap().stops;
        let feed_of = |who| s.t.desk(who, move |cx| rounds::feed(cx, who, day)).unwrap();
        assert!(!day_of(ill.two).is_empty() && !feed_of(ill.two).is_empty());
        // Ill, and the others have an hour: at once the day of the pair is empty, before anything is planned or published.
        let off = Off { pair: ill.id, who: ill.one, from: day, to: day, instead: None };
        s.change(id, move |cx, seen| rounds::set_off(cx, id, seen, &off)).unwrap();
        for who in [ill.one, ill.two] {
            assert!(day_of(who).is_empty() && feed_of(who).is_empty());
        }
        s.change(id, move |cx, seen| rounds::pair_hours(cx, id, seen, well.id, 540, 620)).unwrap();
        s.plan(id);
        let now = s.open(id);
        let left: Vec<_> = now.whole.stops.iter().filter(|x| x.at.is_none()).cloned().collect();
        assert!(left.len() >= 9, "{} are with nobody", left.len());
        for stop in &left {
            assert_eq!((stop.why, stop.state, stop.told), (Some(WhyNot::Full), VisitState::Planned, None));
            let visit = stop.visit;
            assert!(s.t.desk(s.t.officer, move |cx| visits::load(cx, visit)).unwrap().pair().is_empty());
            assert!(stop.is_to_phone(day), "they expect somebody");
        }
        for who in [well.one, well.two, ill.one, ill.two] {
            assert!(day_of(who).iter().all(|d| left.iter().all(|x| x.visit != d.visit)));
            assert!(feed_of(who).iter().all(|d| left.iter().all(|x| x.visit != d.visit)));
        }
        s.publish(id);
        assert_eq!(s.open(id).pending, 0);
        assert_eq!(day_of(well.two).len(), 12 - left.len());
        // Taken out by hand it leaves the day when that is published; sent again it comes back.
        let visit = s.open(id).whole.route(well.id, day)[0].visit;
        s.change(id, move |cx, seen| rounds::move_stop(cx, id, seen, visit, None)).unwrap();
        assert_eq!(day_of(well.two).len(), 12 - left.len(), "a plan only");
        s.publish(id);
        assert!(day_of(well.two).iter().all(|d| d.visit != visit));
        s.change(id, move |cx, seen| rounds::move_stop(cx, id, seen, visit, Some((well.id, day, 0)))).unwrap();
        s.publish(id);
        assert!(day_of(well.two).iter().any(|d| d.visit == visit));
    }

    fn times_that_were_told_are_kept_and_others_are_telephoned(s: Street) {
        let id = s.planned();
        assert!(s.open(id).whole.stops.iter().all(|x| !x.is_to_phone(s.day)), "nobody expects anything before it is published");
        s.publish(id);
        let (view, day) = (s.open(id), s.day);
        let (well, ill) = (view.whole.pairs[0].clone(), view.whole.pairs[1].clone());
        let off = Off { pair: ill.id, who: ill.one, from: day, to: day, instead: None };
        s.change(id, move |cx, seen| rounds::set_off(cx, id, seen, &off)).unwrap();
        s.plan(id);
        let now = s.open(id);
        assert!(now.whole.stops.iter().all(|x| x.at.is_some()), "the other pair has the day for it");
        let mut moved = 0;
        for stop in &now.whole.stops {
            let was = view.whole.stops.iter().find(|x| x.visit == stop.visit).unwrap().at.unwrap();
            let near = (stop.at.unwrap().start - was.start).abs() <= 15;
            assert_eq!(stop.is_to_phone(day), !near);
            assert_eq!(stop.known, Some((day, was.start)));
            moved += usize::from(!near);
        }
        let kept = now.whole.stops.len() - moved;
        let had = view.whole.route(well.id, day).len().max(view.whole.route(ill.id, day).len());
        assert!(kept >= had, "{kept} of 12 keep their time, one pair had {had}");
        s.publish(id);
        let open = s.open(id);
        let call: Vec<VisitId> = open.whole.stops.iter().filter(|x| x.is_to_phone(day)).map(|x| x.visit).collect();
        assert_eq!(call.len(), moved, "published, and still nobody has telephoned");
        let (visit, seen) = (call[0], open.whole.round.version);
        s.t.desk(s.t.officer, move |cx| rounds::called(cx, id, seen, visit)).unwrap();
        let twice = s.t.desk(s.t.officer, move |cx| rounds::called(cx, id, seen, visit));
        assert!(matches!(twice, Err(care::Error::Stale { .. })));
        let now = s.open(id);
        assert_eq!(now.whole.stops.iter().filter(|x| x.is_to_phone(day)).count(), moved - 1);
        s.plan(id);
        let at = |view: &View, v| view.whole.stops.iter().find(|x| x.visit == v).unwrap().at.unwrap().start;
        assert!((at(&s.open(id), visit) - at(&now, visit)).abs() <= 15, "what they were told by telephone counts");
    }

    fn who_lives_elsewhere_or_at_another_address_is_told_right(s: Street) {
        let save = ["c1", "c2"].map(|code| SaveArea::new(AreaKind::Community, Some(code), code)).into();
        let saved = s.t.world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved;
        let (here, there) = (saved[0].0, saved[1].0);
        let to = |person: PersonId, area| {
            s.t.working(s.t.officer, move |cx, why| {
                let ground = care::Ground(places::snapshot(cx)?);
                Ok(persons::move_person(cx, &ground, person, why, area)?)
            })
            .unwrap();
        };
        s.people.iter().for_each(|p| to(*p, here));
        let id = s.made(NewRound { area: here, ..s.wanted() });
        s.plan(id);
        let (gone, changed) = (s.people[2], s.people[3]);
        let (left, other) = (s.visit_of(id, gone), s.visit_of(id, changed));
        let address = |typed: &str| {
            let contact = Contact { address: Some(typed.into()), ..Contact::default() };
            let change = ChangeRecord { contact: Some(contact), ..ChangeRecord::default() };
            s.t.working(s.t.officer, move |cx, why| {
                let seen = persons::open_record(cx, changed, why)?.version;
                Ok(persons::change_record(cx, changed, seen, why, &change)?)
            })
            .unwrap();
        };
        to(gone, there);
        address("桂花里9号");
        let view = s.open(id);
        assert!(view.lines[&other].readdressed, "the page says so before");
        assert!(view.elsewhere == [left] && !view.lines.contains_key(&left), "and shows nothing of who lives elsewhere");
        let doors = view.whole.pairs.iter().map(|p| {
            let (pair, day) = (p.id, s.day);
            s.t.desk(s.t.officer, move |cx| rounds::sheet(cx, id, pair, day)).unwrap().stops.len()
        });
        assert_eq!(doors.sum::<usize>(), 11);
        let done = s.publish(id);
        assert_eq!((done.fell.clone(), done.sent, done.readdressed, done.stopped), (vec![(left, WhyNot::Moved)], 11, 1, false));
        assert!(!s.open(id).lines[&other].readdressed);
        // And when it is published already: nobody is sent there any more, and nobody telephones.
        let (next, day) = (s.people[4], s.day);
        let visit = s.visit_of(id, next);
        let pair = s.open(id).whole.stops.iter().find(|x| x.visit == visit).unwrap().at.unwrap().pair;
        let who = s.open(id).whole.pair(pair).unwrap().one;
        to(next, there);
        assert_eq!(s.publish(id).fell, [(visit, WhyNot::Moved)]);
        let open = s.open(id);
        let stop = open.whole.stops.iter().find(|x| x.visit == visit).unwrap();
        assert!((stop.state, stop.known, stop.is_to_phone(day)) == (VisitState::Planned, None, false));
        let feed = s.t.desk(who, move |cx| rounds::feed(cx, who, day)).unwrap();
        assert!(feed.iter().all(|t| t.visit != visit));
    }

    fn nobody_is_at_two_doors_in_two_rounds(s: Street) {
        let mut first = s.wanted();
        let others = first.visits.split_off(6);
        let one = s.made(first);
        s.plan(one);
        let two = s.made(NewRound { visits: others, ..s.wanted() });
        s.plan(two);
        let (a, b) = (s.open(one), s.open(two));
        assert!(!a.busy.is_empty() && !b.busy.is_empty(), "each page says where they are besides");
        let mut met = 0;
        for x in &a.whole.stops {
            let at = x.at.unwrap();
            let here = a.whole.pair(at.pair).unwrap();
            for y in &b.whole.stops {
                let then = y.at.expect("the rest of the day is long enough");
                let there = b.whole.pair(then.pair).unwrap();
                if here.has(there.one) || here.has(there.two) {
                    met += 1;
                    assert!(at.end < then.start || then.end < at.start, "{at:?} and {then:?}");
                }
            }
        }
        assert!(met > 0);
        let (area, day) = (s.t.area, s.day);
        let ready = s.t.desk(s.t.officer, move |cx| rounds::ready(cx, area, day)).unwrap();
        assert!(ready.people.iter().filter(|p| s.team.contains(&p.account)).all(|p| p.busy.len() == 2));
        // Put there by hand it is marked, and not published until the other round is called off.
        let pair = b.whole.pairs[0].id;
        let visit = b.whole.route(pair, day).last().unwrap().visit;
        s.change(two, move |cx, seen| rounds::move_stop(cx, two, seen, visit, Some((pair, day, 0)))).unwrap();
        assert!(s.open(two).lines[&visit].faults.contains(&Fault::Busy));
        assert_eq!(refused(s.change(two, move |cx, seen| rounds::publish(cx, two, seen))), "round-faults");
        s.change(one, move |cx, seen| rounds::call_off(cx, one, seen)).unwrap();
        assert!(s.open(two).busy.is_empty());
        assert_eq!(s.publish(two).sent, 6);
    }

    fn planning_is_watched_ended_or_taken_as_it_is_and_begun_once(s: Street) {
        let id = s.made(s.wanted());
        let rt = s.t.world.house.rt.clone();
        let who = s.t.world.who(s.t.officer, kernel::Purpose::Administration);
        let work = || s.t.desk(s.t.officer, move |cx| rounds::work(cx, id)).unwrap().unwrap();
        let begin = |seen| s.t.desk(s.t.officer, move |cx| rounds::begin(cx, id, seen));
        let wish = |wish| s.t.desk(s.t.officer, move |cx| rounds::end(cx, id, wish)).unwrap();
        let placed = || s.open(id).whole.stops.iter().filter(|x| x.at.is_some()).count();
        let seen = s.open(id).whole.round.version;
        let begun = begin(Some(seen)).unwrap();
        assert_eq!((work().state, work().visits, work().by), (WorkState::Running, 12, Some(s.t.officer)));
        assert_eq!(refused(begin(Some(seen)).map(drop)), "round-planning", "two at once");
        assert_eq!(refused(s.t.desk(s.t.far, move |cx| rounds::work(cx, id).map(drop))), "elsewhere");
        // Ended: nothing is written.
        wish(Wish::End);
        wish(Wish::Take);
        assert_eq!(begun.run(&rt, &who).unwrap(), WorkState::Ended, "the first word counts");
        assert_eq!((placed(), work().state, s.open(id).whole.round.version), (0, WorkState::Ended, seen));
        // Taken as it is.
        let begun = begin(Some(seen)).unwrap();
        wish(Wish::Take);
        assert_eq!(begun.run(&rt, &who).unwrap(), WorkState::Done);
        assert_eq!((placed(), work().left), (12, Some(0)));
        // Somebody changes the round meanwhile.
        let begun = begin(None).unwrap();
        let visit = s.visit_of(id, s.people[0]);
        s.change(id, move |cx, seen| rounds::lock(cx, id, seen, visit, true)).unwrap();
        assert_eq!(begun.run(&rt, &who).unwrap(), WorkState::Stale);
        assert!(s.open(id).whole.stops.iter().any(|x| x.locked));
        assert!(matches!(begin(Some(1)), Err(care::Error::Stale { .. })), "an old page");
        // The process died: after a minute the page says so, and planning begins anew. What comes from the dead is not written.
        let dead = begin(None).unwrap();
        s.t.world.house.clock.advance_secs(61);
        assert_eq!(work().state, WorkState::Lost);
        let begun = begin(None).unwrap();
        assert_eq!(dead.run(&rt, &who).unwrap(), WorkState::Ended);
        assert_eq!(work().state, WorkState::Running);
        assert_eq!(begun.run(&rt, &who).unwrap(), WorkState::Done);
        assert_eq!((work().state, work().done), (WorkState::Done, 1_000));
    }

    fn changes_by_hand_are_kept_and_a_stale_page_is_told(s: Street) {
        let id = s.planned();
        let view = s.open(id);
        let (from, to) = (view.whole.pairs[0].id, view.whole.pairs[1].id);
        let visit = view.whole.route(from, s.day)[0].visit;
        let (day, seen) = (s.day, view.whole.round.version);
        s.t.desk(s.t.officer, move |cx| rounds::move_stop(cx, id, seen, visit, Some((to, day, 1)))).unwrap();
        let again = s.t.desk(s.t.officer, move |cx| rounds::move_stop(cx, id, seen, visit, None));
        assert!(matches!(again, Err(care::Error::Stale { .. })), "somebody else was faster");
        let now = s.open(id);
        assert_eq!(now.whole.route(to, day)[1].visit, visit);
        assert!(now.whole.route(to, day).windows(2).all(|w| w[0].at.unwrap().end < w[1].at.unwrap().start));
        s.plan(id);
        let at = s.open(id).whole.stops.iter().find(|x| x.visit == visit).unwrap().at;
        assert_eq!(at.unwrap().pair, to, "what was put somewhere by hand stays");
        s.change(id, move |cx, seen| rounds::move_stop(cx, id, seen, visit, None)).unwrap();
        s.plan(id);
        assert_eq!(s.why(id, visit), Some(WhyNot::Aside));
    }

    fn what_makes_no_sense_is_refused(s: Street) {
        let made = |new: NewRound| s.t.desk(s.t.officer, move |cx| rounds::create(cx, &new)).map(drop);
        let yesterday = s.day.checked_sub(2.days()).unwrap();
        assert_eq!(refused(made(NewRound { days: vec![yesterday], ..s.wanted() })), "days round-past");
        assert_eq!(refused(made(NewRound { days: vec![], ..s.wanted() })), "days missing");
        assert_eq!(refused(made(NewRound { visits: vec![], ..s.wanted() })), "visits missing");
        let mut night = s.wanted();
        night.people[0].from = 60;
        assert_eq!(refused(made(night)), "hours round-shift");
        let mut one = s.wanted();
        one.people.truncate(1);
        assert_eq!(refused(made(one)), "round-nobody");
        let mut stranger = s.wanted();
        stranger.people[0].account = AccountId(Uuid::from_u128(5));
        assert_eq!(refused(made(stranger)), "people unknown");
        let new = s.wanted();
        assert_eq!(refused(s.t.desk(s.t.far, move |cx| rounds::create(cx, &new).map(drop))), "elsewhere");
        let new = s.wanted();
        let volunteer = s.team[3];
        assert_eq!(refused(s.t.desk(volunteer, move |cx| rounds::create(cx, &new).map(drop))), "role");
        let id = s.planned();
        assert_eq!(refused(made(s.wanted())), "round-none-left", "the visits stand in another round");
        let view = s.open(id);
        let a = view.whole.pairs[0].one;
        let (c, d) = (s.team[3], s.t.duty);
        assert_eq!(refused(s.change(id, move |cx, seen| rounds::add_pair(cx, id, seen, (c, d), (540, 600)))), "round-twice");
        let pair = view.whole.pairs[0].id;
        let swap = |two| s.change(id, move |cx, seen| rounds::swap(cx, id, seen, pair, (a, two)));
        assert_eq!(refused(swap(a)), "visit-two");
    }

    fn the_sheet_has_no_names_where_the_supplementary_force_goes(s: Street) {
        let id = s.planned();
        let (view, day) = (s.open(id), s.day);
        for pair in view.whole.pairs.clone() {
            let support = [pair.one, pair.two].iter().any(|a| view.forces[a] == care::model::visit::Force::Support);
            let sheet = s.t.desk(s.t.officer, move |cx| rounds::sheet(cx, id, pair.id, day)).unwrap();
            assert_eq!(sheet.without_names, support);
            assert!(sheet.stops.iter().all(|stop| stop.name.is_none() == support && stop.address.is_some()));
        }
    }
}
