//! Random commands by random people, time moving, terms ending, connections lost between any two statements: R1 and R2
//! hold always, and nobody without the right ever moves a matter.

use crate::Town;
use crate::invariants::{self, Before};
use crate::town::something;
use kernel::ids::{AccountId, MatterId, RaiserId};
use kernel::{Lang, Moment, Purpose};
use matters::app::{self, Act, Raise, RaiserInput};
use matters::model::{Command, ContactOutcome, DeliveryResult, Outcome, RejectReason, State, WaitReason};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use store::Fault;

/// One step of a story.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Raise {
        class: usize,
        anonymous: bool,
    },
    Act {
        who: usize,
        matter: usize,
        command: usize,
        days: i64,
    },
    /// Whoever may takes the usual next step.
    Onward {
        matter: usize,
    },
    Raiser {
        matter: usize,
        command: usize,
    },
    /// Seconds pass; everything due by then runs.
    Advance(i64),
    /// The holder of this seat is another person from now on, or nobody.
    Turn {
        seat: usize,
        to: Option<usize>,
    },
    Suspend {
        who: usize,
    },
    Back {
        who: usize,
    },
    /// The connection is lost after so many statements of the next step.
    Lose(u32),
}

const CLASSES: [&str; 4] = ["dispute", "other", "danger-now", "public-works"];

pub(crate) fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (0..CLASSES.len(), any::<bool>()).prop_map(|(class, anonymous)| Op::Raise { class, anonymous }),
        24 => (0..6usize, 0..4usize, 0..16usize, 1..40i64)
            .prop_map(|(who, matter, command, days)| Op::Act { who, matter, command, days }),
        24 => (0..4usize).prop_map(|matter| Op::Onward { matter }),
        4 => (0..4usize, 0..4usize).prop_map(|(matter, command)| Op::Raiser { matter, command }),
        6 => prop_oneof![Just(600), Just(7_200), Just(90_000), Just(8 * 86_400), Just(40 * 86_400)].prop_map(Op::Advance),
        2 => (0..3usize, proptest::option::of(0..6usize)).prop_map(|(seat, to)| Op::Turn { seat, to }),
        1 => (0..6usize).prop_map(|who| Op::Suspend { who }),
        4 => (0..6usize).prop_map(|who| Op::Back { who }),
        5 => (0..25u32).prop_map(Op::Lose),
    ]
}

fn command(town: &Town, index: usize, until: Moment, raiser: RaiserId, other: MatterId) -> Command {
    let note = || Some("记一笔".to_owned());
    match index {
        0 => Command::Accept,
        1 => Command::Assign {
            seat: [town.worker.1, town.second.1, town.catch_all.1][until.micros() as usize % 3],
            note: None,
        },
        2 | 3 => Command::Sign,
        4 => Command::Return { reason: "不归我".into() },
        5 => Command::Reject { reason: RejectReason::Unclear, answer: "说不清".into() },
        6 => Command::Merge { into: other },
        7 => Command::Contact { outcome: ContactOutcome::Reached, note: note() },
        8 => Command::Start { note: None },
        9 => Command::Wait { reason: WaitReason::Weather, until, note: None },
        10 => Command::Resume,
        11 => Command::Extend { until, reason: "要久一点".into() },
        12 => Command::Submit { outcome: Outcome::Done, answer: "办好了".into() },
        13 => Command::Verify { note: None },
        14 => Command::Answer,
        _ => Command::RecordDelivery { raiser, result: DeliveryResult::CallAnswered, note: None },
    }
}

/// What the story has made so far.
#[derive(Default)]
pub(crate) struct Story {
    pub matters: Vec<(MatterId, RaiserId)>,
    /// The connection is lost after so many statements of the next step.
    pub lose: Option<u32>,
}

impl Story {
    fn pick(&self, index: usize) -> Option<(MatterId, RaiserId)> {
        // The latest few, so that a story is about something.
        let recent = self.matters.len().saturating_sub(3);
        self.matters.get(recent + index % 3).or(self.matters.last()).copied()
    }
}

pub(crate) fn people_of(town: &Town) -> [AccountId; 6] {
    [
        town.worker.0,
        town.second.0,
        town.stranger.0,
        town.catch_all.0,
        town.world.first.coordinator,
        town.world.first.system,
    ]
}

/// Lets the armed fault, if any, strike in what comes now. Answers whether one is armed.
fn arm(town: &Town, lose: &mut Option<u32>) -> bool {
    lose.take().is_some_and(|after| {
        town.world.house.rt.faults().arm(after, Fault::Connection);
        true
    })
}

/// The usual next step, by the first who may take it.
fn onward(town: &Town, matter: MatterId, raiser: RaiserId, lose: &mut Option<u32>) {
    let index = match town.state_now(matter) {
        State::Received | State::Accepted | State::Assigned | State::Reopened => 2,
        State::Signed => 7,
        State::Contacted | State::InProgress => 12,
        State::Waiting | State::Parked => 10,
        State::ToVerify | State::Rejected => 13,
        State::Verified => 14,
        State::Answered => 15,
        State::Closed | State::Duplicate => return,
    };
    for who in people_of(town) {
        let actor = town.world.who(who, Purpose::Matter(matter));
        let before = Before::of(town, matter);
        let command = command(town, index, town.now(), raiser, matter);
        let doing = command.clone();
        arm(town, lose);
        if let Ok(acted) = town.world.act_as(actor.clone(), move |cx| app::act(cx, Act::new(matter, doing))) {
            invariants::acknowledged(town, matter, acted.version);
            before.may_have_done(who, &actor.actor, &command);
            return;
        }
        town.world.house.rt.faults().disarm();
    }
}

