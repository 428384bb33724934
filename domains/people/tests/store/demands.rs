//! R14: a document, two approvers who are other people, one export, the person told; and no other way.

use super::{World, refused};
use kernel::ids::{AccountId, DemandId, PersonId};
use kernel::{Purpose, Role};
use people::app::break_glass::Told;
use people::app::demands::{self, NewDemand, State};
use people::app::{NewTerm, require_fresh};
use people::model::person::Part;
use people::model::{Place, SessionId};
use people::{Error, Result};
use store::{Cx, Who};

type Person = (AccountId, SessionId);

impl World {
    fn coordinator(&self, login: &str) -> Person {
        let id = self.with_password(login);
        let seat = self.seat(Role::Coordinator, Place::default(), login);
        self.sit(NewTerm::holder(seat, id)).unwrap();
        (id, self.session(&self.token(login)))
    }
    fn ask(&self, id: AccountId, person: PersonId) -> Result<DemandId> {
        self.working(id, move |cx, why| {
            let parts = vec![Part::Identity, Part::Contact];
            let new = NewDemand { document: "法〔2026〕12号".into(), authority: "和邻区法院".into(), parts };
            demands::ask(cx, person, why, &new)
        })
    }
    fn approve(&self, (id, session): Person, demand: DemandId) -> Result<State> {
        self.act_as(id, move |cx| {
            let fresh = require_fresh(cx, session)?;
            demands::decide_demand(cx, &fresh, demand, true)
        })
    }
    fn take(&self, (id, session): Person, demand: DemandId) -> Result<demands::Export> {
        let who = Who { purpose: Purpose::Demand(demand), ..self.as_account(id) };
        self.house.rt.write_now(who, move |cx: &mut Cx<'_>| {
            let fresh = require_fresh(cx, session)?;
            demands::export(cx, &fresh, demand)
        })
    }
}

testkit::both_databases! {
    fn two_others_approve_one_export_follows_and_the_person_is_told(w: World) {
        let asker = w.signed_in(Role::CommunityOfficer, "officer.one");
        let (a, b) = (w.coordinator("coord.a"), w.coordinator("coord.b"));
        let person = w.resident();
        let id = w.ask(asker.0, person).unwrap();
        assert!(matches!(w.take(asker, id), Err(Error::Refused("not-approved"))));
        assert_eq!(refused(w.approve(asker, id)), "own-handling");
        assert_eq!(w.approve(a, id).unwrap(), State::Half);
        assert_eq!(refused(w.approve(a, id)), "own-handling", "not twice the same");
        assert!(matches!(w.take(asker, id), Err(Error::Refused("not-approved"))));
        assert_eq!(w.approve(b, id).unwrap(), State::Approved);
        assert_eq!(refused(w.take(a, id)), "elsewhere", "only whoever asked takes it out");
        let out = w.take(asker, id).unwrap();
        assert_eq!(out.identity.unwrap().name, "王桂芳");
        assert!(out.health.is_none() && out.location.is_none(), "no more than was asked");
        assert!(matches!(w.take(asker, id), Err(Error::Refused("exported-already"))));
        assert_eq!(w.logged("lawful_demand.exported"), 1);
        let purpose = w.look(move |cx| Ok(cx.query_one("SELECT purpose FROM audit_read WHERE subject = $1 ORDER BY n DESC LIMIT 1",
            store::params![person])?.text("purpose")?)).unwrap();
        assert_eq!(purpose, Purpose::Demand(id).code());
        let told = |who: AccountId| w.act_as(who, move |cx| demands::told(cx, id, Told::Letter));
        assert_eq!(refused(told(asker.0)), "elsewhere");
        told(a.0).unwrap();
        assert_eq!(w.logged("lawful_demand.told"), 1);
        let jobs = w.look(|cx| Ok(cx.query_one("SELECT COUNT(*) AS n FROM job WHERE kind = 'notify.demand_tell'", &[])?.i64("n")?)).unwrap();
        assert_eq!(jobs, 1);
    }

    fn telling_is_put_off_only_by_an_approver_by_name_and_to_a_date(w: World) {
        let asker = w.signed_in(Role::CommunityOfficer, "officer.one");
        let (a, b, c) = (w.coordinator("coord.a"), w.coordinator("coord.b"), w.coordinator("coord.c"));
        let person = w.resident();
        let id = w.ask(asker.0, person).unwrap();
        w.approve(a, id).unwrap();
        w.approve(b, id).unwrap();
        let until = w.house.rt.now().plus_days(30);
        let delay = |who: Person, until| w.act_as(who.0, move |cx| {
            let fresh = require_fresh(cx, who.1)?;
            demands::delay(cx, &fresh, id, until, "侦查期间")
        });
        assert_eq!(refused(delay(asker, until)), "elsewhere");
        assert_eq!(refused(delay(c, until)), "elsewhere");
        assert_eq!(refused(delay(a, w.house.rt.now().plus_days(400))), "invalid");
        delay(a, until).unwrap();
        let seen = w.act_as(c.0, demands::demands).unwrap();
        assert_eq!((seen[0].delay_by, seen[0].delay_until), (Some(a.0), Some(until)));
        let at = w.look(|cx| Ok(cx.query_one("SELECT run_at FROM job WHERE kind = 'notify.demand_tell'", &[])?.moment("run_at")?)).unwrap();
        assert_eq!(at, until, "asked for again on that day");
    }

    fn an_approval_is_good_for_a_week(w: World) {
        let asker = w.signed_in(Role::CommunityOfficer, "officer.one");
        let (a, b) = (w.coordinator("coord.a"), w.coordinator("coord.b"));
        let person = w.resident();
        let id = w.ask(asker.0, person).unwrap();
        w.approve(a, id).unwrap();
        w.approve(b, id).unwrap();
        w.house.clock.advance_secs(7 * 24 * 3600);
        let again = (asker.0, w.session(&w.token("officer.one")));
        assert!(matches!(w.take(again, id), Err(Error::Refused("demand-expired"))));
        assert_eq!(w.logged("lawful_demand.exported"), 0);
    }

    fn who_may_not_ask(w: World) {
        let person = w.resident();
        for (role, login) in [(Role::Volunteer, "vol"), (Role::CommitteeWorker, "com"), (Role::AgencyWorker, "ag")] {
            let them = w.worker(role, login);
            assert_eq!(refused(w.ask(them, person)), "role", "{login}");
        }
        let officer = w.worker(Role::CommunityOfficer, "off");
        assert!(w.act_as(officer, demands::demands).unwrap().is_empty());
    }
}
