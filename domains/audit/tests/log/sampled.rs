//! The weekly sample: drawn once, the same for everybody, judged line by line; the supervisor answers.

use crate::town::Town;
use audit::review::{self, State};
use audit::{AuditConfig, Error, sample};
use store::jobs::{Handlers, run_due};
use uuid::Uuid;

impl Town {
    /// Views in this week, then the Monday after.
    fn next_monday(&self) {
        self.world.act_as(self.program(), audit::jobs::ensure_timers).unwrap();
        let handlers: Handlers = audit::jobs::handlers(AuditConfig::default());
        // START is a Monday afternoon; the sample is drawn on Mondays at six.
        self.wait(7 * 86_400);
        run_due(&self.world.house.rt, self.world.house.district, &handlers).unwrap();
    }
    fn open(&self) -> Vec<review::Line> {
        let lines = self.world.act_as(self.auditor(), review::lines).unwrap();
        lines.into_iter().filter(|l| l.state == State::Open).collect()
    }
    fn judge(&self, id: Uuid, to: State) -> Result<(), Error> {
        self.world.act_as(self.auditor(), move |cx| review::judge(cx, id, to))
    }
}

testkit::both_databases! {
    fn a_week_is_sampled_once_and_drawn_again_gives_the_same_lines(t: Town) {
        for _ in 0..30 {
            t.opens(t.worker);
            t.wait(60);
        }
        t.next_monday();
        let lines = t.open();
        assert_eq!(lines.len(), sample::LINES);
        assert!(lines.iter().all(|l| l.who.account() == Some(t.worker) && l.number.as_deref() == Some(t.number.as_str())));
        let samples = t.world.act_as(t.auditor(), |cx| sample::samples(cx, 10)).unwrap();
        let [week] = samples.as_slice() else { panic!("{samples:?}") };
        assert_eq!(week.views, 30);
        // Looks of later weeks, and later blocks, change nothing.
        t.opens(t.head);
        t.next_monday();
        let (again, week) = (week.clone(), week.clone());
        let (drawn, same) = t.world.act_as(t.auditor(), move |cx| sample::redraw(cx, &again)).unwrap();
        assert!(same && drawn.len() == sample::LINES);
        // Somebody exchanges a line that is to be looked at for another one.
        let sql = "UPDATE audit_review SET read_n = (SELECT MAX(a.n) FROM audit_read a WHERE a.n NOT IN \
                   (SELECT v.read_n FROM audit_review v)) WHERE read_n = $1";
        let one = drawn[0];
        t.world.act_as(t.world.house.system(), move |cx| cx.execute(sql, store::params![one])).unwrap();
        assert!(!t.world.act_as(t.auditor(), move |cx| sample::redraw(cx, &week)).unwrap().1);
    }

    fn only_the_audit_administrator_judges(t: Town) {
        t.opens(t.worker);
        t.next_monday();
        let id = t.open()[0].id;
        let first = &t.world.first;
        for who in [t.worker, t.head, first.coordinator, first.system, first.security] {
            assert!(t.world.act_as(t.desk(who), review::lines).is_err());
            assert!(t.world.act_as(t.desk(who), move |cx| review::judge(cx, id, State::Fine)).is_err());
            assert!(t.world.act_as(t.desk(who), |cx| sample::samples(cx, 1)).is_err());
        }
        t.judge(id, State::Fine).unwrap();
        assert!(matches!(t.judge(id, State::Asked), Err(Error::Refused("judged-already"))));
        assert!(t.open().is_empty());
    }

    fn what_is_asked_goes_to_the_supervisor_and_comes_back(t: Town) {
        t.opens(t.worker);
        t.opens(t.head);
        t.next_monday();
        for line in t.open() {
            t.judge(line.id, State::Asked).unwrap();
        }
        // The worker's is asked of the head of the post, the head's of a coordinator, nobody's of themselves.
        let questions = |who| t.world.act_as(t.desk(who), review::questions).unwrap();
        let of_head = questions(t.head);
        assert_eq!(of_head.iter().filter_map(|l| l.who.account()).collect::<Vec<_>>(), [t.worker]);
        let coordinators = [t.world.first.coordinator, t.second].map(questions).concat();
        assert_eq!(coordinators.iter().filter_map(|l| l.who.account()).collect::<Vec<_>>(), [t.head]);
        assert_eq!(t.notices(t.head), ["audit_question"]);
        assert!(questions(t.worker).is_empty());

        let id = of_head[0].id;
        let answer = |who, text: &'static str| t.world.act_as(t.desk(who), move |cx| review::answer(cx, id, text));
        for who in [t.worker, t.second, t.world.first.audit] {
            assert!(matches!(answer(who, "路过"), Err(Error::Denied(_))), "only whoever was asked");
        }
        assert!(matches!(answer(t.head, " "), Err(Error::Invalid { field: "answer", .. })));
        answer(t.head, "当天由其值守，核对联系方式。").unwrap();
        assert!(matches!(answer(t.head, "又"), Err(Error::Refused("answered-already"))));
        assert!(t.notices(t.world.first.audit).contains(&"audit_answered".to_owned()));
        let lines = t.world.act_as(t.auditor(), review::lines).unwrap();
        let line = lines.iter().find(|l| l.id == id).unwrap();
        assert_eq!((line.state, line.answer.as_deref()), (State::Answered, Some("当天由其值守，核对联系方式。")));

        t.judge(id, State::Reported).unwrap();
        let reported = |who| t.world.act_as(t.desk(who), review::reported);
        assert_eq!(reported(t.world.first.security).unwrap().len(), 1);
        assert_eq!(reported(t.second).unwrap().len(), 1);
        assert!(reported(t.head).is_err() && reported(t.world.first.system).is_err());
        assert!(t.notices(t.second).contains(&"audit_report".to_owned()));
        assert!(!t.sql(|cx| {
            let rows = cx.query("SELECT payload FROM event WHERE subject_kind = 'review'", &[])?;
            Ok(rows.iter().any(|r| r.text("payload").unwrap().contains("值守")))
        }), "the answer stays out of the log");
    }
}
