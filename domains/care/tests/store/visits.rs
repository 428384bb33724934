//! Visits: a date with its reasons, a pair that is sent, an outcome that is taken once, and a closed door that is not forgotten.

use super::{Town, refused};
use care::app::visits::{self, Answer, Filter, NewFact, VisitCommand};
use care::app::volunteers;
use care::model::visit::{ConflictWhy, Form, Outcome, VisitId, VisitKind, VisitState};
use care::model::visit_plan::{FactKind, FactSource, RoundKind, VisitRules};
use kernel::Role;
use kernel::ids::{AccountId, PersonId};
use people::app::consents::{self, Aim, Answer as Said, By, Way};
use people::app::persons::{self, EndReason, ResidentRow, import_residents};
use people::model::Place;
use people::model::person::{Identity, Part};
use uuid::Uuid;

/// The elder with a plan, and two who are sent.
struct Sent {
    t: Town,
    volunteer: AccountId,
    visit: VisitId,
}

impl testkit::Setup for Sent {
    fn setup(kind: testkit::Kind) -> Self {
        let t = Town::setup(kind);
        let here = Place { area: Some(t.area), ..Place::default() };
        let volunteer = t.world.staff(Role::Volunteer, here, "vol", "志愿者").0;
        let insured = visits::day_of(t.world.house.rt.now().plus_days(300));
        t.desk(t.officer, move |cx| volunteers::list_seated(cx, volunteer, insured, true)).unwrap();
        let elder = t.elder;
        t.desk(t.officer, move |cx| visits::begin(cx, elder, By::Subject, VisitKind::Chat)).unwrap();
        let mut sent = Self { t, volunteer, visit: VisitId(Uuid::nil()) };
        sent.visit = sent.send();
        sent
    }
}

impl Sent {
    /// Sends the pair to the open visit.
    fn send(&self) -> VisitId {
        let (a, b) = (self.t.duty, self.volunteer);
        let (id, version) = self.open();
        let visit = self.t.desk(self.t.officer, move |cx| visits::assign(cx, id, version, &[a, b])).unwrap();
        assert_eq!((visit.id, visit.state), (id, VisitState::Assigned));
        id
    }
    fn open(&self) -> (VisitId, i64) {
        let due = self.t.desk(self.t.officer, |cx| visits::due(cx, Filter::All, 10)).unwrap();
        (due[0].visit.id, due[0].visit.version)
    }
    fn command(&self, outcome: Outcome, form: Form) -> VisitCommand {
        let id = self.t.world.look(|cx| Ok::<Uuid, care::Error>(cx.new_id()));
        let phone_time = self.t.world.house.rt.now();
        VisitCommand { id, visit: self.visit, outcome, phone_time, form, photo: None }
    }
    fn apply(&self, who: AccountId, command: &VisitCommand) -> care::Result<Answer> {
        let command = command.clone();
        self.t.desk(who, move |cx| visits::apply(cx, &command))
    }
    fn person(&self) -> visits::OfPerson {
        let elder = self.t.elder;
        self.t.desk(self.t.officer, move |cx| visits::of_person(cx, elder)).unwrap().unwrap()
    }
    fn fact(&self, kind: FactKind) -> care::Result<Uuid> {
        let (elder, on) = (self.t.elder, visits::day_of(self.t.world.house.rt.now()));
        let new = NewFact { kind, source: FactSource::Family, on, until: None };
        self.t.desk(self.t.officer, move |cx| visits::state_fact(cx, elder, &new))
    }
}

