//! Devices that call in at the gateway and are in nobody's register: shown to the administrator, who may know them, and written down
//! nowhere. Whoever starts the gateway says here where they are asked for.

use kernel::Moment;
use trackers::Protocol;

/// A device that called and is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// As the device says it.
    pub number: String,
    pub protocol: Protocol,
    pub first: Moment,
    pub last: Moment,
    /// Frames since `first`.
    pub frames: u64,
}

/// Who knows them.
pub trait Strangers: Send + Sync {
    /// The latest first.
    fn strangers(&self) -> Vec<Stranger>;
}
