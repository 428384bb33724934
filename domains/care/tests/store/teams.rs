//! Help teams: whom somebody who agreed is proposed, why somebody has nobody, and that a person decides.

use super::{Town, refused};
use care::app::teams::{self, NewMember, NewWishes};
use care::app::visits::{self, NewFact, day_of};
use care::app::watch::Side;
use care::model::team::{Need, WhyNone};
use care::model::visit_plan::{FactKind, FactSource};
use kernel::Role;
use kernel::ids::{AccountId, AreaId};
use people::app::consents::By;
use people::app::links::Holder;
use people::app::persons::{self, For};
use people::model::Place;
use people::model::person::{Contact, Identity, NewPerson};
use places::app::{AreaChanges, SaveArea, save_areas};
use places::{AreaKind, Outline};
use uuid::Uuid;

struct Lane {
    t: Town,
    community: AreaId,
    committee: AccountId,
    volunteer: AccountId,
    team: Uuid,
}

impl testkit::Setup for Lane {
    fn setup(kind: testkit::Kind) -> Self {
        let t = Town::setup(kind);
        let outline = || Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
        let mut save = vec![SaveArea::new(AreaKind::Town, Some("t1"), "青禾街道").outlined(outline())];
        save.push(SaveArea::new(AreaKind::Community, Some("c1"), "桂花里").outlined(outline()));
        let saved = t.world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved;
        let community = saved[1].0;
        let here = Place { area: Some(community), ..Place::default() };
        let committee = t.world.staff(Role::CommitteeWorker, here, "committee", "陈主任").0;
        let volunteer = t.world.staff(Role::Volunteer, here, "vol", "小李").0;
        let elder = t.elder;
        t.working(t.officer, move |cx, why: &For| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok(persons::move_person(cx, &ground, elder, why, community)?)
        })
        .unwrap();
        let key = Uuid::from_u128(0x71);
        let team = t.desk(committee, move |cx| teams::create(cx, key, community, "桂花里一队", "")).unwrap();
        Self { t, community, committee, volunteer, team }
    }
}

impl Lane {
    fn join(&self, account: AccountId, hours: i64) -> care::Result<()> {
        let team = self.team;
        let new = NewMember { account, hours, languages: "普通话，本地话".into() };
        self.t.desk(self.committee, move |cx| teams::add_member(cx, team, &new))
    }
    fn agree(&self, not: Option<AccountId>) {
        let (elder, committee) = (self.t.elder, self.committee);
        let seen = self.t.desk(committee, move |cx| teams::of_person(cx, elder)).unwrap().map_or(0, |o| o.version);
        let wishes = NewWishes { by: By::Subject, own_language: true, not };
        self.t.desk(committee, move |cx| teams::agree(cx, elder, Side::Desk, seen, &wishes)).unwrap();
    }
    fn proposed(&self) -> teams::Proposal {
        self.t.desk(self.committee, |cx| teams::proposals(cx, 10)).unwrap().remove(0)
    }
}

