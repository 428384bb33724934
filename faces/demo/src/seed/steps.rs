//! One matter on its way: what happens next, when, and by whom.

#![expect(clippy::indexing_slicing, reason = "indices are made by this crate from vectors it filled itself")]

use super::Error;
use super::history::Scene;
use crate::stories::{self, Story};
use kernel::ids::{AccountId, MatterId, RaiserId};
use kernel::time::shanghai;
use kernel::{Actor, Moment, Purpose};
use matters::app::{Act, Receipt, act};
use matters::model::{Channel, Command, ContactOutcome, DeliveryResult, Outcome, RejectReason, State, WaitReason};
use people::policy::jobs;
use store::{Cx, params};

/// What happens to a matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Raise,
    Facts,
    Accept,
    Reject,
    Merge,
    Sign,
    Return,
    Assign,
    Contact,
    Start,
    Wait,
    Park,
    Extend,
    Remark,
    Submit,
    SendBack,
    Verify,
    Answer,
    Deliver,
    Settle,
    Rate,
    Reopen,
}

pub(super) type Next = Vec<(Moment, Step)>;

/// A matter that was raised.
pub(super) struct Case {
    matter: MatterId,
    raiser: RaiserId,
    pub code: String,
    pub state: State,
    /// When it last changed.
    pub moved: Moment,
    pub channel: Channel,
    anonymous: bool,
    urgent: bool,
    story: &'static Story,
    /// Index of the post in whose police area it lies.
    post: usize,
    attempts: u32,
    reopened: bool,
    paused: bool,
    sent_back: bool,
}

impl Case {
    pub fn new(
        r: Receipt,
        story: &'static Story,
        channel: Channel,
        anonymous: bool,
        urgent: bool,
        post: usize,
    ) -> Self {
        Self {
            matter: r.matter,
            raiser: r.raiser,
            code: r.code,
            state: State::Received,
            moved: r.raised_at,
            channel,
            anonymous,
            urgent,
            story,
            post,
            attempts: 0,
            reopened: false,
            paused: false,
            sent_back: false,
        }
    }

    /// What comes after it was raised.
    pub fn first(&self, scene: &mut Scene<'_>) -> Next {
        scene.open.push((self.post, self.story.class, self.matter));
        let now = scene.now;
        let mut next = Vec::new();
        if scene.rng.chance(0.06) {
            next.push((after(scene, now, 3.0, true), Step::Facts));
        }
        let step = match scene.rng.below(100) {
            0..=2 if !self.urgent => Step::Reject,
            3..=6 if !self.urgent && self.twin(scene).is_some() => Step::Merge,
            _ => Step::Accept,
        };
        let hours = if self.urgent {
            0.05
        } else if scene.rng.chance(0.06) {
            9.0
        } else {
            0.5
        };
        next.push((after(scene, now, hours, self.urgent), step));
        next
    }

    /// An older open matter of the same class in the same police area.
    fn twin(&self, scene: &Scene<'_>) -> Option<MatterId> {
        let same = |o: &&(usize, &str, MatterId)| o.0 == self.post && o.1 == self.story.class && o.2 != self.matter;
        scene.open.iter().find(same).map(|o| o.2)
    }

    fn staff(&self, scene: &Scene<'_>, member: usize) -> Actor {
        let _ = self;
        scene.written.actors[member].clone()
    }

    /// Whoever answers for it now.
    fn owner(&self, cx: &mut Cx<'_>, scene: &Scene<'_>) -> Result<Actor, Error> {
        let row = cx.query_one("SELECT owner_account FROM matter WHERE id = $1", params![self.matter])?;
        let account: AccountId = row.id("owner_account")?;
        let at = scene.written.accounts.iter().position(|a| *a == account);
        Ok(self.staff(scene, at.unwrap_or(scene.staff.coordinator)))
    }

