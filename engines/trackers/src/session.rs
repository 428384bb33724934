//! One conversation with a device: bytes are cut into frames, frames become readings.

use crate::bytes::Take;
use crate::{Command, DeviceId, Model, Models, Options, Protocol, Reading, gps103, gt06, h02, jt808, tk103, watch};
use kernel::Moment;
use std::cell::Cell;

/// No frame of these protocols is longer; what has not come to an end by then is noise and is let go.
pub(crate) const LONGEST_FRAME: usize = 8_192;

/// A larger buffer than this is given back as soon as it is empty: most connections are idle, and there are many.
const KEPT: usize = 512;

/// Bytes are taken in by so many at a time while half a frame is waiting.
const GULP: usize = 16 * 1_024;

/// What a cutter found at the beginning of the bytes that it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// A frame; reading goes on at `next`.
    Frame { start: usize, end: usize, next: usize },
    /// No frame begins before here.
    Skip(usize),
    /// Nothing whole yet. What lies before `start` is noise; up to `seen` no end needs to be looked for again.
    Wait { start: usize, seen: usize },
}

/// What is remembered from frame to frame.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub model: Model,
    /// Who knows the model of a device that gives its number.
    pub models: Models,
    pub device: Option<DeviceId>,
    /// How far the device's clock is ahead of UTC, as its login told (GT06).
    pub east_secs: i32,
    /// How the device's own frames begin: maker and running number (WATCH).
    pub watch: watch::Habit,
    /// The header of the last frame, by which answers and orders are addressed (JT/T 808).
    pub jt808: jt808::Head,
    /// A message in parts, as far as it has come (JT/T 808).
    pub parts: jt808::Parts,
    /// Room for undoing escapes.
    pub room: Vec<u8>,
}

impl State {
    /// The device of this frame: the one that it names, else the one that logged in.
    pub fn known(&mut self, named: Option<DeviceId>) -> Option<DeviceId> {
        if let Some(other) = named.filter(|_| named != self.device) {
            self.model = self.models.of(other).unwrap_or(self.model);
            self.device = named;
        }
        self.device
    }
}

/// One conversation with a device, or with a relay that carries several.
///
/// Feed it what arrives; it never keeps more than 8 KiB, whatever arrives.
#[derive(Debug, Clone)]
pub struct Session {
    protocol: Protocol,
    state: State,
    held: Vec<u8>,
    seen: usize,
}

thread_local! {
    /// What frames are read into: one for all conversations of a thread, as there may be very many, each with one frame now and then.
    static READING: Cell<Option<Box<Reading>>> = const { Cell::new(None) };
}

impl Session {
    /// A conversation that has not begun yet. For the protocols over HTTP use [`crate::http`].
    pub fn new(protocol: Protocol, options: &Options) -> Self {
        Self { protocol, state: State { model: options.model, ..State::default() }, held: Vec::new(), seen: 0 }
    }

    /// As [`Self::new`], where the model is known only once the device has said its number.
    pub fn asking(protocol: Protocol, models: Models) -> Self {
        let mut session = Self::new(protocol, &Options::default());
        session.state.models = models;
        session
    }

    /// What the device that speaks is, from its next frame on: somebody changed it while the conversation goes on.
    pub fn set_model(&mut self, model: Model) {
        self.state.model = model;
    }

    /// Asks for the model of the device that speaks anew, before its next frame: somebody may have changed it.
    pub fn ask_again(&mut self) {
        if let Some(model) = self.state.device.and_then(|device| self.state.models.of(device)) {
            self.state.model = model;
        }
    }

    /// Takes in what arrived, in any split, and calls `sink` once for each frame that is whole now. Noise between frames is skipped.
    ///
    /// `now` is for replies that carry the time; it never becomes the time of a fix.
    pub fn feed(&mut self, bytes: &[u8], now: Moment, sink: &mut dyn FnMut(&Reading)) {
        let mut rest = bytes;
        while !self.held.is_empty() && !rest.is_empty() {
            let (gulp, tail) = rest.split_at(rest.len().min(GULP));
            let mut held = std::mem::take(&mut self.held);
            held.extend_from_slice(gulp);
            let used = self.run(&held, now, sink);
            held.drain(..used);
            self.hold(held);
            rest = tail;
        }
        if !rest.is_empty() {
            let used = self.run(rest, now, sink);
            let left = rest.get(used..).unwrap_or_default();
            self.held.extend_from_slice(left);
        }
    }

