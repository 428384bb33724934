//! A neighbour who was named has one button; a worry has an owner and a clock that rings until somebody has said what came of it.

use super::{Town, daughter_as, refused};
use care::app::watch::{self, Issued, NewNeighbour, Pressed, Side, TellWorry};
use care::model::Whom;
use care::model::watch::{AgreedWay, Step};
use kernel::Role;
use kernel::ids::AccountId;
use people::app::consents::By;
use people::app::links::{self, Proof};
use people::app::persons::{self, EndReason, For};
use people::model::Place;
use places::app::{AreaChanges, SaveArea, save_areas};
use places::{AreaKind, Outline};
use uuid::Uuid;

struct Lane {
    t: Town,
    committee: AccountId,
    letter: links::Holder,
}

impl testkit::Setup for Lane {
    fn setup(kind: testkit::Kind) -> Self {
        let t = Town::setup(kind);
        let outline = || Outline::rectangle(121.4, 30.8, 121.6, 31.0).unwrap();
        let mut save = vec![SaveArea::new(AreaKind::Town, Some("t1"), "青禾街道").outlined(outline())];
        save.push(SaveArea::new(AreaKind::Community, Some("c1"), "桂花里").outlined(outline()));
        let community = t.world.act(move |cx| save_areas(cx, &AreaChanges { save, retire: vec![] })).saved[1].0;
        let here = Place { area: Some(community), ..Place::default() };
        let committee = t.world.staff(Role::CommitteeWorker, here, "committee", "陈主任").0;
        let elder = t.elder;
        // A home is known by its neighbourhood, which lies in what a post serves.
        t.working(t.officer, move |cx, why: &For| {
            let ground = care::Ground(places::snapshot(cx)?);
            Ok(persons::move_person(cx, &ground, elder, why, community)?)
        })
        .unwrap();
        let issued =
            t.working(t.officer, move |cx, why| Ok(links::issue(cx, elder, why, None, Proof::Known)?)).unwrap();
        let link = issued.id;
        t.working(t.duty, move |cx, why| Ok(links::confirm(cx, elder, why, link)?)).unwrap();
        let letter = t.public(move |cx| Ok(links::find_by_code(cx, &issued.code)?)).unwrap();
        Self { t, committee, letter }
    }
}

fn fresh(n: u128) -> NewNeighbour {
    NewNeighbour {
        key: Uuid::from_u128(n),
        name: "赵阿姨".into(),
        phone: "138 0555 0199".into(),
        called: "楼上王阿姨".into(),
        by: By::Subject,
        agreed: Some(AgreedWay::Phone),
    }
}

impl Lane {
    fn name(&self, new: NewNeighbour) -> care::Result<Issued> {
        let (elder, side) = (self.t.elder, Side::Letter(self.letter));
        self.t.family(move |cx| watch::name(cx, elder, side, &new))
    }
    fn agreed(&self) -> Issued {
        let issued = self.name(fresh(1)).unwrap();
        let code = issued.code.clone();
        self.t.public(move |cx| watch::agree(cx, &code)).unwrap();
        issued
    }
    fn press(&self, code: &str, read: Option<Uuid>) -> care::Result<Pressed> {
        let code = code.to_owned();
        self.t.public(move |cx| watch::press(cx, &code, read))
    }
    fn seen(&self, code: &str) -> watch::SeenWorry {
        let code = code.to_owned();
        self.t.public(move |cx| watch::view(cx, &code)).unwrap().1.unwrap()
    }
    fn open(&self) -> watch::Open {
        let id = self.t.desk(self.committee, watch::list).unwrap()[0].id;
        self.t.desk(self.committee, move |cx| watch::open(cx, id)).unwrap()
    }
    fn step(&self, who: AccountId, step: Step) -> care::Result<()> {
        let o = self.open();
        self.t.desk(who, move |cx| watch::step(cx, o.line.id, o.version, step))
    }
    fn ring(&self) {
        let due = self.t.world.look(|cx| {
            let row = cx.query_one("SELECT id, ring_at FROM care_worry", &[])?;
            Ok::<_, care::Error>((row.uuid("id")?, row.opt_moment("ring_at")?.unwrap()))
        });
        self.t.world.act(move |cx| watch::ring(cx, due.0, due.1.micros()));
    }
    fn told(&self, rung: i64, over: bool) -> Vec<AccountId> {
        let worry = self.open().line.id;
        self.t.world.act(move |cx| watch::told(cx, &watch::TellWorry { worry, rung, over })).1
    }
}

