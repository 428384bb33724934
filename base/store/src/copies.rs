//! Small tables that nearly every use case reads, kept in memory for a moment.

use kernel::ids::DistrictId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a copy is believed: what another process changed is seen this late at most. The machine's own time,
/// because a district's clock may stand still.
const FRESH: Duration = Duration::from_secs(2);

/// One copy per district; keep it with [`crate::Cx::cached`]. Whoever changes the table calls [`Copies::forget`].
#[derive(Debug)]
pub struct Copies<T>(Mutex<HashMap<DistrictId, (Instant, T)>>);

impl<T> Default for Copies<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Copies<T> {
    /// The copy, unless there is none or it is too old.
    pub fn get(&self, district: DistrictId) -> Option<T> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&district).filter(|(at, _)| at.elapsed() < FRESH).map(|(_, copy)| copy.clone())
    }
    pub fn put(&self, district: DistrictId, copy: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(district, (Instant::now(), copy));
    }
    /// Everybody in this process reads the table again. A copy that a reader takes between the change and its commit
    /// can be [`FRESH`] old, no more.
    pub fn forget(&self, district: DistrictId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&district);
    }
}
