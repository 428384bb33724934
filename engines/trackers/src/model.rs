//! Clones: devices that speak a protocol of another maker with some codes of their own.

use crate::DeviceId;
use std::fmt;
use std::sync::Arc;

/// A family of devices whose codes differ from the protocol's document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Model {
    /// The document as it stands.
    #[default]
    Standard,
    /// GT06: Jimi NT11, NT20, NT26, NT40, NT46, VL100, XT40: IMEI, status and mileage in the location packets 0x22 and 0x25.
    Nt,
    /// GT06: Jimi VL103, VL512, LL303, G18: 0x09 towed, 0x28 switched off, 0x30 hard braking.
    Vl,
    /// GT06: LW family (LW4G and the like): 0x18 accident, 0x19 hard acceleration, supply voltage in the heartbeat.
    Lw,
    /// GT06: SEEWORLD: 0x28 hard cornering, 0x29 accident, supply voltage in the heartbeat.
    Seeworld,
    /// GT06: R11: supply voltage where others send the battery's step.
    R11,
    /// GT06: QH302R: the IMEI stands in front of each location.
    Qh302r,
    /// JT/T 808: G-360P, G-508P cuffs: bits 0 and 4 taken off, bit 1 tampered with. Bit 0 is *not* an SOS there.
    Cuff,
    /// JT/T 808: AL300, GL100 asset tags: bit 16 moved, nothing else.
    Tag,
    /// JT/T 808: VL300: bits 29 and 30 are not accidents.
    Vl300,
    /// WATCH: pendants without a strap sensor (the "removed" bits float): neither removed nor `worn`.
    Pendant,
    /// H02: devices whose status word is not wired: no alarm is read from it.
    Unwired,
}

impl Model {
    /// Every name that [`Self::parse`] knows, with what it stands for.
    pub const NAMES: &'static [(&'static str, Self)] = &[
        ("standard", Self::Standard),
        ("NT11", Self::Nt),
        ("NT20", Self::Nt),
        ("NT26", Self::Nt),
        ("NT40", Self::Nt),
        ("NT46", Self::Nt),
        ("VL100", Self::Nt),
        ("XT40", Self::Nt),
        ("VL103", Self::Vl),
        ("VL512", Self::Vl),
        ("LL303", Self::Vl),
        ("G18", Self::Vl),
        ("LW", Self::Lw),
        ("LW4G", Self::Lw),
        ("SEEWORLD", Self::Seeworld),
        ("R11", Self::R11),
        ("QH302R", Self::Qh302r),
        ("G-360P", Self::Cuff),
        ("G-508P", Self::Cuff),
        ("AL300", Self::Tag),
        ("GL100", Self::Tag),
        ("VL300", Self::Vl300),
        ("pendant", Self::Pendant),
        ("unwired", Self::Unwired),
    ];

    /// By name, in any case of letters; names that begin with LW are of the LW family.
    pub fn parse(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, model)| *model);
        let lw = name.get(..2).is_some_and(|head| head.eq_ignore_ascii_case("LW"));
        known.or(lw.then_some(Self::Lw))
    }
}

/// Who knows which model a device is. Where anybody may call in, that is known only once a device has said its number: a conversation
/// asks then, before it reads the codes of that very frame.
#[derive(Clone, Default)]
pub struct Models(Option<Arc<dyn Fn(DeviceId) -> Model + Send + Sync>>);

impl Models {
    /// Asked each time that another device speaks in a conversation; it must answer at once.
    pub fn new(of: impl Fn(DeviceId) -> Model + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(of)))
    }
    /// `None`: nobody knows; the model of the conversation stays.
    pub(crate) fn of(&self, device: DeviceId) -> Option<Model> {
        self.0.as_ref().map(|of| of(device))
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Models").field(&self.0.is_some()).finish()
    }
}

/// How to read what one device sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    pub model: Model,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::Model;

    #[test]
    fn names_in_any_case() {
        assert_eq!(Model::parse("vl103"), Some(Model::Vl));
        assert_eq!(Model::parse("LW2G"), Some(Model::Lw));
        assert_eq!(Model::parse("toaster"), None);
    }
}