testkit::both_databases! {
    fn a_neighbour_agrees_presses_once_and_reads_what_became_of_it(s: Lane) {
        let issued = s.name(fresh(1)).unwrap();
        assert_eq!(refused(s.press(&issued.code, None)), "watch-agree");
        let code = issued.code.clone();
        s.t.public(move |cx| watch::agree(cx, &code)).unwrap();
        assert_eq!(s.press(&issued.code, None).unwrap(), Pressed::New);
        assert_eq!(s.press(&issued.code, None).unwrap(), Pressed::Known, "twice is one");
        assert_eq!(s.open().line.neighbours, 1);
        assert_eq!(s.open().known.unwrap().name, "王桂芳");
        assert_eq!(s.open().line.owner, s.committee, "the committee of the place answers for it");
        let seen = s.seen(&issued.code);
        assert_eq!(seen.due_at, seen.at.plus_minutes(30));
        s.step(s.committee, Step::Well).unwrap();
        let seen = s.seen(&issued.code);
        assert_eq!((seen.steps[0].1, seen.ended_at.is_some()), (Step::Well, true));
        assert!(s.open().known.is_none() && s.open().pressers[0].who.is_none(), "over: nothing of anybody is shown");
        assert_eq!(s.press(&issued.code, None).unwrap(), Pressed::Read, "a page that is older than the answer");
        assert_eq!(s.press(&issued.code, Some(seen.id)).unwrap(), Pressed::New);
    }

    fn it_rings_before_it_is_due_and_upwards_until_somebody_answers(s: Lane) {
        let issued = s.agreed();
        s.press(&issued.code, None).unwrap();
        assert_eq!(s.told(0, false), [s.committee]);
        s.t.advance(20 * 60);
        s.ring();
        let told = s.told(1, false);
        assert!(told.contains(&s.committee) && told.contains(&s.t.duty) && !told.contains(&s.t.far), "{told:?}");
        s.t.advance(10 * 60);
        s.ring();
        let above = s.told(2, false);
        assert!(above.len() == 1 && above[0] != s.committee);
        s.step(s.committee, Step::NoAnswer).unwrap();
        s.ring();
        assert!(s.t.jobs("care.worry") >= 4, "nobody was reached: it goes on");
        s.step(s.t.duty, Step::Taken).unwrap();
        assert_eq!(s.open().line.owner, s.t.duty);
        assert_eq!(refused(s.step(s.t.duty, Step::FoundWell)), "worry-not-going");
        s.step(s.t.duty, Step::Going).unwrap();
        assert_eq!(refused(s.step(s.committee, Step::Going)), "worry-going");
        s.t.advance(60 * 60);
        s.ring();
        s.step(s.committee, Step::FoundHelp).unwrap();
        assert_eq!(refused(s.step(s.committee, Step::Well)), "worry-over");
        assert!(s.told(1, false).is_empty() && !s.told(1, true).is_empty());
    }

    fn the_elder_sees_who_pressed_and_ends_it_at_any_time(s: Lane) {
        let issued = s.agreed();
        assert_eq!(refused(s.name(fresh(2))), "watch-twice");
        let again = s.name(fresh(1)).unwrap();
        assert_eq!(again.id, issued.id, "a form sent twice");
        assert_eq!(refused(s.press(&issued.code, None)), "not-found", "the newer link counts");
        s.press(&again.code, None).unwrap();
        let (elder, side) = (s.t.elder, Side::Letter(s.letter));
        let own = s.t.family(move |cx| watch::of_person(cx, elder, side)).unwrap();
        assert_eq!(own.worries[0].pressed, [Some("赵阿姨".to_owned())]);
        let id = issued.id;
        s.t.family(move |cx| watch::end(cx, elder, side, id)).unwrap();
        assert_eq!(refused(s.press(&again.code, None)), "not-found");
        assert!(s.open().pressers[0].who.is_some(), "while it is open, they are called back");
        s.step(s.committee, Step::Well).unwrap();
        let own = s.t.family(move |cx| watch::of_person(cx, elder, side)).unwrap();
        assert_eq!((own.worries[0].pressed.clone(), own.neighbours.len()), (vec![None], 0));
        let left = s.t.world.look(|cx| Ok::<_, care::Error>(
            cx.query_one("SELECT COUNT(*) AS n FROM care_neighbour WHERE sealed IS NOT NULL OR phone_hash IS NOT NULL", &[])?.i64("n")?));
        assert_eq!(left, 0);
    }

    fn a_clerk_presses_for_a_neighbour_on_the_telephone(s: Lane) {
        let elder = s.t.elder;
        let unsaid = NewNeighbour { agreed: None, ..fresh(3) };
        assert_eq!(refused(s.t.desk(s.committee, move |cx| watch::name(cx, elder, Side::Desk, &unsaid))), "agreed missing");
        s.t.desk(s.committee, move |cx| watch::name(cx, elder, Side::Desk, &fresh(3))).unwrap();
        let found = s.t.desk(s.t.far, |cx| watch::by_phone(cx, "13805550199")).unwrap();
        assert_eq!((found.len(), found[0].called.as_str()), (1, "楼上王阿姨"));
        assert!(s.t.desk(s.t.far, |cx| watch::by_phone(cx, "13805550198")).unwrap().is_empty());
        let id = found[0].neighbour;
        assert_eq!(s.t.desk(s.t.far, move |cx| watch::press_for(cx, id)).unwrap(), Pressed::New);
        assert!(s.open().pressers[0].typed);
        let worry = s.open().line.id;
        assert_eq!(refused(s.t.desk(s.t.far, move |cx| watch::open(cx, worry)).map(drop)), "elsewhere");
        assert!(s.t.desk(s.t.far, watch::list).unwrap().is_empty());
    }

    fn the_family_is_told_when_somebody_of_it_asked_for_that(s: Lane) {
        let (elder, daughter) = (s.t.elder, s.t.daughter());
        let job = |s: &Lane, over| TellWorry { worry: s.open().line.id, rung: 0, over };
        let tell = move |side: Side, told: bool| move |cx: &mut store::Cx<'_>| watch::tell_guardian(cx, elder, side, daughter, told);
        assert_eq!(refused(s.t.desk(s.committee, tell(Side::Desk, true))), "watch-teller", "there is no way to tell her");
        let contact = s.t.add(daughter_as(Whom::Guardian(daughter))).unwrap();
        let issued = s.agreed();
        s.press(&issued.code, None).unwrap();
        let none = job(&s, false);
        assert!(s.t.world.look(move |cx| watch::family_of(cx, &none)).1.is_empty(), "nobody who did not ask");
        let hers = s.t.stood_for(s.t.letter(Some(daughter)));
        s.t.with(hers, move |cx, of| tell(Side::Letter(*of), true)(cx)).unwrap();
        s.t.with(hers, move |cx, of| tell(Side::Letter(*of), true)(cx)).unwrap();
        let (now, over) = (job(&s, false), job(&s, true));
        assert_eq!(s.t.world.look(move |cx| watch::family_of(cx, &now)), (elder, vec![contact]));
        assert!(s.t.world.look(move |cx| watch::family_of(cx, &over)).1.is_empty(), "it is not over yet");
        let late = TellWorry { rung: 2, ..job(&s, false) };
        assert!(s.t.world.look(move |cx| watch::family_of(cx, &late)).1.is_empty(), "once, not with each ring");
        let son = s.t.stood_for(s.t.letter(Some(s.t.son())));
        assert_eq!(refused(s.t.with(son, move |cx, of| tell(Side::Letter(*of), false)(cx))), "watch-teller", "each for themselves");
        let elders = s.t.stood_for(s.t.letter(None));
        s.t.with(elders, move |cx, of| tell(Side::Letter(*of), false)(cx)).unwrap();
        let now = job(&s, false);
        assert!(s.t.world.look(move |cx| watch::family_of(cx, &now)).1.is_empty(), "the elder has the last word");
    }

    fn the_end_of_care_ends_it_all(s: Lane) {
        let issued = s.agreed();
        s.press(&issued.code, None).unwrap();
        let elder = s.t.elder;
        s.t.working(s.t.officer, move |cx, why: &For| Ok(persons::end_care(cx, elder, why, EndReason::Died)?)).unwrap();
        assert_eq!(refused(s.press(&issued.code, None)), "not-found", "at once");
        s.t.world.act(move |cx| care::app::endings::care_is_over(cx, elder));
        assert!(s.open().known.is_none() && s.open().line.ended_at.is_some());
    }
}
