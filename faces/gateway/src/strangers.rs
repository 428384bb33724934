//! Devices that nobody has registered: shown to the administrator, who may know them, and written down nowhere.

use kernel::Moment;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use trackers::{DeviceId, Protocol};

/// So many are remembered; the one that was quiet longest makes room.
const REMEMBERED: usize = 500;

/// A device that called and is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stranger {
    pub device: DeviceId,
    pub protocol: Protocol,
    pub first: Moment,
    pub last: Moment,
    /// Frames since `first`.
    pub frames: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Strangers(Mutex<HashMap<DeviceId, Stranger>>);

impl Strangers {
    pub(crate) fn note(&self, device: DeviceId, protocol: Protocol, now: Moment) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get_mut(&device) {
            (known.last, known.protocol) = (now, protocol);
            known.frames += 1;
            return;
        }
        if all.len() >= REMEMBERED {
            // Seldom: a flood of invented numbers turns over the list, and each costs one look through it.
            let oldest = all.values().min_by_key(|s| (s.last, s.device)).map(|s| s.device);
            oldest.and_then(|device| all.remove(&device));
        }
        all.insert(device, Stranger { device, protocol, first: now, last: now, frames: 1 });
    }

    /// Somebody registered it.
    pub(crate) fn forget(&self, device: &DeviceId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(device);
    }

    /// Latest first.
    pub(crate) fn list(&self) -> Vec<Stranger> {
        let mut all: Vec<_> = self.0.lock().unwrap_or_else(PoisonError::into_inner).values().copied().collect();
        all.sort_by_key(|s| (std::cmp::Reverse(s.last), s.device));
        all
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_list_has_an_end_and_shows_the_latest_first() {
        let strangers = Strangers::default();
        let device = |n: usize| DeviceId::new(&format!("{n:010}")).unwrap();
        for n in 0..REMEMBERED + 20 {
            strangers.note(device(n), Protocol::Watch, Moment::from_micros(n as i64));
        }
        strangers.note(device(100), Protocol::Gt06, Moment::from_micros(1_000));
        let list = strangers.list();
        assert_eq!(list.len(), REMEMBERED);
        let latest = *list.first().unwrap();
        assert_eq!((latest.device, latest.protocol, latest.frames), (device(100), Protocol::Gt06, 2));
        assert!(list.iter().all(|s| s.device != device(0)));
        strangers.forget(&device(100));
        assert_eq!(strangers.list().len(), REMEMBERED - 1);
    }
}
