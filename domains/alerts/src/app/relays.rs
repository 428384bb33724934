//! Pairs of numbers that must be parted before their time: the contact wishes it no longer, is kept away, the card is over. Looked at
//! with every round of the worker, so that it takes seconds; a provider that is down is asked again.

use crate::relay::Relay;
use care::app::relay;
use kernel::ids::DistrictId;
use people::policy::jobs as names;
use store::{Runtime, Who};

/// A follower of the log.
pub(crate) fn follow(rt: &Runtime, district: DistrictId, provider: &dyn Relay) -> Result<(), store::Error> {
    let who = || Who::system(district, names::DELIVERY);
    let flat = |error: care::Error| match error {
        care::Error::Store(e) => e,
        other => store::Error::Setup(other.to_string()),
    };
    for pair in rt.read_now(who(), relay::to_part).map_err(flat)? {
        if provider.part(pair, rt.now()).is_ok() {
            rt.write_now(who(), move |cx| relay::parted(cx, pair)).map_err(flat)?;
        }
    }
    Ok(())
}
