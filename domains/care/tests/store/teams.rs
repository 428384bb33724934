//! Help teams: whom somebody who agreed is proposed, why somebody has nobody, and that a person decides.

use super::{Town, refused};
use care::app::teams::{self, NewMember};
use care::model::team::WhyNone;
use kernel::Role;
use kernel::ids::{AccountId, AreaId};
use people::app::consents::By;
use people::app::persons::{self, For};
use people::model::Place;
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
        let elder = self.t.elder;
        self.t.desk(self.committee, move |cx| teams::agree(cx, elder, By::Subject, true, not)).unwrap();
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
        let own = s.t.family(move |cx| teams::own(cx, elder)).unwrap().unwrap().given.unwrap();
        assert_eq!((own.main, own.deputy, own.name.as_str()), (pick.main, pick.deputy, "桂花里一队"));
        let team = s.t.desk(s.committee, teams::list).unwrap().remove(0);
        assert_eq!((team.team.people, team.load(), team.team.free()), (1, 4, 2));
        assert_eq!(team.area, s.community);
        s.agree(Some(pick.main));
        assert!(s.proposed().found.unwrap().main != pick.main, "whom they do not wish for, they do not keep");
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
        s.t.desk(s.committee, move |cx| teams::withdraw(cx, elder)).unwrap();
        assert!(s.t.desk(s.committee, |cx| teams::proposals(cx, 10)).unwrap().is_empty());
        assert!(s.t.desk(s.t.far, teams::list).unwrap().is_empty());
    }
}