    /// The head of the post, or the coordinator when the head has handled it.
    fn checker(&self, cx: &mut Cx<'_>, scene: &Scene<'_>) -> Result<Actor, Error> {
        let head = scene.staff.posts[self.post][0];
        let sql = "SELECT 1 AS one FROM matter_handler WHERE matter_id = $1 AND account_id = $2";
        let handled = cx.query_opt(sql, params![self.matter, scene.written.accounts[head]])?.is_some();
        Ok(self.staff(scene, if handled { scene.staff.coordinator } else { head }))
    }

    fn by(&mut self, cx: &mut Cx<'_>, actor: Actor, command: Command) -> Result<(), Error> {
        let purpose = match actor.kind {
            kernel::ActorKind::System(_) => Purpose::Job,
            kernel::ActorKind::Raiser(_) => Purpose::OwnMatter,
            _ => Purpose::Matter(self.matter),
        };
        let done = cx.acting_as(actor, purpose, |cx| act(cx, Act::new(self.matter, command)))?;
        self.state = done.state;
        self.moved = cx.now;
        Ok(())
    }

    /// Does the step and says what comes next.
    pub fn take(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>, step: Step) -> Result<Next, Error> {
        scene.now = cx.now;
        let now = cx.now;
        let desk = self.staff(scene, scene.staff.posts[self.post][2]);
        match step {
            Step::Raise => Ok(Vec::new()),
            Step::Facts => self.facts(cx, scene),
            Step::Accept => {
                self.by(cx, desk, Command::Accept)?;
                let step = if !self.urgent && scene.rng.chance(0.05) { Step::Return } else { Step::Sign };
                let hours = if self.urgent {
                    0.05
                } else if scene.rng.chance(0.09) {
                    7.0
                } else {
                    0.7
                };
                Ok(vec![(after(scene, now, hours, self.urgent), step)])
            }
            Step::Reject => self.reject(cx, scene, desk),
            Step::Merge => {
                let Some(into) = self.twin(scene) else { return Ok(Vec::new()) };
                self.by(cx, desk, Command::Merge { into })?;
                scene.open.retain(|o| o.2 != self.matter);
                Ok(Vec::new())
            }
            Step::Return => self.give_back(cx, scene),
            Step::Assign => self.assign(cx, scene),
            Step::Sign => {
                let owner = self.owner(cx, scene)?;
                self.by(cx, owner, Command::Sign)?;
                let hours = if self.urgent { 0.1 } else { 4.0 };
                Ok(vec![(after(scene, now, hours, self.urgent), Step::Contact)])
            }
            Step::Contact => self.contact(cx, scene),
            Step::Start => self.start(cx, scene),
            Step::Wait | Step::Park | Step::Extend => self.pause(cx, scene, step),
            Step::Remark => {
                if !self.state.is_open() {
                    return Ok(Vec::new());
                }
                let text = (*scene.rng.pick(&stories::REMARK)).to_owned();
                self.by(cx, desk, Command::AddNote { text })?;
                Ok(Vec::new())
            }
            Step::Submit => self.submit(cx, scene),
            Step::SendBack => {
                let reason = (*scene.rng.pick(&stories::SEND_BACK)).to_owned();
                let checker = self.checker(cx, scene)?;
                self.by(cx, checker, Command::SendBack { reason })?;
                self.sent_back = true;
                Ok(vec![(after(scene, now, 24.0, false), Step::Submit)])
            }
            Step::Verify => {
                let checker = self.checker(cx, scene)?;
                self.by(cx, checker, Command::Verify { note: None })?;
                Ok(vec![(after(scene, now, 2.0, self.urgent), Step::Answer)])
            }
            Step::Answer => self.answer(cx, scene, desk),
            Step::Deliver | Step::Settle => self.deliver(cx, scene, step),
            Step::Rate => {
                let stars = [5, 5, 5, 4, 4, 4, 3, 3, 2, 1][scene.rng.below(10)];
                let words = scene.rng.chance(0.5).then(|| (*scene.rng.pick(&stories::THANKS)).to_owned());
                let raiser = Actor::raiser(cx.district(), self.matter);
                self.by(cx, raiser, Command::Rate { stars, words }).map(|()| Vec::new())
            }
            Step::Reopen => {
                let reason = (*scene.rng.pick(&stories::REOPEN)).to_owned();
                let raiser = Actor::raiser(cx.district(), self.matter);
                self.by(cx, raiser, Command::Reopen { reason })?;
                (self.reopened, self.paused, self.attempts) = (true, true, 0);
                Ok(vec![(after(scene, now, 2.0, false), Step::Accept)])
            }
        }
    }

