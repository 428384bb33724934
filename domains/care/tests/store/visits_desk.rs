//! Visits at the desk: many people planned together, the list cut and counted, what was kept elsewhere, pairs for many, dates kept.

use super::{Town, refused};
use care::app::visits::{self, Brought, Filter, ListAsk, NewFact, Past};
use care::model::visit::{Force, Form, Outcome, VisitId, VisitKind, VisitState};
use care::model::visit_plan::{FactKind, FactSource};
use care::model::{NewContact, Whom};
use kernel::ids::{AccountId, PersonId};
use kernel::{Lang, Role};
use people::app::consents::By;
use people::app::persons;
use people::model::Place;
use people::model::person::{Contact, Identity, NewPerson};

/// Twelve elders whose visits were kept elsewhere, six of them alone.
struct Many {
    t: Town,
    volunteer: AccountId,
}

impl testkit::Setup for Many {
    fn setup(kind: testkit::Kind) -> Self {
        let t = Town::setup(kind);
        let here = Place { area: Some(t.area), ..Place::default() };
        let volunteer = t.world.staff(Role::Volunteer, here, "vol", "志愿者").0;
        let (area, duty, now) = (t.area, t.duty, t.world.house.rt.now());
        t.world.act(move |cx| {
            let ground = care::Ground(places::snapshot(cx)?);
            let mut all = Vec::new();
            for n in 0..12_i64 {
                let new = NewPerson {
                    area,
                    identity: Identity { name: format!("老人{n}"), ..Identity::default() },
                    contact: Contact::default(),
                    guardians: vec![],
                };
                let person = persons::register_person(cx, &ground, &new)?;
                let day = |ago: i64| visits::day_of(now.plus_days(-ago));
                let alone = NewFact { kind: FactKind::Alone, source: FactSource::Person, on: day(50), until: None };
                let neighbour =
                    Whom::Other {
                        name: "邻居".into(), relation: "邻居".into(), phone: Some("021-0555 0107".into())
                    };
                let contact =
                    NewContact { whom: neighbour, mail: None, lang: Lang::ZhCn, may_collect: false, barred: false };
                all.push(Brought {
                    person,
                    agreed: By::Subject,
                    kind: if n == 0 { VisitKind::Clean } else { VisitKind::Chat },
                    begun: day(200),
                    facts: if n < 6 { vec![alone] } else { Vec::new() },
                    circle: vec![contact],
                    past: vec![Past {
                        due: day(if n == 1 { 23 } else { 20 }),
                        kind: VisitKind::Chat,
                        outcome: Outcome::Seen,
                        at: now.plus_days(-20),
                        by: vec![(duty, Force::Core), (volunteer, Force::Support)],
                        form: Form { note: "好".into(), ..Form::default() },
                    }],
                });
            }
            assert_eq!(visits::bring_in(cx, &all)?, 12);
            assert_eq!(visits::bring_in(cx, &all)?, 0, "who has a plan is left as they are");
            Ok::<_, care::Error>(())
        });
        Self { t, volunteer }
    }
}

impl Many {
    fn find(&self, who: AccountId, ask: ListAsk) -> visits::Found {
        self.t.desk(who, move |cx| visits::find(cx, &ask)).unwrap()
    }
    fn person(&self) -> PersonId {
        self.find(self.t.officer, ListAsk { filter: Filter::All, most: 1, ..ListAsk::default() }).lines[0].visit.person
    }
}

