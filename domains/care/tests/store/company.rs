//! Calls, activities and the figures of a month: only for those who agreed; who came is not written.

use super::{Town, refused};
use care::app::company::{self, NewActivity, NewWish};
use care::app::coverage;
use care::app::visits::{self, Filter, VisitCommand};
use care::app::volunteers;
use care::model::company::{ActivityId, ActivityKind, CallOutcome, Reply};
use care::model::coverage::Share;
use care::model::visit::{Form, Outcome, VisitKind};
use kernel::Role;
use kernel::ids::AccountId;
use people::app::consents::By;
use people::model::Place;
use testkit::{Kind, Setup};
use uuid::Uuid;

struct Club {
    t: Town,
    volunteer: AccountId,
}

impl Setup for Club {
    fn setup(kind: Kind) -> Self {
        let t = Town::setup(kind);
        let here = Place { area: Some(t.area), ..Place::default() };
        let volunteer = t.world.staff(Role::Volunteer, here, "vol", "志愿者").0;
        let insured = visits::day_of(t.world.house.rt.now().plus_days(300));
        t.desk(t.officer, move |cx| volunteers::list_seated(cx, volunteer, insured, true)).unwrap();
        Self { t, volunteer }
    }
}

impl Club {
    fn agree(&self, seen: i64, calls: bool, activities: bool) -> care::Result<()> {
        let (elder, caller) = (self.t.elder, Some(self.volunteer));
        let new = NewWish { calls, activities, agreed: By::Subject, caller, part: String::new() };
        self.t.desk(self.t.officer, move |cx| company::set_wish(cx, elder, seen, &new))
    }
    fn plan(&self) {
        let elder = self.t.elder;
        self.t.desk(self.t.officer, move |cx| visits::begin(cx, elder, By::Subject, VisitKind::Chat)).unwrap();
    }
    fn call(&self, who: AccountId, outcome: CallOutcome) -> care::Result<()> {
        let (elder, id) = (self.t.elder, self.t.world.look(|cx| Ok::<Uuid, care::Error>(cx.new_id())));
        self.t.desk(who, move |cx| company::record_call(cx, id, elder, outcome))
    }
    fn welfare(&self) -> bool {
        let elder = self.t.elder;
        let found = self.t.desk(self.t.officer, move |cx| visits::of_person(cx, elder)).unwrap();
        found.unwrap().welfare_due.is_some()
    }
    fn activity(&self, days: i64, capacity: i64) -> care::Result<ActivityId> {
        let new = NewActivity {
            key: format!("k{days}"),
            area: self.t.area,
            kind: ActivityKind::PhoneLesson,
            title: "手机课".into(),
            place: "活动室".into(),
            on: Some(visits::day_of(self.t.world.house.rt.now().plus_days(days))),
            begins: care::model::company::time_of("14:00"),
            capacity,
        };
        self.t.desk(self.t.officer, move |cx| company::make(cx, &new))
    }
    /// A visit that was seen on its day.
    fn visit(&self) {
        let (a, b, officer) = (self.t.duty, self.volunteer, self.t.officer);
        let due = self.t.desk(officer, |cx| visits::due(cx, Filter::All, 10)).unwrap().remove(0).visit;
        self.t.desk(officer, move |cx| visits::assign(cx, due.id, due.version, &[a, b])).unwrap();
        let id = self.t.world.look(|cx| Ok::<Uuid, care::Error>(cx.new_id()));
        let command = VisitCommand {
            id,
            visit: due.id,
            outcome: Outcome::Seen,
            phone_time: self.t.world.house.rt.now(),
            form: Form::default(),
            photo: None,
        };
        self.t.desk(a, move |cx| visits::apply(cx, &command)).unwrap();
    }
}