    /// Given to the officer of the place by the coordinator.
    pub fn hand_out(&mut self, cx: &mut Cx<'_>, scene: &Scene<'_>) -> Result<(), Error> {
        let officer = self.staff(scene, scene.staff.posts[self.post][1]);
        let Some(seat) = officer.grants().iter().find(|g| !g.deputy).map(|g| g.seat) else { return Ok(()) };
        let coordinator = self.staff(scene, scene.staff.coordinator);
        self.by(cx, coordinator, Command::Assign { seat, note: None })
    }

    fn facts(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>) -> Result<Next, Error> {
        if !self.state.is_open() {
            return Ok(Vec::new());
        }
        let text = (*scene.rng.pick(&stories::FACTS)).to_owned();
        let raiser = Actor::raiser(cx.district(), self.matter);
        self.by(cx, raiser, Command::AddFacts { text }).map(|()| Vec::new())
    }

    fn reject(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>, desk: Actor) -> Result<Next, Error> {
        let reasons = [
            (RejectReason::NotOurs, "这件事由供水公司直接受理，已把您的情况转过去，电话在收据背面。"),
            (RejectReason::LegalPath, "这件事已在法院程序中，请等待裁判，我们不再另行处理。"),
            (RejectReason::Unclear, "没有看清是哪里的什么事，也联系不上您，请补充后再报。"),
            (RejectReason::NotFound, "到现场看了两次，没有发现您说的情况；如再出现请马上告诉我们。"),
        ];
        let (reason, answer) = reasons[scene.rng.below(reasons.len())];
        self.by(cx, desk, Command::Reject { reason, answer: answer.to_owned() })?;
        Ok(vec![(after(scene, cx.now, 5.0, false), Step::Verify)])
    }

    fn give_back(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>) -> Result<Next, Error> {
        let owner = self.owner(cx, scene)?;
        let on_catch_all = owner.has(kernel::Role::CatchAll);
        if on_catch_all {
            return self.take(cx, scene, Step::Sign);
        }
        let reason = (*scene.rng.pick(&stories::RETURN)).to_owned();
        self.by(cx, owner, Command::Return { reason })?;
        Ok(vec![(after(scene, cx.now, 1.5, false), Step::Assign)])
    }

    /// Whoever catches what is returned gives it to the officer of the place.
    fn assign(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>) -> Result<Next, Error> {
        let catcher = self.owner(cx, scene)?;
        let officer = self.staff(scene, scene.staff.posts[self.post][1]);
        let Some(seat) = officer.grants().iter().find(|g| !g.deputy).map(|g| g.seat) else { return Ok(Vec::new()) };
        let note = Some("请先到现场看一下，是哪家的事你定。".to_owned());
        self.by(cx, catcher, Command::Assign { seat, note })?;
        Ok(vec![(after(scene, cx.now, 1.0, false), Step::Sign)])
    }

    fn contact(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>) -> Result<Next, Error> {
        let owner = self.owner(cx, scene)?;
        let outcome = match scene.rng.below(10) {
            _ if self.anonymous => ContactOutcome::NobodyToAsk,
            0 => ContactOutcome::NoAnswer,
            1 => ContactOutcome::Message,
            2..=4 => ContactOutcome::OnSite,
            _ => ContactOutcome::Reached,
        };
        let note = scene.rng.chance(0.7).then(|| (*scene.rng.pick(&stories::CONTACT)).to_owned());
        self.by(cx, owner, Command::Contact { outcome, note })?;
        let hours = if self.urgent { 0.2 } else { 9.0 };
        Ok(vec![(after(scene, cx.now, hours, self.urgent), Step::Start)])
    }

