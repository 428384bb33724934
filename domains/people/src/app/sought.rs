//! What somebody types to find something, as an address may hold it: sealed under their own account, so that a name stands in no
//! address, no history and no log of a proxy, and the address still leads back to the list. Nobody else can open it (decision 0035).

use crate::policy::{Action, Denied, Why};
use crate::{Error, Result};
use kernel::ids::AccountId;
use store::{Cx, KeyClass};

/// How long it is says little of what was typed: lengths are rounded up to this.
const STEP: usize = 64;

fn me(cx: &Cx<'_>) -> Result<AccountId> {
    cx.actor.account_id().ok_or(Error::Denied(Denied { action: Action::ViewDesk, why: Why::NotSignedIn }))
}

/// Seals what was typed; blanks are added behind it.
pub fn seal(cx: &mut Cx<'_>, typed: &str) -> Result<Vec<u8>> {
    let me = me(cx)?;
    let mut plain = typed.as_bytes().to_vec();
    plain.resize(plain.len().next_multiple_of(STEP), b' ');
    Ok(cx.seal(KeyClass::Text, me.0, &plain)?)
}

/// What was typed, blanks behind it; none where it is another account's, was changed, or the key is gone.
pub fn open(cx: &mut Cx<'_>, sealed: &[u8]) -> Result<Option<String>> {
    let me = me(cx)?;
    match cx.open_text(KeyClass::Text, me.0, sealed) {
        Ok(typed) => Ok(Some(typed)),
        Err(store::Error::Sealed(_) | store::Error::Erased) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
