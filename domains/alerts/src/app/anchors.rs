//! The daily anchor of the log, by mail to the addresses of the configuration. Nothing personal is in it.

use super::outbox::{self, HouseLetter};
use crate::Result;
use store::Cx;

/// One message for each of the first `addresses` configured addresses; once per anchor.
pub fn mail(cx: &mut Cx<'_>, anchor: i64, addresses: usize) -> Result<()> {
    for index in (0_i64..).take(addresses) {
        outbox::to_house(cx, HouseLetter { anchor, index }, &format!("anchor/{}/{anchor}/{index}", cx.district()))?;
    }
    Ok(())
}