    fn start(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>) -> Result<Next, Error> {
        let owner = self.owner(cx, scene)?;
        let note = scene.rng.chance(0.6).then(|| (*scene.rng.pick(&stories::START)).to_owned());
        self.by(cx, owner, Command::Start { note })?;
        let now = cx.now;
        let mut next = Vec::new();
        if scene.rng.chance(0.08) {
            next.push((after(scene, now, 5.0, false), Step::Remark));
        }
        let slow = scene.rng.chance(0.09);
        let pause = match scene.rng.below(100) {
            _ if self.urgent || self.paused => None,
            0..=8 => Some(Step::Wait),
            9..=11 => Some(Step::Park),
            12..=17 => Some(Step::Extend),
            _ => None,
        };
        let hours = if self.urgent {
            1.0
        } else if slow {
            260.0
        } else {
            38.0
        };
        next.push(match pause {
            Some(step) => (after(scene, now, 20.0, false), step),
            None => (after(scene, now, hours, self.urgent), Step::Submit),
        });
        Ok(next)
    }

    fn pause(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>, step: Step) -> Result<Next, Error> {
        let owner = self.owner(cx, scene)?;
        self.paused = true;
        let days = if step == Step::Park { scene.rng.between(8, 28) } else { scene.rng.between(2, 8) };
        let due: Moment =
            cx.query_one("SELECT due_at FROM matter WHERE id = $1", params![self.matter])?.moment("due_at")?;
        let from = if step == Step::Extend { due.max(cx.now) } else { cx.now };
        let until = from.plus_days(days);
        let later = (*scene.rng.pick(&stories::LATER)).to_owned();
        let command = match step {
            Step::Park => Command::Park { until, reason: later },
            Step::Extend => Command::Extend { until, reason: later },
            _ => {
                let reasons = [WaitReason::Raiser, WaitReason::Parts, WaitReason::OtherBody, WaitReason::Weather];
                let reason = reasons[scene.rng.below(reasons.len())];
                Command::Wait { reason, until, note: Some((*scene.rng.pick(&stories::WAIT)).to_owned()) }
            }
        };
        self.by(cx, owner, command)?;
        let back = if step == Step::Extend { cx.now } else { until };
        Ok(vec![(after(scene, back, 26.0, false), Step::Submit)])
    }

    fn submit(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>) -> Result<Next, Error> {
        let owner = self.owner(cx, scene)?;
        let good = scene.rng.chance(0.86);
        let outcome = match (good, self.story.class) {
            (true, "dispute") => Outcome::Settled,
            (true, _) => Outcome::Done,
            (false, _) if scene.rng.chance(0.5) => Outcome::Planned,
            (false, _) if scene.rng.chance(0.6) => Outcome::PartlyDone,
            (false, _) => Outcome::NotPossible,
        };
        let answer = self.story.answer(&mut scene.rng, good);
        self.by(cx, owner, Command::Submit { outcome, answer })?;
        let step = if !self.sent_back && scene.rng.chance(0.06) { Step::SendBack } else { Step::Verify };
        let hours = if self.urgent { 2.0 } else { 8.0 };
        Ok(vec![(after(scene, cx.now, hours, false), step)])
    }

    fn answer(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>, desk: Actor) -> Result<Next, Error> {
        self.by(cx, desk, Command::Answer)?;
        scene.open.retain(|o| o.2 != self.matter);
        let now = cx.now;
        Ok(vec![match self.channel {
            Channel::Page if self.anonymous && scene.rng.chance(0.4) => {
                (now.plus_days(7).plus_minutes(1), Step::Settle)
            }
            Channel::Page => (after(scene, now, 22.0, true), Step::Deliver),
            Channel::Sms | Channel::Email => (now.plus_secs(40), Step::Deliver),
            Channel::Phone => (after(scene, now, 3.0, false), Step::Deliver),
            Channel::Paper | Channel::Counter => (after(scene, now, 20.0, false), Step::Deliver),
        }])
    }

