//! What the gateway hands over: one frame of one known device, after the gate.

use kernel::Moment;
use kernel::ids::LocatorId;

/// One frame, acknowledged and safe in the segment file. The same one may be handed over again.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    pub locator: LocatorId,
    /// When it arrived, by our clock; the same each time that it is handed over.
    pub received: Moment,
    /// In the datum of the device.
    pub fixes: Vec<trackers::Fix>,
    pub status: trackers::Status,
}