testkit::both_databases! {
    fn a_plan_says_when_and_why_and_health_needs_its_consent(s: Sent) {
        assert_eq!(s.person().reasons, ["first"]);
        s.fact(FactKind::Alone).unwrap();
        assert_eq!(refused(s.fact(FactKind::Alone)), "visit-fact-twice");
        assert_eq!(refused(s.fact(FactKind::Discharged)), "no-consent-health");
        let (elder, review_on) = (s.t.elder, s.t.world.house.rt.now().plus_days(300));
        s.t.working(s.t.officer, move |cx, why| Ok(consents::record(cx, elder, why, &consents::NewConsent {
            part: Part::Health, answer: Said::Given, by: By::Subject, guardian: None, aim: Aim::GettingHome,
            way: Way::Paper, witness: "陈主任".into(), review_on, by_themselves: false,
        })?)).unwrap();
        s.fact(FactKind::Discharged).unwrap();
        assert_eq!(s.person().reasons, ["change-discharged"]);
        let due = s.t.desk(s.t.officer, |cx| visits::due(cx, Filter::Soon, 10)).unwrap();
        assert_eq!(due[0].visit.reasons, ["change"], "a list does not say which");
        s.t.working(s.t.officer, move |cx, why| {
            Ok(consents::withdraw(cx, elder, why, Part::Health, By::Subject, Way::Phone)?)
        }).unwrap();
        assert_eq!(s.person().facts.len(), 1, "of health nothing is shown any more");
        let wish = s.t.desk(s.t.officer, move |cx| visits::set_wish(cx, elder, Some(200), ""));
        wish.unwrap();
        assert_eq!(s.person().reasons, ["wish"]);
        s.t.desk(s.t.officer, move |cx| visits::set_wish(cx, elder, Some(200), "楼上没有电梯")).unwrap();
        assert_eq!(s.person().reasons, ["first", "safety"]);
    }

    fn only_a_mixed_pair_is_sent_and_only_by_those_of_the_place(s: Sent) {
        let ((id, version), duty, officer) = (s.open(), s.t.duty, s.t.officer);
        let send = |who, to: Vec<AccountId>| s.t.desk(who, move |cx| visits::assign(cx, id, version, &to)).map(drop);
        assert_eq!(refused(send(officer, vec![duty])), "visit-two");
        assert_eq!(refused(send(officer, vec![duty, officer])), "visit-mixed");
        assert_eq!(refused(send(s.volunteer, vec![duty, s.volunteer])), "role");
        assert_eq!(refused(send(s.t.far, vec![duty, s.volunteer])), "elsewhere");
        assert!(s.t.desk(s.t.far, |cx| visits::due(cx, Filter::All, 10)).unwrap().is_empty());
        assert_eq!(refused(s.t.desk(s.volunteer, |cx| visits::due(cx, Filter::All, 10))), "role");
        let elder = s.t.elder;
        assert_eq!(refused(s.t.desk(s.volunteer, move |cx| visits::of_person(cx, elder))), "role");
    }

    fn a_day_holds_what_is_needed_at_the_door_and_no_name_for_the_supplementary_force(s: Sent) {
        let day = visits::day_of(s.t.world.house.rt.now().plus_days(30));
        let pack = |who: AccountId| s.t.desk(who, move |cx| visits::day_pack(cx, who, day)).unwrap();
        let (theirs, ours) = (pack(s.volunteer), pack(s.t.duty));
        assert_eq!((theirs.stops.len(), ours.stops.len()), (1, 1));
        assert_eq!(theirs.stops[0].name, None);
        assert_eq!(theirs.stops[0].address.as_deref(), Some("青禾里3号"));
        assert_eq!(ours.stops[0].name.as_deref(), Some("王桂芳"));
        let (duty, volunteer) = (s.t.duty, s.volunteer);
        assert!(s.t.desk(volunteer, move |cx| visits::day_pack(cx, duty, day).map(drop)).is_err(), "only one's own");
    }

    fn an_outcome_is_taken_once_and_each_need_is_one_task(s: Sent) {
        let form = Form {
            needs: vec!["doctor".into()], hazards: vec!["gas".into()], mood: Some("lonely".into()),
            note: "想女儿了".into(), ..Form::default()
        };
        let command = s.command(Outcome::Seen, form);
        assert_eq!(s.apply(s.volunteer, &command).unwrap(), Answer::Applied);
        assert_eq!(s.apply(s.volunteer, &command).unwrap(), Answer::AlreadyApplied);
        assert_eq!(s.t.jobs("care.visit_task"), 2);
        let of = s.person();
        assert_eq!((of.past.len(), of.past[0].form.note.as_str()), (1, "想女儿了"));
        assert_ne!(of.next.unwrap().id, s.visit, "the next is planned");
        let left = s.t.world.look(|cx| Ok::<_, care::Error>(
            cx.query_one("SELECT sealed FROM care_visit_report", &[])?.blob("sealed")?));
        assert!(!String::from_utf8_lossy(&left).contains("lonely"));
        // The other telephone of the pair: nothing is lost, nothing counts twice.
        let other = s.command(Outcome::NotHome, Form { needs: vec!["meal".into()], ..Form::default() });
        assert_eq!(s.apply(s.t.duty, &other).unwrap(), Answer::Conflict(ConflictWhy::Done));
        assert_eq!(s.apply(s.t.duty, &other).unwrap(), Answer::Conflict(ConflictWhy::Done));
        let inbox = s.t.desk(s.t.officer, visits::conflicts).unwrap();
        assert_eq!((inbox.len(), inbox[0].form.needs.len()), (1, 1));
        let id = inbox[0].id;
        s.t.desk(s.t.officer, move |cx| visits::take(cx, id)).unwrap();
        assert_eq!(refused(s.t.desk(s.t.officer, move |cx| visits::put_aside(cx, id))), "visit-settled");
        assert_eq!(s.t.jobs("care.visit_task"), 3);
        assert_eq!(s.person().misses, 0);
    }

    fn a_clock_that_is_wrong_is_not_believed_and_nonsense_is_refused(s: Sent) {
        let mut command = s.command(Outcome::Seen, Form { mood: Some("x".into()), ..Form::default() });
        assert_eq!(refused(s.apply(s.volunteer, &command)), "mood unknown");
        command.form.mood = None;
        command.phone_time = command.phone_time.plus_hours(9);
        assert_eq!(s.apply(s.volunteer, &command).unwrap(), Answer::Applied);
        let of = s.person();
        assert!(of.past[0].clock_off && of.past[0].done_at <= s.t.world.house.rt.now());
    }

    fn nobody_at_home_twice_is_a_welfare_check_once(s: Sent) {
        let mut s = s;
        for n in 1..=3 {
            let command = s.command(Outcome::NotHome, Form::default());
            assert_eq!(s.apply(s.volunteer, &command).unwrap(), Answer::Applied);
            assert_eq!(s.t.jobs("care.visit_task"), i64::from(n >= 2));
            s.visit = s.send();
        }
        assert!(s.person().welfare_due.is_some());
        assert_eq!(s.t.jobs("care.welfare_over"), 0);
        assert_eq!(s.t.desk(s.t.officer, |cx| visits::due(cx, Filter::Welfare, 10)).unwrap().len(), 1);
        s.apply(s.t.duty, &s.command(Outcome::Seen, Form::default())).unwrap();
        let of = s.person();
        assert_eq!((of.misses, of.welfare_due), (0, None));
        assert_eq!(s.t.jobs("care.welfare_over"), 1, "whoever was to make sure hears of it");
    }

    fn the_page_of_somebody_is_for_those_of_the_place_and_the_list_says_who_comes_first(s: Sent) {
        let elder = s.t.elder;
        let page = |who: AccountId| s.t.desk(who, move |cx| visits::page(cx, elder));
        let open = page(s.t.officer).unwrap();
        assert_eq!(open.known.unwrap().name, "王桂芳");
        assert!(open.may_plan && !open.health && open.visits.is_some());
        assert_eq!(page(s.t.far).err().map(|e| refused::<()>(Err(e))).as_deref(), Some("elsewhere"));
        assert_eq!(page(s.volunteer).err().map(|e| refused::<()>(Err(e))).as_deref(), Some("role"));
        let list = |who: AccountId, ask: visits::Ask| s.t.desk(who, move |cx| visits::people(cx, &ask));
        let ask = visits::Ask { most: 10, ..visits::Ask::default() };
        let all = list(s.t.officer, ask.clone()).unwrap();
        assert_eq!((all.n, all.lines[0].name.as_deref(), all.lines[0].planned), (1, Some("王桂芳"), true));
        assert_eq!(list(s.t.far, ask.clone()).unwrap().n, 0);
        let named = |name: &str| list(s.t.officer, visits::Ask { name: name.into(), ..ask.clone() }).unwrap().n;
        assert_eq!((named("桂芳"), named("李四")), (1, 0));
        let alone = visits::Ask { which: visits::Which::Alone, ..ask.clone() };
        assert_eq!(list(s.t.officer, alone.clone()).unwrap().n, 0);
        s.fact(FactKind::Alone).unwrap();
        assert_eq!(list(s.t.officer, alone).unwrap().n, 1);
        let file = list(s.t.officer, visits::Ask { nameless: true, ..ask }).unwrap();
        assert_eq!(file.lines[0].name, None);
        // A need said at the desk is one task, however often the form is sent.
        let id = Uuid::from_u128(7);
        for _ in 0..2 {
            s.t.desk(s.t.officer, move |cx| visits::say_need(cx, elder, id, "need-meal")).unwrap();
        }
        assert_eq!(s.t.jobs("care.visit_task"), 1);
        assert_eq!(refused(s.t.desk(s.t.officer, move |cx| visits::say_need(cx, elder, id, "need-x"))), "need missing");
        // Over: said gently, nothing else.
        s.t.working(s.t.officer, move |cx, why| Ok(persons::end_care(cx, elder, why, EndReason::Died)?)).unwrap();
        let over = page(s.t.officer).unwrap();
        assert!(over.known.is_none() && over.visits.is_none() && over.ended.is_some() && !over.may_plan);
    }

    fn everybody_stands_on_one_page_of_the_list_and_where_others_work_nobody(s: Sent) {
        let bring = |from: usize, to: usize| {
            let rows: Vec<ResidentRow> = (from..to).map(|n| ResidentRow {
                key: format!("row-{n}"),
                area: s.t.area,
                identity: Identity { name: format!("李{n}"), ..Identity::default() },
                contact: people::model::person::Contact::default(),
                guardians: Vec::new(),
            }).collect();
            s.t.world.act(move |cx| {
                let ground = care::Ground(places::snapshot(cx)?);
                import_residents(cx, &ground, &rows).map_err(care::Error::from)
            });
        };
        bring(0, 30);
        let all = s.t.world.look(people::app::persons::everybody);
        let planned: Vec<PersonId> = all.iter().copied().filter(|p| *p != s.t.elder).take(5).collect();
        for person in planned.clone() {
            s.t.desk(s.t.officer, move |cx| visits::begin(cx, person, By::Subject, VisitKind::Chat)).unwrap();
        }
        let list = |who: AccountId, ask: visits::Ask| s.t.desk(who, move |cx| visits::people(cx, &ask)).unwrap();
        let ask = |which, skip| visits::Ask { which, skip, most: 10, ..visits::Ask::default() };
        let mut seen = Vec::new();
        for page in 0..4 {
            let listed = list(s.t.officer, ask(visits::Which::All, 10 * page));
            assert_eq!((listed.n, listed.more), (31, false));
            seen.extend(listed.lines);
        }
        assert_eq!(seen.len(), 31);
        assert!(seen.iter().take(6).all(|p| p.next.is_some()) && seen.iter().skip(6).all(|p| p.next.is_none()));
        let once: std::collections::BTreeSet<PersonId> = seen.iter().map(|p| p.person).collect();
        assert_eq!(once.len(), 31);
        let without = list(s.t.officer, ask(visits::Which::NoPlan, 20));
        assert_eq!((without.n, without.lines.len()), (25, 5));
        assert_eq!((list(s.t.far, ask(visits::Which::All, 0)).n, list(s.t.far, ask(visits::Which::NoPlan, 0)).n), (0, 0));
        // Part of a name, a page that begins behind the end, and the open visits of one area.
        let named = visits::Ask { name: "李2".into(), ..ask(visits::Which::All, 0) };
        assert_eq!(list(s.t.officer, named).n, 11);
        assert!(list(s.t.officer, ask(visits::Which::Late, 40)).lines.is_empty());
        let area = s.t.area;
        let open = |who, filter, skip| {
            let ask = visits::ListAsk { filter, area: Some(area), skip, most: 4, ..visits::ListAsk::default() };
            s.t.desk(who, move |cx| visits::find(cx, &ask)).unwrap()
        };
        let first = open(s.t.officer, Filter::All, 0);
        let second = open(s.t.officer, Filter::All, 4);
        assert_eq!((first.all, first.lines.len(), second.all, second.lines.len()), (6, 4, 6, 2));
        assert!(first.lines.iter().all(|d| second.lines.iter().all(|o| o.visit.id != d.visit.id)));
        assert_eq!(open(s.t.officer, Filter::Welfare, 0).all, 0);
        assert_eq!((open(s.t.far, Filter::All, 0).all, open(s.t.far, Filter::All, 0).areas.len()), (0, 0));
        // However many live there, a page asks the same number of questions.
        let asked = || s.t.desk(s.t.officer, move |cx| {
            let before = cx.statements();
            visits::people(cx, &ask(visits::Which::NoPlan, 0))?;
            visits::find(cx, &visits::ListAsk { most: 4, ..visits::ListAsk::default() })?;
            Ok(cx.statements() - before)
        }).unwrap();
        let few = asked();
        bring(30, 330);
        assert_eq!(asked(), few);
    }

    fn the_family_sees_why_and_how_often_is_theirs_to_say(s: Sent) {
        let elder = s.t.elder;
        s.fact(FactKind::Alone).unwrap();
        let own = || s.t.family(move |cx| visits::own(cx, elder)).unwrap();
        let before = own().unwrap();
        assert_eq!(before.plan.facts.len(), 1);
        assert_eq!(before.who[&before.plan.facts[0].written_by.unwrap()].0, "周警官");
        assert!(before.plan.next.unwrap().pair().iter().all(|a| before.who.contains_key(a)));
        let say = |seen, often| s.t.family(move |cx| visits::own_wish(cx, elder, None, seen, often));
        let seen = before.plan.version;
        say(seen, visits::Often::Days(180)).unwrap();
        say(seen, visits::Often::Days(180)).unwrap();
        assert!(matches!(say(seen, visits::Often::Days(90)), Err(care::Error::Stale { .. })));
        assert_eq!(own().unwrap().plan.reasons, ["wish"]);
        assert!(s.t.desk(s.t.officer, move |cx| visits::own_wish(cx, elder, None, 1, visits::Often::None)).is_err());
        for _ in 0..2 {
            say(0, visits::Often::None).unwrap();
        }
        assert!(own().is_none());
        assert_eq!(s.t.jobs("care.visit_task"), 1, "somebody calls");
        assert!(s.t.desk(s.t.officer, |cx| visits::due(cx, Filter::All, 10)).unwrap().is_empty());
    }

    /// N4, R7: the elder's own word holds at once; a guardian alone takes nobody's visits away who lives alone.
    fn a_guardian_alone_ends_no_visits_of_somebody_living_alone(s: Sent) {
        let (elder, guardian) = (s.t.elder, Some(people::model::GuardianId(uuid::Uuid::from_u128(7))));
        s.fact(FactKind::Alone).unwrap();
        let plan = || s.t.family(move |cx| visits::own(cx, elder)).unwrap().unwrap().plan;
        let asks = |seen, often| s.t.family(move |cx| visits::own_wish(cx, elder, guardian, seen, often));
        let before = plan();
        let seen = before.version;
        assert!(matches!(asks(seen - 1, visits::Often::None), Err(care::Error::Stale { .. })));
        for _ in 0..2 {
            assert_eq!(asks(seen, visits::Often::None).unwrap(), visits::Said::Waits, "sent twice, it counts once");
        }
        assert_eq!(s.t.jobs("care.visit_task"), 1, "somebody is told to call");
        let waits = plan();
        assert_eq!(waits.asked.unwrap().often, visits::Often::None);
        assert_eq!((waits.next.as_ref(), &waits.reasons), (before.next.as_ref(), &before.reasons));
        // Fewer for somebody alone is as good as none.
        assert_eq!(asks(waits.version, visits::Often::Days(180)).unwrap(), visits::Said::Waits);
        let waits = plan();
        assert_eq!((waits.asked.unwrap().often, &waits.reasons), (visits::Often::Days(180), &before.reasons));
        // The elder was asked, and wants them as before; a form of before says so.
        let answer = |seen, wished| s.t.desk(s.t.officer, move |cx| visits::answer_asked(cx, elder, seen, wished));
        assert!(matches!(answer(seen, true), Err(care::Error::Stale { .. })));
        for _ in 0..2 {
            answer(waits.version, false).unwrap();
        }
        assert_eq!((plan().asked, plan().wish), (None, None));
        // Asked again, and the elder wishes it too.
        asks(plan().version, visits::Often::Days(90)).unwrap();
        answer(plan().version, true).unwrap();
        assert_eq!((plan().wish.unwrap().days, plan().asked), (90, None));
        asks(plan().version, visits::Often::None).unwrap();
        assert!(s.t.desk(s.t.far, move |cx| visits::answer_asked(cx, elder, 1, true)).is_err(), "nobody from elsewhere");
        let version = plan().version;
        answer(version, true).unwrap();
        assert!(s.t.family(move |cx| visits::own(cx, elder)).unwrap().is_none());
        // What the elder says holds at once, and a guardian does not take it back: not to more visits either (N4).
        s.t.desk(s.t.officer, move |cx| visits::begin(cx, elder, By::Subject, VisitKind::Chat)).unwrap();
        let version = plan().version;
        s.t.family(move |cx| visits::own_wish(cx, elder, None, version, visits::Often::Days(60))).unwrap();
        assert_eq!(asks(plan().version, visits::Often::Usual).unwrap(), visits::Said::Waits);
        assert_eq!((plan().wish.unwrap().days, plan().asked.unwrap().often), (60, visits::Often::Usual));
        answer(plan().version, true).unwrap();
        assert_eq!((plan().wish, plan().asked), (None, None), "she wishes it, too");
        asks(plan().version, visits::Often::None).unwrap();
        let version = plan().version;
        let own = s.t.family(move |cx| visits::own_wish(cx, elder, None, version, visits::Often::None)).unwrap();
        assert_eq!(own, visits::Said::Done);
        assert!(s.t.family(move |cx| visits::own(cx, elder)).unwrap().is_none());
        // Where a guardian agreed for somebody who lives with others, a guardian ends it; somebody calls afterwards.
        s.t.desk(s.t.officer, move |cx| visits::begin(cx, elder, By::Guardian, VisitKind::Chat)).unwrap();
        assert_eq!(asks(plan().version, visits::Often::Days(180)).unwrap(), visits::Said::Done);
        assert_eq!(asks(plan().version, visits::Often::Usual).unwrap(), visits::Said::Done, "their own word");
        assert_eq!(asks(plan().version, visits::Often::None).unwrap(), visits::Said::Done);
        assert!(s.t.family(move |cx| visits::own(cx, elder)).unwrap().is_none());
    }

    fn a_consent_about_health_that_ends_moves_the_date_at_once(s: Sent) {
        let (elder, review_on) = (s.t.elder, s.t.world.house.rt.now().plus_days(300));
        s.t.working(s.t.officer, move |cx, why| Ok(consents::record(cx, elder, why, &consents::NewConsent {
            part: Part::Health, answer: Said::Given, by: By::Subject, guardian: None, aim: Aim::GettingHome,
            way: Way::Paper, witness: "陈主任".into(), review_on, by_themselves: false,
        })?)).unwrap();
        s.fact(FactKind::Discharged).unwrap();
        let day = || s.t.desk(s.t.officer, |cx| visits::due(cx, Filter::All, 10)).unwrap()[0].visit.reasons.clone();
        assert_eq!(day(), ["change"]);
        s.t.working(s.t.officer, move |cx, why| {
            Ok(consents::withdraw(cx, elder, why, Part::Health, By::Subject, Way::Phone)?)
        }).unwrap();
        let house = &s.t.world.house;
        store::jobs::run_due(&house.rt, house.district, &care::handlers()).unwrap();
        assert_eq!(day(), ["first"]);
    }

    fn whoever_was_sent_before_ends_in_the_inbox_and_the_end_of_care_stops_everything(s: Sent) {
        let (id, duty) = (s.visit, s.t.duty);
        let here = Place { area: Some(s.t.area), ..Place::default() };
        let new = s.t.world.staff(Role::CommitteeWorker, here, "committee", "陈主任").0;
        let version = s.open().1;
        s.t.desk(s.t.officer, move |cx| visits::assign(cx, id, version, &[duty, new])).unwrap();
        let late = s.command(Outcome::Seen, Form::default());
        assert_eq!(s.apply(s.volunteer, &late).unwrap(), Answer::Conflict(ConflictWhy::Reassigned));
        let elder = s.t.elder;
        s.t.working(s.t.officer, move |cx, why| Ok(persons::end_care(cx, elder, why, EndReason::Died)?)).unwrap();
        s.t.world.act(move |cx| care::app::endings::care_is_over(cx, elder));
        assert!(s.t.desk(s.t.officer, |cx| visits::due(cx, Filter::All, 10)).unwrap().is_empty());
        let after = s.command(Outcome::Seen, Form { needs: vec!["meal".into()], ..Form::default() });
        assert_eq!(s.apply(duty, &after).unwrap(), Answer::Conflict(ConflictWhy::CareOver));
        assert_eq!(s.t.jobs("care.visit_task"), 0);
    }

    fn a_round_reaches_who_lives_there_and_ends(s: Sent) {
        let (area, until) = (s.t.area, visits::day_of(s.t.world.house.rt.now().plus_days(5)));
        let on = move |cx: &mut store::Cx<'_>| visits::switch_on(cx, area, RoundKind::Heat, until);
        assert_eq!(refused(s.t.desk(s.t.far, on)), "elsewhere");
        let id = s.t.desk(s.t.officer, on).unwrap();
        assert_eq!(refused(s.t.desk(s.t.officer, on)), "visit-round-on");
        s.t.world.act(move |cx| visits::replan_area(cx, Some(area)));
        assert_eq!(s.person().next.unwrap().reasons, ["round-heat"]);
        s.t.desk(s.t.officer, move |cx| visits::switch_off(cx, id)).unwrap();
        s.t.world.act(visits::daily);
        assert_eq!(s.person().next.unwrap().reasons, ["first"]);
    }

    fn the_numbers_of_a_district_hold(s: Sent) {
        let wrong = VisitRules { misses: 0, ..VisitRules::default() };
        s.t.world.act(move |cx| {
            assert_eq!(refused(visits::set_visit_rules(cx, &wrong)), "misses range");
            visits::set_visit_rules(cx, &VisitRules { weekly_days: 5, ..VisitRules::default() })
        });
        assert_eq!(s.t.world.look(visits::visit_rules).weekly_days, 5);
    }
}