    /// Takes in bytes that end with a frame: a datagram, a line of a file. When no whole frame is among them they are read as one that has lost
    /// its end, as far as it goes.
    pub fn whole(&mut self, bytes: &[u8], now: Moment, sink: &mut dyn FnMut(&Reading)) {
        if self.held.is_empty() && self.protocol == Protocol::Jt808 && jt808::is_one_frame(bytes) {
            self.read(bytes, now, sink);
            return;
        }
        let mut heard = false;
        self.feed(bytes, now, &mut |reading| {
            heard = true;
            sink(reading);
        });
        let held = std::mem::take(&mut self.held);
        self.seen = 0;
        if !heard && !held.is_empty() {
            self.read(&held, now, sink);
        }
    }

    /// The device that speaks: the last one that gave its number.
    pub fn device(&self) -> Option<DeviceId> {
        self.state.device
    }

    /// How many bytes of half a frame are kept.
    pub fn buffered(&self) -> usize {
        self.held.len()
    }

    /// What to send to the device for this; `None` when the protocol has no such command, or the device has not given its number yet.
    pub fn command(&self, command: &Command) -> Option<Vec<u8>> {
        let device = self.state.device?;
        match self.protocol {
            Protocol::Watch => Some(watch::command(&self.state.watch, &device, *command)),
            Protocol::Gt06 => Some(gt06::command(*command)),
            Protocol::H02 => h02::command(&device, *command),
            Protocol::Jt808 => jt808::command(&self.state.jt808, *command),
            Protocol::Tk103 => Some(tk103::command(&device, *command)),
            Protocol::Gps103 => Some(gps103::command(&device, *command)),
            Protocol::OsmAnd | Protocol::OwnTracks => None,
        }
    }

    fn hold(&mut self, held: Vec<u8>) {
        self.held = if held.is_empty() && held.capacity() > KEPT { Vec::new() } else { held };
    }

    /// Reads every whole frame; how many bytes are done with.
    fn run(&mut self, bytes: &[u8], now: Moment, sink: &mut dyn FnMut(&Reading)) -> usize {
        let (mut at, mut seen) = (0, std::mem::take(&mut self.seen));
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match self.cut(rest, seen) {
                // Whether it came at once or bit by bit, it is no frame.
                Cut::Frame { start, end, .. } if end - start > LONGEST_FRAME => {
                    at += start + 1;
                    seen = 0;
                }
                Cut::Frame { start, end, next } => {
                    if let Some(frame) = rest.get(start..end) {
                        self.read(frame, now, sink);
                    }
                    at += next.max(1);
                    seen = 0;
                }
                Cut::Skip(by) => {
                    at += by.max(1);
                    seen = 0;
                }
                // No end in sight: not the beginning of a frame after all.
                Cut::Wait { start, seen: _ } if rest.len() - start.min(rest.len()) >= LONGEST_FRAME => {
                    at += start + 1;
                    seen = 0;
                }
                Cut::Wait { start, seen: looked } => {
                    self.seen = looked.saturating_sub(start);
                    return (at + start).min(bytes.len());
                }
            }
        }
        bytes.len()
    }

    fn cut(&self, bytes: &[u8], seen: usize) -> Cut {
        match self.protocol {
            Protocol::Watch => watch::cut(bytes, seen),
            Protocol::Gt06 => gt06::cut(bytes),
            Protocol::H02 => h02::cut(bytes, seen),
            Protocol::Jt808 => jt808::cut(bytes, seen),
            Protocol::Tk103 => tk103::cut(bytes, seen),
            Protocol::Gps103 => gps103::cut(bytes, seen),
            Protocol::OsmAnd | Protocol::OwnTracks => Cut::Skip(bytes.len()),
        }
    }

    fn read(&mut self, frame: &[u8], now: Moment, sink: &mut dyn FnMut(&Reading)) {
        let mut room = READING.take().unwrap_or_default();
        let (state, reading) = (&mut self.state, &mut *room);
        reading.clear();
        let read = match self.protocol {
            Protocol::Watch => watch::read(frame, state, reading),
            Protocol::Gt06 => gt06::read(Take(frame), now, state, reading),
            Protocol::H02 => h02::read(frame, now, state, reading),
            Protocol::Jt808 => jt808::read(frame, now, state, reading),
            Protocol::Tk103 => tk103::read(frame, state, reading),
            Protocol::Gps103 => gps103::read(frame, state, reading),
            Protocol::OsmAnd | Protocol::OwnTracks => Err("this protocol is spoken over HTTP"),
        };
        if let Err(why) = read {
            reading.error = Some(why);
        }
        if self.state.room.capacity() > KEPT {
            self.state.room = Vec::new();
        }
        reading.rate_network();
        sink(reading);
        READING.set(Some(room));
    }
}