testkit::both_databases! {
    fn the_elder_reads_and_answers_invitations_with_their_letter(c: Club) {
        let mine = c.t.stood_for(c.t.letter(None));
        let own = || c.t.with(mine, |cx, of| company::own(cx, *of)).unwrap();
        let wish = |seen, calls, activities, part: &'static str| {
            c.t.with(mine, move |cx, of| company::set_own_wish(cx, *of, seen, calls, activities, part))
        };
        let next = c.activity(5, 1).unwrap();
        assert!(own().wish.is_none() && own().ahead.is_empty(), "nobody is shown what they did not ask for");
        wish(0, true, true, "2m").unwrap();
        wish(0, true, true, "2m").unwrap();
        assert!(matches!(wish(0, true, false, ""), Err(care::Error::Stale { .. })));
        let seen = own();
        assert_eq!(seen.wish.map(|w| (w.part, w.version, w.agreed_by)), Some(("2m".into(), 1, "subject".into())));
        assert_eq!(seen.ahead.iter().map(|a| (a.activity.id, a.reply)).collect::<Vec<_>>(), [(next, None)]);
        assert_eq!(c.t.desk(c.t.officer, |cx| company::calls(cx, 10)).unwrap()[0].part, "2m");
        let reply = |comes| c.t.with(mine, move |cx, of| company::own_reply(cx, *of, next, comes));
        reply(true).unwrap();
        reply(true).unwrap();
        let there = c.t.desk(c.t.officer, move |cx| company::activity(cx, next)).unwrap();
        assert_eq!((there.invited, there.coming), (1, 1), "the desk reads it, once");
        assert!(!own().ahead[0].full(), "their own place is not taken by somebody else");
        reply(false).unwrap();
        assert_eq!(own().ahead[0].reply, Some(Reply::Declined));
        c.t.world.act(move |cx| {
            let other = Uuid::from_u128(5);
            cx.execute("INSERT INTO care_invitation (activity_id, person_id, district_id, reply, at) VALUES ($1, $2, $3, 'coming', 0)",
                store::params![next, other, cx.district()])?;
            Ok::<_, care::Error>(())
        });
        assert_eq!(refused(reply(true)), "activity-full");
        c.t.desk(c.t.officer, move |cx| company::cancel(cx, next, 1)).unwrap();
        assert_eq!(refused(reply(true)), "activity-over");
        assert_eq!(own().ahead.len(), 1, "it is said that it was called off");
        wish(1, false, false, "").unwrap();
        assert!(own().wish.is_none() && own().ahead.is_empty());
        let alone = c.t.letter(Some(c.t.daughter()));
        assert_eq!(refused(c.t.with(alone, |cx, of| company::own(cx, *of))), "not-yours", "nobody stands for it yet");
    }

    fn two_calls_without_an_answer_are_a_closed_door_until_somebody_is_reached(c: Club) {
        c.plan();
        assert_eq!(refused(c.call(c.volunteer, CallOutcome::Reached)), "not-found", "nobody agreed");
        c.agree(0, true, false).unwrap();
        assert!(matches!(c.agree(0, true, true), Err(care::Error::Stale { .. })));
        let mine = c.t.desk(c.volunteer, |cx| company::calls(cx, 10)).unwrap();
        assert!(mine.len() == 1 && mine[0].name.is_none() && mine[0].phone.is_some(), "no name for the supplementary force");
        assert!(c.t.desk(c.t.officer, |cx| company::calls(cx, 10)).unwrap()[0].name.is_some());
        assert!(c.t.desk(c.t.far, |cx| company::calls(cx, 10)).unwrap().is_empty());
        assert_eq!(refused(c.call(c.t.far, CallOutcome::Not)), "elsewhere");
        c.call(c.volunteer, CallOutcome::Not).unwrap();
        assert!(!c.welfare());
        c.t.advance(3_600);
        c.call(c.volunteer, CallOutcome::Not).unwrap();
        assert!(c.welfare());
        assert_eq!(c.t.jobs("care.visit_task"), 1);
        c.t.advance(3_600);
        c.call(c.volunteer, CallOutcome::Not).unwrap();
        assert_eq!(c.t.jobs("care.visit_task"), 1, "asked for once");
        c.t.advance(3_600);
        c.call(c.t.officer, CallOutcome::Reached).unwrap();
        assert!(!c.welfare());
        assert!(c.t.desk(c.volunteer, |cx| company::calls(cx, 10)).unwrap()[0].done);
        c.t.advance(7 * 86_400);
        assert!(!c.t.desk(c.volunteer, |cx| company::calls(cx, 10)).unwrap()[0].done, "another week");
        c.call(c.volunteer, CallOutcome::Visit).unwrap();
        let due = c.t.desk(c.t.officer, |cx| visits::due(cx, Filter::All, 10)).unwrap().remove(0).visit;
        let tomorrow = visits::day_of(c.t.world.house.rt.now().plus_days(1));
        assert!(due.due <= tomorrow, "{due:?}");
    }

    fn a_call_that_is_sent_twice_counts_once(c: Club) {
        c.plan();
        c.agree(0, true, false).unwrap();
        let (elder, id) = (c.t.elder, c.t.world.look(|cx| Ok::<Uuid, care::Error>(cx.new_id())));
        for _ in 0..2 {
            c.t.desk(c.volunteer, move |cx| company::record_call(cx, id, elder, CallOutcome::Not)).unwrap();
        }
        assert!(!c.welfare());
    }

    fn only_those_who_agreed_are_invited_and_places_end(c: Club) {
        let (id, elder, officer) = (c.activity(5, 1).unwrap(), c.t.elder, c.t.officer);
        assert_eq!(c.activity(5, 1).unwrap(), id, "sent twice");
        assert_eq!(refused(c.activity(-1, 1)), "on range");
        let n = c.t.desk(officer, move |cx| company::invite(cx, id, &[elder])).unwrap();
        assert_eq!(n, 0, "nobody agreed");
        c.agree(0, false, true).unwrap();
        let could = c.t.desk(officer, move |cx| company::could_come(cx, id, 10)).unwrap();
        assert_eq!((could.len(), could[0].name.as_str()), (1, "王桂芳"));
        assert_eq!(c.t.desk(officer, move |cx| company::invite(cx, id, &[elder])).unwrap(), 1);
        c.t.desk(officer, move |cx| company::reply(cx, id, elder, Reply::Coming)).unwrap();
        let one = c.t.desk(officer, move |cx| company::activity(cx, id)).unwrap();
        assert_eq!((one.invited, one.coming), (1, 1));
        assert_eq!(refused(c.t.desk(officer, move |cx| company::hold(cx, id, 1, 3))), "activity-early");
        assert_eq!(refused(c.t.desk(c.volunteer, move |cx| company::activity(cx, id))), "role");
        assert_eq!(refused(c.t.desk(c.t.far, move |cx| company::activity(cx, id))), "elsewhere");
        c.agree(1, false, false).unwrap();
        let one = c.t.desk(officer, move |cx| company::activity(cx, id)).unwrap();
        assert_eq!(one.invited, 0, "whoever wants no more is invited no more");
        c.t.advance(6 * 86_400);
        c.t.desk(officer, move |cx| company::hold(cx, id, 1, 7)).unwrap();
        let one = c.t.desk(officer, move |cx| company::activity(cx, id)).unwrap();
        assert_eq!(one.attended, Some(7));
        assert_eq!(refused(c.t.desk(officer, move |cx| company::cancel(cx, id, 2))), "activity-over");
    }

    fn the_figures_of_a_month_come_with_their_counts_and_only_where_one_works(c: Club) {
        c.plan();
        let officer = c.t.officer;
        let month = move |c: &Club| {
            let day = visits::day_of(c.t.world.house.rt.now());
            c.t.desk(officer, move |cx| coverage::coverage(cx, day)).unwrap().whole
        };
        assert_eq!(month(&c).coverage, Share { n: 0, of: 1 });
        c.visit();
        let first = month(&c);
        assert_eq!((first.coverage, first.warmth), (Share { n: 1, of: 1 }, Share { n: 0, of: 1 }));
        assert_eq!(first.precision.n, first.precision.of);
        c.t.advance(86_400);
        c.visit();
        let second = month(&c);
        assert!(second.warmth.n >= 1, "a familiar face: {second:?}");
        assert!(first.coverage.shown().is_none(), "of one person nothing is shown");
        let far = c.t.desk(c.t.far, |cx| coverage::coverage(cx, visits::day_of(cx.now))).unwrap();
        assert!(far.areas.is_empty() && far.whole.coverage.of == 0);
        assert_eq!(refused(c.t.desk(c.volunteer, |cx| coverage::coverage(cx, visits::day_of(cx.now)))), "role");
    }
}