pub(crate) fn step(town: &Town, story: &mut Story, op: &Op) {
    let people = people_of(town);
    match op {
        Op::Raise { class, anonymous } => {
            let mut raise = something(CLASSES[*class], "一件事");
            if *anonymous {
                raise = Raise { raiser: RaiserInput::anonymous(Lang::ZhCn), ..raise };
            }
            arm(town, &mut story.lose);
            if let Ok(receipt) = town.try_raise(raise) {
                invariants::acknowledged(town, receipt.matter, 1);
                story.matters.push((receipt.matter, receipt.raiser));
            }
        }
        Op::Act { who, matter, command: index, days } => {
            let Some((matter, raiser)) = story.pick(*matter) else { return };
            let other = story.pick(*index).map_or(matter, |(m, _)| m);
            let until = town.now().plus_days(*days).plus_secs(i64::try_from(*index).unwrap());
            let command = command(town, *index, until, raiser, other);
            let actor = town.world.who(people[*who], Purpose::Matter(matter));
            let before = Before::of(town, matter);
            let doing = command.clone();
            arm(town, &mut story.lose);
            let done = town.world.act_as(actor.clone(), move |cx| app::act(cx, Act::new(matter, doing)));
            if let Ok(acted) = done {
                invariants::acknowledged(town, matter, acted.version);
                before.may_have_done(people[*who], &actor.actor, &command);
            }
        }
        Op::Onward { matter } => {
            let Some((matter, raiser)) = story.pick(*matter) else { return };
            onward(town, matter, raiser, &mut story.lose);
        }
        Op::Raiser { matter, command } => {
            let Some((matter, raiser)) = story.pick(*matter) else { return };
            arm(town, &mut story.lose);
            let _ = match command {
                0 => town.raiser_acts(matter, Command::AddFacts { text: "还有".into() }).map(drop),
                1 => town.raiser_acts(matter, Command::Reopen { reason: "没好".into() }).map(drop),
                2 => town.raiser_acts(matter, Command::Rate { stars: 4, words: None }).map(drop),
                _ => {
                    town.world.act_as(town.as_raiser(matter), move |cx| app::open_answer(cx, matter, raiser)).map(drop)
                }
            };
        }
        Op::Advance(secs) => {
            town.advance(*secs);
        }
        Op::Turn { seat, to } => {
            let seat = [town.worker.1, town.second.1, town.catch_all.1][*seat];
            let to = to.map(|i| people[i]);
            // Two administrators and people who sit there already are refused; that is fine.
            let _ = town.world.act_as(town.world.operator(), move |cx| match to {
                Some(to) => people::app::hand_over(cx, &people::app::Flat, seat, to, None).map(drop),
                None => {
                    for term in people::app::terms::of_seat(cx, seat)? {
                        if term.runs(cx.now) {
                            people::app::end_term(cx, &people::app::Flat, term.id, None)?;
                        }
                    }
                    Ok::<_, people::Error>(())
                }
            });
        }
        Op::Suspend { who } => {
            let who = people[*who];
            let _ = town.world.act_as(town.world.operator(), move |cx| people::app::accounts::suspend_account(cx, who));
        }
        Op::Back { who } => {
            let who = people[*who];
            let _ =
                town.world.act_as(town.world.operator(), move |cx| people::app::accounts::reactivate_account(cx, who));
        }
        Op::Lose(after) => story.lose = Some(*after),
    }
    town.world.house.rt.faults().disarm();
}

/// Each story begins with everybody in place.
fn everybody_back(town: &Town) {
    for who in people_of(town) {
        let _ = town.world.act_as(town.world.operator(), move |cx| people::app::accounts::reactivate_account(cx, who));
    }
    for (who, seat) in [town.worker, town.second, town.catch_all] {
        let _ = town
            .world
            .act_as(town.world.operator(), move |cx| people::app::hand_over(cx, &people::app::Flat, seat, who, None));
    }
}

testkit::both_databases! {
    /// Reproducible: the same seed tells the same stories. More with MULIN_STORIES.
    fn random_stories_never_break_r1_or_r2(town: Town) {
        let cases = std::env::var("MULIN_STORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(10);
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let story = std::cell::RefCell::new(Story::default());
        runner
            .run(&prop::collection::vec(op(), 20..60), |ops| {
                let mut story = story.borrow_mut();
                everybody_back(&town);
                for op in &ops {
                    step(&town, &mut story, op);
                    invariants::hold(&town, &story.matters);
                }
                Ok(())
            })
            .unwrap();
        // Stories that never get anywhere prove nothing. Rarer ends are told of by the scenarios, and by more stories.
        let mut ends = vec!["signed", "contacted"];
        if cases >= 40 {
            ends.extend(["to_verify", "verified", "answered", "closed", "duplicate", "rejected"]);
        }
        for state in ends {
            assert!(town.logged_to(state) > 0, "no story came to {state}");
        }
    }
}
