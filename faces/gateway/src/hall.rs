//! The way of a frame, the same for every kind of connection: who is it, may it be kept, is it safe, what is answered.

use crate::limits::Limits;
use crate::lines::Lines;
use crate::seal::Seal;
use crate::segment::{self, Batch};
use crate::spool::{Kept, Spool};
use crate::strangers::{Stranger, Strangers};
use crate::{Settings, Totals};
use kernel::{Clock, Moment};
use locators::gate::{Memory, Passage, Why};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use trackers::{Alarms, DeviceId, Model, Models, Protocol, Reading};
use uuid::Uuid;

/// What decides whether a device's words may be kept: [`locators::gate::Gate`]. It is asked for each frame and answers from memory.
pub trait Guard: Send + Sync {
    fn ask(&self, device: DeviceId, now: Moment) -> Passage;

    /// As [`Guard::ask`], for a connection that asks for the same device with each frame.
    fn ask_again(&self, _memory: &mut Memory, device: DeviceId, now: Moment) -> Passage {
        self.ask(device, now)
    }

    /// A number that is another one whenever a device's model may be another one.
    fn turn(&self) -> u64;
}

impl Guard for locators::gate::Gate {
    fn ask(&self, device: DeviceId, now: Moment) -> Passage {
        Self::ask(self, device, now)
    }
    fn ask_again(&self, memory: &mut Memory, device: DeviceId, now: Moment) -> Passage {
        Self::ask_again(self, memory, device, now)
    }
    fn turn(&self) -> u64 {
        Self::turn(self)
    }
}

/// Asks the gate which codes a device uses, before its frame is read.
pub(crate) fn models(guard: &Arc<dyn Guard>, clock: &Arc<dyn Clock>) -> Models {
    let (guard, clock) = (Arc::clone(guard), Arc::clone(clock));
    Models::new(move |device| match guard.ask(device, clock.now()) {
        Passage::Open(door) | Passage::Shut(_, Some(door)) => door.model,
        Passage::Shut(_, None) | Passage::Unknown => Model::default(),
    })
}

/// Everything that connections share.
pub(crate) struct Hall {
    pub settings: Settings,
    pub clock: Arc<dyn Clock>,
    pub guard: Arc<dyn Guard>,
    /// What the gate knows of a device's codes.
    pub models: Models,
    pub spool: Spool,
    pub seal: Seal,
    pub limits: Arc<Limits>,
    pub strangers: Strangers,
    pub lines: Lines,
    pub counts: Counts,
}

/// What happened since the start; for readiness and the administrator's page. In lines of memory of their own: what stands beside them is
/// read for each frame, and would come anew each time another thread counts.
#[derive(Default)]
#[repr(align(128))]
pub(crate) struct Counts {
    pub frames: AtomicU64,
    pub unreadable: AtomicU64,
    pub shut: AtomicU64,
    pub unknown: AtomicU64,
    pub later: AtomicU64,
    pub refused: AtomicU64,
    pub turned_away: AtomicU64,
}

impl Counts {
    pub(crate) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    pub(crate) fn totals(&self) -> Totals {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Totals {
            frames: of(&self.frames),
            unreadable: of(&self.unreadable),
            shut: of(&self.shut),
            unknown: of(&self.unknown),
            later: of(&self.later),
            refused: of(&self.refused),
            turned_away: of(&self.turned_away),
        }
    }
}

/// What the bytes that were read together came to: records to be kept, and what is answered once they are.
#[derive(Default)]
pub(crate) struct Heard {
    pub batch: Batch,
    pub reply: Vec<u8>,
    /// Frames of known locators.
    pub known: u32,
    /// The locator that spoke last.
    pub locator: Option<Uuid>,
    /// The frame could not be judged: nothing is answered from here on, so that it comes again.
    pub silent: bool,
    /// What the last frame of the HTTP protocols was.
    pub last: Word,
}

/// What one frame came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Word {
    /// No frame, or one without a device.
    #[default]
    Nothing,
    Known,
    Unknown,
    /// Not now: the gate cannot judge.
    Later,
}

impl Heard {
    pub(crate) fn clear(&mut self) {
        self.batch.clear();
        self.reply.clear();
        self.reply.shrink_to(16 * 1024);
        (self.known, self.locator) = (0, None);
        (self.silent, self.last) = (false, Word::Nothing);
    }
}

impl Hall {
    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// Devices that called and are still registered nowhere, latest first.
    pub(crate) fn unknown(&self) -> Vec<Stranger> {
        let now = self.now();
        let mut all = self.strangers.list();
        all.retain(|stranger| {
            let unknown = self.guard.ask(stranger.device, now) == Passage::Unknown;
            if !unknown {
                self.strangers.forget(&stranger.device);
            }
            unknown
        });
        all
    }

    /// Takes one frame into `heard`.
    pub(crate) fn hear(&self, protocol: Protocol, reading: &Reading, now: Moment, heard: &mut Heard) {
        self.hear_again(&mut Memory::default(), protocol, reading, now, heard);
    }

    /// The same for a connection that carries one device.
    pub(crate) fn hear_again(
        &self,
        memory: &mut Memory,
        protocol: Protocol,
        reading: &Reading,
        now: Moment,
        heard: &mut Heard,
    ) {
        Counts::add(&self.counts.frames);
        if reading.error.is_some() {
            Counts::add(&self.counts.unreadable);
        }
        let Some(device) = reading.device else {
            // A device that has not introduced itself is told nothing that the protocol does not ask for at once; whoever
            // carries known locators may also send what belongs to none.
            return;
        };
        heard.last = match self.guard.ask_again(memory, device, now) {
            Passage::Open(door) => {
                let locator = Uuid::from(door.locator);
                let whose = (now, locator);
                if !heard.batch.push(|out| self.seal.write(out, whose, &reading.fixes, &reading.status)) {
                    tracing::error!(protocol = protocol.name(), "a frame is too long to be kept");
                }
                heard.locator = Some(locator);
                Word::Known
            }
            // A call for help does not wait for the gate.
            Passage::Shut(Why::Stale, _) if !Self::is_call(reading) => {
                Counts::add(&self.counts.later);
                Word::Later
            }
            passage @ Passage::Shut(_, door) => {
                Counts::add(&self.counts.shut);
                if let Some(taken) = passage.admit(now, reading) {
                    let whose = (taken.received, Uuid::from(taken.locator));
                    heard.batch.push(|out| self.seal.write(out, whose, &taken.fixes, &taken.status));
                }
                heard.locator = door.map(|door| door.locator.into());
                // Answered like any other: a device that hears nothing keeps its fixes and would send them after the pause.
                Word::Known
            }
            Passage::Unknown => {
                Counts::add(&self.counts.unknown);
                self.strangers.note(device, protocol, now);
                Word::Unknown
            }
        };
        match heard.last {
            Word::Known => {
                heard.known += 1;
                if !heard.silent {
                    heard.reply.extend_from_slice(&reading.reply);
                }
            }
            Word::Later => heard.silent = true,
            Word::Unknown | Word::Nothing => {}
        }
    }

    /// Makes what was heard safe where that needs no waiting.
    pub(crate) fn keep(&self, heard: &Heard) -> Result<Kept, segment::Error> {
        self.spool.keep(&heard.batch).inspect_err(|_| Counts::add(&self.counts.refused))
    }

    /// Whether this reading must come through whatever the limits say.
    pub(crate) fn is_call(reading: &Reading) -> bool {
        reading.alarms().has(Alarms::SOS)
    }
}
