//! Who hears of a neighbour's worry: colleagues by a number and a link to the list, the family who asked for it by a fixed sentence; no
//! name and no place. And what else colleagues of a place are told.

use super::tell::{HasMail, HasSms};
use super::{family, notices, outbox};
use crate::Result;
use care::app::telling;
use care::app::watch::{self, TellWorry};
use care::events::{News, TellColleagues};
use kernel::ids::MatterId;
use store::Cx;
use uuid::Uuid;

/// The job of `care`: whoever is to call back, those beside them, and whoever is above.
pub(crate) fn worry(cx: &mut Cx<'_>, (mail, sms): (HasMail, HasSms), job: &TellWorry, key: &str) -> Result<()> {
    let (person, to) = watch::family_of(cx, job)?;
    family::worried(cx, (mail, sms), person, &to, job.over, key)?;
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

/// The job of `care`: colleagues are told that something changed, without a name.
pub(crate) fn colleagues(cx: &mut Cx<'_>, job: &TellColleagues, key: &str) -> Result<()> {
    let kind = match job.news {
        News::TeamLeft => "team_left",
        News::ExtraEnds => "extra_ends",
        News::VolunteerLeft => "volunteer_left",
    };
    for account in telling::colleagues(cx, job)? {
        notices::tell_desk(cx, account, kind, "", key)?;
    }
    Ok(())
}
