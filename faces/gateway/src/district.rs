//! The gateway of a district: the gate is its table of locators, what is taken in goes into its database, and commands that wait there go
//! out to devices that are connected here.

use crate::hall::Hall;
use crate::{Error, Gateway, NotSent, Parts, Seal, Settings, Takes};
use kernel::ids::{DistrictId, LocatorId};
use locators::app::commands::{self, Asked, Outcome, Port};
use locators::app::take_in;
use locators::events;
use locators::gate::{Gate, REFRESH_S};
use locators::model::Taken;
use std::sync::Arc;
use std::time::Duration;
use store::{KeyClass, Runtime, Signal, Who};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{MissedTickBehavior, interval};
use trackers::Command;

/// From which the key of records that wait is made; the same for all gateways of a house, and over rotations.
const SEAL: &[u8] = b"gateway/records";
/// How often commands are looked for that another process may have written.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Takes in what belongs to one district.
pub struct Domain {
    pub rt: Runtime,
    pub district: DistrictId,
}

impl Takes for Domain {
    fn take_in(&self, taken: Vec<Taken>) -> Result<(), String> {
        let who = Who::system(self.district, locators::JOB);
        self.rt.write_now(who, move |cx| take_in(cx, &taken).map(drop)).map_err(|e| e.to_string())
    }
}

impl Gateway {
    /// Starts the gateway of a district. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// As for [`Gateway::start`]; and when the list of locators cannot be read.
    pub async fn of_district(rt: &Runtime, district: DistrictId, settings: Settings) -> Result<Self, Error> {
        let gate = Gate::new(rt);
        let signals = rt.subscribe();
        gate.refresh_async(rt, district).await.map_err(|e| Error::Gate(e.to_string()))?;
        let parts = Parts {
            settings,
            clock: Arc::clone(rt.clock()),
            guard: Arc::<Gate>::clone(&gate),
            takes: Arc::new(Domain { rt: rt.clone(), district }),
            seal: Seal::new(rt.keys().keyed_hash(KeyClass::Location, SEAL), &kernel::OsIds),
        };
        let mut gateway = Self::start(parts).await?;
        gateway.also(refresh(gate, rt.clone(), district, signals));
        let hall = gateway.hall();
        gateway.also(command(hall, rt.clone(), district, rt.subscribe()));
        Ok(gateway)
    }
}

/// Whether something of this kind was told, as soon as it is.
async fn told(signals: &mut Receiver<Signal>, kind: &str, district: DistrictId) {
    loop {
        match signals.recv().await {
            Ok(signal) if signal.kind == kind && signal.district == district => return,
            Ok(_) => {}
            // Too many at once: it may have been among them.
            Err(RecvError::Lagged(_)) => return,
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Keeps the gate's table young.
async fn refresh(gate: Arc<Gate>, rt: Runtime, district: DistrictId, mut signals: Receiver<Signal>) {
    let mut ticks = interval(Duration::from_secs(REFRESH_S.cast_unsigned()));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failed = false;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = told(&mut signals, events::GATE, district) => {}
        }
        let was = failed;
        let done = gate.refresh_async(&rt, district).await;
        failed = done.is_err();
        if let (Err(error), false) = (done, was) {
            tracing::error!(%error, "the list of locators cannot be read; after a minute no fix is taken until it can");
        }
    }
}

/// Sends out what people ask of devices.
async fn command(hall: Arc<Hall>, rt: Runtime, district: DistrictId, mut signals: Receiver<Signal>) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let runtime = tokio::runtime::Handle::current();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = told(&mut signals, events::COMMAND, district) => {}
        }
        let (rt, port) = (rt.clone(), Lines { hall: Arc::clone(&hall), runtime: runtime.clone() });
        let served = tokio::task::spawn_blocking(move || commands::serve(&rt, district, &port)).await;
        if let Ok(Err(error)) = served {
            tracing::warn!(%error, "commands for locators wait");
        }
    }
}

/// The open connections of this process.
struct Lines {
    hall: Arc<Hall>,
    runtime: tokio::runtime::Handle,
}

impl Port for Lines {
    fn say(&self, locator: LocatorId, asked: Asked) -> Option<Outcome> {
        let command = match asked {
            Asked::LocateNow => Command::LocateNow,
            Asked::Interval(seconds) => Command::Interval(seconds),
        };
        match self.runtime.block_on(self.hall.lines.send(locator.0, command)) {
            Ok(()) => Some(Outcome::Sent),
            Err(NotSent::NoCommand) => Some(Outcome::Unable),
            // It may come back while the question still waits.
            Err(NotSent::Away | NotSent::Broken) => None,
        }
    }
}
