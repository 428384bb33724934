//! R2: what it takes to close, per channel, and reopening.

use crate::Town;
use crate::town::something;
use kernel::Actor;
use kernel::{Lang, Purpose};
use matters::Error;
use matters::app::{self, Raise, RaiserInput};
use matters::model::{Channel, Command, ContactOutcome, DeliveryResult, Outcome, Proof, RejectReason, State};
use people::policy::jobs;
use store::Who;

fn deliver(town: &Town, matter: kernel::ids::MatterId, result: DeliveryResult) -> Result<app::Acted, Error> {
    let raiser = town.detail(town.worker.0, matter).unwrap().raisers[0].id;
    town.try_act(town.worker.0, matter, Command::RecordDelivery { raiser, result, note: None })
}

testkit::both_databases! {
    /// Outcome, answer, another verifier, proof by telephone: only then it is closed, by the program itself.
    fn a_matter_closes_with_all_four_and_not_before(town: Town) {
        let matter = town.dispute().matter;
        let me = town.worker.0;
        town.act(me, matter, Command::Sign);
        town.act(me, matter, Command::Contact { outcome: ContactOutcome::Reached, note: None });
        assert!(town.try_act(me, matter, Command::Close).is_err());
        town.act(me, matter, Command::Submit { outcome: Outcome::Done, answer: "办好了".into() });
        let own = town.try_act(me, matter, Command::Verify { note: None });
        assert!(matches!(own, Err(Error::Denied(_) | Error::Refused(_))), "{own:?}");
        assert!(town.try_act(me, matter, Command::Answer).is_err(), "not verified");
        town.act(town.second.0, matter, Command::Verify { note: None });
        town.act(me, matter, Command::Answer);
        assert_eq!(town.jobs("deliver.answer"), 1);
        let early = town.try_act(me, matter, Command::Close);
        assert!(matches!(early, Err(Error::Refused(r)) if r.key == "refuse-no-proof"));
        assert_eq!(deliver(&town, matter, DeliveryResult::CallFailed).unwrap().state, State::Answered);
        // What only servers and pages can say is not believed from people.
        assert!(deliver(&town, matter, DeliveryResult::EmailSettled).is_err());
        assert_eq!(deliver(&town, matter, DeliveryResult::CallAnswered).unwrap().state, State::Closed);
        let detail = town.detail(me, matter).unwrap();
        assert_eq!(detail.raisers[0].proof, Some(Proof::Call));
        assert_eq!(detail.timeline.last().unwrap().actor, "system:closer");
    }

    /// Three logged attempts that failed are enough, two are not; ringing three times in a row is one.
    fn three_failed_attempts_close(town: Town) {
        let matter = town.dispute().matter;
        town.answered(matter);
        for _ in 0..3 {
            assert_eq!(deliver(&town, matter, DeliveryResult::CallFailed).unwrap().state, State::Answered);
            town.advance(60);
        }
        town.advance(3_600);
        for want in [State::Answered, State::Closed] {
            assert_eq!(deliver(&town, matter, DeliveryResult::VisitFailed).unwrap().state, want);
            town.advance(3_600);
        }
        let detail = town.detail(town.world.first.coordinator, matter).unwrap();
        assert_eq!((detail.raisers[0].proof, detail.deliveries.len()), (Some(Proof::ThreeFailed), 5));
    }

    /// An anonymous raiser's answer lies open for seven days, or is opened.
    fn an_anonymous_answer_lies_open(town: Town) {
        for opened in [true, false] {
            let raise = Raise { raiser: RaiserInput::anonymous(Lang::En), ..something("dispute", "没有名字") };
            let receipt = town.raise(raise);
            let matter = receipt.matter;
            town.answered(matter);
            if opened {
                assert!(town.track(&receipt.code).unwrap().answer.is_some());
                let raiser = receipt.raiser;
                let open = move |cx: &mut store::Cx<'_>| app::open_answer(cx, matter, raiser);
                assert!(town.world.act_as(town.as_raiser(matter), open).unwrap());
            } else {
                town.advance(6 * 86_400);
                assert_eq!(town.state(matter), State::Answered);
                town.advance(86_400 + 60);
            }
            assert_eq!(town.state(matter), State::Closed, "opened: {opened}");
        }
    }

    /// E-mail: accepted is not yet proof; a day without a bounce is.
    fn mail_settles_after_a_day_unless_it_bounces(town: Town) {
        for bounce in [false, true] {
            let mut raise = something("dispute", "请写邮件");
            raise.raiser.email = Some("a@example.org".into());
            raise.raiser.channel = Channel::Email;
            let receipt = town.raise(raise);
            let (matter, raiser) = (receipt.matter, receipt.raiser);
            town.answered(matter);
            let gateway = Who::new(Actor::system(town.world.house.district, jobs::DELIVERY), Purpose::Job);
            let record = |result| {
                let who = gateway.clone();
                town.world.act_as(who, move |cx| app::record_delivery(cx, matter, raiser, result, None, None)).unwrap()
            };
            assert_eq!(record(DeliveryResult::EmailAccepted).state, State::Answered);
            if bounce {
                record(DeliveryResult::EmailBounced);
            }
            town.advance(86_400 + 60);
            assert_eq!(town.state(matter), if bounce { State::Answered } else { State::Closed });
        }
    }

    /// The raiser rates and reopens; a new opening needs a new answer and a new verifier.
    fn reopening_starts_the_promise_again(town: Town) {
        let receipt = town.dispute();
        let matter = receipt.matter;
        town.answered(matter);
        deliver(&town, matter, DeliveryResult::CallAnswered).unwrap();
        town.raiser_acts(matter, Command::Rate { stars: 2, words: Some("又漏了".into()) }).unwrap();
        town.raiser_acts(matter, Command::Reopen { reason: "又漏了".into() }).unwrap();
        let detail = town.detail(town.worker.0, matter).unwrap();
        assert_eq!((detail.line.state, detail.opening, detail.rating), (State::Reopened, 2, Some(2)));
        assert!(detail.answer.is_none() && detail.handlers.is_empty() && detail.raisers[0].proof.is_none());
        assert!(detail.clock.due_at > town.now());
        town.answered(matter);
        deliver(&town, matter, DeliveryResult::CallAnswered).unwrap();
        town.advance(30 * 86_400 + 60);
        let late = town.raiser_acts(matter, Command::Reopen { reason: "太晚".into() });
        assert!(matches!(late, Err(Error::Refused(r)) if r.key == "refuse-reopen-late"));
    }

    /// A rejection is verified and answered like everything else; the verifier can lift it.
    fn a_rejection_is_answered_too(town: Town) {
        let matter = town.dispute().matter;
        let reject = || Command::Reject { reason: RejectReason::LegalPath, answer: "请向法院起诉".into() };
        town.act(town.worker.0, matter, reject());
        town.act(town.second.0, matter, Command::SendBack { reason: "先调解".into() });
        assert_eq!(town.state(matter), State::Accepted);
        town.act(town.worker.0, matter, reject());
        town.act(town.second.0, matter, Command::Verify { note: None });
        town.act(town.second.0, matter, Command::Answer);
        assert_eq!(deliver(&town, matter, DeliveryResult::CallAnswered).unwrap().state, State::Closed);
    }

    /// J3: joined matters keep all raisers; each is answered, and each code leads to the answer.
    fn a_duplicate_is_answered_through_the_other(town: Town) {
        let first = town.dispute();
        let second = town.raise(something("dispute", "五楼太吵了,同一家"));
        town.act(town.worker.0, second.matter, Command::Merge { into: first.matter });
        let detail = town.detail(town.worker.0, first.matter).unwrap();
        assert_eq!((detail.raisers.len(), detail.joined.len()), (2, 1));
        let tracked = town.track(&second.code).unwrap();
        assert!(tracked.joined && tracked.found.matter == first.matter);
        assert!(!tracked.texts.iter().any(|t| t.text.contains("拖家具")), "words of another raiser");
        town.answered(first.matter);
        let me = town.worker.0;
        for (raiser, want) in [(first.raiser, State::Answered), (second.raiser, State::Closed)] {
            let command = Command::RecordDelivery { raiser, result: DeliveryResult::CallAnswered, note: None };
            assert_eq!(town.act(me, first.matter, command).state, want);
        }
        assert!(town.track(&second.code).unwrap().answer.is_some());
        // Both of one telephone number do not make it one raiser's proof, and a second merge is refused.
        assert!(town.try_act(me, second.matter, Command::Merge { into: first.matter }).is_err());
    }
}
