//! Who hears of an alert of a locator: the family by mail and text message, the post by a notice, and by mail for what cannot wait.
//! Fixed sentences with a link; no name, no place and not what happened to whom.

use super::family::{self, Way};
use super::tell::{HasMail, HasSms};
use super::{notices, outbox};
use crate::Result;
use kernel::ids::MatterId;
use locators::app::telling;
use locators::events::{News, PostNews, TellFamily, TellPost};
use locators::model::{EndWhy, Kind};
use store::Cx;
use uuid::Uuid;

/// What goes before the kinds of messages to the family: `mail-family-locator-…` and `sms-family-locator-…`.
const PREFIX: &str = "family-locator-";

/// The job of `locators`: everybody of the circle whom the alert concerns at this moment.
pub(crate) fn family(cx: &mut Cx<'_>, (mail, sms): (HasMail, HasSms), job: &TellFamily, key: &str) -> Result<()> {
    let Some(news) = News::from_code(&job.news) else { return Ok(()) };
    let alert = telling::alert(cx, job.alert)?;
    // What is over by itself before this ran wakes nobody; a call for help is always told.
    let quiet = alert.ended.is_some_and(|(_, why)| !matches!(why, EndWhy::Answered | EndWhy::Case));
    if news == News::Alert && alert.kind != Kind::Sos && quiet {
        return Ok(());
    }
    let (kind, none) = (format!("{PREFIX}{}", news.code()), MatterId(Uuid::nil()));
    for contact in telling::family(cx, &alert)? {
        let by_mail = mail.0 && contact.mail.is_some();
        let urgent = matches!(news, News::Sos | News::Alert);
        if by_mail {
            family::queue(cx, Way::Mail, (job.person, contact.id), (&kind, none), key)?;
        }
        if sms.0 && contact.phone.is_some() && (urgent || !by_mail) {
            family::queue(cx, Way::Sms, (job.person, contact.id), (&kind, none), key)?;
        }
    }
    Ok(())
}

/// The job of `locators`: the desk of the post where the wearer lives, or whoever is above it.
pub(crate) fn post(cx: &mut Cx<'_>, mail: HasMail, job: &TellPost, key: &str) -> Result<()> {
    let Some(news) = PostNews::from_code(&job.news) else { return Ok(()) };
    let alert = telling::alert(cx, job.alert)?;
    let number = format!("D{:05}", alert.number);
    // Ended before this ran, and nothing was said of it yet: whoever is above need not know.
    if news == PostNews::Untaken && alert.ended.is_some() {
        return Ok(());
    }
    let told = match job.above {
        0 => telling::post(cx, &alert)?,
        level => vec![telling::above(cx, &alert, level)?],
    };
    for account in told {
        let fresh = notices::tell_desk(cx, account, news.code(), &number, key)?;
        let by_mail = fresh && mail.0 && news != PostNews::Over;
        if by_mail && people::app::accounts::has_email(cx, account)? {
            let key = format!("{}/{number}/{account}/{key}", news.code());
            outbox::to_account(cx, account, news.code(), MatterId(Uuid::nil()), &key)?;
        }
    }
    Ok(())
}
