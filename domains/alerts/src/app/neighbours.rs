//! Who hears of a neighbour's worry: a number and a link to the list, no name and no place.

use super::tell::HasMail;
use super::{notices, outbox};
use crate::Result;
use care::app::watch::{self, TellWorry};
use kernel::ids::MatterId;
use store::Cx;
use uuid::Uuid;

/// The job of `care`: whoever is to call back, those beside them, and whoever is above.
pub(crate) fn worry(cx: &mut Cx<'_>, mail: HasMail, job: &TellWorry, key: &str) -> Result<()> {
    let (number, told) = watch::told(cx, job)?;
    let kind = match (job.over, job.rung) {
        (true, _) => "worry_over",
        (false, 0) => "worry_new",
        (false, 1) => "worry_again",
        (false, _) => "worry_late",
    };
    let number = format!("B{number:05}");
    for account in told {
        let fresh = notices::tell_desk(cx, account, kind, &number, key)?;
        if fresh && mail.0 && !job.over && people::app::accounts::has_email(cx, account)? {
            outbox::to_account(cx, account, kind, MatterId(Uuid::nil()), &format!("{kind}/{number}/{account}/{key}"))?;
        }
    }
    Ok(())
}