testkit::both_databases! {
    fn what_was_kept_elsewhere_gives_dates_a_circle_and_a_past(s: Many) {
        let all = s.find(s.t.officer, ListAsk { filter: Filter::All, most: 50, ..ListAsk::default() });
        assert_eq!((all.all, all.lines.len(), all.late, all.welfare), (12, 12, 0, 0));
        assert_eq!(all.lines.iter().filter(|d| d.visit.reasons == ["alone"]).count(), 6);
        let person = all.lines[0].visit.person;
        let of = s.t.desk(s.t.officer, move |cx| visits::of_person(cx, person)).unwrap().unwrap();
        assert_eq!((of.past.len(), of.past[0].form.note.as_str()), (1, "好"));
        assert_eq!(s.t.jobs("care.visit_task"), 0, "nothing is raised from it");
        let refusal = s.t.desk(s.t.officer, |cx| visits::bring_in(cx, &[]));
        assert!(matches!(refusal, Err(care::Error::Denied(_))), "not for everybody: {refusal:?}");
    }

    fn the_list_is_cut_paged_and_costs_a_few_statements(s: Many) {
        let ask = |filter, skip, most| ListAsk { filter, skip, most, ..ListAsk::default() };
        let (first, rest) = (s.find(s.t.officer, ask(Filter::All, 0, 5)), s.find(s.t.officer, ask(Filter::All, 10, 5)));
        assert_eq!((first.lines.len(), rest.lines.len(), rest.all), (5, 2, 12));
        assert!(first.lines.iter().all(|d| rest.lines.iter().all(|r| r.visit.id != d.visit.id)));
        let alone = s.find(s.t.officer, ListAsk { filter: Filter::All, alone: true, most: 50, ..ListAsk::default() });
        assert_eq!(alone.all, 6);
        let clean = ListAsk { filter: Filter::All, kind: Some(VisitKind::Clean), most: 50, ..ListAsk::default() };
        assert_eq!(s.find(s.t.officer, clean).all, 1);
        assert_eq!(s.find(s.t.far, ask(Filter::All, 0, 50)).all, 0, "elsewhere");
        let area = s.t.area;
        let here = ListAsk { filter: Filter::All, area: Some(area), most: 50, ..ListAsk::default() };
        assert_eq!(s.find(s.t.officer, here).all, 12);
        let cost = |most| s.t.desk(s.t.officer, move |cx| {
            let before = cx.statements();
            visits::find(cx, &ListAsk { filter: Filter::All, most, ..ListAsk::default() })?;
            Ok(cx.statements() - before)
        }).unwrap();
        assert_eq!(cost(1), cost(12), "no statement for each line");
        let daily = s.t.world.act(|cx| {
            let before = cx.statements();
            assert_eq!(visits::daily(cx)?, 12);
            Ok::<_, care::Error>(cx.statements() - before)
        });
        assert!(daily < 40, "{daily} statements for the plan of the day");
    }

    fn a_pair_is_sent_to_many_and_what_changed_meanwhile_is_left(s: Many) {
        let found = s.find(s.t.officer, ListAsk { filter: Filter::All, most: 4, ..ListAsk::default() });
        let all: Vec<(VisitId, i64)> = found.lines.iter().map(|d| (d.visit.id, d.visit.version)).collect();
        let (duty, volunteer) = (s.t.duty, s.volunteer);
        let send = |visits: Vec<(VisitId, i64)>, to: Vec<AccountId>| {
            s.t.desk(s.t.officer, move |cx| visits::assign_many(cx, &visits, &to))
        };
        assert_eq!(refused(send(all.clone(), vec![duty]).map(drop)), "visit-two");
        assert_eq!(send(all[..1].to_vec(), vec![duty, volunteer]).unwrap().done, 1);
        let sent = send(all.clone(), vec![duty, volunteer]).unwrap();
        assert_eq!((sent.done, sent.stale), (3, 1));
        let near = s.person();
        let colleagues = s.t.desk(s.t.officer, move |cx| visits::colleagues(cx, &[near], &[])).unwrap();
        let busy = colleagues.iter().find(|c| c.who.account == volunteer).unwrap();
        assert_eq!(busy.sent, 4);
        let (id, version) = (all[1].0, all[1].1 + 1);
        s.t.desk(s.t.officer, move |cx| visits::call_off(cx, id, version)).unwrap();
        let now = s.t.world.look(move |cx| visits::load(cx, id));
        assert_eq!(now.state, VisitState::Cancelled);
        let left = s.find(s.t.officer, ListAsk { filter: Filter::All, most: 50, ..ListAsk::default() });
        assert_eq!(left.all, 12, "the date stays");
    }

    fn rounds_are_switched_where_somebody_may(s: Many) {
        let switchable = s.t.desk(s.t.officer, visits::switchable).unwrap();
        assert_eq!(switchable, [s.t.area]);
    }
}