    /// Brings the answer: proof per channel as in R2.
    fn deliver(&mut self, cx: &mut Cx<'_>, scene: &mut Scene<'_>, step: Step) -> Result<Next, Error> {
        if self.state != State::Answered {
            return Ok(Vec::new());
        }
        let district = cx.district();
        let (system, raiser) = (Actor::system(district, jobs::DELIVERY), Actor::raiser(district, self.matter));
        let desk = self.staff(scene, scene.staff.posts[self.post][2]);
        let reached = scene.rng.chance(0.82);
        let (actor, result) = match self.channel {
            Channel::Page if step == Step::Settle => (system, DeliveryResult::LayOpen),
            Channel::Page => (raiser, DeliveryResult::Opened),
            Channel::Sms => (system, DeliveryResult::SmsReceipt),
            Channel::Email if step == Step::Settle => (system, DeliveryResult::EmailSettled),
            Channel::Email => (system, DeliveryResult::EmailAccepted),
            Channel::Phone if reached => (desk, DeliveryResult::CallAnswered),
            Channel::Phone => (desk, DeliveryResult::CallFailed),
            Channel::Paper | Channel::Counter => (desk, DeliveryResult::Signed),
        };
        self.attempts += 1;
        let note = (result == DeliveryResult::CallFailed).then(|| "没人接，晚些再打。".to_owned());
        self.by(cx, actor, Command::RecordDelivery { raiser: self.raiser, result, note })?;
        if result.proof().is_some() {
            self.tell_the_others(cx, scene)?;
        }
        let now = cx.now;
        if self.state == State::Closed {
            return Ok(self.closed(scene, now));
        }
        Ok(match result {
            DeliveryResult::EmailAccepted => vec![(now.plus_hours(24).plus_minutes(1), Step::Settle)],
            DeliveryResult::CallFailed => vec![(after(scene, now, 5.0, false), Step::Deliver)],
            _ => Vec::new(),
        })
    }

    /// Those whose own matter was joined to this one hear of it too, or it would stay open for ever.
    fn tell_the_others(&mut self, cx: &mut Cx<'_>, scene: &Scene<'_>) -> Result<(), Error> {
        let sql = "SELECT id, anonymous FROM matter_raiser WHERE matter_id = $1 AND proof IS NULL ORDER BY at, id";
        let waiting = cx.query(sql, params![self.matter])?;
        for row in waiting {
            let (raiser, alone): (RaiserId, bool) = (row.id("id")?, row.bool("anonymous")?);
            let (actor, result) = if alone {
                (Actor::raiser(cx.district(), self.matter), DeliveryResult::Opened)
            } else {
                (self.staff(scene, scene.staff.posts[self.post][2]), DeliveryResult::CallAnswered)
            };
            self.by(cx, actor, Command::RecordDelivery { raiser, result, note: None })?;
        }
        Ok(())
    }

    fn closed(&self, scene: &mut Scene<'_>, now: Moment) -> Next {
        if !self.reopened && scene.rng.chance(0.035) {
            return vec![(after(scene, now, 120.0, true), Step::Reopen)];
        }
        if scene.rng.chance(0.5) { vec![(after(scene, now, 16.0, true), Step::Rate)] } else { Vec::new() }
    }
}

/// Some time later, `hours` on average, never less than a quarter of it; at a time of day when people work unless it
/// happens at `any_time`.
fn after(scene: &mut Scene<'_>, from: Moment, hours: f64, any_time: bool) -> Moment {
    let spread = 0.25 + 0.75 * (-(1.0 - scene.rng.unit()).ln()).min(4.0);
    let at = from.plus_secs((hours * spread * 3_600.0) as i64 + 20);
    if any_time {
        return at;
    }
    let hour = at.zoned(&shanghai()).hour();
    let wait = match hour {
        8..=17 => 0,
        0..=7 => i64::from(8 - hour),
        _ => i64::from(32 - hour),
    };
    if wait == 0 { at } else { at.plus_hours(wait).plus_secs(scene.rng.between(0, 3_000)) }
}
