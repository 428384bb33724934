//! How much one address, one device and everybody together may do.

use crate::Settings;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use trackers::DeviceId;

/// Frames at once, as many seconds' worth as this.
const BURST: u32 = 200;

/// The counters of this process.
pub(crate) struct Limits {
    connections: usize,
    strangers: usize,
    per_address: u32,
    frames: Quota,
    /// One for all connections: making one asks the processor what it is, which a virtual machine answers slowly.
    clock: DefaultClock,
    open: AtomicUsize,
    unknown: AtomicUsize,
    addresses: Mutex<HashMap<IpAddr, u32>>,
    arrivals: DefaultKeyedRateLimiter<IpAddr>,
    devices: DefaultKeyedRateLimiter<DeviceId>,
}

fn per_second(rate: u32, burst: u32) -> Quota {
    let (rate, burst) = (rate.max(1), NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN));
    Quota::with_period(Duration::from_secs(1) / rate).unwrap_or(Quota::per_second(burst)).allow_burst(burst)
}

/// A household's or an operator's share of IPv6 is a network; of IPv4, one address.
fn source(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        },
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Arc<Self> {
        let frames = per_second(settings.frames_per_device, settings.frames_per_device.max(1).saturating_mul(BURST));
        let arrivals = settings.arrivals_per_address;
        Arc::new(Self {
            connections: settings.connections,
            strangers: settings.strangers,
            per_address: settings.connections_per_address,
            frames,
            clock: DefaultClock::default(),
            open: AtomicUsize::new(0),
            unknown: AtomicUsize::new(0),
            addresses: Mutex::default(),
            arrivals: RateLimiter::keyed(per_second(arrivals, arrivals.saturating_mul(5))),
            devices: RateLimiter::keyed(frames),
        })
    }

    /// Whether something may arrive from this address now.
    pub(crate) fn arrival(&self, address: IpAddr) -> bool {
        self.arrivals.check_key(&source(address)).is_ok()
    }

    /// Whether one more frame of this device may be taken now; for datagrams and requests.
    pub(crate) fn frame(&self, device: DeviceId) -> bool {
        self.devices.check_key(&device).is_ok()
    }

    /// A place for a connection, while there is one.
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Place, Refused> {
        if !self.arrival(address) {
            return Err(Refused::TooFast);
        }
        let address = source(address);
        if self.open.load(Ordering::Relaxed) >= self.connections {
            return Err(Refused::Full);
        }
        if self.unknown.load(Ordering::Relaxed) >= self.strangers {
            return Err(Refused::Strangers);
        }
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let count = addresses.entry(address).or_default();
        if *count >= self.per_address {
            return Err(Refused::TooMany);
        }
        *count += 1;
        drop(addresses);
        self.open.fetch_add(1, Ordering::Relaxed);
        self.unknown.fetch_add(1, Ordering::Relaxed);
        Ok(Place { limits: Arc::clone(self), address, known: false })
    }

    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// The allowance of one connection.
    pub(crate) fn pace(&self) -> Pace {
        Pace(RateLimiter::direct_with_clock(self.frames, self.clock.clone()))
    }

    /// Forgets whoever has been quiet. Call it now and then.
    pub(crate) fn tidy(&self) {
        self.arrivals.retain_recent();
        self.devices.retain_recent();
        self.arrivals.shrink_to_fit();
        self.devices.shrink_to_fit();
    }
}

/// Why a connection was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    TooFast,
    TooMany,
    Strangers,
    Full,
}

/// The place of an open connection; given back when it is dropped.
pub(crate) struct Place {
    limits: Arc<Limits>,
    address: IpAddr,
    known: bool,
}

impl Place {
    /// A known locator speaks here.
    pub(crate) fn known(&mut self) {
        if !std::mem::replace(&mut self.known, true) {
            self.limits.unknown.fetch_sub(1, Ordering::Relaxed);
        }
    }
    pub(crate) fn is_known(&self) -> bool {
        self.known
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.known();
        self.limits.open.fetch_sub(1, Ordering::Relaxed);
        let mut addresses = self.limits.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = addresses.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                addresses.remove(&self.address);
            }
        }
    }
}

/// How fast one connection is read. Whoever is faster waits: nothing of theirs is lost.
pub(crate) struct Pace(DefaultDirectRateLimiter);

impl Pace {
    /// Counts one frame; how long to wait before more is read.
    pub(crate) fn frame(&self) -> Option<Duration> {
        let early = self.0.check().err()?;
        Some(early.wait_time_from(self.0.clock().now()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn limits(change: impl FnOnce(&mut Settings)) -> Arc<Limits> {
        let mut settings = Settings::default();
        change(&mut settings);
        Limits::new(&settings)
    }
    fn v4(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn an_address_has_so_many_connections_and_gets_them_back() {
        let limits = limits(|s| s.connections_per_address = 2);
        let places = [limits.enter(v4(1)).ok().unwrap(), limits.enter(v4(1)).ok().unwrap()];
        assert_eq!(limits.enter(v4(1)).err(), Some(Refused::TooMany));
        assert!(limits.enter(v4(2)).is_ok());
        drop(places);
        assert!(limits.enter(v4(1)).is_ok());
        assert_eq!(limits.open(), 0);
        assert!(limits.addresses.lock().unwrap().is_empty());
    }

    #[test]
    fn whoever_says_nothing_keeps_nobody_out_who_is_known() {
        let limits = limits(|s| (s.strangers, s.connections) = (2, 3));
        let mut known = limits.enter(v4(1)).ok().unwrap();
        known.known();
        let _silent = [limits.enter(v4(2)).ok().unwrap(), limits.enter(v4(2)).ok().unwrap()];
        assert_eq!(limits.enter(v4(3)).err(), Some(Refused::Full));
        drop(known);
        assert_eq!(limits.enter(v4(3)).err(), Some(Refused::Strangers));
    }

    #[test]
    fn arrivals_are_counted_by_address_and_by_network() {
        let limits = limits(|s| s.arrivals_per_address = 1);
        let six = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 7, 1, 2, 3, last]);
        let passed = (0..20).filter(|n| limits.arrival(six(*n))).count();
        assert_eq!(passed, 5);
        assert!(limits.arrival(v4(1)));
        assert_eq!(source("::ffff:192.0.2.1".parse().unwrap()), v4(1));
    }

    #[test]
    fn a_day_of_kept_fixes_comes_through_at_once() {
        let pace = limits(|s| s.frames_per_device = 2).pace();
        assert!((0..400).all(|_| pace.frame().is_none()));
        assert!(pace.frame().is_some_and(|wait| wait <= Duration::from_millis(500)));
    }
}
