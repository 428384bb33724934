//! Where records are safe: the segment file of this machine, or JetStream.

use crate::segment::{self, Batch, Writer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where records go.
pub(crate) enum Spool {
    File(Arc<Writer>),
    #[cfg(feature = "nats")]
    Nats(crate::nats::Publisher),
}

/// Whether records are safe.
pub(crate) enum Kept {
    Safe,
    /// Safe when this has been waited for.
    #[cfg(feature = "nats")]
    Sent(crate::nats::Sent),
}

impl Kept {
    /// Whether they are.
    #[cfg_attr(not(feature = "nats"), expect(clippy::unused_async, reason = "only NATS is waited for"))]
    pub(crate) async fn safe(self) -> bool {
        match self {
            Self::Safe => true,
            #[cfg(feature = "nats")]
            Self::Sent(sent) => sent.safe().await,
        }
    }
}

impl Spool {
    pub(crate) fn keep(&self, batch: &Batch) -> Result<Kept, segment::Error> {
        if batch.is_empty() {
            return Ok(Kept::Safe);
        }
        match self {
            Self::File(writer) => match writer.append(batch) {
                Ok(_) => {
                    tell_once(None);
                    Ok(Kept::Safe)
                }
                Err(error) => {
                    tell_once(Some(&error));
                    Err(error)
                }
            },
            #[cfg(feature = "nats")]
            Self::Nats(publisher) => Ok(Kept::Sent(publisher.send(batch))),
        }
    }
}

/// The log hears of a full disk once, not with each frame.
fn tell_once(trouble: Option<&segment::Error>) {
    static TOLD: AtomicBool = AtomicBool::new(false);
    match trouble {
        Some(error) if !TOLD.swap(true, Ordering::Relaxed) => tracing::error!("{error}"),
        None if TOLD.load(Ordering::Relaxed) && TOLD.swap(false, Ordering::Relaxed) => {
            tracing::warn!("fixes are kept again");
        }
        _ => {}
    }
}
