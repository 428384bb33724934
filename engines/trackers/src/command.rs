//! What the platform asks of a device.

/// Something that a device can be told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Find and send the place now.
    LocateNow,
    /// Send the place every so many seconds.
    Interval(u32),
}