testkit::both_databases! {
    fn somebody_who_agreed_gets_a_named_person_and_a_deputy(s: Lane) {
        assert!(s.t.desk(s.committee, |cx| teams::proposals(cx, 10)).unwrap().is_empty(), "nobody agreed");
        s.agree(None);
        assert_eq!(s.proposed().found, Err(WhyNone::Incomplete));
        s.join(s.committee, 8).unwrap();
        s.join(s.volunteer, 4).unwrap();
        s.join(s.t.duty, 2).unwrap();
        let p = s.proposed();
        let pick = p.found.unwrap();
        assert!(pick.speaks && pick.main != pick.deputy);
        let (elder, seen) = (s.t.elder, p.version);
        let give = move |cx: &mut store::Cx<'_>| teams::give(cx, elder, seen, pick.team, pick.main, pick.deputy);
        assert_eq!(refused(s.t.desk(s.volunteer, give)), "role");
        s.t.desk(s.committee, give).unwrap();
        s.t.desk(s.committee, give).unwrap();
        let letter = s.t.stood_for(s.t.letter(None));
        let own = s.t.with(letter, |cx, of| teams::own(cx, *of)).unwrap().of.unwrap().given.unwrap();
        assert_eq!((own.main, own.deputy, own.name.as_str()), (pick.main, pick.deputy, "桂花里一队"));
        let team = s.t.desk(s.committee, teams::list).unwrap().remove(0);
        assert_eq!((team.team.people, team.load(), team.team.free()), (1, 4, 2));
        assert_eq!(team.area, s.community);
        s.agree(Some(pick.main));
        assert!(s.proposed().found.unwrap().main != pick.main, "whom they do not wish for, they do not keep");
    }

    fn the_elder_and_the_family_agree_and_leave_with_their_letter(s: Lane) {
        let (mine, daughters) = (s.t.stood_for(s.t.letter(None)), s.t.stood_for(s.t.letter(Some(s.t.daughter()))));
        let wishes = |not: Option<AccountId>| NewWishes { by: By::Subject, own_language: false, not };
        let agree = |of: Holder, seen: i64, not: Option<AccountId>| s.t.with(of, move |cx, of: &Holder| {
            teams::agree(cx, of.person, Side::Letter(*of), seen, &wishes(not))
        });
        let own = |of: Holder| s.t.with(of, |cx, of: &Holder| teams::own(cx, *of)).unwrap();
        assert_eq!(own(mine), teams::OwnTeam { need: Some(Need::Aged), of: None }, "born in 1941");
        agree(daughters, 0, None).unwrap();
        agree(daughters, 0, None).unwrap();
        let standing = own(mine).of.unwrap();
        assert_eq!((standing.agreed_by, standing.version), (By::Guardian, 1), "sent twice, it counts once");
        for (who, hours) in [(s.committee, 8), (s.volunteer, 8), (s.t.duty, 8)] {
            s.join(who, hours).unwrap();
        }
        let (p, elder) = (s.proposed(), s.t.elder);
        let pick = p.found.unwrap();
        assert_eq!(p.need, Some(Need::Aged));
        s.t.desk(s.committee, move |cx| teams::give(cx, elder, p.version, pick.team, pick.main, pick.deputy)).unwrap();
        assert!(matches!(agree(mine, 1, Some(pick.main)), Err(care::Error::Stale { .. })), "the page was older than the team");
        agree(mine, 2, Some(pick.main)).unwrap();
        assert!(own(mine).of.unwrap().given.is_none(), "whom they do not wish for, they do not keep");
        let p = s.proposed();
        let pick = p.found.unwrap();
        s.t.desk(s.committee, move |cx| teams::give(cx, elder, p.version, pick.team, pick.main, pick.deputy)).unwrap();
        let leave = |of: Holder| s.t.with(of, |cx, of: &Holder| teams::withdraw(cx, of.person, Side::Letter(*of)));
        leave(mine).unwrap();
        leave(mine).unwrap();
        assert!(own(daughters).of.is_none());
        assert_eq!(s.t.jobs("care.colleagues"), 1, "the two who were named hear of it, once");
    }

    fn a_letter_for_which_nobody_stands_agrees_to_nothing(s: Lane) {
        let alone = s.t.letter(None);
        let done = s.t.with(alone, |cx, of| {
            let wishes = NewWishes { by: By::Subject, own_language: false, not: None };
            teams::agree(cx, of.person, Side::Letter(*of), 0, &wishes)
        });
        assert_eq!(refused(done), "not-yours");
        assert_eq!(refused(s.t.with(alone, |cx, of| teams::own(cx, *of))), "not-yours");
    }

    fn a_team_is_for_the_old_and_for_those_who_live_alone(s: Lane) {
        let (community, committee, today) = (s.community, s.committee, day_of(s.t.world.house.rt.now()));
        let new = NewPerson {
            area: community,
            identity: Identity { name: "孙建国".into(), sex: "m".into(), birth_year: Some(1960), id_number: None },
            contact: Contact::default(),
            guardians: Vec::new(),
        };
        let young = s.t.world.act(move |cx| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok::<_, care::Error>(persons::register_person(cx, &ground, &new)?)
        });
        let agree = || {
            let wishes = NewWishes { by: By::Subject, own_language: false, not: None };
            s.t.desk(committee, move |cx| teams::agree(cx, young, Side::Desk, 0, &wishes))
        };
        assert_eq!(refused(agree()), "team-not-for");
        let fact = NewFact { kind: FactKind::Alone, source: FactSource::Person, on: today, until: None };
        let alone = s.t.desk(committee, move |cx| visits::state_fact(cx, young, &fact)).unwrap();
        agree().unwrap();
        // The promise comes first, however long somebody else has waited.
        s.agree(None);
        let elder = s.t.elder;
        let fact = NewFact { kind: FactKind::Alone, source: FactSource::Person, on: today, until: None };
        s.t.desk(committee, move |cx| visits::state_fact(cx, elder, &fact)).unwrap();
        let all = s.t.desk(committee, |cx| teams::proposals(cx, 10)).unwrap();
        let order: Vec<_> = all.iter().map(|p| (p.person, p.need)).collect();
        assert_eq!(order, [(elder, Some(Need::AgedAlone)), (young, Some(Need::Alone))]);
        s.t.desk(committee, move |cx| visits::end_fact(cx, young, alone)).unwrap();
        let all = s.t.desk(committee, |cx| teams::proposals(cx, 10)).unwrap();
        assert_eq!(all[1].need, None, "who agreed once is not sent away");
    }

    fn a_member_who_leaves_leaves_nobody_forgotten(s: Lane) {
        for (who, hours) in [(s.committee, 2), (s.volunteer, 2), (s.t.duty, 2)] {
            s.join(who, hours).unwrap();
        }
        assert_eq!(refused(s.join(s.t.far, 2)), "account missing");
        assert_eq!(refused(s.join(s.volunteer, 0)), "hours hours");
        s.agree(None);
        let (p, elder) = (s.proposed(), s.t.elder);
        let pick = p.found.unwrap();
        s.t.desk(s.committee, move |cx| teams::give(cx, elder, p.version, pick.team, pick.main, pick.deputy)).unwrap();
        let (team, main) = (s.team, pick.main);
        s.t.desk(s.committee, move |cx| teams::end_member(cx, team, main)).unwrap();
        assert_eq!(s.proposed().found, Err(WhyNone::Incomplete));
        s.t.desk(s.committee, move |cx| teams::withdraw(cx, elder, Side::Desk)).unwrap();
        assert!(s.t.desk(s.committee, |cx| teams::proposals(cx, 10)).unwrap().is_empty());
        assert!(s.t.desk(s.t.far, teams::list).unwrap().is_empty());
    }
}
